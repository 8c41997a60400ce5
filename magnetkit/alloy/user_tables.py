"""The one reader of a user's table: what each column is, in which unit, and what became of it.

Parts lists, measured magnets and lists of recipes have headers as people write them. A column is
*read* (its quantity and unit are known), *carried* (it is the user's own) or refused with a guess.
Known headers stand in ``datasets/columns/headers.csv``.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core import datasets
from .._core._arguments import warn
from .._core._words import write_count
from .._core.columns import COLUMNS
from .._core.errors import InputError
from .._core.plausible import Limits, limits
from .._core.units import KILO_OERSTED, MU_0, ZERO_CELSIUS

if TYPE_CHECKING:
    import pandas as pd

UNITS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "temperature": {
        "k": (1.0, 0.0),
        "c": (1.0, ZERO_CELSIUS),
        "f": (5.0 / 9.0, ZERO_CELSIUS - 32.0 * 5.0 / 9.0),
    },
    "mass": {
        "kg": (1.0, 0.0),
        "g": (1e-3, 0.0),
        "mg": (1e-6, 0.0),
        "t": (1e3, 0.0),
        "lb": (0.45359237, 0.0),
        "oz": (0.028349523125, 0.0),
    },
    "count": {"pcs": (1.0, 0.0), "kpcs": (1e3, 0.0)},
    "field": {
        "ka/m": (1.0, 0.0),
        "a/m": (1e-3, 0.0),
        "ma/m": (1e3, 0.0),
        "koe": (KILO_OERSTED * 1e-3, 0.0),
        "oe": (KILO_OERSTED * 1e-6, 0.0),
        "t": (1e-3 / MU_0, 0.0),
        "mt": (1e-6 / MU_0, 0.0),
    },
    "polarization": {
        "t": (1.0, 0.0),
        "mt": (1e-3, 0.0),
        "kg": (0.1, 0.0),
        "g": (1e-4, 0.0),
    },
    "length": {"um": (1.0, 0.0), "nm": (1e-3, 0.0), "mm": (1e3, 0.0)},
    "time": {"h": (1.0, 0.0), "d": (24.0, 0.0), "a": (8766.0, 0.0)},
    "share": {"": (1.0, 0.0), "%": (0.01, 0.0)},
    "number": {"": (1.0, 0.0)},
}
"""Factor and offset of each unit to that in which a quantity is handed on."""

_SPELT = {
    "k": ("kelvin",),
    "c": (
        "°c",
        "degc",
        "deg c",
        "celsius",
        "grad c",
        "grad celsius",
        "degrees c",
        "℃",
        "摄氏度",
    ),
    "f": ("°f", "degf", "deg f", "fahrenheit", "℉", "degrees f"),
    "kg": (
        "kg/pc",
        "kg/pcs",
        "kg/stk",
        "kg/stück",
        "kg/件",
        "kilogram",
        "kilograms",
        "kilogramm",
        "kilo",
        "kgs",
        "公斤",
        "千克",
        "kgauss",
    ),
    "mg": ("mg/pc", "mg/stk"),
    "g": (
        "g/pc",
        "g/pcs",
        "g/stk",
        "g/stück",
        "g/件",
        "gram",
        "grams",
        "gramm",
        "克",
        "gauss",
        "gs",
    ),
    "t": ("ton", "tons", "tonne", "tonnes", "tonnen", "to", "吨", "tesla"),
    "ka/m": ("ka m", "kam-1"),
    "a/m": ("a m",),
    "lb": ("lbs", "pound", "pounds"),
    "pcs": (
        "pieces",
        "piece",
        "pc",
        "ea",
        "stück",
        "stueck",
        "stk",
        "件",
        "个",
        "片",
        "只",
        "pce",
    ),
    "kpcs": ("kpieces", "tsd stück", "千件", "k pcs"),
    "koe": ("kiloörsted", "kilooersted"),
    "oe": ("oersted", "örsted"),
    "um": ("µm", "μm", "micron", "microns", "micrometer"),
    "h": ("hours", "hour", "hrs", "std", "stunden", "小时"),
    "d": ("days", "tage", "天"),
    "a": ("years", "jahre", "yr", "年"),
    "mt": ("millitesla",),
    "%": ("percent", "prozent", "pct"),
}
_SPELLINGS = {text: unit for unit, texts in _SPELT.items() for text in texts}
_SPELLINGS |= {
    unit: unit for units in UNITS.values() for unit in units if unit
}
# Of a quantity a year, in three languages.
_YEARLY = re.compile(
    r"(?:/|\bper\b|\bpro\b|\bje\b|每)\s*(?:year|yr|annum|a|jahr|年)\b|/\s*年|每年|\bp\s?a\b|"
    r"\byearly\b|\bannually\b|\bjährlich\b"
)
_NO_UNIT = {
    "mass": "kg",
    "mass_year": "kg",
    "count": "pcs",
    "count_year": "pcs",
    "time": "h",
}
"""Units that a header may leave out, said with the number of rows."""
_ANOTHER_UNIT = {"mass": "g", "mass_year": "pcs", "time": "d"}
"""What may be meant instead, as an example."""
_ASKED = {
    "temperature": "C",
    "field": "kA/m",
    "polarization": "T",
    "length": "um",
}
"""Quantities whose unit is asked for where neither header nor cell names it, and an example."""
_SUBJECTS = {"mass_year": "mass", "count_year": "count"}
_NUMBER = re.compile(r"^([-+]?[\d.,'’\s]*\d[\d.,]*(?:[eE][-+]?\d+)?)\s*(.*)$")
_RANGE = re.compile(
    r"(?:[^\W\d]|°)*\s*(?:[-–—~]|\.\.|to\b|bis\b|至)\s*[-+]?\d"
)
"""What follows the first number of a range, as ``- 150`` or ``°C to 150``."""
_COMMA = re.compile(
    r"^\d+,(?:\d{1,2}|\d{4,})$|^\d{1,3}(?:\.\d{3})+,\d+$|^0,\d+$"
)
_POINT = re.compile(
    r"^\d+\.(?:\d{1,2}|\d{4,})$|^\d{1,3}(?:,\d{3})+\.\d+$|^0\.\d+$"
)
_EITHER = re.compile(r"^[1-9]\d{0,2}(?:[.,]\d{3})+$")
_NAME_LIKENESS = 0.84
_MOST_COLUMNS = 500
_EMPTY = frozenset(
    {"", "-", "–", "—", "n/a", "na", "nan", "none", "null", "?", "tbd", "/"}
)


@dataclass(frozen=True)
class Column:
    """What became of one column of a user's table.

    ``name`` is empty for a carried column, ``unit`` for one without a unit in its header.
    """

    header: str
    name: str
    quantity: str = ""
    unit: str = ""

    def describe(self) -> str:
        """Return the column as a phrase, ``'Max temp C' as temperature, C``."""
        unit = (
            f", {_print_unit(self.unit, self.quantity)}" if self.unit else ""
        )
        return f"'{self.header}' as {self.name}{unit}"


@dataclass(frozen=True)
class UserTable:
    """A user's table as read.

    Attributes
    ----------
    rows : list of dict
        A record a row, by known name; quantities in the unit of the name, temperatures in kelvin.
    own : pandas.DataFrame
        The user's columns as given, of the same rows.
    lines : list of int
        Line of the file, or row from 1, of each row.
    refused : dict of int to (str, str)
        By line, the text of a row that was not understood and why.
    columns : tuple of Column
        What became of each column.
    notes : list of str
        What else was done: a sheet chosen, a default that fills a gap, a decimal mark.
    """

    rows: list[dict[str, Any]]
    own: "pd.DataFrame"
    lines: list[int]
    refused: dict[int, tuple[str, str]]
    columns: tuple[Column, ...]
    notes: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """Say in one sentence how every column was read.

        It begins with "read" and has no point at its end. Such as "read 'Max temp C' as
        temperature, C; carried through, not used: 'Note'".
        """
        phrases = [column.describe() for column in self.columns if column.name]
        unused_columns = [
            f"'{column.header}'" for column in self.columns if not column.name
        ]
        text = f"read {'; '.join(phrases)}"
        if unused_columns:
            text += f"; carried through, not used: {', '.join(unused_columns)}"
        return text


def read_user_table(
    source: Any,
    kind: str,
    units: Mapping[str, str] | None = None,
    strict: bool = False,
) -> UserTable:
    """Read a user's table whose headers are written as people write them.

    Rows that are not understood are left out of ``rows`` and listed in ``refused``; `source` is not
    changed.

    >>> read_user_table([{"Part": "M1", "Max temp (C)": 120}], "parts").rows
    [{'part': 'M1', 'temperature': 393.15}]

    Parameters
    ----------
    source : path, frame, mapping of columns or list of records
        The table; a path may name sheet and header row, ``parts.xlsx#Motors:3``.
    kind : {"parts", "magnets"}
        Which columns are known. Of "parts": part, grade, recipe, basis, shell,
        number, number_year, mass_kg, mass_kg_year, size (a text), temperature
        (K), load_line, outside_field_kA_m, hours and maker. Of "magnets":
        composition, basis, grade, magnet, maker, shell, curve, temperature_K,
        remanence_T, coercivity_kA_m, grain_size_um, alignment, density (both 0
        to 1) and grain_boundary.
    units : mapping of str to str, optional
        Unit of a column whose header names none, by header or known name: ``{"Temp": "C"}``. A unit
        is spelled as in a header, such as "C", "kA/m", "koe" or "pcs".
    strict : bool
        Fail on the first row that is not understood.

    Returns
    -------
    UserTable
        ``rows`` (a dict for each row understood: by known name a text, or a
        float in the unit of the name, whatever unit the user wrote; None for
        an empty cell; a known column that the table has not got is no key),
        ``own`` (the user's cells of these rows, numbered from 0, with numbers
        in place of texts), ``lines`` (of the file, else from 1), ``refused``,
        a dict by line of text and reason, ``columns``, a tuple of `Column`
        (``header``, ``name``, ``quantity``, ``unit``), and ``notes``, a list
        of str.

    Raises
    ------
    InputError
        If the table cannot be read, `kind` is unknown, a header is nearly that
        of a known column, or a column's unit has to be asked for; with
        `strict` for a row, too.
    """
    frame, lines, refusals, notes = _read_frame(source)
    texts = list(map(str, frame.columns))
    columns = match_headers(texts, kind, units)
    _require_units(frame, columns)
    mark, mark_notes = _decimal_mark(frame, columns)
    notes += mark_notes + _describe_thousandths(frame, lines, columns, mark)
    notes += _describe_unnamed_units(frame, columns)
    rows: list[dict[str, Any]] = []
    places: list[int] = []
    for place, (line, record) in enumerate(
        zip(lines, frame.to_dict("records"), strict=True)
    ):
        try:
            rows.append(_read_row(record, columns, mark))
            places.append(place)
        except InputError as error:
            if strict:
                raise InputError(f"row {line}: {error}") from None
            refusals[line] = (row_text(record), str(error))
    cells = _with_numbers(
        frame.iloc[places].reset_index(drop=True), columns, mark
    )
    return UserTable(
        rows, cells, [lines[i] for i in places], refusals, columns, notes
    )


def match_headers(
    headers: Sequence[str], kind: str, units: Mapping[str, str] | None = None
) -> tuple[Column, ...]:
    """Match the headers of a user's table to known columns and their units.

    Parameters
    ----------
    headers : sequence of str
        As written.
    kind : str
        Kind of table, of ``columns/headers.csv``: "parts" or "magnets".
    units : mapping of str to str, optional
        Units that the user names, by header or known name, such as ``{"Temp": "C"}``; not changed.

    Returns
    -------
    tuple of Column
        One for each header, in order; unknown ones have an empty ``name``. Of two columns of text
        with one name, that of the preferred spelling has it. Each has
        ``header``, ``name``, ``quantity`` and ``unit`` (a short name such as
        "c"). A quantity without a unit in its header or in `units` has an
        empty ``unit``: no default is entered and nothing is raised.

    Raises
    ------
    InputError
        For two headers of one quantity, a unit that is not read or belongs to
        no column, a header that is nearly a known one, another `kind`, or over
        `_MOST_COLUMNS` headers.
    """
    if len(headers) > _MOST_COLUMNS:
        raise InputError(
            f"{len(headers):,} columns; expected some ten, {_MOST_COLUMNS} at most: is the table "
            "turned on its side?"
        )
    matches = [_match(header, kind) for header in headers]
    units = dict(units or {})
    place_of: dict[str, int] = {}
    for place, (column, priority) in enumerate(matches):
        if not column.name:
            continue
        other = place_of.get(column.name)
        if other is None:
            place_of[column.name] = place
        elif column.quantity != "text":
            raise InputError(
                f"columns {headers[other]!r} and {headers[place]!r} are both {column.name}; "
                "rename or delete one"
            )
        elif priority < matches[other][1]:
            place_of[column.name] = place
    columns = []
    for place, (column, _) in enumerate(matches):
        if column.name and place_of[column.name] != place:
            column = Column(column.header, "")
        if column.name:
            column = _with_given_unit(column, units)
        else:
            _refuse_near_miss(column.header, kind, set(place_of))
        columns.append(column)
    if units:
        stray = next(iter(units))
        names = ", ".join(headers[:12])
        raise InputError(
            f"a unit is given for {stray!r}; the columns are {names}"
        )
    return tuple(columns)


def check_recipe_headers(headers: Sequence[str], composition: str) -> None:
    """Raise InputError for a header of a list of recipes that is nearly ``shell``.

    It is not raised where a column ``shell`` stands beside it.
    A warning (UserWarning) names columns of conditions, such as a temperature, which are not used.

    Parameters
    ----------
    headers : sequence of str
        Names of all columns. Columns of results (`COLUMNS`), ``shell`` and ``given_...`` pass.
    composition : str
        Name of the column of recipes.
    """
    extra_headers = [
        h
        for h in headers
        if h not in COLUMNS and h != composition and h[:6] != "given_"
    ]
    if "shell" not in headers:
        first_headers: dict[str, str] = {}
        for header in extra_headers:
            first_headers.setdefault(_simplify_header(header), header)
        nearest = difflib.get_close_matches(
            "shell", first_headers, n=1, cutoff=0.8
        )
        if nearest:
            raise InputError(
                f"column {first_headers[nearest[0]]!r} is not known: did you mean 'shell', what is "
                "diffused in? Rename it, or call it otherwise if it is your own"
            )
    conditions = [header for header in extra_headers if _is_condition(header)]
    if conditions:
        names = ", ".join(map(repr, conditions))
        warn(
            f"{names}: carried through, not used; conditions are given for all rows, as "
            "--temperature (a parts list of `magnetkit replace` has its own in each row)",
            UserWarning,
        )


_CONDITIONS = ("temperature", "load_line", "outside_field_kA_m", "hours")


def _is_condition(header: str) -> bool:
    """Return whether a header names a condition of use.

    Conditions are a temperature, a load line, an outside field and hours. A header with a unit that
    does not fit is one, too.
    """
    try:
        return _match(header, "parts")[0].name in _CONDITIONS
    except InputError:
        return True


def parse_unit(text: str) -> str | None:
    """Return the unit that a text names, by its short name; None where it names none.

    Short names are the keys of the mappings in `UNITS`, such as "c" for "°C",
    "ka/m" or "pcs". Case makes no difference, so one may be of two quantities:
    "t" is a tonne and a tesla, "g" a gram and a gauss. "" and "kg/year" give
    None.
    """
    plain = _simplify_header(text).strip()
    plain = re.sub(r"^(?:in|unit:?|einheit:?)\s+", "", plain).strip()
    return _SPELLINGS.get(plain) or _SPELLINGS.get(plain.replace(" ", ""))


def read_number(text: str, mark: str | None = ".") -> float:
    """Read a number with a decimal point or comma and groups of thousands.

    Examples with a point are "1 234.5" and "1,234.5", both 1234.5; with "," the text "1,234" is
    1.234, and "1.234" is 1234. `mark` counts only where every mark has one to three digits before
    and three behind it: "1,5" is 1.5 with a point, too. Nor does it where the number begins with 0,
    as no group of thousands does: "0.123" is 0.123 with a comma, too.

    Parameters
    ----------
    text : str
        The number alone, without a unit; a sign and an exponent may stand in
        it. Of a point and a comma in one number the last is the decimal mark.
    mark : str or None
        Decimal mark of the table, "." or ",". None where its numbers contradict each other: one
        that could be read both ways is refused then.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If `text` holds no number, or is ambiguous. "nan" and "inf" are not
        refused.
    """
    plain = re.sub(r"[\s'’]", "", unicodedata.normalize("NFKC", text))
    plain = plain.replace("\N{MINUS SIGN}", "-")
    if _EITHER.fullmatch(plain.lstrip("+-")):
        if mark is None:
            raise InputError(
                f"{text!r}: a decimal mark or thousands? write it without the mark"
            )
        separator = next(c for c in plain if c in ".,")
        if separator != mark or plain.count(separator) > 1:
            return float(plain.replace(separator, ""))
        return float(plain.replace(",", "."))
    if "," in plain and "." in plain:
        last = max(plain.rfind(","), plain.rfind("."))
        plain = re.sub(r"[.,]", "", plain[:last]) + "." + plain[last + 1 :]
    try:
        return float(plain.replace(",", "."))
    except ValueError:
        raise InputError(f"expected a number, got {text!r:.40}") from None


def is_missing(value: Any) -> bool:
    """Return whether a cell is empty, or says that nothing is known.

    Such are None, NaN, and the texts "", "-" and longer dashes, "n/a", "na",
    "nan", "none", "null", "?", "tbd" and "/", in any case, with or without
    blanks about them; an array is not. A `pandas.NA` is a TypeError.
    """
    if getattr(value, "ndim", 0):
        return False
    if value is None or value != value:
        return True
    return isinstance(value, str) and value.strip().casefold() in _EMPTY


@dataclass(frozen=True)
class _Known:
    name: str
    quantity: str
    spellings: tuple[str, ...]


@lru_cache(maxsize=4)
def _vocabulary(kind: str) -> tuple[_Known, ...]:
    """Read the known columns of a kind of table, with the spellings of their headers.

    Parameters
    ----------
    kind : str
        "parts" or "magnets".

    Returns
    -------
    tuple of _Known
        Each has ``name`` (a column such as "mass_kg"), ``quantity`` (such as "mass", or "text")
        and ``spellings`` in simplified form, the first preferred. The tuple is cached.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    rows = [
        row
        for row in datasets.rows("columns/headers.csv")
        if row["table"] == kind
    ]
    if not rows:
        raise InputError(f"no kind of table {kind!r}")
    entries = []
    for row in rows:
        texts = [
            _simplify_header(text) for text in row["spellings"].split(";")
        ]
        if row["quantity"] not in _ASKED:
            # The name itself; a unit at its end is read as any other.
            texts.insert(0, _simplify_header(row["column"]))
        spellings = tuple(dict.fromkeys(texts))
        entries.append(_Known(row["column"], row["quantity"], spellings))
    return tuple(entries)


