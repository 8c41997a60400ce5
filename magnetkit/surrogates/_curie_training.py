"""Training of the model of the Curie temperature, kept in the cache, and of its intervals.

These are conformal (V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World,
2005), from papers and chemistries that were left out with all their compounds, by branch inside the
domain and for all outside.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import _intervals
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.elements import N_ELEMENTS
from .._core.errors import DataError, InputError
from .._core.settings import get_settings
from ..alloy.table import CompositionTable
from ..phases.partition import partition
from ..phases.records import HOSTS, ROOTS
from . import _store
from ._curie import (
    TREND,
    Asked,
    Branch,
    CurieModel,
    classify_rows,
    error_inputs,
    error_size,
    fill_mean,
    interval_widths,
    physical,
    prepare_query,
    replacement_rows,
    trend_columns,
)
from ._measured import (
    CURIE_FOLDS,
    TARGET,
    TrainingSet,
    chemical_families,
    content_digest,
    curie_set,
    fold,
    keys,
    own_set,
)
from ._process import TrendProcess

# A host of fewer compounds than this is left to the common process. Of the others some have a
# process of their own; the rest learn more from all rows: of scales searched without what is left
# out, those of 1:5 alone leave its chemistries 170 K off for 100, its papers 70 for 60.
_OWN = 100
# Any other host is answered from its own points of the common process and so many others: of 3,700
# in all, 200 leave 1:12 within 1.3 K of the full process on the mean, 300 within 1.1 K and 400
# within 0.8.
_SPARSE_POINTS = 300
# Errors beyond this quantile do not pull at their size.
_CLIP = 0.98
# Fewer left-out compounds than this outside the domain calibrate nothing of their own.
_LEAST_OUTSIDE = 20
# With fewer left-out compounds without physics only what is nearly known gets a number there.
_LEAST_LEFT_OUT = 200
# Share of left-out compounds that count as inside the domain.
_INSIDE_SHARE = 0.90
# Coverage at which two ways of leaving out are compared.
_USUAL = 0.90
# A set of fewer rows than this is shared out evenly, and has no chemistries to leave out.
_SMALL = 300
_LEAST_K = 1.0
# Scales of more rows, and of a second search, are those of the chemistries at hand: searched
# without four tenths of the papers these leave them 38.5 K off, one draw of 1,000 rows 40.8 K;
# chemistries are 61 K off by either, 75 K by two searches on 2,000.
_SEARCH_ROWS = 700
_TRAINING_DRAWS = 4


class Rows(NamedTuple):
    """The rows of a training set as they are learnt, arrays over n rows.

    `x` are the columns of `prepare_query`, `base` is the physical mean; `host` is the last where
    there is none; rows of one composition have one number in `compound`.
    """

    x: FloatArray
    base: FloatArray
    host: IntArray
    compound: IntArray
    asked: Asked

    def at(self, rows: NDArray) -> "Rows":
        """Return new `Rows` of those that a mask or index array `rows` selects; ``asked`` is selected too."""
        x, base, host, compound, whose = self
        return Rows(
            x[rows], base[rows], host[rows], compound[rows], whose.at(rows)
        )


class LeftOut(NamedTuple):
    """The prediction of each row while its paper, and all its compounds, were left out.

    Arrays of shape (n,): mean, novelty, local residual, elements unseen in the host, share outside
    the hard phase, branch, and whether chemistries were left out and not papers; `base` is the
    physics alone.
    """

    mean: FloatArray
    novelty: FloatArray
    local: FloatArray
    unseen: FloatArray
    outside: FloatArray
    branch: IntArray
    chemistry: BoolArray
    base: FloatArray

    def error_inputs(
        self, rows: "NDArray | slice" = slice(None)
    ) -> FloatArray:
        """Return the figures of `error_inputs` of m rows, (m, 6).

        Columns are the deviation that the novelty implies (0 to 1, relative to
        the prior), the local residual (K), the share outside the hard phase,
        the absolute difference of the mean from the physics (K), the novelty
        and the share of unseen elements. `rows` is a mask, an index array or a
        slice; without it all rows count. NaN where a row has no prediction.
        """
        apart = self.mean - fill_mean(self.base)
        parts = self.novelty, self.local, self.outside, apart, self.unseen
        return error_inputs(*(part[rows] for part in parts))

    def sizes(self, coefficients: "list[FloatArray]") -> FloatArray:
        """Compute the size of the error of each of n rows, K, (n,), with the coefficients of its branch.

        `coefficients` is a list that has, in the order of the branches, arrays
        (7,) for a constant and the six figures of `error_inputs`. The size is
        their sum, each times its figure. A row of a branch beyond the list, or
        without a prediction, is NaN.
        """
        size_per_row = np.full(len(self.mean), np.nan)
        for k, coefficients_of_branch in enumerate(coefficients):
            rows = self.branch == k
            size_per_row[rows] = error_size(
                coefficients_of_branch, self.error_inputs(rows)
            )
        return size_per_row


def train_model(
    data: TrainingSet, advance: Any = lambda: None
) -> tuple[CurieModel, list[LeftOut]]:
    """Train on a set, and calibrate the intervals on rows that were left out.

    Parameters
    ----------
    data : TrainingSet
        Curie temperatures, K; not changed. All rows are learnt, whatever ``learn`` says.
    advance : callable
        Called without arguments once a fold of each way of leaving out (ten folds each), and once
        before.

    Returns
    -------
    model : CurieModel
        Its ``manifest`` has ``target``, ``origin``, ``rows``, ``papers`` (number of groups),
        ``removed``, ``data_sha256`` and the mean ``error``, K, but no ``key``, so that ``file`` and
        `str` fail.
    left : list of LeftOut
        Predictions of all rows left out by paper, then, of a set of 300 rows
        or more, by chemistry: arrays (n,) as of `left_out`, ``mean``,
        ``novelty``, ``local``, ``unseen``, ``outside``, ``branch``,
        ``chemistry`` and ``base``.

    Raises
    ------
    DataError
        If no compound could be left out.
    """
    blank = fit_model(data)
    advance()
    predictions = left_out(blank, advance)
    # Where a row's compound is all that there is, nothing is left to predict it from.
    if not np.isfinite(predictions.mean).any():
        raise DataError(
            f"{data.origin} holds no compound that could be left out: give values of two compounds "
            "or more, or --add these to what is known otherwise"
        )
    # What is told of a new chemistry is worse than of a new paper on a known one: both calibrate.
    sets_of_predictions = (
        [predictions]
        if len(data) < _SMALL
        else [predictions, left_out(blank, advance, True)]
    )
    values = np.concatenate([data.values] * len(sets_of_predictions))
    every = LeftOut(
        *map(np.concatenate, zip(*sets_of_predictions, strict=True))
    )
    branches, scores = calibrate_errors(blank.branches, every, values)
    manifest = {
        "target": TARGET,
        "origin": data.origin,
        "rows": len(data),
        "papers": len(np.unique(data.groups)),
        "removed": data.removed,
        "data_sha256": data.sha256,
        "error": float(np.nanmean(np.abs(data.values - predictions.mean))),
    }
    model = replace(
        blank,
        branches=branches,
        scores=scores,
        anywhere=int((~np.isfinite(predictions.base)).sum())
        >= _LEAST_LEFT_OUT,
        manifest=manifest,
    )
    return model, sets_of_predictions


def calibrate_errors(
    branches: Sequence[Branch], made: LeftOut, values: FloatArray
) -> tuple[tuple[Branch, ...], tuple[FloatArray, ...]]:
    """Calibrate the intervals on rows that were left out in training.

    Parameters
    ----------
    branches : sequence of Branch
        Fitted branches, ``model.branches`` of a `CurieModel`; not changed.
    made : LeftOut
        Predictions of n rows, all arrays (n,) of which are read: ``mean`` and
        ``base`` (K), ``novelty``, ``local`` (K), ``unseen``, ``outside``,
        ``branch`` (indices into `branches`) and ``chemistry`` (bool). NaN in
        ``mean`` is left out; one row at least must have a prediction.
    values : ndarray, shape (n,)
        What was measured, K.

    Returns
    -------
    branches : tuple of Branch
        Copies with ``coefficients`` of the size of errors, (7,), and
        ``edge``, a novelty.
    scores : tuple of ndarray
        Absolute errors divided by their size, in the order of the rows, of one way of leaving out
        (paper or chemistry) alone, that with the larger 90 % quantile: of each branch inside its
        edge, then of all rows outside. A branch with fewer than 20 rows inside has the scores of
        all branches. The last is empty where fewer than 20 rows lie outside.
    """
    residual = np.abs(values - made.mean)
    is_prediction = np.isfinite(made.mean)
    coefficients_of_branches = []
    for k, branch in enumerate(branches):
        rows = (made.branch == k) & is_prediction
        # A set that is all of hosts with branches of their own leaves the common one none.
        rows = rows if rows.any() else is_prediction
        edge = max(float(np.quantile(made.novelty[rows], _INSIDE_SHARE)), 1e-3)
        fitted_coefficients = _intervals.fit_difficulty(
            residual[rows], made.error_inputs(rows), _CLIP
        )
        coefficients_of_branches.append(
            replace(branch, coefficients=fitted_coefficients, edge=edge)
        )
    score = residual / made.sizes(
        [b.coefficients for b in coefficients_of_branches]
    )
    inside = is_prediction & (
        made.novelty
        <= np.array([b.edge for b in coefficients_of_branches])[made.branch]
    )
    scores = []
    for k in range(len(coefficients_of_branches)):
        rows = inside & (made.branch == k)
        rows = rows if rows.sum() >= _LEAST_OUTSIDE else inside
        scores.append(_wider_scores(score, rows, made.chemistry))
    beyond = is_prediction & ~inside
    outside = score[:0]
    if beyond.sum() >= _LEAST_OUTSIDE:
        outside = _wider_scores(score, beyond, made.chemistry)
    return tuple(coefficients_of_branches), (*scores, outside)


def left_out_half_widths(
    model: CurieModel, left: Sequence[LeftOut], coverage: float
) -> list[FloatArray]:
    """Compute half the interval of each row left out, for each way of leaving out.

    Sizes and quantiles follow from the rows of other folds, however they were left out.

    Parameters
    ----------
    model : CurieModel
        Trained model of n rows, ``model.known``; not changed.
    left : sequence of LeftOut
        What `train_model` returned beside it: left out by paper, then by chemistry, in this order.
    coverage : float
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    list of ndarray
        One for each of `left`: half widths, K, (n,). NaN for a row without a prediction, and
        outside the domain where too few rows calibrate it.
    """
    data = model.known
    halves = []
    for number, test_rows in enumerate(left):
        folds = assign_folds(data, chemistry=number == 1)
        half = np.full(len(data), np.nan)
        for k in np.unique(folds):
            test = folds == k
            branches, scores = _calibrate_without_rows(model, left, test)
            factor = interval_widths(scores, coverage)
            size = test_rows.sizes(
                [branch.coefficients for branch in branches]
            )
            edges = np.array([branch.edge for branch in branches])
            inside = test_rows.novelty <= edges[test_rows.branch]
            half_widths = (
                np.where(inside, factor[test_rows.branch], factor[-1]) * size
            )
            half[test] = half_widths[test]
        halves.append(half)
    return halves


def _calibrate_without_rows(
    model: CurieModel, left: Sequence[LeftOut], test: BoolArray
) -> tuple[tuple[Branch, ...], tuple[FloatArray, ...]]:
    """Calibrate the branches of a model without the rows where `test`, bool (n,), is True.

    `left` are the predictions of `train_model`, by paper, then by chemistry,
    of n rows each; from each the rows of `test` are left out. The model is not
    changed.

    Returns
    -------
    branches : tuple of Branch
        Copies with coefficients, (7,), and edges.
    scores : tuple of ndarray
        Of each branch inside its edge, then of all rows outside, as of `calibrate_errors`.
    """
    parts = []
    values = []
    for test_rows in left:
        rows = ~test & np.isfinite(test_rows.mean)
        parts.append([part[rows] for part in test_rows])
        values.append(model.known.values[rows])
    other = LeftOut(*map(np.concatenate, zip(*parts, strict=True)))
    return calibrate_errors(model.branches, other, np.concatenate(values))


def _wider_scores(
    score: FloatArray, rows: BoolArray, chemistry: BoolArray
) -> FloatArray:
    """Return the scores of some rows from one way of leaving out, the less exact one.

    The way with the larger 90 % quantile is taken, so that an interval holds what it promises of
    new papers and of new chemistries. A way with fewer than 20 rows does not count; if neither
    does, the scores of all `rows` are returned.

    Parameters
    ----------
    score : ndarray of float64, shape (n,)
        Absolute error of each row divided by its size; no NaN where `rows` is True.
    rows : ndarray of bool, shape (n,)
        Which rows count.
    chemistry : ndarray of bool, shape (n,)
        Which rows were left out with their chemistry; the others were with their paper.

    Returns
    -------
    ndarray of float64, shape (m,)
        A new array, in the order of the rows.
    """
    ways = [score[rows & way] for way in (chemistry, ~chemistry)]
    enough = [own for own in ways if len(own) >= _LEAST_OUTSIDE]
    return max(
        enough,
        key=lambda own: _intervals.quantile(own, _USUAL),
        default=score[rows],
    )


def fit_model(data: TrainingSet, physics: bool = True) -> CurieModel:
    """Fit a model whose intervals are not calibrated yet.

    The scales are searched for, which takes most of the time.

    Parameters
    ----------
    data : TrainingSet
        Curie temperatures, K; not changed.
    physics : bool
        Whether the physics is the mean; the data alone are learnt otherwise.

    Returns
    -------
    CurieModel
        Its coefficients, edges and scores are ones, its manifest is empty. Branches are the common
        one, then one for each root of 100 compounds or more.
    """
    rows = training_rows(data, physics)
    of_host = np.zeros(len(ROOTS) + 1, np.int64)
    branches = [
        Branch(TrendProcess(), np.ones(7), 1.0, np.ones(len(of_host), bool))
    ]
    for host, name in enumerate(ROOTS):
        if len(np.unique(rows.compound[rows.host == host])) >= _OWN:
            of_host[host] = len(branches)
            alone = HOSTS[name].magnetism.own_curie_process
            learns = (
                np.arange(len(of_host)) == host
                if alone
                else branches[0].learns
            )
            branches.append(
                replace(
                    branches[0],
                    learns=learns,
                    sparse_for=None if alone else host,
                )
            )
    fitted_branches = fit_branches(data, rows, branches, search=True)
    return CurieModel(
        fitted_branches,
        of_host,
        (np.ones(1),) * (len(fitted_branches) + 1),
        data,
        physics=physics,
    )


def assign_folds(data: TrainingSet, chemistry: bool = False) -> IntArray:
    """Assign each of the n rows of a training set to a fold, int64 (n,), numbers from 0 on.

    Rows of one group, ``data.groups``, share a fold; with `chemistry` those of one chemistry do, a
    host with its elements other than rare earths. Numbers are below `CURIE_FOLDS` (10), not each of
    which need occur. Groups of a set of 300 rows or more go by their hash, see `fold`; those of a
    smaller `data` are distributed evenly.
    """
    groups = data.groups
    if chemistry:
        hosts = prepare_query(partition(data.table)).codes.astype(str)
        groups = np.char.add(hosts, chemical_families(data.table))
    if len(data) >= _SMALL:
        return np.array([fold(group) for group in groups], np.int64)
    _, code = np.unique(groups, return_inverse=True)
    return code % CURIE_FOLDS


def left_out(
    model: CurieModel, advance: Any = lambda: None, chemistry: bool = False
) -> LeftOut:
    """Predict every row of the training set by models that did not see it.

    A fold leaves out its papers, or chemistries, and every other row of their compounds, whatever
    its source. The scales are searched without them too.

    Parameters
    ----------
    model : CurieModel
        Fitted model, whose training set is predicted; not changed.
    advance : callable
        Called without arguments once a fold.
    chemistry : bool
        Whether chemistries are left out instead of papers.

    Returns
    -------
    LeftOut
        Arrays of n rows in the order of the set. ``mean`` is in K, at least 1;
        ``base`` is the physics alone, K, NaN without one; ``branch`` is the
        index of the branch; ``outside`` is the share of weight outside the
        hard phase and ``chemistry`` is `chemistry` in every row. ``mean``,
        ``novelty``, ``local`` and ``unseen`` are NaN in the rows of a fold
        that leaves nothing to learn from.
    """
    data = model.known
    groups = assign_folds(data, chemistry)
    rows_of_data = training_rows(data, model.physics)
    figures = np.full((4, len(data)), np.nan)
    for k in range(CURIE_FOLDS):
        test = np.flatnonzero(groups == k)
        train = np.flatnonzero(
            ~np.isin(rows_of_data.compound, rows_of_data.compound[test])
        )
        if len(test) and len(train):
            rest = data[train]
            # The size of an error is then the local residual alone.
            only = np.arange(7) == 2.0
            fitted_branches = fit_branches(
                rest, rows_of_data.at(train), model.branches, search=True
            )
            branches = tuple(
                replace(branch, coefficients=only, edge=1.0)
                for branch in fitted_branches
            )
            model_of_fold = replace(model, branches=branches, known=rest)
            base = rows_of_data.base[test]
            residual = model_of_fold.residual(
                rows_of_data.asked.at(test), base
            )
            figures[:, test] = (
                np.maximum(fill_mean(base) + residual.mean, _LEAST_K),
                residual.novelty,
                residual.size,
                residual.unseen,
            )
        advance()
    mean, novelty, local, unseen = figures
    return LeftOut(
        mean=mean,
        novelty=novelty,
        local=local,
        unseen=unseen,
        outside=rows_of_data.asked.outside,
        branch=model.of_host[rows_of_data.host],
        chemistry=np.full(len(data), chemistry),
        base=rows_of_data.base,
    )


def with_rows(model: CurieModel, rows: TrainingSet) -> CurieModel:
    """Return a new model that knows further measurements; its scales stay as they are.

    Where the calibrated parameters decide (``model.decides`` is False), which know the embedded
    facts, the rows change only what is like them: ``beside`` is set. ``known`` becomes both sets,
    the new rows last; intervals, scores and the manifest stay those of `model`, which is not
    changed. `rows` is a `TrainingSet` of Curie temperatures, K, of one row or more.
    """
    joint_data = _join_rows(model.known, rows)
    rows_of_data = training_rows(joint_data, model.physics)
    branches = fit_branches(joint_data, rows_of_data, model.branches)
    kriging = None if model.decides else replacement_rows(rows)
    return replace(model, branches=branches, known=joint_data, beside=kriging)


def training_rows(data: TrainingSet, physics: bool) -> Rows:
    """Convert a training set to the rows that are learnt.

    Parameters
    ----------
    data : TrainingSet
        n Curie temperatures, K.
    physics : bool
        Whether the physics is the mean; without it ``base`` is NaN.

    Returns
    -------
    Rows
        ``x``, columns (n, d) as of `trend_columns`; ``base``, the physical mean, K, NaN without
        one; ``host``, the kind of each row as of `classify_rows`, an index into `ROOTS`, or
        ``len(ROOTS)`` without physics, no host code; ``compound``, a number from 0 that equal
        compositions (within 0.1 at.%) share; ``asked``, the phases as of `prepare_query`.
    """
    query = prepare_query(partition(data.table))
    phases, codes, _ = query
    base = physical(phases, codes) if physics else np.full(len(phases), np.nan)
    _, compound = np.unique(keys(data.table.to_array()), return_inverse=True)
    return Rows(
        trend_columns(phases, codes, base),
        base,
        classify_rows(codes, base)[0],
        compound,
        query,
    )


def fit_branches(
    data: TrainingSet,
    own: Rows,
    branches: Sequence[Branch],
    search: bool = False,
) -> tuple[Branch, ...]:
    """Fit the branches of a model to the rows of a set.

    Parameters
    ----------
    data : TrainingSet
        Curie temperatures, K.
    own : Rows
        The rows of `data` as `training_rows` converts them.
    branches : sequence of Branch
        The common one first; not changed. ``learns``, ``sparse_for`` and ``process`` are read. A
        sparse branch takes points of the common process, or all of it where its host has no point.
    search : bool
        Whether to search for scales; those of the branches stay otherwise.

    Returns
    -------
    tuple of Branch
        Copies with new processes, in the order of `branches`; coefficients and edges as they were.
    """
    result: list[Branch] = []
    for branch in branches:
        if branch.sparse_for is None:
            process = fit_rows(
                data, own, branch.learns, None if search else branch.process
            )
        else:
            common = result[0].process
            is_near = common.points_[:, branch.sparse_for] != 0.0
            process = (
                common.make_sparse(is_near, _SPARSE_POINTS)
                if is_near.any()
                else common
            )
        result.append(replace(branch, process=process))
    return tuple(result)


def fit_rows(
    data: TrainingSet,
    own: Rows,
    learns: BoolArray,
    scales: TrendProcess | None,
) -> TrendProcess:
    """Fit the process of the residual to one row a compound, the median of its sources.

    Parameters
    ----------
    data : TrainingSet
        Curie temperatures, K.
    own : Rows
        The same rows as they are learnt, as of `training_rows`.
    learns : ndarray of bool, shape (kinds,)
        Kinds that the process learns from: the roots in the order of `ROOTS`, last what has no
        physics. At least one row must be of them.
    scales : TrendProcess or None
        Fitted process whose scales to keep, not changed; None searches for them.

    Returns
    -------
    TrendProcess
        A new one, fitted to the measured value less the physical mean (or less `TYPICAL_K` without
        one), K.
    """
    import pandas as pd

    mine = np.flatnonzero(learns[own.host])
    apart = data.values - fill_mean(own.base)
    frame = pd.DataFrame(
        {"key": own.compound[mine], "apart": apart[mine], "row": mine}
    )
    table_of_compounds = frame.groupby("key", sort=True).agg(
        apart=("apart", "median"), count=("apart", "size"), row=("row", "min")
    )
    x = own.x[table_of_compounds["row"].to_numpy()]
    y = table_of_compounds["apart"].to_numpy()
    noise = 1.0 / np.sqrt(table_of_compounds["count"].to_numpy(np.float64))
    if scales is not None:
        return scales.refit(x, y, noise)
    # What an element does goes on beyond its neighbours: a plane, and nothing local.
    blank = TrendProcess(
        TREND,
        N_ELEMENTS,
        True,
        search_rows=_SEARCH_ROWS,
        draws=_TRAINING_DRAWS,
    )
    # Of few rows those that the others contradict decide too much.
    blank.searches = 1 + (len(data) < _SMALL)
    return blank.fit(x, y, noise)


def _join_rows(known: TrainingSet, rows: TrainingSet) -> TrainingSet:
    """Join two sets to a new one, the rows of `known` first.

    Both are `TrainingSet` of one target, which is not checked. Target and removed counts are those
    of `known`, the origin names both; all rows of both are learnt from. Equal compounds are not
    joined.
    """
    return TrainingSet(
        known.target,
        CompositionTable.from_array(
            np.vstack([known.table.to_array(), rows.table.to_array()])
        ),
        np.concatenate([known.values, rows.values]),
        np.concatenate([known.groups, rows.groups]),
        np.concatenate([known.sources, rows.sources]),
        f"{known.origin}, and {rows.origin}",
        known.removed,
    )


def training_set(data: "str | Path | None" = None) -> TrainingSet:
    """Return the set that a model is trained on: a user's file alone, or everything at hand."""
    if data is None:
        return curie_set()
    return own_set(Path(data))


