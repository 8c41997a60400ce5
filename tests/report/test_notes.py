"""What is said of figures, and where."""

import pytest

import magnetkit as mk
from magnetkit.report._content import calibration as calibration_line
from magnetkit.report._tables import table_html
from magnetkit.report._text import cost_note
from tests.recipes import make_table

RECIPE = "Nd30.5Co0.9Cu0.1B1.0Fe bal."
NOTE = "Cost of a bare formula"
COMPENSATED = "communication-twt-compensated"


def test_the_cost_of_a_charge_leaves_nothing_out():
    charge = make_table(RECIPE, basis="weight")
    assert cost_note(charge) == cost_note(charge.formulas()) == ""
    assert cost_note(["Nd2Fe14B", "SmCo5"]).startswith(NOTE)
    assert cost_note([*charge.formulas(), "Nd2Fe14B"]).startswith(NOTE)
    # The formula costs less than what its magnet is melted from.
    cheap, dear = mk.supply.ledger(["Nd2Fe14B", *charge.formulas()])[
        "cost_USD_kg"
    ]
    assert cheap < dear


ALLOY = "Nd24.64Pr6.16Co1Ga0.4Cu0.15B0.96Fe bal."
SHELL = "Tb 0.8 wt%"


@pytest.mark.parametrize("calibration", ["none", "N42SH"])
def test_five_commands_agree_on_one_alloy(calibration):
    options = {"basis": "weight", "shell": SHELL, "calibration": calibration}
    row = mk.predict(ALLOY, "150C", **options)
    assert row.attrs["calibration"] == calibration
    values = row[["remanence_T", "coercivity_kA_m"]].iloc[0].astype(float)
    beside = mk.compare(
        [ALLOY, "Nd30Fe69B1"], "150C", **options | {"shell": [SHELL, ""]}
    )
    assert beside.attrs["calibration"] == calibration
    curve = mk.curve(ALLOY, "150C", **options)
    assert f"calibration: {calibration}" in curve.text()
    # With a device, whose reference does not count then, and without.
    limits = {
        "require": ["coercivity_kA_m>=400"],
        "reference": "Nd30.8Fe68.2B1",
    }
    screenings = [
        mk.screen([ALLOY], device, "150C", **options, **extra)
        for device, extra in ((None, limits), ("energy-traction-motor", {}))
    ]
    candidates = mk.replace(
        "N42SH", "150C", calibration=calibration
    ).candidates
    same = candidates[
        (candidates["candidate"] == ALLOY) & (candidates["shell"] == SHELL)
    ]
    rows = [
        beside.loc[values.index].iloc[:, 2],
        [curve.curves.remanence[0, 0], 1e-3 * curve.curves.coercivity[0, 0]],
        *(result.table[list(values.index)].iloc[0] for result in screenings),
        same[list(values.index)].iloc[0],
    ]
    for one in rows:
        assert list(one) == pytest.approx(list(values), rel=1e-9)
    for result in screenings:
        assert calibration_line(result) == f"Calibration: {calibration}."
    motor = mk.screen([ALLOY], "energy-traction-motor", basis="weight")
    assert (
        calibration_line(motor)
        == f"Calibration: as today’s {motor.profile.reference.grade}."
    )


def test_notebook_shows_the_note_beside_a_cost():
    columns = ["candidate", "formula", "remanence_T", "cost_USD_kg"]
    frame = mk.predict(["Nd2Fe14B"])[columns]
    assert table_html(frame).count(NOTE) == 1
    assert NOTE not in table_html(frame[columns[:3]])
