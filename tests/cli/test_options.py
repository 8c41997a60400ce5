"""What the texts of options become, and which are refused."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from magnetkit.errors import InputError

from magnetkit.alloy._element_columns import ELEMENT_COLUMNS
from magnetkit.cli import _options as o
from magnetkit.cli._parts import (
    _check_place,
    _read_units,
    answer_parts_list,
    is_parts_list,
)
from magnetkit.cli.replace import _numbers
from tests.command import invoke


def test_pairs_of_elements_and_values():
    assert o.pairs(None, "--recycled") == {}
    texts = ["Dy=0.3, Tb = 0.1", "Nd=0"]
    shares = {"Dy": 0.3, "Tb": 0.1, "Nd": 0.0}
    assert o.pairs(texts, "--recycled") == shares
    for twice in (["Dy=0.2,Dy=0.3"], ["Dy=0.2", " Dy = 0.2"]):
        with pytest.raises(InputError, match="--stock: Dy is given twice"):
            o.pairs(twice, "--stock")
    assert o.pairs(["Dy=2x"], "--price", str) == {"Dy": "2x"}
    for bad in ("Dy", "Dy=x", "Dy=0.1,"):
        with pytest.raises(
            InputError, match=r"--limit .*expected Element=num"
        ):
            o.pairs([bad], "--limit")


def test_substitutes_of_a_site():
    sites = o.substitutes(["Nd=Ce, La", "Co = Fe"], "--replace")
    assert sites == {"Nd": ["Ce", "La"], "Co": ["Fe"]}
    for bad in ("Nd", "Nd=", "=Ce"):
        with pytest.raises(InputError, match=f"--for '{bad}': expected"):
            o.substitutes([bad], "--for")
    with pytest.raises(InputError, match="--for: Nd is given twice"):
        o.substitutes(["Nd=Ce", "Nd=La"], "--for")


def test_a_place_is_a_path_or_a_url():
    assert o.a_place("results") == Path("results")
    assert o.a_place("s3://bucket/run") == "s3://bucket/run"
    for empty in ("", "  "):
        with pytest.raises(typer.BadParameter, match="it is empty"):
            o.a_place(empty)


def test_a_file_to_write_has_a_suffix_and_a_folder(tmp_path):
    for name in ("a.csv", "a.TSV", "a.parquet", "a.xlsx", "a.jsonl"):
        o.check_out(tmp_path / name)
    with pytest.raises(InputError, match=r"expected a file ending in \.csv"):
        o.check_out(tmp_path / "a.txt")
    with pytest.raises(InputError, match="no file can be written there"):
        o.check_out(tmp_path / "none" / "a.csv")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(InputError, match="name a file"):
        o.check_out(tmp_path / "b.csv")


def test_options_without_effect_are_refused_by_their_flags():
    o.refuse_options("--x", a=None, b=False, c=[], d=())
    with pytest.raises(InputError, match="--x: leave --header-row out"):
        o.refuse_options("--x", a=None, header_row=2)
    with pytest.raises(InputError, match="leave --outside-field out"):
        o.refuse_options("--x", outside_field_kA_m=5.0)
    with pytest.raises(InputError, match="leave --hours out"):
        o.refuse_options("--x", hours=0.0)
    with pytest.raises(InputError, match="leave --price out"):
        o.refuse_options("--x", prices={"Dy": "2x"})


def test_hidden_options_are_shown_on_request():
    def plain(a):
        """Do."""

    def command(a, b):
        """Do."""

    shown = o.option("A.")
    hidden = o.hidden_option("B.")
    annotate = o.Annotated
    plain.__signature__ = o.inspect.Signature(
        [o._parameter("a", 1, annotate[int, shown])]
    )
    assert o.shown_in_full(plain) is plain
    parameters = [
        o._parameter("a", 1, annotate[int, shown]),
        o._parameter("b", 2, annotate[int, hidden]),
    ]
    command.__signature__ = o.inspect.Signature(parameters)
    full = o.shown_in_full(command)
    names = list(full.__signature__.parameters)
    assert names == ["a", "b", "help_all"]
    assert full.__signature__.parameters["help_all"].default is False


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (None, None),
        ("B_r=1.29", {"B_r": 1.29}),
        ("B_r=1.29,H_cJ=1650,T=20C", {"B_r": 1.29, "H_cJ": 1650, "T": "20C"}),
    ],
)
def test_numbers_by_name_and_a_temperature_as_text(text, numbers):
    assert _numbers(text, "--values") == numbers
    with pytest.raises(InputError, match="--spread 'B_r=x': expected NAME="):
        _numbers("B_r=x", "--spread")


def test_units_of_columns():
    assert _read_units([]) == {}
    assert _read_units(["Max temp = C", "a=b=kg"]) == {
        "Max temp": "C",
        "a=b": "kg",
    }
    for bad in ("C", "=C", "Max="):
        with pytest.raises(InputError, match=f"--unit '{bad}': expected"):
            _read_units([bad])


def test_a_file_or_an_embedded_device_is_a_parts_list(tmp_path):
    assert not is_parts_list(None)
    assert not is_parts_list("N42SH")
    assert is_parts_list("parts.xlsx")
    assert is_parts_list("patriot")
    file = tmp_path / "parts"
    file.write_text("Grade")
    assert is_parts_list(str(file))


def test_the_answer_of_a_parts_list_is_a_workbook(tmp_path):
    place = tmp_path / "answer.xlsx"
    assert _check_place(place, "parts.csv", False) == place
    place.write_text("x")
    with pytest.raises(InputError, match=r"is there already; .*--force"):
        _check_place(place, "parts.csv", False)
    assert _check_place(place, "parts.csv", True) == place
    with pytest.raises(InputError, match="check the folder"):
        _check_place(tmp_path / "none" / "a.xlsx", "parts.csv", False)


def test_a_sheet_and_a_header_row_are_of_a_workbook():
    assert o.on_sheet("a.csv", None, None) == "a.csv"
    assert o.on_sheet("a.XLSX", "Magnets", None) == "a.XLSX#Magnets"
    assert o.on_sheet(Path("a.xlsx"), None, 3) == Path("a.xlsx#:3")
    assert o.on_sheet("a.xlsx", "Magnets", 3) == "a.xlsx#Magnets:3"
    for sheet, row in (("Magnets", None), (None, 3)):
        with pytest.raises(InputError, match="are of a workbook"):
            o.on_sheet("a.csv", sheet, row)


def test_compositions_are_one_column_or_one_an_element():
    assert o.composition_column("alloy", False) == "alloy"
    assert o.composition_column(None, False) is None
    assert o.composition_column(None, True) == ELEMENT_COLUMNS
    with pytest.raises(InputError, match="not both"):
        o.composition_column("alloy", True)


def test_conditions_that_are_given_reach_the_command():
    seen = {}

    @o.with_options("between", "shell", "recycled", "prices", "load_line")
    def command(a, **keywords):
        seen.clear()
        seen.update(keywords, a=a)

    nothing = dict.fromkeys(("between", "shell", "recycled", "prices"))
    command(a=1, load_line=0.0, **nothing | {"recycled": []})
    assert seen == {"a": 1, "load_line": 0.0}
    command(
        a=2,
        between="20C,100C",
        shell=["Tb 1 wt%"],
        recycled=["Dy=0.3"],
        prices=["Dy=2x"],
        load_line=None,
    )
    assert seen == {
        "a": 2,
        "between": ("20C", "100C"),
        "shell": "Tb 1 wt%",
        "recycled": {"Dy": 0.3},
        "prices": {"Dy": "2x"},
    }
    several = ["Tb 1 wt%", ""]
    command(a=3, load_line=None, **nothing | {"shell": several})
    assert seen == {"a": 3, "shell": several}


def test_the_help_shows_rare_options_where_asked():
    assert "--shape" not in invoke("predict --help").stdout
    done = invoke("predict --help-all")
    assert done.exit_code == 0
    assert "--shape" in done.stdout


def test_a_parts_list_is_asked_and_answered(monkeypatch, tmp_path, capsys):
    asked = {}

    def answer(name, **options):
        asked.clear()
        asked.update(options, name=name)
        return SimpleNamespace(
            lines=lambda: ["one", "two"],
            to_json=lambda: "{}",
            to_excel=lambda place: place.write_text("book"),
        )

    module = import_module("magnetkit.run.parts")
    monkeypatch.setattr(module, "replace_parts", answer)

    def ask(**more):
        usual = {
            "temperature": None,
            "per_year": None,
            "units": (),
            "shortages": (),
            "out": None,
            "force": False,
            "quiet": False,
            "json": False,
            "keywords": {},
        }
        answer_parts_list("parts.csv", **usual | more)
        return capsys.readouterr()

    assert ask().out == "one\ntwo\n"
    assert (asked["per_year"], asked["units"], asked["shortage"]) == (
        1,
        {},
        [],
    )
    assert asked["temperature"] is None
    assert asked["progress"] is False
    assert asked["workers"] >= 1
    out = tmp_path / "answer.xlsx"
    keywords = {
        "require": [],
        "family": "own",
        "most_cost": None,
        "hours": 0.0,
    }
    done = ask(
        temperature="150C",
        per_year=7,
        units=["Max temp=C"],
        shortages=("embargo",),
        json=True,
        out=out,
        keywords=keywords,
    )
    assert done.out == "{}\n"
    assert done.err == f"magnetkit: see {out}\n"
    assert out.read_text() == "book"
    assert (asked["temperature"], asked["per_year"]) == ("150C", 7)
    assert asked["units"] == {"Max temp": "C"}
    assert asked["shortage"] == ["embargo"]
    # What is empty is left out; nothing at all is asked for as a number.
    assert (asked["family"], asked["hours"]) == ("own", 0.0)
    assert not {"require", "most_cost"} & set(asked)
    with pytest.raises(InputError, match="Say which"):
        ask(temperature="150")


def test_names_of_devices_are_completed():
    complete = o._completion("applications")
    devices = complete("")
    assert "f22-engine" in devices
    assert devices == sorted(devices)
    assert complete("f22-e") == ["f22-engine"]
    # A sign of a pattern stands for itself.
    assert complete("*") == []


def test_options_of_conditions_say_what_they_take():
    text = " ".join(invoke("predict --help").stdout.split())
    for example in ("--load-line NUMBER", "--shell SHELL"):
        assert example in text
