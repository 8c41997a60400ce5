"""Formation energies of substituted phases from isostructural entries."""

import numpy as np
import pytest

from magnetkit.elements import INDEX
from magnetkit.phases.hosts import HOSTS
from magnetkit.phases.mixing import MixingModel, Occupation, mixing_model
from magnetkit.phases.snapshot import open_snapshot
from magnetkit.phases.space import whole_space


@pytest.fixture(scope="module")
def snapshot():
    return open_snapshot()


def occupation(model, earth, metal, third=None):
    def shares(columns, wanted):
        row = np.zeros((1, len(columns)))
        for symbol, share in (wanted or {}).items():
            row[0, np.searchsorted(columns, INDEX[symbol])] = share
        return row

    return Occupation(
        shares(model.earths, earth), shares(model.metals, metal), shares(model.thirds, third)
    )


@pytest.mark.parametrize("host", HOSTS)
def test_entries_are_reproduced_within_their_scatter(host, snapshot):
    model = mixing_model(snapshot, host)
    kept = model.kept
    mean, _ = model.predict(model._trained)
    pure = (model._trained.metal.max(axis=1) > 0.999) & (model._trained.earth.max(axis=1) > 0.999)
    assert np.abs(mean - model.energy[kept])[pure].max(initial=0.0) < 0.004
    # Left out one by one, most are predicted within their interval.
    inside = np.abs(model.loo_error) < 1.645 * model.loo_deviation
    assert inside[kept].mean() > 0.75


def test_collapsed_calculations_are_left_out(snapshot):
    assert mixing_model(snapshot, "2:14:1").left_out == ["Gd2Fe14C"]


def test_an_end_member_left_out_is_less_sure(snapshot):
    space = whole_space(snapshot)
    at = space.formulas.index("Nd2Fe14B")
    with_it = mixing_model(snapshot, "2:14:1")
    without = MixingModel(space, "2:14:1", exclude=np.array([at]))
    point = occupation(with_it, {"Nd": 1.0}, {"Fe": 1.0}, {"B": 1.0})
    (known,), ((small,),) = with_it.predict(point)
    (guess,), ((large,),) = without.predict(point)
    assert known == pytest.approx(space.energy[at], abs=0.003)
    assert large > 2 * small
    assert abs(guess - known) < 0.015


def test_nodes_span_the_model(snapshot):
    """The energy of a mixture is that of the model, however the nodes are chosen."""
    model = mixing_model(snapshot, "1:5")
    earths, metals = np.array([INDEX["Sm"], INDEX["Gd"]]), np.array([INDEX["Fe"], INDEX["Co"]])
    nodes = model.nodes(earths, metals, np.zeros(0, np.int64))
    y = {"Fe": 0.3, "Co": 0.7}
    (expected,), ((variance,),) = model.predict(occupation(model, {"Sm": 0.6, "Gd": 0.4}, y))
    weight = np.zeros(len(nodes.mean))
    for r, x in enumerate((0.6, 0.4)):
        weight[nodes.node[r, 0, 0, 0]] = x * 0.3 * (2 * 0.3 - 1)
        weight[nodes.node[r, 0, 1, 1]] = x * 0.7 * (2 * 0.7 - 1)
        weight[nodes.node[r, 0, 0, 1]] = x * 4 * 0.3 * 0.7
    assert weight @ nodes.mean == pytest.approx(expected, abs=1e-9)
    assert weight @ nodes.covariance @ weight == pytest.approx(variance, abs=1e-9)
    assert nodes.known.tolist() == [[[True, True]], [[True, True]]]
