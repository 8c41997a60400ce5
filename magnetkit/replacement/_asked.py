"""What a replacement has to do: the requirements that a grade's own values make.

What could stand in for a magnet: other alloys, other routes, other hosts.

The magnet to replace: what it is made of, and how it anchors the model.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import Evidence
from .._core.elements import SYMBOLS
from .._core.errors import InputError
from ..calibration.makeup import (
    COMPENSATED,
    Makeup,
    catalogue_mill,
    given,
    makeup,
    read_recipe,
    recipes,
    usual,
)
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..hosts.records import HOSTS, root_of
from ..magnetism._measured import ALPHA, QUANTITIES, Mill
from ..magnetism.process import Process, read_process
from ..magnetism.sintered import Duty
from ..ranking._profile_parts import Host, Reference, Requirement, Sources
from ..ranking.applications import Profile

if TYPE_CHECKING:
    import pandas as pd

    from ..calibration.makeup import Makeup
    from ..prediction.conditions import Conditions


SOLD: tuple[Host, ...] = tuple(name for name, host in HOSTS.items() if host.magnet.trade)
"""Hosts of the magnets that can be bought."""

MEASURED = "measured"
"""What the mill of a user's own magnets of a grade is called."""

# A mill's own batches of a grade differ by more in B_r than this; less is no loss.
_REMANENCE_SHARE = 0.98
_ALPHA_ROOM = 0.01
_RECOIL = 1.05

_REQUIREMENT = re.compile(
    r"^\s*(\w+)\s*(>=|<=)\s*(?:([-+]?\d*\.?\d+)\s*\*\s*)?(reference|[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)"
    r"\s*$"
)
_CITED = "printed by the maker, at temperature by the printed coefficients"


@dataclass(frozen=True)
class Wish:
    """What the user asks, checked.

    Attributes
    ----------
    conditions : Conditions
        At the temperature of use, whose magnets anchor the model, supply, measured data.
    load_line : float or None
        Permeance coefficient.
    require : tuple of str
        Requirements in words.
    mass_kg : float
        Of one magnet.
    per_year : int
        Magnets a year.
    between : tuple of float, optional
        Range of use of a compensated magnet, K.
    """

    conditions: "Conditions"
    load_line: float | None
    require: tuple[str, ...]
    mass_kg: float
    per_year: int
    between: tuple[float, float] | None = None

    @property
    def temperature(self) -> float:
        """Temperature of use, K."""
        return self.conditions.temperature[0]


def requirement(text: str, reference: Mapping[str, Any]) -> Requirement:
    """Return a requirement from its text, ``"remanence_T>=0.98*reference"``.

    Parameters
    ----------
    text : str
        Column, ``>=`` or ``<=``, and a number, ``reference`` or a multiple of it.
    reference : mapping of str to float
        The values of the magnet to replace.

    Raises
    ------
    InputError
        If it cannot be read, or the reference has no such value.
    """
    match = _REQUIREMENT.match(text) if isinstance(text, str) else None
    if match is None:
        raise InputError(
            f"requirement {text!r:.60} not understood; write e.g. coercivity_kA_m>=500 or "
            "remanence_T>=0.98*reference"
        )
    column, sign, factor, bound = match.groups()
    if bound == "reference":
        value = reference.get(column)
        if value is None or value != value:
            known = ", ".join(k for k, v in reference.items() if isinstance(v, float) and v == v)
            raise InputError(f"{text!r}: the reference has no {column}; it has {known}")
        limit = float(value) * float(factor or 1.0)
    elif factor is not None:
        limit = float(factor) * float(bound)
    else:
        limit = float(bound)
    ends = {"minimum": limit} if sign == ">=" else {"maximum": limit}
    try:
        return Requirement(column=column, source=f"asked for: {text}", status="assumption", **ends)
    except ValueError as error:
        reason = str(error).splitlines()[2].strip() if "\n" in str(error) else str(error)
        raise InputError(f"requirement {text!r}: {reason}") from None


def requirements(
    reference: Mapping[str, Any], load_line: float | None, extra: Sequence[str]
) -> tuple[Requirement, ...]:
    """Return what a replacement of a magnet must do: as much flux, and hold as firmly.

    A compensated magnet must also stay compensated; with a load line the knee must lie beyond the
    working point. A requirement of `extra` takes the place of that on the same column.
    """
    found = {
        "remanence_T": f"remanence_T>={_REMANENCE_SHARE}*reference",
        "coercivity_kA_m": "coercivity_kA_m>=reference",
    }
    made = {column: requirement(text, reference) for column, text in found.items()}
    alpha = float(reference["remanence_coefficient_pct_K"])
    if abs(alpha) <= COMPENSATED:
        made["remanence_coefficient_pct_K"] = Requirement(
            column="remanence_coefficient_pct_K",
            absolute_maximum=abs(alpha) + _ALPHA_ROOM,
            source="the grade is temperature compensated",
            status="assumption",
        )
    if load_line is not None:
        made["knee_field_kA_m"] = Requirement(
            column="knee_field_kA_m",
            minimum=round(working_field(float(reference["remanence_T"]), load_line), 1),
            source=f"reverse field at a load line of {load_line:g}, from the remanence",
            status="assumption",
        )
    for text in extra:
        asked = requirement(text, reference)
        made[asked.column] = asked
    return tuple(made.values())


