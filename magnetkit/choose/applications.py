"""Profiles of devices: embedded, from a user's TOML file, or made of given requirements."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from .._core import _toml
from .._core._arguments import check_arguments
from .._core._constants import ROOM_K
from .._core._requirement_text import parse_requirement
from .._core._toml import Name, Strict, Text, validate_record
from .._core.errors import InputError
from .._core.units import TEN_YEARS, kelvin_text, parse_temperature
from ..phases.records import HOST_NAMES, HOSTS
from . import _profile_parts as parts
from ._profile_parts import Reference, Requirement, Space
from .thresholds import MOST_COST

_DEFAULT_OBJECTIVES = (
    "heavy_rare_earth_wt_pct:min",
    "supply_risk:min",
    "cost_per_flux_USD_m3_T:min",
    "margin:max",
)
_MOST_OBJECTIVES = 6


class Profile(Strict):
    """A device: conditions, requirements, reference magnet and candidates.

    Attributes
    ----------
    name, title, description : str
        Short name, heading and one paragraph.
    atmosphere : str
        Corrosion and atmosphere, for the reader.
    hosts : tuple of str
        Hosts allowed, such as "2:14:1"; names of `HOST_NAMES`, no formulas. Variants of a root
        are allowed with it.
    temperature_min_K, temperature_max_K : float
        Range of the magnet's temperature; temperature coefficients are chords over it.
    temperature_K : float
        Temperature of requirements that name none.
    load_line : float
        Permeance coefficient -B / (mu0 H) of the working point.
    outside_field_kA_m : float
        Outside field against the magnetization, kA/m; none if not given.
    service_hours : float
        Time at the hottest temperature, h, 0 for none; ten years if not given.
    magnet_mass_kg : float
        Mass of magnet per device. In a file temperatures and the mass may be texts with their
        unit instead: ``temperature_max = "150C"``, ``magnet_mass = "1.5 t"``.
    sources : Sources
        Where those numbers come from.
    reference : Reference
        Today's magnet.
    objectives : tuple of str
        One or several of ``"column:min"``, ``"column:max"`` or ``"margin:max"``, with a weight
        ``"column:min=2"``; the first three span the Pareto front.
    units : tuple of Unit
        What counts as one unit of regret; `magnetkit.choose._profile_parts.UNITS` otherwise.
    first_family : {"own", "any"}
        Whether a magnet of another family than today's may be the decision to take.
    most_cost_per_flux : float
        Largest cost per flux over today's of the decision to take.
    requirements : tuple of Requirement
        What a magnet must reach.
    space : tuple of Space
        Default substitution space; its parts may overlap.
    """

    name: Name
    title: Text
    description: Text
    atmosphere: Text
    hosts: Annotated[tuple[parts.Host, ...], Field(min_length=1)]
    temperature_min_K: parts.Kelvin
    temperature_max_K: parts.Kelvin
    temperature_K: parts.Kelvin
    load_line: Annotated[float, Field(gt=0, le=1e4)]
    outside_field_kA_m: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    service_hours: Annotated[float, Field(ge=0, le=1e7)] = TEN_YEARS
    magnet_mass_kg: Annotated[float, Field(gt=0, le=1e6)]
    sources: parts.Sources
    reference: Reference
    objectives: Annotated[
        tuple[str, ...], Field(min_length=1, max_length=_MOST_OBJECTIVES)
    ] = _DEFAULT_OBJECTIVES
    units: tuple[parts.Unit, ...] = ()
    first_family: Literal["own", "any"] = "own"
    most_cost_per_flux: Annotated[float, Field(gt=0, le=100)] = MOST_COST
    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    space: tuple[Space, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read_units(cls, given: Any, info: ValidationInfo) -> Any:
        """Convert the texts of temperature and magnet mass in a record to numbers, before validation.

        ``temperature = "150C"`` becomes ``temperature_K``, ``temperature_min``
        becomes ``temperature_min_K``, ``temperature_max`` becomes
        ``temperature_max_K``, and ``magnet_mass = "1.5 t"`` becomes
        ``magnet_mass_kg``. A number under a key without a unit is an error.
        `given` is the record, a dict that is not changed; a new one is
        returned, and what is no dict as it is. ValueError if a text cannot be
        read or has no unit, or a key is given both ways. `info` is pydantic's.
        """
        return parts.with_units_read(
            given,
            info,
            ("temperature", "temperature_min", "temperature_max"),
            ("magnet_mass",),
        )

    @field_validator("outside_field_kA_m", "service_hours", "load_line")
    @classmethod
    def _believed(cls, value: float, info: ValidationInfo) -> float:
        return parts.check_belief(str(info.field_name), value)

    @field_validator("objectives")
    @classmethod
    def _directions(cls, objectives: Sequence[str]) -> Sequence[str]:
        """Check that each of `objectives` can be read; the texts are returned unchanged.

        The column must be a numeric one. Each is "column:min" or "column:max",
        with a weight "column:min=2", as of `Objective.parse`. ValueError,
        which pydantic reports, otherwise.
        """
        for text in objectives:
            try:
                parts.Objective.parse(text)
            except InputError as error:
                raise ValueError(str(error)) from None
        return objectives

    @model_validator(mode="after")
    def _coherent(self) -> "Profile":
        """Check that temperatures, sources and hosts of the profile fit together.

        ``temperature_min_K`` must lie below ``temperature_max_K`` and ``temperature_K`` within
        both, ends included; an ``outside_field_kA_m`` other than 0 needs
        ``sources.outside_field``; and each part of ``space`` must be of an allowed host. The
        profile itself is returned; ValueError, which pydantic reports, otherwise.
        """
        if not self.temperature_min_K < self.temperature_max_K:
            raise ValueError(
                "temperature_min_K must lie below temperature_max_K"
            )
        if self.outside_field_kA_m and self.sources.outside_field is None:
            raise ValueError(
                "outside_field_kA_m needs its source: sources.outside_field"
            )
        if (
            not self.temperature_min_K
            <= self.temperature_K
            <= self.temperature_max_K
        ):
            raise ValueError(
                "temperature_K must lie within temperature_min_K and _max_K"
            )
        for part in self.space:
            if part.host not in self.allowed_hosts:
                raise ValueError(
                    f"space names host {part.host!r}, which hosts does not allow"
                )
        return self

    def __repr__(self) -> str:
        """Return the device in a line; `model_dump` has every number."""
        low, high = map(
            kelvin_text, (self.temperature_min_K, self.temperature_max_K)
        )
        return (
            f"<Profile {self.name}: {self.title}; {low} to {high}, today {self.reference.grade}; "
            f"{len(self.requirements)} requirements>"
        )

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The hosts and the variants of those that are roots, by name, in the order of `HOSTS`.

        A property; the hosts are those of ``hosts``.
        """
        return tuple(
            name
            for name, host in HOSTS.items()
            if {name, host.root} & set(self.hosts)
        )

    @property
    def is_compensated(self) -> bool:
        """Whether heavy rare earth holds the temperature coefficient of its magnet."""
        return bool(self.reference.table().fraction("Gd", "Er")[0] > 0.0)

    @property
    def goals(self) -> tuple[tuple[str, Literal["min", "max"]], ...]:
        """The objectives as pairs of column (or ``"margin"``) and "min" or "max", without weights.

        A property. Short names are written out: "cost:min" gives
        ("cost_per_flux_USD_m3_T", "min").
        """
        pairs: list[tuple[str, Literal["min", "max"]]] = []
        for objective in map(parts.Objective.parse, self.objectives):
            column = objective.column
            if column == parts.MARGIN:
                column = "margin"
            pairs.append((column, "min" if objective.sign > 0 else "max"))
        return tuple(pairs)

    def requirement_temperature(
        self, requirement: Requirement
    ) -> float | None:
        """Return the temperature of a requirement, K; None for columns that have none.

        Parameters
        ----------
        requirement : Requirement
            One of `requirements`; its ``column`` and ``temperature_K`` are read.

        Returns
        -------
        float or None
            Temperature, K; that of the profile where the requirement names
            none. None, whatever the requirement names, for
            ``curie_temperature_K``, ``max_working_temperature_K`` and the
            chords ``remanence_coefficient_pct_K`` and
            ``coercivity_coefficient_pct_K``.
        """
        if requirement.column in parts.WITHOUT_TEMPERATURE:
            return None
        return requirement.temperature_K or self.temperature_K

    @property
    def temperatures(self) -> tuple[float, ...]:
        """Every temperature at which properties are needed, K, ascending, each once.

        A property. They are the device's lowest, its own, its highest, and
        those of the requirements.
        """
        kelvins = {
            self.temperature_min_K,
            self.temperature_K,
            self.temperature_max_K,
        }
        for requirement in self.requirements:
            kelvin = self.requirement_temperature(requirement)
            if kelvin is not None:
                kelvins.add(kelvin)
        return tuple(sorted(kelvins))


