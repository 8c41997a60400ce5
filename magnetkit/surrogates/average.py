"""The average of a smooth and a rough Gaussian process."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from ..features._input import as_table
from .process import CompositionProcess
from .regressor import Array, CompositionRegressor, Estimate


class ProcessAverage(CompositionRegressor):
    """Average of two processes that differ in nothing but their smoothness.

    On series the smooth one (Matern-5/2) orders better, from one crystal structure to another
    the rough one (Laplacian); each is wrong where the other is not.

    Parameters
    ----------
    features : str
        Descriptor set, a name of `magnetkit.surrogates.descriptors.SETS`.
    pool_rare_earths, count_foreign : bool
        See `CompositionProcess`.
    random_state : int
        Seed of the choice of rows.

    Attributes
    ----------
    processes_ : list of CompositionProcess
        The smooth and the rough one.
    """

    def __init__(
        self,
        features: str = "magnet",
        pool_rare_earths: bool = False,
        count_foreign: bool = True,
        random_state: int = 0,
    ) -> None:
        self.features = features
        self.pool_rare_earths = pool_rare_earths
        self.count_foreign = count_foreign
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "ProcessAverage":
        """Fit to compositions and values, as `CompositionProcess.fit`."""
        table = as_table(X)
        self.processes_ = [
            CompositionProcess(
                self.features,
                smooth=smooth,
                pool_rare_earths=self.pool_rare_earths,
                count_foreign=self.count_foreign,
                random_state=self.random_state,
            ).fit(table, y)
            for smooth in (True, False)
        ]
        return self

    def refit(self, X: Any, y: Any) -> "ProcessAverage":
        """Return a copy fitted to other rows, as `CompositionProcess.refit`."""
        check_is_fitted(self)
        other = clone(self)
        other.processes_ = [process.refit(X, y) for process in self.processes_]
        return other

    @property
    def rough(self) -> CompositionProcess:
        """The process whose scales say how far compositions lie apart."""
        return self.processes_[1]

    def estimate(self, X: Any) -> Estimate:
        """Return the mean of both; half the gap between them adds to the local residual.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            n compositions.

        Returns
        -------
        Estimate
        """
        check_is_fitted(self)
        table = as_table(X)
        one, two = (process.estimate(table) for process in self.processes_)
        return Estimate(
            (one.mean + two.mean) / 2,
            (one.novelty + two.novelty) / 2,
            (one.local + two.local + np.abs(one.mean - two.mean)) / 2,
        )

    def parts(self, X: Any) -> dict[str, Array]:
        """Return what descriptors and fractions add; the sum is the prediction.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            n compositions.

        Returns
        -------
        dict of str to ndarray of float64, shape (n,)
            In the target's unit.
        """
        one, two = (process.parts(X) for process in self.processes_)
        return {name: (one[name] + two[name]) / 2 for name in one}

    def similarity(self, X: Any) -> Array:
        """Return how alike compositions are to each training row, 0 to 1, shape (n, m).

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            n compositions.

        Returns
        -------
        ndarray of float64, shape (n, m)
            For m training rows.
        """
        one, two = (process.similarity(X) for process in self.processes_)
        return (one + two) / 2

    def shuffled(self, X: Any, order: NDArray[np.int64]) -> Iterator[tuple[str, Array]]:
        """Yield each input's name and the prediction when its values are taken in `order`.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            n compositions.
        order : ndarray of int64, shape (n,)
            Row from which each row takes the value.

        Yields
        ------
        tuple of str and ndarray of float64, shape (n,)
            Input, and prediction in the target's unit.
        """
        one, two = (dict(process.shuffled(X, order)) for process in self.processes_)
        first, second = (process.predict(X) for process in self.processes_)
        for name in dict.fromkeys([*one, *two]):
            yield name, (one.get(name, first) + two.get(name, second)) / 2
