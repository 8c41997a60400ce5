"""The single substituted atoms of build.py with SevenNet, and what both potentials are worth.

``python datasets/substitution/sevennet.py run --work DIR [--minutes N]`` relaxes into DIR, skips
what is there, and can be stopped at any time. It needs an environment of its own: sevenn 0.13.0
(MIT; its weights are in the wheel), the CPU build of torch, ase, and what magnetkit needs. Set
OMP_NUM_THREADS=1. ``... table --work DIR`` writes sevennet.csv and slopes.csv from it, and
``... compare`` prints both potentials beside the snapshot's entries and beside diffraction.

Cells and atoms are relaxed with SevenNet-0; the energy of SevenNet-l3i5, the better and eight times
slower model, is taken once at the relaxed crystal. A difference of energies is of one model alone.
"""

import argparse
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import relaxation
from build import (
    BASES,
    KEY,
    RARE,
    TRANSITION,
    Task,
    append,
    elemental_crystals,
    read,
    single,
)
from magnetkit.elements import INDEX
from pymatgen.core import Structure

from benchmarks.accuracy.phases import substituted
from magnetkit.phases._mixing import Slope

HERE = Path(__file__).resolve().parent
TABLE, SLOPES = HERE / "sevennet.csv", HERE / "slopes.csv"
RELAXED, ELEMENTS = "relaxed.csv", "elements.csv"
SOURCE = "this project, sevenn 0.13.0: relaxed with SevenNet-0 (11Jul2024), energy of SevenNet-l3i5"
FORCE, STEPS = 0.05, 40
# Small cells of the magnets first; 2:14:1 takes as long as all others, hexagonal 2:17 comes last.
ORDER = (1, 2, 4, 3, 0, 7, 6, 5, 8, 9)
# Rare earths whose site in a host is known (known_sites.csv).
KNOWN_EARTHS = {("2:14:1", "Fe"): ["Dy", "Y", "La"]}


def tasks() -> Iterator[Task]:
    """Yield the hosts and every single atom on every site."""
    for base in (BASES[k] for k in ORDER):
        yield from single(
            base, "transition_metal", TRANSITION, base.transition_metal
        )
        earths = KNOWN_EARTHS.get((base.host, base.transition_metal), [])
        yield from list(single(base, "rare_earth", earths, base.rare_earth))[
            1:
        ]


def relax(
    crystal: Structure, fast: Any, good: Any
) -> tuple[Structure, dict[str, float]]:
    """Relax cell and atoms; return the crystal and the columns of its row."""
    from ase.filters import FrechetCellFilter
    from ase.optimize import LBFGS
    from pymatgen.io.ase import AseAtomsAdaptor

    plain = Structure(crystal.lattice, crystal.species, crystal.frac_coords)
    atoms = AseAtomsAdaptor.get_atoms(plain)
    atoms.calc = fast
    optimizer = LBFGS(FrechetCellFilter(atoms), logfile=None)
    optimizer.run(fmax=FORCE, steps=STEPS)
    quick = float(atoms.get_potential_energy())
    force = float(np.linalg.norm(atoms.get_forces(), axis=1).max())
    volume = float(atoms.get_volume())
    relaxed = AseAtomsAdaptor.get_structure(atoms)
    found = Structure(
        relaxed.lattice, relaxed.species, relaxed.frac_coords,
        site_properties=dict(crystal.site_properties),
    )  # fmt: skip
    atoms.calc = good
    return found, {
        "atoms": len(atoms),
        "energy_sevennet_0_eV": round(quick, 5),
        "energy_sevennet_l3i5_eV": round(
            float(atoms.get_potential_energy()), 5
        ),
        "volume_A3": round(volume, 4),
        "residual_force_eV_A": round(force, 4),
        "steps": optimizer.nsteps,
    }


