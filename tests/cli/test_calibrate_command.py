"""``magnetkit calibrate``: printed before and after, stored, bad rows named."""

import json
import os

import pytest

from tests.command import run

TABLE = (
    "composition,basis,temperature_K,remanence_T,coercivity_kA_m,magnet\n"
    "Nd30.5Dy1Co1Cu0.1B1Fe bal.,weight,293.15,1.33,1650,A\n"
    "N42SH,weight,293.15,1.3,1600,B\n"
)


@pytest.fixture
def env(tmp_path):
    return {**os.environ, "MAGNETKIT_DATA_DIR": str(tmp_path / "data")}


def test_stores_a_readable_file_and_names_omissions(tmp_path, env):
    file = tmp_path / "magnets.csv"
    file.write_text(TABLE)
    done = run("calibrate", str(file), "--name", "my-mill", env=env)
    assert done.returncode == 0
    assert "H_cJ, 1 magnet: before" in done.stdout
    assert "row 2 left out" in done.stdout
    record = json.loads((tmp_path / "data/mills/my-mill.json").read_text())
    assert record["measured"][0]["composition"] == "Nd30.5Dy1Co1Cu0.1B1Fe bal."
    words = ["calibrate", str(file), "--name", "m"]
    assert run(*words, "--strict", env=env).returncode == 1
    done = run(*words, "--json", env=env)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["quantity"] for row in rows} >= {"remanence_T"}
    assert "magnetkit: row 2 left out: " in done.stderr
    assert "m.json; use it with --calibration m\n" in done.stderr
