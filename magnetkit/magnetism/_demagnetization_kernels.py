"""The demagnetization curve in the second quadrant: its shape, working points and losses."""

import numpy as np

from .._core._constants import MU_0
from .._core._jit import jit
from .._core._threads import share_rows

# A curve whose recoil slope alone takes it below 0.9 B_r before the knee keeps this much of a
# corner, so that the exponent below stays finite.
_LEAST_DROP = 1e-6
# Most steps to a working point, and the step, as a share of H_cj, after which it is found: errors
# of Newton's method square.
_NEWTON = 50
_NEWTON_TOLERANCE = 3e-4
# A field below this power of H_k / H_cj, as a share of H_cj, takes less than 0.1^6 and counts as
# nothing: most magnets need no more than that.
_NEGLIGIBLE_POWER = 6
# Magnets that one thread takes at a time.
CHUNK = 256


# b_r T, h_cj, h_knee A/m (fields of 0 or more), mu_rec: scalars. Returns p of `polarization`, above
# 0 (0 of a knee of 0), such that J(h_knee) = 0.9 B_r. A knee of h_cj or more counts as just below
# h_cj. Where the straight line alone is next to 0.9 B_r there, or below, grains drop by `_LEAST_DROP`.
@jit
def corner(b_r, h_cj, h_knee, mu_rec):
    """Return the exponent of the corner of a curve."""
    knee = min(h_knee / h_cj, 1.0 - 1e-9)
    straight = 1.0 - (mu_rec - 1.0) * MU_0 * h_knee / b_r
    drop = (
        max(1.0 - 0.9 / straight, _LEAST_DROP)
        if straight > 0.9
        else _LEAST_DROP
    )
    return np.log(drop) / np.log(knee)


# Scalars or arrays; h is the reverse field |H|, A/m, negative where it helps. Returns
# (|H| / H_cj)^p; from 2 on all grains are turned.
@jit(makes_arrays=True, part="copied")
def reversed_share(h_cj, power, h):
    """Return what share of the polarization a reverse field takes away, twice the grains turned."""
    return (np.maximum(h, 0.0) / h_cj) ** power


# Scalars: b_r T, h_cj A/m, mu_rec, power of `corner`, h the reverse field |H|, A/m. Returns
# J = (B_r - (mu_rec - 1) mu_0 |H|) (1 - (|H| / H_cj)^p), T, not below the mirror image -B_r, which
# it also is where the straight line alone has come to zero.
@jit
def polarization(b_r, h_cj, mu_rec, power, h):
    """Return J at a reverse field."""
    straight = b_r - (mu_rec - 1.0) * MU_0 * h
    if straight < 0.0:
        return -b_r
    return max(straight * (1.0 - reversed_share(h_cj, power, h)), -b_r)


# b_r T, h_cj A/m, h_knee A/m, mu_rec float64 (n); reverse float64 (n, m): reverse fields, A/m.
# Returns float64 (n, m), T: below 0 beyond H_cJ, down to -B_r. NaN in a row's figures gives a row of
# NaN; a magnet without coercivity (h_cj of 0 or less) gives zeros.
def curves(b_r, h_cj, h_knee, mu_rec, reverse):
    """Return J(H) of each magnet in the second quadrant."""
    out = np.zeros(reverse.shape)
    share_rows(
        _curves, b_r.size, b_r, h_cj, h_knee, mu_rec, reverse, out, chunk=CHUNK
    )
    return out


# b_r T, h_cj, h_knee A/m, mu_rec float64 (n); reverse float64 (n, m): reverse fields, A/m; out
# float64 (n, m) of zeros, whose rows start to stop - 1 are written to, but for magnets without
# coercivity (h_cj of 0 or less). NaN in a row's figures gives a row of NaN.
@jit
def _curves(b_r, h_cj, h_knee, mu_rec, reverse, out, start, stop):
    """Write J (T) of magnets start to stop - 1 at their reverse fields into `out`."""
    m = reverse.shape[1]
    for i in range(start, stop):
        if h_cj[i] <= 0.0:
            continue
        b = b_r[i]
        mu = mu_rec[i]
        power = corner(b, h_cj[i], h_knee[i], mu)
        for j in range(m):
            out[i, j] = polarization(b, h_cj[i], mu, power, reverse[i, j])