def run(minutes: float, work: Path) -> None:
    """Relax what is missing, for `minutes` at most."""
    import torch
    from sevenn.calculator import SevenNetCalculator

    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    fast, good = (
        SevenNetCalculator(name, device="cpu")
        for name in ("7net-0", "7net-l3i5")
    )
    end = time.monotonic() + 60 * minutes
    work.mkdir(parents=True, exist_ok=True)
    used = {*TRANSITION, "Nd", "Dy", "Y", "La"}
    done = {
        (row["element"], row["structure"])
        for row in read(work / ELEMENTS, SOURCE)
    }
    for element, name, crystal in elemental_crystals():
        if (
            element in used
            and (element, name) not in done
            and time.monotonic() < end
        ):
            _, columns = relax(crystal, fast, good)
            row = (
                {"element": element, "structure": name}
                | columns
                | {"source": SOURCE}
            )
            append(work / ELEMENTS, row)

    finished = {
        tuple(row[name] for name in KEY)
        for row in read(work / RELAXED, SOURCE)
    }
    for task in tasks():
        if time.monotonic() > end:
            return
        if task.key in finished:
            continue
        base = task.base
        kept = work / ("-".join(task.key[:4]).replace(":", "_") + ".json")
        if task.site:
            crystal = Structure.from_file(kept)
            crystal = substituted.substitute(
                crystal, task.site, task.element, task.count
            )
        else:
            crystal = substituted.host_cell(
                base.host,
                base.rare_earth,
                base.transition_metal,
                hexagonal=base.hexagonal,
            )
        found, columns = relax(crystal, fast, good)
        if not task.site:
            found.to_file(str(kept))
        row = (
            dict(zip(KEY, task.key, strict=True))
            | columns
            | {"source": SOURCE}
        )
        append(work / RELAXED, row)


# Whose slopes are used in a host: the better one on entries left out (VALIDATION.md), where it has
# been calculated; CHGNet's elsewhere.
USED = {"1:5": "sevennet_l3i5", "2:17": "sevennet_l3i5"}
MODELS = {
    "sevennet_0": "energy_sevennet_0_eV",
    "sevennet_l3i5": "energy_sevennet_l3i5_eV",
}


def table(work: Path) -> None:
    """Write sevennet.csv: substitution energies, eV for one atom, of both models."""
    rows, elements = (
        read(work / RELAXED, SOURCE),
        read(work / ELEMENTS, SOURCE),
    )
    own = {name: _lowest(elements, column) for name, column in MODELS.items()}
    hosts = {
        tuple(row[n] for n in KEY[:4]): row for row in rows if not row["site"]
    }
    found = []
    for row in rows:
        if not row["site"]:
            continue
        host = hosts[tuple(row[n] for n in KEY[:4])]
        role = "rare_earth" if row["element"] in RARE else "transition_metal"
        out = row[role]
        energies = {
            f"{name}_eV": round(
                float(row[column]) - float(host[column]) + own[name][out]
                - own[name][row["element"]], 4)
            for name, column in MODELS.items()
        }  # fmt: skip
        volume = round(float(row["volume_A3"]) - float(host["volume_A3"]), 4)
        found.append({n: row[n] for n in KEY[:6]} | {"role": role} | energies | {
            "volume_change_A3": volume, "residual_force_eV_A": row["residual_force_eV_A"],
            "source": SOURCE})  # fmt: skip
    found.sort(key=lambda r: [str(r[n]) for n in KEY[:6]])
    TABLE.unlink(missing_ok=True)
    for row in found:
        append(TABLE, row)


def _lowest(elements: list[dict[str, str]], column: str) -> dict[str, float]:
    """Return the energy of each element, the lowest of its structures, eV/atom."""
    lowest: dict[str, float] = {}
    for row in elements:
        energy = float(row[column]) / int(row["atoms"])
        lowest[row["element"]] = min(
            energy, lowest.get(row["element"], np.inf)
        )
    return lowest


