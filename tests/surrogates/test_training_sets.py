import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from magnetkit.errors import DataError, InputError
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.surrogates import TARGETS, training_set


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_data_with_sources(target):
    rows = training_set(target)
    assert len(rows) > 30
    assert np.isfinite(rows.values).all()
    assert all(source.strip() for source in rows.sources)


def test_a_file_may_name_its_basis(tmp_path):
    file = tmp_path / "mine.csv"
    target = "curie_temperature_K"
    frame = pd.DataFrame(
        {"composition": ["Sm20Co80", "Sm10Fe90"], target: [900.0, 400.0]}
    )
    frame.to_csv(file, index=False)
    with pytest.raises(DataError, match="0 usable rows") as error:
        training_set(target, file)
    assert "row 1, 'Sm20Co80': could be at.% or wt.%; name the basis" in str(
        error.value
    )
    assert "row 2, 'Sm10Fe90': could be" in str(error.value)
    frame.assign(basis="atomic").to_csv(file, index=False)
    samarium = training_set(target, file).table.fraction("Sm")
    assert samarium.tolist() == [0.2, 0.1]
    frame.assign(basis="weight").to_csv(file, index=False)
    # Moles of 100 g, with the atomic masses of Sm, Co and Fe.
    moles = np.array([20.0, 10.0]) / 150.36
    others = np.array([80.0 / 58.933, 90.0 / 55.845])
    samarium = training_set(target, file).table.fraction("Sm")
    assert samarium == pytest.approx(moles / (moles + others), rel=1e-4)
    frame.assign(basis="volume").to_csv(file, index=False)
    with pytest.raises(InputError, match="one of auto, atomic, weight"):
        training_set(target, file)


def test_refuses_an_energy_of_another_unit():
    target = "formation_energy_eV_atom"
    frame = pd.DataFrame(
        {"composition": ["SmCo5", "YCo5", "GdCo5"], target: [5.0, -5.0, 0.0]}
    )
    assert training_set(target, frame).values.tolist() == [5.0, -5.0, 0.0]
    for wrong in (5.1, -5.1):
        frame.loc[1, target] = wrong
        with pytest.raises(
            InputError,
            match=rf"of the frame must .* -5 and 5 eV/atom, got {wrong} for Y",
        ):
            training_set(target, frame)


def test_every_phase_is_trained_or_has_a_reason():
    import magnetkit as mk

    rows = training_set("formation_energy_eV_atom")
    higher = rows.removed["higher structure of a composition"]
    assert len(rows) + higher + rows.removed["pure element"] == len(
        mk.phases.load()
    )
    assert rows.removed["pure element"] < 118
    over = next(
        n for name, n in rows.removed.items() if name.startswith("over ")
    )
    assert over == (~rows.learn).sum() > 0


def test_snapshot_folder_is_a_set_of_energies():
    import magnetkit as mk

    folder = mk.datasets.path("materials_project/manifest.json").parent
    energies = training_set("formation_energy_eV_atom", folder)
    assert energies.sha256 == training_set("formation_energy_eV_atom").sha256
    with pytest.raises(DataError):
        training_set("curie_temperature_K", folder)


def test_a_frame_is_read_as_a_file_is(tmp_path):
    polars = pytest.importorskip("polars")
    target = "curie_temperature_K"
    frame = pd.DataFrame(
        {
            "composition": ["SmCo5", "Nd2Fe14B", "??"],
            target: [1000.0, 585.0, 1.0],
            "group": list("aab"),
        },
        index=[7, 8, 9],
    )
    frame.to_csv(tmp_path / "mine.csv", index=False)
    reference = training_set(target, tmp_path / "mine.csv")
    other = polars.from_pandas(frame)
    for argument in (frame, other, other.lazy(), pa.table(frame)):
        rows = training_set(target, argument)
        assert rows.sha256 == reference.sha256
        assert rows.removed == reference.removed
        assert set(rows.sources) == {"the frame"}


def test_names_up_to_ten_missing_rows(caplog):
    target = "curie_temperature_K"
    good = {"composition": ["SmCo5", "Nd2Fe14B"], target: [1000.0, 585.0]}
    bad = pd.DataFrame({"composition": ["YCo5"] * 12, target: ["?"] * 12})
    training_set(
        target, pd.concat([pd.DataFrame(good), bad], ignore_index=True)
    )
    assert (
        "row 3, 'YCo5': curie_temperature_K is '?', no number" in caplog.text
    )
    assert "and 2 more rows" in caplog.text


@pytest.mark.parametrize(
    "target", ["curie_temperature_K", "formation_energy_eV_atom"]
)
def test_dataset_text_is_short_and_frame_restores_it(target):
    dataset = training_set(target)
    assert len(repr(dataset)) <= 800
    none = f"TrainingSet of {target}: 0 rows; {dataset.origin}"
    assert repr(dataset[:0]) == none[: none.index("; ") + 402]
    rows = dataset[:200]
    again = training_set(target, rows.to_frame())
    assert_allclose(again.table.to_array(), rows.table.to_array(), atol=1e-11)
    for name in ("values", "groups", "sources", "learn"):
        assert_array_equal(getattr(again, name), getattr(rows, name))
    names = ["composition", target, "group", "source", "basis"]
    assert list(rows[rows.learn].to_frame()) == names
