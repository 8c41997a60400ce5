"""What every trained model has: `predict`, which reads compositions and gives a frame."""

from typing import TYPE_CHECKING, Any

from .._core._types import FloatArray
from ..alloy._read import Compositions, read_inputs
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable

if TYPE_CHECKING:
    import pandas as pd


class TrainedModel:
    """A model of one target, learnt from compositions."""

    target: str

    def predict(
        self,
        compositions: Compositions,
        interval: float = 0.9,
        *,
        basis: Basis = "auto",
        strict: bool = False,
    ) -> Any:
        """Predict with interval and domain.

        Parameters
        ----------
        compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
            What to predict, see `magnetkit.predict`; for the Curie temperature of a magnet's
            charge, that of its hard phase.
        interval : float
            Probability that the true value lies inside, for a group (paper, chemical system) not
            seen.
        basis : {"auto", "atomic", "weight"}
            What the amounts of a text are.
        strict : bool
            Fail on the first row that cannot be read; it is left out with a warning otherwise.

        Returns
        -------
        DataFrame, or frame of the input's library
            One row a composition: the target, its ``_lo`` and ``_hi``, ``in_domain`` and
            ``domain_distance`` (1 at the edge); for the Curie temperature also ``_data_share``.
        """
        inputs = read_inputs(compositions, basis, strict=strict)
        return inputs.give(self._predict_table(inputs.table, interval))

    def _predict_table(
        self, table: CompositionTable, interval: float
    ) -> "pd.DataFrame":
        """Return the frame of `predict` for a table."""
        raise NotImplementedError


def prediction_frame(
    target: str,
    value: FloatArray,
    low: FloatArray,
    high: FloatArray,
    distance: FloatArray,
    data_share: FloatArray | None = None,
) -> "pd.DataFrame":
    """Build the frame of predictions: value, ``_lo``, ``_hi``, ``in_domain`` and ``domain_distance``.

    The arrays have shape (n,); `distance` is 1 at the edge of the domain. With `data_share` there
    is also the column ``_data_share``. `target` is the column of the value; `low` and `high` are
    the ends of its range.
    """
    import pandas as pd

    frame = pd.DataFrame(
        {target: value, f"{target}_lo": low, f"{target}_hi": high}
    )
    if data_share is not None:
        frame[f"{target}_data_share"] = data_share
    frame["in_domain"] = distance <= 1.0
    frame["domain_distance"] = distance
    return frame
