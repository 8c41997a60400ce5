"""Print what crystals of a pull add to composition in learning Curie temperatures, by paper.

``MAGNETKIT_MIRROR=FOLDER python datasets/materials_project/features.py``; the mirror folder holds
the fetched table of Curie temperatures and crystals of the Materials Project. FEATURES.md keeps
what it printed.

Each measured compound of a host takes the descriptors of the pulled crystal of that host that is
nearest in composition: volume, coordination, R-T distances, point-charge crystal field and dipolar
field (`magnetkit.features.StructureDescriptors`). A forest learns from composition with and
without them; papers are left out, and their compounds with them.
"""

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.phases.leave_one_out import VALIDATED
from benchmarks.accuracy.surrogates.figures import accuracy
from magnetkit._core.errors import DataError
from magnetkit._core.settings import get_settings
from magnetkit.alloy.table import CompositionTable
from magnetkit.features import (
    CompositionStatistics,
    RareEarthDescriptors,
    StructureDescriptors,
)
from magnetkit.phases._judged import named_phases as ratios_of
from magnetkit.phases.records import HOST_NAMES
from magnetkit.surrogates._curie import curie_phases
from magnetkit.surrogates._measured import TARGET, keys
from magnetkit.surrogates.training_sets import training_set

if TYPE_CHECKING:
    import pandas as pd
    from pymatgen.core import Structure

STRUCTURES = "materials_project/mp_structures_core_R-FeCo_pool.jsonl.gz"
_FOLDS, _TREES, _SEEDS = 5, 200, 3
_APART_K = 10.0


def mirror_crystals() -> "list[Structure]":
    """Return the crystals of rare earths with iron and cobalt of the mirror folder.

    Raises
    ------
    DataError
        If the mirror folder (``MAGNETKIT_MIRROR``) has none.
    """
    from pymatgen.core import Lattice, Structure

    mirror = get_settings().mirror
    file = Path() if mirror is None else mirror / STRUCTURES
    if not file.is_file():
        raise DataError(
            f"no {STRUCTURES} in the mirror folder; set MAGNETKIT_MIRROR to one"
        )
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [
        Structure(
            Lattice.from_parameters(*r["lattice"]),
            r["species"],
            r["frac_coords"],
        )
        for r in rows
    ]


def crystals_beside_composition(crystals: "list[Structure]") -> "pd.DataFrame":
    """Learn Curie temperatures from composition, with and without the crystals.

    Parameters
    ----------
    crystals : list of Structure
        Pulled crystals; those with a host's ratio are used.

    Returns
    -------
    DataFrame
        One row a model and seed: ``learns_from``, ``seed``, ``rows``, ``mae``, ``median``, ``r2``
        and ``pairs`` (those of one paper over 10 K apart that are ordered right).
    """
    import pandas as pd
    from sklearn.ensemble import ExtraTreesRegressor

    data = training_set(TARGET)
    codes, phases = curie_phases(data.table)
    inside = np.isin(codes, [HOST_NAMES.index(host) for host in VALIDATED])
    data, codes, phases = data[inside], codes[inside], phases[inside]
    near = nearest_crystals(phases, codes, crystals)
    known = near >= 0
    data, codes, phases, near = (
        data[known],
        codes[known],
        phases[known],
        near[known],
    )
    used, place = np.unique(near, return_inverse=True)
    of_crystal = np.nan_to_num(
        StructureDescriptors().transform([crystals[k] for k in used])
    )[place]
    host = (codes[:, None] == np.unique(codes)).astype(float)
    composition = np.hstack([
        np.nan_to_num(CompositionStatistics().fit_transform(phases)),
        np.nan_to_num(RareEarthDescriptors().fit_transform(phases)), host,
    ])  # fmt: skip
    sets = {"composition": composition,
            "composition and crystal": np.hstack([composition, of_crystal])}  # fmt: skip
    fold = _folds(data.groups)
    compounds = np.array([key.hex() for key in keys(data.table.to_array())])
    rows = []
    for seed in range(_SEEDS):
        for name, x in sets.items():
            made = np.empty(len(data))
            for k in range(_FOLDS):
                test = fold == k
                train = ~test & ~np.isin(compounds, compounds[test])
                model = ExtraTreesRegressor(
                    _TREES, random_state=seed, max_features=0.5
                )
                made[test] = model.fit(x[train], data.values[train]).predict(
                    x[test]
                )
            figures = accuracy(data.values, made, data.groups, _APART_K)
            rows.append({"learns_from": name, "seed": seed} | figures)
    return pd.DataFrame(rows)


def nearest_crystals(
    phases: CompositionTable,
    codes: NDArray[np.int8],
    crystals: "list[Structure]",
) -> NDArray[np.int64]:
    """Return the crystal of a phase's host that is nearest in composition, -1 where none is."""
    table = CompositionTable.from_pymatgen(
        [crystal.composition for crystal in crystals]
    )
    of_crystal = np.where(ratios_of(table).named, ratios_of(table).host, -1)
    dense, own = table.to_array(), phases.to_array()
    found = np.full(len(codes), -1, np.int64)
    for code in np.unique(codes):
        chosen = table.row_index[of_crystal == code]
        rows = np.flatnonzero(codes == code)
        if len(chosen):
            apart = np.abs(own[rows][:, None] - dense[of_crystal == code]).sum(
                axis=2
            )
            found[rows] = chosen[apart.argmin(axis=1)]
    return found


def _folds(groups: NDArray) -> NDArray[np.int64]:
    """Return a fold a row, whole papers in one."""
    _, paper = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(0).permutation(paper.max() + 1)
    return order[paper] % _FOLDS


if __name__ == "__main__":
    print(
        crystals_beside_composition(mirror_crystals())
        .round(3)
        .to_string(index=False)
    )
