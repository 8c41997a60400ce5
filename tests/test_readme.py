"""The README as a new user tries it: every Python block, every offline command, every file."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import magnetkit as mk
from magnetkit.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
CSV = "composition\nNd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal.\nNd28.0Dy4.0Co0.9Cu0.1B1.0Fe bal.\n"


def blocks(kind):
    return [text for name, text in BLOCKS if name == kind]


COMMANDS = [
    line for text in blocks("") for line in text.splitlines() if line.startswith("magnetkit ")
]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the files the README speaks of, as the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alloys.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "my_elements.csv").write_text(blocks("csv")[0], encoding="utf-8")
    return tmp_path


def test_python_blocks_run(desk, capsys):
    names = {}
    for text in blocks("python"):
        exec(compile(text, "README.md", "exec"), names)
    assert len(blocks("python")) == 2
    assert "coercivity_kA_m" in capsys.readouterr().out


def test_the_first_blocks_are_five_lines_each():
    python = [line for line in blocks("python")[0].splitlines() if line]
    assert len(python) == 5
    assert len(COMMANDS[:5]) == 5


@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
def test_commands_run(command, desk):
    done = CliRunner().invoke(app, shlex.split(command)[1:])
    assert done.exit_code == 0, done.output
    for folder in re.findall(r"--out (\w+)", command):
        assert (desk / folder / "report.html").stat().st_size > 100_000


def test_the_element_table_of_the_readme_gives_its_columns(desk):
    frame = (
        mk.features.CompositionStatistics(preset="my_elements.csv")
        .set_output(transform="pandas")
        .fit_transform(["Nd2Fe14B", "NdFe2"])
    )
    assert isinstance(frame, pd.DataFrame)
    assert {name.split()[-1] for name in frame} == {"radius_pm", "price_USD_kg"}


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).is_file(), target
    for folder in re.findall(r"`(datasets/[\w/.]+)`", TEXT):
        assert (ROOT / folder).exists(), folder