@lru_cache(maxsize=4)
def _spelt(kind: str) -> dict[str, tuple[_Known, int]]:
    """Return the known column that each spelling of a header means.

    Parameters
    ----------
    kind : str
        Kind of table, "parts" or "magnets"; InputError for another.

    Returns
    -------
    dict of str to (_Known, int)
        By simplified header, such as "max temp", the column (``name``, ``quantity``, ``spellings``)
        and the priority of the spelling, 0 the first. A spelling belongs to the first column that
        lists it. The dict is cached and must not be changed.
    """
    spelt: dict[str, tuple[_Known, int]] = {}
    for entry in _vocabulary(kind):
        for priority, text in enumerate(entry.spellings):
            spelt.setdefault(text, (entry, priority))
    return spelt


def _simplify_header(text: str) -> str:
    """Write a header in lower case, with single blanks in place of punctuation between its words.

    For a `text` "Max. Temp_(℃)" the result is "max temp (°c)". Brackets, "/"
    and "%" stay.
    """
    plain = unicodedata.normalize(
        "NFKC", str(text).replace("℃", "°c").replace("℉", "°f")
    )
    plain = plain.replace("μ", "µ").casefold()
    plain = re.sub(r"[_.:;,#*?\-–\n\t]+", " ", plain)
    return " ".join(plain.split())


