"""Figures that are read from the points of a curve, by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism import measured_curve as curves
from magnetkit.magnetism.measured_curve import (
    find_crossing,
    find_largest_product,
)

MU_0 = 1.25663706127e-6


def raw(kind="polarization", **changes):
    values = {
        "kind": kind,
        "flux_head": "J (T)",
        "field_head": "H (kA/m)",
        "field_factor": 1e3,
        "kelvin": 300.0,
        "note": "",
        "field": np.array([0.0, 1e5]),
        "flux": np.array([1.2, 1.1]),
    }
    return SimpleNamespace(**values | changes)


def test_a_crossing_lies_between_two_points():
    field = np.array([0.0, 1.0, 2.0, 4.0])
    values = np.array([1.0, 0.8, 0.4, 0.0])
    assert find_crossing(field, values, 0.6) == pytest.approx(1.5)
    assert find_crossing(field, values, 0.0) == 4.0
    for level in (-0.1, 1.0, 2.0):
        assert np.isnan(find_crossing(field, values, level))


def test_the_largest_product_may_lie_between_points():
    field = np.array([0.0, 1e6])
    straight = np.array([1.2, 0.0])
    # Half of H_cB times half of B_r.
    assert find_largest_product(field, straight) == pytest.approx(3e5)
    steep = np.array([1.2, 1.1])
    assert find_largest_product(field, steep) == pytest.approx(1.1e6)
    negative = np.array([-1.0, -2.0])
    assert find_largest_product(field, negative) == 0.0
    level = np.array([1.0, 1.0])
    assert find_largest_product(field, level) == pytest.approx(1e6)


def test_remanence_is_on_the_line_through_what_is_near():
    field = np.array([1.0, 2.0, 3.0, 4.0, 100.0])
    level = 1.2 - 0.01 * field
    assert curves._read_remanence(field[:2], level[:2]) == pytest.approx(1.2)
    around = np.array([-1.0, 1.0, 100.0])
    values = np.array([1.21, 1.19, 0.0])
    assert curves._read_remanence(around, values) == pytest.approx(1.2)
    many = np.linspace(0.0, 1e6, 200)
    noise = np.where(np.arange(200) % 2, 1e-3, -1e-3)
    level = 1.2 - 1e-8 * many + noise
    assert curves._read_remanence(many, level) == pytest.approx(1.2, abs=1e-3)


def test_the_recoil_is_the_slope_before_the_knee():
    field = np.linspace(1e3, 1e6, 100)
    level = 1.2 - 0.05 * MU_0 * field
    level[80:] -= np.linspace(0.0, 1.2, 20)
    recoil = curves._read_recoil(field, level, 0.9 * 1.2)
    assert recoil == pytest.approx(1.05, abs=1e-6)
    # Noise of 0.1 mT is averaged over the points up to 0.3 of H_k.
    noise = np.where(np.arange(100) % 2, 1e-4, -1e-4)
    recoil = curves._read_recoil(field, level + noise, 0.9 * 1.2)
    assert recoil == pytest.approx(1.05, abs=1e-3)
    few = curves._read_recoil(field[:2], level[:2], 1.08)
    assert few == curves._USUAL_PERMEABILITY


def test_noise_is_smoothed_so_that_nothing_rises():
    field = np.array([2.0, 1.0, 1.0, 3.0])
    level = np.array([0.9, 1.0, 0.8, 0.95])
    fields, smooth = curves._without_noise(field, level)
    assert fields.tolist() == [1.0, 2.0, 3.0]
    assert smooth == pytest.approx([(0.9 + 0.9 + 0.95) / 3] * 3)
    assert (np.diff(smooth) <= 1e-12).all()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("polarization", 1.2), ("induction", 1.2 + 1e5 * MU_0)],
)
def test_induction_becomes_polarization(kind, expected):
    one = raw(kind, field=np.array([-1e5]), flux=np.array([1.2]))
    field, level = curves._inner_field("a", one, None)
    assert field.tolist() == [-1e5]
    assert level[0] == pytest.approx(expected)


def test_a_moment_needs_its_sample():
    one = raw("moment", field=np.array([-1e5]), flux=np.array([2.4e-8]))
    with pytest.raises(InputError, match="is a moment; give the shape"):
        curves._inner_field("a", one, None)
    sample = SimpleNamespace(volume=2e-8, factor=0.25)
    field, level = curves._inner_field("a", one, sample)
    assert level[0] == pytest.approx(1.2)
    assert field[0] == pytest.approx(-1e5 - 0.25 * 1.2 / MU_0)


@pytest.mark.parametrize(
    ("b_r", "coercivity", "recoil", "says"),
    [
        (1.2, 1e6, 0.5, "J rises against the field .* is 'J .T.' J and not B"),
        (12.0, 1e6, 1.05, "B_r is 12 T, .* in gauss, kG or mT"),
        (1.2, 1e9, 1.05, r"H_cJ is 1e\+06 kA/m, .* is 'H .kA/m.' in A/m"),
        (1.2, 4.775e5, 3.0, "falls on a straight line of slope 2.00 mu_0"),
    ],
)
def test_a_figure_that_no_magnet_has_is_asked(b_r, coercivity, recoil, says):
    with pytest.raises(InputError, match=says):
        curves._ask_if_implausible("a.csv", raw(), b_r, coercivity, recoil)


def test_usual_figures_pass():
    curves._ask_if_implausible("a.csv", raw(), 1.2, 1e6, 1.05)
    induction = raw("induction")
    curves._ask_if_implausible("a.csv", induction, 1.2, 4.775e5, 3.0)


def curve_at(celsius, coercivity=1000.0):
    return SimpleNamespace(
        temperature_K=celsius + 273.15, coercivity_kA_m=coercivity
    )


def test_the_first_curve_of_each_temperature_counts():
    hot, cold, again = curve_at(150.0, 500.0), curve_at(20.0), curve_at(20.1)
    again.coercivity_kA_m = 900.0
    says = "a second curve at 20 °C has H_cJ 900 kA/m beside 1000; the first"
    with pytest.warns(UserWarning, match=says):
        kept = curves._one_a_temperature([hot, cold, again])
    assert kept == [cold, hot]
    # Two kelvin apart are two temperatures.
    pair = [curve_at(22.0), curve_at(20.0)]
    assert curves._one_a_temperature(pair) == pair[::-1]
    assert curves._one_a_temperature([]) == []


def test_a_little_step_back_turns_no_loop():
    down = np.linspace(10.0, -10.0, 21)
    down[10] += 0.01
    loop = np.concatenate([down, down[::-1][1:]])
    first, second = curves._split_sweeps(loop, np.zeros_like(loop))
    assert (first[0], first[-1]) == (0, 20)
    assert (second[0], second[-1]) == (20, 40)


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ((0.05, 1e6, 1.05), (0.0499, 1e6, 1.05)),
        ((2.0, 1e6, 1.05), (2.001, 1e6, 1.05)),
        ((1.2, 1e4, 1.05), (1.2, 0.999e4, 1.05)),
        ((1.2, 8e6, 1.05), (1.2, 8.001e6, 1.05)),
        ((1.2, 1e6, 0.97), (1.2, 1e6, 0.969)),
        # A line that ends 4 or 6 per cent beside the measured H_cJ; a recoil of up to 1.8 is one.
        ((1.2, 1.06 * 1.2 / MU_0, 2.0), (1.2, 1.04 * 1.2 / MU_0, 2.0)),
        ((1.2, 1.25 * 1.2 / MU_0, 1.8), (1.2, 1.2 / MU_0 / 0.81, 1.81)),
        ((1.2, 1e6, 1.05), (np.nan, 1e6, 1.05)),
        ((1.2, 1e6, 1.05), (1.2, np.nan, 1.05)),
    ],
)
def test_limits_of_figures_include_their_ends(inside, outside):
    curves._ask_if_implausible("a.csv", raw(), *inside)
    with pytest.raises(InputError, match=r"a\.csv: "):
        curves._ask_if_implausible("a.csv", raw(), *outside)


@pytest.mark.parametrize(
    ("number", "unit"),
    [
        # Usual are 100 to 4000 kA/m; 1 kOe is 79.6 kA/m.
        (100.0, "in kA/m"),
        (4000.0, "in kA/m"),
        (4100.0, "in Oe"),
        (1.2e6, "in A/m"),
        (15.0, "in kOe"),
        (15e3, "in Oe"),
        (1.3, "in kOe"),
        (1.2, "in T (mu_0 H)"),
        (0.5, "in T (mu_0 H)"),
        (99.0, "in its unit"),
        (1e9, "in its unit"),
    ],
)
@pytest.mark.parametrize("factor", [1.0, 1e3])
def test_a_unit_is_guessed_by_a_usual_coercivity(number, unit, factor):
    one = raw(field_factor=factor)
    assert curves._likely_unit(number * factor, one) == unit


def test_a_recoil_needs_four_points():
    field = np.array([1e4, 2e4, 3e4, 4e4, 9e5])
    level = 1.2 - 0.1 * MU_0 * field
    level[4] = 0.0
    # The fourth point counts however early the knee is; the fifth lies beyond it.
    recoil = curves._read_recoil(field, level, 1.19)
    assert recoil == pytest.approx(1.1)
    assert curves._read_recoil(field[:4], level[:4], 0.0) == pytest.approx(1.1)
    assert curves._read_recoil(field[:3], level[:3], 0.0) == 1.05


def test_five_points_make_a_second_quadrant():
    h = np.array([2e5, 1e5, 0.0, -1e5, -2e5, -3e5, -4e5, -5e5])
    j = np.array([1.2, 1.2, 1.2, 1.19, 1.18, 1.17, 1.16, 0.0])
    # H = 0 counts, and J = 0 does not.
    ((field, level),) = curves._choose_branches("a.csv", h, j)
    assert field.tolist() == h[::-1].tolist()
    assert level.tolist() == j[::-1].tolist()
    with pytest.raises(InputError, match="5 points or more with H <= 0"):
        curves._choose_branches("a.csv", np.delete(h, 4), np.delete(j, 4))


@pytest.mark.parametrize(
    ("left", "coercivity"), [(0.0119, 1000.0), (0.0121, np.nan)]
)
def test_a_curve_may_end_just_before_its_coercivity(left, coercivity):
    # One per cent of 1.2 T may be left.
    field = np.linspace(0.0, 1e6, 101)
    level = np.append(np.full(100, 1.2), left)
    one = raw(note="of the name")
    curve = curves._figures("a.csv", field, level, one)
    assert curve.remanence_T == pytest.approx(1.2)
    assert curve.coercivity_kA_m == pytest.approx(coercivity, nan_ok=True)
    # J falls to 0.9 B_r within the last step.
    knee = 990.0 + 10.0 * 0.12 / (1.2 - left)
    assert curve.knee_field_kA_m == pytest.approx(knee)
    square = knee / coercivity
    assert curve.squareness == pytest.approx(square, nan_ok=True)
    # B = J - mu_0 H is 0 where mu_0 H is 1.2 T, and half of both is the largest product.
    assert curve.coercivity_b_kA_m == pytest.approx(1.2e-3 / MU_0)
    product = 0.25 * 1.2**2 / MU_0 / 1e3
    assert curve.max_energy_product_kJ_m3 == pytest.approx(product, rel=1e-3)
    assert curve.recoil_permeability == pytest.approx(1.0)
    assert (curve.temperature_K, curve.note) == (300.0, "of the name")
