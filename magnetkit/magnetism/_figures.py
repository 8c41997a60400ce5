"""The figures of magnets with their ranges, from their hard phases and their process.

Ranges of a magnet so near its Curie temperature that it may have lost its order already.

Magnets by what they are, for what their errors have in common.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._columnar import Coded
from .._core._constants import DEVIATIONS_90
from .._core._types import BoolArray, FloatArray, Int8Array, IntArray
from .._core.units import ROOM_K, ZERO_CELSIUS
from ..alloy.shell_rows import read_shells
from ..alloy.table import CompositionTable
from ..compound.evaluate import PROPERTIES, STATUS, Intrinsic
from ..phases.records import root_host
from ._balance import grain_effect, slope_deviation
from ._cells import hot_deviation
from ._evidence import COMPARED_FROM
from ._magnets import Alloys, alloys
from ._measured import EFFECTS
from ._uncertainty import Kinds
from .laws import law
from .process import by_row, read_process

if TYPE_CHECKING:
    from ..surrogates._curie import CurieModel


GRAINS = law("grains")
TEMPERATURE = law("temperature")


def widen(
    made: Alloys,
    bulk: Intrinsic,
    values: FloatArray,
    status: Int8Array,
    spread: FloatArray,
    z: float,
) -> None:
    """Widen ranges near the Curie temperature, from zero to the magnet of its upper end, in place.

    A relative range about the central value says little there: polarization and coercivity go to
    zero at a temperature that is itself known to tens of kelvin.

    Parameters
    ----------
    made : Alloys
        n magnets, as `_magnets.alloys` returns them.
    bulk : Intrinsic
        Their hard phases at m temperatures, of `Alloys.hard_phases`.
    values : ndarray, shape (7, 3, m, n)
        Centre, lower and upper end of B_r (T), H_cJ, H_k (A/m) and (BH)max
        (J/m3) first; the ends of these four are changed in place, the other
        three figures are not.
    status : ndarray of int8, shape (m, n)
        Index into `magnetkit.compound.evaluate.STATUS`; 0 is "ok". Other rows stay as they are.
    spread : ndarray, shape (n,)
        Half range of ln B_r among magnets whose polarization is known.
    z : float
        Half width of the ranges in standard deviations.
    """
    from ._demagnetization_kernels import MU_0
    from ._magnet_kernels import pick_rules, states

    kelvin = bulk.temperatures[:, None]
    half = z * bulk.curie_sd
    near_curie = (status == 0) & (kelvin > bulk.curie - half)
    # Farther below, the upper Curie temperature does less than the spread of such magnets.
    doubtful = (status == 0) & (
        kelvin > bulk.curie - GRAINS.half_curie_ranges * half
    )
    if not doubtful.any():
        return
    # Most are far below at most temperatures.
    at, rows = (np.flatnonzero(doubtful.any(axis=axis)) for axis in (1, 0))
    part = np.ix_(at, rows)
    near_curie = near_curie[part]
    doubtful = doubtful[part]
    phases = _scale_phases(
        made.phases, rows, 1.0 + np.nan_to_num(half / bulk.curie)[rows]
    )
    rules = pick_rules(made.rules(), rows)
    j, h_cj, h_k, _ = states(bulk.temperatures[at], phases, rules)
    edges = values[:4, :, at[:, None], rows]
    center_near_curie = edges[0, 0] * np.exp(spread[rows])
    center = np.where(near_curie, center_near_curie, edges[0, 2])
    b_r = np.fmax(j * rules.factor, center)
    h_cj = np.fmax(h_cj, edges[1, 2])
    knee = np.fmax(h_k, edges[2, 2])
    field = np.minimum(b_r / (2.0 * MU_0 * rules.recoil), knee)
    product = (b_r - MU_0 * rules.recoil * field) * field
    for k, upper in enumerate((b_r, h_cj, knee, product)):
        edges[k, 1, near_curie] = 0.0
        edges[k, 2, doubtful] = upper[doubtful]
    values[:4, :, at[:, None], rows] = edges


def _scale_phases(phases: Any, rows: IntArray, hotter: FloatArray) -> Any:
    """Copy the `Phases` of some alloys with their Curie temperatures multiplied.

    Parameters
    ----------
    phases : Phases
        See `magnetkit.magnetism._magnet_kernels`; not changed.
    rows : ndarray of int64, shape (p,)
        Numbers of the alloys, from 0.
    hotter : ndarray, shape (p,)
        Factor of each alloy of `rows`; its surface, shell and walls have it too.

    Returns
    -------
    Phases
        Of those p alloys alone, in the order of `rows`, with ``state``,
        ``own``, ``walls``, ``skins``, ``shells``, ``cells``, ``fraction`` and
        ``cover`` anew.
    """
    from ..compound._intrinsic_kernels import CURIE

    arrays = [rows]
    factors = [hotter]
    places = {}
    for name in ("walls", "skins", "shells"):
        values = getattr(phases, name)[rows]
        has = values >= 0
        first = sum(map(len, arrays))
        places[name] = np.where(has, first + np.cumsum(has) - 1, -1)
        arrays.append(values[has])
        factors.append(hotter[has])
    state = phases.state[np.concatenate(arrays)]
    state[:, CURIE] *= np.concatenate(factors)
    fields = {
        name: getattr(phases, name)[rows]
        for name in ("cells", "fraction", "cover")
    }
    # Where an alloy's ions stand is said by its state.
    return phases._replace(
        state=state, own=(state, phases.ion), **places, **fields
    )


FIGURES = (
    "remanence_T",
    "coercivity_kA_m",
    "knee_field_kA_m",
    "max_energy_product_kJ_m3",
    "max_working_temperature_K",
    "remanence_coefficient_pct_K",
    "coercivity_coefficient_pct_K",
)
"""The columns that `sintered` adds, in the order of the kernel's output."""

