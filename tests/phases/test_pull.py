"""Pulls through mp-api against a server on this machine: answers, cache, key, endpoint."""

import json
import logging
from pathlib import Path

import pytest

from magnetkit.errors import DataError, InputError, NetworkError
from magnetkit.phases import load, read_snapshot
from magnetkit.phases.materials_project.pull import (
    Limits,
    chemical_systems,
    freeze,
    pull,
    pull_snapshot,
    subsystems,
)
from tests.phases.mp_server import DB_VERSION, KEY, Server

pytestmark = pytest.mark.usefixtures("own_cache")
FAST = Limits(backoff_s=0.001)


def test_all_subsystems_come_and_nothing_else(mp_server: Server):
    entries = pull(["Sm-Co", "Nd-Fe-B"])
    assert entries["formula"].tolist() == [
        "B",
        "Co",
        "Fe",
        "Nd",
        "Nd2Fe14B",
        "Sm",
        "Sm2Co17",
        "SmCo5",
    ]
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


def test_manifest_says_where_it_comes_from_and_not_the_key(mp_server: Server, own_cache: Path):
    snapshot = pull_snapshot("Sm-Co")
    manifest = snapshot.manifest
    assert manifest["database_version"] == DB_VERSION
    assert manifest["thermo_type"] == "GGA_GGA+U"
    assert manifest["query"]["systems"] == ["Co-Sm"]
    assert set(manifest["files"]) == {"entries.parquet", "structures.parquet"}
    kept = b"".join(f.read_bytes() for f in own_cache.rglob("*") if f.is_file())
    assert KEY.encode() not in kept


def test_structures_are_kept(mp_server: Server):
    from pymatgen.core import Structure

    structures = pull_snapshot("Sm-Co").structures().set_index("material_id")
    crystal = Structure.from_dict(json.loads(structures.loc["mp-1429", "structure"]))
    assert crystal.composition.reduced_formula == "SmCo5"


def test_second_pull_asks_nothing_even_without_key_unless_refreshed(
    mp_server: Server, monkeypatch: pytest.MonkeyPatch
):
    first = pull("Sm-Co")
    asked = len(mp_server.requests)
    monkeypatch.delenv("MP_API_KEY")
    assert pull(["Co-Sm"]).equals(first)
    assert len(mp_server.requests) == asked
    pull("Sm-Co", KEY, refresh=True)
    assert len(mp_server.requests) == 2 * asked


def test_a_refresh_leaves_one_answer_in_the_cache(mp_server: Server, own_cache: Path):
    pull("Sm-Co")
    pull("Sm-Co", refresh=True)
    assert len(list(own_cache.rglob("entries.parquet"))) == 1


def test_failed_refresh_keeps_the_old_answer(mp_server: Server):
    first = pull("Sm-Co")
    mp_server.faults.append(lambda h: h.send_json({"detail": "no"}, 400))
    with pytest.raises(Exception, match="400"):
        pull("Sm-Co", refresh=True)
    assert pull("Sm-Co").equals(first)


@pytest.mark.parametrize(
    "name", ["entries.parquet", "structures.parquet", "manifest.json", "current"]
)
@pytest.mark.parametrize("damage", ["changed", "cut", "missing"])
def test_a_broken_cache_is_named_and_pulled_anew(
    mp_server: Server, own_cache: Path, name: str, damage: str
):
    first = pull("Sm-Co")
    (file,) = own_cache.rglob(name)
    content = file.read_bytes()
    if damage == "changed":
        file.write_bytes(content[:-9] + b"X" + content[-8:])
    elif damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.unlink()
    asked = len(mp_server.requests)
    if (name, damage) == ("current", "missing"):
        assert pull("Sm-Co").equals(first)
    else:
        # A changed `current` names another hash than the manifest has.
        named = "manifest.json" if (name, damage) == ("current", "changed") else name
        with pytest.warns(UserWarning, match=named):
            assert pull("Sm-Co").equals(first)
    assert len(mp_server.requests) == 2 * asked
    assert pull("Sm-Co").equals(first)
    assert len(mp_server.requests) == 2 * asked


def test_a_cache_that_cannot_be_written_says_so(mp_server: Server, own_cache: Path):
    own_cache.write_text("a file where the folder should be")
    with pytest.raises(DataError, match="MAGNETKIT_CACHE_DIR"):
        pull("Sm-Co")


