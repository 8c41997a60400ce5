from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism.process import (
    KNEE_LAWS,
    TEMPERATURE_LAWS,
    Process,
    _law_code,
    assumption,
    by_row,
    ignored_settings,
    known_fields,
    level_route,
    parameters,
    process_record,
    read_process,
    routes,
    rows_made_by_route,
    usual_of_hosts,
)
from magnetkit.phases.records import HOST_NAMES


def test_every_host_has_a_family_and_a_sentence():
    assert set(parameters().families) == set(HOST_NAMES)
    for host in HOST_NAMES:
        assert "density" in assumption(host)
    assert "cells" in assumption("2:17")
    with pytest.raises(InputError, match="host must be one of"):
        assumption("3:29")


def test_words_of_a_host_have_its_numbers():
    for host, words in {
        "2:14:1": ["boundary of 12 %", "5 um", "98.5 %"],
        "1:5": ["with 3 %", "10 um", "97.5 %"],
        "2:17": ["7.5 metal atoms", "8 % Cu", "2.5 % Zr", "50 um"],
    }.items():
        text = assumption(host)
        # Alignment is fitted: each measured magnet that is added moves it.
        alignment = parameters().families[host].process.alignment
        words.append(f"alignment {alignment:.2f}")
        assert [word for word in words if word not in text] == []
    cells = parameters().cells
    numbers = [cells[name] for name in ("ratio", "copper", "zirconium")]
    assert numbers == [7.5, 0.08, 0.025]


def test_families_name_their_evidence():
    for family in parameters().families.values():
        assert family.source
        assert family.confidence
        assert 0.0 < family.squareness < 1.0
        assert family.recoil >= 1.0


def test_given_values_replace_defaults_row_by_row():
    codes = np.array([0, 1, -1], np.int8)
    process = read_process(
        {"density": [0.9, np.nan, 0.9], "grain_size_um": 3.0}, 3
    )
    rows = by_row(process, codes)
    assert rows["density"][0] == 0.9
    assert (
        rows["density"][1]
        == parameters().families[HOST_NAMES[1]].process.density
    )
    assert rows["grain_size_um"].tolist() == [3.0, 3.0, 3.0]
    # A row of no known host has no family, so nothing made of it is a number.
    assert np.isnan(rows["alpha_k"][2])


ONE_TOO_HIGH = {"density": [0.9, 2.0, 0.9]}
ONE_TOO_LOW = {"density": [0.9, -1.0, 0.9]}


@pytest.mark.parametrize(
    "bad",
    [
        {"size": 3},
        {"density": 2.0},
        ONE_TOO_HIGH,
        ONE_TOO_LOW,
        {"alignment": [0.9]},
        3,
    ],
)
def test_refuses_bad_processes(bad):
    with pytest.raises(InputError, match="process"):
        read_process(bad, 3)


# From 20 nm grains of melt-spun ribbon to 0.2 mm of a casting; three weight percent of a light
# element and a power of 0.3 to 8 leave every magnet that was published inside.
ENDS = {
    "grain_size_um": (0.02, 200.0),
    "alignment": (0.5, 1.0),
    "density": (0.3, 1.0),
    "grain_boundary": (0.0, 0.6),
    "oxygen_wt_pct": (0.0, 3.0),
    "carbon_wt_pct": (0.0, 3.0),
    "nitrogen_wt_pct": (0.0, 3.0),
    "decay": (0.3, 8.0),
    "alpha_k": (0.001, 1.0),
    # Ageing is made for 300 to 500 C; no maker's magnets have a twentieth of another's coercivity.
    "aged_for_C": (300.0, 500.0),
    "level": (0.05, 20.0),
    "fall": (0.1, 10.0),
}


@pytest.mark.parametrize(("name", "ends"), ENDS.items(), ids=ENDS)
def test_range_includes_its_ends_alone(name, ends):
    for end, beyond in zip(ends, (-1e-6, 1e-6), strict=True):
        assert getattr(read_process({name: end}, 1), name) == end
        with pytest.raises(InputError, match="process"):
            read_process({name: end + beyond}, 1)


def test_default_process_has_no_settings():
    assert read_process(None, 2) == Process()


