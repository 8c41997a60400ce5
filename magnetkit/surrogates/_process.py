"""A Gaussian process on three blocks of columns.

The covariance is linear in the columns of a trend, Matern-5/2 in the smooth ones with a length
scale each, and in the last ones either exponential in their distance (nearness) or linear (a
plane). Rows that the others predict badly weigh less (Student's t). Nothing is random:
rows are put in order first, and what a search leaves in the last digits is rounded away.
"""

from copy import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._blas import one_thread
from .._core._types import BoolArray, FloatArray, IntArray

JITTER = 1e-6
"""Added to the diagonal of a covariance of variances about one, so that it has an inverse."""
_SQRT5 = np.sqrt(5.0)
_TOO_FAR = 1e10


def squares(a: NDArray, b: NDArray) -> NDArray:
    """Compute the squared distances between the rows of `a`, (n, d), and `b`, (k, d): a new array (n, k).

    Rounding leaves none below 0. Columns must be of one unit. Neither is changed.
    """
    distances = a @ b.T
    distances *= -2.0
    distances += (a * a).sum(axis=1)[:, None]
    distances += (b * b).sum(axis=1)
    return np.maximum(distances, 0.0, out=distances)


def loss(
    theta: FloatArray,
    sides: tuple[FloatArray, FloatArray, FloatArray],
    linear: bool,
    y: FloatArray,
    noise: FloatArray,
    about: FloatArray,
    sd: FloatArray,
) -> tuple[float, FloatArray]:
    """Compute the negative logarithm of the posterior of `theta`, but for a constant, and its gradient.

    Parameters
    ----------
    theta : ndarray, shape (k + 4,)
        Logarithms: deviation of the smooth part, deviation of the last part, length scale of each
        of k smooth columns, decay rate of the last part, factor on the deviation of the noise.
    sides : tuple of ndarray
        Covariance of the trend, (n, n); smooth columns, (n, k); and, (n, n), products of the last
        columns if `linear`, their distances if not.
    linear : bool
        Whether the last part is a plane; its decay rate has no effect then.
    y : ndarray, shape (n,)
        Values.
    noise : ndarray, shape (n,)
        Variance of the noise of each value relative to the common one, which the last of `theta`
        gives.
    about, sd : ndarray, shape (k + 4,)
        Mean and standard deviation of the normal prior of `theta`.

    Returns
    -------
    value : float
        1e10 if the covariance cannot be factored, with a gradient of zero.
    gradient : ndarray, shape (k + 4,)
        Derivatives of the value with `theta`.
    """
    from scipy.linalg import LinAlgError, cho_solve, cholesky
    from scipy.linalg.lapack import dpotri

    trend, smooth, apart = sides
    one = np.exp(2.0 * theta[0])
    two = np.exp(2.0 * theta[1])
    rate = np.exp(theta[-2])
    noise_variance = np.exp(2.0 * theta[-1]) * noise
    x = smooth * np.exp(-theta[2:-2])
    t = _SQRT5 * np.sqrt(squares(x, x))
    decay = np.exp(-t)
    first = one * (1.0 + t + t * t / 3.0) * decay
    second = two * apart if linear else two * np.exp(-rate * apart)
    total = trend + first + second
    total[np.diag_indices(len(y))] += noise_variance + JITTER
    try:
        lower = cholesky(total, lower=True, overwrite_a=True)
    except (LinAlgError, ValueError):
        # A step that leaves nothing to invert, or overflows, went too far.
        return _TOO_FAR, np.zeros_like(theta)
    weights = cho_solve((lower, True), y)
    value = 0.5 * float(y @ weights) + float(np.log(np.diag(lower)).sum())
    inverse = dpotri(lower, lower=1)[0]
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    slope = np.outer(weights, weights) - inverse
    gradient = np.empty_like(theta)
    gradient[0] = -np.sum(slope * first)
    gradient[1] = -np.sum(slope * second)
    pull = slope * (one * 5.0 / 3.0 * (1.0 + t) * decay)
    products = np.einsum("ij,ij->j", x, pull @ x)
    gradient[2:-2] = -(pull.sum(axis=1) @ x**2 - products)
    gradient[-2] = (
        0.0 if linear else 0.5 * rate * np.sum(slope * apart * second)
    )
    gradient[-1] = -float(np.diag(slope) @ noise_variance)
    off = (theta - about) / sd
    return value + 0.5 * float(off @ off), gradient + off / sd


