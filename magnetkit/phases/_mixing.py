"""Formation energy of substituted phases, learnt from the isostructural entries of a snapshot.

A host's entries are compositions with its ratio of rare earth to metal to interstitial. Their
energy is written as ``E = sum x_R y_M A(R, M) + f(x, y, z)``, where A is the hull of all other
phases at the end member and f a Gaussian process over the occupations x of the rare-earth sites,
y of the metal sites and z of the interstitial ones: terms of one rare earth, one metal, a pair of
metals and their products, smooth along the lanthanide contraction, and the mixing energy of the
metals' own binary hulls. It passes through the end members and the intermediate entries within
the scatter of their orderings, falls back on the hull of other phases where end members are
missing, and says how sure it is.

Where fewer than nine in ten left-out mixed entries of a host lie inside their interval, its
deviations are scaled up (conformally). Entries more than four deviations from their prediction by
the others (calculations that fell into another magnetic solution) are left out. The scales of the
terms are those of largest marginal likelihood on the embedded snapshot, all hosts together.

A metal M of which a snapshot has no entry of a host beside the main metal T, and no end member,
leaves the interpolation without any hold. A machine-learned potential's energy of one atom of M in
that host is the slope of the formation energy at M -> 0: SevenNet's in 1:5 and 2:17, CHGNet's in
1:12 (``datasets/substitution``). It is a difference against the potential's own elements and of one
method throughout, so that it says how the energy changes; where it starts from stays the
snapshot's.
"""

import itertools
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import datasets
from .._core._constants import DEVIATIONS_90
from .._core._linear import invert, multiply
from .._core._types import BoolArray, FloatArray, IntArray
from .._core.elements import INDEX, N_ELEMENTS, RARE_EARTHS
from ..alloy.table import CompositionTable
from ._entries import Entries
from ._space import PhaseSpace, lowest_entries
from ._stability_kernels import (
    INTERSTITIAL,
    METAL,
    RARE_EARTH,
    Energies,
    Members,
    Sites,
)
from .records import HOSTS, root_host

# Ionic radii of R3+ (coordination 6, angstrom): Shannon, Acta Cryst. A 32 (1976) 751.
RADII = {
    "La": 1.032, "Ce": 1.010, "Pr": 0.990, "Nd": 0.983, "Pm": 0.970, "Sm": 0.958, "Eu": 0.947,
    "Gd": 0.938, "Tb": 0.923, "Dy": 0.912, "Ho": 0.901, "Er": 0.890, "Tm": 0.880, "Yb": 0.868,
    "Lu": 0.861, "Y": 0.900,
}  # fmt: skip
_RADIUS_SCALE = 0.08
# Standard deviations of the terms (eV/atom, the last two pure numbers).
_SCALES = {
    "constant": 0.025, "R": 0.011, "R smooth": 0.022, "M": 0.079, "R smooth M": 0.039,
    "R M": 0.0058, "M M": 0.098, "M M R smooth": 0.079, "X": 0.119, "X M": 0.030, "R X": 0.0030,
    "hull": 0.19, "metal hull": 0.43,
}  # fmt: skip
# Scatter of pure occupations (rounding), of mixed rare earths and of mixed metals (orderings).
NOISE = np.array([0.001, 0.0036, 0.0258])

_EARTH_AT = {INDEX[s]: i for i, s in enumerate(RARE_EARTHS)}


class Occupation(NamedTuple):
    """Compositions of one host by site: rows of rare earth, metal and interstitial shares.

    Columns are those of ``earths``, ``metals`` and ``thirds`` of the host's terms; a row sums to 1, or 0.
    """

    earth: FloatArray
    metal: FloatArray
    third: FloatArray


