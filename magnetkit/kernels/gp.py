"""A Gaussian process over compositions, evaluated and differentiated; ratios of element sums.

The process has two kernels: over scaled descriptors, Matern-5/2 where it is smooth and
``exp(-sum |x - x'|)`` (Laplacian) where it is not; over scaled atomic fractions the Laplacian. A
row costs a pass over the known points, vectorised over them in float32, eight descriptors at a
time.
"""

import numpy as np

from ._accelerate import jit

# Points of one pass: with 64 descriptors they fill the first-level cache of a row's distances.
_TILE = 256
_FAR = np.float32(60.0)
_SQRT5 = np.float32(np.sqrt(5.0))


# exp(-t) as a Taylor polynomial of t / 64, squared six times: relative error 1e-4 at t = 20,
# 1e-6 below t = 4, and LLVM vectorises it, which it does not the library's exp.
@jit(fastmath=True)
def _decay(t):
    u = min(t, _FAR) * np.float32(-1.0 / 64.0)
    e = np.float32(1.0) + u * (
        np.float32(1.0) + u * (np.float32(0.5) + u * (np.float32(1 / 6) + u * np.float32(1 / 24)))
    )
    e = e * e
    e = e * e
    e = e * e
    e = e * e
    e = e * e
    return e * e


@jit(fastmath=True)
def _matern(square):
    t = _SQRT5 * np.sqrt(square)
    return (np.float32(1.0) + t + t * t * np.float32(1 / 3)) * _decay(t)


# x         float32 (n, d)   d a multiple of eight
# points    float32 (d, m)
# smooth    bool
# distance  float32 (>= m,)  out, of row i: sum (x - point)^2 if smooth, else sum |x - point|
@jit(fastmath=True)
def _distances(x, points, smooth, i, distance):
    m = points.shape[1]
    distance[:m] = np.float32(0.0)
    for d in range(0, points.shape[0], 8):
        a = x[i, d]
        b = x[i, d + 1]
        c = x[i, d + 2]
        e = x[i, d + 3]
        f = x[i, d + 4]
        g = x[i, d + 5]
        h = x[i, d + 6]
        k = x[i, d + 7]
        pa = points[d]
        pb = points[d + 1]
        pc = points[d + 2]
        pe = points[d + 3]
        pf = points[d + 4]
        pg = points[d + 5]
        ph = points[d + 6]
        pk = points[d + 7]
        if smooth:
            for j in range(m):
                ga = a - pa[j]
                gb = b - pb[j]
                gc = c - pc[j]
                ge = e - pe[j]
                gf = f - pf[j]
                gg = g - pg[j]
                gh = h - ph[j]
                gk = k - pk[j]
                distance[j] += ((ga * ga + gb * gb) + (gc * gc + ge * ge)) + (
                    (gf * gf + gg * gg) + (gh * gh + gk * gk)
                )
        else:
            for j in range(m):
                distance[j] += (
                    (abs(a - pa[j]) + abs(b - pb[j])) + (abs(c - pc[j]) + abs(e - pe[j]))
                ) + ((abs(f - pf[j]) + abs(g - pg[j])) + (abs(h - ph[j]) + abs(k - pk[j])))


# indptr, indices, values   CSR of the compositions (int64, int32, float64)
# descriptors  float32 (n, d)    scaled as `points`; d a multiple of eight
# points       float32 (d, m)    descriptors of the known points, scaled
# smooth       bool              Matern-5/2 over the descriptors
# fractions    float32 (118, m)  atomic fractions of the known points, times `rate`
# rate         float32           scale of the fractions
# variances    float32 (2,)      of the two kernels
# weights      float32 (m,)      the mean is kernel @ weights
# residuals    float32 (m,)      how badly the others predict each point
# mean         float32 (n,)      out
# novelty      float32 (n,)      out: one less the correlation with the most similar point
# local        float32 (n,)      out: mean of residuals, weighted by the kernel's square
# An empty row or a NaN gives NaN.
@jit(fastmath=True)
def process(
    indptr, indices, values, descriptors, points, smooth, fractions, rate, variances, weights,
    residuals, mean, novelty, local, start, stop,
):  # fmt: skip
    """Write mean, novelty and local residual of rows ``start`` to ``stop``."""
    m = weights.shape[0]
    one = variances[0]
    two = variances[1]
    prior = one + two
    distance = np.empty(_TILE, np.float32)
    other = np.empty(_TILE, np.float32)
    mass = np.zeros(stop - start, np.float32)
    mean[start:stop] = np.float32(0.0)
    novelty[start:stop] = np.float32(0.0)
    local[start:stop] = np.float32(0.0)
    for first in range(0, m, _TILE):
        last = min(m, first + _TILE)
        # Contiguous, so that a row of it costs no slicing.
        near = points[:, first:last].copy()
        shares = fractions[:, first:last].copy()
        for i in range(start, stop):
            _distances(descriptors, near, smooth, i, distance)
            if smooth:
                for j in range(last - first):
                    distance[j] = _matern(distance[j])
            else:
                for j in range(last - first):
                    distance[j] = _decay(distance[j])
            # Fractions sum to one: of the absent elements only the points' share counts.
            other[: last - first] = rate
            for k in range(indptr[i], indptr[i + 1]):
                x = np.float32(values[k]) * rate
                known = shares[indices[k]]
                for j in range(last - first):
                    other[j] += abs(x - known[j]) - known[j]
            total = np.float32(0.0)
            most = np.float32(0.0)
            weighted = np.float32(0.0)
            whole = np.float32(0.0)
            for j in range(last - first):
                kernel = one * distance[j] + two * _decay(other[j])
                total += kernel * weights[first + j]
                most = max(most, kernel)
                square = kernel * kernel
                weighted += square * residuals[first + j]
                whole += square
            mean[i] += total
            novelty[i] = max(novelty[i], most)
            local[i] += weighted
            mass[i - start] += whole
    for i in range(start, stop):
        bad = 0.0 if indptr[i] < indptr[i + 1] else np.nan
        for d in range(descriptors.shape[1]):
            bad += descriptors[i, d]
        if bad != bad:
            mean[i] = novelty[i] = local[i] = bad
            continue
        novelty[i] = max(np.float32(1.0) - novelty[i] / prior, np.float32(0.0))
        local[i] = local[i] / mass[i - start] if mass[i - start] > 0.0 else np.float32(0.0)


