"""What a result shows of its rows."""

from itertools import pairwise

import pytest

import magnetkit as mk


@pytest.fixture(scope="module")
def result():
    space = mk.substitutions("SmCo5", {"Sm": ["Gd", "Pr"]}, step=0.1, limits={"Gd": 0.3, "Pr": 0.3})
    return mk.screen(space, "f22-engine")


def test_thinned_rows_are_half_the_best_and_the_rest_evenly(result):
    ranks = result.table["rank"].dropna()
    assert len(ranks) > 12
    found = result.thinned(8)["rank"].tolist()
    assert found[:5] == [1, 2, 3, 4, 5]
    assert found[-1] == len(ranks)
    assert len(found) == len(set(found)) == 8
    gaps = [b - a for a, b in pairwise(found[4:])]
    assert max(gaps) - min(gaps) <= 1
    assert result.thinned(10_000)["rank"].tolist() == sorted(ranks.tolist())


def test_rows_of_a_file_are_those_in_memory(result, tmp_path):
    whole = mk.screen(["SmCo5", "Sm0.9Gd0.1Co5"], "f22-engine", out=tmp_path / "out")
    best = whole.best(2)
    assert best["rank"].tolist() == [1, 2]
    assert best.index.tolist() == [whole.table["rank"].tolist().index(r) for r in (1, 2)]