class MixingTerms:
    """The sites of a host, a name of ``HOSTS``, in a space, and the terms of its phases' energies.

    `space` holds all compositions of a snapshot. `sites`, float64, (3,), are atoms on the
    rare-earth, metal and interstitial sites; `earths`, `metals` and `thirds` columns of the
    elements, ascending, that each of them may hold.
    """

    def __init__(self, space: PhaseSpace, host: str) -> None:
        """Find the host's elements in `space` and compute the hulls of all other phases there.

        `space` is as of `lowest_entries`, with all compositions of a snapshot; it is not changed.
        `host` is a name of `HOSTS`, such as "2:14:1". KeyError for another.
        """
        kind = HOSTS[host]
        self.sites = np.array(
            [kind.rare_earth, kind.transition_metal, kind.interstitial], float
        )
        self.earths = np.array(
            sorted(c for c in _EARTH_AT if space.column[c] >= 0)
        )
        names = kind.interstitial_elements if kind.interstitial else ()
        numbers = [INDEX[s] for s in names if space.column[INDEX[s]] >= 0]
        self.thirds = np.array(sorted(numbers), int)
        inside = np.flatnonzero(space.column >= 0)
        self.metals = np.setdiff1d(inside, np.append(self.earths, self.thirds))
        rivals = ~self.members(space.table().to_array())
        rivals[: space.columns] = True
        first_number = numbers[0] if numbers else -1
        self._end_hull, self._metal_hull = self._hulls(
            space.take(rivals), first_number
        )

    def members(self, dense: NDArray) -> BoolArray:
        """Say which rows have the host's ratio of sites, bool (n,).

        `dense`, (n, 118), holds atomic fractions by atomic number less one, rows that sum to 1.
        Metals are what is left. Shares may be off by 1e-6 atoms of a formula unit.
        """
        atoms = self.sites.sum()
        earth = dense[:, self.earths].sum(axis=1) * atoms
        third = dense[:, self.thirds].sum(axis=1) * atoms
        return (np.abs(earth - self.sites[0]) < 1e-6) & (
            np.abs(third - self.sites[2]) < 1e-6
        )

    def occupation(self, dense: NDArray) -> Occupation:
        """Compute the shares of elements on each site, for rows with the host's ratio of sites.

        `dense`, (n, 118), holds atomic fractions by atomic number less one. ``earth``, ``metal``
        and ``third`` of the `Occupation` have n rows and a column for each element of ``earths``,
        ``metals`` and ``thirds``, in their order; rows sum to 1, or to 0 where the site is empty.
        ``third`` has no column for a host without interstitials.
        """

        def share(columns: NDArray) -> NDArray:
            part = dense[:, columns]
            return part / np.maximum(part.sum(axis=1, keepdims=True), 1e-300)

        return Occupation(
            share(self.earths), share(self.metals), share(self.thirds)
        )

    def _hulls(
        self, rivals: PhaseSpace, first: int
    ) -> tuple[NDArray, NDArray]:
        """Compute the hull of other phases at end members and at equal mixtures of two metals.

        Parameters
        ----------
        rivals : PhaseSpace
            Phases of other structures, with the elements.
        first : int
            Element column of the interstitial, its atomic number less one; -1 without one.

        Returns
        -------
        members : ndarray of float64, shape (earths, metals)
            Hull energy at each end member, eV/atom; rows in the order of ``earths``, columns of
            ``metals``.
        pairs : ndarray of float64, shape (metals, metals)
            Four times the hull energy of the two metals, half each, without
            rare earth, eV/atom; symmetric, 0 on the diagonal.
        """
        from .hull import solve

        atoms = self.sites.sum()
        shares = self.sites / atoms
        third = [first] if first >= 0 else []
        rows = []
        for earth in self.earths.tolist():
            for metal in self.metals.tolist():
                elements = [earth, metal, *third]
                rows.append(dict(zip(elements, shares, strict=False)))
        n_members = len(rows)
        pairs = np.triu_indices(len(self.metals), 1)
        for two_metals in self.metals[np.transpose(pairs)].tolist():
            rows.append(dict.fromkeys(two_metals, 0.5))
        hull_energies = solve(_table(rows), rivals).energy
        members = hull_energies[:n_members]
        mixtures = np.zeros((len(self.metals), len(self.metals)))
        mixtures[pairs] = 4.0 * hull_energies[n_members:]
        shape = len(self.earths), len(self.metals)
        return members.reshape(shape), mixtures + mixtures.T

    def trend(self, at: Occupation) -> NDArray:
        """Return the hull of all other phases, from the end members linearly, eV/atom."""
        return (multiply(at.earth, self._end_hull) * at.metal).sum(axis=1)

    def _metal_trend(self, at: Occupation) -> NDArray:
        return 0.5 * (multiply(at.metal, self._metal_hull) * at.metal).sum(
            axis=1
        )

    def kernel(self, a: Occupation, b: Occupation) -> NDArray:
        """Return the covariance of energies around the trend between two sets of compositions.

        Parameters
        ----------
        a, b : Occupation
            Shares of rare earths, metals and interstitials on their sites
            (``earth``, ``metal``, ``third``), a row a composition; n and m
            rows. Columns are those of ``earths``, ``metals`` and ``thirds``.

        Returns
        -------
        ndarray of float64, shape (n, m)
            (eV/atom)^2.
        """
        scale = {name: value**2 for name, value in _SCALES.items()}
        radius = np.array(
            [RADII[RARE_EARTHS[_EARTH_AT[c]]] for c in self.earths.tolist()]
        )
        like = np.exp(-0.5 * ((radius[:, None] - radius) / _RADIUS_SCALE) ** 2)
        earth = multiply(a.earth, b.earth.T)
        smooth = multiply(multiply(a.earth, like), b.earth.T)
        metal = multiply(a.metal, b.metal.T)
        # Over all pairs of metals, the product of what a has of both (twice) and what b has.
        pair = 2.0 * (metal**2 - multiply(a.metal**2, (b.metal**2).T))
        third = multiply(a.third, b.third.T)
        total = (
            scale["constant"] + scale["R"] * earth + scale["R smooth"] * smooth
        )
        total = (
            total + scale["M"] * metal + scale["R smooth M"] * smooth * metal
        )
        total += scale["R M"] * earth * metal + scale["M M"] * pair
        total += scale["M M R smooth"] * pair * smooth
        total += (
            scale["X"] + scale["X M"] * metal + scale["R X"] * (earth + smooth)
        ) * third
        total += scale["hull"] * np.outer(self.trend(a), self.trend(b))
        return total + scale["metal hull"] * np.outer(
            self._metal_trend(a), self._metal_trend(b)
        )

    def nothing(self, rows: int) -> Occupation:
        """Return a new `Occupation` of `rows` compositions, all zeros, to be filled.

        `rows` is their number. ``earth``, ``metal`` and ``third`` are float64
        (rows, k), with a column for each element of ``earths``, ``metals`` and
        ``thirds``.
        """
        sites = self.earths, self.metals, self.thirds
        return Occupation(
            *(np.zeros((rows, len(columns))) for columns in sites)
        )

    def scatter(self, at: Occupation) -> FloatArray:
        """Compute the variance of calculations of one composition, (eV/atom)^2, shape (n,).

        `at` holds the occupations of n compositions, of which ``earth`` and
        ``metal`` count: shares of the elements on the site, a row a
        composition. The variance is 1e-6 (eV/atom)^2 for one rare earth and
        one metal, and grows with the mixing of either.
        """
        shares = np.column_stack(
            [
                np.ones(len(at.earth)),
                _mixing_degree(at.earth),
                _mixing_degree(at.metal),
            ]
        )
        return multiply(shares, NOISE**2)


