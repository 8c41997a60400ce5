"""The results folder: atomic, resumable, honest about what it holds."""

import errno
import json
from pathlib import Path

import pyarrow as pa
import pytest

from magnetkit.composition.blocks import Rejected
from magnetkit.errors import InputError, StoreError
from magnetkit.run.folder import MANIFEST, Folder, read_manifest
from magnetkit.run.work import Part, decode, encode

TABLE = pa.table({"x": [1, 2]})
REJECTED = pa.table({"line": [3], "text": ["??"], "reason": ["no element"]})
PART = Part(2, encode(TABLE), b"", 0, None)
MIXED = Part(2, encode(TABLE), encode(REJECTED), 1, Rejected(3, "??", "no element"))


def test_finished_chunks_are_taken_up_and_a_damaged_one_is_named_and_made_again(tmp_path, caplog):
    folder = Folder(tmp_path, {"candidates": 1})
    for number, part in enumerate([MIXED, PART, PART]):
        folder.add(number, part)
    again = Folder(tmp_path, {"candidates": 1}, resume=True)
    assert [again.chunk(i) for i in range(4)] == [(2, 1), (2, 0), (2, 0), None]
    assert list(again.rejected()) == [MIXED.first]
    assert not caplog.records
    (tmp_path / "parts" / "chunk-000001.arrow").write_bytes(b"cut")
    mended = Folder(tmp_path, {"candidates": 1}, resume=True)
    assert [mended.chunk(i) is None for i in range(3)] == [False, True, False]
    assert "chunk-000001.arrow is damaged" in caplog.text


def test_a_chunk_that_becomes_unreadable_while_running_is_named(tmp_path):
    folder = Folder(tmp_path, {})
    folder.add(0, PART)
    (tmp_path / "parts" / "chunk-000000.arrow").write_bytes(b"cut")
    with pytest.raises(StoreError, match=r"chunk-000000.arrow cannot be read .*--resume"):
        list(folder.tables())


def test_a_full_disk_is_named_and_what_is_finished_stays(tmp_path, monkeypatch):
    folder = Folder(tmp_path, {})
    folder.add(0, PART)

    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match=r"No space left on device; free .*--resume"):
        folder.add(1, PART)
    monkeypatch.undo()
    again = Folder(tmp_path, {}, resume=True)
    assert (again.chunk(0), again.chunk(1)) == ((2, 0), None)
    assert sorted(p.name for p in (tmp_path / "parts").iterdir()) == ["chunk-000000.arrow"]


def test_some_columns_of_a_part_come_in_the_order_asked(tmp_path):
    wide = pa.table({"a": [1], "b": [2], "c": [3]})
    assert decode(encode(wide), ["c", "a"]).column_names == ["c", "a"]


def test_another_identity_is_refused_and_named(tmp_path):
    Folder(tmp_path, {"candidates": {"sha256": "a"}, "scenario": "baseline"})
    with pytest.raises(InputError, match=r'another scenario .*"baseline" there, "embargo" here'):
        Folder(tmp_path, {"candidates": {"sha256": "a"}, "scenario": "embargo"}, resume=True)


def test_without_resume_old_parts_are_gone(tmp_path):
    Folder(tmp_path, {}).add(0, PART)
    assert Folder(tmp_path, {}).chunk(0) is None
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


@pytest.mark.parametrize("name", ["missing", "alloys.csv"])
def test_what_is_no_results_folder_is_called_so(name, tmp_path):
    (tmp_path / "alloys.csv").write_text("composition\nSmCo5\n")
    with pytest.raises(StoreError, match=f"{name} is no results folder"):
        read_manifest(tmp_path / name)
