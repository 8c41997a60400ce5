"""The pieces of work that are timed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from magnetkit._core._threads import share_rows
from magnetkit.features import composition_statistics, load_table
from magnetkit.features._crystal_kernels import dipole_tensors, half_pairs
from magnetkit.features.crystals import (
    Crystals,
    both_ways,
    radial_counts,
    structure_descriptors,
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


def _each(crystals: Crystals, task: Callable[[Any, Any, Any], Any]) -> Work:
    """Return the work of a task on each crystal, crystals shared among the threads."""

    def several(start: int, stop: int) -> None:
        for c in range(start, stop):
            rows = slice(crystals.begin[c], crystals.begin[c + 1])
            task(
                crystals.lattices[c],
                crystals.frac[rows],
                crystals.species[rows],
            )

    return lambda: share_rows(several, len(crystals), chunk=1)


def neighbours(lattice: Any, frac: Any, species: Any) -> Any:
    """List the neighbours within 5 A of every atom."""
    return both_ways(*half_pairs(lattice, frac, 5.0))


def radial(lattice: Any, frac: Any, species: Any) -> Any:
    """Bin the distances up to 10 A, by pairs of elements."""
    present, kinds = np.unique(species, return_inverse=True)
    first, second, _, distance = half_pairs(lattice, frac, 10.0)
    return radial_counts(
        (kinds[first], kinds[second], distance), len(present), 0.1, 100
    )


def dipoles(
    lattice: Any,
    frac: Any,
    species: Any,
    radius_A: float = 20.0,
    is_ewald: bool = False,
) -> Any:
    """Sum the dipole tensors over a plain sphere."""
    out = np.empty((len(frac), 1, 6))
    moments = np.ones((len(frac), 1))
    dipole_tensors(lattice, frac, moments, radius_A, is_ewald, out)
    return out


def ewald_dipoles(lattice: Any, frac: Any, species: Any) -> Any:
    """Sum the dipole tensors to convergence."""
    return dipoles(lattice, frac, species, 11.0, True)


def _crystal(task: Callable[[Any, Any, Any], Any]) -> Callable[[int], Work]:
    return lambda n: _each(Crystals.from_structures([nd2fe14b()] * n), task)


def _structures(n: int) -> Work:
    crystals = Crystals.from_structures([nd2fe14b()] * n)
    return lambda: structure_descriptors(crystals)


MAGPIE = "composition statistics"
CASES = (
    Case("parse formulas", "formulas", 500_000, _parse),
    Case(MAGPIE, "rows", 500_000, _statistics(np.float64, False)),
    Case(f"{MAGPIE}, out=", "rows", 500_000, _statistics(np.float64, True)),
    Case(
        f"{MAGPIE}, float32", "rows", 500_000, _statistics(np.float32, False)
    ),
    Case("rare-earth descriptors", "rows", 500_000, _descriptors),
    Case("neighbour list, 5 A", "crystals", 50, _crystal(neighbours)),
    Case("radial distribution, 10 A", "crystals", 20, _crystal(radial)),
    Case("dipole sum, sphere of 20 A", "crystals", 10, _crystal(dipoles)),
    Case("dipole sum, Ewald", "crystals", 10, _crystal(ewald_dipoles)),
    Case("structure descriptors", "crystals", 5, _structures),
)
