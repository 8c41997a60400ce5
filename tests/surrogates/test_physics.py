from itertools import pairwise

import numpy as np
import pytest

import magnetkit as mk
from magnetkit.magnetism.calibration import Fit
from magnetkit.magnetism.observations import embedded
from magnetkit.magnetism.priors import prior_parameters
from magnetkit.surrogates.physics import ESTIMATED, physical
from magnetkit.surrogates.process import pool


def read(*texts):
    return mk.CompositionTable.from_strings(list(texts), basis="atomic")


@pytest.mark.parametrize("target", ESTIMATED)
def test_estimates_are_the_priors_that_a_fit_starts_from(target):
    data = embedded()
    data = data[(data["property"] == target) & (data["host"] == "2:14:1")]
    data = data[data["temperature_K"].isin([300.0]) | data["temperature_K"].isna()][:8]
    start = Fit("2:14:1", data, offsets=False)
    expected = np.abs(start.predict(start.variables))
    got, known = physical(read(*data["formula"]), target)
    assert known.all()
    np.testing.assert_allclose(np.abs(got), expected, rtol=1e-9)


def test_prior_parameters_are_not_the_calibrated_ones():
    from magnetkit.magnetism.parameters import load

    assert (prior_parameters().known == load().known).all()
    assert not np.allclose(prior_parameters().element, load().element)


@pytest.mark.parametrize("target", ESTIMATED)
def test_where_there_is_no_host_the_estimate_is_one_and_the_same(target):
    value, known = physical(read("LaCo13", "Cu", "Fe3Al", "Nd2Fe14B", "Nd4Fe14B"), target)
    assert known.tolist() == [False, False, False, True, False]
    assert np.isfinite(value).all()
    assert len(set(value[[0, 1, 2, 4]])) == 1


def test_the_last_table_is_not_mistaken_for_another():
    one, two = read("Nd2Fe14B"), read("SmCo5")
    values = [physical(t, ESTIMATED[0])[0][0] for t in (one, two, one)]
    assert values[0] == values[2] != values[1]


def test_pooled_rare_earths_keep_their_amount():
    table = read("NdDyFe14", "Co", "LaNi5", "TbPrSmFe17N3")
    got = pool(table)
    dense = table.to_array()
    rare = dense[:, 56:71].sum(axis=1)
    np.testing.assert_allclose(got.to_array()[:, 56], rare)
    np.testing.assert_allclose(got.to_array().sum(axis=1), 1.0)
    assert (np.diff(got.indptr) == [2, 1, 2, 3]).all()
    assert all((np.diff(got.indices[a:b]) > 0).all() for a, b in pairwise(got.indptr))
    assert len(pool(table[:0])) == 0
