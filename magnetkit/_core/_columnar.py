"""Columns of many rows between stages: arrays, and texts of few words as codes.

Frames stand at the borders alone: `Columns.frame` is what users get, `Columns.arrow` what is
written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._types import BoolArray, IntArray
from .columns import BRIEF, order_columns
from .units import ZERO_CELSIUS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True, eq=False, slots=True)
class Coded:
    """A text column of few different words: a Categorical of pandas, a dictionary of Arrow.

    >>> column = Coded(np.array([0, 1, -1]), ("ok", "planar"))
    >>> column.says("ok").tolist()
    [True, False, False]
    >>> column.texts()
    ['ok', 'planar', '']
    """

    codes: NDArray[
        Any
    ]  # integers, (n,), index into `words`, -1 where there is no text
    words: tuple[str, ...]  # each once

    @classmethod
    def constant(
        cls, word: str, n: int, words: tuple[str, ...] = ()
    ) -> "Coded":
        """Return a column with one word in all of n rows.

        `words` are the words that the column is to know, `word` among them; `word` alone without
        them. ValueError if it is not. Codes are int8.
        """
        words = words or (word,)
        return cls(np.full(n, words.index(word), np.int8), words)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Coded":
        """Build a column from texts, one for each row.

        ``codes`` (int64) number the different texts, ``words``, in the order
        in which they come first. An empty text counts as missing, code -1.
        None is a KeyError.
        """
        place = {
            text: k
            for k, text in enumerate(dict.fromkeys(filter(None, texts)))
        } | {"": -1}
        return cls(
            np.array([place[text] for text in texts], np.int64),
            tuple(place)[:-1],
        )

    def __len__(self) -> int:
        return len(self.codes)

    def says(self, *words: str) -> BoolArray:
        """Say which rows hold one of some words.

        Parameters
        ----------
        *words : str
            Texts of the column, such as "ok"; one that does not occur matches no row.

        Returns
        -------
        ndarray of bool, shape (n,)
            Rows without a text are False.
        """
        matches = np.zeros(len(self.codes), bool)
        for word in words:
            if word in self.words:
                matches |= self.codes == self.words.index(word)
        return matches

    def put(self, rows: BoolArray, word: str) -> "Coded":
        """Return a new column with another word in some rows.

        `rows` is a mask of bool, (n,), True where `word` is put in. `word` is added to the words if it is
        new; an empty text becomes a word, and is not missing. Texts of the
        other rows stay, missing ones too.
        """
        words = self.words if word in self.words else (*self.words, word)
        return Coded(
            np.where(
                rows, self.codes.dtype.type(words.index(word)), self.codes
            ),
            words,
        )

    def where(self, rows: BoolArray, other: "Coded") -> "Coded":
        """Return a new column with this one's words in some rows, else those of another.

        `rows` is a mask of bool, (n,), True for this column. `other` has n rows. Words of both stay
        known, equal ones merged. A missing text of either stays missing.
        """
        codes = np.where(other.codes >= 0, other.codes + len(self.words), -1)
        column = Coded(
            np.where(rows, self.codes, codes), (*self.words, *other.words)
        )
        return column.renamed(str)

    def renamed(self, name: Callable[[str], str]) -> "Coded":
        """Return a new column with each word replaced by ``name(word)``.

        `name` is called once for each word, not for missing texts. Equal new words are merged.
        `name` takes a word and returns a text.
        """
        new_words = [name(word) for word in self.words]
        words = tuple(dict.fromkeys(new_words))
        place = np.array([*map(words.index, new_words), -1], self.codes.dtype)
        return Coded(place[self.codes], words)

    def counts(self, rows: BoolArray | slice = slice(None)) -> dict[str, int]:
        """Count the rows of each word that occurs, in the order of ``words``.

        `rows` is a mask of bool, (n,), or a slice of the rows that count; all by default. Rows
        without a text are left out. Such as ``{"ok": 3, "planar": 1}``.
        """
        codes = self.codes[rows]
        totals = np.bincount(codes[codes >= 0], minlength=len(self.words))
        return {
            word: int(n)
            for word, n in zip(self.words, totals, strict=True)
            if n
        }

    def used(self) -> "Coded":
        """Return a new column of the same texts, without words that do not occur in it.

        The words that stay have the same order, and codes are numbered anew. This column is not
        changed.
        """
        in_use = np.zeros(len(self.words) + 1, bool)
        # Code -1, no text, marks the last entry.
        in_use[self.codes] = True
        place = np.where(in_use, np.cumsum(in_use) - 1, -1)
        place[-1] = -1
        words = tuple(
            word
            for word, is_used in zip(self.words, in_use, strict=False)
            if is_used
        )
        return Coded(place[self.codes], words)

    def texts(self) -> list[str]:
        """Return the text of each row, empty where there is none."""
        words = [*self.words, ""]
        return [words[code] for code in self.codes.tolist()]


class Columns(dict[str, Any]):
    """Columns by name, n rows each: an ndarray, a `Coded`, or text of Arrow where many differ."""

    def sort_columns(self) -> "Columns":
        """Return the same columns by name in the order of the registry.

        That is the order of `order_columns`; columns that the registry does
        not have come last. The result is a new `Columns`, a dict; the columns
        in it are shared, and this one keeps its order.
        """
        names = order_columns(self)
        return Columns(zip(names, map(self.__getitem__, names), strict=True))

    def take(self, rows: IntArray) -> "Columns":
        """Return a new `Columns` of some rows of each column.

        `rows` are row numbers from 0, int64 (k,), in the order of the result;
        a number may come twice. Types of the columns and words of a `Coded`
        stay.
        """
        return Columns(
            (name, _row_numbers(column, rows)) for name, column in self.items()
        )

    @staticmethod
    def gather_rows(parts: "Sequence[tuple[IntArray, Columns]]") -> "Columns":
        """Join the columns of some parts to one table, with each row at its number.

        Parameters
        ----------
        parts : sequence of (ndarray of int64, Columns)
            Row numbers in the result, and the columns of these rows. At least one part; together
            they number the rows 0 to n - 1 once each. All must have the columns of the first
            (KeyError); further ones are left out.

        Returns
        -------
        Columns
            New columns of n rows. Only arrays and `Coded` columns are joined; texts of Arrow are
            left out. A `Coded` keeps only the words that occur, in the order in which the parts
            have them.
        """
        order = np.argsort(np.concatenate([rows for rows, _ in parts]))
        result = Columns()
        for name, first in parts[0][1].items():
            columns = [part[name] for _, part in parts]
            if isinstance(first, np.ndarray):
                result[name] = np.concatenate(columns)[order]
            elif isinstance(first, Coded):
                texts = chain.from_iterable(one.texts() for one in columns)
                joined = Coded.of(list(texts))
                result[name] = Coded(joined.codes[order], joined.words)
        return result

    def frame(self) -> "pd.DataFrame":
        """Return the columns as a pandas frame on the same memory, where their types allow it.

        A `Coded` becomes a categorical, missing where it has no text. The
        columns are not to be changed afterwards. Rows are numbered from 0.
        Texts of Arrow become a categorical or a column of text.
        """
        import pandas as pd

        data = {
            name: column if isinstance(column, np.ndarray) else _series(column)
            for name, column in self.items()
        }
        return pd.DataFrame(data, copy=False)

    def arrow(self) -> "pa.Table":
        """Return the columns as a table of Arrow; NaN is null there.

        A `Coded` becomes a dictionary of texts, null where there is none.
        Arrow's texts become of the type string. Memory is shared where
        possible, so the columns are not to be changed afterwards.
        """
        import pyarrow as pa

        return pa.table(
            {name: _array(column) for name, column in self.items()}
        )


@lru_cache(maxsize=1)
def _brief_frame() -> Any:
    """Return the subclass of pandas.DataFrame that prints the main columns alone, those of `BRIEF`.

    It holds all columns. Its ``repr`` and its HTML in a notebook show the main
    ones of the first 20 rows. Sorted or chosen rows of it print alike. Without
    one of the main columns, or pickled, it becomes a plain DataFrame. Build it
    of a frame that has them all, as its ``repr`` raises KeyError otherwise. The
    class is built at the first call, which imports pandas, and kept.
    """
    import pandas as pd

    class Brief(pd.DataFrame):
        # Rows of it, sorted or chosen, are shown alike; some of its columns are a plain frame.
        @property
        def _constructor(self) -> Any:
            return _like

        def _brief_columns(self) -> pd.DataFrame:
            """Return a plain frame of the columns of `BRIEF`, first rows alone, all as texts.

            At most 20 rows are shown. If the frame has at most 3, numbers have
            their ranges, and the result is transposed, its columns numbered
            from 0. Temperatures are in degrees C and are headed such as
            "temperature (°C)". A missing number is written as nan.
            """
            few = len(self) <= _FEW_ROWS
            rows = [row for _, row in self.head(_PRINTED_ROWS).iterrows()]
            cells = {}
            for name in BRIEF:
                cells[_heading(name)] = [_cell(row, name, few) for row in rows]
            frame = pd.DataFrame(cells, index=self.index[:_PRINTED_ROWS])
            if few:
                return frame.reset_index(drop=True).T
            return frame

        def __repr__(self) -> str:
            """Return the main columns as text of at most 100 columns, and the size of the frame."""
            few = len(self) <= _FEW_ROWS
            size = f"{len(self):,} x {len(self.columns)}"
            text = self._brief_columns().to_string(
                header=not few, line_width=100
            )
            return f"{text}\n[{size}; detail=True shows all columns]"

        def _repr_html_(self) -> str:
            return self._brief_columns().to_html()

        # What another process gets is a plain frame.
        def __reduce__(self) -> Any:
            return pd.DataFrame(self).__reduce__()

    def _like(*arguments: Any, **keywords: Any) -> pd.DataFrame:
        frame = pd.DataFrame(*arguments, **keywords)
        if set(BRIEF) <= set(frame.columns):
            return Brief(frame)
        return frame

    return Brief


_FEW_ROWS = 3
_PRINTED_ROWS = 20


def _heading(name: str) -> str:
    """Return the heading of a column: its name, but that of a temperature is in degrees C.

    A name that ends in "ure_K" is a temperature: "temperature_K" gives
    "temperature (°C)". Any other name is returned as it is, such as
    "remanence_T".
    """
    if name.endswith("ure_K"):
        return f"{name.removesuffix('_K')} (°C)"
    return name


def _cell(row: Any, name: str, ranges: bool) -> str:
    """Write a cell of a row of the brief frame as text, numbers with four digits.

    Parameters
    ----------
    row : pandas.Series
        A row of the frame, by column. It must have `name`.
    name : str
        Column, such as "remanence_T". The numbers of a name that ends in "ure_K" are written in
        degrees C, those of its range as well.
    ranges : bool
        Add the range in brackets, from columns such as "remanence_T_lo" and "remanence_T_hi", if
        the row has them.

    Returns
    -------
    str
        Such as "1.234 (1.1 to 1.3)", without a unit; NaN is "nan". A text is
        returned as it is.
    """
    names = (
        (name, f"{name}_lo", f"{name}_hi")
        if ranges and f"{name}_lo" in row
        else (name,)
    )
    if isinstance(row[name], str):
        return row[name]
    zero = ZERO_CELSIUS if name.endswith("ure_K") else 0.0
    text, *ends = (f"{row[one] - zero:.4g}" for one in names)
    if ends:
        return f"{text} ({' to '.join(ends)})"
    return text


def brief(frame: Any) -> Any:
    """Return a frame of pandas that shows what people read first, and holds all columns.

    `frame`, a pandas.DataFrame, must have all columns of `BRIEF`, a KeyError
    where it is printed otherwise. The result has its rows, columns, index and
    ``attrs``; it is a DataFrame, of which printing alone differs.
    """
    view = _brief_frame()(frame)
    view.attrs = frame.attrs
    return view


def _row_numbers(column: Any, rows: IntArray) -> Any:
    """Return some rows of a column, which keeps its type.

    `column` is an ndarray, a `Coded` or an array of Arrow; `rows` are row numbers, int (k,).
    """
    if isinstance(column, Coded):
        return Coded(column.codes[rows], column.words)
    if isinstance(column, np.ndarray):
        return column[rows]
    return column.take(rows)


def _series(column: Any) -> Any:
    """Convert a column of text to pandas.

    Parameters
    ----------
    column : Coded or pyarrow.Array
        Codes with their texts, an Arrow dictionary without nulls, or an Arrow
        text array.

    Returns
    -------
    pandas.Categorical or pandas.arrays.ArrowStringArray
        A Categorical of the first two, on the same codes, of which -1 is
        missing; the second of a plain text array.
    """
    import pandas as pd

    if isinstance(column, Coded):
        # Codes are indices into the words by what a `Coded` is.
        return pd.Categorical.from_codes(
            column.codes, dtype=_category_type(column.words), validate=False
        )
    if hasattr(column, "dictionary"):
        words = pd.Index(pd.array(column.dictionary, dtype="str"))
        return pd.Categorical.from_codes(column.indices.to_numpy(), words)
    return pd.array(column, dtype="str")


@lru_cache(maxsize=64)
def _category_type(words: tuple[str, ...]) -> "pd.CategoricalDtype":
    """Return the type of a Categorical of some words, each of which stands there once.

    Most columns of a frame have the same few words, and pandas takes longer to check these than to
    make a column of them.
    """
    import pandas as pd

    return pd.CategoricalDtype(pd.Index(words, dtype="str"))


def _array(column: Any) -> "pa.Array":
    """Convert a column to Arrow; memory is shared where possible.

    Parameters
    ----------
    column : ndarray, Coded or pyarrow.Array
        Numbers or flags, codes with their texts, or texts of Arrow.

    Returns
    -------
    pyarrow.Array
        A dictionary of texts for `Coded` and Arrow dictionaries, with int32
        indices for the former. Other texts are of the type string, whatever
        theirs was. Null where a float is NaN or a text missing.
    """
    import pyarrow as pa

    if isinstance(column, Coded):
        codes = column.codes.astype(np.int32, copy=False)
        words = pa.array(column.words, pa.string())
        # Codes are indices into the words by what a `Coded` is.
        codes_array = _shared_array(pa.int32(), codes, codes >= 0)
        return pa.DictionaryArray.from_arrays(codes_array, words, safe=False)
    if isinstance(column, np.ndarray):
        if column.dtype.kind == "f":
            return _shared_array(
                pa.from_numpy_dtype(column.dtype), column, ~np.isnan(column)
            )
        return pa.array(column)
    if not hasattr(column, "dictionary"):
        return column.cast(pa.string())
    return pa.DictionaryArray.from_arrays(
        column.indices, column.dictionary.cast(pa.string())
    )


def _shared_array(
    kind: "pa.DataType", values: NDArray[Any], known: BoolArray
) -> "pa.Array":
    """Build an Arrow array on the memory of a NumPy array.

    Parameters
    ----------
    kind : pyarrow.DataType
        Type of the result; its items must have the layout of those of `values`.
    values : ndarray, shape (n,)
        Shared if it is contiguous, copied otherwise.
    known : ndarray of bool, shape (n,)
        False where the result is null.

    Returns
    -------
    pyarrow.Array
        n values.
    """
    import pyarrow as pa

    bits = (
        None
        if known.all()
        else pa.py_buffer(np.packbits(known, bitorder="little"))
    )
    plain = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [bits, plain])
