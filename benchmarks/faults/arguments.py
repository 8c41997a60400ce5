"""What is none, in each argument of public functions: refused by name, or taken; nothing else.

``python -m benchmarks.faults.arguments [FUNCTION ...] FOLDER`` prints a line of JSON a function.
"""

import inspect
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from magnetkit.errors import MagnetkitError

import magnetkit as mk
from tests.test_keywords import BASE, CALLS, MINE, VALUES

JUNK: dict[str, Any] = {
    "none": None,
    "42": 42,
    "-1": -1,
    "nan": float("nan"),
    "infinity": float("inf"),
    "1e300": 1e300,
    "true": True,
    "no text": "",
    "text": "x",
    "control signs": "\x00\x1b[31m",
    "bytes": b"SmCo5",
    "empty list": [],
    "list of none": [None],
    "list of text": ["x"],
    "list of nan": [float("nan")],
    "nested list": [[1.0, 2.0], [3.0]],
    "empty mapping": {},
    "mapping": {"x": "y"},
    "mapping of nan": {"Co": float("nan")},
    "set": {"x"},
    "object": object(),
    "complex": 1j,
    "array of no axis": np.array(1.0),
    "empty array": np.array([]),
    "array of three axes": np.ones((2, 2, 2)),
    "frame": pd.DataFrame(),
    "path": Path("there/is/none"),
    "function": len,
}

# What a user may well ask for, at a price that a campaign does not pay; and a function of the
# user's own, whose error is his.
LEFT_OUT = {("screen", "workers", "42"), ("screen", "progress", "function")}
TABLE = mk.CompositionTable.from_strings(["Nd2Fe14B"])

# A function and a good value for each of its arguments.
Call: TypeAlias = tuple[Callable[..., Any], dict[str, Any]]

# What is left out of the arguments has its default.
MORE: dict[str, Call] = {
    "use_limits": (
        mk.curves.use_limits,
        {
            "compositions": BASE,
            "load_line": 1.0,
            "hours": 10.0,
            "losses": [1.0],
            "outside_field_kA_m": 10.0,
            "process": None,
            "shell": None,
            "basis": "auto",
        },
    ),
    "demagnetization": (
        mk.magnetism.demagnetization,
        {
            "compositions": BASE,
            "temperature": 300.0,
            "fields": np.array([0.0, -1e5]),
            "process": None,
            "shell": None,
            "host": "auto",
            "load_line": 1.0,
            "basis": "auto",
        },
    ),
    "phase_balance": (
        mk.magnetism.phase_balance,
        {
            "compositions": BASE,
            "process": None,
            "host": "auto",
            "basis": "auto",
        },
    ),
    "comparators": (mk.magnetism.comparators, {"temperature": 300.0}),
    "calibrate": (
        mk.calibrate,
        {
            "frame": pd.DataFrame(
                {
                    "composition": ["Nd31.5Co1Cu0.1B1Fe bal."],
                    "basis": ["weight"],
                    "temperature_K": [293.15],
                    "coercivity_kA_m": [1100.0],
                }
            ),
            "name": "mine",
            "basis": "auto",
            "strict": False,
            "keep": False,
        },
    ),
    "grades": (
        mk.grades,
        {"name": "N42SH", "temperature": 300.0, "sheets": False},
    ),
    "replace": (
        mk.replace,
        {
            "grade": "N42SH",
            "temperature": "150C",
            "load_line": 2.0,
            "recipe": None,
            "shell": None,
            "measured": None,
            "add": None,
            "require": (),
            "prices": None,
            "mass_kg": 1.0,
            "per_year": 10,
        },
    ),
    "compensation": (
        mk.compensation,
        {
            "reference": "2:17TC-16",
            "temperature": None,
            "recipe": None,
            "circuit": 0.0,
        },
    ),
    "makeup": (mk.magnetism.estimate_composition, {"grade": "{grade}"}),
    "replace_parts": (mk.replace_parts, {"table": "patriot", "per_year": 1}),
    "diffuse": (
        mk.diffuse,
        {
            "composition": "Nd2Fe14B",
            "shape": "20x10x3mm",
            "along": "z",
            "faces": "all",
            "element": "Tb",
            "temperature": "120C",
            "field": None,
            "load_line": 2.0,
            "outside_field_kA_m": 0.0,
            "require": "irreversible_loss_pct<=3",
            "probability": 0.9,
            "anneal_hours": 8.0,
            "anneal": 900.0,
            "cells": 300,
        },
    ),
    "needed_by_temperature": (
        mk.diffusion.needed_by_temperature,
        {
            "composition": "Nd2Fe14B",
            "shape": "20x10x3mm",
            "thicknesses": [3.0],
            "temperature": "120C",
            "element": "Tb",
        },
    ),
    "substitutions": (
        mk.substitutions,
        {
            "host": "SmCo5",
            "replace": {"Sm": ["Gd"]},
            "step": 0.5,
            "limits": None,
            "additions": None,
        },
    ),
    "load": (
        mk.surrogates.load,
        {"target": "formation_energy_eV_atom", "data": None, "add": None},
    ),
    "training_set": (
        mk.surrogates.training_set,
        {"target": "formation_energy_eV_atom", "data": None},
    ),
    "train": (
        mk.surrogates.train,
        {
            "target": "curie_temperature_K",
            "training_set": None,
            "data": "{table}",
        },
    ),
    "suggest": (
        mk.suggest,
        {
            "result": "{result}",
            "batch": 2,
            "stock": None,
            "melts": None,
            "limits": (),
            "charge_kg": 1.0,
            "seed": 0,
        },
    ),
    "break_even_recycled_share": (
        mk.supply.break_even_recycled_share,
        {"compositions": "SmCo5", "element": "Co", "target": 0.3},
    ),
    "element_table": (
        mk.supply.element_table,
        {"scenario": "embargo", "recycled": {"Co": 0.2}},
    ),
    "load_scenario": (mk.supply.load_scenario, {"scenario": "embargo"}),
    "with_prices": (
        mk.supply.with_prices,
        {"scenario": "embargo", "prices": {"Tb": "3x"}},
    ),
    "applications.load": (
        mk.applications.load,
        {"name_or_path": "f22-engine"},
    ),
    "phases.load": (mk.phases.load, {"snapshot": None}),
    "read_snapshot": (mk.phases.read_snapshot, {"folder": "{snapshot}"}),
    "subsystems": (mk.phases.subsystems, {"systems": ["Sm-Co"]}),
    "assign_hosts": (mk.phases.assign_hosts, {"table": TABLE, "host": "auto"}),
    "parse_composition": (
        mk.parse_composition,
        {"text": "SmCo5", "basis": "auto"},
    ),
    "from_strings": (
        mk.CompositionTable.from_strings,
        {"texts": ["SmCo5"], "basis": "auto"},
    ),
    "parse_temperature": (mk.units.parse_temperature, {"value": "150C"}),
    "load_table": (mk.features.load_table, {"preset": "magpie"}),
}


