"""A magnet near its Curie temperature, which is known to tens of kelvin only."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import magnetkit as mk
from magnetkit.alloy import CompositionTable
from magnetkit.alloy.shell_rows import read_shells
from magnetkit.compound._intrinsic_kernels import CURIE
from magnetkit.magnetism._figures import _scale_phases
from magnetkit.magnetism._magnet_kernels import pick_rules, states
from magnetkit.magnetism._magnets import alloys

ENDS = (
    "remanence_T",
    "coercivity_kA_m",
    "knee_field_kA_m",
    "max_energy_product_kJ_m3",
)
# Nd-Fe-B and Sm-Co as pure compounds.
KELVIN = {
    "SmCo5": np.arange(950.0, 1019.0, 2.0),
    "Nd2Fe14B": np.arange(540.0, 586.0, 1.0),
}


@pytest.fixture(scope="module", params=KELVIN)
def heated_magnet(request):
    frame = mk.predict([request.param], list(KELVIN[request.param]))
    frame = frame[frame["status"] == "ok"]
    return frame, frame["temperature_K"] > frame["curie_temperature_K_lo"]


def test_status_is_uncertain_near_the_curie_temperature(
    heated_magnet,
):
    frame, close = heated_magnet
    assert close.any()
    assert not close.all()
    last = frame.iloc[-1]
    assert last["curie_temperature_K"] - last["temperature_K"] < 2.5
    for name in ENDS:
        assert last[f"{name}_lo"] == 0.0
        # Poles of the grains leave Nd-Fe-B no coercivity that far up, nor does the line of SmCo5.
        vanishes = name != "remanence_T" and last["host"] in ("2:14:1", "1:5")
        assert last[f"{name}_hi"] > 1.5 * last[name] > 0.0 or (
            vanishes and last[name] == 0.0
        )
        assert (frame.loc[close, f"{name}_lo"] == 0.0).all()
        assert vanishes or (frame.loc[~close, f"{name}_lo"] > 0.0).all()
    # No more than what is printed of such magnets at 20 C: 1.4 T and 3 MA/m.
    assert (frame["remanence_T_hi"] < 1.4).all()
    assert (frame["coercivity_kA_m_hi"] < 3000.0).all()


def test_upper_energy_product_uses_the_upper_line(heated_magnet):
    frame, close = heated_magnet
    # Half of the way along B = B_r - mu_0 mu_rec H, or as far as the knee; the recoil permeability
    # is what it is cold, where (BH)max is B_r^2 / (4 mu_0 mu_rec).
    cold = mk.predict(frame["candidate"].iloc[0], 300.0).iloc[0]
    slope = cold["remanence_T"] ** 2 / 4e3 / cold["max_energy_product_kJ_m3"]
    assert 1.0 < slope / mk.units.MU_0 < 1.1
    b_r = frame.loc[close, "remanence_T_hi"]
    field = np.minimum(
        b_r / (2.0 * slope), 1e3 * frame.loc[close, "knee_field_kA_m_hi"]
    )
    expected = (b_r - slope * field) * field / 1e3
    assert_allclose(
        frame.loc[close, "max_energy_product_kJ_m3_hi"], expected, rtol=1e-3
    )


def test_upper_end_has_the_upper_curie_temperature():
    """At the same share of T_C the model has the same polarization, whatever T_C is."""
    kelvin = 1015.0
    row = mk.predict(["SmCo5"], kelvin).iloc[0]
    same = kelvin * row["curie_temperature_K"] / row["curie_temperature_K_hi"]
    other = mk.predict(["SmCo5"], same).iloc[0]
    assert row["remanence_T_hi"] == pytest.approx(
        other["remanence_T"], rel=2e-3
    )


def test_neighbours_far_below_change_nothing():
    # Skins (Dy), walls (2:17) and shells have Curie temperatures of their own.
    recipes = [
        "SmCo5",
        "Nd1.8Dy0.2Fe14B",
        "Sm2Co14Fe3",
        "Nd2Fe14B",
        "Nd1.2Ce0.8Fe14B",
        "YCo5",
    ]
    shells = ["", "", "", "Tb 0.5 wt%", "", ""]
    at = [293.15, 520.0, 560.0]
    together = mk.magnetism.sintered(recipes, at, shell=shells)
    names = [f"{name}{end}" for name in ENDS for end in ("", "_lo", "_hi")]
    for k, (recipe, shell) in enumerate(zip(recipes, shells, strict=True)):
        alone = mk.magnetism.sintered([recipe], at, shell=shell or None)
        rows = slice(k * len(at), (k + 1) * len(at))
        assert_array_equal(together[names][rows], alone[names])


def test_scaled_phases_are_those_of_their_alloys():
    # Skins (Dy), walls (2:17) and shells, two of each, and an alloy that is left out.
    recipes = ["YCo5", "Nd1.8Dy0.2Fe14B", "Sm2Co17", "Nd2Fe14B"] * 2
    rims = ["", "", "", "Tb 0.5 wt%"] * 2
    table = CompositionTable.from_strings(recipes)
    made = alloys(table, shells=read_shells(rims, len(recipes)))
    rows = np.array([1, 2, 3, 5, 6, 7, 4])
    at = np.array([300.0, 550.0])
    same = _scale_phases(made.phases, rows, np.ones(len(rows)))
    expected = states(at, made.phases, made.rules())
    found = states(at, same, pick_rules(made.rules(), rows))
    for picked, every in zip(found, expected, strict=True):
        assert_array_equal(picked, every[:, rows])
    factors = 1.0 + 0.01 * np.arange(len(rows))
    hot = _scale_phases(made.phases, rows, factors)
    own = slice(0, len(rows))
    assert_allclose(hot.state[own, CURIE], factors * same.state[own, CURIE])
    for places in (hot.walls, hot.skins, hot.shells):
        has = places >= 0
        assert has.sum() >= 2
        curie = same.state[places[has], CURIE]
        assert_allclose(hot.state[places[has], CURIE], factors[has] * curie)
