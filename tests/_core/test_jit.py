"""Where compiled kernels are kept, seen from fresh processes on a copy of the package."""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from numba import NumbaError

import magnetkit
from benchmarks.faults import storage
from magnetkit._core import _hooks
from magnetkit._core._jit import jit
from magnetkit._core._kernel_files import KernelFiles

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0",
    reason="nothing is compiled without JIT",
)

CODE = """
import numpy as np
from magnetkit._core import _kernel_files, own_kernels as own
assert own.twice(np.arange(3.0)).tolist() == {result}
print(_kernel_files.folder(), sum(own.twice.stats.cache_hits.values()))
"""
KERNELS = """
from ._jit import jit
from .called_kernels import factor

@jit(makes_arrays=True)
def twice(x):
    return factor() * x
"""
CALLED = """
from ._jit import jit

@jit(part="merged")
def factor():
    return {factor}.0
"""


def copy_package(place):
    """Copy the package with two small kernels in place of its own into a folder."""
    source = Path(magnetkit.__file__).parent
    copy = place / "site" / "magnetkit"
    names = (
        "_arrays _compiling _hooks _jit _kernel_files _linear _progress _public_modules"
    )
    names += " _threads _version errors settings"
    files = ["__init__.py", "__init__.pyi", "_core/__init__.py", "_core/__init__.pyi"]
    for file in (*files, *(f"_core/{name}.py" for name in names.split())):
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / file, copy / file)
    (copy / "_core" / "own_kernels.py").write_text(KERNELS)
    (copy / "_core" / "called_kernels.py").write_text(CALLED.format(factor=2))
    return copy


@pytest.fixture
def package(tmp_path):
    """A package of which nothing is compiled."""
    return copy_package(tmp_path)


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory):
    """A package with what its first process compiled, and a copy of it to go back to."""
    place = tmp_path_factory.mktemp("compiled")
    package = copy_package(place)
    folder, hits = run(package, place)
    assert Path(folder).parent == package / "_core" / "__pycache__"
    assert hits == 0
    return package, shutil.copytree(package, place / "whole"), folder


@pytest.fixture
def compiled(compiled_once):
    """A package with compiled kernels, and their folder; numba knows them by where they are."""
    package, whole, folder = compiled_once
    shutil.rmtree(package)
    shutil.copytree(whole, package)
    return package, folder


def start(package, tmp_path, result="[0.0, 2.0, 4.0]", ahead=(), **environment):
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("NUMBA_", "MAGNETKIT_"))
    }
    return subprocess.Popen(
        [*ahead, sys.executable, "-B", "-W", "error", "-c", CODE.format(result=result)],
        env=clean
        | {
            "PYTHONPATH": str(package.parent),
            "MAGNETKIT_CACHE_DIR": str(tmp_path / "user"),
        }
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )


def finish(process, said=""):
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    assert said in err
    folder, hits = out.rsplit(maxsplit=1)
    return folder, int(hits)


def run(*arguments, said="", **options):
    return finish(start(*arguments, **options), said)


def make_read_only(package):
    # A file in the folder's place stops even a user whom permissions do not.
    (package / "_core" / "__pycache__").write_text("")


def test_second_process_finds_what_the_first_compiled(compiled, tmp_path):
    package, folder = compiled
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
    said = "compiled kernels cannot be kept"
    assert run(package, tmp_path, said=said) == ("None", 0)


def test_cache_can_be_moved_and_switched_off(package, tmp_path):
    folder, _ = run(package, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "moved"))
    assert Path(folder).parent == tmp_path / "moved"
    assert run(package, tmp_path, MAGNETKIT_NUMBA_CACHE="0") == ("None", 0)
    assert not list(package.rglob("*.nb*"))


def test_a_change_in_a_kernel_that_is_called_is_seen(compiled, tmp_path):
    package, _ = compiled
    (package / "_core" / "called_kernels.py").write_text(CALLED.format(factor=3))
    folder, hits = run(package, tmp_path, "[0.0, 3.0, 6.0]")
    assert hits == 0
    assert run(package, tmp_path, "[0.0, 3.0, 6.0]") == (folder, 1)


