"""What a magnet in use is made of where all that is known is that Tb or Dy is diffused into it."""

import numpy as np

from .._core.errors import InputError
from .._core.units import ROOM_K
from ..alloy.shells import read_shell
from ..alloy.table import CompositionTable
from ..magnetism._composition_estimate import estimate_composition
from ..magnetism.grades import grades
from ..magnetism.sintered import sintered_at

ELEMENTS = ("Tb", "Dy")
"""What is diffused into magnets."""
# Amounts of the other element that are tried, wt.%: what diffusion puts in.
_AMOUNTS = np.arange(0.1, 1.55, 0.1)


def estimate_shell(grade: str, element: str) -> tuple[str, str]:
    """Estimate recipe and shell of a grade into which an element is diffused.

    The recipe is the likeliest diffused one of the grade. If its shell holds
    another element, the amount is that whose modelled coercivity at 20 degrees
    C is nearest to that of the recipe with its own shell.

    Parameters
    ----------
    grade : str
        As `magnetkit.grades` takes it.
    element : {"Tb", "Dy"}
        What is diffused in.

    Returns
    -------
    recipe, shell : str
        Recipe in wt.%, such as "Nd29.5B1Fe bal.", to be read with
        ``basis="weight"`` since its text does not say so, and shell with its amount,
        such as "Tb 0.4 wt%". The shell is the recipe's own if that is of
        `element`; other amounts tried are 0.1 to 1.5 wt.% in steps of 0.1.

    Raises
    ------
    InputError
        If `element` is not Tb or Dy, the grade is not known, or no likely
        recipe of it is diffused.
    """
    if element not in ELEMENTS:
        raise InputError(
            f"diffused must be {' or '.join(ELEMENTS)}, got {element!r:.40}"
        )
    makeup = estimate_composition(grades(grade).iloc[0])
    candidates = [recipe for recipe in makeup.recipes if recipe.shell]
    if not candidates:
        raise InputError(
            f"no makeup of {grade} has anything diffused in; give --recipe and --shell"
        )
    best = candidates[0]
    shell = read_shell(best.shell)
    if shell is None or element == shell.R:
        return best.text, best.shell
    shells = [
        best.shell,
        *(f"{element} {amount:.1f} wt%" for amount in _AMOUNTS),
    ]
    table = CompositionTable.from_strings(
        [best.text] * len(shells), basis="weight"
    )
    (frame,) = sintered_at(table, [ROOM_K], None, shells)
    coercivity = frame["coercivity_kA_m"].to_numpy(float)
    place = 1 + int(np.nanargmin(np.abs(coercivity[1:] - coercivity[0])))
    return best.text, shells[place]
