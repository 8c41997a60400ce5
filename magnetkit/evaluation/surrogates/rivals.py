"""The common models that a surrogate must beat in the same run.

Composition statistics with a random forest, extremely randomised trees or boosted trees are the
recipes of the published Curie-temperature and formation-energy models.
"""

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...composition import CompositionTable


def rivals() -> dict[str, Any]:
    """Return the models by name; each is a scikit-learn regressor on `inputs`."""
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import (
        ExtraTreesRegressor,
        HistGradientBoostingRegressor,
        RandomForestRegressor,
    )
    from sklearn.neighbors import KNeighborsRegressor

    models = {
        "mean": DummyRegressor(),
        "nearest neighbour": KNeighborsRegressor(1, metric="manhattan"),
        "statistics + random forest": RandomForestRegressor(100, max_features=0.33, random_state=0),
        "statistics + extra trees": ExtraTreesRegressor(100, random_state=0),
    }
    if find_spec("lightgbm") is not None:
        from lightgbm import LGBMRegressor

        models["statistics + LightGBM"] = LGBMRegressor(random_state=0, n_jobs=1, verbose=-1)
    else:
        # The same algorithm, histogram boosting of leaf-wise trees, as scikit-learn carries it.
        models["statistics + histogram boosting"] = HistGradientBoostingRegressor(random_state=0)
    return models


def inputs(name: str, table: CompositionTable) -> NDArray[np.float64]:
    """Return what the rival `name` takes: atomic fractions, or composition statistics."""
    from ...features import CompositionStatistics

    if not name.startswith("statistics"):
        return table.to_array()
    return CompositionStatistics().fit().transform(table)
