"""Pulls through mp-api against a server on this machine: answers, cache, key, endpoint."""

import json
import logging
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest
from filelock import FileLock
from magnetkit.errors import DataError, InputError

from magnetkit._core import datasets
from magnetkit.phases import _transport, read_snapshot
from magnetkit.phases.pull import Cache, chemical_systems, pull, subsystems
from tests.command import run
from tests.phases import mp_server as documents
from tests.phases.embedded import embedded_documents
from tests.phases.mp_server import DB_VERSION, KEY, Server

pytestmark = pytest.mark.usefixtures("own_cache")
# `magnetkit.phases.pull` is the function.
PULLING = sys.modules[pull.__module__]


def test_all_subsystems_come_and_nothing_else(mp_server: Server):
    entries = pull(["Sm-Co", "Nd-Fe-B"]).entries
    formulas = entries["formula"].tolist()
    assert formulas == "B Co Fe Nd Nd2Fe14B Sm Sm2Co17 SmCo5".split()
    row = entries.set_index("formula").loc["SmCo5"]
    assert row["material_id"] == "mp-1429"
    assert row["formation_energy_eV_atom"] == pytest.approx(-0.062)
    assert row["energy_above_hull_eV_atom"] == pytest.approx(0.013)
    assert row["space_group"] == "P6/mmm"
    assert row["cell"] == "Sm8Co40"
    assert row["magnetic_moment_muB_fu"] == pytest.approx(7.5)
    assert row["magnetic_moment_muB_atom"] == pytest.approx(7.5 / 6)
    # The server tells moments of the primitive cell, here an eighth of the structure.
    assert row["magnetic_sites"] == 40
    assert row["moments_muB"] is None
    row = entries.set_index("formula").loc["Sm2Co17"]
    assert len(row["moments_muB"]) == row["sites"]


def test_keeps_manifest_and_structures_without_the_key(
    mp_server: Server, own_cache: Path
):
    from pymatgen.core import Structure

    snapshot = pull("Sm-Co")
    manifest = snapshot.manifest
    assert manifest["database_version"] == DB_VERSION
    assert manifest["thermo_type"] == "GGA_GGA+U"
    assert manifest["query"]["systems"] == ["Co-Sm"]
    assert set(manifest["files"]) == {"entries.parquet", "structures.parquet"}
    structures = snapshot.structures().set_index("material_id")
    crystal = Structure.from_dict(
        json.loads(structures.loc["mp-1429", "structure"])
    )
    assert crystal.composition.reduced_formula == "SmCo5"
    content = b"".join(
        f.read_bytes() for f in own_cache.rglob("*") if f.is_file()
    )
    assert KEY.encode() not in content


def test_second_pull_makes_no_request(
    mp_server: Server, own_cache: Path, monkeypatch: pytest.MonkeyPatch
):
    first = pull("Sm-Co").entries
    count = len(mp_server.requests)
    monkeypatch.delenv("MP_API_KEY")
    assert pull(["Co-Sm"]).entries.equals(first)
    assert len(mp_server.requests) == count
    pull("Sm-Co", KEY, refresh=True)
    assert len(mp_server.requests) == 2 * count
    assert len(list(own_cache.rglob("entries.parquet"))) == 1
    mp_server.faults.extend([None, None, documents.status(400)])
    with pytest.raises(Exception, match="400"):
        pull("Sm-Co", KEY, refresh=True)
    assert pull("Sm-Co").entries.equals(first)


def test_keeps_a_crystal_as_the_server_wrote_it(mp_server: Server):
    """What pymatgen computes of a crystal is left out: its last digits differ with the machine."""
    document = next(
        d for d in documents.ALL["summary"] if d["material_id"] == "mp-1429"
    )
    table = pull("Sm-Co").structures().set_index("material_id")
    structure = json.loads(table.loc["mp-1429", "structure"])
    assert structure["lattice"] == {
        "matrix": document["structure"]["lattice"]["matrix"],
        "pbc": [True, True, True],
    }
    assert set(structure["sites"][0]) == {"species", "abc", "properties"}
    positions = [site["abc"] for site in document["structure"]["sites"]]
    assert [site["abc"] for site in structure["sites"]] == positions


