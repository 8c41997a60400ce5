"""What replaces a magnet: the answer and what it rests on."""

import json
import re
import textwrap
from html import escape

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import CompositionError, InputError
from magnetkit.settings import get_settings

import magnetkit as mk
from magnetkit.choose.answer import short_name
from magnetkit.run.replace import (
    _drop_missing,
    _report_record,
)

BULK = {"recipe": "Nd22.24Pr5.56Dy3Co1Cu0.15B0.96Fe bal.", "basis": "weight"}


@pytest.fixture(scope="module")
def motor():
    return mk.replace("N42SH", "150C", **BULK)


@pytest.fixture(scope="module")
def estimate():
    """N42SH of which nobody says what it is made of."""
    return mk.replace("N42SH", "150C")


def test_answer_starts_with_the_verdict_and_fits_a_screen(motor):
    lines = motor.lines()
    best = motor.recommended
    assert motor.verdict == "replace"
    assert lines[0] == motor.answers[0].sentence + "."
    assert f"saves {best.saved:.1f} wt.%" in lines[0]
    assert f"P {best.probability_meets_requirements:.2f}" in lines[0]
    rows = [part for line in lines for part in textwrap.wrap(line, 80) or [""]]
    assert len(rows) <= 40
    assert motor.ways[0] is best
    assert [way.number for way in motor.ways] == list(
        range(1, len(motor.ways) + 1)
    )
    assert str(motor) == "\n".join(lines)
    assert len(repr(motor)) <= 800
    assert str(motor).startswith(repr(motor).splitlines()[0])
    # The table: two lines of heads, today's magnet, the ways; six lines below at most.
    start = lines.index("") + 1
    end = start + 3 + len(motor.ways)
    assert max(map(len, lines[start:end])) <= 80
    assert lines[end] == ""
    assert len(lines[end + 1 :]) <= 6
    # 1.0888 T is 10.89 kG, 453.6 kA/m are 5.70 kOe.
    assert "B_r >= 10.89 kG, H_cJ >= 5.70 kOe" in " ".join(motor.lines("cgs"))
    assert "Below -23 °C no coercivity was compared" in " ".join(
        mk.replace("N50", "-60C").lines()
    )


def test_failing_magnet_is_named_first():
    # H_k of the sheet, 0.29 of 1,592 kA/m at 180 degrees C, against B_r of 1.04 T at load line 1.
    hot = mk.replace("N42SH", "180C", load_line=1.0)
    assert hot.verdict == "reach"
    assert hot.own_probability == 0.0
    first = hot.lines()[0]
    assert "N42SH is used above its rating of 150 °C" in first
    assert "N42SH does not stand 180 °C at load line 1: H_k " in first
    fields = re.search(r"H_k (\d+) kA/m, field (\d+)", first)
    assert 100 <= float(fields[1]) <= 240
    assert float(fields[2]) == pytest.approx(401.0, abs=8.0)
    # What reaches it stands the duty by its own B_r; least exposure first.
    for way in hot.ways:
        if way.likely:
            assert way.demagnetization_safety >= 1.1
    likely = [
        w.exposure_USD_kg
        for w in hot.ways
        if w.likely and w.kind != "other-family"
    ]
    assert likely == sorted(likely)
    answer = mk.replace(
        values={"B_r": 1.403, "H_cJ": 987},
        temperature="25C",
        require="coercivity_kA_m>=1500",
    )
    assert answer.verdict == "reach"
    assert "does not meet H_cJ >= 1500 kA/m" in answer.lines()[0]
    assert answer.ways


def test_another_family_stands_first_only_where_it_may(motor):
    other = next(way for way in motor.ways if way.kind == "other-family")
    assert not other.recommended
    row = next(
        line
        for line in motor.lines()
        if line.lstrip().startswith(f"{other.number} ")
    )
    assert row.endswith(" ask")
    answer = mk.replace(
        "N42SH", "150C", family="any", prices={"Ga": "50x"}, **BULK
    )
    assert answer.recommended.kind == "other-family"
    # By its elements alone it is never called cheaper, and its own scarce ones stand beside.
    text = " ".join(answer.lines())
    assert "price: ask" in text
    assert re.search(r"it holds Sm \d+ wt.%, Co \d+ wt.%", text)
    with pytest.raises(InputError, match="own or any"):
        mk.replace("N42SH", "150C", family="all")


