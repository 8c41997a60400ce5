"""The public Curie-temperature compilation DS1+DS2, cleaned for rare-earth magnets."""

from pathlib import Path

import numpy as np
import pandas as pd

from .. import datasets, fetch
from ..composition import CompositionTable
from ..elements import INDEX, RARE_EARTHS
from ..errors import DataError
from ..settings import get_settings
from .training_sets import TrainingSet, chemical_systems, merge_duplicates

_NONMETALS = ("O", "F", "S", "Cl", "Se", "Br", "Te", "I")
# The compilation gives this one in degrees Celsius.
_CELSIUS = ("Co5Gd0.4Sm0.6",)
# Values of one composition further apart than this are not of one compound.
_DISAGREE_K = 100.0
ORIGIN = "DS1+DS2 Curie temperatures (MaMMoS-project/ML-models, MIT)"


def local_file() -> Path | None:
    """Return the compilation's file if mirror or cache holds it; the network is not asked."""
    if "curie" not in fetch.names():
        return None
    places = [fetch.cached_path("curie")]
    mirror = get_settings().mirror
    if mirror is not None:
        places.append(mirror.expanduser() / datasets.registry()["remote"]["curie"]["file"])
    return fetch.fetch("curie") if any(place.is_file() for place in places) else None


def curie_set(target: str = "curie_temperature_K") -> TrainingSet | None:
    """Return the cleaned compilation, or None where it has not been fetched.

    Kept are metallic compounds of two or more elements that hold a rare earth and iron or cobalt.

    Raises
    ------
    DataError
        If the file is not laid out as expected.
    """
    file = local_file()
    return None if file is None else clean(pd.read_csv(file), target)


def clean(frame: pd.DataFrame, target: str = "curie_temperature_K") -> TrainingSet:
    """Clean a table with columns ``Name``, ``TC`` and one a chemical symbol."""
    symbols = [c for c in frame.columns if c in INDEX]
    if not {"Name", "TC"} <= set(frame.columns) or not symbols:
        raise DataError(
            f"expected columns Name, TC and chemical symbols, got {', '.join(frame.columns[:8])}"
        )
    frame = frame.copy()
    removed: dict[str, int] = {}
    celsius = frame["Name"].isin(_CELSIUS)
    frame.loc[celsius, "TC"] += 273.15

    def drop(bad: pd.Series, reason: str) -> None:
        nonlocal frame
        removed[reason] = int(bad.sum())
        frame = frame[~bad]

    drop((frame[symbols] > 0).sum(axis=1) < 2, "pure element")
    drop(~(frame["TC"] > 0), "no positive temperature")
    drop(frame[[s for s in _NONMETALS if s in symbols]].sum(axis=1) > 0, "not metallic")
    drop(frame[["Fe", "Co"]].sum(axis=1) <= 0, "no iron or cobalt")
    rare = [s for s in RARE_EARTHS if s in symbols]
    drop(frame[rare].sum(axis=1) <= 0, "no rare earth")

    table = CompositionTable.from_strings(frame["Name"].tolist(), basis="atomic")
    removed["composition that cannot be read"] = len(table.errors)
    frame = frame.iloc[table.row_index]
    first, values, spread = merge_duplicates(table, frame["TC"].to_numpy(np.float64))
    removed["duplicate, joined by the median"] = len(frame) - len(first)
    agree = spread <= _DISAGREE_K
    removed[f"duplicates apart by over {_DISAGREE_K:.0f} K"] = int((~agree).sum())
    table = table[first[agree]]
    return TrainingSet(
        target,
        table,
        values[agree],
        chemical_systems(table),
        np.full(len(table), "DS1+DS2"),
        ORIGIN,
        {"degrees Celsius set right (kept)": int(celsius.sum()), **removed},
    )
