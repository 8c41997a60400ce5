"""The request of a replacement: the magnet in use, and what is asked of another."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._core._books import choice
from .._core._requirement_text import parse_requirement
from .._core._toml import Evidence, validate_record
from .._core._types import FloatArray
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
    no_magnet_error,
    read_recipe,
)
from ..magnetism._measured import ALPHA, COERCIVITY, Producer
from ..magnetism.grades import (
    check_remaining,
    cold_value,
    curve_shapes,
    grades,
    guaranteed_values,
    remaining_shares,
)
from ..magnetism.measured_curve import is_curve, read_curve
from ..magnetism.process import process_record, read_process, routes
from ..magnetism.spread import Spread, lots
from ..magnetism.squareness import squareness_ratio
from ..phases.records import HOSTS
from ._profile_parts import Host, Reference, Requirement, Sources
from .applications import Profile
from .thresholds import SAFETY

if TYPE_CHECKING:
    import pandas as pd

    from ..magnetism.calibrate import MeasuredRow
    from ..magnetism.conditions import Conditions


SOLD: tuple[Host, ...] = tuple(
    name for name, host in HOSTS.items() if host.magnet.trade
)
"""Hosts of the magnets that can be bought."""

REMANENCE = "remanence_T"
KNEE = "knee_field_kA_m"
PRODUCT = "max_energy_product_kJ_m3"
BETA = "coercivity_coefficient_pct_K"
LIMIT = "max_working_temperature_K"
MARGIN_OF_DUTY = "demagnetization_safety"

# Other names of what was measured, as a user may give them.
_VALUES = {
    "B_r": REMANENCE,
    "H_cJ": COERCIVITY,
    "alpha": ALPHA,
    "beta": BETA,
    "T": "temperature_K",
}
_CHORDS = {REMANENCE: ALPHA, COERCIVITY: BETA}
# Magnets of one recipe from which their own scatter counts as that of lots.
_MEASURED_LOTS = 3
_ALPHA_TOLERANCE = 0.01


@dataclass(frozen=True)
class Request:
    """What the user asks, checked.

    Attributes
    ----------
    conditions : Conditions
        Temperature of use, calibration, duty and supply.
    on_duty : bool
        Whether the magnet is asked for by what it stands, in place of its drawing.
    lasting : bool
        Whether it stands that for a stated time.
    require : tuple of str
        Further requirements, as of `read_limit`, such as "remanence_T >= 1.1".
    mass_kg, per_year : float, int
        Mass of one magnet and magnets a year, for which savings are stated.
    spread : mapping of str to float
        Standard deviation of one lot, %, by ``B_r`` and ``H_cJ``; empty for the usual ones.
    recipe, basis, shell : str or None
        What the magnet in use is made of, where that is known: a text, what its amounts are
        ("auto", "atomic" or "weight"), and a text such as "Tb 0.5 wt%".
    family : {"own", "any"}
        Whether a magnet of another family may be recommended.
    most_cost : float or None
        Largest cost per flux over today's; None takes the usual one.
    route : str or None
        The route of the candidates, where only one is asked for.
    kinds : int or None
        For so many kinds that the magnet in use may be of there is an answer; None: all likely.
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
    family: Literal["own", "any"] = "own"
    most_cost: float | None = None
    route: str | None = None
    kinds: int | None = None

    @property
    def temperature(self) -> float:
        """Temperature of use, K."""
        return self.conditions.temperature[0]


