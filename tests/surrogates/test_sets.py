"""Training sets of a user's own rows, and rows of one composition."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import DataError, InputError

from magnetkit.alloy import CompositionTable
from magnetkit.phases._space import composition_keys
from magnetkit.surrogates._measured import (
    chemical_systems,
    own_set,
    read_rows,
    refuse,
)

TARGET = "curie_temperature_K"
ROWS = pd.DataFrame(
    {
        "composition": ["Nd2Fe14B", "Xx", "SmCo5", "Pr2Fe14B", "Nd2Fe14B"],
        TARGET: ["585", "1", "1020", "none", "587"],
        "group": ["a", "b", "c", "d", "e"],
        "source": ["one", "two", "three", "four", "five"],
    }
)


def test_rows_keep_value_group_and_source(caplog):
    rows = read_rows(TARGET, ROWS)
    assert rows.table.row_index.tolist() == [0, 2, 4]
    assert rows.values.tolist() == [585.0, 1020.0, 587.0]
    assert rows.groups.tolist() == ["a", "c", "e"]
    assert rows.sources.tolist() == ["one", "three", "five"]
    assert rows.removed == {
        "composition that cannot be read": 1,
        "no value": 1,
    }
    assert rows.origin == "the frame"
    assert "composition that cannot be read (1), no value (1)" in caplog.text
    assert rows.learn.tolist() == [True] * 3


def test_rows_that_only_test_are_read():
    rows = ROWS.assign(learn=["FALSE", "true", "True", "true", "TRUE "])
    assert read_rows(TARGET, rows).learn.tolist() == [False, True, True]
    with pytest.raises(DataError, match="2 usable rows"):
        read_rows(TARGET, rows, least=3)
    with pytest.raises(
        InputError, match=f"all rows of {TARGET} are learnt from"
    ):
        own_set(rows)
    with pytest.raises(InputError, match="true or false on every row"):
        read_rows(TARGET, ROWS.assign(learn="yes"))


def test_default_groups_are_chemical_systems(
    tmp_path,
):
    bare = ROWS[["composition", TARGET]]
    rows = read_rows(TARGET, bare)
    assert rows.groups.tolist() == ["B-Fe-Nd", "Co-Sm", "B-Fe-Nd"]
    file = tmp_path / "mine.csv"
    bare.to_csv(file, index=False)
    of_file = read_rows(TARGET, file)
    assert set(of_file.sources) == {"mine.csv"}
    assert of_file.origin == "file mine.csv"
    assert of_file.values.tolist() == rows.values.tolist()
    # What a frame is counted by says nothing of its rows.
    with_index = bare.set_axis(pd.Index([3, 3, 3, 3, 3], name="group"))
    assert (
        read_rows(TARGET, with_index).groups.tolist() == rows.groups.tolist()
    )


def test_names_missing_columns_and_too_few_rows():
    with pytest.raises(
        DataError, match="3 usable rows of curie_temperature_K; 4 are needed"
    ):
        read_rows(TARGET, ROWS, least=4)
    assert len(read_rows(TARGET, ROWS, least=3)) == 3
    with pytest.raises(
        DataError,
        match="0 usable rows of curie_temperature_K and 3 whose column 'learn'",
    ):
        read_rows(TARGET, ROWS.assign(learn=False))
    with pytest.raises(
        InputError, match="needs a column 'curie_temperature_K'"
    ):
        read_rows(TARGET, ROWS[["composition"]])
    with pytest.raises(InputError, match="frame of pandas, polars or Arrow"):
        read_rows(TARGET, 5)
    with pytest.raises(InputError, match="one of auto, atomic, weight"):
        read_rows(
            TARGET,
            ROWS.assign(
                basis=["atomic", "weight", "atomic", "atomic", "atomic"]
            ),
        )


def test_compositions_match_to_five_digits():
    texts = ["SmCo5", "Nd2Fe14B", "Sm2Co10", "Sm1.00001Co5", "Sm1.001Co5"]
    table = CompositionTable.from_strings(texts, basis="atomic")
    keys = composition_keys(table, 5)
    assert [keys.index(key) for key in keys] == [0, 1, 0, 0, 4]
    assert len(set(composition_keys(table, 2))) == 2
    assert chemical_systems(table).tolist() == [
        "Co-Sm",
        "B-Fe-Nd",
        "Co-Sm",
        "Co-Sm",
        "Co-Sm",
    ]


def test_names_the_first_impossible_value():
    rows = read_rows(TARGET, ROWS)
    refuse(TARGET, "x", rows, rows.values > 2000.0, "0 and 2000 K")
    with pytest.raises(InputError, match=r"got 1020 for Sm.*Co.*; .* \(2\)"):
        refuse(
            TARGET, "x", rows, np.array([False, True, True]), "0 and 2000 K"
        )
