"""The results folder: atomic, resumable, honest about what it holds."""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetkit.errors import InputError, StoreError
from magnetkit.screening.folder import MANIFEST, Folder, plain_cell, read_manifest, safe_cell
from magnetkit.screening.reading import Rejected

PART = pa.table({"x": [1, 2]})


def test_finished_chunks_are_taken_up_and_damaged_ones_made_again(tmp_path):
    folder = Folder(tmp_path, {"candidates": 1})
    folder.add(PART, [Rejected(3, "??", "no element")])
    folder.add(PART, [])
    again = Folder(tmp_path, {"candidates": 1}, resume=True)
    assert again.finished == 2
    assert [r.line for r in again.rejected()] == [3]
    (tmp_path / "parts" / "chunk-000001.parquet").write_bytes(b"cut")
    assert Folder(tmp_path, {"candidates": 1}, resume=True).finished == 1


def test_another_identity_is_refused_and_named(tmp_path):
    Folder(tmp_path, {"candidates": {"sha256": "a"}, "scenario": "baseline"})
    with pytest.raises(InputError, match="another scenario"):
        Folder(tmp_path, {"candidates": {"sha256": "a"}, "scenario": "embargo"}, resume=True)


def test_without_resume_old_parts_are_gone(tmp_path):
    Folder(tmp_path, {}).add(PART, [])
    assert Folder(tmp_path, {}).finished == 0
    assert list((tmp_path / "parts").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="choose another --out"):
        Folder(tmp_path / "file" / "results", {})


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps({"done": True})])
def test_a_damaged_manifest_is_no_traceback(tmp_path, content):
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(StoreError):
        read_manifest(tmp_path)


def test_cells_that_a_spreadsheet_would_run_are_quoted():
    assert safe_cell("=1+1") == "'=1+1"
    assert safe_cell("SmCo5") == "SmCo5"
    assert safe_cell(-0.5) == -0.5
    assert safe_cell("-0.5") == "-0.5"
    assert safe_cell("-2+3") == "'-2+3"


@given(st.text(alphabet="=+-@\t\r\n'1.eA\"", max_size=6))
def test_cells_come_back_as_they_were(text):
    cell = safe_cell(text)
    assert plain_cell(cell) == text
    if cell[:1] in "=+-@\t\r\n" and cell:
        float(cell)
