"""How alike the errors of magnets are: what they share, and what nobody has measured near them.

Two magnets of one host and route share a part of their error (`magnetism._measured.Split`),
which cancels where they are compared; a magnet that was measured takes more of it away. Far from
every measured magnet the error grows; that part is each composition's own. All shells share the
error of what a shell gives, and all magnets of unusual grains that of what grain size does.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import datasets
from .._core._columnar import Coded
from .._core._constants import DEVIATIONS_90
from .._core._types import BoolArray, FloatArray
from ..alloy.table import CompositionTable
from ._evidence import evidence
from ._measured import (
    ALPHA,
    COERCIVITY,
    EFFECTS,
    SPLIT_FILE,
    Known,
    Producer,
    shared_variance,
    splits,
)

# Recipes closer than this are one recipe.
_ITSELF = 1e-9


@lru_cache(maxsize=1)
def _growth() -> dict[str, tuple[float, float]]:
    """Read how the error grows far from measured magnets.

    Returns
    -------
    dict of (float, float)
        By quantity: standard deviation of ln far away, and the distance over
        which it is reached, without a unit, as `Evidence.distance`. Quantities
        without such growth, as remanence, have no key; "coercivity_kA_m" has
        one.
    """
    growths = {}
    for name, part in datasets.toml(SPLIT_FILE).items():
        if "far" in part:
            growths[name] = float(part["far"]), float(part["reach"])
    return growths


def distance_variance(
    table: CompositionTable,
    hosts: Coded,
    quantity: str,
    producer: Producer | None = None,
) -> FloatArray:
    """Compute the variance of ln of a quantity that distance from all measured magnets adds, (n,).

    It is ``far**2 (1 - exp(-(d / reach)**2))`` at a distance d
    (`_evidence.evidence`) from the nearest one; both constants were fitted to
    magnets of papers left out, see ``datasets/recipes/SOURCE.md``. 0 of
    remanence and of any other quantity of which no such growth is seen.
    `table` holds the recipes, `hosts` is a `Coded` of roots such as "2:14:1",
    `quantity` a column such as "coercivity_kA_m"; magnets of `producer`, if
    there is one, count as measured.

    >>> table = CompositionTable.from_strings(["SmCo5", "Sm0.4Y0.6Co5"])
    >>> near, far = distance_variance(table, Coded.of(["1:5", "1:5"]), "coercivity_kA_m")
    >>> bool(near < far)
    True
    """
    if quantity not in _growth():
        return np.zeros(len(table))
    return growth(
        evidence(table, hosts, quantity, producer).distance, quantity
    )


def growth(distance: FloatArray, quantity: str) -> FloatArray:
    """Compute the variance of ln of a quantity that is added at a distance from measured magnets, (n,).

    `distance`, (n,), is that of `_evidence.evidence`, 0 or more. `quantity` is
    a column such as "coercivity_kA_m". The variance rises from 0 at a distance
    of 0 to that far away, which it does not exceed. It is 0 for a quantity
    without such growth, whatever its name; NaN stays NaN.
    """
    far_variance, reach = _growth().get(quantity, (0.0, 1.0))
    return np.asarray(
        -(far_variance**2) * np.expm1(-((distance / reach) ** 2))
    )


def condition_rows(
    rows: dict[str, FloatArray],
    table: CompositionTable,
    hosts: Coded,
    producer: Producer | None,
    distance: FloatArray,
    route: str = "",
) -> None:
    """Condition rows on measured magnets, and widen them with the distance from these, in place.

    Parameters
    ----------
    rows : dict of ndarray, shape (n,)
        Changed. Of `magnetkit.magnetism._magnets.Alloys`: it has `EFFECTS`
        (``shell_share``, ``grain_effect``), ``spread``, ``level``, ``fall``,
        ``coercivity_offset`` and ``remanence_offset`` (`_family_ranges`).
        Entered are the factors ``harder`` of H_cJ at 20 degrees C and
        ``stronger`` of B_r; ``alpha_shift``, %/K; the half width ``spread`` of
        the 90 % range of ln H_cJ; ``remanence_left`` and ``alpha_left``, the
        share of the half widths of B_r and alpha that is left; and
        ``remanence_cap``, the most that the half width of ln B_r is before
        that. ``fall`` is multiplied by the producer's. Without a producer
        ``harder`` is ``level`` times exp(``coercivity_offset``), ``stronger``
        exp(``remanence_offset``), ``alpha_shift`` 0, both shares 1 and
        ``remanence_cap`` infinite.
    table : CompositionTable
        The n recipes.
    hosts : Coded
        Their hosts, by roots such as "2:14:1".
    producer : Producer or None
        Whose measured magnets they are conditional on.
    distance : ndarray of float64, shape (n,)
        Distance from magnets whose H_cJ was measured, of `_evidence.evidence`.
    route : str
        Word of the routes that share the producer's level, empty for the usual one.
    """
    producer = producer or Producer("", ())
    effects = np.column_stack([rows[name] for name in EFFECTS])
    shifts = producer.shifts(table, hosts, effects, route)
    shift, remaining = shifts[COERCIVITY]
    error_parts = splits()[COERCIVITY]
    lot_spread = rows["spread"]
    has_value = np.isfinite(remaining)
    half = DEVIATIONS_90 * error_parts.deviation
    alone = np.sqrt(
        lot_spread**2 + half**2 * shared_variance(effects, error_parts)
    )
    rows["harder"] = rows["level"] * np.exp(shift + rows["coercivity_offset"])
    rows["fall"] = rows["fall"] * producer.falls(hosts, route)
    # Where magnets were measured the errors are no larger than those of such magnets, and less;
    # where nobody has measured one near it, they are larger than those that the spread is from.
    unseen = DEVIATIONS_90**2 * growth(distance, COERCIVITY)
    rows["spread"] = np.sqrt(
        np.where(has_value, np.minimum(lot_spread, half) * remaining, alone)
        ** 2
        + unseen
    )
    shift, remaining = shifts["remanence_T"]
    cap = DEVIATIONS_90 * splits()["remanence_T"].deviation
    rows["stronger"] = np.exp(shift + rows["remanence_offset"])
    rows["remanence_left"] = np.nan_to_num(remaining, nan=1.0)
    rows["remanence_cap"] = np.where(np.isfinite(remaining), cap, np.inf)
    rows["alpha_shift"], remaining = shifts[ALPHA]
    rows["alpha_left"] = np.nan_to_num(remaining, nan=1.0)


class Kinds(NamedTuple):
    """n magnets by what they are: one recipe, host (by its root) and shell is one magnet.

    ``effects``, shape (n, 2): `_measured.EFFECTS` of each.
    """

    table: CompositionTable
    hosts: Coded
    shells: NDArray[np.str_]
    effects: FloatArray


def covariance(
    one: Kinds, other: Kinds, quantity: str, producer: Producer | None = None
) -> FloatArray:
    """Compute the covariance of the errors of n magnets with those of k others, shape (n, k).

    The unit is the variance of a magnet near measured ones and without a
    calibration. A magnet far from measured ones has more with itself. Magnets
    of two hosts share nothing.

    Parameters
    ----------
    one, other : Kinds
        The n and the k magnets, as `_figures.kinds` returns them: ``table``, ``hosts`` (by roots),
        ``shells`` and ``effects``. Two are the same magnet where recipe, host and shell are equal.
    quantity : str
        Column such as "coercivity_kA_m". One that is not of `splits` is taken to be split as
        remanence is, and `producer` and distances do not count then.
    producer : Producer, optional
        On whose measured magnets of the usual route the errors are conditional.
    """
    error_parts = splits().get(quantity, splits()["remanence_T"])
    from .._core._linear import multiply
    from ..alloy._row_kernels import distances

    apart = distances(one.table.rows, other.table.to_array())
    same_host = _equal_texts(one.hosts.texts(), other.hosts.texts())
    same_shell = _equal_texts(one.shells, other.shells)
    itself = same_host & (apart < _ITSELF) & same_shell
    alike = error_parts.covariance(apart) + multiply(
        one.effects * error_parts.shared, other.effects.T
    )
    total = np.where(same_host, alike, 0.0) + error_parts.residue * itself
    if quantity not in splits():
        return total
    for host, known_magnets in _known_magnets(producer, quantity).items():
        rows, columns = (
            np.flatnonzero(k.hosts.says(host)) for k in (one, other)
        )
        first = known_magnets.cross_covariance(
            one.table[rows], one.effects[rows]
        )
        second = known_magnets.cross_covariance(
            other.table[columns], other.effects[columns]
        )
        block = np.ix_(rows, columns)
        total[block] -= multiply(
            multiply(first, known_magnets.inverse), second.T
        )
        total[block] *= known_magnets.stretch**2
    distance_term = (
        distance_variance(one.table, one.hosts, quantity, producer)
        / error_parts.deviation**2
    )
    return total + itself * distance_term[:, None]


def _equal_texts(one: Collection[str], other: Collection[str]) -> BoolArray:
    """Say which of n texts, `one`, equal which of k others, `other`, bool (n, k).

    Both are lists or arrays of str; two empty texts are equal.
    """
    # Texts compared each with each would take longer than all else.
    codes = np.unique([*one, *other], return_inverse=True)[1]
    return np.equal.outer(codes[: len(one)], codes[len(one) :])


def relative_width(
    magnets: Kinds,
    reference: Kinds,
    quantity: str,
    producer: Producer | None = None,
) -> FloatArray:
    """Compute the width of the difference to a reference magnet, divided by that of the value, (n,).

    The result is 0 for the reference itself and sqrt(2) for a magnet of as
    wide a range that has nothing in common with it; more for a reference of a
    wider range. `magnets` and `reference` are of `_figures.kinds`, the latter
    of one magnet; `quantity` is a column such as "remanence_T", any other
    counting as `variance` and `covariance` say; `producer` is a calibration
    that both are conditional on, None for none.
    """
    magnet_variance = variance(magnets, quantity, producer)
    shared_variance = covariance(magnets, reference, quantity, producer)[:, 0]
    apart = (
        magnet_variance
        + variance(reference, quantity, producer)[0]
        - 2.0 * shared_variance
    )
    return np.sqrt(
        np.maximum(apart, 0.0) / np.maximum(magnet_variance, _ITSELF)
    )


def variance(
    magnets: Kinds, quantity: str, producer: Producer | None = None
) -> FloatArray:
    """Compute the variance of the error of each magnet: the diagonal of `covariance`, shape (n,).

    `magnets` are as `_figures.kinds` returns them; `quantity` is a column such
    as "coercivity_kA_m"; `producer`, if there is one, is a calibration that
    the errors are conditional on. The unit is the variance of a magnet near
    measured ones and without a calibration; one far from them has more. It is
    1 for a quantity that has no measured split.
    """
    if quantity not in splits():
        return np.ones(len(magnets.table))
    from .._core._linear import multiply

    total = 1.0 + shared_variance(magnets.effects, splits()[quantity])
    for host, known_magnets in _known_magnets(producer, quantity).items():
        rows = np.flatnonzero(magnets.hosts.says(host))
        across = known_magnets.cross_covariance(
            magnets.table[rows], magnets.effects[rows]
        )
        total[rows] -= (multiply(across, known_magnets.inverse) * across).sum(
            axis=1
        )
        total[rows] *= known_magnets.stretch**2
    deviation = splits()[quantity].deviation
    apart = distance_variance(magnets.table, magnets.hosts, quantity, producer)
    return total + apart / deviation**2


def _known_magnets(
    producer: Producer | None, quantity: str
) -> dict[str, Known]:
    """Return the producer's measured magnets of a quantity by host; an empty dictionary without any.

    `quantity` is "coercivity_kA_m", "remanence_T" or
    "remanence_coefficient_pct_K". For another name the result is empty. Only
    magnets of the usual route of each host count. The keys are roots such as
    "2:14:1", the values `Known`.
    """
    magnets: dict[str, Known] = {}
    if producer is None:
        return magnets
    for host in producer.hosts:
        known = producer.known(host, quantity)
        if known is not None:
            magnets[host] = known
    return magnets