def _match_unit_alone(
    header: str, unit: str, yearly: bool, kind: str
) -> Column | None:
    """Match a header that is nothing but a unit, such as "kg/year".

    Parameters
    ----------
    header : str
        As written.
    unit : str
        Its unit, as `parse_unit` gives it.
    yearly : bool
        Whether it says "a year".
    kind : str
        Kind of table: "parts" or "magnets".

    Returns
    -------
    Column or None
        The column of masses or numbers of magnets with that unit. None if the unit may mean several
        things, or the kind of table has no such column.
    """
    name = _named_by_unit(unit, yearly)
    entry = next((k for k in _vocabulary(kind) if k.name == name), None)
    if entry is None:
        return None
    return Column(header, entry.name, entry.quantity, unit)


def _match(header: str, kind: str) -> tuple[Column, int]:
    """Match one header to a known column; an unknown one gives a column without a name.

    Parameters
    ----------
    header : str
        As the user wrote it.
    kind : {"parts", "magnets"}
        What the table lists.

    Returns
    -------
    column : Column
        ``header``, the ``name`` and ``quantity`` that it means (both empty for
        an unknown one), and its ``unit``, a short name such as "c", empty for
        none.
    priority : int
        Of its spelling, 0 the first.

    Raises
    ------
    InputError
        If it names a unit that is not read.
    """
    spelt = _spelt(kind)
    whole = _simplify_header(header)
    for text in (whole, " ".join(re.sub(r"[()\[\]{}]", " ", whole).split())):
        if text in spelt:
            entry_of_spelling, priority = spelt[text]
            return Column(
                header, entry_of_spelling.name, entry_of_spelling.quantity
            ), priority
    yearly = _YEARLY.search(whole) is not None
    rest = " ".join(_YEARLY.sub(" ", whole).split())
    base, unit, foreign = _split_unit(rest)
    if not base and unit is not None:
        column = _match_unit_alone(header, unit, yearly, kind)
        if column is not None:
            return column, 0
    entry, priority = spelt.get(base, (None, 0))
    if entry is None and foreign is None:
        unit = None
        entry, priority = spelt.get(rest, (None, 0))
    if entry is None:
        return Column(header, ""), 0
    entry = _by_unit(entry, unit, yearly, kind)
    if entry.quantity == "text":
        return Column(header, entry.name, "text"), priority
    if foreign is not None:
        raise InputError(_unit_error(header, foreign, entry.quantity))
    if unit is not None and unit not in UNITS[_subject(entry.quantity)]:
        raise InputError(_unit_error(header, unit, entry.quantity))
    return Column(header, entry.name, entry.quantity, unit or ""), priority


