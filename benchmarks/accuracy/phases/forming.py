"""Fitting and validating how likely phases form: ``datasets/known_phases/made.csv``.

The weights are fitted by scikit-learn's logistic regression (a ridge is a normal prior once each
term is divided by the deviation of its weight), with Laplace's approximation for their covariance.
Phases of any other structure have fewer terms, which know no host, fitted to the rows of all.
Validation leaves out each rare earth, with all its rows and the limits of solubility measured on
them, then each metal that stabilizes 1:12, then each host, which is then judged as one that nobody
has entered rows of.
"""

import itertools
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from magnetkit.elements import INDEX, RARE_EARTHS
from numpy.typing import NDArray

from magnetkit import datasets
from magnetkit._core import _intervals
from magnetkit._core._types import FloatArray
from magnetkit.alloy.table import CompositionTable
from magnetkit.phases._forming import (
    FAMILIES,
    FORMS,
    atoms,
    making_temperature,
    phase_states,
    stabilizers,
)
from magnetkit.phases._judged import Judged, named_phases
from magnetkit.phases._stability_kernels import TERMS
from magnetkit.phases.snapshot import open_snapshot

if TYPE_CHECKING:
    import pandas as pd

    from magnetkit.phases._stability_kernels import State

MADE = "known_phases/made.csv"
# Deviation of the prior of each term's weight: common to all families, and of each family's own.
PRIORS = {
    "constant": (2.0, 2.0),
    "hull distance": (1.0, 0.5),
    "Fe": (2.0, 3.0),
    "Co": (2.0, 3.0),
    "Ni": (2.0, 3.0),
    "Mn": (2.0, 3.0),
    "Cu": (2.0, 3.0),
    "early": (1.0, 2.0),
    "early squared": (1.0, 2.0),
    "sp": (1.0, 2.0),
    "sp squared": (1.0, 2.0),
    "radius ratio": (1.0, 1.0),
    "radius ratio, Fe": (0.7, 1.0),
    "radius ratio, Co": (0.7, 1.0),
    "large radius ratio": (1.0, 1.5),
    "misfit": (2.0, 2.0),
    "stabilizer": (4.0, 4.0),
    "no entry": (2.0, 2.0),
    "eutectoid": (0.0, 1.5),
    "Fe beside Cu": (2.0, 2.0),
    "radius ratio, metal content": (1.0, 0.5),
    "metal content": (1.0, 0.5),
    "uncertainty": (2.0, 1.0),
    "mixing entropy": (2.0, 1.0),
    "room": (4.0, 4.0),
}
HOST_FREE = (
    "constant",
    "hull distance",
    "no entry",
    "uncertainty",
    "mixing entropy",
    "misfit",
    "early squared",
)
"""Terms of a structure without weights of its own."""
_HOST_FREE_PRIOR = 2.0
# What a snapshot's energies tell: these terms are put to zero to see what they are worth.
_OF_ENERGIES = ("hull distance", "no entry", "uncertainty")
# Decomposition on cooling is known of 1:5 compounds with cobalt alone.
_EUTECTOID_FAMILY = "1:5"
# Parts in which papers are left out.
_PAPER_FOLDS = 20
_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, eq=False)
class Made:
    """The typed table as arrays, n rows.

    Attributes
    ----------
    formula : list of str
    host : ndarray of str, shape (n,)
        Empty where the structure is none of the hosts.
    forms : ndarray of bool, shape (n,)
    kelvin : ndarray of float64, shape (n,)
    earths : list of set of str
    phases : CompositionTable
    state : State
    distance : ndarray of float64, shape (n,)
        Hull distance at 0 K, eV/atom, NaN without energy.
    source : ndarray of str, shape (n,)
        Paper or handbook of each row.
    """

    formula: list[str]
    host: NDArray[np.str_]
    forms: NDArray[np.bool_]
    kelvin: FloatArray
    earths: list[set[str]]
    phases: CompositionTable
    state: "State"
    distance: FloatArray
    source: NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Fitted:
    """Weights by family: mean (families, terms) and covariance (families, terms, terms)."""

    mean: FloatArray
    covariance: FloatArray

    def probability(self, x: NDArray, family: NDArray) -> FloatArray:
        """Return the probability of rows of terms, the weights averaged over."""
        from scipy.special import expit

        z = np.einsum("nk,nk->n", x, self.mean[family])
        variance = np.einsum("nk,nkl,nl->n", x, self.covariance[family], x)
        return expit(z / np.sqrt(1.0 + np.pi / 8.0 * variance))


