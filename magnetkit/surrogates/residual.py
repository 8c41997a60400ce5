"""A process on what the physical estimate leaves."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from ..composition import CompositionTable
from .physics import physical
from .process import foreign
from .regressor import Array, CompositionRegressor, Estimate


class PhysicsResidual(CompositionRegressor):
    """The physical estimate as baseline, the rest by a process over compositions.

    Parameters
    ----------
    process : DistilledProcess, ProcessAverage or CompositionProcess
        What learns the residual, not fitted; it need not count foreign elements.
    target : str
        A name of `magnetkit.surrogates.physics.ESTIMATED`.

    Attributes
    ----------
    process_ : DistilledProcess, ProcessAverage or CompositionProcess
        The fitted one.
    known_ : ndarray of int32
        Elements of the training rows. Another makes a composition new, unless it has a physical
        estimate: then the intrinsic model knows the element on its site.
    hosts_only_ : bool
        Every training row has a physical estimate. Then a composition without is new.
    """

    def __init__(self, process: Any, target: str) -> None:
        self.process = process
        self.target = target

    def _fit(self, table: CompositionTable, y: Array) -> None:
        self.process_ = clone(self.process).fit(table, y - physical(table, self.target)[0])
        self._note(table)

    def _refit(self, table: CompositionTable, y: Array) -> "PhysicsResidual":
        other = clone(self)
        other.process_ = self.process_.refit(table, y - physical(table, self.target)[0])
        other._note(table)
        return other

    def _note(self, table: CompositionTable) -> None:
        self.known_ = np.unique(table.indices)
        self.hosts_only_ = bool(physical(table, self.target)[1].all())

    @property
    def undistilled(self) -> "PhysicsResidual":
        """The same with the process in place of what was distilled from it."""
        other = copy.copy(self)
        other.process_ = self.process_.undistilled
        return other

    def _estimate(self, table: CompositionTable) -> Estimate:
        rest = self.process_.estimate(table)
        base, known = physical(table, self.target)
        least = np.ones(len(table)) if self.hosts_only_ else foreign(table, self.known_)
        novelty = np.maximum(rest.novelty, np.where(known, 0.0, least))
        return rest._replace(mean=rest.mean + base, novelty=novelty)

    def _parts(self, table: CompositionTable) -> dict[str, Array]:
        parts = {
            f"residual: {name.replace('training set', 'residuals')}": part
            for name, part in self.process_.parts(table).items()
        }
        return {"physics": physical(table, self.target)[0], **parts}

    def _similarity(self, table: CompositionTable) -> Array:
        return self.process_.similarity(table)

    def _shuffled(
        self, table: CompositionTable, order: NDArray[np.int64]
    ) -> Iterator[tuple[str, Array]]:
        base = physical(table, self.target)[0]
        yield "physical baseline", self.process_.predict(table) + base[order]
        for name, rest in self.process_.shuffled(table, order):
            yield name, rest + base
