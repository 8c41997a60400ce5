"""``magnetkit warmup``: afterwards the commands that people begin with compile nothing."""

import logging
import time

from numba.core.compiler_lock import global_compiler_lock

from magnetkit.kernels import _kept
from magnetkit.kernels._accelerate import kernel_places
from tests.cli.test_start import run


def test_after_it_a_prediction_compiles_nothing():
    done = run("warmup")
    assert done.returncode == 0, done.stderr
    assert "kernels and models are ready" in done.stderr
    places = kernel_places()
    before = {file for place in places for file in place.glob(f"*/*{_kept.SUFFIX}")}
    predicted = run("predict", "SmCo5", "Nd2Fe14B", "--temperature", "150C", "--load-line", "2")
    assert predicted.returncode == 0, predicted.stderr
    assert predicted.stderr == ""
    assert {file for place in places for file in place.glob(f"*/*{_kept.SUFFIX}")} == before


def test_compiling_is_said_once_it_takes_a_while_and_again(monkeypatch, caplog):
    monkeypatch.setattr(_kept, "_PATIENCE_S", 0.1)
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
    assert said[0].startswith("compiling kernels, once, about 60 s")
    assert said[1] == "still compiling, 1 kernels so far"
    time.sleep(0.3)
    assert len(caplog.records) == len(said)


def test_a_compilation_that_was_given_up_is_not_said_for_ever(monkeypatch, caplog):
    monkeypatch.setattr(_kept, "_PATIENCE_S", 0.1)
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