@lru_cache(maxsize=1)
def read_table() -> Made:
    """Return the typed table with energies of the embedded snapshot."""
    rows = datasets.rows(MADE)
    table = CompositionTable.from_strings(
        [r["formula"] for r in rows], basis="atomic"
    )
    host = np.array([r["host"] for r in rows])
    # As a user's composition is judged.
    hosts = Judged(named_phases(table), open_snapshot())
    temperatures = [r["temperature_K"] for r in rows]
    kelvin = np.where(
        [bool(t) for t in temperatures],
        [float(t) if t else 0.0 for t in temperatures],
        making_temperature(hosts.host),
    )
    above, _ = hosts.above(kelvin)
    cold, _ = hosts.above(np.zeros(len(rows)))
    phases, state = phase_states(hosts, above, kelvin)
    earths = [
        {s for s in RARE_EARTHS if row[INDEX[s]] > 0}
        for row in table.to_array()
    ]
    forms = np.array([r["forms"] == "yes" for r in rows])
    formulas = [r["formula"] for r in rows]
    source = np.array([r["source"] for r in rows])
    return Made(
        formulas, host, forms, kelvin, earths, phases, state, cold, source
    )


def terms(table: Made) -> FloatArray:
    """Return the terms of the rows, shape (n, terms)."""
    from magnetkit.phases._stability_kernels import describe

    x = np.zeros((len(table.formula), len(TERMS)))
    describe(table.phases.rows, atoms(), table.state, x, 0, len(x))
    return x


ONE_SIGNED = ("hull distance", "misfit")
"""Terms that make no structure likelier, whatever the family."""


def fit(x: NDArray, family: NDArray, forms: NDArray) -> Fitted:
    """Fit the weights of every family to rows that form or do not.

    A family whose rows would turn the sign of a term of `ONE_SIGNED` has the common weight of it.
    The last family's, those of any other structure, are fitted to the rows of all families.
    """
    common, single = np.array([PRIORS[term] for term in TERMS]).T
    scales = np.tile(single, (len(FAMILIES), 1))
    other_families = np.arange(len(FAMILIES)) != FAMILIES.index(
        _EUTECTOID_FAMILY
    )
    scales[other_families, TERMS.index("eutectoid")] = 0.0
    has_sign = np.isin(TERMS, ONE_SIGNED)
    mean, variance = _fit_families(x, family, forms, common, scales)
    while (
        wrong_sign := (np.array(mean) < 0.0) & has_sign & (scales[:-1] > 0.0)
    ).any():
        scales[:-1][wrong_sign] = 0.0
        mean, variance = _fit_families(x, family, forms, common, scales)
    free = np.array([_HOST_FREE_PRIOR * (t in HOST_FREE) for t in TERMS])
    weights, covariance = _ridge(x * free, forms)
    mean.append(free * weights)
    variance.append(free[:, None] * covariance * free)
    return Fitted(np.array(mean), np.array(variance))


def _fit_families(
    x: NDArray,
    family: NDArray,
    forms: NDArray,
    common: NDArray,
    scales: NDArray,
) -> tuple[list[NDArray], list[NDArray]]:
    """Return weights and covariance of every family but the last, a list of each."""
    k = len(TERMS)
    design = np.hstack(
        [
            x * common,
            *(
                x * scales[f] * (family == f)[:, None]
                for f in range(len(FAMILIES))
            ),
        ]
    )
    weights, covariance = _ridge(design, forms)
    mean = []
    variances = []
    for f in range(len(FAMILIES) - 1):
        take = np.zeros((k, design.shape[1]))
        take[:, :k] = np.diag(common)
        take[:, k * (f + 1) : k * (f + 2)] = np.diag(scales[f])
        mean.append(take @ weights)
        variances.append(take @ covariance @ take.T)
    return mean, variances


