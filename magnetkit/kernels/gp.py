"""Mean and spread of a Gaussian process over compositions, from its support points.

The process has two Matern-5/2 kernels: one over scaled descriptors, one over scaled atomic
fractions. A row's cost is that of its support points, vectorised over them in float32.
"""

import numpy as np

from ._accelerate import jit

_SQRT5 = np.float32(np.sqrt(5.0))
_FAR = np.float32(40.0)


# squares   float32 (m,)  squared distances; replaced by the kernel, variance * Matern-5/2
# exp(-t) is a Taylor polynomial of t / 64, squared six times: relative error 1e-4 at t = 20,
# 1e-6 below t = 4, and LLVM vectorises it, which it does not the library's exp.
@jit(fastmath=True)
def _matern(squares, variance, total):
    for j in range(squares.shape[0]):
        d2 = max(squares[j], np.float32(0.0))
        t = min(_SQRT5 * np.sqrt(d2), _FAR)
        u = t * np.float32(-1.0 / 64.0)
        e = np.float32(1.0) + u * (
            np.float32(1.0)
            + u * (np.float32(0.5) + u * (np.float32(1 / 6) + u * np.float32(1 / 24)))
        )
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        total[j] += variance * (np.float32(1.0) + t + t * t * np.float32(1.0 / 3.0)) * e


# indptr, indices, values   CSR of the compositions (int64, int32, float64)
# descriptors  float32 (n, d)    scaled as `points`
# points       float32 (d, m)    descriptors of the support points over their length scales
# fractions    float32 (118, m)  atomic fractions of the support points over the length scale
# norms        float32 (m,)      squared norms of the columns of `fractions`
# shrink       float32           one over the length scale of the fractions
# variances    float32 (2,)      of the two kernels
# weights      float32 (m,)      the mean is kernel @ weights
# factor       float32 (p, m)    the variance explained is the squared norm of factor @ kernel
# mean, spread float32 (n,)      out; spread is the remaining share of the prior variance, 0 to 1
# An empty row or a NaN gives NaN.
@jit(fastmath=True)
def process(
    indptr, indices, values, descriptors, points, fractions, norms, shrink, variances, weights,
    factor, mean, spread, start, stop,
):  # fmt: skip
    """Write mean and spread of rows ``start`` to ``stop``."""
    m = weights.shape[0]
    p = factor.shape[0]
    squares = np.empty(m, np.float32)
    kernel = np.empty(m, np.float32)
    prior = variances[0] + variances[1]
    for i in range(start, stop):
        squares[:] = np.float32(0.0)
        kernel[:] = np.float32(0.0)
        for d in range(points.shape[0]):
            x = descriptors[i, d]
            for j in range(m):
                gap = x - points[d, j]
                squares[j] += gap * gap
        _matern(squares, variances[0], kernel)
        squares[:] = norms
        for k in range(indptr[i], indptr[i + 1]):
            x = np.float32(values[k]) * shrink
            column = indices[k]
            for j in range(m):
                squares[j] += x * (x - np.float32(2.0) * fractions[column, j])
        _matern(squares, variances[1], kernel)
        total = np.float32(0.0)
        for j in range(m):
            total += kernel[j] * weights[j]
        known = np.float32(0.0)
        for a in range(p):
            v = np.float32(0.0)
            for j in range(m):
                v += factor[a, j] * kernel[j]
            known += v * v
        empty = indptr[i] == indptr[i + 1]
        mean[i] = np.float32(np.nan) if empty else total
        share = max(prior - known, np.float32(0.0)) / prior
        spread[i] = np.float32(np.nan) if empty or total != total else share


# indptr, indices, values  CSR of the compositions (int64, int32, float64)
# numerators    float64 (118, k)  element weights of each ratio's numerator
# denominators  float64 (118, q)  element weights of the denominators
# which         int64   (k,)      denominator of each ratio
# out           float32 (n, k)    numerator over denominator; 0 where the denominator is 0
@jit
def ratios(indptr, indices, values, numerators, denominators, which, out, start, stop):
    """Write the ratios of rows ``start`` to ``stop``."""
    k = numerators.shape[1]
    q = denominators.shape[1]
    top = np.empty(k)
    bottom = np.empty(q)
    for i in range(start, stop):
        top[:] = 0.0
        bottom[:] = 0.0
        for s in range(indptr[i], indptr[i + 1]):
            x = values[s]
            e = indices[s]
            for c in range(k):
                top[c] += x * numerators[e, c]
            for c in range(q):
                bottom[c] += x * denominators[e, c]
        for c in range(k):
            d = bottom[which[c]]
            out[i, c] = top[c] / d if d > 1e-12 else 0.0
