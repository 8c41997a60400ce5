"""Reading one recipe, from ASCII bytes to amounts by element.

The notation: an element is followed by its amount (``Nd2Fe14B``, ``Nd 30.5 Fe bal.``), or, if
the text begins with an amount, preceded by it (``30.5Nd-1.2Dy-Fe bal.``). Brackets nest; inside
one the element comes first, always.
"""

import numpy as np

from ._accelerate import jit
from .parse_tables import (
    AMBIGUOUS_BRACKET,
    ATOMIC_WORD,
    BAD_NUMBER,
    BALANCE_ALONE,
    BALANCE_WORD,
    CLOSE,
    CLOSES_NOTHING,
    DIGIT,
    EMPTY,
    EMPTY_BRACKET,
    EXPONENT,
    FINE,
    FOLLOWS_NOTHING,
    GAP,
    HYPHEN,
    KINDS,
    LOWER,
    NEGATIVE,
    NEVER_CLOSED,
    NO_AMOUNT,
    NO_SUCH_ELEMENT,
    NO_WORD,
    NOTHING_LEFT,
    OPEN,
    PAIR,
    PART,
    PERCENT,
    POINT,
    SYMBOL,
    TWO_BALANCES,
    UNEXPECTED,
    UPPER,
    WEIGHT_WORD,
    WORD_KINDS,
    WORDS,
)

# What stands before the place being read: nothing or a separator, an element or a closed
# bracket that may still get its amount, or a finished amount.
_NOTHING, _ELEMENT, _BRACKET, _AMOUNT = range(4)
# Order of the outermost level.
_UNKNOWN, _ELEMENT_FIRST, _AMOUNT_FIRST = range(3)
# Fields of a level of brackets.
_START, _OPENER, _PLACE, _PARTED, _BARE, _BALANCE = range(6)
LEVEL_FIELDS = 6

# Marks of a whole recipe.
ATOMIC_MARK, WEIGHT_MARK, PERCENT_MARK, AMOUNT_FIRST_MARK = 1, 2, 4, 8

_NITROGEN, _SODIUM, _PRASEODYMIUM, _NEODYMIUM = 6, 10, 58, 59
_POWERS = 10.0 ** np.arange(40)
# From here on a further figure changes nothing in double precision.
_FULL = 10**17


# text uint8; at int64 -> value float64, place after it, fault code
@jit(part="linked")
def _read_number(text, at):
    stop, begin, whole = len(text), at, np.int64(0)
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
@jit(part="linked")
def _read_word(text, at, stop):
    end = at + 1
    while end < stop and KINDS[text[end]] == LOWER:
        end += 1
    length = end - at
    found = NO_WORD
    if length <= 8:
        for w in range(len(WORD_KINDS)):
            if length < 8 and WORDS[w, length] != 0:
                continue
            same = (text[at] | 32) == WORDS[w, 0]
            for q in range(1, length):
                same = same and text[at + q] == WORDS[w, q]
            if same:
                found = WORD_KINDS[w]
    if found == NO_WORD:
        return NO_WORD, at
    if end < stop and KINDS[text[end]] == POINT:
        end += 1
    if found != BALANCE_WORD:
        after = end
        while after < stop and (KINDS[text[after]] == GAP or KINDS[text[after]] == HYPHEN):
            after += 1
        if after < stop and KINDS[text[after]] == PERCENT:
            end = after + 1
        elif KINDS[text[at]] == UPPER:
            # Without a per cent, At is astatine.
            return NO_WORD, at
    return found, end


# text uint8; at, stop int64 -> column of the symbol or -1, place after it
@jit(part="copied")
def _read_symbol(text, at, stop):
    row = (np.int64(text[at]) - 65) * 27
    if at + 1 < stop and KINDS[text[at + 1]] == LOWER:
        column = SYMBOL[row + np.int64(text[at + 1]) - 96]
        if column >= 0:
            return column, at + 2
        # B of Bbal. is boron, B of Bx nothing.
        if _read_word(text, at + 1, stop)[0] == NO_WORD:
            return np.int32(-1), at
    return SYMBOL[row], at + 1


