"""Intrinsic properties of the hard phase at temperature.

Two sublattices: the transition metals carry moment, exchange and their own anisotropy; each rare
earth is an ion in the exchange field of the former and in a crystal field of order 2, 4 and 6,
diagonalized offline (Herbst, Rev. Mod. Phys. 63 (1991) 819; Yamada et al., Phys. Rev. B 38 (1988)
620). Parameters: ``datasets/intrinsic``; tables of the ions: ``datasets/ions``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import named, share
from ..columnar import Coded, Columns
from ..columns import EASY_DIRECTIONS, PROVENANCES, STATUSES
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..hosts.partition import HOST_NAMES, Partition, partition
from ..units import parse_temperatures
from .belief import Believed
from .believing import current
from .model import condense
from .parameters import Parameters, load

if TYPE_CHECKING:
    import pandas as pd

    from ..kernels.arrays import Condensed

PROPERTIES = (
    "saturation_polarization_T",
    "anisotropy_constant_MJ_m3",
    "anisotropy_constant_2_MJ_m3",
    "anisotropy_constant_3_MJ_m3",
    "anisotropy_field_T",
    "nucleation_field_T",
    "hardness_parameter",
)
"""Properties in the order of the last axis of `Intrinsic.value`."""

STATUS = ("ok", "planar", "cone", "paramagnetic", "unknown host", "outside the model")
"""Status by the kernel's code."""
_EASY = ("axis", "plane", "cone", "none", "none", "none")
_STATUS_CODE = np.array([STATUSES.index(name) for name in STATUS], np.int8)
_EASY_CODE = np.array([EASY_DIRECTIONS.index(name) for name in _EASY], np.int8)
# Half an interval of 90 % in standard deviations.
_HALF = NormalDist().inv_cdf(0.95)
_POSITIVE = np.array([True, False, False, False, True, True, True])


@dataclass(frozen=True, eq=False)
class Intrinsic:
    """Intrinsic properties as arrays: n hard phases, m temperatures.

    Attributes
    ----------
    host : ndarray of int8, shape (n,)
        Index into `magnetkit.hosts.partition.HOST_NAMES`, -1 unknown.
    temperatures : ndarray of float64, shape (m,)
        Temperatures, K.
    curie, curie_sd : ndarray of float64, shape (n,)
        Curie temperature and its standard deviation, K.
    value, sd : ndarray of float64, shape (n, m, 7)
        `PROPERTIES` and their standard deviations; `sd` is empty if not asked for. NaN where the
        status gives no number: all above the Curie temperature, field and hardness where the
        easy direction is no axis.
    status : ndarray of int8, shape (n, m)
        Index into `STATUS`.
    believed : Believed or None
        What is believed of the Curie temperature; None where the model stands alone.
    """

    host: NDArray[np.int8]
    temperatures: NDArray[np.float64]
    curie: NDArray[np.float64]
    curie_sd: NDArray[np.float64]
    value: NDArray[np.float64]
    sd: NDArray[np.float64]
    status: NDArray[np.int8]
    believed: "Believed | None" = None


@named
def evaluate(
    part: Partition,
    temperatures: float | NDArray[np.float64],
    spread: bool = True,
    parameters: Parameters | None = None,
) -> Intrinsic:
    """Return the intrinsic properties of hard phases at temperatures, as arrays.

    Parameters
    ----------
    part : Partition
        What `magnetkit.hosts.partition.partition` returns.
    temperatures : float or array of shape (m,)
        Temperatures, K.
    spread : bool
        Whether to propagate the uncertainty of the parameters (linearly).
    parameters : Parameters, optional
        Other parameters than the calibrated ones; the model then stands alone, and nothing that
        was learnt enters.

    Returns
    -------
    Intrinsic
        The arrays. The believed Curie temperature carries polarization and anisotropy with it:
        the model is at the reduced temperature T / T_C.
    """
    from ..kernels.intrinsic import evaluate as kernel

    at = np.atleast_1d(np.asarray(temperatures, float))
    t = part.hard_phase
    curie, believed = np.full((2, len(t)), np.nan), None
    if parameters is None:
        believed = current().of_magnets(t, part.host)
        curie = np.stack([believed.value, believed.half / _HALF])
    model = (parameters or load()).for_kernels()
    tc, tc_sd, value, sd, status = kernel(t.rows, part.host, model, at, spread, curie)
    # The kernel keeps each column in one piece; views give the order of the class.
    return Intrinsic(part.host, at, tc, tc_sd, value.T, sd.T, status.T, believed)


