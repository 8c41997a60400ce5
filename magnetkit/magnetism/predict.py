"""All properties of some compositions, without a device."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

from .._core._arguments import check_arguments, warn
from .._core._columnar import brief
from .._core.errors import InputError
from ..alloy._read import Compositions, gives_frame, read_inputs
from ..alloy.notation import Basis
from ._stages import predict_inputs
from .conditions import (
    ConditionKeywords,
    Conditions,
    calibration_name,
    with_conditions,
)


@gives_frame
@check_arguments
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
        Recipes. A frame is one of pandas, polars or Arrow, a column one of
        theirs, a path that of a table (.csv, .tsv, .parquet, .xlsx, .txt). A
        column ``shell`` gives the grain-boundary shell of each row; all other
        columns come back beside the result.
    temperature : float, str or sequence of them
        K, or a text such as ``"150C"``; a number without a unit is K. Several, as a list or as
        the texts ``"20C,100C,150C"`` and ``"20C:200C:10"``, give a row each.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are; "auto" refuses a text that could be
        either, as one with "bal." or a sum of 100.
    column : str, optional
        Composition column of a frame or file; ``composition`` or the only text column otherwise.
    strict : bool
        Fail on the first row that cannot be read; such rows are left out otherwise, with a
        `RejectedRows` warning, and listed in ``.attrs["rejected"]`` as dicts of ``line``, ``text``
        and ``reason``.
    detail : bool
        Whether a frame of pandas shows all columns where it is printed, rather than some ten; it
        holds all of them in either case.
    given : mapping of str to number, or to one number a row, optional
        Values of the hard phase that stand for the model's, such as those of first principles or a
        spin model: ``curie_temperature_K``, ``saturation_polarization_T`` (mu_0 M_s) and
        ``anisotropy_constant_MJ_m3``, the latter two at ``temperature_K``, which they need (0 for
        first principles; InputError without it); ends of their 90 % ranges with ``_lo`` and
        ``_hi``. Columns of a frame or file say the same with ``given_`` before the name. How they
        go with temperature is the model's.
    **keywords
        Conditions, see `magnetkit.magnetism.Conditions`.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each composition that could be read and each temperature,
        those of a composition together in the order of the temperatures, in
        the library and with the index and other columns of the input:
        properties by physics, surrogate and table, each predicted one with its
        interval and where it comes from, such as ``remanence_T``,
        ``remanence_T_lo``, ``remanence_T_hi`` and ``remanence_T_provenance``;
        ``candidate``, ``host``, ``temperature_K``, ``status`` ("ok", or why
        there is no magnet or its coercivity is not known; of "not makeable"
        the figures stay); and others as in `magnetkit.columns`. Without
        "guaranteed" in its name a value is that of a usual lot, also
        ``demagnetization_safety``, which `magnetkit.screen` gives for what 99 %
        of lots reach where the calibration is a grade.
        ``.attrs["calibration"]`` of pandas names whose magnets it rests on.

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
        inputs = replace(
            inputs, table=inputs.table.with_given(given, rows=inputs.total)
        )
    frame = predict_inputs(inputs, conditions)
    if inputs.library != "pandas":
        return frame
    frame.attrs["calibration"] = calibration_name(conditions.process)
    if detail:
        return frame
    return brief(frame)


# The names of families are formulas too, of as many atoms of each element.
_FAMILY = (
    r"^((Nd|Pr|Dy|Tb|Ce|La)+-?Fe-?B|Sm-?Co|Sm-?Fe-?N|Sm-?Co-?Fe-?Cu-?Zr)$"
)


def _name_families(labels: Any) -> None:
    """Check labels for the name of a family of magnets, such as "NdFeB", "Sm-Co" or "SmFeN".

    `labels` is an Arrow array of the recipes as written, or None, which does
    nothing. InputError if such a name is the only label, a UserWarning of the
    first one if there are several labels.
    """
    import pyarrow.compute as pc

    if labels is None or not len(
        families := labels.filter(pc.match_substring_regex(labels, _FAMILY))
    ):
        return
    text = (
        f"{families[0]} is the name of a family of magnets, not a composition: give an alloy, as "
        "'Nd30.5Dy1.2Co0.9B1.0Fe bal.' in wt.%, a compound, as Nd2Fe14B, or see the grades sold, "
        "`magnetkit grades`"
    )
    if len(labels) == 1:
        raise InputError(text)
    warn(text)
