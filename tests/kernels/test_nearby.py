import numpy as np
import pytest

import magnetkit as mk
from magnetkit.kernels import nearby as kernels
from magnetkit.surrogates import CompositionProcess, DistilledProcess
from magnetkit.surrogates.neighbourhood import around
from tests.kernels import naive_nearby

WIDTH = 6
REACH = 0.4


def _case(points, rate, seed=0):
    """Arranged points and what their weights and coordinates are."""
    known = around(
        mk.CompositionTable.from_strings(["Nd2Fe14B", "SmCo5", "Ce2Fe17N3"], basis="atomic"),
        points,
        seed,
    )
    rng = np.random.default_rng(seed)
    descriptors = rng.random((118, WIDTH))

    class Model(DistilledProcess):
        def _descriptors(self, table):
            return (table.to_array() @ descriptors).astype(np.float32)

        def _fractions(self, table):
            return table

        def _network(self, fractions, raw):
            return np.zeros((2, len(fractions)), np.float32)

    model = Model(CompositionProcess(), reach=REACH)
    model.metric_ = (np.arange(WIDTH), np.linspace(0.5, 2.0, WIDTH).astype(np.float32), rate)
    model.exact_ = CompositionProcess()
    model.exact_.predict = lambda table: np.sin(50 * table.to_array()[:, 60])
    model.center_, model.deviation_ = 0.0, 1.0
    model.near_ = model._arrange(known)
    return model, known


def _run(model, table, start=0, stop=None):
    raw = model._descriptors(table)
    mean, distance = np.zeros((2, len(table)), np.float32)
    scale, slots, rate, *arrays = model.near_
    kernels.nearby(
        table.indptr, table.indices, table.values, raw, scale, slots, np.float32(rate), *arrays,
        np.float32(model.reach), mean, distance, start, len(table) if stop is None else stop,
    )  # fmt: skip
    return mean, distance


@pytest.mark.parametrize("rate", [0.0, 0.3])
@pytest.mark.parametrize("points", [5, 64, 200])
def test_near_points_equal_their_twin(points, rate):
    model, known = _case(points, rate)
    rows = around(known, 300, 1)
    mean, distance = _run(model, rows)
    scale = model.metric_[1]
    gaps = naive_nearby.distances(
        model._descriptors(rows) * scale, rows.to_array(), model._descriptors(known) * scale,
        known.to_array(), rate,
    )  # fmt: skip
    inside = np.clip(1.0 - gaps / REACH, 0.0, None) ** 2
    np.testing.assert_allclose(distance, gaps.min(axis=1), atol=2e-6)
    # The weights are those that reproduce the target at the known rows, but for the noise.
    back, _ = _run(model, known)
    assert np.abs(back - model.exact_.predict(known)).mean() < 0.1
    among = naive_nearby.distances(
        model._descriptors(known) * scale, known.to_array(), model._descriptors(known) * scale,
        known.to_array(), rate,
    )  # fmt: skip
    ramps = np.clip(1.0 - among / REACH, 0.0, None) ** 2
    weights = np.linalg.lstsq(ramps, back.astype(np.float64), rcond=1e-10)[0]
    np.testing.assert_allclose(mean, inside @ weights, atol=5e-3)
    assert (mean[gaps.min(axis=1) > REACH] == 0.0).all()


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_a_row_is_the_same_in_any_company(rate):
    model, _ = _case(200, rate)
    space = mk.substitutions("Nd2Fe14B", {"Nd": ["Ce", "Sm"], "Fe": ["Co"]}, step=0.1)
    rows = space[np.arange(len(space))]
    together = _run(model, rows)
    order = np.random.default_rng(0).permutation(len(rows))
    for part in (order, order[:50], order[7:8]):
        alone = _run(model, rows[part])
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one, other[part])


def test_only_the_rows_asked_for_are_written():
    model, known = _case(70, 0.3)
    mean, distance = _run(model, around(known, 30, 2), 10, 20)
    assert (distance[10:20] > 0).any()
    assert (mean[:10] == 0).all()
    assert (distance[20:] == 0).all()


def test_nothing_gives_nan():
    model, _ = _case(70, 0.3)
    table = mk.CompositionTable(
        np.array([0, 0, 1]), np.array([59], np.int32), np.array([1.0]), np.arange(2)
    )
    mean, distance = _run(model, table)
    assert np.isnan(mean[0])
    assert np.isnan(distance[0])
    assert np.isfinite(distance[1])
