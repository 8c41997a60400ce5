"""Devices made of what is said at the moment: another reference magnet, or requirements alone."""

from collections.abc import Sequence
from typing import Any

from ..arguments import named
from ..errors import InputError
from ..units import parse_temperature
from .grammar import parse_requirement
from .parts import Reference
from .profile import Profile

_GIVEN = {"source": "given with the screening", "status": "assumption"}
_ROOM_K, _LEAST_RANGE_K = 293.15, 10.0


@named
def with_reference(
    profile: Profile, recipe: str, basis: str = "auto", shell: str | None = None
) -> Profile:
    """Return a profile whose savings are measured against another magnet.

    Parameters
    ----------
    profile : Profile
        A device.
    recipe : str
        Composition of the magnet that it has.
    basis : {"auto", "atomic", "weight"}
        What the amounts are.
    shell : str, optional
        Its grain-boundary shell.

    Returns
    -------
    Profile

    Raises
    ------
    CompositionError
        If the recipe cannot be read.
    InputError
        If it is of no host that makes magnets.

    Examples
    --------
    >>> from magnetkit.applications import load
    >>> with_reference(load("energy-traction-motor"), "Nd1.7Dy0.3Fe14B").reference.host
    '2:14:1'
    """
    return profile.model_copy(update={"reference": _reference(recipe, basis, shell)})


@named
def asked(
    require: Sequence[str],
    reference: str,
    temperature: float | str,
    load_line: float = 1.0,
    *,
    basis: str = "auto",
    shell: str | None = None,
) -> Profile:
    """Return a device that is nothing but requirements and the magnet to save against.

    Parameters
    ----------
    require : sequence of str
        As ``"coercivity_kA_m>=800"``; at least one with a number. Those that are shares of the
        reference go to `magnetkit.screen` as its `require`.
    reference : str
        Composition of today's magnet.
    temperature : float or str
        Hottest temperature of the magnet, where requirements are judged: K, or a text such as
        ``"150C"``.
    load_line : float
        Permeance coefficient -B / (mu_0 H).
    basis : {"auto", "atomic", "weight"}
        What the amounts of the reference are.
    shell : str, optional
        Grain-boundary shell of the reference.

    Returns
    -------
    Profile

    Raises
    ------
    InputError
        If no requirement has a number, or an argument cannot be used.

    Examples
    --------
    >>> asked(["coercivity_kA_m>=500"], "Nd1.8Dy0.2Fe14B", "150C").temperature_K
    423.15
    """
    from ..hosts.records import HOST_NAMES

    kelvin = parse_temperature(temperature)
    limits: list[dict[str, Any]] = []
    for text in require:
        found = parse_requirement(text)
        if found.limit is not None:
            side = "minimum" if found.sign == ">=" else "maximum"
            name = "absolute_maximum" if found.absolute else side
            own = {"column": found.column, name: found.limit, "temperature_K": found.temperature_K}
            limits.append(own | _GIVEN)
    if not limits:
        raise InputError(
            "without an application, give a requirement with a number, such as coercivity_kA_m>=800"
        )
    low, high = min(_ROOM_K, kelvin), max(_ROOM_K, kelvin)
    return Profile.model_validate(
        {
            "name": "asked",
            "title": "What was asked",
            "description": "Requirements as given, without a device profile.",
            "atmosphere": "Not said.",
            "hosts": list(HOST_NAMES),
            "temperature_min_K": low,
            "temperature_max_K": max(high, low + _LEAST_RANGE_K),
            "temperature_K": kelvin,
            "load_line": load_line,
            "magnet_mass_kg": 1.0,
            "sources": dict.fromkeys(("temperature", "load_line", "magnet_mass"), _GIVEN),
            "reference": _reference(reference, basis, shell),
            "requirements": limits,
        }
    )


def _reference(recipe: str, basis: str, shell: str | None) -> Reference:
    """Return a magnet to save against."""
    from ..composition.inputs import read_inputs
    from ..hosts import assign_hosts
    from ..hosts.records import HOST_NAMES

    table = read_inputs(recipe, basis, strict=True).table  # type: ignore[arg-type]
    code = int(assign_hosts(table)[0])
    if code < 0:
        raise InputError(f"reference {recipe!r} is of no structure that makes magnets")
    return Reference(
        formula=recipe,
        basis="weight" if basis == "weight" else "atomic",
        host=HOST_NAMES[code],
        grade="as given",
        shell=shell,
        source=_GIVEN["source"],
        status="assumption",
    )
