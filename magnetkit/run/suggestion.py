"""The next batch to melt: the one of the largest expected value of sample information.

Before a melt the choice is the candidate with the least expected loss; after it the choice may be
another one. A batch is worth the mean reduction of the loss by that, in units of regret: the
expected value of sample information. It is found from draws of all candidates, by a regression of
their losses on the measurements (Strong, Oakley and Brennan, Med. Decis. Making 34 (2014) 311);
the batch is chosen greedily, within the limits of furnace and store.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import (
    as_texts,
    check_arguments,
    parse_finite_number,
    parse_whole_number,
)
from .._core._blas import one_thread
from .._core._progress import bar
from .._core._types import BoolArray, FloatArray
from .._core.elements import INDEX
from .._core.errors import InputError
from ..alloy.shells import read_shell
from ..alloy.table import CompositionTable
from ..choose._draws import sample
from ..choose.result import Ranked
from ..magnetism._measured import splits
from ._files import open_result

if TYPE_CHECKING:
    import pandas as pd


_PROPERTY_DRAWS = 2000
_POOL = 80
_SEED = 0
# Standard deviation of the logarithm of a measurement, as `magnetkit.calibrate` takes it.
_MEASUREMENT = {"coercivity_kA_m": 0.03, "remanence_T": 0.01}
_MEASURED = ("remanence_T", "coercivity_kA_m")
_LIMIT = re.compile(
    r"\s*([A-Z][a-z]?(?:\s*\+\s*[A-Z][a-z]?)*|shell)\s*(<=|>=)\s*(\d+\.?\d*)\s*"
)


@dataclass(frozen=True)
class Shop:
    """The limits of the furnace and the store.

    `stock` has the kilograms of each element there is, infinite for enough; one that is not named
    is not there; None if all are. At most `melts` alloys: magnets of one alloy may differ in what
    is diffused into them. `limits` bound an element or a sum, wt.%, ``"Nd+Pr>=28"``, or what is
    diffused in, ``"shell<=0.5"``. A melt takes `charge_kg` of alloy.
    """

    stock: Mapping[str, float] | None = None
    melts: int | None = None
    limits: tuple[str, ...] = ()
    charge_kg: float = 1.0

    def __post_init__(self) -> None:
        """Check all fields.

        InputError for an unknown element, a stock below 0 or NaN, a limit that is
        not understood, ``melts`` that is no whole number of 1 or more, or
        ``charge_kg`` that is not above 0.
        """
        for text in self.limits:
            _limit(text)
        for element, amount in (self.stock or {}).items():
            if element not in INDEX:
                raise InputError(f"stock: {element!r} is no chemical element")
            if not amount >= 0.0:
                raise InputError(
                    f"stock of {element}: expected kilograms, got {amount!r}"
                )
        if self.melts is not None:
            parse_whole_number("melts", self.melts)
        parse_finite_number("charge_kg", self.charge_kg, 0.0, above=True)

    def is_allowed(self, weight: FloatArray, shell: FloatArray) -> BoolArray:
        """Say which of n magnets keep the limits and consist of elements in stock, bool (n,).

        The shop is such as ``Shop({"Nd": 5.0, "Fe": 9.0, "B": 1.0},
        limits=("Nd+Pr>=28",))``; limits, wt.%, are inclusive. `weight`,
        (n, 118), has mass fractions including the diffused element;
        `shell`, (n,), has the amount of that, wt.%, 0 without a shell, with
        which limits on "shell" are compared. How much is in stock does not
        count, only whether it is more than 0 kg; an element that ``stock`` does
        not name is not there, and all are if ``stock`` is None. Columns go by
        atomic number minus one.
        """
        good = np.ones(len(weight), bool)
        for text in self.limits:
            names, sign, bound = _limit(text)
            columns = [INDEX[n] for n in names if n != "shell"]
            value = (
                shell
                if names == ("shell",)
                else 100.0 * weight[:, columns].sum(axis=1)
            )
            good &= (
                value <= bound + 1e-9
                if sign == "<="
                else value >= bound - 1e-9
            )
        if self.stock is not None:
            good &= ((weight <= 1e-9) | (self.stock_masses() > 0.0)).all(
                axis=1
            )
        return good

    def stock_masses(self) -> FloatArray:
        """Return the amount of each element in the store, kg, shape (118,).

        Places go by atomic number minus one. Elements that ``stock`` does not
        name have 0; all are infinite if ``stock`` is None.
        """
        amounts = np.full(len(INDEX), np.inf if self.stock is None else 0.0)
        for element, amount in (self.stock or {}).items():
            amounts[INDEX[element]] = amount
        return amounts


def _limit(text: str) -> tuple[tuple[str, ...], str, float]:
    """Read a limit such as "Nd+Pr>=28" or "shell<=0.5", wt.%.

    "<", "=", negative amounts and unknown symbols are not understood. Elements
    are joined by "+" alone, with or without blanks; "shell" stands alone.

    >>> _limit("Nd+Pr>=28")
    (('Nd', 'Pr'), '>=', 28.0)

    Returns
    -------
    names : tuple of str
        Elements whose amounts are added, in the order written, or
        ``("shell",)``.
    sign : str
        ``">="`` or ``"<="``.
    amount : float
        wt.%.

    Raises
    ------
    InputError
        If the text is something else.
    """
    match = _LIMIT.fullmatch(text)
    names = (
        () if match is None else tuple(n.strip() for n in match[1].split("+"))
    )
    if match is None or any(n not in INDEX for n in names if n != "shell"):
        raise InputError(
            f"limit {text!r} not understood; write e.g. 'Nd+Pr>=28', 'Dy<=2' or 'shell<=0.5', wt.%"
        )
    return names, match[2], float(match[3])


@check_arguments
def suggest(
    result: Ranked | str | Path,
    batch: int = 5,
    *,
    stock: Mapping[str, float] | Sequence[str] | None = None,
    melts: int | None = None,
    limits: Sequence[str] = (),
    charge_kg: float = 1.0,
    seed: int = _SEED,
    progress: bool = False,
) -> "pd.DataFrame":
    """Return the magnets to make next: those whose measurement decides most.

    Parameters
    ----------
    result : Ranked, str or Path
        A screening, or its results folder or URL. The best 80 of it are
        considered.
    batch : int
        How many magnets, 1 or more.
    stock : mapping of str to float, or sequence of str, optional
        Elements in the store, with the kilograms of each, ``{"Nd": 5.0}``, or a
        list of symbols for enough of each; all otherwise. An element that is
        not named is not there.
    melts : int, optional
        At most so many alloys; magnets of one alloy may differ in what is diffused into them.
    limits : sequence of str
        Bounds in wt.%, ``"Nd+Pr>=28"`` or ``"shell<=0.5"``, with <= or >=; one
        text alone is accepted.
    charge_kg : float
        Alloy that a melt takes, kg.
    seed : int
        Of the random draws.
    progress : bool
        Show a progress bar on stderr: it takes some ten seconds.

    Returns
    -------
    pandas.DataFrame
        In the order of choice: ``worth``, the units of regret that the batch up
        to this row saves in the mean; ``chance_of_change``, how often, 0 to 1,
        another candidate is then the best, for the batch up to this row too;
        and the columns of the screening (``rank``,
        ``candidate``, ``formula``, ``shell`` and so on). Rows count from 0.
        Fewer rows where no more is allowed.

    Raises
    ------
    InputError
        If an argument cannot be used, or nothing that is allowed is a magnet.
    StoreError
        If `result` names no results folder, or one that is not finished or is
        damaged.

    Examples
    --------
    >>> from magnetkit import screen
    >>> found = screen(["SmCo5", "Sm0.9Pr0.1Co5"], application="aerospace-reaction-wheel")
    >>> suggest(found, 1, stock=["Sm", "Co"])["candidate"].tolist()
    ['SmCo5']
    """
    import pandas as pd

    parse_whole_number("batch", batch)
    parse_whole_number("seed", seed, 0)
    if stock is not None and not isinstance(stock, Mapping):
        stock = dict.fromkeys(stock, np.inf)
    shop = Shop(
        stock,
        melts,
        as_texts(limits),
        charge_kg,
    )
    ranked_result = (
        result if isinstance(result, Ranked) else open_result(result, Ranked)
    )
    leading = _leading_magnets(ranked_result)
    weight, shell = _mass_fractions(leading)
    is_possible = shop.is_allowed(weight, shell)
    if not is_possible.any():
        raise InputError(
            "no leading candidate keeps the limits and is of what is in the store; give more of "
            "either"
        )
    samples = sample(leading, ranked_result.job, _PROPERTY_DRAWS, seed)
    measurement_draws = measurements(
        samples.scores, np.random.default_rng(seed)
    )
    loss = np.minimum(samples.loss, 1e6)
    feasible = _make_feasibility_check(leading, shop, weight, is_possible)
    with one_thread(), bar("choosing magnets", batch, progress) as step:
        batch_rows, worths = greedy(
            loss, measurement_draws, batch, feasible, step
        )
        after = [
            batch_value(loss, measurement_draws, batch_rows[: k + 1])
            for k in range(len(batch_rows))
        ]
    # More is never worth less: noise of the regression is not shown.
    worths = list(np.maximum.accumulate(worths))
    columns = {
        "worth": worths,
        "chance_of_change": [change for _, change in after],
    }
    rows = leading.iloc[batch_rows].reset_index(drop=True)
    return pd.concat([pd.DataFrame(columns), rows], axis=1)


def _leading_magnets(result: Ranked) -> "pd.DataFrame":
    """Return the rows of the best candidates of a screening that are magnets, none twice.

    They are those with the ``status`` "ok" among the best 80 of `result`, a
    frame with the columns of results, ``rank`` among them, in order of rank
    and numbered from 0. ``shell`` is an empty text for none. Of rows with the
    same ``formula`` and ``shell`` the first stays. InputError if there is no
    magnet.
    """
    leading = result.best(_POOL)
    leading["shell"] = leading["shell"].astype(object).fillna("")
    leading = leading[leading["status"] == "ok"]
    if not len(leading):
        raise InputError(
            "no candidate is a magnet in the range of this device"
        )
    leading = leading.drop_duplicates(["formula", "shell"])
    return leading.reset_index(drop=True)


def measurements(
    scores: Mapping[str, FloatArray], rng: np.random.Generator
) -> FloatArray:
    """Draw the measurement of each magnet, (n, draws, quantities), in standard deviations of the model.

    `scores` maps quantities, "coercivity_kA_m" and "remanence_T", to standard
    scores, (n, draws), to which noise of measurement is added; the last axis
    has their order. `rng` is advanced.

    KeyError for another quantity.
    """
    tables = []
    for quantity, score in scores.items():
        noise = _MEASUREMENT[quantity] / splits()[quantity].deviation
        tables.append(score + noise * rng.standard_normal(score.shape))
    return np.stack(tables, axis=2)


def batch_value(
    loss: FloatArray, measured: FloatArray, batch: Sequence[int]
) -> tuple[float, float]:
    """Compute the worth of measuring a batch of magnets.

    The regression is fitted on one half of the draws and tested on the other, in turn, so that
    chance has no worth.

    Parameters
    ----------
    loss : ndarray, shape (n, draws)
        Loss of each candidate in each draw; NaN is not allowed.
    measured : ndarray, shape (n, draws, quantities)
        Measurements of each.
    batch : sequence of int
        Candidates to measure, numbers from 0, at least one.

    Returns
    -------
    worth : float
        In the unit of the loss; it may be below 0 by chance.
    share : float
        Share of the draws, 0 to 1, in which the batch changes the choice.
    """
    draws = loss.shape[1]
    seen_values = measured[list(batch)].transpose(1, 0, 2).reshape(draws, -1)
    terms = np.column_stack([np.ones(draws), seen_values, seen_values**2])
    halves = np.arange(draws) % 2 == 0
    best = int(loss.mean(axis=1).argmin())
    gain = 0.0
    change_count = 0
    for half in (halves, ~halves):
        own_terms = terms[half]
        square = own_terms.T @ own_terms + 1e-6 * np.eye(own_terms.shape[1])
        weights = np.linalg.solve(square, own_terms.T @ loss[:, half].T)
        choice = (terms[~half] @ weights).argmin(axis=1)
        other = loss[:, ~half]
        gain += float(
            (other[best] - other[choice, np.arange(choice.size)]).sum()
        )
        change_count += int((choice != best).sum())
    return gain / draws, change_count / draws


def greedy(
    loss: FloatArray,
    measured: FloatArray,
    batch: int,
    feasible: Any,
    step: Callable[[], None] | None = None,
) -> tuple[list[int], list[float]]:
    """Choose the candidates to measure one by one, each the one that adds most worth.

    Parameters
    ----------
    loss, measured : ndarray
        As for `batch_value`, shapes (n, draws) and (n, draws, quantities).
    batch : int
        Number to choose; fewer are chosen where no more may be added, not
        where more add no worth.
    feasible : callable
        Takes the list of those chosen, numbers from 0; returns a mask (n,) of
        those that may be added. It must leave out those chosen.
    step : callable, optional
        Called without arguments after each.

    Returns
    -------
    chosen : list of int
        Candidates, numbers from 0, in the order of choice.
    worth : list of float
        Worth of the first one, the first two, and so on.
    """
    batch_rows: list[int] = []
    worths: list[float] = []
    while len(batch_rows) < batch:
        able = np.flatnonzero(feasible(batch_rows))
        if not able.size:
            break
        values = [
            batch_value(loss, measured, [*batch_rows, int(j)])[0] for j in able
        ]
        best = int(np.argmax(values))
        batch_rows.append(int(able[best]))
        worths.append(values[best])
        if step is not None:
            step()
    return batch_rows, worths


def _mass_fractions(leading: "pd.DataFrame") -> tuple[FloatArray, FloatArray]:
    """Compute mass fractions, (n, 118), including the diffused element, and its amount, wt.%, (n,).

    `leading`, n rows, has ``formula`` (atomic) and ``shell``, such as "Tb 0.5
    wt%" or empty. Columns go by atomic number minus one. The amount of a shell
    is added to its element, so that rows with a shell sum to more than 1. The
    amount is 0 without a shell, and for a shell that states none.
    """
    table = CompositionTable.from_strings(
        list(leading["formula"]), basis="atomic"
    )
    weight = table.weight_fractions()
    amount = np.zeros(len(weight))
    for i, text in enumerate(leading["shell"]):
        shell = read_shell(text or None)
        if shell is not None and shell.amount_wt_pct is not None:
            amount[i] = shell.amount_wt_pct
            weight[i, INDEX[shell.R]] += shell.amount_wt_pct / 100.0
    return weight, amount


def _make_feasibility_check(
    leading: "pd.DataFrame", shop: Shop, weight: FloatArray, allowed: BoolArray
) -> Any:
    """Build the function that says which candidates may be added to a batch.

    Parameters
    ----------
    leading : pandas.DataFrame
        n candidates, of which ``formula`` counts: rows of one formula are
        magnets of one alloy.
    shop : Shop
        ``melts``, the largest number of alloys or None, ``charge_kg``, kg of
        alloy a melt takes, and ``stock``, kg by symbol, or None for enough of
        all.
    weight : ndarray, shape (n, 118)
        Mass fractions by atomic number minus one.
    allowed : ndarray of bool, shape (n,)
        Candidates that may be chosen at all.

    Returns
    -------
    callable
        Takes the chosen ones, a sequence of numbers from 0; returns a bool mask
        (n,) without these.
    """
    alloy = leading["formula"].factorize()[0]

    def is_feasible(chosen: Sequence[int]) -> BoolArray:
        """Say which candidates may be added to the `chosen` ones, bool (n,).

        Furnace and stock must suffice for all of them.

        `chosen` are numbers from 0, and are False themselves. A magnet of an
        alloy that is chosen already takes nothing from the stock and is no new
        melt.
        """
        is_able = allowed.copy()
        is_able[list(chosen)] = False
        if (
            shop.melts is not None
            and len(set(alloy[list(chosen)])) >= shop.melts
        ):
            is_able &= np.isin(alloy, alloy[list(chosen)])
        # A magnet of an alloy that is melted already takes no new charge.
        spent_mass = np.zeros(weight.shape[1])
        melts: set[int] = set()
        for i in chosen:
            if int(alloy[i]) not in melts:
                spent_mass += shop.charge_kg * weight[i]
            melts.add(int(alloy[i]))
        free = np.isin(alloy, list(melts))
        enough = (
            shop.charge_kg * weight <= shop.stock_masses() - spent_mass + 1e-12
        ).all(axis=1)
        return is_able & (free | enough)

    return is_feasible


def order(
    batch: "pd.DataFrame", temperatures: Sequence[float]
) -> "pd.DataFrame":
    """Build the table that the producer fills in for `calibrate`, from a batch of `suggest`.

    Parameters
    ----------
    batch : pandas.DataFrame
        Magnets: ``formula`` (in atoms) and ``shell`` (empty for none); other
        columns are dropped.
    temperatures : sequence of float
        K, as numbers.

    Returns
    -------
    pandas.DataFrame
        ``magnet`` ("M1", "M2" and so on), ``composition`` (the formula),
        ``basis`` ("atomic"), ``shell``, ``temperature_K``, and ``remanence_T``
        and ``coercivity_kA_m``, which are None; one row for each magnet and
        temperature, magnet by magnet.
    """
    import pandas as pd

    rows = []
    magnets = batch[["formula", "shell"]].to_numpy(object)
    for number, (formula, shell) in enumerate(magnets, start=1):
        for kelvin in temperatures:
            rows.append(
                (f"M{number}", formula, "atomic", shell, kelvin, None, None)
            )
    names = [
        "magnet",
        "composition",
        "basis",
        "shell",
        "temperature_K",
        *_MEASURED,
    ]
    return pd.DataFrame(rows, columns=names)
