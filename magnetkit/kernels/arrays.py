"""Arrays that belong together, as kernels take them: one argument instead of four."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


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
