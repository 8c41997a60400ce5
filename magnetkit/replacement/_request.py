"""The request of a replacement: the magnet in use, and what is asked of another."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._toml import Evidence
from .._core.elements import SYMBOLS
from .._core.errors import InputError
from .._core.units import ROOM_K, parse_temperature
from ..calibration._composition_estimate import (
    COMPENSATED,
    CompositionEstimate,
    alpha_range,
    estimate_composition,
    given_composition,
    read_recipe,
)
from ..calibration.grades import curve_shapes, grades, share_left, sold_at
from ..calibration.measured_curve import is_curve, read_curve
from ..calibration.spread import Spread, lots
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..hosts.records import HOSTS
from ..magnetism._measured import ALPHA, COERCIVITY, QUANTITIES, Mill
from ..magnetism.process import Process, read_process
from ..magnetism.sintered import Duty
from ..ranking._profile_parts import Host, Reference, Requirement, Sources
from ..ranking.applications import Profile

if TYPE_CHECKING:
    import pandas as pd

    from ..prediction.conditions import Conditions


SOLD: tuple[Host, ...] = tuple(name for name, host in HOSTS.items() if host.magnet.trade)
"""Hosts of the magnets that can be bought."""

MEASURED, REMANENCE, BETA, LIMIT = (
    "measured",
    "remanence_T",
    "coercivity_coefficient_pct_K",
    "max_working_temperature_K",
)
# Other names of what was measured, as a user may give them.
_VALUES = {
    "B_r": REMANENCE,
    "H_cJ": COERCIVITY,
    "alpha": ALPHA,
    "beta": BETA,
    "T": "temperature_K",
}
MELTED = ("sintered", "hot-deformed")
"""Kinds of magnets whose composition is estimated."""

SAFETY = 1.1
"""Knee field over the field against a magnet that a duty asks for."""

# Magnets of one recipe from which their own scatter counts as that of lots.
_MEASURED_LOTS = 3
_ALPHA_ROOM = 0.01
_RECOIL = 1.05

_REQUIREMENT = re.compile(
    r"^\s*(\w+)\s*(>=|<=)\s*(?:([-+]?\d*\.?\d+)\s*\*\s*)?(reference|[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)"
    r"\s*$"
)


@dataclass(frozen=True)
class Wish:
    """The request of the user, checked.

    `conditions` hold the temperature of use, the calibration, the duty and the supply; `on_duty`
    says whether the magnet is asked for by what it stands, `lasting` whether for a stated time.
    """

    conditions: "Conditions"
    on_duty: bool = False
    lasting: bool = False
    require: tuple[str, ...] = ()
    mass_kg: float = 1.0
    per_year: int = 1000
    spread: Mapping[str, float] = field(default_factory=dict)

    @property
    def temperature(self) -> float:
        """Temperature of use, K."""
        return self.conditions.temperature[0]


@dataclass(frozen=True, eq=False)
class Held:
    """The magnet in use at the temperature of use.

    Attributes
    ----------
    name, host, kind, makers : str
        Of a grade; of a measured magnet the nearest grade's.
    room : pandas.Series
        As a row of `magnetkit.grades` at 20 degrees C.
    least : dict of str to float
        Guaranteed B_r (T) and H_cJ (kA/m) at the temperature of use.
    spread : Spread
        Of its lots.
    square, recoil : float
        H_k / H_cJ (NaN where it is not known) and recoil permeability.
    source : str
        What the values rest on.
    between : tuple of float or None
        Of a compensated magnet the temperatures of its alpha, K.
    mill : Mill or None
        Magnets of who would make the candidates, where that is another mill.
    made : CompositionEstimate or None
        What it is made of; None where that is not known.
    """

    name: str
    host: str
    kind: str
    makers: str
    room: "pd.Series"
    least: dict[str, float]
    spread: Spread
    square: float
    recoil: float
    source: str
    between: tuple[float, float] | None = None
    mill: Mill | None = None
    made: CompositionEstimate | None = None

    def typical(self, quantity: str) -> float:
        """Return what a usual lot has."""
        return self.least[quantity] / self.spread.share(quantity)


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
            raise InputError(f"{text!r}: the reference has no {column}; it has {known or 'none'}")
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
    reference: Mapping[str, Any], wish: Wish
) -> tuple[dict[str, Requirement], dict[str, Requirement]]:
    """Return what is asked of a replacement, by column: least B_r and H_cJ or knee, and the rest.

    By the drawing that is what the magnet in use guarantees; by a duty the knee lies `SAFETY` times
    beyond the field against the magnet. One of the user takes the place of that on its column.
    """
    made: dict[str, Requirement] = {}
    if reference.get(REMANENCE) is not None:
        made[REMANENCE] = requirement(f"{REMANENCE}>=reference", reference)
        if not wish.on_duty:
            made[COERCIVITY] = requirement(f"{COERCIVITY}>=reference", reference)
    own = {one.column: one for one in (requirement(text, reference) for text in wish.require)}
    if wish.on_duty:
        b_r = own.get(REMANENCE, made.get(REMANENCE))
        if b_r is None:
            raise InputError(
                "a duty without a grade needs the least B_r: --require 'remanence_T>=1.15'"
            )
        made["knee_field_kA_m"] = Requirement(
            column="knee_field_kA_m",
            minimum=round(needed_knee(wish, b_r.limit), 1),
            source=f"{SAFETY:g} times the field at the duty",
            status="assumption",
        )
    alpha = float(reference.get(ALPHA, np.nan))
    if abs(alpha) <= COMPENSATED:
        made[ALPHA] = Requirement(
            column=ALPHA,
            absolute_maximum=abs(alpha) + _ALPHA_ROOM,
            source="the grade is temperature compensated",
            status="assumption",
        )
    made |= own
    magnetic = (REMANENCE, COERCIVITY, "knee_field_kA_m")
    ours = {c: made[c] for c in magnetic if c in made and made[c].minimum is not None}
    return ours, {c: r for c, r in made.items() if c not in ours}


def needed_knee(wish: Wish, remanence: float, duty: Duty | None = None) -> float:
    """Return the knee field, kA/m, that a duty asks of a magnet of so much remanence, T."""
    duty = duty or wish.conditions.duty
    against = float(duty.field(np.array(remanence), np.array(_RECOIL)))
    return 1e-3 * (SAFETY * against + (duty.creep if wish.lasting else 0.0))


def held_grade(name: str, wish: Wish) -> Held:
    """Return a grade as the magnet in use.

    Raises
    ------
    InputError
        If the grade is unknown, or has no B_r or H_cJ left at the temperature.
    """
    room, kelvin = grades(name).iloc[0], wish.temperature
    return _held(room, {}, kelvin, str(room["grade"]), _printed(room, kelvin), wish)


def _printed(room: "pd.Series", kelvin: float) -> dict[str, float]:
    """Return what makers guarantee of a grade at a temperature: the median over them."""
    sold = sold_at(kelvin)
    rows = sold.loc[sold["grade"] == room["grade"], list(QUANTITIES)]
    if len(rows):
        return {q: float(rows[q].median()) for q in QUANTITIES}
    # A class and number that nobody prints, or a value that is an estimate.
    low = float(room[f"{REMANENCE}_lo"]), float(room[COERCIVITY])
    chords = float(room[ALPHA]), float(room[BETA])
    hot = [value * float(share_left(c, kelvin)) for value, c in zip(low, chords, strict=True)]
    return {REMANENCE: hot[0], COERCIVITY: hot[1]}


def _held(
    room: "pd.Series",
    own: Mapping[str, Any],
    kelvin: float,
    name: str,
    least: dict[str, float],
    wish: Wish,
) -> Held:
    """Return the magnet in use, from a row of grades and what is known better."""
    if str(room["kind"]) in MELTED and not all(value > 0.0 for value in least.values()):
        limit = float(room[LIMIT]) - 273.15
        known = "" if np.isnan(limit) else f"; its highest temperature is {limit:.0f} °C"
        raise InputError(
            f"{name} has no B_r or H_cJ left at {kelvin - 273.15:.0f} °C by its maker's "
            f"coefficients{known}"
        )
    host, alpha = str(room["host"]), float(room[ALPHA])
    shape = curve_shapes(room.to_frame().T.infer_objects()).iloc[0]
    makers = str(room["makers"])
    source = f"guaranteed by {makers}" if makers else f"as class and number: {name} is in no table"
    return Held(
        name,
        host,
        str(room["kind"]),
        makers,
        room,
        least,
        own.get("spread") or lots(host, wish.spread or None),
        float(own.get("square") or shape["squareness"]),
        float(shape["recoil"]) if shape["recoil"] == shape["recoil"] else _RECOIL,
        str(own.get("source") or source),
        alpha_range(str(room["grade"])) if abs(alpha) <= COMPENSATED else None,
    )


def held_values(values: Any, wish: Wish, grade: str | None = None) -> Held:
    """Return a magnet of which B_r and H_cJ were measured, or its curve, as the magnet in use.

    Parameters
    ----------
    values : mapping or path
        ``remanence_T`` and ``coercivity_kA_m`` (or ``B_r``, ``H_cJ``), and, where known, ``alpha``,
        ``beta`` (%/K) and ``T`` of the measurement; or the file of a measured curve.
    wish : Wish
    grade : str, optional
        What it was sold as; the nearest grade otherwise.
    """
    found, square = dict(values) if isinstance(values, Mapping) else {}, 0.0
    if not isinstance(values, Mapping):
        curve = read_curve(values)
        found = {q: getattr(curve, q) for q in QUANTITIES} | {"T": curve.temperature_K}
        square = curve.squareness
    known = {_VALUES.get(str(k), str(k)): v for k, v in found.items()}
    if unknown := sorted(known.keys() - set(_VALUES.values())):
        raise InputError(f"values take {', '.join(_VALUES)}, got {unknown[0]!r}")
    at = parse_temperature(known.pop("temperature_K", ROOM_K))
    try:
        known = {name: float(value) for name, value in known.items()}
    except (TypeError, ValueError):
        raise InputError(f"values must be numbers, got {found!r:.60}") from None
    b_r, h_cj = (known.get(q, np.nan) for q in (REMANENCE, COERCIVITY))
    if not (0.02 < b_r < 2.0 and 1.0 < h_cj < 1e4):
        raise InputError(
            f"a measured magnet needs B_r (T) and H_cJ (kA/m), got {b_r:g} and {h_cj:g}; a curve "
            "must reach J = 0"
        )
    room = (grades(grade).iloc[0] if grade is not None else _nearest(b_r, h_cj)).copy()
    for name in (ALPHA, BETA):
        room[name] = known.get(name, room[name])
    spread = lots(str(room["host"]), wish.spread or None)
    least = {}
    for quantity, chord in ((REMANENCE, ALPHA), (COERCIVITY, BETA)):
        cold = known[quantity] / float(share_left(float(room[chord]), at))
        least[quantity] = cold * spread.share(quantity)
        room[quantity] = least[quantity] if quantity == COERCIVITY else cold
        room[f"{quantity}_lo"], room[f"{quantity}_hi"] = least[quantity], cold
        least[quantity] *= float(share_left(float(room[chord]), wish.temperature))
    near = str(room["grade"])
    own = {
        "spread": spread,
        "square": square,
        "source": f"measured by you at {at - 273.15:.0f} °C; least values are what 99 % of lots "
        f"reach; the rest as of {near}",
    }
    name = near if grade is not None else f"the magnet like {near}"
    return _held(room, own, wish.temperature, name, least, wish)


def _nearest(b_r: float, h_cj: float) -> "pd.Series":
    """Return the sintered grade nearest to B_r and H_cJ at 20 degrees C, of every family."""
    table = grades()
    table = table[table["kind"].isin(MELTED)].dropna(subset=list(QUANTITIES))
    off = np.log(table[REMANENCE] / b_r) ** 2 / 0.03**2
    off += np.log(1.1 * table[COERCIVITY] / h_cj) ** 2 / 0.18**2
    return table.loc[off.idxmin()]


def with_recipe(
    held: Held, recipe: str | None, basis: Basis, shell: str | None, wish: Wish
) -> Held:
    """Return the magnet in use with what it is made of: as given, or else estimated."""
    from dataclasses import replace

    curie = wish.conditions.curie
    mill = _calibrated(wish.conditions.process)
    if recipe is not None:
        made: CompositionEstimate | None = given_recipe(read_recipe(recipe, basis), shell)
    elif held.kind not in MELTED or held.host not in HOSTS:
        made = None
    else:
        made = estimate_composition(held.room, curie)
    return replace(held, made=made, mill=mill)


def held_measured(
    measured: Any, grade: str, recipe: str | None, basis: Basis, shell: str | None, wish: Wish
) -> Held:
    """Return the user's own magnets of a grade: the first is the recipe, all are its level.

    Their least values are what 99 % of lots reach, by the scatter of three or more of one recipe.
    """
    from dataclasses import replace

    from ..calibration.calibrate import read_magnets

    if wish.conditions.process is not None:
        raise InputError("measured and process both name a calibration: give one")
    if is_curve(measured):
        return with_recipe(held_values(measured, wish, grade), recipe, basis, shell, wish)
    rows, rejected = read_magnets(measured, basis)
    if not rows:
        why = next(iter(rejected.values()), "it is empty")
        raise InputError(f"no measured magnet can be used: {why}")
    first = rows[0]
    made = given_recipe(first.table if recipe is None else read_recipe(recipe, basis),
                        shell or first.shell or None)  # fmt: skip
    room = grades(grade).iloc[0].copy()
    like = [row for row in rows if row.shell == first.shell
            and np.abs(row.table.to_array() - first.table.to_array()).sum() < 1e-3]  # fmt: skip
    spread, least, said = lots(str(room["host"]), wish.spread or None), {}, []
    for quantity, chord in ((REMANENCE, ALPHA), (COERCIVITY, BETA)):
        known = [row for row in like if quantity in row.values]
        if not known:
            # Not measured: as its maker prints it.
            least[quantity] = _printed(room, wish.temperature)[quantity]
            continue
        # The rows nearest to the temperature of use, and the chord over what is left.
        off = min(abs(row.temperature - wish.temperature) for row in known)
        near = [r for r in known if abs(r.temperature - wish.temperature) <= off + 1.0]
        fall = float(share_left(float(room[chord]), wish.temperature))
        logs = [
            np.log(r.values[quantity] * fall / share_left(float(room[chord]), r.temperature))
            for r in near
        ]
        if len(near) >= _MEASURED_LOTS and not wish.spread:
            # What is assumed counts as much as three magnets.
            assumed = 2.0 * getattr(spread, quantity) ** 2
            pooled = (assumed + np.sum((logs - np.mean(logs)) ** 2)) / (len(near) + 1.0)
            of_lot: dict[str, float] = {quantity: float(np.sqrt(pooled))}
            spread = replace(spread, source=f"scatter of your {len(near)} magnets", **of_lot)
        least[quantity] = float(np.exp(np.mean(logs))) * spread.share(quantity)
        said.append(f"{len(near)} of {'B_r' if quantity == REMANENCE else 'H_cJ'}")
    own = {"spread": spread, "source": f"measured by you ({', '.join(said)})"}
    return replace(_held(room, own, wish.temperature, str(room["grade"]), least, wish), made=made)


def _calibrated(process: Any) -> Mill | None:
    """Return the calibration of a process that states nothing else."""
    if process is None:
        return None
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


def measured_file(measured: Any) -> bool:
    """Return whether what was measured is a curve, in a file."""
    return isinstance(measured, str | Path) and is_curve(measured)
