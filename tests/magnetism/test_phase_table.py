"""Which phases a boundary is made of, atom by atom."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit.magnetism import phase_balance, predict
from magnetkit.magnetism._boundary import boundary_composition
from magnetkit.magnetism.phase_balance import _on_hull
from tests.recipes import make_table


def shares(text, **process):
    frame = phase_balance(text, process or None, basis="weight")
    return frame.set_index("phase")["volume_pct"].to_dict()


def test_boron_gallium_and_iron_take_their_atoms():
    # Boron over the stoichiometric 1.0 wt.% makes R1.1Fe4B4: 0.2 wt.% are 0.0185 mol, a quarter of
    # it less a thirteenth; 99 A3 a formula unit (two in 7.117^2 x 3.90 A3), of 100 g with 7.6 g/cm3.
    boride = shares("Nd31B1.2Fe bal.")["R1.1Fe4B4"]
    units = 0.25 * (1.2 / 10.81 - (67.8 / 55.85 - 1.2 / 10.81) / 13.0)
    assert boride == pytest.approx(
        100.0 * units * 99.0 * 0.6022 / (100.0 / 7.6), rel=0.15
    )
    assert "R2Fe17" not in shares("Nd31B1.2Fe bal.")
    # Boron below it leaves iron, which gallium binds with 13 atoms each, and then R2Fe17.
    short = shares("Nd31B0.85Fe bal.")
    bound = shares("Nd31B0.85Ga0.5Fe bal.")
    assert short["R2Fe17"] > 2.0
    assert bound.get("R2Fe17", 0.0) < short["R2Fe17"] - 2.0
    # 0.5 wt.% of Ga, 0.0072 mol: 358 A3 each.
    assert bound["R6(Fe,Co)13X"] == pytest.approx(
        100.0 * 0.0072 * 358.0 * 0.6022 / 13.2, rel=0.1
    )
    # Copper and aluminium make the same in part.
    assert (
        0.0
        < shares("Nd31B0.85Cu0.2Fe bal.")["R6(Fe,Co)13X"]
        < bound["R6(Fe,Co)13X"]
    )


def test_lists_the_phases_of_the_coercivity():
    table = make_table(
        "Nd31B0.85Fe bal.", "Nd31B0.9Ti0.3Fe bal.", basis="weight"
    )
    boundary = boundary_composition(table, np.zeros(2), np.full(2, 5.0))
    frame = phase_balance(table, {"oxygen_wt_pct": 0.0})
    soft = frame[frame["phase"] == "R2Fe17"]["volume_pct"].to_numpy()
    assert_allclose(soft, 100.0 * boundary["r2fe17"], rtol=1e-9)
    # Where it lies between the grains, H_cJ says so.
    few, many = predict(
        ["Nd31B0.95Fe bal.", "Nd31B0.85Fe bal."], basis="weight"
    )["coercivity_kA_m"]
    assert many < 0.7 * few


def test_shares_hull_phases_by_volume():
    rest = make_table("Fe2Co")
    phases = _on_hull(rest, 0.3)
    assert sum(part for _, part, _ in phases) == pytest.approx(0.3)
    assert [p for _, p, _ in phases] == sorted(
        (p for _, p, _ in phases), reverse=True
    )
    pure = _on_hull(make_table("Fe"), 0.2)
    assert pure == [("alpha-iron", pytest.approx(0.2), 2.15)]


def test_the_phases_of_a_magnet_fill_it():
    charges = [
        "Nd31Fe68B1",
        "Sm36.5Co63.5",
        "Sm25Co50Fe18Cu5Zr2",
        "Nd26.7Fe72.3B1",
        # Of no host.
        "Er45Co55",
    ]
    for oxygen in (0.0, 0.3):
        frame = phase_balance(
            charges, {"oxygen_wt_pct": oxygen}, basis="weight"
        )
        total = frame.groupby("row_index")["volume_pct"].sum()
        assert_allclose(total, 100.0, atol=0.05)
        assert frame["row_index"].tolist() == sorted(frame["row_index"])
        assert (frame["phase"] == "oxide").any() == (oxygen > 0.0)
    table = frame.set_index(["row_index", "phase"])
    # J_s of Nd2Fe14B at 20 C is 1.61 T, of SmCo5 1.07 to 1.14 T; oxide has none.
    assert table.loc[(0, "2:14:1"), "polarization_T"] == pytest.approx(
        1.61, abs=0.02
    )
    assert table.loc[(1, "1:5"), "polarization_T"] == pytest.approx(
        1.1, abs=0.05
    )
    assert table.loc[(0, "oxide"), "polarization_T"] == 0.0


def test_bound_zirconium_or_samarium_leaves_no_cells():
    # Above 0.43 wt.% of carbon none are left (abstract named in `magnetism/_cells.py`).
    for gas, amount, count in (
        ("carbon", 0.2, 1),
        ("carbon", 0.45, 0),
        ("oxygen", 2.0, 0),
    ):
        options = {"process": {f"{gas}_wt_pct": amount}, "basis": "weight"}
        phases = set(
            phase_balance("Sm25.5Fe15Cu6Zr2.7Co bal.", **options)["phase"]
        )
        status = predict("Sm25.5Fe15Cu6Zr2.7Co bal.", **options)["status"][0]
        assert ("Sm(Co,Cu)5 walls" in phases) == count == (status == "ok")
