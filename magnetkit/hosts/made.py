"""Which alloys are of a kind that has been made: elements and amounts by host.

A model of a host says nothing of an alloy with elements, or amounts of them, that no alloy of that
host was ever made with. The tables are ``datasets/hosts/made.csv`` and ``shells.csv``; a variant
that a table does not list has the rows of its root.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..composition.table import CompositionTable
from ..elements import INDEX, N_ELEMENTS, RARE_EARTHS
from .records import HOST_NAMES, HOSTS, ROOTS

# Printed amounts are rounded: this much more than the largest still counts as made.
_ROUNDING = 1.05


@lru_cache(maxsize=1)
def _limits() -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return what each element's share is of and the largest, shape (hosts, 118) each."""
    from ..kernels import made as kernel

    kinds = {"metal": kernel.OF_METAL, "rare earth": kernel.OF_EARTH, "alloy": kernel.OF_ALLOY}
    group = np.full((len(HOST_NAMES), N_ELEMENTS), kernel.OF_METAL, np.int8)
    group[:, [INDEX[s] for s in RARE_EARTHS]] = kernel.OF_EARTH
    most = np.zeros(group.shape)
    for h, row in _of_hosts("hosts/made.csv"):
        at = h, INDEX[row["element"]]
        group[at] = kinds[row["share_of"]]
        most[at] = _ROUNDING * float(row["largest_share"])
    return group, most


def _of_hosts(table: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the code of each host with each of its rows in a table."""
    rows = datasets.rows(table)
    listed = {row["host"] for row in rows}
    for h, (name, host) in enumerate(HOSTS.items()):
        known = name if name in listed else host.root
        yield from ((h, row) for row in rows if row["host"] == known)


@lru_cache(maxsize=1)
def _shells() -> NDArray[np.bool_]:
    """Return which elements have been diffused into magnets of a host, shape (hosts, 118)."""
    allowed = np.zeros((len(HOST_NAMES), N_ELEMENTS), bool)
    for h, row in _of_hosts("hosts/shells.csv"):
        allowed[h, INDEX[row["element"]]] = True
    return allowed


def made_before(table: CompositionTable, codes: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return which alloys have only elements and amounts that their host was made with.

    Parameters
    ----------
    table : CompositionTable
        n recipes, grain boundary included.
    codes : ndarray of int8, shape (n,)
        Their hosts, as `assign_hosts` returns them; rows of no host are not judged (True).

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> from magnetkit.hosts.partition import assign_hosts
    >>> alloys = CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14BHg"])
    >>> made_before(alloys, assign_hosts(alloys)).tolist()
    [True, False]
    """
    from ..kernels.made import within

    return within(table.indptr, table.indices, table.values, codes, *_limits())


def shelled_hosts() -> tuple[str, ...]:
    """Return the hosts, no variants, into which any rare earth has been diffused."""
    known = np.any(_shells(), axis=1)
    return tuple(name for name in ROOTS if known[HOST_NAMES.index(name)])


def shells_known(codes: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return which hosts any rare earth has been diffused into, shape (n,)."""
    return (codes >= 0) & np.any(_shells(), axis=1)[codes]


def diffused_before(codes: NDArray[np.int8], element: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return into which hosts an element has been diffused along the grain boundaries.

    Parameters
    ----------
    codes : ndarray of int8, shape (n,)
        Hosts; False where unknown.
    element : ndarray of int64, shape (n,)
        Column of the element of each shell.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    return (codes >= 0) & _shells()[codes, element]
