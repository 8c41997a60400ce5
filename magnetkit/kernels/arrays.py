"""Arrays that belong together, as kernels take them: one argument instead of four."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .ions import Ions


class Rows(NamedTuple):
    """Compositions as compressed sparse rows.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n + 1,)
        Row i is the slice ``indptr[i]:indptr[i + 1]`` of the others.
    indices : ndarray of int32
        Column of the element: its atomic number minus one.
    values : ndarray of float64
        Atomic fractions.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float64]


class Phases(NamedTuple):
    """Competing phases as compressed sparse rows over the columns of a phase space.

    Attributes
    ----------
    ptr, col : ndarray of int64
        Phase k is the slice ``ptr[k]:ptr[k + 1]`` of `col` and `val`.
    val : ndarray of float64
        Atomic fractions.
    energy : ndarray of float64, shape (phases,)
        Formation energy, eV/atom; the first phases, one a column, are the elements at zero.
    """

    ptr: NDArray[np.int64]
    col: NDArray[np.int64]
    val: NDArray[np.float64]
    energy: NDArray[np.float64]


class Model(NamedTuple):
    """Parameters of the intrinsic model, by host (6) and element (118).

    Attributes
    ----------
    role : ndarray of int8, shape (6, 118)
        Site of an element, see `hosts`.
    counts : ndarray of float64, shape (6, 3)
        Rare-earth, transition-metal and interstitial atoms per formula unit.
    known : ndarray of int8, shape (6, 118)
        1 with parameters on the rare-earth site, 2 on the T sites, 3 on both.
    ions : Ions
        What the rare-earth ions do in their fields.
    element, element_sd : ndarray of float64, shape (6, 118, 41)
        Parameters of an element in a host and their deviations; slots: see `magnetism`.
    host, host_sd : ndarray of float64, shape (6, 30)
        Those of the host alone.
    kind : ndarray of int8, shape (6, 5)
        What a host is to the model; columns: see `magnetism`.
    """

    role: NDArray[np.int8]
    counts: NDArray[np.float64]
    known: NDArray[np.int8]
    ions: "Ions"
    element: NDArray[np.float64]
    host: NDArray[np.float64]
    element_sd: NDArray[np.float64]
    host_sd: NDArray[np.float64]
    kind: NDArray[np.int8]


class Condensed(NamedTuple):
    """Hard phases reduced to what does not change with temperature.

    Attributes
    ----------
    state : ndarray of float64, shape (n, 20)
        A row a phase; columns: see `magnetism`.
    ion : ndarray of float64, shape (entries, 10)
        Rows of the ions of all phases; columns: see `ions`.
    """

    state: NDArray[np.float64]
    ion: NDArray[np.float64]
