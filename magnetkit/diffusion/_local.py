"""A magnet with heavy rare earth in each cell: its figures, its field, and what it loses.

`Magnet` gives B_r and H_cJ by content of heavy rare earth at one temperature; `Case` the reverse
field in each cell at one operating point, from the magnet's shape or a field solver's map; `Target`
what has to be met, and `design_probability` how likely a magnet meets it.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from .._core._arguments import check_arguments
from .._core._constants import DEVIATIONS_90
from .._core._requirement_text import parse_requirement
from .._core._types import FloatArray
from .._core.elements import INDEX
from .._core.errors import InputError
from .._core.units import MU_0, kelvin_text
from ..alloy.table import CompositionTable
from ..choose.probability import probability_of_limits
from ..magnetism._evidence import DISTANCE, cap_probability
from ._profile import FieldMap, read_field
from ._shapes import AXES, Axis, Cells, SelfField

if TYPE_CHECKING:
    import pandas as pd


AMOUNTS = np.r_[0.0, np.geomspace(0.01, 8.0, 40)]
_SHARES = np.r_[0.0, np.geomspace(0.005, 0.6, 40)]


@dataclass(frozen=True, eq=False)
class Magnet:
    """B_r and H_cJ of a base alloy by its content of heavy rare earth, at one temperature.

    Attributes
    ----------
    element : str
        The heavy rare earth.
    temperature_K : float
    amount : ndarray of float64, shape (m,)
        Mass of it over that of the magnet, %, rising from 0.
    remanence, coercivity : ndarray of float64, shape (m,)
        B_r, T, and H_cJ, A/m.
    remanence_ends, coercivity_ends : ndarray of float64, shape (2, m)
        The same a standard deviation lower, and higher.
    squareness : ndarray of float64, shape (m,)
        Knee field over H_cJ.
    recoil, density : float
        Recoil permeability, and kg/m3.
    most_wt_pct : float
        Content above which grains grow through and the gain of coercivity is lost.
    distance : ndarray of float64, shape (m,)
        How far it is from measured magnets.
    shares_producer : bool
        Whether values are what the producer of a magnet that is sold guarantees. Errors of B_r and
        H_cJ are then those of a ratio, and independent; of a prediction they rise together.
    sold : Magnet or None
        The magnet that is sold, where other heavy rare earth is diffused into that.
    """

    element: str
    temperature_K: float
    amount: FloatArray
    remanence: FloatArray
    coercivity: FloatArray
    remanence_ends: FloatArray
    coercivity_ends: FloatArray
    squareness: FloatArray
    recoil: float
    density: float
    most_wt_pct: float
    distance: FloatArray
    shares_producer: bool = False
    sold: "Magnet | None" = None

    @property
    def as_sold(self) -> "Magnet":
        """The magnet as it is, before anything is put on it."""
        if self.sold is None:
            return self
        return self.sold

    def b_r(self, amount: FloatArray, deviations: float = 0.0) -> FloatArray:
        """Interpolate B_r, T, at contents `amount`, % of mass, any shape; the result has that shape.

        Of a prediction B_r is off by `deviations` standard deviations, more for a positive number;
        what a producer guarantees (``shares_producer``) ignores them. Beyond the table its end
        counts, above ``most_wt_pct`` too.
        """
        curve = self.remanence
        if not self.shares_producer:
            curve = _off(curve, self.remanence_ends, deviations)
        return np.interp(amount, self.amount, curve)

    def _curve(self, deviations: float) -> FloatArray:
        """Return H_cJ at each tabulated content, A/m, (m,), off by `deviations` standard deviations.

        A positive number of these is a higher H_cJ; 0 gives the values of
        ``coercivity``. 1 and -1 give ``coercivity_ends``; between and beyond
        it goes on in a straight line, or, with ``shares_producer``, in one of
        ln H_cJ.
        """
        if self.shares_producer:
            end = self.coercivity_ends[int(deviations > 0.0)]
            return self.coercivity * (end / self.coercivity) ** abs(deviations)
        return _off(self.coercivity, self.coercivity_ends, deviations)

    def h_cj(self, amount: FloatArray, deviations: float = 0.0) -> FloatArray:
        """Interpolate H_cJ, A/m, at contents `amount`, % of mass, off by `deviations` standard deviations.

        The result has the shape of `amount`. Above ``most_wt_pct`` it is that of content 0.
        """
        return self._with_growth(amount, self._curve(deviations))

    def knee(self, amount: FloatArray, deviations: float = 0.0) -> FloatArray:
        """Interpolate H_k, A/m, at contents `amount`, % of mass, with H_cJ off by `deviations`.

        These are standard deviations, positive for a higher H_cJ. The result has the shape of
        `amount`. Above ``most_wt_pct`` it is that of content 0.
        """
        return self._with_growth(
            amount, self.squareness * self._curve(deviations)
        )

    def _with_growth(
        self, amount: FloatArray, curve: FloatArray
    ) -> FloatArray:
        """Interpolate a tabulated `curve`, (m,), to contents `amount`, %, any shape.

        Above ``most_wt_pct``, where grains have grown, the result is the curve's first value, that of
        content 0. `curve` has a value for each of the tabulated contents ``amount``; the result has
        the shape of `amount` and the unit of `curve`.
        """
        has_growth = np.asarray(amount) > self.most_wt_pct
        return np.where(
            has_growth, curve[0], np.interp(amount, self.amount, curve)
        )

    def needed(
        self,
        field: FloatArray,
        deviations: float = 0.0,
        *,
        by_knee: bool = False,
    ) -> FloatArray:
        """Compute the smallest content whose H_cJ, or knee field, withstands a field.

        Parameters
        ----------
        field : ndarray, any shape
            Reverse field to withstand, A/m.
        deviations : float
            Standard deviations by which ln H_cJ is off: a positive number is a higher H_cJ, so a
            cautious design takes a negative one.
        by_knee : bool
            The knee field has to withstand it, not H_cJ.

        Returns
        -------
        ndarray of float64, shape of `field`
            Content, % of mass, between the tabulated ones; 0 where the alloy withstands the field
            as it is, infinity where none up to ``most_wt_pct`` is enough.
        """
        usable = self.amount <= self.most_wt_pct
        curve = self._curve(deviations)
        if by_knee:
            curve = self.squareness * curve
        rising = np.maximum.accumulate(curve[usable])
        # A level stretch has its least amount at its start.
        rising = rising + 1e-6 * np.arange(len(rising))
        content = np.interp(field, rising, self.amount[usable])
        return np.where(np.asarray(field) > rising[-1], np.inf, content)

    @property
    def most_coercive(self) -> float:
        """Largest H_cJ at any content, A/m."""
        return float(self.coercivity[self.amount <= self.most_wt_pct].max())

    def log_deviations(
        self, amount: FloatArray, cells: FloatArray
    ) -> tuple[float, float]:
        """Compute the standard deviations of ln B_r and ln H_cJ, averaged over cells.

        Parameters
        ----------
        amount : ndarray, shape (n,)
            Content of each cell, % of mass.
        cells : ndarray, shape (n,)
            Volumes of the cells, the weights of the average.

        Returns
        -------
        remanence : float
            Standard deviation of ln B_r, by the lower of ``remanence_ends``.
        coercivity : float
            Standard deviation of ln H_cJ, by the lower of ``coercivity_ends``.
        """
        remanence = np.log(self.remanence / self.remanence_ends[0])
        coercivity = np.log(self.coercivity / self.coercivity_ends[0])
        in_cells = np.interp(amount, self.amount, remanence)
        mean_remanence = float(np.average(in_cells, weights=cells))
        in_cells = np.interp(amount, self.amount, coercivity)
        return mean_remanence, float(np.average(in_cells, weights=cells))


def _off(
    values: FloatArray, ends: FloatArray, deviations: float
) -> FloatArray:
    """Return predicted `values`, (m,), off by `deviations` standard deviations, each side by its own.

    `ends`, (2, m), are the values a standard deviation lower, and higher. No result is below a
    millionth of its value.
    """
    step = ends[int(deviations > 0.0)] - values
    return np.maximum(values + abs(deviations) * step, 1e-6 * values)


def shell_texts(element: str) -> list[str]:
    """Return the shells of the contents `AMOUNTS`, 41 texts: "" for 0, then "Tb 0.010000 wt%" and so on.

    `element` is such as "Tb".
    """
    return [f"{element} {a:.6f} wt%" if a else "" for a in AMOUNTS]


def alloyed_table(table: CompositionTable, element: str) -> CompositionTable:
    """Build the recipes of a base alloy with more and more of its rare earth replaced by `element`.

    `table` has one row; `element` is a symbol such as "Tb". The new table has
    one row for each of the 41 shares `_SHARES`, 0, then rising by one factor
    from 0.005 to 0.6 of the atoms of rare earth; the first is the base alloy.
    `table` is not changed.
    """
    from ..alloy.shell_rows import replace_rare_earth

    column = np.full(len(_SHARES), INDEX[element], np.int64)
    return replace_rare_earth(
        table[np.zeros(len(_SHARES), int)], column, _SHARES
    )


def added_wt_pct(alloys: CompositionTable, element: str) -> FloatArray:
    """Compute how much more of `element` each of n `alloys` has than the first, wt.%, (n,).

    `element` is a symbol such as "Tb". The first value is 0; one with less has a negative value.
    """
    weight = alloys.weight_fractions()[:, INDEX[element]]
    return 100.0 * (weight - weight[0])


def diffused_magnet(
    table: CompositionTable,
    element: str,
    kelvin: float,
    process: Any,
    most_wt_pct: float,
) -> Magnet:
    """Build the magnet of a base alloy into which heavy rare earth is diffused, by its content.

    Parameters
    ----------
    table : CompositionTable
        Base alloy, one row, of the host 2:14:1.
    element : str
        Diffused element, "Tb" or "Dy".
    kelvin : float
        Temperature, K.
    process : Process, dict, str or None
        As for `magnetkit.magnetism.sintered`.
    most_wt_pct : float
        Largest content in use, % of mass.

    Returns
    -------
    Magnet
        At contents of `AMOUNTS`, 0 to 8 %, those from the first that makes no magnet on left out;
        two or more: ``amount`` (%), ``remanence`` (T), ``coercivity`` (A/m) and ``squareness``
        (H_k / H_cJ) have an entry for each. Its values are predictions: ``shares_producer`` is
        False, ``sold`` None.

    Raises
    ------
    InputError
        If the alloy makes no magnet there, or diffusion into its host is unknown.
    """
    shells = shell_texts(element)
    frame = _sintered_frame(
        table[np.zeros(len(shells), int)], kelvin, process, shells
    )
    return _magnet(frame, table, element, process, AMOUNTS, most_wt_pct)


def alloyed_magnet(
    table: CompositionTable, element: str, kelvin: float, process: Any
) -> Magnet:
    """Build the magnet of a base alloy with part of its rare earth replaced, by its content.

    Parameters
    ----------
    table : CompositionTable
        Base alloy, one row.
    element : str
        Element that replaces the rare earth, such as "Tb".
    kelvin : float
        Temperature, K.
    process : Process, dict or None
        As for `magnetkit.magnetism.sintered`.

    Returns
    -------
    Magnet
        Its contents, those of 41 shares of the rare earth, 0 to 0.6, are what
        is added to the alloy's own, % of mass, and have no limit
        (``most_wt_pct`` is infinite). Those from the first that makes no
        magnet on are left out. ``amount`` (%), ``remanence`` (T),
        ``coercivity`` (A/m) and ``squareness`` (H_k / H_cJ) have an entry for
        each.

    Raises
    ------
    InputError
        If the alloy makes no magnet at one of the first two contents.
    """
    alloys = alloyed_table(table, element)
    frame = _sintered_frame(alloys, kelvin, process, None)
    return _magnet(
        frame, table, element, process, added_wt_pct(alloys, element), np.inf
    )


def _magnet(
    frame: Any,
    table: CompositionTable,
    element: str,
    process: Any,
    amounts: FloatArray,
    most: float,
) -> Magnet:
    """Build the magnet from figures at rising contents of an element.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of `sintered_at` at one temperature, one row a content:
        ``status``, ``temperature_K``, ``remanence_T`` and ``coercivity_kA_m``
        with ``_lo`` and ``_hi``, ``knee_field_kA_m``, ``density_kg_m3`` and
        ``evidence_distance`` are required. Rows from the first that makes no
        magnet (whose ``status`` is not "ok") on are left out.
    table : CompositionTable
        Base alloy, one row.
    element : str
        The element, such as "Tb".
    process : Process, dict or None
        Process of the alloy, as for `magnetkit.magnetism.sintered`.
    amounts : ndarray, one for each row of `frame`
        Contents of the rows, % of mass, rising from 0.
    most : float
        Largest content in use, %; infinity for none.

    Returns
    -------
    Magnet
        ``remanence`` (T) and ``coercivity`` (A/m) at each content ``amount``
        (%); ``density`` is that of the first row, ``recoil`` that of `table`.

    Raises
    ------
    InputError
        If one of the first two rows makes no magnet.
    """
    from ..magnetism._magnets import alloys

    end = count_magnets(frame, table.formulas()[0], element)
    frame = frame.iloc[:end]
    h_cj = frame["coercivity_kA_m"].to_numpy(float)
    return Magnet(
        element=element,
        temperature_K=float(frame["temperature_K"].iloc[0]),
        amount=np.asarray(amounts[:end], float),
        remanence=frame["remanence_T"].to_numpy(float),
        coercivity=1e3 * h_cj,
        remanence_ends=_predicted_ends(frame, "remanence_T"),
        coercivity_ends=1e3 * _predicted_ends(frame, "coercivity_kA_m"),
        squareness=frame["knee_field_kA_m"].to_numpy(float) / h_cj,
        recoil=float(alloys(table, process).rows["recoil"][0]),
        density=float(frame["density_kg_m3"].iloc[0]),
        most_wt_pct=most,
        distance=frame[DISTANCE].to_numpy(float),
    )


def _predicted_ends(frame: Any, quantity: str) -> FloatArray:
    """Compute predicted values a standard deviation lower, and higher, float64 (2, m).

    `frame` has m rows with the column `quantity`, such as "remanence_T", and its ends, such as
    ``remanence_T_lo`` and ``remanence_T_hi``, of 90 % (KeyError without them); the result is in the
    unit of that column, the lower values in its first row.
    """
    value = frame[quantity].to_numpy(float)
    ends = [
        frame[f"{quantity}_{side}"].to_numpy(float) for side in ("lo", "hi")
    ]
    return value + (np.array(ends) - value) / DEVIATIONS_90


def count_magnets(frame: Any, name: str, element: str) -> int:
    """Count the leading rows of a table that make a magnet.

    Rows count up to the first whose ``status`` is not "ok" or whose coercivity is not above 0.

    Parameters
    ----------
    frame : pandas.DataFrame
        Has ``status``, ``coercivity_kA_m`` (NaN counts as none) and ``temperature_K``, two rows or
        more.
    name : str
        The alloy, for the message.
    element : str
        The diffused element, for the message.

    Returns
    -------
    int
        2 or more, at most the number of rows. Rows after the first bad one do not count, good or
        not.

    Raises
    ------
    InputError
        If one of the first two rows makes no magnet.
    """
    from ..phases.partition import shelled_hosts

    kelvin = float(frame["temperature_K"].iloc[0])
    h_cj = frame["coercivity_kA_m"].to_numpy(float)
    good = (
        (frame["status"] == "ok").to_numpy() & np.isfinite(h_cj) & (h_cj > 0.0)
    )
    if not good[:2].all():
        status = frame["status"].iloc[0 if not good[0] else 1]
        reason = status if status != "ok" else "it has no coercivity"
        raise InputError(
            f"{name} makes no magnet with {element} at {kelvin_text(kelvin)}: "
            f"{reason}; diffusion is known in {', '.join(shelled_hosts())} alone"
        )
    # Amounts from the first that makes no magnet on are left out.
    return len(good) if good.all() else int(np.argmin(good))


@contextmanager
def any_shell() -> Iterator[None]:
    """Silence warnings of shells within a ``with`` block; it yields None.

    They are those whose text begins with "no furnace makes this shell": a content is that of one
    cell, not what a furnace puts in.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="no furnace makes this shell"
        )
        yield


