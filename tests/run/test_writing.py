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
    places = [chunk[3] for chunk in _writing._chunks(store, crew)]
    assert places == [slice(0, 3), slice(3, 5), slice(5, 9)]
    rows = np.array([1, 2, 5, 8])
    first, last = _writing._row_tasks(store, crew, rows)
    assert first[:3] == (0, "P", "a")
    assert first[3].tolist() == [1, 2]
    assert last[:3] == (3, "S", "d")
    assert last[3].tolist() == [0, 3]
