"""A grade as the magnet that a user holds: its printed values, its likeliest recipe, its anchor."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..errors import CompositionError, InputError
from ..magnetism.mill import ALPHA, QUANTITIES, Mill
from ..units import BETWEEN, ZERO_CELSIUS
from .makeup import Makeup, makeup
from .reference import GUARANTEE, TYPICAL, Seen, anchored_on

if TYPE_CHECKING:
    import pandas as pd

COMPENSATED = 0.015
"""Below this |alpha|, %/K, a grade is temperature compensated."""

# Standard deviation of a printed alpha of a compensated grade, %/K: such grades reach the order of
# 0.001 (Takasumi et al., abstract), and are sold as "about zero".
_ALPHA_DEVIATION = 0.002


@dataclass(frozen=True)
class Held:
    """A commercial grade that stands where a recipe may.

    Attributes
    ----------
    here : pandas.Series
        Its row of `magnetkit.grades` at the temperature of use.
    made : Makeup
        What it is thought to be made of.
    mill : Mill
        Of one magnet, the grade: predictions are conditional on what its makers print.
    """

    here: "pd.Series"
    made: Makeup
    mill: Mill

    @property
    def grade(self) -> str:
        """Its name."""
        return str(self.here["grade"])

    @property
    def table(self) -> CompositionTable:
        """Its likeliest recipe, one row."""
        return read_recipe(self.made.best.text, "weight")

    @property
    def shell(self) -> str | None:
        """What is likeliest diffused into it."""
        return self.made.best.shell or None

    @property
    def process(self) -> dict[str, Any]:
        """The process of a prediction that is conditional on it."""
        return {"mill": self.mill.record()}

    def sentence(self) -> str:
        """Return what stands for it, in words."""
        return (
            f"{self.grade} is taken to be {self.made.words}, its likeliest recipe (makers print "
            f"none), and anchors the model: {TYPICAL:g} times the H_cJ that is guaranteed, "
            f"{self.here['coercivity_kA_m']:.0f} kA/m, is taken as typical"
        )


def held(grade: str, kelvin: float) -> Held:
    """Return a grade as the magnet that a user holds.

    Parameters
    ----------
    grade : str
        As `magnetkit.grades` takes it.
    kelvin : float
        Temperature of use, K.

    Returns
    -------
    Held

    Raises
    ------
    InputError
        If the grade is unknown, or keeps nothing there.
    """
    from ..catalogue import grades

    here, made = hot(grade, kelvin), makeup(grades(grade).iloc[0])
    return Held(here, made, catalogue_mill(here, made))


def hot(grade: str, kelvin: float) -> "pd.Series":
    """Return a grade's row of `magnetkit.grades` at a temperature, K, where it is a magnet.

    Raises
    ------
    InputError
        If the grade is unknown, or keeps nothing there.
    """
    from ..catalogue import grades

    here = grades(grade, kelvin).iloc[0]
    if not (here["remanence_T"] > 0 and here["coercivity_kA_m"] > 0):
        limit = float(here["max_working_temperature_K"]) - ZERO_CELSIUS
        known = "" if np.isnan(limit) else f"; its highest temperature is {limit:.0f} °C"
        raise InputError(
            f"{here['grade']} keeps nothing at {kelvin - ZERO_CELSIUS:.0f} °C by its maker's "
            f"coefficients{known}"
        )
    return here


def catalogue_mill(here: "pd.Series", made: Makeup) -> Mill:
    """Return a mill of one magnet: the grade, at temperature, of its likeliest recipe.

    What is guaranteed is less than what is sold, by a share that differs between makers; and not
    to know the recipe makes the grade say less of other alloys.
    """
    unsure = {
        "coercivity_kA_m": float(np.hypot(GUARANTEE, made.log_spread)),
        "remanence_T": float(np.log(here["remanence_T_hi"] / here["remanence_T_lo"])) / 4.0 + 0.01,
    }
    kept = {
        "coercivity_kA_m": TYPICAL * float(here["coercivity_kA_m"]),
        "remanence_T": float(here["remanence_T"]),
    }
    kelvin = float(here["temperature_K"])
    seen = [Seen(q, kept[q], kelvin, unsure[q]) for q in QUANTITIES]
    if abs(float(here[ALPHA])) <= COMPENSATED:
        seen.append(Seen(ALPHA, float(here[ALPHA]), kelvin, _ALPHA_DEVIATION))
    table = read_recipe(made.best.text, "weight")
    return anchored_on(
        str(here["grade"]), table, made.best.shell or None, seen, alpha_range(str(here["grade"]))
    )


def read_recipe(recipe: str, basis: Basis) -> CompositionTable:
    """Return one recipe as a table; raise CompositionError where it cannot be read."""
    table = CompositionTable.from_strings([recipe], basis=basis)
    if table.errors:
        error = table.errors[0]
        raise CompositionError(error.reason, error.text, error.position)
    return table


def alpha_range(grade: str) -> tuple[float, float]:
    """Return the temperatures between which a maker prints alpha of a grade, K."""
    from ..catalogue import grades

    sheets = grades(grade, sheets=True)
    printed = sheets[(sheets["quantity"] == ALPHA) & sheets["to_K"].notna()]
    if not len(printed):
        return BETWEEN
    return float(printed["temperature_K"].iloc[0]), float(printed["to_K"].iloc[0])
