"""One answer in every environment: what `predict` and `screen` give, hashed column by column.

``python benchmarks/environments.py`` runs one device screening and a prediction over all hosts in
many environments (threads, kinds of BLAS, ways to start a process, workers, chunk sizes, cached
and fresh kernels), each in a process of its own, and prints a Markdown table: the columns whose
bytes equal those of the first, and the largest difference of the others over the column's scale.
Names of environments as arguments run these alone. All use the Curie model that the first one
finds or trains.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

DEVICE = "patriot-beam-focusing"
FIRST = "as the machine is"
THREADS = 8
"""Threads of Python that ask at once."""
# How the answers are asked for where it is not by the environment alone.
HOW = {
    "spawn": "spawn",
    "fork": "fork",
    "forkserver": "forkserver",
    f"{THREADS} threads in one process, cold": "threads",
    f"{THREADS} threads in one process, fresh kernels": "threads",
    "screening before prediction": "backwards",
    "1 worker": {"workers": 1},
    "2 workers": {"workers": 2},
    "3 workers": {"workers": 3},
    "one recipe at a time": "alone",
    "chunks of 7 rows": {"chunk_rows": 7},
    "chunks of 100 rows": {"chunk_rows": 100},
    "chunks of 1,000,000 rows": {"chunk_rows": 1_000_000},
}
BLAS = "OPENBLAS_CORETYPE"
ENVIRONMENTS: dict[str, dict[str, str]] = {
    FIRST: {},
    **{
        f"{n} threads of kernels": {"NUMBA_NUM_THREADS": str(n)}
        for n in (1, 2, 8, 64)
    },
    **{
        f"{n} threads of BLAS": {"OMP_NUM_THREADS": str(n)}
        for n in (1, 2, 8, 64)
    },
    "one processor": {},
    **{
        f"BLAS for {name}": {BLAS: name}
        for name in ("Haswell", "SkylakeX", "Zen")
    },
    "BLAS for Haswell, small cache": {
        BLAS: "Haswell",
        "OPENBLAS_L2_SIZE": "512",
    },
    "BLAS for Haswell, 1 thread": {BLAS: "Haswell", "OMP_NUM_THREADS": "1"},
    **{name: {} for name in HOW},
    "fresh kernels, none kept": {"MAGNETKIT_NUMBA_CACHE": "0"},
}


def recipes() -> list[str]:
    """Return some hundred recipes over all hosts, with traces and crowds."""
    from magnetkit.phases.records import HOSTS

    texts = []
    earths = ("Nd", "Sm", "Pr", "Ce", "Y", "Dy", "Gd", "Ho")
    metals = ("Al", "Si", "Ti", "Cu", "Zr", "Mn", "Ga", "Nb")
    for host in HOSTS.values():
        last = "".join(
            f"{host.interstitial_elements[0]}{host.interstitial:g}"
            for _ in range(host.interstitial > 0)
        )
        for i in range(24):
            one = earths[i % 8]
            two = earths[(3 * i + 1) % 8]
            part = (i % 5) / 5.0
            cobalt = (i % 4) / 3.0
            other = 0.06 * (i % 3)
            share = host.transition_metal * (1.0 - other)
            text = f"{one}{host.rare_earth * (1 - part):g}"
            text += (
                f"{two}{host.rare_earth * part:g}"
                if part and two != one
                else ""
            )
            text += f"Fe{share * (1 - cobalt):g}" if cobalt < 1 else ""
            text += f"Co{share * cobalt:g}" if cobalt else ""
            text += (
                f"{metals[i % 8]}{host.transition_metal * other:g}"
                if other
                else ""
            )
            texts.append(text + last)
    crowd = "".join(
        f"{e}0.01"
        for e in ("Al", "Si", "Ti", "V", "Cr", "Mn", "Cu", "Ga", "Nb", "Zr")
    )
    return [
        *texts,
        f"Nd2Fe14B{crowd}",
        f"SmCo5{crowd}",
        "Nd2Fe14BDy0.000000000001",
    ]


def predict_recipes(alone: bool = False) -> pd.DataFrame:
    """Return a prediction of all recipes, in one table or each alone."""
    import magnetkit as mk

    texts = recipes()
    if not alone:
        return mk.predict(texts, "120C")
    frame = pd.concat(
        [mk.predict([text], "120C") for text in texts], ignore_index=True
    )
    return frame.assign(row_index=np.arange(len(frame)))


def screen_device(**options: int) -> pd.DataFrame:
    """Return the table that a screening of a device writes, and the hash of its ``ranked.csv``."""
    import magnetkit as mk

    with tempfile.TemporaryDirectory() as folder:
        mk.screen(application=DEVICE, out=Path(folder) / "run", **options)
        frame = pd.read_parquet(Path(folder) / "run" / "ranked.parquet")
        text = (Path(folder) / "run" / "ranked.csv").read_bytes()
    return frame.assign(**{"ranked.csv": hashlib.sha256(text).hexdigest()})


def to_arrays(frames: dict[str, pd.DataFrame]) -> dict[str, np.ndarray]:
    """Return every column as an array: numbers as they are, all else as text."""
    columns = {}
    for name, frame in frames.items():
        for column in frame:
            plain = pd.api.types.is_float_dtype(frame[column].dtype)
            values = (
                frame[column].to_numpy(np.float64, na_value=np.nan)
                if plain
                else np.array([str(x) for x in frame[column]])
            )
            columns[f"{name}: {column}"] = values
    return columns


def answer(
    options: dict[str, int], backwards: bool = False, alone: bool = False
) -> dict[str, np.ndarray]:
    """Return every column of both answers."""
    if backwards:
        second = screen_device(**options)
        return to_arrays({"predict": predict_recipes(), "screen": second})
    return to_arrays(
        {"predict": predict_recipes(alone), "screen": screen_device(**options)}
    )


def answer_in_child(method: str, file: Path) -> None:
    """Answer in a process started by `method`, after this one has answered."""
    predict_recipes()
    child = multiprocessing.get_context(method).Process(
        target=write, args=({}, file)
    )
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit(f"the child of {method} ended with {child.exitcode}")


def answer_in_threads(file: Path) -> None:
    """Answer in several threads at once, twice; refuse answers that differ."""
    answers: list[tuple[int, dict[str, np.ndarray]]] = []
    errors: list[BaseException] = []

    def work(number: int, barrier: threading.Barrier) -> None:
        try:
            barrier.wait()
            answers.append((number, answer({}, backwards=number % 2 == 1)))
        except BaseException as error:
            errors.append(error)

    for turn in range(2):
        barrier = threading.Barrier(THREADS)
        threads = [
            threading.Thread(target=work, args=(turn * THREADS + k, barrier))
            for k in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    first = answers[0][1]
    for number, other in answers:
        apart = [
            name
            for name in first
            if digest(first[name]) != digest(other[name])
        ]
        if apart:
            print(
                f"thread {number} differs from {answers[0][0]}: {', '.join(apart)}",
                flush=True,
            )
            np.savez(file, **other)
            return
    np.savez(file, **first)


def write(
    options: dict[str, int], file: Path, backwards: bool = False
) -> None:
    """Answer, and write the columns."""
    np.savez(file, **answer(options, backwards))


def digest(values: np.ndarray) -> str:
    """Return a hash of a column's bytes."""
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[
        :12
    ]


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest difference over the scale of the column; infinite where texts differ."""
    if (
        one.shape != other.shape
        or one.dtype.kind != "f"
        or other.dtype.kind != "f"
    ):
        return float("inf")
    is_finite = np.isfinite(one)
    if (is_finite != np.isfinite(other)).any():
        return float("inf")
    scale = np.abs(one[is_finite]).max(initial=0.0)
    if scale:
        return float(np.abs(one - other)[is_finite].max(initial=0.0) / scale)
    return 0.0


def run(name: str, folder: Path, number: int) -> dict[str, np.ndarray]:
    """Answer in one environment, and return the columns."""
    file = folder / f"{number}.npz"
    environment = {**os.environ, **ENVIRONMENTS[name]}
    if "fresh" in name:
        environment["NUMBA_CACHE_DIR"] = str(folder / f"kernels-{number}")
    command = [
        sys.executable,
        __file__,
        "--answer",
        json.dumps(HOW.get(name, {})),
        str(file),
    ]
    if name == "one processor":
        command = ["taskset", "-c", "0", *command]
    subprocess.run(command, env=environment, check=True)
    with np.load(file) as arrays:
        return dict(arrays)


def rows(names: list[str]) -> Iterator[str]:
    """Yield the lines of the table as they become known."""
    yield "| environment | columns | of equal bytes | largest difference | where |"
    yield "| --- | ---: | ---: | ---: | --- |"
    with tempfile.TemporaryDirectory() as folder:
        first = run(FIRST, Path(folder), 0)
        yield f"| {FIRST} | {len(first)} | {len(first)} | 0 | |"
        for number, name in enumerate(names, 1):
            columns = run(name, Path(folder), number)
            apart = {
                c: difference(first[c], columns[c])
                if c in columns
                else float("inf")
                for c in first
                if c not in columns or digest(first[c]) != digest(columns[c])
            }
            worst = max(apart, key=apart.__getitem__, default="")
            largest = f"{apart[worst]:.1e}" if apart else "0"
            if apart and not np.isfinite(apart[worst]):
                largest = "texts"
            equal = len(first) - len(apart)
            yield f"| {name} | {len(first)} | {equal} | {largest} | {worst} |"


def main() -> None:
    """Run the environments, or answer in this one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="environments; all without")
    parser.add_argument(
        "--answer", nargs=2, metavar=("HOW", "FILE"), help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    if options.answer:
        how = json.loads(options.answer[0])
        file = Path(options.answer[1])
        if how == "threads":
            answer_in_threads(file)
        elif how == "backwards":
            write({}, file, backwards=True)
        elif how == "alone":
            np.savez(file, **answer({}, alone=True))
        elif isinstance(how, str):
            answer_in_child(how, file)
        else:
            write(how, file)
        return
    unknown = set(options.names) - set(ENVIRONMENTS)
    if unknown:
        parser.error(
            f"no environment {sorted(unknown)}; there are {', '.join(ENVIRONMENTS)}"
        )
    print(
        f"numpy {np.__version__}, Python {platform.python_version()}, {platform.machine()}\n"
    )
    for line in rows(options.names or [n for n in ENVIRONMENTS if n != FIRST]):
        print(line, flush=True)


if __name__ == "__main__":
    main()
