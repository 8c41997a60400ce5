"""The least heavy rare earth with which a magnet meets a target: on faces, diffused, alloyed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np

from .._core._types import FloatArray
from ._local import (
    NODES,
    Case,
    Magnet,
    Target,
    bisect_least,
    design_probability,
    quantile,
)
from ._profile import Anneal, Groups, Spreading, treatment

_Each = Sequence[tuple[Magnet, Case]]

# Steps of the search, and its range of the share of the field that a cell has to withstand: above 1
# where the soft corner of the loop costs too much, below where a loss is allowed.
_MARGIN_STEPS = 16
_RELIEF = 0.3, 1.5
# Masses per area below this count as zero, kg/m2.
_ZERO_MASS_PER_AREA = 1e-7
_FAINT = 1e-4
_RICHER = 1.03
_DESIGN_ROUNDS = 4
# Half of the last digit of a probability that is shown, and the richest surface as a share of what
# grains bear: less where diffusion slower than expected would make it richer.
_SHOWN_STEP = 5e-4
_SURFACE = (0.98, 0.7)
_BUT_EDGES = 0.98


@dataclass(frozen=True, eq=False)
class Coated:
    """Treated faces: the mass on each group of patches, and the content of each cell."""

    anneal: Anneal
    groups: Groups
    mass: FloatArray  # kg/m2 that enters, of each group, (g,)
    areas: FloatArray  # m2, (g,)
    amounts: list[
        FloatArray
    ]  # content of each cell, %, (n,), at each of `NODES` of the coefficient
    probability: float  # that the target is met
    met: bool  # whether that is at least the probability required

    @property
    def amount(self) -> FloatArray:
        """Content of each cell, %, at the stated diffusion coefficient."""
        return self.amounts[len(self.amounts) // 2]

    @property
    def entered_kg(self) -> float:
        """Mass that enters, kg."""
        return float(self.mass @ self.areas)

    @property
    def put_on_kg(self) -> float:
        """Mass put on, kg."""
        return mass_to_apply(self.entered_kg)


def mass_to_apply(entered: float) -> float:
    """Compute the mass to put on, kg, of which the mass `entered`, kg, enters.

    The rest stays on the surface or is lost: 15 % of what is put on, by the
    residue and loss of `magnetkit.diffusion._profile.treatment`.
    """
    share = treatment()["yield"]
    return entered / (1.0 - share["residue"] - share["lost"])


@dataclass(frozen=True, eq=False)
class Search:
    """A search for the least heavy rare earth in one magnet."""

    spreading: Spreading
    each: _Each  # the base alloy at the temperature of each operating point
    target: Target
    probability: float  # with which the target has to be met
    _known: dict[Any, tuple[Groups, FloatArray]] = field(default_factory=dict)

    @property
    def cells(self) -> FloatArray:
        """Volumes of the cells, m3."""
        return self.spreading.cells.volumes

    def responses(self, groups: Groups, spread: float) -> FloatArray:
        """Compute the content in each cell that 1 kg/m2 on each group of patches brings.

        The result is kept on the search by `groups`, as an object, and `spread`. Callers share the
        array and must not change it.

        Parameters
        ----------
        groups : list of list of Patch
            Groups of patches, each with ``face`` and ``where``; those of one group get one mass per
            area. Pass the same object again to use what was kept.
        spread : float
            Diffusion coefficient times time, m2.

        Returns
        -------
        ndarray of float64, shape (n, g)
            % of the magnet's mass in each of n cells, for each of g groups.
        """
        key = id(groups), spread
        if key not in self._known:
            density = self.each[0][0].density
            response = self.spreading.response
            columns = []
            for group in groups:
                columns.append(sum(response(patch, spread) for patch in group))
            # The groups are kept with it: their identity is the key.
            self._known[key] = (
                groups,
                100.0 / density * np.column_stack(columns),
            )
        return self._known[key][1]

    def areas(self, groups: Groups) -> FloatArray:
        """Return the area of each group of patches of `groups`, m2, (g,)."""
        area = self.spreading.patch_area
        return np.array([sum(map(area, group)) for group in groups])

    def needed(self, relief: float, deviations: float) -> FloatArray:
        """Compute the smallest content that each cell needs to meet the target in all cases.

        Parameters
        ----------
        relief : float
            Share of the reverse field that counts: below 1 where a loss is allowed, above 1 where
            the soft corner of the loop costs too much. A target on safety ignores it.
        deviations : float
            Standard deviations by which ln H_cJ is off: a positive number is a higher H_cJ, so a
            cautious design takes a negative one.

        Returns
        -------
        ndarray of float64, shape (n,)
            Content, % of mass, the largest of all cases; 0 where none is needed, infinity where no
            content is enough.
        """
        need = np.zeros(len(self.cells))
        safety = self.target.safety
        for magnet, case in self.each:
            field = relief * case.reverse + self.target.margin
            if safety is not None:
                field = safety * case.reverse
            content = magnet.needed(
                field, deviations, by_knee=safety is not None
            )
            need = np.maximum(need, content)
        return need

    def meets(self, amount: FloatArray, deviations: float) -> bool:
        """Say whether the magnet meets the target in every case, its cells having given contents.

        Parameters
        ----------
        amount : ndarray, shape (n,)
            Content of each cell, % of mass.
        deviations : float
            Standard deviations by which ln H_cJ is off: a positive number is a higher H_cJ.

        Returns
        -------
        bool
        """
        return all(
            self.target.met(m, amount, case, self.cells, deviations)
            for m, case in self.each
        )


def _largest_content(amount: FloatArray) -> float:
    """Return the content that 98 % of the cells do not exceed, %; `amount`, (n,), is that of each cell.

    The rest are edges, where several faces add up.
    """
    return float(np.quantile(amount, _BUT_EDGES))


def least_mass(
    response: FloatArray, needed: FloatArray, areas: FloatArray, most: float
) -> FloatArray | None:
    """Find the smallest masses per area that give each cell its needed content; None if none do.

    This is a linear programme: the total mass is smallest, with the content of
    each cell at least `needed`, and that of the half of the cells that get
    most from the coating at most `most`; a response of less than 1e-4 of the
    largest of its group counts as 0. With one group the mass follows without
    it; 98 % of the cells must stay below `most` then.

    Parameters
    ----------
    response : ndarray, shape (n, g)
        Content that one unit on each group brings, %, zero or more.
    needed : ndarray, shape (n,)
        Content that each cell needs, %; one infinity or NaN gives None.
    areas : ndarray, shape (g,)
        Areas of the groups, m2.
    most : float
        Largest content, %.

    Returns
    -------
    ndarray or None, shape (g,)
        Mass per area of each group, in the unit of `response` (kg/m2 for that of
        `Search.responses`).

    Examples
    --------
    >>> response = np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> least_mass(response, np.array([1.0, 1.0]), np.array([1.0, 1.0]), 9.0).tolist()
    [1.0, 0.5]
    """
    if not np.isfinite(needed).all():
        return None
    if response.shape[1] == 1:
        first_column = response[:, 0]
        mass = float(np.max(needed / np.maximum(first_column, 1e-12)))
        if mass * _largest_content(first_column) <= most:
            return np.array([mass])
        return None
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    asking = needed > 0.0
    rich = response.sum(axis=1) >= np.median(response.sum(axis=1))
    # Far from a patch next to nothing of it arrives.
    near_response = np.where(
        response > _FAINT * response.max(axis=0), response, 0.0
    )
    limits = csr_array(
        np.vstack([-near_response[asking], near_response[rich]])
    )
    ends = np.r_[-needed[asking], np.full(int(rich.sum()), most)]
    solution = linprog(
        areas / areas.sum(), limits, ends, bounds=(0.0, None), method="highs"
    )
    if solution.status == 0:
        return np.maximum(solution.x, 0.0)
    return None


def _relieve_masses(
    search: Search,
    groups: Groups,
    spread: float,
    deviations: float,
    most: float,
) -> FloatArray | None:
    """Find the smallest masses that meet the target; None if none do.

    If the target allows a loss, part of the field may count as relieved; the part is bisected.

    Parameters
    ----------
    search : Search
        ``spreading`` (the cells), ``each`` (pairs of `Magnet` and `Case`, the
        operating points), ``target`` and the ``probability`` asked for.
    groups : list of list of Patch
        Groups of patches of faces; the patches of a group have one mass per area.
    spread : float
        Diffusion coefficient times time, m2.
    deviations : float
        Standard deviations by which ln H_cJ is off: a positive number is a higher H_cJ, so a
        cautious design takes a negative one.
    most : float
        Largest content, %.

    Returns
    -------
    ndarray or None, shape (g,)
        kg/m2 on each group, zero or more.
    """
    response = search.responses(groups, spread)
    areas = search.areas(groups)
    if search.target.loss_pct is None:
        return least_mass(
            response, search.needed(1.0, deviations), areas, most
        )
    best: FloatArray | None = None
    low, high = _RELIEF
    for _ in range(_MARGIN_STEPS if len(groups) == 1 else _MARGIN_STEPS // 2):
        relief = 0.5 * (low + high)
        mass = least_mass(
            response, search.needed(relief, deviations), areas, most
        )
        if mass is None:
            high = relief
        elif search.meets(response @ mass, deviations):
            best = mass
            high = relief
        else:
            low = relief
    return best


def coat(search: Search, groups: Groups, anneal: Anneal) -> Coated:
    """Design the coating of least mass for one anneal.

    With several groups the content at the surface is tried at several shares
    of its limit, until one meets the target.

    Parameters
    ----------
    search : Search
        ``spreading`` (the cells), ``each`` (pairs of `Magnet` and `Case`, the
        operating points), ``target`` and the ``probability`` asked for.
    groups : list of list of Patch
        Groups of patches; those of one group get one mass per area.
    anneal : Anneal
        ``element``, ``celsius`` and ``hours``; the element is that of the
        magnets.

    Returns
    -------
    Coated
        ``mass`` on each group (kg/m2), ``amounts`` (a list of three arrays
        (n,), % in each cell, at `NODES` of the diffusion coefficient),
        ``probability`` and ``met``. If no coating meets the target, this is
        the likeliest one, with ``met`` False; if no mass helps at all, the
        richest one.
    """
    best: Coated | None = None
    for share in _SURFACE if len(groups) > 1 else _SURFACE[:1]:
        coating = _likely_enough(
            search, groups, anneal, share * search.each[0][0].most_wt_pct
        )
        if coating is not None and (
            best is None or coating.probability > best.probability
        ):
            best = coating
        if best is not None and best.met:
            return best
    if best is None:
        response = search.responses(groups, anneal.spread())
        unit_masses = np.ones(len(groups))
        full = (
            _SURFACE[0]
            * search.each[0][0].most_wt_pct
            / _largest_content(response @ unit_masses)
        )
        best = _coating_mass(search, groups, anneal, full * unit_masses)
    return best


def _likely_enough(
    search: Search, groups: Groups, anneal: Anneal, most: float
) -> Coated | None:
    """Design the coating of least mass that meets the target with the probability of the search.

    The uncertainty of the diffusion coefficient counts too, so that the design
    is repeated with more deviations of H_cJ.

    Parameters
    ----------
    search : Search
        ``spreading`` (the cells), ``each`` (pairs of `Magnet` and `Case`, the
        operating points), ``target`` and the ``probability`` asked for.
    groups : list of list of Patch
        Groups of patches; those of one group get one mass per area.
    anneal : Anneal
        Element, temperature and duration.
    most : float
        Largest content of a cell, % of mass.

    Returns
    -------
    Coated or None
        ``mass`` (kg/m2 that enters, (g,)), ``areas`` (m2, (g,)), ``amounts``
        (a list, at each of `NODES` of the diffusion coefficient, of the
        content of each cell, %, (n,)), ``probability`` and ``met``, which is
        False if the probability stays too small. None if no mass meets the target at all with H_cJ as far off
        as the probability asks for.
    """
    wanted_deviations = quantile(search.probability)
    deviations = wanted_deviations
    best = None
    for _ in range(
        _DESIGN_ROUNDS if len(groups) == 1 else _DESIGN_ROUNDS // 2
    ):
        mass = _relieve_masses(
            search, groups, anneal.spread(), deviations, most
        )
        if mass is None:
            break
        best = _coating_mass(search, groups, anneal, mass)
        # The uncertainty of the coefficient adds to that of H_cJ.
        short = wanted_deviations - quantile(
            min(max(best.probability, 1e-6), 1.0 - 1e-9)
        )
        if best.met or abs(short) < 0.02:
            break
        deviations += 1.2 * short
    if best is None:
        return None
    return _richer(search, best)


def _richer(search: Search, coated: Coated) -> Coated:
    """Scale up the mass of a coating until it meets the target, as far as the surface allows.

    Each step multiplies all of ``mass`` by `_RICHER` and evaluates the coating
    anew. A coating that meets the target is returned as it is. One that never
    meets it comes back enriched, with ``met`` False. `coated` is not changed.
    `search` has the cells in which it was evaluated, the magnets and the
    target. It stops before the content that 98 % of the cells do not exceed is
    more than ``most_wt_pct`` of the magnet, and after eight steps.
    """
    largest_content = search.each[0][0].most_wt_pct
    for _ in range(2 * _DESIGN_ROUNDS):
        if (
            coated.met
            or _RICHER * _largest_content(coated.amount) > largest_content
        ):
            break
        coated = _coating_mass(
            search, coated.groups, coated.anneal, _RICHER * coated.mass
        )
    return coated


def _coating_mass(
    search: Search, groups: Groups, anneal: Anneal, mass: FloatArray
) -> Coated:
    """Evaluate a coating of given masses: contents, probability and whether it meets the target.

    Parameters
    ----------
    search : Search
        ``spreading`` (the cells), ``each`` (pairs of `Magnet` and `Case`, the
        operating points), ``target`` and the ``probability`` asked for.
    groups : list of list of Patch
        Groups of patches; those of one group get one mass per area.
    anneal : Anneal
        Element, temperature and duration.
    mass : ndarray, shape (g,)
        kg/m2 on each group; masses below `_ZERO_MASS_PER_AREA` count as 0. Not
        changed.

    Returns
    -------
    Coated
        ``mass`` (kg/m2, (g,)), ``areas`` (m2, (g,)), ``probability`` and
        ``met``. ``amounts`` is a list of three arrays, the contents (%, shape
        (n,)) at each of `NODES` of the diffusion coefficient. ``met`` allows
        for 0.0005 below the probability of the search.
    """
    mass = np.where(mass > _ZERO_MASS_PER_AREA, mass, 0.0)
    amounts = []
    for deviations, _ in NODES:
        spread = anneal.spread(float(deviations))
        amounts.append(search.responses(groups, spread) @ mass)
    probability = design_probability(
        search.target, search.each, amounts, search.cells
    )
    return Coated(
        anneal=anneal,
        groups=groups,
        mass=mass,
        areas=search.areas(groups),
        amounts=amounts,
        probability=probability,
        met=probability >= search.probability - _SHOWN_STEP,
    )


def uniform_content(search: Search) -> tuple[float, float]:
    """Find the smallest uniform content that meets the target with the wanted probability.

    Parameters
    ----------
    search : Search
        ``spreading`` (the cells), ``each`` (pairs of `Magnet` and `Case`, the
        operating points), ``target`` and the ``probability`` asked for.
        Its magnets say whether the element is diffused or alloyed.

    Returns
    -------
    content : float
        % of mass, above what the base alloy has; NaN if no tabulated content up to the largest in
        use meets the target.
    probability : float
        That of this content, or the largest of any where none meets the target.
    """

    def chance(amount: float) -> float:
        """Compute the probability that the magnet with `amount`, %, in every cell meets the target."""
        each_cell = np.full(len(search.cells), amount)
        return design_probability(
            search.target, search.each, [each_cell], search.cells
        )

    goal = search.probability - _SHOWN_STEP
    magnet = search.each[0][0]
    usable = magnet.amount[magnet.amount <= magnet.most_wt_pct]
    # More is not always better: the interval of H_cJ widens far from what was measured.
    chances = [chance(float(amount)) for amount in usable]
    good = [i for i, one in enumerate(chances) if one >= goal]
    if not good:
        return float("nan"), max(chances)
    low = float(usable[max(good[0] - 1, 0)])
    high = float(usable[good[0]])
    high = bisect_least(lambda amount: chance(amount) >= goal, low, high, 20)
    return high, chance(high)


def uncoated_design(
    search: Search, groups: Groups, anneal: Anneal
) -> Coated | None:
    """Evaluate the magnet with nothing put on any group of patches; None if it misses the target.

    It is judged by the values of the magnet as sold, where the search has some. It misses where the
    target is not met with the probability that the search asks for.

    Parameters
    ----------
    search : Search
        ``spreading`` (the cells), ``each`` (pairs of `Magnet` and `Case`, the
        operating points), ``target`` and the ``probability`` asked for.
    groups : list of list of Patch
        Groups of patches; each gets mass 0.
    anneal : Anneal
        Recorded in the result; it has no effect where nothing is put on.

    Returns
    -------
    Coated or None
        The design of masses 0, ``met`` True.
    """
    uncoated_cases = [(magnet.as_sold, case) for magnet, case in search.each]
    bare = _coating_mass(
        replace(search, each=uncoated_cases),
        groups,
        anneal,
        np.zeros(len(groups)),
    )
    if bare.met:
        return bare
    return None


def best_anneal(
    search: Search, groups: Groups, anneals: Sequence[Anneal]
) -> Coated:
    """Design the coating for each anneal and return the one of least mass that enters.

    The shortest and then coolest anneal wins whose mass is within 2 % of the
    least; where none meets the target, that of the likeliest coating. Anneals
    are compared with one mass on all patches; for the one that wins, the
    coating is then designed with a mass for each group, and ``met`` says
    whether that design meets the target.

    Parameters
    ----------
    search : Search
        ``spreading`` (the cells), ``each`` (pairs of `Magnet` and `Case`, the
        operating points), ``target`` and the ``probability`` asked for.
    groups : list of list of Patch
        Groups of patches; those of one group get one mass per area.
    anneals : sequence of Anneal
        At least one, all of the element of the search.

    Returns
    -------
    Coated
        With its ``anneal`` (``element``, ``celsius``, ``hours``), ``groups``
        as given, ``mass`` (kg/m2, (g,)), ``amounts``, ``probability`` and
        ``met``.
    """
    # A group each of patches would be slow to search over anneals: one mass serves to choose.
    all_patches = [list(chain.from_iterable(groups))]
    short_first = sorted(anneals, key=lambda a: (a.hours, a.celsius))
    coatings = [coat(search, all_patches, anneal) for anneal in short_first]
    best_coating = max(coatings, key=lambda c: c.probability)
    successes = [c for c in coatings if c.met]
    if successes:
        lightest = min(c.entered_kg for c in successes)
        light = (c for c in successes if c.entered_kg <= 1.02 * lightest)
        best_coating = next(light)
    if len(groups) == 1:
        return best_coating
    return coat(search, groups, best_coating.anneal)


def refined_coating(coarse: Coated, groups: Groups, search: Search) -> Coated:
    """Evaluate a coating that was designed on few cells on many, and enrich it where it falls short.

    The mass that enters is kept. Only a coating that met the target on few
    cells is enriched: all faces by one factor, as far as the surface allows.
    One that did not meet it stays unmet, as it is.

    Parameters
    ----------
    coarse : Coated
        The coating designed on few cells; ``mass``, ``anneal``, ``entered_kg``
        and ``met`` count.
    groups : list of list of Patch
        Groups of patches of faces, on the many cells; as many groups as
        `coarse` has, in the same order.
    search : Search
        The search on the many cells: operating points, target and its
        probability.

    Returns
    -------
    Coated
        A new coating, with ``mass`` (kg/m2), ``amounts`` and ``probability``
        on the many cells; ``met`` is True where both it and `coarse` meet the
        target.
    """
    areas = search.areas(groups)
    scale = coarse.entered_kg / max(float(coarse.mass @ areas), 1e-30)
    coating = _coating_mass(search, groups, coarse.anneal, coarse.mass * scale)
    if coarse.met:
        coating = _richer(search, coating)
    return replace(coating, met=coating.met and coarse.met)
