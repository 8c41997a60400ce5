"""Write split.toml and PAIRS.md: what the magnets of one paper have in common.

Run ``python datasets/recipes/split.py`` after calibrate.py beside it.
"""

from pathlib import Path

from benchmarks.accuracy.magnetism import recipes, shells, split

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Measure the split and write both files."""
    left = recipes.left_out()
    shares, table = split.variance_shares(left)
    gains = shells.published_gains()
    page = split.report(shares, table) + "\n".join([*shells.report(gains)])
    page += "\n"
    shares["shell"] = shells.deviation(gains)
    lines = ["# Written by split.py; SOURCE.md explains every key."]
    for quantity, one in shares.items():
        lines += [
            "",
            f"[{quantity}]",
            *(f"{key} = {value:.4g}" for key, value in one.items()),
        ]
    text = "\n".join(lines) + "\n"
    (HERE / "split.toml").write_text(text, encoding="utf-8")
    (HERE / "PAIRS.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
