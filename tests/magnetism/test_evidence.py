"""How far a magnet is from measured ones, and what that leaves of its range and its probability."""

import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit import datasets
from magnetkit._core._columnar import Coded
from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import _uncertainty, sintered
from magnetkit.magnetism._boundary import boundary_composition
from magnetkit.magnetism._evidence import (
    EVIDENCE,
    UNPROVEN,
    Evidence,
    _metals,
    _sold_recipes,
    cap_probability,
    coordinates,
    evidence,
    evidence_at_temperature,
    process_distance,
)
from magnetkit.magnetism._uncertainty import distance_variance
from magnetkit.magnetism.measured_magnets import (
    measured_magnets,
    without_papers,
)
from magnetkit.magnetism.process import (
    Process,
    by_row,
    read_process,
    usual_of_hosts,
)
from magnetkit.phases import HOSTS
from magnetkit.phases.records import HOST_NAMES
from tests.magnetism.test_likeness import H, anchor

# Each row one coordinate farther from magnets as made, the others as they were.
AWAY = {
    "dysprosium and terbium": [
        f"Nd{18 - d:g}Dy{12 + d:g}B0.97Fe bal." for d in (0, 1, 2, 3)
    ],
    "boron": [f"Nd31B{b:g}Fe bal." for b in (1.02, 1.06, 1.1, 1.14)],
    "aluminium": [f"Nd31B1Al{a:g}Fe bal." for a in (1.0, 1.4, 1.8, 2.2)],
    "gadolinium, holmium, erbium": [
        f"Nd{30 - g:g}Gd{g:g}B1Fe bal." for g in (2, 4, 6, 8)
    ],
    "copper": [f"Sm25.5Fe14Cu{c:g}Zr2.8Co bal." for c in (14, 16, 18, 20)],
}


def compute_evidence(texts, root, quantity=H, producer=None):
    table = CompositionTable.from_strings(texts, basis="weight")
    return evidence(table, Coded.of([root] * len(texts)), quantity, producer)


@pytest.mark.parametrize("name", AWAY)
def test_distance_grows_along_each_coordinate(name):
    nearest = compute_evidence(
        AWAY[name], "2:17" if "Sm" in AWAY[name][0] else "2:14:1"
    )
    assert (np.diff(nearest.distance) > 0.05).all()
    assert nearest.farthest.texts()[-1] == name


def test_a_paper_left_out_is_no_evidence():
    table = CompositionTable.from_strings(["SmCo5.548Fe0.73Cu0.73Zr0.292"])
    root = Coded.of(["2:17"])
    with without_papers(["xu-2009"]):
        left_out = evidence(table, root, H)
    assert left_out.distance[0] > 0.1
    assert "(S10)" not in left_out.nearest.texts()[0]
    nearest = evidence(table, root, H)
    assert nearest.distance[0] == pytest.approx(0.0, abs=1e-9)
    assert "(S10)" in nearest.nearest.texts()[0]


def test_range_widens_with_distance_unless_the_user_measures():
    texts = [
        "SmCo5.2125Fe1.5Cu0.6Zr0.1875",
        "Sm0.8Ce0.2Co5.2125Fe1.5Cu0.6Zr0.1875",
    ]
    table = CompositionTable.from_strings(texts)
    roots = Coded.of(["2:17"] * 2)
    close, distant = distance_variance(table, roots, H)
    assert close == pytest.approx(0.0, abs=1e-9)
    assert close < distant < _uncertainty._growth()[H][0] ** 2
    frame = sintered(table, 300.0)
    half = np.log(frame[f"{H}_hi"] / frame[f"{H}_lo"]).to_numpy() / 2.0
    difference = half[1] ** 2 - half[0] ** 2
    assert difference == pytest.approx(1.645**2 * distant, rel=1e-2)
    nearest = evidence(table, roots, H, anchor(texts[1], "2:17"))
    assert nearest.distance[1] == pytest.approx(0.0, abs=1e-6)
    assert nearest.nearest.texts()[1] == "it's"


def test_a_host_without_a_measured_magnet_is_unproven():
    table = CompositionTable.from_strings(["SmFe11Ti"])
    assert evidence(table, Coded.of(["1:12"]), H).distance[0] > UNPROVEN


