"""Compositions around known ones: what a distilled model is taught on."""

import numpy as np
from numpy.typing import NDArray

from ..composition import CompositionTable
from ..elements import INTERSTITIALS, N_ELEMENTS, RARE_EARTHS, mask

Array = NDArray[np.float64]

# Within these an element stands in for another: the rest, rare earths, interstitials.
_FAMILY = (mask(RARE_EARTHS) + 2 * mask(INTERSTITIALS)).astype(np.int64)

_KIN = 0.5
_MIXED = 0.4
_SWAPPED = 0.6
_SWAPPED_AGAIN = 0.25
_WHOLLY = 0.5
_SHAKEN = 0.6
_SPREAD = 0.1
_PIECE = 20_000


def around(known: CompositionTable, rows: int, seed: int = 0) -> CompositionTable:
    """Return compositions like those a search for substitutes brings, drawn around known ones.

    Each starts from a known one. Half are mixed with another that shares an element with it, have
    an element or two replaced by another, or have all amounts shaken by a tenth, each as chance
    has it. The other half keep their stoichiometry: rare earths, interstitials and the rest are
    only replaced among themselves. An element is replaced wholly or in part, by one drawn as
    frequently as it is among the known.

    Parameters
    ----------
    known : CompositionTable
        Where to start from.
    rows : int
        How many to draw.
    seed : int
        Of the random numbers.

    Returns
    -------
    CompositionTable
        `rows` compositions, the same for the same arguments.
    """
    rng = np.random.default_rng(seed)
    dense = known.to_array()
    parts = [_draw(dense, min(_PIECE, rows - k), rng) for k in range(0, rows, _PIECE)]
    found = np.vstack(parts)
    row, column = np.nonzero(found)
    return CompositionTable(
        np.searchsorted(row, np.arange(rows + 1)).astype(np.int64),
        column.astype(np.int32),
        found[row, column],
        np.arange(rows),
    )


def _draw(known: Array, n: int, rng: np.random.Generator) -> Array:
    x = known[rng.integers(len(known), size=n)]
    kin = rng.random(n) < _KIN
    mixed = np.flatnonzero(~kin & (rng.random(n) < _MIXED))
    partner = _sharing(known, _present(x[mixed], rng), rng)
    share = rng.random((len(mixed), 1))
    x[mixed] = share * x[mixed] + (1 - share) * known[partner]

    frequency = (known > 0).sum(axis=0)
    for chance in (_SWAPPED, _SWAPPED_AGAIN):
        rows = np.flatnonzero(rng.random(n) < np.where(kin, 1.5 * chance, chance))
        old = _present(x[rows], rng)
        new = _chosen(frequency, len(rows), rng)
        for family in np.unique(_FAMILY):
            of = np.flatnonzero(kin[rows] & (_FAMILY[old] == family))
            new[of] = _chosen(frequency * (family == _FAMILY), len(of), rng)
        part = np.where(rng.random(len(rows)) < _WHOLLY, 1.0, rng.random(len(rows)))
        moved = part * x[rows, old]
        x[rows, old] -= moved
        x[rows, new] += moved

    shaken = np.flatnonzero(~kin & (rng.random(n) < _SHAKEN))
    x[shaken] *= np.exp(_SPREAD * rng.normal(size=(len(shaken), N_ELEMENTS)))
    x[x < 1e-9] = 0.0
    return x / x.sum(axis=1, keepdims=True)


def _chosen(frequency: NDArray[np.int64], n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return `n` elements, drawn by frequency."""
    bounds = np.cumsum(frequency)
    return np.searchsorted(bounds, rng.integers(max(bounds[-1], 1), size=n), "right")


def _present(x: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return an element of each row, any with the same chance."""
    return np.where(x > 0, rng.random(x.shape), -1.0).argmax(axis=1)


def _sharing(
    known: Array, element: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return for each element a row of `known` that holds it."""
    column, row = np.nonzero(known.T > 0)
    start = np.searchsorted(column, np.arange(N_ELEMENTS + 1))
    count = np.diff(start)[element]
    return row[start[element] + (rng.random(len(element)) * count).astype(np.int64)]
