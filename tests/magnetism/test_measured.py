"""A table of measured magnets, row by row."""

import re

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

from magnetkit.magnetism._measured import (
    Split,
    atomic_fractions,
    shared_variance,
)
from magnetkit.magnetism.calibrate import read_magnets
from tests.recipes import make_table

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
    ("name", "low", "high"),
    [
        ("remanence_T", 0.02, 2.0),
        ("coercivity_kA_m", 1.0, 6000.0),
        ("temperature_K", 60.0, 1000.0),
    ],
)
def test_leaves_impossible_values_out_by_name(name, low, high):
    for value in ("x", np.ones(2)):
        says = f"{name}: expected a number, got {value!r}"
        assert says in _reason(**{name: value})
    for end, beyond in ((low, 0.99 * low), (high, 1.01 * high)):
        assert _reason(**{name: end}) == ""
        outside = rf"{name}: {beyond:g} .* lies outside {low:g} to {high:g} "
        assert re.match(outside, _reason(**{name: beyond}))
    assert name in _reason(**{name: float("inf")})


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


def test_fractions_of_one_row_stand_by_symbol():
    table = make_table("SmCo5", "Nd2Fe14B")
    fractions = atomic_fractions(table, 1)
    # By atomic number, with nine decimals.
    assert list(fractions.items()) == [
        ("B", 0.058823529),
        ("Fe", 0.823529412),
        ("Nd", 0.117647059),
    ]
    assert list(atomic_fractions(table, 0)) == ["Co", "Sm"]


def test_likeness_fades_with_the_composition():
    split = Split(
        common=0.2,
        composition=0.5,
        residue=0.3,
        length=0.1,
        deviation=0.2,
        shared=(0.4, 0.05),
    )
    distance = np.array([0.0, 0.1, 0.2, 99.0])
    expected = 0.2 + 0.5 * np.exp([0.0, -1.0, -2.0, -990.0])
    assert split.covariance(distance) == pytest.approx(expected)
    # Each effect counts by its square, and both add up.
    effects = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])
    variance = shared_variance(effects, split)
    assert variance == pytest.approx([0.0, 1.6, 0.2, 0.45])
