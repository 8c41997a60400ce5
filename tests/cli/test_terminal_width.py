"""Tables fit a terminal of any width; in a pipe they are CSV."""

import pandas as pd
import pytest

import magnetkit.report._text as terminal
from magnetkit.report._tables import print_properties
from magnetkit.report._text import Shown, fitting


def frame(rows=3, shell="Tb 0.5 wt%", cold=False):
    number = {
        "remanence_T": 1.2345,
        "coercivity_kA_m": 1234.5,
        "max_energy_product_kJ_m3": 300.1,
        "curie_temperature_K": 585.0,
        "max_working_temperature_K": 400.0,
        "remanence_coefficient_pct_K": -0.1,
        "coercivity_coefficient_pct_K": -0.6,
    }
    columns = {
        "candidate": ["Nd26.5Pr4.2Dy1.1Co0.9Cu0.15Ga0.2B0.98Fe bal."] * rows,
        "temperature_K": [240.0 if cold else 423.15] * rows,
        "host": "2:14:1",
        "status": "ok",
        "shell": shell,
        "heavy_rare_earth_wt_pct": 1.25,
        "supply_risk": 0.4321,
        "cost_USD_kg": 51.2,
        "in_domain": True,
        "coefficients_between": "20 to 100 °C",
        "melt": [f"M-{i}" for i in range(rows)],
    }
    for name, value in number.items():
        columns |= {
            name: value,
            f"{name}_lo": 0.9 * value,
            f"{name}_hi": 1.1 * value,
        }
        columns[f"{name}_provenance"] = "extrapolated" if cold else "physics"
    return pd.DataFrame(columns)


@pytest.fixture
def screen(monkeypatch):
    """Print as on a terminal of a width; return its lines."""

    def print_lines(capsys, width, **options):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(terminal, "to_terminal", lambda: True)
        print_properties(
            options.pop("frame"), as_json=False, units="si", **options
        )
        return capsys.readouterr().out.splitlines()

    return print_lines


@pytest.mark.parametrize(("rows", "width"), [(1, 80), (3, 80), (3, 120)])
def test_cuts_no_cell_and_keeps_the_width(screen, capsys, rows, width):
    lines = screen(capsys, width, frame=frame(rows))
    assert max(map(len, lines)) <= width
    assert "…" not in "".join(lines)
    text = " ".join(lines)
    for number in ("1.23", "1234", "1.25"):
        assert number in text


def test_more_columns_come_with_width(screen, capsys):
    narrow = screen(capsys, 80, frame=frame())
    wide = screen(capsys, 160, frame=frame())
    count = lambda lines: max(line.count("┃") for line in lines)  # noqa: E731
    assert count(narrow) < count(wide)
    # The identifier of the user, and what is the same in all rows in the title.
    assert any("M-2" in line for line in narrow)
    assert "2:14:1" in narrow[0]
    assert "423 K (150 °C)" in narrow[0]


def test_columns_are_dropped_by_priority():
    columns = []
    for name, priority in zip("abcd", (0, 3, 1, 3), strict=True):
        columns.append(Shown(name, ["x" * 10], priority=priority))
    assert [c.heading for c in fitting(columns, 53)] == ["a", "b", "c", "d"]
    assert [c.heading for c in fitting(columns, 52)] == ["a", "b", "c"]
    assert [c.heading for c in fitting(columns, 30)] == ["a", "c"]
    assert [c.heading for c in fitting(columns, 5)] == ["a"]


def test_folds_texts_before_dropping_columns():
    text = Shown("candidate", ["x" * 40], number=False, priority=0)
    figures = [
        Shown(h, ["1.23 ± 0.45"], priority=p)
        for h, p in zip("ab", (1, 2), strict=True)
    ]
    assert [c.heading for c in fitting([text, *figures], 60)] == [
        "candidate",
        "a",
        "b",
    ]
    # 28 + 11 and what stands around them are 46 with the last rule; fold_lines to 20 they are 38.
    assert [c.heading for c in fitting([text, *figures], 40)] == [
        "candidate",
        "a",
    ]
    assert [c.width for c in fitting([text, *figures], 40)] == [20, 11]
    assert [c.heading for c in fitting([text, *figures], 37)] == ["candidate"]


def test_breaks_sentences_only_on_a_terminal(monkeypatch, capsys):
    text = "Measure B_r and H_cJ at 20 and 150 degrees and give them to `magnetkit calibrate`."
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(terminal, "to_terminal", lambda: True)
    terminal.say(text, "- ")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 40
    assert " ".join(line.strip() for line in lines) == f"- {text}"
    monkeypatch.setattr(terminal, "to_terminal", lambda: False)
    terminal.say(text, "- ")
    assert capsys.readouterr().out == f"- {text}\n"


def test_a_formula_breaks_between_elements_and_loses_nothing():
    recipe = "Sm0.6Gd0.1Er0.3Co5.94Fe0.66Cu0.68Zr0.22 + Tb 0.5 wt%"
    for width in (20, 28):
        lines = terminal.fold_lines(recipe, width).splitlines()
        assert max(map(len, lines)) <= width
        assert all(
            line[0].isupper() or line[0] in "+0" or line == "wt%"
            for line in lines
        )
        assert "".join(lines).replace(" ", "") == recipe.replace(" ", "")
    assert terminal.fold_lines("short", 20) == "short"
