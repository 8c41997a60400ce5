"""What phases fall into, in words: the products of each row with their shares of the atoms."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .hull import Decomposition

if TYPE_CHECKING:
    import pyarrow as pa


def product_texts(hull: Decomposition) -> "pa.Array":
    """Name the products of each row by their shares of the atoms, the largest first.

    Parameters
    ----------
    hull : Decomposition
        n rows.

    Returns
    -------
    pyarrow.Array of text, length n
        E.g. ``"0.58 Sm2Co17 + 0.42 SmCo3"``; the name alone of a single product, an empty text
        without any.
    """
    import pyarrow as pa

    from ..kernels.products import text_from_products

    given = hull.products, hull.fractions, *_letters(tuple(hull.formulas))
    buffers = [None, *map(pa.py_buffer, text_from_products(*given))]
    return pa.Array.from_buffers(pa.large_string(), len(hull.products), buffers)


@lru_cache(maxsize=8)
def _letters(formulas: tuple[str, ...]) -> tuple[NDArray[Any], ...]:
    """Return names for the kernel: their bytes, where each starts, and their order."""
    names = [name.encode() for name in formulas]
    starts = np.cumsum([0, *map(len, names)])
    rank = np.argsort(np.argsort(np.array(formulas, dtype=object)))
    return np.frombuffer(b"".join(names), np.uint8), starts, rank
