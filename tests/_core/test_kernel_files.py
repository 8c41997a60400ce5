"""The folder of compiled kernels: its lists, what is damaged in it, and who compiles."""

import os
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import numba
import pytest

from magnetkit._core import _compiling, _hooks, _kernel_files
from magnetkit._core._kernel_files import (
    KernelFiles,
    kernel_sources,
    list_kernels,
)


@pytest.fixture
def said(monkeypatch):
    texts = []
    monkeypatch.setattr(_hooks, "said", texts.append)
    return texts


@pytest.fixture
def kernel(tmp_path):
    """Return the files of a kernel in a folder of two modules."""
    place = tmp_path / "kernels-0123456789abcdef"
    (place / "a").mkdir(parents=True)
    (place / "b").mkdir()
    (place / "a" / "m.f-1.nbi").write_bytes(b"index")
    (place / "a" / "m.f-1.nbc").write_bytes(b"code")
    (place / "b" / "m.g-1.nbc").write_bytes(b"other")
    (place / "a" / "m.f-1.txt").write_bytes(b"none of these")
    return KernelFiles(place, "m.f")


def test_a_kernel_is_ready_once_its_files_are_listed(kernel, said):
    names = [file.name for file in kernel.find()]
    assert names == ["m.f-1.nbc", "m.f-1.nbi"]
    assert not kernel.are_whole()
    assert not kernel.are_ready()
    kernel.write_list()
    lines = kernel.list.read_text("ascii").splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        "a/m.f-1.nbc",
        "a/m.f-1.nbi",
    ]
    assert all(len(line.split("  ")[0]) == 64 for line in lines)
    assert kernel.are_whole()
    assert kernel.are_ready()
    assert kernel.is_checked
    assert said == []
    for name in ("z.f", "a.f"):
        KernelFiles(kernel.place, name).write_list()
    names = [one.name for one in list_kernels(kernel.place)]
    assert names == ["a.f", "m.f", "z.f"]


def test_damaged_files_are_removed_with_a_message(kernel, said):
    kernel.write_list()
    file = kernel.find()[0]
    file.write_bytes(b"damaged")
    assert not kernel.are_whole()
    assert not kernel.are_ready()
    folder = kernel.place.parent
    text = f"compiled kernels in {folder} were damaged; compiling them anew"
    assert said == [text]
    assert kernel.find() == []
    assert not kernel.list.exists()
    assert (kernel.place / "b" / "m.g-1.nbc").exists()


def test_an_emptied_list_and_a_lost_file_are_damage(kernel, said):
    kernel.write_list()
    kernel.list.write_text("")
    assert not kernel.are_whole()
    kernel.write_list()
    kernel.find()[1].unlink()
    assert not kernel.are_whole()


def test_a_kernel_that_was_checked_is_read_without_another_look(kernel):
    kernel.write_list()
    assert kernel.are_ready()
    kernel.find()[0].write_bytes(b"changed later")
    assert kernel.are_ready()


def test_folders_of_other_sources_go_after_a_fortnight(tmp_path):
    now = time.time()
    for name, age in (("0" * 16, 15), ("1" * 16, 13), ("2" * 16, 15)):
        folder = tmp_path / f"kernels-{name}"
        folder.mkdir()
        os.utime(folder, (now - age * 86400, now - age * 86400))
    foreign = [
        "holiday-2024-summer-trip",
        "kernels-of-our-cluster-1",
        "kernels-short",
    ]
    for name in foreign:
        folder = tmp_path / name
        folder.mkdir()
        os.utime(folder, (1.0, 1.0))
    current = f"kernels-{'2' * 16}"
    _kernel_files._remove_stale(tmp_path, current)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"kernels-{'1' * 16}", current, *foreign}
    assert (tmp_path / current).stat().st_mtime > now - 60


def test_kernels_of_an_administrator_are_copied_into_a_new_folder(kernel):
    kernel.write_list()
    new = kernel.place.parent / "mine"
    _kernel_files._prepare_folder(new, kernel.place)
    copied = sorted(p.relative_to(new).as_posix() for p in new.rglob("*.*"))
    assert copied == [
        "a/m.f-1.nbc",
        "a/m.f-1.nbi",
        "b/m.g-1.nbc",
        "m.f.sha256",
    ]
    assert KernelFiles(new, "m.f").are_whole()
    plain = kernel.place.parent / "plain"
    _kernel_files._prepare_folder(plain, None)
    assert list(plain.iterdir()) == []
    (plain / "kept").write_text("x")
    _kernel_files._prepare_folder(plain, kernel.place)
    assert [path.name for path in plain.iterdir()] == ["kept"]


