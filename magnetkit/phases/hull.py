"""Hull energy and decomposition products of many compositions."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from .facets import find_facets
from .snapshot import Snapshot, open_snapshot
from .space import PhaseSpace, gather, whole_space

if TYPE_CHECKING:
    from ..kernels.arrays import Rows
    from ..kernels.hull import Found


@dataclass(frozen=True, eq=False)
class Decomposition:
    """Hull energies and products of a table.

    Attributes
    ----------
    energy : ndarray of float64, shape (n,)
        Hull energy, eV/atom; NaN where an element has no phases in the snapshot.
    products : ndarray of int32, shape (n, width)
        Index into `formulas`, ascending; -1 beyond the last product.
    fractions : ndarray of float64, shape (n, width)
        Share of the atoms in each product.
    formulas : list of str
        Names of the phases.
    """

    energy: NDArray[np.float64]
    products: NDArray[np.int32]
    fractions: NDArray[np.float64]
    formulas: list[str]


# A system is priced by all its facets where rows enough, by number of elements, pay for finding
# them, which a screening does once for all its chunks: two to five times the speed of a linear
# program a row.
_ROWS_TO_PAY = (0, 0, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 40_000)


def solve(table: CompositionTable, space: PhaseSpace, products: bool = False) -> Decomposition:
    """Find the hull energy of each row, and its products if asked."""
    from ..kernels import hull as programs
    from ..kernels.arrays import Phases
    from ..kernels.threads import share_rows

    systems = gather(table, space)
    width = int(systems.members.sum(axis=1).max(initial=0)) if products else 0
    found = programs.Found(
        np.full(len(table), np.nan),
        np.full((len(table), width), -1, np.int32),
        np.zeros((len(table), width)),
    )
    rows = table.rows
    left = np.ones(len(systems.members), bool)
    for s in range(len(left)):
        members = systems.members[s]
        own = systems.order[systems.bounds[s] : systems.bounds[s + 1]]
        elements = int(members.sum())
        if elements < len(_ROWS_TO_PAY) and len(own) >= _ROWS_TO_PAY[elements]:
            left[s] = not _by_facets(rows, own, space, members, found)
    runs = programs.Runs(systems.order, *systems.runs(left))
    phases = Phases(space.ptr, space.col, space.val, space.energy)
    given = rows, space.column, runs, systems.members, phases, found
    share_rows(programs.solve, len(runs.system), *given, chunk=1)
    return Decomposition(*found, space.formulas)


def _by_facets(
    rows: "Rows",
    own: NDArray[np.int64],
    space: PhaseSpace,
    members: NDArray[np.bool_],
    found: "Found",
) -> bool:
    """Solve the rows of one chemical system by all its facets; return whether all were solved."""
    from ..kernels import hull_facets
    from ..kernels.threads import share_rows

    facets = find_facets(space, members)
    if facets is None:
        return False
    place = np.full(len(space.column), -1, np.int64)
    inside = np.flatnonzero(space.column >= 0)
    inside = inside[members[space.column[inside]]]
    place[inside] = np.arange(len(inside))
    facet = np.zeros(len(found.hull), np.int32)
    given = rows, place, own
    share_rows(hull_facets.highest, len(own), *given, facets.price, found.hull, facet)
    done = np.ones(len(own), bool)
    planes = hull_facets.Planes(
        facets.price, facets.corner, facets.inverse, facets.matrix, facets.energy
    )
    share_rows(hull_facets.split, len(own), *given, planes, facet, found, done)
    return bool(done.all())


def stable_phases(space: PhaseSpace) -> PhaseSpace:
    """Return the phases on the hull of a space: all that can be a product of anything."""
    above = space.energy - solve(space.table(), space).energy
    above[: space.columns] = 0.0
    # A phase within rounding of the hull stays: it changes nothing but may be named.
    return space.take(above < 1e-9)


def stable_space(snapshot: Snapshot) -> PhaseSpace:
    """Return the phases on the hull of a snapshot."""
    if "stable" not in snapshot._cache:
        snapshot._cache["stable"] = stable_phases(whole_space(snapshot))
    return snapshot._cache["stable"]


@named
def hull_energy(
    compositions: Any,
    snapshot: Snapshot | str | Path | None = None,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the energy of the hull of competing phases at each composition.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions; see `magnetkit.predict`.
    snapshot : str, Path or Snapshot, optional
        Phases to compete with; the embedded snapshot without it.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    strict : bool
        Fail on the first row that cannot be read; it is NaN, with a warning, otherwise.

    Returns
    -------
    ndarray of float64, shape (n,), or column of the input's library
        Formation energy of the most stable mixture of phases, eV/atom. NaN where an element has
        no phases in the snapshot.
    """
    inputs = read_inputs(compositions, basis, strict=strict)
    hull = solve(inputs.table, stable_space(open_snapshot(snapshot)))
    return inputs.values(hull.energy, "hull_energy_eV_atom")
