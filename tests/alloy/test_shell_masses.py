"""What a magnet weighs once a shell and its carriers are in it, by hand."""

import numpy as np
import pytest

import magnetkit as mk
from magnetkit._core.elements import INDEX
from magnetkit.alloy import CompositionTable
from magnetkit.alloy.shell_rows import (
    add_masses,
    mean_over_mass,
    read_shells,
    shell_texts,
    with_shell,
)
from magnetkit.alloy.shells import read_shell

BASE = "Nd30B1Fe69"
# Dysprosium takes neodymium's place atom for atom until it is 0.5 % of the mass: of 100 g it is
# n 162.5 = 0.005 (100 + n (162.5 - 144.242)) g, so that n = 0.0030787 mol.
MOLES = 0.5 / (162.5 - 0.005 * (162.5 - 144.242))
WHOLE = 100.0 + MOLES * (162.5 - 144.242)
DYSPROSIUM = {
    "Dy": MOLES * 162.5 / WHOLE,
    "Nd": (30.0 - MOLES * 144.242) / WHOLE,
    "Fe": 69.0 / WHOLE,
    "B": 1.0 / WHOLE,
}
# A carrier of 0.7 % of the mass leaves 0.993 to all else.
WITH_CARRIER = {
    symbol: 0.993 * share for symbol, share in DYSPROSIUM.items()
} | {"Pr": 0.007}
SHELLS = {
    "Dy 0.5 wt%": DYSPROSIUM,
    "Dy 0.5 wt% + Pr 0.7 wt%": WITH_CARRIER,
    "Al 0.2 wt%": {"Al": 0.002, "Nd": 0.2994, "Fe": 0.68862, "B": 0.00998},
}


@pytest.mark.parametrize("shell", list(SHELLS))
def test_masses_are_those_of_core_shell_and_carrier(shell):
    table = CompositionTable.from_strings([BASE], basis="weight")
    weights = with_shell(table, shell).weight_fractions()[0]
    for symbol, share in SHELLS[shell].items():
        assert weights[INDEX[symbol]] == pytest.approx(share, rel=1e-5), symbol
    assert weights.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("shell", list(SHELLS))
def test_price_counts_the_mass_of_a_shell(shell):
    (row,) = mk.supply.ledger(BASE, shell=shell, basis="weight").itertuples()
    shares = SHELLS[shell]
    rare = sum(shares.get(symbol, 0.0) for symbol in ("Nd", "Pr", "Dy"))
    assert row.heavy_rare_earth_wt_pct == pytest.approx(
        100.0 * shares.get("Dy", 0.0), rel=1e-5
    )
    assert row.rare_earth_wt_pct == pytest.approx(100.0 * rare, rel=1e-5)
    prices = mk.supply.element_table().set_index("element")["price_USD_kg"]
    cost = sum(share * prices[symbol] for symbol, share in shares.items())
    assert row.cost_USD_kg == pytest.approx(cost, rel=1e-5)


def test_shell_content_includes_losses_to_boundaries():
    # 30 % of the rare earth of 10 % of the volume; four tenths of what is put in are lost, so that
    # 0.05 of the rare earth is replaced: 0.1 of 2 atoms.
    whole = with_shell("Nd2Fe14B", "Tb 0.30 @ 0.10")
    assert whole.fraction("Tb")[0] == pytest.approx(0.1 / 17.0)
    assert whole.fraction("Nd")[0] == pytest.approx(1.9 / 17.0)


def test_coat_on_both_faces_is_a_mass_share():
    # 2 mg/cm2 twice on 3.775 g/cm2, 5 mm of 7.55 g/cm3: 0.106 %.
    shell = read_shell("Tb 2 mg/cm2 on 5 mm")
    assert shell.amount_wt_pct == pytest.approx(0.106)
    assert read_shell("Tb 4 mg/cm2 on 2.5 mm").amount_wt_pct == pytest.approx(
        0.424
    )


