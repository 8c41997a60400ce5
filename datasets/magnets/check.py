"""Check every cell of the table of measured magnets.

``python datasets/magnets/check.py`` names line and column of the first cell that is wrong, what was
expected, what came and the way out. ``datasets/recipes/calibrate.py`` checks first.
"""

import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from magnetkit.errors import DataError

from magnetkit._core._constants import MU_0
from magnetkit.alloy.table import CompositionTable
from magnetkit.magnetism.measured_magnets import LETTERS, NO_ROUTE, USUAL
from magnetkit.magnetism.process import routes
from magnetkit.phases.records import HOSTS

FILE = Path(__file__).resolve().parent / "magnets.csv"


class Bounds(NamedTuple):
    """Least and largest value that a number of the table can have."""

    least: float
    largest: float


NUMBERS = {
    "grain_size_um": Bounds(0.005, 200.0),
    "alignment": Bounds(0.4, 1.0),
    "aged_for_C": Bounds(300.0, 500.0),
    "diffused_wt_pct": Bounds(0.0, 10.0),
    "temperature_K": Bounds(1.0, 1500.0),
    "remanence_T": Bounds(0.01, 2.5),
    "coercivity_kA_m": Bounds(1.0, 8000.0),
    "max_energy_product_kJ_m3": Bounds(1.0, 700.0),
    "remanence_coefficient_pct_K": Bounds(-1.0, 0.5),
    "coercivity_coefficient_pct_K": Bounds(-2.0, 0.5),
    "from_K": Bounds(1.0, 1500.0),
    "to_K": Bounds(1.0, 1500.0),
}
"""Columns of numbers, with what they can be."""

WORDS = {
    "how": ("printed", "sheet", "quoted", "nemad", "memory"),
    "confidence": ("high", "medium", "low"),
    "basis": ("atomic", "weight", ""),
    "coercivity_bound": ("", "at least", "at most"),
}
"""Columns of few words, with what they can be."""

COLUMNS = (
    *("id", "paper", "source", "how", "confidence"),
    *("family", "host", "recipe", "basis", "assumed", "route", "process"),
    *(
        "grain_size_um",
        "alignment",
        "aged_for_C",
        "diffused",
        "diffused_wt_pct",
    ),
    *("temperature_K", "remanence_T", "coercivity_kA_m", "coercivity_bound"),
    *(
        "max_energy_product_kJ_m3",
        "remanence_coefficient_pct_K",
        "coercivity_coefficient_pct_K",
    ),
    *("from_K", "to_K", "use", "pair", "note"),
)
NEEDED = (
    "id",
    "paper",
    "source",
    "how",
    "confidence",
    "family",
    "route",
    "temperature_K",
)
"""Columns that no row leaves empty."""

# A printed energy product may be rounded up, kJ/m3 over B_r^2 / (4 mu_0).
_ROUNDED = 1.05


class Row(NamedTuple):
    """A line of a table of magnets: where it stands and what its cells say."""

    file: str
    line: int
    cells: dict[str, str]

    def refuse(self, column: str, expected: str, way_out: str) -> DataError:
        """Return the error of a cell: where it is, what was expected, what came, the way out."""
        return DataError(
            f"{self.file}, line {self.line}, column {column}: expected {expected}, "
            f"got {self.cells[column]!r:.60}; {way_out}"
        )


def check_table(file: Path) -> None:
    """Check a table of magnets, a CSV file with the `COLUMNS` in their order.

    Raises
    ------
    DataError
        Names line, column, what was expected and what came, of the first cell that is wrong.
    """
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, restkey="beyond the last column")
        _check_header(file.name, reader.fieldnames or ())
        rows = [Row(file.name, reader.line_num, cells) for cells in reader]
    for row in rows:
        for check in _CHECKS:
            check(row)
    _check_ids(rows)
    _check_recipes(rows)


