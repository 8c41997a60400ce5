"""Terms of laws deleted, halved, doubled and turned, and whether tests of laws alone see it.

``python -m benchmarks.mutants.laws [COUNT] [SEED]`` changes one term of one law at a time, in
memory, and runs the tests of laws of its module: no stored answer counts, no other test does. Kernels
run as plain Python. A term is what is added, subtracted, multiplied or divided in a function of
`LAWS`. COUNT of them are drawn, or those of a module named in place of COUNT; without either all are
tried. Prints what survived and a line of counts; the exit code is 1 if anything did.
"""

import ast
import contextlib
import importlib
import inspect
import io
import os
import random
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

# Before numba is imported: a change of a compiled kernel would not be seen.
os.environ["NUMBA_DISABLE_JIT"] = "1"

import pytest

LAWS = {
    "magnetkit.magnetism._boundary": (
        "boundary_composition",
        "_split_boron",
        "_soft_deviation",
        "_boride_volume",
        "_decoupling_capacity",
        "_cerium_beyond_half",
        "wetting_gain",
        "decoupling_gain",
        "log_decoupling",
        "_wetted_share",
        "boundary_deviation",
        "formula_likelihood",
    ),
    "magnetkit.magnetism._cells": (
        "shares",
        "scale_of_copper",
        "room_coercivity",
        "cellular_coercivity",
        "hot_deviation",
        "squareness",
    ),
    "magnetkit.magnetism._balance": (
        "bound_share",
        "microstructure",
        "grain_decoupling",
        "reduced_remanence",
        "solid_state_loss",
        "ribbon_refinement",
    ),
    "magnetkit.magnetism._magnet_kernels": (
        "alloy_state",
        "_wall_polarization_ratio",
        "alpha_corrected_state",
        "_start",
        "magnet_state",
        "alpha_ratio",
        "linear_fraction",
        "producer_alpha",
        "unsure",
        "knee_field",
    ),
    "magnetkit.magnetism.squareness": ("squareness_ratio",),
    "magnetkit.magnetism.shells": (
        "thickness_nm",
        "covering",
        "arriving_share",
        "carrier_volume",
    ),
}
"""Functions that are laws, by module."""

TESTS = "tests/magnetism/test_laws.py"
TESTS_OF = {
    "magnetkit.magnetism._magnet_kernels": "tests/magnetism/test_temperature_kernels.py",
    "magnetkit.magnetism.squareness": "tests/magnetism/test_temperature_kernels.py",
}
"""Tests of the laws of a module where they are not in `TESTS`."""
CHANGES = ("deleted", "halved", "doubled", "turned")
_SUMS = (ast.Add, ast.Sub)
_PRODUCTS = (ast.Mult, ast.Div)


@dataclass(frozen=True)
class Mutant:
    """A change of one term: the number of the operation in its function and the side of it."""

    module: str
    function: str
    operation: int
    side: str
    change: str


class _Changer(ast.NodeTransformer):
    """Changes one side of one operation of a function."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.seen = -1
        self.words = ""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Leave indices as they are."""
        node.value = self.visit(node.value)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Change the operation if it is the one."""
        node = self.generic_visit(node)  # type: ignore[assignment]
        if not isinstance(node.op, (*_SUMS, *_PRODUCTS)):
            return node
        self.seen += 1
        if self.seen != self.mutant.operation:
            return node
        self.words = ast.unparse(node)
        other = node.left if self.mutant.side == "right" else node.right
        term = node.right if self.mutant.side == "right" else node.left
        if self.mutant.change == "deleted":
            is_subtraction = self.mutant.side == "left" and isinstance(
                node.op, ast.Sub
            )
            divides = self.mutant.side == "left" and isinstance(
                node.op, ast.Div
            )
            if is_subtraction:
                return ast.UnaryOp(ast.USub(), other)
            if divides:
                return ast.BinOp(ast.Constant(1.0), ast.Div(), other)
            return other
        factor = {"halved": 0.5, "doubled": 2.0, "turned": -1.0}[
            self.mutant.change
        ]
        product = ast.BinOp(ast.Constant(factor), ast.Mult(), term)
        if self.mutant.side == "right":
            node.right = product
        else:
            node.left = product
        return node


def operations(function: FunctionType) -> int:
    """Return how many operations of terms a function has."""
    probe = _Changer(Mutant("", "", -2, "right", "halved"))
    probe.visit(_tree(function))
    return probe.seen + 1


def _tree(function: FunctionType) -> ast.Module:
    """Return the syntax tree of a function."""
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def mutants() -> Iterator[Mutant]:
    """Yield each change of each term of each law."""
    for module, functions in LAWS.items():
        for name in functions:
            function = getattr(importlib.import_module(module), name)
            for operation in range(operations(function)):
                for side in ("left", "right"):
                    for change in CHANGES:
                        yield Mutant(module, name, operation, side, change)


def changed_function(mutant: Mutant) -> tuple[Callable[..., Any], str]:
    """Return the function with its change, and the operation in words."""
    module = importlib.import_module(mutant.module)
    changer = _Changer(mutant)
    tree = ast.fix_missing_locations(
        changer.visit(_tree(getattr(module, mutant.function)))
    )
    scope: dict[str, Any] = {}
    exec(compile(tree, f"<{mutant.function}>", "exec"), vars(module), scope)
    return scope[mutant.function], changer.words


def is_killed(mutant: Mutant) -> bool:
    """Return whether a test of laws fails with the change."""
    module = importlib.import_module(mutant.module)
    original = getattr(module, mutant.function)
    function, _ = changed_function(mutant)
    holders = _holders(original, mutant.function)
    for holder in holders:
        setattr(holder, mutant.function, function)
    try:
        return not tests_pass(TESTS_OF.get(mutant.module, TESTS))
    finally:
        for holder in holders:
            setattr(holder, mutant.function, original)


def tests_pass(tests: str) -> bool:
    """Return whether tests of laws pass with the functions as they are now."""
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        code = pytest.main(
            ["-x", "-q", "-p", "no:cacheprovider", "--no-header", tests]
        )
    return code == 0


def _holders(function: Callable[..., Any], name: str) -> list[ModuleType]:
    """Return the modules of the package that hold a function by its name."""
    modules = []
    for path, module in list(sys.modules.items()):
        if (
            path.startswith("magnetkit.")
            and vars(module).get(name) is function
        ):
            modules.append(module)
    return modules


def main(arguments: list[str]) -> int:
    """Try changes and print what survived."""
    if not all(tests_pass(tests) for tests in {TESTS, *TESTS_OF.values()}):
        print("tests of laws fail without a change; mend them first")
        return 2
    every = list(mutants())
    if arguments and not arguments[0].isdigit():
        every = [
            mutant for mutant in every if mutant.module.endswith(arguments[0])
        ]
    elif arguments:
        seed = int(arguments[1]) if len(arguments) > 1 else 1
        every = random.Random(seed).sample(
            every, min(int(arguments[0]), len(every))
        )
    survivors = []
    for mutant in every:
        if not is_killed(mutant):
            survivors.append(mutant)
            _, words = changed_function(mutant)
            where = f"{mutant.module.rpartition('.')[2]}.{mutant.function}"
            print(
                f"{where}: {mutant.side} of `{words}` {mutant.change}",
                flush=True,
            )
    print(
        f"{len(every)} changes, {len(every) - len(survivors)} killed, {len(survivors)} survived"
    )
    if survivors:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
