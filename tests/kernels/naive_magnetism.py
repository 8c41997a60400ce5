"""Slow twins of the magnetism kernel: thermal averages as sums over the multiplet."""

import math

import numpy as np


def operators(j):
    """Return the Stevens operators O_2, O_4, O_6 on the diagonal, m from -j to j."""
    m = np.arange(-j, j + 1)
    x = j * (j + 1)
    o2 = 3 * m**2 - x
    o4 = 35 * m**4 - 30 * x * m**2 + 25 * m**2 - 6 * x + 3 * x**2
    o6 = (
        231 * m**6
        - 315 * x * m**4
        + 735 * m**4
        + 105 * x**2 * m**2
        - 525 * x * m**2
        + 294 * m**2
        - 5 * x**3
        + 40 * x**2
        - 60 * x
    )
    return m, o2, o4, o6


def polarization(j, x):
    """Return the means of J_z, O_2, O_4, O_6 over their values at m = j."""
    m, *rest = operators(j)
    weight = np.exp(x / j * (m - j))
    weight /= weight.sum()
    result = [(weight * m).sum() / j]
    for o in rest:
        result.append((weight * o).sum() / o[-1] if abs(o[-1]) > 1e-9 else 0.0)
    return result


def reduced_moment(t, s):
    """Return Kuz'min's m(t)."""
    return (1 - s * t**1.5 - (1 - s) * t**2.5) ** (1 / 3) if t < 1 else 0.0


def pure(p, q, end, h, r_per, e, spin, temperature):
    """Return T_C, J_s, K_1, K_2 of a pure compound, straight from the parameters.

    ``p[slot]`` of the element and ``q[slot]`` of the host, slots by name; ``end`` iron or cobalt.
    """
    tt, rt = p[f"exchange_K:{end}"], p[f"ion_coupling_K2:{end}"]
    curie = (tt + math.sqrt(tt * tt + 4 * rt)) / 2
    m = reduced_moment(temperature / curie, q[f"shape:{end}"])
    moment = p[f"moment_muB:{end}"] * m
    k1 = p[f"k_broad_MJ_m3:{end}"] * (0.6 * m**2 + 0.4 * m**4)
    k1 += p[f"k_steep_MJ_m3:{end}"] * m**10
    k2 = 0.0
    if spin:
        x = p[f"ion_exchange_K:{end}"] * m / temperature
        o1, o2, o4, o6 = polarization(spin, x)
        moment += r_per * p[f"ion_moment_muB:{end}"] * o1
        fourth, sixth = p[f"ion_k4_MJ_m3:{end}"] * o4, p[f"ion_k6_MJ_m3:{end}"] * o6
        k1 += p[f"ion_k2_MJ_m3:{end}"] * o2 - 8 / 7 * fourth - 4 / 9 * sixth
        k2 += fourth + sixth
    return curie, abs(moment) * 11.6540 / p[f"volume_A3:{end}"], k1, k2


MIXED = ("volume_A3", "exchange_K", "moment_muB", "k_broad_MJ_m3", "k_steep_MJ_m3")


