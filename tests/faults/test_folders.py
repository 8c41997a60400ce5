"""A short run of folders that are the user's, and of two processes that want one."""

import json
import subprocess
import sys


def test_nothing_of_a_users_is_lost_and_no_two_screenings_mix(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults.folders", "11", "40", "4", str(tmp_path / "run")],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    foreign, pairs = (json.loads(line) for line in done.stdout.splitlines())
    assert foreign["faults"] == []
    assert foreign["taken"] >= 3
    assert foreign["inputs"] - foreign["taken"] >= 20
    assert pairs["faults"] == []
    assert pairs["refused"] + pairs["killed"] >= 1
