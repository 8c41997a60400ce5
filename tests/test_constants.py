"""Numbers that answers rest on and no file of `datasets` holds, with where each comes from.

Those of nature are scipy's; those of the trade, of the literature and of agreement are written a
second time: who changes one changes what comes out and says why here too. A number at the top of a
module that is in no table fails; numbers that change only how fast or how much at a time an answer
comes are listed as such.
"""

import ast
from fractions import Fraction
from importlib import import_module
from math import log, pi, radians
from numbers import Real

import numpy as np
import pytest
from pymatgen.core import Element
from scipy.constants import N_A, convert_temperature, physical_constants
from scipy.stats import norm

from magnetkit import elements, units
from magnetkit.magnetism.duty import Duty
from tests.mutants.changes import ROOT, file_of, modules

BOLTZMANN = physical_constants["Boltzmann constant"][0]
BOHR_MAGNETON = physical_constants["Bohr magneton"][0]
MU_0 = physical_constants["vacuum mag. permeability"][0]
EV_PER_K = physical_constants["Boltzmann constant in eV/K"][0]
A3 = 1e-30
ZERO_C, ROOM, HUNDRED_C = convert_temperature([0.0, 20.0, 100.0], "Celsius", "Kelvin")
# Half of a range of nine in ten, in standard deviations.
HALF = norm.ppf(0.95)


def column(*symbols):
    """Return the columns of elements: atomic numbers less one."""
    return tuple(Element(s).Z - 1 for s in symbols)


IRON, COBALT = column("Fe", "Co")

