"""Which rows are in memory when a screening ends, and that they are those of the file."""

from importlib import import_module

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import magnetkit as mk
from magnetkit._core.errors import InputError
from magnetkit.choose.result import compact, spread_places
from magnetkit.run import _writing
from magnetkit.run._files import Place, RowsInMemory, StoredRows
from magnetkit.run._writing import rows_in_memory
from magnetkit.run.suggestion import suggest


def test_first_rows_stay_in_memory(monkeypatch):
    monkeypatch.setattr(_writing.ranked, "LEADING_ROWS", 3)
    monkeypatch.setattr(_writing.ranked, "SPREAD_ROWS", 4)
    # Rows by rank 1 to 9, the even ones without.
    place = np.array([9, 0, 1, 0, 2, 0, 8, 7, 6, 5, 4, 3])
    rows = rows_in_memory(place, 0)
    assert rows.tolist() == sorted(rows)
    assert {1, 2, 3} <= set(place[rows])
    assert set(spread_places(9, 4)) <= set(place[rows])
    assert 0 not in place[rows]
    # Where fewer than asked for have a rank, others stand in, the first of them first.
    assert np.flatnonzero(place == 0)[:2].tolist() == sorted(
        set(rows_in_memory(place, 11)) - set(rows)
    )


@pytest.mark.parametrize("n", [0, 1, 5, 20])
def test_spreads_places_from_first_to_last(n):
    places = spread_places(100, n)
    assert len(places) == len(set(places)) == n
    if n > 1:
        assert places[0] == 1
        assert places[-1] == 100
    assert spread_places(7, 20).tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_some_rows_of_a_file_of_many_groups(tmp_path):
    table = pa.table({"x": np.arange(50)})
    pq.write_table(table, tmp_path / "x.parquet", row_group_size=7)
    rows = np.array([0, 6, 7, 20, 49])
    pq.write_table(table.slice(9), tmp_path / "y.parquet", row_group_size=20)
    file_rows = StoredRows(
        Place.of(tmp_path), {"x.parquet": "", "y.parquet": ""}
    )
    assert file_rows.take(rows)["x"].to_pylist() == rows.tolist()
    assert file_rows.take(np.array([3, 49, 50, 80]))["x"].to_pylist() == [
        3,
        49,
        9,
        39,
    ]
    assert len(file_rows.take(rows[:0])) == 0
    some = RowsInMemory(rows, table.take(pa.array(rows)))
    assert some.has(np.array([6, 49]))
    assert not some.has(np.array([6, 8]))
    assert some.take(np.array([7, 49]))["x"].to_pylist() == [7, 49]


def test_compact_drops_unused_texts():
    texts = pa.array(["a", "b", None, "c"]).dictionary_encode()
    table = pa.table({"t": texts, "x": [1.0, 2.0, 3.0, 4.0]})
    joint = pa.concat_tables([table.take([3, 2]), table.take([1])])
    result = compact(joint)
    assert result.to_pylist() == joint.to_pylist()
    assert result.schema == joint.schema
    assert [c.num_chunks for c in result.columns] == [1, 1]
    assert result["t"].chunk(0).dictionary.to_pylist() == ["c", "b"]
    assert compact(table.slice(0, 0)).num_rows == 0


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A screening of many rows as it is written by default, and with all columns."""
    folder = tmp_path_factory.mktemp("many")
    path = folder / "alloys.csv"
    lines = [f"Nd{2 - k / 100:.2f}Dy{k / 100:.2f}Fe14B,{k}" for k in range(60)]
    path.write_text(
        "\n".join(["composition,batch", *lines, "Nd??,60"]), encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("magnetkit.run.screen"), "MANY_ROWS", 50)
        for name, rows in (
            ("TOP_ROWS", 5),
            ("LEADING_ROWS", 20),
            ("SPREAD_ROWS", 10),
        ):
            patch.setattr(_writing.ranked, name, rows)
        device = "energy-traction-motor"
        some = mk.screen(path, device, out=folder / "some", chunk_rows=16)
        whole = mk.screen(
            path, device, out=folder / "whole", chunk_rows=16, all_columns=True
        )
    return folder, some, whole


def test_first_rows_have_every_column(both):
    folder, some, whole = both
    candidates = import_module("magnetkit.run._candidates").FileCandidates(
        folder / "alloys.csv"
    )
    assert [candidates.exceeds(rows) for rows in (60, 61)] == [True, False]
    names = some.source.column_names
    full = whole.table
    assert len(names) < 0.5 * len(full.columns)
    assert names == pq.read_schema(folder / "some" / "ranked.parquet").names
    pd.testing.assert_frame_equal(
        some.table, full[names], check_exact=True, check_categorical=False
    )
    pd.testing.assert_frame_equal(
        some.best(20), whole.best(20), check_categorical=False
    )
    assert some.manifest["decisions"] == whole.manifest["decisions"]
    csv = pd.read_csv(folder / "some" / "ranked.csv")
    assert len(csv) == 20
    assert list(csv.columns) == list(full.columns)


def test_readers_work_with_the_stored_columns(both):
    folder, some, _ = both
    result = type(some).from_folder(folder / "some")
    assert result.report(folder / "report.html").exists()
    assert len(result.robustness(pool=5)) == 5
    assert len(suggest(folder / "some", 1)) == 1
    with pytest.raises(InputError, match="--all-columns"):
        result.select(["curie_temperature_K"])
