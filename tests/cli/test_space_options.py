"""The options of ``magnetkit screen`` that describe a space."""

import pandas as pd
import pytest
from magnetkit.errors import InputError
from typer.testing import CliRunner

from magnetkit import datasets
from magnetkit.cli.app import app

TABLE = str(datasets.path("magnets/magnets.csv"))
SPACE = [
    "--host",
    "SmCo5",
    "--replace",
    "Sm=Gd,Pr",
    "--step",
    "0.25",
    "--quiet",
]


def screen(out, *options):
    return CliRunner().invoke(
        app,
        [
            "screen",
            "--application",
            "patriot-beam-focusing",
            "--out",
            str(out),
            *options,
        ],
    )


def read_ranked_table(out):
    return pd.read_parquet(out / "ranked.parquet")


def test_additions_and_shells(tmp_path):
    done = screen(
        tmp_path / "a",
        *SPACE,
        "--minor",
        "Cu=0.5",
        "--shell",
        "Dy 0.30 @ 0.05",
    )
    assert done.exit_code == 0, done.output
    table = read_ranked_table(tmp_path / "a")
    assert len(table) == 16
    assert (table["shell"].astype(str) == "Dy 0.30 @ 0.05").sum() == 1
    assert table["candidate"].str.contains("Cu").all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--minor", "Cu=0.5"], "--minor needs --host"),
        (
            ["--shell", "Tb 0.30 @ 0.10", "--shell", "Dy 0.5 wt%"],
            "several shells need --host",
        ),
        ([*SPACE, "--minor", "Cu"], "--minor 'Cu': expected Element=number"),
        (["--replace", "Sm=Gd"], "need --host"),
        (["--host", "3:29", "--replace", "Nd=Ce"], "give 2:14:1, "),
        (["--host", "1:5"], "--host needs --replace"),
        ([TABLE, *SPACE], "a candidate table or --host, not both"),
        ([*SPACE, "--shell", "Tb 15 wt%"], "this shell cannot be made"),
    ],
)
def test_names_options_that_exclude_each_other(tmp_path, options, message):
    done = screen(tmp_path / "x", *options)
    assert isinstance(done.exception, InputError)
    assert message in str(done.exception)