def test_a_price_changes_the_answer(motor):
    # Terbium eight times as dear: what holds it falls out, by exposure or by cost.
    dear = mk.replace("N42SH", "150C", prices={"Tb": "8x"}, **BULK)
    keys = ["candidate", "shell", "grade"]
    usual = [
        one.candidates[one.candidates["route"].isna()] for one in (motor, dear)
    ]
    before, after = (rows.set_index(keys)["exposure_USD_kg"] for rows in usual)
    shells = before.index.get_level_values("shell")
    tb = shells.str.startswith("Tb") & (
        before.index.get_level_values("grade") == ""
    )
    ratio = after[before.index[tb]].to_numpy() / before[tb].to_numpy()
    assert (ratio > 1.2).all()
    assert not (dear.recommended and dear.recommended.shell.startswith("Tb"))
    for way in dear.ways:
        assert not (way.recommended and way.cost_per_flux_ratio > 1.1)
    # Gallium dear enough takes the ways without heavy rare earth that rest on it off the list.
    answer = mk.replace(
        "N42SH", "150C", prices={"Ga": "50x", "Dy": "0.5x"}, **BULK
    )
    assert (
        answer.recommended is None or "Ga" not in answer.recommended.candidate
    )


def test_a_named_recipe_is_judged_like_the_ways(motor):
    best = motor.recommended
    again = motor.judge(best.candidate, best.shell, basis="weight")
    assert again.chance == pytest.approx(best.chance, abs=1e-9)
    assert again.coercivity_guaranteed_kA_m == pytest.approx(
        best.coercivity_guaranteed_kA_m
    )
    grade = motor.judge("N45UH")
    assert grade.grade == "N45UH"
    assert grade.chance > 0.9
    recipe = motor.judge(BULK["recipe"], basis="weight")
    assert recipe.chance == 1.0


def test_feedback_is_part_of_the_charge(monkeypatch, motor):
    feed = {"share": 20.0, "Nd": 25.0, "Sm": 5.0, "Fe": 70.0, "O": 0.5}
    monkeypatch.setattr(get_settings(), "scrap", feed)
    monkeypatch.setattr(
        get_settings(), "yields", {"milling": 0.95, "diffusion": 0.9}
    )
    with pytest.raises(
        InputError, match=r"20 wt.% of scrap holds 1\.00 wt.% Sm more"
    ):
        motor.lines(everything=True)

    def read_charge(feed):
        monkeypatch.setattr(get_settings(), "scrap", feed)
        whole = " ".join(motor.lines(everything=True))
        charge = re.search(r"To charge, wt.%: ([^;]*);", whole)[1]
        amounts = {
            part.split()[0]: float(part.split()[1])
            for part in charge.split(", ")
        }
        assert sum(amounts.values()) == pytest.approx(100.0, abs=0.05)
        return whole, amounts

    whole, amounts = read_charge({"share": 20.0, "O": 0.5})
    assert amounts["scrap"] == 20.0
    # Scrap of the recipe itself leaves four fifths of everything.
    assert amounts["FeB"] == pytest.approx(0.8 * 0.96 / 0.19, abs=0.01)
    assert "carries O 0.10 wt.%" in whole
    assert "takes 1.17 kg of charge (milling, diffusion, as set)" in whole
    # Scrap of iron alone, stated in parts, takes nothing of the others.
    whole, amounts = read_charge({"share": 20.0, "Fe": 50.0})
    assert amounts["FeB"] == pytest.approx(0.96 / 0.19, abs=0.01)
    assert "The scrap carries" not in whole


@pytest.mark.parametrize(
    ("grade", "temperature", "more"),
    [
        ("N42SH", "150C", {}),
        ("N33AH", "220C", {}),
        ("YX20", "150C", {}),
        ("Recoma 32", "250C", {}),
        ("2:17TC-16", "100C", {}),
        ("N42SH", "75C", {"load_line": 2.0, "outside_field_kA_m": 400.0}),
    ],
)
def test_the_recipe_in_use_passes_its_own_test(grade, temperature, more):
    answer = mk.replace(grade, temperature, **more)
    assert all(answer.own_probability >= 0.95 for answer in answer.answers)
    today = answer.answers[0].today
    for way in answer.ways:
        if way.recommended:
            assert way.likely
            assert way.exposure_USD_kg <= 0.8 * today.exposure_USD_kg + 1e-9


