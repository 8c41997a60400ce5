"""The two-sublattice model at given parameters, before anything is learnt beside it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..composition.table import CompositionTable
from .parameters import Parameters

if TYPE_CHECKING:
    from ..kernels.arrays import Condensed


def condense(table: CompositionTable, codes: NDArray[np.int8], p: Parameters) -> "Condensed":
    """Return hard phases as arrays that do not change with temperature.

    Parameters
    ----------
    table : CompositionTable
        n hard phases.
    codes : ndarray of int8, shape (n,)
        Their hosts.
    p : Parameters
        Parameters of the model.

    Returns
    -------
    Condensed
        See `magnetkit.kernels.arrays`.
    """
    from ..kernels.magnetism import condense as kernel

    return kernel(table.rows, codes, p.for_kernels())


def curie_temperature(
    table: CompositionTable, codes: NDArray[np.int8], p: Parameters
) -> NDArray[np.float64]:
    """Return the Curie temperature of hard phases, K, shape (n,); NaN outside the model.

    Parameters
    ----------
    table, codes, p
        As for `condense`.
    """
    from ..kernels.magnetism import CURIE

    return condense(table, codes, p).state[:, CURIE]
