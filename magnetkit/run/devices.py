"""A device of several magnets: scarce elements in them today, and after replacement."""

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import datasets
from .._core._arguments import named, whole
from .._core.elements import INDEX
from .._core.errors import InputError
from ..alloy.table import CompositionTable

if TYPE_CHECKING:
    import pandas as pd

    from ..choose.answer import Way

_FOLDER = "devices"
_AMOUNTS = ("heavy_rare_earth", "samarium", "cobalt")
_SIZE = re.compile(r"^\s*(\d*\.?\d+)\s*x\s*(\d*\.?\d+)\s*x\s*(\d*\.?\d+)\s*mm\s*$")
_NEEDED = ("part", "number")


def names() -> list[str]:
    """Return the names of the embedded devices."""
    return sorted(f.stem for f in (datasets.root() / _FOLDER).glob("*.csv"))


@named
def bill(parts: Any, per_year: int = 1, *, replaced: bool = True) -> "pd.DataFrame":
    """Return the heavy rare earth, samarium and cobalt of a device's magnets.

    Parameters
    ----------
    parts : str, Path or pandas.DataFrame
        Name of an embedded device, path of a .csv or .xlsx, or a table: ``part number``,
        ``mass_kg`` or ``size`` (``40x15x5mm``), ``grade`` or ``recipe`` with ``basis``,
        ``temperature`` (``150C``) and ``load_line``, both of which may be empty; ``base``, a leaner
        alloy whose ``faces`` (see `magnetkit.diffuse`; ``all`` if empty) are coated instead.
    per_year : int
        Devices a year.
    replaced : bool
        Also ask what replaces each part that has a grade.

    Returns
    -------
    pandas.DataFrame
        A row for each part and one, ``total``, for the device: ``magnet``, ``mass_kg`` of all its
        magnets, kg of each element now (``heavy_rare_earth_kg`` and so on) and ``..._after_kg``,
        ``replacement`` and ``probability`` that it does what is there now, and kg a year
        (``..._kg_year``, ``..._after_kg_year``).

    Raises
    ------
    InputError
        If the table cannot be read; the row at fault is named.
    """
    import pandas as pd

    whole("per_year", per_year)
    rows = []
    for number, record in enumerate(_read(parts).to_dict("records"), start=1):
        try:
            rows.append(_part({str(k): v for k, v in record.items()}, replaced))
        except InputError as error:
            raise InputError(f"part {number} ({record.get('part', '')}): {error}") from None
    found = pd.DataFrame(rows)
    columns = [f"{a}{after}_kg" for after in ("", "_after") for a in _AMOUNTS]
    total: dict[str, Any] = {"part": "total", "magnet": "", "replacement": ""}
    total |= {c: found[c].sum() for c in ("number", "mass_kg", *columns)}
    found = pd.concat([found, pd.DataFrame([total])], ignore_index=True)
    return found.assign(**{f"{column}_year": found[column] * per_year for column in columns})


parts = bill


def _read(parts: Any) -> "pd.DataFrame":
    from ..magnetism.calibrate import frame_of

    if isinstance(parts, str | Path):
        embedded = datasets.root() / _FOLDER / f"{parts}.csv"
        path = embedded if str(parts) in names() else Path(parts)
        if not path.is_file():
            raise InputError(f"{parts}: no such file, and no device of {', '.join(names())}")
        parts = path
    frame = frame_of(parts).replace("", None)
    lacking = [c for c in _NEEDED if c not in frame.columns]
    if lacking or not {"grade", "recipe"} & set(frame.columns):
        raise InputError(
            "expected the columns part, number, mass_kg or size, and grade or recipe, got "
            f"{', '.join(map(str, frame.columns[:12])) or 'none'}"
        )
    if not len(frame):
        raise InputError("there is no part; expected one row or more")
    return frame.astype(object).where(frame.notna(), None)


