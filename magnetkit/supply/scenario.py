"""Scenarios of supply, embedded or the user's own TOML files.

The rows of the supply tables are read here too, since scenarios are checked against them.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import (
    Field,
    PositiveFloat,
    ValidationError,
    field_validator,
    model_validator,
)

from .._core import _toml, datasets
from .._core._arguments import check_arguments
from .._core._toml import Evidence, Name, Strict, Text
from .._core.elements import INDEX, SYMBOLS
from .._core.errors import InputError
from .._core.plausible import check_plausible

Row = Mapping[str, str]
_Share = Annotated[float, Field(ge=0, le=1)]
_FOLDER = "supply/scenarios"
_PRICE = re.compile(r"(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)\s*(x|USD/kg)")
_ASKED = {"source": "asked for", "status": "assumption"}


@lru_cache(maxsize=8)
def rows(name: str) -> tuple[Row, ...]:
    """Return the rows of ``datasets/supply/<name>.csv``, each a read-only mapping of texts by column.

    `name` has no suffix: "production", "elements", "countries", "controls" or
    "claims". Numbers are texts, and what is missing is an empty text. The
    tuple is kept and shared. Columns of "production" are ``element``,
    ``stage``, ``year``, ``hhi``, ``us_share_pct``, ``country_1`` to
    ``country_3`` and ``share_1_pct`` to ``share_3_pct``; of "elements"
    ``element``, ``import_reliance_pct``, ``price_USD_kg`` with
    ``price_low_USD_kg`` and ``price_high_USD_kg``, ``price_year``,
    ``price_form``, ``price_source`` and more; of "countries" ``country`` and
    ``governance``; `controls` and `claims` name those of the last two. They
    have further columns of sources. DataError for another name.
    """
    return tuple(map(MappingProxyType, datasets.rows(f"supply/{name}.csv")))


@lru_cache(maxsize=1)
def _prices() -> dict[str, float]:
    """Return today's price of each element, USD/kg."""
    return {
        row["element"]: float(row["price_USD_kg"]) for row in rows("elements")
    }


@lru_cache(maxsize=1)
def countries() -> Mapping[str, float]:
    """Return the instability of each country, 0 (none) to 1."""
    return MappingProxyType(
        {r["country"]: 1.0 - float(r["governance"]) for r in rows("countries")}
    )


class OnElements(Evidence):
    """What acts on some elements; ``("*",)`` means all."""

    elements: Annotated[tuple[str, ...], Field(min_length=1)]

    @field_validator("elements")
    @classmethod
    def _known(cls, elements: tuple[str, ...]) -> tuple[str, ...]:
        """Expand ``("*",)`` to all 118 symbols, or check that each of `elements` is a symbol.

        "*" beside other symbols is no symbol. Those that pass are returned as they are. ValueError
        that names the first stray one, which pydantic reports, otherwise.
        """
        if elements == ("*",):
            return SYMBOLS
        if stray := [symbol for symbol in elements if symbol not in INDEX]:
            raise ValueError(
                f"{stray[0]!r} is no chemical element (all of them: '*')"
            )
        return elements


class Restriction(OnElements):
    """Exports that one country withholds.

    Attributes
    ----------
    country : str
        Name as in ``supply/countries.csv``, such as "China".
    elements : tuple of str
        Symbols, or ``("*",)`` for all; at least one.
    withheld : float
        Share of the country's exports that does not arrive, 0 to 1.
    source, status : str
        Where that comes from, and "cited" or "assumption".
    """

    country: Text
    withheld: _Share


