"""First-order magnetization processes."""

import numpy as np
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0

from benchmarks.accuracy.magnetism.first_order import rigid
from magnetkit import CompositionTable
from magnetkit.compound.parameters import prior_parameters
from magnetkit.magnetism.transitions import (
    alloys,
    critical,
    energy,
    first_order_transitions,
    processes,
)
from magnetkit.phases import partition
from magnetkit.surrogates.intrinsic import evaluate

FIELDS = np.linspace(0.0, 20.0, 9)


def of(formula, kelvin, parameters=None):
    part = partition(CompositionTable.from_strings([formula], basis="atomic"))
    return alloys(part.hard_phase, part.host, kelvin, parameters)[0]


@pytest.mark.parametrize("ratio", [1.5, 3.0, 5.0])
def test_two_constants_jump_as_asti_and_bolzoni_have_it(ratio):
    # K_2 < 0 < K_1: a jump to saturation for 1 < -K_1 / K_2 < 6, where the tangent from
    # s = (sqrt(3 x - 2) - 1) / 3, x = -K_1 / K_2, meets the energy of the plane.
    k1, k2, j_s = 4.0, -4.0 / ratio, 1.6
    s = (np.sqrt(3.0 * ratio - 2.0) - 1.0) / 3.0
    expected = (2.0 * k1 * s + 4.0 * k2 * s**3) * MU_0 * 1e6 / j_s
    start, (jump,) = critical(FIELDS, rigid([k1, k2], j_s, FIELDS))
    assert start == pytest.approx(np.pi / 2.0, abs=0.01)
    assert jump.field == pytest.approx(expected, rel=2e-3)
    assert np.cos(jump.before) == pytest.approx(s, abs=0.01)
    assert jump.after == 0.0
    assert jump.polarization_before == pytest.approx(j_s * s, rel=0.02)
    assert jump.polarization_after == pytest.approx(j_s)


@pytest.mark.parametrize("constants", [(4.0,), (4.0, 1.0), (4.0, -0.6), (4.0, 4.0, -1.0)])
def test_no_jump_outside_that_region(constants):
    assert critical(FIELDS, rigid(constants, 1.6, FIELDS))[1] == []


def test_a_third_constant_makes_a_jump_short_of_saturation():
    # Type 2 of Asti and Bolzoni: K_2 < 0 bends the curve up and K_3 > 0 down again.
    _, (jump,) = critical(FIELDS, rigid([4.0, -9.0, 8.0], 1.6, FIELDS))
    assert jump.after > 0.2


def test_published_fields_give_the_known_processes():
    # Pr2Fe14B 13 T and Nd2Fe14B 16 to 17 T along [100] at 4.2 K, none of Nd2Fe14B along [110]
    # (Hiroyoshi et al., Solid State Commun. 62 (1987) 475, from memory).
    found = processes(of("Pr2Fe14B", 4.2, prior_parameters()), 30.0)
    assert found[0][0] == "[100]"
    assert found[0][1] == pytest.approx(13.0, abs=1.5)
    found = {one[0]: one for one in processes(of("Nd2Fe14B", 4.2, prior_parameters()), 30.0)}
    assert found["[100]"][1] == pytest.approx(16.5, abs=1.5)
    assert found["[100]"][2] == "P1C"
    assert np.isnan(found["[110]"][1])


def test_energy_gives_polarization_and_anisotropy_of_the_model():
    part = partition(CompositionTable.from_strings(["Dy2Fe14B"], basis="atomic"))
    j_s, k1, k2, k3 = evaluate(part, 295.0, spread=False).value[0, 0, :4]
    fields = np.array([0.0, 0.5, 1.0, 1.5])
    both = [energy(of("Dy2Fe14B", 295.0), phi, False, fields)[:, 0] for phi in (0, np.pi / 4)]
    around = sum(both) / 2.0
    assert around[0] - around[-1] == pytest.approx(k1 + k2 + k3, rel=0.02)
    along = energy(of("Dy2Fe14B", 295.0), 0.0, True, fields)[0]
    slope = -np.gradient(along, fields, edge_order=2)[0] * 1e6 * MU_0
    assert slope == pytest.approx(j_s, rel=0.01)


def test_what_has_no_order_or_no_model_has_no_process():
    frame = first_order_transitions(["Nd2Fe14B", "Nd2Fe3"], "700K")
    assert frame["direction"].tolist() == ["", ""]
    assert frame["critical_field_T"].isna().all()


def test_metals_alone_turn_steadily():
    frame = first_order_transitions("Y2Fe14B", ["4.2K", "300K"])
    assert frame["direction"].tolist() == ["[100]", "[110]"] * 2
    assert frame["critical_field_T"].isna().all()


def test_a_field_out_of_range_is_refused():
    with pytest.raises(InputError, match="at most 100, got 500"):
        first_order_transitions("Nd2Fe14B", highest_field_T=500.0)
