"""The registry of result columns: name, unit, label, meaning, in the order of output.

It is ``datasets/columns``; CSV headers, plots, the report and the documentation read it. A
predicted column ``X`` also has ``X_lo`` and ``X_hi`` (its interval) and ``X_provenance``; an
intrinsic one that is learnt has
``X_data_share``, the learnt part, 0 to 1. Criteria of supply and measured properties are records of
``datasets`` (``supply/SOURCE.md`` and ``properties/SOURCE.md`` explain their keys) and stand among
the others.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from . import datasets
from .errors import DataError

PROVENANCES = (
    "measured",
    "physics",
    "surrogate",
    "comparator",
    "extrapolated",
    "given",
)
"""Basis of a value; ``extrapolated`` is physics beyond validation, ``given`` a user's own value."""

GATES = (
    "no hardening known: no copper",
    "no hardening known: no zirconium",
    "no hardening known: ratio of metal to rare earth",
    "no hardening known: too much iron",
    "no hardening known: short of rare earth",
    "no free rare earth",
    "soft R2Fe17: boron is short",
    "coercivity unknown: amount of boron",
    "no bulk magnet known",
    "decomposes before it sinters",
    "coercivity unknown: a cone was measured",
    "coercivity unknown: far from every measured magnet",
)
"""What a charge lacks to become a magnet, see `magnetkit.magnetism._gates`."""

STATUSES = (
    "ok",
    "planar",
    "cone",
    "paramagnetic",
    "unknown host",
    "outside the model",
    "not makeable",
    *GATES,
)
"""Whether a candidate is a magnet in the device's temperature range, or why not."""

EASY_DIRECTIONS = ("axis", "cone", "plane", "none")


@dataclass(frozen=True)
class Column:
    """One result column.

    Attributes
    ----------
    name : str
        Column name; its unit is part of it.
    unit : str
        Unit as printed, empty for a pure number or a text.
    label : str
        Short label for axes and headings, without unit.
    meaning : str
        One sentence on what it is.
    kind : str
        ``"number"``, ``"integer"``, ``"text"``, ``"category"`` or ``"flag"``.
    predicted : bool
        Whether it comes with ``_lo``, ``_hi`` and ``_provenance``.
    symbol : str
        Symbol in the field's notation (mathtext), empty where there is none.
    short : str
        Label for a narrow table; `label` where there is none.
    """

    name: str
    unit: str
    label: str
    meaning: str
    kind: str = "number"
    predicted: bool = False
    symbol: str = ""
    short: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "short", self.short or self.label)

    @property
    def heading(self) -> str:
        """Label with its unit, for axes and tables."""
        if self.unit:
            return f"{self.label} ({self.unit})"
        return self.label


_FILE = "columns/columns.csv"
CRITERIA = "supply/criteria.toml"
_PROPERTIES = "properties"
_OVER = ("mass", "largest", "sources")


@dataclass(frozen=True)
class Criterion:
    """A supply figure of an alloy that follows from one figure of each element.

    Attributes
    ----------
    name : str
        Result column, such as "remanence_T".
    unit, label, meaning : str
        As of `magnetkit.columns.Column`.
    of : str
        Column of `magnetkit.supply.element_table`: numbers, or yes and no, which count 1 and 0.
    over : {"mass", "largest", "sources"}
        The mean over the alloy's mass, the largest over elements above a trace, or, of a figure
        that is a risk, the risk that one of the sources of its elements fails.
    one_unit : float or None
        One unit of regret in a ranking; a quarter of the reference's value if None.
    short : str
        Label for a narrow table.
    """

    name: str
    unit: str
    label: str
    meaning: str
    of: str
    over: str
    one_unit: float | None = None
    short: str = ""

    def __post_init__(self) -> None:
        if self.over not in _OVER:
            raise ValueError(
                f"over must be one of {', '.join(_OVER)}, got {self.over!r}"
            )


