"""Candidates by substitution on the sites of a host: laid out exactly, counted, drawn, refined.

A space of candidates is described and numbered but never built whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import prod
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .._core._arguments import check_arguments, parse_whole_number
from .._core._types import IntArray
from .._core.elements import INDEX, index
from .._core.errors import InputError
from .notation import read_amounts
from .table import LETTERS, CompositionTable, large_strings

if TYPE_CHECKING:
    import pyarrow


# Amounts of a formula carry at most this many decimals; a step of 1/3 is rounded there.
_MAX_DECIMALS = 9
# Every level of a site is stored: a million take seconds, a thousand million all memory. No
# analysis resolves a thousandth of a per cent of a site.
_LEAST_STEP = Fraction(1, 100_000)
_MAX_ROWS = 2**63 - 1


@dataclass(frozen=True)
class Slot:
    """One substituent on one site, or one addition."""

    element: str  # symbol of the element that comes in
    site: str | None  # symbol of the element it replaces; None for an addition
    levels: tuple[
        Fraction, ...
    ]  # atoms per formula unit at each digit, from digit 0


@dataclass(frozen=True)
class Sites:
    """A host's formula unit and its sites."""

    # atoms of each element in the host's formula unit, in the order written
    amounts: dict[str, Fraction]
    slots: tuple[
        Slot, ...
    ]  # the substituents and additions, in the order of their digits
    # first slot of each site and the one after its last; an addition is a site of its own
    spans: tuple[tuple[int, int], ...]
    budgets: tuple[int, ...]  # largest sum of digits on each site

    @property
    def caps(self) -> list[int]:
        """Largest digit of each slot."""
        return [len(slot.levels) - 1 for slot in self.slots]

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements that occur, in the order in which formulas write them.

        Each stands once: an element of the host, then what replaces it, and
        additions last. It is an attribute, not a method.
        """
        symbols: list[str] = []
        for element in self.amounts:
            symbols.append(element)
            symbols.extend(s.element for s in self.slots if s.site == element)
        symbols.extend(s.element for s in self.slots if s.site is None)
        return tuple(dict.fromkeys(symbols))

    @property
    def decimals(self) -> int:
        """Number of decimals, at most nine, with which every amount can be written exactly.

        Amounts that need more are rounded to nine where they are written. It
        is an attribute, not a method.
        """
        amounts = [
            *self.amounts.values(),
            *(a for slot in self.slots for a in slot.levels),
        ]
        for decimals in range(_MAX_DECIMALS):
            if all((a * 10**decimals).denominator == 1 for a in amounts):
                return decimals
        return _MAX_DECIMALS

    def ways(self) -> list[list[list[int]]]:
        """Return the tables of `count_choices`, one for each site.

        Entry [s][j][r] is the number of ways in which slot j of site s and those behind it on the
        site can share at most r steps.
        """
        return [
            count_choices(self.caps[first:last], budget)
            for (first, last), budget in zip(
                self.spans, self.budgets, strict=True
            )
        ]


def count_choices(caps: Sequence[int], budget: int) -> list[list[int]]:
    """Count in how many ways the steps on a site can be distributed.

    Steps need not all be shared: what is left stays with the element of the host.

    Parameters
    ----------
    caps : sequence of int
        Most steps that each slot can take.
    budget : int
        Most steps that all slots share.

    Returns
    -------
    list of list of int
        Entry [j][r] is the number of ways in which slots j and on can share at most r steps, r from
        0 to `budget`. So ``count_choices([1, 1], 1)`` is ``[[1, 3], [1, 2]]``.
    """
    after = [1] * (budget + 1)
    table = []
    for cap in reversed(caps):
        # The sum of `after` over the last cap + 1 numbers of steps.
        sums = list(accumulate(after, initial=0))
        firsts = [max(r - cap, 0) for r in range(budget + 1)]
        after = [sums[r + 1] - sums[first] for r, first in enumerate(firsts)]
        table.append(after)
    return table[::-1]


_ITERATED_ROWS = 4096
"""Rows of a space that are written out at a time."""


@dataclass(frozen=True, eq=False)
class Substitutions:
    """A space of substituted formulas: described, numbered and sampled, never built whole.

    Rows are numbered from 0, the host itself (with the first level of each addition); any set of
    rows can be requested, whatever the size of the space. Made by `substitutions`.

    Attributes
    ----------
    host, replace, step, limits, additions
        The arguments of `substitutions`.
    sites : Sites
        Sites and substituents, in whole steps.
    """

    host: str
    replace: Mapping[str, Sequence[str]]
    step: float | Mapping[str, float]
    limits: Mapping[str, float]
    additions: Mapping[str, float | Sequence[float]]
    sites: Sites = field(repr=False)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[str]:
        """Go through the formulas in order, some thousands at a time."""
        for start in range(0, self._size, _ITERATED_ROWS):
            yield from self.formulas(slice(start, start + _ITERATED_ROWS))

    def __getitem__(self, key: Any) -> CompositionTable:
        """Return rows by number, slice or array; `row_index` is the number in the space.

        One number gives a table of one row, a negative one counts from the end. An array keeps its
        order and repetitions; a mask is refused. InputError for a number outside the space. The
        table has no errors.
        """
        rows = self._rows(key)
        columns = self._columns
        order = np.argsort(columns)
        indptr, indices, values = self._kernels.rows_from_amounts(
            self._amounts(rows), columns, order
        )
        return CompositionTable(indptr, indices, values, rows)

    def chunks(self, size: int = 65536) -> Iterator[CompositionTable]:
        """Yield the space in tables of at most `size` rows.

        The last table may have fewer.

        Parameters
        ----------
        size : int
            Most rows of a table.

        Yields
        ------
        CompositionTable
            `row_index` is the number in the space, from 0.

        Raises
        ------
        InputError
            If `size` is below 1, once the first table is asked for.
        """
        if size < 1:
            raise InputError(f"chunk size must be 1 or more, got {size}")
        for first in range(0, self._size, size):
            yield self[np.arange(first, min(first + size, self._size))]

    def formulas(self, rows: Any = slice(None)) -> list[str]:
        """Return the formula of each row, exact: ``Sm0.8Gd0.2Co4.5Cu0.5``.

        Amounts are atoms on a formula unit of the host, not atomic fractions.

        Parameters
        ----------
        rows : int, slice or array of int
            Row numbers, e.g. a chunk's ``row_index``, from 0; a negative one
            counts from the end. All rows without it.

        Returns
        -------
        list of str
            One formula a row; one entry for a single number. InputError for a
            row that is out of range.
        """
        return self.to_arrow(rows).to_pylist()

    def to_arrow(self, rows: Any = slice(None)) -> "pyarrow.Array":
        """Return the formulas of `rows` as an Arrow large_string array.

        Parameters
        ----------
        rows : int, slice or array of int
            Row numbers. From 0; a negative one counts from the end. All rows without it.

        Returns
        -------
        pyarrow.LargeStringArray
            One formula a row; one entry for a single number. InputError for a
            row that is out of range.
        """
        amounts = self._amounts(self._rows(rows))
        symbols = LETTERS[self._columns]
        text = self._kernels.text_from_amounts(
            amounts, self.sites.decimals, symbols
        )
        return large_strings(*text)

    def sample(
        self, n: int, method: Literal["sobol", "lhs"] = "sobol", seed: int = 0
    ) -> CompositionTable:
        """Draw `n` distinct rows, evenly spread over the space.

        Parameters
        ----------
        n : int
            Rows to draw; all rows, in order, if the space holds no more.
        method : {"sobol", "lhs"}
            Scrambled Sobol sequence or Latin hypercube.
        seed : int
            The same seed draws the same rows.

        Returns
        -------
        CompositionTable
            Rows in the order drawn; `row_index` is the number in the space,
            from 0.

        Raises
        ------
        InputError
            If `method` is unknown, or `n` negative or no whole number.
        """
        from scipy.stats import qmc

        if method not in ("sobol", "lhs"):
            raise InputError(
                f"method must be 'sobol' or 'lhs', got {method!r}"
            )
        n = parse_whole_number("n", n, 0)
        if n >= self._size:
            return self[:]
        sampler = (qmc.Sobol if method == "sobol" else qmc.LatinHypercube)(
            len(self.sites.slots), rng=np.random.default_rng(seed)
        )
        rows = np.empty(0, np.int64)
        # Points that fall on a row already drawn are made up for by further points; a sample
        # of nearly the whole space is completed in order.
        for _ in range(16):
            if len(rows) >= n:
                break
            # Blocks of powers of two keep the sequence balanced.
            block = 1 << (max(n, sampler.num_generated) - 1).bit_length()
            points = sampler.random(block if method == "sobol" else n)
            digits = self._kernels.digits_of_points(points, *self._plan)
            sampled_rows = np.concatenate([rows, self.rows_of_digits(digits)])
            _, first = np.unique(sampled_rows, return_index=True)
            rows = sampled_rows[np.sort(first)][:n]
        if len(rows) < n:
            missing = np.setdiff1d(np.arange(self._size), rows)[
                : n - len(rows)
            ]
            rows = np.concatenate([rows, missing])
        return self[rows]

    def rows_of_digits(self, digits: IntArray) -> IntArray:
        """Return the row number of each mixture, -1 for one outside the space.

        Parameters
        ----------
        digits : ndarray of int64, shape (n, number of slots)
            Steps (of an addition: level) of each slot, in the order of ``sites.slots``. Digits
            count from 0, which is nothing replaced or the first level.

        Returns
        -------
        ndarray of int64, shape (n,)
        """
        return self._kernels.rows_of_digits(digits, *self._plan)

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements that occur, in the order in which formulas write them."""
        return self.sites.elements

    @property
    def _columns(self) -> NDArray[np.int32]:
        return np.array([INDEX[e] for e in self.elements], np.int32)

    def describe(self) -> dict[str, Any]:
        """Return what identifies the space: its arguments and number of rows, as JSON values.

        Keys are ``host``, ``replace``, ``step``, ``limits``, ``additions`` and ``rows``.
        ``replace`` maps each site to a list of symbols, ``additions`` each element to its level or
        list of levels, and ``rows`` is an int. ``step``, ``limits`` and the levels are as they were
        given: a text such as "1/3" stays one, and a Fraction or Decimal becomes one.
        """
        return {
            "host": self.host,
            "replace": {
                site: _list_substitutes(elements)
                for site, elements in self.replace.items()
            },
            "step": _to_json(self.step),
            "limits": _to_json(self.limits),
            "additions": _to_json(self.additions),
            "rows": self._size,
        }

    @cached_property
    def _size(self) -> int:
        return prod(table[0][-1] for table in self.sites.ways())

    @property
    def _kernels(self) -> Any:
        from . import _space_kernels as _spaces

        return _spaces

    @cached_property
    def _plan(self) -> tuple[IntArray, ...]:
        """Sites as integer arrays for `magnetkit.alloy._space_kernels`, with S slots on k sites.

        They are computed once and kept. It is an attribute, ``space._plan``,
        and not called.

        Returns
        -------
        counts : ndarray of int64, shape (k,)
            Mixtures on each site.
        edges : ndarray of int64, shape (k + 1,)
            Slots of site s are ``edges[s]`` to ``edges[s + 1]`` - 1.
        caps : ndarray of int64, shape (S,)
            Largest digit of each slot.
        budgets : ndarray of int64, shape (k,)
            Largest sum of digits on each site.
        ways : ndarray of int64, shape (S, largest budget + 1)
            ``ways[j, r]`` is the number of ways in which slot j and those
            behind it on its site share at most r steps, as of `count_choices`;
            0 beyond the budget of the site.
        """
        sites = self.sites
        tables = sites.ways()
        ways = np.zeros(
            (len(sites.slots), max(sites.budgets, default=0) + 1), np.int64
        )
        for (first, last), budget, table in zip(
            sites.spans, sites.budgets, tables, strict=True
        ):
            ways[first:last, : budget + 1] = table
        counts = [table[0][-1] for table in tables]
        edges = [first for first, _ in sites.spans] + [len(sites.slots)]
        whole = (
            np.array(x, np.int64)
            for x in (counts, edges, sites.caps, sites.budgets)
        )
        return (*whole, ways)

    @cached_property
    def _amount_plan(self) -> tuple[IntArray, ...]:
        """Amounts as integers for `magnetkit.alloy._space_kernels`, in units of the last decimal.

        A unit is 10 to the power of minus ``space.sites.decimals``.
        They are computed once and kept. It is an attribute,
        ``space._amount_plan``, and not called. Elements are numbered in the
        order of ``elements``.

        Returns
        -------
        base : ndarray of int64, shape (elements,)
            Amounts of the host's formula unit.
        levels : ndarray of int64, shape (slots, digits)
            Amount of each digit of a slot; 0 behind its last.
        gains : ndarray of int64, shape (slots,)
            Number of the element that a slot adds.
        losses : ndarray of int64, shape (slots,)
            Number of the element that it replaces, -1 for an addition.
        """
        place = {element: i for i, element in enumerate(self.elements)}
        slots = self.sites.slots
        scale = 10**self.sites.decimals
        base = np.zeros(len(place), np.int64)
        for element, amount in self.sites.amounts.items():
            base[place[element]] = round(amount * scale)
        levels = np.zeros(
            (len(slots), max((len(s.levels) for s in slots), default=1)),
            np.int64,
        )
        for j, slot in enumerate(slots):
            levels[j, : len(slot.levels)] = [
                round(a * scale) for a in slot.levels
            ]
        gains = np.array([place[slot.element] for slot in slots], np.int64)
        losses = np.array(
            [-1 if s.site is None else place[s.site] for s in slots], np.int64
        )
        return base, levels, gains, losses

    def _rows(self, key: Any) -> IntArray:
        """Convert an index, slice or array of row numbers to int64, negative ones resolved.

        Parameters
        ----------
        key : int, slice or array_like of int, shape (n,)
            Such as 5, -1, ``slice(0, 10)`` or an array. An empty one gives no rows. A slice beyond
            the last row ends there.

        Returns
        -------
        ndarray of int64, shape (n,)
            Row numbers from 0. Order and repetitions stay.

        Raises
        ------
        InputError
            If one is out of range or not of an integer type: 2.0 and True are
            not.
        """
        if isinstance(key, slice):
            return np.arange(*key.indices(self._size), dtype=np.int64)
        rows = np.atleast_1d(np.asarray(key))
        if rows.size == 0:
            return np.empty(0, np.int64)
        if rows.dtype.kind not in "iu" or rows.ndim != 1:
            raise InputError(
                f"rows must be whole numbers, a slice or an array, got {key!r}"
            )
        if rows.min() < -self._size or rows.max() >= self._size:
            raise InputError(
                f"row numbers must lie below {self._size}, got {rows.max()}"
            )
        return np.where(rows < 0, rows + self._size, rows).astype(np.int64)

    def _amounts(self, rows: IntArray) -> IntArray:
        digits = self._kernels.digits_of_rows(rows, *self._plan)
        return self._kernels.amounts_of_digits(digits, *self._amount_plan)

    def __repr__(self) -> str:
        sites: dict[str, list[str]] = {}
        for slot in self.sites.slots:
            sites.setdefault(slot.site or "added", []).append(slot.element)
        parts = "; ".join(
            f"{site}: {', '.join(elements)}"
            for site, elements in sites.items()
        )
        return f"<Substitutions of {self.host} ({parts}), {self._size:,} formulas>"


