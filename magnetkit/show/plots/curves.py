"""Properties over temperature, and demagnetization curves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...units import MU_0
from ._axes import COLOURS, axes, heading, need

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ...magnetism.demagnetization import Demagnetization


def property_against_temperature(
    frame: "pd.DataFrame", column: str, *, ax: "Axes | None" = None
) -> "Axes":
    """Draw a property over temperature, its interval as a band where the table has one.

    Parameters
    ----------
    frame : DataFrame
        ``candidate``, ``temperature_K`` and `column`: rows of several temperatures, as
        `magnetkit.show.plots.series.sweep` returns them.
    column : str
        Result column.
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
    label = heading(column)
    need(frame, "candidate", "temperature_K", column)
    ax = axes(ax)
    for i, (name, part) in enumerate(frame.groupby("candidate", sort=False)):
        part = part.sort_values("temperature_K")
        colour = COLOURS[i % len(COLOURS)]
        t = part["temperature_K"].to_numpy(float)
        if f"{column}_lo" in part and f"{column}_hi" in part:
            ends = part[f"{column}_lo"].to_numpy(float), part[f"{column}_hi"].to_numpy(float)
            ax.fill_between(t, *ends, color=colour, alpha=0.15, linewidth=0)
        ax.plot(t, part[column].to_numpy(float), color=colour, label=str(name))
    ax.set(xlabel=heading("temperature_K"), ylabel=label)
    ax.legend(fontsize="small")
    return ax


def demagnetization(
    curves: "Demagnetization", labels: Sequence[str] | None = None, *, ax: "Axes | None" = None
) -> "Axes":
    """Draw J(H) (solid) and B(H) (dashed) in the second quadrant, with the load line.

    Parameters
    ----------
    curves : Demagnetization
        As `magnetkit.magnetism.demagnetization` returns them: n magnets at k temperatures.
    labels : sequence of str, length n, optional
        Names of the magnets.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    ax = axes(ax)
    field = 1e-3 * curves.field
    magnets, temperatures = curves.remanence.shape
    for i in range(magnets):
        name = labels[i] if labels is not None else f"magnet {i + 1}"
        for k in range(temperatures):
            colour = COLOURS[(i * temperatures + k) % len(COLOURS)]
            text = f"{name}, {curves.temperature[k]:.0f} K"
            for values, style, shown in (
                (curves.polarization[i, k], "-", text),
                (curves.induction[i, k], "--", "_nolegend_"),
            ):
                inside = values >= 0.0
                ax.plot(field[i, k][inside], values[inside], style, color=colour, label=shown)
            point = 1e-3 * curves.working_field[i, k], curves.working_induction[i, k]
            filled = colour if curves.above_knee[i, k] else "none"
            ax.plot(*point, "o", color=colour, markerfacecolor=filled)
    top = np.nanmax(curves.remanence) if np.isfinite(curves.remanence).any() else 1.0
    slope = curves.load_line * MU_0
    most = np.nanmax(curves.coercivity) if np.isfinite(curves.coercivity).any() else 1e6
    reach = min(top / slope, most) if slope > 0 else most
    ax.plot(
        [0.0, -1e-3 * reach],
        [0.0, slope * reach],
        ":",
        color="0.4",
        label=f"load line {curves.load_line:g}",
    )
    ax.set(xlabel="Field $H$ (kA/m)", ylabel="$J$, $B$ (T)", ylim=(0.0, None))
    ax.set_xlim(right=0.0)
    # Longer numbers would touch if there were more of them.
    ax.locator_params(axis="x", nbins=5)
    ax.yaxis.tick_right()
    ax.yaxis.set_label_position("right")
    # The axis is on the right: on the left nothing lies below the legend.
    ax.legend(fontsize="small", loc="upper right", bbox_to_anchor=(-0.02, 1.0))
    return ax
