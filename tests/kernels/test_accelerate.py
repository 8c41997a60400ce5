"""Where compiled kernels are kept, seen from fresh processes on a copy of the package."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import magnetkit

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled without JIT"
)

CODE = """
import numpy as np
from magnetkit.kernels import _accelerate, own
assert own.twice(np.arange(3.0)).tolist() == {result}
hits = sum(own.twice.stats.cache_hits.values())
print(_accelerate.cache_folder("own"), hits)
"""
KERNELS = """
from ._accelerate import jit
from .called import factor

@jit
def twice(x):
    return factor() * x
"""
CALLED = """
from ._accelerate import jit

@jit
def factor():
    return {factor}.0
"""


@pytest.fixture
def package(tmp_path):
    """A copy of the package with two small kernels in place of its own."""
    source = Path(magnetkit.__file__).parent
    copy = tmp_path / "site" / "magnetkit"
    (copy / "kernels").mkdir(parents=True)
    for file in ("__init__.py", "__init__.pyi", "settings.py"):
        shutil.copy(source / file, copy / file)
    for file in ("__init__.py", "_accelerate.py"):
        shutil.copy(source / "kernels" / file, copy / "kernels" / file)
    (copy / "kernels" / "own.py").write_text(KERNELS)
    (copy / "kernels" / "called.py").write_text(CALLED.format(factor=2))
    return copy


def start(package, tmp_path, result="[0.0, 2.0, 4.0]", **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "MAGNETKIT_"))}
    return subprocess.Popen(
        [sys.executable, "-B", "-W", "error", "-c", CODE.format(result=result)],
        env=clean
        | {"PYTHONPATH": str(package.parent), "MAGNETKIT_CACHE_DIR": str(tmp_path / "user")}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )


def finish(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    folder, hits = out.rsplit(maxsplit=1)
    return folder, int(hits)


def run(*arguments, **options):
    return finish(start(*arguments, **options))


def make_read_only(package):
    # A file in the folder's place stops even a user whom permissions do not.
    (package / "kernels" / "__pycache__").write_text("")


def test_second_process_finds_what_the_first_compiled(package, tmp_path):
    folder, hits = run(package, tmp_path)
    assert Path(folder).parent == package / "kernels" / "__pycache__"
    assert hits == 0
    assert run(package, tmp_path) == (folder, 1)


def test_package_that_cannot_be_written_uses_the_cache_of_the_user(package, tmp_path):
    make_read_only(package)
    folder, hits = run(package, tmp_path)
    assert Path(folder).parent == tmp_path / "user" / "kernels"
    assert hits == 0
    assert run(package, tmp_path) == (folder, 1)


def test_nothing_writable_still_runs(package, tmp_path):
    make_read_only(package)
    (tmp_path / "user").write_text("")
    assert run(package, tmp_path) == ("None", 0)


def test_cache_can_be_moved_and_switched_off(package, tmp_path):
    folder, _ = run(package, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "moved"))
    assert Path(folder).parent == tmp_path / "moved"
    assert run(package, tmp_path, MAGNETKIT_NUMBA_CACHE="0") == ("None", 0)
    assert not list(package.rglob("*.nbi"))


def test_a_change_in_a_kernel_that_is_called_is_seen(package, tmp_path):
    run(package, tmp_path)
    (package / "kernels" / "called.py").write_text(CALLED.format(factor=3))
    folder, hits = run(package, tmp_path, "[0.0, 3.0, 6.0]")
    assert hits == 0
    assert run(package, tmp_path, "[0.0, 3.0, 6.0]") == (folder, 1)


def test_processes_starting_at_once_agree(package, tmp_path):
    for process in [start(package, tmp_path) for _ in range(4)]:
        finish(process)
    assert run(package, tmp_path)[1] == 1


def test_folders_of_other_states_of_the_source_go_when_stale(package, tmp_path):
    old, recent = (package / "kernels" / "__pycache__" / f"own-{n * 16}" for n in "ab")
    for folder in (old, recent):
        folder.mkdir(parents=True)
        (folder / "x.nbi").write_text("")
    os.utime(old, (time.time() - 30 * 86400,) * 2)
    run(package, tmp_path)
    assert not old.exists()
    assert recent.exists()
