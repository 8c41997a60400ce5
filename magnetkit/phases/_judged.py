"""The phases that compositions stand for, with their energies and what competes with them.

A composition with exactly a host's ratio of rare earth, metals and interstitials names that phase;
any other one of a known host is a recipe, of which the hard phase is judged.
"""

from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._columnar import Coded
from .._core._types import BoolArray, FloatArray, Int8Array, IntArray
from .._core.elements import INDEX, N_ELEMENTS, RARE_EARTHS, SYMBOLS, mask
from ..alloy.table import CompositionTable
from ._coverage import judge_data
from ._entries import Entries
from ._mixing import SIGNIFICANT, MixingModel, MixingTerms, Nodes, mixing_model
from ._space import (
    PhaseSpace,
    composition_keys,
    first_positions,
    lowest_entries,
)
from .hull import Decomposition, solve, stable_phases, stable_space
from .partition import Partition, assign_hosts, partition, root_codes
from .records import HOST_NAMES, HOSTS, ROOTS

BOLTZMANN_EV_K = 8.617333262e-5
# What replaces each other in most compounds of rare earths: their rivals mix these, and no others.
_LATE = ("Mn", "Fe", "Co", "Ni", "Cu")


class Named(NamedTuple):
    """Hosts and phases of a table of n rows.

    `host`, int8 (n,), is the index into `HOST_NAMES`, -1 for none; `phase` the
    table of the phases; `named`, bool (n,), whether the row itself is the phase.
    """

    host: Int8Array
    phase: CompositionTable
    named: BoolArray


@lru_cache(maxsize=1)
def kinds() -> Int8Array:
    """Return the site of each element: `RARE_EARTH` 0, `METAL` 1 or `INTERSTITIAL` 2, int8 (118,).

    The array is by atomic number less one; it is cached and must not be
    changed. H, B, C, N and O are interstitials; all else but rare earths
    (yttrium among them, scandium not) are metals.
    """
    from ._stability_kernels import INTERSTITIAL, METAL, RARE_EARTH

    site_kinds = np.full(N_ELEMENTS, METAL, np.int8)
    site_kinds[[INDEX[s] for s in RARE_EARTHS]] = RARE_EARTH
    site_kinds[[INDEX[s] for s in ("H", "B", "C", "N", "O")]] = INTERSTITIAL
    return site_kinds


