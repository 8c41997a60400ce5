"""The one reader of compositions: any form that a public function takes, to a table and back.

A text, a list, a column or frame of pandas, polars or Arrow, a path, pymatgen compositions,
structures or entries, ASE atoms or a `CompositionTable` become `Inputs`; results go back in the
same frame library, with the same index and the user's other columns.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    ParamSpec,
    Protocol,
    TypeAlias,
    cast,
    overload,
)

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .._core._arguments import warn
from .._core._types import FloatArray, IntArray
from .._core.errors import CompositionError, InputError
from . import table as reading
from ._blocks import Block, Rejected
from ._element_columns import with_composition_column
from ._files import read_blocks
from .notation import Basis, basis_code
from .shells import is_one, read_shell
from .table import CompositionTable
from .user_tables import check_recipe_headers

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from pymatgen.core import Composition, Structure

    Composed: TypeAlias = Composition | Structure | "Atoms"


class Atoms(Protocol):
    """Atoms as ASE has them."""

    def get_chemical_symbols(self) -> list[str]:
        """Return the symbol of each atom."""


Compositions: TypeAlias = (
    "str | os.PathLike[str] | Composed | Iterable[str | Composed] | CompositionTable | "
    "pd.DataFrame | pl.DataFrame | pl.LazyFrame | pa.Table | pa.RecordBatch"
)
"""Any form that `read_inputs` reads; columns of pandas, polars and Arrow are iterable."""

PandasCompositions: TypeAlias = (
    "str | os.PathLike[str] | Composed | Sequence[str | Composed] | CompositionTable | "
    "pd.DataFrame | pd.Series[Any] | NDArray[Any]"
)
"""Forms whose results come as frames of pandas."""
_Rest = ParamSpec("_Rest")


class GivesFrame(Protocol[_Rest]):
    """A function of compositions, whose result is a frame of the library that they came in."""

    @overload
    def __call__(
        self,
        compositions: "pl.DataFrame | pl.LazyFrame | pl.Series",
        *args: _Rest.args,
        **keywords: _Rest.kwargs,
    ) -> "pl.DataFrame": ...
    @overload
    def __call__(
        self,
        compositions: "PandasCompositions",
        *args: _Rest.args,
        **keywords: _Rest.kwargs,
    ) -> "pd.DataFrame": ...
    @overload
    def __call__(
        self,
        compositions: "pa.Table | pa.RecordBatch | pa.Array | pa.ChunkedArray",
        *args: _Rest.args,
        **keywords: _Rest.kwargs,
    ) -> "pa.Table": ...


def gives_frame(
    function: Callable[Concatenate[Any, _Rest], Any],
) -> GivesFrame[_Rest]:
    """Tell type checkers that a function's frames are of the library of its compositions."""
    return cast(GivesFrame[_Rest], function)


_SHELL_COLUMN = "shell"
_FORMS = (
    "a recipe or a list of them, a pandas, polars or Arrow column or frame, the path of a table, "
    "pymatgen compositions or structures, ASE atoms or a CompositionTable"
)
# Package of a frame to the library that its results come in.
_LIBRARIES = {"pandas": "pandas", "polars": "polars", "pyarrow": "arrow"}
_BLOCK_ROWS = 65_536
# A text with such an ending names a file, readable or not.
_FILE = re.compile(
    r"\.(csv|tsv|txt|parquet|xlsx?(#.*)?|ods|json|feather|arrow)$",
    re.IGNORECASE,
)


