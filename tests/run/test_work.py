"""A piece of a screening: what is judged, what is left out, which models were asked."""

from pathlib import Path

import pyarrow as pa
import pytest
from magnetkit.errors import DataError, InputError

from magnetkit import applications, datasets
from magnetkit.alloy._blocks import Rejected
from magnetkit.choose._job import make_job
from magnetkit.run._candidates import Chunk, FileCandidates
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
