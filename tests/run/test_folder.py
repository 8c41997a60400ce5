"""The results folder: atomic, resumable, honest about what it holds."""

import errno
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from magnetkit.errors import InputError, StoreError

from magnetkit._core._files import seal
from magnetkit.alloy._blocks import Rejected
from magnetkit.run import _files
from magnetkit.run._store import Store
from magnetkit.run._work import Part, encode
from tests.command import kill_fork

TABLE = pa.table({"x": [1, 2]})
REJECTED = pa.table({"line": [3], "text": ["??"], "reason": ["no element"]})
PART = Part(2, encode(TABLE), b"", 0, None)
MIXED = Part(
    2, encode(TABLE), encode(REJECTED), 1, Rejected(3, "??", "no element")
)


IDENTITY = dict.fromkeys(
    ("application", "candidates", "chunk_rows", "code", "magnetkit"), "x"
)


@contextmanager
def open_store(path, identity=IDENTITY, resume=False):
    with Store(path) as folder:
        folder.begin(identity, resume)
        yield folder


def result(path, rows=2, identity=IDENTITY):
    """Leave a finished result."""
    with open_store(path, identity) as folder:
        folder.add(0, PART)
        for name in (_files.RANKED, "ranked.csv", "rejected.csv"):
            folder.staging_path(name).write_text(f"{name} of {rows}")
        folder.finish({"candidates": rows})


def read_tree(path):
    return {
        f.relative_to(path): f.read_bytes()
        for f in path.rglob("*")
        if f.is_file()
    }


def test_resumes_chunks_and_repeats_a_damaged_one(tmp_path, caplog):
    with open_store(tmp_path) as folder:
        for number, part in enumerate([MIXED, PART, PART]):
            folder.add(number, part)
    with open_store(tmp_path, resume=True) as again:
        assert [again.chunk(i) for i in range(4)] == [
            (2, 1),
            (2, 0),
            (2, 0),
            None,
        ]
        assert list(again.rejected()) == [MIXED.first]
        assert not caplog.records
    (tmp_path / _files.PARTS / "chunk-000001.arrow").write_bytes(b"cut")
    with open_store(tmp_path, resume=True) as store:
        assert [store.chunk(i) is None for i in range(3)] == [
            False,
            True,
            False,
        ]
        assert "chunk-000001.arrow is damaged" in caplog.text


@pytest.mark.parametrize("content", [b"cut", encode(pa.table({"x": [8, 9]}))])
def test_names_a_chunk_that_changes_in_a_run(tmp_path, content):
    with open_store(tmp_path) as folder:
        folder.add(0, PART)
        (tmp_path / _files.PARTS / "chunk-000000.arrow").write_bytes(content)
        with pytest.raises(
            StoreError, match=r"chunk-000000.arrow cannot be read .*--resume"
        ):
            list(folder.tables())


