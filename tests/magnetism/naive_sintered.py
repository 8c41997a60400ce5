"""Slow, obvious twins of the kernels of the sintered magnet."""

import math

import numpy as np

from . import naive_laws

MU_0 = 1.25663706127e-6


def figures(
    polarization,
    coercivity,
    temperature,
    magnet,
    shape,
    load,
    end,
):
    """Return B_r, H_cj, H_k, (BH)max, T_max, alpha, beta of one magnet.

    Temperatures are that asked, the two of alpha and beta, then those tried for T_max. `magnet`:
    B_r over J_s, recoil permeability, highest temperature, J_s and H_cJ at 20 C, H_cJ without
    poles; `shape`: H_k / H_cJ, its deviation and law; `end`: 0, 1, 2 of the weak, the nominal and
    the strong magnet, and by how much ln B_r and ln H_cJ are off.
    """
    factor, mu_rec, limit, j_room, h_room, whole = magnet
    s, on_b, on_h = end
    factor *= math.exp((s - 1) * on_b)
    b = [factor * j for j in polarization]
    h = []
    knees = []
    for c, j in zip(coercivity, polarization, strict=True):
        deviation = naive_laws.unsure(on_h, c, whole)
        h.append(math.exp((s - 1) * deviation) * c)
        ends = naive_laws.knee_field(c, j, h_room, j_room, shape, deviation)
        knees.append(ends[s])
    knee = knees[0]
    fields = np.linspace(0.0, knee, 20001)
    product = ((b[0] - MU_0 * mu_rec * fields) * fields).max()
    span = temperature[2] - temperature[1]
    t_max = math.nan
    crossings = []
    for t, br, hk in zip(temperature[3:], b[3:], knees[3:], strict=True):
        margin = hk - br / (MU_0 * (load + mu_rec)) if br > 0 else math.nan
        crossings.append((float(t), margin))
        if not margin > 0:
            t_max = (
                crossing(crossings[-3:]) if len(crossings) > 1 else math.nan
            )
            break
        t_max = t
    t_max = min(t_max, limit) if not math.isnan(t_max) else t_max
    alpha = (b[2] / b[1] - 1.0) / span if b[1] > 0 else math.nan
    beta = (h[2] / h[1] - 1.0) / span if h[1] > 0 else math.nan
    return b[0], h[0], knee, product, t_max, alpha, beta


def crossing(points):
    """Return where the room is used up: parabola, line, or line of the first two."""
    (t0, r0), (t1, r1) = points[-2:]
    if math.isnan(r1):
        if len(points) < 3:
            return t0
        (ta, ra), (tb, rb), (tc, _) = points
        if rb >= ra:
            return tb
        return min(tb + (tb - ta) * rb / (ra - rb), tc)
    if len(points) < 3:
        return t0 + (t1 - t0) * r0 / (r0 - r1)
    ts, rs = zip(*points, strict=True)
    a, b, c = np.polyfit(np.array(ts) - t0, rs, 2)
    roots = np.roots([a, b, c]) if abs(a) > 1e-12 else np.array([-c / b])
    real = [root.real for root in roots if abs(root.imag) < 1e-9]
    inside = [root for root in real if -1e-6 <= root <= t1 - t0 + 1e-6]
    return t0 + min(inside)
