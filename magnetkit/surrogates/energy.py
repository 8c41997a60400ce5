"""Formation energy: a smooth kernel machine and a forest, averaged."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.metrics.pairwise import manhattan_distances
from sklearn.svm import SVR
from sklearn.utils.validation import check_is_fitted

from ..composition import CompositionTable
from ..elements import RARE_EARTHS, mask
from ..errors import InputError
from ..features import CompositionStatistics
from ..features._input import as_table

_FAMILIES = (
    tuple(RARE_EARTHS),
    ("Ti", "V", "Cr", "Zr", "Nb", "Mo", "Hf"),
    ("Al", "Ga", "Si"),
    ("B", "C", "N"),
    ("Fe", "Co", "Ni", "Mn", "Cu", "Zn"),
)


class EnergyEnsemble(RegressorMixin, BaseEstimator):
    """Mean of a support-vector machine with a Laplacian kernel and extremely randomised trees.

    The kernel machine sees standardised fractions, families of elements, and means and average
    deviations of element properties; its loss is the absolute error, since the lowest known
    structure of a composition may lie far above the one that was never computed. The trees see
    all composition statistics, fractions and families.

    Parameters
    ----------
    width : float
        The kernel is ``exp(-width * mean |x - x'|)``.
    penalty, tube : float
        Penalty C and insensitive half width (eV/atom) of the support-vector machine.
    trees : int
        Trees of the forest.
    random_state : int
        Seed of the forest.
    """

    def __init__(
        self,
        width: float = 0.6,
        penalty: float = 2.0,
        tube: float = 0.01,
        trees: int = 60,
        random_state: int = 0,
    ) -> None:
        self.width = width
        self.penalty = penalty
        self.tube = tube
        self.trees = trees
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "EnergyEnsemble":
        """Fit to compositions and formation energies (eV/atom).

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            At least two rows.
        y : array-like, shape (n,)
            Finite values.
        """
        table = as_table(X)
        y = np.asarray(y, np.float64)
        if len(table) < 2 or y.shape != (len(table),) or not np.isfinite(y).all():
            raise InputError(
                f"a fit needs two or more compositions and one finite value for each, got "
                f"{len(table)} compositions and values of shape {y.shape}"
            )
        self.used_ = np.flatnonzero(table.to_array().any(axis=0))
        rough, wide = self._inputs(table)
        self.center_, scale = rough.mean(axis=0), rough.std(axis=0)
        self.scale_ = np.where(scale > 1e-9, scale, 1.0)
        points = (rough - self.center_) / self.scale_
        kernel = np.exp(-self.width / points.shape[1] * manhattan_distances(points, points))
        machine = SVR(kernel="precomputed", C=self.penalty, epsilon=self.tube, cache_size=800)
        machine.fit(kernel, y)
        # Rows inside the tube have no weight, but say what is known.
        self.points_ = np.ascontiguousarray((points * (self.width / points.shape[1])).T, np.float32)
        self.weights_ = np.zeros(len(y), np.float32)
        self.weights_[machine.support_] = machine.dual_coef_[0]
        self.offset_ = float(machine.intercept_[0])
        self.forest_ = ExtraTreesRegressor(
            self.trees, max_features=0.4, random_state=self.random_state
        ).fit(wide, y)
        return self

    def refit(self, X: Any, y: Any) -> "EnergyEnsemble":
        """Return a copy fitted to other rows."""
        return clone(self).fit(X, y)

    def _inputs(self, table: CompositionTable) -> tuple[NDArray, NDArray]:
        statistics = CompositionStatistics().fit().transform(table)
        dense = table.to_array()
        families = np.stack([dense @ mask(family) for family in _FAMILIES], axis=1)
        norms = np.stack([np.sqrt((dense**2).sum(1)), np.cbrt((dense**3).sum(1))], axis=1)
        plain = [dense[:, self.used_], families, norms]
        # Of the six statistics of a property, the fourth is its mean, the fifth its deviation.
        means = [statistics[:, 3::6], statistics[:, 4::6]]
        return np.hstack([*plain, *means]), np.hstack([statistics, *plain])

    def similarity(self, X: Any, known: Any) -> NDArray[np.float64]:
        """Return how alike compositions are to known ones, 0 to 1, shape (n, m)."""
        check_is_fitted(self)
        x, z = (
            (self._inputs(as_table(side))[0] - self.center_) / self.scale_ for side in (X, known)
        )
        return np.exp(-self.width / x.shape[1] * manhattan_distances(x, z))

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the formation energy of each composition, shape (n,)."""
        return self.mean_and_spread(X)[0]

    def mean_and_spread(self, X: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean, and a spread from the two models' gap and the nearest known row."""
        check_is_fitted(self)
        return self._evaluate(*self._inputs(as_table(X)))

    def _evaluate(self, rough: NDArray, wide: NDArray) -> tuple[NDArray, NDArray]:
        if not len(rough):
            return np.empty(0), np.empty(0)
        smooth, far = self._machine((rough - self.center_) / self.scale_)
        steps = self.forest_.predict(wide)
        gap = np.abs(smooth - steps)
        return (smooth + steps) / 2, np.sqrt((gap + 0.005) * (far + 0.002))

    def _machine(self, x: NDArray) -> tuple[NDArray, NDArray]:
        """Return value, and one less the similarity of the nearest known row."""
        from ..kernels.laplace import laplace
        from ..kernels.threads import share_rows

        scaled = np.ascontiguousarray(x * (self.width / x.shape[1]), np.float32)
        value, nearest = np.empty(len(x), np.float32), np.empty(len(x), np.float32)
        share_rows(laplace, len(x), scaled, self.points_, self.weights_, value, nearest, chunk=256)
        return value.astype(np.float64) + self.offset_, 1.0 - nearest.astype(np.float64)

    def difficulty(self, spread: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the error is taken to be proportional to."""
        return spread

    def parts(self, X: Any) -> dict[str, NDArray[np.float64]]:
        """Return what each of the two models adds; the sum is the prediction."""
        check_is_fitted(self)
        rough, wide = self._inputs(as_table(X))
        smooth, _ = self._machine((rough - self.center_) / self.scale_)
        return {
            "half the kernel machine": smooth / 2,
            "half the trees": self.forest_.predict(wide) / 2,
        }

    def shuffled(
        self, X: Any, order: NDArray[np.int64]
    ) -> Iterator[tuple[str, NDArray[np.float64]]]:
        """Yield each kind of input and the prediction when it is taken from rows in `order`."""
        rough, wide = self._inputs(as_table(X))
        n, plain = len(self.used_), len(self.used_) + len(_FAMILIES) + 2
        statistics = wide.shape[1] - plain
        for name, r, w in (
            ("atomic fractions", slice(0, n), slice(statistics, statistics + n)),
            ("families", slice(n, plain), slice(statistics + n, None)),
            ("composition statistics", slice(plain, None), slice(0, statistics)),
        ):
            a, b = rough.copy(), wide.copy()
            a[:, r], b[:, w] = rough[order][:, r], wide[order][:, w]
            yield name, self._evaluate(a, b)[0]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.no_validation = True
        return tags
