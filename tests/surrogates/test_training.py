import numpy as np
import pytest
from magnetkit.errors import DataError
from numpy.testing import assert_allclose

from magnetkit.alloy import CompositionTable
from magnetkit.phases.partition import partition
from magnetkit.surrogates import _curie_training
from magnetkit.surrogates._curie import Branch, Residual, curie_phases
from magnetkit.surrogates._measured import TrainingSet
from tests.recipes import make_table, mix

CURIE = "curie_temperature_K"


def _set(names, values, groups):
    table = make_table(*names)
    groups = np.array(groups, np.str_)
    return TrainingSet(
        CURIE, table, np.array(values, float), groups, groups, "a test"
    )


@pytest.fixture(scope="module")
def large():
    """130 compounds of 2:14:1, where the physics is right within 20 K, and 130 of 1:5 that are not.

    The former are as this model says, the latter lie 150 K low.
    """
    rng = np.random.default_rng(0)
    names = []
    low = []
    for x, y in rng.random((130, 2)):
        names.append(mix("Nd", "Y", x, 2) + mix("Fe", "Co", 2 * y, 14) + "B")
        low.append(0.0)
    for x, y in rng.random((130, 2)):
        names.append(mix("Sm", "Y", x) + mix("Co", "Cu", y, 5))
        low.append(150.0)
    papers = [f"p{i % 20}" for i in range(len(names))]
    data = _set(names, np.zeros(len(names)), papers)
    codes, phases = curie_phases(data.table)
    base = _curie_training.physical(phases, codes)
    values = base - np.array(low) + rng.normal(0.0, 3.0, len(base))
    return _set(names, values, data.groups)


def test_large_families_have_their_own_scales(large):
    model, (result,) = _curie_training.train_model(large)
    assert len(model.branches) == 3
    assert model.of_host[0] != model.of_host[1] != 0
    assert model.of_host[-1] == 0
    error = np.abs(result.mean - large.values)
    # Noise of 3 K: what is off by 150 K next door does not spoil what is right.
    assert error[:130].mean() < 5.0
    assert error[130:].mean() < 10.0
    # Intervals know as well.
    frame = model.predict(large.table)
    width = (frame[f"{CURIE}_hi"] - frame[f"{CURIE}_lo"]).to_numpy()
    inside = np.abs(result.mean - large.values) <= 0.5 * width
    assert inside.mean() > 0.85


def test_large_host_uses_its_points_and_some_others(
    monkeypatch,
):
    """110 nitrides of 2:17, which learn from all rows, among 130 compounds of 2:14:1."""
    rng = np.random.default_rng(1)
    names = []
    for x, y in rng.random((130, 2)):
        names.append(mix("Nd", "Y", x, 2) + mix("Fe", "Co", y, 14) + "B")
    for x, y in rng.random((110, 2)):
        names.append(mix("Sm", "Y", x, 2) + mix("Fe", "Co", y, 17) + "N3")
    papers = [f"p{i % 20}" for i in range(240)]
    data = _set(names, 600.0 + rng.normal(0.0, 40.0, 240), papers)
    monkeypatch.setattr(_curie_training, "_SPARSE_POINTS", 20)
    model = _curie_training.fit_model(data)
    host = _curie_training.ROOTS.index("2:17:3")
    branch = model.branches[model.of_host[host]]
    assert branch.sparse_for == host
    count = len(
        np.unique(_curie_training.training_rows(data, True).compound[130:])
    )
    assert len(branch.process.points_) == count + 20
    rows = data.table[np.arange(130, 240)]
    whose = _curie_training.prepare_query(partition(rows))
    base = model.base(whose.phases, whose.codes)
    few = model.residual(whose, base)
    whole = _curie_training.replace(
        model, of_host=np.zeros_like(model.of_host)
    )
    every = whole.residual(whose, base)
    assert_allclose(few.mean, every.mean, atol=0.5)
    assert_allclose(few.novelty, every.novelty, atol=1e-5)
    # Rows of one's own come in as points of their own, and a paper's points go with it.
    enlargement = _curie_training.with_rows(
        model, _set(["SmYFe14.3Co2.7N3"], [900.0], ["mine"])
    )
    assert (
        len(enlargement.branches[model.of_host[host]].process.points_)
        == count + 21
    )
    assert np.isfinite(_curie_training.left_out(model).mean).all()


def test_asks_a_charge_for_its_hard_phase():
    names = ["Nd15Fe77B8", "Nd2Fe14BH3", "Y2Co13Ru4", "Nd2Fe14B"]
    query = _curie_training.prepare_query(
        partition(CompositionTable.from_strings(names, basis="atomic"))
    )
    assert query.codes.tolist() == [0, 0, -1, 0]
    assert query.phases.fraction("Nd")[0] == pytest.approx(2 / 17, abs=2e-3)
    assert query.phases.fraction("H")[1] == pytest.approx(3 / 20)
    assert query.phases.fraction("Ru")[2] == pytest.approx(4 / 19)
    # Fifteen atoms of a hundred are three more than 77 of iron take.
    assert 0.05 < query.outside[0] < 0.2
    assert query.outside[1:].tolist() == [0.0, 1.0, 0.0]


