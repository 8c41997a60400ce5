"""Element tables: the preset, a user's own, and what is refused."""

import numpy as np
import pytest
from magnetkit.elements import INDEX
from magnetkit.errors import DataError, InputError
from numpy.testing import assert_allclose, assert_array_equal

import magnetkit as mk
from magnetkit.features import CompositionStatistics, load_table
from magnetkit.features._elements import (
    ElementTable,
    composition_statistics,
    read_table,
)


def test_magpie_has_its_22_properties():
    table = load_table("magpie")
    assert table.values.shape == (118, 22)
    assert table.names[0] == "Number"
    assert table.names[-1] == "SpaceGroupNumber"
    numbers = table.values[:112, 0]
    assert_array_equal(numbers, np.arange(1, 113))
    assert np.isnan(table.values[112:, 0]).all()


def test_a_users_own_table(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text(
        "symbol,radius,source\nFe,1.2,a\nCo,1.0,b\nSm,,c\n", encoding="utf-8"
    )
    frame = CompositionStatistics(file, impute=False).set_output(
        transform="pandas"
    )
    got = frame.fit_transform(["FeCo", "SmCo5"])
    assert list(got) == [
        f"mine {s} radius"
        for s in ("minimum", "maximum", "range", "mean", "avg_dev", "mode")
    ]
    assert_allclose(got.iloc[0], [1.0, 1.2, 0.2, 1.1, 0.1, 1.0])
    assert got.iloc[1].isna().tolist() == [True] * 5 + [False]
    features = CompositionStatistics(str(file)).fit_transform(["Sm"])
    assert_allclose(features[0], [1.1, 1.1, 0, 1.1, 0, 1.1])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no CSV table"),
        ("element,x\nFe,1\n", "column 'symbol'"),
        ("symbol,x\nXx,1\n", "no chemical element"),
        ("symbol,x\nFe,high\n", "no numeric column"),
        ("symbol,x\nFe,inf\n", "holds an infinite number"),
        ("symbol,x\nFe,1\nCo,2\nCo,2\n", "Co has two rows"),
    ],
)
def test_refuses_an_edited_table(tmp_path, text, reason):
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=reason):
        load_table(file)


def test_a_missing_table_and_an_unknown_preset(tmp_path):
    with pytest.raises(DataError, match="cannot read"):
        load_table(tmp_path / "none.csv")
    for preset in ("oliynyk", 3):
        with pytest.raises(InputError, match="preset must be one of magpie"):
            load_table(preset)


def test_a_file_in_capitals_is_a_table_of_its_name(tmp_path):
    file = tmp_path / "Mine.CSV"
    file.write_text("x,symbol,y,z\n1,Fe,a,2\n,Co,b,5\n")
    table = load_table(file)
    assert (table.prefix, table.names) == ("Mine", ("x", "z"))
    values = table.values[[INDEX["Fe"], INDEX["Co"], INDEX["Ni"]]]
    assert_array_equal(values, [[1, 2], [np.nan, 5], [np.nan, np.nan]])
    assert repr(table) == "<ElementTable Mine: 2 properties, x, z...>"
    assert read_table(file, "Own").prefix == "Own"


@pytest.mark.parametrize(
    ("names", "width"), [("abcdefgh", 8), ("abcdefghi", 16)]
)
def test_columns_are_padded_to_eights(names, width):
    values = np.full((118, len(names)), 2.0)
    padded = ElementTable("x", tuple(names), values).pad_columns()
    assert padded.shape == (118, width)
    assert (padded[:, : len(names)] == 2.0).all()
    assert not padded[:, len(names) :].any()


def test_gaps_hold_the_mean_of_the_others():
    values = np.full((118, 2), np.nan)
    values[:2, 0] = 1.0, 4.0
    table = ElementTable("x", ("a", "none"), values)
    filled = table.fill_gaps()
    assert_array_equal(filled.values[:3, 0], [1.0, 4.0, 2.5])
    assert np.isnan(filled.values[:, 1]).all()
    assert np.isnan(table.values[2, 0])
    assert (filled.prefix, filled.names) == ("x", ("a", "none"))


def test_a_result_is_written_into_the_given_array():
    table = mk.CompositionTable.from_strings(["SmCo5", "Fe"])
    magpie = load_table("magpie")
    out = np.zeros((2, 132), np.float32)
    assert composition_statistics(table, magpie, out=out) is out
    # Number: 27 and 62 of SmCo5 make a mean of (62 + 5 x 27) / 6.
    assert_allclose(out[0, :4], [27, 62, 35, 197 / 6], rtol=1e-6)
    for wrong in (
        np.zeros((2, 131)),
        np.zeros((2, 132), int),
        np.zeros((132, 2)).T,
    ):
        with pytest.raises(InputError, match=r"of shape \(2, 132\), got"):
            composition_statistics(table, magpie, out=wrong)
    with pytest.raises(InputError, match="dtype must be float64 or float32"):
        composition_statistics(table, magpie, dtype=int)
    assert composition_statistics(table, magpie).dtype == np.float64
