"""A user's own measurements beside the calibrated parameters.

What they depart from the model by is handed on to compounds of the same host by a simple kriging
with an exponential covariance over the atomic fractions (G. Matheron, Econ. Geol. 58 (1963) 1246).
Two rows of a series take the error of its others from 34 to 25 K: 440 compounds of 106 series of
one paper and host in the fetched tables, six draws of two rows each.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..composition import CompositionTable
from ..hosts.partition import root_codes
from ..kernels.linear import invert, multiply
from ..learning.sets import TrainingSet
from .design import phases_of
from .model import curie_temperature
from .parameters import load

Array = NDArray[np.float64]

# Distance of atomic fractions at which the correlation is 1/e (0.1 to 0.25 do as well on those
# series; the least of them moves least what is not alike), and noise over the variance.
_LENGTH = 0.1
_NOISE = 0.05
# Less alike than this is nothing alike: the calibrated parameters stand, with their deviation.
_UNLIKE = 0.05


@dataclass(frozen=True, eq=False)
class Beside:
    """Measured compounds, m of them, where the calibrated parameters answer.

    Attributes
    ----------
    atoms : ndarray of float64, shape (m, 118)
        Their atomic fractions.
    host : ndarray of int8, shape (m,)
        Their hosts, roots.
    weights : ndarray of float64, shape (m,)
        What they depart by is covariance @ weights, K.
    """

    atoms: Array
    host: NDArray[np.int8]
    weights: Array

    def predict(self, phases: CompositionTable, codes: NDArray[np.int8]) -> tuple[Array, Array]:
        """Return value (K; NaN where the parameters do not answer) and likeness to a measured one.

        Parameters
        ----------
        phases : CompositionTable
            n hard phases.
        codes : ndarray of int8, shape (n,)
            Their hosts.

        Returns
        -------
        value, near : ndarray of float64, shape (n,)
        """
        alike = _alike(phases.to_array(), root_codes(codes), self.atoms, self.host)
        alike[alike < _UNLIKE] = 0.0
        value = curie_temperature(phases, codes, load()) + multiply(alike, self.weights)
        return value, alike.max(axis=1)


def beside(rows: TrainingSet) -> Beside | None:
    """Return measured rows beside the calibrated parameters; None where those answer for none."""
    codes, phases = phases_of(rows.table)
    apart = rows.values - curie_temperature(phases, codes, load())
    known = np.isfinite(apart)
    if not known.any():
        return None
    atoms, host = phases.to_array()[known], codes[known]
    covariance = _alike(atoms, host, atoms, host) + _NOISE * np.eye(len(atoms))
    return Beside(atoms, host, multiply(invert(covariance), apart[known]))


def _alike(atoms: Array, host: NDArray, others: Array, theirs: NDArray) -> Array:
    """Return the correlations of two sets of compounds; 0 between hosts."""
    from scipy.spatial.distance import cdist

    return np.exp(-cdist(atoms, others) / _LENGTH) * (host[:, None] == theirs)
