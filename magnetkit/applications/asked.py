"""A device that is nothing but what was asked: requirements without a profile."""

from collections.abc import Sequence
from typing import Any

from ..errors import InputError
from .grammar import parse_requirement
from .profile import Profile, Sources

_MASS_KG = 1.0
# A range that a chord needs, K.
_LEAST_RANGE = 10.0


def asked_profile(
    require: Sequence[str],
    reference: Profile,
    temperature: float,
    load_line: float,
) -> Profile:
    """Return a profile of some requirements alone.

    Parameters
    ----------
    require : sequence of str
        As ``"coercivity_kA_m>=800"``; at least one that is no share of the reference.
    reference : Profile
        Any device, with the reference magnet to save against.
    temperature : float
        Hottest temperature of the magnet, where requirements are judged, K.
    load_line : float
        Permeance coefficient -B / (mu_0 H).

    Returns
    -------
    Profile

    Raises
    ------
    InputError
        If no requirement is a number.
    """
    source = {"source": "given with the screening", "status": "assumption"}
    asked: list[dict[str, Any]] = []
    for text in require:
        found = parse_requirement(text)
        if found.limit is None:
            continue
        side = "minimum" if found.sign == ">=" else "maximum"
        name = "absolute_maximum" if found.absolute else side
        asked.append({"column": found.column, name: found.limit, **source})
    if not asked:
        raise InputError(
            "without an application, give a requirement with a number, such as "
            "coercivity_kA_m>=800"
        )
    room = 293.15
    low, high = min(room, temperature), max(room, temperature)
    return Profile.model_validate(
        {
            "name": "asked",
            "title": "What was asked",
            "description": "Requirements as given, without a device profile.",
            "atmosphere": "Not said.",
            "hosts": list(reference.hosts),
            "temperature_min_K": low,
            "temperature_max_K": max(high, low + _LEAST_RANGE),
            "temperature_K": temperature,
            "load_line": load_line,
            "magnet_mass_kg": _MASS_KG,
            "sources": Sources.model_validate(
                {"temperature": source, "load_line": source, "magnet_mass": source}
            ),
            "reference": reference.reference,
            "requirements": asked,
        }
    )
