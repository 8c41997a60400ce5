"""``magnetkit report --robustness`` on a results folder."""

import pandas as pd
import pytest

import magnetkit as mk
from tests.command import invoke


def test_prints_the_best_and_writes_all(tmp_path):
    alloys = [
        "Nd2Fe14B",
        "Nd1.8Dy0.2Fe14B",
        "Nd1.6Dy0.4Fe14B",
        "Nd1.4Dy0.6Fe14B",
        "Er2Fe14B",
    ]
    mk.screen(alloys, application="hot-servo-motor", out=tmp_path / "r")
    out = tmp_path / "robustness.csv"
    results = tmp_path / "r"
    words = "--robustness --places 2 --top 1"
    done = invoke(f"report {results} {words} --out {out}")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("rank,candidate")
    table = pd.read_csv(out)
    # Er2Fe14B is no uniaxial magnet and has no rank.
    assert list(table["rank"]) == [1, 2, 3, 4]
    assert table["top_ten_share"].sum() == pytest.approx(2.0)
    # Another kind of file is written as its name says, or refused before anything is drawn.
    for line in (f"report {results} --robustness", f"suggest {results}"):
        book = tmp_path / "book.xlsx"
        done = invoke(f"{line} --out {book}")
        assert done.exit_code == 0, done.output
        assert len(pd.read_excel(book, engine="openpyxl")) > 0
        done = invoke(f"{line} --out {tmp_path}/notes.docx")
        assert "expected a file ending in .csv" in str(done.exception)
