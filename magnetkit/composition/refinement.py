"""Looking closer around good candidates."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..errors import InputError
from .notation import read_amounts
from .sites import MAX_DECIMALS, Sites, share
from .substitution import Substitutions, substitutions


@named
def refine(
    space: Substitutions, formulas: Sequence[str], step: float
) -> tuple[Substitutions, NDArray[np.int64]]:
    """Return a finer space and its rows around some formulas of a coarser one.

    Around each formula go all exchanges of two elements on one site, the host's own included, by
    one fine step up to one coarse step, and the next levels of each addition. Called again on
    the best of these rows, it walks wherever the ranking leads.

    Parameters
    ----------
    space : Substitutions
        The space the formulas come from.
    formulas : sequence of str
        Formulas of the space, e.g. the Pareto front's; atomic fractions as in a result's column
        ``formula`` will do.
    step : float
        Fraction of a site's atoms, finer than the space's.

    Returns
    -------
    finer : Substitutions
        The same space on the finer step.
    rows : ndarray of int64
        Rows of `finer`, ascending, each once; the formulas themselves are among them.

    Raises
    ------
    InputError
        If a formula is no mixture of this space, or `step` is not finer.

    Examples
    --------
    >>> coarse = substitutions("SmCo5", {"Sm": ["Gd"]}, step=0.5)
    >>> finer, rows = refine(coarse, ["Sm0.5Gd0.5Co5"], 0.25)
    >>> finer.formulas(rows)
    ['SmCo5', 'Sm0.75Gd0.25Co5', 'Sm0.5Gd0.5Co5', 'Sm0.25Gd0.75Co5', 'GdCo5']
    """
    fine = share(step, "step")
    reaches = {}
    for site in space.replace:
        given = space.step[site] if isinstance(space.step, Mapping) else space.step
        coarse = share(given, "step")
        if not 0 < fine <= coarse:
            raise InputError(f"the step must be above 0 and at most {given}, got {step!r}")
        reaches[site] = int(coarse / fine)
    finer = substitutions(space.host, space.replace, step, space.limits, space.additions)
    sites = finer.sites
    around = [np.empty((0, len(sites.slots)), np.int64)]
    for formula in formulas:
        here = _digits(sites, formula, finer)
        around.append(here + _moves(sites, reaches))
    rows = finer.rows_of_digits(np.concatenate(around))
    return finer, np.unique(rows[rows >= 0])


def _digits(sites: Sites, formula: str, space: Substitutions) -> NDArray[np.int64]:
    """Return the digits of a formula, the nearest where it falls between steps."""
    written = {e: Fraction(str(amount)) for e, amount in read_amounts(formula)[0].items()}
    owners = [slot.element for slot in sites.slots]
    left = {e: -amount for e, amount in sites.amounts.items()}
    # In formula units of the host: what is not added fills its sites.
    added = {slot.element for slot in sites.slots if slot.site is None}
    own = sum(amount for element, amount in written.items() if element not in added)
    unit = sum(sites.amounts.values()) / own if own else Fraction(1)
    for element, amount in written.items():
        left[element] = left.get(element, Fraction(0)) + unit * amount
    digits = np.zeros(len(owners), np.int64)
    for j, slot in enumerate(sites.slots):
        if owners.count(slot.element) > 1 or slot.element in {s.site for s in sites.slots}:
            raise InputError(
                f"{slot.element} stands on several sites of {space!r}; refine around rows whose "
                "elements have one place each"
            )
        surplus = left.get(slot.element, Fraction(0))
        misses = [abs(level - surplus) for level in slot.levels]
        digits[j] = misses.index(min(misses))
        left[slot.element] = surplus - slot.levels[digits[j]]
        if slot.site is not None:
            left[slot.site] += slot.levels[digits[j]]
    # What is left over may be no more than a step between the formula's grid and this one.
    steps = [s.levels[1] for s in sites.slots if len(s.levels) > 1 and s.site is not None]
    slack = max([*steps, Fraction(1, 10**MAX_DECIMALS)]) * len(owners)
    if any(abs(rest) > slack for rest in left.values()):
        raise InputError(f"{formula!r} is no mixture of {space!r}")
    return digits


def _moves(sites: Sites, reaches: Mapping[str, int]) -> NDArray[np.int64]:
    """Return the changes of digits: none, and every exchange on one site."""
    moves = [np.zeros(len(sites.slots), np.int64)]
    for first, last in sites.spans:
        site = sites.slots[first].site
        reach = 1 if site is None else reaches[site]
        for a in range(first, last):
            for k in range(1, reach + 1):
                # With the host's element, then with each other substituent.
                for b in (None, *range(first, a)):
                    move = np.zeros(len(sites.slots), np.int64)
                    move[a] = k
                    if b is not None:
                        move[b] = -k
                    moves += [move, -move]
    return np.array(moves)
