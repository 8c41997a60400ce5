"""Full disks, folders that cannot be written, shared and old caches: each ends in a clear way."""

import json
import os
import shutil
import time
import warnings
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from magnetkit.errors import InputError, MagnetkitError, StoreError
from magnetkit.settings import get_settings

import magnetkit as mk
from benchmarks.faults import storage
from magnetkit._core import _kernel_files
from magnetkit.phases.pull import pull
from magnetkit.report import _written
from magnetkit.run import _files
from magnetkit.run.screen import ScreenResult
from magnetkit.surrogates import _curie_training, _store
from tests.command import run
from tests.phases.conftest import mp_server, own_cache  # noqa: F401
from tests.phases.mp_server import KEY, Server

DEVICE = "f22-engine"
TARGET = "curie_temperature_K"
RECIPES = [f"Nd2Fe{14 - i / 1000:g}Co{i / 1000:g}B" for i in range(1, 1200)]
FILES = ("ranked.parquet", "ranked.csv", "rejected.csv", "manifest.json")


def contents(out: Path) -> list[bytes]:
    return [(out / name).read_bytes() for name in FILES]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "alloys.txt"
    file.write_text("\n".join(RECIPES) + "\n", encoding="utf-8")
    return file


def test_screening_survives_a_full_disk(tmp_path, source):
    whole = mk.screen(source, DEVICE, out=tmp_path / "whole", chunk_rows=200)
    assert len(whole.data) == len(RECIPES)
    with storage.small_disk(tmp_path / "disk", 400) as disk:
        with pytest.raises(
            InputError, match=r"(?i)cannot write .*no space left on device"
        ):
            mk.screen(source, DEVICE, out=disk / "out", chunk_rows=200)
        assert not _files.read_manifest(disk / "out")["done"]
        storage._mount("-o", "remount,size=64m", str(disk))
        mk.screen(
            source, DEVICE, out=disk / "out", chunk_rows=200, resume=True
        )
        assert contents(disk / "out") == contents(tmp_path / "whole")
        assert sorted(p.name for p in (disk / "out").iterdir()) == sorted(
            FILES
        )


def test_workbook_without_room_is_one_line(tmp_path, source):
    with storage.small_disk(tmp_path / "disk", 16) as disk:
        done = run("predict", str(source), "--out", str(disk / "a.xlsx"))
        assert done.returncode == 1
        assert list(disk.iterdir()) == []
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "name", ["ranked.parquet", "ranked.csv", "rejected.csv", "manifest.json"]
)
def test_file_without_room_keeps_the_old_one(tmp_path, monkeypatch, name):
    mk.screen(["SmCo5", "??"], DEVICE, out=tmp_path)
    before = contents(tmp_path)
    replace = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).name == name:
            storage.no_space()
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        mk.screen(["SmCo5", "??"], DEVICE, out=tmp_path, force=True)
    assert contents(tmp_path) == before
    assert len(ScreenResult.from_folder(tmp_path)) == 1
    assert not list(tmp_path.rglob("*.tmp")) + list(tmp_path.rglob(".*.tmp"))


@pytest.fixture
def instant_training():
    """Let training give the model that is there: what is tried is how it is kept."""
    model = mk.surrogates.load(TARGET, progress=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            _curie_training,
            "train_model",
            lambda known, advance: (model, None),
        )
        yield model


@pytest.mark.usefixtures("instant_training")
@pytest.mark.parametrize("place", ["read only", "a file", "full"])
def test_unwritable_cache_costs_only_the_cache(tmp_path, monkeypatch, place):
    table = mk.CompositionTable.from_strings(["SmCo5"])
    want = mk.surrogates.load(TARGET, progress=False).predict(table)
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path / "cache"))
    if place == "a file":
        (tmp_path / "cache").write_text("in the way")
    else:
        (tmp_path / "cache").mkdir()
        monkeypatch.setattr(_store, "replace_file", storage.no_space)
    get_settings.cache_clear()
    try:
        with warnings.catch_warnings(record=True) as record:
            warnings.simplefilter("always")
            if place == "read only":
                monkeypatch.undo()
                monkeypatch.setenv(
                    "MAGNETKIT_CACHE_DIR", str(tmp_path / "cache")
                )
                get_settings.cache_clear()
                with storage.read_only(tmp_path / "cache"):
                    got = mk.surrogates.load(TARGET, progress=False).predict(
                        table
                    )
            else:
                got = mk.surrogates.load(TARGET, progress=False).predict(table)
            if place == "full":
                with pytest.raises(StoreError, match="MAGNETKIT_CACHE_DIR"):
                    mk.surrogates.train(TARGET)
        assert [w for w in record if "cannot be written" in str(w.message)]
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert got.equals(want)


