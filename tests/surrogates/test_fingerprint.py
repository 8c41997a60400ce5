"""The hash of a model: the same for the same numbers, another for any other."""

from copy import deepcopy

import numpy as np
import pytest

from magnetkit.surrogates import _curie_training
from magnetkit.surrogates._store import fingerprint


def test_hash_survives_training_reading_and_use():
    model = _curie_training.retrain(_curie_training.training_set())
    first = fingerprint(model.branches)
    copy = _curie_training.load()
    assert copy is not model
    copy.predict(["SmCo5", "Nd2Fe14B"])
    assert fingerprint(copy.branches) == first
    assert copy.fingerprint == model.fingerprint


@pytest.mark.parametrize(
    ("value", "other"),
    [
        (np.arange(3.0), np.array([0.0, 1.0, np.nextafter(2.0, 3.0)])),
        (np.zeros(4), np.zeros((2, 2))),
        (np.zeros(2), np.zeros(2, np.float32)),
        ({"a": 1, "b": [2]}, {"a": 1, "b": [3]}),
        (["ab", "c"], ["a", "bc"]),
        (1, True),
        (None, "None"),
    ],
)
def test_any_other_number_or_shape_has_another(value, other):
    assert fingerprint(value) == fingerprint(deepcopy(value))
    assert fingerprint(value) != fingerprint(other)


def test_hash_ignores_the_number_type():
    assert fingerprint(np.float64(0.1)) == fingerprint(0.1)
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint((1, 2)) == fingerprint([1, 2])
