"""The steps of trying a wheel end, and say why."""

import sys

import pytest

from benchmarks.faults.wheel import StepError, Steps


@pytest.mark.parametrize(
    ("code", "limit_s", "message"),
    [
        (
            "print('begun', file=sys.stderr, flush=True); time.sleep(60)",
            3.0,
            "not done after 3 s; it said 'begun",
        ),
        (
            "print('no room', file=sys.stderr); sys.exit(3)",
            60.0,
            r"exit 3 after \d+ s; no room",
        ),
    ],
)
def test_a_step_that_does_not_end_well_names_its_output(
    code, limit_s, message
):
    command = [sys.executable, "-c", f"import sys, time; {code}"]
    with pytest.raises(StepError, match=f"^install: {message}"):
        Steps("here", {"install": limit_s}).run("install", command)


def test_times_a_finished_step(capsys):
    steps = Steps("here", {"install": 60.0})
    assert steps.run("install", [sys.executable, "-c", "print(5)"]) == (
        "5\n",
        "",
    )
    assert "here: install (at most 60 s)" in capsys.readouterr().err
    assert list(steps.seen) == ["install"]
