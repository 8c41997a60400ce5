"""Lattice sums over charges and moments by Ewald's method, for orders that average to zero.

With f_l the l-th Legendre polynomial over r^(l + 1), the sum over the lattice splits into a
short-ranged part, f_l times the regularised incomplete gamma function Q(l + 1/2, alpha^2 r^2),
and a sum over reciprocal vectors G of (-1)^(l/2) 4 pi / V G^(l - 2) exp(-G^2 / 4 alpha^2) /
(2l - 1)!! P_l(G) cos(G r). The term G = 0 vanishes over a sphere, so a uniform background that
neutralises the charges adds nothing, and the dipole sum is that of a spherical sample less its
own Lorentz and demagnetising fields.
"""

import math

import numpy as np

from ._accelerate import jit
from .pairs import images, room_for_images, search

# exp(-x^2) of this x is 1e-8: where both sums of Ewald's method are cut.
_CUT = 4.3


# n int, volume float (A^3)   atoms in the cell and its volume
# returns float               cutoff (A) that shares the work between the two sums
@jit(part="copied")
def ewald_cutoff(n, volume):
    """Return a cutoff for the sum in real space."""
    return 2.3 * np.sqrt(float(n)) ** (1.0 / 3.0) * (volume / n) ** (1.0 / 3.0)


@jit(part="copied")
def _volume(lattice):
    a, b, c = lattice[0], lattice[1], lattice[2]
    first = a[0] * (b[1] * c[2] - b[2] * c[1])
    return abs(first + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0]))


# lattice float64[3, 3]   rows are the cell vectors (A)
# returns g float64[m, 3] reciprocal vectors (1/A) up to `longest`, one of each pair +-G, without 0
@jit(part="copied")
def reciprocal_vectors(lattice, longest):
    """Return the reciprocal vectors up to a length, half of them."""
    a, b, c = lattice[0], lattice[1], lattice[2]
    inverse = np.empty((3, 3))
    for k in range(3):
        u, v = (k + 1) % 3, (k + 2) % 3
        inverse[0, k] = b[u] * c[v] - b[v] * c[u]
        inverse[1, k] = c[u] * a[v] - c[v] * a[u]
        inverse[2, k] = a[u] * b[v] - a[v] * b[u]
    volume = _volume(lattice)
    most = np.empty(3, np.int64)
    for axis in range(3):
        length = 0.0
        for k in range(3):
            inverse[axis, k] *= 2.0 * np.pi / volume
            length += lattice[axis, k] ** 2
        most[axis] = int(longest * np.sqrt(length) / (2.0 * np.pi))
    room = (most[0] + 1) * (2 * most[1] + 1) * (2 * most[2] + 1)
    g = np.empty((room, 3))
    m = 0
    for n0 in range(most[0] + 1):
        for n1 in range(-most[1], most[1] + 1):
            for n2 in range(-most[2], most[2] + 1):
                if n0 == 0 and (n1 < 0 or (n1 == 0 and n2 <= 0)):
                    continue
                square = 0.0
                for k in range(3):
                    g[m, k] = n0 * inverse[0, k] + n1 * inverse[1, k] + n2 * inverse[2, k]
                    square += g[m, k] ** 2
                if square <= longest * longest:
                    m += 1
    return g[:m], volume


# lattice float64[3, 3]; place float64[3, room], square float64[room]   `found` images of a pair
# screen float64[room]   factor of each image
# part   float64[6]      sum of screen (3 r_i r_j - r^2 delta_ij) / r^5 over the images
@jit(fastmath=True, part="copied")
def _add_tensors(lattice, place, square, screen, found, part):
    xx = yy = zz = yz = xz = xy = 0.0
    for p in range(found):
        f0, f1, f2 = place[0, p], place[1, p], place[2, p]
        x = f0 * lattice[0, 0] + f1 * lattice[1, 0] + f2 * lattice[2, 0]
        y = f0 * lattice[0, 1] + f1 * lattice[1, 1] + f2 * lattice[2, 1]
        z = f0 * lattice[0, 2] + f1 * lattice[1, 2] + f2 * lattice[2, 2]
        second = 1.0 / square[p]
        third = screen[p] * second * math.sqrt(second)
        fifth = 3.0 * third * second
        xx += fifth * x * x - third
        yy += fifth * y * y - third
        zz += fifth * z * z - third
        yz += fifth * y * z
        xz += fifth * x * z
        xy += fifth * x * y
    part[0], part[1], part[2], part[3], part[4], part[5] = xx, yy, zz, yz, xz, xy


