"""From a user's list, array or frame to the parser's bytes, and from there to a table."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..elements import ATOMIC_MASS
from ..errors import InputError
from .notation import Basis, basis_code
from .reasons import ParseError, reason

# Fewer rows than this are read by one thread: starting the others costs more.
_ROWS_WORTH_THREADS = 4096
# Pieces of work for each thread, so that one with longer rows keeps no other waiting.
_STRETCHES = 4

_COLUMN = "composition"


def text_array(texts: Sequence[Any]) -> tuple[pa.Array, dict[int, Any]]:
    """Return texts as an Arrow array, with null for what is no text, and those by row."""
    if isinstance(texts, (str, bytes)):
        raise InputError(f"expected a list of recipes, got one text; give [{texts!r}]")
    try:
        return arrow_array(pa.array(texts, from_pandas=True, type=pa.large_string())), {}
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, TypeError):
        pass
    try:
        values = list(texts)
    except TypeError:
        raise InputError(f"expected a list of recipes, got a {type(texts).__name__}") from None
    odd = {i: v for i, v in enumerate(values) if not isinstance(v, str) and not _missing(v)}
    clean = [v.encode(errors="replace").decode() if isinstance(v, str) else None for v in values]
    return pa.array(clean, pa.large_string()), odd


def _missing(value: Any) -> bool:
    return value is None or (not getattr(value, "ndim", 0) and value != value)


def arrow_array(array: Any) -> pa.Array | pa.ChunkedArray:
    """Return an Arrow array of large strings or strings, sharing memory where its type allows."""
    if not isinstance(array, (pa.Array, pa.ChunkedArray)):
        try:
            if hasattr(array, "__arrow_c_stream__"):
                array = pa.chunked_array(array)
            else:
                array = pa.array(array)
        except (pa.ArrowException, TypeError, ValueError):
            raise InputError(
                f"expected an Arrow array of text, got a {type(array).__name__}"
            ) from None
    kind = array.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    ):
        raise InputError(f"expected compositions as text, got Arrow {array.type}")
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        array = array.cast(pa.large_string())
    return valid_text(array)


def valid_text(array: Any) -> Any:
    """Return Arrow strings with U+FFFD in place of bytes that are no UTF-8.

    Arrow takes the bytes of other writers on trust (a Parquet file of Latin-1, say); a decoder
    that trusts them too reads past the end of a row.
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


def composition_name(frame: Any, column: str | None) -> Any:
    """Return the name of the composition column of a frame."""
    names = _names(frame)
    if column is None:
        return _COLUMN if _COLUMN in names else _only_text_column(frame, names)
    if column not in names:
        raise InputError(f"there is no column {column!r}; the columns are {listed(names)}")
    return column


def frame_column(frame: Any, column: str | None) -> tuple[Any, dict[int, Any]]:
    """Return the composition column of a frame as `text_array` does."""
    values = frame[composition_name(frame, column)]
    if isinstance(values, (pa.Array, pa.ChunkedArray)) or hasattr(values, "to_arrow"):
        return arrow_array(values if not hasattr(values, "to_arrow") else values.to_arrow()), {}
    return text_array(values)


def other_columns(frame: Any, composition: Any) -> pa.Table:
    """Return all columns of a frame but one, their names as text."""
    found = {}
    for name in _names(frame):
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
        found[str(name)] = values
    return pa.table(found)


def _names(frame: Any) -> list[Any]:
    names = getattr(frame, "column_names", None)  # Arrow
    if names is None:
        if not hasattr(frame, "columns"):
            raise InputError(f"expected a table with columns, got a {type(frame).__name__}")
        names = frame.columns
    return list(names)


def _only_text_column(frame: Any, names: Sequence[str]) -> str:
    if hasattr(frame, "schema") and isinstance(frame.schema, pa.Schema):
        text = [f.name for f in frame.schema if pa.types.is_string(f.type) or _is_text(f.type)]
    elif hasattr(frame, "iloc"):
        from pandas.api.types import infer_dtype

        text = [n for n in names if infer_dtype(frame[n].head(1000), skipna=True) == "string"]
    else:
        text = [n for n in names if str(frame[n].dtype) in ("String", "Categorical")]
    if len(text) == 1:
        return text[0]
    raise InputError(
        f"expected a column {_COLUMN!r} or a single text column; the columns are {listed(names)}: "
        "name the one to read (--column)"
    )


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view"


def listed(names: Sequence[Any]) -> str:
    """Return the first dozen names and how many more there are."""
    shown = ", ".join(str(n) for n in names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown or "none"


class Parsed(NamedTuple):
    """Rows of a chunk of texts, in the order of the fields of a composition table."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float64]
    row_index: NDArray[np.int64]
    errors: list[ParseError]


def parsed(array: pa.Array, odd: dict[int, Any], basis: Basis, start: int) -> Parsed:
    """Parse a chunk of strings, the first of them row `start`; `odd`: by row, what was no text."""
    from ..kernels import parse as kernels
    from ..kernels.threads import thread_count

    texts = array.fill_null("") if array.null_count else array
    _, offset_buffer, data_buffer = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    if offset_buffer is None or not len(texts):
        offsets = np.zeros(1, np.int64)
    else:
        whole = np.frombuffer(offset_buffer, width)[texts.offset : texts.offset + len(texts) + 1]
        offsets = whole.astype(np.int64)
    data = np.frombuffer(data_buffer or b"", np.uint8)
    used = data[offsets[0] : offsets[-1]]
    if len(used) and used.max() >= 0x80:
        data, offsets = kernels.fold(data, offsets)
    # One kind of array, one compilation.
    data.flags.writeable = offsets.flags.writeable = False
    stretches = thread_count() * _STRETCHES if len(texts) >= _ROWS_WORTH_THREADS else 1
    indptr, indices, values, codes, places, sums = kernels.parse(
        data, offsets, basis_code(basis), ATOMIC_MASS, stretches
    )
    errors = []
    for i in np.flatnonzero(codes):
        row = start + int(i)
        place = int(places[i])
        if row in odd:
            text, kind = str(odd[row]), type(odd[row]).__name__
            errors.append(ParseError(row, text, -1, f"expected text such as SmCo5, got {kind}"))
            continue
        text = array[int(i)].as_py() or ""
        errors.append(ParseError(row, text, place, reason(codes[i], text, place, sums[i], basis)))
    rows = start + np.flatnonzero(codes == 0)
    return Parsed(indptr, indices, values, rows, errors)
