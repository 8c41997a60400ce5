"""What a ranking strives for: a column, its direction and its weight, in one line of text."""

import difflib
import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..added import criteria
from ..columns import COLUMNS
from ..errors import InputError

MARGIN = "performance_margin"
SHORT = {"margin": MARGIN, "cost": "cost_per_flux_USD_m3_T", "risk": "supply_risk"}
"""Short names of columns in objectives."""

CHANCE = "probability_meets_requirements"
COSTS = ("cost_USD_kg", "cost_per_flux_USD_m3_T")
"""Costs count by their ratio: an embargo makes some twentyfold."""

UNITS = {
    "heavy_rare_earth_wt_pct": 1.0,
    "dysprosium_terbium_wt_pct": 1.0,
    **{c.name: c.one_unit for c in criteria() if c.one_unit is not None},
    MARGIN: 0.1,
    CHANCE: 0.2,
    **dict.fromkeys(COSTS, 0.25),
}
"""What counts as one unit of regret where a profile does not say, assumptions all: 1 wt.% of heavy
rare earth, a tenth of a risk, a quarter of the cost, a margin of a tenth (of which more is worth
nothing), a fifth of the probability of meeting the requirements."""

SHARE = 0.25
"""One unit of regret in every other column: a quarter of the reference magnet's value."""

_TEXT = re.compile(r"\s*(\w+)\s*:\s*(min|max)\s*(?:=\s*([^=\s]+)\s*)?")


@dataclass(frozen=True)
class Objective:
    """One objective of the ranking.

    Attributes
    ----------
    column : str
        Numeric result column.
    sign : int
        1 where it is to be made small, -1 for large.
    weight : float
        What a unit of it counts against a unit of the other objectives.
    """

    column: str
    sign: int
    weight: float = 1.0

    @classmethod
    def parse(cls, text: str) -> "Objective":
        """Read ``"column:min"`` or ``"column:max"``, with a weight ``"column:min=2"``.

        Parameters
        ----------
        text : str
            The column may have one of the short names of `SHORT`.

        Raises
        ------
        InputError
            If the text has another form, names no numeric column or no positive weight.

        Examples
        --------
        >>> Objective.parse("cost:min=2")
        Objective(column='cost_per_flux_USD_m3_T', sign=1, weight=2.0)
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            raise InputError(
                f"objective {text!r} must end in :min or :max, with a weight :min=2, "
                "for example cost_USD_kg:min"
            )
        name = SHORT.get(match[1], match[1])
        column = COLUMNS.get(name)
        if column is None or column.kind not in ("number", "integer"):
            near = difflib.get_close_matches(name, [*SHORT, *COLUMNS], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"objective {text!r}: {match[1]!r} is no numeric result column{hint}")
        if name == MARGIN and match[2] == "min":
            raise InputError(f"objective {text!r}: a margin is to be large: write margin:max")
        try:
            weight = float(match[3] or 1.0)
        except ValueError:
            weight = math.nan
        if not 0.0 < weight < math.inf:
            raise InputError(f"objective {text!r}: a weight is a number above 0, got {match[3]!r}")
        return cls(name, 1 if match[2] == "min" else -1, weight)

    def loss(self, values: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
        """Return what values lose in this objective, in units of regret times the weight.

        Parameters
        ----------
        values : ndarray
            Of any shape, in the column's unit.
        scale : float
            One unit of regret: in the column's unit, as a share for costs; beyond one unit of it
            a margin is worth no more.

        Returns
        -------
        ndarray of float64
            Of the same shape.
        """
        if self.column == MARGIN:
            values = np.clip(values, 0.0, scale)
        elif self.column in COSTS:
            with np.errstate(divide="ignore", invalid="ignore"):
                values, scale = np.log(values), math.log1p(scale)
        return self.weight * self.sign * values / scale
