"""The house stays small enough to be held in mind: rooms, floors, modules, functions."""

import ast
import sys
from functools import cache

import pytest

from tests.scripts import ROOT, script

PACKAGE = ROOT / "magnetkit"
# What the package may have at most. ROOMS: folders right under it. FLOORS: rooms that stand on each
# other. LINES: of a module; WHEEL, TESTS: of all; FUNCTION: of one without its docstring.
ROOMS, FLOORS, MODULES, LINES, WHEEL, TESTS = 20, 14, 180, 800, 48_000, 30_000
FUNCTION, PARAMETERS = 80, 8

# What a kernel is given by the thread that runs it is no parameter.
UNCOUNTED = ("self", "cls", "begin", "end", "start", "stop")
# Every option of a command is a parameter: Typer has no other way.
COMMANDS = "cli/"
_KEYWORDS = "its keywords are what users may ask for, each by its name"
EXCEPTIONS = {
    "replacement/replace.py replace": _KEYWORDS,
    "diffusion/diffuse.py diffuse": _KEYWORDS,
    "run/screen.py screen": _KEYWORDS,
    "magnetism/sintered.py sintered": _KEYWORDS,
    "magnetism/sintered.py sintered_at": _KEYWORDS,
    "supply/ledger.py ledger": _KEYWORDS,
    "prediction/_stages.py describe": "what the caller has already is not computed again",
    "kernels/_notation.py read_row": "one pass over bytes: brackets by themselves cost a fifth",
}


@pytest.fixture(scope="module")
def rooms():
    return script("docs/rooms.py")


def size_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    """Return the lines without the docstring, and the parameters."""
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


def test_what_is_measured(rooms):
    text = 'def f(self, a, b=1, *, c=2, begin, end):\n    """Say.\n\n    More."""\n    return a\n'
    assert size_of(next(functions(text))) == (2, 3)
    assert rooms.circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}) == [{"a", "b", "c"}]
    assert rooms.floors({"a": {"b", "d"}, "b": {"c"}, "c": {"d"}, "d": set()}) == 4
    graph = rooms.module_graph()
    # Inside a function, through a lazy name, and by a relative name of two dots.
    assert "magnetkit.phases.stability" in graph["magnetkit.prediction._stages"]
    assert "magnetkit.hosts.partition" in graph["magnetkit.surrogates.intrinsic"]


def test_neither_rooms_nor_modules_form_a_circle(rooms):
    assert rooms.circles(rooms.room_graph()) == []
    assert rooms.circles(rooms.module_graph()) == []


def test_rooms_floors_and_modules_are_few(rooms):
    graph = rooms.room_graph()
    assert len(graph.keys() - {"magnetkit", "__main__"}) <= ROOMS
    assert rooms.floors(graph) <= FLOORS
    assert len(rooms.modules()) <= MODULES


def test_display_stands_in_nobodys_way(rooms):
    users = {room for room, targets in rooms.room_graph().items() if "show" in targets}
    assert users <= {"cli", "explorer", "run"}


def test_the_package_stands_without_benchmarks_and_tests(rooms):
    for name, file in rooms.modules().items():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {n.split(".")[0] for n in names} & {"benchmarks", "tests"}, name


def test_kernels_import_numpy_and_numba_alone(rooms):
    allowed = {*sys.stdlib_module_names, "numpy", "numba"}
    for name, file in rooms.modules().items():
        if not name.startswith("magnetkit.kernels"):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= allowed, name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert node.module.split(".")[0] in allowed, name
                # No inner name of numba's.
                assert not node.module.startswith("numba."), name
            elif isinstance(node, ast.ImportFrom) and node.level == 2:
                assert [alias.name for alias in node.names] == ["kernels"], name


def test_the_table_of_contributing_names_every_room_and_no_other(rooms):
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = {
        name.removesuffix("/").removesuffix(".py") for c in table for name in c.split("`")[1::2]
    }
    assert named == rooms.room_graph().keys() - {"magnetkit", "__main__"}


@cache
def large() -> set[str]:
    """Return the functions over a limit, by file and name."""
    found = set()
    for file in sorted(PACKAGE.rglob("*.py")):
        for function in functions(file.read_text("utf-8")):
            lines, parameters = size_of(function)
            if lines > FUNCTION or parameters > PARAMETERS:
                found.add(f"{file.relative_to(PACKAGE).as_posix()} {function.name}")
    return found


def test_functions_are_small_and_no_exception_is_kept_that_is_not_needed():
    over = {name for name in large() if not name.startswith(COMMANDS)}
    assert over == set(EXCEPTIONS)


def test_package_and_tests_are_small():
    for folder, most in ((PACKAGE, WHEEL), (ROOT / "tests", TESTS)):
        assert sum(f.read_text("utf-8").count("\n") for f in folder.rglob("*.py")) <= most


def test_modules_are_small():
    long = [f for f in sorted(PACKAGE.rglob("*.py")) if f.read_text("utf-8").count("\n") > LINES]
    assert long == []
