"""Temperatures at which a phase compensates or its easy axis is lost.

First-order magnetization processes: fields at which the moment jumps towards the field.

Each rare earth is diagonalized in crystal, exchange and outside field (`multiplets`), the metals
turn as one. The equilibrium is the lowest energy of all directions of the metals' moment in the
plane of axis and field; where two directions change places the polarization jumps. Kinds are those
of Asti and Bolzoni, J. Magn. Magn. Mater. 20 (1980) 29.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core._arguments import named
from .._core._blas import one_thread
from .._core.elements import SYMBOLS
from .._core.errors import InputError
from .._core.units import K_B, MU_0, MU_B, parse_temperatures
from ..alloy._read import Compositions, read_inputs
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ..compound._ions import WHOLE, Ion, Matrix, free_energy, ion_of
from ..compound.evaluate import condense
from ..compound.parameters import Parameters, load
from ..phases.partition import assign_hosts, partition
from ..phases.records import CRYSTAL_FIELDS, HOSTS
from ..surrogates.intrinsic import condensed, evaluate

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


# Above every Curie temperature of a host, K.
_LAST = 1300.0
# A finer grid takes all memory before it moves what is interpolated by as much as can be measured;
# a coarser one has too few points to interpolate between.
_STEPS = 0.01, 100.0
_CHANGES = (
    "curie_temperature_K",
    "compensation_temperature_K",
    "spin_reorientation_K",
    "spin_reorientation_2_K",
)


@named
def transitions(
    compositions: Compositions,
    host: str = "auto",
    step: float = 2.0,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the temperatures at which something changes below the Curie temperature.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions; see `magnetkit.predict`.
    host : str
        Crystal host, or ``"auto"``.
    step : float
        Grid on which the changes are looked for, 0.01 to 100 K; they are then interpolated.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    DataFrame
        curie_temperature_K; compensation_temperature_K, where the sublattices cancel;
        spin_reorientation_K, the highest temperature at which the easy axis sets in or is lost
        (K_1 changes sign); spin_reorientation_2_K, where K_1 + 2 K_2 + 3 K_3 does. NaN where none.

    Raises
    ------
    InputError
        If `step` does not lie between 0.01 and 100 K, or the host is not known.
    """
    import pandas as pd

    inputs = read_inputs(compositions, basis, strict=strict)
    table = inputs.table
    codes = assign_hosts(table, host)
    if not _STEPS[0] <= step <= _STEPS[1]:
        raise InputError(
            f"step must lie between {_STEPS[0]:g} and {_STEPS[1]:g} K, got {step!r:.60}"
        )
    at = np.arange(4.0, _LAST, step)
    found = np.full((len(table), len(_CHANGES)), np.nan)
    for start in range(0, len(table), 2000):
        rows = slice(start, start + 2000)
        got = evaluate(partition(table[rows], codes[rows]), at, spread=False)
        js, k1, k2, k3 = (got.value[:, :, k] for k in range(4))
        # J_s is a modulus: it has a sharp minimum near zero where the sublattices cancel.
        zeros = _last_zero(at, k1), _last_zero(at, k1 + 2.0 * k2 + 3.0 * k3)
        found[rows] = np.column_stack([got.curie, _cusp(at, js), *zeros])
    return inputs.give(pd.DataFrame(found, columns=_CHANGES))


def _last_zero(at: Array, curve: Array) -> Array:
    """Return the highest temperature at which each row of `curve` changes sign, NaN if never."""
    left, right = curve[:, :-1], curve[:, 1:]
    change = left * right < 0.0
    last = change.shape[1] - 1 - np.argmax(change[:, ::-1], axis=1)
    row = np.arange(len(curve))
    a, b = left[row, last], right[row, last]
    with np.errstate(invalid="ignore", divide="ignore"):
        zero = at[last] + (at[last + 1] - at[last]) * a / (a - b)
    return np.where(change.any(axis=1), zero, np.nan)


