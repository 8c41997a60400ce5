"""Grain-boundary shells: a core of the base alloy and a thin shell rich in heavy rare earth."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..composition.inputs import as_table
from ..composition.notation import Basis
from ..composition.shells import Shell, read_shell
from ..composition.table import CompositionTable
from ..elements import INDEX, RARE_EARTHS, mask
from ..errors import InputError

SURFACE = ("Tb", "Dy")
"""Rare earths that a magnet maker brings to the grains' surface."""


@dataclass(frozen=True, eq=False)
class ShellRows:
    """The shells of many magnets as arrays; a row without shell has zeros and an empty text.

    Attributes
    ----------
    column : ndarray of int64, shape (n,)
        Column of the shell's rare earth.
    fraction, content : ndarray of float64, shape (n,)
        As in `Shell`.
    text : ndarray of str, shape (n,)
        As written in candidate tables.
    """

    column: NDArray[np.int64]
    fraction: NDArray[np.float64]
    content: NDArray[np.float64]
    text: NDArray[np.object_]


def read_shells(shell: Any, n: int) -> ShellRows | None:
    """Read one shell for all of `n` magnets, or a sequence of one each; None if none has any."""
    if shell is None:
        return None
    single = isinstance(shell, str | dict | Shell)
    values = [shell] * n if single else list(shell)
    if len(values) != n:
        raise InputError(f"expected one shell or {n}, got {len(values)}")
    known: dict[str, Shell | None] = {}
    keys = [str(v) for v in values]
    for key, value in zip(keys, values, strict=True):
        if key not in known:
            known[key] = read_shell(value)
    if all(s is None for s in known.values()):
        return None
    place = {key: i for i, key in enumerate(known)}
    at = np.array([place[key] for key in keys], np.int64)
    each = list(known.values())
    return ShellRows(
        np.array([INDEX[s.R] if s else 0 for s in each], np.int64)[at],
        np.array([s.fraction if s else 0.0 for s in each])[at],
        np.array([s.content if s else 0.0 for s in each])[at],
        np.array([str(s) if s else "" for s in each], object)[at],
    )


def replace_rare_earth(
    table: CompositionTable, column: NDArray[np.int64], share: NDArray[np.float64]
) -> CompositionTable:
    """Return the table with a share of each row's rare earth replaced by another.

    With ``content`` as share this is the shell itself; with ``content * fraction`` it is the
    whole magnet, core and shell together, which is what pays for the heavy rare earth.

    Parameters
    ----------
    table : CompositionTable
        n rows.
    column : ndarray of int64, shape (n,)
        Column of the rare earth put in.
    share : ndarray of float64, shape (n,)
        Share of the row's rare earth that it replaces.
    """
    from ..kernels.sintered import replace_rare_earth as kernel

    indptr, indices, values = kernel(
        table.indptr, table.indices, table.values, mask(RARE_EARTHS), column, share
    )
    return CompositionTable(indptr, indices, values, table.row_index, table.errors)


def enriched(table: CompositionTable, coefficient: NDArray[np.float64]) -> CompositionTable:
    """Return the surface of grains, where Dy and Tb count more than in the middle.

    Parameters
    ----------
    table : CompositionTable
        n hard phases.
    coefficient : ndarray of float64, shape (n,)
        Partition coefficient e: a share x of the rare earth becomes e x / (1 + (e - 1) x).
    """
    rare, heavy = mask(RARE_EARTHS), mask(SURFACE)
    total = np.maximum(table.fraction(*RARE_EARTHS), 1e-300)
    share = table.fraction(*SURFACE) / total
    grown = coefficient / (1.0 + (coefficient - 1.0) * share)
    row = np.repeat(np.arange(len(table)), np.diff(table.indptr))
    on = np.where(heavy[table.indices] > 0.0, grown[row], grown[row] / coefficient[row])
    values = np.where(rare[table.indices] > 0.0, table.values * on, table.values)
    return CompositionTable(table.indptr, table.indices, values, table.row_index, table.errors)


def from_dense(dense: NDArray[np.float64], row_index: NDArray[np.int64]) -> CompositionTable:
    """Return atomic fractions of shape (n, 118) as a table."""
    rows, columns = np.nonzero(dense)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(dense)))])
    return CompositionTable(
        indptr.astype(np.int64), columns.astype(np.int32), dense[rows, columns], row_index, []
    )


def with_shell(compositions: Any, shell: Any, basis: Basis = "auto") -> CompositionTable:
    """Return the composition of the whole magnet, core and shell together.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The base alloys; see `magnetkit.predict`.
    shell : Shell, dict, str or a sequence of them
        One for all, or one a row.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.

    Returns
    -------
    CompositionTable
        n rows.
    """
    table = as_table(compositions, basis)
    rows = read_shells(shell, len(table))
    if rows is None:
        return table
    return replace_rare_earth(table, rows.column, rows.fraction * rows.content)
