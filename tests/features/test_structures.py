"""Functions of one crystal: pymatgen's neighbours, limits of g(r), signs of the crystal field."""

import numpy as np
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose
from pymatgen.core import Lattice, Structure

from magnetkit import features
from magnetkit.features.crystals import both_ways, radial_counts
from tests.features.crystals import IRON, SMCO5


@pytest.fixture(scope="module")
def nd2fe14b():
    # J. F. Herbst, Rev. Mod. Phys. 63 (1991) 819.
    sites = {
        "Nd": [[0.268, 0.268, 0.0], [0.140, 0.860, 0.0]],
        "Fe": [
            [0.223, 0.567, 0.127],
            [0.037, 0.360, 0.176],
            [0.098, 0.098, 0.204],
            [0.317, 0.317, 0.246],
            [0.0, 0.0, 0.614],
            [0.0, 0.5, 0.0],
        ],
        "B": [[0.371, 0.629, 0.0]],
    }
    species = [s for s, places in sites.items() for _ in places]
    places = [p for group in sites.values() for p in group]
    lattice = Lattice.tetragonal(8.80, 12.20)
    return Structure.from_spacegroup("P4_2/mnm", lattice, species, places)


def rows(atom, neighbour, image, distance):
    order = np.lexsort((*np.asarray(image).T, neighbour, atom))
    parts = (np.asarray(x)[order] for x in (atom, neighbour, image, distance))
    return [np.asarray(part, float) for part in parts]


@pytest.mark.parametrize("cutoff", [2.0, 3.3, 5.03, 9.1])
def test_neighbours_are_pymatgens(nd2fe14b, cutoff):
    for structure in (nd2fe14b, SMCO5, SMCO5.get_primitive_structure()):
        first, second, image, distance = structure.get_neighbor_list(cutoff)
        expected = rows(first, second, image, distance)
        got = rows(*features.neighbour_list(structure, cutoff))
        for one, other in zip(got, expected, strict=True):
            assert_allclose(one, other, atol=1e-9)


def test_coordination_of_smco5():
    counts = features.coordination(SMCO5, 3.3)
    # Six cobalt atoms (2c) at a / sqrt 3 and twelve (3g) at sqrt(a^2 + c^2) / 2.
    assert counts["Co"][0] == 18
    assert counts["Sm"][0] == 0
    assert features.coordination(SMCO5, 3.97)["Sm"][0] == 2


def test_radial_distribution_counts_neighbours_and_tends_to_one():
    radii, functions = features.radial_distribution(
        SMCO5, cutoff=20.0, bins=200
    )
    assert set(functions) == {("Co", "Co"), ("Co", "Sm"), ("Sm", "Sm")}
    assert radii[0] == pytest.approx(0.05)
    g = functions["Co", "Sm"]
    volumes = 4 / 3 * np.pi * np.linspace(0, 20, 201) ** 3
    shells = np.diff(volumes) / SMCO5.volume
    around_samarium = 5 * np.cumsum(g * shells)
    assert around_samarium[radii < 3.3][-1] == pytest.approx(18)
    assert np.average(g, weights=shells) == pytest.approx(1.0, abs=0.03)


def test_crystal_field_has_the_sign_of_each_host(nd2fe14b):
    # Nd2Fe14B is uniaxial with oblate Nd, so A_2^0 > 0; SmCo5 with prolate Sm, so A_2^0 < 0.
    sites, second, _ = features.crystal_field(nd2fe14b)
    assert len(sites) == 8
    assert (second > 100).all()
    _, second, fourth = features.crystal_field(SMCO5)
    assert second[0] < -100
    # Nitrogen in the basal plane about the rare earth drives A_2^0 down, on the axis up.
    planar = SMCO5.copy()
    planar.append("N", [0.5, 0, 0])
    axial = SMCO5.copy()
    axial.append("N", [0, 0, 0.5])
    assert (
        features.crystal_field(planar)[1][0]
        < second[0]
        < features.crystal_field(axial)[1][0]
    )
    assert np.isfinite(fourth).all()


def test_crystal_field_turns_with_the_axis():
    along = features.crystal_field(SMCO5, axis=(0, 0, 2))[1][0]
    across = features.crystal_field(SMCO5, axis=(1, 0, 0))[1][0]
    assert across == pytest.approx(-along / 2)
    for length in (1e200, 1e-200):
        scaled = features.crystal_field(SMCO5, axis=(length, 0, 0))[1][0]
        assert scaled == across
    cubic = Structure(Lattice.cubic(4.0), ["Gd"], [[0, 0, 0]])
    _, second, fourth = features.crystal_field(cubic)
    assert second[0] == pytest.approx(0, abs=1e-9)
    # Along a cube edge and a diagonal the cubic fourth-order term is as 1 to -2/3.
    diagonal = features.crystal_field(cubic, axis=(1, 1, 1))[2][0]
    assert diagonal == pytest.approx(-2 / 3 * fourth[0])


def test_dipolar_field():
    field = features.dipolar_field(SMCO5)
    # Uniaxial: a moment along c makes a field along c only.
    assert_allclose(field[0, :2], 0.0, atol=1e-9)
    sphere = features.dipolar_field(SMCO5, cutoff=60.0)
    assert_allclose(sphere, field, atol=0.01)
    assert_allclose(
        features.dipolar_field(SMCO5, moments={"Co": 3.0}), 2 * field
    )


