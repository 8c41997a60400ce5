"""Crystal hosts as records, one a folder of ``datasets/hosts``.

``SOURCE.md`` there explains every key. A host that names another as ``variant_of`` takes from it
every table and file that its own folder lacks; fits and tables of hosts go by `Host.root`.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._core import datasets
from .._core.elements import INDEX
from .._core.errors import DataError

_FOLDER = "hosts"
_FILE = "host.toml"
# How a host may have its interstitial sites filled, in the order of the kernels' numbers.
FILLINGS = ("none", "carbon_share", "vacancy")
# Crystal fields of ``datasets/ions/crystal_field.npz``, in the order of its tables.
CRYSTAL_FIELDS = ("R2Fe14B", "axial")


@dataclass(frozen=True)
class Site:
    """A Wyckoff position: label, role, multiplicity in the cell, one fractional position."""

    label: str
    role: str
    multiplicity: int
    position: tuple[float, float, float]


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
class Assignment:
    """Conditions by which a composition belongs to a host.

    Attributes
    ----------
    precedence : float
        Hosts are tried in this order.
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
    boundary : sequence of dict
        Sets of conditions, as of `Assignment`, by which the rest is a boundary phase of a magnet.
    """

    rich_ratio: float
    rich_phase: str
    poor_ratio: float
    poor_phase: str
    boride_ratio: float
    guests_on_rare_earth_site: tuple[str, ...]
    solubility: dict[str, float]
    preference: dict[str, float]
    boundary: Sequence[dict[str, tuple[float, float]]] = ()


@dataclass(frozen=True)
class Magnetism:
    """A host in the intrinsic model.

    Attributes
    ----------
    sublattices : int
        2 where rare earth and metals are coupled, 1 where the metals alone bear a moment.
    anisotropy_order : int
        The highest power of sin(theta) in the anisotropy energy: 2, 4 or 6.
    crystal_field : str
        The field about its rare earths, of `CRYSTAL_FIELDS`.
    filling : str
        What counts as filling of the interstitial sites, of `FILLINGS`: nothing, the share of
        carbon on them, or the share of them that is empty.
    exchange_saturates : bool
        Whether the exchange saturates as the sites fill, and carbon on them adds its own.
    own_curie_process : bool
        Whether its Curie temperatures are learnt apart from those of other hosts.
    """

    sublattices: int
    anisotropy_order: int
    crystal_field: str
    filling: str
    exchange_saturates: bool
    own_curie_process: bool

    def __post_init__(self) -> None:
        """Raise ValueError if a field has a value or type that it cannot have.

        Accepted are 1 and 2 for ``sublattices``, 2, 4 and 6 for ``anisotropy_order``, "R2Fe14B" and
        "axial" for ``crystal_field``, "none", "carbon_share" and "vacancy" for ``filling``, and
        bools for ``exchange_saturates`` and ``own_curie_process``. A bool is no number and 1 no
        bool.
        """
        choices_by_name = {
            "sublattices": (1, 2),
            "anisotropy_order": (2, 4, 6),
            "crystal_field": CRYSTAL_FIELDS,
            "filling": FILLINGS,
            "exchange_saturates": (False, True),
            "own_curie_process": (False, True),
        }
        for name, values in choices_by_name.items():
            value = getattr(self, name)
            if value not in values or type(value) is not type(values[0]):
                raise ValueError(
                    f"{name} of [magnetism] must be one of {', '.join(map(str, values))}, "
                    f"got {value!r}"
                )


@dataclass(frozen=True)
class SecondPhases:
    """The phases beside the hard one in a sintered magnet whose oxygen is balanced.

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
class Formation:
    """How phases of a host come to be that do not solidify from a melt."""

    path: str  # "solid": from other phases; "gas": from the metal and a gas
    of: str  # element that more than half of their interstitial sites hold; empty for all
    lives_to_K: float  # from which they decompose
    source: str


HARDENING = ("boundary", "cells", "grains", "route", "")


