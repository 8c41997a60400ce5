"""A Gaussian process distilled into a small network and a sum over near points, for speed."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from ..composition import CompositionTable
from ..elements import N_ELEMENTS
from ..features._input import as_table
from . import likelihood
from .neighbourhood import around
from .process import foreign
from .regressor import Array, CompositionRegressor, Estimate

Float = NDArray[np.float32]

FEW = 300
"""Up to so many known rows the exact process is as fast, and answers itself."""

# The heaviest descriptors make up the distance and go into the network: so many, or more until
# they have this part of all weight.
_HEAVIEST = 40
_WEIGHT = 0.92
# The network's inputs vary more than standardised ones: it shall follow steps.
_STEEPNESS = 2.0
_SHARE = 6.0
_STAGES = ((3e-3, 10), (1e-3, 6), (3e-4, 5))
_BATCH = 512
_NUGGET = 0.03
# Beyond this quantile of the distances it was taught at, about the edge of the domain, the network
# gives way to the process.
_TAUGHT = 0.6
_LANES = 64
# What fills up a block lies here, farther than any composition.
_BEYOND = 1e6


class DistilledProcess(CompositionRegressor):
    """A process over compositions, evaluated through what was distilled from it.

    The mean is that of a network of two hidden layers, taught by the process on compositions
    drawn around the known ones, and of a kernel of compact support over the known rows, which
    adds what the network misses there: the smooth part and the short-range part of an additive
    sparse process (Vanhatalo and Vehtari, UAI 2008). The novelty is that of the nearest known
    row, found exactly. Far from anything the network was taught on, the process answers itself.

    Parameters
    ----------
    exact : CompositionProcess or ProcessAverage
        What to distil, not fitted.
    sample_rows : int
        Compositions the network is taught on.
    hidden : int
        Units of each of its two layers, a multiple of 16.
    reach : float
        Distance at which a known row's own part has gone to nothing; the distance is minus the
        logarithm of the correlation.
    random_state : int
        Seed of the sample and of the network.

    Attributes
    ----------
    exact_ : CompositionProcess or ProcessAverage
        The fitted process, which explains predictions.
    taught_ : float
        Distance up to which the network answers alone; infinite where the process answers.
    """

    def __init__(
        self,
        exact: Any,
        sample_rows: int = 100_000,
        hidden: int = 64,
        reach: float = 0.1,
        random_state: int = 0,
    ) -> None:
        self.exact = exact
        self.sample_rows = sample_rows
        self.hidden = hidden
        self.reach = reach
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "DistilledProcess":
        """Fit the process to compositions and values, as `CompositionProcess.fit`, and distil it.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            At least two rows.
        y : array-like, shape (n,)
            Finite values.
        """
        table = as_table(X)
        self.exact_ = clone(self.exact).fit(table, y)
        return self._distil(table)

    def refit(self, X: Any, y: Any) -> "DistilledProcess":
        """Return a copy fitted to other rows, as `CompositionProcess.refit`, and distilled anew."""
        check_is_fitted(self)
        table = as_table(X)
        other = clone(self)
        other.exact_ = self.exact_.refit(table, y)
        return other._distil(table)

    def _distil(self, table: CompositionTable) -> "DistilledProcess":
        self.network_: tuple[Any, ...] = ()
        self.near_: tuple[Any, ...] = ()
        self.taught_ = np.inf
        self.known_ = np.unique(table.indices)
        if len(table) <= FEW:
            return self
        self.metric_ = _metric(self.exact_.rough)
        sample = around(table, self.sample_rows, self.random_state)
        taught = self.exact_.estimate(sample)
        self.center_, self.deviation_ = float(taught.mean.mean()), float(taught.mean.std()) or 1.0
        self.local_size_ = float(taught.local.mean()) or 1.0
        goals = [(taught.mean - self.center_) / self.deviation_, taught.local / self.local_size_]
        self.network_ = _teach(
            self._descriptors(sample),
            self.metric_[1],
            self._fractions(sample),
            np.column_stack(goals).astype(np.float32),
            self.hidden,
            self.random_state,
        )
        self.near_ = self._arrange(table)
        self.taught_ = float(np.quantile(self._evaluate(sample)[2], _TAUGHT))
        return self

    def _descriptors(self, table: CompositionTable) -> Float:
        return self.exact_.rough.descriptors.select(self.metric_[0])(table)

    def _fractions(self, table: CompositionTable) -> CompositionTable:
        return self.exact_.rough.fractions(table)

    def _arrange(self, table: CompositionTable) -> tuple[Any, ...]:
        """Return the known rows in boxes, as the kernel takes them, with their weights."""
        _, scale, rate = self.metric_
        raw, fractions = self._descriptors(table), self._fractions(table)
        x = (raw * scale).astype(np.float64)
        present = np.flatnonzero(np.bincount(fractions.indices, minlength=N_ELEMENTS))
        z = rate * fractions.to_array()[:, present]
        outputs, _ = self._network(fractions, raw)
        network = self.center_ + self.deviation_ * outputs.astype(np.float64)
        missed = (self.exact_.predict(table) - network) / self.deviation_
        near = likelihood.distances(x, x)
        near += likelihood.distances(z, z)
        weights = _solve(_support(near, self.reach), missed)

        order = leaves(np.hstack([x, z]))
        slots = np.full(N_ELEMENTS, -1)
        slots[present] = np.arange(len(present))
        points, shares = _blocks(x[order], multiple=4), _blocks(z[order])
        least = shares.min(axis=2)
        return (
            np.pad(scale, (0, -len(scale) % 4)),
            slots,
            rate,
            _blocks(points.min(axis=2)),
            _blocks(_top(points)),
            _blocks(least),
            _blocks(_top(shares)),
            _blocks(least.sum(axis=1, keepdims=True))[:, 0],
            points,
            shares,
            _blocks(weights[order][:, None], fill=0.0)[:, 0],
        )

    def _network(self, fractions: CompositionTable, raw: Float) -> tuple[Float, Float]:
        from ..kernels.distilled import network
        from ..kernels.threads import share_rows

        n = len(fractions)
        mean, local = np.empty((2, n), np.float32)
        csr = (fractions.indptr, fractions.indices, fractions.values)
        share_rows(network, n, *csr, raw, *self.network_, mean, local)
        return mean, local

    def _evaluate(self, table: CompositionTable) -> tuple[Float, Float, Float]:
        """Return standardised mean, relative local residual and distance."""
        from ..kernels.distilled import nearby
        from ..kernels.threads import share_rows

        raw, fractions = self._descriptors(table), self._fractions(table)
        mean, local = self._network(fractions, raw)
        distance = np.empty(len(table), np.float32)
        scale, slots, rate, *arrays = self.near_
        share_rows(
            nearby,
            len(table),
            fractions.indptr,
            fractions.indices,
            fractions.values,
            raw,
            scale,
            slots,
            np.float32(rate),
            *arrays,
            np.float32(self.reach),
            mean,
            distance,
        )
        return mean, local, distance

    @property
    def undistilled(self) -> CompositionRegressor:
        """The fitted process."""
        return self.exact_

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
        table = as_table(X)
        if not self.network_:
            return self.exact_.estimate(table)
        raw_mean, raw_local, distance = self._evaluate(table)
        mean = self.center_ + self.deviation_ * raw_mean.astype(np.float64)
        local = self.local_size_ * raw_local.astype(np.float64)
        novelty = -np.expm1(-distance)
        far = np.flatnonzero(distance > self.taught_)
        if len(far):
            exact = self.exact_.estimate(table[far])
            # From one to the other over half the distance, so that no series has a step.
            share = np.minimum(2.0 * (distance[far] / self.taught_ - 1.0), 1.0)
            mean[far] += share * (exact.mean - mean[far])
            local[far] += share * (exact.local - local[far])
        if self.exact_.rough.count_foreign:
            np.maximum(novelty, foreign(table, self.known_), out=novelty, casting="same_kind")
        return Estimate(mean, novelty.astype(np.float64), local)

    def parts(self, X: Any) -> dict[str, Array]:
        """Return what descriptors and fractions add in the process, and what distilling changes.

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
        parts = self.exact_.parts(table)
        if not self.network_:
            return parts
        return {**parts, "distilling": self.predict(table) - sum(parts.values())}

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
        return self.exact_.similarity(X)

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
            Input, and the process' prediction in the target's unit, what distilling changes
            taken as without the shuffling.
        """
        table = as_table(X)
        change = self.predict(table) - self.exact_.predict(table)
        for name, predicted in self.exact_.shuffled(table, order):
            yield name, predicted + change


def _metric(rough: Any) -> tuple[NDArray[np.int64], Float, float]:
    """Return columns and scales of the descriptors, and the rate of the fractions.

    Where compositions are alike, minus the logarithm of their correlation is their distances in
    both kernels, weighted by the variances.
    """
    one, two = np.exp(2 * rough.theta_[[0, -3]])
    weights = np.exp(rough.theta_[1:-3])
    order = np.argsort(-weights, kind="stable")
    enough = np.searchsorted(np.cumsum(weights[order]), _WEIGHT * weights.sum()) + 1
    columns = np.sort(order[: max(_HEAVIEST, enough)])
    # They stand for those left out as well.
    kept = weights[columns] * weights.sum() / weights[columns].sum()
    scale = one / (one + two) * kept / rough.scale_[columns]
    rate = two / (one + two) * np.exp(rough.theta_[-2])
    # Below a thousandth of the domain the fractions are not worth their time.
    return columns, scale.astype(np.float32), float(rate) if rate > 1e-4 else 0.0


def _teach(
    raw: Float, scale: Float, fractions: CompositionTable, goals: Float, hidden: int, seed: int
) -> tuple[Float, ...]:
    """Return the weights of a network that gives `goals`, as the kernel takes them."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor
    from threadpoolctl import threadpool_limits

    center, spread = raw.mean(axis=0, dtype=np.float64), raw.std(axis=0, dtype=np.float64)
    # A weight in the distance is one in the network; what never varies has none.
    varies = spread > 1e-6
    heavy = np.sqrt(scale * spread) * varies
    steep = _STEEPNESS * heavy / heavy.max() / np.where(varies, spread, 1.0)
    elements = np.flatnonzero(np.bincount(fractions.indices, minlength=N_ELEMENTS))
    inputs = np.hstack([(raw - center) * steep, _SHARE * fractions.to_array()[:, elements]])
    net = MLPRegressor(
        hidden_layer_sizes=(hidden, hidden),
        alpha=0.0,
        batch_size=_BATCH,
        tol=0.0,
        n_iter_no_change=1000,
        warm_start=True,
        random_state=seed,
    )
    # Threads gain nothing on such small products, and would decide the last digits.
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for rate, epochs in _STAGES:
            net.set_params(learning_rate_init=rate, max_iter=epochs)
            net.fit(inputs.astype(np.float32), goals)
    (first, second, last), (bias, second_bias, last_bias) = net.coefs_, net.intercepts_
    # Scales and centres go into the weights: the kernel takes descriptors as they are.
    d = len(steep)
    of_raw = first[:d] * steep[:, None]
    of_elements = np.zeros((N_ELEMENTS, hidden))
    of_elements[elements] = _SHARE * first[d:]
    arrays = (
        np.pad(of_raw, ((0, -d % 4), (0, 0))),
        of_elements,
        bias - center @ of_raw,
        second,
        second_bias,
        last.T,
        last_bias,
    )
    return tuple(np.ascontiguousarray(a, np.float32) for a in arrays)


