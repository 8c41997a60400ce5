"""Columns of many rows, as they go to pandas and Arrow."""

import numpy as np
import pandas as pd
import pyarrow as pa

from magnetkit._core._columnar import Coded, Columns

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
