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
from magnetkit._core._jit import _makes_arrays, is_switched_off, jit
from magnetkit._core._kernel_files import KernelFiles
from tests.fresh import run_python

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
    names = "_arrays _compiling _hooks _jit _kernel_files _linear _progress _public_modules"
    names += " _threads _version errors settings"
    files = [
        "__init__.py",
        "__init__.pyi",
        "_core/__init__.py",
        "_core/__init__.pyi",
    ]
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
def package_template(tmp_path_factory):
    """A package with what its first process compiled, and a copy of it to go back to."""
    place = tmp_path_factory.mktemp("compiled")
    package = copy_package(place)
    folder, hits = run(package, place)
    assert Path(folder).parent == package / "_core" / "__pycache__"
    assert hits == 0
    return package, shutil.copytree(package, place / "whole"), folder


@pytest.fixture
def package_with_kernels(package_template):
    """A package with compiled kernels, and their folder; numba knows them by where they are."""
    package, whole, folder = package_template
    shutil.rmtree(package)
    shutil.copytree(whole, package)
    return package, folder


def make_environment(package, tmp_path, **variables):
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NUMBA_", "MAGNETKIT_"))
    }
    paths = {
        "PYTHONPATH": str(package.parent),
        "MAGNETKIT_CACHE_DIR": str(tmp_path / "user"),
    }
    return clean | paths | variables


def start(package, tmp_path, ahead=(), **variables):
    """Start a process of its own, which is not waited for."""
    code = CODE.format(result="[0.0, 2.0, 4.0]")
    return subprocess.Popen(
        [*ahead, sys.executable, "-B", "-W", "error", "-c", code],
        env=make_environment(package, tmp_path, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )


def read_answer(code, out, err, said=""):
    """Read the folder of the kernels and how many were read from it."""
    assert code == 0, err
    assert said in err
    folder, hits = out.rsplit(maxsplit=1)
    return folder, int(hits)


def finish(process, said=""):
    out, err = process.communicate(timeout=900)
    return read_answer(process.returncode, out, err, said)


def run(package, tmp_path, result="[0.0, 2.0, 4.0]", said="", **variables):
    done = run_python(
        "-c",
        CODE.format(result=result),
        env=make_environment(package, tmp_path, **variables),
        cwd=tmp_path,
        filter_warnings="error",
    )
    return read_answer(done.returncode, done.stdout, done.stderr, said)


def make_read_only(package):
    # A file in the folder's place stops even a user whom permissions do not.
    (package / "_core" / "__pycache__").write_text("")


def test_second_process_finds_the_first_compilation(
    package_with_kernels, tmp_path
):
    package, folder = package_with_kernels
    assert run(package, tmp_path) == (folder, 1)


def test_unwritable_package_uses_the_cache_of_the_user(package, tmp_path):
    make_read_only(package)
    folder, hits = run(package, tmp_path)
    assert Path(folder).parent == tmp_path / "user" / "kernels"
    assert hits == 0
    assert run(package, tmp_path) == (folder, 1)


def test_nothing_writable_still_runs(package, tmp_path):
    make_read_only(package)
    (tmp_path / "user").write_text("")
    message = "compiled kernels cannot be kept"
    assert run(package, tmp_path, said=message) == ("None", 0)


def test_cache_follows_its_variables(package, tmp_path):
    folder, _ = run(package, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "moved"))
    assert Path(folder).parent == tmp_path / "moved"
    assert run(package, tmp_path, MAGNETKIT_NUMBA_CACHE="0") == ("None", 0)
    assert not list(package.rglob("*.nb*"))


def test_detects_a_change_in_a_called_kernel(package_with_kernels, tmp_path):
    package, _ = package_with_kernels
    (package / "_core" / "called_kernels.py").write_text(
        CALLED.format(factor=3)
    )
    folder, hits = run(package, tmp_path, "[0.0, 3.0, 6.0]")
    assert hits == 0
    assert run(package, tmp_path, "[0.0, 3.0, 6.0]") == (folder, 1)


def test_processes_starting_at_once_agree(package, tmp_path):
    processes = [start(package, tmp_path) for _ in range(3)]
    # One compiles, the others wait for it.
    assert sorted(finish(process)[1] for process in processes) == [0, 1, 1]
    assert run(package, tmp_path)[1] == 1