@dataclass(frozen=True, eq=False)
class Incumbent:
    """The magnet in use, at the temperature of use.

    Attributes
    ----------
    name, host, kind, makers : str
        Grade or other name; host such as "2:14:1"; kind such as "sintered"; makers separated by
        commas, empty without one.
    sheet : pandas.Series
        Its row as of `magnetkit.grades` at 20 degrees C; of a measured magnet the nearest grade's.
    least : dict of str to float
        ``remanence_T`` and ``coercivity_kA_m`` that are guaranteed.
    spread : Spread
        That of its lots.
    squareness, recoil : float
        H_k / H_cJ at the temperature of use, NaN where it is not known, and recoil permeability.
    source : str
        What the values rest on.
    between : tuple of float or None
        Temperatures of alpha of a compensated grade, K.
    producer : Producer or None
        The magnets of who would make the candidates, where that is another producer.
    makeup : CompositionEstimate or None
        What it is made of, None where that is not known.
    """

    name: str
    host: str
    kind: str
    makers: str
    sheet: "pd.Series"
    least: dict[str, float]
    spread: Spread
    squareness: float
    source: str
    recoil: float = 1.05
    between: tuple[float, float] | None = None
    producer: Producer | None = None
    makeup: CompositionEstimate | None = None

    def typical(self, quantity: str) -> float:
        """Return `quantity`, "remanence_T" or "coercivity_kA_m", of a usual lot at the temperature of use.

        The value is in T or kA/m, and above that of ``least``. KeyError for another column.
        """
        return self.least[quantity] / self.spread.share(quantity)

    @property
    def knee_kA_m(self) -> float:
        """Guaranteed knee field H_k at the temperature of use."""
        return self.squareness * self.least[COERCIVITY]

    def field_kA_m(self, request: Request) -> float:
        """Return the field against the magnet at the duty of `request` (``conditions.duty``), kA/m.

        It is that at the temperature of use, with the guaranteed B_r of this
        magnet (``least``), positive where it demagnetizes.
        """
        field_A_m = request.conditions.duty.field(
            np.array(self.least[REMANENCE]), np.array(self.recoil)
        )
        return 1e-3 * float(field_A_m)

    def margin(self, request: Request) -> float:
        """Return the guaranteed knee field over the field against the magnet at the duty of `request`."""
        return self.knee_kA_m / self.field_kA_m(request)

    @property
    def rating_K(self) -> float:
        """Highest temperature that its sheet names, K; NaN where it names none."""
        return float(self.sheet[LIMIT])


Limits = dict[str, Requirement]
"""The limit on each column."""


def read_limit(text: str, reference: Mapping[str, Any]) -> Requirement:
    """Read a requirement of a replacement.

    Parameters
    ----------
    text : str
        Such as "remanence_T >= 1.1", "cost_USD_kg <= 60" or "|remanence_coefficient_pct_K| <=
        0.03"; or "remanence_T>=0.95*reference" for a share of the magnet to replace. It names no
        temperature.
    reference : mapping of str to float
        Values of that magnet by column, such as ``remanence_T``, for shares; columns without a
        value are missing, None or NaN.

    Returns
    -------
    Requirement
        Its limit, ``minimum``, ``maximum`` or ``absolute_maximum``, is a
        number; shares are resolved and forgotten (``share_of_reference`` is
        None). Its ``source`` is "requested: " and the text.

    Raises
    ------
    InputError
        If the text cannot be read, names a temperature or no numeric column, the limit is
        implausible for the column, or the reference has no value.

    Examples
    --------
    >>> read_limit("remanence_T>=0.95*reference", {"remanence_T": 1.2}).minimum
    1.14
    """
    requirement = parse_requirement(str(text))
    column = requirement.column
    limit = requirement.limit
    if requirement.temperature_K is not None:
        raise InputError(
            f"{text!r}: a replacement is asked for at its one temperature of use"
        )
    if requirement.share is not None:
        value = reference.get(column)
        if value is None or value != value:
            known_names = ", ".join(
                k
                for k, v in reference.items()
                if isinstance(v, float) and v == v
            )
            raise InputError(
                f"{text!r}: the reference has no {column}; it has {known_names or 'none'}"
            )
        limit = float(value) * requirement.share
    fields: dict[str, Any] = {
        "column": column,
        "source": f"requested: {text}",
        "status": "assumption",
        requirement.limit_field: limit,
    }
    return validate_record(Requirement, fields, f"requirement {text!r}: ")


