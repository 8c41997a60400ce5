"""Numbers that nobody believes are asked, with the slip that is likeliest."""

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit._core.plausible import check_plausible, limits, parse_mass


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("coercivity_kA_m", 366_000.0, r"1 to 6000 kA/m: 366000 A/m\?"),
        ("coercivity_kA_m", 0.0, "0 kA/m lies outside"),
        ("remanence_T", 12_800.0, r"12800 gauss\?"),
        ("remanence_T", 1280.0, r"1280 gauss\?"),
        ("max_energy_product_kJ_m3", 310_000.0, r"310000 J/m3\?"),
        ("temperature_K", 150.0, r"150 C\?"),
        ("max_working_temperature_K", 180.0, r"180 C\?"),
        ("magnet_mass_kg", 1200.0, r"1200 g\?"),
        ("remanence_coefficient_pct_K", -1200.0, r"-1200 ppm/K\?"),
        ("density_kg_m3", 7.6, r"7.6 g/cm3\?"),
        ("price_USD_kg", 4e6, r"USD/t\?"),
        ("probability_meets_requirements", 80.0, r"80 %\?"),
        ("load_line", 1500.0, "1500 lies outside 0.01 to 100$"),
    ],
)
def test_names_a_wrong_unit(name, value, says):
    with pytest.raises(InputError, match=says):
        check_plausible(name, value)


def test_accepts_values_of_the_trade():
    usual = {
        "coercivity_kA_m": 1592.0,
        "remanence_T": 1.3,
        "magnet_mass_kg": 1.2,
    }
    usual |= {
        "temperature_K": 423.15,
        "price_USD_kg": 1800.0,
        "remanence_coefficient_pct_K": -0.12,
    }
    for name, value in usual.items():
        check_plausible(name, value)
    check_plausible("a_name_without_limits", 1e30)
    for group in ("values", "tables", "sheets", "targets"):
        assert all(limit.low < limit.high for limit in limits(group).values())


def test_every_grade_printed_lies_within_the_limits():
    for name in ("remanence_T", "coercivity_kA_m", "max_energy_product_kJ_m3"):
        values = mk.grades()[name].dropna()
        assert limits("values")[name].low <= values.min()
        assert values.max() <= limits("values")[name].high


def test_a_mass_is_read_with_its_unit():
    assert parse_mass("1.5 t") == 1500.0
    assert parse_mass("350g") == pytest.approx(0.35)
    with pytest.raises(InputError, match="write 350 g"):
        parse_mass("heavy")


def test_questions_an_implausible_price():
    with pytest.raises(
        InputError,
        match=r"^price Tb=4000000USD/kg: 4e\+06 USD/kg lies outside",
    ):
        mk.supply.with_prices("baseline", {"Tb": "4000000USD/kg"})
    with pytest.raises(InputError, match="1000 x lies outside"):
        mk.supply.with_prices("baseline", {"Tb": "1000x"})


def test_a_number_without_a_likely_unit_gets_no_question():
    with pytest.raises(InputError, match=r"lies outside [^?]*$"):
        check_plausible("remanence_T", -5e30)
    for name, limit in limits("values").items():
        check_plausible(name, limit.low)
        check_plausible(name, limit.high)
        with pytest.raises(InputError, match="lies outside"):
            check_plausible(name, limit.high * 1.001 + 1e-9)


def test_slips_of_units_are_those_of_their_definitions():
    slips = {}
    for limit in limits("values").values():
        slips |= limit.slips
    assert slips.pop("C") == (1.0, 273.15)
    # 1 kOe is 79.5775 kA/m, 1 T 795.775 kA/m, 1 MGOe 7.95775 kJ/m3.
    factors = {
        "A/m": 1e-3,
        "kOe": 79.5775,
        "Oe": 0.0795775,
        "T": 795.775,
        "MA/m": 1e3,
        "gauss": 1e-4,
        "kG": 0.1,
        "mT": 1e-3,
        "J/m3": 1e-3,
        "MGOe": 7.95775,
        "ppm/K": 1e-4,
        "1/K": 100.0,
        "%": 0.01,
        "g/cm3": 1e3,
        "USD/t": 1e-3,
        "g": 1e-3,
        "s": 1 / 3600,
    }
    assert {unit: slip[0] for unit, slip in slips.items()} == pytest.approx(
        factors, rel=1e-5
    )
    assert {offset for _, offset in slips.values()} == {0.0}


@pytest.mark.parametrize(
    ("text", "kilograms"),
    [("2 kg", 2.0), (".5 g", 5e-4), (" 7. mg ", 7e-6), ("3t", 3000.0)],
)
def test_masses_of_each_unit(text, kilograms):
    assert parse_mass(text) == pytest.approx(kilograms)
