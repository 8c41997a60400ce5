from pathlib import Path

import pyarrow as pa
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.alloy._element_columns import (
    ELEMENT_COLUMNS,
    element_columns,
    with_composition_column,
)
from magnetkit.alloy._read import read_file

MELTS = "melt,Nd wt%,Dy (wt.%),Co,B,Fe\nA1,30.5,1.2,0.9,1.0,bal.\nA2,31,,0,1,Rest\n"
TEXT = ["Nd30.5Dy1.2Co0.9B1.0Fe bal.", "Nd31B1Fe bal."]


def _write(tmp_path, text, **options):
    file = tmp_path / "melts.csv"
    file.write_text(text, **options)
    return file


def test_columns_of_elements_are_the_recipe(tmp_path):
    sheet = read_file(_write(tmp_path, MELTS), "weight", ELEMENT_COLUMNS)
    assert sheet.labels.to_pylist() == TEXT
    want = mk.CompositionTable.from_strings(TEXT, basis="weight")
    assert (sheet.table.to_array() == want.to_array()).all()
    assert "melt" in sheet.extra(named=True).column_names


def test_a_decimal_comma_is_read(tmp_path):
    file = _write(tmp_path, "Nd;Fe;B\n30,5;bal;1,0\n")
    assert read_file(file, "weight", ELEMENT_COLUMNS).labels.to_pylist() == [
        "Nd30.5B1.0Fe bal."
    ]


def test_the_first_word_of_a_name_is_the_symbol():
    names = ["Nd(wt%)", "Fe[at%]", "melt Co", "nd", "", " B", "Xx"]
    found = [("Nd(wt%)", "Nd"), ("Fe[at%]", "Fe"), (" B", "B")]
    assert element_columns(names) == found


@pytest.mark.parametrize(
    ("cobalt", "samarium", "recipe"),
    [
        ("BAL.", "33.7", "Sm33.7Co bal."),
        ("balance", " 33,7 ", "Sm33.7Co bal."),
        ("Remainder", 33.7, "Sm33.7Co bal."),
        (5, 1.0, "Co5Sm1.0"),
        ("5", "0.00", "Co5"),
        ("5", "0,0", "Co5"),
        (5, 10, "Co5Sm10"),
        (5, float("nan"), "Co5"),
        (5, None, "Co5"),
        ("some", "1", "CosomeSm1"),
        (0, "", ""),
    ],
)
def test_a_row_is_joined_with_the_balance_last(cobalt, samarium, recipe):
    table = pa.table({"Co": [cobalt], "heat": ["1"], "Sm": [samarium]})
    whole, name = with_composition_column(table, ELEMENT_COLUMNS, Path("a"))
    assert name == "composition"
    assert whole.column_names == ["Co", "heat", "Sm", "composition"]
    assert whole["composition"].to_pylist() == [recipe]
    assert with_composition_column(whole, None, Path("a"))[0] is whole


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("melt,Nd\nA,30\n", "a column for each element"),
        ("Nd,Nd wt%,Fe\n1,1,1\n", "are both Nd"),
        ("composition,Nd,Fe\nSmCo5,1,1\n", "need not be joined"),
    ],
)
def test_names_columns_that_do_not_join(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_file(_write(tmp_path, text), "weight", ELEMENT_COLUMNS)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"]
)
def test_windows_code_pages_are_read(tmp_path, encoding):
    text = "composition,werk\nNd2Fe14B,Gießerei Köln\nSmCo5,\n"
    sheet = read_file(_write(tmp_path, text, encoding=encoding))
    assert sheet.labels.to_pylist() == ["Nd2Fe14B", "SmCo5"]
    works = sheet.extra(named=True)["werk"].to_pylist()
    assert works == ["Gießerei Köln", ""]
    lines = tmp_path / "alloys.txt"
    lines.write_text("Nd2Fe14B\nÄ\n", encoding=encoding)
    assert read_file(lines).rejected[0].text == "Ä"
