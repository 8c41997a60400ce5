"""Sums over the atoms of compositions, beside scipy's product of a sparse matrix."""

import numpy as np
from scipy.sparse import csr_array

from magnetkit.composition import CompositionTable
from magnetkit.kernels.sums import over_atoms
from magnetkit.kernels.threads import limited_threads, share_rows

RNG = np.random.default_rng(5)


def summed(table, figures):
    out = np.zeros((len(table), figures.shape[1]))
    share_rows(over_atoms, len(table), table.rows, figures, out, chunk=64)
    return out


def test_sums_are_those_of_scipy_to_the_last_digit():
    made = RNG.uniform(0.1, 5.0, (1000, 4))
    table = CompositionTable.from_strings(
        [f"Nd{a:.3f}Dy{b:.3f}Fe{c:.3f}B{d:.3f}" for a, b, c, d in made]
    )
    figures = RNG.normal(size=(118, 7))
    sparse = csr_array((table.values, table.indices, table.indptr), shape=(len(table), 118))
    assert np.array_equal(summed(table, figures), sparse @ figures)
    with limited_threads(1):
        assert np.array_equal(summed(table, figures), sparse @ figures)


def test_an_unknown_figure_of_an_element_that_is_absent_changes_nothing():
    table = CompositionTable.from_strings(["SmCo5", "Nd2Fe14B"])
    figures = np.ones((118, 1))
    figures[61] = np.nan  # Sm
    assert np.isnan(summed(table, figures)[:, 0]).tolist() == [True, False]
    assert summed(table[:0], figures).shape == (0, 1)
