"""Candidates as points on two properties."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...columns import COLUMNS
from ._axes import COLOURS, GREY, axes, heading, need
from .series import grade_symbols, grades, judged, objectives

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ...run.result import Ranked

_MARKERS = ("D", "s", "^", "o", "v", "P")


def grade_map(
    frame: "pd.DataFrame",
    *,
    hosts: Sequence[str] | None = None,
    intervals: bool = False,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw remanence against coercivity in front of commercial grades at 20 C.

    Parameters
    ----------
    frame : DataFrame, n rows
        ``remanence_T`` and ``coercivity_kA_m``, best at 293.15 K as the grades are.
    hosts : sequence of str, optional
        Hosts whose grades are drawn, all by default.
    intervals : bool
        Draw the 90 % intervals, for which ``_lo`` and ``_hi`` are needed.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If a column is missing.
    """
    x, y = "coercivity_kA_m", "remanence_T"
    need(frame, x, y)
    ax = axes(ax)
    markers = grade_symbols(_MARKERS)
    for host, part in grades(hosts).groupby("host", sort=False):
        ax.scatter(
            part[x],
            part[y],
            marker=markers[str(host)],
            color=GREY,
            alpha=0.7,
            label=f"grades {host}",
        )
    if intervals:
        errors = [_errors(frame, name) for name in (x, y)]
        ax.errorbar(
            frame[x], frame[y], errors[1], errors[0], fmt="none", ecolor=COLOURS[0], alpha=0.3
        )
    ax.scatter(frame[x], frame[y], s=14, color=COLOURS[0], label="candidates", zorder=3)
    ax.set(xlabel=heading(x), ylabel=heading(y))
    ax.legend(fontsize="small")
    return ax


def _errors(frame: "pd.DataFrame", name: str) -> "np.ndarray":
    need(frame, f"{name}_lo", f"{name}_hi")
    value = frame[name].to_numpy(float)
    below = value - frame[f"{name}_lo"].to_numpy(float)
    above = frame[f"{name}_hi"].to_numpy(float) - value
    return np.stack([below, above])


def pareto(
    result: "Ranked",
    x: str | None = None,
    y: str | None = None,
    *,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the candidates of a screening on two objectives, its first Pareto front ringed.

    Parameters
    ----------
    result : Ranked
    x, y : str, optional
        Result columns; the first and the last objective of the device by default.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If a column is unknown or missing.
    """
    goals = objectives(result.profile)
    x, y = x or goals[0], y or goals[-1]
    frame = result.table
    need(frame, x, y)
    ax = axes(ax)
    looks = ((GREY, 8, "none"), (COLOURS[0], 14, "none"), (COLOURS[0], 45, "black"))
    for (name, part), (colour, size, edge) in zip(judged(frame).items(), looks, strict=True):
        ax.scatter(part[x], part[y], s=size, color=colour, edgecolors=edge, label=name)
    reference = frame[frame["candidate"] == result.profile.reference.formula]
    if len(reference):
        ax.scatter(reference[x], reference[y], s=130, marker="*", color="black", label="reference")
    ax.set(xlabel=heading(x), ylabel=heading(y), title=_title(result))
    ax.legend(fontsize="small")
    return ax


def _title(result: "Ranked") -> str:
    kelvin = float(result.table["temperature_K"].iloc[0])
    return f"{result.profile.title}, {kelvin:.0f} {COLUMNS['temperature_K'].unit}"