def test_a_carrier_of_one_row_is_no_carrier_of_the_next():
    table = CompositionTable.from_strings([BASE] * 3, basis="weight")
    shells = ["Dy 0.5 wt% + Pr 0.7 wt%", "Dy 0.5 wt%", "Dy 0.5 wt% + Pr 1 wt%"]
    prices = np.zeros((len(INDEX), 1))
    prices[INDEX["Pr"]] = 10.0
    figures = np.column_stack([np.ones(len(INDEX)), prices])
    means = mean_over_mass(table, figures, shells)
    assert means[:, 0] == pytest.approx(1.0)
    assert means[:, 1] == pytest.approx([0.07, 0.0, 0.1])


def test_shells_of_many_magnets_are_columns():
    shells = [
        "Tb 0.5 wt% + Cu 0.25 wt% from faces 5 mm apart",
        "",
        "Al 0.2 wt% between grains",
        "Dy 0.30 @ 0.10",
    ]
    rows = read_shells(shells, 4)
    columns = [INDEX["Tb"], 0, 0, INDEX["Dy"]]
    assert rows.column.tolist() == columns
    nan = pytest.approx(np.nan, nan_ok=True)
    assert rows.fraction.tolist() == [nan, 0.0, 0.0, 0.10]
    assert rows.content.tolist() == [nan, 0.0, 0.0, 0.30]
    assert rows.amount.tolist() == [0.005, nan, nan, nan]
    assert rows.faces_mm.tolist() == [5.0, np.inf, np.inf, np.inf]
    assert rows.between_grains.tolist() == [False, False, True, False]
    assert rows.with_rim.tolist() == [True, False, False, True]
    carriers = np.argwhere(rows.carriers).tolist()
    assert carriers == [[0, INDEX["Cu"]], [2, INDEX["Al"]]]
    amounts = rows.carriers[[0, 2], [INDEX["Cu"], INDEX["Al"]]]
    assert amounts.tolist() == pytest.approx([0.0025, 0.002])
    assert shell_texts(rows, 4).to_pylist() == shells
    assert shell_texts(None, 2).to_pylist() == ["", ""]
    assert read_shells(None, 2) is None
    assert read_shells("Tb 0.5 wt%", 3).carriers is None
    assert read_shells("Tb 0.5 wt%", 3).amount.tolist() == [0.005] * 3


def test_no_more_rare_earth_is_replaced_than_there_is():
    table = CompositionTable.from_strings(["Nd1Fe99", "Fe100"], basis="weight")
    whole = with_shell(table, "Tb 20 wt%")
    assert whole.fraction("Nd").tolist() == [0.0, 0.0]
    moles = [1.0 / 144.242, 99.0 / 55.845]
    share = moles[0] / sum(moles)
    assert whole.fraction("Tb") == pytest.approx([share, 0.0], rel=1e-4)


def test_a_table_without_additions_stays_as_it_is():
    table = CompositionTable.from_strings([BASE, "Xx", BASE], basis="weight")
    assert with_shell(table, None) is table
    assert with_shell(table, ["", None]) is table
    assert add_masses(table, np.zeros((2, len(INDEX)))) is table
    masses = np.zeros((2, len(INDEX)))
    masses[1, INDEX["Cu"]] = 0.25
    some = add_masses(table, masses)
    assert some.row_index.tolist() == [0, 2]
    assert some.errors == table.errors
    assert some.is_by_weight.tolist() == [True, True]
    weights = some.weight_fractions()
    assert weights[0, INDEX["Nd"]] == pytest.approx(0.30)
    assert weights[1, INDEX["Nd"]] == pytest.approx(0.225)
    assert weights[1, INDEX["Cu"]] == pytest.approx(0.25)


def test_a_figure_that_is_not_known_is_not_of_the_mean():
    table = CompositionTable.from_strings(["Fe", "Nd2Fe14B"])
    figures = np.ones((len(INDEX), 2))
    figures[INDEX["Nd"], 1] = np.nan
    means = mean_over_mass(table, figures)
    assert means[:, 0].tolist() == [1.0, 1.0]
    assert means[0, 1] == 1.0
    assert np.isnan(means[1, 1])
