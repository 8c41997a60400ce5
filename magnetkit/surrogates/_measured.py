"""A training set: compositions with one measured or computed value each, and their groups.

Measured Curie temperatures: two public compilations and the embedded facts, cleaned by one rule.

DS1+DS2 names no papers. MagneticMaterials_All names one a row, by DOI or as a handbook cites it.
Kept is one value a compound and paper: of metallic crystals with a rare earth and iron or cobalt.
"""

import hashlib
import logging
import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from .._core import _fetch, datasets
from .._core._constants import ZERO_CELSIUS
from .._core._files import replace_file
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.elements import INDEX, RARE_EARTHS, SYMBOLS
from .._core.errors import DataError, InputError, StoreError
from .._core.settings import get_settings
from ..alloy._files import read_small_table
from ..alloy._workbook import split_sheet
from ..alloy.table import CompositionTable
from ..phases.snapshot import MANIFEST

_log = logging.getLogger("magnetkit")

FIELD = "anisotropy_field_T"
# What papers call room temperature.
_ROOM_K = (290.0, 305.0)
# So many rows that cannot be used are named one by one.
_LISTED = 10


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Compositions with one value each.

    Attributes
    ----------
    target : str
        A name of `TARGETS`, such as "curie_temperature_K".
    table : CompositionTable
        The compositions, n of them.
    values : ndarray of float64, shape (n,)
        The target, in the unit of its name.
    groups : ndarray of str, shape (n,)
        What must be left out together in validation: the paper, else the chemical system.
    sources : ndarray of str, shape (n,)
        Where each value is from.
    origin : str
        One line on the whole set.
    removed : dict
        Reason to the number of rows it took out.
    learn : ndarray of bool, shape (n,)
        Rows to learn from; the rest only test and calibrate. All where it is not given.
    """

    target: str
    table: CompositionTable
    values: FloatArray
    groups: NDArray[np.str_]
    sources: NDArray[np.str_]
    origin: str
    removed: dict[str, int] = field(default_factory=dict)
    learn: BoolArray = field(default_factory=lambda: np.ones(0, bool))

    def __post_init__(self) -> None:
        if len(self.learn) != len(self.values):
            object.__setattr__(self, "learn", np.ones(len(self.values), bool))

    def __repr__(self) -> str:
        """Return what it holds, in one line: target, rows, groups, least and largest value, and origin.

        An empty set has no groups and values; of the origin 400 characters are shown.
        """
        text = f"TrainingSet of {self.target}: {len(self)} rows"
        if not len(self):
            return f"{text}; {self.origin:.400}"
        low = self.values.min()
        high = self.values.max()
        groups = len(np.unique(self.groups))
        values = f"{low:.4g} to {high:.4g}"
        return f"{text} of {groups} groups, {values}; {self.origin:.400}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a value, as `magnetkit.surrogates.training_set` reads it again.

        Returns
        -------
        DataFrame
            Of pandas, rows numbered from 0: ``composition`` (a formula of atomic fractions of 12
            digits), a column named by the target, ``group``, ``source``, ``basis`` ("atomic"), and
            ``learn`` (bool), which is there only if some rows are not learnt from. Origin and
            counts of removed rows are not in it.
        """
        frame = pd.DataFrame(
            {
                "composition": _exact_texts(self.table),
                self.target: self.values,
                "group": self.groups,
                "source": self.sources,
                "basis": "atomic",
            }
        )
        if not self.learn.all():
            frame["learn"] = self.learn
        return frame

    def to_arrays(self) -> dict[str, Any]:
        """Return all of it as arrays and texts, for a model file.

        Returns
        -------
        dict
            What `from_arrays` takes: ``target``, ``fractions``, atomic, (n, 118), ``values``,
            ``groups``, ``sources``, ``origin``, ``removed`` and ``learn``. Of the table, row
            numbers, errors and marks of rows in wt.% are lost.
        """
        return {
            "target": self.target,
            "fractions": self.table.to_array(),
            "values": self.values,
            "groups": np.asarray(self.groups, np.str_),
            "sources": np.asarray(self.sources, np.str_),
            "origin": self.origin,
            "removed": self.removed,
            "learn": self.learn,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, Any]) -> "TrainingSet":
        """Build the set that `to_arrays` took apart.

        Parameters
        ----------
        arrays : dict
            What `to_arrays` returns; its key ``fractions`` is removed. ``removed`` and ``learn``
            may be missing; a key that is no field is a TypeError.

        Returns
        -------
        TrainingSet
            Its arrays are those of the dict, no copies.
        """
        table = CompositionTable.from_array(arrays.pop("fractions"))
        return cls(table=table, **arrays)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: NDArray) -> "TrainingSet":
        """Return a new set of the rows that a mask or index array `rows` selects.

        `rows` may be a slice too, but no single number. Target, origin and counts of removed rows
        stay.
        """
        parts = ("table", "values", "groups", "sources", "learn")
        return replace(
            self, **{name: getattr(self, name)[rows] for name in parts}
        )

    def manifest(self) -> dict[str, Any]:
        """Return what the manifest of a model that learns from the set says of it.

        The keys are ``target``, ``origin``, ``rows`` (the number of those learnt from), ``groups``
        (the number of different ones, in all rows), ``removed`` (numbers by reason, the same dict)
        and ``data_sha256``.
        """
        return {
            "target": self.target,
            "origin": self.origin,
            "rows": int(self.learn.sum()),
            "groups": len(np.unique(self.groups)),
            "removed": self.removed,
            "data_sha256": self.sha256,
        }

    @property
    def sha256(self) -> str:
        """SHA-256, in hexadecimal digits, of target, compositions, values, ``learn`` and groups in order.

        Sources, origin and counts of removed rows do not enter. It is a
        property, computed anew each time.
        """
        digest = hashlib.sha256(self.target.encode())
        t = self.table
        for part in (t.indptr, t.indices, t.values, self.values, self.learn):
            digest.update(np.ascontiguousarray(part).tobytes())
        digest.update("\n".join(self.groups).encode())
        return digest.hexdigest()


