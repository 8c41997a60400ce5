"""Shapes of magnets cut into cells, and the field that a magnet makes in itself.

A block, disc or ring is centred on the origin. Cells are uniformly magnetized boxes; the mean field
that one makes in another is the demagnetizing tensor of Newell, Williams and Dunlop (J. Geophys.
Res. 98 (1993) 9551), which holds at any distance. On a regular grid the sum over all cells is a
convolution, done by Fourier transform. A mean over a cell stays finite at sharp edges, where the
field at a point does not. Cells may be magnetized differently, as in a half-demagnetized magnet;
that and 50,000 cells are why magpylib, whose material response keeps a dense matrix between cells,
serves as a check only.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from .._core._types import BoolArray, FloatArray
from .._core.errors import InputError

Axis = Literal["x", "y", "z"]
AXES: tuple[Axis, ...] = ("x", "y", "z")
_BLOCK_FACES = ("x-", "x+", "y-", "y+", "z-", "z+")
_ROUND_FACES = ("z-", "z+", "outer", "inner")
CELLS = 12_000
"""Default number of cells of a magnet: 0.3 to 0.6 mm apart in a magnet of a motor."""
MOST_CELLS = 10_000_000
"""Each takes half a kilobyte."""

_NUMBERS = r"\d*\.?\d+(?:x\d*\.?\d+)*"
_TEXT = re.compile(rf"\s*(?:(block|disc|ring)\s*:?\s*)?({_NUMBERS})\s*mm\s*")
_KINDS = {"block": 3, "disc": 2, "ring": 3}
# Diffusion and the field of a flat magnet change most across its thickness: cells are flatter than
# cubes by this power of the lengths.
_FLAT = 0.6
_FEWEST = 4
_SMALLEST_MM = 0.1
_LARGEST_MM = 1000.0
# Points along each side on which a cell's share of a round magnet is counted.
_INSIDE = 8


@dataclass(frozen=True)
class Shape:
    """A magnet's shape: kind and size, mm.

    Sides along x, y and z of a block; diameter and height of a disc; outer diameter, inner diameter
    and height of a ring. Axes of the latter two are z.
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
        if self.kind == "ring":
            return 5e-4 * self.size[1]
        return 0.0

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
        if self.kind == "block":
            return _BLOCK_FACES
        return _ROUND_FACES[: 3 + (self.inner_radius > 0)]

    def thickness(self, faces: tuple[str, ...]) -> float:
        """Compute the largest depth that diffusion from some faces has to reach, m.

        This is the distance to the opposite face, half of it where both are treated. Of all treated
        directions the smallest counts, since any of them serves a point.

        Parameters
        ----------
        faces : tuple of str
            Treated faces, one or more: "x-" to "z+" of a block, "z-", "z+", "outer" or "inner" of a
            disc or ring. ValueError without any.

        Returns
        -------
        float
            m. Of a wall treated from "outer" alone it is the whole wall, of a disc its radius.
        """
        x, y, z = self.box
        wall = 0.5 * x - self.inner_radius
        ways = {
            ("x-", "x+"): x,
            ("y-", "y+"): y,
            ("z-", "z+"): z,
            ("inner", "outer"): wall,
        }
        faces_by_way = [
            (way, len(set(pair) & set(faces))) for pair, way in ways.items()
        ]
        return min(way / sides for way, sides in faces_by_way if sides)

    def __str__(self) -> str:
        """Return the text that `read_shape` reads."""
        text = "x".join(f"{s:g}" for s in self.size) + "mm"
        if self.kind == "block":
            return text
        return f"{self.kind}:{text}"


