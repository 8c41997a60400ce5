from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from magnetkit.alloy import _space_kernels as _spaces
from magnetkit.alloy.substitution import count_choices as count_ways
from tests.alloy import naive_enumerate


def plan(sites):
    caps = [c for caps, _ in sites for c in caps]
    budgets = [b for _, b in sites]
    edges = np.cumsum([0, *(len(c) for c, _ in sites)])
    ways = np.zeros((len(caps), max(budgets, default=0) + 1), np.int64)
    counts = []
    for s, (site, budget) in enumerate(sites):
        table = count_ways(site, budget)
        ways[edges[s] : edges[s + 1], : budget + 1] = table
        counts.append(table[0][-1])
    return (
        *(np.array(x, np.int64) for x in (counts, edges, caps, budgets)),
        ways,
    )


SITES = [
    [([4], 4)],
    [([0, 3], 5)],
    [([2, 5, 1], 4), ([3], 10)],
    [([1], 1), ([2, 2, 2], 3), ([0], 2), ([4, 4], 4)],
]


@pytest.mark.parametrize("sites", SITES)
def test_rows_and_digits_agree_with_brute_force(sites):
    expected = np.array(naive_enumerate.space(sites))
    arguments = plan(sites)
    rows = np.arange(len(expected))
    assert np.prod(arguments[0]) == len(expected)
    assert_array_equal(_spaces.digits_of_rows(rows, *arguments), expected)
    assert_array_equal(_spaces.rows_of_digits(expected, *arguments), rows)


def test_digits_outside_the_space_have_no_row():
    arguments = plan([([2, 2], 3)])
    digits = np.array([[0, 0], [2, 2], [-1, 0], [3, 0], [1, 2]])
    assert _spaces.rows_of_digits(digits, *arguments).tolist()[1:4] == [
        -1,
        -1,
        -1,
    ]


@pytest.mark.parametrize("sites", SITES)
def test_points_cover_the_space_evenly(sites):
    arguments = plan(sites)
    size = np.prod(arguments[0])
    slots = len(arguments[2])
    points = np.random.default_rng(0).random((2000 * size, slots))
    rows = _spaces.rows_of_digits(
        _spaces.digits_of_points(points, *arguments), *arguments
    )
    counts = np.bincount(rows, minlength=size)
    # Each row is binomial around 2000 with a deviation of at most 45.
    assert np.abs(counts - 2000).max() < 6 * 45


def test_points_on_the_edge_stay_in_the_space():
    arguments = plan(SITES[2])
    digits = _spaces.digits_of_points(
        np.full((1, 4), np.nextafter(1, 0)), *arguments
    )
    assert _spaces.rows_of_digits(digits, *arguments)[0] >= 0


def test_text_is_exact():
    symbols = np.array([[78, 100], [66, 0]], np.uint8)
    amounts = np.array([[1_900, 1_000], [0, 5], [12_340, 100], [1_001, 0]])
    offsets, data = _spaces.text_from_amounts(amounts, 3, symbols)
    texts = [bytes(data[a:b]).decode() for a, b in pairwise(offsets)]
    assert texts == ["Nd1.9B", "B0.005", "Nd12.34B0.1", "Nd1.001"]