class PriceChange(OnElements):
    """A change of price.

    Attributes
    ----------
    elements : tuple of str
        Symbols, or ``("*",)`` for all; at least one.
    factor, price_USD_kg : float or None
        Times the price so far, or the price itself, USD/kg; one of the two, above 0.
    source, status : str
        Where that comes from, and "cited" or "assumption".
    """

    factor: PositiveFloat | None = None
    price_USD_kg: PositiveFloat | None = None

    @model_validator(mode="after")
    def _one(self) -> "PriceChange":
        """Check that ``factor`` or ``price_USD_kg`` is given, not both, and that it is plausible.

        Both act on the symbols in ``elements``; ``source`` and ``status`` are
        needed beside. Plausible are the limits
        ``price_factor`` and ``price_USD_kg`` of
        ``datasets/columns/plausible.toml``, inclusive. The object itself is
        returned. ValueError, which pydantic reports, otherwise, and where an
        element has no row in ``supply/elements.csv``; a factor on all elements
        acts on those that have one.
        """
        if (self.factor is None) == (self.price_USD_kg is None):
            raise ValueError("expected one of factor and price_USD_kg")
        name = "price_factor"
        value = self.factor
        if value is None:
            name = "price_USD_kg"
            value = self.price_USD_kg
        try:
            check_plausible(name, float(value or 0.0))
        except InputError as error:
            raise ValueError(str(error)) from None
        unknown = set(self.elements) - set(_prices())
        is_factor_on_all = self.elements == SYMBOLS and self.factor is not None
        if unknown and not is_factor_on_all:
            raise ValueError(
                f"no price of {min(unknown)} is known that another could replace; "
                "`magnetkit supply elements` lists those known"
            )
        return self


class Scenario(Strict):
    """A state of supply.

    Attributes
    ----------
    name, title, description : str
        Short name (small letters, digits and hyphens), heading and one paragraph; none empty.
    restrictions : tuple of Restriction
        Withheld exports: each with ``country``, ``elements``, ``withheld`` (0 to 1), ``source``
        and ``status``.
    prices : tuple of PriceChange
        Changes of prices, each with ``elements``, one of ``factor`` and ``price_USD_kg``,
        ``source`` and ``status``. Where two name an element, a later factor acts on what the
        other made, and a later price replaces it.
    recycled : dict of str to float
        Share of an element's supply that comes from domestic recycling, 0 to 1, by symbol.
    """

    name: Name
    title: Text
    description: Text
    restrictions: tuple[Restriction, ...] = ()
    prices: tuple[PriceChange, ...] = ()
    recycled: dict[str, _Share] = Field(default_factory=dict)

    @field_validator("restrictions")
    @classmethod
    def _countries(
        cls, restrictions: tuple[Restriction, ...]
    ) -> tuple[Restriction, ...]:
        """Check that the ``country`` of every restriction is one of ``supply/countries.csv``.

        Countries are names such as "China", spelt as there. A `Restriction`
        has ``elements``, ``withheld``, ``source`` and ``status`` beside. The
        `restrictions` are returned as they are; none are fine. ValueError that
        names the first unknown country, which pydantic reports, otherwise.
        """
        names_of_countries = countries()
        if stray := [
            r.country
            for r in restrictions
            if r.country not in names_of_countries
        ]:
            raise ValueError(
                f"country {stray[0]!r} is not in supply/countries.csv; known are "
                f"{', '.join(names_of_countries)}"
            )
        return restrictions

    @field_validator("recycled")
    @classmethod
    def _check_recycled(cls, recycled: dict[str, float]) -> dict[str, float]:
        if stray := [symbol for symbol in recycled if symbol not in INDEX]:
            raise ValueError(f"{stray[0]!r} is no chemical element")
        return recycled

    def withheld(self, country: str, element: str) -> float:
        """Return the share of a country's exports of an element that does not arrive.

        Parameters
        ----------
        country : str
            Name as in ``supply/countries.csv``.
        element : str
            Symbol, such as "Dy".

        Returns
        -------
        float
            Share, 0 to 1. Of several restrictions each withholds its share of what the others
            leave: two of 0.5 withhold 0.75. It is 0 for a country or element that none names.

        Examples
        --------
        >>> load_scenario("embargo").withheld("China", "Dy")
        1.0
        """
        arriving = 1.0
        for restriction in self.restrictions:
            if (
                restriction.country == country
                and element in restriction.elements
            ):
                arriving *= 1.0 - restriction.withheld
        return 1.0 - arriving

    def price_factor(self, element: str) -> float:
        """Return the factor on an element's price of today.

        Parameters
        ----------
        element : str
            Symbol.

        Returns
        -------
        float
            Product of all factors that name it; where a change sets the price, that price over
            the one of ``supply/elements.csv`` times the factors after it. 1 without any, also for
            what is no element.
        """
        factor = 1.0
        for change in self.prices:
            if element in change.elements:
                if change.price_USD_kg is not None:
                    factor = change.price_USD_kg / _prices()[element]
                factor *= change.factor or 1.0
        return factor


def scenarios() -> list[str]:
    """Return the names of the embedded scenarios."""
    return _toml.names(_FOLDER)


