"""Shapes and their cells."""

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.diffusion._shapes import (
    Cells,
    _unfold_tensor,
    cut,
    read_shape,
)


@pytest.mark.parametrize(
    ("text", "volume_mm3"),
    [
        ("40x15x5mm", 3000.0),
        ("disc:20x5mm", np.pi * 100 * 5),
        ("ring:40x20x5mm", np.pi * (400 - 100) * 5),
    ],
)
def test_cells_fill_the_shape(text, volume_mm3):
    cells = cut(read_shape(text), 8000)
    assert 0.8 < len(cells.points) / 8000 < 1.25
    assert cells.volumes.sum() * 1e9 == pytest.approx(volume_mm3, rel=1e-12)
    assert np.abs(cells.points).max(axis=0) == pytest.approx(
        0.5 * np.array(cells.shape.box) - 0.5 * cells.step, rel=1e-9
    )
    # The middle of mass is the origin.
    assert np.allclose(cells.volumes @ cells.points, 0.0, atol=1e-18)


def test_diffusion_distance():
    block = read_shape("40x15x5mm")
    assert block.thickness(("z-", "z+")) == pytest.approx(2.5e-3)
    assert block.thickness(("z+",)) == pytest.approx(5e-3)
    assert block.thickness(("x-", "x+", "y+")) == pytest.approx(15e-3)
    assert read_shape("disc:20x50mm").thickness(("outer",)) == pytest.approx(
        10e-3
    )
    assert read_shape("ring:40x20x50mm").thickness(
        ("outer", "inner")
    ) == pytest.approx(5e-3)


@pytest.mark.parametrize(
    "text",
    [
        "40x15mm",
        "40x15x5",
        "40x15x5cm",
        "disc:20mm",
        "ring:20x40x5mm",
        "0.04x15x5mm",
        "0.09x15x5mm",
        "1001x15x5mm",
        "ring:20x20x5mm",
        "ring:20x5mm",
        "ball:20mm",
        "40 x 15 x 5 mm",
        "40x15x5x5mm",
        5,
    ],
)
def test_refuses_invalid_shapes(text):
    with pytest.raises(InputError, match=r"mm|inner"):
        read_shape(text)


def test_sizes_reach_from_a_tenth_to_a_thousand():
    assert read_shape("0.1x1000x.5mm").size == (0.1, 1000.0, 0.5)
    assert read_shape(" block : 40x15x5 mm ").kind == "block"


@pytest.mark.parametrize(
    ("text", "faces", "box", "bore"),
    [
        ("40x15x5mm", "x- x+ y- y+ z- z+", (40, 15, 5), 0.0),
        ("disc:20x5mm", "z- z+ outer", (20, 20, 5), 0.0),
        ("ring:40x20x5mm", "z- z+ outer inner", (40, 40, 5), 10.0),
    ],
)
def test_shapes_name_faces_and_box(text, faces, box, bore):
    shape = read_shape(text)
    assert str(shape) == text
    assert read_shape(shape) is shape
    assert shape.faces == tuple(faces.split())
    assert shape.box == pytest.approx([1e-3 * side for side in box])
    assert shape.inner_radius == pytest.approx(1e-3 * bore)


def test_cells_are_flatter_than_cubes():
    # 32 times as long, 8 times as many cells along it: lengths count to the power of 0.6.
    cells = cut(read_shape("32x32x1mm"), 64 * 8 * 8)
    assert cells.counts == (32, 32, 4)
    # Four at least, however thin.
    assert cut(read_shape("100x100x0.1mm"), 200).counts[2] == 4
    assert len(cut(read_shape("20x20x20mm")).points) == 23**3


def test_boxes_at_a_rim_are_half_full():
    cells = cut(read_shape("disc:20x5mm"), 2000)
    assert cells.fill.max() == 1.0
    assert cells.inside.sum() == len(cells.points)
    half_full = Cells(cells.shape, (1, 1, 3), np.array([[[0.49, 0.5, 1.0]]]))
    assert half_full.inside.ravel().tolist() == [False, True, True]
    # Those half full hold half, of a whole that is the shape's.
    assert half_full.volumes[1] == 2.0 * half_full.volumes[0]
    assert half_full.volumes.sum() == pytest.approx(cells.shape.volume)
    # Eight points along each side count a share in steps of a 64th.
    steps = 64.0 * cells.fill
    assert np.array_equal(steps, np.rint(steps))
    assert (steps % 2 == 1).any()


def test_a_tensor_changes_sign_behind_along_its_odd_axes():
    part = np.array([7.0, 1.0, 2.0]).reshape(3, 1, 1)
    even = _unfold_tensor(part, ())[:, 0, 0]
    odd = _unfold_tensor(part, (0, 1))[:, 0, 0]
    # Distances 0, 1, 2, none, -2, -1.
    assert even.tolist() == [7.0, 1.0, 2.0, 0.0, 2.0, 1.0]
    assert odd.tolist() == [7.0, 1.0, 2.0, 0.0, -2.0, -1.0]
