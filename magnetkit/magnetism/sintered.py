"""The sintered magnet that a hard phase makes: remanence, coercivity, knee, working temperature.

Limits of use as a designer checks them: the knee, less what time takes, and what is lost.

The worst place of a magnet stands the field (B_r / mu_0 + P H_out) / (P + mu_rec) against it, P
being the permeance coefficient of its load line and H_out the outside field. With time thermal
activation turns grains that the field alone would not: it acts like a field that is larger by
S_v ln(t / t_0) (Street and Woolley, Proc. Phys. Soc. A 62 (1949) 562). What the sum turns of the
local loop (`_demagnetization_kernels`, the loop of `magnetkit.diffusion` too) is lost for
good.

Permanent magnets without any rare earth, to set beside every ranking.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._core import datasets
from .._core._arguments import check_arguments
from .._core._columnar import Coded, Columns
from .._core._constants import ROOM_K
from .._core._types import FloatArray
from .._core.columns import with_interval
from .._core.errors import InputError
from .._core.units import (
    BETWEEN,
    LOAD_LINE,
    MU_0,
    celsius_range,
    parse_temperature,
    parse_temperatures,
)
from ..alloy._read import Compositions, gives_frame, read_inputs
from ..alloy.notation import Basis
from ..alloy.shell_rows import read_shells, shell_texts
from ..alloy.shells import Shells
from ..alloy.table import CompositionTable
from ..compound.evaluate import (
    blank_rows,
    host_column,
    intrinsic_columns,
    quantile,
    status_column,
)
from ..phases.partition import (
    describe_beyond_precedent,
    root_codes,
    without_model,
)
from ..phases.records import HOST_NAMES, HOSTS
from ._evidence import COMPARED_FROM, DISTANCE, evidence_at_temperature
from ._figures import (
    FIGURES,
    WITHOUT_COERCIVITY,
    blank_hard,
    figures_by_temperature,
    magnet_figures,
)
from ._gates import apply_gates
from ._magnets import Alloys, alloys
from ._measured import COERCIVITY
from .laws import law
from .process import Process, ignored_settings, parameters
from .shells import warn_of_shells

if TYPE_CHECKING:
    import pandas as pd

    from ..surrogates._curie import CurieModel
    from ._given import Widths


TEMPERATURE = law("temperature")


@dataclass(frozen=True)
class Duty:
    """What a magnet stands in its device; functions take one as `load_line`.

    The field against a magnet of remanence B_r and recoil permeability mu_rec, of which nothing has
    reversed, is ``H = B_r / (mu_0 (P_c + mu_rec)) + H_out + S_v ln(t / t_0)``.

    Attributes
    ----------
    load_line : float
        Permeance coefficient P_c = -B / (mu_0 H) of its worst place.
    outside_field_kA_m : float
        H_out, kA/m: what a field solver shows in the magnet's place, against its magnetization,
        with its remanence set to zero and its permeability kept. A uniform applied field H_a on an
        open magnet is ``H_a (1 + P_c) / (P_c + mu_rec)``, near H_a; a magnetomotive force F for
        each length of magnet in a circuit is ``F P_c / (P_c + mu_rec)``.
    hours : float
        Time at the temperature, h; 0 for none beyond that in which a curve is measured.

    Examples
    --------
    >>> Duty(load_line=2.0, outside_field_kA_m=100.0).hours
    0.0
    """

    load_line: float = LOAD_LINE
    outside_field_kA_m: float = 0.0
    hours: float = 0.0

    @property
    def creep(self) -> float:
        """Field, A/m, 0 or more, which adds to that against the magnet as the duty's hours do.

        It is an attribute, not a method, and 0 where ``hours`` is 0.
        """
        return (
            TEMPERATURE.viscosity
            / MU_0
            * float(np.log(max(self.hours / TEMPERATURE.loop_hours, 1.0)))
        )

    def field(self, b_r: FloatArray, recoil: FloatArray) -> FloatArray:
        """Compute the field against a magnet of which nothing has reversed, A/m, shape (n,).

        It is the sum of that of its own remanence, the outside field and what time acts like.

        Parameters
        ----------
        b_r : ndarray of float64, shape (n,)
            Remanence, T.
        recoil : ndarray of float64, shape (n,)
            Recoil permeability.

        Returns
        -------
        ndarray of float64, shape (n,)
            Positive against the magnetization; not negative, since the
            outside field of a checked duty is not.
        """
        return (
            self.own_field(b_r, recoil)
            + 1e3 * self.outside_field_kA_m
            + self.creep
        )

    def own_field(self, b_r: FloatArray, recoil: FloatArray) -> FloatArray:
        """Return the part of the field against magnets that their own remanence makes.

        Parameters
        ----------
        b_r : ndarray of float64, shape (n,)
            Remanence, T.
        recoil : ndarray of float64, shape (n,)
            Relative recoil permeability.

        Returns
        -------
        ndarray of float64, shape (n,)
            B_r / (mu_0 (P_c + mu_rec)), A/m, positive, with the duty's load
            line P_c.
        """
        from ._demagnetization_kernels import straight_field

        return np.asarray(straight_field(b_r, recoil, self.load_line, 0.0))

    def safety(
        self, b_r: FloatArray, knee: FloatArray, recoil: FloatArray
    ) -> FloatArray:
        """Compute the knee field over the field against the magnet.

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
            A ratio of 0 or more, above 1 where the magnet bears it; a knee
            field below 0 counts as 0. NaN where a figure is, infinite where a
            magnet has a knee and no field acts against it.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.maximum(knee, 0.0) / self.field(b_r, recoil)

    def loss(
        self,
        b_r: FloatArray,
        h_cj: FloatArray,
        knee: FloatArray,
        recoil: FloatArray,
    ) -> FloatArray:
        """Compute the irreversible loss of flux, %; above 100 an outside field has reversed it.

        Outside field and hours of the duty count.

        Parameters
        ----------
        b_r : ndarray of float64, of any shape
            Remanence, T.
        h_cj, knee : ndarray of float64
            Coercivity H_cJ and knee field H_k, A/m, in the shape of `b_r` or broadcast to it.
        recoil : ndarray of float64
            Recoil permeability, likewise.

        Returns
        -------
        ndarray of float64, in the shape of `b_r`
            0 where nothing is lost, NaN where a figure is NaN, 100 without coercivity.
        """
        from ._demagnetization_kernels import flux_loss

        shape = np.shape(b_r)
        arrays = np.broadcast_arrays(b_r, h_cj, knee, recoil)
        remanence, coercivity, knees, slope = np.array(
            arrays, np.float64
        ).reshape(4, -1)
        outside = 1e3 * self.outside_field_kA_m
        share = flux_loss(
            remanence,
            coercivity,
            knees,
            slope,
            self.load_line,
            outside,
            self.creep,
        )
        return 100.0 * np.asarray(share).reshape(shape)


