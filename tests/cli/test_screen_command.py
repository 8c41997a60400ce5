"""``magnetkit screen`` and ``predict`` as a user calls them, bad input above all."""

import csv
import io
import json
from importlib import import_module

import pandas as pd
import pytest
import typer

from magnetkit.cli.screen import _candidates, _space, check_device
from tests.command import invoke, run

APPLICATION = "--application f22-engine"


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
    done = invoke(f"screen {path} {APPLICATION} --out {out}")
    assert done.exit_code == 0, done.output
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


def test_candidates_come_from_stdin(tmp_path):
    command = f"screen - {APPLICATION} --strict --out {tmp_path / 'out'}"
    done = invoke(command, input="SmCo5\n\njunk!\n")
    assert "'junk!': line 2" in str(done.exception)
    assert "no candidate" in str(invoke(command, input="\n").exception)


def test_prints_brackets_verbatim(terminal):
    text = "[Nd0.9Dy0.1]2Fe14B"
    lines = invoke(f"predict {text}").stdout.splitlines()
    assert lines[0].strip() == text


def test_no_message_moves_the_cursor(tmp_path):
    device = APPLICATION.split()
    done = run("screen", "\x1b[2Jalloys.csv", *device, "--out", str(tmp_path))
    assert done.returncode == 1
    assert "?[2Jalloys.csv" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Screen two magnets into a folder by the command."""
    out = tmp_path_factory.mktemp("screened") / "results"
    source = out.parent / "alloys.txt"
    source.write_text("SmCo5\nSm0.8Gd0.2Co5\n??\n", encoding="utf-8")
    device = "--application patriot-beam-focusing"
    done = invoke(f"screen {source} {device} --out {out}")
    assert done.exit_code == 0, done.output
    return out, done


def test_reports_of_a_folder_go_where_they_are_told(
    results, tmp_path, monkeypatch
):
    out, _ = results
    written = []

    module = import_module("magnetkit.run.screen")
    for kind in ("report", "to_excel"):

        def write(self, path, kind=kind):
            written.append((kind, path))
            return path

        monkeypatch.setattr(module.ScreenResult, kind, write)
    plain = invoke(f"report {out}")
    assert plain.stderr == f"magnetkit: see {out}/report.html\n"
    page = tmp_path / "a.htm"
    assert invoke(f"report {out} --out {page} -q").stderr == ""
    book = tmp_path / "a.xlsx"
    assert f"see {book}" in invoke(f"report {out} --out {book}").stderr
    assert written == [
        ("report", out / "report.html"),
        ("report", page),
        ("to_excel", book),
    ]


def test_certain_ranks_are_printed_and_written(results, tmp_path):
    out, _ = results
    table = tmp_path / "r.csv"
    line = f"report {out} --robustness --draws 20"
    done = invoke(f"{line} --out {table}")
    assert done.exit_code == 0, done.output
    assert done.stderr == f"magnetkit: see {table}\n"
    printed = pd.read_csv(io.StringIO(done.stdout))
    assert printed["rank"].tolist() == [1, 2]
    assert len(pd.read_csv(table)) == 2
    objects = invoke(f"{line} --json --top 1").stdout
    (one,) = [json.loads(line) for line in objects.splitlines()]
    assert one["rank"] == 1


def test_names_magnets_worth_measuring(results, monkeypatch, tmp_path):
    asked = {}
    frame = pd.DataFrame(
        {
            "candidate": ["SmCo5", "PrCo5"],
            "shell": ["", "Tb 1 wt%"],
            "rank": [1, 2],
            "probability_meets_requirements": [0.456, 0.5],
            "worth": [1.234, 2.0],
            "chance_of_change": [0.111, 0.2],
        }
    )

    def answer(result, batch, **options):
        asked.update(options, batch=batch)
        return frame

    module = import_module("magnetkit.run.suggestion")
    monkeypatch.setattr(module, "suggest", answer)
    out, _ = results
    done = invoke(f"suggest {out} --batch 3 --stock Nd=5,Fe=2")
    assert done.exit_code == 0, done.output
    first, second = done.stdout.splitlines()
    assert first == (
        "SmCo5 (rank 1, probability 0.46); the batch so far saves 1.23 units "
        "of regret and changes the choice with probability 0.11"
    )
    assert second.startswith("PrCo5 + Tb 1 wt% (rank 2, probability 0.50); ")
    rest = "magnetkit: 2 of 3: stock and limits allow no more\n"
    assert done.stderr == rest
    given = {"batch": 3, "stock": {"Nd": 5.0, "Fe": 2.0}, "charge_kg": 1.0}
    given |= {"melts": None, "limits": (), "seed": 0, "progress": True}
    assert given.items() <= asked.items()
    done = invoke(f"suggest {out} --batch 2 --json --limit Dy<=2")
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 2
    assert asked["limits"] == ["Dy<=2"]
    assert asked["stock"] is None
    monkeypatch.setattr(module, "order", lambda *_: frame[["candidate"]])
    table = tmp_path / "melts.csv"
    done = invoke(f"suggest {out} --batch 2 --out {table}")
    calibrate = f"then magnetkit calibrate {table} --name NAME"
    assert done.stderr == f"magnetkit: fill in {table}, {calibrate}\n"
    assert table.read_text("utf-8") == "candidate\nSmCo5\nPrCo5\n"


def test_a_space_is_of_a_host_or_a_formula():
    space = _space(None, "1:5", ["Sm=Gd"], 0.5, ["Gd=0.5"], None)
    assert space.formulas() == ["SmCo5", "Sm0.5Gd0.5Co5"]
    formula = _space(None, "Sm2Co17", ["Sm=Gd"], 0.5, None, None)
    assert formula.formulas()[0] == "Sm2Co17"
    candidates = _candidates(space, ["Tb 0.5 wt%"])
    assert candidates.leading == [("SmCo5", "Tb 0.5 wt%")]
    assert candidates.spaces == [space]
    assert _candidates(space, None).leading == []


def test_a_device_or_all_three_say_what_the_magnet_is_for():
    check_device("f22-engine", None, None, None)
    check_device(None, ["rank<=1"], "SmCo5", "150C")
    for lacking in ((None, "SmCo5", "150C"), (["x"], None, "150C")):
        with pytest.raises(typer.BadParameter, match="give --require"):
            check_device(None, *lacking)
    with pytest.raises(typer.BadParameter, match="give --require"):
        check_device(None, ["x"], "SmCo5", None)
