"""Bad files through every reader: each is refused in words or read, never half."""

import copy
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from magnetkit.errors import MagnetkitError

from benchmarks.faults import mutation
from magnetkit import applications, datasets, supply
from magnetkit.alloy import CompositionTable
from magnetkit.features._elements import read_table
from magnetkit.phases import snapshot
from magnetkit.run._candidates import FileCandidates
from magnetkit.run._files import MANIFEST, read_manifest
from magnetkit.run.screen import ScreenResult
from magnetkit.surrogates import _store
from magnetkit.surrogates._process import TrendProcess
from magnetkit.surrogates.training_sets import training_set

# Longer than a second is a hang, but other work may share the machine: it is tried again.
LONGEST_S = 1.0


@dataclass
class Figures:
    """What a campaign over one kind of input found.

    Attributes
    ----------
    inputs, distinct, accepted : int
        Inputs tried, different ones among them, and those let in.
    slowest_s : float
        Longest time of one input; for a batch, of the batch.
    growth_MB : float
        Growth of resident memory between the first fifth and the end.
    faults : list of str
        What went wrong.
    """

    inputs: int = 0
    distinct: int = 0
    accepted: int = 0
    slowest_s: float = 0.0
    growth_MB: float = 0.0
    faults: list[str] = field(default_factory=list)


def resident_MB() -> float:
    return psutil.Process().memory_info().rss / 2**20


def formula(table: CompositionTable, row: int) -> str:
    """Return a row as a formula that holds every figure of its fractions."""
    part = slice(table.indptr[row], table.indptr[row + 1])
    if part.stop == part.start + 1:
        # C1 is a grade of ferrite.
        return str(table.elements[table.indices[part.start]])
    return "".join(
        f"{table.elements[c]}{np.format_float_positional(v, unique=True, trim='-')}"
        for c, v in zip(table.indices[part], table.values[part], strict=True)
    )