def _split_unit(text: str) -> tuple[str, str | None, str | None]:
    """Split a simplified header into its words, its unit, and a bracket that is no unit.

    >>> _split_unit("max temp (°c)")
    ('max temp', 'c', None)

    Parameters
    ----------
    text : str
        As of `_simplify_header`, without the words for "a year". A last word or two without a
        bracket may be the unit.

    Returns
    -------
    words : str
        The header without unit or bracket.
    unit : str or None
        As of `parse_unit`; None without one.
    foreign : str or None
        Content of a bracket that is no unit. At least one of the last two is None.
    """
    match = re.fullmatch(r"(.*?)\s*[(\[{]([^)\]}]*)[)\]}]\s*(.*)", text)
    if match is not None:
        inner = _YEARLY.sub(" ", match[2]).strip(" /")
        base = f"{match[1]} {match[3]}".strip()
        if not inner:
            return base, None, None
        unit = parse_unit(inner)
        if unit is not None:
            return base, unit, None
        return base, None, inner
    words = text.replace("/ ", "/").split()
    for length in (2, 1):
        tail = " ".join(words[-length:]).strip("/")
        unit = parse_unit(tail)
        if len(words) >= length and unit is not None:
            base = " ".join(words[:-length])
            return (
                re.sub(r"(?:\s+in|\s*/)$", "", f" {base}").strip(),
                unit,
                None,
            )
    return text, None, None


