"""Laws of coercivity with temperature, one function at a time: twins, limits, signs, print.

`python -m benchmarks.mutants.laws` changes each term of them and runs this file, without
compilation. What they make of magnets is in `test_law_of_temperature`.
"""

import numpy as np
import pytest

from magnetkit.magnetism import _magnet_kernels as kernels
from magnetkit.magnetism import squareness
from magnetkit.magnetism.laws import law

from . import naive_laws as naive

ROOM = 293.15
MU_0 = 1.25663706127e-6


@pytest.fixture(scope="module")
def book():
    constants = [getattr(law("temperature"), name) for name in kernels.TemperatureBook._fields]
    return kernels.TemperatureBook(*np.array(constants))


@pytest.mark.parametrize("kelvin", [77.0, 200.0, 293.15, 300.0, 373.15, 423.15, 493.15, 560.0])
@pytest.mark.parametrize("curie", [560.0, 586.0, 700.0])
def test_alpha_K_falls_as_its_twin(kelvin, curie, book):
    ratio = kernels.alpha_ratio(kelvin, 3.16, curie, 586.0, book)
    assert ratio == pytest.approx(naive.alpha_ratio(kelvin, 3.16, curie, 586.0), rel=1e-12)


def test_alpha_K_has_limits_signs_and_a_size(book):
    def left(kelvin, decay=3.16, curie=586.0):
        return kernels.alpha_ratio(kelvin, decay, curie, 586.0, book)

    assert left(ROOM) == 1.0
    assert left(400.0, decay=0.0) == 1.0
    falling = [left(kelvin) for kelvin in (100.0, 200.0, ROOM, 350.0, 450.0, 550.0)]
    assert (np.diff(falling) < 0.0).all()
    # Where T_C is higher the same temperature is nearer to 20 C.
    assert left(423.15, curie=700.0) > left(423.15)
    # Ten curves of makers and papers: 0.64 at 100 C, 0.41 to 0.43 at 150, 0.27 at 200 C with N_eff
    # 0, of which poles of N_eff about 1.1 take a third; the fall slows down.
    assert 0.70 < left(373.15) < 0.85
    assert np.log(left(473.15) / left(423.15)) > np.log(left(343.15) / left(ROOM))
    # Far below 20 C it has settled.
    assert left(20.0) == pytest.approx(np.exp(3.16 * law("temperature").settles_cold), rel=1e-3)


@pytest.mark.parametrize("kelvin", [20.0, 77.0, 250.0, 293.15, 400.0, 700.0, 900.0, 1015.0, 1100.0])
def test_the_straight_line_is_its_twin(kelvin, book):
    fraction = kernels.linear_fraction(kelvin, 1.4, 1020.0, book)
    assert fraction == pytest.approx(naive.linear_fraction(kelvin, 1.4, 1020.0), rel=1e-12)


def test_the_straight_line_has_limits_signs_and_a_size(book):
    def left(kelvin, fall=2.5):
        return kernels.linear_fraction(kelvin, fall, 1020.0, book)

    assert left(ROOM) == 1.0
    assert left(1020.0) == left(1100.0) == 0.0
    # beta of SmCo5: -0.19 to -0.40 %/K in print.
    assert 0.19 < (1.0 - left(393.15)) * 100.0 / 100.0 < 0.40
    assert left(400.0) - left(350.0) == pytest.approx(left(350.0) - left(300.0))
    assert left(250.0) > 1.0
    assert left(4.0, fall=9.0) == law("temperature").most_cold
    # A fall that would leave nothing leaves next to nothing, and less of it the hotter it is.
    hot = [left(kelvin, fall=4.0) for kelvin in (800.0, 900.0, 1000.0)]
    assert hot[0] > hot[1] > hot[2] > 0.0
    # Without a fall order alone ends it.
    assert left(1000.0, fall=0.0) == pytest.approx((20.0 / 726.85) ** (1.0 / 3.0))


