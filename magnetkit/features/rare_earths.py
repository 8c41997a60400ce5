"""Descriptors of magnetism from composition alone, over its sublattices, as transformers.

The metals split into rare earths R (yttrium among them), the transition metals T that carry the 3d
moment (Fe, Co, Ni, Mn), and diluents (every other element but H, B, C, N, which sit in holes of the
hosts). M is T and diluents together.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core import elements
from .._core._arguments import check_arguments
from .._core._threads import share_rows
from .._core._types import FloatArray
from ..alloy._read import as_table
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ..phases.records import HOSTS
from ._descriptor_kernels import describe_sublattices
from ._elements import ion_properties, magnetic_valence
from .compositions import CompositionTransformer


def _stoichiometries() -> dict[str, tuple[int, int, int]]:
    """Collect the distinct stoichiometries of the hosts, by the first host that has each.

    Values are atoms of rare earth, transition metal and boron in a formula
    unit; interstitials of a host without boron count 0, so that such a variant
    is not listed beside its root. Such as ``{"2:14:1": (2, 14, 1), "1:5": (1,
    5, 0)}``.
    """
    formulas: dict[tuple[int, int, int], str] = {}
    for name, host in HOSTS.items():
        boron = host.interstitial if "B" in host.interstitial_elements else 0
        formulas.setdefault(
            (host.rare_earth, host.transition_metal, boron), name
        )
    return {name: counts for counts, name in formulas.items()}


_STOICHIOMETRIES = _stoichiometries()
"""R, M and boron (or carbon in its place) of each host; filled hosts count as empty ones."""


@lru_cache(maxsize=1)
def _ratios() -> tuple[tuple[str, ...], FloatArray]:
    """Return the names of the k ratios and the weights of the kernel, shape (118, 4 + 2 k).

    A ratio is declared here alone: its name, and what an atom of each element
    adds to its numerator and to its denominator, float64 (118,) without NaN, by
    atomic number less one. Columns of the weights are the atoms of R, M, B and
    C, the numerators, and the denominators. The result is cached and must not
    be changed.
    """
    mask = elements.mask
    r = mask(elements.RARE_EARTHS)
    t = mask(elements.TRANSITION_METALS)
    m = 1.0 - r - mask(elements.INTERSTITIALS)
    metals = r + m
    every = np.ones(elements.N_ELEMENTS)
    light = mask(elements.LIGHT_RARE_EARTHS)
    heavy = mask(elements.HEAVY_LANTHANIDES)
    quadrupole = ion_properties()["quadrupole_a0_2"]
    valence = magnetic_valence()
    ratios = {
        "R_fraction": (r, every),
        "T_fraction": (t, every),
        "R_share_of_metals": (r, metals),
        "R_light_share": (light, r),
        "R_heavy_share": (heavy, r),
        "R_light_heavy_balance": (light - heavy, r),
        "R_cerium_share": (mask(("Ce",)), r),
        "R_nonmagnetic_share": (mask(("La", "Lu", "Y")), r),
        "R_oblate_quadrupole_a0_2": (np.minimum(quadrupole, 0.0), r),
        "R_prolate_quadrupole_a0_2": (np.maximum(quadrupole, 0.0), r),
        # Groups 7 to 10 carry 7 to 10 valence electrons: 10 less the magnetic valence.
        "T_valence_electrons": (t * (10.0 - valence), t),
        "cobalt_share": (mask(("Co",)), mask(("Fe", "Co"))),
        "magnetic_valence": (valence, every),
        "magnetic_valence_M": (valence * m, m),
        "diluent_share": (m - t, m),
        "boron_ratio": (mask(("B",)), metals),
        "carbon_ratio": (mask(("C",)), metals),
        "nitrogen_ratio": (mask(("N",)), metals),
        "hydrogen_ratio": (mask(("H",)), metals),
    }
    atoms = [r, m, mask(("B",)), mask(("C",))]
    numerators, denominators = zip(*ratios.values(), strict=True)
    weights = np.column_stack([*atoms, *numerators, *denominators])
    return tuple(ratios), weights


@lru_cache(maxsize=1)
def descriptor_names() -> tuple[str, ...]:
    """Return the names of the descriptors, in order: ratios, distances, means and spreads over R."""
    ratios, _ = _ratios()
    distances = [
        f"distance_{host.replace(':', '_')}" for host in _STOICHIOMETRIES
    ]
    ions = [
        f"R_{name}_{kind}"
        for name in ion_properties()
        for kind in ("mean", "std")
    ]
    return (*ratios, *distances, *ions)


@check_arguments
def rare_earth_descriptors(table: CompositionTable) -> FloatArray:
    """Return the descriptors of each composition, shape (n, k), named by `RareEarthDescriptors`.

    Rows are in the order of the table. No compositions give an array of no rows. Columns are in the
    order of ``RareEarthDescriptors().get_feature_names_out()``.

    Parameters
    ----------
    table : CompositionTable
        The compositions.

    Returns
    -------
    ndarray
        float64, one column a name: the ratios such as ``R_fraction``, ``cobalt_share``
        and ``boron_ratio``, then ``distance_*`` of each host, then mean and
        standard deviation over R of each property of the ions, such as
        ``R_moment_muB_mean``.
        A mean, spread or share over a sublattice that is empty is 0, so that
        every model can take the descriptors as they are; the fractions say
        which sublattices are there. No entry is NaN.

    Notes
    -----
    ``*_share`` are shares of the sublattice (``cobalt_share`` of Fe + Co,
    ``diluent_share`` of M); ``*_ratio`` are atoms per atom of R + M; M are all
    elements but rare earths, H, B, C and N. ``distance_*`` is half the sum of
    absolute differences between the atomic fractions of R, M and boron and
    those of the host: the share of atoms in the wrong place. Carbon counts as
    boron where the host has boron, and is left out, as N and H are everywhere,
    for the others.
    """
    _, weights = _ratios()
    out = np.empty((len(table), len(descriptor_names())))
    counts = np.array(list(_STOICHIOMETRIES.values()), float)
    share_rows(
        describe_sublattices,
        len(table),
        table.rows,
        weights,
        np.column_stack(list(ion_properties().values())),
        counts / counts.sum(axis=1, keepdims=True),
        np.array(
            [float(boron > 0) for *_, boron in _STOICHIOMETRIES.values()]
        ),
        out,
    )
    return out


class RareEarthDescriptors(CompositionTransformer):
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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags

    def transform(self, X: Any) -> FloatArray:
        """Return the descriptors of each composition, shape (n, n_descriptors).

        The columns are those of `get_feature_names_out`, such as "R_fraction".
        What is over an empty sublattice is 0. No `fit` is needed.

        Parameters
        ----------
        X : CompositionTable, or column of recipes or pymatgen compositions
            What to describe: also a list, or a frame with a column "composition" or one column of
            texts. A single text is one recipe. Recipes are read by ``basis``; CompositionError, an
            InputError, if one cannot be read.
        """
        return rare_earth_descriptors(as_table(X, self.basis))

    def get_feature_names_out(
        self, input_features: Any = None
    ) -> NDArray[np.object_]:
        """Return the column names."""
        return np.array(descriptor_names(), dtype=object)
