"""``magnetkit doctor --compile``: afterwards the first commands compile nothing."""

import logging
import time
from itertools import pairwise

from numba.core.compiler_lock import global_compiler_lock

from magnetkit.kernels import _kept
from magnetkit.kernels._accelerate import kernel_places
from tests.cli.test_start import run


def test_after_it_a_prediction_compiles_nothing():
    done = run("doctor", "--compile")
    assert done.returncode == 0, done.stderr
    assert "kernels and models are ready" in done.stderr
    places = kernel_places()
    before = {file for place in places for file in place.glob(f"*/*{_kept.SUFFIX}")}
    predicted = run("predict", "SmCo5", "Nd2Fe14B", "--temperature", "150C", "--load-line", "2")
    assert predicted.returncode == 0, predicted.stderr
    assert predicted.stderr == ""
    assert {file for place in places for file in place.glob(f"*/*{_kept.SUFFIX}")} == before


def be_impatient(monkeypatch):
    for name in ("_FIRST_S", "_AGAIN_S", "_SHORT_S"):
        monkeypatch.setattr(_kept, name, 0.1)


def test_nothing_is_silent_for_two_seconds(monkeypatch, caplog):
    monkeypatch.setattr(_kept, "_is_compiling", lambda: True)
    caplog.set_level(logging.WARNING, "magnetkit")
    told = _kept._Compiling()
    began = time.time()
    # Short kernels one after the other, and what is computed between them.
    for _ in range(12):
        told.begin()
        time.sleep(0.3)
        told.end()
        time.sleep(0.05)
    times = [began, *(record.created for record in caplog.records), time.time()]
    assert len(times) >= 4
    # What comes before, most of a second, stands in the first gap.
    assert times[1] - times[0] < 1.2
    assert max(b - a for a, b in pairwise(times)) < 2.0


def test_a_short_kernel_long_after_the_others_is_not_spoken_of(monkeypatch, caplog):
    be_impatient(monkeypatch)
    monkeypatch.setattr(_kept, "_SHORT_S", 0.5)
    monkeypatch.setattr(_kept, "_is_compiling", lambda: True)
    caplog.set_level(logging.WARNING, "magnetkit")
    told = _kept._Compiling()
    told.begin()
    time.sleep(0.2)
    told.end()
    said = len(caplog.records)
    assert said == 1
    time.sleep(0.3)
    told.begin()
    time.sleep(0.1)
    told.end()
    time.sleep(0.1)
    assert len(caplog.records) == said


def test_compiling_is_said_once_it_takes_a_while_and_again(monkeypatch, caplog):
    be_impatient(monkeypatch)
    monkeypatch.setattr(_kept, "_is_compiling", lambda: True)
    caplog.set_level(logging.WARNING, "magnetkit")
    told = _kept._Compiling()
    told.begin()
    told.end()
    time.sleep(0.3)
    assert caplog.text == ""
    told.begin()
    time.sleep(0.5)
    told.begin()
    told.end()
    told.end()
    said = [record.message for record in caplog.records]
    assert said[0].startswith("compiling kernels, once, about 20 s")
    assert said[1] == "still compiling, 1 kernels so far"
    time.sleep(0.3)
    assert len(caplog.records) == len(said)


def test_a_compilation_that_was_given_up_is_not_said_for_ever(monkeypatch, caplog):
    be_impatient(monkeypatch)
    caplog.set_level(logging.WARNING, "magnetkit")
    told = _kept._Compiling()
    # Interrupted: nobody says the end, and numba compiles nothing any more.
    told.begin()
    time.sleep(0.4)
    assert caplog.text == ""
    # The next one is watched again.
    with global_compiler_lock:
        told.begin()
        time.sleep(0.4)
    assert "compiling kernels" in caplog.text
    told.end()
