"""What is predicted where nothing else is asked."""

import pandas as pd
import pytest
from magnetkit.errors import InputError

import magnetkit as mk


def test_without_a_temperature_it_is_300_kelvin():
    frame = mk.predict("SmCo5")
    assert frame["temperature_K"].tolist() == [300.0]
    # Strnat 1988: 1.07 to 1.14 T, H_a 20 to 35 MA/m at room temperature.
    assert 1.0 < frame["saturation_polarization_T"].iloc[0] < 1.2


def test_candidate_name_is_no_extra_column():
    frame = pd.DataFrame({"alloy": ["Sm1Co5"], "melt": [17]})
    got = mk.predict(frame)
    assert got["candidate"].tolist() == ["Sm1Co5"]
    assert got["melt"].tolist() == [17]
    assert "alloy" not in got


def test_interval_covers_nine_in_ten_by_default():
    nine = mk.predict("SmCo5", interval=0.9).iloc[0]
    wider = mk.predict("SmCo5", interval=0.99).iloc[0]
    plain = mk.predict("SmCo5").iloc[0]
    name = "saturation_polarization_T"
    assert plain[f"{name}_hi"] == nine[f"{name}_hi"]
    # Deviations of a normal: 1.645 and 2.576 to each side.
    wide = wider[f"{name}_hi"] - wider[name]
    narrow = nine[f"{name}_hi"] - nine[name]
    assert wide / narrow == pytest.approx(2.576 / 1.645, rel=1e-3)


def test_name_of_a_family_is_refused_alone_and_warned_of_among_others():
    with pytest.raises(
        InputError, match="NdFeB is the name of a family of magnets"
    ):
        mk.predict("NdFeB")
    with pytest.warns(
        UserWarning, match="NdFeB is the name of a family of magnets"
    ):
        frame = mk.predict(["NdFeB", "SmCo5"])
    assert frame["candidate"].tolist()[-1] == "SmCo5"
