"""Diffusion of heavy rare earth along grain boundaries from treated faces.

The mass that enters a face does so as at a surface kept at one content for the whole anneal, at a
rate that falls with the root of time (Crank, The Mathematics of Diffusion, 1975, section 3.3); no
face lets anything out. The equation is then linear in the mass, and any treatment is a sum of those
of its patches. Each direction is divided into finite volumes whose modes are found once; in time
every mode is exact: its amplitude is Dawson's integral. Mass is the mode that does not decay, so
that it balances to rounding.

The user's tables of a magnet are read here too: which parts of faces are coated, and a field
solver's map over the magnet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import datasets
from .._core._blas import one_thread
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.errors import InputError
from .._core.units import KILO_OERSTED, MU_0, ZERO_CELSIUS, parse_temperature
from ._shapes import AXES, Axis, Cells, Shape

if TYPE_CHECKING:
    import pandas as pd
    from scipy.spatial import Delaunay


ELEMENTS = ("Tb", "Dy")
"""Elements that can be diffused in."""
# Finite volumes of each cell in the direction normal to the treated face.
_VOLUMES_A_CELL = 4
# Directions of a round magnet's own grid: across the wall, along the axis.
_ROUND = {"z-": (1, 0), "z+": (1, -1), "outer": (0, -1), "inner": (0, 0)}


@lru_cache(maxsize=1)
def treatment() -> dict[str, Any]:
    """Return the constants of a treatment, see ``datasets/diffusion/process.toml``; do not change them.

    They are dicts: ``surface`` with ``most_wt_pct``; ``yield`` with the shares ``residue`` and
    ``lost``; ``treatment`` with ``lowest_C``, ``highest_C``, and the lists ``tried_C`` and
    ``tried_hours``; each with ``source`` and ``status``.
    """
    return datasets.toml("diffusion/process.toml")


def _broadcast_axis(values: Any, axis: int, ndim: int) -> Any:
    """Reshape a vector `values` so that it varies along one `axis` of an array of `ndim` axes."""
    return values.reshape([-1 if i == axis else 1 for i in range(ndim)])


@lru_cache(maxsize=1)
def _laws() -> dict[str, tuple[float, float, float]]:
    """Fit the measured diffusion coefficients of each element: ln D = ln D_0 - Q / (R T).

    Returns
    -------
    dict of str to tuple of three float
        By element, "Tb" and "Dy": ln D_0 (D_0 in m2/s), Q / R (K), and the standard deviation of
        ln D, the largest of its measurements. Cached; do not change it.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for row in datasets.rows("diffusion/coefficients.csv"):
        rows.setdefault(row["element"], []).append(row)
    laws = {}
    for element, element_rows in rows.items():
        inverse = []
        logs = []
        deviations = []
        for row in element_rows:
            inverse.append(1.0 / (float(row["temperature_C"]) + ZERO_CELSIUS))
            logs.append(np.log(float(row["coefficient_m2_s"])))
            deviations.append(np.log(float(row["factor_of_doubt"])))
        slope, start = np.polyfit(inverse, logs, 1)
        laws[element] = float(start), float(-slope), float(max(deviations))
    return laws


def coefficient(element: str, celsius: float) -> float:
    """Compute the coefficient of diffusion along grain boundaries by the law of the measurements.

    Parameters
    ----------
    element : str
        One that is measured, "Tb" or "Dy"; KeyError otherwise.
    celsius : float
        Temperature of the anneal, degrees C.

    Returns
    -------
    float
        m2/s.

    Examples
    --------
    >>> f"{coefficient('Dy', 900.0):.2g}"
    '2.4e-11'
    """
    start, slope, _ = _laws()[element]
    return float(np.exp(start - slope / (celsius + ZERO_CELSIUS)))


@dataclass(frozen=True)
class Anneal:
    """An anneal: element, temperature (degrees C) and duration (h)."""

    element: str
    celsius: float
    hours: float

    def __post_init__(self) -> None:
        """Raise InputError for another element than "Tb" or "Dy", or a value out of range.

        The temperature must be 750 to 950 degrees C, the duration 0.1 to 200 h, ends included.
        """
        limits = treatment()["treatment"]
        if self.element not in ELEMENTS:
            raise InputError(
                f"expected Tb or Dy to be diffused in, got {self.element!r}"
            )
        if not limits["lowest_C"] <= self.celsius <= limits["highest_C"]:
            raise InputError(
                f"an anneal is between {limits['lowest_C']:g} and {limits['highest_C']:g} C, where "
                f"diffusion was measured, got {self.celsius:g} C"
            )
        if not 0.1 <= self.hours <= 200.0:
            raise InputError(
                f"an anneal takes 0.1 to 200 hours, got {self.hours:g}"
            )

    def spread(self, deviations: float = 0.0) -> float:
        """Compute the diffusion coefficient times time, D t, m2.

        ln D is off by `deviations` of its standard deviations, more for a positive number; 0 gives D
        by the law of the measurements.
        """
        factor = np.exp(deviations * _laws()[self.element][2])
        return float(
            factor
            * coefficient(self.element, self.celsius)
            * 3600.0
            * self.hours
        )


