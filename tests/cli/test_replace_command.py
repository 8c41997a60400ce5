"""``magnetkit replace``."""

import json

import pytest
from magnetkit.errors import InputError
from typer.testing import CliRunner

from magnetkit.cli._parts import _check_place
from magnetkit.cli.app import app
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
    done = CliRunner().invoke(app, ["replace", *wrong, "--temperature", "100C"])
    assert done.exit_code != 0
    assert isinstance(done.exception, InputError | SystemExit)


@pytest.mark.parametrize("sheet", ["", "#Magnets"])
def test_a_parts_list_is_not_written_over_even_by_force(tmp_path, sheet):
    place = tmp_path / "list.xlsx"
    with pytest.raises(InputError, match="is the parts list itself"):
        _check_place(place, f"{place}{sheet}", force=True)
    other = tmp_path / "answer.xlsx"
    assert _check_place(other, f"{place}{sheet}", force=False) == other