@check_arguments
def substitutions(
    host: str,
    replace: Mapping[str, Sequence[str]],
    step: float | Mapping[str, float] = 0.05,
    limits: Mapping[str, float] | None = None,
    additions: Mapping[str, float | Sequence[float]] | None = None,
) -> Substitutions:
    """Describe the substitutions of a host formula, without building them.

    On each site the host's element and its substituents share the site's atoms in whole
    numbers of steps (a simplex lattice); sites and additions combine freely.

    Parameters
    ----------
    host : str
        Formula of the host, in atoms: ``"Nd2Fe14B"``. A balance is refused.
    replace : mapping of str to list of str
        Element of the host to the elements that may replace it. Symbols, such as ``{"Nd": ["Pr",
        "Dy"]}``; a single text is one substituent.
    step : float or mapping of str to float
        Fraction of the site's atoms that one step exchanges; a mapping gives
        one for each site. From 0.00001 to 1; a text such as "1/3" and a
        Fraction are exact. If it does not divide 1, the element of the host
        keeps the rest. A mapping is by symbol of the host and must name every
        site.
    limits : mapping of str to float, optional
        Largest fraction of a site that a substituent may take, e.g. ``{"Dy": 0.2}``. From 0 to 1,
        by symbol of the substituent; one that is not named may take all of its site. A symbol that
        replaces nothing is refused.
    additions : mapping of str to float or list of float, optional
        Minor additions charged beside the host, in atoms on 100 atoms of the host: one level, or
        several to choose from, e.g. ``{"Cu": [0, 0.15, 0.3], "Al": 0.5}``. Levels are distinct,
        from 0 to 100.

    Returns
    -------
    Substitutions
        Lazy: ``len``, ``chunks``, ``formulas``, ``sample`` and rows by number,
        from 0. The last site runs fastest, additions behind all sites; row 0
        is the host with the first level of each addition.

    Raises
    ------
    InputError
        If an element, step, limit or addition does not fit the host. Also if the space has more
        rows than an int64 counts.
    CompositionError
        If `host` cannot be read, or a symbol is no element. It is an
        InputError.

    Examples
    --------
    >>> space = substitutions("SmCo5", {"Sm": ["Gd"], "Co": ["Cu"]}, step=0.1)
    >>> len(space), space.formulas([0, 12])
    (121, ['SmCo5', 'Sm0.9Gd0.1Co4.5Cu0.5'])
    """
    limits = dict(limits or {})
    additions = dict(additions or {})
    sites = arrange_sites(host, replace, step, limits, additions)
    space = Substitutions(host, dict(replace), step, limits, additions, sites)
    if space._size > _MAX_ROWS:
        raise InputError(
            f"the space holds {space._size:.2e} formulas, more than row numbers can count "
            "(9.2e18); take a larger step, limits or fewer substituents"
        )
    return space


