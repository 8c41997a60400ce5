"""Sections of ternary systems: the hull of the snapshot, and candidates on it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arguments import named
from ...composition.inputs import read_inputs
from ...elements import SYMBOLS
from ...errors import InputError
from ..figures.section import section as figure_of
from ._axes import axes
from ._draw import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ...phases.snapshot import Snapshot


@named
def section(
    system: str,
    compositions: Any = None,
    *,
    temperature: float | None = None,
    snapshot: "Snapshot | str | Path | None" = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the stable phases of a ternary system, and how likely candidates form on it.

    The stable phases are those of the snapshot at 0 K, those in balance joined; candidates are
    coloured by `magnetkit.phases.stability`. A candidate with other elements is left out.

    Parameters
    ----------
    system : str
        Three elements, such as ``"Sm-Co-Fe"``.
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        Candidates; none by default.
    temperature : float, optional
        Of the probability, K; that at which each host is made without it.
    snapshot : str, Path or Snapshot, optional
        Phases; the embedded snapshot without it.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If `system` is not three elements, or the snapshot has no phases of one.
    """
    from ...phases import open_snapshot, stability
    from ...phases.section import hull_section

    elements = system.split("-")
    if len(set(elements)) != 3 or any(e not in SYMBOLS for e in elements):
        raise InputError(f"a section takes three elements such as Sm-Co-Fe, got {system!r}")
    source = open_snapshot(snapshot)
    hull = hull_section(source, elements)
    shares, odds, names = np.empty((0, 3)), np.empty(0), list[str]()
    if compositions is not None:
        table = read_inputs(compositions, "auto").table
        shown = table[np.abs(table.fraction(*elements) - 1.0) < 1e-9]
        names = shown.formulas()
        shares = np.column_stack([shown.fraction(e) for e in elements])
        found = stability(shown, temperature=temperature, snapshot=source) if names else {}
        odds = found["probability_phase_forms"] if names else odds
    ax = draw(figure_of(hull, shares, odds, names), axes(ax))
    ax.set_title(f"{system}, phases of the snapshot at 0 K")
    return ax