def test_each_kind_of_a_grade_has_its_answer(motor, estimate):
    kinds = [answer.kind for answer in estimate.answers]
    assert (
        {"bulk", "diffused"}
        <= set(kinds)
        <= {"bulk", "diffused", "fine-grained"}
    )
    assert all(answer.weight >= 0.2 for answer in estimate.answers)
    assert f"if it is {kinds[1]}, " in " ".join(estimate.lines())
    # What it holds is said as the mean over the kinds with its range, never the likelier alone.
    mean, low, high = estimate.incumbent.makeup.heavy_wt_pct
    text = f"{mean:.1f} ({low:.1f}-{high:.1f})"
    assert text in " ".join(estimate.lines())
    assert (
        estimate.answers[0].today.wt_pct
        == estimate.answers[1].today.wt_pct
        == mean
    )
    bulk = motor
    assert [a.kind for a in bulk.answers] == ["bulk"]
    assert bulk.answers[0].recipe.heavy_wt_pct == pytest.approx(3.0, abs=1e-3)
    # What industry does instead of 3 wt.% dysprosium: some tenths of a per cent, diffused in.
    ways = [way for way in bulk.ways if way.kind == "diffused"]
    assert ways[0].likely
    assert ways[0].heavy_rare_earth_wt_pct <= 1.5


def test_names_a_class_far_over_its_use():
    cool = mk.replace("N42SH", "75C", **BULK)
    # By its drawing some 1,050 to 1,110 kA/m are asked for all the same.
    assert 1000.0 < cool.limits["coercivity_kA_m"].limit < 1150.0
    assert "load line of" in cool.duty_line
    assert "no heavy rare earth" in cool.duty_line
    duty = mk.replace(
        "N42SH", "75C", load_line=2.0, outside_field_kA_m=400.0, **BULK
    )
    # 400 kA/m in its place add to 320 of its own: class M does not stand it, H does.
    lower = next(way for way in duty.ways if way.kind == "lower-class")
    assert lower.likely
    assert lower.grade.endswith("H")
    assert duty.recommended.exposure_USD_kg <= lower.exposure_USD_kg
    assert not duty.duty_line


def test_unlevelled_recipe_gets_no_melt():
    # No producer makes class AH of an alloy without heavy rare earth.
    answer = mk.replace(
        "N33AH", "220C", recipe="Nd30.5Co1B0.98Fe bal.", basis="weight"
    )
    assert answer.answers[0].level > 1.39
    assert not answer.answers[0].is_level_sound
    assert all(way.grade for way in answer.ways)
    assert "give its recipe" in " ".join(answer.lines())


@pytest.mark.parametrize(
    ("grade", "says"),
    [
        ("BNP-8", "bonded"),
        ("Alnico 5", "no rare earth"),
    ],
)
def test_keeps_a_magnet_without_heavy_rare_earth(grade, says):
    answer = mk.replace(grade, "20C")
    assert answer.verdict == "keep"
    assert says in answer.lines()[0]


def test_keeps_a_class_of_little_heavy_rare_earth():
    answer = mk.replace("N50", "50C")
    assert answer.verdict == "keep"
    mean, low, _ = answer.incumbent.makeup.heavy_wt_pct
    assert (low, mean < 1.0) == (0.0, True)
    assert not [
        way for way in answer.ways if way.likely and way.kind == "alloy"
    ]


def test_duty_alone_gets_grades_of_the_market():
    answer = mk.replace(
        None,
        "130C",
        require=["remanence_T>=1.15"],
        load_line=2.0,
        outside_field_kA_m=100.0,
    )
    assert answer.lines()[0].startswith("Order ")
    best = answer.recommended
    row = mk.grades(best.grade, "130C").iloc[0]
    assert row["remanence_T_lo"] >= 1.14
    assert best.demagnetization_safety >= 1.1
    curve = mk.curve(best.grade, "130C", bound="guaranteed").curves
    self_field = curve.remanence[0, 0] / (
        4e-7 * np.pi * (2.0 + curve.recoil[0, 0])
    )
    field = self_field + 100e3
    assert curve.knee_field[0, 0] / field == pytest.approx(
        best.demagnetization_safety, rel=1e-3
    )
    # A weak and warm duty needs no rare earth.
    weak = mk.replace(
        None, "120C", require=["remanence_T>=0.28"], load_line=2.0
    )
    assert weak.recommended.host == "ferrite"


def test_answer_follows_prices_supply_and_kilograms():
    dear = mk.replace(
        "N42SH",
        "150C",
        prices={"Tb": "3x"},
        mass_kg=0.25,
        per_year=2000,
        **BULK,
    )
    plain = mk.replace(
        "N42SH", "150C", prices=None, mass_kg=0.25, per_year=2000, **BULK
    )
    keys = ["candidate", "shell"]
    costs = [
        r.candidates[r.candidates["way"] == "diffused"].set_index(keys)[
            "cost_USD_kg"
        ]
        for r in (plain, dear)
    ]
    base = plain.candidates.set_index(keys)["cost_USD_kg"]
    recipe = "Nd24.64Pr6.16Co1Cu0.15B0.96Fe bal."
    shell = costs[0][recipe, "Tb 0.8 wt%"] - base[recipe, ""]
    assert costs[1][recipe, "Tb 0.8 wt%"] - costs[0][
        recipe, "Tb 0.8 wt%"
    ] == pytest.approx(2 * shell, rel=0.1)
    saving = plain.recommended.saved / 100 * 0.25 * 2000
    assert f"saves {saving:.3g} kg of heavy rare earth a year" in " ".join(
        plain.lines()
    )