def _sintered_frame(
    table: CompositionTable, kelvin: float, process: Any, shells: Any
) -> Any:
    """Compute the columns of `sintered_at` at one temperature; no shell is refused as unmakeable.

    Parameters
    ----------
    table : CompositionTable
        n alloys.
    kelvin : float
        Temperature, K.
    process : Process, dict or None
        As for `magnetkit.magnetism.sintered`.
    shells : str, list of str or None
        One text for all rows, one a row, such as "Tb 0.4 wt%", or none; an empty text is no shell.

    Returns
    -------
    pandas.DataFrame
        A row for each alloy, in order, with ``status``, "ok" for a magnet, ``remanence_T``,
        ``coercivity_kA_m`` and so on; NaN where there is no magnet.
    """
    from ..magnetism.sintered import sintered_at

    with any_shell():
        (frame,) = sintered_at(table, [kelvin], process, shells)
    return frame


def retained_share(
    magnet: Magnet,
    amount: FloatArray,
    field: FloatArray,
    deviations: float = 0.0,
) -> FloatArray:
    """Compute the share of B_r that each cell keeps after a reverse field.

    The local loop is that of `magnetkit.magnetism.demagnetization`: the share
    of grains that a field H has reversed is (H / H_cJ)^p, with p such that J
    is 0.9 B_r at the knee. One p, of the mean B_r, H_cJ and knee of all cells,
    each counted alike, holds in the whole magnet.

    Parameters
    ----------
    magnet : Magnet
        B_r and H_cJ by content.
    amount : ndarray, shape (n,)
        Content of each cell, % of mass.
    field : ndarray, shape (n,)
        Largest reverse field seen along the easy axis, A/m; positive against
        the magnetization.
    deviations : float
        Standard deviations by which ln H_cJ is off: a positive number is a
        higher H_cJ, so a cautious design takes a negative one.

    Returns
    -------
    ndarray of float64, shape (n,)
        1 (all, also where the field helps) down to -1 (reversed).
    """
    from ..magnetism._demagnetization_kernels import corner, reversed_share

    h_cj = magnet.h_cj(amount, deviations)
    b_r = float(magnet.b_r(amount).mean())
    knee = float(magnet.knee(amount, deviations).mean())
    power = corner(b_r, float(h_cj.mean()), knee, magnet.recoil)
    return np.maximum(
        1.0 - np.asarray(reversed_share(h_cj, power, field)), -1.0
    )


