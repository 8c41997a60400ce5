"""Temperatures at which a phase compensates or its easy axis is lost."""

from typing import Any

import numpy as np

from .._core._arguments import check_arguments
from .._core._types import FloatArray
from .._core.errors import InputError
from ..alloy._read import Compositions, read_inputs
from ..alloy.notation import Basis
from ..phases.partition import assign_hosts, partition
from ..surrogates.intrinsic import evaluate

# Above every Curie temperature of a host, K.
_ABOVE_CURIE_K = 1300.0
# A finer grid takes all memory before it moves what is interpolated by as much as can be measured;
# a coarser one has too few points to interpolate between.
_STEPS = 0.01, 100.0
_CHANGES = (
    "curie_temperature_K",
    "compensation_temperature_K",
    "spin_reorientation_K",
    "spin_reorientation_2_K",
)


@check_arguments
def transitions(
    compositions: Compositions,
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
        Crystal host, such as "2:14:1", or ``"auto"`` to find it.
    step : float
        Grid on which the changes are looked for, 0.01 to 100 K; they are then interpolated.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; "auto" refuses a text that could be
        either, as one with "bal." or a sum of 100.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    DataFrame, or frame of the input's library
        One row for each composition that could be read, with the index and
        other columns of the input, and four columns in K:
        ``curie_temperature_K``; ``compensation_temperature_K``, where the
        sublattices cancel, of several the highest; ``spin_reorientation_K``,
        the highest temperature at which the easy axis sets in or is lost (K_1
        changes sign); ``spin_reorientation_2_K``, where K_1 + 2 K_2 + 3 K_3
        does. NaN where none is found from 4 K on.

    Raises
    ------
    InputError
        If `step` does not lie between 0.01 and 100 K, or the host is not known.
    CompositionError
        If no row can be read, or one cannot and `strict` is set.

    Examples
    --------
    >>> found = transitions("Nd2Fe14B")
    >>> bool(120.0 < found["spin_reorientation_K"].iloc[0] < 150.0)
    True
    """
    import pandas as pd

    inputs = read_inputs(compositions, basis, strict=strict)
    table = inputs.table
    codes = assign_hosts(table, host)
    if not _STEPS[0] <= step <= _STEPS[1]:
        raise InputError(
            f"step must lie between {_STEPS[0]:g} and {_STEPS[1]:g} K, got {step!r:.60}"
        )
    at = np.arange(4.0, _ABOVE_CURIE_K, step)
    temperatures = np.full((len(table), len(_CHANGES)), np.nan)
    for start in range(0, len(table), 2000):
        rows = slice(start, start + 2000)
        got = evaluate(partition(table[rows], codes[rows]), at, spread=False)
        js, k1, k2, k3 = (got.value[:, :, k] for k in range(4))
        # J_s is a modulus: it has a sharp minimum near zero where the sublattices cancel.
        axis = _last_zero(at, k1)
        plane = _last_zero(at, k1 + 2.0 * k2 + 3.0 * k3)
        temperatures[rows] = np.column_stack(
            [got.curie, _cusp(at, js), axis, plane]
        )
    return inputs.give(pd.DataFrame(temperatures, columns=_CHANGES))


def _last_zero(at: FloatArray, curve: FloatArray) -> FloatArray:
    """Find the highest temperature at which each row of a curve changes sign, (n,); NaN if never.

    `curve` has shape (n, k); `at`, (k,), are the rising temperatures, K, of its columns. Between
    two of them a straight line is taken. NaN in a row is no change of sign, and neither is a value
    of exactly 0.
    """
    before = curve[:, :-1]
    right = curve[:, 1:]
    change = before * right < 0.0
    last = change.shape[1] - 1 - np.argmax(change[:, ::-1], axis=1)
    row = np.arange(len(curve))
    a = before[row, last]
    b = right[row, last]
    with np.errstate(invalid="ignore", divide="ignore"):
        zero = at[last] + (at[last + 1] - at[last]) * a / (a - b)
    return np.where(change.any(axis=1), zero, np.nan)


def _cusp(at: FloatArray, curve: FloatArray) -> FloatArray:
    """Find the temperature at which each row of `curve`, a modulus, goes through zero, (n,); NaN if none.

    `curve` has shape (n, k); `at`, (k,), are the rising temperatures, K, of
    its columns. Between two points of either side of a zero, following the
    slope from outside leads to a sign change; at a smooth minimum it does not.
    Between the two the result is interpolated in a straight line. Of several
    the last counts; fewer than 4 columns give NaN.
    """
    result = np.full(len(curve), np.nan)
    first = curve[:, :-3]
    left_neighbours = curve[:, 1:-2]
    right = curve[:, 2:-1]
    last = curve[:, 3:]
    with np.errstate(invalid="ignore"):
        crossing = (2.0 * left_neighbours - first < left_neighbours) & (
            2.0 * right - last < right
        )
        crossing &= left_neighbours + right < 1.5 * np.abs(
            left_neighbours - first + right - last
        )
    rows, columns = np.nonzero(crossing)
    a = curve[rows, columns + 1]
    b = curve[rows, columns + 2]
    with np.errstate(invalid="ignore", divide="ignore"):
        begin = at[columns + 1]
        end = at[columns + 2]
        result[rows] = begin + (end - begin) * a / (a + b)
    return result