def test_fields_of_one_charge_and_one_moment():
    # On the axis of quantisation, so that 3 cos^2 - 1 is 2 and P_4 is 1; the cell is so large that
    # its repetitions count for little. e^2 / (4 pi eps_0 k) is 167,101 K A and a_0 0.529177 A.
    places = [[0, 0, 0], [0, 0, 0.05]]
    pair = Structure(Lattice.cubic(50.0), ["Sm", "N"], places)
    sites, second, fourth = features.crystal_field(pair)
    bohr = 0.529177
    assert sites.tolist() == [0]
    assert second == pytest.approx(167101 * bohr**2 / 4 * 2 / 2.5**3, rel=1e-3)
    assert fourth == pytest.approx(167101 * bohr**4 / 8 / 2.5**5, rel=1e-3)
    half = features.crystal_field(pair, charges={"N": -0.5})[1]
    assert half == pytest.approx(0.5 * second, rel=1e-3)
    # 1.5 muB at 2.5 A: mu_0 / (4 pi) 2 m / r^3, and half the opposite across.
    metals = Structure(Lattice.cubic(50.0), ["Fe", "Co"], places)
    tesla = 1e-7 * 2 * 1.5 * 9.2740e-24 / 2.5e-10**3
    field = features.dipolar_field(metals, cutoff=3.0)
    assert field[0] == pytest.approx([0.0, 0.0, tesla], rel=1e-4)
    assert field[1, 2] == pytest.approx(tesla * 2.2 / 1.5, rel=1e-4)
    across = features.dipolar_field(metals, axis=(0, 3, 0), cutoff=3.0)
    assert across[0] == pytest.approx([0.0, -tesla / 2, 0.0], rel=1e-4)
    assert not features.dipolar_field(metals, cutoff=2.4).any()


def test_crystals_say_how_many_they_are():
    crystals = features.Crystals.from_structures([IRON] * 500)
    assert repr(crystals) == "<Crystals: 500 of 1,000 atoms>"


def test_a_distance_of_the_cutoff_is_within_it():
    simple = Structure(Lattice.cubic(4.0), ["Fe"], [[0, 0, 0]])
    neighbours = features.neighbour_list(simple, 4.0)
    assert neighbours.distance.tolist() == [4.0] * 6
    assert features.coordination(simple, 4.0)["Fe"].tolist() == [6]
    assert features.coordination(simple, 3.99)["Fe"].tolist() == [0]
    # By atomic number: boron, iron, neodymium.
    mixed = Structure(
        Lattice.cubic(4.0),
        ["Nd", "B", "Fe"],
        [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5]],
    )
    assert list(features.coordination(mixed, 1.0)) == ["B", "Fe", "Nd"]


def test_radii_reach_ten_angstrom_in_a_hundred_bins():
    radii, functions = features.radial_distribution(IRON)
    assert radii == pytest.approx(np.arange(0.05, 10.0, 0.1))
    assert list(functions) == [("Fe", "Fe")]
    # Eight neighbours at half a diagonal of 2.87 A, 2.4855 A.
    density = 2 / 2.87**3
    shell = 4 / 3 * np.pi * (2.5**3 - 2.4**3)
    assert functions["Fe", "Fe"][24] == pytest.approx(8 / (density * shell))


@pytest.mark.parametrize("last", [65535, 65536])
def test_pairs_are_sorted_by_atoms_of_any_number(last):
    first = np.array([0, 3], np.int32)
    second = np.array([last, 5], np.int32)
    shift = np.array([[1, 0, 0], [0, 2, 0]], np.int32)
    both = both_ways(first, second, shift, np.array([7.0, 8.0]))
    assert both.atom.tolist() == [0, 3, 5, last]
    assert both.neighbour.tolist() == [last, 5, 3, 0]
    assert both.image[:, 0].tolist() == [1, 0, 0, -1]
    assert both.image[:, 1].tolist() == [0, 2, -2, 0]
    assert both.distance.tolist() == [7.0, 8.0, 8.0, 7.0]


def test_bins_of_distance_begin_at_their_edge():
    pairs = (
        np.array([0, 0, 1, 0]),
        np.array([1, 0, 1, 0]),
        np.array([0.5, 0.99, 0.0, 1.0]),
    )
    counts = radial_counts(pairs, 2, 0.5, 2)
    assert counts[0, 1].tolist() == counts[1, 0].tolist() == [0, 1]
    assert counts[0, 0].tolist() == [0, 2]
    assert counts[1, 1].tolist() == [2, 0]


def test_refuses_wrong_input():
    for call in (
        features.neighbour_list,
        features.coordination,
        features.radial_distribution,
    ):
        with pytest.raises(
            InputError, match="cutoff must be a finite number above 0"
        ):
            call(SMCO5, -1.0)
    for axis in ((0, 0, 0), (np.inf, 0, 0), (0, np.nan, 1), (1, 0)):
        with pytest.raises(InputError, match="axis must be three finite num"):
            features.crystal_field(SMCO5, axis=axis)
    for bins in (0, -1):
        with pytest.raises(InputError, match="bins must be a whole number"):
            features.radial_distribution(SMCO5, bins=bins)
    with pytest.raises(InputError, match="structures, item 1 is str"):
        features.Crystals.from_structures([IRON, "SmCo5"])
    flat = Structure([[3, 0, 0], [0, 3, 0], [3, 3, 0]], ["Fe"], [[0, 0, 0]])
    with pytest.raises(InputError, match=r"structure 1 \(Fe1\) has a flat"):
        features.Crystals.from_structures([IRON, flat])
    with pytest.raises(InputError, match=r"cutoff must be .* above 0, got 0"):
        features.dipolar_field(IRON, cutoff=0)
    alloy = Structure(Lattice.cubic(3), [{"Fe": 0.5, "Co": 0.5}], [[0, 0, 0]])
    with pytest.raises(InputError, match="partly occupied"):
        features.neighbour_list(alloy, 3.0)
