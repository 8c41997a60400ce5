"""Headers, units and numbers of users' tables as people write them."""

import re

import pandas as pd
import pytest
from magnetkit.errors import InputError

from magnetkit.alloy._read import read_inputs
from magnetkit.alloy.user_tables import (
    UNITS,
    Column,
    check_recipe_headers,
    is_missing,
    match_headers,
    parse_unit,
    read_number,
    read_user_table,
    row_text,
)


@pytest.mark.parametrize(
    ("kind", "header", "name", "unit"),
    [
        ("parts", "Part no.", "part", ""),
        ("parts", "Grade", "grade", ""),
        ("parts", "kg/year", "mass_kg_year", "kg"),
        ("parts", "Max temp C", "temperature", "c"),
        ("parts", "Load line (Pc)", "load_line", ""),
        ("parts", "Werkstoff", "grade", ""),
        ("parts", "Jahresmenge [kg]", "mass_kg_year", "kg"),
        ("parts", "Jahresmenge (Stk)", "number_year", "pcs"),
        ("parts", "Menge kg/Jahr", "mass_kg_year", "kg"),
        ("parts", "Max. Einsatztemperatur (°C)", "temperature", "c"),
        ("parts", "Gegenfeld kA/m", "outside_field_kA_m", "ka/m"),
        ("parts", "牌号", "grade", ""),
        ("parts", "年用量（公斤）", "mass_kg_year", "kg"),
        ("parts", "最高温度(℃)", "temperature", "c"),
        ("parts", "T_max_C", "temperature", "c"),
        ("parts", "Temp. max [°F]", "temperature", "f"),
        ("parts", "Qty/year", "number_year", ""),
        ("parts", "weight (g/pc)", "mass_kg", "g"),
        ("parts", "Colour", "", ""),
        ("magnets", "coercivity_kOe", "coercivity_kA_m", "koe"),
        ("magnets", "remanence_kG", "remanence_T", "kg"),
        ("magnets", "Br [mT]", "remanence_T", "mt"),
        ("magnets", "T (F)", "temperature_K", "f"),
        # A unit alone names its quantity.
        ("parts", "(kg)", "mass_kg", "kg"),
        ("parts", "mg", "mass_kg", "mg"),
        ("parts", "[kg/a]", "mass_kg_year", "kg"),
        ("parts", "lb per year", "mass_kg_year", "lb"),
        ("parts", "t/year", "mass_kg_year", "t"),
        ("parts", "kpcs", "number", "kpcs"),
        ("parts", "Stk/Jahr", "number_year", "pcs"),
        # A pound or an ounce may be of anything, and a list of magnets has no masses.
        ("parts", "lb", "", ""),
        ("parts", "oz per year", "", ""),
        ("magnets", "kg", "", ""),
    ],
)
def test_reads_name_and_unit_of_a_header(kind, header, name, unit):
    (column,) = match_headers([header], kind)
    assert (column.name, column.unit) == (name, unit)


@pytest.mark.parametrize(
    ("kind", "header", "says"),
    [
        (
            "magnets",
            "T (R)",
            "'r' is no unit of a temperature; expected K, C, F",
        ),
        ("magnets", "remanence_kA/m", "no unit of a polarization"),
        (
            "parts",
            "temprature C",
            r"did you mean 'temperature' \(in K, C, F\)\? Rename",
        ),
        ("parts", "temparature (kelvin)", "did you mean 'temperature'"),
        ("parts", "hours/", "did you mean 'hours'"),
        ("parts", "rotor temperature", "did you mean 'temperature'"),
    ],
)
def test_refuses_a_misspelled_header_with_a_guess(kind, header, says):
    with pytest.raises(InputError, match=says):
        match_headers([header], kind)


def test_a_column_of_texts_takes_no_unit():
    with pytest.raises(InputError, match="'kg' is no unit of a text; it has"):
        match_headers(["Grade"], "parts", {"grade": "kg"})


def test_refuses_two_columns_of_one_quantity():
    with pytest.raises(
        InputError, match="'kg/year' and 'Annual demand' are both mass_kg_year"
    ):
        match_headers(["Grade", "kg/year", "Annual demand"], "parts")


