"""What the explorer filters and draws, against the slow and obvious way."""

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from magnetkit.errors import StoreError
from numpy.testing import assert_allclose

import magnetkit as mk
from magnetkit.choose import _evaluate, _job
from magnetkit.explorer import _results
from magnetkit.explorer._results import MAGNET, Question, Results
from magnetkit.explorer.page import _curves, _pareto
from magnetkit.run._files import read_finished_manifest
from tests.choose import naive_pareto


@pytest.fixture(scope="module")
def ranked_rows(folder):
    frame = pq.read_table(folder / "ranked.parquet").to_pandas()
    return (
        frame[frame["rank"].notna()].sort_values("rank").reset_index(drop=True)
    )


def test_rows_are_the_ranked_ones_best_first(results, ranked_rows):
    assert len(results) == len(ranked_rows) > 20
    assert results.ready
    rows = np.arange(len(results))
    assert results.text("candidate", rows) == ranked_rows["candidate"].tolist()
    assert results.column("rank", Question()).tolist() == (rows + 1).tolist()
    for name in (*MAGNET, "supply_risk", "performance_margin"):
        assert_allclose(
            results.column(name, Question()), ranked_rows[name], rtol=1e-6
        )


def test_limits_keep_what_a_query_keeps(results, ranked_rows, folder):
    question = Question(
        at_least=(("remanence_T", 0.9), ("coercivity_kA_m", 300.0)),
        at_most=(("heavy_rare_earth_wt_pct", 2.0),),
    )
    expected = ranked_rows.query(
        "remanence_T >= 0.9 and coercivity_kA_m >= 300 and heavy_rare_earth_wt_pct <= 2"
    )
    assert 0 < len(expected) < len(ranked_rows)
    assert results.select(question).tolist() == expected.index.tolist()
    meets = results.select(Question(only=frozenset({"meets"}))).tolist()
    assert (
        meets == ranked_rows.index[ranked_rows["meets_requirements"]].tolist()
    )
    rows = results.select(Question(only=frozenset({"decisions"})))
    names = (
        mk.run.ScreenResult.from_folder(folder).decisions["candidate"].iloc[1:]
    )
    assert 0 < len(rows) == sum(names.isin(ranked_rows["candidate"]))
    assert set(results.text("candidate", rows)) <= set(names)


def test_every_stop_equals_the_model(results):
    profile = results.profile
    conditions = results.conditions
    assert results.temperatures[0] == profile.temperature_K
    assert min(results.temperatures) == profile.temperature_min_K
    assert max(results.temperatures) == profile.temperature_max_K
    table = mk.CompositionTable.from_arrow(
        results.texts["formula"], basis="atomic"
    )
    for stop in (1, len(results.temperatures) - 1):
        expected = mk.magnetism.sintered(
            table,
            temperature=results.temperatures[stop],
            process=conditions.process,
            shell=results.shells,
            between=conditions.between,
            load_line=conditions.duty.load_line,
        )
        for name in MAGNET:
            assert_allclose(
                results.column(name, Question(stop)), expected[name], rtol=1e-6
            )


def test_pieces_of_rows_are_evaluated_until_stopped(
    results, folder, monkeypatch
):
    monkeypatch.setattr(_results, "_CHUNK_ROWS", 10)
    pieces = Results(folder)
    n = len(pieces)
    assert 20 < n < 30
    counts = []

    def stop():
        counts.append(pieces.evaluated)
        return len(counts) == 3

    pieces.evaluate(stop)
    assert counts == [0, 10, 20]
    assert not pieces.ready
    for name in MAGNET:
        values = pieces.column(name, Question(1))
        assert_allclose(
            values[:20], results.column(name, Question(1))[:20], rtol=1e-6
        )
        assert np.isnan(values[20:]).all()
    # What is not evaluated is last in either order, and within no limit.
    rows = np.arange(n)
    for descending in (False, True):
        ordered = pieces.page(
            rows, Question(1), "remanence_T", descending, slice(0, n)
        )
        assert ordered[20:].tolist() == rows[20:].tolist()
    assert max(pieces.front(rows, Question(1), "remanence_T")) < 20
    least = Question(1, at_least=(("remanence_T", 0.0),))
    assert pieces.select(least).tolist() == list(range(20))
    # What stopped begins anew; its last piece is shorter.
    pieces.evaluate(lambda: counts.append(pieces.evaluated))
    assert counts[3:] == [20, 10, 20]
    assert pieces.evaluated == n
    assert pieces.ready


