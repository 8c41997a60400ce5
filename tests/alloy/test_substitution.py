import json
import pickle
import resource
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from magnetkit.errors import InputError
from numpy.testing import assert_allclose, assert_array_equal

import magnetkit as mk
from magnetkit.alloy.table import CompositionTable


def test_small_space_written_out():
    space = mk.substitutions("SmCo5", {"Sm": ["Gd"], "Co": ["Cu"]}, step=0.5)
    assert len(space) == 9
    assert (
        space.formulas()
        == (
            "SmCo5 SmCo2.5Cu2.5 SmCu5 Sm0.5Gd0.5Co5 Sm0.5Gd0.5Co2.5Cu2.5 "
            "Sm0.5Gd0.5Cu5 GdCo5 GdCo2.5Cu2.5 GdCu5"
        ).split()
    )


def test_default_step_is_a_twentieth_of_the_site():
    space = mk.substitutions("SmCo5", {"Sm": ["Gd"]})
    assert len(space) == 21
    assert space.formulas([1]) == ["Sm0.95Gd0.05Co5"]


def test_adds_an_element_of_the_host_to_it():
    space = mk.substitutions("Sm2Co10Fe7", {"Co": ["Fe"]}, step=0.5)
    assert space.formulas() == ["Sm2Co10Fe7", "Sm2Co5Fe12", "Sm2Fe17"]


def test_limits_are_fractions_of_the_site():
    space = mk.substitutions(
        "Nd2Fe14B", {"Nd": ["Dy", "Gd"]}, 0.05, {"Dy": 0.2, "Gd": 0}
    )
    assert len(space) == 5
    assert space.formulas([-1]) == ["Nd1.6Dy0.4Fe14B"]


def test_odd_step_keeps_the_site_total():
    space = mk.substitutions("SmCo5", {"Sm": ["Gd"]}, step=1 / 3)
    assert space.formulas()[1] == "Sm0.666666667Gd0.333333333Co5"
    assert_allclose(space[:].fraction("Sm", "Gd"), 1 / 6)


def test_additions_are_atoms_per_hundred_of_the_host():
    space = mk.substitutions(
        "Nd2Fe14B",
        {"Nd": ["Dy"]},
        step=0.5,
        additions={"Cu": [0, 0.5, 2], "Al": 1},
    )
    assert len(space) == 9
    names = "Nd2Fe14BAl0.17 Nd2Fe14BCu0.085Al0.17 Nd2Fe14BCu0.34Al0.17 NdDyFe14BAl0.17"
    assert space.formulas([0, 1, 2, 3]) == names.split()
    assert_allclose(space[2].fraction("Cu"), 0.34 / 17.51)


def test_addition_of_a_host_element_adds_to_it():
    space = mk.substitutions("Nd2Fe14B", {}, additions={"Nd": [0, 10]})
    assert space.formulas() == ["Nd2Fe14B", "Nd3.7Fe14B"]


def test_a_space_without_substitutions_is_the_host():
    space = mk.substitutions("SmCo5", {})
    assert space.formulas() == ["SmCo5"]
    assert space.sample(3).row_index.tolist() == [0]
    assert mk.substitutions("SmCo5", {"Sm": []}).formulas() == ["SmCo5"]


def test_description_tells_spaces_apart_and_survives_json():
    one = mk.substitutions(
        "SmCo5", {"Sm": ["Gd", "Er"]}, 0.1, {"Gd": 0.2}, {"Cu": (0, 1)}
    )
    other = mk.substitutions(
        "SmCo5", {"Sm": ["Gd", "Er"]}, 0.1, {"Er": 0.2}, {"Cu": (0, 1)}
    )
    assert len(one) == len(other)
    assert one.describe() != other.describe()
    assert json.loads(json.dumps(one.describe())) == one.describe()


@pytest.mark.parametrize(
    ("levels", "described"),
    [
        ("1/3", "1/3"),
        (["0", "1/3"], ["0", "1/3"]),
        (np.int64(1), 1),
        ([np.int64(0), np.float32(0.5)], [0, 0.5]),
        (np.array([0.0, 0.3]), [0.0, 0.3]),
        (Fraction(1, 3), "1/3"),
        ([0, Decimal("0.3")], [0, "0.3"]),
    ],
)
def test_describes_levels_as_they_were_given(levels, described):
    space = mk.substitutions("SmCo5", {}, additions={"Cu": levels})
    facts = json.loads(json.dumps(space.describe()))
    assert facts["additions"] == {"Cu": described}


