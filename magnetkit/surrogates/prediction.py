"""Every target at once."""

from typing import TYPE_CHECKING, Any

from ..composition import CompositionTable
from ..features._input import as_table
from .pieces import in_pieces, joined
from .surrogate import load
from .training_sets import HULL_DISTANCE, TARGETS

if TYPE_CHECKING:
    import pandas as pd


def predict_all(t: Any, interval: float = 0.9, progress: bool = False) -> "dict[str, pd.DataFrame]":
    """Predict every target with interval and domain.

    Parameters
    ----------
    t : CompositionTable, or column of recipes or pymatgen compositions
        What to predict.
    interval : float
        As of `Surrogate.predict`.
    progress : bool
        Show a progress bar on stderr where a surrogate must first be trained.

    Returns
    -------
    dict of str to DataFrame
        What `Surrogate.predict` gives, by target.
    """
    models = {target: load(target, progress=progress) for target in TARGETS}

    def predict(part: CompositionTable) -> "dict[str, pd.DataFrame]":
        frames = {}
        for target, model in models.items():
            # The distance to the hull takes the estimate of the energy, the target before it.
            if target != HULL_DISTANCE:
                estimate = model.estimator_.estimate(part)
            frames[target] = model.frame(part, estimate, interval)
        return frames

    parts = in_pieces(predict, as_table(t))
    return {target: joined([part[target] for part in parts]) for target in models}
