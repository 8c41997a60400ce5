"""Tests run in a fork on a copy of the checkout, compiled or plain, under a limit of time."""

import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .changes import ROOT

WAIT_S = 1_800
"""A run that has not ended by the clock is ended: it waits for what never comes."""
MOST_BYTES = 12 << 30


@dataclass
class Seen:
    """What a run of tests showed: seconds of a processor by file, tests that failed."""

    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    end: str = ""
    """What ended the process, where that was not its tests."""


class _Watch:
    """Notes how long the tests of each file take, and which fail."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        start = sum(os.times()[:4])
        try:
            return (yield)
        finally:
            file = item.nodeid.split("::")[0]
            took = sum(os.times()[:4]) - start
            self.seen.seconds[file] = round(
                self.seen.seconds.get(file, 0.0) + took, 2
            )

    def pytest_runtest_logreport(self, report):
        if report.failed and report.nodeid not in self.seen.failed:
            self.seen.failed.append(report.nodeid)

    pytest_collectreport = pytest_runtest_logreport


def copy_tree(folder: Path) -> Path:
    """Copy what tests need, with the kernels that are compiled, and byte code that is checked."""
    skip = shutil.ignore_patterns(
        "*.pyc", ".git", "notebooks", ".venv*", "demo", "*_cache"
    )
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=skip)
    import compileall
    from py_compile import PycInvalidationMode

    mode = PycInvalidationMode.CHECKED_HASH
    for part in ("magnetkit", "tests", "benchmarks"):
        compileall.compile_dir(tree / part, quiet=2, invalidation_mode=mode)
    return tree


def preload() -> None:
    """Import what tests use and no change touches: a test run is a fork of this process."""
    import mp_api.client
    import numba
    import pandas
    import plotly.graph_objects
    import pyarrow.parquet
    import pymatgen.core
    import scipy.optimize
    import sklearn.gaussian_process

    # What numba sets up at its first kernel takes seconds.
    numba.njit(lambda x: x.sum())(pandas.Series([1.0, 2.0]).to_numpy())
    libraries = (
        mp_api,
        numba,
        pandas,
        plotly,
        pyarrow,
        pymatgen,
        scipy,
        sklearn,
    )
    assert all(libraries), "imported for what comes after the fork"
    assert not [
        name for name in sys.modules if name.split(".")[0] == "magnetkit"
    ]


def _disable_compilation() -> None:
    """Switch compilation off, as NUMBA_DISABLE_JIT does where numba is imported after it."""
    import numba

    os.environ["NUMBA_DISABLE_JIT"] = "1"
    numba.config.reload_config()


def _child(
    tree: Path,
    tests: Sequence[str],
    options: Sequence[str],
    limit: int,
    plain: bool,
) -> int:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 10))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    os.chdir(tree)
    sys.path[:] = [
        str(tree),
        *(p for p in sys.path if p not in ("", str(ROOT))),
    ]
    os.environ["PYTHONPATH"] = str(tree)
    out = os.open(tree.parent / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    for name in [
        name for name in sys.modules if name.split(".")[0] == "tests"
    ]:
        del sys.modules[name]
    if plain:
        _disable_compilation()
    result = Seen()
    off = ("no:xdist", "no:cacheprovider", "no:benchmark")
    words = [
        "-q",
        "--tb=short",
        *(w for name in off for w in ("-p", name)),
        *options,
        *tests,
    ]
    code = int(pytest.main(words, plugins=[_Watch(result)]))
    result.end = "" if code in (0, 1, 5) else f"exit {code}"
    (tree.parent / "seen.json").write_text(json.dumps(vars(result)))
    sys.stdout.flush()
    return code


def run(
    tree: Path,
    tests: Sequence[str],
    options: Sequence[str] = (),
    *,
    limit: int,
    plain: bool,
) -> Seen:
    """Run tests in a fork, which may take `limit` seconds of a processor."""
    file = tree.parent / "seen.json"
    file.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = _child(tree, tests, options, limit, plain)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    end = time.monotonic() + WAIT_S
    while not (status := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > end:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Seen(end="no end")
        time.sleep(0.05)
    if file.is_file():
        return Seen(**json.loads(file.read_text()))
    code = os.waitstatus_to_exitcode(status[1])
    return Seen(
        end="over its time" if code == -signal.SIGXCPU else f"exit {code}"
    )
