"""Faces of a magnet as they lie side by side in a picture."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from magnetkit.report._design_picture import _unfold_block, _unfold_round

HEIGHTS = [-0.003, -0.001, 0.003]
RING = 100.0 - 16.0
"""Square of 10 mm less that of 4 mm."""


def cover(mesh):
    """Return the area of the cells of a mesh, mm2, by the cross product of their diagonals."""
    x, y = (corners[1:, 1:] - corners[:-1, :-1] for corners in mesh)
    u, v = (corners[1:, :-1] - corners[:-1, 1:] for corners in mesh)
    return 0.5 * np.abs(x * v - y * u).sum()


@pytest.mark.parametrize(
    ("unfold", "edges", "areas"),
    [
        (
            _unfold_block,
            ([-0.01, 0.0, 0.01], [-0.005, 0.005], [-0.0015, 0.0, 0.0015]),
            {"x-": 30, "x+": 30, "y-": 60, "y+": 60, "z-": 200, "z+": 200},
        ),
        (
            _unfold_round,
            ([0.0, 0.006, 0.01], HEIGHTS),
            {"z+": 100 * np.pi, "z-": 100 * np.pi, "outer": 120 * np.pi},
        ),
        (
            _unfold_round,
            ([0.004, 0.01], HEIGHTS),
            {
                "z+": RING * np.pi,
                "z-": RING * np.pi,
                "outer": 120 * np.pi,
                "inner": 48 * np.pi,
            },
        ),
    ],
)
def test_faces_keep_their_areas_and_lie_apart(unfold, edges, areas):
    edges = tuple(map(np.array, edges))
    meshes = unfold(SimpleNamespace(edges=edges))
    assert meshes.keys() == areas.keys()
    for face, mesh in meshes.items():
        # A circle of 96 corners has 0.07 % less.
        assert cover(mesh) == pytest.approx(areas[face], rel=1e-3)
    for one, other in combinations(meshes.values(), 2):
        apart = [
            max(a.min() - b.max(), b.min() - a.max())
            for a, b in zip(one, other, strict=True)
        ]
        assert max(apart) > 1.0
