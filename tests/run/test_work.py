"""A piece of a screening: what is judged, what is left out, which models were asked."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
from magnetkit.errors import DataError, InputError, StoreError

from magnetkit import applications, datasets
from magnetkit.alloy._blocks import Rejected
from magnetkit.choose._job import make_job
from magnetkit.run import _work
from magnetkit.run._candidates import Chunk, FileCandidates
from magnetkit.run._files import file_digest
from magnetkit.run._work import decode, dependencies, evaluate_piece
from tests.recipes import make_table

BAD = Rejected(7, "??", "no element")


def evaluate_recipes(*recipes, rejected=()):
    table = make_table(*recipes)
    chunk = Chunk(
        table, pa.array(list(recipes), pa.string()), rejected=list(rejected)
    )
    return evaluate_piece(
        (3, lambda: chunk), make_job(applications.load("f22-engine"))
    )


def test_piece_names_its_models():
    number, part = evaluate_recipes("SmCo5", "Sm2Co17")
    assert (number, part.rows, part.lines, part.first) == (3, 2, 0, None)
    assert "curie_temperature_K" in part.models
    assert all(len(digest) == 64 for digest in part.models.values())
    assert decode(part.table)["candidate"].to_pylist() == ["SmCo5", "Sm2Co17"]


def test_piece_of_bad_lines_asks_no_model():
    number, part = evaluate_recipes(
        rejected=[BAD, Rejected(8, "x", "no amount")]
    )
    assert (number, part.rows, part.lines, part.first) == (3, 0, 2, BAD)
    assert part.table == b""
    assert part.models == {}
    assert decode(part.rejected)["line"].to_pylist() == [7, 8]


def test_refuses_a_missing_file_before_work():
    with pytest.raises(InputError, match=r"absent\.csv"):
        FileCandidates(Path("absent.csv"))


def test_answers_use_the_tables_of_the_start(monkeypatch):
    def raise_data_error():
        raise DataError("was changed")

    monkeypatch.setattr(datasets, "check_for_changes", raise_data_error)
    with pytest.raises(DataError, match="was changed"):
        dependencies(make_job(applications.load("f22-engine")))


def test_values_that_differ_are_named_by_their_path():
    before = {"versions": {"numpy": "1", "scipy": "2"}, "a": 5}
    now = {"versions": {"numpy": "1", "scipy": "3"}, "b": [1]}
    assert list(_work.differences(before, now)) == [
        "a 5 there, null here",
        "b null there, [1] here",
        'versions scipy "2" there, "3" here',
    ]
    long = _work.differences({"x": "y" * 60}, {"x": "ä"})
    assert list(long) == ['x "yyyyyyyyyyy... there, "ä" here']
    assert list(_work.differences(before, before)) == []
    assert list(_work.differences(1, 2)) == ["1 there, 2 here"]


def test_a_table_survives_in_memory_with_columns_in_any_order():
    table = pa.table({"a": [1, 2], "b": ["x", None], "c": [0.5, 1.5]})
    content = _work.encode(table)
    assert _work.decode(content).equals(table)
    some = _work.decode(content, ["c", "a"])
    assert some.to_pydict() == {"c": [0.5, 1.5], "a": [1, 2]}


def test_a_part_is_written_under_the_name_of_its_chunk():
    written = {}
    place = SimpleNamespace(put=written.__setitem__)
    part = _work.Part(5, b"table", b"", 0, None, files={"x": "y"})
    stored = _work.put_part(7, part, place, "chunk")
    assert written == {"chunk-000007.arrow": b"table"}
    assert stored.table == b""
    assert set(stored.files) == {"x", "chunk-000007.arrow"}
    assert part.files == {"x": "y"}
    bad = replace(part, table=b"", rejected=b"lines")
    _work.put_part(7, bad, place, "first")
    assert written["first-000007.rejected.arrow"] == b"lines"


def test_rejected_lines_come_back_as_they_were():
    lines = [Rejected(3, "Xx", "no element"), Rejected(5, "y", "z")]
    part = _work._part(9, None, lines)
    assert (part.rows, part.lines, part.table) == (9, 2, b"")
    assert part.first == lines[0]
    table = _work.decode(part.rejected)
    assert list(_work.rejected_lines(table)) == lines
    none = _work._part(2, pa.table({"a": [1, 2]}), [])
    assert (none.lines, none.rejected, none.first) == (0, b"", None)
    assert _work.decode(none.table).num_rows == 2


def test_the_first_rows_and_the_best_of_each_decision_lead(monkeypatch):
    monkeypatch.setattr(_work, "BEST", 1)
    inf = float("inf")
    texts = pa.array(["a", "a", "b", "b", "a", "b"]).dictionary_encode()
    table = pa.table(
        {
            "row": [0, 1, 2, 3, 4, 5],
            "meets": [True, True, False, True, False, False],
            "by": [3.0, 1.0, 0.1, 2.0, 0.2, 0.3],
            "loss": [1.0, 2.0, 5.0, 3.0, inf, 4.0],
            "hash": [6, 5, 4, 3, 2, 1],
            "decision": texts,
        }
    )
    assert _work.leading(table, 6) is table
    # First by meeting and the least `by`; then the least loss of each.
    one = _work.leading(table, 1)["row"].to_pylist()
    assert one == [0, 1, 3, 5]
    three = _work.leading(table, 3)["row"].to_pylist()
    assert three == [0, 1, 3, 5]
    four = _work.leading(table, 4)["row"].to_pylist()
    assert four == [0, 1, 2, 3, 5]


def test_a_damaged_chunk_is_made_again_or_refused():
    table = pa.table({"a": [1, 2]})
    content = _work.encode(table)
    digest = file_digest(content)
    kept = {"chunk-000004.arrow": content}
    place = SimpleNamespace(
        get=lambda name: kept[name],
        put=kept.__setitem__,
        path_text=lambda name: f"run/{name}",
    )

    def work(numbered):
        assert numbered == (4, "piece")
        return 4, _work.Part(2, content, b"", 0, None)

    for found in (content, b"damaged"):
        kept["chunk-000004.arrow"] = found
        chunk = _work.recover_chunk(4, "piece", digest, work, place)
        assert chunk.equals(table)
        assert kept["chunk-000004.arrow"] == content
    kept["chunk-000004.arrow"] = b"damaged"
    with pytest.raises(StoreError, match=r"run/chunk-000004\.arrow is lost"):
        _work.recover_chunk(4, "piece", "0" * 64, work, place)
