"""What the plots draw, as tables: grades, properties over temperature, shares of a site."""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import datasets
from ...applications.objective import Objective
from ...arguments import named
from ...composition import CompositionTable
from ...elements import RARE_EARTHS
from ...hosts import HOST_NAMES

if TYPE_CHECKING:
    import pandas as pd

    from ...applications.profile import Profile

GRADE_TEMPERATURE_K = 293.15
"""Temperature at which makers guarantee their grades, K."""


def grade_symbols(symbols: Sequence[str]) -> dict[str, str]:
    """Return a symbol for each host of which grades are sold, in the order of the hosts."""
    sold = set(grades()["host"])
    return dict(zip((host for host in HOST_NAMES if host in sold), symbols, strict=False))


def grades(hosts: Sequence[str] | None = None) -> "pd.DataFrame":
    """Return commercial grades at 20 C as points of the B_r-H_cj map.

    Parameters
    ----------
    hosts : sequence of str, optional
        Only grades of these hosts.

    Returns
    -------
    DataFrame
        ``host``, ``grade``, ``remanence_T`` (middle of the maker's range), ``coercivity_kA_m``
        (the guaranteed least) and ``source``.
    """
    import pandas as pd

    listed = pd.read_csv(datasets.path("grades/grades.csv"))
    if hosts is not None:
        listed = listed[listed["host"].isin(list(hosts))]
    ends = listed[["remanence_min_T", "remanence_max_T"]]
    return pd.DataFrame(
        {
            "host": listed["host"],
            "grade": listed["grade"],
            "remanence_T": ends.mean(axis=1),
            "coercivity_kA_m": listed["coercivity_min_kA_m"],
            "source": listed["source"],
        }
    ).reset_index(drop=True)


def objectives(profile: "Profile") -> list[str]:
    """Return the columns that a device's ranking strives for, in its order."""
    return [Objective.parse(text).column for text in profile.objectives]


def judged(frame: "pd.DataFrame") -> "dict[str, pd.DataFrame]":
    """Return the rows of a ranking by how they were judged: missing, meeting, on the front.

    Parameters
    ----------
    frame : DataFrame
        ``meets_requirements`` and ``pareto_front``.

    Returns
    -------
    dict of str to DataFrame
        In the order in which they are drawn; a row stands in one of them.
    """
    front = (frame["pareto_front"].fillna(0) == 1).to_numpy(bool)
    meets = frame["meets_requirements"].to_numpy(bool)
    return {
        "Misses a requirement": frame[~meets & ~front],
        "Meets all": frame[meets & ~front],
        "Pareto front": frame[front],
    }


@named
def sweep(
    compositions: Any,
    temperature: float | str | Sequence[float | str],
    labels: Sequence[str] | None = None,
    **conditions: Any,
) -> "pd.DataFrame":
    """Return the sintered magnets of some recipes at several temperatures.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n recipes, each of which must be readable; see `magnetkit.predict`.
    temperature : float, str or sequence of them
        k temperatures, K or texts such as ``"150C"`` and ``"20C:200C:10"``.
    labels : sequence of str, optional
        Name of each recipe; as written otherwise.
    **conditions
        As for `magnetkit.magnetism.sintered`: ``shell``, ``process``, ``between``, ``load_line``.

    Returns
    -------
    DataFrame, n * k rows
        Columns of `sintered` with ``candidate``.
    """
    import pandas as pd

    from ...composition.inputs import read_inputs
    from ...magnetism import sintered_at
    from ...units import parse_temperature, parse_temperatures

    # A sweep has its range in its axis: numbers below 200 K are no slip here.
    if isinstance(temperature, str):
        kelvin = parse_temperatures(temperature)
    else:
        kelvin = [parse_temperature(t) for t in np.atleast_1d(np.asarray(temperature, object))]
    inputs = read_inputs(compositions, strict=True)
    written = inputs.table.formulas() if inputs.labels is None else inputs.labels.to_pylist()
    names = written if labels is None else list(labels)
    conditions.setdefault("shell", inputs.shells)
    frames = [
        frame.assign(candidate=names) for frame in sintered_at(inputs.table, kelvin, **conditions)
    ]
    return pd.concat(frames, ignore_index=True)


def rare_earth_shares(table: CompositionTable, corners: Sequence[str]) -> NDArray[np.float64]:
    """Return the shares of three rare earths on their site.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    corners : sequence of str
        Three symbols.

    Returns
    -------
    ndarray of float64, shape (n, 3)
        Sums to 1 along a row; NaN where another rare earth is present or none is.
    """
    parts = np.column_stack([np.asarray(table.fraction(symbol)) for symbol in corners])
    total = np.asarray(table.fraction(*RARE_EARTHS))
    inside = parts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = parts / inside[:, None]
    shares[~((inside > 0.0) & (np.abs(inside - total) < 1e-6))] = np.nan
    return shares


def ternary_corners(table: CompositionTable) -> tuple[str, str, str] | None:
    """Return the three rare earths whose triangle holds the most distinct candidates.

    None where no candidate has three rare earths, so that there is no triangle to show.
    """
    present = {symbol: np.asarray(table.fraction(symbol)) > 0 for symbol in RARE_EARTHS}
    used = [symbol for symbol in RARE_EARTHS if present[symbol].any()]
    best, most = None, 0
    for corners in combinations(used, 3):
        together = present[corners[0]] & present[corners[1]] & present[corners[2]]
        if not together.any():
            continue
        shares = rare_earth_shares(table, corners)
        known = shares[~np.isnan(shares[:, 0])]
        count = len(np.unique(np.round(known, 3), axis=0))
        if count > most:
            best, most = corners, count
    return best
