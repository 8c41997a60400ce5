import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit._core._arrays import N_WORK
from magnetkit.alloy import CompositionTable
from magnetkit.alloy.shell_rows import read_shells
from magnetkit.compound._intrinsic_kernels import CURIE, most_ions
from magnetkit.magnetism import _demagnetization_kernels as _demagnetization
from magnetkit.magnetism import _magnet_kernels as _magnets
from magnetkit.magnetism._magnets import alloys
from tests.magnetism import naive_sintered
from tests.recipes import make_table

MU_0 = 1.25663706127e-6


def _alloys(*formulas, shell=None):
    table = make_table(*formulas)
    return alloys(table, shells=read_shells(shell, len(formulas)))


FORMULAS = (
    "Nd2Fe14B Nd1.2Dy0.5Ce0.3Fe12Co2B SmCo5 Sm0.6Gd0.4Co4.5Cu0.5 Sm2Co17 "
    "Sm(Co0.7Fe0.1Cu0.16Zr0.04)6.7 Y2Co17 TbCo2 Eu2Fe14B PrCo5"
).split()


@pytest.mark.parametrize("shell", [None, "Tb 0.30 @ 0.10"])
def test_figures_equal_their_twin(shell):
    magnets = _alloys(*FORMULAS, shell=shell)
    n = len(FORMULAS)
    kelvins = np.array([350.0, 480.0])
    second = 423.0
    grid = np.arange(293.0, 1200.0, 50.0)
    rng = np.random.default_rng(4)
    on_b = rng.uniform(0.02, 0.1, (2, n))
    on_h = rng.uniform(0.1, 0.3, (2, n))
    on_q = rng.uniform(0.0, 0.2, n)
    on_alpha, on_beta = (rng.uniform(0.1, 0.3, n) for _ in range(2))
    floor = np.full(n, 5e-5)
    rows = magnets.rows
    factors = (magnets.factor, rows["squareness"], rows["recoil"])
    limit = rows["structure_limit_K"]
    cold = magnets.at(np.array([_magnets.ROOM]))
    room = np.column_stack([cold.polarization, cold.coercivity()])
    widths = _magnets.Widths(on_b, on_h, on_alpha, floor, on_beta, on_q)

    rules = magnets.rules()
    field = _fields(np.array([_magnets.ROOM]), magnets.phases)[1][0]
    whole = rules.alpha_k * field
    poles = rules.n_eff * np.nan_to_num(room[:, 0]) / MU_0
    whole = whole + (rules.level - 1.0) * np.maximum(
        whole - poles, 0.02 * whole
    )
    maximum = np.where(rules.pinned > 0.0, rules.pinned, whole)

    def shift(a, i, sign):
        room_field = (
            room[i] if rules.knee_law[i] == _magnets.LOCAL_FIELDS else None
        )
        return (
            np.exp(sign * on_b[a, i]),
            on_h[a, i],
            on_q[i],
            room_field,
            1 + sign,
            maximum[i],
        )

    got, status = _magnets.figures(
        kelvins, second, grid, magnets.phases, magnets.rules(), 0.8, widths
    )
    inside = np.concatenate(
        [grid[:1], [second], grid[(grid > 293.0) & (grid <= second)]]
    )
    whole = magnets.at(inside).status
    count = 0
    for a, kelvin in enumerate(kelvins):
        magnet_states = magnets.at(
            np.concatenate([[kelvin, grid[0], second], grid])
        )
        hot = magnets.at(
            np.concatenate([kelvins[:1], [grid[0], second], grid])
        )
        for i in range(n):
            states = [magnet_states.status[i, 0], *whole[i]]
            expected = next((s for s in states if s), 0)
            assert status[a, i] == expected
            if expected or not np.isfinite(magnets.factor[i]):
                assert np.isnan(got[:, :, a, i]).all()
                continue
            count += 1
            values = [r[i] for r in factors]
            for to, sign in ((0, 0), (1, -1), (2, 1)):
                twin = naive_sintered.figures(
                    magnet_states.polarization[i],
                    magnet_states.coercivity()[i],
                    magnet_states.temperature,
                    *values,
                    limit[i],
                    0.8,
                    *shift(a, i, sign),
                )
                assert_allclose(got[:4, to, a, i], twin[:4], rtol=1e-6)
            # T_max is one for all temperatures asked, with the spread at the first.
            ends = [
                naive_sintered.figures(
                    hot.polarization[i],
                    hot.coercivity()[i],
                    hot.temperature,
                    *values,
                    limit[i],
                    0.8,
                    *shift(0, i, sign),
                )[4]
                for sign in (0, -1, 1)
            ]
            expected = [ends[0], np.fmin.reduce(ends), np.fmax.reduce(ends)]
            assert_allclose(
                got[4, :, a, i], expected, rtol=1e-6, equal_nan=True
            )
            minimum = floor[i] * np.hypot(
                1.0, 3.0 / (1.0 + (twin[5] / 3e-4) ** 4)
            )
            half = (
                np.hypot(twin[5] * on_alpha[i], minimum),
                abs(twin[6]) * on_beta[i],
            )
            for k in (5, 6):
                width = half[k - 5]
                ends = [twin[k], twin[k] - width, twin[k] + width]
                assert_allclose(got[k, :, a, i], ends, rtol=1e-6)
    # Of the shelled only the two of 2:14:1 are within the model.
    assert count >= (12 if shell is None else 4)