def test_removes_stale_folders_of_other_sources(package, tmp_path):
    old, recent = (
        package / "_core" / "__pycache__" / f"kernels-{n * 16}" for n in "ab"
    )
    for folder in (old, recent):
        folder.mkdir(parents=True)
        (folder / "x.nbc").write_text("")
    # Two weeks.
    for folder, days in ((old, 14.1), (recent, 13.9)):
        os.utime(folder, (time.time() - days * 86400,) * 2)
    run(package, tmp_path)
    assert not old.exists()
    assert recent.exists()


def empty_file(raw):
    return b""


def drop_last_byte(raw):
    return raw[:-1]


def flip_one_bit(raw):
    return raw[:-1000] + bytes([raw[-1000] ^ 4]) + raw[-999:]


DAMAGES = (empty_file, drop_last_byte, flip_one_bit)


def kernel_files(folder):
    return sorted(Path(folder).rglob("*.nb[ci]"))


def test_recompiles_a_damaged_file_with_a_message(
    package_with_kernels, tmp_path
):
    package, folder = package_with_kernels
    # A kernel that only others call is part of their code.
    assert [file.suffix for file in kernel_files(folder)] == [".nbc", ".nbi"]
    for which, damage in (("nbi", empty_file), ("nbc", flip_one_bit)):
        (file,) = Path(folder).rglob(f"*.{which}")
        file.write_bytes(damage(file.read_bytes()))
        assert run(
            package, tmp_path, said="were damaged; compiling them anew"
        ) == (
            folder,
            0,
        )
    process = start(package, tmp_path)
    assert "damaged" not in process.communicate(timeout=900)[1]
    assert run(package, tmp_path) == (folder, 1)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("which", ["nbc", "nbi"])
def test_detects_any_damage(tmp_path, monkeypatch, damage, which):
    messages = []
    monkeypatch.setattr(_hooks, "said", messages.append)
    place = tmp_path / "kernels"
    (place / "of").mkdir(parents=True)
    for name in ("twice", "thrice"):
        for suffix in ("nbc", "nbi"):
            file = place / "of" / f"{name}-1.{suffix}"
            file.write_bytes(np.random.default_rng(7).bytes(5000))
        KernelFiles(place, name).write_list()
    assert KernelFiles(place, "twice").are_ready()
    assert messages == []
    damaged = place / "of" / f"twice-1.{which}"
    damaged.write_bytes(damage(damaged.read_bytes()))
    assert not KernelFiles(place, "twice").are_ready()
    assert KernelFiles(place, "thrice").are_ready()
    assert [file.name for file in kernel_files(place)] == [
        "thrice-1.nbc",
        "thrice-1.nbi",
    ]
    assert "were damaged; compiling them anew" in messages[0]


def test_recompiles_files_without_a_list(package_with_kernels, tmp_path):
    package, folder = package_with_kernels
    # As a process leaves it that was killed between the two.
    for file in Path(folder).glob("*.sha256"):
        file.unlink()
    for file in kernel_files(folder):
        file.write_bytes(b"")
    assert run(package, tmp_path) == (folder, 0)
    assert run(package, tmp_path) == (folder, 1)


def test_running_process_is_no_damage(package_with_kernels, tmp_path):
    package, _ = package_with_kernels
    # A second version of the kernel goes into the file that the first one's list names.
    program = (
        "\nown.twice(np.arange(3)); print('compiled', flush=True); input()"
    )
    command = [
        sys.executable,
        "-B",
        "-c",
        CODE.format(result="[0.0, 2.0, 4.0]") + program,
    ]
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


def test_an_emptied_list_stops_nothing(package_with_kernels, tmp_path):
    package, folder = package_with_kernels
    for file in (*Path(folder).glob("*.sha256"), *kernel_files(folder)):
        file.write_bytes(b"")
    assert run(package, tmp_path, said="were damaged") == (folder, 0)
    assert run(package, tmp_path) == (folder, 1)


def test_code_of_another_numba_is_not_read(package_with_kernels, tmp_path):
    package, folder = package_with_kernels
    wrapper = package / "_core" / "_kernel_files.py"
    wrapper.write_text(
        wrapper.read_text().replace("numba.__version__", "'0.0'")
    )
    again, hits = run(package, tmp_path)
    assert (again == folder, hits) == (False, 0)