# b_r T, h_cj, h_knee A/m, mu_rec, h_cb A/m float64 (n), count an integer of 4 or more. Returns
# float64 (n, count): reverse fields, A/m, ascending from 0 to exactly H_cJ with H_cB among them.
# Half of the others are evenly apart, the other half so that the share of reversed grains
# (|H| / H_cJ)^p is: they crowd where the curve bends. NaN in, NaN out; zeros without coercivity.
def own_fields(b_r, h_cj, h_knee, mu_rec, h_cb, count):
    """Return the reverse fields on which each curve is drawn."""
    out = np.zeros((b_r.size, count))
    share_rows(
        _own_fields,
        b_r.size,
        b_r,
        h_cj,
        h_knee,
        mu_rec,
        h_cb,
        out,
        chunk=CHUNK,
    )
    return out


# b_r T, h_cj, h_knee A/m, mu_rec, h_cb A/m float64 (n); out float64 (n, count) of zeros, count 4 or
# more: its rows start to stop - 1 are written to, from 0 to exactly H_cJ. NaN in, NaN out; zeros
# without coercivity.
@jit
def _own_fields(b_r, h_cj, h_knee, mu_rec, h_cb, out, start, stop):
    """Write ascending reverse fields (A/m) that follow each magnet's own curve into `out`.

    Half are evenly spaced, half lie where the curve bends; H_cB and H_cJ are among them.
    """
    even = out.shape[1] // 2
    curvature = out.shape[1] - 2 - even
    for i in range(start, stop):
        if np.isnan(b_r[i]) or np.isnan(h_cj[i]):
            out[i] = np.nan
            continue
        if h_cj[i] <= 0.0:
            continue
        power = corner(b_r[i], h_cj[i], h_knee[i], mu_rec[i])
        for j in range(even):
            out[i, j] = h_cj[i] * j / even
        for j in range(curvature):
            reversed_part = (j + 1) / (curvature + 1)
            out[i, even + j] = h_cj[i] * reversed_part ** (1.0 / power)
        out[i, even + curvature] = h_cb[i]
        out[i, even + curvature + 1] = h_cj[i]
        out[i] = np.sort(out[i])


# b_r T, h_cj, h_knee A/m, mu_rec float64 (n); load: permeance coefficient -B/(mu_0 H).
# Returns float64 (n), A/m: the reverse field at which J = (1 + load) mu_0 |H|. NaN in, NaN out;
# zero without coercivity.
def working_fields(b_r, h_cj, h_knee, mu_rec, load):
    """Return where the load line meets each curve."""
    out = np.zeros(b_r.size)
    share_rows(
        _working_fields,
        b_r.size,
        b_r,
        h_cj,
        h_knee,
        mu_rec,
        load,
        out,
        chunk=CHUNK,
    )
    return out


# b_r T, h_cj, h_knee A/m, mu_rec float64 (n); load: permeance coefficient; out float64 (n) of zeros,
# whose entries start to stop - 1 are written to. NaN in, NaN out; zero without coercivity.
@jit
def _working_fields(b_r, h_cj, h_knee, mu_rec, load, out, start, stop):
    """Write the reverse fields (A/m) at which the load line meets the curves into `out`."""
    for i in range(start, stop):
        if np.isnan(b_r[i]) or np.isnan(h_cj[i]):
            out[i] = np.nan
            continue
        if h_cj[i] <= 0.0:
            continue
        power = corner(b_r[i], h_cj[i], h_knee[i], mu_rec[i])
        low = 0.0
        high = h_cj[i]
        for _ in range(60):
            h = 0.5 * (low + high)
            if (
                polarization(b_r[i], h_cj[i], mu_rec[i], power, h)
                > (1.0 + load) * MU_0 * h
            ):
                low = h
            else:
                high = h
        out[i] = low


# b_r T, mu_rec; load: permeance coefficient; outside: field in the magnet's place with its
# remanence set to zero, against the magnetization, A/m. Scalars or arrays. Returns A/m.
@jit(makes_arrays=True, part="copied")
def straight_field(b_r, mu_rec, load, outside):
    """Return the reverse field at the working point of a magnet of which nothing has reversed."""
    return b_r / MU_0 / (load + mu_rec) + outside


# b_r T, h_cj, h_knee A/m, mu_rec float64 (n); scalars: load, permeance coefficient; outside, field
# in the magnet's place, A/m, above 0 against the magnetization; creep, by how much time acts like a
# larger field, A/m.
# Returns float64 (n): the share of B_r that is lost for good, 0 to 1 without an outside field,
# which alone turns a magnet beyond (2: all reversed). NaN in, NaN out; 1 without coercivity.
def flux_loss(b_r, h_cj, h_knee, mu_rec, load, outside, creep):
    """Return what a reverse field at the working point takes of a magnet's flux for good."""
    out = np.ones(b_r.size)
    duty = float(load), float(outside), float(creep)
    share_rows(
        _flux_loss_row,
        b_r.size,
        b_r,
        h_cj,
        h_knee,
        mu_rec,
        duty,
        out,
        chunk=CHUNK,
    )
    return out


