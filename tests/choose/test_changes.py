"""What changed between two rankings."""

import pandas as pd
import pyarrow as pa
import pytest
from magnetkit.errors import InputError

from magnetkit.choose._leading import changes


def candidate_table(names, ranks):
    """Return ranked candidates in memory."""
    shells = ["" if "+" not in name else name.split("+")[1] for name in names]
    rows = {
        "candidate": names,
        "formula": names,
        "shell": shells,
        "rank": ranks,
    }
    return pa.table({k: pa.array(v) for k, v in rows.items()})


def test_changes_list_entries_exits_and_moves():
    before = candidate_table(["A", "B", "C", "D", "E"], [1, 2, 3, 4, None])
    after = candidate_table(["E", "D", "C", "B", "A"], [3, 2, 1, None, 5])
    moves = changes(after, before, 3)
    rows = moves.set_index("candidate")["change"].to_dict()
    assert rows == {
        "C": "rose",
        "D": "entered",
        "E": "entered",
        "A": "left",
        "B": "left",
    }
    assert moves["candidate"].tolist() == ["C", "D", "E", "A", "B"]
    assert moves["places"].fillna(99).tolist() == [2, 2, 99, -4, 99]
    assert pd.isna(moves["rank"].iloc[-1])


def test_refuses_an_empty_top():
    same = candidate_table(["A"], [1])
    with pytest.raises(InputError, match="1 place or more"):
        changes(same, same, 0)


def test_changes_need_columns_and_number_from_zero():
    moves = changes(
        candidate_table(["C", "B", "A"], [1, 2, 3]),
        candidate_table(["C", "A", "B"], [1, 2, 3]),
        3,
    )
    assert list(moves) == [
        "candidate",
        "shell",
        "rank",
        "rank_before",
        "places",
        "change",
    ]
    assert moves.index.tolist() == [0, 1, 2]
    assert moves["change"].tolist() == ["stayed", "rose", "fell"]