def test_probability_falls_with_the_distance():
    chance = np.linspace(0.0, 1.0, 21)
    at = [
        cap_probability(chance, np.full(21, d))
        for d in (0.0, 0.5, 1.0, 2.0, 9.0)
    ]
    assert at[0].tolist() == chance.tolist()
    assert (np.diff(at, axis=0) <= 1e-15).all()
    # Half of what is above 1/2 counts e^-1 as much at a distance of 2, and NaN stays.
    assert at[3][-1] == pytest.approx(0.5 + 0.5 / np.e)
    assert at[3][:11] == pytest.approx(chance[:11])
    nan = cap_probability(np.array([np.nan, 1.0]), np.array([1.0, np.nan]))
    assert np.isnan(nan).all()
    # Unproven: below any threshold of 0.7 or more, so never among those that meet.
    assert at[3].max() < 0.7
    assert at[4].max() == pytest.approx(0.5, abs=1e-6)


def test_unmeasured_temperatures_add_distance():
    curves = pd.read_csv(datasets.path("recipes/hot_curves.csv"))
    assert HOSTS["2:14:1"].magnet.compared_to_K <= curves["to_K"].max()
    magnets = measured_magnets()
    for root in ("1:5", "2:17"):
        hottest = magnets.loc[magnets["host"] == root, "to_K"].max()
        assert HOSTS[root].magnet.compared_to_K <= hottest
    nearest = compute_evidence(["Nd31B1Fe bal."], "2:14:1")
    roots = Coded.of(["2:14:1"])
    for kelvin, increase in ((300.0, 0.0), (543.15, 0.5), (190.0, 1.0)):
        hot = evidence_at_temperature(nearest, roots, kelvin)
        assert hot.distance[0] == pytest.approx(
            np.hypot(nearest.distance[0], increase)
        )
    assert hot.farthest.texts() == ["temperature"]


def test_distant_magnet_has_no_coercivity():
    texts = ["Nd31B1Fe bal.", "Nd15Gd16B1Fe bal."]
    frame = mk.predict(texts, "150C", basis="weight")
    close, distant = (row for _, row in frame.iterrows())
    assert close["status"] == "ok"
    assert (
        distant["status"]
        == "coercivity unknown: far from every measured magnet"
    )
    assert np.isnan(distant[H])
    assert distant["remanence_T"] > 0.3
    assert distant["evidence_farthest"] == "gadolinium, holmium, erbium"


def test_copper_free_iron_counts_three_times():
    table = CompositionTable.from_strings(
        ["SmCo4.5Fe0.5", "SmCo4.25Fe0.5Cu0.25", "SmCo3.5Fe0.5Cu"]
    )
    iron = _metals(table, "grains")["iron"]
    # A tenth of the metal is iron; 5 % of copper leaves 1/e of what is added, 20 % 1/e^4.
    assert iron == pytest.approx(0.1 + 0.2 * np.exp([0.0, -1.0, -4.0]))
    assert _metals(table, "cells")["iron"] == pytest.approx([0.1] * 3)


@pytest.mark.parametrize(
    ("plain", "amounts"),
    [
        # By arithmetic 0.9 wt.% of oxygen bind 5.6 of samarium, 0.5 of nitrogen 5.4.
        ("Sm25.5Fe15Cu6Zr2.7{}Co bal.", ("O0.9", "N0.5")),
        ("Nd29.5Pr1.5B0.97Co1Cu0.15{}Fe bal.", ("C0.4", "N0.3")),
    ],
)
def test_gases_of_no_magnet_have_a_large_distance(plain, amounts):
    recipes = [plain.format(""), *(plain.format(amount) for amount in amounts)]
    frame = mk.predict(recipes, "20C", basis="weight")
    assert frame["evidence_distance"].iloc[0] < 1.0
    assert (frame["evidence_distance"].iloc[1:] > UNPROVEN).all()


def test_excessive_rare_earth_has_a_large_distance():
    # Nd15Fe77B8 of 1984 has 33 wt.%; nobody sells 40.
    old, excessive = mk.predict(
        ["Nd33B0.97Fe bal.", "Nd40B0.97Fe bal."], "20C", basis="weight"
    )["evidence_distance"]
    assert old < 1.5
    assert excessive > 3.0


