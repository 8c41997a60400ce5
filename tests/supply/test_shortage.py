"""Shortages: embedded ones, a file, and what a scenario's restrictions cut."""

import pytest
from magnetkit.errors import InputError

from magnetkit.supply.scenario import load_scenario
from magnetkit.supply.shortage import load_shortage, shortages


def test_the_embedded_shortages():
    assert shortages() == ["dy-tb-price-x3", "dy-tb-stop", "licence-delay"]
    assert load_shortage("dy-tb-stop").missing_shares() == {
        "Dy": 1.0,
        "Tb": 1.0,
    }
    weeks = load_shortage("licence-delay").weeks_late()
    assert set(weeks) == {"Sm", "Gd", "Tb", "Dy", "Lu", "Y"}
    dearer = load_shortage("dy-tb-price-x3").price_scenario(
        load_scenario("baseline")
    )
    assert dearer.price_factor("Dy") == 3.0
    assert dearer.price_factor("Nd") == 1.0


def test_an_embargo_cuts_chinas_share():
    # China separates 99 % of the heavy rare earths and withholds all (datasets/supply).
    shares = load_shortage("embargo").missing_shares()
    assert shares["Dy"] == pytest.approx(0.99, abs=0.01)
    assert "Fe" not in shares


def test_an_own_shortage_by_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\ntitle = "Half the terbium"\ndescription = "A fire."\n'
        '[[cuts]]\nelements = ["Tb"]\nshare = 0.5\nsource = "me"\nstatus = "assumption"\n'
    )
    assert load_shortage(path).missing_shares() == {"Tb": 0.5}
    path.write_text(path.read_text().replace("0.5", "1.5"))
    with pytest.raises(InputError, match="less than or equal to 1"):
        load_shortage(path)
    with pytest.raises(
        InputError, match="known are dy-tb-price-x3, dy-tb-stop, licence-delay"
    ):
        load_shortage("war")


def test_refuses_an_empty_shortage(tmp_path):
    file = tmp_path / "none.toml"
    file.write_text('name="x"\ntitle="t"\ndescription="d"\n')
    with pytest.raises(InputError, match="one of cuts, delays and prices"):
        load_shortage(file)


def test_scenario_without_restrictions_is_no_shortage():
    with pytest.raises(InputError, match="'baseline' restricts nothing"):
        load_shortage("baseline")
