"""Up to which temperature magnets keep their flux, by load line and time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..composition.notation import Basis
from ..errors import InputError
from .duty import TEN_YEARS, Duty, read_duty

if TYPE_CHECKING:
    import pandas as pd

    from .process import Process

Array = NDArray[np.float64]

LOSSES = (0.2, 1.0, 5.0)
"""Losses whose temperatures are given, %."""

# Temperatures at which losses are looked for, K.
_FROM, _LAST, _STEP = 293.15, 1200.0, 2.0


@named
def use_limits(
    compositions: Any,
    load_line: float | Sequence[float] = (0.5, 1.0, 2.0, 3.0),
    hours: float | Sequence[float] = (100.0, TEN_YEARS),
    losses: Sequence[float] = LOSSES,
    outside_kA_m: float = 0.0,
    process: "Process | dict[str, Any] | str | None" = None,
    shell: Any = None,
    *,
    basis: Basis = "auto",
) -> "pd.DataFrame":
    """Return up to which temperature magnets keep their flux, by load line and time.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n recipes, each of which must be readable; see `magnetkit.predict`.
    load_line : float or sequence of them
        Permeance coefficients -B / (mu_0 H).
    hours : float or sequence of them
        Times at the temperature, h.
    losses : sequence of float
        Irreversible losses of flux, %.
    outside_kA_m : float
        Outside field against the magnetization, kA/m.
    process, shell, basis : optional
        As of `magnetkit.predict`.

    Returns
    -------
    pandas.DataFrame
        One row for each magnet, load line and time: ``candidate``, ``shell``, ``load_line``,
        ``hours``, ``outside_kA_m``, ``knee_K`` (where the knee, less what time takes, is used up)
        and ``loss_0.2_pct_K`` and so on, where that loss is reached; 293 K where it is from 20
        degrees C on, and no higher than the structure bears for long.

    Raises
    ------
    InputError
        If an argument cannot be used.

    Examples
    --------
    >>> frame = use_limits("Nd1.8Dy0.2Fe14B", load_line=2.0, hours=1000.0)
    >>> bool(frame["loss_0.2_pct_K"][0] < frame["loss_5_pct_K"][0])
    True
    """
    import pandas as pd

    from ..composition.inputs import read_inputs
    from .magnets import magnets
    from .shell import read_shells

    wanted = _each("losses", losses)
    if not all(0.0 < percent < 100.0 for percent in wanted):
        raise InputError(f"losses must lie between 0 and 100 %, got {losses!r:.60}")
    lines, times = _each("load_line", load_line), _each("hours", hours)
    duties = [read_duty(Duty(p, outside_kA_m, t)) for p in lines for t in times]
    inputs = read_inputs(compositions, basis, strict=True)
    table, shell = inputs.table, inputs.shells_with(shell)
    shells = read_shells(shell, len(table))
    kelvin = np.arange(_FROM, _LAST, _STEP)
    made = magnets(table, kelvin, process, shells)
    axial = made.status == 0
    b_r = np.where(axial, made.remanence(), np.nan)
    h_cj = np.where(axial, made.coercivity(), np.nan)
    recoil = np.broadcast_to(made.rows["recoil"][:, None], b_r.shape)
    knee = h_cj * made.rows["squareness"][:, None]
    limit = made.rows["structure_limit_K"]
    names = table.formulas() if inputs.labels is None else list(map(str, inputs.labels))
    frames = []
    for duty in duties:
        safety = duty.safety(b_r, knee, recoil)
        loss = duty.loss(b_r, h_cj, knee, recoil)
        columns = {"knee_K": _crossed(kelvin, 1.0 / np.maximum(safety, 1e-9), 1.0, limit)}
        for percent in wanted:
            columns[f"loss_{percent:g}_pct_K"] = _crossed(kelvin, loss, percent, limit)
        head = {"candidate": names, "shell": "" if shells is None else shells.text}
        frames.append(pd.DataFrame({**head, **vars(duty), **columns}))
    whole = pd.concat(frames, ignore_index=True)
    order = np.argsort(np.tile(np.arange(len(table)), len(duties)), kind="stable")
    return whole.iloc[order].reset_index(drop=True)


def _each(name: str, given: Any) -> list[float]:
    """Return one number or several as a list."""
    try:
        found = np.atleast_1d(np.asarray(given, float))
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 1 or not found.size:
        raise InputError(f"{name} must be a number or a list of them, got {given!r:.60}")
    return found.tolist()


def _crossed(kelvin: Array, value: Array, bound: float, limit: Array) -> Array:
    """Return where a rising quantity, shape (n, k), first reaches a bound, at most `limit`, (n,).

    Between two temperatures its logarithm is straight; what is lost with the order of the magnet
    is over the bound.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.maximum(np.nan_to_num(value, nan=np.inf), 1e-300) / bound)
    over = logs >= 0.0
    first = np.where(over.any(axis=1), over.argmax(axis=1), len(kelvin) - 1)
    row, before = np.arange(len(first)), np.maximum(first - 1, 0)
    low, high = logs[row, before], logs[row, first]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(np.isfinite(high) & (first > 0), -low / (high - low), 0.0)
    found = kelvin[before] + np.clip(np.nan_to_num(part), 0.0, 1.0) * _STEP * (first > 0)
    return np.where(np.isnan(value[:, 0]), np.nan, np.minimum(found, limit))
