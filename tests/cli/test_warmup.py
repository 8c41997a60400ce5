"""``magnetkit doctor --compile``: afterwards the first commands compile nothing."""

import io
import logging
import re
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import numba
import pytest

from magnetkit._core import _progress
from magnetkit._core._jit import is_switched_off
from tests.cli.test_start import run


def test_after_it_a_prediction_compiles_nothing():
    done = run("doctor", "--compile")
    assert done.returncode == 0, done.stderr
    assert "kernels and models are ready" in done.stderr
    # Counted in the process itself: other tests compile into the same folder meanwhile.
    code = (
        "import atexit, sys, numba.core.event as e\n"
        "seen = e.RecordingListener()\n"
        "e.register('numba:compile', seen)\n"
        "atexit.register(lambda: print(len(seen.buffer), file=sys.stderr))\n"
        "sys.argv = 'magnetkit predict SmCo5 Nd2Fe14B --temperature 150C --load-line 2'.split()\n"
        "from magnetkit.cli import main\n"
        "main()"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0
    assert process.stderr.splitlines()[-1] == "0"


@pytest.fixture
def watched_messages(monkeypatch, caplog):
    """Watches stretches of time in which kernels are compiled; returns what is said, and when."""
    caplog.set_level(logging.WARNING, "magnetkit")
    now = [0.0]

    def sleep(seconds):
        if threading.current_thread() is not threading.main_thread():
            # That of the package itself, which watches the real kernels.
            return real_sleep(seconds)
        now[0] += seconds
        for record in caplog.records[len(times) :]:
            times.append((now[0], record.message))
        return None

    times = []
    real_sleep = time.sleep
    is_compiling = _progress._is_compiling
    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep)
    monkeypatch.setattr(_progress, "time", clock)

    def watch(*stretches):
        def compiling():
            if threading.current_thread() is not threading.main_thread():
                return is_compiling()
            return any(a <= now[0] <= b for a, b in stretches)

        monkeypatch.setattr(_progress, "_is_compiling", compiling)
        _progress._watch()
        return times

    return watch


def test_prints_a_line_at_start_and_end(watched_messages):
    # Short kernels one after the other, what is computed between them, and later ones.
    starts = [0.5 + 0.4 * k for k in range(20)]
    kernels = [(start, start + 0.3) for start in starts]
    times = watched_messages(*kernels, (50.0, 60.0))
    start, end = (text for _, text in times)
    assert start.startswith(
        "compiling kernels, once, about 30 s (`magnetkit doctor --compile`"
    )
    assert re.fullmatch(r"compiling kernels: \d+ ready after 8 s", end)
    assert times[0][0] < 2.0
    assert 8.0 < times[1][0] < 11.0


def test_terminal_has_one_line_with_a_bar(watched_messages, monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(_progress, "_count_ready", lambda: 28)
    monkeypatch.setattr(
        logging.getLogger("magnetkit"), "handlers", []
    )  # of other tests' commands
    watched_messages((1.0, 2.2))
    _, first, *_, end = screen.getvalue().split("\r\x1b[K")
    assert first == "compiling kernels [########............] 28 ready, 1 s"
    assert not end


def test_ignores_a_short_kernel(
    watched_messages,
):
    times = watched_messages((1.0, 1.5), (100.0, 102.0), (150.0, 150.3))
    assert [text[:17] for _, text in times] == 2 * ["compiling kernels"]
    assert 100.8 < times[0][0] < 101.2


def test_detects_compilation_in_a_thread():
    if is_switched_off():
        pytest.skip("nothing is compiled without JIT")
    # By numba itself: one of magnetkit's own would be read from the cache of an earlier run.
    kernel = numba.njit(lambda x: x + 1.0)
    states = []
    thread = threading.Thread(target=kernel, args=(1.0,))
    assert not _progress._is_compiling()
    thread.start()
    while thread.is_alive():
        states.append(_progress._is_compiling())
    assert any(states), numba.__version__
    assert not _progress._is_compiling()
