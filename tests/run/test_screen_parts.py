"""How large a screening is, where it goes, and in which order its pieces are done."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.run import _work
from magnetkit.run._candidates import (
    FileCandidates,
    SpaceCandidates,
    TableCandidates,
)
from magnetkit.run._store import Memory

SCREEN = import_module("magnetkit.run.screen")


@pytest.mark.parametrize(
    ("rows", "keep", "is_large"),
    [
        (100_000, None, False),
        (100_001, None, True),
        (10**9, 100_000, False),
        (10**9, 100_001, True),
        (None, None, False),
    ],
)
def test_more_than_a_hundred_thousand_rows_are_large(rows, keep, is_large):
    source = SimpleNamespace(count=lambda: rows)
    assert SCREEN._is_large(source, keep) is is_large


def test_a_file_is_large_if_it_exceeds_that(tmp_path, monkeypatch):
    monkeypatch.setattr(SCREEN, "MANY_ROWS", 2)
    path = tmp_path / "a.csv"
    path.write_text("composition\nSmCo5\nPrCo5\n")
    assert not SCREEN._is_large(FileCandidates(path), None)
    with path.open("a") as stream:
        stream.write("YCo5\n")
    assert SCREEN._is_large(FileCandidates(path), None)


def test_a_space_beyond_all_memory_keeps_its_best(monkeypatch):
    monkeypatch.setattr(SCREEN, "MOST_ROWS", 4)
    space = mk.substitutions("SmCo5", {"Sm": ["Gd"]}, step=0.25)
    large = SpaceCandidates([space])
    assert SCREEN.count_kept_rows(None, large) == 100_000
    assert SCREEN.count_kept_rows(7, large) == 7
    small = SpaceCandidates([mk.substitutions("SmCo5", {"Sm": ["Gd"]}, 0.5)])
    assert SCREEN.count_kept_rows(None, small) is None
    table = TableCandidates(mk.CompositionTable.from_strings(["SmCo5"] * 5))
    assert SCREEN.count_kept_rows(None, table) is None
    with pytest.raises(InputError, match="keep must be a whole number"):
        SCREEN.count_kept_rows(0, table)


def test_results_go_to_a_folder_a_url_or_nowhere(tmp_path):
    assert SCREEN._results_place(None, False) is None
    place = SCREEN._results_place(str(tmp_path / "x"), False)
    assert place == tmp_path / "x"
    assert isinstance(place, Path)
    for odd in ("", "  ", "a\0b", 5):
        with pytest.raises(InputError, match="leave it out to keep them in"):
            SCREEN._results_place(odd, False)


def test_ranks_of_a_table_stay():
    extra = pa.table({_work.GIVEN_RANK: [2, 1]})
    ranks = SCREEN._given_ranks(SimpleNamespace(extra=extra))
    assert ranks.tolist() == [2, 1]
    assert ranks.dtype == np.int64
    for nothing in (None, pa.table({"a": [1]})):
        assert SCREEN._given_ranks(SimpleNamespace(extra=nothing)) is None
    assert SCREEN._given_ranks(object()) is None


class Finished(Memory):
    """A store that has the second of all pieces already."""

    def chunk(self, number):
        return (10, 2) if number == 1 else None


def test_pieces_that_are_finished_are_not_done_again(monkeypatch):
    def results(pool, work, numbered):
        for number, piece in numbered:
            yield number, _work.Part(piece, b"", b"", 1, None)

    monkeypatch.setattr(SCREEN, "iterate_results", results)
    progress = []
    store = Finished()
    counts = SCREEN._run_pieces(
        [3, 4, 5], None, store, None, progress.append, False
    )
    assert counts == (18, 4)
    assert progress == [3, 13, 18]
    assert sorted(store._parts) == [("chunk", 0), ("chunk", 2)]
