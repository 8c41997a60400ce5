"""Making candidates by substitution on the sites of a host."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX, index
from ..errors import InputError
from .notation import read_amounts
from .table import CompositionTable

if TYPE_CHECKING:
    import pyarrow

# Amounts of a formula carry at most this many decimals; a step of 1/3 is rounded there.
_MAX_DECIMALS = 9
_MAX_ROWS = 2**63 - 1


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


@dataclass(frozen=True, eq=False)
class Substitutions:
    """A space of substituted formulas: described, numbered and sampled, never built whole.

    Rows are numbered from 0, the host itself; any set of rows can be asked for, whatever the
    size of the space. Made by `substitutions`.

    Attributes
    ----------
    host : str
        Formula of the host as given.
    amounts : dict of str to Fraction
        Atoms of each element in the host's formula unit, in the order written.
    slots : tuple of Slot
        The substituents and additions, in the order of their digits.
    budgets : tuple of int
        Largest sum of digits on each site (an addition is a site of its own).
    """

    host: str
    amounts: dict[str, Fraction]
    slots: tuple[Slot, ...]
    sites: tuple[tuple[int, int], ...]
    budgets: tuple[int, ...]

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, key: Any) -> CompositionTable:
        """Return rows by number, slice or array; `row_index` is the number in the space."""
        rows = self._rows(key)
        columns = np.array([INDEX[e] for e in self.elements], np.int32)
        kernels = self._kernels
        indptr, indices, values = kernels.rows_from_amounts(
            self._amounts(rows), columns, np.argsort(columns)
        )
        return CompositionTable(indptr, indices, values, rows)

    def chunks(self, size: int = 65536, start: int = 0) -> Iterator[CompositionTable]:
        """Yield the space, from row `start` on, in tables of at most `size` rows."""
        if size < 1:
            raise InputError(f"chunk size must be 1 or more, got {size}")
        for first in range(start, self._size, size):
            yield self[np.arange(first, min(first + size, self._size))]

    def formulas(self, rows: Any = slice(None)) -> list[str]:
        """Return the formula of each row, exact: ``Sm0.8Gd0.2Co4.5Cu0.5``.

        Parameters
        ----------
        rows : int, slice or array of int
            Row numbers, e.g. a chunk's ``row_index``.
        """
        return self.to_arrow(rows).to_pylist()

    def to_arrow(self, rows: Any = slice(None)) -> "pyarrow.Array":
        """Return the formulas of `rows` as an Arrow large_string array."""
        import pyarrow

        picked = self._rows(rows)
        symbols = np.array([list(e.ljust(2, "\0").encode()) for e in self.elements], np.uint8)
        offsets, data = self._kernels.text_from_amounts(
            self._amounts(picked), self.decimals, symbols
        )
        buffers = [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(data)]
        return pyarrow.Array.from_buffers(pyarrow.large_string(), len(picked), buffers)

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
        """
        from scipy.stats import qmc

        if method not in ("sobol", "lhs"):
            raise InputError(f"method must be 'sobol' or 'lhs', got {method!r}")
        if n < 0:
            raise InputError(f"the number of rows to draw must not be negative, got {n}")
        if n >= self._size:
            return self[:]
        sampler = (qmc.Sobol if method == "sobol" else qmc.LatinHypercube)(
            len(self.slots), rng=np.random.default_rng(seed)
        )
        rows = np.empty(0, np.int64)
        # Points that fall on a row already drawn are made up for by further points; a sample
        # of nearly the whole space is completed in order.
        for _ in range(16):
            if len(rows) >= n:
                break
            if method == "sobol":
                # Blocks of powers of two keep the sequence balanced.
                points = sampler.random(1 << (max(n, sampler.num_generated) - 1).bit_length())
            else:
                points = sampler.random(n)
            digits = self._kernels.digits_of_points(points, *self._plan)
            drawn = np.concatenate([rows, self._kernels.rows_of_digits(digits, *self._plan)])
            _, first = np.unique(drawn, return_index=True)
            rows = drawn[np.sort(first)][:n]
        if len(rows) < n:
            missing = np.setdiff1d(np.arange(self._size), rows)[: n - len(rows)]
            rows = np.concatenate([rows, missing])
        return self[rows]

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements that occur, in the order in which formulas write them."""
        ordered: list[str] = []
        for element in self.amounts:
            ordered.append(element)
            ordered.extend(s.element for s in self.slots if s.site == element)
        ordered.extend(s.element for s in self.slots if s.site is None)
        return tuple(dict.fromkeys(ordered))

    @cached_property
    def decimals(self) -> int:
        """Decimals that every amount of the space needs (at most nine)."""
        amounts = [*self.amounts.values(), *(a for slot in self.slots for a in slot.levels)]
        for decimals in range(_MAX_DECIMALS):
            if all((a * 10**decimals).denominator == 1 for a in amounts):
                return decimals
        return _MAX_DECIMALS

    @cached_property
    def _size(self) -> int:
        size = 1
        for (first, last), budget in zip(self.sites, self.budgets, strict=True):
            size *= _ways(self._caps[first:last], budget)[0][-1]
        return size

    @property
    def _caps(self) -> list[int]:
        return [len(slot.levels) - 1 for slot in self.slots]

    @property
    def _kernels(self) -> Any:
        # numba loads with the first rows asked for, not with the description of a space.
        from ..kernels import enumerate as kernels

        return kernels

    @cached_property
    def _plan(self) -> tuple[NDArray[np.int64], ...]:
        ways = np.zeros((len(self.slots), max(self.budgets, default=0) + 1), np.int64)
        counts = []
        for (first, last), budget in zip(self.sites, self.budgets, strict=True):
            table = _ways(self._caps[first:last], budget)
            ways[first:last, : budget + 1] = table
            counts.append(table[0][-1])
        edges = [first for first, _ in self.sites] + [len(self.slots)]
        caps, budgets = self._caps, self.budgets
        whole = [np.array(x, np.int64) for x in (counts, edges, caps, budgets)]
        return (*whole, ways)

    def _rows(self, key: Any) -> NDArray[np.int64]:
        if isinstance(key, slice):
            return np.arange(*key.indices(self._size), dtype=np.int64)
        rows = np.atleast_1d(np.asarray(key))
        if rows.size == 0:
            return np.empty(0, np.int64)
        if rows.dtype.kind not in "iu" or rows.ndim != 1:
            raise InputError(f"rows must be whole numbers, a slice or an array, got {key!r}")
        if rows.min() < -self._size or rows.max() >= self._size:
            raise InputError(f"row numbers must lie below {self._size}, got {rows.max()}")
        return np.where(rows < 0, rows + self._size, rows).astype(np.int64)

    def _amounts(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        place = {element: i for i, element in enumerate(self.elements)}
        scale = 10**self.decimals
        base = np.zeros(len(place), np.int64)
        for element, amount in self.amounts.items():
            base[place[element]] = round(amount * scale)
        width = max((len(slot.levels) for slot in self.slots), default=1)
        levels = np.zeros((len(self.slots), width), np.int64)
        for j, slot in enumerate(self.slots):
            levels[j, : len(slot.levels)] = [round(a * scale) for a in slot.levels]
        gains = np.array([place[slot.element] for slot in self.slots], np.int64)
        losses = np.array([-1 if s.site is None else place[s.site] for s in self.slots], np.int64)
        digits = self._kernels.digits_of_rows(rows, *self._plan)
        return self._kernels.amounts_of_digits(digits, base, levels, gains, losses)

    def __repr__(self) -> str:
        sites: dict[str, list[str]] = {}
        for slot in self.slots:
            sites.setdefault(slot.site or "added", []).append(slot.element)
        parts = "; ".join(f"{site}: {', '.join(elements)}" for site, elements in sites.items())
        return f"<Substitutions of {self.host} ({parts}), {self._size:,} formulas>"


def _ways(caps: Sequence[int], budget: int) -> list[list[int]]:
    """Count, for each slot and number of steps left, the choices from that slot on."""
    after = [1] * (budget + 1)
    table = []
    for cap in reversed(caps):
        after = [sum(after[r - k] for k in range(min(cap, r) + 1)) for r in range(budget + 1)]
        table.append(after)
    return table[::-1]


def _share(value: Any, name: str) -> Fraction:
    """Take the exact decimal of a share of a site, 0 to 1."""
    try:
        share = Fraction(str(value))
    except ValueError:
        raise InputError(f"{name} must be a number, got {value!r}") from None
    if not 0 <= share <= 1:
        raise InputError(f"{name} is a fraction of a site, 0 to 1; got {value!r}")
    return share


def substitutions(
    host: str,
    replace: Mapping[str, Sequence[str]],
    step: float | Mapping[str, float] = 0.05,
    limits: Mapping[str, float] | None = None,
) -> Substitutions:
    """Describe the substitutions of a host formula, without building them.

    On each site the host's element and its substituents share the site's atoms in whole
    numbers of steps (a simplex lattice); sites combine freely.

    Parameters
    ----------
    host : str
        Formula of the host, in atoms: ``"Nd2Fe14B"``.
    replace : mapping of str to list of str
        Element of the host to the elements that may replace it.
    step : float or mapping of str to float
        Fraction of the site's atoms that one step exchanges; a mapping gives one for each site.
    limits : mapping of str to float, optional
        Largest fraction of a site that a substituent may take, e.g. ``{"Dy": 0.2}``.

    Returns
    -------
    Substitutions
        Lazy: ``len``, ``chunks``, ``formulas``, ``sample`` and rows by number.

    Raises
    ------
    InputError
        If an element, step or limit does not fit the host.

    Examples
    --------
    >>> space = substitutions("SmCo5", {"Sm": ["Gd"], "Co": ["Cu"]}, step=0.1)
    >>> len(space), space.formulas([0, 12])
    (121, ['SmCo5', 'Sm0.9Gd0.1Co4.5Cu0.5'])
    """
    written, balance = read_amounts(host)
    if balance is not None:
        raise InputError(f"a host is written in atoms, without bal.; got {host!r}")
    amounts = {symbol: Fraction(str(a)) for symbol, a in written.items() if a > 0}
    shares = {e: _share(limit, f"limit of {e}") for e, limit in (limits or {}).items()}
    slots: list[Slot] = []
    sites: list[tuple[int, int]] = []
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
        share = _share(size, "step")
        if share == 0:
            raise InputError(f"step must be above 0 and at most 1, got {size!r}")
        for element in elements:
            index(element)
            cap = int(shares.get(element, Fraction(1)) / share)
            levels = tuple(amounts[site] * share * k for k in range(cap + 1))
            slots.append(Slot(element, site, levels))
        if elements:
            sites.append((len(slots) - len(elements), len(slots)))
            budgets.append(int(1 / share))
    stray = set(shares) - {slot.element for slot in slots}
    if stray:
        raise InputError(f"limits name {', '.join(sorted(stray))}, which replaces nothing here")
    space = Substitutions(host, amounts, tuple(slots), tuple(sites), tuple(budgets))
    if space._size > _MAX_ROWS:
        raise InputError(
            f"the space holds {space._size:.2e} formulas, more than row numbers can count "
            "(9.2e18); take a larger step, limits or fewer substituents"
        )
    return space
