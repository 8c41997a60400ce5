"""How thick a magnet must be for the flux of another one, and what margin it has then.

In a circuit of iron with an air gap of fixed length and area the load line grows with the thickness
l of the magnet, P = P_0 l / l_0, and B = B_r P / (P + mu_rec) on its recoil line. Equal B at equal
area, B_0, asks for

    P = mu_rec / (B_r / B_0 - 1),    l / l_0 = P / P_0

which has no solution for B_r <= B_0. A current in the circuit, N I, makes the field
H_out = N I / (l_g (P + mu_rec)) in the magnet's place with its remanence set to zero, so that a
thicker magnet sees less of it.

In open circuit the body itself makes the load line, P = (1 - N) / N with its demagnetizing factor N
(the mean over the body), and the flux is the mean of B over the body times its area; a uniform
applied field H_a makes H_out = H_a (1 + P) / (P + mu_rec).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .._core.errors import InputError
from ..diffusion._shapes import AXES, Axis, SelfField, Shape, cut, read_shape
from ..magnetism.sintered import Duty

# Thickness that is tried, over today's.
_THINNEST = 0.05
_THICKEST = 50.0


def working_induction(
    remanence: float, recoil: float, load_line: float
) -> float:
    """Compute B, T, on the recoil line of B_r, T, and slope `recoil`, at a load line.

    `remanence` is B_r, `recoil` the relative recoil permeability and `load_line` the permeance
    coefficient -B / (mu_0 H), 0 or more.
    """
    return remanence * load_line / (load_line + recoil)


@dataclass(frozen=True)
class Circuit:
    """A circuit of iron with an air gap, in which today's magnet has the duty."""

    duty: Duty

    def load_line(self, thickness: float) -> float:
        """Return the load line of a magnet `thickness` times as thick as today's."""
        return self.duty.load_line * thickness

    def response(self, load_line: float, recoil: float) -> float:
        """Return the field H_out over that of the current in an infinitely permeable magnet."""
        return 1.0 / (load_line + recoil)

    def thickness(
        self, induction: float, remanence: float, recoil: float
    ) -> float:
        """Compute the thickness, divided by today's, at which B in the magnet is `induction`, T.

        `remanence` is its B_r, T, `recoil` its recoil permeability, relative. NaN where no
        thickness gives the induction: B_r is NaN or not above it, or the duty's load line is 0. The
        result has no bounds.
        """
        if not remanence > induction or self.duty.load_line <= 0.0:
            return float("nan")
        return recoil / (remanence / induction - 1.0) / self.duty.load_line


@dataclass(frozen=True)
class OpenBody:
    """A magnet alone, of a shape that keeps its sides across the magnetization.

    Attributes
    ----------
    duty : Duty
        Its ``outside_field_kA_m`` and ``hours``; the shape makes the load line.
    shape : Shape
        Today's magnet, mm.
    along : {"x", "y", "z"}
        Direction of its magnetization.
    """

    duty: Duty
    shape: Shape
    along: Axis = "z"

    def stretch(self, thickness: float) -> Shape:
        """Return a new `Shape` with `thickness` times the length along the magnetization.

        The other sides stay. A disc or ring is stretched along its height, whatever ``along`` is.
        """
        place = AXES.index(self.along) if self.shape.kind == "block" else -1
        size = list(self.shape.size)
        size[place] *= thickness
        return replace(self.shape, size=tuple(size))

    def load_line(self, thickness: float) -> float:
        """Return the load line of the body with `thickness` times its length."""
        factor = SelfField(cut(self.stretch(thickness)), self.along).factor
        return (1.0 - factor) / factor

    def response(self, load_line: float, recoil: float) -> float:
        """Return the field H_out over the uniform applied field."""
        return (1.0 + load_line) / (load_line + recoil)

    def thickness(
        self, induction: float, remanence: float, recoil: float
    ) -> float:
        """Find the thickness at which the mean of B in the magnet is `induction`.

        Parameters
        ----------
        induction : float
            Mean of B, T.
        remanence : float
            B_r of the magnet, T.
        recoil : float
            Its recoil permeability, relative.

        Returns
        -------
        float
            Thickness divided by today's, 0.05 to 50; NaN if none of these
            gives `induction`, or `remanence` is NaN or not above it.
        """
        if not remanence > induction:
            return float("nan")

        def excess(thickness: float) -> float:
            load_line = self.load_line(thickness)
            return working_induction(remanence, recoil, load_line) - induction

        return _find_root(excess, _THINNEST, _THICKEST)


