"""The model of the Curie temperature: a physical mean, and a residual learnt from data.

The mean is the two-sublattice model at its prior parameters, which saw no measurement, with an
offset and a slope for each host; a plane over the elements and a smooth residual over composition
and host learn the rest. Hosts of many measurements have a process of their own, so that how far the
physics may be wrong, and how noisy the measurements are, is learnt for each; a common process
answers for the rest, from the points of a host of many measurements and those that matter most to
them, with a mean of its own where there is no physics.

What a user's own rows depart from the calibrated parameters by is handed on to compounds of the
same host by a simple kriging with an exponential covariance over the atomic fractions (G. Matheron,
Econ. Geol. 58 (1963) 1246): two rows of a series take the error of its others from 34 to 25 K.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import _intervals
from .._core._linear import invert, multiply
from .._core._types import BoolArray, FloatArray, Int8Array, IntArray
from .._core.elements import N_ELEMENTS
from ..alloy.table import CompositionTable
from ..compound.evaluate import PredictedCurie, curie_temperature
from ..compound.parameters import load, prior_parameters
from ..features._elements import ratio_sums
from ..phases.partition import Partition, partition, root_codes, root_places
from ..phases.records import ROOTS
from . import _store
from ._measured import EDGE, EMBEDDED, TARGET, TrainingSet, thousandths
from ._prediction import TrainedModel, prediction_frame
from ._process import TrendProcess
from ._store import fingerprint

if TYPE_CHECKING:
    import pandas as pd

    from ..features._descriptor_kernels import Layout


# Less of a compound's weight in the hard phase is another phase; what rounding leaves of a whole.
_WHOLE = 0.9
_ALL = 1.0 - 1e-9
# Where there is no physics the mean starts here (K), with the trend's own constant about it.
TYPICAL_K = 500.0
_UNIT_K = 250.0
OFFSET_K = 140.0
"""Prior deviation of the physics of a host, K."""
WITHOUT_PHYSICS_K = 350.0
"""Deviation of a Curie temperature of which no physics says anything, K.

Fitted: of 336 compounds of unseen papers that are as near to an embedded one as `_NEARLY_KNOWN` says,
89 % lie in ranges of 90 %; with 250 K it is 84 %, with 400 K 95 %. The values of all 1,450 there
scatter by 307 K about `TYPICAL_K`.
"""
# And of its slope, K per `_UNIT_K`.
_SLOPE_K = 60.0

TREND = 2 * (len(ROOTS) + 1)
"""Number of columns of the trend."""


def physical(phases: CompositionTable, codes: Int8Array) -> FloatArray:
    """Compute the Curie temperature of n phases by the model at prior parameters, K, float64 (n,).

    `phases` are their compositions and `codes`, int8 (n,), their host codes: indices into
    `HOST_NAMES`, -1 for none. The result is NaN where the model has no answer. A variant counts as
    its root, whose compounds it learns from.
    """
    return curie_temperature(phases, root_codes(codes), prior_parameters())


def trend_columns(
    phases: CompositionTable, codes: Int8Array, base: FloatArray
) -> FloatArray:
    """Compute the columns that a `TrendProcess` learns from: trend, smooth and local part.

    Parameters
    ----------
    phases : CompositionTable
        n phases.
    codes : ndarray of int8, shape (n,)
        Their host codes, indices into `HOST_NAMES`, -1 for none.
    base : ndarray, shape (n,)
        Curie temperature by the physics, K, as of `physical`; NaN without one.

    Returns
    -------
    ndarray of float64, shape (n, d)
        No NaN. The first `TREND` columns are the trend, the last 118 the atomic fractions (local
        part).
    """
    from ..features._descriptor_kernels import design

    return design(phases.rows, layout(), *classify_rows(codes, base))


@lru_cache(maxsize=1)
def layout() -> "Layout":
    """Return the layout of the columns that the model learns from, for the kernel."""
    from ..features._descriptor_kernels import Layout

    return Layout(ratio_sums()[1], len(ROOTS), OFFSET_K, _SLOPE_K)


def classify_rows(
    codes: Int8Array, base: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Find the kind of each of n rows, and reduce its physical mean to a number of about one.

    Parameters
    ----------
    codes : ndarray of int8, shape (n,)
        Host codes, indices into `HOST_NAMES`, -1 for none.
    base : ndarray, shape (n,)
        Physical mean, K; NaN where there is no physics, as it must be for a code of -1.

    Returns
    -------
    kind : ndarray of int64, shape (n,)
        Index of the host's root in `ROOTS`; ``len(ROOTS)`` where there is no physics, whatever the
        host.
    reduced : ndarray of float64, shape (n,)
        The mean less 600 K, over 250 K; -0.4 where there is no physics.
    """
    has_value = np.isfinite(base)
    kind = np.where(has_value, root_places(codes), len(ROOTS))
    return kind, np.where(has_value, base - 600.0, -100.0) / _UNIT_K