def _exact_texts(table: CompositionTable) -> list[str]:
    """Write each of n compositions of `table` as a formula, a list of n texts.

    Amounts are atomic fractions of 12 significant digits behind each symbol, elements by atomic
    number: "B0.0588235294118Fe0.823529411765Nd0.117647058824". An empty composition has an empty
    text.
    """
    texts = []
    for start, stop in zip(table.indptr[:-1], table.indptr[1:], strict=True):
        parts = zip(
            table.indices[start:stop], table.values[start:stop], strict=True
        )
        texts.append(
            "".join(
                f"{SYMBOLS[element]}{amount:.12g}" for element, amount in parts
            )
        )
    return texts


def chemical_systems(table: CompositionTable) -> NDArray[np.str_]:
    """Write the elements of each of n compositions of `table` as a text, an array (n,).

    They stand in the order of atomic number, joined by hyphens, "B-Fe-Nd". An empty composition has
    an empty text.
    """
    names = np.array(SYMBOLS)
    bounds = zip(table.indptr[:-1], table.indptr[1:], strict=True)
    return np.array(
        ["-".join(names[table.indices[a:b]]) for a, b in bounds], dtype=np.str_
    )


def _read_compositions(frame: pd.DataFrame, file: str) -> CompositionTable:
    """Read the column ``composition`` of a frame by the basis in its column ``basis``.

    ``basis`` has one of "auto", "atomic" and "weight" (wt.%), the same on
    every row, none empty; without such a column it is "auto". Rows that cannot
    be read, empty cells among them, are left out of the table and stand in its
    ``errors``; ``row_index`` counts the rows of the frame from 0. Other
    columns are not read. `file` is the file's name, for the message.

    Raises
    ------
    InputError
        If rows differ in their basis, or it is none of auto, atomic and weight.
    """
    basis = set(frame["basis"]) if "basis" in frame.columns else {"auto"}
    if len(basis) != 1 or not basis <= {"auto", "atomic", "weight"}:
        raise InputError(
            f"column 'basis' of {file} must hold one of auto, atomic, weight on every row, "
            f"got {', '.join(sorted(map(str, basis)))}"
        )
    texts = frame["composition"].astype(str).tolist()
    return CompositionTable.from_strings(texts, basis.pop())  # type: ignore[arg-type]


def refuse(
    target: str, file: str, found: TrainingSet, wrong: BoolArray, limits: str
) -> None:
    """Raise InputError if any value is `wrong`: one that no compound can have. Nothing is returned.

    The message names the first of these compounds, its value, the `limits` and how many there are.

    Parameters
    ----------
    target : str
        Column of the values, such as "curie_temperature_K".
    file : str
        Where they are from.
    found : TrainingSet
        The n rows that were read; ``table`` and ``values`` are used.
    wrong : ndarray of bool, shape (n,)
        Which are impossible; without any nothing happens.
    limits : str
        Limits in words, such as "0 and 1400 K".
    """
    rows = np.flatnonzero(wrong)
    if len(rows):
        name = found.table[rows[:1]].formulas()[0]
        value = found.values[rows[0]]
        raise InputError(
            f"{target} of {file} must lie between {limits}, got {value:g} for {name}; "
            f"correct or leave out such rows ({len(rows)})"
        )


def named_so(given: Any) -> str:
    """Return the path of a user's table, or say that it is a frame, for messages."""
    if isinstance(given, str | Path):
        return str(given)
    return "the frame"


def read_frame(given: Any) -> pd.DataFrame:
    """Read a table as a pandas frame: a CSV file, or a frame of pandas, polars or Arrow.

    `given` is the path, of a .csv, .tsv, .txt, .parquet or .xlsx file, or the frame, which is not
    changed. All columns and rows are kept. Rows are numbered anew from 0, the index of a frame is
    dropped; cells of a text file are texts, empty ones too. InputError for anything else, a list or
    a dict, DataError if the file cannot be read.
    """
    if isinstance(given, pd.DataFrame):
        return given.reset_index(drop=True)
    if not isinstance(given, str | Path):
        if hasattr(given, "collect_schema") and hasattr(given, "collect"):
            given = given.collect()  # a polars LazyFrame
        if not hasattr(given, "__arrow_c_stream__") or not hasattr(
            given, "columns"
        ):
            raise InputError(
                "data must be the path of a CSV file, or a frame of pandas, polars or Arrow, got "
                f"{given!r:.60}"
            )
        return pa.table(given).to_pandas()
    try:
        return read_small_table(Path(given)).to_pandas()
    except InputError as error:
        raise DataError(f"cannot read the data: {error}") from None


