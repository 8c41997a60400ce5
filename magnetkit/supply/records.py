"""The rows of the supply tables as they stand in their files."""

import csv
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from .. import datasets

Row = Mapping[str, str]


@lru_cache(maxsize=8)
def rows(name: str) -> tuple[Row, ...]:
    """Return the rows of ``datasets/supply/<name>.csv``, each by column."""
    with datasets.path(f"supply/{name}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(MappingProxyType(row) for row in csv.DictReader(stream))


@lru_cache(maxsize=1)
def countries() -> Mapping[str, float]:
    """Return the instability of each country, 0 (none) to 1."""
    return MappingProxyType({r["country"]: 1.0 - float(r["governance"]) for r in rows("countries")})
