"""Whether phases form."""

import numpy as np
import pytest

from magnetkit.composition.table import CompositionTable
from magnetkit.hosts.records import HOST_NAMES
from magnetkit.kernels._stability import TERMS
from magnetkit.phases import _forming
from magnetkit.phases._judged import Judged, phases_of
from magnetkit.phases.snapshot import open_snapshot


def state(text, kelvin=1400.0):
    judged = Judged(phases_of(CompositionTable.from_strings(text.split())), open_snapshot())
    warm = np.full(len(judged.host), kelvin)
    return _forming.state_of(judged, judged.above(warm)[0], warm)


def test_a_nitride_is_judged_as_the_metal_that_takes_the_nitrogen():
    phases, found = state("Sm2Fe17N3 Sm2Fe17 NdFe11TiN NdFe11Ti")
    assert found.family.tolist() == [
        _forming.FAMILIES.index(f) for f in ("2:17",) * 2 + ("1:12",) * 2
    ]
    assert found.distance[0] == pytest.approx(found.distance[1])
    assert found.distance[2] == pytest.approx(found.distance[3])
    assert phases.fraction("N").tolist() == [0.0] * 4


def test_without_an_entry_the_same_compound_of_another_rare_earth_tells():
    _, found = state("GdFe3 TbFe3 Sm7Fe2Co3")
    assert np.isfinite(found.distance[0])
    assert found.distance[0] == pytest.approx(found.distance[1], abs=0.03)
    assert np.isnan(found.distance[2])


def test_what_is_stored_fits_the_kernel():
    known, weights = _forming._embedded()
    assert weights.mean.shape == (len(_forming.FAMILIES), len(TERMS))
    # A larger distance to the hull makes no structure likelier, nor does misfit.
    assert (weights.mean[:, TERMS.index("hull distance")] > 0).all()
    assert (weights.mean[:, TERMS.index("misfit")] > 0).all()
    assert weights.mean[_forming.FAMILIES.index("1:12"), TERMS.index("stabilizer")] > 3
    assert known.enough[_forming.FAMILIES.index("1:12")].max() == pytest.approx(1 / 0.0416)


def test_probabilities_average_over_what_is_not_known():
    sure = _forming.Odds(np.array([2.0]), np.array([0.0]))
    unsure = _forming.Odds(np.array([2.0]), np.array([3.0]))
    assert sure.probability()[0] == pytest.approx(1 / (1 + np.exp(-2)))
    assert 0.5 < unsure.probability()[0] < sure.probability()[0]
    low, high = unsure.ends(1.0)
    assert (low[0], high[0]) == pytest.approx((1 / (1 + np.e), 1 / (1 + np.exp(-5))))


def test_temperatures_stand_with_the_hosts():
    codes = np.array([HOST_NAMES.index("1:5"), -1], np.int8)
    assert _forming.made_at(codes).tolist() == [1400.0, 1200.0]
    assert _forming.melted(codes, np.array([1600.0, 3000.0])).tolist() == [True, False]


def test_hosts_that_need_a_stabiliser():
    assert set(_forming.stabilizers()) == {"1:12", "1:12:1"}
