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
    straight_field,
)
from magnetkit.magnetism.laws import law
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


@pytest.mark.parametrize("load", [0.0, 2.0])
def test_fields_add_whatever_the_load_line(load):
    duty = Duty(load, 150.0, 100.0)
    self_field = 1.2 / MU_0 / (load + 1.05)
    assert duty.field(1.2 * ONE, 1.05 * ONE)[0] == pytest.approx(
        self_field + 150e3 + duty.creep
    )
    assert duty.safety(1.2 * ONE, 9e5 * ONE, 1.05 * ONE)[0] == pytest.approx(
        9e5 / (self_field + 150e3 + duty.creep)
    )


def test_each_decade_of_time_takes_five_millitesla():
    assert Duty(hours=0.0).creep == 0.0
    # 5 mT / mu_0 = 3.98 kA/m for each e-fold of time.
    loop = law("temperature").loop_hours
    assert Duty(hours=loop).creep == 0.0
    creep = Duty(hours=10.0 * loop).creep
    assert creep == pytest.approx(9.16e3, rel=2e-3)


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