def read_surroundings(
    duty: Duty, shape: str | Shape | None, along: Axis
) -> Circuit | OpenBody:
    """Read what makes the load line: a circuit, or with a shape the body itself.

    Parameters
    ----------
    duty : Duty
        ``load_line`` in a circuit (with a shape it does not count), ``outside_field_kA_m`` and
        ``hours``.
    shape : str, Shape or None
        Of today's magnet in open circuit, as of `magnetkit.diffuse`: "40x15x5mm", "disc:20x5mm",
        "ring:40x20x5mm".
    along : {"x", "y", "z"}
        Direction of magnetization of the shape; a disc or ring takes "z"
        alone. Of a block another text is not refused here. Without a shape it
        does not count.

    Returns
    -------
    Circuit or OpenBody
        A circuit without a shape, the body with one. Both have ``duty``,
        ``load_line(thickness)`` and ``thickness(induction, remanence,
        recoil)``.

    Raises
    ------
    InputError
        If the shape cannot be read, or is no block and magnetized along x or y.
    """
    if shape is None:
        return Circuit(duty)
    body = read_shape(shape)
    if body.kind != "block" and along != "z":
        raise InputError(
            f"a {body.kind} is magnetized along its axis here: along z, got {along!r}"
        )
    return OpenBody(duty, body, along)


@dataclass(frozen=True)
class EqualFlux:
    """A magnet that carries the flux of today's.

    Attributes
    ----------
    thickness, mass : float
        Over those of today's magnet; NaN where no thickness gives the flux.
    duty : Duty
        What it stands then.
    """

    thickness: float
    mass: float
    duty: Duty


@dataclass(frozen=True)
class RecoilLine:
    """What the flux of a magnet before its knee follows from.

    Attributes
    ----------
    remanence : float
        B_r, T.
    recoil : float
        Recoil permeability, relative.
    density : float
        Density, kg/m3.
    """

    remanence: float
    recoil: float
    density: float


def match_flux(
    today: RecoilLine, other: RecoilLine, surroundings: Circuit | OpenBody
) -> EqualFlux:
    """Compute thickness, mass and duty of another magnet that carries the flux of today's.

    Parameters
    ----------
    today, other : RecoilLine
        Today's magnet and the other one, at the same temperature: ``remanence`` (T), ``recoil``
        (relative) and ``density`` (kg/m3).
    surroundings : Circuit or OpenBody
        What makes the load line of today's magnet, with its ``duty``, as of
        `read_surroundings`.

    Returns
    -------
    EqualFlux
        ``thickness`` along the magnetization and ``mass``, both divided by
        today's, and ``duty``, that of the other magnet: a new `Duty` with its
        ``load_line`` and ``outside_field_kA_m``, and today's ``hours``.
        Thickness and mass are NaN, and the duty is that of `surroundings`,
        where no thickness gives the flux or a figure is NaN.

    Examples
    --------
    >>> strong, weak = RecoilLine(1.2, 1.05, 7600.0), RecoilLine(1.1, 1.05, 7600.0)
    >>> round(match_flux(strong, weak, Circuit(Duty(2.0))).thickness, 3)
    1.319
    """
    start = surroundings.load_line(1.0)
    induction = working_induction(today.remanence, today.recoil, start)
    thickness = surroundings.thickness(
        induction, other.remanence, other.recoil
    )
    if thickness != thickness:
        return EqualFlux(thickness, thickness, surroundings.duty)
    load_line = surroundings.load_line(thickness)
    before = surroundings.response(start, today.recoil)
    field = surroundings.duty.outside_field_kA_m * (
        surroundings.response(load_line, other.recoil) / before
    )
    return EqualFlux(
        thickness=thickness,
        mass=thickness * other.density / today.density,
        duty=replace(
            surroundings.duty, load_line=load_line, outside_field_kA_m=field
        ),
    )


def _find_root(
    rising: Callable[[float], float], low: float, high: float
) -> float:
    """Find the zero of a rising function between two numbers, to a relative 1e-6.

    Parameters
    ----------
    rising : callable
        Takes a float and returns a float, not NaN; it is called at both ends.
    low, high : float
        The interval, the lower end first. A zero at an end counts.

    Returns
    -------
    float
        NaN if the function is above 0 at `low` or below 0 at `high`.
    """
    from scipy.optimize import brentq

    if rising(high) < 0.0 or rising(low) > 0.0:
        return float("nan")
    return float(brentq(rising, low, high, rtol=1e-6))