def find_limits(reference: Mapping[str, Any], request: Request) -> Limits:
    """Return the limits that a replacement must meet, by column.

    For a drawing they are the guaranteed B_r and H_cJ of the magnet in use.
    For a duty (``request.on_duty``) they are the guaranteed B_r, and a knee
    field 1.1 (`SAFETY`) times the field against the candidate itself
    (``demagnetization_safety``). A compensated magnet (absolute alpha of at
    most 0.015 %/K, `COMPENSATED`) adds an ``absolute_maximum`` of
    ``remanence_coefficient_pct_K``, 0.01 %/K above its own absolute alpha. A
    requirement of the user (``request.require``) replaces that on its column.

    Parameters
    ----------
    reference : mapping of str to float
        Values of the magnet in use by column: ``remanence_T`` and
        ``coercivity_kA_m``, guaranteed at the temperature of use,
        ``remanence_coefficient_pct_K`` (%/K), and the columns that shares
        refer to. Those it does not have are missing, None or NaN. An empty
        mapping is for no magnet.
    request : Request
        What is asked: ``require`` and ``on_duty`` are read.

    Returns
    -------
    dict of str to Requirement
        One limit a column; those on "remanence_T", "coercivity_kA_m" and
        "demagnetization_safety" are a ``minimum``. Of several of the user on
        one column the last counts. Empty where nothing is known or asked.

    Raises
    ------
    InputError
        If a requirement cannot be read, or a duty without a grade has no least B_r.
    """
    stated_limits = [read_limit(text, reference) for text in request.require]
    by_user = {one.column: one for one in stated_limits}
    limits: Limits = {}
    known_columns = {
        name
        for name, value in reference.items()
        if value is not None and value == value
    }
    if REMANENCE in known_columns:
        limits[REMANENCE] = read_limit(f"{REMANENCE}>=reference", reference)
    if request.on_duty:
        if REMANENCE not in limits and REMANENCE not in by_user:
            raise InputError(
                "a duty without a grade needs the least B_r: --require 'remanence_T>=1.15'"
            )
        limits[MARGIN_OF_DUTY] = Requirement(
            column=MARGIN_OF_DUTY,
            minimum=SAFETY,
            source="knee field over the field against the magnet",
            status="assumption",
        )
    elif COERCIVITY in known_columns:
        limits[COERCIVITY] = read_limit(f"{COERCIVITY}>=reference", reference)
    alpha = abs(float(reference[ALPHA])) if ALPHA in known_columns else np.nan
    if alpha <= COMPENSATED:
        limits[ALPHA] = Requirement(
            column=ALPHA,
            absolute_maximum=alpha + _ALPHA_TOLERANCE,
            source="the grade is temperature compensated",
            status="assumption",
        )
    return limits | by_user


def incumbent_of_grade(name: str, request: Request) -> Incumbent:
    """Build the magnet in use from a grade; InputError if it is unknown or not magnetic at temperature.

    `name` is a name of `magnetkit.grades`, such as "N42SH". `request` has the
    temperature of use (``temperature``) and the user's ``spread`` of lots. The
    `Incumbent` has ``least``, a dict of the guaranteed ``remanence_T`` and
    ``coercivity_kA_m`` at that temperature, and ``sheet``, its row of `grades`
    at 20 degrees C. The composition (``makeup``) is None: see `with_makeup`.

    Examples
    --------
    >>> from magnetkit.magnetism.conditions import Conditions
    >>> request = Request(Conditions.of(temperature="150C"))
    >>> incumbent_of_grade("N42SH", request).name
    'N42SH'
    """
    sheet = grades(name).iloc[0]
    guaranteed = guaranteed_values(sheet, request.temperature)
    return _incumbent_of_row(sheet, str(sheet["grade"]), guaranteed, request)


def curve_shape(sheet: "pd.Series", kelvin: float) -> tuple[float, float]:
    """Return H_k / H_cJ at a temperature, and the recoil permeability of a grade.

    `sheet` is its row of `grades` at 20 degrees C, with all its columns; `kelvin` is the
    temperature, K. The result is the tuple (squareness, recoil); either is
    NaN where it is not known.
    """
    shape = curve_shapes(sheet.to_frame().T.infer_objects()).iloc[0]
    remaining = remaining_shares(sheet, kelvin)
    host = "" if sheet["kind"] == "bonded" else str(sheet["host"])
    square = squareness_ratio(
        float(shape["squareness"]), host, *remaining.values()
    )
    return float(square), float(shape["recoil"])


