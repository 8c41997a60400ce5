"""The command line as typed, without starting Python and importing anew for each call."""

import atexit
import io
import os
import pkgutil
import pty
import select
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from typer.testing import CliRunner, Result

import magnetkit


def run(
    *arguments: str,
    env: dict[str, str] | None = None,
    cwd: Any = None,
    input: str = "",
) -> CompletedProcess[str]:
    """Run a command in a fork of this process; what starting costs is tested in test_start."""
    _warm()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with tempfile.TemporaryFile() as stdin, warnings.catch_warnings():
            stdin.write(input.encode())
            stdin.seek(0)
            # Python warns of threads in a process that forks; those here wait.
            warnings.simplefilter("ignore")
            child = os.fork()
            if not child:
                _run_as_command(
                    arguments,
                    env,
                    cwd,
                    (stdin.fileno(), out.fileno(), err.fileno()),
                )
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        outputs = [
            (stream.seek(0), stream.read().decode())[1]
            for stream in (out, err)
        ]
    return CompletedProcess(arguments, code, *outputs)


def invoke(line: str, input: str | None = None) -> Result:
    """Run a command as typed, in this process; a refusal is its ``exception``."""
    from magnetkit.cli.app import app

    return CliRunner().invoke(app, shlex.split(line), input=input)


def on_terminal(*arguments: str, **environment: str) -> str:
    """Run a command on a terminal of its own, and return what it shows."""
    ours, theirs = pty.openpty()
    variables = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLUMNS": "100",
        **environment,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "magnetkit", *arguments],
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env=variables,
    )
    os.close(theirs)
    output = b""
    while select.select([ours], [], [], 600)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        output += part
    os.close(ours)
    process.wait(600)
    return output.decode()


def kill_fork(
    work: Callable[[Callable[..., None]], object], there: Callable[[], object]
) -> None:
    """Run a function in a fork of this process, and kill it as soon as something is there.

    The function gets a `progress` that goes no further once it is there, so that the fork cannot be
    through before it is killed.
    """

    def wait_for_the_kill(*_: object) -> None:
        while there():
            time.sleep(0.05)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if not child:
        try:
            work(wait_for_the_kill)
        finally:
            os._exit(1)
    deadline = time.monotonic() + 900
    # An end is looked at and left to be waited for: its number is no other process's meanwhile.
    flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while not (is_there := there()) and time.monotonic() < deadline:
        assert not os.waitid(os.P_PID, child, flags), (
            "the work ended before it was to be killed"
        )
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert is_there, "what was waited for never came"
    assert code == -signal.SIGKILL, "the work was through before it was killed"


@lru_cache(maxsize=1)
def _warm() -> None:
    """Import and read what most commands use, so that no fork has to."""
    magnetkit.predict("SmCo5")
    for room in (
        "choose",
        "cli",
        "curves",
        "diffusion",
        "magnetism",
        "report",
        "run",
        "supply",
    ):
        for module in pkgutil.iter_modules(
            [str(Path(magnetkit.__path__[0]) / room)]
        ):
            if not module.name.startswith("__"):
                import_module(f"magnetkit.{room}.{module.name}")


def _run_as_command(
    arguments: Any, env: Any, cwd: Any, streams: tuple[int, int, int]
) -> None:
    code = 70
    try:
        for stream, place in zip(streams, (0, 1, 2), strict=True):
            os.dup2(stream, place)
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), "utf-8")
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(
                io.FileIO(n, "w", closefd=False), "utf-8", write_through=True
            )
            for n in (1, 2)
        )
        # What this process would do at its end is not the command's.
        atexit._clear()
        warnings.resetwarnings()
        warnings.simplefilter("ignore", DeprecationWarning)
        if env is not None:
            os.environ.clear()
            os.environ.update(env)
        os.chdir(cwd or os.getcwd())
        from magnetkit.settings import get_settings

        from magnetkit.cli import main

        get_settings.cache_clear()
        sys.argv = ["magnetkit", *arguments]
        try:
            main()
        except SystemExit as end:
            code = (
                end.code
                if isinstance(end.code, int)
                else int(end.code is not None)
            )
        except BaseException:
            import traceback

            traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        os._exit(code)
