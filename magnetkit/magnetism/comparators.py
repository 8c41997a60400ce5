"""Permanent magnets without any rare earth, to set beside every ranking."""

from typing import TYPE_CHECKING

import numpy as np

from .. import datasets
from ..arguments import named
from ..units import parse_temperature

if TYPE_CHECKING:
    import pandas as pd

FILE = "comparators/comparators.csv"
_AT = 293.15


@named
def comparators(temperature: float | str = 300.0) -> "pd.DataFrame":
    """Return cited properties of magnets without rare earth at a temperature.

    Remanence, coercivity and saturation follow the coefficients of the data file from 293 K on;
    the energy product follows remanence times the lesser of the two relative changes. Above a
    material's highest temperature of use, and where no such magnet exists, values are NaN.

    Parameters
    ----------
    temperature : float or str
        K, or a text such as ``"150C"``.

    Returns
    -------
    pandas.DataFrame
        ``candidate`` (name), ``formula``, ``temperature_K``, ``curie_temperature_K``,
        ``saturation_polarization_T``, ``remanence_T``, ``coercivity_kA_m``,
        ``max_energy_product_kJ_m3``, ``max_working_temperature_K``,
        ``remanence_coefficient_pct_K``, ``coercivity_coefficient_pct_K``, each with a
        ``_provenance`` of ``comparator``, then ``kind``, ``source``, ``confidence``, ``note``.

    Raises
    ------
    InputError
        If the temperature cannot be read.
    """
    import pandas as pd

    t = parse_temperature(temperature)
    data = pd.read_csv(datasets.path(FILE))
    alpha = data["remanence_coefficient_pct_K"]
    beta = data["coercivity_coefficient_pct_K"]
    limit = data["max_temperature_K"].fillna(data["curie_temperature_K"])
    usable = (t <= limit).to_numpy()
    on_b = _factor(alpha.to_numpy(float), t, usable)
    on_h = _factor(beta.to_numpy(float), t, usable)
    columns = {
        "curie_temperature_K": data["curie_temperature_K"],
        "saturation_polarization_T": data["saturation_polarization_T"] * on_b,
        "remanence_T": data["remanence_T"] * on_b,
        "coercivity_kA_m": data["coercivity_kA_m"] * on_h,
        "max_energy_product_kJ_m3": data["max_energy_product_kJ_m3"]
        * on_b
        * np.minimum(on_b, on_h),
        "max_working_temperature_K": data["max_temperature_K"],
        "remanence_coefficient_pct_K": alpha,
        "coercivity_coefficient_pct_K": beta,
    }
    frame = pd.DataFrame(
        {"candidate": data["name"], "formula": data["formula"], "temperature_K": t}
    )
    for name, values in columns.items():
        frame[name] = values
        known = values.notna().to_numpy()
        frame[f"{name}_provenance"] = pd.Categorical.from_codes(
            np.where(known, 0, -1), categories=pd.Index(["comparator"])
        )
    return frame.assign(**{n: data[n] for n in ("kind", "source", "confidence", "note")})


def _factor(percent: np.ndarray, t: float, usable: np.ndarray) -> np.ndarray:
    """Return the relative change; a coefficient that is not known counts as none near 293 K."""
    near = abs(t - _AT) <= 30.0
    slope = np.where(np.isnan(percent) & near, 0.0, percent)
    factor = 1.0 + 0.01 * slope * (t - _AT)
    return np.where(usable & (factor > 0.0), factor, np.nan)
