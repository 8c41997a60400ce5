"""Diffusion in depth beside an independent solver, and mass kept."""

import numpy as np
import pytest
from magnetkit.errors import InputError
from scipy.integrate import solve_ivp
from scipy.sparse import diags_array
from scipy.special import erfc

from benchmarks.accuracy.diffusion.validation import slab_profile
from magnetkit.diffusion import _profile
from magnetkit.diffusion._shapes import cut, read_shape

ANNEAL = _profile.Anneal("Dy", 900.0, 8.0)


def test_coefficients_equal_the_publication():
    assert _profile.coefficient("Dy", 800.0) == pytest.approx(
        9.8e-12, rel=1e-6
    )
    assert _profile.coefficient("Dy", 900.0) == pytest.approx(
        2.4e-11, rel=1e-6
    )


def test_the_printed_depths_are_where_the_profile_ends():
    # 1.8 mm at 800 C and 3.0 mm at 900 C after 8 h (daneshyari.com article 5490670).
    for celsius, depth in ((800.0, 1.8e-3), (900.0, 3.0e-3)):
        share = erfc(
            depth / 2.0 / np.sqrt(_profile.Anneal("Dy", celsius, 8.0).spread())
        )
        assert 0.005 < share < 0.03


def test_a_thick_slab_has_an_error_function():
    length = ANNEAL.spread()
    profile = slab_profile(20e-3, False, length, 800)
    depth = (np.arange(800) + 0.5) * 25e-6
    surface = 1.0 / (2.0 * np.sqrt(length / np.pi))
    assert np.allclose(
        profile,
        surface * erfc(depth / 2 / np.sqrt(length)),
        atol=2e-3 * surface,
    )


def test_thin_slab_equals_an_independent_solver():
    # Lines in x, scipy's BDF in time; the flux in is 1 / (2 sqrt(t t_end)).
    thickness = 3e-3
    n = 300
    end = 8 * 3600.0
    gap = thickness / n
    ends = np.array([-1.0, *[-2.0] * (n - 2), -1.0])
    rates = diags_array([1.0, ends, 1.0], offsets=[-1, 0, 1], shape=(n, n))
    rates = _profile.coefficient("Dy", 900.0) / gap**2 * rates.tocsc()

    def slope(t, c):
        change = rates @ c
        change[0] += 1.0 / (2.0 * np.sqrt(t * end)) / gap
        return change

    # Its first second puts in what the square root cannot resolve.
    first = np.zeros(n)
    first[0] = np.sqrt(1.0 / end) / gap
    done = solve_ivp(
        slope, (1.0, end), first, "BDF", rtol=1e-8, atol=1e-8, jac=rates
    )
    profile = slab_profile(thickness, False, ANNEAL.spread(), n)
    assert np.max(np.abs(profile - done.y[:, -1])) < 0.01 * profile.max()
    assert np.max(np.abs(profile / done.y[:, -1] - 1.0)) < 0.01


@pytest.mark.parametrize(
    "text", ["40x15x5mm", "disc:20x5mm", "ring:40x20x5mm"]
)
def test_mass_is_kept_to_1e_9(text):
    shape = read_shape(text)
    cells = cut(shape, 5000)
    spreading = _profile.Spreading(cells)
    rng = np.random.default_rng(0)
    for face in shape.faces:
        where = rng.random(spreading.grid(face)) < 0.4
        patch = _profile.Patch(face, where)
        inside = float(
            spreading.response(patch, ANNEAL.spread()) @ cells.volumes
        )
        assert inside == pytest.approx(spreading.patch_area(patch), rel=1e-9)


def test_faces_have_the_shapes_area():
    spreading = _profile.Spreading(cut(read_shape("ring:40x20x5mm"), 4000))
    areas = {
        f: spreading.areas(f).sum() * 1e6 for f in spreading.cells.shape.faces
    }
    assert areas["outer"] == pytest.approx(np.pi * 40 * 5)
    assert areas["inner"] == pytest.approx(np.pi * 20 * 5)
    assert areas["z+"] == pytest.approx(np.pi * (400 - 100))


def test_cells_hold_the_means_of_a_fine_profile():
    cells = cut(read_shape("40x15x5mm"), 12000)
    spreading = _profile.Spreading(cells)
    faces = [
        _profile.Patch(f, np.ones(spreading.grid(f), bool))
        for f in ("z-", "z+")
    ]
    response = sum(
        spreading.response(p, ANNEAL.spread()) for p in faces
    ).reshape(cells.counts)
    n = cells.counts[2]
    fine = (
        slab_profile(5e-3, True, ANNEAL.spread(), 50 * n)
        .reshape(n, 50)
        .mean(axis=1)
    )
    assert np.allclose(response, fine, rtol=0.01)


