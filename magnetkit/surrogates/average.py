"""The average of a smooth and a rough Gaussian process."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from ..composition import CompositionTable
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

    def _fit(self, table: CompositionTable, y: Array) -> None:
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

    def _refit(self, table: CompositionTable, y: Array) -> "ProcessAverage":
        other = clone(self)
        other.processes_ = [process.refit(table, y) for process in self.processes_]
        return other

    @property
    def rough(self) -> CompositionProcess:
        """The process whose scales say how far compositions lie apart."""
        return self.processes_[1]

    def _estimate(self, table: CompositionTable) -> Estimate:
        one, two = (process.estimate(table) for process in self.processes_)
        return Estimate(
            (one.mean + two.mean) / 2,
            (one.novelty + two.novelty) / 2,
            # Where they part, neither is to be trusted.
            (one.local + two.local + np.abs(one.mean - two.mean)) / 2,
        )

    def _parts(self, table: CompositionTable) -> dict[str, Array]:
        one, two = (process.parts(table) for process in self.processes_)
        return {name: (one[name] + two[name]) / 2 for name in one}

    def _similarity(self, table: CompositionTable) -> Array:
        one, two = (process.similarity(table) for process in self.processes_)
        return (one + two) / 2

    def _shuffled(
        self, table: CompositionTable, order: NDArray[np.int64]
    ) -> Iterator[tuple[str, Array]]:
        one, two = (dict(process.shuffled(table, order)) for process in self.processes_)
        first, second = (process.predict(table) for process in self.processes_)
        for name in dict.fromkeys([*one, *two]):
            yield name, (one.get(name, first) + two.get(name, second)) / 2
