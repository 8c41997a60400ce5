"""What a replacement has to do: the requirements that a grade's own values make."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._toml import Evidence
from ..anchors.grade import COMPENSATED
from ..applications.parts import Host, Reference, Requirement, Sources
from ..applications.profile import Profile
from ..errors import InputError
from ..hosts.partition import HOSTS
from ..magnetism.duty import Duty

if TYPE_CHECKING:
    from ..anchors.makeup import Makeup
    from ..prediction.conditions import Conditions

SOLD: tuple[Host, ...] = tuple(name for name, host in HOSTS.items() if host.magnet.trade)
"""Hosts of the magnets that can be bought."""

MEASURED = "measured"
"""What the mill of a user's own magnets of a grade is called."""

# A mill's own batches of a grade differ by more in B_r than this; less is no loss.
_REMANENCE_SHARE = 0.98
_ALPHA_ROOM = 0.01
_RECOIL = 1.05

_REQUIREMENT = re.compile(
    r"^\s*(\w+)\s*(>=|<=)\s*(?:([-+]?\d*\.?\d+)\s*\*\s*)?(reference|[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)"
    r"\s*$"
)
_CITED = "printed by the maker, at temperature by the printed coefficients"


@dataclass(frozen=True)
class Wish:
    """What the user asks, checked.

    Attributes
    ----------
    conditions : Conditions
        At the temperature of use, whose magnets anchor the model, supply, measured data.
    load_line : float or None
        Permeance coefficient.
    require : tuple of str
        Requirements in words.
    mass_kg : float
        Of one magnet.
    per_year : int
        Magnets a year.
    between : tuple of float, optional
        Range of use of a compensated magnet, K.
    """

    conditions: "Conditions"
    load_line: float | None
    require: tuple[str, ...]
    mass_kg: float
    per_year: int
    between: tuple[float, float] | None = None

    @property
    def temperature(self) -> float:
        """Temperature of use, K."""
        return self.conditions.temperature[0]


def requirement(text: str, reference: Mapping[str, Any]) -> Requirement:
    """Return a requirement from its text, ``"remanence_T>=0.98*reference"``.

    Parameters
    ----------
    text : str
        Column, ``>=`` or ``<=``, and a number, ``reference`` or a multiple of it.
    reference : mapping of str to float
        The values of the magnet to replace.

    Raises
    ------
    InputError
        If it cannot be read, or the reference has no such value.
    """
    match = _REQUIREMENT.match(text) if isinstance(text, str) else None
    if match is None:
        raise InputError(
            f"requirement {text!r:.60} not understood; write e.g. coercivity_kA_m>=500 or "
            "remanence_T>=0.98*reference"
        )
    column, sign, factor, bound = match.groups()
    if bound == "reference":
        value = reference.get(column)
        if value is None or value != value:
            known = ", ".join(k for k, v in reference.items() if isinstance(v, float) and v == v)
            raise InputError(f"{text!r}: the reference has no {column}; it has {known}")
        limit = float(value) * float(factor or 1.0)
    elif factor is not None:
        limit = float(factor) * float(bound)
    else:
        limit = float(bound)
    ends = {"minimum": limit} if sign == ">=" else {"maximum": limit}
    try:
        return Requirement(column=column, source=f"asked for: {text}", status="assumption", **ends)
    except ValueError as error:
        reason = str(error).splitlines()[2].strip() if "\n" in str(error) else str(error)
        raise InputError(f"requirement {text!r}: {reason}") from None


def requirements(
    reference: Mapping[str, Any], load_line: float | None, extra: Sequence[str]
) -> tuple[Requirement, ...]:
    """Return what a replacement of a magnet must do: as much flux, and hold as firmly.

    A compensated magnet must also stay compensated; with a load line the knee must lie beyond the
    working point. A requirement of `extra` takes the place of that on the same column.
    """
    found = {
        "remanence_T": f"remanence_T>={_REMANENCE_SHARE}*reference",
        "coercivity_kA_m": "coercivity_kA_m>=reference",
    }
    made = {column: requirement(text, reference) for column, text in found.items()}
    alpha = float(reference["remanence_coefficient_pct_K"])
    if abs(alpha) <= COMPENSATED:
        made["remanence_coefficient_pct_K"] = Requirement(
            column="remanence_coefficient_pct_K",
            absolute_maximum=abs(alpha) + _ALPHA_ROOM,
            source="the grade is temperature compensated",
            status="assumption",
        )
    if load_line is not None:
        made["knee_field_kA_m"] = Requirement(
            column="knee_field_kA_m",
            minimum=round(working_field(float(reference["remanence_T"]), load_line), 1),
            source=f"reverse field at a load line of {load_line:g}, from the remanence",
            status="assumption",
        )
    for text in extra:
        asked = requirement(text, reference)
        made[asked.column] = asked
    return tuple(made.values())


def working_field(remanence: float, load_line: float) -> float:
    """Return the reverse field at the working point, kA/m, on the straight line of recoil."""
    return 1e-3 * float(Duty(load_line).field(np.array(remanence), np.array(_RECOIL)))


def profile(grade: str, reference: Mapping[str, Any], made: "Makeup", wish: Wish) -> Profile:
    """Return the device profile whose magnet is the grade."""
    kelvin = float(reference["temperature_K"])
    stated = Evidence(source="asked for", status="assumption")
    cold, hot = wish.between or (293.15, 293.15)
    low, high = min(cold, kelvin), max(hot, kelvin)
    if high - low < 20.0:
        high = low + 100.0
    printed = Evidence(source=_CITED, status="cited")
    return Profile(
        name="replace-" + re.sub(r"[^a-z0-9]+", "-", grade.casefold()).strip("-"),
        title=f"Replacement of {grade} at {kelvin - 273.15:.0f} °C",
        description=f"What does the work of {grade} with less heavy rare earth; {made.sentence()}.",
        atmosphere="As the grade's own device.",
        hosts=SOLD,
        temperature_min_K=low,
        temperature_max_K=high,
        temperature_K=kelvin,
        load_line=1.0 if wish.load_line is None else wish.load_line,
        magnet_mass_kg=wish.mass_kg,
        sources=Sources(temperature=stated, load_line=stated, magnet_mass=stated),
        reference=Reference(
            formula=made.best.text,
            basis="weight",
            host=reference["host"],
            grade=grade,
            shell=made.best.shell or None,
            source=printed.source,
            status="assumption",
        ),
        objectives=("heavy_rare_earth_wt_pct:min", "supply_risk:min", "cost_USD_kg:min"),
        requirements=requirements(reference, wish.load_line, wish.require),
    )
