"""Which rows are in memory when a screening ends, and that they are those of the file."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from magnetkit.ranking.result import compact, spread_places
from magnetkit.run import _writing
from magnetkit.run._files import Place, RowsInMemory, StoredRows
from magnetkit.run._writing import rows_in_memory


def test_the_first_and_some_of_the_rest_stay_in_memory(monkeypatch):
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
def test_places_are_spread_from_the_first_to_the_last(n):
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
    stored = StoredRows(Place.of(tmp_path), {"x.parquet": "", "y.parquet": ""})
    assert stored.take(rows)["x"].to_pylist() == rows.tolist()
    assert stored.take(np.array([3, 49, 50, 80]))["x"].to_pylist() == [3, 49, 9, 39]
    assert len(stored.take(rows[:0])) == 0
    some = RowsInMemory(rows, table.take(pa.array(rows)))
    assert some.has(np.array([6, 49]))
    assert not some.has(np.array([6, 8]))
    assert some.take(np.array([7, 49]))["x"].to_pylist() == [7, 49]


def test_compact_keeps_rows_and_drops_texts_that_none_has():
    texts = pa.array(["a", "b", None, "c"]).dictionary_encode()
    table = pa.table({"t": texts, "x": [1.0, 2.0, 3.0, 4.0]})
    both = pa.concat_tables([table.take([3, 2]), table.take([1])])
    found = compact(both)
    assert found.to_pylist() == both.to_pylist()
    assert found.schema == both.schema
    assert [c.num_chunks for c in found.columns] == [1, 1]
    assert found["t"].chunk(0).dictionary.to_pylist() == ["c", "b"]
    assert compact(table.slice(0, 0)).num_rows == 0
