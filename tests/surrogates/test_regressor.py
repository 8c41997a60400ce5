import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from magnetkit.errors import InputError, StoreError
from numpy.testing import (
    assert_allclose,
    assert_array_equal,
    assert_array_less,
)
from scipy import sparse
from scipy.stats import t as student
from sklearn.model_selection import GroupKFold
from sklearn.utils import estimator_checks

import magnetkit as mk
from magnetkit.surrogates import CompositionRegressor
from magnetkit.surrogates.regressor import _holds_compositions

CURIE = "curie_temperature_K"
# About the X-ray densities, g/cm3, of the cells (memory): only their size matters here.
DENSITIES = {"SmCo5": 8.6, "PrCo5": 8.3, "NdCo5": 8.4, "YCo5": 7.6}
NOT_RUN = {"check_array_api_input": "needs SCIPY_ARRAY_API"}


def test_passes_every_check_of_scikit_learn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = CompositionRegressor(trees=2)
        results = estimator_checks.check_estimator(
            estimator, on_fail=None, on_skip=None
        )
    failures = {
        r["check_name"]: r["exception"]
        for r in results
        if r["status"] == "failed"
    }
    skips = {r["check_name"] for r in results if r["status"] == "skipped"}
    assert not failures
    assert skips <= NOT_RUN.keys()
    assert len(results) > 45


def test_four_rows_give_their_mean():
    model = CompositionRegressor("density", "g/cm3")
    model.fit(list(DENSITIES), list(DENSITIES.values()))
    close, distant = model.predict(["Pr0.5Nd0.5Co5", "Nd2Fe14B"])
    assert close == pytest.approx(8.3, abs=0.3)
    assert 7.6 < distant < 8.6
    deviation = np.std(list(DENSITIES.values()), ddof=1)
    low, high = model.predict_interval(["Nd2Fe14B"])[0]
    assert (
        high - low
        >= 2.0 * student.ppf(0.95, 3) * deviation * np.sqrt(1.25) - 1e-9
    )


@pytest.mark.parametrize("rows", [1, 2])
def test_one_or_two_rows_give_their_mean(rows):
    texts = ["SmCo5", "Nd2Fe14B"][:rows]
    values = [8.6, 7.6][:rows]
    model = CompositionRegressor().fit(texts, values)
    assert model.predict(["YCo5"])[0] == pytest.approx(np.mean(values))
    low, high = model.predict_interval(["YCo5"])[0]
    assert (high - low > 10.0) or np.isinf(high - low)


@pytest.fixture(scope="module")
def dataset():
    return mk.surrogates.training_set(CURIE)


@pytest.fixture(scope="module")
def few(dataset):
    return dataset[np.arange(0, len(dataset), 6)]


@pytest.fixture(scope="module")
def plain(few):
    """Return a regressor of a sixth of the measured Curie temperatures."""
    model = CompositionRegressor(trees=20)
    return model.fit(few.table, few.values, groups=few.groups)


def test_centres_and_scales_values(dataset, few, plain):
    affine = CompositionRegressor(trees=20).fit(
        few.table, 1e-3 * few.values - 40.0, groups=few.groups
    )
    table = dataset.table[np.arange(1, len(dataset), 6)]
    assert_allclose(
        1e3 * (affine.predict(table) + 40.0), plain.predict(table), atol=0.5
    )


def test_far_from_all_it_says_the_mean(few, plain):
    distant = plain.predict(["CsI", "UO2"])
    assert np.abs(distant - few.values.mean()).max() < few.values.std()
    assert (plain.domain_distance(["CsI", "UO2"]) > 1.0).all()
    assert_array_less(plain.domain_distance(few.table), 1.0)


def test_beats_the_mean_on_unseen_papers(dataset):
    predictions = np.empty(len(dataset))
    ends = np.empty((len(dataset), 2))
    for train, test in GroupKFold(2).split(
        dataset.values, groups=dataset.groups
    ):
        model = CompositionRegressor(trees=30)
        model.fit(
            dataset.table[train],
            dataset.values[train],
            groups=dataset.groups[train],
        )
        predictions[test] = model.predict(dataset.table[test])
        ends[test] = model.predict_interval(dataset.table[test])
    error = np.abs(predictions - dataset.values).mean()
    assert error < 0.6 * np.abs(dataset.values - dataset.values.mean()).mean()
    inside = (
        (ends[:, 0] <= dataset.values) & (dataset.values <= ends[:, 1])
    ).mean()
    assert 0.8 <= inside <= 0.99


