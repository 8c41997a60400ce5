import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from magnetkit.errors import InputError
from numpy.testing import assert_allclose

from magnetkit import CompositionTable
from magnetkit.phases.partition import (
    assign_hosts,
    atomic_volumes,
    hosts_by_hardening,
    is_in_windows,
    partition,
    root_codes,
    root_places,
    site_rules,
    wall_hosts,
    without_model,
)
from magnetkit.phases.records import HOST_NAMES, HOSTS, ROOTS, root_host
from tests.recipes import make_table


def names(table, host="auto"):
    return [
        HOST_NAMES[c] if c >= 0 else "unknown"
        for c in assign_hosts(table, host)
    ]


@pytest.mark.parametrize(
    ("formula", "host"),
    [
        ("Nd2Fe14B", "2:14:1"),
        ("Nd2Fe14C", "2:14:1"),
        ("LaCo4.7C0.3", "1:5"),
        ("Dy2Co14B", "2:14:1"),
        ("Pr2Fe12Mn2B", "2:14:1"),
        ("Nd14.5Fe59Co16Ga1B9.5", "2:14:1"),
        ("Nd14Dy1Fe76Co1Cu0.2Al0.5Ga0.2Nb0.2B6", "2:14:1"),
        ("SmCo5", "1:5"),
        ("Sm0.6Gd0.4Co4.5Cu0.5", "1:5"),
        ("Sm2Co17", "2:17"),
        ("Sm2Fe17", "2:17"),
        ("Sm(Co0.72Fe0.15Cu0.1Zr0.03)5.6", "2:17"),
        ("Sm(Co0.72Fe0.15Cu0.1Zr0.03)7.5", "2:17"),
        ("Sm(Co0.72Fe0.15Cu0.1Zr0.03)8.6", "2:17"),
        ("Sm2Fe17N3", "2:17:3"),
        ("Sm2Fe17C2", "2:17:3"),
        ("SmFe11Ti", "1:12"),
        ("Sm0.8Zr0.2Fe9Co2Ti", "1:12"),
        ("NdFe11TiN", "1:12:1"),
        ("LaFe11.5Si1.5", "unknown"),
        ("TbCo2", "unknown"),
        ("YCo4B", "unknown"),
        ("FePt", "unknown"),
        ("NdAl4", "unknown"),
        # Neither boron nor a phase between 2:17 and the Laves phase.
        ("Nd2Fe14Al", "unknown"),
        ("Nd2Fe14B0.5", "unknown"),
        ("PrCo4B", "unknown"),
    ],
)
def test_assignment(formula, host):
    assert names(make_table(formula)) == [host]


def test_a_named_host_is_taken_at_its_word():
    assert names(make_table("ErCo6", "Nd8Fe86B6"), "1:5") == ["1:5", "1:5"]


@pytest.mark.parametrize(
    "formula",
    [
        "Nd2Fe14B",
        "Nd1.5Dy0.5Fe12Co2B",
        "SmCo5",
        "Sm2Co17",
        "Sm2Fe17N3",
        "SmFe11Ti",
        "NdFe11TiN",
    ],
)
def test_a_compound_is_all_hard_phase(formula):
    table = make_table(formula)
    part = partition(table)
    assert_allclose(part.hard_phase.to_array(), table.to_array(), atol=1e-12)
    assert part.hard_volume_fraction[0] == pytest.approx(1.0)
    assert len(part.grain_boundary.values) == 0


def test_a_charge_is_no_bare_formula():
    table = make_table(
        "Nd2Fe14B",
        "SmCo5",
        "Sm2Co17",
        "Nd15Fe77B8",
        "Sm(Co0.72Fe0.15Cu0.1Zr0.03)7.5",
        "Fe3Ga",
    )
    assert np.flatnonzero(partition(table).bare).tolist() == [0, 1, 2]


def test_remainder_is_a_boundary_phase():
    charges = [
        "Nd15Fe77B8",
        "Nd14.5Fe77.5Co1Cu0.2Ga0.3Al0.5B6",
        "Nd10Fe84B6",
        "Sm1.05Co5",
        "Sm(Co0.72Fe0.15Cu0.1Zr0.03)7.5",
    ]
    compounds = [
        "Y2Fe9Ni5B",
        "Y2Co13Ru4",
        "YFe6Ga6",
        "SmCo7",
        "Nd3Fe27.5Ti1.5",
        "Nd2Fe14B",
    ]
    assert partition(make_table(*charges)).charges.all()
    assert not partition(make_table(*compounds)).charges.any()


