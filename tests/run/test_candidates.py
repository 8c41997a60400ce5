"""What is screened where nobody says what: today's magnet, then the space around it."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from magnetkit.applications import load
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.alloy._blocks import Rejected
from magnetkit.choose._job import with_fields
from magnetkit.run._candidates import (
    Chosen,
    Chunk,
    FileCandidates,
    SpaceCandidates,
    SpacePiece,
    TableCandidates,
    as_candidates,
    batches,
    charges,
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


def test_what_was_refused_is_told_where_nothing_is_left():
    nothing = mk.CompositionTable.from_strings(["SmCo5"])[:0]
    rejects = [Rejected(1, "??", "no element")]
    (only,) = TableCandidates(nothing, rejected=rejects).pieces(2)
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


def names(chunk):
    return chunk.labels.to_pylist()


def space():
    return mk.substitutions("SmCo5", {"Sm": ["Gd"]}, step=0.25)


def make_chunk(*recipes, shells=None, extra=None, route=""):
    table = mk.CompositionTable.from_strings(list(recipes))
    labels = pa.array(list(recipes))
    return Chunk(table, labels, shells, extra, route=route)


def test_rows_of_a_chunk_keep_shells_and_own_columns():
    extra = pa.table({"melt": ["a", "b", "c"]})
    chunk = make_chunk(
        "SmCo5", "PrCo5", "YCo5", shells=["", "Tb 1 wt%", ""], extra=extra
    )
    rows = chunk.take(np.array([2, 1]))
    assert names(rows) == ["YCo5", "PrCo5"]
    assert rows.shells == ["", "Tb 1 wt%"]
    assert rows.extra["melt"].to_pylist() == ["c", "b"]
    assert rows.table.formulas() == chunk.table.formulas()[:0:-1]
    bare = make_chunk("SmCo5").take(np.array([0]))
    assert bare.shells is None
    assert bare.extra is None


def test_chunks_of_one_route_are_joined():
    parts = [
        make_chunk("SmCo5"),
        make_chunk("PrCo5", shells=["Tb 1 wt%"]),
        make_chunk("YCo5", route="hot"),
        make_chunk("LaCo5"),
    ]
    first, hot, last = Chunk.join(parts)
    assert names(first) == ["SmCo5", "PrCo5"]
    assert first.shells == ["", "Tb 1 wt%"]
    assert [one.route for one in (first, hot, last)] == ["", "hot", ""]
    assert (last.shells, last.extra) == (None, None)


def test_a_table_tells_labels_shells_and_what_it_refused():
    table = mk.CompositionTable.from_strings(["SmCo5", "PrCo5", "YCo5"])
    source = TableCandidates(
        table, ["a", "b", "c"], ["", "Tb 1 wt%", ""], None, ["bad"]
    )
    first, second = (piece() for piece in source.pieces(2))
    assert names(first) == ["a", "b"]
    assert names(second) == ["c"]
    rows = [list(chunk.table.row_index) for chunk in (first, second)]
    assert rows == [[0, 1], [2]]
    assert (first.shells, second.shells) == (["", "Tb 1 wt%"], [""])
    assert (first.rejected, second.rejected) == (["bad"], [])
    assert source.count() == 3
    facts = source.describe()
    assert (facts["kind"], facts["rows"]) == ("table", 3)
    other = TableCandidates(table, ["a", "b", "d"], source.shells)
    assert other.describe()["sha256"] != facts["sha256"]
    own = pa.table({"x": [1, 2, 3]})
    with_own = TableCandidates(table, source.labels, source.shells, own)
    assert with_own.describe()["sha256"] != facts["sha256"]
    same = TableCandidates(table, source.labels, source.shells)
    assert same.describe() == facts


def test_a_space_comes_behind_single_magnets_and_melts():
    source = SpaceCandidates(
        [space()],
        leading=[("SmCo5", ""), ("SmCo5", "Tb 1 wt%")],
        charges={"hot": [("Sm36.0Co64.0", "")]},
    )
    leading, melts, piece = source.pieces(100)
    assert names(leading()) == ["SmCo5", "SmCo5"]
    assert leading().shells == ["", "Tb 1 wt%"]
    melt = melts()
    assert (melt.route, names(melt)) == ("hot", ["Sm36.0Co64.0"])
    assert list(melt.table.row_index) == [2]
    assert melt.table.is_by_weight[0]
    chunk = piece()
    # SmCo5 stood before.
    assert "SmCo5" not in names(chunk)
    assert list(chunk.table.row_index) == [3, 4, 5, 6]
    assert source.count() == 3 + len(space())
    facts = source.describe()
    assert facts["kind"] == "space"
    assert facts["leading"] == [["SmCo5", ""], ["SmCo5", "Tb 1 wt%"]]
    assert facts["charges"] == {"hot": [["Sm36.0Co64.0", ""]]}
    assert len(facts["spaces"]) == 1
    other_shell = SpaceCandidates([space()], [("SmCo5", "")], "Tb 1 wt%")
    _, all_of_it = other_shell.pieces(100)
    assert "SmCo5" in names(all_of_it())
    assert set(all_of_it().shells) == {"Tb 1 wt%"}


def test_a_piece_of_a_space_comes_in_batches_without_labels():
    piece = SpacePiece(space(), range(1, 5), 10)
    chunks = list(batches(piece, 3))
    assert [len(chunk.table) for chunk in chunks] == [3, 1]
    assert chunks[0].labels.null_count == 3
    assert [i for c in chunks for i in c.table.row_index] == [10, 11, 12, 13]
    whole = piece()
    assert names(whole) == space().formulas()[1:5]
    assert names(take_rows(piece, np.array([3, 0]))) == [
        names(whole)[3],
        names(whole)[0],
    ]
    (table,) = batches(lambda: whole, 1)
    assert table is whole


def test_a_sample_has_some_of_each_space():
    large = mk.substitutions("SmCo5", {"Sm": ["Gd"]}, step=0.01)
    source = SpaceCandidates([space(), large])
    small, many = source.sample(50)
    assert len(small.table) == max(
        1, round(50 * len(space()) / source.count())
    )
    assert len(many.table) == round(50 * len(large) / source.count())
    again = source.sample(50)[1]
    assert names(again) == names(many)
    assert len(set(names(many))) == len(many.table)


def test_chosen_rows_of_small_pieces_are_joined():
    source = SpaceCandidates([space()])
    rows = {0: np.array([1]), 2: np.array([0])}
    chosen = Chosen(source, 2, rows)
    (piece,) = chosen.pieces(100)
    formulas = space().formulas()
    assert names(piece()) == [formulas[1], formulas[4]]
    assert chosen.count() == 2
    assert chosen.describe() == source.describe()
    recipes = mk.CompositionTable.from_strings(formulas)
    table = TableCandidates(recipes, formulas)
    pieces = list(Chosen(table, 2, rows).pieces(100))
    assert [names(one()) for one in pieces] == [[formulas[1]], [formulas[4]]]
    one_by_one = Chosen(source, 10, {0: np.array([0, 1, 2])}).pieces(2)
    assert [len(one().table) for one in one_by_one] == [2, 1]


def test_a_file_is_read_in_pieces_and_known_by_its_content(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("composition,shell\nSmCo5,\n??,\nPrCo5,Tb 1 wt%\n")
    source = FileCandidates(path)
    chunks = [piece() for piece in source.pieces(2)]
    assert [name for chunk in chunks for name in names(chunk)] == [
        "SmCo5",
        "PrCo5",
    ]
    assert sum(len(chunk.rejected) for chunk in chunks) == 1
    assert chunks[-1].shells == ["Tb 1 wt%"]
    assert source.count() is None
    assert source.exceeds(2)
    assert not source.exceeds(3)
    facts = source.describe()
    assert facts["name"] == "a.csv"
    assert facts["sha256"] == mk.datasets.sha256(path)
    assert (facts["kind"], facts["basis"], facts["shell"]) == (
        "file",
        "auto",
        "",
    )
    path.write_text("composition\nSmCo5\n")
    (piece,) = FileCandidates(path, shell="Dy 1.0 wt%").pieces(10)
    assert list(piece().shells) == ["Dy 1.0 wt%"]
    # Its rows are counted before any is read only where the file tells them.
    table = pa.table({"composition": ["SmCo5", "??", "PrCo5"]})
    pq.write_table(table, tmp_path / "a.Parquet")
    assert FileCandidates(tmp_path / "a.Parquet").count() == 3


def test_each_form_of_candidates_has_its_kind(tmp_path):
    profile = load("hot-servo-motor")
    own = as_candidates(None, profile, shell="Tb 1 wt%")
    assert isinstance(own, SpaceCandidates)
    assert own.shell == "Tb 1.0 wt%"
    one = as_candidates(space(), profile)
    assert one.describe()["spaces"] == [space().describe()]
    assert as_candidates(one, profile) is one
    with pytest.raises(InputError, match="leave shell out"):
        as_candidates(one, profile, shell="Tb 1 wt%")
    path = tmp_path / "a.csv"
    path.write_text("alloy\nSmCo5\n")
    file = as_candidates(str(path), profile, "weight", "alloy")
    assert isinstance(file, FileCandidates)
    assert (file.column, file.basis) == ("alloy", "weight")
    recipes = as_candidates(["SmCo5", "??"], profile, shell="Tb 1 wt%")
    assert isinstance(recipes, TableCandidates)
    assert recipes.labels == ["SmCo5"]
    assert list(recipes.shells) == ["Tb 1.0 wt%"]
    assert [row.text for row in recipes.rejected] == ["??"]
    table = as_candidates(recipes.table, profile)
    assert isinstance(table, TableCandidates)
    assert table.count() == 1


def test_charges_are_of_hosts_and_routes_that_bear_the_device():
    profile = load("hot-servo-motor")
    melts = charges(profile)
    assert "" in melts
    for recipes in melts.values():
        assert len(set(recipes)) == len(recipes)
    assert charges(with_fields(profile, hosts=("1:12",))) == {}