def flux_loss(
    magnet: Magnet,
    amount: FloatArray,
    field: FloatArray,
    cells: FloatArray,
    deviations: float = 0.0,
) -> float:
    """Compute the irreversible loss of flux after a reverse field, % of the flux before.

    Parameters
    ----------
    magnet : Magnet
        B_r and H_cJ by content.
    amount : ndarray, shape (n,)
        Content of each cell, % of mass.
    field : ndarray, shape (n,)
        Reverse field in each cell, A/m; positive against the magnetization. A negative one takes
        nothing.
    cells : ndarray, shape (n,)
        Volumes of the cells, in one unit, the weights of the flux.
    deviations : float
        Standard deviations by which ln H_cJ is off: a positive number is a higher H_cJ.

    Returns
    -------
    float
        0 (none lost) to 200 (all reversed).
    """
    before = magnet.b_r(amount) * cells
    flux_after = retained_share(magnet, amount, field, deviations) @ before
    return float(100.0 * (1.0 - flux_after / before.sum()))


Law = Literal["component", "coherent"]


def reverse_field(
    vectors: FloatArray, along: Axis, law: Law = "component"
) -> FloatArray:
    """Compute the reverse field that counts against the coercivity.

    Parameters
    ----------
    vectors : ndarray, shape (n, 3)
        H, A/m, along x, y and z.
    along : {"x", "y", "z"}
        Easy axis; the magnetization points to its positive end.
    law : {"component", "coherent"}
        ``component`` takes the component along the easy axis, H_c(theta) = H_c
        / cos(theta) (Kondorsky, J. Phys. USSR 2 (1940) 161), which sintered
        Nd-Fe-B follows up to some 45 degrees. ``coherent`` takes H_c(theta) =
        H_c (cos^(2/3) + sin^(2/3))^(-3/2) of Stoner and Wohlfarth, by which a
        transverse field helps. Real magnets lie between the two. A field along
        the magnetization counts by its component in both.

    Returns
    -------
    ndarray of float64, shape (n,)
        A/m; positive against the magnetization, negative along it.

    Raises
    ------
    InputError
        If there is no such law.
    """
    if law not in get_args(Law):
        raise InputError(
            f"law must be {' or '.join(get_args(Law))}, got {law!r}"
        )
    easy = -vectors[:, AXES.index(along)]
    if law == "component":
        return easy
    across = np.sqrt(np.maximum((vectors**2).sum(axis=1) - easy**2, 0.0))
    whole = (np.cbrt(np.maximum(easy, 0.0) ** 2) + np.cbrt(across**2)) ** 1.5
    return np.where(easy >= 0.0, whole, easy)


