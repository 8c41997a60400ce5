"""The options of ``magnetkit screen`` that describe a space."""

import pandas as pd
import pytest
from magnetkit.errors import InputError

from magnetkit import datasets
from tests.command import invoke

TABLE = datasets.path("magnets/magnets.csv")
SPACE = "--host SmCo5 --replace Sm=Gd,Pr --step 0.25 --quiet"


def screen(out, options):
    device = "--application patriot-beam-focusing"
    return invoke(f"screen {device} --out {out} {options}")


def test_additions_and_shells(tmp_path):
    out = tmp_path / "a"
    more = "--minor Cu=0.5 --shell 'Dy 0.30 @ 0.05'"
    done = screen(out, f"{SPACE} {more}")
    assert done.exit_code == 0, done.output
    table = pd.read_parquet(out / "ranked.parquet")
    assert len(table) == 16
    assert (table["shell"].astype(str) == "Dy 0.30 @ 0.05").sum() == 1
    assert table["candidate"].str.contains("Cu").all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--minor Cu=0.5", "--minor needs --host"),
        (
            "--shell 'Tb 0.30 @ 0.10' --shell 'Dy 0.5 wt%'",
            "several shells need --host",
        ),
        (f"{SPACE} --minor Cu", "--minor 'Cu': expected Element=number"),
        ("--replace Sm=Gd", "need --host"),
        ("--host 3:29 --replace Nd=Ce", "give 2:14:1, "),
        ("--host 1:5", "--host needs --replace"),
        (f"{TABLE} {SPACE}", "a candidate table or --host, not both"),
        (f"{SPACE} --shell 'Tb 15 wt%'", "this shell cannot be made"),
    ],
)
def test_names_options_that_exclude_each_other(tmp_path, options, message):
    done = screen(tmp_path / "x", options)
    assert isinstance(done.exception, InputError)
    assert message in str(done.exception)
