"""Laws of magnets: limits, signs, scales, published numbers, and a twin in plain Python for each.

No stored answer counts here. `python -m benchmarks.mutants.laws` deletes, halves, doubles and turns
each term of each law and runs this file alone.
"""

import numpy as np
import pytest
from magnetkit.errors import DataError
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit._core._books import read_constant
from magnetkit._core.elements import ATOMIC_MASS, INDEX
from magnetkit.alloy.shell_rows import read_shells
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism import _balance, _boundary, _cells, shells, sintered
from magnetkit.magnetism.laws import STATUS, constants, law, shift_constant
from tests.recipes import make_table

from . import naive_laws as naive

RECIPES = [
    "Nd30.5B1.0Co1Cu0.15Al0.15Fe bal.",
    "Nd30.5B0.92Co1Cu0.15Al0.15Ga0.5Fe bal.",
    "Nd31B0.86Co1Cu0.15Al0.15Ga0.2Fe bal.",
    "Nd31B0.88Co8Ga0.5Fe bal.",
    "Nd30Dy1B0.93Fe bal.",
    "Nd30B0.95Ti0.25Zr0.2Al0.3Fe bal.",
    "Nd25Ce6B0.9Nb0.4V0.2Fe bal.",
    "Ce20La5Nd8B1.2Co5Ni0.3Mn0.2Fe bal.",
    "Pr29B0.9C0.15Cu0.3Fe bal.",
    "Nd28B1.3C0.3Hf0.1Ta0.1Fe bal.",
    "Nd27B0.97Al0.8Cu0.7Fe bal.",
    "Nd26.5B0.8Fe bal.",
    "Ce31B0.98Fe bal.",
]
NAMES = (
    "free",
    "decoupling_earth",
    "r2fe17",
    "r6fe13ga",
    "r6fe13x",
    "boride",
    "soft_doubt",
)
NAMES += ("boron", "cerium")


def composition_table(recipes):
    return CompositionTable.from_strings(recipes, basis="weight")


def moles(recipe):
    """Return the moles of 100 g of a recipe, read by hand."""
    table = composition_table([recipe])
    row = table.weight_fractions()[0]
    return {
        s: 100.0 * row[i] / ATOMIC_MASS[i]
        for s, i in INDEX.items()
        if row[i] > 0.0
    }


def boundary_composition(recipes, bound=0.0, grain_um=5.0):
    grain = np.full(len(recipes), grain_um)
    return _boundary.boundary_composition(
        composition_table(recipes), np.asarray(bound), grain
    )


@pytest.mark.parametrize("bound", [0.0, 0.03, 0.12])
def test_the_boundary_is_counted_as_by_hand(bound):
    boundary = boundary_composition(RECIPES, bound)
    for i, recipe in enumerate(RECIPES):
        twin = naive.boundary(moles(recipe), bound)
        for name in NAMES:
            assert boundary[name][i] == pytest.approx(
                twin[name], rel=1e-9, abs=1e-12
            ), name
        weights = {
            s: m * ATOMIC_MASS[INDEX[s]] for s, m in moles(recipe).items()
        }
        additions = [weights.get(s, 0.0) for s in ("Al", "Cu", "Ga")]
        assert boundary["wetting"][i] == pytest.approx(
            naive.wetting(*additions), rel=1e-9
        )
        atoms = moles(recipe)
        iron = sum(atoms.get(s, 0.0) for s in ("Fe", "Co", "Ni", "Mn"))
        gain = naive.decoupling(twin["r6fe13ga"], atoms.get("Co", 0.0) / iron)
        assert boundary["decoupling"][i] == pytest.approx(
            gain, rel=1e-9, abs=1e-12
        )
        factor = naive.decoupling_factor(
            twin["free"],
            twin["decoupling_earth"],
            twin["r2fe17"],
            twin["cerium"],
        )
        assert _boundary.decoupling_factor(boundary)[i] == pytest.approx(
            factor, rel=1e-9
        )
    assert (
        _boundary.boundary_composition(
            composition_table(RECIPES), bound, None
        )["free"]
        == boundary["free"]
    ).all()
    assert (boundary["sintered"] == 1.0).all()
    assert (
        boundary_composition(RECIPES, bound, 0.05)["sintered"] == 0.0
    ).all()