def _check_header(file: str, header: Sequence[str]) -> None:
    """Raise DataError unless the header names exactly `COLUMNS`, in their order."""
    if tuple(header) == COLUMNS:
        return
    missing = [name for name in COLUMNS if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    detail = f"missing {', '.join(missing) or 'none'}, unknown {', '.join(unknown) or 'none'}"
    raise DataError(
        f"{file}, line 1: expected the columns {', '.join(COLUMNS)} in this order ({detail}); "
        "copy the first line of the table that the package carries"
    )


def _check_cells(row: Row) -> None:
    """Raise DataError for a line with too many or too few cells, or an empty cell that is needed."""
    if set(row.cells) != set(COLUMNS) or None in row.cells.values():
        raise DataError(
            f"{row.file}, line {row.line}: expected {len(COLUMNS)} cells, got another number; "
            "put a text with a comma in quotes"
        )
    for name in NEEDED:
        if not row.cells[name].strip():
            raise row.refuse(name, "a value", "no row leaves it empty")


def _check_words(row: Row) -> None:
    """Raise DataError for a word that is none of those that its column allows."""
    for name, words in WORDS.items():
        if row.cells[name] not in words:
            choices = ", ".join(word or "nothing" for word in words)
            raise row.refuse(name, f"one of {choices}", "write one of them")
    if row.cells["host"] not in (*HOSTS, ""):
        raise row.refuse(
            "host",
            f"one of {', '.join(HOSTS)} or nothing",
            "write one of them",
        )


def _check_route(row: Row) -> None:
    """Raise DataError for a route that is not described."""
    name = row.cells["route"]
    if name in (USUAL, NO_ROUTE):
        return
    if name not in routes():
        choices = ", ".join((USUAL, NO_ROUTE, *routes()))
        raise row.refuse(
            "route", f"one of {choices}", f"write {NO_ROUTE} if none makes it"
        )


def _check_numbers(row: Row) -> None:
    """Raise DataError for a cell that holds no number, or a number outside its bounds."""
    for name, bounds in NUMBERS.items():
        text = row.cells[name]
        if not text:
            continue
        expectation = f"a number from {bounds.least:g} to {bounds.largest:g}"
        try:
            value = float(text)
        except ValueError:
            raise row.refuse(
                name, expectation, "write it without a unit"
            ) from None
        if not bounds.least <= value <= bounds.largest:
            raise row.refuse(
                name, expectation, "check its unit, or leave it empty"
            )


def _check_use(row: Row) -> None:
    """Raise DataError for a letter of ``use`` that names no quantity, or one that the row lacks.

    Coefficients without the ends of their range are an error too.
    """
    names = {letter: name for name, letter in LETTERS.items()}
    for letter in row.cells["use"]:
        name = names.get(letter.upper())
        if name is None:
            raise row.refuse(
                "use", f"letters of {''.join(names)}", "see SOURCE.md"
            )
        if not row.cells[name]:
            raise row.refuse(
                "use",
                f"no {letter}, as {name} is empty",
                "leave the letter out",
            )
    chords = (
        row.cells["remanence_coefficient_pct_K"]
        or row.cells["coercivity_coefficient_pct_K"]
    )
    for name in ("from_K", "to_K"):
        if chords and not row.cells[name]:
            raise row.refuse(
                name,
                "the ends of the coefficient's range, K",
                "give both ends",
            )


def _check_product(row: Row) -> None:
    """Raise DataError for an energy product above what the remanence allows."""
    product = row.cells["max_energy_product_kJ_m3"]
    remanence = row.cells["remanence_T"]
    if not product or not remanence:
        return
    largest = 1e-3 * float(remanence) ** 2 / (4.0 * MU_0)
    if float(product) > _ROUNDED * largest:
        expectation = f"at most B_r^2 / (4 mu_0) = {largest:.0f}"
        raise row.refuse(
            "max_energy_product_kJ_m3", expectation, "check both units"
        )


_CHECKS: tuple[Callable[[Row], None], ...] = (
    _check_cells,
    _check_words,
    _check_route,
    _check_numbers,
    _check_use,
    _check_product,
)


def _check_ids(rows: Sequence[Row]) -> None:
    """Raise DataError for an ``id`` that two rows have, or a ``pair`` that names no other row."""
    lines: dict[str, int] = {}
    for row in rows:
        name = row.cells["id"]
        if name in lines:
            raise row.refuse(
                "id",
                f"a name of its own (line {lines[name]} has it)",
                "rename it",
            )
        lines[name] = row.line
    for row in rows:
        other = row.cells["pair"]
        if other and (other not in lines or other == row.cells["id"]):
            raise row.refuse(
                "pair",
                "the id of another row",
                "leave it empty if there is none",
            )


def _check_recipes(rows: Sequence[Row]) -> None:
    """Raise DataError for a recipe that cannot be read, or that has no basis."""
    for basis in ("atomic", "weight"):
        of_basis = [
            row
            for row in rows
            if row.cells["basis"] == basis and row.cells["recipe"]
        ]
        recipes = [row.cells["recipe"] for row in of_basis]
        table = CompositionTable.from_strings(recipes, basis=basis)
        for error in table.errors:
            raise of_basis[error.row].refuse(
                "recipe", "a recipe", error.reason
            )
    for row in rows:
        if row.cells["recipe"] and not row.cells["basis"]:
            raise row.refuse(
                "basis", "atomic or weight, as a recipe is given", "name it"
            )


def main() -> None:
    """Check the table of the checkout; a wrong cell ends the process with one line on stderr."""
    try:
        check_table(FILE)
    except DataError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