def _incumbent_of_row(
    sheet: "pd.Series",
    name: str,
    least: dict[str, float],
    request: Request,
    **better: Any,
) -> Incumbent:
    """Build the magnet in use from a row of grades; its composition is left to `with_makeup`.

    Parameters
    ----------
    sheet : pandas.Series
        Row of `grades` at 20 degrees C, with all its columns.
    name : str
        Its name for the user.
    least : dict of str to float
        ``remanence_T`` and ``coercivity_kA_m`` that are guaranteed at the temperature of use.
    request : Request
        Temperature of use, and the user's spread of lots.
    **better
        Fields of `Incumbent` that are known better: ``spread``, ``squareness``, ``recoil`` and
        ``source``, or others but ``between``.

    Returns
    -------
    Incumbent
        ``between`` is the range of alpha, K, of a compensated grade (absolute
        alpha of at most `COMPENSATED`), else None; ``producer`` and ``makeup``
        are None.

    Raises
    ------
    InputError
        If no B_r or H_cJ is left at the temperature, or that of a magnet of a
        kind of `MELTED` (sintered or hot-deformed) is not known.
    """
    kind, host, makers = (
        str(sheet[column]) for column in ("kind", "host", "makers")
    )
    has_none = 0.0 in least.values()
    if kind in MELTED:
        has_none = not all(value > 0.0 for value in least.values())
    if has_none:
        raise no_magnet_error(name, request.temperature, float(sheet[LIMIT]))
    squareness, recoil = curve_shape(sheet, request.temperature)
    source = f"as class and number: {name} is in no table"
    if makers:
        source = f"guaranteed by {makers}"
    between = None
    if abs(float(sheet[ALPHA])) <= COMPENSATED:
        between = alpha_range(str(sheet["grade"]))
    usual: dict[str, Any] = {
        "spread": lots(host, request.spread),
        "squareness": squareness,
        "recoil": recoil,
        "source": source,
    }
    return Incumbent(
        name,
        host,
        kind,
        makers,
        sheet,
        least,
        between=between,
        **(usual | better),
    )


def incumbent_of_values(
    values: Any, request: Request, grade: str | None = None
) -> Incumbent:
    """Build the magnet in use from measured values or a measured curve.

    What the values do not say is that of a grade. Guaranteed values are the measured ones less
    what lots vary.

    Parameters
    ----------
    values : mapping or path
        ``B_r`` (T), ``H_cJ`` (kA/m) and, where known, ``alpha``, ``beta``
        (%/K) and ``T``, the temperature of the measurement (K or a text such
        as "150C"; 20 degrees C without it); or the file of a measured curve,
        as of `read_curve`. Names of columns, such as ``remanence_T``, serve
        too. What is not known is left out: a value of None is an InputError.
    request : Request
        Temperature of use, and the user's spread of lots.
    grade : str, optional
        What it was sold as, a name of `magnetkit.grades`; the nearest grade otherwise.

    Returns
    -------
    Incumbent
        Without its composition (``makeup`` is None). ``least`` are guaranteed
        values at the temperature of use. Its name is the grade, or "the magnet
        like GRADE" where none was given.

    Raises
    ------
    InputError
        If a name or the grade is unknown, B_r or H_cJ is missing or
        implausible, a curve cannot be read, or nothing is left of B_r or H_cJ
        at the temperature of the measurement or of use.
    """
    curve = None
    if not isinstance(values, Mapping):
        curve = read_curve(values)
        values = {quantity: getattr(curve, quantity) for quantity in _CHORDS}
        values["T"] = curve.temperature_K
    measured, at = _read_measured_values(values)
    if grade is None:
        sheet = _nearest_grade(measured[REMANENCE], measured[COERCIVITY])
    else:
        sheet = grades(grade).iloc[0].copy()
    spread = lots(str(sheet["host"]), request.spread)
    for quantity, chord in _CHORDS.items():
        sheet[chord] = measured.get(chord, sheet[chord])
        sheet[quantity] = cold_value(sheet, quantity, measured[quantity], at)
    hot = remaining_shares(sheet, request.temperature)
    least = {}
    for quantity in _CHORDS:
        cold = float(sheet[quantity])
        low = cold * spread.share(quantity)
        sheet[quantity] = low if quantity == COERCIVITY else cold
        sheet[f"{quantity}_lo"] = low
        sheet[f"{quantity}_hi"] = cold
        least[quantity] = low * float(hot[quantity])
    name = str(sheet["grade"])
    better: dict[str, Any] = {
        "spread": spread,
        "source": f"measured by you at {at - ZERO_CELSIUS:.0f} °C, less what lots vary; "
        f"the rest as of {name}",
    }
    if curve is not None:
        # What was measured at its temperature, counted back to 20 degrees C.
        better["squareness"] = _carry_squareness(
            curve, sheet, request.temperature
        )
    if grade is None:
        name = f"the magnet like {name}"
    return _incumbent_of_row(sheet, name, least, request, **better)