@dataclass(frozen=True)
class Magnet:
    """The magnets of a host.

    Attributes
    ----------
    route : str
        The usual way of making a magnet, in a word.
    made : str
        How a magnet is taken to be made if nothing else is given.
    trade : str
        What a buyer should know of the family; empty where none is sold.
    exchange_stiffness_J_m, exchange_stiffness_curie_K : float
        Of a known member at 300 K, and its Curie temperature.
    exchange_stiffness_source : str
        Its source.
    second_phases : SecondPhases or None
        None where oxide is part of the process's grain boundary.
    walls, walls_phase : str
        Host of the walls of cellular magnets, and their name; empty elsewhere.
    usual_curie_K : float
        Curie temperature of the magnets whose curves show how coercivity falls: others lose as much
        at the same share of theirs.
    usual_additive : float
        Atomic fraction of copper and gallium that a maker adds where a formula names none.
    sold_below_K : float
        No magnet of the host is sold for use above this temperature.
    hardening : str
        What makes magnets of it, of `HARDENING`: a boundary phase that parts grains, cells in
        walls, grains by themselves, published routes alone; empty where it is not said.
    compared_to_K : float
        Hottest temperature at which coercivities were compared with measured ones.
    turned : sequence of dict
        Compositions (``where``, conditions as of `Assignment`) whose measured easy direction is no
        axis below a temperature (``below_K``), which the intrinsic model misses, and half the width
        of the 90 % range of ln H_cJ that this adds (``half_width``).
    """

    route: str
    made: str
    trade: str
    exchange_stiffness_J_m: float
    exchange_stiffness_curie_K: float
    exchange_stiffness_source: str
    second_phases: SecondPhases | None
    walls: str
    walls_phase: str
    usual_curie_K: float
    usual_additive: float
    sold_below_K: float
    hardening: str
    compared_to_K: float
    turned: Sequence[dict[str, Any]] = ()

    def __post_init__(self) -> None:
        """Raise ValueError if ``hardening`` is none of `HARDENING`, or a number is below 0.

        The numbers are ``usual_curie_K``, ``usual_additive``, ``sold_below_K`` and
        ``compared_to_K``; NaN, a bool and a text are refused, infinity is not. Other fields are not
        checked.
        """
        if self.hardening not in HARDENING:
            choices = ", ".join(filter(None, HARDENING))
            raise ValueError(
                f"hardening of [magnet] must be one of {choices}, got {self.hardening!r}"
            )
        for name in (
            "usual_curie_K",
            "usual_additive",
            "sold_below_K",
            "compared_to_K",
        ):
            value = getattr(self, name)
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not value >= 0.0
            ):
                raise ValueError(
                    f"{name} of [magnet] must be a number, 0 or more, got {value!r}"
                )


@dataclass(frozen=True)
class Host:
    """A crystal host.

    Attributes
    ----------
    name : str
        Such as ``"2:14:1"``.
    variant_of : str or None
        The host from which it takes what its folder does not give.
    root : str
        The host itself, or the one at the end of ``variant_of``: the name under which fits and
        tables of hosts are looked up.
    rare_earth, transition_metal, interstitial : int
        Atoms per formula unit.
    interstitial_elements : tuple of str
        Elements that count as interstitial.
    structure : Structure
        The cell; for 2:17 that of light rare earths.
    hexagonal : Structure or None
        The stacking that heavy rare earths and yttrium take, where it differs.
    assignment : Assignment
        Compositions of the host.
    split : Split
        Rules of the grain boundary.
    magnetism : Magnetism
        Its intrinsic model.
    substitution_slopes : bool
        Whether CHGNet's energies of substitution predict left-out entries no worse.
    own_forming_weights : bool
        Whether how likely its phases form has weights of its own.
    section : tuple of str
        Three elements whose phase diagram shows it best; empty where none does.
    making_temperature_K, melts_at_K : float
        At which its magnets are sintered or annealed, and at which it decomposes into liquid.
    magnet : Magnet
        Its magnets.
    formation : Formation or None
        Of what does not solidify from a melt.
    """

    name: str
    variant_of: str | None
    root: str
    rare_earth: int
    transition_metal: int
    interstitial: int
    interstitial_elements: tuple[str, ...]
    structure: Structure
    hexagonal: Structure | None
    assignment: Assignment
    split: Split
    magnetism: Magnetism
    substitution_slopes: bool
    own_forming_weights: bool
    section: tuple[str, ...]
    making_temperature_K: float
    melts_at_K: float
    magnet: Magnet
    formation: Formation | None

    def __repr__(self) -> str:
        return f"<Host {self.name}, such as {self.structure.example}>"


