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
from magnetkit.magnetism import _magnet_kernels as kernels
from magnetkit.magnetism.laws import STATUS, constants, law, shift_constant
from magnetkit.magnetism.process import KNEE_LAWS, TEMPERATURE_LAWS
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


SHARED = (
    "free",
    "decoupling_earth",
    "r2fe17",
    "r6fe13ga",
    "r6fe13x",
    "boride",
    "soft_doubt",
    "boron",
    "cerium",
)


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


@pytest.mark.parametrize("bound", [0.0, 0.12])
def test_the_boundary_is_counted_as_by_hand(bound):
    boundary = boundary_composition(RECIPES, bound)
    factors = _boundary.decoupling_factor(boundary)
    for i, recipe in enumerate(RECIPES):
        atoms = moles(recipe)
        twin = naive.boundary(atoms, bound)
        for name in SHARED:
            assert_allclose(
                boundary[name][i], twin[name], rtol=1e-9, atol=1e-12
            )
        additions = [
            atoms.get(s, 0.0) * ATOMIC_MASS[INDEX[s]]
            for s in ("Al", "Cu", "Ga")
        ]
        assert_allclose(boundary["wetting"][i], naive.wetting(*additions))
        iron = sum(atoms.get(s, 0.0) for s in ("Fe", "Co", "Ni", "Mn"))
        gain = naive.decoupling(twin["r6fe13ga"], atoms.get("Co", 0.0) / iron)
        assert_allclose(boundary["decoupling"][i], gain, atol=1e-12)
        factor = naive.decoupling_factor(
            twin["free"],
            twin["decoupling_earth"],
            twin["r2fe17"],
            twin["cerium"],
        )
        assert_allclose(factors[i], factor, atol=1e-12)
    table = composition_table(RECIPES)
    unsized = _boundary.boundary_composition(table, bound, None)
    assert_array_equal(unsized["free"], boundary["free"])
    assert (boundary["sintered"] == 1.0).all()
    ribbons = boundary_composition(RECIPES, bound, 0.05)
    assert (ribbons["sintered"] == 0.0).all()


def test_boundary_doubt_combines_its_parts():
    boundary = boundary_composition(RECIPES)
    boundary["formula"] = np.linspace(0.0, 1.0, len(RECIPES))
    (deviation,) = (
        c.deviation for c in law("boundary") if c.name == "soft_scale"
    )
    parts = ("r2fe17", "soft_doubt", "cerium", "formula")
    twin = [
        naive.doubt(*values, deviation)
        for values in zip(*(boundary[name] for name in parts), strict=True)
    ]
    doubt = _boundary.boundary_deviation(boundary)
    assert_allclose(doubt, twin, rtol=1e-9, atol=1e-12)


def test_titanium_takes_two_borons():
    # US10923256B2, claim 1: [T] - 72.3 ([B] - 0.45 [Ti]) is the iron that boron leaves.
    book = law("boundary")
    plain, with_titanium = boundary_composition(
        ["Nd31B0.80Fe bal.", "Nd31B0.80Ti0.3Fe bal."]
    )["r2fe17"]
    left_by_carbon = book.carbon_on_titanium * book.usual_carbon / 12.011
    iron = 72.3 * 0.45 * (0.3 - 47.867 * left_by_carbon) - 0.3
    volume = iron / 55.85 * book.soft_volume
    whole = 100.0 / 7.6 / 0.602214
    assert with_titanium - plain == pytest.approx(volume / whole, rel=0.15)


def coercivity(recipes, basis="weight"):
    return sintered(recipes, 293.15, basis=basis)["coercivity_kA_m"].to_numpy()


@pytest.mark.parametrize("boron", [0.93, 1.0])
def test_titanium_is_free_in_the_window_of_makers(boron):
    # B 0.93 to 1.00, Ga 0.3 to 0.8, Al 0.05 to 0.5, Co 0 to 3, Ti 0.15 to 0.28 wt.%: patent
    # abstract, xitu17.com show-27326.
    base = "Nd24.2Pr6.3Co1Al0.2Ga0.5Cu0.1{}B" + f"{boron}Fe bal."
    plain, *with_titanium = coercivity(
        [base.format(t) for t in ("", "Ti0.15", "Ti0.28")]
    )
    assert (np.array(with_titanium) > 0.95 * plain).all()


