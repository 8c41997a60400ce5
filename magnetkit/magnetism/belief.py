"""What is believed of an intrinsic property: the physics, and what measurements say beside it.

The mean is the two-sublattice model at its prior parameters, which saw no measurement, with an
offset and a slope for each host; a smooth residual over composition and host learns the level of
families, a local one the compounds nearby. Hosts without physics have a mean of their own.
Intervals are conformal (V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World,
2005), calibrated on papers that were left out with all their compounds, inside and outside the
domain apart.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import conformal
from ..composition import CompositionTable
from ..composition.notation import Basis
from ..elements import N_ELEMENTS
from ..hosts.partition import hard_phases
from ..learning import store
from ..learning.curie import EMBEDDED, FOLDS, TARGET, fold, keys
from ..learning.fingerprint import fingerprint
from ..learning.process import TrendProcess
from ..learning.sets import TrainingSet
from ..settings import get_settings
from .design import TREND, TYPICAL_K, columns_of, hashes, phases_of, physical, table_of

Array = NDArray[np.float64]

# Errors beyond this quantile do not pull at their size.
_CLIP = 0.98
# Fewer left-out compounds than this outside the domain calibrate nothing of their own.
_FEW = 20
# Fewer left-out compounds than this without physics, and nothing is said where there is none.
_ENOUGH = 200
# Share of left-out compounds that count as inside the domain.
_EDGE = 0.90
# Atomic fraction of elements no training row holds from which a composition is wholly new.
_FOREIGN = 0.1
# In a set of fewer rows than this the search of the scales is a large part of the error.
_SMALL = 300
# Without physics, data that take less than this off the variance say nothing.
_SILENT = 0.3
# Least prediction, K: below, there is no order to speak of.
_LEAST_K = 1.0


class Believed(NamedTuple):
    """What is believed of n hard phases, arrays of shape (n,).

    `value` and `half` (half an interval of 90 %) are in kelvin, NaN where nothing is known;
    `share` is how much is learnt, 0 to 1; `distance` is 1 at the edge of the domain; `measured`
    says whether the very compound was measured.
    """

    value: Array
    half: Array
    share: Array
    distance: Array
    measured: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Belief:
    """A trained belief on the Curie temperature.

    Attributes
    ----------
    process : TrendProcess
        The residual, over the columns of `columns`.
    coefficients : ndarray of float64, shape (3,)
        The size of an error is their sum over one, the novelty and the local residual, K.
    scores : tuple of ndarray
        Errors on what was left out over that size, inside and outside the domain.
    edge : float
        Novelty at the edge of the domain.
    known : TrainingSet
        What it was trained on.
    manifest : dict
        Where it comes from.
    anywhere : bool
        Whether hosts without physics were left out often enough to know the errors there; where
        not, nothing is said of them.
    target : str
        ``curie_temperature_K``.
    physics : bool
        Whether the model of the hosts is its mean; False to see what data alone say.
    """

    process: TrendProcess
    coefficients: Array
    scores: tuple[Array, Array]
    edge: float
    known: TrainingSet
    manifest: dict[str, Any] = field(default_factory=dict)
    anywhere: bool = True
    target: str = TARGET
    physics: bool = True

    def __str__(self) -> str:
        """Return what was trained and how well, in one line."""
        return (
            f"{self.target}: {self.manifest['rows']} values of {self.manifest['papers']} papers "
            f"and systems, mean error {self.manifest['error']:.3g} K on what was left out; "
            f"{self.file}"
        )

    @property
    def file(self) -> Path:
        """Where the belief is kept."""
        return file_of(self.known)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the numbers that its answers are made of."""
        parts = (self.process, self.coefficients, *self.scores, float(self.edge), self.anywhere)
        return fingerprint((self.target, *parts))

    @property
    def decides(self) -> bool:
        """Whether it stands before the calibrated parameters where there is physics.

        The embedded facts alone are in the parameters already, and are better used there.
        """
        return self.known.origin != EMBEDDED

    def of_magnets(self, phases: CompositionTable, codes: NDArray[np.int8]) -> Believed:
        """Return what `of_phases` does, NaN where the calibrated parameters stand."""
        found = self.of_phases(phases, codes)
        if self.decides:
            return found
        nothing = np.full(len(phases), np.nan)
        none = np.zeros(len(phases))
        return found._replace(value=nothing, half=nothing, share=none, measured=none.astype(bool))

    @property
    def estimator_(self) -> TrendProcess:
        """The regressor of the residual, over `columns`."""
        return self.process

    def columns(self, phases: CompositionTable, codes: NDArray[np.int8]) -> tuple[Array, Array]:
        """Return what the residual is learnt over, and the physical mean with NaN where none."""
        base = physical(phases, codes) if self.physics else np.full(len(phases), np.nan)
        return columns_of(phases, codes, base), base

    def of_phases(
        self, phases: CompositionTable, codes: NDArray[np.int8], interval: float = 0.9
    ) -> Believed:
        """Return what is believed of hard phases whose hosts are `codes`."""
        x, base = self.columns(phases, codes)
        found = self.process.estimate(x)
        known = np.isfinite(base)
        new = _novelty(found.novelty, phases, self.known.table, known)
        distance = new / self.edge
        inside = distance <= 1.0
        width = [conformal.quantile(s, interval) if len(s) else np.nan for s in self.scores]
        half = np.where(inside, *width) * error_size(self.coefficients, new, found.local)
        value = np.maximum(np.where(known, base, TYPICAL_K) + found.mean, _LEAST_K)
        learnt = 1.0 - new
        silent = learnt < (_SILENT if self.anywhere else np.inf)
        empty = (np.diff(phases.indptr) == 0) | (~known & silent)
        value[empty] = half[empty] = np.nan
        share = np.where(known, learnt, 1.0)
        share[empty] = 0.0
        return Believed(value, half, share, distance, self._measured(phases))

    def predict(
        self,
        compositions: Any,
        interval: float = 0.9,
        *,
        basis: Basis = "auto",
        strict: bool = False,
    ) -> Any:
        """Predict with interval and domain.

        Parameters
        ----------
        compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
            What to predict; of a recipe, its hard phase. See `magnetkit.predict`.
        interval : float
            Probability that the true value lies inside, for a paper not seen.
        basis : {"auto", "atomic", "weight"}
            What the amounts of a text are.
        strict : bool
            Fail on the first row that cannot be read; it is left out with a warning otherwise.

        Returns
        -------
        DataFrame, or frame of the input's library
            One row a composition: the target, its ``_lo``, ``_hi`` and ``_data_share``,
            ``in_domain`` and ``domain_distance`` (1 at the edge).
        """
        import pandas as pd

        from ..composition.inputs import read_inputs

        inputs = read_inputs(compositions, basis, strict=strict)
        codes, phases = hard_phases(inputs.table)
        found = self.of_phases(phases, codes, interval)
        frame = pd.DataFrame(
            {
                self.target: found.value,
                f"{self.target}_lo": np.maximum(found.value - found.half, 0.0),
                f"{self.target}_hi": found.value + found.half,
                f"{self.target}_data_share": found.share,
                "in_domain": found.distance <= 1.0,
                "domain_distance": found.distance,
            }
        )
        return inputs.give(frame)

    def parts(self, table: CompositionTable) -> dict[str, Array]:
        """Return what each part adds to the prediction of each composition, K."""
        codes, phases = hard_phases(table)
        x, base = self.columns(phases, codes)
        mean = np.where(np.isfinite(base), base, TYPICAL_K)
        names = {"trend": "level and slope of the host", "smooth part": "smooth residual"}
        found = {names.get(k, k): v for k, v in self.process.parts(x).items()}
        return {"physics": mean, **found}

    def similarity(self, table: CompositionTable) -> Array:
        """Return how alike compositions are to each known row, 0 to 1, shape (n, m)."""
        codes, phases = hard_phases(table)
        x, _ = self.columns(phases, codes)
        codes, phases = phases_of(self.known.table)
        return self.process.similarity(x, self.columns(phases, codes)[0])

    def with_rows(self, rows: TrainingSet) -> "Belief":
        """Return this belief with further measurements, its scales as they are."""
        known = _joined(self.known, rows)
        process = _fit(known, self.process)
        return replace(self, process=process, known=known)

    def _measured(self, phases: CompositionTable) -> NDArray[np.bool_]:
        known = _known_hashes(self.known)
        return np.isin(hashes(phases), known)


