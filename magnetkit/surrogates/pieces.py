"""Predictions piece by piece."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from ..composition import CompositionTable

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

ROWS = 8192
"""Rows that are predicted at a time: their arrays stay in the cache."""


def in_pieces(work: Callable[[CompositionTable], T], table: CompositionTable) -> list[T]:
    """Return what `work` makes of each piece of a table, in as many threads as kernels use.

    So what is done between the kernels is shared among the cores as well.
    """
    from ..kernels.threads import limit_threads, thread_count

    if len(table) <= ROWS:
        return [work(table)]
    pieces = [table[start : start + ROWS] for start in range(0, len(table), ROWS)]
    # Within a piece kernels take one thread.
    with ThreadPoolExecutor(thread_count(), initializer=limit_threads, initargs=(1,)) as pool:
        return list(pool.map(work, pieces))


def joined(frames: "list[pd.DataFrame]") -> "pd.DataFrame":
    """Return the pieces' frames as one."""
    import pandas as pd

    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
