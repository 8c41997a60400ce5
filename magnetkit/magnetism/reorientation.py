"""Temperatures at which a phase compensates or its easy axis is lost."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..errors import InputError
from ..hosts.partition import Partition, partition
from .intrinsic import evaluate

# Above every Curie temperature of a host, K.
_LAST = 1300.0
# A finer grid takes all memory before it moves what is interpolated by as much as can be measured;
# a coarser one has too few points to interpolate between.
_STEPS = 0.01, 100.0


@named
def transitions(
    compositions: Any,
    host: str = "auto",
    step: float = 2.0,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the temperatures at which something changes below the Curie temperature.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions; see `magnetkit.predict`.
    host : str
        Crystal host, or ``"auto"``.
    step : float
        Grid on which the changes are looked for, 0.01 to 100 K; they are then interpolated.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    DataFrame
        curie_temperature_K; compensation_temperature_K, where the sublattices cancel;
        spin_reorientation_K, the highest temperature at which the easy axis sets in or is lost
        (K_1 changes sign); spin_reorientation_2_K, where K_1 + 2 K_2 + 3 K_3 does. NaN where none.

    Raises
    ------
    InputError
        If `step` does not lie between 0.01 and 100 K, or the host is not known.
    """
    import pandas as pd

    inputs = read_inputs(compositions, basis, strict=strict)
    table = inputs.table
    part = partition(table, host)
    if not _STEPS[0] <= step <= _STEPS[1]:
        raise InputError(
            f"step must lie between {_STEPS[0]:g} and {_STEPS[1]:g} K, got {step!r:.60}"
        )
    at = np.arange(4.0, _LAST, step)
    curie = np.full(len(table), np.nan)
    found = {
        name: np.full(len(table), np.nan)
        for name in (
            "compensation_temperature_K",
            "spin_reorientation_K",
            "spin_reorientation_2_K",
        )
    }
    for start in range(0, len(table), 2000):
        rows = slice(start, start + 2000)
        some = Partition(
            part.host[rows],
            part.hard_phase[rows],
            part.grain_boundary[rows],
            part.hard_volume_fraction[rows],
            part.hard_weight_fraction[rows],
        )
        got = evaluate(some, at, spread=False)
        curie[rows] = got.curie
        js, k1, k2, k3 = (got.value[:, :, k] for k in range(4))
        for name, curve in (
            ("spin_reorientation_K", k1),
            ("spin_reorientation_2_K", k1 + 2.0 * k2 + 3.0 * k3),
        ):
            found[name][rows] = _last_zero(at, curve)
        # J_s is a modulus: it has a sharp minimum near zero where the sublattices cancel.
        found["compensation_temperature_K"][rows] = _cusp(at, js)
    return inputs.give(pd.DataFrame({"curie_temperature_K": curie, **found}))


def _last_zero(at: NDArray[np.float64], curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the highest temperature at which each row of `curve` changes sign, NaN if never."""
    left, right = curve[:, :-1], curve[:, 1:]
    change = left * right < 0.0
    last = change.shape[1] - 1 - np.argmax(change[:, ::-1], axis=1)
    row = np.arange(len(curve))
    a, b = left[row, last], right[row, last]
    with np.errstate(invalid="ignore", divide="ignore"):
        zero = at[last] + (at[last + 1] - at[last]) * a / (a - b)
    return np.where(change.any(axis=1), zero, np.nan)


def _cusp(at: NDArray[np.float64], curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where each row of `curve`, a modulus, goes through zero, NaN if nowhere.

    Between two points of either side of a zero, following the slope from outside leads to a
    sign change; at a smooth minimum it does not.
    """
    result = np.full(len(curve), np.nan)
    before = 2.0 * curve[:, 1:-2] - curve[:, :-3]
    after = 2.0 * curve[:, 2:-1] - curve[:, 3:]
    with np.errstate(invalid="ignore"):
        crossing = (before < curve[:, 1:-2]) & (after < curve[:, 2:-1])
        crossing &= curve[:, 1:-2] + curve[:, 2:-1] < 1.5 * np.abs(
            curve[:, 1:-2] - curve[:, :-3] + curve[:, 2:-1] - curve[:, 3:]
        )
    rows, columns = np.nonzero(crossing)
    a, b = curve[rows, columns + 1], curve[rows, columns + 2]
    with np.errstate(invalid="ignore", divide="ignore"):
        result[rows] = at[columns + 1] + (at[columns + 2] - at[columns + 1]) * a / (a + b)
    return result
