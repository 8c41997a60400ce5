"""Magnets side by side."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..arguments import named
from ..columns import COLUMNS
from ..composition.inputs import read_inputs
from ..errors import InputError
from ..units import parse_temperatures
from .predict import predict

if TYPE_CHECKING:
    import pandas as pd


@named
def compare(
    compositions: Any,
    temperature: float | str = 300.0,
    *,
    basis: Any = "auto",
    shell: Any = None,
    **conditions: Any,
) -> "pd.DataFrame":
    """Return magnets side by side, with their differences from the first.

    Parameters
    ----------
    compositions : list, column, frame, path or CompositionTable
        Two recipes or more, see `magnetkit.predict`; a name that comes twice is numbered.
    temperature : float or str
        One temperature, K or a text such as ``"150C"``.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    shell : str, dict, Shell or a sequence of them, optional
        Grain-boundary shell of all of them, or one for each.
    **conditions
        ``process``, ``load_line``, ``outside_kA_m``, ``hours``, ``interval``, ``scenario``,
        ``recycled``, ``prices``, ``between`` and ``snapshot`` of `magnetkit.predict`.

    Returns
    -------
    DataFrame
        One row a property, under its name in `magnetkit.columns`: ``label``, ``unit``, a column a
        magnet, and ``difference``, or ``difference_2`` and so on where there are more than two.
        Differences are of numbers alone; the intervals of the magnets are not of their
        difference, in which much of the error cancels.

    Raises
    ------
    InputError
        If there are fewer than two magnets, or several temperatures.

    Examples
    --------
    >>> table = compare(["Nd2Fe14B", "Nd1.8Dy0.2Fe14B"], "150C")
    >>> bool(table.loc["coercivity_kA_m", "difference"] > 0)
    True
    """
    import pandas as pd

    if len(parse_temperatures(temperature)) != 1:
        raise InputError("compare takes one temperature; predict takes several")
    inputs = read_inputs(compositions, basis, strict=True)
    if len(inputs.table) < 2:
        raise InputError(f"compare takes two magnets or more, got {len(inputs.table)}")
    frame = predict(inputs.table, temperature, shell=inputs.shells_with(shell), **conditions)
    written = frame["candidate"] if inputs.labels is None else inputs.labels.to_pylist()
    names = _distinct(
        [f"{n} + {s}" if s else str(n) for n, s in zip(written, frame["shell"], strict=True)]
    )
    rows = [name for name in COLUMNS if name in frame and name not in ("candidate", "row_index")]
    table = pd.DataFrame(
        {
            "label": [COLUMNS[name].label for name in rows],
            "unit": [COLUMNS[name].unit for name in rows],
            **{own: [frame[name].iloc[i] for name in rows] for i, own in enumerate(names)},
        },
        index=pd.Index(rows, name="property"),
    )
    for i in range(1, len(names)):
        name = "difference" if len(names) == 2 else f"difference_{i + 1}"
        table[name] = [
            float(frame[row].iloc[i]) - float(frame[row].iloc[0])
            if COLUMNS[row].kind in ("number", "integer")
            else np.nan
            for row in rows
        ]
    return table


def _distinct(names: list[str]) -> list[str]:
    """Return names of which none comes twice."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
