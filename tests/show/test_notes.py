"""What is said of figures, and where."""

import pytest
from typer.testing import CliRunner

import magnetkit as mk
from magnetkit.cli.app import app
from magnetkit.show._text import of_calibration, of_cost

RECIPE = "Nd30.5Co0.9Cu0.1B1.0Fe bal."
NOTE = "Cost of a bare formula"


def test_the_cost_of_a_charge_leaves_nothing_out():
    charge = mk.CompositionTable.from_strings([RECIPE], basis="weight")
    assert of_cost(charge) == of_cost(charge.formulas()) == ""
    assert of_cost(["Nd2Fe14B", "SmCo5"]).startswith(NOTE)
    assert of_cost([*charge.formulas(), "Nd2Fe14B"]).startswith(NOTE)
    # The formula costs less than what its magnet is melted from.
    cheap, dear = mk.supply.ledger(["Nd2Fe14B", *charge.formulas()])["cost_USD_kg"]
    assert cheap < dear


def test_a_calibration_is_named_with_what_differs():
    said = of_calibration({"process": {"mill": {"name": "N42SH"}}})
    assert "N42SH" in said
    assert "`magnetkit predict` without it gives other values" in said
    for identity in ({}, {"process": None}, {"process": {"density": 1}}):
        assert of_calibration(identity) == ""


@pytest.mark.parametrize(
    ("arguments", "times"),
    [
        (("predict", "Nd2Fe14B", "SmCo5"), 1),
        (("predict", "Nd2Fe14B", "SmCo5", "Nd1.8Dy0.2Fe14B", "--columns", "cost_USD_kg"), 1),
        (("predict", "Nd2Fe14B", "SmCo5", "Nd1.8Dy0.2Fe14B", "--columns", "remanence_T"), 0),
        (("predict", RECIPE, "--basis", "weight"), 0),
        (("compare", "Nd2Fe14B", "SmCo5"), 1),
        (("supply", "alloys", "Nd2Fe14B"), 1),
    ],
)
def test_it_is_said_once_where_such_a_cost_is_printed(monkeypatch, arguments, times):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("magnetkit.show._text.to_terminal", lambda: True)
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert " ".join(done.stdout.split()).count(NOTE) == times


def test_a_notebook_says_it_where_it_shows_the_cost():
    columns = ["candidate", "formula", "remanence_T", "cost_USD_kg"]
    frame = mk.predict(["Nd2Fe14B"])[columns]
    assert mk.plots.table(frame)._repr_html_().count(NOTE) == 1
    assert NOTE not in mk.plots.table(frame[columns[:3]])._repr_html_()
