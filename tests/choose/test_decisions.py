"""What a screening shows first: decisions, copies folded."""

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import magnetkit as mk
from magnetkit.choose import _sold
from magnetkit.choose._candidates import sold_figures
from magnetkit.choose._decisions import (
    Choices,
    Pick,
    _decision_text,
    _is_worth_showing,
    _next_test,
    _pick_nearest,
    _pick_record,
    _records_of_picks,
    _status,
    _with_chance_among,
    _without_dilution,
    choices,
    classify_decisions,
    join_choices,
    recommended_row,
    saves_enough,
    shortlist,
    trial_threshold,
    weights,
)
from magnetkit.choose._evaluate import reference_candidate
from magnetkit.choose._job import make_job
from magnetkit.choose._profile_parts import CHANCE
from magnetkit.choose._sold import lower_class
from magnetkit.choose.thresholds import SAVING_WT_PCT
from magnetkit.magnetism._composition_estimate import Recipe
from magnetkit.phases.partition import assign_hosts
from magnetkit.report._content import shown_magnets


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return mk.screen(
        application="weapon-fin-actuator",
        out=tmp_path_factory.mktemp("fin") / "out",
    )


@pytest.mark.parametrize(
    ("recipe", "shell", "decision"),
    [
        ("Nd2Fe14B", "", "2:14:1: no heavy rare earth"),
        ("Nd1.9Ce0.1Fe14B", "", "2:14:1: no heavy rare earth, with Ce"),
        ("Nd1.9Dy0.1Fe14B", "", "2:14:1: leaner in Dy"),
        ("Nd1.7Dy0.3Fe14B", "", "2:14:1: alloyed with Dy"),
        ("Nd2Fe14B", "Tb 0.5 wt%", "2:14:1: diffused Tb"),
        (
            "Nd1.9Dy0.1Fe14B",
            "Tb 0.3 wt%",
            "2:14:1: diffused Tb, Dy in the alloy",
        ),
        ("Sm(Co0.69Fe0.20Cu0.08Zr0.03)7.6", "", "2:17: no heavy rare earth"),
        (
            "Sm(Co0.84Fe0.05Cu0.08Zr0.03)7.6",
            "",
            "2:17: no heavy rare earth, little iron",
        ),
        ("Sm0.7Gd0.3Co5", "", "1:5: alloyed with Gd"),
    ],
)
def test_a_decision_is_host_means_and_dilution(recipe, shell, decision):
    job = make_job(mk.applications.load("weapon-fin-actuator"))
    table = mk.CompositionTable.from_strings([recipe])
    heavy = mk.predict(recipe, shell=shell or None)[
        "heavy_rare_earth_wt_pct"
    ].to_numpy()
    decisions = classify_decisions(
        table, [shell] if shell else None, heavy, job, assign_hosts(table)
    )
    assert decisions.texts() == [decision]


def test_today_stands_first_without_a_copy(result):
    decisions = result.decisions
    assert decisions["decision_status"].tolist()[0] == "keep"
    assert decisions["candidate"].iloc[0] == result.profile.reference.formula
    assert 2 <= len(decisions) <= 5
    assert decisions["decision"].iloc[1:].is_unique
    assert decisions["simpler_rank"].isna().all()
    # The shares are of candidates alone.
    assert decisions["share_best"].iloc[0] == 0.0
    # What is shown saves a fifth of today's at least, or is today's family leaner.
    assert set(decisions["host"].astype(str)) <= {"2:14:1", "2:17"}
    assert (
        decisions["heavy_rare_earth_wt_pct"].iloc[1:]
        < 0.8 * decisions.iloc[0][HEAVY]
    ).all()
    assert (
        decisions["coercivity_guaranteed_kA_m"] < decisions["coercivity_kA_m"]
    ).all()
    assert result.best().equals(decisions)


def test_worthless_trial_takes_no_place(result):
    rule = result.job.rule
    chance = result.table["probability_meets_requirements"].to_numpy()
    minima = [
        chance[choices(result.data, variant).rows].min()
        for variant in (rule, replace(rule, trial=0))
    ]
    assert minima[1] < rule.trial == 0.5 <= minima[0]


HEAVY = "heavy_rare_earth_wt_pct"