def table_path(given: Any) -> Path:
    """Return the path of a user's table; a frame is written to the cache first, named by its content.

    `given` is a path, text or `Path`, or a frame of pandas, polars or Arrow. A path is not looked
    at. The file of a frame is ``tables/frame-HASH.csv`` in the cache folder, without row labels;
    one that is there stays. InputError for anything else, StoreError if the cache cannot be
    written.
    """
    if isinstance(given, str | Path):
        return Path(given)
    text = read_frame(given).to_csv(index=False)
    name = f"frame-{hashlib.sha256(text.encode()).hexdigest()[:16]}.csv"
    path = get_settings().cache_dir / "tables" / name
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replace_file(path) as work:
                work.write_text(text, "utf-8")
        except OSError as error:
            raise StoreError(
                f"the frame cannot be written to {path}: {error.strerror}; set "
                "MAGNETKIT_CACHE_DIR to a folder that you may write to"
            ) from None
    return path


def content_digest(path: str | None) -> str:
    """Return the SHA-256, hexadecimal, by which a model knows that a user's data are still the same.

    `path` is that of a table, maybe with a sheet behind it as in
    "mine.xlsx#Sheet1", whose file is hashed as a whole, or the folder of a
    phase snapshot, whose manifest, with the hashes of its files, is hashed.
    The text is empty for None and where nothing can be read.
    """
    if path is None:
        return ""
    file = split_sheet(Path(path))[0]
    if file.is_dir():
        file = file / MANIFEST
    with suppress(OSError):
        return datasets.sha256(file)
    return ""


def read_rows(target: str, given: Any, least: int = 2) -> TrainingSet:
    """Read the training set in a CSV file or frame; see `magnetkit.surrogates.training_set`.

    Rows that cannot be used are left out with a warning in the log.

    Parameters
    ----------
    target : str
        Column of the values, any name.
    given : path or frame
        With the columns ``composition`` (text) and the target (a number, or a text of one), and as
        they are ``group``, ``source``, ``basis`` ("auto", "atomic" or "weight", one on all rows)
        and ``learn`` (true or false, in any case). Others are not read.
    least : int
        Number of rows that must remain to learn from.

    Returns
    -------
    TrainingSet
        Rows in the order of the input, all learnt from without a column ``learn``. Without a column
        ``group`` the groups are chemical systems such as "B-Fe-Nd", without ``source`` the sources
        are the file's name. Empty cells of ``group`` are one group, "nan" or an empty text. Rows
        whose composition cannot be read, or whose value is missing, no number or infinite, are left
        out; their counts are in ``removed`` under "composition that cannot be read" and "no value".

    Raises
    ------
    InputError
        If there is no column ``composition`` or `target`, ``basis`` differs between rows,
        ``learn`` is neither true nor false, or `given` is no table.
    DataError
        If the file cannot be read, or fewer than `least` rows remain, with the reasons.
    """
    frame = read_frame(given)
    file = named_so(given)
    for column in ("composition", target):
        if column not in frame.columns:
            raise InputError(
                f"{file} needs a column {column!r}, it has {', '.join(map(str, frame.columns))}"
            )
    on_disk = isinstance(given, str | Path)
    name = Path(given).name if on_disk else file
    table = _read_compositions(frame, file)
    rows = frame.iloc[table.row_index].reset_index(drop=True)
    values = pd.to_numeric(rows[target], errors="coerce").to_numpy(np.float64)
    groups = chemical_systems(table)
    sources = np.full(len(table), name)
    if "group" in rows.columns:
        groups = rows["group"].astype(str).to_numpy(np.str_)
    if "source" in rows.columns:
        sources = rows["source"].astype(str).to_numpy(np.str_)
    learn = np.ones(len(table), bool)
    if "learn" in rows.columns:
        learn = _read_marks(rows["learn"], file)
    usable = np.isfinite(values)
    removal_counts = {
        "composition that cannot be read": len(table.errors),
        "no value": int((~usable).sum()),
    }
    data = TrainingSet(
        target=target,
        table=table,
        values=values,
        groups=groups,
        sources=sources,
        origin=f"file {name}" if on_disk else name,
        removed=removal_counts,
        learn=learn,
    )[usable]
    unusable = _reasons(frame, target, table, usable)
    learnt_count = np.count_nonzero(data.learn)
    if learnt_count < least:
        idle_count = len(data) - learnt_count
        idle = f" and {idle_count} whose column 'learn' is false"
        raise DataError(
            f"{file} holds {learnt_count} usable rows of {target}{idle if idle_count else ''}; "
            f"{least} are needed{unusable}"
        )
    if unusable:
        counts = ", ".join(
            f"{why} ({count})"
            for why, count in removal_counts.items()
            if count
        )
        _log.warning(f"{file}: rows left out, {counts}{unusable}")
    return data


def _read_marks(column: pd.Series, file: str) -> BoolArray:
    """Read the n cells of the column ``learn``, bool or the texts true and false, as bool (n,).

    InputError if a cell is anything else. `file` is the file's name, for the message.
    """
    texts = column.astype(str).str.strip().str.lower()
    wrong = column[~texts.isin(["true", "false"])]
    if len(wrong):
        raise InputError(
            f"column 'learn' of {file} must hold true or false on every row, got "
            f"{wrong.iloc[0]!r:.40}"
        )
    return (texts == "true").to_numpy(bool)