def test_full_disk_keeps_the_finished_chunks(tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    with open_store(tmp_path) as folder:
        folder.add(0, PART)
        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(
            InputError, match=r"No space left on device; free .*--resume"
        ):
            folder.add(1, PART)
        monkeypatch.undo()
    with open_store(tmp_path, resume=True) as again:
        assert (again.chunk(0), again.chunk(1)) == ((2, 0), None)
    assert [p.name for p in (tmp_path / _files.PARTS).glob("chunk*")] == [
        "chunk-000000.arrow"
    ]


def test_refuses_another_identity_by_name(tmp_path):
    with open_store(tmp_path, IDENTITY | {"scenario": "baseline"}):
        pass
    with (
        pytest.raises(
            InputError,
            match=r'another scenario .*"baseline" there, "embargo" here',
        ),
        open_store(tmp_path, IDENTITY | {"scenario": "embargo"}, resume=True),
    ):
        pass


def test_run_without_resume_removes_old_parts(tmp_path):
    with open_store(tmp_path) as folder:
        folder.add(0, PART)
    with open_store(tmp_path) as folder:
        assert folder.chunk(0) is None
    assert not list((tmp_path / _files.PARTS).glob("chunk*"))


def test_refuses_chunks_of_two_models(tmp_path):
    other = replace(PART, models={"curie_temperature_K": "b" * 64})
    with open_store(tmp_path) as folder:
        folder.add(0, replace(PART, models={"curie_temperature_K": "a" * 64}))
        with pytest.raises(
            InputError, match="another model of curie_temperature_K"
        ):
            folder.add(1, other)
    with (
        open_store(tmp_path, resume=True) as again,
        pytest.raises(InputError, match="another model"),
    ):
        again.add(1, other)


def test_names_an_unwritable_folder(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(InputError, match="choose another --out"),
        open_store(tmp_path / "file" / "results"),
    ):
        pass


FOREIGN = {
    "a note": {"notes.txt": "mine"},
    "parts": {"parts/engine.step": "mine", "parts/chunk-000000.arrow": "mine"},
    "a manifest": {
        "manifest.json": '{"name": "web app", "files": {"ranked.csv": "x"}}'
    },
    "a snapshot": {
        "manifest.json": '{"format": "magnetkit phases 1", "identity": {}}'
    },
    "a report": {"report.html": "<html>mine</html>"},
    "a damaged manifest": {
        "manifest.json": '{"identity"',
        "ranked.csv": "mine",
    },
    "a hidden file": {_files.PARTS: "mine"},
}


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("files", FOREIGN.values(), ids=FOREIGN)
def test_keeps_a_folder_of_the_user(tmp_path, files, resume):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    before = read_tree(tmp_path)
    with (
        pytest.raises(InputError, match="choose another --out"),
        open_store(tmp_path, resume=resume),
    ):
        pass
    assert read_tree(tmp_path) == before


@pytest.mark.parametrize(
    "name", [_files.RANKED, "ranked.csv", "rejected.csv", "report.html"]
)
def test_never_overwrites_a_changed_file(tmp_path, name):
    result(tmp_path)
    (tmp_path / "notes.txt").write_text("beside a result notes may stand")
    (tmp_path / name).write_text("edited by hand")
    before = read_tree(tmp_path)
    with (
        pytest.raises(
            InputError, match=f"{name} is not as magnetkit wrote it"
        ),
        open_store(tmp_path),
    ):
        pass
    assert read_tree(tmp_path) == before
    (tmp_path / name).unlink()
    result(tmp_path, 3)
    assert (tmp_path / "ranked.csv").read_text() == "ranked.csv of 3"
    assert (tmp_path / "notes.txt").is_file()


def test_leaves_a_link_in_place_of_the_parts_alone(tmp_path):
    mine = tmp_path / "mine"
    out = tmp_path / "out"
    mine.mkdir()
    (mine / "chunk-000000.arrow").write_text("mine")
    out.mkdir()
    (out / _files.PARTS).symlink_to(mine)
    with (
        pytest.raises(InputError, match="not a folder that magnetkit made"),
        open_store(out),
    ):
        pass
    assert read_tree(mine)


def test_old_result_stays_until_the_new_one_is_complete(tmp_path):
    result(tmp_path)
    before = read_tree(tmp_path)
    for resume in (False, True):
        with open_store(
            tmp_path, IDENTITY | {"scenario": "embargo"}, resume
        ) as folder:
            folder.add(0, PART)
            folder.staging_path(_files.RANKED).write_text("half")
        files = read_tree(tmp_path)
        assert {name: files[name] for name in before} == before
        assert _files.read_finished_manifest(tmp_path)["identity"] == IDENTITY
        if not resume:
            # The finished one can be asked for too, the other is then given up.
            shutil.copytree(tmp_path, tmp_path.with_name("copy"))
    with Store(tmp_path.with_name("copy")) as folder:
        assert not folder.begin(IDENTITY, resume=True)
    assert read_tree(tmp_path.with_name("copy")) == before


@pytest.mark.parametrize("renames", range(4))
def test_a_stop_between_the_renames_is_made_good(
    tmp_path, monkeypatch, renames
):
    result(tmp_path)
    (tmp_path / "report.html").write_text(seal("<html>of the old</html>"))
    done = []

    def stop_after_renames(source, target):
        if len(done) == renames:
            raise KeyboardInterrupt
        done.append(target)
        os.replace(source, target)

    monkeypatch.setattr(_files, "_move", stop_after_renames)
    with pytest.raises(KeyboardInterrupt):
        result(tmp_path, 7)
    monkeypatch.undo()
    assert _files.read_finished_manifest(tmp_path)["summary"] == {
        "candidates": 7
    }
    names = {_files.RANKED, "ranked.csv", "rejected.csv", _files.MANIFEST}
    assert {str(name) for name in read_tree(tmp_path)} == names
    assert (tmp_path / _files.RANKED).read_text() == f"{_files.RANKED} of 7"


def test_second_writer_learns_the_first(tmp_path):
    with open_store(tmp_path) as folder:
        folder.add(0, PART)
        with (
            pytest.raises(
                InputError,
                match=rf"written by process {os.getpid()} on \S+ since 20",
            ),
            open_store(tmp_path),
        ):
            pass
        assert list(folder.tables()) == [TABLE]
    with open_store(tmp_path, resume=True) as again:
        assert again.chunk(0) == (2, 0)


def test_a_killed_holder_leaves_no_lock(tmp_path):
    store = tmp_path / "results"
    store.mkdir()

    def hold(wait):
        with _files.lock(store):
            (tmp_path / f"held by {os.getpid()}").touch()
            wait()

    def is_locked():
        # Only then: who asks takes the lock for a moment, if nobody holds it.
        for file in tmp_path.glob("held by *"):
            number = file.name.removeprefix("held by ")
            with (
                pytest.raises(InputError, match=f"process {number} "),
                open_store(store),
            ):
                pass
            return True
        return False

    kill_fork(hold, is_locked)
    with open_store(store) as folder:
        folder.add(0, PART)


def test_rejected_line_survives_a_round_trip(tmp_path):
    lines = [
        Rejected(1, "Sm\u2028Co5\x0b", 'no, "it"\nis not'),
        Rejected(2, "=1", ""),
    ]
    _files.write_rejections(lines, tmp_path / "rejected.csv")
    assert _files.read_rejections(_files.Place.of(tmp_path)) == lines
    assert _files.read_rejections(_files.Place.of(tmp_path / "absent")) == []


@pytest.mark.parametrize(
    "content", ["", "{", "[]", json.dumps({"done": True})]
)
def test_a_damaged_manifest_is_no_traceback(tmp_path, content):
    (tmp_path / _files.MANIFEST).write_text(content)
    with pytest.raises(StoreError):
        _files.read_manifest(tmp_path)


def test_a_store_that_cannot_be_reached_is_not_damaged():
    rows = _files.StoredRows(_files.Place.of("abc://x"), {"a.parquet": "0"})
    with pytest.raises(InputError, match="abc://x cannot be reached"):
        len(rows)
    with pytest.raises(InputError, match="abc://x cannot be reached"):
        _files.read_rejections(rows.place)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "it is not there"),
        ("alloys.csv", "it is a file"),
        ("empty", "it has no manifest.json"),
    ],
)
def test_names_a_folder_without_results(name, reason, tmp_path):
    (tmp_path / "alloys.csv").write_text("composition\nSmCo5\n")
    (tmp_path / "empty").mkdir()
    says = f"{name} is no results folder: {reason}; give one that --out"
    with pytest.raises(StoreError, match=says):
        _files.read_manifest(tmp_path / name)


def test_result_never_replaces_a_file_of_the_user(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(_files, "settle", lambda _: None)
        result(tmp_path)
    (tmp_path / "ranked.csv").write_text("mine")
    with pytest.raises(InputError, match="it is yours"):
        _files.settle(tmp_path)
    assert (tmp_path / "ranked.csv").read_text() == "mine"


@pytest.mark.parametrize("end", ["", "/", "/.", "/sub/.."])
def test_names_are_relative_however_a_folder_is_written(tmp_path, end):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/file").touch()
    assert _files.Place.of(f"{tmp_path}{end}").names() == {"sub/file"}