@dataclass(frozen=True)
class Circuit:
    """The circuit around the magnet."""

    along: Axis  # direction of magnetization
    load_line: float | None = (
        None  # mean permeance coefficient -B / (mu_0 H); None in open circuit
    )
    # field in the magnet's place with its remanence set to zero, against the magnetization, kA/m
    outside_field_kA_m: float = 0.0
    law: Law = "component"  # see `reverse_field`
    creep: float = (
        0.0  # by how much the time of use acts like a larger field, A/m
    )

    def scale(self, field: SelfField) -> float:
        """Return the share of the open-circuit field of `field` that is left: the load line sets its mean.

        1 where ``load_line`` is None. Above 1 where the load line is below
        that of the shape alone.
        """
        if self.load_line is None:
            return 1.0
        return 1.0 / (1.0 + self.load_line) / field.factor

    def outside(self) -> FloatArray:
        """Return the outside field, and what time acts like, as a vector along x, y and z, A/m, (3,).

        It points against the magnetization: its component along ``along`` is
        the negative sum of ``outside_field_kA_m``, in A/m, and ``creep``; the
        others are 0.
        """
        vector = np.zeros(3)
        vector[AXES.index(self.along)] = (
            -1e3 * self.outside_field_kA_m - self.creep
        )
        return vector


