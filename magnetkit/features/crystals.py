"""Crystals: neighbours, radial distributions, crystal field, dipolar field, and descriptors.

Every function takes pymatgen structures with ordered sites. Distances are in angstrom. Sums over a
lattice give the fields; `structure_descriptors` puts all into one row for each crystal.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.constants import physical_constants

from .._core._arguments import (
    check_arguments,
    parse_finite_number,
    parse_whole_number,
)
from .._core._threads import share_rows
from .._core._types import FloatArray, IntArray
from .._core.elements import (
    N_ELEMENTS,
    RARE_EARTHS,
    SYMBOLS,
    TRANSITION_METALS,
    mask,
)
from .._core.errors import InputError
from ._crystal_kernels import Atoms, describe_crystals
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


@dataclass(frozen=True, eq=False)
class Crystals:
    """Many crystals as arrays.

    Attributes
    ----------
    begin : ndarray of int64, shape (n + 1,)
        Atoms of crystal ``c`` are ``begin[c]:begin[c + 1]``.
    lattices : ndarray of float64, shape (n, 3, 3)
        Rows are the cell vectors (A).
    frac : ndarray of float64, shape (atoms, 3)
        Fractional coordinates.
    species : ndarray of int64, shape (atoms,)
        Atomic number minus one.
    """

    begin: IntArray
    lattices: FloatArray
    frac: FloatArray
    species: IntArray

    def __repr__(self) -> str:
        return f"<Crystals: {len(self.lattices):,} of {len(self.species):,} atoms>"

    @classmethod
    def from_structures(cls, structures: Iterable["Structure"]) -> "Crystals":
        """Take pymatgen structures.

        No structures give arrays of no crystals. Lattices are in angstrom.

        Parameters
        ----------
        structures : iterable of pymatgen Structure
            Ordered crystals.

        Returns
        -------
        Crystals
            ``begin``, (n + 1,), the first atom of each crystal and the number
            of all; ``lattices``, (n, 3, 3), rows are vectors; ``frac``, as
            given, and ``species``, atomic numbers less one, of all atoms, in
            the order of `structures`. Charges and site properties are dropped.

        Raises
        ------
        InputError
            If one is no structure, is disordered, or has a flat cell.
        """
        lattices = []
        frac = []
        species = []
        lengths = []
        for number, structure in enumerate(structures):
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
            lattices.append(structure.lattice.matrix)
            frac.append(np.reshape(structure.frac_coords, (-1, 3)))
            species.append(
                np.array([s - 1 for s in structure.atomic_numbers], np.int64)
            )
            lengths.append(len(structure))
        return cls(
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            np.array(lattices, np.float64).reshape(-1, 3, 3),
            np.concatenate([np.zeros((0, 3)), *frac]),
            np.concatenate([np.zeros(0, np.int64), *species]),
        )

    def __len__(self) -> int:
        return len(self.begin) - 1


class Neighbours(NamedTuple):
    """Neighbours of every atom, m of them.

    Attributes
    ----------
    atom : ndarray of int64, shape (m,)
        Index of the atom, from 0, ascending.
    neighbour : ndarray of int32, shape (m,)
        Index of its neighbour.
    image : ndarray of int32, shape (m, 3)
        Cells by which the neighbour is moved.
    distance : ndarray of float64, shape (m,)
        Distance, angstrom.
    """

    atom: IntArray
    neighbour: NDArray[np.int32]
    image: NDArray[np.int32]
    distance: FloatArray


def _one(
    structure: "Structure",
) -> tuple[FloatArray, FloatArray, NDArray[Any]]:
    """Return lattice (3, 3), angstrom, fractional coordinates (n, 3) and species (n,) of a crystal.

    `structure` is one of pymatgen; InputError if it is not ordered.
    Coordinates stay as they are, in the cell or not. Species are atomic
    numbers less one, int64; charges are dropped.
    """
    crystals = Crystals.from_structures([structure])
    return crystals.lattices[0], crystals.frac, crystals.species


@check_arguments
def neighbour_list(structure: "Structure", cutoff: float) -> Neighbours:
    """Return all neighbours within a cutoff (A) of each atom, periodic images included.

    Parameters
    ----------
    structure : Structure
        The crystal, of pymatgen.
    cutoff : float
        Largest distance, Å, itself included.

    Returns
    -------
    Neighbours
        One entry a neighbour, sorted by ``atom``: ``atom`` and ``neighbour`` (indices), ``image``
        (cells by which the neighbour is moved, (m, 3)) and ``distance`` (Å). Indices of atoms count
        from 0. The neighbour lies at ``frac[neighbour] + image``. An atom is a neighbour of itself
        in other cells alone.

    Raises
    ------
    InputError
        If the structure is not ordered, or `cutoff` is no number above 0.
    """
    from ._crystal_kernels import half_pairs

    lattice, frac, _ = _one(structure)
    return both_ways(
        *half_pairs(
            lattice,
            frac,
            parse_finite_number("cutoff", cutoff, 0.0, above=True),
        )
    )


def both_ways(
    first: NDArray[np.int32],
    second: NDArray[np.int32],
    shift: NDArray,
    distance: NDArray,
) -> Neighbours:
    """List each pair of atoms from both its atoms, sorted by atom.

    Each pair appears twice, once with its shift reversed. Rows of one atom keep the order of the
    pairs.

    Parameters
    ----------
    first, second : ndarray of int32, shape (p,)
        Atoms of each pair, each pair once, as of `half_pairs`.
    shift : ndarray of int32, shape (p, 3)
        Cells by which the second atom is moved.
    distance : ndarray of float64, shape (p,)
        Distance, angstrom.

    Returns
    -------
    Neighbours
        Arrays of 2 p rows: ``atom`` (ascending), ``neighbour``, ``image`` and
        ``distance``. ``image`` is the shift from the first atom, its negative
        from the second. A pair of an atom with its own image gives two rows of
        that atom, the shift before its negative.
    """
    pairs = np.column_stack([first, second])
    # numpy sorts numbers of 16 bits by their digits, three times as fast.
    keys = pairs.astype(np.uint16) if pairs.max(initial=0) < 1 << 16 else pairs
    order = np.argsort(keys, axis=None, kind="stable")
    pair = order >> 1
    atom = pairs.take(order).astype(np.int64)
    image = np.concatenate([shift, -shift]).take(
        pair + (order & 1) * len(shift), axis=0
    )
    return Neighbours(atom, pairs.take(order ^ 1), image, distance.take(pair))


@check_arguments
def radial_distribution(
    structure: "Structure", cutoff: float = 10.0, bins: int = 100
) -> tuple[FloatArray, dict[tuple[str, str], FloatArray]]:
    """Return the partial radial distribution functions.

    Parameters
    ----------
    structure : Structure
        An ordered crystal, of pymatgen.
    cutoff : float
        Largest distance (Å).
    bins : int
        Number of bins of distance. 1 or more.

    Returns
    -------
    radii : ndarray, shape (bins,)
        Middle of each bin (Å).
    functions : dict
        For each pair of symbols, once, the lower atomic number first, such as
        ``("Fe", "Nd")`` or ``("Fe", "Fe")``, g(r), shape (bins,): density of
        one around the other over its mean density; 1 for no order.

    Raises
    ------
    InputError
        If the structure is not ordered, `cutoff` is no number above 0, or `bins` no whole number of
        1 or more.
    """
    from ._crystal_kernels import half_pairs

    lattice, frac, species = _one(structure)
    cutoff = parse_finite_number("cutoff", cutoff, 0.0, above=True)
    bins = parse_whole_number("bins", bins)
    present, kinds, members = np.unique(
        species, return_inverse=True, return_counts=True
    )
    first, second, _, distance = half_pairs(lattice, frac, cutoff)
    pairs = kinds[first], kinds[second], distance
    counts = radial_counts(pairs, len(present), cutoff / bins, bins)
    edges = np.linspace(0.0, cutoff, bins + 1)
    shells = 4.0 / 3.0 * np.pi * np.diff(edges**3) / structure.volume
    functions = {}
    for a, b in combinations_with_replacement(range(len(present)), 2):
        symbols = (SYMBOLS[present[a]], SYMBOLS[present[b]])
        uniform = members[a] * members[b] * shells
        functions[symbols] = counts[a, b] / uniform
    return 0.5 * (edges[1:] + edges[:-1]), functions


def radial_counts(
    pairs: tuple[IntArray, IntArray, NDArray],
    kinds: int,
    width: float,
    bins: int,
) -> IntArray:
    """Count the atoms of each kind in bins of distance around those of each kind.

    Distances beyond the last bin are left out. The result is symmetric in the kinds; a pair of one
    kind counts twice, once around each of its atoms.

    Parameters
    ----------
    pairs : tuple of ndarray, shape (p,)
        Kinds of both atoms and distance (A) of pairs, each listed once. Kinds count from 0.
    kinds : int
        Number of kinds.
    width : float
        Width of a bin, A.
    bins : int
        Number of bins.

    Returns
    -------
    ndarray of int64, shape (kinds, kinds, bins)
        Entry [a, b, k]: pairs of kinds a and b with a distance from k to below
        k + 1 widths; a pair of different kinds counts once in [a, b] and once
        in [b, a].
    """
    one, other, distance = pairs
    slot = (distance / width).astype(np.int64)
    place = ((one * kinds + other) * bins + slot)[slot < bins]
    counts = np.bincount(place, minlength=kinds**2 * bins).reshape(
        kinds, kinds, bins
    )
    return counts + counts.transpose(1, 0, 2)


@check_arguments
def coordination(structure: "Structure", cutoff: float) -> dict[str, IntArray]:
    """Return how many neighbours of each element every atom has within a cutoff (A).

    Parameters
    ----------
    structure : Structure
        The crystal, of pymatgen.
    cutoff : float
        Largest distance that counts as a neighbour, Å, itself included.

    Returns
    -------
    dict of str to ndarray of int64, shape (number of atoms,)
        Symbol of the neighbours to how many of them each atom has. Atoms are
        in the order of `structure`. Each element of the crystal is a key, by
        atomic number, such as ``{"Co": ..., "Sm": ...}``. Periodic images
        count.

    Raises
    ------
    InputError
        If the structure is not ordered, or `cutoff` is no number above 0.
    """
    from ._crystal_kernels import coordination_numbers, half_pairs

    lattice, frac, species = _one(structure)
    cutoff = parse_finite_number("cutoff", cutoff, 0.0, above=True)
    present, kinds = np.unique(species, return_inverse=True)
    first, second, _, distance = half_pairs(lattice, frac, cutoff)
    counts = np.zeros((len(frac), len(present)), np.int64)
    # The list of pairs ends at the cutoff.
    reach = np.full((len(present), len(present)), np.inf)
    coordination_numbers(first, second, distance, kinds, reach, counts)
    return {SYMBOLS[z]: counts[:, k] for k, z in enumerate(present)}


@check_arguments
def crystal_field(
    structure: "Structure",
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0),
    charges: Mapping[str, float] = _CHARGES,
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the point-charge crystal field at each rare-earth site.

    Parameters
    ----------
    structure : Structure
        An ordered crystal, of pymatgen.
    axis : tuple of float
        Cartesian axis of quantisation, of any length.
    charges : mapping of str to float
        Point charge of each element (e, positive for cations), 0 for one not
        named; it replaces the whole default; a uniform background neutralises
        the cell. The default, 3 for rare earths and -1 for N and C, gives the
        sign of A_2^0, not its size. CompositionError for a symbol that is no
        element.

    Returns
    -------
    sites : ndarray of int, shape (r,)
        Indices of the rare-earth sites, from 0, ascending; all three are empty
        without a rare earth.
    A20 : ndarray, shape (r,)
        K / a0^2: -(e^2 / 16 pi epsilon_0) sum of charge (3 cos^2 - 1) / R^3.
    A40 : ndarray, shape (r,)
        K / a0^4: -(e^2 / 32 pi epsilon_0) sum of charge P_4(cos) / R^5.

    Raises
    ------
    InputError
        If the structure is not ordered, or the axis is not three finite numbers or is zero.

    Notes
    -----
    Ewald sums, converged to about 1e-7 of the nearest neighbour's part. The definition of the
    coefficients is that of M. T. Hutchings, Solid State Physics 16 (1964) 227.
    """
    from ._crystal_kernels import (
        axis_component,
        dipole_tensors,
        ewald_cutoff,
        fourth_order_sums,
    )

    direction = _unit(axis)
    lattice, frac, species = _one(structure)
    charge = _spread_over_elements(charges)[species]
    cutoff = ewald_cutoff(max(len(frac), 1), structure.volume)
    tensors = np.empty((len(frac), 1, 6))
    dipole_tensors(lattice, frac, charge[:, None], cutoff, True, tensors)
    fourth = np.empty(len(frac))
    fourth_order_sums(lattice, frac, charge, direction, cutoff, fourth)
    sites = np.flatnonzero(mask(RARE_EARTHS)[species])
    second = np.array(
        [axis_component(tensors[i, 0], direction) for i in sites]
    )
    return sites, _SECOND_ORDER * second, _FOURTH_ORDER * fourth[sites]


