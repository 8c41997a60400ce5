"""What users read, as it was stored: commands with the files they write, figures, tables, objects.

Words must stay; a number may differ by 2e-4 or by one in its last digit, as `tests/test_answers.py`
has it. ``python -m tests.test_texts`` stores anew what is meant to move; to add a command or an
expression, add it to the file with an empty text first.
"""

import json
import os
import re
import shlex
import sys
import tempfile
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

import magnetkit as mk
from tests.command import run
from tests.said import said

FILE = Path(__file__).with_name("texts.json")
ROOT = str(FILE.parents[1])
STORED = json.loads(FILE.read_text("utf-8"))
NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
BOXES = re.compile(r"[\s│┃┏┓┡┩└┘├┤━─┳╇┴┼╭╮╰╯]+")
TAGS = re.compile(r"(?s)<style.*?</style>|<script>.*?</script>|<[^>]*>")
HASHES = re.compile(r"\b[0-9a-f]{40,64}\b|\b\d+(?:\.\d+){2,}\b")
SERIES = re.compile(r"(?:[-+.e\d]+,\s*){30,}")
MOST = 30
"""Of longer files but pages, and of rows of numbers, some lines and numbers are kept, evenly."""
screened = cache(lambda: mk.screen(STORED["alloys"], "energy-traction-motor"))
diffused = cache(partial(mk.diffuse, "Nd30.5Co0.9Cu0.1B1.0Fe bal.", "20x10x3mm", basis="weight",
                         load_line=2, anneal=900, anneal_hours=8, cells=1000))  # fmt: skip


def explored(*moves, what=STORED["alloys"]):
    """Return what the explorer's page has, and what each call of it answers to some moves."""
    pytest.importorskip("dash")
    from magnetkit.explorer._results import Results
    from magnetkit.explorer.page import application

    with tempfile.TemporaryDirectory() as folder:
        mk.screen(what, "aviation-actuator", out=Path(folder) / "of")
        results = Results(Path(folder) / "of")
    results.evaluate()
    client = application(results).server.test_client()
    answers = [client.get("/_dash-layout").json]
    for call in client.get("/_dash-dependencies").json:
        names = [name.rsplit(".", 1) for name in call["output"].strip(".").split("...")]
        outputs = [{"id": own, "property": what} for own, what in names]
        asked = {"output": call["output"], "outputs": outputs if names[1:] else outputs[0]}
        for move in moves if not call["clientside_function"] else ():
            given = STORED["controls"] | move
            body = asked | {"changedPropIds": [move.get("by", "remanence.value")]}
            for kind in ("inputs", "state"):
                body[kind] = [
                    [] if part["id"][0] == "{" else part | {"value": given.get(part["id"])}
                    for part in call[kind]
                ]
            reply = client.post("/_dash-update-component", json=body)
            answers.append([reply.status_code, reply.json])
    return answers


def refused(*expressions):
    """Return what each of some wrong expressions is refused with."""
    found = []
    for expression in expressions:
        try:
            found.append(f"taken: {eval(expression)}")
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
    return found


def some(parts):
    return parts[:: 1 + len(parts) // MOST]


def short(text):
    """Return a text without borders, rules, most numbers of long rows, hashes and versions."""
    text = HASHES.sub("HASH", BOXES.sub(" ", text.replace(ROOT, "ROOT")))
    return SERIES.sub(lambda run: ",".join(some(run[0].split(","))), text)


def plain(value):
    """Return a value as text: tables as CSV, figures as JSON, pages without their scripts."""
    if isinstance(value, pd.DataFrame):
        return "\n".join(some(value.to_csv().splitlines()))
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=plain)
    return TAGS.sub(" ", str(value)) if "</" in str(value) else str(value)


def written(file):
    """Return what a file holds, as far as it is text or a workbook."""
    if file.suffix == ".xlsx":
        sheets = load_workbook(file).worksheets
        return plain(
            [[s.title, *(list(row) for row in s.iter_rows(values_only=True))] for s in sheets]
        )
    if b"\0" in file.read_bytes() or file.name == "manifest.json":
        return "written"
    lines = [line for line in plain(file.read_text("utf-8")).splitlines() if line.strip()]
    if file.suffix == ".html":
        # Between what it says and its figures stand the tables' own descriptions.
        return "\n".join(lines)[:8_000] + "\n".join(lines)[-60_000:]
    return "\n".join(some(lines))


def session(name, folder):
    """Yield what each command of a session says, its exit and the files that it writes."""
    for file, text in STORED["sessions"][name]["files"].items():
        (folder / file).write_text(text, "utf-8")
    own, known = {**os.environ, "MAGNETKIT_DATA_DIR": str(folder / "data"), "COLUMNS": "150"}, {}
    for command in STORED["sessions"][name]["commands"]:
        with patch("magnetkit.show._text.to_terminal", lambda: name.startswith("terminal")):
            done = run(*shlex.split(command), cwd=folder, env=own)
        texts = [f"exit {done.returncode}", done.stdout, *said(done.stderr)]
        for file in sorted(f for f in folder.rglob("*") if f.is_file()):
            if known.get(file) != (known := known | {file: file.stat().st_mtime_ns})[file]:
                shown = written(file)[: STORED["sessions"][name].get("most")]
                texts.append(f"FILE {file.relative_to(folder)} {shown}")
        yield command, short("\n".join(texts).replace(str(folder), "FOLDER"))


def value_of(expression):
    return short(plain(eval(expression, globals() | {"nan": np.nan})))


def differences(found, stored):
    """Return where a text leaves what was stored: its words, or a number beyond its digits."""
    if NUMBER.sub("#", found) != NUMBER.sub("#", stored):
        return [(found, stored)]
    pairs = zip(NUMBER.findall(found), NUMBER.findall(stored), strict=True)
    return [(got, want) for got, want in pairs if got != want and not near(got, want)]


def near(got, want):
    a, b = (float(text.replace("−", "-")) for text in (got, want))
    digits = len(want.partition("e")[0].partition(".")[2])
    last = 10.0**-digits if "e" not in want and (digits or abs(b) >= 100.0) else 1e-9
    return abs(a - b) <= 2e-4 * abs(b) + 1.01 * last


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", STORED["sessions"])
def test_a_session_says_and_writes_what_it_did(name, tmp_path):
    for command, text in session(name, tmp_path):
        found = differences(text, STORED["sessions"][name]["commands"][command])
        assert not found, command


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("expression", STORED["values"])
def test_a_value_shows_what_it_did(expression):
    assert not differences(value_of(expression), STORED["values"][expression])


if __name__ == "__main__":
    for name, own in STORED["sessions"].items():
        if sys.argv[1:] in ([], [name]):
            with tempfile.TemporaryDirectory() as folder:
                own["commands"] = dict(session(name, Path(folder)))
    for expression in STORED["values"]:
        if not sys.argv[1:] or not STORED["values"][expression]:
            STORED["values"][expression] = value_of(expression)
    FILE.write_text(json.dumps(STORED, indent=1, ensure_ascii=False) + "\n", "utf-8")
