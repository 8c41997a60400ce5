"""How a command ends: what is said of a failure, and with which status."""

import io
import logging
import sys
import warnings

import pytest
from magnetkit.errors import InputError

from magnetkit import cli
from magnetkit.cli import _start


def end_of(monkeypatch, capsys, error):
    """Return status and stderr of a command that raises an error."""

    def fail(**_):
        raise error

    monkeypatch.setattr(_start, "watch", lambda: None)
    monkeypatch.setattr(_start, "check_room", lambda: None)
    monkeypatch.setattr(_start, "show_messages", lambda: None)
    monkeypatch.setattr("magnetkit.cli.app.app", fail)
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (InputError("no\ngrade \x1b[31m"), "error: no grade ?[31m"),
        (
            FileNotFoundError(2, "No such file", "a.csv"),
            "error: No such file: a.csv",
        ),
        (OSError("odd"), "error: odd: no file named"),
        (MemoryError(), f"error: {cli._NO_ROOM}"),
        (
            RuntimeError("can't start new thread"),
            f"error: {cli._NO_ROOM}",
        ),
        (
            ImportError("no x", name="magnetkit.x"),
            f"error: no x: {cli._NOT_WHOLE}",
        ),
        (
            ImportError("no y", name="other"),
            "defect: ImportError: no y; please report it with what "
            "`magnetkit --verbose ...` prints",
        ),
        (
            KeyError("z"),
            "defect: KeyError: 'z'; please report it with what `magnetkit "
            "--verbose ...` prints",
        ),
    ],
)
def test_a_failure_is_one_line_and_status_1(monkeypatch, capsys, error, text):
    code, err = end_of(monkeypatch, capsys, error)
    assert (code, err) == (1, f"magnetkit: {text}\n")


def test_a_defect_has_its_traceback_where_asked(monkeypatch, capsys):
    monkeypatch.setattr(_start, "_verbose", True)
    with pytest.raises(KeyError):
        end_of(monkeypatch, capsys, KeyError("z"))


def test_an_end_of_usage_keeps_its_status(monkeypatch, capsys):
    assert end_of(monkeypatch, capsys, SystemExit(2))[0] == 2
    monkeypatch.setattr("magnetkit.cli.app.app", lambda **_: None)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0


def test_interruptions_end_with_their_own_status(monkeypatch, capsys):
    ends = []

    def end():
        ends.append(1)
        raise SystemExit(130)

    monkeypatch.setattr(_start, "end", end)
    wrapped = SystemError("numba")
    wrapped.__cause__ = KeyboardInterrupt()
    late = ValueError("x")
    late.__context__ = KeyboardInterrupt()
    for error in (KeyboardInterrupt(), wrapped, late):
        assert end_of(monkeypatch, capsys, error)[0] == 130
    assert len(ends) == 3


def test_what_an_interruption_caused_is_one():
    assert _start.is_interruption(KeyboardInterrupt())
    assert _start.is_interruption(SystemExit(130))
    assert not _start.is_interruption(SystemExit(1))
    assert not _start.is_interruption(ValueError("x"))
    outer = ValueError("x")
    outer.__context__ = SystemExit(130)
    assert _start.is_interruption(outer)


def with_limit(monkeypatch, tmp_path, limit):
    file = tmp_path / "limits"
    line = f"Max address space         {limit}            unlimited  bytes\n"
    file.write_text(f"Limit  Soft Limit  Hard Limit  Units\n{line}")
    opened = open

    def read(path, **kind):
        assert path == "/proc/self/limits"
        return opened(file, **kind)

    monkeypatch.setattr("builtins.open", read)


@pytest.mark.parametrize("limit", ["unlimited", "2950000000", "3000000000"])
def test_room_enough_for_kernels(monkeypatch, tmp_path, limit):
    with_limit(monkeypatch, tmp_path, limit)
    _start.check_room()


def test_too_little_room_says_how_much_is_needed(monkeypatch, tmp_path):
    with_limit(monkeypatch, tmp_path, "2000000000")
    says = r"limited to 2\.00 GB of addresses \(ulimit -v\), a command needs 3"
    with pytest.raises(InputError, match=says):
        _start.check_room()


@pytest.fixture
def logger():
    """Give the package's logger and the warnings back as they were."""
    log = logging.getLogger("magnetkit")
    handlers = list(log.handlers)
    show = warnings.showwarning
    yield log
    log.handlers[:] = handlers
    warnings.showwarning = show


def test_messages_and_warnings_are_lines_on_stderr(logger, capsys):
    logger.handlers.clear()
    _start.show_messages()
    _start.show_messages()
    assert len(logger.handlers) == 1
    logger.warning("kernels are %s", "old")
    warnings.showwarning(UserWarning("a\n  b"), UserWarning, "file", 1)
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "magnetkit: kernels are old",
        "magnetkit: a b",
    ]


def test_verbose_shows_warnings_as_python_does(logger, monkeypatch):
    monkeypatch.setattr(_start, "_verbose", False)
    monkeypatch.setattr(logging, "basicConfig", lambda **kind: kind)
    assert not _start.verbose()
    _start.show_messages()
    _start.be_verbose()
    assert _start.verbose()
    assert logger.handlers == []
    assert warnings.showwarning is _start._SHOWN


def test_signs_that_an_encoding_lacks_become_question_marks(monkeypatch):
    for name in ("stdout", "stderr"):
        written = io.BytesIO()
        stream = io.TextIOWrapper(written, encoding="ascii")
        monkeypatch.setattr(sys, name, stream)
    cli._allow_any_encoding()
    for stream in (sys.stdout, sys.stderr):
        print("1 µm", file=stream, flush=True)
        assert stream.buffer.getvalue() == b"1 ?m\n"
    # What is no such stream stays as it is.
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    cli._allow_any_encoding()
