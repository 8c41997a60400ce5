"""What is said beneath the printed tables."""

import io
import json
import re
import sys
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pytest
from magnetkit.errors import InputError

from magnetkit.choose.applications import load
from magnetkit.report._tables import (
    _explain_failure,
    _print_best,
    _print_csv,
    cell,
    choose_columns,
    display_table,
    number,
    print_comparison,
    print_json,
    print_properties,
    print_rows,
    table_html,
)
from tests.printed import cells, sentences


def test_a_copy_is_told_beside_its_name():
    row = pd.Series(
        {
            "candidate": "Nd1.9Pr0.1Fe14B",
            "shell": "Tb 0.5 wt%",
            "simpler_rank": 5,
        }
    )
    assert (
        cell(row, "candidate")
        == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt% (no gain over #5)"
    )
    assert (
        cell(row.drop("shell"), "candidate")
        == "Nd1.9Pr0.1Fe14B (no gain over #5)"
    )
    row["simpler_rank"] = pd.NA
    assert cell(row, "candidate") == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt%"


@pytest.mark.parametrize(
    ("encoding", "line"),
    [("UTF-8", '{"unit":"µm"}\n'), ("ascii", '{"unit":"\\u00b5m"}\n')],
)
def test_json_escapes_letters_only_where_the_output_lacks_them(
    encoding, line, monkeypatch
):
    out = io.BytesIO()
    stream = io.TextIOWrapper(out, encoding, newline="")
    monkeypatch.setattr(sys, "stdout", stream)
    print_json(pd.DataFrame({"unit": ["µm"]}))
    stream.flush()
    assert out.getvalue().decode(encoding) == line


def predicted(**changes):
    """Return the row of one prediction in SI units, as `mk.predict` has it."""
    row = {
        "candidate": "Nd2Fe14B",
        "temperature_K": 423.15,
        "host": "2:14:1",
        "status": "ok",
        "shell": "",
        "formula": "Nd2Fe14B",
        "heavy_rare_earth_wt_pct": 1.255,
        "cost_USD_kg": 1234.56,
        "in_domain": True,
        "rank": 7,
    }
    ends = {
        "remanence_T": (1.2, 1.1, 1.25),
        "coercivity_kA_m": (1000.0, 800.0, 1300.0),
        "probability_phase_forms": (0.98, 0.9, 1.0),
    }
    for name, (value, low, high) in ends.items():
        row |= {name: value, f"{name}_lo": low, f"{name}_hi": high}
        row[f"{name}_provenance"] = "physics"
    return pd.Series(row | changes, dtype=object)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((None,), "–"),
        ((float("nan"),), "–"),
        ((pd.NA,), "–"),
        ((0.0,), "0"),
        ((1.23456,), "1.23"),
        ((1.23456, 2), "1.2"),
        ((-0.0123456,), "-0.0123"),
        ((123456.7,), "123457"),
        ((0.00001234,), "1.23e-05"),
        # Twenty degrees and a factor before the offset.
        ((293.15, 3, 1.0, -273.15), "20"),
        ((2.0, 3, 10.0, 1.0), "21"),
    ],
)
def test_a_number_has_some_digits_and_no_exponent_of_large_ones(
    arguments, text
):
    assert number(*arguments) == text


@pytest.mark.parametrize(
    ("name", "changes", "text"),
    [
        ("remanence_T", {}, "1.2 ±0.075"),
        ("coercivity_kA_m", {}, "1000 ±250"),
        ("remanence_T", {"remanence_T": None}, "–"),
        (
            "coercivity_kA_m",
            {"coercivity_kA_m_provenance": "extrapolated"},
            "1000* ±250",
        ),
        # Bounded to 1: half an interval would say nothing.
        ("probability_phase_forms", {}, "0.98"),
        ("probability_meets_requirements", {}, "–"),
        (
            "probability_meets_requirements",
            {"probability_meets_requirements": 0.8765},
            "0.88",
        ),
        ("heavy_rare_earth_wt_pct", {}, "1.25"),
        ("cost_USD_kg", {}, "1235"),
        ("temperature_K", {}, "150"),
        ("rank", {}, "7"),
        ("rank", {"rank": 7.0}, "7"),
        ("in_domain", {}, "yes"),
        ("in_domain", {"in_domain": False}, "no"),
        ("host", {}, "2:14:1"),
        ("host", {"host": None}, ""),
        ("melt", {}, ""),
        ("melt", {"melt": "M-1"}, "M-1"),
        ("candidate", {}, "Nd2Fe14B"),
        ("candidate", {"shell": "Tb 1 wt%"}, "Nd2Fe14B + Tb 1 wt%"),
    ],
)
def test_a_cell_has_value_half_interval_and_mark(name, changes, text):
    assert cell(predicted(**changes), name) == text


