"""Screening a space, then looking closer where its best are."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..composition import Substitutions
from ..composition.refinement import refine
from ..errors import InputError
from .candidates import TableCandidates
from .engine import results_place, screen
from .manifest import check_place
from .result import Ranked

if TYPE_CHECKING:
    from ..applications.profile import Profile

ROUNDS = 2
KEEP = 20


def some_of(space: Substitutions, n: int, seed: int = 0) -> TableCandidates:
    """Return `n` formulas evenly spread over a space, for one too large to screen whole."""
    table = space.sample(n, seed=seed)
    return TableCandidates(table, space.formulas(table.row_index))


def refined(
    space: Substitutions,
    application: "str | Path | Profile",
    step: float,
    *,
    rounds: int = ROUNDS,
    keep: int = KEEP,
    sample: int | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    **options: Any,
) -> Ranked:
    """Screen a space, then its surroundings on a finer step around the best, again and again.

    The best are the first Pareto front, or the first by rank where nothing meets the
    requirements. Each round looks around the best of the round before, so the search walks
    wherever the ranking leads, within the limits of the space.

    Parameters
    ----------
    space : Substitutions
        Of a step that `step` divides.
    application : str, Path or Profile
        The device.
    step : float
        Fraction of a site's atoms, finer than the space's.
    rounds : int
        How often to look around the best.
    keep : int
        Around how many of them.
    sample : int, optional
        Formulas of the space to begin with, evenly spread; all of them otherwise.
    out, resume, **options
        As for `screen`; the folder holds the last round.

    Returns
    -------
    Ranked
        The surroundings of all rounds, ranked together.

    Raises
    ------
    InputError
        If a number is out of its range or an argument of `screen` cannot be used.
    """
    for name, value in (("rounds", rounds), ("keep", keep)):
        if value < 1:
            raise InputError(f"{name} must be 1 or more, got {value}")
    place = results_place(out)
    if isinstance(place, Path):
        # Only the last round writes there.
        check_place(place)
    start = space if sample is None else some_of(space, sample)
    found = screen(start, application, **options)
    coarse, near = space, np.empty(0, np.int64)
    for turn in range(rounds):
        front = found.pareto
        best = front.head(keep) if len(front) else found.best(keep)
        finer, rows = refine(coarse, list(best["candidate"]), step)
        near = np.union1d(near, rows)
        last: dict[str, Any] = {"out": out, "resume": resume} if turn == rounds - 1 else {}
        source = TableCandidates(finer[near], finer.formulas(near))
        found = screen(source, application, **last, **options)
        coarse = finer
    return found
