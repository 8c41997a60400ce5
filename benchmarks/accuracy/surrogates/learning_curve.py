"""How far off the regressor of any property is, from 4 to 400 rows of four properties.

    python -m benchmarks.accuracy CompositionRegressor

Rows of groups that are not tested are drawn at random, and the mean of them, ExtraTrees of
scikit-learn and the regressor predict up to 250 rows of other groups. Sets that may not be shipped
are read from the folder of MAGNETKIT_MIRROR. Printed is the mean absolute error over draws, that
of the regressor over the others' with the draws drawn anew, and in how many draws it was no worse.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from magnetkit.errors import DataError
from numpy.typing import NDArray

from magnetkit import datasets
from magnetkit.alloy import CompositionTable
from magnetkit.surrogates import (
    CompositionRegressor,
    TrainingSet,
    training_set,
)
from magnetkit.surrogates._measured import (
    chemical_systems,
    compound,
    kelvin,
    local_file,
)
from magnetkit.surrogates._validation import columns_of_peers

from .. import observations, table_row

SIZES = (4, 8, 12, 20, 50, 100, 200, 400)
# Draws of few rows scatter more.
_DRAWS = {4: 24, 8: 24, 12: 16, 20: 16, 50: 16, 100: 12, 200: 8, 400: 8}
_TESTED = 250
_TREES = 100
_HIGHEST_K = 1500.0
_RESAMPLES = 2000
HEADING = (
    "| property | rows | draws | mean | ExtraTrees | regressor | over the mean's | "
    "over that of ExtraTrees (95 %) | no worse than the mean | than ExtraTrees |"
)
"""Heading of the table of `lines`."""


def sets() -> dict[str, TrainingSet]:
    """Return the four properties: T_C, formation energy, T_N and J_s, with their groups."""
    energies = training_set("formation_energy_eV_atom")
    return {
        "Curie temperature, K": training_set("curie_temperature_K"),
        "formation energy, eV/atom": energies[np.flatnonzero(energies.learn)],
        "Neel temperature, K": _neel_set(),
        "J_s, T": _polarization_set(),
    }


def _neel_set() -> TrainingSet:
    file = local_file("curie-by-paper")
    if file is None:
        raise DataError(
            "the Neel temperatures are of a fetched set: magnetkit data fetch curie"
        )
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    frame = frame[(frame["Neel"] != "") & (frame["Experimental"] != "False")]
    rows = pd.DataFrame(
        {
            "composition": frame["Material_Name"].map(compound),
            "T_N": frame["Neel"].map(kelvin),
            "group": frame["DOI"].str.lower(),
            "basis": "atomic",
        }
    )
    rows = rows[rows["T_N"].between(0.0, _HIGHEST_K, inclusive="right")]
    return training_set("T_N", rows.drop_duplicates(["composition", "group"]))


def _polarization_set() -> TrainingSet:
    name = "saturation_polarization_T"
    compounds = pd.read_csv(datasets.path("intrinsic/compounds.csv"))
    compounds = compounds[compounds[name].notna()]
    table = CompositionTable.from_strings(
        compounds["formula"].tolist(), basis="atomic"
    )
    review = pd.DataFrame(
        {
            "composition": compounds["formula"],
            name: compounds[name],
            "group": chemical_systems(table),
        }
    )
    series = observations.series()
    series = series[series["property"] == name]
    papers = series.set_axis(
        [
            {"formula": "composition", "value": name, "paper": "group"}.get(
                c, c
            )
            for c in series.columns
        ],
        axis=1,
    )
    rows = pd.concat([review, papers[["composition", name, "group"]]])
    return training_set(name, rows.assign(basis="atomic"))


def errors(data: TrainingSet, rows: int, seed: int) -> dict[str, float] | None:
    """Return the mean absolute error of each model of one draw; None of too small a set."""
    rng = np.random.default_rng(1000 * rows + seed)
    groups = rng.permutation(np.unique(data.groups))
    is_test = np.isin(data.groups, groups[: max(2, len(groups) // 4)])
    test = rng.permutation(np.flatnonzero(is_test))[:_TESTED]
    pool = np.flatnonzero(~is_test)
    if len(pool) < rows:
        return None
    train = data[rng.permutation(pool)[:rows]]
    values = data.values[test]
    predictions = {
        "mean": np.full(len(test), train.values.mean()),
        "ExtraTrees": _extra_trees(train, data.table[test]),
        "regressor": CompositionRegressor(data.target)
        .learn_compositions(train.table, train.values, train.groups)
        .predict(data.table[test]),
    }
    return {
        name: float(np.abs(value - values).mean())
        for name, value in predictions.items()
    }


def _extra_trees(
    train: TrainingSet, table: CompositionTable
) -> NDArray[np.float64]:
    from sklearn.ensemble import ExtraTreesRegressor

    model = ExtraTreesRegressor(_TREES, random_state=0)
    model.fit(columns_of_peers(train.table), train.values)
    return np.asarray(model.predict(columns_of_peers(table)))


def lines() -> Iterator[str]:
    """Yield the table, in Markdown, line by line; twelve minutes of a processor."""
    yield HEADING
    yield "|---" * HEADING.count(" | ") + "|---|"
    for name, data in sets().items():
        for rows in SIZES:
            draws = range(_DRAWS[rows])
            frames = [
                frame
                for seed in draws
                if (frame := errors(data, rows, seed)) is not None
            ]
            if frames:
                yield row(name, rows, pd.DataFrame(frames))


def row(name: str, rows: int, frame: pd.DataFrame) -> str:
    """Return a row of the table from the errors of its draws, a column a model."""
    mean = frame.mean()
    picks = np.random.default_rng(0).integers(
        0, len(frame), (_RESAMPLES, len(frame))
    )
    sample = {
        model: frame[model].to_numpy()[picks].mean(axis=1) for model in frame
    }
    low, high = np.quantile(
        sample["regressor"] / sample["ExtraTrees"], [0.025, 0.975]
    )
    cells = [
        name,
        str(rows),
        str(len(frame)),
        *(
            f"{mean[model]:.4g}"
            for model in ("mean", "ExtraTrees", "regressor")
        ),
        f"{mean['regressor'] / mean['mean']:.3f}",
        f"{mean['regressor'] / mean['ExtraTrees']:.3f} ({low:.2f} to {high:.2f})",
        str((frame["regressor"] <= frame["mean"]).sum()),
        str((frame["regressor"] <= frame["ExtraTrees"]).sum()),
    ]
    return table_row(*cells)
