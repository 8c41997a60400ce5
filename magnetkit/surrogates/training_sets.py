"""What each surrogate learns from: measured or computed values, cleaned, with their groups."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import datasets
from ..composition import CompositionTable
from ..elements import SYMBOLS
from ..errors import DataError, InputError

ENERGY = "formation_energy_eV_atom"
HULL_DISTANCE = "energy_above_hull_eV_atom"
TARGETS = (
    "curie_temperature_K",
    "saturation_polarization_T",
    "anisotropy_field_T",
    "anisotropy_constant_MJ_m3",
    ENERGY,
    HULL_DISTANCE,
)
"""The properties a surrogate can be trained for.

The distance to the hull is the formation energy's surrogate less the hull of known phases.
"""

# Structures that lie so far above the hull (eV/atom) are no phases, only were tried.
_NO_PHASE = 0.5


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


def check_target(target: str) -> None:
    """Raise InputError unless `target` is one of `TARGETS`."""
    if target not in TARGETS:
        raise InputError(f"target {target!r} has no surrogate; use one of {', '.join(TARGETS)}")


def training_set(target: str, data: "str | Path | None" = None) -> TrainingSet:
    """Return the training set of a target.

    Parameters
    ----------
    target : str
        A name of `TARGETS`.
    data : str or Path, optional
        A CSV file with columns ``composition`` and the target, and as you have them ``group``
        (the paper or series), ``source`` and ``basis`` (atomic or weight, where the amounts of a
        composition sum to 100); it replaces the built-in set. For the formation energy also the
        folder of a phase snapshot.

    Returns
    -------
    TrainingSet

    Raises
    ------
    InputError
        If the target or a column is not known.
    DataError
        If the file cannot be read or nothing usable is in it.
    """
    check_target(target)
    if data is not None and target == "formation_energy_eV_atom" and Path(data).is_dir():
        found = _phases(target, Path(data))
    elif data is not None:
        return _from_csv(target, Path(data))
    else:
        found = _BUILDERS[target](target)
    if len(found) < 2 and data is not None:
        raise DataError(f"{data} holds too few phases to learn {target} from; pull more systems")
    if len(found) < 2:
        raise DataError(f"no training data for {target}; `magnetkit data verify` checks the files")
    return found


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


def _read_compositions(frame: pd.DataFrame, file: Path) -> CompositionTable:
    basis = set(frame["basis"]) if "basis" in frame.columns else {"auto"}
    if len(basis) != 1 or not basis <= {"auto", "atomic", "weight"}:
        raise InputError(
            f"column 'basis' of {file} must hold one of auto, atomic, weight on every row, "
            f"got {', '.join(sorted(map(str, basis)))}"
        )
    texts = frame["composition"].astype(str).tolist()
    return CompositionTable.from_strings(texts, basis.pop())  # type: ignore[arg-type]


def _from_csv(target: str, file: Path) -> TrainingSet:
    try:
        frame = pd.read_csv(file)
    except OSError as error:
        raise DataError(f"cannot read {file}: {error.strerror}") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{file} is no CSV table: {error}") from None
    for column in ("composition", target):
        if column not in frame.columns:
            raise InputError(
                f"{file} needs a column {column!r}, it has {', '.join(map(str, frame.columns))}"
            )
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
        else np.full(len(table), file.name)
    )
    removed = {"composition that cannot be read": len(table.errors)}
    known = np.isfinite(values)
    removed["no value"] = int((~known).sum())
    found = TrainingSet(target, table, values, groups, sources, f"file {file.name}", removed)[known]
    if len(found) < 2:
        raise DataError(
            f"{file} holds {len(found)} usable rows of {target}; two or more are needed"
        )
    return found


def _from_compounds(target: str) -> TrainingSet:
    """Compounds and single measurements at room temperature; of a composition, the median."""
    from ..magnetism.observations import DOUBTFUL

    compounds = pd.read_csv(datasets.path("intrinsic/compounds.csv"))
    single = pd.read_csv(datasets.path("intrinsic/measurements.csv"))
    single = single[single["property"] == target]
    if target != "curie_temperature_K":
        single = single[single["temperature_K"].between(290.0, 310.0)]
    columns = ["formula", target, "source"]
    frame = pd.concat(
        [compounds[columns], single.rename(columns={"value": target})[columns]], ignore_index=True
    )
    total = len(frame)
    frame = frame[np.isfinite(frame[target])]
    valued = len(frame)
    if target != "curie_temperature_K":
        frame = frame[~frame["formula"].isin(DOUBTFUL)]
    kept = len(frame)
    frame = frame.reset_index(drop=True)
    table = CompositionTable.from_strings(frame["formula"].tolist(), basis="atomic")
    first, values, _ = merge_duplicates(table, frame[target].to_numpy(np.float64))
    removed = {
        "no value": total - valued,
        "value at 300 K that contradicts its own table": valued - kept,
        "further value of a composition, joined by the median": len(frame) - len(first),
    }
    table = table[first]
    sources = frame["source"].to_numpy(np.str_)[first]
    origin = "embedded compounds and measurements"
    return TrainingSet(target, table, values, chemical_systems(table), sources, origin, removed)


def _phases(target: str, snapshot: Path | None = None) -> TrainingSet:
    from ..phases import load

    entries = load(snapshot)
    table = CompositionTable.from_strings(entries["formula"].tolist(), basis="atomic")
    entries = entries.iloc[table.row_index]
    values = entries[target].to_numpy(np.float64)
    order = np.argsort(values, kind="stable")
    # The lowest of several structures of a composition is the one that can be made.
    first, _, _ = merge_duplicates(table[order], values[order])
    keep = np.sort(order[first])
    several = np.diff(table.indptr)[keep] > 1
    keep = keep[several]
    table, values = table[keep], values[keep]
    learn = entries[HULL_DISTANCE].to_numpy(np.float64)[keep] <= _NO_PHASE
    removed = {
        f"over {_NO_PHASE} eV/atom above the hull (not learnt from, but tested on)": int(
            (~learn).sum()
        ),
        "higher structure of a composition": len(order) - len(first),
        "pure element": int((~several).sum()),
    }
    return TrainingSet(
        target,
        table,
        values,
        chemical_systems(table),
        np.full(len(table), "Materials Project"),
        "embedded Materials Project snapshot" if snapshot is None else f"snapshot {snapshot.name}",
        removed,
        learn,
    )


def _curie(target: str) -> TrainingSet:
    from .curie import curie_set

    return curie_set() or _from_compounds(target)


_BUILDERS: dict[str, Callable[[str], TrainingSet]] = {
    "curie_temperature_K": _curie,
    "saturation_polarization_T": _from_compounds,
    "anisotropy_field_T": _from_compounds,
    "anisotropy_constant_MJ_m3": _from_compounds,
    ENERGY: _phases,
    HULL_DISTANCE: _phases,
}
