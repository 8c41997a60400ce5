"""The table of measured magnets: what it holds, and what it refuses."""

import csv

import numpy as np
import pytest
from magnetkit.errors import DataError

from magnetkit._core import datasets
from magnetkit.magnetism.measured_magnets import (
    FILE,
    NO_ROUTE,
    NUMBERS,
    USUAL,
    magnet_recipes,
    measured_magnets,
    papers_left_out,
    read_magnets,
    serves_as_evidence,
    uses,
    without_papers,
)
from magnetkit.magnetism.process import routes
from tests.scripts import script

check = script("datasets/magnets/check.py")

LINE = {
    "id": "X1",
    "paper": "mine-2026",
    "source": "Mine, J. Mag. 1 (2026) 1",
    "how": "printed",
    "confidence": "high",
    "family": "sintered",
    "host": "2:14:1",
    "recipe": "Nd30.5Dy1.2B1.0Fe bal.",
    "basis": "weight",
    "route": "usual",
    "temperature_K": "293",
    "remanence_T": "1.31",
    "coercivity_kA_m": "1350",
    "use": "BH",
}


def write(folder, **changes):
    """Write a table of two lines, the second of which is changed, and return its path."""
    first = dict.fromkeys(check.COLUMNS, "") | LINE
    second = first | {"id": "X2"} | changes
    file = folder / "mine.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, check.COLUMNS)
        writer.writeheader()
        writer.writerows([first, second])
    return file


def test_a_paper_is_added_by_one_line(tmp_path):
    rows = read_magnets(write(tmp_path))
    assert rows["coercivity_kA_m"].tolist() == [1350.0, 1350.0]
    assert np.isnan(rows["grain_size_um"]).all()
    assert serves_as_evidence(rows, "coercivity_kA_m").all()
    assert uses(rows, "remanence_T", in_fits=True).all()
    assert not uses(rows, "coercivity_coefficient_pct_K").any()


@pytest.mark.parametrize(
    ("changes", "column", "expected"),
    [
        (
            {"coercivity_kA_m": "17 kOe"},
            "coercivity_kA_m",
            "a number from 1 to 8000",
        ),
        (
            {"coercivity_kA_m": "1350000"},
            "coercivity_kA_m",
            "a number from 1 to 8000",
        ),
        ({"remanence_T": "nan"}, "remanence_T", "a number from"),
        ({"temperature_K": ""}, "temperature_K", "a value"),
        ({"how": "hearsay"}, "how", "one of printed, sheet"),
        ({"basis": ""}, "basis", "atomic or weight"),
        ({"recipe": "Nd30Xy1Fe bal."}, "recipe", "a recipe"),
        ({"route": "forged"}, "route", "one of usual, none"),
        ({"host": "3:29"}, "host", "one of 2:14:1"),
        ({"use": "BHT"}, "use", "coercivity_coefficient_pct_K is empty"),
        ({"use": "Q"}, "use", "letters of BHAT"),
        (
            {"coercivity_coefficient_pct_K": "-0.6"},
            "from_K",
            "the ends of the coefficient's range",
        ),
        (
            {"max_energy_product_kJ_m3": "400"},
            "max_energy_product_kJ_m3",
            "at most B_r^2",
        ),
        ({"pair": "X9"}, "pair", "the id of another row"),
        ({"id": "X1"}, "id", "line 2 has it"),
    ],
)
def test_refuses_a_wrong_cell_by_line_and_column(
    tmp_path, changes, column, expected
):
    with pytest.raises(
        DataError, match=rf"mine.csv, line 3, column {column}: .*; \S"
    ) as error:
        check.check_table(write(tmp_path, **changes))
    assert expected in str(error.value)


def test_refuses_other_headers_and_lengths(tmp_path):
    file = write(tmp_path)
    text = file.read_text("utf-8")
    file.write_text(text.replace("paper,", "doi,", 1), "utf-8")
    with pytest.raises(DataError, match="missing paper, unknown doi"):
        check.check_table(file)
    file.write_text(text.rstrip() + ",one more\n", "utf-8")
    with pytest.raises(DataError, match="line 3: expected 29 cells"):
        check.check_table(file)


def test_the_table_of_the_package_is_right():
    check.check_table(datasets.path(FILE))


def test_a_wrong_cell_ends_the_command_with_one_line(tmp_path, monkeypatch):
    file = write(tmp_path, pair="X9")
    monkeypatch.setitem(check.main.__globals__, "FILE", file)
    with pytest.raises(SystemExit, match=r"^Error: .*line 3, column pair: "):
        check.main()


def test_routes_belong_to_the_family_of_the_row():
    rows = measured_magnets()
    names = routes()
    for row in rows[~rows["route"].isin([USUAL, NO_ROUTE])].itertuples():
        assert names[row.route].host == row.host, row.id
        assert names[row.route].family == row.family, row.id
    usual = rows[rows["route"] == USUAL]
    assert (usual.groupby("host")["family"].nunique() == 1).all()


