"""The next batch: worth of information, constraints, and what comes back."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import InputError
from scipy.optimize import differential_evolution
from typer.testing import CliRunner

import magnetkit as mk
from magnetkit._core.elements import INDEX
from magnetkit.alloy import CompositionTable
from magnetkit.cli.app import app
from magnetkit.magnetism._measured import splits
from magnetkit.run._candidates import SpaceCandidates
from magnetkit.run.suggestion import (
    Shop,
    _limit,
    _make_feasibility_check,
    _mass_fractions,
    batch_value,
    greedy,
    measurements,
    order,
    suggest,
)


def space():
    """Alloys with Dy, Tb and Co, and what is diffused into two of them."""
    limits = {"Dy": 0.3, "Tb": 0.2, "Co": 0.1}
    bulk = mk.substitutions(
        "Nd2Fe14B", {"Nd": ["Dy", "Tb"], "Fe": ["Co"]}, 0.05, limits
    )
    bases = ("Nd2Fe14B", "Nd1.9Dy0.1Fe14B", "Nd1.8Dy0.2Fe14B")
    amounts = (0.2, 0.4, 0.6, 0.8)
    shells = [
        (b, f"{R} {a} wt%")
        for b in bases
        for R in ("Dy", "Tb")
        for a in amounts
    ]
    return SpaceCandidates([bulk], shells)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("motor") / "r"


@pytest.fixture(scope="module")
def motor(folder):
    return mk.screen(space(), "energy-traction-motor", out=folder)


def problem(n=10, draws=4000, seed=0):
    """Return a drawn problem: losses that hang on scores, correlated as alloys are."""
    rng = np.random.default_rng(seed)
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    likeness = 0.3 + 0.6 * np.exp(-apart / 2.0)
    root = np.linalg.cholesky(likeness + 0.1 * np.eye(n))
    score = root @ rng.standard_normal((n, draws))
    need = rng.uniform(-1.0, 1.0, n)
    loss = rng.uniform(0.0, 2.0, n)[:, None] + 4.0 * (score < need[:, None])
    return loss, score[:, :, None] + 0.1 * rng.standard_normal((n, draws, 1))


def test_uninformative_melt_has_no_value():
    loss, scores = problem()
    noise = np.random.default_rng(1).standard_normal(scores.shape)
    assert batch_value(loss, noise, [0, 1])[0] == pytest.approx(0.0, abs=0.03)
    assert batch_value(loss, scores, [0, 1])[0] > 0.1
    # Where there is nothing to choose there is nothing to save.
    assert batch_value(loss[:1, :8], scores[:1, :8], [0]) == (0.0, 0.0)


def test_value_of_two_candidates_by_hand_calculation():
    # One loses 1 for certain, the other 0 or 4 with a half each and the measurement says which:
    # knowing saves 1 - 0.5 * 1 - 0.5 * 0 = 0.5 in the mean.
    rng = np.random.default_rng(0)
    score = np.stack([np.zeros(20_000), rng.choice([-1.0, 1.0], 20_000)])
    loss = np.stack([np.ones(20_000), np.where(score[1] > 0, 0.0, 4.0)])
    worth, change = batch_value(loss, score[:, :, None], [1])
    assert worth == pytest.approx(0.5, abs=0.02)
    assert change == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_greedy_search_equals_every_batch(seed):
    loss, scores = problem(seed=seed)
    batch, _ = greedy(
        loss, scores, 3, lambda chosen: ~np.isin(np.arange(10), chosen)
    )
    got = batch_value(loss, scores, batch)[0]
    best = max(
        batch_value(loss, scores, c)[0] for c in combinations(range(10), 3)
    )
    assert got >= 0.93 * best

    def negative_value(x):
        batch = sorted(set(np.minimum(x.astype(int), 9).tolist()))
        return -batch_value(loss, scores, batch)[0]

    library = differential_evolution(
        negative_value,
        [(0, 10)] * 3,
        maxiter=8,
        popsize=5,
        seed=seed,
        polish=False,
    )
    assert got >= 0.95 * -library.fun
    # And better than the first three by what they are thought to lose.
    first = np.argsort(loss.mean(axis=1))[:3].tolist()
    assert got >= batch_value(loss, scores, first)[0]


def test_a_batch_tells_of_who_is_in_doubt(motor):
    batch = suggest(motor, 4)
    assert len(batch) == 4
    assert (np.diff(batch["worth"]) >= 0).all()
    assert batch["worth"].iloc[0] > 0.05
    assert not batch[["formula", "shell"]].duplicated().any()
    # What is sure either way tells little.
    assert batch["probability_meets_requirements"].iloc[0] < 0.97


def test_respects_store_furnace_and_limits(motor):
    stock = {"Nd": 1.0, "Fe": 10.0, "B": 1.0, "Dy": 0.5}
    batch = suggest(
        motor,
        5,
        stock=stock,
        melts=2,
        limits=["shell<=0.6", "Dy<=3"],
        charge_kg=1.5,
    )
    texts = list(batch["formula"])
    weight = CompositionTable.from_strings(texts).weight_fractions()
    assert batch["formula"].nunique() <= 2
    assert not batch["shell"].str.startswith("Tb").any()
    melts = dict(zip(texts, weight, strict=True))
    assert 1.5 * sum(w[59] for w in melts.values()) <= 1.0
    for shell in filter(None, batch["shell"]):
        assert float(shell.split()[1]) <= 0.6
    assert not batch["formula"].str.contains("Tb|Pr|Ce|Co").any()


def test_names_impossible_requests(motor):
    with pytest.raises(
        InputError, match="no leading candidate keeps the limits"
    ):
        suggest(motor, 1, stock=["Sm", "Co"])
    with pytest.raises(
        InputError, match="batch must be a whole number of 1 or more"
    ):
        suggest(motor, 0)


def test_results_come_back_through_calibrate(motor):
    table = order(suggest(motor, 2), [423.15])
    recipes = CompositionTable.from_strings(table["composition"])

    def predict_coercivity(process):
        frame = mk.magnetism.sintered(
            recipes, 423.15, process=process, shell=list(table["shell"])
        )
        return frame["coercivity_kA_m"].to_numpy()

    # What both magnets have in common: 0.8 of the prediction.
    measured = 0.8 * predict_coercivity(None)
    table["remanence_T"] = 1.0
    table["coercivity_kA_m"] = measured
    process = mk.calibrate(table, name="batch", keep=False)
    off = np.abs(np.log(predict_coercivity(process) / measured)).mean()
    # What a maker's magnets have in common is 0.64 of the variance (datasets/recipes/split.toml),
    # so that two of them leave less than 0.36 / 0.64 of what they were off.
    assert off < 0.36 / 0.64 * -np.log(0.8)


def test_square_term_finds_an_inner_maximum():
    # The second loses nothing where its score is between -1 and 1, and 4 elsewhere; the first
    # always 2. The line of least squares in s^2 is 0.301 + 0.968 s^2, which passes 2 where |s| is
    # 1.325: beyond, in 0.185 of the draws, the first is taken, and 2 saved.
    rng = np.random.default_rng(0)
    score = np.stack([np.zeros(40_000), rng.standard_normal(40_000)])
    second = np.where(np.abs(score[1]) < 1.0, 0.0, 4.0)
    loss = np.stack([np.full(40_000, 2.0), second])
    worth, change = batch_value(loss, score[:, :, None], [1])
    assert worth == pytest.approx(2.0 * 0.185, abs=0.02)
    assert change == pytest.approx(0.185, abs=0.01)


@pytest.mark.parametrize(
    ("more", "progress"), [((), True), (("--quiet",), False)]
)
def test_shows_a_bar_by_default(tmp_path, monkeypatch, more, progress):
    mk.screen(["SmCo5"], "f22-engine", out=tmp_path)
    values = []
    instead = "magnetkit.run.suggestion.suggest"
    monkeypatch.setattr(
        instead, lambda *_, progress, **__: values.append(progress)
    )
    CliRunner().invoke(app, ["suggest", str(tmp_path), *more])
    assert values == [progress]


def leading_rows():
    return pd.DataFrame(
        {
            "formula": ["Nd2Fe14B", "Nd2Fe14B", "SmCo5"],
            "shell": ["", "Tb 0.5 wt%", ""],
        }
    )


def test_mass_fractions_hold_what_is_diffused():
    weight, amount = _mass_fractions(leading_rows())
    assert amount.tolist() == [0.0, 0.5, 0.0]
    assert weight[0].sum() == pytest.approx(1.0)
    assert weight[1].sum() == pytest.approx(1.005)
    assert weight[1, INDEX["Tb"]] == pytest.approx(0.005)
    # 150.36 of 150.36 + 5 x 58.933.
    assert weight[2, INDEX["Sm"]] == pytest.approx(0.3379, abs=1e-4)


def test_an_alloy_that_is_melted_takes_no_new_charge():
    rows = leading_rows()
    weight, _ = _mass_fractions(rows)
    every = np.ones(3, bool)
    small = Shop({"Nd": 0.4, "Fe": 1.0, "B": 1.0, "Tb": 1.0}, None, (), 1.0)
    able = _make_feasibility_check(rows, small, weight, every)
    assert able([]).tolist() == [True, True, False]
    # What is left of neodymium is too little for a second charge.
    assert able([0]).tolist() == [False, True, False]
    one = Shop(None, 1, (), 1.0)
    able = _make_feasibility_check(rows, one, weight, every)
    assert able([]).tolist() == [True, True, True]
    assert able([0]).tolist() == [False, True, False]
    two = Shop(None, 2, (), 1.0)
    able = _make_feasibility_check(rows, two, weight, every)
    assert able([0]).tolist() == [False, True, True]
    bare = _make_feasibility_check(
        rows, two, weight, np.array([1, 0, 1], bool)
    )
    assert bare([]).tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("Nd+Pr>=28", (("Nd", "Pr"), ">=", 28.0)),
        ("Dy <= 2.5", (("Dy",), "<=", 2.5)),
        ("shell<=0.5", (("shell",), "<=", 0.5)),
    ],
)
def test_limits_are_sums_of_elements(text, limit):
    assert _limit(text) == limit


@pytest.mark.parametrize("text", ["Xx<=2", "Nd=5", "Nd", "<=5", "Nd+<=5"])
def test_names_another_text_of_a_limit(text):
    with pytest.raises(InputError, match="not understood; write"):
        _limit(text)


def test_a_table_to_fill_in_has_a_row_a_magnet_and_temperature():
    table = order(leading_rows(), [293.15, 423.15])
    assert table["magnet"].tolist() == ["M1", "M1", "M2", "M2", "M3", "M3"]
    assert table["temperature_K"].tolist() == [293.15, 423.15] * 3
    assert table["composition"].tolist()[::2] == [
        "Nd2Fe14B",
        "Nd2Fe14B",
        "SmCo5",
    ]
    assert set(table["basis"]) == {"atomic"}
    assert table["shell"].tolist()[2] == "Tb 0.5 wt%"
    empty = table[["remanence_T", "coercivity_kA_m"]]
    assert empty.isna().to_numpy().all()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"stock": {"Nd": -0.1}}, "stock of Nd: expected kilograms, got -0.1"),
        ({"stock": {"Nd": np.nan}}, "stock of Nd: expected kilograms"),
        ({"stock": {"Fe": 1.0, "Xx": 1.0}}, "'Xx' is no chemical element"),
        ({"melts": 0}, "melts must be a whole number of 1 or more"),
        ({"melts": 1.5}, "melts must be a whole number"),
        ({"limits": ("Dy<=2", "Nd")}, "limit 'Nd' not understood"),
        ({"charge_kg": 0.0}, "charge_kg"),
    ],
)
def test_a_shop_checks_its_fields(fields, message):
    with pytest.raises(InputError, match=message):
        Shop(**fields)


def test_a_shop_takes_what_is_at_its_limits():
    texts = ["Nd30Fe69B1", "Nd28Dy2Fe69B1", "Nd30Fe69B1", "Nd30Co1Fe68B1"]
    table = CompositionTable.from_strings(texts, basis="weight")
    weight = table.weight_fractions()
    shell = np.array([0.0, 0.0, 0.5, 0.0])

    def allowed(*limits, **stock):
        return Shop(stock or None, limits=limits).is_allowed(weight, shell)

    assert allowed().all()
    assert allowed("Nd>=30").tolist() == [True, False, True, True]
    assert allowed("Nd<=28").tolist() == [False, True, False, False]
    assert allowed("Nd+Dy>=30").all()
    assert allowed("Dy<=1.99").tolist() == [True, False, True, True]
    assert allowed("shell<=0.5").all()
    assert allowed("shell<=0.49").tolist() == [True, True, False, True]
    assert allowed("shell>=0.5").tolist() == [False, False, True, False]
    # Every limit counts, and what is not named or used up is not there.
    assert not allowed("Nd>=30", "Dy>=1").any()
    store = {"Nd": np.inf, "Fe": 1e-3, "B": 1.0}
    assert allowed(**store, Dy=0.0).tolist() == [True, False, True, False]
    assert allowed(**store, Co=1.0).tolist() == [True, False, True, True]
    masses = Shop(store).stock_masses()
    assert masses[INDEX["Fe"]] == 1e-3
    assert masses[INDEX["Co"]] == 0.0
    assert np.isinf(Shop().stock_masses()).all()


def test_measurements_add_the_noise_of_a_laboratory():
    scores = {
        "remanence_T": np.zeros((2, 20_000)),
        "coercivity_kA_m": np.ones((2, 20_000)),
    }
    drawn = measurements(scores, np.random.default_rng(0))
    assert drawn.shape == (2, 20_000, 2)
    assert drawn.mean(axis=(0, 1)) == pytest.approx([0.0, 1.0], abs=0.02)
    # Of their logarithms, 1 % and 3 % over what magnets of one recipe differ by.
    noise = drawn.std(axis=(0, 1))
    deviations = [splits()[name].deviation for name in scores]
    expected = np.array([0.01, 0.03]) / deviations
    assert noise == pytest.approx(expected, rel=0.02)


def test_greedy_search_ends_where_nothing_may_be_added():
    loss, scores = problem(n=4, draws=400)
    steps = []

    def feasible(chosen):
        mask = np.zeros(4, bool)
        mask[[1, 3]] = True
        mask[chosen] = False
        return mask

    batch, worths = greedy(
        loss, scores, 3, feasible, lambda: steps.append(len(steps))
    )
    assert sorted(batch) == [1, 3]
    assert steps == [0, 1]
    assert worths == [
        batch_value(loss, scores, batch[: k + 1])[0] for k in range(2)
    ]
    alone = [batch_value(loss, scores, [j])[0] for j in (1, 3)]
    assert worths[0] == max(alone)
    assert greedy(loss, scores, 1, feasible)[0] == batch[:1]
