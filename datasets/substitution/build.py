"""Relax substituted crystals with CHGNet and write the table of substitution energies.

``python datasets/substitution/build.py run [--minutes N]`` appends to relaxed.csv and
elements.csv, skips what is there, and can be stopped at any time;
``python datasets/substitution/build.py table`` derives substitution.csv from them, and
``python datasets/substitution/build.py check`` writes VALIDATION.md.
Needs the extra ``magnetkit[chgnet]`` for ``run``. Set OMP_NUM_THREADS=1: on cells of this size
more threads only wait for each other.
"""

import argparse
import csv
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import relaxation

from benchmarks.accuracy.phases import substituted
from benchmarks.accuracy.phases.sites import site_check
from magnetkit.phases.records import HOSTS

HERE = Path(__file__).resolve().parent
RELAXED, ELEMENTS, TABLE = (
    HERE / n for n in ("relaxed.csv", "elements.csv", "substitution.csv")
)
SOURCE = "this project, CHGNet 0.4.2 (weights 0.3.0)"

TRANSITION = "Co Fe Ni Mn Cu Al Ga Si Ti V Cr Zr Nb Mo".split()
RARE = "La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Y".split()


class Base(NamedTuple):
    """A host crystal that atoms are replaced in."""

    host: str
    hexagonal: bool
    rare_earth: str
    transition_metal: str


# In order of use: the commercial magnets first.
BASES = (
    Base("2:14:1", False, "Nd", "Fe"),
    Base("1:5", False, "Sm", "Co"),
    Base("2:17", False, "Sm", "Co"),
    Base("1:12", False, "Sm", "Fe"),
    Base("2:17", False, "Sm", "Fe"),
    Base("2:14:1", False, "Nd", "Co"),
    Base("1:12", False, "Sm", "Co"),
    Base("1:5", False, "Sm", "Fe"),
    Base("2:17", True, "Y", "Co"),
    Base("2:17", True, "Y", "Fe"),
)

# Experimental cells to start from (Pearson's Handbook); of several, the lowest in CHGNet counts.
BCC = {
    "Fe": 2.866,
    "V": 3.03,
    "Cr": 2.885,
    "Nb": 3.30,
    "Mo": 3.147,
    "Eu": 4.58,
}
FCC = {"Ni": 3.524, "Cu": 3.615, "Al": 4.05, "Ce": 5.16, "Yb": 5.48}
HCP = {
    "Co": (2.507, 4.069), "Ti": (2.951, 4.684), "Zr": (3.232, 5.148), "Y": (3.647, 5.731),
    "Gd": (3.636, 5.783), "Tb": (3.605, 5.697), "Dy": (3.592, 5.650), "Ho": (3.578, 5.618),
    "Er": (3.559, 5.585), "Tm": (3.538, 5.554), "Lu": (3.505, 5.549), "Sm": (3.629, 5.823),
}  # fmt: skip
DHCP = {
    "La": (3.774, 12.171), "Ce": (3.681, 11.857), "Pr": (3.672, 11.833), "Nd": (3.658, 11.797),
    "Pm": (3.65, 11.65), "Sm": (3.66, 11.66),
}  # fmt: skip


