"""Heavy rare earth, import reliance, risk and cost of many alloys at once; draws of risk and cost.

In draws, the range of yearly prices of five years is read as the 90 % interval of an element's
price; where the table has none, half to twice the price. The rare earths move together, as they did
in each of those years; every other element moves alone. The supply risk of an element has a
relative standard deviation of 10 %: the World Bank prints its governance estimates with standard
errors near 0.2 of a scale of 5, 7 % of China's instability, and production shares are rounded
estimates, which is another 7 % of a concentration.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._core._arguments import as_texts, check_arguments
from .._core._columnar import Columns
from .._core._types import FloatArray
from .._core.columns import CRITERIA, criteria
from .._core.elements import (
    ATOMIC_MASS,
    INDEX,
    N_ELEMENTS,
    RARE_EARTHS,
    SYMBOLS,
    index,
    mask,
)
from .._core.errors import CompositionError, DataError, InputError
from .._core.settings import get_settings
from ..alloy._read import Compositions, as_table, read_inputs
from ..alloy.notation import Basis
from ..alloy.shell_rows import mean_over_mass
from ..alloy.shells import Shells
from ..alloy.table import CompositionTable
from .scenario import (
    Scenario,
    load_scenario,
    scenarios,
    validate_recycled_shares,
    with_prices,
)
from .tables import element_table, overdue, supply_sources

if TYPE_CHECKING:
    import pandas as pd


_TRACE_MASS = 0.001
"""Share of an alloy's mass from which an element counts for the weakest link: tenths of a per cent
of heavy rare earth do, impurities do not."""
_HALF_MASS = 0.01
"""Share of an alloy's mass at which a source of elements matters half as much as one that the whole
alloy comes from. A convention: of the heavy rare earths, magnets hold 0.1 to 10 % by mass."""
_RISK_SPREAD = 0.10
_UNKNOWN_PRICE_FACTOR = 2.0
# Columns of the matrix of figures, one row an element; those of `_FIGURES` follow.
_TOTAL, _HEAVY, _DY_TB, _RARE, _COBALT, _FIRST = range(6)
_FIGURES = tuple(dict.fromkeys(criterion.of for criterion in criteria()))
_RISK = _FIRST + _FIGURES.index("supply_risk")
# Entries of descriptive columns of elements.csv that count as numbers.
_ANSWERS = {"yes": 1.0, "no": 0.0, "": float("nan")}


@check_arguments
def ledger(
    compositions: Compositions,
    scenario: str | Path | Scenario = "baseline",
    recycled: Mapping[str, float] | None = None,
    reference: Any = None,
    heavy_rare_earths: str | Sequence[str] | None = None,
    shell: Shells = None,
    reference_shell: Shells = None,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return heavy rare earth, import reliance, supply risk and cost of each alloy.

    Reliance and cost are means over the alloy's mass, ``sum_e w_e x_e`` with w_e the mass
    fraction. The supply risk is that of what can stop: a magnet is not made when one of its
    elements fails, and a mean over mass hides an element of which a per cent is needed. With the
    score r_e of the GeoPolRisk method (see `magnetkit.supply.tables`) and the elements of each
    source s, those that the same countries deliver in the same shares (`supply_sources`)::

        supply_risk = 1 - prod_s (1 - sum_{e in s} w_e r_e / (w_s + 0.01)),  w_s = sum_{e in s} w_e

    It is 0 for an alloy of elements that need no imports, and falls with the mass of whatever is
    at risk. How much a source matters by its mass (half at 1 %) is a convention of this package;
    that sources fail apart from each other is one too.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n alloys; see `magnetkit.predict`.
    scenario : str, Path or Scenario
        Name of an embedded scenario (`magnetkit.supply.scenario.scenarios`), or a Path or text
        ending in ``.toml`` of a file.
    recycled : mapping of str to float, optional
        Share of an element's supply from domestic recycling, 0 to 1, by symbol, e.g.
        ``{"Co": 0.25}``; goes before the scenario's. It lowers reliance and risk, not cost.
    reference : one composition in the same forms, optional
        Today's magnet, a text by `basis`, or as a formula in atoms where that refuses it; without
        it nothing counts as saved (NaN).
    heavy_rare_earths : str or sequence of str, optional
        Symbols of the elements that count as heavy rare earth, such as "Dy" or ``["Dy", "Tb"]``;
        by default the setting of that name.
    shell, reference_shell : str, dict or sequence, optional
        Grain-boundary shell, such as "Tb 0.5 wt%", for all or one a row (an empty text for none);
        a column ``shell`` of a frame otherwise. `reference_shell` is that of `reference`.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are: numbers of atoms or at.%, or wt.%. "auto" refuses a text
        that can be either; one that names its own ("wt.%") is read so.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    DataFrame
        Of pandas, or of the library of a frame or column given (polars,
        Arrow), with the user's other columns behind. It has n rows of
        heavy_rare_earth_wt_pct, dysprosium_terbium_wt_pct, rare_earth_wt_pct,
        cobalt_wt_pct, heavy_rare_earth_saved_wt_pct and the criteria of
        `magnetkit._core.columns`: import_reliance, supply_risk,
        weakest_link_risk (largest score of an element above a trace) and
        cost_USD_kg. Cost is that of the contained elements in the form of
        ``supply/elements.csv`` (rare earths as oxide): turning oxide into
        metal, melting and yield come on top. Reliance, risk and cost are NaN
        where an element has no supply data. ``.attrs["overdue"]`` of a pandas
        frame names the facts on these elements that are past their review date
        (`overdue`).

    Raises
    ------
    InputError
        If the scenario, a recycled share, a shell or the reference cannot be
        used, or `reference_shell` comes without `reference`.
    CompositionError
        An InputError: with `strict` for the first row that cannot be read, if
        no row can be read, and for a heavy rare earth that is no element.

    Examples
    --------
    >>> ledger(["Nd2Fe14B", "Nd1.6Dy0.4Fe14B"])["heavy_rare_earth_wt_pct"].round(1).tolist()
    [0.0, 6.0]
    """
    import pandas as pd

    inputs = read_inputs(compositions, basis, strict=strict)
    if isinstance(reference, str):
        # A formula stays one whatever the basis of the recipes.
        with suppress(CompositionError):
            reference = as_table(reference, basis)
    answer = inputs.give(
        ledger_columns(
            inputs.table,
            scenario,
            recycled,
            reference,
            heavy_rare_earths,
            inputs.shells_with(shell),
            reference_shell,
        ).frame()
    )
    if isinstance(answer, pd.DataFrame):
        present = [SYMBOLS[i] for i in np.unique(inputs.table.indices)]
        answer.attrs["overdue"] = overdue(symbols=present)
    return answer


