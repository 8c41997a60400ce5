"""The recipes of published models of the Curie temperature, to stand beside ours."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...composition import CompositionTable
from ...features import CompositionStatistics
from ...hosts.partition import HOST_NAMES
from ...magnetism.design import phases_of

Array = NDArray[np.float64]
Fit = Callable[[CompositionTable, Array], Callable[[CompositionTable], Array]]

# Fewer compounds of 2:14:1 than this train no vote.
_LEAST = 30


def peers() -> dict[str, Fit]:
    """Return the recipes of published models by name."""
    from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

    def of(make: Callable[[], Any], features: Callable[[CompositionTable], Array]) -> Fit:
        def fit(table: CompositionTable, values: Array) -> Callable[[CompositionTable], Array]:
            model = make().fit(features(table), values)
            return lambda other: model.predict(features(other))

        return fit

    magpie = CompositionStatistics().fit().transform
    trees = {"n_estimators": 100, "random_state": 0}
    found = {
        "random forest on composition (MaMMoS)": of(
            lambda: RandomForestRegressor(**trees), CompositionTable.to_array
        ),
        "ExtraTrees on Magpie": of(lambda: ExtraTreesRegressor(**trees), magpie),
        "vote on element counts (2:14:1)": _vote,
    }
    if find_spec("lightgbm") is not None:
        from lightgbm import LGBMRegressor

        found["LightGBM on Magpie"] = of(lambda: LGBMRegressor(random_state=0, verbose=-1), magpie)
    return found


def _vote(table: CompositionTable, values: Array) -> Callable[[CompositionTable], Array]:
    """Fit the mean of four ensembles to 2:14:1 alone; XGBoost is left out where it is not there."""
    from sklearn.ensemble import (
        AdaBoostRegressor,
        ExtraTreesRegressor,
        RandomForestRegressor,
        VotingRegressor,
    )

    def rows(other: CompositionTable) -> NDArray[np.int64]:
        return np.flatnonzero(phases_of(other)[0] == HOST_NAMES.index("2:14:1"))

    models = [
        ("extra trees", ExtraTreesRegressor(100, random_state=0)),
        ("random forest", RandomForestRegressor(100, random_state=0)),
        ("boosting", AdaBoostRegressor(random_state=0)),
    ]
    if find_spec("xgboost") is not None:
        from xgboost import XGBRegressor

        models.append(("xgboost", XGBRegressor(random_state=0)))
    own = rows(table)
    if len(own) < _LEAST:
        return lambda other: np.full(len(other), np.nan)
    model = VotingRegressor(models).fit(17.0 * table.to_array()[own], values[own])

    def predict(other: CompositionTable) -> Array:
        found, own = np.full(len(other), np.nan), rows(other)
        if len(own):
            found[own] = model.predict(17.0 * other.to_array()[own])
        return found

    return predict
