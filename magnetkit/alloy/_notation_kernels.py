"""Recipes from bytes: one (`read_row`) to amounts by element, many (`parse`) to sparse rows.

An element is followed by its amount (``Nd2Fe14B``, ``Nd 30.5 Fe bal.``), or, if the text begins
with an amount, preceded by it (``30.5Nd-1.2Dy-Fe bal.``). Brackets nest; inside one the element
always comes first. `_token_kernels` finds the tokens.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._jit import jit
from .._core._threads import thread_count
from ._token_kernels import (
    ATOMIC_WORD,
    BALANCE,
    CLOSE,
    DIGIT,
    END,
    FINE,
    GAP,
    HYPHEN,
    KINDS,
    OPEN,
    PART,
    PERCENT,
    POINT,
    UPPER,
    WEIGHT_WORD,
    next_token,
    read_number,
    read_symbol,
    read_symbol_before_figure,
)
from ._token_kernels import (
    BAD_NUMBER as BAD_NUMBER,
)
from ._token_kernels import (
    EXPONENT as EXPONENT,
)

# What is wrong with a row; the sentences are in `alloy.notation`.
(
    EMPTY,
    UNEXPECTED,
    NO_SUCH_ELEMENT,
    NEGATIVE,
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
) = range(3, 24)

_AUTO, _ATOMIC, _WEIGHT = range(3)

PERCENT_TOLERANCE = 0.5
_FRACTION_TOLERANCE = 0.005
# Characters of a recipe; a longer text is a slip of the file, and would cost memory by its length.
LONGEST = 100_000
# An atomic fraction below this is a slip of brackets, not an alloy; its product with a property
# could not be told from zero.
SMALLEST_FRACTION = 1e-30

# What stands before the place being read: nothing or a separator, an element or a closed
# bracket that may still get its amount, or a finished amount.
_NOTHING, _ELEMENT, _BRACKET, _AMOUNT = range(4)
# Order of the outermost level.
_UNKNOWN, _ELEMENT_FIRST, _AMOUNT_FIRST = range(3)
# What waits for the element behind it.
_NOTHING_AHEAD, _AMOUNT_AHEAD, _BALANCE_AHEAD = range(3)

# Fields of a level of brackets: its first entry, byte and place of the bracket, whether it holds
# separators, how many elements without an amount, and the entry of the balance or -1.
_START, _OPENER, _PLACE, _PARTED, _BARE, _BALANCE_ENTRY = range(6)
_LEVEL_FIELDS = 6
# Fields of what was read so far: what stands before, the order, the depth of brackets, the end of
# the entries, marks, the first entry without an amount or -1 and its place, the place of the last
# element, and what waits for an element, with its place.
(
    _BEFORE,
    _ORDER,
    _DEPTH,
    _ENTRY_END,
    _MARKS,
    _FIRST_BARE,
    _BARE_PLACE,
    _ELEMENT_PLACE,
    _AHEAD,
    _AHEAD_PLACE,
) = range(10)
_STATE_FIELDS = 10
# The amount that waits for an element, and the sum of a bracket that leaves no balance.
_AHEAD_AMOUNT, BRACKET_SUM = range(2)

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


class Reading(NamedTuple):
    """What one recipe is read into.

    ``columns`` (atomic number minus one) and ``amounts`` are the entries in
    the order written, of all rows. ``levels`` has a row for each open bracket,
    level 0 being the recipe itself: its first entry, the byte and the place of
    the bracket, whether it is parted, how many of its elements have no amount,
    and the entry of its balance or -1. ``state`` is what was read so far, its
    fields `_BEFORE` to `_AHEAD_PLACE`. ``numbers`` holds the amount that waits
    for an element, and the sum of a bracket that leaves no balance. Places
    count characters from 0.
    """

    columns: NDArray[np.int32]
    amounts: NDArray[np.float64]
    levels: NDArray[np.int64]  # (depth, 6)
    state: NDArray[np.int64]  # (10,)
    numbers: NDArray[np.float64]  # (2,)


# columns int32, amounts float64: room for the entries of all rows; longest int64: bytes of a row
@jit
def make_reading(columns, amounts, longest):
    """Allocate a `Reading` with levels for the brackets of a row of `longest` bytes.

    `columns`, int32, and `amounts`, float64, take the entries of all rows; they are kept, not
    copied. Levels and state have any values until `_begin_row`.
    """
    levels = np.empty((longest + 2, _LEVEL_FIELDS), np.int64)
    state = np.empty(_STATE_FIELDS, np.int64)
    return Reading(columns, amounts, levels, state, np.zeros(2))


# The functions that read a part of a recipe write to `reading` and return a fault code, and the
# place of the fault or, where there is none, the place to read on at.


@jit(part="copied")
def _open_level(levels, depth, start, opener, place):
    """Set all fields of the level of brackets number `depth`, in place.

    `levels` is int64 (depth, 6), the open brackets of a `Reading`; its row
    `depth` becomes `start`, `opener`, `place`, 0, 0 and -1. `start` is the
    first entry of the bracket; `opener` and `place` are its byte and place. It
    is then not parted, has no element without an amount, and no balance.
    """
    levels[depth, _START] = start
    levels[depth, _OPENER] = opener
    levels[depth, _PLACE] = place
    levels[depth, _PARTED] = 0
    levels[depth, _BARE] = 0
    levels[depth, _BALANCE_ENTRY] = -1


@jit(part="copied")
def _begin_row(reading, first):
    """Reset what was read so far for a new recipe, whose entries begin at `first`, in place.

    `reading` is a `Reading`: its ``state``, the sum of its ``numbers`` and level 0 of its
    ``levels`` are set. Its entries, ``columns`` and ``amounts``, are not cleared.
    """
    state = reading.state
    state[_BEFORE] = _NOTHING
    state[_ORDER] = _UNKNOWN
    state[_DEPTH] = 0
    state[_ENTRY_END] = first
    state[_MARKS] = 0
    state[_FIRST_BARE] = -1
    state[_BARE_PLACE] = 0
    state[_ELEMENT_PLACE] = 0
    state[_AHEAD] = _NOTHING_AHEAD
    state[_AHEAD_PLACE] = 0
    reading.numbers[BRACKET_SUM] = 0.0
    _open_level(reading.levels, 0, first, 0, 0)


@jit(part="merged")
def _leave_bare(reading):
    """Leave the last entry, an element, without an amount of its own.

    `reading` is a `Reading` (columns, amounts, levels, state, numbers),
    changed in place: the open bracket, a row of ``levels``, counts one more
    such element, and the first of a recipe is recorded in ``state``
    (`_FIRST_BARE`) with its place in the text (`_BARE_PLACE`). The amount
    itself stays 1.
    """
    state = reading.state
    reading.levels[state[_DEPTH], _BARE] += 1
    if state[_FIRST_BARE] < 0:
        state[_FIRST_BARE] = state[_ENTRY_END] - 1
        state[_BARE_PLACE] = state[_ELEMENT_PLACE]


@jit(part="merged")
def _read_pairs(text, at, reading):
    """Read symbols with their amounts right behind them: the short way for most of a formula.

    It ends at the first character that is no symbol with a figure behind it. Where amounts come
    first, or one waits for its element, nothing is read.

    Parameters
    ----------
    text : ndarray of uint8
        ASCII text of the recipe.
    at : int64
        Place to begin at.
    reading : Reading
        As of `make_reading`, begun by `_begin_row`: columns, amounts, levels,
        state and numbers. Entries are appended and the state is changed, in
        place.

    Returns
    -------
    fault : int
        `FINE`, or a fault of `read_number`.
    place : int64
        Place to read on at, or that of the fault.
    """
    columns, amounts, _, state, _ = reading
    if state[_ORDER] == _AMOUNT_FIRST or state[_AHEAD] != _NOTHING_AHEAD:
        return FINE, at
    end = state[_ENTRY_END]
    while at < len(text):
        kind = KINDS[text[at]]
        if kind == GAP:
            at += 1
            continue
        if kind != UPPER:
            break
        column, figure = read_symbol_before_figure(text, at)
        if column < 0:
            break
        value, after, fault = read_number(text, figure)
        if fault != FINE:
            return fault, after
        columns[end] = column
        amounts[end] = value
        end += 1
        at = after
    if end > state[_ENTRY_END]:
        if state[_BEFORE] == _ELEMENT:
            _leave_bare(reading)
        if state[_DEPTH] == 0:
            state[_ORDER] = _ELEMENT_FIRST
        state[_BEFORE] = _AMOUNT
        state[_ENTRY_END] = end
    return FINE, at


@jit(part="copied")
def _add_up(amounts, first, end):
    total = 0.0
    for e in range(first, end):
        total += amounts[e]
    return total


@jit(part="copied")
def _multiply_entries(amounts, first, end, factor):
    for e in range(first, end):
        amounts[e] *= factor


@jit(part="copied")
def _decide_order(reading):
    """Set the order of the outermost level when its first amount is met, in place.

    Amounts come first if nothing, or only a balance, stands before that
    amount. `reading` is a `Reading`. ``state[_ORDER]`` becomes `_AMOUNT_FIRST`
    or `_ELEMENT_FIRST`; in the former case `_AMOUNT_FIRST_MARK` is added to
    ``state[_MARKS]``.
    """
    state = reading.state
    level = reading.levels[0]
    count = state[_ENTRY_END] - level[_START]
    if count == 0 or (count == 1 and level[_BALANCE_ENTRY] == level[_START]):
        state[_ORDER] = _AMOUNT_FIRST
        state[_MARKS] |= _AMOUNT_FIRST_MARK
    else:
        state[_ORDER] = _ELEMENT_FIRST


@jit(part="merged")
def _read_amount(text, place, reading):
    """Read the amount at a place, and give it to the entry or bracket that it belongs to.

    An amount behind a bracket multiplies its entries. Where amounts come first it waits for the
    element or bracket behind it.

    Parameters
    ----------
    text : ndarray of uint8
        ASCII text of the recipe.
    place : int64
        Place of the amount.
    reading : Reading
        As of `make_reading`, begun by `_begin_row`: columns, amounts, levels,
        state and numbers. Amounts, numbers and state are changed in place.

    Returns
    -------
    fault : int
        `FINE`, `FOLLOWS_NOTHING`, or a fault of `read_number`.
    place : int64
        Place behind the amount, or that of the fault.
    """
    _, amounts, levels, state, numbers = reading
    value, after, fault = read_number(text, place)
    if fault != FINE:
        return fault, after
    depth = state[_DEPTH]
    if depth == 0 and state[_ORDER] == _UNKNOWN:
        _decide_order(reading)
    before = state[_BEFORE]
    if depth == 0 and state[_ORDER] == _AMOUNT_FIRST:
        is_open = before in (_ELEMENT, _BRACKET)
        if is_open or state[_AHEAD] != _NOTHING_AHEAD:
            return FOLLOWS_NOTHING, place
        state[_AHEAD] = _AMOUNT_AHEAD
        state[_AHEAD_PLACE] = place
        numbers[_AHEAD_AMOUNT] = value
        state[_BEFORE] = _NOTHING
        return FINE, after
    if before == _ELEMENT:
        amounts[state[_ENTRY_END] - 1] = value
    elif before == _BRACKET:
        _multiply_entries(
            amounts, levels[depth + 1, _START], state[_ENTRY_END], value
        )
    else:
        return FOLLOWS_NOTHING, place
    state[_BEFORE] = _AMOUNT
    return FINE, after


@jit(part="merged")
def _read_balance(place, after, reading):
    """Read the word of a balance.

    The entry before it becomes the balance of its bracket, else the next one will.

    Parameters
    ----------
    place, after : int64
        Place of the word and that behind it.
    reading : Reading
        As of `make_reading`, begun by `_begin_row`: columns, amounts, levels,
        state and numbers. The amount of the balance becomes 0, and levels and
        state are changed, in place.

    Returns
    -------
    fault : int
        `FINE`; `BALANCE_ALONE` behind a bracket, or where an amount or balance
        waits for its element; `TWO_BALANCES` for a second one in the bracket.
        Nothing is changed with a fault.
    place : int64
        `after`, or the place of the fault.
    """
    _, amounts, levels, state, _ = reading
    level = levels[state[_DEPTH]]
    if state[_BEFORE] == _BRACKET or state[_AHEAD] != _NOTHING_AHEAD:
        return BALANCE_ALONE, place
    if level[_BALANCE_ENTRY] >= 0:
        return TWO_BALANCES, place
    if state[_BEFORE] == _ELEMENT:
        entry = state[_ENTRY_END] - 1
        amounts[entry] = 0.0
        level[_BALANCE_ENTRY] = entry
        state[_BEFORE] = _AMOUNT
    else:
        state[_AHEAD] = _BALANCE_AHEAD
        state[_AHEAD_PLACE] = place
    return FINE, after


@jit(part="merged")
def _read_element(text, place, reading):
    """Read the symbol at a place into a new entry of amount 1.

    An amount or balance that waits for the element becomes its amount.

    Parameters
    ----------
    text : ndarray of uint8
        ASCII text of the recipe.
    place : int64
        Place of a capital.
    reading : Reading
        As of `make_reading`, begun by `_begin_row`: columns, amounts, levels,
        state and numbers. The entry is appended, and levels and state are
        changed, in place.

    Returns
    -------
    fault : int
        `FINE` or `NO_SUCH_ELEMENT`.
    place : int64
        Place behind the symbol, or that of the fault.
    """
    columns, amounts, levels, state, numbers = reading
    column, after = read_symbol(text, place)
    if column < 0:
        return NO_SUCH_ELEMENT, place
    depth = state[_DEPTH]
    end = state[_ENTRY_END]
    columns[end] = column
    amounts[end] = 1.0
    state[_BEFORE] = _ELEMENT
    state[_ELEMENT_PLACE] = place
    state[_ENTRY_END] = end + 1
    if state[_AHEAD] == _BALANCE_AHEAD:
        amounts[end] = 0.0
        levels[depth, _BALANCE_ENTRY] = end
        state[_AHEAD] = _NOTHING_AHEAD
        state[_BEFORE] = _AMOUNT
    elif depth == 0 and state[_AHEAD] == _AMOUNT_AHEAD:
        amounts[end] = numbers[_AHEAD_AMOUNT]
        state[_AHEAD] = _NOTHING_AHEAD
        state[_BEFORE] = _AMOUNT
    return FINE, after


@jit(part="merged")
def _open_bracket(text, place, reading):
    """Open a level for the bracket at a place.

    Parameters
    ----------
    text : ndarray of uint8
        ASCII text of the recipe.
    place : int64
        Place of the opening bracket.
    reading : Reading
        As of `make_reading`, begun by `_begin_row`: columns, amounts, levels,
        state and numbers. Its levels get one more, and its state is changed,
        in place.

    Returns
    -------
    fault : int
        `FINE`, or `BALANCE_ALONE` for a balance that waits for its element.
    place : int64
        Place behind the bracket, or that of the fault.
    """
    state = reading.state
    if state[_AHEAD] == _BALANCE_AHEAD:
        return BALANCE_ALONE, state[_AHEAD_PLACE]
    state[_DEPTH] += 1
    opener = np.int64(text[place])
    _open_level(
        reading.levels, state[_DEPTH], state[_ENTRY_END], opener, place
    )
    state[_BEFORE] = _NOTHING
    return FINE, place + 1


@jit(part="merged")
def _find_fault_of_bracket(columns, level, end):
    """Return the fault code of a bracket that closes.

    Parameters
    ----------
    columns : ndarray of int32
        Element of each entry.
    level : ndarray of int64, shape (6,)
        Fields of the bracket, a row of ``levels`` of a `Reading`: at `_START`
        its first entry, at `_PARTED` whether it has separators, at `_BARE` how
        many of its elements have no amount.
    end : int64
        The entry behind its last.

    Returns
    -------
    int
        `EMPTY_BRACKET`, `AMBIGUOUS_BRACKET` (parted, with an element without an amount), `PAIR`
        (such as (PrNd)) or `FINE`.
    """
    begin = level[_START]
    if end == begin:
        return EMPTY_BRACKET
    if level[_PARTED] and level[_BARE]:
        return AMBIGUOUS_BRACKET
    if level[_BARE] == 2 and end == begin + 2 and _is_pair(columns, begin):
        return PAIR
    return FINE


@jit(part="copied")
def _is_pair(columns, entry):
    """Return whether an entry and the next are praseodymium and neodymium."""
    first = columns[entry]
    if first != _PRASEODYMIUM and first != _NEODYMIUM:
        return False
    return first + columns[entry + 1] == _PRASEODYMIUM + _NEODYMIUM


@jit(part="merged")
def _close_bracket(text, place, reading):
    """Close the level of the bracket at a place and work out its balance.

    A balance in it is 1 less the other amounts. An amount that waits multiplies the entries.

    Parameters
    ----------
    text : ndarray of uint8
        ASCII text of the recipe.
    place : int64
        Place of the closing bracket.
    reading : Reading
        As of `make_reading`, begun by `_begin_row`: columns, amounts, levels,
        state and numbers. Amounts, numbers and state are changed in place.

    Returns
    -------
    fault : int
        `FINE`, `CLOSES_NOTHING`, `BALANCE_ALONE`, `NOTHING_LEFT`, or one of
        `_find_fault_of_bracket`.
    place : int64
        Place behind the bracket, or that of the fault.
    """
    columns, amounts, levels, state, numbers = reading
    depth = state[_DEPTH]
    end = state[_ENTRY_END]
    level = levels[depth]
    # ")" follows "(" by one in ASCII, "]" and "}" follow theirs by two.
    apart = 1 if level[_OPENER] == 40 else 2
    if depth == 0 or np.int64(text[place]) - level[_OPENER] != apart:
        return CLOSES_NOTHING, place
    if state[_AHEAD] == _BALANCE_AHEAD:
        return BALANCE_ALONE, state[_AHEAD_PLACE]
    fault = _find_fault_of_bracket(columns, level, end)
    if fault != FINE:
        return fault, level[_PLACE]
    begin = level[_START]
    if level[_BALANCE_ENTRY] >= 0:
        total = _add_up(amounts, begin, end)
        if total >= 1.0:
            numbers[BRACKET_SUM] = total
            return NOTHING_LEFT, level[_PLACE]
        amounts[level[_BALANCE_ENTRY]] = 1.0 - total
    state[_DEPTH] = depth - 1
    state[_BEFORE] = _BRACKET
    if depth == 1 and state[_AHEAD] == _AMOUNT_AHEAD:
        _multiply_entries(amounts, begin, end, numbers[_AHEAD_AMOUNT])
        state[_AHEAD] = _NOTHING_AHEAD
        state[_BEFORE] = _AMOUNT
    return FINE, place + 1


@jit(part="copied")
def _part_entries(place, reading):
    reading.levels[reading.state[_DEPTH], _PARTED] = 1
    reading.state[_BEFORE] = _NOTHING
    return FINE, place + 1


@jit(part="copied")
def _is_figure(text, at):
    return at < len(text) and (
        KINDS[text[at]] == DIGIT or KINDS[text[at]] == POINT
    )


@jit(part="merged")
def _read_hyphen(text, place, reading):
    """Read a hyphen: a separator, but before an amount only where it follows one closely.

    Parameters
    ----------
    text : ndarray of uint8
        ASCII text of the recipe.
    place : int64
        Place of the hyphen.
    reading : Reading
        As of `make_reading`, begun by `_begin_row`: columns, amounts, levels,
        state and numbers. Changed in place as for a comma: the open bracket is
        parted.

    Returns
    -------
    fault : int
        `FINE`, or `NEGATIVE` for a hyphen that reads as the sign of an amount.
    place : int64
        Place behind the hyphen, or that of the fault.
    """
    state = reading.state
    if _is_figure(text, place + 1):
        previous = KINDS[text[place - 1]] if place > 0 else GAP
        is_apart = previous in (GAP, PART, HYPHEN)
        can_follow = (
            state[_DEPTH] == 0
            and state[_ORDER] != _ELEMENT_FIRST
            and state[_BEFORE] == _AMOUNT
        )
        if is_apart or not can_follow:
            return NEGATIVE, place
    return _part_entries(place, reading)


@jit(part="merged")
def _end_row(reading):
    """Check a recipe at its end: open brackets, waiting amounts and missing ones.

    Parameters
    ----------
    reading : Reading
        As of `make_reading`, begun by `_begin_row`: columns, amounts, levels,
        state and numbers. All of the recipe is read into it; it is not
        changed.

    Returns
    -------
    fault : int
        `FINE`, `NEVER_CLOSED`, `FOLLOWS_NOTHING`, `BALANCE_ALONE`, `EMPTY` (nothing, or the text
        NaN) or `NO_AMOUNT`.
    place : int64
        Place of the fault, from 0; with `FINE` that of the first element
        without an amount. 0 may also say that there is none:
        ``state[_FIRST_BARE]`` is -1 then.
    """
    columns, _, levels, state, _ = reading
    depth = state[_DEPTH]
    if depth > 0:
        return NEVER_CLOSED, levels[depth, _PLACE]
    if state[_AHEAD] == _AMOUNT_AHEAD:
        return FOLLOWS_NOTHING, state[_AHEAD_PLACE]
    if state[_AHEAD] == _BALANCE_AHEAD:
        return BALANCE_ALONE, state[_AHEAD_PLACE]
    level = levels[0]
    first = level[_START]
    count = state[_ENTRY_END] - first
    # NaN is a missing value before it is a nitride of sodium.
    is_missing = (
        count == 2
        and level[_BARE] == 2
        and columns[first] == _SODIUM
        and columns[first + 1] == _NITROGEN
    )
    if count == 0 or is_missing:
        return EMPTY, np.int64(0)
    if level[_PARTED] and level[_BARE]:
        return NO_AMOUNT, state[_BARE_PLACE]
    return FINE, state[_BARE_PLACE]


@jit
def read_row(text, first, reading):
    """Read the amounts of one recipe, in the order written.

    Neither basis nor balance of the whole is applied, and amounts stay as written; that is done by
    `_make_fractions`.

    Parameters
    ----------
    text : ndarray of uint8
        The recipe, ASCII: the bytes of one row of what `fold` returns.
    first : int64
        Number of its first entry.
    reading : Reading
        As of ``make_reading(columns, amounts, longest)``: int32 and float64
        arrays for the entries, and the bytes of the longest row. Its state is
        reset. Columns (atomic number minus one) and amounts are written from
        `first` to ``state[_ENTRY_END]`` - 1, so there must be room.

    Returns
    -------
    fault : int
        Fault code, `FINE` for none.
    place : int64
        Character at fault, from 0; without a fault that of the first element
        without an amount. 0 may also say that there is none:
        ``state[_FIRST_BARE]`` is -1 then.
    """
    state = reading.state
    _begin_row(reading, first)
    at = np.int64(0)
    while True:
        fault, at = _read_pairs(text, at, reading)
        if fault != FINE:
            return fault, at
        kind, place, at = next_token(text, at)
        if kind == ATOMIC_WORD:
            state[_MARKS] |= _ATOMIC_MARK | _PERCENT_MARK
            continue
        if kind == WEIGHT_WORD:
            state[_MARKS] |= _WEIGHT_MARK | _PERCENT_MARK
            continue
        if kind == PERCENT:
            state[_MARKS] |= _PERCENT_MARK
            continue
        if kind in (DIGIT, POINT):
            fault, at = _read_amount(text, place, reading)
        elif kind == BALANCE:
            fault, at = _read_balance(place, at, reading)
        else:
            # Whatever comes now, an element just read gets no amount of its own.
            if state[_BEFORE] == _ELEMENT:
                _leave_bare(reading)
            if kind == END:
                return _end_row(reading)
            if kind == UPPER:
                fault, at = _read_element(text, place, reading)
            elif kind == OPEN:
                fault, at = _open_bracket(text, place, reading)
            elif kind == CLOSE:
                fault, at = _close_bracket(text, place, reading)
            elif kind == PART:
                fault, at = _part_entries(place, reading)
            elif kind == HYPHEN:
                fault, at = _read_hyphen(text, place, reading)
            else:
                return UNEXPECTED, place
        if fault != FINE:
            return fault, at


def find_entries(reading: Reading) -> tuple[int, int]:
    """Return where the entries of a row that was read end, and which is the balance or -1."""
    return int(reading.state[_ENTRY_END]), int(
        reading.levels[0, _BALANCE_ENTRY]
    )


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
    """Return the ASCII character that stands for a Unicode one in a recipe, 0 if none does.

    `point` is a Unicode code point. ASCII stays as it is; subscript figures, dashes, subscript x
    and gaps are mapped.
    """
    if point < 0x80:
        return point
    if 0x2080 <= point <= 0x2089:  # subscript figures
        return point - 0x2080 + 48
    if (
        0x2010 <= point <= 0x2015 or point == 0x2212
    ):  # dashes and the minus sign
        return 45
    if point == 0x2093:  # subscript x
        return 120
    if (
        point == 0xA0
        or 0x2000 <= point <= 0x200B
        or point == 0x202F
        or point == 0xFEFF
    ):  # gaps
        return 32
    return 0


@jit
def fold(data, offsets):
    """Write one ASCII byte for each character: subscripts as digits, dashes as hyphens.

    Blanks of other widths become blanks. Other characters become 0, which no
    notation has. Places in a row then count characters.

    Parameters
    ----------
    data : ndarray of uint8
        Valid UTF-8 bytes of all rows; only read.
    offsets : ndarray of int64, shape (n + 1,)
        Row i is ``data[offsets[i]:offsets[i + 1]]``.

    Returns
    -------
    folded : ndarray of uint8
        ASCII bytes of all rows.
    edges : ndarray of int64, shape (n + 1,)
        Offsets of the rows in them, from 0.
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