@dataclass(frozen=True, eq=False)
class Case:
    """One operating point at `kelvin`, K."""

    kelvin: float
    reverse: FloatArray  # field against the magnetization that counts, A/m, (n,); negative: helps
    own: FloatArray  # part of it that the magnet makes and that falls with B_r, (n,); zeros for a map
    b_r: float = 1.0  # the B_r that makes that part, T

    def field(self, b_r: FloatArray) -> FloatArray:
        """Compute the field that counts, A/m, (n,), for a magnet whose `b_r`, T, is (n,).

        It is positive against the magnetization. The part that the magnet itself makes, ``own``,
        falls with the mean of `b_r` over ``b_r`` of the case, all cells counted alike.
        """
        less = float(np.mean(1.0 - b_r / self.b_r)) if self.own.any() else 0.0
        return self.reverse - less * self.own


def shape_case(
    field: SelfField,
    circuit: Circuit,
    kelvin: float,
    b_r: float,
    recoil: float,
) -> Case:
    """Build the operating point of a magnet in its own field and its circuit.

    The distribution in open circuit is kept and its mean set by the load line.
    Iron near a pole evens it out further, which only a field solver's map
    tells.

    Parameters
    ----------
    field : SelfField
        Field that the cells of the magnet make.
    circuit : Circuit
        ``along`` (that of `field`), ``load_line``, ``outside_field_kA_m``,
        ``creep`` (A/m) and ``law``, as of `reverse_field`.
    kelvin : float
        Temperature, K.
    b_r : float
        B_r of every cell, T.
    recoil : float
        Recoil permeability, relative.

    Returns
    -------
    Case
        ``reverse``, the field against the magnetization in each cell, outside
        field and creep included, A/m, shape (n,); ``own``, the part of it that
        the magnet makes; ``kelvin`` and ``b_r`` as given.
    """
    remanent = np.full(len(field.cells.points), b_r / MU_0)
    scale = circuit.scale(field)
    vectors = field.responding(remanent, recoil, scale) + circuit.outside()
    reverse = reverse_field(vectors, circuit.along, circuit.law)
    own_field = reverse - 1e3 * circuit.outside_field_kA_m - circuit.creep
    return Case(kelvin, reverse, own_field, b_r)