def test_files_hold_decisions_first_and_every_copy(result):
    table = result.table
    assert list(table.columns[:4]) == [
        "rank",
        "decision",
        "copies",
        "simpler_rank",
    ]
    meets = table[table["meets_requirements"]]
    counts = meets["decision"].astype(str).value_counts()
    assert (meets["copies"] == meets["decision"].astype(str).map(counts)).all()
    again = type(result).from_folder(result.source.place.address)
    assert (
        again.decisions["candidate"].tolist()
        == result.decisions["candidate"].tolist()
    )


@pytest.mark.parametrize("keep", [1, 20])
def test_a_screening_that_keeps_few_shows_the_same(result, keep):
    few = mk.screen(application="weapon-fin-actuator", keep=keep)
    assert (
        few.decisions["candidate"].tolist()
        == result.decisions["candidate"].tolist()
    )
    assert (
        few.decisions["copies"].iloc[1:].tolist()
        == result.decisions["copies"].iloc[1:].tolist()
    )


def test_predicts_charges_by_their_route(result):
    rows = result.table[
        result.table["route"].astype(str).str.startswith("hot-deformed")
    ]
    assert len(rows) > 5
    row = rows.iloc[0]
    process = {**result.job.conditions.process, "route": "hot-deformed"}
    prediction = mk.predict(
        row["candidate"], "150C", basis="weight", process=process
    )
    assert prediction["coercivity_kA_m"].iloc[0] == pytest.approx(
        row["coercivity_kA_m"], rel=1e-9
    )


def pick_rows(losses, decisions, elements=1):
    """Return the short list of candidates that all meet, beside a magnet that misses."""
    n = len(losses)
    rows = np.arange(n)
    loss = np.array(losses)
    options = Choices(
        counts=Counter(),
        rows=rows,
        decision=np.array(decisions, object),
        meets=np.ones(n, bool),
        loss=loss,
        total=loss.sum(axis=1),
        hashes=rows,
    )
    simplicity = np.broadcast_to(elements, n)
    picks = shortlist(
        options, simplicity, np.ones(n, bool), np.full((1, 3), np.inf)
    )
    return [pick.row for pick in picks]


def test_shortlist_takes_the_best_of_each_objective():
    # Two objectives and the miss: one best in each, one between that is best for nobody.
    losses = [[0.0, 4.0, 0.0], [4.0, 0.0, 0.0], [2.5, 2.5, 0.0]]
    rows = pick_rows(losses, ["2:17: a", "2:14:1: b", "2:14:1: c"])
    assert sorted(rows) == [0, 1]


def test_the_simpler_stands_for_another_family():
    # Five hundredths of a unit of regret are no reason for three more elements.
    losses = [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1.04, 1.0, 1.0]]
    decisions = ["2:14:1: a", "1:5: b", "1:5: b"]
    assert pick_rows(losses, decisions, [3, 6, 3]) == [0, 2]