STATED = {
    "anchors.calibrate": {
        "_Z": HALF,
        "_ROOM_K": ROOM,
        # B_r is measured to 1 %, H_cJ to 3 %; H_cJ(T) of ten published curves is 4 % off at 150 C.
        "_MEASUREMENT": {"coercivity_kA_m": 0.03, "remanence_T": 0.01},
        "_SLOPE": 0.04,
        "_SLOPE_SPAN_K": 130.0,
        # In standard deviations, and atomic fractions.
        "_IMPOSSIBLE": 5.0,
        "_ODD": 3.0,
        "_SAME": 0.001,
        "_WIDER": 1.05,
    },
    # The best magnets that are sold as compensated reach 0.001 %/K (Takasumi and co-workers).
    "anchors.grade": {"COMPENSATED": 0.015, "_ALPHA_DEVIATION": 0.002},
    "anchors.makeup": {
        "ROOM_K": ROOM,
        "_DEVIATION": {"remanence_T": 0.055, "coercivity_kA_m": 0.18},
        "_ALPHA": 0.01,
        # Diffused heavy rare earth does what three times of it would do in the alloy.
        "_TRADE_WT_PCT": 1.2,
        "_DIFFUSED_WORTH": 3.0,
        "_COMPENSATED": 0.025,
        "_IDLE_WT_PCT": 0.3,
    },
    "anchors.measured": {
        "_LIMITS": {
            "remanence_T": (0.02, 2.5),
            "coercivity_kA_m": (1.0, 10_000.0),
            "temperature_K": (1.0, 1500.0),
        }
    },
    # Magnets are sold 5 to 25 % above what is guaranteed, 12 % in the middle.
    "anchors.reference": {"TYPICAL": 1.12, "GUARANTEE": 0.06, "_Z": HALF},
    "applications.objective": {
        "UNITS": {
            "heavy_rare_earth_wt_pct": 1.0,
            "dysprosium_terbium_wt_pct": 1.0,
            "import_reliance": 0.1,
            "supply_risk": 0.1,
            "weakest_link_risk": 0.1,
            "performance_margin": 0.1,
            "probability_meets_requirements": 0.2,
            "cost_USD_kg": 0.25,
            "cost_per_flux_USD_m3_T": 0.25,
        },
        "SHARE": 0.25,
    },
    "applications.referred": {"_ROOM_K": ROOM, "_LEAST_RANGE_K": 10.0},
    "catalogue.loop": {"ROOM_K": ROOM},
    "catalogue.names": {"LONGEST": 60},
    # B_r in steps of 3 %, H_cJ in classes.
    "catalogue.nearest": {"_STEP": (0.03, 0.18)},
    "catalogue.table": {"_ALIKE": 0.1},
    # Excel's last row (Microsoft: 1,048,576), thirty columns of them; a file of half a gibibyte.
    "composition.excel": {
        "_LAST_ROW": 1_048_576,
        "_MOST_CELLS": 31_457_280,
        "_LARGEST_BYTES": 536_870_912,
        "_LONGEST_TAG": 400,
    },
    "composition.blocks": {"_LONGEST_HEADER": 1_048_576, "_LONGEST_TEXT": 1000},
    # Sheets of makers say 7.4 to 7.7 g/cm3.
    "composition.shells": {"_LIMIT_AMOUNT": 20.0, "_DENSITY": 7.55},
    # No analysis tells a thousandth of a per cent of a site; rows are counted in 64 bits.
    "composition.sites": {"_LEAST_STEP": Fraction(1, 100_000)},
    "composition.substitution": {"_MAX_ROWS": int(np.iinfo(np.int64).max)},
    "hosts.made": {"_ROUNDING": 1.05},
    "hosts.partition": {"_NOTHING": 1e-9, "_EDGE": 1e-9, "_BARE": 0.995},
    "kernels.demagnetization": {"MU_0": MU_0, "LEAST_DROP": 1e-6, "SETTLED": 3e-4, "NEWTON": 50},
    "kernels.forming": dict(
        zip(("FE", "CO", "NI", "MN", "CU"), column("Fe", "Co", "Ni", "Mn", "Cu"), strict=True)
    ),
    "kernels.hosts": {"_MORE": 1.000001},
    "kernels.hull_facets": {"TOLERANCE": 1e-9},
    "kernels.intrinsic": {"_IRON": IRON, "_COBALT": COBALT, "_MU_0": MU_0},
    # exp(-x^2) is 1e-8 there.
    "kernels.lattice_sums": {"_CUT": round((8.0 * log(10.0)) ** 0.5, 1)},
    "kernels.magnetism": {
        "_MJ_PER_K": BOLTZMANN / A3 * 1e-6,
        "_TO_ENERGY": 1e-6 / MU_0,
        "TESLA": MU_0 * BOHR_MAGNETON / A3,
        "_IRON": IRON,
        "_COBALT": COBALT,
        "_YTTRIUM": Element("Y").Z - 1,
        "_CARBON": Element("C").Z - 1,
        "_CLOSE": 3e-3,
        "_T_SITES_OUTSIDE": 1e-4,
    },
    "kernels.mixing": {"_FLOOR": 1e-12},
    # FNV-1a of 64 bits (RFC 9923): offset basis and prime, 2^40 + 2^8 + 0xb3.
    "kernels.order": {"_OFFSET": 0xCBF29CE484222325, "_PRIME": 2**40 + 2**8 + 0xB3},
    "kernels.pairs": {"EDGE": 1e-8},
    "kernels.parse": {
        **dict(zip(("_HYDROGEN", "_NITROGEN"), column("H", "N"), strict=True)),
        **dict(zip(("_COBALT", "_SAMARIUM"), column("Co", "Sm"), strict=True)),
        "_MUCH": 0.75,
        "_MUCH_COBALT": 0.94,
        "_BESIDE_HYDROGEN": 0.89,
        "_ROUNDING": 1e-9,
    },
    "kernels.parse_row": dict(
        zip(
            ("_NITROGEN", "_SODIUM", "_PRASEODYMIUM", "_NEODYMIUM"),
            column("N", "Na", "Pr", "Nd"),
            strict=True,
        )
    ),
    # Amounts that sum to 100 within half a per cent are per cent.
    "kernels.parse_tables": {
        "PERCENT_TOLERANCE": 0.5,
        "FRACTION_TOLERANCE": 0.005,
        "LONGEST": 100_000,
        "SMALLEST_FRACTION": 1e-30,
    },
    "kernels.posterior": {"_FAR": 60.0, "_SQRT5": np.float32(5.0**0.5)},
    "kernels.products": {"_ROUNDING": 1e-6},
    "kernels.simplex": {"TOLERANCE": 1e-10},
    # Walls of cellular magnets.
    "kernels.sintered": {"WALL_COUPLING": 0.5, "WALL_REFERENCE": 300.0, "ROOM": ROOM},
    # As numpy.isclose has them.
    "kernels.statistics": {"_ABSOLUTE": 1e-8, "_RELATIVE": 1e-5},
    "learning.curie": {
        "FOLDS": 10,
        "EDGE": (5.0**0.5 - 1.0) / 2.0,
        "_ZERO_CELSIUS": ZERO_C,
        # Cobalt orders at 1388 K, and nothing of it or iron above.
        "_HIGHEST_K": 1400.0,
        "_RANGE_K": 20.0,
        "_CONTRADICTED_K": 150.0,
        "_BORON": 0.01,
        "_MOSTLY_RARE": 0.5,
    },
    "learning.likelihood": {"JITTER": 1e-6, "_SQRT5": 5.0**0.5, "_TOO_FAR": 1e10},
    "learning.process": {
        "_SQRT5": 5.0**0.5,
        "_PRIOR_SCALE": 1.0,
        "_PRIOR_REST": 2.0,
        "_START": {"smooth": 0.6, "local": 0.4, "plane": 1.0, "rate": 4.0, "noise": 0.15},
    },
    "magnetism.balance": {
        # R2O3, RN and R2C3; Nd2O3 has 7.24 g/cm3.
        "BOUND": {
            "oxygen_wt_pct": ("O", 2.0 / 3.0),
            "nitrogen_wt_pct": ("N", 1.0),
            "carbon_wt_pct": ("C", 2.0 / 3.0),
        },
        "_OXIDE_VOLUME": round(336.48 / 7.24 / 2.0 / N_A * 1e24, 1),
    },
    "magnetism.belief": {"_FOREIGN": 0.1, "_SILENT": 0.3, "_STRANGE": 2.0, "_LEAST_K": 1.0},
    "magnetism.beside": {"_LENGTH": 0.1, "_NOISE": 0.05, "_UNLIKE": 0.05},
    "magnetism.comparators": {"_AT": ROOM},
    "magnetism.demagnetization": {"POINTS": 201},
    "magnetism.design": {
        "_WHOLE": 0.9,
        "TYPICAL_K": 500.0,
        "_UNIT_K": 250.0,
        "OFFSET_K": 140.0,
        "_SLOPE": 60.0,
    },
    # A short block for ten years; 5 mT of Nd-Fe-B, loops measured in a minute.
    "magnetism.duty": {
        "LOAD_LINE": 1.0,
        "TEN_YEARS": 10 * 365 * 24,
        "_VISCOSITY_T": 0.005,
        "_LOOP_HOURS": 1.0 / 60.0,
    },
    "magnetism.first_order": {
        "MOST_T": 100.0,
        "_PER_TESLA": BOHR_MAGNETON / BOLTZMANN,
        # Every five degrees, and every tenth of one.
        "_COARSE": np.radians(np.arange(0.0, 91.0, 5.0)),
        "_FINE": np.radians(np.linspace(0.0, 90.0, 901)),
        "_ALONG": radians(1.0),
        "_STEP": 0.05,
        "_CLOSE": 1e-4,
        "_NOTHING": 1e-7,
    },
    "magnetism.two_sublattices": {"_HALF": HALF},
    "magnetism.likeness": {"_ITSELF": 1e-9, "HALF_WIDTH": HALF},
    "magnetism.limits": {"LOSSES": (0.2, 1.0, 5.0), "_FROM": ROOM, "_LAST": 1200.0, "_STEP": 2.0},
    "magnetism.microstructure": {
        "_ADDITIVE": 0.002,
        "_SOFT": 0.02,
        "_MOST_IRON": 0.35,
        "_MOST_COPPER": 0.6,
        "_LEAST_DECAY": 0.3,
    },
    "magnetism.mill": {
        "_ALPHA_DEVIATION": 0.006 / 1.645,
        "_BOUNDS": {
            "temperature_K": (1.0, 1500.0),
            "score": (-100.0, 100.0),
            "deviation": (1e-9, 1.0),
            "noise": (0.0, 1e6),
            "slope": (-100.0, 100.0),
            "shell_share": (0.0, 1.0),
            "grain_effect": (-10.0, 10.0),
        },
    },
    "magnetism.near_curie": {"_FAR": 6.0},
    "magnetism.observations": {
        "RELATIVE": {
            "saturation_polarization_T": 0.015,
            "anisotropy_constant_MJ_m3": 0.03,
            "anisotropy_constant_2_MJ_m3": 0.20,
            "anisotropy_field_T": 0.07,
        },
        "ABSOLUTE": {
            "saturation_polarization_T": 0.01,
            "anisotropy_constant_MJ_m3": 0.05,
            "anisotropy_constant_2_MJ_m3": 0.10,
            "anisotropy_field_T": 0.20,
            "curie_temperature_K": 4.0,
            "reorientation_K": 0.10,
            "cone_limit_K": 0.15,
            "compensation_K": 0.02,
            "uniaxial": 0.20,
        },
        "_STEEP": 300.0,
        "_CONFIDENCE": {"high": 1.0, "medium": 1.6, "low": 3.0},
        "_ROUNDING": 0.005,
    },
    # Boundary films of 60 to 70 at.% are ferromagnetic; iron: Cullity and Graham (2009).
    "magnetism.phase_table": {"_FERROMAGNETIC": 0.6, "IRON_POLARIZATION_T": 2.15},
    "magnetism.priors": {"_NO_ION": {"alpha_J": 0.0}},
    "magnetism.process": {
        "_LIMITS": {
            "grain_size_um": (0.02, 200.0),
            "alignment": (0.5, 1.0),
            "density": (0.3, 1.0),
            "grain_boundary": (0.0, 0.6),
            "oxygen_wt_pct": (0.0, 3.0),
            "carbon_wt_pct": (0.0, 3.0),
            "nitrogen_wt_pct": (0.0, 3.0),
            "decay": (0.3, 8.0),
            "alpha_k": (0.001, 1.0),
        }
    },
    "magnetism.reorientation": {"_LAST": 1300.0, "_STEPS": (0.01, 100.0)},
    # Shells are tens of nanometres thick; diffusion puts in 0.2 to 0.8 wt.%.
    "magnetism.shell": {
        "_LEAST_THICKNESS_NM": 10.0,
        "_MOST_CONTENT": 0.6,
        "_LEAST_AMOUNT": 0.05,
        "_MOST_AMOUNT": 1.5,
        "_USUAL_GRAIN_UM": 5.0,
    },
    "magnetism.sintered": {"BETWEEN": (ROOM, HUNDRED_C), "VALIDATED_FROM": 250.0},
    "magnetism.figures": {
        "_STEPS": (50.0, 100.0),
        "_TURN": 650.0,
        "_LAST": 1150.0,
        "_INSTANT": 1e-3,
        # T, kA/m, kJ/m3, and chords in per cent.
        "_TO_COLUMN_UNIT": (1.0, 1e-3, 1e-3, 1e-3, 1.0, 100.0, 100.0),
    },
    "magnetism.training": {
        "_OWN": 100,
        "_OTHERS": 300,
        "_CLIP": 0.98,
        "_FEW": 20,
        "_ENOUGH": 200,
        "_EDGE": 0.9,
        "_SMALL": 300,
        "_LEAST_K": 1.0,
        "_SEARCHED": 2000,
    },
    "phases.differences": {"MOVED_EV_ATOM": 0.01},
    "phases.forming": {
        "FORMS": 0.5,
        "OTHERS_MADE_AT_K": 1200.0,
        "_CERIUM_LOSES_A": 0.085,
        "_ALIKE_A": 0.02,
    },
    "phases.judged": {"BOLTZMANN_EV_K": EV_PER_K, "SIGNIFICANT": 0.05, "TRACE": 0.01},
    "phases.materials_project.pull": {"MOST_ELEMENTS": 12},
    "phases.materials_project.transport": {
        "LOADING_S": 300.0,
        "ANSWER_S": 120.0,
        "ATTEMPTS": 3,
        "PAUSE_S": 1.0,
        "PAGE": 200,
        "MOST_DOCUMENTS": 50_000,
        "MOST_BYTES": 64 << 20,
        "BATCH": 100,
    },
    "phases.mixing": {"_OUTLIER": 4.0, "_LEAST_TO_CALIBRATE": 10, "INTERVAL": HALF},
    "phases.mixing_terms": {
        "_RADIUS_SCALE": 0.08,
        "_SCALES": {
            "constant": 0.025,
            "R": 0.011,
            "R smooth": 0.022,
            "M": 0.079,
            "R smooth M": 0.039,
            "R M": 0.0058,
            "M M": 0.098,
            "M M R smooth": 0.079,
            "X": 0.119,
            "X M": 0.03,
            "R X": 0.003,
            "hull": 0.19,
            "metal hull": 0.43,
        },
        "NOISE": (0.001, 0.0036, 0.0258),
    },
    "phases.slopes": {"NOISE_EV": 0.25, "SHARE": 0.02, "_MAIN": 0.3},
    # Fluorides, the strongest bound compounds, reach 4.5 eV/atom; YFe2 and YCo5 are magnetic,
    # YCo2 is not.
    "phases.space": {
        "ABSURD_EV_ATOM": 5.0,
        "_RICH_IN_IRON": 0.6,
        "_RICH_IN_BOTH": 0.8,
        "_LEAST_MOMENT_MUB": 0.3,
    },
    "phases.substituted": {"FORCE": 0.03, "STEPS": 100, "_LEAST_METAL_ATOMS": 12},
    "prediction.properties": {"ROOM_K": ROOM},
    "ranking.draws": {"OTHERS": 0.5, "_LITTLE": 1e-9},
    "ranking.judged": {"_SAME_K": 1.0, "_FAR": 8.0},
    "ranking.nominal": {"HALF": 0.5, "_SLACK": 1e-6},
    # None stands directly above one that is at most 0.05 less likely to meet what is asked.
    "ranking.order": {"TOLERANCE": 0.05, "CLIMB": 1000, "_SLACK": 1e-9},
    "ranking.pareto": {"_STEADY": 12},
    "ranking.regret": {"DRAWS": 500, "POOL": 1000, "SEED": 0, "TOP": 10},
    "ranking.requirements": {"MEETS_PROBABILITY": 0.8, "OUTSIDE": -1.0},
    "ranking.robustness": {"DRAWS": 500, "POOL": 300, "TOP": 10},
    # Iron with 35 % of cobalt has 240 A m2/kg (Bozorth 1951): 3.0e-4, and some room.
    "ranking.sieve": {"FLUX_PER_MASS": 3.2e-4, "BINS": 40, "_SLACK": 1e-6},
    "ranking.simpler": {"LEAST": 0.25},
    "replacement.answer": {
        "_MEETS": 0.8,
        "_FINE_UM": 1.5,
        "_RECYCLED": 0.25,
        "_NONE": 0.01,
        "_LESS": 0.3,
    },
    "replacement.asked": {"_REMANENCE_SHARE": 0.98, "_ALPHA_ROOM": 0.01, "_RECOIL": 1.05},
    "replacement.compensation": {
        "_GRID_GD": tuple(range(15)),
        "_GRID_ER": tuple(range(9)),
        "_FLAT": 0.003,
        "_STEADY": 0.01,
    },
    "replacement.replace": {"MASS_KG": 1.0, "NUMBER": 1000},
    "run._pool": {"_CONNECT_SECONDS": 20.0, "_LOOK_SECONDS": 5.0},
    "run._files": {"WAIT_S": 10.0},
    "run.screen": {"MOST_ROWS": 10_000_000, "KEEP": 100_000, "AROUND": 20},
    "run.result": {"TOP_ROWS": 1000, "LEADING_ROWS": 10_000, "SPREAD_ROWS": 2000},
    "run.suggestion": {
        "DRAWS": 2000,
        "POOL": 80,
        "SEED": 0,
        # As `mk.calibrate` has it.
        "_MEASUREMENT": {"coercivity_kA_m": 0.03, "remanence_T": 0.01},
    },
    "supply.ledger": {"TRACE": 0.001},
    "supply.spread": {"RISK_SPREAD": 0.1, "UNKNOWN_PRICE_FACTOR": 2.0},
    # The middle of a scale from 0 to 1.
    "supply.tables": {"UNNAMED_INSTABILITY": 0.5},
    "surrogates.energy": {
        "_EDGE": 0.9,
        "_CLIP": 0.98,
        "_FEW": 20,
        "_NORMS": (2, 3, 10),
        "_FOREIGN": 0.1,
        "_SEARCH": {"search_rows": 2500, "search_iterations": 60},
    },
    "surrogates.training_sets": {
        "_LIMITS": {
            "formation_energy_eV_atom": (-5.0, 5.0),
            "saturation_polarization_T": (0.0, 4.0),
            "anisotropy_constant_MJ_m3": (-500.0, 500.0),
        },
        "_NO_PHASE": 0.5,
    },
}

