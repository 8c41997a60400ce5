import numpy as np
import pandas as pd
import pytest

from magnetkit.composition import CompositionTable
from magnetkit.errors import DataError, InputError
from magnetkit.surrogates import TARGETS, curie, training_set
from magnetkit.surrogates.training_sets import merge_duplicates


@pytest.fixture
def compilation():
    frame = pd.DataFrame(
        {
            "Name": ["Fe", "SmCo5", "SmCo5", "Nd2Fe14B", "Fe3O4", "FeCo", "Co5Gd0.4Sm0.6"],
            "TC": [0.0, 1020.0, 1000.0, 585.0, 850.0, 1200.0, 727.0],
        }
    )
    table = CompositionTable.from_strings(frame["Name"].tolist(), basis="atomic")
    for symbol in ("Fe", "Co", "Sm", "Nd", "B", "O", "Gd"):
        frame[symbol] = table.fraction(symbol)
    return frame


def test_the_compilation_is_cleaned_and_every_loss_counted(compilation):
    known = curie.clean(compilation)
    assert (
        known.table.formulas()
        == CompositionTable.from_strings(
            ["SmCo5", "Nd2Fe14B", "Sm0.6Gd0.4Co5"], basis="atomic"
        ).formulas()
    )
    np.testing.assert_allclose(known.values, [1010.0, 585.0, 1000.15])
    kept = {k: v for k, v in known.removed.items() if v}
    assert kept == {
        "degrees Celsius set right (kept)": 1,
        "pure element": 1,
        "not metallic": 1,
        "no rare earth": 1,
        "duplicate, joined by the median": 1,
    }


def test_another_layout_is_refused():
    with pytest.raises(DataError, match="expected columns Name, TC"):
        curie.clean(pd.DataFrame({"x": [1]}))


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_data_with_sources(target):
    known = training_set(target)
    assert len(known) > 30
    assert np.isfinite(known.values).all()
    assert all(source.strip() for source in known.sources)
    first, _, _ = merge_duplicates(known.table, known.values)
    assert len(first) == len(known)


def test_the_hash_sees_values_and_groups():
    known = training_set("saturation_polarization_T")
    assert known.sha256 == training_set("saturation_polarization_T").sha256
    assert known.sha256 != known[np.arange(5)].sha256


def test_duplicates_join_by_the_median():
    table = CompositionTable.from_strings(["SmCo5", "Sm2Co10", "Fe"], basis="atomic")
    first, median, spread = merge_duplicates(table, np.array([1.0, 3.0, 5.0]))
    assert first.tolist() == [0, 2]
    assert median.tolist() == [2.0, 5.0]
    assert spread.tolist() == [2.0, 0.0]


def test_a_file_may_name_its_basis(tmp_path):
    file = tmp_path / "mine.csv"
    target = "curie_temperature_K"
    frame = pd.DataFrame({"composition": ["Sm20Co80", "Sm10Fe90"], target: [900.0, 400.0]})
    frame.to_csv(file, index=False)
    with pytest.raises(DataError, match="0 usable rows"):
        training_set(target, file)
    frame.assign(basis="atomic").to_csv(file, index=False)
    assert training_set(target, file).table.fraction("Sm").tolist() == [0.2, 0.1]
    frame.assign(basis="volume").to_csv(file, index=False)
    with pytest.raises(InputError, match="one of auto, atomic, weight"):
        training_set(target, file)