# lattice float64[3, 3], frac float64[n, 3]   the crystal (A, fractional)
# weights float64[n, w]     charge, moment or the like of each atom, w sets
# cutoff  float             reach of the sum in real space (A)
# ewald   bool              add the sum over reciprocal vectors; else a plain sphere of `cutoff`
# out     float64[n, w, 6]  sum over all other atoms of weight (3 r_i r_j - r^2 delta_ij) / r^5
#                           (weight / A^3) as xx, yy, zz, yz, xz, xy
# Two atoms in one place give NaN or infinity there; no atoms give no sums.
@jit(part="copied")
def dipole_tensors(lattice, frac, weights, cutoff, ewald, out):
    """Write the traceless second-order tensor of the lattice at each atom."""
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
            d0, d1, d2 = frac[j, 0] - frac[i, 0], frac[j, 1] - frac[i, 1], frac[j, 2] - frac[i, 2]
            found = images(within, d0, d1, d2, cutoff, i == j, place, square)
            if ewald:
                for p in range(found):
                    x = alpha * math.sqrt(square[p])
                    screen[p] = math.erfc(x) + math.exp(-x * x) * x / math.sqrt(math.pi) * (
                        2.0 + 4.0 / 3.0 * x * x
                    )
            _add_tensors(lattice, place, square, screen, found, part)
            # The tensor is even: atom i sees j as j sees i.
            for s in range(w):
                for k in range(6):
                    out[i, s, k] += weights[j, s] * part[k]
                if i != j:
                    for k in range(6):
                        out[j, s, k] += weights[i, s] * part[k]
    if not ewald:
        return
    vectors, volume = reciprocal_vectors(lattice, 2.0 * alpha * _CUT)
    cosine, sine = np.empty(n), np.empty(n)
    for q in range(len(vectors)):
        x, y, z = vectors[q, 0], vectors[q, 1], vectors[q, 2]
        square = x * x + y * y + z * z
        # Twice, for G and -G.
        factor = -8.0 * np.pi / volume * math.exp(-square / (4.0 * alpha * alpha))
        part[0] = factor * (x * x / square - 1.0 / 3.0)
        part[1] = factor * (y * y / square - 1.0 / 3.0)
        part[2] = factor * (z * z / square - 1.0 / 3.0)
        part[3] = factor * y * z / square
        part[4] = factor * x * z / square
        part[5] = factor * x * y / square
        _phases(lattice, frac, x, y, z, cosine, sine)
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
def _phases(lattice, frac, x, y, z, cosine, sine):
    """Write cosine and sine of G r for every atom."""
    along = np.empty(3)
    for axis in range(3):
        along[axis] = lattice[axis, 0] * x + lattice[axis, 1] * y + lattice[axis, 2] * z
    for i in range(len(frac)):
        phase = frac[i, 0] * along[0] + frac[i, 1] * along[1] + frac[i, 2] * along[2]
        cosine[i] = math.cos(phase)
        sine[i] = math.sin(phase)


# lattice, frac, cutoff as above; weights float64[n]; axis float64[3] of length one
# out float64[n]   sum over all other atoms of weight P_4(cos) / r^5 (weight / A^5), the angle
#                  being that between the axis and the line to the other atom
@jit(part="copied")
def fourth_order_sums(lattice, frac, weights, axis, cutoff, out):
    """Write the fourth-order sum of the lattice at each atom."""
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
        slope[k] = lattice[k, 0] * axis[0] + lattice[k, 1] * axis[1] + lattice[k, 2] * axis[2]
    for i in range(n):
        for j in range(i, n):
            if weights[i] == 0.0 and weights[j] == 0.0:
                continue
            d0, d1, d2 = frac[j, 0] - frac[i, 0], frac[j, 1] - frac[i, 1], frac[j, 2] - frac[i, 2]
            found = images(within, d0, d1, d2, cutoff, i == j, place, squares)
            part = 0.0
            for p in range(found):
                r = math.sqrt(squares[p])
                x2 = alpha * alpha * squares[p]
                screen = math.erfc(alpha * r) + math.exp(-x2) * alpha * r / math.sqrt(math.pi) * (
                    2.0 + x2 * (4.0 / 3.0 + x2 * (8.0 / 15.0 + x2 * 16.0 / 105.0))
                )
                along = place[0, p] * slope[0] + place[1, p] * slope[1] + place[2, p] * slope[2]
                part += screen * _fourth(along / r) / (squares[p] * squares[p] * r)
            out[i] += weights[j] * part
            if i != j:
                out[j] += weights[i] * part
    vectors, volume = reciprocal_vectors(lattice, 2.0 * alpha * _CUT)
    cosine, sine = np.empty(n), np.empty(n)
    for q in range(len(vectors)):
        x, y, z = vectors[q, 0], vectors[q, 1], vectors[q, 2]
        square = x * x + y * y + z * z
        along = (x * axis[0] + y * axis[1] + z * axis[2]) / np.sqrt(square)
        factor = 8.0 * np.pi / volume * square / 105.0 * _fourth(along)
        factor *= math.exp(-square / (4.0 * alpha * alpha))
        _phases(lattice, frac, x, y, z, cosine, sine)
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
