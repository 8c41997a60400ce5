"""Descriptors of crystals: volume, neighbours, distances, crystal field and dipolar field.

`StructureDescriptors` puts one row beside each pymatgen structure with ordered sites. Lattice sums
over charges and moments, for orders that average to zero, are by Ewald's method. With f_l the l-th
Legendre polynomial over r^(l + 1), the sum over the lattice splits into a short-ranged part, f_l
times the regularised incomplete gamma function Q(l + 1/2, alpha^2 r^2), and a sum over reciprocal
vectors G of (-1)^(l/2) 4 pi / V G^(l - 2) exp(-G^2 / 4 alpha^2) / (2l - 1)!! P_l(G) cos(G r). The
term G = 0 vanishes over a sphere, so a uniform background that neutralises the charges adds
nothing, and the dipole sum is that of a spherical sample less its own Lorentz and demagnetising
fields.
"""

from collections.abc import Mapping
from itertools import combinations_with_replacement, product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.constants import physical_constants

from .._core._types import FloatArray, IntArray
from .._core.elements import (
    N_ELEMENTS,
    RARE_EARTHS,
    TRANSITION_METALS,
    mask,
)
from .._core.errors import InputError
from .compositions import RowTransformer

if TYPE_CHECKING:
    from pymatgen.core import Structure


_BOHR = physical_constants["Bohr radius"][0] * 1e10
# e^2 / (4 pi epsilon_0 k_B) in K A: the Hartree energy in kelvin times the Bohr radius.
_COULOMB = physical_constants["hartree-kelvin relationship"][0] * _BOHR
_SECOND_ORDER = -_COULOMB * _BOHR**2 / 4.0
"""A_2^0 (K / a0^2) for one unit of the sum of charge (3 cos^2 - 1) / r^3 (e / A^3)."""
_FOURTH_ORDER = -_COULOMB * _BOHR**4 / 8.0
"""A_4^0 (K / a0^4) for one unit of the sum of charge P_4(cos) / r^5 (e / A^5)."""

_DIPOLE = 1e-7 * physical_constants["Bohr magneton"][0] * 1e30
"""Field (T) for one unit of the sum of moment (3 cos^2 - 1) / r^3 (muB / A^3)."""

# Effective charges that give the sign of A_2^0 in the hosts: trivalent rare earths, negative
# interstitials, the 3d metals screened to nothing, and a uniform background for the rest.
_CHARGES: Mapping[str, float] = {
    **dict.fromkeys(RARE_EARTHS, 3.0),
    "N": -1.0,
    "C": -1.0,
}
# Moments (muB) of the transition metals in their rare-earth compounds, order of magnitude.
_MOMENTS: Mapping[str, float] = {"Fe": 2.2, "Co": 1.5, "Ni": 0.3}
_KINDS = ("R", "T", "X")
_REACH = np.array([[4.2, 3.6, 3.6], [3.6, 3.0, 3.0], [3.6, 3.0, 3.0]])
"""Largest distance (A) of neighbours among R, T and X: the first shell in R-T compounds."""
_SHORT = 2.45
"""Distance (A) below which iron pairs couple antiparallel (Givord and Lemaire 1974)."""
# exp(-x^2) of this x is 1e-8: where both sums of Ewald's method are cut.
_CUT = 4.3
# Distances within this of the cutoff (in A) count as inside, whichever way they were rounded.
_CUTOFF_SLACK = 1e-8

_NAMES = (
    "volume_per_atom_A3",
    *(f"{a}_{b}_neighbours" for a in _KINDS for b in _KINDS),
    *(
        f"{pair}_distance_{kind}_A"
        for pair in ("R_R", "R_T", "T_T")
        for kind in ("min", "mean", "std")
    ),
    "T_T_short_share",
    "A20_mean_K_a0_2",
    "A20_min_K_a0_2",
    "A20_max_K_a0_2",
    "A40_mean_K_a0_4",
    "R_dipolar_field_T",
    "T_dipolar_field_T",
)
"""Names of the descriptors, in order."""


class _Pairs(NamedTuple):
    """The m pairs of atoms within a cutoff, both ways, and the vectors (A) between them.

    ``first`` and ``second`` are int (m,), ``vector`` is (m, 3) and ``distance`` (m,), float64.
    """

    first: IntArray
    second: IntArray
    vector: FloatArray
    distance: FloatArray


