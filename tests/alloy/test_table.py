import pickle

import numpy as np
import pandas as pd
import polars
import pyarrow as pa
import pytest
from magnetkit.elements import ATOMIC_MASS, INDEX
from magnetkit.errors import InputError
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit.alloy import CompositionTable, ParseError

TEXTS = ["SmCo5", "(Nd,Dy)2Fe14B", "Nd2Fe14B", "Sm0.8Gd0.2Co5", "Xx2"]


def same(a, b):
    for name in ("indptr", "indices", "values", "row_index"):
        assert_array_equal(getattr(a, name), getattr(b, name))
        assert getattr(a, name).dtype == getattr(b, name).dtype
    assert a.errors == b.errors


def test_lists_unreadable_rows_and_drops_them():
    table = CompositionTable.from_strings(TEXTS)
    assert len(table) == 3
    assert table.shape == (3, 118)
    assert table.row_index.tolist() == [0, 2, 3]
    assert [(e.row, e.text, e.position) for e in table.errors] == [
        (1, "(Nd,Dy)2Fe14B", 0),
        (4, "Xx2", 0),
    ]
    assert all(e.reason for e in table.errors)


@pytest.mark.parametrize(
    "array",
    [
        pa.array(TEXTS, pa.string()),
        pa.array(TEXTS, pa.large_string()),
        pa.array(TEXTS, pa.string_view()),
        pa.array(TEXTS).dictionary_encode(),
        pa.chunked_array([TEXTS[:2], [], TEXTS[2:]], pa.string()),
        pa.array(["Fe", *TEXTS, "Co"])[1:-1],
        pd.Series(TEXTS),
    ],
    ids=[
        "string",
        "large",
        "view",
        "dictionary",
        "chunked",
        "sliced",
        "pandas",
    ],
)
def test_every_arrow_text_reads_the_same(array):
    same(
        CompositionTable.from_arrow(array),
        CompositionTable.from_strings(TEXTS),
    )


def test_nulls_are_rows_of_errors():
    table = CompositionTable.from_arrow(pa.array(["SmCo5", None, "Nd2Fe14B"]))
    assert table.row_index.tolist() == [0, 2]
    assert table.errors[0].row == 1
    assert "no composition here" in table.errors[0].reason
    assert len(CompositionTable.from_arrow(pa.array([None, None])).errors) == 2


class Stream:
    """What says that it exports Arrow's arrays and fails."""

    def __init__(self, error):
        self.error = error

    def __arrow_c_stream__(self, requested_schema=None):
        raise self.error


@pytest.mark.parametrize(
    "array",
    [
        pa.array([1, 2]),
        pa.array([b"Nd"]),
        pd.Series([1.5]),
        object(),
        Stream(TypeError("no")),
        Stream(ValueError("no")),
        Stream(pa.ArrowInvalid("no")),
    ],
)
def test_refuses_arrow_arrays_without_text(array):
    with pytest.raises(InputError, match="expected"):
        CompositionTable.from_arrow(array)


def test_objects_without_text_are_rows_of_errors():
    texts = ["SmCo5", None, float("nan"), 5, b"Fe", "Nd\udcff", ["Nd"], pd.NA]
    table = CompositionTable.from_strings(texts)
    assert table.row_index.tolist() == [0]
    reasons = {e.row: e.reason for e in table.errors}
    assert "no composition here" in reasons[1]
    assert "no composition here" in reasons[2]
    assert reasons[3] == "expected text such as SmCo5, got int"
    assert reasons[4] == "expected text such as SmCo5, got bytes"
    assert reasons[6] == "expected text such as SmCo5, got list"
    assert "no composition here" in reasons[7]
    assert sorted(reasons) == [1, 2, 3, 4, 5, 6, 7]
    assert CompositionTable.from_strings(iter(texts)).errors == table.errors


@pytest.mark.parametrize("unit", ["wt%", "weight%", "mass%", "Mass %"])
def test_every_word_for_weight_makes_a_charge_and_no_formula(unit):
    texts = [f"Nd 26.7 Fe 72.3 B 1 {unit}", "Nd2Fe14B"]
    table = CompositionTable.from_strings(texts)
    assert table.is_by_weight.tolist() == [True, False]
    assert_allclose(
        table.weight_fractions()[0, INDEX["Nd"]], 0.267, rtol=1e-12
    )


def test_empty_input_gives_an_empty_table():
    for table in (
        CompositionTable.from_strings([]),
        CompositionTable.from_arrow(pa.array([], pa.string())),
        CompositionTable.from_arrow(pa.chunked_array([], pa.string())),
        CompositionTable.from_pymatgen([]),
        CompositionTable.concat([]),
    ):
        assert len(table) == 0
        assert table.to_array().shape == (0, 118)
        assert table.weight_fractions().shape == (0, 118)
        assert table.fraction("Nd").shape == (0,)
        assert table.formulas() == []
        assert table.indptr.dtype == np.int64