def _part(record: dict[str, Any], replaced: bool) -> dict[str, Any]:
    """Return the row of one part."""
    from ..magnetism._composition_estimate import estimate_composition
    from ..magnetism.grades import grades

    grade, recipe = record.get("grade"), record.get("recipe")
    if (grade is None) == (recipe is None):
        raise InputError("give a grade or a recipe, not both")
    count = _positive("number", record["number"])
    if grade is not None:
        best = estimate_composition(grades(str(grade)).iloc[0]).best
        text, shell = best.text, best.shell
    else:
        text, shell = _weight(str(recipe), record.get("basis")), ""
    mass = count * _mass(record, grade)
    row: dict[str, Any] = {"part": str(record["part"])}
    row["magnet"] = str(recipe if grade is None else grade)
    row |= {"number": count, "mass_kg": mass, "replacement": "", "probability": float("nan")}
    now = _kilograms(text, shell, mass)
    after = dict(now)
    line = record.get("load_line")
    load_line = None if line is None else _positive("load_line", line)
    if replaced and record.get("base") is not None:
        coat = _coated(record, load_line)
        if coat is not None:
            name = f"{record['base']} + {coat['element']} {coat['mg_cm2']:.2g} mg/cm2"
            row |= {"replacement": name, "probability": float(coat["probability"])}
            after = _kilograms(_weight(str(record["base"]), record.get("basis")), "", mass)
            after["heavy_rare_earth"] += count * 1e-3 * float(coat["put_on_g"])
    elif replaced and grade is not None:
        way = _recommended(str(grade), record.get("temperature"), load_line)
        if way is not None:
            row |= {"replacement": way.name, "probability": way.probability_meets_requirements}
            after = _kilograms(way.candidate, way.shell, mass)
    row |= {f"{a}_kg": now[a] for a in _AMOUNTS}
    return row | {f"{a}_after_kg": after[a] for a in _AMOUNTS}


@lru_cache(maxsize=64)
def _recommended(grade: str, temperature: Any, load_line: float | None) -> "Way | None":
    from .replace import replace

    return replace(grade, temperature, load_line=load_line).recommended


def _coated(record: dict[str, Any], load_line: float | None) -> "pd.Series | None":
    """Return the cheapest design of coated faces on the leaner alloy of a part."""
    from ..diffusion.diffuse import diffuse

    if record.get("size") is None:
        raise InputError("a base to coat needs the part's size, e.g. 40x15x5mm")
    found = diffuse(
        _weight(str(record["base"]), record.get("basis")),
        str(record["size"]),
        faces=str(record.get("faces") or "all"),
        temperature=record.get("temperature") or "150C",
        load_line=load_line,
        basis="weight",
    )
    rows = found.designs[(found.designs["way"] == "faces") & found.designs["meets"]]
    return rows.sort_values("cost_USD").iloc[0] if len(rows) else None


def _weight(recipe: str, basis: Any) -> str:
    from ..choose._request import given_recipe
    from ..magnetism._composition_estimate import read_recipe

    return given_recipe(read_recipe(recipe, basis or "auto"), None).best.text


def _kilograms(text: str, shell: str, mass: float) -> dict[str, float]:
    from ..supply.ledger import ledger

    table = CompositionTable.from_strings([text], basis="weight")
    supply = ledger(table, shell=shell or None).iloc[0]
    heavy, cobalt = (supply[f"{name}_wt_pct"] / 100.0 for name in ("heavy_rare_earth", "cobalt"))
    shares = heavy, table.weight_fractions()[0, INDEX["Sm"]], cobalt
    return {a: mass * float(s) for a, s in zip(_AMOUNTS, shares, strict=True)}


def _mass(record: dict[str, Any], grade: Any) -> float:
    """Return the mass of one magnet, kg."""
    if record.get("mass_kg") is not None:
        return _positive("mass_kg", record["mass_kg"])
    match = _SIZE.match(str(record.get("size") or ""))
    if match is None:
        raise InputError("give mass_kg, or size as 40x15x5mm")
    if grade is None:
        raise InputError("a recipe needs mass_kg; a size is enough where the grade is known")
    from ..magnetism.grades import grades

    density = float(grades(str(grade)).iloc[0]["density_kg_m3"])
    return density * float(np.prod([float(side) for side in match.groups()])) * 1e-9


def _positive(name: str, value: Any) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = float("nan")
    if not 0.0 < found < 1e9:
        raise InputError(f"{name} must be a number above 0, got {value!r:.40}")
    return found
