"""Which phases are known from experiment.

A solid solution counts as known when every end member that makes up at least 5 % of it is: each
rare earth with each main metal (iron or cobalt in most hosts; those without a limit of
solubility). Other metals count as dissolved up to the host's solubility, and a host that needs a
stabiliser must have as much as the known compound has.
"""

import csv
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..composition.notation import read_amounts
from ..elements import RARE_EARTHS, SYMBOLS
from ..errors import CompositionError
from .hosts import HOSTS

SIGNIFICANT = 0.05
# Amounts of an insoluble metal that a table rounds to nothing.
_TRACE = 0.005
_TOLERANCE = 1e-6


@lru_cache(maxsize=1)
def known_end_members() -> dict[tuple[str, str, str], float]:
    """Return host, rare earth and main metal of each known compound.

    Returns
    -------
    dict
        To the least share of the metal sites that other metals take in the known compounds (the
        stabiliser).
    """
    found: dict[tuple[str, str, str], float] = {}
    with datasets.path("intrinsic/compounds.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(row["host"], row["formula"]) for row in csv.DictReader(stream)]
    for host, formula in rows:
        if host not in HOSTS:
            continue
        try:
            amounts, _ = read_amounts(formula)
        except CompositionError:
            continue
        metals, other = main_metals(host), 0.0
        main: dict[str, float] = {}
        earths = []
        for symbol, amount in amounts.items():
            if symbol in RARE_EARTHS:
                earths.append(symbol)
            elif symbol in metals:
                main[symbol] = amount
            elif symbol not in HOSTS[host].interstitial_elements:
                other += amount
        if len(earths) != 1 or not main:
            continue
        share = other / (other + sum(main.values()))
        for metal, amount in main.items():
            if amount >= SIGNIFICANT * sum(main.values()):
                key = host, earths[0], metal
                found[key] = min(share, found.get(key, 1.0))
    with datasets.path("known_phases/known_phases.csv").open(encoding="utf-8", newline="") as more:
        found |= {(r["host"], r["rare_earth"], r["metal"]): 0.0 for r in csv.DictReader(more)}
    return found


def main_metals(host: str) -> tuple[str, ...]:
    """Return the metals that may fill the metal sites of a host alone."""
    return tuple(s for s, limit in HOSTS[host].split.solubility.items() if limit >= 1.0)


def known_phases(
    host: str, columns: NDArray[np.int64], amounts: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which phases of one host are known from experiment.

    Parameters
    ----------
    host : str
        A name of ``HOSTS``.
    columns : ndarray of int, shape (k,)
        Elements of `amounts` (atomic number minus one).
    amounts : ndarray of float64, shape (n, k)
        Atomic fractions.
    """
    at = {SYMBOLS[c]: i for i, c in enumerate(columns.tolist())}
    limits = HOSTS[host].split.solubility
    earths = [s for s in at if s in RARE_EARTHS]
    metals = [s for s in at if s not in (*RARE_EARTHS, *HOSTS[host].interstitial_elements)]
    main = [s for s in metals if limits.get(s, 0.0) >= 1.0]
    total = amounts[:, [at[s] for s in metals]].sum(axis=1)
    earth = amounts[:, [at[s] for s in earths]].sum(axis=1)
    mains = amounts[:, [at[s] for s in main]].sum(axis=1)
    known = (earth > 0) & (mains > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        for s in metals:
            if s not in main:
                share = amounts[:, at[s]] / total
                known &= share <= max(limits.get(s, 0.0), _TRACE) + _TOLERANCE
        others = 1.0 - mains / total
        members = known_end_members()
        for r in earths:
            for m in main:
                share = amounts[:, at[r]] / earth * amounts[:, at[m]] / mains
                least = members.get((host, r, m), np.inf)
                known &= (share < SIGNIFICANT) | (others >= least - _TOLERANCE)
    return known