@dataclass(frozen=True, eq=False)
class _Direction:
    """One direction in finite volumes, and their modes."""

    rates: FloatArray  # decay of each mode per D t, 1/m2, (m,); the first is 0
    modes: FloatArray  # (m, m), one a column, of norm 1 over the volumes
    mean: FloatArray  # (n, m), turns modes into means over cells


def _divide(edges: FloatArray, fine: int, ring: bool = False) -> _Direction:
    """Divide a direction into finite volumes and compute their modes of diffusion.

    Parameters
    ----------
    edges : ndarray, shape (n + 1,)
        Evenly spaced, rising edges of the n cells, m; radii of a ring, 0 first for a disc.
    fine : int
        Finite volumes in each cell, 1 or more.
    ring : bool
        The direction is a radius, with volumes that grow along it.

    Returns
    -------
    _Direction
        With m = n * fine: ``rates`` of decay, (m,), 1/m2, the first 0;
        ``modes`` at the volumes, (m, m), one a column, of norm 1 over the
        volumes; ``mean``, (n, m), their means over the cells.
    """
    from scipy.linalg import eigh

    n = len(edges) - 1
    ends = np.linspace(edges[0], edges[-1], n * fine + 1)
    gap = ends[1] - ends[0]
    areas = 2.0 * np.pi * ends if ring else np.ones_like(ends)
    volumes = np.pi * np.diff(ends**2) if ring else np.diff(ends)
    between = areas[1:-1] / gap
    matrix = np.diag(np.r_[between, 0.0] + np.r_[0.0, between])
    matrix -= np.diag(between, 1) + np.diag(between, -1)
    root = np.sqrt(volumes)
    rates, vectors = eigh(matrix / root[:, None] / root[None, :])
    rates[0] = 0.0
    vectors[:, 0] = root / np.linalg.norm(root)
    modes = vectors / root[:, None]
    weighted_modes = (
        (modes * volumes[:, None]).reshape(n, fine, -1).sum(axis=1)
    )
    return _Direction(
        rates,
        modes,
        weighted_modes / volumes.reshape(n, fine).sum(axis=1)[:, None],
    )


def mode_amplitude(decay: FloatArray) -> FloatArray:
    """Compute the amplitude, 1 to 0, of a decaying mode fed at the rate 1 / (2 sqrt(t t_end)).

    `decay`, any shape, is the rate of decay times the whole time, 0 or more; 0 gives 1.
    """
    from scipy.special import dawsn

    root = np.sqrt(np.maximum(decay, 1e-30))
    return dawsn(root) / root


@dataclass(frozen=True)
class Patch:
    """A part of a face with one mass per area.

    `where`, bool, says which cells of the face: (n, m) along its two directions in the order x, y,
    z; (n,) along radius or height of a round magnet.
    """

    face: str
    where: BoolArray


