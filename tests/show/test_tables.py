"""What is said beneath the printed tables."""

import pandas as pd

from magnetkit.show._tables import _SIMPLEST, _name_simplest, cell


def test_the_first_that_are_no_copies_are_named_by_rank():
    simpler = pd.array([pd.NA, 1, pd.NA, 3, *[pd.NA] * _SIMPLEST], "Int64")
    firm = pd.DataFrame({"rank": range(1, len(simpler) + 1), "simpler_rank": simpler})
    said = _name_simplest(firm, able=14)
    assert said.endswith("Without a simpler equivalent: rank 1, 3, 5, 6, 7, 8, 9, 10, 11, 12.")
    assert _name_simplest(firm, able=4).endswith("Without a simpler equivalent: rank 1, 3.")
    assert "equivalent" not in _name_simplest(firm, able=0)


def test_a_copy_is_told_beside_its_name():
    row = pd.Series({"candidate": "Nd1.9Pr0.1Fe14B", "shell": "Tb 0.5 wt%", "simpler_rank": 5})
    assert cell(row, "candidate") == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt% (no gain over #5)"
    assert cell(row.drop("shell"), "candidate") == "Nd1.9Pr0.1Fe14B (no gain over #5)"
    row["simpler_rank"] = pd.NA
    assert cell(row, "candidate") == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt%"
