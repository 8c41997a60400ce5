"""The pieces of work that are timed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from magnetkit.features import (
    StructureDescriptors,
    composition_statistics,
    load_table,
)
from magnetkit.features.rare_earths import rare_earth_descriptors

from .material import compositions, formulas, nd2fe14b

Work = Callable[[], Any]
STATISTICS_COLUMNS = 132


@dataclass(frozen=True)
class Case:
    """One piece of work.

    Attributes
    ----------
    name : str
        What it is called in the table.
    unit : str
        What its rows are.
    rows : int
        How many it works on by default.
    prepare : callable
        From a number of rows to the work, a function without arguments.
    """

    name: str
    unit: str
    rows: int
    prepare: Callable[[int], Work]


def _statistics(dtype: type, reuse: bool) -> Callable[[int], Work]:
    def prepare(n: int) -> Work:
        table = compositions(n)
        elements = load_table("magpie").fill_gaps()
        out: Any = np.zeros((n, STATISTICS_COLUMNS), dtype) if reuse else None
        return lambda: composition_statistics(table, elements, dtype, out)

    return prepare


def _descriptors(n: int) -> Work:
    table = compositions(n)
    return lambda: rare_earth_descriptors(table)


def _parse(n: int) -> Work:
    import pyarrow

    from magnetkit.alloy import CompositionTable

    column = pyarrow.array(formulas(n))
    return lambda: CompositionTable.from_arrow(column, basis="atomic")


def _structures(n: int) -> Work:
    crystals = [nd2fe14b()] * n
    return lambda: StructureDescriptors().transform(crystals)


MAGPIE = "composition statistics"
CASES = (
    Case("parse formulas", "formulas", 500_000, _parse),
    Case(MAGPIE, "rows", 500_000, _statistics(np.float64, False)),
    Case(f"{MAGPIE}, out=", "rows", 500_000, _statistics(np.float64, True)),
    Case(
        f"{MAGPIE}, float32", "rows", 500_000, _statistics(np.float32, False)
    ),
    Case("rare-earth descriptors", "rows", 500_000, _descriptors),
    Case("structure descriptors", "crystals", 5, _structures),
)
