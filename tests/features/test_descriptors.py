"""Descriptors of the sublattices: known ions, signs, limits and stoichiometries."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from magnetkit.elements import RARE_EARTHS
from numpy.testing import assert_allclose

from magnetkit import CompositionTable
from magnetkit.features import RareEarthDescriptors
from tests.recipes import mix


def describe(*texts):
    table = CompositionTable.from_strings(texts, basis="atomic")
    return (
        RareEarthDescriptors()
        .set_output(transform="pandas")
        .fit_transform(table)
    )


def test_tells_prolate_from_oblate_ions():
    frame = describe(
        "SmCo5", "ErCo5", "TmCo5", "YbCo5", "PrCo5", "NdCo5", "TbCo5", "HoCo5"
    )
    prolate = frame["R_prolate_quadrupole_a0_2"]
    oblate = frame["R_oblate_quadrupole_a0_2"]
    assert (prolate[:4] > 0).all()
    assert (oblate[:4] == 0).all()
    assert (oblate[4:] < 0).all()
    assert (prolate[4:] == 0).all()
    mixture = describe("Sm0.5Pr0.5Co5")
    assert mixture["R_prolate_quadrupole_a0_2"][0] == pytest.approx(
        prolate[0] / 2
    )
    assert mixture["R_oblate_quadrupole_a0_2"][0] == pytest.approx(
        oblate[4] / 2
    )


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Nd2Fe14B", "2_14_1"),
        ("Pr2Fe14C", "2_14_1"),
        ("SmCo5", "1_5"),
        ("Sm0.7Gd0.3Co4.5Cu0.5", "1_5"),
        ("Sm2Co17", "2_17"),
        ("Sm2Fe17N3", "2_17"),
        ("NdFe11Ti", "1_12"),
        ("NdFe11TiN", "1_12"),
    ],
)
def test_host_compound_has_distance_zero(text, nearest):
    row = describe(text).iloc[0].filter(like="distance_")
    assert row[f"distance_{nearest}"] == pytest.approx(0, abs=1e-12)
    assert (row.drop(f"distance_{nearest}") > 0.005).all()


def test_magnetic_valence_and_the_transition_metals():
    frame = describe(
        "Fe", "Co", "Ni", "Cu", "Al", "Ti", "FeCo", "YCo5", "SmFe11Ti"
    )
    assert frame["magnetic_valence"][:7].tolist() == [2, 1, 0, -1, -3, -4, 1.5]
    assert frame["magnetic_valence"][7] == pytest.approx((5 - 3) / 6)
    assert frame["magnetic_valence_M"][7] == pytest.approx(1)
    assert frame["T_valence_electrons"][6] == pytest.approx(8.5)
    assert frame["cobalt_share"][:2].tolist() == [0, 1]
    assert frame["diluent_share"][8] == pytest.approx(1 / 12)


def test_spread_and_balance():
    row = describe("Nd1Dy1Fe14B").iloc[0]
    assert row["R_light_heavy_balance"] == pytest.approx(0)
    assert row["R_moment_muB_std"] == pytest.approx((10 - 36 / 11) / 2)
    assert describe("Y2Fe14B")["R_light_heavy_balance"][0] == 0
    assert describe("Y2Fe14B")["R_nonmagnetic_share"][0] == 1


@given(
    st.sampled_from(RARE_EARTHS),
    st.floats(0.01, 0.99),
    st.sampled_from(RARE_EARTHS),
)
def test_means_are_linear_in_the_substitution(first, share, second):
    one, two, joint = describe(
        f"{first}Co5", f"{second}Co5", f"{mix(first, second, share)}Co5"
    ).to_numpy()
    names = RareEarthDescriptors().get_feature_names_out()
    linear = [i for i, name in enumerate(names) if not name.endswith("_std")]
    x = round(share, 6)
    mixture = (1 - x) * one + x * two
    assert_allclose(joint[linear], mixture[linear], rtol=1e-9, atol=1e-9)


def test_empty_sublattices_are_zeros():
    frame = describe("Fe2O3", "Nd", "N2", "Og")
    assert np.isfinite(frame.to_numpy()).all()
    assert (frame.filter(like="R_").iloc[0] == 0).all()
    assert describe().shape == (0, frame.shape[1])


def test_every_ratio_of_a_rich_alloy():
    row = describe("Nd2CeDyLaFe10Co4NiCu2BCN2H3").iloc[0]
    # 5 atoms of rare earths, 15 of transition metals and 2 of copper; 29 with the light ones.
    ratios = {
        "R_fraction": 5 / 29,
        "T_fraction": 15 / 29,
        "R_share_of_metals": 5 / 22,
        "R_light_share": 4 / 5,
        "R_heavy_share": 1 / 5,
        "R_light_heavy_balance": 3 / 5,
        "R_cerium_share": 1 / 5,
        "R_nonmagnetic_share": 1 / 5,
        "T_valence_electrons": (10 * 8 + 4 * 9 + 10) / 15,
        "cobalt_share": 4 / 14,
        # Of Fe 2, Co 1, Ni 0 and Cu -1; of R -3, B -3, C -4, N -5 and H -1.
        "magnetic_valence": (20 + 4 - 2 - 15 - 3 - 4 - 10 - 3) / 29,
        "magnetic_valence_M": (20 + 4 - 2) / 17,
        "diluent_share": 2 / 17,
        "boron_ratio": 1 / 22,
        "carbon_ratio": 1 / 22,
        "nitrogen_ratio": 2 / 22,
        "hydrogen_ratio": 3 / 22,
        # 2:14:1 takes carbon for boron, so that 24 atoms count; 1:5 leaves it out, so 23 do.
        "distance_2_14_1": (
            abs(5 / 24 - 2 / 17)
            + abs(17 / 24 - 14 / 17)
            + abs(2 / 24 - 1 / 17)
        )
        / 2,
        "distance_1_5": (abs(5 / 23 - 1 / 6) + abs(17 / 23 - 5 / 6) + 1 / 23)
        / 2,
        "R_n_4f_mean": (2 * 3 + 9) / 5,
        "R_ionic_radius_A_mean": (2 * 1.109 + 1.143 + 1.027 + 1.16) / 5,
    }
    for name, value in ratios.items():
        assert row[name] == pytest.approx(value, rel=1e-9), name
    # Shapes of the ions and the spread over R have their own tests.
    others = re.compile("distance_.+|R_.+_(quadrupole_a0_2|mean|std)")
    for name in row.index.difference(list(ratios)):
        assert others.fullmatch(name), name
