"""The notation of grain-boundary shells in candidate tables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .._core.elements import RARE_EARTHS
from .._core.errors import InputError

_FIXED = re.compile(r"^\s*([A-Z][a-z]?)\s+(\d*\.?\d+)\s*@\s*(\d*\.?\d+)\s*$")
_ORDERED = re.compile(r"^\s*([A-Z][a-z]?)\s+(\d*\.?\d+)\s*(?:wt\.?\s*%|%\s*wt)\s*$")

_COATED = re.compile(r"^\s*([A-Z][a-z]?)\s+(\d*\.?\d+)\s*mg/cm2\s+on\s+(\d*\.?\d+)\s*mm\s*$")

_LIMIT_AMOUNT = 20.0
# Density of sintered Nd-Fe-B, g/cm3: 7.4 to 7.7 on makers' sheets (datasets/grades), in the middle.
_DENSITY = 7.55


Shells: TypeAlias = "str | Mapping[str, Any] | Shell | Sequence[str | Shell | None] | None"
"""One shell, one a row, or none."""


@dataclass(frozen=True)
class Shell:
    """A rim around every grain, given by the mass put in or by its own content.

    Either `amount_wt_pct` is given, as a producer doses it, and fraction and content follow from it
    (`magnetkit.magnetism.shells`); or `fraction` and `content` are fixed by the user.

    Attributes
    ----------
    R : str
        The rare earth that diffused in, any of them: neodymium about a cerium-rich core too.
    fraction : float or None
        Volume fraction of the shell in the hard phase, above 0 and up to 0.5.
    content : float or None
        Share of the shell's rare earth that is `R` instead, above 0 and up to 1.
    amount_wt_pct : float or None
        Mass of `R` put in over that of the magnet, %, above 0 and up to 20.
    """

    R: str
    fraction: float | None = None
    content: float | None = None
    amount_wt_pct: float | None = None

    def __post_init__(self) -> None:
        if self.R not in RARE_EARTHS:
            raise InputError(f"a shell's R must be a rare earth such as Tb or Dy, got {self.R!r}")
        fixed, alone = self.fraction is not None, self.content is None
        if fixed == alone or fixed == (self.amount_wt_pct is not None):
            raise InputError("a shell needs amount_wt_pct alone, or fraction and content together")
        for name, value, most in (
            ("fraction", self.fraction, 0.5),
            ("content", self.content, 1.0),
            ("amount_wt_pct", self.amount_wt_pct, _LIMIT_AMOUNT),
        ):
            if value is not None and not 0.0 < value <= most:
                raise InputError(
                    f"a shell's {name} must be above 0 and up to {most:g}, got {value:g}"
                )

    def __str__(self) -> str:
        """Return the shell as it is written in candidate tables."""
        if self.amount_wt_pct is not None:
            return f"{self.R} {_written(self.amount_wt_pct, 1)} wt%"
        return f"{self.R} {_written(self.content)} @ {_written(self.fraction)}"


def _written(number: float | None, digits: int = 2) -> str:
    """Return a number with `digits` decimals, or with all it needs where they would change it."""
    text = f"{number:.{digits}f}"
    return text if float(text) == number else np.format_float_positional(float(number or 0))


def is_one(shell: Any) -> bool:
    """Return whether a value is one shell, valid or not, rather than one for each magnet."""
    if isinstance(shell, str | bytes | Mapping | Shell) or not hasattr(shell, "__iter__"):
        return True
    return getattr(shell, "ndim", 1) == 0


def read_shell(value: "Shell | dict[str, Any] | str | None") -> Shell | None:
    """Read a shell from text, a dict or a `Shell`; an empty text and None mean a bulk alloy.

    ``"Tb 0.5 wt%"``: half a per cent of the magnet's mass is terbium diffused in; or ``"Tb 2 mg/cm2
    on 5 mm"``: so much terbium on each of two faces that far apart, converted to the first by the
    density of sintered Nd-Fe-B; or ``"Tb 0.30 @ 0.10"``: 30 % of the shell's rare earth is Tb, the
    shell is 10 % of the volume; as a dict ``{"R": "Tb", "amount_wt_pct": 0.5}`` or ``{"R": "Tb",
    "fraction": 0.10, "content": 0.30}``. Raises InputError if it cannot be read or lies outside
    what a shell can be.

    >>> str(read_shell({"R": "Tb", "amount_wt_pct": 0.5}))
    'Tb 0.5 wt%'
    >>> str(read_shell({"R": "Tb", "fraction": 0.1, "content": 0.3}))
    'Tb 0.30 @ 0.10'
    """
    # A missing text in a pandas column is a NaN.
    missing = isinstance(value, float) and np.isnan(value)
    if value is None or missing or (isinstance(value, str) and not value):
        return None
    if isinstance(value, Shell):
        return value
    if isinstance(value, dict):
        if set(value) not in ({"R", "amount_wt_pct"}, {"R", "fraction", "content"}):
            raise InputError(
                "a shell needs R and amount_wt_pct, or R, fraction and content, "
                f"got {', '.join(map(str, value)) or 'none'}"
            )
        numbers = {name: float(v) for name, v in value.items() if name != "R"}
        return Shell(str(value["R"]), **numbers)
    text = value if isinstance(value, str) else ""
    if match := _ORDERED.match(text):
        return Shell(match[1], amount_wt_pct=float(match[2]))
    if match := _COATED.match(text):
        # Both faces are coated; thickness in mm.
        share = 2.0 * 1e-3 * float(match[2]) / (_DENSITY * 0.1 * float(match[3]))
        return Shell(match[1], amount_wt_pct=float(f"{100.0 * share:.3g}"))
    if match := _FIXED.match(text):
        return Shell(match[1], float(match[3]), float(match[2]))
    raise InputError(
        f"shell {value!r} not understood; write it as 'Tb 0.5 wt%' (mass put in), "
        "'Tb 2 mg/cm2 on 5 mm' (on both faces of a magnet that thick) or "
        "'Tb 0.30 @ 0.10' (content of the shell's rare earth @ volume fraction)"
    )