def condensed(
    groups: "Sequence[tuple[CompositionTable, NDArray[np.int8]]]",
    believed: "Believed | None" = None,
) -> "Condensed":
    """Return groups of phases, one after another, as the kernels of the magnet take them.

    Parameters
    ----------
    groups : sequence of (CompositionTable, ndarray of int8)
        Hard phases and their hosts.
    believed : Believed, optional
        What is believed of the Curie temperatures of the first group, where the caller has asked.

    Returns
    -------
    Condensed
        See `magnetkit.kernels.arrays`.
    """
    from ..kernels.magnetism import CURIE

    table, codes = _one(groups)
    phases = condense(table, codes, load())
    curie = [] if believed is None else [believed.value]
    if left := groups[len(curie) :]:
        curie.append(current().curie_of_magnets(*_one(left)))
    value = np.concatenate(curie)
    known = np.isfinite(value)
    phases.state[known, CURIE] = value[known]
    return phases


def _one(
    groups: "Sequence[tuple[CompositionTable, NDArray[np.int8]]]",
) -> tuple[CompositionTable, NDArray[np.int8]]:
    """Return groups of phases as one."""
    if len(groups) == 1:
        return groups[0]
    tables, codes = zip(*groups, strict=True)
    return CompositionTable.concat(tables), np.concatenate(codes)


def quantile(interval: float) -> float:
    """Return how many deviations the interval reaches to each side."""
    return NormalDist().inv_cdf(0.5 + share("interval", interval) / 2.0)


