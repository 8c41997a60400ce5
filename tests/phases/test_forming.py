"""Whether phases form."""

from types import SimpleNamespace

import numpy as np
import pytest

from magnetkit._core._books import law
from magnetkit.alloy.table import CompositionTable
from magnetkit.phases import _forming, stability
from magnetkit.phases._judged import Judged, named_phases
from magnetkit.phases._stability_kernels import TERMS
from magnetkit.phases.records import HOST_NAMES
from magnetkit.phases.snapshot import open_snapshot


def state(text, kelvin=1400.0):
    entries = Judged(
        named_phases(CompositionTable.from_strings(text.split())),
        open_snapshot(),
    )
    warm = np.full(len(entries.host), kelvin)
    return _forming.phase_states(entries, entries.above(warm)[0], warm)


def test_nitride_is_judged_like_its_metal():
    phases, states = state("Sm2Fe17N3 Sm2Fe17 NdFe11TiN NdFe11Ti")
    assert states.family.tolist() == [
        _forming.FAMILIES.index(f) for f in ("2:17",) * 2 + ("1:12",) * 2
    ]
    assert states.distance[0] == pytest.approx(states.distance[1])
    assert states.distance[2] == pytest.approx(states.distance[3])
    assert phases.fraction("N").tolist() == [0.0] * 4


def test_other_rare_earth_stands_in_for_an_entry():
    _, states = state("GdFe3 TbFe3 Sm7Fe2Co3")
    assert np.isfinite(states.distance[0])
    assert states.distance[0] == pytest.approx(states.distance[1], abs=0.03)
    assert np.isnan(states.distance[2])


def test_stored_model_fits_the_kernel():
    model, weights = _forming._embedded_model()
    assert weights.mean.shape == (len(_forming.FAMILIES), len(TERMS))
    # A larger distance to the hull makes no structure likelier, nor does misfit.
    assert (weights.mean[:, TERMS.index("hull distance")] > 0).all()
    assert (weights.mean[:, TERMS.index("misfit")] > 0).all()
    assert (
        weights.mean[
            _forming.FAMILIES.index("1:12"), TERMS.index("stabilizer")
        ]
        > 3
    )
    assert set(_forming.stabilizers()) == {"1:12", "1:12:1"}
    of_1_12 = _forming.FAMILIES.index("1:12")
    assert weights.mean[of_1_12, TERMS.index("room")] > 3
    assert (model.enough[of_1_12] >= model.most[of_1_12]).all()


def test_probabilities_average_over_unknowns():
    sure = _forming.Odds(np.array([2.0]), np.array([0.0]))
    unsure = _forming.Odds(np.array([2.0]), np.array([3.0]))
    assert sure.probability()[0] == pytest.approx(1 / (1 + np.exp(-2)))
    assert 0.5 < unsure.probability()[0] < sure.probability()[0]
    low, high = unsure.ends(1.0)
    assert low[0] == pytest.approx(1 / (1 + np.e))
    assert high[0] == pytest.approx(1 / (1 + np.exp(-5)))


def test_temperatures_stand_with_the_hosts():
    codes = np.array([HOST_NAMES.index("1:5"), -1], np.int8)
    assert _forming.making_temperature(codes).tolist() == [1400.0, 1200.0]
    assert _forming.is_melted(codes, np.array([1600.0, 3000.0])).tolist() == [
        True,
        False,
    ]


def test_stabilizer_counts_by_element_and_amount():
    """Kinds made: Suski, Handb. Phys. Chem. Rare Earths 22 (1996) ch. 149; amounts from memory."""

    def forms(names):
        return stability(names.split())["probability_phase_forms"].to_numpy()

    some = forms(
        " ".join(f"NdFe11.2{m}0.8" for m in "Nb Mo Ti V Cr Si Ga Al".split())
    )
    assert some[:3].min() > max(0.7, some[3])
    assert some[3] > some[4:6].max()
    assert some[4:6].min() > some[6:].max()
    assert (
        forms("NdFe11.7Ti0.3 NdFe11Al NdFe11.5V0.5 NdFe11.5Si0.5") < 0.1
    ).all()
    # Beyond its range Fe2Ti takes the titanium; lanthanum is too large.
    assert (forms("SmFe9Ti3 NdFe8Ti4 LaFe8Co3Ti LaFe10V2") < 0.5).all()
    # A small atom on the rare-earth sites spares titanium: (Sm0.8Zr0.2)(Fe0.75Co0.25)11.5Ti0.5 was
    # made (Kuno et al., AIP Adv. 6 (2016) 025221).
    formula = "Sm0.8Zr0.2Fe8.625Co2.875Ti0.5"
    assert forms(formula)[0] > 0.5 > forms("SmFe11.5Ti0.5")[0]
    assert forms("Sm0.8Zr0.2Fe11.5Ti0.5")[0] > forms("SmFe11.5Ti0.5")[0]


def test_analogues_of_near_radii_set_the_distance():
    table = CompositionTable.from_strings(["SmCo5"])
    ((key, radius),) = _forming._patterns(table)
    # One width below and one above count alike, one at two widths e^-1.5 of these.
    radii = radius + law("phases").alike_radius * np.array([-1.0, 1.0, 2.0])
    cache = {"analogues": {key: np.array([radii, [0.0, 0.1, 0.4]])}}
    energy = _forming._analogues(table, SimpleNamespace(_cache=cache))
    weight = np.exp(-1.5)
    assert energy == pytest.approx((0.1 + 0.4 * weight) / (2.0 + weight))