def read_shape(text: "str | Shape") -> Shape:
    """Read a shape from text.

    Parameters
    ----------
    text : str or Shape
        ``"40x15x5mm"`` is a block; ``"disc:20x5mm"`` gives diameter and
        height; ``"ring:40x20x5mm"`` outer and inner diameter and height.
        ``"block:40x15x5mm"`` is a block too. The unit is mm alone and must be
        named. Letters are small, decimals have a point, and no blanks stand
        between the numbers. A Shape is returned as it is.

    Returns
    -------
    Shape
        ``kind`` ("block", "disc" or "ring") and ``size``, a tuple in mm in the order of the text.

    Raises
    ------
    InputError
        If the text has another form, a size is not 0.1 to 1000 mm, or the inner diameter is not
        below the outer.

    Examples
    --------
    >>> read_shape("ring:40x20x5mm").faces
    ('z-', 'z+', 'outer', 'inner')
    """
    if isinstance(text, Shape):
        return text
    match = _TEXT.fullmatch(text) if isinstance(text, str) else None
    kind = (match[1] or "block") if match else "block"
    size = tuple(map(float, match[2].split("x"))) if match else ()
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
        raise InputError(
            f"shape {text}: the inner diameter must be below the outer"
        )
    return Shape(kind, size)


@dataclass(frozen=True, eq=False)
class Cells:
    """A shape cut into equal boxes on a regular grid."""

    shape: Shape
    counts: tuple[int, int, int]  # boxes along x, y and z
    fill: FloatArray  # share of each box that is magnet, shape `counts`: 1, less at a round rim

    @property
    def step(self) -> FloatArray:
        """Sides of a box, m, shape (3,)."""
        return np.array(self.shape.box) / np.array(self.counts)

    def lines(self) -> tuple[FloatArray, ...]:
        """Return the middles of the boxes along x, y and z, m: three arrays, one of each count."""
        pairs = zip(self.counts, self.step, strict=True)
        return tuple(d * (np.arange(n) - 0.5 * (n - 1)) for n, d in pairs)

    @cached_property
    def inside(self) -> BoolArray:
        """Which boxes are magnet, shape `counts`: those at least half full."""
        return self.fill >= 0.5

    @cached_property
    def points(self) -> FloatArray:
        """Middles of the boxes inside, m, shape (n, 3)."""
        grid = np.stack(np.meshgrid(*self.lines(), indexing="ij"), axis=-1)
        return grid[self.inside]

    @cached_property
    def volumes(self) -> FloatArray:
        """Volume of magnet of each box inside, m3, shape (n,); they sum to the whole."""
        part = self.fill[self.inside]
        return self.shape.volume * part / part.sum()


def cut(shape: Shape, cells: int = CELLS) -> Cells:
    """Cut a shape into about `cells` equal boxes on a regular grid.

    The boxes are near to cubes but finer across thin sides. Boxes at a round
    rim are partly filled.

    Parameters
    ----------
    shape : Shape
        Block, disc or ring.
    cells : int
        Boxes within the shape; the number comes out near it, not equal. There
        are four at least along each of x, y and z.

    Returns
    -------
    Cells
        ``shape``, ``counts`` of boxes along x, y and z of the box about it,
        and ``fill``, the filled share of each box, 0 to 1, of the shape
        ``counts``. Boxes at least half full are the magnet's n cells.
    """
    box = np.array(shape.box)
    cell_goal = cells * float(np.prod(box)) / shape.volume
    flat = box**_FLAT
    counts = np.maximum(
        np.rint(flat * (cell_goal / np.prod(flat)) ** (1.0 / 3.0)), _FEWEST
    )
    nx, ny, nz = map(int, counts)
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


_SHAPE_TOLERANCE = 1e-6
_SHAPE_ROUNDS = 50


