"""What a magnet is where it holds so much heavy rare earth: B_r and H_cJ by the shell model."""

import warnings
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..composition.table import CompositionTable
from ..elements import INDEX
from ..errors import InputError
from ..units import MU_0, kelvin_text

Array = NDArray[np.float64]

_AMOUNTS = np.r_[0.0, np.geomspace(0.01, 8.0, 40)]
_SHARES = np.r_[0.0, np.geomspace(0.005, 0.6, 40)]
_Z90 = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True, eq=False)
class Magnet:
    """B_r and H_cJ of a base alloy with heavy rare earth, at one temperature.

    Attributes
    ----------
    element : str
        The heavy rare earth.
    temperature_K : float
    amount : ndarray of float64, shape (m,)
        Mass of it over that of the magnet, %, rising from 0.
    remanence : ndarray of float64, shape (m,)
        B_r, T.
    coercivity : ndarray of float64, shape (m,)
        H_cJ, A/m.
    deviation : ndarray of float64, shape (m,)
        Standard deviation of ln H_cJ, common to all of a magnet.
    squareness, recoil : float
        Knee field over H_cJ, recoil permeability.
    density : float
        kg/m3.
    most_wt_pct : float
        Amount above which grains grow through and the gain of coercivity is lost.
    """

    element: str
    temperature_K: float
    amount: Array
    remanence: Array
    coercivity: Array
    deviation: Array
    squareness: float
    recoil: float
    density: float
    most_wt_pct: float

    def b_r(self, amount: Array) -> Array:
        """Return B_r, T, where there is so much, %."""
        return np.interp(amount, self.amount, self.remanence)

    def _curve(self, deviations: float) -> Array:
        return self.coercivity * np.exp(deviations * self.deviation)

    def h_cj(self, amount: Array, deviations: float = 0.0) -> Array:
        """Return H_cJ, A/m, where there is so much, %, so many standard deviations off."""
        curve = self._curve(deviations)
        return np.where(amount > self.most_wt_pct, curve[0], np.interp(amount, self.amount, curve))

    def needed(self, field: Array, deviations: float = 0.0) -> Array:
        """Return the least amount, %, that stands a reverse field, A/m; infinite where none."""
        usable = self.amount <= self.most_wt_pct
        rising = np.maximum.accumulate(self._curve(deviations)[usable])
        # A level stretch has its least amount at its start.
        rising = rising + 1e-6 * np.arange(len(rising))
        found = np.interp(field, rising, self.amount[usable])
        return np.where(np.asarray(field) > rising[-1], np.inf, found)

    @property
    def most_coercive(self) -> float:
        """Largest H_cJ that any amount gives, A/m."""
        return float(self.coercivity[self.amount <= self.most_wt_pct].max())


def _figures(table: CompositionTable, kelvin: float, process: Any, shells: Any) -> Any:
    """Return figures of many magnets at one temperature, without talk of shells as a whole."""
    from ..magnetism.sintered import sintered_at

    with warnings.catch_warnings():
        # An amount is one of a place in a magnet, not what a furnace puts into the whole.
        warnings.filterwarnings("ignore", message="no furnace makes this shell")
        (frame,) = sintered_at(table, [kelvin], process, shells)
    return frame


def diffused(
    table: CompositionTable, element: str, kelvin: float, process: Any, most_wt_pct: float
) -> Magnet:
    """Return the base alloy with heavy rare earth diffused to the grains' surface.

    Parameters
    ----------
    table : CompositionTable
        The base alloy, one row.
    element : {"Tb", "Dy"}
    kelvin : float
        Temperature, K.
    process : Process, dict, str or None
        As for `magnetkit.magnetism.sintered`.
    most_wt_pct : float
        See `Magnet`.

    Raises
    ------
    InputError
        If the alloy makes no magnet there, or none that anything was diffused into.
    """
    shells = [f"{element} {a:.6f} wt%" if a else "" for a in _AMOUNTS]
    frame = _figures(table[np.zeros(len(shells), int)], kelvin, process, shells)
    return _magnet(frame, table, element, kelvin, process, _AMOUNTS, most_wt_pct)


