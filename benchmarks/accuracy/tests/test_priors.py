"""What the parameters are taken to be before any measurement."""

import numpy as np
import pytest
from magnetkit.elements import INDEX
from numpy.testing import assert_allclose, assert_array_equal
from pymatgen.core import Element

from benchmarks.accuracy.magnetism.priors import (
    _SUBSTITUENT_VOLUME,
    NOT_FREE,
    build,
    read_priors,
)
from magnetkit import CompositionTable
from magnetkit.compound.parameters import (
    ELEMENT_SLOTS,
    HOST_SLOTS,
    MIXED,
    Parameters,
    ions,
    prior_parameters,
    site_elements,
)
from magnetkit.phases.partition import partition
from magnetkit.phases.records import HOST_NAMES, HOSTS
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


def deviation(prior, symbol, slot):
    """Return the standard deviation of a parameter: of all variables it depends on."""
    key = INDEX[symbol], ELEMENT_SLOTS.index(slot)
    return np.sqrt(
        sum(c**2 for terms in prior.factors for k, c in terms if k == key)
    )


@pytest.mark.parametrize("host", ["2:14:1", "1:5", "2:17", "1:12"])
@pytest.mark.parametrize(
    ("k", "end", "valence", "slope"),
    [(0, "iron", 2, 0.6), (1, "cobalt", 1, 0.8)],
)
def test_a_substituent_takes_a_moment_by_its_valence_and_room_by_its_size(
    host, k, end, valence, slope
):
    prior = build(host)
    data = read_priors()
    host_table = data["host"][host]
    common = data["substituent"]
    n = HOSTS[host].transition_metal
    variation = common["exchange_spread"] | host_table.get(
        "exchange_spread", {}
    )
    metals = site_elements(host)[1]
    assert metals
    for symbol in metals:
        moment = n * (common["valence"][symbol] - valence) * slope
        assert prior_mean(
            symbol, f"moment_muB:slope_{end}", host
        ) == pytest.approx(moment)
        sd = 0.25 * abs(moment) + 0.5 * n
        assert deviation(
            prior, symbol, f"moment_muB:slope_{end}"
        ) == pytest.approx(sd)
        assert prior_mean(symbol, f"moment_muB:curvature_{end}", host) == 0.0
        assert deviation(
            prior, symbol, f"moment_muB:curvature_{end}"
        ) == pytest.approx(0.5 * n)
        # Iron, whose place it takes, has 11.8 A^3.
        volume = (
            common["volume_share"] * n * (_SUBSTITUENT_VOLUME[symbol] - 11.8)
        )
        assert prior_mean(
            symbol, f"volume_A3:slope_{end}", host
        ) == pytest.approx(volume)
        sd = 0.3 * (abs(volume) + n)
        assert deviation(
            prior, symbol, f"volume_A3:slope_{end}"
        ) == pytest.approx(sd)
        # Anisotropy of the metals goes with them; exchange falls, and what raises it saturates.
        for name in ("k_broad_MJ_m3", "k_steep_MJ_m3"):
            level = host_table[name][k]
            assert prior_mean(symbol, f"{name}:slope_{end}", host) == -level
            assert deviation(
                prior, symbol, f"{name}:slope_{end}"
            ) == pytest.approx(abs(level) + 0.5)
        rises = prior_mean(symbol, f"exchange_K:slope_{end}", host)
        bend = prior_mean(symbol, f"exchange_K:curvature_{end}", host)
        assert bend == pytest.approx(
            -variation["saturation"][k] * max(rises, 0.0)
        )
        floor = max(host_table["exchange_K"][k], 500.0)
        for part, wide in (("slope", "slope"), ("curvature", "curvature")):
            sd = deviation(prior, symbol, f"exchange_K:{part}_{end}")
            assert sd == pytest.approx(variation[wide][k] * floor)
        assert prior_mean(symbol, "crystal_field:slope", host) == -0.5
        assert deviation(prior, symbol, "crystal_field:slope") == pytest.approx(
            1.2
        )


