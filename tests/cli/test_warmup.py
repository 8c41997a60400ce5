"""``magnetkit doctor --compile``: afterwards the first commands compile nothing."""

import logging
import threading
from itertools import pairwise
from types import SimpleNamespace

import numba
import pytest

from magnetkit._core import _progress
from magnetkit.kernels._jit import folder, is_switched_off, jit, kept
from tests.cli.test_start import run


def test_after_it_a_prediction_compiles_nothing():
    done = run("doctor", "--compile")
    assert done.returncode == 0, done.stderr
    assert "kernels and models are ready" in done.stderr
    before = dict(kept(folder()))
    predicted = run("predict", "SmCo5", "Nd2Fe14B", "--temperature", "150C", "--load-line", "2")
    assert predicted.returncode == 0, predicted.stderr
    assert predicted.stderr == ""
    assert dict(kept(folder())) == before


@pytest.fixture
def said(monkeypatch, caplog):
    """Watches stretches of time in which kernels are compiled; returns what is said, and when."""
    caplog.set_level(logging.WARNING, "magnetkit")
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds
        for record in caplog.records[len(times) :]:
            times.append((now[0], record.message))

    times = []
    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep)
    monkeypatch.setattr(_progress, "time", clock)

    def watch(*stretches):
        compiling = lambda: any(a <= now[0] <= b for a, b in stretches)  # noqa: E731
        monkeypatch.setattr(_progress, "_is_compiling", compiling)
        _progress._watch()
        return times

    return watch


def test_nothing_is_silent_for_two_seconds(said):
    # Short kernels one after the other, and what is computed between them.
    times = said(*((t, t + 0.3) for t in (0.5 + 0.4 * k for k in range(20))))
    assert times[0][1].startswith("compiling kernels, once, about 30 s")
    assert {text for _, text in times[1:]} == {"still compiling"}
    at = [0.5, *(t for t, _ in times), 8.5]
    assert max(b - a for a, b in pairwise(at)) < 2.0


def test_a_short_kernel_is_not_spoken_of_alone_or_long_after_the_others(said):
    times = said((1.0, 1.5), (100.0, 102.0), (150.0, 150.3))
    assert [text[:9] for _, text in times] == ["compiling"]
    assert 100.8 < times[0][0] < 101.2


def test_it_is_seen_that_a_thread_compiles():
    if is_switched_off():
        pytest.skip("nothing is compiled without JIT")
    kernel = jit(lambda x: x + 1.0)
    seen = []
    thread = threading.Thread(target=kernel, args=(1.0,))
    assert not _progress._is_compiling()
    thread.start()
    while thread.is_alive():
        seen.append(_progress._is_compiling())
    assert any(seen), numba.__version__
    assert not _progress._is_compiling()
