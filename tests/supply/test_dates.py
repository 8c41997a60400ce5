"""Facts past their day are said; those before it are not."""

from datetime import date

from magnetkit import supply
from magnetkit.supply import overdue


def test_ended_controls_are_never_due():
    text = " ".join(overdue(date(2030, 1, 1)))
    assert "2015" not in text
    assert "known as of 2025-10" not in text


def test_prices_are_due_with_a_new_summary():
    # USGS prints the prices of 2025 early in 2026, and those of 2026 early in 2027.
    assert not any(
        "Nd" in t for t in overdue(date(2027, 1, 31)) if t.startswith("prices")
    )
    assert any(
        "Nd" in t for t in overdue(date(2027, 2, 1)) if t.startswith("prices")
    )


def test_both_outcomes_of_the_suspended_controls_are_scenarios():
    before = supply.element_table("controls-2025").set_index("element")[
        "supply_risk"
    ]
    after = supply.element_table("controls-2026-all").set_index("element")[
        "supply_risk"
    ]
    for element in ("Ho", "Er", "Ga"):
        assert after[element] > before[element], element
    assert after["Sm"] == before["Sm"]


def test_facts_name_elements_of_the_alloy_alone():
    day = date(2026, 11, 27)
    assert not any(
        "Ga" in late.split(":")[0].split()
        for late in overdue(day, ["Sm", "Co"])
    )
    assert any("Ho Er Tm Yb" in late for late in overdue(day, ["Er"]))
    of_gallium = overdue(day, ["Ga"])
    assert of_gallium
    assert all(" Ga" in late for late in of_gallium)
    assert overdue(day, ["Fe", "B"]) == []


def test_the_ledger_says_what_is_past_its_day(monkeypatch):
    class Later(date):
        @classmethod
        def today(cls):
            return cls(2026, 11, 27)

    monkeypatch.setattr("magnetkit.supply.tables.date", Later)
    facts = supply.ledger(["Sm0.8Er0.2Co5"]).attrs["overdue"]
    assert any("Ho Er Tm Yb" in late for late in facts)
    assert supply.ledger(["Fe3B"]).attrs["overdue"] == []


def test_reviews_are_late_on_their_day_in_order():
    # MOFCOM: the suspension of holmium's control ends on 10 November 2026, gallium's on the 27th.
    before, after = (
        [
            late.split(":")[0]
            for late in overdue(date(2026, 11, day), ["Ga", "Ho"])
        ]
        for day in (9, 27)
    )
    assert "China, Ho Er Tm Yb" not in before
    assert "China, Ho Er Tm Yb" in [
        late.split(":")[0] for late in overdue(date(2026, 11, 10))
    ]
    assert after.index("China, Ga") < after.index("China, Ho Er Tm Yb")


def test_old_prices_stand_last_in_one_sentence():
    *reviews, prices = overdue(date(2027, 2, 1), ["Nd", "Dy", "Ga"])
    # In the order of the table of elements.
    assert prices == (
        "prices of Nd, Dy, Ga: older than the last yearly summary"
    )
    assert all("review due since" in text for text in reviews)
    assert overdue(date(2030, 1, 1), []) == []
    assert overdue(date(2030, 1, 1), ["Xx"]) == []


def test_tables_of_controls_and_claims_have_their_columns():
    controls = supply.controls()
    assert (
        list(controls)
        == (
            "country elements measure announced effective until status_2026_11 known_as_of look_again "
            "verification source"
        ).split()
    )
    # Those that have ended are there too; what is not known is an empty text.
    assert (controls["announced"] == "2010-09").any()
    assert controls["look_again"].iloc[0] == ""
    assert (
        list(supply.claims())
        == (
            "topic claimed claimed_unit claimed_as_of claimed_source today today_unit today_as_of "
            "today_source verification"
        ).split()
    )