def _mixing_degree(shares: NDArray) -> NDArray:
    """Return 0 for one element on the site, 1 for two in equal parts."""
    return 2.0 * (1.0 - (shares**2).sum(axis=1))


def _table(rows: list[dict[int, float]]) -> CompositionTable:
    """Build a table of compositions from rows that map element columns to atomic fractions.

    A row is such as ``{61: 0.1667, 26: 0.8333}`` (SmCo5), keys atomic numbers less one in any
    order. No row is normalized, and zeros are kept; row_index counts from 0. No rows give an empty
    table.
    """
    starts = [0]
    columns: list[int] = []
    amounts: list[float] = []
    for row in rows:
        for column in sorted(row):
            columns.append(column)
            amounts.append(row[column])
        starts.append(len(columns))
    return CompositionTable(
        np.array(starts, np.int64),
        np.array(columns, np.int32),
        np.array(amounts, np.float64),
        np.arange(len(rows), dtype=np.int64),
    )


NOISE_EV = 0.25
"""Deviation of a slope, eV per replaced atom: that of a potential from entries that tell."""
MIXED_SHARE = 0.02
"""Share of the metal sites at which the slope is taken."""


class Slope(NamedTuple):
    """Energy of an atom of `metal` in the place of one of `main`, eV.

    `earth`, `main` and `metal` are atomic numbers less one.
    """

    earth: int
    main: int
    metal: int
    energy: float


