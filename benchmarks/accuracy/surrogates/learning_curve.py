"""How far off the regressor of any property is, from 4 to 400 rows of four properties.

    python -m benchmarks.accuracy.surrogates.learning_curve [DRAWS]

Rows of groups that are not tested are drawn at random, and the mean of them, ExtraTrees of
scikit-learn and the regressor predict up to 250 rows of other groups. Sets that may not be shipped
are read from the folder of MAGNETKIT_MIRROR. Printed is the mean absolute error over draws, and in
how many draws the regressor was no worse.
"""

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
from magnetkit.errors import DataError
from numpy.typing import NDArray

from magnetkit import datasets
from magnetkit.alloy import CompositionTable
from magnetkit.surrogates import CompositionRegressor, TrainingSet, training_set
from magnetkit.surrogates._measured import chemical_systems, compound, kelvin, local_file
from magnetkit.surrogates._validation import columns_of_peers

from .. import observations

SIZES = (4, 8, 12, 20, 50, 100, 200, 400)
# Draws of few rows scatter more.
_DRAWS = {4: 24, 8: 24, 12: 16, 20: 16, 50: 8, 100: 6, 200: 4, 400: 3}
_TESTED = 250
_TREES = 100
_HIGHEST_K = 1500.0


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
        raise DataError("the Neel temperatures are of a fetched set: magnetkit data fetch curie")
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
    table = CompositionTable.from_strings(compounds["formula"].tolist(), basis="atomic")
    reviewed = pd.DataFrame(
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
            {"formula": "composition", "value": name, "paper": "group"}.get(c, c)
            for c in series.columns
        ],
        axis=1,
    )
    rows = pd.concat([reviewed, papers[["composition", name, "group"]]])
    return training_set(name, rows.assign(basis="atomic"))


def errors(data: TrainingSet, rows: int, seed: int) -> dict[str, float] | None:
    """Return the mean absolute error of each model of one draw; None of too small a set."""
    rng = np.random.default_rng(1000 * rows + seed)
    groups = rng.permutation(np.unique(data.groups))
    is_tested = np.isin(data.groups, groups[: max(2, len(groups) // 4)])
    test = rng.permutation(np.flatnonzero(is_tested))[:_TESTED]
    pool = np.flatnonzero(~is_tested)
    if len(pool) < rows:
        return None
    train = data[rng.permutation(pool)[:rows]]
    values = data.values[test]
    said = {
        "mean": np.full(len(test), train.values.mean()),
        "ExtraTrees": _extra_trees(train, data.table[test]),
        "regressor": CompositionRegressor(data.target)
        .learn_compositions(train.table, train.values, train.groups)
        .predict(data.table[test]),
    }
    return {name: float(np.abs(value - values).mean()) for name, value in said.items()}


def _extra_trees(train: TrainingSet, table: CompositionTable) -> NDArray[np.float64]:
    from sklearn.ensemble import ExtraTreesRegressor

    model = ExtraTreesRegressor(_TREES, random_state=0)
    model.fit(columns_of_peers(train.table), train.values)
    return np.asarray(model.predict(columns_of_peers(table)))


def lines(share: float = 1.0) -> Iterator[str]:
    """Yield the table, in Markdown, line by line; `share` of the draws are made."""
    yield (
        "| property | rows | draws | mean | ExtraTrees | regressor | no worse than the mean | "
        "than ExtraTrees |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for name, data in sets().items():
        for rows in SIZES:
            draws = range(max(1, round(share * _DRAWS[rows])))
            made = [found for seed in draws if (found := errors(data, rows, seed)) is not None]
            if not made:
                continue
            frame = pd.DataFrame(made)
            mean = frame.mean()
            better = (frame["regressor"] <= frame["mean"]).sum()
            than_trees = (frame["regressor"] <= frame["ExtraTrees"]).sum()
            yield (
                f"| {name} | {rows} | {len(frame)} | {mean['mean']:.4g} | "
                f"{mean['ExtraTrees']:.4g} | {mean['regressor']:.4g} | {better} | {than_trees} |"
            )


if __name__ == "__main__":
    for line in lines(float(sys.argv[1]) if sys.argv[1:] else 1.0):
        print(line, flush=True)
