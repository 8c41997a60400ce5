"""Reading a user's table, whatever is wrong with it."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from magnetkit.errors import InputError

from magnetkit.alloy import _files
from magnetkit.alloy._blocks import Rejected
from magnetkit.alloy._files import read_blocks


def _all(path, size=1000):
    blocks = list(read_blocks(path, size))
    rows = [row for block in blocks for row in block.table.to_pylist()]
    lines = [int(line) for block in blocks for line in block.lines]
    return rows, lines, [r for block in blocks for r in block.rejected]


def test_csv_keeps_other_columns_and_line_numbers(tmp_path):
    path = tmp_path / "alloys.csv"
    path.write_text(
        "composition,heat\nSmCo5,007\nNd2Fe14B,8\n", encoding="utf-8"
    )
    rows, lines, rejects = _all(path)
    assert rows == [
        {"composition": "SmCo5", "heat": "007"},
        {"composition": "Nd2Fe14B", "heat": "8"},
    ]
    assert (lines, rejects) == ([2, 3], [])


def test_rejects_a_line_of_too_many_cells(tmp_path):
    path = tmp_path / "alloys.csv"
    path.write_text(
        "composition,heat\nSmCo5,1\nNd30,Fe bal.,2\n\nCeCo5,3\n",
        encoding="utf-8",
    )
    rows, lines, rejects = _all(path)
    assert [r["composition"] for r in rows] == ["SmCo5", "CeCo5"]
    assert lines == [2, 5]
    assert [(r.line, "quote" in r.reason) for r in rejects] == [(3, True)]


def test_quoted_line_ends_count_as_lines(tmp_path):
    path = tmp_path / "alloys.csv"
    path.write_text(
        'composition,x\nSmCo5,"a\nb\nc"\n1,2,3\nCeCo5,2\n\nYCo5,3\n9,9,9\n'
    )
    rows, lines, rejects = _all(path)
    assert [r["composition"] for r in rows] == ["SmCo5", "CeCo5", "YCo5"]
    assert lines == [2, 6, 8]
    assert [r.line for r in rejects] == [5, 9]


def test_lines_are_counted_on_from_piece_to_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "_BLOCK_BYTES", 64)
    path = tmp_path / "alloys.csv"
    # A bad row of two lines behind two good ones, and two bad ones at the end.
    part = 'SmCo5,1\nSmCo5,2\n1,"2\n",3\n'
    path.write_text("composition,heat\n" + part * 20 + "4,5,6\n")
    rows, lines, rejects = _all(path)
    assert len(rows) == 40
    assert lines[::2] == list(range(2, 82, 4))
    assert lines[1::2] == list(range(3, 82, 4))
    assert [r.line for r in rejects] == [*range(4, 82, 4), 82]


@pytest.mark.parametrize(
    "content",
    ["composition;x\r\nSmCo5;1\r\n", "\ufeffcomposition\tx\nSmCo5\t1\n"],
)
def test_reads_semicolons_tabs_and_byte_order_marks(tmp_path, content):
    path = tmp_path / "alloys.csv"
    path.write_text(content, encoding="utf-8", newline="")
    rows, _, rejects = _all(path)
    assert rows == [{"composition": "SmCo5", "x": "1"}]
    assert rejects == []


def test_blocks_join_up(tmp_path):
    path = tmp_path / "alloys.parquet"
    bytes_ = pa.array([b"Sm\xffCo5"] * 25, pa.binary()).view(pa.string())
    pq.write_table(pa.table({"composition": bytes_}), path)
    blocks = list(read_blocks(path, 10))
    assert [b.start for b in blocks] == [0, 10, 20]
    lines = [line for b in blocks for line in b.lines.tolist()]
    assert lines == list(range(1, 26))
    texts = [text for b in blocks for text in b.table[0].to_pylist()]
    assert texts == ["Sm\ufffdCo5"] * 25


def test_text_is_one_recipe_a_line(tmp_path):
    path = tmp_path / "alloys.txt"
    path.write_text("SmCo5\n\n  Nd2Fe14B \n", encoding="utf-8")
    rows, lines, _ = _all(path)
    assert [r["composition"] for r in rows] == ["SmCo5", "Nd2Fe14B"]
    assert lines == [1, 3]
    blocks = list(read_blocks(path, 1))
    assert [block.start for block in blocks] == [0, 1]
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="no row below its header"):
        list(read_blocks(path, 1))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.xlsx", b"PK", "is no Excel workbook.*save it"),
        ("a.ods", b"PK", r"save it as \.xlsx or \.csv"),
        ("a.numbers", b"PK", r"save it as \.xlsx or \.csv"),
        ("a.csv", b"composition\nSm\x81Co5\n", "UTF"),
        ("a.parquet", b"not parquet at all", "cannot be read"),
        ("a.csv", b"x,x\n1,2\n", "stands twice"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        _all(path)


def test_suffixes_in_capitals_are_read(tmp_path):
    path = tmp_path / "ALLOYS.CSV"
    path.write_text("composition\nSmCo5\n", encoding="utf-8")
    assert _all(path)[0] == [{"composition": "SmCo5"}]


def test_shortens_a_rejected_text_to_a_thousand_characters():
    assert Rejected(3, "x" * 1000, "too long").text == "x" * 1000
    assert Rejected(3, "x" * 5000, "too long").text == "x" * 997 + "..."


def test_reads_cells_of_several_lines_across_pieces(tmp_path, monkeypatch):
    notes = [f'"melt {i}\nsecond line, of {i}"' for i in range(60)]
    file = tmp_path / "alloys.csv"
    lines = [
        f"Sm{1 - i / 100:g}Gd{i / 100:g}Co5,{note}"
        for i, note in enumerate(notes)
    ]
    file.write_text("\n".join(["composition,note", *lines]), encoding="utf-8")
    whole = [block.table for block in read_blocks(file, 1000)]
    monkeypatch.setattr(_files, "_BLOCK_BYTES", 256)
    pieces = list(read_blocks(file, 1000))
    assert len(pieces) > 3
    assert not any(piece.rejected for piece in pieces)
    table = pa.concat_tables([piece.table for piece in pieces])
    assert table.to_pydict() == pa.concat_tables(whole).to_pydict()
    assert table["note"].to_pylist() == [note.strip('"') for note in notes]
    # Each row is known by the line it begins in: two lines a row after the header.
    assert [n for piece in pieces for n in piece.lines.tolist()] == [
        2 + 2 * i for i in range(60)
    ]
