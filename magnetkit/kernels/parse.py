"""Reading many recipes: bytes and offsets to compressed sparse rows of fractions."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._accelerate import jit
from .parse_row import (
    ATOMIC_MARK,
    LEVEL_FIELDS,
    WEIGHT_MARK,
    read_row,
)
from .parse_tables import (
    ATOMIC,
    AUTO,
    BAD_SUM,
    FINE,
    FRACTION_TOLERANCE,
    LONGEST,
    NAME_BASIS,
    NO_AMOUNT,
    NOTHING_LEFT,
    OTHER_BASIS,
    OUT_OF_RANGE,
    PERCENT_TOLERANCE,
    SMALLEST_FRACTION,
    TOO_LONG,
    TWO_BASES,
    WEIGHT,
    ZERO,
)
from .threads import thread_count

# What a grade's name can be read as, beside what ends in a light element: NdFeB N35 is mostly
# nitrogen, SmCo 18 mostly cobalt, SmCo 26HS too, beside hydrogen.
_HYDROGEN, _NITROGEN, _COBALT, _SAMARIUM = 0, 6, 26, 61
_MUCH, _MUCH_COBALT, _BESIDE_HYDROGEN = 0.75, 0.94, 0.89
# Sums of decimals such as 99.5 may come out a little short.
_ROUNDING = 1e-9


# point int64: Unicode code point -> int64: ASCII
@jit(part="copied")
def _ascii(point):
    if point < 0x80:
        return point
    if 0x2080 <= point <= 0x2089:  # subscript figures
        return point - 0x2080 + 48
    if 0x2010 <= point <= 0x2015 or point == 0x2212:  # dashes and the minus sign
        return 45
    if point == 0x2093:  # subscript x
        return 120
    if point == 0xA0 or 0x2000 <= point <= 0x200B or point == 0x202F or point == 0xFEFF:  # gaps
        return 32
    return 0


# data uint8: UTF-8 bytes of all rows; offsets int64 (n + 1,) -> the same as ASCII
@jit
def fold(data, offsets):
    """Write one ASCII byte for each character: subscripts as digits, dashes as hyphens.

    Other characters become 0, which no notation has; places in a row now count characters.
    """
    n = len(offsets) - 1
    folded = np.empty(offsets[n] - offsets[0], np.uint8)
    edges = np.zeros(n + 1, np.int64)
    length = 0
    for i in range(n):
        at = offsets[i]
        while at < offsets[i + 1]:
            b = np.int64(data[at])
            width = 1 if b < 0x80 else 2 if b < 0xE0 else 3 if b < 0xF0 else 4
            point = b if width == 1 else b & (0x7F >> width)
            for q in range(at + 1, at + width):
                point = (point << 6) | (np.int64(data[q]) & 0x3F)
            folded[length] = _ascii(point)
            length += 1
            at += width
        edges[i + 1] = length
    return folded[:length], edges


class Rules(NamedTuple):
    """How amounts are read.

    Attributes
    ----------
    basis : int
        Number of the basis.
    masses : ndarray of float64, shape (118,)
        Atomic masses.
    """

    basis: int
    masses: NDArray[np.float64]


class Parsed(NamedTuple):
    """What is written: the entries of all rows, and count, fault, place and sum of each row.

    Attributes
    ----------
    columns : ndarray of int32
        Element of each entry.
    amounts : ndarray of float64
        Its atomic fraction.
    counts : ndarray of int64, shape (n,)
        Entries of each row.
    codes : ndarray of int8, shape (n,)
        Fault of each row, 0 for none.
    places, sums : ndarray of int64 and float64, shape (n,)
        Where a row has a fault: the character (-1 for the whole row) and the sum of amounts.
    """

    columns: NDArray[np.int32]
    amounts: NDArray[np.float64]
    counts: NDArray[np.int64]
    codes: NDArray[np.int8]
    places: NDArray[np.int64]
    sums: NDArray[np.float64]


# Entries first to end of out.columns and out.amounts are sorted, merged and made fractions in
# place -> fault code, sum, number of entries
@jit(part="copied")
def _settle(rules, balance, bare, marks, first, end, out):
    """Apply basis and balance to the amounts of one recipe."""
    basis, masses = rules
    columns, amounts = out.columns, out.amounts
    total = 0.0
    for e in range(first, end):
        total += amounts[e]
    # Brackets in brackets multiply: the product may leave what a float64 can hold.
    if not total < np.inf:
        return OUT_OF_RANGE, total, 0
    percent = abs(total - 100.0) <= PERCENT_TOLERANCE + _ROUNDING
    whole = percent or abs(total - 1.0) <= FRACTION_TOLERANCE + _ROUNDING
    if marks & ATOMIC_MARK and marks & WEIGHT_MARK:
        return TWO_BASES, total, 0
    if marks & (ATOMIC_MARK | WEIGHT_MARK):
        named = WEIGHT if marks & WEIGHT_MARK else ATOMIC
        if basis != AUTO and basis != named:
            return OTHER_BASIS, total, 0
        basis = named
    recipe = balance >= 0 or marks != 0 or basis == WEIGHT
    if recipe and bare >= 0:
        return NO_AMOUNT, total, 0
    if balance >= 0:
        if total >= 100.0:
            return NOTHING_LEFT, total, 0
        amounts[balance] = 100.0 - total
    elif recipe and not whole:
        return BAD_SUM, total, 0
    if basis == AUTO and (recipe or percent):
        return NAME_BASIS, total, 0
    if not total > 0.0 and balance < 0:
        return ZERO, total, 0
    # Insertion sort by column; an element written twice is added up.
    filled = first
    for e in range(first, end):
        column, amount = columns[e], amounts[e]
        if amount <= 0.0:
            continue
        if basis == WEIGHT:
            amount /= masses[column]
        at = filled
        while at > first and columns[at - 1] > column:
            at -= 1
        if at > first and columns[at - 1] == column:
            amounts[at - 1] += amount
            continue
        for q in range(filled, at, -1):
            columns[q], amounts[q] = columns[q - 1], amounts[q - 1]
        columns[at], amounts[at] = column, amount
        filled += 1
    total = 0.0
    for e in range(first, filled):
        total += amounts[e]
    for e in range(first, filled):
        amounts[e] /= total
        if not SMALLEST_FRACTION <= amounts[e] <= 1.0:
            return OUT_OF_RANGE, total, 0
    return FINE, total, filled - first


# data uint8 -> int64
@jit
def _capitals(data):
    count = 0
    for b in data:
        count += 65 <= b <= 90
    return count


# Rows lo to hi of `parse`; their entries go to `out` from `at` on -> end of them
@jit
def _parse_stretch(data, offsets, lo, hi, at, rules, out):
    columns, amounts, counts, codes, places, sums = out
    longest = 0
    for i in range(lo, hi):
        longest = max(longest, min(offsets[i + 1] - offsets[i], LONGEST))
    levels = np.empty((longest + 2, LEVEL_FIELDS), np.int64)
    for i in range(lo, hi):
        if offsets[i + 1] - offsets[i] > LONGEST:
            counts[i], codes[i], places[i], sums[i] = 0, TOO_LONG, -1, 0.0
            continue
        code, place, total, end, balance, bare, marks = read_row(
            data[offsets[i] : offsets[i + 1]], at, columns, amounts, levels
        )
        count = 0
        if code == FINE:
            code, total, count = _settle(rules, balance, bare, marks, at, end, out)
            if code != NO_AMOUNT:
                place = -1
        counts[i], codes[i] = count, code
        if code != FINE:
            places[i], sums[i] = place, total
        at += count
    return at


# rows: `Rows`; heaviest bool (118): elements that are the heaviest of some grade's name
# Writes found bool (n): whether a grade's name could have been read as a row.
@jit
def grade_like(rows, heaviest, found, start, stop):
    """Mark the compositions whose text may have been the name of a grade."""
    indptr, indices, values = rows
    for i in range(start, stop):
        first, last = indptr[i], indptr[i + 1] - 1
        most = indices[last]
        found[i] = heaviest[most]
        for k in range(first, last + 1):
            if values[k] > _MUCH:
                if indices[k] == _NITROGEN:
                    found[i] = True
                elif indices[k] == _COBALT and most == _SAMARIUM:
                    hydride = indices[first] == _HYDROGEN
                    limit = _BESIDE_HYDROGEN if hydride else _MUCH_COBALT
                    found[i] = found[i] or values[k] > limit


def parse(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    basis: int,
    masses: NDArray[np.float64],
    stretches: int = 1,
) -> tuple[NDArray[Any], ...]:
    """Read every row; no row gives no output, an empty row a fault.

    Parameters
    ----------
    data : ndarray of uint8, read-only
        ASCII bytes of all rows (`fold` makes them of UTF-8).
    offsets : ndarray of int64, shape (n + 1,), read-only
        Row ``i`` is ``data[offsets[i]:offsets[i + 1]]``.
    basis : int
        Number of the basis.
    masses : ndarray of float64, shape (118,)
        Atomic masses.
    stretches : int
        Pieces of work shared among the threads; one runs in this thread alone, as rousing the
        others costs more than a few thousand rows.

    Returns
    -------
    indptr, indices, values : ndarray of int64, int32 and float64
        Compressed sparse rows of atomic fractions, of the rows that could be read, in order.
    codes : ndarray of int8, shape (n,)
        Fault of each row, 0 for none.
    places, sums : ndarray of int64 and float64, shape (n,)
        Where a row has a fault: the character (-1 for the whole row) and the sum of amounts.
    """
    n = len(offsets) - 1
    edges = np.linspace(0, n, stretches + 1).astype(np.int64)
    # An element begins with a capital, so capitals bound the entries of a stretch.
    bounds = [_capitals(data[offsets[a] : offsets[b]]) for a, b in pairwise(edges)]
    begins = np.concatenate([[0], np.cumsum(bounds, dtype=np.int64)])
    columns = np.empty(begins[-1], np.int32)
    amounts = np.empty(begins[-1], np.float64)
    counts, codes = np.empty(n, np.int64), np.empty(n, np.int8)
    places, sums = np.empty(n, np.int64), np.empty(n, np.float64)
    out = Parsed(columns, amounts, counts, codes, places, sums)
    rules = Rules(basis, masses)

    def read(s: int) -> int:
        return _parse_stretch(data, offsets, edges[s], edges[s + 1], begins[s], rules, out)

    if stretches == 1:
        ends = [read(0)]
    else:
        # Kernels leave the GIL, so plain threads share the work; a parallel kernel would have
        # to be compiled beside the one for few rows.
        with ThreadPoolExecutor(thread_count()) as pool:
            ends = list(pool.map(read, range(stretches)))
    # Close the gaps that refused rows and doubled or zero amounts left.
    filled = 0
    for begin, end in zip(begins[:-1], ends, strict=True):
        if filled != begin:
            columns[filled : filled + end - begin] = columns[begin:end]
            amounts[filled : filled + end - begin] = amounts[begin:end]
        filled += end - begin
    fine = counts if not codes.any() else counts[codes == FINE]
    indptr = np.concatenate([[0], np.cumsum(fine)])
    return indptr, columns[:filled], amounts[:filled], codes, places, sums
