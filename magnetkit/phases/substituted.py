"""Crystals with one kind of atom replaced on one site, and what that costs in energy.

`substitution_table` reads the embedded results (``datasets/substitution``, made by the script
there with the machine-learned potential CHGNet); `host_cell` and `substitute` build the crystals
and `relax` relaxes them, for more of the same. Energies here are differences of CHGNet energies
against CHGNet's own elements. They order sites and substituents; they belong to no DFT hull.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import datasets
from ..arguments import named
from ..elements import index
from ..errors import InputError
from ..hosts.records import HOSTS, root_of

if TYPE_CHECKING:
    import pandas as pd
    from pymatgen.core import Structure

FORCE = 0.03
"""Largest force and cell gradient left by a relaxation, eV/angstrom."""
STEPS = 100
"""Most steps of a relaxation; one that needs more is kept and marked by its residual force."""

# A smaller cell is doubled along each axis, so that a replaced atom meets no image of its own.
_LEAST_METAL_ATOMS = 12


class Relaxed(NamedTuple):
    """A relaxed crystal: energy (eV), volume (cubic angstrom) of the cell, moments, effort.

    `moments` are CHGNet's, in Bohr magnetons by atom: unsigned and without the 4f shell.
    """

    structure: "Structure"
    energy: float
    moments: np.ndarray
    residual_force: float
    steps: int


class Dilute(NamedTuple):
    """Few atoms of an element in a host: shares by site, and means for one atom.

    `energy` (eV) is against CHGNet's own elements; `moment_change` (muB) takes the newcomer's
    moment as parallel; `volume_change` is in cubic angstrom.
    """

    shares: dict[str, float]
    energy: float
    moment_change: float
    volume_change: float


_MEANS = ("substitution_energy_eV", "moment_change_muB", "volume_change_A3")


@lru_cache(maxsize=2)
def _read(name: str) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_csv(datasets.path(f"substitution/{name}"))


def substitution_table() -> "pd.DataFrame":
    """Return the embedded table, one row a host, site, substituent and amount.

    Returns
    -------
    pandas.DataFrame
        Columns and their units are described in ``datasets/substitution/SOURCE.md``; the main
        ones are ``host``, ``transition_metal``, ``site``, ``element``, ``count``,
        ``substitution_energy_eV`` (per replaced atom, from the elements),
        ``above_preferred_site_eV``, ``preferred``, ``moment_change_muB`` and
        ``volume_change_A3`` (per replaced atom).
    """
    return _read("substitution.csv").copy()


@named
def site_check(table: "pd.DataFrame | None" = None) -> "pd.DataFrame":
    """Compare substitution energies with the sites that diffraction and other work found.

    Parameters
    ----------
    table : DataFrame, optional
        As `substitution_table` returns it, which it is without.

    Returns
    -------
    pandas.DataFrame
        One row a known preference: ``host``, ``stacking``, ``transition_metal``, ``element``,
        ``relation`` (``prefers`` or ``avoids``), ``sites`` (any of them), ``found`` (the site of
        lowest energy here), ``margin_eV`` (how much better the named sites are than the rest,
        worse for ``avoids``; negative: the wrong way) and ``hit`` (missing: not calculated).
    """
    table = substitution_table() if table is None else table
    table = table[table["count"] == 1]
    known = _read("known_sites.csv").copy()
    question = ["host", "stacking", "transition_metal", "element"]
    by_question = dict(list(table.groupby(question)))
    found: list[str] = []
    margins: list[float] = []
    for row in known.to_dict("records"):
        one = by_question.get(tuple(row[name] for name in question))
        if one is None:
            found.append("")
            margins.append(np.nan)
            continue
        energy = one.set_index("site")["substitution_energy_eV"]
        named = energy.index.isin(row["sites"].split())
        gain = float(energy[~named].min() - energy[named].min())
        margins.append(gain if row["relation"] == "prefers" else -gain)
        found.append(str(energy.idxmin()))
    known["found"] = found
    known["margin_eV"] = np.round(margins, 4)
    known["hit"] = (known["margin_eV"] > 0).astype("boolean").where(known["margin_eV"].notna())
    return known


@named
def dilute(
    host: str,
    transition_metal: str,
    element: str,
    *,
    temperature: float = 1300.0,
    hexagonal: bool = False,
) -> Dilute:
    """Return where few atoms of an element settle in a host, and what they do to it there.

    Parameters
    ----------
    host, transition_metal : str
        The host crystal, e.g. ``"2:14:1"`` of ``"Fe"``.
    element : str
        What comes in; a rare earth goes to the rare-earth sites, all else to the others.
    temperature : float
        Temperature at which the atoms still moved, in kelvin: sites are filled by their
        multiplicity and Boltzmann factor, without interaction between the atoms.
    hexagonal : bool
        Take the host's hexagonal stacking.

    Returns
    -------
    Dilute
        Share of the atoms by site, and mean moment and volume change.

    Raises
    ------
    InputError
        If the embedded table has no such substitution.
    """
    table = _read("substitution.csv")
    rows = table[
        (table["host"] == root_of(host))
        & (table["stacking"] == ("hexagonal" if hexagonal else "standard"))
        & (table["transition_metal"] == transition_metal)
        & (table["element"] == element)
        & (table["count"] == 1)
    ].set_index("site")
    if rows.empty:
        raise InputError(
            f"no {element} in {transition_metal} {host} in the table of substituted crystals; "
            "substitution_table() lists what there is"
        )
    shares = _shares(rows["substitution_energy_eV"], host, temperature, hexagonal)
    means = (rows[list(_MEANS)].mul(shares, axis=0)).sum()
    by_site = {str(site): float(share) for site, share in shares.items()}
    return Dilute(by_site, *(float(means[name]) for name in _MEANS))


def filled(
    energy: "pd.Series", host: str, *, temperature: float = 1300.0, hexagonal: bool = False
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
    return float((energy * _shares(energy, host, temperature, hexagonal)).sum(skipna=False))


def _shares(energy: "pd.Series", host: str, temperature: float, hexagonal: bool) -> "pd.Series":
    from scipy.constants import Boltzmann, elementary_charge

    prototype = HOSTS[host].hexagonal if hexagonal else HOSTS[host].structure
    places = {site.label: site.multiplicity for site in prototype.sites} if prototype else {}
    above = (energy - energy.min()) * elementary_charge / (Boltzmann * temperature)
    weights = np.exp(-above) * [places[site] for site in energy.index]
    return weights / weights.sum()


@named
def host_cell(
    host: str, rare_earth: str, transition_metal: str, *, hexagonal: bool = False
) -> "Structure":
    """Return an unrelaxed cell of a host, with each atom's site in the site property ``label``.

    Parameters
    ----------
    host : str
        Name of a host, e.g. ``"2:14:1"``.
    rare_earth, transition_metal : str
        Element on all sites of that role; an interstitial host takes its first interstitial.
    hexagonal : bool
        Take the host's hexagonal stacking (2:17 of heavy rare earths).

    Returns
    -------
    pymatgen.core.Structure

    Raises
    ------
    InputError
        If the host, or its hexagonal stacking, is not known.
    """
    from pymatgen.core import Lattice, Structure

    if host not in HOSTS:
        raise InputError(f"no host is called {host!r}; known: {', '.join(HOSTS)}")
    prototype = HOSTS[host].hexagonal if hexagonal else HOSTS[host].structure
    if prototype is None:
        raise InputError(f"host {host!r} has no hexagonal stacking; leave hexagonal out")
    for symbol in (rare_earth, transition_metal):
        index(symbol)  # refuses what is no element
    on_site = {"rare_earth": rare_earth, "transition_metal": transition_metal}
    if HOSTS[host].interstitial_elements:
        on_site["interstitial"] = HOSTS[host].interstitial_elements[0]
    tetragonal = prototype.space_group.startswith(("P4", "I4"))
    lattice = (Lattice.tetragonal if tetragonal else Lattice.hexagonal)(
        prototype.a_A, prototype.c_A
    )
    cell = Structure.from_spacegroup(
        prototype.space_group,
        lattice,
        [on_site[site.role] for site in prototype.sites],
        [site.position for site in prototype.sites],
        site_properties={"label": [site.label for site in prototype.sites]},
    )
    if prototype.space_group.startswith("R"):
        # The rhombohedral cell is a third of the hexagonal one.
        cell = cell.get_primitive_structure(use_site_props=True)
    metal = HOSTS[host].transition_metal * prototype.formula_units
    return cell * ((2, 2, 2) if metal < _LEAST_METAL_ATOMS else (1, 1, 1))


def sites(host: str, role: str, *, hexagonal: bool = False) -> tuple[str, ...]:
    """Return the labels of a host's inequivalent sites of a role, e.g. ``"transition_metal"``."""
    prototype = HOSTS[host].hexagonal if hexagonal else HOSTS[host].structure
    return tuple(site.label for site in prototype.sites if site.role == role) if prototype else ()