@dataclass
class Figures:
    function: str
    tried: int = 0
    refused: int = 0
    taken: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def functions() -> dict[str, Call]:
    """Return each function with a good value for each of its arguments."""
    calls = {}
    for name, (function, arguments, values) in CALLS.items():
        parameters = list(inspect.signature(function).parameters)
        defaults = {n: VALUES[n] for n in parameters if n in VALUES}
        first = dict(zip(parameters, arguments, strict=False))
        calls[name] = function, {**defaults, **first, **values}
    return {**calls, **MORE}


def _required_arguments(
    function: Callable[..., Any], values: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments that a call cannot do without, and what makes it small."""
    required = {
        n
        for n, p in inspect.signature(function).parameters.items()
        if p.default is p.empty
        and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    }
    small = (
        "application",
        "replaced",
        "element",
        "cells",
        "load_line",
        "hours",
        "data",
        "keep",
    )
    return {n: v for n, v in values.items() if n in required or n in small}


def calls(
    function: Callable[..., Any], values: dict[str, Any], junk: dict[str, Any]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the calls of a function with junk in one argument, and which and what that is."""
    for name in values:
        for kind, value in junk.items():
            yield (
                name,
                kind,
                {**_required_arguments(function, values), name: value},
            )


def _good_value(value: Any, place: Path) -> Any:
    """Return what a place holder of a good value stands for."""
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    if value == "{snapshot}":
        return mk.phases.open_snapshot().folder
    if value == "{table}":
        MINE.to_csv(place / "mine.csv", index=False)
        return place / "mine.csv"
    if value == "{grade}":
        return mk.grades("N42SH").iloc[0]
    if value == "{result}":
        return mk.screen(["SmCo5", "Nd2Fe14B", BASE], "f22-engine")
    return place / ("out.csv" if value == "{csv}" else "out")


def run(name: str, place: Path, junk: dict[str, Any] = JUNK) -> Figures:
    """Try each junk value in each argument of a function."""
    function, arguments = functions()[name]
    values = {n: _good_value(v, place) for n, v in arguments.items()}
    figures = Figures(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(**_required_arguments(function, values))
    except Exception as error:
        # What is refused as it is says nothing of the junk.
        figures.faults.append(
            f"good values: {type(error).__name__}: {str(error)[:120]}"
        )
    for argument, kind, options in calls(function, values, junk):
        if (name, argument, kind) in LEFT_OUT:
            continue
        figures.tried += 1
        text = f"{argument}={kind}"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                function(**options)
            figures.taken.append(text)
        except MagnetkitError as error:
            figures.refused += 1
            if not str(error) or "np.float64(" in str(error):
                figures.faults.append(f"{text}: said {str(error)[:100]!r}")
        except Exception as error:
            figures.faults.append(
                f"{text}: {type(error).__name__}: {str(error)[:120]}"
            )
    return figures


def main(names: list[str], place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    # What a text such as "x" names as a file to write is written there.
    os.chdir(place)
    for name in names or functions():
        print(json.dumps(vars(run(name, place))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:-1], Path(sys.argv[-1]))
