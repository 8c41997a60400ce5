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
    # A value of 0, or of nothing, is no change of sign; the first step and the last are looked at.
    curve = [[1.0, 0.0, -1.0, -1.0, -1.0], [1.0, np.nan, -1.0, -1.0, -1.0]]
    assert np.isnan(_last_zero(at, np.array(curve))).all()
    curve = [[-1.0, 3.0, 3.0, 3.0, 3.0], [1.0, 1.0, 1.0, 1.0, -4.0]]
    assert _last_zero(at, np.array(curve)) == pytest.approx([2.5, 32.0])


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


def test_changes_stand_in_columns_of_their_order():
    frame = transitions(["Nd2Fe14B", "GdCo5"])
    assert list(frame) == [
        "curie_temperature_K",
        "compensation_temperature_K",
        "spin_reorientation_K",
        "spin_reorientation_2_K",
    ]
    # Nd2Fe14B orders at 585 K; its moments all add up, and K_1 + 2 K_2 + 3 K_3 stays above 0.
    row = frame.iloc[0]
    assert row["curie_temperature_K"] == pytest.approx(585.0, abs=15.0)
    assert np.isnan(row["compensation_temperature_K"])
    assert np.isnan(frame["spin_reorientation_K"][1])


def test_the_last_of_several_corners_counts():
    at = np.arange(0.0, 100.0, 4.0)
    twice = np.minimum(np.abs(at - 21.0), np.abs(at - 69.0)) / 50.0
    assert _cusp(at, twice[None]) == pytest.approx([69.0])
    assert np.isnan(_cusp(at[:3], twice[None, :3])).all()