@jit(part="copied")
def _read_marks(basis, marks):
    """Return a fault code and the basis that the marks of a recipe name.

    Parameters
    ----------
    basis : int
        What the caller said, a number of `basis_code`: 0 auto, 1 at.%, 2 wt.%.
    marks : int64
        Bits of the state of a `Reading`, such as `_WEIGHT_MARK`.

    Returns
    -------
    fault : int
        `FINE`, `TWO_BASES` or `OTHER_BASIS`.
    basis : int
        The basis named, else `basis`.
    """
    if marks & _ATOMIC_MARK and marks & _WEIGHT_MARK:
        return TWO_BASES, basis
    if marks & (_ATOMIC_MARK | _WEIGHT_MARK):
        named = _WEIGHT if marks & _WEIGHT_MARK else _ATOMIC
        if basis != _AUTO and basis != named:
            return OTHER_BASIS, basis
        basis = named
    return FINE, basis


@jit(part="copied")
def _find_recipe_fault(bare, total, is_whole, has_balance):
    """Return the fault of amounts that must be all there and add up to a whole.

    Parameters
    ----------
    bare : int64
        First entry without an amount, -1 for none.
    total : float
        Sum of the amounts, a balance left out.
    is_whole : bool
        Whether the total is 100 or 1 within the tolerance.
    has_balance : bool
        Whether an element takes the rest.

    Returns
    -------
    int
        `NO_AMOUNT` for an element without an amount, `NOTHING_LEFT` for a
        balance where the total is 100 or more, `BAD_SUM` for a total that is
        no whole without a balance, or `FINE`. The first of these counts.
    """
    if bare >= 0:
        return NO_AMOUNT
    if has_balance and total >= 100.0:
        return NOTHING_LEFT
    if not has_balance and not is_whole:
        return BAD_SUM
    return FINE