@lru_cache(maxsize=1)
def _exact_ratios() -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return the exact site ratios of the roots of hosts.

    The roots are in the order of `ROOTS`. The arrays are cached and must not be changed.

    Returns
    -------
    earth, third : ndarray, shape (roots,)
        Atomic fractions of rare earth and of interstitial, such as 2/17 and 1/17 of 2:14:1; the
        latter is 0 for a root without interstitials. Metals are the rest.
    elements : ndarray of bool, shape (roots, 118)
        Elements that are this interstitial, by atomic number less one.
    """
    roots = [HOSTS[name] for name in ROOTS]
    atoms = [h.rare_earth + h.transition_metal + h.interstitial for h in roots]
    earths = np.array([h.rare_earth for h in roots]) / atoms
    thirds = np.array([h.interstitial for h in roots]) / atoms
    return (
        earths,
        thirds,
        np.array([mask(h.interstitial_elements) > 0 for h in roots]),
    )


def named_phases(
    table: CompositionTable, host: str = "auto", split: Partition | None = None
) -> Named:
    """Find the phase that each composition stands for.

    A composition that is exactly that of a root, such as Nd2Fe14B, stands for itself and names no
    variant. Any other is a recipe, which stands for its hard phase.

    Parameters
    ----------
    table : CompositionTable
        n compositions.
    host : str
        Name of the host of all, one of `HOST_NAMES` such as "2:14:1", or
        "auto". With a name, every composition is of this host, whatever it
        holds: one at the exact ratio of another root is taken as a recipe of
        it.
    split : Partition, optional
        What `partition` returns of table and host, all n rows, if the caller has it.

    Returns
    -------
    Named
        ``host``, int8 (n,), index into `HOST_NAMES`, -1 for none; ``phase``, a table of n phases in
        the order of `table`, of a row of no host the whole recipe; ``named``, bool (n,), whether
        the composition itself is the phase.

    Raises
    ------
    InputError
        If `host` is neither "auto" nor a known name.
    """
    from ._stability_kernels import ratios

    places = ratios(table.rows, kinds(), *_exact_ratios())
    host_of_row = np.array([*map(HOST_NAMES.index, ROOTS), -1], np.int8)[
        places
    ]
    if host != "auto":
        assign_hosts(table[:0], host)  # refuses a host that is not known
        host_of_row[host_of_row != HOST_NAMES.index(HOSTS[host].root)] = -1
    has_host = host_of_row >= 0
    if has_host.all():
        return Named(host_of_row, table, has_host)
    if split is None:
        split = partition(table[~has_host], host)
        rest = slice(None)
    else:
        rest = ~has_host
    host_of_row[~has_host] = split.host[rest]
    joint_table = CompositionTable.concat([table, split.hard_phase[rest]])
    order = np.arange(len(table))
    order[~has_host] = len(table) + np.arange(len(joint_table) - len(table))
    return Named(
        host_of_row,
        CompositionTable(*joint_table[order].rows, table.row_index),
        has_host,
    )


class Judged:
    """The phases of a table, n rows.

    `host` of each row; `named`, whether the row itself names the phase; `ideal`, the phases at
    their hosts' exact ratio; `energy` of formation and its `deviation`, eV/atom, (n,), interpolated
    or the entry's own, NaN where there is neither; `entropy` of ideal mixing on the sites, (n,),
    Boltzmann's constants an atom; `borrows`, bool, (n,), whether it leans on slopes of a
    machine-learned potential.
    """

    def __init__(self, given: Named, source: Entries) -> None:
        """Interpolate the energies of phases and set the attributes that the class names.

        `given` is what `named_phases` returned for n compositions, and `source` the snapshot, an
        `Entries` or `Snapshot`. A variant is interpolated as its root. Models of the hosts are
        fitted at their first use and kept in the cache of `source`.
        """
        from .._core._threads import share_rows
        from . import _stability_kernels as _stability

        self.source = source
        self.host = given.host
        self.named = given.named
        table = given.phase
        n = len(given.phase)
        self.energy, self.deviation, self.entropy = (
            np.full(n, np.nan) for _ in range(3)
        )
        self.borrows = np.zeros(n, bool)
        self._given = table
        self._lacking = np.zeros(n, np.int64)
        self._nodes: dict[int, Nodes] = {}
        ideal = table.values.copy()
        rows_of = table.rows
        interpolation = _stability.Interpolated(
            self.energy, self.deviation, self.entropy, ideal
        )
        comparison = _stability.Compared(self.borrows, self._lacking)
        for code, rows in self.by_host:
            present = np.flatnonzero(
                _stability.present_elements(table.indptr, table.indices, rows)
            )
            self._nodes[code] = _nodes(source, HOST_NAMES[code], present)
            sites, energies, members = self._nodes[code]
            share_rows(
                _stability.interpolate,
                len(rows),
                rows_of,
                rows,
                sites,
                energies,
                interpolation,
            )
            share_rows(
                _stability.compare,
                len(rows),
                rows_of,
                rows,
                sites,
                members,
                comparison,
            )
        self.ideal = CompositionTable(
            table.indptr, table.indices, ideal, table.row_index
        )
        self._take_entries()

    def missing(self) -> Coded:
        """List in words the end members of each phase that the snapshot lacks, n texts.

        The result is a `Coded` (`.texts()`): formulas of end members such as "Nd2Fe14B, Nd2Co14B",
        joined by commas, of those with a share of at least `SIGNIFICANT` (5 %). A text is empty
        where nothing is missing and where the host is unknown.
        """
        import pandas as pd

        codes = np.zeros(len(self.host), np.int64)
        place = {"": 0}
        for code, rows in self.by_host:
            lacking, distinct = pd.factorize(self._lacking[rows])
            first = first_positions(lacking, len(distinct))
            nodes = self._nodes[code]
            texts = [
                _missing(HOST_NAMES[code], nodes, self._given, rows[i])
                for i in first
            ]
            codes[rows] = np.array(
                [place.setdefault(t, len(place)) for t in texts]
            )[lacking]
        return Coded(codes, tuple(place))

    @cached_property
    def by_host(self) -> list[tuple[int, IntArray]]:
        """Return pairs of a root's code and the rows of its phases, int64.

        It is an attribute, read without a call. Codes are indices into
        `HOST_NAMES`, ascending, as int; rows are numbers from 0, ascending. A
        variant counts as its root; rows of no host, and roots without rows,
        are left out. The list is computed once and kept.
        """
        roots = root_codes(self.host)
        codes = np.unique(roots[roots >= 0])
        return [(int(code), np.flatnonzero(roots == code)) for code in codes]

    def _take_entries(self) -> None:
        """Fill in the energies of rows of no host from the entries at their composition, in place.

        ``energy`` (of formation, eV/atom), ``deviation`` (eV/atom, 0 for an
        entry) and ``entropy`` (0) of these rows are overwritten; of a row
        without an entry energy and deviation are NaN, and the entropy is 0.
        Rows of a host stay.
        """
        rows = np.flatnonzero(self.host < 0)
        if len(rows):
            own_energies = entry_energies(self.ideal[rows], self.source)
            self.energy[rows] = own_energies
            self.deviation[rows] = np.where(
                np.isnan(own_energies), np.nan, 0.0
            )
            self.entropy[rows] = 0.0

    def above(self, kelvin: FloatArray) -> tuple[FloatArray, Decomposition]:
        """Compute the free energy of n phases above competing phases, and the products.

        Two kinds compete: all phases of the snapshot, ordered as they are calculated (the phase
        may separate into members of its own structure); and all of other structures, which mix
        rare earths, and late 3d metals, as ideally as they can. Every call adds the error of the
        products to ``deviation`` of this object, so it is meant to be called once.

        Parameters
        ----------
        kelvin : ndarray of float64, shape (n,)
            Temperature of each phase, K.

        Returns
        -------
        above : ndarray of float64, shape (n,)
            eV/atom, of either sign; NaN where an element has no phases, or the phase no energy.
        products : Decomposition
            Of the n phases' ``ideal`` compositions at 0 K: ``energy``, hull
            energy, eV/atom, (n,); ``products``, (n, width), indices into
            ``formulas``, -1 behind the last; ``fractions``, (n, width), their
            shares of the atoms.
        """
        from .._core._threads import share_rows
        from ._stability_kernels import rivals_entropy

        stable = stable_space(self.source)
        hull = solve(self.ideal, stable, products=True)
        rival_error = (hull.fractions * stable.error[hull.products]).sum(
            axis=1
        )
        self.deviation = np.hypot(self.deviation, rival_error)
        free = self.energy - BOLTZMANN_EV_K * kelvin * self.entropy
        above = free - hull.energy
        mixing_energy = np.zeros(len(self.host))
        for code, rows in self.by_host:
            rival_energies = solve(
                self.ideal[rows], rivals(self.source, HOST_NAMES[code])
            ).energy
            late = mask(_LATE) > 0
            share_rows(
                rivals_entropy,
                len(rows),
                self.ideal.rows,
                rows,
                kinds(),
                late,
                mixing_energy,
            )
            gain = BOLTZMANN_EV_K * kelvin[rows] * mixing_energy[rows]
            above[rows] = np.maximum(
                above[rows], free[rows] - rival_energies + gain
            )
        return above, hull

    def judge_data(self, hull: Decomposition) -> Coded:
        """Return whether data decide on each phase, `JUDGED`, or what lacks, in words: n texts.

        `hull` is the second result of `above`; where its ``energy`` is NaN an element has no
        entries. The result is a `Coded`: "judged", or a text such as "not judged: the snapshot has
        no phases of Pr".
        """
        return judge_data(
            self.ideal, kinds(), self.source, np.isnan(hull.energy)
        )


def rivals(source: Entries, host: str) -> PhaseSpace:
    """Return the space of the phases on a snapshot's hull without those of a host's structure.

    `source` is the snapshot, such as `snapshot.open_snapshot` returns, and
    `host` a name of `HOSTS`, such as "2:14:1" (KeyError for another). Left out
    are all phases with its ratio of rare earth, metal and interstitial; the
    hull is that of the others. The elements stay in any case, first.
    ``formulas`` and ``energy`` (eV/atom) of the space have one entry a phase.
    It is kept in the cache of `source` and must not be changed.
    """
    key = ("rivals", host)
    if key not in source._cache:
        space = lowest_entries(source)
        keep = ~MixingTerms(space, host).members(space.table().to_array())
        keep[: space.columns] = True
        source._cache[key] = stable_phases(space.take(keep))
    return source._cache[key]


def entry_energies(table: CompositionTable, source: Entries) -> FloatArray:
    """Look up the energies, eV/atom, (n,), of compositions that are entries; NaN for the others.

    These are formation energies of the lowest entry of each composition, 0 of an element;
    compositions are equal within 1e-6. Doubtful compositions, and entries that are left out, count
    as no entries. `table` has the n compositions and `source` is the snapshot, such as
    `snapshot.open_snapshot` returns, with which the entries are kept for the next call.
    """
    if "listed" not in source._cache:
        space = lowest_entries(source)
        keys = composition_keys(space.table())
        source._cache["listed"] = dict(zip(keys, space.energy, strict=True))
    entries = source._cache["listed"]
    return np.array(
        [entries.get(key, np.nan) for key in composition_keys(table)], float
    )


def _nodes(source: Entries, host: str, columns: NDArray) -> Nodes:
    """Build the nodes of a host for the elements that occur; kept for the next call.

    `source` is the snapshot and `host` a name of `HOSTS`, such as "2:14:1". `columns`, int (k,),
    are the elements, atomic numbers less one; those that the host's model does not hold are left
    out. `Nodes` has ``sites``, ``energies`` and ``members``, see `MixingModel.nodes`; it must not
    be changed.
    """
    model = mixing_model(source, host)
    kinds_of = (model.earths, model.metals, model.thirds)
    return _hull_nodes(
        model,
        *(tuple(np.intersect1d(columns, kind).tolist()) for kind in kinds_of),
    )


# Of so many sets of elements: each takes up to some megabytes, and a search meets ever new ones.
@lru_cache(maxsize=32)
def _hull_nodes(model: MixingModel, *elements: tuple[int, ...]) -> Nodes:
    return model.nodes(*(np.array(numbers, np.int64) for numbers in elements))


def _missing(
    host: str, nodes: Nodes, hard: CompositionTable, row: np.int64
) -> str:
    """Name the end members that make up a phase and that the snapshot lacks.

    Parameters
    ----------
    host : str
        Name of the host, such as "2:14:1".
    nodes : Nodes
        What the snapshot has of the host; ``sites`` and ``members.known`` are read.
    hard : CompositionTable
        Hard phases.
    row : int
        Row of `hard`, from 0.

    Returns
    -------
    str
        Formulas such as "Nd2Fe14B, Nd2Co14B", of end members with a share of at least `SIGNIFICANT`
        (0.05); empty for none. The share is the product of those on the three sites.
    """
    role, place, _ = nodes.sites
    part = slice(hard.indptr[row], hard.indptr[row + 1])
    sites: list[dict[int, float]] = [{}, {}, {}]
    for element, amount in zip(
        hard.indices[part].tolist(), hard.values[part].tolist(), strict=True
    ):
        if role[element] >= 0:
            sites[role[element]][element] = amount
    earths, metals, thirds = map(_shares_of_site, sites)
    names = []
    for earth, x in earths.items():
        for third, z in (thirds or {-1: 1.0}).items():
            for metal, y in metals.items():
                at = (
                    place[earth],
                    place[third] if third >= 0 else 0,
                    place[metal],
                )
                if x * y * z >= SIGNIFICANT and not nodes.members.known[at]:
                    third_symbol = SYMBOLS[third] if third >= 0 else ""
                    names.append(
                        _formula(
                            host, SYMBOLS[earth], SYMBOLS[metal], third_symbol
                        )
                    )
    return ", ".join(names)


def _shares_of_site(amounts: dict[int, float]) -> dict[int, float]:
    total = sum(amounts.values())
    return {element: amount / total for element, amount in amounts.items()}


def _formula(host: str, earth: str, metal: str, third: str) -> str:
    """Write the formula of an end member of a host, such as "Nd2Fe14B".

    `host` is a name of `HOSTS`, such as "2:14:1"; `earth`, `metal` and `third` (the interstitial)
    are symbols. An empty symbol, and an element of which the host has no atom, is left out. A count
    of 1 is not written.
    """
    entry = HOSTS[host]
    counts = (entry.rare_earth, entry.transition_metal, entry.interstitial)
    parts = zip((earth, metal, third), counts, strict=True)
    return "".join(f"{s}{n if n > 1 else ''}" for s, n in parts if s and n)
