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
from ._descriptor_kernels import RATIOS, SUMS, describe_sublattices
from ._elements import ION_PROPERTIES, ion_properties, magnetic_valence
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

DESCRIPTORS = (
    *RATIOS,
    *(f"distance_{host.replace(':', '_')}" for host in _STOICHIOMETRIES),
    *(
        f"R_{name}_{kind}"
        for name in ION_PROPERTIES
        for kind in ("mean", "std")
    ),
)
"""Names of the descriptors, in order."""


@lru_cache(maxsize=1)
def _weights() -> FloatArray:
    """Return what each element adds to each sum of the kernel, shape (118, len(SUMS)).

    Rows are elements by atomic number less one; columns are in the order of
    `SUMS` of `magnetkit.features._descriptor_kernels`: R, T, M, light, heavy,
    cerium, nonmagnetic, oblate, prolate, electrons, cobalt, iron, valence,
    valence_M, B, C, N and H. An element adds 1 or 0 to a sum of atoms; to
    oblate and prolate its quadrupole moment (a0^2) where that is below or
    above 0, to electrons, of T alone, its valence electrons, to valence its
    magnetic valence, and of M alone to valence_M. The array is cached and must
    not be changed.
    """
    r = elements.mask(elements.RARE_EARTHS)
    t = elements.mask(elements.TRANSITION_METALS)
    m = 1.0 - r - elements.mask(elements.INTERSTITIALS)
    quadrupole = ion_properties()[:, ION_PROPERTIES.index("quadrupole_a0_2")]
    valence = magnetic_valence()
    columns = {
        "R": r,
        "T": t,
        "M": m,
        "light": elements.mask(elements.LIGHT_RARE_EARTHS),
        "heavy": elements.mask(elements.HEAVY_LANTHANIDES),
        "cerium": elements.mask(("Ce",)),
        "nonmagnetic": elements.mask(("La", "Lu", "Y")),
        "oblate": np.minimum(quadrupole, 0.0),
        "prolate": np.maximum(quadrupole, 0.0),
        # Groups 7 to 10 carry 7 to 10 valence electrons: 10 less the magnetic valence.
        "electrons": t * (10.0 - valence),
        "cobalt": elements.mask(("Co",)),
        "iron": elements.mask(("Fe",)),
        "valence": valence,
        "valence_M": valence * m,
        **{
            symbol: elements.mask((symbol,)) for symbol in ("B", "C", "N", "H")
        },
    }
    return np.ascontiguousarray(
        np.stack([columns[name] for name in SUMS], axis=1)
    )


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
    out = np.empty((len(table), len(DESCRIPTORS)))
    counts = np.array(list(_STOICHIOMETRIES.values()), float)
    share_rows(
        describe_sublattices,
        len(table),
        table.rows,
        _weights(),
        ion_properties(),
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
        return np.array(DESCRIPTORS, dtype=object)
