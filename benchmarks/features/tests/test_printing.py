"""Tables of the benchmarks: only columns with figures, numbers as one reads them."""

import io

import pandas as pd
from rich.console import Console

from benchmarks.features.printing import show


def test_tables_show_the_measurements():
    rows = [
        {
            "name": "parse",
            "peer": None,
            "rows_per_second_1": 1_234_567.0,
            "ratio": float("nan"),
        },
        {
            "name": "parse",
            "peer": "slowpoke",
            "rows_per_second_1": 2.0,
            "ratio": 617283.5,
        },
    ]
    curve = pd.DataFrame({"rows": [1000], "statistics_s": [0.00123456]})
    stream = io.StringIO()
    show(
        pd.DataFrame(rows).assign(cached_call_s=None),
        curve,
        Console(file=stream, width=120),
    )
    text = stream.getvalue()
    assert "1,234,567" in text
    assert "617,284" in text
    assert "0.00123" in text
    assert "nan" not in text
    # Nothing was measured there.
    assert "cached" not in text
    # A peer stands under its case, whose name is not written again.
    assert text.count("parse") == 1
