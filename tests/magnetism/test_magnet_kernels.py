import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit._core._arrays import N_WORK
from magnetkit.alloy.shell_rows import read_shells
from magnetkit.compound._intrinsic_kernels import most_ions
from magnetkit.magnetism import _demagnetization_kernels as _demagnetization
from magnetkit.magnetism import _magnet_kernels as _magnets
from magnetkit.magnetism._magnets import alloys
from magnetkit.magnetism.process import KNEE_LAWS
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


def twin_facts(magnets):
    """Return what `naive_sintered.figures` asks of each magnet besides its states."""
    rules = magnets.rules()
    room = np.array([_magnets.ROOM])
    cold = magnets.at(room)
    j_room = cold.polarization[:, 0]
    whole = rules.alpha_k * _fields(room, magnets.phases)[1][0]
    poles = rules.n_eff * np.nan_to_num(j_room) / MU_0
    whole += (rules.level - 1.0) * np.maximum(whole - poles, 0.02 * whole)
    facts = [
        magnets.factor,
        magnets.rows["recoil"],
        magnets.rows["structure_limit_K"],
        j_room,
        cold.coercivity()[:, 0],
        np.where(rules.pinned > 0.0, rules.pinned, whole),
    ]
    return np.transpose(facts)


def make_widths(n):
    """Return half widths of two temperatures and n alloys, drawn."""
    rng = np.random.default_rng(4)
    return _magnets.Widths(
        rng.uniform(0.02, 0.1, (2, n)),
        rng.uniform(0.1, 0.3, (2, n)),
        rng.uniform(0.1, 0.3, n),
        np.full(n, 5e-5),
        rng.uniform(0.1, 0.3, n),
        rng.uniform(0.0, 0.2, n),
    )


@pytest.mark.parametrize("shell", [None, "Tb 0.30 @ 0.10"])
def test_figures_equal_their_twin(shell):
    magnets = _alloys(*FORMULAS, shell=shell)
    rules = magnets.rules()
    rows = magnets.rows
    n = len(FORMULAS)
    kelvins = np.array([350.0, 480.0])
    second = 423.0
    grid = np.arange(293.0, 1200.0, 50.0)
    widths = make_widths(n)
    on_b, on_h, on_alpha, floor, on_beta, on_q = widths
    got, status = _magnets.figures(
        kelvins, second, grid, magnets.phases, rules, 0.8, widths
    )
    facts = twin_facts(magnets)
    tried = np.concatenate([[grid[0], second], grid])
    states = [magnets.at(np.append(kelvin, tried)) for kelvin in kelvins]
    # Alpha, beta and T_max ask for a magnet up to the second temperature.
    use = (tried > 293.0) & (tried <= second)
    use[0] = True

    def twin(a, i, s):
        return naive_sintered.figures(
            states[a].polarization[i],
            states[a].coercivity()[i],
            states[a].temperature,
            facts[i],
            (rows["squareness"][i], on_q[i], KNEE_LAWS[rules.knee_law[i]]),
            0.8,
            (s, on_b[a, i], on_h[a, i]),
        )

    count = 0
    for a, i in np.ndindex(2, n):
        reasons = states[a].status[i]
        reason = next((s for s in [reasons[0], *reasons[1:][use]] if s), 0)
        assert status[a, i] == reason
        if reason or not np.isfinite(magnets.factor[i]):
            assert np.isnan(got[:, :, a, i]).all()
            continue
        count += 1
        weak, centre, strong = (twin(a, i, s) for s in range(3))
        expected = np.transpose([centre[:4], weak[:4], strong[:4]])
        assert_allclose(got[:4, :, a, i], expected, rtol=1e-6)
        # T_max is one for all temperatures asked, with the spread at the first.
        hottest = [twin(0, i, s)[4] for s in (1, 0, 2)]
        ends = [np.fmin.reduce(hottest), np.fmax.reduce(hottest)]
        assert_allclose(got[4, :, a, i], [hottest[0], *ends], rtol=1e-6)
        alpha, beta = strong[5:]
        minimum = floor[i] * np.hypot(1.0, 3.0 / (1.0 + (alpha / 3e-4) ** 4))
        half = np.hypot(alpha * on_alpha[i], minimum)
        assert_allclose(got[5, :, a, i], [alpha, alpha - half, alpha + half])
        half = abs(beta) * on_beta[i]
        assert_allclose(got[6, :, a, i], [beta, beta - half, beta + half])
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


