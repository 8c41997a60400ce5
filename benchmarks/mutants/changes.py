"""What can be changed in the rooms, one place at a time."""

import ast
import random
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = tuple(
    sorted(f.parent.name for f in (ROOT / "magnetkit").glob("*/__init__.py"))
)
"""All rooms of the package."""
FACTOR = 1.1
MINIMUM_CHANGES = 8
"""Changes of a room at least, however small it is."""
_SAME = {
    "assume_unique",
    "copy",
    "daemon",
    "fastmath",
    "frozen",
    "kw_only",
    "maxsize",
    "slots",
    "strict",
}
"""Keywords that change how an answer is made, not which: their values are left as they are."""

_SWAPS: dict[type, type] = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
_NAMES = {"sorted": "list"}
for _a, _b in (
    ("min", "max"),
    ("minimum", "maximum"),
    ("any", "all"),
    ("argmin", "argmax"),
    ("fmin", "fmax"),
    ("floor", "ceil"),
    ("nanmin", "nanmax"),
):
    _NAMES |= {_a: _b, _b: _a}


@dataclass(frozen=True)
class Change:
    """One change: a file, the number of its place there, and how it reads."""

    module: str
    place: int
    line: int
    before: str
    after: str

    @property
    def room(self) -> str:
        return self.module.split(".")[1]


class _Changer(ast.NodeTransformer):
    """Counts the places that can be changed and changes one of them."""

    def __init__(self, wanted: int = -1) -> None:
        self.wanted = wanted
        self.seen = 0
        self.told: list[tuple[int, str, str]] = []

    def _place(self, node: ast.AST, changed: ast.AST) -> ast.AST:
        self.told.append((node.lineno, _short(node), _short(changed)))
        self.seen += 1
        if self.seen - 1 == self.wanted:
            return ast.copy_location(changed, node)
        return node

    def visit(self, node: ast.AST) -> ast.AST:
        # Types, and what is said to a person.
        if isinstance(
            node, (ast.JoinedStr, ast.Raise, ast.Import, ast.ImportFrom)
        ):
            return node
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                node.value = self.visit(node.value)
            return node
        if isinstance(node, ast.arg):
            return node
        if isinstance(node, ast.FunctionDef):
            returns = node.returns
            node.returns = None
            node = self.generic_visit(node)
            node.returns = returns
            return node
        return super().visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        if node.arg in _SAME:
            return node
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        if _is_type_checking(node.test):
            return node
        return self.generic_visit(node)

    def _operator(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        swap = _SWAPS.get(type(node.op))
        if isinstance(node.op, ast.BitOr) and _short(node).endswith("| None"):
            return node
        if swap is None or isinstance(
            getattr(node, "left", None), ast.JoinedStr
        ):
            return node
        return self._place(node, _replace_fields(node, op=swap()))

    visit_BinOp = visit_AugAssign = visit_BoolOp = _operator

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        swap = _SWAPS[type(node.ops[0])]
        return self._place(
            node, _replace_fields(node, ops=[swap(), *node.ops[1:]])
        )

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, (ast.USub, ast.Not)):
            return self._place(node, node.operand)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bool):
            return self._place(node, ast.Constant(not value))
        if isinstance(value, float) or (
            isinstance(value, int) and abs(value) >= 10
        ):
            other = value * FACTOR if value else 0.1
            return self._place(node, ast.Constant(type(value)(other)))
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        f = node.func
        name = f.id if isinstance(f, ast.Name) else getattr(f, "attr", "")
        if name not in _NAMES or (name == "sorted" and len(node.args) != 1):
            return node
        other = _NAMES[name]
        func = (
            ast.Name(other)
            if isinstance(f, ast.Name)
            else _replace_fields(f, attr=other)
        )
        return self._place(node, _replace_fields(node, func=func))


def _replace_fields(node: ast.AST, **fields: object) -> ast.AST:
    return type(node)(
        **{name: getattr(node, name, None) for name in node._fields} | fields
    )


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:90]


def _is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def source_path(module: str) -> Path:
    return Path(*module.split(".")).with_suffix(".py")


def changes(module: str) -> list[Change]:
    """Return every change that can be made in a module."""
    changer = _Changer()
    changer.visit(
        ast.parse((ROOT / source_path(module)).read_text(encoding="utf-8"))
    )
    return [Change(module, i, *parts) for i, parts in enumerate(changer.told)]


def changed_source(change: Change) -> str:
    """Return the source of a module after a change."""
    tree = ast.parse(
        (ROOT / source_path(change.module)).read_text(encoding="utf-8")
    )
    tree = _Changer(change.place).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def modules() -> list[str]:
    files = sorted(
        f for room in ROOMS for f in (ROOT / "magnetkit" / room).rglob("*.py")
    )
    names = (
        f.relative_to(ROOT).with_suffix("")
        for f in files
        if f.name != "__init__.py"
    )
    return [".".join(name.parts) for name in names]


def sample(count: int, seed: int) -> list[Change]:
    """Return changes of all rooms in turn, more of larger rooms (by the root of their places)."""
    chance = random.Random(seed)
    places: dict[str, list[Change]] = {room: [] for room in ROOMS}
    for module in modules():
        places[module.split(".")[1]] += changes(module)
    weight = {
        room: len(room_places) ** 0.5 for room, room_places in places.items()
    }
    picks = []
    for room, room_places in places.items():
        number = max(
            MINIMUM_CHANGES, round(count * weight[room] / sum(weight.values()))
        )
        room_sample = chance.sample(room_places, min(number, len(room_places)))
        picks += [
            ((i + 0.5) / number, change)
            for i, change in enumerate(room_sample)
        ]
    return [change for _, change in sorted(picks, key=lambda pair: pair[0])][
        :count
    ]
