"""Files of measured curves: columns, units and temperatures of a CSV or a magnetometer's .dat.

A file holds one curve or several: pairs of columns (``H (kA/m),J (T),H (kA/m),J (T)``), several
columns of J on one field, or rows of several temperatures below each other.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from .._core._types import FloatArray
from .._core.errors import InputError
from .._core.units import KILO_GAUSS, KILO_OERSTED, MU_0, ROOM_K, ZERO_CELSIUS

SUFFIXES = (".csv", ".tsv", ".txt", ".dat")
"""Endings of files that may hold a curve."""

_STRENGTHS = {
    "kA/m": 1e3,
    "A/m": 1.0,
    "MA/m": 1e6,
    "kOe": KILO_OERSTED,
    "Oe": 1e-3 * KILO_OERSTED,
}
_FLUXES = {
    "T": 1.0,
    "mT": 1e-3,
    "kG": KILO_GAUSS,
    "G": 1e-3 * KILO_GAUSS,
    "Gauss": 1e-4,
}
# Of a magnetization; an emu is 1e-3 A m2.
_MAGNETIZATIONS = {
    "kA/m": 1e3 * MU_0,
    "A/m": MU_0,
    "MA/m": 1e6 * MU_0,
    "emu/cm3": 1e3 * MU_0,
    "emu/cc": 1e3 * MU_0,
}
# Of a moment, in T m3: to be divided by the volume of the sample.
_MOMENTS = {
    "emu": 1e-3 * MU_0,
    "A m2": MU_0,
    "Am2": MU_0,
    "mA m2": 1e-3 * MU_0,
}

_UNITS: dict[str, dict[str, float]] = {
    "field": _STRENGTHS
    | {unit: value / MU_0 for unit, value in _FLUXES.items()},
    "polarization": _MAGNETIZATIONS | _FLUXES,
    "induction": _FLUXES,
    "moment": _MOMENTS,
    "temperature": {
        "K": 1.0,
        "C": 1.0,
        "°C": 1.0,
        "degC": 1.0,
        "F": 5.0 / 9.0,
        "°F": 5.0 / 9.0,
    },
}
_HEADS = {
    "field": r"(?:(?:mu_?|[µμ])0 ?)?h(?:[_ (\[,/]|$)|(?:(?:magnetic|applied|internal)[ _])?field",
    "moment": r"(?:dc )?moment\b|m \((?:emu|m?a ?m2|m?a ?m²)\)",
    "polarization": (
        r"[jm](?:[_ (\[,/]|$)|polari[sz]ation|magneti[sz]ation|4 ?(?:pi|π) ?m|(?:mu_?|[µμ])0 ?m"
    ),
    "induction": r"b(?:[_ (\[,/]|$)|induction|(?:magnetic )?flux",
    "temperature": r"t(?:emp(?:erature)?)?(?:[_ (\[,/]|$)",
}
_PATTERNS = {
    kind: re.compile(f"^(?:{text})", re.IGNORECASE)
    for kind, text in _HEADS.items()
}
_FLUX_KINDS = ("polarization", "moment", "induction")
"""What may stand over the field, the best first where a file holds several."""

_DEGREES = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?) ?°?(C|K)(?![\w/])")
_IN_NAME = re.compile(
    r"(?<![0-9A-Za-z.])(-?\d+(?:\.\d+)?) ?(C|K)(?![0-9A-Za-z])"
)
_LAST_UNIT = re.compile(r"[(\[/,]\s*([^()\[\],]+?)\s*[)\]]?\s*$")

# Temperatures closer than this, K, are one; a curve may drift by so much, K.
_ONE_LEVEL_K = 2.0
_MOST_DRIFT_K = 5.0
_MOMENT_OF_DAT = (
    "Moment (emu)",
    "DC Moment Fixed Ctr (emu)",
    "DC Moment Free Ctr (emu)",
)


@dataclass(frozen=True, eq=False)
class RawCurve:
    """Points of one curve in the order of the file.

    `field` is H, A/m; `flux` J or B in T, or a moment in T m3, as `kind` says (``polarization``,
    ``induction`` or ``moment``); shape (m,) each. `kelvin` is the mean temperature, K, `note` where
    it comes from if no column says it; `field_factor` takes the numbers of the file to A/m.
    """

    field: FloatArray
    flux: FloatArray
    kind: str
    kelvin: float
    field_head: str
    field_factor: float
    flux_head: str
    note: str = ""


@dataclass(frozen=True)
class _Column:
    """A column that names a quantity: its kind, its factor to SI and a temperature in its head."""

    place: int
    head: str
    kind: str
    factor: float
    kelvin: float | None


def is_curve_file(source: Any) -> bool:
    """Say whether a value is the path of a file of measured curves.

    True if the file exists, ends in .csv, .tsv, .txt or .dat (`SUFFIXES`, in
    any case), and its heads name a field and a flux; units are not checked.
    Any other `source`, such as a recipe, gives False; no error is raised.
    """
    if (
        not isinstance(source, str | Path)
        or Path(source).suffix.lower() not in SUFFIXES
    ):
        return False
    if not Path(source).is_file():
        return False
    try:
        heads, _, _ = _split_lines(source)
    except InputError:
        return False
    kinds = {_column_quantity(head) for head in heads}
    return "field" in kinds and bool(kinds & set(_FLUX_KINDS))


def read_raw_curves(source: str | Path) -> tuple[list[RawCurve], list[str]]:
    """Read every curve of a file.

    Parameters
    ----------
    source : str or Path
        The file.

    Returns
    -------
    list of RawCurve
        In the order of the columns, and of each by rising temperature:
        ``field`` (H, A/m), ``flux`` (T, or T m3 of a moment) and its ``kind``
        ("polarization", "induction" or "moment"), ``kelvin`` (20 degrees C
        where nothing says it) and ``note``. Signs are those of the file.
        Points without field, flux or temperature are left out.
    list of str
        Heads of columns that were not used; none are named of a .dat file.

    Raises
    ------
    InputError
        If columns are missing, a unit is unknown, or a temperature drifts.
    """
    heads, body, comments = _split_lines(source)
    if not body:
        raise InputError(f"{source} has a header, and no points below it")
    table = _numbers(source, heads, body)
    is_dat = _is_dat(heads)
    columns = _find_columns(
        source, _blank_heads_of_dat(heads) if is_dat else heads
    )
    pairs = _pair_columns(source, heads, columns)
    temperatures = [one for one in columns if one.kind == "temperature"]
    if len(temperatures) not in (0, 1, len(pairs)):
        raise InputError(
            f"{source}: {len(temperatures)} columns of temperature for {len(pairs)} curves; give "
            "one for all, or one for each"
        )
    curves: list[RawCurve] = []
    for place, (field, flux) in enumerate(pairs):
        fallback, note = _temperature_from_name(source, comments)
        kelvin = np.full(len(table), fallback)
        if temperatures:
            own_temperature = temperatures[min(place, len(temperatures) - 1)]
            kelvin = _kelvin(
                table[:, own_temperature.place], own_temperature.head
            )
            note = ""
        elif (header_kelvin := flux.kelvin or field.kelvin) is not None:
            kelvin = np.full(len(table), header_kelvin)
            note = ""
        curves += _curves_of_pair(
            str(source), table, field, flux, kelvin, note
        )
    if is_dat:
        return curves, []
    places = {one.place for one in columns}
    return curves, [
        head for place, head in enumerate(heads) if place not in places
    ]


def _split_lines(
    source: str | Path,
) -> tuple[list[str], list[list[str]], list[str]]:
    """Split a file into its heads, its rows of cells and its comments, all texts.

    A file whose numbers begin at once has its heads in a comment ``Columns:
    ...``, as `magnetkit curve` writes it. A unit in a row below the heads is
    appended to its head in brackets, such as "H (kA/m)". Comments are lines
    that begin with # or %, without that mark; ``Columns: ...`` is among them.

    Parameters
    ----------
    source : str or Path
        Path of the file.

    Returns
    -------
    heads : list of str
        One a column.
    body : list of list of str
        Cells of each row of points; it may be empty below a header.
    comments : list of str

    Raises
    ------
    InputError
        If the file cannot be read, holds no line but comments, or names no columns.
    """
    lines = _read_data_lines(source)
    comments = [line[1:].strip() for line in lines if line[0] in "#%"]
    lines = [line for line in lines if line[0] not in "#%"]
    if not lines:
        raise InputError(f"{source} holds no points")
    rows = _split_cells(lines)
    heads = rows[0]
    body = rows[1:]
    if all(_is_number(cell) for cell in heads if cell):
        return _find_heads(source, comments), rows, comments
    if body and not any(map(_is_number, body[0])):
        pairs = zip_longest(heads, body[0][: len(heads)], fillvalue="")
        heads = [f"{head} ({unit})" if unit else head for head, unit in pairs]
        body = body[1:]
    return heads, body, comments


def _read_data_lines(source: str | Path) -> list[str]:
    """Read the lines of a file that are not blank; after a line ``[Data]`` if there is one.

    `source` is its path. InputError if it cannot be read. Text is UTF-8, or
    UTF-16 with its byte order mark; bytes that are neither become replacement
    characters, without an error. ``[Data]`` may be in any case. Blanks at the
    ends of a line stay.
    """
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise InputError(
            f"{source} cannot be read: {error.strerror}"
        ) from None
    is_wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = data.decode("utf-16" if is_wide else "utf-8-sig", errors="replace")
    lines = text.splitlines()
    marks = [line.strip().casefold() for line in lines]
    if "[data]" in marks:
        lines = lines[marks.index("[data]") + 1 :]
    return [line for line in lines if line.strip()]


def _split_cells(lines: list[str]) -> list[list[str]]:
    """Split lines, at least one, into stripped cells at the separator of the first line.

    The separator is the first of semicolon, tab and comma that the first line
    holds; a comma if it holds none. Where it is not a comma, decimal commas
    below the first line become points, unless any of those lines holds a
    point. Quoted cells are read as such.
    """
    mark = next((one for one in ";\t," if one in lines[0]), ",")
    has_commas = mark != "," and not any("." in line for line in lines[1:])
    rows: list[list[str]] = []
    for row in csv.reader(lines, delimiter=mark):
        if has_commas and rows:
            row = [cell.replace(",", ".") for cell in row]
        rows.append([cell.strip() for cell in row])
    return rows


def _find_heads(source: str | Path, comments: list[str]) -> list[str]:
    """Return the heads that a comment ``Columns: ...`` names; InputError without such a comment.

    `comments` are lines without their mark, such as "Columns: H (kA/m), J
    (T)", in any case, of which the first counts; heads are split at commas and
    stripped. `source` is the file's name for the message.
    """
    for comment in comments:
        if comment.casefold().startswith("columns:"):
            return [
                head.strip() for head in comment.partition(":")[2].split(",")
            ]
    raise InputError(
        f"{source} begins with numbers; its first line must name the columns with their "
        "units, such as H (kA/m),J (T)"
    )


def _is_number(cell: str) -> bool:
    """Say whether a cell, a text, can be read as a float; nan and inf can."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(
    source: str | Path, heads: Sequence[str], body: Sequence[Sequence[str]]
) -> FloatArray:
    """Convert the cells to numbers, float64 (rows, columns); an empty cell is NaN.

    Texts in columns of no known quantity are NaN, and so are cells that a
    short row lacks. `heads` are the heads of the columns, `body` the rows of
    cells; cells beyond the heads are left out. Units are not converted.
    `source` is the file's name, for messages.

    Raises
    ------
    InputError
        If a column of a known quantity holds a text, also one with a decimal
        comma, or a number that is not finite ("inf", "nan").
    """
    table = np.full((len(body), len(heads)), np.nan)
    for i, row in enumerate(body):
        for j, cell in enumerate(row[: len(heads)]):
            if not cell:
                continue
            try:
                table[i, j] = float(cell)
            except ValueError:
                if _column_quantity(heads[j]):
                    raise InputError(
                        f"{source}: column {heads[j]!r} holds no numbers: {cell!r:.40}"
                    ) from None
            if not np.isfinite(table[i, j]) and _column_quantity(heads[j]):
                raise InputError(
                    f"{source}: column {heads[j]!r} holds {cell!r:.40}, no finite number; leave "
                    "the cell empty, or the point out"
                )
    return table


