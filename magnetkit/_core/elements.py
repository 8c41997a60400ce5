"""Chemical elements, and the groups of them that magnet makers name.

The column of an element in every composition is its atomic number minus one.
"""

from functools import lru_cache
from types import MappingProxyType

import numpy as np

from . import datasets
from ._types import FloatArray, IntArray
from .errors import CompositionError


def _read() -> tuple[tuple[str, ...], MappingProxyType[str, FloatArray]]:
    """Return the symbols and the properties of all elements, in order of atomic number.

    Properties are the columns of numbers of ``datasets/elements/elements.csv``
    by name. Each is a read-only array, float64 (118,), NaN where a cell is empty.
    """
    rows = datasets.rows("elements/elements.csv")
    properties = {}
    for name in rows[0]:
        if name not in ("symbol", "source"):
            column = np.array([float(row[name] or "nan") for row in rows])
            column.flags.writeable = False
            properties[name] = column
    symbols = tuple(row["symbol"] for row in rows)
    return symbols, MappingProxyType(properties)


SYMBOLS, PROPERTIES = _read()
"""Chemical symbols, and the columns of ``datasets/elements`` by name, in order of atomic number."""

ATOMIC_MASS = PROPERTIES["atomic_mass_u"]
"""Atomic masses (u), in order of atomic number."""

N_ELEMENTS = len(SYMBOLS)
INDEX: dict[str, int] = {symbol: i for i, symbol in enumerate(SYMBOLS)}
"""Symbol to column (atomic number minus one)."""

LIGHT_RARE_EARTHS = ("La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu")
HEAVY_LANTHANIDES = ("Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu")
# Scandium is a rare earth but takes no rare-earth site of these hosts.
RARE_EARTHS = (*LIGHT_RARE_EARTHS, *HEAVY_LANTHANIDES, "Y")
TRANSITION_METALS = ("Fe", "Co", "Ni", "Mn")
INTERSTITIALS = ("B", "C", "N", "H")


def _writing_rank() -> IntArray:
    """Return the rank of each element in formulas, int64 (118,): rare earths first, interstitials last.

    By atomic number minus one; read-only. The smaller rank stands first;
    within a group the order is by atomic number. Ranks differ, but they are
    not consecutive: 38 (Y) to 242 (N). Rare earths are those of `RARE_EARTHS`, with Y
    and without Sc; interstitials are B, C, N and H.
    """
    last = len(SYMBOLS)
    rank = np.arange(last) + last
    rank[[INDEX[s] for s in RARE_EARTHS]] -= last
    rank[[INDEX[s] for s in INTERSTITIALS]] += last
    rank.flags.writeable = False
    return rank


WRITING_RANK = _writing_rank()
"""Rank of each column in a written formula: rare earths, metals, interstitials (``NdFeB``)."""


def index(symbol: str) -> int:
    """Return the column of an element.

    Parameters
    ----------
    symbol : str
        Chemical symbol. Case counts: "nd" is none.

    Returns
    -------
    int
        Atomic number minus one.

    Raises
    ------
    CompositionError
        If `symbol` is no element.
    """
    try:
        return INDEX[symbol]
    except KeyError:
        raise CompositionError(
            f"{symbol!r} is no chemical element; write symbols as Nd, Fe"
        ) from None


@lru_cache(maxsize=64)
def mask(symbols: tuple[str, ...]) -> FloatArray:
    """Return a vector with one at some elements and zero elsewhere.

    Parameters
    ----------
    symbols : tuple of str
        Chemical symbols; a tuple, since the result is kept. One that comes twice counts once; none
        gives zeros. A list is a TypeError.

    Returns
    -------
    ndarray of float64, shape (118,)
        Read-only, by atomic number minus one. The same array at each call.

    Raises
    ------
    CompositionError
        If a symbol is no element.
    """
    result = np.zeros(N_ELEMENTS)
    result[[index(s) for s in symbols]] = 1.0
    result.flags.writeable = False
    return result
