"""Unit factors and the reading of temperatures.

Inside, everything is SI: polarization J in tesla, field H in A/m, energy density in J/m3,
temperature in kelvin.
"""

import math
import re

from .errors import InputError

# CODATA 2022 (https://physics.nist.gov/constants); checked against scipy.constants in the tests.
# Written out because importing scipy costs the command line 50 ms.
MU_0 = 1.25663706127e-6
"""Vacuum permeability, T m/A."""
MU_B = 9.2740100657e-24
"""Bohr magneton, J/T."""
K_B = 1.380649e-23
"""Boltzmann constant, J/K."""
N_A = 6.02214076e23
"""Avogadro constant, 1/mol."""
EV = 1.602176634e-19
"""Electronvolt, J."""

KILO_OERSTED = 1e6 / (4.0 * math.pi)
"""1 kOe in A/m."""
MEGA_GAUSS_OERSTED = 1e5 / (4.0 * math.pi)
"""1 MGOe in J/m3."""
KILO_GAUSS = 0.1
"""1 kG in T."""
ZERO_CELSIUS = 273.15
"""0 degrees C in K."""

_TEMPERATURE = re.compile(r"^\s*([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*(K|°?C)?\s*$")


def parse_temperature(value: str | float) -> float:
    """Read a temperature into kelvin.

    Parameters
    ----------
    value : str or float
        A number (kelvin) or a text such as ``"423K"``, ``"150C"``, ``"150 °C"``.

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
            kelvin = float(value)
        except (TypeError, ValueError):
            raise InputError(
                f"expected one temperature such as 300.0 or '150C', got {value!r:.60}"
            ) from None
    if not math.isfinite(kelvin) or kelvin <= 0:
        raise InputError(f"temperature must be above 0 K, got {value!r}; degrees C need a C (150C)")
    return kelvin
