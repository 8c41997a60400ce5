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
from magnetkit.alloy import CompositionTable, _read
from magnetkit.alloy._read import (
    RejectedRows,
    as_table,
    is_path,
    read_inputs,
)

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


def test_pieces_of_a_file_are_joined_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(_read, "_BLOCK_ROWS", 2)
    file = tmp_path / "a.csv"
    file.write_text("composition,n\nSmCo5,1\n??,2\nFe,3\nCo,4\nNi,5\n")
    inputs = _read.read_file(file)
    assert inputs.labels.to_pylist() == ["SmCo5", "Fe", "Co", "Ni"]
    assert inputs.lines.tolist() == [2, 4, 5, 6]
    assert [r.line for r in inputs.rejected] == [3]
    assert inputs.others["n"].to_pylist() == list("12345")


def test_the_only_text_column_of_a_file_holds_the_recipes(tmp_path):
    # All cells of a CSV file are texts; those of numbers and blanks are none.
    file = tmp_path / "a.csv"
    file.write_text('alloy,melt,note\nSmCo5,1,"2,5"\nFe,2,\n')
    inputs = _read.read_file(file)
    assert inputs.labels.to_pylist() == ["SmCo5", "Fe"]
    assert inputs.others["note"].to_pylist() == ["2,5", ""]
    file.write_text("alloy,melt,note\nSmCo5,1,hot\nFe,2,\n")
    with pytest.raises(InputError, match="found alloy, melt, note; name the"):
        _read.read_file(file)


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


@pytest.mark.parametrize(
    ("text", "names_a_file"),
    [
        ("a.csv", True),
        ("A.TSV ", True),
        ("a.txt", True),
        ("a.parquet", True),
        ("a.xls", True),
        ("a.xlsx#Melts:3", True),
        ("a.ods", True),
        ("a.json", True),
        ("a.feather", True),
        ("a.arrow", True),
        ("a.csv.gz", False),
        ("a.csv#Melts", False),
        ("SmCo5", False),
        ("Nd30.5B1Fe bal.", False),
    ],
)
def test_a_text_with_an_ending_is_a_file(text, names_a_file):
    assert is_path(text) is names_a_file


def test_any_file_that_is_there_is_one(tmp_path):
    (tmp_path / "SmCo5").write_text("")
    assert is_path(str(tmp_path / "SmCo5"))
    assert not is_path(str(tmp_path))


def test_the_first_bad_row_counts_the_others():
    with pytest.raises(CompositionError) as alone:
        read_inputs("Xx5")
    assert "line" not in str(alone.value)
    assert (alone.value.text, alone.value.position) == ("Xx5", 0)
    with pytest.raises(CompositionError, match=r"line 2: .*\(1 such row\)"):
        read_inputs(["SmCo5", "Xx5"], strict=True)
    with pytest.raises(CompositionError, match=r"line 1: .*\(2 such rows\)"):
        read_inputs(["Xx5", "Yx5"])
    nothing = read_inputs(["Xx5", "Yx5"], empty=True)
    assert (len(nothing.table), nothing.total) == (0, 2)
    with pytest.warns(
        RejectedRows, match=r"2 of the rows .* first, line 1 \('Xx5'\): 'Xx'"
    ):
        nothing.warn()


def test_names_that_are_taken_get_prefixes():
    frame = pd.DataFrame(
        {"composition": ["SmCo5"], "x": [1], "input_x": [2], "shell": [""]}
    )
    inputs = read_inputs(frame)
    back = inputs.give(pd.DataFrame({"x": [0.5]}))
    assert list(back) == ["x", "composition", "input_x", "input_input_x"]
    assert back.iloc[0].tolist() == [0.5, "SmCo5", 1, 2]
    assert list(frame) == ["composition", "x", "input_x", "shell"]


def test_other_columns_are_those_of_the_readable_rows():
    frame = pd.DataFrame({"composition": ["??", "SmCo5"], "n": [1, 2]})
    inputs = read_inputs(frame)
    assert inputs.extra().to_pydict() == {"composition": ["SmCo5"], "n": [2]}
    assert inputs.extra(named=True).to_pydict() == {"n": [2]}
    assert read_inputs(frame[["composition"]]).extra(named=True) is None
    assert read_inputs(RECIPES).extra() is None
    assert (inputs.total, inputs.lines.tolist()) == (2, [2])


def test_refused_shells_become_rejected_lines():
    frame = pd.DataFrame(
        {
            "composition": ["SmCo5", "??", "Nd2Fe14B", "Sm2Co17"],
            "shell": [" Tb 0.5 wt% ", "", None, "Dy 1 wt%"],
        }
    )
    inputs = read_inputs(frame)
    assert inputs.shells == ["Tb 0.5 wt%", "", "Dy 1 wt%"]
    assert inputs.refusing({}) is inputs
    fewer = inputs.refusing({"Tb 0.5 wt%": "too thick"})
    assert fewer.shells == ["", "Dy 1 wt%"]
    assert fewer.lines.tolist() == [3, 4]
    assert fewer.labels.to_pylist() == ["Nd2Fe14B", "Sm2Co17"]
    assert fewer.table.row_index.tolist() == [2, 3]
    rejected = [(r.line, r.text) for r in fewer.rejected]
    assert rejected == [(1, "SmCo5"), (2, "??")]
    assert fewer.rejected[0].reason == "too thick"
    assert len(inputs.table) == 3


def test_values_have_the_library_of_the_input():
    numbers = np.array([1.0, 2.0, 3.0])
    assert type(read_inputs(RECIPES).values(numbers, "x")) is np.ndarray
    series = read_inputs(pl.Series(RECIPES)).values(numbers, "x")
    assert (series.name, series.to_list()) == ("x", [1.0, 2.0, 3.0])
    series = read_inputs(pd.Series(RECIPES)).values(numbers, "x")
    assert (series.name, series.tolist()) == ("x", [1.0, 2.0, 3.0])
    array = read_inputs(pa.array(RECIPES)).values(numbers, "x")
    assert array.to_pylist() == [1.0, 2.0, 3.0]
    table = CompositionTable.from_strings(RECIPES)
    assert read_inputs(table).values(numbers, "x") is numbers


def test_a_composition_is_named_by_its_amounts():
    amounts = [
        {"Nd": 4, "Fe": 28, "B": 2},
        {"Sm": 0.8, "Gd": 0.2, "Co": 5},
        {"Sm": 1, "Co": 1 / 3},
    ]
    labels = read_inputs([Composition(a) for a in amounts]).labels
    names = ["Nd2Fe14B", "Sm0.8Gd0.2Co5", "SmCo0.3333333333"]
    assert labels.to_pylist() == names


def test_shells_of_another_number_are_handed_on():
    inputs = read_inputs(["SmCo5", "??", "Nd2Fe14B"])
    assert inputs.shells_with(["", "Tb 0.5 wt%"]) == ["", "Tb 0.5 wt%"]
    assert inputs.shells_with(None) is None
    empty = read_inputs(
        pd.DataFrame({"composition": ["SmCo5"], "shell": [""]})
    )
    assert empty.shells_with("Tb 0.5 wt%") == ["Tb 0.5 wt%"]
    table = CompositionTable.from_strings(["SmCo5", "??"])
    assert read_inputs(table).shells_with([""]) == [""]
