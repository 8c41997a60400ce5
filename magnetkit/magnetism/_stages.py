"""Every property of a set of candidates, stage by stage."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from .._core._columnar import Coded, Columns
from .._core._constants import ROOM_K
from .._core._types import BoolArray, FloatArray
from .._core.columns import PROVENANCES, properties
from ..alloy.shell_rows import read_shells
from ..alloy.table import CompositionTable
from ..phases.partition import Partition, partition
from ..phases.records import HOSTS
from ._magnets import Alloys, Magnets, alloys, evaluate_magnets
from .conditions import Conditions
from .grades import nearest_grade_column
from .sintered import figure_columns
from .spread import shares

if TYPE_CHECKING:
    import pandas as pd

    from ..alloy._read import Inputs


ENERGY = "formation_energy_eV_atom"
_ROOTS = {name: host.root for name, host in HOSTS.items()} | {
    "unknown": "unknown"
}
GRADED = ("remanence_T", "coercivity_kA_m")
"""What grades are told apart by."""


def magnets(
    table: CompositionTable,
    shells: Sequence[str] | None,
    temperatures: Sequence[float],
    conditions: Conditions,
) -> list[Columns]:
    """Evaluate the magnet of each candidate, bulk and shell alike, at each temperature.

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    shells : sequence of str or None
        Shell of each, a text such as "Tb 0.5 wt%", empty for none; None for none at all.
    temperatures : sequence of float
        Temperatures, K.
    conditions : Conditions
        Process, use and models; its ``temperature`` and ``shell`` do not count.

    Returns
    -------
    list of Columns
        One for each temperature, in their order, with n rows and the columns
        of `magnetkit.magnetism.sintered`: a dict of arrays, `Coded` or Arrow
        texts by name.
    """
    alloy_rows = make_alloys(table, shells, conditions, ranges=True)
    return figure_columns(alloy_rows, temperatures, conditions.use)


def nominal_magnets(
    table: CompositionTable,
    shells: Sequence[str] | None,
    temperatures: Sequence[float],
    conditions: Conditions,
    hard: BoolArray | None = None,
    **parts: Any,
) -> Magnets:
    """Evaluate the magnet of each candidate without ranges: the central values of `magnets`.

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    shells : sequence of str or None
        Shell of each, an empty text for none; None for none at all.
    temperatures : sequence of float
        k temperatures, K.
    conditions : Conditions
        How they are made and used: process, host, model of the Curie temperature and range of use
        count.
    hard : ndarray of bool, shape (k,), optional
        At which of the temperatures coercivity is wanted; at all without it.
    **parts
        Keywords of `alloys`: ``host``, ``curie`` or ``ranges``; ``skins`` is set here.

    Returns
    -------
    Magnets
        ``polarization`` (J_s, T; its `remanence` gives B_r),
        ``intrinsic_coercivity`` and ``knee_field`` (A/m) and ``status``, int8,
        index into `magnetkit.compound.evaluate.STATUS`, (n, k). H_cJ and knee
        field are NaN where the status is not 0, "ok". So is the polarization,
        except where the status names a gate, such as "no free rare earth".
        With `hard` H_cJ is NaN where it is False (at 293.15 K it may be given
        all the same), and the knee field throughout.
    """
    parts["skins"] = hard is None or bool(hard.any())
    alloy_rows = make_alloys(table, shells, conditions, **parts)
    return evaluate_magnets(alloy_rows, temperatures, conditions.between, hard)


def make_alloys(
    table: CompositionTable,
    shells: Sequence[str] | None,
    conditions: Conditions,
    **parts: Any,
) -> Alloys:
    """Make the alloy of each candidate by the process and models of `conditions`.

    `table` holds the candidates; `shells` has one text for each, such as "Tb
    0.5 wt%", empty without a shell, or is None. ``process``, ``host`` and
    ``curie`` of `conditions` are read. `parts` are further keywords of
    `alloys` (``ranges`` and ``skins``, bools, ``host``, ``curie``); the latter
    two override those of `conditions`. InputError for a shell that cannot be
    read, or a list of another number of shells than of candidates; a single
    text holds for all.
    """
    options: dict[str, Any] = {
        "host": conditions.host,
        "curie": conditions.curie,
    } | parts
    return alloys(
        table, conditions.process, read_shells(shells, len(table)), **options
    )


GUARANTEED = {
    "remanence_T": "remanence_guaranteed_T",
    "coercivity_kA_m": "coercivity_guaranteed_kA_m",
}
"""Predicted columns and those of what 99 % of lots reach."""


def supplies(
    table: CompositionTable,
    shells: Sequence[str] | None,
    conditions: Conditions,
) -> Columns:
    """Compute heavy rare earth (wt.%), supply risk and cost (USD/kg) of n candidates.

    Parameters
    ----------
    table : CompositionTable
        The candidates.
    shells : sequence of str or None
        Shell of each, an empty text for none; None for none at all.
    conditions : Conditions
        Scenario, prices, recycled shares and the reference that heavy rare earth is saved against.

    Returns
    -------
    Columns
        A dict of those of `ledger_columns`, arrays of one entry for each of `table`:
        ``heavy_rare_earth_wt_pct``, ``heavy_rare_earth_saved_wt_pct`` (above 0
        where there is less than in the reference; NaN without one),
        ``rare_earth_wt_pct``, ``supply_risk``, ``cost_USD_kg`` and more.
    """
    from ..supply.ledger import ledger_columns

    return ledger_columns(
        table,
        scenario=conditions.supply_scenario,
        recycled=conditions.recycled or None,
        reference=conditions.reference,
        reference_shell=conditions.reference_shell or None,
        shell=shells,
    )


def makeable(
    table: CompositionTable,
    conditions: Conditions,
    split: Partition | None = None,
    **more: Any,
) -> tuple[Columns, BoolArray]:
    """Judge the stability of each candidate's phase.

    A candidate whose stability no data decide counts as makeable, since missing data are no
    verdict.

    Parameters
    ----------
    table : CompositionTable
        n candidates.
    conditions : Conditions
        ``host``, ``snapshot`` (phase data) and ``interval`` are read.
    split : Partition, optional
        The recipes split already, if the caller has them; they are judged in place of `table`.
    **more
        ``words=False`` leaves out the column ``decomposes_to``.

    Returns
    -------
    columns : Columns
        A dict of arrays, `Coded` or Arrow texts by name, n rows each, those of
        `stability_columns`: ``probability_phase_forms``,
        ``formation_energy_eV_atom``, ``energy_above_hull_eV_atom``, ``stability_status`` and more.
    is_makeable : ndarray of bool, shape (n,)
        False where that probability is known and below 0.5.
    """
    from ..phases._forming import FORMS
    from ..phases.stability import stability_columns

    if table.unique_rows is not None:
        first, place = table.unique_rows
        split_of_first = None if split is None else split[first]
        chances, forms = makeable(
            table[first], conditions, split_of_first, **more
        )
        return chances.take(place), forms[place]
    _, chances = stability_columns(
        table,
        conditions.host,
        None,
        conditions.snapshot,
        conditions.interval,
        split,
        **more,
    )
    # A comparison with NaN is false: only what is judged can be refused.
    return chances, ~(chances["probability_phase_forms"] < FORMS)


def describe(
    table: CompositionTable,
    temperature: float,
    conditions: Conditions,
    labels: pa.Array | Sequence[str] | None = None,
    shells: Sequence[str] | None = None,
    magnet: Columns | None = None,
    room: Columns | None = None,
    supply: Columns | None = None,
    split: Partition | None = None,
) -> Columns:
    """Compute every property of n candidates at one temperature, except those of the ranking.

    Columns are in the registry's order. Parts that the caller has already are not computed again.

    Parameters
    ----------
    table : CompositionTable
        The candidates.
    temperature : float
        Temperature, K.
    conditions : Conditions
        Process, use, models, phase data, supply and reference; its
        ``temperature`` and ``shell`` do not count.
    labels : Arrow array or sequence of str, optional
        The candidates as the user wrote them; their formulas otherwise.
    shells : sequence of str, optional
        Shell of each, a text such as "Tb 0.5 wt%", empty for none. The shell of `conditions` does
        not count.
    magnet, room : Columns, optional
        Results of `magnets` at this temperature and at `ROOM_K`; with `room` (``host``,
        ``remanence_T`` and ``coercivity_kA_m``) the nearest grades are named, in the column
        ``nearest_grade``, which lacks otherwise. Neither is changed.
    supply : Columns, optional
        Result of `supplies`.
    split : Partition, optional
        The recipes split as they are written.

    Returns
    -------
    Columns
        A dict of n rows each, arrays, `Coded` or Arrow texts: ``candidate``,
        ``row_index``, ``formula``, those of `magnets`, `makeable` and
        `supplies`, ``cost_per_flux_USD_m3_T``, ``remanence_guaranteed_T``,
        ``coercivity_guaranteed_kA_m`` and the learnt properties, see
        `magnetkit.columns`. What is "ok" but does not form has the status "not
        makeable"; its figures stay.
    """
    formulas = table.to_arrow()
    if labels is None:
        labels = formulas
    elif not isinstance(labels, pa.Array):
        labels = pa.array(labels, pa.string())
    if magnet is None:
        (magnet,) = magnets(table, shells, [temperature], conditions)
    stable, forms = makeable(table, conditions, split)
    columns = Columns(
        candidate=labels, row_index=table.row_index, formula=formulas
    )
    columns |= magnet
    columns |= stable
    columns |= (
        supplies(table, shells, conditions) if supply is None else supply
    )
    columns["cost_per_flux_USD_m3_T"] = cost_per_flux(
        columns["density_kg_m3"],
        columns["cost_USD_kg"],
        columns["remanence_T"],
    )
    for quantity, name in GUARANTEED.items():
        host = columns["host"]
        columns[name] = (
            columns[quantity] * shares(host.words, quantity)[host.codes]
        )
    if room is not None:
        hosts = room["host"].renamed(_ROOTS.__getitem__)
        columns["nearest_grade"] = nearest_grade_column(
            hosts, *(room[name] for name in GRADED)
        )
    status = columns["status"]
    columns["status"] = status.put(status.says("ok") & ~forms, "not makeable")
    _fill_energy(columns, table, conditions.interval, split)
    for record in properties():
        columns |= _learnt_columns(record.name, table, conditions.interval)
    columns["in_domain"] = columns["in_domain"] & ~status.says(
        "outside the model"
    )
    return columns.sort_columns()


def predict_inputs(inputs: "Inputs", conditions: Conditions) -> Any:
    """Predict recipes that are read, at each temperature of `conditions`.

    The result is one frame of the library that the recipes came in, with a row for each recipe and
    temperature: the rows of a recipe come together, by the order of the temperatures. Index, order
    and the user's other columns are those of `inputs`, which is what `read_inputs` returns. The
    columns are those of `describe`, ``nearest_grade`` among them. Rejected rows are warned of.
    """
    shells = inputs.shells_with(conditions.shell)
    frames = []
    for part in conditions.split_by_anchor():
        frames += _predict_frames(inputs, shells, part)
    return inputs.give(*frames, named=True)


def _predict_frames(
    inputs: "Inputs", shells: list[str] | None, conditions: Conditions
) -> "list[pd.DataFrame]":
    """Predict recipes as `predict_inputs` does: one frame for each temperature of `conditions`.

    `shells` has the shell of each recipe, "" for none; None if none has one.
    """
    kelvin = conditions.temperature
    alike = make_alloys(inputs.table, shells, conditions, ranges=True)
    # Without a row of its own, room temperature tells grades apart alone.
    only = {} if ROOM_K in kelvin else {ROOM_K: GRADED}
    *magnets_by_temperature, room = figure_columns(
        alike, [*kelvin, ROOM_K], conditions.use, only
    )
    table = inputs.table
    labels = inputs.labels
    hard_phase_split = alike.written
    frames = []
    for k, magnet in zip(kelvin, magnets_by_temperature, strict=True):
        columns = describe(
            table,
            k,
            conditions,
            labels,
            shells,
            magnet,
            room,
            split=hard_phase_split,
        )
        frames.append(columns.frame())
    return frames


def cost_per_flux(
    density: FloatArray,
    cost: FloatArray,
    remanence: FloatArray,
) -> FloatArray:
    """Compute the cost of a magnet's volume divided by its remanence, USD/(m3 T), shape (n,).

    `density` is in kg/m3, `cost` in USD/kg and `remanence` in T, (n,) each;
    NaN in one gives NaN, a remanence of 0 infinity with a RuntimeWarning of
    numpy. The order of the operations is fixed, so that results agree to the
    last digit.
    """
    return density * cost / remanence


def _learnt_columns(
    name: str, table: CompositionTable, interval: float
) -> Columns:
    """Predict a property that is learnt from compositions alone, of the n rows of `table`.

    `name` is the column and that of its model, one of `surrogates.training_sets.OWN`, of which
    there may be none. `interval` is the probability of the range, 0.9 for 90 %. The result has four
    columns: `name`, its lower and upper end (``_lo``, ``_hi``), float64, and ``_provenance``, a
    `Coded` that is "surrogate" throughout.
    """
    from ..surrogates.models import load

    prediction = load(name).predict(table, interval)
    columns = Columns(
        (c, prediction[c].to_numpy())
        for c in (name, f"{name}_lo", f"{name}_hi")
    )
    columns[f"{name}_provenance"] = Coded.constant(
        "surrogate", len(prediction), PROVENANCES
    )
    return columns


def _fill_energy(
    found: Columns,
    table: CompositionTable,
    interval: float,
    split: Partition | None,
) -> None:
    """Fill missing formation energies (eV/atom) of n candidates by the model, in place.

    ``formation_energy_eV_atom``, ``_lo``, ``_hi`` and ``_provenance`` (then "surrogate") of it in
    `found` change in the rows where phase data gave none (NaN) and the model knows compounds
    nearby; others stay NaN. All four must be there. `table` holds the recipes, `interval` is the
    probability of the range, 0.9 for 90 %; `split` are the recipes split already, None if they are
    not.
    """
    missing = np.flatnonzero(np.isnan(found[ENERGY]))
    if not len(missing):
        return
    from ..surrogates.models import load

    # What it knows are phases: a recipe's excess rare earth would lie outside its domain.
    split = split or partition(table)
    phase = split.hard_phase[missing]
    prediction = load(ENERGY).predict(phase, interval)
    # Far from every known compound the model would only return the mean of them all.
    is_answer = prediction["in_domain"].to_numpy()
    rows = np.zeros(len(table), bool)
    rows[missing[is_answer]] = True
    for name in (ENERGY, f"{ENERGY}_lo", f"{ENERGY}_hi"):
        found[name][rows] = prediction[name].to_numpy()[is_answer]
    found[f"{ENERGY}_provenance"] = found[f"{ENERGY}_provenance"].put(
        rows, "surrogate"
    )
