"""What a process makes of hard phases: phases in balance, Kronmueller's parameters, magnets."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._core._columnar import Coded
from .._core._constants import DEVIATIONS_90
from .._core._types import BoolArray, FloatArray, Int8Array, IntArray
from .._core.elements import ATOMIC_MASS, INDEX, RARE_EARTHS, mask
from .._core.units import N_A, ROOM_K
from ..alloy.shell_rows import ShellRows, add_masses, replace_rare_earth
from ..alloy.table import GIVEN, CompositionTable
from ..compound.evaluate import STATUS, Intrinsic, evaluate_phases
from ..compound.parameters import ion_tables, load
from ..phases.records import HOST_NAMES
from ..surrogates.intrinsic import condense_groups, condensed_alone
from . import _boundary
from ._balance import (
    Balance,
    balance,
    grain_effect,
    microstructure,
    reduced_remanence,
    slope_deviation,
)
from ._cells import CELLS, Shares, shares, squareness
from ._evidence import UNKNOWN, Evidence, evidence, process_distance
from ._gates import (
    FAR,
    apply_gates,
    gates,
    gates_at_temperatures,
    turned_width,
)
from ._measured import COERCIVITY, QUANTITIES, StatedLevel
from ._uncertainty import condition_rows
from .laws import law
from .process import (
    Process,
    by_row,
    level_route,
    parameters,
    read_process,
    rows_made_by_route,
)
from .shells import (
    SURFACE,
    arriving_share,
    carrier_volume,
    covering,
    enrich_surface,
    given_share,
    mix_between_grains,
)

if TYPE_CHECKING:
    from ..compound.evaluate import PredictedCurie
    from ..phases.partition import Partition, Traces
    from ..surrogates._curie import CurieModel
    from ._given import Widths


FORMULA = law("formula")
GRAINS = law("grains")
TEMPERATURE = law("temperature")

_REFRACTORY = ("Ti", "Zr", "Hf", "V", "Nb", "Ta")
_SUMMED = (
    ("La",),
    ("Ce",),
    RARE_EARTHS,
    ("Co",),
    ("Fe", "Co"),
    ("C",),
    ("B", "C"),
    _REFRACTORY,
)
_OF_LOSSES = np.column_stack([mask(symbols) for symbols in _SUMMED])


@dataclass(frozen=True, eq=False)
class Magnets:
    """n magnets at k temperatures.

    Fields are ``temperature`` (K, (k,)); ``polarization`` (T),
    ``intrinsic_coercivity`` and ``knee_field`` (A/m) and ``status``, (n, k);
    ``alloys`` and ``rules``.
    """

    temperature: FloatArray  # K, (k,)
    # mean J_s of the hard phase along the axis, T, (n, k); NaN above T_C
    polarization: FloatArray
    intrinsic_coercivity: FloatArray  # H_cJ, A/m, (n, k)
    knee_field: FloatArray  # H_k, A/m, (n, k)
    status: (
        Int8Array  # index into `magnetkit.compound.evaluate.STATUS`, (n, k)
    )
    alloys: "Alloys"  # what they are at any temperature
    rules: Any  # those of the kernel that they are by

    @property
    def rows(self) -> dict[str, FloatArray]:
        """Process and family parameters of each row, shape (n,) each."""
        return self.alloys.rows

    def remanence(self) -> FloatArray:
        """Return B_r, T, shape (n, k)."""
        return self.polarization * self.alloys.factor[:, None]

    def coercivity(self) -> FloatArray:
        """Return H_cJ, A/m, shape (n, k)."""
        return self.intrinsic_coercivity

    def field_of(
        self, picked: IntArray, at: IntArray, knee: bool
    ) -> FloatArray:
        """Compute H_cJ or the knee field, A/m, of some magnets at some temperatures.

        This is for `Magnets` that were made without coercivity.

        Parameters
        ----------
        picked : ndarray of int64, shape (p,)
            Numbers of the magnets, from 0.
        at : ndarray of int64, shape (q,)
            Numbers of the temperatures, from 0, in ``temperature``.
        knee : bool
            True for the knee field, False for H_cJ.

        Returns
        -------
        ndarray, shape (p, q)
            NaN where the status is not "ok".
        """
        whole = replace(self.alloys, phases=self.alloys.with_skins(picked))
        magnets = whole.at(
            self.temperature[at], self.rules, None if knee else at >= 0, picked
        )
        field = magnets.knee_field if knee else magnets.intrinsic_coercivity
        return np.where(self.status[np.ix_(picked, at)] == 0, field, np.nan)


def _charge(
    table: CompositionTable, host: Int8Array
) -> tuple[CompositionTable, BoolArray]:
    """Replace bare formulas of cells, R2(Co,Fe)17, by the usual charge of such a magnet.

    `table` holds n recipes and is not changed; `host`, int8 (n,), are the host
    codes, indices into `HOST_NAMES`, -1 for none. The charge has the usual Cu,
    Zr and ratio of metal to rare earth; the shares among rare earths, and of
    Fe to Co, stay. Rows in wt.% are no formulas; those, formulas with too much
    iron to be hardened and other hosts than those with walls between cells are
    not touched.

    Returns
    -------
    charge : CompositionTable
        New table without ``given``, or `table` itself if no row is replaced.
    rows : ndarray of bool, shape (n,)
        Rows that were replaced.
    """
    from ..alloy._row_kernels import insert_column
    from ..phases.partition import site_rules, wall_hosts

    rows = wall_hosts(host) >= 0
    if not rows.any():
        return table, rows
    rare, (_, counts) = table.fraction(*RARE_EARTHS), site_rules()
    likeness = counts[host, 0] / (counts[host, 0] + counts[host, 1])
    alone = rare + table.fraction("Co", "Fe") > 1.0 - 1e-9
    # No charge hardens what has too much iron.
    alone &= table.fraction("Fe") <= CELLS.most_iron * (1.0 - rare)
    rows &= (
        alone
        & (np.abs(rare - likeness) < FORMULA.charge_step)
        & ~table.is_by_weight
    )
    if not rows.any():
        return table, rows
    cells = parameters().cells
    ratio = cells["ratio"]
    additions = {"Cu": cells["copper"], "Zr": cells["zirconium"]}
    indptr, indices, values = table.rows
    for symbol in additions:
        column = np.where(rows, INDEX[symbol], -1)
        indptr, indices, values = insert_column(
            indptr, indices, values, column
        )
    row = np.repeat(np.arange(len(table)), np.diff(indptr))
    share = np.zeros(len(mask(())))
    earth = mask(RARE_EARTHS)[indices] > 0.0
    share[[INDEX[symbol] for symbol in additions]] = list(additions.values())
    with np.errstate(divide="ignore", invalid="ignore"):
        metal = (1.0 - share.sum()) * values / (1.0 - rare[row]) + share[
            indices
        ]
        amounts = np.where(earth, values / rare[row], ratio * metal) / (
            1.0 + ratio
        )
    values = np.where(rows[row], amounts, values)
    charge = CompositionTable(
        indptr, indices, values, table.row_index, table.errors
    )
    return replace(charge, by_weight=table.by_weight), rows


@dataclass(frozen=True, eq=False)
class Alloys:
    """What a process makes of n recipes, before any temperature is named."""

    written: "Partition"  # the recipes split as they are written
    balance: Balance  # the recipes in their phases
    process: Process  # checked
    shells: ShellRows | None  # what is diffused into them
    never_made: NDArray[
        np.bool_
    ]  # which nobody has made, so that no model speaks of them, (n,)
    traces: "Traces | None"  # what was taken out of the recipes before they were split
    gate: NDArray[
        np.int8
    ]  # of `_gates.gates`: what keeps them from being magnets, (n,)
    charged: BoolArray  # whose formula stands for a usual charge, (n,)
    # of `magnetkit.magnetism._magnet_kernels`; with `predicted`, with the hard phases as written
    phases: Any
    predicted: "PredictedCurie | None"  # T_C of the hard phases as written, where ranges are wanted
    # B_r / J_s, (n,): volumes of hard and other phases, times density, alignment
    factor: FloatArray
    structure: dict[str, FloatArray]  # as for `microstructure`
    rows: dict[str, FloatArray]  # as for `microstructure`
    given: "Widths"  # what a user says of the hard phases, empty where nothing
    curie: (
        "CurieModel | None"  # model of T_C, that of all that is known if None
    )
    # what `nearest` returns, empty where it was left out
    near: dict[str, Evidence] = field(default_factory=dict)

    def density(self) -> FloatArray:
        """Return the density of the magnets, kg/m3, shape (n,).

        That of the hard phase by its cell, whose volume the intrinsic model mixes from those of
        the end members, times the density reached in sintering. The grain boundary, a few per
        cent of the volume, is taken to be as dense. NaN without a host.
        """
        from ..alloy._row_kernels import sums
        from ..compound._intrinsic_kernels import TESLA, TO_TESLA
        from ..phases._host_kernels import ON_R
        from ..phases.partition import site_rules

        phase = self.balance.parts.hard_phase.rows
        codes = self.balance.parts.host
        role, counts = site_rules()
        mass = sums(phase, ATOMIC_MASS)
        with np.errstate(divide="ignore", invalid="ignore"):
            units = sums(phase, role == ON_R, codes) / counts[codes, 0]
            volume = TESLA / self.phases.state[: len(codes), TO_TESLA]
            # Masses are in g/mol, volumes in A^3.
            density = (
                1e-3
                * mass
                / N_A
                / units
                / (1e-30 * volume)
                * self.rows["density"]
            )
        return np.where(codes >= 0, density, np.nan)

    def apart(self) -> dict[str, FloatArray]:
        """Return how far process and traces set n magnets apart from measured ones, (n,) each.

        The keys are "process" and, where traces were taken out of the recipes,
        "other elements"; distances, 0 or more, have no unit, as
        `Evidence.distance`.
        """
        sides = {"process": self.rows["apart"]}
        if self.traces is None:
            return sides
        return sides | {"other elements": self.traces.weight}

    def nearest(self) -> dict[str, Evidence]:
        """Compute how far magnets are from those with measured `QUANTITIES`, an `Evidence` by quantity.

        The keys are "coercivity_kA_m" and "remanence_T"; an `Evidence` has
        ``distance``, (n,), ``nearest`` and ``farthest``, `Coded` texts.
        Recipe, route, process and traces count. ``near`` is neither read nor
        changed.
        """
        evidence = nearest_recipes(
            self.written.recipe, self.written.host, self.process
        )
        for name, distance in self.apart().items():
            evidence = {
                n: one.beyond(distance, name) for n, one in evidence.items()
            }
        return evidence

    def with_level(self, level: float, fall: float = 1.0) -> "Alloys":
        """Return new alloys of a producer of another level; these are not changed.

        `level` is a factor of H_cJ at 20 degrees C without a shell, over that
        of these alloys; it multiplies a level that they have already. `fall`
        is a factor of the fall of coercivity with temperature, above 1 for a
        steeper one; it multiplies one that they have already.
        """
        rows = self.rows
        new_rows = {
            "harder": level * rows["harder"],
            "fall": fall * rows["fall"],
        }
        return replace(self, rows={**rows, **new_rows})

    def with_stated(self, stated: StatedLevel) -> "Alloys":
        """Return these alloys, made without a producer, as those of a producer of a stated level.

        `stated` holds for the alloys of its ``host``, a root such as "2:14:1": its ``remanence``
        for all of them, its ``level`` and ``fall`` where their route is of its word, ``route``. All
        three are factors over the model's. The figures equal what `alloys` makes with that
        producer, which ``process`` of the result does not name. Recipes are split and condensed
        once for all levels; these alloys are not changed.
        """
        from ..phases.partition import root_codes

        rows = dict(self.rows)
        of_host = Coded(root_codes(self.written.host), HOST_NAMES).says(
            stated.host
        )
        of_level = of_host & (stated.route == level_route(self.process.route))
        rows["harder"] = np.where(of_level, stated.level, 1.0) * rows["harder"]
        rows["fall"] = np.where(of_level, stated.fall, 1.0) * rows["fall"]
        stronger = np.where(of_host, stated.remanence, 1.0)
        rows["stronger"] = stronger * rows["stronger"]
        stronger_alloys = replace(
            self, rows=rows, factor=stronger * self.factor
        )
        # As `alloys` has it, which works this out before a producer is known.
        vars(stronger_alloys)["_micro"] = self._micro
        return stronger_alloys

    def with_skins(self, picked: IntArray) -> Any:
        """Return the kernel's `Phases` with the surfaces of the grains of some alloys.

        Those surfaces were left out when the alloys were made. `picked`,
        int64, are numbers of alloys, from 0. The result has all n alloys,
        those not picked without a surface. The alloys themselves are not
        changed; their own `Phases` are returned where they have surfaces
        already, or none of `picked` needs one, as without Dy and Tb in the
        hard phase.
        """
        own_phases = self.phases
        cells = self.balance.parts.hard_phase
        codes = self.balance.parts.host
        rows = picked[self._has_skin[picked]]
        if not rows.size or (own_phases.skins >= 0).any():
            return own_phases
        skins = enrich_surface(
            cells[rows], self.rows["surface_enrichment"][rows]
        )
        skin_phases = condensed_alone(skins, codes[rows], self.curie)
        return own_phases._replace(
            skins=_places(rows, len(codes), 0), own=tuple(skin_phases)
        )

    def closed_gate(self, kelvin: Any) -> Int8Array:
        """Return the gate that is closed to each magnet at temperatures, shape (m, n).

        `kelvin`, (m,), are the temperatures, K. The result, int8, has indices into
        `magnetkit.compound.evaluate.STATUS`, 0 for none.
        """
        return gates_at_temperatures(self.gate, self.written, kelvin)

    def rules(self) -> Any:
        """Build the `Rules` of the kernel for these n alloys.

        Every field has shape (n,), but for ``book``, the constants of the laws
        of temperature: ``factor`` (B_r / J_s), ``alpha_k``, ``n_eff``,
        ``pinned`` (A/m), ``level`` (factor of H_cJ), ``temperature_law`` (0
        power, 1 nucleation, 2 straight line), ``decay`` (of law 0 the power, of
        the others a fall per 1000 K), ``knee_law`` (0 share, 1 local fields),
        ``usual_curie`` (K), ``squareness``, ``recoil``, ``limit`` (K) and
        ``bend``. The latter is zero: `bend` computes it.
        """
        from ._magnet_kernels import Rules, TemperatureBook

        rows = self.rows
        constants = [
            getattr(TEMPERATURE, name) for name in TemperatureBook._fields
        ]
        alpha_k, n_eff, pinning, remaining, decay = self._micro
        level = remaining * rows["harder"]
        return Rules(
            self.factor,
            alpha_k,
            n_eff,
            pinning,
            level,
            decay * rows["fall"],
            np.nan_to_num(rows["temperature_law"]).astype(np.int8),
            np.nan_to_num(rows["knee_law"]).astype(np.int8),
            rows["usual_curie_K"],
            rows["squareness"],
            rows["recoil"],
            rows["structure_limit_K"],
            np.zeros(len(decay)),
            TemperatureBook(*np.array(constants)),
        )

    @cached_property
    def _has_skin(self) -> BoolArray:
        return _has_surface(self.balance.parts.hard_phase, self.rows)

    @cached_property
    def _micro(self) -> tuple[FloatArray, ...]:
        """What `microstructure` returns of the rows as they are."""
        return microstructure(self.rows, self.structure)

    def at(
        self,
        temperature: FloatArray,
        rules: Any = None,
        hard: Any = None,
        picked: Any = None,
    ) -> Magnets:
        """Evaluate the magnets at temperatures, without ranges and whatever gate is closed to them.

        Parameters
        ----------
        temperature : ndarray, shape (m,)
            Temperatures, K.
        rules : Rules, optional
            In place of the alloys' own, of `rules`.
        hard : ndarray of bool, shape (m,), optional
            Temperatures at which coercivity is wanted. It is NaN at the
            others, but for 293.15 K, at which it may be given all the same;
            the knee field is NaN at all. Without `hard` both are computed.
        picked : ndarray of int64, shape (p,), optional
            Numbers of the alloys wanted, from 0; all n otherwise.

        Returns
        -------
        Magnets
            Arrays of shape (n, m), or (p, m) with `picked`: ``polarization``
            (J_s, T), ``intrinsic_coercivity`` and ``knee_field`` (A/m) and
            ``status``, index into `magnetkit.compound.evaluate.STATUS`. Above
            T_C polarization is NaN; what else stands where the status is not 0
            is not to be used. Its ``alloys`` are all n.
        """
        from ._magnet_kernels import states

        rules_in_force = self.rules() if rules is None else rules
        j, h_cj, knee, status = states(
            temperature, self.phases, rules_in_force, hard, picked
        )
        return Magnets(
            temperature, j.T, h_cj.T, knee.T, status.T, self, rules_in_force
        )

    def bend(self, between: tuple[float, float]) -> FloatArray:
        """Compute the correction of the polarization that a reference magnet's alpha calls for, (n,).

        The unit is 1/K: J_s is to be multiplied by 1 + result (T - 293.15 K).
        With it the chord between the two temperatures of `between`, K, lower
        first, differs from the model's by as much as the reference's does. It
        is 0 without a reference, or where the polarization is not known.
        """
        from ._magnet_kernels import ROOM

        shift = self.rows["alpha_shift"] / 100.0
        if not shift.any():
            return shift
        first, second = between
        span = second - first
        j = self.at(np.array(between), hard=np.zeros(2, bool)).polarization
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = 1.0 + shift * span * j[:, 0] / j[:, 1]
            correction = (ratio - 1.0) / (
                (second - ROOM) - ratio * (first - ROOM)
            )
        return np.where(np.isfinite(correction), correction, 0.0)

    def hard_phases(self, temperature: FloatArray) -> Intrinsic:
        """Evaluate the hard phases, as the recipes are written, at temperatures, K.

        The alloys must have been made with `ranges`, which is not checked.
        Values that the user gave widen the result. `temperature` has shape
        (m,).

        Returns
        -------
        Intrinsic
            ``value`` and ``sd`` of n phases at m temperatures, (n, m, 7), in
            the order of `PROPERTIES`; ``curie`` and ``curie_sd``, (n,), K;
            ``status``, (n, m).
        """
        from .._core._arrays import Condensed

        n = len(self.factor)
        state = self.phases.state
        first = 0 if self.written is self.balance.parts else len(state) - n
        condensed_phases = Condensed(state[first : first + n], self.phases.ion)
        phases = evaluate_phases(
            self.written,
            temperature,
            load(),
            self.predicted,
            condensed=condensed_phases,
        )
        if self.given:
            from ._given import widen

            widen(phases, self.given)
        return phases


def evaluate_magnets(
    made: Alloys,
    temperature: Any,
    between: tuple[float, float] | None = None,
    hard: BoolArray | None = None,
) -> Magnets:
    """Evaluate the magnets of n alloys at m temperatures, K, without ranges.

    Parameters
    ----------
    made : Alloys
        n alloys, as `alloys` returns them.
    temperature : array_like, shape (m,)
        Temperatures, K; a number alone is not accepted.
    between : tuple of float, optional
        Range of use, K, lower temperature first. With it the values are the central ones of
        `sintered.figure_columns`, NaN where there is no uniaxial magnet. Without it values stay
        where the status is not 0, and are not to be used.
    hard : ndarray of bool, shape (m,), optional
        At which temperatures coercivity is wanted; elsewhere it is NaN (at
        293.15 K it may be given all the same), and with `hard` the knee field
        is NaN everywhere. All at None.

    Returns
    -------
    Magnets
        Arrays of shape (n, m): ``polarization`` (J_s, T; the method ``remanence()`` gives B_r),
        ``intrinsic_coercivity`` and ``knee_field`` (A/m), and ``status``, index into
        `magnetkit.compound.evaluate.STATUS`, 0 for "ok". Magnets of a kind that nobody has made
        have the status "outside the model" and NaN. Where a gate is closed coercivity and knee
        field are NaN, and the status of what is ok otherwise names the gate.
    """
    rules = (
        None
        if between is None
        else made.rules()._replace(bend=made.bend(between))
    )
    magnets = made.at(np.asarray(temperature, float), rules, hard)
    outside = np.broadcast_to(made.never_made[:, None], magnets.status.shape)
    if between is not None:
        outside = (
            outside
            | (magnets.status == 0) & ~np.isfinite(made.factor)[:, None]
        )
    magnets.status[outside] = STATUS.index("outside the model")
    blank = outside if between is None else magnets.status != 0
    for values in (
        magnets.polarization,
        magnets.intrinsic_coercivity,
        magnets.knee_field,
    ):
        values[blank] = np.nan
    status = apply_gates(
        magnets.status.T, made.closed_gate(magnets.temperature)
    ).T
    magnets.intrinsic_coercivity[status] = magnets.knee_field[status] = np.nan
    return magnets


def nearest_recipes(
    table: CompositionTable, codes: Any, made: Process
) -> dict[str, Evidence]:
    """Compute how far n recipes, traces left out, are from measured magnets.

    Parameters
    ----------
    table : CompositionTable
        The recipes.
    codes : ndarray of int8
        Indices of their hosts in `HOST_NAMES`, (n,); -1 for none.
    made : Process
        Process of all; its producer and its route's family count. What its settings and the traces
        add is left to `Alloys.apart`.

    Returns
    -------
    dict of Evidence
        By quantity, "coercivity_kA_m" and "remanence_T": ``distance``, (n,),
        without a unit, 0 without a host and 2.5 for a host without a measured
        magnet; ``nearest`` and ``farthest``, `Coded`
        texts: name of the nearest magnet, and of the coordinate farthest off.
    """
    from ..phases.partition import root_codes

    places: dict[str, FloatArray] = {}
    roots = Coded(root_codes(codes), HOST_NAMES)
    family = "" if made.route is None else made.route.family
    result = {}
    for quantity in QUANTITIES:
        result[quantity] = evidence(
            table, roots, quantity, made.producer, family, places
        )
    return result


def _has_no_precedent(
    written: "Partition", shells: ShellRows | None, traces: "Traces | None"
) -> Any:
    """Say which of n magnets are of a kind that nobody has made, bool, shape (n,).

    A composition beyond every known one counts, so does a shell that is known
    of no magnet of the host, and a trace beyond its known amount. A
    composition or shell without a host does not count.

    Parameters
    ----------
    written : Partition
        Recipes split as they are written; ``host`` (int8 codes) and ``recipe``
        are read.
    shells : ShellRows or None
        Shell of each, as `read_shells` returns them; None for none at all.
    traces : Traces or None
        What was taken out of the recipes, of `phases.partition.purify`; None for nothing.
    """
    from ..phases.partition import (
        has_diffusion_precedent,
        hosts_with_shells,
        is_within_precedent,
    )

    codes = written.host
    never = ~is_within_precedent(written.recipe, written.host)
    if shells is not None:
        rims = shells.with_rim & ~has_diffusion_precedent(codes, shells.column)
        never |= rims & (codes >= 0)
        if shells.carriers is not None:
            # Carriers are known to act on the boundary of the hosts that shells are known of alone.
            never |= (
                shells.carriers.any(axis=1)
                & (codes >= 0)
                & ~hosts_with_shells(codes)
            )
    if traces is None:
        return never
    return never | traces.beyond


def alloys(
    table: CompositionTable,
    process: "Process | dict[str, Any] | str | None" = None,
    shells: ShellRows | None = None,
    host: str | Int8Array = "auto",
    curie: "CurieModel | None" = None,
    ranges: bool = False,
    skins: bool = True,
) -> Alloys:
    """Split recipes into phases and condense these: the entrance to everything about magnets.

    A 2:17 alloy is split into cells and walls (`phases.partition.partition`); polarization is the
    volume average of both, the charge sets coercivity (`_cells.cellular_coercivity`). Dysprosium
    and terbium of a 2:14:1 alloy act where reversal starts, on the grains' surface, as if they were
    enriched there. With a shell, polarization is the average of core and shell. The anisotropy
    field then lies between those of the surface and of the shell, by the calibrated efficiency of a
    shell and as far as the shell is thick enough (`shells.covering`). A shell about other grains
    than those of 2:14:1 is not known: its magnet is outside the model.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    process : Process, dict or str, optional
        As for `sintered`; a text is the name of a route or of a stored
        producer.
    shells : ShellRows, optional
        Shell of each, as ``read_shells("Tb 0.5 wt%", n)`` returns them; a text is not accepted.
    host : str or ndarray of int8
        As for `sintered`, "auto" or such as "2:14:1", or host codes, (n,): indices into
        `HOST_NAMES`, -1 for none.
    curie : CurieModel, optional
        Model of the Curie temperature; the shipped one otherwise.
    ranges : bool
        Also condense the hard phases as the recipes are written, for ranges.
    skins : bool
        False leaves out what coercivity alone depends on, where nothing else needs it: surfaces of
        grains and distances to measured magnets, which `Alloys.with_skins` and `Alloys.nearest`
        give.

    Returns
    -------
    Alloys
        n rows; `table` is not changed. What no figure can be made of has NaN
        in ``factor`` (B_r / J_s) or a closed ``gate`` (index into `STATUS`, 0
        for an open one), (n,) each, and stays a row. `Alloys.at`,
        `evaluate_magnets` and `sintered.figure_columns` give its figures at
        temperatures; ``written`` are the recipes split, ``rows`` and
        ``structure`` dicts of arrays (n,).

    Raises
    ------
    InputError
        If the host or the process cannot be used, or a given value contradicts the model.
    """
    if shells is not None:
        table, shells = mix_between_grains(table, shells)
    written, traces, process, rows = _read(table, process, host)
    balance, formula, charged = _split_into_phases(written, rows, traces)
    carriers = None if shells is None else shells.carriers
    structure = _structure(written.recipe, balance, formula, rows, carriers)
    _soften(structure, rows, process, written.host)
    rims = _resolve_rims(written, shells, rows)
    has_skin = _has_surface(balance.parts.hard_phase, rows)
    if not (skins or table.given or rims.rows.size):
        has_skin &= slope_deviation(rows).any()
    phases, prediction = _condense_phases(
        balance.parts,
        formula,
        rows["surface_enrichment"],
        np.flatnonzero(has_skin),
        rims,
        curie,
        written if ranges or table.given else None,
    )
    prediction, widths, harder = _with_given(
        table.given, phases, written, balance.parts, prediction, rows
    )
    _widen_spread(rows, structure, written)
    rows["apart"] = process_distance(
        process, rows, Coded(written.host, HOST_NAMES)
    )
    factor = _remanence_factor(balance, structure, rows, rims)
    if shells is not None:
        factor *= 1.0 - carrier_volume(written.recipe, shells)
    if traces is not None:
        factor *= 1.0 - traces.volume
    magnets = Alloys(
        written=written,
        balance=balance,
        process=process,
        shells=shells,
        never_made=_has_no_precedent(written, shells, traces),
        traces=traces,
        gate=gates(balance, structure, process.route),
        charged=charged,
        phases=phases,
        predicted=prediction,
        factor=factor,
        structure=structure,
        rows=rows,
        given=widths,
        curie=curie,
    )
    _place_among_measured(magnets, harder, skins)
    return magnets


@dataclass(frozen=True)
class _Rims:
    """The shells about the grains of n alloys, an array of zeros for those without.

    ``rows`` and ``columns``, (k,), are numbers of the k alloys that have one
    and of their elements (atomic number less 1); ``fraction``, ``content`` and
    ``cover``, (n,), are shares, 0 to 1.
    """

    rows: IntArray  # the alloys that have one
    columns: IntArray  # the column of the element of each of these in tables
    fraction: FloatArray  # volume of the shell in the hard phase, (n,)
    content: (
        FloatArray  # share of the shell's rare earth that is the element, (n,)
    )
    cover: FloatArray  # share of its gain that a shell of its thickness gives, (n,)


def _resolve_rims(
    written: "Partition", shells: ShellRows | None, rows: dict[str, FloatArray]
) -> _Rims:
    """Return the shells of n recipes by volume, content and cover.

    `written` are the recipes split as they are written, `shells` the shells as `read_shells`
    returns them, and `rows` has ``grain_size_um``, (n,).

    Returns
    -------
    _Rims
        ``rows``, numbers from 0 of the k alloys that have one, and
        ``columns``, those of their elements (atomic number less 1), int64 (k,)
        each; ``fraction``, ``content`` and ``cover``, (n,) each, 0 to 1, zeros
        for those without and where `shells` is None.
    """
    if shells is None:
        none = np.zeros(len(written.host))
        no_rows = np.empty(0, np.int64)
        return _Rims(no_rows, no_rows, none, none, none)
    arriving = arriving_share(shells.faces_mm)
    fraction, content = shells.resolve_amounts(
        written.recipe, arriving=arriving
    )
    with_rim = np.flatnonzero(fraction > 0.0)
    cover = covering(fraction, np.nan_to_num(rows["grain_size_um"]))
    return _Rims(with_rim, shells.column[with_rim], fraction, content, cover)


def _soften(
    structure: dict[str, FloatArray],
    rows: dict[str, FloatArray],
    process: Process,
    codes: Int8Array,
) -> None:
    """Let the route and the cells' charge act, in place, on soft phase and squareness, (n,) each.

    A route with a hardening of its own sets the soft phase of its magnets to
    0; without a route it stays. Cells are less square where their charge is
    off, with or without a route. ``structure["soft"]``, a volume fraction,
    changes in its array; ``rows["squareness"]``, H_k / H_cJ, is replaced;
    ``structure["ratio"]``, metal per rare earth, is read. `process` has the
    ``route`` or None, and `codes`, int8 (n,), are host codes, indices into
    `HOST_NAMES`, -1 for none.
    """
    from ..phases.partition import wall_hosts

    if process.route is not None and process.route.hardening:
        structure["soft"][rows_made_by_route(process.route, codes)] = 0.0
    if (wall_hosts(codes) >= 0).any():
        rows["squareness"] = squareness(rows["squareness"], structure["ratio"])


def _condense_phases(
    parts: "Partition",
    formula: FloatArray,
    enrichment: FloatArray,
    with_skin: IntArray,
    rims: _Rims,
    curie: "CurieModel | None",
    written: "Partition | None",
) -> "tuple[Any, PredictedCurie | None]":
    """Condense hard phases, walls, skins and shells of n alloys, in this order, for the kernels.

    Parameters
    ----------
    parts : Partition
        The split recipes: host codes, hard phases and what is beside them.
    formula : ndarray of float64, shape (n,)
        How far each is a bare formula, which has no walls, 0 to 1.
    enrichment : ndarray of float64, shape (n,)
        How much more Dy and Tb count on the surface of grains.
    with_skin : ndarray of int64
        Rows, from 0, whose surface is wanted.
    rims : _Rims
        Shells about the grains: ``rows`` and ``columns``, (k,), ``fraction``,
        ``content`` and ``cover``, (n,), as `_resolve_rims` returns them.
    curie : CurieModel or None
        Model of the Curie temperature; None takes the shipped one.
    written : Partition or None
        The recipes as they are written, where their Curie temperatures are wanted.

    Returns
    -------
    phases : Phases
        What the kernels read: ``state`` and ``ion``, rows of all condensed
        phases, the n hard ones first; ``tables``; ``walls``, ``skins`` and
        ``shells``, int64 (n,), row of that of each alloy, -1 for none;
        ``cells``, ``fraction`` and ``cover``, (n,), shares; ``efficiency``, a
        float; and ``own``, state and ion again, of which ``skins`` are rows.
    prediction : PredictedCurie or None
        Predicted T_C of the hard phases of `written`, K; None where that is None.
    """
    from ..phases.partition import wall_hosts
    from ._magnet_kernels import Phases

    codes = parts.host
    cells = parts.hard_phase
    wall_codes = wall_hosts(codes)
    walls = np.flatnonzero((wall_codes >= 0) & (formula < 1.0))
    groups = []
    if walls.size:
        groups.append((parts.grain_boundary[walls], wall_codes[walls]))
    if with_skin.size:
        skins = enrich_surface(cells[with_skin], enrichment[with_skin])
        groups.append((skins, codes[with_skin]))
    if rims.rows.size:
        surface = enrich_surface(cells[rims.rows], enrichment[rims.rows])
        shells = replace_rare_earth(
            surface, rims.columns, rims.content[rims.rows]
        )
        groups.append((shells, codes[rims.rows]))
    condensed, prediction = condense_groups(parts, groups, curie, written)
    n = len(codes)
    first_skin = n + walls.size
    phases = Phases(
        *condensed,
        tables=ion_tables(),
        walls=_places(walls, n, n),
        skins=_places(with_skin, n, first_skin),
        shells=_places(rims.rows, n, first_skin + with_skin.size),
        cells=parts.hard_volume_fraction,
        fraction=rims.fraction,
        cover=rims.cover,
        efficiency=parameters().shell["efficiency"],
        own=tuple(condensed),
    )
    return phases, prediction


def _remanence_factor(
    balance: Balance,
    structure: dict[str, FloatArray],
    rows: dict[str, FloatArray],
    rims: _Rims,
) -> FloatArray:
    """Compute B_r / J_s, (n,), by hard and other phases, density and alignment.

    It is NaN where a shell is about grains of a host of which nobody knows what it does.

    Parameters
    ----------
    balance : Balance
        Phases of the n magnets, by volume: ``hard``, ``second``, ``soft`` and ``parts`` are read.
    structure : dict of ndarray, shape (n,)
        ``coarse`` is read, 0 where grains are as fine as a wall is wide, 1
        elsewhere.
    rows : dict of ndarray, shape (n,)
        ``alignment`` (mean cosine) and ``density`` (over that without pores) are read.
    rims : _Rims
        Shells about the grains; ``rows`` is read.
    """
    from ..phases.partition import hosts_with_shells

    fine = structure["coarse"] == 0.0
    remanence_factor = reduced_remanence(rows["alignment"], balance.soft, fine)
    volume = balance.hard + balance.second
    factor = volume * rows["density"] * remanence_factor
    # Whether a rim forms about the grains of other hosts, and what it does, is not known.
    known_rims = hosts_with_shells(balance.parts.host[rims.rows])
    factor[rims.rows[~known_rims]] = np.nan
    return factor


def _widen_spread(
    rows: dict[str, FloatArray],
    structure: dict[str, FloatArray],
    written: "Partition",
) -> None:
    """Add to the spread of coercivity what boundary and easy axis leave in doubt, in place.

    ``rows["spread"]``, the half width of the 90 % range of ln H_cJ, (n,), is
    replaced by a new array; widths add as the root of the sum of squares.
    `structure` is what `_structure` returned: ``r2fe17``, ``soft_doubt``,
    ``cerium`` and ``formula`` are read. `written` are the n recipes split as
    they are written.
    """
    boundary_width = DEVIATIONS_90 * _boundary.boundary_deviation(structure)
    wider = np.hypot(boundary_width, turned_width(written))
    wide_spread = np.hypot(rows["spread"], wider)
    rows["spread"] = np.where(wider > 0.0, wide_spread, rows["spread"])


def _place_among_measured(
    magnets: Alloys, harder: "FloatArray | float", with_distances: bool
) -> None:
    """Bring n alloys, in place, to the level of those that were measured like them.

    What is too far from measured magnets, or by values that a user gave harder than any, gets the
    gate of these.

    Parameters
    ----------
    magnets : Alloys
        Changed: ``gate``, indices into `STATUS`; ``near``, a dict that gets an
        `Evidence` by quantity, as of `nearest_recipes`; ``factor``, which is
        multiplied by the producer's remanence at each call; and ``rows``,
        which get ``shell_share``, ``grain_effect`` and what
        `_uncertainty.condition_rows` enters.
    harder : ndarray of float64, shape (n,), or float
        Factor by which a magnet is harder by given values than by the model, 1 without any.
    with_distances : bool
        Whether distances to measured magnets are computed; without them all count as near.
    """
    from ..phases.partition import root_codes

    gate = magnets.gate
    rows = magnets.rows
    process = magnets.process
    distance = np.zeros(len(gate))
    if with_distances:
        magnets.near.update(magnets.nearest())
        distance = magnets.near[COERCIVITY].distance
    is_far = (distance > UNKNOWN) | (harder > GRAINS.harder)
    gate[(gate == 0) & is_far] = STATUS.index(FAR)
    rules = magnets.rules()
    rows["shell_share"] = given_share(magnets.phases, rules)
    rows["grain_effect"] = grain_effect(magnets.phases, rules, rows, ROOM_K)[0]
    recipe = magnets.written.recipe
    roots = Coded(root_codes(magnets.written.host), HOST_NAMES)
    route = level_route(process.route)
    condition_rows(rows, recipe, roots, process.producer, distance, route)
    # In place: what the alloys have worked out stands.
    magnets.factor[:] *= rows["stronger"]


def _has_surface(
    cells: CompositionTable, rows: dict[str, FloatArray]
) -> BoolArray:
    """Say which alloys' grains have a surface of another composition, bool (n,).

    `cells` are their hard phases, and `rows` has ``surface_enrichment``, (n,). It takes an
    enrichment above 1 and some Dy or Tb.
    """
    return (rows["surface_enrichment"] > 1.0) & (
        cells.fraction(*SURFACE) > 0.0
    )


def _with_given(
    said: "Widths",
    phases: Any,
    written: "Partition",
    parts: "Partition",
    predicted: Any,
    rows: Any,
) -> "tuple[PredictedCurie | None, Widths, FloatArray | float]":
    """Put what the user says of hard phases in place of the model's values.

    `phases` changes in place, its Curie temperature and constants, and so does ``rows["spread"]``,
    to which half widths add. Nothing changes where nothing is given or `predicted` is None.

    Parameters
    ----------
    said : dict of str to ndarray, shape (n,)
        ``CompositionTable.given``: values by the names of `GIVEN`
        ("curie_temperature_K", "saturation_polarization_T",
        "anisotropy_constant_MJ_m3"), their ends ``_lo`` and ``_hi`` (such as
        "curie_temperature_K_lo"), and "temperature_K"; NaN where nothing is
        given; empty for none. InputError where one that needs a temperature
        has none or one above the Curie temperature, or where one is of another
        sign than the model's value.
    phases : Phases
        Condensed phases, changed in place.
    written, parts : Partition
        Recipes as written, and as melted.
    predicted : PredictedCurie or None
        Prediction of the Curie temperature.
    rows : dict of ndarray
        Process of each magnet; ``spread``, (n,), half width of the 90 % range of ln H_cJ, is read
        and replaced.

    Returns
    -------
    predicted : PredictedCurie or None
        With given Curie temperatures.
    widths : dict of ndarray
        By the names of `GIVEN`: half widths of the 90 % ranges of the given values, relative, (n,),
        NaN where nothing is given; empty for none.
    harder : ndarray, shape (n,), or float
        Factor by which the given values raise the anisotropy field, 1 for none.
    """
    if not said or predicted is None:
        return predicted, {}, 1.0
    from ._given import apply_given

    first = 0 if written is parts else len(phases.state) - len(written.host)
    predicted, widths, harder = apply_given(
        said, phases, first, written, predicted
    )
    for name in GIVEN[1:]:
        rows["spread"] = np.hypot(rows["spread"], np.nan_to_num(widths[name]))
    return predicted, widths, harder


def _structure(
    table: CompositionTable,
    found: Balance,
    formula: FloatArray,
    rows: dict[str, FloatArray],
    carriers: FloatArray | None,
) -> dict[str, FloatArray]:
    """Collect the grain structure that `microstructure` needs, by name, (n,) each.

    Parameters
    ----------
    table : CompositionTable
        n recipes, as they are written.
    found : Balance
        The n recipes split into phases, by volume.
    formula : ndarray, shape (n,)
        Likelihood, 0 to 1, that a row names a bare formula.
    rows : dict of ndarray
        Process of each magnet by the name of the setting, as of `process.by_row`, (n,) each:
        ``grain_size_um``, ``usual_additive``, ``density``, ``carbon_wt_pct`` and ``oxygen_wt_pct``
        are read.
    carriers : ndarray, shape (n, 118), or None
        Mass of each carrier over that of the magnet, of `ShellRows`; they stay in the boundary.

    Returns
    -------
    dict of ndarray, shape (n,)
        Those of `_boundary.boundary_composition`, 0 but for sintered Nd-Fe-B;
        ``formula`` there; ``sintered`` 1 for charges of it, not formulas;
        ``coarse`` 0 where grains of 2:14:1 are as fine as a wall is wide, 1
        elsewhere; ``density``, that of `rows`; ``wetting`` and ``decoupling``,
        what is added to alpha_K; ``decoupling_factor``, the share of H_cJ that
        the boundary leaves, 1 but for sintered Nd-Fe-B; ``soft``, a volume
        fraction; ``additive``, the atomic fraction of Ga and Cu; and ``iron``,
        ``copper``, ``zirconium``, ``ratio`` and ``earth``, the fields of
        `Shares`, NaN without cells.
    """
    from ..phases.partition import hosts_by_hardening, wall_hosts

    boundary = boundary_without = _boundary.boundary_composition(
        found.charge, found.bound, rows["grain_size_um"]
    )
    if carriers is not None:
        whole = add_masses(found.charge, carriers)
        boundary = _boundary.boundary_composition(
            whole, found.bound, rows["grain_size_um"]
        )
    between = hosts_by_hardening(found.parts.host, "boundary")
    coarse = between & (boundary["sintered"] > 0.0)
    usual_wetting, usual_factor = _usual_boundary(
        table, rows["usual_additive"], boundary, boundary_without
    )
    none = np.zeros(len(table))
    wetting = _blend(formula, usual_wetting, boundary["wetting"])
    decoupling = _blend(formula, none, boundary["decoupling"])
    factor = _blend(
        formula, usual_factor, _boundary.decoupling_factor(boundary)
    )
    structure = {
        **{
            name: np.where(coarse, value, 0.0)
            for name, value in boundary.items()
        },
        # What is likelier a charge than a formula stands at the gates of charges.
        "sintered": np.where(coarse & (formula < 0.5), 1.0, 0.0),
        "formula": np.where(coarse, formula, 0.0),
        "coarse": np.where(coarse | ~between, 1.0, 0.0),
        "density": rows["density"],
        "wetting": np.where(coarse, wetting, 0.0),
        "decoupling": np.where(coarse, decoupling, 0.0),
        "decoupling_factor": np.where(coarse, factor, 1.0),
        # Grains as fine as a wall is wide are held by a soft phase as fine.
        "soft": np.where(
            between & ~coarse, found.soft * GRAINS.fine_soft, found.soft
        ),
        "additive": _blend(
            formula, rows["usual_additive"], table.fraction("Ga", "Cu")
        ),
        **{name: np.full(len(table), np.nan) for name in Shares._fields},
    }
    cells = np.flatnonzero(wall_hosts(found.parts.host) >= 0)
    if cells.size:
        gases = (
            rows[f"{name}_wt_pct"][cells] for name in ("carbon", "oxygen")
        )
        for name, share in (
            shares(found.charge[cells], *gases)._asdict().items()
        ):
            structure[name][cells] = share
    return structure


def _usual_boundary(
    table: CompositionTable,
    usual_additive: FloatArray,
    boundary: dict[str, FloatArray],
    without: dict[str, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Compute what the usual boundary of n bare formulas does; carriers add to it.

    A formula names no additives, its maker uses them.

    Parameters
    ----------
    table : CompositionTable
        The recipes.
    usual_additive : ndarray, shape (n,)
        Atomic fraction of copper that makers add.
    boundary, without : dict of ndarray, shape (n,)
        Of `_boundary.boundary_composition`, all keys, with and without carriers: one dictionary
        where there are none. Neither is changed.

    Returns
    -------
    wetting : ndarray, shape (n,)
        What additives and carriers add to alpha_K.
    factor : ndarray, shape (n,)
        Share of coercivity that the boundary leaves.
    """
    from ..alloy._row_kernels import sums

    mass = sums(table.rows, ATOMIC_MASS)
    copper = 100.0 * usual_additive * ATOMIC_MASS[INDEX["Cu"]] / mass
    none = np.zeros_like(copper)
    wetting = _boundary.wetting_gain(none, copper, none)
    usual = _boundary.usual_boundary(boundary)
    if boundary is not without:
        wetting = wetting + boundary["wetting"] - without["wetting"]
        usual["free"] = usual["free"] + boundary["free"] - without["free"]
    return wetting, _boundary.decoupling_factor(usual)


