"""Known points in leaves of 64 that lie close together, as the kernels take them."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

LANES = 64
"""Points of a leaf, leaves of a block; those of `magnetkit.kernels.nearby`, which compiles."""

# What fills up a block lies here, farther than any composition.
BEYOND = 1e6


def leaves(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return an order in which every sixty-four points lie close together.

    Halves again and again at the widest coordinate, in whole leaves.
    """
    done: list[NDArray[np.int64]] = []
    left = [np.arange(len(points))]
    while left:
        rows = left.pop()
        if len(rows) <= LANES:
            done.append(rows)
            continue
        widest = points[rows].std(axis=0).argmax()
        rows = rows[np.argsort(points[rows, widest], kind="stable")]
        half = -(-len(rows) // (2 * LANES)) * LANES
        left += [rows[half:], rows[:half]]
    return np.concatenate(done)


def blocks(x: NDArray, fill: float = BEYOND, multiple: int = 1) -> Float:
    """Return rows as blocks of 64 lanes, shape (b, k, 64), the last filled up.

    Columns are added up to a multiple.
    """
    count = -(-len(x) // LANES)
    whole = np.full((count * LANES, -(-x.shape[1] // multiple) * multiple), fill)
    whole[: len(x)] = 0.0
    whole[: len(x), : x.shape[1]] = x
    return np.ascontiguousarray(whole.reshape(count, LANES, -1).transpose(0, 2, 1), np.float32)


def highest(blocks: Float) -> Float:
    """Return the largest value of each block that is no filling."""
    return np.where(blocks < BEYOND, blocks, -BEYOND).max(axis=2)
