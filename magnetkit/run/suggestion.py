"""The next batch to make: expected hypervolume improvement over heavy rare earth and performance.

Heavy rare earth follows from the composition; the performance alone is uncertain. Then the
expected improvement of the dominated area has a closed form: the integral over the heavy rare
earth, from the candidate's own up to the limit, of the expected improvement over the best
performance reached with as little (the step function of the front). It counts by the probability
that the magnet meets the device's requirements (Gardner et al., ICML 2014).
"""

from itertools import pairwise
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from ..applications import Profile

Array = NDArray[np.float64]

_HEAVY = "heavy_rare_earth_wt_pct"
_INTERVAL = 0.9


def expected_improvement(
    heavy: Array, mean: Array, deviation: Array, made: Array, limit: float, floor: float
) -> Array:
    """Return the expected gain in dominated area of making each candidate.

    Parameters
    ----------
    heavy, mean, deviation : ndarray, shape (n,)
        Heavy rare earth (wt.%), and performance with its standard deviation.
    made : ndarray, shape (m, 2)
        Heavy rare earth and performance of what is already made; m may be 0.
    limit, floor : float
        Corner of the area: no more heavy rare earth than `limit`, no performance below `floor`.

    Returns
    -------
    ndarray, shape (n,)
        In wt.% times the unit of the performance; 0 for a candidate beyond `limit`.
    """
    from scipy.special import ndtr

    inside = made[made[:, 0] < limit] if len(made) else np.empty((0, 2))
    edges = np.unique(np.concatenate([heavy[heavy < limit], inside[:, 0], [limit]]))
    gain = np.zeros(len(heavy))
    deviation = np.maximum(deviation, 1e-12)
    for left, right in pairwise(edges):
        reached = inside[inside[:, 0] <= left, 1]
        best = max(floor, float(reached.max())) if len(reached) else floor
        z = (mean - best) / deviation
        expected = deviation * (z * ndtr(z) + np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))
        gain += np.where(heavy <= left, (right - left) * expected, 0.0)
    return gain


def suggest(
    compositions: Any = None,
    application: "str | Path | Profile" = "patriot-beam-focusing",
    n: int = 5,
    performance: str = "max_energy_product_kJ_m3",
    made: Any = None,
    **screening: Any,
) -> "pd.DataFrame":
    """Return the batch of candidates to make next, in the order of choice.

    Parameters
    ----------
    compositions : any of the forms of `magnetkit.screen`, or None
        What could be made, as for `magnetkit.screen`.
    application : str, Path or Profile
        The device.
    n : int
        Size of the batch.
    performance : str
        A predicted column to make large.
    made : as `compositions`, optional
        What is already made; the device's reference magnet without it.
    **screening
        Further arguments of `magnetkit.screen`.

    Returns
    -------
    DataFrame
        The candidates' rows of the screening, with ``expected_improvement`` (wt.% times the unit
        of `performance`), times ``probability_meets_requirements``, when each was chosen. After a
        choice the candidate counts as made with its predicted performance, so that the batch
        spreads.

    Raises
    ------
    InputError
        If `n` is below 1, `performance` has no interval or no candidate is a magnet.
    """
    import pandas as pd

    from ..applications import Profile, load
    from ..columns import COLUMNS
    from .engine import screen

    if n < 1:
        raise InputError(f"n must be 1 or more, got {n}")
    if performance not in COLUMNS or not COLUMNS[performance].predicted:
        known = ", ".join(name for name, column in COLUMNS.items() if column.predicted)
        raise InputError(f"performance {performance!r} is no predicted column; use one of {known}")
    profile = application if isinstance(application, Profile) else load(application)
    table = _usable(screen(compositions, profile, **screening).table, performance)
    # The same magnet twice in a batch teaches nothing new.
    table = table.drop_duplicates(["formula", "shell"])
    if not len(table):
        raise InputError("no candidate is a magnet in the range of this device")
    present = [profile.reference.formula] if made is None else made
    incumbents = _usable(screen(present, profile, **screening).table, performance)
    front = incumbents[[_HEAVY, performance]].to_numpy(np.float64)

    heavy = table[_HEAVY].to_numpy(np.float64)
    mean = table[performance].to_numpy(np.float64)
    width = table[f"{performance}_hi"] - table[f"{performance}_lo"]
    deviation = width.to_numpy(np.float64) / (2 * NormalDist().inv_cdf(0.5 + _INTERVAL / 2))
    deviation = np.nan_to_num(deviation, nan=0.0)
    # Ten percent beyond the worst, so that the last candidate still spans an area.
    limit = 1.1 * max([heavy.max(), *front[:, 0]]) + 0.1
    floor = min([mean.min(), *front[:, 1]])
    meets = table["probability_meets_requirements"].to_numpy(np.float64, na_value=0.0)
    left = np.ones(len(table), bool)
    chosen, gains = [], []
    for _ in range(min(n, len(table))):
        gain = meets * expected_improvement(heavy, mean, deviation, front, limit, floor)
        gain[~left] = -1.0
        best = int(np.argmax(gain))
        chosen.append(best)
        gains.append(gain[best])
        left[best] = False
        front = np.vstack([front, [heavy[best], mean[best]]])
    batch = table.iloc[chosen].reset_index(drop=True)
    return pd.concat([pd.DataFrame({"expected_improvement": gains}), batch], axis=1)


def _usable(table: "pd.DataFrame", performance: str) -> "pd.DataFrame":
    known = np.isfinite(table[performance].to_numpy(np.float64, na_value=np.nan))
    return table[(table["status"] == "ok").to_numpy(bool) & known].reset_index(drop=True)