def test_a_cell_in_cgs():
    row = predicted()
    assert cell(row, "remanence_T", cgs=True) == "12 ±0.75"
    # 1 kOe is 79.5775 kA/m.
    assert cell(row, "coercivity_kA_m", cgs=True) == "12.6 ±3.1"
    assert cell(row, "temperature_K", cgs=True) == "150"


def test_a_table_for_people_has_own_columns_first_and_labels_with_units():
    row = predicted(melt="M-1", Nd_share=0.3, remanence_T_data_share=0.5)
    shown = display_table(row.to_frame().T, "si")
    assert list(shown.columns) == [
        "melt",
        "Rank",
        "Candidate",
        "Shell",
        "Temperature (°C)",
        "Structure",
        "Status",
        "Remanence (T)",
        "Br low (T)",
        "Br high (T)",
        "Intrinsic coercivity (kA/m)",
        "HcJ low (kA/m)",
        "HcJ high (kA/m)",
        "Heavy rare earth (wt.%)",
        "Material cost (USD/kg)",
        "In domain",
    ]
    (values,) = shown.to_dict("records")
    assert values["Temperature (°C)"] == pytest.approx(150.0)
    assert values["HcJ low (kA/m)"] == 800.0
    assert values["HcJ high (kA/m)"] == 1300.0
    assert (values["melt"], values["Rank"]) == ("M-1", 7)
    assert values["In domain"] is True
    (gauss,) = display_table(row.to_frame().T, "cgs").to_dict("records")
    assert gauss["Remanence (kG)"] == pytest.approx(12.0)
    assert gauss["Br low (kG)"] == pytest.approx(11.0)
    assert gauss["HcJ high (kOe)"] == pytest.approx(1300.0 / 79.5775, 1e-5)


def test_columns_of_ones_choice_in_their_order():
    frame = predicted(input_Nr="5", id="M-1").to_frame().T
    default = {"rank": 0, "candidate": 0, "remanence_T": 2, "supply_risk": 1}
    # The first that identifies rows, behind the rank.
    assert list(choose_columns(frame, default).items()) == [
        ("rank", 0),
        ("input_Nr", 0),
        ("candidate", 0),
        ("remanence_T", 2),
    ]
    assert default["remanence_T"] == 2
    plain = frame.drop(columns=["input_Nr", "id"])
    assert list(choose_columns(plain, default)) == [
        "rank",
        "candidate",
        "remanence_T",
    ]
    without_rank = choose_columns(frame, {"candidate": 0})
    assert list(without_rank) == ["input_Nr", "candidate"]
    chosen = choose_columns(frame, default, " remanence_T, ,host")
    assert chosen == {"remanence_T": 0, "host": 0}
    with pytest.raises(
        InputError, match=r"--columns: no column 'b'; there is"
    ):
        choose_columns(frame, default, "host,b,c")


def test_a_pipe_gets_intervals_and_shells_and_no_column_twice(capsys):
    frame = predicted().to_frame().T
    names = {"candidate": 0, "remanence_T": 1, "supply_risk": 2}
    _print_csv(frame, names, None, cgs=False)
    head, row = capsys.readouterr().out.splitlines()
    ends = "remanence_T,remanence_T_lo,remanence_T_hi,remanence_T_provenance"
    assert head == f"candidate,shell,{ends}"
    assert row == "Nd2Fe14B,,1.2,1.1,1.25,physics"
    _print_csv(frame, names, "cost_USD_kg,coercivity_kA_m", cgs=True)
    head, row = capsys.readouterr().out.splitlines()
    assert head.split(",") == [
        "cost_USD_kg",
        "coercivity_kOe",
        "coercivity_kOe_lo",
        "coercivity_kOe_hi",
        "coercivity_kA_m_provenance",
    ]
    assert float(row.split(",")[1]) == pytest.approx(1000 / 79.5775, rel=1e-5)
    assert frame["coercivity_kA_m"].tolist() == [1000.0]
    _print_csv(frame, {}, "candidate,shell,host", cgs=False)
    assert capsys.readouterr().out.splitlines()[0] == "candidate,shell,host"