def test_shortlist_has_cerium_beside_its_cerium_free_twin():
    # The diluted one is better in all that is counted; its corrosion is not.
    plain = "2:14:1: no heavy rare earth"
    losses = [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    assert pick_rows(losses, [f"{plain}, with Ce", plain]) == [1, 0]


def test_todays_magnet_without_a_price_is_no_measure():
    job = make_job(mk.applications.load("weapon-fin-actuator"))
    # Four copies, one of which misses, and another decision that beats nothing.
    loss = np.array([[0.0] * 3, [1.0] * 3, [2.0] * 3, [0.5] * 3, [3.0] * 3])
    name = "2:14:1: leaner in Dy"
    options = make_choices(
        [name] * 4 + ["2:14:1: diffused Dy"],
        [True, True, True, False, True],
        loss,
    )
    heavy = {
        "formula": [f"Nd1.{n}Dy0.2Fe14B" for n in range(5)],
        "shell": [""] * 5,
        HEAVY: [0.2, 0.5, 0.1, 0.9, 0.0],
    }
    today = {"formula": ["Nd1.7Dy0.3Fe14B"], CHANCE: [0.9]}
    picks = _pick_record(
        options,
        SimpleNamespace(simpler={}),
        lambda *_: pa.table(heavy),
        job,
        pa.table(today),
        # Its loss is infinite, so `choices` has no row of it.
        [np.empty((0, 3))],
    )
    assert list(picks) == [0]
    assert picks[0].heavy == {
        "copies_heavy_least_wt_pct": 0.1,
        "copies_heavy_most_wt_pct": 0.5,
    }


def test_buys_a_lower_class_by_its_guarantee():
    disc = mk.screen(application="hard-disc")
    keep = disc.decisions.iloc[0]
    purchase = disc.decisions.iloc[1]
    assert (purchase["decision_status"], purchase["decision"]) == (
        "buy",
        "2:14:1: lower class as sold",
    )
    # Classes M of 1.36 T and more that print 1,114 kA/m; the disc asks 955 (875 to 1,114) and 1.36
    # at 20 C, and has class H today, which holds dysprosium. N52M's 1,035 are 79 % sure.
    assert purchase["nearest_grade"] in ("N50M", "N54M", "N55M")
    assert purchase["candidate"].startswith(f"{purchase['nearest_grade']} (")
    assert purchase["route"] == f"as sold: {purchase['nearest_grade']}"
    # B_r at least as Arnold, Shanghai Magnet and Lihe print it, and -0.12 %/K; the disc is at 70 C.
    remanence_T = {"N50M": 1.39, "N54M": 1.44, "N55M": 1.47}
    assert purchase["remanence_guaranteed_T"] == pytest.approx(
        remanence_T[purchase["nearest_grade"]] * (1 - 0.0012 * 50), rel=0.01
    )
    # Arnold prints -0.675 %/K for N50M; others leave beta to what is usual of class M, up to -0.8.
    coercivity = purchase["coercivity_guaranteed_kA_m"] / 1114
    assert 1 - 0.008 * 50 <= coercivity <= 1 - 0.0065 * 50
    # ln(1114 / 955) over 9.4 % of the limit and 2 % of print is 94.6 %; B_r is 2.2 % above.
    assert 0.93 < purchase["probability_meets_requirements"] < 0.947
    # It is sold, and needs no evidence.
    assert purchase["evidence_distance"] == 0.0
    # Its recipe is an estimate in steps of half a per cent; classes N to M hold 0 to 1 (the
    # industry, as the profile of the imaging magnet says).
    assert purchase["heavy_rare_earth_saved_wt_pct"] == pytest.approx(
        keep[HEAVY] - purchase[HEAVY]
    )
    assert 0.0 <= purchase[HEAVY] <= 1.0
    recommendation = disc.decisions.iloc[
        recommended_row(disc.decisions, disc.job)
    ]
    assert recommendation[HEAVY] <= purchase[HEAVY]
    assert recommendation["probability_meets_requirements"] >= 0.8
    # All that is shown of it is of the magnet that its sheets anchor.
    magnets = shown_magnets(disc)
    hot = magnets.at([disc.job.temperature])[0]
    # The formula from which it is shown has four digits.
    assert hot["coercivity_kA_m"].iloc[1] == pytest.approx(
        purchase["coercivity_kA_m"], rel=2e-3
    )


def test_cerium_dilution_asks_for_a_corrosion_test():
    scanner = mk.screen(application="medical-imaging")
    names = scanner.decisions["decision"]
    corrosion = scanner.decisions["next_test"].str.contains("corrosion")
    assert corrosion.tolist() == names.str.endswith("with Ce").tolist()
    assert names.str.startswith("2:14:1: no heavy rare earth").any()


@pytest.mark.parametrize(
    "device",
    [
        # Of classes N 955 kA/m, where 875 (640 to 1,114) are asked, are 72 % sure.
        "medical-imaging",
        # Nobody prints so small an alpha.
        "communication-twt-compensated",
        # The least that its own grade guarantees does not stand the duty with a tenth to spare.
        "patriot-beam-focusing",
    ],
)
def test_reason_for_no_lower_class(device):
    job = make_job(mk.applications.load(device))
    row, reason = lower_class(job, reference_candidate(job))
    assert row is None
    assert reason.startswith("No lower class as sold meets every requirement")


def test_buys_the_class_of_todays_flux_among_equals(monkeypatch):
    job = make_job(mk.applications.load("hard-disc"))
    today = reference_candidate(job)

    def nearest_class(leanest, of_others):
        """Return the class where one is without heavy rare earth and the others have some, wt.%."""

        def likeliest_recipe(grade, *rest):
            heavy = 0.0 if grade == leanest else of_others
            return Recipe(
                "Nd30.5Co1Cu0.15Al0.15B1Fe bal.", "", heavy, 1.0, "bulk"
            )

        monkeypatch.setattr(_sold, "likeliest_recipe", likeliest_recipe)
        row, reason = lower_class(job, today)
        # Up to four are named, the least coercive first.
        names = reason.removeprefix("Sold and as good: ").removesuffix(
            "; their recipes are estimates."
        )
        sold = names.split(", ")
        classes = sold_figures(job.temperature).set_index("grade")
        hard = classes.loc[sold, "coercivity_kA_m"]
        assert len(sold) == min(row["copies"][0].as_py(), 4)
        assert hard.is_monotonic_increasing
        return row["nearest_grade"][0].as_py()

    nearest = nearest_class("", 0.0)
    other = next(
        grade for grade in ("N50M", "N54M", "N55M") if grade != nearest
    )
    # Estimates of recipes that differ by less than counts as saved are as lean as each other.
    assert nearest_class(other, 0.9 * SAVING_WT_PCT) == nearest
    assert nearest_class(other, 1.1 * SAVING_WT_PCT) == other


def test_unprinted_properties_have_no_lower_class():
    job = make_job(
        mk.applications.load("medical-imaging"), require=["cobalt_wt_pct<=1"]
    )
    row, reason = lower_class(job, reference_candidate(job))
    assert row is None
    assert reason.startswith("No lower class is shown: no sheet prints")


@pytest.mark.parametrize(
    "device", ["communication-twt-compensated", "instrumentation-sensor"]
)
def test_keeps_a_compensated_magnet_and_measures_its_alpha(device):
    result = mk.screen(application=device)
    decisions = result.decisions
    assert recommended_row(decisions, result.job) is None
    assert decisions["decision_status"].iloc[-1] == "trial"
    assert decisions["next_test"].str.contains("α from").all()


def test_purchase_is_a_grade_without_recipe():
    # Compensated 2:17 would do for the instrument, which has 1:5: nobody sells a formula.
    sensor = mk.screen(application="instrumentation-sensor").decisions
    other = sensor[sensor["host"] != sensor["host"].iloc[0]]
    assert len(other)
    assert (other["decision_status"] == "trial").all()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            ("2:14:1", ["Tb", "Dy", "Ce", "La", "Fe"], False, "", ""),
            "2:14:1: alloyed with Tb+Dy, with Ce+La",
        ),
        (
            ("2:14:1", ["Dy", "Y", "Fe"], True, "", "hot-deformed"),
            "2:14:1: leaner in Dy, with Y, hot-deformed",
        ),
        (
            ("2:14:1", ["Dy", "Fe"], True, "Tb", "hot-deformed"),
            "2:14:1: diffused Tb, Dy in the alloy, hot-deformed",
        ),
        (
            ("unknown host", [], False, "", ""),
            "unknown host: no heavy rare earth",
        ),
    ],
)
def test_a_decision_in_words(given, text):
    assert _decision_text(*given) == text


