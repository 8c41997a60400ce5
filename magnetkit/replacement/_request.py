"""The request of a replacement: the magnet, what it is made of, its requirements, candidates."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._toml import Evidence
from .._core.elements import SYMBOLS
from .._core.errors import InputError
from ..calibration._composition_estimate import (
    COMPENSATED,
    CompositionEstimate,
    calibrate_on_grade,
    estimate_composition,
    given_composition,
    read_recipe,
    recipes,
    usual_magnets,
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

    from ..calibration._composition_estimate import CompositionEstimate
    from ..prediction.conditions import Conditions


SOLD: tuple[Host, ...] = tuple(name for name, host in HOSTS.items() if host.magnet.trade)
"""Hosts of the magnets that can be bought."""

MEASURED = "measured"
"""Name of the calibration on a user's own magnets of a grade."""

# A smaller loss of B_r is less than the batches of one producer differ.
_REMANENCE_SHARE = 0.98
_ALPHA_ROOM = 0.01
_RECOIL = 1.05

_REQUIREMENT = re.compile(
    r"^\s*(\w+)\s*(>=|<=)\s*(?:([-+]?\d*\.?\d+)\s*\*\s*)?(reference|[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)"
    r"\s*$"
)
_CITED = "guaranteed by the maker, at temperature by the maker's coefficients"


@dataclass(frozen=True)
class Wish:
    """The request of the user, checked.

    `conditions` hold the temperature of use, the calibration and the supply; `load_line` is the
    permeance coefficient, `mass_kg` that of one magnet, `between` the range of use of a compensated
    magnet in K.
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

    That is a column, ``>=`` or ``<=``, and a number, ``reference`` (the value of the magnet to
    replace) or a multiple of it.
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
        return Requirement(column=column, source=f"requested: {text}", status="assumption", **ends)
    except ValueError as error:
        reason = str(error).splitlines()[2].strip() if "\n" in str(error) else str(error)
        raise InputError(f"requirement {text!r}: {reason}") from None


def requirements(
    reference: Mapping[str, Any], load_line: float | None, extra: Sequence[str]
) -> tuple[Requirement, ...]:
    """Return the requirements of a replacement: as much remanence and coercivity.

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
        own = requirement(text, reference)
        made[own.column] = own
    return tuple(made.values())


def working_field(remanence: float, load_line: float) -> float:
    """Return the reverse field at the working point, kA/m, on the straight line of recoil."""
    return 1e-3 * float(Duty(load_line).field(np.array(remanence), np.array(_RECOIL)))


def profile(
    grade: str, reference: Mapping[str, Any], made: CompositionEstimate, wish: Wish
) -> Profile:
    """Return the device profile whose magnet is the grade."""
    kelvin = float(reference["temperature_K"])
    stated = Evidence(source="requested", status="assumption")
    cold, hot = wish.between or (293.15, 293.15)
    low, high = min(cold, kelvin), max(hot, kelvin)
    if high - low < 20.0:
        high = low + 100.0
    printed = Evidence(source=_CITED, status="cited")
    return Profile(
        name="replace-" + re.sub(r"[^a-z0-9]+", "-", grade.casefold()).strip("-"),
        title=f"Replacement of {grade} at {kelvin - 273.15:.0f} °C",
        description=f"Replacement of {grade} with less heavy rare earth; {made.sentence()}.",
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


def candidates(
    host: str, made: CompositionEstimate, kelvin: float, compensated: bool
) -> "pd.DataFrame":
    """Return the candidates, in wt.%: columns ``composition``, ``shell`` and ``route``.

    They are for a magnet of `host` at `kelvin`, whose recipe `made` is among them; `compensated`
    says that gadolinium and erbium are there for the temperature coefficient.
    """
    import pandas as pd

    rows: list[tuple[str, str]] = [(made.best.text, made.best.shell)]
    for name, of in usual_magnets().items():
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
) -> tuple[CompositionEstimate, Mill]:
    """Return the recipe of the magnet, and the calibration for the candidates."""
    process, curie = wish.conditions.process, wish.conditions.curie
    if measured is not None:
        if process is not None:
            raise InputError("measured and process both name a calibration: give one")
        return _measured(measured, recipe, basis, shell, curie)
    made = (
        estimate_composition(room, curie)
        if recipe is None
        else given_recipe(read_recipe(recipe, basis), shell)
    )
    if process is not None:
        return made, _calibrated(process)
    producer = calibrate_on_grade(here, made, curie)
    if recipe is not None and not producer.magnets:
        raise InputError(
            f"{recipe!r:.80} is no magnet at {float(here['temperature_K']):g} K by the model; "
            f"give the recipe of {here['grade']}, or leave it out"
        )
    return made, producer


def _calibrated(process: Any) -> Mill:
    """Return the calibration of a process that states nothing else."""
    known = read_process(process, 1)
    if known.mill is None or known != Process(mill=known.mill):
        raise InputError(
            "process of a replacement must be a calibration of `magnetkit calibrate`, by its name "
            f"or as that returns it, got {process!r:.60}; routes are among the candidates"
        )
    return known.mill


def given_recipe(table: CompositionTable, shell: str | None) -> CompositionEstimate:
    """Return the recipe that the user gave, in wt.%."""
    from ..supply.ledger import ledger

    weights = np.round(100.0 * table.weight_fractions()[0], 3)
    used = np.flatnonzero(weights)
    text = "".join(f"{SYMBOLS[i]}{weights[i]:g}" for i in used)
    heavy = ledger(table, shell=shell)["heavy_rare_earth_wt_pct"].iloc[0]
    return given_composition(text, shell or "", float(heavy))


def _measured(
    measured: Any, recipe: str | None, basis: Basis, shell: str | None, curie: Any
) -> tuple[CompositionEstimate, Mill]:
    """Return the recipe of the user's first magnet, and the calibration on all of them."""
    from ..calibration.calibrate import calibration

    producer = calibration(measured, MEASURED, basis, keep=False, curie=curie).process.mill
    assert producer is not None
    first = "".join(f"{e}{v:.6f}" for e, v in producer.magnets[0]["composition"].items())
    table = read_recipe(first, "atomic") if recipe is None else read_recipe(recipe, basis)
    return given_recipe(table, shell), producer


def reference_of(
    here: "pd.Series", wish: Wish, made: CompositionEstimate, producer: Mill
) -> dict[str, Any]:
    """Return the magnet to replace: the catalogue's values at temperature, and the model's."""
    from ..magnetism.sintered import sintered_at
    from ..supply.ledger import ledger

    table, shell = read_recipe(made.best.text, "weight"), made.best.shell or None
    process = {"mill": producer.record()}
    own, line, at = wish.conditions, wish.load_line, [wish.temperature]
    (frame,) = sintered_at(table, at, process, shell, load_line=line, curie=own.curie)
    model = frame.iloc[0]
    supply = ledger(table, own.supply_scenario, own.recycled or None, shell=shell).iloc[0]
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
