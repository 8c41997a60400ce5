"""What is wrong with a recipe, in a sentence that ends in the way out.

The parser reports a code and a place; sentences are made for refused rows only.
"""

import re
from dataclasses import dataclass

from ..elements import INDEX, SYMBOLS
from ..kernels import parse_tables as codes

_MISSING = {"", "nan", "na", "n/a", "none", "null", "-"}

# Letters that stand for several elements, longest first.
_GROUPS = {
    "TRE": "the total rare earth",
    "LRE": "light rare earths",
    "HRE": "heavy rare earths",
    "REE": "rare earths",
    "RE": "rare earths",
    "TM": "transition metals",
    "MM": "mischmetal",
    "Mm": "mischmetal",
    "Ln": "lanthanides",
    "Di": "didymium",
    "R": "rare earths",
    "M": "metals",
    "X": "any element",
    "A": "any element",
    "L": "any element",
}
_VARIABLES = "xyzuvwabcnmδ"

_SENTENCES = {
    codes.NEGATIVE: "a hyphen before an amount; amounts are not negative, and a recipe in the "
    "order 30.5Nd-1B-Fe bal. begins with an amount and marks its balance element with bal.",
    codes.EXPONENT: "an exponent; write the amount as a decimal, 0.001 and not 1e-3",
    codes.BAD_NUMBER: "expected a number such as 30.5",
    codes.FOLLOWS_NOTHING: "this amount belongs to no element; write Nd 30.5 Fe 69.5 or "
    "30.5Nd-69.5Fe",
    codes.CLOSES_NOTHING: "this bracket closes nothing that is open; pair (), [] and {}",
    codes.NEVER_CLOSED: "this bracket is never closed; pair (), [] and {}",
    codes.EMPTY_BRACKET: "nothing in this bracket",
    codes.AMBIGUOUS_BRACKET: "elements that share a place without amounts; state each, as in "
    "(Nd0.8Dy0.2)2Fe14B",
    codes.PAIR: "Pr and Nd without their ratio; state it, as in (Pr0.25Nd0.75)",
    codes.BALANCE_ALONE: "bal. must stand beside a single element without an amount, as in Fe bal.",
    codes.TWO_BALANCES: "a second balance element; keep one bal.",
    codes.TWO_BASES: "names both wt.% and at.%; keep one",
    codes.ZERO: "all amounts are zero; give a positive amount",
    codes.OUT_OF_RANGE: "amounts too far apart to be one composition: a fraction would fall below "
    f"{codes.SMALLEST_FRACTION:g}, or the sum overflow; check the factors of the brackets",
    codes.TOO_LONG: f"longer than {codes.LONGEST:,} characters, which no recipe is; is a quote or "
    "a line end missing before it?",
    codes.NAME_BASIS: "could be at.% or wt.%; name the basis ('atomic' or 'weight')",
}


@dataclass(frozen=True, slots=True)
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


def reason(code: int, text: str, place: int, total: float, basis: str) -> str:
    """Return the sentence for a refused recipe.

    Parameters
    ----------
    code : int
        Fault code of the parser.
    text : str
        The recipe as given.
    place : int
        Character at fault, -1 for the recipe as a whole.
    total : float
        Sum of the amounts that the fault is about.
    basis : str
        Basis the recipe was read with.
    """
    rest = text[place:] if place >= 0 else ""
    if code == codes.EMPTY or text.strip().lower() in _MISSING:
        return "no composition here; expected text such as SmCo5"
    if code == codes.NO_SUCH_ELEMENT:
        return _no_such_element(text, place)
    if code == codes.UNEXPECTED:
        return _unexpected(text, place)
    if code == codes.FOLLOWS_NOTHING and re.search(r"\d,$", text[:place]):
        return "a comma between figures; write decimals with a point, 30.5 and not 30,5"
    if code == codes.NO_AMOUNT:
        symbol = rest[:2] if rest[:2] in INDEX else rest[:1]
        if rest.startswith(("PrNd", "NdPr")):
            return _SENTENCES[codes.PAIR]
        if basis == "weight":
            return (
                f"{symbol} has no amount; in wt.% every element needs one, or bal. "
                "(a formula such as Nd2Fe14B is read with the basis 'atomic')"
            )
        return f"{symbol} has no amount; in a recipe every element needs one, or bal."
    if code == codes.NOTHING_LEFT:
        whole = "1 in this bracket" if place >= 0 else "100"
        return f"the other amounts sum to {total:.6g}, nothing of {whole} is left for bal."
    if code == codes.OTHER_BASIS:
        named = "at.%" if basis == "weight" else "wt.%"
        return f"the text names {named}, the basis asked for is '{basis}'; use basis 'auto'"
    if code == codes.BAD_SUM:
        return (
            f"amounts sum to {total:.6g}; a recipe must sum to 100 +- {codes.PERCENT_TOLERANCE} "
            "(or to 1), or mark one element with bal."
        )
    return _SENTENCES[code]


def _no_such_element(text: str, place: int) -> str:
    rest = text[place:]
    # The H of HRE has been read as hydrogen by the time R is found wanting.
    for start in (place - 1, place):
        for group, meaning in _GROUPS.items():
            # A single letter stands for a group only where it is no part of a symbol.
            alone = start == place and not rest[1:2].islower()
            if start >= 0 and text.startswith(group, start) and (len(group) > 1 or alone):
                return (
                    f"{group} stands for {meaning}; write the elements and their amounts, "
                    "as in (Pr0.25Nd0.75)30"
                )
    if len(rest) > 1 and rest[1] in _VARIABLES and rest[0] in INDEX:
        return f"{rest[1]} is a variable; put its value"
    if rest[:1] == "D":
        return "D is deuterium; only elements are read, write H"
    if rest[:1] == "T":
        return "T is tritium or any transition metal; write H, or Fe and Co with their amounts"
    symbol = rest[:2] if rest[1:2].islower() else rest[:1]
    return f"{symbol!r} is no chemical element; write symbols as Nd, Fe"


def _unexpected(text: str, place: int) -> str:
    character = text[place]
    if character == "+":
        return "+ joins two recipes; fold the addition into one recipe"
    word = text[place:]
    length = next((i for i, c in enumerate(word) if not c.islower()), len(word))
    if character in _VARIABLES and length == 1:
        return f"{character} is a variable; put its value"
    if character.islower():
        capital = word[:length].capitalize()
        hint = f", e.g. {capital}" if capital in SYMBOLS else ""
        return f"unexpected {word[:length]!r}; element symbols begin with a capital{hint}"
    return f"unexpected {character!r}; write a formula or recipe such as Nd 30.5 B 1 Fe bal."
