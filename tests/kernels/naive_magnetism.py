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
