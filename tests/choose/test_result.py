"""What a result shows of its rows."""

import dataclasses
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.choose.result import Ranked, decisions_frame, slice_rows


@pytest.fixture(scope="module")
def result():
    space = mk.substitutions(
        "SmCo5", {"Sm": ["Gd", "Pr"]}, step=0.05, limits={"Gd": 0.2, "Pr": 0.2}
    )
    return mk.screen(space, "f22-engine")


def test_sampled_ranks_are_half_the_best(result):
    ranks = result.table["rank"].dropna()
    assert len(ranks) > 12
    sample = result.sample_ranks(8)["rank"].tolist()
    assert sample[:5] == [1, 2, 3, 4, 5]
    assert sample[-1] == len(ranks)
    assert len(sample) == len(set(sample)) == 8
    gaps = [b - a for a, b in pairwise(sample[4:])]
    assert max(gaps) - min(gaps) <= 1
    assert result.sample_ranks(10_000)["rank"].tolist() == sorted(
        ranks.tolist()
    )


def test_rows_of_a_file_are_those_in_memory(result, tmp_path):
    whole = mk.screen(
        ["SmCo5", "Sm0.9Gd0.1Co5"], "f22-engine", out=tmp_path / "out"
    )
    best = whole.best(2)
    assert best["rank"].tolist() == [1, 2]
    assert best.index.tolist() == [
        whole.table["rank"].tolist().index(r) for r in (1, 2)
    ]


ROWS = {
    "candidate": ["a", "b", "c", "d", "c"],
    "rank": [3, 1, None, 2, 4],
    "pareto_front": [2, 1, None, 1, 3],
    "meets_requirements": [True, True, False, True, True],
    "cost_USD_kg": [30.0, 50.0, 10.0, 40.0, 20.0],
    "supply_risk": [0.5, 0.1, 0.9, 0.2, 0.6],
}


@pytest.fixture
def ranked_result():
    types = {"rank": pa.int32(), "pareto_front": pa.int32()}
    table = pa.table({n: pa.array(v, types.get(n)) for n, v in ROWS.items()})
    summary = {"candidates": 1234, "meet_requirements": 4, "rejected": 2}
    return Ranked(
        table, mk.applications.load("f22-engine"), {"summary": summary}, []
    )


def test_selects_rows_by_rank_front_and_name(ranked_result):
    assert ranked_result.best(3)["candidate"].tolist() == ["b", "d", "a"]
    assert ranked_result.best(3).index.tolist() == [1, 3, 0]
    assert ranked_result.best(10)["rank"].tolist() == [1, 2, 3, 4]
    assert len(ranked_result.best(0)) == 0
    assert ranked_result.pareto["candidate"].tolist() == ["b", "d"]
    assert ranked_result.find("c").index.tolist() == [4, 2]
    assert len(ranked_result.find("e")) == 0
    assert ranked_result.select(["rank"]).column_names == ["rank"]
    with pytest.raises(InputError, match="did you mean rank"):
        ranked_result.select(["rnk"])


def test_summary_counts_the_rows_on_disk(ranked_result):
    assert (len(ranked_result), ranked_result.judged) == (1234, 1234)
    short_result = dataclasses.replace(
        ranked_result, manifest={"summary": {"candidates": 1234, "kept": 5}}
    )
    assert (len(short_result), short_result.judged) == (5, 1234)
    assert "1,234 candidates, 4 meet the requirements, 2 rejected" in repr(
        ranked_result
    )


def test_a_result_is_written_as_it_is(ranked_result, tmp_path):
    ranked_result.to_parquet(tmp_path / "x.parquet")
    assert pq.read_table(tmp_path / "x.parquet").to_pydict() == ROWS
    assert pa.table(ranked_result).to_pydict() == ROWS


def test_some_rows_of_ascending_numbers():
    rows = np.array([2, 5, 7, 9])
    assert slice_rows(rows, 5, 9).tolist() == [5, 7]
    assert slice_rows(rows, 0, 10).tolist() == rows.tolist()
    assert slice_rows(rows, 6, 7).tolist() == []


def test_records_of_decisions_become_a_frame():
    records = [
        {"mine": "x", "top_ten_share": None, "remanence_T": 1, "rank": 2},
        {"remanence_T": None, "rank": None, "top_ten_share": 1, "host": "1:5"},
    ]
    frame = decisions_frame(records)
    # The registry's columns in its order, others last.
    assert frame.columns[-1] == "mine"
    assert frame.columns[0] == "rank"
    assert frame["rank"].isna().tolist() == [False, True]
    assert str(frame["rank"].dtype) == "Int64"
    assert str(frame["remanence_T"].dtype) == "float64"
    assert str(frame["top_ten_share"].dtype) == "float64"
    assert frame["host"].tolist()[1] == "1:5"
    # Numbers are floats, of the user's own columns those that end as ranges and shares do.
    whole = {"remanence_T": 1, "x_lo": 1, "x_hi": 2, "x_share": 3, "x": 4}
    kinds = decisions_frame([whole]).dtypes.astype(str).to_dict()
    floats = dict.fromkeys(
        ("remanence_T", "x_lo", "x_hi", "x_share"), "float64"
    )
    assert kinds == floats | {"x": "int64"}
    assert len(decisions_frame([])) == 0