@pytest.fixture(scope="module")
def shipped():
    """Return the model of half of the measured compounds that come with the package."""
    return _curie_training.fit_model(_curie_training.training_set()[::2])


def test_a_small_set_has_one_process(shipped):
    assert len(shipped.known) < 300
    assert len(shipped.branches) == 1
    assert not shipped.of_host.any()
    # Scores of each branch, and those of what is far from all.
    assert [scores.tolist() for scores in shipped.scores] == [[1.0], [1.0]]


def test_chosen_rows_keep_their_phases(shipped):
    rows = _curie_training.training_rows(shipped.known, True)
    some = rows.at(np.array([3, 1]))
    assert some.x.tolist() == rows.x[[3, 1]].tolist()
    assert some.compound.tolist() == rows.compound[[3, 1]].tolist()
    formulas = rows.asked.phases.formulas()
    assert some.asked.phases.formulas() == [formulas[3], formulas[1]]


def test_left_out_paper_takes_its_compounds(shipped):
    dataset = shipped.known
    alone = _curie_training.left_out(shipped)
    row = np.nanargmax(np.abs(alone.mean - dataset.values))
    twice = _curie_training._join_rows(dataset, dataset[[row]])
    twice.groups[-1] = (
        "~ another paper"  # the last: the others keep their folds
    )
    folds = _curie_training.assign_folds(twice)
    assert folds[row] != folds[-1]
    result = _curie_training.left_out(_curie_training.fit_model(twice))
    # Neither rows nor scales know of it; with one of its sources it would be met to 1 K.
    assert result.mean[row] == pytest.approx(alone.mean[row], abs=1e-6)
    assert abs(result.mean[row] - dataset.values[row]) > 10.0


def test_training_ignores_the_order_of_rows():
    dataset = _curie_training.training_set()[np.arange(0, 250, 6)]
    order = np.random.default_rng(0).permutation(len(dataset))
    mean = _curie_training.left_out(_curie_training.fit_model(dataset)).mean
    other = _curie_training.left_out(
        _curie_training.fit_model(dataset[order])
    ).mean
    assert_allclose(other, mean[order], atol=1e-6)


def test_without_physics_the_data_speak_alone():
    rows = _curie_training.training_set()[:80]
    model = _curie_training.fit_model(rows, physics=False)
    base = model.base(model.known.table, curie_phases(model.known.table)[0])
    assert np.isnan(base).all()


@pytest.mark.parametrize("names", [["Nd2Fe14B"] * 3, ["SmCo5", "SmCo5"]])
def test_refuses_values_of_one_compound(names):
    papers = [f"p{i}" for i in range(len(names))]
    data = _set(names, np.arange(500.0, 500.0 + len(names)), papers)
    with pytest.raises(DataError, match="no compound that could be left out"):
        _curie_training.train_model(data)


def test_isolated_row_counts_for_no_error():
    # Without the compound that both papers have, the second paper has nothing to learn from.
    names = ["Y2Fe14B", "Y2Co14B", "Y2Fe14B"]
    model, (result,) = _curie_training.train_model(
        _set(names, [570.0, 1015.0, 572.0], ["a", "a", "b"])
    )
    assert np.isfinite(result.mean).tolist() == [False, False, True]
    assert np.isfinite(model.manifest["error"])
    row = model.predict(["Nd2Fe14B"]).iloc[0]
    assert 0.0 <= row[f"{CURIE}_lo"] < row[CURIE] < row[f"{CURIE}_hi"]


def _left_out(n, **arrays):
    """Return predictions of n rows of the first branch, at 0 K and known, but for `arrays`."""
    fields = dict.fromkeys(_curie_training.LeftOut._fields, np.zeros(n))
    fields |= {
        "branch": np.zeros(n, np.int64),
        "chemistry": np.zeros(n, bool),
    }
    return _curie_training.LeftOut(**(fields | arrays))