class Task(NamedTuple):
    """One relaxation: `count` atoms of `site` become `element`; an empty site is the host."""

    base: Base
    site: str = ""
    element: str = ""
    count: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of relaxed.csv that name the task."""
        host, hexagonal, rare_earth, metal = self.base
        stacking = "hexagonal" if hexagonal else "standard"
        return (
            host,
            stacking,
            rare_earth,
            metal,
            self.site,
            self.element,
            str(self.count),
        )


KEY = (
    "host",
    "stacking",
    "rare_earth",
    "transition_metal",
    "site",
    "element",
    "count",
)
VALUES = ("atoms", "energy_eV", "volume_A3", "transition_moment_muB", "substituent_moment_muB",
          "residual_force_eV_A", "steps", "source")  # fmt: skip


def elemental_crystals() -> Iterator[tuple[str, str, object]]:
    """Yield element, structure type and crystal of every element needed."""
    from pymatgen.core import Lattice, Structure

    def crystal(
        group: str, lattice: Lattice, element: str, *positions: list[float]
    ) -> Structure:
        return Structure.from_spacegroup(
            group, lattice, [element] * len(positions), list(positions)
        ).get_primitive_structure()

    for element, a in BCC.items():
        yield (
            element,
            "bcc",
            crystal("Im-3m", Lattice.cubic(a), element, [0, 0, 0]),
        )
    for element, a in FCC.items():
        yield (
            element,
            "fcc",
            crystal("Fm-3m", Lattice.cubic(a), element, [0, 0, 0]),
        )
    for element, (a, c) in HCP.items():
        third = [1 / 3, 2 / 3, 0.25]
        yield (
            element,
            "hcp",
            crystal("P6_3/mmc", Lattice.hexagonal(a, c), element, third),
        )
    for element, (a, c) in DHCP.items():
        cell = Lattice.hexagonal(a, c)
        stack = ([0, 0, 0], [1 / 3, 2 / 3, 0.25])
        yield element, "dhcp", crystal("P6_3/mmc", cell, element, *stack)
    cell = Lattice.hexagonal(3.629, 26.207)
    yield (
        "Sm",
        "Sm type",
        crystal("R-3m", cell, "Sm", [0, 0, 0], [0, 0, 0.222]),
    )
    yield (
        "Si",
        "diamond",
        crystal("Fd-3m", Lattice.cubic(5.431), "Si", [0, 0, 0]),
    )
    cell = Lattice.orthorhombic(4.520, 7.663, 4.526)
    yield "Ga", "alpha Ga", crystal("Cmce", cell, "Ga", [0, 0.1539, 0.0810])
    manganese = (
        [0, 0, 0], [0.317, 0.317, 0.317], [0.357, 0.357, 0.034], [0.089, 0.089, 0.282]
    )  # fmt: skip
    yield (
        "Mn",
        "alpha Mn",
        crystal("I-43m", Lattice.cubic(8.913), "Mn", *manganese),
    )


def sites(host: str, role: str, *, hexagonal: bool = False) -> tuple[str, ...]:
    """Return the labels of a host's inequivalent sites of a role, e.g. ``"transition_metal"``."""
    prototype = HOSTS[host].hexagonal if hexagonal else HOSTS[host].structure
    return (
        tuple(site.label for site in prototype.sites if site.role == role)
        if prototype
        else ()
    )


def single(
    base: Base, role: str, elements: list[str], host_element: str
) -> Iterator[Task]:
    """Yield the host and one atom of each element on each site of a role."""
    yield Task(base)
    for element in elements:
        if element != host_element:
            for site in sites(base.host, role, hexagonal=base.hexagonal):
                yield Task(base, site, element, 1)


def richer(base: Base, rows: list[dict[str, str]]) -> Iterator[Task]:
    """Yield one atom in ten transition-metal atoms, on the site that a single one prefers."""
    metals = sites(base.host, "transition_metal", hexagonal=base.hexagonal)
    labels = substituted.host_cell(
        base.host,
        base.rare_earth,
        base.transition_metal,
        hexagonal=base.hexagonal,
    ).site_properties["label"]
    ten = max(2, round(sum(label in metals for label in labels) / 10))
    for element in TRANSITION:
        ones = {Task(base, site, element, 1).key for site in metals}
        found = [
            row for row in rows if tuple(row[name] for name in KEY) in ones
        ]
        if len(found) == len(ones):
            site = min(found, key=lambda row: float(row["energy_eV"]))["site"]
            yield Task(base, site, element, min(ten, labels.count(site)))


def tasks() -> Iterator[Task]:
    """Yield every relaxation in order of use."""
    for bases in (BASES[:5], BASES[5:8], BASES[8:]):
        for base in bases:
            yield from single(
                base, "transition_metal", TRANSITION, base.transition_metal
            )
        for base in bases:
            yield from single(base, "rare_earth", RARE, base.rare_earth)
        for base in bases:
            yield from richer(base, read(RELAXED))


