"""Measured demagnetization curves: J(H) or B(H) from a hysteresisgraph or a magnetometer.

Of a whole loop the branch that comes down from saturation is taken: of each sweep of the field the
sign of J at H = 0 says which it is, so that the branch that goes up is mirrored and never mixed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from .._core._arguments import warn
from .._core._types import FloatArray, IntArray
from .._core.errors import InputError
from .._core.units import KILO_OERSTED, MU_0, ZERO_CELSIUS
from ._curve_files import RawCurve, is_curve_file, read_raw_curves

# A sweep ends where the field comes back by more than this share of its range.
_SWEEP_END = 0.02
# Share of the largest reverse field within which the first point must lie, and least of points.
_FIRST = 0.1
_LEAST_POINTS = 5
# Share of B_r below which a last point counts as H_cJ.
_LEFT = 0.01
# Share of the reverse field within which B_r is read from a straight line, with so many points.
_NEAR_REMANENCE = 0.05
_LINE_POINTS = 4
# The slope of the recoil line is that up to this share of H_k.
_RECOIL = 0.3
# A branch whose J at H = 0 is less than this share of the largest is no branch from saturation.
_SATURATED = 0.9
# Two curves of one temperature that differ by more than this share are said to.
_DIFFERING_SHARE = 0.02
# Curves closer than this, K, are of one temperature.
_ALIKE_K = 2.0
# Beyond these a number is more likely a slip of a unit than a magnet: iron cobalt, the best
# saturated metal, has 2.45 T, the best magnet sold 1.55 T; Sm-Co below 100 K reaches 6,000 kA/m,
# alnico has 40 kA/m.
_LEAST_REMANENCE_T = 0.05
_MOST_REMANENCE_T = 2.0
_LEAST_COERCIVITY_KA_M = 10.0
_MOST_COERCIVITY_KA_M = 8000.0
_USUAL_COERCIVITY_KA_M = (100.0, 4000.0)
_LEAST_PERMEABILITY = 0.97
_USUAL_PERMEABILITY = 1.05
# What a field may be written in, likeliest first, A/m.
_FIELD_UNITS = {
    "kA/m": 1e3,
    "A/m": 1.0,
    "kOe": KILO_OERSTED,
    "Oe": 1e-3 * KILO_OERSTED,
    "T (mu_0 H)": 1.0 / MU_0,
}


@dataclass(frozen=True)
class Sample:
    """A sample measured in open circuit: its volume, m3, and its demagnetizing factor."""

    volume: float
    factor: float


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
    """Return whether a path, or each of several, is a file whose heads name a field and a flux.

    `source` is a str or `Path`, or a list or tuple of them; an empty one, a
    file that does not exist or has another ending than .csv, .tsv, .txt or
    .dat, and any other value give False.
    """
    if isinstance(source, list | tuple):
        return bool(source) and all(map(is_curve_file, source))
    return is_curve_file(source)


def read_curve(
    source: str | Path, sample: Sample | None = None
) -> MeasuredCurve:
    """Read a file that holds one measured curve; see `read_curves`.

    `source` is its path; `sample` is the sample of a file of moments
    (``volume``, m3, and the demagnetizing ``factor``), None otherwise. The
    `MeasuredCurve` is as of `read_curves`: ``temperature_K``, ``remanence_T``,
    ``coercivity_kA_m``, ``squareness`` and others, and the points ``field``
    (A/m) and ``polarization`` (T). Of several curves of one temperature the
    first counts.

    Raises
    ------
    InputError
        As `read_curves`, and if the file holds curves of several temperatures.
    """
    curves = read_curves(source, sample)
    if len(curves) > 1:
        at = ", ".join(
            f"{one.temperature_K - ZERO_CELSIUS:.0f}" for one in curves
        )
        raise InputError(
            f"{source} holds curves at {at} °C; one is expected here: give each a file of its own"
        )
    return curves[0]


def read_curves(
    source: str | Path | Sequence[str | Path], sample: Sample | None = None
) -> list[MeasuredCurve]:
    """Read measured curves of one magnet from one file or several.

    Parameters
    ----------
    source : str, Path or a sequence of them
        Files with columns of the field and of J, B or M, such as ``H (kA/m),J (T)``. Fields in
        A/m, kA/m, MA/m, Oe, kOe, or as mu_0 H in T, mT, G, kG, reverse ones negative or positive; J
        or B in T, mT, G or kG, a magnetization in A/m, kA/m, MA/m or emu/cm3, a moment in emu or
        A m2 (of a .dat of Quantum Design, too); a temperature in K, C or F.
    sample : Sample, optional
        Of a moment the sample in open circuit, ``volume`` (m3) and
        demagnetizing ``factor``, by which it becomes J at the field inside;
        InputError without it. Of J and B it does not count.

    Returns
    -------
    list of MeasuredCurve
        One for each temperature, rising; of those less than 2 K apart the first. ``temperature_K``;
        ``remanence_T``, ``coercivity_kA_m``, ``coercivity_b_kA_m``, ``knee_field_kA_m``,
        ``squareness``, ``max_energy_product_kJ_m3`` and ``recoil_permeability``; the points
        ``field`` (reverse, A/m, from 0) and ``polarization`` (T). NaN where the curve ends before.
        Without a temperature in columns, heads or the file's name it is 20 degrees C.

    Raises
    ------
    InputError
        If a file cannot be read or holds no demagnetization curve, a unit is
        unknown, or a number is one that no magnet has.

    Warns
    -----
    UserWarning
        Of remarks on a file: columns not used, a second curve of the same temperature.
    """
    sources: list[Any] = [source]
    if isinstance(source, list | tuple):
        sources = list(source)
    curves: list[MeasuredCurve] = []
    for one in sources:
        raw, notes = read_raw_curves(one)
        if notes:
            warn(f"{one}: columns not used: {', '.join(notes)}", UserWarning)
        for raw_curve in raw:
            field, level = _demagnetization_branch(str(one), raw_curve, sample)
            curves.append(_figures(str(one), field, level, raw_curve))
    return _one_a_temperature(curves)


def _one_a_temperature(curves: Sequence[MeasuredCurve]) -> list[MeasuredCurve]:
    """Return the first curve of each temperature, by rising temperature; a warning names further ones.

    `curves` stand in the order of the files; those less than 2 K apart are of
    one temperature. ``temperature_K`` is read, and ``coercivity_kA_m`` for the
    warning, a UserWarning. An empty list gives one.
    """
    first: list[MeasuredCurve] = []
    for curve in curves:
        like = [
            one
            for one in first
            if abs(one.temperature_K - curve.temperature_K) < _ALIKE_K
        ]
        if not like:
            first.append(curve)
            continue
        warn(
            f"a second curve at {curve.temperature_K - ZERO_CELSIUS:.0f} °C has H_cJ "
            f"{curve.coercivity_kA_m:.0f} kA/m beside {like[0].coercivity_kA_m:.0f}; the "
            "first is taken",
            UserWarning,
        )
    return sorted(first, key=lambda one: one.temperature_K)


def _demagnetization_branch(
    source: str, raw: RawCurve, sample: Sample | None
) -> tuple[FloatArray, FloatArray]:
    """Return the demagnetization branch of a measured loop.

    A UserWarning is issued where the other branch has another H_cJ.

    Parameters
    ----------
    source : str
        Name of the file, for messages.
    raw : RawCurve
        The loop as read: ``field`` (A/m, reverse ones negative, or all of a
        second quadrant positive), ``flux`` (T, or T m3 of a moment) and its
        ``kind`` ("polarization", "induction" or "moment").
    sample : Sample or None
        ``volume``, m3, and demagnetizing ``factor``; needed if the file holds moments.

    Returns
    -------
    field : ndarray, shape (m,)
        Reverse fields, A/m, rising; those of the first quadrant are negative.
    polarization : ndarray, shape (m,)
        J, T, below 0 past H_cJ.

    Raises
    ------
    InputError
        If the loop has fewer than five points in all or in the second quadrant, or the sample of a
        moment is missing.
    """
    h, j = _inner_field(source, raw, sample)
    if np.unique(h).size < _LEAST_POINTS:
        raise InputError(
            f"{source}: expected {_LEAST_POINTS} points or more at fields of their own, got "
            f"{np.unique(h).size}"
        )
    if h.min() >= 0.0 and j[np.argmax(h)] < 0.8 * j[np.argmin(h)]:
        # Reverse fields without a sign: nothing but the second quadrant was written.
        h = -h
    whole = _choose_branches(source, h, j)
    ends = []
    for field, level in whole[:2]:
        if level.min() <= 0.0:
            ends.append(find_crossing(-field[::-1], level[::-1], 0.0))
    if len(ends) == 2 and abs(ends[1] / ends[0] - 1.0) > _DIFFERING_SHARE:
        warn(
            f"{source}: the other branch of the loop gives H_cJ {1e-3 * ends[1]:.0f} kA/m beside "
            f"{1e-3 * ends[0]:.0f}: the field is shifted, or the sample not saturated",
            UserWarning,
        )
    field, level = whole[0]
    order = np.argsort(-field, kind="stable")
    return -field[order], level[order]


def _choose_branches(
    source: str, h: FloatArray, j: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """Return H, A/m, and J, T, of each branch from saturation, upright, the best first.

    Branches that do not reach J = 0 are left out where others do. What comes down from positive
    saturation stands before branches from negative saturation, which are mirrored. Fields of a
    branch rise, reverse ones being negative. Branches whose J at H = 0 is below 0.9 of the largest
    are left out. `h` and `j`, (n,), are the points in the order of the file, reverse fields
    negative; `source` is its name, for messages. InputError if no branch has five points or more
    with H <= 0 and J > 0.
    """
    parts = _split_sweeps(h, j)
    # What comes down from positive saturation stands first, mirrored branches after it.
    parts.sort(
        key=lambda part: bool(_polarization_at_zero(h[part], j[part]) < 0.0)
    )
    usable = []
    for part in parts:
        field, level = _turn_upright(h[part], j[part])
        if ((field <= 0.0) & (level > 0.0)).sum() >= _LEAST_POINTS:
            usable.append((field, level))
    if not usable:
        raise InputError(
            f"{source}: expected {_LEAST_POINTS} points or more with H <= 0 and J > 0, the second quadrant"
        )
    remanences = [_polarization_at_zero(*branch) for branch in usable]
    least = _SATURATED * max(remanences)
    pairs = zip(usable, remanences, strict=True)
    saturated = [branch for branch, remanence in pairs if remanence >= least]
    return [
        branch for branch in saturated if branch[1].min() <= 0.0
    ] or saturated


def _inner_field(
    source: str, raw: RawCurve, sample: Sample | None
) -> tuple[FloatArray, FloatArray]:
    """Compute the field inside the sample, A/m, and J, T, at the points of `raw`, (n,) each.

    `source` is the name of the file, for messages. Of `raw` ``field`` (A/m), ``flux`` (T, or T m3
    of a moment), ``kind`` ("polarization", "induction" or "moment") and ``flux_head`` are read.
    `sample` (``volume``, m3, and ``factor``) is used for moments alone: the field of J and B is
    inside already. InputError if the file holds moments and no sample is given.
    """
    h = raw.field
    if raw.kind == "induction":
        return h, raw.flux - MU_0 * h
    if raw.kind == "polarization":
        return h, raw.flux
    if sample is None:
        raise InputError(
            f"{source}: {raw.flux_head!r} is a moment; give the shape of the sample, as "
            "--sample 3x3x2mm, by whose volume and demagnetizing factor it becomes J(H)"
        )
    j = raw.flux / sample.volume
    return h - sample.factor * j / MU_0, j


def _split_sweeps(h: FloatArray, j: FloatArray) -> list[IntArray]:
    """Split the points of a loop into sweeps of the field in one direction.

    `h` and `j` are field and polarization, (n,). Where the points are sorted
    by the field and hold two values at each field, they are two branches, each
    by rising field: the first has the larger values, which come down from
    saturation.

    Returns
    -------
    list of ndarray
        Row numbers, from 0, of each sweep; the point at which the field turns is in both. One array
        of all rows where it never turns back by more than 2 % of its range.
    """
    step = _SWEEP_END * float(np.ptp(h))
    turns = [0]
    direction = 0
    extreme = 0
    low = high = 0
    for row, value in enumerate(h):
        if direction == 0:
            if value < h[low]:
                low = row
            if value > h[high]:
                high = row
            if value - h[low] > step:
                direction = 1
                extreme = row
            elif h[high] - value > step:
                direction = -1
                extreme = row
        elif direction * (value - h[extreme]) >= 0.0:
            extreme = row
        elif direction * (h[extreme] - value) > step:
            turns.append(extreme)
            direction = -direction
            extreme = row
    turns.append(h.size - 1)
    parts = [np.arange(a, b + 1) for a, b in pairwise(turns)]
    if len(parts) > 1:
        return parts
    order = np.argsort(h, kind="stable")
    repeats = np.diff(h[order]) < 1e-6 * step
    if repeats.mean() < 0.4:
        return parts
    pairs = np.flatnonzero(repeats)
    first = order[pairs]
    second = order[pairs + 1]
    upper = np.where(j[first] >= j[second], first, second)
    lower = np.where(j[first] >= j[second], second, first)
    return [upper, lower]


def _turn_upright(
    h: FloatArray, j: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return field and J of a branch that comes down from positive saturation, sorted by rising field.

    `h` (reverse fields negative) and `j`, (n,), are copied; the branch is mirrored, both signs
    changed, if J at the point nearest to H = 0 is negative.
    """
    if _polarization_at_zero(h, j) < 0.0:
        h = -h
        j = -j
    order = np.argsort(h, kind="stable")
    return h[order], j[order]