def read_duty(load_line: Any) -> Duty:
    """Validate a duty (load line, outside field, hours).

    `load_line` is a permeance coefficient, a `Duty` or None. A coefficient
    alone means no outside field and no hours; None means `LOAD_LINE`, 1. The
    result is a new `Duty` of floats: ``load_line``, ``outside_field_kA_m`` and
    ``hours``. InputError if one is no finite number of 0 or more; a bool is
    none, the text of a number is one. The outside field is above 0 against the
    magnet.
    """
    if load_line is None:
        return Duty()
    duty = load_line if isinstance(load_line, Duty) else Duty(load_line)
    names = {
        "load_line": "a permeance coefficient of 0 or more",
        "outside_field_kA_m": "an outside field of 0 kA/m or more against the magnet",
        "hours": "a time of use of 0 h or more",
    }
    values = {}
    for name, meaning in names.items():
        duty_value = getattr(duty, name)
        try:
            value = (
                float("nan")
                if isinstance(duty_value, bool)
                else float(duty_value)
            )
        except (TypeError, ValueError):
            value = float("nan")
        if not 0.0 <= value < float("inf"):
            raise InputError(f"{name} must be {meaning}, got {duty_value!r}")
        values[name] = value
    return Duty(**values)


_DUTY = ("demagnetization_safety", "irreversible_loss_pct")


