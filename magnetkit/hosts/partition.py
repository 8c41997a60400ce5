"""Crystal hosts: which structure a recipe forms, and what of it is inside the hard phase.

The rules and their sources stand in ``datasets/hosts/hosts.toml``.
"""

import csv
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..composition.table import CompositionTable
from ..elements import ATOMIC_MASS, INDEX, N_ELEMENTS, RARE_EARTHS
from ..errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from ..kernels.hosts import SiteRules

# Atoms of the alloy this small are rounding, not a phase.
_NOTHING = 1e-9


@dataclass(frozen=True)
class Site:
    """A Wyckoff position: label, role, multiplicity in the cell, one fractional position."""

    label: str
    role: str
    multiplicity: int
    position: tuple[float, float, float]


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
    rare_earth, transition_metal, interstitial : int
        Atoms per formula unit.
    interstitial_elements : tuple of str
        What counts as the third kind.
    structure : Structure
        The cell; for 2:17 that of light rare earths.
    hexagonal : Structure or None
        The stacking that heavy rare earths and yttrium take, where it differs.
    split : Split
        Rules of the grain boundary.
    """

    name: str
    rare_earth: int
    transition_metal: int
    interstitial: int
    interstitial_elements: tuple[str, ...]
    structure: Structure
    hexagonal: Structure | None
    split: Split


def _structure(entry: dict) -> Structure:
    sites = tuple(
        Site(s["label"], s["role"], s["multiplicity"], tuple(s["position"])) for s in entry["sites"]
    )
    names = [n for n in Structure.__dataclass_fields__ if n != "sites"]
    return Structure(sites=sites, **{n: entry[n] for n in names})


def _split(entry: dict) -> Split:
    guests = tuple(entry["guests_on_rare_earth_site"])
    return Split(**{**entry, "guests_on_rare_earth_site": guests})


def _read() -> tuple[dict[str, Host], NDArray[np.float64]]:
    with datasets.path("hosts/hosts.toml").open("rb") as stream:
        data = tomllib.load(stream)
    hosts = {}
    for name, entry in data["host"].items():
        hexagonal = entry.get("hexagonal")
        hosts[name] = Host(
            name,
            entry["rare_earth"],
            entry["transition_metal"],
            entry["interstitial"],
            tuple(entry["interstitial_elements"]),
            _structure(entry),
            _structure(hexagonal) if hexagonal else None,
            _split(entry["split"]),
        )
    return hosts, np.array([data["assignment"][name] for name in hosts])


HOSTS, _WINDOWS = _read()
"""The hosts by name."""

HOST_NAMES: tuple[str, ...] = tuple(HOSTS)
"""Their names; a host's code is its index here, -1 where none fits."""


@lru_cache(maxsize=1)
def _classes() -> NDArray[np.int8]:
    from ..kernels import hosts as kernel

    groups = {
        kernel.RARE_EARTH: RARE_EARTHS,
        kernel.IRON_LIKE: ("Fe", "Co", "Ni", "Mn"),
        kernel.BORON: ("B",),
        kernel.CARBON: ("C",),
        kernel.NITROGEN: ("N",),
        kernel.STABILISER: ("Ti", "V", "Cr", "Mo", "W", "Nb", "Ta", "Re", "Si"),
        kernel.ZIRCONIUM: ("Zr", "Hf"),
        kernel.IGNORED: ("H", "O"),
    }
    classes = np.zeros(N_ELEMENTS, np.int8)
    for code, symbols in groups.items():
        classes[[INDEX[s] for s in symbols]] = code
    return classes


@lru_cache(maxsize=1)
def _rules() -> "SiteRules":
    """Return what the sites of every host take, for the kernels."""
    from ..kernels import hosts as kernel

    shape = (len(HOSTS), N_ELEMENTS)
    role, limit, preference = np.zeros(shape, np.int8), np.zeros(shape), np.ones(shape)
    counts, ratios = np.zeros((len(HOSTS), 3)), np.zeros((len(HOSTS), 2))
    boride = np.array([host.split.boride_ratio for host in HOSTS.values()])
    for i, host in enumerate(HOSTS.values()):
        rules = host.split
        for symbols, code in (
            (rules.solubility, kernel.ON_T),
            ((*RARE_EARTHS, *rules.guests_on_rare_earth_site), kernel.ON_R),
            (host.interstitial_elements, kernel.ON_X),
        ):
            role[i, [INDEX[s] for s in symbols]] = code
        for symbol, share in rules.solubility.items():
            limit[i, INDEX[symbol]] = share
        for symbol, ratio in rules.preference.items():
            preference[i, INDEX[symbol]] = ratio
        counts[i] = host.rare_earth, host.transition_metal, host.interstitial
        ratios[i] = rules.rich_ratio, rules.poor_ratio
    with datasets.path("hosts/atomic_volumes.csv").open(encoding="utf-8", newline="") as stream:
        known = {r["element"]: float(r["volume_A3"]) for r in csv.DictReader(stream)}
    # An element without a listed volume is outside every host and rare; 20 A3 is a middling metal.
    volume = np.full(N_ELEMENTS, 20.0)
    for symbol, v in known.items():
        volume[INDEX[symbol]] = v
    return kernel.SiteRules(role, limit, preference, counts, ratios, boride, volume)


