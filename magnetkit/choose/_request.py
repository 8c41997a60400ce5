"""The request of a replacement: the magnet in use, and what is asked of another."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._requirement_text import parse_requirement
from .._core._toml import Evidence
from .._core.elements import SYMBOLS
from .._core.errors import InputError
from .._core.units import ROOM_K, ZERO_CELSIUS, parse_temperature
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ..magnetism._composition_estimate import (
    COMPENSATED,
    MELTED,
    CompositionEstimate,
    alpha_range,
    estimate_composition,
    given_composition,
    nothing_left,
    read_recipe,
)
from ..magnetism._measured import ALPHA, COERCIVITY, Producer
from ..magnetism.grades import cold_value, curve_shapes, grades, shares_left, sold_at
from ..magnetism.measured_curve import is_curve, read_curve
from ..magnetism.process import Process, read_process
from ..magnetism.sintered import Duty
from ..magnetism.spread import Spread, lots
from ..phases.records import HOSTS
from ._profile_parts import Host, Reference, Requirement, Sources
from .applications import Profile

if TYPE_CHECKING:
    import pandas as pd

    from ..magnetism.conditions import Conditions


SOLD: tuple[Host, ...] = tuple(name for name, host in HOSTS.items() if host.magnet.trade)
"""Hosts of the magnets that can be bought."""

REMANENCE, KNEE, PRODUCT = "remanence_T", "knee_field_kA_m", "max_energy_product_kJ_m3"
BETA, LIMIT = "coercivity_coefficient_pct_K", "max_working_temperature_K"
SAFETY = 1.1
"""Knee field over the field against a magnet that a duty asks for."""

# Other names of what was measured, as a user may give them.
_VALUES = {"B_r": REMANENCE, "H_cJ": COERCIVITY, "alpha": ALPHA, "beta": BETA, "T": "temperature_K"}
_CHORDS = {REMANENCE: ALPHA, COERCIVITY: BETA}
# Magnets of one recipe from which their own scatter counts as that of lots.
_MEASURED_LOTS = 3
_ALPHA_ROOM, _RECOIL = 0.01, 1.05


@dataclass(frozen=True)
class Wish:
    """The request of the user, checked.

    `conditions` hold the temperature of use, the calibration, the duty and the supply; `on_duty`
    says whether the magnet is asked for by what it stands, `lasting` whether for a stated time;
    `recipe`, of `basis`, and `shell` what the magnet in use is made of, where that is known.
    """

    conditions: "Conditions"
    on_duty: bool = False
    lasting: bool = False
    require: tuple[str, ...] = ()
    mass_kg: float = 1.0
    per_year: int = 1000
    spread: Mapping[str, float] = field(default_factory=dict)
    recipe: str | None = None
    basis: Basis = "auto"
    shell: str | None = None

    @property
    def temperature(self) -> float:
        """Temperature of use, K."""
        return self.conditions.temperature[0]


@dataclass(frozen=True, eq=False)
class Held:
    """The magnet in use, at the temperature of use.

    `room` is its row as of `magnetkit.grades` at 20 degrees C (of a measured magnet the nearest
    grade's), `least` what is guaranteed of B_r (T) and H_cJ (kA/m), `spread` that of its lots,
    `square` H_k / H_cJ, NaN where it is not known, `between` the temperatures of alpha of a
    compensated one, `made` what it is made of, None where that is not known, and `producer` the
    magnets of who would make the candidates, where that is another producer.
    """

    name: str
    host: str
    kind: str
    makers: str
    room: "pd.Series"
    least: dict[str, float]
    spread: Spread
    square: float
    source: str
    between: tuple[float, float] | None = None
    producer: Producer | None = None
    made: CompositionEstimate | None = None

    def typical(self, quantity: str) -> float:
        """Return what a usual lot has."""
        return self.least[quantity] / self.spread.share(quantity)


Limits = dict[str, Requirement]
"""The limit on each column."""


def requirement(text: str, reference: Mapping[str, Any]) -> Requirement:
    """Return the requirement of a text; `reference` are values of the magnet to replace."""
    asked = parse_requirement(str(text))
    column, limit = asked.column, asked.limit
    if asked.temperature_K is not None:
        raise InputError(f"{text!r}: a replacement is asked for at its one temperature of use")
    if asked.share is not None:
        value = reference.get(column)
        if value is None or value != value:
            known = ", ".join(k for k, v in reference.items() if isinstance(v, float) and v == v)
            raise InputError(f"{text!r}: the reference has no {column}; it has {known or 'none'}")
        limit = float(value) * asked.share
    end = "minimum" if asked.sign == ">=" else "absolute_maximum" if asked.absolute else "maximum"
    own: dict[str, Any] = {"column": column, "source": f"requested: {text}", end: limit}
    try:
        return Requirement(status="assumption", **own)
    except ValueError as error:
        reason = str(error).splitlines()[2].strip() if "\n" in str(error) else str(error)
        raise InputError(f"requirement {text!r}: {reason}") from None


def requirements(reference: Mapping[str, Any], wish: Wish) -> Limits:
    """Return what is asked of a replacement, by column: least B_r and H_cJ or knee, and the rest.

    By the drawing that is what the magnet in use guarantees; by a duty the knee lies `SAFETY` times
    beyond the field against the magnet. One of the user takes the place of that on its column.
    """
    own = {one.column: one for one in (requirement(text, reference) for text in wish.require)}
    made: Limits = {}
    for column in (REMANENCE, COERCIVITY):
        if reference.get(column) is not None and not (wish.on_duty and column == COERCIVITY):
            made[column] = own.get(column) or requirement(f"{column}>=reference", reference)
    if wish.on_duty:
        if (b_r := own.get(REMANENCE, made.get(REMANENCE))) is None:
            raise InputError(
                "a duty without a grade needs the least B_r: --require 'remanence_T>=1.15'"
            )
        need = round(needed_knee(wish, b_r.limit), 1)
        why = f"{SAFETY:g} times the field at the duty"
        knee = Requirement(column=KNEE, minimum=need, source=why, status="assumption")
        made |= {REMANENCE: b_r, KNEE: knee}
    alpha = abs(float(reference.get(ALPHA, np.nan)))
    if alpha <= COMPENSATED:
        most, why = alpha + _ALPHA_ROOM, "the grade is temperature compensated"
        made[ALPHA] = Requirement(
            column=ALPHA, absolute_maximum=most, source=why, status="assumption"
        )
    return made | own


def needed_knee(wish: Wish, remanence: float, duty: Duty | None = None) -> float:
    """Return the knee field, kA/m, that a duty asks of a magnet of so much remanence, T."""
    duty = duty or wish.conditions.duty
    against = float(duty.field(np.array(remanence), np.array(_RECOIL)))
    return 1e-3 * (SAFETY * against + (duty.creep if wish.lasting else 0.0))


def held_grade(name: str, wish: Wish) -> Held:
    """Return a grade as the magnet in use; InputError if it is unknown, or nothing of it left."""
    room = grades(name).iloc[0]
    return _held(room, {}, str(room["grade"]), _printed(room, wish.temperature), wish)


def _printed(room: "pd.Series", kelvin: float) -> dict[str, float]:
    """Return what makers guarantee of a grade at a temperature: the median over them."""
    sold = sold_at(kelvin)
    rows = sold.loc[sold["grade"] == room["grade"], list(_CHORDS)]
    if len(rows):
        return {q: float(rows[q].median()) for q in _CHORDS}
    # A class and number that nobody prints, or a value that is an estimate.
    low = {REMANENCE: float(room[f"{REMANENCE}_lo"]), COERCIVITY: float(room[COERCIVITY])}
    return {q: low[q] * float(left) for q, left in shares_left(room, kelvin).items()}


def _held(
    room: "pd.Series", own: Mapping[str, Any], name: str, least: dict[str, float], wish: Wish
) -> Held:
    """Return the magnet in use, from a row of grades and what is known better."""
    kind, host, makers = (str(room[c]) for c in ("kind", "host", "makers"))
    if kind in MELTED and not all(value > 0.0 for value in least.values()):
        raise nothing_left(name, wish.temperature, float(room[LIMIT]))
    square = curve_shapes(room.to_frame().T.infer_objects()).iloc[0]["squareness"]
    source = f"guaranteed by {makers}" if makers else f"as class and number: {name} is in no table"
    flat = abs(float(room[ALPHA])) <= COMPENSATED
    between = alpha_range(str(room["grade"])) if flat else None
    better: dict[str, Any] = {"spread": lots(host, wish.spread), "square": float(square)}
    better |= {"source": source, **own}
    return Held(name, host, kind, makers, room, least, **better, between=between)


def held_values(values: Any, wish: Wish, grade: str | None = None) -> Held:
    """Return a magnet of which B_r and H_cJ were measured, or its curve, as the magnet in use.

    `values` map ``B_r`` (T), ``H_cJ`` (kA/m) and, where known, ``alpha``, ``beta`` (%/K) and ``T``
    of the measurement, or are the file of a measured curve; `grade` is what it was sold as.
    """
    own: dict[str, Any] = {}
    if not isinstance(values, Mapping):
        curve = read_curve(values)
        own["square"] = curve.squareness
        values = {q: getattr(curve, q) for q in _CHORDS} | {"T": curve.temperature_K}
    known = {_VALUES.get(str(k), str(k)): v for k, v in values.items()}
    if unknown := sorted(known.keys() - set(_VALUES.values())):
        raise InputError(f"values take {', '.join(_VALUES)}, got {unknown[0]!r}")
    at = parse_temperature(known.pop("temperature_K", ROOM_K))
    try:
        known = {name: float(value) for name, value in known.items()}
    except (TypeError, ValueError):
        raise InputError(f"values must be numbers, got {values!r:.60}") from None
    b_r, h_cj = (known.get(q, np.nan) for q in _CHORDS)
    if not (0.02 < b_r < 2.0 and 1.0 < h_cj < 1e4):
        raise InputError(
            f"a measured magnet needs B_r (T) and H_cJ (kA/m), got {b_r:g} and {h_cj:g}; a curve "
            "must reach J = 0"
        )
    room = (_nearest(b_r, h_cj) if grade is None else grades(grade).iloc[0]).copy()
    own["spread"], least = lots(str(room["host"]), wish.spread), {}
    for quantity, chord in _CHORDS.items():
        room[chord] = known.get(chord, room[chord])
        room[quantity] = cold_value(room, quantity, known[quantity], at)
    hot = shares_left(room, wish.temperature)
    for quantity in _CHORDS:
        cold = float(room[quantity])
        low = cold * own["spread"].share(quantity)
        room[quantity] = low if quantity == COERCIVITY else cold
        room[f"{quantity}_lo"], room[f"{quantity}_hi"] = low, cold
        least[quantity] = low * float(hot[quantity])
    near = str(room["grade"])
    own["source"] = f"measured by you at {at - ZERO_CELSIUS:.0f} °C, less what lots vary; the rest "
    own["source"] += f"as of {near}"
    return _held(room, own, near if grade else f"the magnet like {near}", least, wish)


def _nearest(b_r: float, h_cj: float) -> "pd.Series":
    """Return the sintered grade nearest to B_r and H_cJ at 20 degrees C, of every family."""
    table = grades()
    table = table[table["kind"].isin(MELTED)].dropna(subset=list(_CHORDS))
    # Over a step of B_r, and one of a class.
    off = (np.log(table[REMANENCE] / b_r) / 0.03) ** 2
    return table.loc[(off + (np.log(1.1 * table[COERCIVITY] / h_cj) / 0.18) ** 2).idxmin()]


def with_recipe(held: Held, wish: Wish) -> Held:
    """Return the magnet in use with what it is made of: as given, or else estimated."""
    made: CompositionEstimate | None = None
    if wish.recipe is not None:
        made = given_recipe(read_recipe(wish.recipe, wish.basis), wish.shell)
    elif held.kind in MELTED and held.host in HOSTS:
        made = estimate_composition(held.room, wish.conditions.curie)
    return replace(held, made=made, producer=_calibrated(wish.conditions.process))


def held_measured(measured: Any, grade: str, wish: Wish) -> Held:
    """Return the user's own magnets of a grade: the first is the recipe, all are its level.

    Their least values are what 99 % of lots reach, by the scatter of three or more of one recipe.
    """
    from ..magnetism.calibrate import read_magnets

    if wish.conditions.process is not None:
        raise InputError("measured and process both name a calibration: give one")
    if is_curve(measured):
        return with_recipe(held_values(measured, wish, grade), wish)
    rows, rejected = read_magnets(measured, wish.basis)
    if not rows:
        why = next(iter(rejected.values()), "it is empty")
        raise InputError(f"no measured magnet can be used: {why}")
    first, room, kelvin = rows[0], grades(grade).iloc[0].copy(), wish.temperature
    table = first.table if wish.recipe is None else read_recipe(wish.recipe, wish.basis)
    made = given_recipe(table, wish.shell or first.shell or None)
    own = first.table.to_array()
    alike = [np.abs(row.table.to_array() - own).sum() < 1e-3 for row in rows]
    like = [row for row, near in zip(rows, alike, strict=True) if near and row.shell == first.shell]
    spread, least = lots(str(room["host"]), wish.spread), _printed(room, kelvin)
    for quantity in _CHORDS:
        known = [row for row in like if quantity in row.values]
        if not known:
            continue
        # The rows nearest to the temperature of use, and the chord over what is left.
        off = min(abs(row.temperature - kelvin) for row in known)
        near = [r for r in known if abs(r.temperature - kelvin) <= off + 1.0]
        at = np.array([kelvin, *(r.temperature for r in near)])
        left = shares_left(room, at)[quantity]
        logs = np.log([r.values[quantity] for r in near]) + np.log(left[0] / left[1:])
        if len(near) >= _MEASURED_LOTS and not wish.spread:
            # What is assumed counts as much as three magnets.
            scatter = ((logs - logs.mean()) ** 2).sum() + 2.0 * getattr(spread, quantity) ** 2
            of_lot: dict[str, float] = {quantity: float(np.sqrt(scatter / (len(near) + 1.0)))}
            spread = replace(spread, source=f"with your {len(near)} magnets", **of_lot)
        least[quantity] = float(np.exp(logs.mean())) * spread.share(quantity)
    better = {"spread": spread, "source": f"measured by you on {len(like)} magnets"}
    return replace(_held(room, better, str(room["grade"]), least, wish), made=made)


def _calibrated(process: Any) -> Producer | None:
    """Return the calibration of a process that states nothing else."""
    if process is None:
        return None
    known = read_process(process, 1)
    if known.producer is None or known != Process(producer=known.producer):
        raise InputError(
            "process of a replacement must be a calibration of `magnetkit calibrate`, by its name "
            f"or as that returns it, got {process!r:.60}; routes are among the candidates"
        )
    return known.producer


def given_recipe(table: CompositionTable, shell: str | None) -> CompositionEstimate:
    """Return the recipe that the user gave, in wt.%."""
    from ..supply.ledger import ledger

    weights = np.round(100.0 * table.weight_fractions()[0], 3)
    used = np.flatnonzero(weights)
    text = "".join(f"{SYMBOLS[i]}{weights[i]:g}" for i in used)
    heavy = ledger(table, shell=shell)["heavy_rare_earth_wt_pct"].iloc[0]
    return given_composition(text, shell or "", float(heavy))


def profile(held: Held, limits: Sequence[Requirement], wish: Wish) -> Profile:
    """Return the device profile whose magnet is the one in use, for a screening of candidates."""
    assert held.made is not None
    kelvin, stated = wish.temperature, Evidence(source="requested", status="assumption")
    cold, hot = held.between or (ROOM_K, ROOM_K)
    low, high = min(cold, kelvin), max(hot, kelvin)
    if high - low < 20.0:
        high = low + 100.0
    return Profile(
        name="replace-" + re.sub(r"[^a-z0-9]+", "-", held.name.casefold()).strip("-"),
        title=f"Replacement of {held.name} at {kelvin - 273.15:.0f} °C",
        description=f"Replacement of {held.name} with less heavy rare earth; "
        f"{held.made.sentence()}.",
        atmosphere="As the grade's own device.",
        hosts=SOLD,
        temperature_min_K=low,
        temperature_max_K=high,
        temperature_K=kelvin,
        load_line=wish.conditions.load_line,
        magnet_mass_kg=wish.mass_kg,
        sources=Sources(temperature=stated, load_line=stated, magnet_mass=stated),
        reference=Reference(
            formula=held.made.best.text,
            basis="weight",
            host=held.host,
            grade=held.name,
            shell=held.made.best.shell or None,
            source=held.source,
            status="assumption",
        ),
        objectives=("heavy_rare_earth_wt_pct:min", "supply_risk:min", "cost_USD_kg:min"),
        requirements=tuple(limits),
    )
