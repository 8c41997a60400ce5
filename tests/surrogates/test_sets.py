"""Training sets of a user's own rows, and rows of one composition."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from magnetkit.errors import DataError, InputError

from magnetkit.alloy import CompositionTable
from magnetkit.phases._space import composition_keys
from magnetkit.surrogates._measured import (
    TrainingSet,
    chemical_families,
    chemical_systems,
    content_digest,
    measured_compounds,
    named_so,
    own_set,
    read_rows,
    refuse,
    table_path,
)
from tests.recipes import make_table

TARGET = "curie_temperature_K"
ROWS = pd.DataFrame(
    {
        "composition": ["Nd2Fe14B", "Xx", "SmCo5", "Pr2Fe14B", "Nd2Fe14B"],
        TARGET: ["585", "1", "1020", "none", "587"],
        "group": ["a", "b", "c", "d", "e"],
        "source": ["one", "two", "three", "four", "five"],
    }
)


def test_rows_keep_value_group_and_source(caplog):
    rows = read_rows(TARGET, ROWS)
    assert rows.table.row_index.tolist() == [0, 2, 4]
    assert rows.values.tolist() == [585.0, 1020.0, 587.0]
    assert rows.groups.tolist() == ["a", "c", "e"]
    assert rows.sources.tolist() == ["one", "three", "five"]
    assert rows.removed == {
        "composition that cannot be read": 1,
        "no value": 1,
    }
    assert rows.origin == "the frame"
    assert "composition that cannot be read (1), no value (1)" in caplog.text
    assert rows.learn.tolist() == [True] * 3


def test_rows_that_only_test_are_read():
    rows = ROWS.assign(learn=["FALSE", "true", "True", "true", "TRUE "])
    assert read_rows(TARGET, rows).learn.tolist() == [False, True, True]
    with pytest.raises(DataError, match="2 usable rows"):
        read_rows(TARGET, rows, least=3)
    with pytest.raises(
        InputError, match=f"all rows of {TARGET} are learnt from"
    ):
        own_set(rows)
    with pytest.raises(InputError, match="true or false on every row"):
        read_rows(TARGET, ROWS.assign(learn="yes"))


def test_default_groups_are_chemical_systems(
    tmp_path,
):
    bare = ROWS[["composition", TARGET]]
    rows = read_rows(TARGET, bare)
    assert rows.groups.tolist() == ["B-Fe-Nd", "Co-Sm", "B-Fe-Nd"]
    file = tmp_path / "mine.csv"
    bare.to_csv(file, index=False)
    of_file = read_rows(TARGET, file)
    assert set(of_file.sources) == {"mine.csv"}
    assert of_file.origin == "file mine.csv"
    assert of_file.values.tolist() == rows.values.tolist()
    # What a frame is counted by says nothing of its rows.
    with_index = bare.set_axis(pd.Index([3, 3, 3, 3, 3], name="group"))
    assert (
        read_rows(TARGET, with_index).groups.tolist() == rows.groups.tolist()
    )


def test_names_missing_columns_and_too_few_rows():
    with pytest.raises(
        DataError, match="3 usable rows of curie_temperature_K; 4 are needed"
    ):
        read_rows(TARGET, ROWS, least=4)
    assert len(read_rows(TARGET, ROWS, least=3)) == 3
    with pytest.raises(
        DataError,
        match="0 usable rows of curie_temperature_K and 3 whose column 'learn'",
    ):
        read_rows(TARGET, ROWS.assign(learn=False))
    with pytest.raises(
        InputError, match="needs a column 'curie_temperature_K'"
    ):
        read_rows(TARGET, ROWS[["composition"]])
    for wrong in (5, [1.0], {"composition": "Fe"}, pa.chunked_array([[1]])):
        with pytest.raises(InputError, match="frame of pandas, polars or Arr"):
            read_rows(TARGET, wrong)
    with pytest.raises(InputError, match="one of auto, atomic, weight"):
        read_rows(
            TARGET,
            ROWS.assign(
                basis=["atomic", "weight", "atomic", "atomic", "atomic"]
            ),
        )


def test_compositions_match_to_five_digits():
    texts = ["SmCo5", "Nd2Fe14B", "Sm2Co10", "Sm1.00001Co5", "Sm1.001Co5"]
    table = CompositionTable.from_strings(texts, basis="atomic")
    keys = composition_keys(table, 5)
    assert [keys.index(key) for key in keys] == [0, 1, 0, 0, 4]
    assert len(set(composition_keys(table, 2))) == 2
    assert chemical_systems(table).tolist() == [
        "Co-Sm",
        "B-Fe-Nd",
        "Co-Sm",
        "Co-Sm",
        "Co-Sm",
    ]


def test_names_the_first_impossible_value():
    rows = read_rows(TARGET, ROWS)
    refuse(TARGET, "x", rows, rows.values > 2000.0, "0 and 2000 K")
    with pytest.raises(InputError, match=r"got 1020 for Sm.*Co.*; .* \(2\)"):
        refuse(
            TARGET, "x", rows, np.array([False, True, True]), "0 and 2000 K"
        )


def test_arrays_restore_a_whole_set():
    rows = replace(
        read_rows(TARGET, ROWS), learn=np.array([True, False, True])
    )
    arrays = rows.to_arrays()
    assert arrays["fractions"].shape == (3, 118)
    again = TrainingSet.from_arrays(arrays)
    assert "fractions" not in arrays
    assert again.sha256 == rows.sha256
    assert again.sources.tolist() == rows.sources.tolist()
    assert again.learn.tolist() == [True, False, True]
    texts = (again.target, again.origin, again.removed)
    assert texts == (TARGET, "the frame", rows.removed)


def test_a_manifest_counts_rows_and_groups():
    rows = replace(
        read_rows(TARGET, ROWS),
        learn=np.array([True, False, True]),
        groups=np.array(["a", "a", "b"]),
    )
    manifest = rows.manifest()
    digest = manifest.pop("data_sha256")
    assert manifest == {
        "target": TARGET,
        "origin": "the frame",
        "rows": 2,
        "groups": 2,
        "removed": rows.removed,
    }
    assert digest == rows.sha256
    assert len(digest) == 64


@pytest.mark.parametrize(
    ("change", "is_other"),
    [
        ({"target": "energy"}, True),
        ({"table": make_table("Nd2Fe14B", "SmCo5", "Nd2Fe14B1.1")}, True),
        ({"values": np.array([585.0, 1020.0, 588.0])}, True),
        ({"learn": np.array([True, True, False])}, True),
        ({"groups": np.array(["a", "c", "f"])}, True),
        ({"sources": np.array(["1", "2", "3"])}, False),
        ({"origin": "elsewhere"}, False),
    ],
)
def test_the_hash_covers_what_is_learnt(change, is_other):
    rows = read_rows(TARGET, ROWS)
    assert (replace(rows, **change).sha256 != rows.sha256) == is_other


def test_families_are_elements_without_rare_earths():
    texts = ["Nd2Fe14B", "YCo5", "LuFe2", "ScFe2", "SmCo4Cu", "Nd"]
    table = CompositionTable.from_strings(texts, basis="atomic")
    families = ["B-Fe", "Co", "Fe", "Sc-Fe", "Co-Cu", ""]
    assert chemical_families(table).tolist() == families


def test_embedded_fields_are_of_easy_axes():
    polarization = measured_compounds("saturation_polarization_T")
    field = measured_compounds("anisotropy_field_T")
    for rows in (polarization, field):
        assert rows.origin == "the embedded compounds"
        assert (rows.groups == rows.sources).all()

    def names(rows):
        return {*map(bytes, np.round(rows.table.to_array(), 6))}

    # The moments of Sm2Fe17 lie in the plane: no field turns them away from an axis.
    plane = CompositionTable.from_strings(["Sm2Fe17"], basis="atomic")
    (key,) = map(bytes, np.round(plane.to_array(), 6))
    assert key in names(polarization)
    assert key not in names(field)


def test_a_path_names_itself(tmp_path):
    assert named_so("mine.csv") == named_so(Path("mine.csv")) == "mine.csv"
    assert named_so(ROWS) == "the frame"
    assert table_path("mine.csv") == Path("mine.csv")
    assert table_path(Path("mine.csv")) == Path("mine.csv")
    file = table_path(ROWS)
    digest = hashlib.sha256(ROWS.to_csv(index=False).encode()).hexdigest()
    assert file.name == f"frame-{digest[:16]}.csv"
    assert file.parent.name == "tables"
    assert file.read_text("utf-8") == ROWS.to_csv(index=False)


def test_content_decides_the_digest_of_a_table(tmp_path):
    file = tmp_path / "mine.xlsx"
    file.write_bytes(b"abc")
    (tmp_path / "manifest.json").write_bytes(b"abc")
    # FIPS 180-2, the first example of SHA-256.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    for path in (file, f"{file}#Sheet1", tmp_path):
        assert content_digest(str(path)) == digest
    assert content_digest(None) == ""
    assert content_digest(str(tmp_path / "none.csv")) == ""
