"""The second process of a first command: when it is started, what it leaves, how it ends."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from magnetkit.cli import ahead
from magnetkit.kernels import _accelerate, _kept, at_first_compiling
from tests.cli.test_start import run

BEAT = """
import json, sys
sys.path = json.loads(sys.argv[1])
import threading, time
from magnetkit.cli import ahead
threading.Thread(target=ahead._end_with_parent, daemon=True).start()
while True:
    with open({file!r}, "a") as stream:
        stream.write(".")
    time.sleep(0.05)
"""
PARENT = """
import os, sys, time
from magnetkit.cli import ahead
ahead.begin({code!r})
while not os.path.exists({file!r}):
    time.sleep(0.05)
print("both run", flush=True)
{end}
"""

ALONE = """
from magnetkit.cli import ahead
from magnetkit.cli.ahead import compile_stages
ahead._PATIENCE_S = 0.0
"""


@pytest.fixture
def begun(monkeypatch, tmp_path):
    """How often it was begun; two processors, an empty cache that can be written."""
    calls = []
    monkeypatch.setattr(ahead, "begin", lambda: calls.append(1))
    monkeypatch.setattr(_accelerate, "most_threads", lambda: 2)
    monkeypatch.setattr(_accelerate, "cache_folders", lambda module: (tmp_path / module,))
    monkeypatch.setattr(_accelerate, "kernel_places", lambda: (tmp_path,))
    return calls


def test_it_is_started_where_nothing_is_compiled(begun):
    ahead.start()
    assert begun == [1]


def test_it_is_not_started_on_one_processor(begun, monkeypatch):
    monkeypatch.setattr(_accelerate, "most_threads", lambda: 1)
    ahead.start()
    assert begun == []


def test_it_is_not_started_where_its_kernels_are_kept(begun, tmp_path):
    (tmp_path / "hull").mkdir()
    ahead.start()
    assert begun == []


def test_it_is_not_started_where_nothing_is_kept(begun, monkeypatch, tmp_path):
    monkeypatch.setattr(_accelerate, "kernel_places", lambda: ())
    ahead.start()
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(_accelerate, "kernel_places", lambda: (tmp_path / "file",))
    ahead.start()
    assert begun == []


def test_the_first_kernel_that_is_compiled_starts_it_once(tmp_path):
    calls = []
    kept = _kept.Kept(run, (tmp_path,))
    codegen = _accelerate.Kernel(lambda x: x, targetoptions={"nopython": True}).targetctx
    at_first_compiling.append(lambda: calls.append(1))
    try:
        for _ in range(2):
            assert kept.load_overload((), codegen) is None
            _kept._compiling.end()
    finally:
        at_first_compiling.clear()
    assert calls == [1]


ENDS = {
    "done": "",
    "failed": "raise SystemExit(1)",
    "interrupted": "os._exit(130)",
    "killed": "time.sleep(60)",
}


@pytest.mark.parametrize("end", ENDS)
def test_it_ends_with_the_command(end, tmp_path):
    file = str(tmp_path / "beats")
    code = PARENT.format(code=BEAT.format(file=file), file=file, end=ENDS[end])
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout.readline() == "both run\n"
        if end == "killed":
            parent.send_signal(signal.SIGKILL)
        parent.wait(20)
    deadline = time.monotonic() + 20.0
    beats = -1
    while beats != os.path.getsize(file) and time.monotonic() < deadline:
        beats = os.path.getsize(file)
        time.sleep(0.5)
    assert beats == os.path.getsize(file)


def test_one_that_has_ended_is_not_left_to_the_system():
    process = ahead.begin("pass")
    deadline = time.monotonic() + 20.0
    # Nobody asks: a thread waits for it.
    while process.returncode is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process.returncode == 0


def test_a_system_without_room_for_it_goes_on_without(monkeypatch):
    def full(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(ahead.subprocess, "Popen", full)
    assert ahead.begin("pass") is None


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled without JIT"
)
def test_what_it_compiles_is_what_a_prediction_reads(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    # It would wait for a command to compile the reader of recipes.
    code = ahead._CODE.replace("from magnetkit.cli.ahead import compile_stages; ", ALONE)
    command = [sys.executable, "-c", code, json.dumps(sys.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
        assert process.wait(300) == 0
    compiled = {file.relative_to(tmp_path) for file in tmp_path.rglob(f"*{_kept.SUFFIX}")}
    assert any(file.name.startswith("solve-") for file in compiled)
    assert run("predict", "Nd2Fe14B").returncode == 0
    places = _accelerate.kernel_places()
    read = {file.relative_to(p) for p in places for file in p.rglob(f"*{_kept.SUFFIX}")}
    assert compiled - read == set()
