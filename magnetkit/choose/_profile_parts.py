"""The parts of a device profile: requirements, reference, units of regret, space, objectives."""

import difflib
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, product
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import (
    AfterValidator,
    Field,
    PositiveFloat,
    ValidationInfo,
    field_validator,
    model_validator,
)

from .._core._books import choice
from .._core._toml import FROM_FILE, Evidence, Strict, Text
from .._core._types import FloatArray
from .._core.columns import COLUMNS, criteria
from .._core.errors import InputError
from .._core.plausible import check_plausible, parse_mass
from .._core.units import parse_temperature
from ..phases.records import HOST_NAMES, root_host
from .thresholds import MEETS

if TYPE_CHECKING:
    from ..alloy.table import CompositionTable


def _known_host(name: str) -> str:
    """Return `name`, or raise ValueError if it is none of `HOST_NAMES`, such as "2:14:1" or "1:5"."""
    if name not in HOST_NAMES:
        raise ValueError(
            f"expected a host of {', '.join(HOST_NAMES)}, got {name!r}"
        )
    return name


Host = Annotated[str, AfterValidator(_known_host)]
Kelvin = Annotated[float, Field(gt=0, le=2000)]
"""No alloy is magnetic above: cobalt is up to 1388 K."""


def check_belief(name: str, value: float) -> float:
    """Return `value`, or raise ValueError with the likely slip if it is implausible for `name`.

    `name` is a column such as "remanence_T", or a field such as "load_line", and the value is in
    its unit. Limits are those of ``datasets/columns/plausible.toml``; names without any pass.
    """
    try:
        check_plausible(name, value)
    except InputError as error:
        raise ValueError(str(error)) from None
    return value


def _believe_number(name: str, full: str, unit: str, number: float) -> None:
    """Raise ValueError if a number of a file looks like a slip; the message says how to insist.

    Parameters
    ----------
    name : str
        Key without its unit, such as "temperature".
    full : str
        Key with its unit, such as "temperature_K".
    unit : str
        Unit of `number`, "K" or "kg"; a number in "K" is checked as a temperature.
    number : float
        The number. One that is plausible, or of a key without limits
        (``datasets/columns/plausible.toml``), passes.
    """
    try:
        check_plausible("temperature_K" if unit == "K" else full, number)
    except InputError as error:
        raise ValueError(
            f'{full}: {error} If it is meant: {name} = "{number:g}{unit}"'
        ) from None


def with_units_read(
    given: Any,
    info: ValidationInfo,
    temperatures: Iterable[str] = ("temperature",),
    masses: Iterable[str] = (),
) -> Any:
    """Convert the texts with units in a record of a file to numbers.

    ``temperature = "150C"`` becomes ``temperature_K``, ``magnet_mass = "1.5 t"`` becomes
    ``magnet_mass_kg``. A text is meant as it stands; a number of a file in K or kg that looks like
    a slip, such as degrees C, is an error.

    Parameters
    ----------
    given : Any
        The record, a dict, which is not changed; what is none is returned as it is.
    info : ValidationInfo
        Of pydantic; its ``context`` is `FROM_FILE` where the record comes from a file. Numbers are
        checked then alone.
    temperatures, masses : iterable of str
        Keys of temperatures and masses, without their unit: "temperature" is
        read from ``temperature`` (a text with its unit; a number is an error)
        or ``temperature_K`` (a number). Neither needs to be there.

    Returns
    -------
    dict
        A new record, in which ``temperature_K`` (K) and the like stand in place of the texts; all
        other keys stay as they are.

    Raises
    ------
    ValueError
        If a text has no unit or cannot be read, a key is given twice, or a number looks like a
        slip.
    """
    if not isinstance(given, dict):
        return given
    record = dict(given)
    readers: dict[str, tuple[str, Callable[[Any], float]]] = {}
    readers |= dict.fromkeys(temperatures, ("K", parse_temperature))
    readers |= dict.fromkeys(masses, ("kg", parse_mass))
    for name, (unit, reader) in readers.items():
        full = f"{name}_{unit}"
        if name not in record:
            number: Any = record.get(full)
            is_number = isinstance(number, int | float) and not isinstance(
                number, bool
            )
            if info.context == FROM_FILE and is_number and number > 0:
                _believe_number(name, full, unit, float(number))
            continue
        if full in record:
            raise ValueError(f"give {name} or {full}, not both")
        text = record.pop(name)
        if not isinstance(text, str):
            example = "150C" if unit == "K" else "1.5 kg"
            raise ValueError(
                f'{name} is a text with its unit, such as "{example}", got {text!r:.40}'
            )
        try:
            record[full] = reader(text)
        except InputError as error:
            raise ValueError(str(error)) from None
        if unit == "K" and not any(letter.isalpha() for letter in text):
            raise ValueError(f"{name} {text!r}: {text}C or {text}K? Say which")
    return record


