"""One recipe as engineers write it: formula, at.% or wt.%, with a balance element.

The parser (`_notation_kernels`) reports a code and a place; sentences on what is wrong, each with
the way out, are made for refused rows only.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from .._core import datasets
from .._core._arguments import check_arguments, warn
from .._core.elements import ATOMIC_MASS, INDEX, SYMBOLS
from .._core.errors import CompositionError, InputError
from . import _notation_kernels as _notation
from ._grade_names import refusal

if TYPE_CHECKING:
    from pymatgen.core import Composition


Basis = Literal["auto", "atomic", "weight"]
BASES: tuple[Basis, ...] = get_args(Basis)
WEIGHT_WORDS = "(?i)wt|weight|mass"
"""Pattern of the words that say wt.%, as `_token_kernels` reads them."""
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
# What a charge holds beside elements, before its amount: PrNd30.5, (PrNd)30.5, NdPr 30.5.
_PAIR = re.compile(r"\(?(?:Pr[,-]?Nd|Nd[,-]?Pr)\)?(?=\s*\d)")
_INPUT = re.compile(
    r"(?<![A-Za-z])(?P<name>[A-Z][A-Za-z]+)\s*[:=]?\s*(?P<amount>\d+\.?\d*)(?!\d)"
)
# The same where amounts come first: 29.5%PrNd, 29.5 wt% (Pr,Nd), 1.5DyFe.
_AMOUNT_BEGINS = re.compile(r"\s*[(\[]?\s*\d")
_PAIR_BEHIND = re.compile(
    r"(?<=[\d%\s])\(?(?:Pr\s*[,/+-]?\s*Nd|Nd\s*[,/+-]?\s*Pr)\)?(?![a-z\d]|\s*[bB]al)"
)
_INPUT_BEHIND = re.compile(
    r"(?P<amount>\d+\.?\d*)\s*(?:wt\.?\s*%?|%\s*(?:wt\.?)?)?\s*(?P<name>[A-Z][A-Za-z]+)"
)
_OTHER_BALANCE = re.compile(
    r"(?<![A-Za-z])(?:rest|remainder|remaining|balanced)(?![a-z])\.?|[:：]?\s*(?:余量|余|其余)",
    re.IGNORECASE,
)

_SENTENCES = {
    _notation.NEGATIVE: "a hyphen before an amount; amounts are not negative, and a recipe in the "
    "order 30.5Nd-1B-Fe bal. begins with an amount and marks its balance element with bal.",
    _notation.EXPONENT: "an exponent; write the amount as a decimal, 0.001 and not 1e-3",
    _notation.BAD_NUMBER: "expected a number such as 30.5",
    _notation.FOLLOWS_NOTHING: "this amount belongs to no element; write Nd 30.5 Fe 69.5 or "
    "30.5Nd-69.5Fe",
    _notation.CLOSES_NOTHING: "this bracket closes nothing that is open; pair (), [] and {}",
    _notation.NEVER_CLOSED: "this bracket is never closed; pair (), [] and {}",
    _notation.EMPTY_BRACKET: "nothing in this bracket",
    _notation.AMBIGUOUS_BRACKET: "elements that share a place without amounts; state each, as in "
    "(Nd0.8Dy0.2)2Fe14B",
    _notation.PAIR: "Pr and Nd without their ratio; state it, as in (Pr0.25Nd0.75)",
    _notation.BALANCE_ALONE: (
        "bal. must stand beside a single element without an amount, as in Fe bal."
    ),
    _notation.TWO_BALANCES: "a second balance element; keep one bal.",
    _notation.TWO_BASES: "names both wt.% and at.%; keep one",
    _notation.ZERO: "all amounts are zero; give a positive amount",
    _notation.OUT_OF_RANGE: "amounts too far apart to be one composition: a fraction would "
    f"fall below {_notation.SMALLEST_FRACTION:g}, or the sum overflow; check the factors of the "
    "brackets",
    _notation.TOO_LONG: f"longer than {_notation.LONGEST:,} characters, which no recipe is; is a "
    "quote or a line end missing before it?",
    _notation.NAME_BASIS: "could be at.% or wt.%; name the basis ('atomic' or 'weight')",
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


@check_arguments
def parse_composition(text: str, basis: Basis = "auto") -> "Composition":
    """Read one recipe.

    Amounts follow their elements (``Nd2Fe14B``, ``Nd 30.5 B 1 Fe bal.``), or precede them if the
    text begins with one (``30.5Nd-1B-Fe bal.``); commas, semicolons and hyphens may part them,
    brackets nest, ``wt.%`` and ``at.%`` name the basis. The balance takes what is left to 100,
    inside a bracket to 1. Without a balance, a recipe in wt.%, or one that has a per cent sign or
    begins with an amount, must sum to 100 +- 0.5, or to 1 +- 0.005. In wt.%, trade names such as
    PrNd may stand for elements; a UserWarning says how they were read.

    Parameters
    ----------
    text : str
        Formula or recipe, e.g. ``"Sm0.8Gd0.2Co5"`` or ``"Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal."``. An
        empty text is refused.
    basis : {"auto", "atomic", "weight"}
        What the amounts are. ``auto`` goes by the text's own wt.% or at.%, else reads a formula as
        atomic and refuses what could be either: a text with a balance, or one that sums to 100 +-
        0.5.

    Returns
    -------
    pymatgen.core.Composition
        Atomic fractions that sum to one.

    Raises
    ------
    CompositionError
        If the text cannot be read, with the ``position`` of the fault, or names a grade such as
        "N42SH".
    InputError
        If `text` is no text, or `basis` is unknown.

    Examples
    --------
    >>> round(parse_composition("Sm 36.7 Co 63.3 wt.%").get_atomic_fraction("Sm"), 4)
    0.1852
    """
    from pymatgen.core import Composition

    if not isinstance(text, str):
        raise InputError(
            f"expected text such as 'SmCo5', got a {type(text).__name__}"
        )
    row = _row(text)
    offsets = np.array([0, len(row)], np.int64)
    offsets.flags.writeable = False
    _, indices, values, codes, places, sums = _notation.parse(
        row, offsets, basis_code(basis), ATOMIC_MASS
    )
    if (
        codes[0]
        and (element_text := expand_trade_names(text, basis)) is not None
    ):
        with suppress(CompositionError):
            return parse_composition(element_text, basis)
    if codes[0]:
        place = int(places[0])
        raise CompositionError(
            explain_fault(codes[0], text, place, sums[0], basis), text, place
        )
    return Composition(
        {SYMBOLS[c]: a for c, a in zip(indices, values.tolist(), strict=True)}
    )


def inputs() -> Mapping[str, Mapping[str, float]]:
    """Return what is charged beside elements, such as PrNd, by name: wt.% of its elements.

    They are those of the trade and those of the user's settings, which go before.

    Returns
    -------
    mapping of str to mapping of str to float
        Such as ``{"PrNd": {"Pr": 25.0, "Nd": 75.0}}``. A new mapping at each
        call, whose inner ones are shared and must not be changed. Names of the
        trade are "PrNd", "DyFe", "TbFe", "FeB" and "MM"; case counts. The wt.%
        of a user's input need not sum to 100.
    """
    from .._core.settings import get_settings

    return {**_trade_name_amounts(), **get_settings().charge_inputs}


@lru_cache(maxsize=1)
def _trade_name_amounts() -> dict[str, dict[str, float]]:
    """Read what the trade charges beside elements from ``datasets/supply/inputs.csv``.

    The result maps names such as "PrNd" to the wt.% of their elements by symbol. It is cached and
    must not be changed.
    """
    amounts: dict[str, dict[str, float]] = {}
    for row in datasets.rows("supply/inputs.csv"):
        amounts.setdefault(row["input"], {})[row["element"]] = float(
            row["wt_pct"]
        )
    return amounts


def expand_trade_names(text: str, basis: str) -> str | None:
    """Write a refused recipe in wt.% with its trade names (`inputs`, such as PrNd) as elements.

    The amount of an input stands where the recipe has its amounts: before the symbols if it begins
    with one (``29.5%PrNd 1.2%Dy bal Fe``), behind them otherwise. Other words for the balance
    become ``bal.``. A warning (UserWarning) says how each name was read. A name that is none of
    `inputs` stays as it is. `text` is not checked otherwise.

    Parameters
    ----------
    text : str
        The recipe.
    basis : {"auto", "atomic", "weight"}
        Basis of reading.

    Returns
    -------
    str or None
        The recipe in elements, here "7.375000Pr 22.125000Nd 1.2%Dy bal Fe"
        with the basis "weight": only what was replaced is written anew, with
        six decimals. None if it is atomic, if "auto" goes with a text that has
        none of `WEIGHT_WORDS`, or if there is nothing to replace.
    """
    if basis == "atomic":
        return None
    if basis == "auto" and not re.search(WEIGHT_WORDS, text):
        return None
    plain = _OTHER_BALANCE.sub(" bal. ", text)
    if _AMOUNT_BEGINS.match(plain):
        text_in_elements, symbols = _replace_inputs(
            _PAIR_BEHIND.sub("PrNd", plain), _INPUT_BEHIND, "{x:.6f}{e}"
        )
    else:
        text_in_elements, symbols = _replace_inputs(
            _PAIR.sub("PrNd", plain), _INPUT, "{e} {x:.6f}"
        )
    if not symbols:
        if plain == text:
            return None
        return plain
    trade_names = inputs()
    parts = []
    for name in sorted(symbols):
        amounts = [f"{e}{x:g}" for e, x in trade_names[name].items()]
        parts.append(f"{name} as {' '.join(amounts)}")
    warn(
        f"read {', '.join(parts)} wt.% (MAGNETKIT_CHARGE_INPUTS sets other ratios)",
        UserWarning,
    )
    return text_in_elements


def _replace_inputs(
    text: str, pattern: re.Pattern[str], form: str
) -> tuple[str, set[str]]:
    """Replace the trade names in a text by their elements.

    Parameters
    ----------
    text : str
        A recipe in wt.%.
    pattern : re.Pattern
        Finds an input with its amount, as the groups ``name`` and ``amount``.
    form : str
        Format of one element, with {e} for the symbol and {x} for its amount, such as "{e}
        {x:.6f}".

    Returns
    -------
    text : str
        The recipe, in which each amount is shared among the elements of its
        input, parted by blanks. A name that is none of `inputs` stays. Case
        counts, but "Mm" is "MM". The amount must be one of Python's float.
    names : set of str
        Inputs that were replaced, as `inputs` names them.
    """
    amounts_by_name = inputs()
    names_met_so_far: set[str] = set()

    def write_elements(match: re.Match[str]) -> str:
        """Write the elements of one match of ``pattern``, such as "Pr 7.500000 Nd 22.500000".

        The name that is replaced is added to those met so far. `match` has the groups ``name`` and
        ``amount``. The text of a name that is no input is returned as it is; "Mm" counts as "MM".
        """
        name = match["name"].replace("Mm", "MM")
        if name not in amounts_by_name:
            return match[0]
        names_met_so_far.add(name)
        share = float(match["amount"]) / sum(amounts_by_name[name].values())
        return " ".join(
            form.format(e=e, x=share * part)
            for e, part in amounts_by_name[name].items()
        )

    return pattern.sub(write_elements, text), names_met_so_far


def read_amounts(text: str) -> tuple[dict[str, float], str | None]:
    """Return the amounts of a recipe as written, and its balance element.

    Basis, sum and trade names are not looked at: "PrNd30" is Pr 1 and Nd 30. Amounts in wt.% stay
    in wt.%; factors of brackets are multiplied in.

    Parameters
    ----------
    text : str
        Recipe such as "Nd30.5B1Fe bal.".

    Returns
    -------
    amounts : dict of str to float
        Amount by symbol. An element without an amount has 1, the balance element 0; one that stands
        twice is added up.
    balance : str or None
        Symbol of the balance element, None without one. Its amount is not worked out.

    Raises
    ------
    CompositionError
        If the text cannot be read, is empty, or names a grade.
    InputError
        If `text` is no text.
    """
    row = _row(text)
    if len(row) > _notation.LONGEST:
        raise CompositionError(
            explain_fault(_notation.TOO_LONG, text, -1, 0.0, "atomic"), text
        )
    columns = np.empty(len(row), np.int32)
    values = np.empty(len(row), np.float64)
    reading = _notation.make_reading(columns, values, len(row))
    code, place = _notation.read_row(row, 0, reading)
    if code != _notation.FINE:
        total = reading.numbers[_notation.BRACKET_SUM]
        why = explain_fault(code, text, place, total, "atomic")
        raise CompositionError(why, text, place)
    end, balance = _notation.find_entries(reading)
    amounts: dict[str, float] = {}
    for column, value in zip(
        columns[:end], values[:end].tolist(), strict=True
    ):
        amounts[SYMBOLS[column]] = amounts.get(SYMBOLS[column], 0.0) + value
    return amounts, SYMBOLS[columns[balance]] if balance >= 0 else None


def basis_code(basis: Basis) -> int:
    """Return the number by which the parser knows a basis.

    `basis` is "auto" (0), "atomic" (1) or "weight" (2), in this spelling.
    InputError for anything else.
    """
    if not isinstance(basis, str) or basis not in BASES:
        raise InputError(
            f"basis must be one of {', '.join(BASES)}; got {basis!r:.60}"
        )
    return BASES.index(basis)


def _row(text: str) -> np.ndarray:
    """Convert a text to the read-only ASCII bytes that the parser takes.

    Parameters
    ----------
    text : str
        A recipe. Characters such as subscripts are written as ASCII; one that is not of the
        notation becomes 0, so places count characters.

    Returns
    -------
    ndarray of uint8

    Raises
    ------
    CompositionError
        If the text names a grade.
    """
    if (why := refusal(text)) is not None:
        raise CompositionError(why, text)
    data = np.frombuffer(text.encode(errors="replace"), np.uint8)
    if not text.isascii():
        data, _ = _notation.fold(data, np.array([0, len(data)], np.int64))
        data.flags.writeable = False
    return data


def _describe_missing_amount(rest: str, basis: str) -> str:
    """Say which element lacks an amount.

    Parameters
    ----------
    rest : str
        The recipe from the symbol of that element on.
    basis : str
        Basis of reading: "auto", "atomic" or "weight".

    Returns
    -------
    str
        One sentence without a point at its end.
    """
    if rest.startswith(("PrNd", "NdPr")):
        return _SENTENCES[_notation.PAIR]
    symbol = rest[:2] if rest[:2] in INDEX else rest[:1]
    if basis == "weight":
        return (
            f"{symbol} has no amount; in wt.% every element needs one, or bal. "
            "(a formula such as Nd2Fe14B is read with the basis 'atomic')"
        )
    return (
        f"{symbol} has no amount; in a recipe every element needs one, or bal."
    )


def explain_fault(
    code: int, text: str, place: int, total: float, basis: str
) -> str:
    """Write the sentence that says why a recipe is refused.

    Parameters
    ----------
    code : int
        Fault code of the parser, such as `_notation_kernels.BAD_SUM`.
    text : str
        The recipe.
    place : int
        Index of the wrong character, -1 for the recipe as a whole. For a fault of a character or a
        missing amount it must be an index of `text`.
    total : float
        Sum of the amounts, or of those in the bracket at `place`.
    basis : str
        Basis of reading: "auto", "atomic" or "weight".

    Returns
    -------
    str
        One sentence without a point at its end. KeyError for a code that is no fault.
    """
    if code == _notation.EMPTY or text.strip().lower() in _MISSING:
        return "no composition here; expected text such as SmCo5"
    if code == _notation.NO_SUCH_ELEMENT:
        return _no_such_element(text, place)
    if code == _notation.UNEXPECTED:
        return _describe_unexpected_character(text, place)
    if code == _notation.FOLLOWS_NOTHING and re.search(r"\d,$", text[:place]):
        return "a comma between figures; write decimals with a point, 30.5 and not 30,5"
    if code == _notation.NO_AMOUNT:
        return _describe_missing_amount(text[place:], basis)
    if code == _notation.NOTHING_LEFT:
        whole = "1 in this bracket" if place >= 0 else "100"
        return f"the other amounts sum to {total:.6g}, nothing of {whole} is left for bal."
    if code == _notation.OTHER_BASIS:
        other_basis = "at.%" if basis == "weight" else "wt.%"
        return f"the text names {other_basis}, the basis asked for is '{basis}'; use basis 'auto'"
    if code == _notation.BAD_SUM:
        return (
            f"amounts sum to {total:.6g}; a recipe must sum to 100 +- "
            f"{_notation.PERCENT_TOLERANCE} (or to 1), or mark one element with bal."
        )
    return _SENTENCES[code]


def _no_such_element(text: str, place: int) -> str:
    """Say what a symbol that is no element may mean, such as RE, D or x.

    `text` is the whole recipe, and `place` the index of the symbol in it.
    Returned is one sentence without a point at its end.
    """
    rest = text[place:]
    # The H of HRE has been read as hydrogen by the time R is found wanting.
    for start in (place - 1, place):
        for group, meaning in _GROUPS.items():
            # A single letter stands for a group only where it is no part of a symbol.
            alone = start == place and not rest[1:2].islower()
            if (
                start >= 0
                and text.startswith(group, start)
                and (len(group) > 1 or alone)
            ):
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


def _describe_unexpected_character(text: str, place: int) -> str:
    """Say what is wrong with a character and how to write it.

    `text` is the whole recipe, and `place` the index of the character in it.
    Returned is one sentence without a point at its end.
    """
    character = text[place]
    if character == "+":
        return "+ joins two recipes; fold the addition into one recipe"
    word = text[place:]
    length = next(
        (i for i, c in enumerate(word) if not c.islower()), len(word)
    )
    if character in _VARIABLES and length == 1:
        return f"{character} is a variable; put its value"
    if character.islower():
        capital = word[:length].capitalize()
        hint = f", e.g. {capital}" if capital in SYMBOLS else ""
        return f"unexpected {word[:length]!r}; element symbols begin with a capital{hint}"
    return f"unexpected {character!r}; write a formula or recipe such as Nd 30.5 B 1 Fe bal."