@pytest.mark.parametrize("titanium", [0.1, 0.3])
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


def test_sizes_of_additions_equal_print():
    none = np.zeros(1)
    field = law("boundary").nucleation_field
    aluminium = _boundary.wetting_gain(np.full(1, 0.1), none, none)[0]
    # 0.1 wt.% of Al: 25 to 40 kA/m; R6Fe13Ga at its most 520.
    assert 25.0 < field * aluminium < 45.0
    decoupling = _boundary.decoupling_gain(np.ones(1), none)[0]
    assert field * decoupling == pytest.approx(520.0)
    # Claims ask for nine tenths of iron at least: a third is left there.
    tenth = _boundary.decoupling_gain(np.ones(1), np.full(1, 0.1))[0]
    assert tenth == pytest.approx(decoupling / np.e)


FORMULAS = (
    {"Nd": 2.0, "Fe": 14.0, "B": 1.0},
    {"Nd": 2.03, "Fe": 14.0, "B": 1.0},
    {"Nd": 1.98, "Fe": 14.0, "B": 0.99},
    {"Nd": 2.0, "Fe": 14.0, "B": 0.98, "C": 0.06},
    {"Nd": 2.01, "Fe": 13.995, "B": 1.0, "Ga": 0.005},
    {"Nd": 2.004, "Co": 0.5, "Fe": 13.48, "B": 1.0, "Cu": 0.02},
    {"Nd": 2.3, "Fe": 14.0, "B": 1.0},
)


@pytest.mark.parametrize("hard", [1.0, 0.993, 0.97])
def test_a_formula_is_as_likely_as_its_twin(hard):
    texts = []
    for atoms in FORMULAS:
        texts.append("".join(f"{s}{amount:g}" for s, amount in atoms.items()))
    n = len(FORMULAS)
    likelihood = _boundary.formula_likelihood(
        make_table(*texts), np.zeros(n, np.int8), np.full(n, hard)
    )
    twin = [naive.formula_likelihood(atoms, hard) for atoms in FORMULAS]
    assert_allclose(likelihood, twin, rtol=1e-9, atol=1e-12)
    # What is not clipped tells: all but the whole formula.
    assert sum(0.0 < value < 1.0 for value in twin) > 1


def test_charges_and_other_hosts_are_formulas_by_basis_and_purity():
    charge = make_table("Nd26.68B1.0Fe bal.", basis="weight")
    host = np.zeros(1, np.int8)
    assert _boundary.formula_likelihood(charge, host, np.ones(1))[0] == 0.0
    # By how much of them is the hard phase: from 0.94 to 0.995.
    hard = np.array([0.94, 0.9675, 0.995, np.nan])
    likelihood = _boundary.formula_likelihood(
        make_table(*["SmCo5"] * 4), np.ones(4, np.int8), hard
    )
    assert_allclose(likelihood, [0.0, 0.5, 1.0, 0.0], atol=1e-9)


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


def test_cells_have_the_coercivity_of_print():
    # A copper series with and without zirconium (Tang et al., J. Appl. Phys. 87 (2000) 5308: 708,
    # 3056 and 446 kA/m, no cells), as the law gives it by hand, and two others.
    charges = {
        (0.10, 0.048, 0.04, 8.5): 868.0,
        (0.10, 0.168, 0.04, 8.5): 2735.0,
        (0.10, 0.168, 0.0, 8.5): 401.0,
        (0.10, 0.088, 0.0, 8.5): 12.0,
        (0.15, 0.10, 0.03, 7.5): 2519.0,
        (0.16, 0.09, 0.032, 6.9): 2439.0,
    }
    coercivity = _cells.room_coercivity(
        *np.array(list(charges)).T, pinning=2900.0, copper_scale=0.035
    )
    assert_allclose(coercivity, list(charges.values()), rtol=0.03)


