"""Terms of the energies of a host's phases."""

import numpy as np
import pytest

from magnetkit.hosts.partition import HOSTS
from magnetkit.phases.mixing_terms import NOISE, MixingTerms
from magnetkit.phases.snapshot import open_snapshot
from magnetkit.phases.space import whole_space


@pytest.fixture(scope="module")
def space():
    return whole_space(open_snapshot())


@pytest.fixture(scope="module", params=HOSTS)
def case(request, space):
    terms = MixingTerms(space, request.param)
    dense = space.table().to_array()
    return terms, dense, dense[terms.members(dense)]


def test_members_have_the_sites_of_the_host(case):
    terms, dense, own = case
    earth = own[:, terms.earths].sum(axis=1) * terms.sites.sum()
    np.testing.assert_allclose(earth, terms.sites[0], atol=1e-5)
    assert 0 < len(own) < len(dense)


def test_shares_of_a_site_sum_to_one(case):
    terms, _, own = case
    at = terms.occupation(own)
    np.testing.assert_allclose(at.earth.sum(axis=1), 1.0)
    np.testing.assert_allclose(at.metal.sum(axis=1), 1.0)


def test_the_covariance_is_one(case):
    terms, _, own = case
    at = terms.occupation(own[:40])
    covariance = terms.kernel(at, at)
    np.testing.assert_allclose(covariance, covariance.T, atol=1e-12)
    assert np.linalg.eigvalsh(covariance).min() > -1e-9


def test_a_pure_occupation_scatters_least(case):
    terms, _, own = case
    at = terms.occupation(own)
    scatter = terms.scatter(at)
    pure = (at.earth.max(axis=1) > 1 - 1e-9) & (at.metal.max(axis=1) > 1 - 1e-9)
    np.testing.assert_allclose(scatter[pure], NOISE[0] ** 2)
    assert (scatter[~pure] > NOISE[0] ** 2).all()
