"""Ten million candidates, the command killed each minute and started again with --resume.

``python -m benchmarks.faults.long_run FOLDER [CANDIDATES] [SECONDS]`` prints as JSON how often it
was killed, how long it took in all, and the resident memory of each life: once candidates are being
judged, at its end, and at most.
"""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyarrow.parquet as pq

from magnetkit import substitutions
from magnetkit.run._files import read_finished_manifest, read_manifest

REPLACE = {"Nd": ["Ce", "La", "Pr", "Dy", "Gd"], "Fe": ["Co"]}
DEVICE = "hot-servo-motor"
# Imports, models and the first chunks are done by then.
SETTLED_S = 20.0


def coarsest_step(candidates: int) -> tuple[float, int]:
    """Return the coarsest step with at least so many candidates, and how many it gives."""
    for parts in range(4, 200):
        size = len(substitutions("Nd2Fe14B", REPLACE, step=1.0 / parts))
        if size >= candidates:
            return 1.0 / parts, size
    raise ValueError(f"no step gives {candidates} candidates")


def live(
    command: list[str], seconds: float
) -> tuple[int | None, dict[str, float]]:
    """Run a command for so many seconds at most, then kill it; return its exit code and memory."""
    process = subprocess.Popen(command)
    monitor = psutil.Process(process.pid)
    start = time.monotonic()
    memory = {"settled_MB": math.nan, "end_MB": math.nan, "peak_MB": 0.0}
    while process.poll() is None:
        if time.monotonic() - start > seconds:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            break
        try:
            used = monitor.memory_info().rss / 2**20
        except psutil.NoSuchProcess:
            break
        if used > 1.0:
            if (
                math.isnan(memory["settled_MB"])
                and time.monotonic() - start > SETTLED_S
            ):
                memory["settled_MB"] = round(used)
            memory["end_MB"] = round(used)
            memory["peak_MB"] = max(memory["peak_MB"], round(used))
        time.sleep(0.5)
    code = process.wait()
    return (None if code == -signal.SIGKILL else code), memory


def main(
    folder: Path, candidates: int = 10_000_000, seconds: float = 60.0
) -> int:
    step, size = coarsest_step(candidates)
    command = [sys.executable, "-m", "magnetkit", "screen", "--host", "2:14:1"]
    for site, elements in REPLACE.items():
        command += ["--replace", f"{site}={','.join(elements)}"]
    command += [
        "--step",
        repr(step),
        "--application",
        DEVICE,
        "--out",
        str(folder),
        "--resume",
    ]
    start = time.monotonic()
    lives = []
    while True:
        code, memory = live([*command, "--quiet", "--top", "0"], seconds)
        lives.append(memory)
        done = (
            read_manifest(folder) if any(folder.rglob("manifest.json")) else {}
        )
        print(
            f"{time.monotonic() - start:7.0f} s: exit {code}, {memory}",
            file=sys.stderr,
        )
        if code is not None:
            break
        if len(lives) % 10 == 0 and len(done.get("chunks", ())) == 0:
            raise SystemExit(
                f"no chunk is finished within {seconds} s; give more"
            )
    faults = [] if code == 0 else [f"exit {code}"]
    if code == 0:
        read_finished_manifest(folder)
        rows = pq.ParquetFile(folder / "ranked.parquet").metadata.num_rows
        if rows != size or not done["done"]:
            faults.append(f"{rows} rows of {size}")
    print(
        json.dumps(
            {
                "candidates": size,
                "killed": len(lives) - 1,
                "seconds": round(time.monotonic() - start),
                "lives": lives,
                "faults": faults,
            }
        )
    )
    return int(bool(faults))


if __name__ == "__main__":
    arguments = sys.argv[2:]
    sys.exit(main(Path(sys.argv[1]), *(int(float(text)) for text in arguments)))
