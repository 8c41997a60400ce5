"""A short run of the stopping of commands, and of the network's faults."""

import json
import subprocess
import sys

from benchmarks.faults import network


def test_commands_stopped_at_random_moments_leave_what_is_whole(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults.interruption", "7", "2", str(tmp_path / "run")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 5
    assert [fault for row in rows for fault in row["faults"]] == []
    assert sum(row["SIGINT"] + row["SIGKILL"] for row in rows) >= 3


def test_spoiled_answers_are_refused_or_whole():
    figures = network.run(25, seed=5)
    assert figures.faults == []
    assert figures.accepted < 25


def test_a_gzip_bomb_is_given_up():
    said, _, grown = network.flood(network.floods()["gzip bomb in gzip"])
    assert "more than 64 MiB" in said
    assert grown < 256
