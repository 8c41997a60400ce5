"""Composition statistics: matminer's names and values, and scikit-learn's conventions."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit import CompositionTable
from magnetkit.features import CompositionStatistics

FROZEN = Path(__file__).with_name("frozen") / "matminer_magpie.csv"


@pytest.fixture(scope="module")
def frozen():
    with FROZEN.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    return (
        [r[0] for r in rows],
        header[1:],
        np.array([r[1:] for r in rows], float),
    )


def test_names_and_values_are_matminers(frozen):
    texts, names, expected = frozen
    statistics = CompositionStatistics().fit()
    assert statistics.get_feature_names_out().tolist() == names
    got = statistics.transform(texts)
    assert_allclose(got, expected, rtol=1e-9, atol=1e-9)


def test_pandas_output_keeps_the_index_of_a_frame():
    frame = pd.DataFrame({"composition": ["SmCo5", "YCo5"]}, index=[7, 9])
    got = (
        CompositionStatistics()
        .set_output(transform="pandas")
        .fit_transform(frame)
    )
    assert got.index.tolist() == [7, 9]
    assert got.shape == (2, 132)


def test_no_rows_give_no_rows():
    assert CompositionStatistics().fit_transform([]).shape == (0, 132)


def test_type_of_the_result():
    features = CompositionStatistics(dtype="float32").fit_transform(["SmCo5"])
    assert features.dtype == np.float32


def test_without_imputation_a_gap_is_nan():
    frame = (
        CompositionStatistics(impute=False)
        .set_output(transform="pandas")
        .fit_transform(["HeFe"])
    )
    assert np.isnan(frame["MagpieData mean MeltingT"][0])
    assert frame["MagpieData mean Number"][0] == 14.0


def test_many_rows_on_threads_equal_few_rows():
    texts = [f"Sm{i}Co{5 * i + 1}" for i in range(1, 251)]
    table = CompositionTable.from_strings(texts)
    once = CompositionStatistics().fit_transform(table)
    often = CompositionStatistics().fit_transform(
        table[np.tile(np.arange(250), 100)]
    )
    assert_array_equal(often, np.tile(once, (100, 1)))