def test_values_are_those_that_papers_print():
    """A few, against the papers: units and readings."""
    rows = measured_magnets().set_index("id")
    # Acta Metall. Sin. (2017): 0.906 T, 2581 kA/m; Tsutai: 15.3 kOe; Croat: 8.2 kG, 15 kOe.
    assert rows.loc["S27", ["remanence_T", "coercivity_kA_m"]].tolist() == [
        0.906,
        2581.0,
    ]
    assert rows.loc["N1", "coercivity_kA_m"] == pytest.approx(
        15.3 * 79.5775, rel=1e-3
    )
    assert rows.loc["P167", "coercivity_kA_m"] == pytest.approx(
        15.0 * 79.5775, rel=5e-3
    )
    # Without and with Ga 0.5 wt.%: doi 10.1016/j.jmmm.2022.169242.
    pair = rows.loc[["P135", "P136"], "coercivity_kA_m"]
    assert pair.tolist() == pytest.approx(
        [12.4 * 79.5775, 19.4 * 79.5775], rel=1e-3
    )
    assert rows.loc["P136", "pair"] == "P135"


def test_a_reading_that_is_doubtful_proves_nothing():
    rows = measured_magnets()
    proven = serves_as_evidence(rows, "coercivity_kA_m")
    doubtful = rows["how"].isin(["nemad", "memory"]) & (
        rows["confidence"] == "low"
    )
    assert doubtful.sum() > 20
    assert not (proven & doubtful).any()
    assert not (proven & (rows["diffused"] != "")).any()


def test_papers_are_left_out_while_the_context_lasts():
    whole = measured_magnets()
    with without_papers(["liu-2014"]):
        assert set(whole["paper"]) - set(measured_magnets()["paper"]) == {
            "liu-2014"
        }
        with without_papers(["yu-2021"]):
            assert "liu-2014" not in set(measured_magnets()["paper"])
    assert len(measured_magnets()) == len(whole)
    assert datasets.path(FILE).is_file()


@pytest.mark.parametrize(
    ("changes", "quantity", "is_evidence"),
    [
        ({}, "coercivity_kA_m", True),
        ({"use": "b"}, "remanence_T", True),
        ({"use": "H"}, "remanence_T", False),
        ({"use": "BHT"}, "coercivity_coefficient_pct_K", False),
        ({"confidence": "low"}, "coercivity_kA_m", True),
        ({"how": "nemad"}, "coercivity_kA_m", True),
        ({"how": "nemad", "confidence": "low"}, "coercivity_kA_m", False),
        ({"how": "memory", "confidence": "low"}, "coercivity_kA_m", False),
        ({"diffused": "Tb"}, "coercivity_kA_m", False),
        ({"recipe": ""}, "coercivity_kA_m", False),
        ({"coercivity_kA_m": ""}, "coercivity_kA_m", False),
    ],
)
def test_evidence_is_whole_used_and_sure(
    tmp_path, changes, quantity, is_evidence
):
    rows = read_magnets(write(tmp_path, **changes))
    assert serves_as_evidence(rows, quantity).tolist()[1] == is_evidence


def test_small_letters_are_compared_but_not_fitted(tmp_path):
    rows = read_magnets(write(tmp_path, use="bH"))
    assert uses(rows, "remanence_T").tolist() == [True, True]
    assert uses(rows, "remanence_T", in_fits=True).tolist() == [True, False]
    assert uses(rows, "coercivity_kA_m", in_fits=True).all()
    with pytest.raises(KeyError):
        uses(rows, "squareness")


def test_numbers_are_floats_and_texts_stay(tmp_path):
    rows = read_magnets(write(tmp_path, grain_size_um="3.5"))
    assert {str(kind) for kind in rows[[*NUMBERS]].dtypes} == {"float64"}
    assert rows["grain_size_um"].tolist()[1] == 3.5
    assert rows["diffused"].tolist() == ["", ""]
    assert rows["temperature_K"].tolist() == [293.0, 293.0]


def test_recipes_are_read_by_their_basis(tmp_path):
    rows = read_magnets(write(tmp_path, recipe="Sm20Co80", basis="atomic"))
    table = magnet_recipes(rows)
    assert table.fraction("Sm").tolist() == [0.0, 0.2]
    assert table.by_weight.tolist() == [True, False]
    table = magnet_recipes(rows.assign(recipe=["Sm20Co80", "Xx"]))
    assert len(table) == 1
    assert len(table.errors) == 1


def leave_out_and_fail(papers):
    with without_papers(papers):
        assert papers_left_out() == set(papers)
        raise ValueError("stop")


def test_papers_come_back_after_an_error():
    with without_papers(["c"]):
        assert papers_left_out() == {"c"}
    with pytest.raises(ValueError, match="stop"):
        leave_out_and_fail(["a", "b"])
    assert papers_left_out() == frozenset()