def site_rules() -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return what the kernels know of the sites.

    Returns
    -------
    role : ndarray of int8, shape (6, 118)
        Which site an element takes: `ON_R`, `ON_T`, `ON_X` of `magnetkit.kernels.hosts`, or 0.
    counts : ndarray of float64, shape (6, 3)
        Rare-earth, transition-metal and interstitial atoms per formula unit.
    """
    rules = _rules()
    return rules.role, rules.counts


def atomic_volumes() -> NDArray[np.float64]:
    """Return the volume of an atom of each element, A3, shape (118,)."""
    return _rules()[-1]


def assign_hosts(table: CompositionTable, host: str = "auto") -> NDArray[np.int8]:
    """Return the host of each composition.

    Parameters
    ----------
    table : CompositionTable
        The compositions.
    host : str
        ``"auto"`` goes by the ratio of rare earth to metals and by boron, carbon and nitrogen; a
        name of `HOST_NAMES` takes every row to be of that host.

    Returns
    -------
    ndarray of int8, shape (n,)
        Index into `HOST_NAMES`; -1 where none fits.

    Raises
    ------
    InputError
        If `host` is neither ``"auto"`` nor a known name.
    """
    if host == "auto":
        from ..kernels.hosts import assign

        return assign(table.indptr, table.indices, table.values, _classes(), _WINDOWS)
    if host not in HOSTS:
        raise InputError(f"host {host!r} is not known; use auto or one of {', '.join(HOST_NAMES)}")
    return np.full(len(table), HOST_NAMES.index(host), np.int8)


@dataclass(frozen=True, eq=False)
class Partition:
    """A table split into hard phase and grain boundary.

    Attributes
    ----------
    host : ndarray of int8, shape (n,)
        Index into `HOST_NAMES`; -1 unknown, then all is in `hard_phase` and the fractions are NaN.
    hard_phase : CompositionTable
        Composition of the hard phase alone.
    grain_boundary : CompositionTable
        Composition of the rest; a row is empty where nothing is left. In cellular 2:17 magnets
        these are the walls.
    hard_volume_fraction, hard_weight_fraction : ndarray of float64, shape (n,)
        Share of the hard phase.
    """

    host: NDArray[np.int8]
    hard_phase: CompositionTable
    grain_boundary: CompositionTable
    hard_volume_fraction: NDArray[np.float64]
    hard_weight_fraction: NDArray[np.float64]

    def to_frame(self) -> "pd.DataFrame":
        """Return the split as a table of formulas and shares."""
        import pandas as pd

        names = np.array([*HOST_NAMES, "unknown"])
        return pd.DataFrame(
            {
                "host": pd.Categorical(names[self.host], categories=names),
                "hard_phase": self.hard_phase.formulas(),
                "grain_boundary": self.grain_boundary.formulas(),
                "hard_volume_fraction": self.hard_volume_fraction,
                "hard_weight_fraction": self.hard_weight_fraction,
            }
        )


def _part(table: CompositionTable, atoms: NDArray[np.float64]) -> CompositionTable:
    """Return `atoms` (on the sparsity of `table`) as compositions, without the empty entries."""
    from ..kernels.arrays import Rows
    from ..kernels.hosts import compact, count_over
    from ..kernels.threads import share_rows

    n = len(table)
    indptr = np.zeros(n + 1, np.int64)
    share_rows(count_over, n, table.indptr, atoms, _NOTHING, indptr[1:])
    np.cumsum(indptr, out=indptr)
    kept = Rows(indptr, np.empty(indptr[-1], np.int32), np.empty(indptr[-1]))
    share_rows(compact, n, Rows(table.indptr, table.indices, atoms), _NOTHING, kept)
    return CompositionTable(*kept, table.row_index, table.errors)


def _divide(
    table: CompositionTable, codes: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the atoms of each entry inside the hard phase, and the phase's volume share."""
    from ..kernels.arrays import Rows
    from ..kernels.hosts import split
    from ..kernels.threads import share_rows

    hard, fraction = np.zeros(len(table.values)), np.empty(len(table))
    rows = Rows(table.indptr, table.indices, table.values)
    share_rows(split, len(table), rows, codes, _rules(), hard, fraction)
    return hard, fraction


def hard_phases(
    table: CompositionTable, host: str = "auto"
) -> tuple[NDArray[np.int8], CompositionTable]:
    """Return host and composition of the hard phase of recipes; see `partition`."""
    codes = assign_hosts(table, host)
    hard, _ = _divide(table, codes)
    return codes, _part(table, hard)


def partition(table: CompositionTable, host: "str | NDArray[np.int8]" = "auto") -> Partition:
    """Split recipes into hard phase and grain boundary.

    The amount of hard phase follows the lever rule between the host and the neighbour that takes
    the excess; minor metals divide between the two by a stated preference, up to a stated
    solubility (``datasets/hosts/hosts.toml``). A stoichiometric compound comes back unchanged.

    Parameters
    ----------
    table : CompositionTable
        The recipes.
    host : str or ndarray of int8, shape (n,)
        As for `assign_hosts`, or what it returned.

    Returns
    -------
    Partition
        The two parts and their shares.

    Raises
    ------
    InputError
        If `host` is neither ``"auto"`` nor a known name.

    Examples
    --------
    >>> recipe = CompositionTable.from_strings(["Nd2.4Fe14B"])
    >>> split = partition(recipe)
    >>> split.hard_phase.formulas()
    ['Nd0.1176Fe0.8235B0.05882']
    >>> bool(split.hard_volume_fraction[0] < 1)
    True
    """
    codes = assign_hosts(table, host) if isinstance(host, str) else host
    hard, volume_fraction = _divide(table, codes)
    mass = ATOMIC_MASS[table.indices]
    row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    inside = np.bincount(row, hard * mass, len(table))
    weight = inside / np.bincount(row, table.values * mass, len(table))
    weight[np.isnan(volume_fraction)] = np.nan
    return Partition(
        codes,
        _part(table, hard),
        _part(table, np.maximum(table.values - hard, 0.0)),
        volume_fraction,
        weight,
    )
