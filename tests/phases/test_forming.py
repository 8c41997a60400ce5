"""Whether phases form."""

from types import SimpleNamespace

import numpy as np
import pytest
from magnetkit.elements import INDEX

from magnetkit._core._books import law
from magnetkit.alloy.table import CompositionTable
from magnetkit.phases import _forming, stability
from magnetkit.phases._judged import Judged, named_phases
from magnetkit.phases._stability_kernels import TERMS
from magnetkit.phases.records import HOST_NAMES, HOSTS
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


def test_states_are_counted_from_the_making_temperature():
    _, states = state("SmCo5 Sm0.5Nd0.5Co5 TbCo2 NdFe3", 1500.0)
    # 1:5 is made at 1400 K, what has no host at 1200 K.
    assert states.warmer.tolist() == [100.0, 100.0, 300.0, 300.0]
    # Two halves mix on one site of six: k T ln 2 / 6.
    boltzmann = 8.617333e-5
    mixing = [0.0, boltzmann * 1500.0 * np.log(2.0) / 6.0, 0.0, 0.0]
    assert states.mixing == pytest.approx(mixing, abs=1e-9)
    # A distance by other rare earths, or none, has no deviation.
    assert np.isnan(states.deviation).tolist() == [False] * 3 + [True]
    assert states.named.tolist() == [True, True, False, False]


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
    # Averaged over, odds count less by sqrt(1 + pi sd^2 / 8).
    odds = 2.0 / np.sqrt(1.0 + np.pi * 9.0 / 8.0)
    assert unsure.probability()[0] == pytest.approx(1 / (1 + np.exp(-odds)))
    melted = _forming.Odds(np.array([-np.inf]), np.array([1.0]))
    assert melted.probability()[0] == 0.0
    low, high = unsure.ends(1.0)
    assert low[0] == pytest.approx(1 / (1 + np.e))
    assert high[0] == pytest.approx(1 / (1 + np.exp(-5)))


def test_temperatures_stand_with_the_hosts():
    codes = np.array([HOST_NAMES.index("1:5")] * 2 + [-1], np.int8)
    making = _forming.making_temperature(codes).tolist()
    assert making == [1400.0, 1400.0, 1200.0]
    melting = HOSTS["1:5"].melts_at_K
    warm = np.array([melting, melting - 0.1, 3000.0])
    assert _forming.is_melted(codes, warm).tolist() == [True, False, False]


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
    # Where none is near, all count alike.
    cache = {"analogues": {key: np.array([radii + 9.0, [0.0, 0.1, 0.5]])}}
    energy = _forming._analogues(table, SimpleNamespace(_cache=cache))
    assert energy == pytest.approx(0.2)
    none = _forming._analogues(
        table, SimpleNamespace(_cache={"analogues": {}})
    )
    assert np.isnan(none).all()


def test_what_no_melt_makes_decomposes():
    texts = ["Nd2Fe14B", "Nd2Fe14C", "Sm2Fe17N3", "SmCo5", "TbCo2"]
    table = CompositionTable.from_strings(texts)
    hosts = ["2:14:1", "2:14:1", "2:17:3", "1:5"]
    codes = np.array([*map(HOST_NAMES.index, hosts), -1], np.int8)
    # R2Fe14C near 880 C, nitrides of 2:17 near 600 C (memory).
    ends = _forming.decomposition_temperature(table, codes).tolist()
    assert ends == [np.inf, 1150.0, 870.0, np.inf, np.inf]


def test_families_are_those_of_the_metal_lattice():
    family, making, melting, takes_gas = _forming._host_facts()
    assert _forming.FAMILIES[-1] == ""
    metals = {"2:17:3": "2:17", "1:12:1": "1:12"}
    for code, name in enumerate(HOST_NAMES):
        assert _forming.FAMILIES[family[code]] == metals.get(name, name)
        assert takes_gas[code] == (name in metals)
    assert family[-1] == len(_forming.FAMILIES) - 1
    assert (making[-1], melting[-1], takes_gas[-1]) == (1200.0, np.inf, False)


def test_a_metal_without_a_number_stabilizes_nothing():
    limits = _forming.stabilizers()["1:12"]
    # NdFe11Ti has one titanium on twelve metal sites.
    least, most = limits["Ti"]
    assert least <= 1 / 12 <= most
    atoms = _forming.atoms()
    of_1_12 = _forming.FAMILIES.index("1:12")
    assert atoms.enough[of_1_12, INDEX["Ti"]] == pytest.approx(1.0 / least)
    assert atoms.most[of_1_12, INDEX["Ti"]] == pytest.approx(1.0 / most)
    assert atoms.enough[of_1_12, INDEX["Fe"]] == 0.0
    assert not atoms.enough[-1].any()
    assert not atoms.guest[-1].any()
    # Groups 4 to 6, but for the radioactive; cerium alone may be smaller than its radius.
    early = [INDEX[name] for name in "Ti V Cr Zr Nb Mo Hf Ta W".split()]
    assert np.flatnonzero(atoms.early).tolist() == sorted(early)
    metals = [INDEX[name] for name in "Al Si Ga Ge In Sn".split()]
    assert np.flatnonzero(atoms.sp).tolist() == sorted(metals)
    assert np.flatnonzero(atoms.less).tolist() == [INDEX["Ce"]]
    assert atoms.radius[INDEX["He"]] == 1.40
    assert 1.2 < atoms.radius[INDEX["Fe"]] < 1.3


def test_a_pattern_takes_rare_earths_for_one():
    table = CompositionTable.from_strings(["Sm0.5La0.5Co5", "ScCo5", "YCo5"])
    (key, radius), none, (other, _) = _forming._patterns(table)
    assert key == other == (0.1667, (INDEX["Co"], 0.8333))
    # R. D. Shannon (1976): Sm3+ 0.958, La3+ 1.032 angstrom.
    assert radius == pytest.approx((0.958 + 1.032) / 2.0)
    assert none == ((), 0.0)


def test_interstitials_leave_chosen_phases():
    table = CompositionTable.from_strings(["Sm2Fe17N3", "Nd2Fe14B", "SmH"])
    chosen = np.array([True, False, True])
    result = _forming._without_interstitials(table, chosen)
    assert result.fraction("Sm")[0] == pytest.approx(2 / 19)
    assert result.fraction("N")[0] == 0.0
    assert result.fraction("Sm")[2] == 1.0
    assert result.values[table.indptr[1] : table.indptr[2]].tolist() == (
        table.values[table.indptr[1] : table.indptr[2]].tolist()
    )
    assert result.row_index.tolist() == table.row_index.tolist()
