"""Terms of the energies of a host's phases."""

import numpy as np
import pytest
from magnetkit.elements import INDEX
from numpy.testing import assert_allclose

from magnetkit.phases import hull_energy
from magnetkit.phases._mixing import RADII, MixingTerms, Occupation
from magnetkit.phases._space import lowest_entries
from magnetkit.phases.records import HOSTS
from magnetkit.phases.snapshot import open_snapshot


@pytest.fixture(scope="module")
def space():
    return lowest_entries(open_snapshot())


@pytest.fixture(scope="module", params=HOSTS)
def case(request, space):
    terms = MixingTerms(space, request.param)
    dense = space.table().to_array()
    return terms, dense, dense[terms.members(dense)]


def test_members_have_the_sites_of_the_host(case):
    terms, dense, members = case
    earth = members[:, terms.earths].sum(axis=1) * terms.sites.sum()
    assert_allclose(earth, terms.sites[0], atol=1e-5)
    assert 0 < len(members) < len(dense)


def test_shares_of_a_site_sum_to_one(case):
    terms, _, members = case
    at = terms.occupation(members)
    assert_allclose(at.earth.sum(axis=1), 1.0)
    assert_allclose(at.metal.sum(axis=1), 1.0)


def test_the_covariance_is_one(case):
    terms, _, members = case
    at = terms.occupation(members[:40])
    covariance = terms.kernel(at, at)
    assert_allclose(covariance, covariance.T, atol=1e-12)
    assert np.linalg.eigvalsh(covariance).min() > -1e-9


def test_a_pure_occupation_scatters_least(case):
    terms, _, members = case
    at = terms.occupation(members)
    scatter = terms.scatter(at)
    pure = (at.earth.max(axis=1) > 1 - 1e-9) & (
        at.metal.max(axis=1) > 1 - 1e-9
    )
    # 1 meV/atom: what two calculations of one compound differ by.
    assert_allclose(scatter[pure], 0.001**2)
    assert (scatter[~pure] > 0.001**2).all()


def test_trends_are_the_hulls_of_other_phases(space):
    terms = MixingTerms(space, "1:5")
    at = terms.nothing(3)
    earth = np.searchsorted(terms.earths, INDEX["Sm"])
    cobalt, iron, zirconium = np.searchsorted(
        terms.metals, [INDEX[symbol] for symbol in ("Co", "Fe", "Zr")]
    )
    at.earth[:, earth] = 1.0
    at.metal[0, cobalt] = 1.0
    at.metal[1, [cobalt, iron]] = 0.5
    at.metal[2, [cobalt, zirconium]] = 0.5
    # SmCo5 itself lies above the hull, so that others alone make it; SmFe5 there is none.
    ends = hull_energy(["SmCo5", "SmFe5"])
    assert terms.trend(at)[:2] == pytest.approx([ends[0], ends.mean()])
    halves = hull_energy(["FeCo", "ZrCo"])
    assert terms._metal_trend(at) == pytest.approx([0.0, *halves])


def test_radii_are_shannons():
    from pymatgen.core import Species

    for symbol, radius in RADII.items():
        shannon = Species(symbol, 3).get_shannon_radius(
            "VI", radius_type="ionic"
        )
        assert radius == pytest.approx(shannon, abs=0.001), symbol


def test_a_term_adds_the_square_of_its_deviation():
    # Two metals, two earths and two interstitials without any hull: what is left is the sum of
    # the terms of what two compositions share.
    terms = object.__new__(MixingTerms)
    terms.earths = np.array([INDEX["Nd"], INDEX["Pr"]])
    terms._end_hull = np.zeros((2, 2))
    terms._metal_hull = np.zeros((2, 2))

    def occupation(earth, metal, third):
        return Occupation(
            *(np.array([part], float) for part in (earth, metal, third))
        )

    one = occupation([1, 0], [1, 0], [1, 0])
    alike = np.exp(-0.5 * ((0.983 - 0.990) / 0.08) ** 2)
    variance = sum(d**2 for d in (0.025, 0.011, 0.022, 0.079, 0.039, 0.0058))
    third = 0.119**2 + 0.030**2 + 2 * 0.0030**2
    assert terms.kernel(one, one).item() == pytest.approx(
        variance + third, rel=1e-12
    )
    other_earth = occupation([0, 1], [1, 0], [1, 0])
    common = 0.025**2 + 0.022**2 * alike + 0.079**2 + 0.039**2 * alike
    third = 0.119**2 + 0.030**2 + 0.0030**2 * alike
    assert terms.kernel(one, other_earth).item() == pytest.approx(
        common + third, rel=1e-12
    )
    other_metal = occupation([1, 0], [0, 1], [0, 1])
    common = 0.025**2 + 0.011**2 + 0.022**2
    assert terms.kernel(one, other_metal).item() == pytest.approx(
        common, rel=1e-12
    )
