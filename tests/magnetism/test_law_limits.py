"""Terms that no other test held: a weaker rim, too much gas, what lies outside a charge."""

import numpy as np
import pytest

from magnetkit._core.units import MU_0
from magnetkit.alloy.shell_rows import read_shells
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism import sintered
from magnetkit.magnetism._magnet_kernels import ROOM, states
from magnetkit.magnetism._magnets import alloys
from magnetkit.phases.partition import partition
from magnetkit.surrogates._curie import prepare_query


def test_a_weaker_rim_lets_reversal_begin_in_it_whatever_the_core_is():
    table = CompositionTable.from_strings(["Nd1.6Dy0.4Fe14B"])
    made = alloys(table, None, read_shells("Nd 1.00 @ 0.40", 1))
    rules = made.rules()._replace(level=np.ones(1))
    polarization, coercivity, _, _ = states(np.array([ROOM]), made.phases, rules)
    # A thick rim of Nd2Fe14B reverses at its own field, against the poles of the whole.
    rim = sintered("Nd2Fe14B", 293.15)["nucleation_field_T"][0] / MU_0
    poles = rules.n_eff[0] * polarization[0, 0] / MU_0
    assert coercivity[0, 0] == pytest.approx(rules.alpha_k[0] * rim - poles, rel=1e-3)
    bare = made.phases._replace(shells=np.full(1, -1))
    assert coercivity[0, 0] < 0.8 * states(np.array([ROOM]), bare, rules)[1][0, 0]


def test_more_gas_than_any_magnet_holds_is_outside_the_model():
    found = sintered(["Nd31B1O2.9Fe bal.", "Nd31B1O3.1Fe bal."], 293.15, basis="weight")
    assert found["status"].tolist() == ["no free rare earth", "outside the model"]


def test_what_lies_outside_the_hard_phase_of_a_charge_is_its_share_of_mass():
    # 68 g of iron and 1 g of boron make 0.0866 mol of Nd2Fe14B, 93.6 g, and some boride.
    part = partition(CompositionTable.from_strings(["Nd31B1Fe bal."], basis="weight"))
    outside = prepare_query(part).outside[0]
    assert outside == pytest.approx(1.0 - 0.936, abs=0.01)
    # A compound has nothing outside.
    whole = prepare_query(partition(CompositionTable.from_strings(["Nd2Fe14B"])))
    assert whole.outside[0] == 0.0