@pytest.mark.parametrize("level", [0.8, 1.0, 1.3])
@pytest.mark.parametrize("n_eff", [0.0, 1.1, 9.0])
def test_a_level_multiplies_coercivity_at_20_C_by_way_of_alpha_K(level, n_eff, book):
    alpha_k, j, field = 0.5, 1.4, 5.5e6
    alpha = kernels.producer_alpha(alpha_k, n_eff, level, j, field, book.least_left)
    assert alpha == pytest.approx(naive.producer_alpha(alpha_k, n_eff, level, j, field), rel=1e-12)
    poles = n_eff * j / MU_0
    before = max(alpha_k * field - poles, book.least_left * alpha_k * field)
    # Poles that leave nothing are counted from what is left.
    started = alpha_k * field - before
    assert alpha * field - started == pytest.approx(level * before, rel=1e-12)
    assert kernels.producer_alpha(alpha_k, n_eff, level, j, 0.0, book.least_left) == alpha_k


@pytest.mark.parametrize("share", [0.0, 1e-6, 0.001, 0.01, 0.049, 0.05, 0.5])
def test_what_is_left_of_little_is_known_the_less(share, book):
    start = (0.0, 5.5e6, 1e6, 1.4, 2.75e6, 0.5)
    width = kernels.unsure(0.4, share * 2.75e6, start, book)
    assert width == pytest.approx(naive.unsure(0.4, share * 2.75e6, 2.75e6), rel=1e-12)
    assert 0.4 <= width <= 3.0
    none = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert kernels.unsure(0.4, 1.0, none, book) == 0.4


SHAPES = {
    "share": (0.7, 0.12, kernels.SHARE),
    "local fields": (0.95, 0.03, kernels.LOCAL_FIELDS),
    # So little known that the strong magnet's knee ends at its coercivity.
    "share of little": (0.98, 0.6, kernels.SHARE),
}


@pytest.mark.parametrize("name", list(SHAPES))
@pytest.mark.parametrize("h_cj", [0.0, 4e4, 1.1e5, 5e5, 1.2e6])
def test_the_knee_is_its_twin(name, h_cj, book):
    square, on_square, code = SHAPES[name]
    start = (0.0, 5.5e6, 1.2e6, 1.4, 2.75e6, 0.5)
    knees = kernels.knee_field(h_cj, 1.1, start, (square, on_square, code), 0.3, book.widest_ln)
    twin = naive.knee_field(h_cj, 1.1, 1.2e6, 1.4, (square, on_square, name), 0.3)
    np.testing.assert_allclose(knees, twin, rtol=1e-12)
    assert knees[0] <= knees[1] <= knees[2]
    if h_cj > 0.0:
        # No knee lies beyond the coercivity of the same magnet.
        assert knees[1] <= h_cj
        assert knees[2] <= h_cj * np.exp(0.3) * (1.0 + 1e-12)


def test_the_knee_of_local_fields_is_coercivity_less_a_spread(book):
    start = (0.0, 5.5e6, 1.2e6, 1.4, 2.75e6, 0.5)
    shape = 0.95, 0.0, kernels.LOCAL_FIELDS
    _, knee, _ = kernels.knee_field(5e5, 1.1, start, shape, 0.0, book.widest_ln)
    assert knee == pytest.approx(5e5 - 0.05 * 1.2e6 * 1.1 / 1.4)
    # N48SH, measured at 20 and 150 C: 0.95 becomes 0.85 where 0.285 of H_cJ is left.
    assert squareness.squareness_ratio(0.95, "2:14:1", 0.844, 0.285) == pytest.approx(
        0.852, abs=1e-3
    )
    at_room = kernels.knee_field(1.2e6, 1.4, start, shape, 0.0, book.widest_ln)[1]
    assert at_room == pytest.approx(0.95 * 1.2e6)
    assert kernels.knee_field(1e4, 1.1, start, shape, 0.0, book.widest_ln) == (0.0, 0.0, 0.0)


def test_squareness_of_what_is_printed_is_that_of_the_kernel(book):
    square = np.array([0.95, 0.95, 0.8, 0.7])
    hosts = np.array(["2:14:1", "2:14:1", "2:14:1", "2:17"])
    remanence = np.array([1.0, 0.844, 0.844, 0.9])
    coercivity = np.array([1.0, 0.285, 0.1, 0.5])
    found = squareness.squareness_ratio(square, hosts, remanence, coercivity)
    for i in range(4):
        name = "local fields" if hosts[i] == "2:14:1" else "share"
        shape = square[i], 0.0, name
        twin = naive.knee_field(coercivity[i], remanence[i], 1.0, 1.0, shape, 0.0)[1]
        assert found[i] == pytest.approx(twin / coercivity[i])
