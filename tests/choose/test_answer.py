"""The ways of an answer: which are shown, how they are called, and what is said of them."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from magnetkit.choose import answer as answer_module
from magnetkit.choose._candidates import sold_figures
from magnetkit.choose._profile_parts import Requirement
from magnetkit.choose._request import incumbent_of_grade
from magnetkit.choose.answer import (
    WAYS,
    Way,
    _answer_without_recipe,
    _choose_ways,
    _find_obstacle,
    _held_text,
    _list_other_ways,
    _order_key,
    _pick_ways,
    _reaching_text,
    _shell_element,
    _write_sentence,
    answer_duty,
    duty_line,
    duty_text,
    failing_text,
    find_answers,
    make_way,
    next_melt,
    record,
    short_name,
)
from magnetkit.choose.exposure import HeavyToday
from magnetkit.magnetism._composition_estimate import Recipe
from tests.choose.test_request import wish

PLAIN = "Nd30B1Fe69"
TODAY = HeavyToday(3.0, 9.0)


def test_a_way_is_called_by_what_is_ordered():
    def name(grade="", shell=""):
        way = SimpleNamespace(grade=grade, shell=shell, candidate="Nd2Fe14B")
        return Way.name.fget(way)

    assert name() == "Nd2Fe14B"
    assert name(shell="Tb 1 wt%") == "Nd2Fe14B + Tb 1 wt%"
    assert name(grade="N42SH", shell="Tb 1 wt%") == "N42SH"


def make(kind="bulk", grade="", chance=0.9, exposure=5.0, **more):
    """Return what is read of a way in a sentence or a table."""
    row = {
        "candidate": PLAIN,
        "shell": "",
        "route": None,
        "heavy_rare_earth_saved_wt_pct": 1.5,
        "probability_meets_requirements": chance,
        "exposure_USD_kg": exposure,
        "cost_per_flux_ratio": 1.234,
        "heavy_rare_earth_wt_pct": 0.46,
        "grade": grade,
        **more,
    }
    return make_way(kind, pd.Series(row, dtype=object), TODAY)


@pytest.mark.parametrize(
    ("kind", "text", "more"),
    [
        ("bulk", "no heavy RE", {}),
        ("lower-class", "N40M", {"grade": "N40M", "shell": "Tb 1 wt%"}),
        (
            "bulk",
            "alloy Dy 1.2 Tb 0.02",
            {"candidate": "Nd29Tb0.02Dy1.2B1Fe68.78"},
        ),
        ("bulk", "no heavy RE, Ce 3", {"candidate": "Nd27Ce3B1Fe69"}),
        ("diffused", "Tb 0.5 diffused", {"shell": "Tb 0.5 wt%"}),
        (
            "fine-grained",
            "fine grains, Tb 0.5 diffused on Dy 1",
            {"candidate": "Nd29Dy1B1Fe69", "shell": "Tb 0.5 wt%"},
        ),
        ("hot-deformed", "hot deformed, no heavy RE", {}),
        ("low-boron", "no heavy RE, B 1.00", {}),
        ("other-route", "hot-pressed, no heavy RE", {"route": "hot-pressed"}),
    ],
)
def test_short_name_says_what_remains_of_heavy_rare_earth(kind, text, more):
    assert short_name(make(kind, **more)) == text


def test_element_of_a_shell_is_its_rare_earth():
    assert _shell_element("Dy 0.5 wt%") == "Dy"
    assert _shell_element("") == ""


def test_a_way_has_the_columns_of_its_row():
    way = make("diffused", route=np.nan, remanence_T=np.float64(1.25))
    assert (way.kind, way.route, way.candidate) == ("diffused", None, PLAIN)
    assert (way.makers, way.number, way.recommended) == ("", 0, False)
    # 1.5 of 3 wt.%.
    assert way.saved_share == 0.5
    assert way.unknown == WAYS["diffused"][1]
    assert type(way.remanence_T) is float
    assert make("own").unknown == ""
    assert [make(chance=p).likely for p in (0.8, 0.799)] == [True, False]


def candidates(*rows):
    columns = ["way", "chance", "exposure", "shell", "candidate"]
    frame = pd.DataFrame(rows, columns=columns).rename(
        columns={
            "chance": "probability_meets_requirements",
            "exposure": "exposure_USD_kg",
        }
    )
    return frame.assign(
        status="ok",
        cost_per_flux_ratio=1.0,
        heavy_rare_earth_wt_pct=1.0,
        remanence_T=1.2,
        grade="",
    )


def test_ways_are_possible_magnets_that_lower_the_exposure():
    frame = candidates(
        ("own", 1.0, 3.0, "", PLAIN),
        ("bulk", 0.0, 3.0, "", PLAIN),
        ("bulk", 0.9, 4.0, "", PLAIN),
        ("bulk", 0.9, 3.9, "", "Nd27Ce3B1Fe69"),
        ("bulk", 0.9, 3.8, "", "Nd27La3B1Fe69"),
        ("bulk", 0.9, 3.7, "", "Nd27Y3B1Fe69"),
        ("diffused", 0.9, 3.6, "Tb 0.5 wt%", "Nd27Yb3B1Fe69"),
        ("low-boron", 0.1, 3.0, "", PLAIN),
        ("other-family", 0.9, 3.0, "", "Sm25Co75"),
        ("bulk", 0.9, 3.0, "", PLAIN),
    )
    frame.loc[9, "status"] = "no hardening known"
    ways = _list_other_ways(frame, 4.0, wish())
    assert ways["place"].tolist() == [3, 4, 5, 6, 7, 8]
    # Ytterbium is no yttrium.
    diluted = [True, True, True, False, False, False]
    assert ways["diluted"].tolist() == diluted
    assert ways["open"].tolist() == [True] * 4 + [False, False]
    everything = _list_other_ways(frame, np.inf, wish())
    assert everything["place"].tolist() == [2, 3, 4, 5, 6, 7, 8]
    anything = SimpleNamespace(family="any")
    open_ways = _list_other_ways(frame, 4.0, anything)["open"]
    assert open_ways.tolist() == [True] * 4 + [False, True]


def test_each_likely_recipe_has_an_answer(monkeypatch):
    monkeypatch.setattr(answer_module, "heavy_today", lambda *_: TODAY)
    monkeypatch.setattr(answer_module, "judge_grades", lambda *_: None)
    monkeypatch.setattr(
        answer_module, "_find_answer", lambda incumbent, own, *_: own.weight
    )

    def answered(*weights, kinds=None):
        recipes = [Recipe(PLAIN, "", 0.0, weight) for weight in weights]
        makeup = SimpleNamespace(recipes=recipes, best=recipes[0])
        incumbent = SimpleNamespace(makeup=makeup)
        return find_answers(incumbent, SimpleNamespace(kinds=kinds), {})

    # One in five is likely; where none is, the likeliest counts.
    assert answered(0.5, 0.2, 0.19, 0.11) == (0.5, 0.2)
    assert answered(0.5, 0.2, 0.19, 0.11, kinds=1) == (0.5,)
    assert answered(0.19, 0.18) == (0.19,)


def test_ways_are_ordered_beside_todays_magnet():
    frame = candidates(
        ("own", 1.0, 9.0, "", PLAIN),
        ("bulk", 0.9, 8.9, "", PLAIN),
        ("lower-class", 0.9, 1.0, "", PLAIN),
        ("lower-class", 0.9, 1.0, "", PLAIN),
    ).assign(
        heavy_rare_earth_wt_pct=[3.0, 2.9, 0.0, 0.0],
        heavy_rare_earth_saved_wt_pct=0.1,
        remanence_T=[1.2, 1.2, 1.5, 1.25],
        cost_per_flux_ratio=[1.0, 1.0, 0.9, 1.0],
        cost_USD_kg=80.0,
        grade=["", "", "N52", "N42"],
        host="2:14:1",
        remanence_guaranteed_T=1.2,
        coercivity_guaranteed_kA_m=800.0,
        knee_guaranteed_kA_m=700.0,
    )
    incumbent = SimpleNamespace(name="N42SH", least={"remanence_T": 1.2})

    def choose(rows, reach):
        ways, _ = _choose_ways(
            frame.iloc[rows].reset_index(drop=True),
            frame.iloc[0],
            incumbent,
            wish(),
            TODAY,
            reach=reach,
        )
        return ways

    # A little less exposure is a way, if none to recommend.
    (way,) = choose([0, 1], False)
    assert not way.recommended
    assert "to the drawing of N42SH but for" in way.order_line
    assert "elements 80 USD/kg (today's 80)" in way.order_line
    # Of grades alike to reach the limits with the one that fits today's circuit.
    assert choose([0, 2, 3], True)[0].name == "N42"


def test_one_way_of_each_kind_and_element_is_shown():
    ways = candidates(
        ("bulk", 0.9, 3.0, "", PLAIN),
        ("bulk", 0.95, 2.0, "", PLAIN),
        ("diffused", 0.9, 5.0, "Tb 0.5 wt%", PLAIN),
        ("diffused", 0.9, 1.0, "Dy 0.5 wt%", PLAIN),
        # What saves most times its probability: 6 of 0.5 to 3 of 0.7.
        ("lower-class", 0.7, 6.0, "", PLAIN),
        ("lower-class", 0.5, 3.0, "", PLAIN),
        ("hot-deformed", 0.29, 0.0, "", PLAIN),
        ("fine-grained", 0.3, 0.0, "", PLAIN),
    ).assign(open=True, diluted=False)
    request = SimpleNamespace(most_cost=None)

    def pick(best, reach=False):
        return _pick_ways(ways, best, TODAY, request, reach=reach)

    # Likely ones by exposure, then others by probability, trials behind.
    assert pick(None) == [3, 1, 2, 5, 7]
    # The best stands for its kind; as likely as it may be.
    assert pick(0) == [0, 3, 2, 5, 7]
    assert pick(None, reach=True)[3:] == [4, 7]
    # What costs too much yields to a dearer exposure of its kind.
    ways.loc[1, "cost_per_flux_ratio"] = 1.2
    assert pick(None) == [3, 0, 2, 5, 7]
    request.most_cost = 1.3
    assert pick(None) == [3, 1, 2, 5, 7]
    shells = [f"{element} 0.5 wt%" for element in ("Tb", "Dy")]
    kinds = ("bulk", "diffused", "low-boron", "other-family")
    many = [(way, 0.9, 1.0, shell, PLAIN) for way in kinds for shell in shells]
    crowd = candidates(*many).assign(open=True, diluted=False)
    for best, first in ((None, 0), (7, 7)):
        picks = _pick_ways(crowd, best, TODAY, request, reach=False)
        assert (len(picks), picks[0]) == (6, first)


def test_ways_are_sorted_by_likelihood_trial_and_exposure():
    rows = candidates(
        ("bulk", 0.8, 1.001, "", PLAIN),
        ("bulk", 0.9, 1.004, "", PLAIN),
        ("low-boron", 0.9, 0.5, "", PLAIN),
        ("bulk", 0.5, 0.1, "", PLAIN),
        ("bulk", 0.6, 2.0, "", PLAIN),
        ("other-route", 0.7, 0.0, "", PLAIN),
    )

    def order(reach):
        keys = [_order_key(row, reach=reach) for _, row in rows.iterrows()]
        return sorted(range(len(keys)), key=keys.__getitem__)

    # Equal to a cent, the likelier first; what is unlikely goes by probability.
    assert order(False) == [1, 0, 2, 4, 3, 5]
    # Where something has to be reached it goes by exposure too.
    assert order(True) == [1, 0, 2, 3, 4, 5]


def in_use(margin=1.2, squareness=0.9, **more):
    return SimpleNamespace(
        name="N42SH",
        least={"remanence_T": 1.1, "coercivity_kA_m": 500.0},
        squareness=squareness,
        knee_kA_m=squareness * 500.0,
        margin=lambda request: margin,
        field_kA_m=lambda request: 450.0 / margin,
        rating_K=423.15,
        producer=None,
        **more,
    )


def minimum(**limits):
    return {
        column: Requirement(
            column=column, minimum=limit, source="test", status="assumption"
        )
        for column, limit in limits.items()
    }


@pytest.mark.parametrize(
    ("margin", "says"),
    [
        (1.1, ""),
        (
            1.09,
            "N42SH has too little margin at 150 °C at load line 1: H_k 450 kA/m is 1.09 times "
            "the field of 413, 1.1 times is asked",
        ),
        (
            1.0,
            "N42SH has too little margin at 150 °C at load line 1: H_k 450 kA/m is 1.00 times "
            "the field of 450, 1.1 times is asked",
        ),
        (
            0.9,
            "N42SH does not stand 150 °C at load line 1: H_k 450 kA/m, field 500",
        ),
    ],
)
def test_a_duty_fails_by_its_margin(margin, says):
    limits = minimum(demagnetization_safety=1.1)
    request = wish(load_line=1.0)
    assert failing_text(in_use(margin), request, limits) == says
    unknown = in_use(margin, squareness=float("nan"))
    assert failing_text(unknown, request, limits) == ""


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"remanence_T": 1.1, "coercivity_kA_m": 500.0}, ""),
        ({"remanence_T": 1.2}, "B_r >= 1.200 T at 150 °C: 1.100 guaranteed"),
        (
            {"knee_field_kA_m": 451.0, "coercivity_kA_m": 501.0},
            "H_cJ >= 501 kA/m at 150 °C: 500 guaranteed",
        ),
        (
            {"knee_field_kA_m": 451.0},
            "H_k >= 451 kA/m at 150 °C: 450 guaranteed",
        ),
    ],
)
def test_a_drawing_fails_by_its_first_value(limits, says):
    text = failing_text(in_use(), wish(), minimum(**limits))
    assert text == (f"N42SH does not meet {says}" if says else "")


def test_a_duty_in_words_names_field_and_time():
    assert duty_text(wish(180.0, load_line=1.5)) == "180 °C at load line 1.5"
    request = SimpleNamespace(
        temperature=453.15,
        lasting=True,
        conditions=SimpleNamespace(
            load_line=1.0, outside_field_kA_m=100.0, hours=1000.0
        ),
    )
    assert duty_text(request) == (
        "180 °C at load line 1 with 100 kA/m against it for 1000 h"
    )


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("ferrite", "no rare earth; it rests on strontium or barium ferrite"),
        (
            "bonded",
            "rare earth but, as is usual of melt-spun powder, no heavy one; it rests on Nd and Pr",
        ),
        ("alnico", "no rare earth; it rests on Al, Ni, Co and Cu"),
        ("other", "what nobody printed; it rests on what its maker knows"),
    ],
)
def test_what_is_not_melted_is_kept_or_fails(kind, says):
    magnet = in_use(kind=kind)
    kept = _answer_without_recipe(magnet, wish(), {})
    assert kept.sentence == f"Keep N42SH: it is {kind} and holds {says}"
    assert (kept.verdict, kept.own_probability) == ("keep", 1.0)
    failing = _answer_without_recipe(magnet, wish(), minimum(remanence_T=1.2))
    assert (failing.verdict, failing.own_probability) == ("reach", 0.0)
    assert failing.reach is True
    assert failing.sentence.startswith("N42SH does not meet B_r >= 1.200 T")
    assert failing.sentence.endswith(
        f"; nothing is offered in place of {kind} magnets"
    )
    assert (failing.kind, failing.weight) == ("sold", 1.0)
    assert (failing.recipe, failing.ways) == (None, ())


def test_nobody_can_tell_whether_an_unknown_knee_stands_a_duty():
    # Sheets of bonded grades name no knee.
    request = wish(100.0, load_line=1.0, duty=True)
    bonded = incumbent_of_grade("BNP-8", request)
    duty = minimum(demagnetization_safety=1.1)
    untold = _answer_without_recipe(bonded, request, duty)
    assert (untold.verdict, untold.own_probability) == ("keep", 0.0)
    assert untold.sentence.endswith(
        "Nd and Pr. Nobody can tell whether it stands 100 °C at load line 1: "
        "its knee field is not known"
    )
    drawing = _answer_without_recipe(bonded, request, minimum(remanence_T=0.5))
    assert drawing.own_probability == 1.0
    assert "Nobody" not in drawing.sentence
    failing = _answer_without_recipe(
        bonded, request, {**duty, **minimum(remanence_T=0.7)}
    )
    assert failing.verdict == "reach"
    assert failing.own_probability == 0.0
    assert "Nobody" not in failing.sentence


def answer(*ways, recommended=None, **more):
    return SimpleNamespace(
        **{
            "ways": ways,
            "recommended": recommended,
            "reach": False,
            "own": None,
            "recipe": Recipe("Nd27Dy3B1Fe69", "", 3.0, 1.0),
            "today": TODAY,
            "is_level_sound": True,
            **more,
        }
    )


def test_names_what_reaches_the_limits():
    some = [make(grade="A", chance=0.4), make(grade="B", chance=0.6)]
    sure = [make(grade=name, chance=0.8) for name in "CDE"]
    best = make(grade="F", chance=0.876)
    says = _reaching_text(answer(*some, recommended=best))
    assert says == "F does (0.5 wt.% heavy rare earth, P 0.88)"
    says = _reaching_text(answer(*some, *sure))
    assert says == "of its family nothing does, of others C, D"
    says = _reaching_text(answer(*some))
    assert says == "nothing is likely to; the nearest is B, P 0.60"
    assert _reaching_text(answer()).startswith("nothing that was judged does")


def test_the_obstacle_is_cost_or_too_small_a_saving():
    dear = make(grade="A", exposure=4.5)
    weak = make(grade="B", exposure=8.9)
    trial = make("low-boron", exposure=0.0)
    other = make("other-family", grade="C", exposure=0.0)
    assert _find_obstacle([trial, weak, dear], TODAY) == (
        "A (P 0.90) would lower the exposure to heavy rare earth by 50 %, at 1.23 times the cost "
        "per flux"
    )
    says = "lowers the exposure to heavy rare earth by"
    assert (
        _find_obstacle([weak, trial], TODAY) == f"B (P 0.90) {says} 1 % only"
    )
    more = make(grade="D", exposure=9.9)
    assert _find_obstacle([more], TODAY) == f"D (P 0.90) {says} 0 % only"
    assert _find_obstacle([other, trial], TODAY) == (
        "only another family does with less (C, P 0.90; price: ask); --family any lets it stand "
        "first"
    )
    says = "no heavy RE, B 1.00 (P 0.90) is a trial"
    assert _find_obstacle([trial, other], TODAY) == says


def test_the_verdict_in_one_sentence():
    limits = minimum(remanence_T=1.2)

    def write(one, celsius=150.0, makeup=None, limits=limits):
        magnet = in_use(makeup=makeup)
        return _write_sentence(one, magnet, wish(celsius), limits)

    best = make(grade="A", exposure=4.5)
    replacing = "Replace N42SH by A: saves 1.5 wt.% heavy rare earth and 50 % of its worth, P 0.90"
    assert write(answer(best, recommended=best)) == replacing
    # Half a kelvin above the rating is at it.
    assert write(answer(best, recommended=best), 150.5) == replacing
    hot = write(answer(best, recommended=best), 151.0)
    assert hot == f"N42SH is used above its rating of 150 °C. {replacing}"
    nothing = "nothing that was judged does; ask less B_r, or a longer magnet"
    assert write(answer(reach=True)) == (
        f"N42SH does not meet B_r >= 1.200 T at 150 °C: 1.100 guaranteed; {nothing}"
    )
    missing = SimpleNamespace(failed_requirements="Cost by 3 %")
    assert write(answer(reach=True, own=missing), limits={}) == (
        f"N42SH does not meet what is asked; {nothing}"
    )
    # The sheet says what is sold; a producer whom the user names melts its recipe anew.
    own = SimpleNamespace(failed_requirements="HcJ by 8 %")
    magnet = in_use()
    magnet.producer = SimpleNamespace(name="my-mill")
    melted_anew = answer(reach=True, own=own, own_probability=0.37)
    asked = minimum(remanence_T=1.1)
    assert _write_sentence(melted_anew, magnet, wish(150.0), asked) == (
        "N42SH as sold meets what is asked, its recipe by the calibration my-mill with P 0.37; "
        f"{nothing}"
    )
    unknown = SimpleNamespace(failed_requirements="Cost (not known)")
    assert write(answer(reach=True, own=unknown), limits={}) == (
        f"nobody can tell whether N42SH meets what is asked, Cost (not known); {nothing}"
    )
    assert write(answer()) == (
        "Keep N42SH: nothing with less heavy rare earth is a magnet there or sold for it"
    )
    assert "its estimated recipe does not explain its coercivity" in write(
        answer(is_level_sound=False)
    )
    some = [make(grade="A", chance=0.4), make(grade="B", chance=0.6)]
    assert write(answer(*some)).endswith("do; the nearest is B, P 0.60")
    # Against its own recipe, of 5 USD/kg, 4.5 is no saving.
    own = SimpleNamespace(heavy_rare_earth_wt_pct=2.0, exposure_USD_kg=5.0)
    assert "by 50 %, at 1.23 times" in write(answer(best))
    assert write(answer(best, own=own)).endswith("by 10 % only")
    free = answer(best, recipe=Recipe(PLAIN, "", 0.04, 1.0))
    assert write(free) == (
        "Keep N42SH: it holds no heavy rare earth; it rests on Nd 30.0 wt.%"
    )
    little = write(answer(recipe=Recipe(PLAIN, "", 0.05, 1.0)))
    assert "nothing with less heavy rare earth" in little


def test_a_magnet_without_heavy_rare_earth_rests_on_others():
    recipe = Recipe("Nd20Pr10Co1Ga0.06Sm0.05B1Fe67.89", "", 0.0, 0.99)

    def text(weight, highest, estimate=True):
        makeup = SimpleNamespace(
            estimate=estimate, heavy_wt_pct=(0.0, 0.0, highest)
        )
        one = Recipe(recipe.text, "", 0.0, weight)
        return _held_text(one, SimpleNamespace(makeup=makeup))

    cobalt = _held_text(
        Recipe("Sm25Co75", "", 0.0, 1.0), SimpleNamespace(makeup=None)
    )
    assert cobalt.endswith("; it rests on Co 75.0 wt.%, Sm 25.0 wt.%")
    rests = "it rests on Nd 20.0 wt.%, Pr 10.0 wt.%, Co 1.0 wt.%, Ga 0.1 wt.%"
    assert text(1.0, 0.5, False) == f"it holds no heavy rare earth; {rests}"
    assert text(0.99, 0.09) == (
        f"it most likely (0.99) holds no heavy rare earth; {rests} (estimates)"
    )
    assert text(0.995, 0.1) == (
        f"it most likely holds no heavy rare earth; {rests} (estimates; up to 0.1 wt.% of heavy "
        "rare earth may be in)"
    )


@pytest.mark.parametrize(
    ("rows", "reach", "place"),
    [
        # A sure melt is no question, however much it saves: 0.25 of 1 to 0.09 of 2 wt.%.
        ([(0.5, 1.0), (0.9, 2.0)], False, 0),
        ([(0.5, 1.0), (0.9, 2.8)], False, 1),
        ([(0.5, 0.0), (0.1, -3.0), (0.1, 1.0)], False, 2),
        # Where something has to be reached a saving does not count.
        ([(0.9, 2.0), (0.6, -1.0), (0.7, 9.0)], True, 1),
        ([(0.5, 0.0), (0.5, -1.0), (1.0, 3.0), (0.0, 3.0)], False, None),
        ([(0.999, 1.0)], False, None),
        ([(0.998, 1.0)], False, 0),
        ([], False, None),
    ],
)
def test_the_next_melt_is_uncertain_and_would_save_much(rows, reach, place):
    frame = pd.DataFrame(rows, columns=["chance", "saved"]).rename(
        columns={
            "chance": "probability_meets_requirements",
            "saved": "heavy_rare_earth_saved_wt_pct",
        }
    )
    melts = frame.assign(grade="", way="bulk", number=range(len(rows)))
    # Neither a grade nor the magnet in use, of which most is not known, is a melt.
    known = melts.head(1).assign(
        probability_meets_requirements=0.5,
        heavy_rare_earth_saved_wt_pct=9.0,
        number=-1,
    )
    table = pd.concat(
        [known.assign(way="own"), known.assign(grade="N42"), melts]
    )
    found = next_melt(answer(candidates=table, reach=reach))
    assert (None if found is None else found["number"]) == place
    assert next_melt(answer(candidates=table, recipe=None)) is None


def test_a_record_is_of_plain_values():
    way = make(exposure=5.0)
    fields = {"kind": "grade", "weight": 2.0, "level": 0.9}
    fields |= {"own_probability": 0.7, "verdict": "replace", "sentence": "so"}
    given = answer(way, **fields)
    stated = json.loads(json.dumps(record(given)))
    assert {name: stated[name] for name in fields} == fields
    assert stated["recipe"]["text"] == "Nd27Dy3B1Fe69"
    assert stated["recipe"]["heavy_wt_pct"] == 3.0
    assert [one["candidate"] for one in stated["ways"]] == [PLAIN]
    assert stated["ways"][0]["exposure_USD_kg"] == 5.0
    assert set(stated) == {*fields, "recipe", "ways"}
    assert record(answer(**fields, recipe=None))["recipe"] is None


MELTED = "sintered"


def market(*rows):
    """Return grades as they are judged; all is nothing but what rows say."""
    columns = [
        "grade",
        "host",
        "kind",
        "copied",
        "coercivity_kA_m",
        "exposure_USD_kg",
        "cost_per_flux_USD_m3_T",
        "heavy_rare_earth_wt_pct",
    ]
    return pd.DataFrame(rows, columns=columns).assign(
        probability_meets_requirements=0.9,
        remanence_T=1.0,
        candidate=PLAIN,
        shell="",
        route=None,
    )


def test_a_duty_alone_gets_the_leanest_of_each_family(monkeypatch):
    sold = market(
        ("hardest", "2:17", MELTED, False, 900.0, 0.0, 0.1, 0.0),
        ("dear", "2:17", MELTED, False, 800.0, 1.0, 3.0, 0.0),
        ("dearer", "2:17", MELTED, False, 700.0, 0.0, 4.0, 0.0),
        ("dearest", "2:17", MELTED, False, 500.0, 0.0, 5.0, 0.0),
        ("cheap", "2:17", MELTED, False, 600.0, 0.0, 2.0, 0.0),
        ("exposed", "2:14:1", MELTED, False, 500.0, 1.01, 0.2, 0.4),
        ("copied", "2:14:1", MELTED, True, 500.0, 0.0, 0.1, 0.0),
        ("weak", "ferrite", "ferrite", True, 200.0, 0.0, 9.0, 0.0),
        ("glued", "2:14:1b", "bonded", False, 200.0, 0.0, 6.0, 0.0),
        ("alnico", "alnico", "alnico", False, 90.0, 0.0, 0.1, 0.0),
        ("no model", "other", MELTED, False, 90.0, 0.0, 0.1, 0.0),
        ("unlikely", "1:5", MELTED, False, 500.0, 0.0, 0.1, 0.0),
    )
    sold.loc[11, "probability_meets_requirements"] = 0.79

    def of_market():
        monkeypatch.setattr(answer_module, "judge_grades", lambda *_: sold)
        monkeypatch.setattr(
            answer_module,
            "as_candidates",
            lambda rows, way, *_: rows.assign(way=way),
        )
        (found,) = answer_duty(wish(), {})
        return found

    found = of_market()
    # Ferrites first, copied or not; then what is at most a dollar more exposed, on a maker's own
    # sheet, the cheapest flux, of the four least coercive of each family and two at a time.
    table = found.candidates
    in_order = ["weak", "cheap", "dear", "glued", "copied", "exposed"]
    assert table["grade"].tolist() == [*in_order, "dearer", "dearest"]
    assert table["rank"].tolist() == list(range(1, 9))
    assert [way.grade for way in found.ways] == in_order
    assert [way.number for way in found.ways] == [1, 2, 3, 4, 5, 6]
    assert [way.recommended for way in found.ways] == [True] + [False] * 5
    assert {way.kind for way in found.ways} == {"other-family"}
    assert table["heavy_rare_earth_saved_wt_pct"].eq(0.0).all()
    assert table["cost_per_flux_ratio"].isna().all()
    assert (found.verdict, found.recipe) == ("replace", None)
    assert found.sentence == "Order weak: no heavy rare earth, P 0.90"
    sold = sold[sold["grade"] == "exposed"]
    assert of_market().sentence == (
        "Order exposed: about 0.4 wt.% heavy rare earth, P 0.90"
    )
    sold = sold.head(0)
    nothing = of_market()
    assert (nothing.verdict, nothing.ways) == ("keep", ())
    assert nothing.sentence.startswith("Keep looking: nothing that is sold")


def test_a_lower_class_bears_its_load_line_and_no_flatter_one():
    request = wish(75.0)
    used = incumbent_of_grade("N42SH", request)
    own = Recipe("Nd22.24Pr5.56Dy3Co1B0.96Fe bal.", "", 3.0, 1.0)
    says = duty_line(used, own, request)
    grade, line = re.search(
        r"^(\w+) \(no heavy rare earth; .* load line of ([\d.]+) or more", says
    ).groups()
    sold = sold_figures(request.temperature).set_index("grade").loc[grade]
    assert f"H_cJ {sold['coercivity_kA_m']:.0f} kA/m" in says
    assert sold["max_working_temperature_K"] >= request.temperature
    assert sold["remanence_T"] >= 0.99 * used.least["remanence_T"]

    def margin(line):
        field = sold["remanence_T"] / (4e-4 * np.pi * (line + sold["recoil"]))
        return sold["knee_field_kA_m"] / field

    assert margin(float(line)) >= 1.1 > margin(float(line) - 0.1)
    assert duty_line(used, replace(own, heavy_wt_pct=0.04), request) == ""
    assert duty_line(used, own, wish(75.0, duty=True, load_line=2.0)) == ""
    # 20 K below the rating is far.
    for rating_K, is_far in ((368.15, True), (368.14, False), (np.nan, False)):
        sheet = used.sheet.copy()
        sheet["max_working_temperature_K"] = rating_K
        rated = replace(used, sheet=sheet)
        assert bool(duty_line(rated, own, request)) == is_far
