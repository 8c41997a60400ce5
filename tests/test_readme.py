"""The README as a new user tries it: every Python block, every offline command, every file."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

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
    return tmp_path


def test_python_blocks_run(desk, capsys):
    names = {}
    for text in blocks("python"):
        exec(compile(text, "README.md", "exec"), names)
    assert len(blocks("python")) == 1
    assert "coercivity_kA_m" in capsys.readouterr().out


def test_the_first_blocks_are_short():
    python = [line for line in blocks("python")[0].splitlines() if line]
    assert len(python) <= 6
    assert len(COMMANDS[:5]) == 5


@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
def test_commands_run(command, desk):
    done = CliRunner().invoke(app, shlex.split(command)[1:])
    assert done.exit_code == 0, done.output
    for folder in re.findall(r"--out (\w+)", command):
        assert (desk / folder / "report.html").stat().st_size > 100_000


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target
    for folder in re.findall(r"`(datasets/[\w/.]+)`", TEXT):
        assert (ROOT / folder).exists(), folder
