"""What a type checker says that public functions return."""

import subprocess
import sys

import pytest

SNIPPET = """
import pandas as pd
import polars as pl
import magnetkit as mk

reveal_type(mk.predict("SmCo5"))
reveal_type(mk.predict(["SmCo5", "Nd2Fe14B"], "150C"))
reveal_type(mk.predict(pd.DataFrame({"composition": ["SmCo5"]}), ["20C", "150C"]))
reveal_type(mk.predict(pl.DataFrame({"composition": ["SmCo5"]}), load_line=2.0))
reveal_type(mk.phases.stability("SmCo5"))
reveal_type(mk.phases.stability(pl.Series(["SmCo5"])))
reveal_type(mk.magnetism.sintered(["SmCo5"], temperature=423.15))
reveal_type(mk.phases.pull("Sm-Co"))
reveal_type(mk.phases.load())
mk.predict("SmCo5", detail="no")
"""
PANDAS, POLARS = "pandas.DataFrame", "polars.dataframe.frame.DataFrame"
EXPECTED = [
    PANDAS, PANDAS, PANDAS, POLARS, PANDAS, POLARS, PANDAS,
    "magnetkit.phases.snapshot.Snapshot", PANDAS,
]  # fmt: skip


def test_a_type_checker_knows_the_frames(tmp_path):
    pytest.importorskip("mypy")
    file = tmp_path / "snippet.py"
    file.write_text(SNIPPET)
    command = [sys.executable, "-m", "mypy", "--ignore-missing-imports", "--hide-error-context"]
    command += ["--follow-imports=silent", f"--cache-dir={tmp_path / 'cache'}", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if "snippet.py" in line]
    revealed = [line.split('"')[1] for line in lines if "Revealed type" in line]
    shown = [name.replace("pandas.core.frame.", "pandas.") for name in revealed]
    assert shown == EXPECTED, done.stdout
    (wrong,) = [line for line in lines if " error: " in line]
    assert "detail" in wrong or "No overload" in wrong