# Threads that ask for an untrained model at the same time must not each train it.
_LOADING = Lock()


def load(
    data: "str | Path | None" = None,
    add: "str | Path | None" = None,
    progress: bool = False,
) -> CurieModel:
    """Return the model, trained at first use and kept in memory and in the cache folder.

    Parameters
    ----------
    data : path, optional
        CSV file with ``composition`` and ``curie_temperature_K`` to learn from instead of
        everything else: neither fetched nor embedded values enter. A frame is not taken.
    add : path, optional
        CSV file, columns alike, of rows to learn beside what is known; the scales stay.
    progress : bool
        Show a bar on stderr while training.

    Returns
    -------
    CurieModel
        The same object for the same arguments, settings and content of the
        file; do not change it.

    Raises
    ------
    InputError
        If both `data` and `add` are given, or a value is impossible.
    DataError
        If the file is missing or holds nothing usable.
    """
    if data is not None and add is not None:
        raise InputError(
            "data= replaces what is known and add= adds to it: give one of the two"
        )
    data = None if data is None else str(data)
    add = None if add is None else str(add)
    with _LOADING:
        return _load(
            data,
            add,
            progress,
            str(get_settings()),
            content_digest(add if data is None else data),
        )


@lru_cache(maxsize=8)
def _load(
    data: str | None,
    add: str | None,
    progress: bool,
    settings: str,
    digest: str,
) -> CurieModel:
    """Return the model of files; cached for each combination of arguments.

    A model trained anew is written to the cache folder, but not one with rows of `add`.

    Parameters
    ----------
    data : str or None
        Path of a CSV file to learn from instead of everything else.
    add : str or None
        Path of a CSV file to learn beside everything else.
    progress : bool
        Show a bar on stderr while training.
    settings, digest : str
        Parts of the key of the cache and not used otherwise; `digest` is that of `content_digest`.

    Returns
    -------
    CurieModel
        With ``key`` in its manifest, that of the file; do not change it.
    """
    if add is not None:
        rows = own_set(Path(add), least=1)
        return with_rows(_load(None, None, progress, settings, ""), rows)
    training_data = training_set(data)
    file = _store.model_file(TARGET, model_key(training_data))
    train = partial(_train_with_progress, training_data, progress)
    rebuild = partial(unpack, training_data)
    return _store.load_or_train(file, train, pack, rebuild)


