"""Slow twins of the magnetism kernel: cubics through table nodes, free energies by matrices."""

import math

import numpy as np

STEVENS = {
    2: lambda z, x: 3 * z**2 - x,
    4: lambda z, x: 35 * z**4 - (30 * x - 25) * z**2 + 3 * x**2 - 6 * x,
    6: lambda z, x: (
        231 * z**6
        - (315 * x - 735) * z**4
        + (105 * x**2 - 525 * x + 294) * z**2
        - 5 * x**3
        + 40 * x**2
        - 60 * x
    ),
}


def matrices(j):
    """Return J_x, J_y, J_z of a multiplet, m from -j to j."""
    m = np.arange(-j, j + 1)
    raising = np.zeros((len(m), len(m)))
    for k in range(len(m) - 1):
        raising[k + 1, k] = math.sqrt(j * (j + 1) - m[k] * (m[k] + 1))
    return (raising + raising.T) / 2, (raising - raising.T) / 2j, np.diag(m)


def multiplet_energy(j, terms, exchange, theta, phi, temperature):
    """Return the free energy (K) of one multiplet.

    ``terms``: amplitude, K, of ("z", n), the operators of order n about the axis, and of ("xy",),
    J_x J_y + J_y J_x; ``exchange``: K, of the field on J.
    """
    x, y, z = matrices(j)
    total = exchange * (
        math.sin(theta) * (math.cos(phi) * x + math.sin(phi) * y) + math.cos(theta) * z
    )
    for kind, amplitude in terms.items():
        if kind[0] == "z":
            total = total + amplitude * np.diag(STEVENS[kind[1]](np.diag(z), j * (j + 1)))
        else:
            total = total + amplitude * (x @ y + y @ x)
    level = np.linalg.eigvalsh(total)
    return level[0] - temperature * math.log(np.exp(-(level - level[0]) / temperature).sum())


def through(nodes, values, x):
    """Return the cubic through the four even nodes about x, first axis of values."""
    step = nodes[1] - nodes[0]
    first = min(max(int((x - nodes[0]) / step) - 1, 0), len(nodes) - 4)
    four = slice(first, first + 4)
    flat = values[four].reshape(4, -1)
    return np.polyval(np.polyfit(np.arange(4), flat, 3), (x - nodes[first]) / step).reshape(
        values.shape[1:]
    )


def ion(tables, group, symbol_row, temperature, strength, a2, a4):
    """Return moment (mu_B), K_1, K_2, K_3 (K) of an ion from the tables."""
    values = tables.values[group, symbol_row]
    place = math.log1p(temperature / tables.scale) / tables.step
    first = int(place)
    fields = np.linspace(0.0, tables.top[symbol_row], values.shape[1])
    node = values[first] * (1 + first - place) + values[first + 1] * (place - first)
    node = through(fields, node, strength)
    four, ends = node[:16].reshape(4, 4), node[16:].reshape(2, 4)
    a = tables.a2[group]
    share = (a2 - a[0]) / (a[3] - a[0])
    # The constants vanish with the crystal field.
    four = four / np.where(np.arange(4) > 0, a[:, None], 1.0)
    value = through(a, four, a2) * np.array([1.0, a2, a2, a2])
    return value + a4 * ((1 - share) * ends[0] + share * ends[1])


def reduced_moment(t, s):
    """Return Kuz'min's m(t)."""
    return (1 - s * t**1.5 - (1 - s) * t**2.5) ** (1 / 3) if t < 1 else 0.0


# Boltzmann constant over a cubic angstrom, MJ/m3.
PER_KELVIN = 13.80649


def pure(p, q, end, h, r_per, row, tables, temperature):
    """Return T_C, J_s, K_1, K_2, K_3 of a pure compound, straight from the parameters.

    ``p[slot]`` of the element and ``q[slot]`` of the host, slots by name; ``end`` iron or cobalt;
    ``row`` of the ion's table, -1 without.
    """
    tt, rt = p[f"exchange_K:{end}"], p[f"ion_coupling_K2:{end}"]
    curie = (tt + math.sqrt(tt * tt + 4 * rt)) / 2
    m = reduced_moment(temperature / curie, q[f"shape:{end}"])
    moment, volume = p[f"moment_muB:{end}"] * m, p[f"volume_A3:{end}"]
    k = np.zeros(3)
    k[0] = p[f"k_broad_MJ_m3:{end}"] * (0.6 * m**2 + 0.4 * m**4)
    k[0] += p[f"k_steep_MJ_m3:{end}"] * m**10
    if row >= 0:
        own = ion(
            tables, int(h > 0), row, temperature, p[f"ion_exchange_K:{end}"] * m,
            p[f"ion_A2_K:{end}"], p[f"ion_A4_K:{end}"],
        )  # fmt: skip
        moment += r_per * p[f"ion_moment:{end}"] * own[0]
        k += r_per * PER_KELVIN / volume * own[1:]
    return curie, abs(moment) * 11.6540 / volume, *k


MIXED = ("volume_A3", "exchange_K", "moment_muB", "k_broad_MJ_m3", "k_steep_MJ_m3")


def mixture(earths, metals, interstitials, p, q, host, counts, rows, tables, temperature):
    """Return T_C, J_s, K_1, K_2, K_3 of any member of a host, from parameters by name.

    ``earths``, ``metals``, ``interstitials``: atoms by symbol; ``p[symbol][slot]``, ``q[slot]``;
    ``counts``: R, T and X atoms of a formula unit; ``rows``: of the ions by symbol. NaN above T_C.
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
        return curie, *[math.nan] * 4
    shape = (1 - c) * q["shape:iron"] + c * q["shape:cobalt"]
    m = reduced_moment(temperature / curie, shape)
    field = 1 + c * (1 - c) * q["crystal_field:bow"] + empty * q["crystal_field:filling"]
    field += sum(y * p[e]["crystal_field:slope"] for e, y in others.items())
    moment = mix["moment_muB"] * m
    k = np.zeros(3)
    k[0] = mix["k_broad_MJ_m3"] * (0.6 * m**2 + 0.4 * m**4) + mix["k_steep_MJ_m3"] * m**10
    for e, x in earths.items():
        if rows[e] < 0:
            continue
        atoms = x / total_r * counts[0]
        own = ion(
            tables, int(host != "2:14:1"), rows[e], temperature,
            ends(e, "ion_exchange_K") * kept * m, field * ends(e, "ion_A2_K"),
            field * ends(e, "ion_A4_K"),
        )  # fmt: skip
        moment += atoms * ends(e, "ion_moment") * own[0]
        k += atoms * PER_KELVIN / mix["volume_A3"] * own[1:]
    return curie, abs(moment) * 11.6540 / mix["volume_A3"], *k