_AMOUNTS = {
    ("mass", False): "mass_kg",
    ("mass", True): "mass_kg_year",
    ("count", False): "number",
    ("count", True): "number_year",
}


def _named_by_unit(unit: str, yearly: bool) -> str:
    """Return the column that a header means which is only a unit, as ``kg/year``.

    Parameters
    ----------
    unit : str
        As of `parse_unit`.
    yearly : bool
        Whether the header names a year.

    Returns
    -------
    str
        "number", "number_year", "mass_kg" or "mass_kg_year"; empty if unclear, as for a tonne or
        pound without a year.
    """
    if unit in UNITS["count"]:
        return _AMOUNTS["count", yearly]
    if unit in ("kg", "g", "mg") or (yearly and unit in ("t", "lb")):
        return _AMOUNTS["mass", yearly]
    return ""


def _by_unit(
    known: _Known, unit: str | None, yearly: bool, kind: str
) -> _Known:
    """Return the column of a mass or count that unit and period make of a known column.

    Parameters
    ----------
    known : _Known
        Column that the words of a header mean: ``name``, ``quantity``, ``spellings``. One of
        another quantity is returned itself.
    unit : str or None
        As of `parse_unit`; None without one.
    yearly : bool
        Whether the header names a year. A column of amounts a year stays one without it.
    kind : str
        Kind of table: "parts" or "magnets".

    Returns
    -------
    _Known
        Such as that of "mass_kg_year" for "mass_kg" a year.
    """
    subject = _subject(known.quantity)
    if subject not in ("mass", "count"):
        return known
    yearly = yearly or known.quantity in _SUBJECTS
    for other in ("mass", "count"):
        if unit in UNITS[other]:
            subject = other
    return _resolve_column_name(_AMOUNTS[subject, yearly], kind)


def _resolve_column_name(name: str, kind: str) -> _Known:
    return next(entry for entry in _vocabulary(kind) if entry.name == name)


def _subject(quantity: str) -> str:
    return _SUBJECTS.get(quantity, quantity)


def _unit_error(header: str, unit: str, quantity: str) -> str:
    """Write the message that a unit does not fit the quantity of a column.

    The units that would fit are named. `quantity` is such as "mass", "field" or "text", `unit` as
    the user wrote it.
    """
    names = ", ".join(
        _print_unit(u, quantity)
        for u in UNITS.get(_subject(quantity), ())
        if u
    )
    expectation = f"expected {names}" if names else "it has none"
    return f"column {header!r}: {unit!r} is no unit of a {_subject(quantity)}; {expectation}"


_SHOWN = {
    "k": "K",
    "c": "C",
    "f": "F",
    "ka/m": "kA/m",
    "a/m": "A/m",
    "ma/m": "MA/m",
    "koe": "kOe",
    "oe": "Oe",
}
_MAGNETIC = {"t": "T", "mt": "mT", "kg": "kG", "g": "G"}


def _print_unit(unit: str, quantity: str) -> str:
    """Return a unit as it is printed: t is a tonne of a mass and a tesla of a field."""
    if quantity in ("field", "polarization") and unit in _MAGNETIC:
        return _MAGNETIC[unit]
    return _SHOWN.get(unit, unit)


def _with_given_unit(column: Column, units: dict[str, str]) -> Column:
    """Return a column with the unit that the user gives for it.

    Parameters
    ----------
    column : Column
        A known column, as of `match_headers`; not changed, and returned itself
        if the user gives no unit for it.
    units : dict of str to str
        Units such as "C" by header or name of a column, which go before the unit of the header.
        The first entry of this column is removed, a second one stays. Case and punctuation of a
        key make no difference.

    Returns
    -------
    Column
        A count as unit of a mass a year makes it a number a year.

    Raises
    ------
    InputError
        If the unit does not fit the quantity, or the column is one of texts.
    """
    names = [_simplify_header(name) for name in (column.header, column.name)]
    keys = [key for key in units if _simplify_header(key) in names]
    if not keys:
        return column
    text = units.pop(keys[0])
    unit = parse_unit(text)
    if column.quantity == "mass_year" and unit in UNITS["count"]:
        return replace(
            column, name="number_year", quantity="count_year", unit=str(unit)
        )
    is_text = column.quantity == "text"
    if unit is None or is_text or unit not in UNITS[_subject(column.quantity)]:
        raise InputError(_unit_error(column.header, text, column.quantity))
    return replace(column, unit=unit)


