"""Equal flux by hand, and against the field that magpylib computes of blocks and rings."""

import numpy as np
import pytest
from magnetkit.errors import InputError

from magnetkit.curves.same_flux import (
    Circuit,
    OpenBody,
    RecoilLine,
    _find_root,
    match_flux,
    read_surroundings,
    working_induction,
)
from magnetkit.diffusion._shapes import read_shape
from magnetkit.magnetism.margin import margin_line
from magnetkit.magnetism.sintered import Duty


def test_thickness_by_hand():
    # B_0 = 1.2 x 2 / 3.05 = 0.78689 T; P = 1.05 / (1.1 / 0.78689 - 1) = 2.6386.
    today = RecoilLine(1.2, 1.05, 7600.0)
    other = RecoilLine(1.1, 1.05, 7500.0)
    equal = match_flux(today, other, Circuit(Duty(2.0, 100.0)))
    assert equal.thickness == pytest.approx(2.6386 / 2.0, rel=1e-4)
    assert equal.mass == pytest.approx(2.6386 / 2.0 * 7500 / 7600, rel=1e-4)
    # N I / (l_g (P + mu_rec)): the thicker magnet sees 3.05 / 3.6886 of the field.
    assert equal.duty.outside_field_kA_m == pytest.approx(
        100 * 3.05 / 3.6886, rel=1e-4
    )
    b = 1.1 * equal.duty.load_line / (equal.duty.load_line + 1.05)
    assert b == pytest.approx(1.2 * 2.0 / 3.05)


def test_no_thickness_gives_a_flux_above_remanence():
    today = RecoilLine(1.3, 1.05, 7600.0)
    equal = match_flux(
        today, RecoilLine(0.9, 1.05, 8400.0), Circuit(Duty(4.0))
    )
    assert np.isnan(equal.thickness)
    assert match_flux(
        today, today, Circuit(Duty(4.0))
    ).thickness == pytest.approx(1.0)


def test_a_ring_is_magnetized_along_its_axis():
    with pytest.raises(InputError, match="along its axis"):
        read_surroundings(Duty(), "ring:40x20x5mm", "x")


def make_magnet(kind, size, polarization, position=0.0):
    import magpylib

    metres = [1e-3 * length for length in size]
    if kind == "block":
        magnet = magpylib.magnet.Cuboid(
            dimension=metres, polarization=(0, 0, polarization)
        )
    else:
        outer, inner, height = metres
        bounds = [0.5 * inner, 0.5 * outer, height, 0.0, 360.0]
        magnet = magpylib.magnet.CylinderSegment(
            dimension=bounds, polarization=(0, 0, polarization)
        )
    magnet.position = (0, 0, position)
    return magnet


def volume_points(kind, size, count=9):
    """Points evenly spread over the volume of a body and their weights."""
    middles = (np.arange(count) + 0.5) / count - 0.5
    if kind == "block":
        x, y, z = (1e-3 * length * middles for length in size)
        grid = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(
            -1, 3
        )
        return grid, np.ones(len(grid))
    outer, inner, height = (1e-3 * length for length in size)
    radius = 0.25 * (outer + inner) + 0.5 * (outer - inner) * middles
    r, z = np.meshgrid(radius, height * middles, indexing="ij")
    grid = np.stack([r, np.zeros_like(r), z], axis=-1).reshape(-1, 3)
    return grid, grid[:, 0]


def mean_induction(sources, kind, size):
    import magpylib

    points, weights = volume_points(kind, size)
    return float(
        np.average(
            magpylib.getB(sources, points, sumup=True)[:, 2], weights=weights
        )
    )


OPEN = [
    ("block", (20.0, 20.0, 5.0)),
    ("block", (40.0, 15.0, 5.0)),
    ("block", (10.0, 10.0, 10.0)),
    ("ring", (40.0, 20.0, 5.0)),
    ("ring", (30.0, 10.0, 12.0)),
]


@pytest.mark.peer
@pytest.mark.parametrize(("kind", "size"), OPEN)
def test_body_alone_carries_the_flux_of_magpylib(kind, size):
    pytest.importorskip("magpylib")
    text = f"{kind}:{'x'.join(f'{length:g}' for length in size)}mm"
    today = RecoilLine(1.20, 1.0, 7600.0)
    other = RecoilLine(1.08, 1.0, 7600.0)
    equal = match_flux(today, other, read_surroundings(Duty(), text, "z"))
    longer = (*size[:2], size[2] * equal.thickness)
    before = mean_induction(
        [make_magnet(kind, size, today.remanence)], kind, size
    )
    after = mean_induction(
        [make_magnet(kind, longer, other.remanence)], kind, longer
    )
    assert equal.thickness > 1.1
    assert after == pytest.approx(before, rel=0.01)


GAPS = [
    ("block", (80.0, 80.0, 4.0), 2.0),
    ("block", (80.0, 60.0, 3.0), 2.0),
    ("block", (60.0, 60.0, 2.0), 1.0),
    ("ring", (80.0, 20.0, 4.0), 2.0),
    ("ring", (100.0, 40.0, 3.0), 1.5),
]


