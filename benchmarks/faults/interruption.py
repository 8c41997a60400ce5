"""Commands stopped at random moments: what they leave is whole, and a second run ends the same.

``python -m benchmarks.faults.interruption SEED TIMES FOLDER`` stops each command `TIMES` times, by
SIGINT and SIGKILL in turn, and prints as JSON what it found. Commands run in forked children of
a process that has loaded everything, so that they are met at work and not while importing.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

SYSTEMS = ["Co-Sm", "Fe-Nd"]
TARGET = "curie_temperature_K"
LONGEST_AFTER_SIGINT_S = 2.0
_SET = b"compound,T_C\n" + b"Nd2Fe14B,585\n" * 200_000

_WORK = (
    "magnetkit.cli.app",
    "magnetkit.report.report",
    "magnetkit.run.screen",
    "magnetkit.surrogates.models",
    "mp_api.client",
    "pooch",
)


@dataclass(frozen=True)
class Command:
    """A command to be stopped.

    Attributes
    ----------
    name : str
    run : callable
        Runs it, in a child, as the command line does.
    again : callable
        Runs it once more after it was stopped, in a child.
    left : callable
        Returns a hash of what it leaves when it is done; raises on what is not whole.
    check : callable
        Looks at what a stopped run left, in a child; raises on what is not whole.
    """

    name: str
    run: Callable[[], None]
    again: Callable[[], None]
    left: Callable[[], str]
    check: Callable[[], object]


def fork_child(work: Callable[[], object], log: Path) -> int:
    """Run `work` in a child process, its output in `log`; return its id."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        try:
            work()
            code = 0
        except SystemExit as end:
            code = (
                end.code
                if isinstance(end.code, int)
                else 0
                if end.code is None
                else 1
            )
        except BaseException:
            import traceback

            traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def command_line(*arguments: str) -> None:
    """Run the command line in this process."""
    from magnetkit.cli import main

    sys.argv = ["magnetkit", *arguments]
    main()


