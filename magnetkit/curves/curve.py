"""The curves of one magnet at temperatures, and the temperatures up to which magnets keep flux.

A magnet is a recipe, a commercial grade, or for `curve` a ranked candidate.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack, get_args

import numpy as np

from .._core._arguments import check_arguments
from .._core._types import FloatArray
from .._core.errors import CompositionError, InputError
from .._core.units import ROOM_K, TEN_YEARS, ZERO_CELSIUS
from ..alloy._grade_names import find_grades, is_grade, refuse_recipe_options
from ..alloy._read import Compositions, read_inputs
from ..alloy.notation import Basis
from ..alloy.shells import Shells
from ..alloy.table import CompositionTable
from ..magnetism._figures import describe_missing_comparison
from ..magnetism.conditions import (
    ConditionKeywords,
    Conditions,
    calibration_name,
    with_conditions,
)
from ..magnetism.demagnetization import Demagnetization, magnet_curves
from ..magnetism.measured_curve import is_curve, read_curves
from ..magnetism.sintered import Duty, read_duty
from ..magnetism.spread import lots
from ._formats import Curve
from ._measured import interpolate_curves

if TYPE_CHECKING:
    import pandas as pd

    from ..magnetism.process import Process


_Bound = Literal["low", "centre", "high", "guaranteed"]

_LOSSES = (0.2, 1.0, 5.0)
"""Losses whose temperatures are given, %."""

# Temperatures at which losses are evaluated, K.
_FIRST = ROOM_K
_HIGHEST_LOSS_K = 1200.0
_LIMIT_STEP_K = 2.0
_LAST_SHEET = 900.0
_ENDS = {"low": "_lo", "centre": "", "high": "_hi", "guaranteed": ""}
_RANKED = re.compile(r"^(?P<folder>.+):(?P<rank>\d+)$")
_FIGURES = ("remanence_T", "coercivity_kA_m", "knee_field_kA_m")


@check_arguments
@with_conditions(
    "load_line", "process", "calibration", "shell", "interval", "data", "add"
)
def curve(
    magnet: Compositions,
    temperature: float | str | Sequence[float | str] | None = None,
    *,
    bound: _Bound = "centre",
    basis: Basis = "auto",
    given: Mapping[str, Any] | None = None,
    **keywords: Unpack[ConditionKeywords],
) -> Curve:
    """Return the demagnetization curves of one magnet, for a field solver.

    Parameters
    ----------
    magnet : str or any one composition that `magnetkit.predict` takes
        A recipe; a grade such as ``"N42SH"``, by its makers' sheets; a candidate of a results
        folder by its rank from 1, ``"results:1"``; or the file of a measured curve, or a list of
        several of one magnet: their points as they are, and monotone between the temperatures
        measured.
    temperature : float, str or sequence of them, optional
        k temperatures, K or texts such as ``"150C"``; a text without a unit
        is K. One text may list some, ``"20C,150C"``, or be a range,
        ``"20C:200C:10"``. Without it those measured, otherwise 20 degrees C.
    bound : {"low", "centre", "high", "guaranteed"}
        Lower end, centre or upper end of the intervals of B_r and H_cJ, both at once; a safe design
        takes ``low``. Of a grade, the least, the middle and the most that makers print; its
        coercivities are the least that they guarantee. ``guaranteed`` is what 99 % of the lots of
        one producer reach, of a grade the median of what its makers guarantee. A measured curve
        has none: it is always called ``centre``.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; with "auto" a text must name wt.% itself.
    given : mapping of str to number, optional
        Of the hard phase of a recipe, as of `magnetkit.predict`, such as
        ``curie_temperature_K``; ignored for all others.
    **keywords
        Conditions, as of `magnetkit.predict`: ``load_line``, ``process``, ``calibration``,
        ``shell``, ``interval``, ``data`` and ``add``. ``process`` and ``shell`` are of a recipe: a
        grade and a candidate, which have their own, refuse them, and a measured curve ignores them.

    Returns
    -------
    Curve
        One magnet at k temperatures in the order given; arrays of ``curves``,
        such as ``remanence`` (T) and ``coercivity`` (A/m), have the shape (1,
        k), and those of points, ``field`` (A/m), ``polarization`` and
        ``induction`` (T), (1, k, points), from H = 0 down to -H_cJ.
        ``measured`` has the points of a measured magnet. Its methods
        ``figures`` and ``to_frame`` give tables, ``text`` and ``write`` the
        files of field solvers.

    Raises
    ------
    InputError
        If it is not one magnet, its curve is not known, process or shell is given with a grade or a
        candidate.
    StoreError
        If the folder of a candidate holds no results, or unfinished or damaged ones.

    Examples
    --------
    >>> found = curve("N42SH", "20C,150C")
    >>> print(f"{found.curves.remanence[0, 1]:.3f} T")
    1.108 T
    >>> print(found.text("csv").splitlines()[-1])
    0,1.3125
    """
    if bound not in get_args(_Bound):
        raise InputError(
            f"bound must be low, centre, high or guaranteed, got {bound!r}"
        )
    kelvin = "20C" if temperature is None else temperature
    conditions = Conditions.of(temperature=kelvin, **keywords)
    if is_curve(magnet):
        kelvin_or_none = (
            None if temperature is None else conditions.temperature
        )
        return _measured_curve(magnet, kelvin_or_none, conditions.load_line)
    if isinstance(magnet, str) and is_grade(magnet):
        refuse_recipe_options(magnet, conditions.process, conditions.shell)
        return _grade_curve(
            magnet, list(conditions.temperature), bound, conditions.load_line
        )
    candidate = _RANKED.match(magnet) if isinstance(magnet, str) else None
    if candidate is not None and Path(candidate["folder"]).is_dir():
        if conditions.process is not None or conditions.shell is not None:
            raise InputError(
                f"process and shell are of a recipe; {magnet} has its own"
            )
        return _candidate_curve(
            Path(candidate["folder"]),
            int(candidate["rank"]),
            bound,
            conditions,
        )
    table, name, shell = _read_recipe(magnet, basis, conditions)
    if given is not None:
        table = table.with_given(given)
    return _recipe_curve(table, name, bound, replace(conditions, shell=shell))


def _read_recipe(
    magnet: Compositions, basis: Basis, conditions: Conditions
) -> tuple[CompositionTable, str, Any]:
    """Read one recipe.

    Parameters
    ----------
    magnet : str or one composition
        As of `magnetkit.predict`; no grade.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    conditions : Conditions
        Its ``shell`` alone counts, and goes to a recipe without one; both are
        an InputError.

    Returns
    -------
    table : CompositionTable
        One row.
    name : str
        Its label, the text as written, or its formula where it was no text.
    shell : str, dict, Shell or None
        A text of a column, such as "Tb 0.4 wt%", or what `conditions` has; None or empty for none.

    Raises
    ------
    InputError
        If it is not one recipe that can be read.
    """
    try:
        inputs = read_inputs(magnet, basis, strict=True)
    except CompositionError as error:
        _refuse_missing_folder(magnet, error)
        raise
    table = inputs.table
    if len(table) != 1:
        raise InputError(
            f"curve takes one magnet, got {len(table)}; call it for each"
        )
    name = table.formulas()[0]
    if inputs.labels is not None:
        name = str(inputs.labels[0].as_py())
    shell = inputs.shells_with(conditions.shell)
    if shell is not None and not isinstance(shell, str):
        shell = shell[0]
    return table, name, shell


def _refuse_missing_folder(magnet: Compositions, error: InputError) -> None:
    """Raise InputError for a text such as "results:1" that is no recipe, where there is no such folder.

    `error` says why it is no recipe. Nothing is raised for what does not end in ":" and a number.
    """
    candidate = _RANKED.match(magnet) if isinstance(magnet, str) else None
    if candidate is None:
        return
    reason = str(error).removeprefix(f"{magnet!r}: ")
    raise InputError(
        f"{magnet!r}: no folder {candidate['folder']!r} is there; expected FOLDER:RANK with the "
        "--out folder of `magnetkit screen` or `magnetkit replace`, as results:1, or a recipe "
        f"(which it is not: {reason})"
    ) from None


def _candidate_curve(
    folder: Path, rank: int, bound: str, conditions: Conditions
) -> Curve:
    """Compute the curves of a candidate of a results folder.

    A magnet that is bought has the curve of its sheets. A melt has that of the model, scaled to the
    values that the folder gives at its temperature: way n of `magnetkit.replace` is the magnet that
    its answer promised.

    Parameters
    ----------
    folder : Path
        Folder of results, as `magnetkit.replace` or a screening writes it.
    rank : int
        Rank of the candidate, from 1.
    bound : {"low", "centre", "high", "guaranteed"}
        As of `curve`.
    conditions : Conditions
        ``temperature``, ``load_line`` and ``interval`` count; process and
        shell are replaced by the candidate's.

    Returns
    -------
    Curve
        Named as the candidate with its shell; of one that is bought as sold, whose ``route`` begins
        with "as sold: ", as the grade.

    Raises
    ------
    InputError
        If no candidate has the rank, or it has no curve at a temperature.
    StoreError
        If the folder holds no results, or unfinished or damaged ones.
    """
    from ..choose._job import AS_SOLD
    from ..choose.result import Ranked
    from ..run._files import open_result

    result = open_result(folder, Ranked)
    if rank < 1:
        raise InputError(
            f"{folder} has no candidate of rank {rank}; ranks begin at 1, as in {folder}:1"
        )
    best = result.best(rank)
    rows = best[best["rank"] == rank]
    if not len(rows):
        raise InputError(
            f"{folder} has no candidate of rank {rank}, only {len(best)} are ranked"
        )
    row = rows.iloc[0]
    route = str(row.get("route", "") or "")
    if route.startswith(AS_SOLD):
        grade = route.removeprefix(AS_SOLD)
        kelvin = list(conditions.temperature)
        return _grade_curve(grade, kelvin, bound, conditions.load_line)
    shell = (
        str(row["shell"])
        if isinstance(row["shell"], str) and row["shell"]
        else None
    )
    ((job, _),) = result.job.groups([route])
    table = CompositionTable.from_strings(
        [str(row["formula"])], basis="atomic"
    )
    promise = _Promise(
        result.job.temperature,
        [float(row[name]) for name in _PROMISED],
        float(row[_FIGURES[2]]),
    )
    with_own = replace(conditions, process=job.conditions.process, shell=shell)
    return _recipe_curve(
        table, str(row["candidate"]), bound, with_own, promise
    )


_PROMISED = ("remanence_guaranteed_T", "coercivity_guaranteed_kA_m")


@dataclass(frozen=True)
class _Promise:
    """What a results folder gives a candidate.

    Attributes
    ----------
    kelvin : float
        Temperature of the values, K.
    guaranteed : list of two floats
        Guaranteed B_r (T) and H_cJ (kA/m).
    knee : float
        H_k, kA/m, of a usual lot.
    """

    kelvin: float
    guaranteed: list[float]
    knee: float

    def ratios(self, row: "pd.Series") -> list[float]:
        """Compute the promised B_r, H_cJ and H_k, each divided by the model's: three numbers.

        `row` has the model's figures at ``kelvin``: ``host``, and ``remanence_T``,
        ``coercivity_kA_m`` and ``knee_field_kA_m``, which are central. ``guaranteed`` of this
        object is B_r (T) and H_cJ (kA/m), ``knee`` H_k (kA/m), central. What is guaranteed is
        brought to central values first. A NaN gives NaN.
        """
        spread = lots(str(row["host"]))
        ratios = []
        for name, guaranteed in zip(
            _FIGURES[:2], self.guaranteed, strict=True
        ):
            central = guaranteed / spread.share(name)
            ratios.append(central / float(row[name]))
        return [*ratios, self.knee / float(row[_FIGURES[2]])]


# Why a modelled curve is extrapolated.
_NOT_COMPARED = "no coercivity so cold was compared with a measurement"


def _recipe_rows(
    table: CompositionTable, kelvin: list[float], conditions: Conditions
) -> tuple[list["pd.Series"], float]:
    """Predict the figures of one recipe at temperatures.

    Parameters
    ----------
    table : CompositionTable
        One row.
    kelvin : list of float
        Temperatures, K.
    conditions : Conditions
        Process, shell, interval and the model of the Curie temperature count.

    Returns
    -------
    rows : list of pandas.Series
        One for each temperature, in order, with the columns of `sintered_at`:
        ``status`` ("ok" for a magnet), ``host``, ``density_kg_m3``,
        ``remanence_T``, ``coercivity_kA_m`` and ``knee_field_kA_m`` with
        ``_lo`` and ``_hi``, and more. Another status raises nothing.
    recoil : float
        Recoil permeability, relative.
    """
    from ..alloy.shell_rows import read_shells
    from ..magnetism._magnets import alloys
    from ..magnetism.sintered import Use, figure_columns

    alloy_rows = alloys(
        table,
        conditions.process,
        read_shells(conditions.shell, 1),
        curie=conditions.curie,
        ranges=True,
    )
    use = Use(interval=conditions.interval)
    columns_by_temperature = figure_columns(alloy_rows, kelvin, use)
    rows = [columns.frame().iloc[0] for columns in columns_by_temperature]
    recoil = _find_recoil(conditions.process, alloy_rows.rows["recoil"])
    return rows, float(recoil[0])


def _recipe_curve(
    table: CompositionTable,
    name: str,
    bound: str,
    conditions: Conditions,
    promised: _Promise | None = None,
) -> Curve:
    """Compute the modelled curves of one recipe.

    Parameters
    ----------
    table : CompositionTable
        One row.
    name : str
        Name of the result; " + " and the shell are added to it.
    bound : {"low", "centre", "high", "guaranteed"}
        As of `curve`.
    conditions : Conditions
        Temperatures, process, shell, load line and interval count.
    promised : _Promise, optional
        Values that a results folder gives; the curves are scaled to them.

    Returns
    -------
    Curve
        ``beyond``, a tuple of one text a temperature, has a reason where the
        coercivity is extrapolated and is empty elsewhere; ``curves``, a
        `Demagnetization` of one magnet, has H in A/m (negative), J and B in T;
        density is the model's, resistivity what makers print of the host, NaN
        where none does; ``room_remanence_T`` is of the same bound.

    Raises
    ------
    InputError
        If it is no magnet at a temperature.
    """
    from ..magnetism.process import read_process, resistivity

    kelvin = list(conditions.temperature)
    process = conditions.process
    parts = [conditions]
    also_at = [ROOM_K]
    if promised is None:
        parts = conditions.split_by_anchor()
    else:
        also_at.append(promised.kelvin)
    rows = []
    for part in parts:
        rows += _recipe_rows(table, list(part.temperature), part)[0]
    other_rows, recoil = _recipe_rows(table, also_at, conditions)
    rows += other_rows
    ratios = [1.0] * len(_FIGURES)
    if promised is not None:
        ratios = promised.ratios(rows.pop())
    named_so = name
    if conditions.shell:
        named_so = f"{name} + {conditions.shell}"
    for row, k in zip(rows, kelvin, strict=False):
        if row["status"] != "ok":
            why = f"{k - ZERO_CELSIUS:.0f} C: {row['status']}"
            raise InputError(
                f"{named_so} has no demagnetization curve at {why}"
            )
    host = str(rows[0]["host"])
    shares = [1.0] * len(_FIGURES)
    if bound == "guaranteed":
        shares = [lots(host).share(x) for x in (*_FIGURES[:2], _FIGURES[1])]
    figures = []
    for figure, ratio, share in zip(_FIGURES, ratios, shares, strict=True):
        column = f"{figure}{_ENDS[bound]}"
        figures.append([share * (ratio * float(row[column])) for row in rows])
    source = (
        f"model of magnetkit, {100 * conditions.interval:g} % interval of B_r and H_cJ each; "
        f"calibration: {calibration_name(process)}"
    )
    if missing := describe_missing_comparison(min(kelvin)):
        source += f"; {missing}"
    beyond = []
    for row in rows[:-1]:
        provenance = row["coercivity_kA_m_provenance"]
        beyond.append(_NOT_COMPARED if provenance == "extrapolated" else "")
    return Curve(
        name=named_so,
        bound=bound,
        source=source,
        room_remanence_T=figures[0][-1],
        density_kg_m3=float(rows[0]["density_kg_m3"]),
        resistivity_uohm_m=resistivity(host, read_process(process, 1).route),
        curves=_demagnetization(kelvin, figures, recoil, conditions.load_line),
        beyond=tuple(beyond),
    )


def _measured_curve(
    files: Any,
    kelvin: Sequence[float] | None,
    load_line: float,
) -> Curve:
    """Read the curves of a measured magnet, as measured or between two measured temperatures.

    Parameters
    ----------
    files : str, Path, or list or tuple of them
        Files of curves, as `read_curves` reads them.
    kelvin : sequence of float or None
        Temperatures, K; those measured, rising, for None or none.
    load_line : float
        Permeance coefficient.

    Returns
    -------
    Curve
        Named by the files, without folder and suffix, " + " between. ``bound``
        is "centre", density and resistivity are NaN, ``beyond`` is an empty
        tuple and ``measured`` has the points, in the order of `kelvin`.
        ``room_remanence_T`` is that of the nearest measured temperature where
        20 degrees C lies beyond them.

    Raises
    ------
    InputError
        If a file cannot be read, a curve ends before J = 0, or a temperature lies beyond those
        measured.
    """
    paths = list(files) if isinstance(files, list | tuple) else [files]
    curves_of_files = read_curves(paths)
    measured_at = [one.temperature_K for one in curves_of_files]
    temperatures = kelvin or measured_at
    curves, points = interpolate_curves(
        curves_of_files, temperatures, load_line
    )
    at = ", ".join(f"{k - ZERO_CELSIUS:.0f}" for k in measured_at)
    notes = dict.fromkeys(one.note for one in points if one.note)
    source = f"measured at {at} °C: {', '.join(map(str, paths))}"
    b_r = [one.remanence_T for one in curves_of_files]
    return Curve(
        name=" + ".join(Path(path).stem for path in paths),
        bound="centre",
        source="; ".join([source, *notes]),
        room_remanence_T=float(np.interp(ROOM_K, measured_at, b_r)),
        density_kg_m3=float("nan"),
        resistivity_uohm_m=float("nan"),
        curves=curves,
        measured=points,
    )


def _grade_curve(
    name: str, kelvin: list[float], bound: str, load_line: float
) -> Curve:
    """Compute the curves of a commercial grade from its printed values.

    Parameters
    ----------
    name : str
        Grade, such as "N42SH".
    kelvin : list of float
        k temperatures, K, in any order.
    bound : {"low", "centre", "high", "guaranteed"}
        As of `curve`.
    load_line : float
        Permeance coefficient.

    Returns
    -------
    Curve
        Named as makers write the grade. ``beyond``, a tuple of length k in the
        order of `kelvin`, says why it is extrapolated at a temperature; an
        empty text where it is not. Density and resistivity are NaN where
        nobody prints them.

    Raises
    ------
    InputError
        If no such grade is known, or its coercivity at a temperature is NaN or not above 0.
    """
    from ..magnetism.grades import curve_figures, grades

    first, shape, source = curve_figures(name)
    grade = str(first["grade"])
    figures = _grade_figures(name, [*kelvin, ROOM_K], bound)
    b_r, h_cj, h_k = (figure.tolist() for figure in figures)
    for k, coercivity in zip(kelvin, h_cj, strict=False):
        if not coercivity > 0.0:
            raise InputError(
                f"{grade} has no coercivity left at {k - ZERO_CELSIUS:.0f} C by its "
                "printed coefficient; ask for a lower temperature"
            )
    beyond = []
    for k in kelvin:
        sheet = grades(name, k).iloc[0]
        beyond.append(_sheet_extrapolation_reason(sheet, k))
    return Curve(
        name=grade,
        bound=bound,
        source=source,
        room_remanence_T=b_r[-1],
        density_kg_m3=float(first["density_kg_m3"]),
        resistivity_uohm_m=float(first["resistivity_uohm_m"]),
        curves=_demagnetization(
            kelvin, [b_r, h_cj, h_k], float(shape["recoil"]), load_line
        ),
        beyond=tuple(beyond),
    )


def _sheet_extrapolation_reason(sheet: Any, kelvin: float) -> str:
    """Say why a grade's curve is extrapolated at a temperature.

    Parameters
    ----------
    sheet : pandas.Series
        Its row of `grades` at that temperature: ``coercivity_kA_m_provenance``, of which
        "extrapolated" alone counts, and ``max_working_temperature_K``.
    kelvin : float
        The temperature, K.

    Returns
    -------
    str
        A phrase without a full stop, such as "beyond the sheets, which end at
        150 C; nobody guarantees these values", another below 20 degrees C;
        empty where the curve is not extrapolated.
    """
    if sheet["coercivity_kA_m_provenance"] != "extrapolated":
        return ""
    if kelvin < ROOM_K:
        return "below the sheets, which begin at 20 C: their coefficients are taken on into the cold"
    highest_celsius = float(sheet["max_working_temperature_K"]) - ZERO_CELSIUS
    return f"beyond the sheets, which end at {highest_celsius:.0f} C; nobody guarantees these values"


def _demagnetization(
    kelvin: list[float],
    figures: list[list[float]],
    recoil: float,
    load_line: float,
) -> Demagnetization:
    """Build the curves of one magnet at k temperatures from its figures.

    Parameters
    ----------
    kelvin : list of float
        k temperatures, K.
    figures : list of three lists of float
        B_r (T), H_cJ and H_k (kA/m), in this order and no other list (ValueError). Each has k
        values or more, one for each temperature; values of a list beyond the k-th are ignored.
    recoil : float
        Recoil permeability at all temperatures, relative.
    load_line : float
        Permeance coefficient.

    Returns
    -------
    Demagnetization
        Of one magnet: ``remanence``, ``coercivity``, ``knee_field`` and others
        of shape (1, k), and ``field``, ``polarization`` and ``induction`` of
        (1, k, points), from H = 0 down to -H_cJ; A/m and T, H negative. NaN
        figures give curves of NaN.
    """
    b_r, h_cj, h_k = (np.array([values[: len(kelvin)]]) for values in figures)
    return magnet_curves(
        np.array(kelvin),
        b_r,
        1e3 * h_cj,
        1e3 * h_k,
        np.full((1, len(kelvin)), recoil),
        None,
        load_line,
    )


@check_arguments
def use_limits(
    compositions: Compositions,
    load_line: float | Sequence[float] = (0.5, 1.0, 2.0, 3.0),
    hours: float | Sequence[float] = (100.0, TEN_YEARS),
    losses: Sequence[float] = _LOSSES,
    outside_field_kA_m: float = 0.0,
    process: "Process | dict[str, Any] | str | None" = None,
    shell: Shells = None,
    *,
    basis: Basis = "auto",
    bound: _Bound = "centre",
) -> "pd.DataFrame":
    """Compute up to which temperature magnets keep their flux, by load line and time.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        n recipes, each of which must be readable; see `magnetkit.predict`. A text, alone or in a
        list or tuple, may be a grade such as ``"N42SH"``: its limits follow from its makers'
        sheets, as `magnetkit.curve` does.
    load_line : float or sequence of them
        Permeance coefficients -B / (mu_0 H).
    hours : float or sequence of them
        Times at the temperature, h.
    losses : float or sequence of float
        Irreversible losses of flux, %, between 0 and 100, neither included;
        each is a column. 0.2, 1 and 5 by default.
    outside_field_kA_m : float
        Field against the magnetization in the magnet's place with its remanence set to zero, kA/m.
    process, shell, basis : optional
        As of `magnetkit.predict`. With a grade among the texts neither process nor shell may be
        given.
    bound : {"low", "centre", "high", "guaranteed"}
        Of B_r and H_cJ, as of `magnetkit.curve`.

    Returns
    -------
    pandas.DataFrame
        One row for each magnet, load line and time, numbered from 0; those of a magnet stand
        together, its hours within a load line: ``candidate``, ``shell`` (empty for none),
        ``load_line``, ``outside_field_kA_m``, ``hours``, ``knee_K`` (where the knee, less what time
        takes, is used up) and ``loss_0.2_pct_K``, ``loss_1_pct_K`` and so on, one for each of
        `losses`, where that loss is reached, all in K: 293 K or more, and at most the long-term
        limit of the structure; NaN where there is no magnet at 293 K. An empty list gives no row.
        ``.attrs["notes"]`` lists what the limits of each grade rest on, and magnets of which
        one is 293 K, or less, or the limit of the structure.

    Raises
    ------
    InputError
        If an argument cannot be used.

    Examples
    --------
    >>> frame = use_limits("Nd1.8Dy0.2Fe14B", load_line=2.0, hours=1000.0)
    >>> bool(frame["loss_0.2_pct_K"][0] < frame["loss_5_pct_K"][0])
    True
    """
    import pandas as pd

    loss_limits = _as_list("losses", losses)
    if not all(0.0 < percent < 100.0 for percent in loss_limits):
        raise InputError(
            f"losses must lie between 0 and 100 %, got {losses!r:.60}"
        )
    if bound not in get_args(_Bound):
        raise InputError(
            f"bound must be low, centre, high or guaranteed, got {bound!r}"
        )
    lines = _as_list("load_line", load_line)
    times = _as_list("hours", hours)
    duties = []
    for line, time in product(lines, times):
        duties.append(read_duty(Duty(line, outside_field_kA_m, time)))
    kelvin = np.arange(_FIRST, _HIGHEST_LOSS_K, _LIMIT_STEP_K)
    named_so = find_grades(compositions)
    if named_so:
        texts: Any = (
            [compositions] if isinstance(compositions, str) else compositions
        )
        loops = []
        for text, grade in zip(texts, named_so, strict=True):
            if grade:
                loop = _grade_loops(grade, kelvin, process, shell, bound)
            else:
                loop = _recipe_loops(
                    [text], kelvin, process, shell, basis, bound
                )
            loops.append(loop)
    else:
        loops = [
            _recipe_loops(compositions, kelvin, process, shell, basis, bound)
        ]
    tables = [_limits(loop, kelvin, duties, loss_limits) for loop in loops]
    notes = [loop.note for loop in loops if loop.note]
    for loop, table in zip(loops, tables, strict=True):
        notes += _notes_on_structure(loop, table)
    limits = pd.concat(tables, ignore_index=True)
    limits.attrs["notes"] = notes + _notes_on_first_temperature(limits)
    return limits


limits = use_limits


def _notes_on_first_temperature(limits: "pd.DataFrame") -> list[str]:
    """Write a note on each magnet with a limit at the first temperature of the search.

    `limits` is the table of `use_limits`, one row a magnet and duty. The limit
    may lie below that temperature, where nothing was searched.
    """
    temperatures = limits.filter(regex="_K$")
    at_first = (temperatures <= _FIRST).any(axis=1)
    return [
        f"{name}: {_FIRST - ZERO_CELSIUS:.0f} °C stands for that or less; it is where the search begins"
        for name in limits["candidate"][at_first].unique()
    ]


def _notes_on_structure(loops: "_Loops", limits: "pd.DataFrame") -> list[str]:
    """Write a note on each magnet that its structure limits, not the field.

    `limits` is the table of `_limits` of these `loops`, whose index is the
    number of the magnet. Its ``knee_K`` or a loss equals the limit of the
    structure only where the field alone would let it go higher.
    """
    temperatures = limits.filter(regex="_K$").to_numpy()
    highest = loops.limit[limits.index]
    is_bound = (temperatures == highest[:, None]).any(axis=1)
    return [
        f"{loops.names[magnet]}: {loops.limit[magnet] - ZERO_CELSIUS:.0f} °C is what its structure "
        "bears for long; the field alone would let it go higher"
        for magnet in np.unique(limits.index[is_bound])
    ]


def _as_list(name: str, given: Any) -> list[float]:
    """Convert one number or several to a list of floats.

    Parameters
    ----------
    name : str
        Name of the argument in the message.
    given : float or sequence of float
        Numbers, or texts of numbers, one text for one number; NaN and infinity
        pass.

    Returns
    -------
    list of float
        One or more, in order.

    Raises
    ------
    InputError
        If it is none of these, empty, or a table of numbers.
    """
    try:
        values = np.atleast_1d(np.asarray(given, float))
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.ndim != 1 or not values.size:
        raise InputError(
            f"{name} must be a number or a list of them, got {given!r:.60}"
        )
    return values.tolist()


@dataclass(frozen=True, eq=False)
class _Loops:
    """Figures of n magnets at k temperatures.

    Attributes
    ----------
    names : list of str
        Name of each magnet.
    shells : str or sequence of str
        Shell of each, or "" for none at all.
    remanence : ndarray of float64, shape (n, k)
        B_r, T.
    coercivity, knee : ndarray of float64, shape (n, k)
        H_cJ and H_k, A/m.
    recoil : ndarray of float64, shape (n, k)
        Recoil permeability, relative.
    limit : ndarray of float64, shape (n,)
        Highest temperature of each, K.
    note : str
        What the figures rest on; empty for recipes.
    """

    names: list[str]
    shells: Any
    remanence: FloatArray
    coercivity: FloatArray
    knee: FloatArray
    recoil: FloatArray
    limit: FloatArray
    note: str = ""


def _limits(
    own: _Loops, kelvin: FloatArray, duties: list[Duty], losses: list[float]
) -> "pd.DataFrame":
    """Build the table of limits of use of n magnets.

    Parameters
    ----------
    own : _Loops
        Figures at rising temperatures: ``remanence`` (T), ``coercivity`` and ``knee`` (A/m) and
        ``recoil``, (n, k); ``limit`` (K, (n,)), which no result exceeds; ``names`` and ``shells``.
    kelvin : ndarray, shape (k,)
        Those temperatures, K, `_LIMIT_STEP_K` (2 K) apart.
    duties : list of Duty
        Load lines, fields and times, one or more.
    losses : list of float
        Losses of flux, %, above 0, each a column.

    Returns
    -------
    pandas.DataFrame
        n times len(duties) rows: those of a magnet together, one for each duty
        in order. The index is the number of the magnet, from 0, and so not
        unique. Columns ``candidate``, ``shell``, ``load_line``,
        ``outside_field_kA_m``, ``hours``, ``knee_K`` and ``loss_0.2_pct_K``
        and so on, the loss as ``:g``. NaN where there is no magnet at the
        first temperature; the first temperature where the loss is reached
        there already, and about the last, or ``limit``, where it is never
        reached.
    """
    import pandas as pd

    limits = []
    for duty in duties:
        safety = duty.safety(own.remanence, own.knee, own.recoil)
        loss = duty.loss(own.remanence, own.coercivity, own.knee, own.recoil)
        spent_share = 1.0 / np.maximum(safety, 1e-9)
        columns = {
            "knee_K": _crossing_temperature(
                kelvin, spent_share, 1.0, own.limit
            )
        }
        for percent in losses:
            name = f"loss_{percent:g}_pct_K"
            columns[name] = _crossing_temperature(
                kelvin, loss, percent, own.limit
            )
        head = {"candidate": own.names, "shell": own.shells}
        limits.append(pd.DataFrame({**head, **vars(duty), **columns}))
    # The index numbers the magnets.
    return pd.concat(limits).sort_index(kind="stable")


def _recipe_loops(
    compositions: Compositions,
    kelvin: FloatArray,
    process: Any,
    shell: Any,
    basis: Basis,
    bound: str,
) -> _Loops:
    """Compute the modelled figures of n recipes at k temperatures, as `magnetkit.curve` uses them.

    Parameters
    ----------
    compositions : text, list, column, frame, path or CompositionTable
        n recipes, as of `magnetkit.predict`; no grades.
    kelvin : ndarray, shape (k,)
        Temperatures, K, rising.
    process : Process, dict, str or None
        As of `magnetkit.predict`.
    shell : str, Shell, dict, sequence of them or None
        For all or one a recipe, such as "Tb 0.4 wt%"; InputError if a column has shells too.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    bound : {"low", "centre", "high", "guaranteed"}
        Of B_r and H_cJ, as of `curve`.

    Returns
    -------
    _Loops
        ``remanence`` (T), ``coercivity`` and ``knee`` (A/m), shape (n, k), NaN
        where there is no uniaxial magnet, ``recoil``, (n, k), and ``limit``
        (K, (n,)). ``names`` are the texts as written, or the formulas.
        ``shells`` is one text a recipe, or "" for none at all; ``note`` is
        empty.

    Raises
    ------
    InputError
        If a recipe or shell cannot be read.
    """
    from ..alloy.shell_rows import read_shells
    from ..magnetism._magnets import alloys, evaluate_magnets
    from ..magnetism.sintered import Use, figure_columns

    inputs = read_inputs(compositions, basis, strict=True)
    table = inputs.table
    shell = inputs.shells_with(shell)
    shells = read_shells(shell, len(table))
    of_all = alloys(table, process, shells, ranges=bound in ("low", "high"))
    magnets = evaluate_magnets(of_all, kelvin)
    axial = magnets.status == 0
    figures = [magnets.remanence(), magnets.coercivity(), magnets.knee_field]
    if _ENDS[bound]:
        # As many temperatures as a straight line between them needs, and no more.
        some = kelvin[::_EVERY]
        at = figure_columns(of_all, list(some), Use())
        for place, name in enumerate(_FIGURES):
            with np.errstate(divide="ignore", invalid="ignore"):
                ratios = [
                    one[f"{name}{_ENDS[bound]}"] / one[name] for one in at
                ]
            figures[place] = figures[place] * _interpolate_temperatures(
                kelvin, some, np.array(ratios).T
            )
    elif bound == "guaranteed":
        (room,) = figure_columns(of_all, [ROOM_K], Use())
        spreads = [lots(str(host)) for host in room["host"].texts()]
        remanence_share = np.array([one.share(_FIGURES[0]) for one in spreads])
        coercivity_share = np.array(
            [one.share(_FIGURES[1]) for one in spreads]
        )
        figures[0] = figures[0] * remanence_share[:, None]
        figures[1] = figures[1] * coercivity_share[:, None]
        figures[2] = figures[2] * coercivity_share[:, None]
    b_r, h_cj, h_k = (np.where(axial, figure, np.nan) for figure in figures)
    recoil = _find_recoil(process, magnets.rows["recoil"])
    recoil = np.broadcast_to(recoil[:, None], h_cj.shape)
    names = (
        table.formulas()
        if inputs.labels is None
        else list(map(str, inputs.labels))
    )
    put_in = "" if shells is None else shells.text
    return _Loops(
        names,
        put_in,
        b_r,
        h_cj,
        h_k,
        recoil,
        magnets.rows["structure_limit_K"],
    )


# Every so manieth temperature of the limits is evaluated where figures go by straight lines.
_EVERY = 5


def _find_recoil(process: Any, modelled: FloatArray) -> FloatArray:
    """Return the recoil permeability of n melts.

    Parameters
    ----------
    process : Process, dict, str or None
        How they are made, as of `magnetkit.predict`; a text names a route or a
        calibration.
    modelled : ndarray, shape (n,)
        Values of the model.

    Returns
    -------
    ndarray of float64, shape (n,)
        That of the grade on which `process` is calibrated, for all, where it is calibrated on a
        commercial grade; otherwise `modelled` itself, not a copy.
    """
    from ..magnetism.grades import curve_shapes, grades

    grade = calibration_name(process)
    if not is_grade(grade):
        return modelled
    printed_recoil = float(curve_shapes(grades(grade)).iloc[0]["recoil"])
    return np.full_like(modelled, printed_recoil)


def _interpolate_temperatures(
    kelvin: FloatArray, some: FloatArray, values: FloatArray
) -> FloatArray:
    """Interpolate ratios of n magnets linearly from some temperatures to others.

    NaN counts as 1, and ratios are cut to 0 to 10 before. Beyond `some` its end counts.

    Parameters
    ----------
    kelvin : ndarray, shape (k,)
        Temperatures of the result, K.
    some : ndarray, shape (m,)
        Temperatures of the ratios, K, rising.
    values : ndarray, shape (n, m)
        The ratios.

    Returns
    -------
    ndarray of float64, shape (n, k)
    """
    ratios = np.clip(np.nan_to_num(values, nan=1.0), 0.0, 10.0)
    return np.array([np.interp(kelvin, some, row) for row in ratios])


def _grade_figures(
    name: str, kelvin: list[float], bound: str
) -> list[FloatArray]:
    """Compute the figures of a grade at k temperatures by its sheets.

    Parameters
    ----------
    name : str
        Grade, such as "N42SH".
    kelvin : list of float
        k temperatures, K, one or more.
    bound : {"low", "centre", "high", "guaranteed"}
        As of `curve`; of "guaranteed" the median over makers. KeyError for another bound, and for
        "guaranteed" where no maker guarantees the grade.

    Returns
    -------
    list of three ndarrays of float64, shape (k,)
        B_r (T), H_cJ and H_k (kA/m). H_k is 0 where no squareness is known.
    """
    from ..magnetism.grades import figures_at, grades, guaranteed_minima

    row = grades(name).iloc[0]
    b_r, h_cj, squareness = figures_at(row, np.array(kelvin), _ENDS[bound])
    if bound == "guaranteed":
        b_r, h_cj = np.array(
            [
                guaranteed_minima(k)
                .set_index("grade")
                .loc[[row["grade"]], list(_FIGURES[:2])]
                .median()
                .to_numpy(float)
                for k in kelvin
            ]
        ).T
    return [b_r, h_cj, h_cj * np.nan_to_num(squareness)]


def _grade_loops(
    name: str, kelvin: FloatArray, process: Any, shell: Any, bound: str
) -> _Loops:
    """Collect the printed figures of a grade at k temperatures, as `magnetkit.curve` uses them.

    Parameters
    ----------
    name : str
        Grade, such as "N42SH".
    kelvin : ndarray, shape (k,)
        Temperatures, K, rising in small steps: every fifth up to 900 K is evaluated. Values between
        are interpolated, those beyond the last one stay constant.
    process, shell : None
        Those of a recipe; a grade takes none.
    bound : {"low", "centre", "high", "guaranteed"}
        As of `curve`.

    Returns
    -------
    _Loops
        ``remanence`` (T), ``coercivity`` and ``knee`` (A/m) and ``recoil``,
        shape (1, k). ``names`` has `name` alone and ``shells`` is "".
        ``limit``, K, shape (1,), is infinite where the family has none.
        ``note`` says what they rest on.

    Raises
    ------
    InputError
        If `process` or `shell` is given, or no such grade is known.
    """
    from ..magnetism.grades import curve_figures
    from ..magnetism.process import parameters

    refuse_recipe_options(name, process, shell)
    row, shape, source = curve_figures(name)
    # Sheets end long before.
    some = kelvin[kelvin <= _LAST_SHEET][::_EVERY]
    figures = _grade_figures(name, some.tolist(), bound)
    b_r, h_cj, h_k = (
        np.interp(kelvin, some, figure)[None, :] for figure in figures
    )
    recoil = np.full_like(b_r, float(shape["recoil"]))
    families = parameters().families
    host = row["host"]
    limit = np.array(
        [families[host].structure_limit_K if host in families else np.inf]
    )
    highest_kelvin = float(row["max_working_temperature_K"])
    beyond = (
        ""
        if np.isnan(highest_kelvin)
        else f", extrapolated beyond {highest_kelvin - ZERO_CELSIUS:.0f} °C"
    )
    note = f"{name}: {bound} of what makers print{beyond}; {source}"
    if bound in ("centre", "guaranteed"):
        note = f"{name}: H_cJ as guaranteed{beyond}; {source}"
    return _Loops([name], "", b_r, 1e3 * h_cj, 1e3 * h_k, recoil, limit, note)


def _crossing_temperature(
    kelvin: FloatArray, value: FloatArray, bound: float, limit: FloatArray
) -> FloatArray:
    """Find the temperature at which a rising quantity first reaches a bound.

    The logarithm of the quantity is linear between two temperatures; above the Curie temperature
    (NaN) the quantity counts as over the bound.

    Parameters
    ----------
    kelvin : ndarray, shape (k,)
        Temperatures, K, rising, exactly `_LIMIT_STEP_K` (2 K) apart; the
        result is wrong otherwise.
    value : ndarray, shape (n, k)
        The quantity of n magnets; negative values and 0 count as far below the bound.
    bound : float
        Above 0, in the unit of `value`.
    limit : ndarray, shape (n,)
        Highest temperature of each magnet, K.

    Returns
    -------
    ndarray of float64, shape (n,)
        K, at most `limit`: the first of `kelvin` where the bound is reached there already, about
        the last where it is never reached, and NaN where `value` is NaN at the first temperature.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(
            np.maximum(np.nan_to_num(value, nan=np.inf), 1e-300) / bound
        )
    over = logs >= 0.0
    first = np.where(over.any(axis=1), over.argmax(axis=1), len(kelvin) - 1)
    row = np.arange(len(first))
    before = np.maximum(first - 1, 0)
    low = logs[row, before]
    high = logs[row, first]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = -low / (high - low)
    crossing = kelvin[before] + np.clip(
        np.nan_to_num(part), 0.0, 1.0
    ) * _LIMIT_STEP_K * (first > 0)
    return np.where(np.isnan(value[:, 0]), np.nan, np.minimum(crossing, limit))
