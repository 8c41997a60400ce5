"""Laws of magnets once more, one recipe at a time in plain Python, by constants of the files.

Nothing is taken from the package but masses and volumes of the elements.
"""

import tomllib
from functools import cache
from math import exp, inf, log, log1p, pi, sqrt, tanh
from types import SimpleNamespace

from magnetkit._core import datasets
from magnetkit._core.elements import ATOMIC_MASS, INDEX, RARE_EARTHS
from magnetkit.phases.partition import atomic_volumes


@cache
def book(name):
    """Return the values of a law by name."""
    tables = tomllib.loads(
        (datasets.root() / "laws" / f"{name}.toml").read_text("utf-8")
    )
    return SimpleNamespace(
        **{key: table["value"] for key, table in tables.items()}
    )


def atomic_mass(symbol):
    return ATOMIC_MASS[INDEX[symbol]]


def atom_mass(atoms):
    return sum(
        amount * atomic_mass(symbol) for symbol, amount in atoms.items()
    )


def atom_volume(atoms):
    volumes = atomic_volumes()
    return sum(
        amount * volumes[INDEX[symbol]] for symbol, amount in atoms.items()
    )


def softplus(x):
    """ln(1 + e^x) without overflow."""
    return max(x, 0.0) + log1p(exp(-abs(x)))


def step(x):
    if x > -700.0:
        return 1.0 / (1.0 + exp(-x))
    return 0.0


def boundary(atoms, bound=0.0):
    """Return what lies between the grains of a recipe in moles: by the rules, one after another."""
    k = book("boundary")
    mass = atom_mass(atoms)
    earths = [s for s in atoms if s in RARE_EARTHS]
    rare = sum(atoms[s] for s in earths)
    per_earth = sum(atoms[s] * atomic_mass(s) for s in earths) / rare
    iron = sum(atoms.get(s, 0.0) for s in ("Fe", "Co", "Ni", "Mn"))
    carbon = atoms.get("C", 0.0)
    # Carbon of the furnace and of the recipe binds formers of borides, which else take boron.
    formers = sum(
        atoms.get(s, 0.0) for s in ("Ti", "Zr", "Hf", "Nb", "Ta", "V")
    )
    usual = k.usual_carbon / 100.0 * mass / atomic_mass("C")
    formers = max(formers - k.carbon_on_titanium * max(carbon, usual), 0.0)
    boron = max(atoms.get("B", 0.0) - k.borides * formers, 0.0)
    # Carbon fills what boron lacks; the rest makes R2C3.
    filling = min(carbon, max(iron / 14.0 - boron, 0.0))
    boron += filling
    earth = 2.0 / 3.0 * (carbon - filling)
    rest = soft = gallium = borides = 0.0
    if boron >= iron / 14.0:
        # Fe: 14 x + 4 y, B: x + 4 y, of R2Fe14B and R1.1Fe4B4.
        units = (iron - boron) / 13.0
        borides = (boron - units) / 4.0
        earth += 2.0 * units + 1.1 * borides
        spare = 14.0 * boron - iron
    else:
        earth += 2.0 * boron
        rest = iron - 14.0 * boron
        spare = 0.0
    room_gallium = 13.0 * atoms.get("Ga", 0.0)
    room_others = 13.0 * k.copper_for_gallium * atoms.get("Cu", 0.0)
    room_others += 11.0 / 3.0 * k.aluminium_for_gallium * atoms.get("Al", 0.0)
    gallium = min(rest, room_gallium)
    other_atoms = min(rest - gallium, room_others)
    earth += 6.0 / 13.0 * (gallium + other_atoms)
    unbound = rare * (1.0 - bound) - earth
    dissolves = (
        max(unbound, 0.0) * per_earth * k.iron_in_boundary / atomic_mass("Fe")
    )
    room = room_gallium + room_others + dissolves
    soft = max(rest - room, 0.0)
    doubt = 14.0 * k.boron_doubt / 100.0 * mass / atomic_mass("B")
    less = max(rest - spare + doubt - room, 0.0) - soft
    excess = max(rest - spare - doubt - room, 0.0) - soft
    volume = atom_volume(atoms)
    cerium = atoms.get("Ce", 0.0) / rare
    sizes = atomic_volumes()
    of_earths = atom_volume({s: atoms[s] for s in earths}) / rare
    of_boride = (
        1.1 * of_earths + 4.0 * sizes[INDEX["Fe"]] + 4.0 * sizes[INDEX["B"]]
    )
    return {
        "free": 100.0 * per_earth * (unbound - 2.0 / 17.0 * soft) / mass,
        "decoupling_earth": 100.0 * per_earth * 6.0 / 13.0 * gallium / mass,
        "r2fe17": soft * k.soft_volume / volume,
        "r6fe13ga": gallium * k.decoupling_volume / volume,
        "r6fe13x": (gallium + other_atoms) * k.decoupling_volume / volume,
        "boride": borides * of_boride / volume,
        "soft_doubt": sqrt((less**2 + excess**2) / 2.0)
        * k.soft_volume
        / volume,
        "boron": 100.0 * atoms.get("B", 0.0) * atomic_mass("B") / mass,
        "cerium": k.laves_over
        * softplus((cerium - k.laves_from) / k.laves_over)
        / (1.0 - k.laves_from),
    }


