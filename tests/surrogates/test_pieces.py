import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.kernels.threads import thread_count
from magnetkit.surrogates import pieces


@pytest.mark.parametrize("rows", [1, 7, 8, 23])
def test_pieces_come_back_in_order_on_one_thread_each(rows, monkeypatch):
    monkeypatch.setattr(pieces, "ROWS", 8)
    table = mk.CompositionTable.from_strings([f"Nd2Fe{14 + k}B" for k in range(rows)])
    threads = []

    def work(part):
        threads.append(thread_count())
        return pd.DataFrame({"Fe": part.fraction("Fe")})

    before = thread_count()
    got = pieces.joined(pieces.in_pieces(work, table))
    np.testing.assert_array_equal(got["Fe"], table.fraction("Fe"))
    assert list(got.index) == list(range(rows))
    assert len(threads) == -(-rows // 8)
    assert rows <= 8 or set(threads) == {1}
    assert thread_count() == before