def arrange_sites(
    host: str,
    replace: Mapping[str, Sequence[str]],
    step: float | Mapping[str, float],
    limits: Mapping[str, float],
    additions: Mapping[str, float | Sequence[float]],
) -> Sites:
    """Build the sites of a space from the arguments of `substitutions`.

    Parameters
    ----------
    host : str
        Formula of the host, such as "Nd2Fe14B".
    replace : mapping of str to sequence of str
        Element of the host to its substituents; a single text is one.
    step : float or mapping of str to float
        Share of a site that one step exchanges, one for all or one by site.
    limits : mapping of str to float
        Largest share of a site by substituent; 1 for others.
    additions : mapping of str to float or sequence of float
        Levels of each addition, atoms on 100 atoms of the host. An element that is added makes a
        site of its own, with its levels in the order given.

    Returns
    -------
    Sites
        ``amounts`` of the host, a Fraction of atoms by symbol. ``slots``, one
        for each substituent and addition: ``element``, ``site`` (None of an
        addition) and ``levels``, atoms per formula unit at each digit.
        ``spans`` of the sites: first slot and the one after the last.
        ``budgets`` of the sites: largest sum of digits, in steps.

    Raises
    ------
    InputError
        If an argument does not fit the host.
    CompositionError
        If the host cannot be read or an element is unknown.
    """
    amounts = _read_host(host)
    shares = {
        e: site_share(limit, f"limit of {e}") for e, limit in limits.items()
    }
    slots: list[Slot] = []
    spans: list[tuple[int, int]] = []
    budgets: list[int] = []
    for site, substitutes in replace.items():
        elements = _list_substitutes(substitutes)
        _check_site(host, amounts, site, elements)
        part = _step_of_site(site, step)
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
        raise InputError(
            f"limits name {', '.join(sorted(stray))}, which replaces nothing here"
        )
    unit = sum(amounts.values(), Fraction(0)) / 100
    for element, amount in additions.items():
        index(element)
        percents = _percents(element, amount)
        slots.append(Slot(element, None, tuple(unit * p for p in percents)))
        spans.append((len(slots) - 1, len(slots)))
        budgets.append(len(percents) - 1)
    return Sites(amounts, tuple(slots), tuple(spans), tuple(budgets))


