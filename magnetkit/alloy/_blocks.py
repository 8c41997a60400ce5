"""Some rows of a user's table, and the lines that could not be used."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LARGEST_BYTES = 1 << 29
"""Most bytes that a small file may unpack to: a workbook, or text of Parquet."""
COMPOSITION_COLUMN = "composition"
# Largest number of characters of a rejected text that is shown.
_LONGEST_CELL = 1000


@dataclass(frozen=True)
class Rejected:
    """A line of the input that could not be used."""

    line: int
    text: str
    reason: str

    def __post_init__(self) -> None:
        if len(self.text) > _LONGEST_CELL:
            object.__setattr__(
                self, "text", self.text[: _LONGEST_CELL - 3] + "..."
            )


@dataclass(frozen=True)
class Block:
    """Some consecutive rows of a file."""

    table: pa.Table  # n rows, all columns; those of a text file are text
    start: int  # number of rows before this block
    lines: NDArray[
        np.int64
    ]  # line of the file of each row, (n,), from 1 (row for Parquet)
    rejected: list[Rejected] = field(
        default_factory=list
    )  # lines that were no row of the table
    notes: tuple[
        str, ...
    ] = ()  # what was chosen or left out, of a workbook's first block
