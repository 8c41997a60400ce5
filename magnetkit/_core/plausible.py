"""Numbers that nobody believes, and the slip of a unit that is likeliest behind them.

Limits are wide: what lies beyond them was never measured or sold (assumed from what is). A number
beyond is refused with a question; a text that names its unit says that it is meant.
"""

import re
from dataclasses import dataclass, field

from .errors import InputError
from .units import KILO_GAUSS, KILO_OERSTED, MEGA_GAUSS_OERSTED, MU_0, ZERO_CELSIUS


@dataclass(frozen=True)
class Limits:
    """Least and largest value that is believed, the unit, and what else it may be written in.

    `slips` gives for another unit factor and offset to the unit of the limits.
    """

    low: float
    high: float
    unit: str
    slips: dict[str, tuple[float, float]] = field(default_factory=dict)


_FIELDS = {
    "A/m": (1e-3, 0.0),
    "kOe": (1e-3 * KILO_OERSTED, 0.0),
    "Oe": (1e-6 * KILO_OERSTED, 0.0),
    "T": (1e-3 / MU_0, 0.0),
    "MA/m": (1e3, 0.0),
}
_FLUXES = {"gauss": (1e-4, 0.0), "kG": (KILO_GAUSS, 0.0), "mT": (1e-3, 0.0)}
_ENERGIES = {"J/m3": (1e-3, 0.0), "MGOe": (1e-3 * MEGA_GAUSS_OERSTED, 0.0)}
_KELVINS = {"C": (1.0, ZERO_CELSIUS)}
_PERCENT = {"%": (0.01, 0.0)}
_PARTS = {"ppm/K": (1e-4, 0.0), "1/K": (100.0, 0.0)}

LIMITS = {
    "temperature_K": Limits(200.0, 1000.0, "K", _KELVINS),
    "curie_temperature_K": Limits(200.0, 1500.0, "K", _KELVINS),
    "max_working_temperature_K": Limits(250.0, 1100.0, "K", _KELVINS),
    "remanence_T": Limits(0.02, 2.0, "T", _FLUXES),
    "remanence_guaranteed_T": Limits(0.02, 2.0, "T", _FLUXES),
    "saturation_polarization_T": Limits(0.02, 2.6, "T", _FLUXES),
    "coercivity_kA_m": Limits(1.0, 6000.0, "kA/m", _FIELDS),
    "coercivity_guaranteed_kA_m": Limits(1.0, 6000.0, "kA/m", _FIELDS),
    "knee_field_kA_m": Limits(1.0, 6000.0, "kA/m", _FIELDS),
    "outside_field_kA_m": Limits(0.0, 5000.0, "kA/m", _FIELDS),
    "max_energy_product_kJ_m3": Limits(1.0, 600.0, "kJ/m3", _ENERGIES),
    "remanence_coefficient_pct_K": Limits(-1.0, 1.0, "%/K", _PARTS),
    "coercivity_coefficient_pct_K": Limits(-3.0, 3.0, "%/K", _PARTS),
    "heavy_rare_earth_wt_pct": Limits(0.0, 40.0, "wt.%"),
    "dysprosium_terbium_wt_pct": Limits(0.0, 40.0, "wt.%"),
    "rare_earth_wt_pct": Limits(0.0, 60.0, "wt.%"),
    "cobalt_wt_pct": Limits(0.0, 80.0, "wt.%"),
    "supply_risk": Limits(0.0, 1.0, "", _PERCENT),
    "probability_phase_forms": Limits(0.0, 1.0, "", _PERCENT),
    "probability_meets_requirements": Limits(0.0, 1.0, "", _PERCENT),
    "demagnetization_safety": Limits(0.1, 20.0, "", _PERCENT),
    "irreversible_loss_pct": Limits(0.0, 100.0, "%"),
    "density_kg_m3": Limits(2000.0, 10000.0, "kg/m3", {"g/cm3": (1e3, 0.0)}),
    "cost_USD_kg": Limits(0.1, 5000.0, "USD/kg", {"USD/t": (1e-3, 0.0)}),
    "price_USD_kg": Limits(0.02, 500_000.0, "USD/kg", {"USD/t": (1e-3, 0.0)}),
    "price_factor": Limits(0.01, 200.0, "x"),
    "magnet_mass_kg": Limits(1e-6, 200.0, "kg", {"g": (1e-3, 0.0)}),
    "load_line": Limits(0.01, 100.0, ""),
    "service_hours": Limits(0.0, 1e6, "h", {"s": (1.0 / 3600.0, 0.0)}),
}
"""What is believed of a number, by the name of its column or field."""


def check_plausible(name: str, value: float) -> None:
    """Refuse a number that lies beyond what is believed of it.

    Parameters
    ----------
    name : str
        A key of `LIMITS`; of another name every number is taken.
    value : float
        In the unit of the name.

    Raises
    ------
    InputError
        With the range, and the unit in which the number would lie in it.

    Examples
    --------
    >>> check_plausible("coercivity_kA_m", 1592.0)
    """
    limits = LIMITS.get(name)
    if limits is None or limits.low <= value <= limits.high:
        return
    likely_units = [
        unit
        for unit, (factor, offset) in limits.slips.items()
        if limits.low <= value * factor + offset <= limits.high
    ]
    question = f": {value:g} {likely_units[0]}?" if likely_units else ""
    number = f"{value:g} {limits.unit}".strip()
    reach = f"{limits.low:g} to {limits.high:g} {limits.unit}".strip()
    raise InputError(f"{number} lies outside {reach}{question}")


_MASS = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(kg|g|mg|t)\s*")
_KILOGRAMS = {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "t": 1e3}


def parse_mass(text: str) -> float:
    """Read a mass with its unit, ``"350 g"`` or ``"1.5 t"``, into kg.

    Raises
    ------
    InputError
        If it is none.

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
