"""The sintered magnet that a hard phase makes: remanence, coercivity, knee, working temperature."""

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


def _spreads(interval: float, rows: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    if not 0.0 < interval < 1.0:
        raise InputError(f"interval must lie between 0 and 1, such as 0.9; got {interval!r}")
    normal = NormalDist()
    scale = normal.inv_cdf(0.5 + interval / 2.0) / normal.inv_cdf(0.95)
    names = ("spread", "remanence_spread", "alpha_spread", "beta_spread", "alpha_floor")
    return {name: rows[name] * scale for name in names}


def _temperatures(t: float, first: float, second: float) -> NDArray[np.float64]:
    """Return the temperatures the kernel wants: asked, the two of the chords, then the grid."""
    fine = np.arange(first, max(_TURN, first + _STEPS[0]), _STEPS[0])
    coarse = np.arange(fine[-1] + _STEPS[1], max(_LAST, fine[-1] + 2.0 * _STEPS[1]), _STEPS[1])
    return np.concatenate([[t, first, second], fine, coarse])


def _status(made: Magnets, first: float, second: float) -> NDArray[np.int8]:
    """Return the status over the range of use: what is not uniaxial throughout says so."""
    inside = (made.temperature >= first) & (made.temperature <= second)
    inside[0] = True
    status = made.status[:, inside]
    worst = status[np.arange(len(status)), (status != 0).argmax(axis=1)]
    unknown = (worst == 0) & ~np.isfinite(made.factor)
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
    import pandas as pd

    from ..kernels.sintered import magnet
    from .intrinsic import intrinsic

    t = parse_temperature(temperature)
    first, second = sorted(parse_temperature(b) for b in between)
    if not second > first:
        raise InputError(f"between needs two different temperatures, got {between!r}")
    load = LOAD_LINE if load_line is None else float(load_line)
    if not (np.isfinite(load) and load >= 0.0):
        raise InputError(f"load_line must be a permeance coefficient of 0 or more, got {load_line}")
    n = len(table)
    shells = read_shells(shell, n)
    made = magnets(table, _temperatures(t, first, second), process, shells, host)
    frame = intrinsic(table, t, host=host, interval=interval)
    spreads = _spreads(interval, made.rows)
    # What the intrinsic model does not know of J_s stands beside what makers differ in.
    column = "saturation_polarization_T"
    unsure = (frame[f"{column}_hi"] / frame[column] - 1.0).fillna(0.0).to_numpy()
    on_b = np.hypot(spreads["remanence_spread"], unsure)
    ones = np.ones(n)

    def run(b: NDArray[np.float64], h: NDArray[np.float64]) -> NDArray[np.float64]:
        return _TO_COLUMN_UNIT * magnet(
            np.ascontiguousarray(made.polarization),
            np.ascontiguousarray(made.nucleation_field),
            made.temperature,
            made.factor,
            made.alpha_k,
            made.n_eff,
            made.rows["squareness"],
            made.rows["recoil"],
            made.rows["structure_limit_K"],
            load,
            b,
            h,
        )

    centre = run(ones, ones)
    low = run(np.exp(-on_b), np.exp(-spreads["spread"]))
    high = run(np.exp(on_b), np.exp(spreads["spread"]))
    for i, name in ((5, "alpha_spread"), (6, "beta_spread")):
        # alpha of a compensated magnet is a small difference: it keeps an absolute uncertainty.
        floor = spreads["alpha_floor"] if i == 5 else 0.0
        half = np.hypot(centre[:, i] * spreads[name], floor)
        low[:, i], high[:, i] = centre[:, i] - half, centre[:, i] + half

    status = _status(made, first, second)
    ok = status == 0
    added: dict[str, Any] = {
        "status": pd.Categorical.from_codes(status, categories=pd.Index(STATUSES))
    }
    added["shell"] = "" if shells is None else shells.text
    for i, name in enumerate(FIGURES):
        for suffix, values in (("", centre), ("_lo", low), ("_hi", high)):
            added[name + suffix] = np.where(ok, values[:, i], np.nan)
        added[f"{name}_provenance"] = pd.Categorical.from_codes(
            np.where(ok, 0, -1), categories=pd.Index(["physics"])
        )
    return frame.assign(**added)
