"""What a magnet has to stand: the reverse field in each cell at one or several operating points."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..arguments import renamed
from ..errors import InputError
from ..units import MU_0
from .maps import FieldMap, read_field
from .selffield import SelfField
from .shapes import AXES, Axis, Cells

Array = NDArray[np.float64]
Law = Literal["component", "coherent"]


@dataclass(frozen=True, eq=False)
class Case:
    """One operating point.

    Attributes
    ----------
    name : str
    kelvin : float
        K.
    reverse : ndarray of float64, shape (n,)
        Field against the magnetization that counts in each cell, A/m; negative where it helps.
    own : ndarray of float64, shape (n,)
        What of it the magnet makes itself and falls with its B_r; zeros of a map.
    """

    name: str
    kelvin: float
    reverse: Array
    own: Array


def against(vectors: Array, along: Axis, law: Law = "component") -> Array:
    """Return the reverse field that counts, A/m, shape (n,).

    Parameters
    ----------
    vectors : ndarray of float64, shape (n, 3)
        H, A/m.
    along : {"x", "y", "z"}
        Easy axis, along which the magnet is magnetized.
    law : {"component", "coherent"}
        ``component``: what lies along the easy axis, H_c(theta) = H_c / cos(theta) (Kondorsky,
        J. Phys. USSR 2 (1940) 161), which sintered Nd-Fe-B follows up to some 45 degrees;
        ``coherent``: H_c(theta) = H_c (cos^(2/3) + sin^(2/3))^(-3/2) of Stoner and Wohlfarth, by
        which a transverse field helps: a bound, since real magnets lie between the two.

    Raises
    ------
    InputError
        If there is no such law.
    """
    if law not in get_args(Law):
        raise InputError(f"law must be {' or '.join(get_args(Law))}, got {law!r}")
    easy = -vectors[:, AXES.index(along)]
    if law == "component":
        return easy
    across = np.sqrt(np.maximum((vectors**2).sum(axis=1) - easy**2, 0.0))
    whole = (np.cbrt(np.maximum(easy, 0.0) ** 2) + np.cbrt(across**2)) ** 1.5
    return np.where(easy > 0.0, whole, easy)


@dataclass(frozen=True)
class Circuit:
    """What surrounds the magnet.

    Attributes
    ----------
    along : {"x", "y", "z"}
    load_line : float or None
        Mean permeance coefficient -B / (mu_0 H); None in open circuit, where shape decides.
    outside_field_kA_m : float
        Uniform outside field against the magnetization, kA/m.
    law : {"component", "coherent"}
        See `against`.
    """

    along: Axis
    load_line: float | None = None
    outside_field_kA_m: float = 0.0
    law: Law = "component"

    def scale(self, field: SelfField) -> float:
        """Return what of the open-circuit field is left: the load line sets its mean."""
        if self.load_line is None:
            return 1.0
        return 1.0 / (1.0 + self.load_line) / field.factor

    def outside(self) -> Array:
        """Return the outside field as a vector, A/m, shape (3,)."""
        vector = np.zeros(3)
        vector[AXES.index(self.along)] = -1e3 * self.outside_field_kA_m
        return vector


Circuit.__init__ = renamed(outside_kA_m="outside_field_kA_m")(  # type: ignore[method-assign]
    Circuit.__init__
)


def shape_case(
    field: SelfField, circuit: Circuit, kelvin: float, b_r: float, recoil: float
) -> Case:
    """Return what a magnet of a shape has to stand: its own field, as its circuit leaves it.

    The distribution in open circuit is kept and its mean set by the load line; iron near a pole
    evens it out further, which only a map of a field solver can tell.

    Parameters
    ----------
    field : SelfField
    circuit : Circuit
    kelvin : float
    b_r : float
        Remanence at that temperature, T.
    recoil : float
        Recoil permeability.
    """
    remanent = np.full(len(field.cells.points), b_r / MU_0)
    scale = circuit.scale(field)
    vectors = field.responding(remanent, recoil, scale, circuit.outside())
    reverse = against(vectors, circuit.along, circuit.law)
    return Case("", kelvin, reverse, reverse - 1e3 * circuit.outside_field_kA_m)


def _are_read(source: Any) -> bool:
    """Return whether a source is maps that were read before."""
    return (
        isinstance(source, list)
        and bool(source)
        and all(isinstance(one, FieldMap) for one in source)
    )


def map_cases(
    source: Any, cells: Cells, circuit: Circuit, kelvin: float, b_r: Any, recoil: float
) -> list[Case]:
    """Return what a magnet has to stand by the user's maps.

    Parameters
    ----------
    source : str, Path, DataFrame or list of FieldMap
        See `magnetkit.diffusion.maps.read_field`.
    cells : Cells
    circuit : Circuit
        Its load line does not count; its outside field is added.
    kelvin : float
        Temperature where a map says none, K.
    b_r : callable
        B_r, T, at a temperature, K: takes the magnetization off a map of B.
    recoil : float
        Recoil permeability.
    """
    maps = source if _are_read(source) else read_field(source)
    easy = AXES.index(circuit.along)
    found = []
    for one in maps:
        heat = kelvin if one.kelvin is None else one.kelvin
        vectors = one.at(cells)
        if one.induction:
            # B = mu_0 mu_rec H + B_r along the easy axis, mu_0 H across it.
            vectors = vectors.copy()
            vectors[:, easy] = (vectors[:, easy] - b_r(heat) / MU_0) / recoil
        vectors = vectors + circuit.outside()
        reverse = against(vectors, circuit.along, circuit.law)
        _refuse_other_way(one, reverse)
        found.append(Case(one.name, heat, reverse, np.zeros(len(reverse))))
    return found


def _refuse_other_way(one: FieldMap, reverse: Array) -> None:
    if float(np.mean(reverse)) < 0.0 and float(reverse.max()) < -0.5 * float(reverse.min()):
        raise InputError(
            f"the field map{' ' + one.name if one.name else ''} runs along the magnetization "
            f"({np.mean(-reverse) / 1e3:.0f} kA/m on average); inside a magnet H points against "
            "it: turn its sign, name the axis by along, or name the columns B"
        )
