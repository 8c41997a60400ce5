"""Answers of the whole package as hashes, to hold one state of the code against another.

``python benchmarks/frozen.py write FOLDER`` asks the public functions: ten devices, 5,000 recipes
over all hosts and routes, twenty grades to replace, diffusion, calibrations, curves, and the arrays
of the trained models. It keeps every column in FOLDER, and one SHA-256 a column in its
``hashes.json``. ``python benchmarks/frozen.py compare FOLDER OTHER`` says which columns differ, by
how much of the column's largest value, and fails where one does (``--within 1e-12`` allows so
much). Nothing here knows the package's modules: it asks what a user can ask.
"""

import argparse
import hashlib
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import magnetkit as mk

FROZEN_SEED = 20261128
PREDICTION_COUNT = 5000
GRADES = (
    ("N42SH", "150C"),
    ("N38UH", "180C"),
    ("N48H", "100C"),
    ("N45SH", "130C"),
    ("N33AH", "220C"),
    ("N40SH", "120C"),
    ("N35EH", "200C"),
    ("N42M", "80C"),
    ("N50", "60C"),
    ("N38H", "110C"),
    ("N42SH", "75C"),
    ("N35SH", "150C"),
    ("N38SH", "140C"),
    ("N42H", "100C"),
    ("N40H", "120C"),
    ("N33UH", "180C"),
    ("N35UH", "160C"),
    ("N48M", "90C"),
    ("N30UH", "170C"),
    ("N45H", "110C"),
)
TARGETS = (
    "curie_temperature_K",
    "saturation_polarization_T",
    "anisotropy_constant_MJ_m3",
    "formation_energy_eV_atom",
)
ROUTES = (
    None,
    "sintered-axial",
    "sintered-transverse",
    "sintered-isostatic",
    "sintered-fine-grained",
    "hot-deformed",
    "bonded-isotropic",
    "precipitation-hardened-300C",
    "precipitation-hardened-500C",
    "sintered-1-5",
)
EARTHS = ("Nd", "Pr", "Ce", "La", "Sm", "Y", "Gd", "Tb", "Dy", "Ho", "Er")
METALS = ("Co", "Al", "Cu", "Ga", "Ni", "Mn", "Cr", "V", "Nb", "Zr", "Ti")
SHELLS = ("", "", "", "Tb 0.5 wt%", "Dy 0.4 wt%", "Tb 0.30 @ 0.10")
# Earths, metals and the rest of a formula unit.
HOSTS = {
    "2:14:1": (2.0, 14.0, "B", ("Nd", "Pr", "Dy", "Tb", "Ce"), "Fe"),
    "1:5": (1.0, 5.0, "", ("Sm", "Pr", "Gd", "Ce", "Y"), "Co"),
    "2:17": (2.0, 17.0, "", ("Sm", "Gd", "Pr", "Er", "Y"), "Co"),
    "1:12": (1.0, 11.0, "Ti", ("Sm", "Nd", "Y", "Ce", "Dy"), "Fe"),
    "1:12N": (1.0, 11.0, "TiN", ("Nd", "Pr", "Sm"), "Fe"),
    "2:17N": (2.0, 17.0, "N3", ("Sm", "Nd", "Ce"), "Fe"),
}

Tables = Iterator[tuple[str, pd.DataFrame]]


def recipes(generator: np.random.Generator, count: int) -> list[str]:
    """Return formulas over all hosts, and charges in wt.%, in a fixed order."""
    recipe_texts = []
    names = list(HOSTS)
    for i in range(count):
        rare, metal, rest, other_elements, base = HOSTS[names[i % len(names)]]
        if names[i % len(names)] == "2:14:1" and i % 4 == 0:
            recipe_texts.append(_charge(generator))
            continue
        first = other_elements[generator.integers(len(other_elements))]
        second = EARTHS[generator.integers(len(EARTHS))]
        share = round(float(generator.random()) * 0.5, 3)
        other = METALS[generator.integers(len(METALS))]
        part = round(float(generator.random()) * 0.2, 3)
        counts: dict[str, float] = {first: rare * (1.0 - share)}
        counts[second] = counts.get(second, 0.0) + rare * share
        counts[base] = counts.get(base, 0.0) + metal * (1.0 - part)
        counts[other] = counts.get(other, 0.0) + metal * part
        recipe_texts.append(
            "".join(f"{s}{n:.4f}" for s, n in counts.items() if n > 0.0) + rest
        )
    return recipe_texts


def _charge(generator: np.random.Generator) -> str:
    """Return a sintered Nd-Fe-B charge in at.% of about 13 % rare earth."""
    rare = 12.0 + 3.0 * generator.random()
    heavy = 2.5 * generator.random()
    amounts = {
        "Nd": 0.75 * (rare - heavy),
        "Pr": 0.25 * (rare - heavy),
        "Dy": 0.7 * heavy,
        "Tb": 0.3 * heavy,
        "Co": 2.0 * generator.random(),
        "Cu": 0.2 * generator.random(),
        "Al": 0.8 * generator.random(),
        "Ga": 0.4 * generator.random(),
        "B": 5.5 + generator.random(),
    }
    iron = 100.0 - sum(round(v, 3) for v in amounts.values())
    return "".join(f"{s}{v:.3f}" for s, v in amounts.items()) + f"Fe{iron:.3f}"


