"""The answer that a results folder was made for."""

import json

import pytest
from magnetkit.errors import StoreError
from openpyxl import load_workbook

import magnetkit as mk
from magnetkit.ranking.result import ANSWER
from magnetkit.run._files import MANIFEST
from magnetkit.run.screen import ScreenResult

DEVICE = "patriot-beam-focusing"


def test_an_answer_is_kept_beside_what_the_manifest_said(tmp_path):
    result = mk.screen(["SmCo5"], DEVICE, out=tmp_path)
    before = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    result.tell(["Keep it: nothing at 150 °C does its work."], tmp_path)
    after = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    assert after == before | {ANSWER: ["Keep it: nothing at 150 °C does its work."]}
    assert ScreenResult.from_folder(tmp_path).best(1)["candidate"].tolist() == ["SmCo5"]
    # Another screening answers another question.
    mk.screen(["SmCo5"], DEVICE, out=tmp_path)
    assert ANSWER not in ScreenResult.from_folder(tmp_path).manifest


def test_a_workbook_of_the_folder_begins_with_it(tmp_path):
    result = mk.screen(["SmCo5"], DEVICE, out=tmp_path / "r")
    assert load_workbook(result.to_excel(tmp_path / "plain.xlsx")).sheetnames[0] == "ranking"
    result.tell(["Keep it.", "Nothing else does."], tmp_path / "r")
    book = load_workbook(ScreenResult.from_folder(tmp_path / "r").to_excel(tmp_path / "x.xlsx"))
    assert book.sheetnames[0] == "answer"
    cells = [row[0] for row in book["answer"].iter_rows(values_only=True)]
    assert cells == ["answer", "Keep it.", "Nothing else does."]


def test_without_a_folder_it_is_told_of_the_result_alone():
    result = mk.screen(["SmCo5"], DEVICE)
    result.tell(["Keep it."])
    assert result.manifest[ANSWER] == ["Keep it."]


def test_it_is_written_to_no_folder_but_its_own(tmp_path):
    result = mk.screen(["SmCo5"], DEVICE, out=tmp_path)
    mk.screen(["Sm0.9Gd0.1Co5"], DEVICE, out=tmp_path)
    with pytest.raises(StoreError, match="screened anew"):
        result.tell(["Keep it."], tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="no results folder"):
        result.tell(["Keep it."], tmp_path / "empty")