# x       float32 (n, d), points float32 (d, m), d a multiple of eight
# result  float32 (n, m)  out: sum (x - point)^2 if smooth, else sum |x - point|
@jit(fastmath=True)
def distances(x, points, smooth, result, start, stop):
    """Write the distances of rows ``start`` to ``stop`` to all points."""
    for i in range(start, stop):
        _distances(x, points, smooth, i, result[i])


# x       float32 (d, n)
# weight  float32 (n, n)  symmetric
# result  float64 (d,)    out, in each dimension: sum_ij weight_ij |x_i - x_j|, or squared if smooth
@jit(fastmath=True)
def slopes(x, weight, smooth, result, start, stop):
    """Write the derivative of dimensions ``start`` to ``stop``."""
    n = x.shape[1]
    for d in range(start, stop):
        total = 0.0
        for i in range(n):
            here = x[d, i]
            row = np.float32(0.0)
            if smooth:
                for j in range(i):
                    gap = here - x[d, j]
                    row += weight[i, j] * (gap * gap)
            else:
                for j in range(i):
                    row += weight[i, j] * abs(here - x[d, j])
            total += float(row)
        result[d] = 2.0 * total


# x to the power n, n positive
@jit
def _power(x, n):
    result = 1.0
    while n > 0:
        if n & 1:
            result *= x
        x *= x
        n >>= 1
    return result


# indptr, indices, values  CSR of the compositions (int64, int32, float64)
# numerators    float64 (118, k)  element weights of each ratio's numerator
# denominators  float64 (118, q)  element weights of the denominators
# which         int64   (k,)      denominator of each ratio
# properties    float64 (118, p)  properties whose average deviation is wanted
# powers        int64   (r,)      norms that are wanted
# out           float32 (n, k + p + r)  out: numerator over denominator (0 where that is 0),
#                                 average deviations, norms of the fractions
@jit(fastmath=True)
def descriptors(
    indptr, indices, values, numerators, denominators, which, properties, powers, out, start, stop
):
    """Write the descriptors of rows ``start`` to ``stop``."""
    k = numerators.shape[1]
    q = denominators.shape[1]
    p = properties.shape[1]
    top = np.empty(k)
    bottom = np.empty(q)
    mean = np.empty(p)
    away = np.empty(p)
    for i in range(start, stop):
        top[:] = 0.0
        bottom[:] = 0.0
        mean[:] = 0.0
        away[:] = 0.0
        for s in range(indptr[i], indptr[i + 1]):
            x = values[s]
            e = indices[s]
            for c in range(k):
                top[c] += x * numerators[e, c]
            for c in range(q):
                bottom[c] += x * denominators[e, c]
            for c in range(p):
                mean[c] += x * properties[e, c]
        for c in range(k):
            d = bottom[which[c]]
            out[i, c] = top[c] / d if d > 1e-12 else 0.0
        if p > 0:
            for s in range(indptr[i], indptr[i + 1]):
                x = values[s]
                e = indices[s]
                for c in range(p):
                    away[c] += x * abs(properties[e, c] - mean[c])
        for c in range(p):
            out[i, k + c] = away[c]
        for c in range(len(powers)):
            norm = 0.0
            for s in range(indptr[i], indptr[i + 1]):
                norm += _power(values[s], powers[c])
            out[i, k + p + c] = norm ** (1.0 / powers[c])
