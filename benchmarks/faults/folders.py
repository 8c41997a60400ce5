"""Results folders that hold what is the user's, and folders that two processes want.

``python -m benchmarks.faults.folders SEED COUNT TIMES FOLDER`` prints as JSON what it found.
Screenings run in forked children of a process that has loaded everything.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path

from magnetkit.errors import InputError, MagnetkitError

from benchmarks.faults.interruption import fork_child, wait
from magnetkit.run._files import PARTS, read_finished_manifest
from magnetkit.run.screen import ScreenResult, screen

DEVICES = ("f22-engine", "hot-servo-motor")
REFUSED = 3
_WORK = (
    "magnetkit.run.screen",
    "magnetkit.report.report",
    "magnetkit.surrogates.models",
)
_NAMES = (
    "manifest.json",
    "ranked.parquet",
    "ranked.csv",
    "rejected.csv",
    "report.html",
    "notes.txt",
    "parts/engine.step",
    "parts/chunk-000000.arrow",
    "staged/x",
    f"{PARTS}.txt",
    "lock",
    ".hidden",
)
_TEXTS = (
    "",
    "mine",
    "{}",
    "[]",
    "null",
    '{"identity": {}}',
    '{"identity": null, "done": true}',
    '{"format": "magnetkit phases 1", "files": {"ranked.csv": "x"}}',
    '{"done": true, "files": {}}',
    "<html>: magnetkit</title></html>",
    "<!-- magnetkit sha256 0 -->\n",
    "PAR1",
    "\ufeff{",
)


@dataclass
class Figures:
    inputs: int = 0
    distinct: int = 0
    taken: int = 0
    faults: list[str] = field(default_factory=list)


def snapshot(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its name; links by where they go."""
    return {
        str(f.relative_to(folder)): (
            os.readlink(f)
            if f.is_symlink()
            else hashlib.sha256(f.read_bytes()).hexdigest()
        )
        for f in sorted(folder.rglob("*"))
        if f.is_symlink() or f.is_file()
    }


def screen_foreign_folders(count: int, seed: int, place: Path) -> Figures:
    """Screen into folders of a user's, and into finished results a user laid hands on."""
    figures = Figures()
    states = set()
    chance = random.Random(seed)
    place.mkdir(parents=True, exist_ok=True)
    good = place / "good"
    screen(["SmCo5", "??"], DEVICES[0], out=good).report(good / "report.html")
    for number in range(count):
        out = place / f"{number}"
        user_files: set[str] = set()
        if chance.random() < 0.5:
            shutil.copytree(good, out)
            user_files = set(snapshot(out))
        for _ in range(chance.randint(0 if user_files else 1, 3)):
            name = chance.choice(_NAMES)
            file = out / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if chance.random() < 0.1 and not os.path.lexists(file):
                file.symlink_to(good)
            elif not file.is_dir():
                file.write_text(chance.choice(_TEXTS), encoding="utf-8")
            user_files.discard(name)
        before = snapshot(out)
        states.add(tuple(sorted(before.items())))
        try:
            screen(["SmCo5"], DEVICES[0], out=out, resume=chance.random() < 0.3)
            figures.taken += 1
        except InputError as error:
            if "choose another --out" not in str(error):
                figures.faults.append(f"{sorted(before)}: {error}")
        except Exception as error:
            figures.faults.append(
                f"{sorted(before)}: {type(error).__name__}: {error}"
            )
        after = snapshot(out)
        missing = [
            n
            for n, digest in before.items()
            if n not in user_files and after.get(n) != digest
        ]
        if missing:
            figures.faults.append(f"lost of {sorted(before)}: {missing}")
        figures.inputs += 1
        shutil.rmtree(out)
    figures.distinct = len(states)
    return figures


def _job(kind: int, out: Path, resume: bool) -> None:
    recipes = [
        f"Sm{1 - i / 500:.3f}Gd{i / 500:.3f}Co5" for i in range(24 + 16 * kind)
    ]
    try:
        screen(recipes, DEVICES[kind], out=out, chunk_rows=8, resume=resume)
    except MagnetkitError as error:
        print(error)
        raise SystemExit(REFUSED) from None


