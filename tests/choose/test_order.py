"""The order of candidates for a device."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetkit.choose import _order
from magnetkit.choose._order import (
    BURDEN,
    Rule,
    comparable_values,
    rank_keys,
    with_copies,
)

OBJECTIVES = tuple(
    "heavy_rare_earth_wt_pct:min supply_risk:min cost_per_flux_USD_m3_T:min margin:max".split()
)
COST, HEAVY, RISK = BURDEN
# The order's units, typed anew: 1 wt.%, 0.1 of risk, a margin of 0.1, five units for a miss.
UNITS = {COST: 0.25}


def _frame(**columns):
    n = len(next(iter(columns.values())))
    base = {
        "formula": [f"Nd{k}Fe14B" for k in range(n)],
        "shell": [""] * n,
        "status": ["ok"] * n,
        "probability_meets_requirements": [1.0] * n,
        HEAVY: [0.0] * n,
        RISK: [0.5] * n,
        COST: [1000.0] * n,
        "performance_margin": [0.1] * n,
    }
    return pd.DataFrame(base | columns)


def rank_frame(frame, objectives=OBJECTIVES, threshold=0.8, size=None):
    """Rank a frame, given in tables of so many rows."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    size = size or max(len(table), 1)
    tables = [
        table.slice(start, size)
        for start in range(0, max(len(table), 1), size)
    ]
    rule = Rule.of(objectives, threshold, {COST: UNITS[COST]})
    return rank_keys(map(rule.keys, tables))


def rank(*args, **options):
    """Return the columns of the ranking as a frame."""
    ranking = rank_frame(*args, **options).columns().to_pandas()
    return ranking.astype({"pareto_front": "Int32", "rank": "Int64"})


def candidate_loss(row):
    """The loss of a candidate, written out."""
    margin = min(max(row["performance_margin"], 0.0), 0.1) / 0.1
    shortfall = 5.0 * (1.0 - row["probability_meets_requirements"])
    # A cost counts by its ratio: a quarter more is one unit.
    cost = np.log(row[COST]) / np.log(1.25)
    return row[HEAVY] + row[RISK] / 0.1 + cost - margin + shortfall


def beats(low, high):
    """Whether the candidate `low` must not stand directly below `high`."""
    burdens = [(low[name], high[name]) for name in BURDEN]
    chance = "probability_meets_requirements"
    return (
        all(a <= b for a, b in burdens)
        and any(a < b for a, b in burdens)
        and low[chance] >= high[chance] - 0.05
    )


def _random(seed, n=300):
    rng = np.random.default_rng(seed)
    # Few digits: many ties, and many who are worse in everything.
    return _frame(
        status=list(
            rng.choice(["ok", "planar", "not makeable"], n, p=[0.8, 0.1, 0.1])
        ),
        probability_meets_requirements=np.round(rng.uniform(0.5, 1.0, n), 2),
        **{
            HEAVY: np.round(rng.uniform(0, 3, n), 1),
            RISK: np.round(rng.uniform(0.1, 0.4, n), 2),
            COST: np.round(rng.uniform(500, 3000, n), -2),
        },
        performance_margin=np.round(rng.normal(0.05, 0.1, n), 2),
    )


@pytest.mark.parametrize("seed", range(3))
def test_ranking_by_pieces_equals_that_of_the_table(seed):
    frame = _random(seed)
    whole = rank(frame)
    pieces = rank(
        frame, size=int(np.random.default_rng(seed).integers(1, 300))
    )
    pd.testing.assert_frame_equal(pieces, whole)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_decides_nothing(seed):
    frame = _random(seed)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(frame))
    # Sums in another order differ in their last digits.
    noise = 1.0 + 2.5e-16 * rng.choice([-1, 0, 1], (len(frame), 5))
    other = frame.copy()
    for k, name in enumerate(
        (*BURDEN, "performance_margin", "probability_meets_requirements")
    ):
        other[name] = other[name] * noise[:, k]
    got = (
        rank(other.iloc[order].reset_index(drop=True))
        .set_axis(order)
        .sort_index()
    )
    pd.testing.assert_frame_equal(got, rank(frame))


@pytest.mark.parametrize("seed", range(4))
def test_no_winner_stands_under_one_it_beats(seed):
    frame = _random(seed, 500)
    got = rank(frame)
    winners = frame.assign(rank=got["rank"])[
        got["meets_requirements"]
    ].sort_values("rank")
    rows = winners.to_dict("records")
    assert len(rows) > 100
    assert not [i for i in range(len(rows) - 1) if beats(rows[i + 1], rows[i])]
    # Only who is passed in this way leaves the order of the loss.
    losses = [candidate_loss(row) for row in rows]
    for high, low, worse, better in zip(
        rows, rows[1:], losses, losses[1:], strict=False
    ):
        if worse > better + 1e-6:
            assert any(
                beats(high, other)
                for other in rows
                if candidate_loss(other) <= worse
            ), low


