"""The answer that a results folder was made for."""

import json

import pytest
from magnetkit.errors import InputError, StoreError
from openpyxl import load_workbook

import magnetkit as mk
from magnetkit.choose.result import ANSWER
from magnetkit.run._files import MANIFEST
from magnetkit.run.screen import ScreenResult

DEVICE = "patriot-beam-focusing"


def test_answer_stays_in_the_manifest(tmp_path):
    result = mk.screen(["SmCo5"], DEVICE, out=tmp_path)
    before = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    result.set_answer(["Keep it: nothing at 150 °C does its work."], tmp_path)
    after = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    assert after == before | {
        ANSWER: ["Keep it: nothing at 150 °C does its work."]
    }
    assert ScreenResult.from_folder(tmp_path).best(1)[
        "candidate"
    ].tolist() == ["SmCo5"]
    # Another screening answers another question.
    mk.screen(["SmCo5"], DEVICE, out=tmp_path, force=True)
    assert ANSWER not in ScreenResult.from_folder(tmp_path).manifest


def test_a_workbook_of_the_folder_begins_with_it(tmp_path):
    source = tmp_path / "alloys.csv"
    source.write_text(
        "composition,Price,note,code\nSm0.9Gd0.1Co5,55.5,=SUM(1),007\nbad,1,x,8\nSmCo5,50,+a,9\n"
    )
    result = mk.screen(source, DEVICE, out=tmp_path / "r")
    result.set_answer(["Keep it.", "Nothing else does."], tmp_path / "r")
    with pytest.raises(InputError, match="no workbook"):
        ScreenResult.from_folder(tmp_path / "r").to_excel(tmp_path / "x.csv")
    book = load_workbook(
        ScreenResult.from_folder(tmp_path / "r").to_excel(tmp_path / "x.xlsx")
    )
    assert book.sheetnames == [
        "Answer",
        "Rows",
        "Refused",
        "columns",
        "All columns",
    ]
    lines = [row[0] for row in book["Answer"].iter_rows(values_only=True)]
    assert lines[:3] == ["Answer", "Keep it.", "Nothing else does."]
    assert any(line.startswith("0. Keep: ") for line in lines)
    heads, *rows = book["Rows"].iter_rows(values_only=True)
    # In the order of the file, numbers as numbers, texts like formulas as texts.
    assert [row[:4] for row in rows] == [
        (55.5, "=SUM(1)", "007", 2),
        (50, "+a", "9", 1),
    ]
    assert book["Rows"]["B2"].data_type == "s"
    at = heads.index("Remanence (T)")
    assert rows[1][at] == pytest.approx(
        float(result.best(1)["remanence_T"].iloc[0])
    )
    assert book["Rows"].cell(3, at + 1).number_format == "0.0000"
    assert [row[:2] for row in book["Refused"].iter_rows(values_only=True)][
        1
    ] == (
        3,
        "bad",
    )


def test_answer_without_folder_belongs_to_the_result():
    result = mk.screen(["SmCo5"], DEVICE)
    result.set_answer("Keep it.")
    assert result.manifest[ANSWER] == ["Keep it."]


def test_answer_goes_only_to_its_folder(tmp_path):
    result = mk.screen(["SmCo5"], DEVICE, out=tmp_path)
    mk.screen(["Sm0.9Gd0.1Co5"], DEVICE, out=tmp_path, force=True)
    with pytest.raises(StoreError, match="screened anew"):
        result.set_answer(["Keep it."], tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="no results folder"):
        result.set_answer(["Keep it."], tmp_path / "empty")