def _blend(
    share: FloatArray, one: FloatArray, other: FloatArray
) -> FloatArray:
    """Mix two arrays, `share` times `one` and the rest `other`, exactly so at a share of 0 or 1.

    All three have one shape. A NaN in the array whose share is 0, `one` or
    `other`, does not spread to the result. `share` is 0 to 1.
    """
    with np.errstate(invalid="ignore"):
        return np.where(
            share == 0.0,
            other,
            np.where(share == 1.0, one, share * one + (1.0 - share) * other),
        )


def _split_into_phases(
    parts: "Partition", rows: dict[str, FloatArray], traces: "Traces | None"
) -> tuple[Balance, FloatArray, BoolArray]:
    """Split n recipes into the phases of the magnets they make.

    Parameters
    ----------
    parts : Partition
        Recipes split as they are written.
    rows : dict of ndarray
        Process of each by the name of the setting, as of `process.by_row`,
        (n,) each: ``grain_boundary`` (volume fraction), ``oxygen_wt_pct``,
        ``nitrogen_wt_pct`` and ``carbon_wt_pct`` are read; nothing is changed.
    traces : Traces or None
        What was taken out of the recipes: ``gases`` that the recipe itself names, wt.%, make it no
        formula. None for nothing.

    Returns
    -------
    balance : Balance
        The phases of the charge: ``parts``, a `Partition`; ``hard``, less what
        the process puts outside the hard phase, ``oxide`` and ``soft``, volume
        fractions, ``second`` and ``bound``, (n,) each; and ``charge``, the
        recipes as melted.
    formula : ndarray, shape (n,)
        Likelihood, 0 to 1, that a row names a bare formula.
    is_charge : ndarray of bool, shape (n,)
        True where a usual charge stands for the recipe.
    """
    from ..phases.partition import partition, wall_hosts

    charge, is_charge = _charge(parts.recipe, parts.host)
    if charge is not parts.recipe:
        parts = partition(charge, parts.host)
    hard = parts.hard_volume_fraction
    formula = _boundary.formula_likelihood(charge, parts.host, hard)
    if traces is not None:
        # A recipe that says what it holds of gases is no formula.
        gas = np.sum(
            [np.nan_to_num(gas_share) for gas_share in traces.gases.values()],
            axis=0,
        )
        formula *= np.clip(1.0 - gas / FORMULA.analysed, 0.0, 1.0)
    phase_balance = balance(charge, parts, rows, formula)
    # What the process puts outside the hard phase: all of it for a formula, oxide for cells.
    rest = 1.0 - rows["grain_boundary"]
    cells = wall_hosts(parts.host) >= 0
    bare = rest * np.minimum(hard / FORMULA.bare, 1.0)
    hard = np.where(cells, rest, _blend(formula, bare, phase_balance.hard))
    return replace(phase_balance, hard=hard), formula, is_charge