WITHOUT_COERCIVITY = ("remanence_T", "remanence_coefficient_pct_K")
"""Those that a magnet at a closed gate keeps."""

# Temperatures at which the load line is tried, K: closer where Nd-Fe-B loses its order.
_STEPS = (50.0, 100.0)
_TURN = 650.0
_HIGHEST_K = 1150.0

_T_MAX = FIGURES.index("max_working_temperature_K")
# The last two of the figures are chords; a range too short for anything to change in it, K.
_CHORDS = 5
_INSTANT = 1e-3

_TO_COLUMN_UNIT = np.array([1.0, 1e-3, 1e-3, 1e-3, 1.0, 100.0, 100.0])


def magnet_figures(
    made: Alloys,
    bulk: Intrinsic,
    asked: FloatArray,
    between: tuple[float, float],
    load: float,
    z: float,
) -> tuple[FloatArray, Int8Array]:
    """Compute the figures of n magnets at m temperatures, with their ranges.

    Parameters
    ----------
    made : Alloys
        The n magnets, of `_magnets.alloys` with ``ranges=True``.
    bulk : Intrinsic
        Their hard phases at the first of the temperatures, one or more, of
        `Alloys.hard_phases`. At temperatures that it does not have ranges are
        not to be used.
    asked : ndarray of float64, shape (m,)
        Temperatures, K.
    between : tuple of float
        Lower and upper temperature of the chords alpha and beta, K, and of the range of use.
    load : float
        Permeance coefficient of the load line.
    z : float
        Standard deviations to each side of the ranges.

    Returns
    -------
    figures : ndarray of float64, shape (7, 3, m, n)
        B_r (T), H_cJ, H_k (kA/m), (BH)max (kJ/m3), highest working temperature
        (K), alpha and beta (%/K), the order of `FIGURES`, each as centre,
        lower and upper end; NaN where the status is not "ok". The highest
        working temperature is also NaN where the load line lies beyond the
        knee at the lowest temperature. At a closed gate (``made.gate``), which
        the status does not name, H_cJ, H_k and (BH)max are 0, the working
        temperature and beta NaN.
    status : ndarray of int8, shape (m, n)
        Index into `magnetkit.compound.evaluate.STATUS`: the first that is not ``ok`` of that at the
        temperature and those from one end of the range of use to the other, both ends included.
    """
    from ._magnet_kernels import figures

    temperature_count = bulk.temperatures.size
    rules = made.rules()._replace(bend=made.bend(between))
    # At a closed gate coercivity is blank.
    rules = rules._replace(limit=np.where(made.gate == 0, rules.limit, 0.0))
    values, status = figures(
        asked,
        between[1],
        _list_use_temperatures(between[0]),
        made.phases,
        rules,
        load,
        _kernel_widths(made, bulk, asked, z),
    )
    if (route := made.process.route) is not None:
        # The most that its magnets bear is the kernel's limit already.
        lowest, usual, _ = route.bears_K
        values[_T_MAX, :2] = np.minimum(
            values[_T_MAX, :2], np.reshape([usual, lowest], (2, 1, 1))
        )
    widen(
        made,
        bulk,
        values[:, :, :temperature_count],
        status[:temperature_count],
        made.rows["remanence_spread"] * (z / DEVIATIONS_90),
        z,
    )
    for figure, unit in zip(values, _TO_COLUMN_UNIT, strict=True):
        if unit != 1.0:
            figure *= unit
    outside = (status == 0) & ~np.isfinite(made.factor)
    return values, np.where(
        outside, STATUS.index("outside the model"), status
    ).astype(np.int8)


