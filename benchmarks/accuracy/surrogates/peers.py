"""The recipes of published models of the Curie temperature, to stand beside ours."""

from collections.abc import Callable
from typing import Any

import numpy as np
from magnetkit.errors import InputError
from numpy.typing import NDArray

from magnetkit.alloy import CompositionTable
from magnetkit.features import CompositionStatistics
from magnetkit.phases.records import HOST_NAMES
from magnetkit.surrogates._curie import curie_phases

Array = NDArray[np.float64]
Fit = Callable[[CompositionTable, Array], Callable[[CompositionTable], Array]]

# One thread: several wait for each other busily, for ten times as long on a machine at work.
_BOOSTED: dict[str, Any] = {"random_state": 0, "n_jobs": 1}
# Fewer compounds of 2:14:1 than this train no vote.
_LEAST = 30


def peers() -> dict[str, Fit]:
    """Return the recipes of published models by name.

    Raises
    ------
    InputError
        If LightGBM or XGBoost, of the extra ``evaluation``, is not installed.
    """
    from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

    try:
        import xgboost  # noqa: F401
        from lightgbm import LGBMRegressor
    except ImportError as error:
        raise InputError(
            f"the recipes that others use need {error.name}, which is not installed; install it "
            "with: pip install 'magnetkit[evaluation]', or leave them out: --no-peers (peers=False)"
        ) from None

    def predictor(
        make: Callable[[], Any], features: Callable[[CompositionTable], Array]
    ) -> Fit:
        def fit(
            table: CompositionTable, values: Array
        ) -> Callable[[CompositionTable], Array]:
            model = make().fit(features(table), values)
            return lambda other: model.predict(features(other))

        return fit

    magpie = CompositionStatistics().fit().transform
    trees = {"n_estimators": 100, "random_state": 0}
    return {
        "random forest on composition (MaMMoS)": predictor(
            lambda: RandomForestRegressor(**trees), CompositionTable.to_array
        ),
        "ExtraTrees on Magpie": predictor(
            lambda: ExtraTreesRegressor(**trees), magpie
        ),
        "LightGBM on Magpie": predictor(
            lambda: LGBMRegressor(**_BOOSTED, verbose=-1), magpie
        ),
        "vote on element counts (2:14:1)": _vote,
    }


def _vote(
    table: CompositionTable, values: Array
) -> Callable[[CompositionTable], Array]:
    """Fit the mean of four ensembles to 2:14:1 alone."""
    from sklearn.ensemble import (
        AdaBoostRegressor,
        ExtraTreesRegressor,
        RandomForestRegressor,
        VotingRegressor,
    )
    from xgboost import XGBRegressor

    def rows(other: CompositionTable) -> NDArray[np.int64]:
        return np.flatnonzero(
            curie_phases(other)[0] == HOST_NAMES.index("2:14:1")
        )

    models = [
        ("extra trees", ExtraTreesRegressor(100, random_state=0)),
        ("random forest", RandomForestRegressor(100, random_state=0)),
        ("boosting", AdaBoostRegressor(random_state=0)),
        ("xgboost", XGBRegressor(**_BOOSTED)),
    ]
    rows_of_host = rows(table)
    if len(rows_of_host) < _LEAST:
        return lambda other: np.full(len(other), np.nan)
    model = VotingRegressor(models).fit(
        17.0 * table.to_array()[rows_of_host], values[rows_of_host]
    )

    def predict(other: CompositionTable) -> Array:
        result = np.full(len(other), np.nan)
        rows_of_host = rows(other)
        if len(rows_of_host):
            result[rows_of_host] = model.predict(
                17.0 * other.to_array()[rows_of_host]
            )
        return result

    return predict
