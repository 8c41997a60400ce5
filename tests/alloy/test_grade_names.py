"""Names of grades are found however they are written, and no formula is taken for one."""

import csv
import re

import numpy as np
import pyarrow.parquet as pq
import pytest
from magnetkit.errors import CompositionError, InputError

import magnetkit as mk
from magnetkit import datasets
from magnetkit.alloy._grade_names import (
    find,
    find_grades,
    grade_names,
    is_grade,
    nearest_grades,
    parse_class,
    refusal,
    refuse_recipe_options,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("N42SH", "N42SH"),
        (" n42sh ", "N42SH"),
        ("42SH", "N42SH"),
        ("NdFeB N42SH", "N42SH"),
        ("neo N45UH", "N45UH"),
        ("N 40 UH", "N40UH"),
        ("VAC VACODYM 655", "VACODYM 655 HR"),
        ("ferrite Y30", "Y30"),
        ("Alnico5", "Alnico 5"),
        ("sintered Nd-Fe-B N42SH (Arnold)", "N42SH"),
        ("N3330 (Intemag)", "N3330"),
        ("EEC 2:17TC-16", "EEC 2:17TC-16"),
        ("2:17TC-16", "EEC 2:17TC-16"),
        ("EEC24-T400", "EEC 24-T400"),
        ("Sm2Co17 YXG22", "YXG22"),
        ("SmCo5 YX14", "YX14"),
        ("YXG28H", "YXG28H"),
        ("Recoma 20", "Recoma 20"),
        ("Arnold Recoma 20", "Recoma 20"),
        ("SmCo 26H", "SmCo 26H"),
        ("Sm2Co17 32H", "SmCo 32H"),
        ("bonded BNP-6", "BNP-6"),
        ("N42SQ", None),
        ("SmCo 33H", None),
        ("52", None),
        ("", None),
    ],
)
def test_finds_a_name_with_or_without_maker_and_family(text, name):
    assert find(text) == name


def _formulas():
    for file in sorted(datasets.root().glob("*/*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for column in {"formula", "recipe", "composition", "compound"} & set(
            rows[0]
        ):
            yield from (row[column] for row in rows if row[column])
    entries = datasets.path("materials_project/entries.parquet")
    yield from pq.read_table(entries, columns=["formula"])[
        "formula"
    ].to_pylist()


def test_takes_no_formula_of_the_datasets_for_a_grade():
    formulas = list(_formulas())
    assert len(formulas) > 7000
    assert [f for f in formulas if is_grade(f)] == []


FORMULAS = [
    "N",
    "N2",
    "H",
    "S8",
    "SmCo5",
    "SmCo18",
    "Sm2Co17",
    "Nd2Fe14B",
    "BN",
    "U",
    "Nd2Fe14BN",
    "Sm2Fe17N3",
    "Sm 36.7 Co 63.3",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_formulas(text):
    assert not is_grade(text)
    assert len(mk.CompositionTable.from_strings([text], basis="atomic")) == 1
    mk.parse_composition(text, basis="atomic")


@pytest.mark.parametrize("basis", ["auto", "atomic", "weight"])
def test_no_grade_is_read_as_a_formula(basis):
    texts = list(grade_names())
    names = [re.sub(r"^(?=YXG)", "Sm2Co17 ", t) for t in texts]
    names += [f"NdFeB {t}" for t in texts if t.startswith("N")]
    texts += [*names, "N60SH", "N43UH", "EEC 99-T100"]
    assert len(texts) > 330
    table = mk.CompositionTable.from_strings(
        ["SmCo5", *texts, "Nd2Fe14B"], basis="atomic"
    )
    assert table.row_index.tolist() == [0, len(texts) + 1]
    assert [e.row for e in table.errors] == list(range(1, len(texts) + 1))
    assert all("grade" in e.reason for e in table.errors)
    for text in texts:
        with pytest.raises(CompositionError, match="grade"):
            mk.parse_composition(text, basis=basis)


def test_unknown_grade_gets_its_neighbours():
    assert is_grade("N43SH")
    assert "N42SH" in nearest_grades("N43SH")
    with pytest.raises(CompositionError, match=r"near it are .*N4"):
        mk.parse_composition("N43SH")


@pytest.mark.parametrize(
    ("text", "energy_and_class"),
    [
        ("N24", (24, "N")),
        ("N65AH", (65, "AH")),
        ("n-42 sh", (42, "SH")),
        ("NdFeB N50X (Arnold)", (50, "N")),
        ("N42SHT", (42, "SH")),
        ("N23SH", None),
        ("N66M", None),
        ("N50XX", None),
        ("42SH", None),
    ],
)
def test_a_class_has_an_energy_of_24_to_65(text, energy_and_class):
    assert parse_class(text) == energy_and_class
    assert is_grade(text) or energy_and_class is None


def test_a_name_has_sixty_characters_at_most():
    name = "sintered " * 6 + "N42SH "
    assert len(name) == 60
    assert (find(name), is_grade(name)) == ("N42SH", True)
    assert (find(name + " "), is_grade(name + " ")) == (None, False)


def test_near_grades_are_five_of_their_class_and_letters():
    near = nearest_grades("N43SH")
    assert set(near[:2]) == {"N42SH", "N44SH"}
    assert len(near) == 5
    assert all(name.endswith("SH") for name in near)
    assert nearest_grades("xyzzy") == []
    # "33H" alone would be another family's.
    assert all(name.startswith("SmCo ") for name in nearest_grades("SmCo 33H"))


def test_a_grade_says_what_may_be_asked_of_it():
    assert refusal("Nd2Fe14B") is None
    assert refusal("NdFeB N42SH").startswith("N42SH is a commercial grade")
    nobody = refusal("N43SH")
    assert nobody.endswith(f"near it are {', '.join(nearest_grades('N43SH'))}")
    refuse_recipe_options("N42SH", None, None)
    for given in (("sintered", None), (None, "Tb 0.5 wt%")):
        with pytest.raises(InputError, match="of a recipe; N42SH is a grade"):
            refuse_recipe_options("N42SH", *given)


def test_grades_are_found_among_recipes():
    assert find_grades(["Nd2Fe14B", "NdFeB N42SH"]) == [None, "N42SH"]
    assert find_grades("42SH") == ["N42SH"]
    assert (
        find_grades(["Nd2Fe14B", 3.0])
        == find_grades(np.array(["N42SH"]))
        == []
    )
