import numpy as np
import pytest

from magnetkit.errors import InputError
from magnetkit.run.suggestion import expected_improvement, suggest


def test_a_sure_candidate_gains_the_area_it_adds():
    made = np.array([[2.0, 10.0]])
    gain = expected_improvement(np.array([1.0]), np.array([12.0]), np.zeros(1), made, 4.0, 0.0)
    # From 1 to 2 wt.% nothing was reached above 0; from 2 to 4 the front stood at 10.
    np.testing.assert_allclose(gain, 1 * 12 + 2 * 2)


def test_expected_gain_equals_its_monte_carlo_twin():
    rng = np.random.default_rng(0)
    made = np.array([[0.5, 3.0], [2.0, 5.0], [3.0, 4.0]])
    heavy, mean, sd = (
        np.array([0.0, 1.0, 2.5]),
        np.array([2.0, 4.0, 6.0]),
        np.array([1.0, 2.0, 0.5]),
    )
    gain = expected_improvement(heavy, mean, sd, made, 4.0, 1.0)
    grid = np.linspace(0, 4, 4001)[:-1] + 0.0005
    best = np.array([max([1.0, *made[made[:, 0] <= h, 1]]) for h in grid])
    for i in range(3):
        draws = rng.normal(mean[i], sd[i], 4000)
        rise = np.maximum(draws[:, None] - best[grid >= heavy[i]], 0.0).sum(axis=1) * 0.001
        assert abs(rise.mean() - gain[i]) < 4 * rise.std() / np.sqrt(4000) + 0.01


def test_a_dominated_candidate_that_is_sure_gains_nothing():
    made = np.array([[0.0, 10.0]])
    gain = expected_improvement(np.array([1.0]), np.array([9.0]), np.zeros(1), made, 2.0, 0.0)
    np.testing.assert_allclose(gain, 0.0, atol=1e-9)


def test_what_cannot_be_done_is_refused():
    with pytest.raises(InputError, match="1 or more"):
        suggest(["SmCo5"], n=0)
    with pytest.raises(InputError, match="no predicted column"):
        suggest(["SmCo5"], performance="cost_USD_kg")


def test_a_batch_spreads_over_the_candidates():
    batch = suggest(["SmCo5", "Sm0.9Gd0.1Co5", "Sm0.8Gd0.2Co5", "Sm2Co17", "SmCo5"], n=2)
    assert len(batch) == 2
    assert batch["formula"].nunique() == 2
    assert (np.diff(batch["expected_improvement"]) <= 1e-9).all()


def test_what_cannot_meet_the_requirements_is_not_made_first():
    batch = suggest(["Pr1.5Nd0.5Fe13CoB", "SmCo5", "Sm0.9Gd0.1Co5"], n=3)
    meets = batch["probability_meets_requirements"]
    assert batch["max_energy_product_kJ_m3"].idxmax() == 2
    assert meets[0] > 100 * meets[2]
