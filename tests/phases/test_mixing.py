"""Formation energies of substituted phases from isostructural entries."""

import numpy as np
import pytest
from magnetkit.elements import INDEX
from numpy.testing import assert_allclose

from magnetkit.phases import _mixing
from magnetkit.phases._space import lowest_entries
from magnetkit.phases.records import HOSTS
from magnetkit.phases.snapshot import open_snapshot


@pytest.fixture(scope="module")
def snapshot():
    return open_snapshot()


def occupation(model, earth, metal, third=None):
    def shares(columns, amounts):
        row = np.zeros((1, len(columns)))
        for symbol, share in (amounts or {}).items():
            row[0, np.searchsorted(columns, INDEX[symbol])] = share
        return row

    return _mixing.Occupation(
        shares(model.earths, earth),
        shares(model.metals, metal),
        shares(model.thirds, third),
    )


@pytest.mark.parametrize("host", HOSTS)
def test_entries_are_reproduced_within_their_scatter(host, snapshot):
    model = _mixing.mixing_model(snapshot, host)
    mask = model.kept
    mean, _ = model.predict(
        _mixing.Occupation(*(p[mask] for p in model.occupation))
    )
    assert (
        np.abs(mean - model.energy[mask])[~model.mixed[mask]].max(initial=0.0)
        < 0.004
    )


@pytest.mark.parametrize("host", HOSTS)
def test_interval_covers_nine_mixed_entries_in_ten(host, snapshot):
    model = _mixing.mixing_model(snapshot, host)
    assert model.scale >= 1.0
    assert (model.far > 0.0).all()
    # Fewer than ten calibrate nothing.
    inside = (
        (model.far <= model.scale).mean()
        if len(model.far) >= 10
        else float(model.scale == 1.0)
    )
    assert inside >= 0.9


def test_the_scale_is_the_conformal_quantile():
    distances = np.arange(1, 20) / 10.0
    assert _mixing.conformal_scale(distances) == 1.8  # The 18th of 19.
    # Ten are enough, and need the largest of them.
    assert _mixing.conformal_scale(distances[9:]) == 1.9
    assert _mixing.conformal_scale(distances[10:]) == 1.0
    assert _mixing.conformal_scale(distances / 10) == 1.0


def test_a_slope_holds_where_no_entry_tells(snapshot):
    """Niobium in SmCo5, of which the snapshot has nothing beside cobalt."""
    slopes = _mixing.chemical_slopes("1:5")
    slope = next(s for s in slopes if s[1:3] == (INDEX["Co"], INDEX["Nb"]))
    with_it = _mixing.mixing_model(snapshot, "1:5")
    without = _mixing.MixingModel(lowest_entries(snapshot), "1:5", slopes=())
    assert (INDEX["Co"], INDEX["Nb"]) in with_it.borrowed
    assert (INDEX["Co"], INDEX["Cu"]) not in with_it.borrowed
    assert without.borrowed == []

    def change(model):
        pure = occupation(model, {"Sm": 1.0}, {"Co": 1.0})
        some = occupation(model, {"Sm": 1.0}, {"Co": 0.98, "Nb": 0.02})
        pair = _mixing.Occupation(
            *(np.vstack(p) for p in zip(some, pure, strict=True))
        )
        mean, covariance = model.predict(pair)
        per_atom = 0.02 * 5 / 6
        variance = np.array([1.0, -1.0]) @ covariance @ np.array([1.0, -1.0])
        return (mean[0] - mean[1]) / per_atom, np.sqrt(variance) / per_atom

    guess, unsure = change(without)
    shift, surer = change(with_it)
    assert abs(shift - slope.energy) < abs(guess - slope.energy)
    assert surer < unsure
    # What the entries tell stays theirs.
    copper = occupation(with_it, {"Sm": 1.0}, {"Co": 0.8, "Cu": 0.2})
    assert with_it.predict(copper)[0] == pytest.approx(
        without.predict(copper)[0], abs=0.003
    )


def test_only_2_17_hosts_have_chemical_slopes():
    assert (
        _mixing.chemical_slopes("2:14:1")
        == _mixing.chemical_slopes("2:17:3")
        == ()
    )
    assert {s.main for s in _mixing.chemical_slopes("2:17")} == {
        INDEX["Fe"],
        INDEX["Co"],
    }


def test_collapsed_calculations_are_left_out(snapshot):
    assert _mixing.mixing_model(snapshot, "2:14:1").left_out == ["Gd2Fe14C"]