def wetting(aluminium, copper, gallium):
    k = book("boundary")
    gain = k.aluminium_gain * (1.0 - exp(-aluminium / k.aluminium_scale))
    c = copper / k.copper_scale
    g = gallium / k.gallium_scale
    if c + g > 0.0:
        cap = (k.copper_gain * c + k.gallium_gain * g) / (c + g)
        gain += cap * (1.0 - exp(-c - g))
    gain = k.most_wetting * tanh(gain / k.most_wetting)
    beyond = max(copper / k.most_copper - 1.0, 0.0)
    return gain * exp(-(beyond**2)) / k.nucleation_field


def decoupling(volume, cobalt):
    k = book("boundary")
    gain = k.decoupling_gain * (1.0 - exp(-volume / k.decoupling_scale))
    return (
        gain * exp(-((cobalt / k.decoupling_cobalt) ** 2)) / k.nucleation_field
    )


def decoupling_factor(free, decoupling_earth, r2fe17, cerium):
    k = book("boundary")
    earth = k.weighing * softplus(
        (free + k.decoupling_rare_earth * decoupling_earth) / k.weighing
    )
    thin = (1.0 - k.thick_share) * (1.0 - exp(-earth / k.free_scale_thin))
    thick = k.thick_share * (1.0 - exp(-earth / k.free_scale_thick))
    return (
        (thin + thick)
        * exp(-r2fe17 / k.soft_scale)
        * exp(-k.laves_loss * cerium)
    )


def doubt(r2fe17, soft_doubt, cerium, formula, soft_scale_deviation):
    k = book("boundary")
    parts = [
        r2fe17 * soft_scale_deviation / k.soft_scale**2,
        soft_doubt / k.soft_scale,
        k.cerium_doubt * (1.0 - exp(-((cerium / k.cerium_doubt_over) ** 2))),
        # At its most, where a formula is as likely as a charge.
        k.formula_doubt * formula * (1.0 - formula) / 0.25,
    ]
    return sqrt(sum(part**2 for part in parts))


def formula_likelihood(atoms, hard):
    """Return how likely an atomic row of 2:14:1 names the compound, `hard` of it the hard phase."""
    k = book("formula")
    whole = sum(atoms.values())
    rare = sum(x for s, x in atoms.items() if s in RARE_EARTHS) / whole
    boron = (atoms.get("B", 0.0) + atoms.get("C", 0.0)) / whole
    off = max(abs(rare - 2.0 / 17.0), abs(boron - 1.0 / 17.0))
    other = sum(
        x
        for s, x in atoms.items()
        if s not in (*RARE_EARTHS, "B", "C", "Fe", "Co")
    )
    # Additives tell a charge: the edge comes nearer, and what is beside the hard phase counts.
    telling = 1.0 - exp(-other / whole / k.additives)
    edge = (1.0 - telling) * k.plain + telling * k.recipe
    closeness = (edge - off) / (edge - k.printed)
    beside = (k.bare - hard) / (k.bare - k.added)
    return min(max(min(closeness, 1.0 - telling * beside), 0.0), 1.0)


def cells(iron, copper, zirconium, ratio, pinning, scale):
    """Return H_cJ of cells at 20 C, in the unit of `pinning`."""
    k = book("cells")
    if copper <= k.least_copper:
        return 0.0
    driven = (iron - k.iron_drives_from) / (
        k.iron_drives_to - k.iron_drives_from
    )
    scale *= 1.0 - (1.0 - k.copper_driven) * min(max(driven, 0.0), 1.0)
    h = pinning * (1.0 - exp(-(copper - k.least_copper) / scale))
    share = k.zirconium_without
    h *= share + (1.0 - share) * step(
        (zirconium - k.zirconium_from) / k.zirconium_over
    )
    if zirconium > k.most_zirconium:
        h *= exp(
            -(((zirconium - k.most_zirconium) / k.zirconium_falls_over) ** 2)
        )
    copper_and_zirconium = (
        copper / k.cell_copper + zirconium / k.cell_zirconium
    )
    h *= step((copper_and_zirconium - k.cell_from) / k.cell_over)
    h *= step((ratio - k.least_ratio) / k.ratio_over)
    h *= step((k.most_ratio - ratio) / k.ratio_over)
    return h * step((k.iron_edge - iron) / k.iron_over)