def _reasons(
    frame: pd.DataFrame,
    target: str,
    table: CompositionTable,
    usable: BoolArray,
) -> str:
    """Return why rows were left out, as the end of a message; empty where none was.

    It begins with a colon; then the first ten rows have a line each, such as
    "row 3, 'Xx2': ...", rows counted from 1 without the header, ascending, and
    the last line says how many more there are.

    Parameters
    ----------
    frame : DataFrame
        All rows of the input, with ``composition`` and the target.
    target : str
        Column of the values, such as "curie_temperature_K".
    table : CompositionTable
        The m compositions that could be read, with the ``errors`` of the others; ``row_index`` is
        the row of `frame`.
    usable : ndarray of bool, shape (m,)
        Which of these have a number as their value.
    """
    reasons = {error.row: error.reason for error in table.errors}
    for row in table.row_index[~usable]:
        reasons[int(row)] = (
            f"{target} is {frame[target].iloc[row]!r:.40}, no number"
        )
    if not reasons:
        return ""
    lines = []
    for row in sorted(reasons)[:_LISTED]:
        composition = str(frame["composition"].iloc[row])
        lines.append(f"\n  row {row + 1}, {composition!r:.60}: {reasons[row]}")
    if len(reasons) > _LISTED:
        lines.append(f"\n  and {len(reasons) - _LISTED} more rows")
    return ":" + "".join(lines)


TARGET = "curie_temperature_K"
CURIE_FOLDS = 10
"""Folds of the validation by paper; ``datasets/surrogates/split.csv`` names each paper's."""

ORIGIN = "DS1+DS2 and MagneticMaterials_All (MaMMoS-project/ML-models), embedded compounds"
EMBEDDED = "embedded compounds and measurements"

COMPILATIONS = ("DS1+DS2", "handbook of magnetic materials")
"""Sources that are no paper: their rows train, and are left out by compound."""

NO_PAPER = "system "
"""How the groups of rows begin that no paper, but a chemical system keeps together."""

EDGE = 0.5 * (5.0**0.5 - 1.0)
"""Where amounts are told apart, in thousandths: of all numbers the golden section lies farthest
from fractions of small whole numbers, which amounts are, so that none is a hair from the edge."""

_NONMETALS = ("O", "F", "S", "Cl", "Se", "Br", "Te", "I")
# DS1+DS2 gives this one in degrees Celsius.
_CELSIUS = ("Co5Gd0.4Sm0.6",)
# No compound of iron or cobalt orders above cobalt, 1388 K.
_ABOVE_COBALT_K = 1400.0
_DOI = "https://doi.org/"
# A range wider than this, as a value, is none.
_RANGE_K = 20.0
# Further than this from the median of three or more sources, a value is not believed.
_CONTRADICTED_K = 150.0
_GLASS = re.compile(r"amorph|glass|bmg", re.IGNORECASE)
_SEVERAL_PHASES = re.compile(
    r"amorph|glass|bmg|layer|\bfilms?\b|mixture|two-phase|multi-?phase|composite|quasicryst"
    r"|part(?:ly|ially)|\band\b|\+|α-fe|alpha-fe",
    re.IGNORECASE,
)
# Journal of Non-Crystalline Solids, by its name or its number in a DOI.
_OF_GLASSES = re.compile(r"jnoncrysol|s0022-3093", re.IGNORECASE)
# Shares of boron, and of rare earth beside it, from which an alloy is no compound: the richest in
# rare earth is R5Fe2B6.
_BORON = 0.01
_MOSTLY_RARE = 0.5
_VALUE = re.compile(
    r"(?:t_?c\s*=?\s*)?[~≈∼]?\s*(\d+(?:\.\d+)?)(?:\s*(?:±|\+/-)\s*\d+(?:\.\d+)?|\(\d+\))?"
    r"(?:\s*[-–]\s*(\d+(?:\.\d+)?))?\s*(k|°\s?c|℃|c)?\.?",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"\((?:sx|polycrystalline|bulk|powder|annealed|single ?crystal|ht|lt|h|r)\)$",
    re.IGNORECASE,
)


def kelvin(text: str) -> float:
    """Convert a text to a temperature, K; NaN if it holds none, a bound or a wide range.

    A number of `text` without a unit is in kelvin; units are "K", "C", "°C" and "℃". "Tc =", a sign
    for about ("~") and an error ("± 5") may stand with it. A range of up to 20 counts as its
    middle. A minus sign, an exponent, a decimal comma or any other text gives NaN, as an empty
    text does. Nothing is raised.

    >>> kelvin("~560 K"), kelvin("327 °C"), kelvin("550-555 K"), kelvin(">300 K")
    (560.0, 600.15, 552.5, nan)
    """
    match = _VALUE.fullmatch(text.strip())
    if match is None:
        return float("nan")
    value = float(match[1])
    if match[2]:
        if abs(float(match[2]) - value) > _RANGE_K:
            return float("nan")
        value = 0.5 * (value + float(match[2]))
    celsius = match[3] is not None and match[3].lower() != "k"
    if celsius:
        return value + ZERO_CELSIUS
    return value