@check_arguments
def dipolar_field(
    structure: "Structure",
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0),
    moments: Mapping[str, float] = _MOMENTS,
    cutoff: float | None = None,
) -> FloatArray:
    """Return the field of the other atoms' moments at each atom.

    Parameters
    ----------
    structure : Structure
        An ordered crystal, of pymatgen.
    axis : tuple of float
        Cartesian direction of all moments, of any length.
    moments : mapping of str to float
        Moment of each element along the axis (muB), 0 for one not named; it
        replaces the whole default. The default is Fe 2.2, Co 1.5 and Ni 0.3.
        CompositionError for a symbol that is no element.
    cutoff : float, optional
        Sum over a plain sphere of this radius (Å) instead of to convergence.

    Returns
    -------
    ndarray, shape (n, 3)
        Tesla. The sum over a sphere: the Lorentz field mu0 M / 3 and the sample's demagnetising
        field are not in it, and it vanishes on a site of cubic symmetry. One row for each atom,
        Cartesian.

    Raises
    ------
    InputError
        If the structure is not ordered, the axis is not three finite numbers or is zero, or
        `cutoff` is no number above 0.
    """
    from ._crystal_kernels import dipole_tensors, ewald_cutoff

    direction = _unit(axis)
    lattice, frac, species = _one(structure)
    moment = _spread_over_elements(moments)[species]
    if cutoff is None:
        reach = ewald_cutoff(max(len(frac), 1), structure.volume)
    else:
        reach = parse_finite_number("cutoff", cutoff, 0.0, above=True)
    tensors = np.empty((len(frac), 1, 6))
    dipole_tensors(
        lattice, frac, moment[:, None], reach, cutoff is None, tensors
    )
    xx, yy, zz, yz, xz, xy = tensors[:, 0].T
    parts = np.stack([xx, xy, xz, xy, yy, yz, xz, yz, zz], axis=1)
    full = parts.reshape(-1, 3, 3)
    return _DIPOLE * full @ direction


