"""A requirement's margin, and what an anchor may say."""

import pytest
from pydantic import ValidationError

from magnetkit.choose._profile_parts import Anchor, Requirement


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


@pytest.mark.parametrize(
    ("column", "value"),
    [("remanence_T", 1.2), ("remanence_coefficient_pct_K", -0.11)],
)
def test_an_anchor_is_guaranteed_of_coercivity_alone(column, value):
    """The factor and the deviation of magnets as sold are those of H_cJ."""
    fields = {
        "value": value,
        "spread": 0.02,
        "temperature_K": 293.15,
        "source": "x",
        "status": "cited",
    }
    assert not Anchor(column=column, **fields).guaranteed
    with pytest.raises(
        ValidationError, match=f"alone: give the {column} typical"
    ):
        Anchor(column=column, guaranteed=True, **fields)