def fill_mean(base: FloatArray) -> FloatArray:
    """Return the mean of each row, K, (n,): `base`, (n,), or `TYPICAL_K` where that is NaN."""
    return np.where(np.isfinite(base), base, TYPICAL_K)


def interval_widths(
    scores: Sequence[FloatArray], interval: float
) -> FloatArray:
    """Compute the quantile of each array of `scores`, float64 (len(scores),); NaN of an empty one.

    Arrays are one-dimensional, in any order. A new score stays below the quantile with the
    probability `interval`, between 0 and 1; of few scores it is the largest. InputError for another
    probability, unless all arrays are empty.

    >>> interval_widths([np.array([3.0, 1.0, 2.0]), np.array([])], 0.5)
    array([ 2., nan])
    """
    widths = np.full(len(scores), np.nan)
    for number, score in enumerate(scores):
        if len(score):
            widths[number] = _intervals.quantile(score, interval)
    return widths


class Asked(NamedTuple):
    """Phases whose Curie temperature is asked, and their hosts; see `prepare_query`."""

    phases: CompositionTable
    codes: Int8Array
    outside: FloatArray

    def at(self, rows: NDArray) -> "Asked":
        """Return a new `Asked` of the rows that a mask or index array `rows` selects."""
        return Asked(self.phases[rows], self.codes[rows], self.outside[rows])


def prepare_query(part: Partition) -> Asked:
    """Find the phases whose Curie temperature is that of the recipes.

    Of a charge, whose rest is a boundary phase, that is the hard phase. Otherwise it is the
    compound as it is written, with what the split would put outside the hard phase, such as
    hydrogen. A recipe that is mostly no phase of its host has no such phase; its host code is -1
    then.

    Parameters
    ----------
    part : Partition
        n recipes, split by `magnetkit.phases.partition.partition`; not changed. ``host``,
        ``hard_phase``, ``hard_weight_fraction``, ``charges`` and ``recipe`` are read.

    Returns
    -------
    Asked
        ``phases``, a table of n rows in the order of the recipes; ``codes``, host codes, int8 (n,),
        -1 for none; ``outside``, (n,): of a charge the share of weight outside the hard phase, 1
        for a recipe that is mostly no phase of its host, 0 for others.
    """
    has_host = part.host >= 0
    inside = np.nan_to_num(part.hard_weight_fraction)
    charge = has_host & part.charges
    rest = has_host & ~charge & (inside <= _WHOLE)
    outside = np.where(charge, 1.0 - inside, rest)
    codes = np.where(rest, -1, part.host).astype(np.int8)
    recipe_rows = np.flatnonzero(has_host & ~charge & (inside < _ALL))
    if not len(recipe_rows):
        return Asked(part.hard_phase, codes, outside)
    order = np.arange(len(codes))
    order[recipe_rows] = len(codes) + np.arange(len(recipe_rows))
    phases_and_recipes = CompositionTable.concat(
        [part.hard_phase, part.recipe[recipe_rows]]
    )
    return Asked(phases_and_recipes[order], codes, outside)


