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
    path.write_text("Fe\nCo\nNi\n", encoding="utf-8")
    sizes = [len(block.table) for block in read_blocks(path, 2)]
    assert sizes == [2, 1]
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


def test_each_block_has_some_rows_of_a_csv_file(tmp_path):
    path = tmp_path / "alloys.csv"
    path.write_text("composition\nSmCo5\nFe\nCo\n,\nNi\nMn\n")
    blocks = list(read_blocks(path, 2))
    assert [len(block.table) for block in blocks] == [2, 2, 1]
    assert [block.start for block in blocks] == [0, 2, 4]
    lines = [block.lines.tolist() for block in blocks]
    assert lines == [[2, 3], [4, 6], [7]]
    assert [len(block.rejected) for block in blocks] == [1, 0, 0]


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("a,b;c,d", ","),
        ("a;b;c,d", ";"),
        ("a\tb\tc;d", "\t"),
        # The first of equals; a single column has none.
        ("a,b;c", ","),
        ("a", ","),
    ],
)
def test_cells_are_parted_by_the_commonest_mark(tmp_path, header, delimiter):
    path = tmp_path / "alloys.csv"
    path.write_text(f"{header}\n")
    mark, names = _files._header(path, "utf-8")
    assert mark == delimiter
    assert names == header.split(delimiter)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("\nSmCo5\n", "the first line is blank; the header belongs there"),
        ("b,a,b,a\n1,2,3,4\n", "column 'a' stands twice in the header"),
        ("x" * (1 << 20), "first line is longer than 1,048,576 characters"),
    ],
)
def test_names_a_header_without_sense(tmp_path, content, says):
    path = tmp_path / "alloys.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=says):
        list(read_blocks(path, 10))


def test_names_a_line_that_fills_a_block(tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "_BLOCK_BYTES", 64)
    path = tmp_path / "alloys.csv"
    path.write_text("composition\nSmCo5\n" + "x" * 63 + "\n")
    assert _files._long_line(path).startswith("line 3 is longer than")
    path.write_text("composition\n" + ("x" * 62 + "\n") * 3)
    assert _files._long_line(path).startswith("a quoted cell runs over")


def test_repeated_texts_of_parquet_are_counted(tmp_path, monkeypatch):
    path = tmp_path / "alloys.parquet"
    columns = {"composition": ["SmCo5"] * 20, "n": list(range(20))}
    kinds = pa.array(["b", "a"] * 10).dictionary_encode()
    pq.write_table(pa.table(columns | {"kind": kinds}), path)
    assert _files._dictionary_columns(path) == ["composition"]
    (block,) = read_blocks(path, 20)
    assert block.table["kind"].to_pylist() == ["b", "a"] * 10
    assert pa.types.is_dictionary(block.table.schema.field("kind").type)
    pq.write_table(pa.table(columns), path)
    assert _files._dictionary_columns(path) == ["composition"]
    monkeypatch.setattr(_files, "LARGEST_BYTES", 100)
    (block,) = read_blocks(path, 20)
    assert block.table.schema.types == [pa.string(), pa.int64()]
    monkeypatch.setattr(_files, "LARGEST_BYTES", 99)
    with pytest.raises(
        InputError, match=r"'composition' take over .* 20 rows"
    ):
        list(read_blocks(path, 20))
    assert len(list(read_blocks(path, 19))) == 2


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"\xff\xfea\x00", "utf-16"),
        (b"\xfe\xff\x00a", "utf-16"),
        (b"\xef\xbb\xbfa", "utf-8-sig"),
        (b"a\xc3\xa9", "utf-8-sig"),
        (b"a\xe9", "cp1252"),
        (b"", "utf-8-sig"),
    ],
)
def test_an_encoding_is_told_by_its_bytes(tmp_path, content, encoding):
    path = tmp_path / "alloys.csv"
    path.write_bytes(content)
    assert _files._detect_encoding(path) == encoding


def test_what_is_no_table_is_refused_by_its_name(tmp_path):
    for name, says in (
        ("a.xlsb", "xlsb is not read; save it as .xlsx or .csv"),
        ("a.XLSM", "XLSM is not read"),
        ("a.json", r"ending in \.csv, \.tsv, \.txt, \.parquet, \.xlsx;"),
        ("a.tsv", "no such file"),
    ):
        with pytest.raises(InputError, match=says):
            _files.check_file(tmp_path / name)
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(InputError, match="is a folder, not a file"):
        _files.check_file(tmp_path / "b.csv")
    (tmp_path / "c.CSV").write_text("x")
    assert _files.check_file(tmp_path / "c.CSV") is None
