"""The rows of the supply tables as they stand in their files."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from .. import datasets

Row = Mapping[str, str]


@lru_cache(maxsize=8)
def rows(name: str) -> tuple[Row, ...]:
    """Return the rows of ``datasets/supply/<name>.csv``, each by column."""
    return tuple(MappingProxyType(row) for row in datasets.rows(f"supply/{name}.csv"))


@lru_cache(maxsize=1)
def countries() -> Mapping[str, float]:
    """Return the instability of each country, 0 (none) to 1."""
    return MappingProxyType({r["country"]: 1.0 - float(r["governance"]) for r in rows("countries")})