def test_a_decision_without_dilution_keeps_the_rest():
    plain = _without_dilution("2:14:1: leaner in Dy, with Ce+La, hot-deformed")
    assert plain == "2:14:1: leaner in Dy, hot-deformed"
    assert _without_dilution(plain) == plain


@pytest.mark.parametrize(
    ("today", "most"),
    # 0.3 wt.%, or a fifth of what is held.
    [(1.0, 0.7), (1.5, 1.2), (5.0, 4.0)],
)
def test_a_saving_is_worth_a_change_from_a_fifth_on(today, most):
    job = SimpleNamespace(heavy_today=today)
    amounts = np.array([most - 0.01, most + 0.01, np.nan])
    assert saves_enough(amounts, job).tolist() == [True, False, False]
    assert not saves_enough(0.0, SimpleNamespace(heavy_today=0.29))


def test_trials_count_from_less_where_today_falls_short():
    chances = (0.61, 0.6, 0.1, 1.0, float("nan"))
    found = [trial_threshold(chance) for chance in chances]
    assert found == [0.5, 0.3, 0.3, 0.5, 0.3]


def test_weights_are_the_same_at_each_call():
    drawn = weights(3)
    assert drawn.shape == (3, 800)
    assert drawn.mean(axis=0) == pytest.approx(1.0)
    assert drawn.mean(axis=1) == pytest.approx(1.0, abs=0.1)
    assert (drawn >= 0.0).all()
    assert (drawn == weights(3)).all()