# A chord between the device's temperatures and the Curie point belong to no one temperature.
WITHOUT_TEMPERATURE = frozenset(
    {
        "curie_temperature_K",
        "max_working_temperature_K",
        "remanence_coefficient_pct_K",
        "coercivity_coefficient_pct_K",
    }
)


class _AtTemperature(Evidence):
    """What holds at a temperature, which a file may give as a text with its unit."""

    @model_validator(mode="before")
    @classmethod
    def _read_units(cls, given: Any, info: ValidationInfo) -> Any:
        return with_units_read(given, info)


class Requirement(_AtTemperature):
    """One limit on one result column.

    Attributes
    ----------
    source, status : str
        Where the limit comes from, and "cited" or "assumption"; both are required.
    column : str
        Name of a numeric column of `magnetkit.columns`, such as "remanence_T".
    minimum, maximum, absolute_maximum : float or None
        The limit, in the column's unit; exactly one is given. The last bounds the value without
        its sign.
    temperature_K : float or None
        Temperature it is evaluated at, the profile's `temperature_K` if not given. A file may
        give ``temperature = "150C"`` instead.
    share_of_reference : float or None
        What share of the reference magnet's predicted value the limit is, where it is relative to
        it: their common error then cancels.
    limit_lo, limit_hi : float or None
        Range of a limit that is a judgement: what nine of ten engineers of the device would ask
        lies between.
    """

    column: str
    minimum: float | None = None
    maximum: float | None = None
    absolute_maximum: PositiveFloat | None = None
    temperature_K: Kelvin | None = None
    share_of_reference: PositiveFloat | None = None
    limit_lo: float | None = None
    limit_hi: float | None = None

    @field_validator("column")
    @classmethod
    def _known(cls, name: str) -> str:
        return _numeric_column(name)

    @model_validator(mode="after")
    def _one_limit(self) -> "Requirement":
        """Check that exactly one limit is given, that it is plausible, and that its range holds it.

        The limit is ``minimum``, ``maximum`` or ``absolute_maximum``, in the
        unit of ``column``. ``limit_lo`` and ``limit_hi`` must both be given or
        none, with limit_lo <= limit <= limit_hi. The requirement itself is
        returned. ValueError, which pydantic reports, otherwise, and where
        ``temperature_K`` is given for a column of `WITHOUT_TEMPERATURE`.
        """
        limits = [self.minimum, self.maximum, self.absolute_maximum]
        if sum(x is not None for x in limits) != 1:
            raise ValueError(
                "expected exactly one of minimum, maximum, absolute_maximum"
            )
        if (
            self.temperature_K is not None
            and self.column in WITHOUT_TEMPERATURE
        ):
            raise ValueError(
                f"{self.column} belongs to no one temperature; drop temperature_K"
            )
        check_belief(self.column, self.limit)
        if (self.limit_lo is None) != (self.limit_hi is None):
            raise ValueError("limit_lo and limit_hi: give both or none")
        low, high = self.limit_range
        if not low <= self.limit <= high:
            raise ValueError(
                f"expected limit_lo <= limit <= limit_hi, got {low:g}, {self.limit:g}, {high:g}"
            )
        return self

    @property
    def limit_range(self) -> tuple[float, float]:
        """The range of the limit, (low, high) in the column's unit; the limit twice without one."""
        if self.limit_lo is None or self.limit_hi is None:
            return self.limit, self.limit
        return self.limit_lo, self.limit_hi

    @property
    def limit(self) -> float:
        """The limit, in the column's unit; that of an absolute maximum is positive.

        A property: ``minimum``, ``maximum`` or ``absolute_maximum``, whichever
        is given.
        """
        return next(
            x
            for x in (self.minimum, self.maximum, self.absolute_maximum)
            if x is not None
        )

    def margin(
        self, values: ArrayLike, limit: ArrayLike | None = None
    ) -> FloatArray:
        """Compute how far values lie inside the limit, as a share of the limit; negative where they miss.

        Parameters
        ----------
        values : array_like
            In the unit of ``column``; NaN stays NaN.
        limit : array_like, optional
            Replaces the number of the requirement's own, in the same unit and
            on the same side; it is broadcast against `values`.

        Returns
        -------
        ndarray of float64
            In the shape of both; 0 at the limit, which is met. 0.1 is a tenth
            of the limit, without its sign, inside. The slack from a limit of
            zero is not divided: it is in the column's own unit.
        """
        x = np.asarray(values, dtype=np.float64)
        bound = np.asarray(self.limit if limit is None else limit, np.float64)
        if self.absolute_maximum is not None:
            room = bound - np.abs(x)
        else:
            room = x - bound if self.minimum is not None else bound - x
        return room / np.where(bound == 0.0, 1.0, np.abs(bound))

    def __str__(self) -> str:
        """Return e.g. ``remanence_T >= 0.8 at 293.15 K``."""
        name = self.column
        sign = ">=" if self.minimum is not None else "<="
        if self.absolute_maximum is not None:
            name = f"|{name}|"
        at = ""
        if self.temperature_K is not None:
            at = f" at {self.temperature_K:g} K"
        if self.share_of_reference is not None:
            return f"{name} {sign} {self.share_of_reference:g}*reference{at}"
        return f"{name} {sign} {self.limit:g}{at}"