def _read_host(host: str) -> dict[str, Fraction]:
    """Return the atoms of each element of a host formula.

    Parameters
    ----------
    host : str
        Such as "Nd2Fe14B".

    Returns
    -------
    dict of str to Fraction
        Atoms per formula unit by symbol, in the order written, such as ``{"Nd": 2, "Fe": 14, "B":
        1}``.

    Raises
    ------
    InputError
        If the formula has no atoms, or a balance. CompositionError if it cannot be read.
    """
    host_amounts, balance = read_amounts(host)
    if balance is not None:
        raise InputError(
            f"a host is written in atoms, without bal.; got {host!r}"
        )
    amounts = {
        symbol: Fraction(str(a)) for symbol, a in host_amounts.items() if a > 0
    }
    if not amounts:
        raise InputError(f"a host needs atoms, got {host!r}")
    return amounts


def _list_substitutes(given: str | Sequence[str]) -> list[str]:
    """Return the symbols of a site's substituents as a list; a text is one symbol."""
    if isinstance(given, str):
        return [given]
    return list(given)


def _to_json(given: Any) -> Any:
    """Return numbers of a space as values of JSON.

    `given` is a number or a text such as "1/3", a sequence of them, or a mapping of texts to
    these. Texts and Python's numbers stay, those of NumPy become Python's, and sequences lists. A
    Fraction or Decimal, which JSON has not, becomes a text that is read as the same number.
    """
    if isinstance(given, Mapping):
        return {name: _to_json(value) for name, value in given.items()}
    if isinstance(given, np.generic | np.ndarray):
        return given.tolist()
    if isinstance(given, Fraction | Decimal):
        return str(given)
    if isinstance(given, str | Real):
        return given
    return [_to_json(value) for value in given]