@pytest.mark.parametrize("harder", [1.0, 1.2])
def test_hot_cells_equal_their_twin(harder):
    iron = np.array([0.05, 0.12, 0.16, 0.18, 0.21, np.nan])
    ageing = np.array([np.nan, 500.0, 300.0, 400.0, 300.0, np.nan])
    same = {
        "copper": 0.08,
        "zirconium": 0.025,
        "ratio": 7.4,
        "earth": 0.9,
        "decay": 1.7,
        "pinning_kA_m": 2900.0,
        "copper_scale": 0.035,
        "hot_kA_m": 650.0,
        "iron_limit": 0.2,
        "ordinary_fall": 2.2,
        "harder": harder,
    }
    rows = {name: np.full(len(iron), value) for name, value in same.items()}
    rows |= {"iron": iron, "aged_for_C": ageing}
    pinning, fall = _cells.cellular_coercivity(rows, rows)
    for i, share in enumerate(iron[:-1]):
        h = naive.cells(share, 0.08, 0.025, 7.4, 2900.0 * 0.9, 0.035)
        assert pinning[i] == pytest.approx(1e3 * h)
        aged = None if np.isnan(ageing[i]) else ageing[i]
        # A producer of stronger magnets has the same value at 500 C: they fall faster.
        twin = naive.fall_of_cells(
            harder * h, share, 650.0 * 0.9, 0.2, aged, 2.2
        )
        assert fall[i] == pytest.approx(twin)
    # The last has no cells.
    assert (pinning[-1], fall[-1]) == (0.0, 1.7)


def test_no_coupling_of_grains_weakens_cells():
    n = 2
    zeros = ["cobalt", "cobalt_loss", "lanthanum_loss", "mischmetal_loss"]
    zeros += ["cerium", "lanthanum", "refractory", "carbide", "wetted"]
    zeros += ["alpha_k", "n_eff", "grain_slope", "wetting", "decoupling"]
    rows = {name: np.zeros(n) for name in (*zeros, "soft", "additive")}
    same = {
        "grain_size_um": 30.0,
        "grain_reference_um": 5.0,
        "decoupling_factor": 0.5,
        "decay": 1.7,
        "copper": 0.08,
        "zirconium": 0.025,
        "ratio": 7.4,
        "earth": 0.9,
        "pinning_kA_m": 2900.0,
        "copper_scale": 0.035,
        "hot_kA_m": 650.0,
        "iron_limit": 0.2,
        "ordinary_fall": 2.2,
        "harder": 1.0,
        "aged_for_C": 500.0,
    }
    rows |= {name: np.full(n, value) for name, value in same.items()}
    rows["iron"] = np.array([0.12, np.nan])
    _, _, pinning, remaining, decay = _balance.microstructure(rows, rows)
    # Half of the coercivity is left to coupled grains; cells lose nothing by coupling.
    assert remaining.tolist() == [1.0, 0.5]
    assert pinning[0] > 0.0 == pinning[1]
    assert decay[0] != 1.7 == decay[1]


def test_hot_cells_are_less_certain():
    class Rules:
        pinned = np.array([2e6, 2e6, 0.0, 1e5])
        decay = np.array([1.4, 1.4, 1.0, 2.0])
        level = np.array([1.0, 1.25, 1.0, 1.0])

    def deviation(iron, kelvin):
        return _cells.hot_deviation(Rules, iron, np.full((1, 4), kelvin))[0]

    at_500 = deviation(np.array([0.1, 0.2, 0.1, 0.2]), 773.15)
    # 100 kA/m, 250 from an iron of 0.20, over 2000 (1 - 1.4 x 0.48) = 656 kA/m, of a level of 1.25
    # over 820; at most 1.5.
    assert_allclose(at_500, [100 / 656, 250 / 820, 0.0, 1.5], rtol=1e-3)
    assert (deviation(np.full(4, 0.1), 200.0) == 0.0).all()
    half_way = deviation(np.full(4, 0.18), 533.15)[0]
    assert half_way == pytest.approx(87.5 / (2000.0 * 0.664), rel=1e-3)
    ratio = np.array([7.0, 7.5, 20.0])
    square = _cells.squareness(np.full(3, 0.7), ratio)
    assert_allclose(square, [0.75, 0.70, 0.56], rtol=1e-9)


