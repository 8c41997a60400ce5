"""Reading one recipe as engineers write it: formula, at.% or wt.%, with a balance element."""

import re
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..elements import ATOMIC_MASS, INDEX, SYMBOLS
from ..errors import CompositionError, InputError

if TYPE_CHECKING:
    from pymatgen.core import Composition

Basis = Literal["auto", "atomic", "weight"]
BASES: tuple[Basis, ...] = ("auto", "atomic", "weight")

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_TOKEN = re.compile(
    r"([A-Z][a-z]?)|(\d+\.?\d*|\.\d+)|([(\[{])|([)\]}])|(bal\.?)|([\s,;·\-–_/]+)|(.)"
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
PERCENT_TOLERANCE = 0.5


def _tokens(text: str) -> list[tuple[str, str, int]]:
    kinds = ("element", "number", "open", "close", "balance", "gap", "other")
    found = []
    for match in _TOKEN.finditer(text.translate(_SUBSCRIPTS)):
        kind = kinds[(match.lastindex or 1) - 1]
        if kind == "other":
            raise CompositionError(f"unexpected {match[0]!r}", text, match.start())
        if kind == "element" and match[0] not in INDEX:
            raise CompositionError(f"{match[0]!r} is no chemical element", text, match.start())
        if kind != "gap":
            found.append((kind, match[0], match.start()))
    return found


def read_amounts(text: str) -> tuple[dict[int, float], int]:
    """Read a formula or recipe into amounts.

    Returns
    -------
    amounts : dict of int to float
        Element column to amount, as written.
    balance : int
        Column of the balance element, -1 without one.

    Raises
    ------
    CompositionError
        If the text cannot be read.
    """
    stack: list[dict[int, float]] = [{}]
    openers: list[tuple[str, int]] = []
    balance = -1
    tokens = _tokens(text)
    i = 0
    while i < len(tokens):
        kind, token, at = tokens[i]
        following = tokens[i + 1] if i + 1 < len(tokens) else ("", "", len(text))
        if kind == "open":
            stack.append({})
            openers.append((token, at))
        elif kind in ("element", "close"):
            if kind == "element":
                inner = {INDEX[token]: 1.0}
            else:
                if not openers or _PAIRS[openers[-1][0]] != token:
                    raise CompositionError(f"{token!r} closes nothing", text, at)
                openers.pop()
                inner = stack.pop()
            factor = 1.0
            if following[0] == "number":
                factor = float(following[1])
                i += 1
            elif following[0] == "balance":
                if kind != "element" or openers:
                    raise CompositionError("bal. must follow a single element", text, following[2])
                if balance >= 0:
                    raise CompositionError(
                        "two balance elements; keep one bal.", text, following[2]
                    )
                balance = INDEX[token]
                factor = 0.0
                i += 1
            for column, amount in inner.items():
                stack[-1][column] = stack[-1].get(column, 0.0) + amount * factor
        else:
            raise CompositionError(f"{token!r} follows no element", text, at)
        i += 1
    if openers:
        raise CompositionError(f"{openers[-1][0]!r} is never closed", text, openers[-1][1])
    if not stack[0]:
        raise CompositionError("no element found; write a formula such as SmCo5", text, 0)
    return stack[0], balance


def read_fractions(text: str, basis: Basis = "auto") -> dict[int, float]:
    """Read a recipe into atomic fractions that sum to one (element column to fraction)."""
    if basis not in BASES:
        raise InputError(f"basis must be one of {', '.join(BASES)}, got {basis!r}")
    amounts, balance = read_amounts(text)
    total = sum(amounts.values())
    if basis == "auto" and (balance >= 0 or abs(total - 100.0) <= PERCENT_TOLERANCE):
        raise CompositionError("could be at.% or wt.%; name the basis ('atomic' or 'weight')", text)
    if balance >= 0:
        if total >= 100.0:
            raise CompositionError(f"amounts sum to {total:g}, nothing left for bal.", text)
        amounts[balance] += 100.0 - total
    amounts = {c: a for c, a in amounts.items() if a > 0}
    if basis == "weight":
        amounts = {c: a / ATOMIC_MASS[c] for c, a in amounts.items()}
    total = sum(amounts.values())
    if not amounts or not np.isfinite(total):
        raise CompositionError("amounts must sum to a positive number", text)
    return {c: a / total for c, a in amounts.items()}


def parse_composition(text: str, basis: Basis = "auto") -> "Composition":
    """Read one recipe.

    Parameters
    ----------
    text : str
        Formula or recipe, e.g. ``"Sm0.8Gd0.2Co5"`` or ``"Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal."``.
    basis : {"auto", "atomic", "weight"}
        What the amounts are. ``auto`` reads a formula as atomic and refuses what could be either.

    Returns
    -------
    pymatgen.core.Composition
        Atomic fractions that sum to one.

    Raises
    ------
    CompositionError
        If the text cannot be read, with the position of the fault.
    """
    from pymatgen.core import Composition

    return Composition({SYMBOLS[c]: a for c, a in read_fractions(text, basis).items()})