def test_a_full_disk_takes_no_kernels(tmp_path, monkeypatch):
    usage = SimpleNamespace(free=49e6)
    monkeypatch.setattr(_kernel_files.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(OSError, match="No space left"):
        _kernel_files._prepare_folder(tmp_path / "x", None)
    usage.free = 51e6
    _kernel_files._prepare_folder(tmp_path / "x", None)


def test_sources_are_all_kernels_and_what_they_share():
    names = [source.name for source in kernel_sources()]
    assert {"_arrays.py", "_jit.py", "_linear.py"} <= set(names)
    kernels = [name for name in names if name.endswith("_kernels.py")]
    assert len(kernels) == len(names) - 3 > 10


class Kernel:
    """A kernel that counts how often it is compiled."""

    def __init__(self, compiles=True):
        self.stats = SimpleNamespace(cache_misses={"a": 0})
        self.compiles = compiles
        self.calls = []

    def compile(self, sig):
        self.calls.append(sig)
        self.stats.cache_misses["a"] += self.compiles
        return f"code of {sig}"


def test_what_was_compiled_is_listed_and_what_was_read_is_not(
    kernel, monkeypatch
):
    monkeypatch.setattr(_compiling, "start_helper", lambda: None)
    one = Kernel()
    compile_ = _compiling.compile_in_turn(one, kernel)
    # What lies there without a list is removed before.
    assert compile_("float64") == "code of float64"
    assert kernel.find() == []
    assert kernel.list.exists()
    assert one.calls == ["float64"]
    kernel.list.unlink()
    read = Kernel(compiles=False)
    _compiling.compile_in_turn(read, kernel)("int64")
    assert not kernel.list.exists()
    assert read.calls == ["int64"]
    assert kernel.lock not in _compiling._in_turn


def test_a_ready_kernel_asks_for_no_help(kernel, monkeypatch):
    helped = []
    monkeypatch.setattr(_compiling, "start_helper", lambda: helped.append(1))
    kernel.write_list()
    ready = Kernel(compiles=False)
    assert _compiling.compile_in_turn(ready, kernel)("a") == "code of a"
    assert helped == []
    kernel.list.unlink()
    _compiling.compile_in_turn(Kernel(), kernel)("b")
    assert helped == [1]


@pytest.fixture
def helpers(monkeypatch, tmp_path):
    """Return the threads that were started, where everything is there for a helper."""
    started = []

    def make_thread(**given):
        return SimpleNamespace(start=lambda: started.append(given))

    monkeypatch.setattr(_compiling, "Thread", make_thread)
    monkeypatch.setattr(_compiling, "folder", lambda: tmp_path)
    monkeypatch.setattr(_compiling, "most_threads", lambda: 2)
    monkeypatch.setattr(_compiling.sys, "executable", "/x/python3")
    return started


def test_a_second_process_helps_on_one_thread(helpers):
    _compiling.start_helper.__wrapped__()
    (given,) = helpers
    assert (given["target"], given["daemon"]) == (subprocess.run, True)
    ((executable, flag, code),) = given["args"]
    assert (executable, flag) == ("/x/python3", "-c")
    assert code.endswith(f"compile_kernel_list({os.getpid()})")
    options = given["kwargs"]
    assert options["env"]["NUMBA_NUM_THREADS"] == "1"
    assert set(os.environ) <= set(options["env"])
    for stream in ("stdin", "stdout", "stderr"):
        assert options[stream] is subprocess.DEVNULL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("folder", lambda: None),
        ("fcntl", None),
        ("most_threads", lambda: 1),
        ("_LISTED", Path("/none")),
        ("sys", SimpleNamespace(executable="/x/magnetkit", path=[])),
        ("sys", SimpleNamespace(executable=None, path=[])),
    ],
)
def test_no_helper_where_nothing_is_won(helpers, monkeypatch, name, value):
    monkeypatch.setattr(_compiling, name, value)
    _compiling.start_helper.__wrapped__()
    assert helpers == []


@pytest.mark.parametrize(
    ("helped", "order"),
    [(0, ["first", "second"]), (7, ["second", "first"]), (8, [])],
)
def test_a_helper_begins_at_the_end_of_the_list(
    monkeypatch, tmp_path, helped, order
):
    listed = tmp_path / "first.txt"
    listed.write_text(
        "_a_kernels.first (int64, )\n_a_kernels.other (int64, )\n"
        "_a_kernels.second (float64, )\n"
    )
    calls = []
    module = SimpleNamespace()
    for name in ("first", "second"):
        kernel = SimpleNamespace(
            compile=lambda types, name=name: calls.append((name, types))
        )
        setattr(module, name, kernel)
    sources = [Path("/m/alloy/_a_kernels.py"), Path("/m/alloy/_b_kernels.py")]
    modules = {"magnetkit.alloy._a_kernels": module}
    monkeypatch.setattr(_compiling, "_LISTED", listed)
    monkeypatch.setattr(_compiling, "kernel_sources", lambda: sources)
    # A module that the list does not name is not imported.
    monkeypatch.setattr(_compiling, "import_module", modules.__getitem__)
    monkeypatch.setattr(_compiling.os, "getppid", lambda: 7)
    _compiling.compile_kernel_list(helped)
    assert [name for name, _ in calls] == order
    types = {"first": (numba.int64,), "second": (numba.float64,)}
    assert all(given == types[name] for name, given in calls)


def test_a_turn_is_awaited_for_a_minute_and_a_half(monkeypatch):
    now = [0.0]
    asked = []

    def lock(file, kind):
        asked.append(now[0])
        if now[0] < free:
            raise BlockingIOError

    def sleep(seconds):
        now[0] += 10.0

    locks = SimpleNamespace(flock=lock, LOCK_EX=1, LOCK_NB=2)
    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep)
    monkeypatch.setattr(_compiling, "fcntl", locks)
    monkeypatch.setattr(_compiling, "time", clock)
    free = 25.0
    _compiling._await_turn("file")
    assert asked == [0.0, 10.0, 20.0, 30.0]
    asked.clear()
    now[0] = 0.0
    free = 1e9
    _compiling._await_turn("file")
    assert asked == [10.0 * k for k in range(9)]