def _polarization_at_zero(h: FloatArray, j: FloatArray) -> float:
    """Return J of the point whose field, `h`, is nearest to zero."""
    return float(j[np.argmin(np.abs(h))])


def _figures(
    source: str, field: FloatArray, level: FloatArray, raw: RawCurve
) -> MeasuredCurve:
    """Derive the figures of a curve from the points of its demagnetization branch.

    Parameters
    ----------
    source : str
        Name of the file, for messages.
    field : ndarray, shape (n,)
        Reverse fields, A/m, rising; those of the first quadrant negative.
    level : ndarray, shape (n,)
        J, T.
    raw : RawCurve
        The curve as read: ``kelvin`` and ``note`` are passed on, the rest is for messages.

    Returns
    -------
    MeasuredCurve
        With the smoothed points from H = 0, where J is B_r, to J = 0:
        ``field`` (A/m) and ``polarization`` (T); ``remanence_T``,
        ``coercivity_kA_m``, ``coercivity_b_kA_m``, ``knee_field_kA_m``,
        ``squareness``, ``max_energy_product_kJ_m3``, ``recoil_permeability``
        (1 or more), ``temperature_K`` and ``note``. H_cJ, and with it
        squareness, is NaN if the curve ends before, unless less than 1 % of
        B_r is left there; so are H_cB and the knee field.

    Raises
    ------
    InputError
        If the curve begins far from H = 0, or a figure is implausible.
    """
    beyond = np.flatnonzero((field > 0.0) & (level <= 0.0))
    if beyond.size:
        field = field[: beyond[0] + 1]
        level = level[: beyond[0] + 1]
    first = field[field >= 0.0].min() if (field <= 0.0).any() else field[0]
    if first > _FIRST * field[-1]:
        raise InputError(
            f"{source}: the first point is at {first / 1e3:.0f} kA/m; a curve begins near H = 0"
        )
    b_r = _read_remanence(field, level)
    reverse = field > 0.0
    field = field[reverse]
    level = level[reverse]
    recoil = _read_recoil(field, level, 0.9 * b_r)
    field, level = _without_noise(field, level)
    field = np.append(0.0, field)
    level = np.append(b_r, np.minimum(level, b_r))
    h_cj = find_crossing(field, level, 0.0)
    if np.isnan(h_cj) and level[-1] < _LEFT * b_r:
        h_cj = float(field[-1])
    _ask_if_implausible(
        source, raw, b_r, h_cj if np.isfinite(h_cj) else field[-1], recoil
    )
    h_k = find_crossing(field, level, 0.9 * b_r)
    induction = level - MU_0 * field
    product = find_largest_product(field, induction)
    return MeasuredCurve(
        remanence_T=b_r,
        coercivity_kA_m=1e-3 * h_cj,
        coercivity_b_kA_m=1e-3 * find_crossing(field, induction, 0.0),
        knee_field_kA_m=1e-3 * h_k,
        squareness=h_k / h_cj,
        max_energy_product_kJ_m3=1e-3 * product,
        recoil_permeability=max(recoil, 1.0),
        temperature_K=raw.kelvin,
        field=field,
        polarization=level,
        note=raw.note,
    )


