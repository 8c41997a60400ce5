"""A user's table of measured magnets: read, checked, bad rows named."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..composition.blocks import read_whole
from ..composition.notation import BASES, Basis, basis_code
from ..composition.shells import read_shell
from ..composition.table import CompositionTable
from ..errors import InputError
from ..magnetism.mill import QUANTITIES

if TYPE_CHECKING:
    import pandas as pd

PROCESS_COLUMNS = ("grain_size_um", "alignment", "density", "grain_boundary")

_LIMITS = {
    "remanence_T": (0.02, 2.5),
    "coercivity_kA_m": (1.0, 1e4),
    "temperature_K": (1.0, 1500.0),
}


@dataclass(frozen=True)
class Row:
    """One measured magnet at one temperature.

    Attributes
    ----------
    number : int
        Row of the table, from 1.
    magnet : str
        Its label; rows of one label are one magnet.
    text : str
        Composition as given.
    table : CompositionTable
        The same, one row.
    temperature : float
        K.
    values : dict of str to float
        What was measured of `QUANTITIES`.
    process : dict of str to float
        How it was made, where given.
    shell : str
        What is diffused in, empty for nothing.
    """

    number: int
    magnet: str
    text: str
    table: CompositionTable
    temperature: float
    values: dict[str, float]
    process: dict[str, float]
    shell: str = ""


def read(source: Any, basis: Basis = "auto") -> tuple[list[Row], dict[int, str]]:
    """Read measured magnets.

    Parameters
    ----------
    source : frame, mapping of columns, or path of a .csv, .tsv, .xlsx or .parquet
        A row for each magnet and temperature, see `magnetkit.calibrate`.
    basis : {"auto", "atomic", "weight"}
        Of rows that name none.

    Returns
    -------
    rows : list of Row
    rejected : dict of int to str
        Number of a row, from 1, and why it cannot be used.

    Raises
    ------
    InputError
        If the table cannot be read, or lacks what every row needs.
    """
    basis_code(basis)
    frame = _frame(source)
    names = [str(c) for c in frame.columns]
    lacking = [c for c in ("composition", "temperature_K") if c not in names]
    if lacking or not set(QUANTITIES) & set(names):
        raise InputError(
            f"expected the columns composition, temperature_K and {' or '.join(QUANTITIES)}, got "
            f"{', '.join(names[:12]) or 'none'}; a row is a magnet at a temperature"
        )
    rows, rejected = [], {}
    for number, record in enumerate(frame.to_dict("records"), start=1):
        try:
            rows.append(_row(number, {str(k): v for k, v in record.items()}, basis))
        except InputError as error:
            rejected[number] = str(error)
    return rows, rejected


def _frame(source: Any) -> "pd.DataFrame":
    import pandas as pd

    if isinstance(source, str | Path):
        return read_whole(Path(source)).to_pandas()
    if isinstance(source, pd.DataFrame):
        return source
    if hasattr(source, "to_pandas"):
        return source.to_pandas()
    if isinstance(source, Mapping) or (
        isinstance(source, list) and all(isinstance(row, Mapping) for row in source)
    ):
        try:
            return pd.DataFrame(source)
        except ValueError as error:
            raise InputError(f"the columns do not form a table: {error}") from None
    raise InputError(
        f"expected a table of measured magnets or its path, got a {type(source).__name__}"
    )


def _row(number: int, record: dict[str, Any], basis: Basis) -> Row:
    text = record["composition"]
    own = record.get("basis")
    if not _missing(own) and str(own).strip() not in BASES:
        raise InputError(f"basis must be one of {', '.join(BASES)}; got {own!r:.40}")
    named: Any = basis if _missing(own) else str(own).strip()
    table = CompositionTable.from_strings([text], basis=named)
    if table.errors:
        error = table.errors[0]
        raise InputError(f"{error.text!r:.80}: {error.reason}")
    temperature = _number("temperature_K", record["temperature_K"])
    if temperature is None:
        raise InputError("no temperature_K; a magnet is measured at one")
    values = {q: _number(q, record.get(q)) for q in QUANTITIES}
    if all(v is None for v in values.values()):
        raise InputError(f"neither {' nor '.join(QUANTITIES)} is given")
    process = {p: _number(p, record.get(p)) for p in PROCESS_COLUMNS}
    label = record.get("magnet")
    return Row(
        number,
        f"row {number}" if _missing(label) else str(label).strip(),
        str(text),
        table,
        temperature,
        {q: v for q, v in values.items() if v is not None},
        {p: v for p, v in process.items() if v is not None},
        "" if _missing(record.get("shell")) else str(read_shell(str(record["shell"])) or ""),
    )


def _missing(value: Any) -> bool:
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return False


def _number(name: str, value: Any) -> float | None:
    if _missing(value):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be a number, got {value!r:.40}") from None
    low, high = _LIMITS.get(name, (-math.inf, math.inf))
    if not math.isfinite(found) or not low <= found <= high:
        raise InputError(f"{name} must lie between {low:g} and {high:g}, got {value!r:.40}")
    return found
