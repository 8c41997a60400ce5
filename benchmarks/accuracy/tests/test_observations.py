"""What was measured of compounds, as the offline fits take it."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy.observations import (
    _by_host,
    deviation,
    embedded_measurements,
)
from magnetkit import datasets
from magnetkit.alloy import CompositionTable


def test_keeps_compounds_of_one_host():
    texts = ["SmCo5", "Nd2Fe14B", "FeCo", "Nd2Fe14BH3", "Nd4Fe14B"]
    table = CompositionTable.from_strings(texts, basis="atomic")
    frame = _by_host(
        table, np.array([1020.0, 585.0, 1253.0, 640.0, 585.0]), "a paper", 10.0
    )
    assert frame["host"].tolist() == ["1:5", "2:14:1"]
    assert frame["value"].tolist() == [1020.0, 585.0]
    assert set(frame["property"]) == {"curie_temperature_K"}


def test_a_reorientation_far_up_is_known_more_closely_in_k1():
    # What rare earths add to K_1 falls as 1 / T^2.
    low = deviation("reorientation_K", 135.0, "high")
    high = deviation("reorientation_K", 546.0, "high")
    assert low == deviation("reorientation_K", 300.0, "high") == 0.10
    assert high == pytest.approx(0.10 * (300.0 / 546.0) ** 2)


def test_compound_has_a_row_for_each_value():
    frame = embedded_measurements()
    own = frame[frame["formula"] == "Ce2Fe14B"].set_index(
        ["property", "temperature_K"]
    )
    # Herbst 1991: 1.47 T at 4 K; Hirosawa 1986: 1.17 T, 1.7 MJ/m3 and 2.6 T at 300 K; 424 K.
    expected_values = {
        ("saturation_polarization_T", 4.2): 1.47,
        ("saturation_polarization_T", 300.0): 1.17,
        ("anisotropy_constant_MJ_m3", 300.0): 1.7,
        ("anisotropy_field_T", 300.0): 2.6,
        ("uniaxial", 300.0): 1.0,
    }
    for at, value in expected_values.items():
        assert own.loc[[at], "value"].iloc[0] == value
        assert own.loc[[at], "deviation"].iloc[0] == pytest.approx(
            deviation(at[0], value, "high")
        )
    curie = frame[
        (frame["formula"] == "Ce2Fe14B")
        & (frame["property"] == "curie_temperature_K")
    ]
    assert 424.0 in curie["value"].tolist()
    assert curie["temperature_K"].isna().all()
    assert (frame["method"] == "unknown").all()
    # Planar compounds: their field is none of an easy axis, their axis none.
    table = pd.read_csv(datasets.path("intrinsic/compounds.csv"))
    planar = set(table.loc[table["easy_direction"] == "plane", "formula"])
    whose = frame[
        frame["formula"].isin(planar) & (frame["property"] == "uniaxial")
    ]
    assert (whose["value"] == -1.0).all()
    assert len(whose)
    # Compounds whose values contradict each other are left out, or trusted half as much.
    assert not (frame["formula"] == "Th2Fe14B").any()
    conflicts = table[
        table["verification"].astype(str).str.contains("conflict")
    ]
    for record in conflicts.to_dict("records"):
        value = record["saturation_polarization_T"]
        rows = frame[
            (frame["formula"] == record["formula"])
            & (frame["property"] == "saturation_polarization_T")
            & (frame["temperature_K"] == 300.0)
            & (frame["value"] == value)
        ]
        if len(rows):
            plain = deviation(
                "saturation_polarization_T", value, record["confidence"]
            )
            assert rows["deviation"].iloc[0] == pytest.approx(2.0 * plain)


def test_a_deviation_is_of_both_its_parts_and_of_what_is_believed_of_its_source():
    # 1.5 % of 1.6 T with 0.01 T beside; 1.6 and 3 times that of lesser sources.
    good = np.hypot(0.015 * 1.6, 0.01)
    for confidence, times in (("high", 1.0), ("medium", 1.6), ("low", 3.0)):
        result = deviation("saturation_polarization_T", 1.6, confidence)
        assert result == pytest.approx(times * good)
