"""The hard phase at temperature: the physical model, carried by what is known of T_C."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import check_arguments
from .._core._types import FloatArray, Int8Array
from .._core.units import parse_temperatures
from ..alloy._read import Compositions, read_inputs
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ..compound.evaluate import (
    Intrinsic,
    PredictedCurie,
    condense,
    evaluate_phases,
    intrinsic_columns,
    quantile,
)
from ..compound.parameters import Parameters, load
from ..phases.partition import Partition, assign_hosts, partition, purify
from ._curie import Asked, CurieModel, prepare_query
from ._curie_training import load as load_curie

if TYPE_CHECKING:
    from .._core._arrays import Condensed


@check_arguments
def evaluate(
    part: Partition,
    temperatures: float | FloatArray,
    spread: bool = True,
    parameters: Parameters | None = None,
    curie: CurieModel | None = None,
) -> Intrinsic:
    """Compute the intrinsic properties of hard phases at temperatures, as arrays.

    Parameters
    ----------
    part : Partition
        n recipes: what `magnetkit.phases.partition.partition` returns. Compositions or texts are
        not taken.
    temperatures : float or array of shape (m,)
        Temperatures, K, numbers alone.
    spread : bool
        Whether to propagate the uncertainty of the parameters (linearly); ``sd`` is empty
        otherwise.
    parameters : Parameters, optional
        Other parameters than the calibrated ones; the model then stands alone, and nothing that was
        learnt enters.
    curie : CurieModel, optional
        Model of the Curie temperature; that of all that is known otherwise.

    Returns
    -------
    Intrinsic
        Arrays of n phases at m temperatures: ``host`` (n,), ``temperatures``
        (m,), ``curie`` and ``curie_sd`` (n,), K, ``value`` and ``sd`` (n, m,
        7), ``status`` (n, m), indices into `compound.evaluate.STATUS` (0 is
        "ok"), and ``predicted`` (None with `parameters`). The seven are
        saturation_polarization_T, anisotropy_constant_MJ_m3,
        anisotropy_constant_2_MJ_m3, anisotropy_constant_3_MJ_m3,
        anisotropy_field_T, nucleation_field_T and hardness_parameter. NaN
        where the status gives no number. The predicted Curie temperature
        carries polarization and anisotropy with it: the model is at the
        reduced temperature T / T_C.
    """
    at = np.atleast_1d(np.asarray(temperatures, float))
    if parameters is not None:
        return evaluate_phases(part, at, parameters, None, spread)
    curie_prediction = (curie or load_curie()).predict_magnets(
        prepare_query(part)
    )
    return evaluate_phases(part, at, load(), curie_prediction, spread)


def _without_rest(phases: CompositionTable, codes: Int8Array) -> Asked:
    """Return n `phases` of host `codes`, int8 (n,), as a query without anything outside them."""
    return Asked(phases, codes, np.zeros(len(codes)))


def condense_groups(
    part: Partition,
    groups: "Sequence[tuple[CompositionTable, Int8Array]]" = (),
    curie: CurieModel | None = None,
    written: Partition | None = None,
) -> "tuple[Condensed, PredictedCurie | None]":
    """Condense hard phases and further groups of phases for the kernels, one after another.

    Parameters
    ----------
    part : Partition
        Split recipes, n of them.
    groups : sequence of (CompositionTable, ndarray of int8)
        Further phases and their host codes, indices into `HOST_NAMES`, -1 for none.
    curie : CurieModel, optional
        Model of the Curie temperature; that of all that is known otherwise.
    written : Partition, optional
        Recipes as written. Their hard phases are those of `part`, or are added at the end.

    Returns
    -------
    condensed : Condensed
        ``state``, (rows, 20), and ``ion``. Rows: the n hard phases of `part`, the groups in order,
        then those of `written` unless its ``hard_phase`` is the same object. The Curie temperature
        of a row is the predicted one, or that of the calibrated parameters where the model gives
        NaN.
    predicted : PredictedCurie or None
        Predicted Curie temperatures of the phases of `written`, arrays (n,): ``value`` and
        ``half``, K, ``share``, ``distance`` and ``measured``; None without `written`.
    """
    from ..compound._intrinsic_kernels import CURIE

    curie = curie or load_curie()
    curie_prediction = None
    of_part = None
    values = [
        curie.curie_of_magnets(_without_rest(phases, codes))
        for phases, codes in groups
    ]
    groups = [(part.hard_phase, part.host), *groups]
    if written is not None:
        curie_prediction = curie.predict_magnets(prepare_query(written))
        if part.hard_phase is written.hard_phase:
            of_part = curie_prediction.value
        else:
            values.append(curie_prediction.value)
            groups.append((written.hard_phase, written.host))
    if of_part is None:
        whose = _without_rest(part.hard_phase, part.host)
        # Whose it is is work, and for nothing where the parameters stand.
        if curie.decides:
            whose = prepare_query(part)
        of_part = curie.curie_of_magnets(whose)
    value = np.concatenate([of_part, *values])
    phases = condense(*_join_groups(groups), load())
    has_value = np.isfinite(value)
    phases.state[has_value, CURIE] = value[has_value]
    return phases, curie_prediction


def condensed_alone(
    phases: CompositionTable, codes: Any, curie: CurieModel | None
) -> "Condensed":
    """Condense phases with their predicted Curie temperatures, for the kernels.

    Parameters
    ----------
    phases : CompositionTable
        n hard phases.
    codes : ndarray of int8, shape (n,)
        Their host codes, indices into `HOST_NAMES`, -1 for none.
    curie : CurieModel or None
        Model of the Curie temperature; None takes that of all that is known, see
        `_curie_training.load`.

    Returns
    -------
    Condensed
        Figures of each phase that do not change with temperature, ``state``,
        (n, 20), and its rare-earth ions, ``ion``. The Curie temperature,
        column `CURIE` of ``state``, K, is the predicted one, where the model
        decides, else that of the calibrated parameters.
    """
    from ..compound._intrinsic_kernels import CURIE

    result = condense(phases, codes, load())
    curie = curie or load_curie()
    value = curie.curie_of_magnets(_without_rest(phases, codes))
    has_value = np.isfinite(value)
    result.state[has_value, CURIE] = value[has_value]
    return result


def _join_groups(
    groups: "Sequence[tuple[CompositionTable, Int8Array]]",
) -> tuple[CompositionTable, Int8Array]:
    """Join groups of phases and host codes to one table and one array, in their order.

    A group is a pair (table, codes int8); there must be one or more. Rows keep their `row_index`,
    so that a number may come twice. Of one group alone its own table and codes are returned, no
    copies.
    """
    if len(groups) == 1:
        return groups[0]
    tables, codes = zip(*groups, strict=True)
    return CompositionTable.concat(tables), np.concatenate(codes)


@check_arguments
def intrinsic(
    compositions: Compositions,
    temperature: float | str | Sequence[float | str] = 300.0,
    host: str = "auto",
    interval: float = 0.9,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the intrinsic properties of the hard phase of each composition.

    A recipe is split into hard phase and grain boundary first
    (`magnetkit.phases.partition.partition`); the properties are those of the hard phase.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions; see `magnetkit.predict`.
    temperature : float, str or sequence of them
        K, or a text such as ``"150C"``; several give a row each, see
        `magnetkit.units.parse_temperatures`.
    host : str
        Crystal host of all rows, a name of `HOST_NAMES` such as "2:14:1", or ``"auto"`` to find it.
    interval : float
        Probability of the interval ``_lo`` to ``_hi``, between 0 and 1, neither of them.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are. With "auto" a formula is read in atoms, and a text with a
        balance, or whose amounts sum to 100, must name "wt.%" or "at.%" itself.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    DataFrame, or frame of the input's library
        One row a composition and temperature, those of a composition together,
        on the index of a pandas input; columns of the input stand last:
        host, status, easy_direction, temperature_K, in_domain and
        domain_distance (of the Curie temperature), and with interval and
        provenance curie_temperature_K, saturation_polarization_T,
        anisotropy_constant_MJ_m3, anisotropy_constant_2_MJ_m3,
        anisotropy_constant_3_MJ_m3, anisotropy_field_T (2 (K_1 + 2 K_2 + 3
        K_3) mu0 / J_s), nucleation_field_T (the reverse field at which the
        moment leaves the axis, metals and rare earth free to cant apart) and
        hardness_parameter. A planar or conical phase has no fields and no
        hardness, a paramagnetic one only its Curie temperature, an unknown
        host or one with elements outside the model nothing.

    Raises
    ------
    InputError
        If the temperature cannot be read, the host is unknown, the interval is not between 0 and 1,
        no row can be read, or `strict` is set and one cannot.

    Examples
    --------
    >>> frame = intrinsic(["Nd2Fe14B", "Er2Fe14B"])
    >>> frame["easy_direction"].tolist()
    ['axis', 'plane']
    """
    kelvin = np.array(parse_temperatures(temperature))
    z = quantile(interval)
    inputs = read_inputs(compositions, basis, strict=strict)
    codes = assign_hosts(inputs.table, host)
    got = evaluate(partition(purify(inputs.table, codes)[0], codes), kelvin)
    return inputs.give(
        *(columns.frame() for columns in intrinsic_columns(got, z))
    )
