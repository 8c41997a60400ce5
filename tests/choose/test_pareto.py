"""Non-dominated sorting against its slow twin and against pymoo."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from magnetkit.errors import InputError

from magnetkit.choose._order import first_front, fronts
from tests.choose import naive_pareto

# Few distinct values, so that ties and duplicates are common.
coarse = st.integers(0, 4).map(float) | st.just(float("nan"))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 3).flatmap(
        lambda d: arrays(
            float, st.tuples(st.integers(0, 25), st.just(d)), elements=coarse
        )
    )
)
def test_fronts_equal_the_slow_twin(points):
    expected = naive_pareto.fronts(points)
    assert fronts(points).tolist() == expected.tolist()
    assert first_front(points).tolist() == (expected == 1).tolist()


@pytest.mark.parametrize("levels", [5, 1000])
def test_large_fronts_equal_the_slow_twin(levels):
    rng = np.random.default_rng(levels)
    points = rng.integers(0, levels, (200, 3)).astype(float)
    expected = naive_pareto.fronts(points)
    assert fronts(points).tolist() == expected.tolist()
    assert first_front(points).tolist() == (expected == 1).tolist()


def test_agrees_with_pymoo():
    sorting = pytest.importorskip("pymoo.util.nds.non_dominated_sorting")
    points = np.random.default_rng(7).random((3000, 3))
    expected = np.zeros(len(points), int)
    for number, front in enumerate(
        sorting.NonDominatedSorting().do(points), start=1
    ):
        expected[front] = number
    assert fronts(points).tolist() == expected.tolist()


def test_refuses_four_objectives():
    with pytest.raises(InputError, match="1 to 3"):
        fronts(np.zeros((3, 4)))
