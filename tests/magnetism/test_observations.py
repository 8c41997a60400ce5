"""What was measured of compounds, as the offline fits take it."""

import numpy as np

from magnetkit.composition import CompositionTable
from magnetkit.magnetism.observations import _by_host


def test_compounds_of_one_host_are_kept_and_hydrides_and_mixtures_left():
    texts = ["SmCo5", "Nd2Fe14B", "FeCo", "Nd2Fe14BH3", "Nd4Fe14B"]
    table = CompositionTable.from_strings(texts, basis="atomic")
    found = _by_host(table, np.array([1020.0, 585.0, 1253.0, 640.0, 585.0]), "a paper", 10.0)
    assert found["host"].tolist() == ["1:5", "2:14:1"]
    assert found["value"].tolist() == [1020.0, 585.0]
    assert set(found["property"]) == {"curie_temperature_K"}