class RejectedRows(UserWarning):
    """Some rows of the input could not be used."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """Compositions as read, and the form in which results go back."""

    # n rows, what could be read; ``row_index`` counts the rows of the input
    table: CompositionTable
    labels: pa.Array | None = (
        None  # text as written, (n,); None where there was none
    )
    shells: list[str] | None = (
        None  # of each row, empty for a bulk alloy; None: no column has any
    )
    others: Any = None  # the user's other columns in their own library, all rows of the input
    composition: str | None = (
        None  # name of the composition column of `others`' frame
    )
    index: Any = None  # pandas.Index of the input, all rows, or None
    library: str = "pandas"  # ``"pandas"``, ``"polars"`` or ``"arrow"``
    rejected: list[Rejected] = field(
        default_factory=list
    )  # rows that could not be used
    # line of the file, or row of the input from 1, of each row, (n,)
    lines: IntArray | None = None
    total: int = 0  # rows of the input
    # whether the caller has the rejected rows: it gave a table that lists them
    reported: bool = False

    def shells_with(self, shell: Any) -> Any:
        """Return the shells to use: those of the column, or else the argument's.

        Parameters
        ----------
        shell : Shell, dict, str or None, or a sequence of them
            The argument: one for all rows, or one a row of the input. A text is
            such as "Tb 0.5 wt%", empty for none. None leaves those of the
            column. A column of empty cells alone leaves room for the argument.

        Returns
        -------
        list or None
            One shell for each of the n rows of `table`; None for no shells.
            Those of the column are texts, those of the argument stay in the
            form in which they were given. A sequence that has not one entry a
            row of the input is returned as a list of its own length, and so is
            any where the caller gave a CompositionTable; whoever uses it
            compares lengths.

        Raises
        ------
        InputError
            If column and argument both name shells, or a single shell cannot be read.
        """
        if shell is None:
            return self.shells
        if self.shells is not None and any(self.shells):
            raise InputError(
                f"the column {_SHELL_COLUMN!r} names shells already; leave the argument shell out, "
                "or the column"
            )
        if is_one(shell):
            read_shell(shell)
            return [shell] * len(self.table)
        shells = list(shell)
        if self.reported or len(shells) != self.total:
            return shells
        return [shells[row] for row in self.table.row_index]

    def refusing(self, shells: Mapping[str, str]) -> "Inputs":
        """Return the inputs without the rows of some shells, which become rejected lines.

        This object is not changed. It is returned itself if `shells` is empty or the inputs have no
        shells, lines or texts.

        Parameters
        ----------
        shells : mapping of str to str
            Texts of shells to the reason why each is refused.

        Returns
        -------
        Inputs
            Rejected lines are sorted by line; their ``text`` is the recipe. ``total`` and
            ``others`` stay, the latter with all rows of the input.
        """
        if (
            not shells
            or self.shells is None
            or self.lines is None
            or self.labels is None
        ):
            return self
        bad = np.array([shell in shells for shell in self.shells], bool)
        rejections = list(self.rejected)
        for i in np.flatnonzero(bad):
            line = int(self.lines[i])
            text = str(self.labels[i].as_py())
            rejections.append(Rejected(line, text, shells[self.shells[i]]))
        good_rows = np.flatnonzero(~bad)
        return replace(
            self,
            table=self.table[good_rows],
            labels=self.labels.take(pa.array(good_rows)),
            shells=[self.shells[i] for i in good_rows],
            lines=self.lines[good_rows],
            rejected=sorted(rejections, key=lambda r: r.line),
        )

    def extra(self, *, named: bool = False) -> pa.Table | None:
        """Return the user's other columns for the readable rows, None if there are none.

        Parameters
        ----------
        named : bool
            Whether to drop the composition column.

        Returns
        -------
        pyarrow.Table or None
            n rows, in the order of `table`, whatever library the input came
            in. The user's names stay. The column ``shell`` is not among them.

        Raises
        ------
        InputError
            If a column holds values of several kinds.
        """
        if self.others is None:
            return None
        rest = reading.other_columns(
            self.others, self.composition if named else None
        )
        if rest.num_columns:
            return rest.take(pa.array(self.table.row_index))
        return None

    def give(self, *frames: "pd.DataFrame", named: bool = False) -> Any:
        """Return a result as the input came: library, index, the user's other columns.

        Rejected rows are warned of with `RejectedRows`, but where the caller gave a
        CompositionTable.

        Parameters
        ----------
        *frames : pandas.DataFrame
            One or more, each with one row for each of the n rows of `table`, in its order. Of
            several, as one a temperature, the rows of a composition come together. Index and attrs
            of a single frame may be set in place.
        named : bool
            Whether the frames name their candidates, so that the composition column is left out.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            The frames with the user's other columns behind them. A pandas
            frame lists rejected rows in ``.attrs["rejected"]``, an Arrow table
            in its metadata under ``rejected``. A user's column whose name the
            frames have already gets the prefix ``input_``. The index is that
            of a pandas input, for the rows that were not rejected. Without
            one, where rows were rejected, it is their row numbers in the
            input, from 0.
            ``rejected`` is a list of dicts with ``line``, ``text`` and
            ``reason``, as JSON text in an Arrow table; a polars frame has
            none. There is no such entry if no row was rejected.
        """
        import pandas as pd

        frame = frames[0]
        rows = self.table.row_index
        if len(frames) > 1:
            order = (
                np.arange(len(frames) * len(rows))
                .reshape(len(frames), -1)
                .T.ravel()
            )
            frame = (
                pd.concat(frames, ignore_index=True)
                .iloc[order]
                .reset_index(drop=True)
            )
            rows = np.repeat(rows, len(frames))
        if self.index is not None:
            frame.index = self.index.take(rows)
        elif self.rejected and self.library == "pandas" and not self.reported:
            frame.index = pd.Index(rows)
        if self.rejected and not self.reported:
            self.warn()
        records = [
            {"line": r.line, "text": r.text, "reason": r.reason}
            for r in self.rejected
        ]
        if self.library != "pandas":
            return self._give_table(frame, named, rows, records)
        if self.others is not None:
            renames = self._rename_columns(named, frame.columns)
            frame = self._add_columns(frame, renames, rows)
        if records:
            frame.attrs["rejected"] = records
        return frame

    def _give_table(
        self,
        frame: "pd.DataFrame",
        named: bool,
        rows: IntArray,
        records: list[dict[str, Any]],
    ) -> Any:
        """Return a frame as an Arrow table or a polars frame, with the user's other columns.

        Parameters
        ----------
        frame : pandas.DataFrame
            The result; not changed.
        named : bool
            Whether to leave out the composition column.
        rows : ndarray of int64
            Row of the input, from 0, of each row of `frame`.
        records : list of dict
            Rejected rows, with ``line``, ``text`` and ``reason``, for the metadata of an Arrow
            table.

        Returns
        -------
        pyarrow.Table or polars.DataFrame
            As `library` of these inputs says. The user's columns stand behind
            those of `frame`. The index of `frame` and its ``attrs`` are
            dropped. An Arrow table has `records` as JSON text in its metadata
            under ``rejected``, if there are any. A user's column whose name it
            has already gets the prefix ``input_``.
        """
        metadata = {"rejected": json.dumps(records)} if records else None
        table = pa.Table.from_pandas(frame, preserve_index=False)
        table = table.replace_schema_metadata(metadata)
        renames = self._rename_columns(named, table.column_names)
        if self.library == "arrow":
            for name, new in renames.items():
                table = table.append_column(
                    new, self.others[name].take(pa.array(rows))
                )
            return table
        import polars

        columns = (
            self.others[name][rows].alias(renames[name]) for name in renames
        )
        return polars.DataFrame(table).with_columns(columns)

    def _add_columns(
        self, frame: "pd.DataFrame", renames: dict[str, str], rows: IntArray
    ) -> "pd.DataFrame":
        """Return a pandas frame with the user's columns behind it.

        Parameters
        ----------
        frame : pandas.DataFrame
            The result; not changed. Its index stays.
        renames : dict of str to str
            The user's columns to their new names, as of `_rename_columns`.
        rows : ndarray of int64
            Row of the input, from 0, of each row of `frame`.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas as pd

        is_file = isinstance(self.others, pa.Table)
        columns = self.others.to_pandas() if is_file else self.others
        part = columns[list(renames)].iloc[rows].rename(columns=renames)
        return pd.concat([frame, part.set_axis(frame.index)], axis=1)

    def _rename_columns(
        self, named: bool, present: Iterable[str]
    ) -> dict[str, str]:
        """Choose names for the user's columns that a result does not have yet.

        Parameters
        ----------
        named : bool
            Whether to leave out the composition column.
        present : iterable of str
            Names of the columns of the result. A name among them gets the prefix ``input_``. The
            prefix is repeated until the name is free.

        Returns
        -------
        dict of str to str
            Name of each of the user's columns to the new one, such as ``{"price": "price", "host":
            "input_host"}``. Empty if there are no such columns.
        """
        taken_names = set(present)
        renames = {}
        for name in (
            [] if self.others is None else reading.column_names(self.others)
        ):
            if not (named and name == self.composition):
                new = name
                while new in taken_names:
                    new = f"input_{new}"
                renames[name] = new
                taken_names.add(new)
        return renames

    def values(self, values: FloatArray, name: str) -> Any:
        """Return one value a row in the library and length of the input.

        Rejected rows are warned of with `RejectedRows`.

        Parameters
        ----------
        values : ndarray of float64, shape (n,)
            One for each row of `table`.
        name : str
            Name of a series of pandas or polars.

        Returns
        -------
        pandas.Series, polars.Series, pyarrow.Array or ndarray
            One value for each row of the input; unreadable rows are NaN, in
            polars and Arrow too. A pandas series or frame gives a series with
            its index, polars a series, Arrow an array. A text, a list or the
            path of a file gives an ndarray. Where the caller gave a
            CompositionTable, `values` come back themselves.
        """
        if self.reported:
            return values
        if self.rejected:
            self.warn()
        whole = np.full(self.total, np.nan)
        whole[self.table.row_index] = values
        if self.library == "arrow":
            return pa.array(whole)
        if self.library == "polars":
            import polars

            return polars.Series(name, whole)
        if self.index is None:
            return whole
        import pandas as pd

        return pd.Series(whole, self.index, name=name)

    def warn(self) -> None:
        """Issue a warning that names the first row that could not be used, and how many there are.

        The category is `RejectedRows`. There must be a rejected row.
        """
        first = self.rejected[0]
        warn(
            f"{len(self.rejected)} of the rows could not be used; the first, line {first.line} "
            f"({first.text!r}): {first.reason}",
            RejectedRows,
        )


