"""Whether a snapshot has the data to judge a phase, and what lacks in words.

A probability that no data decide is unknown, and says why. Data lack where a snapshot has no phases
of an element, where it was not pulled for a chemical system of the phase's elements, and where the
phase rests on an entry that was calculated without its moment.
"""

from itertools import combinations

import numpy as np

from .._core._columnar import Coded
from .._core._types import BoolArray, FloatArray, Int8Array
from .._core.elements import SYMBOLS
from ..alloy.table import CompositionTable
from ._entries import Entries
from ._space import WITHOUT_MOMENT, lowest_entries

JUDGED = "judged"
NOT_JUDGED = "not judged"
TOGETHER = 3
"""Elements of the largest systems that must be there: hardly a rival has more."""
LEANS_FROM = 0.5
"""Share of a phase from which a doubtful entry leaves it unknown."""


def judge_data(
    phases: CompositionTable,
    kinds: Int8Array,
    source: Entries,
    unknown: BoolArray,
) -> Coded:
    """Say for n phases whether data suffice to judge them: `JUDGED`, or what is missing, in words.

    Parameters
    ----------
    phases : CompositionTable
        n phases, atomic fractions.
    kinds : ndarray of int8, shape (118,)
        Site of each element, as `_judged.kinds` returns it: 0 rare earth, 1 metal, 2
        interstitial.
    source : Entries
        The snapshot. Its lowest entries are computed, and kept in its cache.
    unknown : ndarray of bool, shape (n,)
        Phases with an element without entries.

    Returns
    -------
    Coded
        One text a phase (``.texts()``): `JUDGED` ("judged"), or a sentence
        that begins with `NOT_JUDGED` ("not judged") and names absent elements,
        systems that were not pulled, or a doubtful entry of which at least
        `LEANS_FROM` of the phase's sites are filled alike. The first of these
        that holds is named alone. An empty phase is "judged".
    """
    word_of_row = np.zeros(len(phases), np.int64)
    doubtful = lowest_entries(source).doubtful
    is_whole = source.covers(source.elements) and not doubtful
    rows = np.flatnonzero(unknown) if is_whole else np.arange(len(phases))
    words = {JUDGED: 0}
    if not len(rows):
        return Coded(word_of_row, tuple(words))
    dense = phases[rows].to_array()
    sets, place = np.unique(dense > 0.0, axis=0, return_inverse=True)
    word_of_system = []
    for members in sets:
        symbols = [SYMBOLS[element] for element in np.flatnonzero(members)]
        text = _describe_gaps(symbols, source)
        word_of_system.append(words.setdefault(text, len(words)))
    word_of_row[rows] = np.array(word_of_system)[place.ravel()]
    for formula in doubtful.values():
        text = f"{NOT_JUDGED}: {formula} was {WITHOUT_MOMENT}"
        target = CompositionTable.from_strings(
            [formula], basis="atomic"
        ).to_array()[0]
        leans = _shared_sites(dense, target, kinds) >= LEANS_FROM
        leans &= word_of_row[rows] == 0
        word_of_row[rows[leans]] = words.setdefault(text, len(words))
    return Coded(word_of_row, tuple(words))


def _describe_gaps(symbols: list[str], source: Entries) -> str:
    """Say what a snapshot lacks of a chemical system; `JUDGED` if it lacks nothing.

    `symbols` are the elements of the system, a list of symbols such as ["Nd", "Fe", "B"]. `source`
    is the snapshot, whose ``elements`` and `covers` are asked. A text is such as "not judged: the
    snapshot has no phases of Pr, Dy", in the order of `symbols`; with all elements there, "not
    judged: the snapshot was not pulled for B-Fe, Fe-Nd", the pairs in alphabetical order; with all
    pairs there, the triples. Larger systems are not looked at.
    """
    present = set(source.elements)
    absent = [symbol for symbol in symbols if symbol not in present]
    if absent:
        return (
            f"{NOT_JUDGED}: the snapshot has no phases of {', '.join(absent)}"
        )
    for size in (2, TOGETHER):
        systems = combinations(sorted(symbols), min(size, len(symbols)))
        gaps = [system for system in systems if not source.covers(system)]
        if gaps:
            names = ", ".join(map("-".join, gaps))
            return f"{NOT_JUDGED}: the snapshot was not pulled for {names}"
    return JUDGED


def _shared_sites(
    dense: FloatArray, target: FloatArray, kinds: Int8Array
) -> FloatArray:
    """Compute the share of its sites that each phase fills as another phase does, shape (n,).

    The share is the product over rare-earth, metal and interstitial sites, 0 to 1. It is 0 where
    the share of the atoms on one of these differs by more than 0.001. A site that is empty in the
    other phase does not count. An example is NdFe11Ti over NdFe12, which fills the metal sites to
    11/12 alike. The result is float64.

    Parameters
    ----------
    dense : ndarray of float64, shape (n, 118)
        Atomic fractions of the phases.
    target : ndarray of float64, shape (118,)
        Atomic fractions of the other phase.
    kinds : ndarray of int8, shape (118,)
        Site of each element, as `_judged.kinds` returns it.
    """
    share = np.ones(len(dense))
    for kind in np.unique(kinds):
        site = kinds == kind
        total = dense[:, site].sum(axis=1)
        target_amount = target[site].sum()
        share[np.abs(total - target_amount) > 1e-3] = 0.0
        if target_amount > 0.0:
            occupation = dense[:, site] / np.maximum(total, 1e-300)[:, None]
            share *= np.minimum(occupation, target[site] / target_amount).sum(
                axis=1
            )
    return share