def _cusp(at: Array, curve: Array) -> Array:
    """Return where each row of `curve`, a modulus, goes through zero, NaN if nowhere.

    Between two points of either side of a zero, following the slope from outside leads to a
    sign change; at a smooth minimum it does not.
    """
    result = np.full(len(curve), np.nan)
    first, left, right, last = (curve[:, i : curve.shape[1] - 3 + i] for i in range(4))
    with np.errstate(invalid="ignore"):
        crossing = (2.0 * left - first < left) & (2.0 * right - last < right)
        crossing &= left + right < 1.5 * np.abs(left - first + right - last)
    rows, columns = np.nonzero(crossing)
    a, b = curve[rows, columns + 1], curve[rows, columns + 2]
    with np.errstate(invalid="ignore", divide="ignore"):
        result[rows] = at[columns + 1] + (at[columns + 2] - at[columns + 1]) * a / (a + b)
    return result


MOST_T = 100.0
"""The largest field that can be asked for, T."""

_PER_TESLA = MU_B / K_B
# Directions at which energies are calculated, and those between which minima are looked for.
ANGLES, _FINE = np.linspace(0.0, np.pi / 2.0, 19), np.linspace(0.0, np.pi / 2.0, 901)
# Fields at which energies are calculated, the step between those that are compared, and how close
# the field of a jump is found, T.
_NODES, _STEP, _CLOSE = 9, 0.05, 1e-4
# A direction closer than this to the field, or to the axis, is taken to be it.
_ALONG = np.radians(1.0)
# Share of the energy's range below which a maximum between two minima is rounding.
_NOTHING = 1e-7


class Site(NamedTuple):
    """An ion of an alloy: crystal fields (K), exchange field (K), share, and share of its moment.

    ``crystal``: of the sites of either sign; one where the field is axial and they are alike.
    """

    ion: Ion
    crystal: tuple[Matrix, ...]
    exchange: float
    share: float
    moment: float


class Alloy(NamedTuple):
    """Two sublattices at a temperature: metals' K_1 (MJ/m3) and polarization (T), and ions.

    ``per_ion``: MJ/m3 per kelvin of an ion. ``whole``: whether the plane has directions.
    """

    kelvin: float
    metals: float
    polarization: float
    per_ion: float
    sites: tuple[Site, ...]
    whole: bool


class Jump(NamedTuple):
    """A jump: field (T), angles to the field (rad) and polarization along it (T), both sides."""

    field: float
    before: float
    after: float
    polarization_before: float
    polarization_after: float


@named
@one_thread()
def first_order_transitions(
    compositions: Compositions,
    temperature: float | str | Sequence[float | str] = "4.2K",
    highest_field_T: float = 30.0,
    host: str = "auto",
    *,
    basis: Basis = "auto",
) -> "pd.DataFrame":
    """Return the fields of first-order magnetization processes, by direction.

    The rare earth is diagonalized anew for each direction and field: a second for a composition and
    temperature. Parameters are those in force, `magnetkit.surrogates.intrinsic`; the
    crystal field of a host but 2:14:1 knows no direction in the plane.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions, each of which must be readable; see `magnetkit.predict`.
    temperature : float, str or sequence of them
        K, or a text such as ``"20C"``; see `magnetkit.units.parse_temperatures`.
    highest_field_T : float
        Inner field up to which is looked, T, at most 100.
    host : str
        Crystal host, or ``"auto"``.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.

    Returns
    -------
    pandas.DataFrame
        One row for each transition, and for each direction without: ``candidate``,
        ``temperature_K``, ``direction`` of the field (where the moment does not stand in no field),
        ``critical_field_T`` (inner field), ``kind`` (``P`` in the plane, ``A`` along the axis,
        ``1`` to saturation, ``2`` short of it, ``C`` from a cone) and polarization along the field
        on either side, ``polarization_before_T`` and ``polarization_after_T``. NaN where none, no
        direction where there is no order or no model.

    Raises
    ------
    InputError
        If an argument cannot be used.

    Examples
    --------
    >>> frame = first_order_transitions("Pr2Fe14B")
    >>> frame["direction"].tolist(), frame["kind"].tolist()
    (['[100]', '[110]'], ['P2', 'P2'])
    """
    import pandas as pd

    if not 0.0 < highest_field_T <= MOST_T:
        raise InputError(
            f"highest_field_T must lie above 0 and be at most {MOST_T:g}, got {highest_field_T!r}"
        )
    kelvins = parse_temperatures(temperature)
    inputs = read_inputs(compositions, basis, strict=True)
    part = partition(inputs.table, host)
    names = inputs.table.formulas() if inputs.labels is None else list(map(str, inputs.labels))
    rows = []
    for kelvin in kelvins:
        for name, alloy in zip(names, alloys(part.hard_phase, part.host, kelvin), strict=True):
            found = processes(alloy, highest_field_T) if alloy is not None else []
            rows += [(name, kelvin, *one) for one in found or [("", np.nan, "", np.nan, np.nan)]]
    columns = ["critical_field_T", "kind", "polarization_before_T", "polarization_after_T"]
    return pd.DataFrame(rows, columns=["candidate", "temperature_K", "direction", *columns])


