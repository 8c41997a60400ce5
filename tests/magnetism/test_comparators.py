import numpy as np
import pandas as pd
import pytest
from magnetkit.elements import RARE_EARTHS

from magnetkit import datasets
from magnetkit.alloy import CompositionTable
from magnetkit.magnetism.sintered import FILE, comparators


def test_every_row_has_a_source_and_no_rare_earth():
    data = pd.read_csv(datasets.path(FILE))
    assert data["source"].notna().all()
    assert data["verification"].notna().all()
    table = CompositionTable.from_strings(
        data["formula"].tolist(), basis="atomic"
    )
    assert len(table) == len(data)
    assert not table.fraction(*RARE_EARTHS).any()


def test_temperature_moves_the_comparators():
    cold = comparators(293.15)
    hot = comparators("100C")
    frame = hot.set_index("candidate")
    base = cold.set_index("candidate")
    assert (
        frame.loc["MnBi", "coercivity_kA_m"]
        > base.loc["MnBi", "coercivity_kA_m"]
    )
    assert frame.loc["Sr ferrite", "remanence_T"] == pytest.approx(
        0.41 * (1 - 0.002 * 80)
    )
    assert (
        frame.loc["Alnico 5", "remanence_T"]
        > 0.97 * base.loc["Alnico 5", "remanence_T"]
    )


def test_no_magnet_above_its_limit():
    frame = comparators(900.0)
    assert frame["remanence_T"].isna().all()
    assert np.isnan(
        comparators(300.0)
        .set_index("candidate")
        .loc["L1_0 FeNi", "remanence_T"]
    )


def test_products_are_possible():
    frame = comparators(293.15)
    limit = frame["remanence_T"] ** 2 / (4 * 1.25663706e-6) / 1e3
    finite = frame["max_energy_product_kJ_m3"].notna() & limit.notna()
    assert (frame["max_energy_product_kJ_m3"] <= limit)[finite].all()


def test_unprinted_coefficient_is_unknown_when_hot():
    # Vectolite: 80 kA/m (Bozorth 1951); how that moves is not printed.
    warm = comparators("45C").set_index("candidate")
    hot = comparators("150C").set_index("candidate")
    assert warm.loc["Co ferrite", "coercivity_kA_m"] == 80.0
    assert np.isnan(hot.loc["Co ferrite", "coercivity_kA_m"])
