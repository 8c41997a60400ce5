"""Which rows are written, kept in memory and named, from plain tables."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from magnetkit.errors import InputError

from magnetkit.alloy._blocks import Rejected
from magnetkit.run import _writing
from magnetkit.run._store import Memory


def test_copies_are_those_of_the_first_pass_or_of_the_choices():
    choices = SimpleNamespace(counts={"a": 3})
    assert _writing._count_copies({}, choices) == {"a": 3}
    assert _writing._count_copies({}, None) == {}
    summary = {"sieve": {"copies": {"b": 5}}}
    assert _writing._count_copies(summary, choices) == {"b": 5}


def test_decisions_beyond_the_kept_ranks_have_none():
    decisions = [{"rank": rank} for rank in (None, 5, 6, 7)]
    _writing._drop_ranks_beyond(6, decisions)
    assert [one["rank"] for one in decisions] == [None, 5, 6, None]


def test_no_candidate_says_the_first_reason():
    _writing.refuse_nothing(Memory(), 1)
    with pytest.raises(InputError, match="there is no candidate; give at"):
        _writing.refuse_nothing(Memory(), 0)
    store = Memory()
    lines = [Rejected(3, "Xx", "no element"), Rejected(5, "y", "z")]
    store.rejected = lambda: iter(lines)
    with pytest.raises(InputError) as error:
        _writing.refuse_nothing(store, 0)
    assert str(error.value) == (
        "no candidate could be read; the first of 2, line 3 ('Xx'): no element"
    )


def test_the_short_table_has_first_ranks_or_some_without(monkeypatch):
    monkeypatch.setattr(_writing.ranked, "TOP_ROWS", 4)
    place = np.array([0, 3, 1, 0, 2, 0, 5, 4])
    assert _writing._leading(place, 3).tolist() == [0, 1, 2, 4]
    assert _writing._leading(place, 5).tolist() == [1, 2, 4, 6, 7]
    assert _writing._leading(np.zeros(6, int), 3).tolist() == [0, 1, 2, 3]


def test_rows_in_memory_lead_and_are_spread(monkeypatch):
    monkeypatch.setattr(_writing.ranked, "LEADING_ROWS", 2)
    monkeypatch.setattr(_writing.ranked, "SPREAD_ROWS", 3)
    place = np.array([0, 9, 1, 0, 2, 3, 4, 5, 6, 7, 8])
    rows = _writing.rows_in_memory(place, 5)
    # Ranks 1 and 2, and three from the first to the last.
    assert {1, 2} <= set(place[rows])
    assert place[rows].max() == 9
    assert rows.tolist() == sorted(rows)
    assert 0 not in place[rows]
    few = _writing.rows_in_memory(np.array([0, 1, 0, 0]), 3)
    assert few.tolist() == [0, 1, 2]


def test_some_rows_are_noted_while_tables_pass():
    tables = [pa.table({"n": [0, 1, 2]}), pa.table({"n": [3]})]
    tables.append(pa.table({"n": [4, 5]}))
    noted = []
    progress = []
    rows = np.array([1, 2, 5])
    watched = _writing._watch_tables(
        tables, rows, noted, 6, lambda *done: progress.append(done)
    )
    assert [table.num_rows for table in watched] == [3, 1, 2]
    assert [table["n"].to_pylist() for table in noted] == [[1, 2], [], [5]]
    assert progress == [(3, 6), (4, 6), (6, 6)]


def test_tasks_are_of_chunks_that_are_needed():
    store = SimpleNamespace(
        digests=lambda: {0: ("a", 3), 2: ("c", 2), 3: ("d", 4)}
    )
    crew = SimpleNamespace(pieces=lambda: iter("PQRS"))
    asked = []

    def needed(start, stop):
        asked.append((start, stop))
        return None if start == 3 else f"rows {start}"

    tasks = list(_writing._tasks(store, crew, needed))
    assert asked == [(0, 3), (3, 5), (5, 9)]
    assert tasks == [(0, "P", "a", "rows 0"), (3, "S", "d", "rows 5")]