class _Waves(NamedTuple):
    """Ewald's sum over half of the reciprocal vectors, one of each of m pairs +-G.

    ``vectors`` is (m, 3), 1/A, ``squares`` (m,) their squared lengths, ``factor`` (m,) is
    8 pi / V exp(-G^2 / 4 alpha^2), 1/A^3, and ``phases`` exp(i G r) at each atom, complex (n, m).
    """

    vectors: FloatArray
    squares: FloatArray
    factor: FloatArray
    phases: NDArray[np.complex128]

    def amplitudes(self, weights: FloatArray) -> FloatArray:
        """Return the amplitude of each wave at each atom, (n, m), for weights (n,)."""
        total = self.factor * np.conj(weights @ self.phases)
        return (total * self.phases).real


class StructureDescriptors(RowTransformer):
    """Neighbours, distances, point-charge crystal field and dipolar field of crystals.

    The 26 columns are ``volume_per_atom_A3``; nine of ``R_R_neighbours``, the mean number of the
    second kind about an atom of the first; ``_distance_min_A``, ``_mean_A`` and ``_std_A`` of
    ``R_R``, ``R_T`` and ``T_T``; ``T_T_short_share``, of pairs under 2.45 A; ``A20_mean_K_a0_2``,
    ``A20_min_K_a0_2``, ``A20_max_K_a0_2`` and ``A40_mean_K_a0_4`` over R; ``R_dipolar_field_T``
    and ``T_dipolar_field_T``, means. NaN where a crystal has no such site or pair.

    Notes
    -----
    R are the rare earths, T are Fe, Co, Ni and Mn, X all else. A20 is -(e^2 / 16 pi epsilon_0) sum
    of charge (3 cos^2 - 1) / R^3 and A40 is -(e^2 / 32 pi epsilon_0) sum of charge P_4(cos) / R^5
    (M. T. Hutchings, Solid State Physics 16 (1964) 227); charges are 3 for rare earths and -1 for N
    and C, which gives the sign of A20, not its size. Moments are 2.2 (Fe), 1.5 (Co) and 0.3 muB
    (Ni). The axis of crystal and dipolar field is the one along which the field gradient, averaged
    over the rare-earth sites, is largest: the unique axis of a uniaxial crystal, however its cell
    is set.
    """

    def transform(self, X: Any) -> FloatArray:
        """Return the descriptors of each crystal, shape (n, 26).

        The columns are those of `get_feature_names_out`, each with its unit;
        NaN where a crystal has no such site or pair. No `fit` is needed.

        Parameters
        ----------
        X : sequence or one-column table of pymatgen structures
            What to describe; sites must be ordered. A single structure must
            be given in a list. An empty list gives no rows.

        Raises
        ------
        InputError
            If a row is no structure, a disordered one or of a flat cell, or a table has several
            columns.
        """
        if hasattr(X, "columns"):
            if len(X.columns) != 1:
                raise InputError(
                    f"expected one column of structures, got {len(X.columns)} columns"
                )
            X = X[X.columns[0]]
        structures = list(X)
        for number, structure in enumerate(structures):
            _check_structure(structure, number)
        rows = [_describe(structure) for structure in structures]
        return np.array(rows, np.float64).reshape(-1, len(_NAMES))

    def get_feature_names_out(
        self, input_features: Any = None
    ) -> NDArray[np.object_]:
        """Return the column names."""
        return np.array(_NAMES, dtype=object)

    def _features_of_column(
        self, column: Any, ignore_errors: bool
    ) -> tuple[FloatArray, list[str]]:
        """Return the descriptors of n structures, (n, 26), and of each why it has none or ""."""
        reasons = [""] * len(column)
        values = np.full((len(column), len(_NAMES)), np.nan)
        for row, structure in enumerate(column):
            try:
                _check_structure(structure, row)
            except InputError as error:
                if not ignore_errors:
                    raise
                reasons[row] = str(error)
            else:
                values[row] = _describe(structure)
        return values, reasons