def train(data: TrainingSet, advance: Any = lambda: None) -> Belief:
    """Train on a set; `advance` is called once a fold and once before.

    Parameters
    ----------
    data : TrainingSet
        One row a compound and paper.
    advance : callable
        Moves a progress bar.

    Returns
    -------
    Belief
    """
    return trained(data, advance)[0]


def trained(data: TrainingSet, advance: Any = lambda: None) -> "tuple[Belief, LeftOut]":
    """Return what `train` does, and what was said of the rows that were left out."""
    process = _fit(data, None)
    advance()
    blank = Belief(process, np.ones(3), (np.ones(1), np.ones(1)), 1.0, data)
    made = left_out(blank, advance)
    edge = max(float(np.quantile(made.novelty, _EDGE)), 1e-3)
    residual = np.abs(data.values - made.mean)
    found = conformal.fit_difficulty(residual, made.novelty, made.local, _CLIP)
    score = residual / error_size(found, made.novelty, made.local)
    inside = made.novelty <= edge
    manifest = {
        "target": TARGET,
        "origin": data.origin,
        "rows": len(data),
        "papers": len(np.unique(data.groups)),
        "removed": data.removed,
        "data_sha256": data.sha256,
        "error": float(residual.mean()),
    }
    outside = score if (~inside).sum() < _FEW else score[~inside]
    scores = (score[inside], outside)
    anywhere = int((~np.isfinite(made.base)).sum()) >= _ENOUGH
    belief = replace(
        blank,
        coefficients=found,
        scores=scores,
        edge=edge,
        anywhere=anywhere,
        manifest=manifest,
    )
    return belief, made


