"""Phases as arrays and rows gathered by chemical system."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.elements import INDEX
from magnetkit.errors import DataError
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.alloy.table import CompositionTable
from magnetkit.phases import _space
from magnetkit.phases._space import (
    build_space,
    find_collapsed_entries,
    gather,
    lowest_entries,
)
from magnetkit.phases.snapshot import Snapshot


@pytest.fixture
def small():
    formulas = ["Fe", "Fe2B", "FeB", "Fe4B2", "Nd", "Nd2Fe14B", "Nd2(Fe7B)2"]
    return build_space(
        formulas, np.array([0.0, -0.3, -0.4, -0.2, 0.0, -0.06, -0.1])
    )


def test_takes_the_lowest_energy_of_each_composition(small):
    assert small.formulas == "B Fe Nd Fe2B FeB Nd2Fe14B Nd2(Fe7B)2".split()
    assert small.energy.tolist() == [0.0, 0.0, 0.0, -0.3, -0.4, -0.06, -0.1]
    assert small.columns == 3
    assert [small.column[INDEX[s]] for s in ("B", "Fe", "Nd", "Co")] == [
        0,
        1,
        2,
        -1,
    ]
    dense = small.table().to_array()
    assert_allclose(dense.sum(axis=1), 1.0)
    assert dense[3, INDEX["Fe"]] == pytest.approx(2 / 3)


def test_take(small):
    part = small.take(np.array([1, 1, 1, 0, 1, 0, 0], bool))
    assert part.formulas == ["B", "Fe", "Nd", "FeB"]
    assert_array_equal(part.table().to_array()[3], small.table().to_array()[4])


@pytest.mark.parametrize(
    ("formulas", "energies", "message"),
    [
        (["Fe", "B"], [-0.5, 0.0], "Fe lies 0.500 eV/atom below zero"),
        (["Fe", "Xx2"], [0.0, 0.0], "'Xx2'"),
    ],
)
def test_names_a_broken_snapshot(formulas, energies, message):
    with pytest.raises(DataError, match=message):
        build_space(formulas, np.array(energies))


def test_lists_entries_without_or_with_absurd_energy():
    formulas = ["Fe", "B", "FeB", "Fe2B", "Fe3B", "FeB2"]
    space = build_space(
        formulas, np.array([0.0, 0.0, np.nan, -0.3, -40.0, 7.0])
    )
    assert space.formulas == ["B", "Fe", "Fe2B"]
    assert space.left_out == (
        "FeB: no formation energy",
        "Fe3B: formation energy -40 eV/atom",
        "FeB2: formation energy 7 eV/atom",
    )


def test_snapshot_lists_omissions_and_refuses_two_schemes():
    entries = pd.DataFrame(
        {
            "formula": ["Fe", "B", "FeB"],
            "formation_energy_eV_atom": [0.0, 0.0, np.nan],
            "source": "Materials Project GGA_GGA+U",
        }
    )
    with pytest.warns(UserWarning, match="left out FeB: no formation energy"):
        assert lowest_entries(Snapshot("mine", entries, {})).formulas == [
            "B",
            "Fe",
        ]
    lacking = [f"Fe{k}B" for k in range(2, 8)]
    more = pd.DataFrame({"formula": lacking, "source": entries["source"][0]})
    entries = pd.concat([entries, more], ignore_index=True)
    with pytest.warns(UserWarning, match=r"Fe5B: [a-z ]* and 2 more"):
        lowest_entries(Snapshot("mine", entries, {}))
    entries.loc[1, "source"] = "Materials Project R2SCAN"
    with pytest.raises(DataError, match=r"mixes energies of .*GGA.*R2SCAN"):
        lowest_entries(Snapshot("mine", entries, {}))


def test_compounds_calculated_without_their_moment_are_left_out():
    entries = pd.DataFrame(
        {
            "formula": "Sm Fe Co SmCo5 Sm2Fe17 YCo2 GdCo5 SmCo3 Nd6Fe13Si Y Gd Nd Si".split(),
            "formation_energy_eV_atom": np.fromstring(
                "0 0 0 0.067 -0.01 -0.1 -0.1 -0.1 -0.1 0 0 0 0", sep=" "
            ),
            # SmCo5 as the database had it in 2020, 0.106 / 6; healthy it carries 7.0 muB.
            "magnetic_moment_muB_atom": np.fromstring(
                "0 2.2 1.6 0.01767 2 0 0.1 0 0 0 7 0 0", sep=" "
            ),
            "ordering": "NM FM FM FM FM NM FiM FM AFM NM FM NM NM".split(),
        }
    )
    with pytest.warns(
        UserWarning, match="SmCo5: calculated without its moment"
    ):
        space = lowest_entries(Snapshot("mine", entries, {}))
    assert space.left_out == ("SmCo5: calculated without its moment",)
    assert {"Sm2Fe17", "YCo2", "GdCo5", "SmCo3", "Nd6Fe13Si"} < set(
        space.formulas
    )


def test_rows_join_the_largest_system_that_holds_them(small):
    table = CompositionTable.from_strings(
        ["Nd2Fe14B", "Fe2B", "Co", "Fe", "NdFe5", "CoB", "FeB"]
    )
    systems = gather(table, small)
    assert systems.members.tolist() == [[True, True, True]]
    assert systems.order.tolist() == [0, 1, 3, 4, 6]
    assert systems.bounds.tolist() == [0, 5]


def test_gathers_rows_by_system(small):
    table = CompositionTable.from_strings(["NdFe5", "Fe2B", "Nd2Fe17", "FeB"])
    systems = gather(table, small)
    assert sorted(map(tuple, systems.members.tolist())) == [
        (False, True, True),
        (True, True, False),
    ]
    for s, members in enumerate(systems.members):
        rows = systems.order[systems.bounds[s] : systems.bounds[s + 1]]
        assert rows.tolist() == ([0, 2] if members[2] else [1, 3])
    system, first, last = systems.runs(np.array([True, False]))
    assert (system.tolist(), first.tolist(), last.tolist()) == ([0], [0], [2])


def test_more_elements_than_a_word_holds():
    symbols = [s for s in INDEX if INDEX[s] < 70]
    space = build_space([*symbols, "HYb"], np.zeros(71))
    table = CompositionTable.from_strings(["HYb", "H", "LiYb"])
    systems = gather(table, space)
    assert sorted(systems.members.sum(axis=1).tolist()) == [2, 2]
    assert len(systems.order) == 3


@pytest.mark.parametrize("pairs", [1 << 22, 50])
@pytest.mark.parametrize("seed", range(6))
def test_largest_set_owns_its_subsets(seed, pairs, monkeypatch):
    monkeypatch.setattr(_space, "_PAIRS", pairs)
    rng = np.random.default_rng(seed)
    members = np.unique(rng.random((60, 8)) < rng.uniform(0.1, 0.7), axis=0)
    rng.shuffle(members)
    sizes = members.sum(axis=1)
    owner = _space._cover(
        np.packbits(members, axis=1).astype(np.uint64), sizes
    )
    # Their bits may stand in several words.
    wide = np.zeros((len(members), 192), bool)
    wide[:, [0, 20, 63, 64, 65, 100, 127, 129]] = members
    assert (
        _space._cover(np.packbits(wide, axis=1).view(np.uint64), sizes)
        == owner
    ).all()
    for subset, by in zip(members, owner, strict=True):
        assert (members[by] >= subset).all()
        holding = [m for m in members if (m >= subset).all()]
        assert members[by].sum() == max(m.sum() for m in holding)
    assert (owner[owner] == owner).all()


def test_judges_moments_of_systems_that_have_any():
    entries = pd.DataFrame(
        {
            "formula": ["SmCo5", "YFe2", "YFe2", "NdFe2"],
            "magnetic_moment_muB_atom": [1.5, 0.01, np.nan, 1.4],
        }
    )
    collapse = find_collapsed_entries(entries)
    assert collapse is not None
    assert collapse.tolist() == [False, True, False, False]
    assert (
        find_collapsed_entries(entries.assign(magnetic_moment_muB_atom=np.nan))
        is None
    )
    assert find_collapsed_entries(entries[["formula"]]) is None
