"""Crystal hosts as records, one a folder of ``datasets/hosts``.

``SOURCE.md`` there explains every key. A host that names another as ``variant_of`` takes from it
every table and file that its own folder does not give.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Any

from .. import datasets
from ..errors import DataError

FOLDER = "hosts"
FILE = "host.toml"


@dataclass(frozen=True)
class Site:
    """A Wyckoff position: label, role, multiplicity in the cell, one fractional position."""

    label: str
    role: str
    multiplicity: int
    position: tuple[float, float, float]


@dataclass(frozen=True)
class Assignment:
    """Which compositions are taken to be of a host.

    Attributes
    ----------
    precedence : float
        Hosts are asked in this order.
    alternatives : tuple of dict
        Sets of conditions, of which one must hold whole: a ratio of sums of atoms such as
        ``"R / (R + M)"`` to its least and largest value.
    """

    precedence: float
    alternatives: tuple[dict[str, tuple[float, float]], ...]


@dataclass(frozen=True)
class Split:
    """How a recipe of a host is split into hard phase and grain boundary.

    Attributes
    ----------
    rich_ratio, poor_ratio : float
        T atoms per R atom in the phase that takes excess R, and excess T (infinite: no R).
    rich_phase, poor_phase : str
        Their names.
    boride_ratio : float
        T atoms bound by an atom of boron or carbon in excess; 0 where the host needs none.
    guests_on_rare_earth_site : tuple of str
        Metals that sit with the rare earth.
    solubility : dict
        Largest share of the T sites, by element; an element not listed stays outside.
    preference : dict
        Concentration in the grain boundary over that in the hard phase; 1 where not listed.
    """

    rich_ratio: float
    rich_phase: str
    poor_ratio: float
    poor_phase: str
    boride_ratio: float
    guests_on_rare_earth_site: tuple[str, ...]
    solubility: dict[str, float]
    preference: dict[str, float]


@dataclass(frozen=True)
class SecondPhases:
    """What stands beside the hard phase of a sintered magnet whose oxygen is balanced.

    Attributes
    ----------
    rich, poor : str
        Names of the phase that takes excess rare earth, and excess metal.
    rich_polarization_T, poor_polarization_T, own_polarization_T : float
        J_s at room temperature of the two and of the host.
    poor_below : float
        Share of rare earth in the boundary below which it is the second.
    """

    rich: str
    rich_polarization_T: float
    poor: str
    poor_polarization_T: float
    own_polarization_T: float
    poor_below: float


@dataclass(frozen=True)
class Magnet:
    """What is said of a host's magnets.

    Attributes
    ----------
    route : str
        The usual way of making a magnet, in a word.
    made : str
        How a magnet is taken to be made where nothing else is given.
    trade : str
        What a buyer should know of the family; empty where none is sold.
    exchange_stiffness_J_m, exchange_stiffness_curie_K : float
        Of a known member at 300 K, and its Curie temperature.
    exchange_stiffness_source : str
        Where it stands.
    second_phases : SecondPhases or None
        None where oxide is part of the process's grain boundary.
    walls : str
        Host of the walls where a magnet is of cells; empty elsewhere.
    """

    route: str
    made: str
    trade: str
    exchange_stiffness_J_m: float
    exchange_stiffness_curie_K: float
    exchange_stiffness_source: str
    second_phases: SecondPhases | None
    walls: str


@dataclass(frozen=True)
class Structure:
    """A cell: prototype, space group, formula units in it, lattice of a known member, sites."""

    prototype: str
    space_group: str
    space_group_number: int
    formula_units: int
    example: str
    a_A: float
    c_A: float
    source: str
    sites: tuple[Site, ...]


@dataclass(frozen=True)
class Host:
    """A crystal host.

    Attributes
    ----------
    name : str
        Such as ``"2:14:1"``.
    variant_of : str or None
        The host from which it takes what its folder does not give.
    rare_earth, transition_metal, interstitial : int
        Atoms per formula unit.
    interstitial_elements : tuple of str
        What counts as the third kind.
    structure : Structure
        The cell; for 2:17 that of light rare earths.
    hexagonal : Structure or None
        The stacking that heavy rare earths and yttrium take, where it differs.
    assignment : Assignment
        Which compositions are of the host.
    split : Split
        Rules of the grain boundary.
    substitution_slopes : bool
        Whether CHGNet's energies of substitution predict left-out entries no worse.
    making_temperature_K, melts_at_K : float
        At which its magnets are sintered or annealed, and at which it decomposes into liquid.
    magnet : Magnet
        What is said of its magnets.
    """

    name: str
    variant_of: str | None
    rare_earth: int
    transition_metal: int
    interstitial: int
    interstitial_elements: tuple[str, ...]
    structure: Structure
    hexagonal: Structure | None
    assignment: Assignment
    split: Split
    substitution_slopes: bool
    making_temperature_K: float
    melts_at_K: float
    magnet: Magnet


def folder_of(name: str) -> str:
    """Return the folder of a host within the embedded data, e.g. ``"hosts/2-14-1"``."""
    return f"{FOLDER}/{name.replace(':', '-')}"


def file_of(name: str, file: str) -> str:
    """Return the name of a file of a host's folder, or of that of the host it is a variant of."""
    own = f"{folder_of(name)}/{file}"
    parent = HOSTS[name].variant_of
    return own if parent is None or (datasets.root() / own).is_file() else file_of(parent, file)


