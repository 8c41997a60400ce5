"""The figures of `docs/physics.md` are those of the validation reports beside the data."""

import json
import re
from pathlib import Path

import pytest

from magnetkit import datasets

PAGE = (Path(__file__).parents[2] / "docs/physics.md").read_text("utf-8")
TRUST = PAGE[PAGE.index("## How far to trust it") :]


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of every row of the tables of a page."""
    rows = []
    for line in text.splitlines():
        if "|" in line:
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def cells(report: str, *start: str) -> list[str]:
    """Return the cells of the first row of a report that begins so."""
    rows = table_rows(datasets.path(f"{report}.md").read_text("utf-8"))
    return next(row for row in rows if row[: len(start)] == list(start))


def trust_figures(quantity: str) -> str:
    """Return the figures of a quantity."""
    return next(row[2] for row in table_rows(TRUST) if row[0] == quantity)


def _pairs(cell: str) -> str:
    return cell.split(" of ")[0]


@pytest.mark.parametrize(
    ("quantity", "column", "digits", "error"),
    [
        ("J_s of 2:14:1 alloys", "saturation_polarization_T", 5, "MAE {} T"),
        ("mu0 H_a of 2:14:1 alloys", "anisotropy_field_T", 7, "{:.1%}"),
        ("T_C of 2:14:1 alloys", "curie_temperature_K", 5, "MAE {} K"),
    ],
)
def test_trust_page_equals_intrinsic_validation(
    quantity, column, digits, error
):
    row = cells(
        "magnetism/VALIDATION", "leave one paper out", "2:14:1", column
    )
    value = float(row[7]) if digits == 7 else row[digits]
    text = trust_figures(quantity)
    assert error.format(value).replace("%", " %") in text
    assert f"pairs {_pairs(row[8])}" in text.replace(
        "of a series in order ", ""
    )
    assert f"hold {100 * float(row[10]):.0f} %" in text


def test_trust_page_equals_its_side_notes():
    report = "magnetism/VALIDATION"
    agree = cells(
        report, "papers on one compound", "2:14:1", "saturation_polarization_T"
    )
    assert f"two papers agree on {_pairs(agree[8])}" in trust_figures(
        "J_s of 2:14:1 alloys"
    )
    hard = cells(
        report,
        "by the hard-axis field throughout",
        "2:14:1",
        "anisotropy_field_T",
    )
    figures = f"throughout {100 * float(hard[7]):.0f} %, {_pairs(hard[8])}"
    assert figures in trust_figures("mu0 H_a of 2:14:1 alloys")
    other_hosts = trust_figures("T_C of 2:17, 1:12 and 1:5")
    for host in ("2:17", "1:12", "1:5"):
        assert (
            f"{float(cells(report, 'papers not fitted', host)[5]):.0f} K"
            in other_hosts
        )
    less = cells(report, "without two that others contradict", "2:17")
    assert (
        f"({float(less[5]):.0f} K without two that others contradict)"
        in other_hosts
    )
    reorientation = cells(report, "Nd2Co14B", "546")
    assert f"{reorientation[2]} K in place of {reorientation[1]}" in " ".join(
        TRUST.split()
    )


@pytest.mark.parametrize(
    ("quantity", "target"),
    [
        ("B_r of magnets", "remanence_T"),
        ("H_cJ of magnets", "coercivity_kA_m"),
        ("coefficient of H_cJ", "coercivity_coefficient_pct_K"),
    ],
)
def test_trust_page_equals_magnet_validation(quantity, target):
    table = json.loads(
        datasets.path("accuracy/figures.json").read_text("utf-8")
    )[target][0]
    rows = [
        dict(zip(table["columns"], row, strict=True)) for row in table["rows"]
    ]
    whole = next(row for row in rows if row["family"] == "all")
    text = trust_figures(quantity)
    inside = (
        f"{100 * float(whole['inside']):.0f} % of {whole['answered']} inside"
    )
    assert f"all: {inside}" in text
    assert f"rms of ln {float(whole['rms']):.2f}" in text


def test_trust_page_equals_the_belief():
    text = trust_figures("T_C of R-(Fe,Co) compounds, model with fetched data")
    report = "surrogates/VALIDATION"
    whole = cells(report, "papers, all rows", "model")
    hosts = cells(report, "papers, 2:14:1, 1:5, 2:17 and 1:12", "model")
    assert (
        f"MAE {float(whole[3]):.0f} K, median {float(whole[4]):.0f} K, pairs {whole[5]}"
        in text
    )
    assert f"{float(hosts[3]):.0f} K and {hosts[5]}" in text
    assert f"{int(whole[2]):,} values" in PAGE


def test_reports_count_the_phases_of_the_weights():
    rows = json.loads(
        datasets.path("known_phases/forming.json").read_text("utf-8")
    )["rows"]
    text = datasets.path("known_phases/VALIDATION.md").read_text("utf-8")
    assert (
        int(re.search(r"^(\d+) rows, \d+ that form", text, re.MULTILINE)[1])
        == rows
    )
