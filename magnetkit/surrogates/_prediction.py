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
            seen; between 0 and 1, neither of them.
        basis : {"auto", "atomic", "weight"}
            What the amounts of a text are. With "auto" a formula is read in atoms, and a text with
            a balance, or whose amounts sum to 100, must name "wt.%" or "at.%" itself.
        strict : bool
            Fail on the first row that cannot be read; it is left out with a warning otherwise.

        Returns
        -------
        DataFrame, or frame of the input's library
            One row a composition that could be read: the target, its ``_lo`` and ``_hi``,
            ``in_domain`` and ``domain_distance`` (1 at the edge, more outside); for the Curie
            temperature also ``curie_temperature_K_data_share``. The target is NaN where nothing is
            known.

        Raises
        ------
        InputError
            If `interval` does not lie between 0 and 1, `strict` is set and a row cannot be read, or
            nothing can be read.
        """
        inputs = read_inputs(compositions, basis, strict=strict)
        return inputs.give(self._predict_table(inputs.table, interval))

    def _predict_table(
        self, table: CompositionTable, interval: float
    ) -> "pd.DataFrame":
        """Return the frame of `predict` for n compositions of `table`; a subclass must give it.

        `interval` is the probability of the ranges. Columns are those of
        `prediction_frame`. NotImplementedError here.
        """
        raise NotImplementedError


def prediction_frame(
    target: str,
    value: FloatArray,
    low: FloatArray,
    high: FloatArray,
    distance: FloatArray,
    data_share: FloatArray | None = None,
) -> "pd.DataFrame":
    """Build the frame of n predictions, one row each.

    Parameters
    ----------
    target : str
        Column of the values, such as "curie_temperature_K"; those of their ends are
        "curie_temperature_K_lo" and "curie_temperature_K_hi".
    value, low, high : ndarray, shape (n,)
        Values and ends of their ranges; NaN stays.
    distance : ndarray, shape (n,)
        Column ``domain_distance``, 1 at the edge of the domain; ``in_domain`` is True up to there
        and False for NaN.
    data_share : ndarray, shape (n,), optional
        Column such as "curie_temperature_K_data_share", which is absent without it.

    Returns
    -------
    DataFrame
        Of pandas, rows numbered from 0. Columns are, in this order, the target, ``_lo``, ``_hi``,
        ``_data_share``, ``in_domain`` and ``domain_distance``.
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