def test_calibrated_mill_predicts_the_replacements(motor):
    rows = {
        "composition": [BULK["recipe"]],
        "basis": ["weight"],
        "temperature_K": [423.15],
        "coercivity_kA_m": [300.0],
        "remanence_T": [1.15],
    }
    mine = mk.calibrate(pd.DataFrame(rows), "mine", keep=False)
    answer = mk.replace("N42SH", "150C", process=mine, **BULK)
    # A producer whose own magnets are softer than the drawing does not make the recipe pass.
    assert answer.own_probability < 0.2
    with pytest.raises(InputError, match="is a route, or a calibration"):
        mk.replace("N42SH", "150C", process={"grain_size_um": 3.0})
    with pytest.raises(InputError, match="give one"):
        mk.replace("N42SH", "150C", process=mine, measured=pd.DataFrame(rows))


def test_the_answer_stands_in_every_report(tmp_path):
    answer = mk.replace(
        "N42SH", "150C", prices={"Tb": "3x"}, out=tmp_path / "out"
    )
    again = mk.run.ScreenResult.from_folder(tmp_path / "out")
    later = again.report(tmp_path / "again.html").read_text("utf-8")
    for text in (
        (tmp_path / "out" / "report.html").read_text(encoding="utf-8"),
        later,
    ):
        assert "price of Tb 3x" in text
        assert f"<strong>{escape(answer.lines()[0])}</strong>" in text
        # One picture and one table: today's magnet, then the ways by their numbers.
        assert text.count("<figure><svg") == 1
        assert "today: N42SH" in text
        # Every other figure that has a place is drawn, and none of phases.
        data = json.loads(re.search(r'id="data">(.*?)</script>', text)[1])
        places = set(re.findall(r'data-figure="(\w+)"', text))
        assert places == set(data["figures"])
        assert "section" not in places
    # One P and one number of each way: those of the answer, the magnet in use before them.
    decisions = again.decisions
    assert decisions["probability_meets_requirements"].iloc[0] == 1.0
    for way in answer.ways:
        row = again.best(way.number).iloc[-1]
        assert (row["rank"], row["shell"] or "") == (way.number, way.shell)
        assert row["probability_meets_requirements"] == way.chance
        assert (
            decisions["probability_meets_requirements"].iloc[way.number]
            == way.chance
        )
    # One of each kind is drawn as it is answered.
    for way in {way.kind: way for way in answer.ways}.values():
        curve = mk.curve(
            f"{tmp_path / 'out'}:{way.number}", "150C", bound="guaranteed"
        ).curves
        guarantee = 1e3 * way.coercivity_guaranteed_kA_m
        assert curve.coercivity[0, 0] == pytest.approx(guarantee, rel=0.01)
        assert curve.knee_field[0, 0] == pytest.approx(
            1e3 * way.knee_guaranteed_kA_m, rel=0.01
        )
    table = pd.read_csv(tmp_path / "out" / "ranked.csv")
    assert table["rank"].head(len(answer.ways)).tolist() == [
        way.number for way in answer.ways
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"grade": "N42SH", "temperature": "hot"}, "150C"),
        (
            {"grade": "N42SH", "temperature": "400C"},
            "choose a lower temperature",
        ),
        ({"grade": "N42SH", "load_line": -1.0}, "load_line"),
        ({"grade": "N42SH", "prices": {"Qq": 2}}, "no chemical element"),
        ({"grade": "N42SH", "prices": {"Tb": "dear"}}, "factor"),
        ({"grade": "N42SH", "require": ["B_r>1"]}, "not understood"),
        ({"grade": "N42SH", "per_year": 0}, "1 or more"),
        ({"grade": "N42SH", "spread": {"B_r": 90.0}}, "percent of one lot"),
        ({"grade": "N42SH", "mass_kg": float("inf")}, "finite number above 0"),
        ({"grade": "N42SH", "shell": "Tb 0.5 wt%"}, "give recipe or measured"),
        ({"load_line": 2.0, "temperature": "100C"}, "needs the least B_r"),
        (
            {"grade": "N42SH", "require": ["irreversible_loss_pct<=3"]},
            "screen --require",
        ),
        (
            {"grade": "N42SH", "recipe": "He"},
            "no magnet at 150|no level of a producer",
        ),
        ({"grade": "N42SH", "recipe": "Xx2Fe14B"}, "Xx"),
    ],
)
def test_names_bad_input(arguments, says):
    with pytest.raises((InputError, CompositionError), match=says):
        mk.replace(**arguments)


