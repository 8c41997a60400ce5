"""A training set: compositions with one measured or computed value each, and their groups."""

import hashlib
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ..composition import CompositionTable
from ..composition.blocks import read_whole
from ..elements import SYMBOLS
from ..errors import DataError, InputError

_log = logging.getLogger("magnetkit")


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Compositions with one value each.

    Attributes
    ----------
    target : str
        A name of `TARGETS`.
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
    values: NDArray[np.float64]
    groups: NDArray[np.str_]
    sources: NDArray[np.str_]
    origin: str
    removed: dict[str, int] = field(default_factory=dict)
    learn: NDArray[np.bool_] = field(default_factory=lambda: np.ones(0, bool))

    def __post_init__(self) -> None:
        if len(self.learn) != len(self.values):
            object.__setattr__(self, "learn", np.ones(len(self.values), bool))

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: NDArray) -> "TrainingSet":
        """Return the rows a mask or index array selects."""
        return TrainingSet(
            self.target,
            self.table[rows],
            self.values[rows],
            self.groups[rows],
            self.sources[rows],
            self.origin,
            self.removed,
            self.learn[rows],
        )

    @property
    def sha256(self) -> str:
        """Hash of the compositions, values and groups in order."""
        digest = hashlib.sha256(self.target.encode())
        t = self.table
        for part in (t.indptr, t.indices, t.values, self.values, self.learn):
            digest.update(np.ascontiguousarray(part).tobytes())
        digest.update("\n".join(self.groups).encode())
        return digest.hexdigest()


def chemical_systems(table: CompositionTable) -> NDArray[np.str_]:
    """Return the elements of each composition, joined by dashes."""
    names = np.array(SYMBOLS)
    bounds = zip(table.indptr[:-1], table.indptr[1:], strict=True)
    return np.array(["-".join(names[table.indices[a:b]]) for a, b in bounds], dtype=np.str_)


def merge_duplicates(
    table: CompositionTable, values: NDArray[np.float64], digits: int = 5
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Join rows of the same composition, rounded to `digits`.

    Returns
    -------
    first : ndarray of int64
        The first row of each composition, ascending.
    median, spread : ndarray of float64
        Median of its values, and largest less smallest.
    """
    keys: list[bytes] = []
    packed = np.round(table.values * 10**digits).astype(np.int64)
    for i in range(len(table)):
        part = slice(table.indptr[i], table.indptr[i + 1])
        keys.append(table.indices[part].tobytes() + packed[part].tobytes())
    frame = pd.DataFrame({"key": keys, "value": values, "row": np.arange(len(table))})
    joined = frame.groupby("key", sort=False).agg(
        first=("row", "min"),
        median=("value", "median"),
        low=("value", "min"),
        high=("value", "max"),
    )
    joined = joined.sort_values("first")
    return (
        joined["first"].to_numpy(np.int64),
        joined["median"].to_numpy(np.float64),
        (joined["high"] - joined["low"]).to_numpy(np.float64),
    )


def _read_compositions(frame: pd.DataFrame, file: str) -> CompositionTable:
    basis = set(frame["basis"]) if "basis" in frame.columns else {"auto"}
    if len(basis) != 1 or not basis <= {"auto", "atomic", "weight"}:
        raise InputError(
            f"column 'basis' of {file} must hold one of auto, atomic, weight on every row, "
            f"got {', '.join(sorted(map(str, basis)))}"
        )
    texts = frame["composition"].astype(str).tolist()
    return CompositionTable.from_strings(texts, basis.pop())  # type: ignore[arg-type]


def refuse(
    target: str, file: str, found: TrainingSet, wrong: NDArray[np.bool_], limits: str
) -> None:
    """Raise an InputError that names the first of the values that no compound can have."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        name, value = found.table[rows[:1]].formulas()[0], found.values[rows[0]]
        raise InputError(
            f"{target} of {file} must lie between {limits}, got {value:g} for {name}; "
            f"correct or leave out such rows ({len(rows)})"
        )


def named_so(given: Any) -> str:
    """Return what a user's table is called: its path, or that it is a frame."""
    return str(given) if isinstance(given, str | Path) else "the frame"


def _frame(given: Any) -> pd.DataFrame:
    """Return a CSV file, or a frame of pandas or of what speaks Arrow, as one of pandas."""
    if isinstance(given, pd.DataFrame):
        return given.reset_index(drop=True)
    if not isinstance(given, str | Path):
        if hasattr(given, "collect_schema") and hasattr(given, "collect"):
            given = given.collect()  # a polars LazyFrame
        if not hasattr(given, "__arrow_c_stream__") or not hasattr(given, "columns"):
            raise InputError(
                "data must be the path of a CSV file, or a frame of pandas, polars or Arrow, got "
                f"{given!r:.60}"
            )
        return pa.table(given).to_pandas()
    try:
        return read_whole(Path(given)).to_pandas()
    except InputError as error:
        raise DataError(f"cannot read the data: {error}") from None


def read_rows(target: str, given: Any, least: int = 2) -> TrainingSet:
    """Return the training set in a CSV file or frame, see `magnetkit.surrogates.training_set`.

    Rows that cannot be used are left out with a warning; fewer than `least` others are an error.
    """
    frame, file = _frame(given), named_so(given)
    for column in ("composition", target):
        if column not in frame.columns:
            raise InputError(
                f"{file} needs a column {column!r}, it has {', '.join(map(str, frame.columns))}"
            )
    on_disk = isinstance(given, str | Path)
    name = Path(given).name if on_disk else file
    table = _read_compositions(frame, file)
    frame = frame.iloc[table.row_index].reset_index(drop=True)
    values = pd.to_numeric(frame[target], errors="coerce").to_numpy(np.float64)
    groups = (
        frame["group"].astype(str).to_numpy(np.str_)
        if "group" in frame.columns
        else chemical_systems(table)
    )
    sources = (
        frame["source"].astype(str).to_numpy(np.str_)
        if "source" in frame.columns
        else np.full(len(table), name)
    )
    origin = f"file {name}" if on_disk else name
    removed = {"composition that cannot be read": len(table.errors)}
    known = np.isfinite(values)
    removed["no value"] = int((~known).sum())
    found = TrainingSet(target, table, values, groups, sources, origin, removed)[known]
    if len(found) < least:
        raise DataError(f"{file} holds {len(found)} usable rows of {target}; {least} are needed")
    left = {why: count for why, count in removed.items() if count}
    if left:
        told = ", ".join(f"{why} ({count})" for why, count in left.items())
        _log.warning(f"{file}: rows left out: {told}")
    return found
