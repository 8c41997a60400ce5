"""The notation of grain-boundary shells and of what is diffused with them in candidate tables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .._core.elements import ATOMIC_MASS, HEAVY_LANTHANIDES, INDEX, RARE_EARTHS
from .._core.errors import InputError

_FIXED = re.compile(r"^\s*([A-Z][a-z]?)\s+(\d*\.?\d+)\s*@\s*(\d*\.?\d+)\s*$")
# One source of several: an element or an alloy of printed at.% and its mass.
_SOURCE = re.compile(
    r"^\s*((?:[A-Z][a-z]?\d*\.?\d*)+)\s+(\d*\.?\d+)\s*(?:wt\.?\s*%|%\s*wt)\s*$"
)
_PART = re.compile(r"([A-Z][a-z]?)(\d*\.?\d*)")
_FACES = re.compile(r"^(.*?)\s+from\s+faces\s+(\d*\.?\d+)\s*mm\s+apart\s*$")
_BETWEEN = re.compile(r"^(.*?)\s+between\s+(?:the\s+)?grains\s*$")

_COATED = re.compile(
    r"^\s*([A-Z][a-z]?)\s+(\d*\.?\d+)\s*mg/cm2\s+on\s+(\d*\.?\d+)\s*mm\s*$"
)

CARRIERS = ("Pr", "Nd", "Ce", "La", "Y", "Al", "Cu", "Zn", "Ga")
"""Elements that are diffused beside a heavy rare earth, or alone, and stay in the boundary."""

_LIMIT_AMOUNT = 20.0
_LIMIT_FACES_MM = 100.0
# Density of sintered Nd-Fe-B, g/cm3: 7.4 to 7.7 on makers' sheets (datasets/grades), in the middle.
_DENSITY = 7.55


Shells: TypeAlias = (
    "str | Mapping[str, Any] | Shell | Sequence[str | Shell | None] | None"
)
"""One shell, one a row, or none."""


@dataclass(frozen=True)
class Shell:
    """A rim around every grain, given by the mass put in or by its own content, and its carriers.

    Either `amount_wt_pct` is given, as a producer doses it, and fraction and content follow from it
    (`magnetkit.magnetism.shells`); or `fraction` and `content` are fixed by the user.

    Attributes
    ----------
    R : str
        The rare earth that diffused in, any of them: neodymium about a cerium-rich core too; empty
        where carriers alone do.
    fraction : float or None
        Volume fraction of the shell in the hard phase, above 0 and up to 0.5.
    content : float or None
        Share of the shell's rare earth that is `R` instead, above 0 and up to 1.
    amount_wt_pct : float or None
        Mass of `R` put in over that of the magnet, %, above 0 and up to 20.
    carriers : tuple of (str, float)
        Elements of `CARRIERS` put in beside it and their masses over that of the magnet, %; they
        stay in the boundary.
    faces_mm : float or None
        Distance of the two faces that it is diffused from; None where it is as much everywhere.
    between_grains : bool
        Whether it is mixed into the powder before sintering, which makes it part of the charge.
    """

    R: str
    fraction: float | None = None
    content: float | None = None
    amount_wt_pct: float | None = None
    carriers: tuple[tuple[str, float], ...] = ()
    faces_mm: float | None = None
    between_grains: bool = False

    def __post_init__(self) -> None:
        for symbol, amount in self.carriers:
            if symbol not in CARRIERS:
                raise InputError(
                    f"a shell's source has a heavy rare earth or {', '.join(CARRIERS)}, "
                    f"got {symbol!r}"
                )
            self._check("amount_wt_pct", amount, _LIMIT_AMOUNT)
        if self.faces_mm is not None:
            self._check(
                "distance of faces, mm,", self.faces_mm, _LIMIT_FACES_MM
            )
        if not self.R and self.carriers:
            return
        if self.R not in RARE_EARTHS:
            raise InputError(
                f"a shell's R must be a rare earth such as Tb or Dy, got {self.R!r}"
            )
        has_fraction = self.fraction is not None
        alone = self.content is None
        if has_fraction == alone or has_fraction == (
            self.amount_wt_pct is not None
        ):
            raise InputError(
                "a shell needs amount_wt_pct alone, or fraction and content together"
            )
        self._check("fraction", self.fraction, 0.5)
        self._check("content", self.content, 1.0)
        self._check("amount_wt_pct", self.amount_wt_pct, _LIMIT_AMOUNT)

    @staticmethod
    def _check(name: str, value: float | None, most: float) -> None:
        """Raise InputError if a number is given and not above 0 and up to `most`.

        `name` is that of the field, for the message. A `value` of None passes.
        """
        if value is not None and not 0.0 < value <= most:
            raise InputError(
                f"a shell's {name} must be above 0 and up to {most:g}, got {value:g}"
            )

    def __str__(self) -> str:
        """Return the shell as it is written in candidate tables."""
        if self.fraction is not None:
            return f"{self.R} {_format_number(self.content)} @ {_format_number(self.fraction)}"
        amounts = [
            *([(self.R, self.amount_wt_pct)] if self.R else []),
            *self.carriers,
        ]
        text = " + ".join(
            f"{symbol} {_format_number(amount, 1)} wt%"
            for symbol, amount in amounts
        )
        if self.between_grains:
            return f"{text} between grains"
        if self.faces_mm is not None:
            return f"{text} from faces {self.faces_mm:g} mm apart"
        return text


def _format_number(number: float | None, digits: int = 2) -> str:
    """Write a number with `digits` decimals, or with all it needs where these would change it.

    `number` must not be None; there are no exponents. Such as 0.5 with two digits as "0.50", and
    0.125 as "0.125".
    """
    text = f"{number:.{digits}f}"
    if float(text) == number:
        return text
    return np.format_float_positional(float(number or 0))


def is_one(shell: Any) -> bool:
    """Say whether a value is a single shell, valid or not, rather than one for each magnet.

    None, a text, a dict, a `Shell` and an array without dimensions are one; a list, a tuple, an
    array or a column is not.
    """
    if isinstance(shell, str | bytes | Mapping | Shell) or not hasattr(
        shell, "__iter__"
    ):
        return True
    return getattr(shell, "ndim", 1) == 0


def _read_record(record: dict[str, Any]) -> Shell:
    """Build a shell from a dictionary of R and amount_wt_pct, or of R, fraction and content.

    Parameters
    ----------
    record : dict
        Such as ``{"R": "Tb", "amount_wt_pct": 0.5}`` or ``{"R": "Tb",
        "fraction": 0.1, "content": 0.3}``; the latter two are shares of 1,
        ``amount_wt_pct`` is % of the magnet's mass. ``fraction`` is above 0
        and up to 0.5, ``content`` above 0 and up to 1, ``amount_wt_pct`` above
        0 and up to 20; a text of a number will do. ``R`` is a rare earth, Y
        among them and Sc not. Carriers, faces and powder cannot be given in
        this form.

    Returns
    -------
    Shell
        With these fields; those of the other form are None.

    Raises
    ------
    InputError
        For other keys, another R, or a value that is no number or out of
        range; NaN is.
    """
    if set(record) not in (
        {"R", "amount_wt_pct"},
        {"R", "fraction", "content"},
    ):
        raise InputError(
            "a shell needs R and amount_wt_pct, or R, fraction and content, "
            f"got {', '.join(map(str, record)) or 'none'}"
        )
    try:
        numbers: dict[str, Any] = {
            name: float(value) for name, value in record.items() if name != "R"
        }
    except (TypeError, ValueError):
        raise InputError(
            f"a shell's amounts are numbers, got {record!s:.80}"
        ) from None
    return Shell(str(record["R"]), **numbers)


def read_shell(value: "Shell | dict[str, Any] | str | None") -> Shell | None:
    """Read a shell from text, a dict or a `Shell`; an empty text and None mean a bulk alloy.

    Parameters
    ----------
    value : Shell, dict, str or None
        ``"Tb 0.5 wt%"``: half a per cent of the magnet's mass is terbium
        diffused in, as much everywhere; "wt%" or "wt.%" must be written, and
        "Tb 0.5 %" is refused. ``"Tb 0.5 wt% from faces 5 mm apart"``. ``"Tb 2
        mg/cm2 on 5 mm"``: so much on each of two faces that far apart,
        converted by the density of sintered Nd-Fe-B. ``"Dy 0.5 wt% + Pr 0.7
        wt%"`` or ``"Dy70Cu30 0.6 wt%"`` (at.%): with carriers. ``"Al 0.2
        wt%"``: without heavy rare earth. ``"DyPr 1 wt% between grains"``:
        mixed into the powder. ``"Tb 0.30 @ 0.10"``: 30 % of the shell's rare
        earth is Tb, the shell is 10 % of the volume. As a dict ``{"R": "Tb",
        "amount_wt_pct": 0.5}`` or ``{"R": "Tb", "fraction": 0.10, "content":
        0.30}``.

    Returns
    -------
    Shell or None
        None for a bulk alloy: an empty text, None or NaN. A `Shell` is
        returned itself. It has ``R``, the symbol of its rare earth (empty
        without one), and, None where it is not given, ``fraction`` and
        ``content`` (shares of 1), ``amount_wt_pct`` (% of the magnet's mass)
        and ``faces_mm``; ``carriers``, a tuple of (symbol, wt.%) pairs, and
        ``between_grains``, a bool. An amount is not turned into a fraction
        and a content.

    Raises
    ------
    InputError
        If it cannot be read or lies outside what a shell can be. A text of
        blanks alone cannot be read, nor a dict with other keys or with a value
        that is no number. An amount is at most 20 wt%, a content 1, a fraction
        0.5, each above 0. Two heavy rare earths in one shell are refused.

    Examples
    --------
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
        return _read_record(value)
    text = value if isinstance(value, str) else ""
    if match := _COATED.match(text):
        # Both faces are coated; thickness in mm.
        faces_mm = float(match[3])
        share = 2.0 * 1e-3 * float(match[2]) / (_DENSITY * 0.1 * faces_mm)
        amount = float(f"{100.0 * share:.3g}")
        return Shell(match[1], amount_wt_pct=amount, faces_mm=faces_mm)
    if match := _FIXED.match(text):
        return Shell(match[1], float(match[3]), float(match[2]))
    if (shell := _read_sources(text)) is not None:
        return shell
    raise InputError(
        f"shell {value!r} not understood; write it as 'Tb 0.5 wt%' (mass put in), "
        "'Dy 0.5 wt% + Pr 0.7 wt%' (with a carrier), "
        "'Tb 2 mg/cm2 on 5 mm' (on both faces of a magnet that thick) or "
        "'Tb 0.30 @ 0.10' (content of the shell's rare earth @ volume fraction)"
    )


def _read_sources(text: str) -> Shell | None:
    """Read what is diffused into a magnet, such as ``Dy 0.5 wt.% + Cu 0.1 wt.%``.

    Parameters
    ----------
    text : str
        Sources and their masses, % of that of the magnet, joined by "+". A source may be an alloy,
        its formula in at.%. The text may end in ``from faces 5 mm apart`` or ``between grains``.

    Returns
    -------
    Shell or None
        The heavy rare earth makes the rim; without one, a light rare earth
        does if it is alone. All other elements are carriers. Masses of an
        element that comes twice are added up. None for a text of another form.
        It has ``R`` (empty without a rim), ``amount_wt_pct`` (None without a
        rim), ``carriers`` (a tuple of (symbol, %) pairs), ``faces_mm`` (None
        where no faces are named) and ``between_grains``.

    Raises
    ------
    InputError
        For two heavy rare earths, an unknown element, or an amount out of range.
    """
    faces_mm = None
    between = False
    if match := _FACES.match(text):
        text = match[1]
        faces_mm = float(match[2])
    elif match := _BETWEEN.match(text):
        text = match[1]
        between = True
    masses: dict[str, float] = {}
    for part in text.split("+"):
        match = _SOURCE.match(part)
        if match is None:
            return None
        for symbol, mass in _split_mass(match[1], float(match[2])).items():
            masses[symbol] = masses.get(symbol, 0.0) + mass
    heavy = [symbol for symbol in masses if symbol in HEAVY_LANTHANIDES]
    if len(heavy) > 1:
        raise InputError(
            f"shell {text!r}: one heavy rare earth a shell is known, got {' and '.join(heavy)}"
        )
    rare = [symbol for symbol in masses if symbol in RARE_EARTHS]
    rim = heavy[0] if heavy else ""
    if not rim and len(masses) == 1 and rare:
        rim = rare[0]
    amount = masses.pop(rim, None)
    carriers = tuple(masses.items())
    return Shell(
        rim,
        amount_wt_pct=amount,
        carriers=carriers,
        faces_mm=faces_mm,
        between_grains=between,
    )


def _split_mass(formula: str, mass: float) -> dict[str, float]:
    """Split a mass among the elements of an alloy whose amounts count atoms.

    Parameters
    ----------
    formula : str
        Formula without brackets, such as "Pr70Cu30". An element without an amount counts one atom.
    mass : float
        Mass of the alloy, in any unit.

    Returns
    -------
    dict of str to float
        Mass by symbol, in the unit of `mass`, to four significant digits but
        for a single element.

    Raises
    ------
    InputError
        If a symbol is no element.
    """
    parts = _PART.findall(formula)
    unknown = [symbol for symbol, _ in parts if symbol not in INDEX]
    if unknown:
        raise InputError(
            f"shell source {formula!r}: {unknown[0]!r} is no element"
        )
    if len(parts) == 1:
        return {parts[0][0]: mass}
    weights = [
        float(count or 1.0) * ATOMIC_MASS[INDEX[symbol]]
        for symbol, count in parts
    ]
    whole = sum(weights)
    masses: dict[str, float] = {}
    for (symbol, _), weight in zip(parts, weights, strict=True):
        masses[symbol] = masses.get(symbol, 0.0) + mass * weight / whole
    return {symbol: float(f"{value:.4g}") for symbol, value in masses.items()}
