"""Stop pulls with SIGKILL at random moments.

``python -m tests.phases.kill_pulls SEED TIMES NOTE`` with server, key and cache in the
environment. Prints as JSON how many pulls were stopped before they ended, and what each left in
the cache (``"nothing"``, ``"whole"`` or what is wrong with it): first with an older answer in
the cache, then in an empty one.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

# Loaded before the fork, so that a child is busy with the pull and not with importing.
import mp_api.client.routes.materials.magnetism
import mp_api.client.routes.materials.summary
import mp_api.client.routes.materials.thermo  # noqa: F401
import pyarrow.parquet  # noqa: F401

from magnetkit.errors import DataError
from magnetkit.phases.materials_project import documents as _documents
from magnetkit.phases.materials_project import pull as live
from magnetkit.phases.materials_project.cache import Cache
from magnetkit.settings import get_settings

SYSTEMS = ["Co-Sm", "Fe-Nd"]


def in_child(work: Callable[[], None]) -> int:
    """Run `work` in a child process that ends with it; return its id."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def ask() -> None:
    live.pull(SYSTEMS, refresh=True)


def left(file: Path) -> None:
    """Write what is in the cache, as a later pull would find it."""
    question = {
        "systems": SYSTEMS,
        "endpoint": os.environ["MP_API_ENDPOINT"],
        "thermo_type": None,
    }
    with Cache("pulls", "_".join(SYSTEMS), question) as cache:
        try:
            found = cache.read()
            file.write_text("nothing" if found is None else "whole")
        except DataError as error:
            file.write_text(str(error))


def main(seed: int, times: int, note: Path) -> None:
    chance = random.Random(seed)
    _documents._models()
    start = time.monotonic()
    os.waitpid(in_child(ask), 0)
    whole = time.monotonic() - start
    stopped = 0
    left_behind: dict[str, list[str]] = {"older answer": [], "empty": []}
    for before, found in left_behind.items():
        for _ in range(times):
            if before == "empty":
                shutil.rmtree(get_settings().cache_dir)
            child = in_child(ask)
            time.sleep(chance.uniform(0.0, 1.1 * whole))
            os.kill(child, signal.SIGKILL)
            stopped += os.WIFSIGNALED(os.waitpid(child, 0)[1])
            os.waitpid(in_child(lambda: left(note)), 0)
            found.append(note.read_text())
    print(json.dumps({"stopped": stopped, **left_behind}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