@dataclass(frozen=True, eq=False)
class Spreading:
    """How mass on the faces of a magnet, cut into `cells`, spreads into its cells."""

    cells: Cells

    @cached_property
    def edges(self) -> list[FloatArray]:
        """Edges of the cells in each direction of diffusion, m: a list of rising arrays, a property.

        The directions are x, y and z of a block, radius and height of a disc
        or ring. An array has one edge more than there are cells in its
        direction.

        Sides and height count from the middle of the magnet, the radius from
        its axis.
        """
        box = self.cells.shape.box
        counts = self.cells.counts
        if self.cells.shape.kind == "block":
            return [
                s * np.linspace(-0.5, 0.5, n + 1)
                for s, n in zip(box, counts, strict=True)
            ]
        start = self.cells.shape.inner_radius
        end = 0.5 * box[0]
        across = max(8, round((end - start) / self.cells.step[0]))
        return [
            np.linspace(start, end, across + 1),
            box[2] * np.linspace(-0.5, 0.5, counts[2] + 1),
        ]

    @lru_cache(maxsize=8)  # noqa: B019  lives as long as a design does
    def _amplitudes(self, axis: int, spread: float) -> FloatArray:
        """Compute the amplitude of each mode after an anneal, 1 to 0, shape (modes along each direction).

        `axis` numbers the direction of the treated face from 0, as in `_directions`; `spread` is the
        diffusion coefficient times time, m2. Callers share the array and must not change it.
        """
        directions = self._directions(axis)
        decay: FloatArray = np.zeros(1)
        for i, direction in enumerate(directions):
            decay = decay + _broadcast_axis(
                direction.rates, i, len(directions)
            )
        return mode_amplitude(spread * decay)

    @lru_cache(maxsize=8)  # noqa: B019  lives as long as a design does
    def _directions(self, axis: int) -> list[_Direction]:
        """Divide each direction into finite volumes, finer along `axis`, the normal of the treated face.

        `axis` is the number of the direction: 0 to 2 for x, y, z of a block, 0 or 1 for radius and
        height of a round magnet. The list, one `_Direction` each in this order, is kept; do not
        change it. A `_Direction` has the modes of diffusion of the m finite volumes of n cells:
        ``rates`` of decay (m,), 1/m2, ``modes`` (m, m), and ``mean`` (n, m), which turns modes
        into means over the cells. There are four volumes a cell along `axis`, one otherwise.
        """
        is_round = self.cells.shape.kind != "block"
        directions = []
        for i, edges in enumerate(self.edges):
            fine = _VOLUMES_A_CELL if i == axis else 1
            directions.append(_divide(edges, fine, ring=is_round and i == 0))
        return directions

    def _face(self, face: str) -> tuple[int, int]:
        """Return the number of the direction normal to a `face`, and the index of its end: 0 or -1.

        `face` is such as "z+" or "outer". Numbers count x, y, z of a block from 0, or 0 for radius
        and 1 for height of a round magnet.
        """
        if self.cells.shape.kind == "block":
            return "xyz".index(face[0]), -1 if face[1] == "+" else 0
        return _ROUND[face]

    def _edges_on(self, face: str) -> list[FloatArray]:
        """Return the edges of the cells of a `face`, such as "z+", along its own directions, m."""
        axis, _ = self._face(face)
        return self.edges[:axis] + self.edges[axis + 1 :]

    def grid(self, face: str) -> tuple[int, ...]:
        """Return how many cells a `face`, such as "z+", has along each of its directions."""
        return tuple(len(edges) - 1 for edges in self._edges_on(face))

    def middles(self, face: str) -> list[FloatArray]:
        """Return the middles of the cells of a face along each of its directions, m.

        `face` is a name such as "z+" or "outer". They are rising; see
        ``edges`` for where they count from. A block's faces have two
        directions, in the order x, y, z; a round magnet's have one, radius or
        height.
        """
        return [0.5 * (e[1:] + e[:-1]) for e in self._edges_on(face)]

    def areas(self, face: str) -> FloatArray:
        """Compute the areas of the cells of a face.

        Parameters
        ----------
        face : str
            A face of the shape: "x-" to "z+" of a block, "z-", "z+", "outer" or "inner" of a round
            one.

        Returns
        -------
        ndarray of float64
            m2, in the shape of the face's grid: two directions of a block in the order x, y, z;
            radii on a flat face and heights on a round one.
        """
        axis, end = self._face(face)
        edges = self._edges_on(face)
        if self.cells.shape.kind == "block":
            return np.multiply.outer(np.diff(edges[0]), np.diff(edges[1]))
        if axis == 1:
            return np.pi * np.diff(edges[0] ** 2)
        return 2.0 * np.pi * self.edges[0][end] * np.diff(edges[0])

    def patch_area(self, patch: Patch) -> float:
        """Return the area of a patch, m2."""
        return float(self.areas(patch.face)[patch.where].sum())

    @one_thread()
    def response(self, patch: Patch, spread: float) -> FloatArray:
        """Compute the content of each cell that a mass on a patch brings.

        Parameters
        ----------
        patch : Patch
            ``face``, such as "z+", and ``where``, the bool mask of the face's
            coated cells, in the shape of ``grid(face)``; 1 kg/m2 lies on
            these.
        spread : float
            Diffusion coefficient times time, m2.

        Returns
        -------
        ndarray of float64, shape (n,)
            kg/m3 in each cell of the magnet, in the order of ``cells.points``;
            the whole mass is kept.
        """
        axis, end = self._face(patch.face)
        directions = self._directions(axis)
        amounts: FloatArray = np.where(
            patch.where, self.areas(patch.face), 0.0
        )
        for i, direction in enumerate(
            directions[:axis] + directions[axis + 1 :]
        ):
            amounts = np.moveaxis(
                np.tensordot(direction.modes.T, amounts, (1, i)), 0, i
            )
        normal = directions[axis].modes[end]
        whole = np.expand_dims(amounts, axis) * _broadcast_axis(
            normal, axis, len(directions)
        )
        whole = whole * self._amplitudes(axis, spread)
        for i, direction in enumerate(directions):
            whole = np.moveaxis(
                np.tensordot(direction.mean, whole, (1, i)), 0, i
            )
        return self._to_cells(whole)

    def _to_cells(self, content: FloatArray) -> FloatArray:
        """Convert contents on the grid of diffusion to the magnet's cells; the total mass is kept.

        Parameters
        ----------
        content : ndarray
            kg/m3, shape (nx, ny, nz) of a block, (radii, heights) of a disc or ring, both rising.

        Returns
        -------
        ndarray of float64, shape (n,)
            kg/m3 in each cell, in the order of ``cells.points``.
        """
        if self.cells.shape.kind == "block":
            return content[self.cells.inside]
        # Content per radius and height: cells take it by their radius, then keep the whole mass.
        radii = 0.5 * (self.edges[0][1:] + self.edges[0][:-1])
        x, y, _ = self.cells.lines()
        radius = np.hypot(x[:, None], y[None, :])
        levels = [np.interp(radius, radii, level) for level in content.T]
        cell_values = np.stack(levels, axis=-1)[self.cells.inside]
        volumes = np.outer(
            np.pi * np.diff(self.edges[0] ** 2), np.diff(self.edges[1])
        )
        return (
            cell_values
            * float((content * volumes).sum())
            / float(cell_values @ self.cells.volumes)
        )