def test_a_column_without_a_unit_counts_as_it_is():
    assert Rule.of(["density_kg_m3:min"]).units == (1.0,)


def test_device_sets_the_unit_of_regret():
    # One wt.% less against a tenth of the cost more: which is worth it is the unit of cost.
    frame = _frame(
        **{HEAVY: [0.0, 1.0], COST: [1100.0, 1000.0], RISK: [0.5, 0.5]}
    )
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for unit, first in ((0.25, 0), (0.02, 1)):
        place = rank_keys(
            [Rule.of(OBJECTIVES, 0.8, {COST: unit}).keys(table)]
        ).place
        assert place[first] == 1
    # So with a miss: 0.1 of probability against a tenth of the cost, of which the unit is a tenth.
    frame = _frame(
        probability_meets_requirements=[1.0, 0.9], **{COST: [1100.0, 1000.0]}
    )
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for unit, first in ((0.05, 0), (0.2, 1)):
        scales = {COST: 0.1, "probability_meets_requirements": unit}
        assert (
            rank_keys([Rule.of(OBJECTIVES, 0.8, scales).keys(table)]).place[
                first
            ]
            == 1
        )


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_smallest_loss_leads_among_equals(chances, seed):
    n = len(chances)
    rng = np.random.default_rng(seed)
    heavy = np.sort(rng.uniform(0, 2, n))
    # The more heavy rare earth, the less risk: each has something for himself.
    frame = _frame(
        probability_meets_requirements=[0.8 + 0.2 * c for c in chances],
        **{HEAVY: heavy, RISK: 0.9 - 0.3 * heavy},
    )
    got = rank(frame).assign(
        loss=[candidate_loss(row) for _, row in frame.iterrows()]
    )
    losses = got.sort_values("rank")["loss"].to_numpy()
    assert (np.diff(losses) >= -1e-8).all()


def test_sure_winner_beats_a_doubtful_one():
    frame = _frame(
        probability_meets_requirements=[0.79, 0.8, 1.0],
        **{HEAVY: [0.0, 0.5, 1.0]},
    )
    got = rank(frame)
    assert got["meets_requirements"].tolist() == [False, True, True]
    # Certainty is worth one unit, half a per cent of heavy rare earth half of one.
    assert got["rank"].tolist() == [3, 2, 1]


def test_margin_beyond_a_tenth_buys_nothing():
    objectives = ("margin:max", "heavy_rare_earth_wt_pct:min")
    frame = _frame(performance_margin=[0.60, 0.10], **{HEAVY: [0.1, 0.0]})
    assert rank(frame, objectives)["rank"].tolist() == [2, 1]
    # Up to there half a tenth outweighs 0.4 wt.% of heavy rare earth, with more risk for less.
    frame = _frame(
        performance_margin=[0.10, 0.05],
        **{HEAVY: [0.4, 0.0], RISK: [0.1, 0.2]},
    )
    assert rank(frame, objectives)["rank"].tolist() == [1, 2]


def test_weight_decides_between_cost_and_heavy_rare_earth():
    frame = _frame(**{HEAVY: [1.0, 0.0], COST: [1000.0, 1200.0]})
    plain = ("heavy_rare_earth_wt_pct:min", "cost:min")
    assert rank(frame, plain)["rank"].tolist() == [2, 1]
    assert rank(frame, (plain[0], "cost:min=2"))["rank"].tolist() == [1, 2]


def test_front_uses_the_first_three_objectives():
    frame = _frame(
        **{HEAVY: [0.0, 1.5, 1.5, 2.0], RISK: [0.3218, 0.3221, 0.3100, 0.3100]}
    )
    # 0.3218 and 0.3221 are both 0.322 as shown; the fourth is dominated by the third.
    assert rank(frame)["pareto_front"].tolist() == [1, 2, 1, 2]


@pytest.mark.filterwarnings("error")
def test_the_smallest_numbers_count_as_zero():
    least = comparable_values([5e-324, -1e-310, 1.234e-290])
    assert least.tolist() == [0.0, 0.0, pytest.approx(1.23e-290, rel=1e-9)]


def test_compares_three_digits_without_noise():
    assert comparable_values([17.447, 17.444, 17.45, 0.0]).tolist() == [
        17.4,
        17.4,
        17.4,
        0.0,
    ]
    assert comparable_values([0.12349, 0.1236, 1234.0]).tolist() == [
        0.123,
        0.124,
        1230.0,
    ]
    # A half lies on the edge: rounding of sums must not decide on which side.
    low = np.nextafter(0.12350, 0)
    high = np.nextafter(0.12350, 1)
    assert (
        comparable_values([low])[0]
        == comparable_values([high])[0]
        == comparable_values([0.1235])[0]
    )