def test_equal_documents_make_equal_files(mp_server: Server):
    files = pull("Sm-Co").manifest["files"]
    assert pull("Sm-Co", refresh=True).manifest["files"] == files


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("entries.parquet", "changed"),
        ("entries.parquet", "missing"),
        ("structures.parquet", "cut"),
        ("manifest.json", "changed"),
        ("manifest.json", "missing"),
        ("current", "changed"),
        ("current", "cut"),
        ("current", "missing"),
    ],
)
def test_a_broken_cache_is_named_and_pulled_anew(
    mp_server: Server, own_cache: Path, name: str, damage: str
):
    first = pull("Sm-Co").entries
    (file,) = own_cache.rglob(name)
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        other = content[:-9] + b"X" + content[-8:]
        file.write_bytes(
            other if damage == "changed" else content[: len(content) // 2]
        )
    count = len(mp_server.requests)
    if (name, damage) == ("current", "missing"):
        assert pull("Sm-Co").entries.equals(first)
    else:
        # A changed `current` names another hash than the manifest has.
        named = (
            "manifest.json"
            if (name, damage) == ("current", "changed")
            else name
        )
        with pytest.warns(UserWarning, match=named):
            assert pull("Sm-Co").entries.equals(first)
    assert pull("Sm-Co").entries.equals(first)
    assert len(mp_server.requests) == 2 * count


def test_a_cache_that_cannot_be_written_says_so(
    mp_server: Server, own_cache: Path
):
    with Cache("pulls", "Co", {}) as cache:

        def fail(folder: Path) -> None:
            folder.mkdir()
            raise OSError(28, "No space left on device")

        with pytest.raises(DataError, match="No space left"):
            cache.write(fail)
        assert [f.name for f in cache.folder.iterdir()] == ["lock"]
    # The lock is free again while the object lives.
    with FileLock(cache.folder / "lock", timeout=0):
        pass
    shutil.rmtree(own_cache)
    own_cache.write_text("a file where the folder should be")
    with pytest.raises(DataError, match="MAGNETKIT_CACHE_DIR"):
        pull("Sm-Co")


@pytest.mark.parametrize(
    ("holder", "step"),
    [
        (PULLING, "write_snapshot"),
        (datasets, "sha256"),
        (PULLING, "replace_file"),
    ],
)
def test_killed_pull_leaves_the_older_answer(
    mp_server: Server,
    own_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    holder: ModuleType,
    step: str,
):
    first = pull("Sm-Co").entries

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(holder, step, interrupt)
        # A killed process removes nothing.
        patch.setattr(Cache, "_tidy", lambda self: None)
        with pytest.raises(KeyboardInterrupt):
            pull("Sm-Co", refresh=True)
    count = len(mp_server.requests)
    assert pull("Sm-Co").entries.equals(first)
    assert len(mp_server.requests) == count
    pull("Sm-Co", refresh=True)
    (folder,) = (own_cache / "pulls").iterdir()
    assert len(list(folder.iterdir())) == 3


def test_scheme_falls_back_to_that_of_the_server(
    mp_server: Server, monkeypatch: pytest.MonkeyPatch
):
    assert (
        pull("Sm-Co", thermo_type="R2SCAN").manifest["thermo_type"] == "R2SCAN"
    )
    mixture = [
        d
        for d in documents.ALL["thermo"]
        if d["thermo_type"] == "GGA_GGA+U_R2SCAN"
    ]
    monkeypatch.setitem(documents.ALL, "thermo", mixture)
    assert pull("Sm-Co").manifest["thermo_type"] == "GGA_GGA+U_R2SCAN"
    with pytest.raises(InputError, match="thermo_type="):
        pull("Sm-Co", thermo_type="GGA_GGA+U", refresh=True)


def test_names_an_element_without_energy(mp_server: Server):
    with pytest.warns(UserWarning, match="Zr"):
        pull("Sm-Co-Zr")


def test_endpoint_and_key_are_read_at_the_call(
    mp_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("MP_API_ENDPOINT")
    monkeypatch.delenv("MP_API_KEY")
    with pytest.raises(InputError, match="MP_API_KEY"):
        pull("Sm-Co", endpoint=mp_server.url)
    assert mp_server.requests == []
    pull("Sm-Co", KEY, mp_server.url)
    # mp-api asks twice for the heartbeat, which needs no key.
    assert mp_server.keys == [None, None, KEY, KEY, KEY]


@pytest.mark.parametrize("key", ["short", "x" * 33, "ä" * 32, "x" * 31 + "\n"])
def test_a_strange_key_is_refused_unseen(mp_server: Server, key: str):
    with pytest.raises(InputError, match="32 characters") as error:
        pull("Sm-Co", key)
    assert key.strip() not in str(error.value)
    assert mp_server.requests == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "ftp://host/",
        "host",
        "https://",
        "https://me:pw@host/",
        "http://h/?k=1",
    ],
)
def test_a_strange_endpoint_is_refused_unseen(endpoint: str):
    with pytest.raises(InputError, match="endpoint") as error:
        pull("Sm-Co", KEY, endpoint)
    assert "pw" not in str(error.value)
    for sound in ("https://host", "https://host/"):
        assert PULLING.check_endpoint(sound) == "https://host/"


