"""Limits of use as a designer checks them: the knee, less what time takes, and what is lost.

The worst place of a magnet stands the field (B_r / mu_0 + P H_out) / (P + mu_rec) against it, P
being the permeance coefficient of its load line and H_out the outside field. With time thermal
activation turns grains that the field alone would not: it acts like a field that is larger by
S_v ln(t / t_0) (Street and Woolley, Proc. Phys. Soc. A 62 (1949) 562). What the sum turns of the
local loop (`magnetkit.kernels.demagnetization`, the loop of `magnetkit.diffusion` too) is lost for
good.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import renamed
from ..errors import InputError
from ..units import LOAD_LINE, MU_0, TEN_YEARS

Array = NDArray[np.float64]

# mu_0 S_v, T: about 5 mT of sintered Nd-Fe-B (from memory; no number could be read in print). It
# makes the volume that turns at once kT / (J_s S_v) = (8.6 nm)^3 at 20 C, two widths of a wall, as
# it should be; kT and the cube of the wall's width grow alike with temperature, so that S_v does
# not change much up to 150 C. Measured on Nd-Fe-B at 30 to 160 C (Materials 17 (2024) 243,
# abstract): S_v grows with the opposing field and with H_cJ, so that one number for fields near
# H_cJ errs to the safe side below.
_VISCOSITY_T = 0.005
# Time in which a loop is measured, h: about a minute (memory). H_cJ is that of this time.
_LOOP_HOURS = 1.0 / 60.0


@dataclass(frozen=True)
class Duty:
    """What a magnet stands in its device; functions take one as `load_line`.

    Attributes
    ----------
    load_line : float
        Permeance coefficient -B / (mu_0 H) of its worst place.
    outside_field_kA_m : float
        Outside field against the magnetization, kA/m, such as that of an armature.
    hours : float
        Time at the temperature, h.

    Examples
    --------
    >>> Duty(load_line=2.0, outside_field_kA_m=100.0).hours
    87600.0
    """

    load_line: float = LOAD_LINE
    outside_field_kA_m: float = 0.0
    hours: float = TEN_YEARS

    @property
    def creep(self) -> float:
        """By how much the time acts like a larger field, A/m."""
        return _VISCOSITY_T / MU_0 * float(np.log(max(self.hours / _LOOP_HOURS, 1.0)))

    def field(self, b_r: Array, recoil: Array) -> Array:
        """Return the field against a magnet of which nothing has reversed, A/m, shape (n,).

        Parameters
        ----------
        b_r : ndarray of float64, shape (n,)
            Remanence, T.
        recoil : ndarray of float64, shape (n,)
            Recoil permeability.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        from ..kernels.demagnetization import straight_field

        outside = 1e3 * self.outside_field_kA_m
        return np.asarray(straight_field(b_r, recoil, self.load_line, outside))

    def safety(self, b_r: Array, knee: Array, recoil: Array) -> Array:
        """Return the knee field, less what time takes, over the field against the magnet.

        Parameters
        ----------
        b_r : ndarray of float64, shape (n,)
            Remanence, T.
        knee : ndarray of float64, shape (n,)
            Knee field H_k, A/m.
        recoil : ndarray of float64, shape (n,)
            Recoil permeability.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.maximum(knee - self.creep, 0.0) / self.field(b_r, recoil)

    def loss(self, b_r: Array, h_cj: Array, knee: Array, recoil: Array) -> Array:
        """Return the irreversible loss of flux, %; above 100 the magnet is reversed.

        Parameters
        ----------
        b_r : ndarray of float64, shape (n,)
            Remanence, T.
        h_cj, knee : ndarray of float64, shape (n,)
            Coercivity H_cJ and knee field H_k, A/m.
        recoil : ndarray of float64, shape (n,)
            Recoil permeability.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        from ..kernels.demagnetization import lost

        shape = np.shape(b_r)
        remanence, coercivity, knees, slope = (
            np.ascontiguousarray(np.broadcast_to(a, shape), np.float64).ravel()
            for a in (b_r, h_cj, knee, recoil)
        )
        outside = 1e3 * self.outside_field_kA_m
        share = lost(remanence, coercivity, knees, slope, self.load_line, outside, self.creep)
        return 100.0 * np.asarray(share).reshape(shape)


Duty.__init__ = renamed(outside_kA_m="outside_field_kA_m")(  # type: ignore[method-assign]
    Duty.__init__
)


def read_duty(load_line: Any) -> Duty:
    """Return what a magnet stands, checked.

    Parameters
    ----------
    load_line : Duty, float or None
        Permeance coefficient, with nothing outside and ten years if alone; `LOAD_LINE` for None.

    Raises
    ------
    InputError
        If one of its numbers is out of its range.
    """
    if load_line is None:
        return Duty()
    duty = load_line if isinstance(load_line, Duty) else Duty(load_line)
    names = {
        "load_line": "a permeance coefficient of 0 or more",
        "outside_field_kA_m": "an outside field of 0 kA/m or more against the magnet",
        "hours": "a time of use of 0 h or more",
    }
    checked = {}
    for name, meaning in names.items():
        given = getattr(duty, name)
        try:
            value = float(given)
        except (TypeError, ValueError):
            value = float("nan")
        if isinstance(given, bool) or not (np.isfinite(value) and value >= 0.0):
            raise InputError(f"{name} must be {meaning}, got {given!r}")
        checked[name] = value
    return Duty(**checked)


COLUMNS = frozenset({"demagnetization_safety", "irreversible_loss_pct"})
"""What `columns` returns."""


def columns(
    figures: dict[str, tuple[Array, Array, Array]], squareness: Array, recoil: Array, duty: Duty
) -> dict[str, tuple[Array, Array, Array]]:
    """Return the columns of the limits of use with lower and upper ends.

    Parameters
    ----------
    figures : dict of str to three ndarrays, shape (n,)
        Centre, lower and upper end of ``remanence_T`` and ``coercivity_kA_m``.
    squareness, recoil : ndarray of float64, shape (n,)
        H_k / H_cJ and recoil permeability.
    duty : Duty

    Returns
    -------
    dict of str to three ndarrays, shape (n,)
        ``demagnetization_safety`` and ``irreversible_loss_pct``.
    """
    each = []
    for b_r, h_cj in zip(figures["remanence_T"], figures["coercivity_kA_m"], strict=True):
        field = 1e3 * h_cj
        knee = squareness * field
        each.append((duty.safety(b_r, knee, recoil), duty.loss(b_r, field, knee, recoil)))
    found = {}
    for name, values in zip(
        ("demagnetization_safety", "irreversible_loss_pct"), zip(*each, strict=True), strict=True
    ):
        # A weaker magnet also demagnetizes itself less: ends may change places.
        found[name] = values[0], np.minimum.reduce(values), np.maximum.reduce(values)
    return found
