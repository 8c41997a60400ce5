"""The picture of a diffused magnet: what is put where on its faces, and how deep it gets."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._files import replacing
from .._core._types import FloatArray
from .._core.errors import InputError
from . import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..diffusion.diffuse import Diffusion


_SIZE_INCHES = (11.0, 4.2)
_HEIGHT_WITH_FACES = 8.0
_DPI = 130
PICTURE = "design.png"
_SUFFIXES = (".png", ".svg", ".pdf")
# Corners of a circle, and the gap between faces as a share of the longest side.
_CORNERS = 97
_GAP = 0.1


def check_picture(path: Path | None) -> None:
    """Raise InputError if `path` does not end in .png, .svg or .pdf, in any case; None passes."""
    if path is not None and path.suffix.lower() not in _SUFFIXES:
        raise InputError(
            f"a design is drawn into {', '.join(_SUFFIXES)}, got {path.name!r}"
        )


def save_design(found: "Diffusion", path: Path) -> None:
    """Draw a design, see `draw_design`, and write it to the .png, .svg or .pdf file `path`.

    `found` is the `Diffusion` that `magnetkit.diffuse` returned; its best
    element is drawn. The suffix of `path` is not checked here, see
    `check_picture`; for another one matplotlib raises ValueError. An existing
    file is replaced. InputError without matplotlib, or if the file cannot be
    written.
    """
    figure = draw_design(found)
    with replacing(path) as temporary:
        figure.savefig(temporary, format=path.suffix[1:].lower(), dpi=_DPI)


def draw_design(found: "Diffusion", element: str | None = None) -> "Figure":
    """Draw a design by matplotlib: the faces with their dose, a profile, and the margin.

    Parameters
    ----------
    found : Diffusion
        Designs, as `magnetkit.diffuse` returns them.
    element : str, optional
        ``Tb`` or ``Dy``, one that was asked for (KeyError); the best otherwise.

    Returns
    -------
    matplotlib.figure.Figure
        A new one. Where no coating is needed (``found.none_needed``) the faces are left out, and
        the margin is that of the magnet as it is.

    Raises
    ------
    InputError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError(
            "pictures are drawn by matplotlib, which is not installed: pip install "
            "'magnetkit[plots]'"
        ) from None
    name = element or found.best
    figure = Figure(_SIZE_INCHES, layout="constrained")
    panels = figure.subplot_mosaic("dm")
    if not found.none_needed:
        figure.set_figheight(_HEIGHT_WITH_FACES)
        figure.clear()
        panels = figure.subplot_mosaic("ff;dm", height_ratios=(1.2, 1.0))
        _draw_faces(found, name, panels["f"])
    depth, margin = (panels[key] for key in "dm")
    plots.depth_profile(found, name).draw(depth)
    depth.set_title("through the middle", fontsize="medium")
    when: Any = "before" if found.none_needed else "after"
    plots.margin_map(found, when, name).draw(margin)
    if found.none_needed:
        margin.set_title("as it is, on the worst layer", fontsize="medium")
    figure.suptitle(_headline(found, name), fontsize="large")
    return figure


def _headline(found: "Diffusion", element: str) -> str:
    """Write the answer for one element in one line, for the title of the picture.

    Parameters
    ----------
    found : Diffusion
        Of `magnetkit.diffuse`.
    element : str
        "Tb" or "Dy", one of its designs.

    Returns
    -------
    str
        The magnet, without the likeliest recipe of a grade, and what is put on its faces (g a
        magnet, anneal and probability). Where none is needed, or the coating misses the target,
        that alone.
    """
    magnet = found.magnet.split(" (most likely")[0]
    if found.none_needed:
        return f"{magnet}: no heavy rare earth needed"
    rows = found.designs
    row = rows[(rows["way"] == "faces") & (rows["element"] == element)].iloc[0]
    if not row["meets"]:
        return f"{magnet}: {element} on the faces does not do it"
    anneal = f"{row['hours']:g} h at {row['anneal_C']:g} °C"
    text = f"{magnet}: {row['put_on_g']:.2g} g of {element} a magnet, {anneal}"
    return f"{text}, P {row['probability']:.2f}"


