"""A Gaussian process and trees on any columns, each weighed by what groups left out say of it.

    prediction = mean + a (process - mean) + b (trees - mean),    a + b <= 1

The weights are the least mean absolute error on rows whose whole group was left out, with a pull
towards one half each that few rows do not overcome. Far from every known row both parts fade, and
the mean of the values answers. Intervals are conformal over the groups that were left out
(V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, 2005), each group with
the same weight; of too few groups the spread of the values says how far off a prediction may be.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import _intervals
from .._core._types import FloatArray, IntArray
from ._forest import Forest
from ._process import TrendProcess

FOLDS = 5
"""Groups are left out in so many parts, one by one where there are fewer."""

_SEARCH: dict[str, Any] = {"search_rows": 700, "search_iterations": 40}
# Weights are tried in tenths.
_TENTHS = np.arange(11) / 10.0
# Where the weights begin, and how many rows the pull towards it counts as: tried from 4 to 400 rows
# of four properties (half and none, half and a fifth, half and half; 2 and 6 rows).
_FIRST_WEIGHT = 0.5
_PULL = 6.0
# Share of rows left out that count as inside the domain; larger errors count as those at `_CLIP`.
_EDGE = 0.90
_CLIP = 0.98
# With fewer rows nothing is learnt but the mean.
_LEAST_ROWS = 3


class Guess(NamedTuple):
    """Predictions of n rows, arrays of shape (n,).

    ``value``; ``size``, what the error is taken to be proportional to; ``distance`` from the known
    rows, 1 at the edge of the domain.
    """

    value: FloatArray
    size: FloatArray
    distance: FloatArray


class _Parts(NamedTuple):
    """Predictions of mean, process and trees for n rows, arrays of shape (n,)."""

    mean: FloatArray
    process: FloatArray
    trees: FloatArray
    novelty: FloatArray
    local: FloatArray


@dataclass(frozen=True, eq=False)
class Mixture:
    """The fitted mixture.

    Attributes
    ----------
    mean, spread : float
        Mean and standard deviation of the values.
    rows : int
        How many rows it learnt from.
    process, forest : TrendProcess and Forest, or None
        The two parts; None where there are too few rows.
    weights : ndarray of float64, shape (2,)
        Those of process and trees.
    edge, reach : float
        Novelty at the edge of the domain, and the largest that was left out.
    coefficients : ndarray of float64, shape (4,)
        The size of an error, in units of `spread`, is their sum over one, novelty, the residual of
        the neighbours and the difference of the two parts.
    scores : ndarray of float64, shape (m,)
        Errors of rows left out over their size.
    groups : ndarray of int64, shape (m,)
        The group of each of them.
    error : float
        Mean absolute error of the rows left out; NaN where none was.
    """

    mean: float
    spread: float
    rows: int
    process: TrendProcess | None
    forest: Forest | None
    weights: FloatArray
    edge: float
    reach: float
    coefficients: FloatArray
    scores: FloatArray
    groups: IntArray
    error: float

    @classmethod
    def of_mean(cls, y: FloatArray) -> "Mixture":
        """Build a mixture that predicts the mean of the values `y`, (n,), for every row.

        `y` has one value or more. ``mean`` is that mean, ``spread`` the
        standard deviation with n - 1, 0 of one value; ``process`` and
        ``forest`` are None, ``scores`` and ``groups`` empty, and ``error`` is
        NaN. A NaN among the values makes the mean NaN.
        """
        return cls(
            mean=float(y.mean()),
            spread=float(y.std(ddof=1)) if len(y) > 1 else 0.0,
            rows=len(y),
            process=None,
            forest=None,
            weights=np.zeros(2),
            edge=1.0,
            reach=1.0,
            coefficients=np.array([1.0, 0.0, 0.0, 0.0]),
            scores=np.zeros(0),
            groups=np.zeros(0, np.int64),
            error=float("nan"),
        )

    def predict(self, X: FloatArray) -> Guess:
        """Predict each row of `X`, float64 (n, d), columns as of the fit.

        The `Guess` has arrays (n,): ``value`` and the ``size`` of its error, in the unit of the
        values, and ``distance``, 0 where it is known, 1 at the edge of the domain. A mixture of the
        mean alone gives the mean, the deviation of the values and a distance of 2; of `X` only the
        number of rows counts then.
        """
        if self.process is None or self.forest is None:
            flat = np.full((3, len(X)), self.mean)
            flat[1] = self.spread
            flat[2] = 2.0
            return Guess(*flat)
        parts = _predict_parts(X, 0.0, self.process, self.forest)
        value = self.mean + self.spread * _mix(parts, self.weights, self.reach)
        size = self.spread * _size(parts, self.coefficients)
        return Guess(value, size, parts.novelty / self.edge)

    def half_widths(self, guess: Guess, interval: float) -> FloatArray:
        """Compute half the interval of each row, (n,), in the unit of the values.

        `guess` is what `predict` returned, of which the length of ``value``,
        ``size`` and ``distance`` are used; `interval` is the probability,
        between 0 and 1 (InputError otherwise, unless the mean alone answers).
        Outside the domain, and everywhere with too few groups, it is at least
        that of a new value of the sample. Half the interval is infinite where
        a single value is known.
        """
        wide = self._spread_of_new_value(interval)
        if not len(self.scores):
            return np.full(len(guess.value), wide)
        factor = _intervals.group_quantile(self.scores, self.groups, interval)
        if np.isinf(factor):
            return np.maximum(self.scores.max() * guess.size, wide)
        half = factor * guess.size
        return np.where(guess.distance <= 1.0, half, np.maximum(half, wide))

    def _spread_of_new_value(self, interval: float) -> float:
        """Compute half the interval, of probability `interval`, of a new value of a normal sample.

        Student's t with ``spread`` and ``rows`` is used; infinite for fewer than two values. The
        unit is that of the values, and the interval is about their mean.
        """
        from scipy.special import stdtrit

        if self.rows < 2:
            return float("inf")
        t = float(stdtrit(self.rows - 1, 0.5 + 0.5 * interval))
        return t * self.spread * np.sqrt(1.0 + 1.0 / self.rows)


def fit(
    X: FloatArray,
    y: FloatArray,
    groups: NDArray,
    local: int = 0,
    trees: int = 100,
    seed: int = 0,
) -> Mixture:
    """Fit process, trees and their weights.

    Parameters
    ----------
    X : ndarray of float64, shape (n, d)
        The columns; the last `local` are those of a part that is exponential in their distance.
    y : ndarray of float64, shape (n,)
        The values, finite, in any unit.
    groups : ndarray, shape (n,)
        Labels of rows left out together; of one group alone single rows are left out.
    local : int
        How many of the columns are local.
    trees : int
        How many trees are grown.
    seed : int
        Seed of the trees.

    Returns
    -------
    Mixture
        The order of the rows does not matter. Fewer than three rows, or equal values, give the
        mixture of the mean alone.
    """
    order = np.lexsort((y, *X.T[::-1]))
    X = X[order]
    y = y[order]
    groups = np.asarray(groups)[order]
    alone = Mixture.of_mean(y)
    if len(y) < _LEAST_ROWS or alone.spread == 0.0:
        return alone
    _, code = np.unique(groups, return_inverse=True)
    if code.max() == 0:
        code = np.arange(len(y))
    # Whatever the unit, the parts see values about 0 of about 1.
    # What the last digits of a unit leave must not decide between equal splits of a tree.
    targets = np.round((y - alone.mean) / alone.spread, 9)
    parts = _left_out(X, targets, code, local, trees, seed)
    edge = max(float(np.quantile(parts.novelty, _EDGE)), 1e-3)
    reach = float(parts.novelty.max())
    weights = _choose_weights(parts, targets, reach)
    residual = np.abs(targets - _mix(parts, weights, reach))
    coefficients = _intervals.fit_difficulty(
        residual, _difficulty(parts), _CLIP
    )
    process, forest = _fit_parts(X, targets, local, trees, seed)
    return replace(
        alone,
        process=process,
        forest=forest,
        weights=weights,
        edge=edge,
        reach=reach,
        coefficients=coefficients,
        scores=residual / _size(parts, coefficients),
        groups=code.astype(np.int64),
        error=alone.spread * float(residual.mean()),
    )


def _fit_parts(
    X: FloatArray, y: FloatArray, local: int, trees: int, seed: int
) -> tuple[TrendProcess, Forest]:
    """Fit process and trees to values `y`, (n,).

    The last `local` columns of `X`, (n, d), are local ones, which the trees do not see. `trees` is
    the number of trees, `seed` that of their random draws. The process is fitted to the values less
    their mean, which must be added to its predictions; the trees to the values. Returned are the
    process and the trees, in this order.
    """
    # Without local columns the last part is a plane over no column, which adds nothing.
    process = TrendProcess(0, local, linear=local == 0, **_SEARCH)
    process.fit(X, y - y.mean())
    return process, Forest.grow(X[:, : X.shape[1] - local], y, trees, seed)


def _predict_parts(
    X: FloatArray, mean: float, process: TrendProcess, forest: Forest
) -> _Parts:
    """Predict rows `X`, (n, d), by a fitted `process` and trees, the `forest`.

    `mean` is that of the values they were fitted to: it is returned as the first of the parts, and
    added to the process. The trees do not see the local columns, the last of `X`. The `_Parts` have
    arrays (n,): ``mean`` (`mean` in every row), ``process`` and ``trees`` in the unit of the
    values, ``novelty``, 0 (known) to 1, and ``local``, the absolute residual of similar known rows.
    """
    estimate = process.estimate(X)
    return _Parts(
        mean=np.full(len(X), mean),
        process=mean + estimate.mean,
        trees=forest.predict(X[:, : X.shape[1] - process.local]),
        novelty=estimate.novelty,
        local=estimate.local,
    )


def _left_out(
    X: FloatArray,
    y: FloatArray,
    groups: IntArray,
    local: int,
    trees: int,
    seed: int,
) -> _Parts:
    """Predict each row by parts that did not see its group.

    Arguments are those of `_fit_parts`: columns `X`, (n, d), values `y`, (n,), the number of
    last columns that are `local`, of `trees`, and their `seed`. `groups`, int64 (n,), are numbers of
    groups, two different ones or more, which are left out in up to five parts. The `_Parts` have
    arrays (n,), in the order of the rows: ``mean`` (of the other rows), ``process``, ``trees``,
    ``novelty`` and ``local``.
    """
    result = np.empty((len(_Parts._fields), len(y)))
    for inside, outside in _intervals.folds(groups, FOLDS):
        parts_of_fit = _fit_parts(X[inside], y[inside], local, trees, seed)
        result[:, outside] = _predict_parts(
            X[outside], float(y[inside].mean()), *parts_of_fit
        )
    return _Parts(*result)


def _mix(parts: _Parts, weights: FloatArray, reach: float) -> FloatArray:
    """Compute the mixture of process and trees, (n,), in the unit of `parts`, n predictions.

    `weights`, (2,), 0 to 1, are those of process and trees; what they leave of
    1 is that of the mean. Beyond `reach`, the largest novelty that was left
    out, the trees fade linearly, to nothing at a novelty of 1; their weight
    goes to the mean. The result is a new array; ``local`` of the parts does
    not count.
    """
    nearness = np.clip(
        (1.0 - parts.novelty) / max(1.0 - reach, 1e-9), 0.0, 1.0
    )
    by_process = weights[0] * (parts.process - parts.mean)
    by_trees = weights[1] * nearness * (parts.trees - parts.mean)
    return np.asarray(parts.mean + by_process + by_trees)


def _choose_weights(parts: _Parts, y: FloatArray, reach: float) -> FloatArray:
    """Choose the weights of process and trees that leave the smallest mean absolute error, (2,).

    Weights are tenths whose sum is at most 1; what is left of 1 is the weight
    of the mean. Few rows pull them to one half each.

    Parameters
    ----------
    parts : _Parts
        Predictions of n rows that were left out.
    y : ndarray of float64, shape (n,)
        Their values, not all equal, in the unit of `parts`.
    reach : float
        Largest novelty that was left out, see `_mix`.

    Returns
    -------
    ndarray of float64, shape (2,)
        0.0, 0.1, ... 1.0 each; of equal ones the first, with the smaller weight of the process.
    """
    unit = np.abs(y - np.median(y)).mean()
    best = np.zeros(2)
    smallest_loss = np.inf
    for first in _TENTHS:
        for second in _TENTHS:
            if first + second > 1.0 + 1e-9:
                continue
            weights = np.array([first, second])
            error = np.abs(y - _mix(parts, weights, reach)).mean() / unit
            pull = _PULL / len(y) * ((weights - _FIRST_WEIGHT) ** 2).sum()
            if error + pull < smallest_loss:
                best = weights
                smallest_loss = error + pull
    return best


def _difficulty(parts: _Parts) -> FloatArray:
    """Collect novelty, local residual and difference of the parts, float64 (n, 3): an error's sources.

    The difference is that of process and trees, 0 or more. `parts` are n predictions.
    """
    apart = np.abs(parts.process - parts.trees)
    return np.column_stack([parts.novelty, parts.local, apart])


def _size(parts: _Parts, coefficients: FloatArray) -> FloatArray:
    return np.asarray(coefficients[0] + _difficulty(parts) @ coefficients[1:])
