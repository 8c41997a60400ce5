"""Descriptors of magnetism that a composition alone gives, over its sublattices.

The metals split into rare earths R (yttrium among them), the transition metals T that carry the
3d moment (Fe, Co, Ni, Mn), and diluents (every other element but H, B, C, N, which sit in holes
of the hosts). M is T and diluents together.

Properties of the rare-earth ions, and the magnetic valence of each element, as arrays.

The rare-earth ions as arrays over the elements.

The sums over the elements whose ratios the belief on magnets is learnt over.

Amounts are counted per rare-earth and metal atom (the lattice), without boron, carbon, nitrogen and
hydrogen, so that a nitride lies beside its parent. Ion properties and the magnetic valence are
those of `magnetkit.features.rare_earths`.

Ratios of sums over the elements, see `magnetkit.features.rare_earths`, as a transformer.
"""

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from .._core import datasets
from .._core._arguments import named
from .._core.elements import (
    HEAVY_LANTHANIDES,
    INDEX,
    INTERSTITIALS,
    LIGHT_RARE_EARTHS,
    N_ELEMENTS,
    RARE_EARTHS,
    TRANSITION_METALS,
    index,
    mask,
)
from ..composition._read import as_table
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..hosts.records import HOSTS
from ..kernels._descriptors import RATIOS, SUMS, describe_sublattices
from ..kernels._jit import share_rows
from .compositions import load_table

if TYPE_CHECKING:
    from ..kernels._descriptors import Sums


COLUMNS = (
    *("n_4f", "S", "L", "J", "g_J", "alpha_J", "beta_J", "gamma_J"),
    *("r2_a0_2", "r4_a0_4", "r6_a0_6", "ionic_radius_A"),
)


@lru_cache(maxsize=1)
def load_ions() -> MappingProxyType[str, NDArray[np.float64]]:
    """Return the columns of ``datasets/ions/ions.csv`` over the elements.

    Returns
    -------
    mapping of str to ndarray of float64, shape (118,)
        Each column of `COLUMNS`, read-only and indexed by atomic number minus one. NaN for an
        element that is no rare earth, and for the radial averages of an ion without 4f moment.
    """
    columns = {name: np.full(N_ELEMENTS, np.nan) for name in COLUMNS}
    for row in datasets.rows("ions/ions.csv"):
        for name, column in columns.items():
            column[INDEX[row["symbol"]]] = float(row[name]) if row[name] else np.nan
    for column in columns.values():
        column.flags.writeable = False
    return MappingProxyType(columns)


ION_PROPERTIES = (
    "n_4f",
    "de_gennes",
    "moment_muB",
    "coupled_moment_muB",
    "spin_projection",
    "alpha_r2_a0_2",
    "quadrupole_a0_2",
    "ionic_radius_A",
)
"""Properties of R whose mean and spread are descriptors."""


@lru_cache(maxsize=1)
def ion_properties() -> NDArray[np.float64]:
    """Return `ION_PROPERTIES` of each element, shape (118, 8), zero for what is no rare earth.

    Cerium keeps its ionic radius and no more: in the hosts rich in iron and cobalt it is
    mixed-valent and carries no localised 4f moment (its share is a descriptor of its own).
    """
    ion = {name: np.nan_to_num(column) for name, column in load_ions().items()}
    j, g = ion["J"], ion["g_J"]
    alpha_r2 = ion["alpha_J"] * ion["r2_a0_2"]
    moment = g * j
    result = np.stack(
        [
            ion["n_4f"],
            (g - 1) ** 2 * j * (j + 1),
            moment,
            # Light rare earths add to the 3d moment, heavy ones subtract from it.
            np.where(g > 1, -moment, moment),
            np.where(j > 0, (g - 1) * j, 0.0),
            alpha_r2,
            # <O_2^0> of the stretched state times alpha <r^2>: the 4f shell's quadrupole.
            alpha_r2 * j * (2 * j - 1),
            ion["ionic_radius_A"],
        ],
        axis=1,
    )
    result[index("Ce"), :-1] = 0.0
    result.flags.writeable = False
    return result


