"""Running the benchmarks."""

import contextlib
import io
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd

from magnetkit._core._compiling import most_threads
from magnetkit._core._threads import limited_threads

from .cases import CASES, MAGPIE, STATISTICS_COLUMNS, Case
from .material import compositions
from .measure import best_seconds, fill_rate, first_call_seconds
from .peers import PEERS, Peer, prepare_peer

CURVE = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
# Rows of a chunk of the cost curve: what the memory of a small machine holds.
_CHUNK = 262_144


def say(text: str, progress: bool) -> None:
    """Say on stderr what is being timed."""
    if progress:
        print(text, file=sys.stderr, flush=True)


def run(
    rows: int | None = None,
    match: str = "",
    first_calls: bool = True,
    peers: bool = True,
    curve: bool = True,
    progress: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Time the kernels, the memory and the peers that are installed.

    Parameters
    ----------
    rows : int, optional
        Compositions of each case, 500,000 by default; crystals in proportion.
    match : str
        Time the cases whose name holds this text.
    first_calls, peers, curve : bool
        Time first calls in new processes, the peers, and composition statistics and descriptors
        from a thousand to ten million rows.
    progress : bool
        Say on stderr what is being timed.

    Returns
    -------
    table : DataFrame
        One row a case and one a peer: name, peer, unit, rows, rows_per_second_1 and _2 (threads),
        GB_per_second, share_of_fill (of the rate at which as many threads fill such memory,
        measured here), first_call_s, cached_call_s, ratio (of our rate on one thread to the
        peer's).
    curve : DataFrame
        rows, and seconds of each case; empty unless asked for.
    """
    scale = 1.0 if rows is None else rows / 500_000
    fills: dict[tuple[int, bool], float] = {}
    limit = min(2, most_threads())
    lines: list[dict[str, Any]] = []
    for case in CASES:
        if match not in case.name:
            continue
        say(case.name, progress)
        n = max(2, round(case.rows * scale))
        line: dict[str, Any] = {"name": case.name, "unit": case.unit, "rows": n}
        work = case.prepare(n)
        work()
        for threads in range(1, limit + 1):
            with limited_threads(threads):
                line[f"rows_per_second_{threads}"] = n / best_seconds(work)
        if case.row_bytes:
            key = (limit, case.fresh)
            if key not in fills:
                # The same number of bytes; where a table of it is not fresh, it is reused.
                fills[key] = fill_rate(
                    (n, STATISTICS_COLUMNS), limit, case.fresh
                )
            rate = line[f"rows_per_second_{limit}"] * case.row_bytes
            line |= {
                "GB_per_second": rate / 1e9,
                "share_of_fill": rate / fills[key],
            }
        del work
        if first_calls:
            cold, warm = first_call_seconds(case.name)
            line |= {"first_call_s": cold, "cached_call_s": warm}
        lines.append(line)
        if peers:
            lines += _peers(case, line["rows_per_second_1"], progress)
    for (threads, fresh), rate in fills.items():
        kind = "fresh" if fresh else "used"
        lines.append(
            {
                "name": f"fill {kind} memory, {threads} threads",
                "unit": "rows",
                "rows_per_second_2": rate / 8 / STATISTICS_COLUMNS,
                "GB_per_second": rate / 1e9,
            }
        )
    columns = (
        "name peer unit rows rows_per_second_1 rows_per_second_2 GB_per_second share_of_fill "
        "first_call_s cached_call_s ratio"
    ).split()
    table = pd.DataFrame(lines, columns=columns)
    return table, _curve(progress) if curve else pd.DataFrame()


def peer_rate(
    peer: Peer, structures: list[Any] | None = None
) -> tuple[int, float] | None:
    """Return rows and rows a second of a peer; None where it is not installed."""
    task = prepare_peer(peer, structures)
    if task is None:
        return None
    n, work = task
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        return n, n / best_seconds(work, least=2 if n > 1 else 1)


def _peers(case: Case, ours: float, progress: bool) -> list[dict[str, Any]]:
    lines = []
    for peer in PEERS:
        if peer.case != case.name:
            continue
        say(f"  {peer.name}", progress)
        measured = peer_rate(peer)
        if measured is not None:
            n, rate = measured
            line = {
                "name": case.name,
                "peer": peer.name,
                "unit": case.unit,
                "rows": n,
            }
            lines.append(
                line | {"rows_per_second_1": rate, "ratio": ours / rate}
            )
    return lines


def _curve(progress: bool) -> pd.DataFrame:
    from magnetkit.features import composition_statistics, load_table
    from magnetkit.features.rare_earths import rare_earth_descriptors

    elements = load_table("magpie").fill_gaps()
    lines = []
    for n in CURVE:
        say(f"curve: {n:,} rows", progress)
        chunk = min(n, _CHUNK)
        table = compositions(chunk)
        out = np.zeros((chunk, STATISTICS_COLUMNS))
        last = table[: n % chunk]

        def statistics(
            n: int = n,
            chunk: int = chunk,
            table: Any = table,
            last: Any = last,
            out: Any = out,
        ) -> None:
            for _ in range(n // chunk):
                composition_statistics(table, elements, out=out)
            composition_statistics(last, elements, out=out[: len(last)])

        def descriptors(
            n: int = n, chunk: int = chunk, table: Any = table, last: Any = last
        ) -> None:
            for _ in range(n // chunk):
                rare_earth_descriptors(table)
            rare_earth_descriptors(last)

        lines.append(
            {
                "rows": n,
                f"{MAGPIE}_s": best_seconds(statistics, 0.5, 2),
                "rare-earth descriptors_s": best_seconds(descriptors, 0.5, 2),
            }
        )
    return pd.DataFrame(lines)
