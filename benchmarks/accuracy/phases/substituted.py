"""Crystals with one kind of atom replaced on one site, and what that costs in energy.

The embedded table (``datasets/substitution``) holds differences of CHGNet energies against CHGNet's
own elements. They order sites and substituents; they belong to no DFT hull.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from magnetkit.elements import index
from magnetkit.errors import InputError

from magnetkit import datasets
from magnetkit._core._arguments import check_arguments
from magnetkit.phases.records import HOSTS, root_host

if TYPE_CHECKING:
    import pandas as pd
    from pymatgen.core import Structure


# A smaller cell is doubled along each axis, so that a replaced atom meets no image of its own.
_LEAST_METAL_ATOMS = 12


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


@lru_cache(maxsize=1)
def _table() -> "pd.DataFrame":
    import pandas as pd

    return pd.read_csv(datasets.path("substitution/substitution.csv"))


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
    return _table().copy()


@check_arguments
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
    table = _table()
    rows = table[
        (table["host"] == root_host(host))
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
    shares = site_shares(
        rows["substitution_energy_eV"], host, temperature, hexagonal
    )
    means = (rows[list(_MEANS)].mul(shares, axis=0)).sum()
    by_site = {str(site): float(share) for site, share in shares.items()}
    return Dilute(by_site, *(float(means[name]) for name in _MEANS))


def site_shares(
    energy: "pd.Series", host: str, temperature: float, hexagonal: bool
) -> "pd.Series":
    """Return the share of few atoms on each site, by multiplicity and Boltzmann factor.

    `energy` of substitution by site label, eV; `temperature` in K; `hexagonal` takes the host's
    hexagonal stacking.
    """
    from scipy.constants import Boltzmann, elementary_charge

    prototype = HOSTS[host].hexagonal if hexagonal else HOSTS[host].structure
    places = (
        {site.label: site.multiplicity for site in prototype.sites}
        if prototype
        else {}
    )
    above = (
        (energy - energy.min()) * elementary_charge / (Boltzmann * temperature)
    )
    weights = np.exp(-above) * [places[site] for site in energy.index]
    return weights / weights.sum()


@check_arguments
def host_cell(
    host: str,
    rare_earth: str,
    transition_metal: str,
    *,
    hexagonal: bool = False,
) -> "Structure":
    """Return an unrelaxed cell of a host, with each atom's site in the site property ``label``.

    `rare_earth` and `transition_metal` are the elements on all sites of that role; an interstitial
    host takes its first interstitial. `hexagonal` takes the host's hexagonal stacking (2:17 of
    heavy rare earths). InputError if the host, or its hexagonal stacking, is not known.
    """
    from pymatgen.core import Lattice, Structure

    if host not in HOSTS:
        raise InputError(
            f"no host is called {host!r}; known: {', '.join(HOSTS)}"
        )
    prototype = HOSTS[host].hexagonal if hexagonal else HOSTS[host].structure
    if prototype is None:
        raise InputError(
            f"host {host!r} has no hexagonal stacking; leave hexagonal out"
        )
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


@check_arguments
def substitute(
    cell: "Structure", label: str, element: str, count: int = 1
) -> "Structure":
    """Return a copy of `cell` with `count` atoms of site `label` replaced by `element`.

    The atoms are chosen one after the other, each as far as can be from those chosen before.
    InputError if the site has fewer.
    """
    members = [
        i for i, site in enumerate(cell) if site.properties["label"] == label
    ]
    if not 1 <= count <= len(members):
        raise InputError(
            f"site {label!r} has {len(members)} atoms in this cell, asked for {count}"
        )
    places = [members[0]]
    while len(places) < count:
        rest = [i for i in members if i not in places]
        nearest = []
        for i in rest:
            distance = min(cell.get_distance(i, j) for j in places)
            nearest.append(round(distance, 3))
        places.append(rest[int(np.argmax(nearest))])
    crystal = cell.copy()
    for place in places:
        crystal.replace(
            place, element, properties=dict(cell[place].properties)
        )
    return crystal