def as_table(compositions: Any, basis: Basis = "auto") -> CompositionTable:
    """Read compositions, in any form of `read_inputs`, into a table of one row each.

    ``table.formulas()`` lists them, and ``table.to_array()`` has atomic
    fractions, (n, 118), in the order of `compositions`.

    InputError if `compositions` has no such form, CompositionError if a recipe
    cannot be read. A CompositionTable is returned as it is, whatever errors it
    has. Build one to leave such rows out. `basis` is "auto", "atomic" or
    "weight"; with "auto" a recipe with a balance or a sum of 100 must say wt.%
    or at.% itself. Shells and the other columns of a frame are dropped. An
    empty list gives a table of no rows.
    """
    return read_inputs(compositions, basis, strict=True).table


def read_inputs(
    given: Any,
    basis: Basis = "auto",
    column: str | None = None,
    *,
    strict: bool = False,
    empty: bool = False,
) -> Inputs:
    """Read compositions in any form that users have them in.

    Rows that cannot be read are left out and listed in ``rejected``. No warning is issued here of
    them.

    >>> inputs = read_inputs(["SmCo5", "Nd30B1Fe bal.", "Nd30B1Fe bal. wt.%"])
    >>> inputs.table.row_index.tolist(), [r.line for r in inputs.rejected]
    ([0, 2], [2])

    Parameters
    ----------
    given : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions. A text that names a file, or ends as a table does (.csv, .tsv, .txt,
        .parquet, .xlsx), is a path. A set is read in the order of its texts. A frame's other
        columns are kept, ``shell`` apart. A mapping or bytes is refused.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are. With "auto" a text says wt.% or at.%
        itself or is a formula in atoms; one without them that has a balance or
        sums to 100 +- 0.5 cannot be read.
    column : str, optional
        Composition column of a frame or file; else ``composition`` or the only
        text column. "*" joins columns of elements, of a file alone.
    strict : bool
        Fail on the first row that cannot be read.
    empty : bool
        Return rejected rows alone rather than fail if no row can be read.

    Returns
    -------
    Inputs
        ``table``, a CompositionTable of n readable rows. ``labels``, an Arrow
        array of their texts as written. ``others``, the user's other columns
        in the library that they came in, all rows of the input. ``rejected``,
        a list of `Rejected` (``line``, ``text``, ``reason``), rows with an
        unreadable shell too. ``lines``, (n,).
        ``total``, the rows of the input, rejected ones included; lines of a
        file that are no rows do not count, and it is 0 of a CompositionTable.
        A CompositionTable is not checked again, and its errors never fail.
        ``lines`` count from 1: lines of a file, else items or rows. ``shells``
        are n texts, empty for a bulk alloy, or None without a column ``shell``.
        Of a CompositionTable ``labels``, ``others`` and ``lines`` are None.

    Raises
    ------
    InputError
        If `given` is nothing of the kind, such as None, or `basis` or `column`
        cannot be used.
    CompositionError
        If no row can be read, or with `strict` one cannot. An empty list has no such row: its
        ``table`` is empty.
    """
    basis_code(basis)
    inputs = _read(given, basis, column)
    if (
        inputs.rejected
        and not inputs.reported
        and (strict or not (empty or len(inputs.table)))
    ):
        _raise_first(inputs.rejected, inputs.table)
    return inputs


