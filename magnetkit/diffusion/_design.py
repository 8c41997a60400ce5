"""The least heavy rare earth that lets a magnet stand its field: on faces, all through, alloyed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._local import NODES, Asked, Case, Magnet, chance, quantile
from ._profile import Anneal, Groups, Spreading, process

Array = NDArray[np.float64]
Each = Sequence[tuple[Magnet, Case]]

# Steps of the search, and between which shares of the field that a place has to stand: more than
# all of it where the soft corner of the loop costs too much, less where a loss is allowed.
_STEPS = 16
_RELIEF = 0.3, 1.5
# A patch less than this far into the answer holds nothing, kg/m2.
_NOTHING = 1e-7
_FAINT = 1e-4
_RICHER, _ROUNDS = 1.03, 4
# A probability is met to this much, and the richest surface is so much of what grains bear: less
# where slower diffusion than expected would make it richer than that.
_ROUNDED, _SURFACE = 0.005, (0.98, 0.7)
_BUT_EDGES = 0.98


@dataclass(frozen=True, eq=False)
class Coated:
    """Faces treated: what is put on, and what is where.

    Attributes
    ----------
    anneal : Anneal
    groups : list of list of Patch
    mass : ndarray of float64, shape (g,)
        Heavy rare earth that enters, of each group, kg/m2.
    areas : ndarray of float64, shape (g,)
        Of each group, m2.
    amounts : list of ndarray of float64, shape (n,)
        Heavy rare earth of each cell, %, at each of `NODES` of the diffusion coefficient.
    probability : float
        That what is asked is met.
    met : bool
        Whether that is the probability asked for.
    """

    anneal: Anneal
    groups: Groups
    mass: Array
    areas: Array
    amounts: list[Array]
    probability: float
    met: bool

    @property
    def amount(self) -> Array:
        """Heavy rare earth of each cell, %, with the coefficient as stated."""
        return self.amounts[len(self.amounts) // 2]

    @property
    def entered_kg(self) -> float:
        """Mass that enters, kg."""
        return float(self.mass @ self.areas)

    @property
    def put_on_kg(self) -> float:
        """Mass put on, kg: what enters, stays on the surface and is lost."""
        share = process()["yield"]
        return self.entered_kg / (1.0 - share["residue"] - share["lost"])

    def balance(self, cells: Array, density: float) -> dict[str, float]:
        """Return where the mass put on is, kg: ``put_on``, ``inside``, ``residue``, ``lost``.

        Parameters
        ----------
        cells : ndarray of float64, shape (n,)
            Volumes, m3.
        density : float
            kg/m3.
        """
        share = process()["yield"]
        return {
            "put_on": self.put_on_kg,
            "inside": float(self.amount @ cells) * density / 100.0,
            "residue": share["residue"] * self.put_on_kg,
            "lost": share["lost"] * self.put_on_kg,
        }


@dataclass(frozen=True, eq=False)
class Search:
    """What is looked for, and in which magnet.

    Attributes
    ----------
    spreading : Spreading
        The magnet in cells.
    each : sequence of (Magnet, Case)
        The base alloy at the temperature of each operating point.
    asked : Asked
    probability : float
        With which it has to be met.
    """

    spreading: Spreading
    each: Each
    asked: Asked
    probability: float
    _known: dict[Any, tuple[Groups, Array]] = field(default_factory=dict)

    @property
    def cells(self) -> Array:
        """Volumes of the cells, m3."""
        return self.spreading.cells.volumes

    def responses(self, groups: Groups, spread: float) -> Array:
        """Return the content that 1 kg/m2 on each group brings, % of mass, shape (n, g)."""
        key = id(groups), spread
        if key not in self._known:
            density = self.each[0][0].density
            columns = [
                sum(self.spreading.response(patch, spread) for patch in group) for group in groups
            ]
            # The groups are kept with it: their identity is the key.
            self._known[key] = groups, 100.0 / density * np.column_stack(columns)
        return self._known[key][1]

    def areas(self, groups: Groups) -> Array:
        """Return the area of each group, m2."""
        return np.array([sum(self.spreading.patch_area(p) for p in g) for g in groups])

    def needed(self, relief: float, deviations: float) -> Array:
        """Return the least content each cell needs, %, if `relief` of the field counts."""
        found = np.zeros(len(self.cells))
        for magnet, case in self.each:
            wanted = relief * case.reverse + self.asked.margin
            found = np.maximum(found, magnet.needed(wanted, deviations))
        return found

    def meets(self, amount: Array, deviations: float) -> bool:
        """Return whether a magnet with H_cJ so many deviations off meets what is asked."""
        return all(self.asked.met(m, amount, case, self.cells, deviations) for m, case in self.each)


def richest(amount: Array) -> float:
    """Return the largest content but for edges, where what several faces bring adds up."""
    return float(np.quantile(amount, _BUT_EDGES))


def least_mass(response: Array, needed: Array, areas: Array, most: float) -> Array | None:
    """Return the masses per area that give every cell what it needs, at the least in total.

    A linear programme: minimize the mass put on, with the content of each cell at least what it
    needs and at most what the grains bear.

    Parameters
    ----------
    response : ndarray of float64, shape (n, g)
        Content that one unit on each group brings, %.
    needed : ndarray of float64, shape (n,)
        Least content, %.
    areas : ndarray of float64, shape (g,)
        Areas of the groups.
    most : float
        Largest content, %.

    Returns
    -------
    ndarray of float64, shape (g,), or None
        None where there is no answer.
    """
    if not np.isfinite(needed).all():
        return None
    if response.shape[1] == 1:
        own = response[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            mass = float(np.nan_to_num(needed / np.maximum(own, 1e-12), posinf=np.inf).max())
        return np.array([mass]) if mass * richest(own) <= most else None
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    asking = needed > 0.0
    rich = response.sum(axis=1) >= np.median(response.sum(axis=1))
    # Far from a patch next to nothing of it arrives.
    near = np.where(response > _FAINT * response.max(axis=0), response, 0.0)
    limits = csr_array(np.vstack([-near[asking], near[rich]]))
    ends = np.r_[-needed[asking], np.full(int(rich.sum()), most)]
    found = linprog(areas / areas.sum(), limits, ends, bounds=(0.0, None), method="highs")
    return np.maximum(found.x, 0.0) if found.status == 0 else None


def _relieved(
    search: Search, groups: Groups, spread: float, deviations: float, most: float
) -> Array | None:
    """Return the least masses that meet what is asked; where a loss is, part may be given up."""
    response, areas = search.responses(groups, spread), search.areas(groups)
    if search.asked.loss_pct is None:
        return least_mass(response, search.needed(1.0, deviations), areas, most)
    best: Array | None = None
    low, high = _RELIEF
    for _ in range(_STEPS if len(groups) == 1 else _STEPS // 2):
        relief = 0.5 * (low + high)
        mass = least_mass(response, search.needed(relief, deviations), areas, most)
        if mass is None:
            high = relief
        elif search.meets(response @ mass, deviations):
            best, high = mass, relief
        else:
            low = relief
    return best


def coat(search: Search, groups: Groups, anneal: Anneal) -> Coated:
    """Return the least that faces have to be coated with.

    Where nothing meets what is asked, the most that the surface bears, with `Coated.met` False.

    Parameters
    ----------
    search : Search
    groups : list of list of Patch
    anneal : Anneal
    """
    best: Coated | None = None
    for share in _SURFACE if len(groups) > 1 else _SURFACE[:1]:
        found = _sure(search, groups, anneal, share * search.each[0][0].most_wt_pct)
        if found is not None and (best is None or found.probability > best.probability):
            best = found
        if best is not None and best.met:
            return best
    if best is None:
        response = search.responses(groups, anneal.spread())
        each = np.ones(len(groups))
        full = _SURFACE[0] * search.each[0][0].most_wt_pct / richest(response @ each)
        best = _coated(search, groups, anneal, full * each)
    return best


def _sure(search: Search, groups: Groups, anneal: Anneal, most: float) -> Coated | None:
    """Return the least coating that is likely enough, the doubt of the coefficient included."""
    wanted = quantile(search.probability)
    deviations, best = wanted, None
    for _ in range(_ROUNDS if len(groups) == 1 else _ROUNDS // 2):
        mass = _relieved(search, groups, anneal.spread(), deviations, most)
        if mass is None:
            break
        best = _coated(search, groups, anneal, mass)
        # The doubt of the coefficient comes on top of that of H_cJ.
        short = wanted - quantile(min(max(best.probability, 1e-6), 1.0 - 1e-9))
        if best.met or abs(short) < 0.02:
            break
        deviations += 1.2 * short
    return None if best is None else _richer(search, best)


def _richer(search: Search, coated: Coated) -> Coated:
    """Return a coating that falls just short made richer, as far as the surface bears."""
    most = search.each[0][0].most_wt_pct
    for _ in range(2 * _ROUNDS):
        if coated.met or _RICHER * richest(coated.amount) > most:
            break
        mass = _RICHER * coated.mass
        coated = _coated(search, coated.groups, coated.anneal, mass)
    return coated


def _coated(search: Search, groups: Groups, anneal: Anneal, mass: Array) -> Coated:
    mass = np.where(mass > _NOTHING, mass, 0.0)
    amounts = [search.responses(groups, anneal.spread(float(node))) @ mass for node, _ in NODES]
    found = chance(search.asked, search.each, amounts, search.cells)
    met = found >= search.probability - _ROUNDED
    return Coated(anneal, groups, mass, search.areas(groups), amounts, found, met)


@dataclass(frozen=True, eq=False)
class Throughout:
    """The same content everywhere: a uniform shell, or an alloy.

    Attributes
    ----------
    amount : float
        Heavy rare earth, %; NaN where none meets what is asked.
    probability : float
        That what is asked is met.
    """

    amount: float
    probability: float


def throughout(search: Search) -> Throughout:
    """Return the least content, the same everywhere, that meets what is asked.

    Parameters
    ----------
    search : Search
        Its magnets say whether the content is diffused or alloyed.
    """
    deviations = quantile(search.probability)
    magnet = search.each[0][0]
    usable = magnet.amount[magnet.amount <= magnet.most_wt_pct]
    ones = np.ones(len(search.cells))
    # More is not always better: the interval of H_cJ widens far from what was measured.
    good = [i for i, amount in enumerate(usable) if search.meets(amount * ones, deviations)]
    if not good:
        most = max(
            chance(search.asked, search.each, [amount * ones], search.cells)
            for amount in usable[len(usable) // 2 :: 3]
        )
        return Throughout(float("nan"), most)
    low, high = float(usable[max(good[0] - 1, 0)]), float(usable[good[0]])
    for _ in range(20):
        middle = 0.5 * (low + high)
        if search.meets(middle * ones, deviations):
            high = middle
        else:
            low = middle
    found = chance(search.asked, search.each, [high * ones], search.cells)
    return Throughout(high, found)


def best_anneal(search: Search, groups: Groups, anneals: Sequence[Anneal]) -> Coated:
    """Return the coating of the anneal that takes least; of two within 2 %, the shorter.

    Parameters
    ----------
    search : Search
    groups : list of list of Patch
    anneals : sequence of Anneal
    """
    # A group each of patches would be slow to search over anneals: one mass serves to choose.
    one = groups if len(groups) == 1 else [[patch for group in groups for patch in group]]
    found = [coat(search, one, a) for a in sorted(anneals, key=lambda a: (a.hours, a.celsius))]
    met = [c for c in found if c.met]
    if met:
        least = min(c.entered_kg for c in met)
        chosen = next(c for c in met if c.entered_kg <= 1.02 * least)
    else:
        chosen = max(found, key=lambda c: c.probability)
    return chosen if one is groups else coat(search, groups, chosen.anneal)


def refined(coarse: Coated, groups: Groups, search: Search) -> Coated:
    """Return a coating found on few cells, checked on many and made richer where it fell short.

    Parameters
    ----------
    coarse : Coated
    groups : list of list of Patch
        The same groups on the many cells.
    search : Search
        On the many cells.
    """
    areas = search.areas(groups)
    scale = coarse.entered_kg / max(float(coarse.mass @ areas), 1e-30)
    found = _coated(search, groups, coarse.anneal, coarse.mass * scale)
    if coarse.met:
        found = _richer(search, found)
    return replace(found, met=found.met and coarse.met)