def compound(text: str) -> str:
    """Write a compound's name as the parser takes it: plain digits, deuterium as hydrogen.

    All spaces, and at the end of `text` one remark such as "(powder)", "(bulk)" or "(sx)", are left
    out. Whether the result is a formula is not checked.

    >>> compound("YFe₂D₃.₁"), compound("TbFe2 (polycrystalline)")
    ('YFe2H3.1', 'TbFe2')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"D(?![a-z])", "H", _REMARK.sub("", plain).replace(" ", ""))


def fold(paper: str) -> int:
    """Return the fold of a paper, 0 to `CURIE_FOLDS` - 1, by its hash: a new one moves no other."""
    return int(hashlib.sha256(paper.encode()).hexdigest(), 16) % CURIE_FOLDS


def local_file(name: str) -> Path | None:
    """Return the file of a fetched set if mirror or cache holds it, else None.

    `name` is that of a set of ``registry.toml``, such as "curie" or
    "curie-by-paper" (InputError for another). The mirror goes first. DataError
    if the file is damaged, by its hash; the network is never asked.
    """
    cached = _fetch.cached_path(name)
    entry = datasets.registry()["remote"][name]
    mirror = get_settings().mirror
    if mirror is not None and os.path.isfile(mirror / entry["file"]):
        return _fetch.fetch(name)
    if not os.path.isfile(cached):
        return None
    if datasets.sha256(cached) != entry["sha256"]:
        raise DataError(
            f"{cached} is not {entry['title']!r} as it was fetched (its hash differs); "
            f"`magnetkit data fetch {name}` fetches it anew, or remove it"
        )
    return cached


def curie_set() -> TrainingSet:
    """Return all measured Curie temperatures at hand: embedded facts and fetched compilations.

    The target is ``curie_temperature_K``. The compilations count where
    `magnetkit data fetch` has put them; nothing is downloaded. The same files
    give the same object, which must not be changed. ``groups`` are the papers,
    or "system " and elements where there is none. DataError if a file is
    damaged, or not laid out as expected.
    """
    files = (local_file("curie"), local_file("curie-by-paper"))
    return _curie_set(*(None if file is None else str(file) for file in files))


@lru_cache(maxsize=4)
def _curie_set(plain: str | None, by_paper: str | None) -> TrainingSet:
    """Build the training set from the embedded facts and the files of two compilations.

    `plain` is the path of DS1+DS2 (columns ``Name`` and ``TC``), `by_paper` that of
    MagneticMaterials_All (columns as of `_by_paper`); None where a file is absent. The set is that
    of `clean_rows`, whose faulty rows are dropped; it is kept by the two paths. DataError if
    columns are missing.
    """
    frames = [_embedded_facts()]
    if plain is not None:
        frames.append(_plain_rows(pd.read_csv(plain)))
    if by_paper is not None:
        frames.append(
            _by_paper(pd.read_csv(by_paper, dtype=str, keep_default_na=False))
        )
    return clean_rows(
        pd.concat(frames, ignore_index=True),
        EMBEDDED if len(frames) == 1 else ORIGIN,
    )[0]


def own_set(given: Any, least: int = 2) -> TrainingSet:
    """Read a user's measured Curie temperatures; see `magnetkit.surrogates.training_set`.

    Without ``group`` a group is a chemical system, such as "B-Fe-Nd".

    `given` is the path of a CSV file or a frame with ``composition`` and ``curie_temperature_K``
    (K), and as they are ``group``, ``source`` and ``basis``. Nothing else is cleaned: several rows
    of a compound stay. InputError if a value is no temperature at which a compound can order (above
    0, at most 1400 K), or a column ``learn`` is not true throughout; DataError if fewer than
    `least` rows remain.
    """
    rows = read_rows(TARGET, given, least)
    if not rows.learn.all():
        raise InputError(
            f"all rows of {TARGET} are learnt from; leave those out of {named_so(given)} whose "
            "column 'learn' is false"
        )
    wrong = (rows.values <= 0.0) | (rows.values > _ABOVE_COBALT_K)
    refuse(
        TARGET,
        named_so(given),
        rows,
        wrong,
        f"0 and {_ABOVE_COBALT_K:.0f} K (cobalt: 1388 K)",
    )
    return rows


def _embedded_facts() -> pd.DataFrame:
    """Read the measured Curie temperatures of ``datasets/intrinsic``, as `clean_rows` takes them.

    Columns are ``name`` (formula), ``value`` (K), ``paper`` (DOI such as "10.1016/...", in lower
    case and without "https://doi.org/", or citation), ``kind`` (empty), ``computed`` (False) and
    ``typed`` (True). Rows without a value are left out. Row labels may repeat.
    """
    names = ["name", "value", "paper"]
    columns = ["formula", TARGET, "source"]
    frames = []
    for name in ("compounds", "curie"):
        rows = pd.read_csv(datasets.path(f"intrinsic/{name}.csv"))[columns]
        frames.append(rows.set_axis(names, axis=1))
    single = pd.read_csv(datasets.path("intrinsic/measurements.csv"))
    single = single[single["property"] == TARGET][
        ["formula", "value", "source"]
    ]
    facts = pd.concat([*frames, single.set_axis(names, axis=1)])
    papers = []
    for source in facts["paper"]:
        if source.startswith(_DOI):
            source = source.removeprefix(_DOI).lower()
        papers.append(source)
    facts = facts.assign(paper=papers, kind="", computed=False, typed=True)
    return facts[np.isfinite(facts["value"])]


def measured_compounds(target: str) -> TrainingSet:
    """Read the embedded compounds of which a property at room temperature was measured.

    The parameters of the physics are fitted to them. Fields are those of compounds with an easy
    axis.

    Parameters
    ----------
    target : str
        A column of ``intrinsic/compounds.csv``, such as "saturation_polarization_T",
        "anisotropy_constant_MJ_m3" or "anisotropy_field_T". The Curie temperature comes of
        `curie_set`.

    Returns
    -------
    TrainingSet
        ``values`` are in the unit of the target, ``groups`` are the sources. A
        compound may have several rows, also of ``intrinsic/measurements.csv``
        at 290 to 305 K. Rows without a value are left out.

    Raises
    ------
    InputError
        If nothing was measured of `target`.
    """
    compounds = pd.read_csv(datasets.path("intrinsic/compounds.csv"))
    if target == FIELD:
        compounds = compounds[compounds["easy_direction"] == "axis"]
    single = pd.read_csv(datasets.path("intrinsic/measurements.csv"))
    is_own = single["property"].eq(target) & single["temperature_K"].between(
        *_ROOM_K
    )
    single = single[is_own].rename(columns={"value": target})
    rows = pd.concat([compounds, single])[
        ["formula", target, "source"]
    ].dropna()
    rows = rows.rename(columns={"formula": "composition"})
    rows = rows.assign(group=rows["source"], basis="atomic")
    return replace(read_rows(target, rows), origin="the embedded compounds")


def _plain_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Convert DS1+DS2 to the columns that `clean_rows` takes.

    `frame` has ``Name`` and ``TC``, numbers, K but for the one name known to be in degrees C; it is
    not changed. Returned, one row a row, are ``name``, ``value`` (K), ``paper`` ("DS1+DS2"),
    ``kind`` (empty) and ``computed`` (False); other columns are dropped. DataError if columns are
    missing.
    """
    if not {"Name", "TC"} <= set(frame.columns):
        raise DataError(
            f"expected columns Name and TC, got {', '.join(frame.columns[:8])}"
        )
    value = frame["TC"] + np.where(
        frame["Name"].isin(_CELSIUS), ZERO_CELSIUS, 0.0
    )
    rows = pd.DataFrame({"name": frame["Name"], "value": value})
    return rows.assign(paper=COMPILATIONS[0], kind="", computed=False)