def _nearest_entry(
    text: str, spellings: "dict[str, _Known]"
) -> "_Known | None":
    """Return the known column whose spelling a header is nearly, or contains as a word.

    Parameters
    ----------
    text : str
        A simplified header. Words are parted by blanks.
    spellings : dict of str to _Known
        Known columns by simplified spelling. Columns of text are found by their likeness alone, not
        by a word.

    Returns
    -------
    _Known or None
        None if no spelling is near.
    """
    nearest = difflib.get_close_matches(
        text, spellings, n=1, cutoff=_NAME_LIKENESS
    )
    if nearest:
        return spellings[nearest[0]]
    words = set(text.split())
    for spelling, entry in spellings.items():
        if entry.quantity != "text" and spelling in words:
            return entry
    return None


def _refuse_near_miss(header: str, kind: str, taken: set[str]) -> None:
    """Raise InputError if an unknown header is nearly that of a known column.

    Spellings of four letters or fewer are not looked at.

    Parameters
    ----------
    header : str
        As written.
    kind : str
        Kind of table: "parts" or "magnets".
    taken : set of str
        Names of known columns that the table has already; these are not looked at.
    """
    plain = _simplify_header(header)
    base = _split_unit(plain)[0] or plain
    long_spellings = {}
    for candidate in _vocabulary(kind):
        if candidate.name in taken:
            continue
        for text in candidate.spellings:
            if len(text) > 4:
                long_spellings[text] = candidate
    entry = _nearest_entry(base, long_spellings)
    if entry is not None:
        units = UNITS.get(_subject(entry.quantity), {})
        names = ", ".join(_print_unit(u, entry.quantity) for u in units if u)
        unit = f" (in {names})" if names else ""
        raise InputError(
            f"column {header!r} is not known: did you mean {entry.name!r}{unit}? Rename it, or "
            "call it otherwise if it is your own"
        )


def _read_frame(
    source: Any,
) -> "tuple[pd.DataFrame, list[int], dict[int, tuple[str, str]], list[str]]":
    """Read a table as a frame of Python objects with None for missing cells.

    Parameters
    ----------
    source : path, frame, mapping of columns or list of records
        The table. A text is a path, as of `read_blocks`.

    Returns
    -------
    frame : pandas.DataFrame
        New; a user's frame keeps its index. Cells of text files are text.
    lines : list of int
        Line of the file of each row; rows of what is no file count from 1.
    refused : dict of int to (str, str)
        Text and reason of lines of the file that are no row, by line.
    notes : list of str
        What was left out of a workbook.

    Raises
    ------
    InputError
        If the table cannot be read.
    """
    import pandas as pd

    refusals: dict[int, tuple[str, str]] = {}
    notes: list[str] = []
    if isinstance(source, str | Path):
        from ._files import read_blocks

        frames = []
        lines = []
        for block in read_blocks(Path(source), 1 << 16, notes):
            frames.append(block.table.to_pandas(integer_object_nulls=True))
            lines += block.lines.tolist()
            refusals |= {r.line: (r.text, r.reason) for r in block.rejected}
        frame = pd.concat(frames, ignore_index=True)
        return (
            frame.astype(object).where(frame.notna(), None),
            lines,
            refusals,
            notes,
        )
    frame = as_frame(source)
    frame = frame.astype(object).where(frame.notna(), None)
    return frame, list(range(1, len(frame) + 1)), refusals, notes


def as_frame(source: Any) -> "pd.DataFrame":
    """Convert a frame, mapping of columns or list of records to a pandas frame.

    Parameters
    ----------
    source : object
        One of these, or a frame of any library that has ``to_pandas``. A pandas frame is returned
        itself. A list of no records gives an empty frame.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InputError
        For anything else, a path too, or columns that form no table.
    """
    import pandas as pd

    if hasattr(source, "to_pandas"):
        return source.to_pandas()
    if isinstance(source, pd.DataFrame):
        return source
    rows = isinstance(source, list) and all(
        isinstance(row, Mapping) for row in source
    )
    if not (rows or isinstance(source, Mapping)):
        raise InputError(
            f"expected a table or its path, got a {type(source).__name__}"
        )
    try:
        return pd.DataFrame(source)
    except ValueError as error:
        raise InputError(f"the columns do not form a table: {error}") from None


def _require_units(frame: "pd.DataFrame", columns: tuple[Column, ...]) -> None:
    """Raise InputError if a column needs a unit that neither its header nor a cell names.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells of `columns`, in their order.
    columns : tuple of Column
        What each column is: ``header``, ``name``, ``quantity`` and ``unit``. A column without cells
        needs no unit, nor does one in which some cell names its own. Units are asked for of the
        quantities "temperature", "field", "polarization" and "length" alone.
    """
    for place, column in enumerate(columns):
        if column.quantity not in _ASKED or column.unit:
            continue
        cells, bare_count = _count_bare(frame.iloc[:, place])
        if cells and bare_count == len(cells):
            example = _ASKED[column.quantity]
            names = ", ".join(
                _print_unit(u, column.quantity) for u in UNITS[column.quantity]
            )
            rows = f"{write_count(len(cells), 'row')}, the first {cells[0]}"
            raise InputError(
                f"column {column.header!r} names no unit ({rows}): {names}? Write it into the "
                f"header, '{column.header} ({example})', or give --unit '{column.header}={example}'"
            )


def _count_bare(cells: Iterable[Any]) -> tuple[list[Any], int]:
    """Return the cells that are not empty, and how many of them name no unit.

    `cells` are those of a column: texts such as "120 °C", and numbers, which name none; nor does a
    text that is no number, or whose unit is not known. The first result has the cells in order;
    cells that `is_missing` counts as empty are left out.
    """
    values = [cell for cell in cells if not is_missing(cell)]
    bare_count = 0
    for value in values:
        match = (
            _NUMBER.match(value.strip()) if isinstance(value, str) else None
        )
        if match is None or not parse_unit(match[2]):
            bare_count += 1
    return values, bare_count


