"""How predictions stand to measurements."""

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arguments import named
from ...columns import COLUMNS
from ...errors import InputError
from ..figures.parts import COLOURS
from ._axes import axes, heading

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@named
def parity(
    measured: ArrayLike,
    predicted: ArrayLike,
    column: str,
    *,
    lo: ArrayLike | None = None,
    hi: ArrayLike | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw predictions against measurements, with intervals where they are given.

    Parameters
    ----------
    measured, predicted : array_like, shape (n,)
        Rows where either is NaN are left out.
    column : str
        Result column, for the labels.
    lo, hi : array_like, shape (n,), optional
        Interval of the predictions.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If shapes differ or no pair is known.
    """
    label = heading(column)
    given = _aligned(measured, predicted, *(v for v in (lo, hi) if v is not None))
    true, guess = given[:2]
    ax = axes(ax)
    if lo is not None and hi is not None:
        # A prediction may lie a rounding outside its own interval.
        errors = np.maximum([guess - given[2], given[3] - guess], 0.0)
        ax.errorbar(true, guess, errors, fmt="none", ecolor=COLOURS[0], alpha=0.35, linewidth=1)
    ax.scatter(true, guess, s=16, color=COLOURS[0], zorder=3)
    ends = [min(true.min(), guess.min()), max(true.max(), guess.max())]
    ax.plot(ends, ends, color="0.4", linewidth=1, zorder=1)
    mean = float(np.mean(np.abs(guess - true)))
    unit = f" {COLUMNS[column].unit}".rstrip()
    ax.set(
        xlabel=f"measured: {label}",
        ylabel=f"predicted: {label}",
        title=f"mean absolute error {mean:.3g}{unit}, {len(true)} rows",
    )
    return ax


@named
def coverage(
    measured: ArrayLike,
    predicted: ArrayLike,
    lo: ArrayLike,
    hi: ArrayLike,
    *,
    interval: float = 0.9,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the share of measurements inside the interval against its nominal coverage.

    Intervals of other coverage are those given, scaled on each side as a normal distribution
    would be. On the diagonal they say what they promise; above it they are too wide.

    Parameters
    ----------
    measured, predicted, lo, hi : array_like, shape (n,)
        Rows where any is NaN are left out.
    interval : float
        Coverage of the intervals given.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If shapes differ, no row is known or `interval` is out of range.
    """
    if not 0.0 < interval < 1.0:
        raise InputError(f"interval must lie between 0 and 1, such as 0.9; got {interval!r}")
    true, guess, low, high = _aligned(measured, predicted, lo, hi)
    half = np.where(true >= guess, high - guess, guess - low)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(true == guess, 0.0, np.abs(true - guess) / np.maximum(half, 0.0))
    normal = NormalDist()
    nominal = np.linspace(0.0, 1.0, 101)[1:-1]
    scale = np.array([normal.inv_cdf(0.5 + p / 2.0) for p in nominal])
    scale /= normal.inv_cdf(0.5 + interval / 2.0)
    observed = (distance[:, None] <= scale).mean(axis=0)
    ax = axes(ax)
    ax.plot([0, 1], [0, 1], color="0.4", linewidth=1)
    ax.plot(nominal, observed, color=COLOURS[0])
    inside = float((distance <= 1.0).mean())
    ax.plot(interval, inside, "o", color=COLOURS[1])
    ax.set(
        xlabel="nominal coverage",
        ylabel="share of measurements inside",
        title=f"{100 * inside:.0f} % inside the {100 * interval:g} % interval, {len(true)} rows",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    return ax


def _aligned(*given: ArrayLike) -> list[NDArray[np.float64]]:
    """Return vectors without the rows where any is NaN."""
    vectors = [np.asarray(values, dtype=np.float64) for values in given]
    if len({v.shape for v in vectors}) > 1 or vectors[0].ndim != 1:
        shapes = ", ".join(str(v.shape) for v in vectors)
        raise InputError(f"expected vectors of the same length, got shapes {shapes}")
    known = np.isfinite(np.stack(vectors)).all(axis=0)
    if not known.any():
        raise InputError("no row has both a measurement and a prediction")
    return [v[known] for v in vectors]
