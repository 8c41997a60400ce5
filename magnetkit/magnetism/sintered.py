"""The sintered magnet that a hard phase makes: remanence, coercivity, knee, working temperature."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..columnar import Coded, Columns
from ..columns import with_interval
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..errors import InputError
from ..hosts.partition import HOSTS
from ..units import BETWEEN, celsius_range, parse_temperature, parse_temperatures
from . import duty
from .duty import Duty
from .figures import FIGURES, at_each, bend, figures_of
from .magnets import Magnets, alloys, never_made
from .process import Process, read_process
from .shell import read_shells, warn_of_shells, written
from .two_sublattices import STATUS

if TYPE_CHECKING:
    import pandas as pd

    from .routes import Route

COERCIVE = ("coercivity_kA_m", "knee_field_kA_m", "demagnetization_safety")
VALIDATED_FROM = 250.0
"""Coldest temperature at which coercivities were compared with measured ones, K."""


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
    columns_at = {
        kelvin: {column for name in names for column in with_interval(name)}
        for kelvin, names in (only or {}).items()
    }
    asked = process, shell, host, between, load_line, interval, whole_range, columns_at
    made = sintered_columns(table, temperatures, *asked)
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
    """Return what `sintered_at` does as plain columns.

    `only` has the names of columns: those of a temperature at which no ranges are among them are
    no more than central values of `FIGURES`, and take less work over a whole range.
    """
    from ..hosts.partition import assign_hosts, partition
    from .intrinsic import evaluate
    from .two_sublattices import blank_rows, columns_of, host_column, quantile, status_column

    asked = np.array([parse_temperature(t) for t in temperatures], float)
    first, second = read_between(between)
    line = duty.read_duty(load_line)
    load = line.load_line
    z = quantile(interval)
    shells = read_shells(shell, len(table))
    if shells is not None:
        warn_of_shells(shells)
    parts = partition(table, assign_hosts(table, host))
    process = read_process(process, len(table))
    wanted = [(only or {}).get(float(kelvin)) for kelvin in asked]
    central = [whole_range and n is not None and set(n).issubset(FIGURES) for n in wanted]
    # Hard phases are looked at up to the last of the temperatures with ranges.
    last = max((j for j, alone in enumerate(central) if not alone), default=-1)
    bulk = evaluate(parts, asked[: last + 1])
    made = alloys(table, parts, process, shells, bulk.believed)
    values, status = figures_of(made, bulk, asked, (first, second), load, z)
    if not whole_range:
        values, status = at_each(made, bulk, values, status, load, z)
    blank_rows(bulk, values, status, never_made(table, parts.host, shells))
    density, route = made.density(), _routes(process.route, parts.host)
    span = Coded.constant(celsius_range((first, second)), len(table))
    tables = columns_of(bulk, z, only)
    tables += [Columns(host=host_column(parts.host)) for _ in asked[len(tables) :]]
    for j, (columns, names) in enumerate(zip(tables, wanted, strict=True)):
        columns["status"] = status_column(status[j])
        if names is None:
            text = written(shells, len(table))
            columns |= {"shell": text, "route": route, "coefficients_between": span}
        codes = np.where(status[j] == 0, np.int8(0), np.int8(-1))
        warm, cold = Coded(codes, ("physics",)), Coded(codes, ("extrapolated",))
        ranges = dict(zip(FIGURES, values[:, :, j], strict=True))
        if names is None or not duty.COLUMNS.isdisjoint(names):
            ranges |= duty.columns(ranges, made.rows["squareness"], made.rows["recoil"], line)
        for name, (centre, low, high) in ranges.items():
            unseen = asked[j] < VALIDATED_FROM and name in COERCIVE
            each = zip(
                with_interval(name), (centre, low, high, cold if unseen else warm), strict=True
            )
            columns |= {n: column for n, column in each if names is None or n in names}
        if names is None or "density_kg_m3" in names:
            columns["density_kg_m3"] = np.where(status[j] == 0, density, np.nan)
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
    rules = made.rules()._replace(bend=bend(made, between))
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
