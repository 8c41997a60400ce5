"""Recipes rewritten with another rare earth, against dictionaries."""

from itertools import pairwise

import numpy as np
import pytest
from magnetkit.elements import INDEX, RARE_EARTHS, SYMBOLS, mask

from magnetkit.alloy import CompositionTable
from magnetkit.alloy._row_kernels import insert_column, replace_rare_earth

RECIPES = [
    "Nd1.6Pr0.4Fe14B",
    "SmCo5",
    "Sm2Co15Cu2",
    "Fe3O4",
    "CuSm",
    "Sm2Fe3Co14",
    "Gd2Co17",
]


def csr(texts=RECIPES):
    table = CompositionTable.from_strings(list(texts), basis="atomic")
    return table.indptr, table.indices, table.values


def dicts(indptr, indices, values):
    rows = []
    for start, end in pairwise(indptr):
        symbols = [SYMBOLS[column] for column in indices[start:end]]
        rows.append(dict(zip(symbols, values[start:end], strict=True)))
    return rows


def drop_zeros(row):
    return {symbol: value for symbol, value in row.items() if value}


def close(rows, expected):
    for row, other in zip(rows, expected, strict=True):
        assert drop_zeros(row) == pytest.approx(drop_zeros(other), rel=1e-12)


@pytest.mark.parametrize("symbol", ["H", "Fe", "Cu", "Tb", "U"])
def test_makes_room_in_place_and_elsewhere(symbol):
    column = np.array([INDEX[symbol], -1] * 3 + [INDEX[symbol]])
    indptr, indices, values = insert_column(*csr(), column)
    for i, (before, after) in enumerate(
        zip(dicts(*csr()), dicts(indptr, indices, values), strict=True)
    ):
        assert after == ({symbol: 0.0} if i % 2 == 0 else {}) | before
        part = indices[indptr[i] : indptr[i + 1]]
        assert (np.diff(part) > 0).all()


@pytest.mark.parametrize("symbol", ["Tb", "Pr", "Sm"])
def test_a_share_of_the_rare_earth_is_another(symbol):
    share = np.linspace(0.0, 1.0, len(RECIPES))
    column = np.full(len(RECIPES), INDEX[symbol])
    charges = []
    for row, part in zip(dicts(*csr()), share, strict=True):
        rare = sum(v for e, v in row.items() if e in RARE_EARTHS)
        new = {
            e: v * (1.0 - part) if e in RARE_EARTHS else v
            for e, v in row.items()
        }
        new[symbol] = new.get(symbol, 0.0) + part * rare
        charges.append(new)
    close(
        dicts(*replace_rare_earth(*csr(), mask(RARE_EARTHS), column, share)),
        charges,
    )
