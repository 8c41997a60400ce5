"""Compounds left out: nothing of them is in a fit, and what is not known is said wider."""

import numpy as np
import pytest

from benchmarks.accuracy import observations
from benchmarks.accuracy.magnetism import beside
from benchmarks.accuracy.magnetism.observed import Observed
from magnetkit.compound.parameters import prior_parameters


@pytest.fixture(autouse=True)
def rows(monkeypatch):
    """Fit to the embedded rows alone: the series need a mirror."""
    embedded = beside.read_measurements(observations.embedded_measurements())
    monkeypatch.setattr(beside, "fitted_rows", lambda: embedded)
    beside._start.cache_clear()
    yield embedded
    beside._start.cache_clear()


@pytest.mark.parametrize("way", beside.WAYS)
def test_each_judged_row_is_left_out_once_with_its_group(rows, way):
    seen = np.zeros(len(rows.frame), int)
    groups = rows.groups(way)
    for is_out, is_tested in beside._splits(rows, way):
        seen[is_tested] += 1
        assert not set(groups[is_tested]) & set(groups[~is_out])
        if beside.WAYS[way]:
            assert not set(rows.compound[is_tested]) & set(rows.compound[~is_out])
    np.testing.assert_array_equal(seen, rows.is_judged.astype(int))


def test_a_host_left_out_stands_at_its_prior_in_wider_ranges(rows):
    own = rows.is_judged & rows.frame["host"].eq("1:5").to_numpy()
    observed = Observed("1:5", rows.frame[own].reset_index(drop=True))
    is_out = rows.frame["host"].eq("1:5").to_numpy()
    blind = beside._fit_other_rows("1:5", is_out)
    value = observed.predict(blind.parameters(blind.variables)).copy()
    np.testing.assert_allclose(value, observed.predict(prior_parameters()), rtol=1e-6)
    wide = beside._half_widths(blind, observed, value)
    fitted = beside._fit_other_rows("1:5", np.zeros(len(is_out), bool))
    near = observed.predict(fitted.parameters(fitted.variables)).copy()
    assert np.median(beside._half_widths(fitted, observed, near)) < 0.7 * np.median(
        wide
    )
    assert np.abs(near - observed.value).mean() < np.abs(value - observed.value).mean()


def test_papers_that_entered_no_fit_share_no_row_with_it(rows):
    held = beside.unfitted_rows()
    both = zip(
        held.frame["formula"], held.frame["value"], held.frame["property"], strict=True
    )
    fitted = set(
        zip(
            rows.frame["formula"],
            rows.frame["value"],
            rows.frame["property"],
            strict=True,
        )
    )
    assert held.is_judged.sum() >= 40
    assert not set(both) & fitted