def _is_dat(heads: Sequence[str]) -> bool:
    """Return whether these are the columns of a magnetometer by Quantum Design.

    `heads` must have "Magnetic Field (Oe)" and one of "Moment (emu)", "DC
    Moment Fixed Ctr (emu)" and "DC Moment Free Ctr (emu)", spelled exactly so.
    """
    return "Magnetic Field (Oe)" in heads and any(
        head in heads for head in _MOMENT_OF_DAT
    )


def _blank_heads_of_dat(heads: Sequence[str]) -> list[str]:
    """Return the heads of a magnetometer's .dat file, empty but for temperature, field and moment.

    The heads that stay are "Temperature (K)", "Magnetic Field (Oe)" and a
    moment; the result is as long as `heads`. One of the known heads of a
    moment (`_MOMENT_OF_DAT`, such as "Moment (emu)") must be among `heads`,
    else StopIteration is raised. Of several moments the first of
    `_MOMENT_OF_DAT` counts.
    """
    moment = next(head for head in _MOMENT_OF_DAT if head in heads)
    names = ("Temperature (K)", "Magnetic Field (Oe)", moment)
    return [head if head in names else "" for head in heads]


def _column_quantity(head: str) -> str:
    """Return the quantity that a heading names; empty where it names none.

    `head` is such as "H (kA/m)". The quantity is "field", "moment",
    "polarization", "induction" or "temperature"; the unit is not checked. Case
    does not count; M, magnetization and mu_0 M are "polarization", but "M
    (emu)" and "M (A m2)" a "moment"; mu_0 H is "field".
    """
    plain = head.strip().strip('"')
    return next(
        (kind for kind, pattern in _PATTERNS.items() if pattern.search(plain)),
        "",
    )