def curie_phases(
    table: CompositionTable,
) -> tuple[Int8Array, CompositionTable]:
    """Return the host codes of roots, int8 (n,), and the phases, of which n recipes have their T_C."""
    query = prepare_query(partition(table))
    return root_codes(query.codes), query.phases


WEIGHTS = np.random.default_rng(0).integers(1, 2**40, N_ELEMENTS) * 2 + 1
"""Odd multipliers: their products with rounded fractions sum to one number a composition."""


def hashes(table: CompositionTable) -> IntArray:
    """Compute one number for each composition of a table, int64 (n,).

    Compositions of `table` whose fractions are equal when rounded to 0.1 at.% share a number.
    Different ones may share one, if seldom.
    """
    row_hashes = np.zeros(len(table), np.int64)
    row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    np.add.at(
        row_hashes, row, thousandths(table.values) * WEIGHTS[table.indices]
    )
    return row_hashes


# Distance of atomic fractions at which the correlation is 1/e (0.1 to 0.25 do as well; the least
# moves least what is not alike), and noise over the variance.
_LENGTH = 0.1
_NOISE = 0.05
# Less alike than this is nothing alike: the calibrated parameters stand, with their deviation.
_UNLIKE = 0.05


@dataclass(frozen=True, eq=False)
class Beside:
    """Measured compounds, m of them, where the calibrated parameters answer."""

    atoms: FloatArray  # atomic fractions, (m, 118)
    host: Int8Array  # roots, (m,)
    weights: FloatArray  # what they depart by is covariance @ weights, K, (m,)

    def predict(
        self, phases: CompositionTable, codes: Int8Array
    ) -> tuple[FloatArray, FloatArray]:
        """Predict the Curie temperature of n hard phases by measured compounds like them.

        Parameters
        ----------
        phases : CompositionTable
            The n hard phases.
        codes : ndarray of int8, shape (n,)
            Their host codes, indices into `HOST_NAMES`, -1 for none.

        Returns
        -------
        value : ndarray of float64, shape (n,)
            K: the answer of the calibrated parameters, corrected; NaN where these have none.
        likeness : ndarray of float64, shape (n,)
            Likeness to the most similar measured compound of the same root, 0 (nothing alike, less
            than 0.05) to 1.
        """
        alike = _correlation(
            phases.to_array(), root_codes(codes), self.atoms, self.host
        )
        alike[alike < _UNLIKE] = 0.0
        value = curie_temperature(phases, codes, load()) + multiply(
            alike, self.weights
        )
        return value, alike.max(axis=1)


def replacement_rows(rows: TrainingSet) -> Beside | None:
    """Collect the measured rows for which the calibrated parameters answer; None if there are none.

    `rows` is the user's `TrainingSet` of Curie temperatures, of which ``table`` and ``values``, K,
    are read; it is not changed. Of the `Beside` ``atoms``, (m, 118), are the hard phases of these
    rows, ``host``, (m,), codes of the roots of their hosts, and ``weights``, (m,), K, those by
    which the departures from the calibrated parameters are interpolated. Rows without such an
    answer are left out.
    """
    codes, phases = curie_phases(rows.table)
    apart = rows.values - curie_temperature(phases, codes, load())
    has_distance = np.isfinite(apart)
    if not has_distance.any():
        return None
    atoms = phases.to_array()[has_distance]
    host = codes[has_distance]
    covariance = _correlation(atoms, host, atoms, host) + _NOISE * np.eye(
        len(atoms)
    )
    return Beside(
        atoms, host, multiply(invert(covariance), apart[has_distance])
    )


