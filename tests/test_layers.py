"""Data go one way: a stage imports, when it is loaded, from stages before it alone."""

import ast
from pathlib import Path

import pytest

import magnetkit

STAGES = (
    "kernels", "catalogue", "composition", "features", "phases", "magnetism", "surrogates",
    "supply", "applications", "screening", "plots", "report", "explorer", "bench", "cli",
)  # fmt: skip
PACKAGE = Path(magnetkit.__file__).parent


def _imported(tree):
    """Yield the packages imported when a module is loaded; types alone do not count."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            yield from [node.module] if node.module else [alias.name for alias in node.names]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_from_those_before_it(stage):
    later = set(STAGES[STAGES.index(stage) + 1 :])
    files = sorted((PACKAGE / stage).glob("*.py"))
    assert files
    for file in files:
        found = {name.split(".")[0] for name in _imported(ast.parse(file.read_text("utf-8")))}
        assert not found & later, file.name