@pytest.mark.parametrize("load", [0.0, 0.5, 3.0, 1e8])
def test_working_field_lies_on_curve_and_load_line(load):
    rng = np.random.default_rng(5)
    b_r = rng.uniform(0.5, 1.4, 30)
    h_cj = rng.uniform(2e5, 2.5e6, 30)
    knee = 0.8 * h_cj
    recoil = np.full(30, 1.05)
    h = _demagnetization.working_fields(b_r, h_cj, knee, recoil, load)
    j = _demagnetization.curves(b_r, h_cj, knee, recoil, h[:, None])[:, 0]
    assert_allclose(j, (1.0 + load) * MU_0 * h, rtol=1e-6)


@pytest.mark.parametrize(
    ("b_r", "h_cj", "expected"), [(1.0, 0.0, 0.0), (np.nan, np.nan, np.nan)]
)
def test_curve_without_coercivity_or_figures(b_r, h_cj, expected):
    figures = [np.full(1, value) for value in (b_r, h_cj, h_cj, 1.0)]
    field = np.array([[0.0, 1.0]])
    assert_array_equal(
        _demagnetization.curves(*figures, field), [[expected] * 2]
    )
    h_cb = _demagnetization.working_fields(*figures, 1.0)
    assert_array_equal(h_cb, [expected])
    own = _demagnetization.own_fields(*figures, h_cb, 9)
    assert_array_equal(own, [[expected] * 9])


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


def test_quadratic_root_ends_coercivity():
    # (T - 500) (T - 700) and its negative, on either side; a line; one that ends in no magnet.
    t = np.array([400.0, 450.0, 520.0])
    parabola = (t - 500.0) * (t - 700.0)
    rows = np.array([parabola, (500.0 - t) * (t + 300.0), 3.0 * (500.0 - t)])
    for s in range(3):
        assert _demagnetization.crossing(t, rows, s) == pytest.approx(
            500.0, rel=1e-12
        )


@pytest.mark.parametrize(
    ("before", "here", "after", "end"),
    [
        (np.nan, 60.0, -40.0, 450.0 + 70.0 * 0.6),
        # 50 K take 50, so that another 50 K would end it; 80 of 100 take 50 K.
        (100.0, 50.0, np.nan, 500.0),
        (100.0, 20.0, np.nan, 462.5),
        # What rises, and what nothing is known of before, ends where it was last seen.
        (50.0, 60.0, np.nan, 450.0),
        (np.nan, 50.0, np.nan, 450.0),
        # No further than the last temperature.
        (100.0, 99.0, np.nan, 520.0),
    ],
)
def test_a_line_ends_coercivity_of_two_points(before, here, after, end):
    first = np.nan if np.isnan(before) else 400.0
    row = np.array([[before, here, after]])
    t = np.array([first, 450.0, 520.0])
    assert _demagnetization.crossing(t, row, 0) == pytest.approx(end)


# Reverse fields over H_cJ: none, the knee, H_cJ and beyond; a field that helps turns nothing.
@pytest.mark.parametrize(
    ("b_r", "h_cj", "knee", "recoil"),
    [
        (1.2, 1e6, 9e5, 1.05),
        (0.9, 2e6, 6e5, 1.1),
        (1.0, 8e5, 8e5, 1.0),
    ],
)
def test_corner_loses_a_tenth_at_the_knee(b_r, h_cj, knee, recoil):
    figures = [np.full(1, value) for value in (b_r, h_cj, knee, recoil)]
    below = min(knee, h_cj * (1.0 - 1e-9))
    fields = np.array([[0.0, below, h_cj, 1.5 * h_cj, 10.0 * h_cj]])
    with np.errstate(over="ignore"):
        j = _demagnetization.curves(*figures, fields)[0]
    expected = [b_r, 0.9 * b_r, 0.0, -b_r, -b_r]
    assert_allclose(j, expected, rtol=1e-6, atol=1e-9)
    power = _demagnetization.corner(b_r, h_cj, knee, recoil)
    assert _demagnetization.reversed_share(h_cj, power, -1e5) == 0.0