def _kernel_widths(
    made: Alloys, bulk: Intrinsic, asked: FloatArray, z: float
) -> Any:
    """Collect the half widths that the kernel needs for the figures of n magnets.

    Parameters
    ----------
    made, bulk, asked, z
        As for `magnet_figures`.

    Returns
    -------
    Widths
        See `magnetkit.magnetism._magnet_kernels`: ``on_b`` and ``on_h``, (m, n), of ln B_r and ln
        H_cJ; (n,) each ``on_alpha`` and ``on_beta``, relative, ``floor``, 1/K, and ``on_q``, of H_k
        / H_cJ. They are of z standard deviations. At temperatures that `bulk`
        does not have ``on_b`` leaves out the doubt of J_s.
    """
    from ._magnet_kernels import Widths

    rows = made.rows
    scale = z / DEVIATIONS_90
    # The spread of B_r is that of magnets left out, which holds that of J_s where there are
    # measured magnets; where J_s is known worse than that, its own counts instead.
    j_s = PROPERTIES.index("saturation_polarization_T")
    unsure = np.zeros((asked.size, len(made.factor)))
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(
            z * bulk.sd[:, :, j_s].T,
            bulk.value[:, :, j_s].T,
            out=unsure[: bulk.temperatures.size],
        )
    return Widths(
        *least_widths(made, asked, scale, np.nan_to_num(unsure, nan=0.0)),
        rows["alpha_spread"] * rows["alpha_left"] * scale,
        # per cent to shares
        rows["alpha_floor"] * rows["alpha_left"] * scale / 100.0,
        rows["beta_spread"] * scale,
        rows["squareness_spread"] * scale,
    )


def least_widths(
    made: Alloys,
    kelvin: FloatArray,
    scale: float = 1.0,
    unsure: FloatArray | float = 0.0,
) -> tuple[FloatArray, FloatArray]:
    """Compute half widths of ln B_r and ln H_cJ at m temperatures.

    The kernel makes those of magnets with little coercivity left wider still.

    Parameters
    ----------
    made : Alloys
        n alloys, as `_magnets.alloys` returns them; gates do not count.
    kelvin : ndarray, shape (m,)
        Temperatures, K.
    scale : float
        Width of the wanted range divided by that of a range of 90 %.
    unsure : float or ndarray, shape (m, n)
        Half width of ln J_s in the wanted range; that of B_r is no less.

    Returns
    -------
    on_b : ndarray, shape (m, n), or (1, n) where `unsure` is a float
        Half width of ln B_r.
    on_h : ndarray, shape (m, n)
        Half width of ln H_cJ; NaN without a host.
    """
    rows = made.rows
    alone = np.maximum(rows["remanence_spread"] * scale, np.atleast_2d(unsure))
    on_b = (
        np.minimum(alone, rows["remanence_cap"] * scale)
        * rows["remanence_left"]
    )
    return on_b, _coercivity_half_width(made, kelvin) * scale