def map_cases(
    source: Any,
    cells: Cells,
    circuit: Circuit,
    kelvin: float,
    b_r: Any,
    recoil: float,
) -> list[Case]:
    """Build the operating points of the user's field maps.

    The circuit's load line does not count; its outside field is added.

    Parameters
    ----------
    source : DataFrame, str or Path
        As `read_field` takes it: ``x_mm``, ``y_mm``, ``z_mm`` and three
        components such as ``H_x_kA_m`` or ``B_x_T``, and as they are
        ``operating_point`` and ``temperature``.
    cells : Cells
        Cells of the magnet, n of them.
    circuit : Circuit
        ``along``, ``outside_field_kA_m``, ``creep`` (A/m) and ``law``, as of
        `reverse_field`.
    kelvin : float
        Temperature of maps that name none, K.
    b_r : callable
        Takes a temperature, K, and returns B_r, T, to subtract the
        magnetization from a map of B; not called for a map of H.
    recoil : float
        Recoil permeability, relative.

    Returns
    -------
    list of Case
        One for each operating point, in the order in which the map names them
        first: ``kelvin`` of the map or else as given, and ``reverse``, the
        reverse field in each cell, A/m, (n,), positive against the
        magnetization. No part of the field counts as the magnet's own: ``own``
        is 0.

    Raises
    ------
    InputError
        If a map cannot be read, does not cover the magnet, or runs along the
        magnetization.
    """
    easy = AXES.index(circuit.along)
    cases = []
    for one in read_field(source):
        heat = kelvin if one.kelvin is None else one.kelvin
        vectors = one.at(cells)
        if one.induction:
            # B = mu_0 mu_rec H + B_r along the easy axis, mu_0 H across it.
            vectors = vectors.copy()
            vectors[:, easy] = (vectors[:, easy] - b_r(heat) / MU_0) / recoil
        vectors = vectors + circuit.outside()
        reverse = reverse_field(vectors, circuit.along, circuit.law)
        _refuse_other_way(one, reverse)
        cases.append(Case(heat, reverse, np.zeros(len(reverse))))
    return cases


def _refuse_other_way(one: FieldMap, reverse: FloatArray) -> None:
    """Raise InputError if a field map runs along the magnetization, so that its sign is wrong.

    `one` is the map, whose name the message gives; `reverse`, (n,), is the reverse field in the
    cells, A/m, positive against the magnetization. It is refused where its mean is negative and its
    largest value less than half the size of its lowest. Nothing is returned.
    """
    if float(np.mean(reverse)) < 0.0 and float(reverse.max()) < -0.5 * float(
        reverse.min()
    ):
        raise InputError(
            f"the field map{' ' + one.name if one.name else ''} runs along the magnetization "
            f"({np.mean(-reverse) / 1e3:.0f} kA/m on average); inside a magnet H points against "
            "it: turn its sign, name the axis by along, or name the columns B"
        )


_FIELD_ROUNDS = 60
_FIELD_TOLERANCE = 1e-4


