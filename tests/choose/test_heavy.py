"""The heavy-rare-earth ledger."""

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError

from magnetkit import applications, supply
from magnetkit.choose import savings
from magnetkit.choose.savings import _bulk_at_equal_coercivity
from tests.recipes import table_of as table

PROPERTIES = [
    "coercivity_kA_m",
    "remanence_T",
    "max_energy_product_kJ_m3",
    "max_working_temperature_K",
    "remanence_coefficient_pct_K",
]


def magnets(*rows, host="2:14:1", shells=None):
    frame = pd.DataFrame(rows, columns=PROPERTIES).astype(float)
    frame["host"] = host
    frame["shell"] = shells or [""] * len(rows)
    frame["temperature_K"] = 423.15
    return frame


@pytest.fixture
def profile():
    """Return a profile whose reference has 0.3 Dy of 2 rare earths and weighs 2 kg."""
    plain = applications.load("patriot-beam-focusing")
    reference = plain.reference.model_copy(update={"formula": "Nd1.7Dy0.3Fe14B", "host": "2:14:1"})
    return plain.model_copy(update={"reference": reference, "magnet_mass_kg": 2.0})


REFERENCE = magnets((1000, 1.1, 230, 450, -0.11))


def test_saving_and_price(profile):
    alloys = table("Nd1.7Dy0.3Fe14B", "Nd1.9Dy0.1Fe14B", "Nd1.8Tb0.2Fe14B", "Nd2Fe14B")
    results = magnets(
        (1000, 1.1, 230, 450, -0.11),
        (800, 1.2, 270, 420, -0.12),
        (1200, 1.1, 230, 460, -0.11),
        (600, 1.3, 320, 380, -0.12),
    )
    ledger = savings.heavy_rare_earth_ledger(results, alloys, profile, REFERENCE)
    today = supply.ledger(alloys)["heavy_rare_earth_wt_pct"]
    assert list(ledger["way"]) == ["bulk", "bulk", "bulk", "none"]
    np.testing.assert_allclose(ledger["heavy_rare_earth_saved_wt_pct"], today[0] - today)
    np.testing.assert_allclose(ledger["Dy_saved_wt_pct"][[0, 2, 3]], [0, today[0], today[0]])
    assert ledger["Tb_saved_wt_pct"][2] == pytest.approx(-today[2])
    np.testing.assert_allclose(
        ledger["heavy_rare_earth_saved_kg"], ledger["heavy_rare_earth_saved_wt_pct"] * 0.02
    )
    np.testing.assert_allclose(ledger["Dy_saved_kg"], ledger["Dy_saved_wt_pct"] * 0.02)
    assert ledger["heavy_rare_earth_saved_pct"][3] == pytest.approx(100)
    assert list(ledger["coercivity_lost_kA_m"]) == [0, 200, -200, 400]
    np.testing.assert_allclose(ledger["remanence_lost_T"], [0, -0.1, 0, -0.2])
    np.testing.assert_allclose(ledger["remanence_coefficient_lost_pct_K"], [0, 0.01, 0, 0.01])
    assert list(ledger["max_working_temperature_lost_K"]) == [0, 30, -10, 70]
    ratio = ledger["saved_wt_pct_per_lost_kA_m"]
    assert np.isnan(ratio[0])
    assert ratio[1] == pytest.approx(ledger["heavy_rare_earth_saved_wt_pct"][1] / 200)
    assert np.isposinf(ratio[2])
    assert "Ho_saved_wt_pct" not in ledger


def test_nothing_to_save_of_a_reference_without(profile):
    clean = profile.reference.model_copy(update={"formula": "Nd2Fe14B"})
    profile = profile.model_copy(update={"reference": clean})
    results = magnets((900, 1.1, 230, 440, -0.11))
    ledger = savings.heavy_rare_earth_ledger(
        results, table("Nd1.9Dy0.1Fe14B"), profile, REFERENCE
    ).iloc[0]
    assert ledger["heavy_rare_earth_saved_wt_pct"] < 0
    assert np.isnan(ledger["heavy_rare_earth_saved_pct"])
    assert np.isnan(ledger["saved_wt_pct_per_lost_kA_m"])


