"""What the parameters are taken to be before any measurement."""

import numpy as np
import pytest
from magnetkit.elements import INDEX
from numpy.testing import assert_allclose, assert_array_equal
from pymatgen.core import Element

from benchmarks.accuracy.magnetism.priors import (
    _SUBSTITUENT_VOLUME,
    build,
    read_priors,
)
from magnetkit import CompositionTable
from magnetkit.compound.parameters import (
    ELEMENT_SLOTS,
    Parameters,
    ions,
    prior_parameters,
    site_elements,
)
from magnetkit.phases.partition import partition
from magnetkit.phases.records import HOST_NAMES
from magnetkit.surrogates.intrinsic import evaluate


def prior_mean(symbol, slot, host="2:14:1"):
    return build(host).mean[INDEX[symbol], ELEMENT_SLOTS.index(slot)]


def test_the_stored_priors_are_what_the_files_say():
    parameters = Parameters.empty()
    reference = prior_parameters()
    for host in HOST_NAMES:
        prior = build(host)
        prior.write(parameters, np.zeros(len(prior.factors)))
    for name in ("element", "host", "known"):
        assert_array_equal(getattr(reference, name), getattr(parameters, name))
    assert_allclose(reference.element_sd, parameters.element_sd, rtol=1e-3)


def test_one_crystal_field_stands_for_all_ions_of_a_host():
    # Yamada et al. 1988: A_2^0 of 295 (Pr) to 303 K/a0^2 (Tm) along R2Fe14B. Elsewhere one number,
    # but for ions named in the host's own file.
    field = read_priors()["host"]["2:14:1"].get("ion_A2_K", {})
    fields = [
        prior_mean(r, "ion_A2_K:iron")
        for r in ("Pr", "Nd", "Tb", "Dy", "Ho", "Er", "Tm")
    ]
    assert fields == pytest.approx(
        [295.0, 295.0, 300.0, 302.0, 302.0, 303.0, 303.0]
    )
    assert set(field) == {"Yb"}
    for host in ("2:17", "1:12"):
        values = {
            prior_mean(r, "ion_A2_K:iron", host)
            for r in ("Nd", "Sm", "Tb", "Er")
        }
        assert len(values) == 1
    # Uniaxial for ions that are flat (alpha_J < 0) where A_2^0 > 0, planar for long ones.
    part = partition(
        CompositionTable.from_strings(["Y2Fe14B", "Nd2Fe14B", "Sm2Fe14B"])
    )
    y, nd, sm = evaluate(
        part, 300.0, spread=False, parameters=prior_parameters()
    ).value[:, 0, 1]
    assert ions()["Nd"]["alpha_J"] < 0 < ions()["Sm"]["alpha_J"]
    assert sm < y < nd


def test_moments_are_those_of_the_free_ions_against_iron_for_the_heavy():
    # g_J J: 3.27 Nd, 3.2 Pr, 7 Gd, 9 Tb, 10 Dy and Ho, 9 Er; J_s at 4.2 K less that of Y2Fe14B.
    free = {
        "Gd": -7.0,
        "Tb": -9.0,
        "Dy": -10.0,
        "Ho": -10.0,
        "Er": -9.0,
        "Nd": 3.27,
        "Pr": 3.2,
    }
    part = partition(
        CompositionTable.from_strings([f"{r}2Fe14B" for r in ("Y", *free)])
    )
    parameters = prior_parameters()
    got = evaluate(part, 4.2, spread=False, parameters=parameters).value[
        :, 0, 0
    ]
    volume = [prior_mean(r, "volume_A3:iron") for r in ("Y", *free)]
    # 11.654 T A3 per mu_B.
    moment = got * np.array(volume) / 11.654
    for k, (r, known) in enumerate(free.items(), 1):
        assert (moment[k] - moment[0]) / 2.0 == pytest.approx(
            known, rel=0.25
        ), r


def test_a_rare_earth_of_which_nothing_is_said_has_the_level_of_its_host():
    data = read_priors()
    host_table = data["host"]["2:14:1"]
    common = data["rare_earth"]
    plain = [
        r for r in ("Y", "La", "Nd", "Gd", "Dy") if r not in common["exchange"]
    ]
    assert plain
    for r in plain:
        assert prior_mean(r, "exchange_K:iron") == host_table["exchange_K"][0]


def test_volumes_of_substituents_are_those_of_the_elements():
    # A metalloid takes less room among metals than in its own open lattice.
    open_ones = {"Si", "Ge", "Sn"}
    for symbol, volume in _SUBSTITUENT_VOLUME.items():
        element_volume = float(Element(symbol).molar_volume) / 0.602214
        if symbol in open_ones:
            assert 0.75 * element_volume < volume < element_volume, symbol
        else:
            assert volume == pytest.approx(element_volume, rel=0.006), symbol


@pytest.mark.parametrize("host", ["2:14:1", "1:5", "2:17", "1:12"])
def test_a_substituent_takes_a_moment_by_its_valence(host):
    # Magnetic valence: iron 2, cobalt 1, silicon -4, titanium -4, molybdenum -6.
    metals = site_elements(host)[1]
    assert {"Si", "Ti", "Mo"} & set(metals)
    for end, valence in (("iron", 2.0), ("cobalt", 1.0)):
        per_valence = {
            prior_mean(symbol, f"moment_muB:slope_{end}", host)
            / (of_element - valence)
            for symbol, of_element in (
                ("Si", -4.0),
                ("Ti", -4.0),
                ("Mo", -6.0),
            )
            if symbol in metals
        }
        first = per_valence.pop()
        assert first > 0.0
        assert list(per_valence) == pytest.approx([first] * len(per_valence))


@pytest.mark.parametrize("host", ["2:14:1", "1:5", "2:17", "1:12"])
def test_a_rare_earth_couples_by_its_de_gennes_factor(host):
    # (g_J - 1)^2 J (J + 1): 15.75 of gadolinium, 10.5 of terbium, 7.083 of dysprosium.
    strength = read_priors()["rare_earth"]["strength"]
    for symbol, factor in (("Tb", 10.5), ("Dy", 85.0 / 12.0)):
        ratio = prior_mean(symbol, "ion_coupling_K2:iron", host) / prior_mean(
            "Gd", "ion_coupling_K2:iron", host
        )
        share = (strength[symbol] / strength["Gd"]) ** 2
        assert ratio == pytest.approx(factor / 15.75 * share, rel=1e-3)