def _support(distance: Float, reach: float) -> Array:
    """Return the covariance of compact support."""
    return np.clip(1.0 - distance.astype(np.float64) / reach, 0.0, None) ** 2


def _solve(covariance: Array, values: Array) -> Float:
    """Return the weights that reproduce `values` but for the noise."""
    nugget = _NUGGET
    while True:
        total = covariance.copy()
        total[np.diag_indices(len(total))] += nugget
        try:
            lower = cholesky(total, lower=True, overwrite_a=True)
        except np.linalg.LinAlgError:
            # In many dimensions this kernel need not be positive definite.
            nugget *= 2.0
            continue
        return cho_solve((lower, True), values).astype(np.float32)


def leaves(points: Array) -> NDArray[np.int64]:
    """Return an order in which every sixty-four points lie close together.

    Halves again and again at the widest coordinate, in whole leaves.
    """
    done: list[NDArray[np.int64]] = []
    left = [np.arange(len(points))]
    while left:
        rows = left.pop()
        if len(rows) <= _LANES:
            done.append(rows)
            continue
        widest = points[rows].std(axis=0).argmax()
        rows = rows[np.argsort(points[rows, widest], kind="stable")]
        half = -(-len(rows) // (2 * _LANES)) * _LANES
        left += [rows[half:], rows[:half]]
    return np.concatenate(done)


def _blocks(x: Array | Float, fill: float = _BEYOND, multiple: int = 1) -> Float:
    """Return rows as blocks of 64 lanes, shape (b, k, 64), the last filled up.

    Columns are added up to a multiple.
    """
    count = -(-len(x) // _LANES)
    whole = np.full((count * _LANES, -(-x.shape[1] // multiple) * multiple), fill)
    whole[: len(x)] = 0.0
    whole[: len(x), : x.shape[1]] = x
    return np.ascontiguousarray(whole.reshape(count, _LANES, -1).transpose(0, 2, 1), np.float32)


def _top(blocks: Float) -> Float:
    """Return the largest value of each block that is no filling."""
    return np.where(blocks < _BEYOND, blocks, -_BEYOND).max(axis=2)
