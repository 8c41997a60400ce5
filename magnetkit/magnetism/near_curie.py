"""Ranges of a magnet so near its Curie temperature that it may have lost its order already."""

import numpy as np
from numpy.typing import NDArray

from .intrinsic import Intrinsic
from .magnets import Alloys

# Half ranges of the Curie temperature below it where its doubt is looked at. Coercivity of Nd-Fe-B
# ends four below, where a higher Curie temperature would leave some; with six the upper end has no
# step there.
_FAR = 6.0


def widen(
    made: Alloys,
    bulk: Intrinsic,
    values: NDArray[np.float64],
    status: NDArray[np.int8],
    spread: NDArray[np.float64],
    z: float,
) -> None:
    """Let ranges reach from zero to the magnet of the upper Curie temperature, in place.

    A relative range about the central value says little there: polarization and coercivity go to
    zero at a temperature that is itself known to tens of kelvin.

    Parameters
    ----------
    made, bulk
        n magnets and their hard phases at m temperatures.
    values : ndarray of float64, shape (7, 3, m, n)
        Centre and ends: B_r (T), H_cJ, H_k (A/m) and (BH)max (J/m3) first, see `kernels.sintered`.
    status : ndarray of int8, shape (m, n)
        0 where there is a magnet.
    spread : ndarray of float64, shape (n,)
        Half range of ln B_r among magnets whose polarization is known.
    z : float
        Deviations to each side.
    """
    from ..kernels.magnetism import CURIE
    from ..kernels.sintered import MU_0, states

    kelvin = bulk.temperatures[:, None]
    half = z * bulk.curie_sd
    near = (status == 0) & (kelvin > bulk.curie - half)
    # Farther below, the upper Curie temperature does less than the spread of such magnets.
    touched = (status == 0) & (kelvin > bulk.curie - _FAR * half)
    if not touched.any():
        return
    hotter = 1.0 + np.nan_to_num(half / bulk.curie)
    phases = made.phases
    state = phases.state.copy()
    for own in (np.arange(len(hotter)), phases.walls, phases.skins, phases.shells):
        has = own >= 0
        state[own[has], CURIE] *= hotter[has]
    rules = made.rules()
    j, h_cj, _ = states(bulk.temperatures, phases._replace(state=state), rules)
    known = np.where(near, values[0, 0] * np.exp(spread), values[0, 2])
    b_r = np.fmax(j * rules.factor, known)
    h_cj = np.fmax(h_cj, values[1, 2])
    knee = h_cj * rules.squareness
    field = np.minimum(b_r / (2.0 * MU_0 * rules.recoil), knee)
    product = (b_r - MU_0 * rules.recoil * field) * field
    for k, upper in enumerate((b_r, h_cj, knee, product)):
        values[k, 1, near] = 0.0
        values[k, 2, touched] = upper[touched]
