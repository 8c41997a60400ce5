"""All properties of some compositions, without a device.

Magnets side by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from .._core._arguments import named, warn
from .._core._columnar import brief
from .._core.columns import COLUMNS
from .._core.errors import InputError
from ..alloy._grade_names import grades_among, refuse_beside
from ..alloy._read import Compositions, gives_frame, read_inputs
from ..alloy.notation import Basis
from ._composition_estimate import grade_magnet
from ._stages import predicted
from .conditions import ConditionKeywords, Conditions, calibration_of, with_conditions
from .process import process_record

if TYPE_CHECKING:
    import pandas as pd


@gives_frame
@named
@with_conditions("use", "magnet", "supply", "models")
def predict(
    compositions: Compositions,
    temperature: float | str | Sequence[float | str] = 300.0,
    *,
    basis: Basis = "auto",
    column: str | None = None,
    strict: bool = False,
    detail: bool = False,
    given: Mapping[str, Any] | None = None,
    **keywords: Unpack[ConditionKeywords],
) -> Any:
    """Predict every property of some compositions at one temperature or several.

    Parameters
    ----------
    compositions : text, list, column, frame, path, pymatgen Composition or CompositionTable
        Recipes. A frame is one of pandas, polars or Arrow, a column one of theirs, a path that of
        a table (.csv, .tsv, .parquet, .txt). A column ``shell`` gives the grain-boundary shell of
        each row; all other columns come back beside the result.
    temperature : float, str or sequence of them
        K, or a text such as ``"150C"``. Several, as a list or as the texts ``"20C,100C,150C"``
        and ``"20C:200C:10"``, give a row each.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    column : str, optional
        Composition column of a frame or file; ``composition`` or the only text column otherwise.
    strict : bool
        Fail on the first row that cannot be read; such rows are left out otherwise, with a
        `RejectedRows` warning, and listed in ``.attrs["rejected"]``.
    detail : bool
        Whether a frame of pandas shows all columns where it is printed, rather than some ten; it
        holds all of them in either case.
    given : mapping of str to number, or to one number a row, optional
        Values of the hard phase that stand for the model's, such as those of first principles or a
        spin model: ``curie_temperature_K``, ``saturation_polarization_T`` (mu_0 M_s) and
        ``anisotropy_constant_MJ_m3``, the latter two at ``temperature_K``; ends of their 90 %
        ranges with ``_lo`` and ``_hi``. Columns of a frame or file say the same with ``given_``
        before the name. How they go with temperature is the model's.
    **keywords
        Conditions, see `magnetkit.magnetism.Conditions`.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each composition that could be read and each temperature, in the library and
        with the index and other columns of the input: properties by physics, surrogate and table,
        each predicted one with its interval and where it comes from; columns as in
        `magnetkit.columns`. ``.attrs["calibration"]`` of pandas names whose magnets it rests on.

    Raises
    ------
    InputError
        If an argument cannot be used.
    CompositionError
        If no row can be read, or one cannot and `strict` is set.

    Examples
    --------
    >>> frame = predict(["SmCo5", "Nd2Fe14B"], temperature="150C")
    >>> frame["host"].tolist()
    ['1:5', '2:14:1']
    """
    conditions = Conditions.of(temperature=temperature, **keywords)
    inputs = read_inputs(compositions, basis, column, strict=strict)
    _name_families(inputs.labels)
    if given is not None:
        inputs = replace(inputs, table=inputs.table.with_given(given, rows=inputs.total))
    found = predicted(inputs, conditions)
    if inputs.library != "pandas":
        return found
    found.attrs["calibration"] = calibration_of(conditions.process)
    return found if detail else brief(found)


# The names of families are formulas too, of as many atoms of each element.
_FAMILY = r"^((Nd|Pr|Dy|Tb|Ce|La)+-?Fe-?B|Sm-?Co|Sm-?Fe-?N|Sm-?Co-?Fe-?Cu-?Zr)$"


def _name_families(labels: Any) -> None:
    """Refuse the name of a family of magnets that stands alone; warn of one among others."""
    import pyarrow.compute as pc

    if labels is None or not len(named := labels.filter(pc.match_substring_regex(labels, _FAMILY))):
        return
    text = (
        f"{named[0]} is the name of a family of magnets, not a composition: give an alloy, as "
        "'Nd30.5Dy1.2Co0.9B1.0Fe bal.' in wt.%, a compound, as Nd2Fe14B, or see the grades sold, "
        "`magnetkit grades`"
    )
    if len(labels) == 1:
        raise InputError(text)
    warn(text)


@named
@with_conditions("use", "magnet", "supply", "models")
def compare(
    compositions: Compositions,
    temperature: float | str = 300.0,
    *,
    basis: Basis = "auto",
    **keywords: Unpack[ConditionKeywords],
) -> "pd.DataFrame":
    """Return magnets side by side, with their differences from the first.

    Parameters
    ----------
    compositions : list, column, frame, path or CompositionTable
        Two recipes or more, see `magnetkit.predict`; a name that comes twice is numbered. A text
        may be a grade such as ``"N42SH"``: its likeliest recipe, anchored on what its makers print
        at that temperature, as in `magnetkit.replace`; recipes beside it are then predicted as of
        the same producer.
    temperature : float or str
        One temperature, K or a text such as ``"150C"``.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.
    **keywords
        Conditions, as of `magnetkit.predict`.

    Returns
    -------
    DataFrame
        One row a property, under its name in `magnetkit.columns`: ``label``, ``unit``, a column a
        magnet, and ``difference``, or ``difference_2`` and so on where there are more than two.
        Differences are of numbers alone; the intervals of the magnets are not of their
        difference, in which much of the error cancels. ``.attrs["notes"]`` says what stands for a
        grade, ``.attrs["calibration"]`` whose magnets the recipes rest on.

    Raises
    ------
    InputError
        If there are fewer than two magnets, or several temperatures.

    Examples
    --------
    >>> table = compare(["Nd2Fe14B", "Nd1.8Dy0.2Fe14B"], "150C")
    >>> bool(table.loc["coercivity_kA_m", "difference"] > 0)
    True
    """
    import pandas as pd

    conditions = Conditions.of(temperature=temperature, **keywords)
    if len(conditions.temperature) != 1:
        raise InputError("compare takes one temperature; predict takes several")
    grades, notes = grades_among(compositions), list[str]()
    if grades:
        texts: Any = [compositions] if isinstance(compositions, str) else compositions
        frame, notes = _with_grades(texts, grades, basis, conditions)
        written = [g or text for g, text in zip(grades, texts, strict=True)]
        shells = ["" if g else s for g, s in zip(grades, frame["shell"], strict=True)]
    else:
        inputs = read_inputs(compositions, basis, strict=True)
        shells = inputs.shells_with(conditions.shell)
        frame = predicted(read_inputs(inputs.table), replace(conditions, shell=shells))
        written = frame["candidate"] if inputs.labels is None else inputs.labels.to_pylist()
        shells = frame["shell"]
    if len(frame) < 2:
        raise InputError(f"compare takes two magnets or more, got {len(frame)}")
    names = _distinct([f"{n} + {s}" if s else str(n) for n, s in zip(written, shells, strict=True)])
    rows = [name for name in COLUMNS if name in frame and name not in ("candidate", "row_index")]
    table = pd.DataFrame(
        {
            "label": [COLUMNS[name].label for name in rows],
            "unit": [COLUMNS[name].unit for name in rows],
            **{own: [frame[name].iloc[i] for name in rows] for i, own in enumerate(names)},
        },
        index=pd.Index(rows, name="property"),
    )
    for i in range(1, len(names)):
        name = "difference" if len(names) == 2 else f"difference_{i + 1}"
        table[name] = [
            float(frame[row].iloc[i]) - float(frame[row].iloc[0])
            if COLUMNS[row].kind in ("number", "integer")
            else np.nan
            for row in rows
        ]
    table.attrs["notes"] = notes
    first = next(filter(None, grades or ()), None)
    table.attrs["calibration"] = first or calibration_of(conditions.process)
    return table


def _with_grades(
    texts: Any, grades: list[str | None], basis: Basis, conditions: Conditions
) -> "tuple[pd.DataFrame, list[str]]":
    """Return the properties of grades and recipes, and what stands for the grades.

    Each grade is anchored on what its makers print; recipes rest on the first's producer.
    """
    import pandas as pd

    shell, (kelvin,) = conditions.shell, conditions.temperature
    shells = [shell] * len(texts) if shell is None or isinstance(shell, str) else list(shell)
    if len(shells) != len(texts):
        raise InputError(f"expected a shell for each of {len(texts)} magnets, got {len(shells)}")
    own = {g: grade_magnet(g, kelvin) for g in dict.fromkeys(grades) if g is not None}
    first = next(iter(own.values()))
    frames = []
    for text, grade, given in zip(texts, grades, shells, strict=True):
        if grade is None:
            inputs, magnet, shell = read_inputs([text], basis), first, given or None
        else:
            refuse_beside(grade, conditions.process, given or None)
            magnet = own[grade]
            inputs, shell = read_inputs(magnet.table), magnet.shell
        process = process_record(magnet.process)
        frames.append(predicted(inputs, replace(conditions, process=process, shell=shell)))
    notes = [g.sentence() for g in own.values()]
    if None in grades:
        notes.append(f"recipes are predicted as of the producer that makes {first.grade}")
    return pd.concat(frames, ignore_index=True), notes


def _distinct(names: list[str]) -> list[str]:
    """Return names of which none comes twice."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
