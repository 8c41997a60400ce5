"""Books of constants: every number of a law or a rule, with its deviation, source and status.

A file of such a folder holds a table a constant. Modules read them by name, so that code has no
number without a source, and a constant can be shifted to see what rests on it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import datasets
from .errors import DataError

LAWS = "laws"
"""Folder of the data with the laws of magnets."""
CHOICES = "choices"
"""Folder of the data with what the package chose where nothing is measured."""

STATUS = ("cited", "fitted", "memory", "assumed")
"""What a constant rests on: a source that was read, a fit on rows that are named, memory, or none
of these."""

_KEYS = {"value", "deviation", "unit", "status", "source", "meaning"}


@dataclass(frozen=True)
class Constant:
    """A constant of a law.

    Attributes
    ----------
    law, name : str
        File of the book and table in it.
    value, deviation : float
        Value, and one standard deviation of it.
    unit, meaning, source : str
        Unit, what it is, and where it comes from.
    status : str
        One of `STATUS`.
    rows : str
        Measured rows that it was fitted on.
    """

    law: str
    name: str
    value: float
    deviation: float
    unit: str
    status: str
    source: str
    meaning: str
    rows: str = ""


# Values in place of those of the files, by law and name, while `shift_constant` holds.
_Shifts = Mapping[tuple[str, str], float]
_shifts: ContextVar[_Shifts | None] = ContextVar("shifts", default=None)


class Law:
    """Values of the constants of one law as attributes.

    Examples
    --------
    >>> law("boundary").most_copper
    0.5
    """

    def __init__(self, name: str, constants: Mapping[str, Constant]) -> None:
        """Take the constants of a file by name."""
        self._name = name
        self._constants = constants

    def __getattr__(self, name: str) -> float:
        """Return the value of a constant; AttributeError if the law has none of that name.

        It is a float in the unit of the constant, in a block of `shift_constant` the value given
        there.
        """
        shifts = _shifts.get()
        if shifts and (self._name, name) in shifts:
            return shifts[self._name, name]
        try:
            return self._constants[name].value
        except KeyError:
            raise AttributeError(
                f"law {self._name} has no constant {name!r}"
            ) from None

    def __iter__(self) -> Iterator[Constant]:
        """Iterate over the constants in the order of the file."""
        return iter(self._constants.values())


@lru_cache(maxsize=2)
def read_book(folder: str) -> dict[str, Law]:
    """Read all files of a book of constants.

    The dict is cached and must not be changed.

    Parameters
    ----------
    folder : str
        Folder of TOML files in the embedded data, such as "laws".

    Returns
    -------
    dict of str to Law
        By the name of the file without its ending, in that order. A Law has
        its constants as attributes, each a float in its unit. Iterating over
        it gives `Constant` objects. A folder that does not exist or has no
        files gives an empty dict.

    Raises
    ------
    DataError
        If the table of a constant is incomplete, see `read_constant`.
    """
    laws = {}
    for path in sorted((datasets.root() / folder).glob("*.toml")):
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        constants = {}
        for name, table in tables.items():
            constants[name] = read_constant(folder, path.stem, name, table)
        laws[path.stem] = Law(path.stem, constants)
    return laws


def read_constant(
    folder: str, law_name: str, name: str, table: dict[str, Any]
) -> Constant:
    """Build a constant from its table.

    Parameters
    ----------
    folder, law_name, name : str
        Folder of the book, name of its file and of the constant; where it stands, for messages.
    table : dict
        Required are ``value`` and ``deviation`` (numbers), ``unit``,
        ``status``, ``source`` and ``meaning`` (texts); ``rows``, a text, may
        be added. ``status`` is "cited", "fitted", "memory" or "assumed".

    Returns
    -------
    Constant
        It has the fields of the table, ``law`` (`law_name`) and ``name``;
        ``rows`` is empty where the table has none.

    Raises
    ------
    DataError
        If a key is missing or unknown, ``status`` is none of `STATUS`, a fitted constant names no
        rows, or ``deviation`` is not above zero. Types are not looked at; a ``deviation`` that
        is a text raises TypeError.
    """
    where = f"{folder}/{law_name}.toml, {name}"
    if missing := _KEYS - set(table):
        raise DataError(f"{where}: {', '.join(sorted(missing))} is missing")
    if unknown := set(table) - _KEYS - {"rows"}:
        raise DataError(f"{where}: {', '.join(sorted(unknown))} is not known")
    if table["status"] not in STATUS:
        raise DataError(f"{where}: status must be one of {', '.join(STATUS)}")
    if table["status"] == "fitted" and not table.get("rows"):
        raise DataError(f"{where}: a fitted constant names its rows")
    if not table["deviation"] > 0.0:
        raise DataError(f"{where}: deviation must be above zero")
    return Constant(law=law_name, name=name, **table)


def law(name: str) -> Law:
    """Return the constants of a law by the name of its file in ``datasets/laws``.

    Names are "boundary", "cells", "evidence", "formula", "grains", "makeup",
    "phases", "printed", "shell" and "temperature"; DataError for another. Its
    constants are attributes, each a float in its unit (AttributeError for a
    name that it does not have): ``law("boundary").most_copper``. Iterating
    over it gives `Constant` objects, with ``name``, ``value``, ``deviation``,
    ``unit`` and more.
    """
    return _get(LAWS, name)


def choice(name: str) -> Law:
    """Return what was chosen for a rule, by the name of its file in ``datasets/choices``.

    Names are "decision", "offers", "orders" and "regret"; DataError for
    another. Its constants are attributes, each a float in its unit, as of
    `law`; iterating over it gives `Constant` objects.
    """
    return _get(CHOICES, name)


def _get(folder: str, name: str) -> Law:
    """Return a file of a book by its name without the ending; DataError if there is none.

    `folder` is `LAWS` or `CHOICES`. The constants of the result are attributes, each a float;
    iterating gives `Constant` objects.
    """
    laws = read_book(folder)
    if name not in laws:
        raise DataError(f"law must be one of {', '.join(laws)}, got {name!r}")
    return laws[name]


@contextmanager
def shift_constant(constant: Constant, value: float) -> Iterator[None]:
    """Let a constant have another value inside a ``with`` block, in this thread alone.

    `value` takes the place of the constant's own; it is no difference. Blocks
    may stand within blocks: shifts of several constants hold together, and of
    one constant the innermost holds. The value before comes back at the end.
    The constant itself is not changed. The block gets nothing (None).
    Attributes of a `Law` give the new value in the block; iterating over it
    gives the old ones.

    Parameters
    ----------
    constant : Constant
        The constant, as iterating over a `Law` gives it; found by its ``law``
        and ``name``.
    value : float
        Its value in the block, in its own unit.
    """
    token = _shifts.set(
        {**(_shifts.get() or {}), (constant.law, constant.name): value}
    )
    try:
        yield
    finally:
        _shifts.reset(token)