def test_a_host_that_all_rows_share_stands_in_the_title(terminal, capsys):
    names = {"candidate": 0, "host": 5, "remanence_T": 1}
    rows = pd.DataFrame([predicted(), predicted(remanence_T=1.3)])
    options = {"cgs": False, "wide": False}
    assert print_rows(rows, names, ["Title"], **options) == [
        "candidate",
        "remanence_T",
    ]
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].strip() == "Title; 2:14:1"
    assert cells(printed) == [
        ["", "Br"],
        ["Candidate", "T"],
        ["Nd2Fe14B", "1.2 ±0.075"],
        ["Nd2Fe14B", "1.3 ±0.075"],
    ]
    assert "host" in print_rows(rows[:1], names, ["Title"], **options)
    assert "2:14:1" not in capsys.readouterr().out.splitlines()[0]
    rows["host"] = ["1:5", "2:14:1"]
    assert list(names) == print_rows(rows, names, ["Title"], **options)


def test_a_block_names_each_property_once_with_its_interval(terminal, capsys):
    frame = predicted(
        melt="M-1", remanence_T_data_share=0.25, coefficients_between=None
    )
    frame = frame.drop("rank").to_frame().T
    print_properties(frame, as_json=False, units="si", interval=0.8)
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].strip() == "Nd2Fe14B"
    assert cells(printed) == [
        ["Property", "Value", "80 % interval", "From"],
        ["Temperature (°C)", "150", "", ""],
        ["Remanence (T)", "1.2", "1.1 to 1.25", "physics"],
        ["Intrinsic coercivity (kA/m)", "1000", "800 to 1300", "physics"],
        ["Phase forms", "0.98", "0.9 to 1", "physics"],
        ["Heavy rare earth (wt.%)", "1.25", "", ""],
        ["Material cost (USD/kg)", "1235", "", ""],
        ["melt", "M-1", "", ""],
    ]
    assert sentences(printed).startswith(
        "Nd2Fe14B All columns: --all. Columns of your choice: --columns. "
        "Calibration: none. Cost of a bare formula"
    )
    print_properties(frame, as_json=False, units="cgs", wide=True)
    everything = {row[0]: row[1:] for row in cells(capsys.readouterr().out)}
    assert everything["Remanence (kG)"] == ["12", "11 to 12.5", "physics"]
    assert everything["Status"] == ["ok", "", ""]
    assert everything["Remanence: share of data"] == ["0.25", "", ""]
    assert everything["Structure"] == ["2:14:1", "", ""]


def test_a_block_says_what_is_missing_and_which_status_is_not_ok(
    terminal, capsys
):
    nothing = float("nan")
    row = predicted(
        status="planar",
        coercivity_kA_m=nothing,
        coercivity_kA_m_provenance=nothing,
        melt=nothing,
    )
    between = "20 to 100 °C"
    row["coefficients_between"] = between
    for end, value in (("", -0.6), ("_lo", -0.7), ("_hi", -0.5)):
        row[f"coercivity_coefficient_pct_K{end}"] = value
    row["coercivity_coefficient_pct_K_provenance"] = "measured"
    frame = row.to_frame().T
    print_properties(frame, as_json=False, units="si", wide=True)
    printed = {r[0]: r[1:] for r in cells(capsys.readouterr().out)}
    assert printed["Status"][0] == "planar"
    assert printed["Intrinsic coercivity (kA/m)"] == ["–", "", ""]
    assert printed["melt"] == ["", "", ""]
    assert printed["Temperature coefficient of"][0] == "-0.6"
    assert printed["HcJ, 20 to 100 °C (%/K)"] == ["", "", ""]
    print_properties(frame, as_json=False, units="si")
    assert ["Status", "planar", "", ""] in cells(capsys.readouterr().out)


def test_three_rows_make_a_table_and_share_what_its_title_says(
    terminal, capsys
):
    frame = pd.DataFrame([predicted(rank=i) for i in range(3)])
    frame.attrs["calibration"] = "N42SH"
    print_properties(frame, as_json=False, units="si", interval=0.5)
    printed = capsys.readouterr().out
    title = printed.splitlines()[0].strip()
    assert title == "3 rows; at 423 K (150 °C); 2:14:1"
    assert cells(printed)[1:3] == [
        ["#", "Candidate", "T", "kA/m", "wt.%", "USD/kg", "In domain"],
        ["0", "Nd2Fe14B", "1.2 ±0.075", "1000 ±250", "1.25", "1235", "yes"],
    ]
    words = sentences(printed)
    assert "± is half of the 50 % interval. Calibration: N42SH." in words
    assert "Cost of a bare formula" in words
    assert "Extrapolated" not in words
    assert "--all" not in words
    frame.loc[:, "temperature_K"] = [300.0, 350.0, 400.0]
    frame.loc[:, "status"] = ["ok", "ok", "cone"]
    print_properties(frame, as_json=False, units="si")
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].strip() == "3 rows; 2:14:1"
    assert [row[2:4] for row in cells(printed)[1:3]] == [
        ["°C", "Status"],
        ["26.9", "ok"],
    ]
    columns = "candidate,remanence_T"
    print_properties(frame[:1], as_json=False, units="si", columns=columns)
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].strip() == "1 row"
    assert "Cost" not in printed
    assert len(cells(printed)[0]) == 2