def working_field(remanence: float, load_line: float) -> float:
    """Return the reverse field at the working point, kA/m, on the straight line of recoil."""
    return 1e-3 * float(Duty(load_line).field(np.array(remanence), np.array(_RECOIL)))


def profile(grade: str, reference: Mapping[str, Any], made: "Makeup", wish: Wish) -> Profile:
    """Return the device profile whose magnet is the grade."""
    kelvin = float(reference["temperature_K"])
    stated = Evidence(source="asked for", status="assumption")
    cold, hot = wish.between or (293.15, 293.15)
    low, high = min(cold, kelvin), max(hot, kelvin)
    if high - low < 20.0:
        high = low + 100.0
    printed = Evidence(source=_CITED, status="cited")
    return Profile(
        name="replace-" + re.sub(r"[^a-z0-9]+", "-", grade.casefold()).strip("-"),
        title=f"Replacement of {grade} at {kelvin - 273.15:.0f} °C",
        description=f"What does the work of {grade} with less heavy rare earth; {made.sentence()}.",
        atmosphere="As the grade's own device.",
        hosts=SOLD,
        temperature_min_K=low,
        temperature_max_K=high,
        temperature_K=kelvin,
        load_line=1.0 if wish.load_line is None else wish.load_line,
        magnet_mass_kg=wish.mass_kg,
        sources=Sources(temperature=stated, load_line=stated, magnet_mass=stated),
        reference=Reference(
            formula=made.best.text,
            basis="weight",
            host=reference["host"],
            grade=grade,
            shell=made.best.shell or None,
            source=printed.source,
            status="assumption",
        ),
        objectives=("heavy_rare_earth_wt_pct:min", "supply_risk:min", "cost_USD_kg:min"),
        requirements=requirements(reference, wish.load_line, wish.require),
    )


def candidates(host: str, made: Makeup, kelvin: float, compensated: bool) -> "pd.DataFrame":
    """Return what is screened, in wt.%: columns ``composition``, ``shell`` and ``route``.

    Parameters
    ----------
    host : str
        Host of the magnet to replace.
    made : Makeup
        What it is made of; its own recipe is among the candidates.
    kelvin : float
        Temperature of use, K.
    compensated : bool
        Whether gadolinium and erbium are there for the temperature coefficient.
    """
    import pandas as pd

    rows: list[tuple[str, str]] = [(made.best.text, made.best.shell)]
    for name, of in usual().items():
        if kelvin > HOSTS[name].magnet.sold_below_K:
            continue
        wanted = {"all", "own" if root_of(name) == root_of(host) else "others"}
        wanted |= {"compensated"} if compensated else set()
        for grid in of.candidates:
            rows += recipes(name, grid) if grid.beside in wanted else []
    frame = pd.DataFrame(rows, columns=["composition", "shell"]).drop_duplicates()
    frame["route"] = ["diffused" if s else "alloyed" for s in frame["shell"]]
    return frame.reset_index(drop=True)


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
    process, curie = wish.conditions.process, wish.conditions.curie
    if measured is not None:
        if process is not None:
            raise InputError("measured and process both say whose magnets were measured: give one")
        return _measured(measured, recipe, basis, shell, curie)
    made = (
        makeup(room, curie) if recipe is None else given_recipe(read_recipe(recipe, basis), shell)
    )
    if process is not None:
        return made, _calibrated(process)
    mill = catalogue_mill(here, made, curie)
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
    from ..supply.ledger import ledger

    weights = np.round(100.0 * table.weight_fractions()[0], 3)
    used = np.flatnonzero(weights)
    text = "".join(f"{SYMBOLS[i]}{weights[i]:g}" for i in used)
    heavy = ledger(table, shell=shell)["heavy_rare_earth_wt_pct"].iloc[0]
    return given(text, shell or "", float(heavy))


def _measured(
    measured: Any, recipe: str | None, basis: Basis, shell: str | None, curie: Any
) -> tuple[Makeup, Mill]:
    """Return the recipe of the user's first magnet, and the mill of all of them."""
    from ..calibration.calibrate import calibration

    mill = calibration(measured, MEASURED, basis, keep=False, curie=curie).process.mill
    assert mill is not None
    first = "".join(f"{e}{v:.6f}" for e, v in mill.magnets[0]["composition"].items())
    table = read_recipe(first, "atomic") if recipe is None else read_recipe(recipe, basis)
    return given_recipe(table, shell), mill


def reference_of(here: "pd.Series", wish: Wish, made: Makeup, mill: Mill) -> dict[str, Any]:
    """Return the magnet to replace: the catalogue at temperature, and what the model adds."""
    from ..magnetism.sintered import sintered_at
    from ..supply.ledger import ledger

    table, shell = read_recipe(made.best.text, "weight"), made.best.shell or None
    process = {"mill": mill.record()}
    asked = wish.conditions
    line, at = wish.load_line, [wish.temperature]
    (frame,) = sintered_at(table, at, process, shell, load_line=line, curie=asked.curie)
    model = frame.iloc[0]
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