def _raise_first(
    rejected: Sequence[Rejected], table: CompositionTable
) -> None:
    """Raise CompositionError for the first rejected row; the message counts the others.

    Its ``text`` is that of the row, its ``reason`` names the line where there are more rows. Its
    ``position`` is the place of the fault in the text, from 0, -1 where none is known.

    Parameters
    ----------
    rejected : sequence of Rejected
        Rows that could not be read (``line``, ``text``, ``reason``), at least one.
    table : CompositionTable
        The readable rows, with the errors of the others, which give the place of the fault.
    """
    first = rejected[0]
    count = len(rejected)
    place = next(
        (e.position for e in table.errors if e.text == first.text), -1
    )
    reason = first.reason
    if count > 1 or len(table):
        reason = f"line {first.line}: {reason} ({count} such {'row' if count == 1 else 'rows'})"
    raise CompositionError(reason, first.text, place)


def _read(given: Any, basis: Basis, column: str | None) -> Inputs:
    """Read any form of compositions: table, path, text, pymatgen object, frame or list.

    Rows that cannot be read are in ``rejected``; nothing is raised for them.

    Parameters
    ----------
    given : object
        What a user gave, as of `read_inputs`.
    basis : {"auto", "atomic", "weight"}
        Basis of the amounts of texts, as of `read_inputs`; it is not checked.
    column : str or None
        Composition column of a frame or file; None has it sought.

    Returns
    -------
    Inputs
        ``table`` (a CompositionTable), ``labels``, ``rejected`` and more, as
        of `read_inputs`. ``reported`` is True for a CompositionTable alone;
        such inputs have no ``labels`` and ``lines`` (None).

    Raises
    ------
    InputError
        If a column is named for another form, or `given` has none of these forms.
    """
    if isinstance(given, CompositionTable):
        rejections = [
            Rejected(e.row + 1, e.text, e.reason) for e in given.errors
        ]
        return Inputs(given, rejected=rejections, reported=True)
    if isinstance(given, os.PathLike) or (
        isinstance(given, str) and is_path(given)
    ):
        return read_file(Path(given), basis, column)
    if column is None and (
        isinstance(given, str) or _composition(given) is not None
    ):
        return _read_column([given], basis)
    if hasattr(given, "collect_schema") and hasattr(given, "collect"):
        given = given.collect()  # a polars LazyFrame
    if _is_frame(given):
        return _read_frame(given, basis, column)
    if column is not None:
        raise InputError(
            f"column {column!r} is of a frame or file; got a {_kind(given)}"
        )
    return _read_column(given, basis)


