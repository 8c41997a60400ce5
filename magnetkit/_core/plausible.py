"""Numbers that nobody believes, and the slip of a unit that is likeliest behind them.

Limits stand in ``datasets/columns/plausible.toml`` and are wide. A number beyond is refused with a
question; a text that names its unit says that it is meant.
"""

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache

from . import datasets
from .errors import InputError
from .units import (
    KILO_GAUSS,
    KILO_OERSTED,
    MEGA_GAUSS_OERSTED,
    MU_0,
    ZERO_CELSIUS,
)


@dataclass(frozen=True)
class Limits:
    """Least and largest value that is believed, the unit, and what else it may be written in.

    `slips` gives for another unit factor and offset to the unit of the limits.
    """

    low: float
    high: float
    unit: str
    slips: dict[str, tuple[float, float]] = field(default_factory=dict)


_SLIPS = {
    "kA/m": {
        "A/m": (1e-3, 0.0),
        "kOe": (1e-3 * KILO_OERSTED, 0.0),
        "Oe": (1e-6 * KILO_OERSTED, 0.0),
        "T": (1e-3 / MU_0, 0.0),
        "MA/m": (1e3, 0.0),
    },
    "T": {"gauss": (1e-4, 0.0), "kG": (KILO_GAUSS, 0.0), "mT": (1e-3, 0.0)},
    "kJ/m3": {"J/m3": (1e-3, 0.0), "MGOe": (1e-3 * MEGA_GAUSS_OERSTED, 0.0)},
    "K": {"C": (1.0, ZERO_CELSIUS)},
    "ratio": {"%": (0.01, 0.0)},
    "%/K": {"ppm/K": (1e-4, 0.0), "1/K": (100.0, 0.0)},
    "kg/m3": {"g/cm3": (1e3, 0.0)},
    "USD/kg": {"USD/t": (1e-3, 0.0)},
    "kg": {"g": (1e-3, 0.0)},
    "h": {"s": (1.0 / 3600.0, 0.0)},
}
"""Factor and offset of the units that are written by mistake, by the unit that is meant."""


@lru_cache(maxsize=4)
def limits(group: str) -> dict[str, Limits]:
    """Read which numbers are believed, by the name of a column or field.

    Parameters
    ----------
    group : str
        A table of ``datasets/columns/plausible.toml``: "values", "tables", "sheets" or "targets".

    Returns
    -------
    dict of str to Limits
        By name, such as "coercivity_kA_m": ``low`` and ``high``, both
        believed, and ``unit``, theirs. ``slips`` is a dict by a unit that is
        mistaken for it: factor and offset that convert a number to ``unit``,
        such as ``{"Oe": (0.0796, 0.0)}``. The dict is cached and must not be
        changed. A group of another name is a KeyError.
    """
    text = datasets.path("columns/plausible.toml").read_text(encoding="utf-8")
    believed = {}
    for name, table in tomllib.loads(text)[group].items():
        unit = table["unit"]
        slips = _SLIPS.get(table.get("slips", unit), {})
        believed[name] = Limits(table["low"], table["high"], unit, slips)
    return believed


def check_plausible(name: str, value: float) -> None:
    """Refuse a number that lies beyond what is believed of it.

    Parameters
    ----------
    name : str
        One of `limits` of ``values``; of another name every number is taken.
    value : float
        In the unit of the name. The ends of the range are taken; NaN is refused.

    Raises
    ------
    InputError
        With the range, and the unit in which the number would lie in it.

    Examples
    --------
    >>> check_plausible("coercivity_kA_m", 1592.0)
    """
    believed = limits("values").get(name)
    if believed is None or believed.low <= value <= believed.high:
        return
    likely_units = [
        unit
        for unit, (factor, offset) in believed.slips.items()
        if believed.low <= value * factor + offset <= believed.high
    ]
    question = f": {value:g} {likely_units[0]}?" if likely_units else ""
    number = f"{value:g} {believed.unit}".strip()
    reach = f"{believed.low:g} to {believed.high:g} {believed.unit}".strip()
    raise InputError(f"{number} lies outside {reach}{question}")


_MASS = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(kg|g|mg|t)\s*")
_KILOGRAMS = {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "t": 1e3}


def parse_mass(text: str) -> float:
    """Read a mass with its unit into kg.

    Parameters
    ----------
    text : str
        Such as "350 g", "1.2 kg" or "1.5 t". Units are kg, g, mg and t; a
        number without one, a decimal comma, a sign or an exponent is refused.
        The blank before the unit may be left out.

    Returns
    -------
    float
        kg.

    Raises
    ------
    InputError
        If it is none. What is no text, a number too, is a TypeError.

    Examples
    --------
    >>> parse_mass("1.5 t")
    1500.0
    """
    match = _MASS.fullmatch(text)
    if match is None:
        raise InputError(
            f"mass {text!r:.40} not understood; write 350 g, 1.2 kg or 1.5 t"
        )
    return float(match[1]) * _KILOGRAMS[match[2]]