def ledger_columns(
    table: CompositionTable,
    scenario: str | Path | Scenario = "baseline",
    recycled: Mapping[str, float] | None = None,
    reference: Any = None,
    heavy_rare_earths: str | Sequence[str] | None = None,
    shell: Shells = None,
    reference_shell: Shells = None,
) -> Columns:
    """Compute the columns of `ledger`, whose arguments these are, one row for each of `table`.

    Parameters
    ----------
    table : CompositionTable
        n alloys.
    scenario : str, Path or Scenario
        Name of an embedded scenario or path of a TOML file.
    recycled : mapping of str to float, optional
        Share of an element's supply from domestic recycling, 0 to 1, by symbol.
    reference : one composition, optional
        Today's magnet, such as a text or a `CompositionTable` of one row; without it nothing
        counts as saved (NaN). A text is read with the basis "auto": a recipe that sums to 100 or
        has a balance must name "wt.%" or "at.%".
    heavy_rare_earths : str or sequence of str, optional
        Symbols that count as heavy rare earth; the setting of that name otherwise.
    shell, reference_shell : str, dict or sequence, optional
        Grain-boundary shells, such as "Tb 0.5 wt%", for all or one a row; None for none.

    Returns
    -------
    Columns
        Arrays of n rows: ``heavy_rare_earth_wt_pct``,
        ``dysprosium_terbium_wt_pct``, ``rare_earth_wt_pct``,
        ``cobalt_wt_pct``, ``heavy_rare_earth_saved_wt_pct`` (negative where a
        row holds more than the reference), then the criteria:
        ``import_reliance`` and the risks ``supply_risk`` and
        ``weakest_link_risk``, 0 to 1, and ``cost_USD_kg``. The criteria are
        NaN where an element has no supply data.

    Raises
    ------
    InputError
        If the reference is not one magnet, `reference_shell` comes without one, or the scenario
        or a share cannot be used.
    """
    state = load_scenario(scenario)
    if heavy_rare_earths is None:
        heavy_rare_earths = get_settings().heavy_rare_earths
    matrix = _matrix(
        state, validate_recycled_shares(recycled), as_texts(heavy_rare_earths)
    )
    figures = mean_over_mass(table, matrix, shell)
    percent = 100.0 * figures[:, _HEAVY : _COBALT + 1].T
    savings = np.full(len(table), np.nan)
    if reference is None and reference_shell is not None:
        raise InputError(
            "reference_shell is that of the reference; give the reference too"
        )
    if reference is not None:
        reference = as_table(reference)
        if len(reference) != 1:
            raise InputError(
                f"the reference must be one magnet, got {len(reference)}"
            )
        base = mean_over_mass(reference, matrix, reference_shell)
        savings = 100.0 * base[0, _HEAVY] - percent[0]
    data = Columns(
        heavy_rare_earth_wt_pct=percent[0],
        dysprosium_terbium_wt_pct=percent[1],
        rare_earth_wt_pct=percent[2],
        cobalt_wt_pct=percent[3],
        heavy_rare_earth_saved_wt_pct=savings,
    )
    for criterion in criteria():
        column = _FIRST + _FIGURES.index(criterion.of)
        if criterion.over == "mass":
            data[criterion.name] = figures[:, column]
        elif criterion.over == "largest":
            data[criterion.name] = _weakest_link(
                table, matrix[:, column], shell
            )
        else:
            data[criterion.name] = _risk_of_sources(
                table, matrix[:, column], shell
            )
    return data


