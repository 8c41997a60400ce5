"""A magnet with heavy rare earth in each cell: its figures, its field, and what it loses.

`Magnet` gives B_r and H_cJ by content of heavy rare earth at one temperature; `Case` the reverse
field in each cell at one operating point, from the magnet's shape or a field solver's map; `Target`
what has to be met, and `target_probability` how likely a magnet meets it.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from .._core._arguments import check_arguments
from .._core._constants import DEVIATIONS_90
from .._core._requirement_text import parse_requirement
from .._core.elements import INDEX
from .._core.errors import InputError
from .._core.units import MU_0, kelvin_text
from ..alloy.table import CompositionTable
from ._profile import FieldMap, read_field
from ._shapes import AXES, Array, Axis, Cells, SelfField

if TYPE_CHECKING:
    import pandas as pd


_AMOUNTS = np.r_[0.0, np.geomspace(0.01, 8.0, 40)]
_SHARES = np.r_[0.0, np.geomspace(0.005, 0.6, 40)]


@dataclass(frozen=True, eq=False)
class Magnet:
    """B_r and H_cJ of a base alloy with heavy rare earth, at one temperature."""

    element: str  # the heavy rare earth
    temperature_K: float
    amount: Array  # mass of it over that of the magnet, %, (m,), rising from 0
    remanence: Array  # B_r, T, (m,)
    coercivity: Array  # H_cJ, A/m, (m,)
    deviation: Array  # standard deviation of ln H_cJ, (m,), common to all of a magnet
    squareness: float  # knee field over H_cJ
    recoil: float  # recoil permeability
    density: float  # kg/m3
    most_wt_pct: (
        float  # above it grains grow through and the gain of coercivity is lost
    )
    # H_cJ of the magnet as sold less that without what is diffused into it, A/m
    diffused: float = 0.0

    @property
    def as_sold(self) -> "Magnet":
        """The magnet with what is diffused into the grade that it is the alloy of."""
        return replace(self, coercivity=self.coercivity + self.diffused, diffused=0.0)

    def b_r(self, amount: Array) -> Array:
        """Return B_r, T, at a content of heavy rare earth, %."""
        return np.interp(amount, self.amount, self.remanence)

    def _curve(self, deviations: float) -> Array:
        return self.coercivity * np.exp(deviations * self.deviation)

    def h_cj(self, amount: Array, deviations: float = 0.0) -> Array:
        """Return H_cJ, A/m, at a content, %, with ln H_cJ off by standard deviations."""
        curve = self._curve(deviations)
        return np.where(
            amount > self.most_wt_pct, curve[0], np.interp(amount, self.amount, curve)
        )

    def needed(self, field: Array, deviations: float = 0.0) -> Array:
        """Return the least content, %, that withstands a reverse field, A/m, or infinity."""
        usable = self.amount <= self.most_wt_pct
        rising = np.maximum.accumulate(self._curve(deviations)[usable])
        # A level stretch has its least amount at its start.
        rising = rising + 1e-6 * np.arange(len(rising))
        found = np.interp(field, rising, self.amount[usable])
        return np.where(np.asarray(field) > rising[-1], np.inf, found)

    @property
    def most_coercive(self) -> float:
        """Largest H_cJ at any content, A/m."""
        return float(self.coercivity[self.amount <= self.most_wt_pct].max())


@dataclass(frozen=True)
class Anchor:
    """What is guaranteed of a base alloy at a temperature, by the sheet of the grade that it is.

    Attributes
    ----------
    host : str
    remanence : float
        B_r, T.
    coercivity : float
        H_cJ, A/m, of the alloy before anything is diffused in.
    squareness, recoil : float
        H_k / H_cJ and recoil permeability.
    lots : float
        What is guaranteed of H_cJ over what is typical.
    diffused : float
        What the grade as sold has more of H_cJ, A/m, by what is diffused into it.
    """

    host: str
    remanence: float
    coercivity: float
    squareness: float
    recoil: float
    lots: float
    diffused: float = 0.0


def diffused_magnet(
    table: CompositionTable,
    element: str,
    kelvin: float,
    process: Any,
    most_wt_pct: float,
    anchor: Anchor | None = None,
) -> Magnet:
    """Return a base alloy, one row, with heavy rare earth diffused to the grains' surface.

    At `kelvin`, K; `process` as for `magnetkit.magnetism.sintered`, `most_wt_pct` as in `Magnet`;
    with an `anchor` its values are what is guaranteed, and its errors those of the shell's law.
    Raises InputError if the alloy makes no magnet there, or diffusion into its host is unknown.
    """
    shells = [f"{element} {a:.6f} wt%" if a else "" for a in _AMOUNTS]
    frame = _sintered_frame(table[np.zeros(len(shells), int)], kelvin, process, shells)
    magnet = _magnet(frame, table, element, process, _AMOUNTS, most_wt_pct)
    if anchor is None:
        return magnet
    same = np.zeros(len(magnet.amount))
    return _anchored_magnet(magnet, anchor, same, is_shell=True)


def alloyed_magnet(
    table: CompositionTable,
    element: str,
    kelvin: float,
    process: Any,
    anchor: Anchor | None = None,
) -> Magnet:
    """Return the base alloy with part of its rare earth replaced; see `diffused_magnet`."""
    from ..alloy.shell_rows import replace_rare_earth

    many = table[np.zeros(len(_SHARES), int)]
    column = np.full(len(_SHARES), INDEX[element], np.int64)
    made = replace_rare_earth(many, column, _SHARES)
    weight = made.weight_fractions()[:, INDEX[element]]
    frame = _sintered_frame(made, kelvin, process, None)
    added = 100.0 * (weight - weight[0])
    magnet = _magnet(frame, table, element, process, added, np.inf)
    if anchor is None:
        return magnet
    atoms = made.to_array()
    distance = np.abs(atoms - atoms[0]).sum(axis=1)[: len(magnet.amount)]
    return _anchored_magnet(magnet, anchor, distance, is_shell=False)


def _anchored_magnet(
    magnet: Magnet, anchor: Anchor, distance: Array, *, is_shell: bool
) -> Magnet:
    """Return a magnet with the guaranteed values of an anchor, and the errors of its producer.

    A gain of a shell is absolute; an alloy's H_cJ goes with the producer's level. `distance`, (m,),
    is that of the alloys, the sum over atomic fractions.
    """
    from ..choose.probability import producer_deviations

    model = magnet.coercivity
    coercivity = anchor.coercivity * model / model[0]
    if is_shell:
        coercivity = anchor.coercivity + anchor.lots * (model - model[0])
    ratio = magnet.remanence / magnet.remanence[0]
    share = np.zeros(len(model))
    if is_shell:
        share = 1.0 - anchor.coercivity / coercivity
    coated = (magnet.amount > 0.0) & is_shell
    same_route = np.zeros(len(model), bool)
    _, deviation = producer_deviations(
        anchor.host, np.log(ratio), distance, share, coated, same_route
    )
    return replace(
        magnet,
        remanence=anchor.remanence * ratio,
        coercivity=coercivity,
        deviation=deviation,
        squareness=anchor.squareness,
        recoil=anchor.recoil,
        diffused=anchor.diffused,
    )


def _magnet(
    frame: Any,
    table: CompositionTable,
    element: str,
    process: Any,
    amounts: Array,
    most: float,
) -> Magnet:
    """Return the magnet of figures at contents `amounts`, %, up to `most` of use."""
    from ..magnetism._magnets import alloys
    from ..phases.partition import shelled_hosts

    kelvin = float(frame["temperature_K"].iloc[0])
    h_cj = frame["coercivity_kA_m"].to_numpy(float)
    good = (frame["status"] == "ok").to_numpy() & np.isfinite(h_cj) & (h_cj > 0.0)
    if not good[:2].all():
        status = frame["status"].iloc[0 if not good[0] else 1]
        reason = status if status != "ok" else "it has no coercivity"
        raise InputError(
            f"{table.formulas()[0]} makes no magnet with {element} at {kelvin_text(kelvin)}: "
            f"{reason}; diffusion is known in {', '.join(shelled_hosts())} alone"
        )
    # Amounts from the first that makes no magnet on are left out.
    end = len(good) if good.all() else int(np.argmin(good))
    low = frame["coercivity_kA_m_lo"].to_numpy(float)
    deviation = np.log(h_cj[:end] / low[:end]) / DEVIATIONS_90
    recoil = float(alloys(table, process).rows["recoil"][0])
    return Magnet(
        element,
        kelvin,
        np.asarray(amounts[:end], float),
        frame["remanence_T"].to_numpy(float)[:end],
        1e3 * h_cj[:end],
        deviation,
        float(frame["knee_field_kA_m"].iloc[0] / h_cj[0]),
        recoil,
        float(frame["density_kg_m3"].iloc[0]),
        most,
    )


def _sintered_frame(
    table: CompositionTable, kelvin: float, process: Any, shells: Any
) -> Any:
    """Return figures of many magnets at one temperature, K, without warnings of shells."""
    from ..magnetism.sintered import sintered_at

    with warnings.catch_warnings():
        # The amount is that of one cell, not what a furnace puts into the whole magnet.
        warnings.filterwarnings("ignore", message="no furnace makes this shell")
        (frame,) = sintered_at(table, [kelvin], process, shells)
    return frame


def retained_share(
    magnet: Magnet, amount: Array, field: Array, deviations: float = 0.0
) -> Array:
    """Return the share of B_r that each cell keeps after a reverse field, 1 down to -1, shape (n,).

    The local loop is that of `magnetkit.magnetism.demagnetization`: the share of grains that a
    field H has reversed is (H / H_cJ)^p, with p such that J is 0.9 B_r at the knee. `amount` is the
    content, %, `field` the largest reverse field seen along the easy axis, A/m, shape (n,) each; ln
    H_cJ is off by `deviations` standard deviations.
    """
    from ..magnetism._demagnetization_kernels import corner, reversed_share

    h_cj = magnet.h_cj(amount, deviations)
    b_r = magnet.b_r(amount)
    mean = float(h_cj.mean())
    power = corner(float(b_r.mean()), mean, magnet.squareness * mean, magnet.recoil)
    return np.maximum(1.0 - np.asarray(reversed_share(h_cj, power, field)), -1.0)


def flux_loss(
    magnet: Magnet, amount: Array, field: Array, cells: Array, deviations: float = 0.0
) -> float:
    """Return the irreversible loss of flux after a reverse field, % of that before.

    `amount`, %, `field`, A/m, and volumes `cells` are of the cells, shape (n,) each.
    """
    before = magnet.b_r(amount) * cells
    kept = retained_share(magnet, amount, field, deviations) @ before
    return float(100.0 * (1.0 - kept / before.sum()))


Law = Literal["component", "coherent"]


def reverse_field(vectors: Array, along: Axis, law: Law = "component") -> Array:
    """Return the reverse field that counts, A/m, shape (n,), of H, A/m, shape (n, 3).

    ``component`` takes the component along the easy axis, H_c(theta) = H_c / cos(theta) (Kondorsky,
    J. Phys. USSR 2 (1940) 161), which sintered Nd-Fe-B follows up to some 45 degrees; ``coherent``
    H_c(theta) = H_c (cos^(2/3) + sin^(2/3))^(-3/2) of Stoner and Wohlfarth, by which a transverse
    field helps. Real magnets lie between the two. Raises InputError if there is no such law.
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
    """The circuit around the magnet."""

    along: Axis  # direction of magnetization
    load_line: float | None = (
        None  # mean permeance coefficient -B / (mu_0 H); None in open circuit
    )
    # field in the magnet's place with its remanence set to zero, against the magnetization, kA/m
    outside_field_kA_m: float = 0.0
    law: Law = "component"  # see `reverse_field`
    creep: float = 0.0  # by how much the time of use acts like a larger field, A/m

    def scale(self, field: SelfField) -> float:
        """Return the share of the open-circuit field that is left: the load line sets its mean."""
        if self.load_line is None:
            return 1.0
        return 1.0 / (1.0 + self.load_line) / field.factor

    def outside(self) -> Array:
        """Return the outside field, and what time acts like, as a vector, A/m, shape (3,)."""
        vector = np.zeros(3)
        vector[AXES.index(self.along)] = -1e3 * self.outside_field_kA_m - self.creep
        return vector


