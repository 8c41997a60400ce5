"""Workbooks in and out: kinds of values, lines, and what is no workbook."""

import pandas as pd
import pytest
from openpyxl import load_workbook

from magnetkit.composition.inputs import read_inputs
from magnetkit.errors import InputError
from magnetkit.show.files import write_table


def test_a_workbook_comes_back_with_its_kinds_of_values(tmp_path):
    frame = pd.DataFrame(
        {"composition": ["SmCo5", "=1+1", "Sm2Co17"], "melt": [7, 8, 9], "price": [1.5, 2.0, None]}
    )
    path = write_table(frame, tmp_path / "alloys.xlsx")
    got = read_inputs(path)
    assert got.labels.to_pylist() == ["SmCo5", "Sm2Co17"]
    assert [r.line for r in got.rejected] == [3]
    assert got.others["melt"].to_pylist() == [7, 8, 9]
    assert got.others["price"].to_pylist() == [1.5, 2.0, None]


def test_a_text_like_a_formula_stays_a_text(tmp_path):
    path = write_table(pd.DataFrame({"candidate": ["=1+1"]}), tmp_path / "a.xlsx")
    book = load_workbook(path)
    assert book["results"]["A2"].data_type == "s"
    assert book["columns"]["A2"].value == "candidate"
    assert book["columns"]["D2"].value == "The candidate as given or generated."


def test_what_is_no_workbook_is_named(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_text("composition\nSmCo5\n")
    with pytest.raises(InputError, match="no Excel workbook"):
        read_inputs(path)
