"""Making candidates by substitution on the sites of a host."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..elements import INDEX
from ..errors import InputError
from .sites import Sites, lay_out
from .table import CompositionTable

if TYPE_CHECKING:
    import pyarrow

_MAX_ROWS = 2**63 - 1


@dataclass(frozen=True, eq=False)
class Substitutions:
    """A space of substituted formulas: described, numbered and sampled, never built whole.

    Rows are numbered from 0, the host itself (with the first level of each addition); any set of
    rows can be asked for, whatever the size of the space. Made by `substitutions`.

    Attributes
    ----------
    host, replace, step, limits, additions
        The arguments of `substitutions`.
    sites : Sites
        What may stand where, in whole steps.
    """

    host: str
    replace: Mapping[str, Sequence[str]]
    step: float | Mapping[str, float]
    limits: Mapping[str, float]
    additions: Mapping[str, float | Sequence[float]]
    sites: Sites = field(repr=False)

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
        """Yield the space, from row `start` on, in tables of at most `size` rows.

        Parameters
        ----------
        size : int
            Most rows of a table.
        start : int
            First row.

        Yields
        ------
        CompositionTable
            `row_index` is the number in the space.

        Raises
        ------
        InputError
            If `size` is below 1.
        """
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

        Returns
        -------
        list of str
            One formula a row.
        """
        return self.to_arrow(rows).to_pylist()

    def to_arrow(self, rows: Any = slice(None)) -> "pyarrow.Array":
        """Return the formulas of `rows` as an Arrow large_string array.

        Parameters
        ----------
        rows : int, slice or array of int
            Row numbers.

        Returns
        -------
        pyarrow.LargeStringArray
            One formula a row.
        """
        import pyarrow

        picked = self._rows(rows)
        symbols = np.array([list(e.ljust(2, "\0").encode()) for e in self.elements], np.uint8)
        offsets, data = self._kernels.text_from_amounts(
            self._amounts(picked), self.sites.decimals, symbols
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

        Returns
        -------
        CompositionTable
            `row_index` is the number in the space.

        Raises
        ------
        InputError
            If `method` is unknown or `n` negative.
        """
        from scipy.stats import qmc

        if method not in ("sobol", "lhs"):
            raise InputError(f"method must be 'sobol' or 'lhs', got {method!r}")
        if n < 0:
            raise InputError(f"the number of rows to draw must not be negative, got {n}")
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
            if method == "sobol":
                # Blocks of powers of two keep the sequence balanced.
                points = sampler.random(1 << (max(n, sampler.num_generated) - 1).bit_length())
            else:
                points = sampler.random(n)
            digits = self._kernels.digits_of_points(points, *self._plan)
            drawn = np.concatenate([rows, self.rows_of_digits(digits)])
            _, first = np.unique(drawn, return_index=True)
            rows = drawn[np.sort(first)][:n]
        if len(rows) < n:
            missing = np.setdiff1d(np.arange(self._size), rows)[: n - len(rows)]
            rows = np.concatenate([rows, missing])
        return self[rows]

    def rows_of_digits(self, digits: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row number of each mixture, -1 for one outside the space.

        Parameters
        ----------
        digits : ndarray of int64, shape (n, number of slots)
            Steps (of an addition: level) of each slot, in the order of ``sites.slots``.

        Returns
        -------
        ndarray of int64, shape (n,)
        """
        return self._kernels.rows_of_digits(digits, *self._plan)

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements that occur, in the order in which formulas write them."""
        return self.sites.elements

    def describe(self) -> dict[str, Any]:
        """Return what identifies the space, in plain types that JSON can hold."""
        return {
            "host": self.host,
            "replace": {site: list(elements) for site, elements in self.replace.items()},
            "step": dict(self.step) if isinstance(self.step, Mapping) else self.step,
            "limits": dict(self.limits),
            "additions": {
                element: list(levels) if isinstance(levels, Sequence) else levels
                for element, levels in self.additions.items()
            },
            "rows": self._size,
        }

    @cached_property
    def _size(self) -> int:
        return prod(table[0][-1] for table in self.sites.ways())

    @property
    def _kernels(self) -> Any:
        from ..kernels import enumerate as kernels

        return kernels

    @cached_property
    def _plan(self) -> tuple[NDArray[np.int64], ...]:
        """What the kernels need to know of the sites; see `kernels.enumerate`."""
        sites = self.sites
        tables = sites.ways()
        ways = np.zeros((len(sites.slots), max(sites.budgets, default=0) + 1), np.int64)
        for (first, last), budget, table in zip(sites.spans, sites.budgets, tables, strict=True):
            ways[first:last, : budget + 1] = table
        counts = [table[0][-1] for table in tables]
        edges = [first for first, _ in sites.spans] + [len(sites.slots)]
        whole = (np.array(x, np.int64) for x in (counts, edges, sites.caps, sites.budgets))
        return (*whole, ways)

    @cached_property
    def _amount_plan(self) -> tuple[NDArray[np.int64], ...]:
        """Host amounts, levels, and the elements that each slot gains and loses."""
        place = {element: i for i, element in enumerate(self.elements)}
        slots, scale = self.sites.slots, 10**self.sites.decimals
        base = np.zeros(len(place), np.int64)
        for element, amount in self.sites.amounts.items():
            base[place[element]] = round(amount * scale)
        levels = np.zeros((len(slots), max((len(s.levels) for s in slots), default=1)), np.int64)
        for j, slot in enumerate(slots):
            levels[j, : len(slot.levels)] = [round(a * scale) for a in slot.levels]
        gains = np.array([place[slot.element] for slot in slots], np.int64)
        losses = np.array([-1 if s.site is None else place[s.site] for s in slots], np.int64)
        return base, levels, gains, losses

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
        digits = self._kernels.digits_of_rows(rows, *self._plan)
        return self._kernels.amounts_of_digits(digits, *self._amount_plan)

    def __repr__(self) -> str:
        sites: dict[str, list[str]] = {}
        for slot in self.sites.slots:
            sites.setdefault(slot.site or "added", []).append(slot.element)
        parts = "; ".join(f"{site}: {', '.join(elements)}" for site, elements in sites.items())
        return f"<Substitutions of {self.host} ({parts}), {self._size:,} formulas>"


@named
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
        Formula of the host, in atoms: ``"Nd2Fe14B"``.
    replace : mapping of str to list of str
        Element of the host to the elements that may replace it.
    step : float or mapping of str to float
        Fraction of the site's atoms that one step exchanges; a mapping gives one for each site.
    limits : mapping of str to float, optional
        Largest fraction of a site that a substituent may take, e.g. ``{"Dy": 0.2}``.
    additions : mapping of str to float or list of float, optional
        Minor additions charged beside the host, in atoms on 100 atoms of the host: one level,
        or several to choose from, e.g. ``{"Cu": [0, 0.15, 0.3], "Al": 0.5}``.

    Returns
    -------
    Substitutions
        Lazy: ``len``, ``chunks``, ``formulas``, ``sample`` and rows by number.

    Raises
    ------
    InputError
        If an element, step, limit or addition does not fit the host.

    Examples
    --------
    >>> space = substitutions("SmCo5", {"Sm": ["Gd"], "Co": ["Cu"]}, step=0.1)
    >>> len(space), space.formulas([0, 12])
    (121, ['SmCo5', 'Sm0.9Gd0.1Co4.5Cu0.5'])
    """
    limits, additions = dict(limits or {}), dict(additions or {})
    sites = lay_out(host, replace, step, limits, additions)
    space = Substitutions(host, dict(replace), step, limits, additions, sites)
    if space._size > _MAX_ROWS:
        raise InputError(
            f"the space holds {space._size:.2e} formulas, more than row numbers can count "
            "(9.2e18); take a larger step, limits or fewer substituents"
        )
    return space