class Anchor(_AtTemperature):
    """A value of the reference magnet in service, on which predictions are conditional.

    Attributes
    ----------
    column : {"coercivity_kA_m", "remanence_T", "remanence_coefficient_pct_K"}
    value : float
        In the column's unit; alpha over the device's range.
    temperature_K : float
        Where it holds.
    spread : float
        Its standard deviation in the column's unit, that of the recipe included.
    guaranteed : bool
        Whether it is the least H_cJ that makers guarantee; magnets as sold have more.
    """

    column: Literal[
        "coercivity_kA_m", "remanence_T", "remanence_coefficient_pct_K"
    ]
    value: float
    temperature_K: Kelvin
    spread: PositiveFloat
    guaranteed: bool = False

    @model_validator(mode="after")
    def _positive(self) -> "Anchor":
        """Check that the value is plausible for the column; the anchor itself is returned.

        ValueError, which pydantic reports, otherwise. ``value`` of B_r and
        H_cJ (``column``) must be above 0 and above ``spread``; alpha may be
        negative, and its spread any above 0. ``guaranteed`` is of H_cJ alone:
        how far magnets as sold exceed their least is known of no other.
        """
        if self.guaranteed and self.column != "coercivity_kA_m":
            raise ValueError(
                f"guaranteed is of coercivity_kA_m alone: give the {self.column} typical of magnets "
                "as sold, without it"
            )
        if self.column != "remanence_coefficient_pct_K" and self.value <= 0.0:
            raise ValueError(
                f"{self.column} of a magnet is above 0, got {self.value:g}"
            )
        check_belief(self.column, self.value)
        if (
            self.column != "remanence_coefficient_pct_K"
            and self.spread >= self.value
        ):
            raise ValueError(
                f"spread {self.spread:g} is a standard deviation of {self.value:g}"
            )
        return self