def _check_structure(structure: Any, number: int) -> None:
    """Raise InputError unless a row, the `number`-th from 0, is a crystal of ordered sites."""
    if not hasattr(structure, "lattice") or not hasattr(
        structure, "frac_coords"
    ):
        raise InputError(
            f"expected pymatgen structures, item {number} is {type(structure).__name__}"
        )
    if not structure.is_ordered:
        raise InputError(
            f"structure {number} ({structure.formula}) has partly occupied sites; "
            "order it first, e.g. with pymatgen's OrderDisorderedStructureTransformation"
        )
    if not abs(structure.volume) > 1e-6:
        raise InputError(
            f"structure {number} ({structure.formula}) has a flat cell"
        )


def _describe(structure: "Structure") -> FloatArray:
    """Return the descriptors of one ordered crystal, shape (26,), in the order of `_NAMES`."""
    row = np.full(len(_NAMES), np.nan)
    n = len(structure)
    if n == 0:
        return row
    species = np.array([z - 1 for z in structure.atomic_numbers], np.int64)
    kinds = 2 - mask(TRANSITION_METALS) - 2 * mask(RARE_EARTHS)
    kind = kinds.astype(np.int64)[species]
    row[0] = structure.volume / n
    row[1:20] = _describe_neighbours(structure, kind)
    rare_earth = kind == 0
    cutoff = 2.3 * n ** (1 / 6) * row[0] ** (1 / 3)
    alpha = _CUT / cutoff
    pairs = _find_pairs(structure, cutoff)
    waves = _find_waves(structure, alpha)
    charge = _spread_over_elements(_CHARGES)[species]
    moment = _spread_over_elements(_MOMENTS)[species]
    gradient = _sum_second_order(pairs, waves, charge, alpha)
    field = _sum_second_order(pairs, waves, moment, alpha)
    if rare_earth.any():
        axis = _principal_axis(gradient[rare_earth].sum(axis=0))
        second = _SECOND_ORDER * (gradient @ axis @ axis)[rare_earth]
        fourth = _sum_fourth_order(pairs, waves, charge, alpha, axis)
        row[20] = second.mean()
        row[21] = second.min()
        row[22] = second.max()
        row[23] = _FOURTH_ORDER * fourth[rare_earth].mean()
    else:
        axis = _principal_axis(field.sum(axis=0))
    along = _DIPOLE * (field @ axis @ axis)
    for place in range(2):
        if (kind == place).any():
            row[24 + place] = along[kind == place].mean()
    return row


def _find_pairs(structure: "Structure", cutoff: float) -> _Pairs:
    """Return all pairs of atoms of a crystal within a cutoff (A), both ways."""
    first, second, image, distance = structure.get_neighbor_list(
        cutoff + _CUTOFF_SLACK, exclude_self=True
    )
    frac = structure.frac_coords
    vector = (frac[second] + image - frac[first]) @ structure.lattice.matrix
    return _Pairs(first, second, vector, distance)


def _describe_neighbours(
    structure: "Structure", kind: IntArray
) -> NDArray[Any]:
    """Return coordination numbers and statistics of distances of one crystal, shape (19,).

    `kind` is int (n,): 0 rare earth, 1 transition metal, 2 other. First stand the nine mean numbers
    of neighbours by kinds, then least, mean and deviation (A) of R-R, R-T and T-T distances, then
    the share of short T-T pairs; NaN where there are no such atoms or pairs.
    """
    row = np.full(19, np.nan)
    pairs = _find_pairs(structure, _REACH.max())
    one = kind[pairs.first]
    other = kind[pairs.second]
    near = pairs.distance <= _REACH[one, other]
    members = np.bincount(kind, minlength=3)
    for place, (a, b) in enumerate(product(range(3), repeat=2)):
        if members[a]:
            count = np.count_nonzero(near & (one == a) & (other == b))
            row[place] = count / members[a]
    for place, (a, b) in enumerate(((0, 0), (0, 1), (1, 1))):
        distance = pairs.distance[near & (one == a) & (other == b)]
        if len(distance):
            start = 9 + 3 * place
            row[start] = distance.min()
            row[start + 1] = distance.mean()
            row[start + 2] = distance.std()
            if a == 1:
                row[18] = (distance < _SHORT).mean()
    return row