def test_a_set_without_chemistries_counts_papers_alone(monkeypatch):
    names = ["Y2Fe14B", "Y2Co14B", "Nd2Fe14B", "Nd2Co14B", "SmCo5", "YCo5"]
    values = [570.0, 1015.0, 585.0, 995.0, 1020.0, 980.0]
    data = _set(names, values, list("abcdef"))
    steps = []
    model, (papers,) = _curie_training.train_model(
        data, lambda: steps.append(1)
    )
    # Ten folds, and one step before.
    assert len(steps) == 11
    assert not papers.chemistry.any()
    assert not model.anywhere
    error = np.nanmean(np.abs(papers.mean - values))
    assert model.manifest["error"] == pytest.approx(error)
    assert model.manifest["rows"] == model.manifest["papers"] == 6
    # From as many rows on as that chemistries are left out beside the papers.
    monkeypatch.setattr(_curie_training, "_SMALL", 6)
    steps.clear()
    model, (papers, chemistries) = _curie_training.train_model(
        data, lambda: steps.append(1)
    )
    assert len(steps) == 21
    assert not papers.chemistry.any()
    assert chemistries.chemistry.all()
    # Of both, one after the other, every row counts for the scores.
    count = (
        np.isfinite(papers.mean).sum() + np.isfinite(chemistries.mean).sum()
    )
    assert len(model.scores[0]) <= count
    error = np.nanmean(np.abs(papers.mean - values))
    assert model.manifest["error"] == pytest.approx(error)


def test_rows_without_physics_say_how_far_their_like_is_off(monkeypatch):
    names = ["Y2Fe14B", "Y2Co14B", "GdFe2", "TbFe2", "YFe2"]
    values = [570.0, 1015.0, 796.0, 697.0, 545.0]
    data = _set(names, values, list("abcde"))
    for least, is_enough in ((3, True), (4, False)):
        monkeypatch.setattr(_curie_training, "_LEAST_LEFT_OUT", least)
        model, _ = _curie_training.train_model(data)
        assert model.anywhere == is_enough
    # Where they do not, the prior of the physics says so, however small the scores are.
    scores = tuple(np.full(30, 1e-3) for _ in model.scores)
    model = _curie_training.replace(model, scores=scores)
    query = _curie_training.prepare_query(
        partition(make_table("GdTbFe4", "Nd2Fe14B"))
    )
    prior, known = model.predict_phases(query).half
    certain = _curie_training.replace(model, anywhere=True)
    assert certain.predict_phases(query).half[1] == known
    assert certain.predict_phases(query).half[0] < prior


@pytest.mark.parametrize(
    ("chemistries", "papers", "expected"),
    [
        # The less exact way, whichever it is.
        ([2.0] * 20, [3.0] * 20, [3.0] * 20),
        ([3.0] * 20, [2.0] * 20, [3.0] * 20),
        # One of 20 beyond the nine in ten is no larger quantile.
        ([1.0] * 19 + [9.0], [2.0] * 20, [2.0] * 20),
        # Nineteen rows count only where the other way has no more.
        ([2.0] * 20, [3.0] * 19, [2.0] * 20),
        ([2.0] * 19, [3.0] * 19, [2.0] * 19 + [3.0] * 19),
    ],
)
def test_scores_are_those_of_the_worse_way(chemistries, papers, expected):
    score = np.array([*chemistries, *papers, 99.0])
    rows = np.arange(len(score)) < len(score) - 1
    chemistry = np.arange(len(score)) < len(chemistries)
    result = _curie_training._wider_scores(score, rows, chemistry)
    assert result.tolist() == expected


