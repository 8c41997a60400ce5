"""What phases fall into, in words: the products of each row with their shares of the atoms."""

from typing import TYPE_CHECKING

import numpy as np

from .hull import Decomposition

if TYPE_CHECKING:
    import pyarrow as pa

# The last digits of a share move with the rows beside it; they may not decide a half hundredth.
_ROUNDING = 1e-6


def product_texts(hull: Decomposition) -> "pa.Array":
    """Name the products of each row by their shares of the atoms, the largest first.

    Built column by column over all rows: a text for each row by itself takes ten times as long.

    Parameters
    ----------
    hull : Decomposition
        n rows.

    Returns
    -------
    pyarrow.Array of string, length n
        E.g. ``"0.58 Sm2Co17 + 0.42 SmCo3"``; the name alone of a single product, an empty text
        without any.
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    there = hull.products >= 0
    count = there.sum(axis=1)
    n, most, kinds = len(count), int(count.max(initial=0)), len(hull.formulas)
    if not most:
        return pa.array([""] * n, pa.string())
    hundredths = np.floor(100.0 * hull.fractions + 0.5 + _ROUNDING).astype(np.int64)
    place = np.argsort(np.argsort(np.array(hull.formulas, dtype=object)))
    last = np.iinfo(np.int64).max
    key = np.where(there, (100 - hundredths) * kinds + place[hull.products], last)
    order = np.argsort(key, axis=1, kind="stable")[:, :most]
    product, amount, present = (
        np.take_along_axis(array, order, axis=1) for array in (hull.products, hundredths, there)
    )
    columns = []
    for w in range(most):
        own = present[:, w]
        codes, pairs = pd.factorize(amount[own, w] * kinds + product[own, w])
        texts = pa.array([f"{p // kinds / 100:.2f} {hull.formulas[p % kinds]}" for p in pairs])
        index = np.zeros(n, np.int64)
        index[own] = codes
        columns.append(texts.take(pa.array(index, mask=np.logical_not(own))))
    # pyarrow leaves out a row that has nothing to join.
    columns[0] = pc.fill_null(columns[0], "")
    joined = pc.binary_join_element_wise(*columns, " + ", null_handling="skip")
    alone = pa.array(hull.formulas).take(pa.array(product[:, 0], mask=count != 1))
    return pc.coalesce(alone, joined)