def test_takes_the_nearest_header_of_a_text():
    material, grade = match_headers(["Material", "Grade"], "parts")
    assert (material.name, grade.name) == ("", "grade")


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1.234,5", ".", 1234.5),
        ("1,234.5", ",", 1234.5),
        ("1,234", ".", 1234.0),
        ("1,234", ",", 1.234),
        ("0,5", ".", 0.5),
        ("12'000", ".", 12000.0),
        ("1.200", ",", 1200.0),
        ("-5", ".", -5.0),
        ("-1,234", ".", -1234.0),
        ("+1.234", ",", 1234.0),
        ("\N{MINUS SIGN}0,5", ",", -0.5),
        # No group of thousands begins with 0.
        ("0.123", ",", 0.123),
        ("-0,123", ".", -0.123),
        ("0.123", None, 0.123),
    ],
)
def test_a_number(text, mark, number):
    assert read_number(text, mark) == number


def test_refuses_a_number_of_two_readings():
    with pytest.raises(InputError, match="decimal mark or thousands"):
        read_number("1,234", None)
    with pytest.raises(InputError, match="decimal mark or thousands"):
        read_number("-1,234", None)
    with pytest.raises(InputError, match="expected a number"):
        read_number("1.5.2", ".")
    with pytest.raises(InputError, match="expected a number"):
        read_number("0.123.456", ",")


def test_units_come_out_in_those_of_the_names():
    # 20 kOe is 1591.5 kA/m, 12 kG 1.2 T, and 68 F 20 C.
    table = read_user_table(
        {
            "composition": ["SmCo5"],
            "T (F)": [68.0],
            "HcJ (kOe)": [20.0],
            "Br (kG)": [12.0],
        },
        "magnets",
    )
    (row,) = table.rows
    assert row["temperature_K"] == pytest.approx(293.15)
    assert row["coercivity_kA_m"] == pytest.approx(1591.549, abs=1e-3)
    assert row["remanence_T"] == pytest.approx(1.2)


def test_questions_temperatures_without_unit_in_one_line():
    frame = {"Grade": ["N42SH", "N38UH"], "Temp": [150, 180]}
    with pytest.raises(
        InputError,
        match=r"column 'Temp' names no unit .2 rows.*--unit 'Temp=C'",
    ):
        read_user_table(frame, "parts")
    table = read_user_table(frame, "parts", {"Temp": "C"})
    assert [row["temperature"] for row in table.rows] == pytest.approx(
        [423.15, 453.15]
    )


def test_a_cell_may_name_its_unit():
    table = read_user_table(
        {"Grade": ["A", "B"], "Temp": ["150 °C", "423K"]}, "parts"
    )
    assert [row["temperature"] for row in table.rows] == pytest.approx(
        [423.15, 423.0]
    )


def test_lists_an_unreadable_row_and_reads_the_rest():
    table = read_user_table(
        {"Grade": ["N42SH", "N38UH", "N35"], "kg/year": ["12", "a lot", "3"]},
        "parts",
    )
    assert [row["mass_kg_year"] for row in table.rows] == [12.0, 3.0]
    assert table.lines == [1, 3]
    assert "expected a number, got 'a lot'" in table.refused[2][1]


@pytest.mark.parametrize(
    "text", ["120-150", "120 - 150", "120 to 150", "120–150 °C", "120°C-150°C"]
)
def test_a_range_asks_for_one_number(text):
    table = read_user_table(
        {"Grade": ["A", "B"], "Max temp C": [text, 150]}, "parts"
    )
    assert "is a range; write one number, the highest" in table.refused[1][1]


def test_questions_an_amount_that_could_be_thousands():
    table = read_user_table(
        {"Grade": ["A", "B"], "kg/year": ["3,5", "1,200"]}, "parts"
    )
    assert [row["mass_kg_year"] for row in table.rows] == [3.5, 1.2]
    assert any(
        "1,200 is read as 1.2, not thousands" in n and "(2)" in n
        for n in table.notes
    )
    sure = read_user_table(
        {"Grade": ["A", "B"], "kg/year": ["3.5", "1,200"]}, "parts"
    )
    assert [row["mass_kg_year"] for row in sure.rows] == [3.5, 1200.0]
    assert not any("not thousands" in note for note in sure.notes)


def test_texts_are_no_evidence_of_a_decimal_mark():
    for text in ("1,5", "1.5"):
        frame = {"Part": [text], "Colour": [text], "kg/year": ["1.250,5"]}
        table = read_user_table(frame, "parts")
        assert [row["mass_kg_year"] for row in table.rows] == [1250.5]
        plain = read_user_table(frame | {"kg/year": ["1,250"]}, "parts")
        assert [row["mass_kg_year"] for row in plain.rows] == [1250.0]


