"""Compensation and spin reorientation."""

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism.transitions import _cusp, _last_zero, transitions
from tests.recipes import make_table


@pytest.mark.parametrize(
    ("formula", "low", "high"),
    [
        ("Nd2Fe14B", 120, 150),
        ("Ho2Fe14B", 48, 68),
        ("Er2Fe14B", 305, 335),
        ("Tm2Fe14B", 298, 328),
        ("NdCo5", 240, 285),
    ],
)
def test_spin_reorientation(formula, low, high):
    assert (
        low
        <= transitions(make_table(formula))["spin_reorientation_K"].iloc[0]
        <= high
    )


def test_compensation_where_it_belongs():
    frame = transitions(
        make_table("TbCo5", "DyCo5", "HoCo5", "GdCo5", "ErCo5", "SmCo5")
    )
    compensation = frame["compensation_temperature_K"]
    assert compensation.iloc[:3].between(60, 175).all()
    assert compensation.iloc[3:].isna().all()


def test_finds_the_last_sign_change():
    at = np.arange(0.0, 50.0, 10.0)
    curve = np.array([[1.0, -1.0, -1.0, 3.0, 3.0], [1.0, 1.0, 2.0, 2.0, 2.0]])
    zeros = _last_zero(at, curve)
    assert zeros[0] == pytest.approx(22.5)
    assert np.isnan(zeros[1])


def test_cusp_needs_a_corner():
    at = np.arange(0.0, 100.0, 4.0)
    corner = np.abs(at - 41.0) / 50.0
    smooth = 0.2 + ((at - 41.0) / 50.0) ** 2
    zeros = _cusp(at, np.array([corner, smooth]))
    assert zeros[0] == pytest.approx(41.0)
    assert np.isnan(zeros[1])


@pytest.mark.parametrize("step", [1e-7, 0.0, -1.0, 1299.0, float("nan")])
def test_refuses_a_grid_too_fine_or_of_one_point(step):
    with pytest.raises(
        InputError, match=r"step must lie between 0\.01 and 100 K"
    ):
        transitions(make_table("Nd2Fe14B"), step=step)


@pytest.mark.parametrize(("step", "off"), [(0.01, 15.0), (100.0, 50.0)])
def test_extreme_steps_find_a_reorientation(step, off):
    # 135 K by experiment.
    temperature = transitions(make_table("Nd2Fe14B"), step=step)[
        "spin_reorientation_K"
    ].iloc[0]
    assert temperature == pytest.approx(135.0, abs=off)