def _read(
    table: CompositionTable, process: Any, host: str | Int8Array
) -> "tuple[Partition, Traces | None, Process, dict[str, FloatArray]]":
    """Split the recipes as they are written and read the process of each.

    Oxygen, nitrogen and carbon that a recipe names are added to those of the
    process, which count less the more the recipe names.

    Parameters
    ----------
    table : CompositionTable
        n recipes; not changed.
    process : Process, dict, str or None
        How they are made, as a user gives it.
    host : str or ndarray of int8, shape (n,)
        Name of the host of all, "auto" to find each, or host codes. InputError
        for an unknown name, or a process that cannot be used.

    Returns
    -------
    written : Partition
        The recipes, split.
    traces : Traces or None
        What was taken out of the recipes before: ``gases``, a dict of wt.%
        such as "oxygen_wt_pct", ``weight``, wt.%, ``volume``, a share, and
        ``beyond``, bool, (n,) each. None where nothing was.
    made : Process
        The checked process.
    rows : dict of ndarray, shape (n,)
        Its settings for each magnet, by name, as of `process.by_row`, and what
        losses depend on: ``lanthanum`` and ``cerium``, shares of the rare
        earth, ``cobalt``, of Fe and Co, ``carbide``, C of B and C, 0 without
        either, and ``refractory``, the atomic fraction of Ti, Zr, Hf, V, Nb
        and Ta, which alone is 0 but for 2:14:1. Shares are NaN where there is
        no rare earth or neither Fe nor Co. ``harder`` is 1.
    """
    from ..alloy._row_kernels import sums_of_each
    from ..phases.partition import (
        assign_hosts,
        hosts_by_hardening,
        partition,
        purify,
    )

    codes = assign_hosts(table, host) if isinstance(host, str) else host
    process_rows = read_process(process, len(table))
    table, traces = purify(table, codes)
    rows = by_row(process_rows, codes)
    for name, amounts in () if traces is None else traces.gases.items():
        rows[name] = np.where(
            np.isnan(amounts),
            rows[name],
            amounts + rows[name] * np.exp(-amounts / FORMULA.named_gas),
        )
    sums = sums_of_each(table.rows, _OF_LOSSES).T
    lanthanum, cerium, rare, cobalt, metal, carbon, metalloid, refractory = (
        sums
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        rows["lanthanum"] = lanthanum / rare
        rows["cerium"] = cerium / rare
        rows["cobalt"] = cobalt / metal
        rows["carbide"] = np.nan_to_num(carbon / metalloid)
    rows["harder"] = np.ones(len(table))
    # What other hosts hold of them is part of the hard phase or of walls.
    ribbons = hosts_by_hardening(codes, "boundary")
    rows["refractory"] = np.where(ribbons, refractory, 0.0)
    return partition(table, codes), traces, process_rows, rows


def recipes_in_phases(
    table: CompositionTable, process: Any, host: str
) -> tuple[Balance, dict[str, FloatArray]]:
    """Split n recipes into the phases of their magnets; see `magnetkit.magnetism.phase_balance`.

    `table` holds the recipes, `process` is as a user gives it, `host` the name
    of a host such as "2:14:1", or "auto". InputError if process or host cannot
    be used.

    Returns
    -------
    balance : Balance
        Phases of the n magnets, by volume: ``parts``, ``hard`` (NaN without a
        host), ``oxide``, ``soft``, ``second``, ``bound`` and ``charge``.
    rows : dict of ndarray, shape (n,)
        Process of each magnet, by the name of the setting, as of `_read`: ``oxygen_wt_pct``,
        ``grain_size_um`` and more.
    """
    parts, traces, _, rows = _read(table, process, host)
    return _split_into_phases(parts, rows, traces)[0], rows


def _places(rows: IntArray, n: int, first: int) -> IntArray:
    """Return the place of each of `n` rows among `rows`, counted from `first`, -1 elsewhere.

    `rows` are row numbers from 0. The result is int64, (n,): `first` at ``rows[0]``, `first` + 1 at
    ``rows[1]``, and so on.
    """
    places = np.full(n, -1)
    places[rows] = first + np.arange(rows.size)
    return places
