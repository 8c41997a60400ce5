"""Write docs/profiles: a page for each device, with the judgements of judgements.toml.

``python docs/profiles.py`` writes all of them, ``python docs/profiles.py f22-engine`` one.
"""

import sys
import tomllib
from pathlib import Path

from magnetkit import applications
from magnetkit.evaluation.pages import page

FOLDER = Path(__file__).resolve().parent / "profiles"


def main() -> None:
    """Write the pages."""
    with (FOLDER / "judgements.toml").open("rb") as stream:
        judgements = tomllib.load(stream)
    for name in sys.argv[1:] or applications.names():
        text = page(name, judgements[name])
        (FOLDER / f"{name}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
