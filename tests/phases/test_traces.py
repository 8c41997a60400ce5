"""What is taken out of recipes before they are split, and which phases no melt gives, by hand."""

import numpy as np
import pytest

from magnetkit import CompositionTable
from magnetkit._core.elements import INDEX
from magnetkit.phases.partition import not_from_melt, partition, purify
from magnetkit.phases.records import HOST_NAMES
from tests.recipes import make_table

MAGNET = HOST_NAMES.index("2:14:1")
NONE = -1


def purify_recipes(recipes, hosts, basis="weight"):
    codes = np.array(
        [NONE if h is None else HOST_NAMES.index(h) for h in hosts], np.int8
    )
    return purify(CompositionTable.from_strings(recipes, basis=basis), codes)


def test_returns_a_pure_recipe_as_it_is():
    table = CompositionTable.from_strings(["Nd2Fe14B", "SmCo5"])
    same, traces = purify(
        table, np.array([MAGNET, HOST_NAMES.index("1:5")], np.int8)
    )
    assert same is table
    assert traces is None


def test_removes_tin_within_its_limit():
    # The limit of tin is 0.3 wt.%.
    recipes = ["Nd30Fe68.8B1Sn0.2", "Nd30Fe68.6B1Sn0.4", "Nd30Fe69B1"]
    table, traces = purify_recipes(recipes, ["2:14:1"] * 3)
    assert traces.weight == pytest.approx([0.2, 0.4, 0.0], rel=1e-3)
    assert traces.beyond.tolist() == [False, True, False]
    assert table.fraction("Sn")[0] == 0.0
    assert table.weight_fractions()[1, INDEX["Sn"]] == pytest.approx(
        0.004, rel=1e-6
    )
    # What is left are fractions of the rest: 30 / 144.242 of neodymium, 68.8 / 55.845 of iron and
    # 1 / 10.81 of boron, moles per 100 g.
    atoms = np.array([0.207984, 1.231981, 0.092507])
    shares = [table.fraction(symbol)[0] for symbol in ("Nd", "Fe", "B")]
    assert shares == pytest.approx(atoms / atoms.sum(), rel=1e-4)
    # Nd 34.19, Fe 11.77, B 7.29 and Sn 27.05 A3: 0.2 / 118.71 of tin is 0.0456 of 22.331.
    assert traces.volume[0] == pytest.approx(0.045573 / 22.3312, rel=1e-3)
    assert traces.volume[2] == 0.0
    assert traces.said[0].tolist() == [0, 1]
    assert traces.said[2] == pytest.approx([0.2, 0.4], rel=1e-3)
    assert traces.words() == {
        0: "Sn 0.2 wt.% taken for inert",
        1: "Sn 0.4 wt.% outside, over 0.3",
    }


@pytest.mark.parametrize("trace", ["Ca", "S", "Li", "Cl"])
def test_a_limit_of_a_tenth_is_one_too(trace):
    recipes = [f"Nd30Fe68.95B1{trace}0.05", f"Nd30Fe68.85B1{trace}0.15"]
    table, traces = purify_recipes(recipes, ["2:14:1"] * 2)
    assert traces.weight == pytest.approx([0.05, 0.15], rel=1e-3)
    assert traces.beyond.tolist() == [False, True]
    assert (table.fraction(trace) > 0.0).tolist() == [False, True]


def test_traces_add_up():
    table, traces = purify_recipes(
        ["Nd30Fe68.7B1Sn0.2Ca0.05Mg0.05"], ["2:14:1"]
    )
    assert traces.weight == pytest.approx([0.3], rel=1e-3)
    assert not traces.beyond[0]
    assert len(table.values) == 3


def test_oxygen_and_nitrogen_are_no_traces():
    recipes = ["Nd30Fe68.4B1O0.5N0.1", "Nd30Fe65.9B1O3.1", "Nd30Fe66.1B1O2.9"]
    table, traces = purify_recipes(recipes, ["2:14:1"] * 3)
    assert traces.gases["oxygen_wt_pct"] == pytest.approx(
        [0.5, 3.1, 2.9], rel=1e-3
    )
    assert traces.gases["nitrogen_wt_pct"][0] == pytest.approx(0.1, rel=1e-3)
    assert np.isnan(traces.gases["nitrogen_wt_pct"][1:]).all()
    assert np.isnan(traces.gases["carbon_wt_pct"]).all()
    assert traces.weight.tolist() == traces.volume.tolist() == [0.0] * 3
    # More than 3 wt.% of a gas is in no magnet.
    assert traces.beyond.tolist() == [False, True, False]
    assert (table.fraction("O", "N") == 0.0).all()


