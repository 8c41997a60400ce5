"""What measured magnets say of others, against draws from the split itself and by hand."""

import json

import numpy as np
import pytest
from magnetkit.elements import INDEX, N_ELEMENTS
from magnetkit.errors import InputError, StoreError
from numpy.testing import assert_allclose

import magnetkit as mk
from magnetkit._core._columnar import Coded
from magnetkit.alloy import CompositionTable
from magnetkit.alloy._row_kernels import distances
from magnetkit.magnetism import _measured
from magnetkit.magnetism._measured import Known, Producer, splits
from magnetkit.magnetism._uncertainty import (
    Kinds,
    covariance,
    distance_variance,
    variance,
)

SPLIT = splits()["coercivity_kA_m"]


def record(**changes):
    """Return a magnet of a producer as it is stored."""
    magnet = {
        "host": "2:14:1",
        "quantity": "coercivity_kA_m",
        "magnet": "A",
        "composition": {"Nd": 0.1176, "Fe": 0.8235, "B": 0.0589},
        "temperature_K": 293.15,
        "score": 1.0,
        "deviation": 0.2,
        "noise": 0.02,
        "slope": 0.0,
    }
    return magnet | changes


def _fractions(iron):
    fractions = np.zeros((len(iron), N_ELEMENTS))
    fractions[:, INDEX["Fe"]] = iron
    fractions[:, INDEX["Co"]] = 1.0 - np.asarray(iron)
    return fractions


def test_distant_magnet_tells_the_common_part():
    distant = CompositionTable.from_array(_fractions([0.0]))
    scores = Known(
        _fractions([1.0]), np.array([1.5]), np.array([[SPLIT.residue]]), SPLIT
    )
    mean, deviation = scores.posterior(distant)
    assert mean[0] == pytest.approx(1.5 * SPLIT.common, rel=1e-6)
    assert deviation[0] == pytest.approx(
        (1.0 - SPLIT.common**2) ** 0.5, rel=1e-6
    )


@pytest.mark.parametrize("n", [1, 3, 10])
def test_mill_calibration_covers_a_simulation(n):
    # A hidden producer: common part, composition parts and residues drawn, 3 % of noise of a
    # deviation of 18 %; the magnets are an alloy series, and the next one stands among them.
    rng = np.random.default_rng(n)
    noise = (0.03 / 0.18) ** 2
    iron = np.concatenate(
        [np.linspace(0.5, 0.8, n) if n > 1 else [0.5], [0.72]]
    )
    fractions = _fractions(iron)
    table = CompositionTable.from_array(fractions)
    true = SPLIT.covariance(distances(table.rows, fractions))
    draw = rng.multivariate_normal(np.zeros(n + 1), true, size=2000)
    draw += rng.normal(0.0, SPLIT.residue**0.5, draw.shape)
    draws = draw[:, :n] + rng.normal(0.0, noise**0.5, (2000, n))
    covariances = np.eye(n) * (SPLIT.residue + noise)
    inside = []
    hits = []
    width = 0.0
    for scores, next_one in zip(draws, draw[:, n], strict=True):
        mill = Known(fractions[:n], scores, covariances, SPLIT)
        mean, deviation = mill.posterior(table[n:])
        width = deviation[0] / mill.stretch
        inside.append(abs(next_one - mean[0]) < 1.645 * width)
        hits.append(abs(next_one - mean[0]) < 1.645 * deviation[0])
    assert 0.88 < np.mean(inside) < 0.92
    # Some scatter by chance more than expected: that is on the safe side, and little.
    assert np.mean(inside) <= np.mean(hits) < 0.95
    # The width that normal theory allows: what is left of the next one's draw after regression.
    weights = np.linalg.lstsq(draws, draw[:, n], rcond=None)[0]
    assert width == pytest.approx(
        np.std(draw[:, n] - draws @ weights), rel=0.1
    )


def test_magnets_of_one_label_share_their_residue():
    table = CompositionTable.from_strings(["Nd2Fe14B"])

    def deviation(labels):
        producer = Producer("m", tuple(record(magnet=m) for m in labels))
        known = producer.known("2:14:1", "coercivity_kA_m")
        return known.posterior(table)[1][0]

    assert deviation("AB") < deviation("AA")


