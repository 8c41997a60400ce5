"""Element tables: the preset, a user's own, and what is refused."""

import numpy as np
import pytest
from magnetkit.errors import DataError, InputError
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.features import CompositionStatistics, load_table


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
        ("symbol,x\nFe,1\nFe,2\n", "two rows"),
        ("symbol,x\nFe,high\n", "no numeric column"),
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
