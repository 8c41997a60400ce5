"""A Gaussian process over compositions as a scikit-learn regressor."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from ..composition import CompositionTable
from ..errors import InputError
from ..features._input import as_table
from . import likelihood
from .descriptors import descriptors


class CompositionProcess(RegressorMixin, BaseEstimator):
    """Gaussian process on physical descriptors and atomic fractions.

    All rows are fitted; `support` of them carry the prediction, so that its cost does not grow
    with the training set.

    Parameters
    ----------
    features : str
        Descriptor set, a name of `magnetkit.surrogates.descriptors.SETS`.
    support : int or None
        Rows that carry the prediction; None keeps all.
    spread_rank : int
        Directions of the support rows that carry the spread.
    search_rows, search_iterations : int
        Rows and steps of the marginal-likelihood search.
    robust : float or None
        Degrees of freedom of Student's t, by which a row is trusted less the further it lies
        from what the others say of it; None is plain Gaussian noise.
    random_state : int
        Seed of the row order.

    Attributes
    ----------
    theta_ : ndarray
        Parameters, see `magnetkit.surrogates.likelihood`.
    noise_ : ndarray, shape (n,)
        Noise variance of each training row relative to the common one.
    support_ : ndarray of int64
        Training rows that carry the prediction.
    """

    def __init__(
        self,
        features: str = "magnet",
        support: int | None = 512,
        spread_rank: int = 96,
        search_rows: int = 700,
        search_iterations: int = 40,
        robust: float | None = 4.0,
        random_state: int = 0,
    ) -> None:
        self.features = features
        self.support = support
        self.spread_rank = spread_rank
        self.search_rows = search_rows
        self.search_iterations = search_iterations
        self.robust = robust
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "CompositionProcess":
        """Fit to compositions and values.

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
        x, z, t = self._scale(table, y)
        self._search(x, z, t)
        self._solve(x, z, t)
        return self

    def refit(self, X: Any, y: Any) -> "CompositionProcess":
        """Return a copy fitted to other rows with these length scales, variances and noise.

        The doubt about single rows is found anew.
        """
        check_is_fitted(self)
        other = clone(self)
        x, z, t = other._scale(as_table(X), np.asarray(y, np.float64))
        other.theta_ = self.theta_ + 0.0
        other.theta_[1 : x.shape[1] + 1] += np.log(self.scale_ / other.scale_)
        other.theta_[[0, x.shape[1] + 1, -1]] += np.log(self.deviation_ / other.deviation_)
        other.noise_ = np.ones(len(t))
        if self.robust is not None:
            for _ in range(2):
                other.noise_ = other._doubt(other.theta_, x, z, t, other.noise_)
        other._solve(x, z, t)
        return other

    def _scale(self, table: CompositionTable, y: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        raw = descriptors(self.features)(table).astype(np.float64)
        self.center_, scale = raw.mean(axis=0), raw.std(axis=0)
        self.scale_ = np.where(scale > 1e-9, scale, 1.0)
        self.mean_, self.deviation_ = float(y.mean()), float(y.std()) or 1.0
        x = (raw - self.center_) / self.scale_
        return x, table.to_array(), (y - self.mean_) / self.deviation_

    def _search(self, x: NDArray, z: NDArray, t: NDArray) -> None:
        n, d = x.shape
        rows = np.random.default_rng(self.random_state).permutation(n)[: self.search_rows]
        used = z.any(axis=0)
        z = z[:, used]
        theta, noise = likelihood.start(d), np.ones(n)
        rounds = 1 if self.robust is None else 3
        for k in range(rounds):
            if k < 2:
                steps = self.search_iterations if k == 0 else self.search_iterations // 2
                theta = likelihood.fit(theta, x[rows], z[rows], t[rows], noise[rows], steps)
            if self.robust is not None and k < rounds - 1:
                noise = self._doubt(theta, x, z, t, noise)
        self.theta_, self.noise_ = theta, noise

    def _doubt(
        self, theta: NDArray, x: NDArray, z: NDArray, t: NDArray, noise: NDArray
    ) -> NDArray[np.float64]:
        """Return relative noise by the leave-one-out residual of each row (Student's t)."""
        total = likelihood.covariance(theta, x.shape[1], (x, z), (x, z))
        total[np.diag_indices(len(t))] += np.exp(2 * theta[-1]) * noise + likelihood.JITTER
        lower = cholesky(total, lower=True)
        precision = np.diag(cho_solve((lower, True), np.eye(len(t))))
        residual = cho_solve((lower, True), t) / precision
        assert self.robust is not None
        return np.clip((self.robust + residual**2 * precision) / (self.robust + 1), 0.5, 100.0)

    def _solve(self, x: NDArray, z: NDArray, t: NDArray) -> None:
        """Solve for the weights of the support rows and for what they explain of the variance.

        With all rows in support this is the exact process; with fewer, the deterministic
        training conditional of Quinonero-Candela and Rasmussen, J. Mach. Learn. Res. 6 (2005)
        1939.
        """
        theta, n, d = self.theta_, *x.shape
        picked = _pivots(x, z, theta, n if self.support is None else min(n, self.support))
        m = len(picked)
        trust = np.exp(-2 * theta[-1]) / self.noise_
        across = likelihood.covariance(theta, d, (x, z), (x[picked], z[picked]))
        among = across[picked]
        among[np.diag_indices(m)] += likelihood.JITTER
        normal = among + across.T @ (across * trust[:, None])
        lower = cholesky(normal, lower=True)
        weights = cho_solve((lower, True), across.T @ (trust * t))
        # k' (Kmm^-1 - normal^-1) k is explained; of it, the directions the training rows span most.
        left = solve_triangular(cholesky(among, lower=True), np.eye(m), lower=True)
        right = solve_triangular(lower, np.eye(m), lower=True)
        values, vectors = np.linalg.eigh(left.T @ left - right.T @ right)
        root = vectors.T * np.sqrt(np.maximum(values, 0.0))[:, None]
        turn, _, _ = np.linalg.svd(root @ across.T, full_matrices=False)
        self.support_ = picked
        self.factor_ = np.ascontiguousarray((turn.T @ root)[: self.spread_rank], np.float32)
        fractions = z[picked] / np.exp(theta[d + 2])
        self.points_ = np.ascontiguousarray((x[picked] / np.exp(theta[1 : d + 1])).T, np.float32)
        self.fractions_ = np.ascontiguousarray(fractions.T, np.float32)
        self.norms_ = (fractions * fractions).sum(axis=1).astype(np.float32)
        self.weights_ = weights.astype(np.float32)

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the mean for each composition, shape (n,)."""
        return self.mean_and_spread(X)[0]

    def difficulty(self, spread: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the deviation of a new measurement, in the target's unit, from its spread."""
        d = len(self.scale_)
        one, two, noise = np.exp(2 * self.theta_[[0, d + 1, d + 3]])
        return self.deviation_ * np.sqrt((one + two) * spread**2 + noise)

    def mean_and_spread(self, X: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean and the share of the prior deviation that stays unknown (0 to 1).

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            What to predict.
        """
        from ..kernels.gp import process
        from ..kernels.threads import share_rows

        check_is_fitted(self)
        table = as_table(X)
        d = len(self.scale_)
        x = descriptors(self.features)(table)
        lengths = self.scale_ * np.exp(self.theta_[1 : d + 1])
        x -= self.center_.astype(np.float32)
        x /= lengths.astype(np.float32)
        mean, share = np.empty(len(table), np.float32), np.empty(len(table), np.float32)
        share_rows(
            process,
            len(table),
            table.indptr,
            table.indices,
            table.values,
            x,
            self.points_,
            self.fractions_,
            self.norms_,
            np.float32(np.exp(-self.theta_[d + 2])),
            np.exp(2 * self.theta_[[0, d + 1]]).astype(np.float32),
            self.weights_,
            self.factor_,
            mean,
            share,
        )
        return self.mean_ + self.deviation_ * mean.astype(np.float64), np.sqrt(
            share.astype(np.float64)
        )

    def parts(self, X: Any) -> dict[str, NDArray[np.float64]]:
        """Return what descriptors and atomic fractions add to the mean of the training set.

        The sum of the three arrays is the prediction.
        """
        check_is_fitted(self)
        table = as_table(X)
        one, two = self._correlations(table)
        return {
            "mean of the training set": np.full(len(table), self.mean_),
            "physical descriptors": self.deviation_ * (one @ self.weights_),
            "atomic fractions": self.deviation_ * (two @ self.weights_),
        }

    def _correlations(self, table: CompositionTable) -> tuple[NDArray, NDArray]:
        """Return both covariances of compositions with the support rows."""
        d = len(self.scale_)
        x = (descriptors(self.features)(table) - self.center_) / self.scale_
        x /= np.exp(self.theta_[1 : d + 1])
        z = table.to_array() / np.exp(self.theta_[d + 2])
        one, _ = likelihood.matern(x, self.points_.T.astype(np.float64))
        two, _ = likelihood.matern(z, self.fractions_.T.astype(np.float64))
        return np.exp(2 * self.theta_[0]) * one, np.exp(2 * self.theta_[d + 1]) * two

    def similarity(self, X: Any, known: Any) -> NDArray[np.float64]:
        """Return how alike compositions are to known ones, 0 to 1, shape (n, m)."""
        check_is_fitted(self)
        d = len(self.scale_)
        sides = []
        for table in (as_table(X), as_table(known)):
            x = (descriptors(self.features)(table) - self.center_) / self.scale_
            sides.append((x.astype(np.float64), table.to_array()))
        total = likelihood.covariance(self.theta_, d, *sides)
        return total / np.exp(2 * self.theta_[[0, d + 1]]).sum()

    def shuffled(
        self, X: Any, order: NDArray[np.int64]
    ) -> Iterator[tuple[str, NDArray[np.float64]]]:
        """Yield each input's name and the prediction when its values are taken in `order`."""
        table = as_table(X)
        d = len(self.scale_)
        x = (descriptors(self.features)(table) - self.center_) / self.scale_
        x /= np.exp(self.theta_[1 : d + 1])
        points = self.points_.T.astype(np.float64)
        variance = np.exp(2 * self.theta_[0])
        _, two = self._correlations(table)
        for k, name in enumerate(descriptors(self.features).names):
            other = x.copy()
            other[:, k] = x[order, k]
            one = variance * likelihood.matern(other, points)[0]
            yield name, self.mean_ + self.deviation_ * ((one + two) @ self.weights_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.no_validation = True
        return tags


def _pivots(x: NDArray, z: NDArray, theta: NDArray, count: int) -> NDArray[np.int64]:
    """Return rows in the order of a pivoted Cholesky factorisation: each the least known yet."""
    n, d = x.shape
    prior = float(np.exp(2 * theta[0]) + np.exp(2 * theta[d + 1]))
    left = np.full(n, prior)
    lower = np.zeros((n, count))
    picked: list[int] = []
    for k in range(count):
        i = int(np.argmax(left))
        if left[i] < 1e-6 * prior:
            break
        column = likelihood.covariance(theta, d, (x, z), (x[[i]], z[[i]]))[:, 0]
        lower[:, k] = (column - lower[:, :k] @ lower[i, :k]) / np.sqrt(left[i])
        left = np.maximum(left - lower[:, k] ** 2, 0.0)
        left[i] = 0.0
        picked.append(i)
    return np.array(picked, np.int64)