def magnetic_valence() -> NDArray[np.float64]:
    """Return the magnetic valence of each element, shape (118,).

    Twice the number of filled spin-up d states less the chemical valence (A. R. Williams,
    V. L. Moruzzi, A. P. Malozemoff, K. Terakura, IEEE Trans. Magn. 19 (1983) 1983): iron 2,
    cobalt 1, nickel 0, early transition metals and rare earths minus their valence.
    """
    table = load_table("magpie")
    column = np.nan_to_num(table.values[:, table.names.index("Column")])
    # Up to chromium's group no d state is filled; from manganese's on, five are.
    valence = np.where(column <= 6, -column, 10.0 - column)
    return np.where(column == 18, 0.0, valence)


def _stoichiometries() -> dict[str, tuple[int, int, int]]:
    found: dict[tuple[int, int, int], str] = {}
    for name, host in HOSTS.items():
        boron = host.interstitial if "B" in host.interstitial_elements else 0
        found.setdefault((host.rare_earth, host.transition_metal, boron), name)
    return {name: counts for counts, name in found.items()}


STOICHIOMETRIES = _stoichiometries()
"""R, M and boron (or carbon in its place) of each host; filled ones count as those they fill."""

NAMES = (
    *RATIOS,
    *(f"distance_{host.replace(':', '_')}" for host in STOICHIOMETRIES),
    *(f"R_{name}_{kind}" for name in ION_PROPERTIES for kind in ("mean", "std")),
)
"""Names of the descriptors, in order."""


@lru_cache(maxsize=1)
def _weights() -> NDArray[np.float64]:
    """Return what each element adds to the sums of the kernel, shape (118, len(SUMS))."""
    r, t = mask(RARE_EARTHS), mask(TRANSITION_METALS)
    m = 1.0 - r - mask(INTERSTITIALS)
    quadrupole = ion_properties()[:, ION_PROPERTIES.index("quadrupole_a0_2")]
    valence = magnetic_valence()
    columns = {
        "R": r,
        "T": t,
        "M": m,
        "light": mask(LIGHT_RARE_EARTHS),
        "heavy": mask(HEAVY_LANTHANIDES),
        "cerium": mask(("Ce",)),
        "nonmagnetic": mask(("La", "Lu", "Y")),
        "oblate": np.minimum(quadrupole, 0.0),
        "prolate": np.maximum(quadrupole, 0.0),
        # Groups 7 to 10 carry 7 to 10 valence electrons: 10 less the magnetic valence.
        "electrons": t * (10.0 - valence),
        "cobalt": mask(("Co",)),
        "iron": mask(("Fe",)),
        "valence": valence,
        "valence_M": valence * m,
        **{symbol: mask((symbol,)) for symbol in ("B", "C", "N", "H")},
    }
    return np.ascontiguousarray(np.stack([columns[name] for name in SUMS], axis=1))


@named
def rare_earth_descriptors(table: CompositionTable) -> NDArray[np.float64]:
    """Return the descriptors of `NAMES` for each composition, shape (n, len(NAMES)).

    Parameters
    ----------
    table : CompositionTable
        The compositions.

    Returns
    -------
    ndarray
        A mean, spread or share over a sublattice that is empty is 0, so that every model can
        take the descriptors as they are; the fractions say which sublattices are there.

    Notes
    -----
    ``*_share`` are shares of the sublattice (``cobalt_share`` of Fe + Co, ``diluent_share`` of
    M); ``*_ratio`` are atoms per atom of R + M; ``distance_*`` is half the sum of absolute
    differences between the atomic fractions of R, M and boron and those of the host: the share
    of atoms in the wrong place. Carbon counts as boron where the host has boron, and is left out,
    as N and H are everywhere, for the others.
    """
    out = np.empty((len(table), len(NAMES)))
    counts = np.array(list(STOICHIOMETRIES.values()), float)
    share_rows(
        describe_sublattices,
        len(table),
        table.rows,
        _weights(),
        ion_properties(),
        counts / counts.sum(axis=1, keepdims=True),
        np.array([float(boron > 0) for *_, boron in STOICHIOMETRIES.values()]),
        out,
    )
    return out