def _spread_over_elements(values: Mapping[str, float]) -> FloatArray:
    """Return values of some elements as an array over all, zero for the rest, (118,).

    The result is float64, by atomic number less one. `values` maps symbols to
    numbers; CompositionError for a text that is no element.
    """
    result = np.zeros(N_ELEMENTS)
    for symbol, value in values.items():
        result += value * mask((symbol,))
    return result


def _unit(axis: Any) -> FloatArray:
    """Return an axis scaled to length 1; InputError if not three finite numbers, or zero.

    `axis` is three numbers, Cartesian; a text is a ValueError. The result is
    float64, shape (3,).
    """
    axis = np.asarray(axis, np.float64)
    # The sum of squares would overflow for a length over 1e154.
    length = math.hypot(*axis) if axis.shape == (3,) else 0.0
    if not 0.0 < length < math.inf:
        raise InputError(
            f"axis must be three finite numbers, not all zero, got {axis.tolist()!r}"
        )
    return axis / length


@check_arguments
def structure_descriptors(crystals: Crystals) -> FloatArray:
    """Return the descriptors of each crystal, shape (n, k), named by `StructureDescriptors`.

    The columns are in the order of ``StructureDescriptors().get_feature_names_out()``.

    Parameters
    ----------
    crystals : Crystals
        The crystals. As of `Crystals.from_structures`.

    Returns
    -------
    ndarray
        float64; k is 26: ``volume_per_atom_A3``; nine of ``R_R_neighbours``,
        the mean number of the second kind about an atom of the first;
        ``_distance_min_A``, ``_mean_A`` and ``_std_A`` of ``R_R``, ``R_T`` and
        ``T_T``; ``T_T_short_share``, of pairs under 2.45 A;
        ``A20_mean_K_a0_2``, ``A20_min_K_a0_2``, ``A20_max_K_a0_2`` and
        ``A40_mean_K_a0_4`` over R; ``R_dipolar_field_T`` and
        ``T_dipolar_field_T``, means. NaN where a crystal has no such site or
        pair.

    Notes
    -----
    R are the rare earths, T are Fe, Co, Ni and Mn, X all else. The axis of crystal and dipolar
    field is the one along which the field gradient, averaged over the rare-earth sites, is
    largest: the unique axis of a uniaxial crystal, however its cell is set.
    """
    kind = 2 - mask(TRANSITION_METALS) - 2 * mask(RARE_EARTHS)
    weights = np.stack(
        [_spread_over_elements(_CHARGES), _spread_over_elements(_MOMENTS)],
        axis=1,
    )
    species = crystals.species
    atoms = Atoms(
        crystals.begin,
        crystals.lattices,
        crystals.frac,
        kind.astype(np.int64)[species],
        weights[species],
    )
    out = np.empty((len(crystals), len(_NAMES)))
    scales = [_SECOND_ORDER, _FOURTH_ORDER, _DIPOLE]
    share_rows(
        describe_crystals,
        len(crystals),
        atoms,
        _REACH,
        _SHORT,
        np.array(scales),
        out,
        chunk=4,
    )
    return out


