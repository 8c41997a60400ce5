from itertools import pairwise

import numpy as np
import pytest

import magnetkit as mk
from magnetkit.evaluation.magnetism.calibration import Fit
from magnetkit.magnetism.observations import embedded
from magnetkit.magnetism.parameters import load
from magnetkit.magnetism.priors import prior_parameters
from magnetkit.surrogates.physics import ESTIMATED, physical
from magnetkit.surrogates.process import pool

CURIE, POLARIZATION, FIELD, CONSTANT = ESTIMATED


def read(*texts):
    return mk.CompositionTable.from_strings(list(texts), basis="atomic")


@pytest.mark.parametrize("target", [CURIE, POLARIZATION, CONSTANT])
def test_estimates_are_the_priors_that_a_fit_starts_from(target):
    data = embedded()
    data = data[(data["property"] == target) & (data["host"] == "2:14:1")]
    data = data[data["temperature_K"].isin([300.0]) | data["temperature_K"].isna()][:8]
    start = Fit("2:14:1", data, offsets=False)
    got, known = physical(read(*data["formula"]), target)
    assert known.all()
    np.testing.assert_allclose(got, start.predict(start.variables), rtol=1e-9)


def test_the_field_is_of_first_order():
    table = read("Nd2Fe14B", "SmCo5", "Pr2Co17")
    k1, js = (physical(table, name)[0] for name in (CONSTANT, POLARIZATION))
    assert k1[2] < 0
    np.testing.assert_allclose(
        physical(table, FIELD)[0], np.abs(2 * k1 * 1e6 * 4e-7 * np.pi / js), rtol=1e-6
    )


def test_prior_parameters_are_not_the_calibrated_ones():
    assert (prior_parameters().known == load().known).all()
    assert not np.allclose(prior_parameters().element, load().element)


@pytest.mark.parametrize("target", ESTIMATED)
def test_where_there_is_no_host_the_estimate_is_one_and_the_same(target):
    value, known = physical(read("LaCo13", "Cu", "Fe3Al", "Nd2Fe14B"), target)
    assert known.tolist() == [False, False, False, True]
    assert np.isfinite(value).all()
    assert len(set(value[:3])) == 1


def test_a_recipe_is_taken_for_its_hard_phase():
    table = read("Nd2Fe14B", "Nd2.5Fe14B")
    for target in (POLARIZATION, FIELD, CONSTANT):
        value, known = physical(table, target)
        assert known.all()
        np.testing.assert_allclose(value[0], value[1], rtol=1e-6)
    assert physical(table, CURIE)[1].tolist() == [True, False]


def test_the_last_table_is_not_mistaken_for_another():
    one, two = read("Nd2Fe14B"), read("SmCo5")
    values = [physical(t, CURIE)[0][0] for t in (one, two, one)]
    assert values[0] == values[2] != values[1]


def test_pooled_rare_earths_keep_their_amount():
    table = read("NdDyFe14", "Co", "LaNi5", "TbPrSmFe17N3")
    got = pool(table)
    rare = table.to_array()[:, 56:71].sum(axis=1)
    np.testing.assert_allclose(got.to_array()[:, 56], rare)
    np.testing.assert_allclose(got.to_array().sum(axis=1), 1.0)
    assert (np.diff(got.indptr) == [2, 1, 2, 3]).all()
    assert all((np.diff(got.indices[a:b]) > 0).all() for a, b in pairwise(got.indptr))
    assert len(pool(table[:0])) == 0
