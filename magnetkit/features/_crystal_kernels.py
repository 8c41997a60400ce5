"""Periodic crystals of any cell: pairs of atoms within a cutoff, lattice sums, descriptors.

From the lists of pairs follow radial distributions, coordination and distance statistics. Lattice
sums over charges and moments, for orders that average to zero, are by Ewald's method. With f_l the
l-th Legendre polynomial over r^(l + 1), the sum over the lattice splits into a short-ranged part,
f_l times the regularised incomplete gamma function Q(l + 1/2, alpha^2 r^2), and a sum over
reciprocal vectors G of (-1)^(l/2) 4 pi / V G^(l - 2) exp(-G^2 / 4 alpha^2) / (2l - 1)!! P_l(G)
cos(G r). The term G = 0 vanishes over a sphere, so a uniform background that neutralises the
charges adds nothing, and the dipole sum is that of a spherical sample less its own Lorentz and
demagnetising fields.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._jit import jit

# Distances within this of the cutoff (in A) count as inside, whichever way they were rounded.
_CUTOFF_SLACK = 1e-8


# lattice float64[3, 3]   rows are the cell vectors (A), of non-zero volume
# returns float64[3, 3]   the same cell turned so that a is along x and b in the xy plane
@jit
def triangular(lattice):
    """Return the cell in lower triangular form.

    The triangular cell is new: float64 (3, 3), angstrom, with entries 0 above
    the diagonal and those on it positive, so that a left-handed cell becomes
    its mirror image. `lattice`, float64 (3, 3), is not changed; its rows are
    the cell vectors in angstrom.
    """
    lattice_rows = np.zeros((3, 3))
    aa = ab = ac = bb = bc = cc = 0.0
    for k in range(3):
        aa += lattice[0, k] * lattice[0, k]
        ab += lattice[0, k] * lattice[1, k]
        ac += lattice[0, k] * lattice[2, k]
        bb += lattice[1, k] * lattice[1, k]
        bc += lattice[1, k] * lattice[2, k]
        cc += lattice[2, k] * lattice[2, k]
    lattice_rows[0, 0] = np.sqrt(aa)
    lattice_rows[1, 0] = ab / lattice_rows[0, 0]
    lattice_rows[1, 1] = np.sqrt(bb - lattice_rows[1, 0] ** 2)
    lattice_rows[2, 0] = ac / lattice_rows[0, 0]
    lattice_rows[2, 1] = (
        bc - lattice_rows[1, 0] * lattice_rows[2, 0]
    ) / lattice_rows[1, 1]
    across = cc - lattice_rows[2, 0] ** 2
    lattice_rows[2, 2] = np.sqrt(across - lattice_rows[2, 1] ** 2)
    return lattice_rows


# lattice float64[3, 3]; reach float   the cell (A) and the largest distance (A)
# returns float64[10]   what `images` needs of them: ax, bx, by, cx, cy, cz of the triangular cell,
#                       1 / ax, 1 / by, and the reach in units of by and cz
@jit(part="merged")
def search(lattice, reach):
    """Prepare the search for periodic images of a cell.

    `lattice`, float64 (3, 3), has the cell vectors as rows, angstrom. `reach`
    is the largest distance, angstrom. The result, float64 (10,), is the
    argument `within` of `images` and `room_for_images`: ax, bx, by, cx, cy, cz
    of the triangular cell (angstrom), 1 / ax, 1 / by, and the reach over by
    and over cz.
    """
    lattice_rows = triangular(lattice)
    buffers = np.empty(10)
    buffers[0] = lattice_rows[0, 0]
    buffers[1] = lattice_rows[1, 0]
    buffers[2] = lattice_rows[1, 1]
    buffers[3] = lattice_rows[2, 0]
    buffers[4] = lattice_rows[2, 1]
    buffers[5] = lattice_rows[2, 2]
    buffers[6] = 1.0 / lattice_rows[0, 0]
    buffers[7] = 1.0 / lattice_rows[1, 1]
    buffers[8] = reach / lattice_rows[1, 1]
    buffers[9] = reach / lattice_rows[2, 2]
    return buffers


# within   float64[10]     as `search` returns it
# d0..d2   float           fractional displacement from one atom to the other
# reach    float           largest distance (A)
# same     bool            the two are one atom: leave out the image that is the atom itself
# place    float64[3, room]   fractional displacement of each image found
# square   float64[room]      its squared distance (A^2)
# Returns how many are found; `room_for_images` is enough room.
@jit(part="merged")
def images(within, d0, d1, d2, reach, same, place, square):
    """Write the periodic images of a pair of atoms that are within reach, and count them.

    Parameters
    ----------
    within : ndarray of float64, shape (10,)
        The cell, as `search` returns it for the same reach.
    d0, d1, d2 : float
        Fractional displacement from the first atom to the second; it may be of
        several cells.
    reach : float
        Largest distance, angstrom, itself included.
    same : bool
        Whether the two are one atom. The image that is the atom itself is left out then.
    place : ndarray of float64, shape (3, room)
        Written: fractional displacement of each image, one image a column, in any order. The room
        is at least `room_for_images`. Columns behind the last image stay as they were.
    square : ndarray of float64, shape (room,)
        Written: squared distance of each image, angstrom^2.

    Returns
    -------
    int
        Number of images written.
    """
    ax = within[0]
    bx = within[1]
    by = within[2]
    cx = within[3]
    cy = within[4]
    cz = within[5]
    inverse_ax = within[6]
    inverse_by = within[7]
    span1 = within[8]
    span2 = within[9]
    reach2 = reach * reach
    whole = reach * inverse_ax
    wide = whole > 1.0
    m = 0
    # Along the turned axes the planes within reach bound the images: those of c first, then b,
    # and what is left of the squared distance bounds those of a.
    lowest = int(np.ceil(-d2 - span2))
    highest = int(np.floor(-d2 + span2))
    for n2 in range(lowest, highest + 1):
        f2 = d2 + n2
        z = f2 * cz
        middle = d1 + f2 * cy * inverse_by
        for n1 in range(
            int(np.ceil(-middle - span1)), int(np.floor(-middle + span1)) + 1
        ):
            f1 = d1 + n1
            y = f1 * by + f2 * cy
            across = y * y + z * z
            rest = reach2 - across
            if rest < 0.0:
                continue
            offset = f1 * bx + f2 * cx
            middle = d0 + offset * inverse_ax
            # A root costs more than a few misses.
            span0 = np.sqrt(rest) * inverse_ax if wide else whole
            for n0 in range(
                int(np.ceil(-middle - span0)),
                int(np.floor(-middle + span0)) + 1,
            ):
                if same and n0 == 0 and n1 == 0 and n2 == 0:
                    continue
                f0 = d0 + n0
                x = f0 * ax + offset
                if x * x > rest:
                    continue
                place[0, m] = f0
                place[1, m] = f1
                place[2, m] = f2
                square[m] = x * x + across
                m += 1
    return m


# within, reach as above
@jit(part="copied")
def room_for_images(within, reach):
    """Return how many images of a pair can be within reach."""
    along = int(2.0 * reach * within[6]) + 2
    return along * (int(2.0 * within[8]) + 2) * (int(2.0 * within[9]) + 2)


@jit(part="copied")
def _bin(coordinate, bins):
    # Rounding may lift a coordinate to one.
    return min(int(coordinate * bins), bins - 1)


# a, b float64[3]
@jit(part="copied")
def _dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


# n0, n1, n2: multiples; rows float64[3, 3] -> component k of the sum of the multiples of the rows
@jit(part="copied")
def _combine(n0, n1, n2, rows, k):
    return n0 * rows[0, k] + n1 * rows[1, k] + n2 * rows[2, k]


# Written out, as numba takes seconds to compile the inverse of a matrix of any size.
@jit(part="linked")
def _reciprocal(lattice, out):
    """Write the reciprocal vectors into the rows of `out`; return the signed volume of the cell.

    `lattice`, float64 (3, 3), has the cell vectors as rows, angstrom. `out`, float64 (3, 3), is
    overwritten with the transpose of the inverse of `lattice`, 1/angstrom, without the factor
    2 pi. The volume is in cubic angstrom.
    """
    for row in range(3):
        a = lattice[(row + 1) % 3]
        b = lattice[(row + 2) % 3]
        for k in range(3):
            i = (k + 1) % 3
            j = (k + 2) % 3
            out[row, k] = a[i] * b[j] - a[j] * b[i]
    volume = _dot(lattice[0], out[0])
    for row in range(3):
        for k in range(3):
            out[row, k] /= volume
    return volume


# lattice float64[3, 3]; reach float; n int -> bins along each axis, int64[3]
@jit(part="merged")
def _count_bins(lattice, reach, n):
    """Return how many bins, at least as wide as the reach, part the cell along each axis.

    The result is int64 (3,). An axis has at most n bins, the number of atoms; an axis for which
    fewer than three bins fit has one. `lattice`, float64 (3, 3), and `reach` are in angstrom.
    """
    bins = np.ones(3, np.int64)
    reciprocal = np.empty((3, 3))
    _reciprocal(lattice, reciprocal)
    for axis in range(3):
        # Fewer than three bins are all neighbours of each other; many more than atoms are empty.
        apart = 1.0 / np.sqrt(_dot(reciprocal[axis], reciprocal[axis]))
        fit = int(min(apart / reach, n))
        bins[axis] = fit if fit >= 3 else 1
    return bins


# frac float64[n, 3]; bins int64[3]. Writes what is below the cell, base int32[n, 3], the place in
# it, inside float64[n, 3], whether there is one, is_set bool[n], and its bin, bin_of int64[n].
@jit(part="merged")
def _place_atoms(frac, bins, base, inside, is_set, bin_of):
    """Move each atom into the cell and find its bin, in place.

    Atoms with a coordinate that is not finite are marked False in `is_set`. Their entries of
    `base`, `inside` and `bin_of` stay as they were.

    Parameters
    ----------
    frac : ndarray of float64, shape (n, 3)
        Fractional coordinates, in the cell or not.
    bins : ndarray of int64, shape (3,)
        Number of bins along each axis.
    base : ndarray of int32, shape (n, 3)
        Written: whole cells below each coordinate.
    inside : ndarray of float64, shape (n, 3)
        Written: coordinates in the cell, 0 to below 1.
    is_set : ndarray of bool, shape (n,)
        Written: whether the atom has a place.
    bin_of : ndarray of int64, shape (n,)
        Written: number of each atom's bin, that along the first axis counting
        most: (b0 * bins[1] + b1) * bins[2] + b2. It must come in as zeros, as
        it is read and multiplied.
    """
    for i in range(len(frac)):
        is_set[i] = np.isfinite(frac[i, 0] + frac[i, 1] + frac[i, 2])
        if not is_set[i]:
            continue
        for axis in range(3):
            down = np.floor(frac[i, axis])
            base[i, axis] = down
            inside[i, axis] = frac[i, axis] - down
            bin_of[i] = bin_of[i] * bins[axis] + _bin(
                inside[i, axis], bins[axis]
            )


@jit(part="linked")
def _sort_by_bin(bin_of, order, begin):
    """Sort atoms by their bins, those of one bin as they come, by counting.

    Parameters
    ----------
    bin_of : ndarray of int64, shape (n,)
        Number of each atom's bin, from 0.
    order : ndarray of int64, shape (n,)
        Overwritten with the numbers of the atoms. Those of bin b are
        ``order[begin[b]:begin[b + 1]]``.
    begin : ndarray of int64, shape (bins + 1,)
        Zeros on entry; overwritten.
    """
    for b in bin_of:
        begin[b + 1] += 1
    for b in range(len(begin) - 1):
        begin[b + 1] += begin[b]
    # The start of a bin moves over its atoms, to that of the next bin, and back.
    for i in range(len(bin_of)):
        order[begin[bin_of[i]]] = i
        begin[bin_of[i]] += 1
    for b in range(len(begin) - 1, 0, -1):
        begin[b] = begin[b - 1]
    begin[0] = 0


@jit(part="linked")
def _lengthen(values, room):
    """Return a longer copy of an array, (n,), of length `room`; what is beyond n is not set."""
    longer = np.empty(room, values.dtype)
    for i in range(len(values)):
        longer[i] = values[i]
    return longer


# f0, f1, f2 float: fractional displacement
@jit(part="copied")
def _is_on_other_side(f0, f1, f2):
    """Return whether an image of an atom is the opposite of one that counts.

    `f0`, `f1` and `f2` are its fractional displacement from the atom.
    """
    return f2 < 0 or (f2 == 0 and (f1 < 0 or (f1 == 0 and f0 < 0)))


# lattice float64[3, 3]   rows are the cell vectors (A)
# frac    float64[n, 3]   fractional coordinates, in the cell or not
# cutoff  float           largest distance (A)
# returns first, second int32[m]; shift int32[m, 3]; distance float64[m]
#   atom `second` moved by `shift` cells lies `distance` (A) from atom `first`; each unordered pair
#   once, first <= second, an atom with its own images too. No atoms give no pairs; a NaN
#   coordinate takes part in none; two atoms in one place are a pair at distance zero.
@jit
def half_pairs(lattice, frac, cutoff):
    """Find each pair of atoms within the cutoff once, an atom with its own periodic images too.

    Parameters
    ----------
    lattice : ndarray of float64, shape (3, 3)
        Rows are the cell vectors, angstrom.
    frac : ndarray of float64, shape (n, 3)
        Fractional coordinates, in the cell or not. An atom with a NaN has no pairs.
    cutoff : float
        Largest distance, angstrom, itself included.

    Returns
    -------
    first : ndarray of int32, shape (m,)
        First atom of each pair, from 0, at most the second; ascending, and the
        pairs of one first atom in any order.
    second : ndarray of int32, shape (m,)
        Second atom of each pair.
    shift : ndarray of int32, shape (m, 3)
        Cells by which the second atom is moved from where `frac` has it: the
        pair is ``(frac[second] + shift - frac[first]) @ lattice`` apart.
    distance : ndarray of float64, shape (m,)
        Distance of the pair, angstrom; 0 for two atoms in one place.
    """
    n = len(frac)
    reach = cutoff + _CUTOFF_SLACK
    within = search(lattice, reach)
    ax = within[0]
    by = within[2]
    cz = within[5]
    bins = _count_bins(lattice, reach, n)
    base = np.zeros((n, 3), np.int32)
    inside = np.zeros((n, 3))
    is_set = np.empty(n, np.bool_)
    bin_of = np.zeros(n, np.int64)
    _place_atoms(frac, bins, base, inside, is_set, bin_of)
    # Atoms of bin b are order[begin[b]:begin[b + 1]].
    order = np.empty(n, np.int64)
    begin = np.zeros(bins[0] * bins[1] * bins[2] + 1, np.int64)
    _sort_by_bin(bin_of, order, begin)
    extent = np.empty(3, np.int64)
    for axis in range(3):
        extent[axis] = 1 if bins[axis] >= 3 else 0

    place = np.empty((3, room_for_images(within, reach)))
    square = np.empty(place.shape[1])
    m = 0
    # As many as a uniform crystal of this density has, and some more.
    likely = 2.5 * n * n * reach**3 / (ax * by * cz)
    room = 64 + n + int(likely)
    first = np.empty(room, np.int32)
    second = np.empty(room, np.int32)
    shift = np.empty(3 * room, np.int32)
    distance = np.empty(room)
    cell = np.empty(3, np.int64)
    for i in range(n):
        for axis in range(3):
            cell[axis] = _bin(inside[i, axis], bins[axis])
        for u in range(-extent[0], extent[0] + 1):
            for v in range(-extent[1], extent[1] + 1):
                for w in range(-extent[2], extent[2] + 1):
                    b = (cell[0] + u) % bins[0]
                    b = b * bins[1] + (cell[1] + v) % bins[1]
                    b = b * bins[2] + (cell[2] + w) % bins[2]
                    for slot in range(begin[b], begin[b + 1]):
                        j = order[slot]
                        if j < i or not (is_set[i] and is_set[j]):
                            continue
                        d0 = inside[j, 0] - inside[i, 0]
                        d1 = inside[j, 1] - inside[i, 1]
                        d2 = inside[j, 2] - inside[i, 2]
                        count = images(
                            within, d0, d1, d2, reach, i == j, place, square
                        )
                        if m + count > room:
                            room = 2 * room + count
                            first = _lengthen(first, room)
                            second = _lengthen(second, room)
                            shift = _lengthen(shift, 3 * room)
                            distance = _lengthen(distance, room)
                        for p in range(count):
                            f0 = place[0, p]
                            f1 = place[1, p]
                            f2 = place[2, p]
                            # Of an atom's own images, those on one side.
                            if i == j and _is_on_other_side(f0, f1, f2):
                                continue
                            first[m] = i
                            second[m] = j
                            shift[3 * m + 0] = (
                                int(np.rint(f0 - d0)) + base[i, 0] - base[j, 0]
                            )
                            shift[3 * m + 1] = (
                                int(np.rint(f1 - d1)) + base[i, 1] - base[j, 1]
                            )
                            shift[3 * m + 2] = (
                                int(np.rint(f2 - d2)) + base[i, 2] - base[j, 2]
                            )
                            distance[m] = np.sqrt(square[p])
                            m += 1
    shifts = shift[: 3 * m].reshape(m, 3)
    return first[:m], second[:m], shifts, distance[:m]


# first, second int32[m]; distance float64[m]   pairs, each once
# kinds int[n]          class of each atom, from 0; a negative one takes no part
# reach float64[k, k]   largest distance (A) at which kind b is counted around kind a
# out   int64[n, k]     neighbours of each kind around each atom
@jit(part="copied")
def coordination_numbers(first, second, distance, kinds, reach, out):
    """Add each pair to the number of neighbours of each kind around both atoms, in `out`.

    Parameters
    ----------
    first, second : ndarray of int32, shape (m,)
        Atoms of each pair, each pair once, as of `half_pairs`.
    distance : ndarray of float64, shape (m,)
        Distance of each pair, angstrom.
    kinds : ndarray of int, shape (n,)
        Class of each atom, 0 to k - 1. An atom of a negative class takes no part.
    reach : ndarray of float64, shape (k, k)
        Largest distance, itself included, at which class b is counted around
        class a, in ``reach[a, b]``, angstrom.
    out : ndarray of int64, shape (n, k)
        Added to: neighbours of each class around each atom. It must come in as
        zeros, or as the counts of other pairs. A pair of an atom with its own
        image adds 2.
    """
    for p in range(len(first)):
        i = first[p]
        j = second[p]
        a = kinds[i]
        b = kinds[j]
        if a < 0 or b < 0:
            continue
        if distance[p] <= reach[a, b]:
            out[i, b] += 1
        if distance[p] <= reach[b, a]:
            out[j, a] += 1


# first, second, distance, kinds   as above
# a, b  int      kinds
# reach float    largest distance (A)
# short float    distance (A) below which a pair is a short one
# returns least, mean, standard deviation (A) of the distances between a and b, and the share of
#   short ones; NaN without any such pair
@jit
def distance_statistics(first, second, distance, kinds, a, b, reach, short):
    """Compute the statistics of the distances between atoms of two kinds.

    All four are NaN without any pair of the kinds within `reach`.

    Parameters
    ----------
    first, second : ndarray of int32, shape (m,)
        Atoms of each pair, each pair once.
    distance : ndarray of float64, shape (m,)
        Distance of each pair, angstrom.
    kinds : ndarray of int, shape (n,)
        Class of each atom.
    a, b : int
        The two classes, which may be the same; their order does not matter.
    reach : float
        Largest distance that counts, itself included, angstrom.
    short : float
        Distance below which a pair is a short one, angstrom.

    Returns
    -------
    smallest : float
        Least distance, angstrom.
    mean : float
        Mean distance, angstrom.
    deviation : float
        Standard deviation over all pairs (not n - 1), angstrom.
    share : float
        Share of the pairs that are short, 0 to 1.
    """
    count = 0
    few = 0
    smallest = np.inf
    total = 0.0
    square = 0.0
    for p in range(len(first)):
        u = kinds[first[p]]
        v = kinds[second[p]]
        if distance[p] <= reach and (
            (u == a and v == b) or (u == b and v == a)
        ):
            d = distance[p]
            count += 1
            smallest = min(smallest, d)
            total += d
            few += 1 if d < short else 0
    if count == 0:
        return np.nan, np.nan, np.nan, np.nan
    mean = total / count
    for p in range(len(first)):
        u = kinds[first[p]]
        v = kinds[second[p]]
        if distance[p] <= reach and (
            (u == a and v == b) or (u == b and v == a)
        ):
            square += (distance[p] - mean) ** 2
    return smallest, mean, np.sqrt(square / count), few / count


# exp(-x^2) of this x is 1e-8: where both sums of Ewald's method are cut.
_CUT = 4.3


# n int, volume float (A^3)   atoms in the cell and its volume
# returns float               cutoff (A) that shares the work between the two sums
@jit(part="copied")
def ewald_cutoff(n, volume):
    """Return a cutoff for the sum in real space."""
    return 2.3 * np.sqrt(float(n)) ** (1.0 / 3.0) * (volume / n) ** (1.0 / 3.0)


# lattice float64[3, 3]   rows are the cell vectors (A)
# returns g float64[m, 3] reciprocal vectors (1/A) up to `longest`, one of each pair +-G, without 0
@jit
def reciprocal_vectors(lattice, longest):
    """Return half of the reciprocal vectors up to a length, and the volume of the cell.

    `lattice`, float64 (3, 3), has the cell vectors as rows, angstrom.
    `longest` is the largest length, itself included, 1/angstrom, with the
    factor 2 pi.

    Returns
    -------
    g : ndarray of float64, shape (m, 3)
        One of each pair +-G, without 0, in 1/angstrom.
    volume : float
        Of the cell, cubic angstrom, positive.
    """
    reciprocal = np.empty((3, 3))
    volume = abs(_reciprocal(lattice, reciprocal))
    limits = np.empty(3, np.int64)
    for axis in range(3):
        length = np.sqrt(_dot(lattice[axis], lattice[axis]))
        limits[axis] = int(longest * length / (2.0 * np.pi))
    area = (2 * limits[1] + 1) * (2 * limits[2] + 1)
    room = (limits[0] + 1) * area
    g = np.empty((room, 3))
    m = 0
    for n0 in range(limits[0] + 1):
        for n1 in range(-limits[1], limits[1] + 1):
            for n2 in range(-limits[2], limits[2] + 1):
                if n0 == 0 and (n1 < 0 or (n1 == 0 and n2 <= 0)):
                    continue
                square = 0.0
                for k in range(3):
                    g[m, k] = 2.0 * np.pi * _combine(n0, n1, n2, reciprocal, k)
                    square += g[m, k] ** 2
                if square <= longest * longest:
                    m += 1
    return g[:m], volume


# lattice float64[3, 3]; place float64[3, room], square float64[room]   `found` images of a pair
# screen float64[room]   factor of each image
# part   float64[6]      sum of screen (3 r_i r_j - r^2 delta_ij) / r^5 over the images
@jit(fastmath=True, part="merged")
def _add_tensors(lattice, place, square, screen, found, part):
    """Write the sum of the dipole tensors of the first images of a pair into `part`.

    A tensor is (3 r_i r_j - r^2 delta_ij) / r^5, 1/angstrom^3.

    Parameters
    ----------
    lattice : ndarray of float64, shape (3, 3)
        Rows are the cell vectors, angstrom.
    place : ndarray of float64, shape (3, room)
        Fractional displacements of the images, as of `images`.
    square : ndarray of float64, shape (room,)
        Their squared distances, angstrom^2.
    screen : ndarray of float64, shape (room,)
        Factor on the tensor of each image; 1 for a plain sum.
    found : int
        Number of images.
    part : ndarray of float64, shape (6,)
        Overwritten: xx, yy, zz, yz, xz, xy.
    """
    xx = yy = zz = yz = xz = xy = 0.0
    for p in range(found):
        f0 = place[0, p]
        f1 = place[1, p]
        f2 = place[2, p]
        x = _combine(f0, f1, f2, lattice, 0)
        y = _combine(f0, f1, f2, lattice, 1)
        z = _combine(f0, f1, f2, lattice, 2)
        second = 1.0 / square[p]
        third = screen[p] * second * math.sqrt(second)
        fifth = 3.0 * third * second
        xx += fifth * x * x - third
        yy += fifth * y * y - third
        zz += fifth * z * z - third
        yz += fifth * y * z
        xz += fifth * x * z
        xy += fifth * x * y
    part[0] = xx
    part[1] = yy
    part[2] = zz
    part[3] = yz
    part[4] = xz
    part[5] = xy


# lattice float64[3, 3], frac float64[n, 3]   the crystal (A, fractional)
# weights float64[n, w]     charge, moment or the like of each atom, w sets
# cutoff  float             reach of the sum in real space (A)
# ewald   bool              add the sum over reciprocal vectors; else a plain sphere of `cutoff`
# out     float64[n, w, 6]  sum over all other atoms of weight (3 r_i r_j - r^2 delta_ij) / r^5
#                           (weight / A^3) as xx, yy, zz, yz, xz, xy
# Two atoms in one place give NaN or infinity there; no atoms give no sums.
@jit
def dipole_tensors(lattice, frac, weights, cutoff, ewald, out):
    """Write the traceless second-order tensor of the lattice at each atom into `out`.

    It is the sum over all other atoms, its own periodic images included, of
    weight (3 r_i r_j - r^2 delta_ij) / r^5.

    Parameters
    ----------
    lattice : ndarray of float64, shape (3, 3)
        Rows are the cell vectors, angstrom.
    frac : ndarray of float64, shape (n, 3)
        Fractional coordinates. Two atoms in one place give NaN or infinity.
    weights : ndarray of float64, shape (n, w)
        Weights of each atom, such as charge and moment; one tensor is summed for each of the w.
    cutoff : float
        Largest distance of the sum in real space, angstrom, above 0.
    ewald : bool
        Whether the sum over reciprocal vectors is added. Else the sum is over a sphere of `cutoff`.
    out : ndarray of float64, shape (n, w, 6)
        Overwritten: xx, yy, zz, yz, xz, xy, weight / angstrom^3.
    """
    _sum_dipoles(lattice, frac, weights, cutoff, ewald, out)


# As `dipole_tensors`. Merged, as what is added in any order may be no part that kernels share.
@jit(part="merged")
def _sum_dipoles(lattice, frac, weights, cutoff, ewald, out):
    """Write the dipole tensors of the lattice at each atom into `out`; see `dipole_tensors`.

    It is the sum over all other atoms, its own periodic images included, of
    weight (3 r_i r_j - r^2 delta_ij) / r^5. No atoms give no sums.

    Parameters
    ----------
    lattice : ndarray of float64, shape (3, 3)
        Rows are the cell vectors, angstrom.
    frac : ndarray of float64, shape (n, 3)
        Fractional coordinates.
    weights : ndarray of float64, shape (n, w)
        Weights of each atom, such as charge and moment; one tensor is summed for each of the w.
    cutoff : float
        Largest distance of the sum in real space, angstrom.
    ewald : bool
        Whether the rest is added by Ewald's sum over waves.
    out : ndarray of float64, shape (n, w, 6)
        Overwritten: xx, yy, zz, yz, xz, xy, weight / angstrom^3.
    """
    n, w = weights.shape
    out[:] = 0.0
    if n == 0:
        return
    alpha = _CUT / cutoff if ewald else 0.0
    within = search(lattice, cutoff)
    place = np.empty((3, room_for_images(within, cutoff)))
    square = np.empty(place.shape[1])
    screen = np.ones(place.shape[1])
    part = np.empty(6)
    for i in range(n):
        for j in range(i, n):
            d0 = frac[j, 0] - frac[i, 0]
            d1 = frac[j, 1] - frac[i, 1]
            d2 = frac[j, 2] - frac[i, 2]
            count = images(within, d0, d1, d2, cutoff, i == j, place, square)
            if ewald:
                for p in range(count):
                    x = alpha * math.sqrt(square[p])
                    bell = math.exp(-x * x) * x / math.sqrt(math.pi)
                    screen[p] = math.erfc(x) + bell * (2.0 + 4.0 / 3.0 * x * x)
            _add_tensors(lattice, place, square, screen, count, part)
            # The tensor is even: atom i sees j as j sees i.
            for s in range(w):
                for k in range(6):
                    out[i, s, k] += weights[j, s] * part[k]
                if i != j:
                    for k in range(6):
                        out[j, s, k] += weights[i, s] * part[k]
    if ewald:
        _add_reciprocal(lattice, frac, weights, alpha, out)


# alpha: width of Ewald's sum, 1/A; out float64 (n, w, 6): as of `dipole_tensors`, added to
@jit(part="merged")
def _add_reciprocal(lattice, frac, weights, alpha, out):
    """Add the part of Ewald's sum over waves to the tensor at each atom, in `out`.

    Parameters
    ----------
    lattice : ndarray of float64, shape (3, 3)
        Rows are the cell vectors, angstrom.
    frac : ndarray of float64, shape (n, 3)
        Fractional coordinates.
    weights : ndarray of float64, shape (n, w)
        Weights of each atom, such as charge and moment; one tensor is summed for each of the w.
    alpha : float
        Width parameter of Ewald's sum, 1/angstrom, as in the part in real space.
    out : ndarray of float64, shape (n, w, 6)
        Added to: xx, yy, zz, yz, xz, xy, weight / angstrom^3. It comes in as the part in real
        space.
    """
    n, w = weights.shape
    part = np.empty(6)
    vectors, volume = reciprocal_vectors(lattice, 2.0 * alpha * _CUT)
    cosine = np.empty(n)
    sine = np.empty(n)
    for q in range(len(vectors)):
        x = vectors[q, 0]
        y = vectors[q, 1]
        z = vectors[q, 2]
        square = x * x + y * y + z * z
        # Twice, for G and -G.
        factor = (
            -8.0 * np.pi / volume * math.exp(-square / (4.0 * alpha * alpha))
        )
        part[0] = factor * (x * x / square - 1.0 / 3.0)
        part[1] = factor * (y * y / square - 1.0 / 3.0)
        part[2] = factor * (z * z / square - 1.0 / 3.0)
        part[3] = factor * y * z / square
        part[4] = factor * x * z / square
        part[5] = factor * x * y / square
        _phases(lattice, frac, vectors[q], cosine, sine)
        for s in range(w):
            even = odd = 0.0
            for i in range(n):
                even += weights[i, s] * cosine[i]
                odd += weights[i, s] * sine[i]
            for i in range(n):
                amplitude = even * cosine[i] + odd * sine[i]
                for k in range(6):
                    out[i, s, k] += amplitude * part[k]


@jit(part="linked")
def _phases(lattice, frac, vector, cosine, sine):
    """Write cosine and sine of the phase G r of n atoms, in place.

    Parameters
    ----------
    lattice : ndarray of float64, shape (3, 3)
        Rows are the cell vectors, angstrom.
    frac : ndarray of float64, shape (n, 3)
        Fractional coordinates.
    vector : ndarray of float64, shape (3,)
        Reciprocal vector G, 1/angstrom, with the factor 2 pi.
    cosine, sine : ndarray of float64, shape (n,)
        Overwritten.
    """
    along = np.empty(3)
    for axis in range(3):
        along[axis] = _dot(lattice[axis], vector)
    for i in range(len(frac)):
        phase = _dot(frac[i], along)
        cosine[i] = math.cos(phase)
        sine[i] = math.sin(phase)


# lattice, frac, cutoff as above; weights float64[n]; axis float64[3] of length one
# out float64[n]   sum over all other atoms of weight P_4(cos) / r^5 (weight / A^5), the angle
#                  being that between the axis and the line to the other atom
@jit
def fourth_order_sums(lattice, frac, weights, axis, cutoff, out):
    """Write the fourth-order sum of the lattice at each atom into `out`.

    It is the sum over all other atoms, its own periodic images included, of
    weight P_4(cos) / r^5. The angle is that between the axis and the line to
    the other atom. It is summed by Ewald's method.

    Parameters
    ----------
    lattice : ndarray of float64, shape (3, 3)
        Rows are the cell vectors, angstrom.
    frac : ndarray of float64, shape (n, 3)
        Fractional coordinates.
    weights : ndarray of float64, shape (n,)
        Weight of each atom, such as its charge.
    axis : ndarray of float64, shape (3,)
        Direction of length one, Cartesian.
    cutoff : float
        Largest distance of the sum in real space, angstrom, above 0, such as of `ewald_cutoff`.
    out : ndarray of float64, shape (n,)
        Overwritten, weight / angstrom^5.
    """
    n = len(weights)
    out[:] = 0.0
    if n == 0:
        return
    alpha = _CUT / cutoff
    within = search(lattice, cutoff)
    place = np.empty((3, room_for_images(within, cutoff)))
    squares = np.empty(place.shape[1])
    slope = np.empty(3)
    for k in range(3):
        slope[k] = _dot(lattice[k], axis)
    for i in range(n):
        for j in range(i, n):
            if weights[i] == 0.0 and weights[j] == 0.0:
                continue
            d0 = frac[j, 0] - frac[i, 0]
            d1 = frac[j, 1] - frac[i, 1]
            d2 = frac[j, 2] - frac[i, 2]
            count = images(within, d0, d1, d2, cutoff, i == j, place, squares)
            part = 0.0
            for p in range(count):
                r = math.sqrt(squares[p])
                x2 = alpha * alpha * squares[p]
                bell = math.exp(-x2) * alpha * r / math.sqrt(math.pi)
                series = 4.0 / 3.0 + x2 * (8.0 / 15.0 + x2 * 16.0 / 105.0)
                screen = math.erfc(alpha * r) + bell * (2.0 + x2 * series)
                along = _dot(place[:, p], slope)
                part += (
                    screen * _fourth(along / r) / (squares[p] * squares[p] * r)
                )
            out[i] += weights[j] * part
            if i != j:
                out[j] += weights[i] * part
    vectors, volume = reciprocal_vectors(lattice, 2.0 * alpha * _CUT)
    cosine = np.empty(n)
    sine = np.empty(n)
    for q in range(len(vectors)):
        vector = vectors[q]
        square = _dot(vector, vector)
        along = _dot(vector, axis) / np.sqrt(square)
        factor = 8.0 * np.pi / volume * square / 105.0 * _fourth(along)
        factor *= math.exp(-square / (4.0 * alpha * alpha))
        _phases(lattice, frac, vector, cosine, sine)
        even = odd = 0.0
        for i in range(n):
            even += weights[i] * cosine[i]
            odd += weights[i] * sine[i]
        for i in range(n):
            out[i] += factor * (even * cosine[i] + odd * sine[i])


@jit(part="copied")
def _fourth(cosine):
    """Return the fourth Legendre polynomial."""
    square = cosine * cosine
    return ((35.0 * square - 30.0) * square + 3.0) / 8.0


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
@jit
def principal_axis(tensor, out):
    """Write the axis of the eigenvalue of largest size of a traceless tensor into `out`.

    Parameters
    ----------
    tensor : ndarray of float64, shape (6,)
        xx, yy, zz, yz, xz, xy.
    out : ndarray of float64, shape (3,)
        Overwritten with a unit vector of either sign. It is (0, 0, 1) where all entries are at most
        1e-9 or one is NaN.
    """
    full = np.empty((3, 3))
    full[0, 0] = tensor[0]
    full[1, 1] = tensor[1]
    full[2, 2] = tensor[2]
    full[1, 2] = full[2, 1] = tensor[3]
    full[0, 2] = full[2, 0] = tensor[4]
    full[0, 1] = full[1, 0] = tensor[5]
    out[0] = 0.0
    out[1] = 0.0
    out[2] = 1.0
    if not np.abs(tensor).max() > 1e-9:
        return
    values, vectors = np.linalg.eigh(full)
    largest = 0 if -values[0] > values[2] else 2
    for k in range(3):
        out[k] = vectors[k, largest]


# tensor float64[6], axis float64[3]
@jit
def axis_component(tensor, axis):
    """Return the component of a tensor (xx, yy, zz, yz, xz, xy) along an axis of length one.

    `tensor` is float64 (6,) and `axis` float64 (3,). The result is axis . T . axis, in the unit of
    the tensor.
    """
    x = axis[0]
    y = axis[1]
    z = axis[2]
    diagonal = tensor[0] * x * x + tensor[1] * y * y
    diagonal += tensor[2] * z * z
    mixed = tensor[3] * y * z + tensor[4] * x * z
    mixed += tensor[5] * x * y
    return diagonal + 2.0 * mixed


# pairs: atoms first and second of each, and their distance (A); members int64 (3,): atoms of each
# kind; reach, short: as of `describe_crystals`. Writes out[1:20] of one crystal.
@jit(part="merged")
def _describe_neighbours(pairs, kind, members, reach, short, out):
    """Write coordination numbers and statistics of distances of one crystal into ``out[1:20]``.

    Parameters
    ----------
    pairs : tuple
        As of `half_pairs`: first and second atom of each pair, int32 (m,), and their distance,
        float64 (m,), angstrom.
    kind : ndarray of int, shape (n,)
        Class of each atom: 0 rare earth, 1 transition metal, 2 other.
    members : ndarray of int64, shape (3,)
        Number of atoms of each class.
    reach : ndarray of float64, shape (3, 3)
        Largest distance of neighbours by classes, angstrom.
    short : float
        Distance in angstrom below which a pair of transition metals is short.
    out : ndarray of float64, shape (26,)
        The crystal's row, NaN on entry. Entry 1 + 3 a + b is the mean number
        of neighbours of class b around class a; entries 10 to 18 are least,
        mean and deviation (angstrom) of the R-R, then the R-T, then the T-T
        distances (R is class 0, T class 1); entry 19 is the share of short T-T
        pairs. Numbers of neighbours around a class without atoms stay NaN.
    """
    first, second, distance = pairs
    counts = np.zeros((len(kind), 3), np.int64)
    coordination_numbers(first, second, distance, kind, reach, counts)
    for a in range(3):
        for b in range(3):
            if members[a] > 0:
                total = 0
                for i in range(len(kind)):
                    if kind[i] == a:
                        total += counts[i, b]
                out[1 + 3 * a + b] = total / members[a]
    o = 10
    for a, b in ((0, 0), (0, 1), (1, 1)):
        smallest, middle, deviation, share = distance_statistics(
            first, second, distance, kind, a, b, reach[a, b], short
        )
        out[o] = smallest
        out[o + 1] = middle
        out[o + 2] = deviation
        o += 3
    out[o] = share


# tensors float64 (n, 2, 6); fourth float64 (n,); earths int64: number of rare-earth atoms; axis
# float64 (3,). Writes out[20:24] of one crystal.
@jit(part="merged")
def _describe_crystal_field(tensors, fourth, kind, earths, axis, scale, out):
    """Write mean, least and largest A_2^0 and mean A_4^0 of one crystal into ``out[20:24]``.

    They are taken over the rare-earth atoms, of which there must be at least one.

    Parameters
    ----------
    tensors : ndarray of float64, shape (n, 2, 6)
        Dipole sums at each atom: xx, yy, zz, yz, xz, xy. Only ``tensors[:, 0]`` is used.
    fourth : ndarray of float64, shape (n,)
        Fourth-order sum at each atom.
    kind : ndarray of int, shape (n,)
        Class of each atom: 0 is a rare earth, no other class counts. It is no atomic number.
    earths : int
        Number of rare-earth atoms, above 0.
    axis : ndarray of float64, shape (3,)
        Direction of length one.
    scale : ndarray of float64, shape (2 or more,)
        Units of A_2^0 and of A_4^0 per sum.
    out : ndarray of float64, shape (26,)
        The crystal's row; its other entries stay.
    """
    out[20] = 0.0
    out[21] = np.inf
    out[22] = -np.inf
    out[23] = 0.0
    for i in range(len(kind)):
        if kind[i] == 0:
            second_order = scale[0] * axis_component(tensors[i, 0], axis)
            out[20] += second_order / earths
            out[21] = min(out[21], second_order)
            out[22] = max(out[22], second_order)
            out[23] += scale[1] * fourth[i] / earths


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
    """Write the descriptors of crystals `start` to `stop` - 1 into `out`.

    Parameters
    ----------
    atoms : Atoms
        ``begin``, int64 (n + 1,), the first atom of each crystal; ``lattices``, float64 (n, 3, 3),
        angstrom; ``frac``, float64 (atoms, 3); ``kinds``, int64 (atoms,), 0 rare earth, 1
        transition metal, 2 any other; ``weights``, float64 (atoms, 2), charge in e and moment in
        Bohr magnetons.
    reach : ndarray of float64, shape (3, 3)
        Largest distance of neighbours by kinds, angstrom, symmetric.
    short : float
        Distance below which a pair of transition metals is short, angstrom.
    scale : ndarray of float64, shape (3,)
        Factors from the sums to A_2^0, A_4^0 and dipolar field, whose units
        the result has.
    out : ndarray of float64, shape (n, 26)
        Rows `start` to `stop` - 1 are overwritten. Columns: volume an atom
        (angstrom^3); nine mean numbers of neighbours, R, T and other around R,
        then around T, then around other; least, mean and deviation of R-R, R-T
        and T-T distances (angstrom); share of short T-T pairs; mean, least and
        largest A_2^0 and mean A_4^0 over R; mean dipolar field at R and at T.
        Rare earths are R, transition metals T. What has no atoms or pairs is
        NaN.
    start, stop : int
        Range of crystals.
    """
    begin, lattices, frac, kinds, weights = atoms
    axis = np.empty(3)
    mean = np.empty(6)
    reciprocal = np.empty((3, 3))
    for c in range(start, stop):
        out[c, :] = np.nan
        low = begin[c]
        high = begin[c + 1]
        n = high - low
        if n == 0:
            continue
        lattice = lattices[c]
        places = frac[low:high]
        kind = kinds[low:high]
        volume = abs(_reciprocal(lattice, reciprocal))
        out[c, 0] = volume / n

        first, second, _, distance = half_pairs(lattice, places, reach.max())
        members = np.zeros(3, np.int64)
        for i in range(n):
            members[kind[i]] += 1
        pairs = (first, second, distance)
        _describe_neighbours(pairs, kind, members, reach, short, out[c])

        tensors = np.empty((n, 2, 6))
        cutoff = ewald_cutoff(n, volume)
        _sum_dipoles(lattice, places, weights[low:high], cutoff, True, tensors)
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
            _describe_crystal_field(
                tensors, fourth, kind, members[0], axis, scale, out[c]
            )
        for a in range(2):
            if members[a] > 0:
                field = 0.0
                for i in range(n):
                    if kind[i] == a:
                        field += scale[2] * axis_component(tensors[i, 1], axis)
                out[c, 24 + a] = field / members[a]