def alloys(
    table: CompositionTable,
    codes: NDArray[np.int8],
    kelvin: float,
    parameters: Parameters | None = None,
) -> list[Alloy | None]:
    """Return n hard phases at a temperature, K, None where there is no order or no model.

    `codes` are their hosts; with other `parameters` than those in force nothing learnt enters.
    """
    from .._core._arrays import A_2, A_4, ION_J, N_WORK, SITE, STRENGTH, TABLE
    from ..compound import _intrinsic_kernels as _intrinsic

    p = parameters or load()
    state, ion = condense(table, codes, p) if parameters else condensed(partition(table, codes))[0]
    first = p.ions.facts[..., 0]
    tables = {first[g, e]: (g, SYMBOLS[e]) for g, e in np.argwhere(first >= 0.0)}
    fields = [host.magnetism.crystal_field for host in HOSTS.values()]
    found: list[Alloy | None] = []
    for i, one in enumerate(state):
        if one[_intrinsic.STATE] != _intrinsic.OK or kelvin >= one[_intrinsic.CURIE]:
            found.append(None)
            continue
        count, first = int(one[_intrinsic.IONS]), int(one[_intrinsic.FIRST])
        work = np.empty((max(count, 1), N_WORK))
        m, _, k1, _, _ = _intrinsic.at(kelvin, i, state, ion, work, p.ions, 0)
        tesla = one[_intrinsic.TO_TESLA]
        sites = []
        for row in ion[first : first + count]:
            group, symbol = tables[row[TABLE]]
            here, name = ion_of(symbol), CRYSTAL_FIELDS[group]
            # In the whole field half of the sites have the sine-like terms of the other sign.
            turns = (False, True) if name == WHOLE else (False,)
            crystal = [
                one[_intrinsic.CRYSTAL_FIELD] * (row[A_2] * unit + row[A_4] * fourth)
                for unit, fourth in (here.crystal(name, turned) for turned in turns)
            ]
            # How many of it a formula unit holds: MJ/m3 per kelvin of all over tesla per mu_B.
            number = row[SITE] * one[_intrinsic.PER_ION] * 1e6 * MU_0 / tesla * _PER_TESLA
            exchange, moment = m * row[STRENGTH], row[ION_J] / number
            sites.append(Site(here, tuple(crystal), exchange, row[SITE], moment))
        metals = k1 - work[:count, 1].sum()
        polarization = one[_intrinsic.MOMENT_T] * m * tesla
        whole = fields[codes[i]] == WHOLE
        own = one[_intrinsic.PER_ION], tuple(sites), whole
        found.append(Alloy(kelvin, metals, polarization, *own))
    return found