def test_a_further_coordinate_adds_as_a_right_angle():
    texts = Coded.of(["a", "b", "c"])
    near = Evidence(np.array([3.0, 3.0, 0.0]), texts, Coded.of(["x"] * 3))
    assert near.beyond(np.zeros(3), "y") is near
    far = near.beyond(np.array([4.0, 3.0, 0.0]), "y")
    assert far.distance == pytest.approx([5.0, np.hypot(3.0, 3.0), 0.0])
    # What is as far as all others together is not the farthest.
    assert far.farthest.texts() == ["y", "x", "x"]
    assert far.nearest is texts
    assert near.farthest.texts() == ["x"] * 3


def distance_of_process(host="2:14:1", **settings):
    codes = np.array([HOST_NAMES.index(host) if host else -1], np.int8)
    process = read_process(settings, 1)
    words = [host] if host else [""]
    rows = by_row(process, codes)
    return process_distance(process, rows, Coded.of(words))[0]


@pytest.mark.parametrize(
    ("name", "host", "most", "length"),
    [
        ("oxygen_wt_pct", "2:14:1", "oxygen_neodymium", None),
        ("oxygen_wt_pct", "1:5", "oxygen_cobalt", None),
        ("oxygen_wt_pct", "2:17", "oxygen_cobalt", None),
        ("carbon_wt_pct", "2:14:1", "carbon_most", "carbon_length"),
        ("nitrogen_wt_pct", "1:5", "nitrogen_most", "nitrogen_length"),
    ],
)
def test_a_gas_counts_beyond_the_most_of_magnets(name, host, most, length):
    least = getattr(EVIDENCE, most)
    unit = getattr(EVIDENCE, length or f"{most}_length")
    assert distance_of_process(host, **{name: least}) == 0.0
    value = least + 1.5 * unit
    assert distance_of_process(host, **{name: value}) == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("name", "kind", "is_ratio"),
    [
        ("alpha_k", "law", True),
        ("decay", "law", True),
        ("grain_size_um", "grain", True),
        ("density", "part", False),
    ],
)
def test_a_setting_counts_beyond_the_usual(name, kind, is_ratio):
    most = getattr(EVIDENCE, f"{kind}_most")
    length = getattr(EVIDENCE, f"{kind}_length")
    usual = usual_of_hosts(("2:14:1",))[name][0]
    for step, expected in ((most, 0.0), (most + 0.5 * length, 0.5)):
        value = usual * np.exp(-step) if is_ratio else usual - step
        distance = distance_of_process(**{name: value})
        assert distance == pytest.approx(expected, abs=1e-9)


def test_settings_of_the_route_are_no_distance():
    assert distance_of_process(route="hot-deformed") == 0.0
    assert distance_of_process(route="bonded-isotropic") == 0.0
    # Cells have no alpha_K to be away from.
    assert distance_of_process("2:17", alpha_k=0.3) == 0.0
    # Gases of no magnet, and none at all.
    codes = np.array([-1], np.int8)
    rows = by_row(Process(), codes) | {"oxygen_wt_pct": np.array([9.0])}
    assert process_distance(Process(), rows, Coded.of([""]))[0] == 0.0


def test_coordinates_are_contents_over_their_lengths():
    texts = ["Nd31B1Fe bal.", "Nd25Dy3Tb2Ce1Al2Cu0.3Ga0.2Co4Ti1.5B1Fe bal."]
    table = CompositionTable.from_strings(texts, basis="weight")
    places = coordinates(table, "2:14:1")
    assert places.shape == (2, 10)
    expected = [
        0.5 / EVIDENCE.copper_and_gallium,
        2.0 / EVIDENCE.aluminium,
        4.0 / EVIDENCE.cobalt,
        5.0 / EVIDENCE.dysprosium_and_terbium,
        0.0,
        1.0 / EVIDENCE.light,
        1.5 / EVIDENCE.others,
    ]
    assert places[1, 2:9] == pytest.approx(expected, abs=1e-9)
    assert places[0, 2:9] == pytest.approx(np.zeros(7), abs=1e-9)
    assert places[:, 9].tolist() == [0.0, 0.0]
    # Carbon counts beyond what magnets hold at most.
    most = EVIDENCE.carbon_most
    texts = [f"Nd31B1C{most + more:g}Fe bal." for more in (-0.02, 0.1, 0.2)]
    table = CompositionTable.from_strings(texts, basis="weight")
    carbon = coordinates(table, "2:14:1")[:, 9] * EVIDENCE.carbon
    assert carbon == pytest.approx([0.0, 0.1, 0.2], abs=1e-6)


