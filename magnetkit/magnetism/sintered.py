"""The sintered magnet that a hard phase makes: remanence, coercivity, knee, working temperature."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..columns import STATUSES
from ..composition.table import CompositionTable
from ..errors import InputError
from ..units import parse_temperature
from .magnets import Magnets, magnets
from .process import Process
from .shell import read_shells

if TYPE_CHECKING:
    import pandas as pd

BETWEEN = (293.15, 423.15)
"""Default temperatures of alpha and beta, K: 20 and 150 C, as catalogues do."""

LOAD_LINE = 1.0
"""Default permeance coefficient -B / (mu_0 H), that of a short block."""

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

_TO_COLUMN_UNIT = np.array([1.0, 1e-3, 1e-3, 1e-3, 1.0, 100.0, 100.0])


_T_MAX = FIGURES.index("max_working_temperature_K")


def _spreads(z: float, rows: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    scale = z / NormalDist().inv_cdf(0.95)
    names = ("spread", "remanence_spread", "alpha_spread", "beta_spread", "alpha_floor")
    return {name: rows[name] * scale for name in names}


def _grid(first: float, second: float) -> NDArray[np.float64]:
    """Return the temperatures the kernel wants beside the asked: the two of the chords, a grid."""
    fine = np.arange(first, max(_TURN, first + _STEPS[0]), _STEPS[0])
    coarse = np.arange(fine[-1] + _STEPS[1], max(_LAST, fine[-1] + 2.0 * _STEPS[1]), _STEPS[1])
    return np.concatenate([[first, second], fine, coarse])


def _status(
    status: NDArray[np.int8],
    temperature: NDArray[np.float64],
    factor: NDArray[np.float64],
    first: float,
    second: float,
) -> NDArray[np.int8]:
    """Return the status over the range of use: what is not uniaxial throughout says so."""
    inside = (temperature >= first) & (temperature <= second)
    inside[0] = True
    status = status[:, inside]
    worst = status[np.arange(len(status)), (status != 0).argmax(axis=1)]
    unknown = (worst == 0) & ~np.isfinite(factor)
    return np.where(unknown, STATUSES.index("outside the model"), worst).astype(np.int8)


def sintered(
    table: CompositionTable,
    temperature: float | str = 300.0,
    process: "Process | dict[str, Any] | None" = None,
    shell: Any = None,
    host: str = "auto",
    between: tuple[float | str, float | str] = BETWEEN,
    load_line: float | None = None,
    interval: float = 0.9,
) -> "pd.DataFrame":
    """Return the sintered magnet that each recipe makes.

    Composition alone does not fix a magnet: every figure is a range for the stated process. The
    ranges of coercivity are at most 60 % of their centre wide.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    temperature : float or str
        Working temperature, K (or a text such as ``"150C"``).
    process : Process, dict or None
        Grain size, alignment, density, grain boundary; None takes the defaults of the family.
    shell : str, dict, Shell, sequence of them or None
        Grain-boundary shell, such as ``"Tb 0.30 @ 0.10"``.
    host : str
        ``"auto"`` or a host's name.
    between : tuple of float or str
        The two temperatures whose chords alpha and beta are, K; relative to the first.
    load_line : float or None
        Permeance coefficient -B / (mu_0 H) of the working point; 1 by default.
    interval : float
        Coverage of the ranges.

    Returns
    -------
    pandas.DataFrame
        The columns of `magnetkit.magnetism.intrinsic`, ``shell`` and those of `FIGURES` with
        ``_lo``, ``_hi`` and ``_provenance``. Figures are NaN where `status` is not ``ok``.

    Raises
    ------
    InputError
        If an argument is out of its range.
    """
    return sintered_at(table, [temperature], process, shell, host, between, load_line, interval)[0]


def sintered_at(
    table: CompositionTable,
    temperatures: "Sequence[float | str]",
    process: "Process | dict[str, Any] | None" = None,
    shell: Any = None,
    host: str = "auto",
    between: tuple[float | str, float | str] = BETWEEN,
    load_line: float | None = None,
    interval: float = 0.9,
) -> "list[pd.DataFrame]":
    """Return the table of `sintered` at each of several temperatures.

    The hard phases are evaluated once for all of them, and so is the largest working temperature,
    which is a property of the magnet: its range is that found with the spread of J_s at the first
    of `temperatures`. Parameters and errors as for `sintered`.
    """
    from ..phases.hosts import partition
    from .intrinsic import PROPERTIES, evaluate, quantile, tabulate

    asked = np.array([parse_temperature(t) for t in temperatures])
    first, second = sorted(parse_temperature(b) for b in between)
    if not second > first:
        raise InputError(f"between needs two different temperatures, got {between!r}")
    load = LOAD_LINE if load_line is None else float(load_line)
    if not (np.isfinite(load) and load >= 0.0):
        raise InputError(f"load_line must be a permeance coefficient of 0 or more, got {load_line}")
    z = quantile(interval)
    shells = read_shells(shell, len(table))
    grid = _grid(first, second)
    made = magnets(table, np.concatenate([asked, grid]), process, shells, host)
    bulk = evaluate(partition(table, host), asked)
    spreads = _spreads(z, made.rows)
    j_s = PROPERTIES.index("saturation_polarization_T")
    text = "" if shells is None else shells.text
    frames = []
    limit: list[NDArray[np.float64]] = []
    for j, frame in enumerate(tabulate(bulk, z)):
        # The maximum working temperature, which needs the grid, is the same at all of them.
        at = np.append(j, np.arange(len(asked), len(asked) + (2 if limit else len(grid))))
        here = replace(
            made,
            temperature=made.temperature[at],
            polarization=made.polarization[:, at],
            nucleation_field=made.nucleation_field[:, at],
        )
        # What the intrinsic model does not know of J_s stands beside what makers differ in.
        value = bulk.value[:, j, j_s]
        with np.errstate(divide="ignore", invalid="ignore"):
            unsure = (value + z * bulk.sd[:, j, j_s]) / value - 1.0
        unsure[np.isnan(unsure)] = 0.0
        figures = _figures(here, load, spreads, unsure)
        if limit:
            for values, known in zip(figures, limit, strict=True):
                values[:, _T_MAX] = known
        limit = limit or [values[:, _T_MAX].copy() for values in figures]
        own = np.append(j, np.arange(len(asked), len(made.temperature)))
        status = _status(made.status[:, own], made.temperature[own], made.factor, first, second)
        frames.append(_table(frame, figures, status, text))
    return frames


def _figures(
    made: Magnets, load: float, spreads: dict[str, Any], unsure: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Return `FIGURES` and their lower and upper ends, in the columns' units, each (n, 7)."""
    from ..kernels.sintered import magnet

    on_b = np.hypot(spreads["remanence_spread"], unsure)
    on_h = spreads["spread"]
    ones = np.ones(len(unsure))
    scales = [(ones, ones)] + [(np.exp(k * on_b), np.exp(k * on_h)) for k in (-1.0, 1.0)]
    centre, low, high = (
        _TO_COLUMN_UNIT
        * magnet(
            made.polarization,
            made.nucleation_field,
            made.temperature,
            made.factor,
            made.alpha_k,
            made.n_eff,
            made.rows["squareness"],
            made.rows["recoil"],
            made.rows["structure_limit_K"],
            load,
            scale_b,
            scale_h,
        )
        for scale_b, scale_h in scales
    )
    # A weaker magnet also demagnetizes itself less: the ends of T_max may change places.
    low, high = np.fmin(np.fmin(low, high), centre), np.fmax(np.fmax(low, high), centre)
    for i, name in ((5, "alpha_spread"), (6, "beta_spread")):
        # alpha of a compensated magnet is a small difference: it keeps an absolute uncertainty.
        floor = spreads["alpha_floor"] if i == 5 else 0.0
        half = np.hypot(centre[:, i] * spreads[name], floor)
        low[:, i], high[:, i] = centre[:, i] - half, centre[:, i] + half
    return [centre, low, high]


def _table(
    frame: "pd.DataFrame", figures: list[NDArray[np.float64]], status: NDArray[np.int8], shell: Any
) -> "pd.DataFrame":
    """Return the intrinsic table with the magnet's columns, empty where the status is not ok."""
    import pandas as pd

    ok = status == 0
    columns: dict[str, Any] = {str(name): frame[name] for name in frame}
    columns["status"] = pd.Categorical.from_codes(status, categories=pd.Index(STATUSES))
    columns["shell"] = shell
    physics = pd.Categorical.from_codes(np.where(ok, 0, -1), categories=pd.Index(["physics"]))
    for i, name in enumerate(FIGURES):
        for suffix, values in zip(("", "_lo", "_hi"), figures, strict=True):
            columns[name + suffix] = np.where(ok, values[:, i], np.nan)
        columns[f"{name}_provenance"] = physics
    return pd.DataFrame(columns, index=frame.index)