Groups = list[list[Patch]]

_NAMED_FACES = ("all", "poles", "sides", "edges", "field")
EDGE_MM = 3.0
"""Width of the rim that ``edges`` coats: as deep as diffusion reaches in 8 h at 900 C."""
_MOST_PARTS = 6
_PART_MM = 3.0


def parse_axis(along: str) -> Axis:
    """Return `along` itself if it is "x", "y" or "z"; InputError for any other text."""
    for axis in AXES:
        if along == axis:
            return axis
    raise InputError(
        f"along must be x, y or z, got {along!r}; of a radial ring give the field as a map"
    )


def face_groups(faces: Any, spreading: Spreading, along: Axis) -> Groups:
    """Choose the patches that a treatment coats, in groups of one mass per area each.

    Parameters
    ----------
    faces : str, Path or DataFrame
        One of:

        * ``all``, every face;
        * ``poles``, the faces that the magnetization, `along`, goes through, of a round magnet
          across its axis ``outer``;
        * ``sides``, the others;
        * ``edges``, a rim of `EDGE_MM`, 3 mm, on every face;
        * ``field``, every face in parts of 3 mm or more that each get what the field asks for;
        * names such as ``z+,z-``: ``x-`` to ``z+`` of a block, ``z-``, ``z+``, ``outer`` and of a
          ring ``inner``;
        * a mask of `read_mask`: a frame or the path of a CSV file. A text with an ending is a path.
          A list of names is refused.
    spreading : Spreading
        The magnet's cells, on whose faces the masks of the patches lie.
    along : {"x", "y", "z"}
        Direction of magnetization.

    Returns
    -------
    list of list of Patch
        Each patch has ``face``, such as "z+", and ``where``, the mask of its
        cells. There is one group with a patch for each face, but for ``field``
        one group of one patch for each part, and for a mask one for each of
        its groups.

    Raises
    ------
    InputError
        If it names no face, or a mask cannot be read.
    """
    if not isinstance(faces, str) or Path(faces).suffix:
        return read_mask(faces, spreading)
    shape = spreading.cells.shape
    if faces == "edges":
        return [[_rim(face, spreading) for face in shape.faces]]
    if faces == "field":
        groups = []
        for face in shape.faces:
            groups += [[part] for part in _parts_of_face(face, spreading)]
        return groups
    names = _choose_faces(faces, shape, along)
    return [[_whole_face(face, spreading) for face in names]]


