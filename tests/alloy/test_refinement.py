import numpy as np
import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.alloy import refine


def test_neighbours_on_one_site():
    space = mk.substitutions("SmCo5", {"Sm": ["Gd", "Er"]}, step=0.5)
    finer, rows = refine(space, ["Sm0.5Gd0.5Co5"], 0.25)
    assert len(finer) == 15
    # In lexicographic order of the steps of Gd, then Er.
    assert (
        finer.formulas(rows)
        == (
            "SmCo5 Sm0.5Er0.5Co5 Sm0.75Gd0.25Co5 Sm0.5Gd0.25Er0.25Co5 Sm0.5Gd0.5Co5 "
            "Sm0.25Gd0.5Er0.25Co5 Gd0.5Er0.5Co5 Sm0.25Gd0.75Co5 GdCo5"
        ).split()
    )


def test_every_neighbour_is_one_exchange_away():
    limits = {"Dy": 0.2}
    space = mk.substitutions(
        "Nd2Fe14B",
        {"Nd": ["Ce", "Dy"], "Fe": ["Co"]},
        step={"Nd": 0.1, "Fe": 0.05},
        limits=limits,
        additions={"Cu": [0, 0.5, 1]},
    )
    front = space.formulas(space.sample(20, seed=1).row_index)
    finer, rows = refine(space, front, 0.01)
    formulas = finer.formulas(rows)
    assert set(front) <= set(formulas)
    assert len(set(formulas)) == len(formulas)
    table = finer[rows]
    assert (table.fraction("Dy") <= 0.2 * 2 / 17 + 1e-12).all()
    dense = mk.CompositionTable.from_strings(front).to_array()
    nearest = [
        np.abs(dense - row).sum(axis=1).min() for row in table.to_array()
    ]
    # At most a coarse step leaves one element for another: of iron, 0.05 of 14 atoms in 17.
    assert max(nearest) <= 2 * 0.05 * 14 / 17 + 1e-9


def test_samples_a_billion_fine_rows_lazily():
    space = mk.substitutions(
        "Nd2Fe14B", {"Nd": ["Ce", "La", "Pr", "Dy", "Y"], "Fe": ["Co"]}
    )
    finer, rows = refine(space, space.formulas([0, 12_345]), 0.01)
    assert len(finer) > 10**9
    assert len(rows) < 500


def test_formulas_may_be_atomic_fractions():
    space = mk.substitutions(
        "Nd2Fe14B",
        {"Nd": ["Ce", "Dy"], "Fe": ["Co"]},
        step=0.05,
        additions={"Cu": [0, 0.5, 1]},
    )
    sample = space.sample(10, seed=2)
    want = refine(space, space.formulas(sample.row_index), 0.01)[1]
    assert refine(space, sample.formulas(), 0.01)[1].tolist() == want.tolist()
    assert refine(space, ["Nd4Fe28B2Cu"], 0.01)[1].tolist() == (
        refine(space, ["Nd2Fe14BCu0.5"], 0.01)[1].tolist()
    )


def test_no_formulas_no_rows():
    space = mk.substitutions("SmCo5", {"Sm": ["Gd"]})
    assert len(refine(space, [], 0.01)[1]) == 0


@pytest.mark.parametrize(
    ("formula", "step", "message"),
    [
        ("Nd2Fe14B", 0.05, "is no mixture of"),
        ("SmGdCo5", 0.05, "is no mixture of"),
        ("Sm0.5Gd0.5Co5", 0.2, "at most 0.1"),
        ("Sm0.5Gd0.5Co5", 0, "above 0"),
    ],
)
def test_refuses_an_impossible_refinement(formula, step, message):
    space = mk.substitutions("SmCo5", {"Sm": ["Gd"]}, step=0.1)
    with pytest.raises(InputError, match=message):
        refine(space, [formula], step)


def test_refuses_an_element_on_two_sites():
    space = mk.substitutions(
        "Sm2Co10Fe7", {"Co": ["Cu"], "Fe": ["Cu"]}, step=0.1
    )
    with pytest.raises(InputError, match="stands on several sites"):
        refine(space, ["Sm2Co10Fe7"], 0.05)