def test_predictions_in_a_pipe_and_as_json(capsys):
    frame = predicted().to_frame().T
    print_properties(frame, as_json=True, units="cgs", columns="rank")
    assert json.loads(capsys.readouterr().out)["remanence_T"] == 1.2
    columns = "rank,remanence_T"
    print_properties(frame, as_json=False, units="cgs", columns=columns)
    assert capsys.readouterr().out == "rank,remanence_kG\n7,12.0\n"
    print_properties(frame, as_json=False, units=None)
    head = capsys.readouterr().out.splitlines()[0]
    assert head == ",".join(frame.columns)


@pytest.fixture
def comparison():
    rows = {
        "formula": ("Formula", "", "Nd2Fe14B", "SmCo5", None),
        "status": ("Status", "", "ok", "ok", None),
        "temperature_K": ("Temperature", "K", 423.15, 423.15, 0.0),
        "remanence_T": ("Remanence", "T", 1.25, 1.0, -0.25),
        "cost_USD_kg": ("Material cost", "USD/kg", 20.0, 25.0, 5.0),
        "mass": ("Mass for equal flux", "of the first", 1.0, 1.8, 0.8),
        "loses_5_pct": ("Loses 5 % from", "K", 400.0, 500.0, 100.0),
        "in_domain": ("In domain", "", True, False, None),
        "rank": ("Rank", "", None, 2, None),
    }
    columns = ["label", "unit", "Nd2Fe14B", "SmCo5", "difference"]
    frame = pd.DataFrame.from_dict(rows, "index", columns=columns)
    frame.index.name = "property"
    return frame


def test_a_comparison_has_signs_units_and_no_offset_of_differences(
    comparison, terminal, capsys
):
    print_comparison(comparison, as_json=False, units="cgs")
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].strip() == "Side by side"
    assert cells(printed) == [
        ["Property", "Nd2Fe14B", "SmCo5", "Difference", "Unit"],
        ["Formula", "Nd2Fe14B", "SmCo5", "", ""],
        ["Status", "ok", "ok", "", ""],
        ["Temperature", "150", "150", "", "°C"],
        ["Remanence", "12.5", "10", "-2.5", "kG"],
        ["Material cost", "20", "25", "+5", "USD/kg"],
        ["Mass for equal flux", "1", "1.8", "+0.8", "of the first"],
        ["Loses 5 % from", "127", "227", "+100", "°C"],
        ["In domain", "True", "False", "", ""],
        ["Rank", "", "2", "", ""],
    ]
    assert "Calibration: none. Cost of a bare" in sentences(printed)


def test_the_main_rows_of_a_comparison_and_a_status_that_is_not_ok(
    comparison, terminal, capsys
):
    comparison.attrs["calibration"] = "N42SH"
    names = ["formula", "remanence_T"]
    options = {"as_json": False, "units": "si", "short": names}
    print_comparison(comparison, **options)
    printed = capsys.readouterr().out
    assert [row[0] for row in cells(printed)[1:]] == ["Formula", "Remanence"]
    assert "Calibration: N42SH." in printed
    comparison.loc["status", "SmCo5"] = "planar"
    print_comparison(comparison, **options)
    printed = cells(capsys.readouterr().out)
    assert [row[0] for row in printed[1:]] == [
        "Status",
        "Formula",
        "Remanence",
    ]
    assert printed[1][1:3] == ["ok", "planar"]


def test_a_comparison_of_several_names_what_differs_from_the_first(
    comparison, terminal, capsys
):
    several = comparison.rename(columns={"difference": "difference_SmCo5"})
    print_comparison(several, as_json=False, units="si")
    heads = cells(capsys.readouterr().out)
    assert heads[0][3] == "Difference of"
    assert heads[1][3] == "SmCo5"


