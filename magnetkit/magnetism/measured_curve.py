"""A measured demagnetization curve: J(H) or B(H) from a hysteresisgraph, as a CSV file."""

import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core.errors import InputError
from .._core.units import KILO_GAUSS, KILO_OERSTED, MU_0, ROOM_K, ZERO_CELSIUS

_Array = NDArray[np.float64]

_STRENGTH = {"kA/m": 1e3, "A/m": 1.0, "MA/m": 1e6, "kOe": KILO_OERSTED, "Oe": 1e-3 * KILO_OERSTED}
_FLUX = {"T": 1.0, "mT": 1e-3, "kG": KILO_GAUSS, "G": 1e-3 * KILO_GAUSS}
_FIELD = _STRENGTH | {unit: value / MU_0 for unit, value in _FLUX.items()}
# Of a magnetization; an emu is 1e-3 A m2.
_MAGNETIZATION = {u: MU_0 * v for u, v in _STRENGTH.items() if "A" in u} | {"emu/cm3": 1e3 * MU_0}
# Headings such as "H (kA/m)", "field_kA_m", "J [T]", "polarization_T", "4piM (kG)", "B_T".
_HEADS = {
    "field": (re.compile(r"^(?:(?:mu_?|[µμ])0 ?)?h(?:[_ (\[,/]|$)|^field", re.IGNORECASE), _FIELD),
    "polarization": (
        re.compile(
            r"^(?:j|polari[sz]ation|4 ?(?:pi|π) ?m|(?:mu_?|[µμ])0 ?m|m[_ (\[])", re.IGNORECASE
        ),
        _MAGNETIZATION | _FLUX,
    ),
    "induction": (re.compile(r"^(?:b|induction|flux)", re.IGNORECASE), _FLUX),
    "temperature": (re.compile(r"^t(?:emp(?:erature)?)?[_ (\[]", re.IGNORECASE), {}),
}
# Share of the largest reverse field within which the first point must lie, and least of points.
_FIRST, _FEW = 0.1, 5
# Share of B_r below which a last point counts as H_cJ.
_LEFT = 0.01


@dataclass(frozen=True, eq=False)
class MeasuredCurve:
    """The second quadrant of a measured magnet, fields positive; NaN where the curve ends before.

    H_k (`knee_field_kA_m`) is where J is 0.9 B_r, `squareness` H_k over H_cJ, `field` (A/m, rising
    from 0) and `polarization` (T) the points, shape (m,).
    """

    remanence_T: float
    coercivity_kA_m: float
    coercivity_b_kA_m: float
    knee_field_kA_m: float
    squareness: float
    max_energy_product_kJ_m3: float
    recoil_permeability: float
    temperature_K: float
    field: _Array
    polarization: _Array


def is_curve(source: Any) -> bool:
    """Return whether a path is a file whose columns are those of a curve."""
    if not isinstance(source, str | Path) or Path(source).suffix.lower() not in (".csv", ".tsv"):
        return False
    if not Path(source).is_file():
        return False
    heads = re.split(r"[,;\t]", next(iter(_lines(source)), ""))
    return {"field"} < {name for head in heads if (name := _named(head)[0])}


def _lines(source: str | Path) -> list[str]:
    """Return the lines of a file without comments."""
    data = Path(source).read_bytes()
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = data.decode("utf-16" if wide else "utf-8-sig", errors="replace")
    return [line for line in text.splitlines() if line.strip() and line[0] not in "#%"]