def test_names_a_read_only_results_folder(tmp_path):
    with (
        storage.read_only(tmp_path),
        pytest.raises(InputError, match="choose another --out"),
    ):
        mk.screen(["SmCo5"], DEVICE, out=tmp_path / "out")
    result = mk.screen(["SmCo5"], DEVICE)
    with storage.read_only(tmp_path):
        for write in (result.report, result.to_parquet):
            with pytest.raises(InputError, match="Read-only file system"):
                write(tmp_path / "file")


def test_makes_missing_folders_and_names_lost_ones(tmp_path):
    out = tmp_path / "a" / "b" / "c"
    mk.screen(["SmCo5"], DEVICE, out=out)
    assert len(ScreenResult.from_folder(out).data) == 1
    note = out / "manifest.json"
    note.write_text(
        json.dumps(json.loads(note.read_text("utf-8")) | {"summary": 1.5}),
        "utf-8",
    )
    with pytest.raises(StoreError, match="is damaged"):
        ScreenResult.from_folder(out)
    shutil.rmtree(out)
    with pytest.raises(StoreError, match="no results folder"):
        ScreenResult.from_folder(out)


@pytest.mark.usefixtures("instant_training", "own_cache")
def test_a_clock_set_back_changes_nothing(mp_server: Server, monkeypatch):  # noqa: F811
    table = mk.CompositionTable.from_strings(["SmCo5"])
    want = mk.surrogates.load(TARGET, progress=False).predict(table)
    snapshot = pull("Co-Sm", KEY, mp_server.url)
    for file in get_settings().cache_dir.rglob("*"):
        os.utime(file, (4e9, 4e9))
    monkeypatch.setattr(time, "time", lambda: 0.0)
    _curie_training._load.cache_clear()
    monkeypatch.setattr(
        _curie_training, "_train_with_progress", storage.no_space
    )
    assert (
        mk.surrogates.load(TARGET, progress=False).predict(table).equals(want)
    )
    count = len(mp_server.requests)
    assert pull("Co-Sm", KEY, mp_server.url).entries.equals(snapshot.entries)
    assert len(mp_server.requests) == count


def test_clock_of_1970_stops_only_the_workbook(tmp_path, monkeypatch):
    """As after a flat battery; the parts of a workbook bear dates from 1980 on."""
    frame = mk.predict("SmCo5")
    for day, message in (
        ("1970-01-01", "1970-01-01.*begin in 1980"),
        ("1980-01-01", ""),
    ):
        stub = type(
            "Day",
            (date,),
            {"today": classmethod(lambda c, d=day: date.fromisoformat(d))},
        )
        monkeypatch.setattr(_written, "date", stub)
        with (
            pytest.raises(InputError, match=message)
            if message
            else nullcontext()
        ):
            _written.write_table(frame, tmp_path / "a.xlsx")
        assert (
            len(pd.read_csv(_written.write_table(frame, tmp_path / "a.csv")))
            == 1
        )
        assert (tmp_path / "a.xlsx").is_file() is not bool(message)


def test_kernel_folders_outlive_a_clock_set_back(tmp_path, monkeypatch):
    other = tmp_path / ("kernels-" + "0" * 16)
    other.mkdir()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    _kernel_files._remove_stale(tmp_path, "kernels-" + "1" * 16)
    assert other.is_dir()


@pytest.mark.usefixtures("instant_training", "own_cache")
def test_renews_a_cache_of_an_older_version(mp_server: Server, monkeypatch):  # noqa: F811
    pulled = pull("Co-Sm", KEY, mp_server.url)
    manifest = pulled.folder / "manifest.json"
    manifest.write_text(
        manifest.read_text().replace(
            "magnetkit phases 1", "magnetkit phases 0"
        )
    )
    pointer = pulled.folder.parent / "current"
    current = json.loads(pointer.read_text())
    current["manifest_sha256"] = mk.datasets.sha256(manifest)
    pointer.write_text(json.dumps(current))
    from magnetkit.phases import snapshot

    snapshot._read.cache_clear()
    with pytest.warns(UserWarning, match="pulling it anew"):
        assert pull("Co-Sm", KEY, mp_server.url).entries.equals(pulled.entries)
    table = mk.CompositionTable.from_strings(["SmCo5"])
    first = mk.surrogates.load(TARGET, progress=False)
    file = first.file
    monkeypatch.setattr(_store, "versions", lambda: {"magnetkit": "0.0.9"})
    _curie_training._load.cache_clear()
    again = mk.surrogates.load(TARGET, progress=False)
    assert again.file != file
    assert again.predict(table).equals(first.predict(table))
    _curie_training._load.cache_clear()


def test_refuses_results_of_an_older_version(tmp_path):
    mk.screen(["SmCo5"], DEVICE, out=tmp_path)
    manifest = json.loads((tmp_path / _files.MANIFEST).read_text())
    manifest["identity"]["magnetkit"] = "0.0.9"
    (tmp_path / _files.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(MagnetkitError, match="another magnetkit"):
        mk.screen(["SmCo5"], DEVICE, out=tmp_path, resume=True)
