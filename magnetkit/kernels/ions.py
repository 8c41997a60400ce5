"""A rare-earth ion in its crystal and exchange field, from tables of exact diagonalizations."""

from typing import Any, NamedTuple

import numpy as np

from ._accelerate import jit

# What is tabulated of an ion: its moment along the axis (mu_B), K_1, K_2, K_3 (K). At a node stand
# these four at each of four A_2^0, then their derivatives with A_4^0 at the first and the last.
N_RESPONSE, N_NODES, N_TABLED = 4, 4, 24
# A row of working room: the response, its derivatives with exchange field, A_2^0 and A_4^0 (K a0^-2
# and K a0^-4), then the table's values there and their slopes with the exchange field.
BY_FIELD, BY_A2, BY_A4, _AT, _SLOPE = 4, 8, 12, 16, 40
N_WORK = 64


class Ions(NamedTuple):
    """Tables of the ions, see ``datasets/ions``.

    ``values`` float64 (2, ions, temperatures, fields, 24): the field of R2Fe14B, then an axial one.
    ``row`` int8 (118): row of an element, -1 without a moment of its own. ``top`` float64 (ions):
    the largest exchange field, K; ``per_tesla``: what acts on J as a tesla does, K. ``a2`` float64
    (2, 4): A_2^0 of the nodes. Temperatures are uniform, by ``step``, in ln(1 + T / ``scale``), so
    close that straight lines between them do.
    """

    values: Any
    row: Any
    top: Any
    per_tesla: Any
    a2: Any
    scale: float
    step: float


# x: place among n nodes 0, 1, ..., n - 1
# -> the first of four nodes about it, their weights in the cubic through them and its slope
@jit
def cubic(x, n):
    """Return the weights of cubic interpolation between even nodes."""
    first = min(max(int(x) - 1, 0), n - 4)
    u = x - first
    a, b, c = u - 1.0, u - 2.0, u - 3.0
    weight = (-a * b * c / 6.0, u * b * c / 2.0, -u * a * c / 2.0, u * a * b / 6.0)
    slope = (
        -(a * b + a * c + b * c) / 6.0,
        (u * b + u * c + b * c) / 2.0,
        -(u * a + u * c + a * c) / 2.0,
        (u * a + u * b + a * b) / 6.0,
    )
    return first, weight, slope


@jit
def when(kelvin, ions):
    """Return the node below a temperature and the weight of the next."""
    x = np.log1p(kelvin / ions.scale) / ions.step
    first = min(int(x), ions.values.shape[2] - 2)
    return first, x - first


# near: of `when`; group: 0 the field of R2Fe14B, 1 an axial one; ion: row; strength: exchange
# field, K; a2, a4: crystal field, K a0^-2 and K a0^-4 (the latter beside what a2 carries along)
# Writes a row of working room, float64 (64).
@jit(fastmath=True)
def respond(near, group, ion, strength, a2, a4, ions, work):
    """Interpolate what an ion does in its fields."""
    fields = ions.values.shape[3]
    unit = ions.top[ion] / (fields - 1.0)
    j, by_h, slope_h = cubic(strength / unit, fields)
    i, later = near
    below, above = ions.values[group, ion, i], ions.values[group, ion, i + 1]
    at, rise = work[_AT:_SLOPE], work[_SLOPE:N_WORK]
    for k in range(N_TABLED):
        # All four at once: the loop over k is the one that processors do in parallel.
        a = below[j, k] + later * (above[j, k] - below[j, k])
        b = below[j + 1, k] + later * (above[j + 1, k] - below[j + 1, k])
        c = below[j + 2, k] + later * (above[j + 2, k] - below[j + 2, k])
        d = below[j + 3, k] + later * (above[j + 3, k] - below[j + 3, k])
        at[k] = by_h[0] * a + by_h[1] * b + by_h[2] * c + by_h[3] * d
        rise[k] = (slope_h[0] * a + slope_h[1] * b + slope_h[2] * c + slope_h[3] * d) / unit
    between = ions.a2[group, 1] - ions.a2[group, 0]
    x = (a2 - ions.a2[group, 0]) / between
    _, by_a, slope_a = cubic(x, N_NODES)
    u = x / 3.0
    for k in range(N_RESPONSE):
        value, by_field, by_a2 = 0.0, 0.0, 0.0
        for n in range(N_NODES):
            weight, slope = by_a[n], slope_a[n] / between
            if k > 0:
                # The constants vanish with the crystal field: K / A_2^0 is what is interpolated.
                slope = (slope * a2 + weight) / ions.a2[group, n]
                weight *= a2 / ions.a2[group, n]
            value += weight * work[_AT + 4 * n + k]
            by_field += weight * work[_SLOPE + 4 * n + k]
            by_a2 += slope * work[_AT + 4 * n + k]
        low, high = work[_AT + 16 + k], work[_AT + 20 + k]
        by_a4 = (1.0 - u) * low + u * high
        work[k] = value + a4 * by_a4
        work[BY_FIELD + k] = by_field + a4 * (
            (1.0 - u) * work[_SLOPE + 16 + k] + u * work[_SLOPE + 20 + k]
        )
        work[BY_A2 + k] = by_a2 + a4 * (high - low) / (3.0 * between)
        work[BY_A4 + k] = by_a4


# t: temperature over T_C; s: shape -> m(t) of Kuz'min's form, 0 above T_C
@jit
def reduced_moment(t, s):
    """Return the reduced moment of the transition-metal sublattice."""
    if t >= 1.0:
        return 0.0
    root = t * np.sqrt(t)
    return np.cbrt(1.0 - s * root - (1.0 - s) * root * t)
