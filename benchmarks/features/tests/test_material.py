"""What the benchmarks work on."""

import numpy as np
from magnetkit.elements import SYMBOLS
from numpy.testing import assert_allclose

from benchmarks.features.material import (
    OTHER,
    RARE,
    compositions,
    formulas,
    nd2fe14b,
)
from magnetkit.alloy import CompositionTable


def test_material_is_what_it_says():
    table = compositions(3000)
    assert len(set(formulas(3000))) == 3000
    again = CompositionTable.from_strings(formulas(3000)[:50], basis="atomic")
    assert abs(again.to_array() - table[:50].to_array()).max() < 1e-4
    assert len(nd2fe14b()) == 68


def test_compositions_hold_rare_earths_and_others():
    table = compositions(500)
    assert_allclose(np.add.reduceat(table.values, table.indptr[:-1]), 1.0)
    rare = table.to_array()[:, [SYMBOLS.index(s) for s in RARE]] > 0
    other = table.to_array()[:, [SYMBOLS.index(s) for s in OTHER]] > 0
    assert set(rare.sum(axis=1)) == {1, 2}
    assert set(other.sum(axis=1)) == {1, 2, 3, 4}
