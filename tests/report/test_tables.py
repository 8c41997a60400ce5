"""What is said beneath the printed tables."""

import pandas as pd
import pytest
from openpyxl import load_workbook

from magnetkit.report._tables import cell
from magnetkit.report._written import write_workbook


def test_a_copy_is_told_beside_its_name():
    row = pd.Series(
        {"candidate": "Nd1.9Pr0.1Fe14B", "shell": "Tb 0.5 wt%", "simpler_rank": 5}
    )
    assert cell(row, "candidate") == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt% (no gain over #5)"
    assert cell(row.drop("shell"), "candidate") == "Nd1.9Pr0.1Fe14B (no gain over #5)"
    row["simpler_rank"] = pd.NA
    assert cell(row, "candidate") == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt%"


@pytest.mark.parametrize(("letters", "width"), [(3, 10), (20, 22), (80, 40)])
def test_workbook_column_has_room_for_its_longest_text(letters, width, tmp_path):
    frame = pd.DataFrame({"melt": ["x" * letters, "x"], "price": [1.0, 2.0]})
    place = write_workbook({"Rows": frame}, tmp_path / "answer.xlsx")
    assert load_workbook(place)["Rows"].column_dimensions["A"].width == width