def _decimal_mark(
    frame: "pd.DataFrame", columns: tuple[Column, ...]
) -> tuple[str | None, list[str]]:
    """Find the decimal mark of a table's numbers.

    Without any evidence it is a point, or a comma where the headers are
    German. A text such as 1,250 is no evidence, since it may be read both
    ways.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells of `columns`, in their order.
    columns : tuple of Column
        What each column is, as of `match_headers`. Only columns of quantities
        are looked at.

    Returns
    -------
    mark : str or None
        ``"."`` or ``","``; None where the numbers contradict each other.
    notes : list of str
        A sentence if a number was written with a decimal comma, or if marks contradict each other.
    """
    commas = []
    points = []
    for place, column in enumerate(columns):
        if column.quantity in ("", "text"):
            continue
        for cell in frame.iloc[:, place]:
            plain = _bare_number(cell)
            if _COMMA.match(plain):
                commas.append(cell)
            elif _POINT.match(plain):
                points.append(cell)
    if commas and points:
        note = f"decimal commas ({commas[0]}) and points ({points[0]}) stand beside each other: "
        return None, [
            note + "a number that could be read both ways is refused"
        ]
    if commas or (not points and _is_german(columns)):
        note = (
            f"decimal commas, as in {commas[0]}; points group thousands"
            if commas
            else ""
        )
        return ",", [note] if note else []
    return ".", []


def _bare_number(cell: Any) -> str:
    """Return the number of a text such as "1 200 kg" without blanks and unit, "1200".

    `cell` is any value; what is no text, or has no number, gives an empty text.
    """
    match = _NUMBER.match(cell.strip()) if isinstance(cell, str) else None
    if match is None:
        return ""
    return re.sub(r"[\s'’]", "", match[1])


_AMOUNTS_OF_MANY = ("mass_year", "count_year", "count")
"""Quantities that are often written with groups of thousands."""


def _describe_thousandths(
    frame: "pd.DataFrame",
    lines: Sequence[int],
    columns: tuple[Column, ...],
    mark: str | None,
) -> list[str]:
    """Write notes on amounts such as 1,200 that are read as 1.2 but could be thousands.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells of `columns`, in their order.
    lines : sequence of int
        Line of each row in the user's table.
    columns : tuple of Column
        What each column is, as of `match_headers`. Only columns of masses a
        year, numbers a year and numbers are looked at.
    mark : str or None
        Decimal mark of the table; None if unclear, which gives no notes.

    Returns
    -------
    list of str
        One note for each column that has such cells.
    """
    notes = []
    for place, column in enumerate(columns):
        if mark is None or column.quantity not in _AMOUNTS_OF_MANY:
            continue
        cells: list[tuple[int, str]] = []
        for line, cell in zip(lines, frame.iloc[:, place], strict=True):
            plain = _bare_number(cell)
            if (
                _EITHER.fullmatch(plain)
                and plain.count(mark) == 1
                and not re.search(r"[.,]", plain.replace(mark, ""))
            ):
                cells.append((line, plain))
        if cells:
            rows_text = ", ".join(str(line) for line, _ in cells[:10])
            text = cells[0][1]
            notes.append(
                f"'{column.header}': {text} is read as {read_number(text, mark):g}, not thousands, "
                f"and so in {write_count(len(cells), 'row')} "
                f"({rows_text}{', ...' if cells[10:] else ''}); for thousands leave the mark out"
            )
    return notes


_GERMAN = (
    "teil",
    "menge",
    "bedarf",
    "temperatur",
    "güte",
    "werkstoff",
    "gewicht",
    "jahr",
    "stück",
)


def _is_german(columns: tuple[Column, ...]) -> bool:
    headers = " ".join(column.header.casefold() for column in columns)
    return any(word in headers for word in _GERMAN)


def _describe_unnamed_units(
    frame: "pd.DataFrame", columns: tuple[Column, ...]
) -> list[str]:
    """Write a note on each column that was read in a unit which nobody named.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells of `columns`, in their order.
    columns : tuple of Column
        What each column is, as of `match_headers`. Only quantities with a
        usual unit are looked at (masses, times), and not counts.

    Returns
    -------
    list of str
        One note for each column in which a cell names no unit of its own, nor
        does the header.
    """
    notes = []
    for place, column in enumerate(columns):
        unit = _NO_UNIT.get(column.quantity)
        if (
            unit is None
            or column.unit
            or column.quantity in ("count", "count_year")
        ):
            continue
        if (
            column.name.startswith("mass_kg")
            and " kg" in f" {_simplify_header(column.header)}"
        ):
            continue
        _, bare_count = _count_bare(frame.iloc[:, place])
        if bare_count:
            rows_text = write_count(bare_count, "row")
            notes.append(
                f"'{column.header}' names no unit: taken as {unit} in {rows_text} "
                f"(--unit '{column.header}={_ANOTHER_UNIT[column.quantity]}' "
                "says otherwise)"
            )
    return notes


_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")


def _with_numbers(
    frame: "pd.DataFrame", columns: tuple[Column, ...], mark: str | None
) -> "pd.DataFrame":
    """Return a copy of the user's cells with numbers in place of texts.

    In a column of a known quantity each number without a unit becomes one. In another column only
    what is surely a number does, so that 007 stays a text. Columns of texts stay. A number keeps
    the unit of its column.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells of `columns`, in their order; not changed.
    columns : tuple of Column
        What each column is, as of `match_headers`.
    mark : str or None
        Decimal mark of the table, None if unclear. A number that could be read both ways is an
        InputError then.

    Returns
    -------
    pandas.DataFrame
        Same columns and index, of dtype object. A cell with a unit of its own
        stays a text.
    """
    import pandas as pd

    table = frame.copy()
    for place, column in enumerate(columns):
        is_quantity = column.quantity not in ("", "text")
        cells: list[Any] = []
        for cell in frame.iloc[:, place].tolist():
            text = cell.strip() if isinstance(cell, str) else ""
            number = _NUMBER.fullmatch(text) if is_quantity else None
            if number is not None and not number[2]:
                cells.append(read_number(text, mark))
            elif _PLAIN.fullmatch(text) and column.quantity != "text":
                cells.append(float(text))
            else:
                cells.append(cell)
        values: Any = pd.Series(cells, index=table.index, dtype=object)
        table.isetitem(place, values)
    return table


