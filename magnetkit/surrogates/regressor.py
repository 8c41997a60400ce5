"""What the regressors over compositions have in common."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from ..composition import CompositionTable
from ..composition.inputs import as_table
from ..errors import InputError

Array = NDArray[np.float64]

# The covariance of so many rows is 3 GB; a larger set takes another model.
_MOST_ROWS = 20_000


class Estimate(NamedTuple):
    """What a model says of each composition, three arrays of shape (n,).

    ``mean``; ``novelty``, one less the correlation with the most similar known composition (0 to
    1); ``local``, how far known compositions like it lie from what the others say of them, in
    the target's unit.
    """

    mean: Array
    novelty: Array
    local: Array


class CompositionRegressor(RegressorMixin, BaseEstimator):
    """A scikit-learn regressor whose X is a CompositionTable, or a column that makes one.

    What is public stands here, checked and documented once; each model says how it is done.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to compositions and values.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            At least two rows.
        y : array-like, shape (n,)
            Finite values.

        Returns
        -------
        CompositionRegressor
            Itself.
        """
        self._fit(*_checked(X, y))
        return self

    def refit(self, X: Any, y: Any) -> Self:
        """Return a copy fitted to other rows with the descriptors, scales and variances of this.

        The doubt about single rows is found anew.

        Parameters
        ----------
        X, y
            As for `fit`.

        Returns
        -------
        CompositionRegressor
            Of the same type.
        """
        check_is_fitted(self)
        return self._refit(*_checked(X, y))

    def predict(self, X: Any) -> Array:
        """Return the mean for each composition, shape (n,)."""
        return self.estimate(X).mean

    def estimate(self, X: Any) -> Estimate:
        """Return mean, novelty and local residual of each composition.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            What to predict. A composition without elements gives NaN.

        Returns
        -------
        Estimate
        """
        check_is_fitted(self)
        return self._estimate(as_table(X))

    def parts(self, X: Any) -> dict[str, Array]:
        """Return what each part of the model adds; the sum is the prediction.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            n compositions.

        Returns
        -------
        dict of str to ndarray of float64, shape (n,)
            In the target's unit.
        """
        check_is_fitted(self)
        return self._parts(as_table(X))

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
        check_is_fitted(self)
        return self._similarity(as_table(X))

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
        check_is_fitted(self)
        return self._shuffled(as_table(X), order)

    @property
    def undistilled(self) -> "CompositionRegressor":
        """The fitted model without approximation: itself, unless it was distilled."""
        return self

    @abstractmethod
    def _fit(self, table: CompositionTable, y: Array) -> None: ...

    @abstractmethod
    def _refit(self, table: CompositionTable, y: Array) -> Self: ...

    @abstractmethod
    def _estimate(self, table: CompositionTable) -> Estimate: ...

    @abstractmethod
    def _parts(self, table: CompositionTable) -> dict[str, Array]: ...

    @abstractmethod
    def _similarity(self, table: CompositionTable) -> Array: ...

    @abstractmethod
    def _shuffled(
        self, table: CompositionTable, order: NDArray[np.int64]
    ) -> Iterator[tuple[str, Array]]: ...

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.no_validation = True
        return tags


def _checked(X: Any, y: Any) -> tuple[CompositionTable, Array]:
    table = as_table(X)
    y = np.asarray(y, np.float64)
    if len(table) < 2 or y.shape != (len(table),) or not np.isfinite(y).all():
        raise InputError(
            f"a fit needs two or more compositions and one finite value for each, got "
            f"{len(table)} compositions and values of shape {y.shape}"
        )
    if len(table) > _MOST_ROWS:
        raise InputError(
            f"a fit takes up to {_MOST_ROWS} compositions, got {len(table)}; leave out what is "
            "far from your candidates"
        )
    return table, y