def _find_columns(source: str | Path, heads: Sequence[str]) -> list[_Column]:
    """Return the columns whose heads name a quantity, in the order of the file.

    Each `_Column` has its ``place``, from 0, ``head``, ``kind`` ("field",
    "temperature", or a flux: "polarization", "induction" or "moment"), the
    ``factor`` to A/m, T, T m3 (of a moment) or a difference in K, and the
    temperature in its head, ``kelvin``, K, or None. Heads that name none are
    left out. `source` is the file's name, for messages.

    Raises
    ------
    InputError
        If the unit of one is missing or unknown.
    """
    columns = []
    for place, head in enumerate(heads):
        kind = _column_quantity(head)
        if not kind:
            continue
        match = _DEGREES.search(head)
        kelvin = None
        if match and kind != "temperature":
            kelvin = float(match[1]) + (
                ZERO_CELSIUS if match[2] == "C" else 0.0
            )
        columns.append(
            _Column(place, head, kind, _factor(source, head, kind), kelvin)
        )
    return columns


def _factor(source: str | Path, head: str, kind: str) -> float:
    """Return the factor that converts numbers of the unit in a head to SI.

    `kind` is the quantity: "field", "polarization", "induction", "moment" or
    "temperature"; `head` is such as "H (kOe)" or "H_kOe", in upper or lower
    case. Units are those of `_UNITS`. A field becomes A/m, polarization and
    induction T, a moment T m3 (mu_0 times the moment); of temperatures the
    factor is that of a difference. `source` is the file's name, for messages.
    InputError if the unit is missing, unknown, or per mass.
    """
    plain = _DEGREES.sub("", head.strip().strip('"')).strip(" ,_")
    units = {unit.casefold(): factor for unit, factor in _UNITS[kind].items()}
    bracket = _LAST_UNIT.search(plain)
    texts = [bracket[1]] if bracket else []
    parts = plain.split("_")
    texts += ["_".join(parts[i:]) for i in range(1, len(parts))]
    for text in texts:
        unit = re.sub(
            r"_(c?m)", r"/\1", text.replace("³", "3").replace("²", "2")
        ).strip()
        unit = unit.replace("·", " ").replace("^", "").casefold()
        if unit in units:
            return units[unit]
    if texts and texts[0].replace("³", "3").casefold() in (
        "emu/g",
        "a m2/kg",
        "am2/kg",
    ):
        raise InputError(
            f"{source}: column {head!r} is per mass: multiply by the density in g/cm3 and write "
            "emu/cm3"
        )
    ends = f"the unit {texts[0]!r} is not known" if texts else "it has no unit"
    raise InputError(
        f"{source}: column {head!r}: {ends}; expected {', '.join(_UNITS[kind])}, as "
        f"'{plain.split('(')[0].split('_')[0].strip()} ({next(iter(_UNITS[kind]))})'"
    )