class Reference(Evidence):
    """The magnet the device has today, to measure savings against.

    Attributes
    ----------
    formula : str
        Composition, read with basis `basis`; it must be of `host` or of its root.
    basis : {"auto", "atomic", "weight"}
        What the amounts of `formula` are; ``"auto"`` refuses a text that can be either.
    host : str
        Host of its hard phase, one of `HOST_NAMES` such as "2:14:1" or "1:5", no formula.
    grade : str
        Commercial grade or class; not empty, and not checked.
    shell : str or None
        Grain-boundary shell, e.g. ``"Tb 0.5 wt%"``.
    anchors : tuple of Anchor
        Its known values; the predictions of a screening are conditional on them, so that the error
        that it shares with the candidates cancels.
    """

    formula: Text
    basis: Literal["auto", "atomic", "weight"] = "auto"
    host: Host
    grade: Text
    shell: str | None = None
    anchors: tuple[Anchor, ...] = ()

    def table(self) -> "CompositionTable":
        """Return its composition, one row; the base alloy where there is a shell."""
        from ..alloy.table import CompositionTable

        return CompositionTable.from_strings([self.formula], basis=self.basis)

    @model_validator(mode="after")
    def _readable(self) -> "Reference":
        """Check that the formula can be read with its ``basis``.

        The reference itself is returned. ValueError that says why, which pydantic reports,
        otherwise.
        """
        errors = self.table().errors
        if errors:
            raise ValueError(f"formula cannot be read: {errors[0].reason}")
        return self

    @model_validator(mode="after")
    def _is_of_its_host(self) -> "Reference":
        """Check that the formula is of the host named, or of another host of its root.

        ``formula`` is read by ``basis``. ``host`` is a name such as "2:14:1" or "1:5", no formula.
        The reference itself is returned; ValueError, which pydantic reports, if the formula is of
        another family or of none, or cannot be read. The shell does not count.
        """
        from ..phases.partition import assign_hosts

        code = int(assign_hosts(self.table())[0])
        structure = root_host(HOST_NAMES[code]) if code >= 0 else "no host"
        if structure != root_host(self.host):
            raise ValueError(
                f"{self.formula!r} is of {structure}, not of {self.host}; check the amounts, "
                f"their basis (here {self.basis!r}) and the host"
            )
        return self


class Unit(Evidence):
    """What counts as one unit of regret in a column, in the ranking for the device.

    Attributes
    ----------
    column : str
        A column that can be an objective, or ``probability_meets_requirements``.
    value : float
        In the column's unit; for costs a share, 0.1 for a tenth more or less.
    """

    column: Annotated[str, AfterValidator(lambda name: _numeric_column(name))]
    value: PositiveFloat


class _ShellGrid(Strict):
    """Shells of every combination of what diffuses in and how much of it is put in.

    How rich and how thick a shell becomes is not free: both follow from the amount.
    """

    R: Annotated[tuple[str, ...], Field(min_length=1)]
    amount_wt_pct: Annotated[tuple[float, ...], Field(min_length=1)]