@named
def substitute(cell: "Structure", label: str, element: str, count: int = 1) -> "Structure":
    """Return a copy of `cell` with `count` atoms of site `label` replaced by `element`.

    The atoms are chosen one after the other, each as far as can be from those chosen before.

    Parameters
    ----------
    cell : pymatgen.core.Structure
        As `host_cell` returns it.
    label : str
        Site, e.g. ``"16k2"``.
    element : str
        What comes in.
    count : int
        How many atoms.

    Returns
    -------
    pymatgen.core.Structure

    Raises
    ------
    InputError
        If the site has fewer than `count` atoms.
    """
    members = [i for i, site in enumerate(cell) if site.properties["label"] == label]
    if not 1 <= count <= len(members):
        raise InputError(f"site {label!r} has {len(members)} atoms in this cell, asked for {count}")
    chosen = [members[0]]
    while len(chosen) < count:
        distances = np.array(
            [[cell.get_distance(i, j) for j in chosen] for i in members if i not in chosen]
        )
        rest = [i for i in members if i not in chosen]
        chosen.append(rest[int(np.argmax(distances.min(axis=1).round(3)))])
    replaced = cell.copy()
    for place in chosen:
        replaced.replace(place, element, properties=dict(cell[place].properties))
    return replaced


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
    plain = Structure(structure.lattice, structure.species, structure.frac_coords)
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