def test_shell_against_bulk_at_equal_coercivity(profile):
    alloys = table("Nd2Fe14B", "Nd1.8Dy0.2Fe14B", "Nd1.6Dy0.4Fe14B", "Nd2Fe14B")
    results = magnets(
        (600, 1.3, 320, 380, -0.12),
        (900, 1.2, 270, 420, -0.12),
        (1200, 1.1, 230, 450, -0.11),
        (1000, 1.29, 315, 440, -0.12),
        shells=["", "", "", "Tb 0.40 @ 0.10"],
    )
    ledger = savings.heavy_rare_earth_ledger(results, alloys, profile, REFERENCE)
    heavy = supply.ledger(alloys, shell=list(results["shell"]))["heavy_rare_earth_wt_pct"]
    assert list(ledger["way"]) == ["none", "bulk", "bulk", "shell"]
    assert ledger["bulk_at_equal_coercivity_wt_pct"][3] == pytest.approx(heavy[2])
    assert ledger["shell_saving_pct"][3] == pytest.approx(100 * (1 - heavy[3] / heavy[2]))
    assert ledger["shell_saving_pct"][:3].isna().all()


def test_equal_coercivity_against_an_obvious_search():
    rng, n = np.random.default_rng(1), 200
    host = rng.choice(["1:5", "2:14:1"], n)
    shelled = rng.random(n) < 0.3
    coercivity = np.where(rng.random(n) < 0.05, np.nan, rng.integers(0, 50, n).astype(float))
    heavy = rng.random(n)
    expected = np.full(n, np.nan)
    for i in np.flatnonzero(shelled & np.isfinite(coercivity)):
        ok = [
            heavy[j]
            for j in range(n)
            if not shelled[j] and host[j] == host[i] and coercivity[j] >= coercivity[i]
        ]
        expected[i] = min(ok, default=np.nan)
    found = _bulk_at_equal_coercivity(host, shelled, coercivity, heavy)
    np.testing.assert_array_equal(found, expected)


def test_mismatched_rows_and_temperatures_are_named(profile):
    results = magnets((900, 1.1, 230, 440, -0.11), (900, 1.1, 230, 440, -0.11))
    with pytest.raises(InputError, match="results have 2 rows, the table 1"):
        savings.heavy_rare_earth_ledger(results, table("Nd2Fe14B"), profile, REFERENCE)
    results.loc[1, "temperature_K"] = 300.0
    with pytest.raises(InputError, match="2 temperatures"):
        savings.heavy_rare_earth_ledger(results, table("Nd2Fe14B", "YCo5"), profile, REFERENCE)


def test_no_rows(profile):
    empty = savings.heavy_rare_earth_ledger(
        magnets((1, 1, 1, 1, 1))[:0], table()[:0], profile, REFERENCE
    )
    assert len(empty) == 0


def test_the_ledger_of_a_screening_follows_its_ranks():
    import magnetkit as mk

    alloys = ["Nd2Fe14B", "Nd1.8Dy0.2Fe14B", "Er2Fe14B", "Nd1.6Dy0.4Fe14B"]
    result = mk.screen(alloys, application="hot-servo-motor")
    ledger = result.ledger()
    # Er2Fe14B is no uniaxial magnet and has no rank.
    assert list(ledger["rank"]) == [1, 2, 3]
    assert list(ledger["candidate"]) == list(result.best(3)["candidate"])
    by_name = result.table.set_index("candidate")["heavy_rare_earth_saved_wt_pct"]
    # A result keeps formulas to four digits.
    np.testing.assert_allclose(
        ledger["heavy_rare_earth_saved_wt_pct"], by_name[ledger["candidate"]], atol=0.005
    )
    assert len(result.ledger(1)) == 1