def fall_of_cells(h, iron, hot, iron_limit, ageing, ordinary):
    """Return the fall of H_cJ per 1000 K of that at 20 C."""
    k = book("cells")
    at_500 = hot * (1.0 - (iron / iron_limit) ** k.iron_power)
    fall = (1.0 - at_500 / h) / k.hot_span * 1e3
    w = k.fall_rounding
    # The smaller of both, rounded.
    fall = k.most_fall - w * softplus((k.most_fall - fall) / w)
    if ageing is not None:
        short = min(max((500.0 - ageing) / 200.0, 0.0), 1.0)
        fall += short * max(ordinary - fall, 0.0)
    return fall


def grain_decoupling(factor, soft, row):
    """Return what coupled grains keep of a row of `microstructure`."""
    k = book("grains")
    decoupling = factor * exp(-soft / k.soft_scale)
    lost_by_cobalt = 1.0 - exp(-row["cobalt_loss"] * row["cobalt"])
    decoupling *= 1.0 - lost_by_cobalt * exp(-row["additive"] / k.additive)
    if row["carbide"] > k.carbide_from:
        solid = (row["carbide"] - k.carbide_from) / (1.0 - k.carbide_from)
        decoupling *= exp(-k.carbide_loss * solid)
    if row["grain_size_um"] < k.ribbon_grain:
        fine = 1.0 - exp(-row["refractory"] / k.refining_amount)
        return decoupling * exp(k.refining_gain * fine)
    decoupling *= exp(-row["lanthanum_loss"] * row["lanthanum"])
    return decoupling * exp(
        -row["mischmetal_loss"] * row["lanthanum"] * row["cerium"]
    )


def reduced_remanence(alignment, soft, fine):
    k = book("grains")
    if not fine:
        return alignment
    gain = k.exchange_remanence * (1.0 - exp(-soft / k.exchange_volume))
    return alignment + gain * (1.0 - alignment) / 0.5


def arriving_share(faces_mm):
    """Return the amount a quarter in over the mean, by sources mirrored at both faces."""
    if faces_mm == inf:
        return 1.0
    area = book("shell").diffusion_area
    length = faces_mm / 1e3
    images = [(0.25 + i) * length for i in range(-400, 401)]
    terms = sum(exp(-(x**2) / (4.0 * area)) for x in images)
    return terms * length / sqrt(4.0 * pi * area)


def carrier_volume(atoms, carriers):
    """Return the share of the volume of masses put into a magnet of so many moles."""
    moles = {
        symbol: mass / atomic_mass(symbol) for symbol, mass in carriers.items()
    }
    put_in = atom_volume(moles)
    volume = atom_volume(atoms) / atom_mass(atoms)
    volume *= 1.0 - sum(carriers.values())
    return put_in / (volume + put_in)


def alpha_ratio(kelvin, decay, curie, usual):
    """Return what alpha_K keeps of its value at 20 C."""
    k = book("temperature")
    d = 1e-3 * (kelvin - 293.15) * usual / curie
    settles = k.settles_hot if kelvin > 293.15 else k.settles_cold
    return exp(-decay * settles * tanh(d / settles))


def linear_fraction(kelvin, fall, curie):
    """Return what a straight line leaves of H_cJ at 20 C."""
    k = book("temperature")
    line = 1.0 - 1e-3 * fall * (kelvin - 293.15)
    if kelvin <= 293.15:
        return min(max(line, 1.0), k.most_cold)
    if kelvin >= curie:
        return 0.0
    order = ((curie - kelvin) / (curie - 293.15)) ** k.order_power
    return max(min(line, order), k.least_left * order)


def producer_alpha(alpha_k, n_eff, level, j, field):
    """Return alpha_K of a producer whose H_cJ at 20 C is `level` times the model's."""
    floor = book("temperature").least_left
    poles = n_eff * j / 1.25663706127e-6
    h_cj = max(alpha_k * field - poles, floor * alpha_k * field)
    return alpha_k + (level - 1.0) * h_cj / field


def unsure(on_h, h_cj, whole):
    """Return the half width of ln H_cJ, of which `whole` was there without poles at 20 C."""
    k = book("temperature")
    if whole <= 0.0 or not 0.0 < h_cj < k.unsure_below * whole:
        return on_h
    share = h_cj / (k.unsure_below * whole)
    return max(on_h, min(on_h - k.unsure_slope * log(share), k.widest_ln))


def knee_field(h_cj, j, room_h, room_j, shape, on_h):
    """Return H_k of the weak, the nominal and the strong magnet."""
    square, on_square, law = shape
    widest = book("temperature").widest_ln
    scale = 1.0
    if law == "local fields" and h_cj > 0.0 and room_h > 0.0:
        scale = room_h / h_cj * j / room_j
    q = 1.0 - (1.0 - square) * scale
    if q <= 0.0:
        return 0.0, 0.0, 0.0
    deviation = exp(-sqrt(on_h**2 + min(on_square * scale / q, widest) ** 2))
    alone = exp(-on_h)
    return (
        h_cj * min(q * deviation, alone),
        h_cj * q,
        h_cj * min(q / deviation, 1.0 / alone),
    )