def duty_columns(
    figures: dict[str, tuple[FloatArray, FloatArray, FloatArray]],
    recoil: FloatArray,
    duty: Duty,
    names: Sequence[str],
) -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
    """Compute ``demagnetization_safety`` and ``irreversible_loss_pct`` of n magnets.

    Parameters
    ----------
    figures : dict of tuple
        Centre, lower and upper end, (n,) each, of ``remanence_T``, ``coercivity_kA_m`` and
        ``knee_field_kA_m``, in the units of their names. Other keys are passed over.
    recoil : ndarray, shape (n,)
        Recoil permeability.
    duty : Duty
        What the magnets stand: ``load_line``, ``outside_field_kA_m`` and
        ``hours``.
    names : sequence of str
        Which of the two are wanted; other names do nothing.

    Returns
    -------
    dict of tuple
        Centre, lower and upper end, (n,) each, of those that are wanted, by
        name: the knee field over the field against the magnet, above 1 where
        it is safe, and the loss of flux, %, 0 or more. An end that is NaN does
        not count, unless all three are.
    """
    b_r = np.concatenate(figures["remanence_T"])
    field = 1e3 * np.concatenate(figures["coercivity_kA_m"])
    knee = 1e3 * np.concatenate(figures["knee_field_kA_m"])
    slope = np.tile(recoil, 3)
    columns = {}
    if "demagnetization_safety" in names:
        columns["demagnetization_safety"] = duty.safety(b_r, knee, slope)
    if "irreversible_loss_pct" in names:
        columns["irreversible_loss_pct"] = duty.loss(b_r, field, knee, slope)
    # A weaker magnet also demagnetizes itself less: ends may change places.
    ranges = {}
    for name, column in columns.items():
        values = column.reshape(3, -1)
        ranges[name] = (
            values[0],
            np.fmin.reduce(values),
            np.fmax.reduce(values),
        )
    return ranges


_ENDS = {name: with_interval(name) for name in (*FIGURES, *_DUTY)}
MADE_AS = frozenset(("shell", "route", "coefficients_between"))
"""Columns that say how a magnet is made."""
_ALWAYS = ("host", "status", "temperature_K", "density_kg_m3", DISTANCE)
MADE = MADE_AS.union(*_ENDS.values(), _ALWAYS)
"""Columns that need no hard phase as it is written, see `figure_columns`."""
COERCIVE = ("coercivity_kA_m", "knee_field_kA_m", "demagnetization_safety")


def parse_chord(between: Any) -> tuple[float, float]:
    """Read the two temperatures of the chords alpha and beta, such as ("20C", "100C"), in K.

    `between` is a tuple, list or array of numbers in K or texts with a unit;
    one text such as "20C,100C" is not accepted. The result is a pair of
    floats. InputError unless they are two, the lower first and the other above
    it.
    """
    is_pair = not isinstance(between, str) and hasattr(between, "__iter__")
    ends = (
        list(between)
        if is_pair and getattr(between, "ndim", 1) != 0
        else [between]
    )
    if len(ends) != 2:
        raise InputError(
            f"between must be two temperatures such as ('20C', '100C'), got {between!r}"
        )
    first, second = map(parse_temperature, ends)
    if not second > first:
        raise InputError(
            f"between needs the lower temperature first, got {between!r}"
        )
    return first, second


