"""What a buyer, a student and a designer stumbled over, by command."""

import re
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from magnetkit.errors import InputError
from magnetkit.settings import get_settings
from openpyxl import Workbook
from typer.testing import CliRunner

import magnetkit as mk
from magnetkit._core import _toml, datasets
from magnetkit.choose.applications import Profile
from magnetkit.cli.app import app
from magnetkit.report._tables import table_html
from magnetkit.report._written import write_results

PROFILE = datasets.path("applications/hot-servo-motor.toml").read_text("utf-8")


def run(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception is not None and not isinstance(
        done.exception, (SystemExit, InputError)
    ):
        raise done.exception
    return done.exit_code, done.stdout, f"{done.exception or ''}{done.stderr}"


def put(name, value):
    return re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", PROFILE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a = " + 50_000 * "[" + 50_000 * "]",
            "not valid TOML: maximum recursion",
        ),
        (".".join(20_000 * "a") + " = 1", "nested deeper"),
        ("a = " + 5000 * "9", "not valid TOML: Exceeds"),
        (put("load_line", "true"), "load_line: .*number, got True"),
        (put("load_line", '"1.5"'), "load_line: .*number, got '1.5'"),
        (
            put("load_line", "1e300"),
            "load_line: .*less than or equal to 10000",
        ),
        (
            put("temperature_max", "1e9"),
            "temperature_max is a text with its unit",
        ),
        (
            put("temperature_max", '"999999K"'),
            "temperature_max_K: .*less than or equal to 2000",
        ),
    ],
)
def test_invalid_profile_is_one_line(text, message, tmp_path):
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        _toml.load(tmp_path / "a.toml", Profile, "application", "applications")
    (tmp_path / "a.toml").write_text(PROFILE, encoding="utf-8-sig")
    assert (
        _toml.load(
            tmp_path / "a.toml", Profile, "application", "applications"
        ).load_line
        > 0.0
    )


def test_no_spreadsheet_runs_what_a_pipe_got(tmp_path):
    table = tmp_path / "a.csv"
    table.write_text(
        "composition,=cmd|A0,note\nSmCo5,@SUM(1),=HYPERLINK(1)\n",
        encoding="utf-8",
    )
    head, row = run("predict", table)[1].splitlines()
    assert head.endswith(",'=cmd|A0,note")
    assert row.endswith(",'@SUM(1),'=HYPERLINK(1)")


def test_reads_the_workbook_of_a_shop(tmp_path):
    book = Workbook()
    book.active.append(["see the other sheets"])
    for title, rows in {
        "Melts 2026": [
            ["Melts of May"],
            [],
            ["Melt", " Composition", "Price"],
            ["-", "wt%", "USD/kg"],
            ["A1", "Nd31.7Co0.9B1Fe bal.", 55.5],
        ],
        "Elements": [
            ["Melts"],
            ["Melt", "composition", None, None, "Price"],
            [None, "Nd", "Fe", "B", None],
            [None, "wt%", "wt%", "wt%", "USD/kg"],
            ["E1", 31, "bal.", 1, 50],
        ],
    }.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "a.xlsx")

    def predict(*options):
        command = ["predict", tmp_path / "a.xlsx", "--basis", "weight"]
        return run(*command, "--columns", "candidate,Price", *options)

    for options in (
        ["--sheet", "melts2026"],
        ["--sheet", "Melts 2026", "--header-row", 3],
    ):
        assert (
            predict(*options)[1].splitlines()[1] == "Nd31.7Co0.9B1Fe bal.,55.5"
        )
    text = predict("--sheet", "elements", "--element-columns")[1]
    assert text.splitlines()[1] == "Nd31B1Fe bal.,50"
    assert "there is Sheet, Melts 2026, Elements" in predict("--sheet", "x")[2]
    assert mk.predict(tmp_path / "a.xlsx#Melts 2026", basis="weight")[
        "Price"
    ].tolist() == [55.5]
    # The first sheet is read where none is named, and the others are named.
    with pytest.warns(
        UserWarning, match=r"sheet 'Sheet' is read; there are 2 more"
    ):
        assert (
            run(
                "features",
                "make",
                tmp_path / "a.xlsx",
                "--out",
                tmp_path / "f.csv",
            )[0]
            == 1
        )


