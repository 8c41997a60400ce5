"""Short runs of the campaign: stopped commands, caches, and the key."""

import json
import subprocess
import sys

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
