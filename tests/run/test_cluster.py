"""Screening on Dask: the same bytes, whatever is lost on the way."""

import os
import signal
import sys

import pytest

import magnetkit as mk
from magnetkit.errors import InputError
from magnetkit.run import cluster

DEVICE = "f22-engine"
FILES = ("ranked.parquet", "ranked.csv", "rejected.csv", "manifest.json")


def bytes_of(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture
def recipes(tmp_path):
    path = tmp_path / "alloys.txt"
    lines = [f"Sm{1 - i / 1000:.3f}Gd{i / 1000:.3f}Co5" for i in range(240)]
    lines[50] = "Sm??"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_processes_give_the_bytes_of_threads_though_one_is_killed(tmp_path, recipes):
    distributed = pytest.importorskip("distributed")
    mk.screen(recipes, DEVICE, out=tmp_path / "threads", chunk_rows=20)
    killed = []

    def kill_one(done, total):
        if not killed and done >= 40:
            workers = distributed.get_client().run(os.getpid)
            killed.append(next(iter(workers.values())))
            os.kill(killed[0], signal.SIGKILL)

    mk.screen(recipes, DEVICE, out=tmp_path / "dask", chunk_rows=20, workers=2, progress=kill_one)
    assert killed
    assert bytes_of(tmp_path / "dask") == bytes_of(tmp_path / "threads")


def test_without_dask_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'magnetkit\[dask\]'"):
        mk.screen(["SmCo5"], DEVICE, workers=2)


def test_an_address_that_nobody_answers_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    with pytest.raises(InputError, match="no Dask scheduler answers at tcp:"):
        mk.screen(["SmCo5"], DEVICE, dask="tcp://127.0.0.1:1")


@pytest.mark.parametrize("options", [{"workers": 0}, {"workers": 1, "dask": "tcp://x:1"}])
def test_numbers_and_pairs_that_make_no_sense_are_refused(options):
    with pytest.raises(InputError, match="workers"):
        mk.screen(["SmCo5"], DEVICE, **options)


def test_a_worker_with_other_code_is_refused():
    with pytest.raises(InputError, match="same version on every machine"):
        cluster._alone(len, [], "another hash")
