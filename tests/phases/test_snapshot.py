"""Reading and writing phase snapshots, and what the embedded one holds."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from magnetkit.errors import DataError, InputError

from magnetkit import phases
from magnetkit.phases import snapshot

MANIFEST = {"scheme": "test", "source": "test", "licence": "test"}


@pytest.fixture
def entries():
    return pd.DataFrame(
        {
            "formula": ["SmCo5", "Sm", "Co"],
            "formation_energy_eV_atom": [-0.05, 0.0, 0.0],
            "energy_above_hull_eV_atom": [0.0, 0.0, 0.0],
            "material_id": pd.array(["mp-1429", None, None], dtype="string"),
        }
    )


def test_embedded_snapshot():
    entries = phases.load()
    assert len(entries) == 7703
    assert set(snapshot.REQUIRED) <= set(entries.columns)
    assert entries["source"].str.len().gt(0).all()
    assert entries["formation_energy_eV_atom"].notna().all()
    assert entries["energy_above_hull_eV_atom"].ge(0).all()


def test_elements_stand_at_zero():
    entries = phases.load()
    manifest = phases.open_snapshot().manifest
    assert len(manifest["elements"]) == 32
    pure = entries[entries["formula"].isin([*manifest["elements"], "N2"])]
    lowest = pure.groupby("formula")["formation_energy_eV_atom"].min()
    assert len(lowest) == 32
    assert lowest.eq(0).all()


def test_collapsed_moments_are_left_out():
    lowest = phases.load().drop_duplicates("formula").set_index("formula")
    moment = lowest["magnetic_moment_muB_atom"]
    assert moment[["Nd2Fe14B", "PrCo5", "NdCo5"]].isna().all()
    assert moment["Dy2Fe14B"] * 17 == pytest.approx(30.85, abs=0.05)
    assert moment["SmCo5"] * 6 == pytest.approx(7.03, abs=0.05)


def test_load_gives_a_copy():
    entries = phases.load()
    entries["formula"] = "changed"
    assert phases.load()["formula"].iloc[0] != "changed"


def test_round_trip(tmp_path, entries):
    structures = pd.DataFrame(
        {"material_id": ["mp-1429"], "structure": ["{}"]}
    )
    folder = phases.write_snapshot(
        tmp_path / "frozen", entries, MANIFEST, structures
    )
    reread = phases.open_snapshot(folder)
    pd.testing.assert_frame_equal(
        reread.entries.convert_dtypes(), entries.convert_dtypes()
    )
    assert reread.manifest["elements"] == ["Co", "Sm"]
    assert reread.structures()["material_id"].tolist() == ["mp-1429"]
    assert phases.open_snapshot(reread) is reread
    other = entries.assign(formula=["SmCo5", "Zr", "Co"])
    phases.write_snapshot(tmp_path / "other", other, MANIFEST)
    by_number = phases.open_snapshot(tmp_path / "other").manifest["elements"]
    assert by_number == ["Co", "Zr", "Sm"]
    # The same content gives the same bytes.
    again = phases.write_snapshot(
        tmp_path / "again", entries, MANIFEST, structures
    )
    for file in (snapshot.ENTRIES, snapshot.STRUCTURES, snapshot.MANIFEST):
        assert (folder / file).read_bytes() == (again / file).read_bytes()


def kill_before_rename(name):
    """Return a rename that is the end of the process where its source has a name."""
    replace = os.replace

    def stop(source, target):
        if str(source).endswith(name):
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)

    return stop


@pytest.mark.parametrize("name", [".new", "frozen"])
def test_stop_at_any_rename_leaves_a_whole_snapshot(
    tmp_path, entries, monkeypatch, name
):
    folder = phases.write_snapshot(tmp_path / "frozen", entries, MANIFEST)
    if not (child := os.fork()):
        monkeypatch.setattr(os, "replace", kill_before_rename(name))
        phases.write_snapshot(folder, entries[:2], MANIFEST)
        os._exit(0)
    assert (
        os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    )
    snapshot._read.cache_clear()
    assert len(phases.load(folder)) == len(entries)
    # The next writer clears away what that one left.
    phases.write_snapshot(folder, entries[:2], MANIFEST)
    assert len(phases.load(folder)) == 2
    assert [f.name for f in tmp_path.iterdir()] == ["frozen"]


def test_one_of_several_writers_wins(tmp_path, entries):
    folder = tmp_path / "frozen"

    def write(count):
        for _ in range(5):
            phases.write_snapshot(folder, entries[:count], MANIFEST)

    with ThreadPoolExecutor(4) as pool:
        for writer in [pool.submit(write, count) for count in (2, 3, 2, 3)]:
            writer.result()
    assert len(phases.load(folder)) in (2, 3)
    assert [f.name for f in tmp_path.iterdir()] == ["frozen"]


def test_link_stays_and_a_ring_of_links_is_an_error(tmp_path, entries):
    folder = phases.write_snapshot(tmp_path / "frozen", entries, MANIFEST)
    (tmp_path / "link").symlink_to(folder)
    phases.write_snapshot(tmp_path / "link", entries[:2], MANIFEST)
    assert (tmp_path / "link").is_symlink()
    assert len(phases.load(folder)) == 2
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    with pytest.raises(InputError, match="cannot be written"):
        phases.write_snapshot(tmp_path / "ring", entries, MANIFEST)
    with pytest.raises(DataError, match="no phase snapshot"):
        phases.load(tmp_path / "ring")


def test_names_damage(tmp_path, entries):
    folder = phases.write_snapshot(tmp_path / "frozen", entries, MANIFEST)
    (folder / snapshot.ENTRIES).write_bytes(b"broken")
    snapshot._read.cache_clear()
    with pytest.raises(
        DataError, match=r"entries\.parquet is missing or damaged"
    ):
        phases.load(folder)


def test_a_kept_snapshot_has_its_own_crystals(own_cache, entries):
    crystals = pd.DataFrame({"material_id": ["mp-1429"], "structure": ["{}"]})
    other_crystals = crystals.assign(structure='{"a": 1}')
    bare = phases.Snapshot("a", entries, MANIFEST)
    one = phases.Snapshot("a", entries, MANIFEST, crystals=crystals)
    other = phases.Snapshot("a", entries, MANIFEST, crystals=other_crystals)
    folders = [bare.save(), one.save(), other.save()]
    assert len(set(folders)) == 3
    assert one.save() == folders[1]
    again = phases.read_snapshot(folders[2]).structures()
    pd.testing.assert_frame_equal(
        again.astype(object), other_crystals.astype(object)
    )
    # What is damaged in the cache is written anew.
    (folders[1] / snapshot.STRUCTURES).write_bytes(b"broken")
    snapshot._read.cache_clear()
    assert (
        phases.read_snapshot(one.save()).structures()["structure"][0] == "{}"
    )


@pytest.mark.parametrize(
    "text", ["not json", "[]", "{}", json.dumps({"format": "other"})]
)
def test_foreign_manifest(tmp_path, text):
    (tmp_path / snapshot.MANIFEST).write_text(text)
    with pytest.raises(DataError, match=r"manifest\.json"):
        phases.load(tmp_path)


def test_no_snapshot(tmp_path):
    for folder in (tmp_path, tmp_path.anchor):
        with pytest.raises(DataError, match="no phase snapshot"):
            phases.load(folder)
    with pytest.raises(InputError, match="got int"):
        phases.load(3)


def test_incomplete_or_foreign_folder(tmp_path, entries):
    with pytest.raises(InputError, match="licence"):
        phases.write_snapshot(
            tmp_path / "a", entries, {"scheme": "", "source": ""}
        )
    with pytest.raises(InputError, match="material_id"):
        phases.write_snapshot(
            tmp_path / "a", entries.drop(columns="material_id"), MANIFEST
        )
    with pytest.raises(InputError, match="is no snapshot"):
        phases.write_snapshot(tmp_path, entries, MANIFEST)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        phases.write_snapshot(tmp_path / "file" / "x", entries, MANIFEST)
