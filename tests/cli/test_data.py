"""``magnetkit data`` in a process of its own."""

import json
import os
import subprocess
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from magnetkit import datasets
from magnetkit.cli.data import _SHOWN_SYSTEMS, _pull
from magnetkit.phases.pull import systems_of_substitutes
from tests import command
from tests.command import invoke
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


def test_lists_what_is_embedded_and_what_is_fetched():
    lines = invoke("data list").stdout.splitlines()
    registry = datasets.registry()
    names = list(registry["files"])
    assert lines[0] == f"Embedded in {datasets.root()}:"
    assert lines[1 : 1 + len(names)] == [f"  {name}" for name in names]
    assert (
        lines[1 + len(names)] == "To fetch with `magnetkit data fetch NAME`:"
    )
    curie = registry["remote"]["curie"]
    line = f"  {'curie':12s} {curie['title']} ({curie['licence']})"
    assert line in lines
    objects = [
        json.loads(x) for x in invoke("data list --json").stdout.splitlines()
    ]
    assert len(objects) == len(names) + len(registry["remote"])
    assert objects[0]["embedded"] is True
    assert objects[-1]["embedded"] is False
    assert objects[0]["name"] == names[0]


def test_verifies_every_embedded_file(monkeypatch: pytest.MonkeyPatch):
    states = {"a.csv": "ok", "b.csv": "changed", "c.csv": "missing"}
    monkeypatch.setattr("magnetkit._core.datasets.verify", lambda: states)
    done = invoke("data verify")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "b.csv: changed",
        "c.csv: missing",
        "1 of 3 embedded files are as published",
    ]
    objects = invoke("data verify --json").stdout.splitlines()
    assert [json.loads(line)["state"] for line in objects] == [
        "ok",
        "changed",
        "missing",
    ]
    del states["c.csv"]
    assert invoke("data verify").exit_code == 1
    monkeypatch.setattr("magnetkit._core.datasets.verify", lambda: {"a": "ok"})
    sound = invoke("data verify")
    assert sound.exit_code == 0
    assert sound.stdout == "1 of 1 embedded files are as published\n"


def test_fetches_a_set_and_what_belongs_to_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    progress = []

    def get(name: str, *, progress_shown: bool) -> Path:
        progress.append(progress_shown)
        return tmp_path / name

    monkeypatch.setattr(
        "magnetkit._core._fetch.fetch",
        lambda name, progress: get(name, progress_shown=progress),
    )
    lines = invoke("data fetch curie").stdout.splitlines()
    assert lines == [f"{tmp_path}/curie", f"{tmp_path}/curie-by-paper"]
    invoke("data fetch curie-by-paper -q")
    assert progress == [True, True, False]


def test_a_pull_says_what_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    manifest = {
        "query": {"systems": [f"Sm-X{i}" for i in range(30)]},
        "thermo_type": "GGA",
        "database_version": "2025.09.25",
        "date": "2026-11-01",
    }
    whole = SimpleNamespace(
        manifest={
            "completed": {
                "entries": 7,
                "shared_compounds": 12,
                "error_eV_atom": 0.0123,
            }
        }
    )
    snapshot = SimpleNamespace(
        manifest=manifest, entries=[0] * 5, completed=lambda: whole
    )
    asked = {}

    def pull(systems: list[str], **options: object) -> SimpleNamespace:
        asked.update(options)
        warnings.warn("old data", UserWarning, stacklevel=1)
        return snapshot

    module = import_module("magnetkit.phases.pull")
    monkeypatch.setattr(module, "pull", pull)
    options = {"endpoint": None, "thermo_type": None, "refresh": True}
    result = _pull(["Sm-Co"], completed=True, quiet=False, **options)
    assert result is whole
    first, second, third = capsys.readouterr().err.splitlines()
    assert first == "magnetkit: warning: old data"
    shown = ", ".join(manifest["query"]["systems"][:_SHOWN_SYSTEMS])
    rest = 30 - _SHOWN_SYSTEMS
    assert second == (
        f"magnetkit: 5 phases of {shown} and {rest} systems more: GGA "
        "energies, database 2025.09.25, pulled 2026-11-01"
    )
    assert third == (
        "magnetkit: 7 phases more from the embedded snapshot, corrected by 12 "
        "compounds that both have, to within 12 meV/atom"
    )
    assert asked["progress"] is True
    assert asked["refresh"] is True
    result = _pull(["Sm-Co"], completed=False, quiet=True, **options)
    assert result is snapshot
    assert capsys.readouterr().err == "magnetkit: warning: old data\n"


def test_a_pull_takes_substitutes_and_writes_crystals(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    asked = {}

    def pull(systems: list[str], **options: object) -> SimpleNamespace:
        asked.update(options, systems=systems)
        return SimpleNamespace(save=lambda out: out or "cache")

    monkeypatch.setattr(import_module("magnetkit.cli.data"), "_pull", pull)
    snapshot = import_module("magnetkit.phases.snapshot")
    for name in ("write_cifs", "write_poscars"):
        write = lambda _, place, name=name: asked.update({name: place})  # noqa: E731
        monkeypatch.setattr(snapshot, name, write)
    assert invoke("data pull Sm-Co -q").stdout == "cache\n"
    assert asked == {
        "systems": ["Sm-Co"],
        "endpoint": None,
        "thermo_type": None,
        "refresh": False,
        "completed": False,
        "quiet": True,
    }
    words = "--complete --refresh --cif a --poscar b --thermo-type R2SCAN"
    done = invoke(f"data pull Sm-Co --for Co=Fe --out x {words}")
    assert done.stdout == "x\n"
    assert asked == {
        "systems": systems_of_substitutes(["Sm-Co"], {"Co": ["Fe"]}),
        "endpoint": None,
        "thermo_type": "R2SCAN",
        "refresh": True,
        "completed": True,
        "quiet": False,
        "write_cifs": Path("a"),
        "write_poscars": Path("b"),
    }
