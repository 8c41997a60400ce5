"""A table is its rows: each is answered as if it were alone, whatever stands beside and before it;
and columns that follow from others by definition do so."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import predict, sintered
from magnetkit.phases import energy_above_hull, hull_energy, stability
from magnetkit.phases.partition import partition
from magnetkit.supply import ledger
from magnetkit.surrogates import load
from magnetkit.surrogates.intrinsic import intrinsic
from tests.recipes import make_table

MU_0 = 1.25663706127e-6
# Every host, two of some, and what is none.
RECIPES = (
    "Nd1.7Dy0.3Fe14B SmCo5 Nd15Fe77B8 Sm(Co0.7Fe0.2Cu0.07Zr0.03)7.5 Fe3O4 "
    "SmFe11Ti Sm0.6Gd0.4Co5 Sm2Fe17N3 Ce2Fe14B Nd1.6Ce0.2Dy0.2Fe13CoB"
).split()
SHELLS = [
    "Tb 0.5 wt%",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "Nd 0.40 @ 0.15",
    "Dy 0.7 wt%",
]
GRAINS = np.array([3.0, 5.0, 7.0, 40.0, 5.0, 2.0, 4.5, 3.5, 6.0, 1.5])
ALIGNED = np.array([0.90, 0.95, 0.93, 0.96, 0.9, 0.85, 0.97, 0.92, 0.91, 0.94])


def table(rows):
    return CompositionTable.from_strings(
        [RECIPES[i] for i in rows], basis="atomic"
    )


def pick(values, rows):
    return [values[i] for i in rows]


def parts(rows):
    result = partition(table(rows))
    names = ("host", "hard_volume_fraction", "hard_weight_fraction")
    shares = {name: getattr(result, name) for name in names}
    dense = {
        f"{name} {k}": column
        for name in ("hard_phase", "grain_boundary")
        for k, column in enumerate(getattr(result, name).to_array().T)
    }
    return pd.DataFrame(shares | dense)


ASKED = {
    "partition": parts,
    "intrinsic": lambda rows: intrinsic(table(rows), 350.0),
    "sintered": lambda rows: sintered(
        table(rows),
        "120C",
        process={
            "grain_size_um": GRAINS[list(rows)],
            "alignment": ALIGNED[list(rows)],
        },
        shell=pick(SHELLS, rows),
        load_line=0.8,
    ),
    "stability": lambda rows: stability(table(rows)),
    "hull": lambda rows: pd.DataFrame(
        {
            "hull": hull_energy(table(rows)),
            "above": energy_above_hull(table(rows)),
        }
    ),
    "ledger": lambda rows: ledger(
        table(rows),
        "embargo",
        reference="Nd1.7Dy0.3Fe14B",
        shell=pick(SHELLS, rows),
    ),
    "formation energy": lambda rows: load("formation_energy_eV_atom").predict(
        table(rows)
    ),
    "curie temperature": lambda rows: load("curie_temperature_K").predict(
        table(rows)
    ),
    "predict": lambda rows: predict(
        table(rows), "120C", shell=pick(SHELLS, rows)
    ),
}
# Where a row stood is not what it is; nor is which index a frame has.
PLACES = ["row_index"]


def to_plain_frame(frame):
    frame = pd.DataFrame(frame).reset_index(drop=True)
    frame = frame.drop(columns=[c for c in PLACES if c in frame])
    texts = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    return frame.astype(dict.fromkeys(texts, object))


@pytest.mark.parametrize("name", ASKED)
def test_row_is_answered_independently(name):
    ask = ASKED[name]
    rows = range(len(RECIPES))
    whole = to_plain_frame(ask(rows))
    assert len(whole) == len(RECIPES)
    backwards = to_plain_frame(ask(rows[::-1]))[::-1].reset_index(drop=True)
    single = pd.concat(
        [to_plain_frame(ask([i])) for i in rows], ignore_index=True
    )
    for other in (backwards, single):
        pd.testing.assert_frame_equal(
            whole, other[whole.columns], rtol=1e-7, check_dtype=False
        )
    # Rows that say the same would hide that they changed places.
    assert (
        not whole.drop(
            columns=[c for c in ("candidate", "formula") if c in whole]
        )
        .round(6)
        .duplicated()
        .all()
    )


@pytest.mark.parametrize(
    "name", ["intrinsic", "sintered", "stability", "ledger", "predict"]
)
def test_twice_the_formula_is_the_same_alloy(name):
    functions = {
        "intrinsic": lambda t: intrinsic(t, 350.0),
        "sintered": lambda t: sintered(t, 350.0),
        "stability": stability,
        "ledger": lambda t: ledger(t, reference="Nd2Fe14B"),
        "predict": lambda t: predict(t, 350.0),
    }
    once = to_plain_frame(
        functions[name](make_table("Nd1.8Dy0.2Fe14B", "SmCo5"))
    )
    twice = to_plain_frame(
        functions[name](make_table("Nd3.6Dy0.4Fe28B2", "Sm3Co15"))
    )
    pd.testing.assert_frame_equal(once, twice, rtol=1e-7)


def test_several_temperatures_are_one_by_one():
    kelvins = [293.15, 350.0, 423.15]
    several = predict(table(range(4)), kelvins)
    for kelvin in kelvins:
        one = predict(table(range(4)), kelvin)
        part = several[several["temperature_K"] == kelvin]
        one = to_plain_frame(one)
        # Its range is that found with the spread of J_s at the first of the temperatures.
        names = [c for c in one if not c.startswith("max_working")]
        pd.testing.assert_frame_equal(
            to_plain_frame(part)[names], one[names], rtol=1e-9
        )


@pytest.fixture(scope="module")
def magnets():
    """Return four magnets at 20 and 100 degrees C and between, a chord from 30 to 110 beside."""
    temperatures = [293.15, 303.15, 373.15, 383.15]
    frame = predict(table(range(4)), temperatures, between=(303.15, 383.15))
    return {
        t: frame[frame["temperature_K"] == t].reset_index(drop=True)
        for t in temperatures
    }


@pytest.mark.parametrize(
    ("coefficient", "of"),
    [
        ("remanence_coefficient_pct_K", "remanence_T"),
        ("coercivity_coefficient_pct_K", "coercivity_kA_m"),
    ],
)
def test_a_coefficient_is_the_chord_between_two_temperatures(
    magnets, coefficient, of
):
    first = magnets[303.15]
    second = magnets[383.15]
    chord = 100.0 * (second[of] / first[of] - 1.0) / 80.0
    for frame in magnets.values():
        assert_allclose(frame[coefficient], chord, rtol=1e-6)


def test_columns_follow_their_definitions(magnets):
    for frame in magnets.values():
        j = frame["saturation_polarization_T"]
        k = 1e6 * frame["anisotropy_constant_MJ_m3"]
        # mu_0 M_s^2 is J_s^2 / mu_0.
        assert_allclose(
            frame["hardness_parameter"], np.sqrt(MU_0 * k) / j, rtol=1e-6
        )
        assert (frame["remanence_T"] < j).all()
        limit = 1e-3 * frame["remanence_T"] ** 2 / (4.0 * MU_0)
        assert (frame["max_energy_product_kJ_m3"] < limit).all()
        assert (frame["max_energy_product_kJ_m3"] > 0.6 * limit).all()
        cost = (
            frame["cost_USD_kg"]
            * frame["density_kg_m3"]
            / frame["remanence_T"]
        )
        assert_allclose(frame["cost_per_flux_USD_m3_T"], cost, rtol=1e-9)


def test_wider_interval_encloses_a_narrower_one():
    narrow = predict(table(range(4)), 350.0, interval=0.5)
    wide = predict(table(range(4)), 350.0, interval=0.95)
    names = [c for c in wide if f"{c}_lo" in wide]
    assert len(names) > 10
    for name in names:
        assert_allclose(narrow[name], wide[name], rtol=1e-12, err_msg=name)
        for end, sign in (("lo", -1.0), ("hi", 1.0)):
            less = narrow[f"{name}_{end}"]
            wide_end = wide[f"{name}_{end}"]
            finite = less.notna() & wide_end.notna()
            assert (sign * (wide_end - less)[finite] >= -1e-12).all(), name
