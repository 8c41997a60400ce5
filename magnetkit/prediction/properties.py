"""Every property of a set of candidates, stage by stage."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ..added import properties
from ..arguments import path
from ..columns import PROVENANCES, ordered
from ..composition import CompositionTable
from ..errors import InputError
from ..magnetism.duty import LOAD_LINE, Duty, read_duty
from ..magnetism.process import process_record
from ..magnetism.sintered import BETWEEN, read_between

if TYPE_CHECKING:
    from ..magnetism.magnets import Magnets

ENERGY = "formation_energy_eV_atom"
ROOM_K = 293.15
"""Where grades are printed, K."""
GRADED = ("remanence_T", "coercivity_kA_m")
"""What grades are told apart by."""


@dataclass(frozen=True)
class Conditions:
    """What the properties are wanted for.

    Attributes
    ----------
    between : tuple of float
        Coldest and hottest temperature of use, K; alpha and beta are chords between them.
    duty : Duty
        Load line, outside field and time of use of the magnet in the device.
    process : mapping or None
        How the magnet is made; None takes the defaults of each family.
    interval : float
        Coverage of the intervals.
    whole_range : bool
        Whether the status is that over the range `between`, as a device needs it, rather than
        that at the temperature of the row.
    scenario : str
        Supply scenario, a name or the path of a TOML file.
    recycled : mapping of str to float
        Share of an element that comes from recycling.
    prices : mapping of str to float
        Times the scenario's price of an element.
    reference : CompositionTable or None
        The magnet to save heavy rare earth against, one row.
    snapshot : Path or None
        Phase data to use instead of the embedded.
    data, add : str or None
        CSV file of measured Curie temperatures to learn from instead of, or beside, what is known
        otherwise.
    """

    between: tuple[float, float] = BETWEEN
    duty: Duty = field(default_factory=Duty)
    process: Any = None
    interval: float = 0.9
    whole_range: bool = False
    scenario: str = "baseline"
    recycled: dict[str, float] = field(default_factory=dict)
    prices: dict[str, float] = field(default_factory=dict)
    reference: CompositionTable | None = None
    reference_shell: str = ""
    snapshot: Path | None = None
    data: str | None = None
    add: str | None = None


def conditions_for(
    *,
    process: Any = None,
    load_line: float | None = None,
    outside_kA_m: float | None = None,
    hours: float | None = None,
    interval: float = 0.9,
    scenario: str | Path | None = None,
    recycled: Mapping[str, float] | None = None,
    prices: Mapping[str, float] | None = None,
    between: Any = None,
    snapshot: str | Path | None = None,
    data: str | Path | None = None,
    add: str | Path | None = None,
    **device: Any,
) -> Conditions:
    """Return checked conditions; what is None is the default.

    Parameters
    ----------
    process, load_line, outside_kA_m, hours, interval, scenario : optional
        As of `magnetkit.predict`.
    recycled, between, snapshot, data, add : optional
        As of `magnetkit.predict`.
    prices : mapping of str to float, optional
        Times the scenario's price of an element.
    **device
        `reference`, `reference_shell` and `whole_range` of `Conditions`.

    Raises
    ------
    InputError
        If one cannot be used.
    """
    from ..magnetism.intrinsic import quantile
    from ..supply.scenario import check_recycled, load_scenario, with_prices

    quantile(interval)
    if not isinstance(scenario, str | Path | None):
        raise InputError(
            f"scenario must be a name or the path of a TOML file, got {scenario!r:.60}"
        )
    load_scenario(scenario or "baseline")
    with_prices("baseline", prices or {})
    return Conditions(
        between=BETWEEN if between is None else read_between(between),
        duty=_duty(load_line, outside_kA_m, hours),
        process=process_record(process),
        interval=float(interval),
        scenario=str(scenario or "baseline"),
        recycled=check_recycled(recycled),
        prices=dict(prices or {}),
        snapshot=None if snapshot is None else path("snapshot", snapshot),
        data=None if data is None else str(path("data", data)),
        add=None if add is None else str(path("add", add)),
        **device,
    )


def _duty(load_line: Any, outside_kA_m: float | None, hours: float | None) -> Duty:
    """Return what a magnet stands, checked; what is None is the default."""
    given = {"outside_kA_m": outside_kA_m, "hours": hours}
    line = LOAD_LINE if load_line is None else load_line
    return read_duty(Duty(line, **{name: v for name, v in given.items() if v is not None}))


def magnets(
    table: CompositionTable,
    shells: Sequence[str] | None,
    temperatures: Sequence[float],
    conditions: Conditions,
    only: Mapping[float, Collection[str]] | None = None,
) -> list[pd.DataFrame]:
    """Return the magnet each candidate makes, bulk and shell alike: a table a temperature.

    `only` names the properties that are wanted at a temperature; all are where it has none.
    """
    from ..magnetism import sintered_at
    from ..magnetism.believing import using

    with using(conditions.data, conditions.add):
        return sintered_at(
            table,
            temperatures,
            process=conditions.process,
            shell=shells,
            between=conditions.between,
            load_line=conditions.duty,
            interval=conditions.interval,
            whole_range=conditions.whole_range,
            only=only,
        )


def nominal_magnets(
    table: CompositionTable,
    shells: Sequence[str] | None,
    temperatures: Sequence[float],
    conditions: Conditions,
) -> "Magnets":
    """Return the magnet each candidate makes without ranges: the central values of `magnets`."""
    from ..magnetism.believing import using
    from ..magnetism.sintered import nominal_at

    with using(conditions.data, conditions.add):
        return nominal_at(table, temperatures, conditions.process, shells, conditions.between)


def supplies(
    table: CompositionTable, shells: Sequence[str] | None, conditions: Conditions
) -> pd.DataFrame:
    """Return heavy rare earth, risk and cost of each candidate."""
    from ..supply import ledger, with_prices

    return ledger(
        table,
        scenario=with_prices(conditions.scenario, conditions.prices),
        recycled=conditions.recycled or None,
        reference=conditions.reference,
        reference_shell=conditions.reference_shell or None,
        shell=shells,
    )


def describe(
    table: CompositionTable,
    temperature: float,
    conditions: Conditions,
    labels: pa.Array | Sequence[str] | None = None,
    shells: Sequence[str] | None = None,
    magnet: pd.DataFrame | None = None,
    room: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return every property of each candidate at one temperature.

    Parameters
    ----------
    table : CompositionTable, n rows
    temperature : float
        K.
    conditions : Conditions
    labels : pyarrow.Array of text or sequence of str, optional
        The candidates as the user wrote them; their formulas otherwise.
    shells : sequence of str, optional
        Grain-boundary shell of each, empty for a bulk alloy.
    magnet : DataFrame, n rows, optional
        What `magnets` returned for this temperature, where the caller has it.
    room : DataFrame, n rows, optional
        What it returned for `ROOM_K`; the nearest grades are then named.

    Returns
    -------
    DataFrame, n rows
        The columns of the registry, in its order, all but those of the ranking.
    """
    from ..phases import stability
    from ..phases.forming import FORMS

    formulas = table.to_arrow().to_pandas()
    if isinstance(labels, pa.Array):
        labels = labels.to_pandas()
    frame = pd.DataFrame(
        {
            "candidate": formulas if labels is None else labels,
            "row_index": table.row_index,
            "formula": formulas,
        }
    )
    if magnet is None:
        (magnet,) = magnets(table, shells, [temperature], conditions)
    stable = stability(table, snapshot=conditions.snapshot, interval=conditions.interval)
    supply = supplies(table, shells, conditions)
    makeable = (stable["probability_phase_forms"] >= FORMS).to_numpy()
    stable = stable.drop(columns=["missing_end_members"], errors="ignore")
    frame = pd.concat([frame, magnet, stable, supply], axis=1)
    per_kg = frame["density_kg_m3"] * frame["cost_USD_kg"]
    frame["cost_per_flux_USD_m3_T"] = per_kg / frame["remanence_T"]
    if room is not None:
        frame["nearest_grade"] = _nearest(room)
    _mark_unmakeable(frame, makeable)
    _fill_energy(frame, table, conditions.interval)
    for record in properties():
        frame = frame.assign(**_measured(record.name, table, conditions.interval))
    frame["in_domain"] &= (frame["status"] != "outside the model").to_numpy()
    return frame[ordered(frame.columns)]


