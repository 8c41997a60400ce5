"""``magnetkit replace``."""

import json

import pytest
from typer.testing import CliRunner

from magnetkit.cli.app import app
from tests.command import run


def test_one_json_object_with_reference_answers_and_candidates(tmp_path):
    done = run("replace", "Recoma 20", "--temperature", "150C", "--price", "Sm=2x", "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert set(data) == {"reference", "answers", "candidates"}
    assert data["reference"]["grade"] == "Recoma 20"


def test_bad_input_is_one_line():
    done = run("replace", "N42SU", "--temperature", "150C")
    assert done.returncode == 1
    assert "nearest names" in done.stderr
    done = run("replace", "N42SH", "--price", "Tb")
    assert done.returncode == 1
    assert "Tb=3x" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("grade", "title"),
    [("N38UH", "Nearest candidates: none meets all"), ("N42SH", "Candidates")],
)
def test_the_table_says_whether_any_of_it_would_do(grade, title, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("magnetkit.show._text.to_terminal", lambda: True)
    done = CliRunner().invoke(app, ["replace", grade, "--load-line", "2", "--top", "1"])
    assert done.exit_code == 0
    assert title in " ".join(done.stdout.split())
