"""One pass over known rows: what a Gaussian process says of new ones."""

import numpy as np

from ._accelerate import jit

_FAR = np.float32(60.0)
_SQRT5 = np.float32(np.sqrt(5.0))


# exp(-t) as a Taylor polynomial of t / 64, squared six times: relative error 1e-4 at t = 20,
# 1e-6 below t = 4, and LLVM vectorises it, which it does not the library's exp.
@jit(fastmath=True)
def decay(t):
    """Return exp(-t) for t of 0 or more."""
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


# floats of one kind, 32 or 64 bits:
# smooth    (b, m)  in: products of the scaled smooth columns of new and known rows
# local     (b, m)  in: the same of the local columns
# a, c      (b,)    squared norms of the new rows, smooth and local
# b, d      (m,)    of the known rows
# one, two          variances of the smooth (Matern-5/2) and the local (exponential) part
# weights   (m,)    the mean is covariance @ weights
# residual  (m,)    how badly the others predict each known row
# mean, nearest, near  (b,)  out: mean without trend; largest correlation with a known row;
#     mean of `residual`, weighted by the covariance's square. A NaN gives NaN.
@jit(fastmath=True)
def posterior(smooth, local, a, b, c, d, one, two, weights, residual, mean, nearest, near):
    """Write mean, nearest correlation and neighbours' residual of a block of rows."""
    m = weights.shape[0]
    for i in range(smooth.shape[0]):
        p, q = smooth[i], local[i]
        total, best = np.float32(0.0), np.float32(0.0)
        mass, bad = np.float32(0.0), np.float32(0.0)
        for j in range(m):
            t = _SQRT5 * np.sqrt(max(a[i] + b[j] - np.float32(2.0) * p[j], np.float32(0.0)))
            u = np.sqrt(max(c[i] + d[j] - np.float32(2.0) * q[j], np.float32(0.0)))
            k = one * (np.float32(1.0) + t * (np.float32(1.0) + t * np.float32(1 / 3))) * decay(t)
            k += two * decay(u)
            total += k * weights[j]
            best = max(best, k)
            k *= k
            k *= k
            mass += k
            bad += k * residual[j]
        mean[i] = total
        nearest[i] = best / (one + two)
        near[i] = bad / mass
