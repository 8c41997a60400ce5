"""The best candidates on a section of the hull."""

import pandas as pd
import pytest

from magnetkit.report.report import _section


def best(*rows):
    frame = pd.DataFrame(
        rows, columns=["formula", "host", "probability_phase_forms"]
    )
    return frame.assign(
        candidate=frame["formula"], shell="", rank=1, decomposes_to="SmCo3"
    )


def test_candidates_stand_at_their_shares():
    figure = _section(
        best(("SmCo5", "1:5", 0.9), ("Pr0.5Gd0.5Co5", "1:5", 0.8)), None
    )
    points = figure["data"][-1]
    assert points["x"][0] == pytest.approx(points["x"][1])
    assert points["y"][0] == pytest.approx(points["y"][1])
    assert points["marker"]["color"] == [0.9, 0.8]
    trace = figure["data"][-2]
    at = dict(
        zip(
            trace["hovertext"],
            zip(trace["x"], trace["y"], strict=True),
            strict=True,
        )
    )
    # Sm to Co is one side of the triangle: SmCo5 lies a sixth of it from cobalt.
    for axis, mine in enumerate((points["x"][0], points["y"][0])):
        assert mine == pytest.approx(
            5 / 6 * at["Co"][axis] + 1 / 6 * at["Sm"][axis], abs=1e-3
        )


def test_a_host_without_a_section_has_none():
    assert _section(best(("SmFe11Ti", "1:12", 0.9)), None) is None
    assert _section(best(), None) is None
