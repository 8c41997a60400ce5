import numpy as np
import pytest

from magnetkit.composition import CompositionTable
from magnetkit.magnetism.magnets import magnets
from magnetkit.magnetism.shell import read_shells

AT = np.array([293.15, 423.15])


def _made(*formulas, **keywords):
    return magnets(CompositionTable.from_strings(list(formulas)), AT, **keywords)


def test_a_formula_gets_walls_and_a_recipe_keeps_its_own():
    made = _made("Sm2Co17", "Sm(Co0.7Fe0.1Cu0.16Zr0.04)6.7", "SmCo5")
    assert 0.0 < made.alloys.structure["copper"][0] < made.alloys.structure["copper"][1] < 0.6
    assert made.alloys.structure["iron"][0] == 0.0
    assert 0.10 < made.alloys.structure["iron"][1] < 0.16
    assert np.isnan(made.alloys.structure["iron"][2])
    assert np.isnan(made.alloys.structure["copper"][2])


def test_walls_lower_polarization_and_its_flatness():
    made = _made("Sm2Co17")
    from magnetkit.hosts.partition import partition
    from magnetkit.magnetism.intrinsic import evaluate

    cell = evaluate(partition(CompositionTable.from_strings(["Sm2Co17"])), AT).value[0, :, 0]
    mean = made.polarization[0]
    assert 0.8 < mean[0] / cell[0] < 0.97
    assert mean[1] / mean[0] < cell[1] / cell[0]


def test_a_boundary_that_does_not_part_the_grains_costs_coercivity():
    # Poor in rare earth, with a normal boundary, and with gallium in it.
    texts = ["Nd11.4Fe82.6B6.0", "Nd14Fe80B6", "Nd14Fe79.5Ga0.5B6"]
    table = CompositionTable.from_strings(texts, basis="atomic")
    h = magnets(table, AT).coercivity()[:, 0]
    assert h[0] < 0.5 * h[1]
    assert h[1] < h[2] < 1.5 * h[1]


def test_copper_and_iron_are_shares_of_the_metal_alone():
    made = _made("Sm(Co0.695Fe0.20Cu0.08Zr0.025)7.5")
    parts, metals = made.alloys.balance.parts, ("Co", "Fe", "Cu", "Zr")
    for name, element, part in (
        ("copper", "Cu", parts.grain_boundary),
        ("iron", "Fe", parts.hard_phase),
    ):
        share = part.fraction(element) / part.fraction(*metals)
        np.testing.assert_allclose(made.alloys.structure[name], share)


def test_iron_in_the_cells_steepens_the_fall_of_coercivity():
    made = _made("Sm2Co17", "Sm2Co15Fe2", "Sm2Co13Fe4")
    h = made.coercivity()
    kept = h[:, 1] / h[:, 0]
    assert kept[0] > kept[1] > kept[2]


def test_a_shell_lies_between_core_and_bulk():
    shell = read_shells("Tb 0.30 @ 0.10", 1)
    core, shelled, bulk = (
        _made("Nd2Fe14B"),
        _made("Nd2Fe14B", shells=shell),
        _made("Nd1.4Tb0.6Fe14B"),
    )
    h = [m.coercivity()[0, 0] for m in (core, shelled, bulk)]
    j = [m.polarization[0, 0] for m in (core, shelled, bulk)]
    assert h[0] < h[1] < h[2]
    assert j[1] == pytest.approx(0.9 * j[0] + 0.1 * j[2])
