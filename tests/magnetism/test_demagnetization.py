import numpy as np
import pytest
from magnetkit.errors import InputError
from magnetkit.units import MU_0
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.alloy import CompositionTable
from magnetkit.magnetism import demagnetization, sintered


def _table(*formulas):
    return CompositionTable.from_strings(list(formulas))


def test_curves_agree_with_the_figures():
    table = _table("Nd2Fe14B", "SmCo5", "Sm(Co0.7Fe0.2Cu0.07Zr0.03)7.5")
    curves = demagnetization(table, [293.15, "150C"])
    frame = sintered(table, temperature=293.15)
    assert_allclose(curves.remanence[:, 0], frame["remanence_T"], rtol=1e-9)
    assert_allclose(
        curves.coercivity[:, 0], 1e3 * frame["coercivity_kA_m"], rtol=1e-9
    )
    product = (-curves.induction * curves.field).max(axis=2)[:, 0] / 1e3
    assert_allclose(product, frame["max_energy_product_kJ_m3"], rtol=0.06)
    assert (curves.coercivity[:, 1] < curves.coercivity[:, 0]).all()


def test_working_point_lies_on_the_load_line():
    curves = demagnetization(_table("SmCo5"), [293.15], load_line=2.0)
    b = curves.working_induction[0, 0]
    h = curves.working_field[0, 0]
    assert b == pytest.approx(-2.0 * MU_0 * h)
    on_curve = np.interp(
        h, curves.field[0, 0, ::-1], curves.induction[0, 0, ::-1]
    )
    assert on_curve == pytest.approx(b, rel=1e-3)
    assert curves.above_knee[0, 0]


def test_every_curve_ends_on_the_axis():
    curves = demagnetization(_table("Nd2Fe14B", "SmCo5"), "20C,150C")
    assert_array_equal(curves.field[:, :, -1], -curves.coercivity)
    assert (curves.polarization[:, :, -1] == 0.0).all()
    at = curves.field == -curves.coercivity_b[:, :, None]
    assert (at.sum(axis=2) == 1).all()
    assert_allclose(curves.induction[at], 0.0, atol=1e-9)


def test_given_fields_are_taken_for_all():
    curves = demagnetization(
        _table("Nd2Fe14B", "SmCo5"), fields=np.array([0.0, -1e5])
    )
    assert curves.field.shape == (2, 1, 2)
    assert (curves.field[..., 1] == -1e5).all()


def test_frame_repeats_no_point():
    curves = demagnetization(_table("Nd2Fe14B", "SmCo5"), ["20C", "150C"])
    frame = curves.to_frame(["Nd", "Sm"])
    assert len(frame) == curves.field.size
    part = frame[
        (frame["candidate"] == "Sm") & (frame["temperature_K"] == 423.15)
    ]
    assert_array_equal(part["induction_T"], curves.induction[1, 1])
    assert_allclose(part["field_kA_m"], 1e-3 * curves.field[1, 1])
    assert curves.to_frame()["candidate"].iloc[-1] == "magnet 2"
    with pytest.raises(InputError, match="2 labels"):
        curves.to_frame(["one"])


def test_other_materials_have_no_curve():
    curves = demagnetization(_table("Y2Co17"), [300.0])
    assert np.isnan(curves.polarization).all()
    assert not curves.above_knee.any()


def test_fields_must_lie_in_the_second_quadrant():
    with pytest.raises(InputError, match="second quadrant"):
        demagnetization(_table("SmCo5"), fields=np.array([0.0, 1e5]))
    with pytest.raises(InputError, match="load_line"):
        demagnetization(_table("SmCo5"), load_line=-1.0)
