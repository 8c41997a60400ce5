"""Oxygen and phases: what a recipe becomes before it is a magnet."""

import numpy as np
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import phase_balance, sintered
from magnetkit.magnetism._balance import balance
from magnetkit.magnetism.process import routes
from magnetkit.phases.partition import partition
from tests.recipes import make_table

ROOM = 293.15


def _table(text, basis="weight"):
    return CompositionTable.from_strings([text], basis=basis)


def _magnet(text, basis="weight", **process):
    return sintered(
        _table(text, basis), temperature=ROOM, process=process or None
    ).iloc[0]


def test_samarium_in_excess_makes_a_magnetic_neighbour():
    charge = _table("Sm36.5Co63.5")
    got = phase_balance(charge, {"oxygen_wt_pct": 0.35}).set_index("phase")
    assert list(got.index) == ["1:5", "oxide", "R2Co7"]
    assert got["volume_pct"].sum() == pytest.approx(100.0)
    assert got.loc["R2Co7", "polarization_T"] == pytest.approx(0.75)
    # 0.35 wt.% of oxygen binds 2.2 wt.% of samarium; half a per cent remains over SmCo5's 33.8.
    assert got.loc["1:5", "volume_pct"] > 80.0


def test_bare_formula_is_a_hard_phase():
    plain = _magnet("Nd2Fe14B", "atomic", oxygen_wt_pct=0.0)
    rusty = _magnet("Nd2Fe14B", "atomic", oxygen_wt_pct=1.0)
    assert plain["remanence_T"] == rusty["remanence_T"]


@pytest.mark.parametrize("name", sorted(routes()))
def test_every_route_makes_its_magnets_and_no_others(name):
    route = routes()[name]
    assert route.measured
    assert route.source
    formula = {
        "2:14:1": "Nd2Fe14B",
        "1:5": "SmCo5",
        "2:17": "Sm(Co0.7Fe0.2Cu0.07Zr0.03)7.5",
        "1:12": "Sm10.5Fe74.1V15.4",
        "aged-1-5": "Ce16Co55Fe10Cu19",
        # doi 10.1016/j.jallcom.2010.12.192: 1,639 kA/m without iron.
        "melt-spun-1-7": "SmCo6.8Zr0.2",
    }
    recipe = formula.get(name, formula[route.host])
    row = sintered(_table(recipe, "atomic"), ROOM, process=name).iloc[0]
    assert row["coercivity_kA_m"] > 100.0
    assert row["status"] == "ok"
    other = sintered(
        _table("SmCo5" if route.host == "2:14:1" else "Nd2Fe14B", "atomic"),
        ROOM,
        process=name,
    ).iloc[0]
    assert other["status"] == "outside the model"
    for field, (low, high) in route.bounds.items():
        # What a route leaves open is the family's.
        assert low <= route.process.get(field, low) <= high
    if route.needs:
        # Sm2Co17 has more metal than TbCu7 takes in.
        bare = {"1:12": "SmFe11Ti", "1:5": "SmCo5", "2:17": "Sm2Co17"}[
            route.host
        ]
        if route.host == "1:12" and "spun" in name:
            bare = "NdFe10Mo2"
        lacking = sintered(_table(bare, "atomic"), ROOM, process=name).iloc[0]
        assert lacking["status"] == "no bulk magnet known"


def test_isotropic_bonded_magnets_equal_the_market():
    # Grades BNP of grades/values.csv: 0.45 to 0.70 T, 477 to 796 kA/m.
    row = sintered(
        _table("Nd2Fe14B", "atomic"), ROOM, process="bonded-isotropic"
    ).iloc[0]
    assert 0.45 < row["remanence_T"] < 0.70
    assert 477 < row["coercivity_kA_m"] < 796


def test_a_route_refuses_what_it_cannot_do():
    with pytest.raises(
        InputError, match="does not act on magnets of route bonded-isotropic"
    ):
        _magnet(
            "Nd2Fe14B", "atomic", route="bonded-isotropic", grain_size_um=0.3
        )
    with pytest.raises(
        InputError, match=r"hot-deformed has grain_size_um from 0.15 to 0.5"
    ):
        _magnet("Nd2Fe14B", "atomic", route="hot-deformed", grain_size_um=0.05)
    with pytest.raises(
        InputError, match=r"sintered-axial has grain_size_um from 2 to 12"
    ):
        _magnet(
            "Nd2Fe14B", "atomic", route="sintered-axial", grain_size_um=50.0
        )
    with pytest.raises(InputError, match="route must be one of"):
        _magnet("Nd2Fe14B", "atomic", route="by hand")


def test_untyped_recipe_takes_its_phases_from_the_hull():
    """A 1:12 recipe rich in iron: the rest is on the hull, by volume; no host at all: all is."""
    rich = make_table("Sm7Fe88Ti5", "Fe60Cr40")
    frame = phase_balance(rich)
    beside = frame[frame["row_index"] == 0]["phase"].tolist()
    assert beside[0] == "1:12"
    assert "grain boundary" not in beside
    alone = frame[frame["row_index"] == 1]
    assert alone["volume_pct"].sum() == pytest.approx(100.0)
    assert not alone["phase"].str.contains("boundary").any()


def test_volumes_of_all_phases_add_up():
    charges = ["Nd31Fe68B1", "Nd26Fe73B1", "Sm33Co67"]
    table = CompositionTable.from_strings(charges, basis="weight")
    for oxygen in (0.0, 0.4):
        settings = {"oxygen_wt_pct": np.full(3, oxygen)}
        settings |= {
            name: np.zeros(3) for name in ("carbon_wt_pct", "nitrogen_wt_pct")
        }
        phases = balance(table, partition(table), settings, np.zeros(3, bool))
        outside = 1.0 - phases.hard - phases.oxide
        assert (phases.oxide > 0.0).all() == (oxygen > 0.0)
        # What is short of rare earth is all soft.
        assert_allclose(
            phases.soft, np.where([False, True, True], outside, 0.0)
        )