def test_processes_starting_at_once_agree(package, tmp_path):
    processes = [start(package, tmp_path) for _ in range(4)]
    # One compiles, the others wait for it.
    assert sorted(finish(process)[1] for process in processes) == [0, 1, 1, 1]
    assert run(package, tmp_path)[1] == 1


def test_folders_of_other_states_of_the_source_go_when_stale(package, tmp_path):
    old, recent = (package / "_core" / "__pycache__" / f"own-{n * 16}" for n in "ab")
    for folder in (old, recent):
        folder.mkdir(parents=True)
        (folder / "x.nbc").write_text("")
    # Two weeks.
    for folder, days in ((old, 14.1), (recent, 13.9)):
        os.utime(folder, (time.time() - days * 86400,) * 2)
    run(package, tmp_path)
    assert not old.exists()
    assert recent.exists()


def emptied(raw):
    return b""


def last_byte_gone(raw):
    return raw[:-1]


def one_bit_turned(raw):
    return raw[:-1000] + bytes([raw[-1000] ^ 4]) + raw[-999:]


DAMAGES = (emptied, last_byte_gone, one_bit_turned)


def kept_in(folder):
    return sorted(Path(folder).rglob("*.nb[ci]"))


def test_a_damaged_file_is_compiled_anew_and_said(compiled, tmp_path):
    package, folder = compiled
    # A kernel that only others call is part of their code.
    assert [file.suffix for file in kept_in(folder)] == [".nbc", ".nbi"]
    for which, damage in (("nbi", emptied), ("nbc", one_bit_turned)):
        (file,) = Path(folder).rglob(f"*.{which}")
        file.write_bytes(damage(file.read_bytes()))
        assert run(package, tmp_path, said="were damaged; compiling them anew") == (
            folder,
            0,
        )
    process = start(package, tmp_path)
    assert "damaged" not in process.communicate(timeout=900)[1]
    assert run(package, tmp_path) == (folder, 1)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("which", ["nbc", "nbi"])
def test_any_damage_is_seen(tmp_path, monkeypatch, damage, which):
    said = []
    monkeypatch.setattr(_hooks, "said", said.append)
    place = tmp_path / "kernels"
    (place / "of").mkdir(parents=True)
    for name in ("twice", "thrice"):
        for suffix in ("nbc", "nbi"):
            file = place / "of" / f"{name}-1.{suffix}"
            file.write_bytes(np.random.default_rng(7).bytes(5000))
        KernelFiles(place, name).write_list()
    assert KernelFiles(place, "twice").are_ready()
    assert said == []
    damaged = place / "of" / f"twice-1.{which}"
    damaged.write_bytes(damage(damaged.read_bytes()))
    assert not KernelFiles(place, "twice").are_ready()
    assert KernelFiles(place, "thrice").are_ready()
    assert [file.name for file in kept_in(place)] == ["thrice-1.nbc", "thrice-1.nbi"]
    assert "were damaged; compiling them anew" in said[0]


def test_what_a_process_left_without_a_list_is_compiled_anew(compiled, tmp_path):
    package, folder = compiled
    # As a process leaves it that was killed between the two.
    for file in Path(folder).glob("*.sha256"):
        file.unlink()
    for file in kept_in(folder):
        file.write_bytes(b"")
    assert run(package, tmp_path) == (folder, 0)
    assert run(package, tmp_path) == (folder, 1)


def test_what_a_process_at_work_compiled_anew_is_not_taken_for_damage(
    compiled, tmp_path
):
    package, _ = compiled
    # A second version of the kernel goes into the file that the first one's list names.
    more = "\nown.twice(np.arange(3)); print('compiled', flush=True); input()"
    command = [sys.executable, "-B", "-c", CODE.format(result="[0.0, 2.0, 4.0]") + more]
    paths = {
        "PYTHONPATH": str(package.parent),
        "MAGNETKIT_CACHE_DIR": str(tmp_path / "user"),
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        command, env=os.environ | paths, cwd=tmp_path, **pipes
    ) as at_work:
        lines = iter(at_work.stdout.readline, "compiled\n")
        folder = next(lines).split()[0]
        assert list(lines) == []
        out, err = start(package, tmp_path).communicate(timeout=900)
        assert (out, err) == (f"{folder} 1\n", "")
        at_work.communicate("\n", timeout=600)


