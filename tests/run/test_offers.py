"""Offers beside a magnet in use: verdicts, questions, and what is refused as no offer."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.choose._profile_parts import CHANCE, Requirement
from magnetkit.magnetism.sintered import Duty
from magnetkit.run import offers
from magnetkit.run.offers import judge_offer


@pytest.fixture(scope="module")
def n42sh():
    return mk.replace("N42SH", "150C")


def test_takes_a_hot_sheet_that_meets_the_drawing(n42sh):
    offer = judge_offer(n42sh, "B_r=1.12,H_cJ=520,T=150C,Tb=0.4")
    assert offer.verdict == "take"
    assert offer.probability_meets_requirements > 0.95
    assert offer.heavy_rare_earth_wt_pct == pytest.approx(0.4)
    assert any(
        "analysis of Dy and Tb" in question for question in offer.questions
    )


def test_the_magnet_in_use_does_what_it_does(n42sh):
    offer = judge_offer(n42sh, "N42SH")
    assert offer.probability_meets_requirements == n42sh.own_probability == 1.0
    assert (offer.verdict, offer.reasons) == (
        "take",
        ("it does what is asked and saves nothing to speak of",),
    )


def test_a_duty_alone_has_no_magnet_to_compare_with():
    duty = mk.replace(
        None, "150C", load_line=1.0, require=["remanence_T>=1.1"]
    )
    lines = judge_offer(duty, "N42SH").lines()
    assert [line.split(" ")[0] for line in lines] == ["Ask", "Why:", "Ask"]
    with pytest.raises(InputError, match="there is none: offer a grade"):
        judge_offer(duty, "B_r=1.3,H_cJ=1600")


def test_a_sheet_of_the_limits_themselves_falls_short_of_none(n42sh):
    least = {name: limit.limit for name, limit in n42sh.limits.items()}
    offer = judge_offer(
        n42sh,
        {
            "B_r": least["remanence_T"],
            "H_cJ": least["coercivity_kA_m"],
            "T": "150C",
            "Dy": 1.0,
        },
    )
    # Each value falls as likely below its limit as not.
    assert offer.probability_meets_requirements == pytest.approx(
        0.25, abs=1e-5
    )
    assert (offer.verdict, offer.reasons) == (
        "ask",
        ("it may do what is asked: values at temperature decide",),
    )


def test_cold_values_follow_the_chords_of_the_sheet(n42sh):
    offer = judge_offer(
        n42sh, "B_r=1.30,H_cJ=1700,alpha=-0.12,beta=-0.55,T=20C,Dy=1"
    )
    # 130 K: B_r 1.30 (1 - 0.156), H_cJ 1700 (1 - 0.715).
    assert offer.remanence_guaranteed_T == pytest.approx(1.0972, abs=1e-4)
    assert offer.coercivity_guaranteed_kA_m == pytest.approx(484.5, abs=0.1)
    assert any("150 °C" in question for question in offer.questions)


def test_accepts_the_incumbent_recipe_without_saving(n42sh):
    recipe = n42sh.reference["made_of"][0]
    text = recipe["composition"] + (
        f" + {recipe['shell']}" if recipe["shell"] else ""
    )
    offer = judge_offer(n42sh, text)
    assert offer.kind == "recipe"
    assert offer.probability_meets_requirements == pytest.approx(1.0, abs=0.02)
    assert "amounts read as wt.%" in offer.reasons


def test_a_recipe_of_another_family_is_asked_about(n42sh):
    for recipe in ("Sm(Co0.69Fe0.20Cu0.08Zr0.03)7.6", "SmCo5"):
        offer = judge_offer(n42sh, recipe)
        assert (offer.verdict, offer.way.kind) == ("ask", "other-family")
        assert offer.probability_meets_requirements != (
            offer.probability_meets_requirements
        )
        assert "is not compared: offer its grade" in offer.reasons[0]
        assert "density and machining" in offer.questions[-1]
        assert "amounts read as wt.%" not in offer.reasons


def test_what_is_no_magnet_is_refused_whatever_is_asked(n42sh):
    # Its B_r is NaN, and so is its margin to a largest value.
    least = n42sh.limits["remanence_T"]
    most = least.model_copy(update={"minimum": None, "maximum": 1.3})
    asked = replace(n42sh, limits=n42sh.limits | {"remanence_T": most})
    offer = judge_offer(asked, "Fe65Co35")
    assert offer.verdict == "refuse"
    assert offer.probability_meets_requirements == 0.0


def test_nobody_can_tell_what_an_unknown_price_costs(n42sh):
    price = n42sh.limits["remanence_T"].model_copy(
        update={"column": "cost_USD_kg", "minimum": None, "maximum": 60.0}
    )
    asked = replace(n42sh, limits=n42sh.limits | {"cost_USD_kg": price})
    # Nobody has a price of germanium here.
    way = n42sh.ways[0]
    recipe = way.candidate.replace("Fe bal.", "Ge0.01Fe bal.")
    offer = judge_offer(asked, f"{recipe} + {way.shell}")
    assert offer.verdict == "ask"
    assert "nobody can tell: Cost (not known)" in offer.reasons
    assert offer.way.probability_meets_requirements == 0.0
    assert offer.reasons[-1] == "what is not known decides"


def test_a_sold_grade_is_asked_for_every_limit(n42sh):
    # N46SH is likely enough by the drawing, and takes 1.5 wt.%.
    for column, one, reason in (
        ("heavy_rare_earth_wt_pct", {"maximum": 0.5}, "misses HRE by"),
        ("remanence_coefficient_pct_K", {"absolute_maximum": 0.1}, "misses α"),
    ):
        limits = n42sh.limits | {column: limit(column, **one)}
        offer = judge_offer(replace(n42sh, limits=limits), "N46SH")
        assert offer.verdict == "refuse"
        assert offer.reasons[0].startswith(reason)
    assert judge_offer(n42sh, "N46SH").verdict == "take"


def test_dysprosium_diffusion_is_the_incumbent():
    with pytest.warns(UserWarning, match="the amounts are an estimate"):
        answer = mk.replace("N42SH", "150C", diffused="Dy")
    (recipe,) = answer.reference["made_of"]
    assert recipe["shell"].startswith("Dy ")
    with pytest.raises(InputError, match="diffused must be Tb or Dy"):
        mk.replace("N42SH", "150C", diffused="Ho")


@pytest.mark.parametrize(
    ("offer", "says"),
    [
        ("Xx30Fe70", "no chemical element"),
        ("B_r=1.31,B_r=1.2,H_cJ=1600", "B_r is given twice"),
        ("B_r=1,31,H_cJ=1600", "decimal point"),
        ("=1+1", "NAME=NUMBER"),
        ("B_r=1.31,H_cJ=1600,Dy=150", "outside 0 to 20"),
        ("B_r=1.31,H_cJ=1600,Dy=-1", "outside 0 to 20"),
        ("B_r=1.31,H_cJ=1600,alpha=0.11", "-0.11?"),
        ("B_r=1.31,H_cJ=1600,alpha=12", "outside -0.6 to 0.05"),
        ("B_r=1.31,H_cJ=1600,beta=-5", "outside -1.5 to 0.6"),
        ("B_r=1.31,H_cJ=1600,H_k=2000", "outside 1 to H_cJ"),
        ("B_r=1.31,H_cJ=1600,H_k=0.99", "outside 1 to H_cJ"),
        ("B_r=2.0,H_cJ=1600", "are no magnet's"),
        ("B_r=0.02,H_cJ=1600", "are no magnet's"),
        ("B_r=1.31,H_cJ=6000", "are no magnet's"),
        ("B_r=1.31,H_cJ=1", "are no magnet's"),
        ({"B_r": True, "H_cJ": 1600}, "are numbers"),
        (["N45SH"], "a text or a mapping"),
        (b"N45SH", "a text or a mapping"),
        (3.5, "a text or a mapping"),
    ],
)
def test_refuses_values_of_no_sheet(n42sh, offer, says):
    with pytest.raises(InputError, match=says.replace("?", r"\?")):
        judge_offer(n42sh, offer)


def limit(column, **limit):
    return Requirement(
        column=column, source="by hand", status="assumption", **limit
    )


def judge_values(asked, b_r, h_cj, h_k, *, carried=False, **others):
    values = {
        "remanence_T": b_r,
        "coercivity_kA_m": h_cj,
        "knee_field_kA_m": h_k,
    }
    return offers._judge_values(asked, values | others, carried=carried)


@pytest.fixture
def asked():
    """Return a question at 150 °C of plain limits, and of the magnet in use."""
    reference = {
        "temperature_K": 423.15,
        "remanence_T": 1.1,
        "coercivity_kA_m": 500.0,
        "knee_field_kA_m": 400.0,
        "remanence_coefficient_pct_K": -0.1,
        "coercivity_coefficient_pct_K": -0.5,
        "heavy_rare_earth_wt_pct": 3.0,
        "heavy_rare_earth_wt_pct_hi": 4.0,
    }
    return SimpleNamespace(
        reference=reference,
        limits={
            "remanence_T": limit("remanence_T", minimum=1.0),
            "coercivity_kA_m": limit("coercivity_kA_m", minimum=400.0),
        },
        request=SimpleNamespace(
            on_duty=False,
            basis="auto",
            conditions=SimpleNamespace(duty=Duty(2.0)),
        ),
    )


def judged(**changes):
    values = {
        "probability_meets_requirements": 0.95,
        "remanence_guaranteed_T": 1.05,
        "coercivity_guaranteed_kA_m": 450.0,
        "heavy_rare_earth_wt_pct": 1.0,
        "heavy_rare_earth_today_wt_pct": 3.0,
    }
    return offers.Offer(text="x", kind="sheet", **values | changes)


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({}, "take", "it does what is asked and saves 2.0 wt.%"),
        (
            {"heavy_rare_earth_wt_pct": 2.9},
            "take",
            "it does what is asked and saves nothing to speak of",
        ),
        (
            {"heavy_rare_earth_wt_pct": 3.5},
            "ask",
            "it does what is asked, with no less heavy rare earth than "
            "today's is likely to hold",
        ),
        (
            {"heavy_rare_earth_wt_pct": 4.5},
            "refuse",
            "it holds more heavy rare earth than today's magnet",
        ),
        (
            {"heavy_rare_earth_wt_pct": float("nan")},
            "ask",
            "it does what is asked; its content of Dy and Tb is not said",
        ),
        (
            {"probability_meets_requirements": 0.79},
            "ask",
            "it may do what is asked: values at temperature decide",
        ),
        (
            {"way": SimpleNamespace(kind="other-family")},
            "ask",
            "it is of another family: price, mass and brittleness decide",
        ),
        (
            {"probability_meets_requirements": 0.8},
            "take",
            "it does what is asked and saves 2.0 wt.%",
        ),
        (
            {
                "probability_meets_requirements": 0.3,
                "coercivity_guaranteed_kA_m": 399.0,
            },
            "ask",
            "it may do what is asked: values at temperature decide",
        ),
        (
            {"probability_meets_requirements": float("nan")},
            "ask",
            "what is not known decides",
        ),
        (
            {"heavy_rare_earth_wt_pct": 3.3},
            "take",
            "it does what is asked and saves nothing to speak of",
        ),
        (
            {"heavy_rare_earth_wt_pct": 4.3},
            "ask",
            "it does what is asked, with no less heavy rare earth than "
            "today's is likely to hold",
        ),
        (
            {
                "probability_meets_requirements": 0.29,
                "coercivity_guaranteed_kA_m": 399.0,
            },
            "refuse",
            "it is unlikely to do what is asked",
        ),
        (
            {"probability_meets_requirements": 0.29},
            "ask",
            "it may do what is asked: values at temperature decide",
        ),
        (
            {
                "probability_meets_requirements": 0.29,
                "remanence_guaranteed_T": 0.995,
            },
            "ask",
            "only B_r falls short, by little: ask whether the drawing or a "
            "sorted lot takes it",
        ),
    ],
)
def test_each_verdict_has_its_reason(asked, changes, verdict, reason):
    assert offers._find_verdict(asked, judged(**changes)) == (verdict, reason)


def test_a_near_miss_is_of_remanence_alone(asked):
    assert offers._is_near_miss(asked, judged())
    # By 2 % at most.
    assert offers._is_near_miss(asked, judged(remanence_guaranteed_T=0.98))
    lower = judged(remanence_guaranteed_T=0.9799)
    assert not offers._is_near_miss(asked, lower)
    low = judged(remanence_guaranteed_T=0.9)
    assert not offers._is_near_miss(asked, low)
    soft = judged(coercivity_guaranteed_kA_m=399.9)
    assert not offers._is_near_miss(asked, soft)
    asked.limits["cost_USD_kg"] = limit("cost_USD_kg", maximum=5.0)
    assert not offers._is_near_miss(asked, judged())


def test_a_largest_value_is_missed_from_above(asked):
    asked.limits["remanence_T"] = limit("remanence_T", maximum=1.2)
    assert offers._is_near_miss(asked, judged(remanence_guaranteed_T=1.1))
    assert not offers._is_near_miss(asked, judged(remanence_guaranteed_T=1.3))
    row = judge_values(asked, 1.1, 500.0, 400.0)
    assert row[CHANCE] > 0.9
    assert row["failed_requirements"] == ""
    row = judge_values(asked, 1.3, 500.0, 400.0)
    assert row[CHANCE] < 0.1
    assert row["failed_requirements"] == "Br by 8 %"


def test_what_is_asked_of_the_supplier(asked):
    def ask(kind, way=None, carried=False, heavy=1.0):
        return offers._questions(
            asked, kind, way=way, carried=carried, heavy=heavy
        )

    lots = "least B_r, H_cJ and H_k at 150 °C, with J(H) curve of three lots"
    analysis = "analysis of Dy and Tb (ICP) of every lot"
    price = "price of finished magnets"
    whole = (
        "that the recipe is of the whole magnet, analysed (ICP) in every lot"
    )
    inside = "whether anything is diffused in"
    depth = "thickness up to which diffusion holds, and H_cJ at mid-thickness"
    assert ask("sheet") == (analysis, price)
    assert ask("sheet", carried=True) == (lots, analysis, price)
    assert ask("recipe") == (lots, whole, inside, price)
    nothing = float("nan")
    assert ask("recipe", heavy=nothing) == (lots, analysis, inside, price)
    way = SimpleNamespace(shell="Tb 1 wt%", kind="bulk")
    assert ask("recipe", way) == (lots, whole, depth, price)
    way = SimpleNamespace(shell="", kind="other-family")
    machining = "price of finished magnets, density and machining"
    assert ask("grade", way) == (lots, analysis, machining)


def test_values_of_a_sheet_are_carried_by_chords(asked):
    cold = {"remanence_T": 1.3, "coercivity_kA_m": 1600.0}
    b_r, h_cj = offers._carry(asked, cold, 293.15)
    # 130 K at -0.1 and at -0.5 %/K.
    assert b_r == pytest.approx(1.3 * 0.87)
    assert h_cj == pytest.approx(1600.0 * 0.35)
    own = cold | {"alpha": -0.05, "beta": -1.0}
    b_r, h_cj = offers._carry(asked, own, 293.15)
    assert b_r == pytest.approx(1.3 * 0.935)
    assert h_cj == 0.0
    warm = offers._carry(asked, cold, 393.15)
    assert warm[0] == pytest.approx(1.3 / 0.9 * 0.87)


def test_the_chance_falls_with_what_is_not_known(asked):
    row = judge_values(asked, 1.1, 500.0, 400.0)
    assert row[CHANCE] > 0.99
    assert row["failed_requirements"] == ""
    carried = judge_values(asked, 1.01, 410.0, 300.0, carried=True)
    plain = judge_values(asked, 1.01, 410.0, 300.0)
    assert 0.3 < carried[CHANCE] < plain[CHANCE] < row[CHANCE]
    even = judge_values(asked, 1.0, 5000.0, 1.0)
    assert even[CHANCE] == pytest.approx(0.5, abs=0.01)
    assert even["failed_requirements"] == ""
    low = judge_values(asked, 0.9, 300.0, 1.0)
    assert low[CHANCE] < 0.01
    assert low["failed_requirements"] == "HcJ by 25 %, Br by 10 %"
    margin = limit("demagnetization_safety", minimum=1.1)
    asked.limits["demagnetization_safety"] = margin
    row = judge_values(asked, 1.1, 500.0, 400.0)
    # The field is B_r / (mu_0 (2 + 1.05)), with the usual recoil.
    field = 1.1 / (1.256637e-3 * 3.05)
    assert row["demagnetization_safety"] == pytest.approx(
        400.0 / field, rel=1e-3
    )
    assert row["failed_requirements"] == ""


def test_a_sheet_is_asked_for_every_limit(n42sh):
    sheet = "B_r=1.12,H_cJ=520,T=150C"

    def judge(column, sheet, **one):
        limits = n42sh.limits | {column: limit(column, **one)}
        return judge_offer(replace(n42sh, limits=limits), sheet)

    # What it says is judged: heavy rare earth, alpha, and (BH)max by B_r.
    most = {"maximum": 0.5}
    for text, verdict in (("Tb=0.4", "take"), ("Tb=0.4,Dy=0.3", "refuse")):
        offer = judge("heavy_rare_earth_wt_pct", f"{sheet},{text}", **most)
        assert offer.verdict == verdict
    assert "misses HRE by 40 %" in offer.reasons
    alpha = "remanence_coefficient_pct_K"
    for value, verdict in (
        (-0.11, "take"),
        (-0.12, "take"),
        (-0.13, "refuse"),
    ):
        text = f"{sheet},Tb=0.4,alpha={value}"
        assert judge(alpha, text, absolute_maximum=0.12).verdict == verdict
    # 1.12^2 / (4 mu_0 1.05) is 238 kJ/m3.
    product = "max_energy_product_kJ_m3"
    for least, verdict in ((230.0, "take"), (245.0, "refuse")):
        offer = judge(product, f"{sheet},Tb=0.4", minimum=least)
        assert offer.verdict == verdict
    # What it does not say, nobody can tell.
    for column, one, name in (
        ("density_kg_m3", {"maximum": 7600.0}, "Density"),
        (alpha, {"absolute_maximum": 0.12}, "α"),
    ):
        offer = judge(column, f"{sheet},Tb=0.4", **one)
        assert offer.verdict == "ask"
        assert offer.probability_meets_requirements != (
            offer.probability_meets_requirements
        )
        assert offer.reasons[0] == f"nobody can tell: {name} (not known)"
        assert offer.questions[0] == name
    # A miss is one, whatever else is not known.
    low = "B_r=1.12,H_cJ=300,T=150C,Tb=0.4"
    assert judge("density_kg_m3", low, maximum=7600.0).verdict == "refuse"


def test_the_judgement_in_four_lines():
    offer = judged(
        verdict="take",
        demagnetization_safety=1.234,
        reasons=("a", "b"),
        questions=("c", "d"),
    )
    assert offer.lines() == [
        "Take the offer x: P 0.95; B_r 1.050 T, H_cJ 450 kA/m, H_k / H 1.23, "
        "heavy rare earth 1.0 wt.%.",
        "Today's magnet holds 3.0 wt.%.",
        "Why: a; b.",
        "Ask for: c; d.",
    ]
    whole = offers.Offer(text="y" * 120, kind="grade", verdict="ask")
    assert f" {'y' * 120}: " in whole.lines()[0]
    unknown = offers.Offer(text="y" * 121, kind="grade", verdict="ask")
    first = unknown.lines()[0]
    short = "y" * 117
    assert first == f"Ask the offer {short}...: cannot be judged; no values."


def test_pairs_of_a_sheet():
    pairs = offers._read_pairs("B_r=1.31, H_cJ=1600,T=20C")
    assert pairs == {"B_r": "1.31", "H_cJ": "1600", "T": "20C"}
    numbers, kelvin = offers._read_sheet(
        {"B_r": "1.31", "H_cJ": 1600, "Dy": 1.2, "T": "80C"}, "x"
    )
    assert numbers["remanence_T"] == 1.31
    assert numbers["coercivity_kA_m"] == 1600.0
    assert numbers["Dy"] == 1.2
    assert kelvin == pytest.approx(353.15)
    for knee in (1.0, 1600.0):
        sheet = {"B_r": 1.31, "H_cJ": 1600, "H_k": knee}
        numbers, _ = offers._read_sheet(sheet, "x")
        assert numbers["knee_field_kA_m"] == knee
    _, room = offers._read_sheet({"B_r": 1.31, "H_cJ": 1600}, "x")
    assert room == pytest.approx(293.15)


@pytest.mark.parametrize(
    ("rating", "says"),
    [
        (423.15, ""),
        (float("nan"), ""),
        (422.15, "it is rated to 149 °C, used at 150 °C"),
    ],
)
def test_a_rating_reaches_the_temperature_of_use(
    asked, monkeypatch, rating, says
):
    rated = pd.DataFrame({"max_working_temperature_K": [rating]})
    monkeypatch.setattr(offers, "grades", lambda name: rated)
    assert offers._rated_below(asked, "N42") == says


def test_what_cannot_be_judged_is_asked_about(asked):
    def refuse(*_):
        raise InputError("the grade has no sheet at 150 °C")

    asked.judge = refuse
    offer = offers._judge_offer(asked, "N99", "grade", None, "auto")
    assert (offer.text, offer.kind, offer.verdict) == ("N99", "grade", "ask")
    assert offer.reasons == ("the grade has no sheet at 150 °C",)
    assert offer.heavy_rare_earth_today_wt_pct == 3.0
    assert offer.probability_meets_requirements != (
        offer.probability_meets_requirements
    )
    # Values at temperature, analysis and price.
    assert len(offer.questions) == 3
    assert offer.way is None


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("", "alpha and beta of today's magnet, since it names none"),
        (",alpha=-0.1", "its own alpha and the beta of today's magnet"),
        (",beta=-0.5", "its own beta and the alpha of today's magnet"),
        (",alpha=-0.1,beta=-0.5", "its own alpha and beta"),
    ],
)
def test_a_sheet_says_whose_chords_carry_it(n42sh, text, whose):
    offer = judge_offer(n42sh, f"B_r=1.31,H_cJ=1600,T=25C,Tb=0.4{text}")
    reason = f"its values at 25 °C are converted to 150 °C by {whose}"
    assert reason in offer.reasons


@pytest.mark.parametrize(("celsius", "carried"), [(145, 0), (144, 1)])
def test_values_within_five_kelvins_are_not_carried(n42sh, celsius, carried):
    sheet = f"B_r=1.12,H_cJ=520,T={celsius}C,Tb=0.4"
    reasons = judge_offer(n42sh, sheet).reasons
    assert sum("are converted to" in reason for reason in reasons) == carried