def test_no_amount_is_left_empty():
    table = read_user_table({"Grade": ["A", "B"], "kg/year": [0, 2]}, "parts")
    assert "leave the cell empty" in table.refused[1][1]


def test_names_decimal_commas_of_a_german_list():
    table = read_user_table(
        {"Werkstoff": ["N42SH", "N38UH"], "Jahresmenge": ["1.200,5", "0,4"]},
        "parts",
    )
    assert [row["mass_kg_year"] for row in table.rows] == [1200.5, 0.4]
    assert any("decimal commas" in note for note in table.notes)
    assert any("taken as kg in 2 rows" in note for note in table.notes)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("temperature_K", 20, "20 K lies outside 60 to 1000 K; C"),
        (
            "HcJ (kA/m)",
            1650000,
            "1.65e.06 kA/m lies outside 1 to 6000 kA/m; A/m",
        ),
        ("Br (T)", 12.1, "lies outside 0.02 to 2 T; kG"),
    ],
)
def test_implausible_value_names_the_likely_slip(column, value, says):
    with pytest.raises(InputError, match=says):
        read_user_table(
            {"composition": ["SmCo5"], column: [value]}, "magnets", strict=True
        )


def test_one_line_describes_the_use_of_every_column():
    table = read_user_table(
        {"Grade": ["N42SH"], "kg/year": [1], "Colour": ["red"]}, "parts"
    )
    assert table.sentence() == (
        "read 'Grade' as grade; 'kg/year' as mass_kg_year, kg; carried through, not used: 'Colour'"
    )
    assert table.own["Colour"].tolist() == ["red"]


def test_bad_line_of_a_file_is_a_row(tmp_path):
    path = tmp_path / "parts.csv"
    path.write_text("Part;Grade;kg/year\nA;N42SH;1,5\nB;N38UH\nC;N35;2\n")
    table = read_user_table(path, "parts")
    assert [row["part"] for row in table.rows] == ["A", "C"]
    assert table.lines == [2, 4]
    assert "expected 3 columns, found 2" in table.refused[3][1]


def test_units_are_those_of_their_definitions():
    offsets = {}
    for quantity, units in UNITS.items():
        for unit, (_, offset) in units.items():
            if offset:
                offsets[quantity, unit] = offset
    fahrenheit = pytest.approx(255.372, abs=1e-3)
    assert offsets.pop(("temperature", "f")) == fahrenheit
    assert offsets == {("temperature", "c"): 273.15}
    # An ounce is the sixteenth part of a pound; a day has 24 h and a year 365.25 days.
    assert UNITS["mass"]["lb"][0] == pytest.approx(16 * UNITS["mass"]["oz"][0])
    assert UNITS["time"]["a"][0] == 365.25 * UNITS["time"]["d"][0]
    # 1 T is 795.775 kA/m and 10 kOe.
    field = UNITS["field"]
    assert field["t"][0] == pytest.approx(795.775, rel=1e-6)
    assert field["koe"][0] == pytest.approx(field["t"][0] / 10.0)
    for small, large in (("oe", "koe"), ("mt", "t"), ("a/m", "ka/m")):
        assert field[small][0] == pytest.approx(1e-3 * field[large][0])


def test_texts_are_read_without_the_marks_of_a_spreadsheet():
    frame = {"Part no.": [42.0, 1.5, " A "], "Grade": ["N35"] * 3}
    table = read_user_table(frame, "parts")
    assert [row["part"] for row in table.rows] == ["42", "1.5", "A"]


def test_units_of_three_languages():
    assert [parse_unit(t) for t in ("公斤", "°C", "Stück", "kOe", "wt%")] == [
        "kg",
        "c",
        "pcs",
        "koe",
        None,
    ]


def test_polars_and_lists_of_records_are_tables():
    records = [{"Grade": "N42SH", "kg/year": 2}]
    assert (
        read_user_table(records, "parts").rows
        == read_user_table(pd.DataFrame(records), "parts").rows
    )


def test_the_users_own_numbers_come_back_as_numbers():
    table = read_user_table(
        {
            "Werkstoff": ["N42SH", "N35"],
            "Jahresmenge": ["1.200,5", "0,4"],
            "Nr": ["007", "12"],
        },
        "parts",
    )
    assert table.own["Jahresmenge"].tolist() == [1200.5, 0.4]
    assert table.own["Nr"].tolist() == ["007", 12.0]


