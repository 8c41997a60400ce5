"""Validation by paper: its statistics by hand, and what the model reaches on papers left out."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy.magnetism import papers
from benchmarks.accuracy.magnetism.papers import ANY, BETA, COERCIVITY, Range
from magnetkit.magnetism._family_ranges import families


def rows(errors, family="2:14:1 isotropic", quantity=COERCIVITY, start=0):
    """Return rows of one family, a paper each, whose ln(measured / predicted) is given."""
    n = len(errors)
    return pd.DataFrame(
        {
            "id": [f"X{start + i}" for i in range(n)],
            "paper": [f"paper-{start + i}" for i in range(n)],
            "family": family,
            "how": "printed",
            "confidence": "high",
            "bound": "",
            "quantity": quantity,
            "fitted": True,
            "measured": 1000.0 * np.exp(errors),
            "predicted": 1000.0,
            "low": 1000.0 * np.exp(-1.0),
            "high": 1000.0 * np.exp(1.0),
            "status": "ok",
            "distance": 0.0,
        }
    )


def test_the_half_width_is_the_ninth_of_nine_and_unknown_of_eight():
    sizes = np.arange(1.0, 20.0)
    names = np.arange(19)
    # Nine tenths of twenty: the eighteenth of nineteen.
    assert papers.conformal_half_width(sizes, names) == 18.0
    assert papers.conformal_half_width(sizes[:9], names[:9]) == 9.0
    assert papers.conformal_half_width(sizes[:8], names[:8]) == np.inf


def test_paper_of_many_magnets_counts_like_others():
    sizes = np.concatenate([np.arange(1.0, 10.0), np.full(100, 50.0)])
    names = np.concatenate([np.arange(9), np.full(100, 9)])
    # Ten papers: nine tenths of eleven are reached within the last.
    assert papers.conformal_half_width(sizes, names) == 50.0
    several = np.concatenate([np.full(100, 0.5), sizes[:9]])
    names = np.concatenate([np.full(100, 9), np.arange(9)])
    assert papers.conformal_half_width(several, names) == 9.0


def test_conformal_ranges_hold_nine_of_ten_new_papers():
    rng = np.random.default_rng(3)
    hits = []
    for _ in range(400):
        sizes = np.abs(rng.standard_t(3, size=25))
        half_width = papers.conformal_half_width(sizes[:-1], np.arange(24))
        hits.append(sizes[-1] <= half_width)
    assert 0.86 < np.mean(hits) < 0.96


def test_scatter_tells_papers_from_their_magnets():
    rng = np.random.default_rng(0)
    names = np.repeat(np.arange(120), 4)
    errors = 0.3 * rng.normal(size=120)[names] + 0.08 * rng.normal(size=480)
    of_paper, of_magnet = papers.scatter(errors, np.zeros(480), names)
    assert of_paper == pytest.approx(0.3, rel=0.2)
    assert of_magnet == pytest.approx(0.08, rel=0.2)


def test_offset_is_the_mean_of_papers():
    papers_of = np.arange(12)
    errors = np.full(12, 0.4)
    noise = np.full(12, 0.05)
    alone = papers.family_offset(errors, noise, papers_of, (0.1, 0.1), 0.5)
    assert alone == pytest.approx(0.4, abs=0.01)
    errors[0] = 3.0
    result = papers.family_offset(errors, noise, papers_of, (0.1, 0.1), 0.5)
    assert 0.4 < result < 0.5
    # Memory outweighs one paper, many papers outweigh memory.
    one = papers.family_offset(
        errors[1:2], noise[1:2], papers_of[1:2], (0.1, 0.1), 0.05
    )
    assert 0.0 < one < 0.1
    assert (
        papers.family_offset(
            np.empty(0), noise[:0], papers_of[:0], (0.1, 0.1), 0.5
        )
        == 0.0
    )


def test_a_noisy_value_pulls_less():
    errors = np.array([0.0, 0.0, 0.6, 0.6])
    names = np.arange(4)
    quiet = papers.family_offset(
        errors, np.full(4, 0.05), names, (0.1, 0.1), 5.0
    )
    noisy = np.array([0.05, 0.05, 0.25, 0.25])
    assert (
        papers.family_offset(errors, noisy, names, (0.1, 0.1), 5.0)
        < quiet - 0.05
    )


def test_a_family_of_few_papers_has_the_range_of_its_like_at_least():
    rng = np.random.default_rng(1)
    many = rows(0.2 * rng.normal(size=30))
    few = rows(0.01 * rng.normal(size=4), "1:12 1:12", start=30)
    hot = rows(0.1 * rng.normal(size=12), "2:14:1", BETA, start=40)
    cold = rows(0.1 * rng.normal(size=12), "2:14:1", "remanence_T", start=60)
    ranges = papers.FamilyFit(
        pd.concat([many, few, hot, cold], ignore_index=True)
    ).ranges()
    assert (
        ranges["1:12 1:12"][COERCIVITY].half_width
        >= ranges[ANY][COERCIVITY].half_width
    )
    assert ranges["2:14:1 isotropic"][COERCIVITY].half_width < 0.6


def test_subtracts_what_widens_a_range_already():
    rng = np.random.default_rng(1)
    plain = rows(0.3 * rng.normal(size=30))
    doubtful = plain.assign(
        high=1000.0 * np.exp(1.2), low=1000.0 * np.exp(-1.2)
    )
    rest = [
        rows(0.1 * rng.normal(size=12), "2:14:1", q, 60)
        for q in (BETA, "remanence_T")
    ]
    wide = papers.FamilyFit(
        pd.concat([plain, *rest], ignore_index=True)
    ).ranges()
    narrow = papers.FamilyFit(
        pd.concat([doubtful, *rest], ignore_index=True)
    ).ranges()
    name = "2:14:1 isotropic"
    assert (
        narrow[name][COERCIVITY].half_width
        < wide[name][COERCIVITY].half_width - 0.05
    )


def test_satisfied_bounds_count_as_inside_the_range():
    frame = rows([2.0, -2.0, 0.0]).assign(bound=["at least", "at most", ""])
    assert papers.is_inside(frame).tolist() == [False, False, True]
    frame = rows([-2.0, 2.0, 0.0]).assign(bound=["at least", "at most", ""])
    assert papers.is_inside(frame).tolist() == [True, True, True]


@pytest.fixture(scope="module")
def one_paper():
    """Predictions of a paper: left out, and as the package answers."""
    data = papers.compared_rows()
    data["key"] = papers.family_keys(data)
    return data[data["paper"] == "castle-2017"]


def test_a_paper_left_out_is_predicted_without_itself(one_paper):
    original = dict(families())
    with papers.leave_paper_out("castle-2017", original):
        away = [
            record
            for _, row in one_paper.iterrows()
            for record in papers._predict_row(row)
        ]
    at_home = [
        record
        for _, row in one_paper.iterrows()
        for record in papers._predict_row(row)
    ]
    assert [r["id"] for r in away] == [r["id"] for r in at_home]
    assert (
        max(r["distance"] for r in at_home)
        < max(r["distance"] for r in away) + 1e-9
    )
    assert families() == original


def test_an_offset_moves_every_answer_of_its_family():
    row = papers.compared_rows().set_index("id").loc["F115"]
    name = "2:14:1 hot-deformed"
    original = {key: dict(value) for key, value in families().items()}
    family_range = original[name][COERCIVITY]
    changes = original | {
        name: original[name]
        | {COERCIVITY: family_range._replace(offset=family_range.offset + 0.1)}
    }
    record = row.to_dict() | {"id": "F115"}
    with papers.families_in_place(changes):
        higher = papers.sintered(
            [row["recipe"]], 298.0, **papers.request(record)
        )
    usual = papers.sintered([row["recipe"]], 298.0, **papers.request(record))
    ratio = higher[COERCIVITY][0] / usual[COERCIVITY][0]
    assert ratio == pytest.approx(np.exp(0.1), rel=0.02)
    assert isinstance(family_range, Range)