class Space(Strict):
    """Part of the default substitution space.

    Attributes
    ----------
    host : str
        Host of the hard phase, one of `HOST_NAMES` such as "2:14:1".
    formula : str
        The compound to substitute in, such as "Nd2Fe14B", in numbers of atoms.
    replace : dict of str to tuple of str
        Symbol of an element of `formula` to the symbols of its substitutes, as
        ``{"Nd": ("Dy", "Ce")}``.
    step : float
        Step of the site fraction, above 0 and at most 1.
    limits : dict of str to float
        Largest site fraction of a substitute by its symbol, 1 where not given.
    shell : tuple of str
        Grain-boundary shells to try on `formula` besides none, none that no furnace makes; in the
        file also a table of ``R`` and ``amount_wt_pct``, lists of which every combination is tried.
    """

    host: Host
    formula: Text
    replace: dict[str, tuple[str, ...]]
    step: Annotated[float, Field(gt=0, le=1)]
    limits: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(
        default_factory=dict
    )
    shell: tuple[str, ...] = ()

    @field_validator("shell", mode="before")
    @classmethod
    def _grid(cls, given: object) -> object:
        """Expand a shell given as lists of elements and amounts into texts of all combinations.

        `given` is a dict of ``R`` (tuple or list of symbols) and ``amount_wt_pct`` (of floats,
        wt.%), neither empty, which becomes a tuple of texts such as "Tb 0.5 wt%", all amounts of
        the first element first. Other keys are an error that pydantic reports. What is no dict is
        returned as it is.
        """
        if not isinstance(given, dict):
            return given
        lists = _ShellGrid.model_validate(given)
        return tuple(
            f"{r} {amount:g} wt%"
            for r, amount in product(lists.R, lists.amount_wt_pct)
        )

    @field_validator("shell")
    @classmethod
    def _shells(cls, shells: tuple[str, ...]) -> tuple[str, ...]:
        """Check that each shell can be read and that a furnace can make it; return them unchanged.

        `shells` are texts such as "Tb 0.5 wt%", see `read_shell`; an empty text is none and
        passes. ValueError, which pydantic reports, for the first that does not pass.
        """
        from ..alloy.shells import read_shell
        from ..magnetism.shells import objection

        for text in shells:
            try:
                shell = read_shell(text)
            except InputError as error:
                raise ValueError(str(error)) from None
            if shell is not None and (reason := objection(shell)):
                raise ValueError(
                    f"no furnace makes this shell ({reason}); leave it out"
                )
        return shells

    @model_validator(mode="after")
    def _elements(self) -> "Space":
        """Check that ``replace`` and ``limits`` name elements, and ``limits`` only substitutes.

        Keys and substitutes of ``replace`` (symbol to list of substitutes) and
        keys of ``limits`` must be symbols, and a key of ``limits`` one of the
        substitutes; whether ``formula`` has the elements is not checked. The
        part itself is returned; ValueError, which pydantic reports, otherwise.
        """
        from .._core.elements import INDEX

        substitutes = list(chain.from_iterable(self.replace.values()))
        for symbol in (*self.replace, *substitutes, *self.limits):
            if symbol not in INDEX:
                raise ValueError(f"{symbol!r} is no chemical element")
        if extra := sorted(set(self.limits) - set(substitutes)):
            raise ValueError(
                f"limits name {', '.join(extra)}, which replace does not offer"
            )
        return self


class Sources(Strict):
    """Where the profile's plain numbers come from."""

    temperature: Evidence
    load_line: Evidence
    magnet_mass: Evidence
    outside_field: Evidence | None = None


def _numeric_column(name: str, others: Iterable[str] = ()) -> str:
    """Return `name` if it is a numeric column of `COLUMNS`, a number or an integer.

    ValueError otherwise. Its message names the nearest of the columns and `others`, further names
    that a user may write, if there is one and `name` is no column at all. Names in `others` do not
    pass themselves.
    """
    column = COLUMNS.get(name)
    if column is None or column.kind not in ("number", "integer"):
        near_names = difflib.get_close_matches(name, [*others, *COLUMNS], n=1)
        hint = ""
        if near_names and column is None:
            hint = f"; did you mean {near_names[0]!r}?"
        raise ValueError(f"{name!r} is no numeric result column{hint}")
    return name


MARGIN = "performance_margin"
COST_PER_FLUX = "cost_per_flux_USD_m3_T"
_SHORT = {"margin": MARGIN, "cost": COST_PER_FLUX, "risk": "supply_risk"}
"""Short names of columns in objectives."""

