"""Many compositions as compressed sparse rows of atomic fractions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..elements import ATOMIC_MASS, N_ELEMENTS, SYMBOLS
from ..errors import CompositionError
from .notation import Basis, read_fractions

if TYPE_CHECKING:
    from pymatgen.core import Composition


@dataclass(frozen=True)
class ParseError:
    """A row that could not be read.

    Attributes
    ----------
    row : int
        Row of the input, from 0.
    text : str
        The text as given.
    position : int
        Index of the first offending character, -1 where no single one is to blame.
    reason : str
        What is wrong and the way out.
    """

    row: int
    text: str
    position: int
    reason: str


@dataclass(frozen=True, eq=False)
class CompositionTable:
    """Compositions in compressed sparse rows.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n + 1,)
        Row ``i`` is the slice ``indptr[i]:indptr[i + 1]`` of `indices` and `values`.
    indices : ndarray of int32
        Column of the element: its atomic number minus one, ascending within a row.
    values : ndarray of float64
        Atomic fraction; the values of a row sum to one.
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
    def from_strings(cls, texts: Sequence[str], basis: Basis = "auto") -> "CompositionTable":
        """Read many recipes; a row that cannot be read is listed in `errors` and left out."""
        rows, errors, kept = [], [], []
        for i, text in enumerate(texts):
            try:
                rows.append(read_fractions(text, basis))
                kept.append(i)
            except CompositionError as error:
                errors.append(ParseError(i, text, error.position, error.reason))
        return cls._from_rows(rows, kept, errors)

    @classmethod
    def from_pymatgen(cls, compositions: Iterable["Composition"]) -> "CompositionTable":
        """Take pymatgen compositions."""
        rows = []
        for composition in compositions:
            amounts = {e.Z - 1: float(a) for e, a in composition.element_composition.items()}
            total = sum(amounts.values())
            rows.append({c: a / total for c, a in amounts.items()})
        return cls._from_rows(rows, list(range(len(rows))), [])

    @classmethod
    def _from_rows(
        cls, rows: list[dict[int, float]], kept: list[int], errors: list[ParseError]
    ) -> "CompositionTable":
        lengths = np.fromiter((len(r) for r in rows), np.int64, len(rows))
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        ordered = [sorted(r.items()) for r in rows]
        indices = np.array([c for r in ordered for c, _ in r], np.int32)
        values = np.array([a for r in ordered for _, a in r], np.float64)
        return cls(indptr, indices, values, np.array(kept, np.int64), errors)

    @property
    def elements(self) -> tuple[str, ...]:
        """Symbols of the columns, in order of atomic number."""
        return SYMBOLS

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), N_ELEMENTS

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def __getitem__(self, key: Any) -> "CompositionTable":
        """Return the rows that a mask, slice or integer array selects."""
        picked = np.atleast_1d(np.arange(len(self))[key])
        lengths = np.diff(self.indptr)[picked]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        take = np.repeat(self.indptr[picked] - indptr[:-1], lengths) + np.arange(indptr[-1])
        return CompositionTable(
            indptr, self.indices[take], self.values[take], self.row_index[picked], self.errors
        )

    def to_array(self) -> NDArray[np.float64]:
        """Return the atomic fractions as a dense array of shape (n, 118)."""
        dense = np.zeros(self.shape)
        dense[np.repeat(np.arange(len(self)), np.diff(self.indptr)), self.indices] = self.values
        return dense

    def weight_fractions(self) -> NDArray[np.float64]:
        """Return the weight fractions as a dense array of shape (n, 118)."""
        mass = self.to_array() * ATOMIC_MASS
        return mass / mass.sum(axis=1, keepdims=True) if len(self) else mass

    def fraction(self, *symbols: str) -> NDArray[np.float64]:
        """Return the summed atomic fraction of some elements, shape (n,)."""
        from ..elements import mask

        share = self.values * mask(symbols)[self.indices]
        total = np.concatenate([[0.0], np.cumsum(share)])
        return total[self.indptr[1:]] - total[self.indptr[:-1]]

    def formulas(self, digits: int = 4) -> list[str]:
        """Return each row as a formula of atomic amounts with `digits` significant digits."""
        result = []
        for i in range(len(self)):
            row = slice(self.indptr[i], self.indptr[i + 1])
            result.append(
                "".join(
                    f"{SYMBOLS[c]}{a:.{digits}g}"
                    for c, a in zip(self.indices[row], self.values[row], strict=True)
                )
            )
        return result
