"""What moved between two snapshots, and which systems a device's candidates touch."""

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._core._arguments import finite, named
from ._space import composition_keys, whole_space
from .hull import solve, stable_space
from .snapshot import Snapshot, open_snapshot, symbols_of

if TYPE_CHECKING:
    import pandas as pd


MOVED_EV_ATOM = 0.010
"""Least change of the distance to the hull for which a phase is listed."""
MOST_TOGETHER = 4
"""Elements of the largest systems that are pulled; hardly an intermetallic entry has more."""


@named
def differences(
    before: Snapshot | str | Path | None,
    after: Snapshot | str | Path | None,
    moved: float = MOVED_EV_ATOM,
) -> "pd.DataFrame":
    """Return the phases that are new, gone or moved between two snapshots.

    Each composition stands by its lowest entry, and each snapshot by its own hull over the elements
    that both have; whole schemes are compared, their energies never mixed.

    Parameters
    ----------
    before, after : str, Path, Snapshot or None
        Snapshots; None is the embedded one.
    moved : float
        Least change of the distance to the hull, eV/atom.

    Returns
    -------
    DataFrame
        One row a phase, the largest change first: ``change`` (``new``, ``gone``, ``moved``),
        ``formula``, and ``energy_above_hull_eV_atom`` with ``_before`` beside it, NaN where the
        phase is absent.

    Raises
    ------
    DataError
        If a snapshot cannot be read.
    """
    import pandas as pd

    moved = finite("moved", moved, 0.0)
    sides = [_above(open_snapshot(s)) for s in (before, after)]
    both = set(sides[0][1]) & set(sides[1][1])
    old, new = ({k: v for k, v in phases.items() if v[2] <= both} for phases, _ in sides)
    rows = []
    for key in old.keys() | new.keys():
        was = old[key][1] if key in old else np.nan
        now = new[key][1] if key in new else np.nan
        change = "new" if key not in old else "gone" if key not in new else "moved"
        if change == "moved" and not abs(now - was) > moved:
            continue
        rows.append((change, (new.get(key) or old[key])[0], was, now))
    name = "energy_above_hull_eV_atom"
    found = pd.DataFrame(rows, columns=["change", "formula", f"{name}_before", name])
    size = (found[name] - found[f"{name}_before"]).abs().fillna(0.0)
    found = found.assign(size=size).sort_values(
        ["change", "size", "formula"], ascending=[True, False, True]
    )
    return found.drop(columns="size").reset_index(drop=True)


def _above(source: Snapshot) -> tuple[dict[bytes, tuple[str, float, set[str]]], list[str]]:
    """Return formula, distance to the hull and elements of each composition, and all elements."""
    space = whole_space(source)
    table = space.table()
    above = np.maximum(space.energy - solve(table, stable_space(source)).energy, 0.0)
    parts = zip(composition_keys(table), space.formulas, above.tolist(), strict=True)
    found = {key: (formula, a, symbols_of(formula)) for key, formula, a in parts}
    return found, space.formulas[: space.columns]


@named
def touched_systems(elements: Iterable[str], most: int = MOST_TOGETHER) -> list[str]:
    """Return the largest chemical systems to pull for compounds of some elements.

    Parameters
    ----------
    elements : iterable of str
    most : int
        Elements of a system; with their subsystems these hold every compound of as many elements.

    Returns
    -------
    list of str

    Examples
    --------
    >>> touched_systems(["Sm", "Co", "Fe"])
    ['Co-Fe-Sm']
    >>> len(touched_systems(["Nd", "Pr", "Fe", "Co", "B"]))
    5
    """
    symbols = sorted(set(elements))
    return ["-".join(s) for s in combinations(symbols, min(most, len(symbols)))]
