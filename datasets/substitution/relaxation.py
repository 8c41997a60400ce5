"""Relaxing substituted crystals with CHGNet, and the mean energy of few atoms on their sites.

The crystals are those of `host_cell` and `substitute` of `benchmarks.accuracy.phases.substituted`.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.accuracy.phases.substituted import site_shares

if TYPE_CHECKING:
    import pandas as pd
    from pymatgen.core import Structure

FORCE = 0.03
"""Largest force and cell gradient left by a relaxation, eV/angstrom."""
STEPS = 100
"""Most steps of a relaxation; one that needs more is kept and marked by its residual force."""


class Relaxed(NamedTuple):
    """A relaxed crystal: energy (eV), volume (cubic angstrom) of the cell, moments, effort.

    `moments` are CHGNet's, in Bohr magnetons by atom: unsigned and without the 4f shell.
    """

    structure: "Structure"
    energy: float
    moments: np.ndarray
    residual_force: float
    steps: int


def filled(
    energy: "pd.Series",
    host: str,
    *,
    temperature: float = 1300.0,
    hexagonal: bool = False,
) -> float:
    """Return the mean energy of few atoms that fill a host's sites as `dilute` has it.

    Parameters
    ----------
    energy : Series
        Substitution energy by site label, eV.
    host : str
    temperature : float
        K.
    hexagonal : bool

    Returns
    -------
    float
        eV; NaN where a site has none.
    """
    return float(
        (energy * site_shares(energy, host, temperature, hexagonal)).sum(
            skipna=False
        )
    )


def relax(structure: "Structure", optimizer: Any) -> Relaxed:
    """Relax cell and atoms with CHGNet down to `FORCE`, or for `STEPS` steps.

    Parameters
    ----------
    structure : pymatgen.core.Structure
        Start; site properties are carried over to the result.
    optimizer : chgnet.model.StructOptimizer
        Needs the extra ``magnetkit[chgnet]``.
    """
    from pymatgen.core import Structure

    # Moments left on the atoms would make every property a new evaluation of the network.
    plain = Structure(
        structure.lattice, structure.species, structure.frac_coords
    )
    answer = optimizer.relax(plain, fmax=FORCE, steps=STEPS, verbose=False)
    path = answer["trajectory"]
    final = answer["final_structure"]
    return Relaxed(
        Structure(
            final.lattice,
            final.species,
            final.frac_coords,
            site_properties=dict(structure.site_properties),
        ),
        float(path.energies[-1]),
        np.abs(np.asarray(path.magmoms[-1], dtype=np.float64)),
        float(np.linalg.norm(path.forces[-1], axis=1).max()),
        len(path.energies) - 1,
    )
