"""``magnetkit doctor --compile``: what the first commands would wait for, done now."""

import atexit
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress

_AHEAD = "from magnetkit.cli.warmup import compile_phases; compile_phases()"


def warmup(quiet: bool = False) -> None:
    """Compile the kernels and train the models now, so that no first command has to."""
    from ..show.tables import message

    start = time.monotonic()
    _run()
    if not quiet:
        message(f"kernels and models are ready ({time.monotonic() - start:.0f} s)")


def _run() -> None:
    """Do what most commands do, small."""
    from ..composition.substitution import substitutions
    from ..diffusion import diffuse
    from ..features import CompositionStatistics, RareEarthDescriptors
    from ..prediction import predict
    from ..replacement import replace
    from ..screening import screen
    from ..surrogates import TARGETS, load

    predict(
        ["Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal."], ["20C", "150C"], basis="weight",
        shell="Tb 0.3 wt%", load_line=1.0, between=("20C", "120C"),
    )  # fmt: skip
    space = substitutions("SmCo5", {"Sm": ["Gd", "Pr"]}, step=0.25)
    screen(space, "patriot-beam-focusing")
    replace("N42SH", temperature="150C")
    diffuse(
        "Nd2Fe14B", "20x10x3mm", load_line=2.0, temperature="120C", anneal=900.0, anneal_hours=8.0
    )
    for feature in (CompositionStatistics(), RareEarthDescriptors()):
        feature.fit_transform(space[:2])
    for target in TARGETS:
        load(target, progress=False).predict(space[:2])


def start_ahead() -> None:
    """Let a second process compile the kernels of the phases while a command compiles its first.

    numba compiles one kernel at a time in a process. The command finds them in the cache; the
    process ends with it, however that ends, as the pipe between them closes.
    """
    from ..kernels._accelerate import folder, most_threads

    place = folder()
    if place is None or most_threads() < 2 or any(place.glob("*/hull.*.nbc")):
        return
    own = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with suppress(OSError):
        process = subprocess.Popen(
            [sys.executable, "-c", _AHEAD],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=own,
        )
        atexit.register(process.kill)


def compile_phases() -> None:
    """Compile, in the second process, what the stability of a composition takes."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import numpy as np

    from ..composition import CompositionTable
    from ..elements import INDEX, N_ELEMENTS
    from ..phases import stability

    # No text: the command itself compiles the reader of recipes.
    atoms = np.zeros((1, N_ELEMENTS))
    atoms[0, [INDEX["Nd"], INDEX["Fe"], INDEX["B"]]] = 2.0, 14.0, 1.0
    stability(CompositionTable.from_array(atoms / atoms.sum()))


def _end_with_parent() -> None:
    with suppress(OSError):
        os.read(sys.stdin.fileno(), 1)
    os._exit(0)
