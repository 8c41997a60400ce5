"""Measured demagnetization curves: a file of H and of J or B with their units, and its figures.

A file holds one curve, the branch that comes down from saturation; every other form is refused, and
the message says which one it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import warn
from .._core._types import FloatArray
from .._core.errors import InputError
from .._core.units import KILO_GAUSS, KILO_OERSTED, MU_0, ROOM_K, ZERO_CELSIUS

if TYPE_CHECKING:
    import pandas as pd


_SUFFIXES = (".csv", ".tsv", ".txt", ".dat")
_FIELD_UNITS = {
    "kA/m": 1e3,
    "A/m": 1.0,
    "kOe": KILO_OERSTED,
    "Oe": 1e-3 * KILO_OERSTED,
    "T": 1.0 / MU_0,
}
_FLUX_UNITS = {"T": 1.0, "mT": 1e-3, "kG": KILO_GAUSS, "G": 1e-3 * KILO_GAUSS}
_UNITS: dict[str, dict[str, float]] = {
    "H": _FIELD_UNITS,
    "J": _FLUX_UNITS,
    "B": _FLUX_UNITS,
    "T": {"K": 0.0, "C": ZERO_CELSIUS, "°C": ZERO_CELSIUS},
}
"""By letter of a column its units: their factors to A/m and T; of a temperature what is added, K."""

_HEAD = re.compile(r"^(?:[µμ]0)?([HJBTM])\s*[(\[]\s*(.+?)\s*[)\]]$")
_IN_NAME = re.compile(
    r"(?<![0-9A-Za-z.])(-?\d+(?:\.\d+)?) ?(C|K)(?![0-9A-Za-z])"
)
# The field may turn back by this share of its range; the temperature may drift by so much, K.
_TURN_SHARE = 0.02
_MOST_DRIFT_K = 5.0
# Share of the largest reverse field within which the first point must lie, and least of points.
_FIRST_SHARE = 0.1
_LEAST_POINTS = 5
# Share of B_r below which a last point counts as H_cJ.
_LEFT_SHARE = 0.01
# Share of the reverse field within which B_r is read from a straight line, with so many points.
_REMANENCE_SHARE = 0.05
_LINE_POINTS = 4
# The slope of the recoil line is that up to this share of H_k.
_RECOIL_SHARE = 0.3
# Curves closer than this, K, are of one temperature.
_ALIKE_K = 2.0
# Beyond these a number is more likely a slip of a unit than a magnet: iron cobalt, the best
# saturated metal, has 2.45 T, the best magnet sold 1.55 T; Sm-Co below 100 K reaches 6,000 kA/m,
# alnico has 40 kA/m.
_REMANENCE_BOUNDS_T = (0.05, 2.0)
_COERCIVITY_BOUNDS_KA_M = (10.0, 8000.0)
_LEAST_PERMEABILITY = 0.97
_USUAL_PERMEABILITY = 1.05
_EXPECTED = "expected columns such as 'H (kA/m),J (T)' and, if known, 'T (C)'"


@dataclass(frozen=True, eq=False)
class MeasuredCurve:
    """The second quadrant of a measured magnet, fields positive; NaN where the curve ends before.

    H_k (`knee_field_kA_m`) is where J is 0.9 B_r, `squareness` H_k over H_cJ, `field` (A/m, rising
    from 0) and `polarization` (T) the points, shape (m,). `note` says where the temperature comes
    from if no column does.
    """

    remanence_T: float
    coercivity_kA_m: float
    coercivity_b_kA_m: float
    knee_field_kA_m: float
    squareness: float
    max_energy_product_kJ_m3: float
    recoil_permeability: float
    temperature_K: float
    field: FloatArray
    polarization: FloatArray
    note: str = ""


def is_curve(source: Any) -> bool:
    """Return whether a path, or each of several, is a file whose first line names a field and a flux.

    `source` is a str or `Path`, or a list or tuple of them; any other value, an empty list and a
    file of another ending than .csv, .tsv, .txt and .dat give False. A .dat counts always.
    """
    if isinstance(source, list | tuple):
        return bool(source) and all(map(is_curve, source))
    if not isinstance(source, str | Path):
        return False
    path = Path(source)
    if path.suffix.lower() not in _SUFFIXES or not path.is_file():
        return False
    if path.suffix.lower() == ".dat":
        return True
    letters = {letter for letter, _ in map(_split_head, _read_heads(path)[0])}
    return "H" in letters and bool(letters & {"J", "B", "M"})


def read_curves(
    source: str | Path | Sequence[str | Path],
) -> list[MeasuredCurve]:
    """Read measured curves of one magnet from one file or several.

    Parameters
    ----------
    source : str, Path or a sequence of them
        Files with a column of the field and one of J or B, such as ``H (kA/m),J (T)``: the branch
        that comes down from saturation. Reverse fields are negative, or all positive. Without a
        column ``T (C)`` the temperature is that in the file's name, else 20 degrees C.

    Returns
    -------
    list of MeasuredCurve
        One for each temperature, rising; of those less than 2 K apart the first.

    Raises
    ------
    InputError
        If a file cannot be read or is of another form, or a number is one that no magnet has.

    Warns
    -----
    UserWarning
        Of a second curve of the same temperature.
    """
    paths: list[Any] = (
        list(source) if isinstance(source, list | tuple) else [source]
    )
    curves: list[MeasuredCurve] = []
    for curve in map(read_curve, paths):
        kelvin = curve.temperature_K
        if any(abs(c.temperature_K - kelvin) < _ALIKE_K for c in curves):
            warn(
                f"a second curve at {kelvin - ZERO_CELSIUS:.0f} °C is left out: H_cJ "
                f"{curve.coercivity_kA_m:.0f} kA/m; the first is taken",
                UserWarning,
            )
        else:
            curves.append(curve)
    return sorted(curves, key=lambda curve: curve.temperature_K)


def read_curve(source: str | Path) -> MeasuredCurve:
    """Read the measured curve of one file; see `read_curves`."""
    table = _read_table(Path(source))
    field = table["H"].to_numpy()
    letter = "J" if "J" in table else "B"
    polarization = table[letter].to_numpy()
    if field.min() >= 0.0:
        # Reverse fields without a sign.
        field = -field
    if letter == "B":
        polarization = polarization - MU_0 * field
    _check_branch(source, field, polarization)
    order = np.argsort(-field, kind="stable")
    reverse, level = _trim_branch(-field[order], polarization[order])
    if reverse[reverse >= 0.0].min() > _FIRST_SHARE * reverse[-1]:
        raise InputError(
            f"{source}: the first point is at {reverse[0] / 1e3:.0f} kA/m; a curve begins near H = 0"
        )
    kelvin, note = _read_temperature(Path(source), table)
    b_r = _read_remanence(reverse, level)
    opposed = reverse > 0.0
    recoil = _read_recoil(reverse[opposed], level[opposed], 0.9 * b_r)
    fields, levels = _smooth_branch(reverse[opposed], level[opposed])
    fields = np.append(0.0, fields)
    levels = np.append(b_r, np.minimum(levels, b_r))
    curve = derive_figures(fields, levels, max(recoil, 1.0), kelvin, note)
    _refuse_implausible(source, curve, recoil)
    return curve


def derive_figures(
    field: FloatArray,
    polarization: FloatArray,
    recoil: float,
    kelvin: float,
    note: str,
) -> MeasuredCurve:
    """Derive H_cJ, H_cB, H_k and (BH)max of points (m,) from H = 0 on, and return them as a curve.

    `field` are reverse fields, A/m, rising, `polarization` is J, T, `kelvin` the temperature, K.
    H_cJ is NaN where the points end before J = 0, unless less than 1 % of B_r is left there.
    """
    b_r = float(polarization[0])
    h_cj = find_crossing(field, polarization, 0.0)
    if np.isnan(h_cj) and polarization[-1] < _LEFT_SHARE * b_r:
        h_cj = float(field[-1])
    h_k = find_crossing(field, polarization, 0.9 * b_r)
    induction = polarization - MU_0 * field
    return MeasuredCurve(
        remanence_T=b_r,
        coercivity_kA_m=1e-3 * h_cj,
        coercivity_b_kA_m=1e-3 * find_crossing(field, induction, 0.0),
        knee_field_kA_m=1e-3 * h_k,
        squareness=h_k / h_cj,
        max_energy_product_kJ_m3=1e-3 * find_largest_product(field, induction),
        recoil_permeability=recoil,
        temperature_K=kelvin,
        field=field,
        polarization=polarization,
        note=note,
    )


def _read_heads(path: Path) -> tuple[list[str], str, int]:
    """Return the heads of a file's first line that is no comment (#), their separator and its place."""
    try:
        lines = path.read_text("utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    for place, line in enumerate(lines):
        if line.strip() and line[0] not in "#%":
            mark = next((one for one in ";\t" if one in line), ",")
            heads = [head.strip(' "') for head in line.split(mark)]
            return heads, mark, place
    raise InputError(f"{path} holds no points")


def _split_head(head: str) -> tuple[str, str]:
    """Split a head such as "J (kG)" into its letter, of H, J, B, T and M, and its unit; or empty texts."""
    match = _HEAD.match(head)
    return (match[1], match[2]) if match else ("", "")


def _read_table(path: Path) -> "pd.DataFrame":
    """Read the columns H (A/m), J or B (T) and T (K) of a file, named so; other columns are left out."""
    import pandas as pd

    heads, mark, place = _read_heads(path)
    kinds = [_split_head(head) for head in heads]
    letters = [letter for letter, _ in kinds if letter]
    _check_heads(path, heads, letters)
    body = path.read_text("utf-8-sig", errors="replace").split("\n", place + 1)
    decimal = "," if mark != "," and "." not in body[-1] else "."
    try:
        cells = pd.read_csv(
            path,
            sep=mark,
            decimal=decimal,
            skiprows=place + 1,
            names=heads,
            index_col=False,
            comment="#",
            encoding="utf-8-sig",
        )
    except (ValueError, UnicodeError) as error:
        raise InputError(f"{path} is no table of numbers: {error}") from None
    columns = {}
    for head, (letter, unit) in zip(heads, kinds, strict=True):
        if not letter:
            continue
        if unit not in _UNITS[letter]:
            raise InputError(
                f"{path}: column {head!r}: the unit {unit!r} is not known; expected "
                f"{', '.join(_UNITS[letter])}"
            )
        values = pd.to_numeric(cells[head], errors="coerce")
        if (values.isna() & cells[head].notna()).any() or np.isinf(
            values
        ).any():
            raise InputError(f"{path}: column {head!r} holds no numbers")
        size = _UNITS[letter][unit]
        columns[letter] = values + size if letter == "T" else values * size
    table = pd.DataFrame(columns, dtype=np.float64).dropna()
    if len(table) < _LEAST_POINTS:
        raise InputError(
            f"{path}: expected {_LEAST_POINTS} points or more, got {len(table)}"
        )
    return table


def _check_heads(
    path: Path, heads: Sequence[str], letters: Sequence[str]
) -> None:
    """Raise InputError, which says what the file is, if its columns are not one H and one J or B."""
    names = ", ".join(heads[:8])
    if path.suffix.lower() == ".dat" or "M" in letters:
        raise InputError(
            f"{path} holds a moment or a magnetization: divide the moment by the volume, correct the "
            f"field for the sample's shape, and write J; {_EXPECTED}"
        )
    if len(letters) != len(set(letters)):
        raise InputError(
            f"{path} holds several curves ({names}): give each a file of its own"
        )
    if "H" not in letters or not {"J", "B"} & set(letters):
        raise InputError(
            f"{path}: {_EXPECTED} in its first line, each with its unit, got {names}"
        )


def _check_branch(
    source: str | Path, field: FloatArray, polarization: FloatArray
) -> None:
    """Raise InputError if points in the order of the file are not one branch of the second quadrant."""
    reverse = -field if field[0] >= field[-1] else field
    turn = np.maximum.accumulate(reverse) - reverse
    if turn.max() > _TURN_SHARE * np.ptp(reverse):
        raise InputError(
            f"{source} is a loop or has recoil lines, since its field turns back: give the branch that "
            "comes down from saturation alone"
        )
    inside = (field <= 0.0) & (polarization > 0.0)
    if np.unique(field[inside]).size < _LEAST_POINTS:
        raise InputError(
            f"{source}: expected {_LEAST_POINTS} points or more with H <= 0 and J > 0, the second quadrant"
        )


def _trim_branch(
    reverse: FloatArray, level: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Cut the points behind the first at which J is 0 or below."""
    beyond = np.flatnonzero((reverse > 0.0) & (level <= 0.0))
    end = beyond[0] + 1 if beyond.size else reverse.size
    return reverse[:end], level[:end]


def _read_temperature(path: Path, table: "pd.DataFrame") -> tuple[float, str]:
    """Return the temperature of a curve, K, and where it comes from if no column says it."""
    if "T" in table:
        drift = float(np.ptp(table["T"]))
        if drift > _MOST_DRIFT_K:
            raise InputError(
                f"{path}: the temperature drifts by {drift:.1f} K within one curve; give each "
                "temperature a file of its own"
            )
        return round(float(table["T"].mean()), 3), ""
    if match := _IN_NAME.search(path.stem):
        offset = ZERO_CELSIUS if match[2] == "C" else 0.0
        return (
            float(match[1]) + offset,
            f"{match[0].strip()} by the name of the file",
        )
    return ROOM_K, "no column of temperature: taken at 20 °C"


def _read_remanence(field: FloatArray, level: FloatArray) -> float:
    """Compute J at H = 0, T, by a straight line through the points near it.

    `field`, the reverse field (A/m), rises and `level` is J (T); two points or more.
    """
    reach = float(field[-1])
    near_zero = (field >= 0.0) & (field <= _REMANENCE_SHARE * reach)
    if near_zero.sum() >= _LINE_POINTS:
        return float(
            np.polyval(np.polyfit(field[near_zero], level[near_zero], 1), 0.0)
        )
    if field[0] <= 0.0:
        return float(np.interp(0.0, field, level))
    slope = (level[1] - level[0]) / (field[1] - field[0])
    return float(level[0] - slope * field[0])


def _smooth_branch(
    field: FloatArray, level: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return distinct fields, rising, and J there, never rising, by isotonic regression."""
    from scipy.optimize import isotonic_regression

    fields, place = np.unique(field, return_inverse=True)
    means = np.bincount(place, weights=level) / np.bincount(place)
    return fields, isotonic_regression(means, increasing=False).x


def _read_recoil(field: FloatArray, level: FloatArray, knee: float) -> float:
    """Compute the recoil permeability: 1 less the slope of J over the reverse field, over mu_0.

    The slope is that up to 0.3 of H_k, where J is `knee` (T), of four points at least. A curve of
    fewer than four points gets 1.05. The result may lie below 1.
    """
    if field.size < _LINE_POINTS:
        return _USUAL_PERMEABILITY
    h_k = find_crossing(field, level, knee)
    end = _RECOIL_SHARE * (h_k if np.isfinite(h_k) else field[-1])
    near_zero = field <= max(end, field[_LINE_POINTS - 1])
    slope = np.polyfit(field[near_zero], level[near_zero], 1)[0]
    return 1.0 - float(slope) / MU_0


def _refuse_implausible(
    source: str | Path, curve: MeasuredCurve, recoil: float
) -> None:
    """Raise InputError if a figure of a curve is one that no magnet has; it names the likely slip.

    `recoil` is the permeability as read, which may lie below 1.
    """
    if recoil < _LEAST_PERMEABILITY:
        raise InputError(
            f"{source}: J rises against the field (a recoil permeability of {recoil:.2f}): is it J and "
            "not B, or the field over-corrected for the sample's shape?"
        )
    low, high = _REMANENCE_BOUNDS_T
    if not low <= curve.remanence_T <= high:
        raise InputError(
            f"{source}: B_r is {curve.remanence_T:.4g} T, and magnets have {low:g} to {high:g}: is "
            "the unit of J or B right?"
        )
    h_cj = curve.coercivity_kA_m
    if np.isnan(h_cj):
        h_cj = 1e-3 * float(curve.field[-1])
    low, high = _COERCIVITY_BOUNDS_KA_M
    if not low <= h_cj <= high:
        raise InputError(
            f"{source}: H_cJ is {h_cj:.4g} kA/m, and magnets have {low:g} to {high:g}: is the unit of "
            "H right?"
        )
    straight = 1e-3 * curve.remanence_T / (MU_0 * max(recoil - 1.0, 1e-9))
    if recoil > 1.8 and abs(straight / h_cj - 1.0) < 0.05:
        raise InputError(
            f"{source}: J falls on a straight line of slope {recoil - 1.0:.2f} mu_0 to zero, as B does "
            "and J does not: is it B?"
        )


def find_crossing(
    field: FloatArray, values: FloatArray, level: float
) -> float:
    """Find the field at which falling `values` first reach `level`, by linear interpolation.

    `field` and `values`, (n,), are points of a curve; `field` rises. The unit of the result is that
    of `field`. NaN if the values never reach `level`, or lie at or below it at the first point
    already.
    """
    below = np.flatnonzero(values <= level)
    if not below.size or not below[0]:
        return float("nan")
    k = below[0]
    share = (values[k - 1] - level) / (values[k - 1] - values[k])
    return float(field[k - 1] + share * (field[k] - field[k - 1]))


def find_largest_product(field: FloatArray, induction: FloatArray) -> float:
    """Find the largest B H of a curve that is straight between its points, J/m3.

    `field`, the reverse field (A/m), rises from 0, and `induction` is B, T, (n,) each; 0 where B is
    nowhere positive.
    """
    start = field[:-1]
    width = np.diff(field)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(width > 0.0, np.diff(induction) / width, 0.0)
        # On a falling line the product is largest half way to where B would be zero.
        top = np.where(
            slope < 0.0, 0.5 * (start - induction[:-1] / slope), field[1:]
        )
    top = np.clip(top, start, field[1:])
    product = top * (induction[:-1] + slope * (top - start))
    return float(np.max(product, initial=0.0))
