"""The wheel, built, and run where there is no checkout.

``python -m tests.faults.wheel [PYTHON ...]``: for each Python a fresh environment gets the wheel
and its dependencies at the versions tested, and predicts twice outside the checkout: once where
nothing is compiled, once where all is.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
CARRIED = ("THIRD_PARTY.md", "LICENSE", "_datasets/registry.toml", "_constraints.txt", "py.typed")


def built(folder: Path) -> Path:
    """Build the wheel and return it; it must carry what the licences and the data need."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "-w", folder, ROOT], check=True)
    (wheel,) = folder.glob("magnetkit-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    missing = [name for name in CARRIED if not any(n.endswith(name) for n in names)]
    assert not missing, f"the wheel lacks {missing}"
    return wheel


def tried(wheel: Path, python: str, folder: Path) -> dict[str, object]:
    """Install a wheel into a fresh environment and predict; return what was seen."""
    home = folder / "environment"
    subprocess.run([python, "-m", "venv", home], check=True)
    own = home / "bin" / "python"
    pip = [own, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "-c", ROOT / "constraints.txt", wheel], check=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MAGNETKIT"))}
    clean["MAGNETKIT_CACHE_DIR"] = str(folder / "cache")
    seen: dict[str, object] = {"python": python}
    for name in ("cold", "warm"):
        start = time.monotonic()
        done = subprocess.run(
            [home / "bin" / "magnetkit", "predict", "SmCo5", "--json"],
            cwd=folder,
            env=clean,
            capture_output=True,
            text=True,
            check=True,
        )
        seen[f"{name}_s"] = round(time.monotonic() - start, 1)
        assert json.loads(done.stdout)["host"] == "1:5", done.stdout
        seen[f"{name}_lines"] = len(done.stderr.splitlines())
    where = "import magnetkit; print(magnetkit.__file__)"
    place = subprocess.run(
        [own, "-c", where], cwd=folder, env=clean, stdout=subprocess.PIPE, text=True, check=True
    )
    assert Path(place.stdout.strip()).is_relative_to(home)
    return seen


def main(pythons: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        wheel = built(Path(folder))
        for number, python in enumerate(pythons or [sys.executable]):
            place = Path(folder) / str(number)
            place.mkdir()
            print(tried(wheel, python, place), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