def _fields(at, phases):
    """Return polarization and nucleation field of each alloy, before any process, (k, n) each."""
    work = np.empty((most_ions(phases.state), N_WORK))
    every = range(phases.walls.size)
    # Walls follow their cells by half, from 300 K on.
    ratios = [
        _magnets._wall_polarization_ratio(i, phases, 300.0, work)
        for i in every
    ]
    fields = []
    for kelvin in at:
        states = [
            _magnets.alloy_state(kelvin, i, phases, ratios[i], 0.5, True, work)
            for i in every
        ]
        fields.append([state[:2] for state in states])
    return np.array(fields).transpose(2, 0, 1)


# Of each family its own temperatures, K: from the cold to near T_C.
FAMILIES = {
    "2:14:1": (
        ["Nd2Fe14B", "Nd1.2Dy0.5Ce0.3Fe12Co2B", "Nd1.8Dy0.2Fe14B"],
        None,
        [200.0, 250.0, 330.0, 373.15, 423.15, 473.15, 493.15, 540.0],
    ),
    "1:5": (
        ["SmCo5", "Sm0.6Gd0.4Co4.5Cu0.5"],
        None,
        [77.0, 250.0, 400.0, 523.15, 800.0, 980.0],
    ),
    "2:17": (
        ["Sm2Co17", "Sm(Co0.7Fe0.1Cu0.16Zr0.04)6.7"],
        None,
        [77.0, 400.0, 573.15, 773.15],
    ),
    "2:17:3": (["Sm2Fe17N3"], None, [200.0, 400.0, 473.15, 600.0]),
    "1:12": (["SmFe11Ti"], None, [250.0, 400.0, 500.0]),
    "isotropic": (
        ["Nd2Fe14B"],
        "bonded-isotropic",
        [200.0, 373.15, 393.15, 500.0],
    ),
    "hot-deformed": (
        ["Nd2Fe14B"],
        "hot-deformed",
        [200.0, 373.15, 453.15, 500.0],
    ),
}