# bare int64: first entry without an amount, -1 for none
@jit(part="copied")
def _could_be_charge(reading, bare):
    """Return whether PrNd30.5 may be a charge of both, or of Pr 1 and Nd 30.5.

    `bare` is the first entry without an amount, -1 for none. The entry behind
    it must have an amount above 10 and be a pair with it. `reading` is a
    `Reading`, which is only read.
    """
    return (
        0 <= bare < reading.state[_ENTRY_END] - 1
        and reading.amounts[bare + 1] > _CHARGED
        and _is_pair(reading.columns, bare)
    )


@jit(part="merged")
def _choose_basis(basis, reading, total):
    """Return a fault code and the basis of a recipe's amounts.

    A text that is marked at.% or wt.% has that basis; any other keeps `basis`.

    Parameters
    ----------
    basis : int
        What the caller said, a number of `basis_code`: 0 auto, 1 at.%, 2 wt.%.
    reading : Reading
        As `read_row` left it; only read.
    total : float
        Sum of the amounts as written.

    Returns
    -------
    fault : int
        `FINE`; `TWO_BASES` or `OTHER_BASIS`; `NO_AMOUNT`, `NOTHING_LEFT` or
        `BAD_SUM`, where amounts must be a whole (a text with a balance or a
        mark, or wt.%); `NAME_BASIS` for amounts that could be both, if `basis`
        is auto; `ZERO` if they sum to 0.
    basis : int
        Basis of the amounts: 1 at.%, 2 wt.%; 0 for a formula, whose amounts
        count atoms.
    """
    marks = reading.state[_MARKS]
    bare = reading.state[_FIRST_BARE]
    has_balance = reading.levels[0, _BALANCE_ENTRY] >= 0
    fault, basis = _read_marks(basis, marks)
    if fault != FINE:
        return fault, basis
    is_percent = abs(total - 100.0) <= PERCENT_TOLERANCE + _SUM_SLACK
    is_whole = (
        is_percent or abs(total - 1.0) <= _FRACTION_TOLERANCE + _SUM_SLACK
    )
    is_recipe = has_balance or marks != 0 or basis == _WEIGHT
    if is_recipe:
        fault = _find_recipe_fault(bare, total, is_whole, has_balance)
        if fault != FINE:
            return fault, basis
    is_charge = _could_be_charge(reading, bare)
    if basis == _AUTO and (is_recipe or is_percent or is_charge):
        return NAME_BASIS, basis
    if not total > 0.0 and not has_balance:
        return ZERO, basis
    return FINE, basis