@pytest.fixture
def drop_privileges():
    """What makes a command obey permissions though root runs it."""
    if os.getuid():
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root cannot give up its privileges here")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def test_cache_of_an_administrator_serves_everybody(
    package, tmp_path, drop_privileges
):
    folder, _ = run(package, tmp_path)
    for place in (package / "_core" / "__pycache__", *package.rglob("*-*")):
        place.chmod(0o555)
    copy, hits = finish(start(package, tmp_path, ahead=drop_privileges))
    assert (Path(copy), hits) == (
        tmp_path / "user" / "kernels" / Path(folder).name,
        1,
    )
    # Damaged beside the package: the copy serves on.
    for file in kernel_files(folder):
        file.write_bytes(b"")
    process = start(package, tmp_path, ahead=drop_privileges)
    assert finish(process) == (copy, 1)


def test_ignores_an_unreadable_cache(package, tmp_path, drop_privileges):
    make_read_only(package)
    (tmp_path / "user").mkdir(mode=0)
    message = "(Permission denied); each start compiles anew"
    process = start(package, tmp_path, ahead=drop_privileges)
    assert finish(process, said=message) == ("None", 0)
    (tmp_path / "user").chmod(0o755)


@pytest.mark.parametrize("long", ["a" * 300, "/".join(["a" * 200] * 21)])
def test_ignores_too_long_a_path(package, tmp_path, long):
    make_read_only(package)
    message = "(File name too long); each start compiles anew"
    place = str(tmp_path / long)
    assert run(package, tmp_path, said=message, MAGNETKIT_CACHE_DIR=place) == (
        "None",
        0,
    )


def test_full_disk_is_a_message_without_cache(package, tmp_path):
    make_read_only(package)
    with storage.small_disk(tmp_path / "user", 64):
        message = "(No space left on device); each start compiles anew"
        assert run(package, tmp_path, said=message) == ("None", 0)
        assert not kernel_files(tmp_path / "user")


def test_names_an_invalid_thread_count(package, tmp_path):
    process = start(package, tmp_path, NUMBA_NUM_THREADS="many")
    _, err = process.communicate(timeout=900)
    assert err.splitlines()[-1].startswith(
        "magnetkit._core.errors.InputError: NUMBA_NUM_THREADS is"
    )


@jit
def _make_array(n):
    return np.full(n, 2.0)


@jit
def _sum_array(n):
    return _make_array(n).sum()


@jit
def _sum(values):
    total = 0.0
    for value in values:
        total += value
    return total


@jit
def _unseen(values):
    return 2.0 * values


def test_kernels_around_arrays_count_references():
    assert _make_array.counts
    assert _sum_array.counts
    assert not _sum.counts
    assert _sum_array(3) == 6.0
    assert _sum(np.arange(4.0)) == 6.0


@pytest.mark.parametrize(
    "name",
    "append arange argsort array concatenate copy empty empty_like flatnonzero full linspace ones "
    "sort unique zeros zeros_like".split(),
)
def test_makers_of_arrays_are_known_by_name(name):
    assert _makes_arrays(eval(f"lambda x: np.{name}(x)", {"np": np}))
    assert not _makes_arrays(eval(f"lambda x: np.{name}_(x)", {"np": np}))


@pytest.mark.parametrize(
    ("part", "inline", "forced"),
    [
        (None, None, None),
        ("copied", "always", None),
        ("merged", None, True),
        ("linked", None, False),
    ],
)
def test_parts_are_joined_as_they_say(part, inline, forced):
    assert is_switched_off() is False
    options = jit(lambda x: x, part=part).targetoptions
    assert options.get("inline") == inline
    assert options.get("forceinline") is forced
    assert (options["nogil"], options["error_model"]) == (True, "numpy")
    assert options["fastmath"] is False
    # Whether a number is NaN or infinite is never assumed.
    fast = jit(fastmath=True)(lambda x: x).targetoptions["fastmath"]
    assert fast == {"nsz", "arcp", "contract", "afn", "reassoc"}


def test_nested_array_kernels_leak_nothing():
    _sum_array(1_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(100):
        _sum_array(1_000_000)
    # 800 MB in kB, were they leaked.
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    )


def test_refuses_a_kernel_with_hidden_arrays():
    with pytest.raises(NumbaError, match="returning of array"):
        _unseen(np.arange(3.0))