@dataclass(frozen=True)
class Property:
    """A measured property that is learnt from a table of compositions alone.

    Attributes
    ----------
    name : str
        Result column, such as "remanence_T".
    unit, label, meaning : str
        As of `magnetkit.columns.Column`.
    data : str
        CSV file beside the record: ``composition``, the property, ``group`` and ``source``.
    """

    name: str
    unit: str
    label: str
    meaning: str
    data: str

    @property
    def file(self) -> Path:
        """Path of its measurements."""
        return datasets.path(f"{_PROPERTIES}/{self.data}")


def _record(kind: type, file: str, name: str, entry: dict[str, Any]) -> Any:
    """Build a record from a table of a TOML file.

    Parameters
    ----------
    kind : type
        Class of the record: `Criterion` or `Property`.
    file : str
        The file below the folder of data sets, for the message.
    name : str
        Name of the record.
    entry : dict
        Its other fields by name: ``unit``, ``label`` and ``meaning``, texts. A
        `Criterion` also has ``of``, a column of the element table, ``over``
        ("mass", "largest" or "sources") and, if need be, ``one_unit`` (a
        number) and ``short`` (a text). A `Property` has ``data``, the name of
        its CSV file.

    Returns
    -------
    Criterion or Property

    Raises
    ------
    DataError
        If a key is missing or unknown, or ``over`` is none of its values;
        others are not checked.
    """
    try:
        return kind(name=name, **entry)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"datasets/{file}: record {name!r} cannot be used: {error}"
        ) from None


@lru_cache(maxsize=1)
def criteria() -> tuple[Criterion, ...]:
    """Return the criteria of supply in the order of the file.

    A `Criterion` has the texts ``name``, ``unit`` (empty of a pure number),
    ``label``, ``meaning`` and ``short``. ``of`` is the column of
    `magnetkit.supply.element_table` that it comes from. ``over`` is "mass",
    "largest" or "sources". ``one_unit`` is a number or None. The tuple is
    cached. DataError if the file is wrong.

    Examples
    --------
    >>> [criterion.name for criterion in criteria()][:2]
    ['import_reliance', 'supply_risk']
    """
    records = datasets.toml(CRITERIA)
    return tuple(
        _record(Criterion, CRITERIA, *item) for item in records.items()
    )


@lru_cache(maxsize=1)
def properties() -> tuple[Property, ...]:
    """Read the measured properties in the order of their names.

    A `Property` has the texts ``name``, ``unit``, ``label``, ``meaning`` and
    ``data``. ``data`` is the name of the CSV file of its measurements beside
    the record; ``file`` is the path of it. The tuple is cached, and empty if
    there is none. DataError if a record is wrong.
    """
    names = []
    for file in sorted((datasets.root() / _PROPERTIES).glob("*.toml")):
        name = f"{_PROPERTIES}/{file.name}"
        names.append(_record(Property, name, file.stem, datasets.toml(name)))
    return tuple(names)


def _head(record: Criterion | Property) -> tuple[str, str, str, str]:
    return record.name, record.unit, record.label, record.meaning


@lru_cache(maxsize=1)
def _read() -> dict[str, list[Column]]:
    """Read the result columns of all tables, with those of criteria and properties in their places.

    Returns
    -------
    dict of str to list of Column
        By the name of the table in ``_FILE``, in the order of the file. The
        rows ``*properties`` and ``*criteria`` are replaced by one column for
        each record. Tables are "result", "robustness" and "decision". A
        `Column` has the texts ``name``, ``unit``, ``label``, ``meaning``,
        ``kind`` ("number", "integer", "text", "category" or "flag"),
        ``symbol`` and ``short``, and ``predicted``, a bool: whether it comes
        with a range. The dict is cached and must not be changed.
    """
    columns: dict[str, list[Column]] = {}
    for row in datasets.rows(_FILE):
        table_columns = columns.setdefault(row["table"], [])
        name = row["name"]
        if name == "*properties":
            table_columns += (
                Column(*_head(p), predicted=True) for p in properties()
            )
        elif name == "*criteria":
            table_columns += (
                Column(*_head(c), short=c.short) for c in criteria()
            )
        else:
            has_range = row["kind"] == "predicted"
            kind = "number" if has_range else row["kind"]
            table_columns.append(
                Column(
                    name,
                    row["unit"],
                    row["label"],
                    row["meaning"],
                    kind,
                    has_range,
                    row["symbol"],
                    row["short"],
                )
            )
    return columns