def test_interstitials_and_titanium_change_the_charge():
    texts = [
        "Sm25.5Fe15Cu6Zr2.7Co bal.",
        "Sm25.5Fe15Cu6Zr2.0Ti0.5Co bal.",
        "Sm25.5Fe15Cu6Zr1.0Ti1.5Co bal.",
    ]
    charge = composition_table(texts)
    plain = _cells.shares(charge)
    atoms = [moles(text) for text in texts]
    metal = [sum(m.values()) - m["Sm"] for m in atoms]
    assert plain.iron[0] == pytest.approx(atoms[0]["Fe"] / metal[0])
    assert plain.copper[0] == pytest.approx(atoms[0]["Cu"] / metal[0])
    assert plain.ratio[0] == pytest.approx(metal[0] / atoms[0]["Sm"])
    # Of titanium no more counts than there is zirconium.
    zirconium = [
        atoms[0]["Zr"],
        atoms[1]["Zr"] + atoms[1]["Ti"],
        2.0 * atoms[2]["Zr"],
    ]
    assert_allclose(plain.zirconium, np.divide(zirconium, metal))
    with_gas = _cells.shares(charge, np.full(3, 0.15), np.full(3, 0.5))
    # Beyond 0.05 wt.% of carbon an atom of zirconium each, beyond 0.3 of oxygen 2/3 of samarium.
    less = plain.zirconium[0] - with_gas.zirconium[0]
    assert less == pytest.approx(0.10 / 12.011 / metal[0], rel=1e-4)
    samarium = atoms[0]["Sm"] - 2.0 / 3.0 * 0.2 / 15.999
    assert with_gas.ratio[0] == pytest.approx(metal[0] / samarium, rel=1e-4)
    little = _cells.shares(charge, np.full(3, 0.04), np.full(3, 0.29))
    assert_array_equal(little.zirconium, plain.zirconium)
    assert_array_equal(little.ratio, plain.ratio)


def test_coupled_grains_keep_what_their_twin_keeps():
    rng = np.random.default_rng(3)
    n = 60
    most = {
        "cobalt": 0.3,
        "cobalt_loss": 3.0,
        "cerium": 0.5,
        "mischmetal_loss": 9.0,
        "lanthanum": 0.5,
        "lanthanum_loss": 3.0,
        "refractory": 0.03,
        "alpha_k": 0.6,
        "n_eff": 1.2,
        "wetted": 1.0,
        "decoupling_factor": 1.0,
        "soft": 0.05,
        "additive": 0.005,
        "wetting": 0.1,
        "decoupling": 0.1,
    }
    rows = {name: rng.uniform(0.0, end, n) for name, end in most.items()}
    rows |= {
        "grain_size_um": rng.choice([0.03, 0.3, 5.0], n),
        "grain_reference_um": np.full(n, 5.0),
        "carbide": rng.choice([0.0, 0.5, 0.8, 1.0], n),
        "grain_slope": np.full(n, 0.2),
        "decay": np.ones(n),
        "iron": np.full(n, np.nan),
    }
    alpha_k, n_eff, pinning, decoupling, _ = _balance.microstructure(
        rows, rows
    )
    twin = []
    for i in range(n):
        row = {name: values[i] for name, values in rows.items()}
        factor = row["decoupling_factor"]
        twin.append(naive.grain_decoupling(factor, row["soft"], row))
    assert_allclose(decoupling, twin)
    gain = rows["wetted"] * rows["wetting"] + rows["decoupling"]
    assert_allclose(alpha_k, rows["alpha_k"] + gain)
    poles = rows["n_eff"] + 0.2 * np.log(rows["grain_size_um"] / 5.0)
    assert_allclose(n_eff, np.maximum(poles, 0.0))
    assert (pinning == 0.0).all()


@pytest.mark.parametrize("fine", [True, False])
def test_exchange_lifts_remanence_of_fine_grains(fine):
    # Ribbons with a quarter of iron, the last: 0.58 to 0.71 of J_s where measured.
    alignment = np.array([0.5, 0.53, 0.95, 1.0, 0.53])
    soft = np.array([0.0, 0.1, 0.3, 0.3, 0.27])
    remanence = _balance.reduced_remanence(alignment, soft, np.full(5, fine))
    twin = [
        naive.reduced_remanence(a, v, fine)
        for a, v in zip(alignment, soft, strict=True)
    ]
    assert_allclose(remanence, twin, rtol=1e-12)
    assert (0.56 < remanence[-1] < 0.71) == fine