def devices() -> Tables:
    """Yield the whole table of each device's own space."""
    for name in mk.applications.names():
        yield name, mk.screen(None, name).table
    yield "best-of", mk.screen(None, "weapon-fin-actuator", keep=200).table


def predictions() -> Tables:
    """Yield the properties of the recipes by route and temperature."""
    texts = recipes(np.random.default_rng(FROZEN_SEED), PREDICTION_COUNT)
    shells = [SHELLS[i % len(SHELLS)] for i in range(len(texts))]
    size = PREDICTION_COUNT // len(ROUTES)
    for i, route in enumerate(ROUTES):
        rows = slice(i * size, (i + 1) * size)
        some = pd.DataFrame({"composition": texts[rows], "shell": shells[rows]})
        for kelvin in (293.15, (240.0, 423.15, 600.0)[i % 3]):
            frame = mk.predict(some, kelvin, basis="atomic", process=route)
            yield f"{route or 'usual'} {kelvin:g}", frame
    yield (
        "intrinsic 300",
        mk.magnetism.intrinsic(texts[:2000], temperature=300.0),
    )
    yield (
        "intrinsic 30",
        mk.magnetism.intrinsic(texts[2000:4000], temperature=30.0),
    )
    yield "sintered 77", mk.magnetism.sintered(texts[::5], temperature=77.0)
    table = mk.CompositionTable.from_strings(texts[:1500], basis="atomic")
    yield "balance", mk.magnetism.phase_balance(table)
    yield "stability", mk.phases.stability(table)


def replacements() -> Tables:
    """Yield candidates and sentences for each grade."""
    for grade, temperature in GRADES:
        try:
            answer = mk.replace(grade, temperature)
        except ValueError as error:
            yield (
                f"{grade} {temperature}",
                pd.DataFrame({"refused": [str(error)]}),
            )
            continue
        yield f"{grade} {temperature}", answer.candidates
        yield (
            f"{grade} {temperature} lines",
            pd.DataFrame({"line": list(_call_method(answer.lines))}),
        )


def _call_method(value: Any) -> Any:
    """Return what a method or an attribute of that name gives."""
    if callable(value):
        return value()
    return value


def tools() -> Tables:
    """Yield diffusion, calibrations and curves."""
    alloy = "Nd2Fe14B"
    for shape in ("40x15x5mm", "20x10x4mm"):
        yield (
            f"diffuse {shape}",
            mk.diffuse(alloy, shape, temperature="120C", cells=300).designs,
        )
    magnets = pd.DataFrame(
        {
            "composition": ["Nd2Fe14B", "Nd1.9Dy0.1Fe14B", "Nd1.8Dy0.2Fe14B"],
            "temperature_K": 293.15,
            "remanence_T": [1.36, 1.32, 1.28],
            "coercivity_kA_m": [960.0, 1180.0, 1420.0],
        }
    )
    for count in (1, 2, 3):
        process = mk.calibrate(
            magnets.head(count), name=f"frozen-{count}", keep=False
        )
        frame = mk.predict(
            ["Nd1.7Dy0.3Fe14B", "Nd1.5Pr0.5Fe14B"], "150C", process=process
        )
        yield f"calibrate {count}", frame
    for magnet in ("N42SH", "N52", "Nd1.8Dy0.2Fe14B", "SmCo5", "Sm2Co17"):
        curve = mk.curve(magnet, ["20C", "100C"])
        yield f"curve {magnet}", curve.to_frame()
    names = ["Nd2Fe14B", "Nd1.8Dy0.2Fe14B", "SmCo5"]
    yield "compare", mk.compare(names, "150C")
    yield "supply", mk.supply.ledger(names)


def models() -> Tables:
    """Yield every array that a trained model holds, by its place in the model."""
    for target in TARGETS:
        arrays = dict(_arrays(mk.surrogates.load(target), "", set()))
        rows = {
            name: [_digest_of_array(array)] for name, array in arrays.items()
        }
        yield (
            target,
            pd.DataFrame(
                {"array": list(rows), "sha256": [v[0] for v in rows.values()]}
            ),
        )


def _arrays(
    value: Any, at: str, seen: set[int]
) -> Iterator[tuple[str, np.ndarray]]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        if value.dtype != object:
            yield at, value
        return
    if isinstance(value, dict):
        parts: Any = value.items()
    elif isinstance(value, list | tuple):
        parts = enumerate(value)
    elif (
        hasattr(value, "__dict__")
        and not isinstance(value, type)
        and not callable(value)
    ):
        parts = vars(value).items()
    else:
        return
    for name, part in parts:
        yield from _arrays(part, f"{at}/{name}", seen)


