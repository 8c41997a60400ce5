"""Statistics of element properties over compositions, without scikit-learn."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..composition import CompositionTable
from ..errors import InputError
from .element_table import ElementTable


@named
def composition_statistics(
    table: CompositionTable,
    elements: ElementTable,
    dtype: Any = np.float64,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Return minimum, maximum, range, mean, average deviation and mode of each property.

    Parameters
    ----------
    table : CompositionTable
        The compositions.
    elements : ElementTable
        The properties, e.g. ``load_table("magpie").imputed()``.
    dtype : float64 or float32
        Type of a new result.
    out : ndarray, shape (n, 6 * properties), optional
        C-contiguous array to write into, of float64 or float32; large tables run about twice as
        fast into memory that was used before.

    Returns
    -------
    ndarray, shape (n, 6 * properties)
        Property by property, six statistics each, weighted by atomic fraction. A property that
        is not known (NaN) for an element of the row makes the row's statistics of it NaN; the
        mode only if that element is among the most frequent.

    Raises
    ------
    InputError
        If `out` does not fit or the type is neither float64 nor float32.
    """
    from ..kernels.statistics import STATISTICS
    from ..kernels.statistics import composition_statistics as kernel
    from ..kernels.threads import share_rows

    shape = (len(table), len(STATISTICS) * len(elements.names))
    if out is None:
        if np.dtype(dtype) not in (np.float64, np.float32):
            raise InputError(f"dtype must be float64 or float32, got {dtype!r}")
        out = np.empty(shape, dtype)
    elif (
        out.shape != shape
        or out.dtype not in (np.float64, np.float32)
        or not out.flags.c_contiguous
    ):
        raise InputError(
            f"out must be a C-contiguous float64 or float32 array of shape {shape}, "
            f"got {out.dtype} {out.shape}"
        )
    share_rows(
        kernel,
        len(table),
        table.indptr,
        table.indices,
        table.values,
        elements.padded(),
        len(elements.names),
        out,
    )
    return out