# Oxygen binds 6.01 times its mass of Nd, nitrogen 10.30 (RN), carbon 8.01 (R2C3).
@pytest.mark.parametrize(
    ("gas", "mass"), [("oxygen", 6.01), ("nitrogen", 10.30), ("carbon", 8.01)]
)
def test_binders_take_their_mass_of_rare_earth(gas, mass):
    def bound_share(amount):
        amounts = dict.fromkeys(("oxygen", "nitrogen", "carbon"), 0.0)
        amounts[gas] = amount
        rows = {f"{n}_wt_pct": np.full(1, x) for n, x in amounts.items()}
        return _balance.bound_share(
            composition_table(["Nd31B1Fe bal."]), rows
        )[0]

    assert 31.0 * bound_share(0.3) == pytest.approx(0.3 * mass, rel=2e-3)
    assert bound_share(90.0) == 0.99


def test_shells_by_thickness_distance_and_volume():
    fraction = np.array([0.001, 0.05, 0.2])
    grain = np.array([5.0, 3.0, 1.0])
    thickness = shells.thickness_nm(fraction, grain)
    # Volume of a ball less that of its core.
    assert_allclose(1.0 - (1.0 - 2e-3 * thickness / grain) ** 3, fraction)
    # Half the width of a wall gives 63 % of the gain.
    thin = np.full(1, 1.0 - (1.0 - 2.0 * 4.5e-3 / 5.0) ** 3)
    covering = shells.covering(thin, np.full(1, 5.0))[0]
    assert covering == pytest.approx(1.0 - np.exp(-1.0))
    distance = np.array([0.5, 2.0, 5.0, 10.0, 15.0, np.inf])
    twin = [naive.arriving_share(d) for d in distance]
    assert_allclose(shells.arriving_share(distance), twin, rtol=1e-6)
    charge = "Nd30.5B1Fe bal."
    volume = shells.carrier_volume(
        composition_table([charge]), read_shells("Dy 0.5 wt% + Pr 0.7 wt%", 1)
    )
    twin = naive.carrier_volume(moles(charge), {"Pr": 7e-3})
    assert volume == pytest.approx([twin], rel=1e-9)


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
    no_unit = {**good}
    del no_unit["unit"]
    for bad, why in (
        (good | {"status": "guess"}, "status must be"),
        (good | {"deviation": 0.0}, "deviation"),
        (good | {"status": "fitted"}, "names its rows"),
        (good | {"colour": "red"}, "not known"),
        (no_unit, "unit is missing"),
    ):
        with pytest.raises(DataError, match=why):
            read_constant("laws", "a", "b", bad)
    with pytest.raises(AttributeError, match="no constant"):
        law("boundary").nothing  # noqa: B018
    with pytest.raises(DataError, match="law must be one of"):
        law("nothing")
    constant = next(c for c in law("boundary") if c.name == "most_copper")
    with shift_constant(constant, 0.9):
        assert law("boundary").most_copper == 0.9
    assert law("boundary").most_copper == constant.value


def test_temperature_laws_have_kernel_codes():
    codes = {
        "power": kernels.POWER,
        "nucleation": kernels.NUCLEATION,
        "linear": kernels.LINEAR,
    }
    assert {name: TEMPERATURE_LAWS.index(name) for name in codes} == codes
    assert len(TEMPERATURE_LAWS) == len(codes)
    knees = {"share": kernels.SHARE, "local fields": kernels.LOCAL_FIELDS}
    assert {name: KNEE_LAWS.index(name) for name in knees} == knees
    assert len(KNEE_LAWS) == len(knees)
    # Kernels hold no constant of the book: they are handed it.
    numbers = {
        name
        for name, value in vars(kernels).items()
        if isinstance(value, float)
    }
    assert numbers <= {"ROOM", "ROOM_K", "MU_0"}
