"""Columns of the hard phase: ranges, words and what is left out."""

import numpy as np
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose

from magnetkit._core.columns import COLUMNS
from magnetkit.compound.evaluate import (
    PROPERTIES,
    STATUS,
    Intrinsic,
    PredictedCurie,
    _learnt_columns,
    blank_rows,
    evaluate_phases,
    host_column,
    intrinsic_columns,
    quantile,
    status_column,
)
from magnetkit.compound.parameters import load
from magnetkit.phases.partition import partition
from magnetkit.phases.records import HOST_NAMES
from tests.recipes import make_table


def make_phases(predicted=None):
    """Return two phases at 300 and 400 K: values 0 to 27 with deviations of 2."""
    value = np.arange(28.0).reshape(2, 2, 7)
    return Intrinsic(
        host=np.array([0, -1], np.int8),
        temperatures=np.array([300.0, 400.0]),
        curie=np.array([586.0, 1.0]),
        curie_sd=np.array([10.0, 10.0]),
        value=value,
        sd=np.full((2, 2, 7), 2.0),
        status=np.array([[0, 1], [2, 3]], np.int8),
        predicted=predicted,
    )


@pytest.mark.parametrize(
    ("interval", "deviations"),
    [(0.9, 1.644854), (0.95, 1.959964), (0.682689, 1.0)],
)
def test_an_interval_reaches_so_many_deviations(interval, deviations):
    assert quantile(interval) == pytest.approx(deviations, abs=1e-5)
    for edge in (0.0, 1.0):
        with pytest.raises(InputError, match="interval must lie between"):
            quantile(edge)


def test_each_property_has_its_range_at_each_temperature():
    cold, warm = intrinsic_columns(make_phases(), 1.5)
    assert cold["temperature_K"].tolist() == [300.0, 300.0]
    assert warm["temperature_K"].tolist() == [400.0, 400.0]
    assert cold["host"].texts() == ["2:14:1", "unknown"]
    assert cold["status"].texts() == ["ok", "cone"]
    assert warm["status"].texts() == ["planar", "paramagnetic"]
    assert cold["easy_direction"].texts() == ["axis", "cone"]
    assert warm["easy_direction"].texts() == ["plane", "none"]
    assert cold["curie_temperature_K_hi"].tolist() == [601.0, 16.0]
    assert cold["curie_temperature_K_lo"].tolist() == [571.0, 0.0]
    # Polarization, field and hardness end at 0; constants of anisotropy may be negative.
    for k, name in enumerate(PROPERTIES):
        assert cold[name].tolist() == [k, 14.0 + k]
        assert warm[name].tolist() == [7.0 + k, 21.0 + k]
        assert cold[f"{name}_hi"].tolist() == [k + 3.0, k + 17.0]
        is_constant = "constant" in name
        lowest = k - 3.0 if is_constant else max(k - 3.0, 0.0)
        assert cold[f"{name}_lo"].tolist() == [lowest, k + 11.0]
        assert cold[f"{name}_provenance"].texts() == ["physics"] * 2
    places = [list(COLUMNS).index(n) for n in cold if n in COLUMNS]
    assert places == sorted(places)


def test_only_wanted_properties_are_built():
    wanted = {300.0: ["anisotropy_field_T"]}
    learnt = PredictedCurie(*np.ones((4, 2)), np.zeros(2, bool))
    cold, warm = intrinsic_columns(make_phases(learnt), 1.0, wanted)
    assert set(cold) == {
        *("host", "status", "easy_direction", "temperature_K"),
        "anisotropy_field_T",
        *(f"anisotropy_field_T_{end}" for end in ("lo", "hi", "provenance")),
    }
    assert {*PROPERTIES, "curie_temperature_K", "in_domain"} <= set(warm)


def test_half_learnt_is_learnt_and_an_edge_is_inside():
    predicted = PredictedCurie(
        value=np.full(5, 500.0),
        half=np.full(5, 10.0),
        share=np.array([0.49, 0.5, 0.9, 0.9, 0.0]),
        distance=np.array([0.0, 1.0, 1.001, 5.0, np.nan]),
        measured=np.array([False, False, False, True, True]),
    )
    unknown = np.array([False, False, False, False, True])
    columns = _learnt_columns(predicted, unknown)
    provenance = columns["curie_temperature_K_provenance"]
    words = ["physics", "surrogate", "surrogate", "measured"]
    assert provenance.texts()[:4] == words
    assert provenance.codes[4] == -1
    inside = [True, True, False, False, False]
    assert columns["in_domain"].tolist() == inside
    assert columns["domain_distance"] is predicted.distance
    assert columns["curie_temperature_K_data_share"] is predicted.share


def test_a_predicted_curie_temperature_stretches_the_model():
    # Yttrium is no ion: what the metals do is all.
    part = partition(make_table("Y2Fe14B", "SmCo5"))
    at = np.array([300.0])
    model = evaluate_phases(part, at, load())
    # Half of a 90 % range is 1.645 deviations; NaN leaves what the model says.
    predicted = PredictedCurie(
        value=np.array([600.0, np.nan]),
        half=np.array([16.449, np.nan]),
        share=np.ones(2),
        distance=np.zeros(2),
        measured=np.zeros(2, bool),
    )
    got = evaluate_phases(part, at, load(), predicted)
    assert got.predicted is predicted
    assert got.host is part.host
    assert got.temperatures is at
    assert got.curie.tolist() == [600.0, model.curie[1]]
    assert got.curie_sd == pytest.approx([10.0, model.curie_sd[1]], rel=1e-4)
    assert_allclose(got.value[1], model.value[1])
    assert_allclose(got.sd[1], model.sd[1])
    # The other has the values of the same share of its own Curie temperature.
    same = evaluate_phases(part, at * model.curie[0] / 600.0, load())
    assert_allclose(got.value[0], same.value[0], rtol=1e-9)
    bare = evaluate_phases(part, at, load(), spread=False)
    assert bare.sd.size == 0
    assert_allclose(bare.value, model.value)


def test_codes_are_hosts_and_statuses_in_words():
    codes = np.arange(-1, len(HOST_NAMES), dtype=np.int8)
    assert host_column(codes).texts() == ["unknown", *HOST_NAMES]
    assert host_column(codes).codes.dtype == np.int8
    codes = np.arange(len(STATUS), dtype=np.int8)
    assert status_column(codes).texts() == list(STATUS)


def test_rows_outside_the_model_lose_their_numbers():
    phases = make_phases()
    figures = np.zeros((3, 2, 2))
    status = np.zeros((2, 2), np.int8)
    blank_rows(phases, figures, status, np.array([False, False]))
    assert np.isfinite(phases.value).all()
    blank_rows(phases, figures, status, np.array([False, True]))
    for numbers in (phases.curie, phases.curie_sd, phases.value, phases.sd):
        assert np.isnan(numbers[1]).all()
        assert np.isfinite(numbers[0]).all()
    assert np.isnan(figures[..., 1]).all()
    assert not figures[..., 0].any()
    outside = STATUS.index("outside the model")
    assert status.tolist() == [[0, outside]] * 2
    assert phases.status.tolist() == [[0, 1], [outside, outside]]
