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

    Rows alike in products and hundredths are told apart by numbers first, and words are made of the
    distinct ones alone.

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
    place, texts = pd.factorize(_texts(hull, first_of(code, groups)))
    return pd.Categorical.from_codes(place[code], pd.Index(texts, dtype="str"))


def _hundredths(share: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(100.0 * share + 0.5 + _ROUNDING).astype(np.int64)


def _texts(hull: Decomposition, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the words of some rows, built product by product over all of them at once."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if not hull.products[rows].size:
        return np.full(len(rows), "", dtype=object)
    products, hundredths = hull.products[rows], _hundredths(hull.fractions[rows])
    there, kinds = products >= 0, len(hull.formulas)
    count = there.sum(axis=1)
    # The largest share first, equal ones by name.
    place = np.argsort(np.argsort(np.array(hull.formulas, dtype=object)))
    last = np.iinfo(np.int64).max
    key = np.where(there, (100 - hundredths) * kinds + place[products], last)
    order = np.argsort(key, axis=1, kind="stable")[:, : max(int(count.max(initial=0)), 1)]
    products = np.take_along_axis(products, order, axis=1)
    hundredths = np.take_along_axis(hundredths, order, axis=1)
    there = np.take_along_axis(there, order, axis=1)
    words = []
    for w in range(order.shape[1]):
        own = there[:, w]
        codes, pairs = pd.factorize(hundredths[own, w] * kinds + products[own, w])
        names = [f"{pair // kinds / 100:.2f} {hull.formulas[pair % kinds]}" for pair in pairs]
        at = np.zeros(len(rows), np.int64)
        at[own] = codes
        words.append(pa.array(names, pa.string()).take(pa.array(at, mask=~own)))
    # pyarrow leaves out a row that has nothing to join.
    words[0] = pc.fill_null(words[0], "")
    joined = pc.binary_join_element_wise(*words, " + ", null_handling="skip")
    alone = pa.array(hull.formulas, pa.string()).take(pa.array(products[:, 0], mask=count != 1))
    return pc.coalesce(alone, joined).to_numpy(zero_copy_only=False)
