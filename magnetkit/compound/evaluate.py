"""The two-sublattice model at given parameters, before anything is learnt beside it.

Intrinsic properties of the hard phase at temperature.

Two sublattices: the transition metals carry moment, exchange and their own anisotropy; each rare
earth is an ion in the exchange field of the former and in a crystal field of order 2, 4 and 6,
diagonalized offline (Herbst, Rev. Mod. Phys. 63 (1991) 819; Yamada et al., Phys. Rev. B 38 (1988)
620). Parameters: ``datasets/intrinsic``; tables of the ions: ``datasets/ions``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._core._arguments import share
from .._core._columnar import Coded, Columns
from .._core._constants import DEVIATIONS_90
from .._core._types import BoolArray, FloatArray, Int8Array
from .._core.columns import EASY_DIRECTIONS, GATES, PROVENANCES, STATUSES
from ..alloy.table import CompositionTable
from ..phases.partition import Partition
from ..phases.records import HOST_NAMES
from .parameters import Parameters

if TYPE_CHECKING:
    from .._core._arrays import Condensed


def condense(
    table: CompositionTable, codes: Int8Array, p: Parameters
) -> "Condensed":
    """Reduce n hard phases to arrays that temperature does not change, for the kernels.

    Parameters
    ----------
    table : CompositionTable
        The hard phases, n rows.
    codes : ndarray of int8, shape (n,)
        Index into `HOST_NAMES` of the host of each, -1 where it is unknown. Names are "2:14:1",
        "1:5", "2:17", "2:17:3", "1:12" and "1:12:1", in this order from 0.
    p : Parameters
        Parameters of the two-sublattice model, as of `parameters.load`.

    Returns
    -------
    Condensed
        ``state``, float64 (n, 20), with the Curie temperature, K, in column
        `CURIE`, and ``ion``, float64 (entries, 10), one row an entry of the
        table, which is an element of a phase. A row of ``state`` outside the
        model holds NaN but for its status. `CURIE` and the other columns are
        constants of `magnetkit.compound._intrinsic_kernels`.
    """
    from ._intrinsic_kernels import condense as kernel

    return kernel(table.rows, codes, p.kernel_parameters)


def curie_temperature(
    table: CompositionTable, codes: Int8Array, p: Parameters
) -> FloatArray:
    """Return the Curie temperature of hard phases.

    Parameters
    ----------
    table : CompositionTable
        The hard phases, n rows.
    codes : ndarray of int8, shape (n,)
        Index into `HOST_NAMES` of the host of each, -1 where it is unknown. Names are "2:14:1",
        "1:5", "2:17", "2:17:3", "1:12" and "1:12:1", in this order from 0.
    p : Parameters
        Parameters of the two-sublattice model, as of `parameters.load`.

    Returns
    -------
    ndarray of float64, shape (n,)
        K; NaN outside the model and for an unknown host.
    """
    from ._intrinsic_kernels import CURIE

    return condense(table, codes, p).state[:, CURIE]


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

STATUS = (
    "ok",
    "planar",
    "cone",
    "paramagnetic",
    "unknown host",
    "outside the model",
    *GATES,
)
"""Status by the kernel's code, then those of gates."""
_EASY = ("axis", "plane", "cone", "none", "none", "none")
_STATUS_CODE = np.array([STATUSES.index(name) for name in STATUS], np.int8)
_EASY_CODE = np.array([EASY_DIRECTIONS.index(name) for name in _EASY], np.int8)
# Half an interval of 90 % in standard deviations.
_POSITIVE = np.array([True, False, False, False, True, True, True])


class PredictedCurie(NamedTuple):
    """Predicted Curie temperatures of n hard phases, arrays of shape (n,).

    `value` and `half` (half an interval of 90 %) are in kelvin, NaN where nothing is known, `half`
    also where that of the calibrated parameters stands;
    `share` is how much is learnt, 0 to 1; `distance` is 1 at the edge of the domain; `measured`
    says whether the very compound was measured.
    """

    value: FloatArray
    half: FloatArray
    share: FloatArray
    distance: FloatArray
    measured: BoolArray


@dataclass(frozen=True, eq=False)
class Intrinsic:
    """Intrinsic properties as arrays: n hard phases, m temperatures.

    Attributes
    ----------
    host : ndarray of int8, shape (n,)
        Index into `magnetkit.phases.partition.HOST_NAMES`, -1 unknown.
    temperatures : ndarray of float64, shape (m,)
        Temperatures, K.
    curie, curie_sd : ndarray of float64, shape (n,)
        Curie temperature and its standard deviation, K.
    value, sd : ndarray of float64, shape (n, m, 7)
        `PROPERTIES` and their standard deviations; `sd` is empty if not asked for. NaN where the
        status gives no number: all above the Curie temperature, field and hardness where the
        easy direction is no axis.
    status : ndarray of int8, shape (n, m)
        Index into `STATUS`; 0 is "ok".
    predicted : PredictedCurie or None
        Predicted Curie temperatures; None where the two-sublattice model stands alone.
    """

    host: Int8Array
    temperatures: FloatArray
    curie: FloatArray
    curie_sd: FloatArray
    value: FloatArray
    sd: FloatArray
    status: Int8Array
    predicted: PredictedCurie | None = None


