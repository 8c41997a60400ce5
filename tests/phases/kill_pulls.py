"""Stop pulls by SIGKILL at random moments: ``python -m tests.phases.kill_pulls SEED TIMES``.

Server, key and cache are those of the environment, the cache with an older answer in it. Prints
how many were stopped before they ended; fails where one leaves less than a whole answer.
"""

import os
import random
import signal
import sys
import time

import mp_api.client  # noqa: F401
import pyarrow.parquet  # noqa: F401

from magnetkit.phases.materials_project import transport
from magnetkit.phases.materials_project.pull import pull
from tests.phases.mp_server import ask_here


def ask_in_fork(refresh: bool) -> int:
    """Pull in a child that has all loaded, so that it is met at work; return its id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            pull("Co-Sm", refresh=refresh)
            code = 0
        finally:
            os._exit(code)
    return child


def main(seed: int, times: int) -> None:
    transport._ask_in_child = ask_here
    chance, stopped = random.Random(seed), 0
    os.waitpid(ask_in_fork(True), 0)
    start = time.monotonic()
    os.waitpid(ask_in_fork(True), 0)
    whole = time.monotonic() - start
    # What is left must do without a server.
    key = os.environ["MP_API_KEY"]
    for _ in range(times):
        os.environ["MP_API_KEY"] = key
        child = ask_in_fork(True)
        time.sleep(chance.uniform(0.0, 1.1 * whole))
        os.kill(child, signal.SIGKILL)
        stopped += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        os.environ.pop("MP_API_KEY")
        assert os.waitpid(ask_in_fork(False), 0)[1] == 0
    print(stopped)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