def _read_row(
    record: Mapping[Any, Any], columns: tuple[Column, ...], mark: str | None
) -> dict[str, Any]:
    """Convert the cells of a row to values by column name, in the units that results have.

    Parameters
    ----------
    record : mapping of header to cell
        Cells in the order of `columns`.
    columns : tuple of Column
        What each column is, as of `match_headers`. Those without a known
        ``name`` are left out.
    mark : str or None
        Decimal mark of the table, None if unclear.

    Returns
    -------
    dict of str to float, str or None
        Values by ``name``; None for an empty cell. Names are such as "mass_kg", "temperature" (K)
        or "grade".

    Raises
    ------
    InputError
        For the first cell that is not understood.
    """
    row: dict[str, Any] = {}
    for column, value in zip(columns, record.values(), strict=True):
        if not column.name:
            continue
        if is_missing(value):
            row[column.name] = None
        elif column.quantity == "text":
            row[column.name] = _read_text(value)
        else:
            row[column.name] = _read_quantity(column, value, mark)
    return row


def _read_text(value: Any) -> str:
    """Return a cell as text without blanks at its ends; the number 42.0 becomes "42"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _read_quantity(column: Column, value: Any, mark: str | None) -> float:
    """Convert a cell to a number in the unit of its column name.

    Parameters
    ----------
    column : Column
        ``name``, such as "temperature_K", ``quantity``, and ``unit`` of the header, empty for none.
    value : object
        Number, or text such as "120 °C", whose unit goes before that of the
        header. Without either a mass is in kg, a count in pieces, a time in h,
        a share of 1; temperature, field, polarization and length need one.
    mark : str or None
        Decimal mark of the table, None if unclear.

    Returns
    -------
    float
        In K, kg, pieces, kA/m, T, um, h, or a share of 1.

    Raises
    ------
    InputError
        If it is no number, a range, a truth value, implausible, or has another unit or none where
        one is needed.
    """
    quantity = _subject(column.quantity)
    unit = column.unit
    if isinstance(value, bool):
        raise InputError(f"{column.header}: expected a number, got {value}")
    if isinstance(value, str):
        # A minus sign as it is printed.
        match = _NUMBER.match(value.strip().replace("\u2212", "-"))
        if match is None:
            raise InputError(
                f"{column.header}: expected a number, got {value!r:.40}; write the number alone"
            )
        number = read_number(match[1], mark)
        cell_unit = parse_unit(match[2]) if match[2] else ""
        if _RANGE.match(match[2]):
            highest = ", the highest" if quantity == "temperature" else ""
            raise InputError(
                f"{column.header}: {value!r:.40} is a range; write one number{highest}"
            )
        if cell_unit is None or (
            cell_unit and cell_unit not in UNITS[quantity]
        ):
            raise InputError(
                f"{column.header}: {match[2]!r:.20} in {value!r:.40} is no unit of it"
            )
        unit = cell_unit or unit
    else:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise InputError(
                f"{column.header}: expected a number, got {value!r:.40}"
            ) from None
    if not unit and quantity in _ASKED:
        raise InputError(
            f"{column.header}: {value} without a unit, where other rows name one"
        )
    factor, offset = UNITS[quantity].get(unit, (1.0, 0.0))
    return _plausible(column, number, number * factor + offset, unit)


_SHARED = ("remanence_T", "coercivity_kA_m", "outside_field_kA_m", "load_line")
"""Columns of tables of which the same is believed as of arguments."""


@lru_cache(maxsize=1)
def _limits() -> dict[str, Limits]:
    """Return least and largest value of columns that are believed, in the unit handed on.

    By column, such as "mass_kg" or "remanence_T", a `Limits` with ``low`` and
    ``high``, both believed, and ``unit``. The dict is cached and must not be
    changed.
    """
    values = limits("values")
    return limits("tables") | {name: values[name] for name in _SHARED}


def _plausible(
    column: Column, number: float, value: float, unit: str
) -> float:
    """Return a value if it is plausible for its column; else raise InputError with the likely slip.

    Parameters
    ----------
    column : Column
        Column of the value: a `Column` of this module, with ``header``,
        ``name`` and ``quantity``. One without limits takes any number but
        NaN. Both ends of a range are believed.
    number : float
        The number as the user wrote it.
    value : float
        The same in the unit of the column's ``name``, such as K for "temperature_K".
    unit : str
        Unit of `number`, as of `parse_unit`, such as "c"; empty for none.

    Returns
    -------
    float
        `value`.
    """
    believed = _limits().get(column.name, Limits(-1e300, 1e300, ""))
    low = believed.low
    high = believed.high
    if low <= value <= high:
        return value
    guess = ""
    for other, (factor, offset) in UNITS[_subject(column.quantity)].items():
        if other != unit and low <= number * factor + offset <= high:
            guess = f"; {_print_unit(other, column.quantity)}?"
            break
    unit_text = _print_unit(unit, column.quantity)
    what = f"{number:g} {unit_text}".strip()
    if value <= 0.0 < low and column.quantity in _AMOUNTS_OF_MANY:
        raise InputError(
            f"{column.header}: {what} lies outside what can be bought; leave the cell empty where "
            "the amount is not known"
        )
    span = f"{low:g} to {high:g} {believed.unit}".strip()
    raise InputError(f"{column.header}: {what} lies outside {span}{guess}")


def row_text(record: Mapping[Any, Any]) -> str:
    """Return the cells of a row as the user wrote them, in one line.

    Such as "Motor 1, N42SH, 0.35". Empty cells are left out, 42.0 is written
    42, and line ends within a cell stay. The text ends after 200 characters.
    """
    cells = [
        _read_text(value) for value in record.values() if not is_missing(value)
    ]
    return ", ".join(cells)[:200]
