"""Scenarios of supply, embedded or the user's own TOML files.

The rows of the supply tables are read here too, since scenarios are checked against them.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, PositiveFloat, field_validator

from .._core import _toml, datasets
from .._core._arguments import named
from .._core._toml import Evidence, Name, Strict, Text
from .._core.elements import INDEX, SYMBOLS
from .._core.errors import InputError

Row = Mapping[str, str]
_Share = Annotated[float, Field(ge=0, le=1)]
_FOLDER = "supply/scenarios"


@lru_cache(maxsize=8)
def rows(name: str) -> tuple[Row, ...]:
    """Return the rows of ``datasets/supply/<name>.csv``, each by column."""
    return tuple(MappingProxyType(row) for row in datasets.rows(f"supply/{name}.csv"))


@lru_cache(maxsize=1)
def countries() -> Mapping[str, float]:
    """Return the instability of each country, 0 (none) to 1."""
    return MappingProxyType({r["country"]: 1.0 - float(r["governance"]) for r in rows("countries")})


class _OnElements(Evidence):
    elements: Annotated[tuple[str, ...], Field(min_length=1)]

    @field_validator("elements")
    @classmethod
    def _known(cls, elements: tuple[str, ...]) -> tuple[str, ...]:
        if elements == ("*",):
            return SYMBOLS
        for symbol in elements:
            if symbol not in INDEX:
                raise ValueError(f"{symbol!r} is no chemical element (all of them: '*')")
        return elements


class Restriction(_OnElements):
    """Exports that one country withholds.

    Attributes
    ----------
    country : str
        As in ``supply/production.csv``.
    elements : tuple of str
        Symbols, or ``"*"`` for all.
    withheld : float
        Share of the country's exports that does not arrive, 0 to 1.
    """

    country: Text
    withheld: _Share


class PriceChange(_OnElements):
    """A change of price.

    Attributes
    ----------
    elements : tuple of str
        Symbols, or ``"*"`` for all.
    factor : float
        Times the price of the baseline.
    """

    factor: PositiveFloat


class Scenario(Strict):
    """A state of supply.

    Attributes
    ----------
    name, title, description : str
        Short name, heading and one paragraph.
    restrictions : tuple of Restriction
        Withheld exports.
    prices : tuple of PriceChange
        Changes of prices; where two name an element, the factors multiply.
    recycled : dict of str to float
        Share of an element's supply that comes from domestic recycling.
    """

    name: Name
    title: Text
    description: Text
    restrictions: tuple[Restriction, ...] = ()
    prices: tuple[PriceChange, ...] = ()
    recycled: dict[str, _Share] = Field(default_factory=dict)

    @field_validator("restrictions")
    @classmethod
    def _countries(cls, restrictions: tuple[Restriction, ...]) -> tuple[Restriction, ...]:
        known = countries()
        for restriction in restrictions:
            if restriction.country not in known:
                raise ValueError(
                    f"country {restriction.country!r} is not in supply/countries.csv; known are "
                    f"{', '.join(known)}"
                )
        return restrictions

    @field_validator("recycled")
    @classmethod
    def _recycled(cls, recycled: dict[str, float]) -> dict[str, float]:
        for symbol in recycled:
            if symbol not in INDEX:
                raise ValueError(f"{symbol!r} is no chemical element")
        return recycled

    def withheld(self, country: str, element: str) -> float:
        """Return the share of a country's exports of an element that does not arrive.

        Parameters
        ----------
        country : str
            Name as in ``supply/countries.csv``.
        element : str
            Symbol.

        Returns
        -------
        float
            Share, 0 to 1.
        """
        arriving = 1.0
        for restriction in self.restrictions:
            if restriction.country == country and element in restriction.elements:
                arriving *= 1.0 - restriction.withheld
        return 1.0 - arriving

    def price_factor(self, element: str) -> float:
        """Return the factor on an element's price.

        Parameters
        ----------
        element : str
            Symbol.

        Returns
        -------
        float
            Product of all price changes that name it.
        """
        factor = 1.0
        for change in self.prices:
            if element in change.elements:
                factor *= change.factor
        return factor


def scenarios() -> list[str]:
    """Return the names of the embedded scenarios."""
    return _toml.names(_FOLDER)


@named
def load_scenario(scenario: str | Path | Scenario) -> Scenario:
    """Read a scenario by name, or by the path of a TOML file.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Name of an embedded scenario, path of a TOML file, or a scenario.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If there is none, or a field is missing, unknown or out of range.
    """
    if isinstance(scenario, Scenario):
        return scenario
    if scenario in scenarios():
        return _embedded(datasets.path(f"{_FOLDER}/{scenario}.toml"))
    return _toml.load(scenario, Scenario, "scenario", _FOLDER)


@lru_cache(maxsize=16)
def _embedded(file: Path) -> Scenario:
    # Embedded files do not change while a process runs (`datasets.refuse_changed`).
    return _toml.load(file, Scenario, "scenario", _FOLDER)


@named
def with_prices(scenario: str | Path | Scenario, factors: Mapping[str, float]) -> Scenario:
    """Return a scenario with the prices of some elements multiplied.

    Parameters
    ----------
    scenario : str, Path or Scenario
        As for `load_scenario`.
    factors : mapping of str to float
        Times the scenario's price, e.g. ``{"Tb": 3.0}``.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If a key is no element or a factor no number above 0.

    Examples
    --------
    >>> with_prices("baseline", {"Tb": 3.0}).price_factor("Tb")
    3.0
    """
    state = load_scenario(scenario)
    for symbol, factor in factors.items():
        if symbol not in INDEX:
            raise InputError(f"price: {symbol!r} is no chemical element; write e.g. Tb=3x")
        if not 0.0 < float(factor) < float("inf"):
            raise InputError(f"price {symbol}: expected a factor above 0, e.g. 3x, got {factor}")
    if not factors:
        return state
    source = "asked for"
    changes = [
        PriceChange(elements=(symbol,), factor=float(factor), source=source, status="assumption")
        for symbol, factor in factors.items()
    ]
    return state.model_copy(update={"prices": (*state.prices, *changes)})


def check_recycled(recycled: Mapping[str, float] | None) -> dict[str, float]:
    """Return recycled shares; InputError if a key is no element or a share not 0 to 1."""
    if recycled is not None and not isinstance(recycled, Mapping):
        raise InputError(
            f"recycled must map elements to shares such as {{'Co': 0.25}}, got {recycled!r:.60}"
        )
    checked = {}
    for symbol, share in (recycled or {}).items():
        if symbol not in INDEX:
            raise InputError(f"recycled: {symbol!r} is no chemical element; write e.g. Co=0.25")
        try:
            share = float(share)
        except (TypeError, ValueError):
            share = float("nan")
        if not 0.0 <= share <= 1.0:
            raise InputError(f"recycled {symbol}: expected a share from 0 to 1, got {share}")
        checked[symbol] = share
    return checked
