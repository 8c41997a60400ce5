"""Published demagnetizing factors that the field of a magnet is held against."""

import numpy as np


def block_factor(sides: tuple[float, float, float]) -> float:
    """Return the magnetometric demagnetizing factor of a block along its last side.

    Parameters
    ----------
    sides : tuple of float
        Any unit; magnetized along the last.

    Returns
    -------
    float
        Aharoni's closed form, J. Appl. Phys. 83 (1998) 3432, equation 1.

    Examples
    --------
    >>> round(block_factor((1.0, 1.0, 1.0)), 6)
    0.333333
    """
    a, b, c = (float(s) for s in sides)
    abc = np.sqrt(a * a + b * b + c * c)
    ab = np.hypot(a, b)
    bc = np.hypot(b, c)
    ac = np.hypot(a, c)
    terms = (
        (b * b - c * c) / (2 * b * c) * np.log((abc - a) / (abc + a))
        + (a * a - c * c) / (2 * a * c) * np.log((abc - b) / (abc + b))
        + b / (2 * c) * np.log((ab + a) / (ab - a))
        + a / (2 * c) * np.log((ab + b) / (ab - b))
        + c / (2 * a) * np.log((bc - b) / (bc + b))
        + c / (2 * b) * np.log((ac - a) / (ac + a))
        + 2 * np.arctan(a * b / (c * abc))
        + (a**3 + b**3 - 2 * c**3) / (3 * a * b * c)
        + (a * a + b * b - 2 * c * c) / (3 * a * b * c) * abc
        + c / (a * b) * (ac + bc)
        - (ab**3 + bc**3 + ac**3) / (3 * a * b * c)
    )
    return float(terms / np.pi)


def cylinder_factor(length_over_diameter: float) -> float:
    """Return the magnetometric demagnetizing factor of a cylinder along its axis.

    Parameters
    ----------
    length_over_diameter : float
        gamma of Chen, Brug and Goldfarb, IEEE Trans. Magn. 27 (1991) 3601, at susceptibility 0.

    Returns
    -------
    float
        1 less Nagaoka's coefficient of a solenoid of that shape, which has the same field.
    """
    from scipy.special import ellipe, ellipk

    k2 = 1.0 / (1.0 + length_over_diameter**2)
    whole = ellipk(k2)
    second = ellipe(k2)
    k = np.sqrt(k2)
    rest = np.sqrt(1.0 - k2)
    nagaoka = (
        4.0
        / (3.0 * np.pi * rest)
        * ((1.0 - k2) / k2 * (whole - second) + second - k)
    )
    return float(1.0 - nagaoka)
