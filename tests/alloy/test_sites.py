"""What may stand on the sites of a host."""

from fractions import Fraction

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.alloy.substitution import (
    arrange_sites,
    count_choices,
    site_share,
)


def test_sites_levels_and_budgets_match_the_request():
    sites = arrange_sites(
        "Nd2Fe14B",
        {"Nd": ["Ce", "Dy"], "Fe": "Co"},
        {"Nd": 0.1, "Fe": 0.25},
        {"Dy": 0.35},
        {"Ga": [0, 0.5, 1]},
    )
    assert sites.amounts == {"Nd": 2, "Fe": 14, "B": 1}
    assert [(s.element, s.site) for s in sites.slots] == [
        ("Ce", "Nd"),
        ("Dy", "Nd"),
        ("Co", "Fe"),
        ("Ga", None),
    ]
    # All of Nd by tenths, but 0.35 of it takes three steps; quarters of Fe; at.% of 17 atoms.
    assert sites.caps == [10, 3, 4, 2]
    assert sites.budgets == (10, 4, 2)
    assert sites.spans == ((0, 2), (2, 3), (3, 4))
    assert sites.slots[1].levels == tuple(Fraction(k, 5) for k in range(4))
    assert sites.slots[2].levels == tuple(Fraction(7 * k, 2) for k in range(5))
    assert sites.slots[3].levels == (0, Fraction(17, 200), Fraction(17, 100))
    assert sites.elements == ("Nd", "Ce", "Dy", "Fe", "Co", "B", "Ga")
    assert sites.decimals == 3


def test_smallest_step_is_a_hundred_thousandth():
    assert arrange_sites(
        "Nd2Fe14B", {"Nd": ["Ce"]}, 0.00001, {"Ce": 0.001}, {}
    ).caps == [100]
    assert site_share(0.1, "x") == Fraction(1, 10)
    assert arrange_sites(
        "Nd2Fe14B", {"Nd": ["Ce"]}, 0.1, {}, {"Ga": [0, 100]}
    ).caps == [10, 1]


@pytest.mark.parametrize(
    ("caps", "budget", "ways"),
    [
        ([1, 1], 1, [[1, 3], [1, 2]]),
        # Nothing, one or two steps of at most two; a cap of 0 leaves one way.
        ([2], 3, [[1, 2, 3, 3]]),
        ([0, 1], 1, [[1, 2], [1, 2]]),
        ([], 2, []),
        # At most 3 steps on two slots: 1 + 2 + 3 + 4 ways.
        ([3, 3], 3, [[1, 3, 6, 10], [1, 2, 3, 4]]),
    ],
)
def test_steps_are_shared_in_so_many_ways(caps, budget, ways):
    assert count_choices(caps, budget) == ways


@pytest.mark.parametrize(
    ("amounts", "decimals"),
    [("SmCo5", 0), ("Sm0.5Co5", 1), ("Sm0.125Co5", 3)],
)
def test_amounts_have_as_many_decimals_as_they_need(amounts, decimals):
    sites = arrange_sites(amounts, {}, 0.5, {}, {})
    assert sites.decimals == decimals
    thirds = arrange_sites("SmCo5", {"Sm": ["Gd"]}, "1/3", {}, {})
    assert thirds.decimals == 9


@pytest.mark.parametrize(
    ("value", "share"),
    [(0, 0), (1, 1), ("1/3", Fraction(1, 3)), (1.001, None), (-1e-9, None)],
)
def test_a_share_of_a_site_is_exact(value, share):
    if share is not None:
        assert site_share(value, "x") == share
        return
    with pytest.raises(InputError, match="x is a fraction of a site, 0 to 1"):
        site_share(value, "x")


def test_a_space_is_shown_with_its_sites():
    space = mk.substitutions(
        "SmCo5", {"Sm": ["Gd", "Pr"]}, 0.5, additions={"Cu": [0, 1]}
    )
    # Six mixtures of three elements by halves, and two levels of copper.
    assert repr(space) == (
        "<Substitutions of SmCo5 (Sm: Gd, Pr; added: Cu), 12 formulas>"
    )
    sizes = [len(table) for table in space.chunks(5)]
    assert sizes == [5, 5, 2]
    assert len(next(space.chunks())) == 12
    with pytest.raises(InputError, match="rows must be whole numbers, a sl"):
        space[[True] * 12]
    for row in (12, -13):
        with pytest.raises(InputError, match="row numbers must lie below 12"):
            space.formulas(row)
    # In the order of the steps of Gd, then Pr, then Cu.
    last = "GdCo5Cu0.06"
    assert space.formulas([11, -12, 11]) == [last, "SmCo5", last]