def _read_remanence(field: FloatArray, level: FloatArray) -> float:
    """Compute J at H = 0, T, by a straight line through the points near it.

    `field`, the reverse field (A/m), rises and `level` is J (T); two points or more.
    """
    reach = float(field[-1])
    near_zero = (field >= 0.0) & (field <= _NEAR_REMANENCE * reach)
    if near_zero.sum() >= _LINE_POINTS:
        return float(
            np.polyval(np.polyfit(field[near_zero], level[near_zero], 1), 0.0)
        )
    if field[0] <= 0.0:
        return float(np.interp(0.0, field, level))
    slope = (level[1] - level[0]) / (field[1] - field[0])
    return float(level[0] - slope * field[0])


def _without_noise(
    field: FloatArray, level: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Smooth a branch by isotonic regression: one J at each field, and J never rising.

    Parameters
    ----------
    field : ndarray, shape (n,)
        Reverse fields, A/m, in any order.
    level : ndarray, shape (n,)
        J, T.

    Returns
    -------
    fields : ndarray, shape (m,)
        Distinct fields, rising.
    polarization : ndarray, shape (m,)
        J at those fields. Points of one field count as one, with their mean J.
    """
    from scipy.optimize import isotonic_regression

    fields, place = np.unique(field, return_inverse=True)
    means = np.bincount(place, weights=level) / np.bincount(place)
    return fields, isotonic_regression(means, increasing=False).x


def _read_recoil(field: FloatArray, level: FloatArray, knee: float) -> float:
    """Compute the recoil permeability: 1 less the slope of J over the reverse field, over mu_0.

    The slope is that up to 0.3 of H_k, of four points at least. `field`, the
    reverse field (A/m), rises, `level` is J (T), and `knee` is J at H_k, T. A
    curve of fewer than four points gets 1.05. The result may lie below 1.
    """
    h_k = find_crossing(field, level, knee)
    if field.size < _LINE_POINTS:
        return _USUAL_PERMEABILITY
    end = _RECOIL * (h_k if np.isfinite(h_k) else field[-1])
    near_zero = field <= max(end, field[_LINE_POINTS - 1])
    return (
        1.0
        - float(np.polyfit(field[near_zero], level[near_zero], 1)[0]) / MU_0
    )


def _ask_if_implausible(
    source: str, raw: RawCurve, b_r: float, coercivity: float, recoil: float
) -> None:
    """Raise InputError if a figure is one that no magnet has; the message names the likely slip.

    `source` is the file and `raw` its curve as read (heads, ``kind`` and
    ``field_factor``). `b_r` is in T, 0.05 to 2, `coercivity` in A/m, 10 to
    8000 kA/m, and `recoil` the recoil permeability, 0.97 or more, ends
    included; NaN of the first two is refused. What is called J must not fall
    on a straight line as B does.
    """
    if recoil < _LEAST_PERMEABILITY:
        raise InputError(
            f"{source}: J rises against the field (a recoil permeability of {recoil:.2f}): is "
            f"{raw.flux_head!r} J and not B, or the field over-corrected for the sample's shape?"
        )
    if not _LEAST_REMANENCE_T <= b_r <= _MOST_REMANENCE_T:
        raise InputError(
            f"{source}: B_r is {b_r:.4g} T, and magnets have {_LEAST_REMANENCE_T:g} to "
            f"{_MOST_REMANENCE_T:g}: is {raw.flux_head!r} in gauss, kG or mT?"
        )
    h_cj = 1e-3 * coercivity
    if not _LEAST_COERCIVITY_KA_M <= h_cj <= _MOST_COERCIVITY_KA_M:
        raise InputError(
            f"{source}: H_cJ is {h_cj:.4g} kA/m, and magnets have {_LEAST_COERCIVITY_KA_M:g} to "
            f"{_MOST_COERCIVITY_KA_M:g}: is {raw.field_head!r} {_likely_unit(coercivity, raw)}?"
        )
    straight = b_r / (MU_0 * max(recoil - 1.0, 1e-9))
    if (
        raw.kind == "polarization"
        and recoil > 1.8
        and abs(straight / coercivity - 1.0) < 0.05
    ):
        raise InputError(
            f"{source}: {raw.flux_head!r} falls on a straight line of slope {recoil - 1.0:.2f} "
            "mu_0 to zero, as B does and J does not: is it B?"
        )


def _likely_unit(coercivity: float, raw: RawCurve) -> str:
    """Say in which unit of the field H_cJ, which was read as `coercivity` A/m, would be a usual value.

    `raw` has ``field_factor``, by which numbers of the file became A/m. Usual
    is 100 to 4000 kA/m. The text is such as "in kOe", of the first of kA/m,
    A/m, kOe, Oe and "T (mu_0 H)" that fits, or "in its unit".
    """
    low, high = _USUAL_COERCIVITY_KA_M
    number_in_file = coercivity / raw.field_factor
    for unit, factor in _FIELD_UNITS.items():
        if low <= 1e-3 * number_in_file * factor <= high:
            return f"in {unit}"
    return "in its unit"


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
