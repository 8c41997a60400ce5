"""The embedded data: every file has its hash, its SOURCE.md, and every row its source."""

import csv
import json
import re
import tomllib

import pyarrow.parquet as pq
import pytest
from magnetkit.errors import DataError

from magnetkit import datasets

ROOT = datasets.root()
FILES = sorted(
    f
    for f in ROOT.glob("*/**/*")
    if f.is_file()
    and f.suffix not in (".py", ".md")
    and "__pycache__" not in f.parts
)
NAMES = [f.relative_to(ROOT).as_posix() for f in FILES]


def test_registry_lists_every_file_and_its_hash():
    names = sorted(datasets.registry()["files"])
    assert names == sorted(NAMES), "run python datasets/update_registry.py"
    damage = {
        name: state
        for name, state in datasets.verify().items()
        if state != "ok"
    }
    assert not damage, "run python datasets/update_registry.py"


def test_every_folder_has_contents_and_a_licence():
    for folder in {name.split("/")[0] for name in NAMES}:
        text = (ROOT / folder / "SOURCE.md").read_text(encoding="utf-8")
        assert re.search("[Ll]icen|MIT|CC BY|public domain", text), folder
        for name in NAMES:
            if name.startswith(f"{folder}/") and not name.endswith(".toml"):
                assert name.rsplit("/", 1)[1] in text, name


# Columns are defined, not measured.
TABLES = [
    n
    for n in NAMES
    if n.endswith((".csv", ".parquet")) and not n.startswith("columns/")
]


def test_every_row_has_a_source():
    for name in TABLES:
        file = ROOT / name
        if name.endswith(".parquet"):
            source = pq.read_table(file, columns=["source"])["source"]
            assert source.null_count == 0, name
            assert all(map(str.strip, source.unique().to_pylist())), name
            continue
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert rows, name
        columns = [column for column in rows[0] if column.endswith("source")]
        assert columns, f"{name} has no source column"
        for number, row in enumerate(rows, start=2):
            for column in columns:
                assert (row[column] or "").strip(), f"{name} line {number}"


def test_every_structured_file_can_be_read():
    readers = {".toml": tomllib.loads, ".json": json.loads}
    for file in FILES:
        if file.suffix in readers:
            text = file.read_text(encoding="utf-8")
            assert readers[file.suffix](text), file


def test_path_names_a_missing_file():
    with pytest.raises(DataError, match="data verify"):
        datasets.path("elements/absent.csv")


def test_path_refuses_an_edited_file(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.csv").write_text("1")
    (tmp_path / "registry.toml").write_text(
        '[files."a/x.csv"]\nsha256 = "0"\n'
    )
    monkeypatch.setattr(datasets, "root", lambda: tmp_path)
    monkeypatch.setattr(datasets, "registry", datasets.registry.__wrapped__)
    assert datasets.verify() == {"a/x.csv": "changed"}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return the data folder of an installed package with two files."""
    folder = tmp_path / "_datasets"
    (folder / "a").mkdir(parents=True)
    digests = []
    for name in ("x", "y"):
        (folder / "a" / f"{name}.csv").write_text(f"b,c\n1,{name}\n")
        digests.append(datasets.sha256(folder / "a" / f"{name}.csv"))
    (folder / "registry.toml").write_text(
        f'[files."a/x.csv"]\nsha256 = "{digests[0]}"\n'
        f'[files."a/y.csv"]\nsha256 = "{digests[1]}"\n'
    )
    monkeypatch.delenv("MAGNETKIT_DATASETS", raising=False)
    monkeypatch.setattr(datasets, "_PACKAGE", tmp_path)
    monkeypatch.setattr(datasets, "root", datasets.root.__wrapped__)
    monkeypatch.setattr(datasets, "registry", datasets.registry.__wrapped__)
    monkeypatch.setattr(datasets, "_first_read", {})
    return folder


def test_an_installed_package_knows_its_files_by_their_hashes(installed):
    assert datasets.root() == installed
    files = [installed / "a" / name for name in ("x.csv", "y.csv")]
    assert datasets.path("a/x.csv") == files[0]
    assert datasets.rows("a/x.csv") == [{"b": "1", "c": "x"}]
    assert datasets.verify() == {"a/x.csv": "ok", "a/y.csv": "ok"}
    files[1].write_text("changed")
    with pytest.raises(DataError, match=r"'a/y.csv' is damaged; install"):
        datasets.path("a/y.csv")
    files[0].unlink()
    assert datasets.verify() == {"a/x.csv": "missing", "a/y.csv": "changed"}
    assert datasets.digests() == {"a/y.csv": datasets.sha256(files[1])}


def test_a_file_that_changes_after_it_was_read_is_told(installed):
    datasets.path("a/x.csv")
    (installed / "a" / "y.csv").write_text("never read")
    datasets.check_for_changes()
    file = installed / "a" / "x.csv"
    text = file.read_text()
    for change in (lambda: file.write_text("other"), file.unlink):
        change()
        with pytest.raises(DataError, match=r"'a/x.csv' was changed after"):
            datasets.check_for_changes()
    file.write_text(text)
    datasets.check_for_changes()


def test_a_checkout_has_its_data_beside_the_package(installed, monkeypatch):
    checkout = installed.rename(installed.with_name("datasets"))
    monkeypatch.setattr(datasets, "_PACKAGE", installed.parent / "package")
    assert datasets.root() == checkout
    # There, tables may be edited.
    (checkout / "a" / "x.csv").write_text("edited")
    assert datasets.path("a/x.csv").read_text() == "edited"
    (checkout / "registry.toml").unlink()
    with pytest.raises(DataError, match="no datasets folder beside"):
        datasets.root()
