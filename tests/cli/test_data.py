"""``magnetkit data`` in a process of its own."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from magnetkit.phases import read_snapshot
from tests import command
from tests.phases import mp_server as look_alike
from tests.phases.embedded import embedded_documents
from tests.phases.mp_server import KEY, Server
from tests.said import command_lines


@pytest.fixture
def mp_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def run(
    *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return command.run("data", *arguments, env={**os.environ, **environment})


def test_pull_then_freeze_makes_one_request(mp_server: Server, tmp_path: Path):
    environment = {
        "MP_API_ENDPOINT": mp_server.url,
        "MAGNETKIT_CACHE_DIR": str(tmp_path / "cache"),
    }
    pull = run("pull", "Sm-Co", "Fe", MP_API_KEY=KEY, **environment)
    assert pull.returncode == 0, pull.stderr
    assert (Path(pull.stdout.strip()) / "manifest.json").is_file()
    assert "database 2025.09.25" in pull.stderr
    assert KEY not in pull.stdout + pull.stderr
    requests = len(mp_server.requests)

    out = tmp_path / "mine"
    cif = tmp_path / "cif"
    frozen = run(
        "pull",
        "Co-Sm",
        "Fe",
        "--out",
        str(out),
        "--cif",
        str(cif),
        "--poscar",
        str(cif),
        "-q",
        **environment,
    )
    assert frozen.returncode == 0, frozen.stderr
    assert command_lines(frozen.stderr) == []
    assert frozen.stdout.strip() == str(out)
    assert len(list(cif.glob("*.cif"))) == len(list(cif.glob("*.vasp"))) == 5
    assert len(mp_server.requests) == requests


def test_completes_and_ranks_a_pull_for_substitutions(
    mp_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for kind, documents in embedded_documents(["B-Fe-Nd-Pr"]).items():
        monkeypatch.setitem(look_alike.ALL, kind, documents)
    environment = {
        "MP_API_ENDPOINT": mp_server.url,
        "MAGNETKIT_CACHE_DIR": str(tmp_path / "cache"),
    }
    done = run(
        "pull",
        "Nd-Fe-B",
        "--for",
        "Nd=Pr",
        "--complete",
        MP_API_KEY=KEY,
        **environment,
    )
    assert done.returncode == 0, done.stderr
    assert "phases of B-Fe-Nd-Pr" in done.stderr
    assert "phases more from the embedded snapshot, corrected by" in done.stderr
    snapshot = read_snapshot(done.stdout.strip())
    assert snapshot.manifest["query"]["systems"] == ["B-Fe-Nd-Pr"]
    assert snapshot.covers(["Ce", "Fe", "B"])
    refusal = run(
        "pull", "Nd-Fe-B", "--for", "Gd=Pr", MP_API_KEY=KEY, **environment
    )
    assert refusal.returncode == 1
    assert "Gd is replaced but in none of the systems B-Fe-Nd" in refusal.stderr


def test_pull_without_a_key_fails_in_one_line(
    mp_server: Server, tmp_path: Path
):
    done = run(
        "pull",
        "Sm-Co",
        MP_API_ENDPOINT=mp_server.url,
        MAGNETKIT_CACHE_DIR=str(tmp_path),
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("magnetkit: error: no Materials Project key")
    assert len(command_lines(done.stderr)) == 1


def test_device_is_shown_in_sentences_and_as_json_where_asked():
    sentences = command.run("applications", "show", "hard-disc")
    assert sentences.returncode == 0, sentences.stderr
    assert not sentences.stdout.startswith("{")
    answer = command.run("applications", "show", "hard-disc", "--json")
    assert isinstance(json.loads(answer.stdout), dict)