def _assignment(entry: dict[str, Any]) -> Assignment:
    precedence = entry.pop("precedence")
    groups = entry.pop("any", [])
    alternatives = []
    for chosen in itertools.product(*groups):
        # What tells hosts apart is asked first; it narrows what all alternatives ask.
        narrow = {ratio: window for conditions in chosen for ratio, window in conditions.items()}
        merged = {**narrow, **entry, **narrow}
        alternatives.append({ratio: (low, high) for ratio, (low, high) in merged.items()})
    return Assignment(float(precedence), tuple(alternatives))


def _structure(entry: dict[str, Any]) -> Structure:
    sites = tuple(
        Site(s["label"], s["role"], s["multiplicity"], tuple(s["position"])) for s in entry["sites"]
    )
    names = [n for n in Structure.__dataclass_fields__ if n != "sites"]
    return Structure(sites=sites, **{n: entry[n] for n in names})


def _magnet(entry: dict[str, Any]) -> Magnet:
    second = entry.pop("second_phases", None)
    return Magnet(
        **{"trade": "", "walls": "", **entry},
        second_phases=SecondPhases(**second) if second else None,
    )


def _host(entry: dict[str, Any]) -> Host:
    hexagonal = entry.get("hexagonal")
    guests = tuple(entry["split"]["guests_on_rare_earth_site"])
    return Host(
        entry["name"],
        entry.get("variant_of"),
        entry["rare_earth"],
        entry["transition_metal"],
        entry["interstitial"],
        tuple(entry["interstitial_elements"]),
        _structure(entry),
        _structure(hexagonal) if hexagonal else None,
        _assignment(dict(entry["assignment"])),
        Split(**{**entry["split"], "guests_on_rare_earth_site": guests}),
        entry["stability"]["substitution_slopes"],
        entry["stability"]["making_temperature_K"],
        entry["stability"]["melts_at_K"],
        _magnet(dict(entry["magnet"])),
    )


def _read() -> dict[str, Host]:
    entries = {}
    for file in sorted((datasets.root() / FOLDER).glob(f"*/{FILE}")):
        entry = datasets.toml(f"{FOLDER}/{file.parent.name}/{FILE}")
        entries[entry["name"]] = entry
    hosts = {}
    for name, entry in sorted(entries.items(), key=lambda item: item[1].get("order", math.inf)):
        parent = entry.get("variant_of")
        if parent is not None and parent not in entries:
            raise DataError(f"{folder_of(name)}: variant_of names {parent!r}, which is no host")
        try:
            hosts[name] = _host(entry if parent is None else {**entries[parent], **entry})
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{folder_of(name)}/{FILE} is no whole record of a host: {error}; SOURCE.md beside "
                "it explains every key"
            ) from None
    return hosts


HOSTS = _read()
"""The hosts by name."""

HOST_NAMES: tuple[str, ...] = tuple(HOSTS)
"""Their names; a host's code is its index here, -1 where none fits."""
