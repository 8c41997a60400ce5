"""The folder of compiled kernels: its lists, what is damaged in it, and who compiles."""

import os
import time
from types import SimpleNamespace

import pytest

from magnetkit._core import _compiling, _hooks, _kernel_files
from magnetkit._core._kernel_files import (
    KernelFiles,
    kernel_sources,
    list_kernels,
)
from magnetkit._core._public_modules import MODULES, _Finder


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
    (one,) = list_kernels(kernel.place)
    assert one.name == "m.f"


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


def test_no_helper_where_nothing_is_kept_or_one_processor_is(monkeypatch):
    started = []
    monkeypatch.setattr(
        _compiling, "Thread", lambda **kind: started.append(kind)
    )
    start = _compiling.start_helper.__wrapped__
    monkeypatch.setattr(_compiling, "folder", lambda: None)
    start()
    monkeypatch.setattr(_compiling, "folder", lambda: "x")
    monkeypatch.setattr(_compiling, "most_threads", lambda: 1)
    start()
    assert started == []


def test_public_modules_are_the_inner_ones():
    finder = _Finder()
    for name in MODULES:
        spec = finder.find_spec(f"magnetkit.{name}", None)
        assert spec.loader is finder
        assert spec.name == f"magnetkit.{name}"
    for other in ("magnetkit.x", "other.columns", "columns", "magnetkit"):
        assert finder.find_spec(other, None) is None