def test_modes_neither_grow_nor_lose():
    decay = np.array([0.0, 1e-6, 0.3, 50.0, 1e6])
    amplitudes = _profile.mode_amplitude(decay)
    assert amplitudes[0] == pytest.approx(1.0, abs=1e-12)
    assert (np.diff(amplitudes) <= 0.0).all()
    # Late modes see a steady source: 1 / (2 a).
    assert amplitudes[-1] == pytest.approx(0.5 / 1e6, rel=1e-3)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (("Gd", 900.0, 8.0), "expected Tb or Dy to be diffused in, got 'Gd'"),
        (("Tb", 749.9, 8.0), "between 750 and 950 C"),
        (("Tb", 950.1, 8.0), "between 750 and 950 C"),
        (("Tb", 900.0, 0.09), "0.1 to 200 hours"),
        (("Tb", 900.0, 200.1), "0.1 to 200 hours"),
    ],
)
def test_refuses_odd_anneals(odd, message):
    with pytest.raises(InputError, match=message):
        _profile.Anneal(*odd)


def test_anneals_reach_the_ends_of_their_ranges():
    short = _profile.Anneal("Tb", 750.0, 0.1)
    long = _profile.Anneal("Tb", 750.0, 200.0)
    assert long.spread() == pytest.approx(2000.0 * short.spread())
    assert _profile.Anneal("Dy", 950.0, 8.0).spread() > ANNEAL.spread()


@pytest.mark.parametrize(("element", "doubt"), [("Dy", 1.3), ("Tb", 2.0)])
def test_doubt_of_the_coefficient_is_a_factor(element, doubt):
    # datasets/diffusion/coefficients.csv: 2.4e-11 m2/s at 900 C, and its factor of doubt.
    anneal = _profile.Anneal(element, 900.0, 8.0)
    middle = 2.4e-11 * 8 * 3600.0
    assert anneal.spread() == pytest.approx(middle)
    assert anneal.spread(1.0) == pytest.approx(doubt * middle)
    assert anneal.spread(-2.0) == pytest.approx(middle / doubt**2)


def test_a_mode_decays_by_the_integral_of_dawson():
    # Abramowitz and Stegun, table 7.5: D(1) = 0.53807 95069, D(2) = 0.30134 03889.
    amplitudes = _profile.mode_amplitude(np.array([1.0, 4.0]))
    assert amplitudes == pytest.approx([0.5380795069, 0.3013403889 / 2.0])


def test_faces_have_the_directions_of_their_cells():
    block = _profile.Spreading(cut(read_shape("40x15x5mm"), 2000))
    nx, ny, nz = block.cells.counts
    grids = {"x-": (ny, nz), "y+": (nx, nz), "z-": (nx, ny)}
    x, y, z = block.cells.lines()
    lines = {"x-": (y, z), "y+": (x, z), "z-": (x, y)}
    for face, grid in grids.items():
        assert block.grid(face) == grid
        assert block.areas(face).shape == grid
        for middles, line in zip(
            block.middles(face), lines[face], strict=True
        ):
            assert middles == pytest.approx(line)
    ring = _profile.Spreading(cut(read_shape("ring:40x20x5mm"), 4000))
    (heights,) = ring.middles("outer")
    assert heights == pytest.approx(ring.cells.lines()[2])
    (radii,) = ring.middles("z+")
    # As fine as the cells, from the bore to the rim.
    gap = 10e-3 / len(radii)
    assert radii[[0, -1]] == pytest.approx([10e-3 + gap / 2, 20e-3 - gap / 2])
    assert gap == pytest.approx(ring.cells.step[0], rel=0.1)
    # Eight radii at least.
    disc = _profile.Spreading(cut(read_shape("disc:10x10mm"), 200))
    assert disc.grid("z+") == (8,)


def test_mass_stays_near_its_face():
    spreading = _profile.Spreading(cut(read_shape("40x15x5mm"), 2000))
    x, y, z = spreading.cells.points.T
    for face, towards in (
        ("x-", -x),
        ("x+", x),
        ("y-", -y),
        ("y+", y),
        ("z-", -z),
        ("z+", z),
    ):
        whole = _profile.Patch(face, np.ones(spreading.grid(face), bool))
        content = spreading.response(whole, ANNEAL.spread())
        assert content[towards == towards.max()].min() == pytest.approx(
            content.max()
        )
        assert content[towards == towards.min()].max() == pytest.approx(
            content.min(), abs=1e-9
        )


