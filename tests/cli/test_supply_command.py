"""``magnetkit supply`` as a user calls it."""

import pytest
from typer.testing import CliRunner

from magnetkit import supply
from magnetkit.cli.app import app
from magnetkit.errors import CompositionError, InputError

run = CliRunner().invoke


def printed(*arguments):
    done = run(app, ["supply", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_elements_are_listed_under_a_scenario():
    text = printed("elements", "--scenario", "embargo", "--recycled", "Co=0.25")
    rows = {line.split("│")[1].strip(): line for line in text.splitlines() if line[:1] == "│"}
    assert set(supply.element_table()["element"]) <= set(rows)
    assert "separation" in rows["Dy"]
    # 79 % of cobalt comes from abroad, a quarter of it no longer.
    assert "0.593" in rows["Co"]


def test_break_even_brings_the_risk_down():
    text = printed("alloys", "SmCo5", "--break-even", "Co", "--against", "CeCo5")
    row = next(line for line in text.splitlines() if "SmCo5" in line)
    share = float(row.split("│")[-2])
    assert 0 < share < 1
    reached = printed("alloys", "SmCo5", "CeCo5", "--recycled", f"Co={share}")
    risks = [line.split("│")[6].strip() for line in reached.splitlines() if "Co5" in line]
    assert float(risks[0]) == pytest.approx(
        float(
            next(
                line.split("│")[6]
                for line in printed("alloys", "CeCo5").splitlines()
                if "CeCo5" in line
            )
        ),
        abs=0.002,
    )


def test_controls_and_claims_come_with_their_dates():
    assert "2026-11-10" in printed("controls")
    assert "(2010)" in printed("claims")


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