@check_arguments
def load_scenario(scenario: str | Path | Scenario) -> Scenario:
    """Read a scenario by name, or by the path of a TOML file.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Name of an embedded scenario (`scenarios`), such as "baseline". A Path, or a text that
        ends in ``.toml``, is a file with the fields of `Scenario`. A scenario is returned as it
        is.

    Returns
    -------
    Scenario
        Its fields are ``name``, ``title``, ``description``, ``restrictions``
        (each with ``country``, ``elements``, ``withheld``, ``source`` and
        ``status``), ``prices`` (each with ``elements``, one of ``factor`` and
        ``price_USD_kg``, ``source`` and ``status``) and ``recycled`` (share,
        0 to 1, by symbol).

    Raises
    ------
    InputError
        If there is none, or a field is missing, unknown or out of range.
    """
    if isinstance(scenario, Scenario):
        return scenario
    if _toml.is_user_file(scenario):
        return _toml.load(scenario, Scenario, "scenario", _FOLDER)
    return _embedded_scenarios(str(scenario))


@lru_cache(maxsize=16)
def _embedded_scenarios(name: str) -> Scenario:
    # Embedded files do not change while a process runs (`datasets.check_for_changes`).
    return _toml.load(name, Scenario, "scenario", _FOLDER)


@check_arguments
def with_prices(
    scenario: str | Path | Scenario, prices: Mapping[str, str]
) -> Scenario:
    """Return a scenario with other prices of some elements.

    Parameters
    ----------
    scenario : str, Path or Scenario
        As for `load_scenario`.
    prices : mapping of str to str
        By symbol: times the scenario's price, as ``{"Tb": "3x"}``, or the price, as
        ``{"Tb": "900USD/kg"}``. A bare number, another unit or a capital X is an error.

    Returns
    -------
    Scenario
        A new one of the same name, with these changes after its own; what
        `load_scenario` returns where `prices` is empty.

    Raises
    ------
    InputError
        If a key is no element or has no row in ``supply/elements.csv``, or a price is none of these
        with a plausible number above 0. Also as for `load_scenario`.

    Examples
    --------
    >>> with_prices("baseline", {"Tb": "3x"}).price_factor("Tb")
    3.0
    """
    state = load_scenario(scenario)
    changes = []
    for symbol, text in prices.items():
        if symbol not in INDEX:
            raise InputError(
                f"price: {symbol!r} is no chemical element; write e.g. Tb=3x"
            )
        match = _PRICE.fullmatch(str(text).strip())
        if match is None or not 0.0 < float(match[1]) < float("inf"):
            raise InputError(
                f"price {symbol}={text}: expected a factor above 0, as {symbol}=3x, or a price, as "
                f"{symbol}=400USD/kg"
            )
        name = "factor" if match[2] == "x" else "price_USD_kg"
        change = {"elements": (symbol,), name: float(match[1]), **_ASKED}
        try:
            changes.append(PriceChange.model_validate(change))
        except ValidationError as error:
            reason = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise InputError(f"price {symbol}={text}: {reason}") from None
    if changes:
        return state.model_copy(update={"prices": (*state.prices, *changes)})
    return state


def validate_recycled_shares(
    recycled: Mapping[str, float] | None,
) -> dict[str, float]:
    """Check recycled shares and return them as a new dictionary.

    Parameters
    ----------
    recycled : mapping of str to float, or None
        Share of an element's supply from domestic recycling, 0 to 1, by symbol, such as
        ``{"Co": 0.25}``. What `float` reads is a number, such as "0.25".

    Returns
    -------
    dict of str to float
        By symbol, in the same order; empty for None.

    Raises
    ------
    InputError
        If it is no mapping, a key is no symbol, or a share is no number, NaN or not 0 to 1.
    """
    if recycled is not None and not isinstance(recycled, Mapping):
        raise InputError(
            f"recycled must map elements to shares such as {{'Co': 0.25}}, got {recycled!r:.60}"
        )
    shares = {}
    for symbol, share in (recycled or {}).items():
        if symbol not in INDEX:
            raise InputError(
                f"recycled: {symbol!r} is no chemical element; write e.g. Co=0.25"
            )
        try:
            share = float(share)
        except (TypeError, ValueError):
            share = float("nan")
        if not 0.0 <= share <= 1.0:
            raise InputError(
                f"recycled {symbol}: expected a share from 0 to 1, got {share}"
            )
        shares[symbol] = share
    return shares
