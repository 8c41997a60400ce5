"""Names of grades among compositions are refused with the way out, wherever they stand."""

import pyarrow as pa

from magnetkit.alloy import CompositionTable

TEXTS = ["SmCo5", "N42SH", "Xx", "BNP6", None, "Nd2Fe14B"]


def test_distinguishes_grades_from_formulas_in_every_piece():
    whole = pa.array(TEXTS)
    pieces = pa.chunked_array([whole[:2], whole[2:5], whole[5:]])
    for texts in (whole, pieces):
        table = CompositionTable.from_arrow(texts, basis="atomic")
        assert table.row_index.tolist() == [0, 5]
        assert [e.row for e in table.errors] == [1, 2, 3, 4]
        reasons = {e.row: e.reason for e in table.errors}
        # One that no element begins, and one that elements would spell.
        assert reasons[1].startswith("N42SH is a commercial grade")
        assert reasons[3].startswith("BNP-6 is a commercial grade")
        assert "grade" not in reasons[2] + reasons[4]