def _check_site(
    host: str, amounts: dict[str, Fraction], site: str, elements: list[str]
) -> None:
    """Raise InputError if a host lacks the element to replace, or substituents are equal.

    The substituents must differ from each other and from `site`.

    Parameters
    ----------
    host : str
        Formula of the host, for the message.
    amounts : dict of str to Fraction
        Its atoms by symbol.
    site : str
        Symbol of the element to replace.
    elements : list of str
        Symbols of the substituents, which must not be `site` itself.
    """
    if site not in amounts:
        raise InputError(
            f"{host} has no {site} to replace; it has {', '.join(amounts)}"
        )
    if len({site, *elements}) <= len(elements):
        raise InputError(
            f"the substituents of {site} must differ, got {', '.join(elements)}"
        )


def site_share(value: Any, name: str) -> Fraction:
    """Return a share of a site, 0 to 1, as an exact fraction.

    Parameters
    ----------
    value : float or str
        The share; a text is such as "0.05" or "1/3". The float 0.1 is 1/10.
    name : str
        Name of the argument, for the message.

    Returns
    -------
    Fraction

    Raises
    ------
    InputError
        If it is no number from 0 to 1. NaN and True are none.
    """
    try:
        part = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise InputError(f"{name} must be a number, got {value!r}") from None
    if not 0 <= part <= 1:
        raise InputError(
            f"{name} is a fraction of a site, 0 to 1; got {value!r}"
        )
    return part