def make_choices(decision, meets, loss, **more):
    loss = np.array(loss, float).reshape(len(decision), -1)
    n = len(decision)
    fields = {
        "counts": Counter(),
        "rows": np.arange(n),
        "decision": np.array(decision, object),
        "meets": np.array(meets, bool),
        "loss": loss,
        "total": loss.sum(axis=1),
        "hashes": np.arange(n)[::-1].astype(np.uint64),
    }
    return Choices(**fields | more)


def test_the_best_of_each_decision_stay_in_order(monkeypatch):
    monkeypatch.setattr("magnetkit.choose._decisions.BEST", 2)
    decision = [*"aaaa", *"aaa", "b"]
    meets = [True] * 4 + [False] * 3 + [True]
    loss = [3.0, 1.0, 1.0, 1.0, 0.0, 0.5, 0.2, 9.0]
    found = make_choices(decision, meets, loss)
    best = found.best()
    # Of equals the smallest hash, which is here the last.
    assert best.rows.tolist() == [2, 3, 4, 6, 7]
    assert best.total.tolist() == [1.0, 1.0, 0.0, 0.2, 9.0]
    assert best.counts is found.counts
    counted = found._replace(counts=Counter(a=4, b=1))
    joined = join_choices([(10, counted), (8, counted)])
    assert joined.counts == Counter(a=8, b=2)
    # The first part has ten candidates.
    assert joined.rows.tolist() == [3, 4, 7, 13, 14, 17]
    none = [part[:0] for part in found[1:]]
    empty = Choices._make([Counter(), *none])
    assert join_choices([(5, empty)]) is None
    assert join_choices([]) is None


def motor_job(**more):
    """Return what decisions read of a job."""
    reference = SimpleNamespace(shell="Tb 0.5 wt%", host="2:14:1")
    profile = {"reference": reference, "first_family": "own"}
    fields = {
        "profile": SimpleNamespace(**profile),
        "heavy_today": 2.0,
        "threshold": 0.8,
        "rule": SimpleNamespace(miss=0.2),
    }
    return SimpleNamespace(**fields | more)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "ready"),
        ({CHANCE: 0.79}, "trial"),
        ({"evidence_distance": 2.0}, "ready"),
        ({"evidence_distance": 2.1}, "trial"),
        ({"route": "hot-deformed; twice"}, "trial"),
        ({"route": "no such route"}, "ready"),
        ({"host": "1:5"}, "trial"),
    ],
)
def test_a_recipe_is_ready_or_a_trial(more, status):
    record = {CHANCE: 0.8, "host": "2:14:1", "route": None} | more
    assert _status(record, motor_job()) == status
    job = motor_job()
    job.profile.first_family = "any"
    if "host" in more:
        assert _status(record, job) == "ready"


