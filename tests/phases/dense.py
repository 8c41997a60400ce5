"""Dense compositions and phases as the kernels take them."""

import numpy as np

from magnetkit._core._arrays import Rows


def to_sparse(dense):
    """Return rows as ptr, col, val."""
    row, col = np.nonzero(dense)
    counts = np.bincount(row, minlength=len(dense))
    ptr = np.concatenate([[0], np.cumsum(counts)])
    return ptr.astype(np.int64), col.astype(np.int64), dense[row, col]


def kernel_rows(dense):
    """Return compositions as the kernels take them."""
    ptr, col, val = to_sparse(dense)
    return Rows(ptr, col.astype(np.int32), val)