def test_a_route_completes_and_bounds_an_object_as_a_dictionary():
    route = routes()["hot-deformed"]
    whole = read_process("hot-deformed", 2)
    for partial in (
        {"route": route, "grain_size_um": None, "alpha_k": None},
        {"route": route, "grain_size_um": [np.nan, 0.29]},
        Process(route=route),
        Process(route="hot-deformed"),
    ):
        rows = by_row(read_process(partial, 2), np.zeros(2, np.int8))
        for name, values in by_row(whole, np.zeros(2, np.int8)).items():
            np.testing.assert_array_equal(rows[name], values)
    for beyond in ({"alignment": 0.6}, {"alignment": [0.95, 0.6]}):
        for process in (
            {"route": route, **beyond},
            Process(route=route, **beyond),
        ):
            with pytest.raises(
                InputError, match=r"alignment from .* got \[?0"
            ):
                read_process(process, 2)
    with pytest.raises(InputError, match=r"density must be .* got 'abc'"):
        read_process({"route": route, "density": "abc"}, 1)
    with pytest.raises(InputError, match=r"route must be one of .* got 5"):
        read_process({"route": 5}, 1)


def test_process_at_a_prompt_is_what_the_user_gave():
    assert "route='melt-spun-1-7'" in repr(read_process("melt-spun-1-7", 1))
    assert repr(Process(density=0.9)) == "Process(density=0.9)"
    assert repr(Process()) == "Process()"


# Grains act where a slope of H_cJ with their size was fitted, cells where they pin; what binds the
# rare earth acts on a balance of phases, in cells by carbon and oxygen alone.
BINDERS = ("oxygen_wt_pct", "carbon_wt_pct", "nitrogen_wt_pct")


@pytest.mark.parametrize(
    ("host", "ignored"),
    [
        ("2:14:1", "aged_for_C"),
        ("1:5", "grain_size_um (no law measured), aged_for_C"),
        (
            "2:17",
            "grain_size_um (no law measured), nitrogen_wt_pct, alpha_k, decay",
        ),
        ("2:17:3", ", ".join(["aged_for_C", *BINDERS])),
        (
            "1:12",
            ", ".join(
                ["grain_size_um (no law measured)", "aged_for_C", *BINDERS]
            ),
        ),
    ],
)
def test_settings_without_effect_follow_the_host(host, ignored):
    process = Process(
        grain_size_um=2.5,
        aged_for_C=300.0,
        oxygen_wt_pct=0.21,
        carbon_wt_pct=0.07,
        nitrogen_wt_pct=0.03,
        alpha_k=0.31,
        decay=1.3,
        density=0.9,
    )
    assert ignored_settings(process, host) == f"; of no effect: {ignored}"
    assert ignored_settings(Process(density=0.9), host) == ""
    assert ignored_settings(process, "3:29") == ""


def test_settings_of_the_route_are_not_named_ignored():
    route = routes()["sintered-1-5"]
    size = route.process["grain_size_um"]
    for factor, text in ((1.0, ""), (2.0, "; of no effect: grain_size_um")):
        process = Process(route=route, grain_size_um=factor * size)
        assert ignored_settings(process, "1:5")[:29] == text


def test_routes_stand_in_the_order_of_files(monkeypatch):
    glob = Path.glob

    def list_backwards(folder, pattern):
        return sorted(glob(folder, pattern), reverse=True)

    monkeypatch.setattr(Path, "glob", list_backwards)
    names = list(routes.__wrapped__())
    assert names == sorted(names)
    assert names[0] == "aged-1-5"


def test_a_route_bounds_its_settings_with_their_ends():
    route = routes()["hot-deformed"]
    low, high = route.bounds["grain_size_um"]
    for name, (low, high) in route.bounds.items():
        ends = {name: np.array([low, high, np.nan])}
        route.check(ends)
        route.check({name: None})
        for value in (0.999 * low, 1.001 * high):
            with pytest.raises(InputError, match=f"hot-deformed has {name}"):
                route.check({name: np.array([low, value])})
    # Where grains have no law, the route's own size is all that may be said.
    bare = replace(route, bounds={}, process={"grain_size_um": 0.3})
    bare.check({"grain_size_um": np.array([0.3, 0.3]), "density": None})
    bare.check({"alignment": np.array([0.0])})
    for size in (0.31, np.nan):
        with pytest.raises(InputError, match="grain_size_um does not act"):
            bare.check({"grain_size_um": np.array([0.3, size])})


