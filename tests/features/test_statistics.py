"""Composition statistics: matminer's names and values, and scikit-learn's conventions."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import CompositionError, InputError
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from magnetkit import CompositionTable
from magnetkit.features import CompositionStatistics

FROZEN = Path(__file__).with_name("frozen") / "matminer_magpie.csv"


@pytest.fixture(scope="module")
def frozen():
    with FROZEN.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    return [r[0] for r in rows], header[1:], np.array([r[1:] for r in rows], float)


def test_names_and_values_are_matminers(frozen):
    texts, names, expected = frozen
    statistics = CompositionStatistics().fit()
    assert statistics.get_feature_names_out().tolist() == names
    got = statistics.transform(texts)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9)


def test_published_values_of_iron_oxide():
    # The example that matminer's documentation and tests print.
    row = CompositionStatistics().set_output(transform="pandas").fit_transform(["Fe2O3"]).iloc[0]
    for statistic, value in {
        "minimum": 8,
        "maximum": 26,
        "range": 18,
        "mean": 15.2,
        "avg_dev": 8.64,
        "mode": 8,
    }.items():
        assert row[f"MagpieData {statistic} Number"] == pytest.approx(value, abs=1e-9)


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_twenty_thousand_magnets_as_matminer_computes_them():
    matminer = pytest.importorskip("matminer.featurizers.composition")
    from pymatgen.core import Composition

    rng = np.random.default_rng(5)
    rare = "La Ce Pr Nd Sm Gd Tb Dy Ho Er Tm Yb Lu Y".split()
    other = "Fe Co Ni Mn Cu Zr Ti V Cr Mo Nb Hf Al Ga Si B C N".split()
    texts = []
    for _ in range(20_000):
        chosen = [*rng.choice(rare, rng.integers(1, 4), False)]
        chosen += [*rng.choice(other, rng.integers(1, 6), False)]
        amounts = rng.integers(1, 1000, len(chosen)) / rng.choice([1, 7, 100])
        texts.append("".join(f"{e}{a:.4f}" for e, a in zip(chosen, amounts, strict=True)))
    peer = matminer.ElementProperty.from_preset("magpie")
    expected = np.array([peer.featurize(Composition(t)) for t in texts], float)
    got = CompositionStatistics(basis="atomic").fit_transform(texts)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "kind", ["list", "numpy", "series", "frame", "polars", "arrow", "pymatgen"]
)
def test_takes_every_kind_of_column(kind):
    import pyarrow
    from pymatgen.core import Composition

    texts = ["SmCo5", "Nd2Fe14B"]
    frame = pd.DataFrame({"note": [1, 2], "composition": texts}, index=[7, 9])
    given = {
        "list": texts, "numpy": np.array(texts), "series": frame["composition"], "frame": frame,
        "polars": None, "arrow": pyarrow.table({"composition": texts}),
        "pymatgen": [Composition(t) for t in texts],
    }[kind]  # fmt: skip
    if kind == "polars":
        given = pytest.importorskip("polars").DataFrame({"composition": texts})
    got = CompositionStatistics().fit_transform(given)
    expected = CompositionStatistics().fit_transform(CompositionTable.from_strings(texts))
    np.testing.assert_allclose(got, expected, rtol=1e-14)


def test_pandas_output_keeps_the_index_of_a_frame():
    frame = pd.DataFrame({"composition": ["SmCo5", "YCo5"]}, index=[7, 9])
    got = CompositionStatistics().set_output(transform="pandas").fit_transform(frame)
    assert got.index.tolist() == [7, 9]
    assert got.shape == (2, 132)


def test_an_unreadable_row_is_an_error_that_names_it():
    with pytest.raises(CompositionError, match=r"XxCo5.*line 2"):
        CompositionStatistics().fit_transform(["SmCo5", "XxCo5"])


@pytest.mark.parametrize("bad", [5, [1.5], pd.DataFrame({"a": ["Fe"], "b": ["Co"]})])
def test_other_input_is_refused(bad):
    with pytest.raises(InputError, match=r"expected|no column 'composition'"):
        CompositionStatistics().fit_transform(bad)


def test_no_rows_give_no_rows():
    assert CompositionStatistics().fit_transform([]).shape == (0, 132)


def test_type_of_the_result():
    made = CompositionStatistics(dtype="float32").fit_transform(["SmCo5"])
    assert made.dtype == np.float32


def test_without_imputation_a_gap_is_nan():
    frame = (
        CompositionStatistics(impute=False).set_output(transform="pandas").fit_transform(["HeFe"])
    )
    assert np.isnan(frame["MagpieData mean MeltingT"][0])
    assert frame["MagpieData mean Number"][0] == 14.0


def test_many_rows_on_threads_equal_few_rows():
    texts = [f"Sm{i}Co{5 * i + 1}" for i in range(1, 251)]
    table = CompositionTable.from_strings(texts)
    once = CompositionStatistics().fit_transform(table)
    often = CompositionStatistics().fit_transform(table[np.tile(np.arange(250), 100)])
    np.testing.assert_array_equal(often, np.tile(once, (100, 1)))


def test_clones_and_works_in_a_pipeline():
    statistics = CompositionStatistics(preset="magpie", dtype="float32")
    assert clone(statistics).get_params() == statistics.get_params()
    scaled = make_pipeline(statistics, StandardScaler()).fit_transform(["SmCo5", "Nd2Fe14B"])
    assert scaled.shape == (2, 132)