def _pair_columns(
    source: str | Path, heads: Sequence[str], columns: Sequence[_Column]
) -> list[tuple[_Column, _Column]]:
    """Pair the column of the field with that of J, B or the moment, one pair for each curve.

    Of several kinds beside one field J is taken before a moment, and a moment
    before B; of several columns of that kind all are. A column belongs to the
    field before it, one before all fields to the first. Several columns of a
    flux beside one field give several pairs.

    Parameters
    ----------
    source : str or Path
        Name of the file, for messages.
    heads : sequence of str
        Heads of all columns.
    columns : sequence of _Column
        Those that name a quantity, in the order of the file; ``kind``,
        ``place`` and ``head`` are read.

    Returns
    -------
    list of (_Column, _Column)
        Field and flux of each curve, in the order of the file. Columns of temperature are left out.

    Raises
    ------
    InputError
        If there is no column of a field or none of a flux, or a field has no
        flux beside it.
    """
    fields = [one for one in columns if one.kind == "field"]
    fluxes = [one for one in columns if one.kind in _FLUX_KINDS]
    if not (fields and fluxes):
        raise InputError(
            f"{source}: expected a column of the field such as 'H (kA/m)' or 'H (kOe)' and one of "
            "'J (T)', 'B (kG)' or 'M (emu/cm3)' with its unit (of emu/g multiply by the density in "
            f"g/cm3), got {', '.join(map(str, heads[:8]))}"
        )
    pairs = []
    places = [0, *(field.place for field in fields[1:]), len(heads)]
    for i, field in enumerate(fields):
        start, end = places[i : i + 2]
        beside = [one for one in fluxes if start <= one.place < end]
        if not beside:
            raise InputError(
                f"{source}: no J or B stands beside column {field.head!r}"
            )
        # B and J of one sample are one curve.
        kind = min((one.kind for one in beside), key=_FLUX_KINDS.index)
        pairs += [(field, one) for one in beside if one.kind == kind]
    return pairs


