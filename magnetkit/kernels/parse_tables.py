"""Tables of the notation parser: kinds of bytes, symbols, words and error codes."""

import numpy as np

from .. import kernels

# Kinds of bytes. A gap may stand anywhere; a comma, semicolon, slash or hyphen parts elements.
OTHER, UPPER, LOWER, DIGIT, POINT, OPEN, CLOSE, GAP, PART, HYPHEN, PERCENT = range(11)

# What is wrong with a row; the sentences stand in `composition.reasons`.
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

AUTO, ATOMIC, WEIGHT = range(3)

PERCENT_TOLERANCE = 0.5
FRACTION_TOLERANCE = 0.005
# Characters of a recipe; a longer text is a slip of the file, and would cost memory by its length.
LONGEST = 100_000
# An atomic fraction below this is a slip of brackets, not an alloy; its product with a property
# could not be told from zero.
SMALLEST_FRACTION = 1e-30

# Words, by number: 1 balance, 2 and 3 the basis they name, as 1 + ATOMIC and 1 + WEIGHT.
NO_WORD, BALANCE_WORD, ATOMIC_WORD, WEIGHT_WORD = range(4)
_WORDS = {
    "bal": BALANCE_WORD,
    "balance": BALANCE_WORD,
    "at": ATOMIC_WORD,
    "atomic": ATOMIC_WORD,
    "mol": ATOMIC_WORD,
    "wt": WEIGHT_WORD,
    "weight": WEIGHT_WORD,
    "mass": WEIGHT_WORD,
}


def _kinds() -> np.ndarray:
    kinds = np.full(256, OTHER, np.uint8)
    for kind, characters in (
        (UPPER, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        (LOWER, "abcdefghijklmnopqrstuvwxyz"),
        (DIGIT, "0123456789"),
        (POINT, "."),
        (OPEN, "([{"),
        (CLOSE, ")]}"),
        (GAP, " \t\r\n_:="),
        (PART, ",;/"),
        (HYPHEN, "-"),
        (PERCENT, "%"),
    ):
        kinds[[ord(c) for c in characters]] = kind
    return kinds


def _symbols() -> np.ndarray:
    columns = np.full(26 * 27, -1, np.int32)
    for column, symbol in enumerate(kernels.symbols()):
        second = ord(symbol[1]) - 96 if len(symbol) == 2 else 0
        columns[(ord(symbol[0]) - 65) * 27 + second] = column
    return columns


def _words() -> tuple[np.ndarray, np.ndarray]:
    letters = np.zeros((len(_WORDS), 8), np.uint8)
    for row, word in zip(letters, _WORDS, strict=True):
        row[: len(word)] = list(word.encode())
    return letters, np.array(list(_WORDS.values()), np.int64)


# KINDS uint8 (256,); SYMBOL int32 (702,): column of a symbol at (first - "A") * 27 + second
# letter's place (0 for none), -1 where there is no such element; WORDS uint8 (words, 8).
KINDS = _kinds()
SYMBOL = _symbols()
WORDS, WORD_KINDS = _words()
