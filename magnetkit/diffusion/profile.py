"""Heavy rare earth in depth: diffusion along grain boundaries from treated faces.

The mass that enters a face does so as at a surface kept at one content for the whole anneal, at a
rate that falls with the root of time (Crank, The Mathematics of Diffusion, 1975, section 3.3); no
face lets anything out. The equation is then linear in the mass, and any treatment is a sum of
those of its patches. Each direction is divided into finite volumes whose modes are found once; in
time every mode is exact: its amplitude is Dawson's integral. Mass is the mode that does not decay,
so that it balances to rounding.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from .._blas import one_thread
from ..errors import InputError
from ..units import ZERO_CELSIUS
from .shapes import Cells

Array = NDArray[np.float64]
ELEMENTS = ("Tb", "Dy")
"""What is diffused in."""
# Finite volumes of each cell in the direction that a face looks to.
_FINE = 4
# Directions of a round magnet's own grid: across the wall, along the axis.
_ROUND = {"z-": (1, 0), "z+": (1, -1), "outer": (0, -1), "inner": (0, 0)}


@lru_cache(maxsize=1)
def process() -> dict[str, Any]:
    """Return what a treatment keeps and loses, see ``datasets/diffusion/process.toml``."""
    return datasets.toml("diffusion/process.toml")


@lru_cache(maxsize=1)
def _laws() -> dict[str, tuple[float, float, float]]:
    """Return ln D_0, Q / R (K) and the doubt as a standard deviation of ln D by element."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in datasets.rows("diffusion/coefficients.csv"):
        rows.setdefault(row["element"], []).append(row)
    found = {}
    for element, own in rows.items():
        inverse = [1.0 / (float(r["temperature_C"]) + ZERO_CELSIUS) for r in own]
        slope, start = np.polyfit(inverse, [np.log(float(r["coefficient_m2_s"])) for r in own], 1)
        doubt = max(np.log(float(r["factor_of_doubt"])) for r in own)
        found[element] = float(start), float(-slope), float(doubt)
    return found


def coefficient(element: str, celsius: float) -> float:
    """Return the coefficient of diffusion along grain boundaries, m2/s, by Arrhenius' law.

    Parameters
    ----------
    element : {"Tb", "Dy"}
    celsius : float
        Temperature of the anneal, degrees C.

    Examples
    --------
    >>> f"{coefficient('Dy', 900.0):.2g}"
    '2.4e-11'
    """
    start, slope, _ = _laws()[element]
    return float(np.exp(start - slope / (celsius + ZERO_CELSIUS)))


def doubt(element: str) -> float:
    """Return the standard deviation of the logarithm of the coefficient."""
    return _laws()[element][2]


@dataclass(frozen=True)
class Anneal:
    """What is diffused in, how hot and how long.

    Attributes
    ----------
    element : {"Tb", "Dy"}
    celsius : float
        Temperature, degrees C.
    hours : float
    """

    element: str
    celsius: float
    hours: float

    def __post_init__(self) -> None:
        limits = process()["treatment"]
        if self.element not in ELEMENTS:
            raise InputError(f"expected Tb or Dy to be diffused in, got {self.element!r}")
        if not limits["lowest_C"] <= self.celsius <= limits["highest_C"]:
            raise InputError(
                f"an anneal is between {limits['lowest_C']:g} and {limits['highest_C']:g} C, where "
                f"diffusion was measured, got {self.celsius:g} C"
            )
        if not 0.1 <= self.hours <= 200.0:
            raise InputError(f"an anneal takes 0.1 to 200 hours, got {self.hours:g}")

    def spread(self, deviations: float = 0.0) -> float:
        """Return D t, m2, with D so many standard deviations off."""
        factor = np.exp(deviations * doubt(self.element))
        return float(factor * coefficient(self.element, self.celsius) * 3600.0 * self.hours)


@dataclass(frozen=True, eq=False)
class Direction:
    """One direction in finite volumes, and their modes.

    Attributes
    ----------
    volumes : ndarray of float64, shape (m,)
        Of the finite volumes: lengths, or areas of rings.
    rates : ndarray of float64, shape (m,)
        Decay of each mode per D t, 1/m2; the first is 0.
    modes : ndarray of float64, shape (m, m)
        One a column, of norm 1 over the volumes.
    mean : ndarray of float64, shape (n, m)
        Turns modes into means over cells.
    """

    volumes: Array
    rates: Array
    modes: Array
    mean: Array


