"""The parts of a device profile: requirements, reference magnet, units of regret, candidates."""

import difflib
from itertools import product
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import AfterValidator, Field, PositiveFloat, field_validator, model_validator

from .._toml import Evidence, Strict, Text
from ..columns import COLUMNS
from ..errors import InputError
from ..hosts import HOST_NAMES

if TYPE_CHECKING:
    from ..composition.table import CompositionTable


def _known_host(name: str) -> str:
    if name not in HOST_NAMES:
        raise ValueError(f"expected a host of {', '.join(HOST_NAMES)}, got {name!r}")
    return name


Host = Annotated[str, AfterValidator(_known_host)]

# A chord between the device's temperatures and the Curie point belong to no one temperature.
WITHOUT_TEMPERATURE = frozenset(
    {
        "curie_temperature_K",
        "max_working_temperature_K",
        "remanence_coefficient_pct_K",
        "coercivity_coefficient_pct_K",
    }
)


class Requirement(Evidence):
    """One limit on one result column.

    Attributes
    ----------
    column : str
        Name of a numeric column of `magnetkit.columns`.
    minimum, maximum, absolute_maximum : float or None
        The limit, in the column's unit; exactly one is given.
    temperature_K : float or None
        Temperature it is judged at, the profile's `temperature_K` if not given.
    share_of_reference : float or None
        What share of the reference magnet's predicted value the limit is, where it is relative to
        it: their common error then cancels.
    """

    column: str
    minimum: float | None = None
    maximum: float | None = None
    absolute_maximum: PositiveFloat | None = None
    temperature_K: PositiveFloat | None = None
    share_of_reference: PositiveFloat | None = None

    @field_validator("column")
    @classmethod
    def _known(cls, name: str) -> str:
        return _numeric_column(name)

    @model_validator(mode="after")
    def _one_limit(self) -> "Requirement":
        given = [self.minimum, self.maximum, self.absolute_maximum]
        if sum(x is not None for x in given) != 1:
            raise ValueError("expected exactly one of minimum, maximum, absolute_maximum")
        if self.temperature_K is not None and self.column in WITHOUT_TEMPERATURE:
            raise ValueError(f"{self.column} belongs to no one temperature; drop temperature_K")
        return self

    @property
    def limit(self) -> float:
        """The limit, in the column's unit."""
        return next(x for x in (self.minimum, self.maximum, self.absolute_maximum) if x is not None)

    def margin(self, values: ArrayLike, limit: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return how far values are inside the limit, as a share of it; negative where they miss.

        A limit of zero is measured in the column's own unit. NaN stays NaN.

        Parameters
        ----------
        values : array_like
            Values of the column, in its unit, of any shape.
        limit : array_like, optional
            Another limit than the requirement's, of a shape that goes with `values`.

        Returns
        -------
        ndarray of float64
            Margin as a share of the limit.
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
        name, sign = self.column, ">=" if self.minimum is not None else "<="
        if self.absolute_maximum is not None:
            name = f"|{name}|"
        at = "" if self.temperature_K is None else f" at {self.temperature_K:g} K"
        if self.share_of_reference is not None:
            return f"{name} {sign} {self.share_of_reference:g}*reference{at}"
        return f"{name} {sign} {self.limit:g}{at}"


class Anchor(Evidence):
    """A value that the reference magnet keeps in service: every candidate is told from it.

    Attributes
    ----------
    column : {"coercivity_kA_m", "remanence_T", "remanence_coefficient_pct_K"}
    value : float
        In the column's unit; alpha over the device's range.
    temperature_K : float
        Where it holds.
    spread : float
        Its standard deviation in the column's unit, with that of not knowing the recipe to the
        last per cent.
    guaranteed : bool
        Whether it is the least that makers guarantee; magnets as sold have more.
    """

    column: Literal["coercivity_kA_m", "remanence_T", "remanence_coefficient_pct_K"]
    value: float
    temperature_K: PositiveFloat
    spread: PositiveFloat
    guaranteed: bool = False

    @model_validator(mode="after")
    def _positive(self) -> "Anchor":
        if self.column != "remanence_coefficient_pct_K" and self.value <= 0.0:
            raise ValueError(f"{self.column} of a magnet is above 0, got {self.value:g}")
        return self


class Reference(Evidence):
    """The magnet the device has today, to measure savings against.

    Attributes
    ----------
    formula : str
        Composition, read with basis `basis`.
    basis : {"atomic", "weight"}
        How `formula` is meant.
    host : str
        Host of its hard phase.
    grade : str
        Commercial grade or class.
    shell : str or None
        Grain-boundary shell, e.g. ``"Tb 0.5 wt%"``.
    anchors : tuple of Anchor
        What it is known to keep; the predictions of a screening are conditional on them, so that
        the error that it shares with the candidates cancels.
    """

    formula: Text
    basis: Literal["atomic", "weight"] = "atomic"
    host: Host
    grade: Text
    shell: str | None = None
    anchors: tuple[Anchor, ...] = ()

    def table(self) -> "CompositionTable":
        """Return its composition, one row; the base alloy where there is a shell."""
        from ..composition.table import CompositionTable

        return CompositionTable.from_strings([self.formula], basis=self.basis)

    @model_validator(mode="after")
    def _readable(self) -> "Reference":
        errors = self.table().errors
        if errors:
            raise ValueError(f"formula cannot be read: {errors[0].reason}")
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


class ShellGrid(Strict):
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
        Host of the hard phase.
    formula : str
        The compound to substitute in.
    replace : dict of str to tuple of str
        Element of `formula` to its substitutes.
    step : float
        Step of the site fraction.
    limits : dict of str to float
        Largest site fraction of a substitute, 1 where not given.
    shell : tuple of str
        Grain-boundary shells to try on `formula` besides none, none that no furnace makes; in the
        file also a table of ``R`` and ``amount_wt_pct``, lists of which every combination is tried.
    """

    host: Host
    formula: Text
    replace: dict[str, tuple[str, ...]]
    step: Annotated[float, Field(gt=0, le=1)]
    limits: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)
    shell: tuple[str, ...] = ()

    @field_validator("shell", mode="before")
    @classmethod
    def _grid(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        lists = ShellGrid.model_validate(given)
        return [f"{r} {amount:g} wt%" for r, amount in product(lists.R, lists.amount_wt_pct)]

    @field_validator("shell")
    @classmethod
    def _shells(cls, shells: tuple[str, ...]) -> tuple[str, ...]:
        from ..magnetism.shell import objection, read_shell

        for text in shells:
            try:
                shell = read_shell(text)
            except InputError as error:
                raise ValueError(str(error)) from None
            if shell is not None and (reason := objection(shell)):
                raise ValueError(f"no furnace makes this shell ({reason}); leave it out")
        return shells

    @model_validator(mode="after")
    def _elements(self) -> "Space":
        from ..elements import INDEX

        substitutes = [s for group in self.replace.values() for s in group]
        for symbol in (*self.replace, *substitutes, *self.limits):
            if symbol not in INDEX:
                raise ValueError(f"{symbol!r} is no chemical element")
        if extra := sorted(set(self.limits) - set(substitutes)):
            raise ValueError(f"limits name {', '.join(extra)}, which replace does not offer")
        return self


class Sources(Strict):
    """Where the profile's plain numbers come from."""

    temperature: Evidence
    load_line: Evidence
    magnet_mass: Evidence
    outside_field: Evidence | None = None


def _numeric_column(name: str) -> str:
    column = COLUMNS.get(name)
    if column is None or column.kind not in ("number", "integer"):
        near = difflib.get_close_matches(name, COLUMNS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{name!r} is no numeric result column{hint}")
    return name
