"""Predictions of rows whose group was left out, by magnetkit and by models of scikit-learn."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import _intervals
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.errors import DataError
from ..alloy.table import CompositionTable
from ..features._elements import composition_statistics, load_table
from ..features.rare_earths import rare_earth_descriptors
from ..phases.partition import partition
from . import _curie_training, _merit, energy
from ._curie import prepare_query
from ._measured import TARGET as CURIE
from ._measured import TrainingSet, keys
from .intrinsic import intrinsic
from .regressor import CompositionRegressor
from .training_sets import ENERGY

if TYPE_CHECKING:
    import pandas as pd


VALIDATION_FOLDS = 10
"""Groups are left out in so many parts, one by one where there are fewer."""

PHYSICS = (
    "curie_temperature_K",
    "saturation_polarization_T",
    "anisotropy_constant_MJ_m3",
    "anisotropy_field_T",
)
"""Properties of which the physics says something without learning."""

LEARNT = "CompositionRegressor"
MODEL = "model"

# A Gaussian process of scikit-learn takes the third power of its rows: it searches its scales on
# the first number of rows, and rests on the second.
_SEARCHED_ROWS = 500
_VALIDATED_ROWS = 3000
_TREES = 100


class Prediction(NamedTuple):
    """Predictions of n rows, arrays of shape (n,); the ends are NaN where a model has none."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


Fit = Callable[[TrainingSet], Callable[[CompositionTable], Prediction]]
"""Takes what is learnt from; returns what predicts other compositions."""


def columns_of_peers(table: CompositionTable) -> FloatArray:
    """Compute the columns that models of scikit-learn get of n compositions, float64 (n, d).

    They are Magpie statistics and rare-earth descriptors of `table`, without names and without the
    atomic fractions.
    """
    statistics = composition_statistics(
        table, load_table("magpie").fill_gaps()
    )
    return np.column_stack([statistics, rare_earth_descriptors(table)])


def _without_ends(value: FloatArray) -> Prediction:
    """Return a prediction of n values, (n,), whose ends are NaN."""
    nothing = np.full(len(value), np.nan)
    return Prediction(value, nothing, nothing)


def _read_prediction(frame: "pd.DataFrame", target: str) -> Prediction:
    """Read the column `target` of n rows and its ends ``_lo`` and ``_hi`` as arrays (n,)."""
    columns = frame[[target, f"{target}_lo", f"{target}_hi"]]
    return Prediction(*columns.to_numpy(np.float64).T)


def _fit_trees(kind: str) -> Fit:
    """Build the function that fits an ensemble of scikit-learn's, by the name `kind` of its class.

    `kind` is a regressor of ``sklearn.ensemble``, "ExtraTreesRegressor" or
    "RandomForestRegressor"; another name fails with an AttributeError when the
    function is called. The function takes a `TrainingSet`, and returns one
    that takes a `CompositionTable` and returns a `Prediction` (``value``,
    ``low`` and ``high``, (n,)), whose ends are NaN.
    """

    def fit(data: TrainingSet) -> Callable[[CompositionTable], Prediction]:
        """Fit 100 trees to all rows of the set `data`; return the function that predicts a table.

        Its `Prediction` has ``value``, (n,), in the unit of the set, and no
        intervals: ``low`` and ``high`` are NaN.
        """
        from sklearn import ensemble

        model = getattr(ensemble, kind)(_TREES, random_state=0)
        model.fit(columns_of_peers(data.table), data.values)
        return lambda table: _without_ends(
            model.predict(columns_of_peers(table))
        )

    return fit