@lru_cache(maxsize=8)
def chemical_slopes(host: str) -> tuple[Slope, ...]:
    """Return the slopes of a host if they help its energies, else an empty tuple.

    `host` is a name of `HOSTS`, such as "2:14:1" (KeyError for another);
    ``substitution_slopes`` of its record says whether they help, as it does
    for 1:5, 2:17 and 1:12. Elements of a `Slope` (``earth``, ``main``,
    ``metal``) are atomic numbers less one. Its ``energy`` is what an atom of
    ``metal`` in the place of one of ``main`` adds, eV. The result is cached.
    """
    if not HOSTS[host].substitution_slopes:
        return ()
    return all_slopes(host)


def all_slopes(host: str) -> tuple[Slope, ...]:
    """Read the slopes of a host's root, whether they help or not.

    `host` is a name of `HOSTS`, such as "2:14:1"; a host without rows in
    ``substitution/slopes.csv``, and any other name, gives an empty tuple.
    Elements of a `Slope` (``earth``, ``main``, ``metal``) are atomic numbers
    less one. Its ``energy`` is what an atom of ``metal`` in the place of one
    of ``main`` adds, eV. A row without an energy is left out.
    """
    root = root_host(host)
    slopes = []
    for row in datasets.rows("substitution/slopes.csv"):
        if row["host"] == root and row["used_eV"]:
            slope = Slope(
                earth=INDEX[row["rare_earth"]],
                main=INDEX[row["transition_metal"]],
                metal=INDEX[row["element"]],
                energy=float(row["used_eV"]),
            )
            slopes.append(slope)
    return tuple(slopes)


def unknown_pairs(
    found: tuple[Slope, ...], metals: np.ndarray, occupied: np.ndarray
) -> list[tuple[int, int]]:
    """List the pairs of main metal and metal of the slopes for which there is no entry.

    Parameters
    ----------
    found : tuple of Slope
        Slopes of the host, of which ``main`` and ``metal`` are read.
    metals : ndarray of int64, shape (m,)
        Element columns of `occupied`, atomic numbers less one, ascending.
    occupied : ndarray of float64, shape (n, m)
        Shares of the metal sites of each entry of the host, 0 to 1.

    Returns
    -------
    list of (int, int)
        Element columns of main metal and metal, each pair once, in the order of `found`. A pair has
        an entry where one holds the metal beside more than 0.3 of the main metal, or the metal
        alone; such a pair is left out, and so is one of which either is not in `metals`.
    """
    place = {int(column): i for i, column in enumerate(metals)}
    silent = []
    for main, metal in dict.fromkeys((s.main, s.metal) for s in found):
        if main not in place or metal not in place:
            continue
        present = (occupied[:, place[main]] > _MAIN) & (
            occupied[:, place[metal]] > 0.0
        )
        ends = occupied[:, place[metal]] > 1.0 - 1e-6
        if not present.any() and not ends.any():
            silent.append((main, metal))
    return silent


# From this share on, a metal is one that others are put beside.
_MAIN = 0.3


_OUTLIER = 4.0
# Left-out entries that a scale of the deviations is taken from; with fewer it stays 1.
_LEAST_TO_CALIBRATE = 10


SIGNIFICANT = 0.05
"""Share of a phase from which an end member counts."""
TRACE = 0.01
"""Share of the metal sites from which a metal without entries is listed."""


class Nodes(NamedTuple):
    """Energies a host's phases are interpolated from; see `magnetkit.phases._stability_kernels`."""

    sites: Sites
    energies: Energies
    members: Members


