"""What was measured of compounds, as the offline fits take it."""

import numpy as np
import pytest

from magnetkit.composition import CompositionTable
from magnetkit.magnetism.observations import _by_host, deviation


def test_compounds_of_one_host_are_kept_and_hydrides_and_mixtures_left():
    texts = ["SmCo5", "Nd2Fe14B", "FeCo", "Nd2Fe14BH3", "Nd4Fe14B"]
    table = CompositionTable.from_strings(texts, basis="atomic")
    found = _by_host(table, np.array([1020.0, 585.0, 1253.0, 640.0, 585.0]), "a paper", 10.0)
    assert found["host"].tolist() == ["1:5", "2:14:1"]
    assert found["value"].tolist() == [1020.0, 585.0]
    assert set(found["property"]) == {"curie_temperature_K"}


def test_a_reorientation_far_up_is_known_more_closely_in_k1():
    # What rare earths add to K_1 falls as 1 / T^2.
    low, high = (deviation("reorientation_K", kelvin, "high") for kelvin in (135.0, 546.0))
    assert low == deviation("reorientation_K", 300.0, "high") == 0.10
    assert high == pytest.approx(0.10 * (300.0 / 546.0) ** 2)
