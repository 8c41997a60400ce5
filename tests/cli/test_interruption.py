"""Ctrl-C where Python itself would take no notice of it."""

import subprocess
import sys

import pytest

MESSAGE = "magnetkit: interrupted; finished work is kept, a screening goes on from there with --resume"
BEGIN = """
import ctypes, signal, time
from magnetkit.cli import _start as interruption

def pressed(*_):
    signal.raise_signal(signal.SIGINT)
    time.sleep(0.0)

class Held:
    __del__ = pressed

interruption.watch()
interruption.PATIENCE_S = 600.0
"""
MET = {
    "a call from C": "ctypes.CFUNCTYPE(None)(pressed)()",
    "a finalizer": "held = Held(); del held",
}


def run_to_the_end(code):
    command = [sys.executable, "-c", f"{BEGIN}{code}"]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=500, check=False
    )


@pytest.mark.parametrize("met", MET.values(), ids=MET)
def test_swallowed_interruption_ends_in_one_line(met):
    done = run_to_the_end(f"{met}\nprint('went on')")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.split("\n") == ["", MESSAGE, ""]


def test_other_failures_show_their_traceback():
    fails = "class Fails:\n    def __del__(self): raise ValueError(5)\nf = Fails(); del f"
    done = run_to_the_end(fails)
    assert done.returncode == 0
    assert "Exception ignored" in done.stderr
    assert "ValueError: 5" in done.stderr