def test_boundary_doubt_combines_its_parts():
    boundary = boundary_composition(RECIPES)
    boundary["formula"] = np.linspace(0.0, 1.0, len(RECIPES))
    doubt = _boundary.boundary_deviation(boundary)
    deviation = next(
        c.deviation for c in law("boundary") if c.name == "soft_scale"
    )
    for i in range(len(RECIPES)):
        parts = [
            boundary[n][i]
            for n in ("r2fe17", "soft_doubt", "cerium", "formula")
        ]
        assert doubt[i] == pytest.approx(
            naive.doubt(*parts, deviation), rel=1e-9, abs=1e-12
        )


def test_titanium_takes_two_borons():
    # US10923256B2, claim 1: [T] - 72.3 ([B] - 0.45 [Ti]) is the iron that boron leaves.
    plain, with_titanium = boundary_composition(
        ["Nd31B0.80Fe bal.", "Nd31B0.80Ti0.3Fe bal."]
    )["r2fe17"]
    left_by_carbon = (
        law("boundary").carbon_on_titanium
        * law("boundary").usual_carbon
        / 12.011
    )
    titanium = 0.3 - 47.867 * left_by_carbon
    iron = 72.3 * 0.45 * titanium - 0.3
    volume = iron / 55.85 * law("boundary").soft_volume
    whole = 100.0 / 7.6 / 0.602214
    assert with_titanium - plain == pytest.approx(volume / whole, rel=0.15)
    # Little titanium is carbide and costs nothing.
    little = boundary_composition(
        ["Nd31B0.95Fe bal.", "Nd31B0.95Ti0.1Fe bal."]
    )["r2fe17"]
    assert little[0] == little[1] == 0.0


def coercivity(recipes, basis="weight"):
    return sintered(recipes, 293.15, basis=basis)["coercivity_kA_m"].to_numpy()


@pytest.mark.parametrize("boron", [0.93, 0.96, 1.0])
def test_titanium_is_free_in_the_window_of_makers(boron):
    # B 0.93 to 1.00, Ga 0.3 to 0.8, Al 0.05 to 0.5, Co 0 to 3, Ti 0.15 to 0.28 wt.%: patent
    # abstract, xitu17.com show-27326.
    base = "Nd24.2Pr6.3Co1Al0.2Ga0.5Cu0.1{}B" + f"{boron}Fe bal."
    plain, *with_titanium = coercivity(
        [base.format(t) for t in ("", "Ti0.15", "Ti0.28")]
    )
    assert (np.array(with_titanium) > 0.95 * plain).all()


@pytest.mark.parametrize("titanium", [0.1, 0.2, 0.3])
def test_claimed_boron_suffices_with_titanium(titanium):
    # US 2022/0406495, claim 1, at.%: 0.86 ([B] + [C] - 2 [X]) - 4.75 is [O], give or take 0.15.
    carbon = 0.33
    oxygen = 0.3
    middle = (4.75 + oxygen) / 0.86 + 2.0 * titanium - carbon

    def recipe(boron):
        rest = 13.5 + 1.0 + 0.2 + 0.5 + titanium + boron + carbon + oxygen
        return (
            f"Nd10.8Pr2.7Co1Cu0.2Al0.5Ti{titanium}B{boron:.3f}C{carbon}O{oxygen}"
            f"Fe{100.0 - rest:.3f}"
        )

    enough, right, short = coercivity(
        [recipe(middle + x) for x in (0.2, 0.0, -0.6)], "atomic"
    )
    assert right == pytest.approx(enough, rel=0.2)
    assert short < 0.8 * right
    # A magnet of 0.95 wt.% of boron and 0.25 of titanium, 5.77 and 0.34 at.%, is 0.4 at.% short.
    assert (4.75 + oxygen) / 0.86 + 2.0 * 0.34 - carbon - 5.77 > 0.3


