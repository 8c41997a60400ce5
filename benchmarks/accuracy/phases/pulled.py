"""What 1,000 substitutions are told on a pulled snapshot, beside the embedded one.

    python -m benchmarks.accuracy.phases.pulled [SNAPSHOT ...]

Substitutions in Nd2Fe14B, SmCo5 and Sm2Co17 are screened for an actuator. A snapshot is the folder
that ``magnetkit data pull --out`` writes; without one the embedded entries of Sm-Co and Nd-Fe-B
stand alone, as a pull of these two systems leaves them. Each is screened as it is and completed.
"""

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

import magnetkit as mk
from magnetkit.phases import Snapshot, subsystems

SPACES = (
    ("Nd2Fe14B", {"Nd": ["Pr", "Ce", "La", "Dy"], "Fe": ["Co"]}, 400),
    ("SmCo5", {"Sm": ["Pr", "Ce", "Gd"], "Co": ["Fe", "Cu"]}, 300),
    ("Sm2Co17", {"Sm": ["Pr", "Gd"], "Co": ["Fe", "Cu"]}, 300),
)
"""Compounds, what replaces what, and how many substitutions are drawn."""
_SYSTEMS = ("Sm-Co", "Nd-Fe-B")
_APPLICATION = "aviation-actuator"
_STEP = 0.05
_FORMS = "probability_phase_forms"


def substitutions() -> list[str]:
    """Return 1,000 formulas, the same each time."""
    formulas: list[str] = []
    for compound, exchange, count in SPACES:
        space = mk.substitutions(compound, exchange, step=_STEP)
        rows = np.random.default_rng(0).choice(len(space), count, replace=False)
        formulas += space.formulas(np.sort(rows))
    return formulas


def embedded_subset() -> Snapshot:
    """Return the embedded entries of Sm-Co and Nd-Fe-B alone, as a pull of these two."""
    whole = mk.phases.open_snapshot()
    symbols = whole.entries["formula"].str.findall("[A-Z][a-z]?")
    names = symbols.map(lambda found: "-".join(sorted(set(found))))
    is_inside = names.isin(subsystems(list(_SYSTEMS)))
    entries = whole.entries[is_inside].reset_index(drop=True)
    manifest = whole.manifest | {"query": {"systems": list(_SYSTEMS)}}
    return Snapshot("part", entries, manifest)


def screen(snapshot: Snapshot | None) -> pd.DataFrame:
    """Return status, rank and stability of each substitution, in order."""
    result = mk.screen(
        substitutions(), application=_APPLICATION, snapshot=snapshot
    )
    return result.table.set_index("row_index").sort_index()


def lines(snapshots: list[Snapshot]) -> Iterator[str]:
    """Yield statuses by cause, then a row a snapshot, in Markdown."""
    reference = screen(None)
    causes = reference["status"].astype(str).value_counts()
    yield ", ".join(
        f"{cause}: {count}" for cause, count in causes.items() if count
    )
    yield ""
    yield (
        "| snapshot | judged | not judged | not makeable | ranked | same status | same rank | "
        "largest change of P |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for snapshot in snapshots:
        for title, one in (
            ("as it is", snapshot),
            ("completed", snapshot.completed()),
        ):
            yield _row(f"{snapshot.name}, {title}", screen(one), reference)


def _row(title: str, table: pd.DataFrame, embedded: pd.DataFrame) -> str:
    status = table["status"].astype(str)
    is_verdict = table["stability_status"].astype(str).eq("judged")
    rank, other = (
        frame["rank"].astype(float).fillna(0.0) for frame in (table, embedded)
    )
    change = (table[_FORMS] - embedded[_FORMS]).abs().max()
    cells = [
        title,
        str(is_verdict.sum()),
        str((~is_verdict).sum()),
        str(status.eq("not makeable").sum()),
        str(table["rank"].notna().sum()),
        str(status.eq(embedded["status"].astype(str)).sum()),
        str(rank.eq(other).sum()),
        "" if np.isnan(change) else f"{change:.3f}",
    ]
    return f"| {' | '.join(cells)} |"


def main(folders: list[str]) -> None:
    """Print the table for folders of snapshots."""
    snapshots = [mk.phases.read_snapshot(folder) for folder in folders]
    for line in lines(snapshots or [embedded_subset()]):
        print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
