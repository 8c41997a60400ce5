"""A producer's own magnets: learnt from, named where they do not fit, kept under a name."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.magnetism._measured import folder, splits
from magnetkit.magnetism.calibrate import (
    Calibration,
    _missing,
    _number,
    _report_refusals,
    calibration,
    read_magnets,
)

CHARGE = "Nd30.5Dy1Co1Cu0.1B1Fe bal."
OTHER = "Nd29Dy3Co1Cu0.1B1Fe bal."


def _model(text, temperature=293.15, process=None, basis="weight"):
    table = mk.CompositionTable.from_strings([text], basis=basis)
    return mk.magnetism.sintered(table, temperature, process=process).iloc[0]


def _coercivity(process=None, text=OTHER):
    return _model(text, process=process)["coercivity_kA_m"]


def _table(*rows, basis="weight"):
    return pd.DataFrame(rows).assign(basis=basis)


def _row(text=CHARGE, t=293.15, h=1.0, b=1.0, **more):
    model = _model(text, t)
    return {
        "composition": text,
        "temperature_K": t,
        **more,
        "coercivity_kA_m": h and h * model["coercivity_kA_m"],
        "remanence_T": b and b * model["remanence_T"],
    }


def _width(process=None, quantity="coercivity_kA_m", text=OTHER):
    row = _model(text, process=process)
    return np.log(row[f"{quantity}_hi"] / row[f"{quantity}_lo"])


def _contradictions(*recipes):
    """Return what is noted of two magnets, at.%, of which one is harder, the other softer."""
    rows = [
        {
            "composition": text,
            "temperature_K": 293.15,
            "magnet": magnet,
            "coercivity_kA_m": share
            * _model(text, basis="atomic")["coercivity_kA_m"],
        }
        for text, share, magnet in zip(recipes, (1.3, 0.8), "AB", strict=True)
    ]
    return calibration(
        _table(*rows, basis="atomic"), "x", keep=False
    ).contradictions


def test_one_harder_magnet_hardens_and_narrows_its_mill():
    process = mk.calibrate(_table(_row(h=1.2, b=0.98)), "harder")
    before = _model(OTHER)
    after = _model(OTHER, process=process)
    assert 1.05 < after["coercivity_kA_m"] / before["coercivity_kA_m"] < 1.2
    assert 0.98 < after["remanence_T"] / before["remanence_T"] < 1.0
    for quantity in ("coercivity_kA_m", "remanence_T"):
        assert _width(process, quantity) < 0.95 * _width(None, quantity)
    # The same charge again: what is left is mostly its residue.
    assert _width(process, text=CHARGE) < 0.65 * _width(text=CHARGE)


def test_finds_a_mill_by_name_and_replaces_it():
    first = mk.calibrate(_table(_row(h=1.2)), "mine")
    mk.calibrate(_table(_row(h=0.8)), "theirs")
    assert _coercivity("mine") == pytest.approx(_coercivity(first))
    mk.calibrate(_table(_row(h=0.8)), "mine")
    assert _coercivity("mine") == pytest.approx(_coercivity("theirs"))


def test_other_hosts_know_nothing_of_it():
    process = mk.calibrate(_table(_row(h=1.3)), "mine")
    before = _model("SmCo5", process=None, basis="atomic")
    after = _model("SmCo5", process=process, basis="atomic")
    assert after["coercivity_kA_m"] == before["coercivity_kA_m"]
    assert after["coercivity_kA_m_lo"] == before["coercivity_kA_m_lo"]


def test_either_value_may_be_missing():
    only_b = mk.calibrate(_table(_row(h=None, b=0.97)), "b")
    assert _coercivity(only_b) == pytest.approx(_coercivity())
    assert (
        _model(OTHER, process=only_b)["remanence_T"]
        < _model(OTHER)["remanence_T"]
    )


def test_more_magnets_narrow_the_mill():
    rows = [
        _row(f"Nd{31.5 - x}Dy{x}Co1Cu0.1B1Fe bal.", h=1.15)
        for x in (0.5, 1.5, 2.5)
    ]
    result = calibration(_table(*rows), "series")
    report = result.report[result.report["quantity"] == "coercivity_kA_m"]
    before = np.log(report["measured"] / report["before"]).abs()
    after = np.log(report["measured"] / report["after"]).abs()
    assert (after < 0.7 * before).all()
    one = mk.calibrate(_table(rows[0]), "one", keep=False)
    assert _width(result.process) < _width(one)
    assert "H_cJ, 3 magnets" in result.lines()[0]


def test_next_magnet_range_is_the_smaller_of_two():
    rows = [
        _row(f"Nd{31.5 - x}Dy{x}Co1Cu0.1B1Fe bal.", h=1.15, b=None)
        for x in (0.5, 2.5)
    ]
    result = calibration(_table(*rows), "x", keep=False)

    def next_magnet_range(report):
        line = replace(result, report=report).lines()[0]
        return float(re.search(r"next magnet ±(\d+) %", line)[1])

    part = result.report
    # However little the model knows, producers differ no more than they do; a model that knows more
    # than that is believed.
    assert (
        next_magnet_range(part.assign(before_hi=10.0 * part["before_hi"]))
        == next_magnet_range(part)
        > 5.0
    )
    assert (
        next_magnet_range(part.assign(before_hi=1.05 * part["before_lo"]))
        < 3.0
    )


def test_recipes_a_thousandth_apart_are_two():
    def contradictions_at_distance(apart):
        x = apart / 2.0
        other = f"Nd{0.14 - x:.6f}Dy0.01Fe{0.79 + x:.6f}B0.06"
        return _contradictions("Nd0.14Dy0.01Fe0.79B0.06", other)

    assert len(contradictions_at_distance(0.00095)) == 1
    assert not contradictions_at_distance(0.00105)


def test_other_elements_make_another_recipe():
    base = "Nd0.14Dy0.01Fe0.789B0.06"
    assert not _contradictions(f"{base}Cu0.001", f"{base}Al0.001")


def test_one_magnet_has_the_usual_deviation():
    report = calibration(_table(_row(h=1.3, b=0.97)), "one", keep=False).report
    for row in report.to_dict("records"):
        usual_deviation = np.log(row["before_hi"] / row["before_lo"]) / (
            2.0 * 1.6449
        )
        deviation = min(usual_deviation, splits()[row["quantity"]].deviation)
        assert row["after"] == row["before"]
        width = np.log(row["after_hi"] / row["after_lo"])
        assert width == pytest.approx(2.0 * 1.6449 * deviation, rel=1e-3)
        assert row["after_lo"] * row["after_hi"] == pytest.approx(
            row["after"] ** 2
        )
        # Beside what is not known of it stands what measuring leaves: 3 % of H_cJ, 1 % of B_r.
        scatter = {"coercivity_kA_m": 0.03, "remanence_T": 0.01}[
            row["quantity"]
        ]
        score = np.log(row["measured"] / row["before"]) / np.hypot(
            deviation, scatter
        )
        assert row["standard_score"] == pytest.approx(score, rel=1e-3)


def test_hot_row_tells_less_of_the_common_part():
    cold = mk.calibrate(_table(_row(t=293.15, h=1.2, b=None)), "x", keep=False)
    hot = mk.calibrate(_table(_row(t=423.15, h=1.2, b=None)), "x", keep=False)
    assert _coercivity(hot) < _coercivity(cold)


def test_bad_rows_are_named_and_left_out():
    good = _row(h=1.1)
    bad = [
        {**good, "remanence_T": 0.5},
        {**good, "composition": "N42SH"},
        {**good, "coercivity_kA_m": None, "remanence_T": None},
        {**good, "coercivity_kA_m": -5.0},
        {**good, "temperature_K": None},
        {**good, "composition": "Fe"},
    ]
    with pytest.warns(UserWarning, match="6 rows left out") as record:
        result = calibration(_table(good, *bad), "mine")
    assert sorted(result.rejected) == [2, 3, 4, 5, 6, 7]
    assert "standard deviations away" in result.rejected[2]
    assert "grade" in result.rejected[3]
    assert len(record) == 1
    clean = mk.calibrate(_table(good), "clean")
    assert _coercivity("mine") == pytest.approx(_coercivity(clean))
    with pytest.raises(InputError, match="row 2"):
        mk.calibrate(_table(good, *bad), "mine", strict=True)
    with pytest.raises(InputError, match="expected the columns"):
        mk.calibrate(pd.DataFrame({"recipe": [CHARGE]}), "mine")
    with pytest.raises(InputError, match="one row or more"):
        mk.calibrate(_table(good).head(0), "mine")


def test_names_the_curve_that_is_left_out(tmp_path):
    rows = []
    for celsius, share in ((20, 1.1), (150, 0.05)):
        model = _model(CHARGE, 273.15 + celsius)
        coercivity = share * model["coercivity_kA_m"]
        field = np.linspace(0.0, -1.2 * coercivity, 61)
        ratio = (field + coercivity) / (0.02 * coercivity)
        level = model["remanence_T"] * np.tanh(ratio)
        rows += [(celsius, *point) for point in zip(field, level, strict=True)]
    curves = pd.DataFrame(rows, columns=["T_C", "H_kA_m", "J_T"])
    curves.to_csv(tmp_path / "curves.csv", index=False)
    table = _table({"composition": CHARGE, "curve": tmp_path / "curves.csv"})
    with pytest.warns(UserWarning, match=r"row 1: its curve at 423.15 K: coe"):
        result = calibration(table, "curves")
    assert set(result.report["temperature_K"]) == {293.15}
    stored = json.loads((folder() / "curves.json").read_text())
    assert [row["temperature_K"] for row in stored["measured"]] == [293.15]


def test_contradictory_magnets_are_reported_and_trusted_less():
    result = calibration(
        _table(
            _row(h=1.3, b=None, magnet="A"), _row(h=0.8, b=None, magnet="B")
        ),
        "torn",
    )
    assert len(result.contradictions) == 1
    assert "rows 1 and 2 contradict each other" in result.contradictions[0]
    sure = calibration(
        _table(
            _row(h=1.02, b=None, magnet="A"), _row(h=1.02, b=None, magnet="B")
        ),
        "sure",
    )
    assert not sure.contradictions
    assert _width(sure.process) < 0.95 * _width(result.process)


def test_names_a_magnet_that_contradicts_the_others():
    rows = [
        _row(f"Nd{31.5 - x}Dy{x}Co1Cu0.1B1Fe bal.", h=1.25)
        for x in (0.9, 1.0, 1.1)
    ]
    result = calibration(
        _table(*rows, _row("Nd30Dy1.5Co1Cu0.1B1Fe bal.", h=0.6)), "odd"
    )
    assert any(
        "row 4" in line and "does not fit" in line for line in result.lines()
    )


def test_a_csv_is_read(tmp_path):
    file = tmp_path / "magnets.csv"
    _table(_row(h=1.1)).to_csv(file, index=False)
    assert mk.calibrate(file, "mine").producer.hosts == ("2:14:1",)
    with pytest.raises(InputError, match="no such file"):
        mk.calibrate(tmp_path / "absent.csv", "mine")


def test_measurement_uses_the_conventions_of_the_trade():
    # H_cJ of one magnet is read to 3 %, B_r to 1 % (one standard deviation of each).
    magnets = mk.calibrate(_table(_row()), "x", keep=False).producer.magnets
    noise = {
        m["quantity"]: np.sqrt(m["noise"]) * m["deviation"] for m in magnets
    }
    assert noise["coercivity_kA_m"] == pytest.approx(0.03)
    assert noise["remanence_T"] == pytest.approx(0.01)


def test_hot_row_allows_for_a_steeper_fall():
    (hot,) = mk.calibrate(
        _table(_row(t=423.15, b=None)), "x", keep=False
    ).producer.magnets
    base = np.log(_model(CHARGE, 423.15, None)["coercivity_kA_m"])
    steeper = np.log(
        _model(CHARGE, 423.15, {"fall": np.exp(0.0015)})["coercivity_kA_m"]
    )
    higher = np.log(
        _model(CHARGE, 423.15, {"level": 1.001})["coercivity_kA_m"]
    )
    by_level = 100.0 * (steeper - base) / ((higher - base) / np.log(1.001))
    assert hot["slope"] * hot["deviation"] == pytest.approx(by_level, rel=0.02)
    (cool,) = mk.calibrate(
        _table(_row(h=None, t=423.15)), "x", keep=False
    ).producer.magnets
    assert cool["slope"] == 0.0


def test_shell_is_part_of_a_measurement():
    row = _row()
    bare = mk.calibrate(
        _table({**row, "shell": ""}), "x", keep=False
    ).producer.magnets[0]["score"]
    with_shell = mk.calibrate(
        _table({**row, "shell": "Tb 0.5 wt%"}), "x", keep=False
    ).producer.magnets[0]["score"]
    # The model expects more of the shelled magnet, so that the same value is a lower one.
    assert with_shell < bare - 0.5


def test_only_repeated_measurements_contradict():
    def contradictions(*labels):
        rows = [
            _row(h=h, b=None, magnet=m)
            for h, m in zip((0.9, 1.1), labels, strict=True)
        ]
        return calibration(_table(*rows), "x", keep=False).contradictions

    assert len(contradictions("a", "a")) == 1
    assert "rows 1 and 2 contradict each other" in contradictions("a", "a")[0]
    assert contradictions("a", "b") == []


def test_outlier_is_listed_among_good_rows():
    rows = [
        _row(f"Nd{31.5 - x}Dy{x}Co1Cu0.1B1Fe bal.", h=1.3, b=None)
        for x in (0.5, 1.0, 1.5)
    ]
    report = calibration(_table(*rows), "x", keep=False).report
    # All are harder than the model by the same: what the others say leaves little of that.
    alone = (
        calibration(_table(rows[0]), "x", keep=False)
        .report["standard_score"]
        .iloc[0]
    )
    assert alone > 0.0
    assert (report["standard_score"].abs() < 0.6 * alone).all()


def test_quantities_are_told_in_the_order_they_come():
    rows = [_row(h=None), _row("Nd30Dy1.5Co1Cu0.1B1Fe bal.", b=None)]
    lines = calibration(_table(*rows), "x", keep=False).lines()
    assert [line.split(",")[0] for line in lines[:2]] == ["B_r", "H_cJ"]


def test_names_magnets_that_contradict_their_mill():
    # Half as hard again and a quarter softer than the model, at nearly one recipe.
    odd = calibration(
        _table(_row(h=1.5, b=None), _row(OTHER, h=0.75, b=None)),
        "x",
        keep=False,
    )
    assert "make it worse" in odd.lines()[0]
    alike = calibration(
        _table(_row(h=1.2, b=None), _row(OTHER, h=1.2, b=None)),
        "x",
        keep=False,
    )
    assert "make it worse" not in alike.lines()[0]


def test_contradictions_between_magnets_widen_the_range():
    texts = [
        f"Nd{31.5 - x}Dy{x}Co1Cu0.1B1Fe bal." for x in (0.5, 1.5, 2.5, 3.5)
    ]

    def calibrate(shares):
        rows = [
            _row(text, h=h, b=None)
            for text, h in zip(texts, shares, strict=True)
        ]
        return calibration(_table(*rows), "x", keep=False)

    quiet = calibrate((1.01, 0.99, 1.01, 0.99))
    wild = calibrate((1.6, 0.6, 1.6, 0.6))
    assert _width(wild.process) > 1.3 * _width(quiet.process)
    match = re.search(r"(\d+) % wider as its magnets differ", wild.lines()[0])
    scores = wild.process.producer.known("2:14:1", "coercivity_kA_m")
    assert int(match[1]) == round(100 * (scores.stretch - 1.0))
    assert "wider" not in quiet.lines()[0]


def test_other_magnets_worsen_it_only_beyond_the_range():
    rows = [_row(h=1.1, b=None), _row(OTHER, h=1.15, b=None)]
    result = calibration(_table(*rows), "x", keep=False)
    part = result.report

    def warns_of_a_worse_fit(before, after, reach):
        """Say so of magnets that were off by shares of their value, with that range after."""
        values = {
            n: part["measured"] / (1.0 + x)
            for n, x in (("before", before), ("after", after))
        }
        report = part.assign(
            **values, after_lo=1.0, after_hi=(1.0 + reach) ** 2
        )
        return "make it worse" in replace(result, report=report).lines()[0]

    assert warns_of_a_worse_fit(before=0.1, after=0.3, reach=0.2)
    # Within the range that is left, or no worse than before: nothing is said.
    assert not warns_of_a_worse_fit(before=0.1, after=0.3, reach=0.4)
    assert not warns_of_a_worse_fit(before=0.4, after=0.3, reach=0.2)


@pytest.mark.parametrize(
    "true", [{"level": 1.15}, {"level": 0.86}, {"level": 1.1, "fall": 1.12}]
)
def test_two_levels_of_one_producer_come_back(true):
    """Synthetic magnets of three recipes, measured at 20 and 150 C."""
    recipes = [
        f"Nd{24.6 - x}Pr6Dy{x}Co1Cu0.15B0.96Fe bal." for x in (0.5, 1.5, 3.0)
    ]
    rows = []
    for recipe in recipes:
        for kelvin in (293.15, 423.15):
            h_cj = _model(recipe, kelvin, true)["coercivity_kA_m"]
            rows.append(
                {
                    "composition": recipe,
                    "magnet": recipe,
                    "temperature_K": kelvin,
                    "coercivity_kA_m": h_cj,
                    "remanence_T": None,
                }
            )
    process = mk.calibrate(_table(*rows), "x", keep=False)
    for row in rows:
        prediction = _model(row["composition"], row["temperature_K"], process)[
            "coercivity_kA_m"
        ]
        assert prediction == pytest.approx(row["coercivity_kA_m"], rel=0.03)
    # A fourth recipe of the producer has the level, too.
    for kelvin in (293.15, 423.15):
        other = "Nd22.6Pr6Dy2Co1Cu0.15B0.96Fe bal."
        expected = _model(other, kelvin, true)["coercivity_kA_m"]
        plain = _model(other, kelvin, None)["coercivity_kA_m"]
        prediction = _model(other, kelvin, process)["coercivity_kA_m"]
        assert abs(np.log(prediction / expected)) < 0.35 * abs(
            np.log(plain / expected)
        )


def test_a_factor_at_both_temperatures_is_two_levels():
    """1.1 at 20 C and 1.25 at 150 C of the model, whatever the law says."""
    rows = [
        {**_row(h=h, t=t, b=None), "magnet": "a"}
        for t, h in ((293.15, 1.1), (423.15, 1.4))
    ]
    process = mk.calibrate(_table(*rows), "x", keep=False)
    for row in rows:
        prediction = _model(row["composition"], row["temperature_K"], process)[
            "coercivity_kA_m"
        ]
        assert prediction == pytest.approx(row["coercivity_kA_m"], rel=0.05)


def test_reads_and_names_headers_in_other_units():
    plain = {
        "composition": ["Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal."],
        "basis": ["weight"],
        "temperature_K": [293.15],
        "remanence_T": [1.32],
        "coercivity_kA_m": [17.5 * 79.57747],
    }
    odd = {
        "composition": plain["composition"],
        "basis": ["weight"],
        "T (F)": [68.0],
        "remanence_kG": [13.2],
        "coercivity_kOe": [17.5],
    }
    notes: list[str] = []
    (one,), _ = read_magnets(plain)
    (other,), _ = read_magnets(odd, notes=notes)
    assert other.temperature == pytest.approx(one.temperature)
    assert other.values == pytest.approx(one.values)
    assert "'coercivity_kOe' as coercivity_kA_m, kOe" in notes[0]


def test_degrees_under_kelvin_are_refused_with_a_guess():
    table = {
        "composition": ["SmCo5"],
        "temperature_K": [20],
        "remanence_T": [0.9],
    }
    _, rejects = read_magnets(table)
    assert "20 K lies outside 60 to 1000 K; C?" in rejects[1]


def report(quantity="coercivity_kA_m", magnets=("a", "b"), after=None):
    """Return rows of a report whose figures are plain."""
    n = len(magnets)
    frame = pd.DataFrame(
        {
            "row": range(1, n + 1),
            "magnet": magnets,
            "host": "2:14:1",
            "quantity": quantity,
            "measured": 110.0,
            "before": 100.0,
            "before_lo": 80.0,
            "before_hi": 125.0,
            "after": after or 105.0,
            "after_lo": 95.0,
            "after_hi": 116.0,
            "remark": "",
        }
    )
    return frame


def lines_of(frame, **more):
    no_magnets = SimpleNamespace(known=lambda host, quantity: None)
    process = SimpleNamespace(producer=no_magnets)
    return Calibration(process, frame, **more).lines()


def test_lines_say_error_and_range_before_and_after():
    (line,) = lines_of(report())
    # ln 1.1, and half of ln(125 / 80); ln(110 / 105), half of ln(116 / 95).
    start = "H_cJ, 2 magnets: before 10 % off, range ±25 %; after 5 % off, "
    assert line.startswith(f"{start}range ±11 %; for the producer's next")
    assert line.endswith("%")
    (one,) = lines_of(report("remanence_T", ("a",)))
    assert one.startswith("B_r, 1 magnet: before 10 % off")
    assert "; one magnet cannot be predicted from the others; " in one
    (worse,) = lines_of(report(after=140.0))
    assert "the others make it worse: check values, units and" in worse


def test_lines_name_odd_contradicting_and_rejected_rows():
    frame = report()
    frame.loc[1, "remark"] = "is odd"
    more = {"rejected": {7: "no recipe"}, "notes": ["A note."]}
    lines = lines_of(frame, contradictions=["rows 1 and 2"], **more)
    assert lines[1] == (
        "row 2 (b) is odd: coercivity_kA_m 110, expected 105 (95 to 116)"
    )
    assert lines[2:] == [
        "rows 1 and 2",
        "A note.",
        "row 7 left out: no recipe",
    ]


def test_a_producer_that_is_known_narrows_the_next_magnet():
    def posterior(table, effects):
        return np.zeros(2), np.array([0.4, 0.6])

    known = SimpleNamespace(
        posterior=posterior, table=None, effects=None, stretch=1.5
    )
    producer = SimpleNamespace(known=lambda host, quantity: known)
    process = SimpleNamespace(producer=producer)
    frame = report()
    frame["before_lo"] = 90.0
    frame["before_hi"] = 110.0
    one = Calibration(process, frame)
    half, wider = one._left("coercivity_kA_m", frame)
    assert half == pytest.approx(0.5 * 0.5 * np.log(110 / 90))
    assert wider == 1.5
    (line,) = one.lines()
    percent = 100 * np.expm1(half)
    assert f"next magnet ±{percent:.0f} %, 50 % wider as its" in line


@pytest.mark.parametrize(
    ("value", "is_missing"),
    [
        (None, True),
        (float("nan"), True),
        (" ", True),
        ("x", False),
        (0, False),
        (np.array([1, 2]), False),
    ],
)
def test_an_empty_cell_is_missing(value, is_missing):
    assert _missing(value) is is_missing


def test_cells_become_numbers_within_their_limits():
    assert _number("coercivity_kA_m", "1600") == 1600.0
    assert _number("coercivity_kA_m", "") is None
    with pytest.raises(InputError, match="coercivity_kA_m must be a number"):
        _number("coercivity_kA_m", "x")
    with pytest.raises(InputError, match="remanence_T must lie between"):
        _number("remanence_T", 50.0)
    assert _number("a column without limits", -1e9) == -1e9


def test_refusals_warn_or_fail_on_the_first():
    _report_refusals({}, strict=True)
    refusals = {2: "no recipe", 5: "no value"}
    with pytest.raises(InputError, match=r"row 2: no recipe \(2 of such"):
        _report_refusals(refusals, strict=True)
    says = "2 rows left out: row 2: no recipe; row 5: no value"
    with pytest.warns(UserWarning, match=says):
        _report_refusals(refusals, strict=False)