def _correlation(
    atoms: FloatArray, host: NDArray, others: FloatArray, theirs: NDArray
) -> FloatArray:
    """Compute the correlations of m compounds with n others, float64 (m, n); 0 between hosts.

    A correlation, 0 to 1, is exp(-d / 0.1) of the Euclidean distance d of the atomic fractions, 1
    for equal ones. `atoms`, (m, 118), and `others`, (n, 118), are these fractions; `host`, (m,),
    and `theirs`, (n,), are codes of the roots of the hosts. Rows of no host, -1, are of one host
    here.
    """
    from scipy.spatial.distance import cdist

    return np.exp(-cdist(atoms, others) / _LENGTH) * (host[:, None] == theirs)


# Atomic fraction of elements no training row holds from which a composition is wholly new.
_FOREIGN = 0.1
# Without physics, data that take less than this off the variance say nothing; where too little was
# left out to know the errors there, all but the nearest data: by those that take 0.8 to 0.9 off
# compounds of unseen papers are 215 K off, by those that take more 75 K.
_SILENT = 0.3
_NEARLY_KNOWN = 0.9
# Distance, at least, of a host nothing of which was learnt, and of what gets no answer.
_STRANGE = 2.0
# Least prediction, K: below, there is no order to speak of.
_LEAST_K = 1.0


@dataclass(frozen=True, eq=False)
class Branch:
    """The residual of some hosts, and the size of its errors."""

    process: TrendProcess  # the residual, over the columns of `trend_columns`
    # The size of an error is their sum over one and what `error_inputs` returns, K, (7,).
    coefficients: FloatArray
    edge: float  # novelty at the edge of the domain
    # The hosts of `ROOTS` whose rows it learnt from; last, whether rows without physics.
    learns: BoolArray
    # The one host about which it speaks for the common process, with fewer of its points.
    sparse_for: int | None = None


class Residual(NamedTuple):
    """Residual of n phases by the branches, arrays of shape (n,): mean, size of an error, novelty.

    `distance` is the novelty over that at the edge of the domain; `unseen` the amount of elements
    that no known compound of the host holds, over what is wholly new; `measured` says whether the
    very compound is known.
    """

    mean: FloatArray
    size: FloatArray
    novelty: FloatArray
    distance: FloatArray
    unseen: FloatArray
    measured: BoolArray


