"""Magnets measured in papers and on makers' sheets: one table.

``datasets/magnets/magnets.csv`` is what the laws are fitted to, what ranges are calibrated on and
what distances are measured from. A paper is added by a line (see SOURCE.md beside the table).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from .._core import datasets
from ..alloy.table import CompositionTable

if TYPE_CHECKING:
    import pandas as pd

FILE = "magnets/magnets.csv"

LETTERS = {
    "remanence_T": "B",
    "coercivity_kA_m": "H",
    "remanence_coefficient_pct_K": "A",
    "coercivity_coefficient_pct_K": "T",
}
"""Letter by which the column ``use`` names a quantity: upper case where fits take the value, lower
case where it is only predicted and compared."""

USUAL = "usual"
NO_ROUTE = "none"
"""Words of the column ``route``: the usual way of a host, and one that no route describes."""


NUMBERS = (
    "grain_size_um",
    "alignment",
    "aged_for_C",
    "diffused_wt_pct",
    "temperature_K",
    "remanence_T",
    "coercivity_kA_m",
    "max_energy_product_kJ_m3",
    "remanence_coefficient_pct_K",
    "coercivity_coefficient_pct_K",
    "from_K",
    "to_K",
)
"""Columns of numbers; all others hold text."""

_left_out: ContextVar[frozenset[str]] = ContextVar(
    "left_out", default=frozenset()
)


def measured_magnets() -> "pd.DataFrame":
    """Read the table of magnets that the package carries, without the papers left out.

    Returns
    -------
    pandas.DataFrame
        A new frame with the columns of the file: as float (NaN where empty)
        `NUMBERS`, which are ``grain_size_um``, ``alignment``, ``aged_for_C``,
        ``diffused_wt_pct``, ``temperature_K``, ``remanence_T``,
        ``coercivity_kA_m``, ``max_energy_product_kJ_m3``,
        ``remanence_coefficient_pct_K``, ``coercivity_coefficient_pct_K``,
        ``from_K`` and ``to_K``; all else as text, empty where nothing is said.
        One row a magnet, numbered from 0. Among the texts are ``id``,
        ``paper``, ``source``, ``how``, ``confidence`` ("high", "medium" or
        "low"), ``family``, ``host`` (such as "2:14:1"), ``recipe``, ``basis``,
        ``route``, ``diffused`` and ``use``.

    See Also
    --------
    without_papers : leaves papers out of it.
    """
    table = _carried_table()
    return table[~table["paper"].isin(papers_left_out())].reset_index(
        drop=True
    )


def papers_left_out() -> frozenset[str]:
    """Return the papers that `without_papers` leaves out at present."""
    return _left_out.get()


@contextmanager
def without_papers(papers: Sequence[str]) -> Iterator[None]:
    """Leave papers out of the table of measured magnets within a ``with`` block.

    `papers` is a list or another collection of names as the column ``paper``
    has them, never a bare str, whose letters would count; unknown ones do
    nothing. Distances to measured magnets leave them out too. Blocks may be
    nested, and then add up.
    """
    token = _left_out.set(papers_left_out() | frozenset(papers))
    try:
        yield
    finally:
        _left_out.reset(token)


@lru_cache(maxsize=1)
def _carried_table() -> "pd.DataFrame":
    return read_magnets(datasets.path(FILE))


def read_magnets(file: Path) -> "pd.DataFrame":
    """Read a table of magnets, a CSV file with the columns of the one that the package carries.

    `file` is its path. Each of `NUMBERS` (``temperature_K``, ``remanence_T``,
    ``coercivity_kA_m``, ``from_K`` and others, see `measured_magnets`) must be
    a column (KeyError), and a cell of one empty, which becomes NaN, or a
    number (ValueError). A missing file is a FileNotFoundError.

    Returns
    -------
    pandas.DataFrame
        All rows, no paper left out, with the columns as of `measured_magnets`.
    """
    import pandas as pd

    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    for name in NUMBERS:
        table[name] = [float(text or "nan") for text in table[name]]
    return table


def magnet_recipes(rows: "pd.DataFrame") -> CompositionTable:
    """Read the recipes of rows of the table, one row each and in their order.

    `rows` has ``recipe``, a text, and ``basis`` ("auto", "atomic" or "weight";
    InputError for an empty one, as magnets without a recipe, an empty text,
    have it). A recipe that cannot be read gives no row: the result is then
    shorter than `rows`. ``row_index``, and the rows that ``errors`` name, are
    0 for every recipe, so that they do not say which were left out.
    """
    parts = [
        CompositionTable.from_strings([recipe], basis=basis)
        for recipe, basis in zip(rows["recipe"], rows["basis"], strict=True)
    ]
    return CompositionTable.concat(parts)


def serves_as_evidence(rows: "pd.DataFrame", quantity: str) -> "pd.Series":
    """Say for each row whether a quantity counts as measured, for the distance to measured magnets.

    It counts if three things hold. The recipe is that of the whole magnet (nothing diffused into
    it). The quantity is used (`LETTERS`). The reading is not doubtful: a value of low confidence
    that a compilation has, or that somebody remembers, is compared, but proves nothing.

    Parameters
    ----------
    rows : DataFrame
        Rows of `measured_magnets`: ``confidence``, ``how``, ``recipe``,
        ``diffused``, ``use`` and the column of the quantity are read. ``how``
        is "nemad" of the compilation and "memory" of what is remembered; an
        empty ``diffused`` means nothing.
    quantity : str
        A key of `LETTERS`, such as "coercivity_kA_m"; another is a KeyError.

    Returns
    -------
    pandas.Series of bool
        On the index of `rows`.
    """
    doubtful = (rows["confidence"] == "low") & rows["how"].isin(
        ("nemad", "memory")
    )
    whole = (rows["recipe"] != "") & (rows["diffused"] == "")
    return whole & uses(rows, quantity) & ~doubtful


def uses(
    rows: "pd.DataFrame", quantity: str, in_fits: bool = False
) -> "pd.Series":
    """Say which rows are compared in a quantity; with `in_fits`, which are fitted to it.

    `rows` are of `measured_magnets`: ``use`` and the column that is called as
    the quantity are read. `quantity` is "remanence_T", "coercivity_kA_m",
    "remanence_coefficient_pct_K" or "coercivity_coefficient_pct_K" (KeyError
    otherwise). The result is bool, on the index of `rows`; a row without the
    value (NaN) is False.
    """
    letter = LETTERS[quantity]
    marks = rows["use"] if in_fits else rows["use"].str.upper()
    return marks.str.contains(letter, regex=False) & rows[quantity].notna()
