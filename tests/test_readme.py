"""The README as a new user tries it: every Python block, every offline command, every file."""

import ast
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from typer.testing import CliRunner

from magnetkit.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


# A figure, no part of a formula or a name.
FIGURE = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")


def match_text(shown, output, start=0):
    """Find a text of the page in an output, with any figures; None where it is not there."""
    pattern = "([0-9.]+)".join(map(re.escape, FIGURE.split(shown)))
    return re.compile(pattern).search(output, start)


def find_text(shown, output, start=0):
    """Find a text of the page in an output, and return where it ends.

    Figures may be a tenth off: each measured magnet that is added moves them, and
    `tests/test_answers.py` holds them closely.
    """
    match = match_text(shown, output, start)
    assert match, f"expected {shown!r} in {output[start:]!r}"
    figures = np.array(FIGURE.findall(shown), float)
    printed = np.array(match.groups(), float)
    assert_allclose(printed, figures, rtol=0.1, atol=0.02)
    return match.end()


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
    printed = capsys.readouterr().out
    assert find_text(output, printed) == len(printed)
    # Statements, not lines: the formatter breaks lines. Each of the four tasks takes one or two.
    assert len(ast.parse(code).body) <= 10


def run_command(command, folder, monkeypatch):
    """Run a command of the page in a folder, and return its output on one line."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("magnetkit.report._text.to_terminal", lambda: True)
    done = CliRunner().invoke(app, shlex.split(command)[1:])
    assert done.exit_code == 0, done.output
    # Lines are broken by the width of the terminal.
    return " ".join(done.output.split())


@pytest.mark.parametrize(
    ("command", "shown"), COMMANDS, ids=range(len(COMMANDS))
)
def test_commands_print_the_output_in_the_text(
    command, shown, tmp_path, monkeypatch
):
    output = run_command(command, tmp_path, monkeypatch)
    at = 0
    assert shown
    for part in re.split(r"\.\.\.|\n", shown):
        at = find_text(" ".join(part.split()), output, at)
    for folder in re.findall(r"--out (\w+)", command):
        assert (tmp_path / folder / "report.html").stat().st_size > 100_000


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target
    for folder in re.findall(r"`(datasets/[\w/.]+)`", TEXT):
        assert (ROOT / folder).exists(), folder
