"""What an error of the formation energy is taken to go with, and the model as it ships."""

from dataclasses import replace

import numpy as np
import pytest

import magnetkit as mk
from magnetkit.learning.process import Estimate
from magnetkit.surrogates.energy import size

TARGET = "formation_energy_eV_atom"


def test_an_error_goes_with_novelty_and_with_what_neighbours_are_off_by():
    found = Estimate(np.zeros(3), np.array([0.0, 0.5, 0.5]), np.array([0.0, 0.0, 0.2]))
    np.testing.assert_allclose(size(np.array([0.01, 0.1, 0.5]), found), [0.01, 0.06, 0.16])


@pytest.mark.parametrize(
    ("formula", "energy"),
    [
        # Calorimetry of rare earth with a 3d metal: -0.2 to 0 eV/atom; with nickel -0.2 to -0.4
        # (de Boer et al., Cohesion in Metals, 1988).
        ("SmCo5", (-0.2, 0.0)),
        ("Sm2Co17", (-0.2, 0.0)),
        ("GdNi5", (-0.45, -0.15)),
    ],
)
def test_the_model_as_shipped_knows_cobalt_from_nickel(formula, energy):
    found = mk.surrogates.load(TARGET).predict([formula])[TARGET].iloc[0]
    assert energy[0] < found < energy[1]


def test_an_interval_of_the_model_holds_nine_in_ten_unless_asked_for_more():
    model, low = mk.surrogates.load(TARGET), f"{TARGET}_lo"
    plain, nine, more = (model.predict(["SmCo5"], **o)[low].iloc[0]
                         for o in ({}, {"interval": 0.9}, {"interval": 0.99}))  # fmt: skip
    assert plain == nine > more


def test_a_model_is_itself_and_no_other():
    model = mk.surrogates.load(TARGET)
    again = replace(model)
    assert model == model
    assert model != again
    assert len({model, again}) == 2