def test_one_text_is_no_list():
    with pytest.raises(InputError, match="got one text"):
        CompositionTable.from_strings("SmCo5")
    with pytest.raises(InputError, match="expected a list"):
        CompositionTable.from_strings(5)


FRAME = pd.DataFrame(
    {"composition": TEXTS, "note": list("abcde"), "x": range(5)}, index=[9] * 5
)


def test_frames_of_all_kinds():
    want = CompositionTable.from_strings(TEXTS)
    columns = {"a": TEXTS, "x": range(5)}
    for frame in (
        FRAME,
        FRAME.astype({"composition": "category"}),
        pa.Table.from_pandas(FRAME),
        polars.DataFrame(columns),
    ):
        same(CompositionTable.from_frame(frame), want)
    renamed = FRAME.rename(columns={"composition": "a"})
    same(CompositionTable.from_frame(renamed, "a"), want)
    same(CompositionTable.from_arrow(polars.Series(TEXTS)), want)


def test_refuses_a_frame_without_composition_column():
    two = FRAME.rename(columns={"composition": "a"})
    with pytest.raises(
        InputError, match=r"single text column; found a, note, x"
    ):
        CompositionTable.from_frame(two)
    with pytest.raises(InputError, match="compositions as text"):
        CompositionTable.from_frame(pa.table({"composition": [1, 2]}))
    with pytest.raises(InputError, match="table with columns"):
        CompositionTable.from_frame([1, 2])


def test_from_pymatgen():
    from pymatgen.core import Composition, DummySpecies

    table = CompositionTable.from_pymatgen(
        [
            Composition("Nd2Fe14B"),
            Composition({}),
            Composition({DummySpecies("X"): 1}),
            Composition({"Fe3+": 1, "Fe2+": 1}),
        ]
    )
    assert table.row_index.tolist() == [0, 3]
    assert_allclose(table.fraction("Fe"), [14 / 17, 1])
    assert [e.row for e in table.errors] == [1, 2]


def test_selection_keeps_the_numbering_of_the_input():
    table = CompositionTable.from_strings(TEXTS)
    dense = table.to_array()
    none = np.empty(0, int)
    for key in (
        slice(1, None),
        slice(None, None, -1),
        [2, 0],
        [True, False, True],
        -1,
        none,
    ):
        part = table[key]
        indices = np.atleast_1d(np.arange(3)[key])
        assert_array_equal(part.to_array(), dense[indices])
        assert_array_equal(part.row_index, table.row_index[indices])
        assert part.errors == table.errors
    assert len(table[2:1]) == 0


def test_concat_undoes_slicing():
    table = CompositionTable.from_strings(
        [t for t in TEXTS if "," not in t and "X" not in t]
    )
    same(CompositionTable.concat([table[:1], table[1:1], table[1:]]), table)


def test_pickling():
    table = CompositionTable.from_strings(TEXTS)
    same(pickle.loads(pickle.dumps(table)), table)
    assert isinstance(pickle.loads(pickle.dumps(table)).errors[0], ParseError)


def test_fraction_of_an_empty_row_is_zero():
    # The grain boundary of a pure hard phase holds nothing; it may stand anywhere.
    indptr = np.array([0, 0, 2, 2, 3, 3])
    indices = np.array([25, 59, 59], np.int32)
    table = CompositionTable(
        indptr, indices, np.array([0.9, 0.1, 1.0]), np.arange(5)
    )
    assert_array_equal(table.fraction("Nd"), [0, 0.1, 0, 1, 0])
    assert_array_equal(table[:1].fraction("Nd"), [0])


def test_fractions_and_weights():
    table = CompositionTable.from_strings(["Nd2Fe14B", "Sm0.8Gd0.2Co5"])
    assert_allclose(table.to_array().sum(axis=1), 1)
    assert_allclose(table.fraction("Nd", "Sm", "Gd"), [2 / 17, 1 / 6])
    earth = 2 * ATOMIC_MASS[INDEX["Nd"]]
    mass = earth + 14 * ATOMIC_MASS[INDEX["Fe"]] + ATOMIC_MASS[INDEX["B"]]
    assert_allclose(
        table.weight_fractions()[0, INDEX["Nd"]],
        2 * ATOMIC_MASS[INDEX["Nd"]] / mass,
    )
    assert table.formulas() == [
        "Nd0.1176Fe0.8235B0.05882",
        "Sm0.1333Gd0.03333Co0.8333",
    ]


def test_many_rows_use_many_threads_and_agree():
    texts = TEXTS * 2000
    table = CompositionTable.from_strings(texts)
    assert len(table) == 6000
    assert len(table.errors) == 4000
    assert_array_equal(table[:3].to_array(), table[-3:].to_array())
    assert table.errors[-1].row == len(texts) - 1


