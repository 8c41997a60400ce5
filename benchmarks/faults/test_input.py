"""Short runs of the campaign on bad input; `make test-faults` runs the long ones."""

import csv
import time
from pathlib import Path

import pyarrow as pa
import pytest
from magnetkit.errors import DataError, StoreError

from benchmarks.faults import (
    input_files,
    long_lines,
    user_tables,
)
from magnetkit import screen
from magnetkit._core._files import plain_cell
from magnetkit.alloy import CompositionTable
from magnetkit.features._tables import featurize
from magnetkit.run.screen import ScreenResult


def test_bad_files_are_refused_in_words(tmp_path):
    with input_files.kinds(tmp_path) as kinds:
        faults = [
            fault
            for kind in kinds
            for fault in input_files.run(kind, 60, seed=3).faults
        ]
    assert faults == []


def test_bad_tables_of_magnets_parts_fields_and_mills_are_refused_in_words(
    tmp_path,
):
    with user_tables.kinds(tmp_path) as kinds:
        results = [input_files.run(kind, 60, seed=3) for kind in kinds]
    assert [fault for figures in results for fault in figures.faults] == []
    assert sum(figures.accepted for figures in results) > 10


@pytest.mark.parametrize("name", long_lines.cases(1))
def test_lines_of_ten_million_characters_and_other_encodings(
    tmp_path: Path, name: str
):
    content, expected = long_lines.cases()[name]
    start = time.perf_counter()
    text = long_lines.read(tmp_path, name, content)
    assert expected in text
    assert len(text) < 300
    # Half a second where nothing else runs.
    assert time.perf_counter() - start < 10.0


def test_bytes_that_are_no_text_cost_their_row_alone():
    raw = [b"SmCo5", b"Nd2\xe2", b"\x80", b"Fe\xf0", b"Nd2Fe14B"]
    offsets = pa.py_buffer(
        b"".join(
            len(b"".join(raw[:i])).to_bytes(4, "little") for i in range(6)
        )
    )
    column = pa.Array.from_buffers(
        pa.string(), 5, [None, offsets, pa.py_buffer(b"".join(raw))]
    )
    table = CompositionTable.from_arrow(column)
    assert table.row_index.tolist() == [0, 4]
    assert [e.position for e in table.errors] == [3, 0, 2]


HOSTILE = (
    "=SmCo5",
    "\tNd2Fe14B",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "-2+3",
    "+1+1",
    "'=SmCo5",
)


def test_no_exported_cell_is_run_by_a_spreadsheet(tmp_path):
    source = tmp_path / "alloys.csv"
    with source.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(["composition", "=note"])
        out.writerows(
            [text, f"={i}"] for i, text in enumerate((*HOSTILE, "SmCo5"))
        )
    result = screen(source, "f22-engine", out=tmp_path / "out")
    featurize(source, tmp_path / "features.csv")
    files = [
        "out/ranked.csv",
        "out/rejected.csv",
        "features.csv",
        "features.rejected.csv",
    ]
    texts = []
    for name in files:
        with (tmp_path / name).open(newline="", encoding="utf-8") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        for cell in cells:
            if cell[:1] in tuple("=+-@\t\r\n"):
                float(cell)
        texts += map(plain_cell, cells)
    assert set(HOSTILE) <= set(texts)
    again = ScreenResult.from_folder(tmp_path / "out")
    assert again.rejected == result.rejected


def test_refuses_an_edited_results_folder(tmp_path):
    screen(["SmCo5"], "f22-engine", out=tmp_path)
    table = tmp_path / "ranked.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"!")
    with pytest.raises(StoreError, match="hash differs"):
        ScreenResult.from_folder(tmp_path)


def test_a_snapshot_names_no_file_outside_its_folder(tmp_path):
    import json

    from magnetkit.phases import read_snapshot

    outside = tmp_path / "outside"
    outside.write_text("x")
    folder = tmp_path / "snapshot"
    folder.mkdir()
    files = {"entries.parquet": "0" * 64, "../outside": "0" * 64}
    content = {
        "format": "magnetkit phases 1",
        "files": dict(reversed(files.items())),
    }
    (folder / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match="no file of a snapshot"):
        read_snapshot(folder)