def test_carbon_replaces_boron_then_takes_rare_earth():
    short = boundary_composition(
        ["Nd31B0.85Fe bal.", "Nd31B0.85C0.05Fe bal."]
    )["r2fe17"]
    assert short[1] < short[0]
    # 12.011 of carbon for 10.81 of boron.
    as_boron = boundary_composition(["Nd31B0.895Fe bal."])["r2fe17"]
    assert short[1] == pytest.approx(as_boron[0], abs=1e-3)
    enough = boundary_composition(["Nd31B1Fe bal.", "Nd31B1C0.1Fe bal."])[
        "free"
    ]
    # R2C3: 0.1 wt.% of carbon binds 2/3 x 144.24 / 12.011 of it, 0.80 wt.%.
    # The iron that it stands for would have bound 0.04 more.
    assert enough[0] - enough[1] == pytest.approx(0.80 - 0.04, rel=0.02)


def test_gallium_binds_thirteen_iron_atoms():
    plain, gallium, copper = boundary_composition(
        ["Nd33B0.80Fe bal.", "Nd33B0.80Ga0.1Fe bal.", "Nd33B0.80Cu0.1Fe bal."]
    )["r2fe17"]
    per_atom = law("boundary").soft_volume * 0.602214 * 7.6 / 100.0
    # Beside the 13 atoms what iron it replaces and what free rare earth no longer dissolves count.
    assert (plain - gallium) / per_atom == pytest.approx(
        13.0 * 0.1 / 69.72, rel=0.25
    )
    assert (plain - copper) / per_atom == pytest.approx(
        6.5 * 0.1 / 63.55, rel=0.35
    )
    assert boundary_composition(["Nd33B1Ga0.5Fe bal."])["r6fe13ga"][0] == 0.0


def test_additions_have_limits_signs_and_sizes():
    none = np.zeros(1)
    one = np.ones(1)
    field = law("boundary").nucleation_field
    assert _boundary.wetting_gain(none, none, none)[0] == 0.0
    # 0.1 wt.% of Al: 25 to 40 kA/m; no addition alone gives more than it can, nor all together.
    assert (
        25.0 < field * _boundary.wetting_gain(0.1 * one, none, none)[0] < 45.0
    )
    assert field * _boundary.wetting_gain(none, none, 9.0 * one)[0] < 220.0
    assert (
        field * _boundary.wetting_gain(9.0 * one, 0.4 * one, 9.0 * one)[0]
        < 400.0
    )
    # Copper beyond 0.5 wt.% takes its gain back: a third is left at twice as much.
    at_half = _boundary.wetting_gain(none, 0.5 * one, none)[0]
    at_one = _boundary.wetting_gain(none, 1.0 * one, none)[0]
    assert at_one == pytest.approx(at_half * np.exp(-1.0), rel=0.01)
    assert _boundary.decoupling_gain(none, none)[0] == 0.0
    assert field * _boundary.decoupling_gain(one, none)[0] == pytest.approx(
        520.0
    )
    # Claims ask for nine tenths of iron at least: a third is left there, nothing at twice as much.
    tenth = _boundary.decoupling_gain(one, np.full(1, 0.1))[0]
    fifth = _boundary.decoupling_gain(one, np.full(1, 0.2))[0]
    assert tenth == pytest.approx(520.0 / field / np.e)
    assert fifth < 0.02 * 520.0 / field