def _read_measured_values(
    values: Mapping[str, Any],
) -> tuple[dict[str, float], float]:
    """Read values of a measured magnet.

    `values` has ``B_r`` (T), ``H_cJ`` (kA/m) and, where known, ``alpha``, ``beta`` (%/K) and
    ``T`` (K, or a text such as "150C"), by these names or those of the columns (``remanence_T``,
    ``coercivity_kA_m``, ``remanence_coefficient_pct_K``, ``coercivity_coefficient_pct_K``,
    ``temperature_K``).

    Returns
    -------
    numbers : dict of str to float
        By column, such as ``remanence_T`` or ``remanence_coefficient_pct_K``,
        without the temperature; what is not given is left out. Of a value
        given by both names the last counts.
    at : float
        Temperature of the measurement, K; 20 degrees C where it is not said.

    Raises
    ------
    InputError
        If a name is unknown, a value is no number (None too, and a text with a unit, but for
        ``T``), or B_r or H_cJ is missing or none of a magnet:
        not above 0.02 and below 2 T, or not above 1 and below 10,000 kA/m.
    """
    stated = {
        _VALUES.get(str(name), str(name)): v for name, v in values.items()
    }
    if unknown := sorted(stated.keys() - set(_VALUES.values())):
        raise InputError(
            f"values take {', '.join(_VALUES)}, got {unknown[0]!r}"
        )
    at = parse_temperature(stated.pop("temperature_K", ROOM_K))
    try:
        numbers = {name: float(value) for name, value in stated.items()}
    except (TypeError, ValueError):
        raise InputError(
            f"values must be numbers, got {values!r:.60}"
        ) from None
    b_r, h_cj = (numbers.get(quantity, np.nan) for quantity in _CHORDS)
    if not (0.02 < b_r < 2.0 and 1.0 < h_cj < 1e4):
        raise InputError(
            f"a measured magnet needs B_r (T) and H_cJ (kA/m), got {b_r:g} and {h_cj:g}; a curve "
            "must reach J = 0"
        )
    return numbers, at


def _carry_squareness(curve: Any, sheet: "pd.Series", kelvin: float) -> float:
    """Return H_k / H_cJ of a measured curve at the temperature `kelvin`, K.

    The result has no unit. `curve` is a `MeasuredCurve`, which has
    ``squareness`` (H_k / H_cJ) and ``temperature_K``, that of the measurement.
    It is carried by the chords of `sheet`, a row of `grades` at 20 degrees C
    with all its columns.
    """
    cold = remaining_shares(sheet, curve.temperature_K)
    hot = remaining_shares(sheet, kelvin)
    remaining_by_quantity = {
        q: float(hot[q]) / max(float(cold[q]), 1e-9) for q in _CHORDS
    }
    square = squareness_ratio(
        float(curve.squareness),
        str(sheet["host"]),
        *remaining_by_quantity.values(),
    )
    return float(square)


