"""Fresh Python processes that need not import packages of others anew.

A server has imported what magnetkit is built on, and nothing of magnetkit; each process is a fork
of it. What starting Python costs is tested in test_start.
"""

import atexit
import json
import subprocess
import sys
from functools import lru_cache
from subprocess import CompletedProcess
from tempfile import NamedTemporaryFile
from typing import Any

_SERVER = """
import json, os, runpy, sys, warnings
import numba, numpy, pandas, pyarrow, pydantic, rich, scipy.special, typer

# What numba's compiler loads at its first use.
numba.njit("float64[:](float64[:])")(lambda x: 2.0 * x)

def begin(request):
    os.dup2(os.open(request["out"], os.O_WRONLY), 1)
    os.dup2(os.open(request["err"], os.O_WRONLY), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, closefd=False)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    numba.core.config.reload_config()
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = ["", *filter(None, paths)]
    sys.dont_write_bytecode = True
    warnings.resetwarnings()
    warnings.simplefilter(request["warnings"])

for line in sys.stdin:
    request = json.loads(line)
    child = os.fork()
    if not child:
        begin(request)
        option, *sys.argv[1:] = request["arguments"]
        sys.argv[0] = option
        if option == "-m":
            module = sys.argv.pop(1)
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        elif option == "-c":
            exec(sys.argv.pop(1), {"__name__": "__main__"})
        else:
            runpy.run_path(option, run_name="__main__")
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@lru_cache(maxsize=1)
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    # It ends with its input.
    atexit.register(server.communicate)
    return server


def run_python(
    *arguments: str,
    env: dict[str, str],
    cwd: Any,
    filter_warnings: str = "default",
) -> CompletedProcess[str]:
    """Run ``python`` with ``-m MODULE``, ``-c CODE`` or a file in a fresh process."""
    server = _server()
    with (
        NamedTemporaryFile("r", encoding="utf-8") as out,
        NamedTemporaryFile("r", encoding="utf-8") as err,
    ):
        request = {
            "arguments": list(map(str, arguments)),
            "env": dict(env),
            "cwd": str(cwd),
            "out": out.name,
            "err": err.name,
            "warnings": filter_warnings,
        }
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return CompletedProcess(arguments, code, out.read(), err.read())
