"""Squareness at temperature: the knee field over coercivity, H_k / H_cJ, of any magnet.

In magnets whose grains a boundary phase parts, the difference of the two is a spread of local
fields, which goes as the polarization does; coercivity falls faster. Kernels have the same law
(`magnetkit.magnetism._magnet_kernels.knee_field`).
"""

from typing import Any

import numpy as np

from .._core._types import BoolArray, FloatArray
from ..phases.records import HOSTS


def squareness_ratio(
    squareness: Any, host: Any, remanence_left: Any, coercivity_left: Any
) -> FloatArray:
    """Return H_k / H_cJ of n magnets at a temperature.

    Parameters
    ----------
    squareness : float or array, shape (n,)
        H_k / H_cJ at 20 degrees C; NaN where it is not known.
    host : str or array of str, shape (n,)
        Hosts, such as ``"2:14:1"``; of others than those with a boundary phase the squareness is
        the same at every temperature.
    remanence_left, coercivity_left : float or array, shape (n,)
        B_r and H_cJ at the temperature over those at 20 degrees C.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 where no knee is left; NaN where `squareness` is, and, with a
        boundary phase, where a ratio is. Of shape () where all are no arrays.

    Examples
    --------
    >>> print(f"{squareness_ratio(0.95, '2:14:1', 0.844, 0.285):.3f}")
    0.852
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        hot = np.maximum(
            1.0 - (1.0 - squareness) * remanence_left / coercivity_left, 0.0
        )
    return np.where(has_boundary(host), hot, squareness)


def has_boundary(host: Any) -> BoolArray:
    """Say which hosts have grains that a boundary phase parts, as 2:14:1, bool, in the shape of `host`.

    `host` is a name such as "2:14:1", or an array of names; one of no host, an empty text too, gives
    False.
    """
    hosts = [
        name
        for name, one in HOSTS.items()
        if one.magnet.hardening == "boundary"
    ]
    return np.isin(np.asarray(host, str), hosts)
