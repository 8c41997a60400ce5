"""Up to which temperature magnets keep their flux, by load line and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named, renamed
from ..composition.notation import Basis
from ..errors import InputError
from ..units import TEN_YEARS, ZERO_CELSIUS
from .duty import Duty, read_duty

if TYPE_CHECKING:
    import pandas as pd

    from .process import Process

Array = NDArray[np.float64]

LOSSES = (0.2, 1.0, 5.0)
"""Losses whose temperatures are given, %."""

# Temperatures at which losses are looked for, K.
_FROM, _LAST, _STEP = 293.15, 1200.0, 2.0


@renamed(outside_kA_m="outside_field_kA_m")
@named
def use_limits(
    compositions: Any,
    load_line: float | Sequence[float] = (0.5, 1.0, 2.0, 3.0),
    hours: float | Sequence[float] = (100.0, TEN_YEARS),
    losses: Sequence[float] = LOSSES,
    outside_field_kA_m: float = 0.0,
    process: "Process | dict[str, Any] | str | None" = None,
    shell: Any = None,
    *,
    basis: Basis = "auto",
) -> "pd.DataFrame":
    """Return up to which temperature magnets keep their flux, by load line and time.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n recipes, each of which must be readable; see `magnetkit.predict`. A text may be a grade
        such as ``"N42SH"``: its limits follow from its makers' sheets, as `magnetkit.curve` does.
    load_line : float or sequence of them
        Permeance coefficients -B / (mu_0 H).
    hours : float or sequence of them
        Times at the temperature, h.
    losses : sequence of float
        Irreversible losses of flux, %.
    outside_field_kA_m : float
        Outside field against the magnetization, kA/m.
    process, shell, basis : optional
        As of `magnetkit.predict`.

    Returns
    -------
    pandas.DataFrame
        One row for each magnet, load line and time: ``candidate``, ``shell``, ``load_line``,
        ``hours``, ``outside_field_kA_m``, ``knee_K`` (where the knee, less what time takes, is
        used up) and ``loss_0.2_pct_K`` and so on, where that loss is reached; 293 K where it is
        from 20 degrees C on, and no higher than the structure bears for long. ``.attrs["notes"]``
        says what stands for a grade.

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

    from ..catalogue.names import grades_among

    wanted = _each("losses", losses)
    if not all(0.0 < percent < 100.0 for percent in wanted):
        raise InputError(f"losses must lie between 0 and 100 %, got {losses!r:.60}")
    lines, times = _each("load_line", load_line), _each("hours", hours)
    duties = [read_duty(Duty(p, outside_field_kA_m, t)) for p in lines for t in times]
    kelvin = np.arange(_FROM, _LAST, _STEP)
    named_so = grades_among(compositions)
    if named_so:
        texts = [compositions] if isinstance(compositions, str) else compositions
        known = [
            _of_recipes([text], kelvin, process, shell, basis)
            if grade is None
            else _of_grade(grade, kelvin, process, shell)
            for text, grade in zip(texts, named_so, strict=True)
        ]
    else:
        known = [_of_recipes(compositions, kelvin, process, shell, basis)]
    frames = []
    for own in known:
        limits = []
        for duty in duties:
            safety = duty.safety(own.remanence, own.knee, own.recoil)
            loss = duty.loss(own.remanence, own.coercivity, own.knee, own.recoil)
            spent = _crossed(kelvin, 1.0 / np.maximum(safety, 1e-9), 1.0, own.limit)
            columns = {"knee_K": spent}
            for percent in wanted:
                columns[f"loss_{percent:g}_pct_K"] = _crossed(kelvin, loss, percent, own.limit)
            head = {"candidate": own.names, "shell": own.shells}
            limits.append(pd.DataFrame({**head, **vars(duty), **columns}))
        whole = pd.concat(limits, ignore_index=True)
        order = np.argsort(np.tile(np.arange(len(own.names)), len(duties)), kind="stable")
        frames.append(whole.iloc[order])
    found = pd.concat(frames, ignore_index=True)
    found.attrs["notes"] = [own.note for own in known if own.note]
    return found


@dataclass(frozen=True, eq=False)
class _Loops:
    """Figures of n magnets at k temperatures, shape (n, k); A/m. Highest temperatures, K, (n,)."""

    names: list[str]
    shells: Any
    remanence: Array
    coercivity: Array
    knee: Array
    recoil: Array
    limit: Array
    note: str = ""


def _of_recipes(compositions: Any, kelvin: Array, process: Any, shell: Any, basis: Basis) -> _Loops:
    """Return what the model makes of recipes."""
    from ..composition.inputs import read_inputs
    from .magnets import magnets
    from .shell import read_shells

    inputs = read_inputs(compositions, basis, strict=True)
    table, shell = inputs.table, inputs.shells_with(shell)
    shells = read_shells(shell, len(table))
    made = magnets(table, kelvin, process, shells)
    axial = made.status == 0
    h_cj = np.where(axial, made.coercivity(), np.nan)
    return _Loops(
        table.formulas() if inputs.labels is None else list(map(str, inputs.labels)),
        "" if shells is None else shells.text,
        np.where(axial, made.remanence(), np.nan),
        h_cj,
        h_cj * made.rows["squareness"][:, None],
        np.broadcast_to(made.rows["recoil"][:, None], h_cj.shape),
        made.rows["structure_limit_K"],
    )


def _of_grade(name: str, kelvin: Array, process: Any, shell: Any) -> _Loops:
    """Return what the makers of a grade print, as `magnetkit.curve` draws it."""
    from ..catalogue.loop import left
    from ..catalogue.names import refuse_beside
    from ..catalogue.table import loop
    from .process import parameters

    refuse_beside(name, process, shell)
    row, shape, said = loop(name)
    b_r, h_cj = (
        float(row[value]) * left(float(row[chord]), kelvin)[None, :]
        for value, chord in (
            ("remanence_T", "remanence_coefficient_pct_K"),
            ("coercivity_kA_m", "coercivity_coefficient_pct_K"),
        )
    )
    most = float(row["max_working_temperature_K"])
    beyond = "" if np.isnan(most) else f", extrapolated beyond {most - ZERO_CELSIUS:.0f} °C"
    return _Loops(
        [name],
        "",
        b_r,
        1e3 * h_cj,
        1e3 * h_cj * float(shape["squareness"]),
        np.full_like(b_r, float(shape["recoil"])),
        np.array([parameters().families[row["host"]].structure_limit_K]),
        f"{name}: H_cJ as guaranteed{beyond}; {said}",
    )


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
        part = -low / (high - low)
    found = kelvin[before] + np.clip(np.nan_to_num(part), 0.0, 1.0) * _STEP * (first > 0)
    return np.where(np.isnan(value[:, 0]), np.nan, np.minimum(found, limit))