def slope_table() -> None:
    """Write slopes.csv: the energy of an atom on the sites it fills, of each potential, eV."""
    import pandas as pd

    kind = ["host", "stacking", "rare_earth", "transition_metal", "element"]
    chgnet = substituted.substitution_table()
    chgnet = chgnet[chgnet["count"] == 1].rename(
        columns={"substitution_energy_eV": "chgnet_eV"}
    )
    both = chgnet[[*kind, "site", "role", "chgnet_eV"]].merge(
        pd.read_csv(TABLE), on=[*kind, "site", "role"], how="left"
    )
    both = both[both["role"] == "transition_metal"]
    columns = ["chgnet_eV", *(f"{name}_eV" for name in MODELS)]
    rows = []
    for key, group in both.groupby(kind):
        part, used = group.set_index("site"), USED.get(key[0], "chgnet")
        energy = {
            c: round(
                relaxation.filled(
                    part[c], key[0], hexagonal=key[1] == "hexagonal"
                ),
                4,
            )
            for c in columns
        }
        used = used if np.isfinite(energy[f"{used}_eV"]) else "chgnet"
        # The hexagonal stacking would add CHGNet's slope to SevenNet's of the same metals.
        both = key[0] in USED and key[1] == "hexagonal"
        own = {"used_eV": np.nan if both else energy[f"{used}_eV"],
               "source": "not used" if both else f"used: {used} of the tables here"}  # fmt: skip
        rows.append(dict(zip(kind, key, strict=True)) | energy | own)
    pd.DataFrame(rows).to_csv(SLOPES, index=False, lineterminator="\n")


def compare() -> None:
    """Print what the slopes of each potential are worth, and its sites beside diffraction.

    Slopes and sites that all potentials have are compared.
    """
    import pandas as pd

    from benchmarks.accuracy.phases.sites import site_check
    from benchmarks.accuracy.phases.validation import metals_left_out

    sevennet = pd.read_csv(TABLE)
    columns = ["chgnet_eV", *(f"{name}_eV" for name in MODELS)]
    every = pd.read_csv(SLOPES).dropna(subset=columns)
    print(f"{len(every)} slopes; by host and main metal:")
    print(
        every.groupby(["host", "stacking", "transition_metal"])
        .size()
        .to_string()
    )
    known = set(
        sevennet[[*KEY[:5], "element"]].itertuples(index=False, name=None)
    )
    for name in ("chgnet", *MODELS):

        def of_host(host: str, name: str = name) -> tuple[Slope, ...]:
            part = every[every["host"] == host]
            return tuple(
                Slope(
                    INDEX[r.rare_earth],
                    INDEX[r.transition_metal],
                    INDEX[r.element],
                    e,
                )
                for r, e in zip(
                    part.itertuples(), part[f"{name}_eV"], strict=True
                )
            )

        print(f"\n{name}: entries of a metal left out of a host")
        print(metals_left_out(known=of_host).round(4).to_string(index=False))
        table = substituted.substitution_table()
        if name != "chgnet":
            table = sevennet.assign(
                substitution_energy_eV=sevennet[f"{name}_eV"], count=1
            )
        rows = table[[*KEY[:5], "element"]].itertuples(index=False, name=None)
        both = [row in known for row in rows]
        sites = site_check(table[both]).dropna(subset=["hit"])
        sure = sites[sites["verification"] == "abstract"]
        print(f"sites: {int(sites['hit'].sum())} of {len(sites)} met; "
              f"read in an abstract {int(sure['hit'].sum())} of {len(sure)}")  # fmt: skip
        print(sites[~sites["hit"].astype(bool)][["host", "transition_metal", "element", "relation",
              "sites", "found", "margin_eV"]].to_string(index=False))  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["run", "table", "compare"])
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--work", type=Path)
    given = parser.parse_args()
    if given.what == "run":
        run(given.minutes, given.work)
    elif given.what == "table":
        table(given.work)
        slope_table()
    else:
        compare()