def alloyed(table: CompositionTable, element: str, kelvin: float, process: Any) -> Magnet:
    """Return the base alloy with part of its rare earth replaced throughout; see `diffused`.

    Parameters
    ----------
    table, element, kelvin, process
        As for `diffused`.
    """
    from ..magnetism.shell import replace_rare_earth

    many = table[np.zeros(len(_SHARES), int)]
    column = np.full(len(_SHARES), INDEX[element], np.int64)
    made = replace_rare_earth(many, column, _SHARES)
    weight = made.weight_fractions()[:, INDEX[element]]
    frame = _figures(made, kelvin, process, None)
    added = 100.0 * (weight - weight[0])
    return _magnet(frame, table, element, kelvin, process, added, np.inf)


def _magnet(
    frame: Any,
    table: CompositionTable,
    element: str,
    kelvin: float,
    process: Any,
    amounts: Array,
    most_wt_pct: float,
) -> Magnet:
    from ..hosts.made import shelled_hosts
    from ..magnetism.magnets import magnets

    h_cj = frame["coercivity_kA_m"].to_numpy(float)
    good = (frame["status"] == "ok").to_numpy() & np.isfinite(h_cj) & (h_cj > 0.0)
    if not good[:2].all():
        status = frame["status"].iloc[0 if not good[0] else 1]
        reason = status if status != "ok" else "it has no coercivity"
        raise InputError(
            f"{table.formulas()[0]} makes no magnet with {element} at {kelvin_text(kelvin)}: "
            f"{reason}; diffusion is known in {', '.join(shelled_hosts())} alone"
        )
    # Beyond the first amount that makes no magnet there is nothing.
    end = len(good) if good.all() else int(np.argmin(good))
    low = frame["coercivity_kA_m_lo"].to_numpy(float)
    deviation = np.log(h_cj[:end] / low[:end]) / _Z90
    rows = magnets(table, np.array([kelvin]), process).rows
    return Magnet(
        element,
        kelvin,
        np.asarray(amounts[:end], float),
        frame["remanence_T"].to_numpy(float)[:end],
        1e3 * h_cj[:end],
        deviation,
        float(rows["squareness"][0]),
        float(rows["recoil"][0]),
        float(frame["density_kg_m3"].iloc[0]),
        most_wt_pct,
    )


def kept(magnet: Magnet, amount: Array, field: Array, deviations: float = 0.0) -> Array:
    """Return the share of B_r that each place keeps after a reverse field, 1 down to -1.

    The local loop is that of `magnetkit.magnetism.demagnetization`: the grains that a field H has
    turned are (H / H_cJ)^p, with p such that J is 0.9 B_r at the knee.

    Parameters
    ----------
    magnet : Magnet
    amount : ndarray of float64, shape (n,)
        Heavy rare earth of each place, %.
    field : ndarray of float64, shape (n,)
        Largest reverse field along the easy axis that it has seen, A/m.
    deviations : float
        By how many standard deviations H_cJ is off the centre of its interval.
    """
    from ..kernels.demagnetization import corner, turned

    h_cj, b_r = magnet.h_cj(amount, deviations), magnet.b_r(amount)
    power = corner(
        float(b_r.mean()), float(h_cj.mean()), magnet.squareness * float(h_cj.mean()), magnet.recoil
    )
    return np.maximum(1.0 - np.asarray(turned(h_cj, power, field)), -1.0)


def whole_coercivity(magnet: Magnet, amount: Array, volumes: Array) -> float:
    """Return the reverse field, A/m, at which a magnet of unequal places has J = 0 on average.

    Parameters
    ----------
    magnet : Magnet
    amount : ndarray of float64, shape (n,)
        Heavy rare earth of each place, %.
    volumes : ndarray of float64, shape (n,)
        What each place stands for; any unit.
    """
    from scipy.optimize import brentq

    b_r = magnet.b_r(amount)

    def mean(field: float) -> float:
        j = kept(magnet, amount, np.full(len(amount), field)) * (
            b_r - (magnet.recoil - 1.0) * MU_0 * field
        )
        return float(np.average(j, weights=volumes))

    h_cj = magnet.h_cj(amount)
    return float(brentq(mean, 0.5 * h_cj.min(), 1.5 * h_cj.max()))