def _nearest(room: pd.DataFrame) -> pd.Categorical:
    """Return the commercial grade nearest to each magnet at 20 degrees C."""
    from ..catalogue import nearest_grades

    found = nearest_grades(room["host"], room["remanence_T"], room["coercivity_kA_m"])
    return pd.Categorical(found)


def _measured(name: str, table: CompositionTable, interval: float) -> dict[str, Any]:
    """Return the columns of a measured property that is learnt from compositions alone."""
    from ..surrogates import load

    found = load(name).predict(table, interval)
    columns = {column: found[column] for column in (name, f"{name}_lo", f"{name}_hi")}
    learnt = pd.Categorical.from_codes(
        np.full(len(found), PROVENANCES.index("surrogate"), np.int8),
        categories=pd.Index(PROVENANCES),
    )
    return {**columns, f"{name}_provenance": learnt}


def _mark_unmakeable(frame: pd.DataFrame, makeable: NDArray[np.bool_]) -> None:
    status = frame["status"].astype("category")
    if "not makeable" not in status.cat.categories:
        status = status.cat.add_categories(["not makeable"])
    frame["status"] = status.mask((status == "ok") & ~makeable, "not makeable")


def _fill_energy(frame: pd.DataFrame, table: CompositionTable, interval: float) -> None:
    """Let the model of the formation energy answer where the phase data do not."""
    missing = np.flatnonzero(frame[ENERGY].isna())
    if not len(missing):
        return
    from ..hosts.partition import hard_phases
    from ..surrogates import load

    # What it knows are phases: a recipe's excess rare earth would lie outside its domain.
    _, phase = hard_phases(table[missing])
    prediction = load(ENERGY).predict(phase, interval)
    # Far from every known compound the model would only return the mean of them all.
    answered = prediction["in_domain"].to_numpy()
    missing, prediction = missing[answered], prediction[answered]
    for name in (ENERGY, f"{ENERGY}_lo", f"{ENERGY}_hi"):
        frame.loc[missing, name] = prediction[name].to_numpy()
    provenance = frame[f"{ENERGY}_provenance"].astype("category")
    if "surrogate" not in provenance.cat.categories:
        provenance = provenance.cat.add_categories(["surrogate"])
    frame[f"{ENERGY}_provenance"] = provenance.mask(frame.index.isin(missing), "surrogate")