def evaluate_phases(
    part: Partition,
    temperatures: FloatArray,
    parameters: Parameters,
    predicted: PredictedCurie | None = None,
    spread: bool = True,
    condensed: "Condensed | None" = None,
) -> Intrinsic:
    """Return the intrinsic properties of hard phases by a model and, if given, predicted T_C.

    Parameters
    ----------
    part : Partition
        What `magnetkit.phases.partition.partition` returns; ``hard_phase`` (n
        compositions) and ``host`` are read.
    temperatures : ndarray of float64, shape (m,)
        K; an array, no list.
    parameters : Parameters
        Of the two-sublattice model, as of `parameters.load`.
    predicted : PredictedCurie, optional
        Curie temperatures in place of the model's (``value``) and their half
        widths (``half``), K, NaN where those of the model stand; what the
        metals give to polarization and anisotropy is that at the same T / T_C.
    spread : bool
        Whether to propagate the uncertainty of the parameters (linearly).
    condensed : Condensed, optional
        What `condense` returns of these phases, where the caller has it. Its
        Curie temperatures become the predicted ones, in place.

    Returns
    -------
    Intrinsic
        Arrays of n phases at m temperatures. Properties in ``value`` are
        saturation_polarization_T, anisotropy_constant_MJ_m3,
        anisotropy_constant_2_MJ_m3, anisotropy_constant_3_MJ_m3,
        anisotropy_field_T, nucleation_field_T and hardness_parameter
        (`PROPERTIES`). ``sd`` has their standard deviations; it is empty
        without `spread`. ``curie`` and ``curie_sd`` (n,) are in K, ``value``
        has the shape (n, m, 7), and ``status`` (n, m) holds indices into
        `STATUS`, of which 0 is "ok". NaN where the status gives no number.
    """
    from ._intrinsic_kernels import evaluate as kernel

    t = part.hard_phase
    curie = np.full((2, len(t)), np.nan)
    if predicted is not None:
        curie = np.stack([predicted.value, predicted.half / DEVIATIONS_90])
    tc, tc_sd, value, sd, status = kernel(
        t.rows,
        part.host,
        parameters.kernel_parameters,
        temperatures,
        spread,
        curie,
        condensed,
    )
    # The kernel keeps each column in one piece; views give the order of the class.
    return Intrinsic(
        part.host, temperatures, tc, tc_sd, value.T, sd.T, status.T, predicted
    )


def quantile(interval: float) -> float:
    """Return how many deviations the interval reaches to each side.

    `interval` is a share such as 0.9, which gives 1.645; InputError unless it lies between 0 and 1.
    """
    return NormalDist().inv_cdf(0.5 + share("interval", interval) / 2.0)


def intrinsic_columns(
    got: Intrinsic,
    z: float,
    only: Mapping[float, Collection[str]] | None = None,
) -> list[Columns]:
    """Build the columns of `intrinsic` at each temperature.

    Parameters
    ----------
    got : Intrinsic
        What `evaluate_phases` returned with `spread`: n phases at m
        temperatures, with deviations. It is not changed. ``sd`` must not be
        empty.
    z : float
        Half width of the ranges in standard deviations, such as 1.645 for 90
        %.
    only : mapping of float to collection of str, optional
        By temperature (K), the properties wanted, such as
        "curie_temperature_K", each with its range and provenance. A
        temperature that is no key gets all. Names are "curie_temperature_K"
        and those of `PROPERTIES`, "saturation_polarization_T" to
        "hardness_parameter".

    Returns
    -------
    list of Columns
        One for each temperature, in order; each is a dict of columns by name,
        not a frame: host, status, easy_direction and temperature_K, and for
        each property its value, ``_lo``, ``_hi`` and ``_provenance``, (n,)
        each. Ends are the value less and plus `z` deviations; of a property
        that cannot be negative the lower one is 0 or more. With predicted
        Curie temperatures the columns of `_learnt_columns` are added where
        "curie_temperature_K" is wanted. Columns are sorted as in the tables of
        results. Texts are `Coded`. A value that is not known is NaN, and so
        are its ends; the provenance of `PROPERTIES` stays "physics" there.
    """
    n = len(got.host)
    host = host_column(got.host)
    physics = Coded.constant("physics", n, PROVENANCES)
    provenance = (
        {}
        if got.predicted is None
        else _learnt_columns(got.predicted, np.isnan(got.curie))
    )
    tables = []
    for j, kelvin in enumerate(got.temperatures):
        names = (only or {}).get(float(kelvin))
        status = got.status[:, j]
        data = Columns(
            host=host,
            status=status_column(status),
            easy_direction=Coded(_EASY_CODE[status], EASY_DIRECTIONS),
            temperature_K=np.full(n, kelvin),
        )
        columns = [("curie_temperature_K", got.curie, got.curie_sd, True)]
        for k, name in enumerate(PROPERTIES):
            columns.append(
                (name, got.value[:, j, k], got.sd[:, j, k], bool(_POSITIVE[k]))
            )
        for name, value, sd, positive in columns:
            if names is not None and name not in names:
                continue
            half = z * sd
            low = value - half
            data[name] = value
            data[f"{name}_lo"] = (
                np.maximum(low, 0.0, out=low) if positive else low
            )
            data[f"{name}_hi"] = np.add(value, half, out=half)
            data[f"{name}_provenance"] = physics
        if names is None or "curie_temperature_K" in names:
            data |= provenance
        tables.append(data.sort_columns())
    return tables