def _percents(element: str, given: Any) -> list[Fraction]:
    """Convert the levels of an addition to exact fractions, in their order.

    Parameters
    ----------
    element : str
        Symbol of the addition, for the message.
    given : float, str or sequence of them
        One level or several, at.% of the host. A text is one level.

    Returns
    -------
    list of Fraction
        at.%.

    Raises
    ------
    InputError
        Unless there is one at least, they are distinct, and between 0 and 100.
    """
    levels = [given] if isinstance(given, str | Real) else list(given)
    try:
        percents = [Fraction(str(level)) for level in levels]
    except (ValueError, ZeroDivisionError):
        raise InputError(
            f"addition of {element} must be at.%, got {given!r}"
        ) from None
    distinct = len(set(percents)) == len(percents)
    if (
        not percents
        or not distinct
        or min(percents) < 0
        or max(percents) > 100
    ):
        raise InputError(
            f"addition of {element} takes distinct levels from 0 to 100 at.% of the host; "
            f"got {given!r}"
        )
    return percents


@check_arguments
def refine(
    space: Substitutions, formulas: Sequence[str], step: float
) -> tuple[Substitutions, IntArray]:
    """Return a finer space and its rows around some formulas of a coarser one.

    Around each formula go all exchanges of two elements on one site, the host's own included, by
    one fine step up to one coarse step, and the next levels of each addition. Called again on the
    best of these rows, it walks wherever the ranking leads.

    Parameters
    ----------
    space : Substitutions
        The space the formulas come from.
    formulas : sequence of str
        Formulas of the space, e.g. the Pareto front's; atomic fractions as in a result's column
        ``formula`` will do. Each element must have one place: one that stands on several sites is
        refused.
    step : float
        Fraction of a site's atoms, above 0 and not above the space's. One number for all sites; a
        mapping is refused.

    Returns
    -------
    finer : Substitutions
        The same space on the finer step. Limits and additions are those of `space`.
    rows : ndarray of int64
        Rows of `finer`, ascending, each once; the formulas themselves are among them, to the
        nearest step.

    Raises
    ------
    InputError
        If a formula is no mixture of this space, or `step` is coarser.

    Examples
    --------
    >>> coarse = substitutions("SmCo5", {"Sm": ["Gd"]}, step=0.5)
    >>> finer, rows = refine(coarse, ["Sm0.5Gd0.5Co5"], 0.25)
    >>> finer.formulas(rows)
    ['SmCo5', 'Sm0.75Gd0.25Co5', 'Sm0.5Gd0.5Co5', 'Sm0.25Gd0.75Co5', 'GdCo5']
    """
    fine = site_share(step, "step")
    reaches = {}
    for site in space.replace:
        site_step = (
            space.step[site] if isinstance(space.step, Mapping) else space.step
        )
        coarse = site_share(site_step, "step")
        if not 0 < fine <= coarse:
            raise InputError(
                f"the step must be above 0 and at most {site_step}, got {step!r}"
            )
        reaches[site] = int(coarse / fine)
    finer = substitutions(
        space.host, space.replace, step, space.limits, space.additions
    )
    sites = finer.sites
    around = [np.empty((0, len(sites.slots)), np.int64)]
    for formula in formulas:
        digits = _digits(finer, formula)
        around.append(digits + _moves(sites, reaches))
    rows = finer.rows_of_digits(np.concatenate(around))
    return finer, np.unique(rows[rows >= 0])


