"""What is said beneath the printed tables."""

import pandas as pd

from magnetkit.report._tables import cell


def test_a_copy_is_told_beside_its_name():
    row = pd.Series(
        {"candidate": "Nd1.9Pr0.1Fe14B", "shell": "Tb 0.5 wt%", "simpler_rank": 5}
    )
    assert cell(row, "candidate") == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt% (no gain over #5)"
    assert cell(row.drop("shell"), "candidate") == "Nd1.9Pr0.1Fe14B (no gain over #5)"
    row["simpler_rank"] = pd.NA
    assert cell(row, "candidate") == "Nd1.9Pr0.1Fe14B + Tb 0.5 wt%"
