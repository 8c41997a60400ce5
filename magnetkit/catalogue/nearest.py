"""The commercial grade nearest to a predicted magnet."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..errors import InputError
from .table import grades

# What separates two neighbouring grades: a step of B_r, a class of coercivity.
_STEP = {"remanence_T": 0.03, "coercivity_kA_m": 0.18}
# Magnets that are compared at a time, so that their distances stay in the processor's cache.
_BLOCK = 1024


@named
def nearest_grades(hosts: Any, remanence: Any, coercivity: Any) -> "NDArray[np.object_]":
    """Return the sintered grade nearest to each magnet at 20 degrees C, empty where none is near.

    Parameters
    ----------
    hosts : sequence or categorical of str, length n
        Host of each.
    remanence : array_like, shape (n,)
        B_r at 20 degrees C, T.
    coercivity : array_like, shape (n,)
        H_cJ at 20 degrees C, kA/m.

    Returns
    -------
    ndarray of str, shape (n,)
        Names of `magnetkit.grades`.

    Raises
    ------
    InputError
        If they are not hosts and as many numbers each.
    """
    import pandas as pd

    try:
        asked = pd.Categorical(hosts)
        b_r, h_cj = (np.asarray(given, np.float64) for given in (remanence, coercivity))
    except (TypeError, ValueError, NotImplementedError) as error:
        raise InputError(f"expected hosts, and B_r and H_cJ of each: {error}") from None
    if not b_r.shape == h_cj.shape == (len(asked),):
        raise InputError(
            f"expected B_r and H_cJ of {len(asked)} hosts, got arrays of shape {b_r.shape} and "
            f"{h_cj.shape}"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        log_b, log_h = np.log(b_r), np.log(h_cj)
    found = np.full(len(asked), "", dtype=object)
    for host, (names, ends) in _sintered().items():
        if host not in asked.categories:
            continue
        own = asked.codes == asked.categories.get_loc(host)
        rows = np.flatnonzero(own & np.isfinite(log_b) & np.isfinite(log_h))
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            b = (log_b[block, None] - ends[0]) / _STEP["remanence_T"]
            h = (log_h[block, None] - ends[1]) / _STEP["coercivity_kA_m"]
            found[block] = names[(b * b + h * h).argmin(axis=1)]
    return found


@lru_cache(maxsize=1)
def _sintered() -> "dict[str, tuple[NDArray[np.object_], NDArray[np.float64]]]":
    """Return the sintered grades of each host: names, and ln of B_r and H_cJ, shape (2, k)."""
    table = grades()
    table = table[(table["kind"] == "sintered") & table["remanence_T"].notna()]
    return {
        str(host): (
            part["grade"].to_numpy(object),
            np.log(part[["remanence_T", "coercivity_kA_m"]].to_numpy(np.float64).T),
        )
        for host, part in table.groupby("host")
    }