def test_refuses_an_unencrypted_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        _transport, "_ask_in_child", lambda *_: [{"error": "not asked"}]
    )
    with (
        pytest.warns(UserWarning, match="unencrypted"),
        pytest.raises(Exception, match="not asked"),
    ):
        pull("Sm-Co", KEY, "http://host.invalid/")


def test_progress_goes_to_stderr_without_the_key(
    mp_server: Server,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level(logging.DEBUG)
    odd = lambda h: h.send_json({"detail": f"odd {KEY}"}, 503)  # noqa: E731
    mp_server.faults.extend([None, None, odd])
    pull("Sm-Co", progress=True)
    streams = capfd.readouterr()
    assert KEY not in caplog.text + streams.out + streams.err
    assert streams.out == ""
    assert "503; next try" in streams.err
    assert "magnetism" in streams.err


@pytest.mark.parametrize("systems", [[], "", "SmCo5", ["Sm-Xx"], ["Sm-"], [3]])
def test_refuses_other_systems(systems):
    with pytest.raises(InputError, match="chemical system"):
        chemical_systems(systems)


def test_has_all_subsystems_and_refuses_too_many():
    assert len(subsystems(["Co-Cu-Fe-Sm-Zr"])) == 31
    assert len(subsystems(["Co-Sm", "Co-Fe-Sm"])) == 7
    with pytest.raises(InputError, match="subsystems"):
        chemical_systems("Sm-Gd-Co-Fe-Cu-Zr-Ti-Ni-Mn-Al-Si-B-C")


def test_the_command_completes_a_pull_for_substitutions(
    mp_server: Server, monkeypatch: pytest.MonkeyPatch
):
    for kind, answer in embedded_documents(["B-Fe-Nd-Pr"]).items():
        monkeypatch.setitem(documents.ALL, kind, answer)
    words = ["data", "pull", "Nd-Fe-B", "--for", "Nd=Pr", "--complete"]
    done = run(*words)
    assert done.returncode == 0, done.stderr
    assert "phases of B-Fe-Nd-Pr" in done.stderr
    assert (
        "phases more from the embedded snapshot, corrected by" in done.stderr
    )
    snapshot = read_snapshot(done.stdout.strip())
    assert snapshot.manifest["query"]["systems"] == ["B-Fe-Nd-Pr"]
    assert snapshot.covers(["Ce", "Fe", "B"])
    refusal = run("data", "pull", "Nd-Fe-B", "--for", "Gd=Pr")
    assert refusal.returncode == 1
    assert (
        "Gd is replaced but in none of the systems B-Fe-Nd" in refusal.stderr
    )


def test_names_the_extra_without_the_client(monkeypatch):
    monkeypatch.setattr(PULLING, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'magnetkit\[pull\]'"):
        PULLING._need_client()
    monkeypatch.setattr(PULLING, "find_spec", lambda name: name)
    PULLING._need_client()
