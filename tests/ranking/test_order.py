"""The order of candidates for a device."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from magnetkit.errors import InputError
from magnetkit.ranking import order as ranking
from magnetkit.ranking.order import Objective, needed_columns, weighted_scores
from magnetkit.ranking.pareto import fronts

OBJECTIVES = ("heavy_rare_earth_wt_pct:min", "supply_risk:min", "margin:max")


def _frame(**columns):
    n = len(next(iter(columns.values())))
    base = {
        "status": ["ok"] * n,
        "probability_meets_requirements": [1.0] * n,
        "heavy_rare_earth_wt_pct": [0.0] * n,
        "supply_risk": [0.5] * n,
        "performance_margin": [0.1] * n,
    }
    return pd.DataFrame(base | columns)


def rank(frame, objectives, threshold=0.8, size=None):
    """Rank a frame, given in tables of so many rows, and return the columns as a frame."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    size = size or max(len(table), 1)
    tables = [table.slice(start, size) for start in range(0, max(len(table), 1), size)]
    found = ranking.rank(tables, objectives, threshold).columns().to_pandas()
    return found.astype({"pareto_front": "Int32", "rank": "Int64"})


def naive_rank(frame, objectives, threshold):
    """The same by one sort over everything."""
    usable = (frame["status"] == "ok").to_numpy()
    meets = usable & (frame["probability_meets_requirements"] >= threshold).to_numpy()
    goals = [Objective.parse(o) for o in objectives]
    points = np.column_stack([[g.sign * float(f"{v:.2e}") for v in frame[g.column]] for g in goals])
    front = np.zeros(len(frame), np.int32)
    front[meets] = fronts(points[meets])
    keys = [
        (
            not usable[i],
            not meets[i],
            front[i] if meets[i] and front[i] else np.inf,
            (np.isnan(heavy), heavy) if meets[i] else (False, 0.0),
            np.inf if np.isnan(margin) else -margin,
            i,
        )
        for i, (heavy, margin) in enumerate(
            zip(frame["heavy_rare_earth_wt_pct"], frame["performance_margin"], strict=True)
        )
    ]
    place = np.empty(len(frame), np.int64)
    place[sorted(range(len(frame)), key=keys.__getitem__)] = np.arange(1, len(frame) + 1)
    return meets, front, np.where(usable, place, 0)


@pytest.mark.parametrize("seed", range(6))
def test_ranking_in_pieces_is_one_sort_over_everything(seed):
    rng = np.random.default_rng(seed)
    n = 300
    # One decimal: many ties. A few figures are missing.
    figures = np.round(rng.normal(size=(3, n)), 1)
    figures[1:][rng.random((2, n)) < 0.05] = np.nan
    frame = _frame(
        status=list(rng.choice(["ok", "planar", "not makeable"], n, p=[0.8, 0.1, 0.1])),
        probability_meets_requirements=rng.random(n),
        heavy_rare_earth_wt_pct=figures[0],
        supply_risk=figures[1],
        performance_margin=figures[2],
    )
    got = rank(frame, OBJECTIVES, 0.4, size=int(rng.integers(1, n)))
    meets, front, place = naive_rank(frame, OBJECTIVES, 0.4)
    assert got["meets_requirements"].tolist() == meets.tolist()
    assert got["pareto_front"].fillna(0).tolist() == front.tolist()
    assert got["rank"].fillna(0).tolist() == place.tolist()


def test_those_that_meet_come_first_then_front_then_least_heavy_rare_earth_then_margin():
    frame = _frame(
        probability_meets_requirements=[0.2, 0.9, 0.9, 0.9, 0.9],
        heavy_rare_earth_wt_pct=[0.0, 3.0, 1.0, 1.0, 1.0],
        performance_margin=[0.9, 0.5, 0.1, 0.2, 0.05],
    )
    got = rank(frame, OBJECTIVES)
    assert got["meets_requirements"].tolist() == [False, True, True, True, True]
    # Rows 1 and 3 are not dominated; row 3 has less heavy rare earth.
    assert got["pareto_front"].tolist()[1:] == [1, 2, 1, 3]
    assert pd.isna(got["pareto_front"][0])
    assert got["rank"].tolist() == [5, 2, 3, 1, 4]


def test_a_fourth_digit_puts_nobody_on_a_front():
    frame = _frame(
        probability_meets_requirements=[0.9, 0.9, 0.9],
        heavy_rare_earth_wt_pct=[0.0, 1.5, 1.5],
        performance_margin=[0.3218, 0.3221, 0.3300],
    )
    assert rank(frame, OBJECTIVES)["pareto_front"].tolist() == [1, 2, 1]


def test_those_that_miss_are_ordered_by_how_much():
    frame = _frame(
        probability_meets_requirements=[0.1, 0.1, 0.1],
        performance_margin=[-0.5, -0.1, np.nan],
        heavy_rare_earth_wt_pct=[0.0, 9.0, 0.0],
    )
    assert rank(frame, OBJECTIVES)["rank"].tolist() == [2, 1, 3]


def test_what_is_no_uniaxial_magnet_has_no_rank_whatever_its_figures():
    frame = _frame(status=["planar", "ok", "not makeable"])
    got = rank(frame, OBJECTIVES)
    assert got["rank"].isna().tolist() == [True, False, True]
    assert got["rank"][1] == 1


def test_equal_candidates_keep_the_order_of_the_input():
    assert rank(_frame(status=["ok"] * 4), OBJECTIVES)["rank"].tolist() == [1, 2, 3, 4]


def test_no_candidates():
    assert len(rank(_frame(status=pd.Series(dtype=str)), OBJECTIVES)) == 0


def test_objectives_are_checked_and_name_their_columns():
    assert Objective.parse("cost_USD_kg:min") == Objective("cost_USD_kg", 1)
    assert "cost_USD_kg" in needed_columns(["cost_USD_kg:min"])
    with pytest.raises(InputError, match=":min or :max"):
        Objective.parse("cost_USD_kg")


def test_weights_are_the_users():
    frame = _frame(heavy_rare_earth_wt_pct=[0.0, 1.0, 2.0], cost_USD_kg=[30.0, 20.0, 10.0])
    heavy, cost = "heavy_rare_earth_wt_pct:min", "cost_USD_kg:min"
    assert weighted_scores(frame, {heavy: 1}).tolist() == [0.0, 0.5, 1.0]
    assert weighted_scores(frame, {heavy: 3, cost: 1}).tolist() == [0.25, 0.5, 0.75]
    assert weighted_scores(frame, {"performance_margin:max": 1}).tolist() == [0.0, 0.0, 0.0]
    for bad in ({}, {heavy: 0}, {heavy: -1, cost: 2}):
        with pytest.raises(InputError, match="not all 0"):
            weighted_scores(frame, bad)
    with pytest.raises(InputError, match="no result column 'beauty'"):
        weighted_scores(frame, {"beauty:max": 1})
    with pytest.raises(InputError, match="must end in"):
        weighted_scores(frame, {"cost_USD_kg": 1})
