"""A mill's own magnets: learnt from, named where they do not fit, kept under a name."""

import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.anchors import calibration
from magnetkit.errors import InputError

CHARGE = "Nd30.5Dy1Co1Cu0.1B1Fe bal."
OTHER = "Nd29Dy3Co1Cu0.1B1Fe bal."


def _model(text, temperature=293.15, process=None, basis="weight"):
    table = mk.CompositionTable.from_strings([text], basis=basis)
    return mk.magnetism.sintered(table, temperature, process=process).iloc[0]


def _table(*rows, basis="weight"):
    return pd.DataFrame(rows).assign(basis=basis)


def _row(text=CHARGE, t=293.15, h=1.0, b=1.0, **more):
    model = _model(text, t)
    return {"composition": text, "temperature_K": t, **more,
            "coercivity_kA_m": h and h * model["coercivity_kA_m"],
            "remanence_T": b and b * model["remanence_T"]}  # fmt: skip


def test_one_harder_magnet_makes_its_mill_harder_and_narrower():
    process = mk.calibrate(_table(_row(h=1.2, b=0.98)), "harder")
    before, after = _model(OTHER), _model(OTHER, process=process)
    ratio = after["coercivity_kA_m"] / before["coercivity_kA_m"]
    assert 1.05 < ratio < 1.2
    assert 0.98 < after["remanence_T"] / before["remanence_T"] < 1.0

    def width(row, q):
        return np.log(row[f"{q}_hi"] / row[f"{q}_lo"])

    for quantity in ("coercivity_kA_m", "remanence_T"):
        assert width(after, quantity) < 0.95 * width(before, quantity)
    # The same charge again: what is left is mostly its residue.
    same = _model(CHARGE, process=process)
    assert width(same, "coercivity_kA_m") < 0.65 * width(_model(CHARGE), "coercivity_kA_m")


def test_a_name_finds_it_again_and_a_second_call_replaces_it():
    first = mk.calibrate(_table(_row(h=1.2)), "mine")
    mk.calibrate(_table(_row(h=0.8)), "theirs")
    assert _model(OTHER, process="mine")["coercivity_kA_m"] == pytest.approx(
        _model(OTHER, process=first)["coercivity_kA_m"]
    )
    mk.calibrate(_table(_row(h=0.8)), "mine")
    assert _model(OTHER, process="mine")["coercivity_kA_m"] == pytest.approx(
        _model(OTHER, process="theirs")["coercivity_kA_m"]
    )


def test_other_hosts_know_nothing_of_it():
    process = mk.calibrate(_table(_row(h=1.3)), "mine")
    before, after = (_model("SmCo5", process=p, basis="atomic") for p in (None, process))
    assert after["coercivity_kA_m"] == before["coercivity_kA_m"]
    assert after["coercivity_kA_m_lo"] == before["coercivity_kA_m_lo"]


def test_either_value_may_be_missing():
    only_b = mk.calibrate(_table(_row(h=None, b=0.97)), "b")
    assert _model(OTHER, process=only_b)["coercivity_kA_m"] == pytest.approx(
        _model(OTHER)["coercivity_kA_m"]
    )
    assert _model(OTHER, process=only_b)["remanence_T"] < _model(OTHER)["remanence_T"]


def test_more_magnets_leave_less_and_the_report_says_how_they_fit():
    rows = [_row(f"Nd{31.5 - x}Dy{x}Co1Cu0.1B1Fe bal.", h=1.15) for x in (0.5, 1.5, 2.5)]
    found = calibration(_table(*rows), "series")
    report = found.report[found.report["quantity"] == "coercivity_kA_m"]
    before = np.log(report["measured"] / report["before"]).abs()
    after = np.log(report["measured"] / report["after"]).abs()
    assert (after < 0.7 * before).all()
    one = mk.calibrate(_table(rows[0]), "one", keep=False)
    widths = [
        np.log(r["coercivity_kA_m_hi"] / r["coercivity_kA_m_lo"])
        for r in (_model(OTHER, process=p) for p in (one, found.process))
    ]
    assert widths[1] < widths[0]
    assert "H_cJ, 3 magnets" in found.lines()[0]


def test_a_hot_row_says_less_of_the_common_part():
    cold, hot = (
        mk.calibrate(_table(_row(t=t, h=1.2, b=None)), "x", keep=False) for t in (293.15, 423.15)
    )
    assert (
        _model(OTHER, process=hot)["coercivity_kA_m"]
        < (_model(OTHER, process=cold)["coercivity_kA_m"])
    )


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
    with pytest.warns(UserWarning, match="6 rows left out") as caught:
        found = calibration(_table(good, *bad), "mine")
    assert sorted(found.rejected) == [2, 3, 4, 5, 6, 7]
    assert "standard deviations away" in found.rejected[2]
    assert "grade" in found.rejected[3]
    assert len(caught) == 1
    clean = mk.calibrate(_table(good), "clean")
    assert _model(OTHER, process="mine")["coercivity_kA_m"] == pytest.approx(
        _model(OTHER, process=clean)["coercivity_kA_m"]
    )
    with pytest.raises(InputError, match="row 2"):
        mk.calibrate(_table(good, *bad), "mine", strict=True)
    with pytest.raises(InputError, match="expected the columns"):
        mk.calibrate(pd.DataFrame({"recipe": [CHARGE]}), "mine")
    with pytest.raises(InputError, match="one row or more"):
        mk.calibrate(_table(good).head(0), "mine")


def test_contradictory_magnets_are_reported_and_trusted_less():
    rows = _row(h=1.3, b=None, magnet="A"), _row(h=0.8, b=None, magnet="B")
    found = calibration(_table(*rows), "torn")
    assert len(found.contradictions) == 1
    assert "rows 1 and 2 contradict each other" in found.contradictions[0]
    agreed = _row(h=1.02, b=None, magnet="A"), _row(h=1.02, b=None, magnet="B")
    sure = calibration(_table(*agreed), "sure")
    assert not sure.contradictions
    widths = [
        np.log(r["coercivity_kA_m_hi"] / r["coercivity_kA_m_lo"])
        for r in (_model(OTHER, process=f.process) for f in (sure, found))
    ]
    assert widths[0] < 0.95 * widths[1]


def test_a_magnet_that_does_not_fit_the_others_is_named():
    rows = [_row(f"Nd{31.5 - x}Dy{x}Co1Cu0.1B1Fe bal.", h=1.25) for x in (0.9, 1.0, 1.1)]
    found = calibration(_table(*rows, _row("Nd30Dy1.5Co1Cu0.1B1Fe bal.", h=0.6)), "odd")
    assert any("row 4" in line and "does not fit" in line for line in found.lines())


def test_a_csv_is_read(tmp_path):
    file = tmp_path / "magnets.csv"
    _table(_row(h=1.1)).to_csv(file, index=False)
    assert mk.calibrate(file, "mine").mill.hosts == ("2:14:1",)
    with pytest.raises(InputError, match="no such file"):
        mk.calibrate(tmp_path / "absent.csv", "mine")