@jit(part="merged")
def _sort_entries(reading, first, end, by_weight, masses):
    """Sort entries by element in place, as moles; an element written twice is added up.

    Parameters
    ----------
    reading : Reading
        Its columns and amounts are overwritten from `first` on.
    first, end : int64
        First entry and the one behind the last.
    by_weight : bool
        Whether amounts are masses, which are divided by the atomic mass.
    masses : ndarray of float64, shape (118,)
        Atomic masses.

    Returns
    -------
    int64
        The entry behind the last that is left. Amounts of 0 and less are dropped.
    """
    columns = reading.columns
    amounts = reading.amounts
    position = first
    for e in range(first, end):
        column = columns[e]
        amount = amounts[e]
        if amount <= 0.0:
            continue
        if by_weight:
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
    return position


@jit(part="merged")
def _make_fractions(rules, reading):
    """Apply basis and balance to the amounts of one recipe, in place.

    Parameters
    ----------
    rules : Rules
        ``basis``, a number of `basis_code`, and ``masses``, float64 (118,).
    reading : Reading
        As `read_row` left it. A balance takes what is left to 100. From the
        first entry of the row on, the entries are sorted by element, merged
        and made atomic fractions; those behind the count are left over. With a
        fault they may stay as they were.

    Returns
    -------
    fault : int
        Fault code, `FINE` for none.
    total : float
        Sum of the amounts: as written with most faults, else in moles.
    count : int
        Number of entries, 0 with a fault.
    """
    amounts = reading.amounts
    first = reading.levels[0, _START]
    end = reading.state[_ENTRY_END]
    balance = reading.levels[0, _BALANCE_ENTRY]
    total = _add_up(amounts, first, end)
    # Brackets in brackets multiply: the product may leave what a float64 can hold.
    if not total < np.inf:
        return OUT_OF_RANGE, total, 0
    fault, basis = _choose_basis(rules.basis, reading, total)
    if fault != FINE:
        return fault, total, 0
    if balance >= 0:
        amounts[balance] = 100.0 - total
    end = _sort_entries(reading, first, end, basis == _WEIGHT, rules.masses)
    total = _add_up(amounts, first, end)
    for e in range(first, end):
        amounts[e] /= total
        if not SMALLEST_FRACTION <= amounts[e] <= 1.0:
            return OUT_OF_RANGE, total, 0
    return FINE, total, end - first