def test_formulas_are_written_as_python_writes_numbers():
    rng = np.random.default_rng(0)
    amounts = rng.random((300, 4)) ** 6
    texts = []
    for fe, nd, b, dy in amounts.tolist():
        texts.append(f"Fe{fe:.12f}Nd{nd:.12f}B{b:.12f}Dy{dy:.12f}")
    table = CompositionTable.from_strings(texts)
    dense = table.to_array()
    for i, text in enumerate(table.formulas()):
        formula = ""
        for element in ("Nd", "Dy", "Fe", "B"):
            share = dense[i, INDEX[element]]
            if share >= 1e-4:
                formula += f"{element}{share:.4g}"
            elif share > 0:
                number = np.format_float_positional(
                    share, 4, fractional=False, trim="-"
                )
                formula += element + number
        assert text == formula
    assert CompositionTable.from_strings(["Fe2"]).formulas() == ["Fe1"]
    assert table.to_arrow().to_pylist() == table.formulas()


@pytest.mark.parametrize(
    ("count", "ending"), [(12, "S, Cl)"), (13, "S, Cl, ...)")]
)
def test_a_table_names_a_dozen_of_its_elements(count, ending):
    light = "B C N O F Na Mg Al Si P S Cl K".split()[:count]
    table = CompositionTable.from_strings(["".join(light), "Xx"])
    assert repr(table) == (
        f"<CompositionTable: 1 rows of {count} elements "
        f"(B, C, N, O, F, Na, Mg, Al, Si, P, {ending}, 1 not read>"
    )


def test_equal_rows_of_a_long_table_are_found():
    texts = ["SmCo5", "Nd2Fe14B", "SmCo5", "Sm2Co17"] * 16
    table = CompositionTable.from_strings(texts)
    assert table[:63].unique_rows is None
    rows, place = table.unique_rows
    assert sorted(rows.tolist()) == [0, 1, 3]
    assert rows[place].tolist() == [0, 1, 0, 3] * 16
    distinct = [f"SmCo{n}" for n in range(1, 65)]
    assert CompositionTable.from_strings(distinct).unique_rows is None
    # A charge in wt.% is no formula, though it has the same atoms.
    weight = CompositionTable.from_strings(["Fe100 wt.%", "Fe"] * 32)
    rows, _ = weight.unique_rows
    assert sorted(rows.tolist()) == [0, 1]


def test_given_values_belong_to_rows_of_the_input():
    table = CompositionTable.from_strings(["SmCo5", "Xx", "Nd2Fe14B"])
    curie = "curie_temperature_K"
    given = table.with_given({curie: [1000.0, 1.0, None]}).given[curie]
    assert_array_equal(given, [1000.0, np.nan])
    assert table.with_given({curie: 900}).given[curie].tolist() == [900.0] * 2
    prefixed = {f"given_{curie}_lo": [0.0, 0.0, 5.0], "given_other": "x"}
    low = table.with_given(prefixed, "given_").given
    assert list(low) == [f"{curie}_lo"]
    assert low[f"{curie}_lo"].tolist() == [0.0, 5.0]
    constant = "anisotropy_constant_MJ_m3"
    for name in (constant, f"{constant}_lo"):
        assert table.with_given({name: -1.0}).given[name].tolist() == [-1, -1]
    assert table.given == {}
    for wrong, says in (
        ({"other": 1.0}, "given 'other': expected some of temperature_K, cu"),
        ({curie: "hot"}, "curie_temperature_K: expected a number, or one a"),
        ({curie: [1.0, 2.0]}, "expected a number, or one a row"),
        ({curie: -1.0}, "curie_temperature_K: a value is below zero"),
        ({"temperature_K": -1.0}, "temperature_K: a value is below zero"),
    ):
        with pytest.raises(InputError, match=says):
            table.with_given(wrong)
    with pytest.raises(InputError, match="expected a number, or one a row"):
        table.with_given({curie: [1.0] * 4}, rows=3)


def test_joined_tables_keep_what_was_given():
    one = CompositionTable.from_strings(["SmCo5"])
    curie = one.with_given({"curie_temperature_K": 1000.0})
    weight = CompositionTable.from_strings(["Fe100 wt.%", "Xx"])
    joined = CompositionTable.concat([curie, weight, one])
    assert_array_equal(
        joined.given["curie_temperature_K"], [1000.0, np.nan, np.nan]
    )
    assert joined.is_by_weight.tolist() == [False, True, False]
    assert joined[1:].is_by_weight.tolist() == [True, False]
    assert joined[[2, 1]].is_by_weight.tolist() == [False, True]
    assert joined[:1].given["curie_temperature_K"].tolist() == [1000.0]
    assert joined.row_index.tolist() == [0, 0, 0]
    assert [error.text for error in joined.errors] == ["Xx"]
    assert CompositionTable.concat([one, one]).by_weight is None
    assert CompositionTable.concat([one, one]).given == {}


def test_compositions_of_pymatgen_add_up_their_ions():
    from pymatgen.core import Composition

    table = CompositionTable.from_pymatgen(
        [Composition({"Fe3+": 1, "Fe2+": 1, "O": 6}), Composition({})]
    )
    assert table.fraction("Fe").tolist() == [0.25]
    assert table.errors[0].reason == "holds no atoms; give elements"
    (back,) = table.to_pymatgen()
    assert back.as_dict() == {"O": 0.75, "Fe": 0.25}
