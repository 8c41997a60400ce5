"""A kernel machine with the Laplacian kernel, evaluated row by row over its points."""

import numpy as np

from ._accelerate import jit


# x        float32 (n, d)   scaled inputs, times the kernel's width
# points   float32 (d, m)   the same of the points
# weights  float32 (m,)     the value is kernel @ weights, kernel = exp(-sum |x - point|)
# value    float32 (n,)     out
# nearest  float32 (n,)     out: the largest entry of the kernel
# Writes rows start to stop. NaN gives NaN in value; without points value and nearest are 0.
@jit(fastmath=True)
def laplace(x, points, weights, value, nearest, start, stop):
    """Write value and nearest kernel of rows ``start`` to ``stop``."""
    m = weights.shape[0]
    distance = np.empty(m, np.float32)
    for i in range(start, stop):
        distance[:] = np.float32(0.0)
        for d in range(points.shape[0]):
            here = x[i, d]
            for j in range(m):
                distance[j] += abs(here - points[d, j])
        total = np.float32(0.0)
        most = np.float32(0.0)
        for j in range(m):
            k = np.exp(-distance[j])
            total += k * weights[j]
            most = max(most, k)
        value[i] = total
        nearest[i] = most
