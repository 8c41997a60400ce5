"""Write the hash of every embedded data file into registry.toml, keeping all else.

Run after a data file changes: ``python datasets/update_registry.py``. Every data file needs a
SOURCE.md in its folder that names it and says under which licence it stands.
"""

import hashlib
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent
REGISTRY = ROOT / "registry.toml"
# Scripts and prose are not data.
NOT_DATA = {".py", ".md"}


def data_files() -> list[Path]:
    """Return the embedded data files in the order of their names."""
    return sorted(
        f
        for f in ROOT.glob("*/**/*")
        if f.is_file()
        and f.suffix not in NOT_DATA
        and "__pycache__" not in f.parts
    )


def render(remote: dict[str, dict[str, str]]) -> str:
    """Return the text of registry.toml."""
    lines = [
        "# Embedded files and their SHA-256: written by update_registry.py.",
        "",
    ]
    for file in data_files():
        name = file.relative_to(ROOT).as_posix()
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        lines += [f'[files."{name}"]', f'sha256 = "{digest}"', ""]
    lines += [
        "# Sets fetched by `magnetkit data fetch`; a mirror folder serves the same files.",
        "",
    ]
    for key, entry in sorted(remote.items()):
        lines.append(f"[remote.{key}]")
        lines += [f'{name} = "{value}"' for name, value in entry.items()]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Rewrite registry.toml."""
    remote = {}
    if REGISTRY.is_file():
        remote = tomllib.loads(REGISTRY.read_text(encoding="utf-8")).get(
            "remote", {}
        )
    REGISTRY.write_text(render(remote), encoding="utf-8")


if __name__ == "__main__":
    main()
