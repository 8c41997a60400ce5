"""Slow twins of the magnetism kernel: lines through table nodes, free energies by matrices."""

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


def free_energy(matrix, temperature):
    """Return the free energy (K) of levels that are the eigenvalues of a matrix, K."""
    level = np.linalg.eigvalsh(matrix)
    occupation = np.exp(-(level - level[0]) / temperature)
    return level[0] - temperature * math.log(occupation.sum())


def component(operators, theta, phi):
    """Return the component of a vector of operators along a direction."""
    x, y, z = operators
    in_plane = math.cos(phi) * x + math.sin(phi) * y
    return math.sin(theta) * in_plane + math.cos(theta) * z


def multiplet_energy(j, terms, exchange, theta, phi, temperature):
    """Return the free energy (K) of one multiplet.

    ``terms``: amplitude, K, of ("z", n), the operators of order n about the axis, and of ("xy",),
    J_x J_y + J_y J_x; ``exchange``: K, of the field on J.
    """
    x, y, z = matrices(j)
    total = exchange * component((x, y, z), theta, phi)
    for kind, amplitude in terms.items():
        operator = x @ y + y @ x
        if kind[0] == "z":
            operator = np.diag(STEVENS[kind[1]](np.diag(z), j * (j + 1)))
        total = total + amplitude * operator
    return free_energy(total, temperature)


def term_energy(quanta, coupling, terms, exchange, theta, phi, temperature):
    """Return the free energy (K) of a whole term, its multiplets mixed.

    ``quanta``: L, S, J; ``coupling``: lambda of lambda L.S, K; ``terms``: amplitude, K, by order,
    of the operators about the axis of the ground multiplet; ``exchange``: K, of the field on 2 S.
    """
    orbital, spin, j = quanta
    one_l = np.eye(2 * orbital + 1)
    one_s = np.eye(round(2 * spin + 1))
    ls = [np.kron(a, one_s) for a in matrices(orbital)]
    ss = [np.kron(one_l, a) for a in matrices(spin)]
    total = coupling * sum(a @ b for a, b in zip(ls, ss, strict=True))
    # The ground multiplet's state of largest J_z says what an operator of L is in terms of J.
    biased = total - 1e-3 * abs(coupling) * (ls[2] + ss[2])
    top = np.linalg.eigh(biased)[1][:, 0]
    total = total + 2 * exchange * component(ss, theta, phi)
    z = np.diag(matrices(orbital)[2])
    for order, amplitude in terms.items():
        stevens = STEVENS[order]
        on_l = np.kron(np.diag(stevens(z, orbital**2 + orbital)), one_s)
        factor = stevens(j, j * (j + 1)) / (top.conj() @ on_l @ top).real
        total = total + amplitude * factor * on_l
    return free_energy(total, temperature)


def interpolate(values, place):
    """Return what stands between the nodes of the first axis."""
    first = min(int(place), len(values) - 2)
    return values[first] * (1 + first - place) + values[first + 1] * (
        place - first
    )


def ion(tables, group, symbol, temperature, strength, a2, a4):
    """Return moment (mu_B), K_1, K_2, K_3 (K) of an ion, by its column, from the tables."""
    first, per_kelvin, _, middle, per_a2 = tables.facts[group, symbol]
    shape = tables.kelvins, tables.fields, 24
    rows = slice(int(first), int(first) + shape[0] * shape[1])
    values = tables.values[rows].astype(float).reshape(shape)
    node = interpolate(
        values, temperature / (temperature + tables.scale) / tables.step
    )
    node = interpolate(node, strength * per_kelvin).reshape(6, 4)
    x = (a2 - middle) * per_a2
    # The constants vanish with the crystal field.
    value = np.polyval(node[3::-1], x) * np.array([1.0, a2, a2, a2])
    return value + a4 * np.polyval(node[:3:-1], x)


def reduced_moment(t, s):
    """Return Kuz'min's m(t)."""
    if t < 1:
        return (1 - s * t**1.5 - (1 - s) * t**2.5) ** (1 / 3)
    return 0.0


# Boltzmann constant over a cubic angstrom, MJ/m3.
PER_KELVIN = 13.80649


MIXED = (
    "volume_A3",
    "exchange_K",
    "moment_muB",
    "k_broad_MJ_m3",
    "k_steep_MJ_m3",
)


