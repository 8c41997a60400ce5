"""Recipes as tests write them: formulas, at.%."""

from magnetkit.alloy import CompositionTable


def make_table(*formulas: str) -> CompositionTable:
    """Return formulas as one table."""
    return CompositionTable.from_strings(list(formulas), basis="atomic")