class MixingModel:
    """Formation energies of one host's phases.

    `space` holds all compositions of a snapshot; phases `exclude` are left out as if they were not
    there (for validation); `slopes` of a potential are used where there is no entry, by default
    those found to help. `occupation`, `energy` and `formulas` are the isostructural entries,
    eV/atom; `loo_error` the error of each as the others predict it, `loo_deviation` the one they
    expect, eV/atom; `left_out` entries not learnt from; `borrowed` columns of main metal and metal
    whose slope is a potential's; `scale` what the deviations are multiplied by.
    """

    def __init__(
        self,
        space: PhaseSpace,
        host: str,
        exclude: IntArray | None = None,
        slopes: tuple[Slope, ...] | None = None,
    ) -> None:
        """Gather the entries of a host and fit the model, see `_fit`.

        Parameters
        ----------
        space : PhaseSpace
            All compositions of a snapshot.
        host : str
            A name of `HOSTS`, such as "2:14:1".
        exclude : ndarray of int, optional
            Phases of `space`, by number from 0, that are not learnt from. They still count in the
            hulls of other phases where they are of another structure.
        slopes : tuple of Slope, optional
            Slopes of a potential; by default those of `chemical_slopes`. An empty tuple uses none.
        """
        self.terms = terms = MixingTerms(space, host)
        self.earths = terms.earths
        self.metals = terms.metals
        self.thirds = terms.thirds
        dense = space.table().to_array()
        mine = terms.members(dense)
        if exclude is not None:
            mine[exclude] = False
        rows = np.flatnonzero(mine)
        self.occupation = terms.occupation(dense[rows])
        self.energy = space.energy[rows]
        self._error = space.error[rows]
        self.formulas = [space.formulas[k] for k in rows]
        self._fit(chemical_slopes(host) if slopes is None else slopes)

    def _slopes(
        self, known: tuple[Slope, ...]
    ) -> tuple[Occupation, FloatArray, FloatArray]:
        """Build pairs of occupations, with and without a metal, and their differences of energy.

        `known` are the slopes of the host, ``earth``, ``main``, ``metal`` (element columns) and
        ``energy`` (eV); used are those of pairs without an entry and of rare earths that the
        snapshot has, k of them. The attribute `borrowed` is set to the pairs (main metal, metal)
        without an entry.

        Returns
        -------
        at : Occupation
            2 k rows: of slope i, row 2 i is the occupation with 2 % of the metal, row 2 i + 1 the
            one without it.
        energy : ndarray of float64, shape (k,)
            Energy with less that without, eV/atom.
        deviation : ndarray of float64, shape (k,)
            Their deviations, eV/atom.
        """
        self.borrowed = unknown_pairs(
            known, self.metals, self.occupation.metal
        )
        earths = set(self.earths.tolist())
        observations = [
            s
            for s in known
            if (s.main, s.metal) in self.borrowed and s.earth in earths
        ]
        at = self.terms.nothing(2 * len(observations))
        for k, slope in enumerate(observations):
            rows = slice(2 * k, 2 * k + 2)
            main = np.searchsorted(self.metals, slope.main)
            metal = np.searchsorted(self.metals, slope.metal)
            at.earth[rows, np.searchsorted(self.earths, slope.earth)] = 1.0
            at.metal[rows, main] = 1.0
            at.metal[2 * k, main] -= MIXED_SHARE
            at.metal[2 * k, metal] += MIXED_SHARE
        atoms = MIXED_SHARE * self.terms.sites[1] / self.terms.sites.sum()
        energy = atoms * np.array([slope.energy for slope in observations])
        return at, energy, np.full(len(observations), atoms * NOISE_EV)

    def _fit(self, known: tuple[Slope, ...]) -> None:
        """Solve for the weights without outliers, and set the fitted attributes, in place.

        `known` are slopes that are observed beside the entries. `occupation`,
        `energy` and the deviations of the entries must be set. Set are `kept`
        (bool, one an entry: learnt from), `left_out` (formulas of the others),
        `loo_error` (an entry's energy less its prediction by the others) and
        `loo_deviation` (both eV/atom, one an entry, unscaled), `scale`,
        `borrowed` (see `_slopes`) and what `predict` needs. An entry that is
        left out has the error and deviation of the model of the others.
        """
        n = len(self.energy)
        pairs, differences, deviations = self._slopes(known)
        pairs_of_parts = zip(self.occupation, pairs, strict=True)
        self._points = Occupation(*map(np.vstack, pairs_of_parts))
        # What is observed, of the energies at the points: each entry's, then the differences.
        observe = np.zeros((n + len(differences), n + 2 * len(differences)))
        observe[:n, :n] = np.eye(n)
        for k in range(len(differences)):
            first = n + 2 * k
            observe[n + k, first : first + 2] = 1.0, -1.0
        scatter = self.terms.scatter(self.occupation) + self._error**2
        noise = np.concatenate([scatter, deviations**2])
        full = multiply(observe, self.terms.kernel(self._points, self._points))
        # On the left zeros cost nothing.
        full = multiply(observe, full.T).T + np.diag(noise)
        trend = multiply(observe, self.terms.trend(self._points))
        rest = np.concatenate([self.energy, differences]) - trend
        keep = _select_observations(full, rest, n)
        inverse = invert(full[np.ix_(keep, keep)])
        weights = multiply(inverse, rest[keep])
        deviation = np.sqrt(1.0 / np.diag(inverse))
        error = weights * deviation**2
        self._weights = multiply(observe[keep].T, weights)
        self._precision = multiply(
            observe[keep].T, multiply(observe[keep].T, inverse).T
        ).T
        self.kept = kept_rows = keep[:n]
        self.left_out = [
            f for f, k in zip(self.formulas, kept_rows, strict=True) if not k
        ]
        self.loo_error = np.full(n, np.nan)
        self.loo_deviation = np.full(n, np.nan)
        self.loo_error[kept_rows] = error[: kept_rows.sum()]
        self.loo_deviation[kept_rows] = deviation[: kept_rows.sum()]
        remainder = Occupation(*(part[~kept_rows] for part in self.occupation))
        mean, covariance = self.predict(remainder)
        self.loo_error[~kept_rows] = self.energy[~kept_rows] - mean
        self.loo_deviation[~kept_rows] = np.sqrt(
            np.diag(covariance) + self.terms.scatter(remainder)
        )
        self.scale = conformal_scale(self.far)

    @property
    def mixed(self) -> BoolArray:
        """Which entries have more than one rare earth or more than one metal, bool (n,)."""
        earth, metal, _ = self.occupation
        return (earth.max(axis=1) < 1 - 1e-6) | (metal.max(axis=1) < 1 - 1e-6)

    @property
    def far(self) -> FloatArray:
        """Errors of the left-out mixed entries in half widths of their unscaled intervals.

        It is an attribute, read without a call. They are 0 or more, float64,
        one for each entry that is `mixed`, in their order; 1 is the edge of
        the 90 % interval.
        """
        return (np.abs(self.loo_error) / (DEVIATIONS_90 * self.loo_deviation))[
            self.mixed
        ]

    def predict(self, at: Occupation) -> tuple[NDArray, NDArray]:
        """Predict energies of formation at occupations, without noise.

        `at` is an `Occupation` of n rows: shares of rare earths, metals and
        interstitials on their sites (``earth``, ``metal``, ``third``), columns
        those of ``earths``, ``metals`` and ``thirds`` of the model.

        Returns
        -------
        mean : ndarray, shape (n,)
            eV/atom.
        covariance : ndarray, shape (n, n)
            (eV/atom)^2, not multiplied by the square of ``scale``.
        """
        cross = self.terms.kernel(at, self._points)
        mean = self.terms.trend(at) + multiply(cross, self._weights)
        explained_variance = multiply(
            multiply(cross, self._precision), cross.T
        )
        return mean, self.terms.kernel(at, at) - explained_variance

    def nodes(
        self, earths: NDArray, metals: NDArray, thirds: NDArray
    ) -> Nodes:
        """Build the nodes from which phases of some elements are interpolated.

        Nothing of the model is changed.

        Parameters
        ----------
        earths, metals, thirds : ndarray of int64
            Element columns (atomic numbers less one), ascending, of the elements on each site of
            the phases. The model must hold them; `thirds` may be empty.

        Returns
        -------
        Nodes
            ``sites``: ``role``, int8 (118,), 0 rare earth, 1 metal, 2
            interstitial, -1 none, ``place`` of each element among those of its
            site, (118,), and ``atoms`` of each site, (3,). ``energies``:
            ``node``, the number of the node of a rare earth, an interstitial
            and two metals (a metal with itself is an end member), (R, X, M,
            M), ``mean``, eV/atom, (k,), ``covariance``, (k, k), (eV/atom)^2,
            multiplied by the square of ``scale``, and ``noise``, (3,),
            likewise: the variance of one calculation of an unmixed phase, and
            what mixed rare earths and mixed metals add. ``members``:
            ``known``, bool (R, X, M), which end members the snapshot has,
            ``borrowed``, bool (118, 118), by main metal and metal,
            ``significant`` and ``trace``, the least shares of an end member
            (0.05) and of a metal (0.01) that count. X is 1 without
            interstitials.
        """
        role = np.full(N_ELEMENTS, -1, np.int8)
        index = np.zeros(N_ELEMENTS, np.int64)
        for code, columns in (
            (RARE_EARTH, earths),
            (METAL, metals),
            (INTERSTITIAL, thirds),
        ):
            role[columns] = code
            index[columns] = np.arange(len(columns))
        n_thirds = max(len(thirds), 1)
        node = np.zeros(
            (len(earths), n_thirds, len(metals), len(metals)), np.int64
        )
        outer = itertools.product(
            range(len(earths)), range(n_thirds), range(len(metals))
        )
        parts = [(r, x, i, j) for r, x, i in outer for j in range(i + 1)]
        at = self.terms.nothing(len(parts))
        own_earths = np.searchsorted(self.earths, earths)
        own_metals = np.searchsorted(self.metals, metals)
        own_thirds = np.searchsorted(self.thirds, thirds)
        for k, (r, x, i, j) in enumerate(parts):
            node[r, x, i, j] = node[r, x, j, i] = k
            at.earth[k, own_earths[r]] = 1.0
            at.metal[k, own_metals[i]] += 0.5
            at.metal[k, own_metals[j]] += 0.5
            if len(thirds):
                at.third[k, own_thirds[x]] = 1.0
        mean, covariance = self.predict(at)
        borrowed_pairs = np.zeros((N_ELEMENTS, N_ELEMENTS), bool)
        for pair in self.borrowed:
            borrowed_pairs[pair] = True
        earth, metals_on, third = (part[self.kept] for part in self.occupation)
        third = (
            third[:, own_thirds] if len(thirds) else np.ones((len(earth), 1))
        )
        pure = earth[:, own_earths, None, None] * third[:, None, :, None]
        pure = pure * metals_on[:, None, None, own_metals]
        is_pure: BoolArray = np.any(pure > 1 - 1e-6, axis=0)
        variance_scale = self.scale**2
        return Nodes(
            Sites(role, index, self.terms.sites),
            Energies(
                node,
                mean,
                covariance * variance_scale,
                NOISE**2 * variance_scale,
            ),
            Members(is_pure, borrowed_pairs, SIGNIFICANT, TRACE),
        )