def _kelvin(values: FloatArray, head: str) -> FloatArray:
    """Convert a column of temperatures, `values`, (n,), to K, by the unit in its heading, `head`.

    The unit, C, F or K in upper or lower case, is the last letter of `head`, such as "T (C)"; any
    other letter counts as K. NaN stays NaN.
    """
    unit = _DEGREES.sub("", head).strip(' )]"')[-1:].upper()
    if unit == "C":
        return values + ZERO_CELSIUS
    if unit == "F":
        return (values - 32.0) / 1.8 + ZERO_CELSIUS
    return values


def _temperature_from_name(
    source: str | Path, comments: Sequence[str]
) -> tuple[float, str]:
    """Find the temperature of a file that has no column of temperatures.

    A comment, of the lines of `comments`, is searched first for such as "at
    150 C (423.15 K)", then the name of the file, `source`, for such as "150C"
    or "423 K"; 20 degrees C otherwise. A minus in the name right behind a
    letter or digit is a hyphen: "n42-40C" is 40 degrees C, "n42 -40C" and
    "n42--40C" are -40.

    Returns
    -------
    kelvin : float
        The temperature, K.
    note : str
        Where it comes from: such as "150C by the name of the file", or "no
        column of temperature: taken at 20 °C"; empty if a comment says it. Of
        several in the name the first counts.
    """
    for text in comments:
        if match := re.search(
            r"\bat (-?\d+(?:\.\d+)?) C \((\d+(?:\.\d+)?) K\)", text
        ):
            return float(match[2]), ""
    if in_name := _IN_NAME.search(Path(source).stem):
        offset = ZERO_CELSIUS if in_name[2] == "C" else 0.0
        return float(
            in_name[1]
        ) + offset, f"{in_name[0].strip()} by the name of the file"
    return ROOM_K, "no column of temperature: taken at 20 °C"


