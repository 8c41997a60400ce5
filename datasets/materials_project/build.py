"""Write the embedded phase snapshot from the PyPI wheel of CrabNet 2.0.8.

``python datasets/materials_project/build.py [crabnet-2.0.8-py3-none-any.whl]``; without an
argument the wheel is downloaded with pip. The wheel carries Materials Project benchmark tables
as published with matbench, CGCNN and CritExam; see SOURCE.md. Nothing is written if the wheel's
hash differs. The result depends on the wheel alone.
"""

import hashlib
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from pymatgen.core import Composition

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from magnetkit.phases.snapshot import ENTRIES, MANIFEST, write_snapshot  # noqa: E402

WHEEL_SHA256 = (
    "4901565abaa5b4cd1a7841b9de647a3906df21676b226a7abf972d113f92054a"
)
PIP = "download crabnet==2.0.8 --no-deps --python-version 3.10 --only-binary=:all: -q -d".split()

POOL = frozenset(
    "La Ce Pr Nd Sm Gd Tb Dy Ho Er Tm Yb Lu Y "
    "Fe Co Ni Mn Cu Zr Ti V Cr Mo Nb Hf Al Ga Si B C N".split()
)
# A compound this rich in iron and cobalt with less than this moment is a calculation that fell
# into a non-magnetic solution, or a Pauli paramagnet: either way no moment to build on.
RICH_IN_FE_CO = 0.6
COLLAPSED_BELOW_MUB = 0.3

MATBENCH = "Materials Project via matbench mp_e_form (Dunn et al. 2020), CrabNet 2.0.8 wheel"


def wheel(argument: str | None) -> zipfile.ZipFile:
    """Open the wheel given or downloaded, after checking its hash."""
    if argument is not None:
        content = Path(argument).read_bytes()
    else:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [sys.executable, "-m", "pip", *PIP, folder], check=True
            )
            content = next(Path(folder).glob("*.whl")).read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != WHEEL_SHA256:
        raise SystemExit(
            f"expected a wheel of SHA-256 {WHEEL_SHA256}, got {found}"
        )
    return zipfile.ZipFile(io.BytesIO(content))


def read(archive: zipfile.ZipFile, *names: str) -> pd.DataFrame:
    """Read formula and target of the rows whose elements are all in the pool."""
    parts = []
    for name in names:
        with archive.open(f"crabnet/data/{name}.csv") as stream:
            # keep_default_na: sodium nitride would read as a missing value.
            parts.append(
                pd.read_csv(
                    stream, keep_default_na=False, dtype={"target": float}
                )
            )
    rows = pd.concat(parts, ignore_index=True)
    inside = [
        set(re.findall(r"[A-Z][a-z]?", f)) <= POOL for f in rows["formula"]
    ]
    rows = rows[inside].rename(columns={"formula": "cell"})
    rows["formula"] = [Composition(c).reduced_formula for c in rows["cell"]]
    return rows.reset_index(drop=True)


def split(folder: str) -> list[str]:
    """Return the three parts of one benchmark table."""
    return [
        f"benchmark_data/{folder}/{part}" for part in ("train", "val", "test")
    ]


def above_hull(rows: pd.DataFrame) -> np.ndarray:
    """Energy above the hull of all rows, in eV/atom, elements at zero."""
    from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram

    compositions = [Composition(f) for f in rows["formula"]]
    energies = rows["formation_energy_eV_atom"].to_numpy()
    systems = [frozenset(e.symbol for e in c) for c in compositions]
    result = np.empty(len(rows))
    for system in dict.fromkeys(systems):
        members = [i for i, s in enumerate(systems) if s <= system]
        diagram = PhaseDiagram(
            [
                PDEntry(
                    compositions[i], energies[i] * compositions[i].num_atoms
                )
                for i in members
            ]
        )
        for i in members:
            if systems[i] == system:
                hull = diagram.get_hull_energy_per_atom(compositions[i])
                result[i] = max(0.0, energies[i] - hull)
    return result


def moments(rows: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Moment per atom by formula, in muB; NaN where unknown, ambiguous or collapsed.

    The published moment is a cell's, without saying which: polymorphs with cells of different
    size leave it ambiguous.
    """
    per_cell = table.set_index("formula")["target"].abs()
    cells = [Composition(c) for c in rows["cell"]]
    atoms = np.array([c.num_atoms for c in cells])
    ambiguous = (
        rows["formula"].map(
            rows.assign(n=atoms).groupby("formula")["n"].nunique()
        )
        > 1
    )
    magnetic = np.array([c["Fe"] + c["Co"] for c in cells])
    total = rows["formula"].map(per_cell).to_numpy(float)
    collapsed = (magnetic >= RICH_IN_FE_CO * atoms) & (
        total < COLLAPSED_BELOW_MUB * magnetic
    )
    return np.where(collapsed | ambiguous, np.nan, total / atoms)


def main() -> None:
    """Write entries.parquet and manifest.json beside this script."""
    archive = wheel(sys.argv[1] if len(sys.argv) > 1 else None)
    rows = read(archive, "matbench/mp_e_form")
    rows = rows.rename(columns={"target": "formation_energy_eV_atom"})
    rows = rows.sort_values(
        ["formula", "formation_energy_eV_atom", "cell"], ignore_index=True
    )
    lowest = ~rows.duplicated("formula").to_numpy()

    decomposition = read(archive, *split("CritExam__Ed")).set_index("formula")[
        "target"
    ]
    decomposed = rows["formula"].map(decomposition).to_numpy(float)
    moment = moments(rows, read(archive, *split("mp_mu_b")))
    extra = np.where(np.isfinite(moment), "; moment: mp_mu_b (CGCNN)", "")
    entries = pd.DataFrame(
        {
            "formula": rows["formula"],
            "cell": rows["cell"],
            "formation_energy_eV_atom": rows["formation_energy_eV_atom"],
            "energy_above_hull_eV_atom": np.round(above_hull(rows), 6) + 0.0,
            "decomposition_energy_eV_atom": np.where(
                lowest, decomposed, np.nan
            ),
            "magnetic_moment_muB_atom": np.where(lowest, moment, np.nan).round(
                6
            ),
            "material_id": pd.Series([None] * len(rows), dtype="string"),
            "source": np.char.add(MATBENCH, np.where(lowest, extra, "")),
        }
    )
    manifest = {
        "scheme": "Materials Project legacy GGA/GGA+U mixing (2018-2020), elements at zero",
        "source": "PyPI wheel crabnet 2.0.8: matbench mp_e_form; CritExam Ed; CGCNN mp_mu_b",
        "source_sha256": WHEEL_SHA256,
        "licence": "CC BY 4.0 (The Materials Project)",
    }
    with tempfile.TemporaryDirectory() as folder:
        made = write_snapshot(Path(folder) / "snapshot", entries, manifest)
        for name in (ENTRIES, MANIFEST):
            (HERE / name).write_bytes((made / name).read_bytes())
    print(f"{len(entries)} entries, {lowest.sum()} formulas", file=sys.stderr)


if __name__ == "__main__":
    main()