def _select_observations(
    full: FloatArray, rest: FloatArray, entries: int
) -> BoolArray:
    """Say which observations are learnt from: the worst outlier is dropped until none is left.

    An outlier is more than `_OUTLIER` (4) deviations from what the others
    predict. No argument is changed.

    Parameters
    ----------
    full : ndarray of float64, shape (n, n)
        Covariance of the observations, noise included.
    rest : ndarray of float64, shape (n,)
        Observations less the trend.
    entries : int
        Number of first observations, the only ones that may be dropped.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for those that are learnt from; always for those from `entries` on.
    """
    candidates = np.arange(len(rest))
    inverse = invert(full)
    while len(candidates):
        # An error over its deviation, both as predicted by the others.
        scaled_residuals = np.abs(
            multiply(inverse, rest[candidates])
        ) / np.sqrt(np.diag(inverse))
        scaled_residuals[candidates >= entries] = 0.0
        worst = int(np.argmax(scaled_residuals))
        if scaled_residuals[worst] <= _OUTLIER:
            break
        # The inverse without a row and its column, from that with them.
        column = inverse[:, worst]
        inverse = inverse - np.outer(column, column / column[worst])
        stay = candidates != candidates[worst]
        candidates = candidates[stay]
        inverse = inverse[np.ix_(stay, stay)]
    return np.isin(np.arange(len(rest)), candidates)


