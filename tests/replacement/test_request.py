"""Requirements in words, and those that a grade's own values make."""

import pytest
from magnetkit.errors import InputError

from magnetkit.replacement._request import requirement, requirements, working_field

REFERENCE = {
    "remanence_T": 1.1,
    "coercivity_kA_m": 450.0,
    "remanence_coefficient_pct_K": -0.12,
    "knee_field_kA_m": float("nan"),
}


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("coercivity_kA_m>=reference", 450.0),
        ("remanence_T >= 0.98*reference", 1.078),
        ("cost_USD_kg<=40", 40.0),
        ("max_working_temperature_K>=4.2e2", 420.0),
    ],
)
def test_a_requirement_is_read(text, limit):
    assert requirement(text, REFERENCE).limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("coercivity_kA_m=500", "not understood"),
        ("coercivity_kA_m>=0.9*ref", "not understood"),
        ("coercivity>=500", "coercivity"),
        ("knee_field_kA_m>=reference", "the reference has no knee_field_kA_m"),
        ("candidate>=1", "candidate"),
    ],
)
def test_a_bad_requirement_is_said(text, says):
    with pytest.raises(InputError, match=says):
        requirement(text, REFERENCE)


def test_a_grade_asks_for_its_own_flux_and_firmness():
    made = {r.column: r.limit for r in requirements(REFERENCE, None, ())}
    assert made == {"remanence_T": pytest.approx(1.078), "coercivity_kA_m": 450.0}
    made = {r.column: r.limit for r in requirements(REFERENCE, 2.0, ("remanence_T>=1.0",))}
    assert made["remanence_T"] == 1.0
    # 1.1 T / (mu0 (2 + 1.05)) is 287 kA/m.
    assert made["knee_field_kA_m"] == pytest.approx(287.0, abs=0.1)


def test_a_compensated_grade_must_stay_compensated():
    flat = {**REFERENCE, "remanence_coefficient_pct_K": -0.001}
    made = {r.column: r for r in requirements(flat, None, ())}
    assert made["remanence_coefficient_pct_K"].absolute_maximum == pytest.approx(0.011)


def test_the_working_field_is_that_of_the_straight_line():
    assert working_field(1.0, 0.0) == pytest.approx(757.9, abs=0.1)


def test_a_device_at_room_temperature_is_asked_over_a_hundred_kelvin():
    from types import SimpleNamespace

    from magnetkit.replacement._request import profile

    best = SimpleNamespace(text="Nd30.5Dy1Co1Cu0.1B1Fe bal.", shell="", weight=1.0)
    made = SimpleNamespace(best=best, sentence=lambda: "of what it is")
    for kelvin, between, ends in (
        (293.15, None, (293.15, 393.15)),
        (423.15, None, (293.15, 423.15)),
        (310.0, None, (293.15, 393.15)),
        (314.5, None, (293.15, 314.5)),
        (423.15, (250.0, 400.0), (250.0, 423.15)),
    ):
        wish = SimpleNamespace(between=between, load_line=1.0, require=(), mass_kg=1.0)
        own = {**REFERENCE, "host": "2:14:1", "temperature_K": kelvin}
        found = profile("N42SH", own, made, wish)
        assert (found.temperature_min_K, found.temperature_max_K) == pytest.approx(ends)


def test_what_the_reference_has_is_named_and_nothing_else():
    reference = {**REFERENCE, "candidate": "N42SH", "host": "2:14:1"}
    with pytest.raises(InputError) as caught:
        requirement("knee_field_kA_m>=reference", reference)
    known = str(caught.value).partition("it has ")[2].split(", ")
    assert known == ["remanence_T", "coercivity_kA_m", "remanence_coefficient_pct_K"]
