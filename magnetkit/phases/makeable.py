"""How stable a substituted phase is: its formation energy, distance to the hull, products."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..composition.table import CompositionTable
from ..elements import SYMBOLS
from ..errors import InputError
from .hosts import HOST_NAMES, HOSTS, partition
from .hull import Decomposition, solve
from .known import SIGNIFICANT, known_phases
from .mixing import INTERVAL, Nodes, mixing_model
from .snapshot import Snapshot, open_snapshot
from .space import composition_keys, stable_space, whole_space

if TYPE_CHECKING:
    import pandas as pd

BOLTZMANN_EV_K = 8.617333262e-5
MAKEABLE_EV_ATOM = 0.050
"""Largest distance to the hull of a phase that counts as makeable without being known."""


def stability(
    table: CompositionTable,
    host: str = "auto",
    temperature: float = 300.0,
    snapshot: "Snapshot | str | Path | None" = None,
) -> "pd.DataFrame":
    """Return how stable the hard phase of each composition is.

    The hard phase is taken at its host's exact stoichiometry. Its formation energy is interpolated
    between the isostructural entries of the snapshot (`magnetkit.phases.mixing`); the ideal
    entropy of mixing on its sites counts for it, while the competing phases are taken as ordered.

    Parameters
    ----------
    table : CompositionTable
        The recipes.
    host : str
        ``"auto"`` or a host's name; see `assign_hosts`.
    temperature : float
        Temperature of the mixing entropy, K; 0 leaves it out.
    snapshot : str, Path or Snapshot, optional
        Phases to interpolate and to compete with; the embedded snapshot without it.

    Returns
    -------
    DataFrame
        ``formation_energy_eV_atom`` (at 0 K), ``energy_above_hull_eV_atom`` (free energy over the
        hull, not below zero), each with ``_lo``, ``_hi`` (90 %) and ``_provenance``;
        ``decomposes_to``, the phases on the hull at this composition; ``makeable``: up to
        0.050 eV/atom above the hull, or known from experiment; ``missing_end_members``: those of
        at least 5 % of the phase that the snapshot lacks, empty where none is. NaN and not
        makeable where the host is unknown or an element has no phases in the snapshot.

    Raises
    ------
    InputError
        If `temperature` is negative or no number, or `host` is unknown.
    """
    import pandas as pd

    from ..columns import PROVENANCES

    if not (np.isfinite(temperature) and temperature >= 0):
        raise InputError(f"temperature must be zero or a positive number of K, got {temperature}")
    source = open_snapshot(snapshot)
    found = _Phases(table, host, source)
    hull = solve(found.ideal, stable_space(source), products=True)
    free = found.energy - BOLTZMANN_EV_K * temperature * found.entropy
    above = free - hull.energy
    spread = INTERVAL * found.deviation
    makeable = (above <= MAKEABLE_EV_ATOM) | found.known
    columns: dict[str, Any] = {}
    for name, value in (
        ("formation_energy_eV_atom", found.energy),
        ("energy_above_hull_eV_atom", above),
    ):
        floor = 0.0 if value is above else -np.inf
        columns[name] = np.maximum(value, floor)
        columns[f"{name}_lo"] = np.maximum(value - spread, floor)
        columns[f"{name}_hi"] = np.maximum(value + spread, floor)
        provenance = np.where(np.isfinite(value), PROVENANCES.index("physics"), -1)
        columns[f"{name}_provenance"] = pd.Categorical.from_codes(provenance, pd.Index(PROVENANCES))
    columns["decomposes_to"] = _named(hull)
    columns["makeable"] = makeable
    columns["missing_end_members"] = found.missing
    return pd.DataFrame(columns)


def energy_above_hull(
    table: CompositionTable, snapshot: "Snapshot | str | Path | None" = None
) -> NDArray[np.float64]:
    """Return the distance of each phase to the hull at 0 K.

    A composition of the snapshot has its own energy; any other one of a known host has the
    energy interpolated between isostructural entries.

    Parameters
    ----------
    table : CompositionTable
        The compositions.
    snapshot : str, Path or Snapshot, optional
        Phases to compete with; the embedded snapshot without it.

    Returns
    -------
    ndarray of float64, shape (n,)
        eV/atom, not below zero; NaN where neither energy nor host is known.
    """
    source = open_snapshot(snapshot)
    own = _listed(table, source)
    found = _Phases(table, "auto", source)
    listed = np.isfinite(own)
    above = found.energy - solve(found.ideal, stable_space(source)).energy
    if listed.any():
        above[listed] = own[listed] - solve(table[listed], stable_space(source)).energy
    return np.maximum(above, 0.0)


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
    """Hard phases of a table: energy, deviation, entropy, known, missing, ideal composition."""

    def __init__(self, table: CompositionTable, host: str, source: Snapshot) -> None:
        import pandas as pd

        from ..kernels.mixing import interpolate

        split = partition(table, host)
        hard = split.hard_phase
        n = len(table)
        self.energy, self.deviation, self.entropy = (np.full(n, np.nan) for _ in range(3))
        self.known = np.zeros(n, bool)
        missing = np.zeros(n, np.int64)
        texts = [""]
        ideal = hard.values.copy()
        for code in np.unique(split.host[split.host >= 0]):
            name = HOST_NAMES[code]
            rows = np.flatnonzero(split.host == code)
            columns, amounts = _dense(hard, rows)
            self.known[rows] = known_phases(name, columns, amounts)
            nodes = _nodes(source, name, columns)
            interpolate(
                hard.indptr,
                hard.indices,
                hard.values,
                rows,
                nodes.role,
                nodes.index,
                nodes.sites,
                nodes.node,
                nodes.mean,
                nodes.covariance,
                nodes.noise,
                self.energy,
                self.deviation,
                self.entropy,
                ideal,
            )
            codes, found = _missing(name, nodes, columns, amounts)
            missing[rows] = np.where(codes > 0, codes + len(texts) - 1, 0)
            texts += found
        self.missing = pd.Categorical.from_codes(missing, pd.Index(texts))
        self.ideal = CompositionTable(hard.indptr, hard.indices, ideal, hard.row_index)


def _dense(table: CompositionTable, rows: NDArray) -> tuple[NDArray[np.int64], NDArray]:
    """Return the elements present in some rows, and their amounts there as a dense array."""
    part = table[rows]
    columns = np.unique(part.indices).astype(np.int64)
    dense = np.zeros((len(rows), len(columns)))
    row = np.repeat(np.arange(len(rows)), np.diff(part.indptr))
    dense[row, np.searchsorted(columns, part.indices)] = part.values
    return columns, dense


def _nodes(source: Snapshot, host: str, columns: NDArray) -> Nodes:
    key = ("nodes", host, columns.tobytes())
    if key not in source._cache:
        model = mixing_model(source, host)
        source._cache[key] = model.nodes(
            np.intersect1d(columns, model.earths),
            np.intersect1d(columns, model.metals),
            np.intersect1d(columns, model.thirds),
        )
    return source._cache[key]


def _missing(
    host: str, nodes: Nodes, columns: NDArray, amounts: NDArray
) -> tuple[NDArray[np.int64], list[str]]:
    """Return a code for each row's missing end members, 0 for none, and the texts from code 1."""
    import pandas as pd

    shares = []
    for site in range(3):
        own = np.flatnonzero(nodes.role[columns] == site)
        part = amounts[:, own]
        total = np.maximum(part.sum(axis=1, keepdims=True), 1e-300)
        shares.append((columns[own], part / total))
    (earths, x), (metals, y), (thirds, z) = shares
    bits = np.zeros(len(amounts), np.int64)
    names: list[str] = []
    for r in range(len(earths)):
        for k in range(max(len(thirds), 1)):
            for m in range(len(metals)):
                if nodes.known[r, k, m]:
                    continue
                share = x[:, r] * y[:, m] * (z[:, k] if len(thirds) else 1.0)
                lacks = share >= SIGNIFICANT
                # At most 20 end members can make up 5 % each, but a table may lack many more.
                if lacks.any() and len(names) < 62:
                    bits[lacks] |= 1 << len(names)
                    third = SYMBOLS[thirds[k]] if len(thirds) else ""
                    names.append(_formula(host, SYMBOLS[earths[r]], SYMBOLS[metals[m]], third))
    codes, distinct = pd.factorize(np.append(0, bits))
    texts = [", ".join(n for i, n in enumerate(names) if b >> i & 1) for b in distinct.tolist()]
    return codes[1:], texts[1:]


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
    first = np.empty(len(distinct), np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    names = [
        " + ".join(sorted(hull.formulas[k] for k in hull.products[i] if k >= 0)) for i in first
    ]
    return pd.Categorical.from_codes(codes, pd.Index(names, dtype="str"))
