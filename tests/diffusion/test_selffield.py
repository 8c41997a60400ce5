"""The magnet's own field beside published demagnetizing factors and a surface integral."""

import numpy as np
import pytest
from magnetkit.units import MU_0

from magnetkit.diffusion._local import Circuit, shape_case
from magnetkit.diffusion._shapes import SelfField, _tensor, cut, read_shape
from tests.diffusion.factors import block_factor, cylinder_factor


def test_closed_forms_equal_the_publication():
    # Aharoni, J. Appl. Phys. 83 (1998) 3432: a cube has a third, a square rod tends to none.
    assert block_factor((1, 1, 1)) == pytest.approx(1 / 3, abs=1e-12)
    assert block_factor((1, 1, 2)) == pytest.approx(0.19832, abs=2e-5)
    total = (
        block_factor((15, 5, 40))
        + block_factor((5, 40, 15))
        + block_factor((40, 15, 5))
    )
    assert total == pytest.approx(1.0, abs=1e-9)
    # Chen, Brug and Goldfarb, IEEE Trans. Magn. 27 (1991) 3601, susceptibility 0 (from memory).
    assert cylinder_factor(1.0) == pytest.approx(0.3116, abs=2e-4)
    assert cylinder_factor(2.0) == pytest.approx(0.1819, abs=2e-4)


@pytest.mark.parametrize("text", ["40x15x5mm", "10x10x10mm", "60x4x3mm"])
@pytest.mark.parametrize("along", ["x", "y", "z"])
def test_blocks_have_aharonis_factor(text, along):
    shape = read_shape(text)
    sides = list(shape.size)
    last = sides.pop("xyz".index(along))
    factor = SelfField(cut(shape, 4000), along).factor
    assert factor == pytest.approx(block_factor((*sides, last)), rel=1e-5)


@pytest.mark.parametrize(
    "text", ["disc:20x5mm", "disc:10x10mm", "disc:10x20mm"]
)
def test_discs_have_chens_factor_to_one_per_cent(text):
    shape = read_shape(text)
    factor = SelfField(cut(shape, 30000), "z").factor
    assert factor == pytest.approx(
        cylinder_factor(shape.size[1] / shape.size[0]), rel=0.01
    )


def test_a_cells_field_is_that_of_charged_faces():
    # Far from edges the mean over a small cell is the field at its middle: the solid angle of the
    # two charged faces over 4 pi.
    cells = cut(read_shape("20x10x4mm"), 30000)
    field = SelfField(cells, "z")
    middle = int(np.argmin(np.linalg.norm(cells.points, axis=1)))
    x, y, z = cells.points[middle]

    def angle(height):
        total = 0.0
        for sx, a in ((1, 10e-3 - x), (-1, -10e-3 - x)):
            for sy, b in ((1, 5e-3 - y), (-1, -5e-3 - y)):
                r = np.sqrt(a * a + b * b + height * height)
                total += sx * sy * np.arctan(a * b / (height * r))
        return total

    expected = (angle(2e-3 - z) + angle(2e-3 + z)) / (4 * np.pi)
    assert field.factors[middle] == pytest.approx(expected, rel=5e-3)


def test_pole_face_centre_is_worst():
    # The edge itself sees half the solid angle that the middle does; a cell 0.9 mm wide at the
    # edge reaches in to where it is more.
    cells = cut(read_shape("60x60x3mm"), 50000)
    case = shape_case(SelfField(cells, "z"), Circuit("z"), 300.0, 1.2, 1.0)
    half = 0.5 * np.array(cells.shape.box)

    def reverse_field(x, y):
        place = np.argmin(
            np.linalg.norm(cells.points - [x, y, half[2]], axis=1)
        )
        return case.reverse[place]

    middle = reverse_field(0.0, 0.0)
    assert middle > 0.97 * case.reverse.max()
    assert 1.3 < middle / reverse_field(half[0], 0.0) < 2.0
    assert 1.6 < middle / reverse_field(half[0], half[1]) < 4.0


def test_load_line_sets_the_mean_field():
    field = SelfField(cut(read_shape("40x15x5mm"), 2000), "z")
    stiff = shape_case(field, Circuit("z", 2.0), 300.0, 1.2, 1.0)
    mean = np.average(stiff.reverse, weights=field.cells.volumes)
    assert mean == pytest.approx(1.2 / MU_0 / 3.0, rel=1e-6)
    # The magnet's own part of the field is neither the currents' nor that of time.
    duty = Circuit("z", 2.0, outside_field_kA_m=80.0, creep=1e4)
    loaded = shape_case(field, duty, 300.0, 1.2, 1.0)
    assert loaded.reverse == pytest.approx(stiff.reverse + 9e4)
    assert loaded.own == pytest.approx(stiff.own)
    # J = B_r - (mu_rec - 1) mu_0 H on a line of permeance 2: H = B_r / mu_0 / (2 + mu_rec).
    soft = shape_case(field, Circuit("z", 2.0), 300.0, 1.2, 1.05)
    mean = np.average(soft.reverse, weights=field.cells.volumes)
    assert mean == pytest.approx(1.2 / MU_0 / 3.05, rel=2e-3)


@pytest.mark.parametrize(
    ("first", "second"), [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]
)
def test_far_cells_act_as_dipoles(first, second):
    counts = (10, 12, 30)
    step = np.array([1e-3, 0.8e-3, 0.3e-3])
    tensor = _tensor(counts, step, first, second)
    assert tensor.shape == counts
    where = np.array([9, 11, 28])
    apart = where * step
    distance = np.linalg.norm(apart)
    # N_ab = V (delta_ab - 3 r_a r_b / r^2) / (4 pi r^3).
    expected = float(first == second)
    expected -= 3.0 * apart[first] * apart[second] / distance**2
    expected *= np.prod(step) / (4.0 * np.pi * distance**3)
    scale = np.prod(step) / (4.0 * np.pi * distance**3)
    assert tensor[tuple(where)] == pytest.approx(expected, abs=0.01 * scale)


def test_a_cell_has_the_factors_of_its_faces():
    step = np.array([1.0, 0.7, 0.4])
    middle = [
        _tensor((1, 1, 1), step, first, second).item()
        for first, second in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    ]
    # The trace is 1, what lies across is nothing.
    assert sum(middle[:3]) == pytest.approx(1.0)
    assert middle[0] < middle[1] < middle[2]
    assert middle[3:] == pytest.approx([0.0] * 3, abs=1e-12)
    # Elsewhere the trace is nothing.
    traces = sum(_tensor((3, 3, 3), step, i, i) for i in range(3))
    assert traces.ravel()[1:] == pytest.approx(np.zeros(26), abs=1e-12)
