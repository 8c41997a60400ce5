"""Slopes of the formation energy that a potential supplies where a snapshot is silent.

A metal M of which a snapshot has no entry of a host beside the main metal T, and no end member,
leaves the interpolation without any hold. A machine-learned potential's energy of one atom of M in
that host is the slope of the formation energy at M -> 0: SevenNet's in 1:5 and 2:17, CHGNet's in
1:12 (``datasets/substitution``). It is a difference against the potential's own elements and of one
method throughout, so that it says how the energy changes; where it starts from stays the
snapshot's.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .. import datasets
from ..elements import INDEX
from ..hosts.records import HOSTS, root_of

NOISE_EV = 0.25
"""Deviation of a slope, eV per replaced atom: that of a potential from entries that tell."""
SHARE = 0.02
"""Share of the metal sites at which the slope is taken."""


class Slope(NamedTuple):
    """Energy of an atom of `metal` in the place of one of `main`, eV; elements as columns."""

    earth: int
    main: int
    metal: int
    energy: float


@lru_cache(maxsize=8)
def slopes(host: str) -> tuple[Slope, ...]:
    """Return the slopes known of a host; none where they do not help.

    Sites are filled by their energies at 1300 K, see `magnetkit.phases.dilute`.
    """
    if not HOSTS[host].substitution_slopes:
        return ()
    return all_slopes(host)


def all_slopes(host: str) -> tuple[Slope, ...]:
    """Return the slopes of a host, whether they help or not."""
    root = root_of(host)
    rows = [row for row in datasets.rows("substitution/slopes.csv") if row["host"] == root]
    return tuple(
        Slope(
            INDEX[row["rare_earth"]],
            INDEX[row["transition_metal"]],
            INDEX[row["element"]],
            float(row["used_eV"]),
        )
        for row in rows
        if row["used_eV"]
    )


def unknown_pairs(
    found: tuple[Slope, ...], metals: np.ndarray, occupied: np.ndarray
) -> list[tuple[int, int]]:
    """Return main metal and metal of the slopes for which there is no entry.

    Parameters
    ----------
    found : tuple of Slope
    metals : ndarray of int64, shape (m,)
        Columns of the metals of `occupied`.
    occupied : ndarray of float64, shape (n, m)
        Shares of the metal sites of each entry of the host.
    """
    place = {int(column): i for i, column in enumerate(metals)}
    silent = []
    for main, metal in dict.fromkeys((s.main, s.metal) for s in found):
        if main not in place or metal not in place:
            continue
        present = (occupied[:, place[main]] > _MAIN) & (occupied[:, place[metal]] > 0.0)
        ends = occupied[:, place[metal]] > 1.0 - 1e-6
        if not present.any() and not ends.any():
            silent.append((main, metal))
    return silent


# From this share on, a metal is one that others are put beside.
_MAIN = 0.3
