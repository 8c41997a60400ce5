"""A table of measured magnets, row by row."""

import pandas as pd
import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism.calibrate import read_magnets

GOOD = {
    "composition": "Nd30.5Dy1Co1Cu0.1B1Fe bal.",
    "basis": "weight",
    "temperature_K": 293.15,
    "remanence_T": 1.3,
    "coercivity_kA_m": 1500.0,
}


def _reason(**values):
    """Return why a row with other values is left out, nothing if it is not."""
    rows, rejects = read_magnets(pd.DataFrame([GOOD | values]))
    assert len(rows) + len(rejects) == 1
    return rejects.get(1, "")


@pytest.mark.parametrize(
    "name", ["remanence_T", "coercivity_kA_m", "temperature_K"]
)
def test_leaves_impossible_values_out_by_name(name):
    assert all(
        name in _reason(**{name: value}) for value in ("x", float("inf"), -1.0)
    )


def test_reads_the_process_from_its_columns():
    fields = {
        "grain_size_um": "4.5",
        "alignment": 0.95,
        "density": "",
        "magnet": " A7 ",
    }
    (row,), rejects = read_magnets(pd.DataFrame([GOOD | fields]))
    assert rejects == {}
    assert row.process == {"grain_size_um": 4.5, "alignment": 0.95}
    assert row.magnet == "A7"
    assert row.values == {"remanence_T": 1.3, "coercivity_kA_m": 1500.0}
    assert "grain_size_um: expected a number, got 'fine'" in _reason(
        grain_size_um="fine"
    )


def test_one_measured_property_is_enough():
    rows, rejects = read_magnets(
        pd.DataFrame([GOOD, GOOD | {"remanence_T": None}])
    )
    assert not rejects
    assert rows[1].values == {"coercivity_kA_m": 1500.0}
    assert [row.magnet for row in rows] == ["row 1", "row 2"]
    assert "neither" in _reason(remanence_T=None, coercivity_kA_m="")


def test_refuses_a_repeated_column(tmp_path):
    file = tmp_path / "magnets.csv"
    file.write_text(
        "composition,temperature_K,remanence_T,remanence_T\nNd2Fe14B,293.15,1.3,1.2\n"
    )
    with pytest.raises(InputError, match="'remanence_T' stands twice"):
        read_magnets(file)
    # As spreadsheets write columns that were used once.
    for extra in ("", ",,"):
        file.write_text(
            f"composition,temperature_K,remanence_T{extra}\nNd2Fe14B,293.15,1.3{extra}\n"
        )
        assert len(read_magnets(file)[0]) == 1


def test_list_of_records_is_a_table():
    assert (
        len(read_magnets([GOOD, GOOD])[0])
        == len(read_magnets(pd.DataFrame([GOOD, GOOD]))[0])
        == 2
    )
    for odd in ([GOOD, 5], [1, 2], (GOOD, GOOD), 5):
        with pytest.raises(InputError, match="expected a table or its path"):
            read_magnets(odd)


def test_refuses_a_table_without_measurements():
    with pytest.raises(InputError, match="a row is a magnet at a temperature"):
        read_magnets(
            pd.DataFrame(
                [{"composition": GOOD["composition"], "temperature_K": 300.0}]
            )
        )