@gives_frame
@check_arguments
def sintered(
    compositions: Compositions,
    temperature: float | str | Sequence[float | str] = 300.0,
    process: Process | dict[str, Any] | str | None = None,
    shell: Shells = None,
    host: str = "auto",
    between: tuple[float | str, float | str] = BETWEEN,
    load_line: Duty | float | None = None,
    interval: float = 0.9,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the sintered magnet that each recipe makes.

    Composition alone does not fix a magnet: every figure is a range for the stated process, which
    holds nine of ten published magnets that were left out of the fit.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n recipes; see `magnetkit.predict`.
    temperature : float, str or sequence of them
        Working temperature, K (or a text such as ``"150C"``); several give a row each, see
        `magnetkit.units.parse_temperatures`.
    process : Process, dict, str or None
        A dict of such as ``grain_size_um``, ``alignment``, ``density``,
        ``grain_boundary`` and ``oxygen_wt_pct``, see `Process`; the name of a
        route or calibration; None takes the defaults of the family.
    shell : str, dict, Shell, sequence of them or None
        Grain-boundary shell, such as ``"Tb 0.5 wt%"``, of all or one a row; a column ``shell`` of
        a frame otherwise. With fraction and content fixed (``"Tb 0.30 @ 0.10"``) a shell that no
        furnace makes is predicted with a warning.
    host : str
        ``"auto"`` to find it, or the name of a host such as "2:14:1".
    between : tuple of float or str
        The two temperatures whose chords alpha and beta are, K or texts, the lower first; 20
        and 100 degrees C as the trade prints them. They are relative to the first.
    load_line : Duty, float or None
        Permeance coefficient -B / (mu_0 H) of the working point, 1 by default; a `Duty`, such as
        ``Duty(load_line=2.0, outside_field_kA_m=100.0, hours=0.0)``, also says the outside field
        and the time of use, nothing otherwise.
    interval : float
        Coverage of the ranges, between 0 and 1, neither of them; 0.9 is 90 %.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; "auto" refuses a text that could be
        either, as one with "bal." or a sum of 100.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    pandas.DataFrame, or frame of the input's library
        One row for each recipe that could be read and each temperature, the rows of a recipe
        together, with the index and other columns of the input. The columns of
        `magnetkit.surrogates.intrinsic`, ``shell``, ``route``, ``coefficients_between``, those of
        the distance from measured magnets (``evidence_distance``, ``evidence_nearest``,
        ``evidence_farthest``, ``remanence_T_evidence`` and ``coercivity_kA_m_evidence``), those of
        `FIGURES` (``remanence_T``, ``coercivity_kA_m``, ``knee_field_kA_m``,
        ``max_energy_product_kJ_m3``, ``max_working_temperature_K``,
        ``remanence_coefficient_pct_K`` and ``coercivity_coefficient_pct_K``) and of the limits of
        use, ``demagnetization_safety`` and ``irreversible_loss_pct``, each with ``_lo``, ``_hi``
        and ``_provenance``, and ``density_kg_m3``.
        Figures are NaN where `status` is not ``ok``, but where it names a reason why coercivity
        alone is not known, such as "no free rare earth": B_r, its coefficient and the density
        stay there. Coercive fields below 250 K, where nothing was validated, have the provenance
        ``extrapolated``.

    Raises
    ------
    InputError
        If an argument is out of its range.
    CompositionError
        If no row can be read, or one cannot and `strict` is set.

    Examples
    --------
    >>> magnet = sintered(["Nd2Fe14B", "Nd1.6Dy0.4Fe14B"], temperature="150C")
    >>> bool(magnet["coercivity_kA_m"][1] > magnet["coercivity_kA_m"][0])
    True
    >>> bool(magnet["remanence_T"][1] < magnet["remanence_T"][0])
    True
    """
    kelvin = parse_temperatures(temperature)
    inputs = read_inputs(compositions, basis, strict=strict)
    shell = inputs.shells_with(shell)
    return inputs.give(
        *sintered_at(
            inputs.table,
            kelvin,
            process,
            shell,
            host,
            between,
            load_line,
            interval,
        )
    )


class Use(NamedTuple):
    """What the figures of magnets are wanted for."""

    # Coldest and hottest temperature of use, K; alpha and beta are chords between them.
    between: tuple[float, float] = BETWEEN
    duty: Duty = Duty()
    interval: float = 0.9  # coverage of the ranges
    # Whether what is no uniaxial magnet somewhere in `between` has that status and no figures, as a
    # device needs it; its chords alone are NaN otherwise.
    whole_range: bool = False


@check_arguments
def sintered_at(
    table: CompositionTable,
    temperatures: Sequence[float | str],
    process: Process | dict[str, Any] | str | None = None,
    shell: Shells = None,
    host: str = "auto",
    between: tuple[float | str, float | str] = BETWEEN,
    load_line: Duty | float | None = None,
    interval: float = 0.9,
    whole_range: bool = False,
    curie: "CurieModel | None" = None,
) -> "list[pd.DataFrame]":
    """Return the table of `sintered` at each of several temperatures.

    The hard phases are evaluated once for all of them, and so is the largest working temperature,
    which is a property of the magnet: its range is that found with the spread of J_s at the first
    of `temperatures`.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    temperatures : sequence of float or str
        K, or texts such as ``"150C"``.
    process, shell, host, between, load_line, interval : optional
        As for `sintered`; the two temperatures of `between` are in K or texts such as "100C".
    whole_range : bool
        Whether what is no uniaxial magnet somewhere in `between` has that status and no figures, as
        a device needs it; its chords alone are NaN otherwise.
    curie : CurieModel, optional
        Model of the Curie temperature, of `magnetkit.surrogates.load`; that of all that is known
        otherwise.

    Returns
    -------
    list of DataFrame
        One table a temperature, in their order, n rows each in the order of `table`, whatever
        their status, with the columns of `sintered`. Rows are numbered from 0.

    Raises
    ------
    InputError
        If an argument is out of its range.
    """
    kelvins = [parse_temperature(t) for t in temperatures]
    use = Use(
        parse_chord(between), read_duty(load_line), interval, whole_range
    )
    quantile(interval)
    alloy_rows = alloys(
        table,
        process,
        read_shells(shell, len(table)),
        host,
        curie,
        ranges=True,
    )
    return [
        columns.frame() for columns in figure_columns(alloy_rows, kelvins, use)
    ]


def figure_columns(
    made: Alloys,
    temperatures: Sequence[float],
    use: Use,
    only: Mapping[float, Collection[str]] | None = None,
) -> list[Columns]:
    """Compute the columns of `sintered_at` of n magnets, with ranges, at each temperature.

    Shells that no furnace makes are warned of.

    Parameters
    ----------
    made : Alloys
        n alloys, of `_magnets.alloys` with ``ranges=True``.
    temperatures : sequence of float
        Temperatures, K.
    use : Use
        ``between`` (chords, K), ``duty``, ``interval`` and ``whole_range``.
    only : mapping of float to collection of str, optional
        Names of the columns wanted at a temperature, K; all at temperatures
        that it lacks. Ends and provenance (``_lo``, ``_hi``, ``_provenance``)
        are wanted by their own names. Where those of the last temperatures are
        of `FIGURES` alone and ``use.whole_range`` is set, ranges of the hard
        phases are not computed there, which is less work.

    Returns
    -------
    list of Columns
        One for each temperature, n rows: dicts of the columns of `sintered` by name, arrays, `Coded`
        or Arrow texts. ``host`` and ``status`` are always there.
    """
    kelvins = np.array(temperatures, float)
    z = quantile(use.interval)
    if made.shells is not None:
        warn_of_shells(made.shells)
    columns_by_kelvin = [(only or {}).get(float(kelvin)) for kelvin in kelvins]
    bulk = made.hard_phases(
        kelvins[: _count_with_ranges(use, columns_by_kelvin)]
    )
    load_line = use.duty.load_line
    values, status = magnet_figures(
        made, bulk, kelvins, use.between, load_line, z
    )
    if not use.whole_range:
        values, status = figures_by_temperature(
            made, bulk, values, status, load_line, z
        )
    blank_rows(bulk, values, status, made.never_made)
    is_magnet = status == 0
    gate = made.closed_gate(kelvins)
    # In place: the gates close in `status` too.
    blank_hard(values, apply_gates(status, gate))
    tables = intrinsic_columns(bulk, z, only)
    _mark_given(tables, made.given)
    tables += [
        Columns(host=host_column(made.written.host))
        for _ in kelvins[len(tables) :]
    ]
    density = made.density()
    made_as = {}
    if any(
        names is None or MADE_AS & set(names) for names in columns_by_kelvin
    ):
        made_as = _made_as(made, use.between)
    for j, (columns, names) in enumerate(
        zip(tables, columns_by_kelvin, strict=True)
    ):
        state = (is_magnet[j], gate[j])
        columns["status"] = status_column(status[j])
        columns |= _choose_columns(made_as, names)
        if names is None or DISTANCE in names:
            columns |= _evidence_columns(made, kelvins[j])
        columns |= _columns_at_temperature(
            made, kelvins[j], values[:, :, j], state, names, use.duty
        )
        if names is None or "density_kg_m3" in names:
            columns["density_kg_m3"] = np.where(is_magnet[j], density, np.nan)
    return tables


def _mark_given(tables: list[Columns], widths: "Widths") -> None:
    """Write into the provenance of columns, in place, which rows a user gave a value for.

    `tables` are `Columns` of n rows each; ``_provenance`` of a given column, a `Coded`, becomes
    "given" there, where a table has it. `widths` has, by column such as "curie_temperature_K", the
    half widths of the given values, NaN elsewhere, (n,) each.
    """
    for table, (name, width) in product(tables, widths.items()):
        if (basis := f"{name}_provenance") in table:
            table[basis] = table[basis].put(np.isfinite(width), "given")


def _count_with_ranges(
    use: Use, columns: Sequence[Collection[str] | None]
) -> int:
    """Count the temperatures up to the last at which ranges of the hard phases are needed.

    `columns` names the wanted columns of each temperature, in their order;
    None stands for all. Where ``use.whole_range`` is set, temperatures of
    which only `FIGURES` are wanted need none; otherwise all temperatures need
    them. The result is 0 to the number of temperatures.
    """
    count = 0
    for j, names in enumerate(columns):
        is_central = (
            use.whole_range
            and names is not None
            and set(names) <= set(FIGURES)
        )
        if not is_central:
            count = j + 1
    return count


def _made_as(made: Alloys, between: tuple[float, float]) -> dict[str, Any]:
    """Build the columns ``shell``, ``route`` and ``coefficients_between`` of n magnets.

    Parameters
    ----------
    made : Alloys
        The n magnets: ``written``, ``shells``, ``traces``, ``never_made``, ``process`` and
        ``charged`` are read.
    between : tuple of float
        Lower and upper temperature between which coefficients are taken, K.

    Returns
    -------
    dict
        ``shell``, an Arrow array of texts, empty without one; ``route``, a
        `Coded` that says in words how each is made, which settings did
        nothing, and which charge stands for a formula;
        ``coefficients_between``, a `Coded` of the range in degrees Celsius in
        words, such as "20 to 120 °C". A `Coded` has no indexing: ``.texts()`` gives its texts.
    """
    remarks = {}
    no_model = without_model(made.written.recipe, made.written.host)
    if made.never_made.any():
        remarks = describe_beyond_precedent(
            made.written.recipe, made.written.host
        )
    if made.traces is not None:
        remarks |= made.traces.words()
    for row, name in no_model.items():
        remarks[row] = f"{name}: known, but no model speaks of it"
    n = len(made.written.host)
    return {
        "shell": shell_texts(made.shells, n),
        "route": _append_remarks(_route_column(made), remarks),
        "coefficients_between": Coded.constant(celsius_range(between), n),
    }


def _route_column(made: Alloys) -> Coded:
    """Write how each of n magnets is made, as a `Coded`: as asked for, else as is usual for its host.

    It says which settings do nothing there, and which charge stands for a formula. There is no text
    of a magnet without a host. Of the alloys `made`, ``process``, ``written.host`` (codes, (n,)) and
    ``charged`` (bool, (n,)) are read.
    """
    cells = parameters().cells
    charge = (
        f"; charge assumed: {cells['ratio']:g} metal atoms per rare earth, "
        f"Cu {cells['copper']:g} and Zr {cells['zirconium']:g} of the metal"
    )
    route = made.process.route
    names = []
    for name, host in HOSTS.items():
        route_name = host.magnet.route if route is None else route.name
        names.append(route_name + ignored_settings(made.process, name))
    words = tuple(dict.fromkeys([*names, *(name + charge for name in names)]))
    # One entry more than hosts: code -1 picks the last.
    plain = np.array([*map(words.index, names), -1], np.int8)
    with_charge = [words.index(name + charge) for name in names]
    of_charges = np.array([*with_charge, -1], np.int8)
    codes = made.written.host
    return Coded(
        np.where(made.charged, of_charges[codes], plain[codes]), words
    )


def _append_remarks(column: Coded, remarks: Mapping[int, str]) -> Coded:
    """Return a `Coded` column of n texts with a remark after the text of some rows.

    `remarks` maps row numbers, from 0, to remarks; "; " stands between, unless the row has no text.
    `column`, such as ``Coded.of(["sintered", ""])``, is not changed, and is returned itself
    without any remark.
    """
    if not remarks:
        return column
    texts = column.texts()
    place = {word: k for k, word in enumerate(column.words)}
    codes = column.codes.astype(np.int64)
    for row, remark in remarks.items():
        text = f"{texts[row]}; {remark}".lstrip("; ")
        codes[row] = place.setdefault(text, len(place))
    return Coded(codes, tuple(place))


def _evidence_columns(made: Alloys, kelvin: float) -> dict[str, Any]:
    """Build the columns that say how far n magnets at a temperature are from measured ones.

    `kelvin` is the temperature, K, and `made` the alloys, of which ``near``, which must be filled,
    ``written.host`` and ``given`` are read.

    Returns
    -------
    dict
        Floats (n,), distances as of `Evidence.distance`:
        ``evidence_distance``, the larger of the other two (NaN without a
        host), ``remanence_T_evidence`` and ``coercivity_kA_m_evidence``.
        `Coded` texts, of the quantity with the larger one:
        ``evidence_nearest``, the name of the nearest measured magnet (behind
        "given; " where the user gave values), and ``evidence_farthest``, the
        name of the coordinate farthest off.
    """
    roots = Coded(root_codes(made.written.host), HOST_NAMES)
    hard = evidence_at_temperature(made.near[COERCIVITY], roots, kelvin)
    b_r = made.near["remanence_T"]
    weaker = b_r.distance > hard.distance
    nearest = hard.nearest.where(~weaker, b_r.nearest)
    if made.given:
        has_own_values = np.isfinite(list(made.given.values())).any(axis=0)
        nearest = Coded.of(
            np.where(has_own_values, "given; ", "")
            + np.array(nearest.texts(), object)
        )
    farther = np.maximum(hard.distance, b_r.distance)
    return {
        "evidence_distance": np.where(roots.codes < 0, np.nan, farther),
        "evidence_nearest": nearest,
        "evidence_farthest": hard.farthest.where(~weaker, b_r.farthest),
        "remanence_T_evidence": b_r.distance,
        "coercivity_kA_m_evidence": hard.distance,
    }


def _columns_at_temperature(
    made: Alloys,
    kelvin: float,
    values: FloatArray,
    state: Any,
    names: Any,
    duty: Duty,
) -> dict[str, Any]:
    """Build the columns of `FIGURES` and of the limits of use of n magnets at one temperature.

    Parameters
    ----------
    made : Alloys
        The n alloys, whose ``rows["recoil"]`` is read.
    kelvin : float
        Temperature, K.
    values : ndarray, shape (7, 3, n)
        `FIGURES` (``remanence_T``, ``coercivity_kA_m``, ``knee_field_kA_m``,
        ``max_energy_product_kJ_m3``, ``max_working_temperature_K``,
        ``remanence_coefficient_pct_K``, ``coercivity_coefficient_pct_K``) in
        the units of their columns: centre, lower and upper end.
    state : tuple
        Which rows are magnets, bool (n,), and their gates, int8 (n,), 0 for an open one.
    names : collection of str or None
        Columns wanted, all if None. Ends and provenance are wanted by their own names; the limits
        of use come only where their central column is wanted.
    duty : Duty
        What the magnets stand.

    Returns
    -------
    dict
        Arrays (n,) of each of `FIGURES`, ``demagnetization_safety`` and ``irreversible_loss_pct``,
        its ``_lo`` and ``_hi``, and its ``_provenance``, a `Coded` that is "physics", or
        "extrapolated" of coercive fields below 250 K, and empty where there is no figure.
    """
    ranges = dict(zip(FIGURES, values, strict=True))
    if duty_names := [
        name for name in _DUTY if names is None or name in names
    ]:
        ranges |= duty_columns(ranges, made.rows["recoil"], duty, duty_names)
    ok, gate = state
    codes = np.where(ok, np.int8(0), np.int8(-1))
    hard = np.where(gate == 0, codes, np.int8(-1))
    columns: dict[str, Any] = {}
    cold = "extrapolated" if kelvin < COMPARED_FROM else "physics"
    of_flux = Coded(codes, ("physics",))
    of_gate = Coded(hard, ("physics",))
    coercive = Coded(hard, (cold,))
    for name, ends in ranges.items():
        words = (
            coercive
            if name in COERCIVE
            else of_flux
            if name in WITHOUT_COERCIVITY
            else of_gate
        )
        columns |= zip(_ENDS[name], (*ends, words), strict=True)
    return _choose_columns(columns, names)


def _choose_columns(
    columns: dict[str, Any], names: Collection[str] | None
) -> dict[str, Any]:
    """Return the columns of exactly these names, all if `names` is None; others do nothing.

    The order is that of `columns`, which is not changed; with None it is returned itself.
    """
    if names is None:
        return columns
    return {name: column for name, column in columns.items() if name in names}


FILE = "comparators/comparators.csv"
_HOTTEST = "max_working_temperature_K"


@check_arguments
def comparators(temperature: float | str = 300.0) -> "pd.DataFrame":
    """Return cited properties of magnets without rare earth at a temperature.

    Remanence and coercivity follow the coefficients of the data file,
    saturation that of remanence, counted from 293.15 K, hotter and colder; the energy product follows
    remanence times the lesser of the two relative changes. Above a material's
    highest temperature of use these four are NaN; where no such magnet exists
    values are NaN.

    Parameters
    ----------
    temperature : float or str
        K, or a text such as ``"150C"``.

    Returns
    -------
    pandas.DataFrame
        ``candidate`` (name), ``formula``, ``temperature_K``, ``curie_temperature_K``,
        ``saturation_polarization_T``, ``remanence_T``, ``coercivity_kA_m``,
        ``max_energy_product_kJ_m3``, ``max_working_temperature_K``,
        ``remanence_coefficient_pct_K``, ``coercivity_coefficient_pct_K``, each with a
        ``_provenance`` of ``comparator``, missing where the value is NaN, then ``kind``,
        ``source``, ``confidence``, ``note``. Every material has a row, at any temperature, in the
        order of the file, numbered from 0.

    Raises
    ------
    InputError
        If the temperature cannot be read.
    """
    import pandas as pd

    t = parse_temperature(temperature)
    data = pd.read_csv(datasets.path(FILE))
    limit = data["max_temperature_K"].fillna(data["curie_temperature_K"])
    usable = (t <= limit).to_numpy()
    on_b = _factor(
        data["remanence_coefficient_pct_K"].to_numpy(float), t, usable
    )
    on_h = _factor(
        data["coercivity_coefficient_pct_K"].to_numpy(float), t, usable
    )
    factors = {
        "curie_temperature_K": 1,
        "saturation_polarization_T": on_b,
        "remanence_T": on_b,
        "coercivity_kA_m": on_h,
        "max_energy_product_kJ_m3": on_b * np.minimum(on_b, on_h),
        _HOTTEST: 1,
        "remanence_coefficient_pct_K": 1,
        "coercivity_coefficient_pct_K": 1,
    }
    properties = data.rename(
        columns={"name": "candidate", "max_temperature_K": _HOTTEST}
    )
    frame = properties[["candidate", "formula"]].assign(temperature_K=t)
    for name, factor in factors.items():
        frame[name] = properties[name] * factor
        codes = np.where(frame[name].notna(), 0, -1)
        frame[f"{name}_provenance"] = pd.Categorical.from_codes(
            codes, pd.Index(["comparator"])
        )
    return frame.assign(
        **{n: data[n] for n in ("kind", "source", "confidence", "note")}
    )


def _factor(percent: np.ndarray, t: float, usable: np.ndarray) -> np.ndarray:
    """Compute the share of a value at 293.15 K that n magnets have at a temperature, (n,).

    `percent`, (n,), is their coefficient, %/K, and `t` the temperature, K. A
    coefficient that is not known, NaN, counts as none within 30 K, and gives
    NaN beyond. The share is NaN where `usable`, bool (n,), does not hold or
    nothing is left.
    """
    is_near_room = abs(t - ROOM_K) <= 30.0
    slope = np.where(np.isnan(percent) & is_near_room, 0.0, percent)
    factor = 1.0 + 0.01 * slope * (t - ROOM_K)
    return np.where(usable & (factor > 0.0), factor, np.nan)
