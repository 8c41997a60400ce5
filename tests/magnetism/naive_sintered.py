"""Slow, obvious twins of the kernels of the sintered magnet."""

import math

import numpy as np

MU_0 = 1.25663706127e-6


def coercivity(kelvin, field, field_room, j, j_room, rules, curie):
    """Return H_cJ: Kronmueller's relation when hot, or at 20 C and from there a line or a power.

    Polarizations are those of the temperature and of 20 C. Pinned walls have H_cJ at 20 C as it is.
    The line ends at T_C, before which it is no higher than the third root of what is left. A level
    multiplies H_cJ at 20 C, by way of alpha_K.
    """
    alpha_k = rules["alpha_k"]
    n_eff = rules["n_eff"]
    decay = rules["decay"]
    at_room = max(
        alpha_k * field_room - n_eff * j_room / MU_0,
        0.02 * alpha_k * field_room,
    )
    alpha_k += (rules["level"] - 1.0) * at_room / field_room
    if rules["temperature_law"] == 1:
        rise = (kelvin - 293.15) / 1000.0 * rules["usual_curie"] / curie
        over = 0.2 if rise > 0.0 else 0.06
        falling = alpha_k * math.exp(-decay * over * math.tanh(rise / over))
        return max(falling * field - n_eff * j / MU_0, 0.02 * falling * field)
    at_room = max(
        alpha_k * field_room - n_eff * j_room / MU_0,
        0.02 * alpha_k * field_room,
    )
    if rules["temperature_law"] == 2:
        pinning = rules["level"] * rules["pinned"]
        fall = decay if pinning else decay * rules["usual_curie"] / curie
        line = 1.0 - fall * (kelvin - 293.15) / 1000.0
        if kelvin < 293.15:
            return (pinning or at_room) * min(line, 1.5)
        order = (
            ((curie - kelvin) / (curie - 293.15)) ** (1 / 3)
            if kelvin < curie
            else 0.0
        )
        return (pinning or at_room) * max(min(line, order), 0.02 * order)
    return at_room * (field / field_room) ** decay


def figures(
    polarization,
    coercivity,
    temperature,
    factor,
    squareness,
    mu_rec,
    limit,
    load,
    on_b=1.0,
    on_h=0.0,
    on_q=0.0,
    room=None,
    s=1,
    whole=0.0,
):
    """Return B_r, H_cj, H_k, (BH)max, T_max, alpha, beta of one magnet.

    Temperatures are that asked, the two of alpha and beta, then those tried for T_max; room: J_s
    and H_cJ at 20 C where H_k is H_cJ less a spread of local fields that goes as J_s; s: 0 of the
    weak, 2 of the strong magnet, whose ln H_cJ is off by on_h and H_k / H_cJ by on_q; below 5 % of
    whole it is off by more.
    """
    b = [on_b * factor * j for j in polarization]
    deviations = [
        on_h
        if c >= 0.05 * whole or c <= 0.0
        else max(on_h, min(on_h + 0.7 * math.log(0.05 * whole / c), 3.0))
        for c in coercivity
    ]
    h = [
        math.exp((s - 1) * deviation) * c
        for deviation, c in zip(deviations, coercivity, strict=True)
    ]
    knees = []
    for c, j, on_h in zip(coercivity, polarization, deviations, strict=True):
        scale = (
            1.0
            if room is None
            else room[1] / c * j / room[0]
            if c > 0.0
            else math.inf
        )
        q = 1.0 - (1.0 - squareness) * scale
        wide = math.hypot(on_h, min(on_q * scale / q, 3.0)) if q > 0.0 else 0.0
        ends = q * math.exp((s - 1) * wide), math.exp((s - 1) * on_h)
        knees.append(c * min(ends) if q > 0.0 else 0.0)
    knee = knees[0]
    steps = 20000
    product = 0.0
    for i in range(steps + 1):
        x = knee * i / steps
        product = max(product, (b[0] - MU_0 * mu_rec * x) * x)
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