def test_an_emptied_list_stops_nothing(compiled, tmp_path):
    package, folder = compiled
    for file in (*Path(folder).glob("*.sha256"), *kept_in(folder)):
        file.write_bytes(b"")
    assert run(package, tmp_path, said="were damaged") == (folder, 0)
    assert run(package, tmp_path) == (folder, 1)


def test_code_of_another_numba_is_not_read(compiled, tmp_path):
    package, folder = compiled
    wrapper = package / "_core" / "_kernel_files.py"
    wrapper.write_text(wrapper.read_text().replace("numba.__version__", "'0.0'"))
    again, hits = run(package, tmp_path)
    assert (again == folder, hits) == (False, 0)


@pytest.fixture
def unprivileged():
    """What makes a command obey permissions though root runs it."""
    if os.getuid():
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root cannot give up its privileges here")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def test_what_an_administrator_compiled_serves_who_may_not_write(
    package, tmp_path, unprivileged
):
    folder, _ = run(package, tmp_path)
    for place in (package / "_core" / "__pycache__", *package.rglob("*-*")):
        place.chmod(0o555)
    own = {"ahead": unprivileged}
    copy, hits = run(package, tmp_path, **own)
    assert (Path(copy), hits) == (tmp_path / "user" / "kernels" / Path(folder).name, 1)
    # Damaged beside the package: the copy serves on.
    for file in kept_in(folder):
        file.write_bytes(b"")
    assert run(package, tmp_path, **own) == (copy, 1)


def test_a_cache_that_may_not_be_read_is_not_used(package, tmp_path, unprivileged):
    make_read_only(package)
    (tmp_path / "user").mkdir(mode=0)
    said = "(Permission denied); each start compiles anew"
    assert run(package, tmp_path, ahead=unprivileged, said=said) == ("None", 0)
    (tmp_path / "user").chmod(0o755)


@pytest.mark.parametrize("long", ["a" * 300, "/".join(["a" * 200] * 21)])
def test_a_path_that_is_too_long_is_not_used(package, tmp_path, long):
    make_read_only(package)
    said = "(File name too long); each start compiles anew"
    place = str(tmp_path / long)
    assert run(package, tmp_path, said=said, MAGNETKIT_CACHE_DIR=place) == ("None", 0)


def test_a_full_disk_is_said_and_nothing_kept(package, tmp_path):
    make_read_only(package)
    with storage.small_disk(tmp_path / "user", 64):
        said = "(No space left on device); each start compiles anew"
        assert run(package, tmp_path, said=said) == ("None", 0)
        assert not kept_in(tmp_path / "user")


def test_a_thread_count_that_is_none_is_named(package, tmp_path):
    process = start(package, tmp_path, NUMBA_NUM_THREADS="many")
    _, err = process.communicate(timeout=900)
    assert err.splitlines()[-1].startswith(
        "magnetkit._core.errors.InputError: NUMBA_NUM_THREADS is"
    )


@jit
def _filled(n):
    return np.full(n, 2.0)


@jit
def _sum_of_filled(n):
    return _filled(n).sum()


@jit
def _sum(values):
    total = 0.0
    for value in values:
        total += value
    return total


@jit
def _unseen(values):
    return 2.0 * values


def test_kernels_that_make_arrays_and_those_that_call_them_count_references():
    assert _filled.counts
    assert _sum_of_filled.counts
    assert not _sum.counts
    assert _sum_of_filled(3) == 6.0
    assert _sum(np.arange(4.0)) == 6.0


def test_no_array_is_leaked_by_a_kernel_that_calls_one_that_makes_it():
    _sum_of_filled(1_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(100):
        _sum_of_filled(1_000_000)
    # 800 MB in kB, were they leaked.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_kernel_that_makes_arrays_unseen_is_refused():
    with pytest.raises(NumbaError, match="returning of array"):
        _unseen(np.arange(3.0))