def test_judges_a_recipe_by_the_route_of_its_candidates(motor):
    # Grains of hot-deformed magnets are tenths of a micrometre: the same melt is harder than
    # sintered, and a route that is asked for holds for what is judged by name too.
    melt = "Nd24.64Pr6.16Co3Ga0.4Cu0.15B0.96Fe bal."
    plain = motor.judge(melt, basis="weight")
    by_route = mk.replace(
        "N42SH", "150C", **BULK, process={"route": "hot-deformed"}
    )
    deformation = by_route.judge(melt, basis="weight")
    assert plain.route is None
    assert deformation.route == "hot-deformed"
    assert deformation.coercivity_kA_m > 1.2 * plain.coercivity_kA_m


def test_json_has_no_number_that_is_none():
    value = {"a": [1.0, float("nan"), (float("inf"), "x")], "b": {"c": 5}}
    plain = {"a": [1.0, None, [None, "x"]], "b": {"c": 5}}
    assert _drop_missing(value) == plain
    assert value["a"][2][1] == "x"


def test_a_record_for_the_report_has_heads_rows_and_margins(motor):
    record = _report_record(motor)
    first = motor.answers[0]
    best = motor.recommended
    assert record["headline"] == f"{first.sentence}."
    assert record["today"] == "N42SH"
    assert record["new"] == short_name(best)
    assert record["heads"][:3] == ["No.", "What", "Heavy rare earth, wt.%"]
    assert len(record["rows"]) == 1 + len(motor.ways)
    assert record["rows"][0][1] == "today: N42SH"
    names = [one["name"] for one in record["pair"]]
    assert names == [
        "Heavy rare earth, wt.%",
        "P",
        "B_r, T",
        "H_cJ, kA/m",
        "Margin",
        "Cost per flux",
    ]
    chance = record["pair"][1]
    assert chance["today"] == f"{motor.own_probability:.2f}"
    assert chance["new"] == f"{best.chance:.2f}"
    assert record["pair"][2]["new"] == f"{best.remanence_guaranteed_T:.3f}"
    orders = {one["name"]: one["text"] for one in record["orders"]}
    likely = [way for way in motor.ways if way.likely]
    assert list(orders) == [f"{w.number}. {short_name(w)}" for w in likely]
    assert orders[f"1. {short_name(best)}"] == best.order_line
    margins = [one["name"] for one in record["margins"]]
    ways = [short_name(way) for way in motor.ways]
    assert margins == ["today: N42SH", *ways]


def test_json_has_limits_evidence_and_every_candidate(motor):
    whole = json.loads(motor.to_json())
    limits = {one["column"]: one["value"] for one in whole["limits"]}
    assert limits == {
        name: pytest.approx(one.limit) for name, one in motor.limits.items()
    }
    assert whole["evidence"] == {
        "values": motor.evidence,
        "lots": motor.spread,
        "estimate": False,
    }
    assert whole["lines"] == motor.lines()
    assert len(whole["ways"]) == len(motor.ways)
    assert len(whole["candidates"]) == len(motor.candidates)
    for name in ("verdict", "own_probability", "basis", "duty_line"):
        assert whole[name] == getattr(motor, name)
    html = motor._repr_html_()
    assert html.count("<div>") == len(motor.lines())


def test_a_duty_in_words(motor):
    assert motor.basis.startswith("the drawing: ")
    reference = motor.reference
    assert reference["load_line"] is None
    assert reference["outside_field_kA_m"] is None
    assert reference["made_of_is_estimate"] is False
    (one,) = reference["made_of"]
    assert (one["kind"], one["weight"]) == ("bulk", 1.0)
    name = "heavy_rare_earth_wt_pct"
    assert (
        reference[f"{name}_lo"] == reference[name] == reference[f"{name}_hi"]
    )


@pytest.mark.parametrize("option", ["out", "offer"])
def test_a_duty_alone_has_no_folder_and_no_offer(option):
    with pytest.raises(InputError, match=f"{option} needs the magnet in use"):
        mk.replace(
            None,
            "120C",
            require=["remanence_T>=0.28"],
            load_line=2.0,
            **{option: "N42SH"},
        )
