"""One reader: every form of compositions that users have, and results back in that form."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from magnetkit.errors import CompositionError, InputError
from numpy.testing import assert_allclose, assert_array_equal
from pymatgen.core import Composition

import magnetkit as mk
from magnetkit.alloy import CompositionTable
from magnetkit.alloy._read import RejectedRows, as_table, read_inputs

RECIPES = ["SmCo5", "Nd1.8Dy0.2Fe14B", "Sm2Co17"]


def forms(tmp_path):
    frame = pd.DataFrame({"composition": RECIPES, "n": [1, 2, 3]})
    for suffix, write in (
        ("csv", lambda p: frame.to_csv(p, index=False)),
        ("tsv", lambda p: frame.to_csv(p, index=False, sep="\t")),
        ("parquet", frame.to_parquet),
        ("txt", lambda p: p.write_text("\n".join(RECIPES))),
    ):
        path = tmp_path / f"alloys.{suffix}"
        write(path)
        yield path
        yield str(path)
    arrow = pa.table({"composition": RECIPES, "n": [1, 2, 3]})
    yield from (
        RECIPES,
        tuple(RECIPES),
        iter(RECIPES),
        pd.Series(RECIPES),
        pd.Index(RECIPES),
    )
    yield pl.Series(RECIPES)
    yield pa.array(RECIPES)
    yield pa.chunked_array([RECIPES[:1], RECIPES[1:]])
    yield from (
        np.array(RECIPES),
        np.array(RECIPES)[:, None],
        np.array(RECIPES, object),
    )
    yield from (
        frame,
        pl.DataFrame(frame),
        pl.LazyFrame(frame),
        arrow,
        arrow.to_batches()[0],
    )
    yield from (
        frame[["composition"]].astype("category"),
        pd.read_csv(path.with_suffix(".txt"), header=None),
    )
    yield [Composition(text) for text in RECIPES]
    yield [RECIPES[0], Composition(RECIPES[1]), RECIPES[2]]
    yield pd.DataFrame(
        {"composition": [Composition(text) for text in RECIPES]}
    )
    yield CompositionTable.from_strings(RECIPES)


def test_every_form_gives_the_same_table(tmp_path):
    want = CompositionTable.from_strings(RECIPES).to_array()
    count = 0
    for form in forms(tmp_path):
        got = read_inputs(form)
        assert_allclose(
            got.table.to_array(), want, atol=1e-12, err_msg=str(type(form))
        )
        assert got.table.row_index.tolist() == [0, 1, 2]
        if got.labels is not None:
            assert got.labels.to_pylist() == RECIPES
        count += 1
    assert count == 30


def test_one_text_or_composition_is_one_row():
    assert read_inputs("SmCo5").labels.to_pylist() == ["SmCo5"]
    got = read_inputs(Composition("Nd2Fe14B"))
    assert got.labels.to_pylist() == ["Nd2Fe14B"]
    assert got.table.formulas() == ["Nd0.1176Fe0.8235B0.05882"]


def test_reads_a_set_in_alphabetical_order():
    assert read_inputs({"SmCo5", "Nd2Fe14B"}).labels.to_pylist() == [
        "Nd2Fe14B",
        "SmCo5",
    ]


LEVELS = pd.DataFrame(
    [["SmCo5", 1]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])
)


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (None, "got None"),
        (42, "got int"),
        (b"SmCo5", "got bytes"),
        ({"SmCo5": 1}, "got dict"),
        (np.zeros((2, 3)), "array of shape"),
        (np.array(3.0), "array of shape"),
        # pandas 2 hands a series over as values.
        (pd.Series([1.0, 2.0]), "got (Arrow double|float)"),
        (LEVELS, "several levels"),
        (pd.DataFrame([["SmCo5", "x"]], columns=["a", "a"]), "stands twice"),
        (pd.DataFrame({"a": [1]}), "single text column"),
        ("no-such-file.csv", "no such file"),
        ("alloys.json", "expected a file ending in"),
        ("Xx5", "no chemical element"),
        (["??", "!!"], "2 such rows"),
        ([1, 2], "expected text such as SmCo5, got int"),
    ],
    ids=str,
)
def test_refuses_other_objects_by_name(form, reason):
    with pytest.raises(InputError, match=reason):
        read_inputs(form)


def test_names_line_and_character_of_the_first_bad_row_of_a_file(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(
        "composition\n\nSmCo5\n\n\nPr2Fe14B\nNd2Xx3\n\n" + 8 * "XyCo5\n"
    )
    with pytest.raises(CompositionError, match="line 7: 'Xx' is no") as caught:
        read_inputs(file, strict=True)
    assert caught.value.position == 3


def test_reports_bad_rows_and_reads_the_rest():
    got = read_inputs(["SmCo5", "??", None, 7, "Sm2Co17"])
    assert got.table.row_index.tolist() == [0, 4]
    assert [r.line for r in got.rejected] == [2, 3, 4]
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    with pytest.warns(RejectedRows, match="3 of the rows"):
        back = got.give(frame)
    assert back.index.tolist() == [0, 4]
    assert [r["line"] for r in back.attrs["rejected"]] == [2, 3, 4]
    with pytest.warns(RejectedRows):
        values = got.values(np.array([1.0, 2.0]), "x")
    assert_array_equal(values, [1.0, np.nan, np.nan, np.nan, 2.0])
    with pytest.raises(CompositionError, match="line 2"):
        read_inputs(["SmCo5", "??"], strict=True)
    with pytest.raises(CompositionError):
        mk.magnetism.intrinsic(["SmCo5", "??"], strict=True)
    with pytest.raises(CompositionError, match="line 2"):
        as_table(["SmCo5", "??"])


def test_errors_of_texts_and_compositions_are_in_order():
    mixture = ["??", Composition("SmCo5"), Composition({}), "!!", "Fe"]
    table = read_inputs(mixture).table
    assert [error.row for error in table.errors] == [0, 2, 3]
    assert table.row_index.tolist() == [1, 4]


def test_table_repeats_no_error():
    table = CompositionTable.from_strings(["SmCo5", "??"])
    got = read_inputs(table)
    assert [r.line for r in got.rejected] == [2]
    # No warning, no index: the caller has the table.
    assert got.give(pd.DataFrame({"x": [1.0]})).index.tolist() == [0]


def _arrow(frame):
    # The lowest pandas keeps a counted index as numbers.
    if isinstance(frame, pd.DataFrame):
        return pa.Table.from_pandas(frame, preserve_index=False)
    return pa.table(frame)


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_results_use_the_library_of_the_input(library):
    columns = {
        "melt": ["a", "b", "c"],
        "alloy": ["SmCo5", "Nd2Fe14B", "Sm2Co17"],
        "x": [1, 2, 3],
    }
    make = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table}[
        library
    ]
    got = read_inputs(make(columns), column="alloy")
    back = got.give(pd.DataFrame({"x": [0.1, 0.2, 0.3]}), named=True)
    assert type(back) is type(make(columns))
    table = _arrow(back)
    want = {
        "x": [0.1, 0.2, 0.3],
        "melt": ["a", "b", "c"],
        "input_x": [1, 2, 3],
    }
    assert table.to_pydict() == want
    several = got.give(*(pd.DataFrame({"t": [t] * 3}) for t in (1, 2)))
    table = _arrow(several)
    assert table["t"].to_pylist() == [1, 2] * 3
    assert table["melt"].to_pylist() == ["a", "a", "b", "b", "c", "c"]


def test_an_arrow_table_carries_its_rejected_rows():
    column = {"composition": ["SmCo5", "??"]}
    got = read_inputs(pa.table(column))
    with pytest.warns(RejectedRows):
        back = got.give(pd.DataFrame({"x": [1.0]}))
    (record,) = json.loads(back.schema.metadata[b"rejected"])
    assert (record["line"], record["text"]) == (2, "??")
    whole = read_inputs(pa.table(column).slice(0, 1))
    assert whole.give(pd.DataFrame({"x": [1.0]})).schema.metadata is None


def test_a_column_is_named_of_a_frame_or_file_alone():
    with pytest.raises(InputError, match="column 'a' is of a frame or file"):
        read_inputs(["SmCo5"], column="a")


def test_the_index_of_pandas_comes_back():
    column = pd.Series(RECIPES, index=pd.Index(["p", "q", "r"], name="id"))
    back = read_inputs(column).give(pd.DataFrame({"x": [1, 2, 3]}))
    assert back.index.tolist() == ["p", "q", "r"]
    assert back.index.name == "id"
    values = read_inputs(column).values(np.array([1.0, 2.0, 3.0]), "x")
    assert values.index.tolist() == ["p", "q", "r"]


def test_shells_of_a_column_and_of_the_argument():
    frame = pd.DataFrame(
        {
            "composition": ["Nd2Fe14B"] * 3,
            "shell": ["", "Tb 0.30 @ 0.10", "Tb lots"],
        }
    )
    got = read_inputs(frame)
    assert got.shells_with(None) == ["", "Tb 0.30 @ 0.10"]
    assert "write it as 'Tb 0.5 wt%'" in got.rejected[0].reason
    with pytest.raises(InputError, match="names shells already"):
        got.shells_with("Dy 0.10 @ 0.10")
    plain = read_inputs(["Nd2Fe14B", "??", "Nd2Fe14B"])
    assert plain.shells_with("Tb 0.30 @ 0.10") == ["Tb 0.30 @ 0.10"] * 2
    assert plain.shells_with(["", "", "Tb 0.30 @ 0.10"]) == [
        "",
        "Tb 0.30 @ 0.10",
    ]
    with pytest.raises(InputError, match="shell 5 not understood"):
        plain.shells_with(5)
