"""What varies between the lots of one producer.

``datasets/recipes/spread.toml`` has the numbers; ``python -m benchmarks.accuracy spread`` estimates
anew what data say of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np

from .._core import datasets
from .._core._types import FloatArray
from .._core.errors import InputError
from ..phases.records import root_host

_NAMES = {"B_r": "remanence_T", "H_cJ": "coercivity_kA_m"}


@lru_cache(maxsize=1)
def constants() -> dict[str, Any]:
    """Return ``datasets/recipes/spread.toml`` as a dict; it is shared: do not change it.

    Its keys are ``lot`` (by host, then ``remanence_T`` and
    ``coercivity_kA_m``, standard deviations of ln), ``otherwise`` (the host of
    unknown ones), ``quantile`` (2.33), ``meets`` (0.95), ``typical`` (of ln),
    ``level`` (a list of the least and the largest usual one), and the tables
    ``trade``, ``alloy``, ``shell``, ``route`` and ``sold`` of further
    deviations.
    """
    return datasets.toml("recipes/spread.toml")


@dataclass(frozen=True)
class Spread:
    """Standard deviations of ln B_r and ln H_cJ of the lots of one recipe, and their `source`."""

    remanence_T: float
    coercivity_kA_m: float
    source: str = "assumed of the family"

    def __str__(self) -> str:
        """Return the deviations and their source, such as ``B_r 0.8 %, H_cJ 4 %, as you say``."""
        b_r = 100.0 * self.remanence_T
        h_cj = 100.0 * self.coercivity_kA_m
        return f"B_r {b_r:.1f} %, H_cJ {h_cj:.0f} %, {self.source}"

    def share(self, quantity: str) -> float:
        """Compute the guaranteed least value over the typical one: what 99 % of lots reach.

        `quantity` is "remanence_T" or "coercivity_kA_m"; another is an AttributeError. The result
        lies between 0 and 1.
        """
        return float(
            np.exp(-constants()["quantile"] * getattr(self, quantity))
        )

    def slack(self, quantity: str) -> float:
        """Compute by how much ln of the typical value may fall until too many lots miss.

        `quantity` is "remanence_T" or "coercivity_kA_m"; another is an
        AttributeError. The result is above 0. Too many is where fewer than 95
        % of lots reach what 99 % did.
        """
        quantile_gap = constants()["quantile"] - NormalDist().inv_cdf(
            constants()["meets"]
        )
        return float(quantile_gap * getattr(self, quantity))


def lots(host: str, given: Mapping[str, float] | None = None) -> Spread:
    """Return how the lots of a host's magnets vary, as a `Spread`; those of an unknown host as 2:14:1.

    `host` is such as "2:14:1", a variant counts as its root. `given` are the user's own standard
    deviations, %, by ``B_r`` and ``H_cJ``, of which one may lack; the source then is "as you say".
    InputError for another name, or what is no number above 0 and below 50. `Spread` has
    ``remanence_T`` and ``coercivity_kA_m``, standard deviations of ln (0.04 for 4 %), and
    ``source``; ``share(column)`` is what 99 % of lots reach, over the value of a usual lot.

    Examples
    --------
    >>> round(lots("2:14:1").share("coercivity_kA_m"), 3)
    0.911
    """
    lot_deviations = constants()["lot"]
    lot_spread = Spread(
        **lot_deviations.get(
            root_host(host), lot_deviations[constants()["otherwise"]]
        )
    )
    for name, percent in (given or {}).items():
        number = isinstance(percent, int | float) and not isinstance(
            percent, bool
        )
        if name not in _NAMES or not number or not 0.0 < percent < 50.0:
            raise InputError(
                f"spread must be percent of one lot such as B_r=1.5,H_cJ=6, got {name}={percent}"
            )
        of_lot: dict[str, float] = {_NAMES[name]: float(percent) / 100.0}
        lot_spread = replace(lot_spread, source="as you say", **of_lot)
    return lot_spread


@lru_cache
def shares(hosts: tuple[str, ...], quantity: str) -> FloatArray:
    """Compute `Spread.share` of a quantity for the lots of each host, and a NaN for none, (hosts + 1,).

    A share is the guaranteed value over the typical one, 0 to 1. `hosts` is a
    tuple of names such as "2:14:1", an unknown one counting as that,
    `quantity` "remanence_T" or "coercivity_kA_m". The NaN stands last, so that
    code -1 picks it. The array is shared: do not change it.
    """
    return np.array([*(lots(host).share(quantity) for host in hosts), np.nan])
