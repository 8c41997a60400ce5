"""The wheel, built, and run where there is no checkout.

``python -m benchmarks.faults.wheel [PYTHON ...]``: for each Python a fresh environment gets the
wheel and its dependencies at the versions tested, and predicts twice outside the checkout: once
where nothing is compiled, once where all is. Each step says what it does and how long it took, and
has a limit; one Python that fails does not keep the others from being tried.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
CARRIED = (
    "THIRD_PARTY.md",
    "LICENSE",
    "_datasets/registry.toml",
    "_constraints.txt",
    "py.typed",
)
LIMIT_S = {
    "build the wheel": 300,
    "make an environment": 120,
    "install": 1200,
    "predict cold": 1200,
    "predict warm": 300,
    "find the package": 120,
}
"""By the clock, on a machine that others use too: ten times what each takes on a quiet one."""


class StepError(Exception):
    """A step that failed or took too long."""


class Steps:
    """Runs commands one after the other, says what each took, and ends one over its limit.

    Parameters
    ----------
    about : str
        What the steps are of, for what is said.
    limits : mapping of str to float, optional
        Most seconds of each step.
    """

    def __init__(
        self, about: str, limits: Mapping[str, float] = LIMIT_S
    ) -> None:
        self.about = about
        self.limits = limits
        self.seen: dict[str, object] = {}

    def run(
        self, step: str, command: Sequence[object], **options: object
    ) -> tuple[str, str]:
        """Run the command of a step; return what it printed and what it said."""
        limit = self.limits[step]
        print(
            f"{self.about}: {step} (at most {limit:g} s) ...",
            file=sys.stderr,
            flush=True,
        )
        start = time.monotonic()
        before = _processor_s()
        try:
            done = subprocess.run(
                [str(word) for word in command],
                capture_output=True,
                text=True,
                timeout=limit,
                check=False,
                **options,
            )
        except subprocess.TimeoutExpired as error:
            text = (error.stderr or b"").decode(errors="replace")
            raise StepError(
                f"{step}: not done after {limit:g} s; it said {text[-500:]!r}"
            ) from None
        took = time.monotonic() - start
        processor_s = _processor_s() - before
        if done.returncode:
            raise StepError(
                f"{step}: exit {done.returncode} after {took:.0f} s; {done.stderr[-500:]}"
            )
        self.seen[step] = f"{took:.1f} s, {processor_s:.1f} of a processor"
        print(
            f"{self.about}: {step}: {self.seen[step]}",
            file=sys.stderr,
            flush=True,
        )
        return done.stdout, done.stderr


def _processor_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def build_wheel(folder: Path) -> Path:
    """Build the wheel and return it; it must carry what the licences and the data need."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    command = [*pip, "wheel", "--quiet", "--no-deps", "-w", folder, ROOT]
    Steps("wheel").run("build the wheel", command)
    (wheel,) = folder.glob("magnetkit-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    missing = [
        name for name in CARRIED if not any(n.endswith(name) for n in names)
    ]
    if missing:
        raise StepError(f"build the wheel: it lacks {missing}")
    other_files = [
        name
        for name in names
        if not name.startswith(("magnetkit/", "magnetkit-"))
    ]
    if other_files:
        raise StepError(f"build the wheel: it carries {other_files[:5]}")
    return wheel


def try_wheel(wheel: Path, python: str, folder: Path) -> dict[str, object]:
    """Install a wheel into a fresh environment and predict; return what was seen."""
    version = subprocess.run(
        [python, "--version"], capture_output=True, text=True, check=True
    )
    steps = Steps(version.stdout.strip())
    home = folder / "environment"
    interpreter = home / "bin" / "python"
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("PYTHON", "MAGNETKIT"))
    }
    clean["MAGNETKIT_CACHE_DIR"] = str(folder / "cache")
    away = {"cwd": folder, "env": clean}
    steps.run("make an environment", [python, "-m", "venv", home], **away)
    pip = [
        interpreter,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    steps.run("install", [*pip, "-c", ROOT / "constraints.txt", wheel], **away)
    for name in ("cold", "warm"):
        command = [home / "bin" / "magnetkit", "predict", "SmCo5", "--json"]
        output, messages = steps.run(f"predict {name}", command, **away)
        if json.loads(output)["host"] != "1:5":
            raise StepError(f"predict {name}: {output[:500]}")
        steps.seen[f"lines said {name}"] = len(messages.splitlines())
    where = "import magnetkit; print(magnetkit.__file__)"
    place, _ = steps.run(
        "find the package", [interpreter, "-c", where], **away
    )
    if not Path(place.strip()).is_relative_to(home):
        raise StepError(f"find the package: it is {place}")
    return {"python": steps.about, **steps.seen}


def main(pythons: list[str]) -> int:
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(Path(folder))
        for number, python in enumerate(pythons or [sys.executable]):
            place = Path(folder) / str(number)
            place.mkdir()
            try:
                print(json.dumps(try_wheel(wheel, python, place)), flush=True)
            except (
                StepError,
                OSError,
                subprocess.CalledProcessError,
            ) as error:
                failures += 1
                print(
                    json.dumps({"python": python, "failed": str(error)}),
                    flush=True,
                )
    return int(failures > 0)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StepError as error:
        sys.exit(f"wheel: {error}")
