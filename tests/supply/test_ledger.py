"""The supply ledger of alloys."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from magnetkit.elements import ATOMIC_MASS, INDEX
from magnetkit.errors import DataError, InputError

from magnetkit import CompositionTable, supply
from tests.recipes import make_table, mix


def table(*formulas):
    result = make_table(*formulas)
    assert not result.errors
    return result


def test_groups_of_elements_are_shares_of_the_mass():
    recipe = "Nd20Dy3Tb2Ho4Co6Fe64B1"
    row = supply.ledger(recipe, basis="weight").iloc[0]
    assert row["cobalt_wt_pct"] == pytest.approx(6.0)
    assert row["rare_earth_wt_pct"] == pytest.approx(29.0)
    assert row["heavy_rare_earth_wt_pct"] == pytest.approx(9.0)
    assert row["dysprosium_terbium_wt_pct"] == pytest.approx(5.0)


def test_frames_of_other_libraries_come_back():
    frame = pa.table({"composition": ["SmCo5"], "batch": ["a"]})
    answer = supply.ledger(frame)
    assert isinstance(answer, pa.Table)
    assert answer["batch"].to_pylist() == ["a"]
    own = supply.ledger(["SmCo5"])
    assert answer["supply_risk"].to_pylist() == own["supply_risk"].tolist()


def test_a_symbol_alone_is_counted_as_heavy():
    frame = supply.ledger(table("Nd1.8Dy0.2Fe14B"), heavy_rare_earths="Nd")
    row = frame.iloc[0]
    assert row["heavy_rare_earth_wt_pct"] == pytest.approx(
        row["rare_earth_wt_pct"] - row["dysprosium_terbium_wt_pct"]
    )


def naive(formula_masses, figures, name):
    return sum(w * figures.loc[e, name] for e, w in formula_masses.items())


@pytest.mark.parametrize("scenario", supply.scenarios())
def test_reliance_and_cost_are_means_over_mass(scenario):
    formula = {"Sm": 1.6, "Er": 0.4, "Co": 12, "Fe": 4, "Cu": 0.8, "Zr": 0.2}
    mass = {e: n * ATOMIC_MASS[INDEX[e]] for e, n in formula.items()}
    shares = {e: m / sum(mass.values()) for e, m in mass.items()}
    figures = supply.element_table(scenario, {"Co": 0.3}).set_index("element")
    text = "".join(f"{e}{n}" for e, n in formula.items())
    row = supply.ledger(table(text), scenario, {"Co": 0.3}).iloc[0]
    for ours, theirs in (
        ("import_reliance", "import_reliance"),
        ("cost_USD_kg", "price_USD_kg"),
    ):
        assert row[ours] == pytest.approx(naive(shares, figures, theirs))


@pytest.mark.parametrize("scenario", supply.scenarios())
def test_risk_is_any_failing_source(scenario):
    recipe = {
        "Nd": 24.0,
        "Pr": 6.0,
        "Dy": 2.0,
        "Tb": 1.0,
        "Co": 1.0,
        "Fe": 65.0,
        "B": 1.0,
    }
    risk = supply.element_table(scenario).set_index("element")["supply_risk"]
    # One maker separates neodymium and praseodymium, another dysprosium and terbium.
    sources = (("Nd", "Pr"), ("Dy", "Tb"), ("Co",), ("Fe",), ("B",))
    nothing_fails = 1.0
    for source in sources:
        mass = sum(recipe[e] for e in source)
        at_risk = sum(recipe[e] * risk[e] for e in source)
        nothing_fails *= 1.0 - at_risk / (mass + 1.0)
    text = "".join(f"{e}{n:g}" for e, n in recipe.items())
    row = supply.ledger([text], scenario, basis="weight").iloc[0]
    assert row["supply_risk"] == pytest.approx(1.0 - nothing_fails)


@pytest.mark.parametrize("heavy", ["Dy", "Tb", "Gd", "Ho"])
@pytest.mark.parametrize("scenario", supply.scenarios())
@pytest.mark.parametrize("start", [5.0, 0.5])
def test_risk_falls_with_four_fifths_less_heavy_rare_earth(
    heavy, scenario, start
):
    # Neodymium takes its place, which has a risk of its own.
    texts = [
        f"{mix('Nd', heavy, x, 30)}Fe69B1" for x in (start, 0.2 * start, 0.0)
    ]
    before, after, without = supply.ledger(texts, scenario, basis="weight")[
        "supply_risk"
    ]
    assert before - 0.02 > after > without


def test_same_source_adds_no_risk():
    texts = ["Nd30Fe69B1", "Nd24Pr6Fe69B1", "Nd24Sm6Fe69B1"]
    neodymium, with_praseodymium, with_samarium = supply.ledger(
        texts, basis="weight"
    )["supply_risk"]
    assert with_praseodymium == pytest.approx(neodymium)
    assert with_samarium > neodymium + 0.1


@given(st.floats(0, 1), st.floats(0, 1))
def test_risk_and_reliance_stay_between_zero_and_one(x, r):
    alloys = table(
        f"Sm{1 - x / 2:.6f}Dy{x / 2 + 0.001:.6f}Co5", "Fe2B", "Ga", "Tb"
    )
    for scenario in ("baseline", "magnet-rule-2027"):
        result = supply.ledger(alloys, scenario, {"Co": r, "Dy": r})
        for column in ("supply_risk", "import_reliance"):
            assert result[column].between(0, 1).all()


def test_saving_refers_to_the_reference():
    alloys = table("SmCo5", "Sm0.8Gd0.2Co5", "Sm0.5Gd0.5Co5")
    result = supply.ledger(alloys, reference=alloys[1:2])
    saving = result["heavy_rare_earth_saved_wt_pct"]
    assert saving[0] > 0
    assert saving[1] == 0
    assert saving[2] < 0
    assert supply.ledger(alloys)["heavy_rare_earth_saved_wt_pct"].isna().all()
    with pytest.raises(InputError, match="one magnet, got 3"):
        supply.ledger(alloys, reference=alloys)


@pytest.mark.parametrize(
    ("reference", "saved"),
    # 0.2 Dy of 1.8 Nd, 14 Fe and B are 3 % of the mass.
    [("Nd24Dy6Fe69B1", 6.0), ("Nd1.8Dy0.2Fe14B", 2.996)],
)
def test_a_reference_is_read_by_the_basis_or_as_a_formula(reference, saved):
    rows = supply.ledger("Nd30Fe69B1", reference=reference, basis="weight")
    assert rows["heavy_rare_earth_saved_wt_pct"].tolist() == pytest.approx(
        [saved], abs=1e-3
    )


def test_what_cannot_be_read_is_left_out():
    texts = ["SmCo5", "??"]
    with pytest.warns(UserWarning, match="line 2"):
        rows = supply.ledger(texts)
    with pytest.warns(UserWarning, match="line 2"):
        shares = supply.break_even_recycled_share(texts, "Co", 0.5)
    assert len(rows) == 1
    assert np.isnan(shares).tolist() == [False, True]
    for read in (
        lambda: supply.ledger(texts, strict=True),
        lambda: supply.break_even_recycled_share(
            texts, "Co", 0.5, strict=True
        ),
    ):
        with pytest.raises(InputError, match="line 2"):
            read()


def test_users_define_heavy_rare_earths():
    alloys = table("YCo5", "GdCo5")
    assert (supply.ledger(alloys)["heavy_rare_earth_wt_pct"] > 0).all()
    strict = supply.ledger(alloys, heavy_rare_earths=("Gd",))[
        "heavy_rare_earth_wt_pct"
    ]
    assert strict[0] == 0
    assert strict[1] > 0


def test_recycled_cobalt_lowers_exposure_not_cost():
    alloys = table("SmCo5", "Nd2Fe14B")
    before = supply.ledger(alloys)
    after = supply.ledger(alloys, recycled={"Co": 0.25})
    for column in ("supply_risk", "import_reliance"):
        assert after[column][0] < before[column][0]
        assert after[column][1] == before[column][1]
    assert (after["cost_USD_kg"] == before["cost_USD_kg"]).all()


def test_unknown_elements_have_no_risk():
    row = supply.ledger(table("Dy2Pt")).iloc[0]
    assert row["heavy_rare_earth_wt_pct"] > 0
    assert np.isnan(
        row[["import_reliance", "supply_risk", "cost_USD_kg"]].to_numpy(float)
    ).all()


def test_no_alloys_give_no_rows():
    result = supply.ledger(CompositionTable.from_strings([]))
    assert len(result) == 0
    assert "supply_risk" in result


def test_order_and_cutting_do_not_matter():
    alloys = table("SmCo5", "Nd2Fe14B", "Dy2Fe14B", "Sm2Co17")
    whole = supply.ledger(alloys)
    parts = pd.concat(
        [supply.ledger(alloys[:1]), supply.ledger(alloys[1:])],
        ignore_index=True,
    )
    pd.testing.assert_frame_equal(whole, parts)


def test_break_even_share_reaches_the_target():
    alloys = table("SmCo5", "Sm2Co17", "Nd2Fe14B")
    shares = supply.break_even_recycled_share(alloys, "Co", 0.5)
    assert 0 < shares[0] < 1
    assert shares[2] == 0
    for i in (0, 1):
        row = supply.ledger(alloys[i : i + 1], recycled={"Co": shares[i]})
        assert row["supply_risk"][0] == pytest.approx(0.5)


def test_unreachable_break_even_share():
    alloy = table("SmCo5")
    top, floor = (
        supply.ledger(alloy, recycled={"Co": share})["supply_risk"][0]
        for share in (0.0, 1.0)
    )
    # A twentieth of the way beyond what recycling all of it does.
    beyond = floor - 0.05 * (top - floor)
    assert np.isnan(supply.break_even_recycled_share(alloy, "Co", beyond)[0])
    assert np.isnan(
        supply.break_even_recycled_share(table("Dy2Fe14B"), "Co", 0.0)
    ).all()


def test_shell_pays_for_what_it_holds():
    base = table("Nd2Fe14B")
    row = supply.ledger(base, shell="Tb 0.30 @ 0.10").iloc[0]
    # What the shell holds is 3 % of the rare earth; of what was put in boundaries keep 40 %.
    alloy = supply.ledger(table("Nd1.9Tb0.1Fe14B")).iloc[0]
    pd.testing.assert_series_equal(row, alloy)
    half = supply.ledger(base, shell="Tb 0.5 wt%").iloc[0]
    assert half["heavy_rare_earth_wt_pct"] == pytest.approx(0.5, rel=1e-9)
    rows = supply.ledger(base[[0, 0]], shell=["", "Tb 0.30 @ 0.10"])
    assert rows["heavy_rare_earth_wt_pct"][0] == 0
    assert rows["heavy_rare_earth_wt_pct"][1] == pytest.approx(
        row["heavy_rare_earth_wt_pct"]
    )
    against = supply.ledger(
        base, reference=base, reference_shell="Tb 0.30 @ 0.10"
    ).iloc[0]
    assert against["heavy_rare_earth_saved_wt_pct"] == pytest.approx(
        row["heavy_rare_earth_wt_pct"]
    )


def test_yes_is_one_and_no_is_nothing(tmp_path, monkeypatch):
    # A criterion of a column that says yes or no: the share of the mass on a list.
    import sys

    module = sys.modules["magnetkit.supply.ledger"]

    monkeypatch.setattr(module, "_FIGURES", ("us_critical_2025",))
    module._element_figures.cache_clear()
    figures = module._element_figures(
        supply.load_scenario("baseline").model_dump_json(), ()
    )
    module._element_figures.cache_clear()
    for other in ("source", "no_column"):
        monkeypatch.setattr(module, "_FIGURES", (other,))
        with pytest.raises(DataError, match=f"a criterion is of '{other}'"):
            module._element_figures(
                supply.load_scenario("baseline").model_dump_json(), ()
            )
    # USGS 2025: cobalt and neodymium are on the list, iron is not.
    assert [figures[INDEX[e], 0] for e in ("Co", "Nd", "Fe")] == [
        1.0,
        1.0,
        0.0,
    ]


def test_recycling_of_other_elements_counts():
    alloy = table("SmCo5")
    plain = supply.break_even_recycled_share(alloy, "Co", 0.5)[0]
    assert 0.0 < plain < 1.0
    state = supply.load_scenario("baseline")
    for part in ({"Co": 0.4}, {"Sm": 0.4}):
        by_scenario = state.model_copy(update={"recycled": part})
        by_argument = supply.break_even_recycled_share(
            alloy, "Co", 0.5, recycled=part
        )[0]
        share = supply.break_even_recycled_share(
            alloy, "Co", 0.5, by_scenario
        )[0]
        assert share == pytest.approx(by_argument)
        assert (share == pytest.approx(plain)) == ("Co" in part)