def is_path(text: str) -> bool:
    """Return whether a text names a file rather than a recipe."""
    return _FILE.search(text.strip()) is not None or os.path.isfile(text)


def _is_frame(given: Any) -> bool:
    whole = hasattr(given, "columns") and hasattr(given, "__arrow_c_stream__")
    return whole or isinstance(given, (pa.Table, pa.RecordBatch))


def _kind(given: Any) -> str:
    if given is None:
        return "None"
    return type(given).__name__


def _read_column(given: Any, basis: Basis) -> Inputs:
    """Read the compositions in a list, set, iterator, series or array.

    Parameters
    ----------
    given : iterable of n
        Texts, pymatgen compositions, structures or ASE atoms. A single text is
        read character by character: it must stand in a list. A set is read in
        the order of its texts. An array has shape (n,) or (n, 1). What is no
        composition becomes a rejected row. None, NaN and empty texts are such.
    basis : {"auto", "atomic", "weight"}
        Basis of the texts, as of `read_inputs`.

    Returns
    -------
    Inputs
        ``table`` has the readable rows, and ``rejected`` the others
        (`Rejected`: ``line``, ``text``, ``reason``). ``lines`` are the numbers
        of the readable items, from 1. ``index`` is the whole one of a pandas
        series, else None.

    Raises
    ------
    InputError
        If `given` is bytes, a mapping, an array of another shape, or cannot be iterated.
    """
    library = _LIBRARIES.get(type(given).__module__.split(".")[0], "pandas")
    index = (
        given.index if library == "pandas" and hasattr(given, "iloc") else None
    )
    if isinstance(given, np.ndarray) and given.ndim != 1:
        if given.ndim != 2 or given.shape[1] != 1:
            raise InputError(
                f"expected {_FORMS}; got an array of shape {given.shape}"
            )
        given = given[:, 0]
    if isinstance(given, (bytes, Mapping)) or not hasattr(given, "__iter__"):
        raise InputError(f"expected {_FORMS}; got {_kind(given)}")
    if _exports_text(given):
        texts = _one_chunk(reading.arrow_array(given))
        table = CompositionTable.of_texts(texts, {}, basis)
    else:
        items = given.to_pylist() if library == "arrow" else list(given)
        if isinstance(given, Set):
            items.sort(key=str)
        table, texts = _items(items, basis)
    inputs = _make_inputs(table, texts, None, np.arange(1, len(texts) + 1))
    return replace(inputs, library=library, index=index)


