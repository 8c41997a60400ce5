"""Descriptors of crystals: counted shells, one charge, one moment, plain spheres, any setting."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose, assert_array_equal
from pymatgen.core import Lattice, Structure

from benchmarks.features.material import nd2fe14b
from magnetkit.features import StructureDescriptors
from magnetkit.features.crystals import (
    _CUT,
    _find_pairs,
    _find_waves,
    _sum_fourth_order,
    _sum_second_order,
)
from tests.features.crystals import IRON, SMCO5

CRYSTALS = [SMCO5, IRON]


def describe(*structures: Structure) -> pd.DataFrame:
    transformer = StructureDescriptors().set_output(transform="pandas")
    return transformer.fit_transform(list(structures))


def test_shells_of_smco5():
    row = describe(SMCO5).iloc[0]
    assert row["volume_per_atom_A3"] == pytest.approx(SMCO5.volume / 6)
    # Six cobalt atoms (2c) at a / sqrt 3 and twelve (3g) at sqrt(a^2 + c^2) / 2.
    assert row["R_T_neighbours"] == 18
    assert row["R_R_neighbours"] == 2
    assert row["T_R_neighbours"] == pytest.approx(18 / 5)
    assert row["R_R_distance_min_A"] == pytest.approx(3.964)
    short = 5.002 / 3**0.5
    distances = [short] * 6 + [np.hypot(5.002, 3.964) / 2] * 12
    assert row["R_T_distance_min_A"] == pytest.approx(short)
    assert row["R_T_distance_mean_A"] == pytest.approx(np.mean(distances))
    assert row["R_T_distance_std_A"] == pytest.approx(np.std(distances))


def test_the_crystal_field_has_the_sign_of_each_host():
    # Nd2Fe14B is uniaxial with oblate Nd, so A_2^0 > 0; SmCo5 with prolate Sm, so A_2^0 < 0.
    planar = SMCO5.copy()
    for place in ([0.5, 0, 0], [0, 0.5, 0], [0.5, 0.5, 0]):
        planar.append("N", place)
    axial = SMCO5.copy()
    axial.append("N", [0, 0, 0.5])
    field = describe(nd2fe14b(), SMCO5, planar, axial)["A20_mean_K_a0_2"]
    assert field[0] > 100
    assert field[1] < -100
    # Nitrogen in the basal plane about the rare earth drives A_2^0 down, on the axis up.
    assert field[2] < field[1] < field[3]


def test_fields_of_one_charge_and_one_moment():
    # On the axis, so that 3 cos^2 - 1 is 2 and P_4 is 1; the cell is so large that its repetitions
    # count for little. e^2 / (4 pi eps_0 k) is 167,101 K A and a_0 0.529177 A.
    places = [[0, 0, 0], [0, 0, 0.05]]
    cell = Lattice.cubic(50.0)
    row = describe(Structure(cell, ["Sm", "N"], places)).iloc[0]
    bohr = 0.529177
    second = 167101 * bohr**2 / 4 * 2 / 2.5**3
    assert row["A20_mean_K_a0_2"] == pytest.approx(second, rel=1e-3)
    fourth = 167101 * bohr**4 / 8 / 2.5**5
    assert row["A40_mean_K_a0_4"] == pytest.approx(fourth, rel=1e-3)
    # Moments at 2.5 A: mu_0 / (4 pi) 2 m / r^3, the mean of those of iron and of cobalt.
    row = describe(Structure(cell, ["Fe", "Co"], places)).iloc[0]
    tesla = 1e-7 * 2 * (2.2 + 1.5) / 2 * 9.2740e-24 / 2.5e-10**3
    assert row["T_dipolar_field_T"] == pytest.approx(tesla, rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_sums_do_not_depend_on_the_width_and_tend_to_a_plain_sphere(seed):
    random = np.random.default_rng(seed)
    cell = np.diag(random.uniform(3, 6, 3)) + random.uniform(-1, 1, (3, 3))
    crystal = Structure(cell, ["Fe"] * 4, random.uniform(-1, 2, (4, 3)))
    weights = random.normal(size=4)
    weights -= weights.mean()
    axis = np.array([0.6, 0.0, 0.8])

    def sums(cutoff: float) -> tuple[np.ndarray, np.ndarray]:
        pairs = _find_pairs(crystal, cutoff)
        waves = _find_waves(crystal, _CUT / cutoff)
        alpha = _CUT / cutoff
        return (
            _sum_second_order(pairs, waves, weights, alpha),
            _sum_fourth_order(pairs, waves, weights, alpha, axis),
        )

    second, fourth = sums(7.0)
    for one, other in zip(sums(11.0), (second, fourth), strict=True):
        assert_allclose(one, other, atol=1e-6 * abs(other).max())
    assert_allclose(np.trace(second, axis1=1, axis2=2), 0.0, atol=1e-9)
    # A plain sphere sums the fourth order; its fifth power of the distance converges.
    sphere = _find_pairs(crystal, 25.0)
    cosine = sphere.vector @ axis / sphere.distance
    legendre = (35 * cosine**4 - 30 * cosine**2 + 3) / 8
    part = weights[sphere.second] * legendre / sphere.distance**5
    expected = np.bincount(sphere.first, part)
    assert_allclose(fourth, expected, atol=2e-3 * abs(expected).max())


def test_missing_values_are_nan():
    frame = describe(*CRYSTALS, Structure(Lattice.cubic(3), [], []))
    assert frame.filter(regex="^(R_|A)").iloc[1].isna().all()
    assert frame["T_T_neighbours"][1] == 14
    assert frame["T_dipolar_field_T"][1] == pytest.approx(0, abs=1e-9)
    assert frame.iloc[2].isna().all()


def test_the_setting_of_the_cell_does_not_matter():
    cell = SMCO5.copy()
    cell.make_supercell([[1, 1, 0], [0, 1, 1], [0, 0, 1]])
    cell = Structure(
        Lattice.from_parameters(*cell.lattice.parameters),
        cell.species,
        cell.frac_coords,
    )
    got = describe(SMCO5, cell).to_numpy()
    assert_allclose(got[1], got[0], rtol=1e-5, atol=1e-6)


def test_input_kinds_and_conventions():
    expected = StructureDescriptors().fit_transform(CRYSTALS)
    names = StructureDescriptors().get_feature_names_out()
    assert expected.shape == (2, len(names))
    for argument in (
        pd.Series(CRYSTALS),
        pd.DataFrame({"structure": CRYSTALS}),
    ):
        got = StructureDescriptors().fit_transform(argument)
        assert_array_equal(got, expected)
    assert StructureDescriptors().fit_transform([]).shape == (0, len(names))


FLAT = Structure([[3, 0, 0], [0, 3, 0], [3, 3, 0]], ["Fe"], [[0, 0, 0]])
ALLOY = Structure(Lattice.cubic(3), [{"Fe": 0.5, "Co": 0.5}], [[0, 0, 0]])


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ([IRON, "SmCo5"], "structures, item 1 is str"),
        ([IRON, FLAT], r"structure 1 \(Fe1\) has a flat"),
        ([ALLOY], "partly occupied"),
        (pd.DataFrame({"a": CRYSTALS, "b": CRYSTALS}), "one column"),
    ],
)
def test_refuses_wrong_input(argument, message):
    with pytest.raises(InputError, match=message):
        StructureDescriptors().fit_transform(argument)