def _choose_faces(text: str, shape: Shape, along: Axis) -> list[str]:
    """Choose the faces that a text names as a whole.

    Parameters
    ----------
    text : str
        ``all``, ``poles`` (those that the magnetization goes through; ``outer`` of a disc or ring
        magnetized along x or y), ``sides`` (the others) or names with commas between, such as
        "z+,z-"; blanks around them do not count.
    shape : Shape
        Whose faces these are.
    along : {"x", "y", "z"}
        Direction of magnetization.

    Returns
    -------
    list of str
        Each once: names in the order of the text, the others in that of `shape.faces`.

    Raises
    ------
    InputError
        If a name is no face of the shape.
    """
    if text == "all":
        return list(shape.faces)
    poles = {f"{along}+", f"{along}-"}
    if shape.kind != "block" and along != "z":
        poles = {"outer"}
    if text == "poles":
        return [face for face in shape.faces if face in poles]
    if text == "sides":
        return [face for face in shape.faces if face not in poles]
    names = dict.fromkeys(name.strip() for name in text.split(","))
    for name in names:
        if name not in shape.faces:
            raise InputError(
                f"{name!r} is no face of {shape}; give {', '.join(_NAMED_FACES)}, "
                f"some of {', '.join(shape.faces)}, or a mask (.csv)"
            )
    return list(names)


def _whole_face(face: str, spreading: Spreading) -> Patch:
    """Build the patch that is all of a `face`, such as "z+", of the magnet of `spreading`."""
    return Patch(face, np.ones(spreading.grid(face), bool))


def _rim(face: str, spreading: Spreading) -> Patch:
    """Build the patch that is the rim of a face, `EDGE_MM` (3 mm) wide or a quarter of the face.

    `face` is a name such as "z+" of the magnet of `spreading`. The patch has
    ``face`` and ``where``, a bool mask of the shape of the face's grid; cells
    whose middle lies nearer to an end of any direction than the rim is wide
    belong to it. The lesser width counts in each direction. The axis of a disc
    is an end of its radius, so that cells about it belong to the rim too.
    """
    where = np.zeros(spreading.grid(face), bool)
    for i, middles in enumerate(spreading.middles(face)):
        half = 0.5 * (middles[-1] - middles[0]) + 0.5 * (
            middles[1] - middles[0]
        )
        depth = np.minimum(middles - middles[0], middles[-1] - middles)
        where |= _broadcast_axis(
            depth < min(1e-3 * EDGE_MM, 0.5 * half), i, where.ndim
        )
    return Patch(face, where)