def test_excess_rare_earth_goes_to_the_grain_boundary():
    part = partition(
        make_table("Nd11.76Fe82.36B5.88", "Nd13Fe80.9B6.1", "Nd15Fe77B8")
    )
    assert 1.0 >= part.hard_volume_fraction[0] > part.hard_volume_fraction[1]
    assert part.hard_volume_fraction[1] > part.hard_volume_fraction[2] > 0.8
    assert part.grain_boundary.fraction("Nd")[1] > 0.6


def test_copper_and_gallium_leave_the_grains():
    table = make_table("Nd14.5Fe77.5Co1Cu0.2Ga0.3Al0.5B6")
    part = partition(table)

    def ratio(symbol):
        return part.hard_phase.fraction(symbol)[0] / table.fraction(symbol)[0]

    assert ratio("Cu") < 0.3
    assert ratio("Ga") < 0.5
    assert ratio("Al") > 0.7
    assert ratio("Co") > 0.8


def test_cells_and_walls():
    part = partition(make_table("Sm(Co0.72Fe0.15Cu0.1Zr0.03)7.5"))
    assert 0.7 < part.hard_volume_fraction[0] < 0.85
    walls = part.grain_boundary
    cells = part.hard_phase
    assert walls.fraction("Cu")[0] > 3 * cells.fraction("Cu")[0]
    assert walls.fraction("Fe")[0] < cells.fraction("Fe")[0]
    assert walls.fraction("Sm")[0] == pytest.approx(1 / 6, abs=0.01)
    assert cells.fraction("Sm")[0] == pytest.approx(2 / 19, abs=0.002)


@given(
    r=st.floats(11.0, 17.0),
    dy=st.floats(0.0, 3.0),
    b=st.floats(4.5, 8.0),
    co=st.floats(0.0, 15.0),
    cu=st.floats(0.0, 0.5),
    al=st.floats(0.0, 1.5),
)
def test_the_split_conserves_every_element(r, dy, b, co, cu, al):
    fe = 100 - r - b - co - cu - al
    amounts = {
        "Nd": r - dy,
        "Dy": dy,
        "B": b,
        "Co": co,
        "Cu": cu,
        "Al": al,
        "Fe": fe,
    }
    table = make_table(
        "".join(f"{e}{a:.6f}" for e, a in amounts.items() if a > 1e-5)
    )
    part = partition(table)
    assert 0.5 < part.hard_volume_fraction[0] <= 1.0 + 1e-9
    w = part.hard_weight_fraction[0]
    whole = part.hard_phase.weight_fractions() * w
    if len(part.grain_boundary.values):
        whole = whole + part.grain_boundary.weight_fractions() * (1 - w)
    assert_allclose(whole, table.weight_fractions(), atol=1e-6)
    # The hard phase is Nd2Fe14B on every site.
    hard = part.hard_phase
    assert hard.fraction("Nd", "Dy")[0] == pytest.approx(2 / 17, abs=2e-3)
    assert hard.fraction("B")[0] == pytest.approx(1 / 17, abs=1e-3)


def test_keeps_an_unknown_host_in_one_piece():
    part = partition(make_table("TbCo2"))
    assert np.isnan(part.hard_volume_fraction[0])
    assert part.to_frame()["host"].iloc[0] == "unknown"


@pytest.mark.parametrize("name", HOST_NAMES)
def test_sites_rebuild_the_crystal(name):
    from pymatgen.core import Lattice, Structure

    host = HOSTS[name]
    kinds = {"rare_earth": "Sm", "transition_metal": "Fe", "interstitial": "N"}
    for cell in filter(None, (host.structure, host.hexagonal)):
        lattice = (
            Lattice.hexagonal
            if cell.space_group_number > 142
            else Lattice.tetragonal
        )
        crystal = Structure.from_spacegroup(
            cell.space_group,
            lattice(cell.a_A, cell.c_A),
            [kinds[s.role] for s in cell.sites],
            [s.position for s in cell.sites],
        )
        assert len(crystal) == sum(s.multiplicity for s in cell.sites)
        counts = {
            k: crystal.composition[v] / cell.formula_units
            for k, v in kinds.items()
        }
        for role, count in counts.items():
            assert count == getattr(host, role)
        assert (
            min(n[0].nn_distance for n in crystal.get_all_neighbors(2.6) if n)
            > 1.7
        )


@pytest.mark.parametrize("formula", ["YFe6Ga6", "GdFeCo2Ga2", "NdFe7Al7B"])
def test_last_digit_of_equal_amounts_is_no_matter(formula):
    table = make_table(formula)
    whole = partition(table)
    for step in (-1e-10, 1e-10):
        # Each amount in turn is a hair more or less than its twin.
        for k in range(len(table.values)):
            values = table.values.copy()
            values[k] *= 1.0 + step
            changed_table = CompositionTable(
                table.indptr, table.indices, values, table.row_index
            )
            other = partition(changed_table)
            assert other.host.tolist() == whole.host.tolist()
            assert_allclose(
                other.hard_weight_fraction,
                whole.hard_weight_fraction,
                atol=1e-7,
            )


