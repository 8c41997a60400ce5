"""``magnetkit supply`` as a user calls it."""

import csv
import io

import pytest
from magnetkit.errors import CompositionError, InputError
from typer.testing import CliRunner

from magnetkit import supply
from magnetkit.cli.app import app

run = CliRunner().invoke


def printed(*arguments):
    done = run(app, ["supply", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def table(*arguments):
    # The first lines; what is said of the table goes to stderr, which the runner joins.
    text = printed(*arguments)
    return {row[next(iter(row))]: row for row in csv.DictReader(io.StringIO(text))}


def test_elements_are_listed_under_a_scenario():
    rows = table("elements", "--scenario", "embargo", "--recycled", "Co=0.25")
    assert set(supply.element_table()["element"]) <= set(rows)
    assert rows["Dy"]["stage"] == "separation"
    # 79 % of cobalt comes from abroad, a quarter of it no longer.
    assert float(rows["Co"]["import_reliance"]) == pytest.approx(0.593, abs=0.0005)


def test_break_even_brings_the_risk_down():
    row = table("alloys", "SmCo5", "--break-even", "Co", "--against", "CeCo5")["SmCo5"]
    share = float(row["break_even"])
    assert 0 < share < 1
    reached = table("alloys", "SmCo5", "CeCo5", "--recycled", f"Co={share}")
    own = table("alloys", "CeCo5")
    assert float(reached["SmCo5"]["supply_risk"]) == pytest.approx(
        float(own["CeCo5"]["supply_risk"]), abs=0.002
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["SmCo5", "--break-even", "Co"], InputError, "go together"),
        (["SmCoo5"], CompositionError, "SmCoo5|Coo|element"),
        (["SmCo5", "--recycled", "Co"], InputError, "expected Element=number"),
        (["SmCo5", "--scenario", "nope"], InputError, "no scenario 'nope'"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    done = run(app, ["supply", "alloys", *arguments])
    assert isinstance(done.exception, error)
    with pytest.raises(error, match=message):
        raise done.exception