def _ridge(design: NDArray, forms: NDArray) -> tuple[NDArray, NDArray]:
    """Return weights under a standard normal prior, and their covariance."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=1.0, fit_intercept=False, max_iter=5000, tol=1e-8
    )
    weights = model.fit(design, forms).coef_[0]
    p = model.predict_proba(design)[:, 1]
    precision = design.T @ (design * (p * (1.0 - p))[:, None]) + np.eye(
        design.shape[1]
    )
    return weights, np.linalg.inv(precision)


def without_each_earth(table: Made, x: NDArray) -> FloatArray:
    """Predict each row by a model that has seen none of a rare earth of it, mean over these."""
    return _cross_validate(
        table,
        x,
        [
            [earth in earths for earths in table.earths]
            for earth in RARE_EARTHS
        ],
    )


def without_each_source(table: Made, x: NDArray) -> FloatArray:
    """Predict each row by a model that has seen no row of its paper or handbook.

    Papers are left out in `_FOLDS` parts, none of which shares a paper with another.
    """
    rows = np.arange(len(x))
    parts = [
        np.isin(rows, out)
        for _, out in _intervals.folds(table.source, _PAPER_FOLDS)
    ]
    return _cross_validate(table, x, parts)


def without_each_stabilizer(table: Made, x: NDArray) -> FloatArray:
    """Predict rows of hosts that need a stabilizer by a model that has seen none of one of theirs.

    Mean over these; NaN where there is none.
    """
    atoms_of = table.phases.to_array()
    out = []
    for host, elements in stabilizers().items():
        out += [
            (table.host == host) & (atoms_of[:, INDEX[e]] > 0.0)
            for e in elements
        ]
    return _cross_validate(table, x, out)


def _fit_without(table: Made, x: NDArray, out: NDArray) -> Fitted:
    """Fit the weights to all rows but those of which `out` is true."""
    return fit(x[~out], table.state.family[~out], table.forms[~out])


def _cross_validate(table: Made, x: NDArray, parts: "list[Any]") -> FloatArray:
    """Predict the rows of each part by a model that has not seen it, mean over its parts."""
    total = np.zeros(len(table.forms))
    times = np.zeros(len(table.forms))
    for part in parts:
        out = np.asarray(part, bool)
        if out.any():
            model = _fit_without(table, x, out)
            total[out] += model.probability(x[out], table.state.family[out])
            times[out] += 1
    return np.where(times > 0, total / np.maximum(times, 1), np.nan)


def without_each_host(table: Made, x: NDArray) -> FloatArray:
    """Predict each row as one of a new host: by the terms that know none, fitted without it."""
    result = np.empty(len(table.forms))
    new = np.full(len(x), len(FAMILIES) - 1)
    for host in FAMILIES:
        out = table.host == host
        model = _fit_without(table, x, out)
        result[out] = model.probability(x[out], new[out])
    return result


def table_of_scores(
    table: Made,
) -> "tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]":
    """Return scores, the reliability table, and the wrong answers with each rare earth left out."""
    import pandas as pd

    x = terms(table)
    fit_probability = fit(x, table.state.family, table.forms).probability(
        x, table.state.family
    )
    earth = without_each_earth(table, x)
    host = without_each_host(table, x)
    support = without_each_stabilizer(table, x)
    blind = np.where(np.isin(TERMS, _OF_ENERGIES), 0.0, x)
    raw = -np.where(
        np.isnan(table.distance), np.nanmedian(table.distance), table.distance
    )
    probabilities = {
        "all rows seen": fit_probability,
        "each rare earth left out": earth,
        "  without energies": without_each_earth(table, blind),
        "each host left out": host,
        "  without energies of hosts": without_each_host(table, blind),
        "each source left out": without_each_source(table, x),
    }
    lines = [
        _scores(name, table.forms, p, raw) for name, p in probabilities.items()
    ]
    for name in RARE_EARTHS:
        out = np.array([name in earths for earths in table.earths])
        if out.any():
            lines.append(
                _scores(
                    f"  {name} left out",
                    table.forms[out],
                    earth[out],
                    raw[out],
                )
            )
    for name in (
        "",
        *dict.fromkeys(e for earths in stabilizers().values() for e in earths),
    ):
        out = np.isfinite(support)
        if name:
            out &= table.phases.fraction(name) > 0.0
        if out.any():
            text = (
                f"  {name} left out"
                if name
                else "each stabilizer of 1:12 left out"
            )
            lines.append(
                _scores(text, table.forms[out], support[out], raw[out])
            )
    for name in FAMILIES:
        out = table.host == name
        text = f"  {name or 'other structures'} left out"
        lines.append(_scores(text, table.forms[out], host[out], raw[out]))
    bins = [
        {
            "from": low,
            "to": high,
            "rows": int(inside.sum()),
            "mean_probability": earth[inside].mean(),
            "share_that_forms": table.forms[inside].mean(),
        }
        for low, high in itertools.pairwise(_BINS)
        if (inside := (earth >= low) & (earth < high + (high == 1.0))).any()
    ]
    wrong = np.flatnonzero((earth >= FORMS) != table.forms)
    misses = pd.DataFrame(
        {
            "formula": [table.formula[i] for i in wrong],
            "temperature_K": table.kelvin[wrong],
            "forms": table.forms[wrong],
            "left_out": earth[wrong],
            "seen": fit_probability[wrong],
        }
    )
    return pd.DataFrame(lines), pd.DataFrame(bins), misses


def _scores(
    name: str, forms: NDArray, p: NDArray, raw: NDArray
) -> dict[str, Any]:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    has_both = 0 < forms.sum() < len(forms)
    return {
        "rows": name,
        "n": len(forms),
        "form": int(forms.sum()),
        "auc": roc_auc_score(forms, p) if has_both else np.nan,
        "auc_of_hull_distance": roc_auc_score(forms, raw)
        if has_both
        else np.nan,
        "brier": brier_score_loss(forms, p),
        "wrong": int(((p >= FORMS) != forms).sum()),
    }


def write_weights(file: Path) -> None:
    """Fit to all rows and write the weights that `magnetkit.phases._forming` reads."""
    table = read_table()
    model = fit(terms(table), table.state.family, table.forms)
    families = {
        name: {
            "mean": np.round(model.mean[f], 5).tolist(),
            "covariance": np.round(model.covariance[f], 6).tolist(),
        }
        for f, name in enumerate(FAMILIES)
    }
    content = {
        "terms": list(TERMS),
        "rows": len(table.formula),
        "families": families,
    }
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
