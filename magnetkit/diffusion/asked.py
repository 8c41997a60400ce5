"""What is asked of a magnet in its field, and how likely a magnet meets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ..applications.grammar import parse_requirement
from ..errors import InputError
from .cases import Case
from .local import Magnet, kept

Array = NDArray[np.float64]
_NORMAL = NormalDist()
# Gauss's three points of a normal distribution, for the doubt of the diffusion coefficient.
NODES = ((-np.sqrt(3.0), 1.0 / 6.0), (0.0, 2.0 / 3.0), (np.sqrt(3.0), 1.0 / 6.0))
_WIDEST = 5.0
LOSS, MARGIN = "irreversible_loss_pct", "margin_kA_m"


@dataclass(frozen=True)
class Asked:
    """What a magnet must keep.

    Attributes
    ----------
    loss_pct : float or None
        Most of the flux that may be lost for good, %; None where every place has to stand.
    margin : float
        Least of H_cJ less the reverse field in every place, A/m; where no loss is asked for.
    """

    loss_pct: float | None = None
    margin: float = 0.0

    def met(
        self, magnet: Magnet, amount: Array, case: Case, cells: Array, deviations: float
    ) -> bool:
        """Return whether a magnet with H_cJ so many deviations off its centre meets it.

        Parameters
        ----------
        magnet : Magnet
        amount : ndarray of float64, shape (n,)
            Heavy rare earth of each cell, %.
        case : Case
        cells : ndarray of float64, shape (n,)
            Volumes.
        deviations : float
        """
        field = _field(magnet, amount, case)
        if self.loss_pct is None:
            return bool(np.all(magnet.h_cj(amount, deviations) - field >= self.margin))
        return loss(magnet, amount, field, cells, deviations) <= self.loss_pct


def _field(magnet: Magnet, amount: Array, case: Case) -> Array:
    """Return the reverse field of a case; what the magnet makes itself falls with its B_r."""
    less = 1.0 - magnet.b_r(amount) / magnet.remanence[0]
    return case.reverse - float(np.mean(less)) * case.own


def loss(
    magnet: Magnet, amount: Array, field: Array, cells: Array, deviations: float = 0.0
) -> float:
    """Return the flux lost for good after a reverse field, % of that before.

    Parameters
    ----------
    magnet : Magnet
    amount, field, cells : ndarray of float64, shape (n,)
        Heavy rare earth, %, reverse field, A/m, and volume of each cell.
    deviations : float
        By how many H_cJ is off its centre.
    """
    before = magnet.b_r(amount) * cells
    return float(100.0 * (1.0 - (kept(magnet, amount, field, deviations) @ before) / before.sum()))


def chance(
    asked: Asked, each: Sequence[tuple[Magnet, Case]], amounts: Sequence[Array], cells: Array
) -> float:
    """Return the probability that a magnet meets what is asked in every case.

    H_cJ is off by as many deviations in all of a magnet and every case; the amounts are
    those at each of `NODES` of the diffusion coefficient, or one array where it does not count.

    Parameters
    ----------
    asked : Asked
    each : sequence of (Magnet, Case)
        The magnet at the temperature of each case.
    amounts : sequence of ndarray
        Heavy rare earth of each cell, %.
    cells : ndarray of float64, shape (n,)
        Volumes.
    """
    weights = [w for _, w in NODES] if len(amounts) == len(NODES) else [1.0]
    total = 0.0
    for amount, weight in zip(amounts, weights, strict=True):
        least = max(_least(asked, magnet, case, amount, cells) for magnet, case in each)
        total += weight * (1.0 - _NORMAL.cdf(least))
    return total


def _least(asked: Asked, magnet: Magnet, case: Case, amount: Array, cells: Array) -> float:
    """Return by how many deviations H_cJ may fall short and the requirement still be met."""
    low, high = -_WIDEST, _WIDEST
    for _ in range(12):
        middle = 0.5 * (low + high)
        if asked.met(magnet, amount, case, cells, middle):
            high = middle
        else:
            low = middle
    return high


def quantile(probability: float) -> float:
    """Return how many deviations H_cJ is off at worst with a probability; negative above 0.5."""
    return _NORMAL.inv_cdf(1.0 - probability)


def read_asked(require: str | Sequence[str]) -> Asked:
    """Read what is asked: ``irreversible_loss_pct<=3``, or ``margin_kA_m>=50`` in every place.

    Raises
    ------
    InputError
        If it is another column, or both are given.

    Examples
    --------
    >>> read_asked("irreversible_loss_pct<=3").loss_pct
    3.0
    """
    texts = [require] if isinstance(require, str) else list(require)
    if not texts:
        return Asked()
    if len(texts) > 1:
        raise InputError(f"give one of {LOSS}<=N and {MARGIN}>=N, got {len(texts)}")
    one = parse_requirement(texts[0])
    wanted = {LOSS: "<=", MARGIN: ">="}.get(one.column)
    if wanted != one.sign or one.limit is None or one.temperature_K is not None:
        raise InputError(f"requirement {texts[0]!r}: expected {LOSS}<=3 or {MARGIN}>=50")
    if one.column == MARGIN:
        return Asked(None, 1e3 * one.limit)
    if not 0.0 < one.limit < 100.0:
        raise InputError(f"{LOSS} must lie between 0 and 100, got {one.limit:g}")
    return Asked(one.limit)
