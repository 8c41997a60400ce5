"""All facets of the hull of a small chemical system."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .space import PhaseSpace


@dataclass(frozen=True, eq=False)
class Facets:
    """Facets of one chemical system of m elements.

    Attributes
    ----------
    price : ndarray of float64, shape (facets, m)
        Chemical potentials: the facet's plane.
    corner : ndarray of int32, shape (facets, m)
        The phases at its corners, ascending index into the space.
    inverse : ndarray of float64, shape (facets, m, m)
        Takes a composition to the amounts of the corner phases.
    matrix : ndarray of float64, shape (facets, m, m)
        Element by corner: what the corner phases are made of.
    energy : ndarray of float64, shape (facets, m)
        Of the corner phases, eV/atom.
    """

    price: NDArray[np.float64]
    corner: NDArray[np.int32]
    inverse: NDArray[np.float64]
    matrix: NDArray[np.float64]
    energy: NDArray[np.float64]


def find_facets(space: PhaseSpace, members: NDArray[np.bool_]) -> Facets | None:
    """Return the facets of a chemical system, or None where qhull does not settle them.

    Parameters
    ----------
    space : PhaseSpace
        The phases on the hull.
    members : ndarray of bool, shape (columns,)
        Elements of the system.
    """
    key = members.tobytes()
    if key not in space.facets:
        space.facets[key] = _find(space, members)
    return space.facets[key]


def _find(space: PhaseSpace, members: NDArray[np.bool_]) -> Facets | None:
    from scipy.spatial import ConvexHull, QhullError

    from ..kernels.arrays import Phases
    from ..kernels.systems import subsystem

    ids, phases, _ = subsystem(members, Phases(space.ptr, space.col, space.val, space.energy))
    energy = phases.energy
    m = int(members.sum())
    dense = np.zeros((len(ids), m))
    dense[np.repeat(np.arange(len(ids)), np.diff(phases.ptr)), phases.col] = phases.val
    if m == 1:
        one = np.ones((1, 1, 1))
        first = energy[:1, None].copy()
        return Facets(first, ids[:1, None].astype(np.int32), one, one, first)
    if len(ids) == m:
        corners = np.arange(m)[None, :]
    else:
        # A point high above closes the hull, so that all that is left are lower facets.
        points = np.column_stack([dense[:, 1:], energy])
        top = np.append(np.full(m - 1, 1.0 / m), 1.0)
        try:
            found = ConvexHull(np.vstack([points, top])).simplices
        except QhullError:
            return None
        corners = np.sort(found[(found < len(ids)).all(axis=1)], axis=1)
    matrix = dense[corners].transpose(0, 2, 1)
    flat = np.abs(np.linalg.det(matrix)) < 1e-13
    corners, matrix = corners[~flat], matrix[~flat]
    inverse = np.linalg.inv(matrix)
    price = np.einsum("fb,fbc->fc", energy[corners], inverse)
    # A facet of the true hull prices no phase above its energy.
    sound = (price @ dense.T <= energy + 1e-9).all(axis=1)
    if not len(corners) or not sound.all():
        return None
    return Facets(
        np.ascontiguousarray(price),
        ids[corners].astype(np.int32),
        np.ascontiguousarray(inverse),
        np.ascontiguousarray(matrix),
        energy[corners],
    )