@dataclass(frozen=True, eq=False)
class Case:
    """One operating point at `kelvin`, K."""

    kelvin: float
    reverse: (
        Array  # field against the magnetization that counts, A/m, (n,); negative: helps
    )
    own: Array  # part of it that the magnet makes and that falls with B_r, (n,); zeros for a map


def shape_case(
    field: SelfField, circuit: Circuit, kelvin: float, b_r: float, recoil: float
) -> Case:
    """Return the case of a magnet in its own field, as its circuit leaves it; `b_r` in T.

    The distribution in open circuit is kept and its mean set by the load line. Iron near a pole
    evens it out further, which only a field solver's map tells.
    """
    remanent = np.full(len(field.cells.points), b_r / MU_0)
    scale = circuit.scale(field)
    vectors = field.responding(remanent, recoil, scale) + circuit.outside()
    reverse = reverse_field(vectors, circuit.along, circuit.law)
    return Case(
        kelvin, reverse, reverse - 1e3 * circuit.outside_field_kA_m - circuit.creep
    )


def map_cases(
    source: Any, cells: Cells, circuit: Circuit, kelvin: float, b_r: Any, recoil: float
) -> list[Case]:
    """Return the cases of the user's maps, of which `source` is what `read_field` reads.

    The circuit's load line does not count; its outside field is added. `kelvin`, K, is that of maps
    without a temperature. `b_r`, a function of temperature, K, to B_r, T, takes the magnetization
    off a map of B.
    """
    easy = AXES.index(circuit.along)
    found = []
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
        found.append(Case(heat, reverse, np.zeros(len(reverse))))
    return found


