"""Hull energy and decomposition products of many compositions.

What phases fall into, in words: the products of each row with their shares of the atoms.

The hull of a ternary system.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._types import BoolArray, FloatArray, IntArray
from .._core.elements import INDEX
from .._core.errors import DataError, InputError
from ..alloy.table import CompositionTable
from ._entries import Entries
from ._space import (
    PhaseSpace,
    find_facets,
    gather,
    lowest_entries,
    read_formulas,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from .._core._arrays import Rows
    from ._hull_kernels import Found


@dataclass(frozen=True, eq=False)
class Decomposition:
    """Hull energies and products of a table."""

    # hull energy, eV/atom, (n,); NaN: an element has no phases in the snapshot
    energy: FloatArray
    products: NDArray[
        np.int32
    ]  # (n, width), index into `formulas`, ascending; -1 beyond the last
    fractions: FloatArray  # share of the atoms in each product, (n, width)
    formulas: list[str]  # names of the phases


# A system is priced by all its facets where rows enough, by number of elements, pay for finding
# them, which a screening does once for all its chunks: two to five times the speed of a linear
# program a row.
_ROWS_TO_PAY = (0, 0, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 40_000)


def solve(
    table: CompositionTable, space: PhaseSpace, products: bool = False
) -> Decomposition:
    """Compute the hull energy of each row, and its products if asked.

    Facets of large groups of rows are found and kept in `space`.

    Parameters
    ----------
    table : CompositionTable
        n compositions; not changed.
    space : PhaseSpace
        Phases that compete, with all elements of them, such as `stable_space`
        or `lowest_entries` returns.
    products : bool
        Whether to compute the products; their width is 0 otherwise.

    Returns
    -------
    Decomposition
        ``energy``, formation energy of the hull, (n,), eV/atom, NaN for a row
        with an element without phases and for an empty one; ``products``,
        int32 (n, width), index into ``formulas``, ascending, -1 beyond the
        last and throughout where the energy is NaN; ``fractions``, (n, width),
        shares of the atoms, 0 beyond the last; ``formulas``, those of `space`.
        The width is the number of elements of the largest system.
    """
    from .._core._arrays import Phases
    from .._core._threads import share_rows
    from . import _hull_kernels as _hull

    systems = gather(table, space)
    width = int(systems.members.sum(axis=1).max(initial=0)) if products else 0
    result = _hull.Found(
        np.full(len(table), np.nan),
        np.full((len(table), width), -1, np.int32),
        np.zeros((len(table), width)),
    )
    rows = table.rows
    is_open = np.ones(len(systems.members), bool)
    for s in range(len(is_open)):
        members = systems.members[s]
        rows_of_system = systems.order[
            systems.bounds[s] : systems.bounds[s + 1]
        ]
        elements = int(members.sum())
        if (
            elements < len(_ROWS_TO_PAY)
            and len(rows_of_system) >= _ROWS_TO_PAY[elements]
        ):
            is_open[s] = not _by_facets(
                rows, rows_of_system, space, members, result
            )
    runs = _hull.Runs(systems.order, *systems.runs(is_open))
    phases = Phases(space.ptr, space.col, space.val, space.energy)
    share_rows(
        _hull.solve,
        len(runs.system),
        rows,
        space.column,
        runs,
        systems.members,
        phases,
        result,
        chunk=1,
    )
    return Decomposition(*result, space.formulas)


def _by_facets(
    rows: "Rows",
    own: IntArray,
    space: PhaseSpace,
    members: BoolArray,
    found: "Found",
) -> bool:
    """Solve the rows of one chemical system by all its facets, into `found`.

    Parameters
    ----------
    rows : Rows
        (indptr, indices, values) of the atomic fractions of all compositions.
    own : ndarray of int64, shape (r,)
        Numbers of the rows of the system, from 0.
    space : PhaseSpace
        Phases on the hull. The facets are kept in it.
    members : ndarray of bool, shape (columns,)
        Elements of the system, by the columns of `space`.
    found : Found
        ``hull`` (eV/atom), ``products`` (numbers of phases in `space`, -1
        behind the last) and ``fractions`` are written at the rows `own`, in
        place; the last two only if they have columns.

    Returns
    -------
    bool
        True if all rows are solved. False if qhull failed or a row was not solved; what is written
        has no meaning then.
    """
    from .._core._threads import share_rows
    from . import _hull_kernels as _hull

    facets = find_facets(space, members)
    if facets is None:
        return False
    place = np.full(len(space.column), -1, np.int64)
    inside = np.flatnonzero(space.column >= 0)
    inside = inside[members[space.column[inside]]]
    place[inside] = np.arange(len(inside))
    facet = np.zeros(len(found.hull), np.int32)
    n = len(own)
    share_rows(
        _hull.highest, n, rows, place, own, facets.price, found.hull, facet
    )
    done = np.ones(n, bool)
    share_rows(_hull.split, n, rows, place, own, facets, facet, found, done)
    return bool(done.all())


def stable_phases(space: PhaseSpace) -> PhaseSpace:
    """Return a new space of the phases on the hull: all that can be a product of anything.

    Phases of `space` within 1e-9 eV/atom of the hull are on it. The elements stay in any case,
    first. Phases are numbered anew; `space` is not changed, but for facets that are kept in it.
    ``formulas`` and ``energy`` (eV/atom) of the new space have one entry a phase.
    """
    above = space.energy - solve(space.table(), space).energy
    above[: space.columns] = 0.0
    # A phase within rounding of the hull stays: it changes nothing but may be named.
    return space.take(above < 1e-9)


def stable_space(snapshot: Entries) -> PhaseSpace:
    """Return the space of the phases on the hull of a snapshot.

    `snapshot` is an `Entries` or `Snapshot`; the space has the lowest entries
    of its compositions, the elements first (``formulas`` and ``energy``, one a
    phase). It is computed at the first call and kept in the cache of
    `snapshot`; do not change it. DataError as from `lowest_entries`.
    """
    if "stable" not in snapshot._cache:
        snapshot._cache["stable"] = stable_phases(lowest_entries(snapshot))
    return snapshot._cache["stable"]


def measure_distances(snapshot: Entries) -> FloatArray:
    """Return the distance of each entry to the hull of its snapshot, eV/atom, (n,).

    `snapshot` is an `Entries` or `Snapshot`, such as `open_snapshot` returns.
    Distances are at least 0. Entries are in the order of ``snapshot.entries``,
    whose columns ``formula`` and ``formation_energy_eV_atom`` are read; the
    column of distances is not. NaN where an entry has no energy. Entries that
    the hull leaves out have a distance too. Elements without an entry stand at
    zero. Every formula must be readable: DataError otherwise, ValueError where
    that entry has no usable energy. The snapshot's frame is not changed.
    """
    entries = snapshot.entries
    hull = solve(read_formulas(entries), stable_space(snapshot)).energy
    energies = entries["formation_energy_eV_atom"].to_numpy(float)
    return np.maximum(energies - hull, 0.0)


def product_texts(hull: Decomposition) -> "pa.Array":
    """Write the products of each of n rows with their shares of the atoms, the largest first.

    E.g. ``"0.58 Sm2Co17 + 0.42 SmCo3"``; the name alone of a single product, an empty text without
    any. Products of equal written shares are in alphabetical order. `hull`, of which ``products``,
    ``fractions`` and ``formulas`` are read, must have been solved with products; all texts are
    empty otherwise. The result is a large_string array of n texts without nulls.
    """
    import pyarrow as pa

    from ..alloy._space_kernels import text_from_products

    buffers = [
        None,
        *map(
            pa.py_buffer,
            text_from_products(
                hull.products, hull.fractions, *_letters(tuple(hull.formulas))
            ),
        ),
    ]
    return pa.Array.from_buffers(
        pa.large_string(), len(hull.products), buffers
    )


@lru_cache(maxsize=8)
def _letters(formulas: tuple[str, ...]) -> tuple[NDArray[Any], ...]:
    """Convert names to arrays for the kernel that writes products.

    `formulas` are k names, a tuple. The result is cached for eight such tuples and must not be
    changed.

    Returns
    -------
    letters : ndarray of uint8
        Bytes of all names, one after the other.
    starts : ndarray of int64, shape (k + 1,)
        Where each name begins in them; the last is their number.
    rank : ndarray of int64, shape (k,)
        Place of each name in alphabetical order, from 0.
    """
    names = [name.encode() for name in formulas]
    starts = np.cumsum([0, *map(len, names)])
    rank = np.argsort(np.argsort(np.array(formulas, dtype=object)))
    return np.frombuffer(b"".join(names), np.uint8), starts, rank


class Section(NamedTuple):
    """The hull of a system of m elements.

    ``elements``: their symbols; ``names``: formulas of the k stable phases; ``shares`` float64
    (k, m): what they are made of, in the order of `elements`; ``energies`` float64 (k,): their
    formation energies, eV/atom; ``edges`` int64 (e, 2): which of them are in balance with each
    other. ``others``: the phases above the hull, their names, shares and energies alike.
    """

    elements: tuple[str, ...]
    names: list[str]
    shares: FloatArray
    energies: FloatArray
    edges: IntArray
    others: "Others"


class Others(NamedTuple):
    """Phases of a system above its hull: formulas, shares (n, m), and energies (n,), eV/atom."""

    names: list[str]
    shares: FloatArray
    energies: FloatArray


def hull_section(source: Entries, elements: Sequence[str]) -> Section:
    """Return the hull of a chemical system: stable phases and which of them are in balance.

    Parameters
    ----------
    source : Entries
        The snapshot, such as `open_snapshot` returns. Facets are kept in its
        cache.
    elements : sequence of str
        Symbols, such as ``["Sm", "Co", "Fe"]``, two or more, each once (ValueError for one alone,
        IndexError if one stands twice). KeyError for a text that is none; a text such as "Sm-Co"
        is not split.

    Returns
    -------
    Section
        ``elements``, a tuple; ``names``, ``shares`` (k, elements; atomic
        fractions, 0 to 1) and ``energies`` (formation energies, eV/atom) of
        the k stable phases, the elements first, by atomic number; ``edges``,
        int64 (e, 2), pairs of their numbers from 0, ascending, each once;
        ``others``, with ``names``, ``shares`` and ``energies`` (not distances)
        of the phases above the hull. Shares are in the order of `elements`.

    Raises
    ------
    InputError
        If the snapshot has no phases of an element.
    DataError
        If its phases make no hull.
    """
    space = stable_space(source)
    numbers = [INDEX[symbol] for symbol in elements]
    columns = space.column[numbers]
    absent = sorted(
        e for e, column in zip(elements, columns, strict=True) if column < 0
    )
    if absent:
        raise InputError(
            f"snapshot {source.name} has no phases of {', '.join(absent)}; pull "
            f"{'-'.join(elements)} or name elements that it has"
        )
    members = np.zeros(space.columns, bool)
    members[columns] = True
    facets = find_facets(space, members)
    if facets is None:
        raise DataError(
            f"the phases of {'-'.join(elements)} in {source.name} make no hull"
        )
    # Each facet is a triangle of phases in balance, two of which share a side.
    stable, corner = np.unique(facets.corner, return_inverse=True)
    corner = np.sort(corner.reshape(facets.corner.shape), axis=1)
    pairs = combinations(range(len(elements)), 2)
    sides = np.concatenate([corner[:, list(pair)] for pair in pairs])
    names = [space.formulas[phase] for phase in stable]
    return Section(
        elements=tuple(elements),
        names=names,
        shares=space.table()[stable].to_array()[:, numbers],
        energies=space.energy[stable],
        edges=np.unique(sides, axis=0),
        others=_phases_above_hull(lowest_entries(source), numbers, set(names)),
    )


def _phases_above_hull(
    space: PhaseSpace, columns: list[int], stable: set[str]
) -> Others:
    """Return the phases of a system whose formulas are not among the stable ones.

    Parameters
    ----------
    space : PhaseSpace
        All compositions of a snapshot, as `lowest_entries` returns them.
    columns : list of int
        Elements of the system, atomic numbers less one; the order of the shares in the result.
    stable : set of str
        Formulas to leave out, spelled as in ``space.formulas``.

    Returns
    -------
    Others
        ``names``, ``shares`` (n, m), atomic fractions, and ``energies`` (n,), formation energies in
        eV/atom, of phases that hold no other element, in the order of `space`.
    """
    shares = space.table().to_array()[:, columns]
    inside = np.abs(shares.sum(axis=1) - 1.0) < 1e-9
    inside &= [formula not in stable for formula in space.formulas]
    rows = np.flatnonzero(inside)
    return Others(
        [space.formulas[row] for row in rows], shares[rows], space.energy[rows]
    )