def _sum_second_order(
    pairs: _Pairs, waves: _Waves, weights: FloatArray, alpha: float
) -> FloatArray:
    """Return the sum of weight (3 r_i r_j - r^2 delta_ij) / r^5 over all other atoms.

    `weights` is (n,), such as charges; `alpha` the width of Ewald's sum, 1/A. The result is
    (n, 3, 3), a traceless tensor at each atom, weight / A^3.
    """
    from scipy.special import erfc

    n = len(weights)
    distance = pairs.distance
    x = alpha * distance
    bell = np.exp(-x * x) * x / np.sqrt(np.pi)
    screen = erfc(x) + bell * (2.0 + 4.0 / 3.0 * x * x)
    factor = weights[pairs.second] * screen / distance**3
    unit = (pairs.vector / distance[:, None]).T
    result = np.empty((n, 3, 3))
    for i, j in combinations_with_replacement(range(3), 2):
        part = factor * (3.0 * unit[i] * unit[j] - (i == j))
        result[:, i, j] = np.bincount(pairs.first, part, minlength=n)
        result[:, j, i] = result[:, i, j]
    vectors = waves.vectors
    shape = vectors[:, :, None] * vectors[:, None, :]
    shape = shape / waves.squares[:, None, None] - np.eye(3) / 3.0
    return result - np.tensordot(waves.amplitudes(weights), shape, axes=1)


def _sum_fourth_order(
    pairs: _Pairs,
    waves: _Waves,
    weights: FloatArray,
    alpha: float,
    axis: FloatArray,
) -> FloatArray:
    """Return the sum of weight P_4(cos) / r^5 over all other atoms, (n,), weight / A^5.

    The angle is that between `axis`, of length one, and the line to the other atom.
    """
    from scipy.special import erfc

    distance = pairs.distance
    x = alpha * distance
    bell = np.exp(-x * x) * x / np.sqrt(np.pi)
    series = 4.0 / 3.0 + x**2 * (8.0 / 15.0 + x**2 * 16.0 / 105.0)
    screen = erfc(x) + bell * (2.0 + x**2 * series)
    legendre = _legendre(pairs.vector @ axis / distance)
    result = np.bincount(
        pairs.first,
        weights[pairs.second] * screen * legendre / distance**5,
        minlength=len(weights),
    )
    cosine = waves.vectors @ axis / np.sqrt(waves.squares)
    shape = waves.squares / 105.0 * _legendre(cosine)
    return result + waves.amplitudes(weights) @ shape


def _legendre(cosine: FloatArray) -> FloatArray:
    """Return the fourth Legendre polynomial."""
    square = cosine * cosine
    return ((35.0 * square - 30.0) * square + 3.0) / 8.0


def _find_waves(structure: "Structure", alpha: float) -> _Waves:
    """Return the waves of Ewald's sum of a width, 1/A, that are not negligible."""
    longest = 2.0 * alpha * _CUT
    sides = np.linalg.norm(structure.lattice.matrix, axis=1)
    most = (longest * sides / (2.0 * np.pi)).astype(int)
    grid = np.meshgrid(*(np.arange(-m, m + 1) for m in most), indexing="ij")
    indices = np.stack(grid, axis=-1).reshape(-1, 3)
    # One of each pair +-G: those behind the middle, in the order of the grid.
    indices = indices[len(indices) // 2 + 1 :]
    reciprocal = np.linalg.inv(structure.lattice.matrix).T
    vectors = 2.0 * np.pi * indices @ reciprocal
    squares = np.sum(vectors**2, axis=1)
    is_long = squares > longest**2
    vectors = vectors[~is_long]
    squares = squares[~is_long]
    factor = np.exp(-squares / (4.0 * alpha**2))
    factor *= 8.0 * np.pi / structure.volume
    phases = np.exp(1j * (structure.cart_coords @ vectors.T))
    return _Waves(vectors, squares, factor, phases)


def _principal_axis(tensor: FloatArray) -> FloatArray:
    """Return the unit vector, (3,), along which a traceless tensor, (3, 3), is largest in size.

    It is (0, 0, 1) where all entries are at most 1e-9.
    """
    if not np.abs(tensor).max() > 1e-9:
        return np.array([0.0, 0.0, 1.0])
    values, vectors = np.linalg.eigh(tensor)
    return vectors[:, np.argmax(np.abs(values))]


def _spread_over_elements(values: Mapping[str, float]) -> FloatArray:
    """Return values of some elements as an array over all, zero for the rest, (118,)."""
    result = np.zeros(N_ELEMENTS)
    for symbol, value in values.items():
        result += value * mask((symbol,))
    return result