def without_physics(data: TrainingSet) -> Belief:
    """Return a belief that data alone make, not calibrated."""
    process = _fit(data, None, physics=False)
    one = np.ones(1)
    return Belief(process, np.ones(3), (one, one), 1.0, data, physics=False)


class LeftOut(NamedTuple):
    """What was said of each row while its paper, and all its compounds, were left out."""

    mean: Array
    novelty: Array
    local: Array
    base: Array


def folds_of(data: TrainingSet) -> NDArray[np.int64]:
    """Return the fold of each row, shape (n,): that of its group.

    The folds of a large set are those of ``datasets/surrogates/split.csv``; the groups of a small
    one are shared out evenly.
    """
    if len(data) >= _SMALL:
        return np.array([fold(group) for group in data.groups], np.int64)
    _, code = np.unique(data.groups, return_inverse=True)
    return code % FOLDS


def left_out(belief: Belief, advance: Any = lambda: None) -> LeftOut:
    """Return predictions of every row of the training set by models that did not see it.

    A fold takes its papers out, and every other row of their compounds, whatever its source. The
    scales are those of the whole set; a small set searches them anew.
    """
    data = belief.known
    groups, compounds = folds_of(data), np.array(keys(data.table.to_array()), object)
    codes, phases = phases_of(data.table)
    x, base = belief.columns(phases, codes)
    made = np.full((3, len(data)), np.nan)
    for k in range(FOLDS):
        test = groups == k
        if test.any() and not test.all():
            gone = set(compounds[test])
            train = np.flatnonzero([key not in gone for key in compounds])
            rest = data[train]
            scales = belief.process if len(data) >= _SMALL else None
            process = _fit(rest, scales, belief.physics)
            found = process.estimate(x[test])
            known = np.isfinite(base[test])
            new = _novelty(found.novelty, phases[test], rest.table, known)
            mean = np.where(known, base[test], TYPICAL_K) + found.mean
            made[:, test] = np.maximum(mean, _LEAST_K), new, found.local
        advance()
    return LeftOut(made[0], made[1], made[2], base)


def error_size(coefficients: Array, novelty: Array, local: Array) -> Array:
    """Return what an error is taken to be proportional to, K."""
    constant, new, near = coefficients
    return constant + new * novelty + near * local


def _novelty(
    new: Array, phases: CompositionTable, known: CompositionTable, physics: NDArray[np.bool_]
) -> Array:
    """Return the novelty, at least the amount of elements nobody measured."""
    other = np.ones(N_ELEMENTS, bool)
    other[np.unique(known.indices)] = False
    entries = other[phases.indices]
    if entries.any():
        rows = np.repeat(np.arange(len(phases)), np.diff(phases.indptr))[entries]
        amount = np.bincount(rows, phases.values[entries], len(phases))
        # The physics knows some elements on their sites.
        new = np.maximum(new, np.where(physics, 0.0, np.minimum(amount / _FOREIGN, 1.0)))
    return new


def _fit(
    data: TrainingSet,
    scales: TrendProcess | None,
    physics: bool = True,
) -> TrendProcess:
    """Return the residual's process: one row a compound, the median of its sources."""
    import pandas as pd
    from threadpoolctl import threadpool_limits

    compounds = pd.DataFrame({"key": keys(data.table.to_array()), "value": data.values})
    compounds["row"] = np.arange(len(data))
    joined = compounds.groupby("key", sort=True).agg(
        value=("value", "median"), count=("value", "size"), row=("row", "min")
    )
    table = data.table[joined["row"].to_numpy()]
    codes, phases = phases_of(table)
    base = physical(phases, codes) if physics else np.full(len(phases), np.nan)
    x = columns_of(phases, codes, base)
    y = joined["value"].to_numpy() - np.where(np.isfinite(base), base, TYPICAL_K)
    noise = 1.0 / np.sqrt(joined["count"].to_numpy(np.float64))
    # More threads would sum in another order.
    with threadpool_limits(limits=1, user_api="blas"):
        if scales is not None:
            return scales.refit(x, y, noise)
        return TrendProcess(TREND, N_ELEMENTS).fit(x, y, noise)


def _joined(known: TrainingSet, rows: TrainingSet) -> TrainingSet:
    return TrainingSet(
        known.target,
        table_of(np.vstack([known.table.to_array(), rows.table.to_array()])),
        np.concatenate([known.values, rows.values]),
        np.concatenate([known.groups, rows.groups]),
        np.concatenate([known.sources, rows.sources]),
        f"{known.origin}, and {rows.origin}",
        known.removed,
    )


@lru_cache(maxsize=8)
def _known_hashes(known: TrainingSet) -> NDArray[np.int64]:
    return np.unique(hashes(known.table))


def file_of(data: TrainingSet) -> Path:
    """Return where a belief trained on a set is kept."""
    key = store.key({"data": data.sha256})
    return get_settings().cache_dir / "surrogates" / f"{data.target}-{key}.model"