@pytest.mark.parametrize(
    ("carbon", "share_out"),
    [
        (0.05, 1.0),
        (0.10, 1.0),
        (0.175, 0.5),
        (0.22, 0.2),
        (0.24, 1 / 15),
        (0.25, 0.0),
        (0.5, 0.0),
    ],
)
def test_carbon_replaces_boron_in_part(carbon, share_out):
    # Up to a tenth of carbon and boron it binds rare earth, from a quarter on it is in the crystal.
    recipe = f"Nd2Fe14B{1.0 - carbon:g}C{carbon:g}"
    table, traces = purify_recipes([recipe], ["2:14:1"], "atomic")
    mass = 2 * 144.242 + 14 * 55.845 + (1.0 - carbon) * 10.81 + carbon * 12.011
    taken_out = share_out * carbon
    carbon_pct = 100.0 * taken_out * 12.011 / mass
    assert np.nan_to_num(traces.gases["carbon_wt_pct"][0]) == pytest.approx(
        carbon_pct, rel=1e-3
    )
    assert np.isnan(traces.gases["carbon_wt_pct"][0]) == (share_out == 0.0)
    share = (carbon - taken_out) / (17.0 - taken_out)
    assert table.fraction("C")[0] == pytest.approx(share, rel=1e-3, abs=1e-9)


def test_keeps_elements_of_the_host_and_unknown_recipes():
    recipes = [
        "Sm2Fe17N3",
        "Sm2Fe17C1",
        "Sm2Co17C1",
        "Nd2Fe14BN0.2",
        "Fe3O4",
        "SmCo5Sn0.01",
    ]
    hosts = ["2:17:3", "2:17:3", "2:17", "2:14:1", None, "1:5"]
    table, traces = purify_recipes(recipes, hosts, "atomic")
    whole = CompositionTable.from_strings(recipes, basis="atomic")
    for row in (0, 1, 4):
        assert (table[[row]].to_array() == whole[[row]].to_array()).all()
        assert not traces.beyond[row]
    assert table.fraction("C", "N")[[2, 3]].tolist() == [0.0, 0.0]
    # All carbon of a host without boron binds rare earth: 12.011 of 1,314.6 g.
    assert traces.gases["carbon_wt_pct"][2] == pytest.approx(
        100 * 12.011 / 1314.60, rel=1e-3
    )
    assert np.isnan(traces.gases["carbon_wt_pct"][[0, 1, 3, 4, 5]]).all()


@pytest.mark.parametrize(
    "name", [name for name in HOST_NAMES if name != "2:14:1"]
)
def test_oxygen_is_taken_out_of_every_host_alone(name):
    table, traces = purify_recipes(["SmCo5O0.1"], [name], "atomic")
    assert table.fraction("O")[0] == 0.0
    # 15.999 x 0.1 of 150.36 + 5 x 58.933 + 1.6 g.
    assert traces.gases["oxygen_wt_pct"][0] == pytest.approx(
        160.0 / 446.63, rel=1e-3
    )


def test_purified_rows_keep_order_and_number():
    recipes = [
        "Nd30Fe69B1",
        "Nd30Fe68.5B1O0.5",
        "Nd31Fe68B1",
        "Nd31Fe67.8B1Sn0.2",
    ]
    table, traces = purify_recipes(recipes, ["2:14:1"] * 4)
    assert table.row_index.tolist() == [0, 1, 2, 3]
    plain = make_table(
        "Nd30Fe69B1",
        "Nd30Fe68.5B1",
        "Nd31Fe68B1",
        "Nd31Fe67.8B1",
        basis="weight",
    )
    assert table.to_array() == pytest.approx(plain.to_array(), rel=1e-9)
    assert (
        partition(table, np.full(4, MAGNET, np.int8)).bare.tolist()
        == [False] * 4
    )
    assert traces.weight == pytest.approx([0.0, 0.0, 0.0, 0.2], rel=1e-3)


def test_melt_yields_the_boride():
    recipes = {
        "Nd2Fe14B": "2:14:1",
        "Nd2Fe14B0.51C0.49": "2:14:1",
        "Nd2Fe14B0.5C0.5": "2:14:1",
        "Nd2Fe14B0.49C0.51": "2:14:1",
        "Nd2Fe14C": "2:14:1",
        "Sm2Fe17N3": "2:17:3",
        "NdFe11TiN": "1:12:1",
        # Carbon of a host whose melt gives it is no sign of anything.
        "SmCo5C0.1": "1:5",
        "Sm2Fe17C0.1": "2:17",
        "SmFe11Ti": "1:12",
        "Fe3C": None,
    }
    codes = [
        NONE if name is None else HOST_NAMES.index(name)
        for name in recipes.values()
    ]
    table = CompositionTable.from_strings(list(recipes))
    late = not_from_melt(table, np.array(codes, np.int8))
    assert late.dtype == bool
    assert late.tolist() == [False] * 3 + [True] * 4 + [False] * 4