def _read() -> dict[str, Host]:
    """Read the records of all hosts, in their order; DataError if one is incomplete.

    Keys are the names "2:14:1", "1:5", "2:17", "2:17:3", "1:12" and "1:12:1", values the `Host` of
    each, in ascending order of the key ``order`` of their files; a record without one stands last.
    What a variant does not give it takes from its parents, a whole table such as ``[split]`` at a
    time.
    """
    entries = {}
    for file in sorted((datasets.root() / _FOLDER).glob(f"*/{_FILE}")):
        entry = datasets.toml(f"{_FOLDER}/{file.parent.name}/{_FILE}")
        entries[entry["name"]] = entry
    hosts = {}
    for name, entry in sorted(
        entries.items(), key=lambda item: item[1].get("order", math.inf)
    ):
        line = _ancestry(name, entries)
        whole: dict[str, Any] = {}
        for ancestor in reversed(line):
            whole |= entries[ancestor]
        whole["variant_of"] = entry.get("variant_of")
        try:
            hosts[name] = _host(whole, line[-1])
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{_host_folder(name)}/{_FILE} is no whole record of a host: {error}; SOURCE.md "
                "beside it explains every key"
            ) from None
    return hosts


def _ancestry(name: str, entries: dict[str, dict[str, Any]]) -> list[str]:
    """List a host, the one it is a variant of, and so on to the root.

    `entries` are the records, dicts as read from the files, by name of the host such as "2:14:1";
    of each the key ``variant_of`` is read, the name of its parent or missing. `name` must be among
    them (KeyError). The list begins with `name` itself and is that alone for a root. DataError for
    a circle, or if one is a variant of no host.
    """
    line = [name]
    while (parent := entries[line[-1]].get("variant_of")) is not None:
        if parent not in entries or parent in line:
            what = "a variant of this one" if parent in line else "no host"
            raise DataError(
                f"{_host_folder(line[-1])}: variant_of names {parent!r}, which is {what}"
            )
        line.append(parent)
    return line


def _host(entry: dict[str, Any], root: str) -> Host:
    """Build a host from its record, with the entries of its parents filled in.

    `entry` is the dict of its file, which is not changed; `root` is the name of the host's root. It
    must have ``name``, ``variant_of`` (None for a root), ``rare_earth``, ``transition_metal``,
    ``interstitial`` (atoms), ``interstitial_elements``, the fields of `Structure`, and the tables
    ``assignment``, ``split``, ``magnetism``, ``stability`` and ``magnet``; ``hexagonal`` and
    ``formation`` may be missing, which gives None. KeyError, TypeError or ValueError if it is no
    whole record. Other keys are not read.
    """
    hexagonal = entry.get("hexagonal")
    stability = entry["stability"]
    guests = tuple(entry["split"]["guests_on_rare_earth_site"])
    names = (
        "name",
        "variant_of",
        "rare_earth",
        "transition_metal",
        "interstitial",
    )
    forms = (
        "substitution_slopes",
        "own_forming_weights",
        "making_temperature_K",
        "melts_at_K",
    )
    return Host(
        **{name: entry[name] for name in names},
        root=root,
        interstitial_elements=tuple(entry["interstitial_elements"]),
        structure=_structure(entry),
        hexagonal=_structure(hexagonal) if hexagonal else None,
        assignment=_assignment(dict(entry["assignment"])),
        split=Split(**{**entry["split"], "guests_on_rare_earth_site": guests}),
        magnetism=Magnetism(**entry["magnetism"]),
        **{name: stability[name] for name in forms},
        section=_section(stability),
        magnet=_magnet(dict(entry["magnet"])),
        formation=Formation(**entry["formation"])
        if "formation" in entry
        else None,
    )


def _structure(entry: dict[str, Any]) -> Structure:
    """Build a cell from its record.

    `entry` is a dict with the fields of `Structure`: ``prototype``, ``space_group``,
    ``space_group_number``, ``formula_units``, ``example``, ``a_A`` and ``c_A`` (angstrom),
    ``source`` and ``sites``. Each of these is a dict with ``label``, ``role``, ``multiplicity`` and
    ``position``, three fractional coordinates. KeyError if one is missing; other keys are not read.
    """
    sites = []
    for site in entry["sites"]:
        position = tuple(site["position"])
        sites.append(
            Site(site["label"], site["role"], site["multiplicity"], position)
        )
    names = [n for n in Structure.__dataclass_fields__ if n != "sites"]
    return Structure(sites=tuple(sites), **{n: entry[n] for n in names})