def _matrix(
    scenario: Scenario, recycled: Mapping[str, float], heavy: Sequence[str]
) -> FloatArray:
    """Build the figures of each element per unit of mass.

    Parameters
    ----------
    scenario : Scenario
        State of supply.
    recycled : mapping of str to float
        Share of an element's supply from domestic recycling, 0 to 1; goes before the scenario's.
    heavy : sequence of str
        Elements that count as heavy rare earth, such as "Dy".

    Returns
    -------
    ndarray of float64, shape (118, _FIRST + len(_FIGURES))
        By atomic number minus one. Column 0 is 1; the next say by 1 or 0
        whether the element is a heavy rare earth, Dy or Tb, a rare earth, Co
        (columns 1 to 4); the others are the figures of the criteria in the
        order of `_FIGURES`, in the unit of the column of `element_table`, NaN
        where unknown. A new array.
    """
    matrix = np.empty((N_ELEMENTS, _FIRST + len(_FIGURES)))
    matrix[:, _TOTAL] = 1.0
    groups = {
        _HEAVY: tuple(heavy),
        _DY_TB: ("Dy", "Tb"),
        _RARE: RARE_EARTHS,
        _COBALT: ("Co",),
    }
    for column, symbols in groups.items():
        matrix[:, column] = mask(symbols)
    shares = tuple(sorted(recycled.items()))
    matrix[:, _FIRST:] = _element_figures(scenario.model_dump_json(), shares)
    return matrix


