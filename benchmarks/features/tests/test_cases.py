"""The pieces of work that are timed do that work."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from benchmarks.features import cases
from benchmarks.features.cases import CASES
from benchmarks.features.peers import PEERS


def test_names_are_unique_and_peers_belong_to_them():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert {p.case for p in PEERS} <= set(names)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_statistics_reuse_memory_only_where_they_say_so(dtype):
    fresh = cases._statistics(dtype, False)(20)
    reuse = cases._statistics(dtype, True)(20)
    assert fresh() is not fresh()
    assert reuse() is reuse()
    assert_array_equal(fresh(), reuse())
    assert fresh().shape == (20, cases.STATISTICS_COLUMNS)
    assert fresh().dtype == dtype
