"""``magnetkit replace``."""

import json
from importlib import import_module
from types import SimpleNamespace

import pytest
from magnetkit.errors import InputError

from magnetkit.cli._parts import _check_place
from magnetkit.cli.replace import _print_replacement
from magnetkit.run.compensation import compensation, sentences
from tests.command import invoke


def test_one_json_object_with_reference_answers_and_candidates(tmp_path):
    done = invoke(
        "replace 'Recoma 20' --temperature 150C --price Sm=2x --json"
    )
    assert done.exit_code == 0, done.output
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


@pytest.mark.parametrize(
    "wrong", ["--values B_r", "--values B_r=x,H_cJ=1", "N42SH --spread B=1"]
)
def test_names_invalid_numbers(wrong):
    done = invoke(f"replace {wrong} --temperature 100C")
    assert isinstance(done.exception, InputError)


@pytest.mark.parametrize("sheet", ["", "#Magnets"])
def test_a_parts_list_is_not_written_over_even_by_force(tmp_path, sheet):
    place = tmp_path / "list.xlsx"
    with pytest.raises(InputError, match="is the parts list itself"):
        _check_place(place, f"{place}{sheet}", force=True)
    other = tmp_path / "answer.xlsx"
    assert _check_place(other, f"{place}{sheet}", force=False) == other


def test_the_effect_of_a_compensated_grades_additions():
    line = (
        "replace 2:17TC-16 --compensated --temperature=-50C:150C "
        "--circuit 0.01"
    )
    frame = compensation("2:17TC-16", "-50C:150C", circuit=0.01)
    done = invoke(line)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    rows = frame.to_dict("records")
    recipes = [f"  {row['what']}: {row['composition']}" for row in rows]
    assert lines[-len(rows) :] == recipes
    assert lines[: -len(rows)] == sentences(frame)
    objects = invoke(f"{line} --json").stdout.splitlines()
    assert [json.loads(x)["what"] for x in objects] == [
        row["what"] for row in rows
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("N42SH --compensated --require x>=1", "leave --require"),
        ("N42SH --compensated --hours 5", "leave --hours out"),
        ("N42SH --compensated --values B_r=1", "leave --values"),
        ("N42SH --compensated --offer N42SH", "leave --offer out"),
        ("N42SH --compensated --diffused Tb", "leave --diffused out"),
        ("N42SH --compensated --family any", "leave --family out"),
        ("N42SH --compensated --most-cost 2", "leave --most-cost out"),
        ("N42SH --compensated --mass 2", "leave --mass out"),
        ("N42SH --compensated --per-year 5", "leave --per-year out"),
        ("N42SH --compensated --force", "leave --force out"),
        ("N42SH --unit a=b", "a grade: leave --unit out"),
        ("N42SH --sheet x", "a grade: leave --sheet out"),
        ("patriot --compensated", "a parts list: leave --compensated"),
        ("patriot --recipe SmCo5", "a parts list: leave --recipe"),
        ("patriot --diffused Tb", "a parts list: leave --diffused"),
        ("patriot --spread B_r=1", "a parts list: leave --spread"),
        ("patriot --mass 2", "a parts list: leave --mass"),
        ("patriot --basis weight", "a parts list: leave --basis"),
        ("patriot --circuit 0.01", "a parts list: leave --circuit"),
        ("patriot --all", "a parts list: leave --all"),
        ("patriot --units cgs", "a parts list: leave --units"),
    ],
)
def test_names_options_without_effect(words, says):
    done = invoke(f"replace {words}")
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
    done = invoke("replace N42SH --temperature 150C")
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
    words = "--per-year 5 --mass 0.2 --family any --offer x --most-cost 1.3"
    more = "--values B_r=1.2,T=20C --spread H_cJ=6 --all --units cgs"
    done = invoke(f"replace {words} {more} --out {tmp_path} --force")
    assert done.exit_code == 0, done.output
    given = {"grade": None, "per_year": 5, "mass_kg": 0.2, "family": "any"}
    given |= {"offer": "x", "values": {"B_r": 1.2, "T": "20C"}, "force": True}
    given |= {"spread": {"H_cJ": 6.0}, "out": tmp_path, "most_cost": 1.3}
    assert given.items() <= asked.items()
    assert done.stdout.splitlines()[:2] == ["cgs", "True"]
    see = f"magnetkit: see {tmp_path}/report.html, which prints on two pages"
    assert done.stderr.splitlines() == [see]
    assert invoke("replace N42SH --json").stdout == "{}\n"


def test_lines_longer_than_a_table_are_wrapped(monkeypatch, capsys):
    monkeypatch.setattr("magnetkit.report._text.to_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    row = "word " * 15 + "wide"
    offer = SimpleNamespace(lines=lambda: ["an offer"])
    result = SimpleNamespace(
        offer=offer, lines=lambda system, everything: [f"{row} ", f"{row}rx"]
    )
    _print_replacement(result, None, False)
    first, table, *rest = capsys.readouterr().out.splitlines()
    assert first == "an offer"
    # A row of a table has 80 characters at most.
    assert table == f"{row} "
    assert len(table) == 80
    assert len(rest) == 2
