"""Sentences of the answer, from rows whose figures are plain."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.choose._job import make_job
from magnetkit.choose.applications import load
from magnetkit.report import _content
from magnetkit.report._content import number
from magnetkit.report._text import display_scale, format_interval, rename_unit

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (None, 3, "–"),
        ("x", 3, "–"),
        (NAN, 3, "–"),
        (-float("inf"), 3, "−∞"),
        (-1e-7, 3, "0"),
        ("1.5", 2, "1.5"),
        (-0.25, 3, "−0.250"),
        (100.0, 3, "100"),
        (123456.0, 3, "123456"),
        (0.00012, 2, "0.00012"),
    ],
)
def test_a_number_keeps_its_digits(value, digits, text):
    assert number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.954, "0.95"),
        (0.0, "0"),
        (0.0009, "< 0.001"),
        (0.001, "0.0010"),
        (None, "–"),
    ],
)
def test_a_probability_below_a_thousandth_is_no_figure(value, text):
    assert _content.probability_text(value) == text


def test_a_temperature_in_both_units():
    assert _content.kelvin(423.15) == "423 K (150 °C)"
    assert _content.kelvin(233.15) == "233 K (−40 °C)"


@pytest.mark.parametrize(
    ("column", "limits", "kelvin", "words"),
    [
        (
            "remanence_T",
            {"minimum": 0.8},
            293.15,
            "Remanence ≥ 0.8 T at 20 °C",
        ),
        (
            "coercivity_kA_m",
            {"minimum": 800.0},
            None,
            "Intrinsic coercivity ≥ 800 kA/m",
        ),
        ("cost_USD_kg", {"maximum": 50.0}, None, "Material cost ≤ 50 USD/kg"),
        (
            "curie_temperature_K",
            {"minimum": 573.15},
            None,
            "Curie temperature ≥ 300 °C",
        ),
        ("supply_risk", {"maximum": 0.5}, None, "Supply risk ≤ 0.5"),
        (
            "import_reliance",
            {"absolute_maximum": 0.012345},
            423.15,
            "|Import reliance| ≤ 0.01235 at 150 °C",
        ),
    ],
)
def test_a_requirement_in_words(column, limits, kelvin, words):
    (limit,) = limits.values()
    both = {"minimum": None, "absolute_maximum": None} | limits
    requirement = SimpleNamespace(
        column=column, temperature_K=kelvin, limit=limit, **both
    )
    assert _content.requirement_in_words(requirement) == words


def test_labels_lose_their_capital_but_for_names():
    labels = ["Remanence", "Dy + Tb", "Curie temperature", "Heavy rare earth"]
    assert [_content._lower_label(label) for label in labels] == [
        "remanence",
        "Dy + Tb",
        "Curie temperature",
        "heavy rare earth",
    ]
    goals = [("cost_USD_kg", "min"), ("margin", "max"), ("remanence_T", "max")]
    assert _content.objectives(SimpleNamespace(goals=goals)) == [
        "least material cost",
        "largest margin",
        "largest remanence",
    ]


@pytest.fixture(scope="module")
def profile():
    return load("energy-traction-motor")


def make_result(profile, decided=None, **manifest):
    identity = {"temperature_K": 423.15, "interval": 0.9, "process": None}
    summary = {"meet_requirements": 0}
    return SimpleNamespace(
        profile=profile,
        decisions=decided,
        judged=1234,
        manifest={"identity": identity, "summary": summary} | manifest,
    )


def decision(**changes):
    row = {
        "candidate": "Nd2Fe14B",
        "shell": "",
        "route": "sintered",
        "rank": 1,
        "nearest_grade": "N42",
        "decision": "Least heavy",
        "decision_status": "ready",
        "remanence_guaranteed_T": 1.234,
        "coercivity_guaranteed_kA_m": 1592.0,
        "probability_meets_requirements": 0.876,
        "heavy_rare_earth_wt_pct": 1.0,
        "heavy_rare_earth_saved_wt_pct": 3.0,
        "cost_per_flux_USD_m3_T": 110.0,
        "supply_risk": 0.4,
        "copies": 1,
        "evidence_distance": 0.123,
        "failed_requirements": "",
        "evidence_farthest": "",
        "next_test": "melt it",
    }
    return pd.Series(row | changes, dtype=object)


TODAY = decision(
    decision_status="keep",
    rank=None,
    heavy_rare_earth_wt_pct=4.0,
    heavy_rare_earth_saved_wt_pct=0.0,
    cost_per_flux_USD_m3_T=100.0,
    supply_risk=0.5,
    next_test="measure it",
)


def say(row, profile, cgs=False):
    result = make_result(profile)
    return _content._decision_line(row, TODAY, result, cgs)


def test_a_decision_says_what_it_saves_and_costs(profile):
    assert say(decision(), profile) == (
        "Least heavy: Nd2Fe14B; saves 3.00 (75 %), P 0.88; Br 1.23 T, HcJ "
        "1592 kA/m; cost per flux +10 %, supply risk -0.10, evidence 0.12"
    )
    text = say(decision(copies=4, shell="Tb 1 wt%"), profile, cgs=True)
    assert text.startswith("Least heavy: Nd2Fe14B + Tb 1 wt%; saves")
    # 1 kOe is 79.5775 kA/m.
    assert "Br 12.3 kG, HcJ 20.0 kOe; " in text
    assert text.endswith("evidence 0.12; 3 alike")
    assert "alike" not in say(decision(copies=None), profile)
    none = decision(heavy_rare_earth_saved_wt_pct=0.0)
    assert "; 1.00 wt.% heavy, P 0.88; " in say(none, profile)
    tiny = decision(
        heavy_rare_earth_wt_pct=0.0, heavy_rare_earth_saved_wt_pct=0.04
    )
    assert "; saves 0.0400, P" in say(tiny, profile)


def test_todays_magnet_is_named_by_its_grade(profile):
    grade = profile.reference.grade
    text = say(TODAY, profile)
    start = f"Nd2Fe14B ({grade}), 4.00 wt.% heavy; P 0.88; "
    assert text.startswith(f"{start}Br 1.23 T, HcJ 1592 kA/m")


def test_a_trial_says_what_it_may_miss(profile):
    def risk(**changes):
        row = decision(decision_status="trial", **changes)
        return _content._trial_risk(row, profile)

    assert risk() == ""
    far = "cobalt"
    assert risk(evidence_farthest=far) == (
        "; far from measured magnets in cobalt"
    )
    # Beside that the distance is said, not once more as a requirement.
    unproven = "evidence: too far from measured magnets"
    assert risk(failed_requirements=unproven, evidence_farthest=far) == (
        "; far from measured magnets in cobalt"
    )
    assert risk(failed_requirements=unproven) == ""
    requirement = profile.requirements[0]
    words = _content.requirement_in_words(requirement)
    missed = risk(failed_requirements=str(requirement), evidence_farthest=far)
    assert missed == f"; may miss {words}"
    ready = decision(failed_requirements=str(requirement))
    assert _content._trial_risk(ready, profile) == ""
    trial = decision(decision_status="trial", copies=1, evidence_farthest=far)
    text = say(trial, profile)
    assert text.endswith("; 1 alike; far from measured magnets in cobalt")


def test_missed_requirements_are_put_in_words(profile):
    texts = [str(one) for one in profile.requirements[:2]]
    words = [
        _content.requirement_in_words(r) for r in profile.requirements[:2]
    ]
    joined = _content.requirement_text("; ".join(texts), profile)
    assert joined == "; ".join(words)
    alone = _content.requirement_text("", profile)
    assert alone == "none alone, but all of them together"


def table(*rows):
    return pd.DataFrame(list(rows))


def test_the_verdict_names_the_way_and_what_saves_more(monkeypatch, profile):
    decided = table(TODAY, decision(rank=3), decision(rank=5))
    result = make_result(profile, decided)
    place = {"place": 1}
    monkeypatch.setattr(_content, "place_to_take", lambda *_: place["place"])
    # 3 wt.% of the magnet's mass.
    grams = number(30.0 * profile.magnet_mass_kg)
    text = _content._verdict(result, decided)
    assert text == f"Decision: 3, which saves {grams} g a device."
    decided.loc[2, "heavy_rare_earth_saved_wt_pct"] = 3.5
    text = _content._verdict(result, decided)
    assert text.endswith("a device; 5 saves more and is less sure.")
    decided.loc[2, "decision_status"] = "trial"
    assert "; 5 saves more and is a trial." in _content._verdict(
        result, decided
    )
    place["place"] = None
    assert _content._verdict(result, decided) == (
        "Decision: keep today’s magnet, since nothing of its family that is "
        "sure enough lowers the exposure to heavy rare earth."
    )
    decided.loc[0, "heavy_rare_earth_wt_pct"] = 0.0
    text = _content._verdict(result, decided)
    assert text == (
        "Decision: keep today’s magnet, which holds no heavy rare earth to "
        "save, unless cost or supply risk weigh most: then 3."
    )
    decided.loc[1:, "decision_status"] = "trial"
    text = _content._verdict(result, decided)
    assert text.endswith("which holds no heavy rare earth to save.")
    decided.loc[1, "decision_status"] = "ready"
    decided.loc[2, "decision_status"] = "buy"
    assert _content._verdict(result, decided).endswith("then 3 or 5.")


@pytest.mark.parametrize(
    ("meeting", "judged", "limit", "words"),
    [
        (0, 1234, None, "1,234 candidates for 423 K (150 °C); none meets"),
        (1, 1, None, "1 candidate for 423 K (150 °C); 1 meets"),
        (5678, 9999, None, "9,999 candidates for 423 K (150 °C); 5,678 meet"),
        (5, 99, 10, "99 candidates for 423 K (150 °C); at least 5 meet"),
    ],
)
def test_the_question_counts_candidates(
    monkeypatch, profile, meeting, judged, limit, words
):
    decided = table(TODAY, decision(decision_status="trial", rank=3))
    result = make_result(profile, decided)
    result.judged = judged
    result.manifest["summary"] = {
        "meet_requirements": meeting,
        "sieve": {"limit": limit},
        "lower_class": "N40 does too.",
    }
    monkeypatch.setattr(_content, "place_to_take", lambda *_: None)
    monkeypatch.setattr(_content, "calibration", lambda _: "Calibration: x.")
    question, verdict, test, lower = _content.verdict_text(result)
    assert question == (
        f"{profile.title}: {words} every requirement. Calibration: x."
    )
    assert verdict.startswith("Decision: keep today’s magnet")
    assert ". The rule: " in verdict
    # A trial decides what might save more.
    assert test == "Next, for 3: melt it."
    assert lower == "N40 does too."
    # Asked for at the temperature of the table, beside the device's at 20 °C.
    cold = profile.requirements[1]
    asked = {"temperature_K": None, "source": "asked for"}
    hot = cold.model_copy(update=asked)
    both = {"requirements": (*profile.requirements, hot)}
    result.profile = profile.model_copy(update=both)
    assert (
        "requirement. Beside what is asked the device keeps Intrinsic "
        "coercivity ≥ 1592 kA/m at 20 °C. Calibration"
    ) in _content.verdict_text(result)[0]
    decided.loc[0, "heavy_rare_earth_wt_pct"] = 0.0
    assert _content.verdict_text(result)[2] == "Next, for 0: measure it."
    monkeypatch.setattr(_content, "place_to_take", lambda *_: 1)
    assert _content.verdict_text(result)[2] == "Next, for 3: melt it."


def test_nothing_is_saved_beside_a_magnet_that_fails():
    result = mk.screen(
        ["Nd2Fe14B", "Nd1.9Pr0.1Fe14B"],
        temperature="20C",
        reference="Nd1.4Dy0.6Fe14B",
        require=["remanence_T>=1.2"],
    )
    assert re.match(
        r"Decision: \S+, which is likely to meet what today’s magnet hardly does\. ",
        _content.verdict_text(result)[1],
    )


def test_stages_and_failures_of_a_sieve(profile):
    requirement = profile.requirements[0]
    words = _content.requirement_in_words(requirement)
    sieve = {
        "stages": {"their cost": 5_000_000, "all": 1200},
        "ended": {str(requirement): 10},
        "status": {"ok": 99, "planar": 20, "cone": 5, "none": 0},
    }
    result = make_result(profile)
    assert _content.stages(result) == []
    result.manifest["summary"]["sieve"] = sieve
    sized = type("Result", (), {"__len__": lambda _: 1500})()
    sized.manifest = result.manifest
    sized.profile = profile
    assert _content.stages(sized) == [
        "5,000,000 were evaluated by their cost",
        "1,200 were evaluated by all",
        "the best 1,500 were evaluated in full and are kept",
    ]
    assert _content.failures(sized) == [
        ("status: planar", 20),
        (words, 10),
        ("status: cone", 5),
    ]


def test_failures_of_a_screening_count_each_requirement(profile):
    first, second = (str(one) for one in profile.requirements[:2])
    words = [
        _content.requirement_in_words(r) for r in profile.requirements[:2]
    ]
    rows = pd.DataFrame(
        {
            "status": ["ok", "ok", "ok", "planar"],
            "failed_requirements": [first, f"{first}; {second}", "", first],
        }
    )
    result = make_result(profile)
    result.select = lambda names: SimpleNamespace(
        to_pandas=lambda: rows[names]
    )
    assert _content.failures(result) == [
        (words[0], 2),
        (words[1], 1),
        ("status: planar", 1),
    ]


def test_an_earlier_answer_and_a_version_that_changed(profile):
    result = make_result(profile)
    assert _content.lead(result) == []
    result.manifest[_content.ANSWER] = ["Keep it."]
    assert _content.lead(result) == ["Keep it."]
    identity = result.manifest["identity"]
    assert _content.has_changed(result)
    identity["magnetkit"] = mk.__version__
    identity["data"] = mk.datasets.digests()
    assert not _content.has_changed(result)
    identity["magnetkit"] = "0"
    assert _content.has_changed(result)


def test_constants_sources_and_scenarios(profile):
    numbers = _content.constants(make_result(profile))
    assert numbers["share"] == "90"
    assert numbers["missed"] == "20"
    assert numbers["forms"] == "0.5"
    assert numbers["phases_known"].isdigit()
    sources = {one["name"]: one for one in _content.sources()}
    folders = {f.parent.name for f in mk.datasets.root().glob("*/SOURCE.md")}
    assert set(sources) == folders
    licences = [one["licences"] for one in sources.values()]
    assert any("CC BY 4.0" in names for names in licences)
    for one in sources.values():
        text = " ".join(one["text"].split())
        assert all(name in text for name in one["licences"].split(", "))
    names = [name for name, _ in _content.validations()]
    assert "magnetism" in names
    assert names == sorted(names)
    assert list(sources) == sorted(sources)
    embedded = mk.supply.scenarios()
    assert _content.scenarios_to_show("embargo") == embedded
    assert _content.scenarios_to_show("mine") == ["mine", *embedded]


def shown(**changes):
    conditions = SimpleNamespace(scenario="baseline", recycled={})
    values = {
        "table": mk.CompositionTable.from_strings(["Nd1.8Dy0.2Fe14B"]),
        "shells": [""],
        "job": SimpleNamespace(conditions=conditions),
    }
    return SimpleNamespace(**values | changes)


def test_elements_of_the_magnets_stand_riskiest_first():
    rows = _content.elements(shown())
    assert {row[0] for row in rows} == {"Nd", "Dy", "Fe", "B"}
    table = mk.supply.element_table().set_index("element")
    risks = [table.loc[row[0], "supply_risk"] for row in rows]
    assert risks == sorted(risks, reverse=True)
    first = table.loc["Dy"]
    (dysprosium,) = [row for row in rows if row[0] == "Dy"]
    _, reliance, where, producer, risk, price, control = dysprosium
    assert reliance == f"{100 * first['import_reliance']:.0f} %"
    hhi = number(first["concentration"], 2)
    assert where == f"{hhi} ({first['stage']})"
    share = f"{100 * first['largest_share']:.0f} %"
    assert producer == f"{first['largest_producer']}, {share}"
    assert risk == number(first["supply_risk"], 2)
    low, high = (number(first[f"price_{e}_USD_kg"]) for e in ("low", "high"))
    assert price == f"{number(first['price_USD_kg'])} ({low} to {high})"
    assert control == first["export_control"]
    rimmed = shown(shells=["Tb 1 wt%"])
    assert "Tb" in {row[0] for row in _content.elements(rimmed)}


def test_ranges_stand_behind_values_in_display_units():
    row = pd.Series(
        {
            "remanence_T": 1.2,
            "remanence_T_lo": 1.1,
            "remanence_T_hi": 1.3,
            "curie_temperature_K": 573.15,
            "curie_temperature_K_lo": 573.15,
            "curie_temperature_K_hi": 573.15,
            "cost_USD_kg": 20.0,
            "rank": 3.0,
            "host": None,
            "coercivity_kA_m": NAN,
        }
    )
    texts = {
        "remanence_T": "1.20 (1.10 to 1.30)",
        "curie_temperature_K": "300",
        "cost_USD_kg": "20.0",
        "rank": "3",
        "host": "",
        "coercivity_kA_m": "–",
    }
    for name, text in texts.items():
        assert format_interval(row, name, number) == text
    missing = pd.Series({"rank": None})
    assert format_interval(missing, "rank", number) == "–"


def test_units_of_columns_and_of_their_names():
    kelvin = display_scale("curie_temperature_K")
    assert (kelvin.factor, kelvin.offset, kelvin.unit) == (1.0, -273.15, "°C")
    gauss = display_scale("remanence_T", cgs=True)
    assert gauss == (pytest.approx(10.0), 0.0, "kG")
    product = display_scale("max_energy_product_kJ_m3", cgs=True)
    # 1 MGOe is 7.9577 kJ/m3.
    assert product.factor == pytest.approx(1 / 7.95775, rel=1e-5)
    field = display_scale("anisotropy_field_T", cgs=True)
    assert field == (1.0, 0.0, "T")
    assert display_scale("remanence_T", cgs=False) == (1.0, 0.0, "T")
    name = "max_energy_product_kJ_m3"
    assert rename_unit(f"{name}_lo", name, "MGOe") == (
        "max_energy_product_MGOe_lo"
    )
    assert rename_unit(name, name, "MGOe") == "max_energy_product_MGOe"
    name = "curie_temperature_K"
    assert rename_unit(name, name, "°C") == "curie_temperature_C"


def test_a_replacement_takes_its_own_way(profile):
    decided = table(TODAY, decision(), decision())
    decided["share_best"] = [0.0, 0.4, 1.0]
    result = make_result(profile, decided)
    result.manifest[_content.REPLACEMENT] = {}
    assert _content.place_to_take(result, decided) == 2
    decided["share_best"] = [0.0, 0.4, np.nan]
    assert _content.place_to_take(result, decided) is None


TWO = ["Nd2Fe14B", "Nd1.8Dy0.2Fe14B"]


@pytest.fixture(scope="module")
def job(profile):
    return make_job(profile)


@pytest.fixture
def two(job):
    rows = pd.DataFrame(
        {
            "formula": TWO,
            "candidate": ["rimmed", "bulk"],
            "shell": ["Tb 0.5 wt%", None],
            "route": [None, ""],
            "rank": [1, 2],
            "decision": ["Least heavy", "Cheapest"],
            "failed_requirements": [str(job.profile.requirements[0]), None],
        }
    )
    return _content.Magnets(
        _content.composition_table(rows),
        ["Tb 0.5 wt%", ""],
        ["a", "b"],
        rows,
        job,
    )


def test_rows_are_evaluated_by_their_route_and_shell(two, job):
    cold, hot = two.at([300.0, 423.15])
    process = job.conditions.process
    for frame, kelvin in ((cold, 300.0), (hot, 423.15)):
        expected = mk.magnetism.sintered(
            TWO, kelvin, process=process, shell=["Tb 0.5 wt%", ""]
        )
        for name in ("remanence_T", "coercivity_kA_m"):
            values = expected[name].tolist()
            assert frame[name].tolist() == pytest.approx(values)
    nothing = two.rows.head(0)
    assert _content.by_route(nothing, [300.0, 400.0], job) == [nothing] * 2


def test_formulas_of_results_are_in_atoms():
    # In wt.% it would be another alloy.
    rows = pd.DataFrame({"formula": ["Nd15Fe77B8"]})
    assert _content.composition_table(rows).fraction("Nd")[0] == 0.15


def test_a_curve_is_of_magnet_and_its_shell(two, job):
    bare, rimmed = (
        _content.demagnetization_curves(two.table[:1], shell, 400.0, job)
        for shell in ("", "Tb 0.5 wt%")
    )
    assert rimmed.coercivity[0, 0] > bare.coercivity[0, 0]
    assert rimmed.coercivity.shape == (1, 1)
    expected = mk.magnetism.sintered(
        TWO[:1], 400.0, process=job.conditions.process, shell="Tb 0.5 wt%"
    )
    assert 1e-3 * rimmed.coercivity[0, 0] == pytest.approx(
        expected["coercivity_kA_m"][0]
    )


def test_each_requirement_has_the_values_of_all_magnets(two, job):
    described = _content.requirements(two)
    profile = job.profile
    assert "remanence_T" in {r.column for r in profile.requirements}
    assert [one["text"] for one in described] == [
        _content.requirement_in_words(r) for r in profile.requirements
    ]
    for one, requirement in zip(described, profile.requirements, strict=True):
        assert one["source"] == requirement.source
        assert one["status"] == requirement.status
        assert len(one["values"]) == 2
        if requirement.column != "remanence_T":
            continue
        kelvin = requirement.temperature_K or job.temperature
        (frame,) = two.at([kelvin])
        values = [number(value) for value in frame["remanence_T"]]
        assert [value for value, _ in one["values"]] == values
        assert all(" to " in ends for _, ends in one["values"])


def test_scenarios_list_risk_and_cost_of_all_magnets(two):
    rows = _content.by_scenario(two)
    names = mk.supply.scenarios()
    assert len(rows) == len(names)
    for row, name in zip(rows, names, strict=True):
        assert row["title"] == mk.supply.load_scenario(name).title
        ledger = mk.supply.ledger(TWO, name, shell=["Tb 0.5 wt%", ""])
        for column in ("supply_risk", "cost_USD_kg"):
            assert row[column] == pytest.approx(ledger[column].tolist())


def test_decisions_are_shown_with_misses_in_words(two, job):
    result = SimpleNamespace(
        best=two.rows.copy, profile=job.profile, job="the job"
    )
    magnets = _content.shown_magnets(result)
    words = _content.requirement_in_words(job.profile.requirements[0])
    assert magnets.rows["failed_requirements"].tolist() == [words, ""]
    assert magnets.shells == ["Tb 0.5 wt%", ""]
    assert magnets.table.formulas() == two.table.formulas()
    assert len(magnets.labels) == 2
    assert magnets.job == "the job"


def test_facts_are_of_the_elements_that_are_shown(monkeypatch):
    monkeypatch.setattr(_content, "overdue", lambda symbols: symbols)
    rimmed = shown(shells=["Tb 1 wt%"])
    assert _content.overdue_facts(rimmed) == "B Fe Nd Tb Dy".split()


def test_a_calibration_is_that_of_todays_magnet(profile):
    result = make_result(profile)
    assert _content.calibration(result) == "Calibration: none."
