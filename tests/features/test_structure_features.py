"""Descriptors of crystals as a transformer."""

import pandas as pd
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose, assert_array_equal
from pymatgen.core import Lattice, Structure

from magnetkit.features import (
    Crystals,
    StructureDescriptors,
    crystal_field,
    dipolar_field,
    structure_descriptors,
)
from tests.features.crystals import IRON, SMCO5

CRYSTALS = [SMCO5, IRON]


def test_values_are_those_of_the_single_functions():
    frame = (
        StructureDescriptors()
        .set_output(transform="pandas")
        .fit_transform(CRYSTALS)
    )
    row = frame.iloc[0]
    assert row["volume_per_atom_A3"] == pytest.approx(SMCO5.volume / 6)
    assert row["R_T_neighbours"] == 18
    assert row["R_R_distance_min_A"] == pytest.approx(3.964)
    assert row["R_T_distance_min_A"] == pytest.approx(5.002 / 3**0.5)
    _, second, fourth = crystal_field(SMCO5)
    assert row["A20_mean_K_a0_2"] == pytest.approx(second[0], rel=1e-5)
    assert row["A40_mean_K_a0_4"] == pytest.approx(fourth[0], rel=1e-5)
    field = dipolar_field(SMCO5)[:, 2]
    assert row["R_dipolar_field_T"] == pytest.approx(field[0], rel=1e-5)
    assert row["T_dipolar_field_T"] == pytest.approx(
        field[1:].mean(), rel=1e-5
    )


def test_missing_values_are_nan():
    frame = (
        StructureDescriptors()
        .set_output(transform="pandas")
        .fit_transform(CRYSTALS)
    )
    assert frame.filter(regex="^(R_|A)").iloc[1].isna().all()
    assert frame["T_T_neighbours"][1] == 14
    assert frame["T_dipolar_field_T"][1] == pytest.approx(0, abs=1e-9)


def test_the_setting_of_the_cell_does_not_matter():
    cell = SMCO5.copy()
    cell.make_supercell([[1, 1, 0], [0, 1, 1], [0, 0, 1]])
    cell = Structure(
        Lattice.from_parameters(*cell.lattice.parameters),
        cell.species,
        cell.frac_coords,
    )
    got = StructureDescriptors().fit_transform([SMCO5, cell])
    assert_allclose(got[1], got[0], rtol=1e-5, atol=1e-6)


def test_input_kinds_and_conventions():
    expected = structure_descriptors(Crystals.from_structures(CRYSTALS))
    for argument in (
        CRYSTALS,
        pd.Series(CRYSTALS),
        pd.DataFrame({"structure": CRYSTALS}),
        Crystals.from_structures(CRYSTALS),
    ):
        assert_array_equal(
            StructureDescriptors().fit_transform(argument), expected
        )
    names = StructureDescriptors().get_feature_names_out()
    assert expected.shape == (2, len(names))
    assert StructureDescriptors().fit_transform([]).shape == (0, len(names))
    with pytest.raises(InputError, match="one column"):
        StructureDescriptors().fit_transform(
            pd.DataFrame({"a": CRYSTALS, "b": CRYSTALS})
        )