@jit
def _parse_stretch(data, offsets, lo, hi, at, rules, out):
    """Read the rows `lo` to `hi` - 1 of `parse` into `out`.

    Parameters
    ----------
    data : ndarray of uint8
        ASCII bytes of all rows.
    offsets : ndarray of int64, shape (n + 1,)
        Row i is ``data[offsets[i]:offsets[i + 1]]``.
    lo, hi : int
        Range of rows.
    at : int64
        Where the entries of the first row go.
    rules : Rules
        ``basis``, a number of `basis_code`, and ``masses``, float64 (118,).
    out : Parsed
        Entries, ``columns`` (atomic number minus one) and ``amounts``, are
        written from `at` on; a row may take one for each of its capitals.
        ``counts`` and ``codes`` are written for each row, ``places`` and
        ``sums`` only where there is a fault. A row that is longer than
        `LONGEST` has the fault `TOO_LONG`.

    Returns
    -------
    int64
        The entry behind the last one written. Rows with a fault have no entries.
    """
    columns, amounts, counts, codes, places, sums = out
    longest = 0
    for i in range(lo, hi):
        longest = max(longest, min(offsets[i + 1] - offsets[i], LONGEST))
    reading = make_reading(columns, amounts, longest)
    for i in range(lo, hi):
        if offsets[i + 1] - offsets[i] > LONGEST:
            counts[i] = 0
            codes[i] = TOO_LONG
            places[i] = -1
            sums[i] = 0.0
            continue
        code, place = read_row(data[offsets[i] : offsets[i + 1]], at, reading)
        total = reading.numbers[BRACKET_SUM]
        count = 0
        if code == FINE:
            code, total, count = _make_fractions(rules, reading)
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
    """Mark the compositions whose text may have been the name of a grade.

    `rows` is `Rows`: (indptr, indices, values) of atomic fractions; every row must have an element.
    `heaviest`, bool (118,), marks elements that are the heaviest of a grade's name. `found`, bool
    (n,), is overwritten at the rows `start` to `stop` - 1 alone.
    """
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
    """Read rows of text into compressed sparse rows of atomic fractions.

    A row that cannot be read is left out of the compressed rows and has a code; an
    empty row is one of these. No rows give empty arrays. Names of grades and of the
    trade, such as PrNd, are not known here.

    Parameters
    ----------
    data : ndarray of uint8
        The ASCII bytes of all rows (`fold` makes them of UTF-8), read-only.
    offsets : ndarray of int64, shape (n + 1,)
        Row ``i`` is ``data[offsets[i]:offsets[i + 1]]``, read-only.
    basis : int
        What `alloy.notation.basis_code` returns for the basis.
    masses : ndarray of float64, shape (118,)
        Atomic masses, relative to each other.
    stretches : int
        Number of pieces of work, shared among threads; 1 works in this thread alone,
        which is faster for a few thousand rows.

    Returns
    -------
    indptr : ndarray of int64, shape (m + 1,)
    indices : ndarray of int32
    values : ndarray of float64
        Compressed sparse rows of those m rows that could be read, in order: atomic
        number minus one, ascending in a row, and atomic fractions that sum to one.
    codes : ndarray of int8, shape (n,)
        The fault of each row, such as `BAD_SUM`; `FINE` (0) for none.
    places : ndarray of int64, shape (n,)
        The character at fault from 0, -1 for the whole row; any number where there is
        no fault.
    sums : ndarray of float64, shape (n,)
        The sum of the amounts, with most faults as written; any number where there is
        no fault.
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
