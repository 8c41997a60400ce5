"""Reading one recipe as engineers write it: formula, at.% or wt.%, with a balance element."""

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from ..arguments import named
from ..elements import ATOMIC_MASS, SYMBOLS
from ..errors import CompositionError, InputError

if TYPE_CHECKING:
    from pymatgen.core import Composition

Basis = Literal["auto", "atomic", "weight"]
BASES: tuple[Basis, ...] = get_args(Basis)


def basis_code(basis: Basis) -> int:
    """Return the number by which the parser knows a basis.

    Raises
    ------
    InputError
        If there is no such basis.
    """
    if not isinstance(basis, str) or basis not in BASES:
        raise InputError(f"basis must be one of {', '.join(BASES)}; got {basis!r:.60}")
    return BASES.index(basis)


def _row(text: str) -> np.ndarray:
    """Return a text as the parser takes a row: read-only ASCII bytes."""
    from ..kernels.parse import fold

    data = np.frombuffer(text.encode(errors="replace"), np.uint8)
    if not text.isascii():
        data, _ = fold(data, np.array([0, len(data)], np.int64))
        data.flags.writeable = False
    return data


def read_amounts(text: str) -> tuple[dict[str, float], str | None]:
    """Read a formula or recipe into amounts as written.

    Returns
    -------
    amounts : dict of str to float
        Symbol to amount, in the order written.
    balance : str or None
        The balance element (its amount here is zero).

    Raises
    ------
    CompositionError
        If the text cannot be read.
    """
    from ..catalogue.names import refusal
    from ..kernels.parse_row import LEVEL_FIELDS, read_row
    from ..kernels.parse_tables import FINE, LONGEST, TOO_LONG
    from .reasons import reason

    if (why := refusal(text)) is not None:
        raise CompositionError(why, text)
    row = _row(text)
    if len(row) > LONGEST:
        raise CompositionError(reason(TOO_LONG, text, -1, 0.0, "atomic"), text)
    columns = np.empty(len(row), np.int32)
    values = np.empty(len(row), np.float64)
    levels = np.empty((len(row) + 2, LEVEL_FIELDS), np.int64)
    code, place, total, end, balance, _, _ = read_row(row, 0, columns, values, levels)
    if code != FINE:
        raise CompositionError(reason(code, text, place, total, "atomic"), text, place)
    amounts: dict[str, float] = {}
    for column, value in zip(columns[:end], values[:end].tolist(), strict=True):
        amounts[SYMBOLS[column]] = amounts.get(SYMBOLS[column], 0.0) + value
    return amounts, SYMBOLS[columns[balance]] if balance >= 0 else None


@named
def parse_composition(text: str, basis: Basis = "auto") -> "Composition":
    """Read one recipe.

    Amounts follow their elements (``Nd2Fe14B``, ``Nd 30.5 B 1 Fe bal.``), or precede them if
    the text begins with one (``30.5Nd-1B-Fe bal.``); commas, semicolons and hyphens may part
    them, brackets nest, ``wt.%`` and ``at.%`` name the basis. The balance takes what is left to
    100, inside a bracket to 1. Without a balance, a recipe in wt.%, or one that has a per cent
    sign or begins with an amount, must sum to 100 +- 0.5, or to 1 +- 0.005.

    Parameters
    ----------
    text : str
        Formula or recipe, e.g. ``"Sm0.8Gd0.2Co5"`` or ``"Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal."``.
    basis : {"auto", "atomic", "weight"}
        What the amounts are. ``auto`` goes by the text's own wt.% or at.%, else reads a formula
        as atomic and refuses what could be either: a text with a balance, or one that sums to
        100 +- 0.5.

    Returns
    -------
    pymatgen.core.Composition
        Atomic fractions that sum to one.

    Raises
    ------
    CompositionError
        If the text cannot be read, with the position of the fault.
    InputError
        If `text` is no text, or `basis` is unknown.

    Examples
    --------
    >>> round(parse_composition("Sm 36.7 Co 63.3 wt.%").get_atomic_fraction("Sm"), 4)
    0.1852
    """
    from pymatgen.core import Composition

    from ..catalogue.names import refusal
    from ..kernels.parse import parse
    from .reasons import reason

    if not isinstance(text, str):
        raise InputError(f"expected text such as 'SmCo5', got a {type(text).__name__}")
    if (why := refusal(text)) is not None:
        raise CompositionError(why, text)
    row = _row(text)
    offsets = np.array([0, len(row)], np.int64)
    offsets.flags.writeable = False
    _, indices, values, codes, places, sums = parse(row, offsets, basis_code(basis), ATOMIC_MASS)
    if codes[0]:
        place = int(places[0])
        raise CompositionError(reason(codes[0], text, place, sums[0], basis), text, place)
    return Composition({SYMBOLS[c]: a for c, a in zip(indices, values.tolist(), strict=True)})