def _exports_text(column: Any) -> bool:
    """Return whether a column can be read as an Arrow array without going through its items.

    `column` is a list, array or column of any library. It must have Arrow's protocol; a column of
    dtype object is read item by item. That it holds texts is not checked. A list or tuple has no
    such protocol.
    """
    if str(getattr(column, "dtype", "")) in ("object", "Object"):
        return False
    return hasattr(column, "__arrow_c_array__") or hasattr(
        column, "__arrow_c_stream__"
    )


def _items(
    items: Sequence[Any], basis: Basis
) -> tuple[CompositionTable, pa.Array]:
    """Read a list of texts and pymatgen compositions.

    Parameters
    ----------
    items : sequence of n
        Texts, compositions or objects that have one; what is neither becomes an error of the table.
        None, NaN and empty texts are errors, too.
    basis : {"auto", "atomic", "weight"}
        Basis of the texts, as of `read_inputs`.

    Returns
    -------
    table : CompositionTable
        Readable rows, in order. `row_index` counts the items from 0, and its errors are the others.
    labels : pyarrow.Array
        Text of every item, or formula of a composition; null for what is
        neither.
    """
    formulas = {}
    texts = list(items)
    names = list(items)
    for i, item in enumerate(items):
        composition = _composition(item)
        if composition is not None:
            formulas[i] = composition
            texts[i] = None
            names[i] = _name(composition)
    array, odd = reading.text_array(texts)
    table = CompositionTable.of_texts(array, odd, basis)
    if not formulas:
        return table, _one_chunk(array)
    rows = np.array(list(formulas), np.int64)
    atoms = CompositionTable.from_pymatgen(formulas.values())
    errors = [replace(e, row=int(rows[e.row])) for e in atoms.errors]
    errors += [e for e in table.errors if e.row not in formulas]
    together = CompositionTable.concat(
        [table, replace(atoms, row_index=rows[atoms.row_index])]
    )
    together = together[np.argsort(together.row_index)]
    together = replace(together, errors=sorted(errors, key=lambda e: e.row))
    return together, reading.text_array(names)[0]


def _name(composition: Any) -> str:
    """Write a pymatgen Composition as a formula.

    `composition` is reduced if all its amounts are integers, such as "Nd2Fe14B"; else amounts are
    written as they are, to ten digits, such as "Sm0.8Gd0.2Co5".
    """
    amounts = list(composition.as_dict().items())
    if all(float(a).is_integer() for _, a in amounts):
        return str(composition.reduced_formula)
    return "".join(
        f"{symbol}{'' if a == 1 else format(a, '.10g')}"
        for symbol, a in amounts
    )


def _composition(item: Any) -> Any:
    """Return the pymatgen Composition of an item, None if it has none.

    Parameters
    ----------
    item : object
        A Composition is returned itself. Structures and entries of pymatgen have one, and the atoms
        of ASE are counted. A text, or anything else, has none.

    Returns
    -------
    pymatgen.core.Composition or None
    """
    if isinstance(item, str):
        return None
    if hasattr(item, "get_chemical_symbols"):
        from pymatgen.core import Composition

        return Composition(Counter(item.get_chemical_symbols()))
    composition = (
        item
        if hasattr(item, "element_composition")
        else getattr(item, "composition", None)
    )
    if hasattr(composition, "element_composition"):
        return composition
    return None