@pytest.mark.parametrize("level", [1.0, 1.25])
@pytest.mark.parametrize("family", list(FAMILIES))
def test_coercivity_equals_its_twin(family, level):
    formulas, route, kelvin = FAMILIES[family]
    table = CompositionTable.from_strings(formulas, basis="atomic")
    magnets = alloys(
        table, {"route": route, "level": level} if route else {"level": level}
    )
    at = np.array([_magnets.ROOM, *kelvin])
    polarization, field = _fields(at, magnets.phases)
    rules = magnets.rules()
    _, got, _, status = _magnets.states(at, magnets.phases, rules)
    count = 0
    for i in range(len(formulas)):
        of_row = {
            name: getattr(rules, name)[i]
            for name in rules._fields
            if name != "book"
        }
        for k in np.flatnonzero(status[:, i] == 0):
            expected = naive_sintered.coercivity(
                at[k],
                field[k, i],
                field[0, i],
                polarization[k, i],
                polarization[0, i],
                of_row,
                magnets.phases.state[i, CURIE],
            )
            assert got[k, i] == pytest.approx(expected, rel=1e-12)
            count += 1
    assert count >= 3 * len(formulas)


def test_figures_of_nothing():
    magnets = _alloys()
    none = np.zeros(0)
    widths = _magnets.Widths(none[None, :], none[None, :], *[none] * 4)
    kelvins = np.array([300.0])
    grid = np.array([293.0, 343.0])
    out, status = _magnets.figures(
        kelvins, 400.0, grid, magnets.phases, magnets.rules(), 1.0, widths
    )
    assert out.shape == (7, 3, 1, 0)
    assert status.shape == (1, 0)


def test_remanence_and_knee_limit_the_energy_product():
    free = _magnets.energy_product(1.2, 1e7, 1.05)
    assert free == pytest.approx(1.2**2 / (4 * MU_0 * 1.05))
    assert _magnets.energy_product(1.2, 2e5, 1.05) == pytest.approx(
        (1.2 - 1.05 * MU_0 * 2e5) * 2e5
    )
    assert _magnets.energy_product(1.2, 0.0, 1.05) == 0.0


def test_curve_passes_its_points():
    b_r, h_cj, knee, recoil = (
        np.array([v]) for v in (1.1, 1.6e6, 1.1e6, 1.05)
    )
    j = _demagnetization.curves(
        b_r, h_cj, knee, recoil, np.array([[0.0, 1.1e6, 1.6e6, 5e6]])
    )[0]
    assert_allclose(j[:3], [1.1, 0.99, 0.0], atol=1e-9)
    assert j[3] == -1.1


def test_working_field_lies_on_curve_and_load_line():
    rng = np.random.default_rng(5)
    b_r = rng.uniform(0.5, 1.4, 30)
    h_cj = rng.uniform(2e5, 2.5e6, 30)
    knee = 0.8 * h_cj
    recoil = np.full(30, 1.05)
    for load in (0.0, 0.5, 3.0):
        h = _demagnetization.working_fields(b_r, h_cj, knee, recoil, load)
        j = _demagnetization.curves(b_r, h_cj, knee, recoil, h[:, None])[:, 0]
        assert_allclose(j, (1.0 + load) * MU_0 * h, rtol=1e-6)


def test_curve_without_coercivity_or_figures():
    zero = np.zeros(1)
    one = np.ones(1)
    nan = np.full(1, np.nan)
    assert _demagnetization.curves(
        one, zero, zero, one, np.array([[0.0, 1.0]])
    ).tolist() == [[0.0, 0.0]]
    assert _demagnetization.working_fields(
        one, zero, zero, one, 1.0
    ).tolist() == [0.0]
    assert np.isnan(
        _demagnetization.curves(nan, nan, nan, one, np.array([[1.0]]))
    ).all()
    assert np.isnan(
        _demagnetization.working_fields(nan, nan, nan, one, 1.0)
    ).all()


