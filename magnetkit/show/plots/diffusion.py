"""Heavy rare earth in depth, margins on a magnet, terbium against temperature."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from ...arguments import named
from ...errors import InputError
from ...units import ZERO_CELSIUS
from ..figures.parts import COLOURS, GREY
from ._axes import axes, need

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ...diffusion import Diffusion

Face = Literal["x", "y", "z"]


@named
def depth_profile(
    found: "Diffusion", element: str | None = None, *, ax: "Axes | None" = None
) -> "Axes":
    """Draw heavy rare earth, H_cJ and reverse field through the middle, along the easy axis.

    Parameters
    ----------
    found : Diffusion
        Of `magnetkit.diffuse`.
    element : str, optional
        ``Tb`` or ``Dy``; the best otherwise.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Of the content; H_cJ and field have an axis of their own on the right.
    """
    ax = axes(ax)
    along = found.circuit.along
    name = element or found.best
    line = _middle(found.margins(name), [a for a in "xyz" if a != along])
    line = line.sort_values(f"{along}_mm")
    at = line[f"{along}_mm"].to_numpy(float)
    ax.plot(at, line["amount_wt_pct"].to_numpy(float), color=COLOURS[2], label=f"{name} (left)")
    ax.set(xlabel=f"{along} (mm)", ylabel=f"{name} (wt.%)")
    ax.set_ylim(bottom=0.0)
    right = ax.twinx()
    reverse = line["reverse_kA_m"].to_numpy(float)
    for column, colour, label in (
        ("before_kA_m", GREY, "$H_{cJ}$ before"),
        ("after_kA_m", COLOURS[0], "$H_{cJ}$ after"),
    ):
        right.plot(at, line[column].to_numpy(float) + reverse, color=colour, label=label)
    right.plot(at, reverse, color=COLOURS[1], linestyle="--", label="reverse field")
    right.set_ylabel("$H_{cJ}$, reverse field (kA/m)")
    right.set_ylim(bottom=0.0)
    lines = [*ax.get_lines(), *right.get_lines()]
    right.legend(lines, [str(one.get_label()) for one in lines], fontsize="small")
    return ax


@named
def margin_map(
    found: "Diffusion",
    when: Literal["before", "after"] = "after",
    element: str | None = None,
    *,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the margin, H_cJ less the reverse field along the easy axis, on the worst layer.

    Parameters
    ----------
    found : Diffusion
        Of `magnetkit.diffuse`.
    when : {"before", "after"}
        Diffusion; both have the same colours.
    element : str, optional
        ``Tb`` or ``Dy``; the best otherwise.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If it is neither before nor after.
    """
    if when not in ("before", "after"):
        raise InputError(f"when must be before or after, got {when!r}")
    ax = axes(ax)
    margins = found.margins(element)
    along = found.circuit.along
    first, second = (a for a in "xyz" if a != along)
    worst = float(margins[f"{along}_mm"].iloc[int(margins[f"{when}_kA_m"].to_numpy().argmin())])
    layer = margins[np.isclose(margins[f"{along}_mm"], worst)]
    grid = layer.pivot_table(index=f"{second}_mm", columns=f"{first}_mm", values=f"{when}_kA_m")
    most = float(margins[["before_kA_m", "after_kA_m"]].abs().to_numpy().max())
    drawn = ax.pcolormesh(
        grid.columns.to_numpy(float), grid.index.to_numpy(float), grid.to_numpy(float),
        cmap="RdBu", vmin=-most, vmax=most, shading="nearest",
    )  # fmt: skip
    ax.figure.colorbar(drawn, ax=ax, label="margin (kA/m)")
    ax.set(
        xlabel=f"{first} (mm)",
        ylabel=f"{second} (mm)",
        title=f"{when} diffusion, {along} = {worst:.2g} mm",
        aspect="equal",
    )
    return ax


@named
def terbium_against_temperature(table: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw the heavy rare earth that magnets need over the temperature they have to stand.

    Parameters
    ----------
    table : DataFrame
        ``temperature_K``, ``thickness_mm`` and ``amount_wt_pct`` (NaN where no coating does it),
        as `magnetkit.diffusion.needed_by_temperature` returns them.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    need(table, "temperature_K", "thickness_mm", "amount_wt_pct")
    ax = axes(ax)
    for i, (thickness, part) in enumerate(table.groupby("thickness_mm")):
        part = part.sort_values("temperature_K")
        celsius = part["temperature_K"].to_numpy(float) - ZERO_CELSIUS
        amount = part["amount_wt_pct"].to_numpy(float)
        colour = COLOURS[i % len(COLOURS)]
        ax.plot(celsius, amount, "o-", color=colour, label=f"{thickness:g} mm")
        gone = np.isnan(amount)
        if gone.any():
            ax.axvline(celsius[gone].min(), color=colour, linestyle=":", linewidth=1.0)
    ax.set(xlabel="Temperature (°C)", ylabel="Least heavy rare earth put on (wt.%)")
    ax.legend(title="thickness; dotted: none does it", fontsize="small")
    return ax


def _middle(margins: "pd.DataFrame", across: list[str]) -> "pd.DataFrame":
    """Return the cells on the line through the middle of the magnet."""
    for axis in across:
        at = margins[f"{axis}_mm"]
        margins = margins[np.isclose(at, float(at.iloc[int(at.abs().to_numpy().argmin())]))]
    return margins