def test_free_rare_earth_decouples_and_soft_iron_couples():
    def factor(free=5.0, soft=0.0, cerium=0.0, earth=0.0):
        names = ("free", "r2fe17", "cerium", "decoupling_earth")
        values = (free, soft, cerium, earth)
        return _boundary.decoupling_factor(
            {n: np.full(1, v) for n, v in zip(names, values, strict=True)}
        )[0]

    assert factor(free=1e3) == pytest.approx(1.0)
    assert factor(free=-3.0) < 1e-6
    assert factor(soft=0.04) == pytest.approx(factor() / np.e)
    assert factor(cerium=1.0) == pytest.approx(factor() * np.exp(-1.25))
    assert factor(free=3.0, earth=2.0) == pytest.approx(factor(free=4.0))
    # From 5.6 to 2.9 wt.%, as oxygen of 0.05 to 0.5 leaves: makers lose 15 % and more.
    assert 0.75 < factor(free=2.9) / factor(free=5.6) < 0.88


def test_nearer_row_is_likelier_a_formula():
    off = np.linspace(0.0, 0.3, 31)
    host = np.zeros(len(off), np.int8)
    rows = CompositionTable.from_strings([f"Nd{2 + x:.3f}Fe14B" for x in off])
    likelihood = _boundary.formula_likelihood(rows, host, np.ones(len(off)))
    assert likelihood[0] == 1.0
    assert (np.diff(likelihood) <= 0.0).all()
    # The edge: 4e-3 in atomic fraction, 0.0774 in x.
    assert likelihood[off < 0.075].min() > 0.0
    assert (likelihood[off > 0.08] == 0.0).all()
    middle = CompositionTable.from_strings([f"Nd{2 + 0.0404:.4f}Fe14B"])
    assert _boundary.formula_likelihood(middle, host[:1], np.ones(1))[
        0
    ] == pytest.approx(0.5, abs=0.02)
    # With additives the edge is a quarter as far; by weight there is no formula.
    pair = ["Nd2.02Fe14B", "Nd2.02Fe13.95Al0.05B"]
    plain, additive = _boundary.formula_likelihood(
        CompositionTable.from_strings(pair), host[:2], np.ones(2)
    )
    assert additive < plain
    # With 1 % beside the hard phase half is left of it: 0.985 to 0.995.
    beside = CompositionTable.from_strings(["Nd2Fe13.95Al0.05B"])
    half = _boundary.formula_likelihood(beside, host[:1], np.full(1, 0.99))[0]
    assert half == pytest.approx(0.5, abs=0.02)
    charge = make_table("Nd26.68B1.0Fe bal.", basis="weight")
    assert _boundary.formula_likelihood(charge, host[:1], np.ones(1))[0] == 0.0
    # Other hosts by how much of them is the hard phase: from 0.94 to 0.995.
    other = CompositionTable.from_strings(["SmCo5"] * 3)
    hard = np.array([0.94, 0.9675, 0.995])
    likelihood = _boundary.formula_likelihood(other, np.ones(3, np.int8), hard)
    assert_allclose(likelihood, [0.0, 0.5, 1.0], atol=1e-9)


FORMULAS = (
    {"Nd": 2.0, "Fe": 14.0, "B": 1.0},
    {"Nd": 2.03, "Fe": 14.0, "B": 1.0},
    {"Nd": 1.98, "Fe": 14.0, "B": 0.99},
    {"Nd": 2.0, "Fe": 14.0, "B": 0.98, "C": 0.06},
    {"Nd": 2.01, "Fe": 13.995, "B": 1.0, "Ga": 0.005},
    {"Nd": 2.005, "Fe": 13.99, "B": 1.0, "Al": 0.01},
    {"Nd": 2.004, "Co": 0.5, "Fe": 13.48, "B": 1.0, "Cu": 0.02},
)


def formula_text(atoms):
    return "".join(f"{symbol}{amount:g}" for symbol, amount in atoms.items())


@pytest.mark.parametrize("hard", [1.0, 0.993, 0.989, 0.97])
def test_a_formula_is_as_likely_as_its_twin(hard):
    table = make_table(*map(formula_text, FORMULAS))
    n = len(FORMULAS)
    likelihood = _boundary.formula_likelihood(
        table, np.zeros(n, np.int8), np.full(n, hard)
    )
    twin = [naive.formula_likelihood(atoms, hard) for atoms in FORMULAS]
    assert_allclose(likelihood, twin, rtol=1e-9, atol=1e-12)
    # What is not clipped tells: all but the whole formula.
    assert sum(0.0 < value < 1.0 for value in twin) > 1


