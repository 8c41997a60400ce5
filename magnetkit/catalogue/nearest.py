"""The commercial grade nearest to a predicted magnet."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named
from ..columnar import Coded
from ..errors import InputError
from .table import at_room

# What separates two neighbouring grades: a step of B_r, a class of coercivity.
_STEP = (0.03, 0.18)
# What is asked of the grades, and the energy product, by which gaps in it are filled.
_TOLD = ("remanence_T", "coercivity_kA_m", "max_energy_product_kJ_m3")


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
    found = nearest(Coded(asked.codes, tuple(asked.categories)), b_r, h_cj)
    return np.array(found.words, dtype=object)[found.codes]


def nearest(hosts: Coded, b_r: NDArray[np.float64], h_cj: NDArray[np.float64]) -> Coded:
    """Return what `nearest_grades` does as a plain column, whose words are in alphabetical order.

    Parameters
    ----------
    hosts : Coded, length n
    b_r, h_cj : ndarray of float64, shape (n,)
        T and kA/m.
    """
    from ..kernels.closest import closest

    with np.errstate(divide="ignore", invalid="ignore"):
        log_b, log_h = np.log(b_r), np.log(h_cj)
    names, of_host = _sintered()
    known = np.isfinite(log_b) & np.isfinite(log_h)
    found = np.full(len(hosts), names.index(""))
    for host, (place, ends) in of_host.items():
        rows = np.flatnonzero(known & hosts.says(host))
        found[rows] = place[closest(log_b[rows], log_h[rows], ends, np.array(_STEP))]
    return Coded(found, names).used()


@lru_cache(maxsize=1)
def _sintered() -> "tuple[tuple[str, ...], dict[str, tuple[NDArray[np.int64], Any]]]":
    """Return the names of sintered grades and, of each host, which are its own.

    ln of their B_r and H_cJ, shape (2, k), stands beside; the names are in alphabetical order and
    begin with an empty one.
    """
    table = at_room(_TOLD)
    table = table[(table["kind"] == "sintered") & table["remanence_T"].notna()]
    names = tuple(sorted({"", *table["grade"]}))
    own = {
        str(host): (
            np.array([names.index(grade) for grade in part["grade"]]),
            np.log(part[["remanence_T", "coercivity_kA_m"]].to_numpy(np.float64).T).copy(),
        )
        for host, part in table.groupby("host")
    }
    return names, own
