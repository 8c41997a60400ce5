"""Shapes of magnets, cut into cells: block, disc and ring, centred on the origin."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Axis = Literal["x", "y", "z"]
AXES: tuple[Axis, ...] = ("x", "y", "z")
BLOCK_FACES = ("x-", "x+", "y-", "y+", "z-", "z+")
ROUND_FACES = ("z-", "z+", "outer", "inner")
CELLS = 12_000
"""Cells of a magnet unless asked otherwise: 0.3 to 0.6 mm apart in a magnet of a motor."""

_NUMBERS = r"\d*\.?\d+(?:x\d*\.?\d+)*"
_TEXT = re.compile(rf"\s*(?:(block|disc|ring)\s*:?\s*)?({_NUMBERS})\s*mm\s*")
_KINDS = {"block": 3, "disc": 2, "ring": 3}
# Diffusion and the field of a flat magnet change most across its thickness: cells are flatter than
# cubes by this power of the lengths.
_FLAT = 0.6
_FEWEST, _SMALLEST_MM, _LARGEST_MM = 4, 0.1, 1000.0
# Points a cell's share of a round magnet is counted on, along each side.
_INSIDE = 8


@dataclass(frozen=True)
class Shape:
    """A magnet's shape.

    Attributes
    ----------
    kind : {"block", "disc", "ring"}
    size : tuple of float
        mm: sides along x, y and z of a block; diameter and height of a disc; outer diameter, inner
        diameter and height of a ring, whose axes are z.
    """

    kind: str
    size: tuple[float, ...]

    @property
    def box(self) -> tuple[float, float, float]:
        """Sides of the box about it, m."""
        if self.kind == "block":
            x, y, z = self.size
            return 1e-3 * x, 1e-3 * y, 1e-3 * z
        return 1e-3 * self.size[0], 1e-3 * self.size[0], 1e-3 * self.size[-1]

    @property
    def inner_radius(self) -> float:
        """Radius of the bore, m; 0 without one."""
        return 5e-4 * self.size[1] if self.kind == "ring" else 0.0

    @property
    def volume(self) -> float:
        """Volume, m3."""
        x, y, z = self.box
        if self.kind == "block":
            return x * y * z
        return np.pi * z * (0.25 * x * x - self.inner_radius**2)

    @property
    def faces(self) -> tuple[str, ...]:
        """Names of its faces."""
        return BLOCK_FACES if self.kind == "block" else ROUND_FACES[: 4 if self.inner_radius else 3]

    def thickness(self, faces: tuple[str, ...]) -> float:
        """Return how far diffusion from `faces` has to reach at most, m.

        Half the way between two opposite faces that are both treated; the shortest of the ways of
        all treated faces, since any of them serves a point.
        """
        x, y, z = self.box
        wall = 0.5 * x - self.inner_radius
        ways = {"x": x, "y": y, "z": z, "outer": wall, "inner": wall}
        found = []
        for face in faces:
            name = face.rstrip("+-")
            pair = {"outer": "inner", "inner": "outer"}.get(
                face, name + ("-" if face[-1] == "+" else "+")
            )
            whole = face == "outer" and not self.inner_radius
            found.append(ways[name] / (2.0 if pair in faces and not whole else 1.0))
        return min(found)

    def __str__(self) -> str:
        """Return it as it is written."""
        text = "x".join(f"{s:g}" for s in self.size) + "mm"
        return text if self.kind == "block" else f"{self.kind}:{text}"


def read_shape(text: "str | Shape") -> Shape:
    """Read a shape.

    Parameters
    ----------
    text : str or Shape
        ``"40x15x5mm"`` for a block; ``"disc:20x5mm"``, diameter and height; ``"ring:40x20x5mm"``,
        outer and inner diameter and height.

    Raises
    ------
    InputError
        If it is no such text, or no magnet has such a size.

    Examples
    --------
    >>> read_shape("ring:40x20x5mm").faces
    ('z-', 'z+', 'outer', 'inner')
    """
    if isinstance(text, Shape):
        return text
    match = _TEXT.fullmatch(text) if isinstance(text, str) else None
    kind = (match[1] or "block") if match else "block"
    size = tuple(float(part) for part in match[2].split("x")) if match else ()
    if len(size) != _KINDS[kind]:
        raise InputError(
            f"shape {text!r:.60} not understood; write 40x15x5mm, disc:20x5mm (diameter, height) "
            "or ring:40x20x5mm (outer and inner diameter, height)"
        )
    if not all(_SMALLEST_MM <= s <= _LARGEST_MM for s in size):
        raise InputError(
            f"shape {text}: expected sides of {_SMALLEST_MM:g} to {_LARGEST_MM:g} mm; are these mm?"
        )
    if kind == "ring" and not size[1] < size[0]:
        raise InputError(f"shape {text}: the inner diameter must be below the outer")
    return Shape(kind, size)


@dataclass(frozen=True, eq=False)
class Cells:
    """A shape cut into equal boxes on a regular grid.

    Attributes
    ----------
    shape : Shape
    counts : tuple of int
        Boxes along x, y and z.
    fill : ndarray of float64, shape `counts`
        Share of each box that is magnet: 1 in a block, less at a round rim.
    """

    shape: Shape
    counts: tuple[int, int, int]
    fill: NDArray[np.float64]

    @property
    def step(self) -> NDArray[np.float64]:
        """Sides of a box, m, shape (3,)."""
        return np.array(self.shape.box) / np.array(self.counts)

    def lines(self) -> tuple[NDArray[np.float64], ...]:
        """Return the middles of the boxes along x, y and z, m."""
        return tuple(
            d * (np.arange(n) - 0.5 * (n - 1)) for n, d in zip(self.counts, self.step, strict=True)
        )

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which boxes are magnet, shape `counts`: those at least half full."""
        return self.fill >= 0.5

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """Middles of the boxes inside, m, shape (n, 3)."""
        grid = np.stack(np.meshgrid(*self.lines(), indexing="ij"), axis=-1)
        return grid[self.inside]

    @cached_property
    def volumes(self) -> NDArray[np.float64]:
        """Volume of magnet that each box inside stands for, m3, shape (n,); the whole together."""
        part = self.fill[self.inside]
        return self.shape.volume * part / part.sum()


def cut(shape: Shape, cells: int = CELLS) -> Cells:
    """Cut a shape into about `cells` boxes of magnet.

    Parameters
    ----------
    shape : Shape
    cells : int
        Boxes inside wanted.

    Returns
    -------
    Cells
    """
    box = np.array(shape.box)
    wanted = cells * float(np.prod(box)) / shape.volume
    flat = box**_FLAT
    counts = np.maximum(np.rint(flat * (wanted / np.prod(flat)) ** (1.0 / 3.0)), _FEWEST)
    nx, ny, nz = (int(n) for n in counts)
    fill = np.ones((nx, ny, nz))
    if shape.kind != "block":
        fine = [
            s * ((np.arange(n * _INSIDE) + 0.5) / (n * _INSIDE) - 0.5)
            for s, n in zip(box[:2], (nx, ny), strict=True)
        ]
        radius = np.hypot(fine[0][:, None], fine[1][None, :])
        within = (radius <= 0.5 * box[0]) & (radius >= shape.inner_radius)
        share = within.reshape(nx, _INSIDE, ny, _INSIDE).mean(axis=(1, 3))
        fill *= share[:, :, None]
    return Cells(shape, (nx, ny, nz), fill)