def read(file: Path, source: str = SOURCE) -> list[dict[str, str]]:
    """Return the whole rows of a CSV file; a row cut short by a stop is dropped."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return [
            row
            for row in csv.DictReader(stream)
            if row.get("source") == source
        ]


def append(file: Path, row: dict[str, object]) -> None:
    """Append a row, with the header first in a new file."""
    new = not file.is_file()
    with file.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row), lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(row)


def run(minutes: float) -> None:
    """Relax what is missing, for `minutes` at most."""
    import torch
    from chgnet.model import CHGNet, StructOptimizer

    warnings.filterwarnings("ignore", module="pymatgen|ase|chgnet")
    torch.set_num_threads(1)
    model = CHGNet.load(use_device="cpu", verbose=False)
    optimizer = StructOptimizer(
        model=model, optimizer_class="LBFGS", use_device="cpu"
    )
    end = time.monotonic() + 60 * minutes

    done = {(row["element"], row["structure"]) for row in read(ELEMENTS)}
    for element, name, crystal in elemental_crystals():
        if (element, name) not in done:
            got = relaxation.relax(crystal, optimizer)
            n = len(got.structure)
            append(ELEMENTS, {
                "element": element, "structure": name, "atoms": n,
                "energy_eV_atom": round(got.energy / n, 6),
                "volume_A3_atom": round(got.structure.volume / n, 4),
                "moment_muB_atom": round(float(got.moments.mean()), 4),
                "residual_force_eV_A": round(got.residual_force, 4), "source": SOURCE,
            })  # fmt: skip

    finished = {tuple(row[name] for name in KEY) for row in read(RELAXED)}
    hosts: dict[Base, relaxation.Relaxed] = {}
    for task in tasks():
        if time.monotonic() > end:
            return
        if task.key in finished:
            continue
        base = task.base
        if base not in hosts:
            start = substituted.host_cell(
                base.host,
                base.rare_earth,
                base.transition_metal,
                hexagonal=base.hexagonal,
            )
            hosts[base] = relaxation.relax(start, optimizer)
        got = hosts[base]
        if task.site:
            crystal = substituted.substitute(
                hosts[base].structure, task.site, task.element, task.count
            )
            got = relaxation.relax(crystal, optimizer)
        append(
            RELAXED,
            dict(zip(KEY, task.key, strict=True)) | measured(task, got),
        )
        finished.add(task.key)


def measured(task: Task, got: relaxation.Relaxed) -> dict[str, object]:
    """Return the value columns of relaxed.csv."""
    metals = sites(
        task.base.host, "transition_metal", hexagonal=task.base.hexagonal
    )
    on_metal_site = np.isin(got.structure.site_properties["label"], metals)
    replaced = np.array(
        [site.specie.symbol == task.element for site in got.structure]
    )
    own = got.moments[replaced].mean() if replaced.any() else np.nan
    values = (
        len(got.structure), round(got.energy, 5), round(got.structure.volume, 4),
        round(float(got.moments[on_metal_site].sum()), 4), round(float(own), 4),
        round(got.residual_force, 4), got.steps, SOURCE,
    )  # fmt: skip
    return dict(zip(VALUES, values, strict=True))


def table() -> None:
    """Derive substitution.csv."""
    elements: dict[str, float] = {}
    for row in read(ELEMENTS):
        energy = float(row["energy_eV_atom"])
        elements[row["element"]] = min(
            energy, elements.get(row["element"], np.inf)
        )
    rows = read(RELAXED)
    base = {
        tuple(row[n] for n in KEY[:4]): row for row in rows if not row["site"]
    }
    out = []
    for row in rows:
        host = base[tuple(row[n] for n in KEY[:4])]
        if not row["site"]:
            continue
        count = int(row["count"])
        metals = sites(
            row["host"],
            "transition_metal",
            hexagonal=row["stacking"] == "hexagonal",
        )
        role = "transition_metal" if row["site"] in metals else "rare_earth"

        def change(
            column: str, row: dict = row, host: dict = host, count: int = count
        ) -> float:
            return (float(row[column]) - float(host[column])) / count

        exchanged = elements[row["element"]] - elements[row[role]]
        out.append({
            **{name: row[name] for name in KEY[:6]}, "count": count, "role": role,
            "substitution_energy_eV": round(change("energy_eV") - exchanged, 4),
            "moment_change_muB": round(change("transition_moment_muB"), 4),
            "substituent_moment_muB": row["substituent_moment_muB"],
            "volume_change_A3": round(change("volume_A3"), 4),
            "residual_force_eV_A": row["residual_force_eV_A"], "source": SOURCE,
        })  # fmt: skip
    out = mark_preferred(out)
    out.sort(key=lambda r: tuple(str(r[n]) for n in ("host", "stacking", "transition_metal", "role",
                                                     "element", "count", "site")))  # fmt: skip
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(out[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(out)


def mark_preferred(rows: list[dict]) -> list[dict]:
    """Add the energy above the best site of the same substituent and amount class.

    Single atoms that have not been tried on every site are left out: they say nothing of
    preference.
    """
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        kind = (
            *(row[n] for n in KEY[:4]),
            row["role"],
            row["element"],
            row["count"] > 1,
        )
        groups.setdefault(kind, []).append(row)
    kept = []
    for (host, stacking, *_, role, _, several), group in groups.items():
        labels = sites(host, role, hexagonal=stacking == "hexagonal")
        if not several and len(group) < len(labels):
            continue
        lowest = min(row["substitution_energy_eV"] for row in group)
        for row in group:
            row["above_preferred_site_eV"] = round(
                row["substitution_energy_eV"] - lowest, 4
            )
            row["preferred"] = row["above_preferred_site_eV"] == 0.0
        kept += group
    return kept


# Moments of the transition metals per formula unit at low temperature, of members whose rare
# earth carries none: Y2Fe14B, YCo5, Y2Co17, Y2Fe17.
MEASURED = {
    ("2:14:1", "Fe"): (31.4, "Y2Fe14B, Herbst, Rev. Mod. Phys. 63 (1991) 819"),
    ("1:5", "Co"): (8.2, "YCo5, Alameda et al., Phys. Rev. B 24 (1981) 2698"),
    ("2:17", "Co"): (
        27.8,
        "Y2Co17, Franse and Radwanski, Handb. Magn. Mater. 7 (1993)",
    ),
    ("2:17", "Fe"): (
        35.2,
        "Y2Fe17, Franse and Radwanski, Handb. Magn. Mater. 7 (1993)",
    ),
}


def check() -> None:
    """Write VALIDATION.md: hosts and site preferences beside what is known."""
    known = site_check()
    tested = known[known["hit"].notna()]
    hits = int(tested["hit"].sum())
    sure = tested[tested["verification"] == "abstract"]
    lines = [
        "# Substituted crystals beside what is known",
        "",
        "Written by `python datasets/substitution/build.py check`. Nothing was fitted to it.",
        "",
        "## Hosts",
        "",
        "Measured moments are quoted from memory of the works named.",
        "",
        "| host | cell volume, A3 | measured, A3 | T moment, muB/f.u. | measured | of |",
        "|---|---|---|---|---|---|",
    ]
    for row in read(RELAXED):
        if row["site"]:
            continue
        host, metal, hexagonal = (
            row["host"],
            row["transition_metal"],
            row["stacking"] != "standard",
        )
        start = substituted.host_cell(
            host, row["rare_earth"], metal, hexagonal=hexagonal
        )
        sites = substituted.HOSTS[host].transition_metal
        labels = start.site_properties["label"]
        metals = sites(host, "transition_metal", hexagonal=hexagonal)
        units = sum(label in metals for label in labels) / sites
        entry = substituted.HOSTS[host]
        own = (entry.hexagonal if hexagonal else entry.structure).example
        measured_volume = f"{start.volume:.1f} ({own})" if metal in own else ""
        moment, source = MEASURED.get((host, metal), (None, ""))
        lines.append(
            f"| {row['rare_earth']} {metal} {host}{' hexagonal' * hexagonal} | "
            f"{float(row['volume_A3']):.1f} | "
            f"{measured_volume} | {float(row['transition_moment_muB']) / units:.1f} | "
            f"{moment or ''} | {source} |"
        )
    lines += [
        "",
        "## Sites",
        "",
        f"{hits} of {len(tested)} known preferences are met; of those read in the source's own "
        f"abstract, {int(sure['hit'].sum())} of {len(sure)}. The margin is how much lower the "
        "named sites lie than the others; below about 0.01 eV it means nothing.",
        "",
        "| host | T | element | known | lowest here | margin, eV | met | read | source |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in tested.itertuples():
        lines.append(
            f"| {row.host} | {row.transition_metal} | {row.element} | {row.relation} {row.sites} | "
            f"{row.found} | {row.margin_eV:+.3f} | {'yes' if row.hit else 'no'} | "
            f"{row.verification} | {row.source} |"
        )
    (HERE / "VALIDATION.md").write_text(
        "\n".join([*lines, ""]), encoding="utf-8"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("run", "table", "check"))
    parser.add_argument("--minutes", type=float, default=np.inf)
    arguments = parser.parse_args()
    if arguments.what == "run":
        run(arguments.minutes)
    else:
        {"table": table, "check": check}[arguments.what]()