# What is held at a time, where another way becomes quicker, and how long files are waited for.
SIZES = {
    "_BLOCK", "_BLOCK_BYTES", "_BLOCK_ROWS", "_ROWS_WORTH_THREADS", "_PAIRS", "RUN", "_ROWS_TO_PAY",
    "CHUNK_ROWS", "_AT_ONCE", "_SHARE_OF_TIME", "PIECE_ROWS", "_SAMPLE", "_FOR_EDGES", "_STARTS",
}  # fmt: skip
# Held to tables of other makers beside their modules.
ELSEWHERE = {
    "_EARTH_AT",
    "_LETTERS",
    "RADII",
    "_SUBSTITUENT_VOLUME",
    "_T_VOLUME",
    "WEIGHTS",
    "_ANSWERS",
    "TREND",
}


def flat(value):
    """Yield the numbers of a constant in order, its words left out."""
    if isinstance(value, Real | np.number) and not isinstance(value, bool | np.bool_):
        yield value
    elif isinstance(value, np.ndarray):
        yield from value.ravel() if value.dtype.kind in "fiu" else ()
    elif isinstance(value, dict):
        yield from flat(list(value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        for part in sorted(value) if isinstance(value, set | frozenset) else value:
            yield from flat(part)


def names(module):
    """Yield what a module gives a name to at its top."""
    for node in ast.parse((ROOT / file_of(module)).read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (part.id for part in parts if isinstance(part, ast.Name))


def stated(short, name):
    """Return what a name stands for: in its module, or in others of the room that it came from."""
    if name in STATED.get(short, {}):
        return [STATED[short][name]]
    room = short.split(".")[0] + "."
    # Kernels give one name to places in several tables.
    others = {} if room == "kernels." else STATED
    return [own[name] for m, own in others.items() if m.startswith(room) and name in own]


def is_same(value, want):
    if isinstance(want, dict) and list(value) != list(want):
        return False
    one, other = list(flat(value)), list(flat(want))
    return len(one) == len(other) and one == pytest.approx(other, rel=1e-9, abs=0.0)


@pytest.mark.parametrize("module", modules())
def test_numbers_are_those_of_their_source(module):
    short, there = module.removeprefix("magnetkit."), vars(import_module(module))
    for name in set(names(module)):
        known = stated(short, name)
        if list(flat(there[name])) and known:
            assert any(is_same(there[name], want) for want in known), name


def test_no_number_at_the_top_of_a_module_is_without_a_source_and_no_source_without_number():
    unknown, found = [], set()
    for module in modules():
        short, there = module.removeprefix("magnetkit."), vars(import_module(module))
        found |= {(short.split(".")[0], name) for name in names(module)}
        if short.startswith("kernels."):
            continue
        for name in set(names(module)) - SIZES - ELSEWHERE:
            numbers = list(flat(there[name]))
            rests = any(isinstance(x, float | np.floating) or abs(x) >= 10 for x in numbers)
            if rests and not stated(short, name):
                unknown.append(f"{short}.{name}")
    assert not unknown
    wanted = {(short.split(".")[0], name) for short, own in STATED.items() for name in own}
    assert wanted <= found


def test_units_and_masses_are_those_of_others():
    assert pytest.approx(MU_0, rel=1e-9) == units.MU_0
    assert pytest.approx(BOHR_MAGNETON, rel=1e-9) == units.MU_B
    assert pytest.approx(BOLTZMANN, rel=1e-9) == units.K_B
    assert pytest.approx(N_A, rel=1e-9) == units.N_A
    for symbol, mass in zip(elements.SYMBOLS, elements.ATOMIC_MASS, strict=True):
        assert mass == pytest.approx(float(Element(symbol).atomic_mass), rel=2e-3), symbol


def test_what_time_takes_is_what_the_documentation_says():
    # docs/physics.md: 35 kA/m in a hundred hours, 62 in ten years.
    assert Duty(hours=100.0).creep == pytest.approx(35e3, rel=0.02)
    assert Duty().creep == pytest.approx(62e3, rel=0.01)
    assert Duty(hours=1.0).creep == pytest.approx(0.005 / (4e-7 * pi) * log(60.0), rel=1e-6)
    # Nothing is lost before a loop is measured.
    assert Duty(hours=1.0 / 60.0).creep == Duty(hours=0.0).creep == 0.0
