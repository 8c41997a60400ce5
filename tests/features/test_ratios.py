import numpy as np
from numpy.testing import assert_allclose

from magnetkit._core._arrays import Rows
from magnetkit.features._descriptor_kernels import Layout, Sums, design

# Two compositions over three elements; the second has none of the last two.
ROWS = Rows(
    np.array([0, 3, 4], np.int64),
    np.array([0, 1, 2, 0], np.int32),
    np.array([0.5, 0.3, 0.2, 1.0]),
)
SUMS = Sums(
    np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]]),
    np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]),
    np.array([0, 1]),
)


def test_columns_are_trend_ratios_and_fractions():
    layout = Layout(SUMS, 1, 140.0, 60.0)
    x = design(ROWS, layout, np.array([1, 0]), np.array([-0.4, 2.0]))
    # No physics; then host 0 with a mean of 2. Ratios: (0.5 + 2 x 0.2) / 1 and 0.3 / (0.3 + 0.2);
    # 1 / 1 and 0 over an empty sum.
    assert_allclose(
        x,
        [
            [0.0, 140.0, 0.0, -24.0, 0.9, 0.6, -0.4, 0.0, 0.5, 0.3, 0.2],
            [140.0, 0.0, 120.0, 0.0, 1.0, 0.0, 2.0, 1.0, 1.0, 0.0, 0.0],
        ],
    )
