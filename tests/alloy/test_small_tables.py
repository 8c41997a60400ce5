"""Small tables of a user, as spreadsheets write them."""

import pandas as pd
import pytest
from magnetkit.errors import CompositionError, InputError

import magnetkit as mk
from magnetkit.alloy._files import read_small_table

GERMAN = "\ufeffcomposition;temperature_K;coercivity_kA_m;Prüfer\r\nSmCo5;293,15;1620,5;Jäger\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_table_of_excel_in_german_is_read(tmp_path, encoding):
    path = tmp_path / "werte.csv"
    path.write_bytes(
        GERMAN.removeprefix("\ufeff" * (encoding != "utf-8")).encode(encoding)
    )
    table = read_small_table(path).to_pylist()
    assert table == [
        {
            "composition": "SmCo5",
            "temperature_K": "293.15",
            "coercivity_kA_m": "1620.5",
            "Prüfer": "Jäger",
        }
    ]


def test_keeps_commas_in_a_table_of_commas(tmp_path):
    path = tmp_path / "values.csv"
    path.write_text('composition,coercivity_kA_m\nSmCo5,"1,620"\n')
    assert read_small_table(path)["coercivity_kA_m"].to_pylist() == ["1,620"]
    path.write_text("composition,coercivity_kA_m\nSmCo5,1,620\n")
    with pytest.raises(
        InputError, match="line 2: expected 2 columns, found 3"
    ):
        read_small_table(path)


def test_mills_parts_and_surrogates_read_alike(tmp_path):
    path = tmp_path / "werte.csv"
    path.write_bytes(GERMAN.encode())
    producer = mk.calibrate(path, "mine", keep=False).producer
    plain = pd.DataFrame(
        {
            "composition": ["SmCo5"],
            "temperature_K": [293.15],
            "coercivity_kA_m": [1620.5],
        }
    )
    assert (
        producer.magnets
        == mk.calibrate(plain, "mine", keep=False).producer.magnets
    )
    path.write_text(
        "part;number;mass_kg;recipe;basis\nMotor;2;0,25;SmCo5;atomic\n"
    )
    assert mk.replace_parts(path).frame["kg a year"].iloc[0] == 0.5
    path.write_text(
        "composition;curie_temperature_K\nSmCo5;1000,5\nNd2Fe14B;585,5\n"
    )
    dataset = mk.surrogates.training_set("curie_temperature_K", path)
    assert dataset.values.tolist() == [1000.5, 585.5]


def test_names_a_table_without_a_row(tmp_path):
    path = tmp_path / "alloys.csv"
    path.write_text("composition,note\nSmCo5,a,b\nNd2Fe14B,c,d\n")
    with pytest.raises(
        CompositionError,
        match=r"line 2: expected 2 columns, found 3.*2 such rows",
    ):
        mk.predict(path)


def test_columns_without_a_name_are_left_out(tmp_path):
    path = tmp_path / "alloys.csv"
    path.write_text("composition,heat,,\nSmCo5,007,,\n")
    assert mk.predict(path)["heat"].tolist() == ["007"]
    path.write_text("composition,heat,heat\nSmCo5,007,8\n")
    with pytest.raises(InputError, match="'heat' stands twice"):
        mk.predict(path)


def test_refuses_a_header_without_rows(tmp_path):
    path = tmp_path / "alloys.csv"
    path.write_text("composition,note\n")
    for reader in (read_small_table, mk.predict):
        with pytest.raises(InputError, match="no row below its header"):
            reader(path)


def test_decimal_commas_are_of_tables_of_semicolons(tmp_path):
    rows = "-1,5;1,2,3;x 1,5;,5;+10,25 "
    expected = ["-1.5", "1,2,3", "x 1,5", ",5", "+10.25"]
    header = "a;b;c;d;e"
    for name, mark, points in (
        ("a.csv", ";", True),
        ("a.TSV", ";", True),
        ("a.tsv", "\t", False),
    ):
        text = f"{header}\n{rows}\n".replace(";", mark)
        (tmp_path / name).write_text(text)
        (row,) = read_small_table(tmp_path / name).to_pylist()
        cells = list(row.values())
        assert cells == (expected if points else rows.split(";"))
