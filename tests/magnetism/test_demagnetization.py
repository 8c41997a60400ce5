import numpy as np
import pytest

from magnetkit.composition import CompositionTable
from magnetkit.errors import InputError
from magnetkit.magnetism import demagnetization, sintered
from magnetkit.units import MU_0


def _table(*formulas):
    return CompositionTable.from_strings(list(formulas))


def test_curves_agree_with_the_figures():
    table = _table("Nd2Fe14B", "SmCo5", "Sm(Co0.7Fe0.2Cu0.07Zr0.03)7.5")
    curves = demagnetization(table, [293.15, "150C"])
    frame = sintered(table, temperature=293.15)
    np.testing.assert_allclose(curves.remanence[:, 0], frame["remanence_T"], rtol=1e-9)
    np.testing.assert_allclose(curves.coercivity[:, 0], 1e3 * frame["coercivity_kA_m"], rtol=1e-9)
    product = (-curves.induction * curves.field).max(axis=2)[:, 0] / 1e3
    np.testing.assert_allclose(product, frame["max_energy_product_kJ_m3"], rtol=0.06)
    assert (curves.coercivity[:, 1] < curves.coercivity[:, 0]).all()


def test_curves_fall_from_remanence_and_pass_the_knee():
    curves = demagnetization(_table("SmCo5"), [293.15])
    j = curves.polarization[0, 0]
    assert j[0] == curves.remanence[0, 0]
    assert (np.diff(j) <= 1e-12).all()
    at_knee = np.interp(curves.knee_field[0, 0], -curves.field, j)
    assert at_knee == pytest.approx(0.9 * j[0], rel=2e-3)


def test_working_point_lies_on_the_load_line():
    curves = demagnetization(_table("SmCo5"), [293.15], load_line=2.0)
    b, h = curves.working_induction[0, 0], curves.working_field[0, 0]
    assert b == pytest.approx(-2.0 * MU_0 * h)
    order = np.argsort(curves.field)
    on_curve = np.interp(h, curves.field[order], curves.induction[0, 0][order])
    assert on_curve == pytest.approx(b, rel=1e-3)
    assert curves.above_knee[0, 0]


def test_what_is_no_magnet_has_no_curve():
    curves = demagnetization(_table("Y2Co17"), [300.0])
    assert np.isnan(curves.polarization).all()
    assert not curves.above_knee.any()


def test_fields_must_lie_in_the_second_quadrant():
    with pytest.raises(InputError, match="second quadrant"):
        demagnetization(_table("SmCo5"), fields=np.array([0.0, 1e5]))
    with pytest.raises(InputError, match="load_line"):
        demagnetization(_table("SmCo5"), load_line=-1.0)
