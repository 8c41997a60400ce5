"""What the belief on a magnet is learnt over: its columns, and the physics at its prior."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..composition import CompositionTable
from ..elements import N_ELEMENTS
from ..features.ratio_sums import ratio_sums
from ..hosts.partition import ROOTS, assign_hosts, partition, root_codes, root_places
from ..learning.curie import EDGE

if TYPE_CHECKING:
    from ..kernels.ratios import Layout

Array = NDArray[np.float64]

# Less of a recipe's weight than this in the hard phase, and a measured temperature may be that of
# another phase.
_WHOLE = 0.9
# Where there is no physics the mean starts here (K), with the trend's own constant about it.
TYPICAL_K = 500.0
_UNIT_K = 250.0
OFFSET_K = 140.0
"""Prior deviation of the physics of a host, K."""
# And of its slope, K per `_UNIT_K`.
_SLOPE = 60.0

TREND = 2 * (len(ROOTS) + 1)
"""Number of columns of the trend."""


def physical(phases: CompositionTable, codes: NDArray[np.int8]) -> Array:
    """Return the Curie temperature of the model at prior parameters, K; NaN where it has none.

    A variant is taken as its root, here and below: its compounds are its root's to learn from.
    """
    from .model import curie_temperature
    from .priors import prior_parameters

    return curie_temperature(phases, root_codes(codes), prior_parameters())


def columns_of(phases: CompositionTable, codes: NDArray[np.int8], base: Array) -> Array:
    """Return trend, smooth and local columns, see `TrendProcess`."""
    from ..kernels.ratios import design

    return design(phases.rows, layout(), *placed(codes, base))


@lru_cache(maxsize=1)
def layout() -> "Layout":
    """Return what the columns are made of, as the kernels take it."""
    from ..kernels.ratios import Layout

    return Layout(ratio_sums()[1], len(ROOTS), OFFSET_K, _SLOPE)


def placed(codes: NDArray[np.int8], base: Array) -> tuple[NDArray[np.int64], Array]:
    """Return the kind of each row, its place in `ROOTS`, and its reduced mean.

    Where there is no physics the kind is the one behind the last.
    """
    known = np.isfinite(base)
    kind = np.where(known, root_places(codes), len(ROOTS))
    return kind, np.where(known, base - 600.0, -100.0) / _UNIT_K


def phases_of(table: CompositionTable) -> tuple[NDArray[np.int8], CompositionTable]:
    """Return host, a root, and phase of measured compounds.

    A compound is taken as it was made: what the split would put outside the hard phase, such as
    hydrogen, is in it. One that is no single phase of a host has none.
    """
    part = partition(table, root_codes(assign_hosts(table)))
    whole = (part.host >= 0) & (part.hard_weight_fraction > _WHOLE)
    return np.where(whole, part.host, -1).astype(np.int8), table


WEIGHTS = np.random.default_rng(0).integers(1, 2**40, N_ELEMENTS) * 2 + 1
"""Odd multipliers: their products with rounded fractions sum to one number a composition."""


def hashes(table: CompositionTable) -> NDArray[np.int64]:
    """Return one number a composition, the same for fractions equal within 0.1 at.%."""
    from ..kernels.belief import numbers

    return numbers(table.rows, WEIGHTS, EDGE)
