"""What the benchmarks work on: compositions, formulas and crystals of magnets."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from magnetkit.elements import INDEX, SYMBOLS

from magnetkit.alloy import CompositionTable

if TYPE_CHECKING:
    from pymatgen.core import Structure

RARE = tuple("La Ce Pr Nd Sm Gd Tb Dy Ho Er Y".split())
OTHER = tuple("Fe Co Ni Mn Cu Zr Ti V Cr Nb Al Ga Si B C N".split())


@lru_cache(maxsize=2)
def compositions(n: int, seed: int = 14) -> CompositionTable:
    """Return `n` distinct compositions of one or two rare earths and one to four others."""
    rng = np.random.default_rng(seed)
    rare = rng.integers(1, 3, n)
    other = rng.integers(1, 5, n)
    indptr = np.concatenate([[0], np.cumsum(rare + other)]).astype(np.int64)
    columns = np.concatenate(
        [
            np.argsort(rng.random((n, len(RARE))), axis=1)[:, :2],
            len(RARE) + np.argsort(rng.random((n, len(OTHER))), axis=1)[:, :4],
        ],
        axis=1,
    )
    keep = np.arange(6) < np.where(
        np.arange(6) < 2, rare[:, None], 2 + other[:, None]
    )
    element = np.array([INDEX[s] for s in (*RARE, *OTHER)], np.int32)
    columns = np.where(keep, element[columns], np.int32(999))
    columns.sort(axis=1)
    indices = columns[columns < 999].astype(np.int32)
    # Amounts with three decimals, as formulas have them.
    amounts = rng.integers(1, 20_000, len(indices)) / 1000.0
    totals = np.add.reduceat(amounts, indptr[:-1])
    values = amounts / np.repeat(totals, np.diff(indptr))
    return CompositionTable(indptr, indices, values, np.arange(n))


@lru_cache(maxsize=2)
def formulas(n: int) -> list[str]:
    """Return `n` formulas of 20 to 40 characters."""
    table = compositions(n)
    symbols = np.array(SYMBOLS)[table.indices]
    parts = [
        f"{s}{14 * v:.4f}" for s, v in zip(symbols, table.values, strict=True)
    ]
    return [
        "".join(parts[a:b])
        for a, b in zip(table.indptr[:-1], table.indptr[1:], strict=True)
    ]


@lru_cache(maxsize=1)
def nd2fe14b() -> "Structure":
    """Return the crystal of Nd2Fe14B, 68 atoms (J. F. Herbst, Rev. Mod. Phys. 63 (1991) 819)."""
    from pymatgen.core import Lattice, Structure

    sites = [
        ("Nd", [0.268, 0.268, 0.0]),
        ("Nd", [0.140, 0.860, 0.0]),
        ("Fe", [0.223, 0.567, 0.127]),
        ("Fe", [0.037, 0.360, 0.176]),
        ("Fe", [0.098, 0.098, 0.204]),
        ("Fe", [0.317, 0.317, 0.246]),
        ("Fe", [0.0, 0.0, 0.614]),
        ("Fe", [0.0, 0.5, 0.0]),
        ("B", [0.371, 0.629, 0.0]),
    ]
    return Structure.from_spacegroup(
        "P4_2/mnm",
        Lattice.tetragonal(8.80, 12.20),
        [s for s, _ in sites],
        [p for _, p in sites],
    )
