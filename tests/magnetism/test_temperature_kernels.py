"""Laws of coercivity with temperature, one function at a time: twins, limits, signs, print.

`python -m benchmarks.mutants.laws` changes each term of them and runs this file, without
compilation. What they make of magnets is in `test_law_of_temperature`.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from magnetkit.alloy.shell_rows import read_shells
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism import _magnet_kernels as kernels
from magnetkit.magnetism import squareness
from magnetkit.magnetism._magnets import alloys
from magnetkit.magnetism.laws import law

from . import naive_laws as naive

ROOM = 293.15
MU_0 = 1.25663706127e-6


@pytest.fixture(scope="module")
def book():
    constants = [
        getattr(law("temperature"), name)
        for name in kernels.TemperatureBook._fields
    ]
    return kernels.TemperatureBook(*np.array(constants))


USUAL = 586.0


@pytest.mark.parametrize("curie", [560.0, 700.0])
@pytest.mark.parametrize("kelvin", [77.0, ROOM, 423.15, 560.0])
def test_alpha_K_falls_as_its_twin(kelvin, curie, book):
    ratio = kernels.alpha_ratio(kelvin, 3.16, curie, USUAL, book)
    twin = naive.alpha_ratio(kelvin, 3.16, curie, USUAL)
    assert ratio == pytest.approx(twin, rel=1e-12)


def test_alpha_K_has_a_size(book):
    # Ten curves of makers and papers: 0.64 at 100 C, 0.41 to 0.43 at 150, 0.27 at 200 C with N_eff
    # 0, of which poles of N_eff about 1.1 take a third; the fall slows down.
    ratio = [
        kernels.alpha_ratio(kelvin, 3.16, USUAL, USUAL, book)
        for kelvin in (ROOM, 343.15, 373.15, 423.15, 473.15)
    ]
    assert ratio[0] == 1.0
    assert 0.70 < ratio[2] < 0.85
    assert ratio[4] / ratio[3] > ratio[1] / ratio[0]


@pytest.mark.parametrize("fall", [0.0, 1.4, 4.0])
@pytest.mark.parametrize("kelvin", [20.0, 250.0, ROOM, 400.0, 900.0, 1015.0])
def test_the_straight_line_is_its_twin(kelvin, fall, book):
    fraction = kernels.linear_fraction(kelvin, fall, 1020.0, book)
    twin = naive.linear_fraction(kelvin, fall, 1020.0)
    assert fraction == pytest.approx(twin, rel=1e-12)


def test_straight_line_ends_at_the_curie_temperature(book):
    for kelvin in (1020.0, 1100.0):
        assert kernels.linear_fraction(kelvin, 2.5, 1020.0, book) == 0.0
    # beta of SmCo5: -0.19 to -0.40 %/K in print.
    hot = kernels.linear_fraction(393.15, 2.5, 1020.0, book)
    assert 0.19 < 1.0 - hot < 0.40


@pytest.mark.parametrize("level", [0.8, 1.3])
@pytest.mark.parametrize("n_eff", [0.0, 1.1, 9.0])
def test_level_scales_coercivity_through_alpha_K(level, n_eff, book):
    def alpha(field):
        return kernels.producer_alpha(
            0.5, n_eff, level, 1.4, field, book.least_left
        )

    twin = naive.producer_alpha(0.5, n_eff, level, 1.4, 5.5e6)
    assert alpha(5.5e6) == pytest.approx(twin, rel=1e-12)
    assert alpha(0.0) == 0.5


@pytest.mark.parametrize("share", [0.0, 1e-6, 0.01, 0.049, 0.05, 0.5])
def test_small_remainders_are_less_certain(share, book):
    start = (0.0, 5.5e6, 1e6, 1.4, 2.75e6, 0.5)
    width = kernels.unsure(0.4, share * 2.75e6, start, book)
    twin = naive.unsure(0.4, share * 2.75e6, 2.75e6)
    assert width == pytest.approx(twin, rel=1e-12)
    assert 0.4 <= width <= 3.0
    assert kernels.unsure(0.4, 1.0, (0.0,) * 6, book) == 0.4


SHAPES = {
    "share": (0.7, 0.12, kernels.SHARE),
    "local fields": (0.95, 0.03, kernels.LOCAL_FIELDS),
    # So little known that the strong magnet's knee ends at its coercivity.
    "share of little": (0.98, 0.6, kernels.SHARE),
}


@pytest.mark.parametrize("name", list(SHAPES))
@pytest.mark.parametrize("h_cj", [0.0, 1e4, 4e4, 1.1e5, 1.2e6])
def test_the_knee_is_its_twin(name, h_cj, book):
    square, on_square, code = SHAPES[name]
    start = (0.0, 5.5e6, 1.2e6, 1.4, 2.75e6, 0.5)
    knees = kernels.knee_field(
        h_cj, 1.1, start, (square, on_square, code), 0.3, book.widest_ln
    )
    shape = (square, on_square, name)
    twin = naive.knee_field(h_cj, 1.1, 1.2e6, 1.4, shape, 0.3)
    assert_allclose(knees, twin, rtol=1e-12)
    # No knee lies beyond the coercivity of the same magnet.
    assert knees[0] <= knees[1] <= min(knees[2], h_cj)
    assert knees[2] <= h_cj * np.exp(0.3) * (1.0 + 1e-12)


def test_printed_squareness_equals_the_kernel():
    square = np.array([0.95, 0.95, 0.8, 0.7])
    hosts = np.array(["2:14:1", "2:14:1", "2:14:1", "2:17"])
    remanence = np.array([1.0, 0.844, 0.844, 0.9])
    coercivity = np.array([1.0, 0.285, 0.1, 0.5])
    ratio = squareness.squareness_ratio(square, hosts, remanence, coercivity)
    # N48SH, measured at 20 and 150 C: 0.95 becomes 0.85 where 0.285 of H_cJ is left.
    assert ratio[1] == pytest.approx(0.852, abs=1e-3)
    twin = []
    for i in range(4):
        name = "local fields" if hosts[i] == "2:14:1" else "share"
        shape = (square[i], 0.0, name)
        knees = naive.knee_field(
            coercivity[i], remanence[i], 1.0, 1.0, shape, 0.0
        )
        twin.append(knees[1] / coercivity[i])
    assert_allclose(ratio, twin)


KELVIN = np.array([ROOM, 150.0, 250.0, 373.15, 450.0, 520.0])


def make_magnet(formula, shell=None):
    """Return the phases of a formula, and rules under which H_cJ is the nucleation field."""
    magnets = alloys(
        CompositionTable.from_strings([formula]), None, read_shells(shell, 1)
    )
    one = {"alpha_k": 1.0, "level": 1.0, "temperature_law": kernels.NUCLEATION}
    none = dict.fromkeys(("n_eff", "decay", "pinned", "bend"), 0.0)
    return magnets.phases, with_rules(magnets.rules(), **one, **none)


def with_rules(rules, **values):
    """Return rules with other values for all alloys."""
    full = {k: np.full_like(getattr(rules, k), v) for k, v in values.items()}
    return rules._replace(**full)


def falls(phases, rules):
    """Return J_s (T) and H_cJ (A/m) of one alloy at `KELVIN`."""
    polarization, coercivity, _, _ = kernels.states(KELVIN, phases, rules)
    return polarization[:, 0], coercivity[:, 0]


@pytest.mark.parametrize("level", [1.0, 1.25])
def test_nucleation_is_field_less_poles(level, book):
    phases, bare = make_magnet("Nd2Fe14B")
    j, field = falls(phases, bare)
    # J_s of Nd2Fe14B at 20 C, and by how little it falls to 100 C (Herbst 1991).
    assert j[0] == pytest.approx(1.61, rel=0.02)
    assert 0.90 < j[3] / j[0] < 0.95
    rules = with_rules(
        bare,
        alpha_k=0.45,
        n_eff=1.1,
        decay=3.0,
        usual_curie=600.0,
        level=level,
        bend=2e-4,
    )
    polarization, coercivity = falls(phases, rules)
    # A measured alpha adds a straight line to J_s from 20 C on, and poles are those of the sum.
    straight = j * (1.0 + 2e-4 * (KELVIN - ROOM))
    assert_allclose(polarization, straight, rtol=1e-12)
    curie = phases.state[0, kernels.CURIE]
    alpha = naive.producer_alpha(0.45, 1.1, level, j[0], field[0])
    ratio = [naive.alpha_ratio(k, 3.0, curie, 600.0) for k in KELVIN]
    alpha_field = alpha * np.array(ratio) * field
    expected = np.maximum(
        alpha_field - 1.1 * polarization / MU_0,
        book.least_left * alpha_field,
    )
    assert_allclose(coercivity, expected, rtol=1e-12)
    at_room = level * (0.45 * field[0] - 1.1 * j[0] / MU_0)
    assert coercivity[0] == pytest.approx(at_room)
    # Poles beyond the field leave a share of it.
    _, little = falls(phases, with_rules(bare, n_eff=9.0))
    assert_allclose(little, book.least_left * field, rtol=1e-12)


def test_power_law_and_linear_law():
    phases, bare = make_magnet("Nd2Fe14B")
    j, field = falls(phases, bare)
    level = 1.1
    room = level * (0.45 * field[0] - 0.3 * j[0] / MU_0)
    laws = {
        "alpha_k": 0.45,
        "n_eff": 0.3,
        "usual_curie": 900.0,
        "level": level,
    }
    power = with_rules(bare, **laws, decay=1.6, temperature_law=kernels.POWER)
    expected = room * (field / field[0]) ** 1.6
    assert_allclose(falls(phases, power)[1], expected, rtol=1e-12)
    # The fall is that of magnets of another T_C; of pinned ones it is their own.
    curie = phases.state[0, kernels.CURIE]
    line = with_rules(bare, **laws, decay=1.4, temperature_law=kernels.LINEAR)
    pinning = with_rules(line, pinned=2e6)
    for rules, start, fall in (
        (line, room, 1.4 * 900.0 / curie),
        (pinning, 2e6 * level, 1.4),
    ):
        expected = [
            start * naive.linear_fraction(kelvin, fall, curie)
            for kelvin in KELVIN
        ]
        assert_allclose(falls(phases, rules)[1], expected, rtol=1e-12)


def alone(phases, rules, row, kelvin=KELVIN):
    """Return J_s (T) and nucleation field (A/m) of one row of the phases as an alloy of its own."""
    nothing = np.full(row + 1, -1)
    every = phases._replace(walls=nothing, skins=nothing, shells=nothing)
    copies = [np.repeat(rule, row + 1) for rule in rules[:-1]]
    rules = kernels.Rules._make([*copies, rules.book])
    states = kernels.states(kelvin, every, rules, picked=np.array([row]))
    return states[0][:, 0], states[1][:, 0]


def test_shell_adds_by_volume_and_coverage():
    phases, bare = make_magnet("Nd2Fe14B", "Tb 0.30 @ 0.10")
    core = alone(phases, bare, 0)
    shell = alone(phases, bare, int(phases.shells[0]))
    # J_s of Nd2Fe14B at 20 C (Herbst 1991); terbium's moments lie against those of iron.
    assert core[0][0] == pytest.approx(1.61, rel=0.02)
    assert (shell[0] < core[0]).all()
    assert (shell[1][KELVIN > 200.0] > core[1][KELVIN > 200.0]).all()
    phases = phases._replace(skins=np.full(1, -1))
    for part, cover, efficiency in (
        (0.0, 0.5, 0.8),
        (0.2, 1.0, 0.8),
        (0.7, 0.3, 1.0),
    ):
        thin = phases._replace(
            fraction=np.full(1, part),
            cover=np.full(1, cover),
            efficiency=efficiency,
        )
        polarization, coercivity = falls(thin, bare)
        mean = (1.0 - part) * core[0] + part * shell[0]
        assert_allclose(polarization, mean, rtol=1e-12)
        gain = shell[1] - core[1]
        gain = cover * np.where(gain > 0.0, efficiency * gain, gain)
        assert_allclose(coercivity, core[1] + gain, rtol=1e-9)


def test_walls_follow_their_cells_by_half_over_300_K(book):
    phases, bare = make_magnet("Sm(Co0.7Fe0.1Cu0.16Zr0.04)7.5")
    kelvin = np.array([150.0, 300.0, 450.0, 800.0])
    row = int(phases.walls[0])
    assert row > 0
    cell = alone(phases, bare, 0, kelvin)[0]
    wall = alone(phases, bare, row, kelvin)[0]
    # Above its own Curie temperature a wall keeps what its cells induce.
    assert np.isnan(wall[-1])
    assert book.wall_reference == 300.0
    wall_field = wall[1] / cell[1] * cell
    rim = (1.0 - book.wall_coupling) * np.nan_to_num(
        wall
    ) + book.wall_coupling * wall_field
    for share in (0.0, 0.6, 0.9):
        part = phases._replace(cells=np.full(1, share))
        polarization = kernels.states(kelvin, part, bare)[0][:, 0]
        assert_allclose(
            polarization, share * cell + (1.0 - share) * rim, rtol=1e-12
        )
