"""A requirement's margin, and what an anchor may say."""

from types import SimpleNamespace

import pytest
from magnetkit.errors import InputError
from pydantic import ValidationError

from magnetkit.choose._profile_parts import (
    FROM_FILE,
    Anchor,
    Objective,
    Requirement,
    with_units_read,
)


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


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"minimum": 0.8}, "remanence_T >= 0.8"),
        (
            {"maximum": 1.0, "temperature_K": 293.15},
            "remanence_T <= 1 at 293.15 K",
        ),
        ({"absolute_maximum": 1.0}, "|remanence_T| <= 1"),
        (
            {"minimum": 1.0, "share_of_reference": 0.95},
            "remanence_T >= 0.95*reference",
        ),
        (
            {
                "maximum": 1.0,
                "share_of_reference": 0.95,
                "temperature_K": 400.0,
            },
            "remanence_T <= 0.95*reference at 400 K",
        ),
    ],
)
def test_a_requirement_is_written_as_it_is_asked(more, text):
    one = Requirement(
        column="remanence_T", source="x", status="assumption", **more
    )
    assert str(one) == text
    assert one.limit_range == (one.limit, one.limit)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "exactly one of minimum, maximum"),
        ({"minimum": 1.0, "maximum": 2.0}, "exactly one of minimum, maximum"),
        ({"minimum": 1.0, "limit_lo": 0.9}, "give both or none"),
        ({"minimum": 1.0, "limit_hi": 1.1}, "give both or none"),
        ({"minimum": 1.0, "limit_lo": 1.1, "limit_hi": 1.2}, "limit_lo <= "),
        ({"minimum": 1.0, "limit_lo": 0.8, "limit_hi": 0.9}, "limit_lo <= "),
    ],
)
def test_a_requirement_has_one_limit_within_its_range(more, says):
    fields = {"column": "remanence_T", "source": "x", "status": "assumption"}
    with pytest.raises(ValidationError, match=says):
        Requirement(**fields | more)
    ends = {"minimum": 1.0, "limit_lo": 1.0, "limit_hi": 1.0}
    assert Requirement(**fields | ends).limit_range == (1.0, 1.0)
    wide = {"minimum": 1.0, "limit_lo": 0.9, "limit_hi": 1.2}
    assert Requirement(**fields | wide).limit_range == (0.9, 1.2)


def test_a_margin_against_another_limit_keeps_its_side():
    least = requirement(status="assumption", minimum=-0.1)
    assert least.margin([-0.1, -0.4], [-0.2, -0.2]).tolist() == [0.5, -1.0]
    most = requirement(status="assumption", absolute_maximum=0.1)
    assert most.margin([-0.3, 0.1], 0.2) == pytest.approx([-0.5, 0.5])


@pytest.mark.parametrize(
    ("column", "value", "spread", "says"),
    [
        ("remanence_T", 0.0, 0.1, "of a magnet is above 0, got 0"),
        ("remanence_T", 1.0, 1.0, "spread 1 is a standard deviation of 1"),
        ("coercivity_kA_m", -5.0, 0.1, "of a magnet is above 0, got -5"),
        ("remanence_coefficient_pct_K", -0.1, 0.2, ""),
        ("remanence_T", 1.0, 0.99, ""),
    ],
)
def test_an_anchor_is_above_its_deviation(column, value, spread, says):
    fields = {
        "column": column,
        "value": value,
        "spread": spread,
        "temperature_K": 293.15,
        "source": "x",
        "status": "cited",
    }
    if says:
        with pytest.raises(ValidationError, match=says):
            Anchor(**fields)
    else:
        assert Anchor(**fields).value == value


def test_texts_with_units_become_numbers():
    info = SimpleNamespace(context=None)
    from_file = SimpleNamespace(context=FROM_FILE)

    def read(given, info=info):
        return with_units_read(given, info, ("temperature",), ("magnet_mass",))

    given = {"temperature": "150C", "magnet_mass": "1.5 t", "name": "x"}
    record = read(given)
    assert record == {
        "name": "x",
        "temperature_K": pytest.approx(423.15),
        "magnet_mass_kg": 1500.0,
    }
    assert "temperature" in given
    assert read("no record") == "no record"
    # A number is doubted in a file alone.
    assert read({"temperature_K": 120.0}) == {"temperature_K": 120.0}
    with pytest.raises(ValueError, match='temperature = "120K"'):
        read({"temperature_K": 120.0}, from_file)
    with pytest.raises(ValueError, match='magnet_mass = "1200kg"'):
        read({"magnet_mass_kg": 1200.0}, from_file)
    # What is no number above 0 is left to the record's own check.
    for odd in (True, -5.0, 0.0, None):
        plain = {"temperature_K": odd}
        assert read(plain, from_file) == plain
    assert read({}, from_file) == {}
    with pytest.raises(ValueError, match=r'such as "1\.5 kg", got 3'):
        read({"magnet_mass": 3})
    with pytest.raises(ValueError, match='such as "150C", got 3'):
        read({"temperature": 3})
    with pytest.raises(ValueError, match="not both"):
        read({"magnet_mass": "1 kg", "magnet_mass_kg": 1.0})


@pytest.mark.parametrize(
    ("text", "column", "sign", "weight"),
    [
        ("cost:min", "cost_per_flux_USD_m3_T", 1, 1.0),
        (" risk : max = 0.5 ", "supply_risk", -1, 0.5),
        ("margin:max", "performance_margin", -1, 1.0),
        ("rank:min=2e3", "rank", 1, 2000.0),
    ],
)
def test_an_objective_is_a_column_a_side_and_a_weight(
    text, column, sign, weight
):
    assert Objective.parse(text) == Objective(column, sign, weight)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cost", "must end in :min or :max"),
        ("cost:min=1=2", "must end in :min or :max"),
        ("cost:min=0", "a weight is a number above 0, got '0'"),
        ("cost:min=inf", "a weight is a number above 0"),
        ("cost:min=x", "a weight is a number above 0, got 'x'"),
        ("margin:min", "write margin:max"),
        ("host:min", "'host' is no numeric result column$"),
        ("marginn:max", "did you mean 'margin'"),
    ],
)
def test_names_a_bad_objective(text, says):
    with pytest.raises(InputError, match=says):
        Objective.parse(text)
