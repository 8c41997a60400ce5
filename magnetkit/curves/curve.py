"""One magnet's curves at temperatures: of a recipe, a commercial grade or a ranked candidate."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Unpack, get_args

import numpy as np

from ..arguments import named
from ..composition.inputs import read_inputs
from ..composition.notation import Basis
from ..composition.table import CompositionTable
from ..errors import InputError
from ..magnetism.believing import using
from ..magnetism.demagnetization import Demagnetization, curves_of
from ..prediction.conditions import ConditionKeywords, Conditions, with_conditions
from .formats import Curve

Bound = Literal["low", "centre", "high"]

ROOM_K = 293.15
_ENDS = {"low": "_lo", "centre": "", "high": "_hi"}
_RANKED = re.compile(r"^(?P<folder>.+):(?P<rank>\d+)$")
_FIGURES = ("remanence_T", "coercivity_kA_m", "knee_field_kA_m")


@named
@with_conditions("load_line", "process", "calibration", "shell", "interval", "data", "add")
def curve(
    magnet: Any,
    temperature: float | str | Sequence[float | str] = "20C",
    *,
    bound: Bound = "centre",
    basis: Basis = "auto",
    **keywords: Unpack[ConditionKeywords],
) -> Curve:
    """Return the demagnetization curves of one magnet, for a field solver.

    Parameters
    ----------
    magnet : str or any one composition that `magnetkit.predict` takes
        A recipe; a grade such as ``"N42SH"``, by its makers' sheets; or a candidate of a results
        folder by its rank, ``"results:1"``.
    temperature : float, str or sequence of them
        k temperatures, K or texts such as ``"20C,150C"``.
    bound : {"low", "centre", "high"}
        Lower end, centre or upper end of the intervals of B_r and H_cJ, both at once: what a
        design must stand takes ``low``. Of a grade, the least, the middle and the most that
        makers print; its coercivities are the least that they guarantee.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    **keywords
        Conditions, as of `magnetkit.predict`; ``process`` and ``shell`` are of a recipe, a
        candidate has its own.

    Returns
    -------
    Curve

    Raises
    ------
    InputError
        If it is not one magnet, or nothing is known of its curve.

    Examples
    --------
    >>> found = curve("N42SH", "20C,150C")
    >>> print(f"{found.curves.remanence[0, 1]:.3f} T")
    1.108 T
    >>> print(found.text("csv").splitlines()[-1])
    0,1.3125
    """
    from ..catalogue.names import is_grade, refuse_beside

    if bound not in get_args(Bound):
        raise InputError(f"bound must be low, centre or high, got {bound!r}")
    conditions = Conditions.of(temperature=temperature, **keywords)
    candidate = _RANKED.match(magnet) if isinstance(magnet, str) else None
    if isinstance(magnet, str) and is_grade(magnet):
        refuse_beside(magnet, conditions.process, conditions.shell)
        return _of_grade(magnet, list(conditions.temperature), bound, conditions.load_line)
    if candidate is not None and Path(candidate["folder"]).is_dir():
        if conditions.process is not None or conditions.shell is not None:
            raise InputError(f"process and shell are of a recipe; {magnet} has its own")
        table, name, process, shell = _ranked(Path(candidate["folder"]), int(candidate["rank"]))
        conditions = replace(conditions, process=process, shell=shell)
    else:
        inputs = read_inputs(magnet, basis, strict=True)
        table = inputs.table
        if len(table) != 1:
            raise InputError(f"curve takes one magnet, got {len(table)}; call it for each")
        name = table.formulas()[0] if inputs.labels is None else str(inputs.labels[0].as_py())
        shells = inputs.shells_with(conditions.shell)
        shell = shells if shells is None or isinstance(shells, str) else shells[0]
        conditions = replace(conditions, shell=shell)
    with using(conditions.data, conditions.add):
        return _of_recipe(table, name, bound, conditions)


def _ranked(folder: Path, rank: int) -> tuple[CompositionTable, str, Any, str | None]:
    """Return composition, name, process and shell of a candidate of a results folder."""
    from ..run._files import open_result
    from ..run.result import Ranked

    result = open_result(folder, Ranked)
    best = result.best(rank)
    found = best[best["rank"] == rank]
    if not len(found):
        raise InputError(f"{folder} has no candidate of rank {rank}, only {len(best)} are ranked")
    row = found.iloc[0]
    shell = str(row["shell"]) if isinstance(row["shell"], str) and row["shell"] else None
    process = result.job.conditions.process
    table = CompositionTable.from_strings([str(row["formula"])], basis="atomic")
    return table, str(row["candidate"]), process, shell


def _of_recipe(table: CompositionTable, name: str, bound: str, conditions: Conditions) -> Curve:
    """Return the curves of what a recipe makes."""
    from ..magnetism.magnets import magnets
    from ..magnetism.process import read_process
    from ..magnetism.routes import resistivity
    from ..magnetism.shell import read_shells
    from ..magnetism.sintered import sintered_at

    kelvin, process, shell = list(conditions.temperature), conditions.process, conditions.shell
    asked = [*kelvin, ROOM_K]
    frames = sintered_at(table, asked, process, shell, interval=conditions.interval)
    rows = [frame.iloc[0] for frame in frames]
    named_so = f"{name} + {shell}" if shell else name
    for row, k in zip(rows, kelvin, strict=False):
        if row["status"] != "ok":
            raise InputError(
                f"{named_so} has no demagnetization curve at {k - 273.15:.0f} C: {row['status']}"
            )
    end = _ENDS[bound]
    b_r, h_cj, h_k = ([float(row[f"{x}{end}"]) for row in rows] for x in _FIGURES)
    made = magnets(table, np.array(asked), process, read_shells(shell, 1))
    recoil = float(made.rows["recoil"][0])
    said = f"model of magnetkit, {100 * conditions.interval:g} % interval of B_r and H_cJ each"
    return Curve(
        named_so,
        bound,
        said,
        b_r[-1],
        float(rows[0]["density_kg_m3"]),
        resistivity(str(rows[0]["host"]), read_process(process, 1).route),
        _curves(kelvin, b_r[:-1], h_cj[:-1], h_k[:-1], recoil, conditions.load_line),
    )


def _of_grade(name: str, kelvin: list[float], bound: str, load_line: float) -> Curve:
    """Return the curves of a commercial grade, from what its makers print."""
    from ..catalogue import grades
    from ..catalogue.table import loop

    first, shape, said = loop(name)
    sheets, end = [*(grades(name, k).iloc[0] for k in kelvin), first], _ENDS[bound]
    square, recoil = float(shape["squareness"]), float(shape["recoil"])
    b_r, h_cj = ([float(row[f"{x}{end}"]) for row in sheets] for x in _FIGURES[:2])
    for k, coercivity in zip(kelvin, h_cj, strict=False):
        if not coercivity > 0.0:
            raise InputError(
                f"{first['grade']} has no coercivity left at {k - 273.15:.0f} C by its printed "
                "coefficient; ask for a lower temperature"
            )
    h_k = [square * h for h in h_cj]
    return Curve(
        str(first["grade"]),
        bound,
        said,
        b_r[-1],
        float(first["density_kg_m3"]),
        float(first["resistivity_uohm_m"]),
        _curves(kelvin, b_r[:-1], h_cj[:-1], h_k[:-1], recoil, load_line),
    )


def _curves(
    kelvin: list[float],
    b_r: list[float],
    h_cj: list[float],
    h_k: list[float],
    recoil: float,
    load_line: float,
) -> Demagnetization:
    """Return the curves of one magnet; H_cJ and H_k in kA/m."""
    one = np.array([b_r]), 1e3 * np.array([h_cj]), 1e3 * np.array([h_k])
    return curves_of(np.array(kelvin), *one, np.full((1, len(kelvin)), recoil), None, load_line)