def test_a_route_acts_on_its_host_alone():
    host = HOST_NAMES.index("2:14:1")
    codes = np.array([host, HOST_NAMES.index("1:5"), -1, host], np.int8)
    usual = by_row(Process(), codes)
    route = replace(
        routes()["hot-deformed"],
        family="fine",
        process={"grain_size_um": 0.3},
        curve={"squareness": 0.5, "knee_law": "share", "decay": 2.25},
        bears_K=(400.0, 410.0, 420.0),
    )
    is_made = rows_made_by_route(route, codes)
    assert is_made.tolist() == [True, False, False, True]
    # No host is not the last one either.
    last = replace(route, host=HOST_NAMES[-1])
    ends = np.array([0, len(HOST_NAMES) - 1, -1], np.int8)
    assert rows_made_by_route(last, ends).tolist() == [False, True, False]
    rows = by_row(Process(route=route, grain_size_um=np.array(0.25)), codes)
    own = {
        "squareness": 0.5,
        "knee_law": 0.0,
        "decay": 2.25,
        "structure_limit_K": 420.0,
        "fitted_grain_um": 0.3,
    }
    for name, value in own.items():
        assert rows[name][[0, 3]].tolist() == [value] * 2
        assert rows[name][1] == usual[name][1]
        assert np.isnan(rows[name][2])
    assert np.isnan(rows["alignment"]).tolist() == [False, True, True, False]
    assert rows["grain_size_um"].tolist() == [0.25] * 4
    # Magnets bear no more than others of the host, and offsets need a family with its own grains.
    hot = replace(route, bears_K=(900.0, 950.0, 999.0), family="")
    rows = by_row(Process(route=hot), codes)
    for name in ("structure_limit_K", "fitted_grain_um"):
        assert rows[name][0] == usual[name][0]
    assert usual["fitted_grain_um"][0] == usual["grain_reference_um"][0]
    assert usual["level"].tolist() == usual["fall"].tolist() == [1.0] * 4


def test_laws_are_numbered_in_their_order():
    assert TEMPERATURE_LAWS == ("power", "nucleation", "linear")
    assert KNEE_LAWS == ("share", "local fields")
    numbers = [_law_code("temperature_law", law) for law in TEMPERATURE_LAWS]
    assert numbers == [0.0, 1.0, 2.0]
    assert [_law_code("knee_law", law) for law in KNEE_LAWS] == [0.0, 1.0]
    assert _law_code("squareness", 0.9) == 0.9
    with pytest.raises(ValueError, match="not in tuple"):
        _law_code("knee_law", "cubic")
    usual = usual_of_hosts(HOST_NAMES)
    for name, laws in (
        ("temperature_law", TEMPERATURE_LAWS),
        ("knee_law", KNEE_LAWS),
    ):
        for code, host in enumerate(HOST_NAMES):
            law = getattr(parameters().families[host], name)
            assert usual[name][code] == laws.index(law)
        assert np.isnan(usual[name][-1])
    assert usual_of_hosts(()) == {}
    assert usual_of_hosts(("1:5",))["usual_curie_K"][0] == 1020.0


def test_a_record_of_a_process_is_plain():
    assert process_record(None) is process_record({}) is None
    assert process_record(Process()) is None
    record = process_record({"density": np.float64(0.9), "decay": None})
    assert record == {"density": 0.9}
    assert type(record["density"]) is float
    record = process_record("hot-deformed")
    route = routes()["hot-deformed"]
    assert record == {**route.process, "route": "hot-deformed"}
    with pytest.raises(InputError, match="one number for all candidates"):
        process_record({"density": [0.9]})


def test_given_settings_stand_before_those_of_the_route():
    route = routes()["hot-deformed"]
    for name in ("hot-deformed", route):
        values = known_fields(route=name, density=None, alignment=0.9)
        expected = {**route.process, "alignment": 0.9}
        assert values == {**expected, "producer": None, "route": route}
    assert known_fields(density=0.9) == {"density": 0.9, "producer": None}
    with pytest.raises(InputError, match=r"got 'size'; leave it out"):
        known_fields(size=1.0, density=0.9)


@pytest.mark.parametrize("value", [float("nan"), "0.9", b"0.9", [[0.9]], {}])
def test_refuses_what_is_no_number(value):
    with pytest.raises(InputError, match="process density must be"):
        read_process({"density": value}, 1)


def test_routes_of_one_word_share_a_level():
    assert level_route(None) == ""
    words = {name: level_route(route) for name, route in routes().items()}
    assert words["sintered-axial"] == words["sintered-isostatic"] == ""
    assert words["hot-deformed"] != ""
