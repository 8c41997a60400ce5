"""Sections of ternary systems: the hull of the snapshot, and candidates on it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...composition.inputs import read_inputs
from ...elements import SYMBOLS
from ...errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ...phases.snapshot import Snapshot


def section(
    system: str,
    compositions: Any = None,
    *,
    temperature: float | None = None,
    snapshot: "Snapshot | str | Path | None" = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the stable phases of a ternary system, and how likely candidates form on it.

    The triangle is drawn by pymatgen's plotter, ordered as the snapshot has it at 0 K; candidates
    are coloured by `magnetkit.phases.stability`. A candidate with other elements is left out.

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
    import matplotlib.pyplot as plt
    from pymatgen.analysis.phase_diagram import PDPlotter, triangular_coord
    from pymatgen.core import Composition

    from ...phases import open_snapshot, stability
    from ...phases.diagram import phase_diagram
    from ._axes import axes, heading

    elements = system.split("-")
    if len(set(elements)) != 3 or any(e not in SYMBOLS for e in elements):
        raise InputError(f"a section takes three elements such as Sm-Co-Fe, got {system!r}")
    source = open_snapshot(snapshot)
    diagram = phase_diagram(source, system)
    ax = axes(ax)
    # pymatgen draws its lines into the current axes whatever it is given, and moves its margins,
    # which a layout engine forbids.
    plt.sca(ax)
    engine = ax.figure.get_layout_engine()
    ax.figure.set_layout_engine(None)
    PDPlotter(diagram, show_unstable=0, backend="matplotlib", markersize=3).get_plot(
        ax=ax, label_unstable=False
    )
    ax.set_aspect("equal", adjustable="box")
    ax.figure.set_layout_engine(engine)
    for text in ax.texts:
        text.set_fontsize(7)
        text.set_fontweight("normal")
    if compositions is not None:
        table = read_inputs(compositions, "auto").table
        inside = np.abs(table.fraction(*elements) - 1.0) < 1e-9
        shown = table[inside]
        if len(shown):
            found = stability(shown, temperature=temperature, snapshot=source)
            at = [triangular_coord(diagram.pd_coords(Composition(f))[:2]) for f in shown.formulas()]
            x, y = np.array(at).T
            points = ax.scatter(
                x, y, c=found["probability_phase_forms"], vmin=0.0, vmax=1.0, cmap="RdYlGn",
                edgecolors="black", linewidths=0.5, s=30, zorder=5,
            )  # fmt: skip
            ax.figure.colorbar(points, ax=ax, label=heading("probability_phase_forms"), shrink=0.7)
    ax.set_title(f"{system}, phases of the snapshot at 0 K")
    _apart(ax)
    return ax


def _apart(ax: "Axes") -> None:
    """Leave out the names of phases that would lie on another's."""
    ax.figure.canvas.draw()
    kept: list[Any] = []
    for text in list(ax.texts):
        box = text.get_window_extent()
        if any(box.overlaps(other) for other in kept):
            text.remove()
        else:
            kept.append(box)
