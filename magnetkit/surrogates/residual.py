"""A process on what the physical estimate leaves."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from ..composition import CompositionTable
from ..features._input import as_table
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

    def fit(self, X: Any, y: Any) -> "PhysicsResidual":
        """Fit to compositions and values, as `CompositionProcess.fit`."""
        table = as_table(X)
        self.process_ = clone(self.process).fit(table, self._residual(table, y))
        return self._note(table)

    def refit(self, X: Any, y: Any) -> "PhysicsResidual":
        """Return a copy fitted to other rows, as `CompositionProcess.refit`."""
        check_is_fitted(self)
        table = as_table(X)
        other = clone(self)
        other.process_ = self.process_.refit(table, self._residual(table, y))
        return other._note(table)

    def _note(self, table: CompositionTable) -> "PhysicsResidual":
        self.known_ = np.unique(table.indices)
        self.hosts_only_ = bool(physical(table, self.target)[1].all())
        return self

    def _residual(self, table: Any, y: Any) -> Array:
        values = np.asarray(y, np.float64)
        # A process says itself what is wrong with values of another shape.
        return values - physical(table, self.target)[0] if len(table) == values.size else values

    @property
    def undistilled(self) -> "PhysicsResidual":
        """The same with the process in place of what was distilled from it."""
        other = copy.copy(self)
        other.process_ = self.process_.undistilled
        return other

    def estimate(self, X: Any) -> Estimate:
        """Return mean, novelty and local residual of each composition.

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
        rest = self.process_.estimate(table)
        base, known = physical(table, self.target)
        least = np.ones(len(table)) if self.hosts_only_ else foreign(table, self.known_)
        novelty = np.maximum(rest.novelty, np.where(known, 0.0, least))
        return rest._replace(mean=rest.mean + base, novelty=novelty)

    def parts(self, X: Any) -> dict[str, Array]:
        """Return what physics, and what descriptors and fractions in the residual, add.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            n compositions.

        Returns
        -------
        dict of str to ndarray of float64, shape (n,)
            In the target's unit; the sum is the prediction.
        """
        table = as_table(X)
        parts = {
            f"residual: {name.replace('training set', 'residuals')}": part
            for name, part in self.process_.parts(table).items()
        }
        return {"physics": physical(table, self.target)[0], **parts}

    def similarity(self, X: Any) -> Array:
        """Return how alike compositions are to each training row, as the process says.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            n compositions.

        Returns
        -------
        ndarray of float64, shape (n, m)
            For m training rows, 0 to 1.
        """
        return self.process_.similarity(X)

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
        table = as_table(X)
        base = physical(table, self.target)[0]
        yield "physical baseline", self.process_.predict(table) + base[order]
        for name, rest in self.process_.shuffled(table, order):
            yield name, rest + base