def figures_by_temperature(
    made: Alloys,
    bulk: Intrinsic,
    values: FloatArray,
    status: Int8Array,
    load: float,
    z: float,
) -> tuple[FloatArray, Int8Array]:
    """Compute figures and status anew where a temperature fails only for others of the range of use.

    Magnets that have no figures over the whole range get those of each temperature by itself. The
    chords alpha and beta stay those of the range of use, whose figures are `values`.

    Parameters
    ----------
    made : Alloys
        n alloys, of `_magnets.alloys` with ``ranges=True``.
    bulk : Intrinsic
        Their hard phases at m temperatures, of `Alloys.hard_phases`.
    values : ndarray, shape (7, 3, m, n)
        Figures over the whole range, of `magnet_figures` at the temperatures
        of `bulk`, in the order of `FIGURES`, each as centre, lower and upper
        end; changed in place.
    status : ndarray of int8, shape (m, n)
        Their status, index into `magnetkit.compound.evaluate.STATUS`, 0 for "ok"; changed in place.
    load : float
        Permeance coefficient.
    z : float
        Half width of the range in standard deviations.

    Returns
    -------
    values, status : ndarray
        The same two arrays.
    """
    # A cone may be a magnet that was upright at room temperature.
    own_status = bulk.status.T
    blank = (status != 0) & (
        (own_status == 0) | (own_status == STATUS.index("cone"))
    )
    for j in np.flatnonzero(blank.any(axis=1)):
        kelvin = float(bulk.temperatures[j])
        instant = kelvin, kelvin + _INSTANT
        alone, columns = magnet_figures(
            made, bulk, bulk.temperatures, instant, load, z
        )
        rows = blank[j]
        values[:_CHORDS, :, j, rows] = alone[:_CHORDS, :, j, rows]
        status[j, rows] = columns[j, rows]
    return values, status


def describe_missing_comparison(coldest: float) -> str:
    """Write that coercivity so cold was compared with no measurement; empty from `COMPARED_FROM` on.

    `coldest` is the lowest temperature, K; `COMPARED_FROM` is 250 K. The
    sentence, which names that limit in degrees C, has no full stop.
    """
    if coldest >= COMPARED_FROM:
        return ""
    celsius = COMPARED_FROM - ZERO_CELSIUS
    return (
        f"Below {celsius:.0f} °C no coercivity was compared with a measurement"
    )


def blank_hard(values: FloatArray, rows: BoolArray) -> None:
    """Blank what needs a coercivity with NaN, in place: all figures but B_r and alpha.

    `values` are those of `FIGURES`, (7, 3, m, n), in their order, and `rows`,
    bool (m, n), says where: of centre and both ends. "remanence_T" and
    "remanence_coefficient_pct_K" stay.
    """
    if rows.any():
        for name, figure in zip(FIGURES, values, strict=True):
            if name not in WITHOUT_COERCIVITY:
                figure[..., rows] = np.nan


def _list_use_temperatures(first: float) -> FloatArray:
    """List the rising temperatures, K, from `first` on, at which the highest of use is sought.

    The array, float64, begins with `first`. It has steps of 50 K below 650 K,
    then from the last of these on steps of 100 K, and ends below 1150 K, but
    one step of 100 K later at the earliest: 300, 350, ..., 600, 700, ..., 1100
    for 300 K.
    """
    fine = np.arange(first, max(_TURN, first + _STEPS[0]), _STEPS[0])
    step = _STEPS[1]
    end = max(_HIGHEST_K, fine[-1] + 2.0 * step)
    coarse = np.arange(fine[-1] + step, end, step)
    return np.concatenate([fine, coarse])


