"""Files are written whole or not at all, and no spreadsheet runs what is in them."""

import csv
import errno
import hashlib
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from magnetkit.errors import InputError

from magnetkit._core import _files
from magnetkit._core._files import (
    describe_no_file,
    is_sealed,
    is_url,
    parquet_bytes,
    plain_cell,
    replace_file,
    replacing,
    safe_cell,
    seal,
    write_parquet,
)


def test_failing_write_keeps_the_old_file(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("before")

    def half():
        with replacing(file) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert file.read_text() == "before"
    with replacing(file) as temporary:
        temporary.write_text("after")
        assert file.read_text() == "before"
    assert file.read_text() == "after"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    ("error", "way_out"),
    [
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "free some space"),
        (OSError("No space left on device"), "free some space"),
        (
            PermissionError(errno.EACCES, "Permission denied"),
            "choose another place",
        ),
    ],
)
def test_a_failure_says_the_way_out(tmp_path, error, way_out):
    with (
        pytest.raises(InputError, match=way_out),
        replacing(tmp_path / "a.txt"),
    ):
        raise error


def test_tables_of_one_schema_follow_each_other(tmp_path):
    table = pa.table(
        {
            "host": pa.array(["1:5", "1:5"]).dictionary_encode(),
            "x": [1.0, None],
        }
    )
    digest = write_parquet(
        [table, table.slice(1)], table.schema, tmp_path / "t.parquet"
    )
    assert (
        digest
        == hashlib.sha256((tmp_path / "t.parquet").read_bytes()).hexdigest()
    )
    assert pq.read_table(pa.BufferReader(parquet_bytes(table))).equals(table)
    got = pq.read_table(tmp_path / "t.parquet")
    assert got["x"].to_pylist() == [1.0, None, None]
    assert got["host"].to_pylist() == ["1:5"] * 3


def test_columns_carry_what_readers_use(tmp_path):
    """Sorted ones their extremes, texts that repeat a dictionary."""
    words = pa.array(["a", "b", "a"]).dictionary_encode()
    table = pa.table({"rank": [3, 1, 2], "x": [1.0, 2.0, 3.0], "w": words})
    write_parquet([table], table.schema, tmp_path / "t.parquet")
    group = pq.ParquetFile(tmp_path / "t.parquet").metadata.row_group(0)
    statistics = group.column(0).statistics
    assert (statistics.min, statistics.max) == (1, 3)
    assert group.column(1).statistics is None
    encodings = [set(group.column(k).encodings) for k in (1, 2)]
    has_dictionary = ["RLE_DICTIONARY" in names for names in encodings]
    assert has_dictionary == [False, True]


def test_csv_is_utf8_with_safe_cells(tmp_path):
    for name, mark in (("t.csv", ","), ("t.TSV", "\t")):
        _files.write_csv(
            ["=a", "b"], [["Sm\u2082", None], ["-1", "@x"]], tmp_path / name
        )
        text = (tmp_path / name).read_bytes().decode("utf-8")
        rows = ["'=a", "b"], ["Sm\u2082", ""], ["-1", "'@x"]
        assert text == "".join(f"{mark.join(row)}\n" for row in rows)


def test_writes_a_table_of_any_types_with_safe_cells(tmp_path):
    texts = pa.array(["=x", None])
    numbers = [0.1 + 0.2, 6.972002820535743e-06]
    columns = [
        texts,
        texts.cast(pa.large_string()),
        texts.dictionary_encode(),
        [[1], None],
    ]
    _files.write_csv_table(
        pa.table([*columns, numbers], [*"abl=f"]), tmp_path / "t"
    )
    rows = list(csv.reader((tmp_path / "t").read_text("utf-8").splitlines()))
    first, second, third = (row[:4] for row in rows)
    assert first == ["a", "b", "l", "'="]
    assert second == ["'=x"] * 3 + ["[1]"]
    assert third == [""] * 4
    assert [float(row[4]) for row in rows[1:]] == numbers


def test_quotes_cells_that_a_spreadsheet_would_run():
    cells = map(safe_cell, ("=1+1", "SmCo5", -0.5, "-0.5", "-2+3"))
    assert list(cells) == ["'=1+1", "SmCo5", -0.5, "-0.5", "'-2+3"]


@given(st.text(alphabet="=+-@\t\r\n'1.eA\"", max_size=6))
def test_cells_come_back_as_they_were(text):
    cell = safe_cell(text)
    assert plain_cell(cell) == text
    if cell[:1] in "=+-@\t\r\n" and cell:
        float(cell)


def test_names_what_lies_in_place_of_a_file(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    ring = tmp_path / "ring"
    ring.symlink_to(ring)
    lost = tmp_path / "lost"
    lost.symlink_to(tmp_path / "none")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    kinds = {
        file: "",
        tmp_path / "none": "",
        tmp_path: "a folder",
        ring: "a ring of links",
        lost: "a link to nothing",
        pipe: "a pipe",
        Path("/dev/null"): "a device",
    }
    for path, kind in kinds.items():
        assert describe_no_file(path) == kind
    with (
        pytest.raises(OSError, match="it is a pipe, not a file"),
        replace_file(pipe),
    ):
        pass
    link = tmp_path / "link"
    link.symlink_to(file)
    with replace_file(link) as temporary:
        assert temporary.parent == tmp_path
        temporary.write_text("new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert not temporary.exists()


@pytest.mark.parametrize(
    ("text", "is_a_url"),
    [("s3://bucket/run", True), ("results", False), (Path("a://b"), False)],
)
def test_a_url_names_a_place_elsewhere(text, is_a_url):
    assert is_url(text) is is_a_url


def test_a_page_that_was_changed_is_not_sealed(tmp_path):
    file = tmp_path / "page.html"
    page = seal("<p>é</p>\n")
    file.write_text(page, encoding="utf-8", newline="\n")
    assert page.startswith("<p>é</p>\n<!-- magnetkit sha256 ")
    assert is_sealed(file)
    for other in (
        page.replace("é", "e"),
        page + "more",
        "<p>",
        page.replace("sha256 ", "sha256  "),
    ):
        file.write_text(other, encoding="utf-8", newline="\n")
        assert not is_sealed(file)
    assert not is_sealed(tmp_path / "none")