def _fit_gaussian_process(coverage: float) -> Fit:
    """Build the function that fits scikit-learn's Gaussian process.

    The function takes a `TrainingSet`, and returns one that takes a `CompositionTable` of n rows
    and returns a `Prediction` (``value``, ``low`` and ``high``, (n,) each, in the unit of the set),
    whose intervals have the probability `coverage`, 0 to 1. Of a set of more than 3,000 rows so
    many are learnt.
    """

    def fit(data: TrainingSet) -> Callable[[CompositionTable], Prediction]:
        """Fit scikit-learn's Gaussian process to the set `data`, to 3,000 rows of a larger one.

        Returned is the function that takes a `CompositionTable` and returns a
        `Prediction`: ``value`` and the ends ``low`` and ``high``, of the
        probability `coverage`.
        """
        import warnings

        from scipy.special import ndtri
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import Matern, WhiteKernel
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler()
        x = scaler.fit_transform(columns_of_peers(data.table))
        rows = np.random.default_rng(0).permutation(len(x))[:_VALIDATED_ROWS]
        few = rows[:_SEARCHED_ROWS]
        kernel = 1.0 * Matern(length_scale=10.0, nu=2.5) + WhiteKernel(0.1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            first = GaussianProcessRegressor(
                kernel, normalize_y=True, random_state=0
            )
            first.fit(x[few], data.values[few])
        model = GaussianProcessRegressor(
            first.kernel_, optimizer=None, normalize_y=True
        )
        model.fit(x[rows], data.values[rows])
        factor = float(ndtri(0.5 + 0.5 * coverage))

        def predict(table: CompositionTable) -> Prediction:
            """Predict the n rows of `table` by the fitted process.

            The `Prediction` has arrays (n,), ``value``, ``low`` and ``high``,
            in the unit of the set; the ends are of the probability `coverage`.
            """
            columns = scaler.transform(columns_of_peers(table))
            value, deviation = model.predict(columns, return_std=True)
            return Prediction(
                value, value - factor * deviation, value + factor * deviation
            )

        return predict

    return fit


def _fit_regressor(coverage: float) -> Fit:
    """Build the function that fits a `CompositionRegressor`.

    The function takes a `TrainingSet`, and returns one that takes a `CompositionTable` of n rows
    and returns a `Prediction` (``value``, ``low`` and ``high``, (n,) each, in the unit of the set),
    whose intervals have the probability `coverage`, between 0 and 1. No physics enters, whatever
    the target.
    """

    def fit(data: TrainingSet) -> Callable[[CompositionTable], Prediction]:
        """Fit a `CompositionRegressor` to the set `data`; return the function that predicts a table.

        ``target``, ``table``, ``values`` and ``groups`` of the set are used,
        all rows. The `Prediction` has ``value`` and the ends ``low`` and
        ``high``, of the probability `coverage`, in the unit of the set.
        """
        model = CompositionRegressor(data.target)
        model.learn_compositions(data.table, data.values, data.groups)

        def predict(table: CompositionTable) -> Prediction:
            return Prediction(
                model.predict(table),
                *model.predict_interval(table, coverage).T,
            )

        return predict

    return fit


def _fit_curie(coverage: float) -> Fit:
    """Build the function that trains the model of the Curie temperature.

    The function takes a `TrainingSet` of Curie temperatures, K, and returns one that takes a
    `CompositionTable` of n recipes and returns a `Prediction` (``value``, ``low`` and ``high``, K,
    (n,) each, NaN where nothing is known), whose intervals have the probability `coverage`, between
    0 and 1.
    """

    def fit(data: TrainingSet) -> Callable[[CompositionTable], Prediction]:
        """Train the model of the Curie temperature on the set `data`, K.

        Returned is the function that takes a `CompositionTable` and returns a
        `Prediction`: ``value``, ``low`` and ``high``, K, the ends of the
        probability `coverage`. DataError if no compound of the set could be
        left out.
        """
        model, _ = _curie_training.train_model(data)

        def predict(table: CompositionTable) -> Prediction:
            """Predict the n recipes of `table` by the trained model, K; arrays (n,).

            The `Prediction` has ``value``, ``low`` and ``high``, the ends of
            the probability `coverage`. Low ends below 0 are 0. A recipe of
            which nothing is known is NaN.
            """
            answer = model.predict_phases(
                prepare_query(partition(table)), coverage
            )
            low = np.maximum(answer.value - answer.half, 0.0)
            return Prediction(answer.value, low, answer.value + answer.half)

        return predict

    return fit


def _fit_energy(coverage: float) -> Fit:
    """Build the function that trains the model of the formation energy.

    The function takes a `TrainingSet` of formation energies, eV/atom, and returns one that takes a
    `CompositionTable` of n rows and returns a `Prediction` (``value``, ``low`` and ``high``,
    eV/atom, (n,) each), whose intervals have the probability `coverage`, between 0 and 1.
    """

    def fit(data: TrainingSet) -> Callable[[CompositionTable], Prediction]:
        """Train the model of the formation energy on the set `data`, eV/atom.

        Returned is the function that takes a `CompositionTable` and returns a
        `Prediction`: ``value``, ``low`` and ``high``, eV/atom, the ends of the
        probability `coverage`. InputError if the set has fewer than two
        groups.
        """
        model = energy.fit(data)

        def predict(table: CompositionTable) -> Prediction:
            """Predict the n compositions of `table` by the trained model, eV/atom; arrays (n,)."""
            return _read_prediction(
                model.predict(table, coverage), data.target
            )

        return predict

    return fit


def peers(coverage: float) -> dict[str, Fit]:
    """Return the fitting functions of scikit-learn's models to compare with, by name.

    The names are "ExtraTrees", "RandomForest" and "GaussianProcess", in this
    order. Each function takes a `TrainingSet` and returns one that takes a
    `CompositionTable` and returns a `Prediction` (``value``, ``low`` and
    ``high``, (n,)). `coverage` is the probability of intervals, between 0 and
    1; of the trees they are NaN.
    """
    return {
        "ExtraTrees": _fit_trees("ExtraTreesRegressor"),
        "RandomForest": _fit_trees("RandomForestRegressor"),
        "GaussianProcess": _fit_gaussian_process(coverage),
    }


def models(target: str, coverage: float, with_peers: bool) -> dict[str, Fit]:
    """Return the fitting functions to compare for a target, by name, that of magnetkit first.

    Each function takes a `TrainingSet` and returns one that converts a
    `CompositionTable` to a `Prediction`. That of magnetkit is named "model"
    for "curie_temperature_K" and "formation_energy_eV_atom", and
    "CompositionRegressor" for any other `target`. `coverage` is the
    probability of intervals, between 0 and 1; `with_peers` adds those of
    scikit-learn, see `peers`; without it there is one entry. Nothing is
    fitted.
    """
    fits = {LEARNT: _fit_regressor(coverage)}
    if target == CURIE:
        fits = {MODEL: _fit_curie(coverage)}
    elif target == ENERGY:
        fits = {MODEL: _fit_energy(coverage)}
    if not with_peers:
        return fits
    return fits | peers(coverage)


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Rows of a target and the predictions of each while its group was left out.

    Attributes
    ----------
    data : TrainingSet
        The rows that are tested.
    predictions : dict of str to Prediction
        By name of the model; the first is magnetkit's.
    coverage : float
        What the intervals promise.
    """

    data: TrainingSet
    predictions: dict[str, Prediction]
    coverage: float

    def to_frame(self) -> "pd.DataFrame":
        """Return one row a measurement, in the order of the set.

        Columns are ``composition`` (a formula of atomic fractions), ``measured``, ``group`` and
        ``source``, one by the name of each model with its predictions, and, behind that of the
        first model, ``low`` and ``high``, the ends of its intervals. Values are in the unit of the
        target, NaN where a model has no answer.
        """
        frame = self.data.to_frame().rename(
            columns={self.data.target: "measured"}
        )
        frame = frame[["composition", "measured", "group", "source"]]
        for number, (name, prediction) in enumerate(self.predictions.items()):
            frame[name] = prediction.value
            if number == 0:
                frame["low"] = prediction.low
                frame["high"] = prediction.high
        return frame

    def figures(self) -> "pd.DataFrame":
        """Compute the figures of each model on the rows that it and the first model answer.

        Returns
        -------
        DataFrame
            One row a model, index ``model``: ``rows``, ``groups``, ``mean_absolute_error``,
            ``median_absolute_error``, ``pairs_in_order`` (0 to 1), ``coverage`` (0 to 1) and median
            ``half_width`` of the intervals; ``error_gain``, its mean error less that of the first,
            ``pairs_gain``, the pairs in order of the first less its own, and their ends of 95 %
            over groups, ``error_gain_lo``, ``error_gain_hi``, ``pairs_gain_lo`` and
            ``pairs_gain_hi``. Errors and widths are in the unit of the target. Gains are above 0
            where the first is better, and 0 in its own row. Pairs are NaN where no group has one,
            coverage and width for a model without intervals.

        Raises
        ------
        DataError
            If the first model answered for no row.
        """
        import pandas as pd

        first = next(iter(self.predictions.values()))
        is_answer = np.isfinite(first.value)
        if not is_answer.any():
            raise DataError(
                f"no row of {self.data.origin} was answered; give more groups"
            )
        values = self.data.values
        tolerance = _merit.order_tolerance(self.data.target, values)
        lines = []
        for name, prediction in self.predictions.items():
            rows = is_answer & np.isfinite(prediction.value)
            groups = self.data.groups[rows]
            sums = _merit.group_sums(
                values[rows], prediction.value[rows], groups, tolerance
            )
            base = _merit.group_sums(
                values[rows], first.value[rows], groups, tolerance
            )
            line: dict[str, Any] = {
                "model": name,
                "rows": int(rows.sum()),
                "groups": len(sums.rows),
                "mean_absolute_error": float(sums.mean_error()),
                "median_absolute_error": float(
                    np.median(np.abs(values - prediction.value)[rows])
                ),
                "pairs_in_order": float(sums.pairs_in_order()),
                **_coverage(values[rows], prediction, rows),
                "error_gain": float(sums.mean_error() - base.mean_error()),
                "pairs_gain": float(
                    base.pairs_in_order() - sums.pairs_in_order()
                ),
            }
            lines.append(line | _merit.bootstrap(base, sums))
        return pd.DataFrame(lines).set_index("model")


def _coverage(
    values: FloatArray, prediction: Prediction, rows: BoolArray
) -> dict[str, float]:
    """Compute the share of values inside the interval and the median half width.

    Parameters
    ----------
    values : ndarray of float64, shape (m,)
        Measured values of the selected rows.
    prediction : Prediction
        Predictions of all n rows, of which ``low`` and ``high`` are read. Of the selected rows a
        NaN end counts as outside, and makes the width NaN, unless all are NaN.
    rows : ndarray of bool, shape (n,)
        The rows that are selected, m of them.

    Returns
    -------
    dict
        ``coverage``, 0 to 1, and ``half_width``, in the unit of the values; NaN where the model has
        no interval.
    """
    low = prediction.low[rows]
    high = prediction.high[rows]
    if np.isnan(low).all():
        return {"coverage": float("nan"), "half_width": float("nan")}
    inside = (low <= values) & (values <= high)
    return {
        "coverage": float(inside.mean()),
        "half_width": float(np.median(0.5 * (high - low))),
    }


def leave_groups_out(
    data: TrainingSet,
    coverage: float = 0.9,
    with_peers: bool = True,
    temperature: float = 300.0,
    advance: Callable[[], None] = lambda: None,
) -> LeftOut:
    """Predict each row by models that saw neither its group nor its compound.

    Parameters
    ----------
    data : TrainingSet
        What is learnt from and tested on, of two groups or more; not changed.
    coverage : float
        Probability of the intervals, between 0 and 1.
    with_peers : bool
        Whether models of scikit-learn stand beside.
    temperature : float
        Temperature of the physics, K, where the target is no Curie temperature.
    advance : callable
        Called without arguments once a fit.

    Returns
    -------
    LeftOut
        ``data`` itself, and ``predictions``, each a `Prediction` with ``value``, ``low`` and
        ``high``, (n,), by name of the model, magnetkit's first ("model" or
        "CompositionRegressor"), then "ExtraTrees", "RandomForest" and "GaussianProcess", then
        "predict, as shipped", the physics, where the target is one of `PHYSICS`. NaN where a row
        was never left out.

    Raises
    ------
    InputError
        If there are fewer than two groups, or `coverage` is none.
    """
    predictions: dict[str, Prediction] = {}
    for name, fit in models(data.target, coverage, with_peers).items():
        if data.target == CURIE and name == MODEL:
            predictions[name] = _curie_left_out(data, coverage, advance)
            continue
        result = np.full((3, len(data)), np.nan)
        for train, test in splits(data):
            result[:, test] = fit(data[train])(data.table[test])
            advance()
        predictions[name] = Prediction(*result)
    return LeftOut(
        data, predictions | _physics(data, coverage, temperature), coverage
    )


def _curie_left_out(
    data: TrainingSet, coverage: float, advance: Callable[[], None]
) -> Prediction:
    """Predict each row by the model of the Curie temperature that left it out in training.

    Parameters
    ----------
    data : TrainingSet
        n Curie temperatures, K.
    coverage : float
        Probability of the intervals, 0 to 1.
    advance : callable
        Called without arguments once a fold and once before.

    Returns
    -------
    Prediction
        ``value``, ``low`` and ``high``, (n,), K, in the order of `data`;
        ``low`` is 0 or more. Groups are left out, not chemistries. NaN where a
        row could not be left out; the ends also where too few rows outside the
        domain calibrate them.

    Raises
    ------
    DataError
        If no compound could be left out.
    """
    model, estimates = _curie_training.train_model(data, advance)
    half = _curie_training.left_out_half_widths(model, estimates, coverage)[0]
    value = estimates[0].mean
    return Prediction(value, np.maximum(value - half, 0.0), value + half)


def leave_known_out(
    data: TrainingSet,
    known: TrainingSet,
    coverage: float = 0.9,
    with_peers: bool = True,
    temperature: float = 300.0,
    advance: Callable[[], None] = lambda: None,
) -> LeftOut:
    """Predict rows by models that learn from other rows, without their groups and compounds.

    Where nothing is learnt beside the physics, the physics as it is shipped stands first.

    Parameters
    ----------
    data : TrainingSet
        Rows to predict; not changed.
    known : TrainingSet
        Set that is learnt from, of the same target, less the rows whose group or source is a group
        or source of `data` (capitals do not count) and those of a compound of `data` (within 0.1
        at.%); not changed. ``learn`` does not count for the models of columns.
    coverage : float
        Probability of the intervals, between 0 and 1.
    with_peers : bool
        Whether models of scikit-learn stand beside.
    temperature : float
        Temperature of the physics, K.
    advance : callable
        Called without arguments once a model.

    Returns
    -------
    LeftOut
        ``data`` itself, and ``predictions``, a dict of `Prediction`
        (``value``, ``low`` and ``high``, (n,)) by name of the model, as of
        `leave_groups_out`. Of the Curie temperature the learnt models stand
        first, of any other target "predict, as shipped", where it is one of
        `PHYSICS`.
    """
    names = np.unique(
        np.char.lower(np.concatenate([data.groups, data.sources]).astype(str))
    )
    same = np.isin(np.char.lower(known.groups.astype(str)), names)
    same |= np.isin(np.char.lower(known.sources.astype(str)), names)
    same |= np.isin(_compounds(known.table), _compounds(data.table))
    rest = known[np.flatnonzero(~same)]
    learnt: dict[str, Prediction] = {}
    for name, fit in models(data.target, coverage, with_peers).items():
        learnt[name] = fit(rest)(data.table)
        advance()
    physics = _physics(data, coverage, temperature)
    if data.target == CURIE:
        return LeftOut(data, learnt | physics, coverage)
    return LeftOut(data, physics | learnt, coverage)


def steps(data: TrainingSet, learn_from: str, with_peers: bool) -> int:
    """Estimate how often a validation calls `advance`.

    `data` is the set that is tested, whose ``groups`` and ``target`` count. `learn_from` is "known"
    (the built-in set, one fit a model) or any other word for the set itself (one fit a model and
    fold). `with_peers` adds three models. Of a set of fewer than 300 Curie temperatures the number
    is too large.
    """
    count = 1 + 3 * with_peers
    if learn_from == "known":
        return count
    folds = min(VALIDATION_FOLDS, len(np.unique(data.groups)))
    return count * folds + (folds + 1) * (data.target == CURIE)


def splits(data: TrainingSet) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield the row numbers of training and test rows of each fold of the set `data`, int64 each.

    Numbers count from 0, ascending; pairs are (training, test). A group is in one fold, ten at
    most. No compound of a test row is in a training row, and only rows with ``data.learn`` are in
    one. Folds that leave nothing to learn from or to test are passed over. InputError if a set
    other than of Curie temperatures has fewer than two groups.
    """
    compounds = _compounds(data.table)
    folds = (
        _curie_training.assign_folds(data)
        if data.target == CURIE
        else _even_folds(data.groups)
    )
    for number in np.unique(folds):
        test = np.flatnonzero(folds == number)
        train = np.flatnonzero(
            ~np.isin(compounds, compounds[test]) & data.learn
        )
        if len(test) and len(train):
            yield train, test


