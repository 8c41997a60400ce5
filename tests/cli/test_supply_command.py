"""``magnetkit supply`` as a user calls it."""

import csv
import io

import pytest
from magnetkit.errors import CompositionError, InputError
from typer.testing import CliRunner

from magnetkit import supply
from magnetkit.cli.app import app

run = CliRunner().invoke


def run_supply(*arguments):
    done = run(app, ["supply", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def table(*arguments):
    # The first lines; what is said of the table goes to stderr, which the runner joins.
    text = run_supply(*arguments)
    return {
        row[next(iter(row))]: row for row in csv.DictReader(io.StringIO(text))
    }


def test_elements_are_listed_under_a_scenario():
    rows = table("elements", "--scenario", "embargo", "--recycled", "Co=0.25")
    assert set(supply.element_table()["element"]) <= set(rows)
    assert rows["Dy"]["stage"] == "separation"
    # 79 % of cobalt comes from abroad, a quarter of it no longer.
    assert float(rows["Co"]["import_reliance"]) == pytest.approx(
        0.593, abs=0.0005
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["SmCoo5"], CompositionError, "SmCoo5|Coo|element"),
        (["SmCo5", "--recycled", "Co"], InputError, "expected Element=number"),
        (["SmCo5", "--scenario", "nope"], InputError, "no scenario 'nope'"),
    ],
)
def test_names_bad_arguments(arguments, error, message):
    done = run(app, ["supply", "alloys", *arguments])
    assert isinstance(done.exception, error)
    with pytest.raises(error, match=message):
        raise done.exception