def test_refuses_a_list_with_a_misspelled_shell_header():
    for header in ("Shell", "shells", "shel"):
        with pytest.raises(InputError, match="did you mean 'shell'"):
            read_inputs(
                pd.DataFrame(
                    {"composition": ["Nd2Fe14B"], header: ["Tb 0.5 wt%"]}
                )
            )


def test_names_an_unused_condition_of_a_list():
    frame = pd.DataFrame(
        {"composition": ["Nd2Fe14B"], "Temp C": [150], "melt": [1]}
    )
    with pytest.warns(
        UserWarning, match="'Temp C': carried through, not used"
    ):
        inputs = read_inputs(frame)
    assert list(inputs.others.columns) == ["composition", "Temp C", "melt"]


def test_booleans_are_no_numbers_and_a_printed_minus_is():
    rows = [
        {"grade": "N42SH", "kg/year": True},
        {"grade": "N42SH", "kg/year": 3.0},
        {"grade": "N42SH", "kg/year": [3]},
        {"grade": "N42SH", "kg/year": b"x"},
    ]
    table = read_user_table(rows, "parts")
    reasons = {line: reason for line, (_, reason) in table.refused.items()}
    says = "kg/year: expected a number, got"
    assert reasons == {1: f"{says} True", 3: f"{says} [3]", 4: f"{says} b'x'"}
    cold = read_user_table(
        [{"grade": "N42SH", "Max temp C": "\u221220"}], "parts"
    )
    assert cold.rows[0]["temperature"] == pytest.approx(253.15)


def test_questions_a_table_of_very_many_columns():
    with pytest.raises(InputError, match="turned on its side"):
        match_headers([f"c{i}" for i in range(600)], "parts")


@pytest.mark.parametrize(
    ("given", "name", "unit"),
    [
        ({"annual DEMAND": "pcs"}, "number_year", "pcs"),
        ({"mass_kg_year": "tonnes"}, "mass_kg_year", "t"),
    ],
)
def test_a_user_names_the_unit_of_a_header(given, name, unit):
    before = dict(given)
    _, column = match_headers(["Grade", "Annual demand"], "parts", given)
    assert (column.name, column.unit) == (name, unit)
    assert given == before


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"Annual demand": "C"},
            "'C' is no unit of a mass; expected kg, g, m",
        ),
        ({"Annual demand": "ells"}, "'ells' is no unit of a mass; expected"),
        (
            {"Menge": "kg"},
            "unit is given for 'Menge'; the columns are Grade, Annual demand",
        ),
    ],
)
def test_a_given_unit_must_fit_its_column(given, says):
    with pytest.raises(InputError, match=says):
        match_headers(["Grade", "Annual demand"], "parts", given)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("mass", "'mass' names no unit: taken as kg in 2 rows .*mass=g'"),
        ("demand", "taken as kg in 2 rows .*'demand=pcs' says otherwise"),
        ("hours", "taken as h in 2 rows .*'hours=d' says otherwise"),
        ("mass (g)", None),
        ("mass kg", None),
        ("pieces", None),
    ],
)
def test_units_that_nobody_named_are_said(header, says):
    rows = [{"Grade": "A", header: amount} for amount in (5, "7", None)]
    notes = read_user_table(rows, "parts").notes
    assert len(notes) == (0 if says is None else 1)
    assert says is None or re.search(says, notes[0])


def test_amounts_like_thousands_name_ten_rows():
    for count, rest in ((10, ")"), (11, ", ...)")):
        rows = [{"kg/year": "1,200"} for _ in range(count)]
        rows.append({"kg/year": "3,5"})
        (_, note) = read_user_table(rows, "parts").notes
        lines = ", ".join(map(str, range(1, 11)))
        assert f"so in {count} rows ({lines}{rest}; for thousands" in note
    # What begins with a zero is no thousand, nor is what has two marks.
    for text in ("0,200", "1.200,5"):
        rows = [{"kg/year": text}, {"kg/year": "3,5"}]
        notes = read_user_table(rows, "parts").notes
        assert len(notes) == 1
        assert "decimal commas" in notes[0]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("5 lb", 5 * 0.45359237),
        ("1 oz", 0.45359237 / 16),
        ("5 g", 0.005),
        (0.5, 0.5),
        ("1e-1 kg", 0.1),
    ],
)
def test_the_unit_of_a_cell_goes_before_that_of_the_header(cell, value):
    (row,) = read_user_table([{"mass (kg)": cell}], "parts").rows
    assert row["mass_kg"] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("header", "cell", "says"),
    [
        ("kg/year", "5 C", "kg/year: 'C' in '5 C' is no unit of it"),
        ("Temp C", [1], r"Temp C: expected a number, got \[1\]"),
        ("pcs", 0, "0 lies outside what can be bought; leave the cell empty"),
        ("load line", "1e9", "load line: 1e[+]09 lies outside 0.01 to 100$"),
        ("mass", 201, "201 lies outside 1e-08 to 200 kg; g[?]$"),
        ("mass (g)", 3e5, "300000 g lies outside 1e-08 to 200 kg; mg[?]$"),
        ("hours", 1e12, "1e[+]12 lies outside 0.001 to 1e[+]07 h$"),
    ],
)
def test_a_cell_of_no_use_says_why(header, cell, says):
    rows = [{"Grade": "A", header: cell}]
    table = read_user_table(rows, "parts")
    assert table.rows == []
    assert re.search(says, table.refused[1][1])
    with pytest.raises(InputError, match=r"^row 1: "):
        read_user_table(rows, "parts", strict=True)