def names() -> list[str]:
    """Return the names of the embedded profiles."""
    return _toml.names("applications")


@check_arguments
def load(name_or_path: str | Path) -> Profile:
    """Read a profile.

    Parameters
    ----------
    name_or_path : str or Path
        Name of an embedded profile (`names`); a Path, or a text that ends in ``.toml``, is a file
        with the fields of `Profile`.

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


_GIVEN = {"source": "given with the screening", "status": "assumption"}
_LEAST_RANGE_K = 10.0


@check_arguments
def with_reference(
    profile: Profile,
    recipe: str,
    basis: str = "auto",
    shell: str | None = None,
) -> Profile:
    """Return a profile whose savings are measured against another magnet.

    Parameters
    ----------
    profile : Profile
        A device.
    recipe : str
        Composition of its magnet, such as "Nd1.7Dy0.3Fe14B" or "Nd30.5B1Fe bal. wt.%".
    basis : {"auto", "atomic", "weight"}
        What the amounts are: numbers of atoms or at.%, or wt.%; "auto" refuses a text that can be
        either.
    shell : str, optional
        Its grain-boundary shell, such as "Tb 0.5 wt%"; not read here, so that a wrong text is an
        error only of what uses the profile.

    Returns
    -------
    Profile
        A new one that differs in ``reference`` alone. The new reference has
        the grade "as given" and no ``anchors`` (an empty tuple); requirements
        that are a share of the old one keep their numbers.

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
    return profile.model_copy(
        update={"reference": _reference(recipe, basis, shell)}
    )


