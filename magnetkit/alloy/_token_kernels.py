"""Tokens of a recipe: from its ASCII bytes to symbols, amounts, words, brackets and separators."""

import numpy as np

from .._core import _hooks
from .._core._jit import jit

# Kinds of tokens: first those of single bytes. A gap may stand anywhere; a comma, semicolon, slash
# or hyphen parts elements.
(
    OTHER,
    UPPER,
    LOWER,
    DIGIT,
    POINT,
    OPEN,
    CLOSE,
    GAP,
    PART,
    HYPHEN,
    PERCENT,
    BALANCE,
    ATOMIC_WORD,
    WEIGHT_WORD,
    END,
) = range(15)

# What may be wrong with an amount; `_notation_kernels` names what may be wrong with a row.
FINE, BAD_NUMBER, EXPONENT = range(3)

_CHARACTERS = {
    UPPER: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    LOWER: "abcdefghijklmnopqrstuvwxyz",
    DIGIT: "0123456789",
    POINT: ".",
    OPEN: "([{",
    CLOSE: ")]}",
    GAP: " \t\r\n_:=",
    PART: ",;/",
    HYPHEN: "-",
    PERCENT: "%",
}
_WORDS = {
    "bal": BALANCE,
    "balance": BALANCE,
    "at": ATOMIC_WORD,
    "atomic": ATOMIC_WORD,
    "mol": ATOMIC_WORD,
    "wt": WEIGHT_WORD,
    "weight": WEIGHT_WORD,
    "mass": WEIGHT_WORD,
}


def _byte_kinds() -> np.ndarray:
    kinds = np.full(256, OTHER, np.uint8)
    for kind, characters in _CHARACTERS.items():
        kinds[[ord(c) for c in characters]] = kind
    return kinds


def _symbol_columns() -> np.ndarray:
    columns = np.full(26 * 27, -1, np.int32)
    for column, symbol in enumerate(_hooks.symbols()):
        second = ord(symbol[1]) - 96 if len(symbol) == 2 else 0
        columns[(ord(symbol[0]) - 65) * 27 + second] = column
    return columns


def _word_letters() -> np.ndarray:
    letters = np.zeros((len(_WORDS), 8), np.uint8)
    for row, word in zip(letters, _WORDS, strict=True):
        row[: len(word)] = list(word.encode())
    return letters


# Kind of each byte, (256,).
KINDS = _byte_kinds()
# Column of a symbol at (first - "A") * 27 + second letter's place (0 for none), -1 where there is
# no such element, (702,).
_SYMBOL = _symbol_columns()
WORD_LETTERS = _word_letters()
_WORD_KINDS = np.array(list(_WORDS.values()), np.int64)

_POWERS = 10.0 ** np.arange(40)
# From here on a further figure changes nothing in double precision.
_FULL = 10**17


@jit(part="merged")
def read_number(text, at):
    """Read the amount that begins at a place.

    Parameters
    ----------
    text : ndarray of uint8
        ASCII text.
    at : int64
        Place of a figure or of a point.

    Returns
    -------
    value : float64
        The amount, 0 with a fault.
    place : int64
        Place behind the amount, or that of the fault.
    fault : int
        `FINE`; `BAD_NUMBER` for more than 18 figures before the point, a lone or a second point;
        `EXPONENT`.
    """
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
    if _is_exponent(text, at):
        return 0.0, at, EXPONENT
    return whole / _POWERS[decimals], at, FINE


# text uint8; at int64 -> bool
@jit(part="copied")
def _is_exponent(text, at):
    """Return whether an e stands here, or an E that does not begin Er, Eu or Es."""
    if at >= len(text) or text[at] | 32 != 101:
        return False
    small = text[at + 1] if at + 1 < len(text) else 0
    return text[at] == 101 or (small != 114 and small != 115 and small != 117)