@dataclass(frozen=True, eq=False)
class CurieModel(TrainedModel):
    """A trained model of the Curie temperature.

    Attributes
    ----------
    branches : tuple of Branch
        The common one, those of single families of hosts, and sparse copies of the common one
        for hosts of many compounds.
    of_host : ndarray of int64, shape (hosts + 1,)
        Which of them answers for each host; the last entry where there is no physics.
    scores : tuple of ndarray
        Errors on what was left out over their size: by branch inside the domain, and all outside;
        empty where too little was left out there: the physics' prior then says how far it may be
        wrong, and also inside where there are too few to tell an interval.
    known : TrainingSet
        What it was trained on.
    manifest : dict
        Where it comes from.
    anywhere : bool
        Whether hosts without physics were left out often enough to know the errors there; where
        not, only what is nearly known gets a number, and the prior deviation its range.
    target : str
        ``curie_temperature_K``.
    physics : bool
        Whether the model of the hosts is its mean; False for the data alone.
    beside : Beside or None
        What a user's own rows say beside the calibrated parameters, where those answer.
    estimator_ : CompositionRegressor or None
        The same as a scikit-learn regressor, where `magnetkit.surrogates` loaded it.
    """

    branches: tuple[Branch, ...]
    of_host: IntArray
    scores: tuple[FloatArray, ...]
    known: TrainingSet
    manifest: dict[str, Any] = field(default_factory=dict)
    anywhere: bool = True
    target: str = TARGET
    physics: bool = True
    beside: Beside | None = None
    estimator_: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return what was trained and how well, in one line.

        The manifest must have ``rows``, ``papers``, ``error`` (K), and ``key`` if it has a file.
        """
        text = (
            f"{self.target}: {self.manifest['rows']} values of {self.manifest['papers']} papers "
            f"and systems, mean error {self.manifest['error']:.3g} K on what was left out"
        )
        # One that `CompositionRegressor.fit` trained is in no file.
        return f"{text}; {self.file}" if "key" in self.manifest else text

    def __repr__(self) -> str:
        """Return what it holds, in one line: that of `str`, or the sizes of a model without ``error``."""
        if "error" in self.manifest:
            return str(self)
        return f"CurieModel of {len(self.known)} values, {len(self.branches)} branches"

    @property
    def file(self) -> Path:
        """Where the model is kept."""
        return _store.model_file(self.target, self.manifest["key"])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal digits, of the numbers that its answers are made of.

        These are branches, scores and ``beside``, not the manifest. It is a
        property, computed once and kept.
        """
        parts = [
            (b.process, b.coefficients, float(b.edge)) for b in self.branches
        ]
        content = [self.target, parts, self.of_host, *self.scores]
        return fingerprint((*content, self.anywhere, self.beside))

    @property
    def decides(self) -> bool:
        """Whether it stands before the calibrated parameters where there is physics.

        A property. True where it learnt from fetched compilations or a user's
        table (``known.origin`` is not `EMBEDDED`), or has ``beside``. The
        embedded facts alone are in the parameters already, and are better used
        there.
        """
        return self.beside is not None or self.known.origin != EMBEDDED

    def predict_magnets(self, whose: Asked) -> PredictedCurie:
        """Predict the Curie temperatures of n recipes' phases where the model decides.

        Where the calibrated parameters stay in force, ``value`` and ``half`` are NaN, ``share`` is
        0 and ``measured`` False. Equal phases are predicted once.

        Parameters
        ----------
        whose : Asked
            What `prepare_query` returns for the recipes: ``phases``, ``codes`` and ``outside``.

        Returns
        -------
        PredictedCurie
            Arrays (n,): ``value``, K; ``half``, half the interval of 90 %, K, NaN also where a
            user's own measurements decide; ``share`` of what is learnt, 0 to 1; ``distance``, 1 at
            the edge of the domain; ``measured``, bool, whether the very compound is known.
            ``value`` and ``half`` are NaN, too, where nothing is known.
        """
        # Of equal phases one is asked.
        if whose.phases.unique_rows is not None:
            first, place = whose.phases.unique_rows
            once = whose.at(first)
            beside = np.column_stack(whose[1:])
            if np.array_equal(np.column_stack(once[1:])[place], beside):
                return PredictedCurie._make(
                    part[place] for part in self.predict_magnets(once)
                )
        answer, is_answer, has_base = self._answers(whose)
        stand = has_base & (not self.decides)
        if self.beside is not None:
            stand = np.isfinite(answer.value) & (answer.share == 0.0)
        return answer._replace(
            value=np.where(stand, np.nan, answer.value),
            half=np.where(stand | is_answer, np.nan, answer.half),
            share=np.where(stand, 0.0, answer.share),
            measured=answer.measured & ~stand,
        )

    def curie_of_magnets(self, whose: Asked) -> FloatArray:
        """Return the ``value`` of `predict_magnets` alone, K, (n,).

        It is NaN throughout, without any work, for a model that never decides (``decides`` is
        False), such as that of the embedded facts alone. `whose` is an `Asked`, as `prepare_query`
        returns it.
        """
        nothing = np.full(len(whose.phases), np.nan)
        if self.decides:
            return self.predict_magnets(whose).value
        return nothing

    def base(self, phases: CompositionTable, codes: Int8Array) -> FloatArray:
        """Return the physical mean of `phases` with host `codes`, K, (n,); NaN where there is none.

        `phases` are n compositions, `codes`, int8 (n,), indices into
        `HOST_NAMES`, -1 for none. It is that of `physical`, by the prior
        parameters, and NaN throughout for a model whose ``physics`` is False.
        """
        if self.physics:
            return physical(phases, codes)
        return np.full(len(phases), np.nan)

    def choose_branch(self, codes: Int8Array, base: FloatArray) -> IntArray:
        """Choose the branch that answers for each of n phases: an index into ``branches``, int64 (n,).

        `codes`, int8 (n,), are host codes, indices into `HOST_NAMES`, -1 for none; `base`, (n,), is
        the physical mean, K, NaN without one, where the branch of no physics answers, whatever the
        host.
        """
        return self.of_host[classify_rows(codes, base)[0]]

    def residual(self, whose: Asked, base: FloatArray) -> Residual:
        """Predict the residual of phases, K, with its error and novelty.

        Parameters
        ----------
        whose : Asked
            n phases, their host codes and the share of weight outside them, as of `prepare_query`.
        base : ndarray of float64, shape (n,)
            Physical mean, K, NaN without one, as `base` of this model returns it.

        Returns
        -------
        Residual
            Arrays (n,): ``mean``, K, about the physical mean (or about `TYPICAL_K` without one);
            ``size``, to which its error is proportional, K; ``novelty``, 0 (known) to 1;
            ``distance``, 1 at the edge of the domain; ``unseen``, amount of elements that no known
            compound of the host holds, 0 to 1 (from 10 at.% on); ``measured``, whether the
            composition itself is known.
        """
        from ._gaussian_process_kernels import posterior_of_rows

        phases, codes, outside = whose
        rows = phases.rows
        kind, at = classify_rows(codes, base)
        which = self.of_host[kind]
        amount, is_measured_row = self._met(phases)
        mean, size, novelty, distance = np.full((4, len(phases)), np.nan)
        unseen = _unseen(phases, kind, self._seen)
        answer = Residual(
            mean, size, novelty, distance, unseen, is_measured_row
        )
        # The physics knows some elements on their sites.
        foreign = np.where(
            np.isfinite(base), 0.0, np.minimum(amount / _FOREIGN, 1.0)
        )
        strange = ~np.any(self._seen, axis=1)[kind]
        for k, branch in enumerate(self.branches):
            branch_rows = np.flatnonzero(which == k)
            if len(branch_rows):
                process = branch.process
                posterior = process.in_units(
                    posterior_of_rows(
                        rows, branch_rows, layout(), kind, at, process.known
                    )
                )
                new = np.maximum(posterior.novelty, foreign[branch_rows])
                new[strange[branch_rows]] = 1.0
                answer.mean[branch_rows] = posterior.mean
                answer.novelty[branch_rows] = new
                error_inputs_of_rows = error_inputs(
                    new,
                    posterior.local,
                    outside[branch_rows],
                    posterior.mean,
                    unseen[branch_rows],
                )
                answer.size[branch_rows] = error_size(
                    branch.coefficients, error_inputs_of_rows
                )
                answer.distance[branch_rows] = np.maximum(
                    new / branch.edge, _STRANGE * strange[branch_rows]
                )
        return answer

    def predict_phases(
        self, whose: Asked, interval: float = 0.9
    ) -> PredictedCurie:
        """Predict T_C of the n phases of `whose`, K, with intervals of probability `interval`.

        `whose` is an `Asked`, as `prepare_query` returns it; `interval` lies
        between 0 and 1 (InputError otherwise). The `PredictedCurie` has arrays
        (n,): ``value`` and ``half`` of the interval, K, NaN where nothing is
        known, ``share`` of what is learnt (0 to 1), ``distance`` (1 at the
        edge of the domain) and ``measured`` (bool, whether the very compound
        is known). Unlike of `predict_magnets`, these are given whether the
        model decides or not.
        """
        return self._answers(whose, interval)[0]

    def _answers(
        self, whose: Asked, interval: float = 0.9
    ) -> tuple[PredictedCurie, BoolArray, BoolArray]:
        """Predict the Curie temperatures of n phases, with intervals.

        Parameters
        ----------
        whose : Asked
            n phases, their host codes and the share of weight outside them, as of `prepare_query`.
        interval : float
            Probability of the intervals, between 0 and 1; InputError otherwise.

        Returns
        -------
        answer : PredictedCurie
            Arrays (n,): ``value`` and ``half`` of the interval, K, NaN where nothing is known;
            ``share`` of what is learnt, 0 to 1 (likeness where a user's measurements decided);
            ``distance``, 1 at the edge of the domain; ``measured``, whether the very compound is
            known.
        is_answer : ndarray of bool, shape (n,)
            Rows that the calibrated parameters, corrected by a user's measurements, answer.
        has_base : ndarray of bool, shape (n,)
            Rows for which there is physics.
        """
        phases, codes, _ = whose
        base = self.base(phases, codes)
        residual = self.residual(whose, base)
        has_base = np.isfinite(base)
        which = self.choose_branch(codes, base)
        half = self._half_widths(residual, which, has_base, interval)
        value = np.maximum(fill_mean(base) + residual.mean, _LEAST_K)
        familiarity = 1.0 - residual.novelty
        smallest_familiarity = _SILENT if self.anywhere else _NEARLY_KNOWN
        empty = (np.diff(phases.indptr) == 0) | (
            ~has_base & (familiarity < smallest_familiarity)
        )
        value[empty] = half[empty] = np.nan
        share = np.where(has_base, familiarity, 1.0)
        is_answer = np.zeros(len(phases), bool)
        if self.beside is not None:
            value_beside, distance_beside = self.beside.predict(phases, codes)
            is_answer = np.isfinite(value_beside)
            value = np.where(is_answer, value_beside, value)
            share = np.where(is_answer, distance_beside, share)
        share[empty] = 0.0
        distance = np.where(
            empty & ~is_answer,
            np.maximum(residual.distance, _STRANGE),
            residual.distance,
        )
        return (
            PredictedCurie(value, half, share, distance, residual.measured),
            is_answer,
            has_base,
        )

    def _half_widths(
        self,
        residual: Residual,
        which: IntArray,
        has_base: BoolArray,
        interval: float,
    ) -> FloatArray:
        """Compute half the interval of the Curie temperature of n phases, K, (n,).

        Parameters
        ----------
        residual : Residual
            Their residual, of which ``size``, ``novelty`` and ``distance`` count.
        which : ndarray of int64, shape (n,)
            The branch that answers for each, as of `choose_branch`.
        has_base : ndarray of bool, shape (n,)
            Phases for which there is physics.
        interval : float
            Probability of the intervals, between 0 and 1. Widths are kept by it.

        Returns
        -------
        ndarray of float64, shape (n,)
            K; NaN where neither left-out rows nor a prior say how far it may be off.
        """
        width = self._widths.get(interval)
        if width is None:
            width = interval_widths(self.scores, interval)
            self._widths[interval] = width
        inside = residual.distance <= 1.0
        half = np.where(inside, width[which], width[-1]) * residual.size
        normal = NormalDist().inv_cdf(0.5 + 0.5 * interval)
        if not len(self.scores[-1]):
            novelty_width = normal * OFFSET_K * residual.novelty
            wider = np.maximum(width[which] * residual.size, novelty_width)
            # Of n scores the largest is one that a new one stays below in n of n + 1 cases.
            counts = np.array([len(score) for score in self.scores])
            few = counts * (1.0 - interval) < interval
            half = np.where(inside & ~few[which], half, wider)
        if not self.anywhere:
            # Too few were left out there: how far it may be off is what the prior says.
            deviation = np.sqrt(residual.novelty * (2.0 - residual.novelty))
            prior = np.fmax(half, normal * WITHOUT_PHYSICS_K * deviation)
            half = np.where(has_base, half, prior)
        return half

    def _predict_table(
        self, table: CompositionTable, interval: float
    ) -> "pd.DataFrame":
        """Build the frame of `predict` for a table of recipes, K, one row a recipe in order.

        `table` are the recipes, `interval` is the probability of the ranges, between 0 and 1. The
        columns are ``curie_temperature_K``, its ``_lo``, ``_hi`` and ``_data_share`` (0 to 1),
        ``in_domain`` and ``domain_distance``; low ends below 0 are 0. A recipe of which nothing is
        known is NaN.
        """
        prediction = self.predict_phases(
            prepare_query(partition(table)), interval
        )
        low = np.maximum(prediction.value - prediction.half, 0.0)
        high = prediction.value + prediction.half
        return prediction_frame(
            self.target,
            prediction.value,
            low,
            high,
            distance=prediction.distance,
            data_share=prediction.share,
        )

    @cached_property
    def _widths(self) -> dict[float, FloatArray]:
        """Return quantiles of the `scores`, by interval."""
        return {}

    @cached_property
    def _seen(self) -> BoolArray:
        """Whether a known compound of each kind holds each element, bool (kinds, 118).

        Kinds are in the order of `ROOTS`; the last is that without physics.
        Elements are by atomic number less one. It is a property, computed once
        and kept.
        """
        codes, phases = curie_phases(self.known.table)
        element_mask = np.zeros((len(self.of_host), N_ELEMENTS), bool)
        kind, _ = classify_rows(codes, self.base(phases, codes))
        element_mask[
            np.repeat(kind, np.diff(phases.indptr)), phases.indices
        ] = True
        return element_mask

    @cached_property
    def _marks(self) -> tuple[IntArray, BoolArray]:
        """Return the numbers of the known compositions, and the elements that none holds.

        The numbers are those of `hashes`, int64, ascending, each once. The
        elements are bool, (118,), by atomic number less one, True where no
        known row holds it. It is a property, computed once and kept.
        """
        foreign = np.ones(N_ELEMENTS, bool)
        foreign[self.known.table.indices] = False
        return np.unique(hashes(self.known.table)), foreign

    def _met(self, phases: CompositionTable) -> tuple[FloatArray, BoolArray]:
        """Compute, of n `phases`, what no known row holds, and whether a row is known.

        Returned are the atomic fraction of elements that no known row holds, (n,), and bool (n,),
        whether the composition, amounts rounded to 0.1 at.%, is one of a known row.
        """
        from ._gaussian_process_kernels import familiarity

        return familiarity(phases.rows, WEIGHTS, EDGE, *self._marks)