# Deviations of the logarithms about where the search begins: of the scales, which few rows say
# little about, and of variances, rate and noise.
_PRIOR_SCALE = 1.0
_PRIOR_REST = 2.0
_START = {
    "smooth": 0.6,
    "local": 0.4,
    "plane": 1.0,
    "rate": 4.0,
    "noise": 0.15,
}
_PARAMETER_DIGITS = 2
_KEPT = (
    "center_",
    "width_",
    "scale_",
    "theta_",
    "weights_",
    "inflation_",
    "residual_",
)


class Estimate(NamedTuple):
    """The posterior of each row, arrays of shape (n,).

    ``mean``; ``novelty``, one less the correlation with the most similar known row, without the
    trend; ``local``, residual of known rows like it left out one by one.
    """

    mean: FloatArray
    novelty: FloatArray
    local: FloatArray


@dataclass(eq=False)
class TrendProcess:
    """Gaussian process with a linear trend, a smooth and a local or a second linear part.

    `trend` leading columns are those of the trend, already times their prior deviation in the unit
    of the values, `local` trailing ones those of the local part; the smooth part has those between,
    standardised here. With `linear` the trailing columns add a plane, whose steepness is learnt,
    and not a local part. The marginal-likelihood search takes `search_rows` rows and
    `search_iterations` steps, on up to `draws` sets of rows that share none, of whose scales it
    takes the geometric mean. It is done `searches` times; from the second on, rows that the others
    contradict weigh little. `robust` are degrees of freedom of Student's t.

    Fitted: `theta_`, logarithms of the deviation of the smooth and of the last part, the length
    scales, the rate of the local part and the noise, deviations in units of `scale_`, the deviation
    of the values about their mean; `middle_`, where the plane of the trailing columns begins; of
    each row, (n,), `inflation_`, its noise variance relative to that asked for, large where others
    contradict it, and `residual_`, its value less the prediction of the others.
    """

    trend: int = 0
    local: int = 0
    linear: bool = False
    search_rows: int = 1000
    search_iterations: int = 40
    searches: int = 1
    draws: int = 1
    robust: float = 4.0

    @one_thread()
    def fit(self, X: Any, y: Any, noise: Any = None) -> "TrendProcess":
        """Fit scales and posterior to values; return this process, whose fitted attributes are set.

        Parameters
        ----------
        X : array_like, shape (n, d)
            Columns of trend, smooth and local part, in this order: the first ``trend`` and the last
            ``local`` ones are those of the first and the last part. Columns of the trend must be
            times their prior deviation already, in the unit of the values; smooth ones are
            standardised here, local ones taken as they are.
        y : array_like, shape (n,)
            Values, best about 0, as their mean is not taken off.
        noise : array_like, shape (n,), optional
            Variance of each row relative to the common one; ones by default.

        Raises
        ------
        ValueError
            If shapes differ or a number is not finite.
        """
        from sklearn.utils import check_X_y

        X, y = check_X_y(X, y, y_numeric=True, dtype=np.float64)
        self.n_features_in_ = X.shape[1]
        noise = (
            np.ones(len(y)) if noise is None else np.asarray(noise, np.float64)
        )
        order = _order(X, y)
        smooth = X[order, self.trend : X.shape[1] - self.local]
        self.center_ = smooth.mean(axis=0)
        deviation = smooth.std(axis=0)
        self.width_ = np.where(deviation > 1e-9, deviation, 1.0)
        last = X[order, X.shape[1] - self.local :]
        self.middle_ = (
            last.mean(axis=0) if self.linear else np.zeros(self.local)
        )
        self.scale_ = float(y[order].std()) or 1.0
        self.theta_ = self._start(smooth.shape[1])
        # Rows evenly spaced in this order would lack the close neighbours that decide the scales.
        shuffled_rows = np.random.default_rng(0).permutation(order)
        size = self.search_rows
        draws = max(1, min(self.draws, len(shuffled_rows) // size))
        inflation = np.ones(len(y))
        for _ in range(self.searches):
            thetas = []
            for draw in range(draws):
                few = shuffled_rows[draw * size : (draw + 1) * size]
                weights = (noise * inflation)[few]
                thetas.append(
                    self._search(X[few], y[few] / self.scale_, weights)
                )
            self.theta_ = np.round(
                np.array(thetas).mean(axis=0), _PARAMETER_DIGITS
            )
            self._condition(X, y, noise, order)
            inflation = self.inflation_
        return self

    @one_thread()
    def refit(self, X: Any, y: Any, noise: Any = None) -> "TrendProcess":
        """Return a fitted copy with the scales of this process, conditioned on other rows.

        `X`, (n, d), `y`, (n,), and `noise`, relative variances, (n,), or None
        for ones, are as of `fit`, not checked again; d is that of the first
        fit. Kept are ``theta_``, ``scale_``, ``center_``, ``width_`` and
        ``middle_``. This process must be fitted; it is not changed.
        """
        X = np.asarray(X, np.float64)
        y = np.asarray(y, np.float64)
        noise = (
            np.ones(len(y)) if noise is None else np.asarray(noise, np.float64)
        )
        return copy(self)._condition(X, y, noise, _order(X, y))

    def from_arrays(
        self, X: FloatArray, y: FloatArray, arrays: dict[str, FloatArray]
    ) -> "TrendProcess":
        """Return a copy of the model with the fitted arrays of a file; nothing is fitted.

        `X`, (n, d), and `y`, (n,), are the rows that it was fitted to.
        `arrays` maps the names in the tuple ``self.kept``, ``center_``,
        ``width_``, ``scale_``, ``theta_``, ``weights_``, ``inflation_``,
        ``residual_`` and, of a linear process, ``middle_``, to their arrays
        (KeyError for a missing one). Others are not read. This process, whose
        settings are copied, is not changed.
        """
        other = copy(self)
        other.n_features_in_ = X.shape[1]
        other.middle_ = np.zeros(self.local)
        for name in self.kept:
            setattr(other, name, arrays[name])
        other.scale_ = float(other.scale_)
        order = _order(X, y)
        other.points_ = X[order]
        size = np.abs(other.residual_[order])
        other._known = other._kernel_arrays(
            other._blocks(other.points_), other.weights_, size
        )
        return other

    @one_thread()
    def make_sparse(self, near: BoolArray, others: int) -> "TrendProcess":
        """Return a process of fewer points with the mean of this one about some of its points.

        Of `points_`, those where `near`, bool (m,), is True stay (one at least), and `others`, a
        number, of the rest, those that matter most to them; see `kept_points`. ``residual_`` and
        ``inflation_`` stay those of all rows. The mean is this one's at every point kept,
        interpolated by the same kernel between them. Trend and plane stay whole. This process,
        which must be fitted, is not changed.
        """
        blocks = self._blocks(self.points_)
        _, covariance, last = self._parts(blocks, blocks)
        if not self.linear:
            covariance += last
        at = kept_points(covariance, covariance @ self.weights_, near, others)
        inner = covariance[np.ix_(at, at)]
        inner[np.diag_indices(len(at))] += JITTER
        weights = np.linalg.solve(inner, covariance[at] @ self.weights_)
        smooth, local, *rest, _, size = self._known
        other = copy(self)
        other.points_ = self.points_[at]
        other.weights_ = weights
        other._known = (
            _thin_block(smooth, at),
            _thin_block(local, at),
            *rest,
            weights,
            size[at],
        )
        return other

    def estimate(self, X: FloatArray) -> Estimate:
        """Compute the posterior of each row of `X`, (n, d), with columns as of `fit`; needs a fit.

        `X` must have all these columns, which is not checked. AttributeError
        without a fit.
        The `Estimate` has arrays (n,): ``mean`` and ``local``, the absolute residual of similar
        known rows, in the unit of the values, and ``novelty``, 0 (known) to 1. Of a fit to values
        about their mean, the mean is about that, too. There is no standard deviation.
        """
        from ._gaussian_process_kernels import posterior

        return self.in_units(
            posterior(np.ascontiguousarray(X, np.float64), self.known)
        )

    @property
    def known(self) -> Any:
        """The known rows as the kernel takes them, a new `_gaussian_process_kernels.Known`.

        It is a property. The process must be fitted (AttributeError
        otherwise). Its arrays are not copied.
        """
        from ._gaussian_process_kernels import Block, Known

        smooth, local, one, two, *rest = self._known
        # A model file keeps plain numbers.
        return Known(
            Block(*smooth),
            Block(*local),
            np.float32(one),
            np.float32(two),
            *rest,
        )

    def in_units(self, found: FloatArray) -> Estimate:
        """Convert what the kernel wrote to an `Estimate`: ``mean``, ``novelty`` and ``local``, (n,).

        `found`, (3, n), has the rows mean (over ``scale_``), largest
        correlation with a known row, and absolute residual of similar known
        rows, the last of which is in that unit already. ``mean`` and
        ``local``, that residual, are in the unit of the values; ``novelty`` is
        one less that correlation, 0 to 1.
        """
        mean, nearest, novelty = found
        return Estimate(
            self.scale_ * mean, 1.0 - np.minimum(nearest, 1.0), novelty
        )

    def _start(self, d: int) -> FloatArray:
        """Return the parameters at which the search starts, all logarithms, float64 (d + 4,).

        `d` is the number of smooth columns, which may be 0. The order is that of ``theta_``:
        deviations of the smooth and the last part, d length scales, rate, noise.
        """
        last = _START["plane" if self.linear else "local"]
        first = np.log([_START["smooth"], last])
        lengths = np.full(d, np.log(0.8 * np.sqrt(max(d, 1))))
        return np.concatenate(
            [first, lengths, np.log([_START["rate"], _START["noise"]])]
        )

    def _blocks(
        self, X: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Split columns `X`, (n, d), into trend, smooth and last part, each scaled by the fitted parameters.

        The three new arrays have n rows; ``trend`` columns, those between, and ``local`` columns.
        `X` has columns as of `fit`, in their units, and is not changed; the process must be fitted.
        """
        stop = X.shape[1] - self.local
        smooth = (X[:, self.trend : stop] - self.center_) / self.width_
        return (
            X[:, : self.trend] / self.scale_,
            smooth * np.exp(-self.theta_[2:-2]),
            (X[:, stop:] - self.middle_) * self._rate,
        )

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the arrays that, with the rows learnt from, make up the fitted model."""
        if self.linear:
            return (*_KEPT, "middle_")
        return _KEPT

    @property
    def _rate(self) -> float:
        if self.linear:
            return 1.0
        return float(np.exp(self.theta_[-2]))

    def _parts(self, a: tuple, b: tuple) -> tuple[NDArray, NDArray, NDArray]:
        """Compute trend, smooth part and last part of the covariance between rows, new arrays (n, k) each.

        `a` and `b` are what `_blocks` returns for n and k rows. Covariances are in units of
        ``scale_`` squared, without noise.
        """
        one, two = np.exp(2.0 * self.theta_[:2])
        t = np.sqrt(squares(a[1], b[1]))
        t *= _SQRT5
        smooth = np.exp(-t)
        smooth *= one * (1.0 + t * (1.0 + t / 3.0))
        if self.linear:
            return a[0] @ b[0].T, smooth, two * (a[2] @ b[2].T)
        local = np.sqrt(squares(a[2], b[2]))
        np.exp(np.negative(local, out=local), out=local)
        local *= two
        return a[0] @ b[0].T, smooth, local

    def _condition(
        self, X: FloatArray, y: FloatArray, noise: FloatArray, order: IntArray
    ) -> Any:
        """Fit the posterior to rows at fixed scales; rows that others contradict get more noise.

        Parameters
        ----------
        X : ndarray, shape (n, d)
            The rows.
        y : ndarray, shape (n,)
            Their values, in their unit, not over ``scale_``.
        noise : ndarray, shape (n,)
            Factor of the variance of each value.
        order : ndarray of int64, shape (n,)
            Order in which the rows are taken, that of the function ``_order(X,
            y)``.

        Returns
        -------
        TrendProcess
            Itself, with ``points_`` and ``weights_`` set, in that order; ``inflation_`` (factor of
            the noise variance, 0.5 to 100) and ``residual_`` (value less what the others predict,
            in the unit of `y`), in the order of `X`; and what the kernel takes.
        """
        from scipy.linalg.lapack import dpotri

        X = X[order]
        t = y[order] / self.scale_
        a = self._blocks(X)
        trend, covariance, last = self._parts(a, a)
        covariance += last
        covariance += trend
        noise_variance = np.exp(2.0 * self.theta_[-1]) * noise[order]
        lower, weights = self._solve(covariance, noise_variance, t)
        precision = np.diag(dpotri(lower, lower=1)[0])
        residual = weights / precision
        size = residual**2 * precision
        inflation = np.clip(
            (self.robust + size) / (self.robust + 1.0), 0.5, 100.0
        )
        _, weights = self._solve(covariance, noise_variance * inflation, t)
        self.points_ = X
        self.weights_ = weights
        residual = self.scale_ * residual
        self.inflation_, self.residual_ = np.empty((2, len(t)))
        self.inflation_[order] = inflation
        self.residual_[order] = residual
        self._known = self._kernel_arrays(a, weights, np.abs(residual))
        return self

    def _kernel_arrays(
        self,
        blocks: tuple[FloatArray, FloatArray, FloatArray],
        weights: FloatArray,
        size: FloatArray,
    ) -> tuple:
        """Convert the posterior to what the kernel takes, as plain tuples.

        `blocks` are trend, smooth and last columns of the m points, as of `_blocks`; `weights`,
        (m,), are those of the posterior, `size`, (m,), is the absolute residual of each point, in
        the unit of the values. The result is two tuples of the fields of `Block` (smooth and local
        part), then the other fields of `Known`: variances of the two parts (float32), level, slopes
        of all columns (d,), weights and sizes (float32).
        """
        trend, smooth, last = blocks
        begin = self.n_features_in_ - self.local
        one, two = np.exp(2.0 * self.theta_[:2])
        slopes = np.zeros(self.n_features_in_)
        level = 0.0
        slopes[: self.trend] = _weighted_sum(trend, weights) / self.scale_
        if self.linear:
            slopes[begin:] = two * _weighted_sum(last, weights)
            level = -float((slopes[begin:] * self.middle_).sum())
            last = last[:, :0]
            two = 0.0
        width = last.shape[1]
        return (
            _block(
                smooth,
                self.trend,
                self.center_,
                np.exp(-self.theta_[2:-2]) / self.width_,
            ),
            _block(last, begin, np.zeros(width), np.full(width, self._rate)),
            np.float32(one),
            np.float32(two),
            level,
            slopes,
            weights,
            size.astype(np.float32),
        )

    @staticmethod
    def _solve(
        covariance: FloatArray, noise: FloatArray, t: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the lower Cholesky factor of covariance plus noise, (n, n), and the weights of `t`, (n,).

        `t`, (n,), are values over ``scale_``. `covariance`, (n, n), is not changed; `noise`, (n,),
        is the variance added to its diagonal, with 1e-6 beside. The weights, (n,), are the inverse
        of the sum times `t`. LinAlgError if the sum is not positive definite.
        """
        from scipy.linalg import cho_solve, cholesky

        total = covariance.copy()
        total[np.diag_indices(len(t))] += noise + JITTER
        lower = cholesky(total, lower=True, overwrite_a=True)
        return lower, cho_solve((lower, True), t)

    def _search(
        self, X: FloatArray, y: FloatArray, noise: FloatArray
    ) -> FloatArray:
        """Search for the scales of most likely values; return the parameters, rounded, shape (k + 4,).

        `X`, (n, d), has columns as of `fit`; `y`, (n,), is over ``scale_``; `noise`, (n,), is the
        relative variance. ``theta_`` must be set: it is where the search starts and the mean of the
        prior. It is not changed. ``center_``, ``width_``, ``scale_`` and ``middle_`` must be set,
        too. The parameters are logarithms, in the order of ``theta_``, k smooth columns, with two
        digits behind the point.
        """
        from scipy.optimize import minimize

        deviation = np.full(len(self.theta_), _PRIOR_SCALE)
        deviation[[0, 1, -2, -1]] = _PRIOR_REST
        deviation[1] = _PRIOR_SCALE if self.linear else _PRIOR_REST
        stop = X.shape[1] - self.local
        trend = X[:, : self.trend] / self.scale_
        last = X[:, stop:] - self.middle_
        smooth = (X[:, self.trend : stop] - self.center_) / self.width_
        apart = last @ last.T if self.linear else np.sqrt(squares(last, last))
        sides = trend @ trend.T, smooth, apart
        result = minimize(
            loss,
            self.theta_,
            (sides, self.linear, y, noise, self.theta_.copy(), deviation),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": self.search_iterations},
        )
        return np.round(result.x, _PARAMETER_DIGITS)


def _block(
    known: FloatArray, first: int, shift: FloatArray, factor: FloatArray
) -> tuple:
    """Build the fields of a `Block`, as a tuple, of k columns that begin at `first` in a new row.

    `known`, (m, k), are the scaled columns of the points; `shift` and `factor`, (k,), scale new
    rows: (value - shift) * factor. The tuple has the column numbers in a new row, shifts and
    factors, (k,) each, the columns that move, float32 (moving, m), and the constant values of the
    others, float64. Columns that are constant over the points stand last.
    """
    moves = np.ptp(known, axis=0) > 0.0
    at = np.concatenate([np.flatnonzero(moves), np.flatnonzero(~moves)])
    moving = np.ascontiguousarray(known[:, moves].T, np.float32)
    return (
        first + at,
        shift[at],
        factor[at],
        moving,
        known[0, ~moves].astype(np.float64),
    )


def _thin_block(block: tuple, at: IntArray) -> tuple:
    """Return the fields of a `Block`, as of `_block`, with the known rows of numbers `at` alone."""
    column, shift, factor, moving, still = block
    return column, shift, factor, np.ascontiguousarray(moving[:, at]), still


def _weighted_sum(rows: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the sum of rows times their weights, in the order of the rows."""
    total: FloatArray = (rows * weights[:, None]).sum(axis=0)
    return total


def _order(X: FloatArray, y: FloatArray) -> IntArray:
    """Return an order of rows that does not depend on theirs, nor on the last digits."""
    keys = np.round(np.column_stack([X, y]), 6) + 0.0
    return np.lexsort(keys.T[::-1])


def kept_points(
    covariance: FloatArray, mean: FloatArray, near: BoolArray, others: int
) -> IntArray:
    """Choose points from which a function can be interpolated well about some of them.

    The points where `near` is True come first. `others` more are added one by one, each the point
    that those before miss most (f-greedy: R. Schaback, H. Wendland, Numer. Algorithms 24 (2000)
    239), times its largest covariance with the near points. The basis is Newton's: S. Müller, R.
    Schaback, J. Approx. Theory 161 (2009) 645.

    Parameters
    ----------
    covariance : ndarray, shape (m, m)
        Kernel between all points, symmetric; not changed.
    mean : ndarray, shape (m,)
        The function at each point.
    near : ndarray of bool, shape (m,)
        Points about which it matters; at least one.
    others : int
        Number of further points; all are taken if there are fewer.

    Returns
    -------
    ndarray of int64
        Numbers of the points: the near ones, ascending, then the others as they were chosen.
    """
    from scipy.linalg import cholesky, solve_triangular

    basis_rows = np.flatnonzero(near)
    first = len(basis_rows)
    others = min(others, len(near) - first)
    alike = covariance[:, basis_rows].max(axis=1)
    inner = covariance[np.ix_(basis_rows, basis_rows)]
    inner[np.diag_indices(first)] += JITTER
    lower = cholesky(inner, lower=True, overwrite_a=True)
    basis = np.empty((first + others, len(near)))
    basis[:first] = solve_triangular(lower, covariance[basis_rows], lower=True)
    remainder = (
        mean
        - solve_triangular(lower, mean[basis_rows], lower=True) @ basis[:first]
    )
    free = covariance.diagonal() - (basis[:first] ** 2).sum(axis=0)
    at = np.concatenate([basis_rows, np.empty(others, np.int64)])
    for k in range(first, len(at)):
        score = np.abs(remainder) * alike
        score[at[:k]] = -1.0
        i = at[k] = score.argmax()
        scale = np.sqrt(max(free[i], JITTER))
        new = (covariance[i] - basis[:k, i] @ basis[:k]) / scale
        # A point that those before give whole tells nothing.
        remainder -= new * (remainder[i] / new[i] if new[i] else 0.0)
        free -= new**2
        basis[k] = new
    return at
