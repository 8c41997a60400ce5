"""A Gaussian process over compositions as a scikit-learn regressor."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky
from scipy.linalg.lapack import dpotri
from sklearn.base import clone

from ..composition import CompositionTable
from ..elements import N_ELEMENTS, RARE_EARTHS, index, mask
from . import likelihood
from .descriptors import Descriptors, descriptors
from .regressor import Array, CompositionRegressor, Estimate

# Descriptors of smaller weight are left out once the search is done.
_NEGLIGIBLE = 3e-4

FOREIGN = 0.1
"""Atomic fraction of elements unknown to the model from which a composition is wholly new; the
domain then ends near 1 at.%."""


class CompositionProcess(CompositionRegressor):
    """Gaussian process on descriptors and on atomic fractions.

    The Laplacian kernel follows properties that change abruptly between neighbouring
    compositions, as they do from one crystal structure to the next; Matern-5/2 follows a series.

    Parameters
    ----------
    features : str
        Descriptor set, a name of `magnetkit.surrogates.descriptors.SETS`.
    smooth : bool
        Matern-5/2 over the descriptors, else Laplacian; over the fractions it is Laplacian.
    search_rows, search_iterations : int
        Rows and steps of the marginal-likelihood search.
    robust : float or None
        Degrees of freedom of Student's t, by which a row is trusted less the further it lies
        from what the others say of it; None is plain Gaussian noise.
    pool_rare_earths : bool
        Rare earths count as one element among the fractions, told apart by their descriptors
        alone.
    count_foreign : bool
        Elements that no known composition holds make one new.
    random_state : int
        Seed of the choice of rows.

    Attributes
    ----------
    theta_ : ndarray
        Parameters, see `magnetkit.surrogates.likelihood`.
    noise_ : ndarray, shape (n,)
        Noise variance of each training row relative to the common one.
    names_ : list of str
        Descriptors in use: those that vary over the training rows and have some weight.
    """

    def __init__(
        self,
        features: str = "magnet",
        smooth: bool = True,
        search_rows: int = 700,
        search_iterations: int = 40,
        robust: float | None = 4.0,
        pool_rare_earths: bool = False,
        count_foreign: bool = True,
        random_state: int = 0,
    ) -> None:
        self.features = features
        self.smooth = smooth
        self.search_rows = search_rows
        self.search_iterations = search_iterations
        self.robust = robust
        self.pool_rare_earths = pool_rare_earths
        self.count_foreign = count_foreign
        self.random_state = random_state

    def _fit(self, table: CompositionTable, y: Array) -> None:
        raw = descriptors(self.features)(table).astype(np.float64)
        self.columns_ = np.flatnonzero(np.ptp(raw, axis=0) > 1e-9)
        self.center_ = raw[:, self.columns_].mean(axis=0)
        self.scale_ = raw[:, self.columns_].std(axis=0)
        self.mean_, self.deviation_ = float(y.mean()), float(y.std()) or 1.0
        side = self._side(table)
        t = (y - self.mean_) / self.deviation_
        rows = np.random.default_rng(self.random_state).permutation(len(t))[: self.search_rows]
        few = (side[0][rows], side[1][rows][:, side[1].any(axis=0)])
        noise = np.ones(len(t))
        self.theta_ = likelihood.start(len(self.columns_), self.smooth)
        steps = self.search_iterations
        self.theta_ = likelihood.fit(self.theta_, *few, t[rows], noise[rows], self.smooth, steps)
        if self.robust is not None:
            noise, _ = self._doubt(
                likelihood.covariance(self.theta_, side, side, self.smooth), t, noise
            )
            self.theta_ = likelihood.fit(
                self.theta_, *few, t[rows], noise[rows], self.smooth, steps // 2
            )
        kept = np.flatnonzero(np.exp(self.theta_[1:-3]) > _NEGLIGIBLE)
        for name in ("columns_", "center_", "scale_"):
            setattr(self, name, getattr(self, name)[kept])
        self.theta_ = self.theta_[[0, *(kept + 1), -3, -2, -1]]
        self._solve(table, (side[0][:, kept], side[1]), t, noise)

    def _refit(self, table: CompositionTable, y: Array) -> "CompositionProcess":
        other = clone(self)
        for name in ("columns_", "center_", "scale_", "mean_", "deviation_", "theta_"):
            setattr(other, name, getattr(self, name))
        t = (y - other.mean_) / other.deviation_
        return other._solve(table, other._side(table), t, np.ones(len(t)))

    def _side(self, table: CompositionTable) -> tuple[Array, Array]:
        """Return standardised descriptors and fractions of compositions."""
        raw = self.descriptors(table).astype(np.float64)
        return (raw - self.center_) / self.scale_, self.fractions(table).to_array()

    def fractions(self, table: CompositionTable) -> CompositionTable:
        """Return compositions as the kernel of the fractions sees them.

        Parameters
        ----------
        table : CompositionTable
            n compositions.

        Returns
        -------
        CompositionTable
            n compositions, with the rare earths pooled if so set.
        """
        return pool(table) if self.pool_rare_earths else table

    def _factor(self, covariance: Array, noise: Array) -> Array:
        total = covariance.copy()
        total[np.diag_indices(len(noise))] += (
            np.exp(2 * self.theta_[-1]) * noise + likelihood.JITTER
        )
        return cholesky(total, lower=True, overwrite_a=True)

    def _doubt(self, covariance: Array, t: Array, noise: Array) -> tuple[Array, Array]:
        """Return relative noise by each row's leave-one-out residual, and that residual."""
        lower = self._factor(covariance, noise)
        weights = cho_solve((lower, True), t)
        precision = np.diag(dpotri(lower, lower=1, overwrite_c=1)[0])
        residual = weights / precision
        if self.robust is None:
            return noise, residual
        doubt = (self.robust + residual**2 * precision) / (self.robust + 1)
        return np.clip(doubt, 0.5, 100.0), residual

    def _solve(
        self, table: CompositionTable, side: tuple[Array, Array], t: Array, noise: Array
    ) -> "CompositionProcess":
        covariance = likelihood.covariance(self.theta_, side, side, self.smooth)
        self.noise_, residual = self._doubt(covariance, t, noise)
        weights = cho_solve((self._factor(covariance, self.noise_), True), t)
        self.known_ = np.unique(table.indices)
        scaled = side[0] * np.exp(self.theta_[1:-3])
        self.points_ = np.ascontiguousarray(likelihood.padded(scaled).T)
        self.fractions_ = np.ascontiguousarray((side[1] * np.exp(self.theta_[-2])).T, np.float32)
        self.weights_ = weights.astype(np.float32)
        self.residuals_ = np.abs(residual).astype(np.float32)
        return self

    @property
    def rough(self) -> "CompositionProcess":
        """The process whose scales say how far compositions lie apart: itself."""
        return self

    @property
    def descriptors(self) -> Descriptors:
        """What computes the descriptors in use."""
        return descriptors(self.features).select(self.columns_)

    @property
    def names_(self) -> list[str]:
        """Descriptors in use."""
        return list(self.descriptors.names)

    def _estimate(self, table: CompositionTable) -> Estimate:
        from ..kernels.gp import process
        from ..kernels.threads import share_rows

        x = np.zeros((len(table), len(self.points_)), np.float32)
        part = x[:, : len(self.columns_)]
        np.subtract(self.descriptors(table), self.center_.astype(np.float32), out=part)
        part *= (np.exp(self.theta_[1:-3]) / self.scale_).astype(np.float32)
        mean, novelty, local = np.empty((3, len(table)), np.float32)
        fractions = self.fractions(table)
        share_rows(
            process,
            len(table),
            fractions.indptr,
            fractions.indices,
            fractions.values,
            x,
            self.points_,
            self.smooth,
            self.fractions_,
            np.float32(np.exp(self.theta_[-2])),
            np.exp(2 * self.theta_[[0, -3]]).astype(np.float32),
            self.weights_,
            self.residuals_,
            mean,
            novelty,
            local,
            chunk=256,
        )
        if self.count_foreign:
            np.maximum(novelty, foreign(table, self.known_), out=novelty, casting="same_kind")
        return Estimate(
            self.mean_ + self.deviation_ * mean.astype(np.float64),
            novelty.astype(np.float64),
            self.deviation_ * local.astype(np.float64),
        )

    def _parts(self, table: CompositionTable) -> dict[str, Array]:
        one, two = self._correlations(*self._side(table))
        return {
            "mean of the training set": np.full(len(table), self.mean_),
            "physical descriptors": self.deviation_ * (one @ self.weights_).astype(np.float64),
            "atomic fractions": self.deviation_ * (two @ self.weights_).astype(np.float64),
        }

    def _correlations(self, x: Array, z: Array) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return both covariances of descriptors and fractions with the known rows."""
        points = self.points_[: len(self.columns_)].T / np.exp(self.theta_[1:-3])
        fractions = self.fractions_.T / np.exp(self.theta_[-2])
        return likelihood.parts(self.theta_, (x, z), (points, fractions), self.smooth)[:2]

    def _similarity(self, table: CompositionTable) -> Array:
        one, two = self._correlations(*self._side(table))
        return (one + two).astype(np.float64) / np.exp(2 * self.theta_[[0, -3]]).sum()

    def _shuffled(
        self, table: CompositionTable, order: NDArray[np.int64]
    ) -> Iterator[tuple[str, Array]]:
        x, z = self._side(table)
        _, two = self._correlations(x, z)
        yield "atomic fractions", self._sum(self._correlations(x, z)[0], two[order])
        for k in range(len(self.columns_)):
            other = x.copy()
            other[:, k] = x[order, k]
            yield self.names_[k], self._sum(self._correlations(other, z)[0], two)

    def _sum(self, one: NDArray[np.float32], two: NDArray[np.float32]) -> Array:
        mean = ((one + two) @ self.weights_).astype(np.float64)
        return self.mean_ + self.deviation_ * mean


def foreign(table: CompositionTable, known: NDArray[np.int32]) -> Array:
    """Return how new elements beyond the `known` ones make each composition, 0 to 1, shape (n,).

    By their amount: a trace of copper in Nd2Fe14B changes little.
    """
    other = np.ones(N_ELEMENTS, bool)
    other[known] = False
    entries = other[table.indices]
    if not entries.any():
        return np.zeros(len(table))
    rows = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    amount = np.bincount(rows[entries], table.values[entries], len(table))
    return np.minimum(amount / FOREIGN, 1.0)


def pool(table: CompositionTable) -> CompositionTable:
    """Return compositions with all rare earths as lanthanum.

    >>> pool(CompositionTable.from_strings(["NdDyFe14"])).formulas()
    ['La0.125Fe0.875']
    """
    rare = mask(RARE_EARTHS)[table.indices] > 0
    rows = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    total = np.bincount(rows[rare], table.values[rare], len(table))
    first = rare.copy()
    earths = np.flatnonzero(rare)
    first[earths[1:][rows[earths[1:]] == rows[earths[:-1]]]] = False
    indices = np.where(rare, index("La"), table.indices).astype(np.int32)
    values = np.where(first, total[rows], table.values)
    keep = first | ~rare
    counts = np.bincount(rows[keep], minlength=len(table))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    order = np.lexsort((indices[keep], rows[keep]))
    return CompositionTable(
        indptr, indices[keep][order], values[keep][order], table.row_index, table.errors
    )
