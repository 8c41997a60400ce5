"""Kernels used before a pool of processes starts, in each way of starting one."""

import multiprocessing

import numpy as np
import pytest

from magnetkit.magnetism import _demagnetization_kernels as _demagnetization

# More magnets than one thread takes at a time.
MAGNETS = 3 * _demagnetization.CHUNK
LIMIT_S = 900


def middle(remanence):
    """Return J (T) at 100 kA/m of many equal magnets."""
    one = np.ones(MAGNETS)
    fields = np.tile([0.0, 1e5], (MAGNETS, 1))
    j = _demagnetization.curves(
        remanence * one, 1e6 * one, 9e5 * one, 1.05 * one, fields
    )
    assert (j == j[0]).all()
    return float(j[-1, 1])


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_kernels_run_in_a_pool_after_use(method):
    want = [middle(1.0), middle(1.2)]
    with multiprocessing.get_context(method).Pool(1) as pool:
        # Beyond the limit: children that died leave a map that never returns.
        assert pool.map_async(middle, [1.0, 1.2]).get(LIMIT_S) == want