def _read_frame(frame: Any, basis: Basis, column: str | None) -> Inputs:
    """Read a frame of pandas, polars or Arrow: compositions, shells and given values.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame, pyarrow.Table or pyarrow.RecordBatch
        The frame, or one of another library that Arrow can read. Columns ``given_...`` are read
        into the table, and ``shell`` becomes the shells.
    basis : {"auto", "atomic", "weight"}
        Basis of the texts, as of `read_inputs`.
    column : str or None
        Name of the composition column; None has it sought, as of `composition_name`.

    Returns
    -------
    Inputs
        ``table`` has the readable rows, ``rejected`` the others. Of the
        readable rows are ``lines``, their numbers in the frame from 1,
        ``labels``, the recipes as written, and ``shells``, the texts of
        ``shell``, None without it. ``others`` are all columns but ``shell``,
        that of the recipes included, in the library of the frame, of all rows.

    Raises
    ------
    InputError
        If there is no composition column, or it is unclear which; if names of columns are equal or
        a value is implausible.
    """
    library = _LIBRARIES.get(type(frame).__module__.split(".")[0])
    if library is None or isinstance(frame, pa.RecordBatch):
        frame = pa.table(frame)
        library = "arrow"
    if library == "pandas":
        frame = _flatten(frame)
    name = reading.composition_name(frame, column)
    values = frame[name]
    if library == "pandas" and any(
        _composition(v) is not None for v in values.head(1000)
    ):
        table, labels = _items(list(values), basis)
    else:
        labels, odd = reading.frame_column(frame, name)
        table = CompositionTable.of_texts(labels, odd, basis)
    shells, extra_columns = _split_shells(frame, name)
    table = _with_given(table, frame)
    lines = np.arange(1, len(labels) + 1)
    inputs = _make_inputs(table, _one_chunk(labels), shells, lines)
    index = frame.index if library == "pandas" else None
    return replace(
        inputs,
        others=extra_columns,
        composition=name,
        library=library,
        index=index,
    )


def _flatten(frame: Any) -> Any:
    """Return a pandas frame with texts as column names.

    `frame` itself is not changed. InputError if two of its columns have one name, or names are on
    two levels. Rows and index stay.
    """
    if frame.columns.nlevels > 1:
        raise InputError(
            "the frame has column names on several levels; join them to one, e.g. "
            "frame.columns = ['_'.join(map(str, c)) for c in frame.columns]"
        )
    names = list(map(str, frame.columns))
    duplicates = sorted(n for n in set(names) if names.count(n) > 1)
    if duplicates:
        raise InputError(
            f"column {duplicates[0]!r} stands twice in the frame; rename one"
        )
    return frame.set_axis(names, axis=1)


def read_file(
    path: Path, basis: Basis = "auto", column: str | None = None
) -> Inputs:
    """Read a whole table of candidates from a file.

    Parameters
    ----------
    path : Path
        File as of `read_blocks`.
    basis : {"auto", "atomic", "weight"}
        Basis of the amounts, as of `read_inputs`.
    column : str, optional
        Composition column, or "*" for columns of elements; None has it sought.

    Returns
    -------
    Inputs
        ``table`` has the readable rows, ``labels`` their recipes as written.
        Rows that cannot be read are in ``rejected``. ``lines`` are those of
        the file, from 1. ``shells`` are the texts of a column ``shell``, None
        without it. ``others`` is an Arrow table of all columns but ``shell``,
        that of the recipes included.

    Raises
    ------
    InputError
        As of `read_blocks` and `join_blocks`.
    """
    return join_blocks(
        list(read_blocks(path, _BLOCK_ROWS)), path, basis, column
    )


def join_blocks(
    blocks: Sequence[Block], path: Path, basis: Basis, column: str | None
) -> Inputs:
    """Read consecutive blocks of a file as one input.

    Parameters
    ----------
    blocks : sequence of Block
        One or more, as of `read_blocks`. Each has ``table``, ``lines`` and ``rejected``.
    path : Path
        File, for messages.
    basis : {"auto", "atomic", "weight"}
        Basis of the amounts, as of `read_inputs`.
    column : str or None
        Composition column, or "*" for columns of elements; None has it sought.

    Returns
    -------
    Inputs
        ``lines`` are those of the file, ``others`` an Arrow table. Lines that
        were no rows are among the rejected ones, but do not count in
        ``total``. ``others`` has all columns but ``shell``, that of the
        recipes included.

    Raises
    ------
    InputError
        If it is unclear which column the composition column is, or a ``given_...`` value is
        implausible.
    """
    frame = pa.concat_tables(
        [block.table for block in blocks], promote_options="default"
    )
    frame, name = with_composition_column(frame, column, path)
    texts = _one_chunk(frame.column(name))
    shells, extra_columns = _split_shells(frame, name)
    lines = np.concatenate([block.lines for block in blocks])
    unread = [line for block in blocks for line in block.rejected]
    table = _with_given(CompositionTable.from_arrow(texts, basis=basis), frame)
    inputs = _make_inputs(table, texts, shells, lines, unread)
    return replace(inputs, others=extra_columns, composition=name)


