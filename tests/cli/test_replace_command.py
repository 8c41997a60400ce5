"""``magnetkit replace``."""

import json
from importlib import import_module

import pytest
from magnetkit.errors import InputError
from typer.testing import CliRunner

from magnetkit.cli._parts import _check_place
from magnetkit.cli.app import app
from magnetkit.run.compensation import compensation, sentences
from tests.command import run


def test_one_json_object_with_reference_answers_and_candidates(tmp_path):
    done = run(
        "replace",
        "Recoma 20",
        "--temperature",
        "150C",
        "--price",
        "Sm=2x",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert {
        "verdict",
        "ways",
        "limits",
        "evidence",
        "answers",
        "reference",
    } <= set(data)
    assert data["own_probability"] == 1.0
    assert data["candidates"][0]["candidate"]
    assert data["reference"]["grade"] == "Recoma 20"


def test_session_of_a_buyer_fits_80_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("magnetkit.report._text.to_terminal", lambda: True)
    for arguments, verdict in (
        (["N42SH", "--temperature", "150C"], " N42SH"),
        (
            [
                "N42SH",
                "--temperature",
                "75C",
                "--load-line",
                "2",
                "--outside-field",
                "400",
            ],
            " N42SH",
        ),
        (
            ["--values", "B_r=1.29,H_cJ=1650", "--temperature", "140C"],
            " the magnet like",
        ),
        (
            [
                "N40UH",
                "--temperature",
                "170C",
                "--units",
                "cgs",
                "--spread",
                "B_r=1",
            ],
            "kOe",
        ),
    ):
        done = CliRunner().invoke(app, ["replace", *arguments])
        assert done.exit_code == 0, done.output
        lines = done.stdout.splitlines()
        assert verdict in done.stdout
        assert len(lines) <= 40
        assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    "wrong",
    [
        ["--values", "B_r"],
        ["--values", "B_r=x,H_cJ=1"],
        ["N42SH", "--spread", "B=1"],
    ],
)
def test_names_invalid_numbers(wrong):
    done = CliRunner().invoke(
        app, ["replace", *wrong, "--temperature", "100C"]
    )
    assert done.exit_code != 0
    assert isinstance(done.exception, InputError | SystemExit)


@pytest.mark.parametrize("sheet", ["", "#Magnets"])
def test_a_parts_list_is_not_written_over_even_by_force(tmp_path, sheet):
    place = tmp_path / "list.xlsx"
    with pytest.raises(InputError, match="is the parts list itself"):
        _check_place(place, f"{place}{sheet}", force=True)
    other = tmp_path / "answer.xlsx"
    assert _check_place(other, f"{place}{sheet}", force=False) == other


def call(*arguments):
    return CliRunner().invoke(app, [str(word) for word in arguments])


def test_the_effect_of_a_compensated_grades_additions():
    range_of_use = ("--temperature=-50C:150C", "--circuit", "0.01")
    words = ("replace", "2:17TC-16", "--compensated", *range_of_use)
    frame = compensation("2:17TC-16", "-50C:150C", circuit=0.01)
    done = call(*words)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    rows = frame.to_dict("records")
    recipes = [f"  {row['what']}: {row['composition']}" for row in rows]
    assert lines[-len(rows) :] == recipes
    assert lines[: -len(rows)] == sentences(frame)
    objects = call(*words, "--json").stdout.splitlines()
    assert [json.loads(x)["what"] for x in objects] == [
        row["what"] for row in rows
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--compensated",), "--compensated needs a grade"),
        (("N42SH", "--compensated", "--require", "x>=1"), "leave --require"),
        (("N42SH", "--compensated", "--hours", "5"), "leave --hours out"),
        (("N42SH", "--compensated", "--values", "B_r=1"), "leave --values"),
        *(
            (("2:17TC-16", "--compensated", *words), f"leave {words[0]} out")
            for words in (
                ("--offer", "N42SH"),
                ("--diffused", "Tb"),
                ("--family", "any"),
                ("--most-cost", "2"),
                ("--mass", "2"),
                ("--per-year", "5"),
                ("--force",),
            )
        ),
        (("N42SH", "--circuit", "0.01"), "without --compensated: leave --ci"),
        (("N42SH", "--unit", "a=b"), "a grade: leave --unit out"),
        (("N42SH", "--shortage", "x"), "a grade: leave --shortage out"),
        (("N42SH", "--sheet", "x"), "a grade: leave --sheet out"),
        (("patriot", "--compensated"), "a parts list: leave --compensated"),
        (("patriot", "--recipe", "SmCo5"), "a parts list: leave --recipe"),
        (("patriot", "--offer", "SmCo5"), "a parts list: leave --offer"),
        (("patriot", "--diffused", "Tb"), "a parts list: leave --diffused"),
        (("patriot", "--spread", "B_r=1"), "a parts list: leave --spread"),
        *(
            (("patriot", *words), f"a parts list: leave {words[0]} out")
            for words in (
                ("--mass", "2"),
                ("--basis", "weight"),
                ("--circuit", "0.01"),
                ("--all",),
                ("--units", "cgs"),
            )
        ),
    ],
)
def test_names_options_without_effect(words, says):
    done = call("replace", *words)
    assert isinstance(done.exception, InputError), done.output
    assert says in str(done.exception)


def test_options_reach_the_question(monkeypatch, tmp_path):
    asked = {}

    class Answer:
        offer = None

        def lines(self, units, *, everything):
            return [units, str(everything), "word " * 40]

        def to_json(self):
            return "{}"

    def answer(grade, temperature, **options):
        asked.clear()
        asked.update(options, grade=grade, temperature=temperature)
        return Answer()

    module = import_module("magnetkit.run.replace")
    monkeypatch.setattr(module, "replace", answer)
    monkeypatch.setattr("magnetkit.report._text.to_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    done = call("replace", "N42SH", "--temperature", "150C")
    assert done.exit_code == 0, done.output
    usual = {"grade": "N42SH", "temperature": "150C", "basis": "auto"}
    usual |= {"mass_kg": 1.0, "family": "own", "require": (), "force": False}
    assert usual.items() <= asked.items()
    assert "per_year" not in asked
    for name in ("values", "spread", "recipe", "shell", "offer", "most_cost"):
        assert asked[name] is None
    first, second, *rest = done.stdout.splitlines()
    assert (first, second) == ("si", "False")
    assert max(map(len, rest)) <= 100
    assert len(rest) == 2
    words = ("--per-year", 5, "--mass", 0.2, "--family", "any", "--offer", "x")
    more = ("--values", "B_r=1.2,T=20C", "--spread", "H_cJ=6", "--all")
    place = ("--out", tmp_path, "--force", "--units", "cgs")
    done = call("replace", *words, *more, *place, "--most-cost", 1.3)
    assert done.exit_code == 0, done.output
    given = {"grade": None, "per_year": 5, "mass_kg": 0.2, "family": "any"}
    given |= {"offer": "x", "values": {"B_r": 1.2, "T": "20C"}, "force": True}
    given |= {"spread": {"H_cJ": 6.0}, "out": tmp_path, "most_cost": 1.3}
    assert given.items() <= asked.items()
    assert done.stdout.splitlines()[:2] == ["cgs", "True"]
    see = f"magnetkit: see {tmp_path}/report.html, which prints on two pages"
    assert done.stderr.splitlines() == [see]
    assert call("replace", "N42SH", "--json").stdout == "{}\n"