def test_only_scatter_over_the_split_widens():
    fractions = _fractions([0.5, 0.6, 0.7, 0.8])
    covariances = np.eye(3) * (SPLIT.residue + 0.02)

    def make_scores(scores):
        return Known(fractions[:3], np.array(scores), covariances, SPLIT)

    assert make_scores([4.0, 4.0, 4.0]).stretch == 1.0
    assert make_scores([0.1, 0.0, -0.1]).stretch == 1.0
    wild = make_scores([3.0, -3.0, 3.0])
    # By hand: chi2 about the mean that the covariance weighs, over two.
    inverse = np.linalg.inv(
        wild.cross_covariance(wild.table, wild.effects) + wild.noise
    )
    mean = inverse.sum(axis=0) @ wild.scores / inverse.sum()
    off = wild.scores - mean
    assert wild.stretch == pytest.approx(np.sqrt(off @ inverse @ off / 2.0))
    assert wild.stretch > 2.0
    other = CompositionTable.from_array(fractions[3:])
    quiet = make_scores([0.1, 0.0, -0.1]).posterior(other)[1]
    assert wild.posterior(other)[1] == pytest.approx(wild.stretch * quiet)
    # One magnet does not scatter, whatever it is off by.
    assert (
        Known(
            fractions[:1], np.array([5.0]), covariances[:1, :1], SPLIT
        ).stretch
        == 1.0
    )


def test_draws_are_as_wide_as_intervals():
    magnets = tuple(record(magnet=str(s), score=s) for s in (2.0, -2.0))
    producer = Producer("m", magnets)
    table = mk.CompositionTable.from_strings(["Nd2Fe14B", "Nd1.8Dy0.2Fe14B"])
    kinds = Kinds(
        table, Coded.of(["2:14:1"] * 2), np.array(["", ""]), np.zeros((2, 2))
    )
    scores = producer.known("2:14:1", "coercivity_kA_m")
    assert scores.stretch > 1.5
    deviation = scores.posterior(table)[1]
    distant = (
        distance_variance(table, kinds.hosts, "coercivity_kA_m", producer)
        / SPLIT.deviation**2
    )
    variances = variance(kinds, "coercivity_kA_m", producer)
    assert_allclose(variances, deviation**2 + distant, rtol=1e-6)
    assert_allclose(
        np.diag(covariance(kinds, kinds, "coercivity_kA_m", producer)),
        variances,
    )


def test_record_restores_the_mill_and_names_damage():
    producer = Producer("a", (record(),))
    file = _measured.store(producer, [])
    assert _measured.names() == ["a"]
    assert _measured.load("a").record() == producer.record()
    stored = json.loads(file.read_text())
    del stored["magnets"][0]["score"]
    for damaged in (json.dumps(stored), "{"):
        file.write_text(damaged)
        with pytest.raises(StoreError, match="calibrate"):
            _measured.load("a")
    with pytest.raises(InputError, match="known are a"):
        mk.magnetism.sintered(
            mk.CompositionTable.from_strings(["SmCo5"]), process="b"
        )
    with pytest.raises(InputError, match="my-mill"):
        _measured.check_name("../b")
    for name in ("none", "N42SH"):
        with pytest.raises(InputError, match=f"'{name}' already means"):
            mk.calibrate(
                {"composition": ["SmCo5"], "remanence_T": [0.9]}, name
            )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("score", None),
        ("score", 1e30),
        ("deviation", 0.0),
        ("noise", "0.02"),
        ("noise", float("nan")),
        ("slope", True),
        ("grain_effect", "NaN"),
        ("temperature_K", -1),
        ("composition", {"Nd": "x"}),
        ("composition", {"Fe": 2.0}),
    ],
)
def test_nan_is_a_damaged_record(name, value):
    whole = {"format": 2, "name": "mine", "magnets": [record()]}
    assert Producer.from_record(whole).record() == whole
    damaged = {**whole, "magnets": [record(**{name: value})]}
    with pytest.raises(StoreError, match="damaged"):
        Producer.from_record(damaged)
