"""The magnet to replace: what it is made of, and how it anchors the model."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..anchors.grade import catalogue_mill, read_recipe
from ..anchors.makeup import Makeup, given, makeup
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..elements import SYMBOLS
from ..errors import InputError
from ..magnetism.mill import ALPHA, QUANTITIES, Mill
from ..magnetism.process import Process, read_process
from .asked import MEASURED, Wish

if TYPE_CHECKING:
    import pandas as pd


def anchor(
    here: "pd.Series",
    room: "pd.Series",
    wish: Wish,
    recipe: str | None,
    basis: Basis,
    shell: str | None,
    measured: Any,
) -> tuple[Makeup, Mill]:
    """Return what the magnet is made of, and the mill that candidates are predicted of."""
    process = wish.conditions.process
    if measured is not None:
        if process is not None:
            raise InputError("measured and process both say whose magnets were measured: give one")
        return _measured(measured, recipe, basis, shell)
    made = makeup(room) if recipe is None else given_recipe(read_recipe(recipe, basis), shell)
    if process is not None:
        return made, _calibrated(process)
    mill = catalogue_mill(here, made)
    if recipe is not None and not mill.magnets:
        raise InputError(
            f"{recipe!r:.80} makes no magnet at {float(here['temperature_K']):g} K by the model; "
            f"give what {here['grade']} is made of, or leave the recipe out"
        )
    return made, mill


def _calibrated(process: Any) -> Mill:
    """Return the mill of a process that has nothing else."""
    known = read_process(process, 1)
    if known.mill is None or known != Process(mill=known.mill):
        raise InputError(
            "process of a replacement must be a mill of `magnetkit calibrate`, by its name or as "
            f"that returns it; got {process!r:.60}. Routes are among the candidates"
        )
    return known.mill


def given_recipe(table: CompositionTable, shell: str | None) -> Makeup:
    """Return the recipe that the user gave, in wt.%."""
    from ..supply import ledger

    weights = np.round(100.0 * table.weight_fractions()[0], 3)
    used = np.flatnonzero(weights)
    text = "".join(f"{SYMBOLS[i]}{weights[i]:g}" for i in used)
    heavy = ledger(table, shell=shell)["heavy_rare_earth_wt_pct"].iloc[0]
    return given(text, shell or "", float(heavy))


def _measured(
    measured: Any, recipe: str | None, basis: Basis, shell: str | None
) -> tuple[Makeup, Mill]:
    """Return the recipe of the user's first magnet, and the mill of all of them."""
    from ..anchors import calibration

    mill = calibration(measured, MEASURED, basis, keep=False).process.mill
    assert mill is not None
    first = "".join(f"{e}{v:.6f}" for e, v in mill.magnets[0]["composition"].items())
    table = read_recipe(first, "atomic") if recipe is None else read_recipe(recipe, basis)
    return given_recipe(table, shell), mill


def reference_of(here: "pd.Series", wish: Wish, made: Makeup, mill: Mill) -> dict[str, Any]:
    """Return the magnet to replace: the catalogue at temperature, and what the model adds."""
    from ..magnetism import sintered
    from ..supply import ledger

    table, shell = read_recipe(made.best.text, "weight"), made.best.shell or None
    process = {"mill": mill.record()}
    model = sintered(
        table, wish.temperature, process=process, shell=shell, load_line=wish.load_line
    ).iloc[0]
    asked = wish.conditions
    supply = ledger(table, asked.supply_scenario, asked.recycled or None, shell=shell).iloc[0]
    square = float(model["knee_field_kA_m"]) / float(model["coercivity_kA_m"])
    values = {
        name: float(here[name])
        for name in (*QUANTITIES, "max_energy_product_kJ_m3", ALPHA,
                     "coercivity_coefficient_pct_K", "max_working_temperature_K")
    }  # fmt: skip
    return {
        "grade": str(here["grade"]),
        "host": str(here["host"]),
        "makers": str(here["makers"]),
        "temperature_K": wish.temperature,
        **values,
        "knee_field_kA_m": square * values["coercivity_kA_m"],
        "provenance": str(here["coercivity_kA_m_provenance"]),
        "load_line": wish.load_line,
        "heavy_rare_earth_wt_pct": made.heavy_wt_pct[0],
        "heavy_rare_earth_wt_pct_lo": made.heavy_wt_pct[1],
        "heavy_rare_earth_wt_pct_hi": made.heavy_wt_pct[2],
        "cost_USD_kg": float(supply["cost_USD_kg"]),
        "supply_risk": float(supply["supply_risk"]),
        "cobalt_wt_pct": float(supply["cobalt_wt_pct"]),
        "made_of": [
            {"composition": r.text, "shell": r.shell, "weight": round(r.weight, 4),
             "heavy_rare_earth_wt_pct": r.heavy_wt_pct}
            for r in made.recipes
        ],
        "made_of_is_estimate": made.estimate,
    }  # fmt: skip
