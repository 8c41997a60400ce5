"""What is said beneath the printed tables."""

import io
import sys

import pandas as pd
import pytest
from openpyxl import load_workbook

from magnetkit.report._tables import cell, print_json
from magnetkit.report._written import write_workbook


def test_a_copy_is_told_beside_its_name():
    row = pd.Series(
        {
            "candidate": "Nd1.9Pr0.1Fe14B",
            "shell": "Tb 0.5 wt%",
            "simpler_rank": 5,
        }
    )
    assert (
        cell(row, "candidate")
        == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt% (no gain over #5)"
    )
    assert (
        cell(row.drop("shell"), "candidate")
        == "Nd1.9Pr0.1Fe14B (no gain over #5)"
    )
    row["simpler_rank"] = pd.NA
    assert cell(row, "candidate") == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt%"


@pytest.mark.parametrize(("letters", "width"), [(3, 10), (20, 22), (80, 40)])
def test_workbook_column_has_room_for_its_longest_text(
    letters, width, tmp_path
):
    frame = pd.DataFrame({"melt": ["x" * letters, "x"], "price": [1.0, 2.0]})
    place = write_workbook({"Rows": frame}, tmp_path / "answer.xlsx")
    assert load_workbook(place)["Rows"].column_dimensions["A"].width == width


@pytest.mark.parametrize(
    ("encoding", "line"),
    [("UTF-8", '{"unit":"µm"}\n'), ("ascii", '{"unit":"\\u00b5m"}\n')],
)
def test_json_escapes_letters_only_where_the_output_lacks_them(
    encoding, line, monkeypatch
):
    out = io.BytesIO()
    stream = io.TextIOWrapper(out, encoding, newline="")
    monkeypatch.setattr(sys, "stdout", stream)
    print_json(pd.DataFrame({"unit": ["µm"]}))
    stream.flush()
    assert out.getvalue().decode(encoding) == line
