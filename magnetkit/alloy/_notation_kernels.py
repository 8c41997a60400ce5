"""Recipes from bytes: one (`read_row`) to amounts by element, many (`parse`) to sparse rows.

An element is followed by its amount (``Nd2Fe14B``, ``Nd 30.5 Fe bal.``), or, if the text begins
with an amount, preceded by it (``30.5Nd-1.2Dy-Fe bal.``). Brackets nest; inside one the element
always comes first. The tables of the parser (kinds of bytes, symbols, words, error codes) stand
before it.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import _hooks
from .._core._jit import jit, thread_count

# Kinds of bytes. A gap may stand anywhere; a comma, semicolon, slash or hyphen parts elements.
(
    _OTHER,
    _UPPER,
    _LOWER,
    _DIGIT,
    _POINT,
    _OPEN,
    _CLOSE,
    _GAP,
    _PART,
    _HYPHEN,
    _PERCENT,
) = range(11)

# What is wrong with a row; the sentences are in `composition.notation`.
(
    FINE,
    EMPTY,
    UNEXPECTED,
    NO_SUCH_ELEMENT,
    NEGATIVE,
    EXPONENT,
    BAD_NUMBER,
    FOLLOWS_NOTHING,
    CLOSES_NOTHING,
    NEVER_CLOSED,
    EMPTY_BRACKET,
    AMBIGUOUS_BRACKET,
    PAIR,
    BALANCE_ALONE,
    TWO_BALANCES,
    NOTHING_LEFT,
    NO_AMOUNT,
    NAME_BASIS,
    TWO_BASES,
    OTHER_BASIS,
    BAD_SUM,
    ZERO,
    OUT_OF_RANGE,
    TOO_LONG,
) = range(24)

_AUTO, _ATOMIC, _WEIGHT = range(3)

PERCENT_TOLERANCE = 0.5
_FRACTION_TOLERANCE = 0.005
# Characters of a recipe; a longer text is a slip of the file, and would cost memory by its length.
LONGEST = 100_000
# An atomic fraction below this is a slip of brackets, not an alloy; its product with a property
# could not be told from zero.
SMALLEST_FRACTION = 1e-30

# Words, by number: 1 balance, 2 and 3 the basis they name, as 1 + _ATOMIC and 1 + _WEIGHT.
_NO_WORD, _BALANCE_WORD, _ATOMIC_WORD, _WEIGHT_WORD = range(4)
_WORDS = {
    "bal": _BALANCE_WORD,
    "balance": _BALANCE_WORD,
    "at": _ATOMIC_WORD,
    "atomic": _ATOMIC_WORD,
    "mol": _ATOMIC_WORD,
    "wt": _WEIGHT_WORD,
    "weight": _WEIGHT_WORD,
    "mass": _WEIGHT_WORD,
}


def _kinds() -> np.ndarray:
    kinds = np.full(256, _OTHER, np.uint8)
    for kind, characters in (
        (_UPPER, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        (_LOWER, "abcdefghijklmnopqrstuvwxyz"),
        (_DIGIT, "0123456789"),
        (_POINT, "."),
        (_OPEN, "([{"),
        (_CLOSE, ")]}"),
        (_GAP, " \t\r\n_:="),
        (_PART, ",;/"),
        (_HYPHEN, "-"),
        (_PERCENT, "%"),
    ):
        kinds[[ord(c) for c in characters]] = kind
    return kinds


def _symbols() -> np.ndarray:
    columns = np.full(26 * 27, -1, np.int32)
    for column, symbol in enumerate(_hooks.symbols()):
        second = ord(symbol[1]) - 96 if len(symbol) == 2 else 0
        columns[(ord(symbol[0]) - 65) * 27 + second] = column
    return columns


def _words() -> tuple[np.ndarray, np.ndarray]:
    letters = np.zeros((len(_WORDS), 8), np.uint8)
    for row, word in zip(letters, _WORDS, strict=True):
        row[: len(word)] = list(word.encode())
    return letters, np.array(list(_WORDS.values()), np.int64)


# _KINDS uint8 (256,); _SYMBOL int32 (702,): column of a symbol at (first - "A") * 27 + second
# letter's place (0 for none), -1 where there is no such element; WORDS uint8 (words, 8).
_KINDS = _kinds()
_SYMBOL = _symbols()
WORDS, _WORD_KINDS = _words()


# What stands before the place being read: nothing or a separator, an element or a closed
# bracket that may still get its amount, or a finished amount.
_NOTHING, _ELEMENT, _BRACKET, _AMOUNT = range(4)
# Order of the outermost level.
_UNKNOWN, _ELEMENT_FIRST, _AMOUNT_FIRST = range(3)
# Fields of a level of brackets.
_START, _OPENER, _PLACE, _PARTED, _BARE, _BALANCE = range(6)
LEVEL_FIELDS = 6

# Marks of a whole recipe.
_ATOMIC_MARK = 1
_WEIGHT_MARK = 2
_PERCENT_MARK = 4
_AMOUNT_FIRST_MARK = 8

_HYDROGEN = 0
_NITROGEN = 6
_SODIUM = 10
_COBALT = 26
_PRASEODYMIUM = 58
_NEODYMIUM = 59
_SAMARIUM = 61
# More than the neodymium of any formula beside a single praseodymium.
_CHARGED = 10.0
_POWERS = 10.0 ** np.arange(40)
# From here on a further figure changes nothing in double precision.
_FULL = 10**17


# text uint8; at int64 -> value float64, place after it, fault code
@jit(part="merged")
def _read_number(text, at):
    stop = len(text)
    begin = at
    whole = np.int64(0)
    # Eighteen figures fit an int64.
    while at < stop and 48 <= text[at] <= 57:
        if at - begin < 18:
            whole = whole * 10 + (np.int64(text[at]) - 48)
        at += 1
    figures = at - begin
    if figures > 18:
        return 0.0, begin, BAD_NUMBER
    decimals = 0
    if at < stop and text[at] == 46:
        at += 1
        point = at
        while at < stop and 48 <= text[at] <= 57:
            # Zeros behind the point are no figures yet.
            if whole < _FULL and decimals < len(_POWERS) - 1:
                whole = whole * 10 + (np.int64(text[at]) - 48)
                decimals += 1
            at += 1
        if figures + at - point == 0 or (at < stop and text[at] == 46):
            return 0.0, begin, BAD_NUMBER
    # An e is an exponent; an E as well, unless it begins Er, Eu or Es.
    if at < stop and text[at] | 32 == 101:
        small = text[at + 1] if at + 1 < stop else 0
        if text[at] == 101 or (small != 114 and small != 115 and small != 117):
            return 0.0, at, EXPONENT
    return whole / _POWERS[decimals], at, FINE


# text uint8; at, stop int64 -> kind of word, place after it (and after its point and per cent)
@jit(part="merged")
def _read_word(text, at, stop):
    end = at + 1
    while end < stop and _KINDS[text[end]] == _LOWER:
        end += 1
    length = end - at
    kind = _NO_WORD
    if length <= 8:
        for w in range(len(_WORD_KINDS)):
            if length < 8 and WORDS[w, length] != 0:
                continue
            same = (text[at] | 32) == WORDS[w, 0]
            for q in range(1, length):
                same = same and text[at + q] == WORDS[w, q]
            if same:
                kind = _WORD_KINDS[w]
    if kind == _NO_WORD:
        return _NO_WORD, at
    if end < stop and _KINDS[text[end]] == _POINT:
        end += 1
    if kind != _BALANCE_WORD:
        after = end
        while after < stop and (
            _KINDS[text[after]] == _GAP or _KINDS[text[after]] == _HYPHEN
        ):
            after += 1
        if after < stop and _KINDS[text[after]] == _PERCENT:
            end = after + 1
        elif _KINDS[text[at]] == _UPPER:
            # Without a per cent, At is astatine.
            return _NO_WORD, at
    return kind, end


# text uint8; at, stop int64 -> column of the symbol or -1, place after it
@jit(part="copied")
def _read_symbol(text, at, stop):
    row = (np.int64(text[at]) - 65) * 27
    if at + 1 < stop and _KINDS[text[at + 1]] == _LOWER:
        column = _SYMBOL[row + np.int64(text[at + 1]) - 96]
        if column >= 0:
            return column, at + 2
        # B of Bbal. is boron, B of Bx nothing.
        if _read_word(text, at + 1, stop)[0] == _NO_WORD:
            return np.int32(-1), at
    return _SYMBOL[row], at + 1


# levels int64 (depth, 6); start int64: entry; opener int64: byte; place int64
@jit(part="linked")
def _open_level(levels, depth, start, opener, place):
    levels[depth, _START] = start
    levels[depth, _OPENER] = opener
    levels[depth, _PLACE] = place
    levels[depth, _PARTED] = 0
    levels[depth, _BARE] = 0
    levels[depth, _BALANCE] = -1


# text uint8: ASCII; first int64: where the entries go in columns int32, amounts float64;
# levels int64 (depth, 6): room for nested brackets
# -> fault code, place of the fault in the row, sum of a full bracket, end of the entries,
#    entry of the balance element or -1, first element without an amount or -1, marks
@jit
def read_row(text, first, columns, amounts, levels):
    """Read the amounts of one recipe, in the order written."""
    order = _UNKNOWN
    before = _NOTHING
    marks = 0
    # A literal would be a type of its own, for which all that is called here is compiled once more.
    zero = np.int64(0)
    stop = len(text)
    end = first
    at = zero
    depth = zero
    pending = -1.0
    pending_at = zero
    balance_pending = False
    bare = -1
    bare_at = zero
    element_at = zero
    balance = -1
    _open_level(levels, zero, first, zero, zero)
    while True:
        # A word may stand in brackets of its own: (wt.%), Fe (bal.).
        kind = _PART
        word = _NO_WORD
        after = at + 1
        if at < stop:
            b = text[at]
            kind = _KINDS[b]
            # The short way for most of a formula: a symbol with its amount right behind it.
            if kind == _UPPER and order <= _ELEMENT_FIRST and not balance_pending:
                second = np.int64(text[at + 1]) - 96 if at + 1 < stop else 0
                after = at + 2
                if not 1 <= second <= 26:
                    second = 0
                    after = at + 1
                column = _SYMBOL[(np.int64(b) - 65) * 27 + second]
                if column >= 0 and after < stop and 48 <= text[after] <= 57:
                    value, after, code = _read_number(text, after)
                    if code != FINE:
                        return code, after, 0.0, end, balance, bare, marks
                    if before == _ELEMENT:
                        levels[depth, _BARE] += 1
                        if bare < 0:
                            bare = end - 1
                            bare_at = element_at
                    columns[end] = column
                    amounts[end] = value
                    end += 1
                    if depth == 0:
                        order = _ELEMENT_FIRST
                    before = _AMOUNT
                    at = after
                    continue
            if kind == _GAP:
                at += 1
                continue
            if kind == _LOWER or (kind == _UPPER and b in (65, 66, 77, 87)):
                word, after = _read_word(text, at, stop)
                if (
                    b == 66
                    and at + 2 < stop
                    and text[at + 1] == 65
                    and text[at + 2] == 76
                ):
                    word = _BALANCE_WORD
                    after = at + 3
                    if after < stop and _KINDS[text[after]] == _POINT:
                        after += 1
                if word == _NO_WORD and kind == _LOWER:
                    return UNEXPECTED, at, 0.0, end, balance, bare, marks
            elif kind == _OPEN:
                inner = at + 1
                while inner < stop and _KINDS[text[inner]] == _GAP:
                    inner += 1
                if inner < stop and _KINDS[text[inner]] in (_LOWER, _UPPER):
                    word, after = _read_word(text, inner, stop)
                    while after < stop and _KINDS[text[after]] == _GAP:
                        after += 1
                    if (
                        word != _NO_WORD
                        and after < stop
                        and _KINDS[text[after]] == _CLOSE
                    ):
                        after += 1
                    else:
                        word = _NO_WORD
                        after = at + 1

        if word in (_ATOMIC_WORD, _WEIGHT_WORD) or kind == _PERCENT:
            marks |= _PERCENT_MARK
            if word == _ATOMIC_WORD:
                marks |= _ATOMIC_MARK
            elif word == _WEIGHT_WORD:
                marks |= _WEIGHT_MARK
            at = after
            continue

        if kind in (_DIGIT, _POINT):
            value, after, code = _read_number(text, at)
            if code != FINE:
                return code, after, 0.0, end, balance, bare, marks
            if depth == 0 and order == _UNKNOWN:
                # Amounts come first if the first of them meets nothing, or only a balance.
                if end == first or (end == first + 1 and levels[0, _BALANCE] == first):
                    order = _AMOUNT_FIRST
                    marks |= _AMOUNT_FIRST_MARK
                else:
                    order = _ELEMENT_FIRST
            if depth == 0 and order == _AMOUNT_FIRST:
                if pending >= 0 or balance_pending or before in (_ELEMENT, _BRACKET):
                    return FOLLOWS_NOTHING, at, 0.0, end, balance, bare, marks
                pending = value
                pending_at = at
                before = _NOTHING
            elif before == _ELEMENT:
                amounts[end - 1] = value
                before = _AMOUNT
            elif before == _BRACKET:
                for e in range(levels[depth + 1, _START], end):
                    amounts[e] *= value
                before = _AMOUNT
            else:
                return FOLLOWS_NOTHING, at, 0.0, end, balance, bare, marks
            at = after
            continue

        if word == _BALANCE_WORD:
            if before == _BRACKET or balance_pending or pending >= 0:
                return BALANCE_ALONE, at, 0.0, end, balance, bare, marks
            if levels[depth, _BALANCE] >= 0:
                return TWO_BALANCES, at, 0.0, end, balance, bare, marks
            if before == _ELEMENT:
                amounts[end - 1] = 0.0
                levels[depth, _BALANCE] = end - 1
                before = _AMOUNT
            else:
                balance_pending = True
                pending_at = at
            at = after
            continue

        # Whatever comes now, an element just read gets no amount of its own.
        if before == _ELEMENT:
            levels[depth, _BARE] += 1
            if bare < 0:
                bare = end - 1
                bare_at = element_at
        if kind == _UPPER:
            column, after = _read_symbol(text, at, stop)
            if column < 0:
                return NO_SUCH_ELEMENT, at, 0.0, end, balance, bare, marks
            columns[end] = column
            amounts[end] = 1.0
            before = _ELEMENT
            element_at = at
            if balance_pending:
                amounts[end] = 0.0
                levels[depth, _BALANCE] = end
                balance_pending = False
                before = _AMOUNT
            elif depth == 0 and pending >= 0:
                amounts[end] = pending
                pending = -1.0
                before = _AMOUNT
            end += 1
        elif kind == _OPEN:
            if balance_pending:
                return BALANCE_ALONE, pending_at, 0.0, end, balance, bare, marks
            depth += 1
            _open_level(levels, depth, end, b, at)
            before = _NOTHING
        elif kind == _CLOSE:
            # ")" follows "(" by one in ASCII, "]" and "}" follow theirs by two.
            opener = levels[depth, _OPENER]
            if depth == 0 or np.int64(b) - opener != (1 if opener == 40 else 2):
                return CLOSES_NOTHING, at, 0.0, end, balance, bare, marks
            begin = levels[depth, _START]
            opened = levels[depth, _PLACE]
            if balance_pending:
                return BALANCE_ALONE, pending_at, 0.0, end, balance, bare, marks
            if end == begin:
                return EMPTY_BRACKET, opened, 0.0, end, balance, bare, marks
            if levels[depth, _PARTED] and levels[depth, _BARE]:
                return AMBIGUOUS_BRACKET, opened, 0.0, end, balance, bare, marks
            if (
                levels[depth, _BARE] == 2
                and end == begin + 2
                and columns[begin] + columns[begin + 1] == _PRASEODYMIUM + _NEODYMIUM
                and columns[begin] in (_PRASEODYMIUM, _NEODYMIUM)
            ):
                return PAIR, opened, 0.0, end, balance, bare, marks
            own = levels[depth, _BALANCE]
            if own >= 0:
                total = 0.0
                for e in range(begin, end):
                    total += amounts[e]
                if total >= 1.0:
                    return NOTHING_LEFT, opened, total, end, balance, bare, marks
                amounts[own] = 1.0 - total
            depth -= 1
            before = _BRACKET
            if depth == 0 and pending >= 0:
                for e in range(begin, end):
                    amounts[e] *= pending
                pending = -1.0
                before = _AMOUNT
        elif at >= stop:
            break
        elif kind == _PART:
            levels[depth, _PARTED] = 1
            before = _NOTHING
        elif kind == _HYPHEN:
            glued = at > 0 and _KINDS[text[at - 1]] not in (_GAP, _PART, _HYPHEN)
            spaced = at + 1 >= stop or _KINDS[text[at + 1]] not in (_DIGIT, _POINT)
            follows = depth == 0 and order != _ELEMENT_FIRST and before == _AMOUNT
            if not spaced and not (follows and glued):
                return NEGATIVE, at, 0.0, end, balance, bare, marks
            levels[depth, _PARTED] = 1
            before = _NOTHING
        else:
            return UNEXPECTED, at, 0.0, end, balance, bare, marks
        at = after

    if depth > 0:
        return NEVER_CLOSED, levels[depth, _PLACE], 0.0, end, balance, bare, marks
    if pending >= 0:
        return FOLLOWS_NOTHING, pending_at, 0.0, end, balance, bare, marks
    if balance_pending:
        return BALANCE_ALONE, pending_at, 0.0, end, balance, bare, marks
    # NaN is a missing value before it is a nitride of sodium.
    missing = end == first + 2 and levels[0, _BARE] == 2 and columns[first] == _SODIUM
    if end == first or (missing and columns[first + 1] == _NITROGEN):
        return EMPTY, 0, 0.0, end, balance, bare, marks
    if levels[0, _PARTED] and levels[0, _BARE]:
        return NO_AMOUNT, bare_at, 0.0, end, balance, bare, marks
    balance = levels[0, _BALANCE]
    return FINE, bare_at, 0.0, end, balance, bare, marks


# What a grade's name can be read as, beside what ends in a light element: NdFeB N35 is mostly
# nitrogen, SmCo 18 mostly cobalt, SmCo 26HS too, beside hydrogen.
_MUCH = 0.75
_MUCH_COBALT = 0.94
_BESIDE_HYDROGEN = 0.89
# Sums of decimals such as 99.5 may come out a little short.
_SUM_SLACK = 1e-9


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
    if (
        point == 0xA0 or 0x2000 <= point <= 0x200B or point == 0x202F or point == 0xFEFF
    ):  # gaps
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
    """How amounts are read: the number of the basis, and atomic masses, (118,)."""

    basis: int
    masses: NDArray[np.float64]


class Parsed(NamedTuple):
    """What is written: the entries of all rows, and count, fault, place and sum of each row.

    Where a row has a fault, `places` is the character (-1 for the whole row), `sums` that of
    amounts.
    """

    columns: NDArray[np.int32]  # element of each entry
    amounts: NDArray[np.float64]  # its atomic fraction
    counts: NDArray[np.int64]  # entries of each row, (n,)
    codes: NDArray[np.int8]  # fault of each row, 0 for none, (n,)
    places: NDArray[np.int64]  # (n,)
    sums: NDArray[np.float64]  # (n,)


# Entries first to end of out.columns and out.amounts are sorted, merged and made fractions in
# place -> fault code, sum, number of entries
@jit(part="merged")
def _settle(rules, balance, bare, marks, first, end, out):
    """Apply basis and balance to the amounts of one recipe."""
    basis, masses = rules
    columns = out.columns
    amounts = out.amounts
    total = 0.0
    for e in range(first, end):
        total += amounts[e]
    # Brackets in brackets multiply: the product may leave what a float64 can hold.
    if not total < np.inf:
        return OUT_OF_RANGE, total, 0
    percent = abs(total - 100.0) <= PERCENT_TOLERANCE + _SUM_SLACK
    whole = percent or abs(total - 1.0) <= _FRACTION_TOLERANCE + _SUM_SLACK
    if marks & _ATOMIC_MARK and marks & _WEIGHT_MARK:
        return TWO_BASES, total, 0
    if marks & (_ATOMIC_MARK | _WEIGHT_MARK):
        named = _WEIGHT if marks & _WEIGHT_MARK else _ATOMIC
        if basis != _AUTO and basis != named:
            return OTHER_BASIS, total, 0
        basis = named
    recipe = balance >= 0 or marks != 0 or basis == _WEIGHT
    if recipe and bare >= 0:
        return NO_AMOUNT, total, 0
    if balance >= 0:
        if total >= 100.0:
            return NOTHING_LEFT, total, 0
        amounts[balance] = 100.0 - total
    elif recipe and not whole:
        return BAD_SUM, total, 0
    # PrNd30.5 may be a charge of both, or one of praseodymium and 30.5 of neodymium.
    charge = (
        0 <= bare < end - 1
        and columns[bare] in (_PRASEODYMIUM, _NEODYMIUM)
        and columns[bare] + columns[bare + 1] == _PRASEODYMIUM + _NEODYMIUM
        and amounts[bare + 1] > _CHARGED
    )
    if basis == _AUTO and (recipe or percent or charge):
        return NAME_BASIS, total, 0
    if not total > 0.0 and balance < 0:
        return ZERO, total, 0
    # Insertion sort by column; an element written twice is added up.
    position = first
    for e in range(first, end):
        column = columns[e]
        amount = amounts[e]
        if amount <= 0.0:
            continue
        if basis == _WEIGHT:
            amount /= masses[column]
        at = position
        while at > first and columns[at - 1] > column:
            at -= 1
        if at > first and columns[at - 1] == column:
            amounts[at - 1] += amount
            continue
        for q in range(position, at, -1):
            columns[q] = columns[q - 1]
            amounts[q] = amounts[q - 1]
        columns[at] = column
        amounts[at] = amount
        position += 1
    total = 0.0
    for e in range(first, position):
        total += amounts[e]
    for e in range(first, position):
        amounts[e] /= total
        if not SMALLEST_FRACTION <= amounts[e] <= 1.0:
            return OUT_OF_RANGE, total, 0
    return FINE, total, position - first


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
            counts[i] = 0
            codes[i] = TOO_LONG
            places[i] = -1
            sums[i] = 0.0
            continue
        code, place, total, end, balance, bare, marks = read_row(
            data[offsets[i] : offsets[i + 1]], at, columns, amounts, levels
        )
        count = 0
        if code == FINE:
            code, total, count = _settle(rules, balance, bare, marks, at, end, out)
            if code != NO_AMOUNT:
                place = -1
        counts[i] = count
        codes[i] = code
        if code != FINE:
            places[i] = place
            sums[i] = total
        at += count
    return at


# rows: `Rows`; heaviest bool (118): elements that are the heaviest of some grade's name
# Writes found bool (n): whether a grade's name could have been read as a row.
@jit
def grade_like(rows, heaviest, found, start, stop):
    """Mark the compositions whose text may have been the name of a grade."""
    indptr, indices, values = rows
    for i in range(start, stop):
        first = indptr[i]
        last = indptr[i + 1] - 1
        last_element = indices[last]
        found[i] = heaviest[last_element]
        for k in range(first, last + 1):
            if values[k] > _MUCH:
                if indices[k] == _NITROGEN:
                    found[i] = True
                elif indices[k] == _COBALT and last_element == _SAMARIUM:
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

    Of the ASCII bytes of all rows, `data` (`fold` makes them of UTF-8), row ``i`` is
    ``data[offsets[i]:offsets[i + 1]]``, `offsets` of shape (n + 1,), both read-only; `basis` is its
    number, `masses`, (118,), are atomic masses. `stretches` pieces of work are shared among the
    threads; one runs in this thread alone, as rousing the others costs more than a few thousand
    rows.

    Returns indptr (int64), indices (int32) and values (float64), compressed sparse rows of atomic
    fractions, of the rows that could be read, in order; and of each row, (n,), codes (int8), its
    fault, 0 for none, and where it has one places (int64), the character (-1 for the whole row),
    and sums (float64) of amounts.
    """
    n = len(offsets) - 1
    edges = np.linspace(0, n, stretches + 1).astype(np.int64)
    # An element begins with a capital, so capitals bound the entries of a stretch.
    parts = [data[offsets[a] : offsets[b]] for a, b in pairwise(edges)]
    bounds = [np.count_nonzero((part >= 65) & (part <= 90)) for part in parts]
    begins = np.concatenate([[0], np.cumsum(bounds, dtype=np.int64)])
    columns = np.empty(begins[-1], np.int32)
    amounts = np.empty(begins[-1], np.float64)
    counts = np.empty(n, np.int64)
    codes = np.empty(n, np.int8)
    places = np.empty(n, np.int64)
    sums = np.empty(n, np.float64)
    out = Parsed(columns, amounts, counts, codes, places, sums)
    rules = Rules(basis, masses)

    def read(s: int) -> int:
        return _parse_stretch(
            data, offsets, edges[s], edges[s + 1], begins[s], rules, out
        )

    if stretches == 1:
        ends = [read(0)]
    else:
        # Kernels leave the GIL, so plain threads share the work; a parallel kernel would have
        # to be compiled beside the one for few rows.
        with ThreadPoolExecutor(thread_count()) as pool:
            ends = list(pool.map(read, range(stretches)))
    # Close the gaps that refused rows and doubled or zero amounts left.
    position = 0
    for begin, end in zip(begins[:-1], ends, strict=True):
        if position != begin:
            columns[position : position + end - begin] = columns[begin:end]
            amounts[position : position + end - begin] = amounts[begin:end]
        position += end - begin
    fine = counts if not codes.any() else counts[codes == FINE]
    indptr = np.concatenate([[0], np.cumsum(fine)])
    return indptr, columns[:position], amounts[:position], codes, places, sums