def direction(edges: Array, fine: int, ring: bool = False) -> Direction:
    """Divide a direction between `edges` (m) into `fine` finite volumes a cell.

    Parameters
    ----------
    edges : ndarray of float64, shape (n + 1,)
        Edges of the cells, evenly apart; radii if `ring`.
    fine : int
    ring : bool
        Whether volumes grow with the radius.
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
    weighted = (modes * volumes[:, None]).reshape(n, fine, -1).sum(axis=1)
    return Direction(
        volumes, rates, modes, weighted / volumes.reshape(n, fine).sum(axis=1)[:, None]
    )


def amplitude(decay: Array) -> Array:
    """Return what is left of a mode that was fed at the rate 1 / (2 sqrt(t t_end)), from 1 to 0."""
    from scipy.special import dawsn

    root = np.sqrt(np.maximum(decay, 1e-30))
    return dawsn(root) / root


@dataclass(frozen=True)
class Patch:
    """A part of a face with one mass per area.

    Attributes
    ----------
    face : str
    where : ndarray of bool
        Cells of that face: shape (n, m) along its two directions in the order x, y, z; shape (n,)
        along radius or height of a round magnet.
    """

    face: str
    where: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Spreading:
    """How mass on the faces of a magnet spreads into its cells.

    Attributes
    ----------
    cells : Cells
    """

    cells: Cells

    @cached_property
    def edges(self) -> list[Array]:
        """Edges of the cells in each direction of diffusion, m."""
        box, counts = self.cells.shape.box, self.cells.counts
        if self.cells.shape.kind == "block":
            return [s * np.linspace(-0.5, 0.5, n + 1) for s, n in zip(box, counts, strict=True)]
        start, end = self.cells.shape.inner_radius, 0.5 * box[0]
        across = max(8, round((end - start) / self.cells.step[0]))
        return [np.linspace(start, end, across + 1), box[2] * np.linspace(-0.5, 0.5, counts[2] + 1)]

    @lru_cache(maxsize=8)  # noqa: B019  lives as long as a design does
    def _directions(self, axis: int) -> list[Direction]:
        ring = self.cells.shape.kind != "block"
        return [
            direction(e, _FINE if i == axis else 1, ring and i == 0)
            for i, e in enumerate(self.edges)
        ]

    def _face(self, face: str) -> tuple[int, int]:
        if self.cells.shape.kind == "block":
            return "xyz".index(face[0]), -1 if face[1] == "+" else 0
        return _ROUND[face]

    def grid(self, face: str) -> tuple[int, ...]:
        """Return how many cells a face has along its directions."""
        axis, _ = self._face(face)
        return tuple(len(e) - 1 for i, e in enumerate(self.edges) if i != axis)

    def middles(self, face: str) -> list[Array]:
        """Return the middles of the cells of a face along each of its directions, m."""
        axis, _ = self._face(face)
        return [0.5 * (e[1:] + e[:-1]) for i, e in enumerate(self.edges) if i != axis]

    def areas(self, face: str) -> Array:
        """Return the areas of the cells of a face, m2, of the shape of `grid`."""
        axis, end = self._face(face)
        edges = [e for i, e in enumerate(self.edges) if i != axis]
        if self.cells.shape.kind == "block":
            return np.multiply.outer(np.diff(edges[0]), np.diff(edges[1]))
        if axis == 1:
            return np.pi * np.diff(edges[0] ** 2)
        return 2.0 * np.pi * self.edges[0][end] * np.diff(edges[0])

    def patch_area(self, patch: Patch) -> float:
        """Return the area of a patch, m2."""
        return float(self.areas(patch.face)[patch.where].sum())

    def whole(self, spread: float) -> Array:
        """Return the content that 1 kg/m2 on every face brings into each cell, kg/m3, (n,).

        Parameters
        ----------
        spread : float
            D t, m2.
        """
        patches = [Patch(f, np.ones(self.grid(f), bool)) for f in self.cells.shape.faces]
        return np.sum([self.response(patch, spread) for patch in patches], axis=0)

    def response(self, patch: Patch, spread: float) -> Array:
        """Return the content that 1 kg/m2 on a patch brings into each cell, kg/m3, shape (n,).

        Parameters
        ----------
        patch : Patch
        spread : float
            D t, m2.
        """
        with one_thread():
            return self._response(patch, spread)

    def _response(self, patch: Patch, spread: float) -> Array:
        axis, end = self._face(patch.face)
        found = self._directions(axis)
        source = np.where(patch.where, self.areas(patch.face), 0.0)
        amounts: Array = np.asarray(source)
        for i, own in enumerate(d for j, d in enumerate(found) if j != axis):
            amounts = np.moveaxis(np.tensordot(own.modes.T, amounts, (1, i)), 0, i)
        normal = found[axis].modes[end]
        whole = np.expand_dims(amounts, axis) * normal.reshape(
            [-1 if i == axis else 1 for i in range(len(found))]
        )
        decay: Array = np.zeros(1)
        for i, own in enumerate(found):
            decay = decay + own.rates.reshape([-1 if i == j else 1 for j in range(len(found))])
        whole = whole * amplitude(spread * decay)
        for i, own in enumerate(found):
            whole = np.moveaxis(np.tensordot(own.mean, whole, (1, i)), 0, i)
        return self._to_cells(whole)

    def _to_cells(self, content: Array) -> Array:
        if self.cells.shape.kind == "block":
            return content[self.cells.inside]
        # Content per radius and height: cells take it by their radius, then keep the whole mass.
        radii = 0.5 * (self.edges[0][1:] + self.edges[0][:-1])
        x, y, _ = self.cells.lines()
        radius = np.hypot(x[:, None], y[None, :])
        levels = [np.interp(radius, radii, content[:, k]) for k in range(content.shape[1])]
        found = np.stack(levels, axis=-1)[self.cells.inside]
        volumes = np.outer(np.pi * np.diff(self.edges[0] ** 2), np.diff(self.edges[1]))
        return found * float((content * volumes).sum()) / float(found @ self.cells.volumes)


def slab_profile(thickness: float, two_sides: bool, spread: float, points: int = 200) -> Array:
    """Return the content in depth that 1 kg/m2 on each treated side brings, kg/m3, shape (points,).

    Parameters
    ----------
    thickness : float
        m.
    two_sides : bool
        Whether the far side is treated too.
    spread : float
        D t, m2.
    points : int
        Finite volumes.
    """
    own = direction(np.linspace(0.0, thickness, points + 1), 1)
    weights = own.modes[0] + (own.modes[-1] if two_sides else 0.0)
    return own.mean @ (weights * amplitude(spread * own.rates))
