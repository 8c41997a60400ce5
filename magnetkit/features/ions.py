"""The rare-earth ions as arrays over the elements."""

from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..elements import INDEX, N_ELEMENTS

COLUMNS = (
    *("n_4f", "S", "L", "J", "g_J", "alpha_J", "beta_J", "gamma_J"),
    *("r2_a0_2", "r4_a0_4", "r6_a0_6", "ionic_radius_A"),
)


@lru_cache(maxsize=1)
def load_ions() -> MappingProxyType[str, NDArray[np.float64]]:
    """Return the columns of ``datasets/ions/ions.csv`` over the elements.

    Returns
    -------
    mapping of str to ndarray of float64, shape (118,)
        Each column of `COLUMNS`, read-only and indexed by atomic number minus one. NaN for an
        element that is no rare earth, and for the radial averages of an ion without 4f moment.
    """
    columns = {name: np.full(N_ELEMENTS, np.nan) for name in COLUMNS}
    for row in datasets.rows("ions/ions.csv"):
        for name, column in columns.items():
            column[INDEX[row["symbol"]]] = float(row[name]) if row[name] else np.nan
    for column in columns.values():
        column.flags.writeable = False
    return MappingProxyType(columns)
