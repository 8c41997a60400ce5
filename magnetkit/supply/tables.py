"""The supply tables by element: reliance, concentration, risk and price under a scenario.

The risk of an element is the score of the GeoPolRisk method (Gemechu and co-workers, J. Ind.
Ecol. 20 (2016) 154; recycling after Santillan-Saldivar and co-workers, Resour. Conserv. Recycl.
164 (2021) 105108; Koyamparambath and co-workers, ibid. 209 (2024) 107801)::

    risk = HHI * sum_i(g_i f_i) / (p + F)

with HHI the concentration of world production (0 to 1), g_i the instability of country i (one
minus its governance, 0 to 1), f_i the imports from it, F all imports and p domestic production.
Written with the net import reliance IR = F / (p + F), the shares s_i of imports by country and
a share r of supply from domestic recycling::

    risk = HHI * IR * (1 - r) * sum_i(g_i s_i)

Three choices are this package's own. Imports come from the producing countries outside the
United States in proportion to what they produce (no trade data are embedded). Of the stages
known (mine, separation, refinery) the one with the largest risk counts. A country that
withholds a share w of its exports has g_i + (1 - g_i) w for instability.

Controls and prices carry a date; `overdue` names those past their review date.
"""

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._core._arguments import as_texts, check_arguments
from .._core._types import IntArray
from .._core.elements import INDEX, SYMBOLS
from .scenario import (
    Row,
    Scenario,
    countries,
    load_scenario,
    rows,
    validate_recycled_shares,
)

if TYPE_CHECKING:
    import pandas as pd


_HOME = "United States"
# Countries beyond the three largest producers: the middle of the scale.
_UNNAMED_INSTABILITY = 0.5
# Prices of a year stand until the next yearly summary is out, in February of the year after next.
_NEXT_PRICES = (2, 2)


@check_arguments
def element_table(
    scenario: str | Path | Scenario = "baseline",
    recycled: Mapping[str, float] | None = None,
) -> "pd.DataFrame":
    """Return the supply figures of each element.

    Parameters
    ----------
    scenario : str, Path or Scenario
        Name of an embedded scenario (`scenarios`), a Path or text ending in ``.toml`` of a file, or
        a scenario.
    recycled : mapping of str to float, optional
        Share of an element's supply from domestic recycling, 0 to 1, by symbol; goes before the
        scenario's for the elements that it names.

    Returns
    -------
    DataFrame
        One row an element of ``supply/elements.csv``, in its order; other
        elements have no row. Columns are ``element`` (symbol);
        ``import_reliance`` (0-1, after recycling); ``stage`` that decides
        (such as "mine" or "separation"), of largest concentration times
        instability; its ``concentration`` (HHI, 0-1), ``instability`` (0-1)
        and ``withheld`` share of the supply from abroad (0-1); ``supply_risk``
        (0-1, see the module); ``price_USD_kg`` of the contained element in the
        scenario, and ``price_low_USD_kg`` and ``price_high_USD_kg``, the
        lowest and highest of five years without it (NaN where unknown);
        ``largest_producer`` and ``largest_share`` (0-1) at that stage;
        ``export_control``, a text of those of ``supply/controls.csv`` that
        have not ended, separated by "; ", empty without any; then, as texts,
        ``import_reliance_pct``, ``import_reliance_printed``, ``companion``,
        ``recycling_eol_pct``, ``us_critical_2018``, ``us_critical_2022``,
        ``us_critical_2025``, ``eu_critical_2024``, ``eu_strategic_2024``,
        ``verification`` and ``source`` of ``supply/elements.csv``.

    Raises
    ------
    InputError
        If the scenario or a recycled share cannot be used.

    Examples
    --------
    >>> figures = element_table("embargo", {"Co": 0.25}).set_index("element")
    >>> float(figures.loc["Dy", "import_reliance"])
    1.0
    """
    import pandas as pd

    state = load_scenario(scenario)
    shares = {**state.recycled, **validate_recycled_shares(recycled)}
    stages: dict[str, list[Row]] = {}
    for row in rows("production"):
        stages.setdefault(row["element"], []).append(row)
    result = []
    for row in rows("elements"):
        element = row["element"]
        reliance = (
            float(row["import_reliance_pct"])
            / 100.0
            * (1.0 - shares.get(element, 0.0))
        )
        figures = [(*_stage_figures(s, state), s) for s in stages[element]]
        hhi, instability, withheld_share, stage = max(
            figures, key=lambda f: f[0] * f[1]
        )
        # A price that is set comes back as it was written.
        price = float(
            f"{float(row['price_USD_kg']) * state.price_factor(element):.14g}"
        )
        low = row["price_low_USD_kg"]
        high = row["price_high_USD_kg"]
        result.append(
            {
                "element": element,
                "import_reliance": reliance,
                "stage": stage["stage"],
                "concentration": hhi,
                "instability": instability,
                "withheld": withheld_share,
                "supply_risk": hhi * instability * reliance,
                "price_USD_kg": price,
                "price_low_USD_kg": float(low) if low else float("nan"),
                "price_high_USD_kg": float(high) if high else float("nan"),
                "largest_producer": stage["country_1"],
                "largest_share": float(stage["share_1_pct"]) / 100.0,
                "export_control": _active_controls(element),
                **{
                    k: v
                    for k, v in row.items()
                    if not k.startswith(("element", "price_"))
                },
            }
        )
    return pd.DataFrame(result)