def read_curve(source: str | Path) -> MeasuredCurve:
    """Read a CSV with columns of the field and of J or B, such as ``H (kA/m),J (T)``.

    Fields in A/m, kA/m, MA/m, Oe, kOe, or as mu_0 H in T, mT, G, kG, reverse ones negative or
    positive; J or B in T, mT, G or kG, a magnetization in A/m, kA/m, MA/m or emu/cm3; a temperature
    in K or C where it is not that of the room. Of a loop the second quadrant is taken. InputError
    if there is none, a unit is unknown, or it does not begin near the remanence.
    """
    import pandas as pd

    try:
        lines = _lines(source)
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}") from None
    mark = next((m for m in ";\t," if m in (lines[0] if lines else "")), ",")
    comma = "," if mark != "," and not any("." in line for line in lines[1:]) else "."
    try:
        frame = pd.read_csv(StringIO("\n".join(lines)), sep=mark, decimal=comma)
    except ValueError as error:
        raise InputError(f"{source} is no table of a curve: {error}") from None
    if frame.empty:
        raise InputError(f"{source} has a header, and no points below it")
    columns: dict[str, _Array] = {}
    for head in frame.columns:
        name, factor = _named(str(head))
        if name and name not in columns:
            try:
                columns[name] = frame[head].to_numpy(float) * factor
            except (TypeError, ValueError):
                raise InputError(f"{source}: column {head!r} holds no numbers") from None
    if "field" not in columns or len(columns) < 2:
        raise InputError(
            f"{source}: expected a column of the field such as 'H (kA/m)' or 'H (kOe)' and one of "
            "'J (T)', 'B (kG)' or 'M (emu/cm3)' with its unit (of emu/g multiply by the density in "
            f"g/cm3), got {', '.join(map(str, frame.columns[:8]))}"
        )
    heat = [str(head) for head in frame.columns if _HEADS["temperature"][0].search(str(head))]
    kelvin = frame[heat[0]] if heat else pd.Series([ROOM_K])
    if heat and re.search(r"C\W*$", heat[0]):
        kelvin = kelvin + ZERO_CELSIUS
    if (kelvin != kelvin.iloc[0]).any():
        raise InputError(f"{source}: several temperatures; give each curve a file of its own")
    h = columns["field"]
    # Reverse fields without a sign: nothing but the second quadrant was written.
    if np.nanmin(h) >= 0.0:
        h = -h
    j = columns["polarization"] if "polarization" in columns else columns["induction"] - MU_0 * h
    return _figures(str(source), h, j, float(kelvin.iloc[0]))


def _named(head: str) -> tuple[str, float]:
    """Return what a heading names and its factor to SI; empty where it names none."""
    plain = head.strip().strip('"')
    for name, (pattern, units) in _HEADS.items():
        if pattern.search(plain):
            given = re.search(r"[(\[/,]\s*([A-Za-z]+(?:/c?m[3³]?)?)\s*[)\]]?\s*$", plain)
            unit = given[1].replace("³", "3") if given else plain.partition("_")[2]
            unit = re.sub("_(c?m)", r"/\1", unit)
            known = {u.casefold(): factor for u, factor in units.items()}
            if unit.casefold() in known:
                return name, known[unit.casefold()]
    return "", 1.0


def _figures(source: str, h: _Array, j: _Array, kelvin: float) -> MeasuredCurve:
    """Return the figures of points of J (T) at fields h (A/m, reverse ones negative)."""
    known = np.isfinite(h) & np.isfinite(j)
    h, j = h[known], j[known]
    # Of a loop: the branch that comes down from saturation, and the first point beyond H_cJ.
    second = (h <= 0.0) & (j > 0.0)
    if second.sum() < _FEW:
        raise InputError(f"{source}: expected {_FEW} points or more with H <= 0 and J > 0")
    order = np.argsort(-h[second], kind="stable")
    field, level = -h[second][order], j[second][order]
    beyond = (h < 0.0) & (j <= 0.0) & (-h >= field[-1])
    ends = beyond.any()
    if ends:
        last = np.flatnonzero(beyond)[np.argmin(-h[beyond])]
        field, level = np.append(field, -h[last]), np.append(level, j[last])
    field, first = np.unique(field, return_index=True)
    level = level[first]
    if field[0] > _FIRST * field[-1]:
        raise InputError(
            f"{source}: the first point is at {field[0] / 1e3:.0f} kA/m; a curve begins near H = 0"
        )
    slope = (level[1] - level[0]) / (field[1] - field[0])
    b_r = float(level[0] - slope * field[0])
    field, level = np.append(0.0, field[field > 0.0]), np.append(b_r, level[field > 0.0])
    b = level - MU_0 * field
    near, recoil = field <= 0.3 * field[-1], 1.05
    if near.sum() > 2:
        recoil = 1.0 - float(np.polyfit(field[near], level[near], 1)[0]) / MU_0
    h_cj = _crossing(field, level, 0.0) if ends else np.nan
    if level[-1] < _LEFT * b_r and not ends:
        h_cj = float(field[-1])
    h_k, h_cb = _crossing(field, level, 0.9 * b_r), _crossing(field, b, 0.0)
    product = 1e-3 * float(np.max(np.where(b > 0.0, b * field, 0.0)))
    rest = h_k / h_cj, product, max(recoil, 1.0), kelvin, field, level
    return MeasuredCurve(b_r, 1e-3 * h_cj, 1e-3 * h_cb, 1e-3 * h_k, *rest)


def _crossing(field: _Array, values: _Array, level: float) -> float:
    """Return the field at which falling values first reach a level, NaN where they do not."""
    below = np.flatnonzero(values <= level)
    if not below.size or not below[0]:
        return float("nan")
    k = below[0]
    share = (values[k - 1] - level) / (values[k - 1] - values[k])
    return float(field[k - 1] + share * (field[k] - field[k - 1]))
