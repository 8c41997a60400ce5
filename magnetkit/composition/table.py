"""Many compositions as compressed sparse rows of atomic fractions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..elements import ATOMIC_MASS, INDEX, N_ELEMENTS, SYMBOLS, WRITING_RANK, mask
from ._grades import grade_rows
from .notation import Basis, basis_code
from .reasons import ParseError

if TYPE_CHECKING:
    import pyarrow
    from pymatgen.core import Composition

    from ..kernels.arrays import Rows

_LETTERS = np.array([list(s.ljust(2, "\0").encode()) for s in SYMBOLS], np.uint8)


@dataclass(frozen=True, eq=False)
class CompositionTable:
    """Compositions in compressed sparse rows.

    Rows carry no text: `row_index` leads back to the input, whatever was selected since.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n + 1,)
        Row ``i`` is the slice ``indptr[i]:indptr[i + 1]`` of `indices` and `values`.
    indices : ndarray of int32
        Column of the element: its atomic number minus one, ascending within a row.
    values : ndarray of float64
        Atomic fraction, above zero; the values of a row sum to one.
    row_index : ndarray of int64, shape (n,)
        Row of the input each composition came from.
    errors : list of ParseError
        The rows of the input that could not be read.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float64]
    row_index: NDArray[np.int64]
    errors: list[ParseError] = field(default_factory=list)

    @classmethod
    def from_strings(cls, texts: Sequence[Any], basis: Basis = "auto") -> "CompositionTable":
        """Read many recipes; a row that cannot be read is listed in `errors` and left out.

        Parameters
        ----------
        texts : sequence of str
            Recipes in the notation of `parse_composition`. None, NaN and what is no text make
            a row of `errors`.
        basis : {"auto", "atomic", "weight"}
            What the amounts are; see `parse_composition`.

        Returns
        -------
        CompositionTable
            The rows that could be read; the others are in its `errors`.
        """
        from . import reading

        return cls.of_texts(*reading.text_array(texts), basis)

    @classmethod
    def from_arrow(cls, array: Any, basis: Basis = "auto") -> "CompositionTable":
        """Read an Arrow array of text without copying it.

        Parameters
        ----------
        array : pyarrow.Array, pyarrow.ChunkedArray or anything that exports one
            Strings of any Arrow text type, dictionaries included; a null is a row of `errors`.
        basis : {"auto", "atomic", "weight"}
            What the amounts are; see `parse_composition`.

        Returns
        -------
        CompositionTable
            The rows that could be read; the others are in its `errors`.

        Raises
        ------
        InputError
            If the array holds no text.
        """
        from . import reading

        return cls.of_texts(reading.arrow_array(array), {}, basis)

    @classmethod
    def from_frame(
        cls, frame: Any, column: str | None = None, basis: Basis = "auto"
    ) -> "CompositionTable":
        """Read one column of a pandas or polars frame or an Arrow table.

        Parameters
        ----------
        frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
            `row_index` counts its rows from 0, whatever its index.
        column : str, optional
            The column to read; by default ``composition``, or the only text column.
        basis : {"auto", "atomic", "weight"}
            What the amounts are; see `parse_composition`.

        Returns
        -------
        CompositionTable
            The rows that could be read; the others are in its `errors`.

        Raises
        ------
        InputError
            If there is no such column, or no single one to choose.
        """
        from . import reading

        return cls.of_texts(*reading.frame_column(frame, column), basis)

    @classmethod
    def of_texts(cls, array: Any, odd: dict[int, Any], basis: Basis) -> "CompositionTable":
        """Parse what `magnetkit.composition.reading` made of an input.

        Parameters
        ----------
        array : pyarrow.Array or pyarrow.ChunkedArray of strings
            The recipes.
        odd : dict
            By row, what was no text.
        basis : {"auto", "atomic", "weight"}
            What the amounts are.

        Returns
        -------
        CompositionTable
            The rows that could be read; the others, grades among them, are in its `errors`.
        """
        from . import reading

        basis_code(basis)
        chunks = getattr(array, "chunks", [array])
        tables, start = [], 0
        for chunk in chunks:
            table = cls(*reading.parsed(chunk, odd, basis, start))
            tables.append(table._without_grades(chunk, start))
            start += len(chunk)
        return tables[0] if len(tables) == 1 else cls.concat(tables)

    def _without_grades(self, texts: Any, start: int) -> "CompositionTable":
        """Return a table whose grades have gone from its rows to its errors."""
        grades = grade_rows(self, texts, start)
        if not grades:
            return self
        refused = [ParseError(row, texts[row - start].as_py(), -1, w) for row, w in grades.items()]
        others = [e for e in self.errors if e.row not in grades]
        kept = self[~np.isin(self.row_index, list(grades))]
        return replace(kept, errors=sorted([*others, *refused], key=lambda e: e.row))

    @classmethod
    def from_pymatgen(cls, compositions: Iterable["Composition"]) -> "CompositionTable":
        """Take pymatgen compositions; one that is empty or not of elements goes to `errors`.

        Parameters
        ----------
        compositions : iterable of pymatgen Composition
            Or anything that has one as its ``composition``: structures, entries.

        Returns
        -------
        CompositionTable
            One row a composition.

        Examples
        --------
        >>> from pymatgen.core import Composition
        >>> CompositionTable.from_pymatgen([Composition("Nd2Fe14B")]).formulas()
        ['Nd0.1176Fe0.8235B0.05882']
        """
        indices: list[int] = []
        values: list[float] = []
        indptr, kept, errors = [0], [], []
        for i, given in enumerate(compositions):
            composition = getattr(given, "composition", given)
            row: dict[int, float] = {}
            stray = None
            for species, amount in composition.items():
                symbol = getattr(species, "symbol", str(species))
                if symbol not in INDEX:
                    stray = symbol
                    break
                row[INDEX[symbol]] = row.get(INDEX[symbol], 0.0) + float(amount)
            total = sum(row.values())
            if stray is not None or not total > 0:
                wrong = "holds no atoms" if stray is None else f"{stray!r} is no chemical element"
                errors.append(ParseError(i, str(composition), -1, f"{wrong}; give elements"))
                continue
            ordered = sorted((c, a / total) for c, a in row.items() if a > 0)
            indices.extend(c for c, _ in ordered)
            values.extend(a for _, a in ordered)
            indptr.append(len(indices))
            kept.append(i)
        return cls(
            np.array(indptr, np.int64),
            np.array(indices, np.int32),
            np.array(values, np.float64),
            np.array(kept, np.int64),
            errors,
        )

    @classmethod
    def from_array(
        cls, fractions: NDArray[np.float64], row_index: "NDArray[np.int64] | None" = None
    ) -> "CompositionTable":
        """Take atomic fractions as `to_array` returns them.

        Parameters
        ----------
        fractions : ndarray of float64, shape (n, 118)
            By atomic number.
        row_index : ndarray of int64, shape (n,), optional
            Row of the input each came from; counted from 0 without it.

        Returns
        -------
        CompositionTable
            n rows.

        Examples
        --------
        >>> table = CompositionTable.from_strings(["SmCo5"])
        >>> CompositionTable.from_array(table.to_array()).formulas() == table.formulas()
        True
        """
        rows, columns = np.nonzero(fractions)
        indptr = np.searchsorted(rows, np.arange(len(fractions) + 1)).astype(np.int64)
        index = np.arange(len(fractions)) if row_index is None else row_index
        return cls(indptr, columns.astype(np.int32), fractions[rows, columns], index)

    @classmethod
    def concat(cls, tables: Iterable["CompositionTable"]) -> "CompositionTable":
        """Join tables; rows keep their `row_index` and all errors are kept.

        Parameters
        ----------
        tables : iterable of CompositionTable
            The parts, in order.

        Returns
        -------
        CompositionTable
        """
        parts = list(tables)
        starts = np.cumsum([0, *(t.indptr[-1] for t in parts)])
        return cls(
            np.concatenate([[0], *(t.indptr[1:] + s for t, s in zip(parts, starts, strict=False))]),
            np.concatenate([np.empty(0, np.int32), *(t.indices for t in parts)]),
            np.concatenate([np.empty(0), *(t.values for t in parts)]),
            np.concatenate([np.empty(0, np.int64), *(t.row_index for t in parts)]),
            [e for t in parts for e in t.errors],
        )

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the columns, in order of atomic number."""
        return SYMBOLS

    @property
    def rows(self) -> "Rows":
        """The compositions as kernels take them."""
        from ..kernels.arrays import Rows

        return Rows(self.indptr, self.indices, self.values)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), N_ELEMENTS

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def __getitem__(self, key: Any) -> "CompositionTable":
        """Return the rows that a mask, slice or integer array selects."""
        if isinstance(key, slice) and key.step in (None, 1):
            first, last, _ = key.indices(len(self))
            last = max(first, last)
            begin, end = self.indptr[first], self.indptr[last]
            return CompositionTable(
                self.indptr[first : last + 1] - begin,
                self.indices[begin:end],
                self.values[begin:end],
                self.row_index[first:last],
                self.errors,
            )
        from ..kernels.taken import taken

        picked = np.atleast_1d(np.arange(len(self))[key])
        indptr, indices, values = taken(self.rows, picked)
        return CompositionTable(indptr, indices, values, self.row_index[picked], self.errors)

    def to_array(self) -> NDArray[np.float64]:
        """Return the atomic fractions as a dense array of shape (n, 118)."""
        dense = np.zeros(self.shape)
        dense[np.repeat(np.arange(len(self)), np.diff(self.indptr)), self.indices] = self.values
        return dense

    def to_pymatgen(self) -> "list[Composition]":
        """Return each row as a pymatgen Composition of atomic fractions."""
        from pymatgen.core import Composition

        names = [SYMBOLS[c] for c in self.indices.tolist()]
        pairs = list(zip(names, self.values.tolist(), strict=True))
        return [Composition(dict(pairs[a:b])) for a, b in pairwise(self.indptr.tolist())]

    def to_arrow(self, digits: int = 4) -> "pyarrow.Array":
        """Return the `formulas` as an Arrow array of text.

        Parameters
        ----------
        digits : int
            Significant digits of an amount.

        Returns
        -------
        pyarrow.LargeStringArray, length n
        """
        import pyarrow

        from ..kernels.enumerate import text_from_fractions

        sparse = (self.indptr, self.indices, self.values)
        offsets, data = text_from_fractions(*sparse, WRITING_RANK, _LETTERS, digits)
        buffers = [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(data)]
        return pyarrow.Array.from_buffers(pyarrow.large_string(), len(self), buffers)

    def weight_fractions(self) -> NDArray[np.float64]:
        """Return the weight fractions as a dense array of shape (n, 118)."""
        mass = self.to_array() * ATOMIC_MASS
        return mass / mass.sum(axis=1, keepdims=True) if len(self) else mass

    def fraction(self, *symbols: str) -> NDArray[np.float64]:
        """Return the summed atomic fraction of some elements, shape (n,).

        Parameters
        ----------
        *symbols : str
            Elements, e.g. ``"Dy", "Tb"``.

        Returns
        -------
        ndarray of float64, shape (n,)
            Atomic fraction, 0 to 1.

        Raises
        ------
        CompositionError
            If a symbol is no element.
        """
        from ..kernels.row_sums import sums

        return sums(self.rows, mask(symbols))

    def formulas(self, digits: int = 4) -> list[str]:
        """Return each row as a formula of atomic fractions with `digits` significant digits.

        Rare earths stand first and interstitials last, as the field writes them. There are no
        exponents, which no reader of formulas takes.

        Parameters
        ----------
        digits : int
            Significant digits of an amount.

        Returns
        -------
        list of str, length n
        """
        return self.to_arrow(digits).to_pylist()
