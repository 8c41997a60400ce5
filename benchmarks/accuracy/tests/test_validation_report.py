"""The report of the intrinsic model names no figure but of its tables."""

import pandas as pd
import pytest

from benchmarks.accuracy import observations
from benchmarks.accuracy.magnetism import validation_report


def test_papers_differ_by_what_the_table_says():
    kinds = ["saturation_polarization_T", "anisotropy_field_T"]
    tests = ["  papers on one compound"] * 2
    table = pd.DataFrame(
        {"test": tests, "property": kinds, "mean_error": [0.0437, 0.641]}
    )
    text = validation_report._paper_difference(table)
    assert text == " (papers on one compound differ by 0.044 T)"
    # Without the sets that are fetched there is no such row.
    assert validation_report._paper_difference(table[:0]) == ""


def test_what_was_held_out_makes_a_constant():
    apart = observations.held_out()
    # mu0 H_a J_s / (2 mu0) of the single crystal at 400 K (Susner et al., abstract).
    row = apart[
        apart["formula"].eq("Nd2Fe14B") & apart["temperature_K"].eq(400.0)
    ]
    of = row.set_index("property")["value"]
    by_hand = (
        of["anisotropy_field_T"]
        * of["saturation_polarization_T"]
        / (8e-7 * 3.14159265)
        / 1e6
    )
    assert validation_report._constant(apart) == pytest.approx(
        by_hand, rel=1e-6
    )
    model = apart.assign(predicted=1.0, lo=0.9, hi=1.1)
    page = "\n".join(
        validation_report._held_out(
            model, observations.embedded_measurements()
        )
    )
    assert "measured K_1 of 3.2 MJ/m3. The 2.75 MJ/m3" in page
