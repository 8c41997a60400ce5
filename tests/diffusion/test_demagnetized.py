"""Partial demagnetization: signs, limits and a flux that balances."""

from dataclasses import replace

import numpy as np
import pytest

from magnetkit.diffusion._local import (
    Circuit,
    demagnetization_history,
    settle_reversal,
)
from magnetkit.diffusion._shapes import SelfField, cut, read_shape
from tests.diffusion.test_local import make_magnet

FIELD = SelfField(cut(read_shape("20x10x3mm"), 600), "z")
NONE = np.zeros(len(FIELD.cells.points))


def hot(h_cj):
    return replace(
        make_magnet(), coercivity=np.full(4, h_cj), temperature_K=420.0
    )


def test_a_strong_magnet_loses_nothing_for_good():
    history = demagnetization_history(
        [hot(2e6)], NONE, FIELD, [Circuit("z", 2.0)], make_magnet()
    ).iloc[0]
    assert history.irreversible_pct == pytest.approx(0.0, abs=1e-6)
    # On the recoil line J falls by 0.05 mu_0 H, and mu_0 H is B_r / 3.05.
    fall = 100.0 * 0.05 / 3.05
    assert history.flux_pct == pytest.approx(100.0 - fall, abs=0.01)
    assert history.reversible_pct == pytest.approx(fall, abs=0.01)


def test_reversible_and_irreversible_losses_add_up():
    history = demagnetization_history(
        [hot(6e5)], NONE, FIELD, [Circuit("z")], make_magnet()
    ).iloc[0]
    assert history.irreversible_pct > 1.0
    assert (
        history.flux_pct + history.reversible_pct + history.irreversible_pct
        == pytest.approx(100.0)
    )
    assert history.after_pct + history.irreversible_pct == pytest.approx(100.0)


def test_a_fault_field_leaves_its_mark():
    circuits = [Circuit("z", 2.0, f) for f in (0.0, 200.0, 0.0)]
    history = demagnetization_history(
        [hot(5e5)] * 3, NONE, FIELD, circuits, make_magnet()
    )
    assert (
        history["irreversible_pct"][1] > history["irreversible_pct"][0] + 1.0
    )
    # What is lost does not come back.
    assert history["irreversible_pct"][2] == pytest.approx(
        history["irreversible_pct"][1], abs=0.2
    )


def test_reversed_cells_relieve_their_neighbours():
    magnet = hot(6.5e5)
    share, reverse = settle_reversal(
        magnet, NONE, FIELD, Circuit("z"), np.ones(len(NONE))
    )
    frozen = FIELD.responding(np.full(len(NONE), 1.2 / 1.2566e-6), 1.05, 1.0)
    assert share.min() < 0.9
    assert reverse.mean() < 0.99 * (-frozen[:, 2]).mean()