def _nearest_grade(b_r: float, h_cj: float) -> "pd.Series":
    """Return the row of the melted grade, of any family, nearest to `b_r`, T, and `h_cj`, kA/m.

    Values of grades at 20 degrees C are compared, whatever the temperature of
    these. `h_cj` counts as a usual one, a tenth above what makers guarantee.
    The row, a Series, has the columns of `grades`, its name in ``grade``;
    grades without a B_r or H_cJ do not count.
    """
    table = grades()
    table = table[table["kind"].isin(MELTED)].dropna(subset=list(_CHORDS))
    # Over a step of B_r, and one of a class.
    off = (np.log(table[REMANENCE] / b_r) / 0.03) ** 2
    return table.loc[
        (off + (np.log(1.1 * table[COERCIVITY] / h_cj) / 0.18) ** 2).idxmin()
    ]


def with_makeup(incumbent: Incumbent, request: Request) -> Incumbent:
    """Return the magnet in use with its composition and with the producer of the candidates.

    The composition (``makeup``, a `CompositionEstimate`) is that of
    ``request.recipe`` (with ``basis`` and ``shell``), or else estimated from
    its sheet; None where it is not melted or its host has no model. The
    producer (``producer``) is the one that the process of `request`
    (``conditions.process``) names, or None. All other fields stay; `incumbent`
    is not changed. CompositionError if the recipe cannot be read, InputError
    for its shell, or if the process states more than a route and a
    calibration.
    """
    makeup: CompositionEstimate | None = None
    if request.recipe is not None:
        makeup = given_recipe(
            read_recipe(request.recipe, request.basis), request.shell
        )
    elif incumbent.kind in MELTED and incumbent.host in HOSTS:
        makeup = estimate_composition(
            incumbent.sheet, request.conditions.curie
        )
    producer = producer_of_candidates(request.conditions.process)
    return replace(incumbent, makeup=makeup, producer=producer)


def incumbent_of_magnets(
    measured: Any, grade: str, request: Request
) -> Incumbent:
    """Build the magnet in use from the user's own measured magnets of a grade.

    The first gives the recipe, unless `request` has one; all magnets of that recipe give its
    values. Guaranteed values are those that 99 % of lots reach, by the scatter of three or more
    magnets of one recipe.

    Parameters
    ----------
    measured : path, table or frame
        As `magnetkit.calibrate` takes it, or the file of a measured curve. Rows of another recipe
        or shell than the first count for nothing; rows that cannot be used are left out.
    grade : str
        What it was sold as, a name of `magnetkit.grades`.
    request : Request
        Temperature of use, spread of lots, recipe and shell.

    Returns
    -------
    Incumbent
        With its composition (``makeup``). With fewer than three values of a
        quantity, or where `request` has a ``spread``, the usual or the given
        spread counts. A quantity that no magnet has is as the grade guarantees
        it. ``producer`` is None.

    Raises
    ------
    InputError
        If none of the magnets can be used, the grade is unknown or keeps no
        B_r or H_cJ at the temperature of the magnets, or the process of the
        request names a calibration already. A recipe of the request that
        cannot be read is a CompositionError.
    """
    from ..magnetism.calibrate import read_magnets

    if producer_of_candidates(request.conditions.process) is not None:
        raise InputError(
            "measured and process both name a calibration: give one"
        )
    if is_curve(measured):
        return with_makeup(
            incumbent_of_values(measured, request, grade), request
        )
    rows, rejected = read_magnets(measured, request.basis)
    if not rows:
        why = next(iter(rejected.values()), "it is empty")
        raise InputError(f"no measured magnet can be used: {why}")
    first = rows[0]
    table = first.table
    if request.recipe is not None:
        table = read_recipe(request.recipe, request.basis)
    makeup = given_recipe(table, request.shell or first.shell or None)
    like = [row for row in rows if _is_same_recipe(row, first)]
    sheet = grades(grade).iloc[0].copy()
    spread = lots(str(sheet["host"]), request.spread)
    least = guaranteed_values(sheet, request.temperature)
    for quantity in _CHORDS:
        logs = _measured_logs(like, quantity, sheet, request.temperature)
        if not len(logs):
            continue
        if len(logs) >= _MEASURED_LOTS and not request.spread:
            spread = _spread_with_magnets(spread, quantity, logs)
        least[quantity] = float(np.exp(logs.mean())) * spread.share(quantity)
    better = {
        "spread": spread,
        "source": f"measured by you on {len(like)} magnets",
    }
    incumbent = _incumbent_of_row(
        sheet, str(sheet["grade"]), least, request, **better
    )
    return replace(incumbent, makeup=makeup)