def mixture(earths, metals, interstitials, p, q, host, counts, spins, temperature):
    """Return T_C, J_s, K_1, K_2 of any member of a host, from parameters by name.

    ``earths``, ``metals``, ``interstitials``: atoms by symbol; ``p[symbol][slot]``, ``q[slot]``;
    ``counts``: R, T and X atoms of a formula unit; ``spins``: J by symbol. NaN above T_C.
    """
    total_r, total_t = sum(earths.values()), sum(metals.values())
    iron, cobalt = metals.get("Fe", 0.0), metals.get("Co", 0.0)
    c = cobalt / (iron + cobalt)
    others = {e: a / total_t for e, a in metals.items() if e not in ("Fe", "Co")}
    total_x = sum(interstitials.values())
    carbon = interstitials.get("C", 0.0) / total_x if total_x else 0.0
    empty = 0.0
    if host == "2:14:1":
        empty, carbon = carbon, 0.0
    elif counts[2]:
        empty = min(max(1 - total_x / total_r * counts[0] / counts[2], 0), 1)

    def ends(symbol, name):
        return (1 - c) * p[symbol][f"{name}:iron"] + c * p[symbol][f"{name}:cobalt"]

    def between(name):
        bows = [q[f"{name}:bow{k}"] for k in range(3)]
        bow = sum(b * (1 - 2 * c) ** k for k, b in enumerate(bows))
        return c * (1 - c) * bow + empty * q[f"{name}:filling"]

    def dilution(name):
        total = 0.0
        for e, y in others.items():
            iron, cobalt = (
                y * p[e][f"{name}:slope_{end}"] + y * y * p[e][f"{name}:curvature_{end}"]
                for end in ("iron", "cobalt")
            )
            between_ends = (1 - c) * iron + c * cobalt
            if name != "exchange_K":
                total += between_ends
                continue
            # All pairs are diluted as in cobalt; what iron has besides goes with its own pairs.
            share = cobalt / p["Y"]["exchange_K:cobalt"]
            by_pairs = share * yttrium + (1 - c) ** 2 * (iron - share * p["Y"]["exchange_K:iron"])
            weight = q["exchange_K:pairs"]
            total += (1 - weight) * between_ends + weight * by_pairs
        return total

    pure = {
        name: between(name) + sum(x / total_r * ends(e, name) for e, x in earths.items())
        for name in MIXED
    }
    bow = between("exchange_K") - empty * q["exchange_K:filling"]
    yttrium = ends("Y", "exchange_K") + bow
    bare = pure["exchange_K"] - empty * q["exchange_K:filling"]
    if host != "2:14:1":
        pure["exchange_K"] += (empty**2 - empty) * q["exchange_K:filling"]
        pure["exchange_K"] += carbon * q["exchange_K:carbon"]
    # The slopes of the exchange are those with yttrium, and follow what interstitials make of it.
    mix = {name: pure[name] + dilution(name) for name in MIXED}
    follow = 1 + q["exchange_K:dilution"] * (bare / yttrium - 1)
    mix["exchange_K"] = pure["exchange_K"] * (1 + dilution("exchange_K") * follow / bare)
    kept = mix["moment_muB"] / pure["moment_muB"]
    coupling = sum(x / total_r * ends(e, "ion_coupling_K2") for e, x in earths.items()) * kept
    curie = (mix["exchange_K"] + math.sqrt(mix["exchange_K"] ** 2 + 4 * max(coupling, 0))) / 2
    if temperature >= curie:
        return curie, math.nan, math.nan, math.nan
    shape = (1 - c) * q["shape:iron"] + c * q["shape:cobalt"]
    m = reduced_moment(temperature / curie, shape)
    field = 1 + c * (1 - c) * q["crystal_field:bow"] + empty * q["crystal_field:filling"]
    field += sum(y * p[e]["crystal_field:slope"] for e, y in others.items())
    moment = mix["moment_muB"] * m
    k1 = mix["k_broad_MJ_m3"] * (0.6 * m**2 + 0.4 * m**4) + mix["k_steep_MJ_m3"] * m**10
    k2 = 0.0
    for e, x in earths.items():
        if not spins[e]:
            continue
        share = x / total_r
        o1, o2, o4, o6 = polarization(spins[e], ends(e, "ion_exchange_K") * kept * m / temperature)
        moment += share * counts[0] * ends(e, "ion_moment_muB") * o1
        fourth, sixth = ends(e, "ion_k4_MJ_m3") * o4, ends(e, "ion_k6_MJ_m3") * o6
        k1 += field * share * (ends(e, "ion_k2_MJ_m3") * o2 - 8 / 7 * fourth - 4 / 9 * sixth)
        k2 += field * share * (fourth + sixth)
    return curie, abs(moment) * 11.6540 / mix["volume_A3"], k1, k2
