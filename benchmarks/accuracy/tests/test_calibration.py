import numpy as np
import pandas as pd
import pytest
from magnetkit.elements import INDEX
from magnetkit.errors import DataError
from magnetkit.settings import get_settings
from numpy.testing import assert_allclose

from benchmarks.accuracy import observations
from benchmarks.accuracy.magnetism.calibration import Fit
from benchmarks.accuracy.magnetism.priors import COLUMNS, build
from benchmarks.accuracy.magnetism.validation import (
    compare_papers,
    held_out,
    pairs,
)
from magnetkit.compound.parameters import ELEMENT_SLOTS, HOST_SLOTS, load, read
from magnetkit.phases.records import HOST_NAMES


def rows(*values, host="1:5", paper="a paper"):
    frame = pd.DataFrame(
        values, columns=["formula", "property", "temperature_K", "value"]
    )
    return frame.assign(
        host=host, deviation=0.02 * frame["value"].abs(), paper=paper
    )


def test_slots_are_those_of_the_kernel():
    from magnetkit.compound import _intrinsic_kernels as _intrinsic

    assert ELEMENT_SLOTS[6 * _intrinsic.EXCHANGE] == "exchange_K:iron"
    assert ELEMENT_SLOTS[_intrinsic.ION_A2] == "ion_A2_K:iron"
    assert (
        ELEMENT_SLOTS[_intrinsic.CRYSTAL_FIELD_SLOPE] == "crystal_field:slope"
    )
    assert HOST_SLOTS[_intrinsic.SHAPE] == "shape:iron"
    assert HOST_SLOTS[_intrinsic.CARBON] == "exchange_K:carbon"
    assert len(HOST_SLOTS) == _intrinsic.N_HOST


def test_every_parameter_has_source_and_confidence():
    from magnetkit import datasets

    frame = pd.read_csv(
        datasets.path("intrinsic/parameters.csv"), keep_default_na=False
    )
    assert list(frame.columns) == list(COLUMNS)
    assert frame["source"].str.len().gt(3).all()
    assert frame["confidence"].isin(["high", "medium", "low"]).all()
    assert (frame["deviation"] >= 0).all()
    assert not frame.duplicated(["host", "parameter", "element"]).any()
    assert np.isfinite(load().element).all()


def test_a_row_of_no_slot_says_the_way_out():
    row = {
        "host": "1:5",
        "parameter": "colour",
        "element": "Sm",
        "value": "1",
        "deviation": "0",
    }
    with pytest.raises(DataError, match="calibrate"):
        read([row], ("value", "deviation"))


@pytest.mark.parametrize("host", HOST_NAMES)
def test_priors_know_the_fields_of_every_rare_earth(host):
    prior = build(host)
    strength = ELEMENT_SLOTS.index("ion_exchange_K:iron")
    # Light rare earths couple about twice as strongly as heavy ones (Cadogan 1987).
    assert (
        prior.mean[INDEX["Nd"], strength]
        > 1.5 * prior.mean[INDEX["Dy"], strength]
        > 0
    )
    assert (INDEX["Ce"], strength) not in prior.mean


def test_ends_share_their_crystal_field():
    # No crystal field of R2Co14B is published; fitted A_2^0 of both ends differ by at most 20 %.
    element = load().element
    h = HOST_NAMES.index("2:14:1")
    iron = ELEMENT_SLOTS.index("ion_A2_K:iron")
    cobalt = ELEMENT_SLOTS.index("ion_A2_K:cobalt")
    for symbol in ("Pr", "Nd", "Sm", "Tb", "Dy", "Ho", "Er", "Tm"):
        pair = element[h, INDEX[symbol], [iron, cobalt]]
        assert pair.max() / pair.min() < 1.2, symbol


def test_a_fit_moves_towards_the_data_and_narrows():
    data = rows(
        ("SmCo5", "curie_temperature_K", np.nan, 1020.0),
        ("SmCo5", "saturation_polarization_T", 300.0, 1.07),
        ("SmCo5", "anisotropy_constant_MJ_m3", 300.0, 17.2),
    )
    before = Fit("1:5", data)
    start = np.abs(before.predict(before.variables) / data["value"] - 1)
    after = before.run()
    assert np.all(
        np.abs(after.predict(after.variables) / data["value"] - 1) < 0.05
    )
    assert np.all(
        np.abs(after.predict(after.variables) / data["value"] - 1)
        <= start + 0.01
    )
    assert np.trace(after.covariance) < len(after.variables)


