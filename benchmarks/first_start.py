"""What first commands compile: ``python -m benchmarks.first_start`` lists it for a second process.

It compiles everything anew, for two minutes, and writes ``magnetkit/_core/first.txt``, after a
kernel or its arguments were changed.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LISTED = Path(__file__).parents[1] / "magnetkit" / "_core" / "first.txt"


def text(kind: Any) -> str:
    """Return a type of numba's as a call that makes it."""
    from numba import types

    if isinstance(kind, types.Array):
        suffix = "" if kind.mutable else ", readonly=True"
        return (
            f'Array({text(kind.dtype)}, {kind.ndim}, "{kind.layout}"{suffix})'
        )
    if isinstance(kind, types.BaseNamedTuple):
        name = f"{kind.instance_class.__module__.rpartition('.')[2]}.{kind.instance_class.__name__}"
        if isinstance(kind, types.NamedUniTuple):
            return f"NamedUniTuple({text(kind.dtype)}, {kind.count}, {name})"
        return f"NamedTuple(({', '.join(map(text, kind))},), {name})"
    if isinstance(kind, types.BaseTuple):
        return f"Tuple(({''.join(f'{text(one)}, ' for one in kind)}))"
    if isinstance(kind, types.Omitted):
        return f"Omitted({kind.value!r})"
    return {"bool": "boolean", "none": "none"}.get(str(kind), str(kind))


def _run_common_commands() -> None:
    """Run what most commands run, on few candidates."""
    from magnetkit.alloy.substitution import substitutions
    from magnetkit.curves.curve import curve, use_limits
    from magnetkit.diffusion.diffuse import diffuse
    from magnetkit.features.compositions import CompositionStatistics
    from magnetkit.features.rare_earths import RareEarthDescriptors
    from magnetkit.magnetism.predict import predict
    from magnetkit.run.replace import replace
    from magnetkit.run.screen import screen
    from magnetkit.surrogates.models import load
    from magnetkit.surrogates.training_sets import TARGETS

    predict(
        ["Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal."],
        ["20C", "150C"],
        basis="weight",
        shell="Tb 0.3 wt%",
        load_line=1.0,
        between=("20C", "120C"),
    )
    # The first as papers print it: what is not ASCII has a kernel of its own.
    predict(["Sm₂Co₁₇", "Sm2Fe17N3", "SmFe11Ti"])
    space = substitutions("SmCo5", {"Sm": ["Gd", "Pr"]}, step=0.25)
    with TemporaryDirectory() as folder:
        screen(space, "patriot-beam-focusing").report(f"{folder}/report.html")
    replace("N42SH", temperature="150C")
    curve("N42SH", "20C,150C")
    use_limits("Nd1.8Dy0.2Fe14B")
    diffuse(
        "Nd2Fe14B",
        "20x10x3mm",
        load_line=2.0,
        temperature="120C",
        anneal=900.0,
        anneal_hours=8.0,
    )
    for feature in (CompositionStatistics(), RareEarthDescriptors()):
        feature.fit_transform(space[:2])
    for target in TARGETS:
        load(target, progress=False).predict(space[:2])


def _record(out: str) -> None:
    """Run what first commands run, and write what is compiled."""
    import numba.core.event as events

    from magnetkit.magnetism.predict import predict

    lines: list[str] = []

    class Listener(events.Listener):
        depth = 0

        def on_start(self, event: Any) -> None:
            kernel = event.data["dispatcher"]
            if not self.depth:
                name = f"{kernel.py_func.__module__.rpartition('.')[2]}.{kernel.py_func.__name__}"
                lines.append(
                    f"{name} ({''.join(f'{text(a)}, ' for a in event.data['args'])})"
                )
            self.depth += 1

        def on_end(self, event: Any) -> None:
            self.depth -= 1

    with events.install_listener("numba:compile", Listener()):
        predict(["Nd2Fe14B"])
        first = lines[:]
        lines[:] = []
        _run_common_commands()
    Path(out).write_text("\n".join(lines + first) + "\n", "ascii")


def main() -> None:
    """Write the list."""
    LISTED.unlink(missing_ok=True)
    with TemporaryDirectory() as folder:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        command = [sys.executable, "-m", "benchmarks.first_start", str(LISTED)]
        subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    _record(sys.argv[1]) if sys.argv[1:] else main()
