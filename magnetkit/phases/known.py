"""Which phases are known from experiment.

A solid solution counts as known when every end member that makes up at least 5 % of it is: each
rare earth with each main metal (iron or cobalt in most hosts; those without a limit of
solubility). Other metals count as dissolved up to the host's solubility, and a host that needs a
stabiliser must have as much as the known compound has. Without the least amount of one
(`stabilised`), a phase of such a host is not makeable whatever its distance to the hull: SmFe12
exists as a film alone.
"""

import csv
import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..composition.notation import read_amounts
from ..composition.table import CompositionTable
from ..elements import INDEX, N_ELEMENTS, RARE_EARTHS
from ..errors import CompositionError
from ..hosts.partition import HOSTS

if TYPE_CHECKING:
    from ..kernels.mixing import Rules

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


@lru_cache(maxsize=1)
def stabilizers() -> dict[str, dict[str, float]]:
    """Return the hosts that are no bulk phase without other metals, and those metals.

    Returns
    -------
    dict
        Host to metal to the share of the metal sites that is enough of it alone.
    """
    found: dict[str, dict[str, float]] = {}
    with datasets.path("known_phases/stabilizers.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["host"], {})[row["element"]] = float(row["least_metal_share"])
    return found


def stabilised(host: str, phases: CompositionTable) -> NDArray[np.bool_]:
    """Return whether phases of a host have enough of the metals it needs to exist in the bulk.

    Parameters
    ----------
    host : str
    phases : CompositionTable, n rows
        Hard phases.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for hosts that need none.
    """
    enough = stabilizers().get(host)
    if enough is None:
        return np.ones(len(phases), bool)
    kind = HOSTS[host]
    beside = kind.interstitial_elements, kind.split.guests_on_rare_earth_site
    metals = 1.0 - phases.fraction(*RARE_EARTHS, *itertools.chain(*beside))
    support = sum(phases.fraction(symbol) / share for symbol, share in enough.items())
    return support >= metals - _TOLERANCE


def main_metals(host: str) -> tuple[str, ...]:
    """Return the metals that may fill the metal sites of a host alone."""
    return tuple(s for s, limit in HOSTS[host].split.solubility.items() if limit >= 1.0)


@lru_cache(maxsize=16)
def known_rules(host: str) -> "Rules":
    """Return the rules of a host for `magnetkit.kernels.mixing.judge`.

    Returns
    -------
    Rules
        ``kind`` (rare earth, metal or interstitial) and ``main`` (may fill the metal sites alone)
        of each element, ``limit``, the largest share of the metal sites that a phase known from
        experiment may have of it, and ``least`` (118, 118): the smallest share of other metals
        with a rare earth and a main metal, infinite where no compound of the two is known.
    """
    from ..kernels.mixing import INTERSTITIAL, METAL, RARE_EARTH, Rules

    kind = np.full(N_ELEMENTS, METAL, np.int8)
    kind[[INDEX[s] for s in RARE_EARTHS]] = RARE_EARTH
    kind[[INDEX[s] for s in HOSTS[host].interstitial_elements]] = INTERSTITIAL
    main = np.zeros(N_ELEMENTS, bool)
    main[[INDEX[s] for s in main_metals(host)]] = True
    limit = np.full(N_ELEMENTS, _TRACE)
    for symbol, share in HOSTS[host].split.solubility.items():
        limit[INDEX[symbol]] = max(share, _TRACE)
    least = np.full((N_ELEMENTS, N_ELEMENTS), np.inf)
    floor = min(stabilizers().get(host, {}).values(), default=0.0)
    for (name, earth, metal), share in known_end_members().items():
        if name == host:
            least[INDEX[earth], INDEX[metal]] = max(share, floor)
    return Rules(kind, main, limit + _TOLERANCE, least - _TOLERANCE)
