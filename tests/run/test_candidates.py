"""What is screened where nobody says what: today's magnet, then the space around it."""

import numpy as np
import pytest
from magnetkit.applications import load
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.alloy._blocks import Rejected
from magnetkit.choose._job import with_fields
from magnetkit.run._candidates import (
    SpaceCandidates,
    TableCandidates,
    profile_space,
    take_rows,
)


@pytest.mark.parametrize("shell", ["Tb 0.5 wt%", None])
def test_todays_magnet_leads_with_its_own_shell(shell):
    profile = load("hot-servo-motor")
    reference = profile.reference.model_copy(update={"shell": shell})
    first = profile_space(with_fields(profile, reference=reference)).leading[0]
    assert tuple(first) == (profile.reference.formula, shell or "")


def test_device_without_space_asks_for_candidates():
    with pytest.raises(InputError, match="give a candidate table"):
        profile_space(with_fields(load("hot-servo-motor"), hosts=("1:12",)))


def test_reads_a_table_in_pieces_of_any_size():
    table = mk.CompositionTable.from_strings(
        ["SmCo5", "PrCo5", "YCo5", "LaCo5", "CeCo5"]
    )
    chunks = [piece() for piece in TableCandidates(table).pieces(2)]
    assert [len(chunk.table) for chunk in chunks] == [2, 2, 1]
    assert [i for chunk in chunks for i in chunk.table.row_index] == [
        0,
        1,
        2,
        3,
        4,
    ]
    # What was refused is told even where nothing is left.
    rejects = [Rejected(1, "??", "no element")]
    (only,) = TableCandidates(table[:0], rejected=rejects).pieces(2)
    assert only().rejected == rejects


def test_formula_of_several_spaces_is_one_candidate():
    spaces = [
        mk.substitutions("SmCo5", {"Sm": [earth]}, step=0.5)
        for earth in ("Pr", "Gd", "Pr", "Y")
    ]
    pieces = list(SpaceCandidates(spaces, [("SmCo5", "")]).pieces(2))
    chunks = [piece() for piece in pieces]
    labels = [label for chunk in chunks for label in chunk.labels.to_pylist()]
    expected = [
        "SmCo5",
        "Sm0.5Pr0.5Co5",
        "PrCo5",
        "Sm0.5Gd0.5Co5",
        "GdCo5",
        "Sm0.5Y0.5Co5",
        "YCo5",
    ]
    assert labels == expected
    assert [i for chunk in chunks for i in chunk.table.row_index] == list(
        range(7)
    )
    # Of a piece some are taken under their own numbers.
    whole = list(SpaceCandidates(spaces[:1], [("YCo5", "")]).pieces(10))[-1]
    assert whole().table.row_index.tolist() == [1, 2, 3]
    some = take_rows(whole, np.array([2, 1]))
    assert some.table.row_index.tolist() == [3, 2]
    assert some.labels.to_pylist() == ["PrCo5", "Sm0.5Pr0.5Co5"]


def test_weight_percent_reference_is_a_candidate():
    profile = load("loudspeaker")
    result = mk.screen(application=profile)
    (formula,) = profile.reference.table().formulas()
    row = result.table[result.table["formula"].astype(str) == formula]
    assert len(row) == 1
    assert row["heavy_rare_earth_wt_pct"].iloc[0] == 0.0
    # It is kept, and no other decision is the same magnet again.
    assert (result.decisions["formula"].astype(str) == formula).sum() == 1
