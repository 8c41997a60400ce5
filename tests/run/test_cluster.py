"""Screening on Dask: the same bytes, whatever is lost on the way."""

import hashlib
import os
import shutil
import signal
import sys
from concurrent.futures import CancelledError
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from magnetkit.applications import load
from magnetkit.errors import DataError, InputError, NetworkError

import magnetkit as mk
from magnetkit.choose._job import make_job
from magnetkit.run import _pool
from magnetkit.run._work import dependencies

DEVICE = "f22-engine"
FILES = ("ranked.parquet", "ranked.csv", "rejected.csv", "manifest.json")


def read_files(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


def test_processes_write_the_bytes_of_threads(tmp_path, recipes):
    dask = pytest.importorskip("distributed")
    mk.screen(recipes, DEVICE, out=tmp_path / "threads", chunk_rows=20)
    kills = []

    def kill_one(done, total):
        if not kills and done >= 40:
            workers = dask.get_client().run(os.getpid)
            kills.append(next(iter(workers.values())))
            os.kill(kills[0], signal.SIGKILL)

    mk.screen(
        recipes,
        DEVICE,
        out=tmp_path / "dask",
        chunk_rows=20,
        workers=1,
        progress=kill_one,
    )
    assert kills
    assert read_files(tmp_path / "dask") == read_files(tmp_path / "threads")


def test_without_dask_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        InputError, match=r"pip install 'magnetkit\[cluster\]'"
    ):
        mk.screen(["SmCo5"], DEVICE, workers=2)


def test_names_an_address_without_answer(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(_pool, "_CONNECT_SECONDS", 1)
    with pytest.raises(InputError, match="no Dask scheduler answers at tcp:"):
        mk.screen(["SmCo5"], DEVICE, dask="tcp://127.0.0.1:1")


@pytest.mark.parametrize(
    "options", [{"workers": 0}, {"workers": 1, "dask": "tcp://x:1"}]
)
def test_refuses_invalid_numbers_and_pairs(options):
    with pytest.raises(InputError, match="workers"):
        mk.screen(["SmCo5"], DEVICE, **options)


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2"])
def test_refuses_what_is_no_number_of_processes(workers):
    says = (
        f"workers must be a whole number of 1 or more, got {workers!r}; leave"
    )
    with (
        pytest.raises(InputError, match=says),
        _pool.open_workers(workers),
    ):
        pytest.fail("workers were started")


@contextmanager
def run_cluster(workers=1):
    """Start a scheduler on a free port of this machine, and workers; give its address."""
    dask = pytest.importorskip("distributed")
    scheduler = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
    with dask.LocalCluster(
        n_workers=workers, threads_per_worker=1, scheduler_kwargs=scheduler
    ) as cluster:
        yield cluster.scheduler_address


def test_names_a_scheduler_without_workers(monkeypatch):
    dask = pytest.importorskip("distributed")
    wait = dask.Client.wait_for_workers

    def shortly(client, number, timeout):
        assert (number, timeout) == (1, 20.0)
        return wait(client, number, timeout=0.5)

    monkeypatch.setattr(dask.Client, "wait_for_workers", shortly)
    with (
        run_cluster(workers=0) as address,
        pytest.raises(
            InputError, match=rf"{address} has no workers.*dask worker"
        ),
    ):
        mk.screen(["SmCo5"], DEVICE, dask=address)


def test_refuses_a_worker_in_another_state(monkeypatch):
    job = make_job(load(DEVICE))
    needs = dependencies(job)
    assert _pool._alone(len, [], job, needs) == 0
    for key, value in needs.items():
        other = {**value, "x": "y"} if isinstance(value, dict) else "another"
        with pytest.raises(
            InputError, match=f"would answer otherwise.* {key}"
        ):
            _pool._alone(len, [], job, {**needs, key: other})
    # Of a table of other content the name.
    tables = needs["data"] | {"supply/elements.csv": "0" * 64}
    with pytest.raises(
        InputError,
        match=r"Dask worker of process \d+ .* data supply/elements.csv",
    ):
        _pool._alone(len, [], job, needs | {"data": tables})


def test_dependencies_list_every_file(tmp_path, monkeypatch):
    root = tmp_path / "datasets"
    shutil.copytree(mk.datasets.root(), root)
    monkeypatch.setattr(mk.datasets, "root", lambda: root)
    before = mk.datasets.digests()
    file = root / "supply" / "elements.csv"
    file.write_bytes(file.read_bytes() + b"\n")
    now = mk.datasets.digests()
    assert {name for name in before if before[name] != now[name]} == {
        "supply/elements.csv"
    }
    assert (
        now["supply/elements.csv"]
        == hashlib.sha256(file.read_bytes()).hexdigest()
    )
    mk.datasets.path("supply/elements.csv")
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(
        DataError, match="changed after this process had read it"
    ):
        mk.datasets.check_for_changes()


def test_takes_a_result_that_comes_at_the_timeout():
    class Late:
        def result(self, timeout=None):
            if timeout is not None:
                raise TimeoutError
            return 7

        def done(self):
            return True

        def cancel(self):
            self.cancelled = True

    future = Late()
    watched = _pool._Watched(None, future)
    assert watched.result() == 7
    watched.cancel()
    assert future.cancelled


@pytest.mark.parametrize(
    ("options", "where"),
    [({"address": "tcp://x:1"}, " at tcp://x:1"), ({"workers": 1}, "")],
)
def test_says_which_scheduler_was_lost(monkeypatch, options, where):
    pytest.importorskip("distributed")

    @contextmanager
    def client(workers, address):
        yield SimpleNamespace(nthreads=lambda: {"worker": 1})

    monkeypatch.setattr(_pool, "_client", client)
    says = rf"the Dask scheduler{where} was lost \(gone\).*--resume"
    with (
        pytest.raises(NetworkError, match=says),
        _pool.open_workers(**options),
    ):
        raise CancelledError("gone")


def test_gives_up_when_no_worker_has_been_there_for_twenty_seconds():
    looks = []

    class Waiting:
        def result(self, timeout):
            looks.append(timeout)
            raise TimeoutError

        def done(self):
            return False

    class Client:
        def nthreads(self):
            # One comes back for a moment at the third look.
            return {"worker": 1} if len(looks) == 3 else {}

    with pytest.raises(NetworkError, match="no workers any more for 20 s"):
        _pool._Watched(Client(), Waiting()).result()
    assert sum(looks[3:]) == 20.0
