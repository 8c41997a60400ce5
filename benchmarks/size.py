"""How large the house is: ``python benchmarks/size.py`` prints one row a figure.

Lines and code lines (lines that carry a token other than a comment or a docstring) of the package
and its tests, rooms, floors and circles of imports, public names, large functions, commands and
options, mandatory packages, and what one warm prediction of one recipe goes through.
"""

import ast
import io
import sys
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "magnetkit"
_SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def code_lines(text: str) -> int:
    """Return how many lines carry code."""
    tree = ast.parse(text)
    strings: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            strings |= set(
                range(node.lineno, (node.end_lineno or node.lineno) + 1)
            )
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _SILENT:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - strings)


def imports(files: dict[str, Path]) -> dict[str, set[str]]:
    """Return which modules each module imports, in functions and for types too."""
    graph: dict[str, set[str]] = {name: set() for name in files}
    for name, file in files.items():
        parts = (
            name.split(".")
            if file.name == "__init__.py"
            else name.split(".")[:-1]
        )
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.ImportFrom):
                continue
            if node.level:
                base = [p for p in parts if p][
                    : len([p for p in parts if p]) - node.level + 1
                ]
            elif (node.module or "").split(".")[0] == "magnetkit":
                base = []
            else:
                continue
            path = [
                *base,
                *(node.module or "")
                .removeprefix("magnetkit")
                .strip(".")
                .split("."),
            ]
            module = ".".join(p for p in path if p)
            for alias in node.names:
                full = f"{module}.{alias.name}".strip(".")
                graph[name].add(full if full in files else module)
        graph[name] -= {name, ""}
    return graph


def floors(graph: dict[str, set[str]]) -> tuple[int, int, int]:
    """Return the rooms, the floors they stand on, and the rooms that lie on a circle."""
    rooms: dict[str, set[str]] = {}
    for name, targets in graph.items():
        room = name.split(".")[0]
        if room in ("", "__main__"):
            continue
        rooms.setdefault(room, set()).update(t.split(".")[0] for t in targets)
    rooms = {
        room: targets & rooms.keys() - {room} for room, targets in rooms.items()
    }
    remaining_rooms = dict(rooms)
    level = 0
    while remaining_rooms:
        ground = {
            room
            for room, to in remaining_rooms.items()
            if not to & remaining_rooms.keys()
        }
        if not ground:
            return len(rooms), level, len(remaining_rooms)
        remaining_rooms = {
            room: to
            for room, to in remaining_rooms.items()
            if room not in ground
        }
        level += 1
    return len(rooms), level, 0


def functions(trees: list[ast.Module]) -> tuple[int, int]:
    """Return how many functions have over 60 lines, and how many over 8 parameters."""
    long = wide = 0
    for tree in trees:
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node) is not None:
                first = node.body[0]
                lines -= (first.end_lineno or first.lineno) - first.lineno + 1
            arguments = node.args
            names = [
                a.arg
                for a in (
                    *arguments.posonlyargs,
                    *arguments.args,
                    *arguments.kwonlyargs,
                )
            ]
            long += lines > 60
            wide += len([n for n in names if n not in ("self", "cls")]) > 8
    return long, wide


def public_names(trees: list[ast.Module]) -> int:
    """Return how many names without underscore stand at the top of modules."""
    count = 0
    for tree in trees:
        for node in tree.body:
            names: list[str] = []
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names = [node.name]
            elif isinstance(node, ast.Assign):
                names = [t.id for t in node.targets if isinstance(t, ast.Name)]
            elif isinstance(node, ast.AnnAssign) and isinstance(
                node.target, ast.Name
            ):
                names = [node.target.id]
            count += sum(not name.startswith("_") for name in names)
    return count


def commands() -> tuple[int, int, int]:
    """Return the visible commands at the first level and below it, and their visible options."""
    import typer

    from magnetkit.cli.app import app

    def options(command: Any) -> int:
        parameters = command.params
        return sum(
            parameter.param_type_name == "option"
            and not getattr(parameter, "hidden", False)
            and parameter.name != "help"
            for parameter in parameters
        )

    top = typer.main.get_command(app)
    first = below = 0
    count = options(top)
    for command in top.commands.values():
        if command.hidden:
            continue
        first += 1
        parts = getattr(command, "commands", None)
        if parts is None:
            count += options(command)
            continue
        for part in parts.values():
            if not part.hidden:
                below += 1
                count += options(part)
    return first, below, count


def warm_predict() -> dict[str, int]:
    """Return what the second prediction of one recipe goes through."""
    import magnetkit as mk

    for _ in range(2):
        mk.predict("Nd2Fe14B", 423.15)
    modules: set[str] = set()
    codes: set[Any] = set()
    calls = 0
    records = Counter[str]()

    def see(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls
        if event != "call":
            return
        code = frame.f_code
        if str(PACKAGE) in code.co_filename:
            modules.add(code.co_filename)
            codes.add(code)
            calls += 1
        if code.co_name in ("__init__", "__new__"):
            first = next(iter(frame.f_locals.values()), None)
            kind = first if isinstance(first, type) else type(first)
            if kind.__module__.startswith("magnetkit"):
                records[kind.__name__] += 1

    sys.setprofile(see)
    mk.predict("Nd2Fe14B", 423.15)
    sys.setprofile(None)
    return {
        "modules in a warm predict": len(modules),
        "functions in it": len(codes),
        "calls in it": calls,
        "records built in it": sum(records.values()),
        "kinds of records": len(records),
    }


def figures() -> Iterator[tuple[str, Any]]:
    """Yield what is printed."""
    files = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        files[".".join(p for p in parts if p != "__init__")] = file
    texts = [file.read_text("utf-8") for file in files.values()]
    trees = [ast.parse(text) for text in texts]
    tests = [file.read_text("utf-8") for file in (ROOT / "tests").rglob("*.py")]
    yield "modules", len(files)
    yield "largest module, lines", max(text.count("\n") for text in texts)
    yield "lines", sum(text.count("\n") for text in texts)
    yield "code lines", sum(map(code_lines, texts))
    yield "lines of tests", sum(text.count("\n") for text in tests)
    rooms, level, circle = floors(imports(files))
    yield "rooms", rooms
    yield "floors", level
    yield "rooms on a circle", circle
    long, wide = functions(trees)
    yield "functions over 60 lines", long
    yield "functions over 8 parameters", wide
    yield "public names of modules", public_names(trees)
    with (ROOT / "pyproject.toml").open("rb") as stream:
        yield (
            "mandatory packages",
            len(tomllib.load(stream)["project"]["dependencies"]),
        )
    first, below, options = commands()
    yield "commands", first
    yield "commands below them", below
    yield "options", options
    yield from warm_predict().items()


if __name__ == "__main__":
    for name, value in figures():
        print(f"{name:30} {value:>8,}")
