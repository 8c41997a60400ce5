"""The notation of grain-boundary shells: what a candidate table says beside a recipe."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..elements import RARE_EARTHS
from ..errors import InputError

_TEXT = re.compile(r"^\s*([A-Z][a-z]?)\s+(\d*\.?\d+)\s*@\s*(\d*\.?\d+)\s*$")


@dataclass(frozen=True)
class Shell:
    """A shell around every grain.

    Attributes
    ----------
    R : str
        The rare earth that diffused in.
    fraction : float
        Volume fraction of the shell in the hard phase, above 0 and up to 0.5.
    content : float
        Share of the shell's rare earth that is `R` instead, above 0 and up to 1.
    """

    R: str
    fraction: float
    content: float

    def __post_init__(self) -> None:
        if self.R not in RARE_EARTHS:
            raise InputError(f"a shell's R must be a rare earth such as Tb or Dy, got {self.R!r}")
        for name, value, most in (("fraction", self.fraction, 0.5), ("content", self.content, 1.0)):
            if not 0.0 < value <= most:
                raise InputError(
                    f"a shell's {name} must be above 0 and up to {most:g}, got {value:g}"
                )

    def __str__(self) -> str:
        """Return the shell as it is written in candidate tables."""
        return f"{self.R} {self.content:.2f} @ {self.fraction:.2f}"


def read_shell(value: "Shell | dict[str, Any] | str | None") -> Shell | None:
    """Read a shell from text, a dict or a `Shell`; an empty text and None mean a bulk alloy.

    Parameters
    ----------
    value : Shell, dict, str or None
        ``"Tb 0.30 @ 0.10"``: 30 % of the shell's rare earth is Tb, the shell is 10 % of the
        volume; as a dict ``{"R": "Tb", "fraction": 0.10, "content": 0.30}``.

    Raises
    ------
    InputError
        If it cannot be read or lies outside what a shell can be.

    Examples
    --------
    >>> str(read_shell({"R": "Tb", "fraction": 0.1, "content": 0.3}))
    'Tb 0.30 @ 0.10'
    """
    # A missing text in a pandas column is a NaN.
    if value is None or (isinstance(value, float) and np.isnan(value)) or value == "":
        return None
    if isinstance(value, Shell):
        return value
    if isinstance(value, dict):
        if set(value) != {"R", "fraction", "content"}:
            raise InputError(
                f"a shell needs R, fraction and content, got {', '.join(map(str, value)) or 'none'}"
            )
        return Shell(str(value["R"]), float(value["fraction"]), float(value["content"]))
    match = _TEXT.match(value) if isinstance(value, str) else None
    if match is None:
        raise InputError(
            f"shell {value!r} not understood; write it as 'Tb 0.30 @ 0.10' "
            "(content of the shell's rare earth @ volume fraction)"
        )
    return Shell(match[1], float(match[3]), float(match[2]))
