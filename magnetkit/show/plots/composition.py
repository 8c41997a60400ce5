"""A property over the shares of three rare earths on their site."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ...composition import CompositionTable
from ...errors import InputError
from ._axes import axes, heading
from .series import rare_earth_shares, ternary_corners

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT = np.sqrt(3.0) / 2.0


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
    label = heading(column)
    colour = np.asarray(values, dtype=np.float64)
    if colour.shape != (len(table),):
        raise InputError(f"expected {len(table)} values, one a candidate; got {colour.shape}")
    if corners is None:
        corners = ternary_corners(table)
    if corners is None:
        raise InputError("no candidate has three rare earths; name three corners")
    if len(corners) != 3 or len(set(corners)) != 3:
        raise InputError(f"a triangle has three different corners, got {', '.join(corners)}")
    ax = axes(ax)
    shares = rare_earth_shares(table, corners)
    known = ~np.isnan(shares[:, 0]) & ~np.isnan(colour)
    for level in (0.2, 0.4, 0.6, 0.8):
        rest = 1.0 - level
        for ends in (
            [(level, rest, 0.0), (level, 0.0, rest)],
            [(rest, level, 0.0), (0.0, level, rest)],
            [(rest, 0.0, level), (0.0, rest, level)],
        ):
            ax.plot(*_plane(np.array(ends)), color="0.88", linewidth=0.8, zorder=0)
    rim = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=np.float64)
    ax.plot(*_plane(rim), color="black", linewidth=1.0)
    x, y = _plane(shares[known])
    points = ax.scatter(x, y, c=colour[known], s=40, edgecolors="0.3", linewidths=0.4, zorder=3)
    ax.figure.colorbar(points, ax=ax, label=label, shrink=0.8)
    ax.text(0.5, _HEIGHT + 0.03, corners[0], ha="center", va="bottom")
    ax.text(-0.03, -0.03, corners[1], ha="right", va="top")
    ax.text(1.03, -0.03, corners[2], ha="left", va="top")
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def _plane(shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the plane coordinates of shares, top corner first."""
    return shares[:, 2] + shares[:, 0] / 2.0, shares[:, 0] * _HEIGHT
