"""`magnetkit validate` prints the figures that were stored; in a checkout they are made anew."""

import importlib
import json
import pkgutil
from pathlib import Path

import pandas as pd
import pytest
from magnetkit.errors import InputError

import benchmarks.accuracy
from benchmarks.accuracy import stored
from benchmarks.accuracy.__main__ import TARGETS
from magnetkit import datasets
from magnetkit.cli.models import _print_figures, _show, _source
from tests.command import invoke
from tests.printed import cells, sentences


def test_the_stored_figures_are_those_of_the_pages():
    assert (
        datasets.path("accuracy/figures.json").read_text("utf-8")
        == stored.text()
    )
    assert set(stored.TABLES) <= set(TARGETS)
    # datasets/magnetism/VALIDATION.md: 29 papers on J_s, each left out.
    (table,) = stored.figures()["magnetism"]
    line = "paper left out|2:14:1|J_s, T|146|0.047|0.042|0.93"
    assert table["rows"][0] == line.split("|")


def test_prints_figures_with_date_and_page(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    done = invoke("validate")
    assert done.exit_code == 0
    for target, tables in stored.figures().items():
        for table in tables:
            assert (
                f"{target}, {table['date']}: {table['about']}" in done.stdout
            )
            assert table["page"] in done.stdout
            for row in table["rows"]:
                assert " ".join(row[-1].split()[:2]) in done.stdout
    assert all(
        len(line) <= 80
        for line in done.stdout.splitlines()
        if line[:1] in "┃│┏└┡"
    )
    assert "python -m benchmarks.accuracy TARGET" in done.stderr


def test_one_target_goes_out_as_json():
    done = invoke("validate diffusion --json")
    assert json.loads(done.stdout) == {
        "diffusion": stored.figures()["diffusion"]
    }


@pytest.mark.parametrize("target", ["x", "anisotropy_constant_MJ_m3"])
def test_refuses_other_targets_by_name(target):
    done = invoke(f"validate {target}")
    assert isinstance(done.exception, InputError)
    assert "magnetism" in str(done.exception)


def test_validates_and_draws_rows_of_a_user(tmp_path):
    densities = {
        "SmCo5": 8.6,
        "PrCo5": 8.3,
        "NdCo5": 8.4,
        "YCo5": 7.6,
        "LaCo5": 8.0,
        "CeCo5": 8.5,
    }
    frame = pd.DataFrame(
        {"composition": list(densities), "density": list(densities.values())}
    )
    file = tmp_path / "mine.csv"
    plot = tmp_path / "parity.html"
    frame.assign(lab=list("aabbcc")).to_csv(file, index=False)
    rows = f"validate density --data {file} --groups lab -q"
    done = invoke(f"{rows} --plot {plot} --json")
    assert done.exit_code == 0, done.output
    (records,) = json.loads(done.stdout).values()
    assert [r["model"] for r in records][1:] == [
        "ExtraTrees",
        "RandomForest",
        "GaussianProcess",
    ]
    assert records[0]["rows"] == 6
    assert records[0]["groups"] == 3
    assert "density" in plot.read_text()


@pytest.mark.parametrize(
    "option", ["--groups x", "--plot x.png", "--data x.csv"]
)
def test_options_of_own_rows_need_them(option):
    done = invoke(f"validate {option}")
    assert isinstance(done.exception, InputError)
    assert "--data" in str(done.exception)


def test_imports_modules_outside_the_wheel():
    # Moves of the package are seen here; what it says, `make test-accuracy` tests.
    for module in pkgutil.walk_packages(
        benchmarks.accuracy.__path__, "benchmarks.accuracy."
    ):
        if ".tests" not in module.name:
            importlib.import_module(module.name)


def test_figures_of_models_stand_beside_each_other(terminal, capsys):
    nothing = float("nan")
    frame = pd.DataFrame(
        {
            "model": ["own", "ExtraTrees"],
            "rows": [120, 120],
            "mean_absolute_error": [1.23456, 2.5],
            "pairs_in_order": [0.9, nothing],
            "coverage": [0.91, nothing],
            "half_width": [3.0, nothing],
            "error_gain": [nothing, 0.51234],
            "error_gain_lo": [nothing, 0.4],
            "error_gain_hi": [nothing, 0.61234],
        }
    )
    _print_figures(frame)
    head, first, second = cells(capsys.readouterr().out)
    assert head == [
        "model",
        "values",
        "mean error",
        "pairs",
        "in range",
        "half width",
        "gain on it",
    ]
    # A gain that is not there has no range either.
    assert first == ["own", "120", "1.235", "0.9", "0.91", "3", ""]
    assert second[:3] == ["ExtraTrees", "120", "2.5"]
    assert second[3:6] == ["", "", ""]
    assert second[6] == "0.5123 (0.4 to 0.61)"


def test_figures_of_models_fit_a_narrow_terminal(
    terminal, monkeypatch, capsys
):
    monkeypatch.setenv("COLUMNS", "80")
    frame = pd.DataFrame(
        {
            "model": ["CompositionRegressor", "GaussianProcess"],
            "rows": 120,
            "mean_absolute_error": 0.1827,
            "pairs_in_order": 0.6667,
            "coverage": 0.8333,
            "half_width": 0.3661,
            "error_gain": -0.0479,
            "error_gain_lo": -0.099,
            "error_gain_hi": 0.0013,
        }
    )
    _print_figures(frame)
    head, first, second = cells(capsys.readouterr().out)
    assert head == ["model", "mean error", "pairs", "gain on it"]
    assert first[0] == "CompositionRegressor"
    assert second == [
        "GaussianProcess",
        "0.1827",
        "0.6667",
        "-0.0479 (-0.099 to 0.0013)",
    ]


def test_a_stored_table_has_its_date_and_page_above(terminal, capsys):
    table = {
        "date": "2026-11-01",
        "about": "Errors.",
        "page": "docs/x.md",
        "columns": ["host", "values", "note"],
        "rows": [["1:5", "12", "5 of them are hot"], ["2:14:1", "7", "-"]],
    }
    _show("magnetism", table)
    text = capsys.readouterr().out
    words = "magnetism, 2026-11-01: Errors. More: docs/x.md"
    assert sentences(text) == words
    assert cells(text) == [table["columns"], *table["rows"]]
    row = next(line for line in text.splitlines() if "2:14:1" in line)
    # Numbers stand to the right.
    assert "│      7 │" in row


def test_phases_are_a_source_of_energies_alone():
    mine, phases = Path("mine.csv"), Path("phases")
    assert _source("curie_temperature_K", mine, None) == mine
    assert _source("curie_temperature_K", None, phases) is None
    target = "formation_energy_eV_atom"
    assert _source(target, None, phases) == phases
    assert _source(target, None, None) is None
    with pytest.raises(InputError, match="on --data or on --snapshot, not"):
        _source(target, mine, phases)


def test_a_command_says_how_figures_are_made_anew():
    quiet = invoke("validate diffusion -q")
    assert quiet.exit_code == 0
    assert quiet.stderr == ""
    loud = invoke("validate diffusion")
    assert loud.stderr == (
        "magnetkit: in a checkout, anew: python -m benchmarks.accuracy "
        "diffusion\n"
    )