_ALL, _OF_ROBUSTNESS, _OF_DECISIONS = (
    _read()[t] for t in ("result", "robustness", "decision")
)

COLUMNS: dict[str, Column] = {
    c.name: c for c in (*_ALL, *_OF_ROBUSTNESS, *_OF_DECISIONS)
}
"""Every column by name, in the order of output."""

NAMES: tuple[str, ...] = tuple(c.name for c in _ALL)
"""The columns of a result, in order."""

BRIEF = (
    "candidate", "temperature_K", "status", "remanence_T", "coercivity_kA_m",
    "max_energy_product_kJ_m3", "max_working_temperature_K", "probability_phase_forms",
    "heavy_rare_earth_wt_pct", "supply_risk", "cost_USD_kg",
)  # fmt: skip
"""What people read of a prediction where they do not ask for all."""

ROBUSTNESS: tuple[str, ...] = tuple(c.name for c in _OF_ROBUSTNESS)
"""The columns that `ScreenResult.robustness` adds."""


@lru_cache(maxsize=1)
def layouts() -> dict[str, Any]:
    """Read which columns tables and pages show: ``datasets/columns/shown.toml``.

    ``ranking``, ``decided``, ``robustness``, ``properties``, ``grades`` and
    ``supply_first`` are dicts of column to the place at which it is dropped
    where the terminal is narrow: the highest first, 0 never. ``elements`` and
    ``alloys`` are dicts of column to heading. ``curve`` is a dict of quantity
    to a list of its label and a column that has the same unit. ``report``
    is a dict of lists of columns, such as ``shown``; ``notebook`` is such a
    list. The dict is cached and must not be changed.
    """
    return datasets.toml("columns/shown.toml")


def with_interval(name: str) -> tuple[str, ...]:
    """Return a column's name with those of its interval and provenance, or alone if it has none.

    A name that ends in ``_lo`` or so is none of the registry.

    Parameters
    ----------
    name : str
        A column of the registry, such as "remanence_T"; KeyError otherwise.

    Returns
    -------
    tuple of str
        Name, ``_lo``, ``_hi`` and ``_provenance``, or the name alone.

    Examples
    --------
    >>> with_interval("remanence_T")
    ('remanence_T', 'remanence_T_lo', 'remanence_T_hi', 'remanence_T_provenance')
    >>> with_interval("rank")
    ('rank',)
    """
    if not COLUMNS[name].predicted:
        return (name,)
    return (name, f"{name}_lo", f"{name}_hi", f"{name}_provenance")


def order_columns(present: Iterable[str]) -> list[str]:
    """Order the names of columns as the registry does, the caller's own ones last.

    Parameters
    ----------
    present : iterable of str
        Column names, each once.

    Returns
    -------
    list of str
        The same names; those that the registry does not have keep their order. ``_lo``, ``_hi``,
        ``_provenance`` and ``_data_share`` of a column stand behind it.
    """
    names = list(present)
    extra = itertools.filterfalse(_PLACE.__contains__, names)
    return [
        *sorted(filter(_PLACE.__contains__, names), key=_PLACE.__getitem__),
        *extra,
    ]


_EACH = itertools.chain.from_iterable(
    (*with_interval(name), f"{name}_data_share") for name in COLUMNS
)
_PLACE = {column: place for place, column in enumerate(_EACH)}
