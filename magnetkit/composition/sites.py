"""The sites of a host and what may stand on them: checked, exact and counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..elements import index
from ..errors import InputError
from .notation import read_amounts

# Amounts of a formula carry at most this many decimals; a step of 1/3 is rounded there.
MAX_DECIMALS = 9


@dataclass(frozen=True)
class Slot:
    """One substituent on one site, or one addition.

    Attributes
    ----------
    element : str
        Symbol of the element that comes in.
    site : str or None
        Symbol of the element it replaces; None for an addition.
    levels : tuple of Fraction
        Atoms per formula unit at each digit, from digit 0.
    """

    element: str
    site: str | None
    levels: tuple[Fraction, ...]


@dataclass(frozen=True)
class Sites:
    """A host's formula unit and its sites.

    Attributes
    ----------
    amounts : dict of str to Fraction
        Atoms of each element in the host's formula unit, in the order written.
    slots : tuple of Slot
        The substituents and additions, in the order of their digits.
    spans : tuple of (int, int)
        First slot of each site and the one after its last; an addition is a site of its own.
    budgets : tuple of int
        Largest sum of digits on each site.
    """

    amounts: dict[str, Fraction]
    slots: tuple[Slot, ...]
    spans: tuple[tuple[int, int], ...]
    budgets: tuple[int, ...]

    @property
    def caps(self) -> list[int]:
        """Largest digit of each slot."""
        return [len(slot.levels) - 1 for slot in self.slots]

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements that occur, in the order in which formulas write them."""
        ordered: list[str] = []
        for element in self.amounts:
            ordered.append(element)
            ordered.extend(s.element for s in self.slots if s.site == element)
        ordered.extend(s.element for s in self.slots if s.site is None)
        return tuple(dict.fromkeys(ordered))

    @property
    def decimals(self) -> int:
        """Decimals that every amount needs (at most nine)."""
        amounts = [*self.amounts.values(), *(a for slot in self.slots for a in slot.levels)]
        for decimals in range(MAX_DECIMALS):
            if all((a * 10**decimals).denominator == 1 for a in amounts):
                return decimals
        return MAX_DECIMALS

    def ways(self) -> list[list[list[int]]]:
        """Return, for each site, slot and number of steps left, the choices from that slot on."""
        return [
            ways(self.caps[first:last], budget)
            for (first, last), budget in zip(self.spans, self.budgets, strict=True)
        ]


def ways(caps: Sequence[int], budget: int) -> list[list[int]]:
    """Count, for each slot and number of steps left, the choices from that slot on."""
    after = [1] * (budget + 1)
    table = []
    for cap in reversed(caps):
        after = [sum(after[r - k] for k in range(min(cap, r) + 1)) for r in range(budget + 1)]
        table.append(after)
    return table[::-1]


# Every level of a site is written down: a million take seconds, a thousand million all memory.
# No analysis tells a thousandth of a per cent of a site.
_LEAST_STEP = Fraction(1, 100_000)


def lay_out(
    host: str,
    replace: Mapping[str, Sequence[str]],
    step: float | Mapping[str, float],
    limits: Mapping[str, float],
    additions: Mapping[str, float | Sequence[float]],
) -> Sites:
    """Check the arguments of `substitutions` and lay out the host's sites.

    Raises
    ------
    InputError
        If an element, step, limit or addition does not fit the host.
    """
    written, balance = read_amounts(host)
    if balance is not None:
        raise InputError(f"a host is written in atoms, without bal.; got {host!r}")
    amounts = {symbol: Fraction(str(a)) for symbol, a in written.items() if a > 0}
    if not amounts:
        raise InputError(f"a host needs atoms, got {host!r}")
    shares = {e: share(limit, f"limit of {e}") for e, limit in limits.items()}
    slots: list[Slot] = []
    spans: list[tuple[int, int]] = []
    budgets: list[int] = []
    for site, given in replace.items():
        elements = [given] if isinstance(given, str) else list(given)
        if site not in amounts:
            raise InputError(f"{host} has no {site} to replace; it has {', '.join(amounts)}")
        if len(set(elements)) < len(elements) or site in elements:
            raise InputError(f"the substituents of {site} must differ, got {', '.join(elements)}")
        size = step.get(site) if isinstance(step, Mapping) else step
        if size is None:
            raise InputError(f"step names no site {site}; give a step for each site replaced")
        part = share(size, "step")
        if part == 0:
            raise InputError(f"step must be above 0 and at most 1, got {size!r}")
        if part < _LEAST_STEP:
            raise InputError(f"step must be {float(_LEAST_STEP):g} or more, got {size!r}")
        for element in elements:
            index(element)
            cap = int(shares.get(element, Fraction(1)) / part)
            levels = tuple(amounts[site] * part * k for k in range(cap + 1))
            slots.append(Slot(element, site, levels))
        if elements:
            spans.append((len(slots) - len(elements), len(slots)))
            budgets.append(int(1 / part))
    stray = set(shares) - {slot.element for slot in slots}
    if stray:
        raise InputError(f"limits name {', '.join(sorted(stray))}, which replaces nothing here")
    unit = sum(amounts.values(), Fraction(0)) / 100
    for element, charged in additions.items():
        index(element)
        percents = _percents(element, charged)
        slots.append(Slot(element, None, tuple(unit * p for p in percents)))
        spans.append((len(slots) - 1, len(slots)))
        budgets.append(len(percents) - 1)
    return Sites(amounts, tuple(slots), tuple(spans), tuple(budgets))


def share(value: Any, name: str) -> Fraction:
    """Take the exact decimal of a share of a site, 0 to 1."""
    try:
        part = Fraction(str(value))
    except ValueError:
        raise InputError(f"{name} must be a number, got {value!r}") from None
    if not 0 <= part <= 1:
        raise InputError(f"{name} is a fraction of a site, 0 to 1; got {value!r}")
    return part


def _percents(element: str, given: Any) -> list[Fraction]:
    levels = [given] if isinstance(given, (str, int, float)) else list(given)
    try:
        percents = [Fraction(str(level)) for level in levels]
    except ValueError:
        raise InputError(f"addition of {element} must be at.%, got {given!r}") from None
    distinct = len(set(percents)) == len(percents)
    if not percents or not distinct or min(percents) < 0 or max(percents) > 100:
        raise InputError(
            f"addition of {element} takes distinct levels from 0 to 100 at.% of the host; "
            f"got {given!r}"
        )
    return percents
