"""A Gaussian process distilled into a small network and a sum over near points, for speed."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky
from sklearn.base import clone

from ..composition import CompositionTable
from ..elements import N_ELEMENTS
from . import likelihood
from .boxes import blocks, highest, leaves
from .neighbourhood import around
from .network import teach
from .process import foreign
from .regressor import Array, CompositionRegressor, Estimate

Float = NDArray[np.float32]

FEW = 300
"""Up to so many known rows the exact process is as fast, and answers itself."""

# The heaviest descriptors make up the distance and go into the network: so many, or more until
# they have this part of all weight.
_HEAVIEST = 40
_WEIGHT = 0.92
_NUGGET = 0.03
# Beyond this quantile of the distances it was taught at, about the edge of the domain, the network
# gives way to the process.
_TAUGHT = 0.6


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

    def _fit(self, table: CompositionTable, y: Array) -> None:
        self.exact_ = clone(self.exact).fit(table, y)
        self._distil(table)

    def _refit(self, table: CompositionTable, y: Array) -> "DistilledProcess":
        other = clone(self)
        other.exact_ = self.exact_.refit(table, y)
        other._distil(table)
        return other

    def _distil(self, table: CompositionTable) -> None:
        self.network_: tuple[Any, ...] = ()
        self.near_: tuple[Any, ...] = ()
        self.taught_ = np.inf
        self.known_ = np.unique(table.indices)
        if len(table) <= FEW:
            return
        self.metric_ = _metric(self.exact_.rough)
        sample = around(table, self.sample_rows, self.random_state)
        taught = self.exact_.estimate(sample)
        self.center_, self.deviation_ = float(taught.mean.mean()), float(taught.mean.std()) or 1.0
        self.local_size_ = float(taught.local.mean()) or 1.0
        goals = [(taught.mean - self.center_) / self.deviation_, taught.local / self.local_size_]
        self.network_ = teach(
            self._descriptors(sample),
            self.metric_[1],
            self._fractions(sample),
            np.column_stack(goals).astype(np.float32),
            self.hidden,
            self.random_state,
        )
        self.near_ = self._arrange(table)
        self.taught_ = float(np.quantile(self._evaluate(sample)[2], _TAUGHT))

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
        points, shares = blocks(x[order], multiple=4), blocks(z[order])
        least = shares.min(axis=2)
        return (
            np.pad(scale, (0, -len(scale) % 4)),
            slots,
            rate,
            blocks(points.min(axis=2)),
            blocks(highest(points)),
            blocks(least),
            blocks(highest(shares)),
            blocks(least.sum(axis=1, keepdims=True))[:, 0],
            points,
            shares,
            blocks(weights[order][:, None], fill=0.0)[:, 0],
        )

    def _network(self, fractions: CompositionTable, raw: Float) -> tuple[Float, Float]:
        from ..kernels.network import network
        from ..kernels.threads import share_rows

        n = len(fractions)
        mean, local = np.empty((2, n), np.float32)
        csr = (fractions.indptr, fractions.indices, fractions.values)
        share_rows(network, n, *csr, raw, *self.network_, mean, local)
        return mean, local

    def _evaluate(self, table: CompositionTable) -> tuple[Float, Float, Float]:
        """Return standardised mean, relative local residual and distance."""
        from ..kernels.nearby import nearby
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

    def _estimate(self, table: CompositionTable) -> Estimate:
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

    def _parts(self, table: CompositionTable) -> dict[str, Array]:
        parts = self.exact_.parts(table)
        if not self.network_:
            return parts
        return {**parts, "distilling": self.predict(table) - sum(parts.values())}

    def _similarity(self, table: CompositionTable) -> Array:
        return self.exact_.similarity(table)

    def _shuffled(
        self, table: CompositionTable, order: NDArray[np.int64]
    ) -> Iterator[tuple[str, Array]]:
        # What distilling changes is taken as without the shuffling.
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
