"""The clocks of the benchmarks."""

import json
import subprocess

import pytest

from benchmarks.features import measure
from magnetkit._core._compiling import most_threads
from magnetkit._core._threads import limited_threads, thread_count


def test_the_least_time_counts(monkeypatch):
    ticks = iter([0.0, 0.0, 5.0, 5.0, 7.0, 7.0, 11.0])
    monkeypatch.setattr(measure.time, "perf_counter", lambda: next(ticks, 99.0))
    assert measure.best_seconds(lambda: None, budget=0.0, least=2) == 2.0


def test_threads_are_given_back():
    before = thread_count()

    def fail():
        with limited_threads(1):
            assert thread_count() == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert thread_count() == before
    assert most_threads() >= 1


def test_a_first_call_is_timed_without_and_with_the_cache(monkeypatch):
    folders = []

    def run(command, env, **options):
        assert command[-1] == "a case"
        folders.append(env["NUMBA_CACHE_DIR"])
        answer = f"noise\n{json.dumps(2.0 / len(folders))}\n"
        return subprocess.CompletedProcess(command, 0, stdout=answer)

    monkeypatch.setattr(measure.subprocess, "run", run)
    assert measure.first_call_seconds("a case") == (2.0, 1.0)
    assert folders[0] == folders[1]