def check_parsed_recipes(
    table: CompositionTable, texts: list[str], faults: list[str]
) -> None:
    """Check what was let in: sums, order of elements, signs, and the way back."""
    if not len(table):
        return
    sums = np.add.reduceat(table.values, table.indptr[:-1])
    for row in np.flatnonzero(~(np.abs(sums - 1.0) <= 1e-9)):
        faults.append(f"sums to {sums[row]}: {texts[table.row_index[row]]!r}")
    for row in np.unique(
        np.repeat(np.arange(len(table)), np.diff(table.indptr))[
            ~((table.values > 0) & (table.values <= 1))
        ]
    ):
        faults.append(
            f"fraction outside 0 to 1: {texts[table.row_index[row]]!r}"
        )
    texts_again = [formula(table, row) for row in range(len(table))]
    # The parser keeps thirty-nine decimals.
    plain = [
        i
        for i in range(len(table))
        if table.values[table.indptr[i] : table.indptr[i + 1]].min() > 1e-20
    ]
    again = CompositionTable.from_strings(
        [texts_again[i] for i in plain], basis="atomic"
    )
    if again.errors:
        faults.append(
            f"no way back from {again.errors[0].text!r}: {again.errors[0].reason}"
        )
        return
    before = table[np.array(plain, int)].to_array()
    back = again.to_array()
    for row in np.flatnonzero(
        np.abs(before - back).max(axis=1, initial=0.0) > 1e-9
    ):
        faults.append(
            f"comes back as another: {texts[table.row_index[plain[row]]]!r}"
        )


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    name : str
        What it is.
    inputs : callable of a source of chance
        Makes one bad input.
    read : callable of bytes
        Puts it in its place and reads it; returns faults of what was let in, or None if refused
        by raising `MagnetkitError`.
    """

    name: str
    inputs: Callable[[random.Random], bytes]
    read: Callable[[bytes], list[str]]


def run(kind: Kind, count: int, seed: int = 1) -> Figures:
    """Read `count` bad files of a kind."""
    figures = Figures()
    hashes = np.empty(count, np.uint64)
    started = None
    for chance, size in mutation.batches(seed, count, 500):
        for _ in range(size):
            data = kind.inputs(chance)
            start = time.perf_counter()
            _one(kind, data, figures)
            took = time.perf_counter() - start
            if took > LONGEST_S:
                start = time.perf_counter()
                _one(kind, data, Figures())
                took = min(took, time.perf_counter() - start)
                if took > LONGEST_S:
                    figures.faults.append(
                        f"{kind.name}: {took:.1f} s for {data[:200]!r}"
                    )
            figures.slowest_s = max(figures.slowest_s, took)
            hashes[figures.inputs] = hash(data) & (2**64 - 1)
            figures.inputs += 1
        if started is None and figures.inputs >= count / 5:
            started = resident_MB()
    figures.growth_MB = resident_MB() - (started or resident_MB())
    figures.distinct = len(np.unique(hashes))
    return figures


def _one(kind: Kind, data: bytes, figures: Figures) -> None:
    try:
        figures.faults += kind.read(data)
        figures.accepted += 1
    except MagnetkitError as error:
        if len(str(error)) < 10:
            figures.faults.append(f"{kind.name}: no reason for {data[:200]!r}")
    except Exception as error:
        figures.faults.append(
            f"{kind.name}: {type(error).__name__}: {str(error)[:200]} on {data[:300]!r}"
        )


@contextmanager
def kinds(folder: Path) -> Iterator[list[Kind]]:
    """Make every kind, with its files in `folder`."""
    yield [
        tables(folder, ".csv"),
        tables(folder, ".txt"),
        parquet(folder),
        toml("application", folder, applications.load, "applications"),
        toml("scenario", folder, supply.load_scenario, "supply/scenarios"),
        element_table(folder),
        training_table(folder),
        *models(folder),
        *snapshots(folder),
        *results(folder),
    ]


_TABLE = "composition;shell;heat\r\n" + "".join(
    f'"{r}";;{i}\r\n' for i, r in enumerate(mutation.RECIPES)
)
_TABLES = (
    _TABLE,
    _TABLE.replace(";", ","),
    _TABLE.replace(";", "\t").replace("\r", ""),
    "\ufeffcomposition\n" + "\n".join(mutation.RECIPES[:4]),
    "a,composition,b\n1,=SmCo5,+2\n,@SmCo5,-1\n",
    "recipe;Br\nSm0,8Gd0,2Co5;1,05\nNd2Fe14B;1,3\n",
)
STROKES = (
    ",",
    ";",
    "\t",
    '"',
    '""',
    "\r",
    "\n",
    "\r\n",
    "\n\n",
    "\0",
    "NaN",
    "'",
    "\\",
    "composition",
)


def tables(folder: Path, suffix: str) -> Kind:
    """Tables of candidates as text, read to compositions as a screening reads them."""
    file = folder / f"candidates{suffix}"

    def inputs(chance: random.Random) -> bytes:
        text = chance.choice(_TABLES)
        if chance.random() < 0.6:
            text = mutation.mutate_text(
                chance, text, (*STROKES, *mutation.recipes(chance, 2))
            )
        data = text.encode(
            chance.choice(("utf-8", "utf-8", "utf-8", "latin-1", "utf-16")),
            "replace",
        )
        if chance.random() < 0.4:
            return mutation.mutate_bytes(chance, data, 2)
        return data

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        return _candidates(file)

    return Kind(f"candidate table {suffix}", inputs, read)


def _candidates(file: Path) -> list[str]:
    faults: list[str] = []
    lines = None
    for piece in FileCandidates(file).pieces(64):
        chunk = piece()
        table = chunk.table
        if len(chunk.labels) != len(table):
            faults.append("labels and rows differ in number")
        check_parsed_recipes(
            CompositionTable(
                table.indptr,
                table.indices,
                table.values,
                np.arange(len(table)),
            ),
            chunk.labels.to_pylist(),
            faults,
        )
        for reject in chunk.rejected:
            lines = (
                lines
                or file.read_bytes().count(b"\n")
                + file.read_bytes().count(b"\r")
                + 1
            )
            if not 1 <= reject.line <= lines + 1:
                faults.append(
                    f"rejected line {reject.line} of {lines}: {file.read_bytes()[:300]!r}"
                )
    return faults


def parquet(folder: Path) -> Kind:
    """Candidates in Parquet: spoiled files, and texts that are no UTF-8."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = folder / "candidates.parquet"
    pq.write_table(
        pa.table(
            {
                "composition": list(mutation.RECIPES),
                "x": range(len(mutation.RECIPES)),
            }
        ),
        file,
    )
    good = file.read_bytes()

    def inputs(chance: random.Random) -> bytes:
        if chance.random() < 0.5:
            return mutation.mutate_bytes(chance, good, 3)
        raw = [
            mutation.mutate_bytes(chance, t.encode(), 2)
            for t in chance.sample(mutation.RECIPES, 3)
        ]
        offsets = np.cumsum([0, *map(len, raw)]).astype(np.int32)
        column = pa.Array.from_buffers(
            pa.string(),
            len(raw),
            [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(raw))],
        )
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table({"composition": column, "note": column}), sink)
        return sink.getvalue().to_pybytes()

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        return _candidates(file)

    return Kind("candidate table .parquet", inputs, read)