@check_arguments
def requirements_alone(
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
        As ``"coercivity_kA_m>=800"``, ``"cost_USD_kg <= 60"`` or
        ``"|remanence_coefficient_pct_K| <= 0.03"``, each with ``at 150C`` behind it where it holds
        at another temperature; at least one with a number. A list or tuple, no single text. Those
        that are shares of the reference are left out here: they go to `magnetkit.screen` as its
        `require`.
    reference : str
        Composition of today's magnet, such as "Nd1.8Dy0.2Fe14B"; one in wt.%
        says so ("Nd30Dy1B1Fe bal. wt.%") or has the `basis` "weight".
    temperature : float or str
        Hottest temperature of the magnet, that of the requirements: K, or a text such as
        ``"150C"``. 150 is taken as 150 K, without a warning.
    load_line : float
        Permeance coefficient -B / (mu_0 H).
    basis : {"auto", "atomic", "weight"}
        What the amounts of the reference are; "auto" refuses a text that can
        be either, such as "Nd30Fe69B1".
    shell : str, optional
        Grain-boundary shell of the reference, such as "Tb 0.5 wt%"; not read here.

    Returns
    -------
    Profile
        Of the name "asked": all hosts are allowed, its range is from room temperature to
        `temperature` or the other way round and at least 10 K wide, time of use is 0 h and the
        mass 1 kg.

    Raises
    ------
    CompositionError
        If the reference cannot be read, or does not say what its amounts are.
    InputError
        If no requirement has a number, or an argument cannot be used.

    Examples
    --------
    >>> requirements_alone(["coercivity_kA_m>=500"], "Nd1.8Dy0.2Fe14B", "150C").temperature_K
    423.15
    """
    kelvin = parse_temperature(temperature)
    limits: list[dict[str, Any]] = []
    for text in require:
        requirement = parse_requirement(text)
        if requirement.limit is not None:
            fields = {
                "column": requirement.column,
                requirement.limit_field: requirement.limit,
                "temperature_K": requirement.temperature_K,
            }
            limits.append(fields | _GIVEN)
    if not limits:
        raise InputError(
            "without an application, give a requirement with a number, such as coercivity_kA_m>=800"
        )
    low = min(ROOM_K, kelvin)
    high = max(ROOM_K, kelvin)
    return validate_record(
        Profile,
        {
            "name": "asked",
            "title": "What was asked",
            "description": "Requirements as given, without a device profile.",
            "atmosphere": "Not said.",
            "hosts": HOST_NAMES,
            "temperature_min_K": low,
            "temperature_max_K": max(high, low + _LEAST_RANGE_K),
            "temperature_K": kelvin,
            "load_line": load_line,
            "service_hours": 0.0,
            "magnet_mass_kg": 1.0,
            "sources": dict.fromkeys(
                ("temperature", "load_line", "magnet_mass"), _GIVEN
            ),
            "reference": _reference(reference, basis, shell),
            "requirements": limits,
        },
    )


def _reference(recipe: str, basis: str, shell: str | None) -> Reference:
    """Build the reference magnet from a recipe that the user gave; its grade is "as given".

    Its ``formula`` is `recipe` as it is written, its ``host`` is found by it.
    `basis` is that of `recipe` ("auto", "atomic" or "weight"), `shell` the
    text of its shell, which is not read here, or None. CompositionError if the
    recipe cannot be read, InputError for another basis, or if the recipe is of
    no host that makes magnets.
    """
    from ..alloy._read import read_inputs
    from ..phases.partition import assign_hosts

    table = read_inputs(recipe, basis, strict=True).table  # type: ignore[arg-type]
    code = int(assign_hosts(table)[0])
    if code < 0:
        raise InputError(
            f"reference {recipe!r} is of no structure that makes magnets"
        )
    return Reference(
        formula=recipe,
        basis=basis,  # type: ignore[arg-type]
        host=HOST_NAMES[code],
        grade="as given",
        shell=shell,
        source=_GIVEN["source"],
        status="assumption",
    )
