"""`magnetkit validate` prints the figures that were stored; in a checkout they are made anew."""

import importlib
import json
import pkgutil

import pandas as pd
import pytest
from magnetkit.errors import InputError
from typer.testing import CliRunner

import benchmarks.accuracy
from benchmarks.accuracy import stored
from benchmarks.accuracy.__main__ import TARGETS
from magnetkit import datasets
from magnetkit.cli.app import app


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
    done = CliRunner().invoke(app, ["validate"])
    assert done.exit_code == 0
    for target, tables in stored.figures().items():
        for table in tables:
            assert f"{target}, {table['date']}: {table['about']}" in done.stdout
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
    done = CliRunner().invoke(app, ["validate", "diffusion", "--json"])
    assert json.loads(done.stdout) == {
        "diffusion": stored.figures()["diffusion"]
    }


@pytest.mark.parametrize("target", ["x", "", "anisotropy_constant_MJ_m3"])
def test_refuses_other_targets_by_name(target):
    done = CliRunner().invoke(app, ["validate", target])
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
    call = ["validate", "density", "--data", str(file), "--groups", "lab", "-q"]
    done = CliRunner().invoke(app, [*call, "--plot", str(plot), "--json"])
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
    "option", [("--groups", "x"), ("--plot", "x.png"), ("--data", "x.csv")]
)
def test_options_of_own_rows_need_them(option):
    done = CliRunner().invoke(app, ["validate", *option])
    assert isinstance(done.exception, InputError)
    assert "--data" in str(done.exception)


def test_imports_modules_outside_the_wheel():
    # Moves of the package are seen here; what it says, `make test-accuracy` tests.
    for module in pkgutil.walk_packages(
        benchmarks.accuracy.__path__, "benchmarks.accuracy."
    ):
        if ".tests" not in module.name:
            importlib.import_module(module.name)
