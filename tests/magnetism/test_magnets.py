import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.alloy import CompositionTable
from magnetkit.alloy.shell_rows import read_shells
from magnetkit.compound.evaluate import STATUS
from magnetkit.magnetism._magnet_kernels import states
from magnetkit.magnetism._magnets import alloys, evaluate_magnets
from tests.recipes import make_table

AT = np.array([293.15, 423.15])


def _evaluate(*formulas, **keywords):
    return evaluate_magnets(
        alloys(CompositionTable.from_strings(list(formulas)), **keywords), AT
    )


def test_surfaces_of_grains_may_be_added_later():
    table = make_table("Nd1.8Dy0.2Fe14B", "Nd2Fe14B", "Nd1.9Tb0.1Fe14B")
    every = alloys(table)
    later = alloys(table, skins=False)
    assert (later.phases.skins < 0).all()
    for picked in ([0, 1, 2], [2]):
        phases = later.with_skins(np.array(picked))
        has_skin = (phases.skins >= 0).tolist()
        assert has_skin == [row in picked and row != 1 for row in range(3)]
        found = states(AT, phases, later.rules())
        expected = states(AT, every.phases, every.rules())
        assert_allclose(found[1][:, picked], expected[1][:, picked])
    assert later.with_skins(np.array([1])) is later.phases
    assert every.with_skins(np.array([0])) is every.phases


def test_only_a_formula_is_completed_to_a_charge():
    structure = _evaluate(
        "Sm2Co17", "Sm(Co0.69Fe0.20Cu0.08Zr0.02Ti0.01)6.7", "SmCo5"
    ).alloys.structure
    # Titanium counts as zirconium where there is as much of that.
    expected_values = {
        "iron": (0.0, 0.20),
        "copper": (0.08, 0.08),
        "zirconium": (0.025, 0.03),
        "ratio": (7.5, 6.7),
        "earth": (1.0, 1.0),
    }
    for name, values in expected_values.items():
        assert structure[name][:2] == pytest.approx(values)
        assert np.isnan(structure[name][2])


@pytest.mark.parametrize(
    ("formula", "square"),
    # 0.70 of cells with 7.5 metal atoms, and 0.1 more for an atom less; 0.75 of SmCo5.
    [
        ("Sm2Co17", 0.70),
        ("Sm(Co0.69Fe0.20Cu0.08Zr0.03)6.7", 0.78),
        ("SmCo5", 0.75),
    ],
)
def test_rich_cells_are_squarer(formula, square):
    assert alloys(make_table(formula)).rows["squareness"] == pytest.approx(
        [square]
    )


@pytest.mark.parametrize(
    ("formula", "density"),
    # X-ray densities, g/cm3: Nd2Fe14B 7.58 to 7.62 and Dy2Fe14B 8.05 (Herbst 1991), SmCo5 8.59.
    [("Nd2Fe14B", 7.6), ("SmCo5", 8.59), ("Dy2Fe14B", 8.05)],
)
def test_density_follows_crystal_and_sintering(formula, density):
    table = make_table(formula)
    densities = [
        alloys(table, {"density": part}).density()[0] for part in (1.0, 0.9)
    ]
    assert densities[0] == pytest.approx(1e3 * density, rel=0.015)
    assert densities[1] == pytest.approx(0.9 * densities[0])
    assert np.isnan(_evaluate("Fe").alloys.density()[0])


def test_remanence_is_polarization_times_volume_density_and_alignment():
    settings = {"density": 0.95, "alignment": 0.9, "grain_boundary": 0.08}
    magnets = _evaluate("Nd2Fe14B", process=settings)
    assert_allclose(magnets.alloys.factor, 0.95 * 0.9 * 0.92)
    assert_allclose(
        magnets.remanence(), magnets.polarization * 0.95 * 0.9 * 0.92
    )
    table = make_table("Nd15Fe77B8")
    dense = evaluate_magnets(
        alloys(table, {"density": 0.95, "alignment": 0.9}), AT
    )
    balance = dense.alloys.balance
    whole = balance.hard + balance.second
    assert_allclose(dense.alloys.factor, 0.95 * 0.9 * whole)


def test_formula_takes_the_boundary_of_its_process():
    texts = ["Nd2Fe14B", "Nd14Fe79.5Ga0.3Cu0.2B6"]
    table = CompositionTable.from_strings(texts, basis="atomic")
    magnets = evaluate_magnets(alloys(table, {"grain_boundary": 0.07}), AT)
    structure = magnets.alloys.structure
    assert magnets.alloys.balance.hard[0] == pytest.approx(0.93)
    # A tenth of a per cent of copper; what a recipe names itself.
    assert_allclose(structure["additive"], [0.001, 0.005])
    assert structure["soft"].tolist() == magnets.alloys.balance.soft.tolist()


def test_magnets_without_precedent_have_no_figures():
    shells = read_shells(["", "Tb 0.30 @ 0.10", "Tb 0.30 @ 0.10", ""], 4)
    magnets = _evaluate(
        "Nd2Fe14BHg", "SmCo5", "Nd2Fe14B", "SmCo5", shells=shells
    )
    unknown = STATUS.index("outside the model")
    for missing in (
        magnets.status == unknown,
        np.isnan(magnets.coercivity()),
        np.isnan(magnets.polarization),
    ):
        assert missing.tolist() == [[True] * 2] * 2 + [[False] * 2] * 2


def test_hot_coercivity_alone_is_that_beside_room_temperature():
    recipes = ["Nd30Fe69B1", "Nd30Dy1Co1Cu0.1B1Fe66.9", "Sm35Co65"]
    table = CompositionTable.from_strings(recipes, basis="weight")
    magnet_alloys = alloys(table)
    kelvins = np.array([293.15, 423.15])
    both = magnet_alloys.at(kelvins).intrinsic_coercivity
    assert (both > 0.0).all()
    hot = magnet_alloys.at(kelvins[1:], hard=np.array([True]))
    assert_array_equal(hot.intrinsic_coercivity[:, 0], both[:, 1])
    hot = magnet_alloys.at(kelvins, hard=np.array([False, True]))
    assert np.isnan(hot.intrinsic_coercivity[:, 0]).all()
    assert_array_equal(hot.intrinsic_coercivity[:, 1], both[:, 1])