@lru_cache(maxsize=1)
def supply_sources() -> IntArray:
    """Return a number for the source of each element.

    Elements that the same countries produce in the same shares at every stage come from one source
    and fail together. An element without production data is a source of its own.

    Returns
    -------
    ndarray of int64, shape (118,)
        The entry of an element is at its atomic number minus one. It is a number of the same kind,
        atomic number minus one, of the element of the same source that comes first in
        ``supply/production.csv``; its own where it is that element. The array is kept and shared:
        do not change it.
    """
    stages: dict[str, list[str]] = {}
    for row in rows("production"):
        producers = [row[f"country_{i}"] for i in (1, 2, 3)]
        shares = [row[f"share_{i}_pct"] for i in (1, 2, 3)]
        stages.setdefault(row["element"], []).append(
            " ".join([row["stage"], *producers, *shares])
        )
    by_stages: dict[tuple[str, ...], int] = {}
    sources = np.arange(len(SYMBOLS))
    for element, texts in stages.items():
        key = tuple(sorted(texts))
        sources[INDEX[element]] = by_stages.setdefault(key, INDEX[element])
    return sources


def _stage_figures(row: Row, scenario: Scenario) -> tuple[float, float, float]:
    """Compute concentration, instability and withheld share of one stage of an element, 0 to 1 each.

    Parameters
    ----------
    row : mapping of str to str
        A row of ``supply/production.csv``, all texts: ``element`` (symbol), ``country_1`` to
        ``country_3`` (names as in ``supply/countries.csv``, KeyError for another; empty for none),
        ``share_1_pct`` to ``share_3_pct`` and ``us_share_pct`` (%; an empty share of a country
        counts as 0) and ``hhi`` (0 to 1).
    scenario : Scenario
        Which countries withhold which elements (`Scenario.withheld`). It does not change the
        concentration.

    Returns
    -------
    hhi : float
        Concentration: the row's ``hhi`` as it is.
    instability : float
        Of the supply from abroad, the United States left out; what is withheld counts as wholly
        unstable (1), and what no named country produces as 0.5.
    withheld_share : float
        Share of the supply from abroad that is withheld.
    """
    instability = withheld_share = named_share = 0.0
    for i in (1, 2, 3):
        country = row[f"country_{i}"]
        share = float(row[f"share_{i}_pct"] or 0.0) / 100.0
        if not country or country == _HOME:
            continue
        stops = scenario.withheld(country, row["element"])
        g = countries()[country]
        instability += share * (g + (1.0 - g) * stops)
        withheld_share += share * stops
        named_share += share
    abroad = 1.0 - float(row["us_share_pct"]) / 100.0
    # Rounded shares may add up to a little more than all.
    abroad = max(abroad, named_share)
    instability += (abroad - named_share) * _UNNAMED_INSTABILITY
    return float(row["hhi"]), instability / abroad, withheld_share / abroad


