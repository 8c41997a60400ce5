"""The sublattice kernels against their slow twins."""

import numpy as np
import pytest

from magnetkit.kernels.sublattices import sublattice_statistics, weighted_sums
from tests.kernels import naive_sublattices
from tests.kernels.compositions import random_rows


@pytest.mark.parametrize("n", [0, 1, 80])
def test_both_agree_with_the_slow_twins(n):
    rng = np.random.default_rng(n)
    rows = random_rows(rng, n)
    ions = rng.normal(size=(118, 5))
    member = (rng.random(118) < 0.4).astype(float)
    out = np.full((n, 11), -1.0)
    sublattice_statistics(*rows, ions, member, out, 0, n)
    expected = naive_sublattices.sublattice_statistics(*rows, ions, member)
    np.testing.assert_allclose(out, expected, atol=1e-12)
    sums = np.full((n, 5), -1.0)
    weighted_sums(*rows, ions, sums, 0, n)
    np.testing.assert_allclose(
        sums, naive_sublattices.weighted_sums(*rows, ions), rtol=1e-12, atol=1e-14
    )


def test_spread_of_a_single_member_is_exactly_zero_and_nan_stays_nan():
    indptr, indices = np.array([0, 2, 4]), np.array([3, 9, 4, 9], np.int32)
    values = np.array([1 / 3, 2 / 3] * 2)
    member = np.zeros(118)
    member[[3, 4]] = 1.0
    ions = np.full((118, 1), 0.1)
    ions[4] = np.nan
    out = np.empty((2, 3))
    sublattice_statistics(indptr, indices, values, ions, member, out, 0, 2)
    assert out[0].tolist() == [1 / 3, pytest.approx(0.1), pytest.approx(0.0, abs=1e-16)]
    assert np.isnan(out[1, 1:]).all()