def _refuse_other_way(one: FieldMap, reverse: Array) -> None:
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
    magnet: Magnet, amount: Array, field: SelfField, circuit: Circuit, start: Array
) -> tuple[Array, Array]:
    """Return the share of B_r that each cell keeps, and the reverse field it sees, A/m; (n,) each.

    Reversed cells make less field against their neighbours: magnetization and field are found
    together, by iteration. `amount` is the content, %, and `start` the share that earlier
    fields and temperatures left, shape (n,) each.
    """
    b_r = magnet.b_r(amount)
    scale = circuit.scale(field)
    outside = circuit.outside()
    share = start
    reverse = np.zeros(len(amount))
    for _ in range(_FIELD_ROUNDS):
        vectors = field.responding(share * b_r / MU_0, magnet.recoil, scale) + outside
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
    amount: Array,
    field: SelfField,
    circuits: Sequence[Circuit],
    cold: Magnet,
) -> "pd.DataFrame":
    """Return the flux left at each temperature and outside field, one after the other.

    Parameters
    ----------
    magnets : sequence of Magnet
        The magnet at each temperature.
    amount : ndarray of float64, shape (n,)
        Heavy rare earth of each cell, %.
    field : SelfField
    circuits : sequence of Circuit
        The circuit, with the outside field of each step.
    cold : Magnet
        The magnet at the temperature that flux is counted from.

    Returns
    -------
    DataFrame
        One row a step: ``temperature_K``, ``outside_field_kA_m``, ``flux_pct`` while heat and field
        last, ``after_pct`` back at the first temperature without the outside field, and
        ``reversible_pct`` and ``irreversible_pct`` of the loss; all of the flux at the start.
    """
    import pandas as pd

    volumes = field.cells.volumes
    start = float((cold.b_r(amount) * volumes).sum())
    share = np.ones(len(amount))
    rows = []
    for magnet, circuit in zip(magnets, circuits, strict=True):
        share, reverse = settle_reversal(magnet, amount, field, circuit, share)
        slope = (magnet.recoil - 1.0) * MU_0 * reverse
        hot = float(((share * magnet.b_r(amount) - slope) * volumes).sum()) / start
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
NODES = ((-np.sqrt(3.0), 1.0 / 6.0), (0.0, 2.0 / 3.0), (np.sqrt(3.0), 1.0 / 6.0))
_WIDEST_SOURCE = 5.0