def _step_of_site(site: str, step: float | Mapping[str, float]) -> Fraction:
    """Return the share of a site that one step replaces, as an exact fraction.

    Parameters
    ----------
    site : str
        Symbol of the element that is replaced, such as "Co".
    step : float or mapping of str to float
        One share for all sites, or one by site.

    Returns
    -------
    Fraction
        `_LEAST_STEP` to 1.

    Raises
    ------
    InputError
        If the step is missing for this site, or out of that range.
    """
    size = step.get(site) if isinstance(step, Mapping) else step
    if size is None:
        raise InputError(
            f"step names no site {site}; give a step for each site replaced"
        )
    part = site_share(size, "step")
    if part == 0:
        raise InputError(f"step must be above 0 and at most 1, got {size!r}")
    if part < _LEAST_STEP:
        raise InputError(
            f"step must be {float(_LEAST_STEP):g} or more, got {size!r}"
        )
    return part


def _surplus_amounts(sites: Sites, formula: str) -> dict[str, Fraction]:
    """Compute how much more of each element a formula has than the host.

    The formula is scaled so that its elements, additions apart, fill the host's sites.

    Parameters
    ----------
    sites : Sites
        ``space.sites``: the host's formula unit (``amounts``) and ``slots``.
    formula : str
        Such as "Sm0.8Gd0.2Co5"; atomic fractions will do.

    Returns
    -------
    dict of str to Fraction
        Atoms per formula unit of the host by symbol, below 0 for what is missing. Every element of
        the host and of the formula is a key.

    Raises
    ------
    CompositionError
        If the formula cannot be read.
    """
    formula_amounts = read_amounts(formula)[0]
    amounts = {
        e: Fraction(str(amount)) for e, amount in formula_amounts.items()
    }
    minor_elements = {
        slot.element for slot in sites.slots if slot.site is None
    }
    on_sites = sum(
        amount for e, amount in amounts.items() if e not in minor_elements
    )
    unit = sum(sites.amounts.values()) / on_sites if on_sites else Fraction(1)
    surplus = {e: -amount for e, amount in sites.amounts.items()}
    for element, amount in amounts.items():
        surplus[element] = surplus.get(element, Fraction(0)) + unit * amount
    return surplus