def test_the_leading_are_reordered_and_the_rest_stays():
    frame = _frame(**{HEAVY: [0.1, 0.2, 0.3, 0.4], RISK: [0.4, 0.3, 0.2, 0.1]})
    ranking = rank_frame(frame, ("heavy_rare_earth_wt_pct:min",))
    assert ranking.place.tolist() == [1, 2, 3, 4]
    rows = ranking.leading(3)
    assert rows.tolist() == [0, 1, 2]
    other = ranking.reorder_leaders(
        rows, np.zeros(3), np.array([2.0, 1.0, 3.0]), np.ones(3)
    )
    assert other.place.tolist() == [2, 1, 3, 4]
    # Who is more often among the best comes first, whatever he loses in the mean.
    often = np.array([0.1, 0.2, 0.3])
    assert ranking.reorder_leaders(
        rows, often, rows, np.ones(3)
    ).place.tolist() == [
        3,
        2,
        1,
        4,
    ]
    # Draws would put a magnet first that the second beats in everything.
    worse = _frame(**{HEAVY: [0.1, 0.2], RISK: [0.1, 0.2]})
    reordering = rank_frame(worse).reorder_leaders(
        np.array([0, 1]), np.zeros(2), np.array([2.0, 1.0]), np.ones(2)
    )
    assert reordering.place.tolist() == [1, 2]


def test_those_that_miss_are_ordered_by_how_much():
    frame = _frame(
        probability_meets_requirements=[0.1, 0.1, 0.1],
        performance_margin=[-0.5, -0.1, np.nan],
        **{HEAVY: [0.0, 9.0, 0.0]},
    )
    assert rank(frame)["rank"].tolist() == [2, 1, 3]


def test_rounding_alone_is_no_miss():
    chances = [0.8, 0.8 - 1e-13, 0.8 - 1e-8]
    frame = _frame(probability_meets_requirements=chances)
    assert rank(frame)["meets_requirements"].tolist() == [True, True, False]


def test_a_decision_without_copies_has_none():
    ranking = replace(rank_frame(_frame(shell=[""] * 3)), copies={"a": 2})
    words = pa.array([*"aba"]).dictionary_encode()
    table = pa.table({"decision": words})
    copies = with_copies(table, ranking.columns())["copies"]
    assert copies.to_pylist() == [2, 0, 2]


def test_given_ranks_decide_and_leave_no_simpler_twin():
    ranking = replace(rank_frame(_random(0, 5)), simpler={0: 1})
    other = ranking.order_by(np.arange(5, 0, -1))
    ranked = ranking.place > 0
    expected = np.arange(ranked.sum(), 0, -1)
    assert other.place[ranked].tolist() == expected.tolist()
    assert other.simpler == {}


def test_unknown_objective_comes_last_of_the_winners():
    frame = _frame(
        **{
            COST: [np.nan, 5000.0],
            "probability_meets_requirements": [1.0, 0.8],
        }
    )
    assert rank(frame)["rank"].tolist() == [2, 1]


def test_other_magnets_have_no_rank():
    frame = _frame(status=["planar", "ok", "not makeable"])
    got = rank(frame)
    assert got["rank"].isna().tolist() == [True, False, True]
    assert got["rank"][1] == 1


def test_no_candidates():
    assert len(rank(_frame(status=pd.Series(dtype=str)))) == 0


@pytest.mark.parametrize("seed", range(3))
def test_leaders_depend_only_on_possible_leaders(seed, monkeypatch):
    monkeypatch.setattr(_order, "CLIMB", 3)
    rng = np.random.default_rng(seed)
    n = 300
    keep = 40
    frame = _frame(
        formula=[f"Nd{k}Fe14B" for k in range(n)],
        probability_meets_requirements=rng.uniform(0.8, 1.0, n),
        **{
            HEAVY: rng.integers(0, 4, n) / 2.0,
            RISK: rng.integers(1, 5, n) / 10.0,
        },
        **{COST: rng.integers(10, 14, n) * 100.0},
        performance_margin=rng.uniform(0.0, 0.3, n),
    )

    def first(table):
        ranking = rank_frame(table)
        rows = ranking.leading(20)
        winners = np.flatnonzero(ranking.meets)
        chance = ranking.chance[np.searchsorted(winners, rows)] - 0.05
        zero = np.zeros(len(rows))
        again = ranking.reorder_leaders(rows, zero, zero, chance)
        return table["formula"].to_numpy()[again.leading(keep)].tolist()

    whole = first(frame)
    losses = np.array([candidate_loss(row) for _, row in frame.iterrows()])
    best = np.sort(np.argsort(losses, kind="stable")[: keep + 2 * 3 + 1])
    assert first(frame.iloc[best].reset_index(drop=True)) == whole