def _is_same_recipe(row: "MeasuredRow", first: "MeasuredRow") -> bool:
    """Return whether two measured magnets are of one composition and shell."""
    difference = row.table.to_array() - first.table.to_array()
    return bool(np.abs(difference).sum() < 1e-3 and row.shell == first.shell)


def _measured_logs(
    rows: "Sequence[MeasuredRow]",
    quantity: str,
    sheet: "pd.Series",
    kelvin: float,
) -> FloatArray:
    """Return ln of a measured quantity of some magnets, carried to a temperature by the curve of a grade.

    Of rows with the quantity that nearest to the temperature counts, and all that are at most 1 K
    farther from it.

    Parameters
    ----------
    rows : sequence of MeasuredRow
        Measured magnets, each with ``values`` (dict of float by column, such as
        ``coercivity_kA_m``) and ``temperature``, K.
    quantity : str
        "remanence_T" or "coercivity_kA_m".
    sheet : pandas.Series
        Row of `grades` at 20 degrees C, whose chords carry.
    kelvin : float
        Temperature, K.

    Returns
    -------
    ndarray of float64
        One for each row that counts, in T or kA/m before the logarithm; empty without any.

    Raises
    ------
    InputError
        If the chords leave nothing at the temperature of a row that counts.
    """
    with_value = [row for row in rows if quantity in row.values]
    if not with_value:
        return np.empty(0)
    off = min(abs(row.temperature - kelvin) for row in with_value)
    near = [
        row for row in with_value if abs(row.temperature - kelvin) <= off + 1.0
    ]
    at = np.array([kelvin, *(row.temperature for row in near)])
    left = remaining_shares(sheet, at)[quantity]
    for row, share in zip(near, left[1:], strict=True):
        check_remaining(str(sheet["grade"]), float(share), row.temperature)
    logs = np.log([row.values[quantity] for row in near])
    return np.asarray(logs + np.log(left[0] / left[1:]))


def _spread_with_magnets(
    spread: Spread, quantity: str, logs: FloatArray
) -> Spread:
    """Return the spread of lots with the scatter of a quantity of measured magnets.

    `quantity` is "remanence_T" or "coercivity_kA_m"; `logs`, (k,), are ln of
    its measured values, at least one. The usual `spread` counts as further
    magnets; it is not changed. `Spread` has the fields ``remanence_T`` and
    ``coercivity_kA_m``, standard deviations of ln, and ``source``. In the
    result that of `quantity` is new, and the source is "with your k magnets";
    the other quantity stays.
    """
    weight = choice("decision").spread_weight
    usual = weight * getattr(spread, quantity) ** 2
    scatter = ((logs - logs.mean()) ** 2).sum() + usual
    freedom = len(logs) - 1.0 + weight
    deviation: dict[str, Any] = {quantity: float(np.sqrt(scatter / freedom))}
    return replace(
        spread, source=f"with your {len(logs)} magnets", **deviation
    )


def producer_of_candidates(process: Any) -> Producer | None:
    """Return the calibration that `process` names, None without one.

    `process` is None, a text, a dict of ``route`` and ``producer``, as
    `magnetkit.calibrate` returns it, or a `Process`. A text is the name of a
    route or of a stored calibration, no path. InputError if it cannot be read
    or states more than a route and a calibration. A route alone gives None. The
    `Producer` has ``name`` and ``magnets``, a tuple of dicts, one a measured
    value.
    """
    if process is None:
        return None
    process_rows = read_process(process, 1)
    process_values = process_record(process) or {}
    of_route = {} if process_rows.route is None else process_rows.route.process
    if process_values.keys() - {"producer", "route", *of_route}:
        raise InputError(
            "process of a replacement is a route, or a calibration of `magnetkit calibrate` by its "
            f"name or as that returns it, got {process!r:.60}"
        )
    return process_rows.producer


