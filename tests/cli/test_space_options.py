"""The options of ``magnetkit screen`` that describe a space."""

import pandas as pd

from tests.command import invoke

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
