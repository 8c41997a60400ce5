"""What a buyer cannot have, waits for or pays more for: shortages, embedded or the user's own.

A `Scenario` says what a state of supply does to risk and price of an alloy; a `Shortage` says what
it does to a buyer: by element, the share of what is bought that cannot be had, the weeks that a
delivery is late, and the price.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from .._core import _toml, datasets
from .._core._toml import Name, Strict, Text
from .._core.errors import InputError
from .scenario import (
    OnElements,
    PriceChange,
    Row,
    Scenario,
    load_scenario,
    rows,
    scenarios,
)

_FOLDER = "supply/shortages"


class Cut(OnElements):
    """Share of what is bought of some elements that cannot be had, 0 to 1."""

    share: Annotated[float, Field(gt=0, le=1)]


class Delay(OnElements):
    """Weeks that a delivery of some elements comes late."""

    weeks: Annotated[float, Field(gt=0, le=520)]


class Shortage(Strict):
    """What a buyer cannot have, waits for or pays more for.

    At least one of `cuts`, `delays` and `prices` must be given (ValidationError otherwise). Every
    cut, delay and price also has ``source`` (text) and ``status`` ("cited" or "assumption").

    Attributes
    ----------
    name, title, description : str
        Short name (small letters, digits and hyphens), heading and one paragraph; none empty.
    cuts : tuple of Cut
        What cannot be had: ``elements`` (tuple of symbols, or ``("*",)`` for all) and ``share``,
        above 0 and at most 1.
    delays : tuple of Delay
        What comes late: ``elements`` and ``weeks``, above 0 and at most 520.
    prices : tuple of PriceChange
        What costs more, or less: ``elements`` and one of ``factor`` and ``price_USD_kg``.
    """

    name: Name
    title: Text
    description: Text
    cuts: tuple[Cut, ...] = ()
    delays: tuple[Delay, ...] = ()
    prices: tuple[PriceChange, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> "Shortage":
        """Check that ``cuts``, ``delays`` or ``prices`` are given, at least one of them.

        They are tuples of `Cut` (``elements``, ``share``), `Delay`
        (``elements``, ``weeks``) and `PriceChange` (``elements``, and
        ``factor`` or ``price_USD_kg``), each with ``source`` and ``status``
        too. The shortage itself is returned, unchanged. ValueError, which
        pydantic reports as a ValidationError, otherwise.
        """
        if not (self.cuts or self.delays or self.prices):
            raise ValueError(
                "expected one of cuts, delays and prices, got none"
            )
        return self

    def missing_shares(self) -> dict[str, float]:
        """Return the share, above 0 to 1, of what is bought of each element that cannot be had, by symbol.

        Of several cuts of an element the largest share counts. Elements that
        no cut names are left out; the dict is empty without cuts.
        """
        return _largest_by_element(
            (one.elements, one.share) for one in self.cuts
        )

    def weeks_late(self) -> dict[str, float]:
        """Return the weeks that each element comes late, by symbol, the largest of its delays.

        Elements that no delay names are left out; the dict is empty without delays. The time until
        everything arrives is the largest of the values.
        """
        return _largest_by_element(
            (one.elements, one.weeks) for one in self.delays
        )

    def price_scenario(self, scenario: Scenario) -> Scenario:
        """Return a scenario with the prices of the shortage on top of its own.

        The price changes of the shortage follow those of `scenario`, so that a factor acts on what
        those made. Everything else is that of `scenario`, a `Scenario` as of `load_scenario` and
        no name of one, which is not changed.
        """
        return scenario.model_copy(
            update={"prices": (*scenario.prices, *self.prices)}
        )


def shortages() -> list[str]:
    """Return the names of the embedded shortages."""
    return _toml.names(_FOLDER)


def load_shortage(shortage: str | Path | Shortage) -> Shortage:
    """Read a shortage by name or from a TOML file, or make one of a scenario's restrictions.

    Parameters
    ----------
    shortage : str, Path or Shortage
        Name of an embedded shortage (`shortages`), or else of an embedded scenario (`scenarios`),
        such as "embargo". A Path, or a text that ends in ``.toml``, is a file with the fields of
        `Shortage`. A shortage is returned as it is. A `Scenario` object is not taken: give it to
        `find_shortage`.

    Returns
    -------
    Shortage
        Its fields are ``name``, ``title``, ``description``, ``cuts`` (each
        with ``elements`` and ``share``), ``delays`` (``elements`` and
        ``weeks``) and ``prices`` (``elements``, and ``factor`` or
        ``price_USD_kg``), all with ``source`` and ``status`` too.

    Raises
    ------
    InputError
        If there is none, a field of a file is missing, unknown or out of
        range, or an embedded scenario has neither restrictions nor prices,
        such as "baseline".
    ValidationError
        Of pydantic, if an embedded scenario has no prices and restrictions
        that withhold nothing.
    """
    if isinstance(shortage, Shortage):
        return shortage
    if shortage in shortages():
        return _toml.load(
            datasets.path(f"{_FOLDER}/{shortage}.toml"),
            Shortage,
            "shortage",
            _FOLDER,
        )
    if shortage in scenarios():
        scenario = load_scenario(shortage)
        if not scenario.restrictions and not scenario.prices:
            raise InputError(
                f"the scenario {scenario.name!r} restricts nothing and changes no price: it is no "
                f"shortage; {', '.join(shortages())} are"
            )
        return find_shortage(scenario)
    return _toml.load(shortage, Shortage, "shortage", _FOLDER)


def find_shortage(scenario: Scenario) -> Shortage:
    """Build the shortage that follows from the export restrictions of a scenario.

    A country that withholds a share of its exports cuts that share of its part of the world's
    production. At each stage the cuts of all countries are added, and the stage with the largest
    sum counts. Only the countries of ``supply/production.csv`` count, at most three a stage.

    Parameters
    ----------
    scenario : Scenario
        Its restrictions make the cuts; its name, texts and prices are taken over. Its recycled
        shares play no part.

    Returns
    -------
    Shortage
        It has the scenario's name and no delays. ``cuts`` is a tuple of one
        `Cut` for each element that loses a share, in alphabetical order of
        their symbols: ``elements`` is a tuple of one symbol, ``share`` above 0
        and at most 1. Elements without a row in ``supply/production.csv`` have
        no cut.

    Raises
    ------
    ValidationError
        Of pydantic, a ValueError and no InputError, if the scenario has no
        prices and no element loses a share.

    Examples
    --------
    >>> find_shortage(load_scenario("embargo")).missing_shares()["Dy"]
    0.99
    """
    cuts = []
    elements: set[str] = set()
    for restriction in scenario.restrictions:
        elements.update(restriction.elements)
    for element in sorted(elements):
        stages = [
            row for row in rows("production") if row["element"] == element
        ]
        share = max((_share_cut(scenario, row) for row in stages), default=0.0)
        if share > 0.0:
            source = (
                f"restrictions of {scenario.name} on the world's production"
            )
            cuts.append(
                Cut(
                    elements=(element,),
                    share=min(share, 1.0),
                    source=source,
                    status="assumption",
                )
            )
    return Shortage(
        name=scenario.name,
        title=scenario.title,
        description=scenario.description,
        cuts=tuple(cuts),
        prices=scenario.prices,
    )


def _share_cut(scenario: Scenario, row: Row) -> float:
    """Return the share of a stage's production, 0 to 1, that the restrictions of `scenario` withhold.

    `row` is a row of the table of production, all texts: ``element`` (symbol),
    ``country_1`` to ``country_3`` (names as in ``supply/countries.csv``) and
    ``share_1_pct`` to ``share_3_pct``, their shares in %; all must be there.
    An empty country or share counts for nothing. Countries that the row does
    not name withhold nothing.
    """
    total = 0.0
    for place in ("1", "2", "3"):
        country = row[f"country_{place}"]
        share = row[f"share_{place}_pct"]
        if country and share:
            total += (
                scenario.withheld(country, row["element"])
                * float(share)
                / 100.0
            )
    return total


def _largest_by_element(
    parts: Iterable[tuple[Sequence[str], float]],
) -> dict[str, float]:
    """Return the largest number of each element of some parts, by symbol.

    `parts` yields pairs of a sequence of symbols and a number above 0 that holds for each of
    them. Elements in no part are left out; the dict is empty without parts.
    """
    largest: dict[str, float] = {}
    for elements, number in parts:
        for element in elements:
            largest[element] = max(largest.get(element, 0.0), number)
    return largest
