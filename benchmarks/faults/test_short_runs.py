"""Short runs of the campaign: stopped commands, folders, caches, the network, and the key."""

import json
import subprocess
import sys

from benchmarks.faults import network
from tests.phases.conftest import mp_server  # noqa: F401
from tests.phases.mp_server import Server


def output_lines(name, *arguments):
    """What a part of the campaign prints, line by line."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            f"benchmarks.faults.{name}",
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [
        json.loads(line)
        for line in done.stdout.splitlines()
        if line.startswith("{")
    ]


def test_stopped_commands_leave_complete_files(tmp_path):
    rows = output_lines("interruption", 7, 2, tmp_path / "run")
    assert len(rows) == 5
    assert [fault for row in rows for fault in row["faults"]] == []
    assert sum(row["SIGINT"] + row["SIGKILL"] for row in rows) >= 3


def test_spoiled_answers_are_errors_or_complete():
    figures = network.run(25, seed=5)
    assert figures.faults == []
    assert figures.accepted < 25


def test_a_gzip_bomb_is_given_up():
    text, _, growth = network.flood(network.floods()["gzip bomb in gzip"])
    assert "more than 64 MiB" in text
    assert growth < 256


def test_nothing_of_a_users_is_lost_and_no_two_screenings_mix(tmp_path):
    foreign, pairs = output_lines("folders", 11, 40, 4, tmp_path / "run")
    assert foreign["faults"] == []
    assert foreign["taken"] >= 3
    assert foreign["inputs"] - foreign["taken"] >= 20
    assert pairs["faults"] == []
    assert pairs["refused"] + pairs["killed"] >= 1


def test_the_key_is_in_nothing_that_any_command_writes(tmp_path):
    result = output_lines("secrets", tmp_path / "run")[-1]
    assert result["leaks"] == []
    assert result["tracebacks"] == []
    assert result["missing"] == []
    assert result["seen"] > 10


def test_eight_processes_share_a_cache(
    tmp_path,
    mp_server: Server,  # noqa: F811
    monkeypatch,
):
    monkeypatch.delenv("MAGNETKIT_CACHE_DIR", raising=False)
    result = output_lines("shared_cache", tmp_path / "shared")[-1]
    assert result["codes"] == [0] * 8, result["logs"]
    assert len(result["answers"]) == 1
    assert len(mp_server.requests) == 5
    files = [
        f for f in (tmp_path / "shared" / "cache").rglob("*") if f.is_file()
    ]
    assert not [f for f in files if f.name.startswith(".")]
    assert sum(f.suffix == ".model" for f in files) == 1