def _by_paper(frame: pd.DataFrame) -> pd.DataFrame:
    """Convert MagneticMaterials_All to the columns that `clean_rows` takes.

    `frame` has texts alone: ``Material_Name``, ``Curie``, ``DOI``, ``Experimental``,
    ``Crystal_Structure`` and ``Lattice_Structure``. Rows whose Curie temperature is blank are left
    out, the labels of the others stay. Returned are ``name`` (as of `compound`), ``value`` (K, NaN
    for a cell that holds no temperature), ``paper`` (the DOI or citation in lower case), ``kind``
    (text on the crystal) and ``computed`` (bool, True where ``Experimental`` is "False"). A blank
    ``Experimental`` stands beside titles of measurements, and counts as measured. DataError if
    columns are missing.
    """
    column_names = (
        "Material_Name",
        "Curie",
        "DOI",
        "Experimental",
        "Crystal_Structure",
    )
    if not {*column_names, "Lattice_Structure"} <= set(frame.columns):
        raise DataError(
            f"expected columns {', '.join(column_names)}, got {', '.join(frame.columns[:8])}"
        )
    frame = frame[frame["Curie"] != ""]
    kind = frame["Material_Name"] + " " + frame["Crystal_Structure"]
    bare = (
        frame["Crystal_Structure"] + frame["Lattice_Structure"]
    ).str.strip() == ""
    of_glasses = kind.str.contains(_GLASS) | frame["DOI"].str.contains(
        _OF_GLASSES
    )
    glasses = frame["DOI"][of_glasses]
    return pd.DataFrame(
        {
            "name": frame["Material_Name"].map(compound),
            "value": frame["Curie"].map(kelvin),
            "paper": frame["DOI"].str.lower().str.strip(),
            # In a paper or journal of glasses, what has no structure is another.
            "kind": kind.where(~(bare & frame["DOI"].isin(glasses)), "glass")
            + " "
            + frame["Lattice_Structure"],
            "computed": frame["Experimental"] == "False",
        }
    )