def test_own_fields_crowd_at_the_knee():
    remanence = np.array([1.2, 1.2])
    hard = np.array([1.2e6, 4e5])
    figures = (remanence, hard, np.array([1.1e6, 3.7e5]), np.ones(2))
    h_cb = _demagnetization.working_fields(*figures, 0.0)
    fields = _demagnetization.own_fields(*figures, h_cb, 41)
    assert fields[:, 0].tolist() == [0.0, 0.0]
    assert_array_equal(fields[:, -1], figures[1])
    for row, crossing in zip(fields, h_cb, strict=True):
        assert (np.diff(row) > 0.0).all()
        assert crossing in row
    j = _demagnetization.curves(*figures, fields)
    assert (j[:, -1] == 0.0).all()
    # No step of J is larger than a twentieth of B_r, where even steps of H leave a third.
    assert (-np.diff(j) < 0.051 * 1.2).all()
    even = _demagnetization.curves(
        *figures, np.outer(figures[1], np.linspace(0.0, 1.0, 41))
    )
    assert (-np.diff(even)).max() > 0.3 * 1.2
    nan = np.array([np.nan])
    one = np.ones(1)
    zero = np.zeros(1)
    assert np.isnan(
        _demagnetization.own_fields(nan, nan, nan, one, nan, 9)
    ).all()
    assert (
        _demagnetization.own_fields(one, zero, zero, one, zero, 9) == 0.0
    ).all()


def test_quadratic_root_ends_coercivity():
    # (T - 500) (T - 700) and its negative, on either side; a line; one that ends in no magnet.
    t = np.array([400.0, 450.0, 520.0])
    parabola = (t - 500.0) * (t - 700.0)
    rows = np.array([parabola, (500.0 - t) * (t + 300.0), 3.0 * (500.0 - t)])
    for s in range(3):
        assert _demagnetization.crossing(t, rows, s) == pytest.approx(
            500.0, rel=1e-12
        )
    nan = np.nan
    two = np.array(
        [
            [nan, 60.0, -40.0],
            [100.0, 50.0, nan],
            [100.0, 20.0, nan],
            [50.0, 60.0, nan],
            [nan, 50.0, nan],
        ]
    )
    at = np.array([nan, 450.0, 520.0])
    assert _demagnetization.crossing(at, two, 0) == pytest.approx(
        450.0 + 70.0 * 0.6
    )
    # 50 K take 50, so that another 50 K would end it; 80 of 100 take 50 K; what rises, and what
    # nothing is known of before, ends where it was last seen.
    assert _demagnetization.crossing(t, two, 1) == pytest.approx(500.0)
    assert _demagnetization.crossing(t, two, 2) == pytest.approx(462.5)
    assert (
        _demagnetization.crossing(t, two, 3)
        == _demagnetization.crossing(at, two, 4)
        == 450.0
    )
    # No further than the last temperature.
    assert (
        _demagnetization.crossing(t, np.array([[100.0, 99.0, nan]]), 0)
        == 520.0
    )


def test_corner_loses_a_tenth_at_the_knee():
    magnets = (1.2, 1e6, 9e5, 1.05), (0.9, 2e6, 6e5, 1.1), (1.0, 8e5, 8e5, 1.0)
    for b_r, h_cj, knee, recoil in magnets:
        power = _demagnetization.corner(b_r, h_cj, knee, recoil)

        def j(h, b_r=b_r, h_cj=h_cj, recoil=recoil, power=power):
            return _demagnetization.polarization(b_r, h_cj, recoil, power, h)

        assert j(min(knee, h_cj * (1.0 - 1e-9))) == pytest.approx(
            0.9 * b_r, rel=1e-6
        )
        assert j(h_cj) == pytest.approx(0.0, abs=1e-9)
        # A field that helps turns nothing, one far beyond turns all.
        assert _demagnetization.reversed_share(h_cj, power, -1e5) == 0.0
        with np.errstate(over="ignore"):
            assert j(1.5 * h_cj) == j(10.0 * h_cj) == -b_r


def test_steep_load_line_has_almost_no_field():
    one = np.ones(1)
    fields = _demagnetization.working_fields(
        1.2 * one, 1e6 * one, 9e5 * one, 1.05 * one, 1e8
    )
    assert_allclose(fields, 1.2 / MU_0 / (1e8 + 1.05), rtol=1e-6)
