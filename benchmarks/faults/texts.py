"""Markup in every text of a profile, scenario, table, mill and manifest, where it is shown.

That is the report. ``python -m benchmarks.faults.texts FOLDER`` prints as JSON
what it found.
"""

import copy
import csv
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from magnetkit.errors import MagnetkitError
from magnetkit.settings import get_settings

from magnetkit import applications
from magnetkit.choose.applications import Profile
from magnetkit.magnetism import _measured
from magnetkit.magnetism.calibrate import calibrate
from magnetkit.run.screen import ScreenResult, screen
from magnetkit.supply.scenario import load_scenario

HOSTILE = "</title></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
DEVICE = "f22-engine"


@dataclass
class Figures:
    inputs: int = 0
    refused: int = 0
    shown: int = 0
    faults: list[str] = field(default_factory=list)


class _Elements(HTMLParser):
    """Collects what a browser would make of a page: its elements and what its scripts hold."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self._script = (
            tag == "script" and ("type", "application/json") not in attrs
        )
        if (
            any(name.startswith("on") for name, _ in attrs)
            or ("src", "x") in attrs
        ):
            self.bad.append(f"<{tag} {attrs}>")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip() == "alert(1)":
            self.bad.append("<script>")
        self._script = False


def markup(page: str) -> list[str]:
    """Return the elements of a page that a text of the user's has become."""
    parser = _Elements()
    parser.feed(page)
    return parser.bad


def places(tree: Any, at: tuple = ()) -> Iterator[tuple]:
    """Yield the place of every text in a tree of dictionaries and lists."""
    if isinstance(tree, str):
        yield at
        return
    branches: Any = ()
    if isinstance(tree, dict):
        branches = tree.items()
    elif isinstance(tree, list):
        branches = enumerate(tree)
    for key, branch in branches:
        yield from places(branch, (*at, key))


def put(tree: Any, at: tuple, value: str) -> Any:
    """Return a copy of a tree with another text in a place."""
    tree = copy.deepcopy(tree)
    inner = tree
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return tree


def visible_markup(folder: Path) -> list[str]:
    """Return the markup that the report of a results folder lets through."""
    ScreenResult.from_folder(folder).report(folder / "report.html")
    return markup((folder / "report.html").read_text(encoding="utf-8"))


def profiles(place: Path) -> Figures:
    whole = applications.load(DEVICE).model_dump(mode="json")

    def screen_changes(changed: Any, out: Path) -> None:
        screen(["SmCo5", "Nd2Fe14B"], Profile.model_validate(changed), out=out)

    return _each(whole, screen_changes, place)


