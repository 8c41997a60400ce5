"""The README as a new user tries it: every Python block, every offline command, every file."""

import ast
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from magnetkit.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def blocks(kind):
    return [text for name, text in BLOCKS if name == kind]


COMMANDS = re.findall(
    r"^(magnetkit .*)\n((?:    .*\n)*)", "".join(blocks("")), re.MULTILINE
)


def test_python_blocks_print_the_output_in_the_text(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (code,), (output,) = blocks("python"), blocks("text")
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out == output
    # Statements, not lines: the formatter breaks lines. Each of the four tasks takes one or two.
    assert len(ast.parse(code).body) <= 10


@pytest.mark.parametrize(
    ("command", "shown"), COMMANDS, ids=range(len(COMMANDS))
)
def test_commands_print_the_output_in_the_text(
    command, shown, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("magnetkit.report._text.to_terminal", lambda: True)
    done = CliRunner().invoke(app, shlex.split(command)[1:])
    assert done.exit_code == 0, done.output
    output = " ".join(done.output.split())
    at = 0
    assert shown
    for part in re.split(r"\.\.\.|\n", shown):
        # Lines are broken by the width of the terminal.
        at = output.index(" ".join(part.split()), at)
    for folder in re.findall(r"--out (\w+)", command):
        assert (tmp_path / folder / "report.html").stat().st_size > 100_000


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target
    for folder in re.findall(r"`(datasets/[\w/.]+)`", TEXT):
        assert (ROOT / folder).exists(), folder