def _even_folds(groups: NDArray) -> IntArray:
    """Assign each row to a fold by its group, a label of `groups`, (n,); int64 (n,), from 0 on.

    There are ten folds, or one a group if these are fewer; the folds are the same at each call.
    InputError if there are fewer than two groups.
    """
    result = np.zeros(len(groups), np.int64)
    for number, (_, test) in enumerate(
        _intervals.folds(groups, VALIDATION_FOLDS)
    ):
        result[test] = number
    return result


def _compounds(table: CompositionTable) -> NDArray:
    """Return a text for each of n compositions of `table`, (n,): the same within 0.1 at.%."""
    return np.array([key.hex() for key in keys(table.to_array())])


def _physics(
    data: TrainingSet, coverage: float, temperature: float
) -> dict[str, Prediction]:
    """Predict rows by the physics as it is shipped, whose parameters may know these papers.

    Parameters
    ----------
    data : TrainingSet
        Rows to predict; ``table`` and ``target`` are used.
    coverage : float
        Probability of the ranges, between 0 and 1; InputError otherwise.
    temperature : float
        Temperature of magnetic targets, K.

    Returns
    -------
    dict
        One `Prediction` (``value``, ``low`` and ``high``, (n,)), in the unit
        of the target, under the key "predict, as shipped", its name in the
        table of figures; NaN where the physics gives no number. Empty for a
        target that is not in `PHYSICS`.
    """
    if data.target not in PHYSICS:
        return {}
    frame = intrinsic(data.table, temperature, interval=coverage)
    return {"predict, as shipped": _read_prediction(frame, data.target)}


def with_groups(data: TrainingSet, groups: Any) -> TrainingSet:
    """Return a set with other groups, one for each row that could be read."""
    return replace(data, groups=np.asarray(groups).astype(str))