@pytest.mark.parametrize(
    "host",
    [
        None,
        1,
        b"1:5",
        [],
        [0, 1, 0],
        [0.0, 1.0],
        [0, 99],
        [-2, 0],
        [[0, 1]],
        object(),
    ],
)
def test_refuses_hosts_of_another_length(host):
    # A kernel would read beyond its tables.
    table = CompositionTable.from_strings(["Nd2Fe14B", "SmCo5"])
    with pytest.raises(InputError, match="host must be auto"):
        partition(table, host)
    codes = assign_hosts(table)
    assert (
        partition(table, codes.astype(np.int64)).host.tolist()
        == codes.tolist()
    )


def test_names_phases_only_without_a_host():
    # Coehoorn et al. (1989); a user may say that it is a magnet of a host.
    table = make_table(*["Nd4Fe77.5B18.5"] * 3)
    assert without_model(table, np.array([0, 1, -1], np.int8)) == {
        2: "Fe3B beside 2:14:1"
    }


def test_a_window_holds_its_ends_and_no_row_without_a_ratio():
    table = make_table("Nd2Fe14B", "Fe")
    ratio = 1.0 / 7.0
    for low, high, expected in (
        (ratio, ratio, [True, False]),
        (ratio + 1e-3, 1.0, [False, False]),
        (0.0, ratio - 1e-3, [False, True]),
    ):
        rule = {"Nd / Fe": (low, high)}
        assert is_in_windows(table, rule).tolist() == expected
        # Every ratio counts, and one to nothing is none.
        rule |= {"Fe / C": (0.0, 1e9)}
        assert not is_in_windows(table, rule).any()


def test_codes_of_hosts_lead_to_what_they_say():
    codes = np.arange(-1, len(HOST_NAMES), dtype=np.int8)
    names = ["2:14:1", "1:5", "2:17", "2:17:3", "1:12", "1:12:1"]
    assert list(HOST_NAMES) == names
    # None of these is a variant of another.
    assert root_codes(codes).tolist() == codes.tolist()
    assert root_places(codes).tolist() == codes.tolist()
    assert root_codes(codes).dtype == np.int8
    assert [ROOTS[place] for place in root_places(codes[1:])] == names
    assert [root_host(name) for name in [*names, "3:29"]] == [*names, "3:29"]
    # The walls of the cells of 2:17 are of 1:5.
    walls = [HOST_NAMES.index("1:5") if n == "2:17" else -1 for n in names]
    assert wall_hosts(codes).tolist() == [-1, *walls]
    hardened = {"boundary": 0, "grains": 1, "cells": 2, "route": 4}
    for hardening, code in hardened.items():
        is_hardened = hosts_by_hardening(codes, hardening)
        assert codes[is_hardened].tolist() == [code]
    assert codes[hosts_by_hardening(codes, "")].tolist() == [3, 5]
    assert not hosts_by_hardening(codes, "pressure").any()


def test_sites_of_a_host_hold_its_atoms():
    role, counts = site_rules()
    assert counts[0].tolist() == [2.0, 14.0, 1.0]
    assert counts[1].tolist() == [1.0, 5.0, 0.0]
    # Nd (60), Fe (26) and B (5) on the three sites of Nd2Fe14B; no carbon enters SmCo5.
    assert role[0, [59, 25, 4]].tolist() == [1, 2, 3]
    assert role.shape == (len(HOST_NAMES), 118)
    # Atoms of iron have 11.8 A3 in their bcc cell, of 2.866 A; of helium none is listed.
    volumes = atomic_volumes()
    assert volumes.shape == (118,)
    assert volumes[25] == pytest.approx(2.866**3 / 2.0, rel=0.03)
    assert volumes[1] == 20.0


def test_a_partition_counts_its_hosts_in_words():
    part = partition(make_table("Nd2Fe14B", "TbCo2", "SmCo5", "Pr2Fe14B"))
    text = "<Partition of 4 recipes: 1 unknown, 2 2:14:1, 1 1:5>"
    assert repr(part) == text
    some = part[np.array([2, 0])]
    assert some.host.tolist() == [1, 0]
    assert some.recipe.fraction("Sm")[0] == pytest.approx(1 / 6)
    assert repr(part[:0]) == "<Partition of 0 recipes: >"
