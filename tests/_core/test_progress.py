"""Bars, messages and the notice of compiling, on stderr."""

import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numba
import pytest

from magnetkit._core import _progress


@pytest.fixture
def notice(monkeypatch):
    """Return a notice, what it logged and what was registered for the end."""
    ends = []
    logged = []
    monkeypatch.setattr(_progress.atexit, "register", ends.append)
    monkeypatch.setattr(_progress._log, "warning", logged.append)
    monkeypatch.setattr(_progress, "_count_ready", lambda: 35)
    return _progress._Notice(), logged, ends


def test_a_message_names_the_program(capsys):
    _progress.message("see a.csv")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "magnetkit: see a.csv\n")


def test_compiling_is_told_at_its_start_and_its_end(notice, capsys):
    one, logged, ends = notice
    one.end()
    assert logged == []
    one.start(10.0, 11.0)
    one.start(10.0, 14.4)
    assert ends == [one.end]
    assert logged == [
        "compiling kernels, once, about 30 s (`magnetkit doctor --compile` "
        "does it beforehand)"
    ]
    one.end()
    one.end()
    assert logged[1:] == ["compiling kernels: 35 ready after 4 s"]
    # No terminal, no bar.
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_between(notice, monkeypatch, capsys):
    one, _, _ = notice
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    one.start(10.0, 13.0)
    bar = "#" * 10 + "." * 10
    line = f"\r\x1b[Kcompiling kernels [{bar}] 35 ready, 3 s"
    assert capsys.readouterr().err == line
    monkeypatch.setattr(_progress, "_count_ready", lambda: 700)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    one.draw("x")
    assert capsys.readouterr().err.endswith("x")


def test_kernels_are_counted_once_with_their_signatures(monkeypatch):
    kernel = SimpleNamespace(stats=1, signatures=["a", "b"])
    module = SimpleNamespace(first=kernel, again=kernel, other=5)
    own = {n: m for n, m in sys.modules.items() if n.endswith("_kernels")}
    before = _progress._count_ready()
    monkeypatch.setitem(sys.modules, "x_kernels", module)
    assert _progress._count_ready() == before + 2
    monkeypatch.setitem(sys.modules, "x_other", module)
    assert _progress._count_ready() == before + 2
    assert "x_kernels" not in own


def test_a_frame_of_the_compiler_is_compiling(monkeypatch):
    def frame(file, name, back=None):
        code = SimpleNamespace(co_filename=file, co_name=name)
        return SimpleNamespace(f_code=code, f_back=back)

    place = Path(numba.__file__).parents[1] / _progress._COMPILER
    assert place.is_file()
    compiler = frame(str(place), "run")
    waiting = frame("a.py", "_await_turn")
    for frames, is_compiling in (
        ({}, False),
        ({1: frame("a.py", "f")}, False),
        ({1: frame("a.py", "f", compiler)}, True),
        ({1: frame("a.py", "f"), 2: waiting}, True),
    ):
        monkeypatch.setattr(sys, "_current_frames", lambda f=frames: f)
        assert _progress._is_compiling() is is_compiling


class Clock:
    """A clock whose every look is a tenth of a second later than the last sleep began."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now = round(self.now + seconds, 6)


def test_stretches_of_compiling_are_told_from_pauses(monkeypatch):
    clock = Clock()
    calls = []
    notice = SimpleNamespace(
        start=lambda begun, now: calls.append((begun, now)),
        end=lambda: calls.append(clock.now),
    )

    def is_compiling():
        # Half a second is too little; then two stretches with a pause of 1.5 s, and one of 1.6 s.
        spans = ((1.0, 1.5), (10.0, 11.0), (12.5, 12.6), (14.2, 15.2))
        return any(begin <= clock.now <= end for begin, end in spans)

    monkeypatch.setattr(_progress, "time", clock)
    monkeypatch.setattr(_progress, "_Notice", lambda: notice)
    monkeypatch.setattr(_progress, "_is_compiling", is_compiling)
    _progress._watch()
    starts = [call for call in calls if isinstance(call, tuple)]
    first = [(10.0, 10.9), (10.0, 11.0), (10.0, 12.5), (10.0, 12.6)]
    assert starts == [*first, (14.2, 15.1), (14.2, 15.2)]
    ends = [call for call in calls if not isinstance(call, tuple)]
    # It ends after a pause, again and again, and gives up after five minutes.
    assert 11.1 not in ends
    assert 16.8 in ends
    assert clock.now == pytest.approx(15.2 + 300.0, abs=0.11)


def test_the_watch_is_a_thread_of_its_own(monkeypatch):
    seen = threading.Event()
    monkeypatch.setattr(_progress, "_watch", seen.set)
    _progress.watch_compiling()
    assert seen.wait(60.0)


def test_a_bar_that_is_not_shown_takes_steps(capsys):
    with _progress.bar("title", 3, shown=False) as advance:
        assert advance() is None
        assert advance(count=2) is None
    assert capsys.readouterr().err == ""


def test_a_bar_has_title_and_steps(monkeypatch):
    steps = []

    class Bars:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            steps.append("end")

        def add_task(self, title, total):
            steps.append((title, total))
            return 7

        def advance(self, task, count):
            steps.append((task, count))

    monkeypatch.setattr(_progress, "bars", lambda *_, **kind: Bars())
    with _progress.bar("title", 3, shown=True) as advance:
        advance()
        advance(2)
    assert steps == [("title", 3), (7, 1), (7, 2), "end"]


def test_progress_is_drawn_on_stderr_or_not_at_all():
    shown = _progress.bars()
    assert not shown.disable
    assert shown.console.stderr
    assert not shown.live.transient
    hidden = _progress.bars(shown=False, transient=True)
    assert hidden.disable
    assert hidden.live.transient
    assert len(hidden.columns) == 2
