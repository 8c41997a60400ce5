"""Substituted crystals: cells, the choice of atoms, and the embedded table."""

import numpy as np
import pytest
from magnetkit.errors import InputError

from benchmarks.accuracy.phases import substituted
from magnetkit.phases.records import HOSTS

CELLS = [
    ("2:14:1", False),
    ("1:5", False),
    ("2:17", False),
    ("2:17", True),
    ("1:12", False),
]


@pytest.mark.parametrize(("host", "hexagonal"), CELLS)
def test_a_cell_has_whole_formula_units(host: str, hexagonal: bool):
    cell = substituted.host_cell(host, "Sm", "Co", hexagonal=hexagonal)
    amounts = cell.composition.get_el_amt_dict()
    units = amounts["Sm"] / HOSTS[host].rare_earth
    assert units == int(units)
    assert amounts["Co"] == units * HOSTS[host].transition_metal
    labels = cell.site_properties["label"]
    prototype = HOSTS[host].hexagonal if hexagonal else HOSTS[host].structure
    assert prototype is not None
    ratio = {
        labels.count(site.label) / site.multiplicity
        for site in prototype.sites
    }
    assert len(ratio) == 1
    distances = cell.distance_matrix[~np.eye(len(cell), dtype=bool)]
    assert distances.min() > 1.9


def test_refuses_unknown_hosts():
    with pytest.raises(InputError, match="1:5"):
        substituted.host_cell("1:6", "Sm", "Co")
    with pytest.raises(InputError, match="hexagonal"):
        substituted.host_cell("1:5", "Sm", "Co", hexagonal=True)


def test_atoms_are_replaced_on_the_site_and_far_from_each_other():
    cell = substituted.host_cell("1:5", "Sm", "Co")
    crystal = substituted.substitute(cell, "2c", "Cu", 3)
    copper = [
        i for i, site in enumerate(crystal) if site.specie.symbol == "Cu"
    ]
    assert [crystal[i].properties["label"] for i in copper] == ["2c"] * 3
    nearest = min(
        crystal.get_distance(i, j) for i in copper for j in copper if i < j
    )
    assert nearest > 4.0
    assert cell.composition.reduced_formula == "SmCo5"


@pytest.mark.parametrize("count", [0, 17])
def test_refuses_more_atoms_than_the_site(count: int):
    cell = substituted.host_cell("1:5", "Sm", "Co")
    with pytest.raises(InputError, match="16 atoms"):
        substituted.substitute(cell, "2c", "Cu", count)


def test_the_table_has_one_preferred_site_a_group():
    table = substituted.substitution_table()
    assert (table["above_preferred_site_eV"] >= 0).all()
    kind = [
        *"host stacking rare_earth transition_metal role element".split(),
        table["count"] > 1,
    ]
    assert table.groupby(kind)["preferred"].sum().ge(1).all()
    assert not table.duplicated([*kind[:-1], "site", "count"]).any()


def test_the_table_covers_the_commercial_hosts():
    table = substituted.substitution_table()
    one = table.query(
        "count == 1 and role == 'transition_metal' and stacking == 'standard'"
    )
    for host, metal in (
        ("2:14:1", "Fe"),
        ("1:5", "Co"),
        ("2:17", "Co"),
        ("1:12", "Fe"),
    ):
        rows = one[(one["host"] == host) & (one["transition_metal"] == metal)]
        other = {"Fe": "Co", "Co": "Fe"}[metal]
        expected = {other, *"Ni Mn Cu Al Ga Si Ti V Cr Zr Nb Mo".split()}
        assert set(rows["element"]) == expected
        sites = HOSTS[host].structure.sites
        assert set(rows["site"]) == {
            s.label for s in sites if s.role == "transition_metal"
        }


def test_cobalt_changes_moment_and_volume_like_experiments():
    table = substituted.substitution_table()
    cobalt = table.query(
        "host == '2:14:1' and transition_metal == 'Fe' and element == 'Co' and count == 1"
    )
    assert len(cobalt) == 6
    assert (cobalt["moment_change_muB"] < 0).all()
    assert (cobalt["volume_change_A3"] < 0).all()


def test_few_atoms_settle_by_energy_and_at_great_heat_by_number():
    cold = substituted.dilute("2:14:1", "Fe", "Co", temperature=10.0)
    hot = substituted.dilute("2:14:1", "Fe", "Co", temperature=1e9)
    warm = substituted.dilute("2:14:1", "Fe", "Co")
    assert max(cold.shares.values()) > 0.99
    assert hot.shares["16k1"] == pytest.approx(16 / 56, rel=1e-5)
    assert sum(warm.shares.values()) == pytest.approx(1.0)
    assert warm.shares["8j2"] < 0.5 * hot.shares["8j2"]
    assert warm.moment_change < 0


def test_titanium_settles_on_8i_and_dysprosium_on_4f():
    assert substituted.dilute("1:12", "Fe", "Ti").shares["8i"] > 0.9
    shares = substituted.dilute("2:14:1", "Fe", "Dy").shares
    assert set(shares) == {"4f", "4g"}
    assert shares["4f"] > 0.5


def test_refuses_an_unknown_substitution():
    with pytest.raises(InputError, match="no Au"):
        substituted.dilute("1:5", "Co", "Au")