@pytest.mark.parametrize(
    ("text", "cells", "count"),
    [
        # Cells of 2 mm: two of twenty lie within 3 mm of an end.
        ("40x40x40mm", 8000, 400 - 16 * 16),
        # Sides of 4 mm: a quarter at each end, five of nineteen cells.
        ("4x4x4mm", 6859, 361 - 9 * 9),
    ],
)
def test_a_rim_is_three_millimetres_or_a_quarter(text, cells, count):
    spreading = _profile.Spreading(cut(read_shape(text), cells))
    (patches,) = _profile.face_groups("edges", spreading, "z")
    assert [patch.face for patch in patches] == "x- x+ y- y+ z- z+".split()
    assert {int(patch.where.sum()) for patch in patches} == {count}
    assert patches[0].where[0].all()
    assert patches[0].where[:, -1].all()
    assert not patches[0].where[9, 9]


@pytest.mark.parametrize(
    ("text", "rims"),
    [
        ("disc:20x10mm", [(7.0, 10.0)]),
        ("ring:40x20x10mm", [(10, 13), (17, 20)]),
    ],
)
def test_rim_of_a_round_face_is_where_the_magnet_ends(text, rims):
    spreading = _profile.Spreading(cut(read_shape(text), 4000))
    (patches,) = _profile.face_groups("edges", spreading, "z")
    rim = next(patch for patch in patches if patch.face == "z+")
    (radii,) = spreading.middles("z+")
    step_mm = 1e3 * (radii[1] - radii[0])
    radii_mm = 1e3 * radii
    for lower, upper in rims:
        inside = (radii_mm > lower + step_mm) & (radii_mm < upper - step_mm)
        assert rim.where[inside].all()
    near = [
        (radii_mm > lower - step_mm) & (radii_mm < upper + step_mm)
        for lower, upper in rims
    ]
    assert not rim.where[~np.any(near, axis=0)].any()


def test_parts_of_faces_are_about_three_millimetres():
    spreading = _profile.Spreading(cut(read_shape("20x10x2mm"), 2000))
    groups = _profile.face_groups("field", spreading, "z")
    assert all(len(group) == 1 for group in groups)
    patches = [group[0] for group in groups]
    counts = {
        face: sum(patch.face == face for patch in patches)
        for face in spreading.cells.shape.faces
    }
    # Six along 20 mm at most, three along 10 mm, one along 2 mm.
    assert list(counts.values()) == [3, 3, 6, 6, 18, 18]
    for face in counts:
        cover = sum(p.where.astype(int) for p in patches if p.face == face)
        assert (cover == 1).all()
    (first, *_) = [p for p in patches if p.face == "z+"]
    assert first.where[0, 0]
    assert first.where.any(axis=0).sum() == pytest.approx(
        first.where.shape[1] / 3, abs=1
    )


@pytest.mark.parametrize(
    ("text", "along", "faces", "expected"),
    [
        ("disc:20x5mm", "x", "poles", "outer"),
        ("disc:20x5mm", "x", "sides", "z- z+"),
        ("disc:20x5mm", "z", "poles", "z- z+"),
        ("ring:20x10x5mm", "z", "sides", "outer inner"),
        ("20x10x5mm", "y", "poles", "y- y+"),
        ("20x10x5mm", "y", " z+ ,x-,z+", "z+ x-"),
        ("20x10x5mm", "y", "all", "x- x+ y- y+ z- z+"),
    ],
)
def test_named_faces_are_whole_and_in_order(text, along, faces, expected):
    spreading = _profile.Spreading(cut(read_shape(text), 500))
    (patches,) = _profile.face_groups(faces, spreading, along)
    assert [patch.face for patch in patches] == expected.split()
    assert all(patch.where.all() for patch in patches)


def test_a_map_beside_the_magnet_is_told_with_both_spans():
    low, high = np.zeros(3), np.array([40e-3, 15e-3, 5e-3])
    text = _profile._compare_spans(low, high, np.array([40e-3, 15e-3, 5e-3]))
    assert text == (
        "it spans 0 to 40 x 0 to 15 x 0 to 5 mm, the magnet -20 to 20 x -7.5 to 7.5 x -2.5 to "
        "2.5 mm; take the middle, (20, 7.5, 2.5) mm, off its coordinates"
    )