def processes(alloy: Alloy, highest: float) -> list[tuple[str, float, str, float, float]]:
    """Return the rows of `first_order_transitions` of an alloy, from ``direction`` on."""
    fields = np.linspace(0.0, highest, _NODES)
    around = {"[100]": 0.0, "[110]": np.pi / 4.0} if alloy.whole else {"in the plane": 0.0}
    energies = {name: energy(alloy, phi, False, fields) for name, phi in around.items()}
    along = [energy(alloy, phi, True, fields) for phi in around.values()]
    energies["[001]"] = np.minimum.reduce(along)
    found: list[tuple[str, float, str, float, float]] = []
    for name, values in energies.items():
        start, jumps = critical(fields, values)
        if start < _ALONG:
            continue
        letter = "A" if name == "[001]" else "P"
        cone = "C" if start < np.pi / 2.0 - _ALONG else ""
        for jump in jumps:
            kind = f"{letter}{1 if jump.after < _ALONG else 2}{cone}"
            ends = jump.polarization_before, jump.polarization_after
            found.append((name, jump.field, kind, *ends))
        if not jumps:
            found.append((name, np.nan, "", np.nan, np.nan))
    return found


def energy(alloy: Alloy, azimuth: float, axial: bool, fields: Array) -> Array:
    """Return the energy by the angle between metals' moment and field, MJ/m3, shape (19, k).

    The angles are 0 to 90 degrees; `azimuth` is that of the plane in which field and moment lie,
    from [100]; `axial` says that the field lies along the axis, and not across it; `fields`, (k,),
    are inner fields, T.
    """
    across, along = (np.sin, np.cos) if axial else (np.cos, np.sin)
    flat = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    moments = np.outer(across(ANGLES), flat) + np.outer(along(ANGLES), [0.0, 0.0, 1.0])
    field = np.array([0.0, 0.0, 1.0]) if axial else flat
    # In J/m3 T and A/m; then MJ/m3.
    total = -1e-6 / MU_0 * alloy.polarization * np.outer(np.cos(ANGLES), fields)
    total += (alloy.metals * across(ANGLES) ** 2)[:, None]
    kelvin = np.array([alloy.kelvin])
    for site in alloy.sites:
        turned = np.tensordot(moments, np.array(site.ion.exchange), 1) * site.exchange
        pull = np.tensordot(field, np.array(site.ion.moment), 1) * _PER_TESLA * site.moment
        for crystal in site.crystal:
            bare = site.ion.base + crystal + turned
            levels = np.linalg.eigvalsh(bare[:, None] - fields[:, None, None] * pull)
            share = alloy.per_ion * site.share / len(site.crystal)
            total += share * free_energy(levels, kelvin)[..., 0]
    return total


def critical(fields: Array, energies: Array) -> tuple[float, list[Jump]]:
    """Return the angle to the field in no field, rad, and the jumps towards it.

    `fields`, T, shape (k,), rise from 0; `energies`, shape (19, k), are as `energy` returns them.
    """
    from scipy.interpolate import CubicSpline

    even = ((1, np.zeros(len(fields))), "not-a-knot")
    by_field = CubicSpline(fields, CubicSpline(ANGLES, energies, bc_type=even)(_FINE), axis=1)
    at = np.arange(0.0, fields[-1] + 0.5 * _STEP, _STEP)
    lowest, size = by_field(at).argmin(axis=0), np.ptp(energies)
    jumps = []
    for j in np.flatnonzero(np.abs(np.diff(lowest)) > 1):
        before, after = lowest[j], lowest[j + 1]
        below, above = at[j], at[j + 1]
        while above - below > _CLOSE:
            middle = 0.5 * (below + above)
            place = by_field(middle).argmin()
            if abs(place - before) <= abs(place - after):
                below, before = middle, place
            else:
                above, after = middle, place
        low, high = sorted((before, after))
        there = by_field(above)[low : high + 1]
        # Without a maximum between them the moment turned there steadily.
        if there.max() - max(there[0], there[-1]) > _NOTHING * size:
            pulls = -1e6 * MU_0 * by_field(above, 1)[[before, after]]
            jumps.append(Jump(float(above), *map(float, (*_FINE[[before, after]], *pulls))))
    return float(_FINE[lowest[0]]), jumps
