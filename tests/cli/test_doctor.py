"""``magnetkit doctor``: says what is there, never the key, and asks a server only if told to."""

import json
import os

import pytest
from magnetkit.settings import get_settings

from magnetkit import datasets
from magnetkit.cli.doctor import NEEDED, examine
from tests.command import run
from tests.phases.mp_server import KEY, Server


@pytest.fixture
def mp_server():
    server = Server()
    yield server
    server.close()


def findings_by_name(**options):
    return {finding.name: finding for finding in examine(**options)}


def test_sound_machine_has_no_faults_and_hides_the_key(mp_server):
    environment = {
        **os.environ,
        "MP_API_KEY": KEY,
        "MP_API_ENDPOINT": mp_server.url,
    }
    done = run("doctor", env=environment)
    assert done.returncode == 0, done.stdout
    assert KEY not in done.stdout + done.stderr
    assert "MP_API_KEY is set" in done.stdout
    assert "0 broken" in done.stdout
    assert "\x1b[" not in done.stdout
    assert mp_server.requests == []

    report = run("doctor", "--online", "--json", env=environment)
    rows = {
        row["name"]: row for row in map(json.loads, report.stdout.splitlines())
    }
    assert rows["server"]["value"] == "127.0.0.1 answers, database 2025.09.25"
    assert KEY not in report.stdout + report.stderr
    assert set(NEEDED) <= set(rows)


def test_absent_server_is_a_note(monkeypatch):
    monkeypatch.setenv("MP_API_ENDPOINT", "http://name:secret@127.0.0.1:9/")
    server = findings_by_name(online=True)["server"]
    assert server.state == "note"
    assert "secret" not in server.value + server.advice
    assert "MP_API_ENDPOINT" in server.advice


def test_damage_is_found_and_says_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setattr(
        datasets, "verify", lambda: {"a.csv": "ok", "b.csv": "changed"}
    )
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    get_settings.cache_clear()
    try:
        rows = findings_by_name()
        monkeypatch.setenv("MAGNETKIT_MIRROR", str(tmp_path / "none"))
        get_settings.cache_clear()
        wrong = findings_by_name()["environment"]
    finally:
        get_settings.cache_clear()
    assert rows["embedded"].state == "broken"
    assert "b.csv" in rows["embedded"].advice
    assert (wrong.state, "MAGNETKIT_MIRROR" in wrong.value) == ("broken", True)


def test_another_version_than_tested_is_a_note(monkeypatch):
    import magnetkit.cli.doctor as module

    monkeypatch.setattr(module, "_tested_versions", lambda: {"numpy": "0.0.1"})
    assert findings_by_name()["numpy"].state == "note"
    assert "tested with 0.0.1" in findings_by_name()["numpy"].value


def test_makes_no_request_by_default(
    monkeypatch,
):
    monkeypatch.delenv("MP_API_ENDPOINT", raising=False)
    rows = findings_by_name()
    assert (
        rows["server"].value
        == "api.materialsproject.org, not requested (--online requests it)"
    )
    assert rows["compiled"].state == "ok"
    monkeypatch.setattr("magnetkit._core._kernel_files.folder", lambda: None)
    finding = findings_by_name()["compiled"]
    assert (finding.state, finding.value) == (
        "note",
        "not kept between commands",
    )
    assert "NUMBA_CACHE_DIR" in finding.advice