def test_one_wrong_paper_does_not_carry_the_fit_away():
    good = [
        ("SmCo5", "curie_temperature_K", np.nan, 1020.0 + d)
        for d in (-3.0, 0.0, 3.0)
    ]
    data = rows(*good, ("SmCo5", "curie_temperature_K", np.nan, 500.0))
    data["deviation"] = 5.0
    fit_model = Fit("1:5", data).run()
    assert fit_model.predict(fit_model.variables)[0] == pytest.approx(
        1020, abs=15
    )


def test_embedded_observations_lie_in_their_hosts_and_have_an_error():
    data = observations.embedded_measurements()
    assert set(data["host"]) == set(HOST_NAMES)
    assert (data["deviation"] > 0).all()
    assert not data["value"].isna().any()


def test_no_mirror_says_what_to_set(monkeypatch):
    monkeypatch.delenv("MAGNETKIT_MIRROR", raising=False)
    get_settings.cache_clear()
    with pytest.raises(DataError, match="MAGNETKIT_MIRROR"):
        observations.series()
    get_settings.cache_clear()


def test_pairs_count_what_a_paper_orders():
    value = np.array([1.0, 2.0, 3.0, 9.0, 1.0])
    prediction = np.array([1.0, 3.0, 2.0, 0.0, 5.0])
    paper = np.array(["a", "a", "a", "b", "b"])
    formula = np.array(["p", "q", "r", "p", "q"])
    assert pairs(value, prediction, paper, formula) == (0.5, 4)


def test_a_held_out_paper_takes_its_compositions_out_of_the_compilation():
    series = rows(
        ("Nd2Fe13CoB", "curie_temperature_K", np.nan, 650.0),
        host="2:14:1",
        paper="one1985",
    )
    other = rows(
        ("Nd2Fe13CoB", "curie_temperature_K", np.nan, 655.0),
        ("Nd2Fe12Co2B", "curie_temperature_K", np.nan, 720.0),
        host="2:14:1",
        paper="DS1+DS2",
    )
    remaining = held_out(
        pd.concat([series, other], ignore_index=True), series, "one1985"
    )
    assert list(remaining["formula"]) == ["Nd2Fe12Co2B"]


def test_held_out_measurements_share_no_paper_with_the_fit():
    apart = observations.held_out()
    fit_rows = observations.embedded_measurements()
    assert len(apart) >= 6
    assert (apart["deviation"] > 0).all()
    assert not set(apart["paper"]) & set(fit_rows["paper"])
    assert apart["temperature_K"].dropna().between(200, 500).all()


def test_what_only_the_left_out_rows_speak_of_goes_back_to_the_prior():
    cobalt = ("SmCo5", "curie_temperature_K", np.nan, 1020.0)
    copper = ("SmCo4Cu", "curie_temperature_K", np.nan, 600.0)
    knowing = Fit("1:5", rows(cobalt, copper)).run()
    without = Fit("1:5", rows(cobalt))
    without.variables = knowing.variables.copy()
    without.run()
    fresh = Fit("1:5", rows(cobalt)).run()
    assert_allclose(without.variables, fresh.variables, atol=0.02)
    assert not np.allclose(knowing.variables, fresh.variables, atol=0.1)


def test_calibration_leaves_out_unknown_effects():
    formulas = [
        "Y2Fe15Al2",
        "Y2Fe7Al10",
        "YMn5",
        "Y2Fe17C0.6",
        "Y2Co16Be",
        "YCo4Cu",
    ]
    hosts = ["2:17", "2:17", "1:5", "2:17", "2:17", "1:5"]
    frame = pd.DataFrame({"formula": formulas, "host": hosts})
    mask = observations._is_in_model(frame)
    assert mask.tolist() == [True, True, False, False, False, True]


def test_papers_on_one_compound_are_compared_with_each_other():
    frame = pd.DataFrame(
        [
            ("A", "one", 1.0),
            ("B", "one", 2.0),
            ("C", "one", 3.0),
            ("A", "two", 1.1),
            ("B", "two", 2.1),
            ("C", "two", 1.5),
        ],
        columns=["formula", "paper", "value"],
    ).assign(property="saturation_polarization_T")
    row = compare_papers(frame, "saturation_polarization_T")
    assert row["n"] == 3
    assert row["mean_error"] == pytest.approx(1.7 / 3)
    assert (row["pairs_right"], row["pairs"]) == (pytest.approx(2 / 3), 3)
