"""Properties that the physics alone answers for, as models beside those that are learnt.

A residual learnt beside the physics of J_s and K_1 gained nothing on papers left out
(``datasets/surrogates/VALIDATION.md``): what `magnetkit.predict` prints is what answers here.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..composition import CompositionTable
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..learning.sets import TrainingSet

COMPUTED = ("saturation_polarization_T", "anisotropy_constant_MJ_m3")
"""Intrinsic properties that no measurement beside the calibrated parameters decides."""


@dataclass(frozen=True, eq=False)
class Computed:
    """The belief on an intrinsic property at a temperature, from physics.

    Attributes
    ----------
    target : str
        A name of `COMPUTED`.
    estimator_ : CompositionRegressor
        The same as a scikit-learn regressor, at 300 K.
    """

    target: str
    estimator_: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return where the answers come from, in one line."""
        return f"{self.target}: from physics, see `magnetkit validate magnetism`"

    def predict(
        self,
        compositions: Any,
        interval: float = 0.9,
        *,
        temperature: float | str = 300.0,
        basis: Basis = "auto",
        strict: bool = False,
    ) -> Any:
        """Predict with interval and domain.

        Parameters
        ----------
        compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
            What to predict; of a recipe, its hard phase. See `magnetkit.predict`.
        interval : float
            Probability that the true value lies inside.
        temperature : float or str
            K, or a text such as ``"150C"``.
        basis : {"auto", "atomic", "weight"}
            What the amounts of a text are.
        strict : bool
            Fail on the first row that cannot be read; it is left out with a warning otherwise.

        Returns
        -------
        DataFrame, or frame of the input's library
            One row a composition: the target, its ``_lo``, ``_hi`` and ``_data_share`` (0),
            ``in_domain`` and ``domain_distance`` (1 at the edge), those of the Curie temperature.
        """
        import pandas as pd

        from ..magnetism import believing, intrinsic

        inputs = read_inputs(compositions, basis, strict=strict)
        found = intrinsic(inputs.table, temperature, interval=interval)
        near = believing.load().predict(inputs.table)
        name = self.target
        frame = pd.DataFrame(
            {
                **{c: found[c].to_numpy() for c in (name, f"{name}_lo", f"{name}_hi")},
                f"{name}_data_share": 0.0,
                "in_domain": near["in_domain"].to_numpy(),
                "domain_distance": near["domain_distance"].to_numpy(),
            }
        )
        return inputs.give(frame)

    @property
    def known(self) -> TrainingSet:
        """No rows: nothing is learnt from."""
        table, texts = CompositionTable.from_strings([]), np.zeros(0, str)
        return TrainingSet(self.target, table, np.zeros(0), texts, texts, "physics")

    def parts(self, table: CompositionTable) -> dict[str, NDArray[np.float64]]:
        """Return what each part adds to the prediction: the physics is all of it.

        Parameters
        ----------
        table : CompositionTable, n rows

        Returns
        -------
        dict of str to ndarray, shape (n,)
            By name of the part, in the unit of the target.
        """
        return {"physics": self.predict(table)[self.target].to_numpy(np.float64)}

    def similarity(self, table: CompositionTable) -> NDArray[np.float64]:
        """Return how alike compositions are to each known row, of which there is none.

        Parameters
        ----------
        table : CompositionTable, n rows

        Returns
        -------
        ndarray, shape (n, 0)
            Shares, 0 to 1.
        """
        return np.zeros((len(table), 0))