def sha256(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def stop(
    command: Command, times: int, chance: random.Random, log: Path
) -> dict[str, object]:
    """Stop a command `times` times; return counts and faults."""
    # Once to fill the caches, once to know how long it takes.
    wait(fork_child(command.run, log))
    start = time.monotonic()
    code = wait(fork_child(command.run, log))
    whole = time.monotonic() - start
    faults = [f"{code}: {log.read_text()[-500:]}"] if code else []
    if faults:
        raise AssertionError(faults[0])
    want = command.left()
    counts = {"SIGINT": 0, "SIGKILL": 0}
    longest = 0.0
    outcomes = {"done": 0}
    for number in range(times):
        how = (signal.SIGINT, signal.SIGKILL)[number % 2]
        child = fork_child(command.run, log)
        time.sleep(chance.uniform(0.0, whole))
        os.kill(child, how)
        sent = time.monotonic()
        code = wait(child)
        took = time.monotonic() - sent
        if code == 0:
            outcomes["done"] += 1
        else:
            counts[how.name] += 1
        if how is signal.SIGINT and code != 0:
            longest = max(longest, took)
            text = log.read_text(errors="replace")
            if code != 130 or "interrupted" not in text or "Traceback" in text:
                faults.append(f"{command.name}: exit {code}, {text[-300:]!r}")
        if wait(fork_child(command.check, log)):
            faults.append(
                f"{command.name} after {how.name}: {log.read_text()[-500:]}"
            )
        if wait(fork_child(command.again, log)):
            faults.append(f"{command.name} again: {log.read_text()[-500:]}")
        elif command.left() != want:
            faults.append(f"{command.name}: other bytes after {how.name}")
    if longest > LONGEST_AFTER_SIGINT_S:
        faults.append(f"{command.name}: SIGINT took {longest:.1f} s")
    return {
        "command": command.name,
        "whole_s": round(whole, 2),
        **counts,
        "done_before": outcomes["done"],
        "longest_after_SIGINT_s": round(longest, 2),
        "faults": faults,
    }


def pull(folder: Path) -> Command:
    """A live pull from a server on this machine; see `serve`."""
    from magnetkit.phases.pull import Cache

    question = {
        "systems": SYSTEMS,
        "endpoint": os.environ["MP_API_ENDPOINT"],
        "thermo_type": None,
    }

    def check() -> Path | None:
        with Cache("pulls", "_".join(SYSTEMS), question) as cache:
            cached_snapshot = cache.read()
        if cached_snapshot is None:
            return None
        return cached_snapshot.folder

    def file_hashes() -> str:
        place = check()
        assert place is not None
        return sha256(place / "entries.parquet", place / "structures.parquet")

    return Command(
        "data pull",
        partial(command_line, "data", "pull", *SYSTEMS, "--refresh"),
        partial(command_line, "data", "pull", *SYSTEMS),
        file_hashes,
        check,
    )


def fetch(folder: Path) -> Command:
    """A download from a server on this machine."""
    from magnetkit import datasets
    from magnetkit._core._fetch import cached_path

    entry = {
        "title": "A set",
        "file": "literature/set.csv",
        "url": os.environ["FAULTS_SET"],
        "sha256": hashlib.sha256(_SET).hexdigest(),
        "licence": "MIT",
    }
    datasets.registry()["remote"]["set"] = entry
    target = cached_path("set")

    def run() -> None:
        target.unlink(missing_ok=True)
        command_line("data", "fetch", "set")

    def check() -> None:
        if target.is_file() and sha256(target) != entry["sha256"]:
            raise AssertionError(f"{target} is not whole")

    return Command(
        "data fetch",
        run,
        partial(command_line, "data", "fetch", "set"),
        lambda: sha256(target),
        check,
    )


def _leaves(content: Any) -> Iterator[bytes]:
    """Yield the arrays and numbers of nested records, in order."""
    if isinstance(content, Mapping):
        content = [part for pair in sorted(content.items()) for part in pair]
    if isinstance(content, list | tuple):
        for part in content:
            yield from _leaves(part)
    else:
        yield (
            content.tobytes()
            if isinstance(content, np.ndarray)
            else repr(content).encode()
        )


def train(folder: Path) -> Command:
    """Training of a surrogate; the model file of a second run holds the same numbers."""
    from magnetkit.settings import get_settings

    from magnetkit.surrogates import _store

    place = get_settings().cache_dir / "surrogates"

    def check() -> str:
        digest = hashlib.sha256()
        for file in sorted(place.glob("*.model")):
            content, manifest = _store.read(file)
            for leaf in _leaves(content):
                digest.update(leaf)
            digest.update(manifest["data_sha256"].encode())
        return digest.hexdigest()

    run = partial(command_line, "models", "train", TARGET)

    def from_nothing() -> None:
        shutil.rmtree(place, ignore_errors=True)
        run()

    return Command("train", from_nothing, run, check, check)


def screen(folder: Path) -> Command:
    """A screening in many chunks, bad rows included, taken up again with --resume."""
    from importlib import import_module

    from magnetkit.run._files import (
        MANIFEST,
        PARTS,
        read_finished_manifest,
        read_manifest,
    )

    module = import_module("magnetkit.run.screen")
    module.screen = partial(module.screen, chunk_rows=32)
    source = folder / "alloys.csv"
    out = folder / "screened"
    recipes = [
        f"Nd{2 - i / 100:g}Dy{i / 100:g}Fe{14 - i % 7}Co{i % 7}B"
        for i in range(1, 200)
    ]
    recipes[50:50] = ["??", "=1+1", "Nd2Fe14Xx"]
    source.write_text(
        "composition,heat\n"
        + "".join(f"{r},{i}\n" for i, r in enumerate(recipes))
    )
    run = partial(
        command_line,
        "screen",
        str(source),
        "--application",
        "hot-servo-motor",
        "--out",
        str(out),
        "--top",
        "3",
    )

    def anew() -> None:
        shutil.rmtree(out, ignore_errors=True)
        run()

    def file_hashes() -> str:
        names = (
            "ranked.parquet",
            "ranked.csv",
            "rejected.csv",
            MANIFEST,
            "report.html",
        )
        return sha256(*(out / name for name in names))

    def check() -> None:
        if (out / MANIFEST).is_file():
            read_finished_manifest(out)
        elif (out / PARTS / MANIFEST).is_file():
            assert not read_manifest(out)["done"]

    return Command(
        "screen", anew, partial(run, "--resume"), file_hashes, check
    )


def report(folder: Path) -> Command:
    """A report written over the one of the screening before."""
    from magnetkit._core._files import is_sealed

    out = folder / "screened"
    page = out / "report.html"
    run = partial(command_line, "report", str(out))

    def check() -> None:
        if page.is_file() and not is_sealed(page):
            raise AssertionError("half a report")

    return Command("report", run, run, lambda: sha256(page), check)


def serve() -> int:
    """Start the servers in a process of their own; return its id. Names them in the environment."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from tests.phases.mp_server import KEY, Server

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(_SET)))
            self.end_headers()
            for part in range(0, len(_SET), 1 << 16):
                self.wfile.write(_SET[part : part + (1 << 16)])
                time.sleep(0.01)

        def log_message(self, *_: object) -> None:
            pass

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        http = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
        materials = Server()
        names = (
            f"{materials.url} http://127.0.0.1:{http.server_port}/set.csv\n"
        )
        os.write(writing, names.encode())
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        http.serve_forever()
    with os.fdopen(reading) as stream:
        os.environ["MP_API_ENDPOINT"], os.environ["FAULTS_SET"] = (
            stream.readline().split()
        )
    os.environ["MP_API_KEY"] = KEY
    return child


def preload() -> None:
    """Import what the commands import, so that children of this process need not."""
    from importlib import import_module

    for name in _WORK:
        import_module(name)
    from magnetkit.phases import _transport
    from tests.phases.mp_server import ask_here

    _transport._ask_in_child = ask_here


def main(seed: int, times: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["MAGNETKIT_CACHE_DIR"] = str(folder / "cache")
    os.environ.pop("MAGNETKIT_MIRROR", None)
    server = serve()
    try:
        preload()
        chance = random.Random(seed)
        log = folder / "log"
        for make in (pull, fetch, train, screen, report):
            print(
                json.dumps(stop(make(folder), times, chance, log)), flush=True
            )
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