_TOML = (
    "=",
    "[",
    "]",
    "[[",
    "]]",
    '"',
    '"""',
    "'''",
    "#",
    "\n",
    "{",
    "}",
    ".",
    ",",
    "-",
    "nan",
    "inf",
    "1e999",
    "-1",
    "0",
    "99999999999999999999",
    "true",
    "1979-05-27",
    "[space]",
    "name = 'x'\n",
    "\0",
    "é",
    "temperature_K = -1\n",
    "elements = ['*']\n",
    "{a.b.c=1}",
    "[" * 200,
)


def toml(
    name: str, folder: Path, load: Callable[[Path], Any], embedded: str
) -> Kind:
    """TOML files of the user's."""
    file = folder / f"{name}.toml"
    good = [
        f.read_text(encoding="utf-8")
        for f in sorted((datasets.root() / embedded).glob("*.toml"))
    ]

    def inputs(chance: random.Random) -> bytes:
        text = chance.choice(good)
        if chance.random() < 0.8:
            text = mutation.mutate_text(
                chance, text, (*_TOML, *text.split("\n")), 3
            )
        data = text.encode()
        if chance.random() < 0.4:
            return mutation.mutate_bytes(chance, data, 3)
        return data

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        load(file)
        return []

    return Kind(f"{name} TOML", inputs, read)


_NUMBERS = (
    "1e999",
    "-1",
    "0",
    "nan",
    "1,3",
    "13.2",
    "1e300",
    "x",
    "1e-300",
    "٣",
    "0x10",
)


def text_inputs(
    good: str, words: tuple[str, ...]
) -> Callable[[random.Random], bytes]:
    """Return a maker of tables after some strokes, or of spoiled bytes."""

    def inputs(chance: random.Random) -> bytes:
        text = mutation.mutate_text(
            chance, good, (*STROKES, *_NUMBERS, *words), 3
        )
        data = text.encode()
        if chance.random() < 0.3:
            return mutation.mutate_bytes(chance, data, 2)
        return data

    return inputs


def element_table(folder: Path) -> Kind:
    """Element properties of the user's."""
    file = folder / "elements.csv"
    good = "symbol,radius,source\nNd,1.8,a\nFe,1.2,b\nB,0.8,\nCo,,c\n"

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        table = read_table(file)
        if not np.isinf(table.values).any():
            return []
        return [f"infinite property in {data!r}"]

    return Kind("element table", text_inputs(good, ("-inf", "Fe")), read)


def training_table(folder: Path) -> Kind:
    """Training data of the user's."""
    file = folder / "training.csv"
    target = "curie_temperature_K"
    good = f"composition,{target},group,basis\n" + "".join(
        f"{r},{300 + 10 * i},g{i % 2},atomic\n"
        for i, r in enumerate(mutation.RECIPES[:5])
    )

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        dataset = training_set(target, file)
        if np.isfinite(dataset.values).all():
            return []
        return [f"no number let in: {data!r}"]

    return Kind(
        "training table",
        text_inputs(good, ("atomic", "weight", "SmCo5")),
        read,
    )


def models(folder: Path) -> list[Kind]:
    """Model files: spoiled anywhere; and with a content hash that fits what was spoiled."""
    import hashlib

    file = folder / "a.model"
    table = CompositionTable.from_strings(
        ["SmCo5", "Sm2Co17", "NdCo5", "Nd2Fe14B", "Fe", "Co"]
    )
    values = np.array([1000.0, 1190, 900, 588, 1043, 1390])
    estimator = TrendProcess().fit(table.to_array(), values)
    _store.save(
        file,
        {"estimator": estimator, "edge": 1.0},
        {"target": "curie_temperature_K"},
    )
    good = file.read_bytes()
    line, payload = good[len(_store.MAGIC) :].split(b"\n", 1)

    def reseal(chance: random.Random) -> bytes:
        content = mutation.mutate_bytes(chance, payload, 3)
        manifest = json.loads(line) | {
            "content_sha256": hashlib.sha256(content).hexdigest()
        }
        return _store.MAGIC + json.dumps(manifest).encode() + b"\n" + content

    def read(data: bytes) -> list[str]:
        file.write_bytes(data)
        content, _ = _store.read(file)
        if isinstance(content, dict):
            return []
        return [f"a model file holds {type(content).__name__}"]

    return [
        Kind(
            "model file",
            lambda chance: mutation.mutate_bytes(chance, good),
            read,
        ),
        Kind("model file, resealed", reseal, read),
    ]


