"""What lies in place of a file, folders, pipes, rings of links, is named and left as it is."""

import os
import stat
from pathlib import Path

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit._core._files import describe_no_file, replacing
from magnetkit.run import parts
from tests.command import run

PLACES = {
    "folder": "a folder",
    "pipe": "a pipe",
    "nothing": "a link to nothing",
    "ring": "a ring of links",
}


@pytest.fixture
def place(tmp_path):
    """Make one of `PLACES` at a path of some suffix."""

    def make(name, suffix):
        path = tmp_path / f"{name}{suffix}"
        if name == "folder":
            path.mkdir()
        elif name == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(tmp_path / "gone" if name == "nothing" else path)
        return path

    return make


def test_a_file_and_no_file_are_neither(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for name in ("file", "link", "absent"):
        assert describe_no_file(tmp_path / name) == ""
    assert describe_no_file(tmp_path / "file" / "below") == ""
    assert describe_no_file(Path(os.devnull)) == "a device"


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    "command", ["replace", "predict", "curve", "calibrate"]
)
def test_names_a_table_that_is_no_file(place, name, command):
    path = place(name, ".csv")
    options = ["--name", "mill"] if command == "calibrate" else []
    answer = run(command, str(path), *options)
    assert answer.returncode == 1
    assert f"{path.name} is {PLACES[name]}, not a file" in " ".join(
        answer.stderr.split()
    )


@pytest.mark.parametrize("name", PLACES)
def test_names_a_record_that_is_no_file(place, name):
    path = place(name, ".toml")
    with pytest.raises(InputError, match=f"is {PLACES[name]}, not a file"):
        mk.predict(["SmCo5"], scenario=path)
    with pytest.raises(InputError, match=f"is {PLACES[name]}, not a file"):
        mk.screen(["SmCo5"], path)


@pytest.mark.parametrize("name", ["folder", "pipe", "ring"])
def test_writes_over_files_alone(place, name):
    path = place(name, ".csv")
    before = path.lstat()
    with (
        pytest.raises(InputError, match=f"it is {PLACES[name]}, not a file"),
        replacing(path) as draft,
    ):
        draft.write_text("new")
    after = path.lstat()
    assert (after.st_ino, stat.S_IFMT(after.st_mode)) == (
        before.st_ino,
        stat.S_IFMT(before.st_mode),
    )
    answer = run("predict", "SmCo5", "--out", str(path))
    assert answer.returncode == 1
    assert f"it is {PLACES[name]}" in " ".join(answer.stderr.split())
    assert path.lstat().st_ino == before.st_ino
    assert [f.name for f in path.parent.iterdir()] == [path.name]


def test_link_stays_and_its_target_is_new(tmp_path):
    target = tmp_path / "target.csv"
    link = tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    with replacing(link) as draft:
        draft.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    link.unlink()
    link.symlink_to(tmp_path / "later.csv")
    with replacing(link) as draft:
        draft.write_text("first")
    assert link.is_symlink()
    assert (tmp_path / "later.csv").read_text() == "first"


def test_reserves_the_workbook_before_judging(tmp_path, place, monkeypatch):
    monkeypatch.setattr(parts, "replace_parts", None)
    table = tmp_path / "parts.csv"
    table.write_text("part,number,mass_kg,grade\nring,10,0.05,N42SH\n")
    absent = tmp_path / "absent" / "answer.xlsx"
    for path, reason in (
        (place("pipe", ".xlsx"), "it is a pipe"),
        (absent, "check the folder"),
    ):
        answer = run("replace", str(table), "--out", str(path), "--force")
        assert answer.returncode == 1
        assert reason in " ".join(answer.stderr.split())