@pytest.mark.parametrize("host", ["2:14:1", "1:5", "2:17", "1:12"])
def test_a_rare_earth_couples_by_its_de_gennes_factor(host):
    prior = build(host)
    data = read_priors()
    host_table = data["host"][host]
    common = data["rare_earth"]
    earths = [
        r
        for r in site_elements(host)[0]
        if r in ions() and ions()[r]["J"] > 0.0
    ]
    free = [r for r in earths if r not in NOT_FREE]
    assert len(free) > 5
    for k, end in enumerate(("iron", "cobalt")):
        for r in free:
            j = ions()[r]["J"]
            g = ions()[r]["g_J"]
            # Of gadolinium, with g_J = 2 and J = 7/2, it is 15.75.
            share = (
                (g - 1.0) ** 2 * j * (j + 1.0) / ((2.0 - 1.0) ** 2 * 3.5 * 4.5)
            )
            mean = (
                host_table["gadolinium_coupling_K2"]
                * share
                * common["strength"][r] ** 2
            )
            assert prior_mean(
                r, f"ion_coupling_K2:{end}", host
            ) == pytest.approx(mean)
            # Its own fifth, and the fifth that all ions share.
            sd = 0.2 * mean * np.sqrt(2.0)
            assert deviation(
                prior, r, f"ion_coupling_K2:{end}"
            ) == pytest.approx(sd)
            sd = common["moment_share_sd"]
            assert deviation(prior, r, f"ion_moment:{end}") == pytest.approx(sd)
        for r in site_elements(host)[0]:
            room = (
                host_table["volume_A3"][k]
                + HOSTS[host].rare_earth * common["volume"][r]
            )
            assert prior_mean(r, f"volume_A3:{end}", host) == pytest.approx(
                room
            )
            sd = common["volume_sd"] * HOSTS[host].rare_earth
            assert deviation(prior, r, f"volume_A3:{end}") == pytest.approx(sd)
            level = host_table["moment_muB"][k]
            mean = level * (1.0 + common["moment"].get(r, 0.0))
            assert prior_mean(r, f"moment_muB:{end}", host) == pytest.approx(
                mean
            )
            # Cerium, of mixed valence, is known half as well.
            alone = common["moment_sd"] * level * (2.0 if r == "Ce" else 1.0)
            sd = np.hypot(alone, host_table["moment_sd"][k])
            assert deviation(prior, r, f"moment_muB:{end}") == pytest.approx(sd)
            alone = common["exchange_sd_cerium" if r == "Ce" else "exchange_sd"]
            alone = max(
                alone * host_table["exchange_K"][k],
                common["exchange_least_sd_K"],
            )
            sd = np.hypot(alone, host_table["exchange_sd"][k])
            assert deviation(prior, r, f"exchange_K:{end}") == pytest.approx(sd)
            # Its own part of K_1 is the crystal field's, but for cerium and ions without one.
            bare = (
                r in NOT_FREE
                or ions().get(r, {"alpha_J": 0.0})["alpha_J"] == 0.0
            )
            alone = host_table["k_sd"][k] * (
                1.5 if r == "Ce" else 0.4 if bare else 0.0
            )
            sd = np.hypot(alone, host_table["k_sd"][k])
            assert deviation(prior, r, f"k_broad_MJ_m3:{end}") == pytest.approx(
                sd
            )


@pytest.mark.parametrize("host", ["2:14:1", "1:5", "2:17", "1:12"])
def test_what_is_of_a_host_alone_is_what_its_file_says(host):
    prior = build(host)
    host_table = read_priors()["host"][host]

    def both(slot):
        key = -1, HOST_SLOTS.index(slot)
        terms = [c for terms in prior.factors for k, c in terms if k == key]
        return prior.mean[key], np.sqrt(sum(c**2 for c in terms))

    for k, end in enumerate(("iron", "cobalt")):
        assert both(f"shape:{end}") == pytest.approx(
            (host_table["shape"][k], 0.15)
        )
    for name in MIXED:
        for order, part in enumerate((1.0, 0.7, 0.5)):
            mean = host_table["bow"][name] if order == 0 else 0.0
            assert both(f"{name}:bow{order}") == pytest.approx(
                (mean, part * host_table["bow_sd"][name])
            )
        expected_value = (
            host_table["filling"][name],
            host_table["filling_sd"][name],
        )
        assert both(f"{name}:filling") == pytest.approx(expected_value)
    assert both("crystal_field:bow") == pytest.approx((0.0, 0.6))
    assert both("exchange_K:dilution") == pytest.approx(
        tuple(host_table.get("dilution", (1.0, 0.0)))
    )
    assert both("exchange_K:pairs") == pytest.approx(
        tuple(host_table.get("pairs", (0.0, 0.0)))
    )
