"""Facets of small chemical systems."""

import numpy as np
import pytest
from magnetkit.elements import INDEX
from numpy.testing import assert_allclose

from magnetkit.phases._space import build_space, find_facets
from magnetkit.phases.hull import stable_space
from magnetkit.phases.snapshot import open_snapshot


def members(space, system):
    inside = np.zeros(space.columns, bool)
    inside[space.column[[INDEX[s] for s in system.split("-")]]] = True
    return inside


@pytest.mark.parametrize(
    ("system", "count"), [("Fe", 1), ("Sm-Co", 5), ("Nd-Dy-Ce-Fe-Co-B", 262)]
)
def test_facets_of_the_embedded_snapshot(system, count):
    space = stable_space(open_snapshot())
    facets = find_facets(space, members(space, system))
    assert len(facets.price) == count
    dense = space.table().to_array()[:, np.flatnonzero(space.column >= 0)]
    inside = members(space, system)
    for price, corner in zip(facets.price, facets.corner, strict=True):
        assert_allclose(dense[corner][:, inside] @ price, space.energy[corner])


def test_second_search_returns_the_first_result():
    space = stable_space(open_snapshot())
    inside = members(space, "Sm-Co")
    assert find_facets(space, inside) is find_facets(space, inside)


def test_no_compounds_is_one_facet():
    space = build_space(["Fe", "Nd", "Dy"], np.zeros(3))
    facets = find_facets(space, np.ones(3, bool))
    assert facets.price.tolist() == [[0.0, 0.0, 0.0]]


def test_refuses_phases_off_the_hull():
    # A space that is not of stable phases alone would price one of them below its energy.
    space = build_space(
        ["Fe", "B", "FeB", "Fe2B"], np.array([0.0, 0.0, -0.4, 0.3])
    )
    facets = find_facets(space, np.ones(2, bool))
    assert facets is not None
    assert 3 not in facets.corner
