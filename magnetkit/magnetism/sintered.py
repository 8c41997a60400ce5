"""The sintered magnet that a hard phase makes: remanence, coercivity, knee, working temperature."""

from collections.abc import Collection, Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..columnar import Coded, Columns
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..errors import InputError
from ..hosts.partition import HOSTS
from ..units import celsius_range, parse_temperature, parse_temperatures
from . import duty
from .duty import Duty
from .grains import grain_effect
from .intrinsic import STATUS, Intrinsic
from .likeness import HALF_WIDTH
from .magnets import Alloys, Magnets, alloys, never_made
from .near_curie import widen
from .process import Process, read_process
from .shell import read_shells, warn_of_shells, written

if TYPE_CHECKING:
    import pandas as pd

    from .routes import Route

BETWEEN = (293.15, 373.15)
"""Default temperatures of alpha and beta, K: 20 and 100 C, as the trade prints them."""

# Temperatures at which the load line is tried, K: closer where Nd-Fe-B loses its order.
_STEPS = (50.0, 100.0)
_TURN, _LAST = 650.0, 1150.0

FIGURES = (
    "remanence_T",
    "coercivity_kA_m",
    "knee_field_kA_m",
    "max_energy_product_kJ_m3",
    "max_working_temperature_K",
    "remanence_coefficient_pct_K",
    "coercivity_coefficient_pct_K",
)
"""The columns that `sintered` adds, in the order of the kernel's output."""

COERCIVE = ("coercivity_kA_m", "knee_field_kA_m", "demagnetization_safety")
VALIDATED_FROM = 250.0
"""Coldest temperature at which coercivities were compared with measured ones, K."""

# The last two of the figures are chords; a range too short for anything to change in it, K.
_CHORDS, _INSTANT = 5, 1e-3

_TO_COLUMN_UNIT = np.array([1.0, 1e-3, 1e-3, 1e-3, 1.0, 100.0, 100.0])


def _grid(first: float, second: float) -> NDArray[np.float64]:
    """Return the temperatures at which the load line is tried, from the first of use on."""
    fine = np.arange(first, max(_TURN, first + _STEPS[0]), _STEPS[0])
    coarse = np.arange(fine[-1] + _STEPS[1], max(_LAST, fine[-1] + 2.0 * _STEPS[1]), _STEPS[1])
    return np.concatenate([fine, coarse])


def read_between(between: Any) -> tuple[float, float]:
    """Return the two temperatures of the chords alpha and beta, K.

    Raises
    ------
    InputError
        If they are not two temperatures, the lower first.
    """
    listed = not isinstance(between, str) and hasattr(between, "__iter__")
    ends = list(between) if listed and getattr(between, "ndim", 1) != 0 else [between]
    if len(ends) != 2:
        raise InputError(
            f"between must be two temperatures such as ('20C', '100C'), got {between!r}"
        )
    first, second = (parse_temperature(end) for end in ends)
    if not second > first:
        raise InputError(f"between needs the lower temperature first, got {between!r}")
    return first, second


