"""``python -m benchmarks.features``: time the feature kernels and print a table."""

import argparse
from pathlib import Path

import pandas as pd
from rich.console import Console

from .crystals import on_crystals
from .printing import show
from .timing import run


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.features", description=__doc__
    )
    parser.add_argument(
        "--rows", type=int, default=500_000, help="compositions of each kernel"
    )
    parser.add_argument(
        "--match", default="", help="run the kernels whose name holds this"
    )
    parser.add_argument(
        "--quick", action="store_true", help="no first calls, peers, cost curve"
    )
    parser.add_argument(
        "--crystals", type=Path, help="structure kernels on a .jsonl.gz file"
    )
    options = parser.parse_args()
    if options.rows < 1000:
        parser.error(f"--rows: at least 1000, got {options.rows}")
    if options.crystals is not None:
        table = on_crystals(options.crystals, progress=True)
        curve = pd.DataFrame()
    else:
        full = not options.quick
        table, curve = run(
            options.rows,
            options.match,
            first_calls=full,
            peers=full,
            curve=full,
            progress=True,
        )
    show(table, curve, Console(width=None if Console().is_terminal else 170))


if __name__ == "__main__":
    main()
