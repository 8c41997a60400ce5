"""Every keyword that the docstring of a function over compositions names can be given."""

import inspect
from functools import partial

import docstring_parser
import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.magnetism.process import process_record, read_process, routes

FRAME = pd.DataFrame({"alloy": ["Nd1.8Dy0.2Fe14B"], "note": ["x"]})
MINE = pd.DataFrame(
    {
        "composition": ["Nd2Fe14B", "Nd1.6Dy0.4Fe14B", "Pr2Fe14B"],
        # Herbst 1991: 585, 569 K; the mixture stands between Nd2Fe14B and Dy2Fe14B, 598 K.
        "curie_temperature_K": [585.0, 588.0, 569.0],
        "group": ["a", "b", "c"],
    }
)
BASE = "Nd1.8Dy0.2Fe14B"


def ignore_progress(rows, total):
    """Take progress."""


VALUES = {
    "process": {"grain_size_um": 3.0},
    "shell": "Tb 0.5 wt%",
    "load_line": 0.5,
    "outside_field_kA_m": 50.0,
    "hours": 100.0,
    "interval": 0.5,
    "scenario": "embargo",
    "recycled": {"Co": 0.25},
    "prices": {"Tb": "3x"},
    "between": ("20C", "120C"),
    "snapshot": None,
    "temperature": "150C",
    "host": "2:14:1",
    "calibration": "N42SH",
    "data": "{table}",
    "add": "{table}",
    "basis": "atomic",
    "strict": True,
    "column": "alloy",
    "given": {"curie_temperature_K": 600.0},
}
"""A value for each keyword that several functions take."""
# Function, what comes first, and the values that differ or that it alone takes.
CALLS = {
    "predict": (mk.predict, (BASE,), {"detail": True}),
    "screen": (
        mk.screen,
        (BASE,),
        {
            "application": "energy-traction-motor",
            "calibration": "none",
            "reference": "Nd1.7Dy0.3Fe14B",
            "require": ["remanence_T>=0.98*reference"],
            "objectives": ["cost:min=2", "margin:max"],
            "out": "{tmp}",
            "resume": True,
            "keep": 5,
            "force": True,
            "all_columns": True,
            "chunk_rows": 10,
            "workers": None,
            "dask": None,
            "progress": ignore_progress,
        },
    ),
    "compare": (
        mk.compare,
        ([BASE, "Nd2Fe14B"],),
        {
            "shell": ["", "Tb 0.5 wt%"],
            "shape": "10x10x5mm",
            "along": "x",
        },
    ),
    "curve": (
        mk.curve,
        (BASE,),
        {
            "temperature": "20C,150C",
            "bound": "low",
            "calibration": "none",
        },
    ),
    "intrinsic": (
        mk.magnetism.intrinsic,
        (BASE,),
        {"temperature": ["20C", "150C"]},
    ),
    "sintered": (
        mk.magnetism.sintered,
        (BASE,),
        {"temperature": "20C:100C:40"},
    ),
    "transitions": (mk.magnetism.transitions, (BASE,), {"step": 20.0}),
    "stability": (mk.phases.stability, (BASE,), {"temperature": 300.0}),
    "energy_above_hull": (mk.phases.energy_above_hull, (BASE,), {}),
    "hull_energy": (mk.phases.hull_energy, (BASE,), {}),
    "ledger": (
        mk.supply.ledger,
        (BASE,),
        {
            "reference": "Nd2Fe14B",
            "reference_shell": "Tb 0.5 wt%",
            "heavy_rare_earths": ("Dy",),
        },
    ),
    "with_shell": (mk.alloy.with_shell, (BASE,), {}),
    "compensate": (
        mk.magnetism.compensate,
        ("SmCo5",),
        {
            "with_": ["Gd"],
            "between": ("20C", "100C"),
            "alpha": -0.02,
            "tolerance": 0.002,
            "host": "1:5",
            "step": 0.05,
        },
    ),
}
NEEDED = {
    "with_shell": ["shell"],
    "compensate": ["with_", "alpha"],
    "screen": ["application"],
    "ledger": ["reference"],
}


def keywords(name):
    function, arguments, _ = CALLS[name]
    parameters = docstring_parser.parse(
        inspect.getdoc(function), docstring_parser.DocstringStyle.NUMPYDOC
    ).params
    names = [
        n.strip() for entry in parameters for n in entry.arg_name.split(",")
    ]
    first = list(inspect.signature(function).parameters)[: len(arguments)]
    return [n for n in names if n not in first and not n.startswith("*")]


CASES = [(name, keyword) for name in CALLS for keyword in keywords(name)]


@pytest.mark.parametrize("name", CALLS)
def test_the_docstring_names_what_the_function_takes(name):
    function, arguments, _ = CALLS[name]
    names = [
        n
        for n, p in inspect.signature(function).parameters.items()
        if p.kind is not p.VAR_KEYWORD
    ]
    assert set(keywords(name)) == set(names[len(arguments) :])


@pytest.mark.parametrize(("name", "keyword"), CASES)
def test_accepts_every_keyword(name, keyword, tmp_path):
    function, arguments, extra = CALLS[name]
    values = VALUES | extra
    value = values[keyword]
    if value == "{tmp}":
        value = tmp_path / "out"
    if value == "{table}":
        value = tmp_path / "mine.csv"
        MINE.to_csv(value, index=False)
    options = {
        key: values[key] for key in NEEDED.get(name, ()) if key != keyword
    }
    if keyword == "resume":
        options["out"] = tmp_path / "out"
    if keyword == "column":
        arguments = (FRAME,)
    if keyword == "along":
        options["shape"] = values["shape"]
    assert function(*arguments, **options, **{keyword: value}) is not None