@named
def sintered(
    compositions: Any,
    temperature: float | str | Sequence[float | str] = 300.0,
    process: Process | dict[str, Any] | str | None = None,
    shell: Any = None,
    host: str = "auto",
    between: tuple[float | str, float | str] = BETWEEN,
    load_line: Duty | float | None = None,
    interval: float = 0.9,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the sintered magnet that each recipe makes.

    Composition alone does not fix a magnet: every figure is a range for the stated process, which
    holds nine of ten published magnets that were left out of the fit.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n recipes; see `magnetkit.predict`.
    temperature : float, str or sequence of them
        Working temperature, K (or a text such as ``"150C"``); several give a row each, see
        `magnetkit.units.parse_temperatures`.
    process : Process, dict, str or None
        Grain size, alignment, density, grain boundary, oxygen; a route's or a mill's name; None
        takes the defaults of the family.
    shell : str, dict, Shell, sequence of them or None
        Grain-boundary shell, such as ``"Tb 0.5 wt%"``, of all or one a row; a column ``shell`` of
        a frame otherwise. With fraction and content fixed (``"Tb 0.30 @ 0.10"``) a shell that no
        furnace makes is predicted with a warning.
    host : str
        ``"auto"`` or a host's name.
    between : tuple of float or str
        The two temperatures whose chords alpha and beta are, K or texts, the lower first; 20
        and 100 degrees C as the trade prints them. They are relative to the first.
    load_line : Duty, float or None
        Permeance coefficient -B / (mu_0 H) of the working point, 1 by default; a `Duty` also says
        the outside field and the time of use, nothing and ten years otherwise.
    interval : float
        Coverage of the ranges.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    pandas.DataFrame, or frame of the input's library
        The columns of `magnetkit.magnetism.intrinsic`, ``shell``, those of `FIGURES` with
        ``_lo``, ``_hi`` and ``_provenance``, ``coefficients_between``, ``density_kg_m3`` and the
        limits of use, ``demagnetization_safety`` and ``irreversible_loss_pct``.
        Figures are NaN where `status` is not ``ok``; coercive fields below 250 K, where nothing
        was validated, have the provenance ``extrapolated``.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> magnet = sintered(["Nd2Fe14B", "Nd1.6Dy0.4Fe14B"], temperature="150C")
    >>> bool(magnet["coercivity_kA_m"][1] > magnet["coercivity_kA_m"][0])
    True
    >>> bool(magnet["remanence_T"][1] < magnet["remanence_T"][0])
    True
    """
    kelvin = parse_temperatures(temperature)
    inputs = read_inputs(compositions, basis, strict=strict)
    shell = inputs.shells_with(shell)
    return inputs.give(
        *sintered_at(inputs.table, kelvin, process, shell, host, between, load_line, interval)
    )


@named
def sintered_at(
    table: CompositionTable,
    temperatures: Sequence[float | str],
    process: Process | dict[str, Any] | str | None = None,
    shell: Any = None,
    host: str = "auto",
    between: tuple[float | str, float | str] = BETWEEN,
    load_line: Duty | float | None = None,
    interval: float = 0.9,
    whole_range: bool = False,
    only: Mapping[float, Collection[str]] | None = None,
) -> "list[pd.DataFrame]":
    """Return the table of `sintered` at each of several temperatures.

    The hard phases are evaluated once for all of them, and so is the largest working temperature,
    which is a property of the magnet: its range is that found with the spread of J_s at the first
    of `temperatures`.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    temperatures : sequence of float or str
        K, or texts such as ``"150C"``.
    process, shell, host, between, load_line, interval : optional
        As for `sintered`; `between` in K.
    whole_range : bool
        Whether what is no uniaxial magnet somewhere between the two temperatures has that status
        and no figures, as a device needs it; its chords alone are NaN otherwise.
    only : mapping of float to collection of str, optional
        The predicted properties that the table of a temperature (K) has; all where none are named.

    Returns
    -------
    list of DataFrame
        One table a temperature, n rows each.

    Raises
    ------
    InputError
        If an argument is out of its range.
    """
    made = sintered_columns(
        table, temperatures, process, shell, host, between, load_line, interval, whole_range, only
    )
    return [columns.frame() for columns in made]


def sintered_columns(
    table: CompositionTable,
    temperatures: Sequence[float | str],
    process: Process | dict[str, Any] | str | None = None,
    shell: Any = None,
    host: str = "auto",
    between: tuple[float | str, float | str] = BETWEEN,
    load_line: Duty | float | None = None,
    interval: float = 0.9,
    whole_range: bool = False,
    only: Mapping[float, Collection[str]] | None = None,
) -> list[Columns]:
    """Return what `sintered_at` does as plain columns."""
    from ..hosts.partition import assign_hosts, partition
    from .intrinsic import blank_rows, columns_of, evaluate, quantile, status_column

    asked = np.array([parse_temperature(t) for t in temperatures])
    first, second = read_between(between)
    line = duty.read_duty(load_line)
    load = line.load_line
    z = quantile(interval)
    shells = read_shells(shell, len(table))
    if shells is not None:
        warn_of_shells(shells)
    parts = partition(table, assign_hosts(table, host))
    process = read_process(process, len(table))
    bulk = evaluate(parts, asked)
    made = alloys(table, parts, process, shells, bulk.believed)
    values, status = _figures(made, bulk, first, second, load, z)
    if not whole_range:
        values, status = _at_each(made, bulk, values, status, load, z)
    blank_rows(bulk, values, status, never_made(table, parts.host, shells))
    density, route = made.density(), _routes(process.route, parts.host)
    span = Coded.constant(celsius_range((first, second)), len(table))
    tables = []
    for j, columns in enumerate(columns_of(bulk, z, only)):
        wanted = (only or {}).get(float(asked[j]))
        columns["status"] = status_column(status[j])
        if wanted is None:
            text = written(shells, len(table))
            columns |= {"shell": text, "route": route, "coefficients_between": span}
        codes = np.where(status[j] == 0, np.int8(0), np.int8(-1))
        warm, cold = Coded(codes, ("physics",)), Coded(codes, ("extrapolated",))
        ranges = dict(zip(FIGURES, values[:, :, j], strict=True))
        if wanted is None or not duty.COLUMNS.isdisjoint(wanted):
            ranges |= duty.columns(ranges, made.rows["squareness"], made.rows["recoil"], line)
        for name, (centre, low, high) in ranges.items():
            if wanted is not None and name not in wanted:
                continue
            columns |= {name: centre, f"{name}_lo": low, f"{name}_hi": high}
            unseen = asked[j] < VALIDATED_FROM and name in COERCIVE
            columns[f"{name}_provenance"] = cold if unseen else warm
        if wanted is None or "density_kg_m3" in wanted:
            columns["density_kg_m3"] = np.where(status[j] == 0, density, np.nan)
        tables.append(columns)
    return tables


def nominal_at(
    table: CompositionTable,
    temperatures: Sequence[float],
    process: Process | dict[str, Any] | str | None,
    shell: Any,
    between: tuple[float, float],
) -> Magnets:
    """Return the magnets whose remanence and coercivity are the central values of `sintered_at`.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    temperatures : sequence of float
        K, k of them.
    process, shell, between
        As for `sintered_at`.
    """
    from ..hosts.partition import assign_hosts, partition
    from ..kernels.sintered import states

    asked, shells = np.array(temperatures, float), read_shells(shell, len(table))
    parts = partition(table, assign_hosts(table))
    made = alloys(table, parts, read_process(process, len(table)), shells)
    rules = made.rules()._replace(bend=_bend(made, *between))
    polarization, coercivity, status = states(asked, made.phases, rules)
    outside = (status == 0) & ~np.isfinite(made.factor) | never_made(table, parts.host, shells)
    status[outside] = STATUS.index("outside the model")
    polarization[status != 0] = coercivity[status != 0] = np.nan
    return Magnets(asked, polarization.T, coercivity.T, status.T, made)


def _routes(route: "Route | None", codes: NDArray[np.int8]) -> Coded:
    """Return how each magnet is taken to be made: as asked for, else as is usual for its host."""
    names = [host.magnet.route if route is None else route.name for host in HOSTS.values()]
    words = tuple(dict.fromkeys(names))
    # One entry more than hosts: code -1 picks the last.
    place = np.array([*map(words.index, names), -1], np.int8)
    return Coded(place[codes], words)


def _at_each(
    made: Alloys,
    bulk: Intrinsic,
    values: NDArray[np.float64],
    status: NDArray[np.int8],
    load: float,
    z: float,
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return figures and status at each temperature by itself; chords stay those of the range."""
    own = bulk.status.T
    lost = (status != 0) & (own == 0)
    for j in np.flatnonzero(lost.any(axis=1)):
        kelvin = float(bulk.temperatures[j])
        alone, found = _figures(made, bulk, kelvin, kelvin + _INSTANT, load, z)
        rows = lost[j]
        values[:_CHORDS, :, j, rows] = alone[:_CHORDS, :, j, rows]
        status[j, rows] = found[j, rows]
    return values, status


def _figures(
    made: Alloys, bulk: Intrinsic, first: float, second: float, load: float, z: float
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return `FIGURES` with lower and upper ends in the columns' units, (7, 3, m, n), and status.

    What is not uniaxial throughout the range of use has a status that says so.
    """
    from ..kernels.sintered import Widths, figures
    from .intrinsic import PROPERTIES

    rows = made.rows
    scale = z / NormalDist().inv_cdf(0.95)
    # The spread of B_r is that of magnets left out, which holds the doubt of J_s where there are
    # measured magnets; where J_s is known worse than that, its doubt counts instead.
    j_s = PROPERTIES.index("saturation_polarization_T")
    with np.errstate(divide="ignore", invalid="ignore"):
        unsure = (z * bulk.sd[:, :, j_s] / bulk.value[:, :, j_s]).T
    alone = np.maximum(rows["remanence_spread"] * scale, np.nan_to_num(unsure, nan=0.0))
    widths = Widths(
        np.minimum(alone, rows["remanence_cap"] * scale) * rows["remanence_left"],
        _hard(made, bulk.temperatures) * scale,
        rows["alpha_spread"] * rows["alpha_left"] * scale,
        # per cent to shares
        rows["alpha_floor"] * rows["alpha_left"] * scale / 100.0,
        rows["beta_spread"] * scale,
    )
    rules = made.rules()._replace(bend=_bend(made, first, second))
    grid = _grid(first, second)
    values, status = figures(bulk.temperatures, second, grid, made.phases, rules, load, widths)
    widen(made, bulk, values, status, rows["remanence_spread"] * scale, z)
    for figure, unit in zip(values, _TO_COLUMN_UNIT, strict=True):
        if unit != 1.0:
            figure *= unit
    outside = (status == 0) & ~np.isfinite(made.factor)
    return values, np.where(outside, STATUS.index("outside the model"), status).astype(np.int8)


def _hard(made: Alloys, kelvin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the half width of the 90 % range of ln H_cJ at temperatures, shape (m, n).

    What the law of grain size may be off by is the more of it the less is left.
    """
    spread = np.broadcast_to(made.rows["spread"], (kelvin.size, len(made.factor)))
    if not made.rows["grain_effect"].any():
        return spread
    here = grain_effect(made.phases, made.rules(), made.rows, kelvin)
    more = here**2 - made.rows["grain_effect"] ** 2
    return np.sqrt(np.maximum(spread**2 + HALF_WIDTH**2 * more, 0.0))


def _bend(made: Alloys, first: float, second: float) -> NDArray[np.float64]:
    """Return what a reference magnet's alpha adds to the polarization, 1/K from 20 degrees C on.

    The chord between the two temperatures then differs by what the reference says it is off.
    """
    from ..kernels.sintered import ROOM

    shift = made.rows["alpha_shift"] / 100.0
    if not shift.any():
        return shift
    at, span = np.array([first, second]), second - first
    j = made.at(at).polarization
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = 1.0 + shift * span * j[:, 0] / j[:, 1]
        found = (ratio - 1.0) / ((second - ROOM) - ratio * (first - ROOM))
    return np.where(np.isfinite(found), found, 0.0)