GRID = np.array(
    [
        (fe, cu, zr, z)
        for fe in (0.0, 0.1, 0.2, 0.29, 0.34)
        for cu in (0.03, 0.05, 0.08, 0.17)
        for zr in (0.0, 0.02, 0.03, 0.06)
        for z in (6.0, 7.5, 8.8)
    ]
)


def test_cells_have_the_coercivity_of_their_twin():
    coercivity = _cells.room_coercivity(
        *GRID.T, pinning=np.full(len(GRID), 2900.0), copper_scale=0.035
    )
    twin = [naive.cells(*row, 2900.0, 0.035) for row in GRID]
    assert_allclose(coercivity, twin, rtol=1e-9, atol=1e-9)


def test_hot_cells_equal_their_twin_and_are_less_certain():
    iron = np.array([0.05, 0.12, 0.16, 0.18, 0.21, 0.21])
    n = len(iron)
    ageing = np.array([np.nan, 500.0, 300.0, 400.0, np.nan, 300.0])
    shares = {
        "iron": iron,
        "copper": np.full(n, 0.08),
        "zirconium": np.full(n, 0.025),
    }
    structure = {**shares, "ratio": np.full(n, 7.4), "earth": np.full(n, 0.9)}
    rows = {
        "decay": np.zeros(n),
        "pinning_kA_m": np.full(n, 2900.0),
        "copper_scale": np.full(n, 0.035),
        "hot_kA_m": np.full(n, 650.0),
        "iron_limit": np.full(n, 0.2),
        "ordinary_fall": np.full(n, 2.2),
        "aged_for_C": ageing,
        "harder": np.ones(n),
    }
    pinning, fall = _cells.cellular_coercivity(rows, structure)
    for i in range(n):
        h = naive.cells(iron[i], 0.08, 0.025, 7.4, 2900.0 * 0.9, 0.035)
        assert pinning[i] == pytest.approx(1e3 * h)
        at = None if np.isnan(ageing[i]) else ageing[i]
        assert fall[i] == pytest.approx(
            naive.fall_of_cells(h, iron[i], 650.0 * 0.9, 0.2, at, 2.2)
        )
    # A producer of stronger magnets has the same value at 500 C: they fall faster.
    harder = {**rows, "harder": np.full(n, 1.2)}
    harder_pinning, faster = _cells.cellular_coercivity(harder, structure)
    assert_array_equal(harder_pinning, pinning)
    for i in range(n):
        h = 1.2e-3 * pinning[i]
        at = None if np.isnan(ageing[i]) else ageing[i]
        twin = naive.fall_of_cells(h, iron[i], 650.0 * 0.9, 0.2, at, 2.2)
        assert faster[i] == pytest.approx(twin)
    assert (faster[:2] > fall[:2]).all()

    class Rules:
        pinned = np.array([2e6, 2e6, 0.0, 1e5])
        decay = np.array([1.4, 1.4, 1.0, 2.0])
        level = np.array([1.0, 1.25, 1.0, 1.0])

    iron = np.array([0.1, 0.2, 0.1, 0.2])
    at_500 = _cells.hot_deviation(Rules, iron, np.full((1, 4), 773.15))[0]
    # 100 kA/m, 250 from an iron of 0.20, over 2000 (1 - 1.4 x 0.48) = 656 kA/m, of a level of 1.25
    # over 820; at most 1.5.
    assert_allclose(at_500, [100 / 656, 250 / 820, 0.0, 1.5], rtol=1e-3)
    cold = _cells.hot_deviation(Rules, np.full(4, 0.1), np.full((1, 4), 200.0))
    assert (cold == 0.0).all()
    assert (
        _cells.hot_deviation(Rules, np.full(4, 0.18), np.full((1, 4), 533.15))[
            0, 0
        ]
    ) == (pytest.approx(175.0 * 0.5 / (2000.0 * (1.0 - 1.4 * 0.24)), rel=1e-3))
    square = _cells.squareness(np.full(3, 0.7), np.array([7.0, 7.5, 20.0]))
    assert_allclose(square, [0.75, 0.70, 0.56], rtol=1e-9)


