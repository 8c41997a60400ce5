"""The two-sublattice model at given parameters, before anything is learnt beside it."""

import numpy as np
from numpy.typing import NDArray

from ..composition.table import CompositionTable
from ..hosts.partition import site_rules
from .parameters import Parameters


def condense(table: CompositionTable, codes: NDArray[np.int8], p: Parameters) -> tuple:
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
    tuple of arrays
        See `magnetkit.kernels.magnetism.condense`.
    """
    from ..kernels.magnetism import condense as kernel

    role, counts = site_rules()
    return kernel(
        table.indptr, table.indices, table.values, codes, role, counts, p.known, p.ions,
        p.element, p.host,
    )  # fmt: skip


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

    return condense(table, codes, p)[0][:, CURIE]