def test_pages_are_put_together(mp_server: Server):
    entries = pull(["Sm-Co-Fe", "Nd-Fe-B"], limits=Limits(page=3))
    assert len(entries) == 9
    assert sum("_skip" in r for r in mp_server.requests) > 4


def test_scheme_can_be_named_and_falls_back_to_what_the_server_has(
    mp_server: Server, monkeypatch: pytest.MonkeyPatch
):
    from tests.phases import mp_server as documents

    assert pull_snapshot("Sm-Co", thermo_type="R2SCAN").manifest["thermo_type"] == "R2SCAN"
    mixed = [d for d in documents.ALL["thermo"] if d["thermo_type"] == "GGA_GGA+U_R2SCAN"]
    monkeypatch.setitem(documents.ALL, "thermo", mixed)
    assert pull_snapshot("Sm-Co").manifest["thermo_type"] == "GGA_GGA+U_R2SCAN"
    with pytest.raises(InputError, match="thermo_type="):
        pull("Sm-Co", thermo_type="GGA_GGA+U", refresh=True)


def test_an_element_without_energy_is_told(mp_server: Server):
    with pytest.warns(UserWarning, match="Zr"):
        pull("Sm-Co-Zr")


def test_endpoint_and_key_are_read_at_the_call(mp_server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MP_API_ENDPOINT")
    monkeypatch.delenv("MP_API_KEY")
    with pytest.raises(InputError, match="MP_API_KEY"):
        pull("Sm-Co", endpoint=mp_server.url)
    assert mp_server.requests == []
    pull("Sm-Co", KEY, mp_server.url)
    assert set(mp_server.keys) == {KEY}


@pytest.mark.parametrize("key", ["short", "x" * 33, "ä" * 32, "x" * 31 + "\n"])
def test_a_strange_key_is_refused_unseen(mp_server: Server, key: str):
    with pytest.raises(InputError, match="32 characters") as caught:
        pull("Sm-Co", key)
    assert key.strip() not in str(caught.value)
    assert mp_server.requests == []


@pytest.mark.parametrize(
    "endpoint", ["ftp://host/", "host", "https://", "https://me:pw@host/", "http://h/?k=1"]
)
def test_a_strange_endpoint_is_refused_unseen(endpoint: str):
    with pytest.raises(InputError, match="endpoint") as caught:
        pull("Sm-Co", KEY, endpoint)
    assert "pw" not in str(caught.value)


def test_a_key_that_would_go_unencrypted_is_told():
    limits = Limits(attempts=1, connect_s=0.1, read_s=0.1)
    with pytest.warns(UserWarning, match="unencrypted"), pytest.raises(NetworkError):
        pull("Sm-Co", KEY, "http://host.invalid/", limits=limits)


def test_the_key_is_in_no_log(
    mp_server: Server, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    mp_server.faults.append(lambda h: h.send_json({"detail": f"odd {KEY}"}, 500))
    pull("Sm-Co", progress=True, limits=FAST)
    shown = capfd.readouterr()
    assert KEY not in caplog.text + shown.out + shown.err
    assert shown.out == ""
    assert "next try" in shown.err
    assert "summary" in shown.err


def test_freeze_writes_a_snapshot(mp_server: Server, tmp_path: Path):
    folder = freeze(["Sm-Co"], tmp_path / "mine")
    assert len(load(folder)) == 4
    assert read_snapshot(folder).manifest["database_version"] == DB_VERSION
    assert len(read_snapshot(folder).structures()) == 4


@pytest.mark.parametrize("systems", [[], "", "SmCo5", ["Sm-Xx"], ["Sm-"], [3]])
def test_what_is_no_chemical_system_is_refused(systems):
    with pytest.raises(InputError, match="chemical system"):
        chemical_systems(systems)


def test_too_many_elements_are_refused():
    with pytest.raises(InputError, match="subsystems"):
        chemical_systems("Sm-Gd-Co-Fe-Cu-Zr-Ti-Ni-Mn-Al-Si-B-C")


def test_subsystems_are_all_there():
    assert len(subsystems(["Co-Cu-Fe-Sm-Zr"])) == 31
    assert len(subsystems(["Co-Sm", "Co-Fe-Sm"])) == 7