def _draw_faces(found: "Diffusion", element: str, axes: Any) -> None:
    """Draw the unfolded faces side by side, coloured by the mass that enters.

    Parameters
    ----------
    found : Diffusion
        Of `magnetkit.diffuse`.
    element : str
        "Tb" or "Dy", one of its designs.
    axes : matplotlib Axes
        Drawn into; it gets title and colour bar (mg/cm2), a text at each face with its name and
        dose, and loses its frame.
    """
    spreading = found.search[element].spreading
    doses = face_doses(found, element)
    largest = max(float(dose.max()) for dose in doses.values())
    is_block = spreading.cells.shape.kind == "block"
    unfold = _unfold_block if is_block else _unfold_round
    meshes = unfold(spreading)
    for face, (across, up) in meshes.items():
        dose = doses[face]
        if face[0] in "yz" and dose.ndim == 2:
            dose = dose.T
        if dose.ndim == 1:
            dose = np.tile(dose[:, None], (1, across.shape[1] - 1))
        colours = axes.pcolormesh(
            across, up, dose, cmap="YlOrRd", vmin=0.0, vmax=max(largest, 1e-3)
        )
        low = float(dose.min())
        high = float(dose.max())
        text = f"{face}: {high:.2g}"
        if high - low > 0.02 * high:
            text = f"{face}: {low:.2g} to {high:.2g}"
        place = (float(across.mean()), float(up.max()))
        axes.annotate(text, place, ha="center", va="bottom", fontsize="small")
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(
        "what enters each face, unfolded", fontsize="medium", pad=18
    )
    axes.figure.colorbar(
        colours,
        ax=axes,
        label=f"{element} that enters (mg/cm²)",
        shrink=0.8,
    )


def face_doses(found: "Diffusion", element: str) -> dict[str, FloatArray]:
    """Compute the mass of an element that enters each cell of each face.

    Parameters
    ----------
    found : Diffusion
        Of `magnetkit.diffuse`.
    element : str
        "Tb" or "Dy", one of its designs.

    Returns
    -------
    dict of str to ndarray of float64
        By name of every face of the magnet, such as "z+": mg/cm2 on its grid of cells, 0 where
        nothing is put on. The shape is that of ``Spreading.grid``: two directions of a block in the
        order x, y, z, one of a round magnet. Patches on the same cells add up.
    """
    coating = found.coated[element]
    spreading = found.search[element].spreading
    faces = spreading.cells.shape.faces
    doses = {face: np.zeros(spreading.grid(face)) for face in faces}
    for group, mass in zip(coating.groups, coating.mass, strict=True):
        for patch in group:
            doses[patch.face] += np.where(
                patch.where, 100.0 * float(mass), 0.0
            )
    return doses


def _unfold_block(spreading: Any) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Place the six faces of a block side by side in the plane of the picture.

    Parameters
    ----------
    spreading : Spreading
        Cells of a block; its ``edges`` along x, y and z (m) count.

    Returns
    -------
    dict of str to tuple of two ndarrays
        By name of the face, "z+", "x-", "x+", "y-", "y+" and "z-": first x, then y of the corners
        of its cells in the picture, mm, each of shape (rows + 1, columns + 1). To the right goes z
        of faces x, and x of the others; up goes z of faces y, and y of the others. "z+" is in the
        middle, at (0, 0).
    """
    edges = dict(
        zip("xyz", (1e3 * edge for edge in spreading.edges), strict=True)
    )
    x, y, z = (float(np.ptp(edge)) for edge in edges.values())
    gap = _GAP * max(x, y, z)
    beside = 0.5 * (x + z) + gap
    middles = {
        "z+": (0.0, 0.0),
        "x-": (-beside, 0.0),
        "x+": (beside, 0.0),
        "y-": (0.0, -0.5 * (y + z) - gap),
        "y+": (0.0, 0.5 * (y + z) + gap),
        "z-": (x + z + 2.0 * gap, 0.0),
    }
    sides = {"x": ("z", "y"), "y": ("x", "z"), "z": ("x", "y")}
    meshes = {}
    for face, (right, up) in middles.items():
        first, second = sides[face[0]]
        mesh = np.meshgrid(right + edges[first], up + edges[second])
        meshes[face] = (mesh[0], mesh[1])
    return meshes


def _unfold_round(spreading: Any) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Place the faces of a disc or ring side by side in the plane of the picture.

    Parameters
    ----------
    spreading : Spreading
        Cells of a disc or ring; its ``edges`` along radius and height (m) count.

    Returns
    -------
    dict of str to tuple of two ndarrays
        By name of the face, "z+", "z-", "outer" and of a ring "inner": x and y
        of the corners of its cells, mm. Those of "z+" and "z-" have the shape
        (radii, 97), those of the walls (heights, 2), where radii and heights
        are numbers of edges.
    """
    radii = 1e3 * spreading.edges[0]
    heights = 1e3 * spreading.edges[1]
    largest = float(radii[-1])
    gap = _GAP * 4.0 * largest
    angle = np.linspace(0.0, 2.0 * np.pi, _CORNERS)
    meshes = {}
    for face, side in (("z+", -1.0), ("z-", 1.0)):
        middle = side * (largest + 0.5 * gap)
        across = middle + np.outer(radii, np.cos(angle))
        meshes[face] = (across, np.outer(radii, np.sin(angle)))
    walls = {"outer": (largest, -1.0)}
    if radii[0] > 0.0:
        walls["inner"] = (float(radii[0]), 1.0)
    for face, (radius, side) in walls.items():
        middle = side * (largest + gap + 0.5 * float(np.ptp(heights)))
        ends = np.pi * radius * np.array([-1.0, 1.0])
        mesh = np.meshgrid(ends, middle + heights)
        meshes[face] = (mesh[0], mesh[1])
    return meshes