@named
def intrinsic(
    compositions: Any,
    temperature: float | str | Sequence[float | str] = 300.0,
    host: str = "auto",
    interval: float = 0.9,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the intrinsic properties of the hard phase of each composition.

    A recipe is split into hard phase and grain boundary first
    (`magnetkit.hosts.partition.partition`); the properties are those of the hard phase.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions; see `magnetkit.predict`.
    temperature : float, str or sequence of them
        K, or a text such as ``"150C"``; several give a row each, see
        `magnetkit.units.parse_temperatures`.
    host : str
        Crystal host, or ``"auto"``.
    interval : float
        Probability of the interval ``_lo`` to ``_hi``.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    DataFrame, or frame of the input's library
        One row a composition and temperature: host, status, easy_direction, temperature_K, and
        with interval and provenance curie_temperature_K, saturation_polarization_T,
        anisotropy_constant_MJ_m3, anisotropy_constant_2_MJ_m3, anisotropy_constant_3_MJ_m3,
        anisotropy_field_T (2 (K_1 + 2 K_2 + 3 K_3) mu0 / J_s), nucleation_field_T (the reverse
        field at which the moment leaves the axis, metals and rare earth free to cant apart) and
        hardness_parameter. A planar
        or conical phase has no fields and no hardness, a paramagnetic one only its Curie
        temperature, an unknown host or one with elements outside the model nothing.

    Raises
    ------
    InputError
        If the temperature, the host or the interval makes no sense.

    Examples
    --------
    >>> frame = intrinsic(["Nd2Fe14B", "Er2Fe14B"])
    >>> frame["easy_direction"].tolist()
    ['axis', 'plane']
    """
    kelvin = np.array(parse_temperatures(temperature))
    z = quantile(interval)
    inputs = read_inputs(compositions, basis, strict=strict)
    return inputs.give(*tabulate(evaluate(partition(inputs.table, host), kelvin), z))


def tabulate(got: Intrinsic, z: float) -> "list[pd.DataFrame]":
    """Return the table of `intrinsic` at each temperature; the intervals are `z` deviations."""
    return [columns.frame() for columns in columns_of(got, z)]


def columns_of(
    got: Intrinsic, z: float, only: Mapping[float, Collection[str]] | None = None
) -> list[Columns]:
    """Return the columns of `tabulate` in their order at each temperature.

    `only` names what is wanted at a temperature, a property with its interval; all is where it has
    none.
    """
    n = len(got.host)
    host = host_column(got.host)
    physics = Coded.constant("physics", n, PROVENANCES)
    learnt = {} if got.believed is None else _learnt(got.believed, np.isnan(got.curie))
    tables = []
    for j, kelvin in enumerate(got.temperatures):
        wanted = (only or {}).get(float(kelvin))
        status = got.status[:, j]
        data = Columns(
            host=host,
            status=status_column(status),
            easy_direction=Coded(_EASY_CODE[status], EASY_DIRECTIONS),
            temperature_K=np.full(n, kelvin),
        )
        columns = [("curie_temperature_K", got.curie, got.curie_sd, True)]
        for k, name in enumerate(PROPERTIES):
            columns.append((name, got.value[:, j, k], got.sd[:, j, k], bool(_POSITIVE[k])))
        for name, value, sd, positive in columns:
            if wanted is not None and name not in wanted:
                continue
            half = z * sd
            low = value - half
            data[name] = value
            data[f"{name}_lo"] = np.maximum(low, 0.0, out=low) if positive else low
            data[f"{name}_hi"] = np.add(value, half, out=half)
            data[f"{name}_provenance"] = physics
        if wanted is None or "curie_temperature_K" in wanted:
            data |= learnt
        tables.append(data.ordered())
    return tables


def _learnt(believed: Believed, unknown: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the columns that say how much of the Curie temperature is learnt, and where from."""
    physics, surrogate, measured = (
        np.int8(PROVENANCES.index(name)) for name in ("physics", "surrogate", "measured")
    )
    learnt = np.where(believed.share >= 0.5, surrogate, physics)
    learnt[believed.measured] = measured
    learnt[unknown] = -1
    return {
        "curie_temperature_K_provenance": Coded(learnt, PROVENANCES),
        "curie_temperature_K_data_share": believed.share,
        "in_domain": believed.distance <= 1.0,
        "domain_distance": believed.distance,
    }


def host_column(codes: NDArray[np.int8]) -> Coded:
    """Return codes of `magnetkit.hosts.partition.HOST_NAMES`, -1 unknown, as a column of hosts."""
    return Coded(np.where(codes < 0, np.int8(len(HOST_NAMES)), codes), (*HOST_NAMES, "unknown"))


def status_column(status: NDArray[np.int8]) -> Coded:
    """Return the kernel's codes as a column of statuses."""
    return Coded(_STATUS_CODE[status], STATUSES)


def blank_rows(
    got: Intrinsic,
    figures: NDArray[np.float64],
    status: NDArray[np.int8],
    rows: NDArray[np.bool_],
) -> None:
    """Blank rows outside the model, in place.

    Parameters
    ----------
    got : Intrinsic
        n phases, m temperatures.
    figures : ndarray of float64, shape (..., m, n)
        What follows from them.
    status : ndarray of int8, shape (m, n)
        Index into `STATUS`.
    rows : ndarray of bool, shape (n,)
        Which to blank.
    """
    if rows.any():
        got.curie[rows] = got.curie_sd[rows] = np.nan
        got.value[rows] = got.sd[rows] = np.nan
        figures[..., rows] = np.nan
        outside = STATUS.index("outside the model")
        status[:, rows] = got.status[rows] = outside