def _unseen(
    phases: CompositionTable, kind: IntArray, seen: BoolArray
) -> FloatArray:
    """Compute how much of each of n phases consists of elements not seen in its kind, (n,).

    The amount is 0 to 1: the atomic fraction of these elements over 0.1, at most 1. `phases` are
    the compositions, `kind`, int64 (n,), rows of `seen` from 0, as of `classify_rows`, and `seen`,
    bool (kinds, 118), says whether a known compound of a kind holds an element.
    """
    row = np.repeat(np.arange(len(phases)), np.diff(phases.indptr))
    new = ~seen[kind[row], phases.indices]
    amount = np.bincount(row[new], phases.values[new], len(phases))
    return np.asarray(np.minimum(amount / _FOREIGN, 1.0))


def error_inputs(
    novelty: FloatArray,
    local: FloatArray,
    outside: FloatArray,
    residual: FloatArray,
    unseen: FloatArray,
) -> FloatArray:
    """Collect the figures from which the size of an error follows, float64 (n, 6).

    The first is the standard deviation that the novelty implies, relative to the prior, 0 to 1. The
    others are, in this order, `local` (residual of similar known rows, K), `outside` (share of
    weight outside the phase), the absolute `residual` (K), `novelty` and `unseen` (0 to 1 each).
    All parameters have shape (n,); `residual` may be of either sign. NaN stays in its column.
    """
    deviation = np.sqrt(novelty * (2.0 - novelty))
    return np.column_stack(
        [deviation, local, outside, np.abs(residual), novelty, unseen]
    )


def error_size(coefficients: FloatArray, known: FloatArray) -> FloatArray:
    """Compute the size to which an error is proportional, K, (n,).

    `coefficients`, (7,), are a constant, K, and one for each column of `known`, (n, 6), in the
    order of `error_inputs`. NaN in a row of `known` makes its size NaN.
    """
    return coefficients[0] + (known * coefficients[1:]).sum(axis=1)
