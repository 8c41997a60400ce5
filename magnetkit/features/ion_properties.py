"""Properties of the rare-earth ions, and the magnetic valence of each element, as arrays."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..elements import index
from .element_table import load_table
from .ions import load_ions

ION_PROPERTIES = (
    "n_4f",
    "de_gennes",
    "moment_muB",
    "coupled_moment_muB",
    "spin_projection",
    "alpha_r2_a0_2",
    "quadrupole_a0_2",
    "ionic_radius_A",
)
"""Properties of R whose mean and spread are descriptors."""


@lru_cache(maxsize=1)
def ion_properties() -> NDArray[np.float64]:
    """Return `ION_PROPERTIES` of each element, shape (118, 8), zero for what is no rare earth.

    Cerium keeps its ionic radius and no more: in the hosts rich in iron and cobalt it is
    mixed-valent and carries no localised 4f moment (its share is a descriptor of its own).
    """
    ion = {name: np.nan_to_num(column) for name, column in load_ions().items()}
    j, g = ion["J"], ion["g_J"]
    alpha_r2 = ion["alpha_J"] * ion["r2_a0_2"]
    moment = g * j
    result = np.stack(
        [
            ion["n_4f"],
            (g - 1) ** 2 * j * (j + 1),
            moment,
            # Light rare earths add to the 3d moment, heavy ones subtract from it.
            np.where(g > 1, -moment, moment),
            np.where(j > 0, (g - 1) * j, 0.0),
            alpha_r2,
            # <O_2^0> of the stretched state times alpha <r^2>: the 4f shell's quadrupole.
            alpha_r2 * j * (2 * j - 1),
            ion["ionic_radius_A"],
        ],
        axis=1,
    )
    result[index("Ce"), :-1] = 0.0
    result.flags.writeable = False
    return result


def magnetic_valence() -> NDArray[np.float64]:
    """Return the magnetic valence of each element, shape (118,).

    Twice the number of filled spin-up d states less the chemical valence (A. R. Williams,
    V. L. Moruzzi, A. P. Malozemoff, K. Terakura, IEEE Trans. Magn. 19 (1983) 1983): iron 2,
    cobalt 1, nickel 0, early transition metals and rare earths minus their valence.
    """
    table = load_table("magpie")
    column = np.nan_to_num(table.values[:, table.names.index("Column")])
    # Up to chromium's group no d state is filled; from manganese's on, five are.
    valence = np.where(column <= 6, -column, 10.0 - column)
    return np.where(column == 18, 0.0, valence)