def _active_controls(element: str) -> str:
    """Write the export controls on an element that have not ended, with date, measure and status.

    Each is ``COUNTRY, EFFECTIVE: MEASURE (STATUS)`` of
    ``supply/controls.csv``, such as "China, 2025-04-04: ...", in the order of
    the file. They are separated by "; "; the text is empty without any.
    `element` is a symbol; one that no control names gives the empty text.
    Measures of the United States, and those whose status begins with "ended"
    or "replaced", are left out.
    """
    texts = []
    for row in rows("controls"):
        is_over = row["status_2026_11"].startswith(("ended", "replaced"))
        if row["country"] == _HOME or is_over:
            continue
        if element in row["elements"].split():
            texts.append(_CONTROL.format_map(row))
    return "; ".join(texts)


def controls() -> "pd.DataFrame":
    """Return the export controls and purchase rules, each with its dates and status.

    The frame has the rows and columns of ``supply/controls.csv`` as texts:
    ``country``, ``elements`` (symbols separated by spaces), ``measure``,
    ``announced``, ``effective``, ``until``, ``status_2026_11``,
    ``known_as_of``, ``look_again``, ``verification`` and ``source``. Countries
    are names, dates are written as 2026-11-10 or 2025-04. What is not known is
    an empty text. Those that have ended are there too. The frame is a new one.
    """
    import pandas as pd

    return pd.DataFrame(rows("controls")).fillna("")


def claims() -> "pd.DataFrame":
    """Return claims made about US supply beside today's figures, each with its date.

    The frame has the rows and columns of ``supply/claims.csv`` as texts:
    ``topic``, ``claimed``, ``claimed_unit``, ``claimed_as_of``,
    ``claimed_source``, ``today``, ``today_unit``, ``today_as_of``,
    ``today_source`` and ``verification``. What is not known is an empty text.
    The frame is a new one.
    """
    import pandas as pd

    return pd.DataFrame(rows("claims"))


_CONTROL = "{country}, {effective}: {measure} ({status_2026_11})"
_LATE = "{country}, {elements}: review due since {look_again}, known as of {known_as_of}"


@check_arguments
def overdue(
    today: date | None = None, symbols: str | Collection[str] | None = None
) -> list[str]:
    """Return controls and prices that are past their review date.

    Parameters
    ----------
    today : datetime.date, optional
        The date that counts as today; that of the machine otherwise. A review that is due on this
        day is past.
    symbols : str or collection of str, optional
        Symbols of the elements of interest, such as "Dy" or ["Dy", "Tb"]; all otherwise, none if
        it is empty. What is no element matches nothing.

    Returns
    -------
    list of str
        A sentence for each control that names one of the elements, those that have ended included,
        in the order of ``supply/controls.csv``; then one that names all elements whose price is
        old. A control without a review date is never late. Empty where none is late.

    Examples
    --------
    >>> from datetime import date
    >>> [late for late in overdue(date(2026, 11, 11)) if "Ho Er" in late]
    ['China, Ho Er Tm Yb: review due since 2026-11-10, known as of 2026-02']
    """
    day = date.today() if today is None else today
    symbols_to_check = set(SYMBOLS if symbols is None else as_texts(symbols))
    notes = []
    for row in rows("controls"):
        is_of_interest = symbols_to_check & set(row["elements"].split())
        review = row["look_again"]
        if is_of_interest and review and date.fromisoformat(review) <= day:
            notes.append(_LATE.format_map(row))
    years, month = _NEXT_PRICES
    old = []
    for row in rows("elements"):
        year = row["price_year"]
        if row["element"] not in symbols_to_check or not year:
            continue
        if date(int(year) + years, month, 1) <= day:
            old.append(row["element"])
    if old:
        notes.append(
            f"prices of {', '.join(old)}: older than the last yearly summary"
        )
    return notes
