"""Functions and modules stay small enough to be read, but for a short table of exceptions."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "magnetkit"
MODULE, LINES, PARAMETERS = 800, 80, 8

UNCOUNTED = ("self", "cls", "begin", "end", "start", "stop")
# Every option of a command is a parameter: Typer has no other way.
COMMANDS = "cli/"
_KEYWORDS = "its keywords are what users may ask for, each by its name"
EXCEPTIONS = {
    "prediction/predict.py predict": _KEYWORDS,
    "prediction/properties.py conditions_for": _KEYWORDS,
    "replacement/replace.py replace": _KEYWORDS,
    "diffusion/diffuse.py diffuse": _KEYWORDS,
    "run/screen.py screen": _KEYWORDS,
    "magnetism/sintered.py sintered": _KEYWORDS,
    "magnetism/sintered.py sintered_at": _KEYWORDS,
    "magnetism/sintered.py sintered_columns": _KEYWORDS,
    "supply/ledger.py ledger": _KEYWORDS,
    "show/explorer/page.py _connect": "Dash takes each control's answer as a function in its reach",
    "kernels/parse_row.py read_row": "one pass over bytes: brackets by themselves cost a fifth",
}


def size_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    """Return the lines without the docstring, and the parameters.

    ``self`` and the range of rows that threads give a kernel do not count.
    """
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        lines -= function.body[0].end_lineno - function.body[0].lineno + 1
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return lines, len([n for n in names if n not in UNCOUNTED])


def functions(text: str):
    """Yield every function of a module, those inside others too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def large() -> dict[str, tuple[int, int]]:
    """Return the functions over a limit, by file and name."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        for function in functions(file.read_text("utf-8")):
            lines, parameters = size_of(function)
            if lines > LINES or parameters > PARAMETERS:
                name = f"{file.relative_to(PACKAGE).as_posix()} {function.name}"
                found[name] = (lines, parameters)
    return found


def test_what_is_measured():
    text = 'def f(self, a, b=1, *, c=2, begin, end):\n    """Say.\n\n    More."""\n    return a\n'
    assert size_of(next(functions(text))) == (2, 3)


def test_functions_are_small():
    over = {n: s for n, s in large().items() if not n.startswith(COMMANDS)}
    assert {n: s for n, s in over.items() if n not in EXCEPTIONS} == {}


def test_no_exception_is_kept_that_is_not_needed():
    assert [name for name in EXCEPTIONS if name not in large()] == []


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda f: f.stem)
def test_modules_are_small(file):
    assert file.read_text("utf-8").count("\n") <= MODULE