CHANCE = "probability_meets_requirements"
MEETS_PROBABILITY = MEETS
"""A candidate meets the requirements from this probability on."""
_COSTS = ("cost_USD_kg", COST_PER_FLUX)
"""Costs count by their ratio: an embargo makes some twentyfold."""

_REGRET = choice("regret")

UNITS = {
    "heavy_rare_earth_wt_pct": _REGRET.heavy_rare_earth,
    "dysprosium_terbium_wt_pct": _REGRET.heavy_rare_earth,
    **{c.name: c.one_unit for c in criteria() if c.one_unit is not None},
    MARGIN: _REGRET.margin,
    CHANCE: _REGRET.probability,
    **dict.fromkeys(_COSTS, _REGRET.cost),
}
"""What counts as one unit of regret where a profile does not say (``datasets/choices``); of a risk
``datasets/supply/criteria.toml`` says it."""

SHARE = _REGRET.other
"""One unit of regret in every other column, as a share of the reference magnet's value."""

_TEXT = re.compile(r"\s*(\w+)\s*:\s*(min|max)\s*(?:=\s*([^=\s]+)\s*)?")


@dataclass(frozen=True)
class Objective:
    """One objective of the ranking.

    Attributes
    ----------
    column : str
        Numeric result column, such as "cost_USD_kg".
    sign : {1, -1}
        1 where it is to be made small, -1 for large.
    weight : float
        What a unit of it counts against a unit of the other objectives.
    """

    column: str
    sign: int
    weight: float = 1.0

    @classmethod
    def parse(cls, text: str) -> "Objective":
        """Read ``"column:min"`` or ``"column:max"``, with a weight ``"column:min=2"``.

        The column may have one of the short names "margin"
        (``performance_margin``), "cost" (``cost_per_flux_USD_m3_T``) and
        "risk" (``supply_risk``); the result has the full name. ``sign`` is 1
        for min and -1 for max, ``weight`` 1 where none is given. Spaces around
        the colon and the equals sign are allowed. Raises `InputError` if the
        text has another form, names no numeric column or no positive finite
        weight, or asks for a small margin.

        Examples
        --------
        >>> Objective.parse("cost:min=2")
        Objective(column='cost_per_flux_USD_m3_T', sign=1, weight=2.0)
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            raise InputError(
                f"objective {text!r} must end in :min or :max, with a weight :min=2, "
                "for example cost_USD_kg:min"
            )
        try:
            name = _numeric_column(_SHORT.get(match[1], match[1]), _SHORT)
        except ValueError as error:
            raise InputError(f"objective {text!r}: {error}") from None
        if name == MARGIN and match[2] == "min":
            raise InputError(
                f"objective {text!r}: a margin is to be large: write margin:max"
            )
        try:
            weight = float(match[3] or 1.0)
        except ValueError:
            weight = math.nan
        if not 0.0 < weight < math.inf:
            raise InputError(
                f"objective {text!r}: a weight is a number above 0, got {match[3]!r}"
            )
        return cls(name, 1 if match[2] == "min" else -1, weight)

    def loss(self, values: FloatArray, scale: float) -> FloatArray:
        """Compute the loss of values in this objective, in units of regret times the weight, (n,).

        `values`, an array (n,), are in the column's unit; of costs the
        logarithm counts. `scale`, above 0, is one unit of regret, in the column's unit,
        or as a share for costs: with 0.1 a cost a tenth higher is a loss of
        one unit more. A margin is worth no more than one such unit, and a
        negative one nothing. The smallest loss is the best; losses of
        objectives to be made large are negative where the values are positive.
        NaN stays NaN; a cost of 0 gives -inf, a negative one NaN.
        """
        if self.column == MARGIN:
            values = np.clip(values, 0.0, scale)
        elif self.column in _COSTS:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log(values)
                scale = math.log1p(scale)
        return self.weight * self.sign * values / scale
