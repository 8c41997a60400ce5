"""Recipes as tests write them."""

from magnetkit.alloy import CompositionTable


def make_table(*recipes: str, basis: str = "atomic") -> CompositionTable:
    """Return recipes as one table."""
    return CompositionTable.from_strings(list(recipes), basis=basis)


def mix(first: str, second: str, amount: float, total: float = 1.0) -> str:
    """Return a site of two elements: `mix("Nd", "Dy", 0.1, 2)` is Nd1.900000Dy0.100000."""
    return f"{first}{total - amount:.6f}{second}{amount:.6f}"
