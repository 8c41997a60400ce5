"""Magnets by what they are, for what their errors have in common."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..columnar import Coded
from ..composition.table import CompositionTable
from ..hosts.records import root_of
from ..units import ROOM_K
from .grains import grain_effect, off_reference
from .likeness import Kinds
from .magnets import alloys
from .mill import EFFECTS
from .process import by_row, read_process
from .shell import read_shells


def kinds(
    table: CompositionTable,
    hosts: Sequence[str],
    shells: Sequence[str],
    process: Any = None,
    temperature: float = ROOM_K,
) -> Kinds:
    """Return magnets by recipe, host, shell, and what errors that they share act by.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    hosts, shells : sequence of str, n
        As in the columns of `magnetkit.magnetism.sintered`; an empty text is no shell.
    process : optional
        As of `magnetkit.magnetism.sintered`.
    temperature : float
        At which coercivity is compared, K.

    Examples
    --------
    >>> table = CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14B"])
    >>> found = kinds(table, ["2:14:1"] * 2, ["", "Tb 0.5 wt%"])
    >>> bool(found.effects[0, 0] == 0.0 and 0.1 < found.effects[1, 0] < 0.6)
    True
    """
    from ..hosts.partition import HOST_NAMES, assign_hosts, partition

    text, effects = np.array(shells, dtype=str), np.zeros((len(table), len(EFFECTS)))
    checked, wanted = read_process(process, len(table)), text != ""
    if checked.grain_size_um is not None:
        codes = assign_hosts(table)
        wanted |= off_reference(by_row(checked, codes, HOST_NAMES)).any()
    rows = np.flatnonzero(wanted)
    if rows.size:
        some = table[rows]
        parts = partition(some, assign_hosts(some))
        made = alloys(some, parts, checked, read_shells(list(text[rows]), len(rows)))
        effects[rows, 0] = made.rows[EFFECTS[0]]
        effects[rows, 1] = grain_effect(made.phases, made.rules(), made.rows, temperature)[0]
    return Kinds(table, Coded.of([root_of(host) for host in hosts]), text, effects)