@lru_cache(maxsize=32)
def _element_figures(
    scenario: str, recycled: tuple[tuple[str, float], ...]
) -> FloatArray:
    """Compute the figures of the criteria for each element.

    Parameters
    ----------
    scenario : str
        A `Scenario` as JSON, as of its ``model_dump_json()``.
    recycled : tuple of (str, float)
        Symbol of an element and its share of domestic recycling, 0 to 1, sorted by symbol.

    Returns
    -------
    ndarray of float64, shape (118, len(_FIGURES))
        Rows by atomic number minus one, columns by `_FIGURES`, which names columns of
        `element_table`; "yes" counts 1, "no" 0 and an empty text NaN. NaN too for an element
        without a row there. The array is kept and shared: do not change it.

    Raises
    ------
    DataError
        If a criterion is of a column that does not exist or holds other than numbers, yes or no.
    """
    table = element_table(
        Scenario.model_validate_json(scenario), dict(recycled)
    )
    figures = np.full((N_ELEMENTS, len(_FIGURES)), np.nan)
    at = [INDEX[e] for e in table["element"]]
    for k, name in enumerate(_FIGURES):
        try:
            figures[at, k] = [
                float(_ANSWERS.get(value, value)) for value in table[name]
            ]
        except (KeyError, ValueError) as error:
            raise DataError(
                f"datasets/{CRITERIA}: a criterion is of {name!r}, which must be a column of "
                f"supply/elements.csv that holds numbers, yes or no; {error}"
            ) from None
    return figures


def _weakest_link(
    table: CompositionTable, risk: FloatArray, shell: Any
) -> FloatArray:
    """Find the largest risk of an element that makes `_TRACE_MASS`, 0.001, of an alloy's mass or more.

    Parameters
    ----------
    table : CompositionTable
        n alloys.
    risk : ndarray, shape (118,) or (118, k)
        Risk of each element, by atomic number minus one, in each of k cases, 0
        to 1.
    shell : str, dict or sequence of n of them, or None
        Grain-boundary shells, whose mass counts; None for none.

    Returns
    -------
    ndarray of float64, shape (n,) or (n, k)
        0 to 1; NaN where the risk of an element that makes `_TRACE_MASS` of the mass or more is
        unknown. An unknown risk of a smaller amount does not count.
    """
    from ..alloy._row_kernels import largest_of_each
    from ..alloy.shell_rows import with_shell

    whole = with_shell(table, shell)
    cases = risk.reshape(N_ELEMENTS, -1)
    return largest_of_each(
        whole.rows, ATOMIC_MASS, cases, _TRACE_MASS
    ).reshape(-1, *risk.shape[1:])


def _risk_of_sources(
    table: CompositionTable, risk: FloatArray, shell: Any
) -> FloatArray:
    """Compute the risk that a source of an alloy's elements fails.

    Parameters
    ----------
    table : CompositionTable
        n alloys.
    risk : ndarray, shape (118,) or (118, k)
        Risk of each element, by atomic number minus one, in each of k cases, 0
        to 1.
    shell : str, dict or sequence of n of them, or None
        Grain-boundary shells, whose mass counts; None for none.

    Returns
    -------
    ndarray of float64, shape (n,) or (n, k)
        ``supply_risk`` as `ledger` defines it: a source counts the less, the
        smaller its share of the mass, half at 0.01. 0 to 1; NaN where the risk
        of an element of the alloy, however little of it, is unknown.
    """
    from ..alloy._row_kernels import risks_of_sources
    from ..alloy.shell_rows import with_shell

    whole = with_shell(table, shell)
    cases = risk.reshape(N_ELEMENTS, -1)
    risks = risks_of_sources(
        whole.rows, ATOMIC_MASS, supply_sources(), cases, _HALF_MASS
    )
    return risks.reshape(-1, *risk.shape[1:])