def test_interstitials_and_titanium_change_the_charge():
    charge = composition_table(
        ["Sm25.5Fe15Cu6Zr2.7Co bal.", "Sm25.5Fe15Cu6Zr2.0Ti0.5Co bal."]
    )
    plain = _cells.shares(charge)
    moles_of = [
        moles("Sm25.5Fe15Cu6Zr2.7Co bal."),
        moles("Sm25.5Fe15Cu6Zr2.0Ti0.5Co bal."),
    ]
    metal = [sum(m.values()) - m["Sm"] for m in moles_of]
    assert plain.iron[0] == pytest.approx(moles_of[0]["Fe"] / metal[0])
    assert plain.copper[0] == pytest.approx(moles_of[0]["Cu"] / metal[0])
    assert plain.ratio[0] == pytest.approx(metal[0] / moles_of[0]["Sm"])
    total = moles_of[1]["Zr"] + moles_of[1]["Ti"]
    assert plain.zirconium[1] == pytest.approx(total / metal[1])
    # Of titanium no more counts than there is zirconium.
    (much,) = _cells.shares(
        composition_table(["Sm25.5Fe15Cu6Zr1.0Ti1.5Co bal."])
    ).zirconium
    grams = moles("Sm25.5Fe15Cu6Zr1.0Ti1.5Co bal.")
    assert much == pytest.approx(
        2.0 * grams["Zr"] / (sum(grams.values()) - grams["Sm"])
    )
    with_gas = _cells.shares(
        charge, carbon=np.full(2, 0.15), oxygen=np.full(2, 0.5)
    )
    # Beyond 0.05 wt.% of carbon an atom of zirconium each, beyond 0.3 of oxygen 2/3 of samarium.
    share = 0.10 / 12.011 / metal[0]
    assert plain.zirconium[0] - with_gas.zirconium[0] == pytest.approx(
        share, rel=1e-4
    )
    samarium = moles_of[0]["Sm"] - 2.0 / 3.0 * 0.2 / 15.999
    assert with_gas.ratio[0] == pytest.approx(metal[0] / samarium, rel=1e-4)
    assert (
        _cells.shares(charge, carbon=np.full(2, 0.04)).zirconium
        == plain.zirconium
    ).all()


def test_coupled_grains_keep_what_their_twin_keeps():
    rng = np.random.default_rng(3)
    n = 60
    rows = {
        "cobalt": rng.uniform(0.0, 0.3, n),
        "cobalt_loss": rng.uniform(0.0, 3.0, n),
        "cerium": rng.uniform(0.0, 0.5, n),
        "mischmetal_loss": rng.uniform(0.0, 9.0, n),
        "lanthanum": rng.uniform(0.0, 0.5, n),
        "lanthanum_loss": rng.uniform(0.0, 3.0, n),
        "grain_size_um": rng.choice([0.03, 0.3, 5.0], n),
        "grain_reference_um": np.full(n, 5.0),
        "carbide": rng.choice([0.0, 0.5, 0.8, 1.0], n),
        "refractory": rng.uniform(0.0, 0.03, n),
        "alpha_k": rng.uniform(0.1, 0.6, n),
        "n_eff": rng.uniform(0.0, 1.2, n),
        "grain_slope": np.full(n, 0.2),
        "wetted": rng.uniform(0.0, 1.0, n),
        "decay": np.ones(n),
    }
    structure = {
        "decoupling_factor": rng.uniform(0.2, 1.0, n),
        "soft": rng.uniform(0.0, 0.05, n),
        "additive": rng.uniform(0.0, 0.005, n),
        "wetting": rng.uniform(0.0, 0.1, n),
        "decoupling": rng.uniform(0.0, 0.1, n),
        "iron": np.full(n, np.nan),
    }
    alpha_k, n_eff, pinning, decoupling, _ = _balance.microstructure(
        rows, structure
    )
    for i in range(n):
        row = {name: values[i] for name, values in (rows | structure).items()}
        twin = naive.grain_decoupling(
            row["decoupling_factor"], row["soft"], row
        )
        gain = (
            rows["wetted"][i] * structure["wetting"][i]
            + structure["decoupling"][i]
        )
        assert decoupling[i] == pytest.approx(twin)
        assert alpha_k[i] == pytest.approx(rows["alpha_k"][i] + gain)
        poles = rows["n_eff"][i] + 0.2 * np.log(rows["grain_size_um"][i] / 5.0)
        assert n_eff[i] == pytest.approx(max(poles, 0.0))
    assert (pinning == 0.0).all()