def _digest_of_array(array: np.ndarray) -> str:
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode())
    digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


SECTIONS: dict[str, Callable[[], Tables]] = {
    "devices": devices,
    "predictions": predictions,
    "replacements": replacements,
    "tools": tools,
    "models": models,
}


def _comparable_values(column: pd.Series) -> pd.Series:
    """Return a column as numbers or texts, so that its hash is that of its values."""
    if isinstance(column.dtype, pd.CategoricalDtype) or column.dtype == object:
        return column.astype(object).map(
            lambda v: "" if v is None or v is pd.NA else str(v)
        )
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(
        column
    ):
        return column.astype(np.float64)
    return column.astype(str)


def _digest(column: pd.Series) -> str:
    if column.dtype == np.float64:
        # One NaN and one zero, whatever their bits.
        values = column.to_numpy(np.float64) + 0.0
        values[np.isnan(values)] = np.nan
        return hashlib.sha256(values.tobytes()).hexdigest()
    return hashlib.sha256("\0".join(map(str, column)).encode()).hexdigest()


def write(folder: Path, only: list[str]) -> None:
    """Ask every section, or those named, and keep what it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    hashes: dict[str, dict[str, str]] = {}
    for section in only or list(SECTIONS):
        start = time.perf_counter()
        for name, frame in SECTIONS[section]():
            table = pd.DataFrame(
                {
                    str(c): _comparable_values(frame[c].reset_index(drop=True))
                    for c in frame
                }
            )
            key = f"{section} {name}".replace("/", "-").replace(":", "")
            table.to_parquet(folder / f"{key}.parquet")
            hashes[key] = {str(c): _digest(table[c]) for c in table}
        print(f"{section}: {time.perf_counter() - start:.1f} s", flush=True)
    (folder / "hashes.json").write_text(
        json.dumps(hashes, indent=1, sort_keys=True) + "\n"
    )


def compare(one: Path, other: Path, within: float) -> int:
    """Print what differs between two folders and return how many columns do, beyond `within`."""
    first = json.loads((one / "hashes.json").read_text())
    second = json.loads((other / "hashes.json").read_text())
    columns = wrong = moves = 0
    for name in sorted(first.keys() | second.keys()):
        if name not in first or name not in second:
            print(f"{name}: only in {one if name in first else other}")
            wrong += 1
            continue
        a = first[name]
        b = second[name]
        columns += len(a.keys() & b.keys())
        for column in sorted(a.keys() ^ b.keys()):
            print(f"{name}: {column} only in {one if column in a else other}")
            wrong += 1
        differ = [c for c in a if c in b and a[c] != b[c]]
        if not differ:
            continue
        first_frame = pd.read_parquet(one / f"{name}.parquet", columns=differ)
        right = pd.read_parquet(other / f"{name}.parquet", columns=differ)
        for column in differ:
            text, apart = _largest_difference(
                first_frame[column], right[column]
            )
            beyond = not apart <= within
            wrong = wrong + beyond
            moves = moves + (not beyond)
            if beyond:
                print(f"{name}: {column}: {text}")
    print(
        f"{columns} columns compared, {wrong} differ, {moves} moved within {within:g}"
    )
    return wrong


def _largest_difference(a: pd.Series, b: pd.Series) -> tuple[str, float]:
    """Return how far two columns are apart, as a share of the largest value."""
    if len(a) != len(b):
        return f"{len(a)} rows and {len(b)}", np.inf
    if a.dtype != np.float64 or b.dtype != np.float64:
        rows = np.flatnonzero((a != b).to_numpy())
        i = int(rows[0])
        return (
            f"{len(rows)} texts, first {str(a.iloc[i])[:60]!r}, {str(b.iloc[i])[:60]!r}",
            np.inf,
        )
    x = a.to_numpy()
    y = b.to_numpy()
    if (np.isnan(x) != np.isnan(y)).any():
        return (
            f"{int((np.isnan(x) != np.isnan(y)).sum())} rows known on one side alone",
            np.inf,
        )
    is_finite = np.isfinite(x) & np.isfinite(y)
    scale = max(float(np.abs(x[is_finite]).max(initial=0.0)), 1e-300)
    apart = float(np.abs(x[is_finite] - y[is_finite]).max(initial=0.0)) / scale
    return f"apart by {apart:.2g} of its scale", apart


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parts = parser.add_subparsers(dest="what", required=True)
    keep = parts.add_parser("write", help="ask and keep the answers")
    keep.add_argument("folder", type=Path)
    keep.add_argument("--only", nargs="*", choices=list(SECTIONS), default=[])
    command = parts.add_parser(
        "compare", help="hold two kept folders against each other"
    )
    command.add_argument("one", type=Path)
    command.add_argument("other", type=Path)
    command.add_argument("--within", type=float, default=0.0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.what == "write":
        write(options.folder, options.only)
        return 0
    return min(compare(options.one, options.other, options.within), 1)


if __name__ == "__main__":
    sys.exit(main())
