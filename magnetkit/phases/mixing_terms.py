"""What the energies of a host's phases are made of: sites, trend and terms over occupations.

The scales of the terms are those of largest marginal likelihood on the embedded snapshot, all
hosts together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..composition.table import CompositionTable
from ..elements import INDEX, RARE_EARTHS
from ..hosts.partition import HOSTS
from ..kernels.linear import multiply
from .space import PhaseSpace

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
    """Compositions of one host by site: rows of rare earth, metal and interstitial shares."""

    earth: NDArray[np.float64]
    metal: NDArray[np.float64]
    third: NDArray[np.float64]


class MixingTerms:
    """The sites of a host in a snapshot, and the terms of its phases' energies.

    Parameters
    ----------
    space : PhaseSpace
        All compositions of a snapshot.
    host : str
        A name of ``HOSTS``.

    Attributes
    ----------
    sites : ndarray of float64, shape (3,)
        Atoms on the rare-earth, metal and interstitial sites.
    earths, metals, thirds : ndarray of int
        Columns of the elements that each of them may hold, ascending.
    """

    def __init__(self, space: PhaseSpace, host: str) -> None:
        kind = HOSTS[host]
        self.sites = np.array([kind.rare_earth, kind.transition_metal, kind.interstitial], float)
        self.earths = np.array(sorted(c for c in _EARTH_AT if space.column[c] >= 0))
        names = kind.interstitial_elements if kind.interstitial else ()
        listed = [INDEX[s] for s in names if space.column[INDEX[s]] >= 0]
        self.thirds = np.array(sorted(listed), int)
        inside = np.flatnonzero(space.column >= 0)
        self.metals = np.setdiff1d(inside, np.append(self.earths, self.thirds))
        rivals = ~self.members(space.table().to_array())
        rivals[: space.columns] = True
        self._end_hull, self._metal_hull = self._hulls(
            space.take(rivals), listed[0] if listed else -1
        )

    def members(self, dense: NDArray) -> NDArray[np.bool_]:
        """Return which compositions (rows of atomic fractions) have the host's ratio of sites."""
        atoms = self.sites.sum()
        earth = dense[:, self.earths].sum(axis=1) * atoms
        third = dense[:, self.thirds].sum(axis=1) * atoms
        return (np.abs(earth - self.sites[0]) < 1e-6) & (np.abs(third - self.sites[2]) < 1e-6)

    def occupation(self, dense: NDArray) -> Occupation:
        """Return what is on the sites of `members`."""

        def share(columns: NDArray) -> NDArray:
            part = dense[:, columns]
            return part / np.maximum(part.sum(axis=1, keepdims=True), 1e-300)

        return Occupation(share(self.earths), share(self.metals), share(self.thirds))

    def _hulls(self, rivals: PhaseSpace, first: int) -> tuple[NDArray, NDArray]:
        """Hull of the other phases at the end members (R, M), and four times that of two metals."""
        from .hull import solve

        atoms = self.sites.sum()
        rows = []
        for earth in self.earths:
            for metal in self.metals:
                row = {int(earth): self.sites[0] / atoms, int(metal): self.sites[1] / atoms}
                if first >= 0:
                    row[first] = self.sites[2] / atoms
                rows.append(row)
        pairs = np.triu_indices(len(self.metals), 1)
        rows += [
            {int(self.metals[i]): 0.5, int(self.metals[j]): 0.5}
            for i, j in zip(*pairs, strict=True)
        ]
        found = solve(_table(rows), rivals).energy
        shape = len(self.earths), len(self.metals)
        metal = np.zeros((len(self.metals), len(self.metals)))
        metal[pairs] = 4.0 * found[shape[0] * shape[1] :]
        return found[: shape[0] * shape[1]].reshape(shape), metal + metal.T

    def trend(self, at: Occupation) -> NDArray:
        """Return the hull of all other phases, from the end members linearly, eV/atom."""
        return (multiply(at.earth, self._end_hull) * at.metal).sum(axis=1)

    def _metal_trend(self, at: Occupation) -> NDArray:
        return 0.5 * (multiply(at.metal, self._metal_hull) * at.metal).sum(axis=1)

    def kernel(self, a: Occupation, b: Occupation) -> NDArray:
        """Return the covariance of the energies of two sets beside the trend, shape (len a, b)."""
        scale = {name: value**2 for name, value in _SCALES.items()}
        radius = np.array([RADII[RARE_EARTHS[_EARTH_AT[c]]] for c in self.earths.tolist()])
        like = np.exp(-0.5 * ((radius[:, None] - radius) / _RADIUS_SCALE) ** 2)
        earth = multiply(a.earth, b.earth.T)
        smooth = multiply(multiply(a.earth, like), b.earth.T)
        metal = multiply(a.metal, b.metal.T)
        # Over all pairs of metals, the product of what a has of both (twice) and what b has.
        pair = 2.0 * (metal**2 - multiply(a.metal**2, (b.metal**2).T))
        third = multiply(a.third, b.third.T)
        total = scale["constant"] + scale["R"] * earth + scale["R smooth"] * smooth
        total = total + scale["M"] * metal + scale["R smooth M"] * smooth * metal
        total += scale["R M"] * earth * metal + scale["M M"] * pair
        total += scale["M M R smooth"] * pair * smooth
        total += (scale["X"] + scale["X M"] * metal + scale["R X"] * (earth + smooth)) * third
        total += scale["hull"] * np.outer(self.trend(a), self.trend(b))
        return total + scale["metal hull"] * np.outer(self._metal_trend(a), self._metal_trend(b))

    def nothing(self, rows: int) -> Occupation:
        """Return empty sites."""
        return Occupation(
            *(np.zeros((rows, len(c))) for c in (self.earths, self.metals, self.thirds))
        )

    def scatter(self, at: Occupation) -> NDArray[np.float64]:
        """Return the variance of calculations of one composition."""
        shares = np.column_stack([np.ones(len(at.earth)), _mixed(at.earth), _mixed(at.metal)])
        return multiply(shares, NOISE**2)


def _mixed(shares: NDArray) -> NDArray:
    """Return 0 for one element on the site, 1 for two in equal parts."""
    return 2.0 * (1.0 - (shares**2).sum(axis=1))


def _table(rows: list[dict[int, float]]) -> CompositionTable:
    parts = [sorted(row.items()) for row in rows]
    indptr = np.concatenate([[0], np.cumsum([len(p) for p in parts])]).astype(np.int64)
    return CompositionTable(
        indptr,
        np.array([c for p in parts for c, _ in p], np.int32),
        np.array([a for p in parts for _, a in p]),
        np.arange(len(rows), dtype=np.int64),
    )