def test_exchange_lifts_remanence_of_fine_grains():
    alignment = np.array([0.5, 0.53, 0.53, 0.95, 1.0])
    soft = np.array([0.0, 0.1, 0.3, 0.3, 0.3])
    for fine in (True, False):
        remanence = _balance.reduced_remanence(
            alignment, soft, np.full(5, fine)
        )
        twin = [
            naive.reduced_remanence(a, v, fine)
            for a, v in zip(alignment, soft, strict=True)
        ]
        assert_allclose(remanence, twin, rtol=1e-12)
    # Ribbons with a quarter of iron: 0.58 to 0.71 of the mean polarization where measured.
    assert (
        0.56
        < _balance.reduced_remanence(
            np.full(1, 0.53), np.full(1, 0.27), np.ones(1, bool)
        )[0]
        < 0.71
    )


def test_binders_take_their_mass_of_rare_earth():
    table = composition_table(["Nd31B1Fe bal."])
    rows = {
        n: np.full(1, 0.3)
        for n in ("oxygen_wt_pct", "nitrogen_wt_pct", "carbon_wt_pct")
    }
    none = {n: np.zeros(1) for n in rows}
    # Oxygen binds 6.01 times its mass of Nd, nitrogen 10.30 (RN), carbon 8.01 (R2C3).
    for name, mass in (
        ("oxygen_wt_pct", 6.01),
        ("nitrogen_wt_pct", 10.30),
        ("carbon_wt_pct", 8.01),
    ):
        share = _balance.bound_share(table, {**none, name: rows[name]})[0]
        assert 31.0 * share == pytest.approx(0.3 * mass, rel=2e-3)
    assert (
        _balance.bound_share(
            table, {**none, "oxygen_wt_pct": np.full(1, 90.0)}
        )[0]
        == 0.99
    )


def test_shells_by_thickness_distance_and_volume():
    fraction = np.array([0.001, 0.05, 0.2])
    grain = np.array([5.0, 3.0, 1.0])
    # Volume of a ball less that of its core.
    for f, d, t in zip(
        fraction, grain, shells.thickness_nm(fraction, grain), strict=True
    ):
        assert 1.0 - (1.0 - 2e-3 * t / d) ** 3 == pytest.approx(f)
    # Half the width of a wall gives 63 % of the gain.
    thin = np.full(1, 1.0 - (1.0 - 2.0 * 4.5e-3 / 5.0) ** 3)
    assert shells.covering(thin, np.full(1, 5.0))[0] == pytest.approx(
        1.0 - np.exp(-1.0)
    )
    distance = np.array([0.5, 1.0, 2.0, 4.0, 5.0, 8.0, 10.0, 15.0, np.inf])
    twin = [naive.arriving_share(d) for d in distance]
    assert_allclose(shells.arriving_share(distance), twin, rtol=1e-6)
    charge = "Nd30.5B1Fe bal."
    sources = {
        "Al 0.2 wt%": {"Al": 2e-3},
        "Dy 0.5 wt% + Pr 0.7 wt%": {"Pr": 7e-3},
    }
    for text, carriers in sources.items():
        volume = shells.carrier_volume(
            composition_table([charge]), read_shells(text, 1)
        )[0]
        assert volume == pytest.approx(
            naive.carrier_volume(moles(charge), carriers), rel=1e-9
        )