@pytest.mark.peer
@pytest.mark.parametrize(("kind", "size", "gap"), GAPS)
def test_iron_circuit_carries_the_flux_of_its_images(kind, size, gap):
    """Poles of infinite permeability mirror magnet and gap: a stack of magnets 2 l, gaps 2 g."""
    pytest.importorskip("magpylib")
    today = RecoilLine(1.20, 1.0, 7600.0)
    other = RecoilLine(1.10, 1.0, 7600.0)
    equal = match_flux(today, other, Circuit(Duty(size[2] / gap)))

    def induction(remanence, thickness):
        double = (*size[:2], 2.0 * thickness)
        pitch = 2e-3 * (thickness + gap)
        images = range(-60, 61)
        stack = [
            make_magnet(kind, double, remanence, pitch * i) for i in images
        ]
        return mean_induction(stack, kind, double)

    before = induction(today.remanence, size[2])
    after = induction(other.remanence, size[2] * equal.thickness)
    assert after == pytest.approx(before, rel=0.01)
    load_line = size[2] / gap
    # Fringing at the rim of the gap is the rest.
    assert before == pytest.approx(
        1.20 * load_line / (load_line + 1.0), rel=0.04
    )


def test_a_margin_is_one_line():
    sheet = {
        "temperature_K": 423.15,
        "guaranteed": 1.214,
        "typical": 1.336,
        "loses_from_K": 436.4,
    }
    text = "margin at 150 °C with 150 kA/m: 1.21 guaranteed, 1.34 typical; loses 5 % from 163 °C"
    assert margin_line(**sheet, outside_field_kA_m=150.0) == text
    bare = margin_line(**sheet | {"typical": np.nan, "loses_from_K": np.nan})
    assert bare == "margin at 150 °C: 1.21 guaranteed"


def test_no_load_line_has_no_equal_flux():
    today = RecoilLine(1.3, 1.05, 7600.0)
    other = RecoilLine(1.2, 1.05, 7600.0)
    assert np.isnan(match_flux(today, other, Circuit(Duty(0.0))).thickness)


@pytest.mark.parametrize(
    ("shape", "along", "size"),
    [
        ("40x15x5mm", "x", (80.0, 15.0, 5.0)),
        ("40x15x5mm", "y", (40.0, 30.0, 5.0)),
        ("40x15x5mm", "z", (40.0, 15.0, 10.0)),
        ("disc:20x5mm", "z", (20.0, 10.0)),
        ("ring:40x20x5mm", "z", (40.0, 20.0, 10.0)),
    ],
)
def test_a_body_grows_along_its_magnetization(shape, along, size):
    body = OpenBody(Duty(), read_shape(shape), along)
    assert body.stretch(2.0).size == size
    assert body.load_line(2.0) > body.load_line(1.0)


def test_a_cube_alone_has_its_load_line_and_equal_flux():
    cube = read_surroundings(Duty(9.0, 60.0, 5.0), "10x10x10mm", "z")
    # A third of J acts against a cube, so that B is two thirds of B_r at mu_rec = 1.
    assert cube.load_line(1.0) == pytest.approx(2.0, rel=0.01)
    today = RecoilLine(1.2, 1.0, 7600.0)
    other = RecoilLine(1.1, 1.1, 8000.0)
    equal = match_flux(today, other, cube)
    line = equal.duty.load_line
    assert line == pytest.approx(cube.load_line(equal.thickness))
    before = working_induction(1.2, 1.0, cube.load_line(1.0))
    assert working_induction(1.1, 1.1, line) == pytest.approx(before)
    assert equal.mass == pytest.approx(equal.thickness * 8000.0 / 7600.0)
    # An applied field is that inside at mu_rec = 1, (1 + P) / (P + mu_rec) of it otherwise.
    inside = 60.0 * (1.0 + line) / (line + 1.1)
    assert equal.duty.outside_field_kA_m == pytest.approx(inside)
    assert equal.duty.hours == 5.0
    weak = RecoilLine(before, 1.0, 7600.0)
    for odd in (weak, RecoilLine(float("nan"), 1.0, 7600.0)):
        none = match_flux(today, odd, cube)
        assert np.isnan(none.thickness)
        assert np.isnan(none.mass)
        assert none.duty == cube.duty


def test_a_body_has_a_twentieth_of_its_thickness_or_fifty_times_it():
    body = read_surroundings(Duty(), "20x10x5mm", "x")
    assert body.along == "x"
    for thickness in (0.06, 1.0, 45.0):
        load_line = body.load_line(thickness)
        induction = working_induction(1.2, 1.05, load_line)
        found = body.thickness(induction, 1.2, 1.05)
        assert found == pytest.approx(thickness, rel=1e-4)


def test_a_root_may_lie_at_an_end():
    assert _find_root(lambda x: x - 1.0, 0.0, 1.0) == pytest.approx(1.0)
    assert _find_root(lambda x: x - 1.0, 1.0, 2.0) == pytest.approx(1.0)
    assert _find_root(lambda x: x - 1.5, 1.0, 2.0) == pytest.approx(1.5)
    assert np.isnan(_find_root(lambda x: x - 1.0, 0.0, 0.99))
    assert np.isnan(_find_root(lambda x: x - 1.0, 1.01, 2.0))


def test_a_circuit_ends_where_its_magnet_does():
    circuit = read_surroundings(Duty(2.0), None, "x")
    assert circuit == Circuit(Duty(2.0))
    # P = 1.05 / (1.2 / 0.6 - 1), half of it today's.
    assert circuit.thickness(0.6, 1.2, 1.05) == pytest.approx(0.525)
    assert np.isnan(circuit.thickness(0.6, 0.6, 1.05))
    assert circuit.load_line(3.0) == 6.0
