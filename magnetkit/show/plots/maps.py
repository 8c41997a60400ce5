"""Candidates as points: among grades, on two objectives, on three rare earths."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ...arguments import named
from ...columns import COLUMNS
from ...composition import CompositionTable
from ...errors import InputError
from ..figures import maps
from ..figures.parts import POINTS
from ..figures.series import objectives, rare_earth_shares, ternary_corners
from ._axes import axes, heading, need
from ._draw import draw

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ...run.result import Ranked


@named
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
    need(frame, maps.X, maps.Y)
    if intervals:
        need(frame, *(f"{name}_{end}" for name in (maps.X, maps.Y) for end in ("lo", "hi")))
    return draw(maps.grade_map(hosts, maps.plain(frame, intervals)), axes(ax))


@named
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
    x, y, colour = x or goals[0], y or goals[-1], goals[min(1, len(goals) - 1)]
    frame = result.thinned(POINTS)
    need(frame, x, y)
    known = frame[frame["candidate"] == result.profile.reference.formula]
    star = [maps.star(known, x, y, "")] if len(known) else []
    ax = draw(maps.pareto(frame, x, y, colour, *star), axes(ax))
    kelvin = float(frame["temperature_K"].iloc[0])
    ax.set_title(f"{result.profile.title}, {kelvin:.0f} {COLUMNS['temperature_K'].unit}")
    return ax


@named
def ternary(
    table: CompositionTable,
    values: ArrayLike,
    column: str,
    *,
    corners: Sequence[str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw a property in the triangle of three rare earths.

    Candidates with another rare earth are left out.

    Parameters
    ----------
    table : CompositionTable, n rows
    values : array_like, shape (n,)
        The property; points without one are left out.
    column : str
        Its result column, for the label.
    corners : sequence of str, optional
        Three symbols (top, left, right); those that show most candidates by default.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If no candidate has three rare earths, or `corners` are not three.
    """
    heading(column)
    known = np.asarray(values, dtype=np.float64)
    if known.shape != (len(table),):
        raise InputError(f"expected {len(table)} values, one a candidate; got {known.shape}")
    if corners is None:
        corners = ternary_corners(table)
    if corners is None:
        raise InputError("no candidate has three rare earths; name three corners")
    if len(corners) != 3 or len(set(corners)) != 3:
        raise InputError(f"a triangle has three different corners, got {', '.join(corners)}")
    shares = rare_earth_shares(table, corners)
    shown = ~np.isnan(shares[:, 0]) & ~np.isnan(known)
    figure = maps.ternary(shares[shown], known[shown], corners, COLUMNS[column].heading)
    return draw(figure, axes(ax))
