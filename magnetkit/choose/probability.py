"""The probability that what is delivered meets what is asked.

The level of an unknown producer cancels where two of its magnets are compared. What is left is the
difference of two recipes, and the lots of each (``datasets/recipes/spread.toml``, of which
``python -m benchmarks.accuracy spread`` estimates anew what data say).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..magnetism.spread import constants
from ..phases.records import root_host

_Array = NDArray[np.float64]
_Mask = NDArray[np.bool_]

_NODES = 48
SAME_RECIPE = 1e-3
"""Distance, the sum over atomic fractions, to which two recipes differ by rounding alone."""
# Deviations that are less than this decide nothing, and slack that rounding takes.
_LEAST = 1e-9
_ROUNDING = 1e-8


def producer_deviations(
    host: str,
    rise: _Array,
    distance: _Array,
    share: _Array,
    other_shell: _Mask,
    other_route: _Mask,
) -> tuple[_Array, _Array]:
    """Return the deviations of ln B_r and ln H_cJ of n magnets over one of the same producer.

    Parameters
    ----------
    host : str
        Host of the magnets.
    rise : ndarray of float64, shape (n,)
        Predicted ln of the ratio of B_r.
    distance : ndarray of float64, shape (n,)
        Distance of the alloys, the sum over atomic fractions.
    share : ndarray of float64, shape (n,)
        Share of H_cJ that the shell gives, less that of the other magnet.
    other_shell, other_route : ndarray of bool, shape (n,)
        Whether the shells differ, and whether another route makes it, of which no producer cancels.

    Returns
    -------
    tuple of ndarray of float64, shape (n,)
        Of ln B_r, and of ln H_cJ.
    """
    alloy, shell, route = (constants()[name] for name in ("alloy", "shell", "route"))
    remanence = (alloy["remanence_T"] * (distance > SAME_RECIPE)) ** 2
    remanence = remanence + (alloy["of_difference"] * rise) ** 2
    remanence = remanence + (shell["remanence_T"] * other_shell) ** 2
    remanence = remanence + (route["remanence_T"] * other_route) ** 2
    each = alloy["of_host"].get(root_host(host), alloy["coercivity_kA_m"])
    coercivity = 2.0 * each**2 * -np.expm1(-distance / alloy["length"])
    coercivity = coercivity + (shell["gain"] * share) ** 2
    coercivity = coercivity + (shell["coercivity_kA_m"] * other_shell) ** 2
    coercivity = coercivity + (route["coercivity_kA_m"] * other_route) ** 2
    return np.sqrt(remanence), np.sqrt(coercivity)


def probability_of_limits(
    flux: Any,
    hardness: Any,
    flux_deviation: _Array,
    hardness_deviation: _Array,
    *,
    pull: Any = 0.0,
    trade: bool = False,
) -> _Array:
    """Return the probability that n magnets meet a limit on B_r and one on H_cJ or the knee.

    With x and y the errors of ln B_r and ln H_cJ, both normal, B_r is met where ``flux + x >= 0``
    and the other where ``hardness + y - pull x >= 0``. A producer that may `trade` a little of one
    for the other (``datasets/recipes/spread.toml``) meets both if some u in (-1, 1) gives
    ``flux + x >= a u`` and ``hardness + y >= -b u``.

    Parameters
    ----------
    flux, hardness : array_like, shape (n,)
        ln of what is expected over what is asked, tolerance included; large where nothing is.
    flux_deviation, hardness_deviation : ndarray of float64, shape (n,)
        Standard deviations of the errors.
    pull : array_like, shape (n,)
        By how much ln of the field against a magnet rises with ln of its B_r.
    trade : bool
        Whether one may be traded for the other.

    Returns
    -------
    ndarray of float64, shape (n,)

    Examples
    --------
    >>> none = np.zeros(1)
    >>> probability_of_limits([0.0], [0.0], none, none)
    array([1.])
    """
    from scipy.special import ndtr, ndtri

    sizes = constants()["trade"]
    unit_flux = sizes["remanence_T"] if trade else 1.0
    unit_hardness = sizes["coercivity_kA_m"] if trade else 1.0
    most = 1.0 if trade else 0.0
    expected_flux = (np.asarray(flux, float) + _ROUNDING) / unit_flux
    expected_hardness = (np.asarray(hardness, float) + _ROUNDING) / unit_hardness
    wide_flux = np.maximum(flux_deviation / unit_flux, _LEAST)
    wide_hardness = np.maximum(hardness_deviation / unit_hardness, _LEAST)
    # Over the quantiles of remanence that meet their limit, so that a narrow range is met.
    low = ndtr((-most - expected_flux) / wide_flux)
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    quantile = low + (1.0 - low) * (node[:, None] + 1.0) / 2.0
    error = wide_flux * ndtri(np.clip(quantile, 1e-300, 1.0 - 1e-16))
    moved = np.clip(expected_flux + error, -most, most)
    left = (
        expected_hardness + moved - np.asarray(pull) * error * unit_flux / unit_hardness
    )
    met = ndtr(left / wide_hardness)
    return np.clip((weight[:, None] * met).sum(axis=0) / 2.0 * (1.0 - low), 0.0, 1.0)


def probability_of_grades(flux: _Array, hardness: _Array, *, pull: Any = 0.0) -> _Array:
    """Return the probability that n grades as sold meet limits, by what makers guarantee, (n,).

    `flux`, `hardness` and `pull` as of `probability_of_limits`; printed least values are off by little.
    """
    sold = constants()["sold"]
    deviations = [
        np.full(len(flux), sold[name]) for name in ("remanence_T", "coercivity_kA_m")
    ]
    return probability_of_limits(
        flux, hardness, deviations[0], deviations[1], pull=pull
    )
