"""What the parameters are taken to be before any measurement."""

import numpy as np
import pytest
from pymatgen.core import Element

from magnetkit import CompositionTable
from magnetkit.elements import INDEX
from magnetkit.hosts.partition import partition
from magnetkit.magnetism.intrinsic import evaluate
from magnetkit.magnetism.parameters import ELEMENT_SLOTS, ions
from magnetkit.magnetism.priors import (
    _SUBSTITUENT_VOLUME,
    build,
    prior_parameters,
    read_priors,
)


def of(symbol, slot, host="2:14:1"):
    return build(host).mean[INDEX[symbol], ELEMENT_SLOTS.index(slot)]


def test_one_crystal_field_stands_for_all_ions_of_a_host():
    # Yamada et al. 1988: A_2^0 of 295 (Pr) to 303 K/a0^2 (Tm) along R2Fe14B. Elsewhere one number,
    # but for ions named in the host's own file.
    own = read_priors()["host"]["2:14:1"].get("ion_A2_K", {})
    fields = [of(r, "ion_A2_K:iron") for r in ("Pr", "Nd", "Tb", "Dy", "Ho", "Er", "Tm")]
    assert fields == pytest.approx([295.0, 295.0, 300.0, 302.0, 302.0, 303.0, 303.0])
    assert set(own) == {"Yb"}
    for host in ("2:17", "1:12"):
        values = {of(r, "ion_A2_K:iron", host) for r in ("Nd", "Sm", "Tb", "Er")}
        assert len(values) == 1
    # Uniaxial for ions that are flat (alpha_J < 0) where A_2^0 > 0, planar for long ones.
    part = partition(CompositionTable.from_strings(["Y2Fe14B", "Nd2Fe14B", "Sm2Fe14B"]))
    y, nd, sm = evaluate(part, 300.0, spread=False, parameters=prior_parameters()).value[:, 0, 1]
    assert ions()["Nd"]["alpha_J"] < 0 < ions()["Sm"]["alpha_J"]
    assert sm < y < nd


def test_moments_are_those_of_the_free_ions_against_iron_for_the_heavy():
    # g_J J: 3.27 Nd, 3.2 Pr, 7 Gd, 9 Tb, 10 Dy and Ho, 9 Er; J_s at 4.2 K less that of Y2Fe14B.
    free = {"Gd": -7.0, "Tb": -9.0, "Dy": -10.0, "Ho": -10.0, "Er": -9.0, "Nd": 3.27, "Pr": 3.2}
    part = partition(CompositionTable.from_strings([f"{r}2Fe14B" for r in ("Y", *free)]))
    parameters = prior_parameters()
    got = evaluate(part, 4.2, spread=False, parameters=parameters).value[:, 0, 0]
    volume = [of(r, "volume_A3:iron") for r in ("Y", *free)]
    # 11.654 T A3 per mu_B.
    moment = got * np.array(volume) / 11.654
    for k, (r, known) in enumerate(free.items(), 1):
        assert (moment[k] - moment[0]) / 2.0 == pytest.approx(known, rel=0.25), r


def test_a_rare_earth_of_which_nothing_is_said_has_the_level_of_its_host():
    data = read_priors()
    own, common = data["host"]["2:14:1"], data["rare_earth"]
    plain = [r for r in ("Y", "La", "Nd", "Gd", "Dy") if r not in common["exchange"]]
    assert plain
    for r in plain:
        assert of(r, "exchange_K:iron") == own["exchange_K"][0]


def test_volumes_of_substituents_are_those_of_the_elements():
    # A metalloid takes less room among metals than in its own open lattice.
    open_ones = {"Si", "Ge", "Sn"}
    for symbol, volume in _SUBSTITUENT_VOLUME.items():
        own = float(Element(symbol).molar_volume) / 0.602214
        if symbol in open_ones:
            assert 0.75 * own < volume < own, symbol
        else:
            assert volume == pytest.approx(own, rel=0.006), symbol
