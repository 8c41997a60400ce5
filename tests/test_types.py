"""What type checkers say that public functions return."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PANDAS = "pandas.DataFrame"
POLARS = "polars.dataframe.frame.DataFrame"
TYPES = {
    'mk.predict("SmCo5")': PANDAS,
    'mk.predict(["SmCo5", "Nd2Fe14B"], "150C")': PANDAS,
    'mk.predict(pd.DataFrame({"composition": ["SmCo5"]}), ["20C", "150C"])': PANDAS,
    'mk.predict(pl.DataFrame({"composition": ["SmCo5"]}), load_line=2.0)': POLARS,
    'mk.phases.stability("SmCo5")': PANDAS,
    'mk.phases.stability(pl.Series(["SmCo5"]))': POLARS,
    'mk.magnetism.sintered(["SmCo5"], temperature=423.15)': PANDAS,
    'mk.phases.pull("Sm-Co")': "magnetkit.phases.snapshot.Snapshot",
    "mk.phases.load()": PANDAS,
    'mk.validate("curie_temperature_K")': "magnetkit.run.validation.Validation",
    'mk.replace("N42SH", temperature="150C")': "magnetkit.run.replace.Replacement",
    'mk.curve("N42SH")': "magnetkit.curves._formats.Curve",
    'mk.compare(["N42SH", "N38SH"])': PANDAS,
    'mk.grades("N42SH")': PANDAS,
    'mk.screen(["SmCo5"])': "magnetkit.run.screen.ScreenResult",
    'mk.surrogates.training_set("x")': "magnetkit.surrogates._measured.TrainingSet",
    "mk.surrogates.CompositionRegressor()": (
        "magnetkit.surrogates.regressor.CompositionRegressor"
    ),
}
"""A page of what public calls return, as mypy names it."""
# Packages of which no type is returned; to read them takes two thirds of mypy's time.
UNREAD = (
    "dask dash distributed emmet matplotlib monty mp_api numba openpyxl plotly pyarrow pydantic"
    " pymatgen rich scipy sklearn typer"
).split()


@pytest.fixture(scope="module")
def snippet(tmp_path_factory):
    """Write a script that reveals each type, and then makes one mistake."""
    file = tmp_path_factory.mktemp("types") / "snippet.py"
    head = [
        "import pandas as pd",
        "import polars as pl",
        "import magnetkit as mk",
    ]
    calls = [f"reveal_type({call})" for call in TYPES]
    lines = [*head, *calls, 'mk.predict("SmCo5", detail="no")']
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_mypy_knows_what_public_functions_return(snippet):
    pytest.importorskip("mypy")
    patterns = ",".join(f"{name}.*" for name in UNREAD)
    (snippet.parent / "mypy.ini").write_text(
        "[mypy]\nignore_missing_imports = True\nfollow_imports = silent\n"
        f"[mypy-{patterns}]\nfollow_imports = skip\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--hide-error-context"]
    command += [
        f"--config-file={snippet.parent / 'mypy.ini'}",
        f"--cache-dir={snippet.parent / 'cache'}",
        str(snippet),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if "snippet.py" in line]
    types = [line.split('"')[1] for line in lines if "Revealed type" in line]
    names = [name.replace("pandas.core.frame.", "pandas.") for name in types]
    assert names == list(TYPES.values()), done.stdout
    (wrong,) = [line for line in lines if " error: " in line]
    assert "detail" in wrong or "No overload" in wrong


@pytest.mark.peer
def test_pyright_knows_what_public_functions_return(snippet):
    pytest.importorskip("pyright")
    pytest.importorskip("polars")
    settings = {"extraPaths": [str(ROOT)], "typeCheckingMode": "basic"}
    (snippet.parent / "pyrightconfig.json").write_text(
        json.dumps(settings), encoding="utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "pyright",
        "--outputjson",
        "--pythonpath",
        sys.executable,
    ]
    command += ["--project", str(snippet.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    diagnostics = json.loads(done.stdout)["generalDiagnostics"]
    # It writes the last name of a type: Type of "mk.phases.load()" is "DataFrame".
    messages = [
        one["message"]
        for one in diagnostics
        if one["severity"] == "information"
    ]
    types = [message.rsplit('"', 2)[1] for message in messages]
    assert types == [name.rsplit(".", 1)[-1] for name in TYPES.values()]
    wrong = [one for one in diagnostics if one["severity"] == "error"]
    assert len({one["range"]["start"]["line"] for one in wrong}) == 1
    assert any("detail" in one["message"] for one in wrong)
