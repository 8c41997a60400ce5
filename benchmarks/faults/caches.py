"""Every file of the caches emptied, cut and with bits turned.

``python -m benchmarks.faults.caches ROUNDS SEED FOLDER``: a file that is not as written must be
seen at once, and a command that meets some of them answers as before; a signal is a fault.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from magnetkit.errors import StoreError
from magnetkit.settings import get_settings

from benchmarks.faults.mutation import mutate_bytes
from magnetkit._core._kernel_files import folder
from magnetkit.magnetism import predict
from magnetkit.surrogates import _store

COMMAND = ("predict", "SmCo5", "--json")
KINDS = ("emptied", "cut", "bits turned", "spoiled")


def damage_bytes(kind: str, raw: bytes, chance: random.Random) -> bytes:
    """Return bytes that are not what was written."""
    if kind == "emptied":
        return b""
    if kind == "cut":
        return raw[: chance.randrange(len(raw))]
    if kind == "spoiled":
        other = mutate_bytes(chance, raw)
        if other != raw:
            return other
        return raw + b"x"
    content = bytearray(raw)
    for place in {
        chance.randrange(len(raw)) for _ in range(chance.choice((1, 2, 100)))
    }:
        content[place] ^= 1 << chance.randrange(8)
    return bytes(content)


def _detects_damage(file: Path) -> bool:
    """Return whether a damaged model is seen to be before anything in it is used."""
    try:
        _store.read(file)
    except StoreError:
        return True
    return False


def each(files: list[Path], seed: int, place: Path) -> list[dict]:
    """Damage every file in every way, a few times."""
    chance = random.Random(seed)
    rows = []
    for kind in KINDS:
        faults = []
        count = 0
        for file in files:
            raw = file.read_bytes()
            for _ in range(1 if kind == "emptied" else 5):
                copy = place / f"x{file.suffix}"
                copy.write_bytes(damage_bytes(kind, raw, chance))
                count += 1
                if not _detects_damage(copy):
                    faults.append(f"{kind} {file.name} is taken for whole")
        rows.append({"files": f"each {kind}", "tried": count, "faults": faults})
    return rows


def command(kernels: Path, cache: Path) -> subprocess.CompletedProcess:
    environment = {
        "NUMBA_CACHE_DIR": str(kernels),
        "MAGNETKIT_CACHE_DIR": str(cache),
    }
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "magnetkit", *COMMAND],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def commands(rounds: int, seed: int, place: Path) -> dict:
    """Run a command on caches of which some files are damaged."""
    chance = random.Random(seed)
    kernels = place / "kernels"
    cache = place / "cache"
    shutil.copytree(folder(), kernels / folder().name, dirs_exist_ok=True)
    want = command(kernels, cache)
    faults = [] if want.returncode == 0 else [f"whole: {want.stderr[-500:]}"]
    count = 0
    for number in range(rounds):
        files = sorted([*kernels.rglob("*.nb[ci]"), *cache.rglob("*.model")])
        models = [file for file in files if file.suffix == ".model"]
        sample = chance.sample(files, 3) + (models if number % 2 else [])
        for file in set(sample):
            file.write_bytes(
                damage_bytes(chance.choice(KINDS), file.read_bytes(), chance)
            )
        got = command(kernels, cache)
        count += "anew" in got.stderr
        if got.returncode or got.stdout != want.stdout:
            faults.append(f"exit {got.returncode}: {got.stderr[-300:]}")
    return {"commands": rounds, "said_so": count, "faults": faults}


def main(rounds: int, seed: int, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    predict(["SmCo5"])
    files = sorted(
        (get_settings().cache_dir / "surrogates").glob("curie*.model")
    )
    for row in (*each(files, seed, place), commands(rounds, seed, place)):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
