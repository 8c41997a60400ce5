"""The user's own tables: a solver's field over the magnet, and which parts of faces are coated."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..units import KILO_OERSTED, MU_0, parse_temperature
from .profile import Patch, Spreading
from .shapes import AXES, Cells

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

_POSITIONS = ("x_mm", "y_mm", "z_mm")
_FIELD = re.compile(r"(?P<kind>[HB])_?(?P<axis>[xyz])_(?P<unit>A_m|kA_m|Oe|kOe|T|mT|kG)")
_UNITS = {
    "A_m": 1.0, "kA_m": 1e3, "Oe": 1e-3 * KILO_OERSTED, "kOe": KILO_OERSTED,
    "T": 1.0 / MU_0, "mT": 1e-3 / MU_0, "kG": 0.1 / MU_0,
}  # fmt: skip
# Fields of no magnet at work: no steel carries more, no designer maps less. A/m.
_LARGEST, _SMALLEST = 3.0 / MU_0, 0.03 / MU_0
# Farthest from a mapped point that a cell may be outside of all of them, in steps of the map.
_RIM = 1.5


@dataclass(frozen=True, eq=False)
class FieldMap:
    """A field over the magnet at one operating point.

    Attributes
    ----------
    name : str
        The operating point; empty where there is but one.
    kelvin : float or None
        Its temperature, K; None where the table has none.
    points : ndarray of float64, shape (k, 3)
        m, from the middle of the magnet.
    vectors : ndarray of float64, shape (k, 3)
        H, or B / mu_0, A/m.
    induction : bool
        Whether it is B: H is then B / mu_0 less the magnetization.
    """

    name: str
    kelvin: float | None
    points: Array
    vectors: Array
    induction: bool

    def at(self, cells: Cells) -> Array:
        """Return the vectors in the cells of a magnet, shape (n, 3).

        Raises
        ------
        InputError
            If the map does not cover the magnet.
        """
        from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
        from scipy.spatial import cKDTree

        low, high = self.points.min(axis=0), self.points.max(axis=0)
        box = np.array(cells.shape.box)
        step = (np.prod(np.maximum(high - low, 1e-6)) / len(self.points)) ** (1.0 / 3.0)
        far, _ = cKDTree(self.points).query(cells.points)
        outside = ((cells.points < low - _RIM * step) | (cells.points > high + _RIM * step)).any(1)
        if outside.any() or far.max() > max(4.0 * step, 0.25 * box.min()):
            ends = 1e3 * np.column_stack([low, high])
            span = " x ".join(f"{a:.4g} to {b:.4g}" for a, b in ends)
            want = " x ".join(f"{-500 * s:.4g} to {500 * s:.4g}" for s in box)
            hint = "; coordinates count from the middle of the magnet"
            if np.allclose((high - low) * 1e3, box, rtol=0.3):
                hint = "; it looks like metres: the columns are in mm"
            elif np.allclose(high - low, box, rtol=0.3):
                middle = ", ".join(f"{1e3 * m:.4g}" for m in 0.5 * (low + high))
                hint = f"; take the middle, ({middle}) mm, off its coordinates"
            raise InputError(
                f"the field map does not cover the magnet: it spans {span} mm, the magnet {want} mm"
                f"{hint}"
            )
        found = LinearNDInterpolator(self.points, self.vectors)(cells.points)
        rim = np.isnan(found).any(axis=1)
        if rim.any():
            found[rim] = NearestNDInterpolator(self.points, self.vectors)(cells.points[rim])
        return np.asarray(found)


def _frame(source: Any, what: str) -> "pd.DataFrame":
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        return source
    if not isinstance(source, str | Path):
        raise InputError(f"expected a {what} as a table or its path, got {type(source).__name__}")
    try:
        return pd.read_csv(source, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(f"{what} {source} cannot be read: {str(error).splitlines()[0]}") from None


def _numbers(frame: "pd.DataFrame", names: list[str], what: str) -> Array:
    import pandas as pd

    columns = [pd.to_numeric(frame[name], errors="coerce").to_numpy(float) for name in names]
    found = np.column_stack(columns)
    bad = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if len(bad):
        raise InputError(f"{what}: line {bad[0] + 2} holds no number in {', '.join(names)}")
    return found


def read_field(source: Any) -> list[FieldMap]:
    """Read the field of a solver over the magnet.

    Parameters
    ----------
    source : str, Path or DataFrame
        CSV with ``x_mm``, ``y_mm``, ``z_mm`` from the middle of the magnet, and the three
        components of H or B inside it, named with their unit: ``H_x_A_m``, ``H_x_kA_m``,
        ``H_x_Oe``, ``B_x_T``, ``B_x_mT`` and so on. Columns ``operating_point`` and
        ``temperature`` (as ``150C``) tell several apart.

    Returns
    -------
    list of FieldMap

    Raises
    ------
    InputError
        If a column is missing, a number none, or the field that of no magnet: a unit is then wrong
        by a factor.
    """
    frame = _frame(source, "field map")
    found = {m["axis"]: (str(c), m) for c in frame.columns if (m := _FIELD.fullmatch(str(c)))}
    kinds = {(m["kind"], m["unit"]) for _, m in found.values()}
    lacking = [c for c in _POSITIONS if c not in frame.columns]
    if lacking or set(found) != set(AXES) or len(kinds) != 1:
        raise InputError(
            "a field map needs x_mm, y_mm, z_mm and three components with their unit such as "
            "H_x_A_m, H_y_A_m, H_z_A_m or B_x_T, B_y_T, B_z_T, got "
            f"{', '.join(map(str, frame.columns[:10])) or 'none'}"
        )
    ((kind, unit),) = kinds
    names = [found[axis][0] for axis in AXES]
    vectors = _numbers(frame, names, "field map") * _UNITS[unit]
    points = 1e-3 * _numbers(frame, list(_POSITIONS), "field map")
    if len(points) < 8:
        raise InputError(f"a field map needs 8 points or more, got {len(points)}")
    _refuse_wrong_unit(vectors, kind, unit)
    keys = [c for c in ("operating_point", "temperature") if c in frame.columns]
    groups = frame.groupby(keys, sort=False).indices if keys else {(): np.arange(len(frame))}
    maps = []
    for key, rows in groups.items():
        said = dict(zip(keys, key if isinstance(key, tuple) else (key,), strict=True))
        heat = said.get("temperature")
        kelvin = None if heat is None else parse_temperature(str(heat))
        name = str(said.get("operating_point", ""))
        maps.append(FieldMap(name, kelvin, points[rows], vectors[rows], kind == "B"))
    return maps


def _refuse_wrong_unit(vectors: Array, kind: str, unit: str) -> None:
    """Refuse a field that no magnet sees, with the unit in which it would be one."""
    largest = float(np.linalg.norm(vectors, axis=1).max())
    if _SMALLEST <= largest <= _LARGEST:
        return
    number = largest / _UNITS[unit]
    alike = ("T", "mT", "kG") if kind == "B" else ("A_m", "kA_m", "Oe", "kOe")
    others = [o for o in alike if 2.0 * _SMALLEST <= number * _UNITS[o] <= _LARGEST]
    raise InputError(
        f"the field map's largest field is {number:.4g} {unit.replace('_', '/')}, "
        f"{MU_0 * largest:.3g} T: no magnet at work sees that; is it in "
        f"{' or '.join(o.replace('_', '/') for o in others) or 'another unit'}? "
        f"Name the columns {kind}_x_{others[0] if others else unit}"
    )


_MASK = ("face", "from_1_mm", "to_1_mm", "from_2_mm", "to_2_mm")


def read_mask(source: Any, spreading: Spreading) -> list[list[Patch]]:
    """Read which parts of faces are coated, by groups of one mass per area each.

    Parameters
    ----------
    source : str, Path or DataFrame
        CSV with ``face`` (``z+``), ``from_1_mm``, ``to_1_mm``, ``from_2_mm``, ``to_2_mm``: a
        rectangle along the face's two directions in the order x, y, z, from its middle; along
        radius or height alone on a round magnet. Rows of one ``group`` get one mass per area.
    spreading : Spreading
        Of the magnet.

    Raises
    ------
    InputError
        If a row names no face or covers nothing.
    """
    frame = _frame(source, "mask")
    flat = spreading.cells.shape.kind == "block"
    needed = _MASK if flat else _MASK[:3]
    if missing := [c for c in needed if c not in frame.columns]:
        raise InputError(f"a mask needs the columns {', '.join(needed)}; {', '.join(missing)} lack")
    ends = 1e-3 * _numbers(frame, list(needed[1:]), "mask")
    group = frame["group"].astype(str) if "group" in frame.columns else ["one"] * len(frame)
    found: dict[str, dict[str, NDArray[np.bool_]]] = {}
    for line, (face, name, row) in enumerate(zip(frame["face"], group, ends, strict=True), 2):
        if face not in spreading.cells.shape.faces:
            faces = ", ".join(spreading.cells.shape.faces)
            raise InputError(f"mask, line {line}: {face!r} is no face of it; it has {faces}")
        where = np.ones(spreading.grid(face), bool)
        for i, middles in enumerate(spreading.middles(face)):
            on = (middles >= row[2 * i]) & (middles <= row[2 * i + 1])
            where &= on.reshape([-1 if i == j else 1 for j in range(where.ndim)])
        if not where.any():
            raise InputError(f"mask, line {line}: covers nothing of {face}; are these mm?")
        own = found.setdefault(name, {})
        own[face] = own.get(face, np.zeros_like(where)) | where
    return [[Patch(face, where) for face, where in own.items()] for own in found.values()]