def snapshots(folder: Path) -> list[Kind]:
    """Snapshots: manifests spoiled or rewritten, and entries under a fitting hash."""
    place = folder / "snapshot"
    entries = pd.DataFrame(
        {
            "formula": ["Sm", "Co", "SmCo5"],
            "formation_energy_eV_atom": [0.0, 0.0, -0.06],
            "energy_above_hull_eV_atom": [0.0, 0.0, 0.01],
            "material_id": ["mp-1", "mp-2", "mp-3"],
        }
    )
    facts = {"scheme": "x", "source": "y", "licence": "z"}
    snapshot.write_snapshot(place, entries, facts)
    manifest = (place / MANIFEST).read_bytes()
    table = (place / snapshot.ENTRIES).read_bytes()

    def read_back() -> list[str]:
        snapshot._read.cache_clear()
        entries = snapshot.read_snapshot(place)
        energies = entries.entries["formation_energy_eV_atom"]
        if pd.api.types.is_numeric_dtype(energies):
            return []
        return ["energies that are no numbers"]

    def read_with_manifest(data: bytes) -> list[str]:
        (place / snapshot.ENTRIES).write_bytes(table)
        (place / MANIFEST).write_bytes(data)
        return read_back()

    def read_entries(data: bytes) -> list[str]:
        (place / snapshot.ENTRIES).write_bytes(data)
        whole = json.loads(manifest)
        whole["files"][snapshot.ENTRIES] = datasets.sha256(
            place / snapshot.ENTRIES
        )
        (place / MANIFEST).write_text(json.dumps(whole))
        return read_back()

    return [
        Kind("snapshot manifest", json_inputs(manifest), read_with_manifest),
        Kind(
            "snapshot entries, resealed",
            lambda c: mutation.mutate_bytes(c, table, 3),
            read_entries,
        ),
    ]


def results(folder: Path) -> list[Kind]:
    """Results folders: manifests spoiled or rewritten, and other ranked tables."""
    from magnetkit import screen

    place = folder / "results"
    screen(["SmCo5", "Nd2Fe14B", "??"], "f22-engine", out=place)
    manifest = (place / MANIFEST).read_bytes()
    table = (place / "ranked.parquet").read_bytes()
    reject_bytes = (place / "rejected.csv").read_bytes()

    def read_result(data: bytes) -> list[str]:
        (place / MANIFEST).write_bytes(data)
        read_manifest(place)
        result = ScreenResult.from_folder(place)
        if len(result.data) == 2:
            return []
        return ["other rows than were written"]

    def spoiled_table(data: bytes) -> list[str]:
        (place / MANIFEST).write_bytes(manifest)
        (place / "ranked.parquet").write_bytes(data)
        try:
            assert len(ScreenResult.from_folder(place).table)
        finally:
            (place / "ranked.parquet").write_bytes(table)
        return []

    def spoiled_list(data: bytes) -> list[str]:
        (place / MANIFEST).write_bytes(manifest)
        (place / "rejected.csv").write_bytes(data)
        try:
            ScreenResult.from_folder(place)
        finally:
            (place / "rejected.csv").write_bytes(reject_bytes)
        return []

    return [
        Kind("results manifest", json_inputs(manifest), read_result),
        Kind(
            "ranked.parquet",
            lambda c: mutation.mutate_bytes(c, table, 3),
            spoiled_table,
        ),
        Kind(
            "rejected.csv",
            lambda c: mutation.mutate_bytes(c, reject_bytes, 3),
            spoiled_list,
        ),
    ]


_VALUES = (
    None,
    True,
    -1,
    0,
    1e308,
    10**30,
    "",
    "../../etc/passwd",
    "/etc/passwd",
    "\0",
    [],
    {},
    [None],
    {"a": []},
    "NaN",
)


def json_inputs(good: bytes) -> Callable[[random.Random], bytes]:
    """Return a maker of JSON with a value replaced or left out, or of spoiled bytes."""

    def inputs(chance: random.Random) -> bytes:
        if chance.random() < 0.4:
            return mutation.mutate_bytes(chance, good)
        whole = json.loads(good)
        for _ in range(chance.randint(1, 3)):
            at = whole
            while isinstance(at, dict | list) and at:
                key = chance.choice(
                    list(at) if isinstance(at, dict) else range(len(at))
                )
                if chance.random() < 0.4 or not isinstance(
                    at[key], dict | list
                ):
                    break
                at = at[key]
            if not isinstance(at, dict | list) or not at:
                continue
            if isinstance(at, dict) and chance.random() < 0.3:
                del at[key]
            elif isinstance(at, dict) and chance.random() < 0.2:
                at[
                    chance.choice(("../x", "/etc/passwd", "", "\0", "extra"))
                ] = at.pop(key)
            else:
                at[key] = copy.deepcopy(chance.choice(_VALUES))
        return json.dumps(whole).encode()

    return inputs
