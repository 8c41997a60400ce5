"""A producer's own magnets: learnt from, named where they do not fit, kept under a name."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.magnetism._measured import folder, splits
from magnetkit.magnetism.calibrate import (
    Calibration,
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


def _calibrate(*rows, basis="weight"):
    """Calibrate on rows without storing it."""
    return calibration(_table(*rows, basis=basis), "x", keep=False)


def _series(*contents):
    """Return recipes that differ in dysprosium, wt.%."""
    return [f"Nd{31.5 - x}Dy{x}Co1Cu0.1B1Fe bal." for x in contents]


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
    table = _table(_row(h=1.2))
    unstored = mk.calibrate(table, "mine", keep=False)
    assert not list(folder().glob("*.json"))
    first = mk.calibrate(table, "mine")
    assert unstored.producer.record() == first.producer.record()
    mk.calibrate(_table(_row(h=0.8)), "theirs")
    assert _coercivity("mine") == pytest.approx(_coercivity(first))
    mk.calibrate(_table(_row(h=0.8)), "mine")
    assert _coercivity("mine") == pytest.approx(_coercivity("theirs"))


def test_either_value_may_be_missing():
    process = _calibrate(_row(h=None, b=0.97)).process
    assert _coercivity(process) == pytest.approx(_coercivity())
    before, after = (_model(OTHER, process=p) for p in (None, process))
    assert after["remanence_T"] < before["remanence_T"]


def test_more_magnets_narrow_the_mill():
    rows = [_row(text, h=1.15) for text in _series(0.5, 1.5, 2.5)]
    result = _calibrate(*rows)
    report = result.report[result.report["quantity"] == "coercivity_kA_m"]
    before = np.log(report["measured"] / report["before"]).abs()
    after = np.log(report["measured"] / report["after"]).abs()
    assert (after < 0.7 * before).all()
    # What the others say leaves little of what each is off by.
    one = _calibrate(rows[0])
    alone = one.report["standard_score"].iloc[0]
    assert (report["standard_score"].abs() < 0.6 * alone).all()
    assert _width(result.process) < _width(one.process)
    assert "H_cJ, 3 magnets" in result.lines()[0]


def _contradictions(
    *recipes, shares=(1.3, 0.8), magnets="AB", kelvins=(293.15, 293.15)
):
    """Return what is noted of two magnets, at.%, of which one is harder, the other softer."""
    rows = [
        {
            "composition": text,
            "temperature_K": kelvin,
            "magnet": magnet,
            "coercivity_kA_m": share
            * _model(text, kelvin, basis="atomic")["coercivity_kA_m"],
        }
        for text, share, magnet, kelvin in zip(
            recipes, shares, magnets, kelvins, strict=True
        )
    ]
    return _calibrate(*rows, basis="atomic").contradictions


@pytest.mark.parametrize(
    ("other", "count"),
    [
        # Sums of atomic fractions differ by 0.00095, 0.00105 and, in other elements, 0.002.
        ("Nd0.139525Dy0.01Fe0.790475B0.06", 1),
        ("Nd0.139475Dy0.01Fe0.790525B0.06", 0),
        ("Nd0.14Dy0.01Fe0.789B0.06Al0.001", 0),
    ],
)
def test_recipes_a_thousandth_apart_are_two(other, count):
    assert len(_contradictions("Nd0.14Dy0.01Fe0.79B0.06", other)) == count


@pytest.mark.parametrize(
    ("magnets", "kelvin", "count"),
    [("aa", 294.15, 1), ("aa", 296.15, 0), ("ab", 293.15, 0)],
)
def test_only_repeated_measurements_contradict(magnets, kelvin, count):
    recipe = "Nd0.14Dy0.01Fe0.79B0.06"
    lines = _contradictions(
        recipe,
        recipe,
        shares=(0.9, 1.1),
        magnets=magnets,
        kelvins=(293.15, kelvin),
    )
    assert len(lines) == count
    for line in lines:
        assert "rows 1 and 2 contradict each other" in line


def test_contradictory_magnets_are_trusted_less():
    rows = [_row(h=h, b=None, magnet=str(h)) for h in (1.3, 0.8)]
    one, other = _calibrate(*rows).process.producer.magnets
    # Measured as badly as they differ: neither outweighs the other.
    gap = one["score"] - other["score"]
    for magnet in (one, other):
        assert magnet["noise"] == pytest.approx(gap**2 / 2.0)


def test_scatter_between_magnets_widens_the_range():
    def calibrate(*shares):
        recipes = _series(0.5, 1.5, 2.5, 3.5)
        return _calibrate(
            *(
                _row(text, h=h, b=None)
                for text, h in zip(recipes, shares, strict=True)
            )
        )

    quiet = calibrate(1.01, 0.99, 1.01, 0.99)
    wild = calibrate(1.6, 0.6, 1.6, 0.6)
    assert _width(wild.process) > 1.3 * _width(quiet.process)
    assert "wider as its magnets differ" in wild.lines()[0]
    assert "wider" not in quiet.lines()[0]


def test_names_a_magnet_that_contradicts_the_others():
    rows = [_row(text, h=1.25) for text in _series(0.9, 1.0, 1.1)]
    result = _calibrate(*rows, _row(*_series(1.5), h=0.6))
    (line,) = (line for line in result.lines() if "does not fit" in line)
    assert line.startswith("row 4")


def test_one_magnet_has_the_usual_deviation():
    # Beside what is not known of it stands what measuring leaves: 3 % of H_cJ, 1 % of B_r.
    scatter = {"coercivity_kA_m": 0.03, "remanence_T": 0.01}
    report = _calibrate(_row(h=1.3, b=0.97)).report
    for row in report.to_dict("records"):
        usual = np.log(row["before_hi"] / row["before_lo"]) / (2.0 * 1.6449)
        deviation = min(usual, splits()[row["quantity"]].deviation)
        assert row["after"] == row["before"]
        half = 1.6449 * deviation
        for end, sign in (("after_lo", -1.0), ("after_hi", 1.0)):
            expected = row["after"] * np.exp(sign * half)
            assert row[end] == pytest.approx(expected, rel=1e-3)
        whole = np.hypot(deviation, scatter[row["quantity"]])
        score = np.log(row["measured"] / row["before"]) / whole
        assert row["standard_score"] == pytest.approx(score, rel=1e-3)


def test_hot_row_allows_for_a_steeper_fall():
    (hot,) = _calibrate(_row(t=423.15, b=None)).process.producer.magnets
    base, steeper, higher = (
        np.log(_model(CHARGE, 423.15, process)["coercivity_kA_m"])
        for process in (None, {"fall": np.exp(0.0015)}, {"level": 1.001})
    )
    lever = (higher - base) / np.log(1.001)
    by_level = 100.0 * (steeper - base) / lever
    assert hot["slope"] * hot["deviation"] == pytest.approx(by_level, rel=0.02)
    (cool,) = _calibrate(_row(t=423.15, h=None)).process.producer.magnets
    assert cool["slope"] == 0.0
    # So it tells less of what is common to all magnets.
    hard, soft = (
        _calibrate(_row(t=t, h=1.2, b=None)) for t in (293.15, 423.15)
    )
    assert _coercivity(soft.process) < _coercivity(hard.process)
    (hot,) = soft.process.producer.magnets
    deviation = np.sqrt(1.0 + hot["noise"] + hot["slope"] ** 2)
    row = soft.report.iloc[0]
    assert row["standard_score"] == pytest.approx(hot["score"] / deviation)
    # What is not known of the level counts the more the less is left.
    half = np.log(row["after_hi"] / row["after_lo"]) / 2.0
    assert half == pytest.approx(1.6449 * hot["deviation"] * lever, rel=0.01)
    assert lever > 1.2


def test_shell_is_part_of_a_measurement():
    row = _row(b=None, grain_size_um=4.0, magnet="A7")
    stored = []
    for shell in ("", "Tb 0.5 wt%"):
        calibration(_table(row | {"shell": shell}), "mine")
        stored.append(json.loads((folder() / "mine.json").read_text()))
    # The model expects more of the shelled magnet, so that the same value is a lower one.
    bare, with_shell = (one["magnets"][0] for one in stored)
    assert with_shell["score"] < bare["score"] - 0.5
    # What was measured is kept as it was given.
    measured = {
        "row": 1,
        "magnet": "A7",
        "composition": CHARGE,
        "temperature_K": 293.15,
        "coercivity_kA_m": pytest.approx(row["coercivity_kA_m"]),
        "grain_size_um": 4.0,
    }
    assert stored[0]["measured"] == [measured]
    assert stored[1]["measured"] == [measured | {"shell": "Tb 0.5 wt%"}]


@pytest.mark.parametrize(
    "true", [{"level": 0.86}, {"level": 1.1, "fall": 1.12}]
)
def test_level_and_fall_of_one_producer_come_back(true):
    """Synthetic magnets of three recipes, measured at 20 and 150 C."""

    def coercivity(content, kelvin, process):
        recipe = f"Nd{24.6 - content}Pr6Dy{content}Co1Cu0.15B0.96Fe bal."
        return _model(recipe, kelvin, process)["coercivity_kA_m"], recipe

    rows = []
    for content in (0.5, 1.5, 3.0):
        for kelvin in (293.15, 423.15):
            value, recipe = coercivity(content, kelvin, true)
            rows.append(
                {
                    "composition": recipe,
                    "magnet": recipe,
                    "temperature_K": kelvin,
                    "coercivity_kA_m": value,
                }
            )
    process = _calibrate(*rows).process
    for kelvin in (293.15, 423.15):
        known, plain, expected = (
            coercivity(1.5, kelvin, p)[0] for p in (process, None, true)
        )
        assert known == pytest.approx(expected, rel=0.03)
        # A fourth recipe of the producer has the level, too.
        known, plain, expected = (
            coercivity(2.0, kelvin, p)[0] for p in (process, None, true)
        )
        missed = abs(np.log(known / expected))
        assert missed < 0.35 * abs(np.log(plain / expected))


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
    # Of many columns the first dozen are named.
    wide = pd.DataFrame([range(13)], columns=list("abcdefghijklm"))
    with pytest.raises(InputError, match=r"got a, b, .*, k, l; a row is"):
        mk.calibrate(wide, "mine")
    with pytest.raises(InputError, match="one row or more"):
        mk.calibrate(_table(good).head(0), "mine")


def test_names_the_curve_that_is_left_out(tmp_path):
    rows = []
    for celsius, share in ((20, 1.1), (150, 0.05)):
        path = tmp_path / f"{celsius}.csv"
        model = _model(CHARGE, 273.15 + celsius)
        coercivity = share * model["coercivity_kA_m"]
        field = np.linspace(0.0, -1.2 * coercivity, 61)
        ratio = (field + coercivity) / (0.02 * coercivity)
        level = model["remanence_T"] * np.tanh(ratio)
        curve = pd.DataFrame(
            {"H (kA/m)": field, "J (T)": level, "T (C)": celsius}
        )
        curve.to_csv(path, index=False)
        rows.append({"composition": CHARGE, "curve": path})
    with pytest.warns(UserWarning, match="row 2: coercivity_kA_m"):
        result = calibration(_table(*rows), "curves")
    assert set(result.report["temperature_K"]) == {293.15}
    stored = json.loads((folder() / "curves.json").read_text())
    assert [row["temperature_K"] for row in stored["measured"]] == [293.15]


def test_a_csv_is_read(tmp_path):
    file = tmp_path / "magnets.csv"
    _table(_row(h=1.1)).to_csv(file, index=False)
    assert mk.calibrate(file, "mine").producer.hosts == ("2:14:1",)
    with pytest.raises(InputError, match="no such file"):
        mk.calibrate(tmp_path / "absent.csv", "mine")


def test_reads_and_names_headers_in_other_units():
    table = {
        "composition": [CHARGE],
        "basis": ["weight"],
        "T (F)": [68.0],
        "remanence_kG": [13.2],
        "coercivity_kOe": [17.5],
    }
    notes: list[str] = []
    (row,), _ = read_magnets(table, notes=notes)
    assert row.temperature == pytest.approx(293.15)
    values = {"remanence_T": 1.32, "coercivity_kA_m": 17.5 * 79.57747}
    assert row.values == pytest.approx(values)
    assert "'coercivity_kOe' as coercivity_kA_m, kOe" in notes[0]


def test_a_wrong_basis_is_refused_where_every_row_names_one():
    with pytest.raises(InputError, match="basis must be one of auto, atomic"):
        mk.calibrate(_table(_row(h=1.1)), "mine", basis="wt")


def report(quantity="coercivity_kA_m", magnets=("a", "b"), **changes):
    """Return rows of a report whose figures are plain."""
    values = {
        "row": range(1, len(magnets) + 1),
        "magnet": magnets,
        "host": "2:14:1",
        "quantity": quantity,
        "measured": 110.0,
        "before": 100.0,
        "before_lo": 80.0,
        "before_hi": 125.0,
        "after": 105.0,
        "after_lo": 95.0,
        "after_hi": 116.0,
        "remark": "",
    }
    return pd.DataFrame(values | changes)


def lines_of(frame, **more):
    no_magnets = SimpleNamespace(known=lambda host, quantity: None)
    process = SimpleNamespace(producer=no_magnets)
    return Calibration(process, frame, **more).lines()


def test_lines_say_error_and_range_before_and_after():
    both = pd.concat([report("remanence_T", ("a",)), report()])
    one, line = lines_of(both)
    # ln 1.1, and half of ln(125 / 80); ln(110 / 105), half of ln(116 / 95).
    start = "H_cJ, 2 magnets: before 10 % off, range ±25 %; after 5 % off, "
    assert line.startswith(f"{start}range ±11 %; for the producer's next")
    assert one.startswith("B_r, 1 magnet: before 10 % off")
    assert "; one magnet cannot be predicted from the others; " in one


@pytest.mark.parametrize(
    ("before", "after", "after_hi", "is_worse"),
    [
        # 10 % off before, 30 % after, and 20 % of range.
        (100.0, 143.0, 136.8, True),
        # Within the range that is left, or no worse than before.
        (100.0, 143.0, 186.2, False),
        (154.0, 143.0, 136.8, False),
    ],
)
def test_others_make_it_worse_beyond_their_range(
    before, after, after_hi, is_worse
):
    frame = report(before=before, after=after, after_hi=after_hi)
    (line,) = lines_of(frame)
    says = "the others make it worse: check values, units and"
    assert (says in line) == is_worse


def test_next_magnet_is_no_less_certain_than_producers_differ():
    def next_range(**changes):
        (line,) = lines_of(report(**changes))
        return float(re.search(r"next magnet ±(\d+) %", line)[1])

    deviation = splits()["coercivity_kA_m"].deviation
    usual = 100 * np.expm1(1.6449 * deviation)
    assert next_range(before_hi=8e3) == pytest.approx(usual, abs=0.5)
    # A model that knows more than that is believed: half of ln 1.05.
    assert next_range(before_hi=84.0) == 2.0


def test_a_producer_that_is_known_narrows_the_next_magnet():
    known = SimpleNamespace(
        posterior=lambda *_: (np.zeros(2), np.array([0.4, 0.6])),
        table=None,
        effects=None,
        stretch=1.5,
    )
    producer = SimpleNamespace(known=lambda host, quantity: known)
    frame = report(before_lo=90.0, before_hi=110.0)
    one = Calibration(SimpleNamespace(producer=producer), frame)
    half, wider = one._left("coercivity_kA_m", frame)
    assert half == pytest.approx(0.5 * 0.5 * np.log(110 / 90))
    assert wider == 1.5
    (line,) = one.lines()
    percent = 100 * np.expm1(half)
    assert f"next magnet ±{percent:.0f} %, 50 % wider as its" in line


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