def _digits(space: Substitutions, formula: str) -> IntArray:
    """Return the steps of each slot for a formula; the nearest where it falls between steps.

    Parameters
    ----------
    space : Substitutions
        The space, whose ``sites`` count.
    formula : str
        Formula, such as "Sm0.8Gd0.2Co5"; atomic fractions will do. It is scaled to the formula unit
        of the host.

    Returns
    -------
    ndarray of int64, shape (slots,)
        In the order of ``space.sites.slots``: one for each substituent and
        addition, none for the host's own elements, and no more than the
        slot's largest. Together they may exceed the budget of a site.

    Raises
    ------
    InputError
        If the formula is no mixture of the space, or an element stands on several sites.
    """
    sites = space.sites
    owners = [slot.element for slot in sites.slots]
    replaced_sites = {slot.site for slot in sites.slots}
    surplus = _surplus_amounts(sites, formula)
    digits = np.zeros(len(owners), np.int64)
    steps = [Fraction(1, 10**_MAX_DECIMALS)]
    for j, slot in enumerate(sites.slots):
        if owners.count(slot.element) > 1 or slot.element in replaced_sites:
            raise InputError(
                f"{slot.element} stands on several sites of {space!r}; refine around rows whose "
                "elements have one place each"
            )
        amount = surplus.get(slot.element, Fraction(0))
        misses = [abs(level - amount) for level in slot.levels]
        digits[j] = misses.index(min(misses))
        surplus[slot.element] = amount - slot.levels[digits[j]]
        if slot.site is None:
            continue
        surplus[slot.site] += slot.levels[digits[j]]
        if len(slot.levels) > 1:
            steps.append(slot.levels[1])
    # What is left over may be no more than a step between the formula's grid and this one.
    slack = max(steps) * len(owners)
    if any(abs(rest) > slack for rest in surplus.values()):
        raise InputError(f"{formula!r} is no mixture of {space!r}")
    return digits


def _moves(sites: Sites, reaches: Mapping[str, int]) -> IntArray:
    """List the changes of digits to neighbours: none, and every exchange on one site.

    An exchange with the element of the host, which has no slot, changes one digit alone, so a row
    of the result need not sum to zero.

    Parameters
    ----------
    sites : Sites
        ``space.sites``: ``slots`` of the substituents and their ``spans``.
    reaches : mapping of str to int
        Largest number of steps of one exchange, by the replaced element, of which none may be
        missing; additions take one step.

    Returns
    -------
    ndarray of int64, shape (moves, slots)
        What is added to the digits. The first row is zeros. Moves may lead below 0 or beyond a
        budget; both signs of each are in it.
    """
    moves = [np.zeros(len(sites.slots), np.int64)]
    for first, last in sites.spans:
        site = sites.slots[first].site
        reach = 1 if site is None else reaches[site]
        for a in range(first, last):
            for k in range(1, reach + 1):
                # With the host's element, then with each other substituent.
                for b in (None, *range(first, a)):
                    move = np.zeros(len(sites.slots), np.int64)
                    move[a] = k
                    if b is not None:
                        move[b] = -k
                    moves += [move, -move]
    return np.array(moves)