@pytest.mark.parametrize("target", ["any name / unit", CURIE])
def test_a_saved_regressor_answers_the_same(target, few, dataset, tmp_path):
    model = CompositionRegressor(target, trees=10).fit(
        few.table, few.values, groups=few.groups
    )
    if target == CURIE:
        assert repr(model.model_).endswith("K on what was left out")
    path = model.save(tmp_path / "own.model")
    assert b"pickle" not in path.read_bytes()
    again = CompositionRegressor.load(path)
    assert again.get_params() == model.get_params()
    assert_array_equal(
        again.predict(dataset.table), model.predict(dataset.table)
    )
    assert_array_equal(
        again.predict_interval(dataset.table, 0.5),
        model.predict_interval(dataset.table, 0.5),
    )
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with pytest.raises(StoreError, match="damaged"):
        CompositionRegressor.load(path)


def test_a_saved_regressor_keeps_the_rows_added(tmp_path):
    row = {"composition": ["Y2Fe16Al"], CURIE: [500.0]}
    model = mk.surrogates.load(CURIE, add=pd.DataFrame(row), progress=False)
    path = model.estimator_.save(tmp_path / "own.model")
    again = CompositionRegressor.load(path)
    assert again.predict(["Y2Fe16Al"]) == pytest.approx(500.0, abs=10.0)
    assert again.model_.fingerprint == model.fingerprint


def test_refuses_columns_mixed_with_compositions():
    table = mk.CompositionTable.from_strings(list(DENSITIES))
    values = list(DENSITIES.values())
    columns = pd.DataFrame(np.arange(8.0).reshape(4, 2), columns=["a", "b"])
    model = CompositionRegressor(trees=5).fit(columns, values)
    assert model.feature_names_in_.tolist() == ["a", "b"]
    with pytest.raises(InputError, match="fitted to columns of numbers"):
        model.predict(["SmCo5"])
    model.fit(table.to_array(), values)
    assert not {"feature_names_in_", "n_features_in_"} & set(vars(model))
    assert_array_equal(model.predict(table), model.predict(list(DENSITIES)))
    frame = pd.DataFrame({"composition": list(DENSITIES)})
    assert_array_equal(model.predict(frame), model.predict(table))
    with pytest.raises(InputError, match="atomic fractions"):
        model.predict(-table.to_array())
    with pytest.raises(InputError, match="groups must name"):
        model.fit(table, values, groups=["a"])


@pytest.mark.parametrize(
    "given",
    [
        "SmCo5",
        ["SmCo5", "YCo5"],
        (text for text in ["SmCo5"]),
        np.array(["SmCo5", "YCo5"]),
        np.array([["SmCo5"], ["YCo5"]]),
        np.eye(118),
        np.eye(118, dtype=int),
        pd.DataFrame({"a": [1.0], "composition": ["SmCo5"]}),
        pd.Series(["SmCo5"]),
        pa.table({"a": [1.0]}),
    ],
)
def test_texts_and_118_columns_are_compositions(given):
    assert _holds_compositions(given) is True


@pytest.mark.parametrize(
    "given",
    [
        [],
        [1.0, 2.0],
        [1j],
        [[1.0] * 118],
        [(1.0, 2.0)],
        np.zeros(118),
        np.zeros((3, 2)),
        np.eye(118) * 1j,
        np.array([["SmCo5", "YCo5"]]),
        pd.DataFrame({"a": [1.0], "b": [True]}),
        pd.Series([1.0]),
        sparse.eye(118).tocsr(),
    ],
)
def test_other_columns_are_none(given):
    assert _holds_compositions(given) is False


def test_the_trees_are_those_of_scikit_learn():
    from sklearn.ensemble import ExtraTreesRegressor

    from magnetkit.surrogates._forest import Forest

    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 5))
    y = rng.normal(size=80)
    twin = ExtraTreesRegressor(12, random_state=3).fit(x, y)
    new = rng.normal(size=(50, 5))
    assert_allclose(
        Forest.grow(x, y, 12, 3).predict(new), twin.predict(new), rtol=1e-12
    )
