"""How stable phases are: whether they form, their energies, and what they fall into."""

from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core._arguments import check_arguments, share
from .._core._columnar import Coded, Columns
from .._core._types import BoolArray, FloatArray
from .._core.columns import PROVENANCES
from .._core.errors import InputError
from .._core.units import parse_temperature
from ..alloy._read import Compositions, gives_frame, read_inputs
from ..alloy.notation import Basis
from ..alloy.table import CompositionTable
from ._coverage import JUDGED, NOT_JUDGED
from ._entries import Entries
from ._forming import is_melted, making_temperature, odds
from ._judged import Judged, entry_energies, named_phases
from .hull import Decomposition, product_texts, solve, stable_space
from .partition import Partition, assign_hosts, partition, purify
from .snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    import pyarrow as pa


UNKNOWN = "unknown"
"""What stands before the data that lack to name what a phase falls into."""
LIQUID = "liquid"
"""What a phase falls into above the temperature at which it decomposes by melting."""


@gives_frame
@check_arguments
def stability(
    compositions: Compositions,
    host: str = "auto",
    temperature: float | str | None = None,
    snapshot: Snapshot | str | Path | None = None,
    interval: float = 0.9,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return how likely the phase of each composition forms, and how stable it is.

    A composition with exactly a host's ratio of rare earth, metals and interstitials names that
    phase; any other one of a known host is a recipe, whose hard phase is judged. The formation
    energy is interpolated between isostructural entries (`phases._mixing`); mixing entropy
    counts for the phase and for what competes with it (`magnetkit.phases._judged`); the probability
    is that of a model fitted to phases known to exist or not (`magnetkit.phases._forming`).

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions; see `magnetkit.predict`.
    host : str
        ``"auto"`` to find it, or one name of `HOST_NAMES` for all rows, such as "2:14:1"; see
        `assign_hosts`.
    temperature : float or str, optional
        One for all rows: K, or a text such as ``"1150C"``. Without it that at which the host is
        made, sintering or annealing, such as 1350 K for 2:14:1; 1200 K where no host is known.
    snapshot : str, Path or Snapshot, optional
        Phases to interpolate and to compete with; the embedded snapshot without it. The model of
        forming is that fitted on the embedded energies.
    interval : float
        Coverage of the intervals, between 0 and 1, neither of them.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are. With "auto" a formula is read in atoms, and a text with a
        balance, or whose amounts sum to 100, must name "wt.%" or "at.%" itself.
    strict : bool
        Fail on the first row that cannot be read; it is left out with a warning otherwise.

    Returns
    -------
    DataFrame
        One row a composition that could be read, in the frame library of the
        input, with the columns of a frame or file behind; recipes of a text or
        list are no column.
        ``probability_phase_forms`` with ``_lo``, ``_hi`` and ``_provenance``
        (``surrogate``): that the phase is in equilibrium at this temperature.
        ``formation_energy_eV_atom`` (at 0 K) and ``energy_above_hull_eV_atom``
        (free energy over what competes, not below zero, uncorrected), each
        with ``_lo``, ``_hi`` and ``_provenance``: ``physics``, or
        ``surrogate`` where a metal of at least 1 % of its sites has its slope
        from a machine-learned potential for want of entries
        (`magnetkit.phases._mixing`); NaN where neither host nor entry is
        known. ``decomposes_to``: the phases on the hull at this composition
        with their shares of the atoms, ``liquid`` above the melting
        temperature. ``stability_status``: ``judged``, or what lacks, such as
        ``not judged: the snapshot has no phases of Pr``; no number stands
        beside it then. ``missing_end_members``: formulas of those of at least
        5 % of the phase that the snapshot lacks, joined by ", ", empty for
        none. ``entry_above_hull_eV_atom``: the distance of the snapshot's own
        entry at this composition, at 0 K, as in `magnetkit.phases.load`, NaN
        without one; ``energy_above_hull_eV_atom`` is that of the interpolated
        phase at the temperature at which it is made.

    Raises
    ------
    InputError
        If `temperature` is negative or no number, `host` is unknown, `interval` is not between 0
        and 1, no row can be read, or `strict` is set and a row cannot be read.
    DataError
        If `snapshot` is no snapshot, or damaged.

    Examples
    --------
    >>> found = stability(["SmCo5", "NdFe12", "La2Fe17"])
    >>> (found["probability_phase_forms"] > 0.5).tolist()
    [True, False, False]
    >>> found["decomposes_to"][0]
    '0.58 Sm2Co17 + 0.42 SmCo3'
    """
    inputs = read_inputs(compositions, basis, strict=strict)
    judgement, columns = stability_columns(
        inputs.table, host, temperature, snapshot, interval
    )
    columns["missing_end_members"] = judgement.missing()
    columns["entry_above_hull_eV_atom"] = _entry_distances(
        inputs.table, judgement.source
    )
    return inputs.give(columns.frame())


def stability_columns(
    table: CompositionTable,
    host: str = "auto",
    temperature: float | str | None = None,
    snapshot: Snapshot | str | Path | None = None,
    interval: float = 0.9,
    split: Partition | None = None,
    words: bool = True,
) -> tuple[Judged, Columns]:
    """Judge the phases of a table and return the columns of `stability`.

    Parameters
    ----------
    table : CompositionTable
        n recipes.
    host : str
        Host of all, a name of `HOST_NAMES` such as "2:14:1", or ``"auto"`` to find each.
    temperature : float or str, optional
        One for all: K, or a text such as ``"800C"``. That at which the host is made without it.
    snapshot : Snapshot, str or path, optional
        The embedded one otherwise.
    interval : float
        Probability of the ranges, between 0 and 1, neither of them.
    split : Partition, optional
        What `partition` returned for these recipes. Its recipes, ``split.recipe``, are judged then,
        in place of `table`, as they are; without it traces are taken out first, see `purify`.
    words : bool
        Compute ``decomposes_to`` too.

    Returns
    -------
    judged : Judged
        The n phases, with ``host``, ``named``, ``ideal``, ``energy``, ``deviation``, ``borrows``
        and ``source``, the opened snapshot.
    columns : Columns
        n rows: ``probability_phase_forms``, ``formation_energy_eV_atom`` and
        ``energy_above_hull_eV_atom`` (eV/atom, NaN where data do not decide),
        each with ``_lo``, ``_hi`` and ``_provenance``; ``stability_status``,
        "judged" or a sentence that begins with "not judged"; with `words`,
        ``decomposes_to``. Not the last two columns of `stability`. It is a
        dict of arrays: numbers are ndarrays, ``_provenance`` and the status
        `Coded`, ``decomposes_to`` is Arrow's; ``columns.frame()`` makes a
        DataFrame.

    Raises
    ------
    InputError
        If the temperature is below 0 K or no number, or `host` or `interval` cannot be used.
    DataError
        If `snapshot` is no snapshot, or damaged.
    """
    if isinstance(temperature, str):
        temperature = parse_temperature(temperature)
    if temperature is not None and not (
        np.isfinite(temperature) and temperature >= 0
    ):
        raise InputError(
            f"temperature must be zero or a positive number of K, got {temperature}"
        )
    half = NormalDist().inv_cdf(0.5 + share("interval", interval) / 2.0)
    source = open_snapshot(snapshot)
    if split is None:
        codes = assign_hosts(table, host)
        table, traces = purify(table, codes)
        split = None if traces is None else partition(table, codes)
    else:
        # Without what dilutes it alone.
        table = split.recipe
    judgement = Judged(named_phases(table, host, split), source)
    kelvin = making_temperature(judgement.host)
    if temperature is not None:
        kelvin = np.full(len(kelvin), float(temperature))
    above, hull = judgement.above(kelvin)
    chances = odds(judgement, above, kelvin, temperature is not None)
    data = judgement.judge_data(hull)
    has_judgement = data.says(JUDGED)
    columns = Columns()
    name = "probability_phase_forms"
    columns[name] = np.where(has_judgement, chances.probability(), np.nan)
    # The mean over the deviation of large odds lies nearer to a half than their range does.
    low, high = chances.ends(half)
    low = np.minimum(low, chances.probability())
    high = np.maximum(high, chances.probability())
    columns[f"{name}_lo"] = np.where(has_judgement, low, np.nan)
    columns[f"{name}_hi"] = np.where(has_judgement, high, np.nan)
    columns[f"{name}_provenance"] = _provenance(columns[name], has_judgement)
    columns["stability_status"] = data
    _energies(columns, judgement, above, has_judgement, half)
    if words:
        liquid = is_melted(judgement.host, kelvin)
        columns["decomposes_to"] = _name_products(hull, liquid, data)
    return judgement, columns


_PHYSICS, _SURROGATE = (
    np.int8(PROVENANCES.index(name)) for name in ("physics", "surrogate")
)


def _provenance(value: Any, borrows: Any) -> Coded:
    """Return the provenance of n values as texts of `PROVENANCES`.

    It is "surrogate" where `borrows`, bool (n,), is True, else "physics"; there is no text (code
    -1) where `value`, float64 (n,), is NaN. Neither is changed.
    """
    codes = np.where(borrows, _SURROGATE, _PHYSICS)
    codes[np.isnan(value)] = -1
    return Coded(codes, PROVENANCES)


def _energies(
    columns: Columns, judged: Judged, above: Any, known: Any, half: float
) -> None:
    """Write formation energy and distance to the hull, eV/atom, into `columns`, in place.

    Parameters
    ----------
    columns : Columns
        Gets ``formation_energy_eV_atom`` and ``energy_above_hull_eV_atom``, each also with ``_lo``,
        ``_hi`` and ``_provenance``, a `Coded` without a text where the value is NaN.
    judged : Judged
        n phases, of which ``energy`` and ``deviation``, eV/atom, and ``borrows``, bool, are read,
        (n,) each.
    above : ndarray of float64, shape (n,)
        Distance to the hull, eV/atom. It is written as at least 0, and so are its ends; NaN stays.
    known : ndarray of bool, shape (n,)
        Rows whose numbers are written; those of others are NaN.
    half : float
        Half width of the ranges in standard deviations.
    """
    half_width = half * judged.deviation
    for name, value in (
        ("formation_energy_eV_atom", judged.energy),
        ("energy_above_hull_eV_atom", above),
    ):
        floor = 0.0 if value is above else -np.inf
        value = np.where(known, value, np.nan)
        columns[name] = np.maximum(value, floor)
        columns[f"{name}_lo"] = np.maximum(value - half_width, floor)
        columns[f"{name}_hi"] = np.maximum(value + half_width, floor)
        columns[f"{name}_provenance"] = _provenance(value, judged.borrows)


@check_arguments
def hull_energy(
    compositions: Compositions,
    snapshot: Snapshot | str | Path | None = None,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the energy of the hull of competing phases at each composition.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions; see `magnetkit.predict`.
    snapshot : str, Path or Snapshot, optional
        Phases to compete with; the embedded snapshot without it.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are. With "auto" a formula is read in atoms, and a text with a
        balance, or whose amounts sum to 100, must name "wt.%" or "at.%" itself.
    strict : bool
        Fail on the first row that cannot be read; it is NaN, with a warning, otherwise.

    Returns
    -------
    ndarray of float64, shape (n,), or column of the input's library
        Formation energy of the most stable mixture of phases, eV/atom, one value a row of the
        input. 0 or below. NaN where an element has no phases in the snapshot. A column is named
        ``hull_energy_eV_atom``. A recipe is taken whole, without a split into phases.

    Raises
    ------
    InputError
        If a row cannot be read and `strict` is set, or `snapshot` is no folder, `Snapshot` or None.
    DataError
        If the folder is no snapshot, or damaged.
    """
    inputs = read_inputs(compositions, basis, strict=strict)
    hull = solve(inputs.table, stable_space(open_snapshot(snapshot)))
    return inputs.values(hull.energy, "hull_energy_eV_atom")


@check_arguments
def energy_above_hull(
    compositions: Compositions,
    snapshot: Snapshot | str | Path | None = None,
    *,
    basis: Basis = "auto",
    strict: bool = False,
) -> Any:
    """Return the distance of each phase to the hull at 0 K.

    A composition of the snapshot has the energy of its lowest entry; any other one of a known host
    has the energy interpolated between isostructural entries, of a recipe that of its hard phase.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        The compositions; see `magnetkit.predict`.
    snapshot : str, Path or Snapshot, optional
        Phases to interpolate and to compete with; the embedded snapshot without it.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are. With "auto" a formula is read in atoms, and a text with a
        balance, or whose amounts sum to 100, must name "wt.%" or "at.%" itself.
    strict : bool
        Fail on the first row that cannot be read; it is NaN, with a warning, otherwise.

    Returns
    -------
    ndarray of float64, shape (n,), or column of the input's library
        eV/atom, not below zero, one value a row of the input. NaN where neither energy nor host is
        known, or an element has no phases in the snapshot. A column is named
        ``energy_above_hull_eV_atom``.

    Raises
    ------
    InputError
        If a row cannot be read and `strict` is set, or `snapshot` is no folder, `Snapshot` or None.
    DataError
        If the folder is no snapshot, or damaged.

    Examples
    --------
    >>> energy_above_hull(["SmCo5", "Sm2Co17"]).round(2).tolist()
    [0.02, 0.0]
    """
    inputs = read_inputs(compositions, basis, strict=strict)
    table = inputs.table
    source = open_snapshot(snapshot)
    own_energies = entry_energies(table, source)
    judgement = Judged(named_phases(table), source)
    has_entry = np.isfinite(own_energies)
    above = (
        judgement.energy - solve(judgement.ideal, stable_space(source)).energy
    )
    if has_entry.any():
        above[has_entry] = (
            own_energies[has_entry]
            - solve(table[has_entry], stable_space(source)).energy
        )
    return inputs.values(np.maximum(above, 0.0), "energy_above_hull_eV_atom")


def _entry_distances(table: CompositionTable, source: Entries) -> FloatArray:
    """Look up the distance to the hull of the entries at n compositions, eV/atom; NaN without one.

    `source` holds the entries, of which the lowest of a composition counts; `table` has n rows,
    which are taken whole. Values are 0 or more. A composition left out as doubtful counts as
    without an entry.
    """
    energies = entry_energies(table, source)
    has_entry = np.isfinite(energies)
    above = np.full(len(table), np.nan)
    hull = solve(table[has_entry], stable_space(source)).energy
    above[has_entry] = np.maximum(energies[has_entry] - hull, 0.0)
    return above


def _name_products(
    hull: Decomposition, liquid: BoolArray, data: Coded
) -> "pa.DictionaryArray":
    """Write the products of each row, e.g. ``"0.58 Sm2Co17 + 0.42 SmCo3"``.

    Parameters
    ----------
    hull : Decomposition
        Solved with products, n rows; ``products``, ``fractions`` and ``formulas`` are read.
    liquid : ndarray of bool, shape (n,)
        Which phases melt.
    data : Coded
        What `judge_data` returned: n texts, `JUDGED` or a sentence that begins with `NOT_JUDGED`.

    Returns
    -------
    pyarrow.DictionaryArray
        n texts: products, the largest share first, or `LIQUID` ("liquid"). Where no data decide,
        also of what melts, a sentence such as "unknown: the snapshot has no phases of Pr".
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = product_texts(hull)
    has_judgement = data.says(JUDGED)
    if has_judgement.all() and not liquid.any():
        return texts.dictionary_encode()
    # Products first, in the order in which they appear.
    products = pc.if_else(
        liquid | ~has_judgement, None, texts
    ).dictionary_encode()
    words = [
        LIQUID,
        *(word.replace(NOT_JUDGED, UNKNOWN) for word in data.words),
    ]
    codes = products.indices.fill_null(-1).to_numpy().copy()
    first = len(products.dictionary)
    codes[liquid] = first
    codes[~has_judgement] = first + 1 + data.codes[~has_judgement]
    dictionary = pa.concat_arrays(
        [products.dictionary, pa.array(words, products.dictionary.type)]
    )
    return pa.DictionaryArray.from_arrays(codes, dictionary)
