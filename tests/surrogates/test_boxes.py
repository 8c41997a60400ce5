import numpy as np

from magnetkit.surrogates.boxes import BEYOND, blocks, highest, leaves


def test_leaves_hold_every_point_once_and_close_together():
    points = np.random.default_rng(0).random((1000, 3))
    order = leaves(points)
    np.testing.assert_array_equal(np.sort(order), np.arange(1000))
    extent = np.mean([np.ptp(points[order[k : k + 64]], axis=0).sum() for k in range(0, 1000, 64)])
    assert extent < 0.6 * np.ptp(points, axis=0).sum()


def test_blocks_hold_rows_in_lanes_and_fill_up():
    rows = np.arange(70 * 3, dtype=float).reshape(70, 3)
    got = blocks(rows, multiple=4)
    assert got.shape == (2, 4, 64)
    np.testing.assert_array_equal(got[0, :3].T, rows[:64])
    np.testing.assert_array_equal(got[1, :3, :6].T, rows[64:])
    assert (got[:, 3].ravel()[:70] == 0).all()
    assert (got[1, :, 6:] == BEYOND).all()
    np.testing.assert_array_equal(highest(got)[1, :3], rows[-1])
