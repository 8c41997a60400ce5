"""Requirements as text: ``"remanence_T >= 0.98*reference at 150C"``.

The same grammar reads requirements beside a profile and writes those that failed.
"""

import math
import re
from dataclasses import dataclass

from .errors import InputError
from .units import mind_the_cold, parse_temperature

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TEXT = re.compile(
    rf"\s*(?P<bar>\|?)\s*(?P<column>\w+)\s*(?P<close>\|?)\s*(?P<sign>>=|<=)\s*"
    rf"(?:(?P<share>{_NUMBER})\s*\*\s*(?=reference)|(?P<limit>{_NUMBER}))?\s*"
    rf"(?P<reference>reference)?\s*(?:(?:at|@)\s*(?P<temperature>.+?))?\s*"
)
_FORM = (
    "write e.g. 'remanence_T>=0.98*reference', 'coercivity_kA_m >= 800 at 150C' or "
    "'|remanence_coefficient_pct_K| <= 0.03'"
)


@dataclass(frozen=True)
class ParsedRequirement:
    """A requirement as written."""

    column: str  # name of a result column, not checked
    sign: str  # ``>=`` or ``<=``
    limit: float | None = (
        None  # in the column's unit; None where it is relative
    )
    share: float | None = (
        None  # of the reference magnet's value; None where the limit is a number
    )
    absolute: bool = False  # whether the column counts without its sign
    temperature_K: float | None = (
        None  # where it is evaluated, K; None is the device's temperature
    )

    @property
    def limit_field(self) -> str:
        """Field of `Requirement` that holds the limit, such as "minimum"."""
        if self.sign == ">=":
            return "minimum"
        return "absolute_maximum" if self.absolute else "maximum"


def _match_form(text: str) -> re.Match[str]:
    """Match the text of a requirement with the form that requirements have.

    Parameters
    ----------
    text : str
        Such as "remanence_T >= 1.2 at 150C".

    Returns
    -------
    re.Match
        Groups, all of them texts: ``bar`` and ``close`` ("|" of ``|COLUMN|``,
        else empty), ``column`` and ``sign`` (">=" or "<="); and ``limit``, ``share``,
        ``reference`` and ``temperature``, None where the text has none. So
        "x>=0.98*reference at 150C" has the share "0.98", the reference
        "reference" and the temperature "150C".

    Raises
    ------
    InputError
        If it has another form, such as a bar on one side alone; the message shows the expected
        one.
    """
    match = _TEXT.fullmatch(text)
    if match is not None:
        has_both_bars = bool(match["bar"]) == bool(match["close"])
        has_one_limit = bool(match["reference"]) != (
            match["limit"] is not None
        )
        if has_both_bars and has_one_limit:
            return match
    raise InputError(f"requirement {text!r} not understood; {_FORM}")


def parse_requirement(text: str) -> ParsedRequirement:
    """Read a requirement: ``COLUMN >= LIMIT``, ``COLUMN <= LIMIT`` or ``|COLUMN| <= LIMIT``.

    LIMIT is a number, ``reference`` or ``SHARE*reference``, and may be followed by ``at
    TEMPERATURE``. Whether there is such a column is not checked. A temperature without a unit that
    likely means degrees C gives a TemperatureWarning.

    Parameters
    ----------
    text : str
        The requirement; the column is a result's, with its unit, such as
        "coercivity_kA_m". The sign is ``>=`` or ``<=``; ``>``, ``<``, ``=``
        and a unit or "%" behind the number are refused. A ``SHARE`` is a
        number above 0, such as 0.98; ``|COLUMN|`` takes ``<=`` and a number
        alone. A ``TEMPERATURE`` is such as "150C" or "423K"; without a unit it
        is in kelvin.

    Returns
    -------
    ParsedRequirement
        ``column``, ``sign`` (">=" or "<="), ``limit`` in the column's unit
        (None of a share), ``share`` of the reference (None of a number),
        ``absolute`` (True of ``|COLUMN|``) and ``temperature_K`` (None where
        none is named). A bare ``reference`` has the share 1.0.

    Raises
    ------
    InputError
        If the text has another form, or a number in it cannot be used.

    Examples
    --------
    >>> parse_requirement("remanence_T>=0.98*reference").share
    0.98
    >>> parse_requirement("coercivity_kA_m >= 800 at 150C").temperature_K
    423.15
    """
    match = _match_form(text)
    absolute = bool(match["bar"])
    relative = bool(match["reference"])
    has_limit = match["limit"] is not None
    if absolute and (match["sign"] == ">=" or relative):
        raise InputError(
            f"requirement {text!r}: |column| takes <= and a number; {_FORM}"
        )
    share = float(match["share"] or 1.0) if relative else None
    if share is not None and share <= 0.0:
        raise InputError(
            f"requirement {text!r}: a share of the reference must be above 0"
        )
    at = match["temperature"]
    kelvin = (
        None if at is None else mind_the_cold(at, [parse_temperature(at)])[0]
    )
    limit = float(match["limit"]) if has_limit else None
    if not all(map(math.isfinite, (limit or 0.0, share or 0.0))):
        raise InputError(
            f"requirement {text!r}: expected a finite number; {_FORM}"
        )
    return ParsedRequirement(
        match["column"], match["sign"], limit, share, absolute, kelvin
    )