def folder_faults(out: Path, want: list[dict[str, str]]) -> str:
    """Return what is wrong with a results folder that should be one of some; nothing if it is."""
    result = ScreenResult.from_folder(out)
    device = result.manifest["identity"]["application"]["name"]
    if len(result.data) != len(result):
        return f"{len(result.data)} rows of {len(result)}"
    got = {
        name: digest
        for name, digest in snapshot(out).items()
        if not name.startswith(".")
    }
    if got == want[DEVICES.index(device)]:
        return ""
    return f"other bytes for {device}"


def two(times: int, seed: int, place: Path) -> dict[str, object]:
    """Start two screenings into one folder at random offsets; kill one now and then."""
    chance = random.Random(seed)
    log = place / "log"
    want: list[dict[str, str]] = []
    for kind in range(len(DEVICES)):
        start = time.monotonic()
        wait(
            fork_child(partial(_job, kind, place / f"alone-{kind}", False), log)
        )
        took = time.monotonic() - start
        want.append(snapshot(place / f"alone-{kind}"))
    counts = {"both": 0, "refused": 0, "killed": 0}
    faults: list[str] = []
    for number in range(times):
        out = place / f"two-{number}"
        kinds = (0, chance.randrange(2))
        resume = chance.random() < 0.5
        logs = [place / f"log-{i}" for i in (0, 1)]
        first = fork_child(partial(_job, kinds[0], out, resume), logs[0])
        time.sleep(chance.uniform(0.0, 1.2 * took))
        second = fork_child(partial(_job, kinds[1], out, resume), logs[1])
        if number % 3 == 2:
            time.sleep(chance.uniform(0.0, took))
            os.kill(chance.choice((first, second)), signal.SIGKILL)
        codes = [wait(first), wait(second)]
        counts["killed"] += codes.count(-signal.SIGKILL)
        counts["refused"] += codes.count(REFUSED)
        counts["both"] += codes == [0, 0]
        texts = [log.read_text(errors="replace") for log in logs]
        for code, text in zip(codes, texts, strict=True):
            # The second may come when the first is through.
            words = (
                "is being written by process",
                "--resume",
                "holds a finished screening",
            )
            is_refusal = any(word in text for word in words)
            if code not in (0, REFUSED, -signal.SIGKILL) or (
                code == REFUSED and not is_refusal
            ):
                faults.append(f"{codes}: {text[-300:]}")
        try:
            if 0 in codes and (wrong := folder_faults(out, want)):
                faults.append(f"{codes}: {wrong}")
            if 0 not in codes:
                # What is left goes on, or makes room, for the one that asks last.
                again = wait(
                    fork_child(partial(_job, kinds[0], out, False), log)
                )
                if (
                    again
                    or read_finished_manifest(out)["identity"]["application"][
                        "name"
                    ]
                    != DEVICES[0]
                ):
                    faults.append(
                        f"{codes}, again {again}: {log.read_text()[-300:]}"
                    )
                elif wrong := folder_faults(out, want):
                    faults.append(f"{codes}, again: {wrong}")
        except MagnetkitError as error:
            faults.append(f"{codes}: {error}")
        shutil.rmtree(out)
    return {"pairs": times, **counts, "faults": faults}


def main(seed: int, count: int, times: int, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for name in _WORK:
        import_module(name)
    # In a child: a process that has run a kernel's threads is not forked.
    child = fork_child(
        lambda: print(
            json.dumps(vars(screen_foreign_folders(count, seed, place / "f")))
        ),
        place / "o",
    )
    code = wait(child)
    text = (place / "o").read_text()
    rows = (
        json.loads(text.splitlines()[-1])
        if code == 0
        else {"faults": [text[-2000:]]}
    )
    print(json.dumps({"kind": "foreign folder", **rows}), flush=True)
    print(json.dumps(two(times, seed, place)), flush=True)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:4]), Path(sys.argv[4]))
