"""Columns of any frame, and what is no text in them."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from magnetkit.errors import InputError

from magnetkit.alloy import CompositionTable
from magnetkit.alloy import table as reading

DATA = {
    "composition": ["SmCo5", "Nd2Fe14B"],
    "note": ["a", "b"],
    "mass": [1.0, 2.0],
}
FRAMES = [pd.DataFrame(DATA), pl.DataFrame(DATA), pa.table(DATA)]


@pytest.mark.parametrize("frame", FRAMES, ids=["pandas", "polars", "arrow"])
def test_any_frame_gives_its_compositions_and_the_rest(frame):
    name = reading.composition_name(frame, None)
    assert name == "composition"
    array, odd = reading.frame_column(frame, name)
    assert array.to_pylist() == DATA["composition"]
    assert odd == {}
    rest = reading.other_columns(frame, name)
    assert rest.to_pydict() == {"note": ["a", "b"], "mass": [1.0, 2.0]}


def test_takes_the_only_text_column_and_refuses_two():
    one = pd.DataFrame({"alloy": ["SmCo5"], "mass": [1.0]})
    assert reading.composition_name(one, None) == "alloy"
    two = pd.DataFrame({"alloy": ["SmCo5"], "note": ["a"]})
    with pytest.raises(InputError, match="name the one to read"):
        reading.composition_name(two, None)
    with pytest.raises(
        InputError, match="no column 'recipe'; the columns are alloy, note"
    ):
        reading.composition_name(two, "recipe")


def test_keeps_objects_without_text_by_row():
    array, odd = reading.text_array(["SmCo5", 7, None, np.nan])
    assert array.to_pylist() == ["SmCo5", None, None, None]
    assert odd == {1: 7}
    table = CompositionTable.of_texts(array, odd, "atomic")
    assert table.row_index.tolist() == [0]
    assert table.errors[0].reason == "expected text such as SmCo5, got int"


def test_invalid_bytes_do_not_reach_the_parser():
    wrong = pa.array([b"SmCo5", b"Sm\xffCo5"], pa.binary()).view(pa.string())
    assert reading.valid_text(wrong).to_pylist() == ["SmCo5", "Sm\ufffdCo5"]


def test_long_lists_of_names_are_cut():
    assert reading.join_names([f"c{k}" for k in range(14)]).endswith(
        "c11 and 2 more"
    )
    twelve = [f"c{k}" for k in range(12)]
    assert reading.join_names(twelve) == ", ".join(twelve)
    assert reading.join_names([]) == "none"


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_names_differ_in_more_than_case_and_blanks(make):
    data = {"Compo sition": ["SmCo5"], "note": ["a"]}
    assert reading.composition_name(make(data), None) == "Compo sition"
    assert reading.composition_name(make(data), " NOTE") == "note"
    equal = {"COMPOSITION": ["Fe"], "composition": ["Co"]}
    assert reading.composition_name(make(equal), None) == "composition"
    alike = {"COMPOSITION": ["Fe"], "Composition": ["Co"]}
    with pytest.raises(InputError, match=r"^a.csv: 2 column 'composition'; "):
        reading.composition_name(make(alike), None, "a.csv: ")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"n": [1, 2], "a": [None, "Fe"], "b": [None, None]}),
        pd.DataFrame({"m": ["x", 1], "a": ["Co", "Fe"]}),
        pl.DataFrame({"n": [1, 2], "a": ["Co", "Fe"], "d": [True, False]}),
        pl.DataFrame({"n": [1, 2], "a": ["Co", "Fe"]}).cast(
            {"a": pl.Categorical}
        ),
        pa.table(
            {"n": [1, 2], "a": pa.array(["Co", "Fe"]).dictionary_encode()}
        ),
        pa.table(
            {"n": [b"a", b"b"], "a": pa.array(["Co"] * 2, pa.string_view())}
        ),
    ],
)
def test_only_one_column_is_of_texts(frame):
    assert reading.composition_name(frame, None) == "a"


def test_a_column_of_several_kinds_is_not_carried():
    frame = pd.DataFrame({"alloy": ["Fe", "Co"], "mixed": ["x", 1]})
    with pytest.raises(InputError, match="'mixed' cannot be carried through"):
        reading.other_columns(frame, "alloy")
    views = pa.table({"a": pa.array(["x", None], pa.string_view())})
    kept = reading.other_columns(views, None)
    assert kept["a"].type == pa.large_string()
    assert kept["a"].to_pylist() == ["x", None]