def conformal_scale(far: FloatArray) -> float:
    """Compute the factor on intervals with which they hold nine of ten left-out entries.

    `far`, (n,), are absolute errors of left-out entries in half widths of their 90 % intervals, no
    NaN. The factor is their conformal quantile, but not below 1, since end members without an entry
    need the width that mixed compositions could spare. It is 1 with fewer than ten entries.
    """
    from .._core._intervals import quantile

    if len(far) >= _LEAST_TO_CALIBRATE:
        return max(1.0, quantile(far, 0.9))
    return 1.0


def mixing_model(snapshot: Entries, host: str) -> MixingModel:
    """Return the `MixingModel` of a host.

    `host` is a name of `HOSTS`, such as "2:14:1" (KeyError for another); a
    variant has a model of its own. `snapshot` is an `Entries` or `Snapshot`,
    such as `snapshot.open_snapshot` returns.
    The model is fitted to its lowest entries at the first call and kept in its
    cache. Of its entries it has ``formulas``, ``energy`` (eV/atom) and
    ``occupation``; ``predict`` takes such an `Occupation`, whose columns are
    ``earths``, ``metals`` and ``thirds``, atomic numbers less one.
    """
    key = ("mixing", host)
    if key not in snapshot._cache:
        snapshot._cache[key] = MixingModel(lowest_entries(snapshot), host)
    return snapshot._cache[key]
