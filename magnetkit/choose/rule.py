"""The one rule by which a way is recommended."""

from typing import TYPE_CHECKING

import numpy as np

from ._profile_parts import CHANCE
from .exposure import HeavyToday
from .thresholds import (
    EQUAL_WT_PCT,
    MEETS,
    MOST_COST,
    MOST_REMANENCE,
    SAVING_SHARE,
    SAVING_WT_PCT,
)

if TYPE_CHECKING:
    import pandas as pd


def rule_text(most_cost: float | None = None, *, reach: bool = False) -> str:
    """State the rule of `recommend` in one sentence, without capital letter or full stop.

    The sentence begins "of the ways with P of". `most_cost` is the largest
    cost per flux, divided by today's; None for `MOST_COST`. With `reach` the
    sentence is that for a magnet in use that does not meet the limits, in
    which `most_cost` plays no part.
    """
    if reach:
        return (
            f"of the ways with P of {MEETS:g} or more of its family, the one of least "
            "exposure to heavy rare earth (wt.% times price); of equals the cheapest, or a grade as "
            f"sold of at most {MOST_REMANENCE:g} times today's B_r"
        )
    cost_limit = MOST_COST if most_cost is None else most_cost
    return (
        f"of the ways with P of {MEETS:g} or more that lower the exposure to heavy rare earth (wt.% "
        f"times price) by {100 * SAVING_SHARE:.0f} % and by what {SAVING_WT_PCT:g} wt.% is worth, "
        f"the one that leaves least, at no more than {cost_limit:g} times today's cost per flux"
    )


def recommend(
    frame: "pd.DataFrame",
    today: HeavyToday,
    *,
    most_cost: float | None = None,
    reach: bool = False,
    remanence_T: float | None = None,
) -> int | None:
    """Return the position of the way to take among n ways; None where today's magnet is kept.

    Taken is, of the ways that are ``open`` and have a probability of `MEETS`
    or more, the one of least exposure. Without `reach` it must also lower the
    exposure by ``today.saving_USD_kg`` and cost no more than `most_cost`. Of
    ways of about equal exposure undiluted ones come first, then the cheapest
    per flux. With `reach` a sold grade may take its place, see `remanence_T`.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a way: ``probability_meets_requirements`` (0 to 1; NaN is never taken),
        ``exposure_USD_kg`` (no NaN), ``cost_per_flux_ratio`` over today's (NaN where unknown, which
        no limit excludes), ``open`` (bool), whether the rule may take it: no trial, and of a family
        that is allowed; and ``diluted`` (bool), whether Ce, La or Y is in it, whose corrosion
        nothing here counts: of equals it comes last. With `reach` and `remanence_T` also ``grade``
        (empty text for a melt), ``way`` (text of its family), ``remanence_T`` (T) and
        ``heavy_rare_earth_wt_pct``.
    today : HeavyToday
        What the magnet in use holds: ``wt_pct`` and ``exposure_USD_kg``. Without `reach` nothing
        is taken where ``wt_pct`` is below 0.05 (`NONE_WT_PCT`).
    most_cost : float, optional
        Largest cost per flux over today's; `MOST_COST` otherwise. Not used with `reach`.
    reach : bool
        Whether the magnet in use does not do what is asked: then nothing has to be saved, and
        cost breaks ties alone.
    remanence_T : float, optional
        That of the magnet in use, T. Where it has to `reach`, a grade as sold whose B_r is far
        above gives way to one that holds about as much and fits the circuit.

    Returns
    -------
    int or None
        Position in `frame`, from 0, whatever its index; None where no row may be taken, also for
        a frame without rows.
    """
    cost_limit = MOST_COST if most_cost is None else most_cost
    exposure = frame["exposure_USD_kg"].to_numpy(float)
    ratio = frame["cost_per_flux_ratio"].to_numpy(float)
    able = frame["open"].to_numpy(bool) & (
        frame[CHANCE].to_numpy(float) >= MEETS
    )
    if not reach:
        able &= today.exposure_USD_kg - exposure >= today.saving_USD_kg - 1e-9
        able &= ~(ratio > cost_limit)
    places = np.flatnonzero(able)
    if not len(places):
        return None
    step = 0.01
    if today.wt_pct > 0.0:
        step = max(EQUAL_WT_PCT / today.wt_pct * today.exposure_USD_kg, step)
    is_near = exposure[places] <= exposure[places].min() + step
    cost = np.nan_to_num(ratio[places], nan=np.inf)
    is_diluted = frame["diluted"].to_numpy(bool)[places]
    order = np.lexsort((exposure[places], cost, is_diluted, ~is_near))
    best_place = int(places[order[0]])
    if reach and remanence_T is not None:
        return _nearest_sold(frame, places, best_place, remanence_T)
    return best_place


def _nearest_sold(
    frame: "pd.DataFrame",
    places: np.ndarray,
    chosen: int,
    remanence_T: float,
) -> int:
    """Return the position of a sold grade that is equal to the chosen one, but nearer to today's B_r.

    This matters where B_r of the chosen grade is far above today's. Equal
    means no less likely, of the same family, and with no more than
    `SAVING_WT_PCT` more heavy rare earth, since contents of sold grades are
    estimates. Otherwise, and without such a grade, the result is `chosen`.

    Parameters
    ----------
    frame : pandas.DataFrame
        n ways: ``grade`` (empty for a melt), ``way`` (text of its family), ``remanence_T`` (T),
        ``heavy_rare_earth_wt_pct``, ``exposure_USD_kg`` and ``probability_meets_requirements``.
    places : ndarray of int64
        Positions in `frame`, from 0, of those that may be chosen.
    chosen : int
        Position in `frame` of the chosen one; it is one of `places`.
    remanence_T : float
        Today's B_r, T, above 0. "Far above" is more than `MOST_REMANENCE` times it.

    Returns
    -------
    int
        Position in `frame`, from 0.
    """
    row = frame.iloc[chosen]
    if not row["grade"] or row["remanence_T"] <= MOST_REMANENCE * remanence_T:
        return chosen
    among = frame.iloc[places]
    worth = SAVING_WT_PCT / max(row["heavy_rare_earth_wt_pct"], SAVING_WT_PCT)
    largest_exposure = row["exposure_USD_kg"] * (1.0 + worth)
    alike = (among["grade"] != "") & (
        among["exposure_USD_kg"] <= largest_exposure
    )
    alike &= (among["way"] == row["way"]) & (
        among[CHANCE] >= row[CHANCE] - 1e-9
    )
    off = np.abs(np.log(among["remanence_T"].to_numpy(float) / remanence_T))
    return int(places[int(np.where(alike, off, np.inf).argmin())])