def test_a_comparison_in_a_pipe_and_as_json(comparison, capsys):
    options = {"units": "cgs", "short": ["remanence_T"]}
    print_comparison(comparison, as_json=False, **options)
    head, row = capsys.readouterr().out.splitlines()
    assert head == "property,label,unit,Nd2Fe14B,SmCo5,difference"
    assert row == "remanence_T,Remanence,T,1.25,1.0,-0.25"
    print_comparison(comparison, as_json=True, **options)
    rows = [json.loads(r) for r in capsys.readouterr().out.splitlines()]
    assert [row["property"] for row in rows] == list(comparison.index)
    assert rows[3]["difference"] == -0.25


def test_a_notebook_says_how_much_it_shows_and_colours_what_is_outside():
    frame = pd.DataFrame(
        [predicted(in_domain=i % 2 == 0, shell=None) for i in range(3)]
    )
    frame.loc[:, "candidate"] = "<b>Nd2Fe14B</b>"
    html = table_html(frame, rows=2)
    count = frame.shape[1]
    assert f"2 of 3 rows, 7 of {count} columns; intervals in brackets" in html
    assert re.findall('<th title="[^"]*">([^<]*)</th>', html) == [
        "#",
        "Candidate",
        "Temperature (°C)",
        "Br (T)",
        "HcJ (kA/m)",
        "HRE (wt.%)",
        "Cost (USD/kg)",
    ]
    assert html.count("<tr style=") == 1
    assert html.count("<tr>") == 2
    assert "<td>1.2 (1.1 to 1.25)</td>" in html
    assert "&lt;b&gt;Nd2Fe14B" in html
    assert "Coloured" in html
    inside = table_html(frame[:1])
    assert "Coloured" not in inside
    assert "1 of 1 rows" in inside
    assert "Cost" not in table_html(frame, first=["candidate"])
    assert "<th" in table_html(frame.drop(columns="in_domain"))


def test_the_best_are_usual_columns_or_all_that_are_asked(terminal, capsys):
    marks = {"meets_requirements": True, "simpler_rank": pd.NA}
    copy = predicted(rank=8, **marks | {"simpler_rank": 7})
    best = pd.DataFrame([predicted(**marks), copy])
    identity = {"temperature_K": 423.15, "interval": 0.9, "process": None}
    result = SimpleNamespace(
        profile=load("energy-traction-motor"),
        judged=2000,
        manifest={"identity": identity},
    )
    _print_best(result, best, None, cgs=False, wide=False)
    # Where a copy is told behind the name, it needs no column.
    first, copied = cells(capsys.readouterr().out)[-2:]
    assert first[:2] == ["7", "Nd2Fe14B"]
    assert copied[:2] == ["8", "Nd2Fe14B (no gain over #7)"]
    assert "7" not in copied
    # What is asked for stands there, in lines longer than the terminal's.
    others = best.columns.drop(["simpler_rank", "host"])
    names = ["simpler_rank", *others]
    _print_best(result, best, ",".join(names), cgs=False, wide=False)
    *_, copied = cells(capsys.readouterr().out)
    assert (copied[0], len(copied)) == ("7", len(names))


@pytest.fixture
def explain(terminal, capsys):
    """Give what is said of a screening whose best rows are given."""
    profile = load("energy-traction-motor")
    statuses = pa.table({"status": ["planar", "ok", "planar", "cone"]})

    def print_lines(best, meeting, ranked=True):
        result = SimpleNamespace(
            profile=profile,
            best=lambda n: best[: n if ranked else 0],
            select=lambda names: statuses.select(names),
            manifest={"summary": {"meet_requirements": meeting}},
        )
        _explain_failure(result, best)
        return sentences(capsys.readouterr().out)

    print_lines.requirement = profile.requirements[0]
    return print_lines


def test_the_likeliest_says_what_it_misses(explain):
    best = pd.DataFrame(
        {
            "rank": [1, 4],
            "probability_meets_requirements": [0.123, 0.456],
            "failed_requirements": ["", str(explain.requirement)],
        }
    )
    said = explain(best, meeting=0)
    assert said.startswith(
        "No candidate meets all requirements with a probability of 0.8: the "
        "best of these, #4, reaches 0.46 and misses "
    )
    assert f" ≥ {explain.requirement.limit:g} " in said
    # Nothing is said where one meets.
    assert explain(best, meeting=1) == ""


def test_no_rank_is_explained_by_what_alloys_are(explain):
    said = explain(pd.DataFrame({"rank": []}), meeting=0, ranked=False)
    assert said == "No candidate can be ranked: 2 planar, 1 ok, 1 cone."