# text uint8; at int64 -> place of the first byte from there on that is no gap
@jit(part="copied")
def _skip_gaps(text, at):
    while at < len(text) and KINDS[text[at]] == GAP:
        at += 1
    return at


# text uint8; at, end int64: where the letters begin and end -> kind of the word, OTHER if it is none
@jit(part="copied")
def _find_word(text, at, end):
    """Return the kind of the word that the letters from `at` to `end` - 1 are, `OTHER` for none.

    `text` is uint8, ASCII. "bal" and "balance" are `BALANCE`, "at", "atomic"
    and "mol" are `ATOMIC_WORD`, "wt", "weight" and "mass" are `WEIGHT_WORD`.
    The first letter alone may be a capital.
    """
    length = end - at
    kind = np.int64(OTHER)
    if length > 8:
        return kind
    for w in range(len(_WORD_KINDS)):
        if length < 8 and WORD_LETTERS[w, length] != 0:
            continue
        is_same = (text[at] | 32) == WORD_LETTERS[w, 0]
        for q in range(1, length):
            is_same = is_same and text[at + q] == WORD_LETTERS[w, q]
        if is_same:
            kind = _WORD_KINDS[w]
    return kind


@jit(part="merged")
def read_word(text, at):
    """Read a word: the balance, or the basis that amounts are of.

    "bal" and "balance" are `BALANCE`, "at", "atomic" and "mol" are
    `ATOMIC_WORD`, "wt", "weight" and "mass" are `WEIGHT_WORD`. The first
    letter alone may be a capital, of the latter two only if a per cent
    follows.

    Parameters
    ----------
    text : ndarray of uint8
        ASCII text.
    at : int64
        Place of its first letter.

    Returns
    -------
    kind : int64
        `BALANCE`, `ATOMIC_WORD`, `WEIGHT_WORD`, or `OTHER` if it is none.
    place : int64
        Place behind the word, its point and its per cent; `at` for none.
    """
    stop = len(text)
    end = at + 1
    while end < stop and KINDS[text[end]] == LOWER:
        end += 1
    kind = _find_word(text, at, end)
    if kind == OTHER:
        return kind, at
    if end < stop and KINDS[text[end]] == POINT:
        end += 1
    if kind == BALANCE:
        return kind, end
    after = end
    while after < stop and (
        KINDS[text[after]] == GAP or KINDS[text[after]] == HYPHEN
    ):
        after += 1
    if after < stop and KINDS[text[after]] == PERCENT:
        return kind, after + 1
    if KINDS[text[at]] == UPPER:
        # Without a per cent, At is astatine.
        return np.int64(OTHER), at
    return kind, end


# b uint8: a capital -> bool
@jit(part="copied")
def _can_begin_word(b):
    """Return whether a capital is an A, B, M or W."""
    return b == 65 or b == 66 or b == 77 or b == 87


# text uint8; at int64 -> kind of the word, OTHER if it is none, and the place after it
@jit(part="merged")
def _read_word_or_capitals(text, at):
    """Read a word, or BAL in capitals.

    `text` is uint8, ASCII, with a letter at `at`. Words are those of
    `read_word`, such as "bal", "at" and "wt". Returned are the kind of the
    word (`BALANCE`, `ATOMIC_WORD`, `WEIGHT_WORD` or `OTHER`) and the place
    behind it, its point and its per cent; `at` for `OTHER`.
    """
    stop = len(text)
    if at + 2 >= stop or text[at] != 66:
        return read_word(text, at)
    if text[at + 1] != 65 or text[at + 2] != 76:
        return read_word(text, at)
    if at + 3 < stop and KINDS[text[at + 3]] == POINT:
        return np.int64(BALANCE), at + 4
    return np.int64(BALANCE), at + 3


