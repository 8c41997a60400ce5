"""What varies between the magnets of one mill, and the probability that one replaces another.

The level of an unknown mill cancels where two of its magnets are compared. What is left is the
difference of two recipes, and the lots of each (``datasets/recipes/spread.toml``, of which
``python -m benchmarks.accuracy spread`` estimates anew what data say).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._core import datasets
from .._core._arguments import named
from .._core.errors import InputError
from ..hosts.records import root_of

FILE = "recipes/spread.toml"
_NAMES = {"B_r": "remanence_T", "H_cJ": "coercivity_kA_m"}
_NODES = 48


@lru_cache(maxsize=1)
def constants() -> dict[str, Any]:
    """Return ``datasets/recipes/spread.toml``."""
    return datasets.toml(FILE)


@dataclass(frozen=True)
class Spread:
    """What one mill's magnets differ by, standard deviations of the logarithm.

    Attributes
    ----------
    remanence_T, coercivity_kA_m : float
        Of the lots of one recipe.
    source : str
        What that rests on.
    """

    remanence_T: float
    coercivity_kA_m: float
    source: str = "assumed of the family"

    def __str__(self) -> str:
        """Return e.g. ``B_r 0.8 %, H_cJ 4 %, assumed of the family``."""
        b_r, h_cj = 100.0 * self.remanence_T, 100.0 * self.coercivity_kA_m
        return f"B_r {b_r:.1f} %, H_cJ {h_cj:.0f} %, {self.source}"

    def share(self, quantity: str) -> float:
        """Return the guaranteed least value over the typical one: what 99 % of lots reach."""
        return float(np.exp(-constants()["quantile"] * getattr(self, quantity)))

    def slack(self, quantity: str) -> float:
        """Return by how much ln of the typical value may fall until too many lots miss."""
        from statistics import NormalDist

        kept = constants()["quantile"] - NormalDist().inv_cdf(constants()["meets"])
        return float(kept * getattr(self, quantity))


@named
def lots(host: str, given: Mapping[str, float] | None = None) -> Spread:
    """Return how the lots of one recipe vary.

    Parameters
    ----------
    host : str
        Host of the magnets; one of no known family counts as 2:14:1.
    given : mapping of str to float, optional
        ``B_r`` and ``H_cJ``: the user's own standard deviations of one lot, %.

    Returns
    -------
    Spread

    Raises
    ------
    InputError
        If one of `given` is none.

    Examples
    --------
    >>> round(lots("2:14:1").share("coercivity_kA_m"), 3)
    0.911
    """
    known = constants()["lot"]
    found = Spread(**known.get(root_of(host), known["2:14:1"]))
    for name, percent in (given or {}).items():
        if name not in _NAMES or not 0.0 < float(percent) < 50.0:
            raise InputError(
                f"spread must be percent of one lot such as B_r=1.5,H_cJ=6, got {name}={percent}"
            )
        of_lot: dict[str, float] = {_NAMES[name]: float(percent) / 100.0}
        found = replace(found, source="as you say", **of_lot)
    return found


@dataclass(frozen=True, eq=False)
class Differences:
    """How n candidates differ from the magnet in use, as the model has it; ln of ratios.

    Attributes
    ----------
    remanence, coercivity : ndarray of float64, shape (n,)
        Expected ln of candidate over magnet in use.
    distance : ndarray of float64, shape (n,)
        Of the alloys: sum of the differences in atomic fraction.
    share : ndarray of float64, shape (n,)
        Share of coercivity that the shell gives, less that of the magnet in use.
    shell : ndarray of bool, shape (n,)
        Whether another shell is put in, or one more or less.
    route : ndarray of bool, shape (n,)
        Whether it is made by another route, of which no mill cancels.
    """

    remanence: NDArray[np.float64]
    coercivity: NDArray[np.float64]
    distance: NDArray[np.float64]
    share: NDArray[np.float64]
    shell: NDArray[np.bool_]
    route: NDArray[np.bool_]

    def deviations(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the standard deviations of both, (n,); 0 for the recipe itself."""
        known = constants()
        alloy, shell, route = known["alloy"], known["shell"], known["route"]
        other = self.distance > 1e-9
        b_r = (alloy["remanence_T"] * other) ** 2 + (shell["remanence_T"] * self.shell) ** 2
        b_r += (alloy["of_difference"] * self.remanence) ** 2 + (
            route["remanence_T"] * self.route
        ) ** 2
        h_cj = 2.0 * alloy["coercivity_kA_m"] ** 2 * -np.expm1(-self.distance / alloy["length"])
        h_cj = (
            h_cj + (shell["gain"] * self.share) ** 2 + (shell["coercivity_kA_m"] * self.shell) ** 2
        )
        h_cj += (route["coercivity_kA_m"] * self.route) ** 2
        return np.sqrt(b_r), np.sqrt(h_cj)


@named
def probability(
    remanence: ArrayLike,
    coercivity: ArrayLike,
    deviations: tuple[ArrayLike, ArrayLike],
    slack: tuple[float, float],
    *,
    trade: bool = True,
) -> NDArray[np.float64]:
    """Return the probability that candidates meet a drawing that the magnet in use meets.

    The mill may trade a little remanence for coercivity or the other way, by ``[trade]`` of the
    table at most: that of some u in (-1, 1) with ``D_B - a u >= -slack_B`` and
    ``D_H + b u >= -slack_H``, D normal.

    Parameters
    ----------
    remanence, coercivity : array_like, shape (n,)
        Expected ln of candidate over magnet in use.
    deviations : pair of array_like, shape (n,)
        Their standard deviations.
    slack : (float, float)
        How much less ln of each may be.
    trade : bool
        Whether the mill may trade: of what is bought it may not.

    Returns
    -------
    ndarray of float64, shape (n,)

    Examples
    --------
    >>> probability([0.0], [0.0], ([0.0], [0.0]), (0.0055, 0.027))
    array([1.])
    """
    from scipy.special import ndtr

    unit = constants()["trade"]
    a, b = (unit["remanence_T"], unit["coercivity_kA_m"]) if trade else (1e-9, 1e-9)
    # In units of the trade; what has no deviation at all is decided by its sign.
    mean_a, mean_b = ((np.asarray(m, float) + s) / one for m, s, one in
                      zip((remanence, coercivity), slack, (a, b), strict=True))  # fmt: skip
    sd_a, sd_b = (np.maximum(np.asarray(d, float) / one, 1e-9) for d, one in
                  zip(deviations, (a, b), strict=True))  # fmt: skip
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    # Over the quantiles of remanence, so that a narrow one is met.
    low, high = ndtr((-1.0 - mean_a) / sd_a), ndtr((1.0 - mean_a) / sd_a)
    from scipy.special import ndtri

    share = low + (high - low) * (node[:, None] + 1.0) / 2.0
    at = mean_a + sd_a * ndtri(np.clip(share, 1e-300, 1.0 - 1e-16))
    inside = ndtr((mean_b + np.clip(at, -1.0, 1.0)) / sd_b)
    part = (weight[:, None] * inside).sum(axis=0) / 2.0 * (high - low)
    found: NDArray[np.float64] = part + (1.0 - high) * ndtr((mean_b + 1.0) / sd_b)
    return np.clip(found, 0.0, 1.0)
