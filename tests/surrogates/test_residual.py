import numpy as np
import pytest

from magnetkit.composition import CompositionTable
from magnetkit.errors import InputError
from magnetkit.surrogates import CompositionProcess, PhysicsResidual, training_set
from magnetkit.surrogates.physics import physical

TARGET = "saturation_polarization_T"


@pytest.fixture(scope="module")
def known():
    return training_set(TARGET)


@pytest.fixture(scope="module")
def model(known):
    process = CompositionProcess(TARGET, smooth=False, search_iterations=10)
    return PhysicsResidual(process, TARGET).fit(known.table, known.values)


def test_physics_and_residual_add_up_to_the_prediction(model, known):
    parts = model.parts(known.table)
    assert next(iter(parts)) == "physics"
    np.testing.assert_array_equal(parts["physics"], physical(known.table, TARGET)[0])
    np.testing.assert_allclose(sum(parts.values()), model.predict(known.table), atol=1e-5)


def test_values_that_physics_gives_leave_nothing_to_learn(known):
    base = physical(known.table, TARGET)[0]
    model = PhysicsResidual(CompositionProcess(TARGET, search_iterations=3), TARGET)
    inside = np.arange(len(known)) % 2 > 0
    model.fit(known.table[inside], base[inside])
    np.testing.assert_allclose(model.predict(known.table[~inside]), base[~inside], atol=1e-6)


def test_rows_left_out_are_nearer_than_without_physics(known):
    fold = np.unique(known.groups, return_inverse=True)[1]
    errors = {True: [], False: []}
    for i in range(3):
        train, test = known[fold % 3 != i], known[fold % 3 == i]
        for with_physics in errors:
            process = CompositionProcess(
                TARGET if with_physics else "magnet", smooth=False, search_iterations=10
            )
            one = PhysicsResidual(process, TARGET) if with_physics else process
            found = one.fit(train.table, train.values).predict(test.table)
            errors[with_physics] += list(np.abs(found - test.values))
    assert np.mean(errors[True]) < 0.9 * np.mean(errors[False])


def test_a_refit_and_a_shuffle_keep_the_baseline(model, known):
    again = model.refit(known.table, known.values)
    np.testing.assert_allclose(again.predict(known.table), model.predict(known.table), atol=0.02)
    order = np.roll(np.arange(len(known)), 1)
    shuffled = dict(model.shuffled(known.table, order))
    moved = shuffled["physical baseline"] - model.predict(known.table)
    base = physical(known.table, TARGET)[0]
    np.testing.assert_allclose(moved, base[order] - base, atol=1e-12)


def test_values_of_another_length_are_refused(model, known):
    with pytest.raises(InputError, match="one finite value for each"):
        model.fit(known.table, known.values[:-1])


def test_without_a_host_all_is_new_to_who_learnt_on_hosts_only(model, known):
    assert not model.hosts_only_  # Th2Fe14B has no estimate
    some = known[physical(known.table, TARGET)[1]]
    other = model.refit(some.table, some.values)
    assert other.hosts_only_
    outside = CompositionTable.from_strings(["LaCo13", "SmCo5"], basis="atomic")
    assert other.estimate(outside).novelty[0] == 1.0
    assert other.estimate(outside).novelty[1] < 0.01