def test_an_end_member_left_out_is_less_sure(snapshot):
    space = lowest_entries(snapshot)
    at = space.formulas.index("Nd2Fe14B")
    with_it = _mixing.mixing_model(snapshot, "2:14:1")
    without = _mixing.MixingModel(space, "2:14:1", exclude=np.array([at]))
    point = occupation(with_it, {"Nd": 1.0}, {"Fe": 1.0}, {"B": 1.0})
    (energy,), ((small,),) = with_it.predict(point)
    (guess,), ((large,),) = without.predict(point)
    assert energy == pytest.approx(space.energy[at], abs=0.003)
    assert large > 2 * small
    assert abs(guess - energy) < 0.015


@pytest.mark.parametrize(
    ("host", "thirds", "formula"),
    [("1:5", [], "{}{}5"), ("2:14:1", ["B", "C"], "{}2{}14{}")],
)
def test_nodes_span_the_model(snapshot, host, thirds, formula):
    """The energy of a mixture is that of the model, however the nodes are chosen."""
    model = _mixing.mixing_model(snapshot, host)
    earths = np.array([INDEX["Sm"], INDEX["Gd"]])
    metals = np.array([INDEX["Fe"], INDEX["Co"]])
    columns = np.array([INDEX[symbol] for symbol in thirds], np.int64)
    nodes = model.nodes(earths, metals, columns)
    role = dict.fromkeys(range(118), -1)
    for code, elements in enumerate((earths, metals, columns)):
        role |= dict.fromkeys(elements.tolist(), code)
        place = nodes.sites.place[elements]
        assert place.tolist() == list(range(len(elements)))
    assert nodes.sites.role.tolist() == list(role.values())
    y = {"Fe": 0.3, "Co": 0.7}
    (expected,), ((variance,),) = model.predict(
        occupation(
            model, {"Sm": 0.6, "Gd": 0.4}, y, dict.fromkeys(thirds[:1], 1.0)
        )
    )
    weight = np.zeros(len(nodes.energies.mean))
    for r, x in enumerate((0.6, 0.4)):
        weight[nodes.energies.node[r, 0, 0, 0]] = x * 0.3 * (2 * 0.3 - 1)
        weight[nodes.energies.node[r, 0, 1, 1]] = x * 0.7 * (2 * 0.7 - 1)
        weight[nodes.energies.node[r, 0, 0, 1]] = x * 4 * 0.3 * 0.7
    assert weight @ nodes.energies.mean == pytest.approx(expected, abs=1e-9)
    expected = variance * model.scale**2
    assert weight @ nodes.energies.covariance @ weight == pytest.approx(
        expected, abs=1e-9
    )
    kept = np.array(model.formulas)[model.kept]
    for r, earth in enumerate(("Sm", "Gd")):
        for m, metal in enumerate(("Fe", "Co")):
            for x, third in enumerate(thirds or [""]):
                is_known = formula.format(earth, metal, third) in kept
                assert nodes.members.known[r, x, m] == is_known
    # meV of one calculation, of mixed earths and of mixed metals, as much wider as what was left
    # out asks for.
    assert abs(model.scale - 2.0) > 0.01
    noise = (model.scale * np.array([1.0, 3.6, 25.8]) / 1e3) ** 2
    assert_allclose(nodes.energies.noise, noise, rtol=1e-12)


def test_slope_pair_differs_by_a_fiftieth(snapshot):
    model = _mixing.mixing_model(snapshot, "1:5")
    slopes = _mixing.chemical_slopes("1:5")
    pairs, differences, deviations = model._slopes(slopes)
    usable = [
        s
        for s in slopes
        if (s.main, s.metal) in model.borrowed and s.earth in model.earths
    ]
    assert len(usable) == len(differences) == len(deviations) > 1
    assert len(pairs.metal) == 2 * len(usable)
    for k, slope in enumerate(usable):
        main, other = np.searchsorted(model.metals, [slope.main, slope.metal])
        with_it, without = pairs.metal[2 * k : 2 * k + 2]
        assert with_it[[main, other]] == pytest.approx([0.98, 0.02])
        assert without[main] == 1.0
        assert with_it.sum() == without.sum() == pytest.approx(1.0)
        earth = np.searchsorted(model.earths, slope.earth)
        assert (pairs.earth[2 * k : 2 * k + 2].argmax(axis=1) == earth).all()
    # A fiftieth of five of six atoms, and a quarter of an electronvolt for each.
    energies = np.array([slope.energy for slope in usable])
    assert_allclose(differences, 0.02 * 5 / 6 * energies)
    assert_allclose(deviations, 0.02 * 5 / 6 * 0.25)


def test_removes_the_worst_entry_and_keeps_other_rows():
    full = np.eye(4)
    assert _mixing._select_observations(
        full, np.array([0.0, 0.0, 0.0, 100.0]), 3
    ).all()
    assert _mixing._select_observations(
        full, np.array([0.0, 0.0, 100.0, 100.0]), 3
    ).tolist() == [
        1,
        1,
        0,
        1,
    ]
