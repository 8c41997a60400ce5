"""What the command line costs to start, and how it fails before any work."""

import json
import os
import subprocess
import sys

import pytest

from tests.command import run as forked
from tests.fresh import run_python
from tests.said import command_lines

HEAVY = (
    "pymatgen",
    "mp_api",
    "sklearn",
    "numba",
    "pandas",
    "pyarrow",
    "scipy",
    "numpy",
)
# Of others: each command is a module of its own.
# Python 3.13 itself loads eight more.
MAX_MODULES = 330 if sys.version_info < (3, 13) else 338


def run(*arguments, **options):
    return run_python(
        "-m",
        "magnetkit",
        *arguments,
        env=os.environ | options,
        cwd=os.getcwd(),
        filter_warnings="ignore",
    )


def modules(*arguments):
    """Exit code, stdout and loaded modules of a command whose output goes to a pipe."""
    code = (
        "import json, sys\n"
        f"sys.argv = ['magnetkit', *{arguments!r}]\n"
        "from magnetkit.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as e:\n    code = e.code\n"
        "print(json.dumps({'code': code, 'modules': sorted(sys.modules)}), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=900,
        check=True,
    )
    # Notes of compiling may follow.
    record = json.loads(
        next(
            line for line in done.stderr.splitlines() if line[:7] == '{"code"'
        )
    )
    return record["code"], done.stdout, record["modules"]


@pytest.mark.parametrize("kilobytes", [1_000_000, 2_800_000])
def test_refuses_too_little_memory_before_compiling(kilobytes):
    command = f"ulimit -v {kilobytes}; exec {sys.executable} -m magnetkit predict Nd2Fe14B"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "addresses" in done.stderr
    assert "ulimit -v 3000000" in done.stderr


def test_missing_module_names_the_way_out():
    code = (
        "import sys\n"
        "sys.argv = ['magnetkit', 'predict', 'Nd2Fe14B']\n"
        "sys.modules['magnetkit.phases.partition'] = None\n"
        "from magnetkit.cli import main\n"
        "main()"
    )
    done = run_python("-c", code, env=os.environ, cwd=os.getcwd())
    assert done.returncode == 1
    assert "magnetkit.phases.partition" in done.stderr
    assert "--force-reinstall" in done.stderr
    assert "defect" not in done.stderr


def test_help_loads_nothing_heavy():
    code, out, imports = modules("--help")
    assert code == 0
    assert "Usage" in out
    assert [m for m in HEAVY if m in imports] == []
    foreign = [m for m in imports if not m.startswith("magnetkit.")]
    assert len(foreign) < MAX_MODULES


def test_a_prediction_loads_what_it_needs_alone():
    # This one trains and compiles.
    forked("predict", "Nd2Fe14B")
    code, out, imports = modules("predict", "Nd2Fe14B")
    assert code == 0
    assert out.startswith("candidate,")
    absent = (
        "pymatgen",
        "sklearn",
        "matplotlib",
        "plotly",
        "polars",
        "dask",
        "rich",
    )
    assert [m for m in absent if m in imports] == []
    # numba, which loads kernels that it kept, asks scipy for its version and for LAPACK.
    rooms = {
        m
        for m in imports
        if m.startswith("scipy.") and m.count(".") == 1 and "._" not in m
    }
    assert rooms <= {"scipy.version", "scipy.linalg", "scipy.sparse"}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["screen", "--application", "nope"], 1, "known are"),
        (["screen", "--aplication", "nope"], 2, "--application"),
        (
            ["screen", "--application", "f22-engine", "--temperature", "hot"],
            1,
            "150C",
        ),
        (
            ["screen", "absent.csv", "--application", "f22-engine"],
            1,
            "no such file",
        ),
        (["predict", "Xx2"], 1, "no chemical element"),
        (["applications", "show", "nope"], 1, "known are"),
        (["data", "fetch", "nope"], 1, "curie"),
    ],
)
def test_wrong_call_is_one_line_with_the_way_out(
    tmp_path, arguments, code, says
):
    if arguments[0] == "screen":
        arguments = [*arguments, "--out", str(tmp_path)]
    done = forked(*arguments)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    if code == 1:
        assert len(command_lines(done.stderr.strip())) == 1


def test_version_and_embedded_files():
    assert forked("--version").stdout.startswith("magnetkit 0.")
    assert "are as published" in forked("data", "verify").stdout


def test_prints_in_any_encoding():
    words = "-m magnetkit applications show f22-engine".split()
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [("NUMBA_NUM_THREADS", "0"), ("MAGNETKIT_HEAVY_RARE_EARTHS", "Xx")],
)
def test_unusable_variable_is_one_line(name, value):
    done = run("predict", "SmCo5", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"magnetkit: error: {name} is '{value}'")
    assert len(command_lines(done.stderr)) == 1