def _coercivity_half_width(made: Alloys, kelvin: FloatArray) -> FloatArray:
    """Compute the half width of the 90 % range of ln H_cJ at temperatures, shape (m, n).

    The laws of grain size and of hot cells add more the less coercivity is
    left. Below `COMPARED_FROM`, 250 K, nothing was compared with measurements,
    so the range widens. `kelvin`, (m,), are the temperatures, K; `made` the n
    magnets, whatever gate is closed to them. NaN without a host.
    """
    cold = (
        DEVIATIONS_90
        * TEMPERATURE.cold_doubt
        * np.maximum(COMPARED_FROM - kelvin, 0.0)[:, None]
    )
    half_width = np.sqrt(made.rows["spread"] ** 2 + cold**2)
    if np.isfinite(made.structure["iron"]).any():
        cells = DEVIATIONS_90 * hot_deviation(
            made.rules(), made.structure["iron"], kelvin[:, None]
        )
        half_width = np.where(
            cells > 0.0, np.hypot(half_width, cells), half_width
        )
    if not made.rows["grain_effect"].any():
        return half_width
    effect = grain_effect(made.phases, made.rules(), made.rows, kelvin)
    added_variance = effect**2 - made.rows["grain_effect"] ** 2
    wider = np.sqrt(
        np.maximum(half_width**2 + DEVIATIONS_90**2 * added_variance, 0.0)
    )
    # Magnets of usual grains keep theirs to the last digit, whatever others the table has.
    return np.where(added_variance != 0.0, wider, half_width)


def kinds(
    table: CompositionTable,
    hosts: Sequence[str],
    shells: Sequence[str],
    process: Any = None,
    temperature: float = ROOM_K,
    curie: "CurieModel | None" = None,
) -> Kinds:
    """Describe n magnets by recipe, host, shell, and what errors that they share act by.

    Parameters
    ----------
    table : CompositionTable
        Recipes.
    hosts, shells : sequence of str
        One for each magnet, as in the columns of `magnetkit.magnetism.sintered`, such as "2:14:1"
        and "Tb 0.5 wt%"; an empty text is no shell, and no host. A variant
        becomes its root; a name of no host stays as it is. Their number is not
        checked.
    process : Process, dict, str or None
        How they are made, as for `sintered`; a text is the name of a route or
        of a stored producer.
    temperature : float
        Temperature of the effect of grain size, K.
    curie : CurieModel, optional
        Model of the Curie temperature; the shipped one otherwise.

    Returns
    -------
    Kinds
        ``table``; ``hosts``, a `Coded` of their roots; ``shells``, texts (n,);
        ``effects``, (n, 2), what errors of shell (share of H_cJ at 20 degrees
        C that it gives) and of grain size (change of ln H_cJ at `temperature`
        by one standard deviation of its law) act by. Both are 0 without a
        shell where no grain size is given.

    Raises
    ------
    InputError
        If the process cannot be used or a shell cannot be read.

    Examples
    --------
    >>> table = CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14B"])
    >>> found = kinds(table, ["2:14:1"] * 2, ["", "Tb 0.5 wt%"])
    >>> bool(found.effects[0, 0] == 0.0 and 0.1 < found.effects[1, 0] < 0.6)
    True
    """
    from ..phases.partition import assign_hosts

    text = np.array(shells, dtype=str)
    effects = np.zeros((len(table), len(EFFECTS)))
    process_rows = read_process(process, len(table))
    has_shell = text != ""
    if process_rows.grain_size_um is not None:
        codes = assign_hosts(table)
        has_shell |= slope_deviation(by_row(process_rows, codes)).any()
    rows = np.flatnonzero(has_shell)
    if rows.size:
        some = table[rows]
        shelled_alloys = alloys(
            some,
            process_rows,
            read_shells(list(text[rows]), len(rows)),
            curie=curie,
        )
        effects[rows, 0] = shelled_alloys.rows[EFFECTS[0]]
        effects[rows, 1] = grain_effect(
            shelled_alloys.phases,
            shelled_alloys.rules(),
            shelled_alloys.rows,
            temperature,
        )[0]
    return Kinds(
        table, Coded.of([root_host(host) for host in hosts]), text, effects
    )
