"""What changed between two rankings: entries, exits and moves at the top."""

from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import InputError

KEY = ["formula", "shell"]


class Selectable(Protocol):
    """What is needed of a screening: some columns of every candidate."""

    def select(self, columns: list[str]) -> pa.Table:
        """Return some columns of every candidate."""


def changes(result: Selectable, baseline: Selectable, n: int = 10) -> pd.DataFrame:
    """Return how the best candidates of two screenings moved.

    Parameters
    ----------
    result, baseline : Selectable
        The screening, and the one that it is held against.
    n : int
        Places that count as the top.

    Returns
    -------
    DataFrame
        Whoever is among the first `n` of either, by the new rank, then the old: ``candidate``,
        ``shell``, ``rank``, ``rank_before``, ``places`` gained (negative where lost) and
        ``change``: ``entered`` the top, ``left`` it, ``rose``, ``fell`` or ``stayed``. Without a
        rank, or not judged at all, a rank is missing.

    Raises
    ------
    InputError
        If `n` is below 1.
    """
    if n < 1:
        raise InputError(f"the top takes 1 place or more, got {n}")
    now, before = _ranks(result), _ranks(baseline)
    both = now.merge(before, on=KEY, how="outer", suffixes=("", "_before"))
    both["candidate"] = both["candidate"].fillna(both["candidate_before"])
    inside, was = both["rank"].le(n).fillna(False), both["rank_before"].le(n).fillna(False)
    both = both.assign(inside=inside, was=was)[inside | was]
    both["places"] = both["rank_before"] - both["rank"]
    gained = both["places"].fillna(0)
    both["change"] = np.select(
        [both["inside"] & ~both["was"], both["was"] & ~both["inside"], gained > 0, gained < 0],
        ["entered", "left", "rose", "fell"],
        "stayed",
    )
    both = both.sort_values(["rank", "rank_before"], kind="stable", na_position="last")
    columns = ["candidate", "shell", "rank", "rank_before", "places", "change"]
    return both[columns].reset_index(drop=True)


def _ranks(result: Selectable) -> pd.DataFrame:
    """Return the rank of each candidate, the best where one was judged twice."""
    frame = result.select(["candidate", *KEY, "rank"]).to_pandas()
    frame["shell"] = frame["shell"].astype(object).fillna("")
    frame["rank"] = frame["rank"].astype("Int64")
    return frame.sort_values("rank", kind="stable").drop_duplicates(KEY)
