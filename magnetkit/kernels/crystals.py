"""Descriptors of many crystals, one after the other."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._accelerate import jit
from .lattice_sums import dipole_tensors, ewald_cutoff, fourth_order_sums
from .pairs import half_pairs
from .radial import coordination_numbers, distance_statistics


class Atoms(NamedTuple):
    """The atoms of n crystals, one crystal after the other.

    Attributes
    ----------
    begin : ndarray of int64, shape (n + 1,)
        Atoms of crystal c are ``begin[c]:begin[c + 1]``.
    lattices : ndarray of float64, shape (n, 3, 3)
        Rows are the cell vectors, angstrom.
    frac : ndarray of float64, shape (atoms, 3)
        Fractional coordinates.
    kinds : ndarray of int64, shape (atoms,)
        0 rare earth, 1 transition metal, 2 any other.
    weights : ndarray of float64, shape (atoms, 2)
        Point charge, e, and moment along the axis, Bohr magnetons.
    """

    begin: NDArray[np.int64]
    lattices: NDArray[np.float64]
    frac: NDArray[np.float64]
    kinds: NDArray[np.int64]
    weights: NDArray[np.float64]


# tensor float64[6]    xx, yy, zz, yz, xz, xy, traceless
# out    float64[3]    unit vector along which the tensor is largest in size; z for no tensor
@jit(part="copied")
def principal_axis(tensor, out):
    """Write the axis of the eigenvalue of largest size."""
    full = np.empty((3, 3))
    full[0, 0], full[1, 1], full[2, 2] = tensor[0], tensor[1], tensor[2]
    full[1, 2] = full[2, 1] = tensor[3]
    full[0, 2] = full[2, 0] = tensor[4]
    full[0, 1] = full[1, 0] = tensor[5]
    size = 0.0
    for k in range(6):
        size = max(size, abs(tensor[k]))
    out[0], out[1], out[2] = 0.0, 0.0, 1.0
    if not size > 1e-9:
        return
    values, vectors = np.linalg.eigh(full)
    largest = 0 if -values[0] > values[2] else 2
    for k in range(3):
        out[k] = vectors[k, largest]


# tensor float64[6], axis float64[3]
@jit(part="copied")
def along(tensor, axis):
    """Return the component of a tensor along an axis."""
    x, y, z = axis[0], axis[1], axis[2]
    diagonal = tensor[0] * x * x + tensor[1] * y * y + tensor[2] * z * z
    return diagonal + 2.0 * (tensor[3] * y * z + tensor[4] * x * z + tensor[5] * x * y)


# reach    float64[3, 3]       largest distance (A) of neighbours, by kinds, symmetric
# short    float               distance (A) below which a pair of transition metals is short
# scale    float64[3]          units of A_2^0, A_4^0 and field per sum
# out      float64[n, 26]      volume per atom; neighbours of each kind around each kind; least,
#                              mean and spread of R-R, R-T and T-T distances; share of short T-T;
#                              mean, least and largest A_2^0, mean A_4^0 over R; mean dipolar
#                              field at R and at T
# Writes crystals start to stop. Counts around a kind that is not there, and statistics of pairs
# or sites that are not there, are NaN; a crystal without atoms is NaN throughout.
@jit
def describe_crystals(atoms, reach, short, scale, out, start, stop):
    """Write the descriptors of crystals `start` to `stop`."""
    begin, lattices, frac, kinds, weights = atoms
    axis = np.empty(3)
    mean = np.empty(6)
    for c in range(start, stop):
        out[c, :] = np.nan
        low, high = begin[c], begin[c + 1]
        n = high - low
        if n == 0:
            continue
        lattice, places, kind = lattices[c], frac[low:high], kinds[low:high]
        volume = abs(np.linalg.det(lattice))
        out[c, 0] = volume / n

        first, second, _, _, distance = half_pairs(lattice, places, reach.max())
        counts = np.zeros((n, 3), np.int64)
        coordination_numbers(first, second, distance, kind, reach, counts)
        members = np.zeros(3, np.int64)
        for i in range(n):
            members[kind[i]] += 1
        for a in range(3):
            for b in range(3):
                total = 0
                for i in range(n):
                    if kind[i] == a:
                        total += counts[i, b]
                if members[a] > 0:
                    out[c, 1 + 3 * a + b] = total / members[a]
        o = 10
        for a, b in ((0, 0), (0, 1), (1, 1)):
            least, middle, spread, share = distance_statistics(
                first, second, distance, kind, a, b, reach[a, b], short
            )
            out[c, o], out[c, o + 1], out[c, o + 2] = least, middle, spread
            o += 3
        out[c, o] = share

        tensors = np.empty((n, 2, 6))
        cutoff = ewald_cutoff(n, volume)
        dipole_tensors(lattice, places, weights[low:high], cutoff, True, tensors)
        mean[:] = 0.0
        for i in range(n):
            if kind[i] == 0 or members[0] == 0:
                for k in range(6):
                    mean[k] += tensors[i, 0 if members[0] > 0 else 1, k]
        principal_axis(mean, axis)
        if members[0] > 0:
            fourth = np.empty(n)
            charge = weights[low:high, 0].copy()
            fourth_order_sums(lattice, places, charge, axis, cutoff, fourth)
            out[c, 20], out[c, 21], out[c, 22], out[c, 23] = 0.0, np.inf, -np.inf, 0.0
            for i in range(n):
                if kind[i] == 0:
                    second_order = scale[0] * along(tensors[i, 0], axis)
                    out[c, 20] += second_order / members[0]
                    out[c, 21] = min(out[c, 21], second_order)
                    out[c, 22] = max(out[c, 22], second_order)
                    out[c, 23] += scale[1] * fourth[i] / members[0]
        for a in range(2):
            if members[a] > 0:
                field = 0.0
                for i in range(n):
                    if kind[i] == a:
                        field += scale[2] * along(tensors[i, 1], axis)
                out[c, 24 + a] = field / members[a]