def toml(value: Any) -> str:
    """Return a value as TOML writes it in a line."""
    if isinstance(value, dict):
        pairs = (
            f"{json.dumps(k)} = {toml(v)}"
            for k, v in value.items()
            if v is not None
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return json.dumps(value)


def scenarios(place: Path) -> Figures:
    whole = load_scenario("embargo").model_dump(mode="json")

    def screen_changes(changed: Any, out: Path) -> None:
        file = place / "mine.toml"
        lines = [
            f"{json.dumps(k)} = {toml(v)}"
            for k, v in changed.items()
            if v is not None
        ]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        screen(["SmCo5"], DEVICE, scenario=file, out=out)

    return _each(whole, screen_changes, place)


def recipes(place: Path) -> Figures:
    """Texts of a table: recipes, headings, cells of other columns; and shells and processes."""
    plain = HOSTILE.replace('"', "'")
    whole = {
        "head": "note",
        "cell": "x",
        "recipe": "Sm2Co17",
        "name": "alloys",
        "shell": "Tb 0.3",
    }

    def screen_changes(changed: Any, out: Path) -> None:
        clean = changed["name"].replace("/", "_")
        table = place / f"{clean}.csv"
        rows = [
            ["composition", changed["head"], "shell"],
            ["SmCo5", changed["cell"], ""],
        ]
        rows += [
            [changed["recipe"], "1", ""],
            ["Nd2Fe14B", "2", changed["shell"]],
        ]
        with table.open("w", encoding="utf-8", newline="") as stream:
            for row in rows:
                cells = ['"' + cell.replace('"', "'") + '"' for cell in row]
                stream.write(",".join(cells) + "\n")
        screen(table, DEVICE, out=out)

    return _each(whole, screen_changes, place, plain)


def manifests(place: Path) -> Figures:
    good = place / "good"
    screen(["SmCo5", "??"], DEVICE, out=good)
    whole = json.loads((good / "manifest.json").read_text())

    def read_changes(changed: Any, out: Path) -> None:
        shutil.copytree(good, out)
        (out / "manifest.json").write_text(
            json.dumps(changed), encoding="utf-8"
        )

    return _each(whole, read_changes, place)


def mills(place: Path) -> Figures:
    """Texts of a table of measured magnets, and of the file that is stored of them."""
    row = {
        "composition": "Nd2Fe14B",
        "temperature_K": "293",
        "remanence_T": "1.2",
    }
    table = {
        **row,
        "coercivity_kA_m": "900",
        "magnet": "a",
        "maker": "b",
        "shell": "Tb 0.3 @ 0.1",
        "name": "mine",
        "head": "note",
    }
    place.mkdir(parents=True)
    os.environ["MAGNETKIT_DATA_DIR"] = str(place)
    get_settings.cache_clear()

    def calibrate_changes(changed: Any, out: Path) -> None:
        cells = {
            changed["head"] if k == "head" else k: v
            for k, v in changed.items()
        }
        name = cells.pop("name")
        file = place / "magnets.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([cells.keys(), cells.values()])
        calibrate(file, name=name)
        screen(["SmCo5", "Nd2Fe14B"], DEVICE, process=name, out=out)

    def screen_changes(changed: Any, out: Path) -> None:
        file.write_text(json.dumps(changed), encoding="utf-8")
        screen(["SmCo5", "Nd2Fe14B"], DEVICE, process="kept", out=out)

    try:
        figures = _each(table, calibrate_changes, place)
        calibrate({k: [v] for k, v in row.items()}, name="kept")
        file = _measured.folder() / "kept.json"
        file_figures = _each(
            json.loads(file.read_text(encoding="utf-8")), screen_changes, place
        )
    finally:
        del os.environ["MAGNETKIT_DATA_DIR"]
        get_settings.cache_clear()
    figures.inputs += file_figures.inputs
    figures.refused += file_figures.refused
    figures.shown += file_figures.shown
    figures.faults += file_figures.faults
    return figures


def _each(whole: Any, make: Any, place: Path, text: str = HOSTILE) -> Figures:
    """Put the text in each place in turn, make results of it and look at what shows them."""
    figures = Figures()
    place.mkdir(parents=True, exist_ok=True)
    for number, at in enumerate(places(whole)):
        out = place / str(number)
        figures.inputs += 1
        try:
            make(put(whole, at, text), out)
            faults = visible_markup(out)
        except Exception as error:
            # pydantic's own error is a ValueError: a profile or scenario that cannot be.
            figures.refused += isinstance(error, (MagnetkitError, ValueError))
            if not type(error).__module__.startswith(
                ("magnetkit", "pydantic_core")
            ):
                figures.faults.append(
                    f"{at}: {type(error).__name__}: {error}"[:300]
                )
            continue
        finally:
            shutil.rmtree(out, ignore_errors=True)
        figures.shown += 1
        figures.faults += [f"{at}: {bad}" for bad in faults]
    return figures


KINDS = {
    "profile": profiles,
    "scenario": scenarios,
    "table": recipes,
    "manifest": manifests,
    "mill": mills,
}


def main(folder: Path) -> None:
    rows = [
        {"kind": name, **vars(run(folder / name))}
        for name, run in KINDS.items()
    ]
    print(json.dumps(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
