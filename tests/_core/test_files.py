"""Files are written whole or not at all, and no spreadsheet runs what is in them."""

import csv
import errno
import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from magnetkit.errors import InputError

from magnetkit._core import _files
from magnetkit._core._files import (
    plain_cell,
    replacing,
    safe_cell,
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
        (OSError(errno.ENOSPC, "No space left on device"), "free some space"),
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
        {"host": pa.array(["1:5", "1:5"]).dictionary_encode(), "x": [1.0, None]}
    )
    digest = write_parquet(
        [table, table.slice(1)], table.schema, tmp_path / "t.parquet"
    )
    assert (
        digest
        == hashlib.sha256((tmp_path / "t.parquet").read_bytes()).hexdigest()
    )
    got = pq.read_table(tmp_path / "t.parquet")
    assert got["x"].to_pylist() == [1.0, None, None]
    assert got["host"].to_pylist() == ["1:5"] * 3


def test_only_sorted_columns_carry_their_smallest_and_largest_value(tmp_path):
    table = pa.table({"rank": [3, 1, 2], "x": [1.0, 2.0, 3.0]})
    write_parquet([table], table.schema, tmp_path / "t.parquet")
    group = pq.ParquetFile(tmp_path / "t.parquet").metadata.row_group(0)
    statistics = group.column(0).statistics
    assert (statistics.min, statistics.max) == (1, 3)
    assert group.column(1).statistics is None


def test_csv_is_utf8_with_safe_cells(tmp_path):
    _files.write_csv(
        ["=a", "b"], [["Sm\u2082", None], ["-1", "@x"]], tmp_path / "t.csv"
    )
    text = (tmp_path / "t.csv").read_bytes().decode("utf-8")
    assert list(csv.reader(text.splitlines())) == [
        ["'=a", "b"],
        ["Sm\u2082", ""],
        ["-1", "'@x"],
    ]


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