def model_key(known: TrainingSet) -> str:
    """Compute a hash of all that decides the model which is trained on the set `known`.

    `known` is a `TrainingSet` of Curie temperatures, K. The result has 16 hexadecimal digits.
    Values, groups and compositions of the set, the code that fits and the versions of its packages
    enter; sources and origin do not. The physics enters by its answers to the compounds of the set:
    other code or tables that give the same answers leave it as it is.
    """
    from .._core import _intervals
    from . import _curie, _process
    from . import _gaussian_process_kernels as _gaussian_process

    rows = training_rows(known, physics=True)
    # `host` says where there is no physics.
    columns = np.nan_to_num(np.column_stack([rows.x, rows.base]))
    size = np.abs(columns).max(axis=0)
    # The last digits depend on the machine; adding zero makes one of the two zeros.
    design = np.round(columns / np.where(size > 0.0, size, 1.0), 9) + 0.0
    scales = [f"{size_of_column:.9g}" for size_of_column in size]
    learnt_from = (
        design,
        scales,
        rows.host,
        rows.compound,
        known.values,
        known.groups,
        assign_folds(known),
    )
    modules = [_curie, _process, _intervals, _gaussian_process]
    return _store.key(learnt_from, (*modules, sys.modules[__name__], _store))


def _train_with_progress(known: TrainingSet, progress: bool) -> CurieModel:
    """Train a model on the set `known`, and enter its key in the manifest.

    `known` is a `TrainingSet` of Curie temperatures, K. `progress` shows a bar on stderr. No file
    is written; `_store.load_or_train` or `retrain` does that. DataError if no compound could be
    left out.
    """
    from .._core._progress import bar

    with bar(
        f"training {TARGET}",
        CURIE_FOLDS * (1 + (len(known) >= _SMALL)) + 1,
        progress,
    ) as advance:
        model, _ = train_model(known, advance)
    return replace(model, manifest={**model.manifest, "key": model_key(known)})


