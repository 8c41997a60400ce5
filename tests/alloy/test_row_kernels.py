"""Sums over elements, beside whole arrays of fractions."""

import numpy as np
from numpy.testing import assert_allclose
from scipy.sparse import csr_array

from magnetkit._core._threads import limited_threads
from magnetkit.alloy import CompositionTable
from magnetkit.alloy._row_kernels import sums, sums_of_each


def test_row_sums_equal_dense_products():
    rng = np.random.default_rng(3)
    whole = np.where(rng.random((50, 118)) < 0.1, rng.random((50, 118)), 0.0)
    whole[7] = 0.0
    rows = CompositionTable.from_array(whole).rows
    weights = rng.random((3, 118))
    assert_allclose(sums(rows, weights[0]), whole @ weights[0], rtol=1e-13)
    assert sums(rows, weights[0])[7] == 0.0
    kind = rng.integers(-1, 3, 50).astype(np.int8)
    expected = (whole * weights[kind]).sum(axis=1)
    assert_allclose(sums(rows, weights, kind), expected, rtol=1e-13)
    flags = weights > 0.5
    assert_allclose(sums(rows, flags[1]), whole @ flags[1], rtol=1e-13)


def test_no_rows_give_no_sums():
    assert sums(
        CompositionTable.from_strings([]).rows, np.ones(118)
    ).shape == (0,)


def test_sums_of_several_figures_equal_scipy():
    rng = np.random.default_rng(5)
    amounts = rng.uniform(0.1, 5.0, (20_000, 4))
    table = CompositionTable.from_strings(
        [f"Nd{a:.3f}Dy{b:.3f}Fe{c:.3f}B{d:.3f}" for a, b, c, d in amounts]
    )
    figures = rng.normal(size=(118, 7))
    sparse = csr_array(
        (table.values, table.indices, table.indptr), shape=(len(table), 118)
    )
    for threads in (1, 2):
        with limited_threads(threads):
            assert np.array_equal(
                sums_of_each(table.rows, figures), sparse @ figures
            )


def test_unknown_figure_of_an_absent_element_is_no_matter():
    rows = CompositionTable.from_strings(["SmCo5", "Nd2Fe14B"]).rows
    figures = np.ones((118, 1))
    figures[61] = np.nan  # Sm
    assert np.isnan(sums_of_each(rows, figures)[:, 0]).tolist() == [
        True,
        False,
    ]
    assert sums_of_each(
        CompositionTable.from_strings([]).rows, figures
    ).shape == (0, 1)
