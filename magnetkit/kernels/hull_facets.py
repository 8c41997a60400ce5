"""The hull of a small chemical system from all its facets.

A facet prices every composition x with its plane, price . x; the hull energy is the largest
price of all facets, and the products are the corners of the facet that gives it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._accelerate import jit
from .simplex import LEAST, settle

# Rows priced together: the inner loops run over them and fill the vector units.
LANES = 32
# Most elements of a system.
MOST = 8
TOLERANCE = 1e-9


class Planes(NamedTuple):
    """Facets of a system of m elements.

    Attributes
    ----------
    price : ndarray of float64, shape (facets, m)
        The plane of each: chemical potentials.
    corner : ndarray of int32, shape (facets, m)
        Phases by id, ascending.
    inverse : ndarray of float64, shape (facets, m, m)
        Takes a composition to the amounts of the corners.
    matrix : ndarray of float64, shape (facets, m, m)
        Element by corner: what the corners are made of.
    energy : ndarray of float64, shape (facets, m)
        Of the corners, eV/atom.
    """

    price: NDArray[np.float64]
    corner: NDArray[np.int32]
    inverse: NDArray[np.float64]
    matrix: NDArray[np.float64]
    energy: NDArray[np.float64]


# table: compositions; place int64 (118,): column of each element in the system; rows int64 (r,):
# all of this system; price float64 (facets, m), m <= 8.
# Writes hull float64 (n,) and facet int32 (n,) at rows[begin:end].
@jit(fastmath=True)
def highest(table, place, rows, price, hull, facet, begin, end):
    """Price compositions by all facets."""
    indptr, indices, values = table
    m = price.shape[1]
    # Fractions sum to one: the first element's price is paid whole, the others' by difference.
    base = price[:, 0].copy()
    slope = np.zeros((len(price), MOST - 1))
    for f in range(len(price)):
        for c in range(1, m):
            slope[f, c - 1] = price[f, c] - price[f, 0]
    x = np.zeros((MOST, LANES))
    best, at = np.empty(LANES), np.empty(LANES)
    for start in range(begin, end, LANES):
        n = min(LANES, end - start)
        x[:] = 0.0
        for lane in range(n):
            row = rows[start + lane]
            for p in range(indptr[row], indptr[row + 1]):
                if values[p] > 0.0:
                    x[place[indices[p]], lane] = values[p]
        best[:] = -np.inf
        at[:] = 0.0
        if m <= 6:
            for f in range(len(base)):
                b = base[f]
                s1, s2, s3 = slope[f, 0], slope[f, 1], slope[f, 2]
                s4, s5 = slope[f, 3], slope[f, 4]
                for lane in range(LANES):
                    total = b + s1 * x[1, lane] + s2 * x[2, lane] + s3 * x[3, lane]
                    total += s4 * x[4, lane] + s5 * x[5, lane]
                    better = total > best[lane]
                    best[lane] = total if better else best[lane]
                    at[lane] = f if better else at[lane]
        else:
            for f in range(len(base)):
                b = base[f]
                s1, s2, s3 = slope[f, 0], slope[f, 1], slope[f, 2]
                s4, s5, s6, s7 = slope[f, 3], slope[f, 4], slope[f, 5], slope[f, 6]
                for lane in range(LANES):
                    total = b + s1 * x[1, lane] + s2 * x[2, lane] + s3 * x[3, lane]
                    total += s4 * x[4, lane] + s5 * x[5, lane]
                    total += s6 * x[6, lane] + s7 * x[7, lane]
                    better = total > best[lane]
                    best[lane] = total if better else best[lane]
                    at[lane] = f if better else at[lane]
        for lane in range(n):
            hull[rows[start + lane]] = best[lane]
            facet[rows[start + lane]] = np.int32(at[lane])


# As above. Where facet int32 (n,) and found.hull hold what `highest` wrote, writes found.hull and
# the products of `found` (width >= m, or 0: none) from the corners that are there alone, and done
# bool (r,): False where no facet of this price holds the composition.
@jit
def split(table, place, rows, planes, facet, found, done, begin, end):
    """Split compositions into the corners of their facets."""
    indptr, indices, values = table
    price, corner, inverse, matrix, energy = planes
    hull, products, fractions = found
    m = price.shape[1]
    x, amount = np.empty(m), np.empty(m)
    held, work = np.empty(m, np.int64), np.empty((m, m + 1))
    for r in range(begin, end):
        row = rows[r]
        x[:] = 0.0
        for p in range(indptr[row], indptr[row + 1]):
            if values[p] > 0.0:
                x[place[indices[p]]] = values[p]
        f = facet[row]
        ok = _amounts(inverse[f], x, amount)
        other = 0
        # Facets in one plane price alike; one of them holds the composition.
        while not ok and other < len(price):
            total = 0.0
            for c in range(m):
                total += price[other, c] * x[c]
            if total > hull[row] - TOLERANCE:
                f = other
                ok = _amounts(inverse[f], x, amount)
            other += 1
        n, count = 0, 0
        if ok:
            for b in range(m):
                if amount[b] > LEAST:
                    held[n] = b
                    n += 1
            for c in range(m):
                for j in range(n):
                    work[c, j] = matrix[f, c, held[j]]
                work[c, n] = x[c]
            settle(work, n)
            total = 0.0
            for j in range(n):
                total += work[j, n] * energy[f, held[j]]
                if work[j, n] > 1e-8 and products.shape[1] > 0:
                    products[row, count] = corner[f, held[j]]
                    fractions[row, count] = work[j, n]
                    count += 1
            hull[row] = total
        for j in range(count, products.shape[1]):
            products[row, j] = -1
            fractions[row, j] = 0.0
        done[r] = ok


@jit(part="copied")
def _amounts(inverse, x, amount):
    ok = True
    for b in range(len(x)):
        total = 0.0
        for c in range(len(x)):
            total += inverse[b, c] * x[c]
        amount[b] = total
        if total < -TOLERANCE:
            ok = False
    return ok
