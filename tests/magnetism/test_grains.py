"""What the error of the law of grain size does to coercivity and its ranges."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit import CompositionTable
from magnetkit.magnetism import sintered
from magnetkit.magnetism._balance import grain_effect, slope_deviation
from magnetkit.magnetism._figures import kinds
from magnetkit.magnetism._magnets import alloys
from magnetkit.magnetism._uncertainty import relative_width
from tests.recipes import make_table

H = "coercivity_kA_m"
RECIPE = "Nd30.5Co1Cu0.1B1Fe bal."
FINE = {"grain_size_um": 2.0}


def read(*texts):
    return make_table(*texts, basis="weight")


def half(kelvin, process):
    row = sintered(read(RECIPE), kelvin, process=process).iloc[0]
    return np.log(row[f"{H}_hi"] / row[f"{H}_lo"]) / 2.0


def test_decade_of_grain_size_is_one_deviation():
    rows = {
        "grain_size_um": np.array([0.5, 5.0, 50.0, np.nan]),
        "fitted_grain_um": np.full(4, 5.0),
        "grain_deviation": np.full(4, 0.05),
    }
    decade = 0.05 * np.log(10.0)
    assert_allclose(slope_deviation(rows), [-decade, 0.0, decade, 0.0])


def test_fine_grains_have_a_wider_range():
    table = read(RECIPE)
    magnets = alloys(table, FINE)
    room, hot = grain_effect(
        magnets.phases, magnets.rules(), magnets.rows, [293.15, 423.15]
    )[:, 0]
    assert 0.0 < room < hot < 0.5
    for kelvin, effect in ((293.15, room), (423.15, hot)):
        wider = (
            half(kelvin, FINE) ** 2 - half(kelvin, {"grain_size_um": 5.0}) ** 2
        )
        assert wider == pytest.approx((1.645 * effect) ** 2, rel=0.01)


def test_no_coercivity_and_no_host_have_no_grain_effect():
    """Nothing is left above the Curie temperature; cells have no N_eff."""
    table = make_table("Nd2Fe14B", "Sm2Co17", "Er45Co55", "Nd2Fe14B")
    sizes = np.array([2.0, 2.0, 2.0, np.nan])
    magnets = alloys(table, {"grain_size_um": sizes})
    effect = grain_effect(
        magnets.phases, magnets.rules(), magnets.rows, [293.15, 700.0]
    )
    assert effect[0, 0] > 0.0
    assert effect[0, 1:].tolist() == [0.0] * 3
    assert effect[1].tolist() == [0.0] * 4


def test_magnets_of_one_grain_size_share_the_error():
    one = read(RECIPE)
    other = read("Nd28.5Dy2Co1Cu0.1B1Fe bal.")
    usual = relative_width(
        kinds(one, ["2:14:1"], [""], FINE, 423.15),
        kinds(other, ["2:14:1"], [""], None, 423.15),
        H,
    )[0]
    alike = relative_width(
        kinds(one, ["2:14:1"], [""], FINE, 423.15),
        kinds(other, ["2:14:1"], [""], FINE, 423.15),
        H,
    )[0]
    assert alike < usual


def test_hosts_without_grain_effect_have_no_grain_error():
    table = CompositionTable.from_strings(["SmCo5"])
    magnets = alloys(table, FINE)
    assert (
        grain_effect(magnets.phases, magnets.rules(), magnets.rows, 423.15)
        == 0.0
    ).all()
