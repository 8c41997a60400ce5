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
    "odd", [("Gd", 900.0, 8.0), ("Tb", 500.0, 8.0), ("Tb", 900.0, 0.0)]
)
def test_refuses_odd_anneals(odd):
    with pytest.raises(InputError):
        _profile.Anneal(*odd)
