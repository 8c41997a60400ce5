"""Printing what the benchmarks measured."""

import math
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

_COLUMNS = {
    "rows": "rows",
    "rows_per_second_1": "rows/s, 1 thread",
    "rows_per_second_2": "2 threads",
    "GB_per_second": "GB/s",
    "share_of_fill": "of fill",
    "first_call_s": "first call s",
    "cached_call_s": "cached s",
    "ratio": "ratio",
}


def _number(value: Any) -> str:
    if not isinstance(value, int | float) or math.isnan(value):
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def show(
    table: "pd.DataFrame", curve: "pd.DataFrame", console: "Console"
) -> None:
    """Print the tables that `run` and `on_crystals` return, and the cost curve."""
    columns = {
        c: heading
        for c, heading in _COLUMNS.items()
        if c in table and table[c].notna().any()
    }
    sheet = Table(
        title="magnetkit bench",
        caption="peers run on one thread; ratio: our rate on one thread over the peer's",
    )
    sheet.add_column("kernel")
    sheet.add_column("peer")
    for heading in columns.values():
        sheet.add_column(heading, justify="right")
    for line in table.to_dict("records"):
        peer = line["peer"] if isinstance(line["peer"], str) else ""
        values = [_number(line[c]) for c in columns]
        sheet.add_row("" if peer else str(line["name"]), peer, *values)
    console.print(sheet)
    if len(curve):
        sheet = Table(title="cost curve: seconds by rows")
        for name in curve.columns:
            sheet.add_column(str(name).removesuffix("_s"), justify="right")
        for line in curve.to_dict("records"):
            sheet.add_row(*map(_number, line.values()))
        console.print(sheet)