# levels int64 (depth, 6); start int64: entry; opener int64: byte; place int64
@jit(part="copied")
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
@jit(part="copied")
def read_row(text, first, columns, amounts, levels):
    """Read the amounts of one recipe, in the order written."""
    order, before, marks = _UNKNOWN, _NOTHING, 0
    # A literal would be a type of its own, for which all that is called here is compiled once more.
    zero = np.int64(0)
    stop, end, at, depth = len(text), first, zero, zero
    pending, pending_at, balance_pending = -1.0, zero, False
    bare, bare_at, element_at = -1, zero, zero
    balance = -1
    _open_level(levels, zero, first, zero, zero)
    while True:
        # A word may stand in brackets of its own: (wt.%), Fe (bal.).
        kind, word, after = PART, NO_WORD, at + 1
        if at < stop:
            b = text[at]
            kind = KINDS[b]
            # The short way for most of a formula: a symbol with its amount right behind it.
            if kind == UPPER and order <= _ELEMENT_FIRST and not balance_pending:
                second = np.int64(text[at + 1]) - 96 if at + 1 < stop else 0
                after = at + 2
                if not 1 <= second <= 26:
                    second, after = 0, at + 1
                column = SYMBOL[(np.int64(b) - 65) * 27 + second]
                if column >= 0 and after < stop and 48 <= text[after] <= 57:
                    value, after, code = _read_number(text, after)
                    if code != FINE:
                        return code, after, 0.0, end, balance, bare, marks
                    if before == _ELEMENT:
                        levels[depth, _BARE] += 1
                        if bare < 0:
                            bare, bare_at = end - 1, element_at
                    columns[end] = column
                    amounts[end] = value
                    end += 1
                    if depth == 0:
                        order = _ELEMENT_FIRST
                    before, at = _AMOUNT, after
                    continue
            if kind == GAP:
                at += 1
                continue
            if kind == LOWER or (kind == UPPER and b in (65, 66, 77, 87)):
                word, after = _read_word(text, at, stop)
                if b == 66 and at + 2 < stop and text[at + 1] == 65 and text[at + 2] == 76:
                    word, after = BALANCE_WORD, at + 3
                    if after < stop and KINDS[text[after]] == POINT:
                        after += 1
                if word == NO_WORD and kind == LOWER:
                    return UNEXPECTED, at, 0.0, end, balance, bare, marks
            elif kind == OPEN:
                inner = at + 1
                while inner < stop and KINDS[text[inner]] == GAP:
                    inner += 1
                if inner < stop and KINDS[text[inner]] in (LOWER, UPPER):
                    word, after = _read_word(text, inner, stop)
                    while after < stop and KINDS[text[after]] == GAP:
                        after += 1
                    if word != NO_WORD and after < stop and KINDS[text[after]] == CLOSE:
                        after += 1
                    else:
                        word, after = NO_WORD, at + 1

        if word in (ATOMIC_WORD, WEIGHT_WORD) or kind == PERCENT:
            marks |= PERCENT_MARK
            if word == ATOMIC_WORD:
                marks |= ATOMIC_MARK
            elif word == WEIGHT_WORD:
                marks |= WEIGHT_MARK
            at = after
            continue

        if kind in (DIGIT, POINT):
            value, after, code = _read_number(text, at)
            if code != FINE:
                return code, after, 0.0, end, balance, bare, marks
            if depth == 0 and order == _UNKNOWN:
                # Amounts come first if the first of them meets nothing, or only a balance.
                if end == first or (end == first + 1 and levels[0, _BALANCE] == first):
                    order = _AMOUNT_FIRST
                    marks |= AMOUNT_FIRST_MARK
                else:
                    order = _ELEMENT_FIRST
            if depth == 0 and order == _AMOUNT_FIRST:
                if pending >= 0 or balance_pending or before in (_ELEMENT, _BRACKET):
                    return FOLLOWS_NOTHING, at, 0.0, end, balance, bare, marks
                pending, pending_at = value, at
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

        if word == BALANCE_WORD:
            if before == _BRACKET or balance_pending or pending >= 0:
                return BALANCE_ALONE, at, 0.0, end, balance, bare, marks
            if levels[depth, _BALANCE] >= 0:
                return TWO_BALANCES, at, 0.0, end, balance, bare, marks
            if before == _ELEMENT:
                amounts[end - 1] = 0.0
                levels[depth, _BALANCE] = end - 1
                before = _AMOUNT
            else:
                balance_pending, pending_at = True, at
            at = after
            continue

        # Whatever comes now, an element just read gets no amount of its own.
        if before == _ELEMENT:
            levels[depth, _BARE] += 1
            if bare < 0:
                bare, bare_at = end - 1, element_at
        if kind == UPPER:
            column, after = _read_symbol(text, at, stop)
            if column < 0:
                return NO_SUCH_ELEMENT, at, 0.0, end, balance, bare, marks
            columns[end] = column
            amounts[end] = 1.0
            before, element_at = _ELEMENT, at
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
        elif kind == OPEN:
            if balance_pending:
                return BALANCE_ALONE, pending_at, 0.0, end, balance, bare, marks
            depth += 1
            _open_level(levels, depth, end, b, at)
            before = _NOTHING
        elif kind == CLOSE:
            # ")" follows "(" by one in ASCII, "]" and "}" follow theirs by two.
            opener = levels[depth, _OPENER]
            if depth == 0 or np.int64(b) - opener != (1 if opener == 40 else 2):
                return CLOSES_NOTHING, at, 0.0, end, balance, bare, marks
            begin, opened = levels[depth, _START], levels[depth, _PLACE]
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
        elif kind == PART:
            levels[depth, _PARTED] = 1
            before = _NOTHING
        elif kind == HYPHEN:
            glued = at > 0 and KINDS[text[at - 1]] not in (GAP, PART, HYPHEN)
            spaced = at + 1 >= stop or KINDS[text[at + 1]] not in (DIGIT, POINT)
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
