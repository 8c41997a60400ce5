"""Every property of a set of candidates, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ..columns import ordered
from ..composition import CompositionTable

ENERGY = "formation_energy_eV_atom"


@dataclass(frozen=True)
class Conditions:
    """What the properties are wanted for.

    Attributes
    ----------
    between : tuple of float
        Coldest and hottest temperature of use, K; alpha and beta are chords between them.
    load_line : float or None
        Permeance coefficient -B / (mu0 H) of the magnet in the device.
    process : mapping or None
        How the magnet is made; None takes the defaults of each family.
    scenario : str
        Supply scenario.
    recycled : mapping of str to float
        Share of an element that comes from recycling.
    reference : CompositionTable or None
        The magnet to save heavy rare earth against, one row.
    snapshot : Path or None
        Phase data to use instead of the embedded.
    data, add : str or None
        CSV file of measured Curie temperatures to learn from instead of, or beside, what is known
        otherwise.
    """

    between: tuple[float, float] = (293.15, 393.15)
    load_line: float | None = None
    process: Any = None
    scenario: str = "baseline"
    recycled: dict[str, float] = field(default_factory=dict)
    reference: CompositionTable | None = None
    reference_shell: str = ""
    snapshot: Path | None = None
    data: str | None = None
    add: str | None = None


def magnets(
    table: CompositionTable,
    shells: Sequence[str] | None,
    temperatures: Sequence[float],
    conditions: Conditions,
) -> list[pd.DataFrame]:
    """Return the magnet each candidate makes, bulk and shell alike: a table a temperature."""
    from ..magnetism import sintered_at
    from ..magnetism.believing import using

    with using(conditions.data, conditions.add):
        return sintered_at(
            table,
            temperatures,
            process=conditions.process,
            shell=shells,
            between=conditions.between,
            load_line=conditions.load_line,
        )


def supplies(
    table: CompositionTable, shells: Sequence[str] | None, conditions: Conditions
) -> pd.DataFrame:
    """Return heavy rare earth, risk and cost of each candidate."""
    from ..supply import ledger

    return ledger(
        table,
        scenario=conditions.scenario,
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

    Returns
    -------
    DataFrame, n rows
        The columns of the registry, in its order, all but those of the ranking.
    """
    from ..phases import stability

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
    stable = stability(table, snapshot=conditions.snapshot)
    supply = supplies(table, shells, conditions)
    makeable = stable.pop("makeable").to_numpy(bool)
    stable = stable.drop(columns=["missing_end_members"], errors="ignore")
    frame = pd.concat([frame, magnet, stable, supply], axis=1)
    _mark_unmakeable(frame, makeable)
    _fill_energy(frame, table)
    return frame[ordered(frame.columns)]


def _mark_unmakeable(frame: pd.DataFrame, makeable: NDArray[np.bool_]) -> None:
    status = frame["status"].astype("category")
    if "not makeable" not in status.cat.categories:
        status = status.cat.add_categories(["not makeable"])
    frame["status"] = status.mask((status == "ok") & ~makeable, "not makeable")


def _fill_energy(frame: pd.DataFrame, table: CompositionTable) -> None:
    """Let the model of the formation energy answer where the phase data do not."""
    from ..hosts.partition import hard_phases
    from ..surrogates import load

    missing = np.flatnonzero(frame[ENERGY].isna())
    if not len(missing):
        return
    # What it knows are phases: a recipe's excess rare earth would lie outside its domain.
    _, phase = hard_phases(table[missing])
    prediction = load(ENERGY).predict(phase)
    for name in (ENERGY, f"{ENERGY}_lo", f"{ENERGY}_hi"):
        frame.loc[missing, name] = prediction[name].to_numpy()
    provenance = frame[f"{ENERGY}_provenance"].astype("category")
    if "surrogate" not in provenance.cat.categories:
        provenance = provenance.cat.add_categories(["surrogate"])
    frame[f"{ENERGY}_provenance"] = provenance.mask(frame.index.isin(missing), "surrogate")