def test_intervals_are_calibrated_inside_and_outside_apart():
    # Nine in ten of 300 rows have a novelty of 0.1 and an error of 10 K, the rest 0.5 and 40 K.
    n = 300
    novelty = np.where(np.arange(n) % 10 < 9, 0.1, 0.5)
    error = np.where(novelty < 0.3, 10.0, 40.0)
    left = _left_out(n, novelty=novelty, mean=np.full(n, 500.0))
    left.mean[0] = np.nan
    blank = Branch(None, np.ones(7), 1.0, np.ones(1, bool))
    (branch,), (inside, outside) = _curie_training.calibrate_errors(
        [blank], left, 500.0 - error
    )
    # The quantile of 0.9 lies among the rows that are known.
    assert 0.1 <= branch.edge < 0.5
    assert blank.edge == 1.0
    assert (len(inside), len(outside)) == (n * 9 // 10 - 1, n // 10)
    sizes = left.sizes([branch.coefficients])
    assert_allclose(inside, (error / sizes)[novelty < 0.3][1:])
    assert_allclose(outside, (error / sizes)[novelty > 0.3])
    # Nineteen rows outside calibrate nothing of their own.
    few = _left_out(190, novelty=novelty[:190], mean=left.mean[:190])
    _, (inside, outside) = _curie_training.calibrate_errors(
        [blank], few, 500.0 - error[:190]
    )
    assert (len(inside), len(outside)) == (170, 0)


def test_few_rows_have_the_scores_of_all():
    blank = Branch(None, np.ones(7), 1.0, np.ones(1, bool))
    for few, count in ((19, 59), (20, 20)):
        branch = np.repeat([0, 1], [40, few])
        left = _left_out(40 + few, branch=branch)
        branches, scores = _curie_training.calibrate_errors(
            [blank] * 2, left, np.where(branch == 0, 1.0, 4.0)
        )
        assert [len(score) for score in scores] == [40, count, 0]
        # Every row is known: the edge is not at nothing.
        assert [b.edge for b in branches] == [1e-3, 1e-3]
        # Each branch has errors of its own size, so that no score is larger.
        assert_allclose(np.concatenate(scores), 1.0)


def test_a_size_is_the_sum_of_its_causes():
    left = _left_out(
        3,
        mean=np.array([500.0, 500.0, 500.0]),
        # Without physics the mean is 500 K.
        base=np.array([470.0, 530.0, np.nan]),
        novelty=np.array([0.0, 0.2, 1.0]),
        local=np.array([1.0, 2.0, 3.0]),
        outside=np.array([0.1, 0.2, 0.3]),
        unseen=np.array([0.5, 0.0, 0.25]),
        branch=np.array([0, 1, 2]),
    )
    # Novelty u of a process is the deviation sqrt(1 - (1 - u)^2), 0.6 of 0.2.
    assert_allclose(
        left.error_inputs(),
        [
            [0.0, 1.0, 0.1, 30.0, 0.0, 0.5],
            [0.6, 2.0, 0.2, 30.0, 0.2, 0.0],
            [1.0, 3.0, 0.3, 0.0, 1.0, 0.25],
        ],
        atol=1e-12,
    )
    sizes = left.sizes([np.arange(1.0, 8.0), np.array([5.0, *[0.0] * 6])])
    assert sizes[:2] == pytest.approx([1 + 3 + 0.4 + 150 + 3.5, 5.0])
    assert np.isnan(sizes[2])


def test_folds_are_even_where_rows_are_few(monkeypatch):
    groups = [f"p{i:02}" for i in range(12)]
    data = _set(["SmCo5", "YCo5", "Sm2Co17"] * 4, np.ones(12), groups)
    even = [*range(10), 0, 1]
    assert _curie_training.assign_folds(data).tolist() == even
    # A chemistry is a host with its elements other than rare earths: two of them here.
    chemistries = _curie_training.assign_folds(data, chemistry=True)
    assert chemistries.tolist() == [0, 0, 1] * 4
    monkeypatch.setattr(_curie_training, "_SMALL", 12)
    hashed = _curie_training.assign_folds(data)
    assert hashed.tolist() == [_curie_training.fold(name) for name in groups]
    assert hashed.tolist() != even


def test_left_out_rows_do_not_calibrate_themselves():
    n = 40
    data = _set(["SmCo5"] * n, np.full(n, 500.0), [f"p{i}" for i in range(n)])
    blank = Branch(None, np.ones(7), 1.0, np.ones(1, bool))
    model = _curie_training.CurieModel(
        (blank,), np.zeros(1, np.int64), (np.ones(1),) * 2, data
    )
    mean = 500.0 + np.where(np.arange(n) < 20, 10.0, 50.0)
    left = [_left_out(n, mean=mean, base=mean)] * 2
    left[0].mean[39] = np.nan
    test = np.arange(n) < 20
    for rows, count, error in ((test, 38, 50.0), (~test, 40, 10.0)):
        (branch,), (scores, _) = _curie_training._calibrate_without_rows(
            model, left, rows
        )
        # Rows of both ways, which are the same; one of them has no prediction.
        assert len(scores) == count
        assert branch.coefficients[0] == pytest.approx(error)
        assert_allclose(scores, 1.0)


def test_a_row_left_out_has_the_width_of_its_side_of_the_edge(monkeypatch):
    # Of errors up to twice their size inside, and three times outside, the size being 5 K.
    branch = Branch(None, np.array([5.0, *[0.0] * 6]), 0.3, np.ones(1, bool))
    scores = (np.full(30, 2.0), np.full(30, 3.0))
    data = _set(["SmCo5"] * 3, [500.0] * 3, list("abc"))
    model = _curie_training.CurieModel(
        (branch,), np.zeros(1, np.int64), scores, data
    )
    novelty = np.array([0.1, 0.3, 0.31])
    mean = np.array([500.0] * 3)
    monkeypatch.setattr(
        _curie_training,
        "_calibrate_without_rows",
        lambda *_: ((branch,), scores),
    )
    left = _left_out(3, novelty=novelty, mean=mean)
    halves = _curie_training.left_out_half_widths(model, [left, left], 0.9)
    assert [half.tolist() for half in halves] == [[10.0, 10.0, 15.0]] * 2
    # A new row at the edge, at distance 1, lies inside too.
    residual = Residual(
        mean, mean / 100.0, novelty, novelty / 0.3, 0.0 * mean, mean == 0.0
    )
    half = model._half_widths(residual, np.zeros(3, int), mean > 0.0, 0.9)
    assert half.tolist() == [10.0, 10.0, 15.0]
