"""Eight processes that start at once on one empty cache.

``python -m benchmarks.faults.shared_cache FOLDER [KERNELS]`` prints as JSON the exit code and the
answer of each, and how many requests the server of the pull saw. With KERNELS each compiles the
recipe parser into one empty kernel cache as well.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

from benchmarks.faults.interruption import TARGET, fork_child, preload, wait

PROCESSES = 8


def work(start: float, answer: Path) -> None:
    from magnetkit import CompositionTable
    from magnetkit.phases.pull import pull
    from magnetkit.surrogates import load

    time.sleep(max(0.0, start - time.time()))
    table = CompositionTable.from_strings(["SmCo5", "Nd2Fe14B"])
    frame = load(TARGET, progress=False).predict(table)
    snapshot = pull(["Co-Sm"])
    digest = hashlib.sha256(frame.to_csv().encode())
    digest.update((snapshot.folder / "entries.parquet").read_bytes())
    answer.write_text(digest.hexdigest())


def main(folder: Path, kernels: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["MAGNETKIT_CACHE_DIR"] = str(folder / "cache")
    if kernels:
        os.environ["NUMBA_CACHE_DIR"] = str(folder / "kernels")
    preload()
    start = time.time() + 0.2
    children = [
        fork_child(
            lambda n=n: work(start, folder / f"answer-{n}"),
            folder / f"log-{n}",
        )
        for n in range(PROCESSES)
    ]
    codes = [wait(child) for child in children]
    answers = sorted({f.read_text() for f in folder.glob("answer-*")})
    logs = [
        (folder / f"log-{n}").read_text()[-500:]
        for n, code in enumerate(codes)
        if code
    ]
    print(json.dumps({"codes": codes, "answers": answers, "logs": logs}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), len(sys.argv) > 2)
