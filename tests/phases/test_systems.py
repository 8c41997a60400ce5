"""Sets of elements, and the phases made of them."""

import numpy as np

from magnetkit._core._arrays import Rows
from magnetkit.alloy import _row_kernels as _rows


def test_element_sets():
    indptr = np.array([0, 2, 3, 3, 5, 7, 8])
    indices = np.array([0, 1, 70, 1, 2, 0, 2, 1], np.int32)
    values = np.array([0.5, 0.5, 1.0, 0.5, 0.5, 1.0, 0.0, 0.0])
    word = np.full(118, -1)
    bit = np.zeros(118, np.int64)
    word[[0, 1, 70]] = 0, 0, 1
    bit[[0, 1, 70]] = 0, 1, 6
    sets = np.zeros((6, 2), np.uint64)
    mask = np.zeros(6, bool)
    _rows.element_sets(
        Rows(indptr, indices, values), word, bit, sets, mask, 0, 6
    )
    # Empty; an element without phases; none of that element; nothing at all.
    assert mask.tolist() == [True, True, False, False, True, False]
    assert sets[[0, 1, 4]].tolist() == [[3, 0], [0, 64], [1, 0]]