def _with_given(table: CompositionTable, frame: Any) -> CompositionTable:
    """Return a table with the values of the columns ``given_...`` of its frame.

    Parameters
    ----------
    table : CompositionTable
        Readable rows of the frame; not changed.
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        A row for each row of the input, also unreadable ones. An example of a column is
        ``given_curie_temperature_K``. Empty cells say nothing. Other names are
        ``given_saturation_polarization_T``, ``given_anisotropy_constant_MJ_m3``, each of the three
        with ``_lo`` or ``_hi`` behind it, and ``given_temperature_K``.

    Returns
    -------
    CompositionTable
        `table` itself if there is no such column. A column ``given_...`` of another name than
        `CompositionTable.with_given` knows is passed over.

    Raises
    ------
    InputError
        If a value is no number, or below zero where it must not be.
    """
    values = {}
    for name in reading.column_names(frame):
        if not name.startswith("given_"):
            continue
        column = frame[name]
        if isinstance(frame, pa.Table):
            column = column.to_pylist()
        values[name] = [None if value == "" else value for value in column]
    if values:
        return table.with_given(values, "given_")
    return table


def _split_shells(
    frame: Any, composition: str
) -> tuple[list[Any] | None, Any]:
    """Split off the column ``shell`` of a frame.

    A warning names columns of conditions, which are not used.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        The user's frame; not changed.
    composition : str
        Name of the column of the recipes.

    Returns
    -------
    shells : list or None
        Its cells as written; None without such a column, or if that is the
        column of the recipes.
    rest : frame
        The other columns, in the same library.

    Raises
    ------
    InputError
        If another header is nearly ``shell``. A column that is named ``shell`` in another case is
        refused, too.
    """
    names = reading.column_names(frame)
    check_recipe_headers(names, composition)
    if _SHELL_COLUMN not in names or composition == _SHELL_COLUMN:
        return None, frame
    shells = frame[_SHELL_COLUMN]
    if isinstance(frame, pa.Table):
        return shells.to_pylist(), frame.drop_columns([_SHELL_COLUMN])
    if hasattr(frame, "iloc"):
        return shells.to_list(), frame.drop(columns=_SHELL_COLUMN)
    return shells.to_list(), frame.drop(_SHELL_COLUMN)


def _one_chunk(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return an Arrow array in one piece."""
    if isinstance(array, pa.ChunkedArray):
        return array.combine_chunks()
    return array


def _make_inputs(
    table: CompositionTable,
    texts: pa.Array,
    written: Sequence[Any] | None,
    lines: IntArray,
    rejected: Sequence[Rejected] = (),
) -> Inputs:
    """Build the inputs of rows that were read; rows with unreadable shells are rejected.

    Parameters
    ----------
    table : CompositionTable
        Readable recipes; `row_index` and errors count the N rows of the input from 0.
    texts : pyarrow.Array, length N
        All rows of the input as written.
    written : sequence or None, length N
        Shells as written; None where the input has no column of them. None and NaN are bulk alloys;
        blanks at the ends are dropped.
    lines : ndarray of int64, shape (N,)
        Number of each row in the user's file, from 1.
    rejected : sequence of Rejected
        Lines that were rejected before: ``line``, ``text`` and ``reason`` of each.

    Returns
    -------
    Inputs
        ``table``, ``labels`` (an Arrow array of texts), ``shells`` (a list of
        texts, empty for a bulk alloy; None if `written` is None) and ``lines``
        of what could be read, ``rejected`` sorted by line, and ``total``, N.
        Lines that were rejected before are not among the N.
    """
    rejections = [
        *rejected,
        *(Rejected(int(lines[e.row]), e.text, e.reason) for e in table.errors),
    ]
    shells: list[str] | None = None
    wrong: dict[str, str] = {}
    if written is not None:
        shell_texts = [
            "" if s is None or s != s else str(s).strip() for s in written
        ]
        shells = [shell_texts[row] for row in table.row_index]
        wrong = _wrong_shells(shells)
    inputs = Inputs(
        table,
        texts.take(pa.array(table.row_index)),
        shells,
        rejected=sorted(rejections, key=lambda r: r.line),
        lines=lines[table.row_index],
        total=len(texts),
    )
    return inputs.refusing(wrong)


def _wrong_shells(written: Sequence[str]) -> dict[str, str]:
    """Return the shells that cannot be read, each with the reason.

    `written` are texts of shells, such as "Tb 0.5 wt%". An empty text is a bulk alloy and no fault.
    The result is a dict of text to reason, empty if all can be read.
    """
    wrong = {}
    for text in set(written):
        try:
            read_shell(text)
        except InputError as error:
            wrong[text] = str(error)
    return wrong
