"""One row of a parts list with its answer; amounts with a range, and their sums over makers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.settings import get_settings
from .replace import Replacement


@dataclass(frozen=True)
class Amount:
    """An amount of one element, wt.% or kg a year: ``low``, ``mean`` and ``high``, in this order.

    ``low`` and ``high`` are the ends of a range of 90 %; the three are equal
    where the amount is exact.
    """

    low: float
    mean: float
    high: float

    def times(self, factor: float) -> "Amount":
        """Return the amount times a number."""
        return Amount(
            factor * self.low, factor * self.mean, factor * self.high
        )


def sum_amounts(amounts: Sequence[tuple[str, Amount | None]]) -> Amount:
    """Add amounts; errors of one maker add, those of several are independent.

    A maker makes its grades in one way, so that the error of its recipe is
    common to them. Where the list names no maker, all magnets count as of one.
    `amounts` are pairs of maker and `Amount` (``low``, ``mean``, ``high``),
    None for nothing. The sum, an `Amount`, has their unit; it is 0 for no
    amounts.

    Of one maker the distances of the low ends from the means add, and so do
    those of the high ends; over makers these are added as squares. Makers are
    compared as texts, "" being one of them.

    Examples
    --------
    >>> one = Amount(low=1.0, mean=2.0, high=3.0)
    >>> sum_amounts([("A", one), ("A", one), ("B", None)])
    Amount(low=2.0, mean=4.0, high=6.0)
    """
    mean = sum(amount.mean for _, amount in amounts if amount is not None)
    below: dict[str, float] = {}
    above: dict[str, float] = {}
    for maker, amount in amounts:
        if amount is not None:
            below[maker] = below.get(maker, 0.0) + amount.mean - amount.low
            above[maker] = above.get(maker, 0.0) + amount.high - amount.mean
    return Amount(
        mean - math.hypot(*below.values()),
        mean,
        mean + math.hypot(*above.values()),
    )


def sum_heavy(amounts: Mapping[str, Amount]) -> Amount:
    """Add the amounts of the heavy rare earths among `amounts`, by symbol, into one of the same unit.

    The result is an `Amount` (``low``, ``mean``, ``high``): low ends, means
    and high ends are each added as they are. Which elements are heavy is a
    setting. The `Amount` is 0 where there is none.
    """
    heavy = [
        amounts[e] for e in get_settings().heavy_rare_earths if e in amounts
    ]
    low = sum(one.low for one in heavy)
    high = sum(one.high for one in heavy)
    return Amount(low, sum(one.mean for one in heavy), high)


@dataclass(frozen=True, eq=False)
class Part:
    """One row of a parts list with its answer.

    ``line`` is the row's line in the file, ``name`` that of the part,
    ``magnet`` its grade or recipe, ``maker`` a text ("" for none);
    ``kg_year``, kg of magnets, is NaN where the list says no amount;
    ``answer`` is the `Replacement` (None of a row that has a recipe alone),
    ``way`` the recommended `Way` or None; ``today`` and ``then`` map symbols
    to `Amount`, wt.%, as ``heavy_today`` is of heavy rare earth; ``order`` is
    the order line, "" without a way.
    """

    line: int
    name: str
    magnet: str
    maker: str
    temperature_K: float
    kg_year: float
    answer: Replacement | None
    way: Any
    today: dict[str, Amount]
    then: dict[str, Amount]
    heavy_today: Amount
    order: str = ""

    @property
    def verdict(self) -> str:
        """``keep``, ``replace`` or ``reach``; empty of a recipe alone. A property."""
        if self.answer is None:
            return ""
        return self.answer.verdict

    @property
    def heavy_then(self) -> Amount:
        """Heavy rare earth after the change, wt.%; a property.

        It is that of the way, an `Amount` whose ``low``, ``mean`` and ``high``
        are equal, or ``heavy_today`` for a part that stays.
        """
        if self.way is None:
            return self.heavy_today
        share = float(self.way.heavy_rare_earth_wt_pct)
        return Amount(share, share, share)

    def kilograms(self, shares: Mapping[str, Amount]) -> dict[str, Amount]:
        """Convert `shares`, wt.% of each element in the magnets of the part, to kg a year by element.

        The dict is empty where the amount of magnets a year is not known.

        `shares` maps symbols to `Amount` (``low``, ``mean``, ``high``), such
        as ``part.today``; the result has the same keys, and the three are
        scaled alike by ``kg_year``.
        """
        if self.kg_year != self.kg_year:
            return {}
        return {
            element: share.times(self.kg_year / 100.0)
            for element, share in shares.items()
        }