class _Sieve:
    """The rows of a compilation, from which faulty ones are dropped and counted.

    Attributes
    ----------
    frame : DataFrame
        The rows that are left.
    counts : dict of str to int
        Number of rows dropped, by reason.
    faulty : list of DataFrame
        Dropped rows that are listed one by one: name, value, paper, reason.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        """Begin with all rows of `frame`; no reason is counted and none listed."""
        self.frame = frame
        self.counts: dict[str, int] = {}
        self.faulty: list[pd.DataFrame] = []

    def drop(
        self, bad: "pd.Series | BoolArray", reason: str, listed: bool = False
    ) -> None:
        """Drop the rows where `bad` is True from the frame, and count them under `reason`.

        `bad` has an entry for each row that is left, in order; labels of a
        Series do not count, and NaN is True. The count is in ``counts``; an
        earlier one of the same reason is replaced; without a bad row it is 0.
        Rows are numbered anew from 0. With `listed` the dropped ones are also
        added to the list ``faulty``, as a frame of ``name``, ``value``,
        ``paper`` and ``reason``.
        """
        mark = np.asarray(bad, bool)
        self.counts[reason] = int(mark.sum())
        if listed:
            rows = self.frame.loc[mark, ["name", "value", "paper"]]
            self.faulty.append(rows.assign(reason=reason))
        self.frame = self.frame[~mark].reset_index(drop=True)


def clean_rows(
    frame: pd.DataFrame, origin: str = ORIGIN
) -> tuple[TrainingSet, pd.DataFrame]:
    """Clean measured Curie temperatures.

    Parameters
    ----------
    frame : DataFrame
        ``name`` (formula), ``value`` (K, NaN for none), ``paper`` (a DOI such as "10.1016/...", a
        citation, or one of `COMPILATIONS`, "DS1+DS2" and "handbook of magnetic materials", which
        are no paper), ``kind`` (text on the crystal, empty for none) and ``computed`` (bool; a text
        counts as True), and as it is ``typed``, True for embedded facts; not changed.
    origin : str
        One line on the whole set.

    Returns
    -------
    data : TrainingSet
        One row a compound (amounts alike within 0.1 at.%) and paper, the median of its values, K.
        Dropped are computed rows, rows without a value of 0 to 1400 K, without a rare earth or
        without iron and cobalt, with nonmetals, of glasses, films and several phases, and faulty
        ones. Groups are the papers. Rows of `COMPILATIONS` have "system " and the chemical system,
        "system Fe-Nd". Rows that are ``typed`` and whose paper is no DOI (does not begin with
        "10."), those of reviews, have "system " and the elements without the rare earths, "system
        Fe". An empty ``paper`` is one group of its own, an empty text. ``sources`` are the papers;
        ``removed`` counts the rows dropped, by reason.
    faulty : DataFrame
        Rows that were contradicted or are listed as faulty: ``name``, ``value``, ``paper``,
        ``reason``.
    """
    sieve = _Sieve(frame)
    _drop_other_matter(sieve)
    table = _add_compositions(sieve)
    sieve.drop(sieve.frame["nonmetal"], "not metallic")
    sieve.drop(
        ~sieve.frame["both"],
        "no rare earth, or neither iron nor cobalt, once read",
    )
    sieve.drop(sieve.frame["borides"], "boron in what is mostly rare earth")
    sieve.drop(sieve.frame["unnumbered"], "elements without amounts")
    sieve.drop(
        _contradicting_papers(sieve.frame),
        "paper that others contradict",
        listed=True,
    )
    sieve.drop(
        _find_contradictions(sieve.frame),
        "value that two or more others contradict",
        listed=True,
    )
    training_data = _join_within_papers(sieve, table, origin)
    return training_data, pd.concat(sieve.faulty, ignore_index=True)


def _drop_other_matter(sieve: _Sieve) -> None:
    """Drop rows that by their texts are no measured temperature of a compound in question, in place.

    ``sieve.frame`` must have ``name``, ``value`` (K), ``paper``, ``kind`` (texts) and ``computed``
    (bool). Dropped, in this order, are names without a rare earth or without Fe and Co, computed
    rows, those of papers in `doubtful_papers` (listed one by one), glasses, films and mixtures by
    ``kind``, and values that are NaN, not above 0 or above 1400 K.
    """
    earth_names = "|".join(rf"{s}(?![a-z])" for s in RARE_EARTHS)
    earth = sieve.frame["name"].str.contains(earth_names)
    metal = sieve.frame["name"].str.contains(r"(?:Fe|Co)(?![a-z])")
    sieve.drop(~(earth & metal), "no rare earth, or neither iron nor cobalt")
    sieve.drop(sieve.frame["computed"], "computed, not measured")
    is_faulty = sieve.frame["paper"].isin(list(doubtful_papers()))
    sieve.drop(is_faulty, "paper listed as faulty", listed=True)
    is_mixture = sieve.frame["kind"].str.contains(_SEVERAL_PHASES)
    sieve.drop(is_mixture, "glass, film or several phases")
    is_single = sieve.frame["value"].between(
        0.0, _ABOVE_COBALT_K, inclusive="right"
    )
    sieve.drop(~is_single, "no single temperature")


def _add_compositions(sieve: _Sieve) -> CompositionTable:
    """Read the names as compositions, and write what follows from these beside each row, in place.

    Rows whose ``name`` cannot be read, in atoms, are dropped, and counted in
    ``sieve.counts`` under "composition that cannot be read". Columns are added
    to ``sieve.frame``: ``key`` of the composition (bytes, as of `keys`),
    ``at``, its row in the table returned, from 0, and flags ``nonmetal`` (O,
    F, S, Cl, Se, Br, Te or I), ``both`` (a rare earth and iron or cobalt),
    ``borides`` (boron in what is mostly rare earth) and ``unnumbered`` (no
    amounts, but boron or more than three elements). Row labels are not
    numbered anew.
    """
    names = sieve.frame["name"]
    table = CompositionTable.from_strings(names.tolist(), basis="atomic")
    sieve.counts["composition that cannot be read"] = len(table.errors)
    atoms = table.to_array()
    rare = _columns(atoms, RARE_EARTHS)
    boron = _columns(atoms, ("B",))
    has_number = names.str.contains(r"\d").to_numpy(bool)[table.row_index]
    is_complex = ((atoms > 0.0).sum(axis=1) > 3) | (boron > 0.0)
    sieve.frame = sieve.frame.iloc[table.row_index].assign(
        key=keys(atoms),
        at=np.arange(len(atoms)),
        nonmetal=_columns(atoms, _NONMETALS) > 0.0,
        both=(rare > 0.0) & (_columns(atoms, ("Fe", "Co")) > 0.0),
        borides=(rare > _MOSTLY_RARE) & (boron > _BORON),
        unnumbered=~has_number & is_complex,
    )
    return table


def _join_within_papers(
    sieve: _Sieve, table: CompositionTable, origin: str
) -> TrainingSet:
    """Build the training set of one row a compound and paper, the median of its values.

    Parameters
    ----------
    sieve : _Sieve
        Its ``frame`` must have ``paper``, ``key`` (the compound), ``value``
        (K) and ``at``, the row in `table`. A column ``typed``, False, is added
        if it is missing, and the number of joined rows is entered in its
        ``counts``.
    table : CompositionTable
        Compositions, as `_add_compositions` returns them.
    origin : str
        One line on the whole set.

    Returns
    -------
    TrainingSet
        Rows that are left out together are those of a paper; of `COMPILATIONS`
        ("DS1+DS2" and "handbook of magnetic materials") those of a chemical
        system; of reviews (typed rows whose paper does not begin with "10.")
        those of a system without its rare earths. ``groups`` are the paper,
        "system Fe-Nd" or "system Fe"; ``sources`` are the papers. ``removed``
        is the ``counts`` of `sieve`, the same object.
    """
    frame = sieve.frame
    if "typed" not in frame:
        frame["typed"] = False
    compounds = (
        frame.groupby(["paper", "key"], sort=False)
        .agg(
            value=("value", "median"),
            at=("at", "first"),
            typed=("typed", "first"),
        )
        .reset_index()
    )
    repeated = len(frame) - len(compounds)
    sieve.counts["repeated within a paper, joined by the median"] = repeated
    table = table[compounds["at"].to_numpy()]
    paper = compounds["paper"].to_numpy(np.str_)
    families = [f"{NO_PAPER}{name}" for name in chemical_families(table)]
    systems = [f"{NO_PAPER}{name}" for name in chemical_systems(table)]
    groups = np.where(np.isin(paper, COMPILATIONS), systems, paper)
    # A review prints one value a compound: what is left out together are all its rare earths.
    from_table = compounds["typed"] == True  # noqa: E712
    review = from_table & ~compounds["paper"].str.startswith("10.")
    groups = np.where(review, families, groups)
    value = compounds["value"].to_numpy(np.float64)
    return TrainingSet(
        TARGET, table, value, groups, paper, origin, sieve.counts
    )


@lru_cache(maxsize=1)
def doubtful_papers() -> dict[str, str]:
    """Return the papers whose rows in the compilations are faulty, and why.

    Keys are papers as in ``surrogates/doubtful_papers.csv``, DOIs in lower case such as
    "10.1016/j.jmmm.2007.10.021", values sentences. The dict is cached and must not be changed.
    """
    frame = pd.read_csv(datasets.path("surrogates/doubtful_papers.csv"))
    return dict(zip(frame["paper"], frame["reason"], strict=True))


def keys(atoms: FloatArray) -> list[bytes]:
    """Return one key for each row of atomic fractions `atoms`, (n, 118): the same within 0.1 at.%."""
    return [row.tobytes() for row in thousandths(atoms).astype(np.int16)]


def thousandths(fractions: FloatArray) -> IntArray:
    """Return fractions in thousandths, such that a move in the last digits changes none."""
    return np.floor(1000.0 * fractions + EDGE).astype(np.int64)


def chemical_families(table: CompositionTable) -> NDArray[np.str_]:
    """Return the elements of each composition without its rare earths, texts (n,), such as "B-Fe".

    They are in the order of atomic number, joined by hyphens; empty for rare
    earths alone: La to Lu and Y, not Sc. `table` has n compositions and is not
    changed.
    """
    atoms = table.to_array()
    atoms[:, [INDEX[s] for s in RARE_EARTHS]] = 0.0
    return chemical_systems(CompositionTable.from_array(atoms))


def _columns(atoms: FloatArray, symbols: tuple[str, ...]) -> FloatArray:
    return atoms[:, [INDEX[s] for s in symbols]].sum(axis=1)


def _find_contradictions(frame: pd.DataFrame) -> BoolArray:
    """Say which rows are far from the median of three or more sources of the same compound, bool (n,).

    `frame` has ``key`` (the compound), ``paper`` and ``value``, K. Rows of one compound and paper
    count by their median, and are all True or all False. Far is more than 150 K. With fewer than
    three papers nothing of a compound is.
    """
    medians = frame.groupby(["key", "paper"])["value"].median().reset_index()
    of_compound = medians.groupby("key")["value"]
    is_far = (
        medians["value"] - of_compound.transform("median")
    ).abs() > _CONTRADICTED_K
    contradictions = medians[is_far & (of_compound.transform("size") >= 3)]
    bad = set(zip(contradictions["key"], contradictions["paper"], strict=True))
    pairs = zip(frame["key"], frame["paper"], strict=True)
    return np.array([pair in bad for pair in pairs], bool)


def _contradicting_papers(frame: pd.DataFrame) -> BoolArray:
    """Say which rows come from papers half of whose checkable compounds are contradicted, bool (n,).

    `frame` has ``key`` (the compound), ``paper`` and ``value``, K, rows numbered from 0. Checkable
    are rows of compounds of three papers or more; half or more of these must be contradicted.
    `COMPILATIONS`, which are no paper, are False.
    """
    several = frame.groupby("key")["paper"].transform("nunique") >= 3
    share = (
        pd.Series(_find_contradictions(frame))[several]
        .groupby(frame["paper"][several])
        .mean()
    )
    whole = set(share.index[share >= 0.5]) - set(COMPILATIONS)
    return frame["paper"].isin(whole).to_numpy(bool)
