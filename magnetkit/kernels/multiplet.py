"""A rare-earth multiplet in a field, and the reduced moment of the transition metals."""

import numpy as np

from ._accelerate import jit


# j: quantum number; x: g J mu_B B / k T -> means of J_z and of the tensor operators of order 2, 4
# and 6, each over its largest value, and their derivatives with x.
@jit
def polarization(j, x):
    """Return (J_z, O_2, O_4, O_6) of a multiplet in a field and their derivatives."""
    size = 2.0 * j + 1.0
    a = x / j
    n2 = size * size
    # The means E_n of the monic discrete Legendre polynomials in m obey
    # E_n+1 = (n2 - n^2) n (n + 1) / (16 n^2 - 4) E_n-1 - (n + 1) / 2 coth(a / 2) E_n.
    g1 = (n2 - 1.0) / 12.0
    g2 = (n2 - 4.0) / 15.0
    g3 = 9.0 * (n2 - 9.0) / 140.0
    g4 = 16.0 * (n2 - 16.0) / 252.0
    g5 = 25.0 * (n2 - 25.0) / 396.0
    g6 = 36.0 * (n2 - 36.0) / 572.0
    top2 = j * j - g1
    top3 = j * (top2 - g2)
    top4 = j * top3 - g3 * top2
    top6 = j * (j * top4 - g4 * top3) - g5 * top4
    if a < 2e-3:
        e1 = g1 * a
        e2 = g2 * e1 * a / 2.0
        e3 = g3 * e2 * a / 3.0
    else:
        small = np.exp(-a)
        large = np.exp(-size * a)
        coth = (1.0 + small) / (1.0 - small)
        e1 = 0.5 * size * (1.0 + large) / (1.0 - large) - 0.5 * coth
        e2 = (n2 - 1.0) / 6.0 - coth * e1
        e3 = (n2 - 4.0) * 0.1 * e1 - 1.5 * coth * e2
    if a < 0.05:
        # The recursion cancels here; the leading power is all there is.
        e4 = g4 * e3 * a / 4.0
        e5 = g5 * e4 * a / 5.0
        e6 = g6 * e5 * a / 6.0
        e7 = 0.0
    else:
        e4 = (n2 - 9.0) * 3.0 / 35.0 * e2 - 2.0 * coth * e3
        e5 = (n2 - 16.0) * 5.0 / 63.0 * e3 - 2.5 * coth * e4
        e6 = (n2 - 25.0) * 5.0 / 66.0 * e4 - 3.0 * coth * e5
        e7 = (n2 - 36.0) * 21.0 / 286.0 * e5 - 3.5 * coth * e6
    d1 = (e2 + g1 - e1 * e1) / (j * j)
    d2 = (e3 + g2 * e1 - e1 * e2) / (j * top2)
    f4, d4, f6, d6 = 0.0, 0.0, 0.0, 0.0
    if j >= 2.0:
        f4 = e4 / top4
        d4 = (e5 + g4 * e3 - e1 * e4) / (j * top4)
    if j >= 3.0:
        f6 = e6 / top6
        d6 = (e7 + g6 * e5 - e1 * e6) / (j * top6)
    return e1 / j, e2 / top2, f4, f6, d1, d2, d4, d6


# t: temperature over T_C; s: shape -> m(t) of Kuz'min's form, 0 above T_C
@jit
def reduced_moment(t, s):
    """Return the reduced moment of the transition-metal sublattice."""
    if t >= 1.0:
        return 0.0
    root = t * np.sqrt(t)
    return np.cbrt(1.0 - s * root - (1.0 - s) * root * t)
