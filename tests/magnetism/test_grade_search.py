"""Names of grades: all of the tables, classes and numbers, and misspellings."""

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit.alloy._grade_names import (
    find,
    grade_names,
    nearest_grades,
    parse_class,
)


def test_finds_every_grade_by_name():
    assert len(grade_names()) > 300
    assert [name for name in grade_names() if find(name) != name] == []
    assert set(grade_names()) == set(mk.grades()["grade"])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("N42SU", "N42SH"),
        ("N31", "N30"),
        ("N 57", "N56"),
        ("Y31", "Y30"),
        ("C13", "C12"),
        ("Alnico 6", "Alnico 5"),
        ("Recoma 27", "Recoma 28"),
        ("YXG29H", "YXG28H"),
        ("XGS27", "XGS26L"),
        ("VACODIM 677", "VACODYM 677 HR"),
        ("BNP-14", "BNP-8"),
        ("EEC 2:17-25", "EEC 2:17-24"),
        ("N5312", "N5311"),
    ],
)
def test_suggests_the_name_nearest_to_a_misspelling(text, meant):
    names = nearest_grades(text)
    assert find(text) is None
    kind = {name[0].upper() for name in names}
    assert meant in names
    assert kind == {meant[0].upper()}, names


def test_class_and_number_stand_in_for_a_grade():
    row = mk.grades("N44UH").iloc[0]
    classes = mk.grades()
    of_class = classes[
        [(parse_class(g) or (0, ""))[1] == "UH" for g in classes["grade"]]
    ]
    assert row["coercivity_kA_m"] == of_class["coercivity_kA_m"].median()
    ends = (
        mk.grades(name).iloc[0]["remanence_T"] for name in ("N42UH", "N45UH")
    )
    low, high = ends
    assert low < row["remanence_T"] < high
    # So do (BH)max, which is the number in MGOe, and H_cB.
    product = "max_energy_product_kJ_m3"
    low, high = (mk.grades(n).iloc[0][product] for n in ("N42UH", "N45UH"))
    assert low < row[product] < high
    induction = "coercivity_b_kA_m"
    assert row[induction] != of_class[induction].median()
    for name in ("coercivity_kA_m", "density_kg_m3"):
        ends = (of_class[name].min(), of_class[name].max())
        assert (row[f"{name}_lo"], row[f"{name}_hi"]) == ends
    # On the line of the class, with the farthest grades of it to either side.
    for name in (product, "remanence_T", induction):
        assert row[f"{name}_lo"] < row[name] < row[f"{name}_hi"]
        assert row[f"{name}_hi"] < 1.1 * row[f"{name}_lo"]
        assert row[f"{name}_provenance"] == "estimate"
    assert row[product] == pytest.approx(44 * 7.9577, rel=0.03)
    assert (row["grade"], row["makers"]) == ("N44UH", "")
    # The Curie temperature is that of the family.
    assert row["curie_temperature_K"] == classes["curie_temperature_K"][0]
    assert row["curie_temperature_K_provenance"] == "family"
    # EH is sold from 28 to 42; two beyond that is estimated still.
    for name in ("N26EH", "N44EH"):
        assert mk.grades(name)["grade"].tolist() == [name]
    for name in ("N60SH", "N25EH", "N45EH"):
        with pytest.raises(InputError, match="nearest names"):
            mk.grades(name)
