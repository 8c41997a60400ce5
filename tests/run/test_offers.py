"""Offers beside a magnet in use: verdicts, questions, and what is refused as no offer."""

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
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


def test_questions_a_sheet_without_dysprosium(n42sh):
    offer = judge_offer(n42sh, {"B_r": 1.12, "H_cJ": 520, "T": "150C"})
    assert offer.verdict == "ask"
    assert "content of Dy and Tb is not said" in offer.reasons[-1]


def test_refuses_a_low_sheet_and_questions_one_percent_of_remanence(n42sh):
    assert (
        judge_offer(n42sh, "B_r=1.12,H_cJ=300,T=150C,Dy=1").verdict == "refuse"
    )
    limit = n42sh.limits["remanence_T"].limit
    offer = judge_offer(n42sh, f"B_r={0.99 * limit:.4f},H_cJ=520,T=150C,Dy=1")
    assert offer.verdict == "ask"
    assert "only B_r falls short" in offer.reasons[-1]


def test_cold_values_follow_the_chords_of_the_sheet(n42sh):
    offer = judge_offer(
        n42sh, "B_r=1.30,H_cJ=1700,alpha=-0.12,beta=-0.55,T=20C,Dy=1"
    )
    # 130 K: B_r 1.30 (1 - 0.156), H_cJ 1700 (1 - 0.715).
    assert offer.remanence_guaranteed_T == pytest.approx(1.0972, abs=1e-4)
    assert offer.coercivity_guaranteed_kA_m == pytest.approx(484.5, abs=0.1)
    assert any("150 °C" in question for question in offer.questions)


def test_refuses_more_heavy_rare_earth_than_today(n42sh):
    maximum = n42sh.reference["heavy_rare_earth_wt_pct_hi"]
    offer = judge_offer(n42sh, f"B_r=1.12,H_cJ=520,T=150C,Dy={maximum + 1:.1f}")
    assert offer.verdict == "refuse"
    assert "more heavy rare earth" in offer.reasons[-1]


def test_refuses_a_rating_under_the_use_temperature(n42sh):
    offer = judge_offer(n42sh, "N48H")
    assert offer.verdict == "refuse"
    assert offer.reasons == ("it is rated to 120 °C, used at 150 °C",)


def test_accepts_the_incumbent_recipe_without_saving(n42sh):
    recipe = n42sh.reference["made_of"][0]
    text = recipe["composition"] + (
        f" + {recipe['shell']}" if recipe["shell"] else ""
    )
    offer = judge_offer(n42sh, text)
    assert offer.kind == "recipe"
    assert offer.probability_meets_requirements == pytest.approx(1.0, abs=0.02)
    assert "amounts read as wt.%" in offer.reasons


def test_another_family_is_asked_its_price(n42sh):
    offer = judge_offer(n42sh, "Recoma 35E")
    assert offer.verdict == "ask"
    assert any(
        "price of finished magnets, density" in question
        for question in offer.questions
    )


def test_replace_takes_the_offer():
    answer = mk.replace("N42SH", "150C", offer="N48H")
    assert answer.offer.verdict == "refuse"
    assert answer.offer.lines()[0].startswith("Refuse the offer N48H")


@pytest.mark.parametrize(
    ("offer", "says"),
    [
        ("", "the offer is empty"),
        ("B_r=1.3", "needs B_r .T. and H_cJ"),
        ("B_r=13.1,H_cJ=1600", "write T and kA/m"),
        ({"Br": 1.3}, "an offer's values are B_r"),
        ("Xx30Fe70", "no chemical element"),
    ],
)
def test_other_texts_name_the_form_of_an_offer(n42sh, offer, says):
    with pytest.raises(InputError, match=says):
        judge_offer(n42sh, offer)


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
        ("B_r=1.31,B_r=1.2,H_cJ=1600", "B_r is given twice"),
        ("B_r=1,31,H_cJ=1600", "decimal point"),
        ("br=1.31,hcj=1600", "an offer's values are B_r"),
        ("=1+1", "NAME=NUMBER"),
        ("B_r=1.31,H_cJ=1600,T=20", "20C or 20K"),
        ("B_r=1.31,H_cJ=1600,Dy=150", "outside 0 to 20"),
        ("B_r=1.31,H_cJ=1600,Dy=-1", "outside 0 to 20"),
        ("B_r=1.31,H_cJ=1600,alpha=0.11", "-0.11?"),
        ("B_r=1.31,H_cJ=1600,alpha=12", "outside -0.6 to 0.05"),
        ("B_r=1.31,H_cJ=1600,beta=-5", "outside -1.5 to 0.6"),
        ("B_r=1.31,H_cJ=1600,H_k=2000", "outside 1 to H_cJ"),
        ({"B_r": True, "H_cJ": 1600}, "are numbers"),
        (["N45SH"], "a text or a mapping"),
        (b"N45SH", "a text or a mapping"),
        (3.5, "a text or a mapping"),
    ],
)
def test_refuses_values_of_no_sheet(n42sh, offer, says):
    with pytest.raises(InputError, match=says.replace("?", r"\?")):
        judge_offer(n42sh, offer)


def test_shortens_a_long_offer_on_display(n42sh):
    lines = judge_offer(n42sh, "N52" * 200).lines()
    assert lines[0].startswith("Refuse the offer N52N52")
    assert len(lines[0]) < 200


def test_names_the_source_of_the_coefficients(n42sh):
    offer = judge_offer(
        n42sh, "B_r=1.30,H_cJ=1700,alpha=-0.12,beta=-0.55,T=20C,Dy=1"
    )
    assert "by its own alpha and beta" in " ".join(offer.reasons)
    todays = judge_offer(n42sh, "B_r=1.30,H_cJ=1700,alpha=-0.12,T=20C,Dy=1")
    assert "by today's alpha and beta" in " ".join(todays.reasons)
