"""A small network over descriptors and atomic fractions."""

import numpy as np

from ._accelerate import jit

# Rows that go through it side by side.
_ROWS = 4


# x        float32 (4, k)   inputs of four rows, k a multiple of four
# weights  float32 (k, h)
# out      float32 (4, h)   added to
@jit(fastmath=True)
def _layer(x, weights, out):
    one = out[0]
    two = out[1]
    three = out[2]
    four = out[3]
    for k in range(0, weights.shape[0], 4):
        a = weights[k]
        b = weights[k + 1]
        c = weights[k + 2]
        d = weights[k + 3]
        x00, x01, x02, x03 = x[0, k], x[0, k + 1], x[0, k + 2], x[0, k + 3]
        x10, x11, x12, x13 = x[1, k], x[1, k + 1], x[1, k + 2], x[1, k + 3]
        x20, x21, x22, x23 = x[2, k], x[2, k + 1], x[2, k + 2], x[2, k + 3]
        x30, x31, x32, x33 = x[3, k], x[3, k + 1], x[3, k + 2], x[3, k + 3]
        for j in range(one.shape[0]):
            one[j] += (x00 * a[j] + x01 * b[j]) + (x02 * c[j] + x03 * d[j])
            two[j] += (x10 * a[j] + x11 * b[j]) + (x12 * c[j] + x13 * d[j])
            three[j] += (x20 * a[j] + x21 * b[j]) + (x22 * c[j] + x23 * d[j])
            four[j] += (x30 * a[j] + x31 * b[j]) + (x32 * c[j] + x33 * d[j])


# indptr, indices, values   CSR of the compositions (int64, int32, float64)
# raw        float32 (n, k)       descriptors as they are
# first      float32 (k4, h)      weights of the descriptors, rows up to a multiple of four
# elements   float32 (118, h)     weights of the fractions
# bias       float32 (h,)
# second     float32 (h, h2), second_bias (h2,), last (2, h2), last_bias (2,)
# mean, local  float32 (n,)       out
@jit(fastmath=True)
def network(
    indptr, indices, values, raw, first, elements, bias, second, second_bias, last, last_bias,
    mean, local, start, stop,
):  # fmt: skip
    """Write what the network says of rows ``start`` to ``stop``; two hidden layers of ramps."""
    x = np.zeros((_ROWS, first.shape[0]), np.float32)
    one = np.empty((_ROWS, bias.shape[0]), np.float32)
    two = np.empty((_ROWS, second_bias.shape[0]), np.float32)
    zero = np.float32(0.0)
    for block in range(start, stop, _ROWS):
        rows = min(_ROWS, stop - block)
        for r in range(rows):
            x[r, : raw.shape[1]] = raw[block + r]
            one[r] = bias
            for s in range(indptr[block + r], indptr[block + r + 1]):
                f = np.float32(values[s])
                w = elements[indices[s]]
                sums = one[r]
                for j in range(sums.shape[0]):
                    sums[j] += f * w[j]
            two[r] = second_bias
        _layer(x, first, one)
        for r in range(rows):
            ramps = one[r]
            for j in range(ramps.shape[0]):
                ramps[j] = max(ramps[j], zero)
        _layer(one, second, two)
        for r in range(rows):
            ramps = two[r]
            a = last_bias[0]
            b = last_bias[1]
            wa = last[0]
            wb = last[1]
            for j in range(ramps.shape[0]):
                h = max(ramps[j], zero)
                a += h * wa[j]
                b += h * wb[j]
            mean[block + r] = a
            local[block + r] = max(b, zero)
