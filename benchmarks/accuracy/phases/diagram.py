"""pymatgen's phase diagram of a chemical system of a snapshot."""

import warnings
from typing import TYPE_CHECKING

import numpy as np
from magnetkit.elements import INDEX

from magnetkit.alloy.table import CompositionTable
from magnetkit.phases._space import lowest_entries
from magnetkit.phases.snapshot import Snapshot

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PhaseDiagram

SYSTEMS = ("Nd-Dy-Ce-Fe-Co-B", "Sm-Gd-Co-Fe-Cu-Zr")
"""Systems that the hull is compared with pymatgen in."""


def phase_diagram(source: Snapshot, system: str) -> "PhaseDiagram":
    """Return pymatgen's phase diagram of a chemical system.

    Parameters
    ----------
    source : Snapshot
        Its lowest entry of each composition is taken.
    system : str
        Such as ``"Sm-Co-Fe"``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
    from pymatgen.core import Composition

    inside = set(system.split("-"))
    space = lowest_entries(source)
    entries = []
    for formula, energy in zip(
        space.formulas, space.energy.tolist(), strict=True
    ):
        composition = Composition(formula)
        if {e.symbol for e in composition} <= inside:
            entries.append(
                PDEntry(composition, energy * composition.num_atoms)
            )
    return PhaseDiagram(entries)


def random_compositions(
    system: str, n: int, seed: int = 0
) -> CompositionTable:
    """Return compositions that hold every element of a chemical system, evenly distributed."""
    columns = np.sort([INDEX[s] for s in system.split("-")]).astype(np.int32)
    x = np.random.default_rng(seed).dirichlet(np.ones(len(columns)), n)
    indptr = np.arange(n + 1) * len(columns)
    return CompositionTable(
        indptr, np.tile(columns, n), x.ravel(), np.arange(n)
    )
