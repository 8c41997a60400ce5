"""Properties over temperature, and demagnetization curves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...arguments import named
from ..figures import curves as figures
from ..figures.parts import axis_of, layout_of
from ._axes import axes, heading, need
from ._draw import draw

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ...magnetism.demagnetization import Demagnetization


@named
def property_against_temperature(
    frame: "pd.DataFrame", column: str, *, ax: "Axes | None" = None
) -> "Axes":
    """Draw a property over temperature, its interval as a band where the table has one.

    Parameters
    ----------
    frame : DataFrame
        ``candidate``, ``temperature_K`` and `column`: rows of several temperatures, as
        `magnetkit.show.plots.sweep` returns them.
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
    heading(column)
    need(frame, "candidate", "temperature_K", column)
    traces = figures.lines_over_temperature(frame, column)
    layout = layout_of(figures.temperature_axis(celsius=False), axis_of(column))
    return draw({"data": traces, "layout": layout}, axes(ax))


@named
def demagnetization(
    curves: "Demagnetization", labels: Sequence[str] | None = None, *, ax: "Axes | None" = None
) -> "Axes":
    """Draw J(H) (thick) and B(H) (thin) against the reverse field, with the load line.

    A working point past the knee, where flux is lost, is a cross.

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
    count = len(curves.remanence)
    named = labels if labels is not None else [f"magnet {i + 1}" for i in range(count)]
    names = [f"{name}, {kelvin:.0f} K" for name in named for kelvin in curves.temperature]
    return draw(figures.demagnetization(curves, names), axes(ax))