def test_todays_magnet_stands_in_the_figure(results):
    question = Question(stop=1)
    rows = results.select(question)
    front = results.front(rows, question, "remanence_T")
    figure = _pareto(results, rows, front, question, "remanence_T")
    star = figure["data"][-1]
    reference = results.profile.reference
    expected = mk.magnetism.sintered(
        reference.table(),
        temperature=results.temperatures[1],
        process=results.conditions.process,
        shell=reference.shell,
        load_line=results.conditions.duty.load_line,
    )
    assert star["y"] == [float(f"{expected['remanence_T'].iloc[0]:.4g}")]
    assert star["x"][0] > 0
    # Its margin, too, is that of the device.
    margin = _pareto(results, rows, front, question, "performance_margin")[
        "data"
    ][-1]
    assert np.isfinite(margin["y"][0])


def test_todays_margin_is_judged_without_phases(results, folder, monkeypatch):
    today = results.profile.reference
    job = _job.restore_job(
        results.profile, read_finished_manifest(folder)["identity"]
    )
    shell = [today.shell] if today.shell else None
    whole = _evaluate.evaluate(today.table(), shell, job).columns
    monkeypatch.setattr(_evaluate._stages, "describe", None)
    margin = Results(folder).reference["performance_margin"]
    assert margin.tolist() == whole["performance_margin"].tolist()


def test_supply_follows_scenario_and_recycling(results):
    question = Question(
        scenario="embargo", recycled=(("Dy", 0.5), ("Nd", 0.3))
    )
    expected = mk.supply.ledger(
        results.table, "embargo", {"Dy": 0.5, "Nd": 0.3}, shell=results.shells
    )
    for name in ("supply_risk", "cost_USD_kg"):
        assert_allclose(
            results.column(name, question), expected[name], rtol=1e-5
        )
    # Those of the screening itself are not computed again.
    conditions = results.conditions
    recycled = tuple(conditions.recycled.items())
    own = results.supply(conditions.scenario, recycled)
    assert own["supply_risk"] is results._columns["supply_risk"]
    risk = results.column("supply_risk", question)
    assert (risk != results.column("supply_risk", Question())).any()


@pytest.mark.parametrize("goal", ["performance_margin", "coercivity_kA_m"])
def test_the_front_is_what_nobody_beats(results, goal):
    question = Question(stop=2, scenario="embargo")
    rows = results.select(Question(stop=2, at_least=(("remanence_T", 0.5),)))
    points = np.column_stack(
        [
            results.column("heavy_rare_earth_wt_pct", question)[rows],
            results.column("supply_risk", question)[rows],
            -results.column(goal, question)[rows],
        ]
    )
    values = np.vectorize(lambda value: float(f"{value:.3g}"))(points)
    expected = rows[naive_pareto.fronts(values) == 1]
    assert results.front(rows, question, goal).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("by", "descending"),
    [("rank", True), ("remanence_T", False), ("supply_risk", True)],
)
def test_pages_follow_each_other_in_order(results, by, descending):
    rows = results.select(Question())
    pages = [
        results.page(rows, Question(), by, descending, slice(start, start + 7))
        for start in range(0, len(rows), 7)
    ]
    order = np.concatenate(pages)
    assert sorted(order.tolist()) == rows.tolist()
    values = results.column(by, Question())[order].astype(float)
    assert (np.diff(values) * (-1 if descending else 1) >= 0).all()


def test_magnets_without_shells_are_evaluated_bare(tmp_path):
    recipes = ["SmCo5", "Sm0.9Gd0.1Co5"]
    mk.screen(recipes, "f22-engine", out=tmp_path)
    bare = Results(tmp_path)
    assert bare.bare
    assert bare.shells is None
    assert bare.elements == ["Co", "Sm", "Gd"]
    bare.evaluate()
    expected = mk.magnetism.sintered(
        bare.table,
        temperature=bare.temperatures[1],
        process=bare.conditions.process,
        load_line=bare.conditions.duty.load_line,
    )
    for name in MAGNET:
        values = bare.column(name, Question(1))
        assert_allclose(values, expected[name], rtol=1e-6)
    figure = _curves(bare, 1, 1)
    (candidate,) = bare.text("candidate", np.array([1]))
    assert figure["data"][0]["name"] == f"J(H) {candidate}"


def test_a_folder_that_ranks_nothing_is_not_explored(tmp_path):
    mk.screen(["CeFe2", "Er2Fe14B"], "f22-engine", out=tmp_path)
    with pytest.raises(StoreError, match="ranks no candidate; there is noth"):
        Results(tmp_path)


def test_folders_that_cannot_be_explored_say_why(folder, tmp_path):
    with pytest.raises(StoreError, match="no results folder"):
        Results(tmp_path)
    copy = tmp_path / "moved"
    shutil.copytree(folder, copy)
    assert len(Results(copy)) == len(Results(folder))
    (copy / "ranked.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="damaged"):
        Results(copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"done": False}))
    with pytest.raises(StoreError, match="--resume"):
        Results(copy)
