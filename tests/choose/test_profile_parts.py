"""A requirement's margin."""

import pytest

from magnetkit.choose._profile_parts import Requirement


def requirement(**limit):
    return Requirement(
        column="remanence_coefficient_pct_K", source="x", **limit
    )


@pytest.mark.parametrize(
    ("limit", "value", "margin"),
    [
        ({"minimum": -0.1}, -0.08, 0.2),
        ({"maximum": -0.1}, -0.08, -0.2),
        ({"absolute_maximum": 0.1}, -0.08, 0.2),
        # A limit of zero has no share: the margin is in the column's own unit.
        ({"minimum": 0.0}, 0.03, 0.03),
        ({"maximum": 0.0}, 0.03, -0.03),
        ({"minimum": 1.0}, float("nan"), float("nan")),
    ],
)
def test_margin_is_a_share_of_the_limit(limit, value, margin):
    assert float(
        requirement(status="assumption", **limit).margin(value)
    ) == pytest.approx(margin, nan_ok=True)