def test_a_temperature_needs_a_unit_where_others_name_one():
    rows = [{"Temp": "150 C"}, {"Temp": 150}, {"Temp": "-"}]
    table = read_user_table(rows, "parts")
    assert [row["temperature"] for row in table.rows] == [423.15, None]
    assert "150 without a unit, where other rows" in table.refused[2][1]


@pytest.mark.parametrize(
    ("value", "missing"),
    [
        *((text, True) for text in ("", " ", "-", "–", "—", "N/A", "na")),
        *((text, True) for text in ("NaN", "None", "null", "?", "TBD ", "/")),
        (None, True),
        (float("nan"), True),
        ("0", False),
        (0, False),
        ("x", False),
        (False, False),
    ],
)
def test_an_empty_cell_says_nothing(value, missing):
    assert is_missing(value) is missing


def test_a_row_is_shown_in_two_hundred_letters():
    cells = {"a": 42.0, "b": None, "c": " x ", "d": 1.5, "e": "-"}
    assert row_text(cells) == "42, x, 1.5"
    assert row_text({"a": "y" * 201}) == "y" * 200


def test_a_table_has_five_hundred_columns_at_most():
    headers = [f"c{i}" for i in range(501)]
    assert len(match_headers(headers[:500], "parts")) == 500
    with pytest.raises(InputError, match=r"501 columns; .* 500 at most"):
        match_headers(headers, "parts")
    with pytest.raises(InputError, match="no kind of table 'devices'"):
        match_headers(["a"], "devices")


def test_headers_near_a_column_that_is_there_are_carried():
    first, second = match_headers(["Temp C", "temprature"], "parts")
    assert (first.name, second.name) == ("temperature", "")
    # Short words are like too many others.
    assert match_headers(["tenp"], "parts")[0].name == ""


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        (["composition", "shel"], "column 'shel' is not known: did you mean"),
        (["composition", "Shell"], "did you mean 'shell', what is diffused"),
        (["composition", "shell", "shel"], None),
        (["shels"], None),
        (["composition", "given_shel", "status", "note"], None),
    ],
)
def test_a_list_of_recipes_has_one_shell(headers, says):
    if says is None:
        check_recipe_headers(headers, headers[0])
        return
    with pytest.raises(InputError, match=says):
        check_recipe_headers(headers, "composition")


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        (["Temp C", "Pc"], "'Temp C', 'Pc'"),
        (["Gegenfeld kA/m"], "'Gegenfeld kA/m'"),
        (["hours"], "'hours'"),
        (["T (R)"], "'T .R.'"),
    ],
)
def test_conditions_of_a_list_are_not_used(headers, named):
    with pytest.warns(UserWarning, match=f"^{named}: carried through, not"):
        check_recipe_headers(["composition", *headers], "composition")


def test_a_column_says_how_it_was_read():
    for column, text in (
        (Column("HcJ", "coercivity_kA_m", "field", "koe"), "kOe"),
        (Column("Br", "remanence_T", "polarization", "kg"), "kG"),
        (Column("t", "mass_kg", "mass", "t"), "t"),
        (Column("H", "outside_field_kA_m", "field", "t"), "T"),
        (Column("T", "temperature", "temperature", "f"), "F"),
    ):
        ending = f"as {column.name}, {text}"
        assert column.describe() == f"'{column.header}' {ending}"
    assert Column("Grade", "grade", "text").describe() == "'Grade' as grade"
