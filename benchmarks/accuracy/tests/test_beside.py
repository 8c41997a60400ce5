"""Compounds left out: nothing of them is in a fit, and what is not known is said wider."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from benchmarks.accuracy import observations
from benchmarks.accuracy.magnetism import beside
from benchmarks.accuracy.magnetism.observed import Observed
from magnetkit.compound.parameters import prior_parameters


@pytest.fixture(autouse=True)
def rows(monkeypatch):
    """Fit to the embedded rows alone: the series need a mirror."""
    measurements = beside.read_measurements(
        observations.embedded_measurements()
    )
    monkeypatch.setattr(beside, "fitted_rows", lambda: measurements)
    beside._start.cache_clear()
    yield measurements
    beside._start.cache_clear()


@pytest.mark.parametrize("way", beside.WAYS)
def test_each_judged_row_is_left_out_once_with_its_group(rows, way):
    visits = np.zeros(len(rows.frame), int)
    groups = rows.groups(way)
    for is_out, is_test in beside._splits(rows, way):
        visits[is_test] += 1
        assert not set(groups[is_test]) & set(groups[~is_out])
        if beside.WAYS[way]:
            assert not set(rows.compound[is_test]) & set(
                rows.compound[~is_out]
            )
    assert_array_equal(visits, rows.is_judged.astype(int))


def test_a_host_left_out_stands_at_its_prior_in_wider_ranges(rows):
    mask = rows.is_judged & rows.frame["host"].eq("1:5").to_numpy()
    observations_of_host = Observed(
        "1:5", rows.frame[mask].reset_index(drop=True)
    )
    is_out = rows.frame["host"].eq("1:5").to_numpy()
    blind = beside._fit_other_rows("1:5", is_out)
    value = observations_of_host.predict(
        blind.parameters(blind.variables)
    ).copy()
    assert_allclose(
        value, observations_of_host.predict(prior_parameters()), rtol=1e-6
    )
    wide = beside._half_widths(blind, observations_of_host, value)
    fit_model = beside._fit_other_rows("1:5", np.zeros(len(is_out), bool))
    prediction = observations_of_host.predict(
        fit_model.parameters(fit_model.variables)
    ).copy()
    assert np.median(
        beside._half_widths(fit_model, observations_of_host, prediction)
    ) < 0.7 * np.median(wide)
    assert (
        np.abs(prediction - observations_of_host.value).mean()
        < np.abs(value - observations_of_host.value).mean()
    )


def test_papers_that_entered_no_fit_share_no_row_with_it(rows):
    unused = beside.unfitted_rows()
    row_keys = zip(
        unused.frame["formula"],
        unused.frame["value"],
        unused.frame["property"],
        strict=True,
    )
    fit_keys = set(
        zip(
            rows.frame["formula"],
            rows.frame["value"],
            rows.frame["property"],
            strict=True,
        )
    )
    assert unused.is_judged.sum() >= 40
    assert not set(row_keys) & fit_keys
