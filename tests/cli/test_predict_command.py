"""``magnetkit predict`` with requirements of one's own."""

import io
import json

import pandas as pd
import pytest
from magnetkit.errors import InputError
from openpyxl import load_workbook

import magnetkit as mk
from magnetkit.cli.predict import _print_margins
from tests.command import invoke
from tests.printed import cells

ASKED = "--temperature 150C --require coercivity_kA_m>=500"


def test_judges_each_recipe_in_order():
    done = invoke(
        f"predict Nd2Fe14B ?? Nd1.4Dy0.6Fe14B SmCo5 {ASKED} "
        "--reference Nd1.8Dy0.2Fe14B --json"
    )
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["candidate"] for row in rows] == [
        "Nd2Fe14B",
        "Nd1.4Dy0.6Fe14B",
        "SmCo5",
    ]
    assert "??" in done.stderr
    chance = [row["probability_meets_requirements"] for row in rows]
    assert chance[0] < 0.5 < chance[1]
    assert rows[0]["failed_requirements"] == "coercivity_kA_m >= 500"
    assert sorted(row["rank"] for row in rows) == [1, 2, 3]


def test_predicts_at_27_degrees_unless_told(capsys):
    done = invoke("predict SmCo5 --json")
    row = json.loads(done.stdout)
    assert row["temperature_K"] == 300.0
    frame = mk.predict("SmCo5")
    assert row["remanence_T"] == pytest.approx(frame["remanence_T"].iloc[0])
    hot = json.loads(invoke("predict SmCo5 --json --temperature 150C").stdout)
    assert hot["temperature_K"] == pytest.approx(423.15)


def test_writes_a_file_and_says_what_it_rests_on(tmp_path):
    out = tmp_path / "a.csv"
    done = invoke(f"predict SmCo5 Nd2Fe14B --out {out}")
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert done.stderr == f"magnetkit: 2 rows in {out}. Calibration: none.\n"
    frame = pd.read_csv(out)
    assert frame["candidate"].tolist() == ["SmCo5", "Nd2Fe14B"]
    one = tmp_path / "b.jsonl"
    assert "magnetkit: 1 row in" in invoke(f"predict SmCo5 --out {one}").stderr
    assert json.loads(one.read_text("utf-8"))["candidate"] == "SmCo5"


def test_a_workbook_says_what_was_asked_and_what_meets(tmp_path):
    out = tmp_path / "a.xlsx"
    more = f"--reference SmCo5 --units cgs --out {out}"
    done = invoke(f"predict SmCo5 Nd2Fe14B {ASKED} {more}")
    assert done.exit_code == 0, done.output
    book = load_workbook(out)
    said = [row[0] for row in book["Answer"].iter_rows(values_only=True)]
    asked = "Asked: temperature: 150C."
    assert said[1] == f"2 rows predicted, 0 refused. {asked}"
    assert said[2].startswith("Calibration: ")
    meets = pd.read_excel(out, sheet_name="All columns")["meets_requirements"]
    assert said[3] == f"{meets.sum()} meet coercivity_kA_m>=500."
    heads = [cell.value for cell in book["Rows"][1]]
    assert "Remanence (kG)" in heads
    invoke(f"predict SmCo5 ?? --out {out}")
    book = load_workbook(out)
    said = [row[0] for row in book["Answer"].iter_rows(values_only=True)]
    assert len(said) == 3
    assert said[1].startswith("1 row predicted, 1 refused.")
    line, text, reason = list(book["Refused"].iter_rows(values_only=True))[1]
    assert (line, text) == (2, "??")
    assert reason


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--compare --out a.csv", "leave --out out"),
        ("--compare --column x", "leave --column out"),
        ("--compare --element-columns", "leave --element-columns out"),
        ("--compare --require rank<=1", "leave --require out"),
        ("--compare --reference SmCo5", "leave --reference out"),
        ("--compare --objective rank:min", "leave --objective out"),
        ("--compare --strict", "leave --strict out"),
        ("--compare --columns rank", "leave --columns out"),
        ("--require rank<=1 --reference SmCo5 --host 1:5", "leave --host out"),
    ],
)
def test_refuses_options_without_effect(arguments, says):
    done = invoke(f"predict SmCo5 Nd2Fe14B {arguments}")
    assert isinstance(done.exception, InputError), done.output
    assert says in str(done.exception)


def test_compares_side_by_side_with_margins_and_notes():
    request = {"temperature": "150C", "load_line": 2.0}
    frame = mk.compare(["N42SH", "Nd2Fe14B"], **request)
    line = "predict N42SH Nd2Fe14B --compare --temperature 150C --load-line 2"
    done = invoke(line)
    assert done.exit_code == 0, done.output
    lines = done.stderr.splitlines()
    margins = frame.attrs["margins"]
    said = [f"magnetkit: {name}: {margin}" for name, margin in margins.items()]
    assert lines[:2] == said
    notes = [f"magnetkit: {note}" for note in frame.attrs["notes"]]
    assert lines[2:] == notes != []
    short = pd.read_csv(io.StringIO(done.stdout))
    whole = pd.read_csv(io.StringIO(invoke(f"{line} --all").stdout))
    assert len(short) < len(whole) == len(frame)
    assert list(short.columns[1:3]) == ["label", "unit"]
    objects = invoke(f"{line} --json").stdout.splitlines()
    assert len(list(map(json.loads, objects))) == len(frame)


def test_a_duty_brings_the_margin_of_a_few_recipes(capsys):
    asked = {"basis": "auto", "load_line": 2.0}
    _print_margins(["Nd2Fe14B"] * 2, "20C,150C", asked)
    lines = capsys.readouterr().err.splitlines()
    margins = mk.compare(["Nd2Fe14B"] * 2, "150C", load_line=2.0).attrs[
        "margins"
    ]
    assert len(lines) == 4
    text = str(next(iter(margins.values())))
    assert lines[1] == lines[3] == f"magnetkit: Nd2Fe14B: {text}"
    line = "predict Nd2Fe14B --temperature 150C --load-line 2"
    assert f"magnetkit: Nd2Fe14B: {text}\n" in invoke(line).stderr
    assert "margin" not in invoke(f"{line} --json").stderr
    # What is diffused in counts.
    _print_margins(["Nd2Fe14B"], "150C", {**asked, "shell": "Tb 0.5 wt%"})
    coated = mk.compare(
        ["Nd2Fe14B", "Nd2Fe14B"], "150C", load_line=2.0, shell="Tb 0.5 wt%"
    )
    text = str(next(iter(coated.attrs["margins"].values())))
    assert capsys.readouterr().err == f"magnetkit: Nd2Fe14B: {text}\n"
    for rows in (["SmCo5"] * 3, "file.csv"):
        _print_margins(rows, "20C", asked)
    _print_margins(["SmCo5"], "20C", {"basis": "auto"})
    assert capsys.readouterr().err == ""


def test_chosen_columns_and_all_of_them(terminal):
    chosen = cells(invoke("predict SmCo5 --columns remanence_T,host").stdout)
    assert [row[1] for row in chosen] == ["", "Structure", "1:5"]
    assert chosen[0][0] == "Br"
    some = cells(invoke("predict SmCo5").stdout)
    everything = cells(invoke("predict SmCo5 --all").stdout)
    assert len(some) < len(everything)
    narrow = cells(invoke("predict SmCo5 --interval 0.5").stdout)
    assert narrow[0][2] == "50 % interval"
