"""What phases fall into, in words: the products of each row with their shares of the atoms."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .hull import Decomposition
from .judged import first_of

if TYPE_CHECKING:
    import pandas as pd

# The last digits of a share move with the rows beside it; they may not decide a half hundredth.
_ROUNDING = 1e-6


def product_texts(hull: Decomposition) -> "pd.Categorical":
    """Name the products of each row by their shares of the atoms, the largest first.

    Rows alike in products and hundredths are told apart by numbers first: words are made of each
    distinct one alone.

    Parameters
    ----------
    hull : Decomposition
        n rows.

    Returns
    -------
    Categorical of str, length n
        E.g. ``"0.58 Sm2Co17 + 0.42 SmCo3"``; the name alone of a single product, an empty text
        without any.
    """
    import pandas as pd

    n, width = hull.products.shape
    kinds = len(hull.formulas)
    code, groups = np.zeros(n, np.int64), min(n, 1)
    for w in range(width):
        product = hull.products[:, w]
        own = np.where(product >= 0, 1 + product + kinds * _hundredths(hull.fractions[:, w]), 0)
        codes, distinct = pd.factorize(own)
        if len(distinct) > 1:
            code, kept = pd.factorize(code * len(distinct) + codes)
            groups = len(kept)
    names = [_text(hull, row) for row in first_of(code, groups).tolist()]
    place, texts = pd.factorize(np.array(names, dtype=object))
    return pd.Categorical.from_codes(place[code], pd.Index(texts, dtype="str"))


def _hundredths(share: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(100.0 * share + 0.5 + _ROUNDING).astype(np.int64)


def _text(hull: Decomposition, row: int) -> str:
    there = hull.products[row] >= 0
    names = [hull.formulas[product] for product in hull.products[row][there]]
    if len(names) == 1:
        return names[0]
    amounts = _hundredths(hull.fractions[row][there]).tolist()
    parts = sorted(zip(amounts, names, strict=True), key=lambda part: (-part[0], part[1]))
    return " + ".join(f"{amount / 100:.2f} {name}" for amount, name in parts)