def _curves_of_pair(
    source: str,
    table: FloatArray,
    field: _Column,
    flux: _Column,
    kelvin: FloatArray,
    note: str,
) -> list[RawCurve]:
    """Split two columns of a file into curves, one for each temperature.

    Parameters
    ----------
    source : str
        Name of the file, for messages.
    table : ndarray, shape (rows, columns)
        All numbers of the file, NaN where a cell is empty.
    field, flux : _Column
        Columns of the field and of J, B or the moment: ``place``, ``factor``, ``head`` and ``kind``
        are read.
    kelvin : ndarray, shape (rows,)
        Temperature of each row, K. Gaps of more than 2 K between the sorted
        temperatures part curves.
    note : str
        Remark that each curve carries.

    Returns
    -------
    list of RawCurve
        By rising ``kelvin``, the mean of its rows, with ``field`` (A/m) and
        ``flux`` (T, or T m3), ``kind``, the heads and ``note``; points in the
        order of the file. Rows with a NaN in field, flux or temperature are
        left out.

    Raises
    ------
    InputError
        If no row holds both, or the temperature drifts by more than 5 K within a curve.
    """
    h = table[:, field.place] * field.factor
    values = table[:, flux.place] * flux.factor
    usable = np.isfinite(h) & np.isfinite(values) & np.isfinite(kelvin)
    h = h[usable]
    values = values[usable]
    kelvin = kelvin[usable]
    if not h.size:
        raise InputError(
            f"{source}: no row holds both {field.head!r} and {flux.head!r}"
        )
    levels = np.sort(kelvin)
    starts = levels[np.append(True, np.diff(levels) > _ONE_LEVEL_K)]
    level = np.searchsorted(starts, kelvin, side="right") - 1
    curves = []
    for k in range(len(starts)):
        rows = level == k
        drift = float(np.ptp(kelvin[rows]))
        if drift > _MOST_DRIFT_K:
            raise InputError(
                f"{source}: the temperature drifts by {drift:.1f} K within one curve; expected "
                f"{_MOST_DRIFT_K:g} K or less, or steps of more than {_ONE_LEVEL_K:g} K between "
                "curves"
            )
        curves.append(
            RawCurve(
                field=h[rows],
                flux=values[rows],
                kind=flux.kind,
                kelvin=round(float(kelvin[rows].mean()), 3),
                field_head=field.head,
                field_factor=field.factor,
                flux_head=flux.head,
                note=note,
            )
        )
    return curves