class RareEarthDescriptors(TransformerMixin, BaseEstimator):
    """Descriptors of the rare-earth and transition-metal sublattices of a composition.

    Parameters
    ----------
    basis : {"auto", "atomic", "weight"}
        Basis of recipes given as text.

    See Also
    --------
    rare_earth_descriptors : what each column means.
    """

    def __init__(self, *, basis: Basis = "auto") -> None:
        self.basis = basis

    def fit(self, X: Any = None, y: Any = None) -> "RareEarthDescriptors":
        """Do nothing: nothing is learnt."""
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the descriptors of each composition, shape (n, n_descriptors).

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            What to describe.
        """
        return rare_earth_descriptors(as_table(X, self.basis))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the column names."""
        return np.array(NAMES, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.no_validation = True
        tags.requires_fit = False
        return tags


_EARLY = ("Sc", "Ti", "V", "Cr", "Zr", "Nb", "Mo", "Hf", "Ta", "W")
_LATE = ("Cu", "Pd", "Pt", "Rh", "Ir", "Ru", "Re", "Os", "Ag", "Au")
_MAIN = ("Be", "Mg", "Zn", "Cd", "Al", "Ga", "In", "Si", "Ge", "Sn", "Pb", "P", "As", "Sb", "Bi")
_SOLUTES = ("Al", "Si", "Ga", "Ge", "Ti", "V", "Cr", "Mo", "W", "Nb", "Zr", "Cu")


@lru_cache(maxsize=1)
def ratio_sums() -> "tuple[tuple[str, ...], Sums]":
    """Return the names of the ratios, and what the kernel takes."""
    from ..kernels._descriptors import Sums

    rare, every = mask(RARE_EARTHS), np.ones(N_ELEMENTS)
    lattice = every - mask(INTERSTITIALS)
    metals = lattice - rare
    valence = magnetic_valence()
    ion = dict(zip(ION_PROPERTIES, ion_properties().T, strict=True))
    lower = {
        "all": every,
        "lattice": lattice,
        "metals": metals,
        "magnetic": mask(("Fe", "Co")),
        "R": rare,
    }
    upper = {
        "R_lattice": (rare, "lattice"),
        "cobalt_share": (mask(("Co",)), "magnetic"),
        "Fe_metals": (mask(("Fe",)), "metals"),
        "Co_metals": (mask(("Co",)), "metals"),
        "main_group_lattice": (mask(_MAIN), "lattice"),
        "early_metals_lattice": (mask(_EARLY), "lattice"),
        "late_metals_lattice": (mask(_LATE), "lattice"),
        **{f"{s}_lattice": (mask((s,)), "lattice") for s in ("Ni", "Mn", "B", "C", "N", "H")},
        "magnetic_valence": (valence, "all"),
        "magnetic_valence_metals": (valence * metals, "metals"),
        "de_gennes_R": (ion["de_gennes"], "R"),
        "de_gennes_lattice": (ion["de_gennes"], "lattice"),
        "spin_projection_R": (ion["spin_projection"], "R"),
        "coupled_moment_lattice": (ion["coupled_moment_muB"], "lattice"),
        "quadrupole_R": (ion["quadrupole_a0_2"], "R"),
        "radius_R": (ion["ionic_radius_A"] * rare, "R"),
        **{f"{s}_R": (mask((s,)), "R") for s in ("Ce", "Y", "La")},
        "light_R": (mask(LIGHT_RARE_EARTHS), "R"),
        **{f"{s}_lattice": (mask((s,)), "lattice") for s in _SOLUTES},
    }
    order = list(lower)
    return tuple(upper), Sums(
        np.column_stack([weights for weights, _ in upper.values()]),
        np.column_stack(list(lower.values())),
        np.array([order.index(name) for _, name in upper.values()], np.int64),
    )


Array = NDArray[np.float64]


class SublatticeRatios(TransformerMixin, BaseEstimator):
    """Ratios of sums over the elements of a composition.

    Parameters
    ----------
    basis : {"auto", "atomic", "weight"}
        Basis of recipes given as text.
    """

    def __init__(self, *, basis: Basis = "auto") -> None:
        self.basis = basis

    def fit(self, X: Any = None, y: Any = None) -> "SublatticeRatios":
        """Do nothing: nothing is learnt."""
        return self

    def transform(self, X: Any) -> Array:
        """Return the ratios of each composition, shape (n, k).

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            What to describe.
        """
        from ..kernels._descriptors import ratios

        table: CompositionTable = as_table(X, self.basis)
        return ratios(table.rows, ratio_sums()[1])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the column names."""
        return np.array(ratio_sums()[0], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.no_validation = True
        tags.requires_fit = False
        return tags