def test_what_is_worth_a_place_on_the_list():
    def worth(*candidates, chance=0.9, job=None, today=(1.0, 0.5)):
        decision, meets, loss, heavy = zip(*candidates, strict=True)
        found = make_choices(decision, meets, loss)
        worthy = _is_worth_showing(
            found, np.array(heavy), job or motor_job(), chance, np.array(today)
        )
        return worthy.tolist()

    lean = ("a", True, (1.0, 0.5), 1.0)
    # A trial beside one of its kind that meets is none; nor is one that saves nothing.
    trial = ("a", False, (1.0, 2.0), 1.0)
    other_trial = ("b", False, (1.0, 2.0), 1.0)
    same = ("c", True, (1.0, 0.5), 2.0)
    assert worth(lean, trial, other_trial, same) == [True, False, True, False]
    # Of as much heavy rare earth, it has to gain in an objective, not in the miss.
    better = ("c", True, (0.0, 0.5), 2.0)
    more = ("c", True, (0.0, 0.5), 2.1)
    surer = ("c", True, (1.0, 0.0), 2.0)
    assert worth(better, more, surer) == [True, False, False]
    # Where today's magnet is not sure, or is no measure, nothing need be saved.
    assert worth(same, more, chance=0.79) == [True, True]
    assert worth(same, chance=0.49) == [True]
    assert worth(same, job=motor_job(heavy_today=0.05)) == [True]
    # Half as likely as not: a miss of 0.5 over 0.2; beside a poor magnet 0.05 less than it.
    unlikely = ("d", False, (1.0, 2.51), 1.0)
    assert worth(other_trial, unlikely) == [True, False]
    assert worth(unlikely, chance=0.5) == [True]
    assert worth(("d", False, (1.0, 3.0), 1.0), chance=0.44) == [True]
    assert worth(("d", False, (1.0, 3.1), 1.0), chance=0.44) == [False]


FORMULAS = ["Nd2Fe14B", "SmCo5", "Nd2Fe14B", "Nd1.7Dy0.3Fe14B"]
TEXTS = {"formula": FORMULAS, "shell": ["", None, "Tb 0.5 wt%", "Tb 0.5 wt%"]}


def take_of(**columns):
    table = pa.table(TEXTS | columns)

    def take(rows, names):
        chosen = table.take(pa.array(rows))
        return chosen if names is None else chosen.select(names)

    return take


def ranked(*place):
    return SimpleNamespace(
        place=np.array(place),
        meets=np.array(place) == 1,
        front=np.array(place),
        simpler={1: 4},
        copies={"b": 3},
    )


def test_the_nearest_is_not_todays_magnet():
    today = pa.table({"formula": ["Nd2Fe14B"]})

    def nearest(*place):
        return _pick_nearest(ranked(*place), take_of(), motor_job(), today)

    # Row 2 is today's magnet with its shell; a place of 0 is none.
    assert nearest(2, 3, 1, 0) == {0: Pick(-1, 0.0)}
    assert nearest(0, 5, 1, 6) == {1: Pick(-1, 0.0)}
    assert nearest(0, 6, 1, 7) == {}


def test_todays_magnet_has_its_chance_as_a_candidate():
    chances = {CHANCE: [0.1, 0.2, 0.3, 0.4]}
    found = make_choices([*"abcd"], [True] * 4, [0.0] * 4)
    today = pa.table({"formula": ["Nd2Fe14B"], CHANCE: [0.9]})
    take = take_of(**chances)
    after = _with_chance_among(found, take, motor_job(), today)
    assert after.to_pydict() == {"formula": ["Nd2Fe14B"], CHANCE: [0.3]}
    other = pa.table({"formula": ["Nd3Fe14B"], CHANCE: [0.9]})
    assert _with_chance_among(found, take, motor_job(), other) is other