def test_describes_steps_and_limits_of_numpy_and_one_substituent():
    space = mk.substitutions(
        "SmCo5", {"Sm": "Gd"}, {"Sm": np.float32(0.5)}, {"Gd": np.int64(1)}
    )
    facts = json.loads(json.dumps(space.describe()))
    assert facts["replace"] == {"Sm": ["Gd"]}
    assert facts["step"] == {"Sm": 0.5}
    assert facts["limits"] == {"Gd": 1}


def test_describes_a_step_in_fractions_as_a_text_of_the_same_space():
    space = mk.substitutions("SmCo5", {"Sm": "Gd"}, Fraction(1, 3))
    step = json.loads(json.dumps(space.describe()))["step"]
    assert step == "1/3"
    again = mk.substitutions("SmCo5", {"Sm": "Gd"}, step)
    assert again.formulas(range(4)) == space.formulas(range(4))


def test_spaces_are_pickled_for_workers():
    again = pickle.loads(pickle.dumps(SPACE))
    assert again.formulas([0, 12345]) == SPACE.formulas([0, 12345])


SPACE = mk.substitutions(
    "Nd2Fe14B",
    {"Nd": ["Ce", "La", "Pr", "Dy"], "Fe": ["Co", "Al"]},
    step=0.02,
    limits={"Dy": 0.2, "Al": 0.1},
)


@settings(deadline=None)
@given(st.lists(st.integers(0, len(SPACE) - 1), min_size=1, max_size=20))
def test_any_row_reads_back_as_itself(rows):
    table = SPACE[np.array(rows)]
    round_trip = CompositionTable.from_strings(SPACE.formulas(np.array(rows)))
    assert not round_trip.errors
    assert_array_equal(table.indptr, round_trip.indptr)
    assert_array_equal(table.indices, round_trip.indices)
    assert_allclose(table.values, round_trip.values, rtol=1e-14)
    assert_allclose(
        table.fraction("Dy") * 17 / 2, round_trip.fraction("Dy") * 17 / 2
    )
    assert (table.fraction("Dy") <= 0.2 * 2 / 17 + 1e-12).all()


def test_rows_are_distinct_and_chunks_cover_all():
    space = mk.substitutions(
        "Nd2Fe14B", {"Nd": ["Ce", "Dy"], "Fe": ["Co"]}, step=0.1
    )
    chunks = list(space.chunks(100))
    assert [len(c) for c in chunks] == [100] * 7 + [26]
    rows = np.concatenate([c.row_index for c in chunks])
    assert_array_equal(rows, np.arange(len(space)))
    assert len(set(space.formulas())) == len(space) == 66 * 11
    assert_array_equal(
        np.concatenate([c.to_array() for c in chunks]), space[:].to_array()
    )


def test_negative_row_numbers_count_from_the_end():
    assert SPACE.formulas(-1) == SPACE.formulas(len(SPACE) - 1)


def test_space_of_a_billion_needs_no_memory():
    space = mk.substitutions(
        "Nd2Fe14B",
        {"Nd": ["Ce", "La", "Pr", "Dy", "Y"], "Fe": ["Co", "Al", "Cu"]},
        step=0.02,
    )
    assert len(space) > 10**9
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = space.sample(1000).row_index
    assert len(set(space.formulas(rows))) == 1000
    assert len(next(space.chunks(100))) == 100
    assert len(space[[10**9, len(space) - 1]]) == 2
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 50_000


@pytest.mark.parametrize("method", ["sobol", "lhs"])
def test_sample_is_distinct_repeatable_and_even(method):
    space = mk.substitutions(
        "Nd2Fe14B", {"Nd": ["Ce", "Dy"], "Fe": ["Co"]}, step=0.02
    )
    table = space.sample(500, method, seed=3)
    assert len(set(table.row_index.tolist())) == 500
    assert_array_equal(
        table.row_index, space.sample(500, method, seed=3).row_index
    )
    assert (
        table.row_index != space.sample(500, method, seed=4).row_index
    ).any()
    # On a simplex of three elements each has a third of the site on average.
    for element in ("Nd", "Ce", "Dy"):
        assert table.fraction(element).mean() * 17 / 2 == pytest.approx(
            1 / 3, abs=0.02
        )
    assert table.fraction("Co").mean() * 17 / 14 == pytest.approx(
        0.5, abs=0.02
    )


