"""Unit factors and the reading of temperatures.

Inside, everything is SI: polarization J in tesla, field H in A/m, energy density in J/m3,
temperature in kelvin.
"""

import math
import re
from typing import Any

from ._arguments import warn
from ._constants import K_B as K_B
from ._constants import MU_0 as MU_0
from ._constants import MU_B as MU_B
from ._constants import N_A as N_A
from ._constants import ROOM_K as ROOM_K
from ._constants import ZERO_CELSIUS as ZERO_CELSIUS
from .errors import InputError

KILO_OERSTED = 1e6 / (4.0 * math.pi)
"""1 kOe in A/m."""
MEGA_GAUSS_OERSTED = 1e5 / (4.0 * math.pi)
"""1 MGOe in J/m3."""
KILO_GAUSS = 0.1
"""1 kG in T."""

# Default conditions of use; they stand here because the command line needs them at its start.
LOAD_LINE = 1.0
"""Default permeance coefficient -B / (mu_0 H), that of a short block."""
TEN_YEARS = 87_600.0
"""Default time of use, h."""
BETWEEN = (ROOM_K, ROOM_K + 80.0)
"""Default temperatures of alpha and beta, K: 20 and 100 C, as the trade prints them."""
_COLDEST_USE_K = 200.0
"""Numbers below this, K, are warned of: degrees C may be meant."""
_TEMPERATURE = re.compile(
    r"^\s*([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*(K|°?C)?\s*$"
)
_RANGE = re.compile(r"^([^:]+):([^:]+):(\d*\.?\d+)$")
_MOST_TEMPERATURES = 1000


class TemperatureWarning(UserWarning):
    """A number read as kelvin that is more likely to be degrees C."""


def parse_temperature(value: str | float) -> float:
    """Read a temperature into kelvin.

    Parameters
    ----------
    value : str or float
        A number (kelvin) or a text such as ``"423K"``, ``"150C"``, ``"150
        °C"``, ``"-40C"``; kelvin without a unit. The unit is K, C or °C, in
        capitals: "150c" and "150 degC" are refused. So are a decimal comma, an
        exponent, another minus sign than the hyphen, True, False, None, NaN,
        infinity and a list. A plus sign and blanks at the ends are allowed.

    Returns
    -------
    float
        Temperature, K.

    Raises
    ------
    InputError
        If the text is no temperature or lies at or below absolute zero.

    Examples
    --------
    >>> parse_temperature("150C")
    423.15
    >>> parse_temperature(300)
    300.0
    """
    if isinstance(value, str):
        match = _TEMPERATURE.match(value)
        if match is None:
            raise InputError(
                f"temperature {value!r} not understood; write kelvin as 423K or degrees C as 150C"
            )
        kelvin = float(match[1])
        if match[2] and match[2].endswith("C"):
            kelvin += ZERO_CELSIUS
    else:
        try:
            kelvin = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            raise InputError(
                f"expected one temperature such as 300.0 or '150C', got {value!r:.60}"
            ) from None
    if not math.isfinite(kelvin) or kelvin <= 0:
        raise InputError(
            f"temperature must be above 0 K, got {value!r}; degrees C need a C (150C)"
        )
    return kelvin


def parse_temperatures(value: Any) -> list[float]:
    """Read one temperature, a list or a range of them into kelvin.

    Parameters
    ----------
    value : str, float or sequence of them
        As `parse_temperature`; a text may also list temperatures, ``"20C,100C,150C"``, or give
        first, last and step of a range, ``"20C:200C:10"``. The last temperature of a range is
        included where the steps meet it. A range may stand in a list. Each end
        of a range has its own unit, the step none.

    Returns
    -------
    list of float
        Temperatures, K. In the order given; one that comes twice stays.

    Raises
    ------
    InputError
        If one is no temperature, a range does not rise or has over a thousand steps, or the list is
        empty.

    Warns
    -----
    TemperatureWarning
        Of a number, or a text without unit, below 200: 150 is 150 K, not 150 degrees C.

    Examples
    --------
    >>> parse_temperatures("20C:100C:40")
    [293.15, 333.15, 373.15]
    """
    if isinstance(value, str):
        kelvins = []
        for part in value.split(","):
            kelvins += mind_the_cold(part, _range_or_one(part))
    # Bytes and 0-d arrays are no list.
    elif (
        hasattr(value, "__iter__")
        and not isinstance(value, bytes)
        and getattr(value, "ndim", True)
    ):
        kelvins = [k for part in value for k in parse_temperatures(part)]
    else:
        kelvin = parse_temperature(value)
        kelvins = mind_the_cold(f"{kelvin:g}", [kelvin])
    if not kelvins:
        raise InputError(
            "expected one temperature or more, such as '150C', got an empty list"
        )
    return kelvins


def mind_the_cold(text: str, found: list[float]) -> list[float]:
    """Warn if a text names no unit and likely means degrees C.

    The warning is a TemperatureWarning, if the lowest is below 200 K and the text has no letter.

    Parameters
    ----------
    text : str
        A temperature, or a range of them, as written.
    found : list of float
        What it was read as, K. An empty list gives no warning.

    Returns
    -------
    list of float
        `found`.
    """
    if min(found, default=_COLDEST_USE_K) < _COLDEST_USE_K and not any(
        c.isalpha() for c in text
    ):
        warn(
            f"temperature {text} is taken as {kelvin_text(min(found))}; write '{min(found):g}C' "
            f"for degrees C, or '{min(found):g}K'",
            TemperatureWarning,
        )
    return found


def _range_or_one(text: str) -> list[float]:
    """Read one temperature, or a range of them, into kelvin.

    It warns of nothing; `mind_the_cold` does.

    Parameters
    ----------
    text : str
        Such as "150C", or first, last and step as "20C:200C:10". The step is in kelvin and has no
        unit.

    Returns
    -------
    list of float
        K, rising; the last of a range is included where the steps meet it.

    Raises
    ------
    InputError
        If the text is no temperature, or the range does not rise or has too many steps.
    """
    match = _RANGE.match(text.strip())
    if match is None:
        return [parse_temperature(text)]
    first = parse_temperature(match[1])
    last = parse_temperature(match[2])
    step = float(match[3])
    if not (
        last > first
        and step > 0
        and (last - first) / step <= _MOST_TEMPERATURES
    ):
        raise InputError(
            f"temperatures {text!r}: expected first:last:step such as 20C:200C:10, rising, of at "
            f"most {_MOST_TEMPERATURES} steps"
        )
    return [
        first + i * step for i in range(int((last - first) / step + 1e-9) + 1)
    ]


def kelvin_text(kelvin: float) -> str:
    """Return a temperature in both units, e.g. ``423 K (150 °C)``.

    Both are written as whole degrees.

    Parameters
    ----------
    kelvin : float
        Temperature, K.

    Returns
    -------
    str
    """
    return f"{kelvin:.0f} K ({kelvin - ZERO_CELSIUS:.0f} °C)"


def celsius_range(between: tuple[float, float]) -> str:
    """Return the range of a chord as data sheets print it, e.g. ``20 to 100 °C``.

    Parameters
    ----------
    between : tuple of float
        The two temperatures, K. They are written with at most four digits, in
        this order.

    Returns
    -------
    str
    """
    first, second = (f"{end - ZERO_CELSIUS:.4g}" for end in between)
    return f"{first} to {second} °C"
