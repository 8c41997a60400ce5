import numpy as np
import pytest

from magnetkit.alloy import CompositionTable
from magnetkit.compound.evaluate import curie_temperature
from magnetkit.compound.parameters import load
from magnetkit.surrogates._curie import curie_phases, replacement_rows
from magnetkit.surrogates._measured import TrainingSet
from tests.recipes import make_table


def _set(names, above):
    table = CompositionTable.from_strings(names, basis="atomic")
    codes, phases = curie_phases(table)
    values = curie_temperature(phases, codes, load()) + above
    mark = np.full(len(names), "mine")
    return TrainingSet(
        "curie_temperature_K", table, values, mark, mark, "a test"
    )


def _say(model, *names):
    table = make_table(*names)
    codes, phases = curie_phases(table)
    value, likeness = model.predict(phases, codes)
    return value - curie_temperature(phases, codes, load()), likeness


def test_row_moves_itself_most():
    model = replacement_rows(_set(["Y2Fe16Al", "Y2Fe15Al2"], 40.0))
    step, likeness = _say(
        model, "Y2Fe16Al", "Y2Fe15.5Al1.5", "Y2Fe17", "Sm2Co17", "Nd2Fe14B"
    )
    assert 35.0 < step[0] <= 40.0
    assert step[0] > step[2] > step[3]
    assert step[1] > 30.0
    assert step[3] == step[4] == likeness[3] == likeness[4] == 0.0
    assert likeness[0] == 1.0


def test_one_row_by_hand():
    model = replacement_rows(_set(["Y2Fe16Al"], 42.0))
    step, closeness = _say(model, "Y2Fe17")
    # One of 19 atoms swapped: a distance of sqrt(2) / 19.
    likeness = np.exp(-np.sqrt(2.0) / 19.0 / 0.1)
    assert closeness[0] == pytest.approx(likeness)
    assert step[0] == pytest.approx(42.0 * likeness / 1.05)


def test_rows_without_physics_say_nothing_here():
    table = make_table("YFe2")
    mark = np.array(["mine"])
    assert (
        replacement_rows(
            TrainingSet(
                "curie_temperature_K", table, np.array([550.0]), mark, mark, ""
            )
        )
        is None
    )


def test_weak_likeness_counts_as_none():
    model = replacement_rows(_set(["Y2Fe17"], 42.0))
    # Distances sqrt(2) x / 19 of 0.295 and 0.305: likenesses exp(-2.95) and exp(-3.05).
    step, likeness = _say(model, "Y2Fe13.0367Al3.9633", "Y2Fe12.9024Al4.0976")
    assert likeness == pytest.approx([0.0523, 0.0], abs=2e-4)
    assert step[0] == pytest.approx(42.0 * likeness[0] / 1.05)
    assert step[1] == 0.0