@dataclass(frozen=True)
class Target:
    """The requirement on a magnet."""

    loss_pct: float | None = (
        None  # largest irreversible loss of flux, %; None: all cells withstand
    )
    margin: float = (
        0.0  # smallest H_cJ less reverse field of all cells, A/m, without `loss_pct`
    )
    safety: float | None = (
        None  # smallest knee field over the reverse field of all cells
    )

    def met(
        self, magnet: Magnet, amount: Array, case: Case, cells: Array, deviations: float
    ) -> bool:
        """Return whether a magnet meets it; content, %, and volumes of cells have shape (n,)."""
        # The magnet's own part falls with B_r.
        less = float(np.mean(1.0 - magnet.b_r(amount) / magnet.remanence[0]))
        field = case.reverse - less * case.own
        if self.safety is not None:
            knee = magnet.squareness * magnet.h_cj(amount, deviations)
            return bool(np.all(knee >= self.safety * field * (1.0 - 1e-9)))
        if self.loss_pct is None:
            return bool(np.all(magnet.h_cj(amount, deviations) - field >= self.margin))
        return flux_loss(magnet, amount, field, cells, deviations) <= self.loss_pct


def read_target(require: str | Sequence[str]) -> Target:
    """Read a target: a loss of the whole, or a margin or safety in every cell.

    ``irreversible_loss_pct<=3``, ``margin_kA_m>=50`` or ``demagnetization_safety>=1.1``.

    Raises InputError if it is another column, or both are given.

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
    wanted = {LOSS: "<=", _MARGIN: ">=", SAFETY: ">="}.get(one.column)
    if wanted != one.sign or one.limit is None or one.temperature_K is not None:
        raise InputError(
            f"requirement {texts[0]!r}: expected {LOSS}<=3, {_MARGIN}>=50 or {SAFETY}>=1.1"
        )
    if one.column == _MARGIN:
        return Target(None, 1e3 * one.limit)
    if one.column == SAFETY:
        return Target(safety=one.limit)
    if not 0.0 < one.limit < 100.0:
        raise InputError(f"{LOSS} must lie between 0 and 100, got {one.limit:g}")
    return Target(one.limit)


def target_probability(
    target: Target,
    each: Sequence[tuple[Magnet, Case]],
    amounts: Sequence[Array],
    cells: Array,
) -> float:
    """Return the probability that a magnet meets a target in every case.

    ln H_cJ is off by the same number of standard deviations in the whole magnet and every case.
    `each` holds the magnet at the temperature of each case; `amounts`, %, shape (n,) each, are
    those at each of `NODES` of the diffusion coefficient, or one array where it does not count.
    """
    weights = [w for _, w in NODES] if len(amounts) == len(NODES) else [1.0]
    total = 0.0
    for amount, weight in zip(amounts, weights, strict=True):
        worst = max(
            bisect_least(
                partial(target.met, magnet, amount, case, cells),
                -_WIDEST_SOURCE,
                _WIDEST_SOURCE,
                12,
            )
            for magnet, case in each
        )
        total += weight * (1.0 - _NORMAL.cdf(worst))
    return total


def bisect_least(
    good: Callable[[float], bool], low: float, high: float, halvings: int
) -> float:
    """Return the least number that is good, between one that is not and one that is."""
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def quantile(probability: float) -> float:
    """Return the deviations of ln H_cJ exceeded with a probability; negative above 0.5."""
    return _NORMAL.inv_cdf(1.0 - probability)
