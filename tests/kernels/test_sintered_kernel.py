import numpy as np
import pytest

from magnetkit.composition import CompositionTable
from magnetkit.elements import INDEX, RARE_EARTHS, mask
from magnetkit.kernels import demagnetization as curve
from magnetkit.kernels import sintered as kernel
from tests.kernels import naive_sintered

MU_0 = 1.25663706127e-6


def _charge(table, rows, ratio=7.5, share=0.07):
    return kernel.hardening_charge(
        table.indptr,
        table.indices,
        table.values,
        np.asarray(rows),
        mask(RARE_EARTHS),
        INDEX["Cu"],
        ratio,
        share,
    )


def test_hardening_charge_equals_its_twin():
    texts = [
        "Sm2Co17",
        "Sm1.5Gd0.5Co14Fe3",
        "Sm2Co15Cu2",
        "SmFe2Mn",
        "Co3Cu1Sm0.3Zr0.1",
        "Fe2",
        "Cu2",
    ]
    table = CompositionTable.from_strings(texts)
    indptr, indices, values = _charge(table, [True] * len(texts))
    for i in range(len(texts)):
        old = slice(table.indptr[i], table.indptr[i + 1])
        row = dict(zip(table.indices[old].tolist(), table.values[old].tolist(), strict=True))
        expected = naive_sintered.hardening_charge(row, mask(RARE_EARTHS), INDEX["Cu"], 7.5, 0.07)
        new = slice(indptr[i], indptr[i + 1])
        got = dict(zip(indices[new].tolist(), values[new].tolist(), strict=True))
        assert list(got) == sorted(got)
        assert {c: v for c, v in got.items() if v} == pytest.approx(expected, abs=1e-14)


def test_hardening_charge_leaves_other_rows_alone():
    table = CompositionTable.from_strings(["Sm2Co17", "SmCo5"])
    indptr, indices, values = _charge(table, [False, False])
    assert indptr.tolist() == table.indptr.tolist()
    assert indices.tolist() == table.indices.tolist()
    assert values.tolist() == table.values.tolist()
    empty = _charge(table[:0], np.zeros(0, bool))
    assert [len(a) for a in empty] == [1, 0, 0]


def test_magnet_equals_its_twin():
    rng = np.random.default_rng(4)
    n = 40
    temperature = np.array([350.0, 293.0, 423.0, *np.arange(293.0, 900.0, 50.0)])
    curie = rng.uniform(500.0, 1200.0, n)
    t = np.clip(1.0 - temperature / curie[:, None], 0.0, None)
    polarization = rng.uniform(0.5, 1.6, (n, 1)) * t**0.36
    field = rng.uniform(1e6, 3e7, (n, 1)) * t
    bounds = ((0.7, 1), (0.05, 0.7), (0, 2), (0.5, 0.95), (1, 1.1), (500, 900))
    rows = [rng.uniform(a, b, n) for a, b in bounds]
    ones = np.ones(n)
    got = kernel.magnet(polarization, field, temperature, *rows, 0.8, ones, ones)
    for i in range(n):
        each = [r[i] for r in rows]
        expected = naive_sintered.figures(polarization[i], field[i], temperature, *each, 0.8)
        np.testing.assert_allclose(got[i], expected, rtol=1e-6, equal_nan=True)


def test_magnet_of_nothing_and_of_nan():
    temperature = np.array([300.0, 293.0, 423.0, 293.0, 343.0])
    one = np.ones(1)
    nan = np.full((1, 5), np.nan)
    out = kernel.magnet(nan, nan, temperature, *[one] * 6, 1.0, one, one)
    assert np.isnan(out).all()
    none = np.zeros(0)
    out = kernel.magnet(
        np.zeros((0, 5)), np.zeros((0, 5)), temperature, *[none] * 6, 1.0, none, none
    )
    assert out.shape == (0, 7)


def test_energy_product_is_limited_by_remanence_and_by_the_knee():
    free = kernel.energy_product(1.2, 1e7, 1.05)
    assert free == pytest.approx(1.2**2 / (4 * MU_0 * 1.05))
    assert kernel.energy_product(1.2, 2e5, 1.05) == pytest.approx((1.2 - 1.05 * MU_0 * 2e5) * 2e5)
    assert kernel.energy_product(1.2, 0.0, 1.05) == 0.0


def test_curve_passes_its_points():
    b_r, h_cj, knee, recoil = (np.array([v]) for v in (1.1, 1.6e6, 1.1e6, 1.05))
    j = curve.curves(b_r, h_cj, knee, recoil, np.array([0.0, 1.1e6, 1.6e6, 5e6]))[0]
    np.testing.assert_allclose(j[:3], [1.1, 0.99, 0.0], atol=1e-9)
    assert j[3] == -1.1


def test_working_field_lies_on_curve_and_load_line():
    rng = np.random.default_rng(5)
    b_r = rng.uniform(0.5, 1.4, 30)
    h_cj = rng.uniform(2e5, 2.5e6, 30)
    knee = 0.8 * h_cj
    recoil = np.full(30, 1.05)
    for load in (0.0, 0.5, 3.0):
        h = curve.working_fields(b_r, h_cj, knee, recoil, load)
        j = np.diag(curve.curves(b_r, h_cj, knee, recoil, h))
        np.testing.assert_allclose(j, (1.0 + load) * MU_0 * h, rtol=1e-6)


def test_curve_without_coercivity_or_figures():
    zero, one, nan = np.zeros(1), np.ones(1), np.full(1, np.nan)
    assert curve.curves(one, zero, zero, one, np.array([0.0, 1.0])).tolist() == [[0.0, 0.0]]
    assert curve.working_fields(one, zero, zero, one, 1.0).tolist() == [0.0]
    assert np.isnan(curve.curves(nan, nan, nan, one, np.array([1.0]))).all()
    assert np.isnan(curve.working_fields(nan, nan, nan, one, 1.0)).all()
