"""What the error of the law of grain size does to coercivity."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..units import MU_0

Array = NDArray[np.float64]


def off_reference(rows: dict[str, Array]) -> Array:
    """Return what a standard deviation of the slope with grain size adds to N_eff, shape (n,).

    Parameters
    ----------
    rows : dict of str to ndarray, shape (n,)
        Of `magnetkit.magnetism.process.by_row`.
    """
    away = np.log(rows["grain_size_um"] / rows["grain_reference_um"])
    return np.nan_to_num(rows["grain_deviation"] * away)


def grain_effect(phases: Any, rules: Any, rows: dict[str, Array], temperature: Any) -> Array:
    """Return what a standard deviation of the slope with grain size does to ln H_cJ.

    Nothing at the grain size that the law counts from, and where N_eff is nothing; much where
    little coercivity is left.

    Parameters
    ----------
    phases, rules : Phases, Rules
        Of `magnetkit.kernels.sintered`, n alloys.
    rows : dict of str to ndarray, shape (n,)
        As for `off_reference`, with ``harder``.
    temperature : float or sequence of them, shape (m,)
        K.

    Returns
    -------
    ndarray of float64, shape (m, n)
    """
    from ..kernels.sintered import states

    kelvin = np.atleast_1d(np.asarray(temperature, float))
    off = off_reference(rows)
    off[~(rules.n_eff > 0.0)] = 0.0
    if not off.any():
        return np.zeros((kelvin.size, off.size))
    polarization, coercivity, _ = states(kelvin, phases, rules)
    with np.errstate(divide="ignore", invalid="ignore"):
        added = -off * rows["harder"] * polarization / MU_0 / coercivity
    # The logarithm bounds what a straight line would make of a coercivity next to nothing.
    found = np.copysign(np.log1p(np.abs(added)), added)
    return np.where(np.isfinite(found), found, 0.0)