class StructureDescriptors(RowTransformer):
    """Neighbours, distances, point-charge crystal field and dipolar field of crystals.

    See Also
    --------
    structure_descriptors : what each column means.
    """

    def transform(self, X: Any) -> FloatArray:
        """Return the descriptors of each crystal, shape (n, n_descriptors).

        The columns are those of `get_feature_names_out`, each with its unit;
        NaN where a crystal has no such site or pair. No `fit` is needed.

        Parameters
        ----------
        X : Crystals, or sequence or one-column table of pymatgen structures
            What to describe; sites must be ordered. A single structure must
            be given in a list (AttributeError). An empty list gives no rows.

        Raises
        ------
        InputError
            If a row is no structure or a disordered one, or a table has several columns.
        """
        if isinstance(X, Crystals):
            return structure_descriptors(X)
        if hasattr(X, "columns"):
            if len(X.columns) != 1:
                raise InputError(
                    f"expected one column of structures, got {len(X.columns)} columns"
                )
            X = X[X.columns[0]]
        return structure_descriptors(Crystals.from_structures(X))

    def get_feature_names_out(
        self, input_features: Any = None
    ) -> NDArray[np.object_]:
        """Return the column names."""
        return np.array(_NAMES, dtype=object)

    def _features_of_column(
        self, column: Any, ignore_errors: bool
    ) -> tuple[FloatArray, list[str]]:
        """Compute the features of a column of pymatgen structures.

        Parameters
        ----------
        column : pandas.Series or ndarray of object
            n structures.
        ignore_errors : bool
            Give NaN for unusable rows; they raise otherwise.

        Returns
        -------
        values : ndarray, shape (n, features)
            float64, in the order of `get_feature_names_out`, NaN for a row
            that is not used.
        reasons : list of str
            Why a row is not used, empty where it is.

        Raises
        ------
        InputError
            If a structure is unusable (none of pymatgen, not ordered, or of a
            flat cell) and `ignore_errors` is False.
        """
        reasons = [""] * len(column)
        for row, structure in enumerate(column):
            try:
                Crystals.from_structures([structure])
            except InputError as error:
                if not ignore_errors:
                    raise
                reasons[row] = str(error)
        sound = np.array([not reason for reason in reasons], bool)
        values = np.full((len(column), len(_NAMES)), np.nan)
        if sound.any():
            values[sound] = self.transform(list(column[sound]))
        return values, reasons