def _assignment(entry: dict[str, Any]) -> Assignment:
    """Build the conditions of a host from their record: one dictionary for each alternative.

    `entry` is changed: ``precedence`` and ``any`` are removed from it. It has
    ``precedence``, a number (KeyError without it), conditions such as ``"R /
    (R + M)" = [0.1, 0.2]`` (least and largest value), and, if need be,
    ``any``, lists of groups of conditions of which one each must hold. The
    `Assignment` has ``precedence``, a float, and ``alternatives``, a tuple of
    dicts, one for each combination of these, one alone without ``any``; values
    are tuples (low, high). A condition of a group stands in place of the
    common one of the same ratio.
    """
    precedence = entry.pop("precedence")
    groups = entry.pop("any", [])
    alternatives = []
    for combination in itertools.product(*groups):
        # The conditions of the alternative come first and narrow those of all alternatives.
        narrow: dict[str, Any] = {}
        for conditions in combination:
            narrow |= conditions
        rule = narrow | entry | narrow
        alternatives.append(
            {ratio: (low, high) for ratio, (low, high) in rule.items()}
        )
    return Assignment(float(precedence), tuple(alternatives))


def _section(stability: dict[str, Any]) -> tuple[str, ...]:
    """Read the three elements of a host's section, empty without any; ValueError for anything else.

    `stability` is the table of that name in the host's file; its key ``section`` is such as ["Nd",
    "Fe", "B"] and may be missing. Only that key is read. The order is kept.
    """
    section = tuple(stability.get("section", ()))
    if len(set(section)) not in (0, 3) or not set(section) <= INDEX.keys():
        raise ValueError(
            f"section of [stability] must be three elements, got {list(section)}"
        )
    return section


def _magnet(entry: dict[str, Any]) -> Magnet:
    """Build the record of a host's magnets, with usual values for what it leaves out.

    `entry` is the table ``[magnet]`` of the host's file; its key
    ``second_phases``, a dict of the fields of `SecondPhases`, is removed from
    it. It must have ``route``, ``made``, ``exchange_stiffness_J_m``,
    ``exchange_stiffness_curie_K`` and ``exchange_stiffness_source``. Without
    the others ``trade``, ``walls`` and ``hardening`` are empty,
    ``usual_curie_K`` is ``exchange_stiffness_curie_K``, ``usual_additive`` is
    0, ``sold_below_K`` and ``compared_to_K`` are infinite, ``turned`` is
    empty, ``second_phases`` is None and ``walls_phase`` is such as "1:5
    walls". KeyError without ``exchange_stiffness_curie_K``, TypeError for
    another field that is missing or unknown, ValueError for a value that is
    none.
    """
    second = entry.pop("second_phases", None)
    usual = {
        "trade": "",
        "walls": "",
        "walls_phase": f"{entry['walls']} walls" if "walls" in entry else "",
        "usual_curie_K": entry["exchange_stiffness_curie_K"],
        "usual_additive": 0.0,
        "sold_below_K": math.inf,
        "hardening": "",
        "compared_to_K": math.inf,
    }
    return Magnet(
        **(usual | entry),
        second_phases=SecondPhases(**second) if second else None,
    )


def root_host(name: str) -> str:
    """Return the name of the root of a host; a name of no host is returned as it is."""
    if name in HOSTS:
        return HOSTS[name].root
    return name


def host_file(name: str, file: str) -> str:
    """Return the path of a file of a host's folder below the data folder.

    KeyError if there is no such host. For a root the path is returned even if there is no such
    file.

    Parameters
    ----------
    name : str
        The host, a name of `HOST_NAMES` such as "2:14:1".
    file : str
        Name of the file, such as "host.toml".

    Returns
    -------
    str
        Relative, such as "hosts/2-14-1/host.toml". That of the host's own file if it exists,
        otherwise that of the host which this one is a variant of, and so on to the root.
    """
    own_path = f"{_host_folder(name)}/{file}"
    parent = HOSTS[name].variant_of
    if parent is None or (datasets.root() / own_path).is_file():
        return own_path
    return host_file(parent, file)


def _host_folder(name: str) -> str:
    """Return the folder of a host within the embedded data, e.g. ``"hosts/2-14-1"``."""
    return f"{_FOLDER}/{name.replace(':', '-')}"


HOSTS = _read()
"""The hosts by name."""

ROOTS: tuple[str, ...] = tuple(
    name for name, host in HOSTS.items() if host.root == name
)
"""The names of those that are no variants."""

HOST_NAMES: tuple[str, ...] = tuple(HOSTS)
"""Their names; a host's code is its index here, -1 where none fits."""
