"""Many compositions as compressed sparse rows of atomic fractions, and the reading of texts.

A user's list, array or frame becomes Arrow text, is parsed in chunks, and commercial grades are
then sorted out: ``N42SH`` is also a spelling of nitrogen, sulphur and hydrogen, ``SmCo 26`` one of
samarium and cobalt. Texts are checked only where what they were read as could be such a name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .._core._types import BoolArray, FloatArray, IntArray
from .._core.elements import (
    ATOMIC_MASS,
    INDEX,
    N_ELEMENTS,
    SYMBOLS,
    WRITING_RANK,
    mask,
)
from .._core.errors import InputError
from ._blocks import COMPOSITION_COLUMN
from ._grade_names import refusal
from .notation import (
    WEIGHT_WORDS,
    Basis,
    ParseError,
    basis_code,
    expand_trade_names,
    explain_fault,
)

if TYPE_CHECKING:
    from pymatgen.core import Composition

    from .._core._arrays import Rows


# The heaviest element of a grade that can be spelt with elements: BNP6, N35, S2809, N50VH, N38UH.
_HEAVIEST = mask(("B", "N", "P", "S", "V", "U")) > 0.0
LETTERS = np.array(
    [list(s.ljust(2, "\0").encode()) for s in SYMBOLS], np.uint8
)
"""Symbols of the elements as two bytes each."""
# Fewer rows than this are read by one thread: starting the others costs more.
_ROWS_WORTH_THREADS = 4096
# Pieces of work for each thread, so that longer rows keep no thread waiting.
_STRETCHES = 4

# Rows from which it is worth to look for equal ones, how many are looked at first, and what has to
# be equal.
_LEAST_ALIKE = 64
_LOOKED_AT = 1024
_ROWS = ("indptr", "indices", "values")

GIVEN = (
    "curie_temperature_K",
    "saturation_polarization_T",
    "anisotropy_constant_MJ_m3",
)
"""What a user may say of a hard phase in place of the model."""
GIVEN_AT = "temperature_K"
"""Temperature of the latter two, K."""


_SHOWN_ELEMENTS = 12
"""Elements that a table names where it is shown."""


@dataclass(frozen=True, eq=False, repr=False)
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
    given : dict of str to ndarray of float64, shape (n,)
        What a user says of the hard phase, by the names of `GIVEN`, their ends ``_lo`` and ``_hi``,
        and `GIVEN_AT`; NaN where nothing was said. Selecting rows keeps it.
    by_weight : ndarray of bool, shape (n,), or None
        Rows written in wt.%, which are furnace charges and no formulas; None where none is.
    """

    indptr: IntArray
    indices: NDArray[np.int32]
    values: FloatArray
    row_index: IntArray
    errors: list[ParseError] = field(default_factory=list)
    given: dict[str, FloatArray] = field(default_factory=dict)
    by_weight: BoolArray | None = None

    @classmethod
    def from_strings(
        cls, texts: Sequence[Any], basis: Basis = "auto"
    ) -> "CompositionTable":
        """Read many recipes; a row that cannot be read is listed in `errors` and left out.

        Parameters
        ----------
        texts : sequence of str
            Recipes in the notation of `parse_composition`. None, NaN and what is no text make a row
            of `errors`. An empty text and the name of a grade such as "N42SH" do too. No texts give
            an empty table; one text alone is an InputError.
        basis : {"auto", "atomic", "weight"}
            What the amounts are; see `parse_composition`. With "auto" a recipe
            that has a balance or sums to 100 is an error, unless wt.% or at.%
            stands in it: "Nd30B1Fe bal. wt.%".

        Returns
        -------
        CompositionTable
            The rows that could be read; the others are in its `errors`, each
            with ``row``, ``text``, ``position`` and ``reason``. `row_index`
            and the ``row`` of each error count `texts` from 0.

        Raises
        ------
        InputError
            If `texts` is one text or cannot be iterated, or `basis` is none of
            the three.
        """
        return cls.of_texts(*text_array(texts), basis)

    @classmethod
    def from_arrow(
        cls, array: Any, basis: Basis = "auto"
    ) -> "CompositionTable":
        """Read an Arrow array of text without copying it.

        Parameters
        ----------
        array : pyarrow.Array, pyarrow.ChunkedArray or anything that exports one
            Strings of any Arrow text type, dictionaries included; a null is a row of `errors`.
        basis : {"auto", "atomic", "weight"}
            What the amounts are, as of `from_strings`.

        Returns
        -------
        CompositionTable
            The rows that could be read; the others are in its `errors`, each
            with ``row``, ``text``, ``position`` and ``reason``. `row_index`
            and the ``row`` of each error count the entries from 0, over all
            chunks.

        Raises
        ------
        InputError
            If the array holds no text, `array` exports none, as a list, or `basis` is none of the
            three.
        """
        return cls.of_texts(arrow_array(array), {}, basis)

    @classmethod
    def from_frame(
        cls, frame: Any, column: str | None = None, basis: Basis = "auto"
    ) -> "CompositionTable":
        """Read one column of a pandas or polars frame or an Arrow table.

        Parameters
        ----------
        frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
            `row_index` counts its rows from 0, whatever its index. Other columns are not read,
            neither ``shell`` nor ``given_...``.
        column : str, optional
            The column to read; by default ``composition``, or the only text column. Case and blanks
            in names make no difference. "*" for columns of elements is of files alone.
        basis : {"auto", "atomic", "weight"}
            What the amounts are, as of `from_strings`.

        Returns
        -------
        CompositionTable
            The rows that could be read; the others are in its `errors`, each
            with ``row``, ``text``, ``position`` and ``reason``. A cell that is
            no text, such as a number or a pymatgen Composition, is an error of
            its row.

        Raises
        ------
        InputError
            If there is no such column, or no single one to choose, or a column of polars or Arrow
            holds no text.
        """
        return cls.of_texts(*frame_column(frame, column), basis)

    @classmethod
    def of_texts(
        cls, array: Any, odd: dict[int, Any], basis: Basis
    ) -> "CompositionTable":
        """Parse an Arrow array of recipes; grades and other unreadable rows are in `errors`.

        Parameters
        ----------
        array : pyarrow.Array or pyarrow.ChunkedArray of strings
            The recipes. A null is a row of `errors`, too.
        odd : dict of int to object
            Values that are no text, by row, as of `text_array`; their rows are null in `array`. An
            empty dict if there are none.
        basis : {"auto", "atomic", "weight"}
            What the amounts are.

        Returns
        -------
        CompositionTable
            Readable rows; `row_index` counts over all chunks from 0. Errors
            have ``row`` (counted alike), ``text``, ``position`` (from 0, -1
            for the text as a whole) and ``reason``.

        Raises
        ------
        InputError
            If `basis` is unknown.
        """
        basis_code(basis)
        tables = []
        start = 0
        for chunk in getattr(array, "chunks", [array]):
            table = _parse_chunk(chunk, odd, basis, start)
            tables.append(_without_grades(table, chunk, start))
            start += len(chunk)
        if len(tables) == 1:
            return tables[0]
        return cls.concat(tables)

    @classmethod
    def from_pymatgen(
        cls, compositions: Iterable["Composition"]
    ) -> "CompositionTable":
        """Take pymatgen compositions; one that is empty or not of elements goes to `errors`.

        Parameters
        ----------
        compositions : iterable of pymatgen Composition
            Or anything that has one as its ``composition``: structures, entries. A text is not
            read: it is an AttributeError.

        Returns
        -------
        CompositionTable
            One row for each composition that can be used; `row_index` and the
            ``row`` of each error count `compositions` from 0. An error also
            has ``text``, ``position`` (-1) and ``reason``. Oxidation states
            are dropped, and the amounts of one element are added up.

        Examples
        --------
        >>> from pymatgen.core import Composition
        >>> CompositionTable.from_pymatgen([Composition("Nd2Fe14B")]).formulas()
        ['Nd0.1176Fe0.8235B0.05882']
        """
        rows = []
        positions = []
        errors = []
        for i, item in enumerate(compositions):
            composition = getattr(item, "composition", item)
            amounts: dict[str, float] = {}
            for species, amount in composition.items():
                symbol = getattr(species, "symbol", str(species))
                amounts[symbol] = amounts.get(symbol, 0.0) + float(amount)
            stray = next(
                (symbol for symbol in amounts if symbol not in INDEX), None
            )
            total = sum(amounts.values())
            if stray is not None or not total > 0:
                wrong = (
                    "holds no atoms"
                    if stray is None
                    else f"{stray!r} is no chemical element"
                )
                errors.append(
                    ParseError(
                        i, str(composition), -1, f"{wrong}; give elements"
                    )
                )
                continue
            row = np.zeros(N_ELEMENTS)
            for symbol, amount in amounts.items():
                row[INDEX[symbol]] = max(amount, 0.0) / total
            rows.append(row)
            positions.append(i)
        table = cls.from_array(
            np.reshape(rows, (-1, N_ELEMENTS)), np.array(positions, np.int64)
        )
        return replace(table, errors=errors)

    @classmethod
    def from_array(
        cls,
        fractions: FloatArray,
        row_index: "IntArray | None" = None,
    ) -> "CompositionTable":
        """Take atomic fractions as `to_array` returns them.

        Zeros are left out. Rows are taken as they are, so they must sum to one and hold no negative
        value.

        Parameters
        ----------
        fractions : ndarray of float64, shape (n, 118)
            Columns by atomic number less one.
        row_index : ndarray of int64, shape (n,), optional
            Row of the input each came from; counted from 0 without it.

        Returns
        -------
        CompositionTable
            n rows, without errors, given values and marks of rows by weight.

        Examples
        --------
        >>> table = CompositionTable.from_strings(["SmCo5"])
        >>> CompositionTable.from_array(table.to_array()).formulas() == table.formulas()
        True
        """
        rows, columns = np.nonzero(fractions)
        indptr = np.searchsorted(rows, np.arange(len(fractions) + 1)).astype(
            np.int64
        )
        index = np.arange(len(fractions)) if row_index is None else row_index
        return cls(
            indptr, columns.astype(np.int32), fractions[rows, columns], index
        )

    @classmethod
    def concat(
        cls, tables: Iterable["CompositionTable"]
    ) -> "CompositionTable":
        """Join tables one behind the other.

        Rows keep their `row_index`, given values and marks of rows by weight; all errors are kept.
        A row number may so come twice. A given value that a part does not have is NaN in its rows.

        Parameters
        ----------
        tables : iterable of CompositionTable
            The parts, in order. No tables give an empty one.

        Returns
        -------
        CompositionTable
        """
        parts = list(tables)
        # Types of an empty table.
        indptr = [np.zeros(1, np.int64)]
        indices = [np.empty(0, np.int32)]
        values = [np.empty(0)]
        row_index = [np.empty(0, np.int64)]
        errors: list[ParseError] = []
        start = 0
        for table in parts:
            indptr.append(table.indptr[1:] + start)
            start += table.indptr[-1]
            indices.append(table.indices)
            values.append(table.values)
            row_index.append(table.row_index)
            errors += table.errors
        return cls(
            np.concatenate(indptr),
            np.concatenate(indices),
            np.concatenate(values),
            np.concatenate(row_index),
            errors,
            _join_given(parts),
            _joined_by_weight(parts),
        )

    @property
    def is_by_weight(self) -> BoolArray:
        """Say which rows were written in wt.%, bool (n,)."""
        if self.by_weight is None:
            return np.zeros(len(self), bool)
        return self.by_weight

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the columns, in order of atomic number."""
        return SYMBOLS

    @cached_property
    def rows(self) -> "Rows":
        """Return the compositions as kernels take them."""
        from .._core._arrays import Rows

        return Rows(self.indptr, self.indices, self.values)

    @cached_property
    def unique_rows(self) -> tuple[IntArray, IntArray] | None:
        """Return distinct rows and, for each row, its equal among them; None if few are equal.

        What follows from a composition alone need not be computed again for each of its shells.
        Tables of fewer than `_LEAST_ALIKE` rows give None, and so do those in a sample of whose
        rows no two are equal. The result is kept. Rows by weight and by atoms
        are never equal. It is an attribute, not a method.

        Returns
        -------
        rows : ndarray of int64
            Numbers of rows of which no two are equal, in no order: of equal
            ones the first.
        place : ndarray of int64, shape (n,)
            Index into `rows` of the equal of each row.
        """
        from ._row_kernels import sums

        if len(self) < _LEAST_ALIKE:
            return None
        rng = np.random.default_rng(0)
        key = sums(self.rows, rng.random(N_ELEMENTS))
        # A charge by weight is no formula of the same composition.
        key = key + self.is_by_weight
        some = key[np.unique(rng.integers(len(self), size=_LOOKED_AT))]
        if len(np.unique(some)) == len(some):
            return None
        _, first, place = np.unique(
            key, return_index=True, return_inverse=True
        )
        whole = self[first][place]
        same = (
            np.array_equal(getattr(whole, n), getattr(self, n)) for n in _ROWS
        )
        if all(same):
            return (first, place)
        return None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), N_ELEMENTS

    def __repr__(self) -> str:
        """Return how many rows and elements there are, and how many rows could not be read."""
        present_elements = np.unique(self.indices).tolist()
        elements = ", ".join(
            self.elements[i] for i in present_elements[:_SHOWN_ELEMENTS]
        )
        ellipsis = ", ..." if len(present_elements) > _SHOWN_ELEMENTS else ""
        return (
            f"<CompositionTable: {len(self):,} rows of {len(present_elements)} elements "
            f"({elements}{ellipsis}), {len(self.errors):,} not read>"
        )

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def __getitem__(self, key: Any) -> "CompositionTable":
        """Return the rows that a mask, slice or integer array selects.

        `key` is a bool mask (n,), a slice, a row number or an array of them, from 0; a negative one
        counts from the end, and one beyond the rows is an IndexError. A single number gives a table
        of one row. `row_index`, given values and marks by weight are those of the rows; all errors
        are kept.
        """
        if isinstance(key, slice) and key.step in (None, 1):
            first, last, _ = key.indices(len(self))
            last = max(first, last)
            rows: Any = slice(first, last)
            begin = self.indptr[first]
            end = self.indptr[last]
            indptr = self.indptr[first : last + 1] - begin
            indices = self.indices[begin:end]
            values = self.values[begin:end]
        else:
            from ._row_kernels import take_rows

            every = np.arange(len(self))
            rows = np.atleast_1d(every[key])
            if np.array_equal(rows, every):
                return self
            indptr, indices, values = take_rows(self.rows, rows)
        return CompositionTable(
            indptr,
            indices,
            values,
            self.row_index[rows],
            self.errors,
            {name: column[rows] for name, column in self.given.items()},
            None if self.by_weight is None else self.by_weight[rows],
        )

    def with_given(
        self,
        given: Mapping[str, Any],
        prefix: str = "",
        rows: int | None = None,
    ) -> "CompositionTable":
        """Return the table with what a user says of the hard phases of its rows.

        Values that were given before are all replaced. This table is not changed.

        Parameters
        ----------
        given : mapping of str to number, or to one number a row of the input
            ``curie_temperature_K``, ``saturation_polarization_T``, ``anisotropy_constant_MJ_m3``,
            ends of their 90 % ranges with ``_lo`` and ``_hi``, and ``temperature_K``, to which the
            latter two belong. None and NaN say that nothing is given. A sequence has one entry for
            each row of the input, unreadable ones too, in its order.
        prefix : str
            Text before each name in `given`, such as "given_"; other names are passed over then. In
            the new table the names stand without it.
        rows : int, optional
            Number of rows of the input, which sequences must have. Without it they must reach to
            the last row of `row_index`.

        Returns
        -------
        CompositionTable
            The values are in its ``given``, a dict by name of float64, (n,),
            NaN where nothing is given. That ``_lo`` lies below ``_hi`` is not
            checked.

        Raises
        ------
        InputError
            If a name is not known (without `prefix`), a value is no number, or one is below zero
            (an anisotropy constant may be). A text of a number, such as "585", is taken as one.
        """
        names = [
            GIVEN_AT,
            *(f"{name}{end}" for name in GIVEN for end in ("", "_lo", "_hi")),
        ]
        if not prefix and (odd := set(given) - set(names)):
            raise InputError(
                f"given {min(odd)!r}: expected some of {', '.join(names)}"
            )
        columns = {}
        for name in names:
            if f"{prefix}{name}" not in given:
                continue
            try:
                values = np.asarray(given[f"{prefix}{name}"], float)
                whole = np.broadcast_to(
                    values, rows or values.shape or len(self)
                )
                columns[name] = (
                    whole[self.row_index]
                    if values.ndim
                    else whole[: len(self)]
                )
            except (TypeError, ValueError, IndexError):
                raise InputError(
                    f"{prefix}{name}: expected a number, or one a row"
                ) from None
            if not name.startswith(GIVEN[2]) and (columns[name] < 0.0).any():
                raise InputError(f"{prefix}{name}: a value is below zero")
        return replace(self, given=columns)

    def to_array(self) -> FloatArray:
        """Return the atomic fractions as a dense array.

        Returns
        -------
        ndarray of float64, shape (n, 118)
            Columns by atomic number less one; 0 for an element that is absent.
        """
        dense = np.zeros(self.shape)
        dense[
            np.repeat(np.arange(len(self)), np.diff(self.indptr)), self.indices
        ] = self.values
        return dense

    def to_pymatgen(self) -> "list[Composition]":
        """Return each row as a pymatgen Composition of atomic fractions.

        Returns
        -------
        list of pymatgen.core.Composition, length n
            In the order of the rows.
        """
        from pymatgen.core import Composition

        names = [SYMBOLS[c] for c in self.indices.tolist()]
        pairs = list(zip(names, self.values.tolist(), strict=True))
        return [
            Composition(dict(pairs[a:b]))
            for a, b in pairwise(self.indptr.tolist())
        ]

    def to_arrow(self, digits: int = 4) -> pa.Array:
        """Return the `formulas` as an Arrow array of text.

        Parameters
        ----------
        digits : int
            Significant digits of an amount, 1 to 15; this is not checked.

        Returns
        -------
        pyarrow.LargeStringArray, length n
            Atomic fractions, such as "Nd0.1176Fe0.8235B0.05882".
        """
        from ._space_kernels import text_from_fractions

        return large_strings(
            *text_from_fractions(
                self.indptr,
                self.indices,
                self.values,
                WRITING_RANK,
                LETTERS,
                digits,
            )
        )

    def weight_fractions(self) -> FloatArray:
        """Return the weight fractions as a dense array of shape (n, 118).

        Columns are elements by atomic number less one, 0 for one that is absent. Each row sums to
        1.
        """
        mass = self.to_array() * ATOMIC_MASS
        if len(self):
            return mass / mass.sum(axis=1, keepdims=True)
        return mass

    def fraction(self, *symbols: str) -> FloatArray:
        """Return the summed atomic fraction of some elements, shape (n,).

        Parameters
        ----------
        *symbols : str
            Elements, e.g. ``"Dy", "Tb"``. One that comes twice counts once. No symbols give 0.

        Returns
        -------
        ndarray of float64, shape (n,)
            Atomic fraction, 0 to 1.

        Raises
        ------
        CompositionError
            If a symbol is no element.
        """
        from ._row_kernels import sums

        return sums(self.rows, mask(symbols))

    def formulas(self, digits: int = 4) -> list[str]:
        """Return each row as a formula of atomic fractions with `digits` significant digits.

        Rare earths stand first and interstitials last, as the field writes them. There are no
        exponents, which no reader of formulas takes.

        Parameters
        ----------
        digits : int
            Significant digits of an amount, 1 to 15; this is not checked.

        Returns
        -------
        list of str, length n
            Such as "Nd0.1176Fe0.8235B0.05882".
        """
        return self.to_arrow(digits).to_pylist()


def large_strings(offsets: IntArray, data: NDArray[np.uint8]) -> pa.Array:
    """Return n texts, of n + 1 offsets into bytes, as an Arrow array.

    `offsets` is int64, (n + 1,), from 0 on; `data` holds UTF-8. The memory is shared.
    """
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)


def text_array(texts: Sequence[Any]) -> tuple[pa.Array, dict[int, Any]]:
    """Convert texts to an Arrow array.

    Characters that cannot be written as UTF-8 are replaced.

    Parameters
    ----------
    texts : sequence
        Texts, missing values (None, NaN) and whatever else stands among them. They stand in a list,
        tuple, array, column or iterator.

    Returns
    -------
    array : pyarrow.Array
        Of type large_string; null for missing values and values that are no
        text.
    odd : dict of int to object
        Values that are no text, by row from 0; missing values are not in it.

    Raises
    ------
    InputError
        If `texts` is one text, or nothing that can be iterated.
    """
    if isinstance(texts, (str, bytes)):
        raise InputError(
            f"expected a list of recipes, got one text; give [{texts!r}]"
        )
    if isinstance(texts, Iterator):
        # Arrow uses it up before it fails.
        texts = list(texts)
    try:
        return arrow_array(
            pa.array(texts, from_pandas=True, type=pa.large_string())
        ), {}
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, TypeError):
        pass
    try:
        values = list(texts)
    except TypeError:
        raise InputError(
            f"expected a list of recipes, got a {type(texts).__name__}"
        ) from None
    odd = {}
    clean = []
    for i, value in enumerate(values):
        text = None
        if isinstance(value, str):
            text = value.encode(errors="replace").decode()
        elif not _missing(value):
            odd[i] = value
        clean.append(text)
    return pa.array(clean, pa.large_string()), odd


def _missing(value: Any) -> bool:
    """Say whether a value is None, NaN, NaT or `pandas.NA`; a list or an array is not."""
    from pandas import isna

    return isna(value) is True


def arrow_array(array: Any) -> pa.Array | pa.ChunkedArray:
    """Convert an array to Arrow strings, sharing memory where its type allows it.

    Parameters
    ----------
    array : pyarrow.Array, pyarrow.ChunkedArray or anything that exports one
        Texts of any Arrow type; views and dictionaries are converted to large_string. An array of
        nulls alone is taken as texts, and so is a list of texts; a binary array is refused. Texts
        that are no UTF-8 have their wrong bytes replaced.

    Returns
    -------
    pyarrow.Array or pyarrow.ChunkedArray
        Of type string or large_string.

    Raises
    ------
    InputError
        If it holds no text, such as numbers, or exports no Arrow array.
    """
    if not isinstance(array, (pa.Array, pa.ChunkedArray)):
        try:
            stream = hasattr(array, "__arrow_c_stream__")
            array = pa.chunked_array(array) if stream else pa.array(array)
        except (pa.ArrowException, TypeError, ValueError):
            raise InputError(
                f"expected an Arrow array of text, got a {type(array).__name__}"
            ) from None
    if not (_is_text(array.type) or pa.types.is_null(array.type)):
        raise InputError(
            f"expected compositions as text, got Arrow {array.type}"
        )
    return valid_text(
        array if is_string(array.type) else array.cast(pa.large_string())
    )


def is_string(kind: pa.DataType) -> bool:
    """Return whether an Arrow type is that of texts as kernels read them."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _is_text(kind: pa.DataType) -> bool:
    """Say whether an Arrow type is that of texts, dictionaries of texts included."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return is_string(kind) or pa.types.is_string_view(kind)


def valid_text(array: Any) -> Any:
    """Return Arrow strings with U+FFFD in place of bytes that are no UTF-8; null stays.

    Arrow does not check the bytes of other writers (a Parquet file of Latin-1, say). A decoder that
    does not check them either reads past the end of a row. `array` is a pyarrow Array or
    ChunkedArray of strings; it is returned itself if all bytes are UTF-8, else a large_string
    Array.
    """
    try:
        array.validate(full=True)
        return array
    except pa.ArrowInvalid:
        texts = [
            None if v is None else v.decode(errors="replace")
            for v in array.cast(pa.large_binary()).to_pylist()
        ]
        return pa.array(texts, pa.large_string())


def frame_column(frame: Any, column: str | None) -> tuple[Any, dict[int, Any]]:
    """Read the composition column of a frame as Arrow strings.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        The frame.
    column : str or None
        Name of the column; None has it sought, as of `composition_name`.

    Returns
    -------
    array : pyarrow.Array or pyarrow.ChunkedArray
        Strings; null for missing values and values that are no text.
    odd : dict of int to object
        Values that are no text, by row from 0; missing values are not in it.

    Raises
    ------
    InputError
        As from `composition_name`, or if a column of Arrow or polars holds no text.
    """
    values = frame[composition_name(frame, column)]
    if hasattr(values, "to_arrow"):  # polars
        values = values.to_arrow()
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return arrow_array(values), {}
    return text_array(values)


def composition_name(frame: Any, column: str | None, source: str = "") -> Any:
    """Return the name of the composition column of a frame.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        Frame to look at.
    column : str or None
        Name that the user gave; case and blanks make no difference. Without it ``composition`` is
        sought, then the only text column. A name that is equal goes before one that is alike.
    source : str
        Begins a message, such as "alloys.csv: ".

    Returns
    -------
    str
        Name as the frame has it.

    Raises
    ------
    InputError
        If there is no such column, or several fit.
    """
    names = column_names(frame)
    target = column or COMPOSITION_COLUMN
    alike = [name for name in names if name == target] or [
        n for n in names if same_name(n, target)
    ]
    if len(alike) == 1:
        return alike[0]
    if column is None and not alike:
        return _only_text_column(frame, names, source)
    raise InputError(
        f"{source}{len(alike) or 'no'} column {target!r}; the columns are {join_names(names)}"
    )


def same_name(one: Any, other: str) -> bool:
    """Return whether two names of columns differ in case and blanks alone."""
    return (
        "".join(str(one).split()).casefold()
        == "".join(other.split()).casefold()
    )


def _only_text_column(frame: Any, names: Sequence[str], source: str) -> str:
    """Return the name of the single text column of a frame.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        The frame. Of pandas the first 1000 rows of a column are looked at.
        Missing values among them do not count; a column of nothing else is
        none of text, nor is one with values of another kind among its texts.
        Categories of texts count in polars and Arrow alone. Of Arrow, where a
        CSV file has texts alone, several columns of texts are told apart: one
        of numbers or empty cells in its first 1000 rows is none of text.
    names : sequence of str
        Names of all its columns.
    source : str
        Begins the message, such as "alloys.csv: ".

    Returns
    -------
    str

    Raises
    ------
    InputError
        If there is no text column, or more than one.
    """
    if hasattr(frame, "schema") and isinstance(frame.schema, pa.Schema):
        text = [f.name for f in frame.schema if _is_text(f.type)]
        if len(text) > 1:
            text = [n for n in text if _holds_words(frame.column(n))]
    elif hasattr(frame, "iloc"):
        from pandas.api.types import infer_dtype

        text = [
            n
            for n in names
            if infer_dtype(frame[n].head(1000), skipna=True) == "string"
        ]
    else:
        text = [
            n
            for n in names
            if str(frame[n].dtype) in ("String", "Categorical")
        ]
    if len(text) == 1:
        return text[0]
    raise InputError(
        f"{source}no column {COMPOSITION_COLUMN!r}, nor a single text column; found {join_names(names)}; "
        "name the one to read (--column)"
    )


def _holds_words(column: pa.ChunkedArray) -> bool:
    """Say whether one of the first 1000 texts of a column is neither empty nor a number.

    The comma of 3,5 is a decimal one.
    """
    for text in column.slice(0, 1000).to_pylist():
        if text is None or not text.strip():
            continue
        try:
            float(text.replace(",", "."))
        except ValueError:
            return True
    return False


def other_columns(frame: Any, composition: Any) -> pa.Table:
    """Return all columns of a frame except one as an Arrow table.

    Missing values become null. Texts of string views become large_string.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        n rows.
    composition : str or None
        Name of the column to leave out, as the frame has it; None, or a name that it does not
        have, keeps all.

    Returns
    -------
    pyarrow.Table
        n rows, with texts as names.

    Raises
    ------
    InputError
        If a column holds values of several kinds.
    """
    columns = {}
    for name in column_names(frame):
        if name == composition:
            continue
        values = frame[name]
        try:
            if hasattr(values, "to_arrow"):
                values = values.to_arrow()
            elif not isinstance(values, (pa.Array, pa.ChunkedArray)):
                values = pa.array(values, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise InputError(
                f"column {name!r} cannot be carried through ({str(error).splitlines()[0]}); make "
                "it one kind of value, or leave it out"
            ) from None
        if pa.types.is_string_view(values.type):
            values = values.cast(pa.large_string())
        columns[str(name)] = values
    return pa.table(columns)


def column_names(frame: Any) -> list[Any]:
    """Return the names of a frame's columns as a list, in order.

    `frame` is of pandas, polars or Arrow. InputError for anything without columns.
    """
    names = getattr(frame, "column_names", getattr(frame, "columns", None))
    if names is None:
        raise InputError(
            f"expected a table with columns, got a {type(frame).__name__}"
        )
    return list(names)


def join_names(names: Sequence[Any]) -> str:
    """Return the first dozen names and how many more there are.

    Up to twelve `names` are joined by commas, such as "part, mass"; of more,
    the text ends as in " and 3 more". It is "none" for no `names`.
    """
    text = ", ".join(map(str, names[:12]))
    if len(names) > 12:
        return f"{text} and {len(names) - 12} more"
    return text or "none"


def _parse_chunk(
    array: pa.Array, odd: dict[int, Any], basis: Basis, start: int
) -> CompositionTable:
    """Parse a chunk of recipes.

    Recipes that are refused are read once more with trade names (PrNd, DyFe) written as elements.

    Parameters
    ----------
    array : pyarrow.Array of strings
        Recipes; a null is an error.
    odd : dict of int to object
        Values that are no text, by row of the whole input.
    basis : {"auto", "atomic", "weight"}
        Basis of the amounts, as of `from_strings`.
    start : int
        Number of the first row in the whole input.

    Returns
    -------
    CompositionTable
        Readable rows; row numbers count from `start`. Errors are `ParseError`:
        ``row``, ``text`` as written, ``position`` and ``reason``.
    """
    chunk = _parse_strings(array, odd, basis, start)
    errors = {e.row: e for e in chunk.errors if e.row not in odd}
    second_readings = {
        row: expand_trade_names(error.text, basis)
        for row, error in errors.items()
    }
    if not any(second_readings.values()):
        return chunk
    texts = [
        second_readings.get(start + i) or text
        for i, text in enumerate(array.to_pylist())
    ]
    chunk = _parse_strings(pa.array(texts, array.type), odd, basis, start)
    return replace(chunk, errors=[errors.get(e.row, e) for e in chunk.errors])


def _parse_strings(
    array: pa.Array, odd: dict[int, Any], basis: Basis, start: int
) -> CompositionTable:
    """Parse a chunk of recipes as they are written, without trade names.

    Parameters
    ----------
    array : pyarrow.Array of strings
        Recipes; a null is an error.
    odd : dict of int to object
        Values that are no text, by row of the whole input; null in `array`.
        Their errors name the type.
    basis : {"auto", "atomic", "weight"}
        Basis of the amounts, as of `from_strings`.
    start : int
        Number of the first row in the whole input.

    Returns
    -------
    CompositionTable
        Readable rows; row numbers count from `start`. Refused rows are in its
        errors, `ParseError` of ``row``, ``text``, ``position`` and ``reason``.
        `by_weight` says which rows are in wt.%; None if no recipe is.
    """
    from .._core._threads import thread_count
    from . import _notation_kernels as _notation

    texts = array.fill_null("") if array.null_count else array
    data, offsets = _letters(texts)
    if data[offsets[0] : offsets[-1]].max(initial=0) >= 0x80:
        data, offsets = _notation.fold(data, offsets)
    # Read-only as all others, or the kernel is compiled a second time.
    data.flags.writeable = offsets.flags.writeable = False
    stretches = (
        thread_count() * _STRETCHES if len(texts) >= _ROWS_WORTH_THREADS else 1
    )
    indptr, indices, values, codes, places, sums = _notation.parse(
        data, offsets, basis_code(basis), ATOMIC_MASS, stretches
    )
    errors = []
    for i in np.flatnonzero(codes):
        row = start + int(i)
        place = int(places[i])
        if row in odd:
            text = str(odd[row])
            place = -1
            reason = (
                f"expected text such as SmCo5, got {type(odd[row]).__name__}"
            )
        else:
            text = array[int(i)].as_py() or ""
            reason = explain_fault(codes[i], text, place, sums[i], basis)
        errors.append(ParseError(row, text, place, reason))
    read_rows = np.flatnonzero(codes == 0)
    by_weight = _find_by_weight(texts, basis)
    by_weight = None if by_weight is None else by_weight[read_rows]
    return CompositionTable(
        indptr, indices, values, start + read_rows, errors, by_weight=by_weight
    )


def _find_by_weight(texts: pa.Array, basis: Basis) -> BoolArray | None:
    """Say which texts are in wt.%, by the basis or by their own words, `WEIGHT_WORDS`.

    Parameters
    ----------
    texts : pyarrow.Array of strings, length n
        Recipes, without nulls.
    basis : {"auto", "atomic", "weight"}
        Basis of reading.

    Returns
    -------
    ndarray of bool, shape (n,), or None
        With "weight" all are True, also of no texts; with "atomic" it is None.
        With "auto" a text counts that has "wt", "weight" or "mass" anywhere,
        in any case; None if none has.
    """
    if basis == "weight":
        return np.ones(len(texts), bool)
    if basis == "atomic":
        return None
    names_weight = pc.match_substring_regex(texts, WEIGHT_WORDS).to_numpy(
        zero_copy_only=False
    )
    if not names_weight.any():
        return None
    return np.asarray(names_weight, bool)


def _join_given(parts: Sequence["CompositionTable"]) -> dict[str, FloatArray]:
    """Join the given values of the hard phases (``given``) of several tables, by name.

    Parameters
    ----------
    parts : sequence of CompositionTable
        The tables, in order.

    Returns
    -------
    dict of str to ndarray of float64
        Arrays as long as all tables together; NaN at the rows of a table that has no value of that
        name. Empty if no table has any.
    """
    joint = {}
    for name in set[str]().union(*(table.given for table in parts)):
        columns = [t.given.get(name, np.full(len(t), np.nan)) for t in parts]
        joint[name] = np.concatenate(columns)
    return joint


def _joined_by_weight(tables: "list[CompositionTable]") -> BoolArray | None:
    """Join `by_weight` of several tables; None if no row of them is in wt.%.

    The result is bool, of the rows of all tables in their order.
    """
    if all(table.by_weight is None for table in tables):
        return None
    return np.concatenate([table.is_by_weight for table in tables])


def _letters(texts: pa.Array) -> tuple[NDArray[np.uint8], IntArray]:
    """Return the bytes of Arrow's strings and the offsets of the rows in them.

    Parameters
    ----------
    texts : pyarrow.Array of string or large_string, length n
        Without nulls.

    Returns
    -------
    data : ndarray of uint8
        UTF-8 bytes, read-only, which share the memory of `texts`.
    offsets : ndarray of int64, shape (n + 1,)
        Row i is ``data[offsets[i]:offsets[i + 1]]``. They need not begin at 0.
    """
    _, offset_buffer, data_buffer = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    offsets = np.zeros(1, np.int64)
    if offset_buffer is not None and len(texts):
        whole = np.frombuffer(offset_buffer, width)[
            texts.offset : texts.offset + len(texts) + 1
        ]
        offsets = whole.astype(np.int64)
    return np.frombuffer(data_buffer or b"", np.uint8), offsets


def _without_grades(
    table: CompositionTable, texts: Any, start: int
) -> CompositionTable:
    """Return a table in which rows that name a grade are errors instead.

    Parameters
    ----------
    table : CompositionTable
        Rows and errors of one chunk; not changed.
    texts : pyarrow.Array of strings
        All recipes of the chunk, readable or not.
    start : int
        Row number of the first of `texts`, as `row_index` and the errors of `table` count.

    Returns
    -------
    CompositionTable
        `table` itself if there is no grade. Errors are sorted by row; one that was there already
        gets the reason that names the grade.
    """
    from .._core._threads import share_rows
    from ._notation_kernels import grade_like

    # Rows that a grade's name could have been read as.
    suspicious = np.empty(len(table), np.bool_)
    share_rows(grade_like, len(table), table.rows, _HEAVIEST, suspicious)
    # "Y30H" and "Sm2Co17 Sm24" are no alloys of a magnet.
    short = np.flatnonzero(table.fraction("Fe", "Co") < 0.5)
    data, offsets = _letters(texts)
    if data[offsets[0] : offsets[-1]].min(initial=255) > ord(" "):
        # Without a blank it is one element, a number and two capitals at most.
        short = short[np.diff(table.indptr)[short] <= 3]
    texts_short = texts.take(pa.array(table.row_index[short] - start))
    looks_like_grade = pc.match_substring_regex(
        texts_short, r"^\s*[A-Z][a-z]?-?[0-9.]+[A-Z]{0,2}\s*$|\S\s+\S"
    )
    suspicious[short[looks_like_grade.to_numpy(zero_copy_only=False)]] = True
    rows = [e.row for e in table.errors] + table.row_index[suspicious].tolist()
    grades = {}
    for row in rows:
        text = texts[row - start].as_py() or ""
        reason = refusal(text)
        if reason is not None:
            grades[row] = ParseError(row, text, -1, reason)
    if not grades:
        return table
    errors = [e for e in table.errors if e.row not in grades]
    errors += grades.values()
    rest = table[~np.isin(table.row_index, list(grades))]
    return replace(rest, errors=sorted(errors, key=lambda e: e.row))
