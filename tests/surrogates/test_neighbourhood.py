import numpy as np
import pytest

import magnetkit as mk
from magnetkit.elements import RARE_EARTHS
from magnetkit.surrogates.neighbourhood import around


@pytest.fixture(scope="module")
def known():
    return mk.surrogates.training_set("saturation_polarization_T").table


def test_the_sample_is_of_compositions_and_the_same_again(known):
    sample = around(known, 500, 4)
    np.testing.assert_allclose(sample.to_array().sum(axis=1), 1.0)
    assert (np.diff(sample.indptr) > 0).all()
    np.testing.assert_array_equal(sample.values, around(known, 500, 4).values)
    unknown = np.setdiff1d(sample.indices, known.indices)
    assert len(unknown) == 0


def test_half_of_the_sample_keeps_the_share_of_rare_earth(known):
    shares = known.fraction(*RARE_EARTHS)
    sample = around(known, 2000, 0).fraction(*RARE_EARTHS)
    kept = np.abs(sample[:, None] - shares).min(axis=1) < 1e-9
    assert 0.45 < kept.mean() < 0.8
