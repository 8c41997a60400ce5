"""A second process that compiles kernels of the last stages while a first command compiles others.

numba compiles one kernel at a time in a process, whatever the threads. The second process finds the
stability and the cost of a composition, as every prediction does in the end, and leaves nothing but
what it compiled, where the command then finds it. It ends with the command, however that ends.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress

_CODE = (
    "import json, sys; sys.path = json.loads(sys.argv[1]); "
    "from magnetkit.cli.ahead import compile_stages; compile_stages()"
)

_PATIENCE_S = 30.0


def start() -> None:
    """Start the second process, where there is a second processor and something to gain."""
    from ..kernels._accelerate import cache_folders, kernel_places, most_threads
    from ..kernels._kept import is_writable

    if most_threads() < 2 or any(folder.exists() for folder in cache_folders("hull")):
        return
    if not any(map(is_writable, kernel_places())):
        return
    begin()


def begin(code: str = _CODE) -> "subprocess.Popen[bytes] | None":
    """Run code in a process that ends with this one; None where the system has no room for it."""
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", code, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
    atexit.register(_end, process)
    # Takes note of its end, so that the system need not.
    threading.Thread(target=process.wait, name="magnetkit-ahead", daemon=True).start()
    return process


def _end(process: "subprocess.Popen[bytes]") -> None:
    with process:
        process.kill()


def compile_stages() -> None:
    """Do, in the second process, what compiles the kernels of the last stages."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from ..composition.table import CompositionTable
    from ..kernels import parse
    from ..phases import stability
    from ..phases.hull import stable_space
    from ..phases.snapshot import open_snapshot
    from ..supply import ledger

    # The command begins with the reader of recipes: to compile it here as well would gain nothing.
    end = time.monotonic() + _PATIENCE_S
    while not parse._parse_stretch._cache.holds_any() and time.monotonic() < end:
        time.sleep(0.1)
    stable_space(open_snapshot())
    table = CompositionTable.from_strings(["Nd2Fe14B"])
    stability(table)
    table.to_arrow()
    ledger(table)


def _end_with_parent() -> None:
    # Our end of a pipe to the command, which closes as that ends, even by a signal.
    with suppress(OSError):
        os.read(sys.stdin.fileno(), 1)
    os._exit(0)