def route_of_candidates(process: Any) -> str | None:
    """Return the name of the route that `process` names, None without one.

    `process` is None, a text, a dict with ``route``, or a `Process`. A text is
    the name of a route or of a stored calibration, no path. The name returned
    is one of `magnetism.process.routes`, such as "hot-deformed". The usual
    sintering has no name: a `Process` without a route gives None, and so does
    a calibration alone. InputError if it cannot be read, "sintered" included.
    """
    if process is None:
        return None
    route = read_process(process, 1).route
    if route is None or route.name not in routes():
        return None
    return route.name


def given_recipe(
    table: CompositionTable, shell: str | None
) -> CompositionEstimate:
    """Return the composition estimate of a recipe that the user gave: that recipe alone, without doubt.

    `table` has one row; `shell` is the text of its shell, such as "Tb 0.5
    wt%", or None. The result has one of ``recipes``, its ``text`` in wt.% with
    at most three decimals, elements by atomic number, such as "B1Fe69Nd30",
    its ``shell`` empty for none and its ``kind`` "diffused" with a shell, else
    "bulk"; and ``estimate`` False.
    ``heavy_wt_pct``, wt.%, counts the shell too: the mean and both ends of the
    range, all three equal. InputError for a shell that cannot be read.
    """
    from ..supply.ledger import ledger

    weights = np.round(100.0 * table.weight_fractions()[0], 3)
    present_elements = np.flatnonzero(weights)
    text = "".join(f"{SYMBOLS[i]}{weights[i]:g}" for i in present_elements)
    heavy = ledger(table, shell=shell)["heavy_rare_earth_wt_pct"].iloc[0]
    return given_composition(text, shell or "", float(heavy))


def build_profile(
    incumbent: Incumbent, limits: Sequence[Requirement], request: Request
) -> Profile:
    """Build the device profile of a replacement, to screen candidates against the magnet in use.

    Its range of temperature holds that of use, 20 degrees C and the chord of a compensated grade,
    and is at least 20 K wide.

    Parameters
    ----------
    incumbent : Incumbent
        The magnet in use, with its composition (``makeup``, AssertionError without); it becomes
        the reference, in its likeliest recipe.
    limits : sequence of Requirement
        They become the requirements; at least one, else a ValueError (the
        values of `find_limits`, not the dict).
    request : Request
        ``temperature``, ``conditions.duty`` and ``mass_kg`` are read.

    Returns
    -------
    Profile
        Named "replace-" and the name of the magnet in small letters and hyphens; the hosts are
        those that are sold (`SOLD`), the objectives heavy rare earth, supply risk and cost, each
        to be made small. It has no ``space`` and no anchors.
    """
    assert incumbent.makeup is not None
    kelvin = request.temperature
    evidence = Evidence(source="requested", status="assumption")
    cold, hot = incumbent.between or (ROOM_K, ROOM_K)
    low = min(cold, kelvin)
    high = max(hot, kelvin)
    if high - low < 20.0:
        high = low + 100.0
    best = incumbent.makeup.best
    duty = request.conditions.duty
    return Profile(
        name="replace-"
        + re.sub(r"[^a-z0-9]+", "-", incumbent.name.casefold()).strip("-"),
        title=f"Replacement of {incumbent.name} at {kelvin - 273.15:.0f} °C",
        description=f"Replacement of {incumbent.name} with less heavy rare earth; "
        f"{incumbent.makeup.sentence()}.",
        atmosphere="As the grade's own device.",
        hosts=SOLD,
        temperature_min_K=low,
        temperature_max_K=high,
        temperature_K=kelvin,
        load_line=duty.load_line,
        outside_field_kA_m=duty.outside_field_kA_m,
        service_hours=duty.hours,
        magnet_mass_kg=request.mass_kg,
        sources=Sources(
            temperature=evidence,
            load_line=evidence,
            magnet_mass=evidence,
            outside_field=evidence,
        ),
        reference=Reference(
            formula=best.text,
            basis="weight",
            host=incumbent.host,
            grade=incumbent.name,
            shell=best.shell or None,
            source=incumbent.source,
            status="assumption",
        ),
        objectives=(
            "heavy_rare_earth_wt_pct:min",
            "supply_risk:min",
            "cost_USD_kg:min",
        ),
        requirements=tuple(limits),
    )