@pytest.mark.parametrize("method", ["sobol", "lhs"])
def test_completes_a_sample_of_nearly_all_rows(method):
    space = mk.substitutions("SmCo5", {"Sm": ["Gd", "Er"]}, step=0.1)
    assert sorted(space.sample(65, method).row_index) != list(range(66))
    assert len(set(space.sample(65, method).row_index.tolist())) == 65
    assert space.sample(1000, method).row_index.tolist() == list(range(66))
    assert len(space.sample(0, method)) == 0
    assert space.formulas([]) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("Nd2Fe14B", {"Sm": ["Gd"]}),
            "has no Sm to replace; it has Nd, Fe, B",
        ),
        (("Nd2Fe14B", {"Nd": ["Xx"]}), "'Xx' is no chemical element"),
        (("Nd2Fe14B", {"Nd": ["Dy", "Dy"]}), "must differ"),
        (("Nd2Fe14B", {"Nd": ["Nd"]}), "must differ"),
        (("Nd2Fe14B", {"Nd": ["Dy"]}, 0), "step must be above 0"),
        (("Nd2Fe14B", {"Nd": ["Dy"]}, 1e-9), "step must be 1e-05 or more"),
        (
            ("Nd2Fe14B", {"Nd": ["Dy"]}, 2),
            "step is a fraction of a site, 0 to 1; got 2",
        ),
        (
            ("Nd2Fe14B", {"Nd": ["Dy"]}, "fine"),
            "step must be a number, got 'fine'",
        ),
        (
            ("Nd2Fe14B", {"Nd": ["Dy"]}, "1/0"),
            "step must be a number, got '1/0'",
        ),
        (("Nd2Fe14B", {"Nd": ["Dy"]}, {"Fe": 0.1}), "step names no site Nd"),
        (("Nd2Fe14B", {"Nd": ["Dy"]}, 0.1, {"Tb": 0.1}), "limits name Tb"),
        (
            ("Nd2Fe14B", {"Nd": ["Dy"]}, 0.1, {"Dy": -0.1}),
            "limit of Dy is a fraction of a site",
        ),
        (("Nd2Fe14B", {}, 0.1, {}, {"Cu": []}), "distinct levels"),
        (("Nd2Fe14B", {}, 0.1, {}, {"Cu": [1, 1.0]}), "distinct levels"),
        (("Nd2Fe14B", {}, 0.1, {}, {"Cu": [-1, 2]}), "distinct levels"),
        (("Nd2Fe14B", {}, 0.1, {}, {"Cu": [1, 200]}), "distinct levels"),
        (("Nd2Fe14B", {}, 0.1, {}, {"Cu": -1}), "from 0 to 100 at.%"),
        (
            ("Nd2Fe14B", {}, 0.1, {}, {"Cu": "some"}),
            "must be at.%, got 'some'",
        ),
        (
            ("Nd2Fe14B", {}, 0.1, {}, {"Cu": ["0", "1/0"]}),
            "must be at.%, got .'0', '1/0'.",
        ),
        (("Nd0", {}), "needs atoms"),
        (("Nd15Fe bal.", {"Nd": ["Dy"]}), "without bal"),
        (
            ("Nd2Fe14B", {"Nd": list("BCNOFPSKVY"), "Fe": ["Co"]}, 0.001),
            "larger step",
        ),
    ],
)
def test_refuses_impossible_spaces_with_the_way_out(arguments, message):
    with pytest.raises(InputError, match=message):
        mk.substitutions(*arguments)


@pytest.mark.parametrize("rows", [[726], [-727], [0.5], [[1]], "Nd"])
def test_refuses_rows_of_other_spaces(rows):
    space = mk.substitutions(
        "Nd2Fe14B", {"Nd": ["Ce", "Dy"], "Fe": ["Co"]}, step=0.1
    )
    with pytest.raises(InputError, match="row"):
        space[rows]


def test_refuses_bad_sample_and_chunk_sizes():
    with pytest.raises(InputError, match="'sobol' or 'lhs'"):
        SPACE.sample(5, "random")
    for number in (-1, 2.0):
        with pytest.raises(InputError, match="n must be a whole number of 0"):
            SPACE.sample(number)
    with pytest.raises(InputError, match="chunk size"):
        next(SPACE.chunks(0))


def test_a_space_is_gone_through_formula_by_formula():
    space = mk.substitutions("SmCo5", {"Sm": ["Gd", "Pr"]}, step=0.1)
    assert list(space) == space.formulas()
    assert len(list(space)) == len(space) == 66