@check_arguments
def break_even_recycled_share(
    compositions: Compositions,
    element: str,
    target: ArrayLike,
    scenario: str | Path | Scenario = "baseline",
    recycled: Mapping[str, float] | None = None,
    shell: Shells = None,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the recycled share of an element at which an alloy's risk falls to a target.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n alloys; see `magnetkit.predict`.
    element : str
        The element to recycle, e.g. ``"Co"``.
    target : float or array_like, shape (n,)
        Supply risk to reach, 0 to 1, e.g. that of another alloy; the column ``supply_risk`` of
        `ledger`. n counts the alloys that could be read.
    scenario, recycled, shell, basis, strict
        As in `ledger`; a recycled share of `element` itself is not counted.

    Returns
    -------
    ndarray of float64, or column of the input's library
        One value a row of the input. Share of the element's supply, 0 to 1; 0
        where the risk is low enough already, NaN where recycling all of it is
        not enough, the alloy lacks the element and its risk is higher, the
        risk of the alloy is unknown, or the row cannot be read. A column is
        named ``recycled_share``.

    Raises
    ------
    InputError
        If `target` is no number, nor one for each alloy, or the scenario or a
        share cannot be used.
    CompositionError
        An InputError: if `element` is no symbol.

    Examples
    --------
    >>> break_even_recycled_share(["Sm2Co17"], "Co", 0.4).round(2)
    array([0.82])
    """
    column = index(element)
    other_shares = {
        k: v
        for k, v in validate_recycled_shares(recycled).items()
        if k != element
    }
    state = load_scenario(scenario)
    own_shares = {k: v for k, v in state.recycled.items() if k != element}
    state = state.model_copy(update={"recycled": own_shares})
    risk = _matrix(state, other_shares, ())[:, _RISK]
    risk_without = risk.copy()
    risk_without[column] = 0.0
    inputs = read_inputs(compositions, basis, strict=strict)
    cases = np.column_stack([risk, risk_without])
    risks = _risk_of_sources(inputs.table, cases, inputs.shells_with(shell))
    try:
        targets = np.broadcast_to(np.asarray(target, np.float64), len(risks))
    except (TypeError, ValueError):
        raise InputError(
            f"target must be a number, or one for each of {len(risks)} alloys, got {target!r:.60}"
        ) from None
    # The risk is linear in that of each element, which recycling lowers in proportion.
    excess = risks[:, 0] - targets
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(
            excess <= 0.0, 0.0, excess / (risks[:, 0] - risks[:, 1])
        )
    return inputs.values(
        np.where(share <= 1.0, share, np.nan), "recycled_share"
    )


@check_arguments
def sampled_supply(
    table: CompositionTable,
    draws: int,
    rng: np.random.Generator,
    scenario: str | Path | Scenario = "baseline",
    recycled: Mapping[str, float] | None = None,
    shell: Shells = None,
    prices: Mapping[str, str] | None = None,
    others: float = 0.0,
) -> dict[str, FloatArray]:
    """Draw price and supply risk of each alloy.

    Parameters
    ----------
    table : CompositionTable
        n alloys.
    draws : int
        Number of draws.
    rng : numpy.random.Generator
        Advanced.
    scenario, recycled, shell
        As in `magnetkit.supply.ledger`.
    prices : mapping of str to str, optional
        Prices of elements in every scenario, as of `with_prices`: ``{"Tb": "3x"}`` or
        ``{"Tb": "900USD/kg"}``.
    others : float
        Share of the draws, 0 to 1, rounded to a whole number of the last ones, in which the other
        embedded scenarios hold in turn in place of the requested one.

    Returns
    -------
    dict of str to ndarray, shape (n, draws)
        ``cost_USD_kg``, ``supply_risk`` and ``weakest_link_risk``; NaN where an element has no
        supply data (of the last only one above a trace). A draw of ``weakest_link_risk`` may
        exceed 1. One price and risk of each element serves all alloys of a draw.

    Raises
    ------
    InputError
        If the scenario, a price or a share cannot be used.
    """
    from scipy.special import ndtri

    states = _scenarios_of_draws(scenario, prices or {}, draws, others)
    distinct = {state.name: state for state in states}
    tables = {
        name: element_table(state, recycled)
        for name, state in distinct.items()
    }
    first = tables[states[0].name]
    at = [INDEX[e] for e in first["element"]]
    fall, rise = _price_range(first)
    at_five_percent = ndtri(0.95)

    def scores() -> FloatArray:
        """Draw standard scores, (elements, draws); the rare earths share theirs."""
        deviates = rng.standard_normal((N_ELEMENTS, draws))
        deviates[mask(RARE_EARTHS) > 0] = rng.standard_normal(draws)
        return deviates[at]

    def stated_figures(name: str) -> FloatArray:
        """Return column `name` of the element tables, (elements, draws), each draw by its scenario.

        `name` is a column of numbers of `element_table`; rows are the elements of that table.
        """
        columns = {
            key: figures[name].to_numpy(np.float64)
            for key, figures in tables.items()
        }
        return np.column_stack([columns[state.name] for state in states])

    z = scores() / at_five_percent
    slope = np.where(z > 0, rise[:, None], fall[:, None])
    factors = np.exp(slope * z)
    per_element = {
        "cost_USD_kg": stated_figures("price_USD_kg") * factors,
        "supply_risk": stated_figures("supply_risk")
        * np.exp(_RISK_SPREAD * scores()),
    }
    result = {}
    matrix = np.full((N_ELEMENTS, 1 + draws), np.nan)
    matrix[:, 0] = 1.0
    matrix[at, 1:] = per_element["cost_USD_kg"]
    result["cost_USD_kg"] = mean_over_mass(table, matrix, shell)[:, 1:]
    risk = np.full((N_ELEMENTS, draws), np.nan)
    risk[at] = per_element["supply_risk"]
    result["supply_risk"] = _risk_of_sources(table, risk, shell)
    result["weakest_link_risk"] = _weakest_link(table, risk, shell)
    return result


def _scenarios_of_draws(
    scenario: str | Path | Scenario,
    prices: Mapping[str, str],
    draws: int,
    others: float,
) -> list[Scenario]:
    """List the scenario of each draw: the one requested, then the other embedded ones in turn.

    `scenario`, `prices` (by symbol, such as "3x"; empty for none), `draws` and `others` (share of
    the draws, 0 to 1) are those of `sampled_supply`. The list has `draws` entries, the last
    ``round(others * draws)`` of them other scenarios; those have the `prices` too. A scenario of a
    file that has the name of an embedded one stands in its place.
    """
    priced_scenario = with_prices(scenario, prices)
    rest = [
        with_prices(name, prices)
        for name in scenarios()
        if name != priced_scenario.name
    ]
    count = round(others * draws) if rest else 0
    in_turn = [rest[k % len(rest)] for k in range(count)]
    return [priced_scenario] * (draws - count) + in_turn


def _price_range(table: "pd.DataFrame") -> tuple[FloatArray, FloatArray]:
    """Compute by how much the logarithm of each price may fall and rise.

    Parameters
    ----------
    table : pandas.DataFrame
        As of `element_table`, in whatever scenario: ``price_low_USD_kg`` and
        ``price_high_USD_kg`` (NaN where unknown), one row for each element of that table, in its
        order; no row may be missing.

    Returns
    -------
    fall, rise : ndarray of float64, one for each row
        Differences of ln of today's price, that of the scenario "baseline" and not of `table`, to
        the ends of the 90 % range; 0 or more for a price within its range, and ln
        `_UNKNOWN_PRICE_FACTOR` for an end that is unknown.
    """
    low, high = (
        table[f"price_{end}_USD_kg"].to_numpy(np.float64)
        for end in ("low", "high")
    )
    # A scenario multiplies the price; the range of the past is relative to the past's price.
    today = element_table()["price_USD_kg"].to_numpy(np.float64)
    unknown = np.log(_UNKNOWN_PRICE_FACTOR)
    fall = np.nan_to_num(np.log(today / low), nan=unknown)
    rise = np.nan_to_num(np.log(high / today), nan=unknown)
    return fall, rise
