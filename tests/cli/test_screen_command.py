"""``magnetkit screen`` and ``predict`` as a user calls them, bad input above all."""

import csv
import json
import os

import pytest
from magnetkit.errors import InputError

from magnetkit.cli.predict import read_sources
from tests.command import run

APPLICATION = ("--application", "f22-engine")


def rejected_rows(out):
    with (out / "rejected.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_lists_bad_rows_and_ranks_good_ones(tmp_path):
    path = tmp_path / "alloys.csv"
    bad = {
        "Xx2Co17": "no chemical element",
        "Nd bal.Fe bal.": "bal",
        "Nd-2Fe14B": "",
        "NaN": "",
        "(Nd,Dy)2Fe14B": "",
    }
    rows = ["SmCo5", *bad, "Nd2Fe14B"]
    lines = ["composition,heat"] + [
        f'"{text}",{i}' for i, text in enumerate(rows)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = tmp_path / "out"
    done = run("screen", str(path), *APPLICATION, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    # In a pipe the table goes on, and what to decide between is told beside it.
    assert "P: the probability to meet every requirement" in " ".join(
        done.stderr.split()
    )
    rejects = {row["text"]: row for row in rejected_rows(out)}
    for number, text in enumerate(rows, start=2):
        if text in ("SmCo5", "Nd2Fe14B"):
            continue
        assert rejects[text]["line"] == str(number)
        assert bad[text] in rejects[text]["reason"]
    for name in (
        "ranked.parquet",
        "ranked.csv",
        "manifest.json",
        "report.html",
    ):
        assert (out / name).stat().st_size > 0
    with (out / "ranked.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["heat"] for row in csv.DictReader(stream)} <= {
            str(i) for i in range(9)
        }
    assert json.loads((out / "manifest.json").read_text())["done"]


def test_predict_reads_recipes_or_one_file():
    assert read_sources(["alloys.csv"]) == "alloys.csv"
    assert read_sources(["SmCo5", "Nd2Fe14B"]) == ["SmCo5", "Nd2Fe14B"]
    with pytest.raises(InputError, match=r"got 'alloys\.csv' among others"):
        read_sources(["SmCo5", "alloys.csv"])


def test_predict_names_a_bad_row_beside_the_table():
    done = run("predict", "SmCo5", "Xx2Co17")
    assert done.returncode == 0, done.stderr
    assert "SmCo5" in done.stdout
    errors = " ".join(done.stderr.split())
    assert "line 2 ('Xx2Co17'): " in errors
    assert "no chemical element" in errors


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", "", "is empty"),
        ("none.csv", "a,b\nx,y\n", "--column"),
        ("bad.csv", "composition\n??\n", "no candidate"),
        ("nan.csv", "composition\nNaN\n", "no candidate"),
    ],
)
def test_a_table_without_candidates_is_one_line(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    done = run(
        "screen",
        str(path),
        *APPLICATION,
        "--out",
        str(tmp_path / "out"),
        "--quiet",
    )
    assert done.returncode == 1
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_unwritable_folder_is_one_line(tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")
    path = tmp_path / "a.txt"
    path.write_text("SmCo5\n")
    done = run(
        "screen", str(path), *APPLICATION, "--out", str(file / "out"), "--quiet"
    )
    assert done.returncode == 1
    assert "--out" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_host_and_replace_make_candidates(tmp_path):
    out = tmp_path / "o"
    done = run(
        "screen",
        "--host",
        "2:14:1",
        "--replace",
        "Nd=Ce,Dy",
        "--step",
        "0.25",
        "--limit",
        "Dy=0.25",
        "--application",
        "hot-servo-motor",
        "--out",
        str(out),
        "-q",
    )
    assert done.returncode == 0, done.stderr
    with (out / "ranked.csv").open(encoding="utf-8", newline="") as stream:
        names = {row["candidate"] for row in csv.DictReader(stream)}
    assert {"Nd2Fe14B", "Nd1Ce0.5Dy0.5Fe14B"} & names


def test_predict_as_json_and_in_cgs():
    done = run("predict", "SmCo5", "--temperature", "150C", "--json")
    row = json.loads(done.stdout)
    assert row["temperature_K"] == 423.15
    assert 0.8 < row["remanence_T"] < 1.07
    text = run(
        "predict",
        "SmCo5",
        "--units",
        "cgs",
        env={**os.environ, "NO_COLOR": "1"},
    ).stdout
    assert "max_energy_product_MGOe" in text
    assert "\x1b[" not in text


def test_phases_must_be_a_snapshot_folder(tmp_path):
    path = tmp_path / "alloys.txt"
    path.write_text("SmCo5\n", encoding="utf-8")
    out = tmp_path / "out"
    done = run(
        "screen",
        str(path),
        *APPLICATION,
        "--out",
        str(out),
        "--snapshot",
        str(tmp_path / "none"),
    )
    assert done.returncode != 0
    assert "no phase snapshot" in done.stderr
    assert "Traceback" not in done.stderr


def test_prints_brackets_verbatim(tmp_path):
    text = "[Nd0.9Dy0.1]2Fe14B"
    output = run("predict", text).stdout
    assert output.splitlines()[1].startswith(text)
    path = tmp_path / "a.txt"
    path.write_text(text + "\n", encoding="utf-8")
    done = run(
        "screen",
        str(path),
        "--application",
        "hot-servo-motor",
        "--out",
        str(tmp_path / "out"),
        "-q",
    )
    assert text in done.stdout


def test_names_why_nothing_has_a_rank(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Ce2Fe14B\n", encoding="utf-8")
    done = run(
        "screen", str(path), *APPLICATION, "--out", str(tmp_path / "out"), "-q"
    )
    assert done.returncode == 0, done.stderr
    assert "No candidate can be ranked: 1 paramagnetic." in done.stderr
    assert len(done.stdout.splitlines()) == 2  # the header, and today's magnet


def test_no_message_moves_the_cursor(tmp_path):
    done = run(
        "screen",
        str(tmp_path / "\x1b[2Jalloys.csv"),
        *APPLICATION,
        "--out",
        str(tmp_path),
    )
    assert done.returncode == 1
    assert "?[2Jalloys.csv" in done.stderr
    assert "\x1b" not in done.stderr