def _parts_of_face(face: str, spreading: Spreading) -> list[Patch]:
    """Divide a face into rectangular parts of about `_PART_MM` (3 mm), one patch each.

    `face` is a name such as "z+" of the magnet of `spreading`. Each `Patch`
    has ``face`` and ``where``, a bool mask of the face's grid. There are one
    to `_MOST_PARTS` (6) in each direction, of which a round magnet has one;
    together the patches cover the face without overlap.
    """
    labels = []
    for middles in spreading.middles(face):
        length = middles[-1] - middles[0] + (middles[1] - middles[0])
        parts = int(
            np.clip(
                round(1e3 * length / _PART_MM),
                1,
                min(_MOST_PARTS, len(middles)),
            )
        )
        labels.append(np.arange(len(middles)) * parts // len(middles))
    counts = [axis_labels[-1] + 1 for axis_labels in labels]
    number = np.ravel_multi_index(np.meshgrid(*labels, indexing="ij"), counts)
    return [Patch(face, number == k) for k in range(np.prod(counts))]


_MASK = ("face", "from_1_mm", "to_1_mm", "from_2_mm", "to_2_mm")


def read_mask(source: Any, spreading: Spreading) -> Groups:
    """Read which parts of faces are coated, by groups of one mass per area each.

    Parameters
    ----------
    source : DataFrame, str or Path
        A frame or CSV with ``face`` (``z+``), ``from_1_mm``, ``to_1_mm``, ``from_2_mm`` and
        ``to_2_mm``: a rectangle along the face's two directions in the order x, y, z, from its
        middle. A round magnet has ``from_1_mm`` and ``to_1_mm`` alone, along radius, from its axis,
        or height, from its middle. A cell of the face counts whose middle lies within, ends
        included. Rows with one text in the optional column ``group`` get one mass per area; those
        without a text there make one group together.
    spreading : Spreading
        The magnet's cells, on whose faces the masks lie.

    Returns
    -------
    list of list of Patch
        Groups in the order of their first rows; rectangles of a group on one face make one patch.
        Without a column ``group`` there is one group; without rows the list is empty.

    Raises
    ------
    InputError
        If a column is missing, a cell holds no number, or a row names no face or covers nothing.
    """
    frame = _frame(source, "mask")
    flat = spreading.cells.shape.kind == "block"
    mask_columns = _MASK if flat else _MASK[:3]
    if missing := [c for c in mask_columns if c not in frame.columns]:
        raise InputError(
            f"a mask needs the columns {', '.join(mask_columns)}; {', '.join(missing)} lack"
        )
    ends = 1e-3 * _numbers(frame, list(mask_columns[1:]), "mask")
    group = (
        frame["group"].astype(str)
        if "group" in frame.columns
        else ["one"] * len(frame)
    )
    masks: dict[str, dict[str, BoolArray]] = {}
    for line, (face, name, row) in enumerate(
        zip(frame["face"], group, ends, strict=True), 2
    ):
        if face not in spreading.cells.shape.faces:
            faces = ", ".join(spreading.cells.shape.faces)
            raise InputError(
                f"mask, line {line}: {face!r} is no face of it; it has {faces}"
            )
        where = np.ones(spreading.grid(face), bool)
        for i, middles in enumerate(spreading.middles(face)):
            on = (middles >= row[2 * i]) & (middles <= row[2 * i + 1])
            where &= _broadcast_axis(on, i, where.ndim)
        if not where.any():
            raise InputError(
                f"mask, line {line}: covers nothing of {face}; are these mm?"
            )
        masks_of_group = masks.setdefault(name, {})
        masks_of_group[face] = masks_of_group.get(face, False) | where
    return [list(starmap(Patch, group.items())) for group in masks.values()]


_POSITIONS = ("x_mm", "y_mm", "z_mm")
_FIELD = re.compile(
    r"(?P<kind>[HB])_?(?P<axis>[xyz])_(?P<unit>A_m|kA_m|Oe|kOe|T|mT|kG)"
)
_UNITS = {
    "A_m": 1.0, "kA_m": 1e3, "Oe": 1e-3 * KILO_OERSTED, "kOe": KILO_OERSTED,
    "T": 1.0 / MU_0, "mT": 1e-3 / MU_0, "kG": 0.1 / MU_0,
}  # fmt: skip
# Range of fields of a magnet in use, A/m: no steel carries more, no designer maps less.
_LARGEST = 3.0 / MU_0
_SMALLEST = 0.03 / MU_0
# Largest distance of a cell beyond the mapped points, in steps of the map.
_RIM = 1.5


@dataclass(frozen=True, eq=False)
class FieldMap:
    """A field over the magnet at one operating point."""

    name: str  # the operating point; empty where there is only one
    kelvin: float | None  # its temperature, K; None where the table has none
    points: FloatArray  # m, from the middle of the magnet, (k, 3)
    vectors: FloatArray  # H, or B / mu_0, A/m, (k, 3)
    induction: (
        bool  # whether it is B: H is then B / mu_0 less the magnetization
    )

    def at(self, cells: Cells) -> FloatArray:
        """Interpolate the field vectors to the middles of a magnet's cells.

        Cells just outside the points of the map get the vector of the nearest point.

        Parameters
        ----------
        cells : Cells
            Cells of the magnet, n of them.

        Returns
        -------
        ndarray of float64, shape (n, 3)
            Along x, y and z, A/m; of a map of B, B / mu_0. A new array.

        Raises
        ------
        InputError
            If the map does not cover the magnet.
        """
        from scipy.interpolate import (
            LinearNDInterpolator,
            NearestNDInterpolator,
        )
        from scipy.spatial import cKDTree

        low = self.points.min(axis=0)
        high = self.points.max(axis=0)
        box = np.array(cells.shape.box)
        step = (np.prod(np.maximum(high - low, 1e-6)) / len(self.points)) ** (
            1.0 / 3.0
        )
        distances, _ = cKDTree(self.points).query(cells.points)
        outside = (
            (cells.points < low - _RIM * step)
            | (cells.points > high + _RIM * step)
        ).any(1)
        if outside.any() or distances.max() > max(
            4.0 * step, 0.25 * box.min()
        ):
            raise InputError(
                f"the field map does not cover the magnet: {_compare_spans(low, high, box)}"
            )
        interpolator = LinearNDInterpolator(self._tetrahedra, self.vectors)
        vectors_at_cells = interpolator(cells.points)
        rim = np.isnan(vectors_at_cells).any(axis=1)
        if rim.any():
            vectors_at_cells[rim] = NearestNDInterpolator(
                self.points, self.vectors
            )(cells.points[rim])
        return np.asarray(vectors_at_cells)

    @cached_property
    def _tetrahedra(self) -> "Delaunay":
        """Delaunay triangulation of `points`; it takes most of the time of `at`."""
        from scipy.spatial import Delaunay

        return Delaunay(self.points)


def _compare_spans(low: FloatArray, high: FloatArray, box: FloatArray) -> str:
    """Write what a field map spans and what the magnet does, with a hint on how to mend it.

    `low` and `high`, (3,), are the ends of the map along x, y and z, m; `box`,
    (3,), are the sides of the magnet, m, whose middle is the origin.

    The hint says that the map is in metres, that its middle has to be taken
    off, or else that coordinates count from the middle of the magnet.

    It is such as "it spans 0 to 40 x 0 to 15 x 0 to 5 mm, the magnet -20 to 20
    x -7.5 to 7.5 x -2.5 to 2.5 mm; take the middle, (20, 7.5, 2.5) mm, off its
    coordinates".
    """
    ends = 1e3 * np.column_stack([low, high])
    span = " x ".join(f"{a:.4g} to {b:.4g}" for a, b in ends)
    halves = 500.0 * box
    want = " x ".join(f"{-half:.4g} to {half:.4g}" for half in halves)
    hint = "coordinates count from the middle of the magnet"
    if np.allclose((high - low) * 1e3, box, rtol=0.3):
        hint = "it looks like metres: the columns are in mm"
    elif np.allclose(high - low, box, rtol=0.3):
        middle = ", ".join(f"{1e3 * m:.4g}" for m in 0.5 * (low + high))
        hint = f"take the middle, ({middle}) mm, off its coordinates"
    return f"it spans {span} mm, the magnet {want} mm; {hint}"


def read_field(source: Any) -> list[FieldMap]:
    """Read the field of a solver over the magnet.

    Parameters
    ----------
    source : DataFrame, str or Path
        A frame or CSV with ``x_mm``, ``y_mm``, ``z_mm`` from the middle of the
        magnet, and the three components of H or B inside it, all three of one
        kind and unit, named such as ``H_x_A_m`` or ``B_x_T``; the units are
        ``A_m``, ``kA_m``, ``Oe``, ``kOe``, ``T``, ``mT`` and ``kG``, letters
        as here. The optional columns ``operating_point`` and ``temperature``
        (as ``150C``; a number, also as text, is K) tell several fields apart;
        one that is empty in a row is an InputError.

    Returns
    -------
    list of FieldMap
        One for each operating point, in the order of their first rows:
        ``name`` (empty if none), ``kelvin`` (None if none), ``points`` (m),
        ``vectors`` (A/m; B / mu_0 of a map of B) and ``induction``, True of a
        map of B.

    Raises
    ------
    InputError
        If a column is missing, components of H and of B are there, a number is
        none, an operating point has fewer than 8 points or no name, or the
        field is that of no magnet: a unit is then wrong by a factor.
    """
    frame = _frame(source, "field map")
    names, kind, unit = _find_components(frame)
    vectors = _numbers(frame, names, "field map") * _UNITS[unit]
    points = 1e-3 * _numbers(frame, list(_POSITIONS), "field map")
    operating_points = list(_split_operating_points(frame))
    for name, _, rows in operating_points:
        if len(rows) < 8:
            where = f" at the operating point {name}" if name else ""
            raise InputError(
                f"a field map needs 8 points or more, got {len(rows)}{where}"
            )
    _refuse_wrong_unit(vectors, kind, unit)
    maps = []
    for name, kelvin, rows in operating_points:
        maps.append(
            FieldMap(name, kelvin, points[rows], vectors[rows], kind == "B")
        )
    return maps


def _find_components(frame: "pd.DataFrame") -> tuple[list[str], str, str]:
    """Find the columns of a field's components along x, y and z, and what they hold.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns as of `read_field`: ``x_mm``, ``y_mm``, ``z_mm`` and the three
        components. Others do not count.

    Returns
    -------
    columns : list of str
        Names of the three columns, for x, y and z, such as "H_x_kA_m".
    kind : {"H", "B"}
    unit : {"A_m", "kA_m", "Oe", "kOe", "T", "mT", "kG"}
        As written in the names.

    Raises
    ------
    InputError
        If positions or components are missing, of several kinds or units, or
        two along one axis.
    """
    components: dict[str, re.Match[str]] = {}
    for column in map(str, frame.columns):
        match = _FIELD.fullmatch(column)
        if match is None:
            continue
        axis = match["axis"]
        if axis in components:
            raise InputError(
                f"a field map needs one component along {axis}, got {components[axis].string} and "
                f"{column}: leave one set out, of H and B that of B"
            )
        components[axis] = match
    kinds = {(match["kind"], match["unit"]) for match in components.values()}
    has_positions = set(_POSITIONS) <= set(frame.columns)
    if not has_positions or set(components) != set(AXES) or len(kinds) != 1:
        raise InputError(
            "a field map needs x_mm, y_mm, z_mm and three components with their unit such as "
            "H_x_A_m, H_y_A_m, H_z_A_m or B_x_T, B_y_T, B_z_T, got "
            f"{', '.join(map(str, frame.columns[:10])) or 'none'}"
        )
    ((kind, unit),) = kinds
    return [components[axis].string for axis in AXES], kind, unit


def _split_operating_points(
    frame: "pd.DataFrame",
) -> Iterator[tuple[str, float | None, IntArray]]:
    """Split a field map into its operating points, in the order of their first rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        May have ``operating_point`` and ``temperature``, a text such as "150C"
        or a number, also as text, K; each different pair is a point. Without
        both columns there is one point.

    Yields
    ------
    name : str
        Of the operating point; empty if there is none.
    kelvin : float or None
        Temperature, K; None where the map has no such column.
    rows : ndarray of int64
        Positions of its rows in `frame`, from 0, rising.

    Raises
    ------
    InputError
        If one of these columns is empty in a row, or a temperature cannot be
        read.
    """
    keys = [
        c for c in ("operating_point", "temperature") if c in frame.columns
    ]
    if not keys:
        yield "", None, np.arange(len(frame))
        return
    if frame[keys].isna().any(axis=None):
        empty = [key for key in keys if frame[key].isna().any()]
        raise InputError(
            f"the field map has rows without {' and '.join(empty)}: fill the column or leave it out"
        )
    for key, rows in frame.groupby(keys, sort=False).indices.items():
        values = key if isinstance(key, tuple) else (key,)
        texts = dict(zip(keys, map(str, values), strict=True))
        kelvin = None
        if "temperature" in texts:
            kelvin = parse_temperature(texts["temperature"])
        yield (
            texts.get("operating_point", ""),
            kelvin,
            np.asarray(rows, np.int64),
        )


def _refuse_wrong_unit(vectors: FloatArray, kind: str, unit: str) -> None:
    """Raise InputError for a field outside the range of magnets; the message names the likely unit.

    Parameters
    ----------
    vectors : ndarray, shape (n, 3)
        H, or B / mu_0, A/m, one vector or more. The longest must be 0.03 to 3
        T divided by mu_0, 24 to 2387 kA/m, ends included.
    kind : {"B", "H"}
    unit : {"A_m", "kA_m", "Oe", "kOe", "T", "mT", "kG"}
        Unit that the columns name.
    """
    largest = float(np.linalg.norm(vectors, axis=1).max())
    if _SMALLEST <= largest <= _LARGEST:
        return
    number = largest / _UNITS[unit]
    alike = ("T", "mT", "kG") if kind == "B" else ("A_m", "kA_m", "Oe", "kOe")
    other_units = [
        o for o in alike if 2.0 * _SMALLEST <= number * _UNITS[o] <= _LARGEST
    ]
    raise InputError(
        f"the field map's largest field is {number:.4g} {unit.replace('_', '/')}, "
        f"{MU_0 * largest:.3g} T: no magnet at work sees that; is it in "
        f"{' or '.join(o.replace('_', '/') for o in other_units) or 'another unit'}? "
        f"Name the columns {kind}_x_{other_units[0] if other_units else unit}"
    )


def _frame(source: Any, what: str) -> "pd.DataFrame":
    """Return a table as a frame; a path is read as a CSV file.

    Parameters
    ----------
    source : DataFrame, str or Path
        A frame is returned as it is, the same object; a path is of a CSV file in UTF-8 with commas
        and a row of headings.
    what : str
        Name of the table in messages, such as "field map".

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InputError
        If it is neither frame nor path, or the file cannot be read.
    """
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        return source
    if not isinstance(source, str | Path):
        raise InputError(
            f"expected a {what} as a table or its path, got {type(source).__name__}"
        )
    try:
        return pd.read_csv(source, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{what} {source} cannot be read: {str(error).splitlines()[0]}"
        ) from None


def _numbers(frame: "pd.DataFrame", names: list[str], what: str) -> FloatArray:
    """Convert columns of a table to floats.

    Parameters
    ----------
    frame : pandas.DataFrame
        Has the columns of `names`; cells may hold texts of numbers.
    names : list of str
        Columns, such as "x_mm".
    what : str
        Name of the table in messages, such as "mask".

    Returns
    -------
    ndarray of float64, shape (rows, len(names))

    Raises
    ------
    InputError
        If a cell holds no finite number, an empty one too. The line that it names counts from 1,
        the headings included.
    """
    import pandas as pd

    columns = [
        pd.to_numeric(frame[name], errors="coerce").to_numpy(float)
        for name in names
    ]
    numbers = np.column_stack(columns)
    bad = np.flatnonzero(~np.isfinite(numbers).all(axis=1))
    if len(bad):
        raise InputError(
            f"{what}: line {bad[0] + 2} holds no number in {', '.join(names)}"
        )
    return numbers
