"""Draw the rooms of the package and which imports from which, as docs/rooms.svg.

Every import counts: at the top of a module, inside a function, for types alone, and what a room's
stub of lazy names loads. Run with ``python docs/rooms.py``; tests/test_house.py reads the graph.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "magnetkit"
Graph = dict[str, set[str]]


def modules() -> dict[str, Path]:
    """Return the file of each module by its dotted name."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def _names(file: Path, package: str) -> Iterator[tuple[str, str]]:
    """Yield the absolute module and the name of each ``from ... import`` within magnetkit."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            start = ".".join(base) if node.level else ""
            module = ".".join(filter(None, [start, node.module]))
            if module.split(".")[0] == PACKAGE.name:
                yield from ((module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((a.name, "") for a in node.names if a.name.split(".")[0] == PACKAGE.name)


def module_graph() -> Graph:
    """Return which module imports from which; a name of a room counts as the module it lies in."""
    files = modules()
    lies_in = {}
    for file in PACKAGE.rglob("__init__.pyi"):
        room = ".".join(file.relative_to(PACKAGE.parent).parent.parts)
        lies_in.update({f"{room}.{name}": module for module, name in _names(file, room)})
    graph: Graph = {name: set() for name in files}
    for name, file in files.items():
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        for module, leaf in _names(file, package):
            whole = f"{module}.{leaf}"
            # Facts about the package itself are no import of what it offers.
            target = whole if whole in files else lies_in.get(whole, module)
            if target not in (name, PACKAGE.name):
                graph[name].add(target)
    return graph


def room(module: str) -> str:
    """Return the room of a module: the folder or module right under magnetkit."""
    return module.split(".")[1] if "." in module else module


def room_graph() -> Graph:
    """Return which room imports from which."""
    graph: Graph = defaultdict(set)
    for module, targets in module_graph().items():
        graph[room(module)] |= {room(target) for target in targets} - {room(module)}
    return dict(graph)


def circles(graph: Graph) -> list[set[str]]:
    """Return the sets of nodes that reach each other."""
    reach = {node: set(targets) for node, targets in graph.items()}
    for middle in graph:
        for targets in reach.values():
            if middle in targets:
                targets |= reach[middle]
    found: list[set[str]] = []
    for node in graph:
        circle = {other for other in reach[node] if node in reach.get(other, ())}
        if circle and circle not in found:
            found.append(circle)
    return found


def _levels(graph: Graph) -> dict[str, int]:
    """Return how many rooms lie below each at most."""
    level: dict[str, int] = {}

    def depth(node: str) -> int:
        if node not in level:
            level[node] = 1 + max((depth(t) for t in graph[node] if t in graph), default=-1)
        return level[node]

    for node in graph:
        depth(node)
    return level


def floors(graph: Graph) -> int:
    """Return how many rooms stand on each other at most."""
    return 1 + max(_levels(graph).values())


def draw(path: Path) -> None:
    """Draw the rooms, those that import from others above them."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams["svg.hashsalt"] = "rooms"
    folders = {p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists()}
    whole = room_graph()
    graph = {name: targets & folders for name, targets in whole.items() if name in folders}
    # Arrows that follow from others are left out.
    level = _levels(graph)
    rows: dict[int, list[str]] = defaultdict(list)
    for name in sorted(graph):
        rows[level[name]].append(name)
    place = {
        name: ((i + 1) / (len(names) + 1), height)
        for height, names in rows.items()
        for i, name in enumerate(names)
    }
    figure, axes = plt.subplots(figsize=(8, 0.9 * len(rows) + 0.5))
    for name, targets in graph.items():
        indirect = set().union(*(_below(graph, target) for target in targets))
        for target in sorted(targets - indirect):
            axes.annotate(
                "",
                place[target],
                place[name],
                arrowprops={
                    "arrowstyle": "-|>", "color": "0.55", "shrinkA": 12, "shrinkB": 12, "lw": 0.9
                },
            )  # fmt: skip
    box = {"boxstyle": "round,pad=0.4", "fc": "white", "ec": "0.2"}
    for name, (x, y) in place.items():
        axes.text(x, y, name, ha="center", va="center", fontsize=11, bbox=box)
    axes.set(xlim=(0, 1), ylim=(-0.5, len(rows) - 0.5))
    axes.axis("off")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def _below(graph: Graph, node: str) -> set[str]:
    return set(graph[node]).union(*(_below(graph, target) for target in graph[node]))


if __name__ == "__main__":
    draw(Path(__file__).with_suffix(".svg"))