_PHYSICS, _SURROGATE, _MEASURED = (
    np.int8(PROVENANCES.index(name))
    for name in ("physics", "surrogate", "measured")
)


def _learnt_columns(
    predicted: PredictedCurie, unknown: BoolArray
) -> dict[str, Any]:
    """Build the columns that say how much of the Curie temperature is learnt, and where from.

    Parameters
    ----------
    predicted : PredictedCurie
        Predictions of n phases; ``share`` of the data, ``distance`` and
        ``measured`` (bool, (n,)) are read.
    unknown : ndarray of bool, shape (n,)
        Rows without provenance.

    Returns
    -------
    dict
        ``curie_temperature_K_provenance`` (`Coded`: measured, surrogate or
        physics), ``curie_temperature_K_data_share`` (0 to 1), ``in_domain``
        (bool) and ``domain_distance``, (n,) each. From a share of 0.5 on the
        provenance is "surrogate"; "measured" goes before it. Unknown rows have
        no text of provenance (code -1). A row is in the domain up to a
        distance of 1.
    """
    codes = np.where(predicted.share >= 0.5, _SURROGATE, _PHYSICS)
    codes[predicted.measured] = _MEASURED
    codes[unknown] = -1
    return {
        "curie_temperature_K_provenance": Coded(codes, PROVENANCES),
        "curie_temperature_K_data_share": predicted.share,
        "in_domain": predicted.distance <= 1.0,
        "domain_distance": predicted.distance,
    }


def host_column(codes: Int8Array) -> Coded:
    """Return codes of `magnetkit.phases.partition.HOST_NAMES`, -1 unknown, as a column of hosts.

    Codes 0 to 5 are "2:14:1", "1:5", "2:17", "2:17:3", "1:12" and "1:12:1".
    The result is `Coded`, (n,), of these texts; "unknown" for -1.
    """
    return Coded(
        np.where(codes < 0, np.int8(len(HOST_NAMES)), codes),
        (*HOST_NAMES, "unknown"),
    )


def status_column(status: Int8Array) -> Coded:
    """Return the kernel's codes as a column of statuses.

    `status` holds indices into `STATUS`, (n,). The result is `Coded` over `STATUSES`.
    """
    return Coded(_STATUS_CODE[status], STATUSES)


def blank_rows(
    got: Intrinsic,
    figures: FloatArray,
    status: Int8Array,
    rows: BoolArray,
) -> None:
    """Set rows outside the model to NaN, and their status, in place.

    The arrays of `got`, `figures` and `status` are all changed. The status
    becomes "outside the model".

    Parameters
    ----------
    got : Intrinsic
        n phases at m temperatures, evaluated with `spread`: its ``sd`` must
        not be empty (IndexError). ``curie``, ``curie_sd``, ``value`` and
        ``sd`` become NaN; host and temperatures stay.
    figures : ndarray, shape (..., m, n)
        Figures that follow from `got`, float64; the last axis are the phases.
    status : ndarray of int8, shape (m, n)
        Status of the figures, indices into `STATUS`; 0 is "ok".
    rows : ndarray of bool, shape (n,)
        Rows to blank.
    """
    if rows.any():
        got.curie[rows] = got.curie_sd[rows] = np.nan
        got.value[rows] = got.sd[rows] = np.nan
        figures[..., rows] = np.nan
        outside = STATUS.index("outside the model")
        status[:, rows] = got.status[rows] = outside
