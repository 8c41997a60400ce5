"""Texts on the terminal: values in their units, widths of columns, and where notes go."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from magnetkit.report import _text
from magnetkit.report._text import Shown


def whole(value):
    return f"{value:.0f}"


def tenth(value):
    return f"{value:.1f}"


@pytest.mark.parametrize(
    ("name", "values", "texts"),
    [
        # K are shown in degrees C, value and ends.
        (
            "curie_temperature_K",
            (585.15, 575.15, 596.15),
            ("312", "302.0 to 323.0"),
        ),
        # Ends that read alike are none.
        ("curie_temperature_K", (585.15, 585.14, 585.16), ("312", "")),
        ("curie_temperature_K", (np.nan, 575.15, 596.15), ("–", "")),
        ("curie_temperature_K", (585.15,), ("312", "")),
        # What is measured or counted has no interval.
        ("cost_USD_kg", (51.2, 40.0, 60.0), ("51", "")),
        ("rank", (3.0, 1.0, 5.0), ("3", "")),
        ("host", ("2:14:1", "a", "b"), ("2:14:1", "")),
        ("host", (None,), ("", "")),
    ],
)
def test_a_value_stands_beside_its_ends(name, values, texts):
    ends = ("", "_lo", "_hi")
    row = pd.Series(
        {
            f"{name}{end}": value
            for end, value in zip(ends, values, strict=False)
        },
        dtype=object,
    )
    assert _text.with_range(row, name, whole, tenth) == texts


def test_units_are_as_asked_or_as_set(monkeypatch):
    units = SimpleNamespace(units="cgs")
    monkeypatch.setattr(_text, "get_settings", lambda: units)
    assert _text.is_cgs()
    assert not _text.is_cgs("si")
    assert _text.display_scale("coercivity_kA_m").unit == "kOe"
    units.units = "si"
    assert not _text.is_cgs()
    assert _text.is_cgs("cgs")
    assert _text.display_scale("coercivity_kA_m").unit == "kA/m"


def test_columns_are_as_wide_as_their_longest_line():
    assert Shown("head", ["12345", "1"]).width == 5
    assert Shown("two\nlines of it", ["1"]).width == len("lines of it")
    assert Shown("heading", []).width == 7
    # Texts are folded to 28 letters, numbers never.
    assert Shown("a", ["x" * 40], number=False).width == 28
    assert Shown("a", ["x" * 28], number=False, most=20).width == 20
    assert Shown("a", ["1" * 40]).width == 40
    assert Shown("a").priority == 1


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("four four", 9, ["four four"]),
        ("four four", 8, ["four", "four"]),
        ("Nd2Fe14B", 8, ["Nd2Fe14B"]),
        ("Nd2Fe14B", 7, ["Nd2Fe14", "B"]),
        ("Sm(Co0.7Fe0.3)7", 9, ["Sm(Co0.7", "Fe0.3)7"]),
        # A word without a digit is not broken, however long.
        ("extraordinary NdFeB", 5, ["extraordinary", "NdFeB"]),
        ("", 5, [""]),
    ],
)
def test_lines_break_where_they_are_full(text, width, lines):
    assert _text.fold_lines(text, width).split("\n") == lines


def test_notes_stand_under_a_table_or_apart(monkeypatch, capsys):
    monkeypatch.setattr(_text, "to_terminal", lambda: True)
    _text.remark("a note")
    out, error = capsys.readouterr()
    assert (out, error) == ("a note\n", "")
    monkeypatch.setattr(_text, "to_terminal", lambda: False)
    _text.remark("a note")
    out, error = capsys.readouterr()
    assert out == ""
    assert "a note" in error


def test_further_lines_are_indented_by_the_mark(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "12")
    monkeypatch.setattr(_text, "to_terminal", lambda: True)
    _text.say("one two-three four extraordinarily", "-- ")
    assert capsys.readouterr().out.splitlines() == [
        "-- one",
        "   two-three",
        "   four",
        "   extraordinarily",
    ]


def test_columns_that_fit_are_printed(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "30")
    columns = [
        Shown("alloy", ["Nd2Fe14B", "SmCo5"], number=False, priority=0),
        Shown("B_r", ["1.2", "0.9"]),
        Shown("remark", ["x" * 20, ""], priority=2),
    ]
    printed = _text.print_table("Magnets", columns, ["dim"])
    assert [column.heading for column in printed] == ["alloy", "B_r"]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].strip() == "Magnets"
    assert [line.split() for line in lines if "Nd2" in line] == [
        ["│", "Nd2Fe14B", "│", "1.2", "│"]
    ]
    # Texts stand to the left, numbers to the right.
    assert "│ SmCo5    │ 0.9 │" in lines
    whole_table = _text.print_table("Magnets", columns, all_columns=True)
    assert whole_table == columns
    wide = capsys.readouterr().out
    assert "x" * 20 in wide
    with pytest.raises(ValueError, match="zip"):
        _text.print_table("a", [Shown("b", ["1"]), Shown("c", [])])


def test_what_is_missing_is_empty_in_a_pipe(capsys):
    frame = pd.DataFrame({"a": [1.5, np.nan], "b": ["x", None]})
    _text.print_csv(frame)
    assert capsys.readouterr().out.splitlines() == ["a,b", "1.5,x", ","]


def test_a_calibration_says_whose_it_is():
    assert _text.calibration_note("N42SH") == "Calibration: N42SH."
    assert _text.calibration_note("N42SH", "N42SH") == (
        "Calibration: as today’s N42SH."
    )
    assert _text.calibration_note("none", "N42SH") == "Calibration: none."
