"""What a magnet stands: the field against it, what time takes, what is lost for good."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from magnetkit.errors import InputError
from magnetkit.units import MU_0, TEN_YEARS

from magnetkit.magnetism._demagnetization_kernels import (
    corner,
    flux_loss,
    polarization,
    straight_field,
)
from magnetkit.magnetism.sintered import Duty, read_duty

ONE = np.array([1.0])


def naive_loss(b_r, h_cj, knee, recoil, duty):
    """Return the share lost, by halving: where J(h + creep) meets the load line."""
    load, outside, creep = duty
    power = corner(b_r, h_cj, knee, recoil)
    low = 0.0
    high = b_r / MU_0 / (load + recoil) + outside
    for _ in range(200):
        h = 0.5 * (low + high)
        part = min(((h + creep) / h_cj) ** power, 2.0)
        j = (b_r - (recoil - 1.0) * MU_0 * h) * (1.0 - part)
        low, high = (
            (h, high)
            if j > MU_0 * ((1.0 + load) * h - (load + recoil) * outside)
            else (low, h)
        )
    return min(((low + creep) / h_cj) ** power, 2.0)


@given(
    st.floats(0.6, 1.4),
    st.floats(1e5, 2e6),
    st.floats(0.0, 6.0),
    st.floats(0.0, 2e5),
    st.floats(0.0, 6e4),
)
def test_the_loss_is_that_of_the_obvious_search(
    b_r, h_cj, load, outside, creep
):
    magnet = b_r, h_cj, 0.92 * h_cj, 1.05
    loss = flux_loss(*(x * ONE for x in magnet), load, outside, creep)[0]
    # Where all is reversed the curve has a corner, on which a search by halving may stop.
    assert loss == pytest.approx(
        naive_loss(*magnet, (load, outside, creep)), rel=1e-3, abs=1e-6
    )


def test_field_of_a_load_line_equals_the_textbook():
    # B_r / mu_0 = 1,034.5 kA/m over 1 + 1.05; an outside field adds what it is.
    field = straight_field(1.3, 1.05, 1.0, 0.0)
    assert field == pytest.approx(504.6e3, rel=1e-3)
    assert straight_field(1.3, 1.05, 1.0, 1e5) - field == pytest.approx(1e5)


@pytest.mark.parametrize("load", [0.0, 0.5, 2.0])
def test_fields_add_whatever_the_load_line(load):
    duty = Duty(load, 150.0, 100.0)
    self_field = 1.2 / MU_0 / (load + 1.05)
    assert duty.field(1.2 * ONE, 1.05 * ONE)[0] == pytest.approx(
        self_field + 150e3 + duty.creep
    )
    assert duty.safety(1.2 * ONE, 9e5 * ONE, 1.05 * ONE)[0] == pytest.approx(
        9e5 / (self_field + 150e3 + duty.creep)
    )


def test_outside_field_conversions_equal_a_circuit():
    # A magnet of permeability mu in its circuit, remanence zero: B = mu mu_0 H, and by Ampere's
    # law with a magnetomotive force F for each length, B = -P mu_0 (H - F) against it.
    load = 1.5
    recoil = 1.05
    force = 2e5
    field = force * load / (load + recoil)
    assert recoil * field == pytest.approx(load * (force - field))
    # On an open body of demagnetizing factor N = 1 / (1 + P): H = H_a - N (mu - 1) H.
    field_outside = 1e5
    field = field_outside * (1.0 + load) / (load + recoil)
    assert field == pytest.approx(
        field_outside - (recoil - 1.0) * field / (1.0 + load)
    )


def test_each_decade_of_time_takes_five_millitesla():
    assert Duty(hours=0.0).creep == 0.0
    # 5 mT / mu_0 = 3.98 kA/m for each e-fold of time.
    creep = Duty(hours=1000.0).creep - Duty(hours=100.0).creep
    assert creep == pytest.approx(9.16e3, rel=2e-3)


def test_loses_a_tenth_at_the_knee():
    # J is 0.9 B_r at the knee, recoil apart; a working point there has lost what makes it so.
    recoil = 1.0
    h_cj = 5e5
    b_r = 0.92 * h_cj * MU_0 * 2.0 / 0.9
    share = Duty(hours=0.0).loss(
        b_r * ONE, h_cj * ONE, 0.92 * h_cj * ONE, recoil * ONE
    )
    assert share[0] == pytest.approx(10.0, abs=0.05)


def test_loss_follows_field_time_and_load_line():
    def loss(**changes):
        return Duty(**{"load_line": 1.0, "hours": 100.0, **changes}).loss(
            1.1 * ONE, 5e5 * ONE, 4.6e5 * ONE, 1.05 * ONE
        )[0]

    assert loss(outside_field_kA_m=50.0) > loss() > loss(load_line=2.0)
    assert loss(hours=TEN_YEARS) > loss() > loss(hours=0.0)


def test_no_coercivity_loses_everything():
    none = Duty().loss(1.0 * ONE, 0.0 * ONE, 0.0 * ONE, 1.05 * ONE)
    assert none[0] == 100.0
    assert np.isnan(
        Duty().loss(np.nan * ONE, 1e5 * ONE, 9e4 * ONE, 1.05 * ONE)[0]
    )
    duty = Duty(load_line=1.0, outside_field_kA_m=3000.0)
    assert duty.loss(1.0 * ONE, 1e5 * ONE, 9e4 * ONE, 1.05 * ONE)[0] == 200.0


def test_polarization_is_the_loop_less_the_turned_part():
    power = corner(1.2, 1e6, 9.2e5, 1.05)
    assert polarization(1.2, 1e6, 1.05, power, 1e6) == pytest.approx(
        0.0, abs=1e-9
    )
    assert polarization(1.2, 1e6, 1.05, power, 5e6) == -1.2


@pytest.mark.parametrize(
    "fields",
    [
        {"load_line": -1.0},
        {"outside_field_kA_m": -1.0},
        {"hours": "x"},
        {"hours": float("nan")},
    ],
)
def test_refuses_a_duty_out_of_range(fields):
    (name,) = fields
    with pytest.raises(InputError, match=name):
        read_duty(Duty(**fields))