# text uint8; at int64: place of an opening bracket -> kind of the word in it, OTHER if it holds
# anything else, and the place after the closing bracket
@jit(part="merged")
def _read_word_in_brackets(text, at):
    """Read a bracket that holds one word alone, such as "(bal.)".

    `text` is uint8, ASCII, with an opening bracket of any kind at `at`. Gaps
    about the word are skipped. Returned are the kind of the word (`BALANCE`,
    `ATOMIC_WORD` or `WEIGHT_WORD`) and the place behind the closing bracket;
    `OTHER` and `at` if the bracket holds anything else.
    """
    stop = len(text)
    inner = _skip_gaps(text, at + 1)
    if inner < stop and (
        KINDS[text[inner]] == LOWER or KINDS[text[inner]] == UPPER
    ):
        kind, after = read_word(text, inner)
        after = _skip_gaps(text, after)
        if kind != OTHER and after < stop and KINDS[text[after]] == CLOSE:
            return kind, after + 1
    return np.int64(OTHER), at


# text uint8; at int64: place of a capital -> column of the symbol or -1, place after it
@jit(part="copied")
def read_symbol(text, at):
    """Read the symbol of an element.

    `text` is uint8, ASCII, with a capital at `at`. Two letters are tried before one. Returned are
    the element's column (its atomic number less one) and the place behind the symbol. The column is
    -1 for none; the place means nothing then.
    """
    row = (np.int64(text[at]) - 65) * 27
    if at + 1 < len(text) and KINDS[text[at + 1]] == LOWER:
        column = _SYMBOL[row + np.int64(text[at + 1]) - 96]
        if column >= 0:
            return column, at + 2
        # B of Bbal. is boron, B of Bx nothing.
        if read_word(text, at + 1)[0] == OTHER:
            return np.int32(-1), at
    return _SYMBOL[row], at + 1


# text uint8; at int64: place of a capital -> column of the symbol, -1 if a word may stand there or
# no figure is next, and the place of the figure
@jit(part="copied")
def read_symbol_before_figure(text, at):
    """Read a symbol that has its amount right behind it: most of a formula.

    `text` is uint8, ASCII, with a capital at `at`. Returned are the element's
    column (its atomic number less one) and the place of the figure. The column
    is -1 if no figure is next (a point is none), or the letters are no symbol;
    the place means nothing then, and the slower `read_symbol` decides.
    """
    stop = len(text)
    second = np.int64(text[at + 1]) - 96 if at + 1 < stop else 0
    after = at + 2
    if not 1 <= second <= 26:
        second = 0
        after = at + 1
    column = _SYMBOL[(np.int64(text[at]) - 65) * 27 + second]
    if after < stop and 48 <= text[after] <= 57:
        return column, after
    return np.int32(-1), after


@jit(part="merged")
def next_token(text, at):
    """Find the next token behind gaps. A word may stand in brackets of its own: Fe (bal.).

    Gaps are blanks, tabs, line ends, "_", ":" and "="; commas, semicolons and
    "/" are tokens of the kind `PART`.

    Parameters
    ----------
    text : ndarray of uint8
        ASCII text.
    at : int64
        Place to begin at.

    Returns
    -------
    kind : int64
        Kind of its first byte (`UPPER`, `DIGIT`, `POINT`, `OPEN`, ..., `OTHER` for one that has no
        meaning), a word's kind (`BALANCE`, `ATOMIC_WORD`, `WEIGHT_WORD`), or `END`.
    place : int64
        Where the token begins; the length of the text with `END`.
    after : int64
        Place behind a word, else one behind its first byte. `read_symbol` and `read_number` say
        where symbols and amounts end.
    """
    at = _skip_gaps(text, at)
    if at >= len(text):
        return np.int64(END), at, at
    kind = np.int64(KINDS[text[at]])
    word = np.int64(OTHER)
    after = at + 1
    if kind == LOWER or (kind == UPPER and _can_begin_word(text[at])):
        word, after = _read_word_or_capitals(text, at)
    elif kind == OPEN:
        word, after = _read_word_in_brackets(text, at)
    if word != OTHER:
        return word, at, after
    return kind, at, at + 1
