"""Formation energy of substituted phases, learnt from the isostructural entries of a snapshot.

A host's entries are compositions with its ratio of rare earth to metal to interstitial. Their
energy is written as ``E = sum x_R y_M A(R, M) + f(x, y, z)``, where A is the hull of all other
phases at the end member and f a Gaussian process over the occupations x of the rare-earth sites,
y of the metal sites and z of the interstitial ones: terms of one rare earth, one metal, a pair of
metals and their products, smooth along the lanthanide contraction, and the mixing energy of the
metals' own binary hulls. It passes through the end members and the intermediate entries within
the scatter of their orderings, falls back on the hull of other phases where end members are
missing, and says how sure it is.

The terms stand in `magnetkit.phases.mixing_terms`. Metals without an entry take their
slope from a machine-learned potential (`magnetkit.phases.slopes`). Where fewer than nine in ten
left-out mixed entries of a host lie inside their interval, its deviations are scaled up
(conformally). Entries more than four deviations from their prediction by the others (calculations
that fell into another magnetic solution) are left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..elements import N_ELEMENTS
from ..kernels.linear import invert, multiply
from ..kernels.mixing import INTERSTITIAL, METAL, RARE_EARTH
from . import slopes as potential
from .mixing_terms import NOISE, MixingTerms, Occupation
from .snapshot import Snapshot
from .space import PhaseSpace, whole_space

_OUTLIER = 4.0
# Left-out entries that a scale of the deviations is taken from; with fewer it stays 1.
_LEAST_TO_CALIBRATE = 10
INTERVAL = 1.6448536269514722
"""Deviations of a normal distribution that 90 % lie within."""


@dataclass(frozen=True, eq=False)
class Nodes:
    """Energies a host's phases are interpolated from; see `magnetkit.kernels.mixing`.

    Attributes
    ----------
    role : ndarray of int8, shape (118,)
    index : ndarray of int64, shape (118,)
    sites : ndarray of float64, shape (3,)
    node : ndarray of int64, shape (R, X, M, M)
    mean, covariance : ndarrays of float64, shapes (k,), (k, k)
    noise : ndarray of float64, shape (3,)
    known : ndarray of bool, shape (R, X, M)
        Whether the snapshot has the end member.
    borrowed : ndarray of bool, shape (118, 118)
        Main metal and metal whose slope is a potential's.
    """

    role: NDArray[np.int8]
    index: NDArray[np.int64]
    sites: NDArray[np.float64]
    node: NDArray[np.int64]
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    noise: NDArray[np.float64]
    known: NDArray[np.bool_]
    borrowed: NDArray[np.bool_]


class MixingModel:
    """Formation energies of one host's phases.

    Parameters
    ----------
    space : PhaseSpace
        All compositions of a snapshot.
    host : str
        A name of ``HOSTS``.
    exclude : ndarray of int, optional
        Phases of the space to leave out, as if they were not there (for validation).
    slopes : tuple of Slope, optional
        Slopes of a potential to use where there is no entry; those found to help without it.

    Attributes
    ----------
    occupation, energy, formulas
        The isostructural entries, eV/atom.
    loo_error, loo_deviation : ndarray of float64
        Error of each entry as the others predict it, and the deviation they expect, eV/atom.
    left_out : list of str
        Entries not learnt from.
    borrowed : list of (int, int)
        Columns of main metal and metal whose slope is a potential's.
    scale : float
        What the deviations are multiplied by.
    """

    def __init__(
        self,
        space: PhaseSpace,
        host: str,
        exclude: NDArray[np.int64] | None = None,
        slopes: tuple[potential.Slope, ...] | None = None,
    ) -> None:
        self.terms = terms = MixingTerms(space, host)
        self.earths, self.metals, self.thirds = terms.earths, terms.metals, terms.thirds
        dense = space.table().to_array()
        mine = terms.members(dense)
        if exclude is not None:
            mine[exclude] = False
        rows = np.flatnonzero(mine)
        self.occupation = terms.occupation(dense[rows])
        self.energy = space.energy[rows]
        self.formulas = [space.formulas[k] for k in rows]
        self._fit(potential.slopes(host) if slopes is None else slopes)

    def _slopes(
        self, known: tuple[potential.Slope, ...]
    ) -> tuple[Occupation, NDArray[np.float64], NDArray[np.float64]]:
        """Return pairs of occupations, with and without a metal, and how their energies differ.

        The pairs follow each other; differences (eV/atom) and their deviations are one a pair.
        """
        self.borrowed = potential.unknown_pairs(known, self.metals, self.occupation.metal)
        earths = set(self.earths.tolist())
        used = [s for s in known if (s.main, s.metal) in self.borrowed and s.earth in earths]
        at = self.terms.nothing(2 * len(used))
        for k, slope in enumerate(used):
            both = slice(2 * k, 2 * k + 2)
            at.earth[both, np.searchsorted(self.earths, slope.earth)] = 1.0
            at.metal[both, np.searchsorted(self.metals, slope.main)] = 1.0
            at.metal[2 * k, np.searchsorted(self.metals, slope.main)] -= potential.SHARE
            at.metal[2 * k, np.searchsorted(self.metals, slope.metal)] += potential.SHARE
        atoms = potential.SHARE * self.terms.sites[1] / self.terms.sites.sum()
        energy = atoms * np.array([slope.energy for slope in used])
        return at, energy, np.full(len(used), atoms * potential.NOISE_EV)

    def _fit(self, known: tuple[potential.Slope, ...]) -> None:
        """Solve for the weights, without outliers."""
        n = len(self.energy)
        pairs, differences, deviations = self._slopes(known)
        self._points = Occupation(
            *(np.vstack(both) for both in zip(self.occupation, pairs, strict=True))
        )
        # What is observed, of the energies at the points: each entry's, then the differences.
        observe = np.zeros((n + len(differences), n + 2 * len(differences)))
        observe[:n, :n] = np.eye(n)
        for k in range(len(differences)):
            observe[n + k, n + 2 * k : n + 2 * k + 2] = 1.0, -1.0
        noise = np.concatenate([self.terms.scatter(self.occupation), deviations**2])
        full = multiply(observe, self.terms.kernel(self._points, self._points))
        full = multiply(full, observe.T) + np.diag(noise)
        trend = multiply(observe, self.terms.trend(self._points))
        rest = np.concatenate([self.energy, differences]) - trend
        keep = _kept(full, rest, n)
        inverse = invert(full[np.ix_(keep, keep)])
        weights = multiply(inverse, rest[keep])
        deviation = np.sqrt(1.0 / np.diag(inverse))
        error = weights * deviation**2
        self._weights = multiply(observe[keep].T, weights)
        self._precision = multiply(multiply(observe[keep].T, inverse), observe[keep])
        self.kept = kept = keep[:n]
        self.left_out = [f for f, k in zip(self.formulas, kept, strict=True) if not k]
        self.loo_error, self.loo_deviation = np.full(n, np.nan), np.full(n, np.nan)
        self.loo_error[kept] = error[: kept.sum()]
        self.loo_deviation[kept] = deviation[: kept.sum()]
        left = Occupation(*(part[~kept] for part in self.occupation))
        mean, covariance = self.predict(left)
        self.loo_error[~kept] = self.energy[~kept] - mean
        self.loo_deviation[~kept] = np.sqrt(np.diag(covariance) + self.terms.scatter(left))
        self.scale = conformal_scale(self.far)

    @property
    def mixed(self) -> NDArray[np.bool_]:
        """Which entries have more than one rare earth or more than one metal."""
        earth, metal, _ = self.occupation
        return (earth.max(axis=1) < 1 - 1e-6) | (metal.max(axis=1) < 1 - 1e-6)

    @property
    def far(self) -> NDArray[np.float64]:
        """Errors of the left-out mixed entries in half widths of their unscaled intervals."""
        return (np.abs(self.loo_error) / (INTERVAL * self.loo_deviation))[self.mixed]

    def predict(self, at: Occupation) -> tuple[NDArray, NDArray]:
        """Return mean and covariance (eV/atom and its square) of the energy, without noise.

        The covariance is not scaled.
        """
        cross = self.terms.kernel(at, self._points)
        mean = self.terms.trend(at) + multiply(cross, self._weights)
        known = multiply(multiply(cross, self._precision), cross.T)
        return mean, self.terms.kernel(at, at) - known

    def nodes(self, earths: NDArray, metals: NDArray, thirds: NDArray) -> Nodes:
        """Return the nodes for phases of some elements (ascending element columns)."""
        role, index = np.full(N_ELEMENTS, -1, np.int8), np.zeros(N_ELEMENTS, np.int64)
        for code, columns in ((RARE_EARTH, earths), (METAL, metals), (INTERSTITIAL, thirds)):
            role[columns] = code
            index[columns] = np.arange(len(columns))
        n_thirds = max(len(thirds), 1)
        node = np.zeros((len(earths), n_thirds, len(metals), len(metals)), np.int64)
        parts: list[tuple[int, int, int, int]] = []
        for r in range(len(earths)):
            for x in range(n_thirds):
                for i in range(len(metals)):
                    for j in range(i + 1):
                        node[r, x, i, j] = node[r, x, j, i] = len(parts)
                        parts.append((r, x, i, j))
        at = self.terms.nothing(len(parts))
        own_earths = np.searchsorted(self.earths, earths)
        own_metals = np.searchsorted(self.metals, metals)
        own_thirds = np.searchsorted(self.thirds, thirds)
        for k, (r, x, i, j) in enumerate(parts):
            at.earth[k, own_earths[r]] = 1.0
            at.metal[k, own_metals[i]] += 0.5
            at.metal[k, own_metals[j]] += 0.5
            if len(thirds):
                at.third[k, own_thirds[x]] = 1.0
        mean, covariance = self.predict(at)
        borrowed = np.zeros((N_ELEMENTS, N_ELEMENTS), bool)
        for main, metal in self.borrowed:
            borrowed[main, metal] = True
        return Nodes(
            role,
            index,
            self.terms.sites,
            node,
            mean,
            covariance * self.scale**2,
            NOISE**2 * self.scale**2,
            self._known(earths, metals, thirds),
            borrowed,
        )

    def _known(self, earths: NDArray, metals: NDArray, thirds: NDArray) -> NDArray[np.bool_]:
        known = np.zeros((len(earths), max(len(thirds), 1), len(metals)), bool)
        at = Occupation(*(part[self.kept] for part in self.occupation))
        for x in range(known.shape[1]):
            own = at.third[:, np.searchsorted(self.thirds, thirds[x])] if len(thirds) else 1.0
            for r, e in enumerate(np.searchsorted(self.earths, earths)):
                pure = own * at.earth[:, e]
                for m, c in enumerate(np.searchsorted(self.metals, metals)):
                    known[r, x, m] = bool((pure * at.metal[:, c] > 1 - 1e-6).any())
        return known


def _kept(full: NDArray[np.float64], rest: NDArray[np.float64], entries: int) -> NDArray[np.bool_]:
    """Return which observations are learnt from: the worst outlier goes until there is none.

    Parameters
    ----------
    full : ndarray of float64, shape (n, n)
        Their covariance.
    rest : ndarray of float64, shape (n,)
        What they are beside the trend.
    entries : int
        The first so many may go.
    """
    left, inverse = np.arange(len(rest)), invert(full)
    while len(left):
        # An error over its deviation, both as predicted by the others.
        far = np.abs(multiply(inverse, rest[left])) / np.sqrt(np.diag(inverse))
        far[left >= entries] = 0.0
        worst = int(np.argmax(far))
        if far[worst] <= _OUTLIER:
            break
        # The inverse without a row and its column, from that with them.
        column = inverse[:, worst]
        inverse = inverse - np.outer(column, column / column[worst])
        stay = left != left[worst]
        left, inverse = left[stay], inverse[np.ix_(stay, stay)]
    return np.isin(np.arange(len(rest)), left)


def conformal_scale(far: NDArray[np.float64]) -> float:
    """Return what intervals must be multiplied by to hold nine in ten.

    Parameters
    ----------
    far : ndarray of float64, shape (n,)
        Errors of left-out entries in half widths of their 90 % intervals.

    Returns
    -------
    float
        The conformal quantile of `far`, but not below 1: end members without an entry need the
        width that mixed compositions could spare. 1 with too few.
    """
    from ..conformal import quantile

    return max(1.0, quantile(far, 0.9)) if len(far) >= _LEAST_TO_CALIBRATE else 1.0


def mixing_model(snapshot: Snapshot, host: str) -> MixingModel:
    """Return the model of a host, fitted once a snapshot."""
    key = ("mixing", host)
    if key not in snapshot._cache:
        snapshot._cache[key] = MixingModel(whole_space(snapshot), host)
    return snapshot._cache[key]