def settle_reversal(
    magnet: Magnet,
    amount: FloatArray,
    field: SelfField,
    circuit: Circuit,
    start: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Compute magnetization and reverse field of a magnet in its own field, together, by iteration.

    Reversed cells make less field against their neighbours.

    Parameters
    ----------
    magnet : Magnet
        B_r and H_cJ by content.
    amount : ndarray, shape (n,)
        Content of each cell, %.
    field : SelfField
        Field that the cells make.
    circuit : Circuit
        ``along``, ``load_line``, ``outside_field_kA_m``, ``creep`` (A/m) and
        ``law``, as of `reverse_field`.
    start : ndarray, shape (n,)
        Share of B_r that earlier fields and temperatures left, 1 for all to
        -1; not changed.

    Returns
    -------
    share : ndarray, shape (n,)
        Share of B_r that each cell keeps, 1 to -1; never more than `start`.
    reverse : ndarray, shape (n,)
        Reverse field it sees, A/m, positive against the magnetization.
    """
    b_r = magnet.b_r(amount)
    scale = circuit.scale(field)
    outside = circuit.outside()
    share = start
    reverse = np.zeros(len(amount))
    for _ in range(_FIELD_ROUNDS):
        vectors = (
            field.responding(share * b_r / MU_0, magnet.recoil, scale)
            + outside
        )
        reverse = reverse_field(vectors, circuit.along, circuit.law)
        new = np.minimum(start, retained_share(magnet, amount, reverse))
        change = float(np.max(np.abs(new - share)))
        # Half a step at a time: a cell that reverses relieves its neighbours, not itself alone.
        share = 0.5 * (share + new)
        if change < _FIELD_TOLERANCE:
            break
    return share, reverse


@check_arguments
def demagnetization_history(
    magnets: Sequence[Magnet],
    amount: FloatArray,
    field: SelfField,
    circuits: Sequence[Circuit],
    cold: Magnet,
) -> "pd.DataFrame":
    """Compute the flux left at each temperature and outside field, one after the other.

    What one step reverses stays reversed in the next.

    Parameters
    ----------
    magnets : sequence of Magnet
        The magnet at the temperature of each step, in their order.
    amount : ndarray of float64, shape (n,)
        Heavy rare earth of each cell, % of mass.
    field : SelfField
        The field that the cells make in each other.
    circuits : sequence of Circuit
        The circuit, with the outside field of each step; as many as `magnets`
        (ValueError).
    cold : Magnet
        The magnet at the temperature that flux is counted from.

    Returns
    -------
    DataFrame
        One row a step: ``temperature_K``, ``outside_field_kA_m``, ``flux_pct``
        while heat and field last, ``after_pct`` back at the temperature of
        `cold` without any field, and ``reversible_pct`` and
        ``irreversible_pct``, the two parts of the loss since the start. All
        are % of the flux of `cold` with all of its B_r; a loss is positive.
    """
    import pandas as pd

    volumes = field.cells.volumes
    start = float((cold.b_r(amount) * volumes).sum())
    share = np.ones(len(amount))
    rows = []
    for magnet, circuit in zip(magnets, circuits, strict=True):
        share, reverse = settle_reversal(magnet, amount, field, circuit, share)
        slope = (magnet.recoil - 1.0) * MU_0 * reverse
        hot = (
            float(((share * magnet.b_r(amount) - slope) * volumes).sum())
            / start
        )
        after = float(((share * cold.b_r(amount)) * volumes).sum()) / start
        rows.append(
            {
                "temperature_K": magnet.temperature_K,
                "outside_field_kA_m": circuit.outside_field_kA_m,
                "flux_pct": 100.0 * hot,
                "after_pct": 100.0 * after,
                "reversible_pct": 100.0 * (after - hot),
                "irreversible_pct": 100.0 * (1.0 - after),
            }
        )
    return pd.DataFrame(rows)


LOSS = "irreversible_loss_pct"
_MARGIN = "margin_kA_m"
SAFETY = "demagnetization_safety"
_NORMAL = NormalDist()
# Gauss's three points of a normal distribution, for the uncertainty of the diffusion coefficient.
NODES = (
    (-np.sqrt(3.0), 1.0 / 6.0),
    (0.0, 2.0 / 3.0),
    (np.sqrt(3.0), 1.0 / 6.0),
)
_WIDEST_SOURCE = 5.0
_HALVINGS = 14
# Standard deviation of ln H_cJ by which misses of what has no error are counted.
_LEAST_STEP = 0.01
# ln of a ratio where nothing is asked.
_AMPLE = 10.0


@dataclass(frozen=True)
class Target:
    """The requirement on a magnet."""

    loss_pct: float | None = (
        None  # largest irreversible loss of flux, %; None: all cells withstand
    )
    margin: float = 0.0  # smallest H_cJ less reverse field of all cells, A/m, without `loss_pct`
    safety: float | None = (
        None  # smallest knee field over the reverse field of all cells
    )

    def met(
        self,
        magnet: Magnet,
        amount: FloatArray,
        case: Case,
        cells: FloatArray,
        deviations: float,
    ) -> bool:
        """Say whether a magnet meets the target in one case.

        Parameters
        ----------
        magnet : Magnet
            B_r and H_cJ by content.
        amount : ndarray, shape (n,)
            Content of each cell, % of mass.
        case : Case
            Operating point: ``reverse`` field (A/m), ``own`` part of it and
            ``b_r`` (T) that makes that.
        cells : ndarray, shape (n,)
            Volumes of the cells, m3.
        deviations : float
            Standard deviations by which ln H_cJ is off: a positive number is a higher H_cJ, so a
            cautious design takes a negative one. B_r of a prediction is off by as many.

        Returns
        -------
        bool
            By ``safety`` if the target has one, else by ``loss_pct``, else by ``margin``; a limit
            that is just reached is met.
        """
        field = case.field(magnet.b_r(amount, deviations))
        if self.safety is not None:
            knee = magnet.knee(amount, deviations)
            return bool(np.all(knee >= self.safety * field * (1.0 - 1e-9)))
        if self.loss_pct is None:
            return bool(
                np.all(magnet.h_cj(amount, deviations) - field >= self.margin)
            )
        return (
            flux_loss(magnet, amount, field, cells, deviations)
            <= self.loss_pct
        )


def read_target(require: str | Sequence[str]) -> Target:
    """Read the requirement on a magnet: a loss of the whole, or a margin or safety in every cell.

    Parameters
    ----------
    require : str or sequence of str
        One of ``irreversible_loss_pct<=3``, ``margin_kA_m>=50`` and
        ``demagnetization_safety>=1.1``, as a text or a sequence of one. An
        empty sequence gives the default target, a margin of 0; an empty text
        is an InputError.

    Returns
    -------
    Target
        With ``loss_pct`` (%), ``margin`` (A/m, of 50 kA/m 50000) or
        ``safety``; ``loss_pct`` and ``safety`` are None, and ``margin`` 0,
        where they are not asked for.

    Raises
    ------
    InputError
        If it is another column or sign, names a temperature, asks for a loss
        that is not between 0 and 100 (neither of them), or several are given.

    Examples
    --------
    >>> read_target("irreversible_loss_pct<=3").loss_pct
    3.0
    """
    texts = [require] if isinstance(require, str) else list(require)
    if not texts:
        return Target()
    if len(texts) > 1:
        raise InputError(
            f"give one of {LOSS}<=N, {_MARGIN}>=N, {SAFETY}>=N, got {len(texts)}"
        )
    one = parse_requirement(texts[0])
    comparison = {LOSS: "<=", _MARGIN: ">=", SAFETY: ">="}.get(one.column)
    if (
        comparison != one.sign
        or one.limit is None
        or one.temperature_K is not None
    ):
        raise InputError(
            f"requirement {texts[0]!r}: expected {LOSS}<=3, {_MARGIN}>=50 or {SAFETY}>=1.1"
        )
    if one.column == _MARGIN:
        return Target(None, 1e3 * one.limit)
    if one.column == SAFETY:
        return Target(safety=one.limit)
    if not 0.0 < one.limit < 100.0:
        raise InputError(
            f"{LOSS} must lie between 0 and 100, got {one.limit:g}"
        )
    return Target(one.limit)


def design_probability(
    target: Target,
    each: Sequence[tuple[Magnet, Case]],
    amounts: Sequence[FloatArray],
    cells: FloatArray,
) -> float:
    """Compute the probability that a magnet meets a target in every case.

    Errors of B_r and H_cJ are those of `magnetkit.choose.probability`, the same in the whole magnet
    and every case, so that the least likely case counts. The error of the diffusion coefficient
    belongs to the shell alone.

    Parameters
    ----------
    target : Target
        The requirement: ``loss_pct``, ``margin`` or ``safety``, as of
        `read_target`.
    each : sequence of (Magnet, Case)
        The magnet at the temperature of each case; one pair or more.
    amounts : sequence of ndarray, shape (n,)
        Content of each cell, %: three arrays, for the diffusion coefficient at
        each of `NODES` (off by -1.73, 0 and 1.73 standard deviations, which
        weigh 1/6, 2/3 and 1/6), or one array where it does not count. Another
        number is a ValueError.
    cells : ndarray, shape (n,)
        Volumes of the cells, in one unit.

    Returns
    -------
    float
        0 to 1.
    """
    weights = [w for _, w in NODES] if len(amounts) == len(NODES) else [1.0]
    total = 0.0
    for amount, weight in zip(amounts, weights, strict=True):
        least = min(
            _case_probability(target, magnet, amount, case, cells)
            for magnet, case in each
        )
        total += weight * least
    return total


def _case_probability(
    target: Target,
    magnet: Magnet,
    amount: FloatArray,
    case: Case,
    cells: FloatArray,
) -> float:
    """Compute the probability, 0 to 1, that a magnet meets a target in one case.

    It is capped by the distance to measured magnets.

    Parameters
    ----------
    target : Target
        The requirement: ``loss_pct``, ``margin`` or ``safety``, as of
        `read_target`.
    magnet : Magnet
        B_r and H_cJ by content, at the temperature of the case.
    amount : ndarray, shape (n,)
        Content of each cell, % of mass.
    case : Case
        Operating point: ``reverse`` field (A/m) and ``own`` part of it, (n,),
        and ``b_r`` (T) that makes that.
    cells : ndarray, shape (n,)
        Volumes of the cells, in one unit.
    """
    worst = bisect_least(
        partial(target.met, magnet, amount, case, cells),
        -_WIDEST_SOURCE,
        _WIDEST_SOURCE,
        _HALVINGS,
    )
    deviations = (0.0, 1.0)
    step = 1.0
    if magnet.shares_producer:
        deviations = magnet.log_deviations(amount, cells)
        # What has no error meets the target by far, or misses it.
        step = max(deviations[1], _LEAST_STEP)
    reverse = float(np.average(case.reverse, weights=cells))
    own_share = float(np.average(case.own, weights=cells))
    chance = probability_of_limits(
        [_AMPLE],
        [-step * worst],
        np.array([deviations[0]]),
        np.array([deviations[1]]),
        pull=own_share / reverse if reverse > 0.0 else 0.0,
    )
    mean = float(np.average(amount, weights=cells))
    distance = np.interp([mean], magnet.amount, magnet.distance)
    return float(cap_probability(chance, distance)[0])


def bisect_least(
    good: Callable[[float], bool], low: float, high: float, halvings: int
) -> float:
    """Find by bisection the smallest x between `low` and `high` for which `good(x)`.

    `good` takes a float and returns a bool; it must be False at `low` and True at `high`, neither of
    which is tried. The interval is halved `halvings` times; its upper end is returned, which is
    `high` if `good` holds nowhere that is tried.
    """
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def quantile(probability: float) -> float:
    """Return the deviations of ln H_cJ exceeded with `probability`, 0 to 1; negative above 0.5."""
    return _NORMAL.inv_cdf(1.0 - probability)
