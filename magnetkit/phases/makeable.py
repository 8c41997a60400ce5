"""How stable a substituted phase is: its formation energy, distance to the hull, products."""

from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..elements import SYMBOLS
from ..errors import InputError
from ..hosts.partition import HOST_NAMES, HOSTS, hard_phases
from .hull import Decomposition, solve, stable_space
from .known import SIGNIFICANT, known_rules, stabilised
from .mixing import Nodes, mixing_model
from .snapshot import Snapshot, open_snapshot
from .space import composition_keys, whole_space

if TYPE_CHECKING:
    import pandas as pd

BOLTZMANN_EV_K = 8.617333262e-5
MAKEABLE_EV_ATOM = 0.050
"""Largest distance to the hull of a phase that counts as makeable without being known."""
TRACE = 0.01
"""Share of the metal sites from which a metal without entries is told of."""


def stability(
    compositions: Any,
    host: str = "auto",
    temperature: float = 300.0,
    snapshot: "Snapshot | str | Path | None" = None,
    interval: float = 0.9,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return how stable the hard phase of each composition is.

    The hard phase is taken at its host's exact stoichiometry. Its formation energy is interpolated
    between the isostructural entries of the snapshot (`magnetkit.phases.mixing`); the ideal
    entropy of mixing on its sites counts for it, while the competing phases are taken as ordered.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The recipes; see `magnetkit.predict`.
    host : str
        ``"auto"`` or a host's name; see `assign_hosts`.
    temperature : float
        Temperature of the mixing entropy, K; 0 leaves it out.
    snapshot : str, Path or Snapshot, optional
        Phases to interpolate and to compete with; the embedded snapshot without it.
    interval : float
        Coverage of the intervals.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    DataFrame
        ``formation_energy_eV_atom`` (at 0 K), ``energy_above_hull_eV_atom`` (free energy over the
        hull, not below zero), each with ``_lo``, ``_hi`` and ``_provenance``: ``physics``,
        or ``surrogate`` where a metal of at least 1 % of its sites has its slope from CHGNet
        (`magnetkit.phases.slopes`) for want of entries;
        ``decomposes_to``, the phases on the hull at this composition; ``makeable``: up to
        0.050 eV/atom above the hull, or known from experiment, and with the stabiliser that its
        host needs (`magnetkit.phases.known`); ``missing_end_members``: those of at least 5 % of
        the phase that the snapshot lacks, empty where none is. NaN and not makeable where the host
        is unknown or an element has no phases in the snapshot.

    Raises
    ------
    InputError
        If `temperature` is negative or no number, or `host` is unknown.
    """
    import pandas as pd

    from ..columns import PROVENANCES

    if not (np.isfinite(temperature) and temperature >= 0):
        raise InputError(f"temperature must be zero or a positive number of K, got {temperature}")
    if not 0.0 < interval < 1.0:
        raise InputError(f"interval must lie between 0 and 1, got {interval}; 0.9 means 90 %")
    inputs = read_inputs(compositions, basis, strict=strict)
    source = open_snapshot(snapshot)
    found = _Phases(inputs.table, host, source)
    hull = solve(found.ideal, stable_space(source), products=True)
    free = found.energy - BOLTZMANN_EV_K * temperature * found.entropy
    above = free - hull.energy
    spread = NormalDist().inv_cdf(0.5 + interval / 2.0) * found.deviation
    makeable = ((above <= MAKEABLE_EV_ATOM) | found.known) & found.stabilised
    physics, surrogate = PROVENANCES.index("physics"), PROVENANCES.index("surrogate")
    columns: dict[str, Any] = {}
    for name, value in (
        ("formation_energy_eV_atom", found.energy),
        ("energy_above_hull_eV_atom", above),
    ):
        floor = 0.0 if value is above else -np.inf
        columns[name] = np.maximum(value, floor)
        columns[f"{name}_lo"] = np.maximum(value - spread, floor)
        columns[f"{name}_hi"] = np.maximum(value + spread, floor)
        provenance = np.where(found.borrows, surrogate, physics)
        provenance[np.isnan(value)] = -1
        columns[f"{name}_provenance"] = pd.Categorical.from_codes(provenance, pd.Index(PROVENANCES))
    columns["decomposes_to"] = _named(hull)
    columns["makeable"] = makeable
    columns["missing_end_members"] = found.missing
    return inputs.give(pd.DataFrame(columns))


def energy_above_hull(
    compositions: Any,
    snapshot: "Snapshot | str | Path | None" = None,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the distance of each phase to the hull at 0 K.

    A composition of the snapshot has its own energy; any other one of a known host has the
    energy interpolated between isostructural entries.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions; see `magnetkit.predict`.
    snapshot : str, Path or Snapshot, optional
        Phases to compete with; the embedded snapshot without it.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    strict : bool
        Fail on the first row that cannot be read; it is NaN, with a warning, otherwise.

    Returns
    -------
    ndarray of float64, shape (n,), or column of the input's library
        eV/atom, not below zero; NaN where neither energy nor host is known.

    Examples
    --------
    >>> energy_above_hull(["SmCo5", "Sm2Co17"]).round(2).tolist()
    [0.02, 0.0]
    """
    inputs = read_inputs(compositions, basis, strict=strict)
    table = inputs.table
    source = open_snapshot(snapshot)
    own = _listed(table, source)
    found = _Phases(table, "auto", source)
    listed = np.isfinite(own)
    above = found.energy - solve(found.ideal, stable_space(source)).energy
    if listed.any():
        above[listed] = own[listed] - solve(table[listed], stable_space(source)).energy
    return inputs.values(np.maximum(above, 0.0), "energy_above_hull_eV_atom")


def _listed(table: CompositionTable, source: Snapshot) -> NDArray[np.float64]:
    """Energies of the compositions that are entries of the snapshot, NaN for the others."""
    if "listed" not in source._cache:
        space = whole_space(source)
        source._cache["listed"] = dict(
            zip(composition_keys(space.table()), space.energy, strict=True)
        )
    listed = source._cache["listed"]
    return np.array([listed.get(key, np.nan) for key in composition_keys(table)], float)


class _Phases:
    """Hard phases of a table.

    Energy, deviation and entropy; whether known, whether with the stabiliser its host needs and
    whether it leans on CHGNet's slopes; missing end members, and the table of ideal compositions.
    """

    def __init__(self, table: CompositionTable, host: str, source: Snapshot) -> None:
        import pandas as pd

        from ..kernels import mixing as kernel
        from ..kernels.arrays import Rows
        from ..kernels.threads import share_rows

        codes, hard = hard_phases(table, host)
        n = len(table)
        self.energy, self.deviation, self.entropy = (np.full(n, np.nan) for _ in range(3))
        self.known, self.borrows = np.zeros(n, bool), np.zeros(n, bool)
        self.stabilised = np.ones(n, bool)
        missing = np.zeros(n, np.int64)
        texts = [""]
        ideal = hard.values.copy()
        given = Rows(hard.indptr, hard.indices, hard.values)
        interpolated = kernel.Interpolated(self.energy, self.deviation, self.entropy, ideal)
        for code in np.unique(codes[codes >= 0]):
            name = HOST_NAMES[code]
            rows = np.flatnonzero(codes == code)
            present = np.flatnonzero(kernel.elements_of(hard.indptr, hard.indices, rows))
            nodes = _nodes(source, name, present)
            sites = kernel.Sites(nodes.role, nodes.index, nodes.sites)
            energies = kernel.Energies(nodes.node, nodes.mean, nodes.root, nodes.noise)
            share_rows(kernel.interpolate, len(rows), given, rows, sites, energies, interpolated)
            self.stabilised[rows] = stabilised(name, hard[rows])
            keys = np.zeros(n, np.int64)
            members = kernel.Members(nodes.known, nodes.borrowed, SIGNIFICANT, TRACE)
            judged = kernel.Judged(self.known, self.borrows, keys)
            share_rows(
                kernel.judge, len(rows), given, rows, known_rules(name), sites, members, judged
            )
            lacking, distinct = pd.factorize(keys[rows])
            first = _first(lacking, len(distinct))
            own = [_missing(name, nodes, hard, rows[i]) for i in first]
            missing[rows] = lacking + len(texts)
            texts += own
        place, distinct = pd.factorize(np.array(texts, dtype=object))
        self.missing = pd.Categorical.from_codes(place[missing], pd.Index(distinct, dtype="str"))
        self.ideal = CompositionTable(hard.indptr, hard.indices, ideal, hard.row_index)


def _first(codes: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return where each of `n` codes appears first."""
    first = np.zeros(n, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first


def _nodes(source: Snapshot, host: str, columns: NDArray) -> Nodes:
    key = ("nodes", host, columns.tobytes())
    if key not in source._cache:
        model = mixing_model(source, host)
        # How many threads BLAS has must not show in the last digits.
        with threadpool_limits(limits=1, user_api="blas"):
            source._cache[key] = model.nodes(
                np.intersect1d(columns, model.earths),
                np.intersect1d(columns, model.metals),
                np.intersect1d(columns, model.thirds),
            )
    return source._cache[key]


def _missing(host: str, nodes: Nodes, hard: CompositionTable, row: np.int64) -> str:
    """Name the end members that make up a row and that the snapshot lacks."""
    elements = hard.indices[hard.indptr[row] : hard.indptr[row + 1]].tolist()
    amounts = hard.values[hard.indptr[row] : hard.indptr[row + 1]].tolist()
    sites: list[dict[int, float]] = [{}, {}, {}]
    for element, amount in zip(elements, amounts, strict=True):
        if nodes.role[element] >= 0:
            sites[nodes.role[element]][element] = amount
    earths, metals, thirds = (
        {e: a / sum(site.values()) for e, a in site.items()} for site in sites
    )
    names = []
    for earth, x in earths.items():
        for third, z in (thirds or {-1: 1.0}).items():
            for metal, y in metals.items():
                at = nodes.index[earth], nodes.index[third] if third >= 0 else 0, nodes.index[metal]
                if x * y * z >= SIGNIFICANT and not nodes.known[at]:
                    third_symbol = SYMBOLS[third] if third >= 0 else ""
                    names.append(_formula(host, SYMBOLS[earth], SYMBOLS[metal], third_symbol))
    return ", ".join(names)


def _formula(host: str, earth: str, metal: str, third: str) -> str:
    entry = HOSTS[host]
    counts = (entry.rare_earth, entry.transition_metal, entry.interstitial)
    parts = zip((earth, metal, third), counts, strict=True)
    return "".join(f"{s}{n if n > 1 else ''}" for s, n in parts if s and n)


def _named(hull: Decomposition) -> "pd.Categorical":
    """Return the products of each row as a category, e.g. ``"Fe + Nd2Fe14B"``."""
    import pandas as pd

    key = np.zeros(len(hull.energy), np.uint64)
    for w in range(hull.products.shape[1]):
        key = key * np.uint64(0x9E3779B97F4A7C15) + (hull.products[:, w] + 2).astype(np.uint64)
        key ^= key >> np.uint64(29)
    codes, distinct = pd.factorize(key)
    first = _first(codes, len(distinct))
    names = [
        " + ".join(sorted(hull.formulas[k] for k in hull.products[i] if k >= 0)) for i in first
    ]
    return pd.Categorical.from_codes(codes, pd.Index(names, dtype="str"))