def test_records_of_picks_have_trials_last():
    take = take_of(
        decision=[*"abcd"],
        host=["2:14:1"] * 4,
        **{CHANCE: [0.8, 0.5, 0.9, 0.9]},
    )
    picks = {
        1: Pick(7, 0.25, {"least": 1.0}),
        3: Pick(5, 0.0),
        0: Pick(6, 0.5),
    }
    found = _records_of_picks(picks, ranked(1, 2, 3, 0), take, motor_job())
    assert [record["decision"] for record in found] == ["d", "a", "b"]
    assert [record["rank"] for record in found] == [None, 1, 2]
    assert [record["pareto_front"] for record in found] == [None, 1, 2]
    assert [record["meets_requirements"] for record in found] == [
        False,
        True,
        False,
    ]
    assert [record["simpler_rank"] for record in found] == [None, None, 4]
    assert [record["copies"] for record in found] == [0, 0, 3]
    assert [record["share_best"] for record in found] == [0.0, 0.5, 0.25]
    status = [record["decision_status"] for record in found]
    assert status == ["ready", "ready", "trial"]
    assert found[2]["least"] == 1.0
    assert _records_of_picks({}, ranked(1), take, motor_job()) == []


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (
            {},
            "one melt beside today's: Br and HcJ at 20 °C and 423 K (150 °C)",
        ),
        (
            {"shell": "Tb 0.5 wt%", "decision_status": "trial"},
            "two thicknesses diffused, with and without a carrier such as Pr-Cu: Br and HcJ at "
            "20 °C and 423 K (150 °C)",
        ),
        (
            {"shell": "Tb 0.5 wt%", "decision_status": "buy"},
            "samples of two makers: Br and HcJ at 20 °C and 423 K (150 °C)",
        ),
        (
            {"decision_status": "keep", "shell": "Tb 0.5 wt%"},
            "measure its HcJ at 423 K (150 °C): all differences count from there",
        ),
        (
            {"decision": "2:14:1: leaner in Dy, with La"},
            "one melt beside today's: Br and HcJ at 20 °C and 423 K (150 °C), and corrosion",
        ),
        (
            {"failed_requirements": "remanence_coefficient_pct_K"},
            "one melt beside today's: α from 233 K (-40 °C) to 423 K (150 °C), Br and HcJ at "
            "20 °C and 423 K (150 °C)",
        ),
        (
            {"stability_status": "stable"},
            "one melt beside today's: Br and HcJ at 20 °C and 423 K (150 °C)",
        ),
        (
            {"stability_status": "not judged: no data"},
            "one melt beside today's: Br and HcJ at 20 °C and 423 K (150 °C); stability not "
            "judged: no data",
        ),
    ],
)
def test_next_test_of_a_decision(more, text):
    job = motor_job(temperature=423.15)
    job.profile.is_compensated = False
    job.profile.temperature_min_K = 233.15
    job.profile.temperature_max_K = 423.15
    record = {
        "decision_status": "ready",
        "failed_requirements": None,
        "shell": None,
        "decision": "2:14:1: leaner in Dy",
    }
    assert _next_test(record | more, job) == text


def test_the_recommended_decision_is_allowed_likely_and_not_dear():
    scenario = mk.supply.load_scenario("baseline")
    job = SimpleNamespace(
        profile=SimpleNamespace(first_family="own", most_cost_per_flux=1.1),
        conditions=SimpleNamespace(supply_scenario=scenario),
    )
    columns = {
        "formula": ["Nd1.7Dy0.3Fe14B", "Nd2Fe14B", "Nd2Fe14B"],
        "shell": [None, None, "Dy 0.3 wt%"],
        "host": ["2:14:1"] * 3,
        "decision": ["2:14:1: alloyed with Dy", "2:14:1: none", "2:14:1: a"],
        "decision_status": ["keep", "ready", "ready"],
        HEAVY: [4.4, 0.0, 0.3],
        "cost_per_flux_USD_m3_T": [1e5, 1.05e5, 0.9e5],
        CHANCE: [0.9, 0.8, 0.8],
    }

    def row(**more):
        return recommended_row(pd.DataFrame(columns | more), job)

    assert row() == 1
    assert row(**{CHANCE: [0.9, 0.79, 0.8]}) == 2
    assert row(decision_status=["keep", "trial", "ready"]) == 2
    assert row(decision_status=["keep", "trial", "trial"]) is None
    # A grade as sold costs no more than today's, whatever its elements cost.
    dear = {"cost_per_flux_USD_m3_T": [1e5, 1.2e5, 0.9e5]}
    assert row(**dear) == 2
    assert row(decision_status=["keep", "buy", "ready"], **dear) == 1
    other_family = {"host": ["2:14:1", "2:17", "2:14:1"]}
    assert row(**other_family) == 2
    job.profile.first_family = "any"
    assert row(**other_family) == 1
    assert (
        row(decision_status=["keep", "buy", "ready"], **other_family | dear)
        == 2
    )
    # Cerium is no gain: of equals what is diluted comes last.
    twins = columns | {"formula": ["Nd1.7Dy0.3Fe14B", "Nd2Fe14B", "Nd2Fe14B"]}
    twins |= {"shell": [None] * 3}
    twins |= {"decision": ["2:14:1: a", "2:14:1: b, with Ce", "2:14:1: b"]}
    twins |= {"cost_per_flux_USD_m3_T": [1e5, 0.8e5, 0.9e5]}
    assert row(**twins) == 2