def test_refuses_long_texts_before_memory_fills(tmp_path):
    long = pa.DictionaryArray.from_arrays(
        np.zeros(5000, np.int32), ["SmCo5" + (1 << 20) * " "]
    )
    for name, column in (
        ("coded", long),
        ("plain", long.slice(0, 600).cast(pa.string())),
    ):
        pq.write_table(
            pa.table({"composition": column}), tmp_path / f"{name}.parquet"
        )
        with pytest.raises(
            InputError, match="'composition' take over 512 MiB"
        ):
            mk.predict(tmp_path / f"{name}.parquet")
    wide = {"composition": ["SmCo5"], **{f"c{i}": [i] for i in range(10_000)}}
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.PerformanceWarning)
        assert mk.predict(pd.DataFrame(wide))["c9999"].tolist() == [9999]


def test_judges_nothing_without_a_device(tmp_path):
    with pytest.raises(InputError, match="name the device"):
        mk.screen(["Nd2Fe14B"])
    code, _, message = run("screen", tmp_path / "missing.csv")
    assert (code, "no such file" in message) == (1, True)
    with pytest.raises(InputError, match="pareto: result must be Ranked, got"):
        mk.plots.pareto(mk.predict("SmCo5"))


def test_a_warning_names_the_line_that_caused_it():
    for call in (
        lambda: mk.predict(["SmCo5", "Xx2"]),
        lambda: mk.predict("SmCo5", 20),
    ):
        with pytest.warns(UserWarning, match="Xx|20 K") as record:
            call()
        assert {w.filename for w in record} == {__file__}


def test_marks_values_beyond_the_sheets_everywhere(tmp_path):
    code, _, message = run(
        "curve",
        "N42SH",
        "--temperature",
        "20C,200C",
        "--out",
        tmp_path / "n.csv",
    )
    assert (code, "extrapolated at 200 C" in message) == (0, True)
    hot = (tmp_path / "n-200C.csv").read_text().splitlines()[0]
    cold = (tmp_path / "n-20C.csv").read_text().splitlines()[0]
    assert hot == (
        "% EXTRAPOLATED: beyond the sheets, which end at 150 C; nobody guarantees these values"
    )
    assert cold.startswith("% N42SH at 20 C")
    frame = mk.curve("N42SH", "20C,200C").to_frame()
    assert frame.groupby("temperature_K")["extrapolated"].all().tolist() == [
        False,
        True,
    ]


def test_names_a_diffused_grade_a_formula_and_a_year():
    magnet = {
        "shape": "10x10x2mm",
        "load_line": 2,
        "temperature": "150C",
        "element": "Tb",
    }
    heat = {"anneal": 900, "anneal_hours": 8, "cells": 400}
    design = mk.diffuse(
        "N50SH", require="margin_kA_m>=-900", per_year=1000, **magnet, **heat
    )
    assert "of which the alloy before diffusion" in design.lines()[0]
    design = mk.diffuse(
        "Nd2Fe14B", require="irreversible_loss_pct<=50", **magnet, **heat
    )
    assert any("is a bare formula" in line for line in design.lines())
    assert not any("a year" in line for line in design.lines())


def test_long_frames_show_ten_lines(monkeypatch):
    frame = mk.predict("SmCo5", "150C")
    lines = repr(frame).splitlines()
    assert len(lines) == 12
    assert lines[1].split() == ["temperature", "(°C)", "150"]
    b_r = f"{frame['remanence_T'][0]:.4g}"
    low = f"{frame['remanence_T_lo'][0]:.4g}"
    high = f"{frame['remanence_T_hi'][0]:.4g}"
    assert " ".join(lines[3].split()) == f"remanence_T {b_r} ({low} to {high})"
    assert len(frame.columns) > 100
    for rows in (
        frame.head(1),
        frame.query("temperature_K > 300"),
        frame.sort_values("status"),
    ):
        assert repr(rows) == repr(frame)
    assert type(frame[["host", "status"]]) is pd.DataFrame
    assert "..." in repr(mk.predict("SmCo5", detail=True))
    for text in ("NdFeB", "SmCo"):
        with pytest.raises(
            InputError, match=r"name of a family.*magnetkit grades"
        ):
            mk.predict(text)


def test_unit_setting_changes_all_output(monkeypatch, tmp_path):
    monkeypatch.setenv("MAGNETKIT_UNITS", "cgs")
    get_settings.cache_clear()
    try:
        assert "remanence_T" in run("predict", "SmCo5")[1]
        frame = mk.predict("SmCo5", "150C")
        write_results(frame, tmp_path / "a.xlsx", ["Said."])
        rows = pd.read_excel(
            tmp_path / "a.xlsx", sheet_name="Rows", engine="openpyxl"
        ).iloc[0]
        assert rows["Remanence (kG)"] == pytest.approx(
            10.0 * frame["remanence_T"][0]
        )
        assert rows["Temperature (°C)"] == pytest.approx(150.0)
        assert "(kG)" in table_html(frame)
    finally:
        get_settings.cache_clear()
