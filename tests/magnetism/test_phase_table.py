"""Which phases a boundary is made of, atom by atom."""

import numpy as np
import pytest

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import phase_balance, predict
from magnetkit.magnetism.phase_balance import _boundary_with_boron, _on_hull
from magnetkit.phases.records import HOSTS

BESIDE = HOSTS["2:14:1"].magnet.second_phases


def boundary(text):
    rest = CompositionTable.from_strings([text], basis="atomic")
    found = _boundary_with_boron(rest, BESIDE)
    assert sum(part for _, part, _ in found) == pytest.approx(1.0)
    return {name: (part, j) for name, part, j in found}


def test_boron_gallium_and_the_rest_take_their_atoms():
    # Of 100 atoms: 4 of B with 4.4 of Nd and 16 of Fe would make a boride, but 13 of Fe are there.
    found = boundary("Nd83Fe13B4")
    assert found["R1.1Fe4B4"] == (pytest.approx(9.1 * 0.01), 0.0)
    # 1 Ga with 6 Nd and 13 Fe.
    found = boundary("Nd66Fe33Ga1")
    assert found["R6(Fe,Co)13X"] == (pytest.approx(0.2), 0.0)
    assert found["R1.1Fe4B4"][0] == 0.0
    assert found[BESIDE.rich] == (pytest.approx(0.8), BESIDE.rich_polarization_T)
    # Copper and aluminium count with it, cobalt with iron, carbon with boron.
    alike = boundary("Nd66Fe30Co3Ga0.4Cu0.3Al0.3")
    assert alike["R6(Fe,Co)13X"][0] == pytest.approx(0.2)
    assert boundary("Nd83Fe13C2B2")["R1.1Fe4B4"][0] == pytest.approx(0.091)
    # The least of what there is decides: 2.2 Nd for two borides of the five that B would make.
    found = boundary("Nd2.2Fe77.8B20")
    assert found["R1.1Fe4B4"][0] == pytest.approx(9.1 * 0.02)


def test_a_boundary_of_more_than_six_tenths_of_iron_is_ferromagnetic():
    # Iron's own 2.15 T less what holds three tenths of it.
    assert boundary("Nd41Fe59")[BESIDE.rich][1] == BESIDE.rich_polarization_T
    part, j = boundary("Nd39Fe61")["ferromagnetic boundary"]
    assert part == pytest.approx(1.0)
    assert j == pytest.approx(BESIDE.poor_polarization_T * 0.31)
    assert "alpha-iron" in boundary("Fe99.9B0.1") or BESIDE.poor in boundary("Fe99.9B0.1")


def test_phases_on_the_hull_are_shared_out_by_volume_and_iron_is_known():
    rest = CompositionTable.from_strings(["Fe2Co"], basis="atomic")
    found = _on_hull(rest, 0.3)
    assert sum(part for _, part, _ in found) == pytest.approx(0.3)
    assert [p for _, p, _ in found] == sorted((p for _, p, _ in found), reverse=True)
    pure = _on_hull(CompositionTable.from_strings(["Fe"], basis="atomic"), 0.2)
    assert pure == [("alpha-iron", pytest.approx(0.2), 2.15)]


def test_the_phases_of_a_magnet_fill_it():
    charges = ["Nd31Fe68B1", "Sm36.5Co63.5", "Sm25Co50Fe18Cu5Zr2", "Nd26.7Fe72.3B1"]
    for oxygen in (0.0, 0.3):
        found = phase_balance(charges, {"oxygen_wt_pct": oxygen}, basis="weight")
        total = found.groupby("row_index")["volume_pct"].sum()
        np.testing.assert_allclose(total, 100.0, atol=0.05)
        assert found["row_index"].tolist() == sorted(found["row_index"])
        assert (found["phase"] == "oxide").any() == (oxygen > 0.0)
    shown = found.set_index(["row_index", "phase"])
    # J_s of Nd2Fe14B at 20 C is 1.61 T, of SmCo5 1.07 to 1.14 T; oxide has none.
    assert shown.loc[(0, "2:14:1"), "polarization_T"] == pytest.approx(1.61, abs=0.02)
    assert shown.loc[(1, "1:5"), "polarization_T"] == pytest.approx(1.1, abs=0.05)
    assert shown.loc[(0, "oxide"), "polarization_T"] == 0.0


def test_what_binds_zirconium_or_samarium_leaves_no_cells():
    # Above 0.43 wt.% of carbon none are left (abstract named in `magnetism/_cells.py`).
    for gas, amount, left in (("carbon", 0.2, 1), ("carbon", 0.45, 0), ("oxygen", 2.0, 0)):
        asked = {"process": {f"{gas}_wt_pct": amount}, "basis": "weight"}
        found = set(phase_balance("Sm25.5Fe15Cu6Zr2.7Co bal.", **asked)["phase"])
        status = predict("Sm25.5Fe15Cu6Zr2.7Co bal.", **asked)["status"][0]
        assert ("Sm(Co,Cu)5 walls" in found) == left == (status == "ok")
