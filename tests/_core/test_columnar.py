"""Columns of many rows, as they go to pandas and Arrow."""

import numpy as np
import pandas as pd
import pyarrow as pa

from magnetkit._core._columnar import Coded, Columns, _cell, _heading, brief

STATUS = Coded(np.array([1, -1, 0], np.int8), ("ok", "cone", "planar"))


def columns():
    return Columns(
        candidate=pa.array(["a", "b", "c"]),
        remanence_T=np.array([1.0, np.nan, 1.2]),
        status=STATUS,
        in_domain=np.array([True, False, True]),
    )


def test_frame_has_ordered_categories_and_missing_texts():
    frame = columns().frame()
    expected = pd.Categorical(["cone", None, "ok"], ["ok", "cone", "planar"])
    pd.testing.assert_series_equal(
        frame["status"], pd.Series(expected, name="status")
    )
    assert frame["candidate"].tolist() == ["a", "b", "c"]
    assert frame["in_domain"].dtype == bool


def test_an_arrow_table_says_what_pandas_would_say():
    table = columns().arrow()
    of_pandas = pa.Table.from_pandas(columns().frame())
    assert table["remanence_T"].null_count == 1
    for name in table.column_names:
        assert table[name].to_pylist() == of_pandas[name].to_pylist()
    assert table.schema.field("status").type == pa.dictionary(
        pa.int32(), pa.string()
    )


def test_rows_are_taken_of_every_kind_of_column():
    rows = columns().take(np.array([2, 0]))
    assert rows["candidate"].to_pylist() == ["c", "a"]
    assert rows["remanence_T"].tolist() == [1.2, 1.0]
    assert rows["status"].texts() == ["ok", "cone"]


def test_columns_follow_the_registry_then_strangers():
    columns = Columns(
        mine=np.zeros(3), status=STATUS, candidate=pa.array(["a", "b", "c"])
    ).sort_columns()
    assert list(columns) == ["candidate", "status", "mine"]


def test_counts_and_drops_coded_words():
    assert STATUS.says("ok", "cone").tolist() == [True, False, True]
    assert STATUS.says("unheard of").tolist() == [False, False, False]
    mask = np.array([False, True, True])
    assert STATUS.put(mask, "planar").texts() == ["cone", "planar", "planar"]
    assert STATUS.put(mask, "new").words == ("ok", "cone", "planar", "new")
    assert STATUS.texts() == ["cone", "", "ok"]
    assert STATUS.counts() == {"ok": 1, "cone": 1}
    assert STATUS.counts(mask) == {"ok": 1}
    words = STATUS.used()
    assert words.words == ("ok", "cone")
    assert words.texts() == STATUS.texts()


def test_codes_repeat_no_text_and_skip_empty_ones():
    column = Coded.of(["b", "", "a", "b"])
    assert column.words == ("b", "a")
    assert column.codes.tolist() == [0, -1, 1, 0]
    assert column.texts() == ["b", "", "a", "b"]


def test_arrow_numbers_equal_the_array():
    whole = np.arange(24.0).reshape(8, 3)
    whole[2, 1] = np.nan
    table = Columns(
        a=whole[:, 1],
        b=whole[:, 2].astype(np.float32),
        c=np.arange(8),
    ).arrow()
    assert table["a"].to_pylist() == [
        1.0,
        4.0,
        None,
        *np.arange(10.0, 24.0, 3.0),
    ]
    assert table["b"].to_pylist() == whole[:, 2].tolist()
    assert table["c"].type == pa.int64()
    table.validate(full=True)


def test_a_column_of_no_rows_is_a_column():
    empty = Coded.constant("ok", 0)
    assert (len(empty), empty.counts()) == (0, {})
    assert empty.used().words == ()
    assert Columns(status=empty).arrow().num_rows == 0


def test_other_words_fill_rows_and_merge():
    rows = np.array([True, False, False])
    other = Coded(np.array([1, 0, -1], np.int8), ("ok", "planar"))
    merged = STATUS.where(rows, other)
    assert merged.texts() == ["cone", "ok", ""]
    assert merged.words == ("ok", "cone", "planar")
    short = STATUS.renamed(lambda word: word[:1])
    assert short.words == ("o", "c", "p")
    assert short.texts() == ["c", "", "o"]
    same = STATUS.renamed(lambda word: "x")
    assert same.words == ("x",)
    assert same.codes.tolist() == [0, -1, 0]
    constant = Coded.constant("b", 2, ("a", "b"))
    assert constant.texts() == ["b", "b"]
    assert constant.words == ("a", "b")


def test_parts_are_joined_in_the_order_of_their_numbers():
    def part(*texts):
        status = Coded.of(texts)
        return Columns(status=status, number=np.array(list(map(len, texts))))

    rows = np.array([2, 0]), np.array([1])
    joined = Columns.gather_rows(
        [(rows[0], part("ok", "")), (rows[1], part("planar"))]
    )
    assert joined["status"].texts() == ["", "planar", "ok"]
    assert joined["number"].tolist() == [0, 6, 2]


def prediction(n):
    """Return rows with the main columns, of which two are numbers with a range."""
    from magnetkit.columns import BRIEF

    frame = pd.DataFrame({name: ["text"] * n for name in BRIEF})
    frame["temperature_K"] = 423.15
    frame["remanence_T"] = np.linspace(1.23456, 2.0, n)
    for end, value in (("lo", 1.1), ("hi", 1.3)):
        frame[f"remanence_T_{end}"] = value
    frame["more"] = 5
    return frame


def test_a_prediction_shows_its_main_columns():
    view = brief(prediction(2))
    lines = repr(view).splitlines()
    assert lines[-1] == "[2 x 14; detail=True shows all columns]"
    rows = {line.split("  ")[0].strip(): line for line in lines}
    assert lines[0].startswith("candidate ")
    assert "1.235 (1.1 to 1.3)" in rows["remanence_T"]
    assert rows["temperature (°C)"].split()[-2:] == ["150", "150"]
    assert "more" not in repr(view)
    # Three rows have room for ranges, four have not.
    assert "(1.1 to 1.3)" in repr(brief(prediction(3)))
    assert "(1.1 to 1.3)" not in repr(brief(prediction(4)))
    many = brief(prediction(25))
    text = repr(many)
    assert "25 x 14; detail=True" in text
    assert "(1.1 to 1.3)" not in text
    shown = [line for line in text.splitlines() if "1.235" in line]
    assert len(shown) == 1
    assert many[2:]._brief_columns().index.tolist() == list(range(2, 22))
    html = view._repr_html_()
    assert html.startswith("<table")
    assert "1.235 (1.1 to 1.3)" in html


def test_a_view_stays_one_and_is_a_plain_frame_elsewhere():
    import pickle

    frame = prediction(3)
    frame.attrs["calibration"] = "N42SH"
    view = brief(frame)
    assert view.attrs["calibration"] == "N42SH"
    assert type(view.sort_values("remanence_T")) is type(view)
    assert type(view[["more"]]) is pd.DataFrame
    assert type(pickle.loads(pickle.dumps(view))) is pd.DataFrame


def test_cells_of_a_view():
    row = pd.Series({"curie_temperature_K": 573.15, "host": "1:5", "b": 2.0})
    assert _cell(row, "curie_temperature_K", True) == "300"
    assert _cell(row, "host", True) == "1:5"
    assert _cell(row, "b", False) == "2"
    assert _heading("curie_temperature_K") == "curie_temperature (°C)"
    assert _heading("remanence_T") == "remanence_T"
