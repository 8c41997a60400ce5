"""Which screenings are judged beside the grade that they rest on."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from magnetkit._core._columnar import Coded, Columns
from magnetkit.choose import _beside
from magnetkit.choose._beside import (
    _failed_texts,
    _find_request,
    _recipe_in_use,
    is_beside_grade,
    judge_beside_grade,
    weight_text,
)
from magnetkit.choose._profile_parts import Requirement
from magnetkit.magnetism import Conditions
from tests.recipes import make_table


def requirement(column="remanence_T", minimum=1.0, **more):
    return Requirement(
        column=column,
        minimum=minimum,
        source="by hand",
        status="assumption",
        **more,
    )


@pytest.mark.parametrize(
    ("calibration", "more", "is_beside"),
    [
        ("N42SH", {}, True),
        # Half a kelvin beside the temperature is the same one.
        ("N42SH", {"temperature_K": 423.65}, True),
        ("N42SH", {"temperature_K": 422.65}, True),
        ("N42SH", {"temperature_K": 423.69}, False),
        ("N42SH", {"share_of_reference": 0.9}, False),
        ("N42SH", {"column": "irreversible_loss_pct"}, False),
        ("my-mill", {}, False),
        (None, {}, False),
    ],
)
def test_a_grade_and_what_replacements_are_asked_for(
    calibration, more, is_beside
):
    # One that is supported does not make up for another.
    job = SimpleNamespace(
        temperature=423.15,
        conditions=SimpleNamespace(calibration=calibration),
        profile=SimpleNamespace(
            requirements=(requirement(), requirement(**more))
        ),
    )
    assert is_beside_grade(job) is is_beside


def test_a_recipe_is_written_in_weight_percent():
    table = make_table("Sm34Co66", "Nd30Fe68.99997B1Cu0.00003", basis="weight")
    assert weight_text(table, 1) == "B1Fe69Nd30"


def test_recipe_in_use_is_that_of_the_reference():
    table = make_table("Nd30Fe69B1", basis="weight")

    def recipe(grade, shell):
        reference = SimpleNamespace(
            grade=grade, shell=shell, table=lambda: table
        )
        job = SimpleNamespace(profile=SimpleNamespace(reference=reference))
        makeup = SimpleNamespace(best="the likeliest")
        return _recipe_in_use(
            SimpleNamespace(name="N42SH", makeup=makeup), job
        )

    one = recipe("N42SH", "Tb 0.5 wt%")
    assert (one.text, one.shell) == ("B1Fe69Nd30", "Tb 0.5 wt%")
    assert (one.heavy_wt_pct, one.weight) == (0.0, 1.0)
    assert recipe("N42SH", None).shell == ""
    assert recipe("N40UH", None) == "the likeliest"


@pytest.mark.parametrize("hours", [0.0, 100.0])
def test_a_screening_asks_as_a_replacement_does(hours):
    conditions = Conditions.of(
        hours=hours, calibration="N42SH", process={"route": "hot-deformed"}
    )
    asked = requirement(), requirement("demagnetization_safety", 1.1)
    job = SimpleNamespace(
        temperature=423.15,
        conditions=conditions,
        profile=SimpleNamespace(requirements=asked),
    )
    request, limits = _find_request(job)
    assert request.temperature == 423.15
    assert request.conditions.calibration is None
    assert request.conditions.process is None
    assert request.on_duty is True
    assert request.lasting is bool(hours)
    assert list(limits) == ["remanence_T", "demagnetization_safety"]
    job.profile.requirements = (requirement(), requirement(minimum=1.1))
    request, limits = _find_request(job)
    assert request.on_duty is False
    assert limits["remanence_T"].minimum == 1.1


def columns_of(*hosts, status="ok"):
    here = Columns(
        {"probability_meets_requirements": np.full(len(hosts), 0.5)}
    )
    here["remanence_T"] = np.ones(len(hosts))
    here["host"] = Coded.of(list(hosts))
    here["status"] = Coded.of([status] * len(hosts))
    here["failed_requirements"] = Coded.of(["before"] * len(hosts))
    return here


def judge(monkeypatch, here, kind="sintered", host="2:14:1"):
    """Judge candidates beside a magnet; those that are judged have 0.9 T and P of 0.25."""
    conditions = SimpleNamespace(calibration="N42SH")
    job = SimpleNamespace(conditions=conditions)
    incumbent = SimpleNamespace(kind=kind, host=host)
    judged = []

    def judge_rows(table, shells, rows, *others):
        judged.extend(rows.tolist())
        columns = {"probability_meets_requirements": 0.25, "remanence_T": 0.9}
        columns["remanence_guaranteed_T"] = 0.9
        return pd.DataFrame(columns, index=range(len(rows)))

    limits = {"remanence_T": requirement()}
    monkeypatch.setattr(_beside, "_find_request", lambda job: (None, limits))
    monkeypatch.setattr(_beside, "incumbent_of_grade", lambda *given: None)
    monkeypatch.setattr(_beside, "with_makeup", lambda *given: incumbent)
    monkeypatch.setattr(_beside, "_judge_rows", judge_rows)
    return judge_beside_grade(None, None, here, job), judged


def test_only_magnets_of_the_grades_family_are_judged(monkeypatch):
    here = columns_of("2:14:1", "1:5", "unknown", "2:14:1")
    after, judged = judge(monkeypatch, here)
    assert judged == [0, 3]
    chance = after["probability_meets_requirements"].tolist()
    assert chance == [0.25, 0.5, 0.5, 0.25]
    assert after["remanence_T"].tolist() == [0.9, 1.0, 1.0, 0.9]
    assert "remanence_guaranteed_T" not in after
    miss = "remanence_T >= 1"
    failed = after["failed_requirements"].texts()
    assert failed == [miss, "before", "before", miss]
    assert here["remanence_T"].tolist() == [1.0] * 4


@pytest.mark.parametrize(
    "more", [{"kind": "bonded"}, {"host": "ferrite"}, {"host": "2:17"}]
)
def test_without_a_melt_of_the_family_nothing_changes(monkeypatch, more):
    here = columns_of("2:14:1")
    after, judged = judge(monkeypatch, here, **more)
    assert after is here
    assert judged == []


def test_no_magnet_is_judged_beside_another(monkeypatch):
    here = columns_of("2:14:1", status="no hardening known")
    assert judge(monkeypatch, here)[0] is here


def test_a_value_at_its_limit_is_not_missed():
    limits = {
        "remanence_T": requirement(),
        "cost_USD_kg": requirement("cost_USD_kg", None, maximum=60.0),
    }
    judged = pd.DataFrame(
        {
            "remanence_T": 2.0,
            "remanence_guaranteed_T": [1.0, 0.99, float("nan"), 1.0],
            "cost_USD_kg": [60.0, 61.0, 1.0, float("nan")],
        }
    )
    least, most = "remanence_T >= 1", "cost_USD_kg <= 60"
    expected = ["", f"{least}; {most}", least, most]
    assert _failed_texts(judged, limits) == expected
