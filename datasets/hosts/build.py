"""Write made.csv: the elements and amounts with which alloys of each host have been made.

Read from what the other tables hold: the solubility and interstitials of the hosts, the rare
earths that the intrinsic model has parameters for, the compounds and measurements of intrinsic/,
the magnets of magnets/ made the usual way, and additions.csv. Alloys of a variant count for its
root, and those of that for it; its rules are its own. Run after one of them changes.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from magnetkit.elements import RARE_EARTHS, SYMBOLS

from magnetkit.alloy.table import CompositionTable
from magnetkit.compound.parameters import site_elements
from magnetkit.magnetism.measured_magnets import (
    FILE,
    LETTERS,
    USUAL,
    measured_magnets,
    serves_as_evidence,
)
from magnetkit.phases.partition import assign_hosts
from magnetkit.phases.records import HOST_NAMES, HOSTS

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "host",
    "element",
    "share_of",
    "largest_share",
    "source",
    "verification",
)
FORMULAS = {
    "intrinsic/compounds.csv": "formula",
    "intrinsic/measurements.csv": "formula",
    "recipes/irreversible.csv": "recipe",
}

Entry = tuple[str, str, str, float, str, str]


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE.parent / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rules() -> Iterator[Entry]:
    """Yield what the hosts' own rules allow."""
    for name, host in HOSTS.items():
        atoms = host.rare_earth + host.transition_metal + host.interstitial
        for symbol in site_elements(name)[0]:
            if symbol in RARE_EARTHS:
                yield (
                    name,
                    symbol,
                    "rare earth",
                    1.0,
                    "intrinsic/parameters.csv",
                    "derived",
                )
        for symbol, share in host.split.solubility.items():
            yield (
                name,
                symbol,
                "metal",
                share,
                "host.toml, solubility",
                "derived",
            )
        for symbol in host.interstitial_elements:
            share = host.interstitial / atoms
            yield (
                name,
                symbol,
                "alloy",
                share,
                "host.toml, interstitial sites",
                "derived",
            )


def _host(row: dict[str, str], table: CompositionTable) -> str:
    """Return the host that a row names, or that of its recipe; nothing for none."""
    if "host" in row:
        return row["host"] if row["host"] in HOSTS else ""
    code = int(assign_hosts(table)[0])
    return HOST_NAMES[code] if code >= 0 else ""


def _alike(host: str) -> list[str]:
    """Return the hosts with the root of this one."""
    return [name for name in HOSTS if HOSTS[name].root == HOSTS[host].root]


def listed() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield file, recipe and row of each alloy in the tables."""
    for file, column in FORMULAS.items():
        for row in _rows(file):
            yield file, row[column], row
    magnets = measured_magnets()
    proven = np.any(
        [serves_as_evidence(magnets, quantity) for quantity in LETTERS], axis=0
    )
    magnets = magnets[proven & (magnets["route"] == USUAL)]
    for row in magnets[["recipe", "basis", "host"]].to_dict("records"):
        yield FILE, row["recipe"], row


def alloys() -> Iterator[Entry]:
    """Yield the amounts of each alloy in the tables."""
    for file, recipe, row in listed():
        table = CompositionTable.from_strings(
            [recipe], basis=row.get("basis", "atomic")
        )
        if len(table) != 1 or not (host := _host(row, table)):
            continue
        amounts = {
            SYMBOLS[c]: v
            for c, v in zip(table.indices, table.values, strict=True)
        }
        third = {"H", "C", "N", "O", *HOSTS[host].interstitial_elements}
        metal = sum(
            v
            for s, v in amounts.items()
            if s not in RARE_EARTHS and s not in third
        )
        for symbol, share in amounts.items():
            if symbol in third:
                yield (
                    host,
                    symbol,
                    "alloy",
                    share,
                    f"{file}: {recipe}",
                    "derived",
                )
            elif symbol not in RARE_EARTHS:
                of = share / metal
                yield host, symbol, "metal", of, f"{file}: {recipe}", "derived"


def main() -> None:
    """Keep the largest share of each element and write the table."""
    typed = [
        (r["host"], r["element"], r["share_of"], float(r["largest_share"]), r["source"],
         r["verification"])
        for r in _rows("hosts/additions.csv")
    ]  # fmt: skip
    largest: dict[tuple[str, str], Entry] = {}
    shared = (
        (name, *entry[1:])
        for entry in (*alloys(), *typed)
        for name in _alike(entry[0])
    )
    for entry in (*rules(), *shared):
        key = entry[0], entry[1]
        if key not in largest or entry[3] > largest[key][3]:
            largest[key] = entry
    place = {host: i for i, host in enumerate(HOSTS)}
    with (HERE / "made.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for key in sorted(
            largest, key=lambda k: (place[k[0]], largest[k][2], k[1])
        ):
            host, symbol, of, share, source, verification = largest[key]
            writer.writerow(
                (host, symbol, of, f"{share:.4g}", source, verification)
            )


if __name__ == "__main__":
    main()
