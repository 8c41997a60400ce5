"""Which faces are treated: groups of patches that get one mass per area each."""

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from .maps import read_mask
from .profile import Patch, Spreading
from .shapes import AXES, Axis

Groups = list[list[Patch]]

NAMED = ("all", "poles", "sides", "edges", "field")
EDGE_MM = 3.0
"""Width of the rim that ``edges`` coats: as deep as diffusion reaches in 8 h at 900 C."""
_MOST_PARTS, _PART_MM = 6, 3.0


def groups(faces: Any, spreading: Spreading, along: Axis) -> Groups:
    """Return the groups of patches of a treatment.

    Parameters
    ----------
    faces : str, Path or DataFrame
        ``all``; ``poles``, those that the magnetization goes through; ``sides``, the others;
        ``edges``, a rim of `EDGE_MM` on every face; ``field``, every face in parts of 3 mm or
        more that each get what the field asks for; names such as ``z+,z-``; or a mask of
        `magnetkit.diffusion.maps.read_mask`.
    spreading : Spreading
    along : {"x", "y", "z"}
        Direction of magnetization.

    Raises
    ------
    InputError
        If it names no face.
    """
    own = spreading.cells.shape.faces
    if not isinstance(faces, str) or Path(faces).suffix:
        return read_mask(faces, spreading)
    poles = [f for f in own if f[0] == along and f[-1] in "+-"]
    if spreading.cells.shape.kind != "block" and along != "z":
        poles = [f for f in own if f == "outer"]
    sets = {"all": list(own), "poles": poles, "sides": [f for f in own if f not in poles]}
    if faces in sets:
        return [[_whole(f, spreading) for f in sets[faces]]]
    if faces == "edges":
        return [[_rim(f, spreading) for f in own]]
    if faces == "field":
        return [[part] for f in own for part in _parts(f, spreading)]
    names = [name.strip() for name in faces.split(",")]
    if wrong := [name for name in names if name not in own]:
        raise InputError(
            f"{wrong[0]!r} is no face of {spreading.cells.shape}; give {', '.join(NAMED)}, some of "
            f"{', '.join(own)}, or a mask (.csv)"
        )
    return [[_whole(f, spreading) for f in dict.fromkeys(names)]]


def _whole(face: str, spreading: Spreading) -> Patch:
    return Patch(face, np.ones(spreading.grid(face), bool))


def _rim(face: str, spreading: Spreading) -> Patch:
    where = np.zeros(spreading.grid(face), bool)
    for i, middles in enumerate(spreading.middles(face)):
        half = 0.5 * (middles[-1] - middles[0]) + 0.5 * (middles[1] - middles[0])
        near = np.minimum(middles - middles[0], middles[-1] - middles) < min(
            1e-3 * EDGE_MM, 0.5 * half
        )
        where |= near.reshape([-1 if i == j else 1 for j in range(where.ndim)])
    return Patch(face, where)


def _parts(face: str, spreading: Spreading) -> list[Patch]:
    lines = spreading.middles(face)
    labels = []
    for middles in lines:
        length = middles[-1] - middles[0] + (middles[1] - middles[0])
        parts = int(np.clip(round(1e3 * length / _PART_MM), 1, min(_MOST_PARTS, len(middles))))
        labels.append(np.arange(len(middles)) * parts // len(middles))
    if len(labels) == 1:
        return [Patch(face, labels[0] == k) for k in range(labels[0][-1] + 1)]
    return [
        Patch(face, np.outer(labels[0] == k, labels[1] == m))
        for k in range(labels[0][-1] + 1)
        for m in range(labels[1][-1] + 1)
    ]


def axis_of(along: str) -> Axis:
    """Return a direction of magnetization.

    Raises
    ------
    InputError
        If it is none of x, y, z.
    """
    for axis in AXES:
        if along == axis:
            return axis
    raise InputError(
        f"along must be x, y or z, got {along!r}; of a radial ring give the field as a map"
    )
