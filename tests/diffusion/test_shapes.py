"""Shapes and their cells."""

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.diffusion._shapes import cut, read_shape


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
        5,
    ],
)
def test_refuses_invalid_shapes(text):
    with pytest.raises(InputError, match=r"mm|inner"):
        read_shape(text)
