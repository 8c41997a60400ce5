"""Every target at once."""

from typing import TYPE_CHECKING, Any

from ..composition import CompositionTable
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from .pieces import in_pieces, joined
from .surrogate import load
from .training_sets import HULL_DISTANCE, TARGETS

if TYPE_CHECKING:
    import pandas as pd


def predict_all(
    compositions: Any,
    interval: float = 0.9,
    progress: bool = False,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> dict[str, Any]:
    """Predict every target with interval and domain.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        What to predict; see `magnetkit.predict`.
    interval : float
        As of `Surrogate.predict`.
    progress : bool
        Show a progress bar on stderr where a surrogate must first be trained.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    dict of str to DataFrame, or frame of the input's library
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

    inputs = read_inputs(compositions, basis, strict=strict)
    parts = in_pieces(predict, inputs.table)
    return {target: inputs.give(joined([part[target] for part in parts])) for target in models}