def test_free_rare_earth_beyond_much_counts_a_third():
    texts = [f"Nd{n}B1Fe bal." for n in (28, 31, 36, 40)]
    table = CompositionTable.from_strings(texts, basis="weight")
    free = boundary_composition(table, 0.0, None)["free"]
    places = coordinates(table, "2:14:1")[:, 0] * EVIDENCE.free_rare_earth
    much = EVIDENCE.much_free
    assert free[0] < much < free[1]
    assert places[0] == pytest.approx(free[0])
    expected = much + (free[1:4] - much) / 3.0
    assert places[1:4] == pytest.approx(expected)
    # A bare formula, of which nothing is free, stands for the usual.
    formula = CompositionTable.from_strings(["Nd2Fe14B"])
    (place,) = coordinates(formula, "2:14:1")[:, 0]
    assert place == EVIDENCE.usual_free / EVIDENCE.free_rare_earth


def test_another_class_lies_along_the_route():
    """A magnet of the usual route is as far from another class as its route is."""
    table = CompositionTable.from_strings(
        ["Nd31B1Fe bal.", "Nd28B1Fe bal."], basis="weight"
    )
    roots = Coded.of(["2:14:1"] * 2)
    usual = evidence(table, roots, H)
    assert usual.distance[0] == pytest.approx(0.0, abs=1e-9)
    places: dict[str, np.ndarray] = {}
    other = evidence(table, roots, H, family="hot-deformed", places=places)
    assert other.distance[0] == pytest.approx(EVIDENCE.sister)
    assert other.farthest.texts() == ["route", "free rare earth"]
    assert other.nearest.texts()[0] == usual.nearest.texts()[0]
    # The second is nearer to one that was deformed.
    assert "(F24)" in other.nearest.texts()[1]
    assert list(places) == ["2:14:1"]
    # Of a class that nobody measured, all are of the usual route.
    nobody = evidence(table, roots, H, family="nobody's")
    assert nobody.distance[0] == pytest.approx(EVIDENCE.sister)
    assert nobody.nearest.texts() == usual.nearest.texts()


def test_cobalt_magnets_are_described_by_atoms():
    texts = ["Sm0.4Gd0.2Ce0.3Y0.1Co4Fe0.5Cu0.3Zr0.1Ti0.1", "Sm2Co17"]
    table = CompositionTable.from_strings(texts, basis="atomic")
    places = {name: x[0] for name, x in _metals(table, "cells").items()}
    assert places == pytest.approx(
        {
            "iron": 0.1,
            "copper": 0.06,
            "zirconium": 0.02,
            "metal per rare earth": 5.0,
            "heavy rare earth": 0.2,
            "light rare earth": 0.4,
            "other elements": 0.02,
        }
    )
    # A bare formula of cells is the usual charge, and one of grains what it says.
    for hardening, numbers in (
        ("cells", (0.08, 0.025, 7.5, 0.0)),
        ("grains", (0.0, 0.0, 8.5, 0.0)),
    ):
        names = ["copper", "zirconium", "metal per rare earth"]
        places = _metals(table, hardening)
        values = [places[name][1] for name in (*names, "other elements")]
        assert values == pytest.approx(numbers, abs=1e-12)


def test_no_host_has_no_evidence():
    table = CompositionTable.from_strings(["Nd2Fe14B", "TbCo2", "SmFe11Ti"])
    result = evidence(table, Coded.of(["2:14:1", "", "1:12"]), H)
    assert result.distance[1:].tolist() == [0.0, 2.5]
    assert result.nearest.texts()[1:] == ["", ""]
    assert result.farthest.texts()[1:] == ["", ""]


def test_sold_classes_have_the_middle_of_their_dysprosium():
    names, recipes = zip(*_sold_recipes(), strict=True)
    classes = pd.read_csv(datasets.path("grades/dysprosium_classes.csv"))
    classes = classes[classes["route"] == "alloyed"]
    assert list(names) == classes["class"].tolist()
    assert recipes[0] == "Nd30.5B1Fe bal."
    low, high = (
        classes[f"heavy_rare_earth_{end}_wt_pct"] for end in ("min", "max")
    )
    middle = ((low + high.fillna(low)) / 2.0).to_numpy()
    table = CompositionTable.from_strings(list(recipes), basis="weight")
    neodymium, dysprosium = 100.0 * table.weight_fractions()[:, [59, 65]].T
    assert dysprosium == pytest.approx(middle)
    assert neodymium == pytest.approx(30.5 - middle)
