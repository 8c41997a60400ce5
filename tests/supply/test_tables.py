"""The supply tables: complete, sourced and of the right sign."""

import csv
from datetime import date

import numpy as np
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_allclose

from magnetkit import datasets, elements, supply
from magnetkit._core.units import MU_0
from magnetkit.supply import tables
from magnetkit.supply.scenario import Restriction, countries

POOL = (
    "La Ce Pr Nd Sm Gd Tb Dy Ho Er Tm Yb Lu Y Fe Co Ni Mn Cu Zr Ti V Cr Mo Nb Hf Al Ga Si B C N"
).split()


def rows(name):
    with datasets.path(f"supply/{name}.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def baseline():
    return supply.element_table().set_index("element")


def test_tables_have_every_element_of_a_magnet(baseline):
    assert set(POOL) <= set(baseline.index)
    assert baseline.index.is_unique
    numbers = baseline[
        ["import_reliance", "concentration", "instability", "supply_risk"]
    ]
    assert ((numbers >= 0) & (numbers <= 1)).all().all()
    assert (baseline["price_USD_kg"] >= 0).all()
    prices = baseline.dropna(subset=["price_low_USD_kg"])
    assert (prices["price_low_USD_kg"] <= prices["price_USD_kg"]).all()
    assert (prices["price_USD_kg"] <= prices["price_high_USD_kg"]).all()


@pytest.mark.parametrize(
    "name", ["elements", "production", "countries", "controls"]
)
def test_every_row_has_a_source(name):
    for row in rows(name):
        assert row["source"]
        if "verification" in row:
            assert row["verification"]
    if name == "elements":
        assert all(
            row["price_source"] and row["price_verification"]
            for row in rows(name)
        )


def test_claims_stand_beside_todays_figures_with_dates():
    table = supply.claims()
    assert len(table) == 4
    dates = table[
        ["claimed_as_of", "today_as_of", "today_source", "verification"]
    ]
    assert (dates != "").all().all()


def test_controls_name_known_elements_and_dates():
    for row in supply.controls().itertuples():
        assert set(row.elements.split()) <= set(elements.SYMBOLS)
        assert row.announced[:2] == "20"
        assert row.effective >= row.announced
        assert row.status_2026_11


def test_a_symbol_alone_is_one_element():
    late = date(2100, 1, 1)
    of_one = tables.overdue(late, "Dy")
    assert of_one == tables.overdue(late, ["Dy"])
    assert len(of_one) > len(tables.overdue(late, ["D", "y"]))


def test_every_control_dates_its_status(baseline):
    for row in supply.controls().itertuples():
        assert row.known_as_of[:2] == "20"
        # A status that ends on a day says so, never that it still holds.
        if "suspended" in row.status_2026_11:
            assert "not known" in row.status_2026_11
    control = baseline["export_control"]
    assert "licence (in force" not in control["Nd"]
    assert control["Nd"] == control["Fe"] == ""
    assert control["Dy"].startswith("China, 2025-04-04: export licence")
    assert "not known" in control["Er"]
    # The suspension of cobalt's exports was replaced.
    assert control["Co"].count("Congo") == 1
    assert "quota" in control["Co"]
    # The embargo of 2010 has ended.
    assert "2010" not in control["Dy"]


def test_tells_mines_of_heavy_from_light_rare_earths():
    mines = {
        r["element"]: r for r in rows("production") if r["stage"] == "mine"
    }
    assert {mines["Dy"]["country_1"], mines["Dy"]["country_2"]} == {
        "Burma",
        "China",
    }
    assert mines["Ce"]["country_1"] == "China"
    separation = {
        r["element"]: r
        for r in rows("production")
        if r["stage"] == "separation"
    }
    assert float(separation["Dy"]["hhi"]) > float(separation["Nd"]["hhi"])


def test_production_names_known_countries_and_sane_shares():
    for row in rows("production"):
        places = [i for i in (1, 2, 3) if row[f"country_{i}"]]
        shares = [float(row[f"share_{i}_pct"]) for i in places]
        assert {row[f"country_{i}"] for i in places} <= set(countries())
        assert sum(shares) <= 100.5
        squares = sum((s / 100) ** 2 for s in shares)
        assert squares - 0.01 <= float(row["hhi"]) <= 1.0


def test_separation_tells_heavy_from_light(baseline):
    risk = baseline["supply_risk"]
    assert risk["Dy"] > risk["Sm"] > risk["Ce"] > risk["Fe"] == 0.0
    assert baseline["stage"]["Dy"] == "separation"


@pytest.mark.parametrize(
    "name", ["export-quota", "embargo", "controls-2025", "magnet-rule-2027"]
)
def test_a_crisis_raises_risk_and_lowers_nothing(baseline, name):
    crisis = supply.element_table(name).set_index("element")
    assert (crisis["supply_risk"] >= baseline["supply_risk"]).all()
    assert (crisis["price_USD_kg"] >= baseline["price_USD_kg"]).all()
    assert crisis["supply_risk"]["Dy"] > baseline["supply_risk"]["Dy"]
    assert crisis["withheld"]["Dy"] > 0


def test_embargo_is_worse_than_quota(baseline):
    embargo = supply.element_table("embargo").set_index("element")
    quota = supply.element_table("export-quota").set_index("element")
    for element in ("Nd", "Dy", "Tb", "Sm"):
        assert embargo["supply_risk"][element] > quota["supply_risk"][element]
        assert (
            embargo["price_USD_kg"][element] > quota["price_USD_kg"][element]
        )


def test_the_magnet_rule_leaves_no_chinese_samarium():
    assert (
        supply.element_table("magnet-rule-2027").set_index("element")[
            "withheld"
        ]["Sm"]
        == 1.0
    )


def test_figures_of_an_element_are_in_its_row(baseline):
    names = [row["element"] for row in rows("elements")]
    assert supply.element_table()["element"].tolist() == names
    by_name = {row["element"]: row for row in rows("elements")}
    embargo = supply.element_table("embargo").set_index("element")
    for element in ("Dy", "Nd", "Fe"):
        row = by_name[element]
        factor = supply.load_scenario("embargo").price_factor(element)
        price = float(row["price_USD_kg"])
        assert baseline.loc[element, "price_USD_kg"] == price
        assert embargo.loc[element, "price_USD_kg"] == pytest.approx(
            factor * price, rel=1e-13
        )
        # The five years past do not follow a scenario.
        for end in ("price_low_USD_kg", "price_high_USD_kg"):
            expected = float(row[end]) if row[end] else np.nan
            assert_allclose(embargo.loc[element, end], expected)
        for name in ("companion", "us_critical_2025", "source"):
            assert baseline.loc[element, name] == row[name]
    unknown = [e for e in names if not by_name[e]["price_low_USD_kg"]]
    assert baseline.loc[unknown, "price_low_USD_kg"].isna().all()
    # China separates 99 % of dysprosium; all that a mine sends is half.
    assert baseline.loc["Dy", "largest_producer"] == "China"
    assert baseline.loc["Dy", "largest_share"] == 0.99


def test_a_share_given_goes_before_the_scenarios(baseline):
    state = supply.load_scenario("baseline").model_copy(
        update={"recycled": {"Co": 0.5, "Sm": 0.5}}
    )
    table = supply.element_table(state, {"Co": 0.0}).set_index("element")
    ratio = table["import_reliance"] / baseline["import_reliance"]
    assert ratio["Co"] == 1.0
    assert ratio["Sm"] == 0.5


def test_recycling_lowers_reliance_of_one_element(baseline):
    table = supply.element_table(recycled={"Co": 0.25}).set_index("element")
    for column in ("import_reliance", "supply_risk"):
        assert table[column]["Co"] == pytest.approx(
            0.75 * baseline[column]["Co"]
        )
        rest = table.index != "Co"
        assert (table[column][rest] == baseline[column][rest]).all()


@pytest.mark.parametrize(
    "recycled", [{"Xx": 0.1}, {"Co": 1.1}, {"Co": float("nan")}]
)
def test_names_a_bad_recycling_share(recycled):
    with pytest.raises(InputError, match="recycled"):
        supply.element_table(recycled=recycled)


def stage_by_hand(row, withheld):
    """Return HHI, instability and share withheld as the module's formula has them."""
    countries_with_share = [
        (row[f"country_{i}"], float(row[f"share_{i}_pct"] or 0) / 100.0)
        for i in (1, 2, 3)
    ]
    countries_with_share = [
        (c, s) for c, s in countries_with_share if c and c != "United States"
    ]
    abroad = max(
        1.0 - float(row["us_share_pct"]) / 100.0,
        sum(s for _, s in countries_with_share),
    )
    parts = [
        (s, countries()[c], withheld.get(c, 0.0))
        for c, s in countries_with_share
    ]
    # The rest comes from the middle of the scale.
    rest = 0.5 * (abroad - sum(s for s, _, _ in parts))
    unstable = (
        rest + sum(s * (g + (1.0 - g) * w) for s, g, w in parts)
    ) / abroad
    return (
        float(row["hhi"]),
        unstable,
        sum(s * w for s, _, w in parts) / abroad,
    )


def test_instability_is_what_lacks_in_governance():
    # World Bank 2022, the mean of six indicators from -2.5 to 2.5 on a scale from 0 to 1.
    instability = countries()
    assert instability["Burma"] == pytest.approx(1.0 - 0.1793)
    assert instability["Australia"] == pytest.approx(1.0 - 0.7984)
    with pytest.raises(TypeError):
        instability["China"] = 0.0


def without_refined_cobalt():
    """Return a scenario in which refineries of cobalt decide, though mines lie in fewer hands."""
    restrictions = []
    for country in ("China", "Finland"):
        restrictions.append(
            Restriction(
                country=country,
                elements=("Co",),
                withheld=1.0,
                source="a test",
                status="assumption",
            )
        )
    state = supply.load_scenario("baseline")
    return state.model_copy(update={"restrictions": tuple(restrictions)})


@pytest.mark.parametrize(
    "scenario", ["baseline", "embargo", without_refined_cobalt()]
)
def test_risk_is_concentration_times_instability_times_reliance(scenario):
    table = supply.element_table(scenario).set_index("element")
    state = supply.load_scenario(scenario)
    reliance = {
        r["element"]: float(r["import_reliance_pct"]) / 100.0
        for r in rows("elements")
    }
    assert any(float(r["us_share_pct"]) > 0.0 for r in rows("production"))
    for element, row in table.iterrows():
        stages = [r for r in rows("production") if r["element"] == element]
        exports = {c: state.withheld(c, element) for c in countries()}
        worst = max(
            (stage_by_hand(r, exports) for r in stages),
            key=lambda s: s[0] * s[1],
        )
        assert row["concentration"] == pytest.approx(worst[0]), element
        assert row["instability"] == pytest.approx(worst[1]), element
        assert row["withheld"] == pytest.approx(worst[2]), element
        share = reliance[element] * (1.0 - state.recycled.get(element, 0.0))
        assert row["import_reliance"] == pytest.approx(share), element
        assert row["supply_risk"] == pytest.approx(
            worst[0] * worst[1] * share
        ), element


def test_carriers_and_yields_equal_their_print():
    carriers = {
        row["id"]: row for row in datasets.rows("diffusion/carriers.csv")
    }
    # Printed in tesla: hot-deformed 0.91 and 2.75 T, sintered 1.85 T.
    ends = [
        carriers["C6"]["coercivity_before_kA_m"],
        carriers["C6"]["coercivity_after_kA_m"],
    ]
    ends.append(carriers["C4"]["coercivity_after_kA_m"])
    assert_allclose(
        [MU_0 * 1e3 * float(h) for h in ends], [0.91, 2.75, 1.85], rtol=2e-3
    )
    assert all(
        row["verification"] == "read in the abstract"
        for row in carriers.values()
    )
    # Jin et al.: kilograms of inputs a kilogram of sintered magnets, worst and best.
    yields = datasets.rows("supply/yields.csv")[1]
    worst = (
        0.787 + 0.212 + 0.054 + 0.072 + 0.002 + 0.012 + 0.033 + 0.002 + 0.001
    )
    best = (
        0.704 + 0.189 + 0.048 + 0.065 + 0.002 + 0.011 + 0.030 + 0.002 + 0.001
    )
    shares = [float(yields[end]) for end in ("least", "most")]
    assert_allclose(shares, [1.0 / worst, 1.0 / best], atol=5e-3)


def test_alike_at_every_stage_is_one_source(monkeypatch):
    mine = ("mine", "China", "60", "Burma", "30", "Australia", "5")
    refinery = ("refinery", "China", "90", "", "", "", "")
    stages = {
        "Tb": [mine, refinery],
        "Dy": [refinery, mine],
        "Ho": [mine],
        "Er": [mine, (*refinery[:2], "91", *refinery[3:])],
        "Tm": [(*mine[:3], "Laos", *mine[4:]), refinery],
        "Yb": [(*mine[:4], "31", *mine[5:]), refinery],
        "Lu": [(*mine[:5], "India", "5"), refinery],
        "Y": [(*mine[:6], "4"), refinery],
        "La": [(mine[0], "India", *mine[2:]), refinery],
        "Sc": [("separation", *mine[1:]), refinery],
        "Gd": [mine, refinery],
    }
    names = (
        "stage country_1 share_1_pct country_2 share_2_pct country_3 share_3_pct"
    ).split()
    production = [
        {"element": element, **dict(zip(names, stage, strict=True))}
        for element, of_element in stages.items()
        for stage in of_element
    ]
    monkeypatch.setattr(tables, "rows", {"production": production}.get)
    sources = tables.supply_sources.__wrapped__()
    assert len(sources) == 118
    alike = [
        elements.SYMBOLS[i] for i in np.flatnonzero(sources != range(118))
    ]
    assert alike == ["Gd", "Dy"]
    # The first of the table, whatever its atomic number.
    assert {elements.SYMBOLS[sources[elements.INDEX[e]]] for e in alike} == {
        "Tb"
    }
