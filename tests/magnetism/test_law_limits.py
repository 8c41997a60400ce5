"""Terms that no other test held: a weaker rim, too much gas, what lies outside a charge, half a
formula, the recoil slope in what heat takes."""

import numpy as np
import pytest

from magnetkit._core.units import MU_0
from magnetkit.alloy.shell_rows import read_shells
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism import sintered
from magnetkit.magnetism._demagnetization_kernels import flux_loss
from magnetkit.magnetism._magnet_kernels import ROOM, states
from magnetkit.magnetism._magnets import alloys
from magnetkit.phases.partition import partition
from magnetkit.surrogates._curie import prepare_query
from tests.recipes import make_table


def test_weaker_rim_starts_the_reversal():
    table = CompositionTable.from_strings(["Nd1.6Dy0.4Fe14B"])
    magnets = alloys(table, None, read_shells("Nd 1.00 @ 0.40", 1))
    rules = magnets.rules()._replace(level=np.ones(1))
    polarization, coercivity, _, _ = states(
        np.array([ROOM]), magnets.phases, rules
    )
    # A thick rim of Nd2Fe14B reverses at its own field, against the poles of the whole.
    rim = sintered("Nd2Fe14B", 293.15)["nucleation_field_T"][0] / MU_0
    poles = rules.n_eff[0] * polarization[0, 0] / MU_0
    assert coercivity[0, 0] == pytest.approx(
        rules.alpha_k[0] * rim - poles, rel=1e-3
    )
    bare = magnets.phases._replace(shells=np.full(1, -1))
    whole = states(np.array([ROOM]), bare, rules)[1]
    assert coercivity[0, 0] < 0.8 * whole[0, 0]


def test_excessive_gas_is_outside_the_model():
    frame = sintered(
        ["Nd31B1O2.9Fe bal.", "Nd31B1O3.1Fe bal."], 293.15, basis="weight"
    )
    assert frame["status"].tolist() == [
        "no free rare earth",
        "outside the model",
    ]


def test_secondary_phases_take_their_share_of_mass():
    # 68 g of iron and 1 g of boron make 0.0866 mol of Nd2Fe14B, 93.6 g, and some boride.
    part = partition(make_table("Nd31B1Fe bal.", basis="weight"))
    outside = prepare_query(part).outside[0]
    assert outside == pytest.approx(1.0 - 0.936, abs=0.01)
    # A compound has nothing outside.
    whole = prepare_query(
        partition(CompositionTable.from_strings(["Nd2Fe14B"]))
    )
    assert whole.outside[0] == 0.0


@pytest.mark.parametrize(
    ("recoil", "lost"), [(1.0, 0.1), (1.1, 0.0575916), (1.2, 0.0109890)]
)
def test_recoil_is_reversible(recoil, lost):
    # At load line 1 the knee, J = 0.9 T of B_r = 1 T, is at mu_0 H = 0.45 T. The recoil slope
    # takes (mu - 1) 0.45 of it for a while: 1 - 0.9 / (1 - 0.045) is what has reversed.
    knee = 0.45 / MU_0
    figures = (np.array([x]) for x in (1.0, 1.05 * knee, knee, recoil))
    assert flux_loss(*figures, 1.0, 0.0, 0.0)[0] == pytest.approx(
        lost, rel=2e-3
    )