def test_carbides_and_refractory_metals_act_like_print():
    shares = np.array([0.0, 0.5, 0.75, 0.875, 1.0])
    loss = _balance.solid_state_loss(shares)
    # Nd13Dy2Fe77C6B2, a quarter boron, has what a boride has (1,989 and 2,149 kA/m).
    assert_allclose(loss[:3], 0.0, atol=1e-12)
    assert loss[3] == pytest.approx(loss[4] / 2.0)
    # Melt-spun carbides of two papers have 800 and 847 kA/m, borides about 1,300.
    assert np.exp(-loss[4]) == pytest.approx(824.0 / 1300.0, abs=0.06)
    none, little, much = _balance.ribbon_refinement(
        np.array([0.0, 0.005, 1.0])
    )
    assert none == 0.0
    assert little == pytest.approx(much * (1.0 - np.exp(-1.0)), rel=1e-3)
    # Nb and Zr 1 at.% gain 30 %, Hf 0.75 at.% 8 % (magnets.csv P109, F5).
    assert 0.08 < _balance.ribbon_refinement(np.array([0.01]))[0] < 0.26


def test_reads_a_complete_law_book_and_refuses_others():
    frame = constants()
    assert set(frame["status"]) == set(STATUS)
    assert (frame["deviation"] > 0.0).all()
    assert (frame["source"].str.len() > 5).all()
    assert frame.loc[frame["status"] == "fitted", "rows"].str.len().min() > 3
    good = {
        "value": 1.0,
        "deviation": 0.1,
        "unit": "T",
        "status": "cited",
        "source": "x",
        "meaning": "y",
    }
    assert read_constant("laws", "a", "b", good).value == 1.0
    for bad, why in (
        ({"status": "guess"}, "status must be"),
        ({"deviation": 0.0}, "deviation"),
        ({"status": "fitted"}, "names its rows"),
        ({"colour": "red"}, "not known"),
    ):
        with pytest.raises(DataError, match=why):
            read_constant("laws", "a", "b", {**good, **bad})
    with pytest.raises(DataError, match="unit is missing"):
        read_constant(
            "laws", "a", "b", {k: v for k, v in good.items() if k != "unit"}
        )
    with pytest.raises(AttributeError, match="no constant"):
        law("boundary").nothing  # noqa: B018
    with pytest.raises(DataError, match="law must be one of"):
        law("nothing")
    constant = next(c for c in law("boundary") if c.name == "most_copper")
    with shift_constant(constant, 0.9):
        assert law("boundary").most_copper == 0.9
    assert law("boundary").most_copper == constant.value


def test_temperature_laws_have_kernel_codes():
    from magnetkit.magnetism import _magnet_kernels as kernels
    from magnetkit.magnetism.process import KNEE_LAWS, TEMPERATURE_LAWS

    codes = {
        "power": kernels.POWER,
        "nucleation": kernels.NUCLEATION,
        "linear": kernels.LINEAR,
    }
    assert {
        name: TEMPERATURE_LAWS.index(name) for name in TEMPERATURE_LAWS
    } == codes
    knees = {"share": kernels.SHARE, "local fields": kernels.LOCAL_FIELDS}
    assert {name: KNEE_LAWS.index(name) for name in KNEE_LAWS} == knees
    # Kernels hold no constant of the book: they are handed it.
    numbers = {
        name: value
        for name, value in vars(kernels).items()
        if isinstance(value, float)
    }
    assert set(numbers) <= {"ROOM", "ROOM_K", "MU_0"}
