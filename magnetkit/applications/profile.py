"""What a device asks of its magnet, as a TOML file: the embedded ones and the user's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, field_validator, model_validator

from .. import _toml
from .._toml import Name, Strict, Text
from ..arguments import named
from ..errors import InputError
from ..hosts.records import HOSTS
from ..units import TEN_YEARS
from .objective import MARGIN, Objective
from .parts import WITHOUT_TEMPERATURE, Host, Reference, Requirement, Sources, Space, Unit

DEFAULT_OBJECTIVES = (
    "heavy_rare_earth_wt_pct:min",
    "supply_risk:min",
    "cost_per_flux_USD_m3_T:min",
    "margin:max",
)
MOST_OBJECTIVES = 6


class Profile(Strict):
    """A device: conditions, requirements, reference magnet and what to try.

    Attributes
    ----------
    name, title, description : str
        Short name, heading and one paragraph.
    atmosphere : str
        Corrosion and atmosphere, for the reader.
    hosts : tuple of str
        Hosts allowed.
    temperature_min_K, temperature_max_K : float
        Range of the magnet's temperature; temperature coefficients are chords over it.
    temperature_K : float
        Where requirements are judged unless they say otherwise.
    load_line : float
        Permeance coefficient -B / (mu0 H) of the working point.
    outside_field_kA_m : float
        Outside field against the magnetization, kA/m; none if not given.
    service_hours : float
        Time at the hottest temperature, h; ten years if not given.
    magnet_mass_kg : float
        Mass of magnet per device.
    sources : Sources
        Where those numbers come from.
    reference : Reference
        Today's magnet.
    objectives : tuple of str
        One or several of ``"column:min"``, ``"column:max"`` or ``"margin:max"``, with a weight
        ``"column:min=2"``; the first three span the Pareto front.
    units : tuple of Unit
        What counts as one unit of regret; `magnetkit.applications.objective.UNITS` otherwise.
    requirements : tuple of Requirement
        What a magnet must reach.
    space : tuple of Space
        Default substitution space; its parts may overlap.
    """

    name: Name
    title: Text
    description: Text
    atmosphere: Text
    hosts: Annotated[tuple[Host, ...], Field(min_length=1)]
    temperature_min_K: PositiveFloat
    temperature_max_K: PositiveFloat
    temperature_K: PositiveFloat
    load_line: PositiveFloat
    outside_field_kA_m: NonNegativeFloat = 0.0
    service_hours: PositiveFloat = TEN_YEARS
    magnet_mass_kg: PositiveFloat
    sources: Sources
    reference: Reference
    objectives: Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_OBJECTIVES)] = (
        DEFAULT_OBJECTIVES
    )
    units: tuple[Unit, ...] = ()
    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    space: tuple[Space, ...] = ()

    @field_validator("objectives")
    @classmethod
    def _directions(cls, objectives: Sequence[str]) -> Sequence[str]:
        for text in objectives:
            try:
                Objective.parse(text)
            except InputError as error:
                raise ValueError(str(error)) from None
        return objectives

    @model_validator(mode="after")
    def _coherent(self) -> "Profile":
        if not self.temperature_min_K < self.temperature_max_K:
            raise ValueError("temperature_min_K must lie below temperature_max_K")
        if self.outside_field_kA_m and self.sources.outside_field is None:
            raise ValueError("outside_field_kA_m needs its source: sources.outside_field")
        if not self.temperature_min_K <= self.temperature_K <= self.temperature_max_K:
            raise ValueError("temperature_K must lie within temperature_min_K and _max_K")
        for part in self.space:
            if part.host not in self.allowed_hosts:
                raise ValueError(f"space names host {part.host!r}, which hosts does not allow")
        return self

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The hosts and their variants."""
        return tuple(name for name, host in HOSTS.items() if {name, host.root} & set(self.hosts))

    @property
    def goals(self) -> tuple[tuple[str, Literal["min", "max"]], ...]:
        """The objectives as pairs of column (or ``"margin"``) and direction."""
        parsed = [Objective.parse(text) for text in self.objectives]
        return tuple(
            ("margin" if o.column == MARGIN else o.column, "min" if o.sign > 0 else "max")
            for o in parsed
        )

    def temperature_of(self, requirement: Requirement) -> float | None:
        """Return where a requirement is judged, K; None for what belongs to no temperature.

        Parameters
        ----------
        requirement : Requirement
            One of `requirements`.

        Returns
        -------
        float or None
            Temperature, K.
        """
        if requirement.column in WITHOUT_TEMPERATURE:
            return None
        return requirement.temperature_K or self.temperature_K

    @property
    def temperatures(self) -> tuple[float, ...]:
        """Every temperature at which properties are needed, K, ascending."""
        judged = {self.temperature_of(r) for r in self.requirements} - {None}
        return tuple(
            sorted(
                {self.temperature_min_K, self.temperature_K, self.temperature_max_K}
                | {t for t in judged if t is not None}
            )
        )


def names() -> list[str]:
    """Return the names of the embedded profiles."""
    return _toml.names("applications")


@named
def load(name_or_path: str | Path) -> Profile:
    """Read a profile.

    Parameters
    ----------
    name_or_path : str or Path
        Name of an embedded profile (`names`) or path of a TOML file.

    Returns
    -------
    Profile

    Raises
    ------
    InputError
        If there is none, or a field is missing, unknown or out of range.

    Examples
    --------
    >>> load("aviation-actuator").temperature_K
    453.15
    """
    return _toml.load(name_or_path, Profile, "application", "applications")