def retrain(data: TrainingSet, progress: bool = False) -> CurieModel:
    """Train a model on `data` and write it to the cache folder, in place of one that is there.

    `data` is a `TrainingSet` of Curie temperatures, K, such as
    ``magnetkit.surrogates.training_set("curie_temperature_K")``. The
    `CurieModel` is calibrated, and has ``key`` in its manifest. Models kept in
    memory are forgotten. `progress` shows a bar on stderr. DataError if no
    compound could be left out, StoreError if the file cannot be written.
    """
    model = _train_with_progress(data, progress)
    _store.save(model.file, *pack(model))
    _load.cache_clear()
    return model


def pack(model: CurieModel) -> _store.Packed:
    """Return the content of a model and its manifest, in this order, as `_store.save` takes them.

    The content, a dict, has ``branches`` (a tuple with the fields of each as a tuple), ``of_host``,
    ``scores`` (a tuple of arrays) and ``anywhere`` (bool). Training set, ``physics`` and ``beside``
    are not in it. The manifest is that of the model, the same object.
    """
    content = {
        "branches": tuple(
            tuple(vars(branch).values()) for branch in model.branches
        ),
        "of_host": model.of_host,
        "scores": model.scores,
        "anywhere": model.anywhere,
    }
    return content, model.manifest


def unpack(
    known: TrainingSet, content: dict[str, Any], manifest: dict[str, Any]
) -> CurieModel:
    """Build a model of its training set `known`, and the content and manifest that `pack` returned.

    `content` has the keys of `pack`; ``branches`` is removed from it, and another key is a
    TypeError. The physics is the mean, and ``beside`` is None.
    """
    branches = tuple(Branch(*parts) for parts in content.pop("branches"))
    return CurieModel(branches, known=known, manifest=manifest, **content)