def _f(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """Compute Newell's f, whose sixth differences give the diagonal; even in x, y and z.

    `x`, `y` and `z` are distances in one unit, arrays that broadcast; the result is in its third
    power. At 0 the limit counts.
    """
    x2 = x * x
    y2 = y * y
    z2 = z * z
    r = np.sqrt(x2 + y2 + z2)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = 0.5 * y * (z2 - x2) * np.arcsinh(y / np.sqrt(x2 + z2))
        second = 0.5 * z * (y2 - x2) * np.arcsinh(z / np.sqrt(x2 + y2))
        third = x * y * z * np.arctan(y * z / (x * r))
    terms = np.nan_to_num(first) + np.nan_to_num(second) - np.nan_to_num(third)
    return terms + (2.0 * x2 - y2 - z2) * r / 6.0


def _g(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """Compute Newell's g, whose sixth differences give N_xy; odd in x and y, even in z.

    `x`, `y` and `z` are distances in one unit, arrays that broadcast; the result is in its third
    power. At 0 the limit counts.
    """
    x2 = x * x
    y2 = y * y
    z2 = z * z
    r = np.sqrt(x2 + y2 + z2)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [
            x * y * z * np.arcsinh(z / np.sqrt(x2 + y2)),
            y / 6.0 * (3.0 * z2 - y2) * np.arcsinh(x / np.sqrt(y2 + z2)),
            x / 6.0 * (3.0 * z2 - x2) * np.arcsinh(y / np.sqrt(x2 + z2)),
            -z * z2 / 6.0 * np.arctan(x * y / (z * r)),
            -0.5 * z * y2 * np.arctan(x * z / (y * r)),
            -0.5 * z * x2 * np.arctan(y * z / (x * r)),
        ]
    total = -x * y * r / 3.0
    for term in terms:
        total = total + np.nan_to_num(term)
    return total


def _tensor(
    counts: tuple[int, int, int], step: FloatArray, first: int, second: int
) -> FloatArray:
    """Compute the demagnetizing tensor N_ab between cells 0 to n - 1 steps apart, shape `counts`.

    The field along a (`first`) of a cell magnetized along b (`second`) is -N_ab M_b; both are 0, 1
    or 2 for x, y, z. N_ab is even in each distance for a = b, and odd in those along a and b
    otherwise. `counts` are the steps along x, y and z; `step` are the sides of a cell, m, (3,). The
    result has no unit.
    """
    # In units of a side, so that the differences keep their digits whatever the size.
    unit = step / step.max()
    lines = [
        u * np.arange(-1, n + 1) for n, u in zip(counts, unit, strict=True)
    ]
    grid = np.meshgrid(*lines, indexing="ij", sparse=True)
    if first == second:
        order = [first, *(i for i in range(3) if i != first)]
        tensor = _f(*(grid[i] for i in order))
    else:
        order = [first, second, 3 - first - second]
        tensor = _g(*(grid[i] for i in order))
    for axis in range(3):
        tensor = np.moveaxis(tensor, axis, 0)
        tensor = np.moveaxis(
            2.0 * tensor[1:-1] - tensor[2:] - tensor[:-2], 0, axis
        )
    return tensor / (4.0 * np.pi * float(np.prod(unit)))


def _unfold_tensor(part: FloatArray, odd: tuple[int, ...]) -> FloatArray:
    """Extend a tensor to negative distances, for a circular convolution.

    Parameters
    ----------
    part : ndarray, shape (nx, ny, nz)
        Component N_ab between cells 0 to n - 1 steps apart.
    odd : tuple of int
        Axes, 0 to 2, in which it changes sign.

    Returns
    -------
    ndarray, shape (2 nx, 2 ny, 2 nz)
        Distances 0 to n - 1, a zero, then -(n - 1) to -1 along each axis.
    """
    for axis in range(3):
        forward = np.moveaxis(part, axis, 0)
        back = forward[:0:-1]
        middle = np.zeros_like(forward[:1])
        sign = -1.0 if axis in odd else 1.0
        part = np.moveaxis(
            np.concatenate([forward, middle, sign * back]), 0, axis
        )
    return part


@dataclass(frozen=True, eq=False)
class SelfField:
    """The field that the cells of a magnet make in each other."""

    cells: Cells
    along: Axis  # direction of magnetization, the easy axis

    @cached_property
    def _transforms(self) -> list[FloatArray]:
        """Fourier transforms of N_ab for each field direction a, in the order x, y, z.

        A property, computed once, not called. Each is complex, (2 nx, 2 ny, nz
        + 1). The direction b is the easy axis.
        """
        from scipy.fft import rfftn

        easy = AXES.index(self.along)
        transforms = []
        for axis in range(3):
            part = _tensor(self.cells.counts, self.cells.step, axis, easy)
            odd = () if axis == easy else (axis, easy)
            transforms.append(rfftn(_unfold_tensor(part, odd)))
        return transforms

    def _one(self, axis: int, moments: FloatArray) -> FloatArray:
        """Compute one component of the field in the cells by convolution with the tensor.

        Parameters
        ----------
        axis : int
            Component of the field: 0, 1 or 2 for x, y, z.
        moments : ndarray, shape (nx, ny, nz)
            Magnetization on the whole grid, A/m, as `_moments` returns it.

        Returns
        -------
        ndarray of float64, shape (n,)
            A/m.
        """
        from scipy.fft import irfftn, rfftn

        counts = self.cells.counts
        double_counts = tuple(2 * n for n in counts)
        transform = rfftn(moments, double_counts)
        field = irfftn(self._transforms[axis] * transform, double_counts)
        return -field[: counts[0], : counts[1], : counts[2]][self.cells.inside]

    def _moments(self, magnetization: FloatArray) -> FloatArray:
        """Place the magnetization of the cells on the whole grid, weighted by how full each box is.

        Boxes of a round rim that are no cells, since less than half full, get the mean of the
        cells.

        Parameters
        ----------
        magnetization : ndarray, shape (n,)
            Along the easy axis, A/m, in the order of ``cells.points``.

        Returns
        -------
        ndarray of float64, shape (nx, ny, nz)
            A/m, times the filled share of each box; 0 outside the magnet. A new array.
        """
        whole = np.zeros(self.cells.counts)
        whole[self.cells.inside] = magnetization
        # Boxes of a round rim less than half full have no figures of their own.
        mean = float(np.average(magnetization, weights=self.cells.volumes))
        whole[~self.cells.inside] = mean
        return whole * self.cells.fill

    def axial(self, magnetization: FloatArray) -> FloatArray:
        """Compute H along the easy axis in each of n cells, A/m, (n,).

        `magnetization`, (n,), is M along that axis in each cell, A/m. H is mostly negative, against
        a positive M.
        """
        return self._one(AXES.index(self.along), self._moments(magnetization))

    def vectors(self, magnetization: FloatArray) -> FloatArray:
        """Compute H in each of n cells, A/m, (n, 3); `magnetization` is as for `axial`."""
        moments = self._moments(magnetization)
        return np.column_stack([self._one(axis, moments) for axis in range(3)])

    @cached_property
    def factors(self) -> FloatArray:
        """Demagnetizing factor of each cell of a uniformly magnetized magnet, shape (n,)."""
        return -self.axial(np.ones(len(self.cells.points)))

    @cached_property
    def factor(self) -> float:
        """Mean demagnetizing factor (magnetometric)."""
        return float(np.average(self.factors, weights=self.cells.volumes))

    def responding(
        self, remanent: FloatArray, recoil: float, scale: float
    ) -> FloatArray:
        """Compute the field vectors in a magnet that recoils along a straight line.

        M = M_r + (mu_rec - 1) H along the easy axis is solved by iteration. An outside field as
        `Duty` has it, to which the permeability has responded already, adds to the result.

        Parameters
        ----------
        remanent : ndarray, shape (n,)
            M_r = B_r / mu_0 of each cell along the easy axis, A/m; not changed.
        recoil : float
            mu_rec, relative.
        scale : float
            Share of the self-field that is left: 1 in open circuit, less in a circuit of iron.

        Returns
        -------
        ndarray of float64, shape (n, 3)
            H that the magnet makes in each cell, A/m; along the easy axis it is mostly negative.
        """
        magnetization = remanent
        for _ in range(_SHAPE_ROUNDS):
            field = scale * self.axial(magnetization)
            new = remanent + (recoil - 1.0) * field
            is_settled = np.max(
                np.abs(new - magnetization)
            ) <= _SHAPE_TOLERANCE * np.max(np.abs(remanent))
            magnetization = new
            if is_settled:
                break
        return scale * self.vectors(magnetization)