# What answers are made under, each away from its default: column that shows it.
HEARD = {
    "process": "coercivity_kA_m",
    "shell": "coercivity_kA_m",
    "load_line": "irreversible_loss_pct",
    "outside_field_kA_m": "irreversible_loss_pct",
    "hours": "irreversible_loss_pct",
    "interval": "coercivity_kA_m_lo",
    "scenario": "supply_risk",
    "recycled": "supply_risk",
    "prices": "cost_USD_kg",
    "between": "remanence_coefficient_pct_K",
    "data": "curie_temperature_K",
    "add": "curie_temperature_K",
}


@pytest.mark.parametrize(("keyword", "column"), HEARD.items())
def test_every_condition_is_heard(keyword, column, tmp_path):
    MINE.to_csv(tmp_path / "mine.csv", index=False)
    value = VALUES[keyword]
    value = tmp_path / "mine.csv" if value == "{table}" else value
    # Warm enough that the field around it costs it some of its flux.
    alloy = "Nd1.7Dy0.2Tb0.1Fe13CoB"
    plain = mk.predict(alloy, "170C")
    other = mk.predict(alloy, "170C", **{keyword: value})
    assert other[column][0] != plain[column][0]


SAID = {"temperature": 300.0, "interval": 0.9}
DOCUMENTED = {
    "predict": {
        **SAID,
        "load_line": 1.0,
        "hours": 0.0,
        "scenario": "baseline",
    },
    "compare": {"temperature": 300.0},
    "intrinsic": SAID,
    "sintered": {**SAID, "between": ("20C", "100C"), "load_line": 1.0},
    "transitions": {"step": 2.0},
    "stability": {"interval": 0.9},
    "ledger": {"scenario": "baseline", "recycled": {}},
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_defaults_equal_their_documentation(name):
    function, arguments, _ = CALLS[name]
    left_out, by_document = (
        pd.DataFrame(function(*arguments, **k)) for k in ({}, DOCUMENTED[name])
    )
    pd.testing.assert_frame_equal(left_out, by_document)


def test_default_space_step_is_a_twentieth():
    # Amounts of three elements that sum to twenty twentieths: 22 over 2.
    assert len(mk.substitutions("Nd2Fe14B", {"Nd": ["Ce", "Dy"]})) == 231


@pytest.mark.parametrize("name", ["predict", "screen", "compare"])
def test_names_a_misspelled_keyword(name):
    function, arguments, _ = CALLS[name]
    with pytest.raises(
        InputError, match=r"temprature.*did you mean temperature"
    ):
        function(*arguments, temprature="150C")


BAD = [
    ("between", 5, "two temperatures"),
    ("between", (400.0, 300.0), "lower temperature first"),
    ("recycled", "Co", "must map elements"),
    ("recycled", {"Co": "x"}, "share from 0 to 1"),
    ("process", {"grain_size_um": "5"}, "a number; got '5'"),
    ("process", {"grain_size_um": float("nan")}, "a number; got nan"),
    ("process", 5, "process must be"),
    ("load_line", "x", "permeance coefficient"),
    ("interval", "x", "between 0 and 1"),
    ("scenario", 5, "scenario must be"),
    ("shell", 5, "shell 5 not understood"),
    ("snapshot", 5, "snapshot must be the path"),
    ("basis", "x", "basis must be one of"),
    ("column", "alloy", "is of a frame or file"),
    ("temperature", [], "temperature"),
]


@pytest.mark.parametrize(
    "function", [mk.predict, partial(mk.screen, application="f22-engine")]
)
@pytest.mark.parametrize(("keyword", "value", "reason"), BAD, ids=str)
def test_odd_values_are_refused_with_the_way_out(
    function, keyword, value, reason
):
    with pytest.raises(InputError, match=reason):
        function([BASE], **{keyword: value})


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("chunk_rows", "x"), ("chunk_rows", 0), ("workers", "x"), ("out", 5)],
)
def test_refuses_odd_values_of_screen(keyword, value):
    with pytest.raises(InputError, match=keyword):
        mk.screen([BASE], "f22-engine", **{keyword: value})


def test_refuses_odd_numbers_of_rows():
    result = mk.screen([BASE], "energy-traction-motor")
    for odd in ("x", 2.5, -1, True):
        with pytest.raises(InputError, match="whole number"):
            result.best(odd)
        with pytest.raises(InputError, match="whole number"):
            result.sample_ranks(odd)
    with pytest.raises(InputError, match="must be a name"):
        result.find(5)


def test_chord_over_the_curie_temperature_is_missing():
    plain = mk.predict("Nd2Fe14B", 300.0)
    beyond = mk.predict("Nd2Fe14B", 300.0, between=(300.0, 700.0))
    assert beyond["status"][0] == "ok"
    assert beyond["remanence_T"][0] == pytest.approx(plain["remanence_T"][0])
    assert pd.isna(beyond["remanence_coefficient_pct_K"][0])


@pytest.mark.parametrize("name", sorted(routes()))
def test_a_route_survives_its_record(name):
    record = process_record(name)
    again = read_process(record, 1)
    assert again.route.name == name
    assert process_record(again) == record