def mixture(
    earths,
    metals,
    interstitials,
    p,
    q,
    host,
    counts,
    columns,
    tables,
    temperature,
):
    """Return T_C, J_s, K_1, K_2, K_3 of any member of a host, from parameters by name.

    ``earths``, ``metals``, ``interstitials``: atoms by symbol; ``p[symbol][slot]``, ``q[slot]``;
    ``counts``: R, T and X atoms of a formula unit; ``columns``: of the elements by symbol. NaN
    above T_C.
    """
    total_r = sum(earths.values())
    total_t = sum(metals.values())
    iron = metals.get("Fe", 0.0)
    cobalt = metals.get("Co", 0.0)
    c = cobalt / (iron + cobalt)
    diluents = {
        e: a / total_t for e, a in metals.items() if e not in ("Fe", "Co")
    }
    total_x = sum(interstitials.values())
    carbon = interstitials.get("C", 0.0) / total_x if total_x else 0.0
    empty = 0.0
    if host == "2:14:1":
        empty = carbon
        carbon = 0.0
    elif counts[2]:
        empty = min(max(1 - total_x / total_r * counts[0] / counts[2], 0), 1)

    def ends(symbol, name):
        return (1 - c) * p[symbol][f"{name}:iron"] + c * p[symbol][
            f"{name}:cobalt"
        ]

    def excess(name):
        bows = [q[f"{name}:bow{k}"] for k in range(3)]
        bow = sum(b * (1 - 2 * c) ** k for k, b in enumerate(bows))
        return c * (1 - c) * bow + empty * q[f"{name}:filling"]

    def dilution(name):
        total = 0.0
        for e, y in diluents.items():
            iron = (
                y * p[e][f"{name}:slope_iron"]
                + y * y * p[e][f"{name}:curvature_iron"]
            )
            cobalt = (
                y * p[e][f"{name}:slope_cobalt"]
                + y * y * p[e][f"{name}:curvature_cobalt"]
            )
            between_ends = (1 - c) * iron + c * cobalt
            if name != "exchange_K":
                total += between_ends
                continue
            # All pairs are diluted as in cobalt; what iron has besides goes with its own pairs.
            share = cobalt / p["Y"]["exchange_K:cobalt"]
            by_pairs = share * yttrium + (1 - c) ** 2 * (
                iron - share * p["Y"]["exchange_K:iron"]
            )
            weight = q["exchange_K:pairs"]
            total += (1 - weight) * between_ends + weight * by_pairs
        return total

    pure = {
        name: excess(name)
        + sum(x / total_r * ends(e, name) for e, x in earths.items())
        for name in MIXED
    }
    bow = excess("exchange_K") - empty * q["exchange_K:filling"]
    yttrium = ends("Y", "exchange_K") + bow
    bare = pure["exchange_K"] - empty * q["exchange_K:filling"]
    if host != "2:14:1":
        pure["exchange_K"] += (empty**2 - empty) * q["exchange_K:filling"]
        pure["exchange_K"] += carbon * q["exchange_K:carbon"]
    # The slopes of the exchange are those with yttrium, and follow what interstitials make of it.
    mix = {name: pure[name] + dilution(name) for name in MIXED}
    follow = 1 + q["exchange_K:dilution"] * (bare / yttrium - 1)
    mix["exchange_K"] = pure["exchange_K"] * (
        1 + dilution("exchange_K") * follow / bare
    )
    share = mix["moment_muB"] / pure["moment_muB"]
    coupling = (
        sum(
            x / total_r * ends(e, "ion_coupling_K2") for e, x in earths.items()
        )
        * share
    )
    root = math.sqrt(mix["exchange_K"] ** 2 + 4 * max(coupling, 0))
    curie = (mix["exchange_K"] + root) / 2
    if temperature >= curie:
        return curie, *[math.nan] * 4
    shape = (1 - c) * q["shape:iron"] + c * q["shape:cobalt"]
    m = reduced_moment(temperature / curie, shape)
    field = (
        1
        + c * (1 - c) * q["crystal_field:bow"]
        + empty * q["crystal_field:filling"]
    )
    field += sum(y * p[e]["crystal_field:slope"] for e, y in diluents.items())
    moment = mix["moment_muB"] * m
    k = np.zeros(3)
    k[0] = mix["k_broad_MJ_m3"] * (0.6 * m**2 + 0.4 * m**4)
    k[0] += mix["k_steep_MJ_m3"] * m**10
    for e, x in earths.items():
        if tables.facts[0, columns[e], 0] < 0:
            continue
        atoms = x / total_r * counts[0]
        moment_and_field = ion(
            tables,
            int(host != "2:14:1"),
            columns[e],
            temperature,
            ends(e, "ion_exchange_K") * share * m,
            field * ends(e, "ion_A2_K"),
            field * ends(e, "ion_A4_K"),
        )
        moment += atoms * ends(e, "ion_moment") * moment_and_field[0]
        k += atoms * PER_KELVIN / mix["volume_A3"] * moment_and_field[1:]
    return curie, abs(moment) * 11.6540 / mix["volume_A3"], *k
