"""What varies between the magnets of one producer, and the probability that one replaces another.

The level of an unknown producer cancels where two of its magnets are compared. What is left is the
difference of two recipes, and the lots of each (``datasets/recipes/spread.toml``, of which
``python -m benchmarks.accuracy spread`` estimates anew what data say).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core import datasets
from .._core.errors import InputError
from ..phases.records import root_of

_Array = NDArray[np.float64]
_Which = NDArray[np.bool_]
_Two = tuple[_Array, _Array]  # of B_r and H_cJ
_NAMES = {"B_r": "remanence_T", "H_cJ": "coercivity_kA_m"}
_NODES = 48


@lru_cache(maxsize=1)
def constants() -> dict[str, Any]:
    """Return ``datasets/recipes/spread.toml``."""
    return datasets.toml("recipes/spread.toml")


@dataclass(frozen=True)
class Spread:
    """Standard deviations of ln B_r and ln H_cJ of the lots of one recipe, and their `source`."""

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
        kept = constants()["quantile"] - NormalDist().inv_cdf(constants()["meets"])
        return float(kept * getattr(self, quantity))


def lots(host: str, given: Mapping[str, float] | None = None) -> Spread:
    """Return how the lots of a host's magnets vary; of no known family, as 2:14:1.

    `given` are the user's own, %, by ``B_r`` and ``H_cJ``; InputError if one is none.

    Examples
    --------
    >>> round(lots("2:14:1").share("coercivity_kA_m"), 3)
    0.911
    """
    known = constants()["lot"]
    found = Spread(**known.get(root_of(host), known[constants()["otherwise"]]))
    for name, percent in (given or {}).items():
        number = isinstance(percent, int | float) and not isinstance(percent, bool)
        if name not in _NAMES or not number or not 0.0 < percent < 50.0:
            raise InputError(
                f"spread must be percent of one lot such as B_r=1.5,H_cJ=6, got {name}={percent}"
            )
        of_lot: dict[str, float] = {_NAMES[name]: float(percent) / 100.0}
        found = replace(found, source="as you say", **of_lot)
    return found


@lru_cache
def shares(hosts: tuple[str, ...], quantity: str) -> _Array:
    """Return `Spread.share` of a quantity for the lots of each host, and a NaN for none."""
    return np.array([*(lots(host).share(quantity) for host in hosts), np.nan])


def deviations(
    host: str, rise: _Array, distance: _Array, share: _Array, shell: _Which, route: _Which
) -> _Two:
    """Return the standard deviations of ln B_r and ln H_cJ of n magnets over one of their producer.

    `rise` is the predicted ln of the ratio of B_r, `distance` that of the alloys (sum over atomic
    fractions), `share` what of coercivity the shell gives, less that of the other, `shell` whether
    the shells differ, `route` whether another route makes it, of which no producer cancels.
    """
    alloy, coat, way = (constants()[name] for name in ("alloy", "shell", "route"))
    b_r = (alloy["remanence_T"] * (distance > 1e-9)) ** 2 + (alloy["of_difference"] * rise) ** 2
    b_r += (coat["remanence_T"] * shell) ** 2 + (way["remanence_T"] * route) ** 2
    each = alloy["of_host"].get(root_of(host), alloy["coercivity_kA_m"])
    h_cj = 2.0 * each**2 * -np.expm1(-distance / alloy["length"])
    h_cj = h_cj + (coat["gain"] * share) ** 2 + (coat["coercivity_kA_m"] * shell) ** 2
    return np.sqrt(b_r), np.sqrt(h_cj + (way["coercivity_kA_m"] * route) ** 2)


def probability(logs: _Two, wide: _Two, slack: tuple[Any, Any], *, trade: bool = True) -> _Array:
    """Return the probability that n candidates meet a drawing that the magnet in use meets.

    `logs` are the expected ln of B_r and of H_cJ over those in use, `wide` their standard
    deviations, `slack` how much less each may be. A producer may trade a little of one for the
    other: that of some u in (-1, 1) with ``D_B - a u >= -slack_B`` and ``D_H + b u >= -slack_H``.

    Examples
    --------
    >>> none = np.zeros(1)
    >>> probability((none, none), (none, none), (0.0055, 0.027))
    array([1.])
    """
    from scipy.special import ndtr, ndtri

    # In units of the trade; what has no deviation is decided by its sign.
    unit = [constants()["trade"][name] if trade else 1e-9 for name in _NAMES.values()]
    a, b = ((m + s) / one for m, s, one in zip(logs, slack, unit, strict=True))
    wide_a, wide_b = (np.maximum(d / one, 1e-9) for d, one in zip(wide, unit, strict=True))
    low, high = ndtr((-1.0 - a) / wide_a), ndtr((1.0 - a) / wide_a)
    # Over the quantiles of remanence, so that a narrow one is met.
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    share = low + (high - low) * (node[:, None] + 1.0) / 2.0
    at = a + wide_a * ndtri(np.clip(share, 1e-300, 1.0 - 1e-16))
    inside = ndtr((b + np.clip(at, -1.0, 1.0)) / wide_b)
    found: _Array = (weight[:, None] * inside).sum(axis=0) / 2.0 * (high - low)
    return np.clip(found + (1.0 - high) * ndtr((b + 1.0) / wide_b), 0.0, 1.0)
