"""Magnets by what they are, for what their errors have in common."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..composition.table import CompositionTable
from .likeness import Kinds
from .magnets import alloys
from .shell import read_shells


def kinds(
    table: CompositionTable, hosts: Sequence[str], shells: Sequence[str], process: Any = None
) -> Kinds:
    """Return magnets by recipe, host, shell, and the share of coercivity that their shell gives.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    hosts, shells : sequence of str, n
        As in the columns of `magnetkit.magnetism.sintered`; an empty text is no shell.
    process : optional
        As of `magnetkit.magnetism.sintered`.

    Examples
    --------
    >>> table = CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14B"])
    >>> found = kinds(table, ["2:14:1"] * 2, ["", "Tb 0.5 wt%"])
    >>> bool(found.shares[0] == 0.0 and 0.1 < found.shares[1] < 0.6)
    True
    """
    from ..hosts.partition import assign_hosts, partition

    text, shares = np.array(shells, dtype=str), np.zeros(len(table))
    rows = np.flatnonzero(text != "")
    if rows.size:
        some = table[rows]
        parts = partition(some, assign_hosts(some))
        made = alloys(some, parts, process, read_shells(list(text[rows]), len(rows)))
        shares[rows] = made.rows["shell_share"]
    return Kinds(table, np.array(hosts, dtype=str), text, shares)
