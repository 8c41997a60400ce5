"""The steps of trying a wheel end, and say why."""

import sys

import pytest

from benchmarks.faults.wheel import StepError, Steps


def test_slow_step_names_its_output():
    waits = "import sys, time; print('begun', file=sys.stderr, flush=True); time.sleep(60)"
    with pytest.raises(
        StepError, match=r"^install: not done after 3 s; it said 'begun"
    ):
        Steps("here", {"install": 3.0}).run(
            "install", [sys.executable, "-c", waits]
        )


def test_failing_step_names_its_end():
    fails = "import sys; print('no room', file=sys.stderr); sys.exit(3)"
    with pytest.raises(
        StepError, match=r"^install: exit 3 after \d+ s; no room"
    ):
        Steps("here", {"install": 60.0}).run(
            "install", [sys.executable, "-c", fails]
        )


def test_times_a_finished_step(capsys):
    steps = Steps("here", {"install": 60.0})
    assert steps.run("install", [sys.executable, "-c", "print(5)"]) == (
        "5\n",
        "",
    )
    assert "here: install (at most 60 s)" in capsys.readouterr().err
    assert list(steps.seen) == ["install"]
