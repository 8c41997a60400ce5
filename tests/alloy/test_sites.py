"""What may stand on the sites of a host."""

from fractions import Fraction

from magnetkit.alloy.substitution import (
    arrange_sites,
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