# b_r T, h_cj, h_knee A/m, mu_rec float64 (n); duty: tuple of load (permeance coefficient), outside
# (above 0 against the magnetization) and creep (A/m), as of `flux_loss`; out float64 (n) of ones, whose
# entries start to stop - 1 are written to: 0 to 1 without an outside field, at most 2; NaN in, NaN out;
# 1 without coercivity.
@jit
def _flux_loss_row(b_r, h_cj, h_knee, mu_rec, duty, out, start, stop):
    """Write the share of B_r that magnets start to stop - 1 lose for good into `out`."""
    load, outside, creep = duty
    for i in range(start, stop):
        if np.isnan(b_r[i]) or np.isnan(h_cj[i]):
            out[i] = np.nan
            continue
        if h_cj[i] <= 0.0:
            continue
        h = straight_field(b_r[i], mu_rec[i], load, outside)
        if (
            h + creep
            < (min(h_knee[i] / h_cj[i], 1.0) ** _NEGLIGIBLE_POWER) * h_cj[i]
        ):
            out[i] = 0.0
            continue
        power = corner(b_r[i], h_cj[i], h_knee[i], mu_rec[i])
        shift = (load + mu_rec[i]) * outside
        # What has reversed makes less field against the rest: the working point by Newton's method
        # from the straight line on, from which it falls to the root without going past it.
        h = min(h, max(h_cj[i] * 2.0 ** (1.0 / power) - creep, 0.0))
        for _ in range(_NEWTON):
            at = h + creep
            part = reversed_share(h_cj[i], power, at)
            line = b_r[i] - (mu_rec[i] - 1.0) * MU_0 * h
            excess = line * (1.0 - part) - MU_0 * ((1.0 + load) * h - shift)
            slope = (mu_rec[i] - 1.0) * MU_0 * (
                1.0 - part
            ) + line * power * part / at
            step = excess / (slope + (1.0 + load) * MU_0)
            h = max(h + step, 0.0)
            if abs(step) < _NEWTON_TOLERANCE * h_cj[i]:
                break
        # Time turns no more than leaves a field against the rest.
        largest = min(1.0 + MU_0 * shift / b_r[i], 2.0)
        out[i] = min(reversed_share(h_cj[i], power, h + creep), largest)


# B_r T, H_k A/m, mu_rec: scalars. Returns J/m3; NaN gives NaN.
@jit(part="copied")
def energy_product(b_r, h_knee, mu_rec):
    """Return the largest product of B and H on a line of slope mu_rec cut at the knee."""
    h_best = b_r / (2.0 * MU_0 * mu_rec)
    h = min(h_best, h_knee)
    return max((b_r - MU_0 * mu_rec * h) * h, 0.0)


# t float64 (3): ascending temperatures, K, the last two bracketing; room float64 (m, 3): field left at
# them, A/m, here of row s, positive but at the last, which may be NaN (no magnet any more). Without a
# third point t[0] and room[s, 0] are NaN.
# Returns the temperature at which nothing is left: root of the parabola through three points, of
# the line through two, the one next to t[1]; of the line through the first two, up to the last,
# where that is NaN; t[1] where the first is NaN too, or where less was left at it.
@jit(part="copied")
def crossing(t, room, s):
    """Return the temperature, K, at which the field left before the knee of row s reaches zero.

    It is the root of the parabola through three points, or of the line through two.
    """
    before = room[s, 0]
    here = room[s, 1]
    after = room[s, 2]
    if np.isnan(after):
        if np.isnan(before) or here >= before:
            return t[1]
        step = (t[1] - t[0]) * here / (before - here)
        return min(t[1] + step, t[2])
    slope = (after - here) / (t[2] - t[1])
    if np.isnan(before):
        return t[1] - here / slope
    slope_before = (here - before) / (t[1] - t[0])
    bend = (slope - slope_before) / (t[2] - t[0])
    # room = here + steep u + bend u^2, with u counted from t[1]: the root next to it.
    steep = slope - bend * (t[2] - t[1])
    root = np.sqrt(max(steep * steep - 4.0 * bend * here, 0.0))
    return t[1] + 2.0 * here / (root - steep)
