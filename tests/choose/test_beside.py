"""Which screenings are judged beside the grade that they rest on."""

from types import SimpleNamespace

import pytest

from magnetkit.choose._beside import is_beside_grade, weight_text
from magnetkit.choose._profile_parts import Requirement
from tests.recipes import make_table


def requirement(column="remanence_T", minimum=1.0, **more):
    return Requirement(
        column=column,
        minimum=minimum,
        source="by hand",
        status="assumption",
        **more,
    )


@pytest.mark.parametrize(
    ("calibration", "more", "is_beside"),
    [
        ("N42SH", {}, True),
        ("N42SH", {"temperature_K": 423.4}, True),
        ("N42SH", {"temperature_K": 424.0}, False),
        ("N42SH", {"share_of_reference": 0.9}, False),
        ("N42SH", {"column": "irreversible_loss_pct"}, False),
        ("my-mill", {}, False),
        (None, {}, False),
    ],
)
def test_a_grade_and_what_replacements_are_asked_for(
    calibration, more, is_beside
):
    # One that is supported does not make up for another.
    job = SimpleNamespace(
        temperature=423.15,
        conditions=SimpleNamespace(calibration=calibration),
        profile=SimpleNamespace(
            requirements=(requirement(), requirement(**more))
        ),
    )
    assert is_beside_grade(job) is is_beside


def test_a_recipe_is_written_in_weight_percent():
    table = make_table("Sm34Co66", "Nd30Fe68.99997B1Cu0.00003", basis="weight")
    assert weight_text(table, 1) == "B1Fe69Nd30"
